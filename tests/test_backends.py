"""The switch: at once or for a block, by name or by the environment."""
import os
import subprocess
import sys

import pytest

import pygraphnn as pg
from pygraphnn import lists, ops

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def test_the_lists_are_the_default_and_can_always_be_used():
    assert pg.active_backend() == "python" and ops.table is lists
    available = pg.available_backends()
    assert list(available) == ["python", "c"] and available["python"] is None


def test_a_block_ends_with_the_backend_from_before(monkeypatch):
    class Other:
        """Stands in for another backend's module."""

    monkeypatch.setattr(ops, "table", Other)
    monkeypatch.setattr(ops, "_active", "other")
    with pg.use("python"):
        assert pg.active_backend() == "python" and ops.table is lists
    assert pg.active_backend() == "other" and ops.table is Other
    pg.use("python")
    assert pg.active_backend() == "python"


def test_an_unknown_backend_changes_nothing():
    with pytest.raises(ValueError, match="no backend 'fortran': use \"python\" or \"c\""):
        pg.use("fortran")
    assert pg.active_backend() == "python"


def python(code, **environment):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, **environment)).stdout.decode()


def test_the_environment_chooses_and_a_wrong_choice_waits_for_the_first_operation():
    assert python("import pygraphnn; print(pygraphnn.active_backend())", PYGRAPHNN_BACKEND="python") == "python\n"
    code = "import pygraphnn as pg; print(pg.available_backends()['python']); pg.Placeholder('X').value = [1.0]"
    said = python(code, PYGRAPHNN_BACKEND="fortran")
    assert said.startswith("None\n") and "ValueError: PYGRAPHNN_BACKEND=fortran: there is no backend 'fortran'" in said
    code = "import pygraphnn as pg\nwith pg.use('python'): print(pg.ops.table.add(1.0, 2.0))\nprint(pg.ops._active)"
    assert python(code, PYGRAPHNN_BACKEND="fortran") == "3.0\nfortran\n"
