"""The first floor: a network whose values are single numbers, so that every rule can be checked with a pencil.

Each class shows its formula, its derivative and then the code for both. ∂value/∂x, the derivative, says how fast the
value grows if x alone grows a little. Going backward, each node knows grad = ∂loss/∂value, how fast the loss grows with
its own value, and hands on grad · ∂value/∂x: that product is ∂loss/∂x. This is the chain rule, and all that backward
does. `graph.py` sorts these nodes and runs them; `nodes.py` has the same nodes for matrices.
"""
from . import values
from .activations import LeakyReLU, ReLU, Softplus, Tanh         # these take numbers, too
from .arithmetic import Add, Multiply, Scale, Subtract
from .graph import (Loss, Node, backward, convert_feed_dict_to_graph, forward, forward_and_backward, optimize,
                    run_one_epoch, sorted_graph, topological_sort, topological_sort_feed_dict, trainables)
from .graph import Placeholder as AnyPlaceholder
from .kinds import List, Optional, Value
from .lists import NUMBER, logistic

__all__ = ["Add", "LeakyReLU", "Linear", "Loss", "MSE", "Multiply", "Node", "Placeholder", "ReLU", "Scale", "Sigmoid",
           "Softplus", "Subtract", "Tanh", "backward", "convert_feed_dict_to_graph",
           "forward", "forward_and_backward", "optimize", "run_one_epoch", "sorted_graph",
           "topological_sort", "topological_sort_feed_dict", "trainables"]


class Placeholder(AnyPlaceholder):
    """A number that is fed: an x, a y, or a parameter to train."""

    def checked(self, value: Value) -> float:
        return values.number(value, self.name)


class Linear(Node):
    """value = k·x + b

    ∂value/∂x = k        ∂value/∂k = x        ∂value/∂b = 1
    """

    def __init__(self, x: Node, k: Node, b: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [x, k, b], name)

    def forward(self) -> None:
        x, k, b = _numbers(self)
        self.value = k * x + b

    def backward(self) -> None:
        x, k, b = self.inputs
        grad = self.incoming_gradient()
        self.gradients = {}
        self.pass_back(x, grad * k.value)
        self.pass_back(k, grad * x.value)
        self.pass_back(b, grad)


class Sigmoid(Node):
    """value = 1 / (1 + e^(−x)), between 0 and 1

    ∂value/∂x = value·(1 − value)
    """

    def __init__(self, node: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [node], name)

    def forward(self) -> None:
        x, = _numbers(self)
        self.value = logistic(x)

    def backward(self) -> None:
        s = self.value
        self.gradients = {self.inputs[0]: s * (1.0 - s) * self.incoming_gradient()}


class MSE(Loss):
    """value = (y − a)², the square error; the mean of a single number is that number

    ∂value/∂y = 2·(y − a)        ∂value/∂a = −2·(y − a)
    """

    def __init__(self, y: Node, a: Node, name: Optional[str] = None) -> None:
        Node.__init__(self, [y, a], name)

    def forward(self) -> None:
        y, a = _numbers(self)
        self.value = (y - a) * (y - a)

    def backward(self) -> None:
        y, a = self.inputs
        grad = 2.0 * (y.value - a.value) * self.incoming_gradient()
        self.gradients = {}
        self.pass_back(y, grad)
        self.pass_back(a, -grad)


for _kind in (Placeholder, Linear, Sigmoid, MSE):
    _kind.trusted = _kind


def _numbers(node: Node) -> List[float]:
    """The values of the inputs. ValueError: one is not a single number."""
    numbers = node.input_values()
    for source, x in zip(node.inputs, numbers):
        if not isinstance(x, NUMBER):
            raise ValueError("%s works on single numbers, but %s is a list: matrices belong to pygraphnn's own %s"
                             % (node.name, source.name, type(node).__name__))
    return numbers
