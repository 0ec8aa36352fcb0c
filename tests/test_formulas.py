"""The formulas of nodes, read from the docstrings of their classes, with numbers put in."""
import math

import pytest
from networks import Square

import pygraphnn as pg
from pygraphnn import scalar
from pygraphnn.looking.formulas import Formulas, with_numbers


def stated(docstring):
    class Stated(pg.Node):
        __doc__ = docstring
    return Formulas(Stated)


def texts(formulas):
    return [formulas.value and formulas.value.text] + [formula.text for formula in formulas.gradients]


@pytest.mark.parametrize("kind, names, letters, said", [
    (pg.Linear, ["value"], ["X", "W", "b"], ["X·W + b", "grad·Wᵀ", "Xᵀ·grad", "Σᵢ gradᵢ"]),
    (pg.Sigmoid, ["value", "S"], ["A"], ["1 / (1 + e^(−A))", "S·(1 − S)·grad"]),
    (pg.MSE, ["value"], ["y", "a"], ["Σ (yᵢⱼ − aᵢⱼ)² / N", "2/N·grad·(y − a)", "2/N·grad·(a − y)"]),
    (scalar.Linear, ["value"], ["x", "k", "b"], ["k·x + b", "grad·k", "grad·x", "grad"]),
    (scalar.Sigmoid, ["value"], ["x"], ["1 / (1 + e^(−x))", "grad·value·(1 − value)"]),
    (scalar.MSE, ["value"], ["y", "a"], ["(y − a)²", "grad·2·(y − a)", "grad·(−2·(y − a))"]),
    (Square, ["value"], ["A"], ["A²", "2·A·grad"]),
])
def test_each_class_says_its_formulas_in_its_docstring(kind, names, letters, said):
    formulas = Formulas(kind)
    assert (formulas.names, formulas.letters, texts(formulas)) == (names, letters, said)


def test_a_class_that_says_nothing_has_no_formulas():
    for docstring in (None, "", "A node of mine.", "x = 3, and that is all", "∂ = a / b", "value =", "∂loss/∂ = 1"):
        formulas = stated(docstring)
        assert formulas.letters == [] and formulas.gradients == []
        assert formulas.value is None


VALUES = {"X": [[1.0, -2.0], [3.0, 4.0]], "W": [[0.5, 1.5], [-1.0, 2.5]], "b": [10.0, -20.0],
          "grad": [[1.0, 2.0], [3.0, -4.0]]}


def test_the_numbers_of_one_element_of_a_product():
    linear = Formulas(pg.Linear)
    assert with_numbers(linear.value, (1, 0), (2, 2), VALUES) == "3·0.5 + 4·(-1) + 10"
    assert with_numbers(linear.value, (0, 1), (2, 2), VALUES) == "1·1.5 + (-2)·2.5 + (-20)"
    X, W, b = linear.gradients
    assert with_numbers(X, (1, 0), (2, 2), VALUES) == "3·0.5 + (-4)·1.5"           # Σₖ grad[1][k]·W[0][k]
    assert with_numbers(W, (1, 0), (2, 2), VALUES) == "(-2)·1 + 4·3"               # Σₖ X[k][1]·grad[k][0]
    assert with_numbers(b, (1,), (2,), VALUES) == "2 + (-4)"


def test_the_numbers_of_a_sum_over_all_elements():
    """A vector of three meets a matrix of 3 × 1."""
    mse = Formulas(pg.MSE)
    values = {"y": [1.0, -2.0, 3.0], "a": [[0.5], [1.0], [-1.0]], "grad": 2.0}
    assert with_numbers(mse.value, (), (), values) == "((1 − 0.5)² + (-2 − 1)² + (3 − (-1))²) / 3"
    assert with_numbers(mse.gradients[0], (1,), (3,), values) == "2/3·2·(-2 − 1)"
    assert with_numbers(mse.gradients[1], (2, 0), (3, 1), values) == "2/3·2·(-1 − 3)"


def test_of_a_long_sum_the_first_terms_are_shown():
    row = [float(i) for i in range(9)]
    values = {"X": [row], "W": [[2.0]] * 9, "b": [1.0]}
    assert with_numbers(Formulas(pg.Linear).value, (0, 0), (1, 1), values) == "0·2 + 1·2 + 2·2 + … 6 more … + 1"


def test_by_elements_where_the_docstring_says_so():
    square, said_otherwise = Formulas(Square), stated("value = A², for each number; ∂loss/∂A = 2·A·grad")
    values = {"A": [[1.0, -3.0]]}
    assert with_numbers(square.value, (0, 1), (1, 2), values) == "(-3)²"
    assert with_numbers(square.gradients[0], (0, 1), (1, 2), dict(values, grad=[[0.5, 0.25]])) == "2·(-3)·0.25"
    assert with_numbers(said_otherwise.value, (0, 1), (1, 2), values) == ""         # it may be a product of matrices
    assert with_numbers(said_otherwise.value.on_numbers(), (), (), {"A": 7.0}) == "7²"


@pytest.mark.parametrize("values", [{}, {"A": None}, {"A": [[1.0]]}, {"A": "text"}, {"A": [["text"] * 9]}])
def test_what_does_not_fit_has_no_numbers(values):
    assert with_numbers(Formulas(Square).value, (2, 3), (3, 4), values) == ""
    assert with_numbers(Formulas(pg.Linear).value, (0, 0), (1, 1), values) == ""


def test_not_finite_numbers_are_shown():
    values = {"A": [[math.inf, -math.inf, math.nan]]}
    square = Formulas(Square).value
    assert [with_numbers(square, (0, j), (1, 3), values) for j in range(3)] == ["inf²", "(-inf)²", "nan²"]
