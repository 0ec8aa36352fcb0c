# %% sides
def cube(x):
    return x * x * x

x, exact = 1.5, 3.0 * 1.5 * 1.5         # the derivative of x³ is 3x²
print("h         one side    both sides")
for h in (0.1, 0.01, 0.001, 0.0001):
    one = (cube(x + h) - cube(x)) / h
    both = (cube(x + h) - cube(x - h)) / (2.0 * h)
    print("%-9g %.2e    %.2e" % (h, abs(one - exact), abs(both - exact)))

# %% too small
for h in (1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16):
    both = (cube(x + h) - cube(x - h)) / (2.0 * h)
    print("%-9g %.1e" % (h, abs(both - exact)))

# %% sigmoid
from math import exp

def sigmoid(x):
    return 1.0 / (1.0 + exp(-x))

h = 1e-4
print("x       S(x)      S·(1 − S)  measured")
for x in (-4.0, -1.0, 0.0, 1.0, 4.0):
    s = sigmoid(x)
    print("%-7g %.6f  %.6f   %.6f" % (x, s, s * (1.0 - s), (sigmoid(x + h) - sigmoid(x - h)) / (2.0 * h)))

# %% overflow
for x in (800.0, -800.0):
    try:
        print(x, sigmoid(x))
    except OverflowError:
        print(x, "OverflowError")

# %% two forms
def safe_sigmoid(x):
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    e = exp(x)
    return e / (1.0 + e)

print(safe_sigmoid(800.0), safe_sigmoid(-800.0), safe_sigmoid(0.0))

# %% saturated
for x in (5.0, 20.0, 40.0):
    s = safe_sigmoid(x)
    print(x, "  slope %.1e" % (s * (1.0 - s)))

# %% check
import pygraphnn as pg

A, y = pg.Placeholder("A"), pg.Placeholder("y")
A.value, y.value = [[-2.0, 0.5, 3.0]], [[1.0, 0.0, 1.0]]
check = pg.check_gradients(pg.sorted_graph(pg.MSE(y, pg.Sigmoid(A))), [A])
for name, compared, total, place, gradient, slope, difference, verdict in check.rows:
    print("%s: %d of %d compared, gradient %.6f, slope %.6f: %s" % (name, compared, total, gradient, slope, verdict))

# %% mistake
class Mistaken(pg.Sigmoid):
    def backward(self):
        self.gradients = {}
        grad = self.incoming_gradient()
        self.pass_back(self.inputs[0], [[s * g for s, g in zip(*rows)] for rows in zip(self.value, grad)])

check = pg.check_gradients(pg.sorted_graph(pg.MSE(y, Mistaken(A))), [A])
for name, compared, total, place, gradient, slope, difference, verdict in check.rows:
    print("%s%s: gradient %.6f, slope %.6f: %s" % (name, place, gradient, slope, verdict))
