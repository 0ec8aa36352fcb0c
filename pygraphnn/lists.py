"""The operations on plain lists: each function is the formula in its first line, written as a loop.

This is the reference. A scalar is a float, a vector a list of floats, a matrix a list of equally long lists of floats;
no function changes its arguments, though a result may share rows with them. Sums start from 0.0 and add their terms in
ascending order, each product rounded before it is added, because `kernels.py` must reach the same bits. The built-in
`sum()` is not used: from Python 3.12 on it compensates the rounding of floats, so it gives other bits than a loop.
Nodes of your own may call what the package's own nodes do not: `subtract`, `multiply`, `row_sums`, `total` and others.
"""
import sys
from math import copysign, exp, isfinite, sqrt

from .kinds import Any, List, Matrix, Shape, Value, Vector

NUMBER = (float, int)
INFINITY, NAN = float("inf"), float("nan")
_FLOATS = {float}


def shape(a: Value) -> Shape:
    """() for a number, (n,) for a vector, (rows, columns) for a matrix."""
    if isinstance(a, NUMBER):
        return ()
    if len(a) == 0 or isinstance(a[0], NUMBER):
        return (len(a),)
    return (len(a), len(a[0]))


def is_vector(a: Value) -> bool:
    return len(a) == 0 or isinstance(a[0], NUMBER)


def own(a: Value) -> Value:
    """The value as this backend holds it: lists stay as they are, another backend's buffer becomes lists."""
    return a.tolist() if hasattr(a, "tolist") else a


def checked(a: Value) -> Value:
    """A backend's fast check: the fed value in its own form, or None if `values.fed` must check it, as always here."""
    return None


def sound(a: Value) -> Value:
    """A node's result if it is a float, a list of floats, or a list of equally long lists of floats; None otherwise."""
    if type(a) is list and a:
        rows = a if type(a[0]) is list else [a]
        if all([type(row) is list and set(map(type, row)) <= _FLOATS and len(row) == len(rows[0]) > 0 for row in rows]):
            return a
    return a if type(a) is float else None


def _require_fit(operation: str, a: Value, b: Value, fits: bool) -> None:
    """ValueError unless two shapes fit: zip would cut the longer list without a word."""
    if not fits:
        raise ValueError("%s: the shapes %s and %s do not fit" % (operation, shape(a), shape(b)))


def _require_one_length(operation: str, a: Value, b: Value) -> None:
    _require_fit(operation, a, b, shape(a)[:1] == shape(b)[:1])


def is_finite(a: Value) -> bool:
    """Whether a vector or a matrix has neither infinities nor NaN."""
    return all(map(isfinite, a)) if is_vector(a) else all([all(map(isfinite, row)) for row in a])


# Products


def matmul(A: Matrix, B: Matrix) -> Matrix:
    """C[i][j] = Σₖ A[i][k] · B[k][j]: n × m times m × p gives n × p."""
    _require_fit("matmul", A, B, len(A[0]) == len(B))
    if FIVE_AT_ONCE:
        return _in_fives(A, B)
    columns = _transposed(B)
    return [[_dot(row, column) for column in columns] for row in A]


def _dot(row: Vector, column: Vector) -> float:
    """Σₖ row[k] · column[k]"""
    s = 0.0
    for a, b in zip(row, column):
        s += a * b
    return s


# Going through five columns of B at once, so that five sums share the cost of the loop, saves nearly half of the time
# for the lesson's products. PyPy compiles the loop of `_dot`, and is faster with that as soon as matrices are larger.
FIVE_AT_ONCE = sys.implementation.name != "pypy"


def _in_fives(A: Matrix, B: Matrix) -> Matrix:
    """The same sums as `_dot`, each of its own terms alone and in the same order, five at a time, then the others."""
    columns = len(B[0])
    in_fives = columns - columns % 5
    fives = [[row[j:j + 5] for row in B] for j in range(0, in_fives, 5)]
    left_over = [[row[j] for row in B] for j in range(in_fives, columns)]
    C = []
    for row in A:
        sums: Vector = []
        for five in fives:
            s = t = u = v = w = 0.0
            for a, (b, c, d, e, f) in zip(row, five):
                s += a * b
                t += a * c
                u += a * d
                v += a * e
                w += a * f
            sums += (s, t, u, v, w)
        for column in left_over:
            s = 0.0
            for a, b in zip(row, column):
                s += a * b
            sums.append(s)
        C.append(sums)
    return C


def transposed_matmul(A: Matrix, B: Matrix) -> Matrix:
    """Aᵀ · B: C[i][j] = Σₖ A[k][i] · B[k][j]: m × n and m × p give n × p."""
    return matmul(_transposed(A), B)


def matmul_transposed(A: Matrix, B: Matrix) -> Matrix:
    """A · Bᵀ: C[i][j] = Σₖ A[i][k] · B[j][k]: n × m and p × m give n × p."""
    return matmul(A, _transposed(B))


def _transposed(A: Matrix) -> Matrix:
    return [list(column) for column in zip(*A)]


# Element by element. Nodes of your own may have whole numbers in their lists: float() makes floats of them, as C does.


def add(a: Value, b: Value) -> Value:
    """a + b, for two numbers, vectors or matrices of one shape."""
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return float(a) + float(b)
    _require_one_length("add", a, b)
    return [add(x, y) for x, y in zip(a, b)]


def subtract(a: Value, b: Value) -> Value:
    """a − b, for two numbers, vectors or matrices of one shape."""
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return float(a) - float(b)
    _require_one_length("subtract", a, b)
    return [subtract(x, y) for x, y in zip(a, b)]


def multiply(a: Value, b: Value) -> Value:
    """a · b element by element, for two numbers, vectors or matrices of one shape."""
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return float(a) * float(b)
    _require_one_length("multiply", a, b)
    return [multiply(x, y) for x, y in zip(a, b)]


def divide(a: Value, b: Value) -> Value:
    """a / b element by element, for two numbers, vectors or matrices of one shape; by 0: infinite, or NaN for 0 / 0."""
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return a / b if b != 0.0 else a * copysign(INFINITY, b)
    _require_one_length("divide", a, b)
    return [divide(x, y) for x, y in zip(a, b)]


def scale(a: Value, factor: float) -> Value:
    """a · factor, for a number, a vector or a matrix."""
    if isinstance(a, NUMBER):
        return float(a) * factor
    return [scale(x, factor) for x in a]


def add_number(a: Value, number: float) -> Value:
    """a + number, for a number, a vector or a matrix."""
    if isinstance(a, NUMBER):
        return float(a) + number
    return [add_number(x, number) for x in a]


def weighted_mean(a: Value, b: Value, weight: float) -> Value:
    """weight · a + (1 − weight) · b, for two numbers, vectors or matrices of one shape."""
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return weight * a + (1.0 - weight) * b
    _require_one_length("weighted_mean", a, b)
    return [weighted_mean(x, y, weight) for x, y in zip(a, b)]


def square_root(a: Value) -> Value:
    """√a, for a number, a vector or a matrix; NaN for what is below 0."""
    if isinstance(a, NUMBER):
        return sqrt(a) if a >= 0.0 else NAN
    return [square_root(x) for x in a]


def add_row(A: Matrix, b: Vector) -> Matrix:
    """A[i][j] + b[j]: the bias b, a vector, added to each row of a matrix."""
    _require_fit("add_row", A, b, len(A[0]) == len(b))
    return [[x + y for x, y in zip(row, b)] for row in A]


def zeros_like(a: Value) -> Value:
    """0.0 everywhere, in the shape of a number, a vector or a matrix."""
    if isinstance(a, NUMBER):
        return 0.0
    return [zeros_like(x) for x in a]


def logistic(x: float) -> float:
    """1 / (1 + e⁻ˣ) for one number, written so that neither form of it can overflow: e⁸⁰⁰ would."""
    if x >= 0:
        return 1.0 / (1.0 + exp(-x))
    e = exp(x)
    return e / (1.0 + e)


def sigmoid(a: Value) -> Value:
    """S = 1 / (1 + e⁻ᴬ), for each number of a vector or a matrix."""
    if is_vector(a):
        return sigmoid([a])[0]
    return [[logistic(x) for x in row] for row in a]


def sigmoid_gradient(s: Value, grad: Value) -> Value:
    """S · (1 − S) · grad, from the sigmoid's own output S: ∂S/∂A = S · (1 − S)."""
    if is_vector(s):
        return sigmoid_gradient([s], [grad])[0]
    return [[x * (1.0 - x) * g for x, g in zip(row, grad_row)] for row, grad_row in zip(s, grad)]


def descend(w: Value, learning_rate: float, grad: Value) -> Value:
    """w − learning_rate · grad, for a number, a vector or a matrix: one step of gradient descent."""
    if isinstance(w, NUMBER):
        return w - learning_rate * grad
    if is_vector(w):
        return descend([w], learning_rate, [grad])[0]
    return [[x - learning_rate * g for x, g in zip(row, grad_row)] for row, grad_row in zip(w, grad)]


# Sums


def total(a: Value) -> float:
    """The sum of all numbers of a vector or a matrix, row after row."""
    s = 0.0
    for x in elements(a):
        s += x
    return s


def row_sums(A: Matrix) -> Vector:
    """Σⱼ A[i][j] for each row i: a matrix becomes a vector."""
    return [total(row) for row in A]


def column_sums(A: Matrix) -> Vector:
    """Σᵢ A[i][j] for each column j: a matrix becomes a vector."""
    return row_sums(_transposed(A))


def column_means(A: Matrix) -> Vector:
    """Σᵢ A[i][j] / n for each column j of an n-row matrix."""
    return [s / len(A) for s in column_sums(A)]


def column_deviations(A: Matrix, means: Vector) -> Vector:
    """√(Σᵢ (A[i][j] − means[j])² / n) for each column j: the standard deviation over all n rows, not over n − 1."""
    return [sqrt(mean_square_error(column, [mean] * len(column))) for column, mean in zip(_transposed(A), means)]


def standardize(A: Matrix, means: Vector, deviations: Vector) -> Matrix:
    """(A[i][j] − means[j]) / deviations[j]."""
    return [[(x - mean) / deviation for x, mean, deviation in zip(row, means, deviations)] for row in A]


# Mean square error, where a vector of n counts as a matrix of n × 1


def mean_square_error(y: Value, a: Value) -> float:
    """Σ (y − a)² / n over all n elements of two matrices or vectors, row after row."""
    s, n = 0.0, 0
    for x, z in zip(elements(y), elements(a)):
        d = x - z
        s += d * d
        n += 1
    return s / n


def scaled_difference(factor: float, y: Value, a: Value) -> Value:
    """factor · (y − a), element by element, in the shape of y."""
    differences = [factor * (x - z) for x, z in zip(elements(y), elements(a))]
    if is_vector(y):
        return differences
    columns = len(y[0])
    return [differences[row * columns:(row + 1) * columns] for row in range(len(y))]


def elements(a: Value) -> Vector:
    """All numbers of a vector or a matrix as one vector, row after row."""
    return a if is_vector(a) else [x for row in a for x in row]


# Rows


def draw_rows(rng: Any, rows: int, n: int) -> List[int]:
    """n row numbers from 0 to rows − 1, drawn from a SplitMix64 stream, which moves on by n."""
    return [rng.below(rows) for _ in range(n)]


def take_rows(a: Value, rows: List[int]) -> Value:
    """The rows of a matrix (or the entries of a vector) with the given numbers, from 0, in that order; some may repeat.

    IndexError: there is no such row.
    """
    if rows and min(rows) < 0:
        raise IndexError("there is no such row")
    return [a[row] for row in rows]
