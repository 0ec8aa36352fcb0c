"""Building the C kernels, and what is said where they cannot be built or used. Each test has a copy of the tree.

The kernels are really compiled once for each compiler; where a test only needs a module, it takes that one.
"""
import importlib.machinery
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tempfile

import pytest

from pygraphnn.building import builder

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYPY = sys.implementation.name == "pypy"
MODULE = builder().module_name()
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)] or ["cc"] * bool(shutil.which("cc"))
BLOCK = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name in %r:
            raise ModuleNotFoundError("No module named %%r" %% name, name=name)
sys.meta_path.insert(0, Block())
"""
RUN = "\nfrom pygraphnn.cli import main\nsys.exit(main(sys.argv[1:]))\n"

try:
    import cffi
except ImportError:
    cffi = None


def compiles(test):
    """Compiles C, which takes long, and not on each Python."""
    return pytest.mark.c(pytest.mark.skipif(not (COMPILERS and cffi), reason="no C compiler here, or no cffi")(test))



def copy_of_the_tree(folder, module=None):
    """The package and the C sources; with the compiled module of that path, if there is one."""
    nothing_compiled = shutil.ignore_patterns("_kernels*", "__pycache__")
    for name in ("pygraphnn", "csrc", "datasets"):
        shutil.copytree(os.path.join(ROOT, name), os.path.join(str(folder), name), ignore=nothing_compiled)
    if module:
        shutil.copy(module, os.path.join(str(folder), "pygraphnn"))
    return str(folder)


def run(tree, *arguments, code="import sys" + RUN, **environment):
    """(exit code, stdout, stderr) of the command line, or of other code, in the copy."""
    variables = {name: value for name, value in os.environ.items()
                 if name not in ("CC", "PYGRAPHNN_BACKEND", "PYTHONPATH")}
    done = subprocess.run([sys.executable, "-c", code] + list(arguments), cwd=tree, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(variables, **environment))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def build_fails(tree, **options):
    """What is on stderr after a build that must fail: it leaves nothing behind, and changes nothing."""
    before = files(tree)
    code, out, err = run(tree, "build", **options)
    assert code == 2 and "built" not in out
    assert err.startswith("pygraphnn: ") and err.endswith("\n") and "Traceback" not in err
    assert files(tree) == before
    return err


def reason(tree, **options):
    """What `backends` says about the C backend, which must not be usable. `use` must say the same."""
    code, out, err = run(tree, "backends", **options)
    assert (code, err) == (0, "") and out.startswith("python  can be used")
    found = re.fullmatch(r"c       (the C backend cannot be used: .+?)( \(in use\))?\n", out.split("\n", 1)[1])
    assert found, out
    options["code"] = options.get("code", "import sys").replace(RUN, "") + """
import pygraphnn
try:
    pygraphnn.use("c")
except ValueError as problem:
    print(problem)
"""
    assert run(tree, **options) == (0, found.group(1) + "\n", "")
    return found.group(1)


def usable(tree, **options):
    return run(tree, "backends", **options) == (0, "python  can be used (in use)\nc       can be used\n", "")


def files(tree):
    """Path and content of all that lies in the package and beside the sources, but for Python's own caches."""
    found = {}
    for top in ("pygraphnn", "csrc"):
        for folder, _, names in os.walk(os.path.join(tree, top)):
            for name in names if os.path.basename(folder) != "__pycache__" else []:
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.relpath(os.path.join(folder, name), tree)] = file.read()
    return found


def program(path, text):
    """A shell script, to be called as a compiler; returns its path."""
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture(scope="module", params=COMPILERS)
def built(request, tmp_path_factory):
    """(tree, output): kernels compiled by each of the compilers."""
    tree = copy_of_the_tree(tmp_path_factory.mktemp(request.param) / "a tree")      # a path with a space in it
    before = files(tree)
    code, out, err = run(tree, "build", CC=request.param)
    assert (code, err) == (0, "")
    assert sorted(set(files(tree)) - set(before)) == [os.path.join("pygraphnn", MODULE)]
    return tree, out


@pytest.fixture
def module(built):
    return os.path.join(built[0], "pygraphnn", MODULE)


@pytest.fixture
def tree(tmp_path):
    return copy_of_the_tree(tmp_path / "tree")


@compiles
def test_build_says_what_it_runs_and_where_the_result_lies(built, module):
    *commands, result = built[1].splitlines()
    sources = [name for name in builder().sources() if name.endswith(".c")]
    assert len(commands) == len(sources) + 2            # of cffi's code, too, and at last of the linker
    for command, name in zip(commands, sorted(sources, reverse=True)):
        assert command.split()[0] in COMPILERS and "-ffp-contract=off" in command and os.sep + name in command
    assert result == "built " + module and stat.S_IMODE(os.stat(module).st_mode) & 0o444 == 0o444
    assert usable(built[0])


@compiles
def test_the_built_kernels_train_to_the_same_bits(built):
    losses = [re.sub(" in .*s[.]", "", run(built[0], "train", "iris", "--epochs", "3", "--backend", backend)[1])
              for backend in ("python", "c")]
    assert losses[0].replace("backend python", "backend c") == losses[1] and "Loss" in losses[0]


@compiles
def test_the_folder_can_be_an_installed_package(module, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree", module)
    for name in ("csrc", "datasets"):
        os.rename(os.path.join(tree, name), os.path.join(tree, "pygraphnn", name))
    assert usable(tree)
    copier = program(tmp_path / "copier", 'while [ "$1" != -o ]; do shift; done\ncp "%s" "$2"\n' % module)
    code, out, err = run(tree, "build", CC=copier)
    assert (code, err) == (0, "") and os.path.join("pygraphnn", "csrc", "rows.c") in out


def test_not_built(tree):
    assert reason(tree).endswith("the kernels were not built: run `python -m pygraphnn build`")


def test_not_built_at_installation(tree):
    with open(os.path.join(tree, "csrc", "not_built.txt"), "w") as file:
        file.write("there was no C compiler\n")
    assert "the kernels were not built at installation (there was no C compiler): run" in reason(tree)


@compiles
def test_a_stale_module_is_noticed_and_not_used(module, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree", module)
    assert usable(tree)
    for name in builder().sources():
        path = os.path.join(tree, "csrc", name)
        with open(path) as file:
            original = file.read()
        with open(path, "a") as file:
            file.write("/* changed */\n")
        assert "built from other sources than those that are here: run `python -m pygraphnn build`" in reason(tree)
        with open(path, "w") as file:
            file.write(original)
    assert usable(tree)
    build = os.path.join(tree, "csrc", "build.py")
    with open(build) as file:
        text = file.read()
    with open(build, "w") as file:
        file.write(text.replace('"-ffp-contract=off"', '"-ffp-contract=fast"'))
    assert "built from other sources" in reason(tree)


@compiles
def test_without_its_sources_a_module_is_used_but_not_built(module, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree", module)
    shutil.rmtree(os.path.join(tree, "csrc"))
    assert usable(tree)
    assert "the folder of the C sources is missing: install the package again" in build_fails(tree)


def test_a_module_for_another_python(tree):
    name = "_kernels.abi3.so" if PYPY else "_kernels.pypy39-pp73-x86_64-linux-gnu.so"
    with open(os.path.join(tree, "pygraphnn", name), "w"):
        assert "built for another Python (%s): run `python -m pygraphnn build`" % name in reason(tree)


def test_a_module_that_does_not_load(tree):
    with open(os.path.join(tree, "pygraphnn", MODULE), "w") as file:
        file.write("this is no shared library")
    assert re.search(r"the compiled kernels cannot be loaded \(.+\): run `python -m pygraphnn build`", reason(tree))


@compiles
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="compiled modules have another form here")
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_module_is_named_and_not_loaded(module, tmp_path, share):
    """Loading it would end in a bus error."""
    tree = copy_of_the_tree(tmp_path / "tree", module)
    with open(os.path.join(tree, "pygraphnn", MODULE), "r+b") as file:
        file.truncate(int(share * os.path.getsize(module)))
    assert "the compiled kernels %s are cut off in the middle: run `python -m pygraphnn build`" % MODULE in reason(tree)
    assert run(tree, "train", "iris", "--epochs", "1")[0] == 0


@compiles
def test_without_cffi_at_run_time(module, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree", module)
    code = BLOCK % ["_cffi_backend"] + RUN
    if PYPY:                # there it is a part of the interpreter
        assert usable(tree, code=code)
    else:
        assert "the module _cffi_backend is missing: install cffi" in reason(tree, code=code)


@pytest.mark.skipif(not COMPILERS, reason="there is no C compiler here")
@pytest.mark.parametrize("absent", ["cffi", "cffi.cparser"])
def test_without_cffi_to_build(tree, absent):
    err = build_fails(tree, code=BLOCK % [absent] + RUN)
    assert "cffi is missing" in err and "pip install cffi" in err and err.count("\n") == 1


@pytest.mark.skipif(not COMPILERS, reason="there is no C compiler here")
def test_without_pythons_headers(tree):
    code = "import sys, sysconfig\nsysconfig.get_paths = lambda: {'include': '/nowhere'}" + RUN
    err = build_fails(tree, code=code)
    assert "there is no /nowhere/Python.h" in err and ("pypy3-dev" if PYPY else "python3-dev") in err


@pytest.mark.parametrize("CC", ["", " "])
def test_without_a_compiler(tree, tmp_path, CC):
    err = build_fails(tree, PATH=str(tmp_path), CC=CC)
    assert "there is no C compiler" in err and "apt install gcc" in err and err.count("\n") == 1


@compiles
@pytest.mark.parametrize("CC, message", [
    ("no-such-compiler -O2", "names 'no-such-compiler', but there is no such program"),
    ("gcc '", "no command"),
    ("false", "the compiler false failed with exit code 1: install it again, or name another in the variable CC; it "
              "printed nothing"),
    ("true", "the compiler true reported success, but did not make threads.o"),
])
def test_a_compiler_that_is_none(tree, CC, message):
    err = build_fails(tree, CC=CC)
    assert message in err and err.count("\n") == 1


@compiles
def test_a_compiler_that_cannot_be_run(tree, tmp_path):
    program(tmp_path / "cc", "")
    (tmp_path / "cc").write_text("#!/no/such/interpreter\n")
    assert "cannot be run (No such file or directory" in build_fails(tree, CC=str(tmp_path / "cc"))


@compiles
def test_a_broken_compiler_is_quoted_from_its_first_error_on(tree, tmp_path):
    lines = "for i in 1 2 3 4 5 6 7 8 9; do echo note $i; done; echo fatal error: stdio.h; seq 100 130; exit 3\n"
    err = build_fails(tree, CC=program(tmp_path / "cc", lines)).splitlines()
    assert err[0].endswith("failed with exit code 3: install it again, or name another in the variable CC; it printed")
    assert err[1:4] == ["fatal error: stdio.h", "100", "101"] and err[-1] == "(12 of 41 lines)" and len(err) == 14


@compiles
def test_an_error_in_the_sources_is_quoted(tree):
    with open(os.path.join(tree, "csrc", "threads.c"), "a") as file:
        file.write("#error nothing good\n")
    assert "nothing good" in build_fails(tree, CC=COMPILERS[0] + " -fsyntax-only")


@compiles
def test_a_module_that_was_compiled_but_does_not_load(tree, tmp_path):
    err = build_fails(tree, CC=program(tmp_path / "cc", 'while [ "$1" != -o ]; do shift; done\necho >"$2"\n'))
    assert "was compiled, but this Python cannot load it" in err and err.count("\n") == 1


@pytest.mark.c
@compiles
@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_compiler_that_is_told_to_round_as_it_likes_does_not(tmp_path, compiler):
    tree = copy_of_the_tree(tmp_path / "tree")
    assert run(tree, "build", CC=compiler + " -fassociative-math -ffast-math")[0] == 0
    code = """if True:
        from pygraphnn import kernels, lists
        a = [(i * 7919 % 1013) / 97.0 for i in range(1000)]
        print(kernels.total(a) == lists.total(a), float("5e-324") * 1.0)
    """
    assert run(tree, code=code) == (0, "True 5e-324\n", "")


@pytest.mark.c
@compiles
@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("options", ["-Ofast", "-O1 -ffinite-math-only -Wno-error",
                                     "-O2 -mfma -ffp-contract=fast"])
def test_options_that_change_bits_behind_the_builds_back_are_found(tmp_path, compiler, options):
    """By a script that adds them at the end, or a file that it reads them from."""
    if "-mfma" in options and platform.machine() != "x86_64":
        pytest.skip("another processor has other options")
    tree = copy_of_the_tree(tmp_path / "tree")
    (tmp_path / "options").write_text(options)
    wrapper = program(tmp_path / "cc", 'exec %s "$@" -w @%s\n' % (compiler, tmp_path / "options"))
    error = build_fails(tree, CC=wrapper)
    found = "the module was compiled, but its arithmetic is not Python's (" in error and error.count("\n") == 1
    assert found or "so the bits would differ: build without it" in error       # which Clang says of itself


@compiles
def test_what_the_linker_says_is_shown(tree, tmp_path):
    error = build_fails(tree, CC=program(tmp_path / "cc", 'exec %s "$@" -O0 -lno_such_library\n' % COMPILERS[0]))
    assert "no_such_library" in error and "(1 of" not in error


@compiles
def test_output_without_an_error_is_shown_whole_or_from_its_end(tree, tmp_path):
    lines = build_fails(tree, CC=program(tmp_path / "cc", "seq 1 10; exit 3\n")).splitlines()
    assert lines[1:] == [str(n) for n in range(1, 11)]
    lines = build_fails(tree, CC=program(tmp_path / "cc", "seq 1 40; exit 3\n")).splitlines()
    assert lines[1:] == [str(n) for n in range(29, 41)] + ["(12 of 40 lines)"]


@compiles
def test_folders_of_builds_that_were_killed_are_removed_and_others_stay(tree, tmp_path):
    package = os.path.join(tree, "pygraphnn")
    wrapper = program(tmp_path / "cc", "kill -9 $PPID\n")
    assert run(tree, "build", CC=wrapper)[0] != 0
    left = [name for name in os.listdir(package) if name.startswith("_kernels-")]
    assert len(left) == 1
    running = "_kernels-%d-now" % os.getpid()
    os.mkdir(os.path.join(package, running))
    assert run(tree, "build", CC="false")[0] == 2
    assert [name for name in os.listdir(package) if name.startswith("_kernels-")] == [running]


@compiles
def test_a_failed_build_leaves_the_module_from_before(module, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree", module)
    build_fails(tree, CC="false")
    assert usable(tree)


@compiles
def test_the_new_module_is_the_one_that_is_found(module, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree")
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        with open(os.path.join(tree, "pygraphnn", "_kernels" + suffix), "w") as file:
            file.write("old")
    copier = program(tmp_path / "copier", 'while [ "$1" != -o ]; do shift; done\ncp "%s" "$2"\n' % module)
    assert run(tree, "build", CC=copier)[0] == 0
    assert [name for name in os.listdir(os.path.join(tree, "pygraphnn")) if name.startswith("_k")] == [MODULE]
    assert usable(tree)


def test_a_folder_that_cannot_be_written_to():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        tree = copy_of_the_tree(os.path.join(folder, "tree"))
        # The superuser may write everywhere, so it becomes somebody else, who perhaps cannot import anything any more.
        code = """if True:
            import locale, os, sys, tempfile
            from pygraphnn.cli import builder, main
            builder()
            if os.getuid() == 0:
                os.setuid(65534)
            sys.exit(main(sys.argv[1:]))
        """
        os.chmod(os.path.join(tree, "pygraphnn"), 0o555)
        err = build_fails(tree, code=code)
        os.chmod(os.path.join(tree, "pygraphnn"), 0o755)
    assert "pygraphnn cannot be written to (Permission denied): install the package where you may write" in err
    assert err.count("\n") == 1


@compiles
def test_the_environment_can_choose_the_backend(module, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree", module)
    assert run(tree, "backends", PYGRAPHNN_BACKEND="c")[1].endswith("c       can be used (in use)\n")
    assert "backend c\n" in run(tree, "train", "iris", "--epochs", "1", PYGRAPHNN_BACKEND="c")[1]


def test_the_environment_asks_for_kernels_that_are_not_built(tree):
    assert "were not built" in reason(tree, PYGRAPHNN_BACKEND="c")
    code, out, err = run(tree, "train", "iris", "--epochs", "1", PYGRAPHNN_BACKEND="c")
    assert code == 2 and err.startswith("pygraphnn: PYGRAPHNN_BACKEND=c: the C backend cannot be used: the kernels ")
    assert err.endswith("run `python -m pygraphnn build`\n") and err.count("\n") == 1


@compiles
def test_who_stays_with_lists_imports_nothing_for_the_kernels(built):
    code = """if True:
        import sys, pygraphnn
        pygraphnn.standardize(pygraphnn.load_dataset("iris").data)
        print([name for name in sys.modules if name in (
            "cffi", "_cffi_backend", "pygraphnn.kernels", "pygraphnn._kernels", "pygraphnn_build", "subprocess")])
    """
    assert run(built[0], code=code) in [(0, "[]\n", ""), (0, "['_cffi_backend']\n", "")]


@pytest.mark.skipif(PYPY, reason="PyPy's modules have other names")
def test_what_a_build_on_windows_does_otherwise(monkeypatch):
    script = builder()
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        windows.setattr(sys, "platform", "win32")
        windows.setenv("CC", r'"C:\Program Files\gcc.exe" -O1')
        windows.setattr(shutil, "which", lambda name: name)
        found = script.unsupported(), script.module_name(), script.linking(), script.compiler()
        assert script.position_independent() == []
    unsupported, name, linking, compiler = found
    assert (unsupported, name) == (None, "_kernels.pyd")
    assert linking[-1] == os.path.join(sys.base_prefix, "libs", "python3.lib") and "-fPIC" not in linking
    assert compiler == [r"C:\Program Files\gcc.exe", "-O1"]
