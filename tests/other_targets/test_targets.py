"""The kernels compiled for other processors and systems, and run there: `driver.c` compares each product's bits.

    python -m pytest -m packaging tests/other_targets

Needs the compilers, QEMU and Wine. This machine must run programs for 32-bit x86.
"""
import glob
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

import pytest
from networks import ROOT

sys.path.insert(0, os.path.join(ROOT, "csrc"))
import build  # noqa: E402

pytestmark = pytest.mark.packaging

OPTIONS = build.FLAGS + "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror".split()
MADE = tempfile.TemporaryDirectory()        # for the header that build.py makes
build.write_powers(MADE.name)
OPTIONS += ['-DPGN_SOURCES=""', "-I" + os.path.join(ROOT, "csrc"), "-I" + MADE.name]
SOURCES = glob.glob(os.path.join(ROOT, "csrc", "*.c")) + [os.path.join(ROOT, "tests", "other_targets", "driver.c")]
WINE = "/usr/lib/wine/wine64"
ZIG = [sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-windows-gnu"]
ON_X86 = platform.machine() == "x86_64"
FUSED_ON_X86 = r"vfn?m(add|sub)"


def run(*command, **environment):
    done = subprocess.run(command, env=dict(os.environ, **environment), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, "%s\n%s" % (" ".join(command), done.stdout)
    return done.stdout


def compiled(folder, *compiler):
    """The objects of the kernels and of the driver."""
    for source in SOURCES:
        run(*compiler, *OPTIONS, "-c", source, "-o", str(folder / os.path.basename(source)).replace(".c", ".o"))
    return sorted(glob.glob(str(folder / "*.o")))


def driver(folder, *compiler, objects=None):
    """The program that compares the bits."""
    program = str(folder / "driver")
    run(*compiler, "-static", "-pthread", *(objects or compiled(folder, *compiler)), "-o", program, "-lm")
    return program


def none_fused(objdump, path, pattern):
    assembly = run(objdump, "-d", path)
    assert re.search("<pgn_|<number>|<main>|<find_all>", assembly)
    assert not re.search(pattern, assembly), "%s has a fused multiply-add" % path


def test_aarch64(tmp_path):
    objects = compiled(tmp_path, "aarch64-linux-gnu-gcc")
    program = driver(tmp_path, "aarch64-linux-gnu-gcc", objects=objects)
    assert "paths 0 1:" in run("qemu-aarch64", program, "1", "60")
    for path in objects:
        if not path.endswith("processors.o"):           # which is empty there
            none_fused("aarch64-linux-gnu-objdump", path, r"\bfn?m(add|sub|la|ls)\b")


def test_musl(tmp_path):
    program = driver(tmp_path, "musl-gcc")
    assert "paths 0 1" in run(program, "1", "200")
    if ON_X86:                                          # a processor without AVX
        assert "paths 0 1:" in run("qemu-x86_64", "-cpu", "Nehalem", program, "3", "20")


def test_the_old_registers_of_32_bit_x86_are_refused(tmp_path):
    with pytest.raises(AssertionError, match="error: #error .*another precision"):
        compiled(tmp_path, "i686-linux-gnu-gcc")


def test_32_bit_x86_with_sse2(tmp_path):
    assert "paths 0 1:" in run(driver(tmp_path, "i686-linux-gnu-gcc", "-msse2", "-mfpmath=sse"), "1", "200")


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_this_machine(tmp_path, compiler):
    objects = compiled(tmp_path, compiler)
    assert "paths 0 1" in run(driver(tmp_path, compiler, objects=objects), "2", "200")
    for path in objects if ON_X86 else []:
        if not path.endswith(("exp.o", "tanh.o")):      # which fuse by name
            none_fused("objdump", path, FUSED_ON_X86)


@pytest.mark.parametrize("compiler", [["x86_64-w64-mingw32-gcc", "-static"], ZIG], ids=["MinGW", "Zig"])
def test_windows_under_wine(tmp_path, compiler):
    assert os.path.exists(WINE) or shutil.which(WINE), "Wine is missing"
    program = str(tmp_path / "driver.exe")
    run(*compiler, *OPTIONS, *SOURCES, "-o", program)
    assert "paths 0 1" in run(WINE, program, "1", "100", WINEPREFIX=str(tmp_path / "wine"), WINEDEBUG="-all")
