"""Compiles the kernels into the module `pygraphnn._kernels`, with cffi and a C compiler and nothing else.

`python -m pygraphnn build` and `setup.py` come here, and `kernels.py` asks whether a module was built from these
sources. cffi reads the declarations of `kernels.h` and writes the C code through which Python calls them; the compiler
turns that code and the sources beside this file into a shared library.
"""
# Most imports stand in the functions that need them: for the question alone, few are needed.
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Those that begin with -fno take back what CC may ask for: other bits, and zeros for subnormals in the whole process.
# (But for errno, which only keeps the compiler from computing roots side by side.) A new operation that is missing in
# one of the places where a plan calls it is an error.
FLAGS = ["-std=c11", "-O3", "-fno-fast-math", "-fno-associative-math", "-ffp-contract=off",
         "-fno-math-errno", "-Werror=switch"]
MOST_LINES = 12         # of a compiler's output
WORKSHOP = "_kernels-"  # how the folder begins in which a process builds; its number follows


class BuildError(OSError):
    """The kernels could not be compiled; the message says what is missing and how to get it."""


def build(package: str, say: object = print) -> str:
    """Compiles the kernels into the folder of the package, and returns the path of the module.

    What was there before stays until the new module is complete, and known to load and to give the right bits. `say`
    gets the command that runs. BuildError: something is missing, or failed.
    """
    import tempfile
    _remove_abandoned(package)
    try:
        workshop = tempfile.TemporaryDirectory(prefix="%s%d-" % (WORKSHOP, os.getpid()), dir=package)
    except OSError as problem:
        raise BuildError("the folder %s cannot be written to (%s): install the package where you may write, in a "
                         "virtual environment for example" % (package, problem.strerror or problem)) from None
    with workshop as folder:
        library = _compile(folder, say)
        _try(library, package)
        module = os.path.join(package, module_name())
        try:
            os.replace(library, module)
        except PermissionError:         # Windows says so of what is loaded
            raise BuildError("%s cannot be replaced: close every Python that uses the C backend, and build again"
                             % module) from None
    for name in _names_that_python_looks_for():     # one of another form would be found before the new one, or after
        path = os.path.join(package, name)
        if path != module and os.path.exists(path):
            os.remove(path)
    return module


def _remove_abandoned(package: str) -> None:
    """Removes the folders of builds that were killed: of processes that there are no more."""
    import shutil
    if os.name == "nt":         # which has no harmless way to ask for a process
        return
    for name in os.listdir(package) if os.path.isdir(package) else []:
        process = name[len(WORKSHOP):].split("-")[0] if name.startswith(WORKSHOP) else ""
        if process.isdigit() and not _is_running(int(process)):
            shutil.rmtree(os.path.join(package, name), ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):        # it is somebody else's
        pass
    return True


def fingerprint() -> str:
    """A digest of the sources and of this script: a module that was built from others gives another one."""
    from binascii import crc32
    digest = 0
    for name in sources() + [os.path.basename(__file__)]:
        with open(os.path.join(HERE, name), "rb") as file:
            digest = crc32(name.encode() + b"\n" + file.read(), digest)
    return "%08x" % digest


def sources() -> list:
    """The names of the C files and headers beside this script, sorted."""
    return sorted(name for name in os.listdir(HERE) if name.endswith((".c", ".h")) and not name.startswith("."))


def module_name() -> str:
    """The file name of the module: one for every CPython from 3.8 on (or from that on which made it, if
    that is older), one for each PyPy."""
    import sysconfig
    if not for_every_cpython():
        return "_kernels" + sysconfig.get_config_var("EXT_SUFFIX")
    return "_kernels.pyd" if os.name == "nt" else "_kernels.abi3.so"


def for_every_cpython() -> bool:
    """Whether a module built here runs in other versions of CPython too: one by a usual build of CPython does."""
    import sysconfig
    unusual = sysconfig.get_config_var("Py_GIL_DISABLED") or sysconfig.get_config_var("Py_DEBUG")
    return sys.implementation.name == "cpython" and not unusual


def unsupported() -> str:
    """Why the kernels cannot be built on this kind of system, or None."""
    if os.name in ("posix", "nt") and sys.platform not in ("emscripten", "wasi"):
        return None
    return "the C kernels are not made for this kind of system (%s): stay with the list backend" % sys.platform


def compiler() -> list:
    """The command that CC holds, else the first compiler that is there. BuildError: there is none."""
    import shlex
    import shutil
    if unsupported():
        raise BuildError(unsupported())
    named = os.environ.get("CC", "").strip()
    if not named:
        for command in ("cc", "gcc", "clang"):
            if shutil.which(command):
                return [command]
        raise BuildError("there is no C compiler (neither cc, gcc nor clang): install one, with `apt install gcc "
                         "libc6-dev` on Debian or `pip install ziglang` anywhere, and name it, if it is called "
                         "otherwise, in the variable CC (Zig's is `python -m ziglang cc`)")
    try:
        if os.name == "nt":         # where folders are separated by backslashes
            command = [word.strip('"') for word in shlex.split(named, posix=False)]
        else:
            command = shlex.split(named)
    except ValueError as problem:
        raise BuildError("the variable CC holds %r, which is no command (%s): correct it" % (named, problem)) from None
    if not shutil.which(command[0]):
        raise BuildError("the variable CC names %r, but there is no such program: correct it, or unset CC to take the "
                         "system's compiler" % command[0])
    return command


def header_folders() -> list:
    """The folders of Python's own C headers. BuildError: they are not installed."""
    import sysconfig
    paths = sysconfig.get_paths()
    if not os.path.exists(os.path.join(paths["include"], "Python.h")):
        raise BuildError("Python's C headers are missing (there is no %s): install them, with `apt install %s` on "
                         "Debian for example" % (os.path.join(paths["include"], "Python.h"),
                                          "pypy3-dev" if sys.implementation.name == "pypy" else "python3-dev"))
    return sorted({paths["include"], paths.get("platinclude") or paths["include"]})


def linking() -> list:
    """The options that make a module of Python out of what was compiled."""
    if os.name == "nt":
        name = "python3.lib" if for_every_cpython() else "python%d%d.lib" % sys.version_info[:2]
        return ["-shared", "-static-libgcc", os.path.join(sys.base_prefix, "libs", name)]
    kind = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]
    return kind + position_independent() + ["-lm"]


def position_independent() -> list:
    """The options for code that lies wherever there is room in a process, and starts threads."""
    return [] if os.name == "nt" else ["-fPIC", "-pthread"]


def _compile(folder: str, say: object) -> str:
    """Makes the module in this folder, and returns its path. The sources are compiled side by side."""
    from concurrent.futures import ThreadPoolExecutor
    begin = compiler() + FLAGS
    headers = header_folders()
    glue, library = os.path.join(folder, "_kernels.c"), os.path.join(folder, module_name())
    _write_glue(glue)
    write_powers(folder)
    options = position_independent() + ['-DPGN_SOURCES="%s"' % fingerprint()]
    options += ["-I" + path for path in [HERE, folder] + headers]
    compiled = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        # From the end on: what takes longest, the matrix product, is not left to the last then.
        for source in reversed([glue] + [os.path.join(HERE, name) for name in sources() if name.endswith(".c")]):
            made = os.path.join(folder, os.path.basename(source)[:-2] + ".o")
            command = begin + options + ["-c", source, "-o", made]
            say(_shown(command))
            compiled.append(pool.submit(_run, command, made))
        try:
            objects = [one.result() for one in compiled]
        finally:
            for one in compiled:                # that has not begun, where another has failed
                one.cancel()
    command = begin + objects + ["-o", library] + linking()
    say(_shown(command))
    return _run(command, library)


def _shown(command: list) -> str:
    import shlex
    return " ".join(shlex.quote(word) for word in command)


def _run(command: list, made: str) -> str:
    """Runs a command of the compiler, which must make this file. Returns its path."""
    import subprocess
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(os.environ, LC_ALL="C"))         # errors are called so, in every country
    except OSError as problem:
        raise BuildError("the compiler %s cannot be run (%s): install it again, or name another in the variable CC"
                         % (command[0], problem.strerror or problem)) from None
    if done.returncode != 0:
        raise BuildError("the compiler %s failed with exit code %d: install it again, or name another in the variable "
                         "CC; %s" % (command[0], done.returncode, _printed(done.stdout)))
    if not os.path.exists(made):
        raise BuildError("the compiler %s reported success, but did not make %s: install it again, or name another in "
                         "the variable CC" % (command[0], os.path.basename(made)))
    return made


def write_powers(folder: str) -> None:
    """Writes exp_powers.h, the powers of two that exp.c needs.

    Pair k begins with what H, the double next to 2^(k/128), misses: the double next to 2^(k/128) / H - 1. It ends in
    the double whose bits are those of H less k << 45. The exponent stands from bit 52 on, so the bits of any i, moved
    45 to the left and added, give 2^(i/128) for the i that end in the seven bits of k.
    """
    import struct
    from decimal import Decimal, localcontext
    with localcontext() as context, open(os.path.join(folder, "exp_powers.h"), "w", encoding="ascii") as file:
        context.prec = 60
        file.write("static const double powers[128][2] = {\n")
        for k in range(128):
            exact = Decimal(2) ** (Decimal(k) / 128)
            nearest = float(exact)
            bits = struct.unpack("<q", struct.pack("<d", nearest))[0] - (k << 45)
            power = struct.unpack("<d", struct.pack("<q", bits))[0]
            file.write("    {%s, %s},\n" % (float(exact / Decimal(nearest) - 1).hex(), power.hex()))
        file.write("};\n")


def _write_glue(path: str) -> None:
    """Has cffi write the C code between Python and the functions that kernels.h declares."""
    import contextlib
    import io
    try:
        import cffi
        ffi = cffi.FFI()
    except ImportError as problem:
        raise BuildError("cffi is missing (%s): install it with `pip install cffi`, or your system's package, such as "
                         "Debian's python3-cffi" % problem) from None
    ffi.cdef(_declarations())
    ffi.set_source("pygraphnn._kernels", '#include "kernels.h"')
    with contextlib.redirect_stdout(io.StringIO()):                         # it would print that it writes the file
        ffi.emit_c_code(path)


def _declarations() -> str:
    """What kernels.h declares, without the directives, as cffi has no C preprocessor; with a function for each line of
    each.h."""
    import re
    texts = []
    for name in ("kernels.h", "each.h"):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            texts.append(file.read())
    header, each = texts
    declaration = re.search(r"^#define EACH\(name, formula\) (.*)$", header, re.MULTILINE).group(1)
    functions = [declaration.replace("##name", name) for name in re.findall(r"^EACH\((\w+),", each, re.MULTILINE)]
    return re.sub("^#.*$", "", header.replace('#include "each.h"', "\n".join(functions)), flags=re.MULTILINE)


def _try(library: str, package: str) -> None:
    """Loads the module in a process of its own, which compares its results with those of the lists."""
    import subprocess
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYGRAPHNN_")}
    variables["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-B", os.path.join(HERE, "try_it.py"), os.path.dirname(library),
               os.path.dirname(os.path.abspath(package))]
    done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    printed = done.stdout.decode(errors="replace").split("\n")
    if printed[0] != fingerprint():
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["exit code %d" % done.returncode]
        raise BuildError("the module was compiled, but this Python cannot load it (%s): is the compiler made for this "
                         "machine? If not, name another in the variable CC" % lines[-1])
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["exit code %d" % done.returncode]
        raise BuildError("the module was compiled and loaded, but it cannot compute (%s): name another compiler in the "
                         "variable CC" % lines[-1])
    if printed[1]:
        raise BuildError("the module was compiled, but its arithmetic is not Python's (%s): leave options like "
                         "-ffast-math out of the variable CC and of what the compiler reads besides, or name another "
                         "compiler" % printed[1])


def _printed(output: bytes) -> str:
    """What a compiler printed: all, or, if that is much, what begins with the first error, or the end."""
    lines = output.decode(errors="replace").strip().splitlines()
    if not lines:
        return "it printed nothing"
    shown = lines
    if len(lines) > MOST_LINES:         # that the linker failed is said at the end, after the reasons
        errors = [number for number, line in enumerate(lines) if "error" in line and "ld returned" not in line]
        shown = lines[errors[0]:errors[0] + MOST_LINES] if errors else lines[-MOST_LINES:]
    if len(shown) < len(lines):
        shown.append("(%d of %d lines)" % (len(shown), len(lines)))
    return "it printed\n" + "\n".join(shown)


def _names_that_python_looks_for() -> list:
    from importlib.machinery import EXTENSION_SUFFIXES
    return ["_kernels" + suffix for suffix in EXTENSION_SUFFIXES]
