"""A batch that workers share: the bits belong to the number of shards, whoever computes them, whatever goes wrong."""
import concurrent.futures
import json
import multiprocessing
import random
import sys
import threading
import warnings

import pytest
from networks import as_lists, same_bits

import pygraphnn as pg
from pygraphnn import shards
from pygraphnn.parallel import RemoteError, Workers

BATCH = 12
OPTIMIZERS = {"descent": lambda: pg.GradientDescent(0.02), "momentum": lambda: pg.Momentum(0.01),
              "adam": lambda: pg.Adam(0.05)}
NO_PROCESSES = pytest.mark.skipif(sys.platform == "emscripten", reason="there are no other processes and threads")


class Doubled(pg.Node):
    """A node of one's own: 2·A."""

    def __init__(self, node, name=None):
        pg.Node.__init__(self, [node], name)

    def forward(self):
        self.value = [[2.0 * x for x in row] for row in as_lists(self.inputs[0].value)]

    def backward(self):
        self.gradients = {self.inputs[0]: [[2.0 * x for x in row] for row in as_lists(self.incoming_gradient())]}


class Picky(Doubled):
    """It does not compute in workers."""

    def forward(self):
        if threading.current_thread() is not threading.main_thread():
            raise KeyError("nothing for workers")
        Doubled.forward(self)


def network(kind=None, rows=40):
    """(graph, feed, parameters): a layer, a Dropout, an own node if there is one, a layer."""
    dataset = pg.load_dataset("boston", features=["RM", "LSTAT"])
    X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
    node = pg.Dropout(pg.Sigmoid(pg.Linear(X, W1, b1)), 0.25, seed=5)
    node = kind(node) if kind else node
    graph = pg.sorted_graph(pg.MSE(y, pg.Linear(node, W2, b2)))
    for parameter, value in ((W1, pg.randn(2, 4, 0)), (b1, pg.zeros(4)), (W2, pg.randn(4, 1, 1)), (b2, [0.0])):
        parameter.value = value
    return graph, {X: pg.standardize(dataset.data)[:rows], y: dataset.target[:rows]}, [W1, b1, W2, b2]


def trained(count=1, executor=None, optimizer="adam", kind=None, epochs=2, **options):
    """(losses, parameters, the states of nodes that draw, the optimizer's states) after some epochs of three steps."""
    graph, feed, parameters = network(kind)
    optimizer = OPTIMIZERS[optimizer]()
    losses = pg.train(graph, feed, parameters, epochs=epochs, batch_size=BATCH, optimizer=optimizer, seed=2,
                      shards=count, executor=executor, **options)
    return [losses, [as_lists(node.value) for node in parameters],
            [as_lists(node.random_state) for node in graph if node.random_state is not None],
            [[as_lists(part) for part in optimizer.states[node]] for node in parameters if node in optimizer.states]]


# What the numbers are


def scaled(value, number):
    return [scaled(x, number) for x in value] if isinstance(value, list) else value * number


def added(a, b):
    return [added(x, y) for x, y in zip(a, b)] if isinstance(a, list) else a + b


@pytest.mark.parametrize("count", [2, 3, 5, 12])
def test_a_step_is_the_shards_added_in_their_order(backend, count):
    """Written out: the loss and each gradient of a shard, times its share of the rows."""
    graph, feed, parameters = network(rows=BATCH)
    rng = pg.SplitMix64(2)
    batch = [rng.below(BATCH) for _ in range(BATCH)]
    sums = None
    for part in range(count):
        rows = batch[part * BATCH // count:(part + 1) * BATCH // count]
        for node, whole in feed.items():
            node.value = [whole[row] for row in rows]
        pg.forward_and_backward(graph)
        found = [scaled(x, len(rows) / BATCH) for x in
                 [graph[-1].value] + [as_lists(node.own_gradient()) for node in parameters]]
        sums = added(sums, found) if sums else found
    after = [added(as_lists(node.value), scaled(scaled(gradient, 0.02), -1.0))
             for node, gradient in zip(parameters, sums[1:])]
    graph, feed, parameters = network(rows=BATCH)
    losses = pg.train(graph, feed, parameters, epochs=1, batch_size=BATCH, learning_rate=0.02, seed=2, shards=count)
    assert same_bits([losses[0]] + [as_lists(node.value) for node in parameters], [sums[0]] + after)
    assert same_bits([as_lists(node.own_gradient()) for node in parameters], sums[1:])      # to be looked at


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_one_shard_is_todays_training(backend, optimizer):
    assert same_bits(trained(1, Hostile(0, share=0.0), optimizer), trained(1, None, optimizer))


def test_shards_draw_what_the_whole_batch_would(backend):
    """A Dropout goes on in its stream from shard to shard: the states are those of the undivided training."""
    whole, divided = trained(1), trained(5)
    assert divided[2] == whole[2] and divided[0] != whole[0]
    assert all(a == pytest.approx(b, rel=1e-9) for a, b in zip(divided[0], whole[0]))


def test_what_the_nodes_hold_afterwards_is_that_of_the_whole_batch(backend):
    graph, feed, parameters = network()
    pg.train(graph, feed, parameters, epochs=1, batch_size=BATCH, seed=2, shards=3)
    assert len(graph[0].value) == BATCH and all(node in node.gradients or node.inputs for node in parameters)
    assert graph[-1].value > 0.0 and len(graph[0].own_gradient()) == BATCH


# Whoever computes them

# PyPy 7.3.11 lacks a method that its own pool calls where processes are spawned.
METHODS = [method for method in multiprocessing.get_all_start_methods() if method == "fork" or method == "spawn"
           and hasattr(concurrent.futures.ProcessPoolExecutor, "_adjust_process_count")]


@NO_PROCESSES
@pytest.mark.parametrize("workers", [1, 2, 3, 7])
@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_threads_and_their_number_change_no_bit(backend, workers, optimizer):
    with concurrent.futures.ThreadPoolExecutor(workers) as executor:
        assert same_bits(trained(5, executor, optimizer), trained(5, None, optimizer))


@NO_PROCESSES
@pytest.mark.skipif(sys.version_info < (3, 7), reason="a pool of 3.6 cannot be told how to start its processes")
@pytest.mark.parametrize("method", METHODS)
def test_processes_change_no_bit(backend, method):
    context = multiprocessing.get_context(method)

    def make():
        return concurrent.futures.ProcessPoolExecutor(2, mp_context=context)

    with warnings.catch_warnings():
        warnings.simplefilter("error")          # none is lost
        warnings.filterwarnings("ignore", category=DeprecationWarning)      # of forks beside threads
        assert same_bits(trained(3, make, kind=Doubled), trained(3, kind=Doubled))


def test_backends_have_the_same_bits():
    found = []
    for backend in ("python", "c")[:1 + (pg.available_backends()["c"] is None)]:
        with pg.use(backend):
            found.append(trained(5, Hostile(1)))
    assert all(same_bits(one, found[0]) for one in found)


# Whatever goes wrong


class Hostile:
    """An Executor whose workers come late, twice, in any order, answer something else, or are gone."""

    def __init__(self, seed, kinds=("late", "cancelled", "lost", "twice", "garbage", "older", "cut"), share=0.3):
        self.random, self.kinds, self.share = random.Random(seed), kinds, share
        self.waiting, self.older, self.count, self.down = [], [], 0, False

    def submit(self, function, task):
        self.count += 1
        kind = self.random.choice(self.kinds) if self.random.random() < self.share else "well"
        if kind == "lost" and self.random.random() < 0.5:
            raise concurrent.futures.BrokenExecutor("gone") if sys.version_info >= (3, 7) else OSError("gone")
        future = Promise(self, kind, function, task)
        self.waiting.append(future)
        return future

    def run_some(self):
        """Those that wait, in any order."""
        self.random.shuffle(self.waiting)
        while self.waiting:
            self.waiting.pop().run()

    def shutdown(self, wait=True):
        self.down = True


class Promise:
    def __init__(self, executor, kind, function, task):
        self.executor, self.kind, self.function, self.task, self.answer = executor, kind, function, task, None

    def run(self):
        for _ in range(2 if self.kind == "twice" else 1):
            self.answer = self.function(self.task)
        self.executor.older.append(self.answer)

    def cancelled(self):
        return self.kind == "cancelled"

    def cancel(self):
        self.kind = "cancelled"

    def result(self, timeout=None):
        self.executor.run_some()
        if self.kind == "late":
            raise concurrent.futures.TimeoutError
        if self.kind == "lost":
            raise ConnectionError("the line is dead")
        if self.kind == "garbage":
            return b"\x07\0\0\0garbage"
        if self.kind == "older":
            return self.executor.older[0]
        if self.kind == "cut":
            return self.answer[:-3]
        return self.answer


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("seed", range(8))
def test_a_hostile_executor_changes_no_bit(backend, optimizer, seed):
    executor = Hostile(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert same_bits(trained(5, executor, optimizer, epochs=4), trained(5, None, optimizer, epochs=4))
    assert executor.count > 5 * 3 * 4               # some were asked for again


@pytest.mark.parametrize("kind", ["late", "cancelled", "lost", "garbage", "older", "cut"])
def test_where_all_are_lost_the_shards_are_computed_here_and_that_is_said(backend, kind):
    executor = Hostile(0, [kind], share=1.0)
    if kind == "older":
        executor.older.append(shards.packed({"step": 0, "shard": 0, "attempt": 1}))
    with pytest.warns(UserWarning, match="shard 0 of step 1 is computed here, since its workers were lost"):
        assert same_bits(trained(5, executor), trained(5))
    assert executor.count <= 5 + 3 * 3              # it is no longer asked after three in a row


def test_new_workers_are_made_where_a_function_makes_them(backend):
    made = []

    def make():
        made.append(Hostile(len(made), ["lost"], share=0.4))
        return made[-1]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert same_bits(trained(4, make), trained(4))
    assert len(made) > 1 and all(executor.down for executor in made)


def test_an_executor_that_was_given_is_not_shut_down():
    executor = Hostile(0, share=0.0)
    trained(3, executor)
    assert not executor.down


@NO_PROCESSES
def test_an_error_of_a_nodes_own_code_is_raised_at_once_with_its_traceback(backend):
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        with pytest.raises(KeyError, match="nothing for workers") as caught:
            trained(3, executor, kind=Picky)
    assert isinstance(caught.value.__cause__, RemoteError)
    assert "in a worker:" in str(caught.value.__cause__) and "in forward" in str(caught.value.__cause__)


def test_a_machine_whose_numbers_differ_is_refused_in_one_sentence(monkeypatch):
    here = shards.fingerprint()
    monkeypatch.setattr(shards, "fingerprint", lambda: dict(here, exp="0", version="0.1"))
    with pytest.raises(ValueError, match="a worker has another version and exp than this machine, so its numbers"):
        trained(3, Hostile(0, share=0.0))
    assert same_bits(trained(3, Workers(Hostile(0, share=0.0), other_bits=True)), trained(3))


def test_a_fingerprint_tells_one_bit(monkeypatch):
    before = shards.fingerprint()
    assert set(before) == {"version", "exp", "tanh", "log", "log1p"} and shards.fingerprint() == before
    import math
    exp, number = math.exp, []

    def other(x):
        number.append(x)
        return exp(x) * (1.0 + 2.0 ** -52) if len(number) == 4000 else exp(x)

    monkeypatch.setattr(shards, "_fingerprint", {})
    monkeypatch.setattr(math, "exp", other)
    assert [name for name in before if shards.fingerprint()[name] != before[name]] == ["exp"]


# As any training


def test_graph_and_data_are_sent_once_to_each_worker():
    executor = Workers(Hostile(0, share=0.0))
    shards._kept.graphs.clear()
    shards._kept.data.clear()
    trained(3, executor)
    graph, feed, parameters = network()
    data = 8 * (40 * 2 + 40)
    sent = executor.bytes_sent
    assert sent > data
    trained(3, executor)                            # it has them now
    assert executor.bytes_sent - sent < sent - data
    assert executor.bytes_received > 2 * 3 * 8 * 17


def test_a_training_that_diverges_ends_as_without_shards(backend):
    found = []
    for executor in (None, Hostile(2, share=0.0)):
        graph, feed, parameters = network()
        with pytest.raises(pg.Diverged) as caught:
            pg.train(graph, feed, parameters, epochs=50, batch_size=BATCH, learning_rate=1e6, shards=3,
                     executor=executor)
        found.append([caught.value.epoch, caught.value.step, caught.value.losses,
                      [as_lists(node.value) for node in parameters], [node.gradients for node in graph]])
    assert repr(found[0][:3]) == repr(found[1][:3]) and same_bits(found[0][3], found[1][3])
    assert found[1][4] == [{}] * len(graph)


class Impatient(Hostile):
    """Somebody presses Ctrl-C while it computes."""

    def run_some(self):
        if self.count > 11:         # in the third step: in the first, graph and data were asked for
            raise KeyboardInterrupt
        Hostile.run_some(self)


def test_ctrl_c_leaves_a_whole_step_and_nothing_running(backend):
    made = []

    def make():
        made.append(Impatient(0, share=0.0))
        return made[-1]

    shards._kept.graphs.clear()
    shards._kept.data.clear()
    graph, feed, parameters = network(rows=24)          # an epoch has two steps
    with pytest.raises(KeyboardInterrupt):
        pg.train(graph, feed, parameters, epochs=9, batch_size=BATCH, learning_rate=0.02, shards=3, executor=make)
    assert made[0].down and all(promise.kind == "cancelled" for promise in made[0].waiting)
    after = [as_lists(node.value) for node in parameters + graph if node.value is not None and not node.inputs]
    assert len(after) == 10
    states = [as_lists(node.random_state) for node in graph if node.random_state is not None]
    graph, feed, parameters = network(rows=24)
    pg.train(graph, feed, parameters, epochs=1, batch_size=BATCH, learning_rate=0.02, shards=3)
    assert same_bits(after[:4], [as_lists(node.value) for node in parameters])
    assert states == [as_lists(node.random_state) for node in graph if node.random_state is not None]


def test_the_backend_may_be_switched_in_the_middle():
    if pg.available_backends()["c"] is not None:
        pytest.skip("there is one backend only")

    def switching(epochs):
        for epoch in epochs:
            with pg.use("c" if epoch % 2 else "python"):
                yield epoch

    assert same_bits(trained(3, Hostile(0, share=0.0), epochs=4, progress=switching), trained(3, epochs=4))


# Bad input


@pytest.mark.parametrize("options, message", [
    ({"shards": 0}, "shards is 0: it must be at least 1"), ({"shards": 2.5}, "shards is 2.5"),
    ({"shards": 13}, "shards is 13: a batch of 12 rows has no more"),
    ({"executor": 3}, "the executor is 3: give one with submit()"),
    ({"executor": "pool"}, "the executor is 'pool': give one with submit()")])
def test_wrong_arguments_are_one_sentence(options, message):
    graph, feed, parameters = network()
    before = [as_lists(node.value) for node in parameters]
    with pytest.raises((TypeError, ValueError)) as caught:
        pg.train(graph, feed, parameters, epochs=1, batch_size=BATCH, **options)
    assert message in str(caught.value) and [as_lists(node.value) for node in parameters] == before


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan"), "x"])
def test_a_timeout_that_is_none(timeout):
    with pytest.raises((TypeError, ValueError), match="timeout"):
        Workers(Hostile(0), timeout=timeout)


class Uneven(Doubled):
    """It draws one number for a whole batch."""

    def __init__(self, node, name=None):
        Doubled.__init__(self, node, name)
        self.random_state = [0.0, 0.0, 0.0, 7.0]

    def forward(self):
        Doubled.forward(self)
        self.random_state = as_lists(pg.ops.table.skip_random(pg.ops.table.own(self.random_state), 1.0))


def test_a_node_whose_draws_do_not_follow_the_rows_is_named():
    for executor in (None, Hostile(0, share=0.0)):
        with pytest.raises(ValueError, match=r"Uneven_\d+ does not draw as many numbers for each row as for another"):
            trained(3, executor, kind=Uneven)


class Gained(Doubled):
    """It keeps what __init__ takes under another name."""

    def __init__(self, node, gain=2.0, name=None):
        Doubled.__init__(self, node, name)
        self._gain = gain


class Secretive(Doubled):
    """It has more than a description tells."""

    factor = 2.0

    def forward(self):
        self.value = [[self.factor * x for x in row] for row in as_lists(self.inputs[0].value)]


class Outer:
    class Sigmoid(Doubled):
        """A nested class that is called as one of the package's."""


def test_what_a_description_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="it keeps no attribute gain, so it could not be made again: set self.gain"):
        trained(3, Hostile(0, share=0.0), kind=Gained)

    class Local(Doubled):
        pass

    with pytest.raises(ValueError, match="the class Local stands in a function, where no worker finds it"):
        trained(3, Hostile(0, share=0.0), kind=Local)

    def secretive(node):
        made = Secretive(node)
        made.factor = 3.0
        return made

    with pytest.raises(ValueError, match="a worker gets other numbers from the same rows"):
        trained(3, Hostile(0, share=0.0), kind=secretive)


def test_classes_are_known_by_their_full_names():
    assert same_bits(trained(3, Hostile(0, share=0.0), kind=Outer.Sigmoid), trained(3, kind=Outer.Sigmoid))
    assert same_bits(trained(3, kind=Outer.Sigmoid), trained(3, kind=Doubled))


def scaled_network():
    X, y, W, factor = [pg.Placeholder(name) for name in ("X", "y", "W", "factor")]
    W.value, factor.value = [[0.5], [0.25]], [[1.0]]
    graph = pg.sorted_graph(pg.MSE(y, pg.MatMul(pg.MatMul(X, W), factor)))
    return graph, {X: pg.randn(24, 2, 1), y: [[0.1 * n] for n in range(24)]}, [W], factor


def test_constants_that_are_set_anew_between_epochs_reach_the_workers(backend):
    found = []
    for executor in (None, Hostile(0, share=0.0)):
        graph, feed, parameters, factor = scaled_network()
        losses = []
        for loss in pg.train_epochs(graph, feed, parameters, epochs=4, batch_size=BATCH, shards=3, executor=executor):
            losses.append(loss)
            factor.value = [[1.0 + len(losses)]]
            assert len(graph[0].value) == BATCH and graph[-1].value is not None      # to be looked at
        found.append(losses)
    assert same_bits(found[0], found[1]) and found[0][1] != found[0][0]


def test_one_changed_bit_of_an_answer_is_noticed():
    content = bytearray(shards.packed({"step": 1}, [b"12345678"]))
    assert shards.unpacked(bytes(content)) == ({"step": 1}, [b"12345678"])
    for place in range(len(content)):
        content[place] ^= 1
        with pytest.raises(shards.Lost):
            shards.unpacked(bytes(content))
        content[place] ^= 1


class Crowded(Hostile):
    """Between two tasks its workers have had so many others that they have forgotten graph and data."""

    def submit(self, function, task):
        def forgetful(content):
            found = function(content)
            shards._kept.graphs.clear()
            shards._kept.data.clear()
            return found
        return Hostile.submit(self, forgetful, task)


def test_workers_that_forget_are_told_again_and_again(backend):
    executor = Crowded(0, share=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same_bits(trained(3, executor), trained(3))
    assert executor.count <= 3 * 6 * 3


def test_after_a_divergence_the_streams_are_where_they_would_be_without_shards():
    found = []
    for count in (1, 3):
        graph, feed, parameters = network()
        with pytest.raises(pg.Diverged):
            pg.train(graph, feed, parameters, epochs=50, batch_size=BATCH, learning_rate=1e6, shards=count)
        found.append([as_lists(node.random_state) for node in graph if node.random_state is not None])
    assert found[0] == found[1]


class Forgetful(Doubled):
    """It takes what no description can hold."""

    def __init__(self, node, numbers=None, name=None):
        Doubled.__init__(self, node, name)
        self.numbers = [1.0, 2.0]


def test_a_node_that_cannot_be_described_is_named():
    with pytest.raises(ValueError, match=r"Forgetful_\d+: Forgetful: its numbers is .*: only numbers and texts"):
        trained(3, Hostile(0, share=0.0), kind=Forgetful)
    assert same_bits(trained(3, kind=Forgetful), trained(3, kind=Doubled))


# The command line


@NO_PROCESSES
def test_processes_of_the_command_line_change_no_bit(backend, capsys):
    from pygraphnn.cli import main
    found = []
    for more in ([], ["--workers", "2"], ["--workers", "3"]):
        assert main(["train", "iris", "--epochs", "3", "--shards", "4", "--json", "--backend", backend] + more) == 0
        printed = json.loads(capsys.readouterr().out)
        found.append([printed["losses"], printed["shards"]])
    assert found[0] == found[1] == found[2] and found[0][1] == 4


@pytest.mark.parametrize("arguments, message", [
    ("--workers 2", "one shard is computed by one worker: choose --shards"),
    ("--shards 4 --workers 0", "the number of workers is 0: it must be at least 1"),
    ("--shards 4 --workers 2 --dask tcp://localhost:1", "choose one of them"),
    ("--shards 17", "shards is 17: a batch of 16 rows has no more"), ("--shards 0", "shards is 0"),
    ("--shards x", "invalid int value: 'x'")])
def test_bad_choices_end_in_one_line(arguments, message, capsys):
    from pygraphnn.cli import main
    try:
        code = main(["train", "iris", "--epochs", "1"] + arguments.split())
    except SystemExit as end:
        code = end.code
    printed = capsys.readouterr()
    assert code == 2 and printed.out == "" and message in printed.err and printed.err.count("\n") == 1


@NO_PROCESSES
def test_a_training_in_shards_goes_on_from_a_file(tmp_path, monkeypatch, capsys):
    from pygraphnn.cli import main
    monkeypatch.chdir(tmp_path)
    for name, epochs, more in (("whole.json", "5", []), ("part.json", "2", ["--workers", "2"])):
        assert main(["train", "iris", "--shards", "4", "--epochs", epochs, "--save", name, "--json"] + more) == 0
    assert main(["train", "--continue", "part.json", "--epochs", "3", "--save", "part.json", "--json"]) == 0
    capsys.readouterr()
    whole, part = [json.loads((tmp_path / name).read_text()) for name in ("whole.json", "part.json")]
    assert whole["nodes"] == part["nodes"] and whole["random_state"] == part["random_state"]
    assert part["settings"]["shards"] == 4
    assert main(["train", "--continue", "part.json", "--epochs", "1", "--shards", "2"]) == 2
    assert "leave --shards out" in capsys.readouterr().err
