"""The switch: at once or for a block, by name or by the environment."""
import os
import subprocess
import sys
from fractions import Fraction

import pytest
from networks import NEEDS_C

import pygraphnn as pg
from pygraphnn import building, cli, lists, ops

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def test_the_lists_are_the_default_and_can_always_be_used():
    assert pg.active_backend() == "python" and ops.table is lists
    available = pg.available_backends()
    assert list(available) == ["python", "c"] and available["python"] is None


def test_a_block_ends_with_the_backend_from_before(monkeypatch):
    class Other:
        """Stands in for another backend's module."""

    monkeypatch.setattr(ops, "table", Other)
    monkeypatch.setattr(ops, "_active", (Other, "other"))
    with pg.use("python"):
        assert pg.active_backend() == "python" and ops.table is lists
    assert pg.active_backend() == "other" and ops.table is Other
    pg.use("python")
    assert pg.active_backend() == "python"


def test_an_unknown_backend_changes_nothing():
    with pytest.raises(ValueError, match="no backend 'fortran': use \"python\" or \"c\""):
        pg.use("fortran")
    assert pg.active_backend() == "python"


def test_the_number_of_threads_is_a_whole_number_from_1_to_1024():
    assert pg.get_threads() == int(os.environ.get("PYGRAPHNN_THREADS", 1))
    before = pg.get_threads()
    try:
        for n in (3, 1024, 1):
            pg.set_threads(n)
            assert pg.get_threads() == n
        for wrong in (0, -1, 1025, 2 ** 70, 1.5, "2", None):
            with pytest.raises(ValueError, match="the number of threads is"):
                pg.set_threads(wrong)
        assert pg.get_threads() == 1
    finally:
        pg.set_threads(before)


@NEEDS_C
def test_the_kernels_are_told_how_many_threads_before_and_after_the_switch():
    code = ("import pygraphnn as pg; pg.set_threads(3); pg.use('c');"
            "print(pg.ops.table.lib.pgn_get_threads()); pg.set_threads(5); print(pg.ops.table.lib.pgn_get_threads())")
    assert python(code).split() == ["3", "5"]


@NEEDS_C
def test_the_kernels_are_told_how_many_threads_even_while_the_lists_are_in_use():
    code = ("import pygraphnn as pg; pg.use('c')\nwith pg.use('python'): pg.set_threads(3)\n"
            "print(pg.get_threads(), pg.ops.table.lib.pgn_get_threads())")
    assert python(code) == "3 3\n"


@pytest.mark.parametrize("wrong", [{"PYGRAPHNN_BACKEND": "c", "PYGRAPHNN_THREADS": "two"}, {"PYGRAPHNN_BACKEND": "C"}])
def test_the_number_of_threads_can_be_set_where_the_backend_cannot_be_used(wrong):
    code = "import pygraphnn as pg; pg.set_threads(2); print(pg.get_threads())"
    assert python(code, **wrong) == "2\n"


def test_the_environment_sets_the_number_of_threads():
    show = "import pygraphnn as pg; print(pg.get_threads())"
    assert python(show, PYGRAPHNN_THREADS="2") == "2\n" and python(show, PYGRAPHNN_THREADS="") == "1\n"
    for wrong in ("0", "two", "-1", "\u00b2", "100000"):
        said = python(show, PYGRAPHNN_THREADS=wrong)
        assert "ValueError: PYGRAPHNN_THREADS is" in said and "a whole number from 1 to 1024" in said
        assert python("import pygraphnn", PYGRAPHNN_THREADS=wrong) == ""


def python(code, **environment):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, **environment)).stdout.decode()


def test_the_environment_chooses_and_a_wrong_choice_waits_for_the_first_operation():
    assert python("import pygraphnn; print(pygraphnn.active_backend())", PYGRAPHNN_BACKEND="python") == "python\n"
    code = "import pygraphnn as pg; print(pg.available_backends()['python']); pg.Placeholder('X').value = [1.0]"
    said = python(code, PYGRAPHNN_BACKEND="fortran")
    assert said.startswith("None\n") and "ValueError: PYGRAPHNN_BACKEND=fortran: there is no backend 'fortran'" in said
    code = ("import pygraphnn as pg\nwith pg.use('python'): print(pg.ops.table.add(1.0, 2.0))\n"
            "print(pg.active_backend())")
    assert python(code, PYGRAPHNN_BACKEND="fortran") == "3.0\nfortran\n"


def test_where_floats_are_rounded_twice_c_is_refused_and_backends_says_so(monkeypatch, capsys):
    """As on 32-bit x86 without SSE2: first to 64 binary places, then to 53."""
    assert not building.rounds_twice()
    monkeypatch.setattr(building, "rounds_twice", lambda: True)
    monkeypatch.setattr(cli, "rounds_twice", lambda: True)
    with pytest.raises(ValueError, match="old registers of 32-bit x86, which round twice.* take a Python that is made"):
        pg.use("c")
    assert cli.main(["backends"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "python  can be used (in use)" and "round twice" in lines[1] and "rounded twice here" in lines[2]


def test_what_shows_that_floats_are_rounded_twice():
    """1e16 + 2.9999, rounded to 64 binary places, is 1e16 + 3; that, rounded to 53, to the even neighbour."""
    places = Fraction(1, 1024)          # what 64 binary places resolve at 1e16
    once = round((10 ** 16 + Fraction(2.9999)) / places) * places
    assert once == 10 ** 16 + 3 and float(once) == 1e16 + 4.0 and 1e16 + 2.9999 == 1e16 + 2.0


def test_what_the_environment_asks_for_in_vain_is_said_at_the_first_operation(monkeypatch):
    before = pg.active_backend()
    monkeypatch.setenv("PYGRAPHNN_BACKEND", "fortran")
    try:
        ops._switch_as_the_environment_says()
        with pytest.raises(ValueError, match="PYGRAPHNN_BACKEND=fortran: there is no backend 'fortran'"):
            ops.table.matmul([[1.0]], [[1.0]])
    finally:
        pg.use(before)


def test_a_number_of_threads_that_is_none_is_an_error(monkeypatch):
    monkeypatch.setattr(ops, "_threads", None)
    monkeypatch.setenv("PYGRAPHNN_THREADS", "many")
    with pytest.raises(ValueError, match="PYGRAPHNN_THREADS is 'many'"):
        pg.get_threads()
