"""Whole trainings in C against the same trainings node by node, in C and on lists: every bit."""
import os
import re
import threading

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import ROOT, WHY_NOT_C, Distance, Half, OwnSigmoid, Residual, Square, Squared, as_lists, random_matrix

import pygraphnn as pg

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from ways import WAYS, Way, everything, same, small_job

from pygraphnn import kernels, plan
from pygraphnn.shapes import size_of


@st.composite
def jobs(draw):
    """Something to build a training from, again and again: layers over random earlier nodes, shared and constant
    weights, branches that lead nowhere, several losses, vectors and matrices as labels, nodes of somebody's own."""
    width, rows, seed = draw(st.integers(1, 5)), draw(st.integers(1, 7)), draw(st.integers(0, 10 ** 6))
    kinds = draw(st.lists(st.tuples(st.sampled_from(["linear", "shared", "sigmoid", "twice", "own", "square",
                                                      "residual", "dropout"]), st.integers(0, 9),
                                    st.integers(0, 9)), min_size=1, max_size=6))
    losses = draw(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from([pg.MSE, Distance]),
                                     st.sampled_from([None, None, Half, Squared])), min_size=1, max_size=3))
    constant = draw(st.sets(st.integers(0, 4), max_size=2))
    options = {"epochs": draw(st.integers(1, 4)), "batch_size": draw(st.integers(1, 9)), "seed": seed,
               "learning_rate": draw(st.sampled_from([0.0, 0.01, 0.3]))}
    rule = draw(st.sampled_from([pg.GradientDescent, pg.GradientDescent, pg.Momentum, pg.Adam]))

    def build():
        X = pg.Placeholder("X")
        feed, weights, layers, parameters = {X: random_matrix(rows, width, seed)}, [], [X], []
        for number, (kind, source, other) in enumerate(kinds):
            source = layers[source % len(layers)]
            if kind in ("sigmoid", "own", "square"):
                layers.append({"sigmoid": pg.Sigmoid, "own": OwnSigmoid, "square": Square}[kind](source))
                continue
            if kind == "dropout":
                layers.append(pg.Dropout(source, other / 10.0, seed))
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
        more = {name: value for name, value in options.items() if name != "learning_rate"}
        more["optimizer"] = rule(options["learning_rate"])
        return graph, feed, [node for node in parameters if node.outputs], more
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
            states = options["optimizer"].states
            found[-1].append([[as_lists(part) for part in states[node]] for node in parameters if node in states])
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


@pytest.mark.long
def test_large_products_that_threads_share_have_the_same_bits_in_a_plan():
    found = []
    for way, threads in (("node by node", 1), ("plan", 1), ("plan", 2), ("plan", 3)):
        pg.set_threads(threads)
        with Way(way):
            graph, feed, parameters, prediction, X = small_job(rows=300, features=200, hidden=230)
            losses = pg.train(graph, feed, parameters, epochs=1, batch_size=290)
            found.append(everything(graph, losses, parameters))
    assert all(same(other, found[0]) for other in found[1:])


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


# How a plan is laid out


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


@pytest.mark.long
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


@pytest.mark.long
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


def test_a_loss_is_predicted_as_a_number_and_a_placeholder_as_what_it_holds():
    found = []
    for way in WAYS:
        with Way(way):
            graph, feed, parameters, prediction, X = small_job()
            found.append((pg.predict(graph[-1], feed), as_lists(pg.predict(X, {X: feed[X]}))))
    assert found[0] == found[1] == found[2] and isinstance(found[0][0], float)


def test_predictions_are_planned():
    for take in (lambda graph, prediction: prediction, lambda graph, prediction: graph[-1]):
        with Way("plan") as used:
            graph, feed, parameters, prediction, X = small_job()
            node = take(graph, prediction)
            pg.predict(node, {key: rows for key, rows in feed.items() if node is graph[-1] or key is X})
            assert len(used.plans) == 1         # a value; None, or an error, is none
