"""Linear, Sigmoid, MSE and Placeholder on matrices: numbers by hand, derivatives by central differences."""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import (BACKENDS, Sum, Times, as_lists, central_differences, flat, lesson_network, random_matrix,
                      same_bits)

import pygraphnn as pg


def test_linear_by_hand(backend):
    """The rows of X are examples; loss = 10·mean((y − a)²), so the incoming gradient is not that of a plain MSE."""
    X, W, b, y = [pg.Placeholder(name) for name in "XWby"]
    a = pg.Linear(X, W, b)
    Times(10.0, pg.MSE(y, a))
    graph = pg.topological_sort_feed_dict({X: [[1.0, 2.0], [3.0, 4.0]], W: [[5.0], [6.0]], b: [0.5],
                                           y: [[17.0], [40.0]]})
    pg.forward_and_backward(graph)
    assert a.value == [[17.5], [39.5]]
    # y − a = (−0.5, 0.5); ∂loss/∂a = 10 · (−2/2) · (y − a) = (5, −5)
    assert X.gradients[X] == [[25.0, 30.0], [-25.0, -30.0]]
    assert W.gradients[W] == [[5.0 - 15.0], [10.0 - 20.0]]
    assert b.gradients[b] == [0.0]


def test_sigmoid_by_hand(backend):
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    s = pg.Sigmoid(x)
    pg.MSE(y, s)
    pg.forward_and_backward(pg.topological_sort_feed_dict({x: [[0.0]], y: [[2.0]]}))
    assert s.value == [[0.5]]
    assert x.gradients[x] == [[-2.0 * 1.5 * 0.25]]


def test_sigmoid_takes_a_vector_too(backend):
    x = pg.Placeholder("x")
    s = pg.Sigmoid(x)
    pg.forward(pg.topological_sort_feed_dict({x: [0.0, 800.0, -800.0]}))
    assert s.value == [0.5, 1.0, 0.0]


def test_mse_is_the_mean_over_all_elements_and_so_is_its_gradient(backend):
    y, a = pg.Placeholder("y"), pg.Placeholder("a")
    cost = pg.MSE(y, a)
    Times(3.0, cost)
    pg.forward_and_backward(pg.topological_sort_feed_dict(
        {y: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], a: [[0.0, 2.0], [3.0, 2.0], [5.0, 9.0]]}))
    assert cost.value == (1.0 + 4.0 + 9.0) / 6
    factor = 2.0 / 6 * 3.0
    assert y.gradients[y] == [[factor, 0.0], [0.0, 2.0 * factor], [0.0, -3.0 * factor]]
    assert a.gradients[a] == [[-factor, -0.0], [-0.0, -2.0 * factor], [-0.0, 3.0 * factor]]


def test_labels_may_be_a_flat_list_and_keep_their_shape(backend):
    y, a = pg.Placeholder("y"), pg.Placeholder("a")
    cost = pg.MSE(y, a)
    pg.forward_and_backward(pg.topological_sort_feed_dict({y: [1.0, 5.0], a: [[2.0], [3.0]]}))
    assert cost.value == 2.5
    assert y.gradients[y] == [-1.0, 2.0]
    assert a.gradients[a] == [[1.0], [-2.0]]


def test_zero_is_a_value(backend):
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    cost = pg.MSE(y, pg.Sigmoid(x))
    pg.forward(pg.topological_sort_feed_dict({x: [[0]], y: [0.0]}))
    assert x.value == [[0.0]] and cost.value == 0.25


def test_the_bias_is_added_after_the_whole_product(backend):
    """(1 + 2⁻⁵³) + 2⁻⁵³ is 1, but (2⁻⁵³ + 2⁻⁵³) + 1 is more."""
    tiny = 2.0 ** -53
    X, W, b = pg.Placeholder("X"), pg.Placeholder("W"), pg.Placeholder("b")
    a = pg.Linear(X, W, b)
    pg.forward(pg.topological_sort_feed_dict({X: [[tiny, tiny]], W: [[1.0], [1.0]], b: [1.0]}))
    assert a.value == [[1.0 + 2.0 ** -52]]


@pytest.mark.parametrize("labels", ["flat", "column"])
def test_every_gradient_of_the_lessons_network_agrees_with_central_differences(backend, labels):
    X, y, prediction, cost, parameters = lesson_network(features=3, hidden=4)
    end = Times(-2.5, cost)
    targets = [0.5, -1.0, 2.0, 0.0, 1.5]
    feed = {X: random_matrix(5, 3, 7), y: targets if labels == "flat" else [[t] for t in targets]}
    graph = pg.topological_sort_feed_dict(feed)
    assert graph[-1] is end
    pg.forward_and_backward(graph)
    for node in [X, y] + parameters:
        analytic = as_lists(node.gradients[node])
        for g, estimate in zip(flat(analytic), flat(central_differences(graph, node))):
            assert g == pytest.approx(estimate, rel=1e-6, abs=1e-8)


@st.composite
def random_graphs(draw):
    """Layers of one width over random earlier nodes, shared weights, sums of branches, one to three losses."""
    width, rows = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    seed = draw(st.integers(0, 10 ** 6))
    X = pg.Placeholder("X")
    feed = {X: random_matrix(rows, width, seed)}
    layers, weights, parameters = [X], [], []
    for layer in range(draw(st.integers(1, 5))):
        source = draw(st.sampled_from(layers))
        kind = draw(st.sampled_from(["linear", "shared", "sigmoid", "sum"]))
        if kind == "sigmoid":
            layers.append(pg.Sigmoid(source))
        elif kind == "sum":
            layers.append(Sum(source, draw(st.sampled_from(layers)), source))
        else:
            if kind == "linear" or not weights:
                W, b = pg.Placeholder("W%d" % layer), pg.Placeholder("b%d" % layer)
                feed[W], feed[b] = random_matrix(width, width, seed + layer), random_matrix(1, width, seed - layer)[0]
                weights.append((W, b))
                parameters += [W, b]
            layers.append(pg.Linear(source, *draw(st.sampled_from(weights))))
    losses = []
    for number in range(draw(st.integers(1, 3))):
        y = pg.Placeholder("y%d" % number)
        feed[y] = random_matrix(rows, width, seed + 100 + number)
        losses.append(pg.MSE(y, layers[-1] if number == 0 else draw(st.sampled_from(layers))))
    if draw(st.booleans()):
        Times(draw(st.sampled_from([-3.0, 0.25])), losses[0])
    return feed


@pytest.mark.parametrize("name", BACKENDS)
@given(feed=random_graphs())
@settings(deadline=None, max_examples=60)
def test_gradients_of_random_graphs_agree_with_central_differences(name, feed):
    with pg.use(name):
        graph = pg.topological_sort_feed_dict(feed)
        pg.forward_and_backward(graph)
        gradients = {node: flat(as_lists(node.gradients[node])) for node in feed}
        for node in feed:
            for g, estimate in zip(gradients[node], flat(central_differences(graph, node))):
                assert g == pytest.approx(estimate, rel=2e-5, abs=2e-7)


def test_the_gradients_of_the_loss_and_the_sigmoid_are_computed_in_the_order_that_their_formulas_say(backend):
    """Other orders of the same factors differ in the last place for some of these numbers."""
    A, Y = random_matrix(6, 7, 1), random_matrix(6, 7, 2)
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    s = pg.Sigmoid(X)
    cost = pg.MSE(y, s)
    Times(0.3, cost)
    pg.forward_and_backward(pg.topological_sort_feed_dict({X: A, y: Y}))
    S, factor = as_lists(s.value), 2.0 / 42 * 0.3
    expected = [[factor * (a - b) for a, b in zip(*rows)] for rows in zip(S, Y)]
    assert same_bits(as_lists(cost.gradients[s]), expected)
    assert same_bits(as_lists(cost.gradients[y]), [[factor * (b - a) for a, b in zip(*rows)] for rows in zip(S, Y)])
    expected = [[a * (1.0 - a) * g for a, g in zip(*rows)] for rows in zip(S, expected)]
    assert same_bits(as_lists(s.gradients[X]), expected)


def test_a_consumer_that_belongs_to_no_graph_that_ran_has_no_say(backend):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    s = pg.Sigmoid(X)
    pg.MSE(y, s)
    graph = pg.topological_sort_feed_dict({X: [[1.0]], y: [[0.0]]})
    pg.forward_and_backward(graph)
    expected = as_lists(s.gradients[X])
    added = pg.Sigmoid(s)                                           # somebody adds a node, and runs one node again
    assert added in s.consumers
    s.backward()
    assert as_lists(s.gradients[X]) == expected


# Feeding


def test_a_fed_value_is_a_copy(backend):
    X = pg.Placeholder("X")
    mine = [[1.0, 2.0]]
    X.value = mine
    mine[0][0] = 99.0
    mine.append([3.0, 4.0])
    assert X.value == [[1.0, 2.0]]


def test_ints_tuples_and_arrays_are_taken_as_floats(backend):
    import array
    X = pg.Placeholder("X")
    X.value = ((1, 2), (True, 4))
    assert X.value == [[1.0, 2.0], [1.0, 4.0]] and type(X.value[0][0]) is float
    X.value = array.array("d", [1.0, 2.5])
    assert X.value == [1.0, 2.5]


def test_tables_and_arrays_that_give_lists_are_taken():
    class Array:
        def tolist(self):
            return [[1, 2]]

    class Table:
        def to_numpy(self):
            return Array()

    X = pg.Placeholder("X")
    for value in (Array(), Table()):
        X.value = value
        assert X.value == [[1.0, 2.0]]


def test_none_takes_the_value_away():
    X = pg.Placeholder("X")
    X.value = [[1.0]]
    X.value = None
    with pytest.raises(ValueError, match="the placeholder X has no value"):
        X.forward()


@pytest.mark.parametrize("value, message", [
    ([], "X is empty"),
    ([[]], "X has rows without columns"),
    ([[1.0, 2.0], [3.0]], "X is ragged: row 1 has 1 column, row 0 has 2"),
    ([[1.0, 2.0], 3.0], r"X\[1\] is 3.0, but row 0 is a list"),
    ([[1.0, "2"]], "X row 0, column 1 is '2', which is not a number"),
    ([[1.0, 2.0], [None, 4.0]], "X row 1, column 0 is None, which is not a number"),
    ([[1.0, float("nan")]], "X row 0, column 1 is nan"),
    ([1.0, [2.0]], r"X entry 1 is \[2.0\], which is not a number"),
    ([1.0, b"2"], "X entry 1 is b'2', which is not a number"),
    ([1.0, bytearray(b"2")], "X entry 1 is bytearray"),
    ("12", "X is '12', which is not a number"),
    ({1.0: 2.0}, "X is {1.0: 2.0}, which is not a number"),
    ([[[1.0]]], r"X row 0, column 0 is \[1.0\], which is not a number"),
    ([[1.0, 1j]], "X row 0, column 1 is 1j, which is not a number"),
    ([[10 ** 400]], "X row 0, column 0 is 1000000000000000000000000000000000000..., which is not a number"),
])
def test_a_value_that_cannot_be_fed_is_named_with_its_place(value, message):
    X = pg.Placeholder("X")
    X.value = [[7.0]]
    with pytest.raises(ValueError, match=message):
        X.value = value
    assert X.value == [[7.0]], "the old value is lost"
    with pytest.raises(ValueError, match=message):
        pg.topological_sort_feed_dict({X: value})


# Shapes that do not fit


def run_linear(X_value, W_value, b_value):
    X, W, b = pg.Placeholder("X"), pg.Placeholder("W"), pg.Placeholder("b")
    pg.Linear(X, W, b, name="l1")
    pg.forward(pg.topological_sort_feed_dict({X: X_value, W: W_value, b: b_value}))


@pytest.mark.parametrize("X, W, b, message", [
    ([[1.0, 2.0]], [[1.0], [2.0], [3.0]], [0.0], "l1: X is 1 × 2 and W is 3 × 1"),
    ([1.0, 2.0], [[1.0], [2.0]], [0.0], "l1: X is a vector of 2 and W is 2 × 1"),
    (3.0, [[1.0]], [0.0], "l1: X is a number and W is 1 × 1"),
    ([[1.0]], [1.0], [0.0], "l1: X is 1 × 1 and W is a vector of 1"),
    ([[1.0]], [[1.0, 2.0]], [0.0], "l1: W is 1 × 2 and b is a vector of 1"),
    ([[1.0]], [[1.0]], [[0.0]], "l1: W is 1 × 1 and b is 1 × 1"),
    ([[1.0]], [[1.0]], 0.0, "l1: W is 1 × 1 and b is a number"),
])
def test_linear_names_itself_and_the_two_shapes_that_do_not_fit(backend, X, W, b, message):
    with pytest.raises(ValueError, match=message):
        run_linear(X, W, b)


@pytest.mark.parametrize("y, a, message", [
    ([1.0, 2.0], [[1.0], [2.0], [3.0]], "cost: y is a vector of 2, but a is 3 × 1"),
    ([1.0, 2.0], [[1.0, 2.0]], "cost: y is a vector of 2, but a is 1 × 2"),
    ([[1.0, 2.0]], [[1.0], [2.0]], "cost: y is 1 × 2, but a is 2 × 1"),
    (1.0, 2.0, "cost: y is a number, but a is a number: single numbers belong to pygraphnn.scalar"),
])
def test_mse_names_itself_and_the_two_shapes_that_do_not_fit(backend, y, a, message):
    labels, prediction = pg.Placeholder("y"), pg.Placeholder("a")
    pg.MSE(labels, prediction, name="cost")
    with pytest.raises(ValueError, match=message):
        pg.forward(pg.topological_sort_feed_dict({labels: y, prediction: a}))


def test_sigmoid_of_a_single_number_belongs_to_the_first_floor(backend):
    x = pg.Placeholder("x")
    pg.Sigmoid(x, name="s")
    with pytest.raises(ValueError, match="s: x is a number: single numbers belong to pygraphnn.scalar"):
        pg.forward(pg.topological_sort_feed_dict({x: 1.0}))


# Nodes of one's own


class Gives(pg.Node):
    """A node whose value and whose gradient are what somebody says."""

    def __init__(self, source, value, gradient=None, name="own"):
        pg.Node.__init__(self, [source], name)
        self.gives, self.gradient = value, gradient

    def forward(self):
        self.value = self.gives

    def backward(self):
        self.gradients = {self.inputs[0]: self.gradient}


@pytest.mark.parametrize("value, message", [
    ([[1.0, 2.0], [3.0]], "own is ragged: row 1 has 1 column, row 0 has 2"),
    ([[1.0, 2.0], 3.0], r"own\[1\] is 3.0, but row 0 is a list"),
    ([1.0, [2.0]], r"own entry 1 is \[2.0\], which is not a number"),
    ([[1.0, "2"]], "own row 0, column 1 is '2', which is not a number"),
    ([[[1.0]]], r"own row 0, column 0 is \[1.0\], which is not a number"),
    ([[1.0, None]], "own row 0, column 1 is None"),
    (["1"], "own entry 0 is '1'"),
    ("1.0", "own is '1.0', which is not a number"),
    ([], "own is empty"),
    ([[]], "own has rows without columns"),
    (10 ** 400, "own is 1000"),
    ({"a": 1.0}, "own is {'a': 1.0}"),
])
def test_a_value_that_is_no_matrix_no_vector_and_no_number_is_named(backend, value, message):
    X = pg.Placeholder("X")
    with pytest.raises(ValueError, match=message):
        pg.predict(Gives(X, value), {X: [[1.0]]})


@pytest.mark.parametrize("value", [3, [1, 2.5], [[1, 0], [2.5, True]], ((1, 2), [3, 4])])
def test_whole_numbers_in_a_value_become_floats(backend, value):
    X = pg.Placeholder("X")
    node = Gives(X, value)
    pg.forward(pg.topological_sort_feed_dict({X: [[1.0]]}))
    assert flat(node.value) == flat_of(value) and all(type(x) is float for x in flat(node.value))


def flat_of(value):
    return [float(x) for row in value for x in (row if isinstance(row, (list, tuple)) else [row])] \
        if isinstance(value, (list, tuple)) else [float(value)]


def test_infinities_and_nan_are_results_like_others(backend):
    X = pg.Placeholder("X")
    inf = float("inf")
    found = as_lists(pg.predict(Gives(X, [[inf, -inf], [float("nan"), -0.0]]), {X: [[1.0]]}))
    assert same_bits(found, [[inf, -inf], [float("nan"), -0.0]])


@pytest.mark.parametrize("gradient, message", [
    ([[1.0]], "own.backward.. hands on a gradient that is 1 . 1 for its input W, which is 3 . 2: they must have one"),
    ([1.0, 2.0, 3.0], "that is a vector of 3 for its input W, which is 3 . 2"),
    (1.0, "that is a number for its input W"),
    ([[1.0, 2.0, 3.0]] * 2, "that is 2 . 3 for its input W"),
    ([[1.0, 2.0]] * 2 + [[1.0]], "the gradient from own for W is ragged: row 2 has 1 column"),
    ([["x", 2.0]] * 3, "the gradient from own for W row 0, column 0 is 'x'"),
])
@pytest.mark.parametrize("is_trained", [False, True])
def test_a_gradient_of_another_shape_than_the_value_is_named(backend, gradient, message, is_trained):
    X, W, b, y = [pg.Placeholder(name) for name in "XWby"]
    own = Gives(W, random_matrix(3, 2, 1), gradient)
    pg.MSE(y, pg.Linear(X, own, b))
    feed = {X: random_matrix(4, 3, 2), y: random_matrix(4, 2, 3)}
    W.value, b.value = random_matrix(3, 2, 1), [0.0, 0.0]
    graph = pg.topological_sort_feed_dict(feed)
    with pytest.raises(ValueError, match=message):
        if is_trained:
            pg.train(graph, feed, [W, b], epochs=1, batch_size=2)
        else:
            pg.forward_and_backward(graph)
    assert as_lists(W.value) == random_matrix(3, 2, 1)


def test_a_subclass_of_a_node_of_the_package_is_checked_too(backend):
    class Cut(pg.Sigmoid):
        def backward(self):
            self.gradients = {}
            self.pass_back(self.inputs[0], [row[:1] for row in as_lists(self.incoming_gradient())])

    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    pg.MSE(y, Cut(x, name="cut"))
    with pytest.raises(ValueError, match="cut.backward.. hands on a gradient that is 2 . 1 for its input x"):
        pg.forward_and_backward(pg.topological_sort_feed_dict({x: [[1.0, 2.0]] * 2, y: [[0.0, 0.0]] * 2}))


def test_whole_numbers_in_a_gradient_become_floats(backend):
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    own = Gives(x, [[1.0, 2.0]], [[3, -0.0]])
    pg.MSE(y, own)
    pg.forward_and_backward(pg.topological_sort_feed_dict({x: [[5.0, 6.0]], y: [[0.0, 0.0]]}))
    assert same_bits(as_lists(x.gradients[x]), [[3.0, -0.0]])
