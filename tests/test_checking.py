"""`check_gradients`: right and wrong derivatives, kinks, samples, and what it leaves behind."""
import pytest
from networks import as_lists, lesson_network, random_matrix

import pygraphnn as pg


class Cube(pg.Node):
    """value = factor·A³, with the derivative of A³."""

    def __init__(self, node, factor):
        pg.Node.__init__(self, [node])
        self.factor = factor

    def forward(self):
        self.value = [[self.factor * x * x * x for x in row] for row in as_lists(self.inputs[0].value)]

    def backward(self):
        rows, grads = as_lists(self.inputs[0].value), as_lists(self.incoming_gradient())
        self.gradients = {self.inputs[0]: [[3.0 * x * x * g for x, g in zip(row, grad)]
                                           for row, grad in zip(rows, grads)]}


class Noise(pg.Node):
    """The input and something new each time."""

    draws = 0

    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        Noise.draws += 1
        self.value = [[x + 0.01 * Noise.draws for x in row] for row in as_lists(self.inputs[0].value)]

    def backward(self):
        self.gradients = {self.inputs[0]: self.incoming_gradient()}


def cubed(factor, x=2.0):
    A, y = pg.Placeholder("A"), pg.Placeholder("y")
    graph = pg.sorted_graph(pg.MSE(y, Cube(A, factor)))
    A.value, y.value = [[x, -0.5]], [[1.0, 0.25]]
    return graph, A


def test_a_right_derivative_is_right_and_a_wrong_one_wrong(backend):
    graph, A = cubed(1.0)
    found = pg.check_gradients(graph)
    assert found.is_right and {row[-1] for row in found.rows} == {"right"}
    graph, A = cubed(1.001)
    found = pg.check_gradients(graph, [A])
    assert not found.is_right
    name, compared, total, place, gradient, slope, difference, verdict = found.rows[0]
    assert (name, compared, total, place, verdict) == ("A", 2, 2, "[0][0]", "WRONG")
    exact = 2.0 / 2 * (1.001 * 8.0 - 1.0) * 1.001 * 12.0
    assert slope == pytest.approx(exact, rel=1e-9) and gradient == pytest.approx(exact / 1.001, rel=1e-12)
    assert "WRONG" in repr(found) and repr(found).splitlines()[0].startswith("placeholder  compared")


@pytest.mark.parametrize("x, verdict", [(0.0, "kink"), (1e-9, "kink"), (0.5, "right"), (-0.5, "right")])
def test_a_kink_is_told_from_a_mistake(x, verdict, backend):
    A, y = pg.Placeholder("A"), pg.Placeholder("y")
    graph = pg.sorted_graph(pg.MSE(y, pg.ReLU(A)))
    A.value, y.value = [x], [3.0]
    found = pg.check_gradients(graph, [A])
    assert found.is_right and found.rows[0][-1] == verdict


def test_of_many_numbers_some_are_drawn_and_always_the_same():
    X, y, prediction, loss, parameters = lesson_network(features=30, hidden=20)
    X.value, y.value = random_matrix(4, 30, 1), [1.0, 2.0, 3.0, 4.0]
    graph = pg.sorted_graph(loss)
    found = pg.check_gradients(graph, most=25)
    assert found.is_right and found.rows[0][:1] == ("W1",) and 15 < found.rows[0][1] <= 25 and found.rows[0][2] == 600
    assert pg.check_gradients(graph, most=25).rows == found.rows != pg.check_gradients(graph, most=25, seed=1).rows


def test_trainable_placeholders_are_checked_and_without_any_all():
    X, y, prediction, loss, parameters = lesson_network(features=2, hidden=2)
    X.value, y.value = [[1.0, 2.0]], [3.0]
    assert [row[0] for row in pg.check_gradients(pg.sorted_graph(loss)).rows] == ["W1", "b1", "W2", "b2"]
    graph, A = cubed(1.0)
    assert {row[0] for row in pg.check_gradients(graph).rows} == {"A", "y"}


def test_every_node_is_left_as_it_was(backend):
    X, y, prediction, loss, parameters = lesson_network(features=2, hidden=2)
    X.value, y.value = [[1.0, 2.0], [0.5, -1.0]], [3.0, 4.0]
    graph = pg.sorted_graph(loss)
    pg.forward_and_backward(graph)
    before = [(node.value, node.gradients) for node in graph]
    pg.check_gradients(graph)
    assert all(node.value is value and node.gradients is gradients
               for node, (value, gradients) in zip(graph, before))


def test_the_command_checks_every_node_of_the_package(capsys, monkeypatch):
    from pygraphnn.cli import main
    from pygraphnn.self_check import kinds
    from networks import BACKENDS
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    usable = [name for name, reason in pg.available_backends().items() if reason is None]
    assert [line.split()[:3] for line in lines] == [[backend, kind.__name__, "right,"] for backend in usable
                                                    for kind in kinds()] and set(BACKENDS) <= set(usable)
    assert {pg.MSE, pg.Linear, pg.Sigmoid, pg.Tanh, pg.MatMul, pg.CrossEntropy, pg.L2Penalty} <= set(kinds())
    right = pg.Tanh.backward

    def wrong(node):
        right(node)
        node.gradients = {source: [[2.0 * x for x in row] for row in as_lists(grad)]
                          for source, grad in node.gradients.items()}

    monkeypatch.setattr(pg.Tanh, "backward", wrong)
    assert main(["check"]) == 1
    assert "Tanh                WRONG" in capsys.readouterr().out


def test_what_cannot_be_checked_is_an_error():
    graph, A = cubed(1.0)
    other = pg.Placeholder("other")
    with pytest.raises(ValueError, match="the graph does not depend on other"):
        pg.check_gradients(graph, [other])
    with pytest.raises(ValueError, match="most is 0"):
        pg.check_gradients(graph, most=0)
    with pytest.raises(TypeError, match="not a placeholder"):
        pg.check_gradients(graph, [graph[-1]])
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    drawn = pg.sorted_graph(pg.MSE(y, Noise(X)))
    with pytest.raises(ValueError, match="the placeholder X has no value"):
        pg.check_gradients(drawn)
    X.value = y.value = [[1.0]]
    with pytest.raises(ValueError, match="changes from run to run"):
        pg.check_gradients(drawn)
    assert X.value == [[1.0]]
