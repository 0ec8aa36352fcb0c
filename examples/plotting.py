"""Pictures with nothing to install: the losses, the graph and the learnt surface as SVG, and a page to look at.

    python -m examples.plotting
"""
import os

import pygraphnn as pg

two = pg.load_dataset("boston", features=["RM", "LSTAT"])
rows = pg.standardize(two.data)
test_rows = list(range(0, len(rows), 5))
train_rows = [i for i in range(len(rows)) if i % 5]

X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1, "l1"), "s1"), W2, b2, "l2")
loss = pg.MSE(y, prediction, "cost")
graph = pg.sorted_graph(loss)
parameters = [W1, b1, W2, b2]
W1.value, b1.value, W2.value, b2.value = pg.randn(2, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)

known = {X: [rows[i] for i in train_rows], y: [two.target[i] for i in train_rows]}
held_out = {X: [rows[i] for i in test_rows], y: [two.target[i] for i in test_rows]}
losses, test_losses = [], {}
for epoch, mean in enumerate(pg.train_epochs(graph, known, parameters, epochs=40, batch_size=16), 1):
    losses.append(mean)
    test_losses[epoch] = float(pg.predict(loss, held_out))

pg.plot_loss({"known rows": losses, "held-out rows": list(test_losses.values())}, "loss.svg", log=True)
pg.plot_graph(graph, "graph.svg", trainables=parameters)
pg.plot_surface(prediction, X, two, ("RM", "LSTAT"), "surface.svg")
pg.write_report("boston.html", graph, {X: rows, y: two.target}, parameters, losses, batch_size=16, dataset=two,
                test_rows=test_rows, test_losses=test_losses)
for name in ("loss.svg", "graph.svg", "surface.svg", "boston.html"):
    print("%s: %.0f KB" % (name, os.path.getsize(name) / 1000))
