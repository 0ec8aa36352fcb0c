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
import threading
import warnings

import pytest
from lessons import trained
from networks import ROOT, same_bits

from pygraphnn.parallel import Workers, of_dask

pytestmark = pytest.mark.packaging


def started(*arguments, before=()):
    """A process, and the address that it says it listens at. before: the words of a command that runs it."""
    process = subprocess.Popen([*before, sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, universal_newlines=True,
                               env=dict(os.environ, PYTHONPATH=ROOT))
    for line in process.stderr:
        found = re.search(r"(?:Scheduler at|Start worker at|Registered to): +(tcp://\S+)", line)
        if found:
            threading.Thread(target=process.stderr.read, daemon=True).start()       # else it would wait for a reader
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
