# %% scalar
from pygraphnn import scalar

x, y, k, b = [scalar.Placeholder(name) for name in ("x", "y")] + [
    scalar.Placeholder(name, is_trainable=True) for name in ("k", "b")]
curve = scalar.Sigmoid(scalar.Linear(x, k, b, name="Linear"), name="Sigmoid")
loss = scalar.MSE(y, curve, name="Loss")
graph = scalar.topological_sort_feed_dict({x: 1.5, y: 0.9, k: -0.2, b: 0.5})
print([node.name for node in graph])

# %% ten steps
for _ in range(10):
    scalar.run_one_epoch(graph)
    print("%.6f" % loss.value)
    scalar.optimize(scalar.trainables(graph), learning_rate=1e-1)

# %% hundred more
losses = []
for _ in range(100):
    scalar.run_one_epoch(graph)
    losses.append(loss.value)
    scalar.optimize(scalar.trainables(graph), learning_rate=1e-1)
scalar.forward(graph)
print("%.4f where %.4f should be" % (curve.value, y.value))

# %% consumers
import pygraphnn as pg

A, B, target = pg.Placeholder("A"), pg.Placeholder("B"), pg.Placeholder("target")
A.value, B.value, target.value = [[1.0]], [[2.0]], [[0.0]]
graph = pg.sorted_graph(pg.MSE(target, pg.Add(pg.Multiply(A, B), A)))
pg.forward_and_backward(graph)
print("A is read twice; its gradient:", A.gradients[A])

# %% boston, c
boston = pg.load_dataset("boston")

def trained(rows, epochs=5000):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
    l2 = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2)
    features = len(rows[0])
    W1.value, b1.value, W2.value, b2.value = pg.randn(features, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)
    with pg.use("c"):
        return pg.train(pg.sorted_graph(pg.MSE(y, l2)), {X: rows, y: boston.target}, [W1, b1, W2, b2], epochs=epochs,
                        batch_size=16, learning_rate=1e-2)

losses = trained(pg.standardize(boston.data))
print("Epoch: 1, Loss: %.1f    Epoch: 4901, Loss: %.0f" % (losses[0], losses[4900]))

# %% two features, c
places = [boston.feature_names.index(name) for name in ("RM", "LSTAT")]
losses = trained(pg.standardize([[row[place] for place in places] for row in boston.data]))
print("Epoch: 1, Loss: %.1f    Epoch: 4901, Loss: %.0f" % (losses[0], losses[4900]))
