"""The optimizers: their rules against numbers computed without the package, and what becomes of their states."""
import copy
import math
import pickle

import pytest
from networks import BACKENDS, WHY_NOT_C, as_lists, interruptions, lesson_network, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn import ops

RULES = [pg.GradientDescent, pg.Momentum, pg.Adam]


def job(seed=0):
    """A small training: (graph, feed, parameters)."""
    X, y, prediction, loss, parameters = lesson_network(3, 4, seed)
    return pg.sorted_graph(loss), {X: random_matrix(20, 3, seed + 7), y: random_matrix(20, 1, seed + 8)}, parameters


def states_of(optimizer, parameters):
    return [[as_lists(part) for part in optimizer.states[node]] for node in parameters]


def left_by(optimizer, graph, losses, parameters):
    """All that a training leaves."""
    return [losses, [as_lists(node.value) for node in graph], states_of(optimizer, parameters),
            [as_lists(node.gradients[node]) for node in parameters if node.gradients]]


def one_parameter(value):
    """A parameter whose gradient is set by hand."""
    w = pg.Placeholder("w", is_trainable=True)
    w.value = value

    def steps(optimizer, gradients):
        found = []
        for gradient in gradients:
            w.gradients = {w: ops.table.own(gradient)}
            optimizer.step([w])
            found.append(as_lists(w.value))
        return found
    return steps


# The rules


def test_gradient_descent(backend):
    assert one_parameter([1.0, -2.0])(pg.GradientDescent(0.5), [[2.0, -4.0], [1.0, 0.0]]) == [[0.0, 0.0], [-0.5, 0.0]]


def test_momentum(backend):
    """velocities 4, then 0.5 · 4 + 2 = 4, then 0.5 · 4 + 0 = 2"""
    assert one_parameter([10.0])(pg.Momentum(0.25, 0.5), [[4.0], [2.0], [0.0]]) == [[9.0], [8.0], [7.5]]


def test_adam(backend):
    """Against the formula with powers in the place of running products, one number at a time."""
    gradients = [[0.5, -3.0], [0.25, 4.0], [-1.0, 1e-3], [0.0, 2.0]]
    found = one_parameter([1.0, 2.0])(pg.Adam(0.1, 0.8, 0.9, 1e-6), gradients)
    for place, w in enumerate([1.0, 2.0]):
        m = v = 0.0
        for t, gradient in enumerate([row[place] for row in gradients], 1):
            m = 0.8 * m + 0.2 * gradient
            v = 0.9 * v + 0.1 * gradient ** 2
            w -= 0.1 * (m / (1 - 0.8 ** t)) / (math.sqrt(v / (1 - 0.9 ** t)) + 1e-6)
            assert found[t - 1][place] == pytest.approx(w, rel=1e-13)


def test_adams_first_step_is_as_long_as_the_learning_rate(backend):
    (moved,), = one_parameter([[5.0, 5.0, 5.0]])(pg.Adam(0.01), [[[1e-3, -7.0, 1e6]]])
    assert moved == pytest.approx([4.99, 5.01, 4.99], rel=1e-6)


@pytest.mark.parametrize("make", RULES)
def test_single_numbers_move_like_lists(make, backend):
    w = pg.scalar.Placeholder("w")
    w.value = 3.0
    optimizer, found = make(), []
    for gradient in (0.5, -2.0):
        w.gradients = {w: gradient}
        optimizer.step([w])
        found.append([w.value])
    assert found == one_parameter([3.0])(make(), [[0.5], [-2.0]])


@pytest.mark.parametrize("make", RULES)
def test_a_loop_by_hand_gives_the_bits_of_train(make, backend):
    graph, feed, parameters = job()
    optimizer = make()
    losses = pg.train(graph, feed, parameters, epochs=3, batch_size=4, optimizer=optimizer)
    expected = left_by(optimizer, graph, losses, parameters)

    graph, feed, parameters = job()
    optimizer, losses, rng = make(), [], pg.SplitMix64(0)
    (X, X_), (y, y_) = feed.items()
    for _ in range(3):
        total = 0.0
        for _ in range(5):
            X.value, y.value = pg.resample(X_, y_, n_samples=4, rng=rng)
            pg.forward_and_backward(graph)
            total += graph[-1].value
            optimizer.step(parameters)
        losses.append(total / 5)
    assert same_bits(left_by(optimizer, graph, losses, parameters), expected)


# Both backends, and plans


@pytest.mark.long
@pytest.mark.skipif(len(BACKENDS) < 2, reason="only one backend is tested: %s" % WHY_NOT_C)
@pytest.mark.parametrize("make", RULES)
@pytest.mark.parametrize("seed", range(10))
def test_200_epochs_leave_the_same_bits_in_both_backends_and_where_they_are_switched_in_the_middle(make, seed):
    found = []
    for switches in ({0: "python"}, {0: "c"}, {0: "c", 60: "python", 130: "c"}, {0: "python", 99: "c"}):
        graph, feed, parameters = job(seed)
        optimizer, losses = make(), []
        with pg.use("python"):
            pg.use(switches[0])
            for epoch, loss in enumerate(pg.train_epochs(graph, feed, parameters, epochs=200, batch_size=4,
                                                         optimizer=optimizer, seed=seed), 1):
                losses.append(loss)
                pg.use(switches.get(epoch, pg.active_backend()))
            found.append(left_by(optimizer, graph, losses, parameters))
            if len(switches) == 1:          # the same, unwatched
                graph, feed, parameters = job(seed)
                optimizer = make()
                losses = pg.train(graph, feed, parameters, epochs=200, batch_size=4, optimizer=optimizer, seed=seed)
                found.append(left_by(optimizer, graph, losses, parameters))
    assert all(same_bits(other, found[0]) for other in found[1:])


class NotAlone(pg.Optimizer):
    """Steps of one length in all: a rule that does not work on each element alone, and that keeps the last gradient."""

    is_pure = True

    def first_state(self, value):
        return [ops.table.zeros_like(value), 0.0]

    def rule(self, value, gradient, state, learning_rate):
        before, steps = state
        squares = ops.table.multiply(gradient, gradient)
        length = ops.table.square_root(ops.table.add_number(ops.table.total(squares), 1e-3))
        change = ops.table.divide(learning_rate, length)
        value = ops.table.descend(ops.table.descend(value, change, gradient), 0.1 * change, before)
        return value, [gradient, steps + 1.0]


class ReadsTheOld(pg.Momentum):
    """The new value is not the last thing that it computes, and what it keeps depends on the old one."""

    is_pure = True

    def rule(self, value, gradient, state, learning_rate):
        new = ops.table.descend(value, learning_rate, state[0])
        return new, [ops.table.add(ops.table.scale(value, 0.1), ops.table.weighted_mean(gradient, new, 0.25))]


class NotPure(pg.Momentum):
    """Counts its steps elsewhere than in its states."""

    steps = 0

    def rule(self, value, gradient, state, learning_rate):
        self.steps += 1
        return pg.Momentum.rule(self, value, gradient, state, learning_rate)


@pytest.mark.skipif(bool(WHY_NOT_C), reason="C is not tested: %s" % WHY_NOT_C)
@pytest.mark.parametrize("make, planned", [(rule, True) for rule in RULES] + [
    (NotAlone, True), (lambda rate: ReadsTheOld(rate), True), (NotPure, False)])
def test_rules_are_recorded_if_they_are_pure(make, planned):
    from ways import WAYS, Way, same
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters = job()
            optimizer = make(0.01)
            losses = pg.train(graph, feed, parameters, epochs=5, batch_size=4, optimizer=optimizer)
            losses += pg.train(graph, feed, parameters[:2], epochs=2, batch_size=4, optimizer=optimizer)
            losses += pg.train(graph, feed, parameters, epochs=3, batch_size=4, optimizer=optimizer)
            found.append(left_by(optimizer, graph, losses, parameters) + [getattr(optimizer, "steps", 0)])
            assert bool(used.plans) == (way == "plan" and planned)
    assert same(found[1], found[0]) and same(found[2], found[0])


class Flips(pg.Momentum):
    """It says that it is pure, and does something else each time."""

    is_pure = True
    calls = []

    def rule(self, value, gradient, state, learning_rate):
        self.calls.append(1)
        if len(self.calls) % 3 == 0:
            gradient = ops.table.scale(gradient, 2.0)
        return pg.Momentum.rule(self, value, gradient, state, learning_rate)


@pytest.mark.skipif(bool(WHY_NOT_C), reason="C is not tested: %s" % WHY_NOT_C)
def test_a_rule_that_promises_too_much_is_named():
    graph, feed, parameters = job()
    with pg.use("c"), pytest.raises(ValueError, match="optimizer: two steps .* its class Flips says is_pure = True"):
        pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=Flips())


@pytest.mark.parametrize("change", [lambda optimizer: setattr(optimizer, "beta", 0.5),
                                    lambda optimizer: setattr(optimizer, "learning_rate", 0.003),
                                    lambda optimizer: setattr(optimizer, "states", {}),
                                    lambda optimizer: optimizer.states.clear()])
def test_what_is_changed_between_two_epochs_counts_from_the_next_one_on(change, backend):
    found = []
    for epochs in ([6], [2, 4]):
        graph, feed, parameters = job()
        optimizer, losses, rng = pg.Momentum(0.01), [], pg.SplitMix64(3)
        for n in epochs:
            for loss in pg.train_epochs(graph, feed, parameters, epochs=n, batch_size=4, optimizer=optimizer, seed=rng):
                losses.append(loss)
                if len(losses) == 2:
                    change(optimizer)
        found.append(left_by(optimizer, graph, losses, parameters))
    assert same_bits(found[0], found[1])


# What goes on, and what comes back


@pytest.mark.parametrize("make", RULES)
def test_the_state_goes_on_from_call_to_call(make, backend):
    found = []
    for calls in ([6], [1, 2, 3], [1] * 6):
        graph, feed, parameters = job()
        optimizer, losses, rng = make(lambda epoch: 0.01 / (1 + epoch)), [], pg.SplitMix64(5)
        for epochs in calls:
            losses += pg.train(graph, feed, parameters, epochs=epochs, batch_size=4, optimizer=optimizer, seed=rng)
        assert optimizer.epoch == 6
        found.append(left_by(optimizer, graph, losses, parameters))
    assert same_bits(found[1], found[0]) and same_bits(found[2], found[0])


@pytest.mark.parametrize("again", [lambda both: pickle.loads(pickle.dumps(both)), copy.deepcopy])
def test_a_copy_goes_on_as_the_original_does(again, backend):
    graph, feed, parameters = job()
    optimizer = pg.Adam(0.01)
    pg.train(graph, feed, parameters, epochs=2, batch_size=4, optimizer=optimizer)
    found = []
    original = graph, feed, parameters, optimizer
    for each in (again(original), original):
        graph, feed, parameters, optimizer = each
        losses = pg.train(graph, feed, parameters, epochs=2, batch_size=4, optimizer=optimizer)
        found.append(left_by(optimizer, graph, losses, parameters))
    assert same_bits(found[0], found[1])


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("make", RULES)
def test_after_a_loss_that_is_not_finite_parameters_and_states_are_those_before_the_last_step(make, watched, backend):
    """The rate explodes in the fourth epoch; the last finite loss was computed at the end of the third, or later."""
    def trained(epochs, rate):
        graph, feed, parameters = job()
        optimizer = make(rate)
        options = dict(epochs=epochs, batch_size=20, optimizer=optimizer)
        try:
            losses = (list(pg.train_epochs(graph, feed, parameters, **options)) if watched
                      else pg.train(graph, feed, parameters, **options))
        except pg.Diverged as end:
            assert (end.epoch, end.step) == (5, 1) and "smaller than 0.01" in str(end) and optimizer.epoch == 4
            losses = None
        return losses, [as_lists(node.value) for node in parameters], states_of(optimizer, parameters)

    _, values, states = trained(8, lambda epoch: 1e200 if epoch == 3 else 0.01)
    _, expected_values, expected_states = trained(3, 0.01)
    assert same_bits(values, expected_values) and same_bits(states, expected_states)


@pytest.mark.parametrize("make", RULES)
def test_after_ctrl_c_parameters_and_states_are_those_of_a_whole_epoch(make, backend):
    graph, feed, parameters = job()
    optimizer = make()
    with pytest.raises(KeyboardInterrupt):
        for _ in pg.train_epochs(graph, feed, parameters, epochs=9, batch_size=4, optimizer=optimizer):
            if optimizer.epoch == 3:
                raise KeyboardInterrupt
    found = [as_lists(node.value) for node in parameters], states_of(optimizer, parameters)
    graph, feed, parameters = job()
    optimizer = make()
    pg.train(graph, feed, parameters, epochs=3, batch_size=4, optimizer=optimizer)
    assert same_bits(found[0], [as_lists(node.value) for node in parameters])
    assert same_bits(found[1], states_of(optimizer, parameters))


@pytest.mark.c
def test_a_step_is_done_for_all_parameters_or_for_none():
    graph, feed, parameters = job()
    for node, value in feed.items():
        node.value = value
    pg.forward_and_backward(graph)
    before = [node.value for node in parameters]
    optimizer = pg.Momentum()
    done = 0
    for _ in interruptions(lambda: optimizer.step(parameters), "pygraphnn.optimizers", "pygraphnn.graph"):
        is_done = [node.value is not value for node, value in zip(parameters, before)]
        assert len(set(is_done)) == 1
        velocities = [part for state in optimizer.states.values() for part in state]
        assert is_done[0] == any(x != 0.0 for part in velocities for row in part
                                 for x in (row if isinstance(row, list) else [row]))
        done += is_done[0]
        for node, value in zip(parameters, before):
            node.put_back(value)
        optimizer.states = {}
    assert done < 5


# The rate


def test_a_rate_may_be_a_function_of_the_epoch(backend):
    asked = []

    def rate(epoch):
        asked.append(epoch)
        return 0.02 / (1 + epoch)

    graph, feed, parameters = job()
    losses = pg.train(graph, feed, parameters, epochs=4, batch_size=4, learning_rate=rate)
    assert asked == [0, 1, 2, 3]
    graph, feed, parameters = job()
    rng = pg.SplitMix64(0)
    expected = [pg.train(graph, feed, parameters, epochs=1, batch_size=4, learning_rate=0.02 / (1 + epoch), seed=rng)[0]
                for epoch in range(4)]
    assert same_bits(losses, expected)


@pytest.mark.parametrize("rate, message", [
    (-0.1, "the learning rate is -0.1: it must not be negative"), (math.nan, "the learning rate is nan"),
    (math.inf, "the learning rate is inf: it must be a finite number"), ("fast", "the learning rate is 'fast'"),
])
def test_a_rate_that_is_none_is_an_error(rate, message, backend):
    for make in RULES:
        with pytest.raises(ValueError, match=message):
            make(rate)
        optimizer = make()
        optimizer.learning_rate = rate
        graph, feed, parameters = job()
        with pytest.raises(ValueError, match=message):
            pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=optimizer)
        graph, feed, parameters = job()
        optimizer = make(lambda epoch: rate if epoch == 2 else 0.01)
        with pytest.raises(ValueError, match="epoch 2: " + message):
            pg.train(graph, feed, parameters, epochs=4, batch_size=4, optimizer=optimizer)
        assert optimizer.epoch == 2


# Errors


@pytest.mark.parametrize("make, message", [
    (lambda: pg.Momentum(0.1, 1.0), "beta is 1.0: it must be from 0 up to, but not including, 1"),
    (lambda: pg.Momentum(0.1, -0.1), "beta is -0.1"), (lambda: pg.Adam(beta1=1.5), "beta1 is 1.5"),
    (lambda: pg.Adam(beta2=math.nan), "beta2 is not a number|beta2.*nan"),
    (lambda: pg.Adam(epsilon=-1e-8), "epsilon is -1e-08: it must not be negative"),
])
def test_a_setting_that_is_none_is_an_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make", RULES)
def test_an_optimizer_belongs_to_its_parameters(make, backend):
    optimizer = make()
    graph, feed, parameters = job()
    pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=optimizer)
    other_graph, other_feed, others = job(1)
    message = "this %s has trained W1, W2, b1, b2, and what it keeps belongs to them: make another" % make.__name__
    before = [as_lists(node.value) for node in others]
    with pytest.raises(ValueError, match=message):
        pg.train(other_graph, other_feed, others, epochs=1, batch_size=4, optimizer=optimizer)
    with pytest.raises(ValueError, match=message):
        optimizer.step(others)
    assert before == [as_lists(node.value) for node in others]


def test_asking_for_the_memory_binds_nothing():
    if WHY_NOT_C:
        pytest.skip("C is not tested: " + WHY_NOT_C)
    graph, feed, parameters = job()
    optimizer = pg.Adam()
    with pg.use("c"):
        needed = [pg.memory_needed(graph, feed, parameters, batch_size=4, optimizer=choice)
                  for choice in (None, pg.Momentum(), optimizer)]
    assert needed[0] < needed[1] < needed[2] and optimizer.states == {}


@pytest.mark.parametrize("optimizer, learning_rate, error, message", [
    (0.1, None, TypeError, "the optimizer is 0.1: make one"), (pg.Adam, None, TypeError, "the optimizer is <class"),
    (pg.Adam(), 0.1, ValueError, "both an optimizer and a learning rate are given"),
])
def test_what_is_no_optimizer_is_named(optimizer, learning_rate, error, message):
    graph, feed, parameters = job()
    options = {} if learning_rate is None else {"learning_rate": learning_rate}
    with pytest.raises(error, match=message):
        pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=optimizer, **options)


def test_a_step_without_gradients_or_with_what_is_no_parameter_is_an_error(backend):
    graph, feed, parameters = job()
    optimizer = pg.Adam()
    with pytest.raises(ValueError, match="W1 has no gradient yet: call backward"):
        optimizer.step(parameters)
    with pytest.raises(TypeError, match="the trainables are a list of placeholders, not W1 alone"):
        optimizer.step(parameters[0])
    with pytest.raises(TypeError, match="cost is not a placeholder"):
        optimizer.step([graph[-1]])
    with pytest.raises(ValueError, match="listed twice"):
        optimizer.step(parameters + parameters[:1])


class WrongShape(pg.Optimizer):
    def rule(self, value, gradient, state, learning_rate):
        return [1.0, 2.0, 3.0], []


def test_a_rule_of_ones_own_must_keep_the_shape(backend):
    graph, feed, parameters = job()
    with pytest.raises(ValueError, match="W1: its new value is a vector of 3, but the old one is 3 × 4"):
        pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=WrongShape(0.1))
    with pytest.raises(NotImplementedError, match="the optimizer Optimizer has no rule"):
        pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=pg.Optimizer(0.1))


class NoPair(pg.Optimizer):
    is_pure = True

    def rule(self, value, gradient, state, learning_rate):
        return value


@pytest.mark.parametrize("states, error, message", [
    (lambda node: None, TypeError, "states is None: set it to {} to begin anew"),
    (lambda node: {node: [1.0, 2.0]}, ValueError, "the state of W1 does not fit Adam: set states to {} to begin anew"),
    (lambda node: {node: [[[0.0]], [[0.0]], 1.0, 1.0]}, ValueError, "the state of W1 does not fit Adam"),
    (lambda node: {node: [None, None, 1.0, 1.0]}, ValueError, "the state of W1 is None"),
])
def test_states_that_are_none_are_named(states, error, message, backend):
    graph, feed, parameters = job()
    optimizer = pg.Adam()
    optimizer.states = states(parameters[0])
    before = [as_lists(node.value) for node in parameters]
    with pytest.raises(error, match=message):
        pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=optimizer)
    assert [as_lists(node.value) for node in parameters] == before


def test_a_rule_must_return_a_value_and_a_state(backend):
    graph, feed, parameters = job()
    with pytest.raises(TypeError, match=r"NoPair.rule\(\) returns \[\[.*: it must return \(the new value, a list"):
        pg.train(graph, feed, parameters, epochs=1, batch_size=4, optimizer=NoPair(0.1))
