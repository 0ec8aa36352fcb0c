"""Arithmetic, softmax and the losses of classes: worked numbers, gradients, the same bits in all ways, and errors."""
import math

import pytest
from networks import NEEDS_C, Times, as_lists, flat, random_matrix

import pygraphnn as pg

CLASSES = [2.0, 0.0, 1.0, 1.0, 2.0]
SHARES = [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.25, 0.5, 0.25], [0.6, 0.4, 0.0]]
HITS = [[1.0, 0.0, 0.3], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.5, 0.25, 0.0], [1.0, 0.0, 1.0]]


def loss_of(kind, hidden, y, parameters):
    """A loss of a matrix of three columns by way of a node of this kind, with an incoming gradient other than 1."""
    if kind in ("classes", "shares"):
        return pg.CrossEntropy(y, hidden)
    if kind == "hits":
        return pg.BinaryCrossEntropy(y, hidden)
    made = {"add": lambda: pg.Add(hidden, pg.Sigmoid(hidden)), "subtract": lambda: pg.Subtract(pg.Tanh(hidden), hidden),
            "multiply": lambda: pg.Multiply(hidden, pg.Sigmoid(hidden)), "twice": lambda: pg.Multiply(hidden, hidden),
            "scale": lambda: pg.Scale(hidden, -1.5), "softmax": lambda: pg.Softmax(hidden),
            "matmul": lambda: pg.MatMul(hidden, parameters[2])}
    return pg.MSE(y, made[kind]())


LABELS = {"classes": CLASSES, "shares": SHARES, "hits": HITS}
KINDS = ["add", "subtract", "multiply", "twice", "scale", "softmax", "matmul", "classes", "shares", "hits"]
every_kind = pytest.mark.parametrize("kind", KINDS)


def network(kind, penalty=True):
    X, y, W, b, V = [pg.Placeholder(name) for name in "XyWbV"]
    loss = loss_of(kind, pg.Linear(X, W, b), y, [W, b, V])
    W.value, b.value, V.value = random_matrix(4, 3, 1), [0.1, -0.2, 0.3], random_matrix(3, 3, 4)
    feed = {X: random_matrix(5, 4, 2), y: LABELS.get(kind) or random_matrix(5, 3, 3)}
    parameters = [W, b] + ([V] if kind == "matmul" else [])
    losses = [Times(-2.5, loss)] + ([pg.L2Penalty([W, b], 0.01)] if penalty else [])
    return pg.sorted_graph(losses), feed, parameters


@every_kind
def test_gradients_are_the_slopes_of_the_loss(kind, backend):
    graph, feed, parameters = network(kind)
    for node, value in feed.items():
        node.value = value
    checked = [node for node in list(feed) + parameters if kind != "classes" or node.name != "y"]
    found = pg.check_gradients(graph, checked, tolerance=1e-7)
    assert found.is_right and all(row[-1] == "right" for row in found.rows), found


@NEEDS_C
@every_kind
def test_trainings_leave_the_same_bits_in_all_ways(kind):
    from ways import WAYS, Way, everything, same
    found = []
    for way in WAYS:
        with Way(way) as used:
            X, y, W, b, V = [pg.Placeholder(name) for name in "XyWbV"]
            hidden = pg.Linear(X, W, b)
            losses = [loss_of(kind, hidden, y, [W, b, V]), pg.L2Penalty([W, b], 0.01)]
            W.value, b.value, V.value = random_matrix(4, 3, 1), [0.1, -0.2, 0.3], random_matrix(3, 3, 4)
            parameters = [W, b] + ([V] if kind == "matmul" else [])
            graph = pg.sorted_graph(losses)
            feed = {X: random_matrix(5, 4, 2), y: LABELS.get(kind) or random_matrix(5, 3, 3)}
            result = pg.train(graph, feed, parameters, epochs=6, batch_size=4, optimizer=pg.Momentum(1e-2))
            found.append(everything(graph, result, parameters) + [as_lists(pg.predict(hidden, {X: feed[X]}))])
            assert bool(used.plans) == (way == "plan")
    assert same(found[1], found[0]) and same(found[2], found[0])


def worked(node, **fed):
    """The value and the gradients of a loss whose placeholders hold these values."""
    graph = pg.sorted_graph(node)
    for placeholder in graph:
        if not placeholder.inputs:
            placeholder.value = fed[placeholder.name]
    pg.forward_and_backward(graph)
    return node.value, {placeholder.name: as_lists(placeholder.gradients[placeholder]) for placeholder in graph
                        if not placeholder.inputs}


def test_logits_of_a_thousand_neither_overflow_nor_vanish(backend):
    y, z = pg.Placeholder("y"), pg.Placeholder("z")
    value, gradients = worked(pg.CrossEntropy(y, z), z=[[1000.0, -1000.0], [-1000.0, 1000.0]], y=[0, 0])
    assert value == 1000.0 and gradients["z"] == [[0.0, 0.0], [-0.5, 0.5]]
    y, z = pg.Placeholder("y"), pg.Placeholder("z")
    value, gradients = worked(pg.BinaryCrossEntropy(y, z), z=[1000.0, -1000.0, 40.0, 0.0], y=[0.0, 0.0, 1.0, 0.5])
    assert value == pytest.approx((1000.0 + math.exp(-40) + math.log(2)) / 4, rel=1e-15)
    assert gradients["z"] == pytest.approx([0.25, 0.0, -math.exp(-40) / 4, 0.0], abs=1e-17)


def test_a_column_of_labels_is_a_vector_of_them(backend):
    found = []
    for shaped in (CLASSES, [[label] for label in CLASSES]):
        y, z = pg.Placeholder("y"), pg.Placeholder("z")
        value, gradients = worked(pg.CrossEntropy(y, z), z=random_matrix(5, 3, 1), y=shaped)
        found.append((value, gradients["z"]))
        assert flat(gradients["y"]) == [0.0] * 5
    assert found[0] == found[1]
    found = []
    for labels, logits in (([0.0, 1.0], [0.3, -2.0]), ([[0.0], [1.0]], [0.3, -2.0]), ([0.0, 1.0], [[0.3], [-2.0]])):
        y, z = pg.Placeholder("y"), pg.Placeholder("z")
        value, gradients = worked(pg.BinaryCrossEntropy(y, z), z=logits, y=labels)
        found.append((value, flat(gradients["z"]), flat(gradients["y"])))
    assert found[0] == found[1] == found[2]


def test_a_softmax_has_rows_of_sum_one(backend):
    a = pg.Placeholder("a")
    node = pg.Softmax(a)
    a.value = [[1000.0, 1000.0], [0.0, math.log(3.0)], [-5000.0, 0.0]]
    pg.forward(pg.sorted_graph(node))
    assert flat(node.value) == pytest.approx([0.5, 0.5, 0.25, 0.75, 0.0, 1.0], rel=1e-15)


def test_a_penalty_is_the_sum_of_squares(backend):
    W, b, k = [pg.Placeholder(name) for name in "Wbk"]
    value, gradients = worked(pg.L2Penalty([W, b, k], 0.5), W=[[1.0, -2.0]], b=[3.0], k=2.0)
    assert value == 9.0 and gradients == {"W": [[1.0, -2.0]], "b": [3.0], "k": 2.0}


def test_on_single_numbers():
    from pygraphnn import scalar
    x, k, t = [scalar.Placeholder(name) for name in "xkt"]
    value, gradients = worked(scalar.MSE(t, scalar.Add(scalar.Multiply(x, k), scalar.ReLU(scalar.Scale(x, 2.0)))),
                              x=3.0, k=-1.0, t=5.0)
    # (x·k + max(0, 2x) − t)² = (−3 + 6 − 5)² = 4, and its derivative 2·(−2)
    assert value == 4.0 and gradients == {"x": -4.0 * (-1.0 + 2.0), "k": -4.0 * 3.0, "t": 4.0}


@pytest.mark.parametrize("make, fed, message", [
    (lambda a, b: pg.Add(a, b), ([[1.0, 2.0]], [[1.0], [2.0]]),
     "a is 1 × 2, but b is 2 × 1: they must have one shape"),
    (lambda a, b: pg.Multiply(a, b), ([1.0], 2.0), "a is a vector of 1, but b is a number"),
    (lambda a, b: pg.MatMul(a, b), ([[1.0, 2.0]], [[1.0, 2.0]]), "a is 1 × 2 and b is 1 × 2, but a product needs"),
    (lambda a, b: pg.Softmax(pg.Add(a, b)), ([1.0], [2.0]), "goes row by row: it needs a matrix"),
    (lambda a, b: pg.CrossEntropy(a, b), ([0.0, 3.0], [[1.0, 2.0], [3.0, 4.0]]),
     "a: row 1 is 3.0, but there are 2 classes: a class number is a whole number from 0 to 1"),
    (lambda a, b: pg.CrossEntropy(a, b), ([0.0, 0.5], [[1.0, 2.0], [3.0, 4.0]]), "a: row 1 is 0.5"),
    (lambda a, b: pg.CrossEntropy(a, b), ([0.0, 1.0, 1.0], [[1.0, 2.0], [3.0, 4.0]]),
     "a is a vector of 3, but b is 2 × 2: labels are a class number for each row"),
    (lambda a, b: pg.BinaryCrossEntropy(a, b), ([0.0, 1.0], [[1.0, 2.0]]), "labels and predictions need one shape"),
])
def test_what_does_not_fit_is_an_error_that_names_the_nodes(make, fed, message, backend):
    a, b = pg.Placeholder("a"), pg.Placeholder("b")
    graph = pg.sorted_graph(make(a, b))
    a.value, b.value = fed
    with pytest.raises(ValueError) as caught:
        pg.forward(graph)
    assert message in str(caught.value)


def test_a_label_that_is_no_class_ends_a_training_in_c_with_the_same_error(backend):
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    graph = pg.sorted_graph(pg.CrossEntropy(y, pg.Linear(X, W, b)))
    W.value, b.value = random_matrix(4, 3, 1), [0.1, -0.2, 0.3]
    with pytest.raises(ValueError, match="there are 3 classes"):
        pg.train(graph, {X: random_matrix(5, 4, 2), y: [0, 1, 2, 3, 0]}, [W, b], epochs=3, batch_size=5)


@pytest.mark.parametrize("make, message", [
    (lambda a: pg.Scale(a, math.inf), "the factor"), (lambda a: pg.LeakyReLU(a, math.nan), "the slope"),
    (lambda a: pg.L2Penalty([a], -1.0), "must not be negative"), (lambda a: pg.L2Penalty([], 1.0), "at least one"),
    (lambda a: pg.L2Penalty(a, 1.0), "takes a list of parameters"),
])
def test_numbers_of_nodes_are_checked(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make(pg.Placeholder("a"))
