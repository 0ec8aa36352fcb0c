"""tanh in C, in every version that can be used here, against `math.tanh`, bit for bit; and the proof of a version."""
import ctypes
import math
import os
import random
import re

import pytest
from networks import ROOT, WHY_NOT_C, same_bits
from vectors import FUSES, compiled_alone, next_to

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from pygraphnn.kernels import ffi, lib, memory

LIBRARY, AVX2, AVX512 = 0, 1, 2
NAMES = {LIBRARY: "library", AVX2: "AVX2", AVX512: "AVX-512"}
IN_USE = lib.pgn_get_tanh()
VERSIONS = [version for version in NAMES if lib.pgn_set_tanh(version) == 0]
VECTORS = VERSIONS[1:]
lib.pgn_set_tanh(IN_USE)
needs_vectors = pytest.mark.skipif(AVX2 not in VERSIONS, reason="the vectors cannot be used here")


@pytest.fixture(params=VERSIONS, ids=NAMES.get)
def version(request):
    assert lib.pgn_set_tanh(request.param) == 0 and lib.pgn_get_tanh() == request.param
    yield request.param
    lib.pgn_set_tanh(IN_USE)


def numbers():
    """Numbers for which tanh takes every way that it has: all magnitudes, and every branch of it and of expm1."""
    source = random.Random(2)
    x = [source.uniform(-3, 3) for _ in range(40000)] + [source.uniform(-23, 23) for _ in range(40000)]
    x += [sign * math.ldexp(m, e) for e in range(-1074, 1024) for sign in (-1, 1) for m in (1.0, source.uniform(1, 2))]
    branches = [2.0 ** -55, 2.0 ** -54, math.log(2) / 4, float.fromhex("0x1.62e43p-3"), 1.0, 22.0]
    branches += [(k + 0.5) * math.log(2) / 2 for k in range(65)]        # where the power of two changes
    x += [next_to(sign * b, n) for b in branches for sign in (-1, 1) for n in (-2, -1, 0, 1, 2)]
    with open(os.path.join(ROOT, "csrc", "tanh.c"), encoding="utf-8") as file:
        rows = file.read().split("telling[] = {")[1].split("};")[0]
    x += [float.fromhex(digits) for digits in re.findall(r"0x1\.[0-9a-f]+p-\d+", rows)]
    return x + [0.0, -0.0, 5e-324, -5e-324, math.inf, -math.inf, math.nan]


NUMBERS = numbers()
EXPECTED = [math.tanh(x) for x in NUMBERS]


def test_tanh_has_the_bits_of_the_c_library(version):
    n = len(NUMBERS)
    a = memory(n)
    a[0:n] = NUMBERS
    lib.pgn_tanh(a, a, ffi.NULL, 0.0, n)            # the result may be its own argument
    assert same_bits(ffi.unpack(a, n), EXPECTED)


def test_any_length(version):
    for n in range(37):
        a, c = memory(n), memory(n + 5)
        a[0:n], c[0:n + 5] = NUMBERS[n:2 * n], [7.0] * (n + 5)
        lib.pgn_tanh(c, a, ffi.NULL, 0.0, n)
        assert same_bits(ffi.unpack(c, n + 5), EXPECTED[n:2 * n] + [7.0] * 5)


def test_the_library_can_always_be_used_and_the_widest_is():
    assert VERSIONS[0] == LIBRARY and IN_USE == max(VERSIONS)
    for version in (-1, 3, 1000):
        assert lib.pgn_set_tanh(version) == 1 and lib.pgn_get_tanh() == IN_USE


def is_right(library):
    n = len(NUMBERS)
    c = (ctypes.c_double * n)()
    library.pgn_tanh(c, (ctypes.c_double * n)(*NUMBERS), None, 0.0, n)
    return same_bits(list(c), EXPECTED)


@pytest.mark.long
@needs_vectors
def test_the_right_vectors_are_used(tmp_path):
    library = compiled_alone("tanh", tmp_path)
    assert library.pgn_get_tanh() == max(VECTORS)
    for version in VECTORS:
        assert library.pgn_set_tanh(version) == 0 and is_right(library)


NO_PROOF = (" && gives_the_bits_of_the_library(versions[version])", "")


@pytest.mark.c
@pytest.mark.skipif(not FUSES, reason="no vectors run on this processor")
@pytest.mark.parametrize("right, wrong", [
    ("Q3 = -0x1.4ce199eaadbb7p-14", "Q3 = -0x1.4ce19aeaadbb7p-14"),
    ("LN2_LOW = 0x1.a39ef35793c76p-33", "LN2_LOW = 0x1.a39ff35793c76p-33"),
    ("NOT_REDUCED = 0x1.62e43p-2", "NOT_REDUCED = 0x1.7p-1"),
    ("LIMIT = 22.0", "LIMIT = 18.0"),
    ("CHOSEN(k, ALL(-1.0), by_half, far)", "CHOSEN(k, ALL(-2.0), by_half, far)"),
    ("FUSED(-r, half, ALL(3.0))", "(ALL(3.0) - r * half)"),
    ("FUSED(-x, t, ALL(6.0))", "(ALL(6.0) - x * t)"),
    ("FUSED(x, quotient, -h)", "(x * quotient - h)"),
    ("FUSED(x, quotient - rest, -rest)", "(x * (quotient - rest) - rest)"),
    ("FUSED(h, ALL(Q1), ALL(1.0))", "(h * ALL(Q1) + ALL(1.0))"),
])
def test_wrong_vectors_are_not_used(right, wrong, tmp_path):
    """Nor are those of a library whose compiler did not fuse in one place."""
    (tmp_path / "proved").mkdir()
    library = compiled_alone("tanh", tmp_path / "proved", (right, wrong))
    assert library.pgn_get_tanh() == LIBRARY and is_right(library)
    assert [library.pgn_set_tanh(version) for version in (AVX2, AVX512)] == [1, 1]
    (tmp_path / "not_proved").mkdir()
    library = compiled_alone("tanh", tmp_path / "not_proved", (right, wrong), NO_PROOF)
    assert library.pgn_set_tanh(AVX2) == 0 and not is_right(library)
