"""What a message shows of something wrong, and what counts as a dict."""
import collections
import sys
import time
import types

import pytest
from networks import NEEDS_C, as_lists, random_matrix

import pygraphnn as pg
from pygraphnn import ops, values


class Hostile:
    def __repr__(self):
        raise RuntimeError("no")


class Endless(list):
    """A list of which nobody has seen the end."""

    def __iter__(self):
        while True:
            yield 1.0


def nested(depth):
    value = 1.0
    for _ in range(depth):
        value = [value]
    return value


def circular():
    value = [1.0]
    value.append(value)
    return value


@pytest.mark.parametrize("value, text", [
    ("short", "'short'"), ("x" * 100, "'" + "x" * 36 + "..."), (None, "None"), (1.5, "1.5"), (b"ab", "b'ab'"),
    ((), "()"),
    ((1,), "(1,)"), ((1, "a"), "(1, 'a')"), ([], "[]"), ([1.0, [2, None]], "[1.0, [2, None]]"), ({}, "{}"),
    ({"a": [1], 2: "b"}, "{'a': [1], 2: 'b'}"), ([1.0] * 100, "[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1..."),
    (10 ** 60, "1" + "0" * 36 + "..."), (Hostile(), "<Hostile>"), ([Hostile()], "[<Hostile>]"), (True, "True"),
    (nested(100000), "[" * 37 + "..."), (circular(), "[1.0, [1.0, [1.0, [1.0, [1.0, [1.0, [..."),
    (Endless([1.0]), "[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1..."),
])
def test_a_message_shows_the_beginning(value, text):
    assert values.shown(value) == text


def test_a_number_of_many_digits_is_not_written():
    for number in (10 ** 5000, -10 ** 5000, 1 << 10 ** 7):
        assert values.shown(number) == "a whole number of more than 1000 digits"


def test_something_huge_is_shown_at_once():
    """Two seconds it would take to write all of it."""
    huge = [[0.123456789] * 20] * 100000
    start = time.perf_counter()
    for _ in range(100):
        values.shown(huge)
        values.shown({"a": huge})
        values.shown("x" * 10 ** 6)
    assert time.perf_counter() - start < 2.0


@NEEDS_C
def test_an_array_is_shown_like_its_list():
    with pg.use("c"):
        assert values.shown(ops.table.own([1.0, 2.5])) == "[1.0, 2.5]"
        assert values.shown(ops.table.own([[1.0] * 3] * 1000)) == values.shown([[1.0] * 3] * 1000)


@pytest.mark.parametrize("depth", [3, 1000, pytest.param(100000, marks=pytest.mark.skipif(
    sys.platform == "emscripten", reason="this Python crashes by itself where such a list is freed"))])
def test_data_nested_too_deep_is_one_sentence(backend, depth):
    X = pg.Placeholder("X")
    for value in (nested(depth), [nested(depth), nested(depth)]):
        with pytest.raises(ValueError) as raised:
            X.value = value
        assert "X row 0, column 0 is [" in str(raised.value) and len(str(raised.value)) < 120


@pytest.mark.parametrize("kind", [collections.UserDict, types.MappingProxyType, collections.OrderedDict])
def test_what_is_like_a_dict_can_be_a_feed(backend, kind):
    def result(kind):
        X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
        prediction = pg.Linear(X, W, b)
        pg.MSE(y, prediction)
        feed = {X: random_matrix(9, 2, 1), y: random_matrix(9, 1, 2)}
        graph = pg.topological_sort_feed_dict(kind(dict(list(feed.items()) + [(W, [[1.0], [2.0]]), (b, [0.0])])))
        losses = pg.train(graph, kind(feed), [W, b], epochs=2, batch_size=3)
        losses += list(pg.train_epochs(graph, kind(feed), [W, b], epochs=2, batch_size=3))
        return losses, as_lists(pg.predict(prediction, kind({X: feed[X]})))

    assert result(kind) == result(dict)


class Of64Bits(int):
    """As the whole numbers of a board that has no larger ones."""

    def __add__(self, other):
        return Of64Bits((int(self) + int(other)) % (1 << 64))


class Of64BitsThatSaySo(int):
    def __add__(self, other):
        if int(self) + int(other) >= 1 << 63:
            raise OverflowError("long int not supported in this build")
        return Of64BitsThatSaySo(int(self) + int(other))


@pytest.mark.parametrize("kind", [Of64Bits, Of64BitsThatSaySo])
def test_whole_numbers_of_64_bits_are_one_sentence(kind):
    with pytest.raises(ImportError, match="end at 64 bits: take a MicroPython that was built with MICROPY_LONGINT_I"):
        values.require_large_whole_numbers(kind(1))
