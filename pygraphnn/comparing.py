"""Whole trainings side by side, one for each choice: parts of the rows, learning rates, seeds.

Each is a task for a worker, if there are workers, else it runs here; what comes back is the same. `compare` trains with
each learning rate from several seeds, and says which is the best, and whether the others differ by more than chance.
"""
import argparse
import json

from . import lists, values
from .dataset import Dataset
from .kinds import Any, Callable, Dict, Iterator, List, Optional
from .language import say
from .ops import active_backend, use
from .parallel import Workers, require_same_bits
from .run import Run, dataset_of
from .shards import digest, fingerprint, usable
from .tasks import percent, short
from .telling import results
from .training import Diverged

LONGEST_NAME = 12
MEASURES = {"rmse": "the error (root mean square)", "accuracy": "the share of right answers"}


def trainings(dataset: Dataset, choices: List[Dict[str, Any]], workers: Optional[Workers]) -> Iterator[Dict[str, Any]]:
    """What `results` says of each training, in the order of the choices; of one that diverges {"diverged": a sentence}.

    choices: {"options": those of the command line, "rows": (learnt from, held out), or None}
    """
    if workers is None:
        for choice in choices:
            yield _trained(dataset, choice)
        return
    try:
        known = digest_of(dataset)
        tasks = [json.dumps(dict(choice, data=known)).encode("utf-8") for choice in choices]
        for content in workers.answers(train_elsewhere, tasks):
            answer = json.loads(content.decode("utf-8"))
            require_same_bits(answer["fingerprint"], workers)
            if "problem" in answer:
                raise ValueError(answer["problem"])
            yield answer["results"]
    finally:
        workers.close()


def choice_of(options: argparse.Namespace, rows: Any = None, **others: Any) -> Dict[str, Any]:
    """The options, some of them others, as JSON can hold them."""
    plain = (str, int, float, bool, list, type(None))
    others = dict(others, backend=active_backend())
    return {"options": dict({name: value for name, value in vars(options).items() if isinstance(value, plain)},
                            **others), "rows": rows}


def _namespace(choice: Dict[str, Any]) -> argparse.Namespace:
    return argparse.Namespace(**choice["options"])


def train_elsewhere(task: bytes) -> bytes:
    """One training of `trainings`, in a worker."""
    choice = json.loads(task.decode("utf-8"))
    options, found = _namespace(choice), {"fingerprint": fingerprint()}     # type: Any, Dict[str, Any]
    dataset = dataset_of(options)
    if digest_of(dataset) != choice["data"]:
        found["problem"] = "%s: a worker has other data of that name" % dataset.name
    else:
        with use(usable(options.backend)):
            found["results"] = _trained(dataset, choice, has_bar=False)        # its terminal is somebody else's
    return json.dumps(found).encode("utf-8")


def digest_of(dataset: Dataset) -> str:
    return digest(json.dumps([dataset.data, dataset.target, dataset.feature_names]).encode("utf-8"))


def _trained(dataset: Dataset, choice: Dict[str, Any], has_bar: bool = True) -> Dict[str, Any]:
    rows = choice["rows"]
    run = Run(dataset, _namespace(choice), [], rows and (list(rows[0]), list(rows[1])), has_bar=has_bar)
    try:
        run.train()
        return results(run)
    except Diverged as end:
        return {"diverged": str(end)}
    finally:
        run.leave()
        run.means.close()


# compare


def compare(dataset: Dataset, options: argparse.Namespace, workers: Optional[Workers]) -> int:
    """Trains with each learning rate from each seed, prints a table, and draws the losses. Returns the exit code."""
    for rate in options.learning_rates:
        values.learning_rate(rate)
    seeds = [options.seed + number for number in range(options.seeds)]
    first = Run(dataset, _namespace(choice_of(options, learning_rate=options.learning_rates[0])), [])
    first.means.close()                 # it is asked, not trained
    choices = [choice_of(options, learning_rate=rate, seed=seed) for rate in options.learning_rates for seed in seeds]
    found = trainings(dataset, choices, workers)
    which, key = "held_out" if first.test_rows else "learnt_from", first.task.measures[0]
    as_text = percent if first.task.classes else short
    rates: List[Dict[str, Any]] = []
    if not options.json:
        print(say("learning rate; %s, on the rows %s: the mean of %d seeds, its standard deviation, each of them")
              % (say(MEASURES[key]), say(which.replace("_", " ")), len(seeds)), flush=True)
    for rate in options.learning_rates:
        of_rate = [next(found) for _ in seeds]
        measured = [one[which][key] for one in of_rate if "diverged" not in one and one[which][key] is not None]
        losses = [one["losses"] for one in of_rate if "diverged" not in one and None not in one["losses"]]
        summary = dict(mean_and_deviation(measured), learning_rate=rate, diverged=len(seeds) - len(measured),
                       measured=measured, losses=losses)
        rates.append(summary)
        if not options.json:
            print(_line(summary, as_text), flush=True)
    usable = [one for one in rates if one["mean"] is not None and not one["diverged"]]
    best = (max if first.task.classes else min)(usable, key=lambda one: one["mean"]) if usable else None
    if options.json:
        print(json.dumps({"measure": key, "rows": which, "seeds": seeds, "rates": [
            {name: item for name, item in one.items() if name != "losses"} for one in rates],
            "best": best and best["learning_rate"]}))
    else:
        print(say("best: %g") % best["learning_rate"] if best else say("none of them: try smaller ones"))
    if options.plot:
        _plot(rates, options.plot)
    return 0


def _line(summary: Dict[str, Any], as_text: Callable[[Any], str]) -> str:
    name = ("%g" % summary["learning_rate"]).ljust(LONGEST_NAME)
    parts = [as_text(summary["mean"]), "± " + as_text(summary["deviation"])] if summary["measured"] else []
    parts += ["(%s)" % " ".join(map(as_text, summary["measured"]))] if summary["measured"] else []
    parts += [say("diverged: %d") % summary["diverged"]] if summary["diverged"] else []
    return name + "  ".join(parts)


def mean_and_deviation(measured: List[Any]) -> Dict[str, Any]:
    """Of these numbers; None where there are none, or one is infinite."""
    if not measured or None in measured:
        return {"mean": None, "deviation": None}
    rows = [[x] for x in measured]
    means = lists.column_means(rows)
    return {"mean": means[0], "deviation": lists.column_deviations(rows, means)[0]}


def _plot(rates: List[Dict[str, Any]], path: str) -> None:
    """The losses of each rate, the mean over its seeds, epoch by epoch."""
    from .looking.pictures import plot_loss
    curves = {"%g" % one["learning_rate"]: lists.column_means(one["losses"]) for one in rates if one["losses"]}
    if curves:
        plot_loss(curves, path, log=True)
