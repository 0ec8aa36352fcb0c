"""What a plan does not know runs node by node, with the same results and the same errors."""

import pytest
from networks import WHY_NOT_C, Sum, Times, as_lists, random_matrix

import pygraphnn as pg
from pygraphnn import ops

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from ways import WAYS, Way, everything, same, small_job



class Own(pg.Sigmoid):
    """Somebody's own class, which does not say that it is pure."""


@pytest.mark.parametrize("change", ["subclass", "sum", "loss", "method", "number"])
def test_a_node_that_no_plan_knows_makes_the_graph_run_node_by_node_with_the_same_result(change):
    def build():
        X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
        layer = pg.Linear(X, W, b)
        activation = {"subclass": Own, "sum": Sum}.get(change, pg.Sigmoid)(layer)
        cost = pg.MSE(y, activation)
        if change == "loss":
            Times(0.5, cost)
        if change == "method":
            activation.forward = lambda: pg.Sigmoid.forward(activation)
        feed = {X: random_matrix(9, 3, 1), y: random_matrix(9, 2, 2)}
        values = dict(list(feed.items()) + [(W, random_matrix(3, 2, 3)), (b, [0.1, 0.2])])
        return pg.topological_sort_feed_dict(values), feed, [W, b]

    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters = build()
            losses = pg.train(graph, feed, parameters, epochs=5, batch_size=4)
            found.append(everything(graph, losses, parameters))
            assert bool(used.plans) == (way == "plan" and change == "number")
    assert same(found[1], found[0]) and same(found[2], found[0])


def test_values_that_do_not_fit_give_the_errors_of_the_nodes():
    def error(W_value, b_value, y_value):
        X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
        pg.MSE(y, pg.Linear(X, W, b, name="layer"), name="cost")
        feed = {X: random_matrix(9, 3, 1), y: y_value}
        graph = pg.topological_sort_feed_dict(dict(list(feed.items()) + [(W, W_value), (b, b_value)]))
        with pytest.raises(ValueError) as raised:
            pg.train(graph, feed, [W, b], epochs=1, batch_size=4)
        return str(raised.value)

    W, b, y = random_matrix(3, 2, 1), [0.0, 0.0], random_matrix(9, 2, 2)
    for wrong in ((random_matrix(4, 2, 1), b, y), (W, [0.0], y), (W, random_matrix(1, 2, 1), y), ([1.0, 2.0], b, y),
                  (1.0, b, y), (W, 2.0, y), (W, b, random_matrix(9, 3, 2)), (W, b, [1.0] * 9)):
        messages = []
        for way in WAYS:
            with Way(way):
                messages.append(error(*wrong))
        assert len(set(messages)) == 1 and ("layer" in messages[0] or "cost" in messages[0])


def test_a_graph_that_is_not_in_order_or_not_complete_is_as_wrong_as_node_by_node():
    for wrong in (lambda graph: graph[:2] + graph[::-1], lambda graph: graph[:-2] + graph[-1:]):
        messages = []
        for way in WAYS:
            with Way(way):
                graph, feed, parameters, prediction, X = small_job()
                try:
                    messages.append(pg.train(wrong(graph), feed, parameters, epochs=1, batch_size=4))
                except ValueError as problem:
                    messages.append(str(problem).split("_")[0])
        assert messages[0] == messages[1] == messages[2]


def test_a_graph_with_a_node_twice_or_a_trainable_that_nothing_reads_is_trained():
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, prediction, X = small_job()
            spare = pg.Placeholder("spare")
            spare.value = [1.0, 2.0]
            losses = pg.train([spare] + graph, feed, [spare] + parameters, epochs=3, batch_size=4)
            assert len(used.plans) == (way == "plan")
            twice = graph[:3] + graph + graph[-1:]
            losses += pg.train(twice, feed, parameters, epochs=3, batch_size=4)
            found.append(everything([spare] + graph, losses, [spare] + parameters))
            assert len(used.plans) == (way == "plan")
    assert same(found[1], found[0]) and same(found[2], found[0])


def test_every_placeholder_must_have_a_value_and_no_node_takes_a_loss_for_a_matrix():
    """What a plan could compute, but the nodes refuse, is refused in the same words."""
    def error(action):
        graph, feed, parameters, prediction, X = small_job()
        with pytest.raises(ValueError) as raised:
            action(graph, feed, parameters, prediction, X)
        return str(raised.value)

    def unfed(graph, feed, parameters, prediction, X):
        X.value = None
        pg.predict(prediction, {})

    def emptied(graph, feed, parameters, prediction, X):
        for _ in pg.train_epochs(graph, feed, parameters, epochs=3, batch_size=4):
            parameters[0].value = None

    def sigmoid_of_a_loss(graph, feed, parameters, prediction, X):
        pg.predict(pg.Sigmoid(graph[-1], name="wrong"), feed)

    def error_of_losses(graph, feed, parameters, prediction, X):
        pg.predict(pg.MSE(graph[-1], graph[-1], name="wrong"), feed)

    def other_shape(graph, feed, parameters, prediction, X):
        labels = pg.Placeholder("labels")
        labels.value = random_matrix(2, 2, 1)
        wrong = pg.MSE(labels, prediction, name="wrong")
        pg.train(graph[:-1] + [labels, wrong], {X: feed[X]}, parameters, epochs=1, batch_size=4)

    for action in (unfed, emptied, sigmoid_of_a_loss, error_of_losses, other_shape):
        messages = []
        for way in WAYS:
            with Way(way):
                messages.append(error(action))
        assert len(set(messages)) == 1, messages


@pytest.mark.parametrize("method", ["input_values", "incoming_gradient", "pass_back"])
def test_what_somebody_hangs_on_a_single_node_is_called(method):
    calls = []
    with Way("plan") as used:
        graph, feed, parameters, prediction, X = small_job()
        original = getattr(prediction, method)
        setattr(prediction, method, lambda *arguments: calls.append(method) or original(*arguments))
        pg.train(graph, feed, parameters, epochs=1, batch_size=4)
        assert calls and not used.plans


def test_what_somebody_puts_in_the_place_of_a_method_counts(monkeypatch):
    """A plan is made of what the methods do when it is made, and made anew when they are others."""
    found = []
    for way in WAYS:
        with Way(way) as used, monkeypatch.context() as changed:
            graph, feed, parameters, prediction, X = small_job()
            losses = []
            for epoch, loss in enumerate(pg.train_epochs(graph, feed, parameters, epochs=6, batch_size=4)):
                losses.append(loss)
                if epoch == 1:
                    changed.setattr(pg.Sigmoid, "forward", lambda self, before=pg.Sigmoid.forward: (
                        before(self), self.put_back(ops.table.scale(self.value, 0.5)))[0])
                elif epoch == 3:
                    changed.setattr(pg.Placeholder, "own_gradient", lambda self, before=pg.Placeholder.own_gradient: (
                        ops.table.scale(before(self), 2.0)))
            found.append(everything(graph, losses, parameters))
            assert len(used.plans) == (3 if way == "plan" else 0)
    assert same(found[1], found[0]) and same(found[2], found[0])


def test_predicting_a_node_that_no_plan_knows():
    found = []
    for way in WAYS:
        with Way(way):
            graph, feed, parameters, prediction, X = small_job()
            found.append(as_lists(pg.predict(Own(prediction), {X: feed[X]})))
    assert same(found[1], found[0]) and same(found[2], found[0])


def test_a_plan_that_cannot_be_made_leaves_the_nodes_as_they_were(monkeypatch):
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job()
        pg.forward(graph)
        monkeypatch.setattr(pg.Linear, "backward", interrupted)
        before = [dict(node.__dict__) for node in graph]
        for train in (lambda: pg.train(graph, feed, parameters, epochs=1, batch_size=4),
                      lambda: pg.memory_needed(graph, feed, parameters, batch_size=4)):
            with pytest.raises(KeyboardInterrupt):
                train()
            assert all(node.needs_gradient for node in graph)
            assert [node.__dict__ for node in graph] == before


def interrupted(*_):
    raise KeyboardInterrupt
