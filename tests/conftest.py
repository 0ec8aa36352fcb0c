"""Every test that takes `backend` runs once for each backend; the others run with the default one."""
import pytest
from networks import BACKENDS

import pygraphnn


@pytest.fixture(params=BACKENDS)
def backend(request):
    with pygraphnn.use(request.param):
        yield request.param


@pytest.fixture(autouse=True)
def backend_stays_as_it_was():
    """A test that forgets to switch back would change what the next one tests."""
    before = pygraphnn.active_backend()
    yield
    assert pygraphnn.active_backend() == before
