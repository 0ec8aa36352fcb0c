"""Each C kernel against its loop in `lists.py`, bit for bit; and the arrays that hold the values of the C backend.

What is compared stands here once, as `difference` and the arguments that it is given: `test_same_bits.py` shows that a
kernel which rounds or adds differently does not pass.
"""
import copy
import csv
import functools
import gc
import io
import json
import math
import os
import pickle
import random
import statistics
import struct
import subprocess
import sys
import weakref
from array import array as array_of

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import ROOT, WHY_NOT_C, as_lists, bits, random_matrix, same_bits

from pygraphnn import Placeholder, SplitMix64, lists, more_lists, shapes, use

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from pygraphnn import kernels
from pygraphnn.kernels import NewArray, ffi, lib, own

PATHS = {0: "plain C", 1: "the target's vectors", 2: "AVX2", 3: "AVX-512VL", 4: "AVX-512"}
IN_USE = lib.pgn_get_path()
PATHS_HERE = [path for path in PATHS if lib.pgn_set_path(path) == 0]
lib.pgn_set_path(IN_USE)

PRODUCTS = ["matmul", "transposed_matmul", "matmul_transposed"]


@pytest.fixture(params=PATHS_HERE, ids=PATHS.get)
def path(request):
    """Each kind of processor whose kernels this machine can run."""
    lib.pgn_set_path(request.param)
    yield request.param
    lib.pgn_set_path(IN_USE)


@pytest.fixture(params=[1, 2, 3])
def threads(request):
    before = lib.pgn_get_threads()
    lib.pgn_set_threads(request.param)
    yield request.param
    lib.pgn_set_threads(before)


def run(program, **environment):
    """What a Python program prints that runs in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, cwd=ROOT, env=dict(os.environ, **environment), encoding="utf-8")
    assert done.returncode == 0, done.stdout
    return done.stdout


# Numbers


REMARKABLE = [0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 2.0 ** -1022, 1e-310, -1e-300, 1e300, -1e300, sys.float_info.max,
              math.inf, -math.inf, math.nan, 1.0 + 2.0 ** -52, 0.1]


def drawn_matrix(rows, columns, seed, kind):
    """Numbers with full mantissas, on which every order of a sum rounds differently, and of each kind some extremes.

    "tiny": products of two are subnormal. "huge": some overflow. "remarkable": one in thirty is zero, infinite, NaN …
    "zeros": of both signs, and hardly anything else.
    """
    source = random.Random(seed)
    if kind == "zeros":
        return [[source.choice([0.0, -0.0, -0.0, 1.0, -1.0]) for _ in range(columns)] for _ in range(rows)]
    scale = {"ordinary": 1.0, "tiny": 2.0 ** -531, "huge": 2.0 ** 509, "remarkable": 1.0}[kind]
    matrix = [[source.uniform(-2, 2) * scale for _ in range(columns)] for _ in range(rows)]
    for _ in range(rows * columns // 30 if kind == "remarkable" else 0):
        matrix[source.randrange(rows)][source.randrange(columns)] = source.choice(REMARKABLE)
    return matrix


any_number = st.one_of(st.floats(width=64), st.floats(-4, 4), st.sampled_from(REMARKABLE))


@st.composite
def matrices(draw, rows, columns):
    """A matrix of any doubles; small ones number by number, so that a failing example can be simplified."""
    if rows * columns <= 12 and draw(st.booleans()):
        return [[draw(any_number) for _ in range(columns)] for _ in range(rows)]
    kind = draw(st.sampled_from(["ordinary", "tiny", "huge", "remarkable", "zeros"]))
    return drawn_matrix(rows, columns, draw(st.integers(0, 10 ** 9)), kind)


sizes = st.one_of(st.integers(1, 4), st.integers(1, 40))


@st.composite
def values_of(draw, shape):
    """A number, a vector or a matrix."""
    if shape == ():
        return draw(any_number)
    matrix = draw(matrices(*(1,) + shape if len(shape) == 1 else shape))
    return matrix[0] if len(shape) == 1 else matrix


@st.composite
def arguments_of(draw, operation):
    """Arguments that an operation may get, as lists: of the shapes that the table in `shapes.py` lets fit."""
    n, m = draw(sizes), draw(sizes)
    if operation == "take_rows":
        return draw(values_of(draw(st.sampled_from([(n,), (n, m)])))), draw(st.lists(st.integers(0, n - 1), max_size=9))
    size = dict({letter: draw(sizes) for letter in "nmpkN"}, **{"4": 4})
    any_shape = draw(st.sampled_from([(n,), (n, m)]))
    like_a_vector = [(n,), (n, 1)] if draw(st.booleans()) else [(n, m)]
    found = []
    for form in shapes.SHAPES[operation].split()[:-1]:
        if form == "|":
            shape = draw(st.sampled_from(like_a_vector))
        elif form in "…~#":
            shape = () if form == "#" else any_shape
        else:
            shape = tuple([size[letter] for letter in form])
        found.append(draw(values_of(shape)))
    if operation == "standardize":
        found[2] = [x if x else 1.0 for x in found[2]]
    if operation in ("pick_rows", "add_to_rows"):
        found[1] = [float(draw(st.integers(0, len(found[0]) - 1))) for _ in found[1]]
    if operation == "dropout_mask":
        found[1] = draw(st.floats(0.0, 0.99))
    if operation == "skip_random":
        found[1] = float(draw(st.integers(0, 2 ** 53)))
    for place, form in enumerate(shapes.SHAPES[operation].split()[:-1]):
        if form == "4":         # a state of SplitMix64
            found[place] = more_lists.pieces_of(draw(st.integers(0, 2 ** 64 - 1)))
    if operation == "one_hot":
        found[1] = [float(draw(st.integers(0, len(found[0][0]) - 1))) for _ in found[1]]
    return tuple(found)


OPERATIONS = list(shapes.SHAPES) + ["take_rows"]


def difference(operation, arguments):
    """None if C gives the bits of the list loop, else both results."""
    expected = getattr(lists, operation)(*arguments)
    result = as_lists(getattr(kernels, operation)(*arguments))
    return None if same_bits(result, expected) else (result, expected)


# Kernels


def test_every_operation_of_the_list_backend_is_compared_here():
    helpers = {"shape", "is_vector", "own", "checked", "sound", "is_finite", "elements", "logistic", "draw_rows",
               "pieces_of", "stream_at"}
    names = {name for name, value in vars(lists).items()
             if getattr(value, "__module__", None) in (lists.__name__, more_lists.__name__) and name[0] != "_"}
    assert names - helpers == set(OPERATIONS)
    assert set(OPERATIONS) | {"shape", "own", "checked", "sound", "is_finite", "draw_rows"} <= set(vars(kernels))


@pytest.mark.long
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in PRODUCTS])
@given(data=st.data())
@settings(deadline=None, max_examples=80)
def test_a_kernel_gives_the_bits_of_its_loop(operation, data):
    assert difference(operation, data.draw(arguments_of(operation))) is None


@pytest.mark.long
@pytest.mark.parametrize("path", PATHS_HERE, ids=PATHS.get)
@pytest.mark.parametrize("operation", PRODUCTS)
@given(data=st.data())
@settings(deadline=None, max_examples=80)
def test_a_product_gives_the_bits_of_its_loop_on_every_processor(operation, path, data):
    lib.pgn_set_path(path)
    try:
        assert difference(operation, data.draw(arguments_of(operation))) is None
    finally:
        lib.pgn_set_path(IN_USE)


def test_of_equal_maxima_the_first_is_taken():
    rows = [[0.0, -0.0, 0.0], [-0.0, 0.0, -0.0], [-1.0, -0.0, 0.0]]
    assert same_bits(as_lists(kernels.row_maxima(rows)), [0.0, -0.0, -0.0])
    assert same_bits(lists.row_maxima(rows), [0.0, -0.0, -0.0])


def test_there_is_a_path_for_every_machine():
    assert 0 in PATHS_HERE and IN_USE == max(PATHS_HERE)
    for path in (-1, 5, 1000):
        assert lib.pgn_set_path(path) == 1 and lib.pgn_get_path() == IN_USE


# Around the widths and heights of tiles, where something is left over; sums that go from block to block; thin ones.
SHAPES = ([(n, n, n) for n in (1, 7, 9, 13, 17, 33)] + [(250, 250, 250), (257, 257, 257)]
          + [(7, 1000, 3), (1000, 3, 7), (33, 1025, 34), (49, 513, 1041), (1, 600, 65), (65, 600, 1), (97, 96, 95)]
          + [(15, 20, 1), (17, 1, 9), (96, 100, 96), (16, 13, 10), (13, 16, 12), (9, 5, 13), (40, 50, 10)]
          + [(300, 33, 3)])


def transposed(A):
    return [list(column) for column in zip(*A)]


@pytest.fixture(scope="module", params=SHAPES, ids=lambda shape: "%dx%dx%d" % shape)
def factors(request):
    """(A, B, A · B): the product from the list loop, one for all the paths, transpositions and numbers of threads."""
    n, m, p = request.param
    A, B = drawn_matrix(n, m, 1, "ordinary"), drawn_matrix(m, p, 2, "tiny")
    A[n // 2] = drawn_matrix(1, m, 3, "tiny")[0]                # a row of subnormal results,
    A[n // 3][m // 2] = math.inf                                # one of infinities,
    A[-1][-1] = math.nan                                        # one of NaN,
    for row in B:
        row[p // 2] = -0.0 if p > 1 else row[p // 2]            # and a column of zeros: 0.0 − 0.0 … starts from +0.0
    return A, B, lists.matmul(A, B)


@pytest.mark.long
def test_products_of_all_shapes_have_the_same_bits_on_each_path_and_any_number_of_threads(factors, path, threads):
    A, B, expected = factors
    assert same_bits(kernels.matmul(A, B).tolist(), expected)
    assert same_bits(kernels.transposed_matmul(transposed(A), B).tolist(), expected)
    assert same_bits(kernels.matmul_transposed(A, transposed(B)).tolist(), expected)


def test_the_large_shapes_are_large_enough_to_be_shared_by_three_threads():
    terms_of_a_thread = 1 << 22         # THREAD_TERMS in matmul.c
    assert [n for n in SHAPES if n[0] * min(n[1], 512) * min(n[2], 1024) >= 3 * terms_of_a_thread]


# With many zeros in A, the terms of these are left out. The numbers of rows, terms and columns are some that fill the
# blocks that are looked through and the strips of columns, and some that do not.
SPARSE_SHAPES = [(64, 64, 128), (70, 100, 71), (33, 129, 40), (1, 2100, 64), (200, 7, 100), (130, 200, 34)]


@functools.lru_cache(maxsize=None)
def sparse_factors(n, m, p):
    """(A, B, A · B): six in ten of A are zeros of both signs, and some meet infinities and NaN: 0 · ∞ is not 0."""
    source = random.Random(n)
    A, B = drawn_matrix(n, m, 4, "ordinary"), drawn_matrix(m, p, 5, "tiny")
    for row in A:
        for column in range(m):
            if source.random() < 0.6:
                row[column] = source.choice([0.0, -0.0])
    if n > 1:                                                   # an only row would be NaN and nothing else
        A[n // 3][m // 2], A[-1][-1] = math.inf, math.nan
        B[m // 4][p // 3], B[-1][p - 1] = -math.inf, math.nan
    return A, B, lists.matmul(A, B)


@functools.lru_cache(maxsize=None)
def ordinary_factors(n, m, p):
    A, B = drawn_matrix(n, m, 1, "ordinary"), drawn_matrix(m, p, 2, "remarkable")
    return A, B, lists.matmul(A, B)


def product_in_pieces(A, B, cuts, bias, a_transposed, b_transposed):
    """A · B + bias by pgn_multiply_piece, as lists. Terms are cut at some places; rows lie further apart in memory."""
    (n, m), p, apart = (len(A), len(B)), len(B[0]), 3
    a = own([row + [7.0] * apart for row in (transposed(A) if a_transposed else A)])
    b = own([row + [7.0] * apart for row in (transposed(B) if b_transposed else B)])
    a_row, a_column = (1, n + apart) if a_transposed else (m + apart, 1)
    b_row, b_column = (1, m + apart) if b_transposed else (p + apart, 1)
    C, bias = own([[7.0] * (p + apart) for _ in range(n)]), own(bias or [])
    for k, end in zip([0] + cuts, cuts + [m]):
        last = end == m
        piece = ffi.new("struct pgn_product *", {
            "c": C.data, "a": a.data + k * a_column, "b": b.data + k * b_row, "c_row": p + apart, "a_row": a_row,
            "a_column": a_column, "b_row": b_row, "b_column": b_column, "rows": n, "inner": end - k, "columns": p,
            "go_on": k > 0, "bias": bias.data if last and bias.size else ffi.NULL})
        assert lib.pgn_multiply_piece(piece, ffi.NULL, 0) == 0
    assert [row[p:] for row in C.tolist()] == [[7.0] * apart] * n, "it writes beside its columns"
    return [row[:p] for row in C.tolist()]


@pytest.mark.long
@pytest.mark.parametrize("shape", SPARSE_SHAPES, ids="%dx%dx%d".__mod__)
def test_leaving_out_the_terms_of_zeros_changes_no_bit(shape, path, threads):
    A, B, expected = sparse_factors(*shape)
    assert any(x == x for row in expected for x in row)
    assert same_bits(kernels.matmul(A, B).tolist(), expected)
    assert same_bits(kernels.transposed_matmul(transposed(A), B).tolist(), expected)
    assert same_bits(kernels.matmul_transposed(A, transposed(B)).tolist(), expected)


@pytest.mark.long
@pytest.mark.parametrize("a_transposed", [False, True])
@pytest.mark.parametrize("b_transposed", [False, True])
@pytest.mark.parametrize("shape", SHAPES[:6] + SHAPES[8:11] + SHAPES[12:] + SPARSE_SHAPES, ids="%dx%dx%d".__mod__)
def test_a_product_in_pieces_and_with_a_bias_has_the_bits_of_both_operations(shape, a_transposed, b_transposed, path):
    """The bias is added after the whole product, by its last piece."""
    n, m, p = shape
    A, B, product = sparse_factors(n, m, p) if shape in SPARSE_SHAPES else ordinary_factors(n, m, p)
    bias = drawn_matrix(1, p, 3, "remarkable")[0]
    for cuts in ([], [1], [m // 3, m // 2]):
        if cuts == sorted(set(cuts) - {0, m}):
            assert same_bits(product_in_pieces(A, B, cuts, bias, a_transposed, b_transposed),
                             lists.add_row(product, bias))
    assert same_bits(product_in_pieces(A, B, [], None, a_transposed, b_transposed), product)


def test_the_number_of_threads_is_at_least_one(threads):
    assert lib.pgn_get_threads() == threads
    lib.pgn_set_threads(-5)
    assert lib.pgn_get_threads() == 1


@pytest.mark.parametrize("piece", [1, 4, 10, 16])
def test_a_product_that_is_cut_into_pieces_has_the_bits_of_the_whole(path, piece, monkeypatch):
    class Recording:
        """The kernels, and the names of those that were asked for."""
        called = []

        def __getattr__(self, name):
            self.called.append(name)
            return getattr(lib, name)

    monkeypatch.setattr(kernels, "PIECE", piece)
    monkeypatch.setattr(kernels, "LARGE", piece ** 3)
    monkeypatch.setattr(kernels, "lib", Recording())
    A, B = drawn_matrix(17, 33, 1, "remarkable"), drawn_matrix(33, 9, 2, "tiny")
    expected = lists.matmul(A, B)
    assert same_bits(kernels.matmul(A, B).tolist(), expected)
    assert same_bits(kernels.transposed_matmul(transposed(A), B).tolist(), expected)
    assert same_bits(kernels.matmul_transposed(A, transposed(B)).tolist(), expected)
    pieces = math.ceil(17 / piece) * math.ceil(33 / piece) * math.ceil(9 / piece)
    assert Recording.called.count("pgn_multiply_piece") == 3 * pieces


def test_a_sum_without_terms_is_zero(path):
    """lists.py cannot hold a matrix of no rows and three columns; an Array can."""
    none, three = own([[]] * 2), kernels.take_rows([[1.0, 2.0, 3.0]], [])
    assert (none.shape, three.shape) == ((2, 0), (0, 3))
    zeros = [[0.0] * 3] * 2
    assert same_bits(kernels.matmul(none, three).tolist(), zeros)
    assert same_bits(kernels.transposed_matmul(kernels.take_rows([[1.0, 2.0]], []), three).tolist(), zeros)
    assert same_bits(kernels.matmul_transposed(none, own([[]] * 3)).tolist(), zeros)
    assert same_bits(kernels.column_sums(three).tolist(), [0.0] * 3)


@pytest.mark.parametrize("rows, terms, columns", [(3, 63, 0), (3, 64, 0), (40, 600, 0), (0, 64, 5), (0, 64, 0),
                                                  (0, 600, 70), (3, 0, 40), (0, 0, 0)])
def test_a_product_may_have_no_rows_or_no_columns(rows, terms, columns, path):
    """Tiles ask how many of B's rows may be read as vectors; without columns that was a division by zero."""
    def matrix(n, m):
        return kernels.take_rows([[1.0] * m], [0] * n)

    expected = [[float(terms)] * columns] * rows
    for result in (kernels.matmul(matrix(rows, terms), matrix(terms, columns)),
                   kernels.transposed_matmul(matrix(terms, rows), matrix(terms, columns)),
                   kernels.matmul_transposed(matrix(rows, terms), matrix(columns, terms))):
        assert result.shape == (rows, columns) and result == expected


def test_a_value_without_rows_goes_through_every_operation_that_needs_none():
    none = kernels.take_rows([[1.0, 2.0, 3.0]], [])
    row = [1.0, 2.0, 3.0]
    B = random_matrix(3, 4, 1)
    for result, columns in [(kernels.matmul(none, B), 4), (kernels.matmul_transposed(none, transposed(B)), 4),
                            (kernels.add(none, none), 3), (kernels.add_row(none, row), 3),
                            (kernels.zeros_like(none), 3), (kernels.sigmoid(none), 3),
                            (kernels.sigmoid_gradient(none, none), 3), (kernels.descend(none, 0.1, none), 3),
                            (kernels.scaled_difference(2.0, none, none), 3), (kernels.standardize(none, row, row), 3),
                            (kernels.take_rows(none, []), 3)]:
        assert result.shape == (0, columns) and result.tolist() == [] and len(result) == 0 and list(result) == []
    assert kernels.sigmoid([]) == [] and kernels.add([], []) == []


@given(seed=st.integers(0, 2 ** 64 - 1), rows=st.sampled_from([1, 2, 3, 506, 2 ** 31, 2 ** 32]), n=st.integers(0, 20))
@settings(deadline=None)
def test_the_same_rows_are_drawn_and_the_stream_goes_on_from_the_same_place(seed, rows, n):
    ours, theirs = SplitMix64(seed), SplitMix64(seed)
    assert list(kernels.draw_rows(ours, rows, n)) == lists.draw_rows(theirs, rows, n)
    assert ours.state == theirs.state


def test_numbers_take_the_same_steps_as_arrays():
    assert kernels.add(1.5, 2.0) == 3.5 and kernels.subtract(1.5, 2.0) == -0.5
    assert kernels.multiply(1.5, 2.0) == kernels.scale(1.5, 2.0) == 3.0
    assert kernels.descend(1.0, 0.5, 4.0) == -1.0
    assert bits(kernels.zeros_like(-3.0)) == bits(0.0)


# Shapes that do not fit


V2, V3, M23, M32, M22, M03 = [1.0] * 2, [1.0] * 3, [[1.0] * 3] * 2, [[1.0] * 2] * 3, [[1.0] * 2] * 2, "no rows"


@pytest.mark.parametrize("operation, arguments, shapes", [
    ("matmul", (M23, M23), "(2, 3) and (2, 3)"),
    ("matmul", (V3, M32), "(3,) and (3, 2)"),
    ("matmul", (M23, V3), "(2, 3) and (3,)"),
    ("matmul", (M23, 1.0), "(2, 3) and ()"),
    ("transposed_matmul", (M23, M32), "(2, 3) and (3, 2)"),
    ("transposed_matmul", (V2, M23), "(2,) and (2, 3)"),
    ("transposed_matmul", (M23, V2), "(2, 3) and (2,)"),
    ("transposed_matmul", (1.0, M23), "() and (2, 3)"),
    ("matmul_transposed", (M23, M32), "(2, 3) and (3, 2)"),
    ("matmul_transposed", (V3, M23), "(3,) and (2, 3)"),
    ("matmul_transposed", (M23, V3), "(2, 3) and (3,)"),
    ("matmul_transposed", (1.0, 1.0), "() and ()"),
    ("add", (M23, M32), "(2, 3) and (3, 2)"),
    ("add", (V3, M23), "(3,) and (2, 3)"),
    ("add", (1.0, V3), "() and (3,)"),
    ("add", (V3, 1.0), "(3,) and ()"),
    ("subtract", (M23, V3), "(2, 3) and (3,)"),
    ("multiply", (V2, V3), "(2,) and (3,)"),
    ("multiply", (1.0, V3), "() and (3,)"),
    ("total", (1.0,), "the shape ()"),
    ("row_sums", (V3,), "the shape (3,)"),
    ("add_row", (M23, V2), "(2, 3) and (2,)"),
    ("add_row", (M23, [V3]), "(2, 3) and (1, 3)"),
    ("add_row", (V3, 1.0), "(3,) and ()"),
    ("sigmoid", (1.0,), "the shape ()"),
    ("sigmoid_gradient", (M23, M32), "(2, 3) and (3, 2)"),
    ("sigmoid_gradient", (V2, V3), "(2,) and (3,)"),
    ("sigmoid_gradient", (1.0, 1.0), "() and ()"),
    ("descend", (M23, 0.1, M22), "(2, 3) and (2, 2)"),
    ("descend", (V2, 0.1, V3), "(2,) and (3,)"),
    ("descend", (1.0, 0.1, V3), "() and (3,)"),
    ("descend", (V3, 0.1, 1.0), "(3,) and ()"),
    ("column_sums", (V3,), "the shape (3,)"),
    ("column_sums", (1.0,), "the shape ()"),
    ("column_means", (V3,), "the shape (3,)"),
    ("column_means", (M03,), "the shape (0, 3)"),
    ("column_deviations", (M23, V2), "(2, 3) and (2,)"),
    ("column_deviations", (V3, V3), "(3,) and (3,)"),
    ("column_deviations", (M03, V3), "(0, 3) and (3,)"),
    ("standardize", (M23, V2, V3), "(2, 3) and (2,) and (3,)"),
    ("standardize", (M23, V3, V2), "(2, 3) and (3,) and (2,)"),
    ("standardize", (V3, 1.0, 1.0), "(3,) and () and ()"),
    ("mean_square_error", (M23, M32), "(2, 3) and (3, 2)"),
    ("mean_square_error", (V2, M22), "(2,) and (2, 2)"),
    ("mean_square_error", ([V3], V3), "(1, 3) and (3,)"),
    ("mean_square_error", (1.0, 1.0), "() and ()"),
    ("mean_square_error", (M03, M03), "(0, 3) and (0, 3)"),
    ("scaled_difference", (2.0, M23, M32), "(2, 3) and (3, 2)"),
    ("scaled_difference", (2.0, V2, V3), "(2,) and (3,)"),
    ("scaled_difference", (2.0, [V3], V3), "(1, 3) and (3,)"),
    ("scaled_difference", (2.0, 1.0, 1.0), "() and ()"),
    ("take_rows", (1.0, [0]), "the shape ()"),
])
def test_shapes_that_do_not_fit_are_named_and_never_reach_c(operation, arguments, shapes):
    arguments = [kernels.take_rows(M23, []) if a is M03 else a for a in arguments]
    with pytest.raises(ValueError) as error:
        getattr(kernels, operation)(*arguments)
    assert str(error.value).startswith(operation + ": ") and shapes in str(error.value)


@pytest.mark.parametrize("rows", [[3], [0, 10 ** 6], [2 ** 62], [2 ** 70], [-4]])
def test_a_row_that_is_not_there_is_an_index_error(rows):
    for a in (M32, V3):
        with pytest.raises(IndexError):
            lists.take_rows(a, rows)
        with pytest.raises(IndexError):
            kernels.take_rows(a, rows)


@pytest.mark.parametrize("ragged", [[[1.0, 2.0], [3.0], [4.0, 5.0, 6.0]],
                                    [[1.0, 2.0], [3.0]], [[1.0], [2.0, 3.0]], [[], [1.0]]])
def test_a_ragged_list_does_not_become_an_array(ragged):
    with pytest.raises(ValueError, match="differ in length"):
        own(ragged)


def test_what_is_no_number_does_not_become_an_array():
    for wrong in (["1"], [[1.0, None]], [1.0, [2.0]], [[[1.0]]]):
        with pytest.raises(TypeError):
            own(wrong)


def test_division_by_a_deviation_of_zero_is_an_error_in_both_backends():
    for backend in (lists, kernels):
        with pytest.raises(ZeroDivisionError):
            backend.standardize(M23, V3, [1.0, 0.0, 1.0])


# Memory


@pytest.mark.parametrize("rows, columns", [(2 ** 28, 2 ** 31), (2 ** 29, 2 ** 30), (2 ** 30 - 1, 2 ** 30 + 1),
                                           (2 ** 30, 2 ** 30), (2 ** 31, 2 ** 31), (2 ** 32, 2 ** 32),
                                           (2 ** 62, 2 ** 62)])
def test_a_size_that_cannot_be_addressed_is_a_memory_error_and_nothing_else_breaks(rows, columns):
    """A product without terms needs no memory for its factors, so all of it is result."""
    memory = own([[]]).data
    with pytest.raises(MemoryError):
        kernels.matmul_transposed(NewArray((rows, 0), 0, memory), NewArray((columns, 0), 0, memory))
    with pytest.raises(MemoryError):
        kernels.draw_rows(SplitMix64(0), 506, rows * columns)
    assert kernels.matmul([[2.0]], [[3.0]]) == [[6.0]]


OUT_OF_MEMORY = """
import resource
from pygraphnn import kernels

n = 800
column = kernels.own([[(i * 31) % 101 / 7.0] for i in range(n)])
row = kernels.own([[(j * 17) % 97 / 3.0 for j in range(n)]])
A = kernels.matmul(column, row)
expected = kernels.matmul(A, A)
kernels.lib.pgn_set_threads(int(@))
soft, hard = resource.getrlimit(resource.RLIMIT_AS)

def numbers(array):
    return kernels.ffi.buffer(array.data, array.size * 8)[:]

def product_with(free):
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + free, hard))
    try:
        return kernels.matmul(A, A)
    except MemoryError:
        return None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

outcomes = ""
for free in range(0, 1 << 25, 1 << 19):
    C = product_with(free)
    assert C is None or numbers(C) == numbers(expected), "memory was short and a product is wrong"
    outcomes += "right " if C else "none "
    del C
    assert kernels.matmul([[2.0]], [[3.0]]) == [[6.0]]
print(outcomes)
"""


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit on memory is Linux's")
@pytest.mark.parametrize("threads", [1, 3])
def test_however_little_memory_is_left_a_product_is_right_or_a_memory_error(threads):
    """The limit moves from nothing to 32 MB: the result itself, working memory and threads fail one after another."""
    outcomes = run(OUT_OF_MEMORY.replace("@", str(threads)), MALLOC_MMAP_THRESHOLD_="65536").split()
    assert set(outcomes) == {"right", "none"} and outcomes[0] == "none" and outcomes[-1] == "right"


# What is fed


class Half:
    def __float__(self):
        return 0.5


@pytest.mark.parametrize("value", [
    [[1.0, 2], [3, True]], [[1.0], [2.0, 3.0]], [[1.0, 2.0], [3.0]], [[1.0, math.nan]], [math.nan], ["a"], [["1"]],
    [[1.0], "ab"], ["ab", [1.0]], [[1.0], [None]], [], [[]], [[], []], [1.0, [2.0]], [[1.0], 2.0],
    [(1.0, 2.0), [3.0, 4.0]], ((1.0, 2.0), (3.0, 4.0)), [[10 ** 400]], [10 ** 400], [[Half()], [1]], [Half(), 1.0],
    [1.0, Half()], 3, True, math.nan,
    [[1.0], {1: 2}], [{1: 2}], [[1.0], b"a"], b"ab", "ab", {1: 2}, [[math.inf, -math.inf]], [[1j]], [1j], [[[1.0]]],
    [[1.0], range(1)], range(2), None, [[None]], [[1.0], None], {1.0},
], ids=repr)
def test_the_same_is_taken_and_the_same_is_refused_as_for_lists(value):
    found = []
    for backend in ("python", "c"):
        with use(backend):
            X = Placeholder("X")
            try:
                X.value = value
                found.append(as_lists(X.value))
            except (ValueError, TypeError) as problem:
                found.append("%s: %s" % (type(problem).__name__, problem))
    assert repr(found[1]) == repr(found[0])


def test_what_is_an_array_already_is_not_copied_and_not_taken_with_nan():
    array, X = own(A[:3]), Placeholder("X")
    with use("c"):
        X.value = array
        assert X.value is array
        with pytest.raises(ValueError, match="X row 1, column 0 is nan, which is not a number"):
            X.value = own([[1.0], [math.nan]])
        with pytest.raises(ValueError, match="X is empty"):
            X.value = kernels.take_rows(A, [])
        assert X.value is array
    with use("python"):
        X.value = array
        assert X.value == A[:3] and type(X.value) is list


@pytest.mark.parametrize("place", range(21))
@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan, -math.nan, sys.float_info.max, 5e-324, -0.0])
def test_infinities_and_nan_are_found_wherever_they_are(x, place):
    numbers = [1.5] * 21
    numbers[place] = x
    array, matrix = own(numbers), [numbers[:7], numbers[7:14], numbers[14:]]
    assert kernels.is_finite(array) is kernels.is_finite(matrix) is lists.is_finite(matrix) is math.isfinite(x)
    assert lib.pgn_has_nan(array.data, 21) == (x != x)


# Arrays: read like lists


A = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [-0.0, math.inf, 5e-324]]


def test_an_array_has_the_length_the_entries_and_the_slices_of_its_list():
    array, vector = own(A), own(A[1])
    assert len(array) == 4 and len(array[0]) == 3 and len(vector) == 3
    for i in range(-4, 4):
        assert array[i] == A[i]
    for i in range(-3, 3):
        assert vector[i] == A[1][i] and type(vector[i]) is float
    for part in (slice(1, 3), slice(None), slice(None, None, -2), slice(-2, None), slice(5, 9)):
        assert array[part] == A[part] and vector[part] == A[1][part]
    assert [x for row in array for x in row] == [x for row in A for x in row]
    assert list(reversed(vector)) == A[1][::-1] and 5.0 in vector and 50.0 not in vector and A[2] in array
    assert array[-1][-1] == 5e-324 and bits(array[3][0]) == bits(-0.0)


def test_an_index_that_is_not_there_is_an_error():
    for array in (own(A), own(A[0] + [0.0])):
        for index in (4, -5, 10 ** 30):
            with pytest.raises(IndexError):
                array[index]
        for index in ("0", None, 0.5, (0, 0)):
            with pytest.raises(TypeError):
                array[index]
    with pytest.raises(IndexError):
        own([])[0]


def test_whatever_counts_as_an_index_is_one():
    class One:
        def __index__(self):
            return 1

    assert own(A)[One()] == A[1] and own(A[0])[One()] == A[0][1]


def test_small_integers_of_numpy_do_not_overflow_on_the_way_to_a_row():
    numpy = pytest.importorskip("numpy")
    array = own([[float(i)] * 2 for i in range(300)])
    for index in (numpy.int8(100), numpy.int8(-1), numpy.uint8(200), numpy.int64(299)):
        assert array[index] == [float(int(index) % 300)] * 2
    assert not (array != numpy.asarray(array)).any()


def test_what_says_to_be_longer_than_it_is_is_not_read_past_its_end():
    class Liar(list):
        def __len__(self):
            return 10 ** 7

    class LyingRows(tuple):
        __len__ = Liar.__len__

    assert own(Liar([1.0, 2.0])).tolist() == [1.0, 2.0]
    assert kernels.take_rows(A, LyingRows((1, 0))) == [A[1], A[0]] and kernels.take_rows(A, range(2)) == A[:2]


def test_equality_is_that_of_lists():
    assert own(A) == A and A == own(A) and own(A) == own(A) and not own(A) != A
    assert own(A)[1] == A[1] and A[1] == own(A)[1] and own(A)[1] == own(A[1])
    assert own(A) != A[:3] and own(A) != A[0] and own([1.0]) != [[1.0]] and own([1.0]) != 1.0
    assert own([[1.0]]) != [(1.0,)] and own([1.0]) != (1.0,), "as [1.0] != (1.0,)"
    assert own([0.0]) == [-0.0] and own([2.0]) == [2]
    assert (own([math.nan]) == own([math.nan])) is ([math.nan] == [float("nan")]), "PyPy's NaN equal themselves"
    assert [own([1.0]), own([2.0])] == [[1.0], [2.0]]


def test_an_array_answers_all_that_a_list_answers():
    other = [1.0, 5.0, 2.0]
    for mine, theirs in ((own(A[1]), A[1]), (own(A), A), (own(other), other)):
        for argument in (theirs, [theirs[0]], [], theirs[::-1]):
            both = [(mine + argument, theirs + argument), (argument + mine, argument + theirs),
                    (mine < argument, theirs < argument), (mine >= argument, theirs >= argument),
                    (argument <= mine, argument <= theirs), (argument > mine, argument > theirs)]
            assert all(found == expected for found, expected in both), both
        assert mine + mine == theirs + theirs and mine * 2 == 2 * mine == theirs * 2 and mine.copy() == theirs
        assert [mine.index(x) for x in theirs] == list(range(len(theirs))) and mine.index(theirs[1], 1, 2) == 1
        assert mine.count(theirs[0]) == 1 and mine.count(7.5) == 0 and theirs[0] in mine and 7.5 not in mine
        assert list(reversed(mine)) == theirs[::-1] and sorted(mine) == sorted(theirs) and max(mine) == max(theirs)
        assert [*mine] == theirs and tuple(mine) == tuple(theirs) and bool(mine)
        longer = [0.0]
        longer += mine
        longer[1:1] = mine
        assert longer == [0.0] + theirs + theirs
        with pytest.raises(ValueError):
            mine.index(7.5)
        with pytest.raises(TypeError):
            mine + (1.0,)
    assert not own([]) and own(A).index(own(A)[2]) == 2 and own(A)[2] in own(A)
    assert array_of("d", own(other)) == array_of("d", other)
    assert struct.pack("3d", *own(other)) == struct.pack("3d", *other)
    assert statistics.mean(own(other)) == statistics.mean(other) and random.Random(1).choice(own(other)) in other
    lines = io.StringIO()
    csv.writer(lines).writerow(own(other))
    assert lines.getvalue() == "1.0,5.0,2.0\r\n"


@pytest.mark.parametrize("wrong", [17, 324])
def test_another_exp_than_pythons_is_refused_with_the_number_that_shows_it(wrong, monkeypatch):
    """As compilers with an exp of their own make it: in the last place, of some numbers."""
    def other(results, numbers, b, number, n):
        right(results, numbers, b, number, n)
        results[wrong] *= 1.0 + 2.0 ** -52

    right = kernels.EACH["exp"]
    kernels._require_pythons_functions()
    monkeypatch.setitem(kernels.EACH, "exp", other)
    with pytest.raises(ImportError, match="^exp.* is .* in C and .* in Python: run `python -m pygraphnn build`"):
        kernels._require_pythons_functions()


def test_json_writes_an_array_as_the_list_that_it_stands_for():
    for value in ([1.0, 2.5], [[1.0, -0.0], [1e-300, 3.0]]):
        for options in ({}, {"indent": 2}, {"separators": (",", ":")}, {"sort_keys": True}):
            assert json.dumps({"W": own(value)}, **options) == json.dumps({"W": value}, **options)
            assert json.dumps(own(value), **options) == json.dumps(value, **options)
            assert json.dumps([own(value)[0], own(value)], **options) == json.dumps([value[0], value], **options)
    with pytest.raises(TypeError, match="object.* is not JSON serializable"):
        json.dumps(object())


@pytest.mark.parametrize("change", [
    lambda a: a.__setitem__(0, [1.0, 2.0, 3.0]), lambda a: a[0].__setitem__(0, 1.0), lambda a: a.__delitem__(0),
    lambda a: a.append(1.0), lambda a: a.extend([1.0]), lambda a: a.insert(0, 1.0), lambda a: a.pop(),
    lambda a: a.clear(), lambda a: a.remove(A[0]), lambda a: a.reverse(), lambda a: a.sort(key=None)])
def test_an_array_cannot_be_written(change):
    array = own(A)
    with pytest.raises(TypeError, match="values of the C backend cannot be changed: feed a new value, or "):
        change(array)
    assert array == A


def test_no_attribute_of_an_array_can_be_set():
    """NumPy's arrays are reshaped so: here, memory beyond the end would be read."""
    array = own(A)
    for name in ("shape", "size", "data", "owner", "__class__", "__array_interface__", "new"):
        for change in (lambda name: setattr(array, name, (100, 100)), lambda name: delattr(array, name)):
            with pytest.raises(AttributeError, match="%s: the attributes of an Array cannot be set" % name):
                change(name)
    for make in (lambda: array.__init__((9, 9), 81), lambda: type(array)((100, 100), 1), lambda: type(array)()):
        with pytest.raises(TypeError, match="an Array comes from an operation of the C backend"):
            make()
    assert array == A and array.shape == (4, 3)


def test_an_array_cannot_be_hashed_and_shows_itself_as_a_list():
    with pytest.raises(TypeError, match="unhashable"):
        {own(A)}
    assert repr(own(A)) == str(own(A)) == repr(A) and repr(own(A)[0]) == repr(A[0])


def test_to_lists_and_back_nothing_is_shared():
    mine = [[1.0, 2.0]]
    array = own(mine)
    mine[0][0] = 99.0
    taken = array.tolist()
    taken[0][1] = 99.0
    assert array == [[1.0, 2.0]] and type(taken) is list and type(taken[0]) is list and type(taken[0][0]) is float


def test_copies_that_leave_the_memory_are_lists():
    for value in (own(A), own(A)[2]):
        for other in (copy.deepcopy(value), copy.copy(value), pickle.loads(pickle.dumps(value))):
            assert type(other) is list and other == value


def test_an_array_is_taken_as_it_is():
    array = own(A)
    assert own(array) is array and own(2.0) == 2.0
    assert lists.own(array) == A and type(lists.own(array)[0]) is list


def test_either_backend_takes_the_values_of_the_other():
    """After a switch a list operation meets Arrays, and rows of Arrays."""
    B = random_matrix(4, 3, 1)
    for values in (own(B), list(own(B)), B):
        assert lists.add(values, own(B)) == lists.add(B, B)
        assert lists.matmul_transposed(values, own(B)) == lists.matmul_transposed(B, B)
        assert lists.sigmoid(values) == lists.sigmoid(B)
        assert kernels.sigmoid(values) == lists.sigmoid(B)
        assert lists.mean_square_error(own(B[0]), B[1]) == lists.mean_square_error(B[0], B[1])
        assert kernels.shape(values) == lists.shape(values) == (4, 3)
        assert kernels.take_rows(values, [1, 1]) == lists.take_rows(values, [1, 1])


def test_a_row_keeps_its_matrix_alive_and_lets_it_go():
    matrix = own(random_matrix(50, 50, 1))
    expected = matrix.tolist()[7]
    memory = weakref.ref(matrix.data)
    row = matrix[7]
    rows = iter(matrix)
    next(rows)
    del matrix
    gc.collect()
    others = [own([[9.0] * 50] * 50) for _ in range(50)]        # would take the memory if it were free
    assert memory() is not None and row == expected and next(rows)[0] == row.owner[1][0]
    del row, rows, others
    for _ in range(3):
        gc.collect()
    assert memory() is None


def test_numpy_reads_the_memory_itself_and_keeps_it():
    numpy = pytest.importorskip("numpy")
    array = own(A)
    view = numpy.asarray(array)
    assert view.shape == (4, 3) and view.dtype == numpy.float64 and view.tolist() == A
    assert view.ctypes.data == numpy.asarray(array).ctypes.data == array.__array_interface__["data"][0]
    assert not view.flags.writeable and not view.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1.0
    row = numpy.asarray(array[2])
    assert row.shape == (3,) and row.ctypes.data == view.ctypes.data + 2 * 3 * 8
    memory = weakref.ref(array.data)
    del array, view
    gc.collect()
    others = [own(random_matrix(4, 3, 1)) for _ in range(50)]
    assert row.tolist() == A[2] and memory() is not None
    del row, others
    gc.collect()
    assert memory() is None
    assert numpy.asarray(kernels.take_rows(A, [])).shape == (0, 3)
    assert own(numpy.ones((2, 2)).tolist()) == [[1.0, 1.0], [1.0, 1.0]]


# Why there are no kernels


def test_each_reason_for_having_no_kernels_names_the_remedy(monkeypatch):
    assert "install cffi" in kernels._why_not(ImportError("no", name="_cffi_backend"))
    assert kernels._why_not(ImportError("wrong letters")).startswith(
        "the compiled kernels cannot be loaded (wrong letters): run `python -m pygraphnn build`")
    assert "were built for another Python (_kernels." in kernels._why_not(ModuleNotFoundError("no"))
    monkeypatch.setattr(os, "listdir", lambda folder: [])
    assert kernels._why_not(ModuleNotFoundError("no")) == (
        "the kernels were not built: run `python -m pygraphnn build`")
    monkeypatch.setattr(kernels, "why_not_in_an_archive", lambda: "it is an archive")
    assert kernels._why_not(ModuleNotFoundError("no")) == "it is an archive"
