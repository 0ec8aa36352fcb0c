"""Classes: micrograd's own demonstration, digits, folds, and the operations behind, beside what others need for them.

    python benchmarks/classes.py [--quick]

Two moons: 100 points, 2-16-16-1 with ReLU, hinge loss and a penalty on the weights, all points in each of 100 steps, as
in micrograd's demo.ipynb; all ways start from the same weights and must end with the same loss. Digits: 64-128-10,
softmax cross entropy, Adam, batches of 64, a fifth of the rows held out, five seeds; how long that takes elsewhere,
`run.py --jobs classes` tells. Iris, wine, breast_cancer: five folds, beside scikit-learn's classifier of the same size.
Operations: a million numbers. What is not installed is named.
"""
import argparse
import contextlib
import importlib.util
import io
import json
import os
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

import pygraphnn as pg  # noqa: E402 - found through the path above
from pygraphnn import cli, evaluating, ops  # noqa: E402

STEPS, SIZES, PENALTY = 100, [2, 16, 16, 1], 1e-4


class MeanHinge(pg.Loss):
    """value = Σ max(0, 1 − yᵢ·scoreᵢ) / N, labels −1 and 1"""

    is_pure = True

    def __init__(self, y: pg.Node, score: pg.Node) -> None:
        pg.Loss.__init__(self, [y, score])

    def forward(self) -> None:
        y, score = self.input_values()
        self.rest = ops.table.add_number(ops.table.scale(ops.table.multiply(y, score), -1.0), 1.0)
        self.value = ops.table.scale(ops.table.total(ops.table.relu(self.rest)), 1.0 / len(y))

    def backward(self) -> None:
        y, score = self.inputs
        grad = ops.table.relu_gradient(self.rest, ops.table.add_number(ops.table.zeros_like(self.rest), 1.0))
        grad = ops.table.scale(grad, self.incoming_gradient() * (-1.0 / len(self.rest)))
        self.gradients = {}
        self.pass_back(y, ops.table.multiply(grad, score.value))
        self.pass_back(score, ops.table.multiply(grad, y.value))


def rate(step: int) -> float:
    return 1.0 - 0.9 * step / STEPS


def moons_here(backend: str, rows: list, labels: list, start: list) -> tuple:
    """(seconds, the last loss)"""
    with pg.use(backend):
        X, y = pg.Placeholder("X"), pg.Placeholder("y")
        parameters, node = [], X
        for layer, (W_value, b_value) in enumerate(start):
            W, b = pg.Placeholder(), pg.Placeholder()
            W.value, b.value = W_value, b_value
            parameters += [W, b]
            node = pg.Linear(node, W, b)
            node = pg.ReLU(node) if layer < len(start) - 1 else node
        X.value, y.value = rows, labels
        # Every point in every step: the data are constants, and what `train` draws rows of is a loss of 0.
        drawn = pg.Placeholder("drawn")
        graph = pg.sorted_graph([MeanHinge(y, node), pg.L2Penalty(parameters, PENALTY), pg.MSE(drawn, drawn)])
        start_time = time.perf_counter()
        losses = pg.train(graph, {drawn: [0.0]}, parameters, epochs=STEPS, batch_size=1,
                          optimizer=pg.GradientDescent(rate))
        return time.perf_counter() - start_time, losses[-1]


def moons_in_micrograd(rows: list, labels: list, start: list, steps: int) -> tuple:
    """(seconds of all steps, the loss of the last one), from so many steps."""
    from micrograd.nn import MLP
    model = MLP(2, SIZES[1:])
    for layer, (W, b) in zip(model.layers, start):
        for column, neuron in enumerate(layer.neurons):
            for w, value in zip(neuron.w, [row[column] for row in W]):
                w.data = value
            neuron.b.data = b[column]
    start_time = time.perf_counter()
    for step in range(steps):
        scores = [model(row) for row in rows]
        losses = [(1 + -label[0] * score).relu() for label, score in zip(labels, scores)]
        total = sum(losses) * (1.0 / len(losses)) + PENALTY * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= rate(step) * p.grad
    return (time.perf_counter() - start_time) / steps * STEPS, total.data


def moons(quick: bool) -> None:
    made = pg.make_moons(100, noise=0.1, seed=1)
    labels = [[2.0 * label - 1.0] for label in made.target]
    rng = pg.SplitMix64(5)
    start = [([[2.0 * rng.uniform() - 1.0 for _ in range(n)] for _ in range(m)], pg.zeros(n))
             for m, n in zip(SIZES, SIZES[1:])]
    found = {}
    for backend in ("python", "c"):
        found[backend] = min(moons_here(backend, made.data, labels, start) for _ in range(1 if quick else 7))
        print("moons, %-7s %10.2f ms for %d steps, loss %.6f" % (backend, found[backend][0] * 1e3, STEPS,
                                                                 found[backend][1]))
    if importlib.util.find_spec("micrograd") is None:
        print("moons, micrograd: not installed")
        return
    steps = 2 if quick else STEPS
    seconds, loss = moons_in_micrograd(made.data, labels, start, steps)
    print("moons, micrograd %8.2f ms for %d steps, loss %.6f after %d" % (seconds * 1e3, STEPS, loss, steps))
    if steps == STEPS and abs(loss - found["c"][1]) > 1e-9 * loss:
        sys.exit("the losses differ: %r here, %r there" % (found["c"][1], loss))
    print("micrograd takes %.0f times as long as the lists, %.0f times as long as C"
          % (seconds / found["python"][0], seconds / found["c"][0]))


def digits(quick: bool) -> None:
    data = pg.load_dataset("digits")
    rows = [[x / 16.0 for x in row] for row in data.data]
    shares, times = [], []
    with pg.use("c"):
        for seed in range(1 if quick else 5):
            known, held_out = pg.split(len(rows), 0.2, seed)
            X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
            logits = pg.Linear(pg.ReLU(pg.Linear(X, W1, b1)), W2, b2)
            W1.value = [[0.15 * w for w in row] for row in pg.randn(64, 128, 2 * seed)]
            W2.value = [[0.1 * w for w in row] for row in pg.randn(128, 10, 2 * seed + 1)]
            b1.value, b2.value = pg.zeros(128), pg.zeros(10)
            feed = {X: [rows[i] for i in known], y: [data.target[i] for i in known]}
            graph = pg.sorted_graph(pg.CrossEntropy(y, logits))
            start_time = time.perf_counter()
            pg.train(graph, feed, [W1, b1, W2, b2], epochs=40, batch_size=64, optimizer=pg.Adam(2e-3), seed=seed)
            times.append((time.perf_counter() - start_time) / 40 / (len(known) // 64))
            answers = pg.predict(logits, {X: [rows[i] for i in held_out]})
            shares.append(pg.accuracy([data.target[i] for i in held_out], answers))
    print("digits, 64-128-10, softmax, Adam: held-out accuracy %.4f in the mean (%s), %.0f µs a step"
          % (statistics.mean(shares), ", ".join("%.4f" % share for share in shares), min(times) * 1e6))


def folds(quick: bool) -> None:
    """The command line's own network beside scikit-learn's classifier of the same size, on the same folds and seeds."""
    for name in ("iris",) if quick else ("iris", "wine", "breast_cancer"):
        seeds = range(1 if quick else 5)
        mine = statistics.mean(cross_validated(name, seed) for seed in seeds)
        if importlib.util.find_spec("sklearn") is None:
            print("%s, five folds: %.4f; scikit-learn: not installed" % (name, mine))
            continue
        theirs = statistics.mean(cross_validated_in_sklearn(name, seed) for seed in seeds)
        print("%s, five folds, the mean of %d seeds: %.4f of the answers are right, scikit-learn's MLPClassifier %.4f"
              % (name, len(seeds), mine, theirs))


def cross_validated(name: str, seed: int) -> float:
    """What `train NAME --folds 5` says, with ten hidden nodes and what else it takes by itself."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        cli.main(["train", name, "--folds", "5", "--seed", str(seed), "--backend", "c", "--json"])
    return json.loads(printed.getvalue())["accuracy"]["mean"]


def cross_validated_in_sklearn(name: str, seed: int) -> float:
    """With ten hidden nodes, as many epochs at most, and what else it takes by itself."""
    import warnings

    import numpy as np
    from sklearn.neural_network import MLPClassifier
    warnings.simplefilter("ignore")         # that it has not converged
    data = pg.load_dataset(name)
    X, y, shares = np.array(data.data), np.array(data.target), []
    for part in evaluating.folds(len(y), 5, seed):
        is_known = np.ones(len(y), bool)
        is_known[part] = False
        scaled = (X - X[is_known].mean(0)) / X[is_known].std(0)
        classifier = MLPClassifier((10,), max_iter=500, batch_size=16, random_state=seed)
        classifier.fit(scaled[is_known], y[is_known])
        shares.append((classifier.predict(scaled[part]) == y[part]).mean())
    return float(np.mean(shares))


def operations(quick: bool) -> None:
    if importlib.util.find_spec("numpy") is None:
        print("operations: NumPy is not installed")
        return
    import numpy as np
    with pg.use("c"):
        A = ops.table.own(pg.randn(1000, 1000, 0))
        a = np.asarray(A).copy()
        softmax = pg.Softmax(pg.Placeholder("A"))
        softmax.inputs[0].value = A

        def theirs() -> object:
            powers = np.exp(a - a.max(1, keepdims=True))
            return powers / powers.sum(1, keepdims=True)

        for name, mine, other in (("tanh", lambda: ops.table.tanh(A), lambda: np.tanh(a)),
                                  ("softmax", softmax.forward, theirs)):
            best = []
            for function in (mine, other):
                taken = []
                for _ in range(3 if quick else 15):
                    start_time = time.perf_counter()
                    function()
                    taken.append(time.perf_counter() - start_time)
                best.append(min(taken))
            print("%s of a million numbers: %.2f ms, NumPy %.2f ms: %.2f times as long" % (
                name, best[0] * 1e3, best[1] * 1e3, best[0] / best[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that it runs")
    options = parser.parse_args()
    for job in (moons, digits, folds, operations):
        job(options.quick)


if __name__ == "__main__":
    main()
