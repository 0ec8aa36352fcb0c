"""What is learnt from a target: a number (regression), or which of some classes a row belongs to (classification).

Each task knows its outputs, the choices that suit it where nobody makes any, and an honest measure of what was learnt:
beside that of a network stands what one gets who looks at no feature at all.
"""
import math

from . import lists, values
from .advice import ENOUGH_EPOCHS, what_was_not_learnt
from .dataset import Dataset
from .evaluating import accuracy, confusion_matrix
from .jobs import Job
from .kinds import Any, Dict, List, Optional, Tuple, Vector
from .language import say
from .scaling import means_and_deviations
from .tables import shown

TURNED_UP = 1.05            # times the smallest held-out loss, and it has risen again …
LONG_SINCE = 0.8            # … if that was so long ago, as a share of all epochs: it also goes up and down
SMALLEST_DEVIATION, LARGEST_TARGET = 0.1, 200.0     # of targets that need no scaling


class Regression:
    """Predicts a number, in the target's own units. Its measure: the root of the mean square error (RMSE)."""

    name = "regression"
    measures = ("rmse", "rmse_of_mean")         # a network's, and that of guessing
    classes = 0
    epochs = 5000
    learning_rates = {"sgd": 0.01, "momentum": 0.001, "adam": 0.01}

    def __init__(self, known: Vector) -> None:
        """known: the target in the rows to learn from."""
        self.scale = target_scale(known)
        self.mean = lists.total(known) / len(known)

    def what_was_not_learnt(self, job: Job, losses: List[float]) -> str:
        """A sentence where the loss is no smaller than that of always predicting the mean."""
        return what_was_not_learnt(job, losses)

    def measured(self, target: Vector, outputs: Any) -> Dict[str, float]:
        """{rmse of the outputs; rmse_of_mean: that of always predicting the mean of the rows learnt from}"""
        predicted = [row[0] for row in values.as_list(outputs)]
        return {"rmse": math.sqrt(lists.mean_square_error(predicted, target)),
                "rmse_of_mean": math.sqrt(lists.mean_square_error([self.mean] * len(target), target))}

    def in_words(self, found: Dict[str, float]) -> str:
        return (say("off by %s (root mean square); always predicting %s, the mean learnt from, is off by %s")
                % (short(found["rmse"]), short(self.mean), short(found["rmse_of_mean"])))


class Classification:
    """Tells classes apart. Its measure: the share of right answers (accuracy)."""

    name = "classification"
    measures = ("accuracy", "accuracy_of_most_frequent")
    scale = None
    epochs = 500
    learning_rates = {"sgd": 0.1, "momentum": 0.01, "adam": 0.01}

    def __init__(self, class_names: List[str], known: Vector) -> None:
        """known: the classes' numbers in the rows to learn from."""
        self.class_names = class_names
        self.classes = len(self.class_names)
        counts = [known.count(float(label)) for label in range(self.classes)]
        self.most_frequent = counts.index(max(counts))
        shares = [count / len(known) for count in counts if count]
        self.entropy = -lists.total([share * math.log(share) for share in shares])

    def what_was_not_learnt(self, job: Job, losses: List[float]) -> str:
        """A sentence where the loss is no smaller than that of answering each class with its share of the rows."""
        if len(losses) < ENOUGH_EPOCHS or losses[-1] < self.entropy:
            return ""
        return (say("after %d epochs the loss is %s, but that of guessing by how frequent each class is would be %s: "
                    "try another learning rate")
                % (len(losses), short(losses[-1]), short(self.entropy)))

    def measured(self, target: Vector, outputs: Any) -> Dict[str, Any]:
        """{accuracy; accuracy_of_most_frequent: that of always answering the class that is most frequent among the rows
        learnt from; confusion_matrix: how often rows of class i got the answer j, [i][j]}"""
        return {"accuracy": accuracy(target, outputs),
                "accuracy_of_most_frequent": target.count(float(self.most_frequent)) / len(target),
                "confusion_matrix": confusion_matrix(target, outputs)}

    def in_words(self, found: Dict[str, Any]) -> str:
        return (say("%s of the answers are right; always answering %s, the most frequent class, would have %s")
                % (percent(found["accuracy"]), shown(self.class_names[self.most_frequent]),
                   percent(found["accuracy_of_most_frequent"])))


def task_of(dataset: Dataset, known: Vector) -> Any:
    """The task that a data set is for."""
    return Regression(known) if dataset.class_names is None else Classification(dataset.class_names, known)


def best_epoch(test_losses: Dict[int, float]) -> int:
    """The epoch, among those that were looked at, with the smallest loss on the held-out rows; the first of equals.

    test_losses: {epoch: loss}.
    """
    return min(sorted(test_losses), key=lambda epoch: (math.isnan(test_losses[epoch]), test_losses[epoch]))


def has_turned_up(losses: List[float], test_losses: Dict[int, float]) -> bool:
    """Whether the held-out loss has risen long since, while the other one fell: overfitting."""
    best, last = best_epoch(test_losses), max(test_losses)
    return (best < LONG_SINCE * last and test_losses[last] > TURNED_UP * test_losses[best]
            and losses[last - 1] < losses[best - 1])


def target_scale(target: Vector) -> Optional[Tuple[float, float]]:
    """(mean, standard deviation) by which the target is scaled in training; None where that would not help.

    The weights are drawn, and the learning rate is chosen, for targets such as the lesson's prices, from 5 to 50. A
    target that is far larger saturates the hidden nodes in the first steps, and a far smaller one drowns in what the
    drawn weights predict.
    """
    if len(set(target)) == 1:
        return None
    (mean,), (deviation,) = means_and_deviations(target)
    if SMALLEST_DEVIATION <= deviation and math.hypot(mean, deviation) <= LARGEST_TARGET:
        return None
    return mean, deviation


def short(x: float) -> str:
    """With three places where these say something, and short where the number is very small or large."""
    return "%.3f" % x if 0.01 <= abs(x) < 1e6 else "%.4g" % x


def percent(share: float) -> str:
    return "%.1f %%" % (100.0 * share)
