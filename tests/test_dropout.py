"""Dropout: what is drawn, that predictions draw nothing, and that the stream goes on, and back, as trainings do."""
import copy
import pickle

import pytest
from networks import NEEDS_C, as_lists, flat, random_matrix

import pygraphnn as pg


def network(rate=0.4, seed=7):
    """Two layers with a Dropout behind each: (graph, feed, parameters, the Dropouts, prediction, X)."""
    X, y, W, b, V, c = [pg.Placeholder(name) for name in "XyWbVc"]
    first = pg.Dropout(pg.Tanh(pg.Linear(X, W, b)), rate, seed)
    prediction = pg.Dropout(pg.Linear(first, V, c), 0.1, seed + 1)
    graph = pg.sorted_graph(pg.MSE(y, prediction))
    W.value, b.value, V.value, c.value = random_matrix(4, 6, 1), [0.1] * 6, random_matrix(6, 2, 2), [0.2, -0.2]
    feed = {X: random_matrix(30, 4, 3), y: random_matrix(30, 2, 4)}
    return graph, feed, [W, b, V, c], [first, prediction], prediction, X


def test_the_elements_whose_number_is_below_the_rate_are_left_out(backend):
    A = pg.Placeholder("A")
    node, rate = None, 0.3
    node = pg.Dropout(A, rate, seed=5)
    loss = pg.MSE(pg.Placeholder("y"), node)
    A.value, loss.inputs[0].value = random_matrix(4, 3, 1), random_matrix(4, 3, 2)
    graph, rng = pg.sorted_graph(loss), pg.SplitMix64(5)
    for _ in range(3):                      # the stream goes on from call to call
        pg.forward_and_backward(graph)
        mask = [[0.0 if rng.uniform() < rate else 1.0 / (1.0 - rate) for _ in range(3)] for _ in range(4)]
        assert as_lists(node.mask) == mask and 0.0 in flat(mask)
        assert as_lists(node.value) == [[m * x for m, x in zip(*rows)] for rows in zip(mask, as_lists(A.value))]
        incoming = as_lists(loss.gradients[node])
        assert as_lists(node.gradients[A]) == [[m * g for m, g in zip(*rows)] for rows in zip(mask, incoming)]


@pytest.mark.parametrize("value", [[1.0, -2.0, 3.0, 4.0], 2.5], ids=["vector", "number"])
def test_vectors_and_numbers_are_taken_too(backend, value):
    A = pg.Placeholder("A")
    node = pg.Dropout(A, 0.5, seed=1)
    A.value = value
    pg.forward(pg.sorted_graph(node))
    rng = pg.SplitMix64(1)
    expected = [0.0 if rng.uniform() < 0.5 else 2.0 * x for x in (value if isinstance(value, list) else [value])]
    assert [abs(x) for x in flat(node.value)] == [abs(x) for x in expected]


def test_a_prediction_leaves_nothing_out_and_draws_nothing(backend):
    graph, feed, parameters, dropouts, prediction, X = network()
    losses = pg.train(graph, feed, parameters, epochs=2, batch_size=5)
    states = [as_lists(node.random_state) for node in dropouts]
    predicted = as_lists(pg.predict(prediction, {X: feed[X]}))
    assert [as_lists(node.random_state) for node in dropouts] == states and losses[-1] > 0
    W, b, V, c = parameters
    again = pg.predict(pg.Linear(pg.Tanh(pg.Linear(X, W, b)), V, c), {X: feed[X]})
    assert predicted == as_lists(again)


@NEEDS_C
@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_trainings_leave_the_same_bits_in_all_ways_and_draw_on(rate):
    from ways import WAYS, Way, everything, same
    found = []
    for way in WAYS:
        with Way(way) as used:
            graph, feed, parameters, dropouts, prediction, X = network(rate)
            adam, rng = pg.Adam(1e-2), pg.SplitMix64(0)
            losses = []
            for _ in range(3):              # masks other than those of the calls before
                losses += pg.train(graph, feed, parameters, epochs=4, batch_size=7, optimizer=adam, seed=rng)
            watched = []
            for loss in pg.train_epochs(graph, feed, parameters, epochs=3, batch_size=7, optimizer=adam):
                watched.append([loss] + [as_lists(node.random_state) for node in dropouts]
                               + [as_lists(node.mask) for node in dropouts])
            found.append(everything(graph, losses, parameters) + watched
                         + [as_lists(pg.predict(prediction, {X: feed[X]}))]
                         + [[as_lists(node.random_state), as_lists(node.mask)] for node in dropouts])
            assert bool(used.plans) == (way == "plan")
    assert same(found[1], found[0]) and same(found[2], found[0])


@NEEDS_C
def test_the_backend_may_be_switched_in_the_middle_and_the_seed_set_anew():
    found = []
    for way in ("lists", "c", "both"):
        graph, feed, parameters, dropouts, prediction, X = network()
        with pg.use("c" if way == "c" else "python"):
            losses = []
            for epoch, loss in enumerate(pg.train_epochs(graph, feed, parameters, epochs=9, batch_size=7)):
                losses.append(loss)
                if epoch == 4:              # somebody puts the stream back
                    dropouts[0].random_state = pg.Dropout(X, 0.1, seed=99).random_state
                if way == "both":
                    pg.use("c" if epoch % 2 else "python")
            found.append((losses, [as_lists(node.value) for node in parameters],
                          [as_lists(node.random_state) for node in dropouts]))
    assert found[0] == found[1] == found[2]


def test_a_loss_that_is_infinite_puts_the_stream_back_to_the_last_whole_step(backend):
    graph, feed, parameters, dropouts, prediction, X = network()
    with pytest.raises(pg.Diverged) as raised:
        pg.train(graph, feed, parameters, epochs=400, batch_size=5, learning_rate=1e60)
    steps = 6 * (raised.value.epoch - 1) + raised.value.step - 1
    for node, elements, seed in zip(dropouts, (30, 10), (7, 8)):
        rng = pg.SplitMix64(seed)
        rng.skip(steps * elements)
        assert as_lists(node.random_state) == [float(rng.state >> shift & 0xFFFF) for shift in (48, 32, 16, 0)]


def test_a_copy_draws_what_its_original_draws(backend):
    graph, feed, parameters, dropouts, prediction, X = network()
    pg.train(graph, feed, parameters, epochs=2, batch_size=5)
    copies = pickle.loads(pickle.dumps(graph)), copy.deepcopy(graph)
    pg.forward(graph)
    for other in copies:
        pg.forward(other)
        assert as_lists(other[-1].value) == as_lists(graph[-1].value)


def test_gradients_are_checked_with_one_mask_and_the_stream_stays(backend):
    graph, feed, parameters, dropouts, prediction, X = network()
    for node, value in feed.items():
        node.value = value
    before = [as_lists(node.random_state) for node in dropouts]
    found = pg.check_gradients(graph, parameters)
    assert found.is_right and [as_lists(node.random_state) for node in dropouts] == before


@NEEDS_C
def test_a_large_mask_is_cut_into_pieces_and_keeps_its_bits(monkeypatch):
    from ways import WAYS, Way, everything, same

    from pygraphnn import plan
    monkeypatch.setattr(plan, "MANY", 7)
    found = []
    for way in WAYS:
        with Way(way):
            graph, feed, parameters, dropouts, prediction, X = network()
            found.append(everything(graph, pg.train(graph, feed, parameters, epochs=3, batch_size=9), parameters))
    assert same(found[1], found[0]) and same(found[2], found[0])


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan"), "half"])
def test_a_rate_that_is_none(rate):
    with pytest.raises(ValueError, match="the rate"):
        pg.Dropout(pg.Placeholder("A"), rate)


def test_a_seed_that_is_none():
    with pytest.raises((TypeError, ValueError), match="the seed"):
        pg.Dropout(pg.Placeholder("A"), 0.5, seed=1.5)
