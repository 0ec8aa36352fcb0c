"""The second floor: the nodes of `scalar.py` on matrices, one row for each example.

Each class shows its formula, its derivative and then the code for both. The arithmetic is that of `ops.table`: to see
the loop behind `ops.table.matmul`, open `matmul` in `lists.py`.
"""
from . import ops, values
from .graph import Loss, Node
from .graph import Placeholder as AnyPlaceholder
from .kinds import Any, List, Optional, Shape, Value


class Placeholder(AnyPlaceholder):
    """A fed value: a matrix (a list of rows), a vector (a list of numbers) or a number."""

    is_pure = True

    def checked(self, value: Value) -> Value:
        quickly = ops.table.checked(value)
        return values.fed(value, self.name) if quickly is None else quickly

    def feed_rows(self, data: Any, rows: List[int]) -> None:
        """Feeds some rows of data that has been checked already. The rows are numbers, from 0."""
        self._value = ops.table.take_rows(data, rows)
        self.holds_batch = True


class Linear(Node):
    """value = X·W + b, with b added to every row
    valueᵢⱼ = Σₖ Xᵢₖ·Wₖⱼ + bⱼ

    X: rows × n        W: n × m        b: a vector of m        value: rows × m

    With grad = ∂loss/∂value, rows × m:
    ∂loss/∂X = grad·Wᵀ        ∂loss/∂W = Xᵀ·grad        ∂loss/∂b = Σᵢ gradᵢ, the sum of its rows
    ∂loss/∂Xᵢⱼ = Σₖ gradᵢₖ·Wⱼₖ        ∂loss/∂Wᵢⱼ = Σₖ Xₖᵢ·gradₖⱼ        ∂loss/∂bⱼ = Σₖ gradₖⱼ

    ValueError: the shapes do not fit.
    """

    is_pure = True
    row_inputs = (0,)

    def __init__(self, X: Node, W: Node, b: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [X, W, b], name)

    def forward(self) -> None:
        X, W, b = self.input_values()
        shape = ops.table.shape
        self._check_shapes(shape(X), shape(W), shape(b))
        self.value = ops.table.add_row(ops.table.matmul(X, W), b)

    def backward(self) -> None:
        X, W, b = self.inputs
        grad = self.incoming_gradient()
        shape = ops.table.shape
        if shape(grad) != shape(X.value)[:1] + shape(W.value)[1:]:
            raise ValueError("%s: its inputs were fed again after forward: call forward(graph) before backward(graph)"
                             % self.name)
        self.gradients = {}
        if X.needs_gradient:
            self.pass_back(X, ops.table.matmul_transposed(grad, W.value))
        if W.needs_gradient:
            self.pass_back(W, ops.table.transposed_matmul(X.value, grad))
        if b.needs_gradient:
            self.pass_back(b, ops.table.column_sums(grad))

    def _check_shapes(self, X: Shape, W: Shape, b: Shape) -> None:
        if len(X) == 2 and len(W) == 2 and X[1] == W[0] and b == W[1:]:
            return
        names = [node.name for node in self.inputs]
        if len(X) != 2 or len(W) != 2 or X[1] != W[0]:
            raise ValueError("%s: %s is %s and %s is %s, but a product needs two matrices, the second with as many "
                             "rows as the first has columns" % (self.name, names[0], values.describe(X), names[1],
                                                                values.describe(W)))
        raise ValueError("%s: %s is %s and %s is %s, but the bias must be a vector with a number for each column"
                         % (self.name, names[1], values.describe(W), names[2], values.describe(b)))


class Sigmoid(Node):
    """value = S = 1 / (1 + e^(−A)), element by element: a matrix of the input's shape, each number between 0 and 1

    With grad = ∂loss/∂value:        ∂loss/∂A = S·(1 − S)·grad, element by element

    ValueError: the input is a single number (see `pygraphnn.scalar`).
    """

    is_pure = True
    row_inputs = (0,)

    def __init__(self, node: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [node], name)

    def forward(self) -> None:
        A, = self.input_values()
        if ops.table.shape(A) == ():
            raise ValueError("%s: %s is a number: single numbers belong to pygraphnn.scalar"
                             % (self.name, self.inputs[0].name))
        self.value = ops.table.sigmoid(A)

    def backward(self) -> None:
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.sigmoid_gradient(self.value, self.incoming_gradient()))


class MSE(Loss):
    """value = Σ (yᵢⱼ − aᵢⱼ)² / N, the mean square error over all N elements

    y, a: two matrices of one shape; a vector of n counts as n rows of one column.

    With grad = ∂loss/∂value, a number that is 1 where the graph ends here:
    ∂loss/∂y = 2/N·grad·(y − a)        ∂loss/∂a = 2/N·grad·(a − y), element by element, in the shape of y and a

    ValueError: the shapes do not fit.
    """

    is_pure = True

    def __init__(self, y: Node, a: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [y, a], name)

    def forward(self) -> None:
        y, a = self.input_values()
        pairs_in(self, y, a)
        self.value = ops.table.mean_square_error(y, a)

    def backward(self) -> None:
        y, a = self.inputs
        factor = 2.0 / pairs_in(self, y.value, a.value) * self.incoming_gradient()
        self.gradients = {}
        if y.needs_gradient:
            self.pass_back(y, ops.table.scaled_difference(factor, y.value, a.value))
        if a.needs_gradient:
            self.pass_back(a, ops.table.scaled_difference(factor, a.value, y.value))


def pairs_in(node: Node, y: Value, a: Value) -> int:
    """How many elements the labels and the predictions of a loss have, once it is clear that their shapes fit."""
    y, a = ops.table.shape(y), ops.table.shape(a)
    rows_and_columns = y if len(y) == 2 else y + (1,)
    if rows_and_columns != (a if len(a) == 2 else a + (1,)) or y == ():
        wanted = "single numbers belong to pygraphnn.scalar" if y == a else "labels and predictions need one shape"
        raise ValueError("%s: %s is %s, but %s is %s: %s" % (node.name, node.inputs[0].name, values.describe(y),
                                                             node.inputs[1].name, values.describe(a), wanted))
    rows, columns = rows_and_columns
    return int(rows * columns)


for _kind in (Placeholder, Linear, Sigmoid, MSE):
    _kind.trusted = _kind
