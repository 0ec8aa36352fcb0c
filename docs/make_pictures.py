"""Draws the pictures of the README into the folder `pictures` beside this script, with the package itself.

    python docs/make_pictures.py
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import pygraphnn as pg  # noqa: E402 - found through the path above

boston = pg.load_dataset("boston", features=["RM", "LSTAT"])
data = pg.standardize(boston.data)
X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
l2 = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1, "l1"), "s1"), W2, b2, "l2")
graph = pg.sorted_graph(pg.MSE(y, l2, "cost"))
parameters = [W1, b1, W2, b2]
W1.value, b1.value, W2.value, b2.value = pg.randn(2, 10, seed=0), pg.zeros(10), pg.randn(10, 1, seed=1), pg.zeros(1)
pg.train(graph, {X: data, y: boston.target}, parameters, epochs=200, batch_size=16)

pictures = os.path.join(HERE, "pictures")
os.makedirs(pictures, exist_ok=True)
pg.plot_surface(l2, X, boston, ("RM", "LSTAT"), os.path.join(pictures, "surface.svg"))
X.value, y.value = data[:16], boston.target[:16]
pg.plot_graph(graph, os.path.join(pictures, "graph.svg"), trainables=parameters)
