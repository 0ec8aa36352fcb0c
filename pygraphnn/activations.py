"""More functions between layers, as the Sigmoid in `nodes.py` is one; and the softmax, which makes shares of a row."""
from . import ops, values
from .graph import Node
from .kinds import Optional
from .more_lists import OPERATIONS  # noqa: F401 - this adds the operations of these nodes


class OfOne(Node):
    """A node with one input, row by row."""

    row_inputs = (0,)

    def __init__(self, node: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [node], name)


class Tanh(OfOne):
    """value = T = tanh(A), element by element: in the shape of the input, each number between −1 and 1

    With grad = ∂loss/∂value:        ∂loss/∂A = (1 − T²)·grad, element by element
    """

    is_pure = True

    def forward(self) -> None:
        A, = self.input_values()
        self.value = ops.table.tanh(A)

    def backward(self) -> None:
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.tanh_gradient(self.value, self.incoming_gradient()))


class ReLU(OfOne):
    """value = max(0,A), element by element: in the shape of the input (rectified linear unit)

    With grad = ∂loss/∂value:        ∂loss/∂A = grad where A > 0, else 0. At 0 the function has a kink; 0 is taken.
    """

    is_pure = True

    def forward(self) -> None:
        A, = self.input_values()
        self.value = ops.table.relu(A)

    def backward(self) -> None:
        A, = self.input_values()
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.relu_gradient(A, self.incoming_gradient()))


class LeakyReLU(OfOne):
    """value = A where A > 0, else slope·A, element by element: in the shape of the input

    With grad = ∂loss/∂value:        ∂loss/∂A = grad where A > 0, else slope·grad. At 0, a kink, the latter is taken.

    slope: a number; 0.01 if none is given. ValueError: it is not finite.
    """

    is_pure = True

    def __init__(self, node: Node, slope: float = 0.01, name: Optional[str] = None) -> None:
        OfOne.__init__(self, node, name)
        self.slope = values.finite_number(slope, "%s: the slope" % self.name)

    def forward(self) -> None:
        A, = self.input_values()
        self.value = ops.table.leaky_relu(A, self.slope)

    def backward(self) -> None:
        A, = self.input_values()
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.leaky_relu_gradient(A, self.incoming_gradient(), self.slope))


class Softplus(OfOne):
    """value = log(1 + e^(A)), element by element: in the shape of the input, a ReLU without a kink

    With grad = ∂loss/∂value:        ∂loss/∂A = 1 / (1 + e^(−A))·grad, element by element
    """

    is_pure = True

    def forward(self) -> None:
        A, = self.input_values()
        self.value = ops.table.softplus(A)

    def backward(self) -> None:
        A, = self.input_values()
        self.gradients = {}
        slope = ops.table.exp(ops.table.subtract(A, self.value))        # σ(A) = e^A / (1 + e^A)
        self.pass_back(self.inputs[0], ops.table.multiply(slope, self.incoming_gradient()))


class Softmax(OfOne):
    """value = S: the shares of each row, Sᵢⱼ = e^(Aᵢⱼ) / Σₖ e^(Aᵢₖ); each is positive, and each row's sum is 1

    A: a matrix. The row's largest number is subtracted first, which changes no share, so that no power overflows.

    With grad = ∂loss/∂value:        ∂loss/∂A = S·(grad − Σₖ Sᵢₖ·gradᵢₖ)

    ValueError: A is no matrix.
    """

    is_pure = True

    def forward(self) -> None:
        A, = self.input_values()
        require_matrix(self, A)
        powers = ops.table.exp(ops.table.subtract_column(A, ops.table.row_maxima(A)))
        self.value = ops.table.divide_column(powers, ops.table.row_sums(powers))

    def backward(self) -> None:
        grad = self.incoming_gradient()
        means = ops.table.row_sums(ops.table.multiply(self.value, grad))
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(self.value, ops.table.subtract_column(grad, means)))


def require_matrix(node: Node, A: object) -> None:
    """ValueError: what a node reads row by row has no rows, or no columns."""
    shape = ops.table.shape(A)
    if len(shape) != 2 or 0 in shape:
        raise ValueError("%s: %s is %s, but %s goes row by row: it needs a matrix"
                         % (node.name, node.inputs[-1].name, values.describe(shape), type(node).__name__))


for _kind in (Tanh, ReLU, LeakyReLU, Softplus, Softmax):
    _kind.trusted = _kind
