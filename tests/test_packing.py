"""The package as one file: it runs, finds its files, and says what an archive cannot do."""
import os
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest
from networks import ROOT
from reports import numbers_of

import pygraphnn as pg
from pygraphnn import packing
from pygraphnn.cli import main


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("a place") / "pygraphnn.pyz"         # a path with a space in it
    assert main(["pack", str(path)]) == 0
    return path


def run(archive, *arguments, cwd=None, module=False):
    """(exit code, stdout, stderr) of the command line in the archive."""
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYGRAPHNN_BACKEND")}
    if module:
        variables["PYTHONPATH"] = str(archive)
    done = subprocess.run([sys.executable] + (["-m", "pygraphnn"] if module else [str(archive)]) + list(arguments),
                          cwd=str(cwd or archive.parent), env=variables, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_it_trains_explains_and_writes_a_page(archive, tmp_path):
    code, out, err = run(archive, "train", "iris", "--epochs", "3", "--explain", "--report", "iris.html", cwd=tmp_path)
    assert (code, err) == (0, "") and "FORWARD" in out and out.endswith("report: iris.html\n")
    assert len(numbers_of(tmp_path / "iris.html")["losses"]["train"]) == 3
    assert os.listdir(str(tmp_path)) == ["iris.html"]


@pytest.mark.parametrize("module", [False, True])
def test_it_prints_what_the_checkout_prints(archive, capsys, module):
    arguments = ["train", "boston", "--epochs", "2", "--json"]
    code, out, err = run(archive, *arguments, module=module)
    assert main(arguments) == code == 0
    seconds = '"seconds"'
    assert out.split(seconds)[0] == capsys.readouterr().out.split(seconds)[0] and seconds in out


def test_it_works_from_a_relative_path_and_has_its_data_sets(archive):
    program = ("import sys; sys.path.insert(0, %r); import pygraphnn as pg\n"
               "for name in pg.dataset_names(): d = pg.load_dataset(name); print(len(d.data), len(d.description))"
               % archive.name)
    done = subprocess.run([sys.executable, "-I", "-c", program], cwd=str(archive.parent), stdout=subprocess.PIPE)
    expected = [pg.load_dataset(name) for name in pg.dataset_names()]
    assert done.stdout.decode().splitlines() == ["%d %d" % (len(d.data), len(d.description)) for d in expected]


@pytest.mark.parametrize("arguments", [["build"], ["train", "iris", "--backend", "c"]])
def test_it_says_where_compiled_code_can_be(archive, arguments):
    code, out, err = run(archive, *arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "is an archive, which cannot hold compiled code: unpack it with" in err
    assert "`python -m zipfile -e '%s' FOLDER`" % archive in err
    code, out, err = run(archive, "backends")
    assert (code, err) == (0, "") and "is an archive" in out.splitlines()[1]


def test_unpacked_it_is_the_package_and_packs_to_the_same_bytes(archive, tmp_path):
    with zipfile.ZipFile(str(archive)) as file:
        file.extractall(str(tmp_path))
    os.mkdir(str(tmp_path / "pygraphnn" / "__pycache__"))
    for name in ("_kernels.abi3.so", "_kernels.pyd", "__pycache__/graph.cpython-36.pyc", "csrc/not_built.txt"):
        (tmp_path / "pygraphnn" / name).write_text("compiled")
    code, out, err = run(tmp_path, "pack", "again.pyz", cwd=tmp_path, module=True)
    assert (code, err) == (0, "") and out.startswith("wrote again.pyz: ")
    assert (tmp_path / "again.pyz").read_bytes() == archive.read_bytes()
    code, out, err = run(archive, "pack", "again.pyz")
    assert code == 2 and "is such an archive already: copy it" in err


def test_it_holds_what_is_installed_and_nothing_else(archive):
    with zipfile.ZipFile(str(archive)) as file:
        names = set(file.namelist())
    if shutil.which("git") and os.path.exists(os.path.join(ROOT, ".git")):
        listed = subprocess.run(["git", "ls-files", "pygraphnn", "book", "csrc", "datasets/*.csv", "datasets/*.md"],
                                cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout.decode().split()
        assert names == {"__main__.py"} | {name if name.startswith("pygraphnn/") else "pygraphnn/" + name
                                           for name in listed if "/__pyinstaller/" not in name}
    assert {"pygraphnn/datasets/boston.csv", "pygraphnn/csrc/build.py", "pygraphnn/looking/page/page.html"} <= names
    assert archive.stat().st_size < 650000          # of which the data sets are a quarter


@pytest.mark.skipif(os.name != "posix", reason="files have other permissions here")
def test_who_may_read_it_may_run_it(archive):
    mode = archive.stat().st_mode
    assert mode & 0o111 == (mode & 0o444) >> 2 and stat.S_ISREG(mode)
    assert archive.read_bytes().startswith(b"#!/usr/bin/env python3\n")


def test_a_place_that_cannot_be_written_is_one_sentence_and_loses_nothing(tmp_path, capsys):
    assert main(["pack", str(tmp_path)]) == 2
    assert "is a folder: name a file in it" in capsys.readouterr().err
    assert main(["pack", str(tmp_path / "no" / "a.pyz")]) == 2
    assert "there is no folder" in capsys.readouterr().err and os.listdir(str(tmp_path)) == []


def test_the_bytes_do_not_depend_on_when_they_are_made(archive):
    assert packing.as_archive() == archive.read_bytes()
