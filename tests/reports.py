"""Reports for the tests of the page: a few small trainings, and what a browser or a test needs to check them."""
import json
import re
from types import SimpleNamespace

from networks import Sum, lesson_network

import pygraphnn as pg

# A name that would end the script, open a tag, and break a line, wherever it were put in unescaped.
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\u2028\"'{name}$&"
HOSTILE_ON_A_LINE = HOSTILE.replace("\u2028", "\\u2028")


def boston(path, features=None, epochs=3, hidden=4, test_rows=(), seed=0, **more):
    """Trains on Boston and writes a report; all that it was called with."""
    dataset = pg.load_dataset("boston", features=features)
    X, y, prediction, loss, parameters = lesson_network(len(dataset.feature_names), hidden, seed)
    feed = {X: pg.standardize(dataset.data), y: dataset.target}
    graph = pg.topological_sort_feed_dict(feed)
    known = [row for row in range(506) if row not in set(test_rows)]
    losses = pg.train(graph, {node: [rows[row] for row in known] for node, rows in feed.items()}, parameters,
                      epochs=epochs, batch_size=16, seed=seed)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=16, seed=seed, dataset=dataset,
                    test_rows=test_rows, **more)
    return SimpleNamespace(**locals())


def residual(path, **more):
    """A node that two others read: l1 goes into s1 and into both = l1 + s1, which l2 reads."""
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = parameters = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
    l1 = pg.Linear(X, W1, b1, "l1")
    s1 = pg.Sigmoid(l1, "s1")
    both = Sum(l1, s1)
    both.name = "both"
    prediction = pg.Linear(both, W2, b2, "l2")
    pg.MSE(y, prediction, "cost")
    feed = {X: pg.randn(12, 2, 5), y: [[0.5 * n] for n in range(12)]}
    graph = pg.topological_sort_feed_dict({**feed, W1: pg.randn(2, 3, 2), b1: pg.zeros(3), W2: pg.randn(3, 1, 3),
                                           b2: pg.zeros(1)})
    losses = pg.train(graph, feed, parameters, epochs=2, batch_size=4)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=4, **more)
    return SimpleNamespace(**locals())


def two_losses(path, **more):
    """Two losses on the same labels, one of s and one of l2 behind it; twice = l + l reads l two times."""
    X, y, W, b, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W", "b", "W2", "b2")]
    l1 = pg.Linear(X, W, b, "l")
    twice = Sum(l1, l1)
    twice.name = "twice"
    s = pg.Sigmoid(twice, "s")
    prediction = pg.Linear(s, W2, b2, "l2")
    pg.MSE(y, s, "cost1")
    pg.MSE(y, prediction, "cost2")
    dataset = pg.Dataset("d", [[float(n), n * n + 1.0] for n in range(12)], [0.1 * n for n in range(12)],
                         ["a name that is long", "n"], "t", "")
    feed = {X: pg.standardize(dataset.data), y: [[x] for x in dataset.target]}
    graph = pg.topological_sort_feed_dict({**feed, W: pg.randn(2, 1, 2), b: [0.0], W2: pg.randn(1, 1, 2), b2: [0.0]})
    parameters = [W, b, W2, b2]
    losses = pg.train(graph, feed, parameters, epochs=2, batch_size=4)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=4, dataset=dataset, **more)
    return SimpleNamespace(**locals())


def chain(path, sigmoids, rows=20, features=1, epochs=1, data=None, losses=None, **more):
    """X·W + b through so many sigmoids; one prediction."""
    X, y, W, b = [pg.Placeholder(name) for name in ("X", "y", "W", "b")]
    node = pg.Linear(X, W, b, "l")
    for n in range(sigmoids):
        node = pg.Sigmoid(node, "s%d" % n)
    pg.MSE(y, node, "cost")
    feed = {X: data or pg.randn(rows, features, 1), y: [[n / rows] for n in range(rows)]}
    graph = pg.topological_sort_feed_dict({**feed, W: pg.randn(features, 1, 2), b: [0.0]})
    if losses is None:
        losses = pg.train(graph, feed, [W, b], epochs=epochs, batch_size=4)
    pg.write_report(path, graph, feed, [W, b], losses, batch_size=4, **more)
    return SimpleNamespace(**locals())


def shared(path, **more):
    """Weights that several nodes read, so that edges pass by layers: W goes into l1 and l2, b into l1, l2 and l3."""
    X, y, W, V, b = [pg.Placeholder(name) for name in ("X", "y", "W", "V", "b")]
    l2 = pg.Linear(pg.Sigmoid(pg.Linear(X, W, b, "l1"), "s1"), W, b, "l2")
    pg.MSE(y, pg.Linear(l2, V, b, "l3"), "cost")
    feed = {X: pg.randn(12, 3, 5), y: pg.randn(12, 3, 6)}
    graph = pg.topological_sort_feed_dict({**feed, W: pg.randn(3, 3, 2), V: pg.randn(3, 3, 3), b: pg.zeros(3)})
    losses = pg.train(graph, feed, [W, V, b], epochs=2, batch_size=4)
    pg.write_report(path, graph, feed, [W, V, b], losses, batch_size=4, **more)
    return SimpleNamespace(**locals())


def hostile(path, **more):
    """Every name that a user can choose is hostile."""
    names = [HOSTILE, HOSTILE + "2"]
    X, y, W, b = [pg.Placeholder(HOSTILE + name) for name in ("X", "y", "W", "b")]
    loss = pg.MSE(y, pg.Linear(X, W, b, HOSTILE + "l"), HOSTILE + "cost")
    dataset = pg.Dataset(HOSTILE, pg.randn(20, 2, 0), [float(n) for n in range(20)], names, HOSTILE + "target", HOSTILE)
    feed = {X: dataset.data, y: dataset.target}
    graph = pg.topological_sort_feed_dict({**feed, W: pg.randn(2, 1, 1), b: [0.0]})
    losses = pg.train(graph, feed, [W, b], epochs=2, batch_size=4)
    pg.write_report(path, graph, feed, [W, b], losses, batch_size=4, dataset=dataset, **more)
    return SimpleNamespace(**locals())


def told_apart(path, dataset, epochs=40, hidden=6, test_rows=(), **more):
    """A network that tells the classes of a data set apart, trained by Adam."""
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    parameters = W1, b1, W2, b2 = [pg.Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    classes = len(dataset.class_names)
    W1.value, b1.value = pg.randn(len(dataset.feature_names), hidden, 0), pg.zeros(hidden)
    W2.value, b2.value = pg.randn(hidden, classes, 1), pg.zeros(classes)
    logits = pg.Linear(pg.Tanh(pg.Linear(X, W1, b1, "l1"), "t1"), W2, b2, "l2")
    graph = pg.sorted_graph(pg.CrossEntropy(y, logits, "cost"))
    feed = {X: pg.standardize(dataset.data), y: dataset.target}
    known = [row for row in range(len(dataset.data)) if row not in set(test_rows)]
    adam = pg.Adam(0.02)
    losses = pg.train(graph, {node: [rows[row] for row in known] for node, rows in feed.items()}, parameters,
                      epochs=epochs, batch_size=8, optimizer=adam)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=8, optimizer=adam, dataset=dataset,
                    test_rows=test_rows, **more)
    return SimpleNamespace(**locals())


def numbers_of(path):
    """The numbers that stand in a page; {"float": "NaN"} becomes what it stands for. `step`: the first of the steps."""
    page = path.read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="numbers">(.*?)</script>', page, re.DOTALL).group(1)
    numbers = json.loads(data, object_hook=lambda found: float(found["float"]) if set(found) == {"float"} else found,
                         parse_constant=lambda name: 1 / 0)
    return dict(numbers, step=numbers["steps"][0])


def named(numbers, name):
    """The node of that name in the step of a page."""
    node, = [node for node in numbers["step"]["nodes"] if node["name"] == name]
    return node


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def heights_of(grid):
    """The heights of a surface or a curve: two letters each, its place among 4095 levels; NaN where there is none."""
    levels = [64 * LETTERS.index(a) + LETTERS.index(b) for a, b in zip(grid["heights"][::2], grid["heights"][1::2])]
    low, high = grid["low"], grid["high"]
    return [float("nan") if level == 4095 else low + (high - low) * level / 4094 for level in levels]


def scale_of(feature, size):
    low, high = feature["ends"]
    return [low + (high - low) * n / (size - 1) for n in range(size)]
