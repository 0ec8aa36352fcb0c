"""For the tests of exp and tanh in vectors: what the processor has, and a file of csrc compiled alone, or changed."""
import ctypes
import os
import platform
import struct
import subprocess

from networks import ROOT, bits

from pygraphnn.building import builder


def processor_has(*features):
    try:
        with open("/proc/cpuinfo") as file:
            return set(features) <= set(file.read().split())
    except OSError:
        return False


FUSES = platform.machine() == "x86_64" and processor_has("avx2", "fma")


def next_to(x, steps=1):
    """The double that many places further on in the order of their bits: away from 0."""
    return struct.unpack("<d", struct.pack("<q", struct.unpack("<q", bits(x))[0] + steps))[0]


def compiled_alone(function, folder, *changes):
    """csrc/FUNCTION.c and what it needs, with some of its text, or of its headers', changed."""
    builder().write_powers(str(folder))
    source_file = function + ".c"
    for name in ("clock.h", "each.h", source_file, "exp_powers.h", function + "_vectors.h", "kernels.h", "library.c",
                 "library.h", "processors.c", "processors.h", "vectors.h"):
        made = (folder / name).exists()
        with open(str(folder / name) if made else os.path.join(ROOT, "csrc", name), encoding="utf-8") as file:
            source = file.read()
        for old, new in changes:
            if name != "kernels.h" and old in source:
                assert source.count(old) == 1
                source, changes = source.replace(old, new), [change for change in changes if change[0] != old]
        (folder / name).write_text(source, encoding="utf-8")
    assert not changes, "csrc has no such text: %r" % (changes,)
    command = os.environ.get("CC", "cc").split() + ["-std=c11", "-O1", "-ffp-contract=off", "-fPIC", "-shared"]
    command += ["-pthread", source_file, "library.c", "processors.c", "-o", function + ".so", "-lm"]
    subprocess.run(command, cwd=str(folder), check=True)
    library = ctypes.CDLL(str(folder / (function + ".so")))
    getattr(library, "pgn_" + function).argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double,
                                                    ctypes.c_ssize_t]
    return library
