"""The memory of whole trainings in C."""
import os
import platform
import subprocess
import sys

import pytest
from networks import ROOT, WHY_NOT_C, as_lists, flat

import pygraphnn as pg

if WHY_NOT_C:
    pytest.skip("C is not tested: " + WHY_NOT_C, allow_module_level=True)

from ways import Way, same, small_job

from pygraphnn import kernels


def test_a_value_that_is_kept_keeps_the_memory_of_its_plan():
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job()
        pg.train(graph, feed, parameters, epochs=2, batch_size=6)
        kept, then = parameters[0].value, as_lists(parameters[0].value)
        row = kept[1]
        del graph, feed, parameters, prediction, X
        others = [kernels.own([[9.0] * 20] * 20) for _ in range(100)]
        assert kept == then and row == then[1] and others


def test_the_memory_of_a_training_is_known_before_its_first_step():
    with Way("plan") as used:
        graph, feed, parameters, prediction, X = small_job(features=40, hidden=300)
        known = pg.memory_needed(graph, feed, parameters, batch_size=8)
        pg.train(graph, feed, parameters, epochs=1, batch_size=8)
        numbers = sum(len(flat(node.value)) for node in parameters)
        activations = sum(len(flat(node.value)) for node in graph if not isinstance(node, pg.Loss)) - numbers
        assert used.plans[-1].bytes == known
        assert 8 * 2 * numbers < known < 8 * (2 * numbers + 2 * activations) + 64 * 30
    with Way("lists"), pytest.raises(ValueError, match="node by node"):
        pg.memory_needed(graph, feed, parameters, batch_size=8)


def test_a_batch_that_no_memory_can_hold_is_a_memory_error_and_changes_nothing():
    with Way("plan"):
        graph, feed, parameters, prediction, X = small_job()
        before = [as_lists(node.value) for node in parameters]
        for batch_size in (10 ** 13, 10 ** 30):
            with pytest.raises(MemoryError):
                pg.train(graph, feed, parameters, epochs=1, batch_size=batch_size)
        assert same([as_lists(node.value) for node in parameters], before)
        assert len(pg.train(graph, feed, parameters, epochs=1, batch_size=6)) == 1


GROWTH = """
import gc, resource, sys
import pygraphnn as pg
from networks import lesson_network, random_matrix
from pygraphnn import ops
from pygraphnn.jobs import Job

pg.use("c")
X, y, prediction, cost, parameters = lesson_network(hidden=100)
feed = {X: random_matrix(100, 13, 1), y: random_matrix(100, 1, 2)}
graph = pg.topological_sort_feed_dict(feed)
job = Job(graph, feed, parameters, 16, 0.01)
job.data = [(node, ops.table.own(whole)) for node, whole in job.data]
job.optimizer.prepare(parameters)

def used():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

def many(n):
    for _ in range(n):
        assert ops.training_plan(job, ([], {}))

many(4000 if "__pypy__" in sys.builtin_module_names else 100)       # PyPy's own heap and compiled code grow at first
before = used()
many(@)
print(used() - before)
"""


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how much memory is used stands in Linux's /proc")
@pytest.mark.parametrize("plans", [2000, pytest.param(100000, marks=pytest.mark.slow)])
def test_a_plan_that_is_built_and_dropped_leaves_nothing(plans):
    """One plan takes 60 KB: if each thousandth stayed, 100,000 would be 6 MB."""
    program = GROWTH.replace("@", str(plans))
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT, check=True,
                          env=dict(os.environ, PYTHONPATH=os.pathsep.join([ROOT, os.path.join(ROOT, "tests")])))
    growth = int(done.stdout)
    print("grown by %d KB" % (growth // 1024))
    assert growth < (20 if platform.python_implementation() == "PyPy" else 3) * 2 ** 20      # its heap varies by some
