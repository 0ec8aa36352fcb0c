"""The Python code of README.md and of the guides in docs/ runs, with fewer epochs, and does what it says."""
import os
import re
import sys
import types

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def text(*names):
    """These documents, one after the other."""
    found = []
    for name in names:
        with open(os.path.join(ROOT, *name.split("/")), encoding="utf-8") as file:
            found.append(file.read())
    return "\n".join(found)


@pytest.fixture(scope="module")
def guides():
    return text("docs/guide.md", "docs/looking.md")


def blocks_in(document):
    return re.findall(r"```python\n(.*?)```", document, re.DOTALL)


@pytest.mark.long
def test_the_readmes_ten_lines_train(capsys):
    block, = blocks_in(text("README.md"))
    assert len([line for line in block.splitlines() if line.strip()]) == 10
    exec(compile(block.replace("epochs=500", "epochs=60"), "README.md", "exec"), {})
    assert re.match(r"loss \d\.\d{3}, first house \[\[", capsys.readouterr().out)


def test_the_readme_fits_on_a_screen_and_its_links_lead_somewhere():
    readme = text("README.md")
    assert len(readme.splitlines()) < 60
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/guide.md", "docs/looking.md",
                 "docs/installing.md", "docs/reading.md", "docs/speed.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", text(name)):
            if not target.startswith("https:"):
                assert os.path.exists(os.path.join(ROOT, os.path.dirname(name), target)), (name, target)


class Recorder:
    """Stands in for matplotlib: takes any call and remembers it."""

    def __init__(self, calls):
        self.calls = calls

    def __getattr__(self, name):
        def call(*arguments, **options):
            self.calls.append((name, arguments))
            return self
        return call


def test_the_code_runs_from_top_to_bottom(guides, capsys, monkeypatch, tmp_path):
    calls = []
    matplotlib, pyplot = types.ModuleType("matplotlib"), Recorder(calls)
    matplotlib.pyplot = pyplot
    monkeypatch.setitem(sys.modules, "matplotlib", matplotlib)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
    monkeypatch.chdir(tmp_path)             # the pictures and the report are written there
    names = {}
    for block in blocks_in(guides):
        exec(compile(block.replace("epochs=500", "epochs=60"), "docs", "exec"), names)
    assert 2 < names["losses"][-1] < 15 < names["losses"][0]
    out = capsys.readouterr().out
    assert re.search(r"^loss \d+\.\d{3}$", out, re.MULTILINE)
    assert re.search(r"^right: (1\.00|0\.9\d)$", out, re.MULTILINE) and out.count(" right\n") == 2
    assert "b2[0] is too " in out and "the loss of the same rows goes from" in out
    assert sorted(os.listdir(".")) == [
        "boston.c", "boston.html", "boston.json", "boston.onnx", "boston.pt.py", "boston.pt.safetensors", "boston.py",
        "boston.safetensors", "graph.svg", "loss.svg", "surface.svg"]
    surface = [arguments for name, arguments in calls if name == "plot_trisurf"]
    assert [len(axis) for axis in surface[0]] == [506, 506, 506]
    assert ("plot", (names["losses"],)) in calls


def test_a_training_and_the_five_lines_that_it_stands_for_give_the_same_bits(guides):
    blocks = blocks_in(guides)
    trained, by_hand = {}, {}
    exec(blocks[0].replace("epochs=500", "epochs=1"), trained)
    exec(blocks[0].replace("epochs=500", "epochs=0").replace("losses[-1]", "0"), by_hand)
    exec(blocks[1], by_hand)
    for name in ("W1", "b1", "W2", "b2"):
        assert trained[name].value == by_hand[name].value


def test_the_lessons_network_has_25_lines(guides):
    block = blocks_in(guides)[0]
    assert len([line for line in block.splitlines() if line.strip()]) <= 25


def test_a_node_of_your_own_has_the_derivative_that_it_states(guides):
    import pygraphnn as pg
    names = {"pg": pg}
    exec([block for block in blocks_in(guides) if "class Square" in block][0], names)
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    pg.MSE(y, names["Square"](x))
    pg.forward_and_backward(pg.topological_sort_feed_dict({x: [[3.0]], y: [1.0]}))
    assert x.gradients[x] == [[-2.0 * (1.0 - 9.0) * 2.0 * 3.0]]


def test_every_module_is_in_the_reading_order():
    order = text("docs/reading.md")
    for folder, written in (("pygraphnn", "pygraphnn"), ("pygraphnn/looking", "looking"),
                            ("pygraphnn/exporting", "exporting")):
        modules = {name for name in os.listdir(os.path.join(ROOT, folder))
                   if name.endswith(".py") and not name.startswith("__")}
        assert modules == set(re.findall(r"`%s/(\w+\.py)`" % written, order))
