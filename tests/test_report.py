"""The report: what stands in the page, how it gets there, and the file. What a reader then does with it is tested in
a browser, in `tests/browser`."""
import base64
import hashlib
import json
import math
import os
import re
import signal
import subprocess
import sys

import pytest
from networks import ROOT, as_lists, is_ascii, same_bits
from reports import (HOSTILE_ON_A_LINE, boston, chain, heights_of, hostile, named, numbers_of, residual, shared,
                     told_apart, two_losses)

import pygraphnn as pg
from pygraphnn import cli
from pygraphnn import telling
from pygraphnn.looking import grids, report
from pygraphnn.looking.meanings import meanings
from pygraphnn.looking.grids import SHOWN_ROWS, packed
from pygraphnn.looking.report_numbers import BATCH
from pygraphnn.looking.step_numbers import SHOWN_NODES


@pytest.fixture
def path(tmp_path):
    return tmp_path / "report.html"


def cells(table):
    """The value that a table stands for, where nothing of it has been left out."""
    value = table["cells"]
    return value[0][0] if table["shape"] == [] else value[0] if len(table["shape"]) == 1 else value


# The page


@pytest.mark.long
def test_the_page_needs_nothing_but_itself(path):
    boston(path)
    page = path.read_text(encoding="utf-8")
    assert len(page.encode("utf-8")) < 1000000
    without_data = re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)
    assert re.findall(r"https?://[^\"]*", without_data) == ["http://www.w3.org/2000/svg"]      # a name, not an address
    assert not re.search(r"<link|<img|<iframe|@import|url\(|\ssrc=|import\(|fetch\(|XMLHttp", without_data)


def test_the_policy_lets_only_this_script_and_this_style_act(path):
    boston(path)
    page = path.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page).group(1)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {"default-src", "base-uri", "form-action", "script-src", "style-src"}
    for tag, rule in (('<script type="module">', "script-src"), ("<style>", "style-src")):
        content = page.split(tag)[1].split("</" + tag[1:].split(">")[0].split(" ")[0])[0]
        digest = base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode()
        assert rules[rule] == "'sha256-%s'" % digest


def test_hostile_names_are_text_and_nothing_else(path):
    hostile(path)
    page = path.read_text(encoding="utf-8")
    assert page.count("<script") == page.count("</script") == 3 and "<img" not in page
    assert "\u2028" not in page and "alert(1)" in page
    numbers = numbers_of(path)
    assert numbers["settings"]["dataset"] == HOSTILE_ON_A_LINE
    features = [feature["name"] for feature in numbers["surface"]["features"]]
    assert features == [HOSTILE_ON_A_LINE, HOSTILE_ON_A_LINE + "2"]
    assert named(numbers, HOSTILE_ON_A_LINE + "W")["is_parameter"]


def test_what_is_put_into_the_page_is_not_looked_at_again():
    assert report.fill("a [[ONE]] b [[TWO]]", {"ONE": "[[TWO]]", "TWO": "[[ONE]] \\1"}) == "a [[TWO]] b [[ONE]] \\1"


def test_data_in_the_page_cannot_leave_it():
    text = report.as_data(["</script>", "<!--", "a\u2028b\u2029", "&lt;", math.nan, -math.inf, {"x": math.inf}])
    assert not re.search(r"[<>&\u2028\u2029]", text) and is_ascii(text) and "\n" not in text
    assert json.loads(text)[:4] == ["</script>", "<!--", "a\u2028b\u2029", "&lt;"]
    assert json.loads(text)[4:] == [{"float": "NaN"}, {"float": "-Infinity"}, {"x": {"float": "Infinity"}}]


def test_every_text_is_there_in_both_languages_with_the_same_parameters():
    script = report.script_of_page()
    for key, languages in report.texts().items():
        assert set(languages) == {"en", "zh"} and all(languages.values()), key
        assert set(re.findall(r"\{\w+\}", languages["en"])) == set(re.findall(r"\{\w+\}", languages["zh"])), key
        name = key[:-3] if key.endswith("One") and key[:-3] in report.texts() else key      # `say` takes it for 1
        assert '"%s"' % name in script, "%s is not used" % key
        assert re.search("[\u4e00-\u9fff]", languages["zh"]) or key in ("otherLanguage", "gradientOf"), key


def test_every_text_that_the_script_asks_for_is_there():
    asked = re.findall(r'say\((?:[^()"]*\? )?"(\w+)"(?: : "(\w+)")?', report.script_of_page())
    assert len(asked) > 80
    assert {key for pair in asked for key in pair if key} - set(report.texts()) == set()


# The numbers


@pytest.mark.long
def test_settings_and_losses_are_those_of_the_training(path, backend):
    made = boston(path, epochs=7, hidden=3, test_rows=[5, 100], seed=3, seconds=1.5, test_losses={1: 30.0, 7: 20.5})
    numbers = numbers_of(path)
    assert numbers["settings"] == {
        "dataset": "boston", "backend": backend, "rows": 506, "test_rows": 2, "features": 13, "epochs": 7,
        "target": "MEDV", "batch_size": 16, "learning_rate": 0.01, "seed": "3", "seconds": 1.5,
        "optimizer": None, "columns": meanings(pg.load_dataset("boston"))}
    assert numbers["losses"]["train"] == [[n + 1, loss] for n, loss in enumerate(made.losses)]
    assert numbers["losses"]["test"] == [[1, 30.0], [7, 20.5]] and numbers["losses"]["every"] == 1


@pytest.mark.long
def test_the_step_shows_the_numbers_of_a_step(path, backend):
    """The same step by hand: feed these rows, run forward and backward, optimize."""
    made = boston(path, test_rows=range(0, 506, 2), seed=4)
    step = numbers_of(path)["step"]
    rng = pg.SplitMix64(4)
    assert step["rows"] == [range(1, 506, 2)[rng.below(253)] for _ in range(BATCH)]
    for node, rows in made.feed.items():
        node.value = [rows[row] for row in step["rows"]]
    pg.forward_and_backward(made.graph)
    assert [node["name"] for node in step["nodes"]] == [node.name for node in made.graph]
    assert [node["position"] for node in step["nodes"]] == list(range(1, 11))
    for node, shown in zip(made.graph, step["nodes"]):
        assert same_bits(cells(shown["value"]), as_lists(node.value)), node
        assert same_bits(cells(shown["gradient"]), as_lists(node.incoming_gradient())), node
        assert shown["inputs"]["names"] == [other.name for other in node.inputs]
        assert shown["consumers"]["names"] == [other.name for other in node.consumers]
    assert step["loss"] == made.graph[-1].value
    pg.optimize(made.parameters, 0.01)
    pg.forward(made.graph)
    assert step["loss_after"] == made.graph[-1].value < step["loss"]
    for node, shown in zip(made.graph, step["nodes"]):
        assert shown["is_parameter"] == (node in made.parameters)
        if node in made.parameters:
            assert same_bits(cells(shown["after"]), as_lists(node.value)), node
        else:
            assert shown["after"] is None


def test_gradients_of_a_node_with_two_consumers_are_there_one_by_one(path):
    residual(path)
    l1 = named(numbers_of(path), "l1")
    assert l1["consumers"]["names"] == ["s1", "both"] and len(l1["parts"]) == 2
    first, second = [cells(part) for part in l1["parts"]]
    assert first != second
    assert cells(l1["gradient"]) == [[a + b for a, b in zip(*rows)] for rows in zip(first, second)]


def test_a_node_of_your_own_shows_the_first_line_of_what_it_says_of_itself(path):
    residual(path)
    both = named(numbers_of(path), "both")
    assert (both["kind"], both["class"]) == ("operation", "Sum")
    assert both["says"].startswith("A user's own node: the sum of its inputs")


def test_the_page_knows_no_node_by_its_class():
    script = report.script_of_page().lower()
    assert not [kind.__name__ for kind in (pg.Linear, pg.Sigmoid, pg.MSE) if kind.__name__.lower() in script]


@pytest.mark.long
def test_every_node_is_afterwards_as_it_was_before(path, backend):
    made = boston(path)
    before = [(node.value, node.gradients, node.consumers) for node in made.graph]
    pg.write_report(path, made.graph, made.feed, made.parameters, made.losses, batch_size=16)
    for node, (value, gradients, consumers) in zip(made.graph, before):
        assert node.value is value and node.gradients is gradients and node.consumers == consumers


@pytest.mark.long
def test_predictions_and_worst_rows(path):
    made = boston(path, test_rows=[0, 3])
    shown = numbers_of(path)["predictions"]
    predicted = [row[0] for row in pg.predict(made.prediction, {made.X: made.feed[made.X]})]
    assert shown["rows"] == [[row, made.dataset.target[row], predicted[row], row in (0, 3)] for row in range(506)]
    errors = sorted((abs(predicted[row] - made.dataset.target[row]) for row in range(506)), reverse=True)
    assert [abs(row[2] - row[1]) for row in shown["worst"]] == errors[:10]
    assert [row[4] for row in shown["worst"]] == [made.dataset.data[row[0]] for row in shown["worst"]]


def test_the_surface_is_the_prediction_with_all_other_features_at_their_means(path):
    made = boston(path, features=["RM", "LSTAT", "CRIM"])
    surface = numbers_of(path)["surface"]
    assert set(surface["grids"]) == {"0-1", "0-2", "1-2"}
    fed = made.feed[made.X]
    means = [sum(column) / 506 for column in zip(*fed)]
    for p, q in ((0, 1), (0, 2), (1, 2)):
        grid = surface["grids"]["%d-%d" % (p, q)]
        size, heights = grid["size"], heights_of(grid)
        assert len(heights) == size * size
        scales = [[min(column) + (max(column) - min(column)) * (n / (size - 1)) for n in range(size)]
                  for column in zip(*fed)]
        for i, j in ((0, 0), (3, 11), (16, 2), (size - 1, size - 1)):
            row = list(means)
            row[p], row[q] = scales[p][i], scales[q][j]
            predicted = pg.predict(made.prediction, {made.X: [row]})[0][0]
            assert heights[i * size + j] == pytest.approx(predicted, abs=(grid["high"] - grid["low"]) / 8000)
    rooms = surface["features"][0]
    column = [row[0] for row in made.dataset.data]
    assert rooms["name"] == "RM" and rooms["is_own_unit"] and rooms["values"] == column
    assert rooms["ends"] == pytest.approx([min(column), max(column)]) == [3.561, 8.78]
    assert rooms["mean"] == pytest.approx(6.284634, rel=1e-5)


def test_features_that_are_no_multiple_of_their_units_are_shown_as_fed(path):
    made = boston(path, features=["RM", "LSTAT"])
    squares = {made.X: [[x * x for x in row] for row in made.feed[made.X]], made.y: made.dataset.target}
    pg.write_report(path, made.graph, squares, made.parameters, made.losses, batch_size=16, dataset=made.dataset)
    feature = numbers_of(path)["surface"]["features"][0]
    assert not feature["is_own_unit"] and feature["values"][5] == pytest.approx(squares[made.X][5][0], rel=1e-5)


def test_the_columns_of_what_was_fed_have_names_and_the_rows_held_out_are_known(path):
    made = boston(path, features=["RM", "LSTAT"], test_rows=[0, 7])
    numbers = numbers_of(path)
    X = named(numbers, "X")
    assert X["value"]["names"] == X["gradient"]["names"] == ["RM", "LSTAT"] and X["value"]["is_converted"]
    assert all("names" not in named(numbers, node.name)["value"] for node in made.graph if node is not made.X)
    assert [row for row, is_held_out in enumerate(numbers["surface"]["is_held_out"]) if is_held_out] == [0, 7]
    feed = {made.X: made.dataset.data, made.y: made.dataset.target}
    pg.write_report(path, made.graph, feed, made.parameters, made.losses, batch_size=16, dataset=made.dataset)
    assert not named(numbers_of(path), "X")["value"]["is_converted"]


def test_several_losses_are_counted_and_the_prediction_is_named(path):
    two_losses(path)
    numbers = numbers_of(path)
    assert numbers["step"]["losses"] == 2
    assert (numbers["predictions"]["node"], numbers["predictions"]["labels"]) == ("l2", "y")
    assert numbers["predictions"]["features"] == 2


def test_a_constant_feature_keeps_its_unit(path):
    dataset = pg.Dataset("d", [[7.0, float(n)] for n in range(20)], [0.0] * 20, ["seven", "n"], "y", "")
    chain(path, 0, data=[[0.0, n / 20] for n in range(20)], features=2, dataset=dataset)
    seven, n = numbers_of(path)["surface"]["features"]
    assert seven["is_own_unit"] and seven["mean"] == 7.0 and seven["values"] == [7.0] * 20
    assert n["is_own_unit"] and n["ends"][-1] == 19.0


# Large, small and strange things


def test_of_many_epochs_some_are_shown_and_the_page_says_so(path):
    losses = [1.0 / (n + 1) for n in range(10000)]
    chain(path, 1, losses=losses, test_losses=dict(enumerate(losses, 1)))
    shown = numbers_of(path)["losses"]
    assert len(shown["train"]) == len(shown["test"]) == 600         # they fall: of each stretch the first and the last
    assert shown["every"] == 34 and shown["epochs"] == 10000
    assert shown["train"][0] == [1, 1.0] and shown["train"][-1] == shown["test"][-1] == [10000, losses[-1]]


def test_edges_that_pass_by_a_layer_have_a_lane_there_together_for_each_source(path):
    shared(path)
    step = numbers_of(path)["step"]
    names = [node["name"] for node in step["nodes"]]
    layers = [sorted("past: " + names[item[0]] if isinstance(item, list) else names[item] for item in layer)
              for layer in step["layers"]]
    assert layers == [["W", "X", "b"], ["l1", "past: W", "past: b"], ["past: W", "past: b", "s1"],
                      ["V", "l2", "past: b"], ["l3", "y"], ["cost"]]


@pytest.mark.long
def test_of_2000_nodes_the_first_and_the_last_operations_are_shown_with_what_they_read(path):
    made = chain(path, 1994)
    step = numbers_of(path)["step"]
    assert step["total"] == len(made.graph) == 2000 and len(step["nodes"]) == SHOWN_NODES
    first = len([node for node in step["nodes"] if node["position"] < 1000])
    assert [node["position"] for node in step["nodes"]] == [*range(1, first + 1), *range(1941 + first, 2001)]
    assert 28 <= first <= 32                                # four placeholders, and as many operations as at the end
    assert [n for n, node in enumerate(step["nodes"]) if -1 in node["inputs"]["numbers"]] == [first]


def test_parameters_of_a_large_graph_are_shown_with_the_operations_that_read_them(path):
    """Layers with weights of their own: sorted, all of these stand before the first operation."""
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    node, parameters, feed = X, [], {X: [[1.0]], y: [[1.0]]}
    for n in range(40):
        W, b = pg.Placeholder("W%d" % n), pg.Placeholder("b%d" % n)
        node = pg.Linear(node, W, b, name="l%d" % n)
        parameters += [W, b]
        feed.update({W: [[0.9]], b: [0.1]})
    pg.MSE(y, node, name="cost")
    graph = pg.topological_sort_feed_dict(feed)
    pg.write_report(path, graph, {X: feed[X], y: feed[y]}, parameters, [1.0], batch_size=1)
    step = numbers_of(path)["step"]
    names = [node["name"] for node in step["nodes"]]
    assert len(names) <= SHOWN_NODES < step["total"]
    assert {"X", "l0", "W0", "b0", "l39", "W39", "b39", "cost"} <= set(names)
    assert not [node["name"] for node in step["nodes"]
                if node["kind"] == "placeholder" and max(node["consumers"]["numbers"]) < 0]    # unconnected
    lacking = [node["name"] for node in step["nodes"] if -1 in node["inputs"]["numbers"]]
    assert len(lacking) == 1                                # the one that the last operations go on from
    assert path.stat().st_size < 1000000


@pytest.mark.long
def test_of_many_rows_and_features_some_are_shown(path):
    chain(path, 1, rows=5000, features=40)
    numbers = numbers_of(path)
    assert len(numbers["predictions"]["rows"]) <= SHOWN_ROWS and numbers["predictions"]["total"] == 5000
    assert numbers["predictions"]["every"] == 9 and numbers["predictions"]["rows"][1][0] == 9
    assert len(numbers["surface"]["features"]) == 13 and numbers["surface"]["of"] == 40
    assert path.stat().st_size < 1000000


def test_a_slow_network_has_fewer_surfaces(path, monkeypatch):
    monkeypatch.setattr(grids, "SURFACE_WORK", grids.SURFACE_WORK // 10)
    chain(path, 100, rows=8, features=10)
    assert 2 <= len(numbers_of(path)["surface"]["features"]) < 10


@pytest.mark.long
def test_large_matrices_are_cut(path):
    made = chain(path, 0, features=300)
    X = named(numbers_of(path), "X")
    assert X["value"]["shape"] == [4, 300] and len(X["value"]["cells"]) == 4
    rows = numbers_of(path)["step"]["rows"]
    assert X["value"]["cells"] == [made.feed[made.X][row][:64] for row in rows]
    assert path.stat().st_size < 1000000


@pytest.mark.long
def test_the_features_that_stay_are_those_that_go_with_the_prediction(path):
    made = chain(path, 0, rows=60, features=30)
    made.W.value = [[float(n in (7, 21))] for n in range(30)]
    pg.write_report(path, made.graph, made.feed, [made.W, made.b], [], batch_size=4)
    assert {"7", "21"} <= {feature["name"] for feature in numbers_of(path)["surface"]["features"]}


@pytest.mark.parametrize("rows, features, data", [
    (1, 1, [[3.0]]),
    (1, 2, None),
    (20, 1, None),
    (20, 2, [[1.0, 2.0]] * 20),             # both constant, so the prediction is
    (2, 1, [[1e-308], [1e308]]),
])
def test_small_and_constant_data(path, rows, features, data):
    chain(path, 1, rows=rows, features=features, data=data)
    numbers = numbers_of(path)
    assert len(numbers["predictions"]["rows"]) == rows and numbers["surface"]["grids"]


def test_losses_that_are_not_finite_are_shown_as_what_they_are(path):
    chain(path, 1, losses=[math.nan, math.inf, 1.0], test_losses={3: math.inf})
    shown = numbers_of(path)["losses"]
    assert math.isnan(shown["train"][0][1]) and shown["train"][1][1] == shown["test"][0][1] == math.inf


def test_no_epochs_and_predictions_that_overflow(path):
    made = chain(path, 0, losses=[])
    made.W.value = [[1e308]]
    made.feed[made.X] = [[10.0 * x for x, in [row]] for row in made.feed[made.X]]
    pg.write_report(path, made.graph, made.feed, [made.W, made.b], [], batch_size=4)
    assert any(math.isinf(row[2]) for row in numbers_of(path)["predictions"]["rows"])


def test_without_a_mean_square_error_there_is_a_page_without_predictions(path):
    class Mean(pg.Loss):
        """value = Σ aᵢⱼ / n"""

        def __init__(self, node):
            pg.Loss.__init__(self, [node])

        def forward(self):
            self.value = sum(x for row in as_lists(self.inputs[0].value) for x in row)

        def backward(self):
            self.gradients = {}
            self.pass_back(self.inputs[0], [[1.0] * len(row) for row in as_lists(self.inputs[0].value)])

    X, W, b = [pg.Placeholder(name) for name in "XWb"]
    Mean(pg.Linear(X, W, b))
    feed = {X: [[1.0], [2.0]]}
    graph = pg.topological_sort_feed_dict({**feed, W: [[1.0]], b: [0.0]})
    pg.write_report(path, graph, feed, [W, b], [1.0], batch_size=1)
    numbers = numbers_of(path)
    assert numbers["predictions"] is None and numbers["surface"] is None
    assert numbers["step"]["nodes"][-1]["says"] == "value = Σ aᵢⱼ / n"


# Wrong calls, and the file


@pytest.mark.parametrize("change, message", [
    ({"dataset": pg.load_dataset("iris")}, "the dataset has 150 rows, but 20 were fed"),
    ({"test_rows": [20]}, "there is no test row 20"),
    ({"test_rows": [3, 3]}, "the test rows name row 3 twice"),
    ({"test_rows": range(20)}, "leave one to train on"),
    ({"batch_size": 0}, "batch_size is 0"),
    ({"learning_rate": math.nan}, "learning rate is nan"),
])
def test_wrong_arguments_leave_no_file(path, tmp_path, change, message):
    made = chain(tmp_path / "other.html", 1)
    with pytest.raises(ValueError, match=re.escape(message)):
        pg.write_report(path, made.graph, made.feed, [made.W, made.b], made.losses, **{**{"batch_size": 4}, **change})
    assert os.listdir(tmp_path) == ["other.html"]


UNWRITABLE = {
    "a folder": ("folder.html", "is a folder"),
    "data": ("houses.csv", "houses.csv: choose a name that ends in .html"),
    "in no folder": ("missing/report.html", "there is no folder"),
    "in a file": ("file/report.html", "there is no folder"),
    "too long a name": ("x" * 300 + ".html", "cannot be written"),
}


@pytest.mark.parametrize("place", UNWRITABLE)
def test_an_unwritable_place_is_one_line_before_the_training(tmp_path, place):
    name, message = UNWRITABLE[place]
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "houses.csv").write_text("price")
    done = subprocess.run([sys.executable, "-m", "pygraphnn", "train", "boston", "--epochs", "1000000", "--report",
                           str(tmp_path / name)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr.decode() and done.stderr.count(b"\n") == 1
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.html", "houses.csv"]
    assert (tmp_path / "houses.csv").read_text() == "price"


def train_with_report(path, *arguments):
    done = subprocess.run([sys.executable, "-m", "pygraphnn", "train", "boston", "--report", str(path), *arguments],
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.mark.long
def test_the_command_line_writes_one(path, tmp_path):
    result = json.loads(train_with_report(path, "--epochs", "401", "--test-fraction", "0.2", "--json", "--hidden", "2"))
    numbers = numbers_of(path)
    assert os.listdir(tmp_path) == ["report.html"] and path.stat().st_size < 1000000
    assert [loss for epoch, loss in numbers["losses"]["train"]] == result["losses"]
    assert numbers["losses"]["test"][-1] == [401, result["test_loss"]]
    assert [epoch for epoch, loss in numbers["losses"]["test"]] == list(range(1, 402, 3)) + [401]
    assert numbers["settings"]["seconds"] == result["seconds"] and numbers["settings"]["test_rows"] == 101
    assert "MEDV" in json.dumps(numbers["settings"])


def test_a_training_that_diverges_at_once_leaves_the_old_page(path):
    path.write_text("old")
    done = subprocess.run([sys.executable, "-m", "pygraphnn", "train", "boston", "--learning-rate", "1e200", "--report",
                           str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 2 and path.read_text() == "old"


@pytest.mark.long
def test_a_training_that_diverges_later_shows_what_there_was_until_then(path):
    done = subprocess.run([sys.executable, "-m", "pygraphnn", "train", "boston", "--features", "LSTAT,RM,PTRATIO",
                           "--learning-rate", "5", "--report", str(path)],
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 2 and b"epoch 4, step 29" in done.stderr and b"report: " in done.stdout
    numbers = numbers_of(path)
    assert len(numbers["losses"]["train"]) == numbers["settings"]["epochs"] == 3
    assert all(isinstance(row[2], float) for row in numbers["predictions"]["rows"])


@pytest.mark.long
def test_an_interrupted_training_shows_what_there_was_until_then(path):
    process = subprocess.Popen([sys.executable, "-u", "-m", "pygraphnn", "train", "boston", "--epochs", "1000000",
                                "--report", str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    while b"Epoch: 1," not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and b"report: " in out and b"interrupted after" in err
    assert len(numbers_of(path)["losses"]["train"]) >= 1


@pytest.mark.long
def test_the_report_of_an_interrupted_training_shows_what_its_losses_tell_of(backend, path, monkeypatch):
    """A Ctrl-C may come between two epochs, while their losses are printed."""
    def interrupt_at(number):
        def printing(*words, **options):
            if str(words[0]).startswith("Epoch: %d," % number):
                raise KeyboardInterrupt
        return printing

    def reported(graph, data, trainables, losses):
        found.append([losses, [as_lists(node.value) for node in trainables]])

    found = []
    monkeypatch.setattr(report, "write_report", lambda path, graph, data, trainables, losses, **options:
                        reported(graph, data, trainables, losses))
    monkeypatch.setattr(telling, "print", interrupt_at(101), raising=False)
    assert cli.main(["train", "boston", "--epochs", "300", "--backend", backend, "--report", str(path)]) == 130
    monkeypatch.setattr(telling, "print", lambda *words, **options: None, raising=False)
    assert cli.main(["train", "boston", "--epochs", "101", "--backend", backend, "--report", str(path)]) == 0
    assert found[0] == found[1] and len(found[0][0]) == 101


@pytest.mark.long
@pytest.mark.parametrize("batch_size", [1, 16, 506])
def test_the_features_to_choose_from_do_not_depend_on_the_batch_size(path, batch_size):
    train_with_report(path, "--epochs", "1", "--batch-size", str(batch_size))
    names = [feature["name"] for feature in numbers_of(path)["surface"]["features"]]
    assert names == pg.load_dataset("boston").feature_names


@pytest.mark.parametrize("scale", [1e150, 1e200, 1e307])
def test_predictions_too_large_to_be_squared_make_a_page(path, scale):
    X, y, W, b = [pg.Placeholder(name) for name in ("X", "y", "W", "b")]
    pg.MSE(y, pg.Linear(X, W, b))
    feed = {X: pg.randn(30, 20, 1), y: [float(n) for n in range(30)]}
    graph = pg.topological_sort_feed_dict({**feed, W: [[scale]] * 20, b: [0.0]})
    pg.write_report(path, graph, feed, [W, b], [1.0], batch_size=4)
    assert len(numbers_of(path)["surface"]["features"]) == grids.SURFACE_FEATURES


@pytest.mark.parametrize("more, error, message", [
    ({"dataset": 5}, TypeError, "the data set is 5"),
    ({"losses": 5}, ValueError, "losses is 5: it must be a list of numbers"),
    ({"losses": None}, ValueError, "losses is None"),
    ({"losses": ["a"]}, ValueError, "the loss of epoch 1 is 'a', which is not a number"),
    ({"seconds": float("nan")}, ValueError, "seconds is nan"),
    ({"test_losses": [1, 2]}, TypeError, "test_losses is [1, 2]: it must be a dict"),
    ({"test_losses": {3: 1.0}}, ValueError, "test_losses has an epoch 3, but there were 1"),
    ({"test_losses": {"a": 1.0}}, ValueError, "an epoch of test_losses is 'a'"),
    ({"test_rows": 5}, TypeError, "test_rows is 5"),
    ({"path": None}, TypeError, "the path is None"),
    ({"trainables": 5}, TypeError, "the trainables are a list of placeholders, not 5"),
])
def test_a_wrong_argument_is_named(path, more, error, message):
    X, y, W, b = [pg.Placeholder(name) for name in ("X", "y", "W", "b")]
    pg.MSE(y, pg.Linear(X, W, b))
    feed = {X: [[1.0], [2.0]], y: [1.0, 2.0]}
    graph = pg.topological_sort_feed_dict({**feed, W: [[1.0]], b: [0.0]})
    arguments = dict({"path": path, "graph": graph, "feed": feed, "trainables": [W, b], "losses": [1.0],
                      "batch_size": 1}, **more)
    with pytest.raises(error) as raised:
        pg.write_report(**arguments)
    assert message in str(raised.value) and not path.exists()


def test_a_feature_whose_range_is_beyond_the_largest_number_makes_a_page(path):
    X, y, W, b = [pg.Placeholder(name) for name in ("X", "y", "W", "b")]
    pg.MSE(y, pg.Linear(X, W, b))
    feed = {X: [[-1e308, 1.0], [1e308, 2.0], [0.5, 3.0]], y: [1.0, 2.0, 3.0]}
    graph = pg.topological_sort_feed_dict({**feed, W: [[1e-300], [1.0]], b: [0.0]})
    pg.write_report(path, graph, feed, [W, b], [1.0], batch_size=2)
    surface = numbers_of(path)["surface"]
    assert surface["features"][0]["ends"] == [-1e308, 1e308]
    heights = heights_of(surface["grids"]["0-1"])
    assert len(heights) == surface["grids"]["0-1"]["size"] ** 2 and heights[0] < heights[-1]


def test_heights_are_written_as_two_letters_each():
    written = packed([0.0, 1.0, 0.25, float("nan"), float("inf"), 1e301])
    assert written["low"] == 0.0 and written["high"] == 1.0
    assert heights_of(dict(written))[:3] == pytest.approx([0.0, 1.0, 0.25], abs=1 / 8000)
    assert [x != x for x in heights_of(written)] == [False] * 3 + [True] * 3
    assert heights_of(packed([7.0, 7.0])) == [7.0, 7.0]
    assert all(x != x for x in heights_of(packed([float("nan")] * 4)))
    assert heights_of(packed([-1e300, 1e300])) == [-1e300, 1e300]


def test_steep_surfaces_have_more_points_and_level_ones_few(path):
    made = boston(path, features=["RM", "LSTAT"])
    made.parameters[0].value = [[30.0 * x for x in row] for row in as_lists(made.parameters[0].value)]
    arguments = path, made.graph, made.feed, made.parameters, made.losses
    pg.write_report(*arguments, batch_size=16, dataset=made.dataset)
    assert numbers_of(path)["surface"]["grids"]["0-1"]["size"] == 65
    made.parameters[0].value = [[1e-3 * x for x in row] for row in as_lists(made.parameters[0].value)]
    pg.write_report(*arguments, batch_size=16, dataset=made.dataset)
    assert numbers_of(path)["surface"]["grids"]["0-1"]["size"] == 17


# How good it is


@pytest.mark.long
def test_the_measures_of_numbers_stand_beside_those_of_their_mean(path):
    made = boston(path, epochs=12, test_rows=range(0, 506, 4), test_losses={1: 60.0, 3: 20.0, 6: 30.0, 12: 31.0})
    found = numbers_of(path)["measures"]
    y, held_out = made.dataset.target, set(range(0, 506, 4))
    predicted = [row[0] for row in as_lists(pg.predict(made.prediction, {made.X: made.feed[made.X]}))]
    known = [row for row in range(506) if row not in held_out]
    mean = sum(y[row] for row in known) / len(known)
    assert found["task"] == "regression" and found["guess"] == pytest.approx(mean)
    for measured, rows in zip(found["sets"], (known, sorted(held_out))):
        assert measured["rows"] == len(rows) and measured["is_held_out"] == (rows is not known)
        squares = [[(y[row] - guess) ** 2 for row, guess in zip(rows, guesses)]
                   for guesses in ([predicted[row] for row in rows], [mean] * len(rows))]
        assert [measured["value"], measured["guess"]] == pytest.approx([(sum(all_) / len(rows)) ** 0.5
                                                                        for all_ in squares])
    assert found["best"] == {"epoch": 3, "loss": 20.0, "looks": 4, "last": 31.0, "has_turned_up": True}


def softmax(row):
    powers = [math.exp(x - max(row)) for x in row]
    return [power / sum(powers) for power in powers]


def test_classes_are_shown_with_their_surest_mistakes(path):
    dataset = pg.load_dataset("iris", features=["sepal_length", "sepal_width"])
    made = told_apart(path, dataset, test_rows=range(0, 150, 3))
    numbers = numbers_of(path)
    found = numbers["measures"]
    assert numbers["predictions"] is numbers["surface"] is None
    assert (numbers["settings"]["features"], numbers["settings"]["target"]) == (2, "species")
    assert (numbers["settings"]["optimizer"], numbers["settings"]["learning_rate"]) == ("Adam", 0.02)
    assert found["names"] == ["setosa", "versicolor", "virginica"] and found["picture"] is None
    shares = [softmax(row) for row in as_lists(pg.predict(made.logits, {made.X: made.feed[made.X]}))]
    answers = [row.index(max(row)) for row in shares]
    for measured, rows in zip(found["sets"], ([row for row in range(150) if row % 3], range(0, 150, 3))):
        counts = [[len([row for row in rows if (dataset.target[row], answers[row]) == (i, j)]) for j in range(3)]
                  for i in range(3)]
        assert measured["confusion"] == counts and measured["rows"] == len(rows)
        assert measured["value"] == pytest.approx(sum(counts[i][i] for i in range(3)) / len(rows))
    wrong = [row for row in range(150) if answers[row] != dataset.target[row]]
    wrong.sort(key=lambda row: -max(shares[row]))
    assert found["wrong"] == len(wrong) > 3
    assert [one["row"] for one in found["mistakes"]] == wrong[:12]
    for one in found["mistakes"]:
        assert (one["label"], one["answer"]) == (dataset.target[one["row"]], answers[one["row"]])
        assert one["share"] == pytest.approx(max(shares[one["row"]])) and one["is_held_out"] == (one["row"] % 3 == 0)


@pytest.mark.long
def test_for_two_features_the_regions_of_the_answers_are_shown(path):
    dataset = pg.make_moons(60)
    made = told_apart(path, dataset)
    regions = numbers_of(path)["measures"]["regions"]
    size = regions["size"]
    across, up = regions["features"]
    columns = list(zip(*dataset.data))
    assert [feature["name"] for feature in regions["features"]] == ["x", "y"]
    for feature, numbers in zip(regions["features"], columns):
        assert feature["ends"][0] < min(numbers) and max(numbers) < feature["ends"][1]
        assert feature["values"] == [float("%.6g" % x) for x in numbers]
    for place in (0, 17, 1234, size * size - 1):
        i, j = divmod(place, size)
        row = [feature["ends"][0] + (feature["ends"][1] - feature["ends"][0]) * n / (size - 1)
               for feature, n in ((across, i), (up, j))]
        logits, = as_lists(pg.predict(made.logits, {made.X: pg.standardize([row], like=dataset.data)}))
        assert regions["answers"][place] == "ab"[logits.index(max(logits))]
    assert [point[3] for point in regions["points"]] == [int(label) for label in dataset.target]


def test_rows_of_pixels_are_shown_as_pictures(path):
    digits = pg.load_dataset("digits")
    few = pg.Dataset("digits", digits.data[:60], digits.target[:60], digits.feature_names, "digit", "",
                     digits.class_names).select([name for name in digits.feature_names if name[6:] not in (
                         "0_0", "4_0", "4_7") and len(set(row[digits.feature_names.index(name)]
                                                          for row in digits.data[:60])) > 1])
    made = told_apart(path, few, epochs=1)
    found = numbers_of(path)["measures"]
    assert (found["picture"]["rows"], found["picture"]["columns"]) == (8, 8)
    assert found["picture"]["places"][0] == [int(part) for part in few.feature_names[0][6:].split("_")]
    assert found["mistakes"][0]["pixels"] == made.dataset.data[found["mistakes"][0]["row"]] and found["regions"] is None


@pytest.mark.parametrize("labels", ["one-hot", "binary", "vector"])
def test_labels_may_have_any_form_that_the_loss_takes(path, labels):
    moons = pg.make_moons(40)
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    columns = 1 if labels == "binary" else 2
    W.value, b.value = pg.randn(2, columns, 0), pg.zeros(columns)
    node = pg.Linear(X, W, b)
    loss = pg.BinaryCrossEntropy(y, node) if labels == "binary" else pg.CrossEntropy(y, node)
    feed = {X: moons.data, y: {"one-hot": pg.one_hot(moons.target, 2), "binary": [[x] for x in moons.target],
                               "vector": moons.target}[labels]}
    graph = pg.sorted_graph(loss)
    losses = pg.train(graph, feed, [W, b], epochs=5, batch_size=8)
    pg.write_report(path, graph, feed, [W, b], losses, batch_size=8)
    found = numbers_of(path)["measures"]
    outputs = pg.predict(node, {X: moons.data})
    assert found["names"] == ["0", "1"] and found["sets"][0]["confusion"] == pg.confusion_matrix(moons.target, outputs)


def test_labels_that_are_no_classes_are_not_shown_as_such(path):
    X, y, W, b = [pg.Placeholder(name) for name in "XyWb"]
    W.value, b.value = pg.randn(2, 1, 0), pg.zeros(1)
    feed = {X: pg.randn(10, 2, 3), y: [[0.1 * n] for n in range(10)]}           # shares, not labels
    graph = pg.sorted_graph(pg.BinaryCrossEntropy(y, pg.Linear(X, W, b)))
    losses = pg.train(graph, feed, [W, b], epochs=1, batch_size=2)
    pg.write_report(path, graph, feed, [W, b], losses, batch_size=2)
    assert numbers_of(path)["measures"] is None


def test_columns_are_explained_with_their_units():
    boston = meanings(pg.load_dataset("boston"))
    assert boston[5] == ["RM", "rooms per dwelling, on average", "rooms"] and len(boston) == 14
    assert boston[-1] == ["MEDV", "median value of the owner-occupied homes", "thousands of dollars"]
    found = {name: [row[0] for row in meanings(pg.load_dataset(name))] for name in pg.dataset_names()}
    assert found["breast_cancer"][:2] == ["mean_radius", "mean_texture"] and found["digits"] == ["digit"]
    assert all(len(columns) > 1 for name, columns in found.items() if name != "digits")
    table = "| column | meaning | unit |\n| a | what | m |\n| c | no | m |\n| b |"
    own = pg.Dataset("own", [[1.0]], [2.0], ["a"], "b", table)
    assert meanings(own) == [["a", "what", "m"]] and meanings(pg.load_dataset("moons")) == []
