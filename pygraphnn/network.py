"""The network of the command line: layers of nodes, an activation after each but the last, and the loss of a task.

With one hidden layer of sigmoids and a number to predict it is the lesson's, and its weights are drawn as the lesson
draws them. Of other networks, drawn weights are divided by √n, n the inputs of a node, so that what goes into a node
keeps its size from layer to layer: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
neural networks", AISTATS 2010; with √2 for ReLU: K. He and others, "Delving deep into rectifiers", ICCV 2015.
"""
import math

from .activations import ReLU, Tanh
from .kinds import Any, Matrix, Optional, Sequence, Tuple
from .nodes import MSE, Linear, Placeholder, Sigmoid
from .losses import CrossEntropy
from .rng import randn, zeros

ACTIVATIONS = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}


def build_network(features: int, hidden: Sequence[int], seed: int, activation: str = "sigmoid", classes: int = 0,
                  scale: Optional[Tuple[float, float]] = None) -> Tuple[Any, ...]:
    """(X, y, output, loss), with drawn weights.

    hidden: the nodes of each hidden layer. classes: how many there are; 0: a number is to be predicted. scale: (mean,
    deviation) of the numbers to predict, by which one more layer, whose weights stay, takes the output to their units.
    """
    X, y = Placeholder("X"), Placeholder("y")
    is_lesson = len(hidden) == 1 and activation == "sigmoid" and not classes
    node: Any = X
    sizes = [features] + list(hidden) + [classes or 1]
    for layer in range(1, len(sizes)):
        W, b = [Placeholder("%s%d" % (letter, layer), is_trainable=True) for letter in "Wb"]
        W.value = _drawn(sizes[layer - 1], sizes[layer], seed + layer - 1, None if is_lesson else activation)
        b.value = zeros(sizes[layer])
        node = Linear(node, W, b, "l%d" % layer)
        if layer < len(sizes) - 1:
            node = ACTIVATIONS[activation](node, name="%s%d" % (activation[0], layer))
    if classes:
        return X, y, node, CrossEntropy(y, node, "cost")
    if scale:
        mean, deviation = Placeholder("mean"), Placeholder("deviation")
        mean.value, deviation.value = [scale[0]], [[scale[1]]]
        node = Linear(node, deviation, mean, "prediction")
    return X, y, node, MSE(y, node, "cost")


def _drawn(n: int, m: int, seed: int, activation: Optional[str]) -> Matrix:
    """Weights of deviation 1, or of one that suits the activation."""
    weights = randn(n, m, seed)
    if activation is None:
        return weights
    factor = math.sqrt((2.0 if activation == "relu" else 1.0) / n)
    return [[w * factor for w in row] for row in weights]
