"""Whole trainings give the same bits in both backends, alone and mixed; and a kernel that is wrong is noticed."""
import ctypes
import os
import platform
import random
import signal
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from networks import BACKENDS, ROOT, WHY_NOT_C, as_lists, lesson_network, random_matrix, same_bits
from test_nodes import random_graphs

import pygraphnn as pg

if len(BACKENDS) < 2:
    pytest.skip("only one backend is tested: " + (WHY_NOT_C or "--backends c"), allow_module_level=True)

from test_kernels import OPERATIONS, PRODUCTS, SPARSE_SHAPES, arguments_of, difference, run, sparse_factors

from pygraphnn import kernels

FEW = 10 if platform.python_implementation() == "PyPy" else 2           # PyPy is fast on lists
SEEDS = list(range(FEW)) + [pytest.param(seed, marks=pytest.mark.slow) for seed in range(FEW, 10)]
RIGHT = kernels.lib
SWITCHES = ["python", "c"]


pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")      # of wrong kernels' arguments


@pytest.fixture(autouse=True)
def switch_back():
    with pg.use(pg.active_backend()):
        yield


def boston(seed):
    """The lesson's job: (graph, feed, parameters, prediction, X)."""
    data = pg.load_dataset("boston")
    X, y, prediction, cost, parameters = lesson_network(seed=seed)
    feed = {X: as_lists(pg.standardize(data.data)), y: data.target}
    return pg.topological_sort_feed_dict(feed), feed, parameters, prediction, X


def trained(seed, epochs, progress=None):
    """Everything that a training on Boston's data leaves: losses, parameters, values, gradients, predictions."""
    graph, feed, parameters, prediction, X = boston(seed)
    losses = pg.train(graph, feed, parameters, epochs=epochs, batch_size=16, seed=seed, progress=progress)
    gradients = [[as_lists(node.gradients[source]) for source in node.inputs] for node in graph]
    return [losses, [as_lists(node.value) for node in parameters], [as_lists(node.value) for node in graph], gradients,
            as_lists(pg.predict(prediction, {X: feed[X]}))]


# Trainings


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_200_epochs_of_boston_end_with_the_same_bits(seed):
    with pg.use("python"):
        expected = trained(seed, 200)
    with pg.use("c"):
        result = trained(seed, 200)
    assert len(expected[0]) == 200 and expected[0][-1] < expected[0][0] / 10, "it does not learn"
    assert same_bits(result, expected)


def test_two_trainings_that_differ_in_the_last_bit_of_one_weight_do_not_pass():
    expected, other = trained(3, 2), trained(3, 2)
    assert same_bits(other, expected)
    other[1][0][12][9] += other[1][0][12][9] * 2.0 ** -52
    assert not same_bits(other, expected)


def test_a_switch_after_each_epoch_changes_nothing():
    expected = trained(4, 9)
    seen = []

    def switching(epochs):
        for epoch in epochs:
            pg.use(SWITCHES[(epoch + 1) % 2])
            seen.append(pg.active_backend())
            yield epoch

    assert same_bits(trained(4, 9, switching), expected)
    assert set(seen) == set(SWITCHES) and len(seen) == 9


def loop_by_hand(switch, steps=12):
    """The lesson's loop, with `switch()` before each call and before each node: (losses, values, gradients)."""
    graph, feed, parameters, prediction, X = boston(5)
    rng = pg.SplitMix64(5)
    y = graph[1]
    losses = []
    for _ in range(steps):
        switch()
        X.value, y.value = pg.resample(feed[X], feed[y], n_samples=16, rng=rng)
        for node in graph:
            switch()
            node.forward()
        losses.append(graph[-1].value)
        switch()
        pg.backward(graph)
        for node in reversed(graph):
            switch()
            node.backward()
        switch()
        pg.optimize(parameters, 0.02)
        for node in parameters:
            switch()
            pg.optimize([node], 0.01)
    return [losses, [as_lists(node.value) for node in graph],
            [[as_lists(node.gradients[source]) for source in node.inputs] for node in graph]]


@pytest.mark.parametrize("seed", range(4))
def test_a_switch_before_any_node_and_any_step_changes_nothing(seed):
    expected = loop_by_hand(lambda: None)
    choose = random.Random(seed)
    assert same_bits(loop_by_hand(lambda: pg.use(choose.choice(SWITCHES))), expected)


def test_a_switch_inside_of_a_step_of_train_changes_nothing():
    """A node of somebody's own may switch: the values that are under way then belong to the other backend."""
    class Switches(pg.Node):
        def forward(self):
            pg.use(SWITCHES[pg.active_backend() == "python"])
            self.value = self.inputs[0].value

        def backward(self):
            pg.use(SWITCHES[pg.active_backend() == "python"])
            self.gradients = {self.inputs[0]: self.incoming_gradient()}

    def losses(node_class):
        X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
        middle = node_class([pg.Linear(X, W, b)])
        pg.MSE(y, pg.Sigmoid(middle))
        feed = {X: random_matrix(20, 3, 1), y: random_matrix(20, 2, 2)}
        graph = pg.topological_sort_feed_dict(dict(list(feed.items()) + [(W, random_matrix(3, 2, 3)), (b, [0.1, 0.2])]))
        return [pg.train(graph, feed, [W, b], epochs=5, batch_size=4), as_lists(W.value), as_lists(b.value)]

    class Stays(Switches):
        def forward(self):
            self.value = self.inputs[0].value

        def backward(self):
            self.gradients = {self.inputs[0]: self.incoming_gradient()}

    expected = losses(Stays)
    for start in SWITCHES:
        pg.use(start)
        assert same_bits(losses(Switches), expected)


def test_a_trained_network_predicts_the_same_in_both_backends():
    graph, feed, parameters, prediction, X = boston(6)
    pg.train(graph, feed, parameters, epochs=3, batch_size=16)
    predicted = []
    for backend in SWITCHES:
        with pg.use(backend):
            predicted.append([as_lists(pg.predict(prediction, {X: rows})) for rows in (feed[X], feed[X][:1])])
    assert same_bits(predicted[0], predicted[1])


@given(feed=random_graphs(), seed=st.integers(0, 10 ** 6))
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_random_graphs_have_the_same_values_and_gradients(feed, seed):
    choose = random.Random(seed)
    found = []
    for switch in (lambda: "python", lambda: "c", lambda: choose.choice(SWITCHES)):
        with pg.use("python"):
            graph = pg.topological_sort_feed_dict(feed)
            for node in graph:
                pg.use(switch())
                node.forward()
            pg.backward(graph)
            for node in reversed(graph):
                pg.use(switch())
                node.backward()
            found.append([[as_lists(node.value) for node in graph],
                          [[as_lists(node.gradients[source]) for source in node.inputs] for node in graph],
                          [as_lists(node.gradients[node]) for node in graph if not node.inputs]])
    assert same_bits(found[1], found[0]) and same_bits(found[2], found[0])


# A test of the tests: kernels that are wrong


class Library:
    """C sources as `kernels.lib`, compiled with one line of them changed."""

    def __init__(self, folder, file=None, line=None, wrong_line=None, flags=()):
        sources = os.path.join(ROOT, "csrc")
        for name in os.listdir(sources):
            if name.endswith((".c", ".h")):
                with open(os.path.join(sources, name), encoding="utf-8") as text:
                    source = text.read()
                # The paths for newer processors repeat the same lines; without them the compiler is four times faster.
                source = source.replace("defined __x86_64__", "0")
                if name == file:
                    assert source.count(line) == 1, "csrc/%s has no such line, or several: %s" % (file, line)
                    source = source.replace(line, wrong_line)
                (folder / name).write_text(source, encoding="utf-8")
        # Its results do not depend on how much the compiler does, which would take twice the time.
        command = os.environ.get("CC", "cc").split() + ["-std=c11", "-O0", "-ffp-contract=off", *flags, "-fPIC",
                                                        "-pthread", "-shared", '-DPGN_SOURCES=""', "-o", "library.so"]
        command += [path.name for path in sorted(folder.glob("*.c"))] + ["-lm"]
        done = subprocess.run(command, cwd=str(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout.decode(errors="replace")
        self._library = ctypes.CDLL(str(folder / "library.so"))

    def __getattr__(self, name):
        right = getattr(RIGHT, name)
        if isinstance(right, int):          # one of an enum
            return right
        ctype = kernels.ffi.typeof(right)
        function = getattr(self._library, name)
        function.restype = {"double": ctypes.c_double, "int": ctypes.c_int, "size_t": ctypes.c_size_t, "void": None}[
            ctype.result.cname]
        function.argtypes = [argument_type(argument) for argument in ctype.args]

        def call(*arguments):
            return function(*[int(kernels.ffi.cast("uintptr_t", x)) if isinstance(x, kernels.ffi.CData) else x
                              for x in arguments])
        setattr(self, name, call)
        return call


def argument_type(ctype):
    if ctype.kind == "pointer":
        return ctypes.c_void_p
    return {"double": ctypes.c_double, "int": ctypes.c_int, "uint64_t": ctypes.c_uint64}.get(ctype.cname,
                                                                                             ctypes.c_ssize_t)


def is_noticed(operation):
    """Whether the arguments that `test_kernels.py` draws for an operation show that its kernel is wrong."""
    try:
        find(arguments_of(operation), lambda arguments: difference(operation, arguments) is not None,
             settings=settings(max_examples=100, phases=[Phase.generate], database=None, deadline=None,
                               derandomize=True, suppress_health_check=list(HealthCheck)))
    except NoSuchExample:
        return False
    return True


@pytest.mark.c
def test_the_same_sources_built_the_same_way_are_not_taken_for_wrong(tmp_path, monkeypatch):
    library = Library(tmp_path)
    expected = trained(1, 1)
    monkeypatch.setattr(kernels, "lib", library)
    for path, operations in ((0, OPERATIONS), (1, PRODUCTS)):
        assert library.pgn_set_path(path) == 0
        assert [operation for operation in operations if is_noticed(operation)] == []
        with pg.use("c"):
            assert same_bits(trained(1, 1), expected)


WRONG_PRODUCTS = {
    "terms in descending order, plain C":
        (0, "matmul.c", "for (ptrdiff_t k = 0; k < p->inner; k++) {", "for (ptrdiff_t k = p->inner; k-- > 0;) {"),
    "terms in descending order, vectors":
        (1, "matmul_tile.h", "for (ptrdiff_t k = 0; k < depth; k++) {", "for (ptrdiff_t k = depth; k-- > 0;) {"),
    "fused multiply-add, plain C":
        (0, "matmul.c", "c[j] += product;", "c[j] = __builtin_fma(a, b[j * p->b_column], c[j]);"),
    "fused multiply-add, vectors":
        (1, "matmul_tile.h", "sums[i][v] += product;",
         "for (int l = 0; l < LANES; l++) sums[i][v][l] = __builtin_fma(a_ik, b_k[v][l], sums[i][v][l]);"),
    "subnormal products as zeros":
        (0, "matmul.c", "c[j] += product;", "if (product > 1e-307 || product < -1e-307) c[j] += product;"),
    "sums that start from -0.0":
        (0, "matmul.c", "c[j] = 0.0;", "c[j] = -0.0;"),
}


@pytest.mark.c
@pytest.mark.parametrize("wrong", WRONG_PRODUCTS)
def test_a_wrong_product_is_noticed(wrong, tmp_path, monkeypatch):
    path, *change = WRONG_PRODUCTS[wrong]
    library = Library(tmp_path, *change)
    monkeypatch.setattr(kernels, "lib", library)
    library.pgn_set_path(path)
    assert [operation for operation in PRODUCTS if is_noticed(operation)] == PRODUCTS


WRONG_SPARSE_PRODUCTS = {
    "fused multiply-add":
        ("sums[v] += product;", "for (int l = 0; l < LANES; l++) sums[v][l] = __builtin_fma(a_k, (b_k + v * LANES)[l], "
                                "sums[v][l]); (void)product;"),
    "zeros times infinity left out": ("is_finite ? nonzeros : all,", "is_finite ? nonzeros : nonzeros,"),
    "NaN taken for zeros": ("(uint64_t)(line[i] != 0.0) << i", "(uint64_t)(line[i] > 0.0 || line[i] < 0.0) << i"),
}


@pytest.mark.c
@pytest.mark.parametrize("wrong", WRONG_SPARSE_PRODUCTS)
def test_a_wrong_product_of_many_zeros_is_noticed(wrong, tmp_path, monkeypatch):
    """Which also shows that such a product is not computed like the others."""
    library = Library(tmp_path, "matmul_sparse.h", *WRONG_SPARSE_PRODUCTS[wrong])
    monkeypatch.setattr(kernels, "lib", library)
    library.pgn_set_path(1)
    for shape in SPARSE_SHAPES:
        A, B, expected = sparse_factors(*shape)
        if len(A) > 1 or wrong == "fused multiply-add":         # an only row has neither infinities nor NaN
            assert not same_bits(kernels.matmul(A, B).tolist(), expected)


@pytest.mark.c
@pytest.mark.parametrize("wrong", ["terms in descending order, vectors", "fused multiply-add, vectors"])
def test_a_training_with_a_wrong_product_is_noticed(wrong, tmp_path, monkeypatch):
    path, *change = WRONG_PRODUCTS[wrong]
    library = Library(tmp_path, *change)
    expected = trained(1, 2)
    monkeypatch.setattr(kernels, "lib", library)
    library.pgn_set_path(path)
    with pg.use("c"):
        losses, *rest = trained(1, 2)
    assert losses == pytest.approx(expected[0], rel=1e-9), "it is wrong in the last places only"
    assert not same_bits(losses, expected[0])


@pytest.mark.c
@pytest.mark.parametrize("operation, file, line, wrong_line", [
    ("column_sums", "sums.c", "s[j] += a[i * columns + j];", "s[j] += a[(rows - 1 - i) * columns + j];"),
    ("column_means", "sums.c", "means[j] /= (double)rows;", "means[j] *= 1.0 / (double)rows;"),
    ("column_deviations", "sums.c", "deviations[j] += d * d;", "deviations[j] = __builtin_fma(d, d, deviations[j]);"),
    ("mean_square_error", "sums.c", "s += d * d;", "s = __builtin_fma(d, d, s);"),
    ("total", "sums.c", "s += a[i];", "s += a[n - 1 - i];"),
    ("row_sums", "sums.c", "c[i] = pgn_total(0.0, a + i * columns, columns);",
     "c[i] = a[i * columns] + pgn_total(0.0, a + i * columns + 1, columns - 1);"),
    ("row_maxima", "columns.c", "if (a[j] > largest)", "if (a[j] > 2.0 * largest)"),
    ("divide_column", "columns.c", "WITH_COLUMN(pgn_divide_column, /)", "WITH_COLUMN(pgn_divide_column, *3.0 / 3.0 /)"),
    ("relu", "each.h", "EACH(relu, a[i] <= 0.0 ? 0.0 : a[i])", "EACH(relu, a[i] < 0.0 ? 0.0 : a[i])"),
    ("leaky_relu", "each.h", "EACH(leaky_relu, a[i] > 0.0 ?", "EACH(leaky_relu, a[i] >= 0.0 ?"),
    ("binary_cross_entropy", "each.h", "b[i] * a[i]) + library_log1p(library_exp(-fabs(b[i])))",
     "(b[i] * a[i] - library_log1p(library_exp(-fabs(b[i])))))"),
    ("subtract", "each.h", "EACH(subtract, a[i] - b[i])", "EACH(subtract, (float)(a[i] - b[i]))"),
    ("multiply", "each.h", "EACH(multiply, a[i] * b[i])", "EACH(multiply, a[i] / (1.0 / b[i]))"),
    ("scale", "each.h", "EACH(scale, a[i] * number)", "EACH(scale, a[i] / (1.0 / number))"),
    ("add", "each.h", "EACH(add, a[i] + b[i])", "EACH(add, (float)(a[i] + b[i]))"),
    ("divide", "each.h", "EACH(divide, a[i] / b[i])", "EACH(divide, a[i] * (1.0 / b[i]))"),
    ("add_number", "each.h", "a[i] + number", "(float)(a[i] + number)"),
    ("weighted_mean", "each.h", "number * a[i] + (1.0 - number) * b[i]", "b[i] + number * (a[i] - b[i])"),
    ("square_root", "each.h", "sqrt(a[i])", "1.0 / (1.0 / sqrt(a[i]))"),
    ("sigmoid", "exp.c", "versions[pgn_get_exp()].sigmoid(c, a, n);",
     "for (ptrdiff_t i = 0; i < n; i++) c[i] = 1.0 / (1.0 + exp(-a[i]));"),
    ("sigmoid_gradient", "each.h", "a[i] * (1.0 - a[i]) * b[i]", "a[i] * ((1.0 - a[i]) * b[i])"),
    ("scaled_difference", "each.h", "number * (a[i] - b[i])", "number * a[i] - number * b[i]"),
    ("descend", "each.h", "a[i] - number * b[i]", "__builtin_fma(-number, b[i], a[i])"),
    ("standardize", "elements.c", "- means[j]) / deviations[j]", "- means[j]) * (1.0 / deviations[j])"),
])
def test_a_wrong_kernel_is_noticed(operation, file, line, wrong_line, tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "lib", Library(tmp_path, file, line, wrong_line))
    assert is_noticed(operation)


def has_fused_multiply_add():
    if platform.machine() in ("aarch64", "arm64"):
        return True
    try:
        with open("/proc/cpuinfo") as file:
            return " fma " in file.read()
    except OSError:
        return False


@pytest.mark.c
@pytest.mark.skipif(not has_fused_multiply_add(), reason="this processor has no fused multiply-add")
def test_a_compiler_that_may_fuse_is_noticed(tmp_path, monkeypatch):
    flags = ["-O2", "-ffp-contract=fast"] + ["-mfma"] * (platform.machine() == "x86_64")
    monkeypatch.setattr(kernels, "lib", Library(tmp_path, flags=flags))
    assert is_noticed("descend") and is_noticed("mean_square_error")


# Threads, memory, fork, Ctrl-C


def test_two_threads_that_train_two_graphs_get_what_they_would_get_alone(backend):
    def job(seed):
        X, y, prediction, cost, parameters = lesson_network(features=20, hidden=30 + seed, seed=seed)
        feed = {X: random_matrix(60, 20, seed + 1), y: random_matrix(60, 1, seed + 2)}
        graph = pg.topological_sort_feed_dict(feed)

        def train():
            start.wait()
            losses = pg.train(graph, feed, parameters, epochs=8, batch_size=20 + seed, seed=seed)
            results[seed] = [losses, [as_lists(node.value) for node in graph]]
        return train

    results, start = {}, threading.Barrier(1)
    alone = {}
    for seed in (0, 1):
        job(seed)()
        alone[seed] = results.pop(seed)
    start = threading.Barrier(2)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=job(seed)) for seed in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert same_bits(results[0], alone[0]) and same_bits(results[1], alone[1])
    assert not same_bits(alone[0][0], alone[1][0])


def test_two_threads_that_compute_shared_products_at_once_get_them_right():
    """Each product takes three threads of its own."""
    A = [kernels.own(random_matrix(250, 250, seed)) for seed in (1, 2)]
    expected = [kernels.matmul(a, a).tolist() for a in A]
    right = []

    def multiply(n):
        for _ in range(10):
            right.append(same_bits(kernels.matmul(A[n], A[n]).tolist(), expected[n]))

    before = kernels.lib.pgn_get_threads()
    kernels.lib.pgn_set_threads(3)
    try:
        threads = [threading.Thread(target=multiply, args=(n,)) for n in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        kernels.lib.pgn_set_threads(before)
    assert right == [True] * 20


TRAININGS = """
import gc, resource, sys
import pygraphnn as pg
from networks import lesson_network, random_matrix

pg.use("c")
rows, labels, hidden = random_matrix(100, 13, 1), random_matrix(100, 1, 2), 500
weights = [random_matrix(13, hidden, 3), [0.0] * hidden, random_matrix(hidden, 1, 4), [0.0]]

def train():
    X, y, prediction, cost, parameters = lesson_network(hidden=1)
    for node, value in zip(parameters, weights):
        node.value = value
    graph = pg.topological_sort_feed_dict({X: rows, y: labels})
    pg.train(graph, {X: rows, y: labels}, parameters, epochs=1, batch_size=16, learning_rate=1e-4)
    pg.predict(prediction, {X: rows})

def used():
    for _ in range(3):
        gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

def many(n):
    for _ in range(n):
        train()

many(4000 if "__pypy__" in sys.builtin_module_names else 60)        # PyPy's own heap and compiled code grow at first
before = used()
many(@)
print(used() - before)
"""


def in_a_process(program):
    return run(program, PYTHONPATH=os.pathsep.join([ROOT, os.path.join(ROOT, "tests")]))


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how much memory is used stands in Linux's /proc")
@pytest.mark.parametrize("trainings", [300, pytest.param(10000, marks=pytest.mark.slow)])
def test_many_trainings_in_one_process_do_not_grow_its_memory(trainings):
    """The first layer's weights are 52 KB: one array that each training leaves behind would be 15 MB."""
    growth = int(in_a_process(TRAININGS.replace("@", str(trainings))))
    print("grown by %d KB" % (growth // 1024))
    assert growth < 4 * 2 ** 20


AFTER_FORK = """
import os, signal
from networks import random_matrix
from pygraphnn import kernels

A = kernels.own(random_matrix(250, 250, 1))
expected = kernels.matmul(A, A).tolist()
kernels.lib.pgn_set_threads(3)
assert kernels.matmul(A, A) == expected
children = []
for _ in range(5):
    child = os.fork()
    if child == 0:
        signal.alarm(60)                # a lock held for ever would be a signal, not a test that hangs
        os._exit(0 if kernels.matmul(A, A) == expected else 1)
    children.append(child)
    assert kernels.matmul(A, A) == expected
print([os.waitpid(child, 0)[1] for child in children])
"""


TRAINING_AND_FORK = """
import os
import pygraphnn as pg
from networks import lesson_network, random_matrix

pg.use("c")

def losses(forks):
    X, y, prediction, cost, parameters = lesson_network(hidden=1)
    weights = [pg.randn(300, 200, 1), pg.zeros(200), pg.randn(200, 1, 2), pg.zeros(1)]
    for node, value in zip(parameters, weights):
        node.value = value
    feed = {X: random_matrix(100, 300, 3), y: random_matrix(100, 1, 4)}
    found, child = [], 0
    graph = pg.topological_sort_feed_dict(feed)
    for loss in pg.train_epochs(graph, feed, parameters, epochs=5, batch_size=20, learning_rate=1e-4):
        found.append(loss)
        if forks and len(found) == 2:
            child = os.fork()
            if child:
                found += [os.waitpid(child, 0)[1]]
    if forks and not child:
        os._exit(found != expected)
    return found

expected = losses(False)
found = losses(True)
print(found.pop(2), found == expected)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_after_a_fork_in_the_midst_of_a_training_each_process_has_its_own():
    """The plan is in pages of the system's own, which a child might share with its parent."""
    assert in_a_process(TRAINING_AND_FORK) == "0 True\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_after_a_fork_both_processes_go_on_multiplying_with_threads():
    assert in_a_process(AFTER_FORK) == "[0, 0, 0, 0, 0]\n"


INTERRUPTED = """
import signal
import pygraphnn as pg
from networks import lesson_network, random_matrix
from pygraphnn import kernels

def product():
    n = 4096
    A = kernels.matmul([[1.0]] * n, [[1.0] * n])
    return lambda: kernels.matmul(A, A)

def training():
    pg.use("c")
    X, y, prediction, cost, parameters = lesson_network(hidden=400)
    feed = {X: random_matrix(500, 13, 1), y: random_matrix(500, 1, 2)}
    graph = pg.topological_sort_feed_dict(feed)
    return lambda: pg.train(graph, feed, parameters, epochs=10 ** 6, batch_size=500, learning_rate=1e-6)

signal.signal(signal.SIGINT, signal.default_int_handler)       # a shell's background jobs ignore it
job = @()
print("ready", flush=True)
try:
    job()
    print("finished", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("job", ["product", "training"])
def test_ctrl_c_is_answered_at_once(job):
    """Half a second is promised; a machine that is busy with other things gets two."""
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED.replace("@", job)], stdout=subprocess.PIPE, cwd=ROOT,
                               env=dict(os.environ, PYTHONPATH=os.pathsep.join([ROOT, os.path.join(ROOT, "tests")])),
                               stdin=subprocess.DEVNULL)
    try:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.3)
        sent = time.perf_counter()
        process.send_signal(signal.SIGINT)
        answer = process.stdout.readline()
        seconds = time.perf_counter() - sent
        print("answered after %.3f s" % seconds)
        assert answer == b"interrupted\n" and seconds < 2.0
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
