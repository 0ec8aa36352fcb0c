"""A node of one's own: Swish, its gradient checked, then trained, in C as fast as the package's nodes.

Formula: P. Ramachandran, B. Zoph, Q. V. Le, "Searching for activation functions", 2017.

    python -m examples.own_node
"""
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


A, target = pg.Placeholder("A"), pg.Placeholder("target")
A.value, target.value = [[-3.0, -0.5, 0.0, 1.7]], [[2.0, 0.0, 1.0, -1.0]]
print(pg.check_gradients(pg.sorted_graph(pg.MSE(target, Swish(A))), [A]))

boston = pg.load_dataset("boston")
X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
loss = pg.MSE(y, pg.Linear(Swish(pg.Linear(X, W1, b1)), W2, b2))
W1.value, b1.value, W2.value, b2.value = pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)
losses = pg.train(pg.sorted_graph(loss), {X: pg.standardize(boston.data), y: boston.target}, [W1, b1, W2, b2],
                  epochs=100, batch_size=16, learning_rate=1e-3)
print("loss %.2f in the first epoch, %.2f in the last" % (losses[0], losses[-1]))
