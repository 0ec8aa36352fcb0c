"""What is told of a training: in lines to read, as JSON, on a page. Each of these listens to a `Run`.

A listener hears of the beginning, of each epoch and of the end, or that the training ends too early; then only what has
been learnt until then can be shown.
"""
import json
import math
import sys

from . import ops, values
from .advice import how_the_loss_rose, what_was_not_learnt
from .graph import trainables
from .kinds import Any, Callable, Dict, List
from .lists import draw_rows
from .ops import active_backend
from .rng import SplitMix64
from .run import Run, faster_in_c

EPOCHS_BETWEEN_LINES = 100
TEST_LOSSES_IN_REPORT = 200


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

    def begin(self, run: Run) -> None:
        print("\n".join(_headline(run)), flush=True)
        if _is_terminal(sys.stdout):
            hint = faster_in_c(run)
            if hint:
                print(hint, flush=True)
        if run.options.explain:
            print("\n" + _first_step(run), flush=True)

    def epoch(self, run: Run) -> None:
        if len(run.losses) % EPOCHS_BETWEEN_LINES == 1:
            if run.bar:
                run.bar.clear()
            print("Epoch: %d, %s" % (len(run.losses), _losses_text(run)), flush=True)

    def end(self, run: Run) -> None:
        if run.losses:
            speed = run.steps_per_second()
            print("%s in %.1f s%s. %s" % (values.counted(len(run.losses), "epoch"), run.seconds or 0.0,
                                          "" if speed is None else ", %.0f steps/s" % speed, _losses_text(run)))
            if len(run.losses) > 1 and _is_terminal(sys.stdout):
                from .looking.terminal import loss_curve
                print(loss_curve(run.losses, sys.stdout))
        if _advice(run):
            print(_advice(run))


class Json(Listener):
    """One object with all results; what is none, notes and advice, is said aside."""

    def __init__(self, say_aside: Callable[[str], None]) -> None:
        self.say_aside = say_aside

    def begin(self, run: Run) -> None:
        for note in run.dataset.notes:
            self.say_aside("%s: %s" % (run.dataset.name, note))

    def end(self, run: Run) -> None:
        print(json.dumps(_results(run)))
        if _advice(run):
            self.say_aside(_advice(run))


class Page(Listener):
    """The report: one HTML page, which needs the held-out losses of some epochs."""

    def __init__(self, path: str, says_so: bool) -> None:
        self.path, self.says_so = path, says_so
        self.test_losses: Dict[int, float] = {}

    def epoch(self, run: Run) -> None:
        if run.test_rows and _is_in_report(len(run.losses), run.options.epochs):
            self.test_losses[len(run.losses)] = run.test_loss()

    def end(self, run: Run) -> None:
        from .looking.report import write_report
        write_report(self.path, run.graph, run.data, trainables(run.graph), run.losses,
                     batch_size=run.options.batch_size, learning_rate=run.learning_rate, seed=run.options.seed,
                     seconds=run.seconds, dataset=run.dataset, test_rows=run.test_rows, test_losses=self.test_losses)
        if self.says_so:
            print("report: %s" % self.path)

    def leave(self, run: Run) -> None:
        self.end(run)


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()


def _headline(run: Run) -> List[str]:
    """What is trained, in lines."""
    options, features, target = run.options, len(run.dataset.feature_names), run.dataset.target_name
    lines = ["%s: %s, %s, target %s" % (run.dataset.name, values.counted(len(run.dataset.data), "row"),
                                         values.counted(features, "feature"), target)]
    lines += run.dataset.notes
    lines.append("network %d-%d-1, batch size %d, learning rate %g, seed %d, backend %s" % (
        features, options.hidden, options.batch_size, options.learning_rate, options.seed, active_backend()))
    if run.scale:
        lines.append("the target is scaled in training: the network learns (%s - %.6g) / %.6g; losses are in the "
                     "target's own units, for which its learning rate is %.3g"
                     % ((target,) + run.scale + (run.learning_rate,)))
    return lines


def _losses_text(run: Run) -> str:
    """The last epoch's loss, and the one on the held-out rows if there are any."""
    text = "Loss: %s" % loss_text(run.losses[-1])
    if run.test_rows:
        text += ", Held-out loss: %s" % loss_text(run.test_loss())
    return text


def loss_text(loss: float) -> str:
    """With three places where these say something, and short where the loss is very small or large."""
    return "%.3f" % loss if 0.01 <= loss < 1e6 else "%.4g" % loss


def _first_step(run: Run) -> str:
    """The step that the training takes first, with the rows that it draws for it, as text."""
    from .looking.explaining import explain
    rows = draw_rows(SplitMix64(run.options.seed), len(run.train_rows), run.options.batch_size)
    for node, whole in run.train_data.items():
        node.value = ops.table.take_rows(whole, rows)
    return explain(run.graph, run.learning_rate)


def _advice(run: Run) -> str:
    return how_the_loss_rose(run.losses, run.options.learning_rate) or what_was_not_learnt(run.job, run.losses)


def _results(run: Run) -> Dict[str, Any]:
    options = run.options
    result = {"dataset": run.dataset.name, "rows": len(run.dataset.data), "features": run.dataset.feature_names,
              "backend": active_backend(), "epochs": options.epochs, "batch_size": options.batch_size,
              "learning_rate": options.learning_rate, "seed": options.seed, "losses": run.losses,
              "seconds": run.seconds, "steps_per_second": run.steps_per_second()}
    if run.test_rows:
        test_loss = run.test_loss()
        result.update(test_fraction=options.test_fraction, test_rows=len(run.test_rows),
                      test_loss=test_loss if math.isfinite(test_loss) else None)        # JSON has no infinity
    return result


def _is_in_report(epoch: int, epochs: int) -> bool:
    """Whether a report shows the held-out loss after this epoch: after some of them, evenly spread, and the last."""
    return epoch == epochs or (epoch - 1) % (epochs // TEST_LOSSES_IN_REPORT + 1) == 0
