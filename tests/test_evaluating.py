"""Held-out rows, shares of right answers, and generated data sets, against numbers worked out by hand."""
import math

import pytest
from networks import bits

import pygraphnn as pg
from pygraphnn.evaluating import folds, probabilities
from pygraphnn.generated import on_the_circle

OUTPUTS = [[0.1, 0.7, 0.2], [3.0, -1.0, 2.0], [0.0, 0.5, 0.5], [-3.0, -2.0, -1.0]]


def test_accuracy_and_confusion():
    assert pg.accuracy([1, 0, 2, 2], OUTPUTS) == 0.75                   # of equals, the first is the answer
    assert pg.accuracy([[1.0], [0.0], [2.0], [2.0]], OUTPUTS) == 0.75
    assert pg.confusion_matrix([1, 0, 2, 2], OUTPUTS) == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert pg.accuracy([1, 0, 0], [0.3, -2.0, 0.0]) == pg.accuracy([1, 0, 0], [[0.3], [-2.0], [0.0]]) == 1.0
    assert pg.confusion_matrix([0, 1], [1.0, 2.0]) == [[0, 1], [0, 1]]


def test_one_hot():
    assert pg.one_hot([2, 0.0, [1]], 3) == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


@pytest.mark.parametrize("call, message", [
    (lambda: pg.accuracy([], []), "at least one row"), (lambda: pg.accuracy([1], OUTPUTS), "1 labels and 4 outputs"),
    (lambda: pg.accuracy([0.5], [[1.0, 2.0]]), "number 0 is 0.5: class numbers are whole numbers"),
    (lambda: pg.one_hot([0, 3], 3), "label 1 is 3, but there are 3 classes"),
    (lambda: pg.one_hot(["a"], 3), "number 0 is 'a'"), (lambda: pg.one_hot([0], 0), "the number of classes is 0"),
    (lambda: pg.make_moons(1), "n is 1"), (lambda: pg.make_xor(10, noise=-1.0), "must not be negative"),
    (lambda: pg.split(3, 1.0, 0), "the test fraction is 1.0"),
])
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_split_leaves_no_row_out():
    train, test = pg.split(10, 0.3, seed=4)
    assert sorted(train + test) == list(range(10)) and len(test) == 3 and train == sorted(train)


MADE = {"moons": pg.make_moons, "circles": pg.make_circles, "spirals": pg.make_spirals, "xor": pg.make_xor}


@pytest.mark.parametrize("name", MADE)
def test_a_generated_set_is_the_same_each_time(name):
    made = MADE[name](101, seed=3)
    assert made.name == name and made.feature_names == ["x", "y"] and made.target == [0.0] * 51 + [1.0] * 50
    assert made.data == MADE[name](101, seed=3).data != MADE[name](101, seed=4).data
    assert len(made.data) == 101 and all(len(row) == 2 and max(map(abs, row)) < 2.6 for row in made.data)


# The bits are those that this code gave first: on any machine they must be the same.
@pytest.mark.parametrize("name, expected", [
    ("moons", 0xf4bd38694b954a8), ("circles", 0x165e606a0ace4ef1), ("spirals", 0x3ce24a001f6280d),
    ("xor", 0xa1f8146f2741125)])
def test_a_generated_set_has_the_same_bits_everywhere(name, expected):
    digest = 0
    for row in MADE[name](60, seed=1).data:
        for x in row:
            digest = (digest * 31 + int.from_bytes(bits(x), "little")) % (1 << 61)
    assert digest == expected


def test_without_noise_the_points_lie_on_the_curves():
    for (x, y), label in zip(pg.make_moons(20, noise=0.0).data, [0] * 10 + [1] * 10):
        assert math.hypot(x - label, y - 0.5 * label) == pytest.approx(1.0, rel=1e-14)
        assert y <= 0.5 if label else y >= 0.0
    for (x, y), label in zip(pg.make_circles(20, noise=0.0).data, [0] * 10 + [1] * 10):
        assert math.hypot(x, y) == pytest.approx(0.5 if label else 1.0, rel=1e-14)
    xor = pg.make_xor(50, noise=0.0)
    assert all((x * y < 0.0) == (label == 1.0) for (x, y), label in zip(xor.data, xor.target))
    spirals = pg.make_spirals(40, noise=0.0)
    for (a, b), (c, d) in zip(spirals.data[:20], spirals.data[20:]):
        assert math.hypot(a + c, b + d) < 1e-14


def test_the_circle_is_one():
    for turn in [i / 97.0 for i in range(300)]:
        angle = 2 * math.pi * turn
        assert on_the_circle(turn) == pytest.approx((math.cos(angle), math.sin(angle)), abs=4e-15)


@pytest.mark.parametrize("n, k", [(10, 3), (7, 7), (100, 2)])
def test_folds_have_every_row_once_and_nearly_one_size(n, k):
    parts = folds(n, k, seed=4)
    assert sorted(row for part in parts for row in part) == list(range(n)) and len(parts) == k
    assert max(map(len, parts)) - min(map(len, parts)) <= 1 and all(part == sorted(part) for part in parts)
    assert parts == folds(n, k, seed=4) and (n < 20 or parts != folds(n, k, seed=5))


@pytest.mark.parametrize("k, message", [(1, "at least 2"), (0, "at least 2"), (2.5, "folds"),
                                        (6, "5 rows cannot be divided into 6 folds")])
def test_folds_that_are_none(k, message):
    with pytest.raises((TypeError, ValueError), match=message):
        folds(5, k, seed=0)


@pytest.mark.parametrize("logits, shares", [
    ([[0.0, math.log(3.0)], [1000.0, 0.0]], [[0.25, 0.75], [1.0, 0.0]]),
    ([0.0, math.log(4.0)], [[0.5, 0.5], [0.2, 0.8]]), ([[-math.log(9.0)]], [[0.9, 0.1]]),      # of two classes
])
def test_logits_become_probabilities(logits, shares, backend):
    found = probabilities(logits)
    assert [x for row in found for x in row] == pytest.approx([x for row in shares for x in row], rel=1e-15, abs=1e-300)
