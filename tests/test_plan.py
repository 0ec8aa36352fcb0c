"""Whole trainings in C against the same trainings node by node, in C and on lists: every bit, whatever happens.

With PYGRAPHNN_LONG=1 a plan is built 100,000 times instead of 2,000.
"""
import os
import platform
import random
import re
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import (ROOT, WHY_NOT_C, Distance, Half, OwnSigmoid, Residual, Square, Squared, Sum, Times, as_lists,
                      lesson_network, random_matrix)

import pygraphnn as pg
from pygraphnn import ops
from pygraphnn.jobs import Job

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from ways import WAYS, Way, everything, same

from pygraphnn import kernels, plan
from pygraphnn.shapes import size_of

LONG = os.environ.get("PYGRAPHNN_LONG") == "1"


@pytest.fixture(autouse=True)
def settings_stay_as_they_were():
    threads = pg.get_threads()
    with pg.use(pg.active_backend()):
        yield
    pg.set_threads(threads)


def small_job(seed=0, rows=20, features=3, hidden=4):
    """A network on made-up rows: (graph, feed, parameters, prediction, X)."""
    X, y, prediction, cost, parameters = lesson_network(features=features, hidden=hidden, seed=seed)
    feed = {X: random_matrix(rows, features, 11), y: random_matrix(rows, 1, 12)}
    return pg.topological_sort_feed_dict(feed), feed, parameters, prediction, X


# The same bits


@st.composite
def jobs(draw):
    """Something to build a training from, again and again: layers over random earlier nodes, shared and constant
    weights, branches that lead nowhere, several losses, vectors and matrices as labels, nodes of somebody's own."""
    width, rows, seed = draw(st.integers(1, 5)), draw(st.integers(1, 7)), draw(st.integers(0, 10 ** 6))
    kinds = draw(st.lists(st.tuples(st.sampled_from(["linear", "shared", "sigmoid", "twice", "own", "square",
                                                      "residual"]), st.integers(0, 9),
                                    st.integers(0, 9)), min_size=1, max_size=6))
    losses = draw(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from([pg.MSE, Distance]),
                                     st.sampled_from([None, None, Half, Squared])), min_size=1, max_size=3))
    constant = draw(st.sets(st.integers(0, 4), max_size=2))
    options = {"epochs": draw(st.integers(1, 4)), "batch_size": draw(st.integers(1, 9)), "seed": seed,
               "learning_rate": draw(st.sampled_from([0.0, 0.01, 0.3]))}

    def build():
        X = pg.Placeholder("X")
        feed, weights, layers, parameters = {X: random_matrix(rows, width, seed)}, [], [X], []
        for number, (kind, source, other) in enumerate(kinds):
            source = layers[source % len(layers)]
            if kind in ("sigmoid", "own", "square"):
                layers.append({"sigmoid": pg.Sigmoid, "own": OwnSigmoid, "square": Square}[kind](source))
                continue
            if kind == "residual":
                layers.append(Residual(source, layers[other % len(layers)]))
                continue
            if kind == "linear" or not weights:
                W, b = pg.Placeholder("W%d" % number), pg.Placeholder("b%d" % number)
                W.value, b.value = random_matrix(width, width, seed + number), random_matrix(1, width, number)[0]
                weights.append((W, b))
                parameters += [] if number in constant and number else [W, b]
            W, b = weights[other % len(weights)]
            layers.append(pg.Linear(pg.Linear(source, W, b), W, b) if kind == "twice" else pg.Linear(source, W, b))
        for number, (layer, is_narrow, loss, around) in enumerate(losses):
            y, node = pg.Placeholder("y%d" % number), layers[-1 - layer % len(layers)]
            if is_narrow:
                V, c = pg.Placeholder("V%d" % number), pg.Placeholder("c%d" % number)
                V.value, c.value = random_matrix(width, 1, seed + 50 + number), [0.5]
                node = pg.Linear(node, V, c)
                parameters += [V, c]
            labels = random_matrix(rows, 1 if is_narrow else width, seed + 100 + number)
            feed[y] = [row[0] for row in labels] if is_narrow and number % 2 and loss is pg.MSE else labels
            cost = loss(y, node)
            if around:
                around(cost)
        graph = pg.topological_sort_feed_dict(feed)
        return graph, feed, [node for node in parameters if node.outputs], options
    return build


@given(build=jobs(), threads=st.sampled_from([1, 2, 3]))
@settings(deadline=None, max_examples=150)
def test_random_trainings_give_the_same_bits_in_all_three_ways(build, threads):
    found = []
    pg.set_threads(threads)
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, options = build()
            assume(parameters)
            try:
                found.append(everything(graph, pg.train(graph, feed, parameters, **options), parameters))
            except pg.Diverged as problem:
                found.append([str(problem), problem.losses, [as_lists(node.value) for node in parameters]])
            inputs = {node for node in feed if not isinstance(node.outputs[0], pg.Loss)}
            node = [node for node in graph if isinstance(node, (pg.MSE, Distance))][-1].inputs[1]
            needed = {node: rows for node, rows in feed.items() if node in inputs}
            found[-1].append(as_lists(pg.predict(node, needed)) if inputs else None)
            assert bool(used.plans) == (way == "plan")
    assert same(found[1], found[0]) and same(found[2], found[0])


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("batch_size", [1, 7, 16, 64])
def test_large_operations_are_cut_into_pieces_and_keep_their_bits(threads, batch_size, monkeypatch):
    monkeypatch.setattr(plan, "PIECE", 5)
    monkeypatch.setattr(plan, "MANY", 7)
    pg.set_threads(threads)
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, prediction, X = small_job(features=13, hidden=11)
            losses = pg.train(graph, feed, parameters, epochs=3, batch_size=batch_size)
            found.append(everything(graph, losses, parameters) + [as_lists(pg.predict(prediction, {X: feed[X]}))])
    assert same(found[1], found[0]) and same(found[2], found[0])
    products = [one for one in used.plans[0].writer.instructions if one["operation"] == kernels.lib.PGN_PRODUCT]
    forms = [one["product"] for one in products]
    assert len(forms) > 5 and all(form["rows"] * form["inner"] * form["columns"] <= 125 for form in forms)
    assert any(form["go_on"] for form in forms)


def test_large_products_that_threads_share_have_the_same_bits_in_a_plan():
    found = []
    for way, threads in (("node by node", 1), ("plan", 1), ("plan", 2), ("plan", 3)):
        pg.set_threads(threads)
        with Way(way):
            graph, feed, parameters, prediction, X = small_job(rows=300, features=200, hidden=230)
            losses = pg.train(graph, feed, parameters, epochs=1, batch_size=290)
            found.append(everything(graph, losses, parameters))
    assert all(same(other, found[0]) for other in found[1:])


# What a plan does not know


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


def test_only_what_a_trainable_needs_is_computed_in_each_step():
    with Way("plan") as used:
        graph, feed, parameters, prediction, X = small_job()
        next(pg.train_epochs(graph, feed, parameters, epochs=2, batch_size=4))
        writer = used.plans[0].writer
        gradients = writer.recording.gradients
        unneeded = [gradients[graph[-1]][graph[1]], gradients[graph[1]][graph[1]], gradients[X][X]]
        assert {one["c"] for one in writer.instructions if one["only_in_the_last"]} == set(unneeded)
        marks = [used.plans[0].view(number) for number in set(unneeded)]
        for mark in marks:
            mark.data[0] = 12345.0
        used.plans[0].run(used.plans[0].c.step + 3)
        assert [mark.data[0] for mark in marks] == [12345.0] * len(marks)


def test_buffers_begin_at_lines_of_the_cache_and_the_room_suffices_for_the_largest_product():
    pg.set_threads(2)
    with Way("plan") as used:
        graph, feed, parameters, prediction, X = small_job(rows=300, features=200, hidden=230)
        pg.train(graph, feed, parameters, epochs=1, batch_size=290)
        made, address = used.plans[0], kernels.ffi.typeof("uintptr_t")
        assert all(int(kernels.ffi.cast(address, made.buffers[number])) % 64 == 0
                   for number in range(len(made.writer.shapes)) if number not in made.writer.arrays)
        assert made.writer.place_rooms() >= kernels.lib.pgn_room(290, 200, 230) > 0, "nothing is as large, and free"


def test_a_large_product_works_where_something_is_written_later():
    """What it needs for itself takes no memory of its own."""
    found = []
    for way in WAYS[1:]:
        with Way(way) as used:
            X, y = pg.Placeholder("X"), pg.Placeholder("y")
            layers = [[pg.Placeholder(), pg.Placeholder()] for _ in range(2)]
            node, parameters = X, []
            for number, (W, b) in enumerate(layers):
                W.value, b.value = pg.randn(400, 400, number), pg.zeros(400)
                node = pg.Linear(node if node is X else pg.Sigmoid(node), W, b)
                parameters += [W, b]
            pg.MSE(y, node)
            feed = {X: random_matrix(96, 400, 1), y: random_matrix(96, 400, 2)}
            graph = pg.topological_sort_feed_dict(feed)
            losses = pg.train(graph, feed, parameters, epochs=3, batch_size=96, learning_rate=0.5)
            found.append(everything(graph, losses, parameters))
            with pytest.raises(pg.Diverged):
                pg.train(graph, feed, parameters, epochs=20, batch_size=96, learning_rate=1e100)
            found[-1].append([as_lists(node.value) for node in parameters])
    assert same(found[1], found[0])

    writer, lib = used.plans[0].writer, kernels.lib
    written = {}
    for number, one in enumerate(writer.instructions):
        written.setdefault(one["c"], number)
    loss = [one["operation"] for one in writer.instructions].index(lib.PGN_LOSS)
    rooms = 0
    for number, one in enumerate(writer.instructions):
        if one["operation"] == lib.PGN_PRODUCT and one["room_size"] and one["room"] != plan.NONE:
            rooms += 1
            assert written[one["room"]] > number and one["room"] not in writer.arrays
            assert 8 * size_of(writer.shapes[one["room"]]) >= one["room_size"]
            assert number > loss or one["room"] not in writer.row, "where the parameters from before the step are kept"
    assert rooms == 6 and writer.place_rooms() == 0, "two products forward, four backward"


def test_threads_share_operations_on_many_elements_and_keep_their_bits():
    rows, features, hidden = 96, 97, 2801
    with open(os.path.join(ROOT, "csrc", "plan.c"), encoding="utf-8") as file:
        elements_of_a_thread = 1 << int(re.search(r"THREAD_ELEMENTS = 1 << (\d+)", file.read()).group(1))
    assert min(rows, features) * hidden > 2 * elements_of_a_thread, "the sigmoids, and the weights that descend"
    found = []
    for way, threads in (("node by node", 1), ("plan", 1), ("plan", 2), ("plan", 3)):
        pg.set_threads(threads)
        with Way(way):
            graph, feed, parameters, prediction, X = small_job(rows=rows, features=features, hidden=hidden)
            losses = pg.train(graph, feed, parameters, epochs=1, batch_size=rows)
            found.append(everything(graph, losses, parameters))
    assert all(same(other, found[0]) for other in found[1:])


# Divergence, interruption, and looking in between


@pytest.mark.parametrize("is_watched", [False, True])
@pytest.mark.parametrize("rate", [0.5, 1e2, 1e8, 1e150])
def test_a_training_diverges_at_the_same_step_with_the_same_error_and_parameters(rate, is_watched):
    found = []
    for way in WAYS:
        with Way(way):
            graph, feed, parameters, prediction, X = small_job(features=5)
            for node in parameters:
                node.value = [[30.0 * x for x in row] if isinstance(row, list) else row for row in as_lists(node.value)]
            try:
                pg.train(graph, feed, parameters, epochs=400, batch_size=6, learning_rate=rate,
                         progress=iter if is_watched else None)
                found.append(None)
            except pg.Diverged as problem:
                found.append([str(problem), problem.epoch, problem.step, problem.losses,
                              [as_lists(node.value) for node in parameters]])
                assert all(abs(x) < float("inf") for node in parameters for x in plan_numbers(node.value))
    assert same(found[1], found[0]) and same(found[2], found[0])
    assert rate < 1 or found[0]


def plan_numbers(value):
    value = as_lists(value)
    return [x for row in value for x in (row if isinstance(row, list) else [row])]


def test_a_loss_that_is_infinite_before_the_first_step_leaves_the_parameters_as_they_were():
    for way in WAYS:
        with Way(way):
            graph, feed, parameters, prediction, X = small_job()
            parameters[2].value = [[1e300]] * 4
            with pytest.raises(pg.Diverged, match="no step has been taken yet"):
                pg.train(graph, feed, parameters, epochs=2, batch_size=6)
            assert parameters[2].value == [[1e300]] * 4


def test_a_sum_of_losses_that_is_infinite_counts_as_diverged():
    found = []
    for way in WAYS:
        with Way(way):
            X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
            pg.MSE(y, pg.Linear(X, W, b))
            feed = {X: [[0.0]] * 8, y: [1.2e154] * 8}     # two losses of 1.44e308
            W.value, b.value = [[1.0]], [0.0]
            graph = pg.topological_sort_feed_dict(feed)
            with pytest.raises(pg.Diverged) as raised:
                pg.train(graph, feed, [W, b], epochs=1, batch_size=1, learning_rate=0.0)
            found.append([str(raised.value), raised.value.epoch, raised.value.step])
    assert found[0] == found[1] == found[2] and found[0][1:] == [1, 2] and "inf" not in found[0][0].split(" in ")[0]


@pytest.mark.parametrize("order", [[2, 1, 0], [0, 2, 1, 2], [2, 2, 2, 2, 2, 2]])
@pytest.mark.parametrize("rate", [0.01, 1e60])
def test_the_epochs_may_come_in_any_order(order, rate):
    """`progress` may wrap the epochs as it likes: after the last one there may be more."""
    def trained(way):
        with Way(way):
            graph, feed, parameters, prediction, X = small_job(rows=4)
            kept, seen = [], []

            def progress(epochs):
                for epoch in order:
                    yield epoch
                    kept.append([(node.value, as_lists(node.value)) for node in parameters])
                    seen.append(everything(graph, [], parameters))

            try:
                seen.append(pg.train(graph, feed, parameters, epochs=3, batch_size=4, learning_rate=rate,
                                     progress=progress))
            except pg.Diverged as problem:
                seen.append([str(problem), [as_lists(node.value) for node in parameters]])
            assert all(same(as_lists(value), then) for epoch in kept for value, then in epoch)
            return seen

    expected = trained("lists")
    assert same(trained("node by node"), expected) and same(trained("plan"), expected)


@pytest.mark.parametrize("progress", [None, True])
def test_one_plan_lasts_a_whole_training_and_copies_nothing_that_nobody_sees(progress, monkeypatch, capsys):
    """A constant that was fed with lists, before the switch, is no reason to plan anew in each epoch."""
    with Way("lists"):
        graph, feed, parameters, prediction, X = small_job()
    monkeypatch.setattr(plan.TrainingPlan, "_show_a_copy", None)
    with Way("plan") as used:
        pg.train(graph, feed, parameters[1:], epochs=5, batch_size=4, progress=progress)
        assert len(used.plans) == 1


def test_what_reads_a_node_is_what_reads_it_in_this_graph():
    def trained(way):
        with Way(way):
            graph, feed, parameters, prediction, X = small_job()
            labels = pg.Placeholder("labels")
            labels.value = feed[graph[1]]
            other = graph[:2] + parameters + [node for node in graph[:-1] if node.inputs]
            other += [labels, pg.MSE(labels, prediction)]
            consumers = []
            for _ in pg.train_epochs(graph, feed, parameters, epochs=3, batch_size=20):
                consumers.append([[graph.index(reader) for reader in node.consumers] for node in graph])
                pg.forward_and_backward(other)
            consumers.append([[graph.index(reader) for reader in node.consumers if reader in graph] for node in graph])
            return consumers

    expected = trained("lists")
    assert trained("node by node") == expected and trained("plan") == expected


def test_after_a_switch_to_lists_the_values_are_lists():
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job()
        epochs = pg.train_epochs(graph, feed, parameters, epochs=2, batch_size=4)
        next(epochs)
        pg.use("python")
        next(epochs)
        assert all(isinstance(node.value, (list, float)) for node in graph)


def test_a_watcher_sees_after_each_epoch_what_the_lists_would_show():
    def seen(way, **options):
        with Way(way):
            graph, feed, parameters, prediction, X = small_job()
            found = []
            for loss in pg.train_epochs(graph, feed, parameters, epochs=4, batch_size=6, **options):
                found.append(everything(graph, [loss], parameters) + [as_lists(pg.predict(prediction, {X: feed[X]}))])
            return found

    expected = seen("lists")
    assert same(seen("node by node"), expected) and same(seen("plan"), expected)


def test_what_a_watcher_keeps_does_not_change_any_more():
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job()
        kept = []
        for _ in pg.train_epochs(graph, feed, parameters, epochs=5, batch_size=6):
            arrays = [node.value for node in graph[:-1]] + [node.gradients[node] for node in parameters]
            kept.append((arrays, [as_lists(array) for array in arrays]))
        for arrays, then in kept:
            assert same([as_lists(array) for array in arrays], then)


@pytest.mark.parametrize("change", ["parameter", "constant", "backend", "nothing"])
def test_what_a_watcher_changes_counts(change):
    def trained(way):
        with Way(way):
            graph, feed, parameters, prediction, X = small_job()
            losses = []
            for loss in pg.train_epochs(graph, feed, parameters[1:], epochs=6, batch_size=6):
                losses.append(loss)
                if change == "parameter" and len(losses) in (2, 3):
                    parameters[2].value = random_matrix(4, 1, len(losses))
                if change == "constant" and len(losses) == 3:
                    parameters[0].value = random_matrix(3, 4, 1)
                if change == "backend" and way == "plan":
                    pg.use(["python", "c", "c"][len(losses) % 3])
            return everything(graph, losses, parameters)

    expected = trained("lists")
    assert same(trained("node by node"), expected) and same(trained("plan"), expected)


@pytest.mark.parametrize("switch_after", [1, 2])
def test_a_training_that_diverges_right_after_a_switch_goes_back_to_the_last_finite_loss(switch_after):
    def diverged(way, start, then):
        with Way(way):
            pg.use(start)
            graph, feed, parameters, prediction, X = small_job()
            with pytest.raises(pg.Diverged) as raised:
                for epoch, _ in enumerate(pg.train_epochs(graph, feed, parameters, epochs=9, batch_size=20,
                                                          learning_rate=1e120)):
                    if epoch + 1 == switch_after:
                        pg.use(then)
            return [str(raised.value), [as_lists(node.value) for node in parameters]]

    expected = diverged("lists", "python", "python")
    for start, then in (("python", "c"), ("c", "python"), ("c", "c")):
        assert same(diverged("plan", start, then), expected)


def test_a_generator_that_is_closed_leaves_the_parameters_of_the_last_epoch():
    found = []
    for way in WAYS:
        with Way(way):
            graph, feed, parameters, prediction, X = small_job()
            epochs = pg.train_epochs(graph, feed, parameters, epochs=9, batch_size=6)
            losses = [next(epochs), next(epochs)]
            parameters[3].value = [7.0]
            epochs.close()
            found.append([losses, [as_lists(node.value) for node in parameters]])
    assert same(found[1], found[0]) and same(found[2], found[0])


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer that interrupts")
@pytest.mark.parametrize("seed", range(8))
def test_an_interruption_at_any_moment_leaves_the_parameters_of_a_whole_step(seed):
    """The parameters are those after as many whole steps as the plan has counted."""
    class Interrupted(Exception):
        pass

    def interrupt(*_):
        raise Interrupted

    def trained(epochs, interrupted_after=0.0, **options):
        graph, feed, parameters, prediction, X = small_job(rows=40, features=30, hidden=30)
        try:
            signal.setitimer(signal.ITIMER_REAL, interrupted_after)
            pg.train(graph, feed, parameters, epochs=epochs, batch_size=40, learning_rate=1e-4, **options)
        except Interrupted:
            pass
        return [as_lists(node.value) for node in parameters]

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with Way("plan") as used:
            moment = random.Random(seed).uniform(0.001, 0.04)
            left = trained(10 ** 9, moment, progress=iter if seed % 2 else None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    steps = used.plans[0].c.step if used.plans else 0
    with Way("node by node"):
        assert same(trained(steps), left), "after %d steps" % steps


@pytest.mark.parametrize("is_watched", [False, True])
def test_an_interruption_after_any_call_of_c_leaves_the_parameters_of_a_whole_step(is_watched, monkeypatch):
    """Even in the midst of an update; only the last step's update is one call."""
    class Hasty:
        calls, most = 0, 10 ** 9

        def __getattr__(self, name):
            return getattr(Hasty.lib, name)

        def pgn_plan_run(self, c, steps, instruction, most_seconds):
            outcome = Hasty.lib.pgn_plan_run(c, steps, instruction, most_seconds and min(most_seconds, 0.0)
                                             if most_seconds < 1 else most_seconds)
            Hasty.calls += 1
            if Hasty.calls == Hasty.most:
                raise KeyboardInterrupt
            return outcome

    def trained():
        for node, value in zip(parameters, start):
            node.put_back(value)
        Hasty.calls = 0
        try:
            pg.train(graph, feed, parameters, epochs=2, batch_size=2, learning_rate=1e-4,
                     progress=iter if is_watched else None)
        except KeyboardInterrupt:
            pass
        return [bytes(kernels.ffi.buffer(node.value.data, 8 * node.value.size)) for node in parameters]

    Hasty.lib = kernels.lib
    monkeypatch.setattr(kernels, "lib", Hasty())
    with Way("plan") as used:
        graph, feed, parameters, prediction, X = small_job(rows=2, features=1100)
        for node, value in zip(parameters, ([[0.01] * 1000] * 1100, [0.0] * 1000, [[0.1]] * 1000, [0.0])):
            node.value = value
        start = [node.value for node in parameters]
        whole = {2: trained()}
        calls = Hasty.calls
        assert calls > 6
        for Hasty.most in range(1, calls + 1):
            left, step = trained(), used.plans[-1].c.step
            assert left == whole.setdefault(step, left), "after call %d, in step %d" % (Hasty.most, step)
        assert set(whole) == {0, 1, 2}


@pytest.mark.parametrize("most", range(1, 9))
def test_epochs_that_c_has_run_before_an_interruption_are_still_told(most, monkeypatch):
    """Where nobody watches, C runs epochs ahead. Their losses come first, then the Ctrl-C."""
    class Hasty:
        calls = 0

        def __getattr__(self, name):
            return getattr(Hasty.lib, name)

        def pgn_plan_run(self, c, steps, instruction, most_seconds):
            """Returns after every second epoch of three steps, and after an odd step."""
            Hasty.calls += 1
            Hasty.lib.pgn_plan_run(c, min(steps, c.step + 7), instruction, most_seconds)
            if Hasty.calls == most:
                raise KeyboardInterrupt
            return lib.PGN_DONE if c.step == steps else lib.PGN_PAUSED

    with Way("node by node"):
        graph, feed, parameters, prediction, X = small_job()
        expected = pg.train(graph, feed, parameters, epochs=12, batch_size=6)
    Hasty.lib = lib = kernels.lib
    monkeypatch.setattr(kernels, "lib", Hasty())
    with Way("plan") as used:
        graph, feed, parameters, prediction, X = small_job()
        losses, is_interrupted = [], False
        try:
            for loss in epochs_of(Job(graph, feed, parameters, 6, 0.01), 12, 0, None, is_watched=False):
                losses.append(loss)
        except KeyboardInterrupt:
            is_interrupted = True
        steps = used.plans[0].c.step
        left = [as_lists(node.value) for node in parameters]
    assert is_interrupted is (Hasty.calls >= most)
    assert len(losses) > 1, "C runs more than one before it returns"
    assert losses == expected[:len(losses)] and len(losses) == steps // 3
    monkeypatch.setattr(kernels, "lib", lib)
    with Way("node by node"):
        graph, feed, parameters, prediction, X = small_job()
        rng = pg.SplitMix64(0)
        for _ in range(steps):
            for node, rows in zip(feed, pg.resample(*feed.values(), n_samples=6, rng=rng)):
                node.value = rows
            pg.forward_and_backward(graph)
            pg.optimize(parameters, 0.01)
        assert same(left, [as_lists(node.value) for node in parameters])


def test_c_returns_to_python_between_pieces_of_some_milliseconds(monkeypatch):
    """Whose time has passed: here that of every call, so that it ends with the first piece that is large enough."""
    pieces = []

    class InNoTime:
        def __getattr__(self, name):
            return getattr(lib, name)

        def pgn_plan_run(self, c, steps, instruction, most_seconds):
            if most_seconds == float("inf"):        # a step is ended, where a Ctrl-C came into its midst
                return lib.pgn_plan_run(c, steps, instruction, most_seconds)
            assert 0 < most_seconds <= 0.02
            before = c.step, c.next
            outcome = lib.pgn_plan_run(c, steps, instruction, -1.0)
            done = range(before[1], c.next if c.step == before[0] else c.length)
            pieces.append([c.instructions[number].work for number in done])
            return outcome

    lib = kernels.lib
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job(rows=600, features=700, hidden=1500)
        monkeypatch.setattr(kernels, "lib", InNoTime())
        pg.train(graph, feed, parameters, epochs=1, batch_size=600, learning_rate=1e-6)
        pg.predict(prediction, {X: feed[X]})
    for works in pieces:
        assert max(works, default=0) <= 512 ** 3 and sum(works[:-1]) <= 2 ** 20
    assert sum([sum(works) for works in pieces]) > 3 * 600 * 700 * 1500


# Memory


def test_a_value_that_is_kept_keeps_the_memory_of_its_plan():
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job()
        pg.train(graph, feed, parameters, epochs=2, batch_size=6)
        kept, then = parameters[0].value, as_lists(parameters[0].value)
        row = kept[1]
        del graph, feed, parameters, prediction, X
        others = [kernels.own([[9.0] * 20] * 20) for _ in range(100)]
        assert kept == then and row == then[1] and others


def test_the_memory_of_a_training_is_known_before_its_first_step():
    with Way("plan") as used:
        graph, feed, parameters, prediction, X = small_job(features=40, hidden=300)
        known = pg.memory_needed(graph, feed, parameters, batch_size=8)
        pg.train(graph, feed, parameters, epochs=1, batch_size=8)
        numbers = sum(len(plan_numbers(node.value)) for node in parameters)
        activations = sum(len(plan_numbers(node.value)) for node in graph if not isinstance(node, pg.Loss)) - numbers
        assert used.plans[-1].bytes == known
        assert 8 * 2 * numbers < known < 8 * (2 * numbers + 2 * activations) + 64 * 30
    with Way("lists"), pytest.raises(ValueError, match="node by node"):
        pg.memory_needed(graph, feed, parameters, batch_size=8)


def test_a_batch_that_no_memory_can_hold_is_a_memory_error_and_changes_nothing():
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job()
        before = [as_lists(node.value) for node in parameters]
        for batch_size in (10 ** 13, 10 ** 30):
            with pytest.raises(MemoryError):
                pg.train(graph, feed, parameters, epochs=1, batch_size=batch_size)
        assert same([as_lists(node.value) for node in parameters], before)
        assert len(pg.train(graph, feed, parameters, epochs=1, batch_size=6)) == 1


GROWTH = """
import gc, resource, sys
import pygraphnn as pg
from networks import lesson_network, random_matrix
from pygraphnn import ops
from pygraphnn.jobs import Job

pg.use("c")
X, y, prediction, cost, parameters = lesson_network(hidden=100)
feed = {X: random_matrix(100, 13, 1), y: random_matrix(100, 1, 2)}
graph = pg.topological_sort_feed_dict(feed)
job = Job(graph, feed, parameters, 16, 0.01)
job.data = [(node, ops.table.own(whole)) for node, whole in job.data]
job.optimizer.prepare(parameters)

def used():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

def many(n):
    for _ in range(n):
        assert ops.training_plan(job, ([], {}))

many(4000 if "__pypy__" in sys.builtin_module_names else 100)       # PyPy's own heap and compiled code grow at first
before = used()
many(@)
print(used() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how much memory is used stands in Linux's /proc")
def test_a_plan_that_is_built_and_dropped_leaves_nothing():
    """One plan takes 60 KB: if each thousandth stayed, 100,000 would be 6 MB."""
    program = GROWTH.replace("@", "100_000" if LONG else "2_000")
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT, check=True,
                          env=dict(os.environ, PYTHONPATH=os.pathsep.join([ROOT, os.path.join(ROOT, "tests")])))
    growth = int(done.stdout)
    print("grown by %d KB" % (growth // 1024))
    assert growth < (20 if platform.python_implementation() == "PyPy" else 3) * 2 ** 20      # its heap varies by some


def test_two_threads_that_train_at_the_same_time_get_what_they_would_get_alone():
    def job(seed, found):
        graph, feed, parameters, prediction, X = small_job(seed, features=30, hidden=40 + seed)
        losses = pg.train(graph, feed, parameters, epochs=60, batch_size=10 + seed, seed=seed, learning_rate=1e-3)
        found[seed] = everything(graph, losses, parameters)

    alone, together = {}, {}
    with Way("plan") as used:
        for seed in (0, 1, 2):
            job(seed, alone)
        threads = [threading.Thread(target=job, args=(seed, together)) for seed in (0, 1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(used.plans) == 6
    assert all(same(together[seed], alone[seed]) for seed in (0, 1, 2))
