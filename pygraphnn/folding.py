"""Cross-validation: the rows are divided into parts, and each is held out once, while a network learns from the others.

So every row is predicted by a network that has not seen it, and K trainings show how much of a result is luck.
"""
import json

from . import lists
from .dataset import Dataset
from .evaluating import folds
from .kinds import Any, Callable, Dict, List
from .language import say
from .run import Run
from .tasks import percent, short
from .telling import headline, results


def train_folds(dataset: Dataset, options: Any, say_aside: Callable[[str], None]) -> int:
    """Trains once for each part, and prints a line for each, or one JSON object for all. Returns the exit code."""
    parts = folds(len(dataset.data), options.folds, options.seed)
    found: List[Dict[str, Any]] = []
    for number, held_out in enumerate(parts, 1):
        known = sorted({row for part in parts if part is not held_out for row in part})
        run = Run(dataset, options, [], (known, held_out))
        if number == 1:
            for line in run.dataset.notes if options.json else headline(run):
                say_aside(line) if options.json else print(line, flush=True)
        try:
            run.train()
        finally:
            run.leave()
            run.means.close()
        found.append(results(run))
        if not options.json:
            print(say("fold %d of %d, %d rows held out: %s") % (number, len(parts), len(held_out),
                                                           run.task.in_words(found[-1]["held_out"])), flush=True)
    key = run.task.measures[0]
    measured = [one["held_out"][key] for one in found]
    if options.json:
        print(json.dumps({"folds": found, key: _summary(measured)}))
        return 0
    as_text = percent if run.task.classes else short
    summary = _summary(measured)
    print(say("all folds: %s on average, from %s to %s; standard deviation %s") % (
        (say("%s of the answers are right") if run.task.classes else say("off by %s")) % as_text(summary["mean"]),
        as_text(min(measured)), as_text(max(measured)), as_text(summary["deviation"])))
    return 0


def _summary(measured: List[float]) -> Dict[str, Any]:
    """Their mean, and the standard deviation over all of them; None where one is infinite."""
    if None in measured:
        return {"mean": None, "deviation": None}
    rows = [[x] for x in measured]
    means = lists.column_means(rows)
    return {"mean": means[0], "deviation": lists.column_deviations(rows, means)[0]}
