"""Cross-validation: the rows are divided into parts, and each is held out once, while a network learns from the others.

So every row is predicted by a network that has not seen it, and K trainings show how much of a result is luck.
"""
import json

from .comparing import choice_of, mean_and_deviation, trainings
from .dataset import Dataset
from .evaluating import folds
from .kinds import Any, Callable, Dict, List, Optional
from .language import say
from .parallel import Workers
from .run import Run
from .tasks import percent, short
from .telling import headline


def train_folds(dataset: Dataset, options: Any, say_aside: Callable[[str], None],
                workers: Optional[Workers] = None) -> int:
    """Trains once for each part, and prints a line for each, or one JSON object for all. Returns the exit code.

    workers: who trains, each network as a whole; None: this process.
    """
    parts = folds(len(dataset.data), options.folds, options.seed)
    rows = [(sorted({row for part in parts if part is not held_out for row in part}), held_out) for held_out in parts]
    found: List[Dict[str, Any]] = []
    trained = trainings(dataset, [choice_of(options, one) for one in rows], workers)
    for number, (known, held_out) in enumerate(rows, 1):
        run = Run(dataset, options, [], (known, held_out))          # for what is told of it
        run.means.close()
        if number == 1:
            for line in run.dataset.notes if options.json else headline(run):
                say_aside(line) if options.json else print(line, flush=True)
        found.append(next(trained))
        if "diverged" in found[-1]:
            raise ValueError(found[-1]["diverged"])
        if found[-1]["held_out"][run.task.measures[0]] is None:
            raise ValueError("part %d of %d: the predictions are not finite: try a smaller learning rate"
                             % (number, len(parts)))
        if not options.json:
            print(say("fold %d of %d, %d rows held out: %s") % (number, len(parts), len(held_out),
                                                           run.task.in_words(found[-1]["held_out"])), flush=True)
    key = run.task.measures[0]
    measured = [one["held_out"][key] for one in found]
    if options.json:
        print(json.dumps({"folds": found, key: mean_and_deviation(measured)}))
        return 0
    as_text = percent if run.task.classes else short
    summary = mean_and_deviation(measured)
    print(say("all folds: %s on average, from %s to %s; standard deviation %s") % (
        (say("%s of the answers are right") if run.task.classes else say("off by %s")) % as_text(summary["mean"]),
        as_text(min(measured)), as_text(max(measured)), as_text(summary["deviation"])))
    return 0
