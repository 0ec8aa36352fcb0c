"""Handwritten digits: ten outputs, one for each; the largest one is the answer. Held-out rows tell how good it is.

    python -m examples.digits
    PYGRAPHNN_BACKEND=c python -m examples.digits           faster, and the same bits
"""
from typing import List

import pygraphnn as pg

EPOCHS = 8

digits = pg.load_dataset("digits")                              # 1,797 pictures of 8 × 8 numbers from 0 to 16
rows = [[pixel / 16.0 for pixel in row] for row in digits.data]
known, held_out = pg.split(len(rows), test_fraction=0.2, seed=0)

X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
logits = pg.Linear(pg.ReLU(pg.Linear(X, W1, b1)), W2, b2)
graph = pg.sorted_graph(pg.CrossEntropy(y, logits))             # softmax is in it
W1.value = [[0.2 * weight for weight in row] for row in pg.randn(64, 32, seed=0)]
W2.value = [[0.2 * weight for weight in row] for row in pg.randn(32, 10, seed=1)]
b1.value, b2.value = pg.zeros(32), pg.zeros(10)
feed = {X: [rows[i] for i in known], y: [digits.target[i] for i in known]}


def accuracy(chosen: List[int]) -> float:
    return pg.accuracy([digits.target[i] for i in chosen], pg.predict(logits, {X: [rows[i] for i in chosen]}))


adam = pg.Adam(1e-2)
rng = pg.SplitMix64(0)                                          # goes on from call to call
for epoch in range(1, EPOCHS + 1):
    loss, = pg.train(graph, feed, [W1, b1, W2, b2], epochs=1, batch_size=32, optimizer=adam, seed=rng)
    print("epoch %d  loss %.4f  right: %.3f of the known rows, %.3f of the held-out ones"
          % (epoch, loss, accuracy(known), accuracy(held_out)))

print("rows: the digit; columns: the answer")
for counts in pg.confusion_matrix([digits.target[i] for i in held_out],
                                  pg.predict(logits, {X: [rows[i] for i in held_out]})):
    print(" ".join("%3d" % count for count in counts))
