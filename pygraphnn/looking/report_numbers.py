"""What a report shows, as plain lists and numbers: losses, predictions, one step in full, and the surface.

Large things are sampled, and the result says how: the highest and lowest losses, every second or third row, the
first and the last operations, the upper left corner of a matrix. `report.py` is next door and makes the page of it.
"""
from .. import lists, values
from ..graph import Node, Placeholder, ancestors, forward, losses_of, optimize
from ..jobs import Job
from ..kinds import Any, Dict, Feed, List, Optional, Sequence, Set, Tuple, Value, Vector
from ..nodes import MSE
from ..ops import active_backend
from ..predicting import predict
from ..rng import SplitMix64
from ..training import total_of
from .curves import drawable, sampled, stretch_of
from .formulas import Formulas
from .layout import places_of
from .meanings import meanings
from .measures import classes_in, of_classes, of_numbers
from .step import run_whole, unchanged
from .surface import SIZES, finely, grid_rows
from .wording import docstring_lines, shortened

SHOWN_ROWS = 600
SHOWN_NODES = 60
SHOWN_NEIGHBOURS = 12           # of the inputs or consumers of one node
SHOWN_CELLS = 15000             # of all matrices together
BATCH = 4                       # rows in the step that is shown
WORST = 10
SURFACE_FEATURES = 13
SURFACE_NUMBERS = 330000        # of all surfaces together: some 660 KB
SURFACE_WORK = 200000000        # multiplications for all surfaces together: some seconds on lists
CURVE_SIZES = (33, 129, 513)    # points of a curve, where there is one feature only
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LEVELS = len(LETTERS) * len(LETTERS) - 1        # of a height that is written as two letters
WORK_OF_A_NODE = 20             # multiplications that take as long as one number of one node, without its products
LONGEST_NAME = 120


def collect(job: Job, losses: List[float], seed: int, seconds: Optional[float], dataset: Any, test_rows: Any,
            test_losses: Any) -> Dict[str, Any]:
    """All numbers of the page. ValueError: the data set does not have the feed's rows, or there is no such test row."""
    rows = len(job.data[0][1])
    _check_rows(rows, dataset, test_rows)
    held_out = set(test_rows)
    train_rows = [row for row in range(rows) if row not in held_out]
    feed = {node: values.as_list(whole) for node, whole in job.data}
    found = _prediction_in(job.graph, feed)
    predicted = _column(predict(found[1], _needed(found[1], feed))) if found else []
    told_apart = None if found else classes_in(job.graph, feed)
    numbers: Dict[str, Any] = {
        "settings": {
            "dataset": name_of(dataset.name) if dataset else None, "backend": active_backend(), "rows": rows,
            "test_rows": len(test_rows), "features": _features(feed, found or told_apart),
            "epochs": len(losses), "target": _target_name(dataset, found or told_apart), "batch_size": job.batch_size,
            "learning_rate": job.learning_rate, "seed": str(seed),      # JavaScript has no whole numbers beyond 2⁵³
            "seconds": seconds, "columns": meanings(dataset) if dataset else []},
        "losses": loss_curve(losses, test_losses),
        "step": one_step(job, [train_rows[SplitMix64.below(rng, len(train_rows))] for rng in [SplitMix64(seed)]
                               for _ in range(BATCH)]),
        "measures": None,
        "predictions": None,
        "surface": None,
    }
    if found and dataset:
        _name_columns(numbers["step"]["nodes"], job.graph, _needed(found[1], feed), dataset)
    if told_apart:
        numbers["measures"] = _of_classes(told_apart, feed, held_out, losses, test_losses, dataset)
    if found and len(predicted) == rows:
        y = feed[found[0]]
        numbers["predictions"] = predictions(_column(y), predicted, held_out, _width(y), dataset)
        numbers["predictions"].update(node=name_of(found[1].name), labels=name_of(found[0].name))
        numbers["surface"] = surface(job, found[1], feed, _column(y), predicted, held_out, dataset)
        if _width(y) == 1:
            numbers["measures"] = of_numbers(_column(y), predicted, held_out, losses, test_losses)
    return numbers


def _check_rows(rows: int, dataset: Any, test_rows: Any) -> None:
    if dataset is not None and len(dataset.data) != rows:
        raise ValueError("the dataset has %d rows, but %d were fed: give the one that the feed was made from"
                         % (len(dataset.data), rows))
    for row in test_rows:
        if not 0 <= values.whole_number(row, "a test row", 0) < rows:
            raise ValueError("there is no test row %d: there are %d rows, counted from 0" % (row, rows))
    twice = [row for row in set(test_rows) if test_rows.count(row) > 1] if len(set(test_rows)) < len(test_rows) else []
    if twice:
        raise ValueError("the test rows name row %d twice: name each row once" % min(twice))
    if len(test_rows) == rows:
        raise ValueError("the test rows are all %d rows: leave one to train on" % rows)


def name_of(name: Any) -> str:
    """A name as text on one line, not endlessly long."""
    return shortened(name, LONGEST_NAME)


# Losses


def loss_curve(losses: List[float], test_losses: Any) -> Dict[str, Any]:
    """{epochs, train: [(epoch, loss), …], test: …}; of many, the extremes of each stretch of `every` epochs."""
    train = list(enumerate(losses, 1))
    test = [(int(epoch), float(loss)) for epoch, loss in sorted(test_losses.items())]
    shown = sampled(train)
    return {"every": stretch_of(len(train)) if len(shown) < len(train) else 1, "epochs": len(train), "train": shown,
            "test": sampled(test)}


# One step


def one_step(job: Job, rows: List[int]) -> Dict[str, Any]:
    """One training step on some rows: every node's value and gradient, and the parameters afterwards.

    Every node is left as it was.
    """
    with unchanged(job.graph):
        for node, whole in job.data:
            node.feed_rows(whole, rows)
        states = [(node, node.random_state) for node in job.graph if node.random_state is not None]
        run_whole(job.graph)
        shown = _shown_nodes(job.graph)
        side = _side(job.graph, shown)
        kinds = list(dict.fromkeys(type(node) for node in shown if not isinstance(node, Placeholder)))
        nodes = [_described(node, shown, side, job, kinds) for node in shown]
        loss = total_of(losses_of(job.graph))
        optimize(job.trainables, job.learning_rate)
        for node, described in zip(shown, nodes):
            described["after"] = table(node.value, side) if node in job.trainables else None
        for node, state in states:          # so that the same is drawn again
            node.random_state = state
        forward(job.graph)
        loss_after = total_of(losses_of(job.graph))
    rules = [Formulas(kind).as_json() for kind in kinds]
    return {"rows": rows, "nodes": nodes, "rules": rules, "layers": _layers(shown),
            "total": len(job.graph), "losses": len(losses_of(job.graph)), "learning_rate": job.learning_rate,
            "loss": loss, "loss_after": loss_after}


def _layers(shown: List[Node]) -> List[Any]:
    """The layers of the picture, each in its order: a node as its number, [n] for edges from node n that pass by."""
    number = {node: n for n, node in enumerate(shown)}
    return [[[number[item[0]]] if isinstance(item, tuple) else number[item] for item in layer]
            for layer in places_of(shown)[2] if layer]


def _name_columns(described: List[Dict[str, Any]], graph: Sequence[Node], feed: Feed, dataset: Any) -> None:
    """Gives the tables of a fed matrix of features the names of its columns, and says if its numbers are others."""
    for shown in described:
        whole = feed.get(graph[shown["position"] - 1])
        if whole is None or lists.is_vector(whole) or _width(whole) != len(dataset.feature_names):
            continue
        for matrix in [shown["value"], shown["gradient"]] + shown["parts"]:
            if matrix:
                matrix["names"] = [name_of(name) for name in dataset.feature_names[:len(matrix["cells"][0])]]
        if shown["value"]:
            shown["value"]["is_converted"] = whole != values.as_list(dataset.data)


def _shown_nodes(graph: Sequence[Node]) -> List[Node]:
    """All nodes, or of a large graph the first and the last operations with what they read.

    Sorted, the placeholders of a graph stand before all else: the first nodes alone would be unconnected.
    """
    if len(graph) <= SHOWN_NODES:
        return list(graph)
    operations = [node for node in graph if node.inputs]
    shown: Set[Node] = set()
    for pair in zip(reversed(operations), operations):          # the last and the first, the last but one and …
        for node in pair:
            more = shown.union([node], node.inputs[:SHOWN_NEIGHBOURS])
            if len(more) > SHOWN_NODES:
                return [node for node in graph if node in shown]
            shown = more
    return [node for node in graph if node in shown]


def _side(graph: Sequence[Node], shown: List[Node]) -> int:
    """How many rows and columns of each matrix can be shown without making the page too large."""
    for side in (64, 32, 16, 8):
        cells = 0
        for node in shown:
            rows, columns = _rows_and_columns(node.value)
            cells += min(rows, side) * min(columns, side) * (2 + min(len(node.consumers), SHOWN_NEIGHBOURS))
        if cells <= SHOWN_CELLS:
            break
    return side


def _described(node: Node, shown: List[Node], side: int, job: Job, kinds: List[Any]) -> Dict[str, Any]:
    number = {other: position for position, other in enumerate(shown)}
    losses = losses_of(job.graph)
    return {
        "name": name_of(node.name),
        "position": job.graph.index(node) + 1,
        "kind": "placeholder" if isinstance(node, Placeholder) else "operation",
        "class": name_of(type(node).__name__),
        "says": name_of("".join(docstring_lines(type(node))[:1])),
        "rule": kinds.index(type(node)) if type(node) in kinds else None,
        "is_loss": node in losses,
        "is_parameter": node in job.trainables,
        "is_data": any(node is fed for fed, whole in job.data),
        "inputs": _neighbours(node.inputs, number),
        "consumers": _neighbours(node.consumers, number),
        "value": table(node.value, side),
        "gradient": table(node.incoming_gradient(), side),
        "parts": [table(consumer.gradients.get(node), side) for consumer in node.consumers[:SHOWN_NEIGHBOURS]],
    }


def _neighbours(nodes: List[Node], number: Dict[Any, int]) -> Dict[str, Any]:
    """{names, numbers: of the first few, −1 for what is not shown; total: how many there are}."""
    some = nodes[:SHOWN_NEIGHBOURS]
    return {"names": [name_of(node.name) for node in some], "numbers": [number.get(node, -1) for node in some],
            "total": len(nodes)}


def table(value: Value, side: int) -> Any:
    """{shape, cells}: the upper left corner of a value, a vector as one row; None for what is none of numbers."""
    value = values.as_list(value)
    if isinstance(value, lists.NUMBER):
        return {"shape": [], "cells": [[float(value)]]}
    if not isinstance(value, (list, tuple)) or len(value) == 0:
        return None
    is_vector = lists.is_vector(value)
    cells = [list(row[:side]) for row in ([value] if is_vector else value[:side])]
    if not all(isinstance(x, lists.NUMBER) for row in cells for x in row):
        return None
    return {"shape": list(lists.shape(value)), "cells": [[float(x) for x in row] for row in cells]}


def _rows_and_columns(value: Value) -> Tuple[Any, ...]:
    shape = table(value, 1)
    shape = shape["shape"] if shape else []
    return (1, 1) if not shape else (1, shape[0]) if len(shape) == 1 else tuple(shape)


# Predictions


def _prediction_in(graph: Sequence[Node], feed: Feed) -> Any:
    """(labels, prediction) of the last mean square error between fed labels and a computed node; or None."""
    for loss in reversed(graph):
        if isinstance(loss, MSE):
            for labels, node in (loss.inputs, loss.inputs[::-1]):
                if labels in feed and node not in feed and any(key in feed for key in ancestors([node])):
                    return labels, node
    return None


def _needed(node: Any, feed: Feed) -> Dict[str, Any]:
    needed = ancestors([node])
    return {key: whole for key, whole in feed.items() if key in needed}


def _column(value: Value) -> List[float]:
    """The first number of each row."""
    value = values.as_list(value)
    return list(value) if lists.is_vector(value) else [row[0] for row in value]


def _width(value: Value) -> int:
    return 1 if lists.is_vector(value) else len(value[0])


def _features(feed: Feed, found: Any) -> int:
    return sum(_width(whole) for key, whole in (_needed(found[1], feed) if found else feed).items())


def _target_name(dataset: Any, found: Any) -> Any:
    if dataset:
        return name_of(dataset.target_name)
    return name_of(found[0].name) if found else None


def predictions(true: List[float], predicted: List[float], held_out: Set[int], columns: int, dataset: Any) -> Dict[str,
                Any]:
    """Predicted and true values, of many rows every second or third, and the rows with the largest errors among all."""
    every = -(-len(true) // SHOWN_ROWS)
    rows = [[row, true[row], predicted[row], row in held_out] for row in range(len(true))]
    # A prediction that is not even a number counts as worse than any other.
    worst = sorted(rows, key=lambda row: (row[2] - row[1] == row[2] - row[1], -abs(row[2] - row[1])))[:WORST]
    names = [name_of(name) for name in dataset.feature_names[:SURFACE_FEATURES]] if dataset else []
    return {"every": every, "total": len(rows), "rows": rows[::every], "columns": columns, "names": names,
            "features": len(dataset.feature_names) if dataset else 0,
            "worst": [row + [dataset.data[row[0]][:SURFACE_FEATURES] if dataset else []] for row in worst]}


# Classes


def _of_classes(found: Any, feed: Feed, held_out: Set[int], losses: List[float], test_losses: Any, dataset: Any) -> Any:
    """The measures of a network that tells classes apart, the names shortened, its regions in the features' units."""
    measured = of_classes(found[0], found[1], feed, held_out, losses, test_losses, dataset)
    if measured is None:
        return None
    measured.update(names=[name_of(name) for name in measured["names"]], guess=name_of(measured["guess"]),
                    node=name_of(measured["node"]), labels=name_of(found[0].name))
    regions = measured["regions"]
    if regions:
        (data,) = _needed(found[1], feed).values()
        rows = [point[0] for point in regions["points"]]
        regions["features"] = [_feature(column, data, 0.0, regions["ends"][column], rows, dataset)
                               for column in (0, 1)]
    return measured


# The surface


def surface(job: Job, prediction: Node, feed: Feed, true: List[float], predicted: List[float], held_out: Set[int],
            dataset: Any) -> Any:
    """For each two features the predictions on a grid, all others at their means; None if no matrix is the one input.

    A feature that no grid stands for is left out where there are many: those stay that go most closely with the
    prediction. With one feature there is one line instead of grids.
    """
    inputs = list(_needed(prediction, feed).items())
    if len(inputs) != 1 or lists.is_vector(inputs[0][1]):
        return None
    X, data = inputs[0]
    known = [data[row] for row in range(len(data)) if row not in held_out]
    chosen = _chosen_features(known, [predicted[row] for row in range(len(data)) if row not in held_out], prediction,
                              job)
    means = lists.column_means(known)
    ends = [_ends([row[column] for row in known]) for column in range(len(means))]
    every = -(-len(data) // SHOWN_ROWS)
    shown = range(0, len(data), every)

    pairs: List[Any] = [(p, q) for p in chosen for q in chosen if p < q] or [tuple(chosen)]
    sizes: Sequence[int] = CURVE_SIZES if len(chosen) == 1 else SIZES
    most = min(SURFACE_NUMBERS, SURFACE_WORK // _work_of_a_row(prediction, job)) // len(pairs)
    sizes = [size for size in sizes if size ** len(pairs[0]) <= most] or [sizes[0]]

    def grid(columns: Tuple[int, int]) -> Dict[str, Any]:
        def heights_at(scales: Any) -> List[Any]:
            return _column(predict(prediction, {X: grid_rows(means, dict(zip(columns, scales)))}))
        scales, heights = finely(heights_at, [ends[column] for column in columns], sizes, true)
        return dict(packed(heights), size=len(scales[0]))

    return {
        "features": [_feature(column, data, means[column], ends[column], shown, dataset) for column in chosen],
        "letters": LETTERS, "of": len(means), "every": every, "total": len(data), "shown_rows": list(shown),
        "true": [true[row] for row in shown], "is_held_out": [row in held_out for row in shown],
        "grids": {"-".join(str(chosen.index(column)) for column in pair): grid(pair) for pair in pairs},
    }


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


def _work_of_a_row(prediction: Node, job: Job) -> int:
    """How many multiplications the prediction of one row takes."""
    work = 1
    for node in ancestors([prediction]):
        rows, columns = _rows_and_columns(node.value)
        if node in job.trainables:
            work += rows * columns
        elif node.inputs:
            work += columns * WORK_OF_A_NODE
    return work


def _chosen_features(data: Any, predicted: List[float], prediction: Node, job: Job) -> List[int]:
    """The columns to show, in their order."""
    count, work = min(len(data[0]), SURFACE_FEATURES), _work_of_a_row(prediction, job)
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


def _feature(column: int, data: Any, mean: float, ends: Tuple[float, float], shown: Any, dataset: Any) -> Dict[str,
             Any]:
    """A feature in the data set's units if the fed column is a linear function of them; else as it was fed."""
    fed = [row[column] for row in data]
    raw, name = fed, "%d" % column
    if dataset and len(dataset.feature_names) == len(data[0]):
        name = name_of(dataset.feature_names[column])
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
