"""XOR by hand: a training loop with nothing hidden, on four rows.

    python -m examples.xor_by_hand
"""
import pygraphnn as pg

inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
labels = [[0.0], [1.0], [1.0], [0.0]]

X, y = pg.Placeholder("X"), pg.Placeholder("y")
W1, b1 = pg.Placeholder("W1"), pg.Placeholder("b1")
W2, b2 = pg.Placeholder("W2"), pg.Placeholder("b2")
hidden = pg.Sigmoid(pg.Linear(X, W1, b1))
output = pg.Sigmoid(pg.Linear(hidden, W2, b2))
loss = pg.MSE(y, output)
graph = pg.sorted_graph(loss)               # every node after its inputs

X.value, y.value = inputs, labels
W1.value, b1.value = pg.randn(2, 4, seed=0), pg.zeros(4)
W2.value, b2.value = pg.randn(4, 1, seed=1), pg.zeros(1)

for step in range(3001):
    pg.forward(graph)                       # values, from the data to the loss
    pg.backward(graph)                      # gradients, from the loss to the data
    if step % 500 == 0:
        print("step %4d  loss %.4f" % (step, loss.value))
    pg.optimize([W1, b1, W2, b2], learning_rate=2.0)        # value ← value − learning rate · gradient

for row, (truth,), (guess,) in zip(inputs, labels, output.value):
    print("%.0f xor %.0f = %.0f: %.3f" % (row[0], row[1], truth, guess))
