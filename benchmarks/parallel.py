"""What sharing a batch brings, and what it costs, each figure beside what it is measured against, in one run:

    python benchmarks/parallel.py            some two minutes
    python benchmarks/parallel.py --quick    fewer epochs, and smaller networks in C

A model of a step says beforehand how long one takes, from four measurements: what a shard takes to compute, how much
slower a processor computes while its neighbours do, how long a task without content is under way, and how many bytes go
to and from a worker in a second.

    seconds = rounds · a shard's computation · crowding + the bytes of all shards / bandwidth + latency

    rounds: the shards that one worker computes one after the other, S / workers, rounded up

The bytes of all shards pass the program that trains, one after the other. The model is compared with what was measured,
and then says for up to 1,000 workers how long a step takes.
"""
import argparse
import os
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

import pygraphnn as pg                                                                      # noqa: E402
from pygraphnn.parallel import Workers                                                      # noqa: E402


def main():
    options = argparse.ArgumentParser(description="What sharing a batch brings, and what it costs.")
    options.add_argument("--quick", action="store_true", help="fewer epochs, and smaller networks in C")
    quick = options.parse_args().quick
    warnings.filterwarnings("ignore", message="after .* epochs the loss is")      # it need not learn
    epochs = 1 if quick else 3
    has_c = pg.available_backends()["c"] is None
    print("%d processors, Python %s" % (os.cpu_count() or 1, sys.version.split()[0]))
    one, two = [seconds([64, 128, 64], 512, epochs, 2, workers) for workers in (1, 2)]
    print("lists, 64-128-64, batch 512, 2 shards: one process %.3f s a step, two %.3f s: %.2f times as fast (to reach: "
          "1.7)" % (one, two, one / two))
    if has_c:
        in_c(epochs, 256 if quick else 1024)
    model(epochs, "python")
    if has_c:
        model(epochs, "c")


def in_c(epochs, width):
    sizes, rows = [width, width, width], 2 * width
    with pg.use("c"):
        found = [seconds(sizes, rows, epochs)]
        threads = pg.get_threads()
        pg.set_threads(2)
        found.append(seconds(sizes, rows, epochs))
        pg.set_threads(threads)
        found += [seconds(sizes, rows, epochs, 2, workers) for workers in (1, 2)]
    print("C, %s, batch %d: one thread %.3f s a step, two threads %.3f; 2 shards in one process %.3f, in two %.3f: "
          "two threads are %.2f times as fast as one, two processes %.2f times"
          % (("-".join(map(str, sizes)), rows) + tuple(found) + (found[0] / found[1], found[0] / found[3])))


def network(sizes, rows):
    """(graph, feed, parameters)"""
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    node, parameters = X, []
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        W, b = pg.Placeholder("W%d" % layer), pg.Placeholder("b%d" % layer)
        W.value = [[0.1 * x / inputs ** 0.5 for x in row] for row in pg.randn(inputs, outputs, layer)]
        b.value = pg.zeros(outputs)
        node = pg.Linear(pg.Sigmoid(node) if layer else node, W, b)
        parameters += [W, b]
    feed = {X: pg.randn(rows, sizes[0], 7), y: pg.randn(rows, sizes[-1], 8)}
    return pg.sorted_graph(pg.MSE(y, node)), feed, parameters


STEPS = 4                       # of an epoch: after each, the nodes are filled for whoever may look at them


def seconds(sizes, rows, epochs, shards=1, workers=0, sent=None):
    """What a step takes, in the fastest epoch of a training with so many processes that have the data. 0: here."""
    graph, feed, parameters = network(sizes, STEPS * rows)
    ends = []

    def watched(numbers):
        for number in numbers:
            ends.append(time.perf_counter())
            yield number
        ends.append(time.perf_counter())

    executor = Workers(lambda: ProcessPoolExecutor(workers)) if workers else None
    pg.train(graph, feed, parameters, epochs=epochs + 2, batch_size=rows, learning_rate=1e-3, progress=watched,
             shards=shards, executor=executor)
    if sent is not None:
        sent.append((executor.bytes_sent + executor.bytes_received) / (STEPS * (epochs + 2)))
    return min(b - a for a, b in zip(ends[1:-2], ends[2:-1])) / STEPS


def busy(backend, until):
    """What a step of some network takes, the mean until that time."""
    with pg.use(backend):
        graph, feed, parameters = network([48, 48, 48], 64)
        steps, begun = 0, time.perf_counter()
        while time.time() < until:
            pg.train(graph, feed, parameters, epochs=4, batch_size=64, learning_rate=1e-3)
            steps += 4
        return (time.perf_counter() - begun) / steps


def crowding(backend, workers):
    """How many times as long a step takes while so many processes compute at once."""
    with ProcessPoolExecutor(workers) as pool:
        found = []
        for count in (1, workers, 1, workers):
            until = time.time() + 1.5
            futures = [pool.submit(busy, backend, until) for _ in range(count)]
            found.append(sum(future.result() for future in futures) / count)
    return (found[1] + found[3]) / (found[0] + found[2])


def model(epochs, backend):
    """The three measurements, the model beside what was measured, and what it says of more workers."""
    with pg.use(backend):
        latency = seconds([1, 1, 1], 2, 20 * epochs, 1, 1)
        wide, bytes_of = [1, 20000, 1], []
        there = seconds(wide, 1, epochs, 1, 1, bytes_of)
        here = seconds(wide, 1, epochs, 1)
        bandwidth = bytes_of[0] / max(1e-6, there - here - latency)
        crowded = crowding(backend, 2)
        print("%s: latency %.2f ms, %.0f MB/s, two processes at once are %.2f times as slow as one"
              % (backend, 1e3 * latency, bandwidth / 1e6, crowded))
        for sizes, rows in (([64, 128, 64], 512), ([32, 32, 32], 512) if backend == "python" else ([256] * 3, 512)):
            for shards, workers in ((2, 1), (2, 2), (4, 2)):
                sent = []
                measured = seconds(sizes, rows, epochs, shards, workers, sent)
                shard = seconds(sizes, rows // shards, epochs)
                shard *= crowded if workers > 1 else 1.0
                said = -(-shards // workers) * shard + sent[0] / bandwidth + latency
                print("  %-12s batch %d, %d shards, %d workers: %.1f ms, the model says %.1f: %+.0f %%; %.0f KB a step"
                      % ("-".join(map(str, sizes)), rows, shards, workers, 1e3 * measured, 1e3 * said,
                         100.0 * (said / measured - 1.0), sent[0] / 1e3))
        sizes, rows = [64, 128, 64], 4096
        row = seconds(sizes, 256, epochs) / 256
        numbers = sum(a * b + b for a, b in zip(sizes, sizes[1:]))
        print("  %s, batch %d, as many shards as workers, all of them as far away as these processes:"
              % ("-".join(map(str, sizes)), rows))
        for workers in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000):
            said = row * rows / workers + 16.0 * numbers * workers / bandwidth + latency
            print("  %5d workers: %8.1f ms a step, %5.1f times as fast as one alone"
                  % (workers, 1e3 * said, row * rows / said))


if __name__ == "__main__":
    main()
