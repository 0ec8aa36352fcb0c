# %% digits
import pygraphnn as pg

digits = pg.load_dataset("digits")
print(len(digits.data), "pictures of", len(digits.data[0]), "points; the first is a", int(digits.target[0]))

def show(picture):
    for line in range(8):
        print("".join([" .:-=+*#@"[int(x) // 2] for x in picture[8 * line:8 * line + 8]]))

show(digits.data[0])

# %% softmax
from math import exp, log

def softmax(logits):
    powers = [exp(z) for z in logits]
    total = 0.0
    for power in powers:
        total += power
    return [power / total for power in powers]

print(["%.3f" % share for share in softmax([2.0, 1.0, -1.0])])
print(["%.3f" % share for share in softmax([12.0, 11.0, 9.0])])

# %% surprise
for share in (1.0, 0.9, 0.5, 0.1, 0.01):
    print("share %.2f, surprise %.3f" % (share, -log(share) if share < 1.0 else 0.0))

# %% gradient
logits, label = [2.0, 1.0, -1.0], 1
h = 1e-5
for j in range(3):
    above, below = list(logits), list(logits)
    above[j] += h
    below[j] -= h
    measured = (-log(softmax(above)[label]) + log(softmax(below)[label])) / (2.0 * h)
    difference = softmax(logits)[j] - (1.0 if j == label else 0.0)
    print("logit %d: share − label = %7.4f, measured %7.4f" % (j, difference, measured))

# %% confident
z, y = pg.Placeholder("z"), pg.Placeholder("y")
z.value, y.value = [[1000.0, 0.0, -1000.0]], [1.0]
loss = pg.CrossEntropy(y, z)
pg.forward(pg.sorted_graph(loss))
print(loss.value)

# %% network
known, unknown = pg.split(600, 0.25, seed=0)

def rows(numbers):
    return [[x / 16.0 for x in digits.data[number]] for number in numbers]

def labels(numbers):
    return [digits.target[number] for number in numbers]

X, Y = pg.Placeholder("X"), pg.Placeholder("Y")
W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
output = pg.Linear(pg.ReLU(pg.Linear(X, W1, b1)), W2, b2)
W1.value = [[0.2 * w for w in row] for row in pg.randn(64, 16, seed=0)]
W2.value = [[0.3 * w for w in row] for row in pg.randn(16, 10, seed=1)]
b1.value, b2.value = pg.zeros(16), pg.zeros(10)
graph = pg.sorted_graph(pg.CrossEntropy(Y, output))
for epoch, loss in enumerate(pg.train_epochs(graph, {X: rows(known), Y: labels(known)}, [W1, b1, W2, b2], epochs=12,
                                             batch_size=16, optimizer=pg.Adam(0.01))):
    if epoch % 3 == 2 or epoch == 0:
        right = pg.accuracy(labels(unknown), pg.predict(output, {X: rows(unknown)}))
        print("epoch %2d: loss %.2f, of the held-out pictures %.0f %% right" % (epoch, loss, 100.0 * right))

# %% guessing
print("of 150 pictures, always saying 0 gets", labels(unknown).count(0.0), "right")

# %% confusions
table = pg.confusion_matrix(labels(unknown), pg.predict(output, {X: rows(unknown)}))
print("     " + "  ".join(map(str, range(10))))
for label, row in enumerate(table):
    print("%d   " % label + " ".join(["%2s" % (count or ".") for count in row]))

# %% mistake
answers = pg.predict(pg.Softmax(output), {X: rows(unknown)})
wrong = [i for i, shares in enumerate(answers) if shares.index(max(shares)) != int(labels(unknown)[i])]
surest = max(wrong, key=lambda i: max(answers[i]))
print("label %d, answer %d" % (labels(unknown)[surest], answers[surest].index(max(answers[surest]))))
show(digits.data[unknown[surest]])
