"""The training over again: what a History keeps is what the training went through, and the page shows just that."""
import math
import re
import subprocess
import sys

import pytest
from networks import as_lists, lesson_network, same_bits
from reports import heights_of, numbers_of

import pygraphnn as pg
from pygraphnn.looking.history import epochs_to_keep

BATCH = 8


def network(seed=0):
    """(graph, feed, parameters, prediction) of the lesson's network on two features of 40 rows, with a Dropout."""
    dataset = pg.load_dataset("boston", features=["RM", "LSTAT"])
    X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
    hidden = pg.Dropout(pg.Sigmoid(pg.Linear(X, W1, b1, "l1"), "s1"), 0.25, seed=5)
    hidden.name = "dropped"
    prediction = pg.Linear(hidden, W2, b2, "l2")
    graph = pg.sorted_graph(pg.MSE(y, prediction, "cost"))
    for node, value in ((W1, pg.randn(2, 4, seed)), (b1, pg.zeros(4)), (W2, pg.randn(4, 1, seed + 1)), (b2, [0.0])):
        node.value = value
    feed = {X: pg.standardize(dataset.data)[:40], y: dataset.target[:40]}
    return graph, feed, [W1, b1, W2, b2], prediction


def trained(path, epochs=12, optimizer=None, seed=3, **more):
    """A training whose history is kept, and its page: all that there is."""
    graph, feed, parameters, prediction = network()
    history = pg.History(graph, parameters, optimizer, seed)
    options = {"optimizer": optimizer} if optimizer else {"learning_rate": 0.02}
    losses = pg.train(graph, feed, parameters, epochs=epochs, batch_size=BATCH, seed=seed, progress=history, **options)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, seed=seed, history=history, **options,
                    **more)
    return graph, feed, parameters, prediction, losses, history


def by_hand(steps, optimizer=None, seed=3):
    """The parameters after so many steps of a loop that is written out here, and what the next step is fed and finds:
    (the parameters' values, the rows, {name: (value, gradient)}, the parameters' values afterwards)."""
    graph, feed, parameters, prediction = network()
    optimizer = optimizer or pg.GradientDescent(0.02)
    rng = pg.SplitMix64(seed)
    for step in range(steps + 1):
        rows = [rng.below(40) for _ in range(BATCH)]
        for node, whole in feed.items():
            node.value = [whole[row] for row in rows]
        before = [as_lists(node.value) for node in parameters]
        pg.forward_and_backward(graph)
        found = {node.name: (as_lists(node.value), as_lists(node.incoming_gradient())) for node in graph}
        optimizer.step(parameters)
        optimizer.epoch = (step + 1) // 5
    return before, rows, found, [as_lists(node.value) for node in parameters]


def cells(table):
    rows = table["cells"]
    return rows if len(table["shape"]) == 2 else rows[0] if table["shape"] else rows[0][0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "report.html"


# What is kept


@pytest.mark.parametrize("epochs", [0, 1, 2, 3, 10, 31, 300, 5000, 10 ** 6])
def test_some_thirty_epochs_are_kept_with_the_first_and_the_last_two(epochs):
    kept = sorted(epochs_to_keep(epochs))
    assert kept[0] == 0 and kept[-1] == epochs and set(kept[-2:]) <= {epochs - 1, epochs} and len(kept) <= 40
    assert kept == list(range(epochs + 1)) or len(kept) >= 20
    gaps = [b - a for a, b in zip(kept, kept[1:-1])]
    assert all(later >= earlier - 1 for earlier, later in zip(gaps, gaps[1:-1]))    # but for rounding


def test_a_history_holds_the_parameters_of_trainings_that_ended_there(backend, path):
    history = trained(path)[-1]
    assert [moment["done"] for moment in history.moments] == list(range(13))
    for moment in history.moments[1:]:
        graph, feed, parameters, prediction = network()
        pg.train(graph, feed, parameters, epochs=moment["done"], batch_size=BATCH, seed=3, learning_rate=0.02)
        assert same_bits(moment["values"], [as_lists(node.value) for node in parameters])


def test_of_a_large_network_fewer_moments_are_kept(monkeypatch, path):
    from pygraphnn.looking import history as module
    monkeypatch.setattr(module, "MOST_NUMBERS", 17 * 4)             # which the network has four times
    assert [moment["done"] for moment in trained(path)[-1].moments] == [0, 1, 2, 3, 6, 11, 12]
    monkeypatch.setattr(module, "MOST_NUMBERS", 1)
    assert [moment["done"] for moment in trained(path)[-1].moments] == [0, 11, 12]


def test_the_stream_of_row_numbers_may_have_begun_elsewhere(path):
    graph, feed, parameters, prediction = network()
    rng = pg.SplitMix64(9)
    rng.skip(1000)
    history = pg.History(graph, parameters, seed=rng)
    losses = pg.train(graph, feed, parameters, epochs=2, batch_size=BATCH, seed=rng, progress=history)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, history=history)
    again = pg.SplitMix64(9)
    again.skip(1000)
    assert numbers_of(path)["steps"][0]["rows"] == [again.below(40) for _ in range(BATCH)]


# The first and the last step


@pytest.mark.parametrize("make", [None, lambda: pg.Momentum(0.01), lambda: pg.Adam(0.05),
                                  lambda: pg.GradientDescent(lambda epoch: 0.02 / (1 + epoch))])
def test_the_first_and_the_last_step_are_those_that_the_training_took(backend, path, make):
    optimizer = make and make()
    graph, feed, parameters, prediction, losses, history = trained(path, optimizer=optimizer)
    first, last = numbers_of(path)["steps"]
    assert (first["kind"], first["epoch"], first["step"]) == ("first", 1, 1)
    assert (last["kind"], last["epoch"], last["step"]) == ("last", 12, 5)
    for step, number in ((first, 0), (last, 59)):
        before, rows, found, after = by_hand(number, make and make())
        assert step["rows"] == rows
        for node in step["nodes"]:
            value, gradient = found[node["name"]]
            assert same_bits(cells(node["value"]), value) and same_bits(cells(node["gradient"]), gradient)
        if make is None:                        # the page shows a step of plain gradient descent
            shown = [cells(node["after"]) for node in step["nodes"] if node["after"]]
            assert same_bits(shown, after)
    assert same_bits(after, [as_lists(node.value) for node in parameters])
    rate = optimizer.learning_rate if optimizer else 0.02
    assert [first["learning_rate"], last["learning_rate"]] == [rate(0), rate(11)] if callable(rate) else [rate, rate]


@pytest.mark.parametrize("epochs, steps", [(0, ["now"]), (1, ["first"]), (2, ["first", "last"])])
def test_epochs_of_one_step(path, epochs, steps):
    graph, feed, parameters, prediction = network()
    history = pg.History(graph, parameters)
    losses = pg.train(graph, feed, parameters, epochs=epochs, batch_size=40, progress=history)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=40, history=history)
    found = numbers_of(path)["steps"]
    assert [step["kind"] for step in found] == steps
    if epochs:
        assert same_bits([cells(node["after"]) for node in found[-1]["nodes"] if node["after"]],
                         [as_lists(node.value) for node in parameters])


def test_rows_of_ones_own_and_those_held_out(path):
    graph, feed, parameters, prediction = network()
    known = [row for row in range(40) if row % 4]
    some = {node: [whole[row] for row in known] for node, whole in feed.items()}
    history = pg.History(graph, parameters)
    losses = pg.train(graph, some, parameters, epochs=3, batch_size=4, progress=history)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=4, history=history, step_rows=[39, 0, 7],
                    test_rows=range(0, 40, 4))
    first, last, own = numbers_of(path)["steps"]
    rng = pg.SplitMix64(0)
    drawn = [known[rng.below(30)] for _ in range(3 * 7 * 4)]
    assert first["rows"] == drawn[:4] and last["rows"] == drawn[-4:]
    assert own["kind"] == "own" and own["rows"] == [39, 0, 7]
    assert cells(own["nodes"][0]["value"]) == [feed[graph[0]][row] for row in (39, 0, 7)]
    asked = numbers_of(path)["replay"]["asked"]
    assert asked["is_held_out"] == [row % 4 == 0 for row in range(40)]


def test_without_a_history_a_step_from_where_the_training_ended_is_shown(path):
    graph, feed, parameters, prediction = network()
    losses = pg.train(graph, feed, parameters, epochs=1, batch_size=4)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=4)
    numbers = numbers_of(path)
    assert [step["kind"] for step in numbers["steps"]] == ["now"] and numbers["replay"] is None


# The replay


def test_each_moment_shows_what_the_network_was_then(backend, path):
    graph, feed, parameters, prediction, losses, history = trained(path)
    found = numbers_of(path)["replay"]
    assert found["names"] == ["W1", "b1", "W2", "b2"] and len(found["moments"]) == 13
    X, loss = graph[0], [None] + losses
    for moment, kept in zip(found["moments"], history.moments):
        done = moment["epoch"]
        assert done == kept["done"] and moment["loss"] == loss[done]
        before, rows, steps, after = by_hand(5 * done)
        for (value, gradient), name in zip(moment["parameters"], found["names"]):
            for table, expected in ((value, steps[name][0]), (gradient, steps[name][1])):
                assert same_bits(cells(table), rounded(expected))
        for node, value in zip(parameters, kept["values"]):
            node.value = value
        predicted = [row[0] for row in as_lists(pg.predict(prediction, {X: feed[X]}))]
        assert close(heights_of(moment["predicted"]), predicted)
        grid = [[low + (high - low) * n / 16 for n in range(17)] for low, high in
                [(min(column), max(column)) for column in zip(*feed[X])]]
        surface = [row[0] for row in as_lists(pg.predict(prediction, {X: [[a, b] for a in grid[0] for b in grid[1]]}))]
        assert close(heights_of(moment["grids"]["0-1"]), surface)


def rounded(value):
    if isinstance(value, list):
        return [rounded(x) for x in value]
    return float("%.5g" % value)


def close(shown, expected):
    """Heights are written in 4095 levels."""
    level = (max(expected) - min(expected)) / 4094
    return len(shown) == len(expected) and all(abs(a - b) <= level for a, b in zip(shown, expected))


@pytest.mark.parametrize("name, features", [("iris", None), ("moons", None)])
def test_classes_are_answered_at_each_moment_and_two_features_have_regions(path, name, features):
    from pygraphnn.cli import main
    assert main(["train", name, "--epochs", "5", "--report", str(path), "--json"]) == 0
    numbers = numbers_of(path)
    moments, asked = numbers["replay"]["moments"], numbers["replay"]["asked"]
    assert len(moments) == 6
    right = [a == b for a, b in zip(moments[-1]["answers"], asked["labels"])]
    measured, = numbers["measures"]["sets"]
    assert sum(right) / len(right) == measured["value"]
    assert moments[0]["answers"] != moments[-1]["answers"]
    if name == "moons":
        assert [len(moment["regions"]["answers"]) for moment in moments] == [1600] * 6
        assert set(moments[-1]["regions"]["answers"]) == {"a", "b"}
    else:
        assert "regions" not in moments[0]


def test_everything_is_afterwards_as_it_was(backend, path):
    graph, feed, parameters, prediction, losses, history = trained(path, optimizer=pg.Adam())
    again = [(node.name, as_lists(node.value), node.random_state and as_lists(node.random_state)) for node in graph]
    states = {node: [as_lists(part) for part in state] for node, state in history.optimizer.states.items()}
    pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, optimizer=history.optimizer, seed=3,
                    history=history)
    assert again == [(node.name, as_lists(node.value), node.random_state and as_lists(node.random_state))
                     for node in graph]
    assert history.optimizer.epoch == 12 and len(history.moments) == 13
    assert {node: [as_lists(part) for part in state] for node, state in history.optimizer.states.items()} == states


def test_after_an_interruption_the_page_shows_what_there_was(path):
    graph, feed, parameters, prediction = network()
    history = pg.History(graph, parameters)
    losses = []
    for loss in pg.train_epochs(graph, feed, parameters, epochs=100, batch_size=BATCH,
                                progress=history):
        losses.append(loss)
        if len(losses) == 26:
            break
    pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, history=history)
    numbers = numbers_of(path)
    assert [step["kind"] for step in numbers["steps"]] == ["first"]         # the 25th epoch was not kept
    moments = numbers["replay"]["moments"]
    assert moments[-1]["epoch"] == 26 and moments[-1]["loss"] == losses[-1] and moments[-2]["epoch"] == 24
    assert same_bits(cells(moments[-1]["parameters"][2][0]), rounded(as_lists(parameters[2].value)))


@pytest.mark.c
@pytest.mark.long
@pytest.mark.parametrize("name", pg.dataset_names())
def test_a_page_with_a_replay_stays_under_a_megabyte(path, name):
    options = ["--epochs", "40", "--test-fraction", "0.2", "--step-rows", "1,2,3,4,5,6,7,8", "--batch-size", "64",
               "--hidden", "64,32", "--backend", "c", "--json", "--report", str(path)]
    subprocess.run([sys.executable, "-m", "pygraphnn", "train", name] + options, check=True, stdout=subprocess.PIPE)
    assert path.stat().st_size < 1000000


def test_numbers_that_are_not_finite_can_be_replayed(path):
    """As of a history whose training was changed by hand."""
    graph, feed, parameters, prediction = network()
    history = pg.History(graph, parameters)
    losses = pg.train(graph, feed, parameters, epochs=3, batch_size=BATCH, progress=history)
    history.moments[1]["values"][2] = [[math.inf]] * 4
    pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, history=history)
    assert all(math.isnan(x) for x in heights_of(numbers_of(path)["replay"]["moments"][1]["predicted"]))


# Bad input


@pytest.mark.parametrize("change, message", [
    (lambda graph, parameters: {"history": "no"}, "the history is 'no': make a History"),
    (lambda graph, parameters: {"history": pg.History(graph, parameters)}, "the history has seen no training"),
    (lambda graph, parameters: {"history": pg.History(graph, parameters[:2])}, "that of other parameters"),
    (lambda graph, parameters: {"step_rows": 3}, "step_rows is 3: it must be a list of row numbers"),
    (lambda graph, parameters: {"step_rows": [40]}, "there is no row for a step 40: there are 40 rows"),
    (lambda graph, parameters: {"step_rows": [-1]}, "there is no row for a step -1"),
    (lambda graph, parameters: {"step_rows": [1.5]}, "a row of step_rows is 1.5"),
])
def test_wrong_arguments_leave_no_file(path, change, message):
    graph, feed, parameters, prediction = network()
    losses = pg.train(graph, feed, parameters, epochs=1, batch_size=4)
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        pg.write_report(path, graph, feed, parameters, losses, batch_size=4, **change(graph, parameters))
    assert not path.exists()


def test_a_history_of_more_epochs_than_losses(path):
    graph, feed, parameters, prediction, losses, history = trained(path)
    with pytest.raises(ValueError, match="the history has seen 12 epochs, but there are 5 losses"):
        pg.write_report(path, graph, feed, parameters, losses[:5], batch_size=BATCH, history=history)


@pytest.mark.parametrize("arguments, message", [
    (("graph", []), "the graph is"), ((None, ["no"]), "is not a placeholder"),
    ((None, None, "sgd"), "the optimizer is"), ((None, None, None, "x"), "seed")])
def test_a_history_of_what_it_cannot_be(arguments, message):
    graph, feed, parameters, prediction = network()
    defaults = (graph, parameters, None, 0)
    chosen = [default if given is None else given for given, default in zip(arguments, defaults)]
    with pytest.raises((TypeError, ValueError), match=message):
        pg.History(*chosen)


@pytest.mark.parametrize("arguments, message", [
    (["--step-rows", "1"], "--step-rows chooses what a report shows: add --report FILE.html"),
    (["--step-rows", "1,x", "--report", "a.html"], "'1,x' are no numbers of rows"),
    (["--step-rows", "506", "--report", "a.html"], "--step-rows: there is no row 506: boston has 506 rows"),
    (["--step-rows=-1", "--report", "a.html"], "--step-rows: there is no row -1")])
def test_bad_rows_end_in_one_line_before_the_training(capsys, tmp_path, monkeypatch, arguments, message):
    from pygraphnn.cli import main
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["train", "boston", "--epochs", "1"] + arguments)
    except SystemExit as end:
        code = end.code
    printed = capsys.readouterr()
    assert code == 2 and printed.out == "" and message in printed.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_the_lessons_network_is_shown_from_its_first_step_on(path):
    X, y, prediction, loss, parameters = lesson_network(2, 3, 0)
    dataset = pg.load_dataset("boston", features=["RM", "LSTAT"])
    feed = {X: pg.standardize(dataset.data), y: dataset.target}
    graph = pg.sorted_graph(loss)
    history = pg.History(graph, parameters)
    losses = pg.train(graph, feed, parameters, epochs=2, batch_size=16, progress=history)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=16, dataset=dataset, history=history)
    first, last = numbers_of(path)["steps"]
    assert first["nodes"][0]["value"]["names"] == last["nodes"][0]["value"]["names"] == ["RM", "LSTAT"]
    assert first["loss"] > first["loss_after"]


# What a history must not claim


def test_the_history_of_another_training_is_refused(backend, path):
    graph, feed, parameters, prediction = network()
    for history_of, train_with, message in (
            (dict(seed=0), dict(seed=7), "the history is that of another training"),
            (dict(shards=3), {}, "the history is that of another training"),
            ({}, dict(optimizer=pg.Adam()), "the history knows another optimizer")):
        graph, feed, parameters, prediction = network()
        history = pg.History(graph, parameters, **history_of)
        losses = pg.train(graph, feed, parameters, epochs=4, batch_size=BATCH, progress=history, **train_with)
        options = {name: value for name, value in train_with.items() if name == "optimizer"}
        with pytest.raises(ValueError, match=message):
            pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, history=history, **options)
    assert not path.exists()


def test_of_two_trainings_in_a_row_the_history_of_one_is_not_taken_for_both(path):
    graph, feed, parameters, prediction = network()
    first = pg.train(graph, feed, parameters, epochs=3, batch_size=BATCH)
    history = pg.History(graph, parameters, before=3)
    second = pg.train(graph, feed, parameters, epochs=4, batch_size=BATCH, progress=history)
    with pytest.raises(ValueError, match="the history has seen 4 epochs, but there are 7 losses"):
        pg.write_report(path, graph, feed, parameters, first + second, batch_size=BATCH, history=history)
    pg.write_report(path, graph, feed, parameters, second, batch_size=BATCH, history=history)
    numbers = numbers_of(path)
    assert [step["kind"] for step in numbers["steps"]] == ["goingOn", "last"]
    assert [step["epoch"] for step in numbers["steps"]] == [4, 7] and numbers["replay"]["before"] == 3
    assert [moment["epoch"] for moment in numbers["replay"]["moments"]] == [3, 4, 5, 6, 7]


def test_a_training_in_shards_is_retaken_in_shards(backend, path):
    graph, feed, parameters, prediction = network()
    history = pg.History(graph, parameters, shards=3)
    losses = pg.train(graph, feed, parameters, epochs=3, batch_size=BATCH, shards=3, progress=history)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, history=history)
    assert [step["kind"] for step in numbers_of(path)["steps"]] == ["first", "last"]


class Noisy(pg.Node):
    """value = A + a number that is drawn, in predictions, too."""

    def __init__(self, node, name=None):
        pg.Node.__init__(self, [node], name)
        self.random_state = [0.0, 0.0, 0.0, 7.0]

    def forward(self):
        from pygraphnn import ops
        state = ops.table.own(self.random_state)
        noise = ops.table.dropout_mask([[1.0]], 0.5, state)[0][0]
        self.random_state = ops.table.skip_random(state, 1.0)
        self.value = [[x + noise for x in row] for row in as_lists(self.inputs[0].value)]

    def backward(self):
        self.gradients = {self.inputs[0]: as_lists(self.incoming_gradient())}


def test_a_node_that_draws_in_predictions_is_left_and_replayed_as_it_was(backend, path):
    def make():
        X, y, W = pg.Placeholder("X"), pg.Placeholder("y"), pg.Placeholder("W")
        noisy = Noisy(pg.MatMul(X, W), name="noisy")
        W.value = [[0.5], [0.25]]
        return pg.sorted_graph(pg.MSE(y, noisy)), {X: pg.randn(12, 2, 1), y: [[0.1 * n] for n in range(12)]}, [W], noisy

    graph, feed, parameters, noisy = make()
    history = pg.History(graph, parameters)
    losses = pg.train(graph, feed, parameters, epochs=2, batch_size=4, progress=history)
    state = as_lists(noisy.random_state)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=4, history=history)
    assert as_lists(noisy.random_state) == state
    moment = numbers_of(path)["replay"]["moments"][0]
    graph, feed, (W,), noisy = make()
    rng = pg.SplitMix64(0)
    rows = [rng.below(12) for _ in range(4)]
    for node, whole in feed.items():
        node.value = [whole[row] for row in rows]
    pg.forward_and_backward(graph)
    assert same_bits(cells(moment["parameters"][0][1]), rounded(as_lists(W.own_gradient())))


def test_a_training_that_stops_between_two_moments_says_where_it_ended(path):
    graph, feed, parameters, prediction = network()
    history = pg.History(graph, parameters)
    losses = []
    for loss in pg.train_epochs(graph, feed, parameters, epochs=100, batch_size=BATCH, progress=history):
        losses.append(loss)
        if len(losses) == 5:
            break
    pg.write_report(path, graph, feed, parameters, losses, batch_size=BATCH, history=history)
    moments = numbers_of(path)["replay"]["moments"]
    assert [moment["is_end"] for moment in moments] == [False] * (len(moments) - 1) + [True]


def test_any_number_of_epochs_can_be_announced():
    graph, feed, parameters, prediction = network()
    for epochs in (10 ** 20, 10 ** 400):
        history = pg.History(graph, parameters)
        for _, epoch in zip(range(4), history(range(epochs))):
            assert epoch < 4
        assert [moment["done"] for moment in history.moments][:2] == [0, 1]


def test_a_history_of_nothing():
    graph, feed, parameters, prediction = network()
    with pytest.raises(ValueError, match="the trainables are empty"):
        pg.History(graph, [])


def test_a_continued_training_is_called_so(capsys, tmp_path, monkeypatch):
    from pygraphnn.cli import main
    monkeypatch.chdir(tmp_path)
    assert main(["train", "iris", "--epochs", "3", "--save", "m.json", "--json"]) == 0
    assert main(["train", "--continue", "m.json", "--epochs", "4", "--report", "r.html", "--json"]) == 0
    numbers = numbers_of(tmp_path / "r.html")
    assert [(step["kind"], step["epoch"]) for step in numbers["steps"]] == [("goingOn", 4), ("last", 7)]
    assert numbers["replay"]["before"] == 3


def test_row_numbers_of_other_kinds_are_whole_numbers_too(path):
    numpy = pytest.importorskip("numpy")
    graph, feed, parameters, prediction = network()
    losses = pg.train(graph, feed, parameters, epochs=1, batch_size=4)
    pg.write_report(path, graph, feed, parameters, losses, batch_size=4, step_rows=numpy.array([3, 5]))
    assert numbers_of(path)["steps"][1]["rows"] == [3, 5]


def test_step_rows_and_folds_do_not_go_together(capsys):
    from pygraphnn.cli import main
    assert main(["train", "iris", "--folds", "3", "--step-rows", "1"]) == 2
    assert "--step-rows chooses what a report shows" in capsys.readouterr().err
