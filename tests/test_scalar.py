"""The first floor: single numbers, and the lesson's first example on it."""
import math

import pytest

from pygraphnn import scalar


def network():
    """σ(k·x + b) against y: ([x, k, b, y], linear, sigmoid, loss)."""
    x, y = scalar.Placeholder("x"), scalar.Placeholder("y")
    k, b = scalar.Placeholder("k", is_trainable=True), scalar.Placeholder("b", is_trainable=True)
    linear = scalar.Linear(x, k, b)
    sigmoid = scalar.Sigmoid(linear)
    return [x, k, b, y], linear, sigmoid, scalar.MSE(y, sigmoid)


def test_values_and_gradients_by_hand():
    (x, k, b, y), linear, sigmoid, loss = network()
    graph = scalar.topological_sort_feed_dict({x: 2, k: 3.0, b: -6.0, y: 2.5})
    scalar.forward_and_backward(graph)
    assert linear.value == 0.0 and sigmoid.value == 0.5 and loss.value == 4.0
    incoming = -2.0 * 2.0 * 0.25                    # −2·(y − a) · s·(1 − s)
    assert [node.gradients[node] for node in (x, k, b, y)] == [3.0 * incoming, 2.0 * incoming, incoming, 4.0]


def test_an_incoming_gradient_other_than_one():
    class Triple(scalar.Loss):
        def forward(self):
            self.value = 3.0 * self.inputs[0].value

        def backward(self):
            self.gradients = {self.inputs[0]: 3.0 * self.incoming_gradient()}

    (x, k, b, y), linear, sigmoid, loss = network()
    Triple([loss])
    graph = scalar.topological_sort_feed_dict({x: 0.7, k: -1.3, b: 0.2, y: 0.9})
    scalar.forward_and_backward(graph)

    def value(x, k, b, y):
        return 3.0 * (y - 1.0 / (1.0 + math.exp(-(k * x + b)))) ** 2

    point = [0.7, -1.3, 0.2, 0.9]
    for i, node in enumerate((x, k, b, y)):
        up, down = list(point), list(point)
        up[i] += 1e-6
        down[i] -= 1e-6
        assert node.gradients[node] == pytest.approx((value(*up) - value(*down)) / 2e-6, rel=1e-7)


def test_the_order_of_the_factors_is_that_of_the_formulas():
    """Other orders differ in the last place for some of these numbers."""
    class Tenth(scalar.Loss):
        def forward(self):
            self.value = 0.1 * self.inputs[0].value

        def backward(self):
            self.gradients = {self.inputs[0]: 0.1 * self.incoming_gradient()}

    (x, k, b, y), linear, sigmoid, loss = network()
    Tenth([loss])
    for n in range(60):
        number = n / 17.0
        graph = scalar.topological_sort_feed_dict({x: number, k: -1.3, b: 0.2, y: 0.9})
        scalar.forward_and_backward(graph)
        s = sigmoid.value
        grad = 2.0 * (0.9 - s) * 0.1
        assert loss.gradients == {y: grad, sigmoid: -grad} and loss.value == (0.9 - s) * (0.9 - s) * 1.0
        assert sigmoid.gradients == {linear: s * (1.0 - s) * -grad}


def test_a_value_that_is_no_number_is_refused_even_if_somebody_puts_it_there():
    x = scalar.Placeholder("x")
    s = scalar.Sigmoid(x, name="s")
    x.put_back("1")
    with pytest.raises(ValueError, match="s works on single numbers"):
        s.forward()


def test_a_number_read_twice_gets_the_sum():
    x, y = scalar.Placeholder("x"), scalar.Placeholder("y")
    scalar.MSE(y, scalar.Linear(x, x, x))           # (y − (x² + x))²
    scalar.forward_and_backward(scalar.topological_sort_feed_dict({x: 3.0, y: 10.0}))
    assert x.gradients[x] == -2.0 * (10.0 - 12.0) * 7.0


def test_the_lessons_first_example_reaches_its_label():
    """Lesson: 100 steps at rate 0.1 take σ(k·x + b) from a loss of 0.12 to within 0.01 of y."""
    (x, k, b, y), linear, sigmoid, loss = network()
    graph = scalar.topological_sort_feed_dict({x: 0.8, k: 0.2, b: 0.1, y: 0.8988713384533658})
    losses = []
    for _ in range(1000):
        scalar.run_one_epoch(graph)
        losses.append(graph[-1].value)
        scalar.optimize(scalar.trainables(graph), learning_rate=1e-1)
    assert all(later < earlier for earlier, later in zip(losses, losses[1:]))
    assert 1.0 / (1.0 + math.exp(-(k.value * x.value + b.value))) == pytest.approx(y.value, abs=0.03)
    assert x.value == 0.8 and y.value == 0.8988713384533658


def test_sigmoid_never_overflows():
    x = scalar.Placeholder("x")
    s = scalar.Sigmoid(x)
    for value, expected in ((800.0, 1.0), (-800.0, 0.0), (1e308, 1.0), (-1e308, 0.0)):
        scalar.forward(scalar.topological_sort_feed_dict({x: value}))
        assert s.value == expected


def test_zero_is_a_value():
    (x, k, b, y), linear, sigmoid, loss = network()
    scalar.forward(scalar.topological_sort_feed_dict({x: 0, k: 0.0, b: 0, y: 0.0}))
    assert loss.value == 0.25


@pytest.mark.parametrize("value", ["1", None.__class__, [1.0], float("nan")])
def test_only_numbers_can_be_fed(value):
    x = scalar.Placeholder("x")
    with pytest.raises(ValueError, match="x is "):
        x.value = value


def test_a_matrix_from_the_second_floor_is_refused_by_name():
    import pygraphnn as pg
    X = pg.Placeholder("X")
    one = scalar.Placeholder("one")
    scalar.Linear(X, one, one, name="l")
    graph = scalar.topological_sort_feed_dict({X: [[1.0]], one: 1.0})
    with pytest.raises(ValueError, match="l works on single numbers, but X is a list"):
        scalar.forward(graph)
