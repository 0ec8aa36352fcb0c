"""Every test that takes `backend` runs once for each backend; the others run with the default one."""
import subprocess
import sys
import threading

import pytest
from networks import BACKENDS, WHY_NOT_C

import pygraphnn
from pygraphnn import claims, graph, ops


def pytest_configure():
    """A backend that is asked for and cannot be used is an error: skipped tests would look like passed ones."""
    for name in BACKENDS:
        reason = pygraphnn.available_backends().get(name, "there is no such backend")
        if reason:
            raise pytest.UsageError("PYGRAPHNN_TEST_BACKENDS=%s, but %r cannot be tested: %s. To test only the lists: "
                                    "PYGRAPHNN_TEST_BACKENDS=python python -m pytest"
                                    % (",".join(BACKENDS), name, reason))


def pytest_report_header():
    return "backends: %s" % ", ".join(BACKENDS)


def pytest_terminal_summary(terminalreporter):
    """In the last lines, which are read: a suite that leaves half of the package out must not look like a whole one."""
    terminalreporter.write_line("backends tested: %s" % ", ".join(BACKENDS))
    if WHY_NOT_C:
        terminalreporter.write_line("C was NOT tested: %s" % WHY_NOT_C)


# What tests the C kernels alone has nothing to test without them.
collect_ignore = [] if "c" in BACKENDS else ["test_exp.py", "test_kernels.py", "test_same_bits.py"]


def skip_what_needs_more(*arguments, **options):
    pytest.skip("a Python in WebAssembly starts no other process and no thread")


if sys.platform == "emscripten":
    subprocess.Popen = threading.Thread.start = skip_what_needs_more


@pytest.fixture(params=BACKENDS)
def backend(request):
    with pygraphnn.use(request.param):
        yield request.param


@pytest.fixture(autouse=True)
def nothing_is_left_over():
    """A test that forgets to switch back would change what the next one tests; so would what a Ctrl-C leaves behind."""
    before, threads = pygraphnn.active_backend(), pygraphnn.get_threads()
    yield
    pygraphnn.set_threads(threads)
    assert pygraphnn.active_backend() == before
    assert claims._claims == [] and graph._passes == {} and ops._kept == {} and ops._blocks == []
