"""What a network predicts over two features: a picture of the surface in their own units, with the data as points.

The numbers that the surface stands on, a grid on which all other features stay at their means, are computed here for
the report's page too. `pictures.py` has the other pictures.
"""
import math

from .. import lists, values
from ..data import Dataset
from ..graph import Node, Placeholder
from ..training import predict, standardize
from .curves import drawable
from .svg import Axis, Drawing, check_path, coordinate, finished, range_of
from .wording import number_text, shortened

CELLS = 24              # of the grid, in each direction
MOST_DATA = 1000        # points that are drawn
VIRIDIS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))      # dark to light: low to high


def plot_surface(node: Node, X: Placeholder, dataset, features=None, path=None, *, prepare=None,
                 azimuth: float = -60.0, elevation: float = 25.0):
    """What a network predicts over two features, as a surface in their own units, with the data as points.

    node: the prediction, one number for each row. X: the placeholder that takes the rows. dataset: a `Dataset` with
    the columns that X was trained on. features: the names of two of them; None takes the first two. The other features
    stay at their means. prepare: what was done to the rows before X was fed, a function of a list of rows; None is
    `standardize(rows, like=dataset.data)`. azimuth, elevation: where the picture is seen from, in degrees.

    Of more than 1000 points 1000 are drawn. Predictions that are not finite leave holes. Nothing in the graph changes.
    Returns the picture as SVG text, which a notebook shows; with a path ending in .svg, writes it there instead.
    ValueError: not two features, an unknown name, a constant feature, a prediction of several columns, another ending.
    TypeError: no Dataset. TypeError, ValueError: as of `predict`. OSError: the file cannot be written.
    """
    check_path(path)
    azimuth, elevation = values.finite_number(azimuth, "azimuth"), values.finite_number(elevation, "elevation")
    if not isinstance(dataset, Dataset):
        raise TypeError("the data set is %s: take a Dataset, what load_dataset and load_csv return"
                        % values.shown(dataset))
    features = list(dataset.feature_names[:2]) if features is None else features
    if not isinstance(features, (list, tuple)) or len(features) != 2:
        raise ValueError("a surface needs two features, not %s: name two of %s"
                         % (values.shown(features), ", ".join(dataset.feature_names)))
    pairs = dataset.select(list(features)).data
    ranges = [range_of([pair[side] for pair in pairs]) for side in (0, 1)]
    for (low, high), name in zip(ranges, features):
        if low == high:
            raise ValueError("%s is %r in every row: a surface needs two features that vary" % (name, low))
    grid = [evenly(low, high, CELLS + 1) for low, high in ranges]
    heights = _predictions(node, X, dataset, features, grid, prepare)
    data = [(pair[0], pair[1], target) for pair, target in zip(pairs, dataset.target)]
    data_drawn = [data[number * len(data) // MOST_DATA] for number in range(MOST_DATA)] if len(data) > MOST_DATA \
        else data
    finite = [z for row in heights for z in row if drawable(z)]
    notes = _surface_notes(heights, data, data_drawn, len(dataset.feature_names) - 2)

    drawing = Drawing("Predicted %s over %s and %s" % (dataset.target_name, features[0], features[1]),
                       _surface_in_words(dataset, features, ranges, finite, len(data)) + " " + " ".join(notes))
    drawing.text(12, 22, "Predicted %s" % shortened(dataset.target_name, 40), css="title")
    low, high = range_of(finite + [z for x, y, z in data if drawable(z)] or [0.0, 1.0])
    axes = [Axis(*ranges[0], -0.5, 0.5, 5), Axis(*ranges[1], -0.5, 0.5, 5),
            Axis(low, high, -0.5, 0.5, 5).widened()]
    view = _View(azimuth, elevation)
    _draw_room(drawing, view, axes, [features[0], features[1], dataset.target_name])
    _draw_surface(drawing, view, axes, grid, heights, data_drawn)
    for number, note in enumerate(notes):
        drawing.text(12, view.height + 8 + 15 * number, note, css="small")
    return finished(drawing.picture(480, view.height + 15 * len(notes), True), path)


def _predictions(node: Node, X: Placeholder, dataset, features: list, grid: list, prepare) -> list:
    """heights[i][j]: the prediction where the first feature is grid[0][i] and the second grid[1][j]."""
    columns = [dataset.feature_names.index(name) for name in features]
    rows = grid_rows(lists.column_means(dataset.data), dict(zip(columns, grid)))
    if prepare is None:
        rows = standardize(rows, like=dataset.data, names=dataset.feature_names)
    else:
        rows = prepare(rows)
    predicted = values.as_list(predict(node, {X: rows}))
    shape = lists.shape(predicted)
    if shape not in ((len(rows),), (len(rows), 1)):
        raise ValueError("%s is %s for %d rows: a surface needs one number for each row"
                         % (node.name, values.describe(shape), len(rows)))
    numbers = lists.elements(predicted)
    return [numbers[i * len(grid[1]):(i + 1) * len(grid[1])] for i in range(len(grid[0]))]


def evenly(low: float, high: float, n: int) -> list:
    """n numbers at equal distances from low to high."""
    shares = [i / (n - 1) for i in range(n)]
    return [low * (1.0 - share) + high * share for share in shares]         # high − low may be infinite


def grid_rows(means: list, scales: dict) -> list:
    """Rows of the means, but for {column: its numbers}: each with each, the last column's changing fastest."""
    rows = [list(means)]
    for column, numbers in scales.items():
        rows = [row[:column] + [x] + row[column + 1:] for row in rows for x in numbers]
    return rows


def _surface_notes(heights: list, data: list, data_drawn: list, others: int) -> list:
    notes = []
    if others:
        notes.append("{:,} other feature{} at {}.".format(others, "s" if others > 1 else "",
                                                          "their means" if others > 1 else "its mean"))
    holes = len([z for row in heights for z in row if not drawable(z)])
    if holes:
        notes.append("{:,} of {:,} predictions are not finite: holes.".format(holes, len(heights) * len(heights[0])))
    if len(data_drawn) < len(data):
        notes.append("{:,} of {:,} data points are drawn.".format(len(data_drawn), len(data)))
    return notes


def _surface_in_words(dataset, features: list, ranges: list, finite: list, points: int) -> str:
    over = " and ".join("%s from %s to %s" % (name, number_text(low), number_text(high))
                        for name, (low, high) in zip(features, ranges))
    what = "from %s to %s" % tuple(map(number_text, range_of(finite))) if finite else "never finite"
    return "The prediction of {} over {} is {}. {:,} data points.".format(dataset.target_name, over, what, points)


class _View:
    """Turns a place in the room, whose walls are at −½ and ½, into a place in the picture."""

    left, top, width, bottom = 78, 44, 318, 330
    height = 376

    def __init__(self, azimuth: float, elevation: float) -> None:
        a, e = math.radians(azimuth), math.radians(elevation)
        self.towards = (math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e))      # where the eye is
        self.right = (-math.sin(a), math.cos(a), 0.0)
        self.up = (-math.sin(e) * math.cos(a), -math.sin(e) * math.sin(a), math.cos(e))
        self.near = tuple(math.copysign(0.5, part) for part in self.towards)
        corners = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
        left, right = range_of([_dot(corner, self.right) for corner in corners])
        lowest, highest = range_of([_dot(corner, self.up) for corner in corners])
        self.scale = min(self.width / (right - left), (self.bottom - self.top) / (highest - lowest))
        self.middle = self.left + self.width / 2, (self.top + self.bottom) / 2

    def at(self, place: tuple) -> tuple:
        return self.middle[0] + self.scale * _dot(place, self.right), self.middle[1] - self.scale * _dot(place, self.up)

    def nearness(self, place: tuple) -> float:
        return _dot(place, self.towards)


def _dot(a: tuple, b: tuple) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _path(points: list, closed: bool = False) -> str:
    return "M" + " L".join("%s %s" % (coordinate(x), coordinate(y)) for x, y in points) + (" Z" if closed else "")


def _draw_room(drawing: Drawing, view: _View, axes: list, names: list) -> None:
    """The floor and the two walls behind, with lines at the ticks; ticks and names along three edges."""
    near, floor = view.near, -view.near[2]
    for axis in (0, 1, 2):
        for tick in axes[axis].ticks:
            for other in (0, 1, 2):
                if other != axis:               # the lines of this tick on the wall far along the other axis
                    ends = []
                    for end in (-0.5, 0.5):
                        place = [end, end, end]
                        place[axis], place[other] = axes[axis].at(tick), -near[other]
                        ends.append(view.at(tuple(place)))
                    drawing.add("path", "grid", d=_path(ends))
    for axis in (0, 1):
        along = 1 - axis
        def edge(t: float, out: float, axis: int = axis, along: int = along) -> tuple:
            place = [0.0, 0.0, floor]
            place[axis], place[along] = t, near[along] * out
            return view.at(tuple(place))
        drawing.add("path", "axis", d=_path([edge(-0.5, 1), edge(0.5, 1)]))
        for tick in axes[axis].ticks:
            t = axes[axis].at(tick)
            drawing.add("path", "axis", d=_path([edge(t, 1), edge(t, 1.04)]))
            x, y = edge(t, 1.15)
            drawing.text(x, y + 5, axes[axis].label(tick), "middle", "small")
        name = shortened(names[axis], 22)
        x, y = edge(0.0, 1.15)
        x, y = x + (x - view.middle[0]) * 0.34, min(y + 27, view.height - 6)
        room = 4 + 4 * len(name)
        drawing.text(min(max(x, room), 480 - room), y, name, "middle")
    corners = [(near[0], -near[1]), (-near[0], near[1])]
    corner = min(corners, key=lambda place: view.at(place + (0.0,))[0])
    drawing.add("path", "axis", d=_path([view.at(corner + (-0.5,)), view.at(corner + (0.5,))]))
    for tick in axes[2].ticks:
        x, y = view.at(corner + (axes[2].at(tick),))
        drawing.add("path", "axis", d="M%s %s h-5" % (coordinate(x), coordinate(y)))
        drawing.text(x - 8, y + 4, axes[2].label(tick), "end", "small")
    drawing.text(18, view.middle[1], shortened(names[2], 28), "middle",
                 transform="rotate(-90 18 %s)" % coordinate(view.middle[1]))


def _draw_surface(drawing: Drawing, view: _View, axes: list, grid: list, heights: list, data: list) -> None:
    """Cells and points from the farthest to the nearest, each painted over those behind it."""
    low, high = axes[2].low, axes[2].high
    pieces = []
    for i in range(CELLS):
        for j in range(CELLS):
            corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
            z = [heights[a][b] for a, b in corners]
            if all(map(drawable, z)):
                places = [(axes[0].at(grid[0][a]), axes[1].at(grid[1][b]), axes[2].at(heights[a][b]))
                          for a, b in corners]
                middle = tuple(lists.total([place[side] for place in places]) / 4 for side in (0, 1, 2))
                share = (lists.total([h / 4 for h in z]) - low) / (high - low)
                pieces.append((view.nearness(middle), "path", {"d": _path([view.at(p) for p in places], True)}, share))
    for x, y, z in data:
        if drawable(z):
            place = axes[0].at(x), axes[1].at(y), axes[2].at(z)
            cx, cy = view.at(place)
            pieces.append((view.nearness(place), "circle", {"cx": cx, "cy": cy, "r": 2.6}, None))
    for _, tag, numbers, share in sorted(pieces, key=lambda piece: piece[0]):
        if tag == "circle":
            drawing.add("circle", "point", **numbers)
        else:
            colour = "rgb(%d,%d,%d)" % height_colour(share)
            drawing.add("path", fill=colour, fill_opacity=".88", stroke=colour, stroke_width=".6", **numbers)


def height_colour(share: float) -> tuple:
    """From dark violet at 0 to yellow at 1: also the lightness rises, for readers who see few colours."""
    place = min(max(share, 0.0), 1.0) * (len(VIRIDIS) - 1)
    first = min(int(place), len(VIRIDIS) - 2)
    return tuple(int(a + (b - a) * (place - first) + 0.5) for a, b in zip(VIRIDIS[first], VIRIDIS[first + 1]))
