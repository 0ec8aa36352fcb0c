"""What it saves to leave products with zeros out: trainings in C with and without `csrc/matmul_sparse.h`, in turn.

    python benchmarks/zeros.py [--quick]

The checkout is copied twice, and in one copy the path is switched off before the kernels are built. Trained are the six
data sets as they are (one hidden layer of 128 nodes) and standardised (two layers of 128 with ReLU, whose outputs are
zeros in about half of the places), and one-hot rows, 4 of 200 columns. A ratio above 1: leaving zeros out pays.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HIDDEN, BATCH = 128, 64
SWITCH, OFF = "SPARSE_TERMS = 1 << 17,", "SPARSE_TERMS = 1 << 30,"


def measure(folder: str, seconds: float) -> dict:
    """{the job: microseconds of a step} with the package in this folder."""
    sys.path.insert(0, folder)
    import pygraphnn as pg
    pg.use("c")

    def drawn(rows: int, columns: int, seed: int) -> list:
        return [[0.1 * weight for weight in row] for row in pg.randn(rows, columns, seed)]

    def step(rows: list, layers: list, function: type) -> float:
        X, y, parameters = pg.Placeholder("X"), pg.Placeholder("y"), []
        node, width = X, len(rows[0])
        for layer, size in enumerate(layers + [1]):
            W, b = pg.Placeholder(), pg.Placeholder()
            W.value, b.value, width = drawn(width, size, layer), pg.zeros(size), size
            parameters += [W, b]
            node = pg.Linear(node, W, b)
            node = function(node) if layer < len(layers) else node
        graph, feed = pg.sorted_graph(pg.MSE(y, node)), {X: rows, y: [i % 7 / 7.0 for i in range(len(rows))]}
        steps, epochs, best = max(1, len(rows) // BATCH), 1, float("inf")
        for _ in range(4):
            start = time.perf_counter()
            pg.train(graph, feed, parameters, epochs=epochs, batch_size=BATCH, learning_rate=1e-4)
            taken = (time.perf_counter() - start) / epochs / steps
            best, epochs = min(best, taken), max(1, int(seconds / taken / steps))
        return best * 1e6

    found = {}
    for name in pg.dataset_names():
        data = pg.load_dataset(name)
        varied = [feature for feature, column in zip(data.feature_names, zip(*data.data)) if min(column) < max(column)]
        largest = max([abs(x) for row in data.data for x in row])
        found[name + ", as it is"] = step([[x / largest for x in row] for row in data.data], [HIDDEN], pg.Sigmoid)
        found[name + ", ReLU"] = step(pg.standardize(data.select(varied).data), [HIDDEN, HIDDEN], pg.ReLU)
    rng = pg.SplitMix64(3)
    chosen = [{50 * group + rng.below(50) for group in range(4)} for _ in range(1000)]
    found["one-hot"] = step([[float(column in row) for column in range(200)] for row in chosen], [HIDDEN], pg.Sigmoid)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="once, briefly: to see that it runs")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, 0.01 if options.quick else 0.1)))
        return
    with tempfile.TemporaryDirectory() as folder:
        copies = {}
        for kind in ("with", "without"):
            copies[kind] = os.path.join(folder, kind)
            for name in ("pygraphnn", "csrc", "datasets"):
                shutil.copytree(os.path.join(ROOT, name), os.path.join(copies[kind], name))
        path = os.path.join(copies["without"], "csrc", "matmul.c")
        with open(path, encoding="utf-8") as file:
            source = file.read()
        assert source.count(SWITCH) == 1
        with open(path, "w", encoding="utf-8") as file:
            file.write(source.replace(SWITCH, OFF))
        found: dict = {kind: [] for kind in copies}
        for copy in copies.values():
            subprocess.run([sys.executable, "-m", "pygraphnn", "build"], cwd=copy, check=True,
                           stdout=subprocess.DEVNULL)
        for _ in range(1 if options.quick else 7):
            for kind, copy in copies.items():
                command = [sys.executable, "-W", "ignore", os.path.abspath(__file__), "--measure", copy]
                done = subprocess.run(command + ["--quick"] * options.quick, check=True, stdout=subprocess.PIPE)
                found[kind].append(json.loads(done.stdout.decode()))
        for job in found["with"][0]:
            with_it, without = [statistics.median([one[job] for one in found[kind]]) for kind in ("with", "without")]
            print("%-26s %8.1f µs a step, without %8.1f: %.2f" % (job, with_it, without, without / with_it))


if __name__ == "__main__":
    main()
