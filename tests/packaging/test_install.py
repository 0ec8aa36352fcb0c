"""What `pip install .` makes of each kind of machine, and what a newcomer then sees. Each in an environment of its own.

    python -m pytest -m packaging tests/packaging

Needs the network, a C compiler, and PyPy.
"""
import os
import shutil

import pytest
from environments import OFFLINE, Environment, files_of_the_checkout, of_python, run
from networks import ROOT

pytestmark = pytest.mark.packaging

KERNELS, PURE = "-cp38-abi3-linux_", "-py3-none-any.whl"
PYTHONS = [version for version in ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
           if shutil.which("python" + version)]


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_in_the_checkout():
    before = files_of_the_checkout()
    yield
    assert files_of_the_checkout() == before


# (what is installed before, options and variables of the build, the end of the wheel's name, what is then said)
@pytest.mark.parametrize("tools, options, variables, kind, said", [
    pytest.param([], [], {}, KERNELS, "_cffi_backend is missing: install cffi", id="with a compiler"),
    pytest.param([], [], {"PATH": "BIN"}, PURE, "not built at installation (there is no C compiler",
                 id="without a compiler"),
    pytest.param([], [], {"CC": "false"}, PURE, "the compiler false failed with exit code 1", id="broken compiler"),
    pytest.param(["setuptools", "wheel"], ["--no-build-isolation"], {}, PURE, "cffi is missing", id="without cffi"),
    pytest.param(["setuptools", "wheel"], ["--no-build-isolation"], OFFLINE, PURE, "cffi is missing",
                 id="offline, without cffi"),
    pytest.param(["setuptools", "wheel", "cffi"], ["--no-build-isolation"], OFFLINE, KERNELS, "can be used",
                 id="offline, with cffi"),
    pytest.param(["setuptools", "wheel"], ["--no-build-isolation"], {"PYGRAPHNN_BUILD_C": "0"}, PURE,
                 "PYGRAPHNN_BUILD_C was 0", id="none wanted"),
    pytest.param([], [], {"PYGRAPHNN_BUILD_C": "1"}, KERNELS, "install cffi", id="wanted")])
def test_the_wheel_is_what_the_machine_can_make(tmp_path, tools, options, variables, kind, said):
    environment = Environment(tmp_path / "venv")
    if tools:
        environment.pip("install", "--upgrade", *tools)
    variables = {name: environment.bin if value == "BIN" else value for name, value in variables.items()}
    wheel = environment.make_wheel(*options, **variables)
    assert kind in wheel
    environment.pip("install", "--no-index", wheel)
    assert said in environment.c_backend()


@pytest.mark.parametrize("variables, said", [
    ({"PYGRAPHNN_BUILD_C": "1", "CC": "false"},
     "PYGRAPHNN_BUILD_C is 1, but the kernels cannot be built: the compiler false failed"),
    ({"PYGRAPHNN_BUILD_C": "yes"}, "PYGRAPHNN_BUILD_C is 'yes': set it to 1 or 0")])
def test_kernels_that_are_wanted_in_vain_are_an_error(tmp_path, variables, said):
    environment = Environment(tmp_path / "venv")
    assert said in environment.pip("wheel", "--no-deps", "--wheel-dir", tmp_path, ROOT, ok=False, **variables)


def test_kernels_can_be_built_afterwards(tmp_path):
    environment = Environment(tmp_path / "venv")
    environment.pip("install", environment.make_wheel(PATH=environment.bin))
    assert "cffi is missing" in environment.python("-m", "pygraphnn", "build", ok=False)
    environment.pip("install", "cffi")
    environment.builds()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return Environment(tmp_path_factory.mktemp("maker") / "venv").make_wheel()


@pytest.mark.parametrize("version", PYTHONS)
def test_the_wheel_made_with_one_python_works_in_another(tmp_path, wheel, version):
    environment = Environment(tmp_path / "venv", of_python(version))
    environment.pip("install", "cffi", wheel)
    assert "can be used" in environment.c_backend()
    environment.python("-m", "pygraphnn", "train", "iris", "--epochs", "3", "--backend", "c")
    command = os.path.join(environment.bin, "pygraphnn")
    assert run(command, "--version").startswith("pygraphnn ")
    assert "usage: pygraphnn [-h]" in run(command, "-h")


def test_pypy_gets_kernels_for_itself(tmp_path):
    environment = Environment(tmp_path / "venv", of_python("pypy"))
    wheel = environment.make_wheel()
    assert "-pp3" in wheel
    environment.pip("install", "--no-index", wheel)
    assert "can be used" in environment.c_backend()


def test_pyinstaller_makes_one_program_of_it(tmp_path, wheel):
    environment = Environment(tmp_path / "venv")
    environment.pip("install", "cffi", "pyinstaller", wheel)
    program = tmp_path / "program.py"
    program.write_text("import sys; from pygraphnn.cli import main; sys.exit(main())\n")
    run(os.path.join(environment.bin, "pyinstaller"), "--onefile", program, cwd=tmp_path)
    printed = run(tmp_path / "dist" / "program", "train", "iris", "--epochs", "3", "--backend", "c", "--explain",
                  "--report", "program.html", cwd=tmp_path)
    assert printed.splitlines()[-1].startswith("report: ")


def test_an_editable_installation_has_its_kernels_in_the_checkout(tmp_path):
    checkout = tmp_path / "checkout"
    for name in sorted(files_of_the_checkout()):
        if not name.startswith("pygraphnn/_kernels"):
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), str(checkout / name))
    environment = Environment(tmp_path / "venv")
    environment.pip("install", "--editable", checkout, "cffi")
    assert "can be used" in environment.c_backend()
    environment.builds()
    assert [name for name in os.listdir(str(checkout / "pygraphnn")) if name.startswith("_kernels")]
