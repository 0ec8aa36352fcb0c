# %% class
from math import exp

import pygraphnn as pg
from pygraphnn import ops

class Swish(pg.Node):
    """value = A·σ(A), element by element; ∂loss/∂A = (σ(A) + value·(1 − σ(A)))·grad"""

    def __init__(self, node, name=None):
        pg.Node.__init__(self, [node], name)

    def forward(self):
        A, = self.input_values()
        self.gate = [[1.0 / (1.0 + exp(-x)) for x in row] for row in A]
        self.value = [[x * g for x, g in zip(*rows)] for rows in zip(A, self.gate)]

    def backward(self):
        self.gradients = {}
        grad = self.incoming_gradient()
        self.pass_back(self.inputs[0], [[(g + v * (1.0 - g)) * d for g, v, d in zip(*rows)]
                                        for rows in zip(self.gate, self.value, grad)])

A, y = pg.Placeholder("A"), pg.Placeholder("y")
A.value, y.value = [[-3.0, -0.5, 0.0, 1.7]], [[2.0, 0.0, 1.0, -1.0]]
graph = pg.sorted_graph(pg.MSE(y, Swish(A)))
pg.forward_and_backward(graph)
print(["%.4f" % x for x in graph[-2].value[0]])
print(["%.4f" % x for x in A.gradients[A][0]])

# %% check
check = pg.check_gradients(graph, [A])
print("right" if check.is_right else "WRONG")

# %% operations
class Swish(pg.Node):
    """value = A·σ(A), element by element; ∂loss/∂A = (σ(A) + value·(1 − σ(A)))·grad"""

    is_pure = True                      # the same inputs give the same value, and nothing else happens

    def __init__(self, node, name=None):
        pg.Node.__init__(self, [node], name)

    def forward(self):
        A, = self.input_values()
        self.gate = ops.table.sigmoid(A)
        self.value = ops.table.multiply(A, self.gate)

    def backward(self):
        rest = ops.table.add_number(ops.table.scale(self.gate, -1.0), 1.0)              # 1 − σ(A)
        slope = ops.table.add(self.gate, ops.table.multiply(self.value, rest))
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(slope, self.incoming_gradient()))

print("right" if pg.check_gradients(pg.sorted_graph(pg.MSE(y, Swish(A))), [A]).is_right else "WRONG")

# %% train
boston = pg.load_dataset("boston")
rows = pg.standardize(boston.data)

def trained(kind, epochs=20):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
    W1.value, b1.value, W2.value, b2.value = pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)
    loss = pg.MSE(y, pg.Linear(kind(pg.Linear(X, W1, b1)), W2, b2))
    losses = pg.train(pg.sorted_graph(loss), {X: rows, y: boston.target}, [W1, b1, W2, b2], epochs=epochs,
                      batch_size=16, learning_rate=1e-3)
    return losses, W1.value

losses, weights = trained(Swish)
print("Swish    %.2f" % losses[-1])
print("Sigmoid  %.2f" % trained(pg.Sigmoid)[0][-1])

# %% same bits, c
with pg.use("c"):
    in_c, weights_in_c = trained(Swish)
print(in_c == losses, weights_in_c == weights)

# %% picture
X, W, b = [pg.Placeholder(name) for name in ("X", "W", "b")]
X.value, W.value, b.value, y.value = [[1.0, 2.0]], [[1.0], [0.5]], [0.0], [[3.0]]
loss = pg.MSE(y, Swish(pg.Linear(X, W, b, name="line"), name="swish"), name="loss")
pg.plot_graph(pg.sorted_graph(loss), "graph.svg")
