"""Every test that takes `backend` runs once for each backend; the others run with the default one."""
import subprocess
import sys
import threading

import networks
import pytest

import pygraphnn
from pygraphnn import claims, graph, ops

collect_ignore = []


def pytest_addoption(parser):
    parser.addoption("--backends", metavar="python,c", help="the backends to test (default: all that can be used)")
    parser.addoption("--axe", metavar="FILE", help="the script of axe-core, which looks at each page in the browser")
    parser.addoption("--screenshots", metavar="FOLDER", help="where those of the browser's tests are left")


def pytest_configure(config):
    """A backend that is asked for and cannot be used is an error: skipped tests would look like passed ones."""
    asked_for = config.getoption("--backends")
    if asked_for:
        networks.choose(asked_for.split(","))
    for name in networks.BACKENDS:
        reason = pygraphnn.available_backends().get(name, "there is no such backend")
        if reason:
            raise pytest.UsageError("--backends %s, but %r cannot be tested: %s. To test only the lists: "
                                    "python -m pytest --backends python" % (asked_for, name, reason))
    if "c" not in networks.BACKENDS:        # what tests the C kernels alone has nothing to test without them
        collect_ignore.extend(["test_exp.py", "test_kernels.py", "test_same_bits.py"])


def pytest_report_header():
    return "backends: %s" % ", ".join(networks.BACKENDS)


def pytest_terminal_summary(terminalreporter):
    """In the last lines, which are read: a suite that leaves half of the package out must not look like a whole one."""
    terminalreporter.write_line("backends tested: %s" % ", ".join(networks.BACKENDS))
    if networks.WHY_NOT_C:
        terminalreporter.write_line("C was NOT tested: %s" % networks.WHY_NOT_C)


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", networks.BACKENDS, indirect=True)


def skip_what_needs_more(*arguments, **options):
    pytest.skip("a Python in WebAssembly starts no other process and no thread")


if sys.platform == "emscripten":
    subprocess.Popen = threading.Thread.start = skip_what_needs_more


@pytest.fixture
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
