"""The figures of the list backend, each printed beside what it is measured against, in one run:

    python benchmarks/reference.py            all of them, some two minutes
    python benchmarks/reference.py --quick    fewer rounds, and no trainings of 5000 epochs

The lesson's NumPy code draws its rows with scikit-learn, from an array in its first training and from a pandas table in
its second. NumPy, scikit-learn, pandas, micrograd and PyTorch take part where they are installed; what is not is named.
Machines are shared and noisy: jobs take turns within a round, and the median over the rounds counts.
"""
import argparse
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [ROOT, os.path.join(ROOT, "benchmarks")]

import pygraphnn as pg                                                                      # noqa: E402
from pygraphnn.network import build_network                                                 # noqa: E402

BATCH_SIZE = 16


def main():
    options = argparse.ArgumentParser(description="The figures of the list backend.")
    options.add_argument("--quick", action="store_true", help="fewer rounds, and no trainings of 5000 epochs")
    quick = options.parse_args().quick
    print("Python %s" % sys.version.split()[0])
    one_step(rounds=5 if quick else 25)
    import_time(runs=5 if quick else 25)
    gradients()
    if not quick:
        final_losses()


def lesson():
    """The lesson's network and its data: (X, y, loss, graph, data of X and y)."""
    boston = pg.load_dataset("boston")
    X, y, _, loss = build_network(13, [10], seed=0)
    data = {X: pg.standardize(boston.data), y: boston.target}
    return X, y, loss, pg.topological_sort_feed_dict(data), data


def one_step(rounds):
    """Draw 16 rows, forward, backward, update: each job does a round of steps in turn."""
    jobs, missing = {}, []
    X, y, loss, graph, data = lesson()
    start = [node.value for node in pg.trainables(graph)]

    def ours(steps):
        epochs, rest = divmod(steps, 31)        # an epoch of the 506 rows has 31 steps
        assert rest == 0
        return pg.train(graph, data, pg.trainables(graph), epochs=epochs, batch_size=BATCH_SIZE)[-1]

    jobs["pygraphnn, lists"] = ours
    try:
        from lesson_numpy import Lesson, by_index
    except ImportError:
        missing.append("NumPy")
    else:
        def numpy_job(draw_rows, table=None):
            network = Lesson(data[X], data[y], *start, draw_rows=draw_rows, table=table)
            return lambda steps: [network.step() for _ in range(steps)][-1]
        try:
            from sklearn.utils import resample
        except ImportError:
            missing.append("scikit-learn (the lesson draws its rows with it)")
        else:
            try:
                from pandas import DataFrame
                jobs["lesson: NumPy, pandas table"] = numpy_job(resample, DataFrame)
            except ImportError:
                missing.append("pandas (the lesson's second training draws from its table)")
            jobs["lesson: NumPy, array"] = numpy_job(resample)
        jobs["the same, rows by index"] = numpy_job(by_index)
    try:
        from micrograd.engine import Value
    except ImportError:
        missing.append("micrograd")
    else:
        jobs["micrograd"] = micrograd_job(Value, data[X], data[y], start, lambda: [random.randrange(len(data[X]))
                                                                                  for _ in range(BATCH_SIZE)])
    times = take_turns({name: (job, 1 if name == "micrograd" else 31 * 10) for name, job in jobs.items()}, rounds)
    print("\nOne training step, 13-10-1, batch 16; medians of %d rounds" % rounds)
    for name in jobs:
        print("  %-28s %9.3f ms   %6.2f times ours" % (name, 1e3 * statistics.median(times[name]),
                                                       ratio(times[name], times["pygraphnn, lists"])))
    if missing:
        print("  not installed: %s" % ", ".join(missing))


def take_turns(jobs, rounds):
    """The seconds of one repetition, {name: a figure for each round}. jobs: {name: (job, n)}; job(n) does n of them."""
    times = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, (job, n) in jobs.items():
            begin = time.perf_counter()
            job(n)
            times[name].append((time.perf_counter() - begin) / n)
    return times


def ratio(times, others):
    """The median over the rounds of the ratio within a round."""
    return statistics.median(time / other for time, other in zip(times, others))


def micrograd_job(Value, X, y, start, draw_rows):
    """The same step with one Value object for each number; for want of a sigmoid, one made as its relu is."""
    W1, b1, W2, b2 = start
    W1, W2 = [[[Value(w) for w in row] for row in W] for W in (W1, W2)]
    b1, b2 = [[Value(b) for b in vector] for vector in (b1, b2)]
    parameters = [w for W in (W1, W2) for row in W for w in row] + b1 + b2

    def sigmoid(x):
        e = math.exp(-abs(x.data))
        out = Value((1.0 if x.data >= 0.0 else e) / (1.0 + e), (x,), "sigmoid")

        def backward():
            x.grad += out.data * (1.0 - out.data) * out.grad
        out._backward = backward
        return out

    def step():
        loss = 0
        for row in draw_rows():
            hidden = [sigmoid(sum((x * W1[i][j] for i, x in enumerate(X[row])), b1[j])) for j in range(len(b1))]
            prediction = sum((h * W2[j][0] for j, h in enumerate(hidden)), b2[0])
            loss = loss + (prediction - y[row]) ** 2
        loss = loss * (1 / BATCH_SIZE)
        for parameter in parameters:
            parameter.grad = 0
        loss.backward()
        for parameter in parameters:
            parameter.data -= 1e-2 * parameter.grad
        return loss.data
    return lambda steps: [step() for _ in range(steps)]


def import_time(runs):
    """Whole processes in turn: without the import, with it, and with it where the byte code is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(ROOT, "pygraphnn"), os.path.join(folder, "pygraphnn"),
                        ignore=shutil.ignore_patterns("__pycache__"))

        def seconds(code, keeps_byte_code):
            environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="" if keeps_byte_code else "1")
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, check=True)
            return time.perf_counter() - begin

        compiled = [seconds("import pygraphnn", False) - seconds("pass", False) for _ in range(runs)]
        seconds("import pygraphnn", True)       # writes the byte code
        bare = [seconds("pass", True) for _ in range(runs)]
        loaded = [seconds("import pygraphnn", True) - seconds("pass", True) for _ in range(runs)]
    print("\nImporting, medians of %d processes each" % runs)
    print("  python -c pass               %9.1f ms" % (1e3 * statistics.median(bare)))
    print("  import pygraphnn adds        %9.1f ms" % (1e3 * statistics.median(loaded)))
    print("  where it must be compiled    %9.1f ms" % (1e3 * statistics.median(compiled)))


def gradients():
    """The lesson's network on 32 rows: every gradient against moved weights, and against PyTorch's."""
    X, y, loss, graph, data = lesson()
    rows = {node: values[:32] for node, values in data.items()}
    graph = pg.topological_sort_feed_dict(rows)
    pg.forward_and_backward(graph)
    parameters = pg.trainables(graph)
    ours = [node.gradients[node] for node in parameters]
    worst = 0.0
    for node, gradient in zip(parameters, ours):
        value, is_matrix = node.value, isinstance(node.value[0], list)
        for place in [(i, j) for i in range(len(value)) for j in range(len(value[i]) if is_matrix else 1)]:
            losses = []
            for move in (1e-5, -1e-5):
                moved = [list(row) if is_matrix else row for row in value]
                if is_matrix:
                    moved[place[0]][place[1]] += move
                else:
                    moved[place[0]] += move
                node.value = moved
                pg.forward(graph)
                losses.append(loss.value)
            g = gradient[place[0]][place[1]] if is_matrix else gradient[place[0]]
            worst = max(worst, abs(g - (losses[0] - losses[1]) / 2e-5) / max(1.0, abs(g)))
        node.value = value
    print("\nGradients of the lesson's network, largest difference relative to max(1, |gradient|)")
    print("  from central differences   %9.1e" % worst)
    try:
        import torch
    except ImportError:
        print("  not installed: PyTorch")
        return
    W1, b1, W2, b2 = [torch.tensor(node.value, dtype=torch.float64, requires_grad=True) for node in parameters]
    inputs, labels = [torch.tensor(values, dtype=torch.float64) for values in rows.values()]
    prediction = torch.sigmoid(inputs @ W1 + b1) @ W2 + b2
    torch.nn.functional.mse_loss(prediction, labels.reshape(-1, 1)).backward()
    worst = 0.0
    for gradient, theirs in zip(ours, (W1, b1, W2, b2)):
        difference = (torch.tensor(gradient, dtype=torch.float64) - theirs.grad).abs()
        worst = max(worst, float((difference / theirs.grad.abs().clamp(min=1.0)).max()))
    print("  from PyTorch's, float64    %9.1e" % worst)


def final_losses():
    """The lesson's two trainings, as the command line runs them."""
    print("\nMean loss of the last of 5000 epochs")
    for features in ([], ["--features", "RM,LSTAT"]):
        command = [sys.executable, "-m", "pygraphnn", "train", "boston"] + features
        last = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode().split()[-1]
        print("  %-26s %9s" % ("boston " + "".join(features[1:]), last))


if __name__ == "__main__":
    main()
