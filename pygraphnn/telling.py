"""What is told of a training: in lines to read, as JSON, on a page. Each of these listens to a `Run`.

A listener hears of the beginning, of each epoch and of the end, or that the training ends too early; then only what has
been learnt until then can be shown.
"""
import json
import math
import sys

from . import ops
from .advice import how_the_loss_rose
from .graph import trainables
from .kinds import Any, Callable, Dict, List, Set
from .language import counted, say, translated
from .lists import draw_rows
from .ops import active_backend
from .rng import SplitMix64
from .run import Run, faster_in_c
from .saving import save_model
from .tables import shown
from .tasks import best_epoch, has_turned_up, short

EPOCHS_BETWEEN_LINES = 100
MOST_SHOWN_CLASSES = 20


class Listener:
    """One that says nothing."""

    def begin(self, run: Run) -> None:
        pass

    def epoch(self, run: Run) -> None:
        pass

    def end(self, run: Run) -> None:
        pass

    def leave(self, run: Run) -> None:
        pass


class Lines(Listener):
    """What is trained, a line now and then, and how it ended."""

    def __init__(self) -> None:
        self.said: Set[str] = set()         # the troubles that have been told

    def begin(self, run: Run) -> None:
        print("\n".join(headline(run)), flush=True)
        if _is_terminal(sys.stdout):
            hint = faster_in_c(run)
            if hint:
                print(hint, flush=True)
        if run.options.explain:
            print("\n" + _first_step(run), flush=True)

    def epoch(self, run: Run) -> None:
        epoch = len(run.losses)
        if epoch % EPOCHS_BETWEEN_LINES == 1:
            if run.bar:
                run.bar.clear()
            print(say("Epoch: %d, %s") % (run.before + epoch, _losses_text(run)), flush=True)
            if epoch == EPOCHS_BETWEEN_LINES + 1 and epoch < run.epochs:        # early enough to stop
                self._advise(_advice(run, is_over=False))

    def end(self, run: Run) -> None:
        if run.losses:
            speed = run.steps_per_second()
            print(say("%s in %.1f s%s. %s") % (counted(len(run.losses), "epoch"), run.seconds or 0.0,
                                               "" if speed is None else say(", %.0f steps/s") % speed,
                                               _losses_text(run)))
            if len(run.losses) > 1 and _is_terminal(sys.stdout):
                from .looking.terminal import loss_curve
                print(loss_curve(run.losses, sys.stdout))
            print("\n".join(evaluation(run)))
        self._advise(_advice(run))

    def _advise(self, troubles: Dict[str, str]) -> None:
        for what, line in troubles.items():
            if what not in self.said:
                print(line, flush=True)
        self.said.update(troubles)


class Json(Listener):
    """One object with all results; what is none, notes and advice, is said aside."""

    def __init__(self, say_aside: Callable[[str], None]) -> None:
        self.say_aside = say_aside

    def begin(self, run: Run) -> None:
        for note in run.dataset.notes:
            self.say_aside("%s: %s" % (run.dataset.name, note))

    def end(self, run: Run) -> None:
        print(json.dumps(results(run)))
        for line in _advice(run).values():
            self.say_aside(line)


class Page(Listener):
    """The report: one HTML page."""

    def __init__(self, path: str, step_rows: List[int], says_so: bool) -> None:
        self.path, self.step_rows, self.says_so = path, step_rows, says_so

    def begin(self, run: Run) -> None:
        from .looking.history import History
        self.history = History(run.graph, trainables(run.graph), run.optimizer, run.rng, run.options.shards, run.before)
        self.history.look(0, run.epochs)

    def epoch(self, run: Run) -> None:
        self.history.look(len(run.losses), run.epochs)

    def end(self, run: Run) -> None:
        from .looking.report import write_report
        write_report(self.path, run.graph, run.data, trainables(run.graph), run.losses,
                     batch_size=run.options.batch_size, optimizer=run.optimizer, seed=run.options.seed,
                     seconds=run.seconds, dataset=run.dataset, test_rows=run.test_rows, test_losses=run.test_losses,
                     history=self.history, step_rows=self.step_rows)
        if self.says_so:
            print(say("report: %s") % self.path)

    def leave(self, run: Run) -> None:
        if run.losses:
            self.end(run)


class Saver(Listener):
    """The model, in a file; also when the training ends too early."""

    def __init__(self, path: str, says_so: bool) -> None:
        self.path, self.says_so = path, says_so

    def end(self, run: Run) -> None:
        save_model(self.path, run.model())
        if self.says_so:
            print(say("saved: %s") % self.path)

    def leave(self, run: Run) -> None:
        self.end(run)


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()


def headline(run: Run) -> List[str]:
    """What is trained, in lines."""
    options, features, target = run.options, len(run.dataset.feature_names), run.dataset.target_name
    lines = [say("%s: %s, %s, target %s") % (run.dataset.name, counted(len(run.dataset.data), "row"),
                                             counted(features, "feature"), target)]
    lines += [translated(note) for note in run.dataset.notes]
    if run.before:
        lines.append(say("goes on after %s") % counted(run.before, "epoch"))
    sizes = [features] + options.hidden + [max(1, run.task.classes)]
    chosen = [] if options.activation == "sigmoid" else [options.activation]
    chosen += [] if options.optimizer == "sgd" else [options.optimizer]
    rate = say("learning rate %g") % run.named_rate + (
        say(" / (1 + %g * epoch)") % options.decay if options.decay else "")
    lines.append(say(", ").join([say("network ") + "-".join(map(str, sizes))] + chosen + [
        say("batch size %d") % options.batch_size + (say(" in %d shards") % options.shards if options.shards > 1
                                                     else ""), rate, say("seed %d") % options.seed,
        say("backend ") + active_backend()]))
    if run.task.classes:
        lines.append(say("classes: ") + _class_list(run))
    if run.task.scale:
        lines.append(say("the target is scaled in training: the network learns (%s - %.6g) / %.6g; losses are in the "
                         "target's own units, for which its learning rate is %.3g")
                     % ((target,) + run.task.scale + (run.learning_rate,)))
    return lines


def _class_list(run: Run) -> str:
    names = [shown(name) for name in run.task.class_names[:MOST_SHOWN_CLASSES]]
    more = run.task.classes - len(names)
    return say(", ").join(names) + (say(", and %d more") % more if more else "")


# How good it is


def evaluation(run: Run) -> List[str]:
    """What was measured on which rows, in lines; of classes, how often each was taken for which."""
    measured = run.measured()
    lines = [say("%s learnt from: %s") % (counted(len(run.train_rows), "row"),
                                          run.task.in_words(measured["learnt_from"]))]
    if run.test_rows:
        lines.append(say("%s held out: %s") % (counted(len(run.test_rows), "row"),
                                               run.task.in_words(measured["held_out"])))
        lines += _overfitting(run)
    else:
        lines.append(say("how it does on rows that it has not seen, --test-fraction 0.2 or --folds 5 will tell"))
    if 0 < run.task.classes <= MOST_SHOWN_CLASSES:
        which = "held_out" if run.test_rows else "learnt_from"
        lines += _confusions(run.task.class_names, measured[which]["confusion_matrix"], which)
    return lines


def _confusions(names: List[str], counts: List[List[int]], which: str) -> List[str]:
    names = [shown(name) for name in names]
    width = max(map(len, names))
    columns = [max(len(name), 4) for name in names]
    lines = [say("rows: the class; columns: the answers (%s)") % say(which.replace("_", " "))]
    lines.append(" ".join([" " * width] + [name.rjust(column) for name, column in zip(names, columns)]))
    for name, row in zip(names, counts):
        lines.append(" ".join([name.rjust(width)] + [("%d" % n).rjust(column) for n, column in zip(row, columns)]))
    return lines


def _overfitting(run: Run) -> List[str]:
    now = run.test_loss()
    best = best_epoch(run.test_losses)
    lines = [say("of %s looked at, the held-out loss was smallest after epoch %d: %s")
             % (counted(len(run.test_losses), "epoch"), run.before + best, short(run.test_losses[best]))]
    if has_turned_up(run.losses, run.test_losses):
        lines.append(say("Since then it has turned up, to %s: the network learns its rows by heart, not what holds for "
                         "others (overfitting).") % short(now))
        lines.append(say("Stop at about --epochs %d, or take fewer hidden nodes, or more rows to learn from.") % best)
    return lines


def _losses_text(run: Run) -> str:
    """The last epoch's loss, and the one on the held-out rows if there are any."""
    text = say("Loss: %s") % short(run.losses[-1])
    if run.test_rows:
        text += say(", Held-out loss: %s") % short(run.test_loss())
    return text


def _first_step(run: Run) -> str:
    """The step that the training takes first, with the rows that it draws for it, as text."""
    from .looking.explaining import explain
    rows = draw_rows(SplitMix64(run.options.seed), len(run.train_rows), run.options.batch_size)
    for node, whole in run.train_data.items():
        node.value = ops.table.take_rows(whole, rows)
    return explain(run.graph, run.learning_rate)


def _advice(run: Run, is_over: bool = True) -> Dict[str, str]:
    """{trouble: a line on it, with what to try}"""
    found = {"loss": how_the_loss_rose(run.losses, run.named_rate)
             or (run.task.what_was_not_learnt(run.job, run.losses) if is_over else "")}
    if run.losses:
        from .looking.troubles import hidden_troubles
        found.update(hidden_troubles(run.job))
    return {what: translated(line) for what, line in found.items() if line}


def results(run: Run) -> Dict[str, Any]:
    """What --json prints."""
    options = run.options
    result = {"dataset": run.dataset.name, "rows": len(run.dataset.data), "features": run.dataset.feature_names,
              "backend": active_backend(), "epochs": run.epochs, "batch_size": options.batch_size,
              "learning_rate": run.named_rate, "seed": options.seed, "losses": run.losses,
              "seconds": run.seconds, "steps_per_second": run.steps_per_second(), "task": run.task.name,
              "target": run.dataset.target_name, "hidden": options.hidden, "activation": options.activation,
              "optimizer": options.optimizer, "decay": options.decay}
    if run.before:
        result["epochs_before"] = run.before
    if options.shards > 1:
        result["shards"] = options.shards
    if run.task.classes:
        result["classes"] = run.task.class_names
    if run.test_rows:
        if options.folds is None:
            result["test_fraction"] = options.test_fraction
        result.update(test_rows=len(run.test_rows), test_loss=run.test_loss())
        if run.losses:
            best = best_epoch(run.test_losses)
            result.update(best_epoch=best, best_test_loss=run.test_losses[best])
    result.update(run.measured())
    return {key: finite_or_none(item) for key, item in result.items()}


def finite_or_none(item: Any) -> Any:
    """JSON has no infinity."""
    if isinstance(item, dict):
        return {key: finite_or_none(inner) for key, inner in item.items()}
    return None if isinstance(item, float) and not math.isfinite(item) else item
