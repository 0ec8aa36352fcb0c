# %% tenths
print(0.1 + 0.2, 0.1 + 0.2 == 0.3)
print("%.20f" % 0.1)

# %% order
a, b, c = 1e16, 1.0, 1.0
print((a + b) + c)
print(a + (b + c))

# %% sums
numbers = [1.0 / n for n in range(1, 2001)]

def added(numbers):
    s = 0.0
    for x in numbers:
        s += x
    return s

print(repr(added(numbers)))
print(repr(added(reversed(numbers))))

# %% four at once
lanes = [added(numbers[lane::4]) for lane in range(4)]
print(repr((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])))

# %% grows
import pygraphnn as pg

boston = pg.load_dataset("boston")
rows = pg.standardize(boston.data)

def training(epochs, nudge=0.0):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
    W1.value, b1.value, W2.value, b2.value = pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)
    W1.value = [[w + nudge for w in row] for row in W1.value]
    loss = pg.MSE(y, pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2))
    return pg.train(pg.sorted_graph(loss), {X: rows, y: boston.target}, [W1, b1, W2, b2], epochs=epochs, batch_size=16)

plain, nudged = training(40), training(40, nudge=1e-15)
print("the same losses:", plain == nudged)

# %% switch, c
with pg.use("c"):
    in_c = training(40)
print("the same losses:", plain == in_c)

# %% product
def product(A, B):
    C = []
    for row in A:
        sums = [0.0] * len(B[0])
        for a, b_row in zip(row, B):            # k ascending …
            for j, b in enumerate(b_row):       # … and all columns j at once
                sums[j] += a * b
        C.append(sums)
    return C

from pygraphnn import lists

A, B = pg.randn(5, 7, seed=1), pg.randn(7, 4, seed=2)
print(product(A, B) == lists.matmul(A, B))

# %% in the middle, c
X, y = pg.Placeholder("X"), pg.Placeholder("y")
W, b = pg.Placeholder("W"), pg.Placeholder("b")
W.value, b.value = pg.randn(13, 1, 0), pg.zeros(1)
epochs = pg.train_epochs(pg.sorted_graph(pg.MSE(y, pg.Linear(X, W, b))), {X: rows, y: boston.target}, [W, b], epochs=4,
                         batch_size=16)
for backend in ("python", "c", "python", "c"):
    pg.use(backend)
    print("%-7s %.6f" % (backend, next(epochs)))
pg.use("python")
