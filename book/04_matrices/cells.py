# %% rows
X = [[1.0, 2.0, 3.0],       # two examples, a row each, with three features
     [4.0, 5.0, 6.0]]
W = [[0.5, -1.0],           # a row for each feature, a column for each output
     [0.0, 1.0],
     [2.0, 0.5]]
b = [10.0, 20.0]            # a number for each output

def linear(X, W, b):
    value = []
    for row in X:
        outputs = []
        for j in range(len(b)):
            s = 0.0
            for k in range(len(row)):
                s += row[k] * W[k][j]
            outputs.append(s + b[j])
        value.append(outputs)
    return value

for row in linear(X, W, b):
    print(row)

# %% loss
grad = [[1.0, -2.0],        # how the loss reacts to each output: given, by what comes behind
        [3.0, 0.5]]

def loss(X, W, b):
    s = 0.0
    for outputs, reactions in zip(linear(X, W, b), grad):
        for output, reaction in zip(outputs, reactions):
            s += reaction * output
    return s

print(loss(X, W, b))

# %% one weight
k, j = 2, 0                 # W[2][0], which is 2.0
s = 0.0
for i in range(len(X)):
    s += X[i][k] * grad[i][j]
print("by the scalar rule", s)

h = 0.5
W[k][j] += h
above = loss(X, W, b)
W[k][j] -= 2.0 * h
below = loss(X, W, b)
W[k][j] += h
print("measured          ", (above - below) / (2.0 * h))

# %% all weights
transposed = [list(column) for column in zip(*X)]

def product(A, B):
    return linear(A, B, [0.0] * len(B[0]))

print("Xᵀ     ", transposed)
print("Xᵀ·grad", product(transposed, grad))

# %% the others
print("grad·Wᵀ", product(grad, [list(column) for column in zip(*W)]))
sums = [0.0] * len(b)
for row in grad:
    for j in range(len(b)):
        sums[j] += row[j]
print("Σ grad ", sums)

# %% package
import pygraphnn as pg
from pygraphnn import ops

nodes = [pg.Placeholder(name) for name in ("X", "W", "b", "G")]
for node, value in zip(nodes, (X, W, b, grad)):
    node.value = value

class WeightedSum(pg.Loss):
    """value = Σ G·a, so that ∂value/∂a = G: the grad of above."""

    def forward(self):
        G, a = self.input_values()
        self.value = ops.table.total(ops.table.multiply(G, a))

    def backward(self):
        G, a = self.inputs
        self.gradients = {}
        self.pass_back(G, a.value)
        self.pass_back(a, G.value)

graph = pg.sorted_graph(WeightedSum([nodes[3], pg.Linear(*nodes[:3], name="layer")]))
pg.forward_and_backward(graph)
for node in nodes[:3]:
    print(node.name, node.gradients[node])

# %% mistake
nodes[1].value = [[0.5, 0.0, 2.0], [-1.0, 1.0, 0.5]]
try:
    pg.forward(graph)
except ValueError as problem:
    print(problem)
