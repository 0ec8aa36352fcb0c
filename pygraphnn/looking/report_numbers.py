"""What a report shows, as plain lists and numbers: losses, predictions, measures, one step in full, and the surface.

Large things are sampled, and the result says how: the highest and lowest losses, every second or third row.
`step_numbers.py` has the step, `grids.py` the surface; `report.py` makes the page of it all.
"""
from .. import values
from ..graph import Node, ancestors
from ..jobs import Job
from ..kinds import Any, Dict, Feed, List, Optional, Sequence, Set
from ..nodes import MSE
from ..ops import active_backend
from ..predicting import predict
from ..rng import SplitMix64
from .curves import sampled, stretch_of
from .grids import SHOWN_ROWS, SURFACE_FEATURES, column, feature, needed, surface
from .meanings import meanings
from .measures import classes_in, of_classes, of_numbers
from .step_numbers import name_columns, one_step, width
from .wording import short_name

BATCH = 4                       # rows in the step that is shown
WORST = 10


def collect(job: Job, losses: List[float], seed: int, seconds: Optional[float], dataset: Any, test_rows: Any,
            test_losses: Any) -> Dict[str, Any]:
    """All numbers of the page. ValueError: the data set does not have the feed's rows, or there is no such test row."""
    rows = len(job.data[0][1])
    _check_rows(rows, dataset, test_rows)
    held_out = set(test_rows)
    train_rows = [row for row in range(rows) if row not in held_out]
    feed = {node: values.as_list(whole) for node, whole in job.data}
    found = _prediction_in(job.graph, feed)
    predicted = column(predict(found[1], needed(found[1], feed))) if found else []
    told_apart = None if found else classes_in(job.graph, feed)
    numbers: Dict[str, Any] = {
        "settings": {
            "dataset": short_name(dataset.name) if dataset else None, "backend": active_backend(), "rows": rows,
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
        name_columns(numbers["step"]["nodes"], job.graph, needed(found[1], feed), dataset)
    if told_apart:
        numbers["measures"] = _of_classes(told_apart, feed, held_out, losses, test_losses, dataset)
    if found and len(predicted) == rows:
        y = feed[found[0]]
        numbers["predictions"] = predictions(column(y), predicted, held_out, width(y), dataset)
        numbers["predictions"].update(node=short_name(found[1].name), labels=short_name(found[0].name))
        numbers["surface"] = surface(job, found[1], feed, column(y), predicted, held_out, dataset)
        if width(y) == 1:
            numbers["measures"] = of_numbers(column(y), predicted, held_out, losses, test_losses)
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


# Losses


def loss_curve(losses: List[float], test_losses: Any) -> Dict[str, Any]:
    """{epochs, train: [(epoch, loss), …], test: …}; of many, the extremes of each stretch of `every` epochs."""
    train = list(enumerate(losses, 1))
    test = [(int(epoch), float(loss)) for epoch, loss in sorted(test_losses.items())]
    shown = sampled(train)
    return {"every": stretch_of(len(train)) if len(shown) < len(train) else 1, "epochs": len(train), "train": shown,
            "test": sampled(test)}


# Predictions


def _prediction_in(graph: Sequence[Node], feed: Feed) -> Any:
    """(labels, prediction) of the last mean square error between fed labels and a computed node; or None."""
    for loss in reversed(graph):
        if isinstance(loss, MSE):
            for labels, node in (loss.inputs, loss.inputs[::-1]):
                if labels in feed and node not in feed and any(key in feed for key in ancestors([node])):
                    return labels, node
    return None


def _features(feed: Feed, found: Any) -> int:
    return sum(width(whole) for key, whole in (needed(found[1], feed) if found else feed).items())


def _target_name(dataset: Any, found: Any) -> Any:
    if dataset:
        return short_name(dataset.target_name)
    return short_name(found[0].name) if found else None


def predictions(true: List[float], predicted: List[float], held_out: Set[int], columns: int, dataset: Any) -> Dict[str,
                Any]:
    """Predicted and true values, of many rows every second or third, and the rows with the largest errors among all."""
    every = -(-len(true) // SHOWN_ROWS)
    rows = [[row, true[row], predicted[row], row in held_out] for row in range(len(true))]
    # A prediction that is not even a number counts as worse than any other.
    worst = sorted(rows, key=lambda row: (row[2] - row[1] == row[2] - row[1], -abs(row[2] - row[1])))[:WORST]
    names = [short_name(name) for name in dataset.feature_names[:SURFACE_FEATURES]] if dataset else []
    return {"every": every, "total": len(rows), "rows": rows[::every], "columns": columns, "names": names,
            "features": len(dataset.feature_names) if dataset else 0,
            "worst": [row + [dataset.data[row[0]][:SURFACE_FEATURES] if dataset else []] for row in worst]}


# Classes


def _of_classes(found: Any, feed: Feed, held_out: Set[int], losses: List[float], test_losses: Any, dataset: Any) -> Any:
    """The measures of a network that tells classes apart, the names shortened, its regions in the features' units."""
    measured = of_classes(found[0], found[1], feed, held_out, losses, test_losses, dataset)
    if measured is None:
        return None
    measured.update(names=[short_name(name) for name in measured["names"]], guess=short_name(measured["guess"]),
                    node=short_name(measured["node"]), labels=short_name(found[0].name))
    regions = measured["regions"]
    if regions:
        (data,) = needed(found[1], feed).values()
        rows = [point[0] for point in regions["points"]]
        regions["features"] = [feature(column, data, 0.0, regions["ends"][column], rows, dataset)
                               for column in (0, 1)]
    return measured
