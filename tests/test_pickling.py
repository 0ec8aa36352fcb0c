"""pickle and copy.deepcopy of graphs: of any depth, with everything that the nodes hold, and as one graph."""
import copy
import io
import pickle
import sys

import pytest
from networks import as_lists, lesson_network, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn import scalar


class Slow(pickle._Pickler):
    """The pickler that is written in Python."""


def dumps_slowly(what, protocol=None):
    buffer = io.BytesIO()
    Slow(buffer, protocol).dump(what)
    return buffer.getvalue()


WAYS = {"protocol %d" % n: lambda what, n=n: pickle.loads(pickle.dumps(what, n))
        for n in range(pickle.HIGHEST_PROTOCOL + 1)}
WAYS.update({"in Python": lambda what: pickle.loads(dumps_slowly(what)),
             "loaded in Python": lambda what: pickle._loads(pickle.dumps(what)), "deepcopy": copy.deepcopy})


@pytest.fixture(params=sorted(WAYS))
def copied(request):
    return WAYS[request.param]


def trained():
    X, y, prediction, cost, parameters = lesson_network(features=3, hidden=4)
    feed = {X: random_matrix(20, 3, 1), y: random_matrix(20, 1, 2)}
    graph = pg.topological_sort_feed_dict(feed)
    pg.train(graph, feed, parameters, epochs=2, batch_size=5)
    return graph, feed, parameters, prediction, X


def what_it_holds(graph):
    number = {node: position for position, node in enumerate(graph)}
    return [[type(node), node.name, node.is_trainable, node.serial_number, as_lists(node.value),
             [number[other] for other in node.inputs], [number[other] for other in node.outputs],
             [number[other] for other in node.consumers],
             [(number[other], as_lists(gradient)) for other, gradient in node.gradients.items()]] for node in graph]


def test_a_copy_holds_what_the_graph_holds_and_is_one_graph(backend, copied):
    graph, feed, parameters, prediction, X = trained()
    before = what_it_holds(graph)
    (graph_2, [W1, *_], prediction_2), X_2 = copied(((graph, parameters, prediction), X))
    assert what_it_holds(graph_2) == before == what_it_holds(graph)
    assert W1 is graph_2[2] and prediction_2 is graph_2[-2] and X_2 is graph_2[0]
    assert not set(graph_2) & set(graph)
    parameters[0].value = random_matrix(3, 4, 9)
    assert what_it_holds(graph_2) == before
    rows = random_matrix(4, 3, 5)
    expected = pg.predict(prediction_2, {X_2: rows})
    assert not same_bits(as_lists(pg.predict(prediction, {X: rows})), as_lists(expected))
    parameters[0].value = W1.value
    assert same_bits(as_lists(pg.predict(prediction, {X: rows})), as_lists(expected))


def test_a_copy_trains_on_to_the_same_bits(backend, copied):
    graph, feed, parameters, prediction, X = trained()
    again = copied((graph, feed, parameters))
    expected = pg.train(graph, feed, parameters, epochs=3, batch_size=5)
    assert same_bits(pg.train(*again, epochs=3, batch_size=5), expected)


def test_a_node_alone_brings_its_graph(copied):
    graph, feed, parameters, prediction, X = trained()
    for node in graph:
        other = copied(node)
        found = {other}
        while True:
            more = {next_to for one in found for next_to in one.inputs + one.outputs} | found
            if more == found:
                break
            found = more
        assert sorted(one.name for one in found) == sorted(one.name for one in graph) and other.name == node.name


def deep(layers):
    node = pg.Placeholder("X")
    for _ in range(layers):
        node = pg.Sigmoid(pg.Linear(node, pg.Placeholder(), pg.Placeholder()))
    return node


def diamonds(n):
    node = pg.Placeholder("X")
    for _ in range(n):
        node = pg.MSE(node, pg.Sigmoid(node))
    return node


def wide(n):
    X = pg.Placeholder("X")
    return [pg.Sigmoid(X) for _ in range(n)][-1]


@pytest.mark.parametrize("make, size", [(deep, 1200), (diamonds, 1200), (wide, 5000)])
def test_depth_and_width_do_not_matter(copied, make, size):
    node = make(size)
    other = copied(node)
    assert other is not node
    while node.inputs:
        node, other = node.inputs[0], other.inputs[0]
        assert node.name == other.name and len(node.outputs) == len(other.outputs)
    assert not other.inputs


def test_a_deep_graph_takes_calls_in_proportion_to_its_nodes():
    def calls(layers):
        node, count = deep(layers), [0]

        def counted(frame, event, argument):
            count[0] += 1

        sys.setprofile(counted)
        try:
            pickle.loads(pickle.dumps(node))
        finally:
            sys.setprofile(None)
        return count[0]

    assert calls(2000) < 2.5 * calls(1000)


def test_a_second_copy_sees_what_has_been_added_since(copied):
    """Also while somebody keeps what the first one left behind."""
    graph, feed, parameters, prediction, X = trained()
    pickler = pickle.Pickler(io.BytesIO())
    pickler.dump(graph)
    first = copied(X)
    extra = pg.Sigmoid(prediction, "extra")
    names = {one.name for one in first.outputs[0].outputs[0].outputs[0].outputs}
    second = copied((X, extra))
    assert names == {"cost"}
    assert second[0].outputs[0].outputs[0].outputs[0].outputs[-1] is second[1] and second[1].name == "extra"
    assert pickler is not None


def test_single_numbers(copied):
    x, k, b, y = [scalar.Placeholder(name) for name in "xkby"]
    scalar.MSE(y, scalar.Linear(x, k, b))
    graph = scalar.topological_sort_feed_dict({x: 1.0, k: 2.0, b: 0.0, y: 3.0})
    scalar.forward_and_backward(graph)
    other = copied(graph)
    assert [node.value for node in other] == [node.value for node in graph]
    assert other[1].gradients == {other[1]: graph[1].gradients[graph[1]]} or other[0].inputs == []


class Own(pg.Sigmoid):
    """A class with things of its own: another node, a list, and what it does not want to be stored."""

    def __init__(self, node, partner):
        pg.Sigmoid.__init__(self, node)
        self.partner, self.notes, self.handle = partner, [1, [2]], lambda: None

    def __getstate__(self):
        state = dict(self.__dict__)
        del state["handle"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.handle = "opened again"


class Slotted(pg.Sigmoid):
    __slots__ = ("extra",)


class ByItself(pg.Sigmoid):
    def __reduce__(self):
        return by_itself, (self.name,)


def by_itself(name):
    return ByItself(pg.Placeholder("new"), name=name + " again")


def test_what_a_class_of_ones_own_says_counts(copied):
    stranger = pg.Placeholder("stranger")               # connected by an attribute alone
    own = Own(pg.Placeholder("X"), stranger)
    slotted = Slotted(own)
    slotted.extra = own
    own_2, slotted_2, stranger_2 = copied((own, slotted, stranger))
    assert own_2.partner is stranger_2 and own_2.notes == [1, [2]] and own_2.handle == "opened again"
    assert slotted_2.extra is own_2 and slotted_2.inputs == [own_2] and own_2.outputs == [slotted_2]
    assert copied(ByItself(pg.Placeholder("X"), name="it")).name == "it again"


def test_a_shallow_copy_is_a_second_node_with_the_same_attributes():
    graph, feed, parameters, prediction, X = trained()
    other = copy.copy(prediction)
    assert other is not prediction and other.inputs is prediction.inputs and other.value is prediction.value
    assert type(other) is pg.Linear and prediction.inputs[0].outputs == [prediction]
