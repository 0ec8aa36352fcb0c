"""How good a network is, as the page shows it: on the rows learnt from and on those held out, beside mere guessing.

Of classes: how often each was taken for which, the wrong answers that the network was surest of, and for two features
the regions in which it answers what.
"""
import re

from .. import lists, values
from ..evaluating import place_of_the_largest, probabilities
from ..graph import Node, ancestors
from ..kinds import Any, Dict, Feed, List, Matrix, Sequence, Set
from ..losses import BinaryCrossEntropy, CrossEntropy
from ..predicting import predict
from ..tasks import Classification, Regression, best_epoch, has_turned_up
from .surface import evenly, grid_rows

MISTAKES = 12
MOST_CLASSES = 26               # that can be shown in a table, and as letters
REGIONS = 80                    # points of the grid in each direction
SHOWN_POINTS = 600
PIXEL = re.compile(r"pixel_(\d+)_(\d+)$")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def measures(task: Any, answers: Any, target: List[float], held_out: Set[int], losses: List[float],
             test_losses: Dict[int, float]) -> Dict[str, Any]:
    """{task; guess; sets: what the task measures on the rows learnt from and on those held out, and what guessing would
    get; best: the epoch with the smallest held-out loss}"""
    sets = []
    measure, of_guess = task.measures
    for is_held_out in (False, True):
        rows = [row for row in range(len(target)) if (row in held_out) == is_held_out]
        if rows:
            found = task.measured([target[row] for row in rows], [answers[row] for row in rows])
            sets.append({"rows": len(rows), "is_held_out": is_held_out, "value": found[measure],
                         "guess": found[of_guess], "confusion": found.get("confusion_matrix")})
    found = {"task": task.name, "sets": sets, "best": None,
             "guess": task.class_names[task.most_frequent] if task.classes else task.mean}
    if test_losses:
        best, last = best_epoch(test_losses), max(test_losses)
        found["best"] = {"epoch": best, "loss": test_losses[best], "looks": len(test_losses), "last": test_losses[last],
                         "has_turned_up": has_turned_up(losses, test_losses)}
    return found


def of_numbers(target: List[float], predicted: List[float], held_out: Set[int], losses: List[float],
               test_losses: Dict[int, float]) -> Dict[str, Any]:
    """The measures of a network that predicts numbers."""
    known = [x for row, x in enumerate(target) if row not in held_out]
    return measures(Regression(known), [[x] for x in predicted], target, held_out, losses, test_losses)


# Classes


def classes_in(graph: Sequence[Node], feed: Feed) -> Any:
    """(labels, logits) of the last cross entropy between fed labels and a computed node; or None."""
    for loss in reversed(graph):
        if isinstance(loss, (CrossEntropy, BinaryCrossEntropy)):
            labels, logits = loss.inputs
            if labels in feed and logits not in feed and any(key in feed for key in ancestors([logits])):
                return labels, logits
    return None


def of_classes(labels: Any, logits: Node, feed: Feed, held_out: Set[int], losses: List[float],
               test_losses: Dict[int, float], dataset: Any) -> Any:
    """The measures, `mistakes` and `regions` of a network that tells classes apart; None: they are too many, or their
    labels are not what can be shown here."""
    needed = {key: whole for key, whole in feed.items() if key in ancestors([logits])}
    shares = shares_of(predict(logits, needed))
    target = class_numbers(feed[labels])
    if shares is None or target is None or len(shares) != len(target):
        return None
    count = max(len(shares[0]), int(max(target)) + 1)
    if count > MOST_CLASSES:
        return None
    names = dataset.class_names if dataset else None
    names = names if names and len(names) == count else [str(label) for label in range(count)]
    known = [label for row, label in enumerate(target) if row not in held_out]
    found = measures(Classification(names, known), shares, target, held_out, losses, test_losses)
    answers = [place_of_the_largest(row) for row in shares]
    wrong = [row for row in range(len(target)) if answers[row] != target[row]]
    wrong.sort(key=lambda row: -shares[row][answers[row]])
    pixels = _pixels(dataset)
    found.update(names=names, node=logits.name, wrong=len(wrong), picture=pixels and pixels["frame"], mistakes=[
        {"row": row, "label": int(target[row]), "answer": answers[row], "share": shares[row][answers[row]],
         "is_held_out": row in held_out, "pixels": pixels and dataset.data[row]} for row in wrong[:MISTAKES]])
    found["regions"] = _regions(logits, needed, target, held_out)
    return found


def shares_of(logits: Any) -> Any:
    """The probabilities of the classes for each row; None: a logit is NaN."""
    rows = values.as_list(logits)
    return None if any(x != x for x in lists.elements(rows)) else probabilities(rows)


def class_numbers(labels: Any) -> Any:
    """The number of each row's class: it stands there, or it is the column with the largest probability."""
    rows = values.as_list(labels)
    if lists.is_vector(rows):
        rows = [[x] for x in rows]
    found = [row[0] if len(row) == 1 else float(place_of_the_largest(row)) for row in rows]
    return found if all(x in range(MOST_CLASSES) for x in found) else None


def _pixels(dataset: Any) -> Any:
    """{frame}: what is needed to draw a row as a picture, if the features are called pixel_ROW_COLUMN; else None."""
    places = [PIXEL.match(name) for name in dataset.feature_names] if dataset else []
    found = [[int(number) for number in place.groups()] for place in places if place]
    if not dataset or len(found) < len(places):
        return None
    return {"frame": {"places": found, "rows": max(row for row, _ in found) + 1,
                      "columns": max(column for _, column in found) + 1,
                      "high": max(max(row) for row in dataset.data)}}


def _regions(logits: Node, needed: Feed, target: List[float], held_out: Set[int]) -> Any:
    """Of two features: what is answered on a grid, a letter for each class, the second feature changing fastest."""
    if len(needed) != 1:
        return None
    (X, data), = needed.items()
    if lists.is_vector(data) or len(data[0]) != 2:
        return None
    ends = []
    for column in (0, 1):
        numbers = [row[column] for row in data]
        low, high = min(numbers), max(numbers)
        margin = 0.05 * (high - low) or 1.0
        ends.append((low - margin, high + margin))
    answers = answers_of(logits_over(logits, X, ends, REGIONS))
    if answers is None:
        return None
    every = -(-len(data) // SHOWN_POINTS)
    return {"size": REGIONS, "ends": ends, "answers": answers, "every": every,
            "points": [[row] + data[row] + [int(target[row]), row in held_out] for row in range(0, len(data), every)]}


def logits_over(logits: Node, X: Node, ends: Any, size: int) -> Any:
    """The logits on a grid with so many points from the one end of each feature to the other."""
    grid: Matrix = grid_rows([0.0, 0.0], {place: evenly(low, high, size) for place, (low, high) in enumerate(ends)})
    return predict(logits, {X: grid})


def answers_of(logits: Any) -> Any:
    """The answers as letters, one for each row; None: a logit is NaN."""
    shares = shares_of(logits)
    return shares and "".join(LETTERS[place_of_the_largest(row)] for row in shares)
