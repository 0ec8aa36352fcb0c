"""Several threads at once: whatever they do, they get the right numbers, or an error that says what they share."""
import random
import sys
import threading

import pytest
from networks import BACKENDS, NEEDS_BOTH, as_lists, interruptions, lesson_network, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn import claims, ops
from pygraphnn import graph as graph_module


@pytest.fixture(autouse=True)
def threads_take_turns_often():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def run_together(*jobs):
    """Runs each job in a thread of its own; returns what they returned or raised."""
    found = [None] * len(jobs)

    def run(number):
        try:
            found[number] = jobs[number]()
        except Exception as problem:
            found[number] = problem

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return found


class Waits(pg.Sigmoid):
    """A sigmoid that in its first pass forward tells that it is there, and goes on when it may."""

    def __init__(self, node):
        pg.Sigmoid.__init__(self, node, "waits")
        self.is_there, self.may_go_on, self.backends = threading.Event(), threading.Event(), []

    def forward(self):
        self.is_there.set()
        assert self.may_go_on.wait(30)
        self.backends.append(pg.active_backend())
        pg.Sigmoid.forward(self)


def small_job(kind=pg.Sigmoid, seed=0):
    """(graph, feed, parameters, the node in the middle, the prediction, X)"""
    X, y, W, b, V, c = [pg.Placeholder(name) for name in ("X", "y", "W", "b", "V", "c")]
    middle = kind(pg.Linear(X, W, b, "l1"))
    prediction = pg.Linear(middle, V, c, "l2")
    pg.MSE(y, prediction, "cost")
    feed = {X: random_matrix(20, 3, seed), y: random_matrix(20, 1, seed + 1)}
    W.value, b.value, V.value, c.value = random_matrix(3, 4, 3), pg.zeros(4), random_matrix(4, 1, 4), [0.5]
    return pg.topological_sort_feed_dict(feed), feed, [W, b, V, c], middle, prediction, X


# Trainings that share nodes


def test_while_one_thread_trains_a_node_no_other_trains_it_or_predicts_with_it(backend):
    graph, feed, parameters, waits, prediction, X = small_job(Waits)
    alone, other = [], []

    def train():
        alone.append(pg.train(graph, feed, parameters, epochs=3, batch_size=5))

    def disturb():
        assert waits.is_there.wait(30)
        for action in (lambda: pg.train(graph, feed, parameters, epochs=1, batch_size=5),
                       lambda: pg.train(graph, feed, parameters[:1], epochs=1, batch_size=5),
                       lambda: next(pg.train_epochs(graph, feed, parameters, epochs=1, batch_size=5)),
                       lambda: pg.forward(graph), lambda: pg.optimize(parameters),
                       lambda: pg.predict(prediction, {X: feed[X]}),
                       lambda: pg.memory_needed(graph, feed, parameters, batch_size=5)):
            with pytest.raises(RuntimeError) as raised:
                action()
            other.append(str(raised.value))
        waits.may_go_on.set()

    assert run_together(train, disturb) == [None, None]
    assert len(other) == 7
    assert all("is in use in another thread: a training shares no nodes" in message for message in other)
    again, feed, parameters, waits, prediction, X = small_job(Waits)
    waits.may_go_on.set()
    assert same_bits(pg.train(again, feed, parameters, epochs=3, batch_size=5), alone[0])


def test_afterwards_another_thread_may_train_on_and_between_epochs_too(backend):
    graph, feed, parameters, middle, prediction, X = small_job()
    with pytest.raises(KeyError):
        pg.train(graph, feed, parameters, epochs=3, batch_size=5, progress=lambda epochs: {}["no such progress"])
    epochs = pg.train_epochs(graph, feed, parameters, epochs=5, batch_size=5)
    expected, feed_2, parameters_2, *_ = small_job()
    losses = pg.train(expected, feed_2, parameters_2, epochs=2, batch_size=5)
    found = run_together(lambda: [next(epochs), next(epochs)])          # a generator that stays open holds nothing
    assert same_bits(found[0], losses)
    assert isinstance(run_together(lambda: pg.train(graph, feed, parameters, epochs=1, batch_size=5))[0], list)


def test_two_graphs_that_share_frozen_placeholders_train_side_by_side(backend):
    F, f = pg.Placeholder("F"), pg.Placeholder("f")
    F.value, f.value = random_matrix(5, 4, 0), [0.1, 0.2, 0.3, 0.4]

    def job(seed):
        def train():
            results = []
            for _ in range(12):
                X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
                layer = pg.Sigmoid(pg.Linear(X, F, f))
                cost = pg.MSE(y, pg.Linear(layer, W, b))
                W.value, b.value = random_matrix(4, 1, seed), [0.0]
                feed = {X: random_matrix(30, 5, seed + 1), y: random_matrix(30, 1, seed + 2)}
                X.value, y.value = feed[X], feed[y]
                graph = [X, y, F, f, W, b, layer.inputs[0], layer, cost.inputs[1], cost]
                losses = pg.train(graph, feed, [W, b], epochs=4, batch_size=8, seed=seed)
                pg.forward_and_backward(graph)
                results.append([losses, as_lists(W.value), as_lists(b.value), as_lists(W.gradients[W])])
            return results
        return train

    expected = [job(seed)() for seed in (0, 7)]
    found = run_together(job(0), job(7))
    assert same_bits(found[0], expected[0]) and same_bits(found[1], expected[1])
    assert not same_bits(expected[0], expected[1])


def test_threads_that_predict_with_one_network_get_what_each_asked_for(backend):
    graph, feed, parameters, middle, prediction, X = small_job()
    rows = [random_matrix(6, 3, seed) for seed in range(3)]
    expected = [as_lists(pg.predict(prediction, {X: matrix})) for matrix in rows]
    before = as_lists(X.value)

    def job(number):
        return lambda: [as_lists(pg.predict(prediction, {X: rows[number]})) for _ in range(60)]

    found = run_together(job(0), job(1), job(2))
    assert [same_bits(found[n], [expected[n]] * 60) for n in range(3)] == [True] * 3
    assert as_lists(X.value) == before and prediction.value is None


@NEEDS_BOTH
def test_a_plan_does_not_mind_what_other_threads_do_to_the_nodes_while_it_is_written(monkeypatch):
    """Somebody changes who reads whom in the very moment."""
    with pg.use("c"):
        graph, feed, parameters, middle, prediction, X = small_job()
        expected = pg.train(graph, feed, parameters, epochs=3, batch_size=5)
        graph, feed, parameters, middle, prediction, X = small_job()
        pg.forward(graph)
        own, disturbed = pg.Linear.backward, []

        def backward(node):
            def disturb():
                for node in graph:
                    node.consumers = []
            disturbed.append(run_together(disturb))
            own(node)

        monkeypatch.setattr(pg.Linear, "backward", backward)
        assert same_bits(pg.train(graph, feed, parameters, epochs=3, batch_size=5), expected)
    assert disturbed == [[None]] * 2, "two nodes"


def test_a_node_that_is_made_meanwhile_is_no_consumer_in_a_pass_that_runs(backend):
    """Its own graph, which shares a placeholder, has run backward before: its gradient would be added."""
    shared, others = pg.Placeholder("shared"), []
    shared.value = [0.5, 0.25]

    class Makes(pg.Sigmoid):
        def backward(self):
            other = pg.Linear(self.inputs[0].inputs[0], self.inputs[0].inputs[1], shared)
            other.gradients = {shared: [100.0, 100.0]}
            others.append(other)
            pg.Sigmoid.backward(self)

    X, y, W = [pg.Placeholder(name) for name in "XyW"]
    cost = pg.MSE(y, Makes(pg.Linear(X, W, shared)))
    X.value, y.value, W.value = random_matrix(4, 3, 1), random_matrix(4, 2, 2), random_matrix(3, 2, 3)
    graph = pg.sorted_graph(cost)
    pg.forward_and_backward(graph)
    assert others and max(map(abs, as_lists(shared.gradients[shared]))) < 10.0


# The switch


@NEEDS_BOTH
def test_overlapping_blocks_of_two_threads_come_back_to_what_was_before():
    entered, other_entered, left = threading.Event(), threading.Event(), threading.Event()
    seen = []

    def first():
        with pg.use("c"):
            entered.set()
            assert other_entered.wait(30)
        left.set()

    def second():
        assert entered.wait(30)
        with pg.use("c"):
            other_entered.set()
            assert left.wait(30)
            seen.append(pg.active_backend())

    assert run_together(first, second) == [None, None]
    assert seen == ["c"] and pg.active_backend() == "python" and ops.table.__name__ == "pygraphnn.lists"


@NEEDS_BOTH
def test_a_block_that_begins_while_another_ends_comes_back_to_what_was_before_both():
    """`use` has switched already, and the `with` has not begun, when the other block ends."""
    outer = pg.use("c")
    outer.__enter__()
    inner = pg.use("c")
    outer.__exit__(None, None, None)
    with inner:
        assert pg.active_backend() == "c"
    assert pg.active_backend() == "python"


@NEEDS_BOTH
@pytest.mark.parametrize("order", [
    ["call a", "call b", "begin a", "end a", "begin b", "end b"],
    ["call a", "call b", "begin b", "begin a", "end b", "end a"],
    ["call a", "call b", "begin b", "begin a", "end a", "end b"],
    ["call a", "call b", "begin b", "end b", "begin a", "end a"],
    ["call a", "begin a", "call b", "end a", "begin b", "end b"],
])
def test_blocks_that_are_called_and_begin_in_any_order(order):
    blocks = {}
    for what, name in map(str.split, order):
        if what == "call":
            blocks[name] = pg.use("c")
        elif what == "begin":
            blocks[name].__enter__()
        else:
            blocks[name].__exit__(None, None, None)
    assert pg.active_backend() == "python" and not ops._blocks


@NEEDS_BOTH
@pytest.mark.parametrize("seed", range(300))
def test_blocks_of_several_threads_in_a_drawn_order(seed):
    """Each line between two yields may be met by any line of another thread."""
    draw = random.Random(seed)

    def work():
        for _ in range(draw.randint(1, 3)):
            blocks = []
            for _ in range(draw.randint(1, 2)):
                block = pg.use(draw.choice(["python", "c"]))
                yield
                blocks.append(block.__enter__())
                del block
                yield
            while blocks:
                blocks.pop().__exit__(None, None, None)
                yield

    with pg.use("python"):
        threads = [work() for _ in range(draw.randint(2, 4))]
        while threads:
            thread = draw.choice(threads)
            if next(thread, "ended") == "ended":
                threads.remove(thread)
        assert pg.active_backend() == "python" and len(ops._blocks) == 1


@NEEDS_BOTH
def test_many_blocks_of_many_threads_leave_the_switch_as_it_was():
    def job(seed):
        def work():
            for n in range(200):
                with pg.use(["python", "c"][(n + seed) % 2]):
                    with pg.use("c"):
                        assert as_lists(ops.table.add([1.0], [2.0])) == [3.0]
        return work

    with pg.use("python"):
        assert run_together(job(0), job(1), job(2)) == [None] * 3
        assert pg.active_backend() == "python"
    assert not ops._blocks and not ops._kept


@NEEDS_BOTH
@pytest.mark.parametrize("start", ["python", "c"])
def test_a_training_keeps_the_backend_that_it_began_an_epoch_with(start):
    other = {"python": "c", "c": "python"}[start]
    with pg.use(start):
        graph, feed, parameters, waits, prediction, X = small_job(Waits)
        kinds = []

        def train():
            for _ in pg.train_epochs(graph, feed, parameters, epochs=2, batch_size=5):
                kinds.append(type(waits.value))

        def switch():
            assert waits.is_there.wait(30)
            pg.use(other)
            assert pg.active_backend() == other and type(ops.table.zeros_like([1.0])) is type(of_backend(other))
            waits.may_go_on.set()

        assert run_together(train, switch) == [None, None]
        assert waits.backends == [start] * 4 + [other] * 4
        assert kinds == [type(of_backend(start)), type(of_backend(other))]


def of_backend(name):
    with pg.use(name):
        return ops.table.zeros_like([1.0])


def test_what_a_node_itself_switches_counts_at_once(backend):
    class Switches(pg.Sigmoid):
        def forward(self):
            pg.use(BACKENDS[-1])
            assert pg.active_backend() == BACKENDS[-1]
            pg.Sigmoid.forward(self)

    graph, feed, parameters, middle, prediction, X = small_job(Switches)
    expected, feed_2, parameters_2, *_ = small_job()
    assert same_bits(pg.train(graph, feed, parameters, epochs=2, batch_size=5),
                     pg.train(expected, feed_2, parameters_2, epochs=2, batch_size=5))


def test_the_nodes_are_free_after_an_error(backend):
    """A claim ends with the call that made it, however it ends."""
    X, y, prediction, cost, parameters = lesson_network(features=3, hidden=4)
    feed = {X: random_matrix(20, 3, 1), y: random_matrix(20, 1, 2)}
    graph = pg.topological_sort_feed_dict(feed)
    with pytest.raises(pg.Diverged):
        pg.train(graph, feed, parameters, epochs=100, batch_size=5, learning_rate=1e9)
    with pytest.raises(ValueError):
        pg.predict(prediction, {X: [[1.0]]})
    assert len(run_together(lambda: pg.predict(prediction, {X: feed[X]}))[0]) == 20
    assert run_together(lambda: pg.train(graph, feed, parameters[:2], epochs=0, batch_size=5)) == [[]]


@pytest.mark.long
def test_a_ctrl_c_at_any_line_leaves_no_claim_and_no_pass_behind(backend):
    """What stays behind would make hand-written loops silently compute no gradients, and block other threads."""
    graph, feed, parameters, middle, prediction, X = small_job()
    pg.forward_and_backward(graph)
    for action in (lambda: pg.forward_and_backward(graph), lambda: pg.optimize(parameters, 0.0),
                   lambda: pg.predict(prediction, {X: feed[X]}),
                   lambda: pg.train(graph, feed, parameters, epochs=1, batch_size=10, learning_rate=0.0)):
        lines = 0
        for lines in interruptions(action, *["pygraphnn." + name for name in ("graph", "claims", "ops", "training")]):
            assert claims._claims == [] and graph_module._passes == {} and ops._kept == {}, lines
        assert lines > 15


@pytest.mark.parametrize("module", [ops, claims])
def test_a_lock_that_a_ctrl_c_has_left_taken_stops_neither_its_own_thread_nor_others(module, backend):
    """Before Python 3.8 one can come between the last line of a `with` block and the release."""
    graph, feed, parameters, middle, prediction, X = small_job()
    losses = []

    def train_with_the_lock_taken():
        module._lock.acquire()
        losses.append(pg.train(graph, feed, parameters, epochs=2, batch_size=2))

    for work in (train_with_the_lock_taken, lambda: losses.append(pg.train(graph, feed, parameters, epochs=2,
                                                                          batch_size=2))):
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive(), "it waits for a lock"
    assert len(losses) == 2
