"""exp and the sigmoid in C, in every version that can be used here, against `math.exp` and `lists.py`, bit for bit; and
the proof that a version must bring before it is used.
"""
import ctypes
import math
import os
import platform
import random
import re
import sys
from fractions import Fraction

import pytest
from networks import same_bits
from test_kernels import run
from vectors import FUSES, compiled_alone, next_to, processor_has

from pygraphnn import lists
from pygraphnn.building import builder
from pygraphnn.kernels import ffi, lib, memory

LIBRARY, AVX2, AVX512 = 0, 1, 2
NAMES = {LIBRARY: "library", AVX2: "AVX2", AVX512: "AVX-512"}
IN_USE = lib.pgn_get_exp()
VERSIONS = [version for version in NAMES if lib.pgn_set_exp(version) == 0]
VECTORS = VERSIONS[1:]
lib.pgn_set_exp(IN_USE)


@pytest.fixture(params=VERSIONS, ids=NAMES.get)
def version(request):
    assert lib.pgn_set_exp(request.param) == 0 and lib.pgn_get_exp() == request.param
    yield request.param
    lib.pgn_set_exp(IN_USE)


needs_vectors = pytest.mark.skipif(AVX2 not in VERSIONS, reason="the vectors cannot be used here")


def exp(x):
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def numbers():
    """Numbers for which exp takes every way that it has: all magnitudes, densely where it matters, and every branch."""
    source = random.Random(1)
    x = [source.uniform(-40, 40) for _ in range(20000)] + [source.uniform(-760, 720) for _ in range(20000)]
    x += [sign * math.ldexp(m, e) for e in range(-1074, 1024) for sign in (-1, 1) for m in (1.0, source.uniform(1, 2))]
    steps = [(k + source.choice([0.0, 0.5])) * math.log(2) / 128 for k in range(-3000, 3000)]
    branches = [2.0 ** -54, 2.0 ** -1022, 512.0, 708.0, 708.3964185322641, 709.0, 709.782712893384, 745.1332191019411,
                745.2, 1024.0]
    x += [next_to(sign * b, n) for b in branches for sign in (-1, 1) for n in (-2, -1, 0, 1, 2)]
    x += [next_to(b, n) for b in steps if b for n in (-1, 0, 1)]
    return x + [0.0, -0.0, 5e-324, -5e-324, math.inf, -math.inf, math.nan, sys.float_info.max, -sys.float_info.max]


NUMBERS = numbers()
EXPECTED = [exp(x) for x in NUMBERS]


# What comes out


def test_exp_has_the_bits_of_the_c_library(version):
    n = len(NUMBERS)
    a, c = memory(n), memory(n)
    a[0:n] = NUMBERS
    pgn_exp(c, a, n)
    assert same_bits(ffi.unpack(c, n), EXPECTED)
    pgn_exp(a, a, n)
    assert same_bits(ffi.unpack(a, n), EXPECTED), "the result may be its own argument"


def pgn_exp(c, a, n):
    lib.pgn_exp(c, a, ffi.NULL, 0.0, n)


def pgn_sigmoid(c, a, n):
    lib.pgn_sigmoid(c, a, ffi.NULL, 0.0, n)


@pytest.mark.parametrize("start", range(8))
def test_any_length_and_any_place_in_memory(version, start):
    source = random.Random(start)
    for n in range(71):
        x = [source.choice(NUMBERS) for _ in range(n)]
        for function, expected in ((pgn_exp, [exp(a) for a in x]), (pgn_sigmoid, lists.sigmoid(x))):
            a, c = memory(n + start), memory(n + start + 5)
            c[0:n + start + 5] = [7.0] * (n + start + 5)
            a[start:n + start] = x
            function(c + start, a + start, n)
            assert same_bits(ffi.unpack(c, n + start + 5), [7.0] * start + expected + [7.0] * 5)


def test_the_sigmoid_has_the_bits_of_its_loop(version):
    n = len(NUMBERS)
    a, c = memory(n), memory(n)
    a[0:n] = NUMBERS
    pgn_sigmoid(c, a, n)
    assert same_bits(ffi.unpack(c, n), lists.sigmoid(NUMBERS))


# Which version is used


def test_the_library_can_always_be_used():
    assert VERSIONS[0] == LIBRARY and IN_USE in VERSIONS
    for version in (-1, 3, 1000):
        assert lib.pgn_set_exp(version) == 1 and lib.pgn_get_exp() == IN_USE


@pytest.mark.skipif(not FUSES or platform.libc_ver()[0] != "glibc" or "GLIBC_TUNABLES" in os.environ
                    or not (2, 28) <= tuple(map(int, platform.libc_ver()[1].split("."))) <= (2, 36),
                    reason="the vectors are made for x86-64 that can fuse, and for the glibc that is known")
def test_vectors_are_used_with_the_library_that_they_are_made_for():
    """Which of them is a question of time alone."""
    assert VECTORS == ([AVX2, AVX512] if processor_has("avx512f") else [AVX2]) and IN_USE in VECTORS


@needs_vectors
def test_another_exp_of_the_same_library_is_not_taken_for_the_same():
    """Told not to fuse, glibc takes another exp, which differs in the last place now and then."""
    program = "from pygraphnn.kernels import lib; print(lib.pgn_get_exp(), *[lib.pgn_set_exp(n) for n in %r])" % VECTORS
    as_here = " 0" * len(VECTORS)
    assert run(program)[1:] == as_here + "\n"
    other = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"}
    results = "import math; print([math.exp(i / 7).hex() for i in range(-4000, 4000)])"
    is_obeyed = run(results) != run(results, **other)           # the setting's names depend on the version of glibc
    found = run(program, **other)
    assert found == "0%s\n" % (" 1" * len(VECTORS)) if is_obeyed else found[1:] == as_here + "\n"


@needs_vectors
def test_several_threads_may_be_the_first():
    assert run("""
import threading
from pygraphnn.kernels import lib
found, start = [], threading.Barrier(4)
def first():
    start.wait()
    found.append(lib.pgn_get_exp())
threads = [threading.Thread(target=first) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(found), len(set(found)), found[0] in %r)""" % VECTORS) == "4 1 True\n"


# The proof


def compiled(folder, *changes):
    return compiled_alone("exp", folder, *changes)


def is_right(library):
    n = len(NUMBERS)
    c = (ctypes.c_double * n)()
    library.pgn_exp(c, (ctypes.c_double * n)(*NUMBERS), None, 0.0, n)
    return same_bits(list(c), EXPECTED)


NO_PROOF = ("&& gives_the_bits_of_the_library(&versions[version])", "")

WRONG = {
    "a coefficient": ("C3 = 0x1.555555555543cp-3", "C3 = 0x1.555555545543cp-3"),
    "the step": ("-0x1.62e42fefa0000p-8", "-0x1.62e42fefa0001p-8"),
    "the last bits of the step": ("-0x1.cf79abc9e3b3ap-47", "-0x1.cf79abd9e3b3ap-47"),
    "a power of two": ("0x1.ff63da9fb3335p-1", "0x1.ff63da9fb3336p-1"),
    "the rest of a power of two": ("0x1.b3b4f1a88bf6ep-54", "0.0"),
    "the limit": ("LIMIT = 512.0", "LIMIT = 1024.0"),
}
WRONG_LOOK_UPS = {
    "two lanes of AVX2 exchanged": (AVX2, "powers[which[3]]), _mm_loadu_pd(powers[which[1]])",
                                    "powers[which[1]]), _mm_loadu_pd(powers[which[3]])"),
    "the second half of the table unused by AVX-512": (AVX512, "slli_epi64(which, 1)", "slli_epi64(which & 63, 1)"),
}


@pytest.mark.long
@needs_vectors
def test_the_right_vectors_are_used(tmp_path):
    library = compiled(tmp_path)
    assert library.pgn_get_exp() in VECTORS
    for version in VECTORS:
        assert library.pgn_set_exp(version) == 0 and is_right(library)


@pytest.mark.c
@needs_vectors
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_vectors_are_not_used(wrong, tmp_path):
    change = WRONG[wrong]
    (tmp_path / "proved").mkdir()
    library = compiled(tmp_path / "proved", change)
    assert library.pgn_get_exp() == LIBRARY and is_right(library)
    assert [library.pgn_set_exp(version) for version in VECTORS] == [1] * len(VECTORS)
    (tmp_path / "not_proved").mkdir()
    library = compiled(tmp_path / "not_proved", change, NO_PROOF)
    for version in VECTORS:
        assert library.pgn_set_exp(version) == 0 and not is_right(library)


@pytest.mark.c
@pytest.mark.parametrize("wrong", WRONG_LOOK_UPS)
def test_a_mistake_in_one_version_leaves_the_others(wrong, tmp_path):
    version, *change = WRONG_LOOK_UPS[wrong]
    if version not in VECTORS:
        pytest.skip("the vectors cannot be used here")
    library = compiled(tmp_path, tuple(change))
    assert library.pgn_get_exp() != version and library.pgn_set_exp(version) == 1
    assert [library.pgn_set_exp(other) for other in VECTORS if other != version] == [0] * (len(VECTORS) - 1)


@pytest.mark.c
@needs_vectors
@pytest.mark.parametrize("fused, unfused", [
    ("FUSED(x, ALL(STEPS), ALL(TO_WHOLE))", "(x * ALL(STEPS) + ALL(TO_WHOLE))"),
    ("FUSED(k, ALL(MINUS_REST), FUSED(k, ALL(MINUS_STEP), x))",
     "(k * ALL(MINUS_REST) + FUSED(k, ALL(MINUS_STEP), x))"),
    ("FUSED(r, ALL(C3), ALL(C2))", "(r * ALL(C3) + ALL(C2))"),
    ("FUSED(r2, low, rest + r)", "(r2 * low + (rest + r))"),
    ("FUSED(r2 * r2, high, first)", "(r2 * r2 * high + first)"),
    ("FUSED(scale, rise, scale)", "(scale * rise + scale)"),
])
def test_one_rounding_more_is_enough_for_the_vectors_not_to_be_used(fused, unfused, tmp_path):
    """A library whose compiler did not fuse in one place is to the vectors what the vectors are here to the library."""
    library = compiled(tmp_path, (fused, unfused))
    assert library.pgn_get_exp() == LIBRARY
    assert [library.pgn_set_exp(version) for version in VECTORS] == [1] * len(VECTORS)


# The constants


@pytest.mark.skipif(sys.version_info < (3, 8), reason="there is no math.isqrt")
def test_the_table_holds_the_powers_of_two(tmp_path):
    """2^(k/128), by seven square roots of 2^k in whole numbers: 300 places after the binary point."""
    builder().write_powers(str(tmp_path))
    with open(str(tmp_path / "exp_powers.h"), encoding="utf-8") as file:
        pairs = re.findall(r"\{(-?0[x.][^,{}]*), (0x[^{}]*)\}", file.read())
    assert len(pairs) == 128
    for k, pair in enumerate(pairs):
        rest, power = map(float.fromhex, pair)
        root = 1 << (k + 300 * 128)
        for _ in range(7):
            root = math.isqrt(root)
        exact = Fraction(root, 1 << 300)
        nearest = exact.numerator / exact.denominator
        assert power == next_to(nearest, -(k << 45))
        missing = exact / Fraction(nearest) - 1
        assert rest == missing.numerator / missing.denominator
