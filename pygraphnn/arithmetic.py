"""Sums, differences and products of nodes. Shapes must be the same: nothing is repeated to make them fit."""
from . import ops, values
from .graph import Node
from .kinds import Optional, Tuple, Value


class OfTwo(Node):
    """A node of two inputs of one shape, element by element."""

    row_inputs = (0, 1)

    def __init__(self, a: Node, b: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [a, b], name)

    def fitting_values(self) -> Tuple[Value, Value]:
        """The values of both inputs. ValueError: they have two shapes."""
        a, b = self.input_values()
        if ops.table.shape(a) != ops.table.shape(b):
            names = [node.name for node in self.inputs]
            raise ValueError("%s: %s is %s, but %s is %s: they must have one shape"
                             % (self.name, names[0], values.describe(ops.table.shape(a)), names[1],
                                values.describe(ops.table.shape(b))))
        return a, b


class Add(OfTwo):
    """value = a + b, element by element, of two numbers, vectors or matrices of one shape

    With grad = ∂loss/∂value:        ∂loss/∂a = grad        ∂loss/∂b = grad

    ValueError: the shapes differ.
    """

    is_pure = True

    def forward(self) -> None:
        a, b = self.fitting_values()
        self.value = ops.table.add(a, b)

    def backward(self) -> None:
        a, b = self.inputs
        grad = self.incoming_gradient()
        self.gradients = {}
        self.pass_back(a, grad)
        self.pass_back(b, grad)


class Subtract(OfTwo):
    """value = a − b, element by element, of two numbers, vectors or matrices of one shape

    With grad = ∂loss/∂value:        ∂loss/∂a = grad        ∂loss/∂b = −grad

    ValueError: the shapes differ.
    """

    is_pure = True

    def forward(self) -> None:
        a, b = self.fitting_values()
        self.value = ops.table.subtract(a, b)

    def backward(self) -> None:
        a, b = self.inputs
        grad = self.incoming_gradient()
        self.gradients = {}
        self.pass_back(a, grad)
        self.pass_back(b, ops.table.scale(grad, -1.0))


class Multiply(OfTwo):
    """value = a·b, element by element, of two numbers, vectors or matrices of one shape

    With grad = ∂loss/∂value:        ∂loss/∂a = b·grad        ∂loss/∂b = a·grad, element by element

    ValueError: the shapes differ.
    """

    is_pure = True

    def forward(self) -> None:
        a, b = self.fitting_values()
        self.value = ops.table.multiply(a, b)

    def backward(self) -> None:
        a, b = self.inputs
        grad = self.incoming_gradient()
        self.gradients = {}
        self.pass_back(a, ops.table.multiply(b.value, grad))
        self.pass_back(b, ops.table.multiply(a.value, grad))


class Scale(Node):
    """value = factor·A, element by element, of a number, a vector or a matrix

    With grad = ∂loss/∂value:        ∂loss/∂A = factor·grad, element by element

    factor: a number that is not trained. ValueError: it is not finite.
    """

    is_pure = True
    row_inputs = (0,)

    def __init__(self, node: Node, factor: float, name: Optional[str] = None) -> None:
        Node.__init__(self, [node], name)
        self.factor = values.finite_number(factor, "%s: the factor" % self.name)

    def forward(self) -> None:
        A, = self.input_values()
        self.value = ops.table.scale(A, self.factor)

    def backward(self) -> None:
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.scale(self.incoming_gradient(), self.factor))


class MatMul(Node):
    """value = A·B, the product of two matrices: n × m and m × p give n × p; valueᵢⱼ = Σₖ Aᵢₖ·Bₖⱼ

    With grad = ∂loss/∂value, n × p:        ∂loss/∂A = grad·Bᵀ        ∂loss/∂B = Aᵀ·grad
    ∂loss/∂Aᵢⱼ = Σₖ gradᵢₖ·Bⱼₖ        ∂loss/∂Bᵢⱼ = Σₖ Aₖᵢ·gradₖⱼ

    ValueError: these are not two matrices, or the second has another number of rows than the first has columns.
    """

    is_pure = True
    row_inputs = (0,)

    def __init__(self, A: Node, B: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [A, B], name)

    def forward(self) -> None:
        A, B = self.input_values()
        a, b = ops.table.shape(A), ops.table.shape(B)
        if len(a) != 2 or len(b) != 2 or a[1] != b[0]:
            names = [node.name for node in self.inputs]
            raise ValueError("%s: %s is %s and %s is %s, but a product needs two matrices, the second with as many "
                             "rows as the first has columns" % (self.name, names[0], values.describe(a), names[1],
                                                                values.describe(b)))
        self.value = ops.table.matmul(A, B)

    def backward(self) -> None:
        A, B = self.inputs
        grad = self.incoming_gradient()
        self.gradients = {}
        if A.needs_gradient:
            self.pass_back(A, ops.table.matmul_transposed(grad, B.value))
        if B.needs_gradient:
            self.pass_back(B, ops.table.transposed_matmul(A.value, grad))


for _kind in (Add, Subtract, Multiply, Scale, MatMul):
    _kind.trusted = _kind
