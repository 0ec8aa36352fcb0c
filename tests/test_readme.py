"""The README's Python code runs as printed (with fewer epochs), top to bottom, and says what the text promises."""
import os
import re
import sys
import types

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture(scope="module")
def readme():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return file.read()


class Recorder:
    """Stands in for matplotlib: takes any call and remembers it."""

    def __init__(self, calls):
        self.calls = calls

    def __getattr__(self, name):
        def call(*arguments, **options):
            self.calls.append((name, arguments))
            return self
        return call


def test_the_code_runs_from_top_to_bottom(readme, capsys, monkeypatch, tmp_path):
    calls = []
    matplotlib, pyplot = types.ModuleType("matplotlib"), Recorder(calls)
    matplotlib.pyplot = pyplot
    monkeypatch.setitem(sys.modules, "matplotlib", matplotlib)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
    monkeypatch.chdir(tmp_path)             # the pictures and the report are written there
    names = {}
    for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL):
        exec(compile(block.replace("epochs=500", "epochs=60"), "README.md", "exec"), names)
    assert 2 < names["losses"][-1] < 15 < names["losses"][0]
    out = capsys.readouterr().out
    assert re.search(r"^loss \d+\.\d{3}$", out, re.MULTILINE)
    assert "b2[0] is too " in out and "the loss of the same rows goes from" in out
    assert sorted(os.listdir(".")) == ["boston.html", "graph.svg", "loss.svg", "surface.svg"]
    surface = [arguments for name, arguments in calls if name == "plot_trisurf"]
    assert [len(axis) for axis in surface[0]] == [506, 506, 506]
    assert ("plot", (names["losses"],)) in calls


def test_a_training_and_the_five_lines_that_it_stands_for_give_the_same_bits(readme):
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    trained, by_hand = {}, {}
    exec(blocks[0].replace("epochs=500", "epochs=1"), trained)
    exec(blocks[0].replace("epochs=500", "epochs=0").replace("losses[-1]", "0"), by_hand)
    exec(blocks[1], by_hand)
    for name in ("W1", "b1", "W2", "b2"):
        assert trained[name].value == by_hand[name].value


def test_the_lessons_network_has_25_lines(readme):
    block = re.search(r"```python\n(.*?)```", readme, re.DOTALL).group(1)
    assert len([line for line in block.splitlines() if line.strip()]) <= 25


def test_a_node_of_your_own_has_the_derivative_that_it_states(readme):
    import pygraphnn as pg
    names = {"pg": pg}
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    exec([block for block in blocks if "class Square" in block][0], names)
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    pg.MSE(y, names["Square"](x))
    pg.forward_and_backward(pg.topological_sort_feed_dict({x: [[3.0]], y: [1.0]}))
    assert x.gradients[x] == [[-2.0 * (1.0 - 9.0) * 2.0 * 3.0]]


def test_every_module_is_in_the_reading_order(readme):
    for folder, written in (("pygraphnn", "pygraphnn"), ("pygraphnn/looking", "looking")):
        modules = {name for name in os.listdir(os.path.join(ROOT, folder))
                   if name.endswith(".py") and not name.startswith("__")}
        assert modules == set(re.findall(r"`%s/(\w+\.py)`" % written, readme))
