"""The operations of `ops.table` against numbers worked out by hand and against the plainest loops there are."""
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import BACKENDS, as_lists, bits, random_matrix, same_bits

from pygraphnn import lists, ops, use

floats = st.floats(allow_nan=True, allow_infinity=True, width=64)
sizes = st.integers(1, 7)


def matrices(rows, columns):
    return st.lists(st.lists(floats, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


def naive_product(A, B):
    """The contract's order, spelt out: s = 0.0, then s += a[i][k] * b[k][j] for k ascending."""
    product = [[0.0] * len(B[0]) for _ in A]
    for i in range(len(A)):
        for j in range(len(B[0])):
            s = 0.0
            for k in range(len(B)):
                s += A[i][k] * B[k][j]
            product[i][j] = s
    return product


def transposed(A):
    return [list(column) for column in zip(*A)]


def test_the_product_of_two_small_matrices_is_the_one_from_a_textbook(backend):
    A = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    B = [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]
    expected = [[58.0, 64.0], [139.0, 154.0]]
    assert ops.table.matmul(A, B) == expected
    assert ops.table.transposed_matmul(transposed(A), B) == expected
    assert ops.table.matmul_transposed(A, transposed(B)) == expected


@pytest.mark.parametrize("name", BACKENDS)
@given(data=st.data(), n=sizes, m=sizes, p=st.integers(1, 12))
@settings(deadline=None, max_examples=60)
def test_products_add_their_terms_in_ascending_order(name, data, n, m, p):
    A, B = data.draw(matrices(n, m)), data.draw(matrices(m, p))
    expected = naive_product(A, B)
    with use(name):
        assert same_bits(as_lists(ops.table.matmul(A, B)), expected)
        assert same_bits(as_lists(ops.table.transposed_matmul(transposed(A), B)), expected)
        assert same_bits(as_lists(ops.table.matmul_transposed(A, transposed(B))), expected)


@pytest.mark.parametrize("n, m, p", [(1, 1, 1), (2, 3, 4), (3, 7, 5), (4, 2, 13), (16, 13, 10)])
def test_both_ways_through_the_columns_give_the_same_bits(n, m, p, monkeypatch):
    A, B = random_matrix(n, m, n), random_matrix(m, p, p)
    found = []
    for five_at_once in (False, True):
        monkeypatch.setattr(lists, "FIVE_AT_ONCE", five_at_once)
        found.append(lists.matmul(A, B))
    expected = []
    for row in A:
        expected.append([])
        for j in range(p):
            s = 0.0
            for k in range(m):
                s += row[k] * B[k][j]
            expected[-1].append(s)
    assert same_bits(found[0], expected) and same_bits(found[1], expected)


def test_a_product_of_negative_zeros_starts_from_positive_zero(backend):
    assert bits(ops.table.matmul([[-0.0]], [[1.0]])[0][0]) == bits(0.0)


def test_a_sum_in_another_order_would_give_other_bits(backend):
    """1 + 2⁻⁵³ + 2⁻⁵³ is 1 from the left and 1 + 2⁻⁵² from the right: the test above can tell orders apart."""
    tiny = 2.0 ** -53
    assert ops.table.matmul([[1.0, tiny, tiny]], [[1.0], [1.0], [1.0]]) == [[1.0]]
    assert ops.table.column_sums([[1.0], [tiny], [tiny]]) == [1.0]
    assert ops.table.column_sums([[tiny], [tiny], [1.0]]) == [1.0 + 2.0 ** -52]


def test_each_product_is_rounded_before_it_is_added(backend):
    """(1 + 2⁻³⁰)² = 1 + 2⁻²⁹ + 2⁻⁶⁰: a fused multiply-add would keep the 2⁻⁶⁰."""
    x = 1.0 + 2.0 ** -30
    assert ops.table.matmul([[-1.0, x]], [[1.0 + 2.0 ** -29], [x]]) == [[0.0]]


def test_elementwise_operations(backend):
    assert ops.table.add(1.5, 2.0) == 3.5
    assert ops.table.add([1.0, 2.0], [0.5, -2.0]) == [1.5, 0.0]
    assert ops.table.add([[1.0, 2.0]], [[0.5, 0.25]]) == [[1.5, 2.25]]
    assert ops.table.add_row([[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0]) == [[11.0, 22.0], [13.0, 24.0]]
    assert ops.table.zeros_like(2.0) == 0.0
    assert ops.table.zeros_like([2.0, 3.0]) == [0.0, 0.0]
    assert ops.table.zeros_like([[2.0, 3.0]]) == [[0.0, 0.0]]
    assert ops.table.descend(1.0, 0.5, 4.0) == -1.0
    assert ops.table.descend([1.0, 2.0], 0.5, [4.0, 2.0]) == [-1.0, 1.0]
    assert ops.table.descend([[1.0, 2.0]], 0.5, [[4.0, 2.0]]) == [[-1.0, 1.0]]


def test_sums_and_means(backend):
    A = [[1.0, 2.0], [3.0, 7.0], [5.0, 0.0]]
    assert ops.table.column_sums(A) == [9.0, 9.0]
    assert ops.table.column_means(A) == [3.0, 3.0]
    assert ops.table.mean_square_error([[1.0, 2.0], [3.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]) == 9.0 / 4
    assert ops.table.mean_square_error([1.0, 5.0], [[2.0], [3.0]]) == 2.5
    assert ops.table.scaled_difference(-3.0, [[1.0, 2.0], [3.0, 0.0]], [[0.0, 4.0], [1.0, 0.0]]) == [[-3.0, 6.0],
                                                                                                    [-6.0, -0.0]]
    assert ops.table.scaled_difference(0.5, [1.0, 5.0], [[2.0], [3.0]]) == [-0.5, 1.0]
    assert ops.table.scaled_difference(0.5, [[1.0], [5.0]], [2.0, 3.0]) == [[-0.5], [1.0]]
    assert ops.table.divide(A, [[2.0, 4.0], [-2.0, 14.0], [8.0, 3.0]]) == [[0.5, 0.5], [-1.5, 0.5], [0.625, 0.0]]
    assert ops.table.add_number(A, -1.5) == [[-0.5, 0.5], [1.5, 5.5], [3.5, -1.5]]
    assert ops.table.weighted_mean(A[0], [5.0, 10.0], 0.75) == [2.0, 4.0]
    assert ops.table.square_root([[4.0, 2.25], [0.0, 1e-320]]) == [[2.0, 1.5], [0.0, math.sqrt(1e-320)]]
    assert ops.table.column_deviations(A, [3.0, 3.0]) == [math.sqrt(8 / 3), math.sqrt(26 / 3)]
    assert ops.table.standardize([[5.0, 2.0]], [3.0, 4.0], [4.0, 8.0]) == [[0.5, -0.25]]


def test_quotients_and_roots_that_are_no_numbers_are_those_of_ieee_754(backend):
    """In Python they would be errors, in C they are not."""
    quotients = ops.table.divide([1.0, -1.0, 1.0, -1.0, 0.0, math.nan], [0.0, 0.0, -0.0, -0.0, 0.0, 0.0])
    assert quotients[:4] == [math.inf, -math.inf, -math.inf, math.inf]
    assert math.isnan(quotients[4]) and math.isnan(quotients[5])
    roots = ops.table.square_root([-1.0, -math.inf, math.nan, math.inf, -0.0])
    assert all(map(math.isnan, roots[:3])) and roots[3] == math.inf and bits(roots[4]) == bits(-0.0)
    assert math.isnan(ops.table.square_root(-4.0)) and ops.table.divide(3.0, -0.0) == -math.inf


def test_shapes_and_rows(backend):
    assert [ops.table.shape(a) for a in (1.0, [1.0, 2.0], [[1.0, 2.0, 3.0]])] == [(), (2,), (1, 3)]
    assert ops.table.take_rows([[1.0], [2.0], [3.0]], [2, 0, 2]) == [[3.0], [1.0], [3.0]]
    assert ops.table.take_rows([1.0, 2.0], [1, 1]) == [2.0, 2.0]


@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, -1.0, 0.3, -7.5, 36.0, -36.0, 700.0, -700.0])
def test_sigmoid_is_within_two_roundings_of_the_exact_value(backend, x):
    """The exact value comes from exp's Taylor series in fractions, not from a C library."""
    exact = exact_sigmoid(x)
    s = ops.table.sigmoid([[x]])[0][0]
    assert abs(Fraction(s) - exact) <= exact * Fraction(3, 2 ** 53)


def exact_sigmoid(x):
    """1 / (1 + e⁻ˣ) to some thirty places, in fractions."""
    halved = Fraction(-x) / 1024
    term = total = Fraction(1)
    for n in range(1, 40):
        term = term * halved / n
        total += term
    total = total.limit_denominator(10 ** 60)
    for _ in range(10):
        total = (total * total)
        scale = 10 ** 60 if total >= 1 else 10 ** 420
        total = Fraction(round(total * scale), scale)
    return 1 / (1 + total)


def test_sigmoid_never_overflows_and_keeps_its_limits(backend):
    assert ops.table.sigmoid([800.0, -800.0, 1e308, -1e308]) == [1.0, 0.0, 1.0, 0.0]
    assert ops.table.sigmoid([math.inf, -math.inf]) == [1.0, 0.0]
    assert math.isnan(ops.table.sigmoid([math.nan])[0])
    assert ops.table.sigmoid([-745.0])[0] == 5e-324, "a subnormal, not flushed to zero"


def test_sigmoid_takes_the_form_that_the_contract_names(backend):
    for x in (2.0, 0.1, -0.1, -2.0, -30.0):
        e = math.exp(-abs(x))
        expected = 1.0 / (1.0 + e) if x >= 0 else e / (1.0 + e)
        assert ops.table.sigmoid([x]) == [expected]


def test_the_derivative_of_sigmoid_is_s_times_one_minus_s_times_the_gradient(backend):
    assert ops.table.sigmoid_gradient([[0.5, 0.25]], [[2.0, -4.0]]) == [[0.5, -0.75]]
    s, g = 0.3, 0.7
    assert (s * (1.0 - s)) * g != s * ((1.0 - s) * g), "the order must show"
    assert ops.table.sigmoid_gradient([s], [g]) == [(s * (1.0 - s)) * g]


def test_no_operation_changes_its_arguments(backend):
    A, B, row = random_matrix(3, 4, 1), random_matrix(3, 4, 2), [1.0, 2.0, 3.0, 4.0]
    kept = repr((A, B, row))
    ops.table.matmul_transposed(A, B)
    ops.table.add(A, B)
    ops.table.add_row(A, row)
    ops.table.sigmoid(A)
    ops.table.descend(A, 0.1, B)
    ops.table.descend(row, 0.1, row)
    ops.table.standardize(A, row, row)
    assert repr((A, B, row)) == kept


@pytest.mark.parametrize("operation, arguments", [
    ("add", ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0]])), ("subtract", ([[1.0, 2.0]], [[1.0]])),
    ("add", ([1.0, 2.0], [1.0])), ("multiply", ([1.0, 2.0, 3.0], [1.0])), ("multiply", ([1.0], 2.0)),
    ("add", (2.0, [1.0])), ("matmul", ([[1.0, 2.0, 3.0]], [[1.0], [2.0]])),
    ("transposed_matmul", ([[1.0], [2.0]], [[1.0]])),
    ("matmul_transposed", ([[1.0, 2.0]], [[1.0]])), ("add_row", ([[1.0, 2.0]], [1.0])),
])
def test_shapes_that_do_not_fit_are_an_error_in_the_lists_too(backend, operation, arguments):
    """Without one, zip would cut the longer list, and a node of one's own would compute something else in C."""
    with pytest.raises(ValueError, match=r"(matmul|%s): the shapes \(.*\) and \(.*\) do not fit" % operation):
        getattr(ops.table, operation)(*arguments)


def test_whole_numbers_of_ones_own_become_floats(backend):
    table = ops.table
    results = [table.multiply([3 ** 40], [3 ** 40]), table.subtract([0], [0]), table.add([2 ** 53], [1]),
               table.scale([[1, 0]], -1)]
    assert same_bits([as_lists(x) for x in results], [[float(3 ** 40) * float(3 ** 40)], [0.0], [2.0 ** 53],
                                                      [[-1.0, -0.0]]])
    numbers = [table.add(1, 2), table.subtract(1, 2), table.multiply(1, 2), table.scale(1, 2)]
    assert all(type(x) is float for x in numbers)
