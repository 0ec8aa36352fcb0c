"""What a report shows, as plain lists and numbers: losses, predictions, measures, steps in full, the surface,
and the training over again.

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
from .grids import LETTERS as GRID_LETTERS
from .grids import SHOWN_ROWS, SURFACE_FEATURES, Grids, column, feature, grids_of, needed, six_digits
from .history import History
from .meanings import meanings
from .measures import LETTERS, class_numbers, classes_in, of_classes, of_numbers
from .replay import Past, looks_at_classes, looks_at_numbers, replay, rows_to_answer, steps_of
from .step_numbers import name_columns, one_step, width
from .wording import short_name

BATCH = 4                       # rows in the step that is shown
WORST = 10


def collect(job: Job, losses: List[float], seed: int, seconds: Optional[float], dataset: Any, test_rows: List[int],
            test_losses: Any, history: Optional[History], step_rows: List[int]) -> Dict[str, Any]:
    """All numbers of the page. ValueError: the data set does not have the feed's rows, or there is no such row."""
    rows = len(job.data[0][1])
    _check_rows(rows, dataset, test_rows, step_rows)
    held_out = set(test_rows)
    train_rows = [row for row in range(rows) if row not in held_out]
    feed = {node: values.as_list(whole) for node, whole in job.data}
    found = _prediction_in(job.graph, feed)
    predicted = column(predict(found[1], needed(found[1], feed))) if found else []
    told_apart = None if found else classes_in(job.graph, feed)
    past = Past(job, history, len(losses), train_rows) if history and losses else None
    steps = steps_of(past) if past else [dict(one_step(job, _some(train_rows, seed)), kind="now")]
    if step_rows:
        steps.append(dict(one_step(job, step_rows), kind="own"))
    grids = None
    numbers: Dict[str, Any] = {
        "settings": {
            "dataset": short_name(dataset.name) if dataset else None, "backend": active_backend(), "rows": rows,
            "test_rows": len(test_rows), "features": _features(feed, found or told_apart),
            "epochs": len(losses), "target": _target_name(dataset, found or told_apart), "batch_size": job.batch_size,
            "learning_rate": job.learning_rate, "seed": str(seed),      # JavaScript has no whole numbers beyond 2⁵³
            "seconds": seconds, "columns": meanings(dataset) if dataset else []},
        "losses": loss_curve(losses, test_losses),
        "steps": steps,
        "measures": None,
        "predictions": None,
        "surface": None,
        "replay": None,
    }
    for step in steps if found and dataset else []:
        name_columns(step["nodes"], job.graph, needed(found[1], feed), dataset)
    if told_apart:
        numbers["measures"] = _of_classes(told_apart, feed, held_out, losses, test_losses, dataset)
    if found and len(predicted) == rows:
        y = feed[found[0]]
        numbers["predictions"] = predictions(column(y), predicted, held_out, width(y), dataset)
        numbers["predictions"].update(node=short_name(found[1].name), labels=short_name(found[0].name))
        grids = grids_of(job, found[1], feed, predicted, held_out)
        numbers["surface"] = grids.as_json(column(y), held_out, dataset) if grids else None
        if width(y) == 1:
            numbers["measures"] = of_numbers(column(y), predicted, held_out, losses, test_losses)
    if past:
        answers = found if numbers["predictions"] else told_apart if numbers["measures"] else None
        numbers["replay"] = _replay(past, losses, answers, feed, held_out, grids, numbers)
    return numbers


def _some(rows: List[int], seed: int) -> List[int]:
    rng = SplitMix64(seed)
    return [rows[rng.below(len(rows))] for _ in range(BATCH)]


def _check_rows(rows: int, dataset: Any, test_rows: List[int], step_rows: List[int]) -> None:
    if dataset is not None and len(dataset.data) != rows:
        raise ValueError("the dataset has %d rows, but %d were fed: give the one that the feed was made from"
                         % (len(dataset.data), rows))
    for kind, named in (("test row", test_rows), ("row for a step", step_rows)):
        for row in named:
            if not 0 <= row < rows:
                raise ValueError("there is no %s %d: there are %d rows, counted from 0" % (kind, row, rows))
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


# The training over again


def _replay(past: Past, losses: List[float], answers: Any, feed: Feed, held_out: Set[int], grids: Optional[Grids],
            numbers: Dict[str, Any]) -> Dict[str, Any]:
    """What `replay` finds and, in `asked`, for which rows the network was asked at each moment.

    answers: the labels and the node that answers, or None. numbers: what is known of the trained network.
    """
    if not answers:
        return dict(replay(past, losses, {}), asked=None)
    labels, node = answers
    rows = rows_to_answer(past, node)
    fed = {key: [whole[row] for row in rows] for key, whole in needed(node, feed).items()}
    asked: Dict[str, Any] = {"rows": rows, "total": numbers["settings"]["rows"],
                             "is_held_out": [row in held_out for row in rows]}
    if numbers["predictions"]:
        true = column(feed[labels])
        asked["true"] = [six_digits(true[row]) for row in rows]
        surfaces = numbers["surface"] and numbers["surface"]["grids"]
        looks = looks_at_numbers(node, fed, grids, surfaces, len(past.moments))
    else:
        target = class_numbers(feed[labels])
        asked["labels"] = "".join(LETTERS[int(target[row])] for row in rows)
        looks = looks_at_classes(node, fed, numbers["measures"]["regions"])
    return dict(replay(past, losses, looks), asked=asked, letters=GRID_LETTERS)
