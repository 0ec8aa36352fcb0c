"""The program that is run in every Python: what it prints here, and whether a difference would be noticed.

That MicroPython, Pyodide and the other Pythons print the same is checked by `tests/runtimes/compare.py`.
"""
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pygraphnn

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "runtimes"

# The reference implementation's first numbers for the seed 1234567, as published with it.
SPLITMIX64 = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]

# SHA-256 of the lines that hold numbers and need no exp: one digest for all machines and all Pythons.
DIGEST = "0827d78385102ac720a7e8d41f51b1c0f8dce8a3ab217ff339d2f6a9dbc5e76b"

# Stands in for a Python whose output differs: it runs the program it is given, and lets `change` at the lines.
OTHER_PYTHON = """
import io, runpy, sys
real, sys.stdout = sys.stdout, io.StringIO()
runpy.run_path(sys.argv[1], run_name="__main__")
lines, sys.stdout = sys.stdout.getvalue().splitlines(), real
def change(lines):
    {change}
    return lines
print("\\n".join(change(lines)))
"""


def environment():
    without_backend = {name: value for name, value in os.environ.items() if name != "PYGRAPHNN_BACKEND"}
    return dict(without_backend, PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")


def run(*command):
    return subprocess.run([sys.executable, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=environment(), encoding="utf-8")


@pytest.fixture(scope="module")
def printed():
    process = run(FOLDER / "program.py")
    assert process.returncode == 0, process.stdout
    return process.stdout.splitlines()


def test_the_stream_is_the_published_one(printed):
    streams = [line.split()[1:] for line in printed if line.startswith("exact:stream")]
    assert SPLITMIX64 in [[int(digits, 16) for digits in stream] for stream in streams]


def test_numbers_without_exp_have_the_same_bits_on_every_machine(printed):
    lines = [line for line in printed if line.startswith("exact:") and not line.startswith("exact:error")]
    assert hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest() == DIGEST


def test_both_networks_learn(printed):
    for name in ("exact:losses", "sigmoid:losses", "exact:scalar_losses", "sigmoid:scalar_losses"):
        losses, = [line.split()[1:] for line in printed if line.startswith(name)]
        first, last = losses[0], losses[-1]
        assert last < first         # as bits: those of positive doubles are in the order of the numbers


def test_every_wrong_call_is_refused(printed):
    errors = [line for line in printed if line.startswith("exact:error")]
    assert len(errors) == 7
    assert "exact:error none" not in errors
    assert "X is 1 × 2 and W is 1 × 2" in errors[0]


def compared_with(tmp_path, change):
    """What compare.py says about a Python whose lines are changed by one Python statement."""
    other = tmp_path / "other.py"
    other.write_text(OTHER_PYTHON.format(change=change), encoding="utf-8")
    process = run(FOLDER / "compare.py", "other='%s' '%s'" % (sys.executable, other))
    return process.returncode, process.stdout.splitlines()


def test_a_python_that_prints_the_same_passes(tmp_path):
    code, output = compared_with(tmp_path, "pass")
    assert (code, output[-1]) == (0, "4 passed, 0 failed"), output


# The numbers of the lines, by the start of the name.
LINE = "[n for n, line in enumerate(lines) if line.startswith(%r)][0]"

DIFFERENCES = {
    "the last bit of a loss without exp":
        ("n = " + LINE % "exact:losses" + "; lines[n] = lines[n][:-1] + '%x' % (int(lines[n][-1], 16) ^ 1)",
         "lines without exp"),
    "another message": ("n = " + LINE % "exact:error" + "; lines[n] += '.'", "lines without exp"),
    "a line too few": ("del lines[" + LINE % "exact:b2" + "]", "lines without exp"),
    "the last bit of a loss behind exp, although each eˣ is equal":
        ("n = " + LINE % "sigmoid:losses" + "; lines[n] = lines[n][:-1] + '%x' % (int(lines[n][-1], 16) ^ 1)",
         "reach its bits"),
    "an eˣ that is 2 units off":
        ("n = " + LINE % "exp " + "; lines[n] = lines[n][:-16] + '%016x' % (int(lines[n][-16:], 16) + 2)",
         "eˣ"),
    "an eˣ that does not lead to the numbers printed":
        ("n = " + LINE % "exp " + "; lines[n] = lines[n][:-16] + '%016x' % (int(lines[n][-16:], 16) + 1)",
         "reach its bits"),
    "another x": ("n = " + LINE % "exp " + "; lines[n] = lines[n + 1]", "reach its bits"),
    "an x too few": ("lines.pop()", "reach its bits"),
    "a loss far off": ("n = " + LINE % "sigmoid:losses" + "; lines[n] = lines[n][:-10] + '0' * 10", "losses of"),
    "nothing at all": ("lines.clear()", "runs the program"),
    "a crash": ("sys.exit(3)", "runs the program"),
}


@pytest.mark.long
@pytest.mark.parametrize("difference", DIFFERENCES)
def test_a_python_that_prints_other_bits_fails(difference, tmp_path):
    change, check = DIFFERENCES[difference]
    code, output = compared_with(tmp_path, change)
    assert code == 1
    assert [line for line in output if line.startswith("FAIL") and check in line], output


def test_a_python_that_is_not_there_fails(tmp_path):
    process = run(FOLDER / "compare.py", "missing='%s'" % (tmp_path / "python"))
    assert process.returncode == 1
    assert process.stdout.splitlines()[-1] == "0 passed, 1 failed"


def test_nothing_to_compare_with_is_an_error():
    assert run(FOLDER / "compare.py").returncode == 2


ON_A_BOARD = """
import importlib.util, sys
# This Python, unlike a board's, evaluates annotations.
kinds = importlib.util.spec_from_file_location("pygraphnn.kinds", "pygraphnn/kinds.py")
sys.modules[kinds.name] = importlib.util.module_from_spec(kinds)
kinds.loader.exec_module(sys.modules[kinds.name])
sys.implementation.name = "micropython"
import pygraphnn as pg
from pygraphnn import activations, arithmetic, checking, dropout, embedding, evaluating, generated, losses, predicting
from pygraphnn import scalar, scaling
x, y = pg.Placeholder("x"), pg.Placeholder("y")
W, b = pg.Placeholder("W"), pg.Placeholder("b")
pg.MSE(y, pg.Linear(x, W, b))
data = {x: [[1.0], [2.0]], y: [[2.0], [4.0]]}
graph = pg.topological_sort_feed_dict({**data, W: [[0.0]], b: [0.0]})
pg.train(graph, data, [W, b], epochs=20, batch_size=2)
print(*sorted(name for name in sys.modules if name.startswith("pygraphnn.")))
"""


def test_a_board_gets_the_files_that_it_needs_and_no_others():
    with open(str(ROOT / "package.json"), encoding="utf-8") as file:
        package = json.load(file)
    named = {target for target, source in package["urls"]}
    assert all(target == source for target, source in package["urls"]) and package["version"] == pygraphnn.__version__
    process = run("-c", ON_A_BOARD)
    needed = {name.replace(".", "/") + ".py" for name in process.stdout.split()}
    assert named == needed | {"pygraphnn/__init__.py"}
