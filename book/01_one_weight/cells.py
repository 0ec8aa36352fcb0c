# %% guess
x, y = 2.0, 5.0             # what is given, and what should come out
k, b = 1.0, 0.0             # what we may choose: a weight and a bias
guess = k * x + b
difference = y - guess
loss = difference * difference
print("guess", guess, "loss", loss)

# %% try
def loss_of(k, b):
    difference = y - (k * x + b)
    return difference * difference

for trial in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0):
    print("k =", trial, "  loss", loss_of(trial, b))

# %% slope
h = 0.001
print("slope in k: %.6f" % ((loss_of(k + h, b) - loss_of(k - h, b)) / (2 * h)))
print("slope in b: %.6f" % ((loss_of(k, b + h) - loss_of(k, b - h)) / (2 * h)))

# %% step
learning_rate = 0.1
k = k - learning_rate * -12.0
b = b - learning_rate * -6.0
print("k", k, "b", b, "loss", round(loss_of(k, b), 12))

# %% nodes
from pygraphnn import scalar

X, Y = scalar.Placeholder("x"), scalar.Placeholder("y")
K, B = scalar.Placeholder("k"), scalar.Placeholder("b")
cost = scalar.MSE(Y, scalar.Linear(X, K, B))
graph = scalar.topological_sort_feed_dict({X: 2.0, Y: 5.0, K: 1.0, B: 0.0})
scalar.forward_and_backward(graph)
print("loss", cost.value, "slopes", K.gradients[K], B.gradients[B])
scalar.optimize([K, B], learning_rate=0.1)
scalar.forward(graph)
print("loss", round(cost.value, 12))

# %% rates
for rate in (0.01, 0.1, 0.19, 0.21):
    graph = scalar.topological_sort_feed_dict({X: 2.0, Y: 5.0, K: 1.0, B: 0.0})
    losses = []
    for _ in range(4):
        scalar.forward_and_backward(graph)
        losses.append("%.4f" % cost.value)
        scalar.optimize([K, B], rate)
    print("rate", rate, "  losses", *losses)
