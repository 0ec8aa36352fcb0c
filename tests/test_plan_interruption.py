"""Trainings in C that diverge, are interrupted, or are looked at and changed between two epochs."""
import random
import signal

import pytest
from networks import WHY_NOT_C, as_lists, flat, random_matrix

import pygraphnn as pg
from pygraphnn.jobs import Job
from pygraphnn.training import epochs_of

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from ways import WAYS, Way, everything, same, small_job

from pygraphnn import kernels, plan


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
                assert all(abs(x) < float("inf") for node in parameters for x in flat(node.value))
    assert same(found[1], found[0]) and same(found[2], found[0])
    assert rate < 1 or found[0]


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
    """The parameters, and the stream of row numbers, are those after as many whole steps as the plan has counted."""
    class Interrupted(Exception):
        pass

    def interrupt(*_):
        raise Interrupted

    def trained(epochs, interrupted_after=0.0, **options):
        graph, feed, parameters, prediction, X = small_job(rows=40, features=30, hidden=30)
        rng = pg.SplitMix64(seed)
        try:
            signal.setitimer(signal.ITIMER_REAL, interrupted_after)
            pg.train(graph, feed, parameters, epochs=epochs, batch_size=40, learning_rate=1e-4, seed=rng, **options)
        except Interrupted:
            pass
        return [as_lists(node.value) for node in parameters] + [[float(rng.state >> 32), float(rng.state & 0xFFFFFFFF)]]

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


@pytest.mark.long
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
