"""Pictures as SVG, written as text: the loss curve and the graph; and a node as a notebook shows it.

Each function returns the picture, or writes it to a file. A browser shows it, light or dark as the reader's system is,
and a notebook too. `svg.py` has the paper and the axes, `layout.py` the places of the nodes; `surface.py` draws what a
network has learnt.
"""
from .. import lists, values
from ..graph import Loss, Node, Placeholder
from ..graph import trainables as marked_trainables
from ..jobs import check_trainables
from ..kinds import Any, Dict, List, Optional, Sequence, Set, Shape, Tuple, Value
from .curves import drawable, in_words, losses_in, sampled, stretch_of
from .layout import places_of
from .step import check_graph, unchanged
from .svg import Axis, Drawing, check_path, coordinate, finished
from .wording import derivatives_of, escaped, formula_of, name_of, number_text, shortened, table_of

# The loss curve

CURVES = 4              # kinds of lines, as the style in `svg.py` has them


def plot_loss(losses: Any, path: Any = None, *, log: bool = False) -> Any:
    """The loss over the epochs: one curve, or several as {"training": […], "held-out": […]}.

    losses: what `train` returns, a number for each epoch. NaN and infinities are gaps; with log=True, a logarithmic
    axis, so are 0 and negative numbers. Of more than 1000 epochs the highest and lowest of each stretch are drawn.

    Returns the picture as SVG text, which a notebook shows; with a path ending in .svg, writes it there instead.
    ValueError: no losses, something that is not a number, another ending. OSError: the file cannot be written.
    """
    check_path(path)
    curves = _curves(losses)
    lengths = [len(curve) for name, curve in curves]
    drawn = [sampled(list(enumerate(curve, 1))) for name, curve in curves]
    shown = [[(epoch, x) if drawable(x) and (x > 0 or not log) else (epoch, None) for epoch, x in curve]
             for curve in drawn]
    numbers = [x for curve in shown for epoch, x in curve if x is not None]
    notes = _loss_notes(curves, drawn, log)
    drawing = Drawing("Loss curve", " ".join(
        ["{}: {:,} epochs, {}.".format(name, len(curve), in_words(curve)) for name, curve in curves] + notes))
    drawing.words(12, 22, "Loss", "损失", css="title")
    top = _legend(drawing, [name for name, curve in curves]) if len(curves) > 1 else 36

    low, high = (min(numbers), max(numbers)) if numbers else (1.0, 10.0)
    if not log and 0 <= low <= high / 2:
        low = 0.0
    bottom = top + 230
    up = Axis(low, high, bottom, top, 6, log)
    if not log:
        up.widened()
    left = 38 + 7 * max(len(up.label(tick)) for tick in up.ticks)
    first, last = (1, max(lengths)) if max(lengths) > 1 else (0.5, 1.5)
    across = Axis(first, last, left, 452, 6, whole=True)
    _axes(drawing, across, up)
    drawing.words((across.start + across.end) / 2, bottom + 36, "epoch", "轮次", "middle")
    words = ("loss (logarithmic)", "损失（对数）") if log else ("loss", "损失")
    drawing.words(16, (top + bottom) / 2, *words, anchor="middle",
                  transform="rotate(-90 16 %d)" % ((top + bottom) / 2))
    for number, curve in enumerate(shown):
        _draw_curve(drawing, curve, across, up, number % CURVES)
    for number, note in enumerate(notes):
        drawing.text(12, bottom + 58 + 15 * number, note, css="small")
    return finished(drawing.picture(480, bottom + 48 + 15 * len(notes), True), path)


def _curves(losses: Any) -> List[Any]:
    """[(name, its losses as floats)]."""
    named = losses if isinstance(losses, dict) else {"training": losses}
    if not named:
        raise ValueError("losses is empty: there is no curve to draw")
    curves = []
    for name, curve in named.items():
        curves.append((str(name), losses_in(curve)))
        if not curves[-1][1]:
            raise ValueError("the curve %s has no epochs: there is nothing to draw" % values.shown(str(name)))
    return curves


def _loss_notes(curves: List[Any], drawn: List[Any], log: bool) -> List[str]:
    notes = []
    for (name, curve), points in zip(curves, drawn):
        label = shortened(name, 20) + ": " if len(curves) > 1 else ""
        if len(points) < len(curve):
            notes.append("{}{:,} epochs, of which {:,} are drawn: the highest and lowest of each {:,}."
                         .format(label, len(curve), len(points), stretch_of(len(curve))))
        gaps = len([x for x in curve if not drawable(x)])
        if gaps:
            notes.append("{}{:,} of {:,} losses are not finite, or too large to draw: gaps."
                         .format(label, gaps, len(curve)))
        not_positive = len([x for x in curve if drawable(x) and x <= 0]) if log else 0
        if not_positive:
            notes.append("{}{:,} losses are not above 0, so they have no place here: gaps.".format(label, not_positive))
    return notes


def _legend(drawing: Drawing, names: List[str]) -> float:
    """A sample of each line with its name; returns where the picture may go on."""
    x, y = 62, 42
    for number, name in enumerate(names):
        name = shortened(name, 24)
        if x > 62 and x + 44 + 8 * len(name) > 470:
            x, y = 62, y + 20
        drawing.add("path", "curve c%d" % (number % CURVES), d="M%d %d h26" % (x, y - 4))
        drawing.text(x + 32, y, name)
        x += 48 + 8 * len(name)
    return y + 16


def _axes(drawing: Drawing, across: Axis, up: Axis) -> None:
    for tick in up.ticks:
        drawing.add("path", "grid", d="M%s %s H%s" % tuple(map(coordinate, (across.start, up.at(tick), across.end))))
        drawing.text(across.start - 6, up.at(tick) + 4, up.label(tick), "end", "small")
    for tick in across.ticks:
        if tick >= 1:
            drawing.add("path", "axis", d="M%s %s v5" % (coordinate(across.at(tick)), coordinate(up.start)))
            drawing.text(across.at(tick), up.start + 18, across.label(tick), "middle", "small")
    drawing.add("path", "axis", d="M%s %s V%s H%s"
                % tuple(map(coordinate, (across.start, up.end, up.start, across.end))))


def _draw_curve(drawing: Drawing, curve: List[Any], across: Axis, up: Axis, kind: int) -> None:
    """Lines between neighbours; a point that stands alone is a small circle."""
    runs: List[List[Any]] = [[]]
    for epoch, x in curve:
        if x is None:
            runs.append([])
        else:
            runs[-1].append((across.at(epoch), up.at(x)))
    for run in runs:
        if len(run) == 1:
            drawing.add("circle", "curve c%d" % kind, cx=run[0][0], cy=run[0][1], r=3)
        elif run:
            drawing.add("path", "curve c%d" % kind,
                        d="M" + " L".join("%s %s" % (coordinate(x), coordinate(y)) for x, y in run))


# The graph

MOST_NODES = 2000
BOX_WIDTH, BOX_HEIGHT, PITCH = 84, 42, 62
FREE_GAP = 40           # of the way from one layer to the next, what the widest shape leaves to the edges


def plot_graph(graph: Sequence[Node], path: Any = None, *, trainables: Optional[Sequence[Any]] = None) -> Any:
    """The sorted graph from left to right: every node stands right of its inputs, its shape where it is read.

    Placeholders are round, those to be trained have a double line, operations are boxes, losses hexagons. A pointer
    over a node shows its formula. Shapes are those that come of what is fed now: the nodes run once for the picture.
    Of more than 2000 nodes, the first and the last 1000 are drawn. Nothing in the graph changes. trainables: those to
    be trained; None takes the placeholders that were made with is_trainable=True.

    Returns the picture as SVG text, which a notebook shows; with a path ending in .svg, writes it there instead.
    TypeError: the graph is no list of nodes, or a trainable no placeholder. ValueError: a node stands before its
    input, a trainable is not in the graph, or the path has another ending. OSError: the file cannot be written.
    """
    check_path(path)
    check_graph(graph)
    left_out = max(0, len(graph) - MOST_NODES)
    nodes = list(graph[:MOST_NODES // 2]) + list(graph[-MOST_NODES // 2:]) if left_out else graph
    shapes = _shapes(graph)
    places, paths, layers = places_of(nodes)
    middle = max(len(layer) for layer in layers) * PITCH / 2 + 40
    pitch = BOX_WIDTH + FREE_GAP + max(_label_width(shape_text(shapes.get(node))) for node in nodes)
    places = {item: (16 + BOX_WIDTH / 2 + layer * pitch, middle + PITCH * height)
              for item, (layer, height) in places.items()}

    notes = ["{:,} more nodes between the first and the last {:,} are left out.".format(left_out, MOST_NODES // 2)
             ] if left_out else []
    drawing = Drawing("Computation graph", " ".join(["{:,} nodes:".format(len(graph)), _graph_in_words(nodes)]
                                                     + notes))
    width = max(480, (len(layers) - 1) * pitch + BOX_WIDTH + 32)
    height = max(len(layer) for layer in layers) * PITCH + 50
    drawing.words(16, 24, "Computation graph", "计算图", css="title")
    if trainables:
        check_trainables(graph, {}, trainables)
    marked = set(marked_trainables(graph) if trainables is None else trainables)
    _draw_edges(drawing, paths, places, shapes)
    for node in nodes:
        x, y = places[node]
        _draw_node(drawing, node, _kind(node, marked), x, y, shape_text(shapes.get(node)))
    _graph_legend(drawing, height + 10)
    for note in notes:
        drawing.text(16, height + 56, note, css="small")
    return finished(drawing.picture(width, height + 44 + 20 * len(notes), False), path)


def _shapes(graph: Sequence[Node]) -> Dict[Node, Shape]:
    """{node: the shape of its value}, computed from what is fed, as far as it goes.

    The values that nodes still hold may come from other data: a training's batch, while three rows are fed now.
    """
    shapes = {}
    with unchanged(graph):
        for node in graph:
            try:
                if all(source in shapes for source in node.inputs):
                    node.forward()
                    shapes[node] = lists.shape(values.as_list(node.value))
            except Exception:       # shapes that do not fit, for example: a picture of them may help to see why
                pass
    return shapes


def shape_text(shape: Any) -> str:
    """16 × 13, 10 for a vector, 1 for a number; empty if it is not known."""
    return "" if shape is None else " × ".join(map(str, shape)) or "1"


def _graph_in_words(nodes: Sequence[Node]) -> str:
    words = []
    for node in nodes[:60]:
        sources = " from " + " and ".join(name_of(source) for source in node.inputs) if node.inputs else ""
        words.append("%s (%s%s)" % (name_of(node), type(node).__name__, sources))
    return ", ".join(words) + (", …" if len(nodes) > 60 else "") + "."


def _draw_edges(drawing: Drawing, paths: List[Any], places: Dict[Any, Any], shapes: Any) -> None:
    """From the right side of each node, by its bends, to the left side of its reader, with an arrow.

    The shape stands once, where the edges of a node leave it, for they all carry the same value. Between two layers
    there is room for the widest one, so that no shape lies over another or over a box, however the edges cross.
    """
    arrivals: Dict[Any, List[Any]] = {}
    for points in paths:
        arrivals.setdefault(points[-1], []).append(points)
    for arriving in arrivals.values():
        arriving.sort(key=lambda points: places[points[-2]][1])     # by height, so that they do not cross
        for number, points in enumerate(arriving, 1):
            corners = [places[point] for point in points]
            corners[0] = corners[0][0] + BOX_WIDTH / 2, corners[0][1]
            height = (number / (len(arriving) + 1) - 0.5) * BOX_HEIGHT * 0.7
            corners[-1] = corners[-1][0] - BOX_WIDTH / 2, corners[-1][1] + height
            _draw_edge(drawing, corners)
    for source in dict.fromkeys(points[0] for points in paths):
        shape = shape_text(shapes.get(source))
        if shape:
            x, y = places[source]
            left, width = x + BOX_WIDTH / 2 + 4, _label_width(shape)
            drawing.add("rect", "paper", x=left, y=y - 7, width=width, height=14, rx=4, opacity=".85")
            drawing.text(left + width / 2, y + 4, shape, "middle", "small")


def _label_width(shape: str) -> float:
    return 6.2 * len(shape) + 4


def _draw_edge(drawing: Drawing, corners: List[Any]) -> None:
    d = "M%s %s" % tuple(map(coordinate, corners[0]))
    for (x, y), (to_x, to_y) in zip(corners, corners[1:]):
        half = (x + to_x) / 2
        d += " C%s %s %s %s %s %s" % tuple(map(coordinate, (half, y, half, to_y, to_x, to_y)))
    drawing.add("path", "edge", d=d + " l-6 -4 m6 4 l-6 4")


def _draw_node(drawing: Drawing, node: Node, kind: str, x: float, y: float, shape: str) -> None:
    words = [name_of(node), type(node).__name__, kind] + ([shape] if shape else [])
    if not isinstance(node, Placeholder):
        words.append(formula_of(node))
    drawing.elements.append("<g><title>%s</title>" % escaped(", ".join(words)))
    _draw_shape(drawing, kind, x, y, BOX_WIDTH, BOX_HEIGHT)
    drawing.text(x, y - 2, shortened(node.name, 10), "middle")
    drawing.text(x, y + 13, shortened(type(node).__name__, 12), "middle", "small")
    drawing.elements.append("</g>")


def _kind(node: Node, trainables: Set[Node]) -> str:
    if isinstance(node, Placeholder):
        return "trained placeholder" if node in trainables else "placeholder"
    return "loss" if isinstance(node, Loss) else "operation"


def _draw_shape(drawing: Drawing, kind: str, x: float, y: float, width: float, height: float) -> None:
    left, top = x - width / 2, y - height / 2
    if kind == "loss":
        points = [(left, y), (left + 9, top), (left + width - 9, top), (left + width, y),
                  (left + width - 9, top + height), (left + 9, top + height)]
        drawing.add("polygon", "box loss", points=" ".join("%s,%s" % tuple(map(coordinate, p)) for p in points))
        return
    css = {"operation": "box", "placeholder": "box placeholder", "trained placeholder": "box placeholder trained"}[kind]
    drawing.add("rect", css, x=left, y=top, width=width, height=height, rx=2 if kind == "operation" else height / 2)
    if kind == "trained placeholder":
        drawing.add("rect", "box inner", x=left + 3, y=top + 3, width=width - 6, height=height - 6, rx=height / 2 - 3)


def _graph_legend(drawing: Drawing, y: float) -> None:
    x = 34
    for kind, word, chinese in (("placeholder", "fed", "输入"), ("trained placeholder", "trained", "参数"),
                                ("operation", "operation", "运算"), ("loss", "loss", "损失")):
        _draw_shape(drawing, kind, x, y + 8, 32, 18)
        drawing.words(x + 22, y + 12, word, chinese, css="small")
        x += 70 + 6 * len(word)


# A node in a notebook


def node_as_html(node: Node) -> str:
    """A small table: the node's class, formula, shape and value, and the gradient, if it has one."""
    rows = [("class", escaped(type(node).__name__))]        # (title, what is shown, escaped already)
    if not isinstance(node, Placeholder):
        rows += [("formula", escaped(formula_of(node))), ("derivatives", escaped(derivatives_of(node))),
                 ("reads", escaped(", ".join(name_of(source) for source in node.inputs)))]
    rows += _as_rows("value", node.value)
    for source, gradient in node.gradients.items():
        rows += _as_rows("∂loss/∂" + name_of(source), gradient)
    return "<table><caption>%s</caption>%s</table>" % (escaped(name_of(node)), "".join(
        '<tr><th scope="row">%s</th><td>%s</td></tr>' % (escaped(title), content) for title, content in rows))


def _as_rows(title: str, value: Value) -> List[Tuple[str, str]]:
    if value is None:
        return [(title, "none yet")]
    value = values.as_list(value)
    if isinstance(value, lists.NUMBER):
        return [(title, number_text(value))]
    rows, left_out = table_of(value)
    # Each number in a cell of its own that does not break: notebooks break texts, at a minus sign or anywhere.
    cells = "".join("<tr>%s</tr>" % "".join('<td nowrap style="white-space: nowrap; text-align: right">%s</td>' % cell
                                            for cell in row) for row in rows)
    return [("%s, %s" % (title, values.describe(lists.shape(value))), "<table>%s</table>%s" % (cells, left_out))]
