"""Batches shared by the workers of real clusters: Dask's scheduler and workers over TCP, two of three of which are
killed, and loky's processes. The bits are those of a training without any.

    python -m pip install distributed loky
    python -m pytest -m packaging tests/clusters
"""
import json
import os
import re
import subprocess
import sys
import warnings

import pytest
from networks import ROOT, as_lists, same_bits

import pygraphnn as pg
from pygraphnn.parallel import Workers, of_dask

pytestmark = pytest.mark.packaging


def trained(executor=None, progress=None, epochs=6):
    dataset = pg.load_dataset("boston")
    X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
    hidden = pg.Dropout(pg.Sigmoid(pg.Linear(X, W1, b1)), 0.2, seed=1)
    graph = pg.sorted_graph(pg.MSE(y, pg.Linear(hidden, W2, b2)))
    parameters = [W1, b1, W2, b2]
    for node, value in zip(parameters, (pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), [0.0])):
        node.value = value
    losses = pg.train(graph, {X: pg.standardize(dataset.data), y: dataset.target}, parameters, epochs=epochs,
                      batch_size=32, optimizer=pg.Adam(0.01), shards=4, executor=executor, progress=progress)
    return [losses] + [as_lists(node.value) for node in parameters]


def started(*arguments, before=()):
    """A process, and the address that it says it listens at. before: the words of a command that runs it."""
    process = subprocess.Popen([*before, sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, universal_newlines=True,
                               env=dict(os.environ, PYTHONPATH=ROOT))
    for line in process.stderr:
        found = re.search(r"(?:Scheduler at|Start worker at|Registered to): +(tcp://\S+)", line)
        if found:
            return process, found.group(1)
    raise AssertionError("it has not started")


@pytest.fixture
def cluster():
    """(the scheduler's address, its three workers)"""
    scheduler, address = started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    workers = [started("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")[0]
               for _ in range(3)]
    yield address, workers
    from distributed import get_client
    try:
        get_client().close()
    except ValueError:              # there was none here
        pass
    for process in workers + [scheduler]:
        process.kill()
        process.wait()


def test_dask_gives_the_same_bits(cluster, backend):
    address, workers = cluster
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*computed here")         # none is lost
        assert same_bits(trained(of_dask(address)), trained())


def test_two_of_three_workers_are_killed_and_no_bit_changes(cluster, backend):
    address, workers = cluster

    def killing(epochs):
        for epoch in epochs:
            if epoch in (1, 3):
                workers[epoch // 2].kill()
            yield epoch

    assert same_bits(trained(Workers(of_dask(address), timeout=60.0), killing), trained())
    assert [process.poll() is None for process in workers] == [False, False, True]


def test_the_command_line_trains_on_dask(cluster, tmp_path):
    command = [sys.executable, "-m", "pygraphnn", "train", "iris", "--epochs", "3", "--json", "--shards", "4"]
    alone, shared = [json.loads(subprocess.run(command + more, stdout=subprocess.PIPE, check=True, cwd=ROOT).stdout)
                     for more in ([], ["--dask", cluster[0]])]
    assert alone["losses"] == shared["losses"] and shared["shards"] == 4


def test_loky_gives_the_same_bits(backend):
    loky = pytest.importorskip("loky")
    assert same_bits(trained(loky.get_reusable_executor(max_workers=2)), trained())
