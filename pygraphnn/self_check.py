"""`python -m pygraphnn check`: the gradients of every node of the package, each in a small graph, in each backend."""
from . import activations, arithmetic, dropout, embedding, losses, nodes
from .checking import GradientCheck, check_gradients
from .graph import Loss, Node, Placeholder, sorted_graph
from .kinds import Any, Dict, Iterator, List, Tuple
from .ops import available_backends, use
from .rng import randn

ROWS, COLUMNS = 4, 3
ROOMS = (nodes, activations, arithmetic, dropout, embedding, losses)


def kinds() -> List[Any]:
    """Every class of a node that the package has, but for the placeholders."""
    return [kind for room in ROOMS for name, kind in sorted(vars(room).items())
            if not name.startswith("_") and isinstance(kind, type) and issubclass(kind, Node)
            and kind.__module__ == room.__name__
            and kind.trusted is kind and not issubclass(kind, Placeholder)]


def graph_of(kind: Any) -> List[Node]:
    """A sorted graph in which a node of this class has an incoming gradient other than 1, with drawn numbers."""
    fed: Dict[str, Any] = {"numbers": [2.0, 0.0, 2.0, 1.0], "W": randn(COLUMNS, COLUMNS, 1), "b": [0.1, -0.2, 0.3],
                           "labels": [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.25, 0.5, 0.25], [0.0, 0.6, 0.4]]}
    placeholders: Dict[str, nodes.Placeholder] = {}

    def placeholder(name: str) -> nodes.Placeholder:
        if name not in placeholders:
            placeholders[name] = nodes.Placeholder(name)
            placeholders[name].value = fed.get(name) or randn(ROWS, COLUMNS, len(placeholders) + 2)
        return placeholders[name]

    node: Any
    if kind is losses.L2Penalty:
        node = kind([placeholder("W"), placeholder("b")], 0.5)
    elif kind is nodes.Linear:
        node = kind(placeholder("X"), placeholder("W"), placeholder("b"))
    elif kind is arithmetic.MatMul:
        node = kind(placeholder("X"), placeholder("W"))
    elif kind is embedding.Embedding:
        node = kind(placeholder("numbers"), placeholder("W"))
    elif kind is dropout.Dropout:
        node = kind(placeholder("X"), 0.4)
    elif kind is arithmetic.Scale:
        node = kind(placeholder("X"), -1.5)
    elif issubclass(kind, Loss):
        node = kind(placeholder("labels"), placeholder("X"))
    elif issubclass(kind, arithmetic.OfTwo):
        node = kind(placeholder("X"), placeholder("Z"))
    else:
        node = kind(placeholder("X"))
    if isinstance(node, Loss):
        number = nodes.Placeholder("number")
        number.value = 0.75
        return sorted_graph(_Squared(arithmetic.Subtract(node, number)))
    return sorted_graph(nodes.MSE(placeholder("Y"), node))


class _Squared(Loss):
    """value = A², of a number."""

    def __init__(self, node: Node) -> None:
        Loss.__init__(self, [node])

    def forward(self) -> None:
        A, = self.input_values()
        self.value = A * A

    def backward(self) -> None:
        A, = self.input_values()
        self.gradients = {self.inputs[0]: 2.0 * A * self.incoming_gradient()}


def checks() -> Iterator[Tuple[str, str, GradientCheck]]:
    """(the backend, the class, what was found), of each class in each backend that can be used."""
    for backend, reason in available_backends().items():
        if reason is None:
            with use(backend):
                for kind in kinds():
                    graph = graph_of(kind)
                    yield backend, kind.__name__, check_gradients(graph, [node for node in graph if not node.inputs
                                                                          and isinstance(node, Placeholder)])
