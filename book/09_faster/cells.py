# %% valley
def gradient(x, y):
    """Of the loss x²/2 + 25·y²/2: a valley along x, steep across it."""
    return x, 25.0 * y

def loss(x, y):
    return x * x / 2.0 + 25.0 * y * y / 2.0

for rate in (0.02, 0.07, 0.09):
    x, y = 10.0, 1.0
    for step in range(30):
        slope_x, slope_y = gradient(x, y)
        x, y = x - rate * slope_x, y - rate * slope_y
    print("rate %.2f: x %8.4f  y %11.4f  loss %.4f" % (rate, x, y, loss(x, y)))

# %% momentum
rate, beta = 0.07, 0.6
x, y, speed_x, speed_y = 10.0, 1.0, 0.0, 0.0
for step in range(30):
    slope_x, slope_y = gradient(x, y)
    speed_x, speed_y = beta * speed_x + slope_x, beta * speed_y + slope_y
    x, y = x - rate * speed_x, y - rate * speed_y
print("momentum: x %8.4f  y %8.4f  loss %.4f" % (x, y, loss(x, y)))

# %% adam
from math import sqrt

def adam(start, slopes_of, rate, steps, beta1=0.9, beta2=0.999):
    values, means, squares = list(start), [0.0] * len(start), [0.0] * len(start)
    rest1 = rest2 = 1.0
    for step in range(steps):
        rest1, rest2 = rest1 * beta1, rest2 * beta2
        for i, slope in enumerate(slopes_of(*values)):
            means[i] = beta1 * means[i] + (1.0 - beta1) * slope
            squares[i] = beta2 * squares[i] + (1.0 - beta2) * slope * slope
            values[i] -= rate * (means[i] / (1.0 - rest1)) / (sqrt(squares[i] / (1.0 - rest2)) + 1e-8)
    return values

def thousandfold(x, y):
    return [1000.0 * slope for slope in gradient(x, y)]

for name, slopes_of in (("the loss      ", gradient), ("times thousand", thousandfold)):
    x, y = adam([10.0, 1.0], slopes_of, 0.5, 30)
    print("%s  x %8.4f  y %8.4f" % (name, x, y))

# %% boston
import pygraphnn as pg

boston = pg.load_dataset("boston")
rows = pg.standardize(boston.data)

def losses_with(optimizer, epochs=30):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
    W1.value, b1.value, W2.value, b2.value = pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)
    loss = pg.MSE(y, pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2))
    return pg.train(pg.sorted_graph(loss), {X: rows, y: boston.target}, [W1, b1, W2, b2], epochs=epochs, batch_size=16,
                    optimizer=optimizer)

found = {}
for name, optimizer in (("descent 0.002", pg.GradientDescent(0.002)), ("descent 0.01", pg.GradientDescent(0.01)),
                        ("momentum 0.002", pg.Momentum(0.002)), ("Adam 0.05", pg.Adam(0.05))):
    found[name] = losses_with(optimizer)
    print("%-15s" % name, *["%7.1f" % found[name][epoch] for epoch in (0, 2, 9, 29)])
pg.plot_loss(found, "rates.svg", log=True)

# %% falling
rng = pg.SplitMix64(0)
drawn = [boston.target[rng.below(506)] for _ in range(2000)]
for name, rate_of in (("0.3      ", lambda n: 0.3), ("1 / (n+1)", lambda n: 1.0 / (n + 1))):
    w, seen = 0.0, []
    for n, price in enumerate(drawn):
        w = w - rate_of(n) * (w - price)        # the loss is (w − price)²/2, its slope w − price
        if n in (9, 99, 499, 999, 1999):
            seen.append("%6.2f" % w)
    print("rate", name, *seen)

# %% own
class SignDescent(pg.Optimizer):
    """value ← value − rate·sign(gradient): each number moves by the same amount."""

    def rule(self, value, grad, state, rate):
        def sign(x):
            return (x > 0.0) - (x < 0.0)
        if isinstance(value[0], list):
            return [[w - rate * sign(g) for w, g in zip(*both)] for both in zip(value, grad)], state
        return [w - rate * sign(g) for w, g in zip(value, grad)], state

print(*["%.1f" % loss for loss in losses_with(SignDescent(0.05), epochs=5)])
