"""train, predict, resample, standardize, split: against a loop written by hand, and with whatever can go wrong."""
import array
import math
import sys
import warnings

import pytest
from networks import BACKENDS, NEEDS_C, Times, as_lists, interruptions, lesson_network, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn import ops, predicting, scalar
from pygraphnn.scaling import constant_columns
from pygraphnn import split, train_epochs


def small_training(seed=0, **options):
    """A network on 20 made-up rows: (graph, feed, trainables, prediction, X)."""
    X, y, prediction, cost, parameters = lesson_network(features=3, hidden=4, seed=seed)
    feed = {X: random_matrix(20, 3, 11), y: [row[0] for row in random_matrix(20, 1, 12)]}
    return pg.topological_sort_feed_dict(feed), feed, parameters, prediction, X


def test_train_is_the_loop_that_the_lesson_writes_by_hand(backend):
    graph, feed, parameters, prediction, X = small_training()
    losses = pg.train(graph, feed, parameters, epochs=4, batch_size=6, learning_rate=0.05, seed=42)
    trained = [as_lists(node.value) for node in parameters]

    graph, feed, parameters, prediction, X = small_training()
    (X, X_data), (y, y_data) = feed.items()
    rng = pg.SplitMix64(42)
    by_hand = []
    for _ in range(4):
        loss = 0.0
        for _ in range(20 // 6):
            X.value, y.value = pg.resample(X_data, y_data, n_samples=6, rng=rng)
            pg.forward_and_backward(graph)
            pg.optimize(parameters, 0.05)
            loss += graph[-1].value
        by_hand.append(loss / 3)
    assert losses == by_hand
    assert [as_lists(node.value) for node in parameters] == trained


def test_one_step_against_arithmetic_that_is_not_the_packages(backend):
    """One weight, one row, no choice: w ← w − rate · ∂(y − (x·w + b))²/∂w."""
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    pg.MSE(y, pg.Linear(X, W, b))
    graph = pg.topological_sort_feed_dict({X: [[3.0]], y: [10.0], W: [[2.0]], b: [1.0]})
    assert pg.train(graph, {X: [[3.0]], y: [10.0]}, [W, b], epochs=1, batch_size=1, learning_rate=0.125) == [9.0]
    assert W.value == [[2.0 + 0.125 * 2 * 3.0 * 3.0]] and b.value == [1.0 + 0.125 * 2 * 3.0]


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(backend):
    def losses(seed):
        graph, feed, parameters, prediction, X = small_training()
        return pg.train(graph, feed, parameters, epochs=3, batch_size=5, seed=seed)
    assert losses(1) == losses(1) != losses(2)


def test_the_same_rows_are_drawn_for_every_placeholder(backend):
    """y = 2x exactly and the weight is 2: were the rows to differ, the loss would not be zero."""
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    pg.MSE(y, pg.Linear(X, W, b))
    data = {X: [[float(i)] for i in range(50)], y: [2.0 * i for i in range(50)]}
    graph = pg.topological_sort_feed_dict(dict(list(data.items()) + [(W, [[2.0]]), (b, [0.0])]))
    assert pg.train(graph, data, [W, b], epochs=3, batch_size=10) == [0.0, 0.0, 0.0]


def test_a_batch_larger_than_the_data_makes_one_step_an_epoch(backend):
    graph, feed, parameters, prediction, X = small_training()
    assert len(pg.train(graph, feed, parameters, epochs=2, batch_size=64)) == 2
    assert len(X.value) == 64


def test_no_epochs_no_losses(backend):
    graph, feed, parameters, prediction, X = small_training()
    before = as_lists(parameters[0].value)
    assert pg.train(graph, feed, parameters, epochs=0, batch_size=5) == []
    assert parameters[0].value == before


def test_only_the_given_placeholders_are_trained(backend):
    graph, feed, parameters, prediction, X = small_training()
    before = [as_lists(node.value) for node in parameters]
    pg.train(graph, feed, parameters[2:], epochs=1, batch_size=5)
    after = [as_lists(node.value) for node in parameters]
    assert after[:2] == before[:2] and after[2] != before[2] and after[3] != before[3]


def test_after_training_every_value_and_gradient_is_that_of_the_last_step(backend):
    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=2, batch_size=5)
    gradients = {node: as_lists(node.gradients[node]) for node in graph if node.inputs == []}
    after = [as_lists(node.value) for node in parameters]
    for node, value in zip(parameters, after):
        gradient = gradients[node]
        before = pg.ops.table.add(value, pg.ops.table.descend(pg.ops.table.zeros_like(value), -0.01, gradient))
        node.value = before                         # one step back, up to rounding
    pg.forward_and_backward(graph)
    for node in gradients:
        assert all(math.isclose(g, h, rel_tol=1e-9, abs_tol=1e-12)
                   for g, h in zip(flat(gradients[node]), flat(as_lists(node.gradients[node]))))
    assert len(gradients[X]) == 5 and any(any(row) for row in gradients[X])


def flat(value):
    return [x for row in value for x in row] if isinstance(value[0], list) else value


def test_a_loss_that_has_a_factor_trains_with_it(backend):
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    Times(0.5, pg.MSE(y, pg.Linear(X, W, b)))
    graph = pg.topological_sort_feed_dict({X: [[3.0]], y: [10.0], W: [[2.0]], b: [1.0]})
    assert pg.train(graph, {X: [[3.0]], y: [10.0]}, [W], epochs=1, batch_size=1, learning_rate=0.125) == [4.5]
    assert W.value == [[2.0 + 0.125 * 3.0 * 3.0]]


def test_several_losses_are_trained_together(backend):
    x, y1, y2 = [pg.Placeholder(name) for name in ("x", "y1", "y2")]
    pg.MSE(y1, x)
    pg.MSE(y2, x)
    graph = pg.topological_sort_feed_dict({x: [[5.0]], y1: [[1.0]], y2: [[2.0]]})
    assert pg.train(graph, {y1: [[1.0]], y2: [[2.0]]}, [x], epochs=1, batch_size=1, learning_rate=0.25) == [25.0]
    assert x.value == [[5.0 - 0.25 * 14.0]]


@pytest.mark.parametrize("rate", [1e3, 1e150])
def test_a_training_that_diverges_names_epoch_and_step_and_keeps_finite_parameters(backend, rate):
    graph, feed, parameters, prediction, X = small_training()
    with pytest.raises(pg.Diverged, match="epoch .*step .*smaller than") as error:
        pg.train(graph, feed, parameters, epochs=500, batch_size=5, learning_rate=rate)
    kept = [as_lists(node.value) for node in parameters]
    epoch, step = error.value.epoch, error.value.step
    assert "epoch %d, step %d" % (epoch, step) in str(error.value)
    assert len(error.value.losses) == epoch - 1
    assert all(math.isfinite(x) for value in kept for x in flat(value))

    graph, feed, parameters, prediction, X = small_training()
    losses = []
    with pytest.raises(pg.Diverged) as one_by_one:
        for loss in pg.train_epochs(graph, feed, parameters, epochs=500, batch_size=5, learning_rate=rate):
            losses.append(loss)
    assert losses == error.value.losses and str(one_by_one.value) == str(error.value)
    assert one_by_one.value.losses == []            # a generator that kept them would hold them twice

    graph, feed, parameters, prediction, X = small_training()
    rng, y = pg.SplitMix64(0), graph[1]
    for _ in range((epoch - 1) * 4 + step - 2):     # the steps before the last one with a finite loss
        X.value, y.value = pg.resample(feed[X], feed[y], 5, rng)
        pg.forward_and_backward(graph)
        pg.optimize(parameters, rate)
    X.value, y.value = pg.resample(feed[X], feed[y], 5, rng)
    pg.forward(graph)
    assert math.isfinite(graph[-1].value)
    assert same_bits([as_lists(node.value) for node in parameters], kept)


def test_an_interruption_leaves_the_parameters_of_a_whole_step(backend):
    """Ctrl-C arrives inside the second parameter's update in the third step."""
    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=1, batch_size=10)
    after_two_steps = [as_lists(node.value) for node in parameters]

    graph, feed, parameters, prediction, X = small_training()
    steps = []

    def own_gradient():
        steps.append(1)
        if len(steps) == 3:
            raise KeyboardInterrupt
        return type(parameters[1]).own_gradient(parameters[1])

    parameters[1].own_gradient = own_gradient
    with pytest.raises(KeyboardInterrupt):
        pg.train(graph, feed, parameters, epochs=5, batch_size=10)
    assert [as_lists(node.value) for node in parameters] == after_two_steps
    assert all(node.needs_gradient for node in graph)


def test_trainings_that_take_turns_do_not_disturb_each_other(backend):
    """One graph, two generators: each marks which gradients it needs, and must not rely on finding its marks again."""
    def alternating():
        graph, feed, parameters, prediction, X = small_training()
        first = train_epochs(graph, feed, parameters[:2], epochs=3, batch_size=20, seed=0)
        second = train_epochs(graph, feed, parameters[2:], epochs=3, batch_size=20, seed=1)
        for _ in zip(first, second):
            assert all(node.needs_gradient for node in graph)
        return [as_lists(node.value) for node in parameters]

    graph, feed, parameters, prediction, X = small_training()
    streams = pg.SplitMix64(0), pg.SplitMix64(1)
    for _ in range(3):
        for stream, trained in zip(streams, (parameters[:2], parameters[2:])):
            X.value, graph[1].value = pg.resample(feed[X], feed[graph[1]], 20, stream)
            pg.forward_and_backward(graph)
            pg.optimize(trained)
    assert alternating() == [as_lists(node.value) for node in parameters]


def test_a_training_that_fails_leaves_what_was_fed(backend):
    graph, feed, parameters, prediction, X = small_training()
    whole = as_lists(X.value)
    parameters[2].value = random_matrix(7, 1, 1)                    # does not fit
    with pytest.raises(ValueError, match="l2"):
        pg.train(graph, feed, parameters, epochs=3, batch_size=6)
    assert X.value == whole and len(graph[1].value) == 20
    parameters[2].value = [[1e200]] * 4
    with pytest.raises(pg.Diverged):
        pg.train(graph, feed, parameters, epochs=3, batch_size=6)
    assert X.value == whole


def test_an_epoch_whose_sum_overflows_has_diverged(backend):
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    pg.MSE(y, pg.Linear(X, W, b))
    data = {X: [[1.0], [1.0]], y: [1.3e154, 1.3e154]}
    graph = pg.topological_sort_feed_dict(dict(list(data.items()) + [(W, [[0.0]]), (b, [0.0])]))
    with pytest.raises(pg.Diverged, match="epoch 1, step 2"):
        pg.train(graph, data, [W, b], epochs=1, batch_size=1, learning_rate=0.0)


def test_a_loss_that_is_infinite_before_the_first_step_is_not_the_learning_rates_fault(backend):
    graph, feed, parameters, prediction, X = small_training()
    with pytest.raises(pg.Diverged, match="no step has been taken yet, so the data or the starting weights"):
        pg.train(graph, {X: feed[X], graph[1]: [1e200] * 20}, parameters, epochs=1, batch_size=5)


# progress


def test_progress_wraps_the_epochs_as_tqdm_would():
    graph, feed, parameters, prediction, X = small_training()
    seen = []

    def wrap(epochs):
        seen.append(len(epochs))
        for epoch in epochs:
            seen.append(epoch)
            yield epoch
    pg.train(graph, feed, parameters, epochs=3, batch_size=5, progress=wrap)
    assert seen == [3, 0, 1, 2]


def test_progress_true_draws_a_bar_on_stderr_and_nothing_on_stdout(capsys):
    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=3, batch_size=5, progress=True)
    printed = capsys.readouterr()
    assert printed.out == "" and "| 3/3 [00:00<00:00, " in printed.err and printed.err.endswith("\n")


def test_without_progress_nothing_is_printed(capsys):
    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=3, batch_size=5)
    pg.predict(prediction, {X: feed[X]})
    assert capsys.readouterr() == ("", "")


# predict


def test_predicting_needs_no_labels_and_any_number_of_rows(backend):
    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=1, batch_size=5)
    W1, b1, W2, b2 = [as_lists(node.value) for node in parameters]
    for rows in (feed[X], feed[X][:1], feed[X] * 3):
        predicted = pg.predict(prediction, {X: rows})
        assert len(predicted) == len(rows)
        for row, (value,) in zip(rows, as_lists(predicted)):
            hidden = [1 / (1 + math.exp(-(math.fsum(x * W1[i][j] for i, x in enumerate(row)) + b1[j])))
                      for j in range(4)]
            assert value == pytest.approx(math.fsum(h * W2[j][0] for j, h in enumerate(hidden)) + b2[0], rel=1e-12)


def test_predicting_changes_nothing_and_training_goes_on_afterwards(backend):
    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=1, batch_size=5)
    before = [as_lists(node.value) for node in graph]
    pg.predict(prediction, {X: feed[X]})
    assert [as_lists(node.value) for node in graph] == before
    pg.forward_and_backward(graph)                  # with the batch that was fed before
    undisturbed = pg.train(graph, feed, parameters, epochs=2, batch_size=5, seed=1)

    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=1, batch_size=5)
    assert pg.train(graph, feed, parameters, epochs=2, batch_size=5, seed=1) == undisturbed


def test_a_prediction_lets_go_what_is_needed_no_more():
    class Watch(pg.Node):
        def forward(self):
            self.held = [node.value is not None for node in layers]
            self.value = self.input_values()[0]

    X = pg.Placeholder("X")
    X.value = [[7.0]]
    layers = [pg.Sigmoid(X)]
    layers.append(Watch([layers[0]]))
    layers.append(pg.Sigmoid(layers[1]))
    layers.append(Watch([layers[2]]))
    layers.append(Watch([layers[2], layers[3]]))
    pg.predict(layers[4], {X: [[0.5]] * 3})
    assert layers[1].held == [True, False, False, False, False]
    assert layers[3].held == [False, False, True, False, False]     # its own input, and not what that came from
    assert layers[4].held == [False, False, True, True, False]
    assert X.value == [[7.0]] and [node.value for node in layers] == [None] * 5


@pytest.mark.parametrize("rows", [63, 64, 65, 128, 200])
def test_many_rows_go_in_slices_with_the_same_result(rows, backend, monkeypatch):
    held = []

    class Watched(pg.Linear):
        pass

    def forward(self, own=pg.Linear.forward):
        own(self)
        held.append(len(self.value))

    X, y, prediction, cost, parameters = lesson_network(features=3)
    data = random_matrix(rows, 3, 7)
    monkeypatch.setattr(pg.Linear, "forward", forward)
    whole = predicting.SLICE
    monkeypatch.setattr(predicting, "SLICE", 10 ** 6)
    expected = as_lists(pg.predict(prediction, {X: data}))
    monkeypatch.setattr(predicting, "SLICE", whole)
    del held[:]
    assert as_lists(pg.predict(prediction, {X: data})) == expected and len(expected) == rows
    assert backend == "c" or max(held) == min(rows, 64)
    labels = random_matrix(rows, 1, 8)
    assert pg.predict(cost, {X: data, y: labels}) == pytest.approx(
        math.fsum((t - p) ** 2 for (t,), (p,) in zip(labels, expected)) / rows, rel=1e-12)
    node = Watched(X, *parameters[:2])          # which may do what it likes with its rows
    del held[:]
    pg.predict(node, {X: data})
    assert held == [rows]


def test_what_is_fed_in_the_place_of_a_weight_is_not_cut():
    X, W, b = [pg.Placeholder(name) for name in "XWb"]
    node = pg.Linear(X, W, b)
    square = random_matrix(100, 100, 1)
    narrow = [row[:1] for row in square]
    b.value = [0.5]
    expected = [[math.fsum(x * w for x, (w,) in zip(row, narrow)) + 0.5] for row in square]
    found = pg.predict(node, {X: square, W: narrow})
    assert [row[0] for row in found] == pytest.approx([row[0] for row in expected], rel=1e-12)


def test_the_loss_itself_can_be_predicted(backend):
    graph, feed, parameters, prediction, X = small_training()
    y = graph[1]
    loss = pg.predict(graph[-1], {X: feed[X], y: feed[y]})
    predicted = as_lists(pg.predict(prediction, {X: feed[X]}))
    assert loss == pytest.approx(math.fsum((t - p) ** 2 for t, (p,) in zip(feed[y], predicted)) / 20, rel=1e-12)


def test_a_failed_prediction_changes_nothing(backend):
    graph, feed, parameters, prediction, X = small_training()
    before = [as_lists(node.value) if node.value is not None else None for node in graph]
    with pytest.raises(ValueError, match="X is 1 × 2 and W1 is 3 × 4"):
        pg.predict(prediction, {X: [[1.0, 2.0]]})
    assert [as_lists(node.value) if node.value is not None else None for node in graph] == before


def test_predict_names_what_it_cannot_use():
    graph, feed, parameters, prediction, X = small_training()
    y = graph[1]
    with pytest.raises(ValueError, match="l2 does not depend on y: leave it out"):
        pg.predict(prediction, {X: feed[X], y: feed[y]})
    with pytest.raises(TypeError, match="the feed: l2 is not a placeholder"):
        pg.predict(prediction, {prediction: feed[X]})
    with pytest.raises(TypeError, match="the feed is a dict"):
        pg.predict(prediction, None)
    with pytest.raises(TypeError, match="predict computes a node, not 'l2'"):
        pg.predict("l2", {X: feed[X]})
    fresh = pg.Placeholder("fresh")
    with pytest.raises(ValueError, match="the placeholder fresh has no value"):
        pg.predict(pg.Sigmoid(fresh), {})


# Bad input for train


@pytest.mark.parametrize("options, message", [
    ({"batch_size": 0}, "batch_size is 0: it must be at least 1"),
    ({"batch_size": -3}, "batch_size is -3"),
    ({"batch_size": 2.5}, "batch_size is 2.5: it must be a whole number"),
    ({"batch_size": "8"}, "batch_size is '8'"),
    ({"epochs": -1}, "epochs is -1: it must be at least 0"),
    ({"epochs": 1.5}, "epochs is 1.5"),
    ({"learning_rate": float("nan")}, "the learning rate is nan"),
    ({"learning_rate": float("inf")}, "the learning rate is inf"),
    ({"learning_rate": "fast"}, "the learning rate is 'fast'"),
    ({"learning_rate": -0.01}, "the learning rate is -0.01: it must not be negative"),
    ({"learning_rate": -1e-320}, "the learning rate is -1e-320: it must not be negative"),
    ({"seed": 0.5}, "the seed is 0.5"),
])
def test_settings_that_make_no_sense_are_named(options, message):
    graph, feed, parameters, prediction, X = small_training()
    settings = dict({"epochs": 1, "batch_size": 5}, **options)
    with pytest.raises(ValueError, match=message):
        pg.train(graph, feed, parameters, **settings)


@pytest.mark.parametrize("X_data, y_data, message", [
    ([[1.0, 2.0, 3.0]], [1.0, 2.0], "y has 2 rows, but X has 1"),
    ([], [1.0], "X is empty"),
    ([[1.0, 2.0, "x"]], [1.0], "X row 0, column 2 is 'x'"),
    ([[1.0, None, 3.0]], [1.0], "X row 0, column 1 is None"),
    ([[1.0, float("nan"), 3.0]], [1.0], "X row 0, column 1 is nan"),
    ([[1.0, 2.0, float("inf")]], [1.0], "X row 0, column 2 is inf: data must be finite"),
    ([[1.0, 2.0, 3.0]], [float("-inf")], r"y\[0\] is -inf: data must be finite"),
    ([[1.0, 2.0, 3.0], [1.0]], [1.0, 2.0], "X is ragged: row 1"),
    (5.0, [1.0], "X is fed a single number"),
    ([[1.0, 2.0]], [1.0], "X is 1 × 2 and W1 is 3 × 4"),
])
def test_data_that_cannot_be_trained_on_is_named(backend, X_data, y_data, message):
    graph, feed, parameters, prediction, X = small_training()
    before = as_lists(parameters[0].value)
    with pytest.raises(ValueError, match=message.replace(" × ", " . ")):
        pg.train(graph, {X: X_data, graph[1]: y_data}, parameters, epochs=1, batch_size=1)
    assert parameters[0].value == before


def test_nodes_that_do_not_belong_are_named():
    graph, feed, parameters, prediction, X = small_training()
    options = {"epochs": 1, "batch_size": 5}
    stranger = pg.Placeholder("stranger")
    with pytest.raises(ValueError, match="stranger is not in the graph that ends in cost"):
        pg.train(graph, {X: feed[X], stranger: feed[X]}, parameters, **options)
    with pytest.raises(ValueError, match="stranger is not in the graph"):
        pg.train(graph, feed, [stranger], **options)
    with pytest.raises(TypeError, match="the feed: l2 is not a placeholder"):
        pg.train(graph, {prediction: feed[X]}, parameters, **options)
    with pytest.raises(TypeError, match="the trainables: l2 is not a placeholder"):
        pg.train(graph, feed, [prediction], **options)
    with pytest.raises(ValueError, match="X is fed in every step, so it cannot be trained"):
        pg.train(graph, feed, [X], **options)
    with pytest.raises(ValueError, match="listed twice"):
        pg.train(graph, feed, parameters[:1] * 2, **options)
    with pytest.raises(ValueError, match="there is nothing to train"):
        pg.train(graph, feed, [], **options)
    with pytest.raises(TypeError, match="feed is a dict"):
        pg.train(graph, [feed[X]], parameters, **options)
    with pytest.raises(ValueError, match="the graph ends in l2, not in a loss"):
        pg.train(graph[:-1], feed, parameters, **options)
    with pytest.raises(TypeError, match="progress is 5"):
        pg.train(graph, feed, parameters, progress=5, **options)
    with pytest.raises(TypeError, match="progress returned None"):
        pg.train(graph, feed, parameters, progress=lambda epochs: None, **options)


def test_a_placeholder_that_nobody_feeds_is_named():
    graph, feed, parameters, prediction, X = small_training()
    graph[1].value = None
    with pytest.raises(ValueError, match="the placeholder y is not fed and has no value"):
        pg.train(graph, {X: feed[X]}, parameters, epochs=1, batch_size=5)


def test_data_that_is_left_out_of_the_feed_is_not_taken_from_the_training_before(backend):
    X, X2, y, W, b = [pg.Placeholder(name) for name in ("X", "X2", "y", "W", "b")]
    both = Add(pg.Linear(X, W, b), X2)
    cost = pg.MSE(y, both, "cost")
    feed = {X: random_matrix(20, 3, 1), X2: random_matrix(20, 1, 2), y: random_matrix(20, 1, 3)}
    W.value, b.value = random_matrix(3, 1, 4), [0.0]
    graph = pg.topological_sort_feed_dict(feed)
    options = {"epochs": 2, "batch_size": 5}
    pg.train(graph, feed, [W, b], **options)
    before = as_lists(W.value)
    for missing, message in (([y], "no rows would be drawn for y, since it is not in the feed"),
                             ([X2], "no rows would be drawn for X2"),
                             ([X2, y], "X2, y, since they are not in the feed")):
        less = {node: rows for node, rows in feed.items() if node not in missing}
        with pytest.raises(ValueError, match=message):
            pg.train(graph, less, [W, b], **options)
        with pytest.raises(ValueError, match=message):
            next(pg.train_epochs(graph, less, [W, b], **options))
    pg.predict(cost, feed)                                      # does not make a batch a constant
    with pytest.raises(ValueError, match="no rows would be drawn for y"):
        pg.train(graph, {X: feed[X], X2: feed[X2]}, [W, b], **options)
    assert as_lists(W.value) == before
    y.value = random_matrix(5, 1, 5)                            # somebody wants the same labels in each step
    pg.train(graph, {X: feed[X], X2: feed[X2]}, [W, b], **options)
    assert as_lists(y.value) == random_matrix(5, 1, 5)


def test_whole_labels_beside_drawn_rows_are_no_constants(backend):
    """With a batch as large as the data the shapes would fit, and each row would get another one's label."""
    graph, feed, parameters, prediction, X = small_training()
    with pytest.raises(ValueError, match="no rows would be drawn for y"):
        pg.train(graph, {X: feed[X]}, parameters, epochs=1, batch_size=20)


class Add(pg.Node):
    """value = A + B"""

    def __init__(self, a, b, name=None):
        pg.Node.__init__(self, [a, b], name)

    def forward(self):
        self.value = ops.table.add(*self.input_values())

    def backward(self):
        self.gradients = {}
        for source in self.inputs:
            self.pass_back(source, self.incoming_gradient())


def test_a_graph_of_single_numbers_is_told_how_it_is_trained():
    x, k, b, y = [scalar.Placeholder(name) for name in "xkby"]
    scalar.MSE(y, scalar.Linear(x, k, b))
    graph = scalar.topological_sort_feed_dict({x: 1.0, k: 2.0, b: 0.0, y: 3.0})
    for fed in ([1.0, 2.0], 1.0):
        with pytest.raises(ValueError, match=r"x holds a single number, but training draws rows of lists: train a "
                                             r"graph of single numbers with forward_and_backward\(graph\)"):
            pg.train(graph, {x: fed, y: fed}, [k, b], epochs=1, batch_size=1)


def test_a_loss_must_be_one_number(backend):
    class Wide(pg.Loss):
        def forward(self):
            self.value = [1.0, 2.0]

        def backward(self):
            self.gradients = {}

    X, W, b = [pg.Placeholder(name) for name in "XWb"]
    Wide([pg.Linear(X, W, b)], "wide")
    graph = pg.topological_sort_feed_dict({X: [[1.0]], W: [[1.0]], b: [0.0]})
    with pytest.raises(ValueError, match="wide is a vector of 2: the value of a loss must be a single number"):
        pg.train(graph, {X: [[1.0]]}, [W, b], epochs=1, batch_size=1)


# What is changed between two epochs


def deep_job():
    X, y, W, b, V, c = [pg.Placeholder(name) for name in ("X", "y", "W", "b", "V", "c")]
    s = pg.Sigmoid(pg.Linear(X, W, b, "l1"), "s")
    l2 = pg.Linear(s, V, c, "l2")
    cost = pg.MSE(y, l2, "cost")
    W.value, b.value, V.value, c.value = random_matrix(3, 4, 1), pg.zeros(4), random_matrix(4, 1, 2), [0.0]
    feed = {X: random_matrix(20, 3, 3), y: random_matrix(20, 1, 4)}
    return {"X": X, "y": y, "W": W, "V": V, "c": c, "s": s, "l2": l2, "cost": cost, "feed": feed,
            "graph": pg.topological_sort_feed_dict(feed), "trainables": [W, b, V, c]}


def freeze(job, monkeypatch):
    job["W"].own_gradient = lambda: ops.table.zeros_like(job["W"].value)


def replace_a_class_method(job, monkeypatch):
    own = pg.Sigmoid.forward

    def twice(self):
        own(self)
        self.put_back(ops.table.sigmoid(self.value))

    monkeypatch.setattr(pg.Sigmoid, "forward", twice)


def rewire(job, monkeypatch):
    job["l2"].inputs[0] = job["s"].inputs[0]


def add_a_loss(job, monkeypatch):
    labels = pg.Placeholder("labels")
    labels.value = random_matrix(5, 4, 9)
    job["graph"] += [labels, pg.MSE(labels, job["s"], "cost 2")]


def train_less(job, monkeypatch):
    job["trainables"].pop()


def train_more(job, monkeypatch):
    more = pg.Placeholder("more")
    more.value = [7.0]
    job["graph"].insert(0, more)
    job["l2"].inputs[2] = more
    job["trainables"][3] = more


def feed_other_rows(job, monkeypatch):
    job["feed"][job["X"]] = random_matrix(12, 3, 7)
    job["feed"][job["y"]] = random_matrix(12, 1, 8)


CHANGES = [freeze, replace_a_class_method, rewire, add_a_loss, train_less, train_more, feed_other_rows]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_between_two_epochs_counts_from_the_next_one_on(change, monkeypatch):
    """In the middle of one training, it is as if a second one had begun with what has been changed."""
    def trained(backend, in_one):
        with pg.use(backend), monkeypatch.context() as patch:
            job, losses = deep_job(), []
            rng = pg.SplitMix64(0)
            arguments = job["graph"], job["feed"], job["trainables"]
            if in_one:
                for loss in pg.train_epochs(*arguments, epochs=4, batch_size=5):
                    losses.append(loss)
                    if len(losses) == 2:
                        change(job, patch)
            else:
                for number in range(4):
                    if number == 2:
                        change(job, patch)
                    losses.append(by_hand(*arguments, rng))
            return [losses, [as_lists(node.value) for node in job["trainables"]],
                    [as_lists(job[name].value) for name in "WVc"]]

    expected = trained("python", in_one=False)
    for backend in BACKENDS:
        assert same_bits(trained(backend, in_one=True), expected)


def by_hand(graph, feed, trainables, rng):
    """The mean loss of one epoch with batches of 5, as the lesson writes it."""
    rows = len(next(iter(feed.values())))
    total = 0.0
    for _ in range(rows // 5):
        chosen = [rng.below(rows) for _ in range(5)]
        for node, whole in feed.items():
            node.value = [whole[row] for row in chosen]
        pg.forward(graph)
        loss = 0.0
        for node in graph:
            if isinstance(node, pg.Loss):
                loss += node.value
        total += loss
        pg.backward(graph)
        pg.optimize(trainables)
    return total / (rows // 5)


@pytest.mark.parametrize("change, message", [
    (lambda job: job["feed"].pop(job["y"]), "no rows would be drawn for y"),
    (lambda job: job["graph"].pop(), "the graph ends in l2, not in a loss"),
    (lambda job: job["trainables"].append(job["X"]), "X is fed in every step"),
    (lambda job: job["feed"].update({job["X"]: [[1.0, 2.0]] * 20}), "X is 5 . 2 and W is 3 . 4"),
])
def test_a_change_between_two_epochs_that_cannot_be_trained_is_an_error(backend, change, message):
    job = deep_job()
    epochs = pg.train_epochs(job["graph"], job["feed"], job["trainables"], epochs=4, batch_size=5)
    next(epochs)
    change(job)
    with pytest.raises((ValueError, TypeError), match=message):
        next(epochs)


# After a loss that is not finite


@pytest.mark.parametrize("rate", [1e5, 1e200])
def test_after_a_divergence_all_backends_leave_the_same(rate):
    def left(backend, is_watched):
        with pg.use(backend):
            graph, feed, parameters, prediction, X = small_training()
            X.value = feed[X]
            with pytest.raises(pg.Diverged):
                pg.train(graph, feed, parameters, epochs=400, batch_size=6, learning_rate=rate,
                         progress=iter if is_watched else None)
            assert all(node.gradients == {} for node in graph)
            assert not math.isfinite(graph[-1].value) or rate == 1e5
            return [as_lists(node.value) for node in graph]

    expected = left("python", False)
    assert expected[graph_place("X")] == random_matrix(20, 3, 11)
    for backend in BACKENDS:
        for is_watched in (False, True):
            assert same_bits(left(backend, is_watched), expected)


def graph_place(name):
    return [node.name for node in small_training()[0]].index(name)


# A training that has learnt nothing


def linear_job(labels, is_matrix=False):
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    pg.MSE(y, pg.Linear(X, W, b))
    W.value, b.value = [[0.0]], [0.0]
    feed = {X: [[float(n % 5)] for n in range(40)], y: [[label] for label in labels] if is_matrix else labels}
    return pg.topological_sort_feed_dict(feed), feed, [W, b]


@pytest.mark.parametrize("is_matrix", [False, True])
def test_a_training_no_better_than_the_mean_says_so(backend, is_matrix):
    labels = [3e5 + 1000.0 * (n % 5) for n in range(40)]
    with pytest.warns(UserWarning, match=r"after 12 epochs the loss is \S+, but always predicting the mean of y would "
                                         r"have 2e\+06: bring y to small numbers"):
        pg.train(*linear_job(labels, is_matrix), epochs=12, batch_size=10, learning_rate=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pg.train(*linear_job([x / 1e5 for x in labels], is_matrix), epochs=300, batch_size=10, learning_rate=0.05)
        pg.train(*linear_job(labels, is_matrix), epochs=3, batch_size=10, learning_rate=1e-6)     # too early to tell
        pg.train(*linear_job([5.0] * 40, is_matrix), epochs=12, batch_size=10, learning_rate=1e-6)     # no mean to beat


# Costs


class Counting(pg.Placeholder):
    """Counts how often a placeholder is compared with another one, as a search through a list does."""

    compared = 0

    def __eq__(self, other):
        Counting.compared += 1
        return self is other

    __hash__ = pg.Placeholder.__hash__


def test_starting_a_training_takes_time_in_proportion_to_the_parameters(backend):
    def comparisons(layers):
        X, y = pg.Placeholder("X"), pg.Placeholder("y")
        node, parameters = X, []
        for n in range(layers):
            W, b = Counting("W%d" % n), Counting("b%d" % n)
            W.value, b.value = [[0.9]], [0.01]
            parameters += [W, b]
            node = pg.Linear(node, W, b)
        pg.MSE(y, node)
        feed = {X: [[1.0], [2.0]], y: [1.0, 2.0]}
        graph = pg.topological_sort_feed_dict(feed)
        Counting.compared = 0
        pg.train(graph, feed, parameters, epochs=1, batch_size=1, learning_rate=1e-9)
        pg.predict(node, {X: feed[X]})
        return Counting.compared

    assert comparisons(300) < 20 * 300


@NEEDS_C
def test_parameters_that_were_fed_as_lists_are_converted_once():
    graph, feed, parameters, prediction, X = small_training()
    with pg.use("c"):
        expected = as_lists(pg.predict(prediction, {X: feed[X]}))
        held = [node.value for node in parameters]
        assert pg.predict(prediction, {X: feed[X]}) == expected
        assert all(node.value is value and not isinstance(value, array.array) and hasattr(value, "tolist")
                   for node, value in zip(parameters, held))


# Ctrl-C in a prediction


@pytest.mark.skipif(sys.gettrace() is not None, reason="a debugger or a coverage tool is tracing")
@pytest.mark.parametrize("own", [False, True])
def test_an_interruption_at_any_line_of_predict_leaves_every_node_as_it_was(backend, own):
    graph, feed, parameters, prediction, X = small_training()
    pg.train(graph, feed, parameters, epochs=1, batch_size=6)
    node = Add(prediction, prediction) if own else prediction      # an own node runs node by node, in C too
    nodes = graph + [node]
    before = [other.value for other in nodes]
    rows, lines = random_matrix(4, 3, 5), 0
    for lines in interruptions(lambda: pg.predict(node, {X: rows}), "pygraphnn.training", "pygraphnn.graph"):
        assert all(other.value is value for other, value in zip(nodes, before)), "at line %d" % lines
    assert lines > 60
    assert all(other.value is value for other, value in zip(nodes, before))


# resample, standardize, split


def test_resample_draws_the_rows_that_the_stream_says(backend):
    X, y = [[float(i)] for i in range(7)], [10.0 * i for i in range(7)]
    rng = pg.SplitMix64(3)
    expected = [rng.below(7) for _ in range(20)]
    X_rows, y_rows = pg.resample(X, y, n_samples=20, rng=pg.SplitMix64(3))
    assert X_rows == [[float(i)] for i in expected] and y_rows == [10.0 * i for i in expected]


def test_resample_looks_only_at_the_rows_that_it_draws(backend):
    """The others would be converted in vain: in C, a data set of 50,000 rows for a batch of 16."""
    class Rows(list):
        looked_at = 0

        def __getitem__(self, row):
            self.looked_at += 1
            return list.__getitem__(self, row)

        def __iter__(self):
            raise AssertionError("somebody goes through all rows")

    X, y = Rows([[float(i)] for i in range(1000)]), Rows([float(i) for i in range(1000)])
    drawn, labels = pg.resample(X, y, n_samples=7, rng=pg.SplitMix64(3))
    assert as_lists(labels) == [row[0] for row in as_lists(drawn)] and X.looked_at == y.looked_at == 7


def test_resample_takes_arrays_of_either_backend_and_of_numpy(backend):
    rows, labels = random_matrix(30, 3, 1), random_matrix(1, 30, 2)[0]
    expected = [as_lists(x) for x in pg.resample(rows, labels, 8, pg.SplitMix64(5))]
    kinds = [lambda x: x, tuple]
    for name in BACKENDS:
        with pg.use(name):
            kinds.append(ops.table.own)
    try:
        import numpy
        kinds.append(numpy.array)
    except ImportError:
        pass
    for kind in kinds:
        assert [as_all_lists(x) for x in pg.resample(kind(rows), kind(labels), 8, pg.SplitMix64(5))] == expected


def as_all_lists(value):
    return [as_lists(row) for row in as_lists(value)]


@pytest.mark.parametrize("X, y, n, message", [
    ([[1.0]], [1.0, 2.0], 1, "X has 1 row and y has 2"),
    ([], [], 1, "X has 0 rows"),
    ([[1.0]], [1.0], 0, "n_samples is 0"),
    ([[1.0]], [1.0], 1.5, "n_samples is 1.5"),
])
def test_resample_refuses_what_it_cannot_draw(X, y, n, message):
    with pytest.raises(ValueError, match=message):
        pg.resample(X, y, n, pg.SplitMix64(0))


def test_standardized_columns_have_mean_zero_and_deviation_one(backend):
    rows = random_matrix(50, 3, 5)
    for column in zip(*as_lists(pg.standardize(rows))):
        assert math.fsum(column) / 50 == pytest.approx(0.0, abs=1e-15)
        assert math.fsum(x * x for x in column) / 50 == pytest.approx(1.0, rel=1e-14)


def test_standardize_by_hand(backend):
    assert pg.standardize([[1.0, 10.0], [3.0, 30.0]]) == [[-1.0, -1.0], [1.0, 1.0]]


def test_new_rows_are_treated_as_the_old_ones_were(backend):
    assert pg.standardize([[5.0]], like=[[1.0], [3.0]]) == [[3.0]]


@pytest.mark.parametrize("rows, options, message", [
    ([[1.0, 0.1], [2.0, 0.1]], {}, r"column 1 is constant \(0.1 in every row\), so it has no standard deviation"),
    ([[1.0, 0.1], [2.0, 0.1]], {"names": ["a", "b"]}, "b is constant"),
    ([[1.0]], {}, "column 0 is constant"),
    ([[1e-200], [2e-200]], {}, "column 0 has the standard deviation 0.0"),
    ([[1e300], [-1e300]], {}, "column 0 has the standard deviation inf"),
    ([[1.0, 2.0]], {"like": [[1.0], [2.0]]}, "rows has 2 columns, but like has 1"),
    (1.0, {}, "rows must be a list of rows, or of numbers"),
    ([2.0, 2.0], {}, "column 0 is constant"),
    ([1.0, 2.0], {"like": [[1.0, 2.0], [2.0, 3.0]]}, "rows has 1 column, but like has 2"),
    ([], {}, "rows is empty"),
    ([[1.0], ["a"]], {}, "rows row 1, column 0 is 'a'"),
    ([[1.0], [math.inf]], {}, "rows row 1, column 0 is inf"),
    ([[1.0], [math.nan]], {}, "rows row 1, column 0 is nan"),
    ([[1.0, 2.0], [2.0, 3.0]], {"names": ["a"]}, "there are 1 names for 2 columns"),
])
def test_standardize_names_what_it_cannot_scale(backend, rows, options, message):
    with pytest.raises(ValueError, match=message):
        pg.standardize(rows, **options)


def test_a_vector_is_standardised_as_a_column(backend):
    target = [24.0, 21.6, 34.7, 33.4]
    column = pg.standardize([[x] for x in target])
    assert pg.standardize(target) == [x for x, in column]
    assert pg.standardize([30.0], like=target) == pg.standardize([[30.0]], like=[[x] for x in target])[0]


def test_unstandardize_takes_back_what_standardize_has_done(backend):
    rows = random_matrix(20, 3, 5)
    back = pg.unstandardize(pg.standardize(rows), like=rows)
    for row, other in zip(rows, as_lists(back)):
        assert other == pytest.approx(row, rel=1e-14)
    assert pg.unstandardize([-1.0, 0.0, 2.0], like=[1.0, 3.0]) == [1.0, 2.0, 4.0]
    assert pg.unstandardize([[-1.0], [2.0]], like=[1.0, 3.0]) == [[1.0], [4.0]]       # what predict returns
    with pytest.raises(ValueError, match="rows has 2 columns, but like has 1"):
        pg.unstandardize([[1.0, 2.0]], like=[1.0, 3.0])


def test_constant_columns_are_found_by_comparing_not_by_rounding():
    assert constant_columns([[0.1, 1.0, 5.0]] * 3 + [[0.1, 2.0, 5.0]]) == [0, 2]


def test_every_order_is_equally_likely_in_a_shuffle():
    """Three rows, one held out: each of them a third of the time. An unfair shuffle never keeps a row in its place."""
    held_out = [split(3, 0.34, seed)[1][0] for seed in range(3000)]
    assert all(900 < held_out.count(row) < 1100 for row in range(3))


def test_split_divides_all_rows_and_shuffles_them():
    train, test = split(100, 0.2, seed=4)
    assert len(test) == 20 and sorted(train + test) == list(range(100))
    assert test != list(range(20)) and split(100, 0.2, seed=4) == (train, test) != split(100, 0.2, seed=5)
    assert split(10, 0.0, seed=0) == (list(range(10)), [])


@pytest.mark.parametrize("n, fraction", [(10, 1.0), (10, -0.1), (10, 0.99), (10, 0.01), (10, math.nan), (10, "0.2")])
def test_split_leaves_no_side_empty(n, fraction):
    with pytest.raises(ValueError, match="the test fraction is"):
        split(n, fraction, seed=0)


# A stream that goes on from call to call


def test_a_stream_goes_on_from_call_to_call(backend):
    def trained(calls, epochs, seed):
        graph, feed, parameters, prediction, X = small_training()
        losses = []
        for _ in range(calls):
            losses += pg.train(graph, feed, parameters, epochs=epochs, batch_size=5, seed=seed)
        return losses, [as_lists(node.value) for node in parameters]

    whole = trained(1, 6, 3)
    assert trained(6, 1, pg.SplitMix64(3)) == trained(2, 3, pg.SplitMix64(3)) == whole
    assert trained(6, 1, 3) != whole, "a number begins anew each time"
    rng, expected = pg.SplitMix64(3), pg.SplitMix64(3)
    trained(2, 3, rng)
    expected.skip(6 * 4 * 5)
    assert rng.state == expected.state


def test_a_stream_goes_on_after_a_loss_that_is_not_finite(backend):
    states = []
    for rng in (pg.SplitMix64(3), pg.SplitMix64(3)):
        graph, feed, parameters, prediction, X = small_training()
        with pytest.raises(pg.Diverged):
            pg.train(graph, feed, parameters, epochs=50, batch_size=5, seed=rng, learning_rate=1e200)
        states.append(rng.state)
    assert states[0] == states[1] != 3
