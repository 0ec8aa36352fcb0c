"""A prediction over each two features, as numbers on grids, with all other features at their means: the surfaces of the
page, in the features' own units.

Each height is written as two letters. `surface.py` draws one such surface as a picture.
"""
from .. import lists, values
from ..graph import Node, ancestors
from ..jobs import Job
from ..kinds import Any, Dict, Feed, List, Optional, Sequence, Set, Tuple, Value, Vector
from ..predicting import predict
from .curves import drawable
from .step_numbers import rows_and_columns
from .surface import SIZES, finely, grid_rows
from .wording import short_name

SHOWN_ROWS = 600
SURFACE_FEATURES = 13
SURFACE_NUMBERS = 200000        # of all surfaces together: some 400 KB
SURFACE_WORK = 200000000        # multiplications for all surfaces together: some seconds on lists
CURVE_SIZES = (33, 129, 513)    # points of a curve, where there is one feature only
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LEVELS = len(LETTERS) * len(LETTERS) - 1        # of a height that is written as two letters
WORK_OF_A_NODE = 20             # multiplications that take as long as one number of one node, without its products


class Grids:
    """Where a prediction is looked at: over each two of the features that are shown, all others at their means.

    A feature that no grid stands for is left out where there are many: those stay that go most closely with the
    prediction. With one feature there is one line instead of grids.
    """

    def __init__(self, job: Job, prediction: Node, X: Node, data: Any, predicted: List[float],
                 held_out: Set[int]) -> None:
        self.prediction, self.X, self.data = prediction, X, data
        known = [row for row in range(len(data)) if row not in held_out]
        rows = [data[row] for row in known]
        self.means = lists.column_means(rows)
        self.ends = [_ends([row[column] for row in rows]) for column in range(len(self.means))]
        self.work = work_of_a_row(prediction, job)
        self.chosen = _chosen_features(rows, [predicted[row] for row in known], self.work)
        self.pairs: List[Any] = [(p, q) for p in self.chosen for q in self.chosen if p < q] or [tuple(self.chosen)]

    def heights_at(self, columns: Sequence[int], scales: Any) -> List[float]:
        """The predictions over these columns, each number of one scale with each of the other, which changes faster."""
        rows = grid_rows(self.means, dict(zip(columns, scales)))
        return column(predict(self.prediction, {self.X: rows}))

    def name(self, columns: Sequence[int]) -> str:
        """By which the page knows a pair of columns: their places among those that are shown."""
        return "-".join(str(self.chosen.index(column)) for column in columns)

    def as_json(self, true: List[float], held_out: Set[int], dataset: Any) -> Dict[str, Any]:
        """What the page shows: the features, the rows, and a surface for each pair."""
        every = -(-len(self.data) // SHOWN_ROWS)
        shown = range(0, len(self.data), every)
        sizes: Sequence[int] = CURVE_SIZES if len(self.chosen) == 1 else SIZES
        most = min(SURFACE_NUMBERS, SURFACE_WORK // self.work) // len(self.pairs)
        sizes = [size for size in sizes if size ** len(self.pairs[0]) <= most] or [sizes[0]]

        def grid(columns: Tuple[int, int]) -> Dict[str, Any]:
            scales, heights = finely(lambda scales: self.heights_at(columns, scales),
                                     [self.ends[column] for column in columns], sizes, true)
            return dict(packed(heights), size=len(scales[0]))

        return {
            "features": [feature(column, self.data, self.means[column], self.ends[column], shown, dataset)
                         for column in self.chosen],
            "letters": LETTERS, "of": len(self.means), "every": every, "total": len(self.data),
            "shown_rows": list(shown), "true": [true[row] for row in shown],
            "is_held_out": [row in held_out for row in shown],
            "grids": {self.name(pair): grid(pair) for pair in self.pairs},
        }


def grids_of(job: Job, prediction: Node, feed: Feed, predicted: List[float], held_out: Set[int]) -> Optional[Grids]:
    """None: the one input of the prediction is no matrix, or there are several."""
    inputs = list(needed(prediction, feed).items())
    if len(inputs) != 1 or lists.is_vector(inputs[0][1]):
        return None
    return Grids(job, prediction, inputs[0][0], inputs[0][1], predicted, held_out)


def packed(numbers: List[float]) -> Dict[str, Any]:
    """{low, high, heights}: each number as two letters, its place among LEVELS levels from low to high.

    What is not finite, or too large to be drawn, is the level after the last one.
    """
    shown = [x for x in numbers if drawable(x)] or [0.0]
    low, high = min(shown), max(shown)
    letters = []
    for x in numbers:
        share = (x * 0.5 - low * 0.5) / (high * 0.5 - low * 0.5) if low < high else 0.0     # high − low may be infinite
        level = int(share * (LEVELS - 1) + 0.5) if drawable(x) else LEVELS
        letters.append(LETTERS[level // len(LETTERS)] + LETTERS[level % len(LETTERS)])
    return {"low": low, "high": high, "heights": "".join(letters)}


def work_of_a_row(prediction: Node, job: Job) -> int:
    """How many multiplications the prediction of one row takes."""
    work = 1
    for node in ancestors([prediction]):
        rows, columns = rows_and_columns(node.value)
        if node in job.trainables:
            work += rows * columns
        elif node.inputs:
            work += columns * WORK_OF_A_NODE
    return work


def _chosen_features(data: Any, predicted: List[float], work: int) -> List[int]:
    """The columns to show, in their order. work: what the prediction of a row takes."""
    count = min(len(data[0]), SURFACE_FEATURES)
    while count > 2 and count * (count - 1) // 2 * SIZES[0] * SIZES[0] * work > SURFACE_WORK:
        count -= 1
    if count == len(data[0]):
        return list(range(count))
    data, predicted = data[:SHOWN_ROWS], predicted[:SHOWN_ROWS]
    closeness = [_correlation([row[column] for row in data], predicted) for column in range(len(data[0]))]
    return sorted(sorted(range(len(closeness)), key=lambda column: -closeness[column])[:count])


def _correlation(x: List[float], y: List[float]) -> float:
    """|Σ (x − mean of x) · (y − mean of y)| / √(Σ (x − mean)² · Σ (y − mean)²), or 0 where one of them is constant."""
    n = len(x)
    x_mean, y_mean = lists.total(x) / n, lists.total(y) / n
    together = lists.total([(a - x_mean) * (b - y_mean) for a, b in zip(x, y)])
    alone = (lists.total([(a - x_mean) * (a - x_mean) for a in x])      # ** would be an error where this is infinite
             * lists.total([(b - y_mean) * (b - y_mean) for b in y]))
    return abs(together) / alone ** 0.5 if 0 < alone < float("inf") else 0.0


def _ends(column: Vector) -> Tuple[Any, ...]:
    """The smallest and the largest number of a column, with something between them."""
    low, high = min(column), max(column)
    return (low - 1.0, high + 1.0) if low == high else (low, high)


def feature(column: int, data: Any, mean: float, ends: Tuple[float, float], shown: Any, dataset: Any) -> Dict[str,
             Any]:
    """A feature in the data set's units if the fed column is a linear function of them; else as it was fed."""
    fed = [row[column] for row in data]
    raw, name = fed, "%d" % column
    if dataset and len(dataset.feature_names) == len(data[0]):
        name = short_name(dataset.feature_names[column])
        raw = [row[column] for row in dataset.data]
    factor, offset = _line_through(fed, raw)
    if factor is None:
        raw, factor, offset, dataset = fed, 1.0, 0.0, None
    return {"name": name, "is_own_unit": dataset is not None, "mean": six_digits(mean * factor + offset),
            "ends": [x * factor + offset for x in ends],
            "values": [six_digits(raw[row]) for row in shown]}


def _line_through(fed: List[Any], raw: List[float]) -> Tuple[Any, ...]:
    """(factor, offset) so that raw = fed · factor + offset in every row; (None, None) if there are none such."""
    low, high = min(range(len(fed)), key=fed.__getitem__), max(range(len(fed)), key=fed.__getitem__)
    if fed[low] == fed[high]:
        return (1.0, raw[low] - fed[low]) if min(raw) == max(raw) else (None, None)
    factor = (raw[high] - raw[low]) / (fed[high] - fed[low])
    offset = raw[low] - fed[low] * factor
    tolerance = 1e-9 * (abs(raw[low]) + abs(raw[high]))
    if all(abs(x * factor + offset - z) <= tolerance for x, z in zip(fed, raw)):
        return factor, offset
    return None, None


def six_digits(x: float) -> float:
    """Six digits: as many as a reader sees, and a third of the page that all of them would take."""
    return float("%.6g" % x)


def needed(node: Any, feed: Feed) -> Dict[Any, Any]:
    needed = ancestors([node])
    return {key: whole for key, whole in feed.items() if key in needed}


def column(value: Value) -> List[float]:
    """The first number of each row."""
    value = values.as_list(value)
    return list(value) if lists.is_vector(value) else [row[0] for row in value]
