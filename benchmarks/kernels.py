"""The figures of the C backend, each printed beside what it is measured against, in one run:

    python benchmarks/kernels.py              all of them, about a minute
    python benchmarks/kernels.py --quick      fewer rounds and sizes
    python benchmarks/kernels.py --all-paths  large products on every vector path of the processor too

NumPy takes part where it is installed, with its BLAS on one thread. Where there is a C compiler, kernels and NumPy's
OpenBLAS are also timed in loops written in C, free of what a call from Python costs. What is missing is named. Machines
are shared and noisy: jobs take turns within a round, and the median over the rounds counts, of times as of ratios. What
others do still shows, most of all with two threads: beside their time stands how many processors they got.
"""
import argparse
import ctypes
import glob
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import timeit

for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"
try:
    import numpy as np
except ImportError:
    np = None

from reference import BATCH_SIZE, lesson, ratio, take_turns                                # noqa: E402

import pygraphnn as pg                                                                      # noqa: E402
from pygraphnn import ops                                                                   # noqa: E402
from pygraphnn.building import builder, sources_folder                                      # noqa: E402

try:
    from pygraphnn import kernels
except ImportError as problem:
    sys.exit("the C backend cannot be used: %s" % problem)
lib, ffi = kernels.lib, kernels.ffi

TURN = 0.02             # seconds that a job's turn takes at least
PATHS = {0: "plain", 1: "baseline", 2: "AVX2", 3: "AVX-512VL", 4: "AVX-512"}
PRODUCTS = {"A·B": kernels.matmul, "Aᵀ·B": kernels.transposed_matmul, "A·Bᵀ": kernels.matmul_transposed}
LOOPS = """
#include "kernels.h"
#define LOOP(name, parameters, call) void name##_loop parameters { while (n--) call; }
#define PRODUCT double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns
typedef void dgemm(int order, int a_as_it_is, int b_as_it_is, int64_t rows, int64_t columns, int64_t inner, double,
                   const double *a, int64_t a_row, const double *b, int64_t b_row, double, double *c, int64_t c_row);

LOOP(dgemm, (ptrdiff_t n, dgemm *f, PRODUCT),
     f(101, 111, 111, rows, columns, inner, 1.0, a, inner, b, columns, 0.0, c, columns))
LOOP(matmul, (ptrdiff_t n, PRODUCT), pgn_matmul(c, a, b, rows, inner, columns))
LOOP(add_row, (ptrdiff_t n, double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns),
     pgn_add_row(c, a, b, rows, columns))
LOOP(sigmoid, (ptrdiff_t n, double *c, const double *a, ptrdiff_t size), pgn_sigmoid(c, a, NULL, 0.0, size))
LOOP(column_sums, (ptrdiff_t n, double *c, const double *a, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t go_on),
     pgn_column_sums(c, a, rows, columns, (int)go_on))
"""


def main():
    options = argparse.ArgumentParser(description="The figures of the C backend.")
    options.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    options.add_argument("--all-paths", action="store_true", help="large products on every path of the processor")
    options = options.parse_args()
    quick, best = options.quick, lib.pgn_get_path()
    rounds = 5 if quick else 41
    pg.set_threads(1)       # whatever the environment says
    loops, why_not = c_loops()
    print("Python %s, %d processors, path %s" % (sys.version.split()[0], processors(), PATHS[best]))
    print("NumPy %s, BLAS: %s" % (np.__version__, blas_name()) if np else "not installed: NumPy")
    if why_not:
        print("no loops in C: %s" % why_not)
    large_products([256, 512] if quick else [256, 384, 512, 768, 1024], rounds,
                   [path for path in range(1, best) if options.all_paths and not lib.pgn_set_path(path)] + [best])
    tails(loops, rounds)
    small_product(loops, rounds)
    with pg.use("c"):
        two_threads([512, 1024] if quick else [512, 1024, 2048], rounds)
    calls(loops, rounds)
    steps(rounds=3 if quick else 15)


def timed(jobs, rounds):
    """`take_turns` with as many repetitions of each job as fill its turn."""
    def repetitions(job):
        n = 1
        while True:
            begin = time.perf_counter()
            job(n)
            if time.perf_counter() - begin >= TURN / 2:
                return n
            n *= 2
    return take_turns({name: (job, repetitions(job)) for name, job in jobs.items()}, rounds)


def repeat(function, *arguments):
    """The job of calling a function."""
    names = ["x%d" % i for i in range(len(arguments))]
    variables = dict(zip(names, arguments), function=function)
    return timeit.Timer("function(%s)" % ", ".join(names), globals=variables).timeit


def after(prepare, setting, job):
    """The job, begun with a setting."""
    def prepared(n):
        prepare(setting)
        job(n)
    return prepared


def verdict(figure, asked, least=True):
    reached = figure >= asked if least else figure <= asked
    return "(asked: at %s %g) %s" % ("least" if least else "most", asked, "reached" if reached else "NOT reached")


def median(figures, unit=1.0):
    return unit * statistics.median(figures)


def less(times, others):
    return [time - other for time, other in zip(times, others)]


def processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def numbers(*shape, seed=0):
    """An Array of random numbers from -1 to 1."""
    size = shape[0] * shape[-1] if len(shape) == 2 else shape[0]
    draw = random.Random(seed).random
    return kernels.NewArray(shape, size, ffi.new("double[]", [2.0 * draw() - 1.0 for _ in range(size)]))


# The loops in C, and NumPy's BLAS


def c_loops():
    """(LOOPS compiled with the kernels, None), or (None, why not)."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = os.path.join(folder, "loops.c"), os.path.join(folder, "loops.so")
        with open(source, "w", encoding="utf-8") as file:
            file.write(LOOPS)
        try:
            script, sources = builder(), sources_folder()
            script.write_powers(folder)
            command = script.compiler() + script.FLAGS + ['-DPGN_SOURCES=""', "-I" + sources, "-I" + folder]
            command += [source]
            command += [os.path.join(sources, name) for name in script.sources() if name.endswith(".c")]
            subprocess.run(command + ["-o", library] + script.linking(), check=True)
            return ctypes.CDLL(library), None
        except OSError as problem:
            return None, problem
        except subprocess.CalledProcessError:
            return None, "the compiler %s failed" % command[0]


def in_c(loops, name, *arguments):
    """The job of a kernel in a loop in C, or, for want of one, called through cffi."""
    if loops:
        return loop_job(getattr(loops, name + "_loop"), *arguments)
    plain = [getattr(x, "data", x) for x in arguments]
    if name in kernels.EACH or name == "sigmoid":           # c, a, b, a number, how many
        plain[2:2] = [kernels.ffi.NULL, 0.0]
    return repeat(getattr(lib, "pgn_" + name), *plain)


def loop_job(loop, *arguments):
    """The job of a loop in C. Arguments are Arrays, which the job keeps alive, and sizes and addresses."""
    plain = [x.__array_interface__["data"][0] if isinstance(x, kernels.Array) else x for x in arguments]
    loop.argtypes = [ctypes.c_ssize_t] * (1 + len(plain))
    return lambda n, keep=arguments: loop(n, *plain)


def openblas(*names):
    """The first of these functions that the OpenBLAS which NumPy brings along has, or None."""
    packages = os.path.dirname(os.path.dirname(np.__file__)) if np else ""
    for path in glob.glob(os.path.join(packages, "numpy.libs", "*openblas*")):
        library = ctypes.CDLL(path)
        for name in names:
            if hasattr(library, name):
                return getattr(library, name)
    return None


def blas_name():
    """What NumPy says about its BLAS, or the library itself, which knows its kernels for this processor."""
    config = openblas("scipy_openblas_get_config64_", "openblas_get_config64_")
    if config:
        config.restype = ctypes.c_char_p
        return config().decode().strip()
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return "%s %s" % (blas["name"], blas["version"])
    except (TypeError, KeyError):
        return "see numpy.show_config()"


# The figures


def large_products(sizes, rounds, paths):
    print("\nProducts of n × n, one thread, in GFLOP/s; medians of %d rounds" % rounds)
    for n, form in [(n, "A·B") for n in sizes] + [(512, "Aᵀ·B"), (512, "A·Bᵀ")]:
        A, B = numbers(n, n), numbers(n, n, seed=1)
        jobs = {path: after(lib.pgn_set_path, path, repeat(PRODUCTS[form], A, B)) for path in paths}
        for path in paths:
            lib.pgn_set_path(path)
            check(PRODUCTS[form](A, B), A, B, form)
        if np:
            a, b = np.asarray(A), np.asarray(B)
            jobs["NumPy"] = repeat(np.matmul, a.T if form == "Aᵀ·B" else a, b.T if form == "A·Bᵀ" else b)
        times = timed(jobs, rounds)
        for path in paths:
            line = "  n = %4d  %-5s ours, %-9s %5.1f" % (n, form, PATHS[path], 2e-9 * n ** 3 / median(times[path]))
            if np:
                figure = ratio(times["NumPy"], times[path])
                line += "   NumPy %5.1f   ratio %.3f" % (2e-9 * n ** 3 / median(times["NumPy"]), figure)
                line += "   " + verdict(figure, 0.9) if path == paths[-1] else ""
            print(line)
    print("  20 elements of each have the bits of the plain loop" + ("" if np else "; not installed: NumPy"))


def check(C, A, B, form):
    """Compares 20 elements with the formula, bit for bit."""
    n, draw = len(C), random.Random(2)
    for i, j in [(draw.randrange(n), draw.randrange(n)) for _ in range(20)]:
        s = 0.0
        for k in range(n):
            s += (A[k][i] if form == "Aᵀ·B" else A[i][k]) * (B[j][k] if form == "A·Bᵀ" else B[k][j])
        assert C[i][j] == s, "%s, n = %d: element %d, %d is %r, not %r" % (form, n, i, j, C[i][j], s)


def tails(loops, rounds):
    print("\nProducts that do not fill tiles beside some that do, in ns per multiply-add")
    for shape, full in [((250, 250, 250), (256, 256, 256)), ((257, 257, 257), (256, 256, 256)),
                        ((7, 1000, 3), (8, 1000, 4)), ((7, 1000, 3), (8, 1000, 8)), ((1000, 3, 7), (1000, 4, 8))]:
        terms, jobs = {}, {}
        for rows, inner, columns in (shape, full):
            C, A, B = numbers(rows, columns), numbers(rows, inner), numbers(inner, columns, seed=1)
            name = "%d×%d×%d" % (rows, inner, columns)
            terms[name], jobs[name] = rows * inner * columns, in_c(loops, "matmul", C, A, B, rows, inner, columns)
        times = {name: [s / terms[name] for s in seconds] for name, seconds in timed(jobs, rounds).items()}
        (name, tail), (neighbour, whole) = times.items()
        figure = ratio(tail, whole)
        print("  %-12s%7.4f   %-12s%7.4f   ratio %.2f   %s"
              % (name, median(tail, 1e9), neighbour, median(whole, 1e9), figure, verdict(figure, 2, least=False)))


def small_product(loops, rounds):
    print("\nThe small product 16×13 · 13×10, in µs")
    C, A, B = numbers(16, 10), numbers(16, 13), numbers(13, 10, seed=1)
    times = timed({"call": repeat(lib.pgn_matmul, C.data, A.data, B.data, 16, 13, 10),
                   "empty": repeat(lib.pgn_get_threads)}, rounds)
    print("  a call through cffi %.3f, less an empty one %.3f: in C some %.3f"
          % (median(times["call"], 1e6), median(times["empty"], 1e6), median(less(times["call"], times["empty"]), 1e6)))
    dgemm = openblas("scipy_cblas_dgemm64_", "cblas_dgemm64_")
    if not loops or not dgemm:
        print("  beside OpenBLAS: not measured for want of %s" % ("NumPy's own OpenBLAS" if loops else "loops in C"))
        return
    address = ctypes.cast(dgemm, ctypes.c_void_p).value
    times = timed({"ours": loop_job(loops.matmul_loop, C, A, B, 16, 13, 10),
                   "theirs": loop_job(loops.dgemm_loop, address, C, A, B, 16, 13, 10)}, rounds)
    figure = ratio(times["ours"], times["theirs"])
    print("  in a loop in C: ours %.3f   OpenBLAS %.3f   ratio %.2f   %s"
          % (median(times["ours"], 1e6), median(times["theirs"], 1e6), figure, verdict(figure, 1.2, least=False)))


def two_threads(sizes, rounds):
    print("\nTwo threads beside one, the same bits; in ms")
    if processors() < 2:
        print("  not measured: there is one processor")
        return
    for n in sizes:
        A, B, bits, jobs, shares = numbers(n, n), numbers(n, n, seed=1), [], {}, []
        for threads in (1, 2):
            pg.set_threads(threads)
            bits.append(ffi.buffer(kernels.matmul(A, B).data)[:])
            jobs[threads] = after(pg.set_threads, threads, repeat(kernels.matmul, A, B))
        assert bits[0] == bits[1], "two threads gave other bits than one"
        jobs[2] = watched(jobs[2], shares)
        times = timed(jobs, min(rounds, 15) if n > 1024 else rounds)
        figure = ratio(times[1], times[2])
        print("  n = %4d  one %7.2f   two %7.2f, which got %.2f processors   ratio %.2f%s"
              % (n, median(times[1], 1e3), median(times[2], 1e3), median(shares), figure,
                 "   " + verdict(figure, 1.7) if n == 1024 else ""))
    pg.set_threads(1)


def watched(job, shares):
    """The job, noting how many processors this process got: where others run, that is less than it could use."""
    def noting(n):
        wall, busy = time.perf_counter(), time.process_time()
        job(n)
        shares.append((time.process_time() - busy) / (time.perf_counter() - wall))
    return noting


def calls(loops, rounds):
    print("\nWhat a call from Python costs over its kernel, in µs%s" % ("" if loops else ", an empty call set off"))
    A, B, G, b = numbers(16, 13), numbers(13, 10, seed=1), numbers(16, 10), numbers(10)
    for name, arguments, sizes in [("matmul", (A, B), (16, 13, 10)), ("add_row", (G, b), (16, 10)),
                                   ("sigmoid", (G,), (160,)), ("column_sums", (G,), (16, 10, 0))]:
        function = getattr(kernels, name)
        times = timed({"function": repeat(function, *arguments), "empty": repeat(lib.pgn_get_threads),
                       "kernel": in_c(loops, name, function(*arguments), *(arguments + sizes))}, rounds)
        kernel = times["kernel"] if loops else less(times["kernel"], times["empty"])
        cost = median(less(times["function"], kernel), 1e6)
        print("  %-12s%7.3f   kernel%7.3f   over it %.3f   %s"
              % (name, median(times["function"], 1e6), median(kernel, 1e6), cost, verdict(cost, 1, least=False)))


def steps(rounds):
    print("\nOne training step, node by node; medians of %d rounds" % rounds)
    for name, make, batch_size, asked in [("13-10-1, batch 16", lesson, BATCH_SIZE, 10),
                                          ("64-128-64, batch 64", wide, 64, 100)]:
        jobs = {backend: step_job(backend, make, batch_size) for backend in ("python", "c")}
        assert jobs["python"](3) == jobs["c"](3), "the backends' losses differ"
        times = timed(jobs, rounds)
        figure = ratio(times["python"], times["c"])
        print("  %-20s lists%9.3f ms   C%8.4f ms   ratio %.1f   %s"
              % (name, median(times["python"], 1e3), median(times["c"], 1e3), figure, verdict(figure, asked)))


def wide():
    """As `lesson`, a network 64-128-64 and 256 rows of random numbers."""
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    loss = pg.MSE(y, pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2))
    data = {X: pg.randn(256, 64, seed=2), y: pg.randn(256, 64, seed=3)}
    graph = pg.topological_sort_feed_dict({**data, W1: pg.randn(64, 128, seed=0), b1: pg.zeros(128),
                                           W2: pg.randn(128, 64, seed=1), b2: pg.zeros(64)})
    return X, y, loss, graph, data


def step_job(backend, make, batch_size):
    """The job of drawing rows, forward, backward and update, written out; it returns the last loss."""
    with pg.use(backend):
        X, y, loss, graph, data = make()
        whole = [(node, ops.table.own(values)) for node, values in data.items()]
        trainables, rows, rng = pg.trainables(graph), len(data[X]), pg.SplitMix64(0)

    def job(n):
        with pg.use(backend):
            for _ in range(n):
                batch = ops.table.draw_rows(rng, rows, batch_size)
                for node, values in whole:
                    node.feed_rows(values, batch)
                pg.forward(graph)
                pg.backward(graph)
                pg.optimize(trainables, 1e-2)
        return loss.value
    return job


if __name__ == "__main__":
    main()
