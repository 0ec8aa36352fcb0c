"""Embedding: rows of a table by their numbers, and where a row is read twice its gradients add up."""
import pytest
from networks import NEEDS_C, Times, as_lists, random_matrix

import pygraphnn as pg

TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.mark.parametrize("indices", [[2.0, 0.0, 2.0], [[2.0], [0.0], [2.0]]], ids=["vector", "matrix"])
def test_rows_are_picked_and_their_gradients_add_up(backend, indices):
    i, table, y = [pg.Placeholder(name) for name in ("i", "table", "y")]
    node = pg.Embedding(i, table)
    loss = pg.MSE(y, node)
    graph = pg.sorted_graph(Times(-3.0, loss))
    i.value, table.value, y.value = indices, TABLE, [[0.0, 0.0]] * 3
    pg.forward_and_backward(graph)
    assert as_lists(node.value) == [[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]
    # −3 · Σ a² / 6, so ∂loss/∂a = −a for each element that is read, twice for the last row
    assert as_lists(table.gradients[table]) == [[-1.0, -2.0], [0.0, 0.0], [-10.0, -12.0]]
    assert as_lists(i.gradients[i]) == ([[0.0]] * 3 if isinstance(indices[0], list) else [0.0] * 3)


def network():
    i, X, y, table, W, b = [pg.Placeholder(name) for name in ("i", "X", "y", "table", "W", "b")]
    row = pg.Add(pg.Embedding(i, table), X)
    graph = pg.sorted_graph(pg.MSE(y, pg.Linear(pg.Sigmoid(row), W, b)))
    table.value, W.value, b.value = random_matrix(5, 3, 1), random_matrix(3, 1, 2), [0.1]
    feed = {i: [float(n * n % 5) for n in range(20)], X: random_matrix(20, 3, 3), y: random_matrix(20, 1, 4)}
    return graph, feed, [table, W, b], row, i, X


@NEEDS_C
@pytest.mark.parametrize("many", [None, 7])
def test_trainings_leave_the_same_bits_in_all_ways(many, monkeypatch):
    from ways import WAYS, Way, everything, same

    from pygraphnn import plan
    if many:
        monkeypatch.setattr(plan, "MANY", many)
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, row, i, X = network()
            losses = pg.train(graph, feed, parameters, epochs=5, batch_size=6, optimizer=pg.Momentum(0.1))
            found.append(everything(graph, losses, parameters)
                         + [as_lists(pg.predict(row, {i: feed[i], X: feed[X]}))])
            assert bool(used.plans) == (way == "plan")
    assert same(found[1], found[0]) and same(found[2], found[0])


def test_gradients_are_the_slopes_of_the_loss(backend):
    graph, feed, parameters, row, i, X = network()
    for node, value in feed.items():
        node.value = value
    found = pg.check_gradients(graph, parameters + [i], tolerance=1e-7)
    assert found.is_right and [line[-1] for line in found.rows] == ["right"] * 3 + ["whole"]


@pytest.mark.parametrize("indices, table, message", [
    ([0.0, 3.0], TABLE, "i: number 1 is 3.0, but there are 3 rows: a row number is a whole number from 0 to 2"),
    ([-1.0, 0.0], TABLE, "i: number 0 is -1.0"),
    ([[0.5]], TABLE, "i: number 0 is 0.5"),
    ([0.0], [1.0, 2.0], "i is a vector of 1 and table is a vector of 2, but row numbers are a vector"),
    ([[0.0, 1.0]], TABLE, "i is 1 × 2 and table is 3 × 2"),
    (1.0, TABLE, "i is a number"),
])
def test_what_is_no_row_is_an_error_that_names_it(backend, indices, table, message):
    i, placeholder = pg.Placeholder("i"), pg.Placeholder("table")
    graph = pg.sorted_graph(pg.Embedding(i, placeholder))
    i.value, placeholder.value = indices, table
    with pytest.raises(ValueError) as caught:
        pg.forward(graph)
    assert message in str(caught.value)


def test_a_number_that_is_no_row_ends_a_training_in_c_with_the_same_error(backend):
    graph, feed, parameters, row, i, X = network()
    feed[i] = [0.0] * 19 + [7.0]
    with pytest.raises(ValueError, match=r"i: number \d+ is 7.0, but there are 5 rows"):
        pg.train(graph, feed, parameters, epochs=30, batch_size=6)
