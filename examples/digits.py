"""Handwritten digits: ten outputs, one for each digit; the largest one is the guess. Held-out rows tell how good it is.

    python examples/digits.py
    PYGRAPHNN_BACKEND=c python examples/digits.py           faster, and the same bits
"""
from typing import List

import pygraphnn as pg

EPOCHS = 12

digits = pg.load_dataset("digits")                              # 1,797 pictures of 8 × 8 numbers from 0 to 16
rows = [[pixel / 16.0 for pixel in row] for row in digits.data]
answers = [[1.0 if digit == label else 0.0 for digit in range(10)] for label in digits.target]
train_rows = [i for i in range(len(rows)) if i % 5]             # each fifth row is held out
test_rows = [i for i in range(len(rows)) if i % 5 == 0]

X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
output = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2)
graph = pg.sorted_graph(pg.MSE(y, output))
W1.value = [[0.2 * weight for weight in row] for row in pg.randn(64, 32, seed=0)]      # small sums, steep sigmoids
W2.value = [[0.2 * weight for weight in row] for row in pg.randn(32, 10, seed=1)]
b1.value, b2.value = pg.zeros(32), pg.zeros(10)
feed = {X: [rows[i] for i in train_rows], y: [answers[i] for i in train_rows]}


def share_of_right_guesses(chosen: List[int]) -> float:
    outputs = pg.predict(output, {X: [rows[i] for i in chosen]})
    right = [max(range(10), key=row.__getitem__) == digits.target[i] for row, i in zip(outputs, chosen)]
    return right.count(True) / len(right)


adam = pg.Adam(1e-2)
rng = pg.SplitMix64(0)                                          # goes on from call to call
for epoch in range(1, EPOCHS + 1):
    loss, = pg.train(graph, feed, [W1, b1, W2, b2], epochs=1, batch_size=32, optimizer=adam, seed=rng)
    print("epoch %2d  loss %.4f  right: %.3f of the known rows, %.3f of the held-out ones"
          % (epoch, loss, share_of_right_guesses(train_rows), share_of_right_guesses(test_rows)))
