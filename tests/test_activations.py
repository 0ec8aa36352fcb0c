"""Nodes that work on each element alone, against numbers computed without the package, in all ways to train them."""
import math

import pytest
from networks import NEEDS_C, Times, as_lists, bits, central_differences, flat, random_matrix

import pygraphnn as pg

# {class: (the function, its derivative, both of one number; what the step-by-step explanation shows of −0.5)}
ACTIVATIONS = {
    pg.Sigmoid: (lambda x: 1 / (1 + math.exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2,
                 "1 / (1 + e^(−(-0.5)))"),
    pg.Tanh: (math.tanh, lambda x: 1 / math.cosh(x) ** 2, "tanh(-0.5)"),
    pg.ReLU: (lambda x: max(0.0, x), lambda x: float(x > 0), "max(0,(-0.5))"),
    pg.LeakyReLU: (lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01, None),
    pg.Softplus: (lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))), lambda x: 1 / (1 + math.exp(-x)),
                  "log(1 + e^(-0.5))"),
}
# what they make of −∞, ∞ and −0
EXTREMES = {pg.Sigmoid: [0.0, 1.0, 0.5], pg.Tanh: [-1.0, 1.0, -0.0], pg.ReLU: [0.0, math.inf, 0.0],
            pg.LeakyReLU: [-math.inf, math.inf, -0.0], pg.Softplus: [0.0, math.inf, math.log(2.0)]}
every_activation = pytest.mark.parametrize("kind", ACTIVATIONS)


def network(kind):
    """A layer, the node, and a loss with an incoming gradient other than 1: (graph, feed, parameters)."""
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    node = kind(pg.Linear(X, W, b), name="node")
    Times(-2.5, pg.MSE(y, node))
    W.value, b.value = random_matrix(3, 2, 1), [0.1, -0.2]
    feed = {X: random_matrix(5, 3, 2), y: random_matrix(5, 2, 3)}
    return pg.topological_sort_feed_dict(feed), feed, [W, b]


@every_activation
def test_values_and_derivatives(kind, backend):
    function, derivative, _ = ACTIVATIONS[kind]
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    node = kind(x)
    Times(3.0, pg.MSE(y, node))
    numbers = [-30.0, -2.0, -0.5, -1e-5, 0.0, 0.3, 1.0, 25.0]
    for shaped in (numbers, [numbers], [[x] for x in numbers]):
        pg.forward_and_backward(pg.topological_sort_feed_dict({x: shaped, y: shaped}))
        assert flat(node.value) == pytest.approx([function(a) for a in numbers], rel=1e-14)
        expected = [derivative(a) * 3.0 * 2 / 8 * (function(a) - a) for a in numbers]
        assert flat(x.gradients[x]) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@every_activation
def test_gradients_agree_with_central_differences(kind, backend):
    graph, feed, parameters = network(kind)
    pg.forward_and_backward(graph)
    for node in list(feed) + parameters:
        analytic = flat(as_lists(node.gradients[node]))
        assert analytic == pytest.approx(flat(central_differences(graph, node)), rel=1e-6, abs=1e-8)


@NEEDS_C
@every_activation
def test_trainings_leave_the_same_bits_in_all_ways(kind):
    from ways import WAYS, Way, everything, same
    found = []
    for way in WAYS:
        with Way(way) as used:
            X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
            node = kind(pg.Linear(X, W, b))
            loss = pg.MSE(y, node)
            W.value, b.value = random_matrix(3, 2, 1), [0.1, -0.2]
            graph = pg.sorted_graph(loss)
            feed = {X: random_matrix(9, 3, 2), y: random_matrix(9, 2, 3)}
            losses = pg.train(graph, feed, [W, b], epochs=5, batch_size=4)
            found.append(everything(graph, losses, [W, b]) + [as_lists(pg.predict(node, {X: feed[X]}))])
            assert bool(used.plans) == (way == "plan")
    assert same(found[1], found[0]) and same(found[2], found[0])


@every_activation
def test_the_explanation_puts_the_numbers_into_the_formula(kind):
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    pg.MSE(y, kind(x, name="node"))
    text = pg.explain(pg.topological_sort_feed_dict({x: [[-0.5]], y: [[1.0]]}))
    value = "%.5g" % ACTIVATIONS[kind][0](-0.5)
    if ACTIVATIONS[kind][2] is None:        # two cases, which no single formula shows
        return
    assert "[0][0] = %s = %s\n" % (ACTIVATIONS[kind][2], value) in text


@every_activation
def test_what_is_not_finite_or_has_a_sign(kind, backend):
    x = pg.Placeholder("x")
    node = kind(x)
    graph = pg.sorted_graph(node)
    x.value = [-math.inf, math.inf, -0.0]
    pg.forward(graph)
    assert list(map(bits, node.value)) == list(map(bits, EXTREMES[kind]))


def test_a_single_number(backend):
    """Tanh takes one, too: scalar losses, say, may pass through it."""
    x = pg.Placeholder("x")
    node = pg.Tanh(x)
    x.value = 0.5
    pg.forward(pg.sorted_graph(node))
    assert node.value == math.tanh(0.5)
