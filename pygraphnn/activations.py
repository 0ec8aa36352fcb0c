"""More functions between layers, element by element, as the Sigmoid in `nodes.py` is one."""
from . import ops
from .graph import Node
from .kinds import Optional


class Tanh(Node):
    """value = T = tanh(A), element by element: in the shape of the input, each number between −1 and 1

    With grad = ∂loss/∂value:        ∂loss/∂A = (1 − T²)·grad, element by element
    """

    is_pure = True
    row_inputs = (0,)

    def __init__(self, node: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [node], name)

    def forward(self) -> None:
        A, = self.input_values()
        self.value = ops.table.tanh(A)

    def backward(self) -> None:
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.tanh_gradient(self.value, self.incoming_gradient()))


for _kind in (Tanh,):
    _kind.trusted = _kind
