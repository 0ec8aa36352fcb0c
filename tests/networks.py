"""Small networks, and numbers computed without the package, for the tests to compare with."""
import linecache
import os
import random
import struct
import sys

import pytest

import pygraphnn as pg
from pygraphnn import ops

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def choose(backends):
    """Sets which backends the suite runs over: conftest.py calls it before the test modules are imported."""
    global BACKENDS, WHY_NOT_C, NEEDS_C, NEEDS_BOTH
    BACKENDS = backends
    WHY_NOT_C = None            # why the C backend is not tested, where it is not
    if "c" not in BACKENDS:
        WHY_NOT_C = pg.available_backends()["c"] or "--backends %s" % ",".join(BACKENDS)
    NEEDS_C = pytest.mark.skipif(bool(WHY_NOT_C), reason="C is not tested: %s" % WHY_NOT_C)
    NEEDS_BOTH = pytest.mark.skipif(len(BACKENDS) < 2, reason="one backend is tested: %s" % (WHY_NOT_C or BACKENDS))


choose([name for name, reason in pg.available_backends().items() if reason is None])


def bits(x):
    """The 64 bits of a float: tells 0.0 from -0.0, which == does not."""
    return struct.pack("<d", x)


def same_bits(a, b):
    """Whether two values, lists or numbers, have the same shape and the same bits; every NaN counts as the same."""
    if isinstance(a, float) or isinstance(b, float):
        return bits(a) == bits(b) or (a != a and b != b)
    return len(a) == len(b) and all(same_bits(x, y) for x, y in zip(a, b))


def as_lists(value):
    """A value of any backend as plain lists and floats."""
    return value.tolist() if hasattr(value, "tolist") else value


def random_matrix(rows, columns, seed):
    source = random.Random(seed)
    return [[source.uniform(-2, 2) for _ in range(columns)] for _ in range(rows)]


def lesson_network(features=13, hidden=10, seed=0):
    """The lesson's network with drawn weights: (X, y, prediction, loss, [W1, b1, W2, b2])."""
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    W1.value, b1.value = pg.randn(features, hidden, seed), pg.zeros(hidden)
    W2.value, b2.value = pg.randn(hidden, 1, seed + 1), pg.zeros(1)
    prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1, name="l1"), name="s1"), W2, b2, name="l2")
    return X, y, prediction, pg.MSE(y, prediction, name="cost"), [W1, b1, W2, b2]


class Times(pg.Loss):
    """A user's own loss: a factor times another loss, so that the inner loss has an incoming gradient other than 1."""

    def __init__(self, factor, loss):
        pg.Loss.__init__(self, [loss])
        self.factor = factor

    def forward(self):
        self.value = self.factor * self.inputs[0].value

    def backward(self):
        self.gradients = {self.inputs[0]: self.factor * self.incoming_gradient()}


class Sum(pg.Node):
    """A user's own node: the sum of its inputs, matrices of one shape; an input may stand there twice."""

    def __init__(self, *inputs):
        pg.Node.__init__(self, inputs)

    def forward(self):
        matrices = [as_lists(value) for value in self.input_values()]
        total = matrices[0]
        for matrix in matrices[1:]:
            total = [[x + y for x, y in zip(row, other)] for row, other in zip(total, matrix)]
        self.value = total

    def backward(self):
        self.gradients = {}
        for node in self.inputs:
            self.pass_back(node, self.incoming_gradient())


class OwnSigmoid(pg.Node):
    """A user's own sigmoid, of the package's operations. It leaves something in an attribute."""

    is_pure = True

    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        A, = self.input_values()
        self.kept = ops.table.scale(A, 3.0)
        self.value = ops.table.sigmoid(A)

    def backward(self):
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.sigmoid_gradient(self.value, self.incoming_gradient()))


class Square(pg.Node):
    """value = A², element by element; ∂loss/∂A = 2·A·grad: the README's."""

    is_pure = True

    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.multiply(A, A)

    def backward(self):
        A, = self.input_values()
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(ops.table.scale(A, 2.0), self.incoming_gradient()))


class Residual(pg.Node):
    """value = a + b: both inputs get the same gradient, the node's own."""

    is_pure = True

    def __init__(self, a, b):
        pg.Node.__init__(self, [a, b])

    def forward(self):
        self.value = ops.table.add(*self.input_values())

    def backward(self):
        self.gradients = {}
        for node in self.inputs:
            self.pass_back(node, self.incoming_gradient())


class Distance(pg.Loss):
    """value = Σ d²/2 with d = a − y, plus a number: other operations than MSE's, and a row's sum that nobody reads."""

    is_pure = True

    def __init__(self, y, a):
        pg.Loss.__init__(self, [y, a])

    def forward(self):
        y, a = self.input_values()
        self.d = ops.table.subtract(a, y)
        self.rows = ops.table.row_sums(self.d) if len(ops.table.shape(self.d)) == 2 else None
        self.value = 0.5 * ops.table.total(ops.table.multiply(self.d, self.d)) + 0.25

    def backward(self):
        grad = self.incoming_gradient()
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.scale(self.d, -1.0 * grad))
        self.pass_back(self.inputs[1], ops.table.scale(self.d, grad))


class Half(pg.Loss):
    """value = loss / 2, so that the loss has an incoming gradient other than 1, which may be computed, too."""

    is_pure = True

    def __init__(self, loss):
        pg.Loss.__init__(self, [loss])

    def forward(self):
        self.value = 0.5 * self.inputs[0].value

    def backward(self):
        self.gradients = {self.inputs[0]: 0.5 * self.incoming_gradient()}


class Squared(pg.Loss):
    """value = loss²; ∂/∂loss = 2·loss·grad: a gradient that depends on the data, and is a number."""

    is_pure = True

    def __init__(self, loss):
        pg.Loss.__init__(self, [loss])

    def forward(self):
        loss = self.inputs[0].value
        self.value = loss * loss

    def backward(self):
        self.gradients = {self.inputs[0]: 2.0 * self.inputs[0].value * self.incoming_gradient()}


def central_differences(graph, node, step=1e-5):
    """∂loss/∂node by moving each of its numbers a little up and down: an estimate that uses `forward` alone."""
    def loss_at(value):
        node.value = value
        pg.forward(graph)
        return total_loss(graph)

    original = as_lists(node.value)
    rows = original if isinstance(original[0], list) else [original]
    estimate = []
    for i in range(len(rows)):
        estimate.append([])
        for j in range(len(rows[i])):
            losses = []
            for sign in (1, -1):
                moved = [list(row) for row in rows]
                moved[i][j] += sign * step
                losses.append(loss_at(moved if isinstance(original[0], list) else moved[0]))
            estimate[i].append((losses[0] - losses[1]) / (2 * step))
    node.value = original
    pg.forward(graph)
    return estimate if isinstance(original[0], list) else estimate[0]


def total_loss(graph):
    """The sum of the losses that nothing consumes."""
    read = {source for node in graph for source in node.inputs}
    return sum(node.value for node in graph if isinstance(node, pg.Loss) and node not in read)


def flat(value):
    """All numbers of a value, in order."""
    if isinstance(value, float):
        return [value]
    return [x for item in as_lists(value) for x in flat(item)]


def is_ascii(text):
    """str.isascii, which came with Python 3.7."""
    return all(ord(letter) < 128 for letter in text)


def interruptions(action, *modules):
    """Runs an action with a KeyboardInterrupt at its first line in these modules, then at its second, and so on.

    Yields the number of the line after each run; the last run is the one that comes to its end. `try:` and lines that
    take a lock are left out: no signal comes before the block that they open, nor before the lock is free; a tracer's
    interruption would. So are the later rounds of a comprehension: there a tracer's interruption, not a signal, leaves
    the `with` blocks around it open, in CPython from 3.12 on.
    """
    files = {sys.modules[name].__file__ for name in modules}
    last = 0
    while True:
        last += 1
        tracer = _Tracer(files, last)
        sys.settrace(tracer.enter)
        try:
            action()
            return
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        yield last


class _Tracer:
    def __init__(self, files, last):
        self.files, self.left = files, last
        self.lines = {}         # where each call is

    def enter(self, frame, event, argument):
        self.lines[id(frame)] = None
        return self.line if frame.f_code.co_filename in self.files else None

    def line(self, frame, event, argument):
        text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        before, self.lines[id(frame)] = self.lines[id(frame)], frame.f_lineno
        if event == "line" and text not in ("try:", "with _lock:") and before != frame.f_lineno:
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self.line


def garbled(text, choose):
    """The text with some of its pieces taken away, doubled, exchanged, or replaced."""
    for _ in range(choose.randint(1, 3)):
        place, length = choose.randrange(len(text)), choose.choice([1, 1, 2, 5, 40])
        what = choose.randrange(5)
        piece = text[place:place + length]
        new = [b"", piece * 2, bytes(choose.randrange(256) for _ in range(length)),
               choose.choice([b"1e309", b"-1", b"null", b"[]", b"{}", b'"x"', b"9" * 30, b"true", b'"Infinity"']),
               text[(place * 7) % len(text):][:length]][what]
        text = text[:place] + new + text[place + length:]
    return text
