"""The operations of further nodes on plain lists, as in `lists.py`: importing this module adds them to those there.

They stand apart so that a reader of the lesson, or a board, has no more of them than the lesson needs.
"""
import math

from . import lists
from .kinds import Callable, Matrix, Value, Vector
from .lists import INFINITY, NAN, NUMBER, is_vector
from .rng import SplitMix64

OPERATIONS = ("exp", "log", "tanh", "tanh_gradient", "relu", "relu_gradient", "leaky_relu", "leaky_relu_gradient",
              "softplus", "binary_cross_entropy", "row_maxima", "subtract_column", "multiply_column", "divide_column",
              "one_hot", "pick_rows", "add_to_rows", "dropout_mask", "skip_random")


# Of each element alone, of numbers, vectors and matrices


def exp(a: Value) -> Value:
    """e to the power of a; ∞ where that is too large for a float."""
    return _each(_exp, a)


def log(a: Value) -> Value:
    """The natural logarithm of a: −∞ of 0, NaN of what is below."""
    return _each(_log, a)


def tanh(a: Value) -> Value:
    """tanh a = (eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ)"""
    return _each(math.tanh, a)


def tanh_gradient(t: Value, grad: Value) -> Value:
    """(1 − T²) · grad, from the tanh's own output T: ∂T/∂A = 1 − T²."""
    return _each_of_two("tanh_gradient", lambda t, g: (1.0 - t * t) * g, t, grad)


def relu(a: Value) -> Value:
    """max(0, a)"""
    return _each(lambda x: 0.0 if x <= 0.0 else x, a)


def relu_gradient(a: Value, grad: Value) -> Value:
    """grad where a > 0, else 0."""
    return _each_of_two("relu_gradient", lambda x, g: g if x > 0.0 else 0.0, a, grad)


def leaky_relu(a: Value, slope: float) -> Value:
    """a where a > 0, else slope · a."""
    return _each(lambda x: x if x > 0.0 else slope * x, a)


def leaky_relu_gradient(a: Value, grad: Value, slope: float) -> Value:
    """grad where a > 0, else slope · grad."""
    return _each_of_two("leaky_relu_gradient", lambda x, g: g if x > 0.0 else slope * g, a, grad)


def softplus(a: Value) -> Value:
    """log(1 + eᵃ), in the form that neither overflows nor loses small results: max(0, a) + log(1 + e^(−|a|))."""
    return _each(lambda x: (x if x > 0.0 else 0.0) + _log1p(_exp(-abs(x))), a)


def binary_cross_entropy(y: Value, z: Value) -> Value:
    """−y · log σ(z) − (1 − y) · log(1 − σ(z)) of labels y and logits z: (max(0, z) − z · y) + log(1 + e^(−|z|)).

    In the shape of y; a vector of n fits a matrix of n × 1.
    """
    losses = [((x if x > 0.0 else 0.0) - x * label) + _log1p(_exp(-abs(x)))
              for label, x in zip(lists.elements(y), lists.elements(z))]
    if is_vector(y):
        return losses
    columns = len(y[0])
    return [losses[row * columns:(row + 1) * columns] for row in range(len(y))]


# A number for each row of a matrix


def row_maxima(A: Matrix) -> Vector:
    """m[i] = the largest A[i][j], the first of equals."""
    maxima = []
    for row in A:
        largest = row[0]
        for x in row:
            if x > largest:
                largest = x
        maxima.append(largest)
    return maxima


def subtract_column(A: Matrix, b: Vector) -> Matrix:
    """A[i][j] − b[i]"""
    _require_a_number_for_each_row("subtract_column", A, b)
    return [[x - y for x in row] for row, y in zip(A, b)]


def multiply_column(A: Matrix, b: Vector) -> Matrix:
    """A[i][j] · b[i]"""
    _require_a_number_for_each_row("multiply_column", A, b)
    return [[x * y for x in row] for row, y in zip(A, b)]


def divide_column(A: Matrix, b: Vector) -> Matrix:
    """A[i][j] / b[i]: as in C, ±∞ or NaN where b[i] is 0."""
    _require_a_number_for_each_row("divide_column", A, b)
    return [[lists.divide(x, y) for x in row] for row, y in zip(A, b)]


def one_hot(A: Matrix, labels: Vector) -> Matrix:
    """In the shape of A: 1 in the column that is the row's label, 0 in the others. ValueError: a label is no column."""
    _require_a_number_for_each_row("one_hot", A, labels)
    columns = len(A[0]) if A else 0
    for row, label in enumerate(labels):
        if not (0.0 <= label < columns and label == int(label)):
            raise ValueError("row %d is %r, but there are %d classes: a class number is a whole number from 0 to %d"
                             % (row, label, columns, columns - 1))
    return [[1.0 if j == label else 0.0 for j in range(columns)] for label in labels]


# Rows by their numbers


def pick_rows(A: Matrix, numbers: Vector) -> Matrix:
    """Row i is A[numbers[i]]. ValueError: a number is none of a row."""
    for place, number in enumerate(numbers):
        if not (0.0 <= number < len(A) and number == int(number)):
            raise ValueError("number %d is %r, but there are %d rows: a row number is a whole number from 0 to %d"
                             % (place, number, len(A), len(A) - 1))
    return [A[int(number)][:] for number in numbers]


def add_to_rows(A: Matrix, numbers: Vector, grad: Matrix) -> Matrix:
    """In the shape of A: row r is the sum of the rows grad[i] with numbers[i] = r, for i ascending, from 0.0 on."""
    lists._require_fit("add_to_rows", A, grad, len(grad) == len(numbers))
    sums = [[0.0] * len(row) for row in A]
    for number, row in zip(numbers, grad):
        into = sums[int(number)]
        for j, x in enumerate(row):
            into[j] += x
    return sums


# Chance


def pieces_of(state: int) -> Vector:
    """A state of SplitMix64 as four numbers of 16 bits, the highest first: floats, of single precision too, hold them,
    so the state of a node that draws is a vector like any other."""
    return [float((state >> shift) & 0xFFFF) for shift in (48, 32, 16, 0)]


def stream_at(pieces: Vector) -> SplitMix64:
    """The stream whose state has these pieces."""
    state = 0
    for piece in pieces:
        state = (state << 16) | int(piece)
    return SplitMix64(state)


def dropout_mask(A: Value, rate: float, state: Vector) -> Value:
    """In the shape of A, for each element a uniform number from the stream: 0 where it is below the rate, else
    1 / (1 − rate)."""
    rng, kept = stream_at(state), 1.0 / (1.0 - rate)
    return _each(lambda x: 0.0 if rng.uniform() < rate else kept, A)


def skip_random(state: Vector, n: float) -> Vector:
    """The state after n more numbers."""
    rng = stream_at(state)
    rng.skip(int(n))
    return pieces_of(rng.state)


def _each(function: Callable[[float], float], a: Value) -> Value:
    if isinstance(a, NUMBER):
        return function(a)
    if is_vector(a):
        return [function(x) for x in a]
    return [[function(x) for x in row] for row in a]


def _each_of_two(operation: str, function: Callable[[float, float], float], a: Value, b: Value) -> Value:
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return function(a, b)
    lists._require_fit(operation, a, b, lists.shape(a) == lists.shape(b))
    if is_vector(a):
        return [function(x, y) for x, y in zip(a, b)]
    return [[function(x, y) for x, y in zip(row, other)] for row, other in zip(a, b)]


def _require_a_number_for_each_row(operation: str, A: Matrix, b: Vector) -> None:
    lists._require_fit(operation, A, b, len(A) == len(b) and is_vector(b) and not is_vector(A))


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return INFINITY


def _log(x: float) -> float:
    if x == 0.0:
        return -INFINITY
    return math.log(x) if x > 0.0 else NAN


def _log1p(x: float) -> float:
    """log(1 + x), which MicroPython has not: there by W. Kahan's way, which makes up for the rounding of 1 + x."""
    if hasattr(math, "log1p"):
        return math.log1p(x)
    u = 1.0 + x
    return x if u == 1.0 else math.log(u) * x / (u - 1.0)


for _name in OPERATIONS:
    setattr(lists, _name, globals()[_name])
