"""The pictures: read back as XML, their places compared with the numbers that they stand for."""
import base64
import html.parser
import math
import os
import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from networks import ROOT, Sum, as_lists, flat, lesson_network, random_matrix

import pygraphnn as pg
from pygraphnn.looking import pictures, surface, svg
from pygraphnn.looking.layout import layers_of

HOSTILE = ["<script>alert(1)</script>", "</svg>", "]]>", "&amp;\"'><b onload=x>", "a\x00\x1b\ud800\uffffz",
           "größe £ 😀"]
TAGS = {"svg", "title", "desc", "style", "rect", "text", "path", "circle", "polygon", "g", "switch"}


def parsed(picture):
    """The root of a picture, once it is clear that it holds nothing but drawing."""
    root = ET.fromstring(picture.encode("utf-8"))
    for element in root.iter():
        assert element.tag.split("}")[1] in TAGS
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name]
    assert root.get("role") == "img" and root[0].tag.endswith("title") and root[1].tag.endswith("desc")
    assert "prefers-color-scheme: dark" in picture and "url(" not in picture
    return root


def found(root, tag, css=None, language=None):
    """What a reader of English sees, or one of that language alone does."""
    return [element for element in root.iter("{http://www.w3.org/2000/svg}" + tag)
            if (css is None or css in element.get("class", "").split()) and element.get("systemLanguage") == language]


def texts(root):
    return ["".join(element.itertext()) for element in found(root, "text")]


def points_of(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d"))]


def number(text):
    return float(text.replace(",", ""))


def scale_from_ticks(root, anchor, side):
    """(low tick, its place, high tick, its place) of the axis whose labels are anchored so."""
    ticks = [(number(element.text), float(element.get(side))) for element in found(root, "text", "small")
             if element.get("text-anchor") == anchor]
    return ticks[0] + ticks[-1]


def from_places(root, points, log=False):
    """The (epoch, loss) of each point, read off the axes as a reader does."""
    epoch0, x0, epoch1, x1 = scale_from_ticks(root, "middle", "x")
    loss0, y0, loss1, y1 = scale_from_ticks(root, "end", "y")
    if log:
        loss0, loss1 = math.log10(loss0), math.log10(loss1)
    read = [(epoch0 + (x - x0) / (x1 - x0) * (epoch1 - epoch0), loss0 + (y + 4 - y0) / (y1 - y0) * (loss1 - loss0))
            for x, y in points]
    return [(epoch, 10 ** loss if log else loss) for epoch, loss in read]


# The loss curve


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("losses", [
    [84.1, 40.0, 21.5, 12.0, 9.5, 7.25, 8.0], [3.0, 2.0], [5e-9, 4e-9, 1e-9], [1e8, 5e12, 2e3],
    [1e6 + i / 8 for i in range(30)], [1e-300, 2e-300], [1e299, 1.0],
])
def test_the_curve_stands_where_the_axes_say(losses, log):
    root = parsed(pg.plot_loss(losses, log=log))
    curve, = found(root, "path", "curve")
    read = from_places(root, points_of(curve), log)
    assert len(read) == len(losses)
    height = max(losses) - min(losses)
    for (epoch, loss), (n, x) in zip(read, enumerate(losses, 1)):
        assert epoch == pytest.approx(n, abs=0.01 * len(losses))
        assert loss == pytest.approx(x, rel=0.01 if not log else 0.05 * math.log10(max(losses) / min(losses)) + 1e-3,
                                     abs=0 if log else 0.01 * height)


def test_ticks_are_round_numbers_and_the_curve_lies_between_them():
    root = parsed(pg.plot_loss([84.1, 3.2, 17.0]))
    ticks = [element.text for element in found(root, "text", "small") if element.get("text-anchor") == "end"]
    assert ticks == ["0", "20", "40", "60", "80", "100"]
    root = parsed(pg.plot_loss([140.0, 3.2], log=True))
    ticks = [element.text for element in found(root, "text", "small") if element.get("text-anchor") == "end"]
    assert ticks == ["2", "5", "10", "20", "50", "100", "200"]
    assert "loss (logarithmic)" in texts(root)


@pytest.mark.parametrize("x, step, text", [
    (0.1 + 0.2, 0.1, "0.3"), (-1e-17, 0.2, "0.0"), (-0.0, 5.0, "0"), (12000.0, 2000.0, "12,000"), (1e9, 5e8, "1e+09"),
    (1.5e-7, 5e-8, "1.5e-07"), (1000000.25, 0.05, "1,000,000.25"), (-20.0, 10.0, "-20")])
def test_a_tick_has_the_digits_that_tell_it_from_the_next(x, step, text):
    assert svg.tick_text(x, step) == text


def test_what_is_not_finite_is_a_gap():
    root = parsed(pg.plot_loss([5.0, 4.0, math.nan, 3.0, math.inf, 2.0, 1.0, -math.inf]))
    runs = [len(points_of(path)) for path in found(root, "path", "curve")]
    assert runs == [2, 2] and len(found(root, "circle", "curve")) == 1
    assert "3 of 8 losses are not finite, or too large to draw: gaps." in texts(root)


def test_on_a_logarithmic_axis_what_is_not_positive_is_a_gap():
    root = parsed(pg.plot_loss([5.0, 4.0, 0.0, 3.0, 2.0, -1.0], log=True))
    assert [len(points_of(path)) for path in found(root, "path", "curve")] == [2, 2]
    assert "2 losses are not above 0, so they have no place here: gaps." in texts(root)


@pytest.mark.parametrize("losses", [[math.nan] * 3, [math.inf], [0.0], [0.0, 0.0], [7], (1.0, 2.0), [-1.0, -1.0],
                                    [5e-324], [1.7e308, -1.7e308], [-3.0], [1e300, -1e300]])
@pytest.mark.parametrize("log", [False, True])
def test_strange_curves_make_a_picture(losses, log):
    root = parsed(pg.plot_loss(losses, log=log))
    drawn = len(found(root, "path", "curve")) + len(found(root, "circle", "curve"))
    assert drawn == (1 if any(abs(x) <= 1e300 and (x > 0 or not log) for x in losses) else 0)
    assert "nan" not in " ".join(texts(root)) and "inf" not in " ".join(path.get("d") for path in found(root, "path"))


def test_one_epoch_is_a_point():
    root = parsed(pg.plot_loss([3.0]))
    circle, = found(root, "circle", "curve")
    ticks = {element.text: float(element.get("x")) for element in found(root, "text", "small")
             if element.get("text-anchor") == "middle"}
    assert ticks == {"1": pytest.approx(float(circle.get("cx")))}


def test_ten_thousand_epochs_are_sampled_with_their_extremes():
    losses = [10.0 / (1 + epoch / 100) for epoch in range(10000)]
    losses[4321], losses[7654] = 9.0, 0.01
    losses[5000] = math.nan
    root = parsed(pg.plot_loss(losses))
    read = [pair for path in found(root, "path", "curve") for pair in from_places(root, points_of(path))]
    assert 500 < len(read) < 1000
    assert max(loss for epoch, loss in read if 4000 < epoch < 5000) == pytest.approx(9.0, abs=0.05)
    assert min(loss for epoch, loss in read) == pytest.approx(0.01, abs=0.05)
    assert read[0][0] == pytest.approx(1, abs=30) and read[-1][0] == pytest.approx(10000, abs=30)
    assert len(found(root, "path", "curve")) == 2           # the gap is there
    note, = [text for text in texts(root) if "are drawn" in text]
    assert re.match(r"10,000 epochs, of which \d{3} are drawn: the highest and lowest of each 34\.$", note)


def test_several_curves_have_names_and_are_told_apart_without_colour():
    root = parsed(pg.plot_loss({"training": [3.0, 2.0, 1.0], "held-out": [3.5, 2.5]}))
    assert "training" in texts(root) and "held-out" in texts(root)
    curves = [path for path in found(root, "path", "curve") if "h26" not in path.get("d")]
    assert [path.get("class") for path in curves] == ["curve c0", "curve c1"]
    assert [len(points_of(path)) for path in curves] == [3, 2]
    style = found(root, "style")[0].text
    assert "stroke-dasharray" not in re.search(r"\.c0 {[^}]*}", style).group()
    assert len({re.search(r"\.c%d {[^}]*stroke-dasharray: ([\d ]+)" % n, style).group(1) for n in (1, 2, 3)}) == 3


def test_the_description_says_what_the_curve_shows():
    root = parsed(pg.plot_loss([8.0, 2.0, 3.0]))
    assert root[1].text == "training: 3 epochs, first loss 8, last 3, smallest 2 in epoch 2."


@pytest.mark.parametrize("losses, message", [
    ([], "has no epochs"), ({}, "no curve to draw"), ({"a": [1.0], "b": []}, "the curve 'b' has no epochs"),
    ("loss.svg", "'loss.svg': it must be a list"), (3.0, "3.0: it must be a list"),
    ([1.0, "x"], "the loss of epoch 2 is 'x'"), ([[1.0], [2.0]], "loss of epoch 1 is [1.0]"), (None, "is None: it"),
])
def test_bad_losses_are_one_sentence(losses, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        pg.plot_loss(losses)


def test_hostile_names_are_text():
    root = parsed(pg.plot_loss({name: [1.0, 2.0] for name in HOSTILE}))
    shown = " ".join(texts(root))
    assert "<script>alert(1)<" in shown and "größe £ 😀" in shown and "a\\x00\\x1b\\ud800" in shown
    assert "<script>alert(1)</script>: 2 epochs" in root[1].text


# Files


@pytest.fixture
def picture():
    return pg.plot_loss([2.0, 1.0])


def test_with_a_path_the_same_picture_is_written(tmp_path, picture):
    path = tmp_path / "größe.SVG"
    assert pg.plot_loss([2.0, 1.0], path) is None
    assert path.read_bytes().decode("utf-8") == picture
    assert pg.plot_loss([2.0, 1.0], str(path)) is None
    assert os.listdir(str(tmp_path)) == ["größe.SVG"]
    (tmp_path / "usual").write_text("")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


def test_a_wrong_path_is_one_sentence_before_anything_is_drawn(tmp_path):
    with pytest.raises(ValueError, match="loss.png: choose a name that ends in .svg"):
        pg.plot_loss([2.0, 1.0], tmp_path / "loss.png")
    for draw in (lambda path: pg.plot_loss("none", path), lambda path: pg.plot_graph("none", path),
                 lambda path: pg.plot_surface("none", "none", "none", None, path)):
        with pytest.raises(FileNotFoundError, match="there is no folder"):
            draw(tmp_path / "missing" / "picture.svg")
    with pytest.raises(TypeError):
        pg.plot_loss([2.0, 1.0], 1)                         # a number would be an open file


# The graph


def node_boxes(root):
    """{name: (x, y) of the middle, the shapes that it is made of, its tooltip}."""
    boxes = {}
    for group in found(root, "g"):
        name = found(group, "text")[0]
        shapes = [element.tag.split("}")[1] for element in group if element.tag.split("}")[1] in ("rect", "polygon")]
        boxes[name.text] = float(name.get("x")), float(name.get("y")) + 2, shapes, group[0].text
    return boxes


def ends_of(path):
    """Where an edge starts and where it ends."""
    d = path.get("d").split(" l")[0]
    numbers = [float(x) for x in re.findall(r"-?[\d.]+", d)]
    return tuple(numbers[:2]), tuple(numbers[-2:])


def drawn_edges(root):
    """{(name, name)}: which box each edge leaves at its right side, and which it enters at its left."""
    boxes = node_boxes(root)

    def at(x, y, side):
        return [name for name, (bx, by, _, _) in boxes.items()
                if abs(bx + side * pictures.BOX_WIDTH / 2 - x) < 0.02 and abs(by - y) <= pictures.BOX_HEIGHT / 2][0]
    return [(at(*start, 1), at(*end, -1)) for start, end in map(ends_of, found(root, "path", "edge"))]


def lesson_graph(rows=16):
    X, y, prediction, loss, parameters = lesson_network()
    return pg.topological_sort_feed_dict({X: pg.randn(rows, 13, seed=5), y: [1.0] * rows}), parameters


def test_the_lessons_graph(backend):
    graph, parameters = lesson_graph()
    root = parsed(pg.plot_graph(graph))
    boxes = node_boxes(root)
    assert sorted(boxes) == sorted(node.name for node in graph)
    assert sorted(drawn_edges(root)) == sorted((source.name, node.name) for node in graph for source in node.inputs)
    for node in graph:
        for source in node.inputs:
            assert boxes[source.name][0] < boxes[node.name][0]
    labels = [text for text in texts(root) if re.match(r"^\d+( × \d+)?$", text)]
    assert sorted(labels) == sorted(["16 × 13", "13 × 10", "10", "16 × 10", "16 × 10", "10 × 1", "1", "16", "16 × 1"])


def test_kinds_differ_in_shape_not_only_in_colour():
    graph, parameters = lesson_graph()
    root = parsed(pg.plot_graph(graph))
    shapes = {name: shapes for name, (x, y, shapes, title) in node_boxes(root).items()}
    assert shapes["X"] == ["rect"] and shapes["W1"] == ["rect", "rect"] and shapes["cost"] == ["polygon"]
    radius = {found(g, "text")[0].text: float(found(g, "rect")[0].get("rx")) for g in found(root, "g")[:-1]}
    assert radius["X"] == pictures.BOX_HEIGHT / 2 and radius["l1"] == 2
    root = parsed(pg.plot_graph(graph, trainables=[graph[0]]))
    shapes = {name: shapes for name, (x, y, shapes, title) in node_boxes(root).items()}
    assert shapes["X"] == ["rect", "rect"] and shapes["W1"] == ["rect"]
    assert {"fed", "trained", "operation", "loss"} <= set(texts(root))


def test_a_pointer_over_a_node_shows_its_formula():
    root = parsed(pg.plot_graph(lesson_graph()[0]))
    tooltips = {name: title for name, (x, y, shapes, title) in node_boxes(root).items()}
    assert tooltips["l1"] == "l1, Linear, operation, 16 × 10, value = X·W + b, with b added to every row"
    assert tooltips["W1"] == "W1, Placeholder, trained placeholder, 13 × 10"
    assert "cost (MSE from y and l2)" in root[1].text and root[1].text.startswith("10 nodes:")


def test_no_two_boxes_overlap_and_all_lie_in_the_picture():
    A, B, W, b = [pg.Placeholder(name) for name in ("A", "B", "W", "b")]
    first = pg.Linear(A, W, b, name="first")
    second = pg.Linear(pg.Sigmoid(first, name="middle"), W, b, name="second")
    total = Sum(second, first, second, A)
    total.name = "total"
    pg.MSE(B, total, name="cost")
    row, unit = [[1.0, 2.0]], [[1.0, 0.0], [0.0, 1.0]]
    graph = pg.topological_sort_feed_dict({A: row, B: row, W: unit, b: [0.0, 0.0]})
    root = parsed(pg.plot_graph(graph))
    places = [box[:2] for box in node_boxes(root).values()]
    width, height = map(float, root.get("viewBox").split()[2:])
    for number, (x, y) in enumerate(places):
        assert pictures.BOX_WIDTH / 2 < x < width - pictures.BOX_WIDTH / 2 and 30 < y < height - 50
        for other_x, other_y in places[:number]:
            assert abs(x - other_x) > pictures.BOX_WIDTH or abs(y - other_y) > pictures.BOX_HEIGHT
    assert sorted(drawn_edges(root)) == sorted((source.name, node.name) for node in graph for source in node.inputs)


@pytest.mark.long
def test_no_shape_lies_over_another_or_over_a_box():
    """Weights that are read in many places: their edges cross. Shapes with many digits need more room."""
    X, V, W, b, y = [pg.Placeholder(name) for name in ("X", "V", "W", "b", "y")]
    first = pg.Linear(X, W, b, name="first")
    second = pg.Linear(X, W, b, name="second")
    third = pg.Linear(pg.Sigmoid(first), W, b, name="third")
    pg.MSE(y, Sum(second, third, pg.Linear(first, V, b)))
    for rows, columns in ((2, 2), (1000, 130)):
        unit = [[0.01] * columns for _ in range(columns)]
        row = [[1.0] * columns for _ in range(rows)]
        root = parsed(pg.plot_graph(pg.topological_sort_feed_dict(
            {X: row, V: unit, W: unit, b: [0.0] * columns, y: row})))
        labels = [rectangle(rect) for rect in found(root, "rect", "paper")[1:]]         # the first is the paper itself
        boxes = [(x - pictures.BOX_WIDTH / 2, y - pictures.BOX_HEIGHT / 2, pictures.BOX_WIDTH, pictures.BOX_HEIGHT)
                 for x, y, _, _ in node_boxes(root).values()]
        assert len(labels) == len(boxes) - 1                                            # nobody reads the loss
        for number, (left, top, width, height) in enumerate(labels):
            for other_left, other_top, other_width, other_height in labels[:number] + boxes:
                assert (left + width <= other_left or other_left + other_width <= left
                        or top + height <= other_top or other_top + other_height <= top)


def rectangle(rect):
    return [float(rect.get(name)) for name in ("x", "y", "width", "height")]


def test_nothing_in_the_graph_changes():
    graph, parameters = lesson_graph()
    before = [dict(node.__dict__) for node in graph]
    pg.plot_graph(graph)
    assert [node.__dict__ for node in graph] == before and graph[-1].value is None


def test_shapes_are_those_of_what_is_fed_and_not_of_what_a_training_left():
    graph, parameters = lesson_graph()
    X, y = [node for node in graph if node.name in ("X", "y")]
    feed = {X: pg.randn(40, 13, 3), y: [0.5] * 40}
    pg.train(graph, feed, parameters, epochs=1, batch_size=16)
    X.value, y.value = feed[X][:3], feed[y][:3]
    pg.explain(graph, trainables=parameters)
    before = [(node.value, node.gradients) for node in graph]
    shown = texts(parsed(pg.plot_graph(graph)))
    assert "3 × 13" in shown and "3 × 10" in shown and "3 × 1" in shown
    assert not [text for text in shown if text.startswith("16 ×")]
    assert all(node.value is value and node.gradients is gradients
               for node, (value, gradients) in zip(graph, before))


def test_shapes_that_do_not_fit_still_make_a_picture():
    X, W, b, y = [pg.Placeholder(name) for name in ("X", "W", "b", "y")]
    pg.MSE(y, pg.Linear(X, W, b))
    graph = pg.topological_sort_feed_dict({X: [[1.0, 2.0]], W: [[1.0]], b: [1.0], y: [1.0]})
    assert {"1 × 2", "1 × 1"} <= set(texts(parsed(pg.plot_graph(graph))))


def test_a_graph_of_single_numbers():
    scalar = pg.scalar
    x, k, b, y = [scalar.Placeholder(name) for name in ("x", "k", "b", "y")]
    scalar.MSE(y, scalar.Linear(x, k, b))
    root = parsed(pg.plot_graph(scalar.topological_sort_feed_dict({x: 1.0, k: 2.0, b: 3.0, y: 4.0})))
    assert texts(root).count("1") == 5


def chain(length):
    x, y, W, b = [pg.Placeholder(name) for name in "xyWb"]
    node = x
    for _ in range(length):
        node = pg.Linear(node, W, b)
    pg.MSE(y, node)
    return pg.topological_sort_feed_dict({x: [[1.0]], y: [[1.0]], W: [[0.5]], b: [0.0]})


@pytest.mark.long
def test_2000_nodes_are_drawn_and_of_more_it_says_what_it_leaves_out():
    root = parsed(pg.plot_graph(chain(1995)))
    assert len(found(root, "g")) == 2000 and not [text for text in texts(root) if "left out" in text]
    root = parsed(pg.plot_graph(chain(2500)))
    assert len(found(root, "g")) == 2000
    assert "505 more nodes between the first and the last 1,000 are left out." in texts(root)


def test_what_reads_a_node_that_is_left_out_stands_behind_all_before():
    graph = chain(6)
    layer_of = layers_of(graph)
    assert [layer_of[node] for node in graph if node.inputs] == [1, 2, 3, 4, 5, 6, 7]
    part = graph[:6] + graph[-2:]               # the placeholders, the first two operations, and the last two
    layer_of = layers_of(part)
    assert [layer_of[node] for node in part if node.inputs] == [1, 2, 3, 4]
    assert layer_of[graph[-1].inputs[0]] == 3   # the labels: just before the loss


def test_node_names_are_text():
    nodes = [pg.Placeholder(name) for name in HOSTILE]
    pg.MSE(nodes[0], Sum(*nodes[1:]), name="</text><script>")
    root = parsed(pg.plot_graph(pg.topological_sort_feed_dict({node: [[1.0]] for node in nodes})))
    assert "<script>a…" in texts(root) and "</svg>" in texts(root)
    assert "<script>alert(1)</script> (Placeholder)" in root[1].text


@pytest.mark.parametrize("graph, error, message", [
    ({}, TypeError, "the graph is {}, not a sorted list"), ([], TypeError, "the graph is []"),
    ([1], TypeError, "the graph is [1]"), ("graph", TypeError, "the graph is 'graph'")])
def test_what_is_no_graph_is_one_sentence(graph, error, message):
    with pytest.raises(error, match=re.escape(message)):
        pg.plot_graph(graph)


def test_an_unsorted_graph_is_one_sentence():
    graph = lesson_graph()[0]
    with pytest.raises(ValueError, match="cost stands before its input"):
        pg.plot_graph(graph[::-1])


# The surface


def dataset_of(rows, target, names=None, target_name="price"):
    names = names or ["f%d" % column for column in range(len(rows[0]))]
    return pg.Dataset("test", rows, target, names, target_name, "")


def linear_prediction(features, weights, bias):
    """A network whose prediction is known: standardised rows · weights + bias."""
    X, W, b = [pg.Placeholder(name) for name in "XWb"]
    W.value, b.value = [[w] for w in weights], [bias]
    return pg.Linear(X, W, b, name="prediction"), X


ROWS = [[1.0, 10.0, 5.0], [2.0, 30.0, 1.0], [4.0, 20.0, 9.0], [5.0, 40.0, 1.0]]


def cells_of(root):
    return [path for path in found(root, "path") if path.get("fill-opacity")]


def standard(column):
    mean = sum(column) / len(column)
    return mean, math.sqrt(sum((x - mean) ** 2 for x in column) / len(column))


@pytest.mark.long
def test_the_surface_stands_where_the_axes_say(backend):
    """Seen from the front, x is the first feature and y the height: each corner of each cell is compared."""
    dataset = dataset_of(ROWS, [20.0, 25.0, 31.0, 40.0])
    node, X = linear_prediction(3, [3.0, -2.0, 7.0], 30.0)
    root = parsed(pg.plot_surface(node, X, dataset, ("f0", "f1"), azimuth=-90.0, elevation=0.0))
    z0, y0, z1, y1 = scale_from_ticks(root, "end", "y")
    ticks = sorted((number(element.text), float(element.get("x"))) for element in found(root, "text", "small")
                   if element.get("text-anchor") == "middle" and element.text in ("1", "2", "3", "4", "5"))
    (f0, x0), (f1, x1) = ticks[0], ticks[-1]
    (mean0, deviation0), (mean1, deviation1) = standard([1, 2, 4, 5]), standard([10, 30, 20, 40])
    expected = set()
    for i in range(33):
        for j in range(33):
            first, second = 1 + 4 * i / 32, 10 + 30 * j / 32
            height = 3 * (first - mean0) / deviation0 - 2 * (second - mean1) / deviation1 + 30     # the third: 0·7
            expected.add((round(first, 1), round(height, 1)))
    read = set()
    for path in cells_of(root):
        for x, y in points_of(path):
            read.add((f0 + (x - x0) / (x1 - x0) * (f1 - f0), z0 + (y + 4 - y0) / (y1 - y0) * (z1 - z0)))
    assert len(cells_of(root)) == 32 * 32
    for first, height in read:
        assert min(abs(first - a) + abs(height - b) for a, b in expected) < 0.3
    for a, b in expected:
        assert min(abs(first - a) + abs(height - b) for first, height in read) < 0.3
    points = sorted((f0 + (float(c.get("cx")) - x0) / (x1 - x0) * (f1 - f0),
                     z0 + (float(c.get("cy")) + 4 - y0) / (y1 - y0) * (z1 - z0)) for c in found(root, "circle"))
    for (first, height), (row, target) in zip(points, zip(ROWS, dataset.target)):
        assert (first, height) == (pytest.approx(row[0], abs=0.05), pytest.approx(target, abs=0.2))
    assert {"f0", "f1", "price", "Predicted price"} <= set(texts(root))
    assert "1 other feature at its mean." in texts(root)


@pytest.mark.parametrize("size", [1.0, 1e5, 1e7])
def test_labels_at_the_surface_do_not_lie_over_each_other_from_wherever_it_is_seen(size, monkeypatch):
    monkeypatch.setattr(surface, "SIZES", (3, 3))       # the labels do not depend on how fine the surface is
    node, X = linear_prediction(2, [size, 2.0 * size], 3.0 * size)
    dataset = dataset_of([[size * x for x in row[:2]] for row in ROWS], [size * x for x in (1.0, 2.0, 3.0, 4.0)],
                         ["rooms", "area"])
    for azimuth in range(-180, 181, 15):
        for elevation in (0.0, 25.0, 90.0):
            root = parsed(pg.plot_surface(node, X, dataset, azimuth=float(azimuth), elevation=elevation))
            boxes = []
            for element in found(root, "text"):
                if element.get("transform") or "title" in element.get("class", ""):
                    continue
                width = len(element.text) * (5.8 if element.get("class") == "small" else 6.5)
                before = {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor")] * width
                left = float(element.get("x")) - before
                boxes.append((left, left + width, float(element.get("y")), element.text))
            assert min(box[0] for box in boxes) > 24        # left of that stands the name of the height
            for n, a in enumerate(boxes):
                for b in boxes[:n]:
                    assert a[1] < b[0] or b[1] < a[0] or abs(a[2] - b[2]) > 10, (azimuth, elevation, a, b)


def test_near_cells_are_painted_over_far_ones():
    """A level surface seen from the front and above: what is nearer stands lower in the picture."""
    node, X = linear_prediction(2, [0.0, 0.0], 3.0)
    dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0])
    for azimuth, elevation, order in ((-90.0, 30.0, 1), (-90.0, -30.0, -1)):
        root = parsed(pg.plot_surface(node, X, dataset, azimuth=azimuth, elevation=elevation))
        heights = [order * sum(y for x, y in points_of(path)) for path in cells_of(root)]
        assert all(a <= b + 0.1 for a, b in zip(heights, heights[1:]))
        assert heights[-1] - heights[0] > 100


def test_turning_it_by_half_mirrors_it():
    node, X = linear_prediction(2, [1.0, 2.0], 3.0)
    dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0])
    front, back = [sorted(float(c.get("cx")) for c in found(parsed(pg.plot_surface(
        node, X, dataset, azimuth=azimuth, elevation=0.0)), "circle")) for azimuth in (-90.0, 90.0)]
    middle = surface._View(0.0, 0.0).middle[0]
    assert front == pytest.approx([2 * middle - x for x in reversed(back)], abs=0.02) and front[0] < front[-1] - 100


def test_the_rows_are_prepared_as_the_training_did():
    node, X = linear_prediction(2, [1.0, 1.0], 0.0)
    dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0])
    met = []

    def prepare(rows):
        met.extend(rows)
        return rows
    root = parsed(pg.plot_surface(node, X, dataset, prepare=prepare))
    assert met[0] == [1.0, 10.0] and met[33 * 33 - 1] == [5.0, 40.0] and len(met) == 33 * 33 + 16 * 16
    assert "is from 11 to 45." in root[1].text
    assert "is from -" in parsed(pg.plot_surface(node, X, dataset))[1].text


def test_predictions_that_are_not_finite_leave_holes():
    node, X = linear_prediction(2, [1e308, 1e308], 0.0)
    dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0])
    root = parsed(pg.plot_surface(node, X, dataset))
    assert [text for text in texts(root) if re.match(r"[\d,]+ of 1,089 predictions are not finite: holes\.", text)]
    assert len(cells_of(root)) < 1024
    node.inputs[2].value = [float("inf")]
    root = parsed(pg.plot_surface(node, X, dataset))
    assert cells_of(root) == [] and len(found(root, "circle")) == 4 and "is never finite" in root[1].text


def test_of_many_rows_a_thousand_are_drawn():
    rows = [[float(i), float(i % 7)] for i in range(1500)]
    node, X = linear_prediction(2, [1.0, 1.0], 0.0)
    root = parsed(pg.plot_surface(node, X, dataset_of(rows, [1.0] * 1500)))
    assert len(found(root, "circle")) == 1000 and "1,000 of 1,500 data points are drawn." in texts(root)


def test_a_constant_prediction_and_a_constant_target():
    node, X = linear_prediction(2, [0.0, 0.0], 1.0)
    root = parsed(pg.plot_surface(node, X, dataset_of([row[:2] for row in ROWS], [1.0] * 4)))
    assert len(cells_of(root)) == 1024


def test_the_lessons_network_over_two_of_thirteen(backend, tmp_path):
    boston = pg.load_dataset("boston")
    X, y, prediction, loss, parameters = lesson_network()
    X.value = [[1.0] * 13]
    before = [(node, node.value, node.gradients) for node in [X, y, prediction, loss] + parameters]
    pg.plot_surface(prediction, X, boston, ("RM", "LSTAT"), tmp_path / "surface.svg")
    root = parsed((tmp_path / "surface.svg").read_text(encoding="utf-8"))
    assert len(cells_of(root)) == 1024 and len(found(root, "circle")) == 506
    assert {"RM", "LSTAT", "MEDV", "11 other features at their means."} <= set(texts(root))
    assert "over RM from 3.561 to 8.78 and LSTAT from 1.73 to 37.97" in root[1].text
    for node, value, gradients in before:
        assert node.value is value and node.gradients is gradients


def test_bad_surfaces_are_one_sentence():
    node, X = linear_prediction(2, [1.0, 1.0], 0.0)
    dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0], ["RM", "LSTAT"])
    one = dataset_of([row[:1] for row in ROWS], [1.0, 2.0, 3.0, 4.0])
    constant = dataset_of([[1.0, 2.0], [1.0, 3.0]], [1.0, 2.0])
    wide = linear_prediction(2, [1.0, 1.0], 0.0)
    wide[0].inputs[1].value, wide[0].inputs[2].value = [[1.0, 2.0], [3.0, 4.0]], [0.0, 0.0]
    for error, message, arguments in (
            (ValueError, "did you mean 'LSTAT'", (node, X, dataset, ("RM", "LSTATT"))),
            (ValueError, "asked for twice", (node, X, dataset, ("RM", "RM"))),
            (ValueError, "needs two features, not ['RM']", (node, X, dataset, ["RM"])),
            (ValueError, "needs two features, not 'RM'", (node, X, dataset, "RM")),
            (ValueError, "needs two features, not ['f0']", (node, X, one)),
            (ValueError, "f0 is 1.0 in every row", (node, X, constant)),
            (ValueError, "1.0 in every row", (node, X, dataset_of([[1.0, 2.0]], [1.0]))),
            (ValueError, "is 1089 × 2 for 1089 rows", (wide[0], wide[1], dataset)),
            (TypeError, "take a Dataset", (node, X, ROWS)),
            (TypeError, "predict computes a node", ("node", X, dataset)),
            (ValueError, "does not depend on", (node, pg.Placeholder(), dataset)),
            (ValueError, "ends in .svg", (node, X, dataset, None, "surface.pdf"))):
        with pytest.raises(error, match=re.escape(message)):
            pg.plot_surface(*arguments)
    for name in ("azimuth", "elevation"):
        with pytest.raises(ValueError, match=name + " is nan"):
            pg.plot_surface(node, X, dataset, **{name: math.nan})


@pytest.mark.long
@pytest.mark.parametrize("azimuth", [-60.0, 0.0, 90.0, 180.0, 1000.0])
@pytest.mark.parametrize("elevation", [-90.0, 0.0, 20.0, 90.0])
def test_every_view_lies_in_the_picture(azimuth, elevation):
    node, X = linear_prediction(2, [5.0, 1.0], 0.0)
    dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0], ["a" * 60, "b" * 60], "c" * 60)
    root = parsed(pg.plot_surface(node, X, dataset, azimuth=azimuth, elevation=elevation))
    width, height = map(float, root.get("viewBox").split()[2:])
    for text in found(root, "text"):
        assert 0 <= float(text.get("x")) <= width and 0 <= float(text.get("y")) <= height
    for path in cells_of(root):
        for x, y in points_of(path):
            assert 0 <= x <= width and 0 <= y <= height


def test_hostile_columns_are_text():
    node, X = linear_prediction(2, [5.0, 1.0], 0.0)
    for first, second in zip(HOSTILE, HOSTILE[1:]):
        dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0], [first, second], "</title><script>")
        root = parsed(pg.plot_surface(node, X, dataset))
        assert root[0].text.startswith("Predicted </title><script> over ") and "</title><script>" in texts(root)


def test_colours_grow_lighter_with_the_height():
    lightness = [0.2126 * r + 0.7152 * g + 0.0722 * b
                 for r, g, b in [surface.height_colour(share / 20) for share in range(21)]]
    assert lightness == sorted(lightness) and lightness[-1] - lightness[0] > 150
    assert surface.height_colour(-1.0) == (68, 1, 84) and surface.height_colour(2.0) == (253, 231, 37)


# In two languages


def test_the_words_of_a_picture_come_in_chinese_too():
    """In the same place, and first, for those who read it: of a switch a viewer shows the first text that fits."""
    X, y, prediction, cost, parameters = lesson_network(features=2, hidden=3)
    feed = {X: random_matrix(4, 2, 1), y: random_matrix(4, 1, 2)}
    node, x = linear_prediction(2, [5.0, 1.0], 0.0)
    dataset = dataset_of([row[:2] for row in ROWS], [1.0, 2.0, 3.0, 4.0], ["rooms", "area"])
    for picture, chinese in ((pg.plot_loss([3.0, 2.0]), ["损失", "轮次", "损失"]),
                             (pg.plot_loss([3.0, 2.0], log=True), ["损失", "轮次", "损失（对数）"]),
                             (pg.plot_graph(pg.topological_sort_feed_dict(feed)),
                              ["计算图", "输入", "参数", "运算", "损失"]),
                             (pg.plot_surface(node, x, dataset), ["price 的预测值"])):
        root = parsed(picture)
        assert [element.text for element in found(root, "text", language=svg.CHINESE)] == chinese
        switches = found(root, "switch")
        assert len(switches) == len(chinese)
        for switch in switches:
            first, second = switch
            assert first.get("systemLanguage") == svg.CHINESE and second.get("systemLanguage") is None
            for name in ("x", "y", "text-anchor", "class", "transform"):
                assert first.get(name) == second.get(name)


# In the package, and in a notebook


def test_nothing_of_this_is_loaded_before_it_is_asked_for():
    program = """
import sys, pygraphnn
assert "pygraphnn.cli" not in sys.modules
import pygraphnn.cli
assert not [name for name in sys.modules if name.startswith("pygraphnn.looking")]
names = {"explain", "plot_graph", "plot_loss", "plot_surface", "write_report"}
assert names <= set(dir(pygraphnn)) & set(pygraphnn.__all__)
assert not hasattr(pygraphnn, "plot_nothing")
from pygraphnn import *
plot_loss([1.0]), explain, plot_graph, plot_surface, write_report
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_a_notebook_shows_a_picture():
    picture = pg.plot_loss([2.0, 1.0])
    assert isinstance(picture, str) and picture._repr_svg_() == picture and type(picture._repr_svg_()) is str
    image = picture._repr_html_()
    source, = re.findall(r'^<img src="data:image/svg\+xml;base64,([\w+/=]+)" alt="Loss curve">$', image)
    assert base64.b64decode(source).decode("utf-8") == picture
    assert repr(picture) == "<Picture: {:,} characters of SVG>".format(len(picture))


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data + "\n"


def test_a_notebook_shows_a_node_as_a_table(backend):
    graph, parameters = lesson_graph()
    assert "none yet" in Tags(graph[-1]._repr_html_()).text
    pg.forward_and_backward(graph)
    l2 = graph[-2]
    shown = Tags(l2._repr_html_())
    assert set(shown.tags) == {"table", "caption", "tr", "th", "td"}
    assert "value = X·W + b, with b added to every row" in shown.text and "value, 16 × 1" in shown.text
    for x in flat(l2.value)[:10] + flat(as_lists(l2.gradients[parameters[2]])):
        assert "%.5g" % x in shown.text
    assert "… 6 more rows" in shown.text and "∂loss/∂W2, 10 × 1" in shown.text


def test_a_node_with_a_hostile_name_or_formula_is_text():
    class Node(pg.Sigmoid):
        """<pre><script>alert(1)</script>"""

    for name in HOSTILE:
        shown = Tags(Node(pg.Placeholder(name), name=name)._repr_html_())
        assert set(shown.tags) == {"table", "caption", "tr", "th", "td"}


def test_losses_of_the_smallest_numbers_make_a_curve():
    assert "2 epochs" in pg.plot_loss([5e-324, 1e-323])


def test_trainables_that_are_not_in_the_graph_are_refused():
    X = pg.Placeholder("X")
    graph = pg.topological_sort_feed_dict({X: [[1.0]]})
    for wrong, error in ((5, TypeError), ([pg.Sigmoid(X)], TypeError), ([pg.Placeholder("Z")], ValueError)):
        with pytest.raises(error):
            pg.plot_graph(graph, trainables=wrong)
