"""A node of one's own: Swish, checked against central differences, then trained, in C as fast as the package's nodes.

Formula: P. Ramachandran, B. Zoph, Q. V. Le, "Searching for activation functions", 2017.

    python examples/own_node.py
"""
from typing import List, Tuple

import pygraphnn as pg
from pygraphnn import ops


class Swish(pg.Node):
    """value = A·σ(A), element by element; ∂loss/∂A = (σ(A) + value·(1 − σ(A)))·grad"""

    is_pure = True                          # the same inputs give the same value, and nothing else happens

    def __init__(self, node: pg.Node) -> None:
        pg.Node.__init__(self, [node])

    def forward(self) -> None:
        A, = self.input_values()
        self.gate = ops.table.sigmoid(A)
        self.value = ops.table.multiply(A, self.gate)

    def backward(self) -> None:
        rest = ops.table.add_number(ops.table.scale(self.gate, -1.0), 1.0)
        slope = ops.table.add(self.gate, ops.table.multiply(self.value, rest))
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(slope, self.incoming_gradient()))


def slopes(x: float) -> Tuple[float, float]:
    """∂loss/∂A for one number: by the class above, and by a central difference of the loss."""
    A, target = pg.Placeholder("A"), pg.Placeholder("target")
    graph = pg.sorted_graph(pg.MSE(target, Swish(A)))
    target.value = [[2.0]]
    losses: List[float] = []
    for shifted in (x - 1e-5, x + 1e-5, x):
        A.value = [[shifted]]
        pg.forward_and_backward(graph)
        losses.append(graph[-1].value)
    return A.gradients[A][0][0], (losses[1] - losses[0]) / 2e-5


for x in (-3.0, -0.5, 0.0, 1.7):
    print("at %4.1f: by the class %.8f, by differences %.8f" % ((x,) + slopes(x)))

boston = pg.load_dataset("boston")
X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
loss = pg.MSE(y, pg.Linear(Swish(pg.Linear(X, W1, b1)), W2, b2))
W1.value, b1.value, W2.value, b2.value = pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)
losses = pg.train(pg.sorted_graph(loss), {X: pg.standardize(boston.data), y: boston.target}, [W1, b1, W2, b2],
                  epochs=100, batch_size=16, learning_rate=1e-3)
print("loss %.2f in the first epoch, %.2f in the last" % (losses[0], losses[-1]))
