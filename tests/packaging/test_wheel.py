"""A pure wheel, made and installed with no compiler in reach, and the archive of the sources: what is in them.

    python -m pytest -m packaging tests/packaging
"""
import os
import sys
import tarfile
import zipfile

import pytest
from environments import Environment, files_of_the_checkout, run
from networks import ROOT

pytestmark = pytest.mark.packaging
WITHOUT_COMPILER = {"CC": "false", "CXX": "false"}
DATA_SETS = """
import pygraphnn
names = pygraphnn.dataset_names()
assert len(names) == 6, names
from pygraphnn.opening import page_of_the_book
assert all(["chapter-10" in page_of_the_book(language) for language in ("en", "zh")])
for name in names:
    dataset = pygraphnn.load_dataset(name)
    assert dataset.data and dataset.target and dataset.description, name
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return Environment(tmp_path_factory.mktemp("wheel") / "venv")


@pytest.fixture(scope="module")
def wheel(environment):
    return environment.make_wheel(PATH=environment.bin, **WITHOUT_COMPILER)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "build", "--sdist", "--outdir", folder, ROOT)
    name, = os.listdir(str(folder))
    return os.path.join(str(folder), name)


def names_in(wheel):
    return sorted(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    assert os.path.basename(wheel).endswith("-py3-none-any.whl")
    wanted = {"pygraphnn/csrc/not_built.txt"}           # says why the sources beside it are not compiled
    for name in files_of_the_checkout():
        if name.startswith("pygraphnn/") and not name.startswith("pygraphnn/_kernels"):
            wanted.add(name)
        elif name.startswith(("book/", "csrc/")) or name.startswith("datasets/") and name.endswith((".csv", ".md")):
            wanted.add("pygraphnn/" + name)
    assert {name for name in names_in(wheel) if ".dist-info/" not in name} == wanted


def test_the_installed_package_trains_and_has_its_data_sets(environment, wheel, tmp_path):
    environment.pip("install", "--no-index", wheel, PATH=environment.bin, **WITHOUT_COMPILER)
    environment.python("-m", "pygraphnn", "train", "iris", "--epochs", "3", "--explain", "--report", "iris.html",
                       cwd=tmp_path)
    assert "</html>" in (tmp_path / "iris.html").read_text(encoding="utf-8")
    environment.python("-c", DATA_SETS)


def test_the_archive_of_the_sources_holds_every_file(sources):
    with tarfile.open(sources) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name
                and archive.getmember(name).isfile()}
    assert {name for name in held if ".egg-info/" not in name} - {"PKG-INFO", "setup.cfg"} == {
        name for name in files_of_the_checkout() if not name.startswith((".", "pygraphnn/_kernels"))}


def test_the_archive_of_the_sources_makes_the_same_wheel(environment, wheel, sources, tmp_path):
    environment.pip("wheel", "--no-deps", "--wheel-dir", tmp_path, sources, PATH=environment.bin, **WITHOUT_COMPILER)
    name, = os.listdir(str(tmp_path))
    assert names_in(str(tmp_path / name)) == names_in(wheel)
