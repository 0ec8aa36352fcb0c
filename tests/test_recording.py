"""A step that is recorded: which classes take part, what ends a recording, and what it leaves behind."""
import math
import random
import threading

import pytest
from networks import WHY_NOT_C, OwnSigmoid, Square, as_lists, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn import ops
from pygraphnn.symbols import Symbol
from pygraphnn.jobs import Job

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from ways import WAYS, Way, everything, same

from pygraphnn import plan


def job_with(activation, **more):
    """A small training with one node of a class on its way: (graph, feed, parameters, the node)."""
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    node = activation(pg.Linear(X, W, b))
    pg.MSE(y, node)
    feed = {X: random_matrix(9, 3, 1), y: random_matrix(9, 2, 2)}
    start = dict(list(feed.items()) + [(W, random_matrix(3, 2, 3)), (b, [0.1, 0.2])])
    return pg.topological_sort_feed_dict(start), feed, [W, b], node


def in_all_ways(activation, planned, **options):
    """What a training leaves is the same in each way, and a plan is made, or is not."""
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, node = job_with(activation)
            losses = pg.train(graph, feed, parameters, epochs=5, batch_size=4)
            found.append(everything(graph, losses, parameters))
            assert bool(used.plans) == (way == "plan" and planned)
    assert same(found[1], found[0]) and same(found[2], found[0])
    return node


# Which classes take part


class NotPure(OwnSigmoid):
    """A subclass may do what it likes: that its parent is pure says nothing of it."""


class Pure(NotPure):
    is_pure = True


class NearlyPure(OwnSigmoid):
    is_pure = 1


@pytest.mark.parametrize("kind, planned", [(OwnSigmoid, True), (NotPure, False), (Pure, True), (NearlyPure, False)])
def test_a_class_takes_part_if_it_says_so_itself(kind, planned):
    in_all_ways(kind, planned)


class Looks(OwnSigmoid):
    """Asks for something that a symbol does not have. `how` is set below."""

    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.how(A)
        OwnSigmoid.forward(self)


@pytest.mark.parametrize("how", [
    lambda node, A: A[0][0], lambda node, A: list(A), lambda node, A: A == A, lambda node, A: str(A),
    lambda node, A: "%s" % A, lambda node, A: as_lists(A), lambda node, A: math.exp(ops.table.total(A)),
    lambda node, A: 1.0 / ops.table.total(A), lambda node, A: -ops.table.total(A), lambda node, A: bool(A),
    lambda node, A: ops.table.column_means(A), lambda node, A: [x for x in A], lambda node, A: A + as_lists(A),
    lambda node, A: 0.5 in A, lambda node, A: ops.table.add(A, [[1.0]] * len(A)) if isinstance(A, Symbol) else None,
])
def test_a_look_at_a_number_makes_the_graph_run_node_by_node(how, monkeypatch):
    monkeypatch.setattr(Looks, "how", how, raising=False)
    in_all_ways(Looks, False)


def swallows(node, A):
    try:
        A[0]
    except BaseException:
        pass


def test_a_look_counts_even_if_somebody_catches_it(monkeypatch):
    monkeypatch.setattr(Looks, "how", swallows, raising=False)
    in_all_ways(Looks, False)


@pytest.mark.parametrize("how", [
    lambda node, A: len(A), lambda node, A: ops.table.shape(A), lambda node, A: ops.table.zeros_like(A),
    lambda node, A: 2.0 * ops.table.total(A) - 1.0, lambda node, A: ops.table.scale(A, ops.table.total(A)),
])
def test_what_needs_no_number_may_be_asked(how, monkeypatch):
    monkeypatch.setattr(Looks, "how", how, raising=False)
    in_all_ways(Looks, True)


def test_an_error_of_a_node_is_the_one_that_it_raises_with_numbers(monkeypatch):
    def fails(node, A):
        raise ZeroDivisionError("with numbers" if not isinstance(A, Symbol) else "with symbols")

    monkeypatch.setattr(Looks, "how", fails, raising=False)
    for way in WAYS:
        with Way(way):
            graph, feed, parameters, node = job_with(Looks)
            with pytest.raises(ZeroDivisionError, match="with numbers"):
                pg.train(graph, feed, parameters, epochs=1, batch_size=4)


class Scaled(OwnSigmoid):
    """A factor that depends on the data: a number that is computed, and that the operations take."""

    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.d = 0.25 * ops.table.total(A)
        self.value = ops.table.scale(A, self.d)

    def backward(self):
        grad = self.incoming_gradient()
        A, = self.input_values()
        inner = 0.25 * ops.table.total(ops.table.multiply(A, grad))
        self.gradients = {}
        ones = ops.table.add_row(ops.table.zeros_like(A), [1.0, 1.0])
        self.pass_back(self.inputs[0], ops.table.add(ops.table.scale(grad, self.d), ops.table.scale(ones, inner)))


def test_a_factor_may_depend_on_the_data():
    in_all_ways(Scaled, True)


class Normalised(OwnSigmoid):
    """Constants of its own: lists that it makes anew in each step."""

    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.sigmoid(ops.table.multiply(A, [[0.5, 2.0] for _ in range(len(A))]))

    def backward(self):
        grad = ops.table.sigmoid_gradient(self.value, self.incoming_gradient())
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(grad, [[0.5, 2.0] for _ in range(len(grad))]))


def test_constants_may_be_made_in_each_step():
    in_all_ways(Normalised, True)


# What a class must not promise


class Draws(OwnSigmoid):
    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.scale(A, random.random())


class Counts(OwnSigmoid):
    is_pure = True
    calls = 0

    def backward(self):
        Counts.calls += 1
        OwnSigmoid.backward(self)
        for _ in range(Counts.calls):
            ops.table.scale(self.value, 2.0)


class Constants(OwnSigmoid):
    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.multiply(A, [[random.random(), 1.0]] * len(A))


@pytest.mark.parametrize("kind", [Draws, Counts, Constants])
def test_a_class_that_promises_too_much_is_named(kind):
    graph, feed, parameters, node = job_with(kind)
    message = "its class %s says is_pure = True: take that out" % kind.__name__
    with pg.use("c"), pytest.raises(ValueError, match=message):
        pg.train(graph, feed, parameters, epochs=1, batch_size=4)
    assert as_lists(parameters[1].value) == [0.1, 0.2]


# What is left behind


class Keeps(OwnSigmoid):
    is_pure = True

    def forward(self):
        OwnSigmoid.forward(self)
        self.size = ops.table.shape(self.value)
        self.number = ops.table.total(self.value)


def test_attributes_are_those_of_the_last_step():
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, node = job_with(Keeps)
            for _ in pg.train_epochs(graph, feed, parameters, epochs=3, batch_size=4):
                found.append([as_lists(node.kept), node.size, node.number, type(node.number)])
            assert len(used.plans) == (way == "plan")
    assert same(found[:3], found[3:6]) and same(found[:3], found[6:])


class KeepsInAList(OwnSigmoid):
    is_pure = True

    def forward(self):
        OwnSigmoid.forward(self)
        self.all = [self.value]


def test_symbols_in_a_container_are_found():
    node = in_all_ways(KeepsInAList, False)
    assert not isinstance(node.all[0], Symbol)


def test_a_hyperparameter_that_somebody_changes_counts():
    class Sloped(OwnSigmoid):
        is_pure = True
        slope = 1.0

        def forward(self):
            A, = self.input_values()
            self.value = ops.table.scale(A, self.slope)

        def backward(self):
            self.gradients = {}
            self.pass_back(self.inputs[0], ops.table.scale(self.incoming_gradient(), self.slope))

    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, node = job_with(Sloped)
            losses = []
            for epoch, loss in enumerate(pg.train_epochs(graph, feed, parameters, epochs=4, batch_size=4)):
                losses.append(loss)
                if epoch in (0, 2):
                    node.slope = 0.5 * (1 + epoch)
            found.append(everything(graph, losses, parameters))
            assert len(used.plans) == (3 if way == "plan" else 0)
    assert same(found[1], found[0]) and same(found[2], found[0])


def test_a_symbol_that_somebody_has_put_aside_says_what_it_is():
    aside = []

    class Aside(OwnSigmoid):
        is_pure = True

        def forward(self):
            OwnSigmoid.forward(self)
            aside.append(self.value)

    with pg.use("c"):
        graph, feed, parameters, node = job_with(Aside)
        pg.train(graph, feed, parameters, epochs=1, batch_size=4)
        with pytest.raises(RuntimeError, match="stood for a value while a training was prepared for C"):
            aside[0][0]


def test_what_nobody_sees_takes_no_memory_of_its_own():
    """Each square's gradient has an intermediate value; all of them lie in one place."""
    def doubles(squares):
        X, y = pg.Placeholder("X"), pg.Placeholder("y")
        W, b = pg.Placeholder("W"), pg.Placeholder("b")
        node = pg.Linear(X, W, b)
        for _ in range(squares):
            node = Square(node)
        pg.MSE(y, node)
        feed = {X: random_matrix(64, 3, 1), y: random_matrix(64, 8, 2)}
        start = dict(list(feed.items()) + [(W, random_matrix(3, 8, 3)), (b, [0.0] * 8)])
        graph = pg.topological_sort_feed_dict(start)
        job = Job(graph, feed, [W, b], 64, 0.01)
        job.optimizer.prepare([W, b])
        return plan.TrainingWriter(job).layout()[1]

    with pg.use("c"):
        one, three = doubles(1), doubles(3)
    assert three - one == 2 * 2 * 64 * 8, "two more values, and two more gradients"


@pytest.mark.long
def test_a_chain_of_many_nodes_is_recorded():
    with pg.use("c"):
        X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
        node = pg.Linear(X, W, b)
        for _ in range(3000):
            node = OwnSigmoid(node)
        pg.MSE(y, node)
        feed = {X: random_matrix(9, 3, 1), y: random_matrix(9, 2, 2)}
        graph = pg.topological_sort_feed_dict(dict(list(feed.items()) + [(W, random_matrix(3, 2, 3)), (b, [0.1, 0.2])]))
        assert len(pg.train(graph, feed, [W, b], epochs=2, batch_size=4)) == 2


def test_recording_in_one_thread_disturbs_no_training_of_another():
    """They share frozen placeholders, and record again and again."""
    shared = pg.Placeholder("shared")
    shared.value = [0.25, -0.5]

    def job(seed, found):
        with_own = []
        for _ in range(30):
            X, y, W = [pg.Placeholder(name) for name in "XyW"]
            layers = [pg.Linear(X, W, shared)]
            layers.append(OwnSigmoid(layers[0]))
            layers.append(pg.MSE(y, layers[1]))
            feed = {X: random_matrix(9, 3, seed), y: random_matrix(9, 2, 2)}
            W.value = random_matrix(3, 2, seed)
            with_own += pg.train([X, y, W, shared] + layers, feed, [W], epochs=3, batch_size=4)
        found[seed] = with_own

    alone, together = {}, {}
    with pg.use("c"):
        for seed in (1, 2):
            job(seed, alone)
        threads = [threading.Thread(target=job, args=(seed, together)) for seed in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(same_bits(together[seed], alone[seed]) for seed in (1, 2))


class KeepsLate(OwnSigmoid):
    is_pure = True

    def backward(self):
        OwnSigmoid.backward(self)
        self.d = ops.table.scale(self.gradients[self.inputs[0]], 2.0)


class Dead(pg.Sigmoid):
    """Nothing reads it."""

    is_pure = True


def deep(source):
    V, c = pg.Placeholder("V"), pg.Placeholder("c")
    V.value, c.value = random_matrix(2, 2, 7), [0.5, 0.5]
    return KeepsLate(pg.Linear(source, V, c))


def seen(*nodes):
    return [[as_lists(getattr(node, name, None)) for name in ("value", "kept", "d")] for node in nodes]


@pytest.mark.parametrize("rate", [0.01, 1e200])
@pytest.mark.parametrize("watched", [False, True])
def test_what_no_loss_depends_on_is_shown_as_node_by_node(rate, watched):
    """Values, and attributes from both passes: between epochs, at the end, and where the loss is not finite."""
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, node = job_with(deep)
            dead = Dead(node)
            graph = graph[:-1] + [dead] + graph[-1:]
            found.append([])
            train = pg.train_epochs if watched else pg.train
            try:
                for _ in train(graph, feed, parameters, epochs=4, batch_size=4, learning_rate=rate):
                    found[-1].append(seen(node, dead))
            except pg.Diverged as problem:
                found[-1].append(str(problem))
            found[-1].append(seen(node, dead))
            assert bool(used.plans) == (way == "plan")
    assert same(found[1], found[0]) and same(found[2], found[0])
