"""What a network predicts over two features: a picture of the surface in their own units, with the data as points.

The numbers that the surface stands on, a grid on which all other features stay at their means, are computed here for
the report's page too. `pictures.py` has the other pictures.
"""
import math

from .. import lists, values
from ..dataset import Dataset
from ..graph import Node, Placeholder
from ..kinds import Any, Callable, List, Sequence, Tuple
from ..scaling import standardize
from ..predicting import predict
from .curves import drawable
from .svg import Axis, Drawing, check_path, coordinate, finished, range_of
from .wording import number_text, shortened

SIZES = (17, 33, 65)    # of grids: how many points there may be in each direction
MOST_DATA = 1000        # points that are drawn
LETTER = 6.4            # how wide one is in a small text; in a text of the usual size 7.5
CLOSE_ENOUGH = 1 / 300  # of a picture's height: less than its reader sees
VIRIDIS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))      # dark to light: low to high


def plot_surface(node: Node, X: Placeholder, dataset: Any, features: Any = None, path: Any = None, *,
                 prepare: Any = None, azimuth: float = -60.0, elevation: float = 25.0) -> Any:
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
    features = dataset.feature_names[:2] if features is None else features
    if not isinstance(features, (list, tuple)) or len(features) != 2:
        raise ValueError("a surface needs two features, not %s: name two of %s"
                         % (values.shown(features), ", ".join(dataset.feature_names)))
    features = list(features)
    pairs = dataset.select(features).data
    ranges = [range_of([pair[side] for pair in pairs]) for side in (0, 1)]
    for (low, high), name in zip(ranges, features):
        if low == high:
            raise ValueError("%s is %r in every row: a surface needs two features that vary" % (name, low))
    grid, numbers = finely(lambda grid: _predictions(node, X, dataset, features, grid, prepare), ranges, SIZES[1:],
                           dataset.target)
    heights = [numbers[i * len(grid[1]):(i + 1) * len(grid[1])] for i in range(len(grid[0]))]
    data = [(pair[0], pair[1], target) for pair, target in zip(pairs, dataset.target)]
    data_drawn = [data[number * len(data) // MOST_DATA] for number in range(MOST_DATA)] if len(data) > MOST_DATA \
        else data
    finite = [z for row in heights for z in row if drawable(z)]
    notes = _surface_notes(heights, data, data_drawn, len(dataset.feature_names) - 2)

    drawing = Drawing("Predicted %s over %s and %s" % (dataset.target_name, features[0], features[1]),
                       _surface_in_words(dataset, features, ranges, finite, len(data)) + " " + " ".join(notes))
    target = shortened(dataset.target_name, 40)
    drawing.words(12, 22, "Predicted %s" % target, "%s 的预测值" % target, css="title")
    low, high = range_of(finite + [z for x, y, z in data if drawable(z)] or [0.0, 1.0])
    axes = [Axis(*ranges[0], -0.5, 0.5, 5), Axis(*ranges[1], -0.5, 0.5, 5),
            Axis(low, high, -0.5, 0.5, 5).widened()]
    longest = max(len(axes[2].label(tick)) for tick in axes[2].ticks)
    view = _View(azimuth, elevation, max(78, 36 + LETTER * longest))
    _draw_room(drawing, view, axes, [features[0], features[1], dataset.target_name])
    _draw_surface(drawing, view, axes, grid, heights, data_drawn)
    for number, note in enumerate(notes):
        drawing.text(12, view.height + 8 + 15 * number, note, css="small")
    return finished(drawing.picture(480, view.height + 15 * len(notes), True), path)


def _predictions(node: Node, X: Placeholder, dataset: Any, features: List[Any], grid: List[Any],
                 prepare: Any) -> List[Any]:
    """The predictions on a grid, where the second feature changes fastest."""
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
    return lists.elements(predicted)


def finely(heights_at: Callable[..., Any], ranges: List[Any], sizes: Sequence[int], others: List[Any]) -> Tuple[Any,
           ...]:
    """(the scales of a grid, the heights on it), so fine that straight lines between them show what is in between.

    heights_at: gives the heights on a grid of scales, the last scale's numbers changing fastest. sizes: how many points
    each scale may have. others: heights that are drawn in the same picture. Where the last size does not suffice, the
    function has a step there, which the picture shows at its place, one cell wide.
    """
    for size in sizes:
        grid = [evenly(low, high, size) for low, high in ranges]
        heights = heights_at(grid)
        if size == sizes[-1] or _is_fine(heights_at, grid, heights, others):
            break
    return grid, heights


def _is_fine(heights_at: Callable[..., Any], grid: List[Any], heights: Any, others: List[Any]) -> bool:
    """Whether the middles of cells, of a surface 16 in each direction, are close to the mean of their corners."""
    size = len(grid[0])
    chosen = range(0, size - 1, max(1, (size - 1) // (16 if len(grid) > 1 else size)))
    found = heights_at([[scale[i] * 0.5 + scale[i + 1] * 0.5 for i in chosen] for scale in grid])
    if len(grid) == 1:
        corners = [[heights[i], heights[i + 1]] for i in chosen]
    else:
        corners = [[heights[a * size + b] for a in (i, i + 1) for b in (j, j + 1)] for i in chosen for j in chosen]
    low, high = range_of([z for z in heights + others if drawable(z)] or [0.0])
    return all(abs(lists.total([corner / len(around) for corner in around]) - z) <= CLOSE_ENOUGH * (high - low)
               for around, z in zip(corners, found) if all(map(drawable, around + [z])))


def evenly(low: float, high: float, n: int) -> List[Any]:
    """n numbers at equal distances from low to high."""
    shares = [i / (n - 1) for i in range(n)]
    return [low * (1.0 - share) + high * share for share in shares]         # high − low may be infinite


def grid_rows(means: List[float], scales: Any) -> List[Any]:
    """Rows of the means, but for {column: its numbers}: each with each, the last column's changing fastest."""
    rows = [list(means)]
    for column, numbers in scales.items():
        rows = [row[:column] + [x] + row[column + 1:] for row in rows for x in numbers]
    return rows


def _surface_notes(heights: Any, data: Any, data_drawn: List[Any], others: int) -> List[Any]:
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


def _surface_in_words(dataset: Any, features: List[Any], ranges: List[Any], finite: Any, points: int) -> str:
    over = " and ".join("%s from %s to %s" % (name, number_text(low), number_text(high))
                        for name, (low, high) in zip(features, ranges))
    what = "from %s to %s" % tuple(map(number_text, range_of(finite))) if finite else "never finite"
    return "The prediction of {} over {} is {}. {:,} data points.".format(dataset.target_name, over, what, points)


class _View:
    """Turns a place in the room, whose walls are at −½ and ½, into a place in the picture."""

    top, right_end, bottom = 44, 396, 330
    height = 376

    def __init__(self, azimuth: float, elevation: float, from_left: float = 78) -> None:
        a, e = math.radians(azimuth), math.radians(elevation)
        self.towards = (math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e))      # where the eye is
        self.right = (-math.sin(a), math.cos(a), 0.0)
        self.up = (-math.sin(e) * math.cos(a), -math.sin(e) * math.sin(a), math.cos(e))
        self.near = tuple(math.copysign(0.5, part) for part in self.towards)
        corners = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
        left, right = range_of([_dot(corner, self.right) for corner in corners])
        lowest, highest = range_of([_dot(corner, self.up) for corner in corners])
        self.scale = min((self.right_end - from_left) / (right - left), (self.bottom - self.top) / (highest - lowest))
        self.middle = (from_left + self.right_end) / 2, (self.top + self.bottom) / 2

    def at(self, place: Any) -> Tuple[Any, ...]:
        return self.middle[0] + self.scale * _dot(place, self.right), self.middle[1] - self.scale * _dot(place, self.up)

    def nearness(self, place: Any) -> float:
        return _dot(place, self.towards)


def _dot(a: Tuple[float, ...], b: Tuple[float, ...]) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _path(points: List[Any], closed: bool = False) -> str:
    return "M" + " L".join("%s %s" % (coordinate(x), coordinate(y)) for x, y in points) + (" Z" if closed else "")


def _draw_room(drawing: Drawing, view: _View, axes: List[Any], names: List[str]) -> None:
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
    labels = []             # (x, y, text, anchor, style), the names first
    for axis in (0, 1):
        along = 1 - axis
        def edge(t: float, out: float, axis: int = axis, along: int = along) -> Tuple[Any, ...]:
            place = [0.0, 0.0, floor]
            place[axis], place[along] = t, near[along] * out
            return view.at(tuple(place))
        drawing.add("path", "axis", d=_path([edge(-0.5, 1), edge(0.5, 1)]))
        for tick in axes[axis].ticks:
            t = axes[axis].at(tick)
            drawing.add("path", "axis", d=_path([edge(t, 1), edge(t, 1.04)]))
            x, y = edge(t, 1.15)
            labels.append((x, y + 5, axes[axis].label(tick), "middle", "small"))
        name = shortened(names[axis], 22)
        x, y = edge(0.0, 1.15)
        x, y = x + (x - view.middle[0]) * 0.34, min(y + 27, view.height - 6)
        room = 4 + 4 * len(name)
        labels.insert(axis, (min(max(x, room), 480 - room), y, name, "middle", ""))
    corners = [(near[0], -near[1]), (-near[0], near[1])]
    corner = min(corners, key=lambda place: view.at(place + (0.0,))[0])
    drawing.add("path", "axis", d=_path([view.at(corner + (-0.5,)), view.at(corner + (0.5,))]))
    for tick in axes[2].ticks:
        x, y = view.at(corner + (axes[2].at(tick),))
        drawing.add("path", "axis", d="M%s %s h-5" % (coordinate(x), coordinate(y)))
        labels.append((x - 8, y + 4, axes[2].label(tick), "end", "small"))
    _write(drawing, labels)
    drawing.text(18, view.middle[1], shortened(names[2], 28), "middle",
                 transform="rotate(-90 18 %s)" % coordinate(view.middle[1]))


def _write(drawing: Drawing, labels: List[Any]) -> None:
    """The labels that have room: of two that would meet, the first. An axis that is seen end-on has none for its ticks.

    A name moves on until nothing is in its way.
    """
    written: List[Any] = []            # (left, right, y)
    for x, y, text, anchor, css in labels:
        width = len(text) * (LETTER if css else 7.5)
        before = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
        x = max(x, 26 + before)         # left of that stands the name of the height
        left = x - before
        while any(left < other[1] + 3 and other[0] < left + width + 3 and abs(y - other[2]) < 13 for other in written):
            if css:
                break
            y -= 2
        else:
            written.append((left, left + width, y))
            drawing.text(x, y, text, anchor, css)


def _draw_surface(drawing: Drawing, view: _View, axes: List[Any], grid: List[Any], heights: Any, data: Any) -> None:
    """Cells and points from the farthest to the nearest, each painted over those behind it."""
    low, high = axes[2].low, axes[2].high
    pieces: List[Any] = []
    for i in range(len(grid[0]) - 1):
        for j in range(len(grid[1]) - 1):
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


def height_colour(share: float) -> Tuple[Any, ...]:
    """From dark violet at 0 to yellow at 1: also the lightness rises, for readers who see few colours."""
    place = min(max(share, 0.0), 1.0) * (len(VIRIDIS) - 1)
    first = min(int(place), len(VIRIDIS) - 2)
    return tuple(int(a + (b - a) * (place - first) + 0.5) for a, b in zip(VIRIDIS[first], VIRIDIS[first + 1]))
