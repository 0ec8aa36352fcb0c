"""What is said about a training that ran to its end and has learnt nothing.

Its numbers are finite, so no error is raised. But a network that predicts no better than one number for all rows is of
no use. Most often the units of the labels are the reason.
"""
from . import lists, values
from .graph import Node, losses_of
from .jobs import Job
from .kinds import List, Optional, Tuple
from .nodes import MSE

ENOUGH_EPOCHS = 10      # to expect that something has been learnt


def warn_if_nothing_was_learnt(job: Job, losses: List[float]) -> None:
    """A warning with the advice of `what_was_not_learnt`, where there is one."""
    try:
        import warnings
    except ImportError:             # MicroPython has none
        return
    advice = what_was_not_learnt(job, losses)
    if advice:
        warnings.warn(advice, stacklevel=3)


def what_was_not_learnt(job: Job, losses: List[float]) -> str:
    """A sentence where the last epoch's loss is no smaller than that of always predicting the mean of the labels."""
    if len(losses) < ENOUGH_EPOCHS:
        return ""
    labels, error = error_of_the_mean(job)
    if labels is None or not losses[-1] >= error > 0.0:
        return ""
    return ("after %d epochs the loss is %.4g, but always predicting the mean of %s would have %.4g: bring %s to small "
            "numbers (standardize takes a vector, too), try another learning rate, or train longer"
            % (len(losses), losses[-1], labels.name, error, labels.name))


def how_the_loss_rose(losses: List[float], learning_rate: float) -> str:
    """A sentence where the last loss of a training that began with drawn weights is above the first."""
    if len(losses) < ENOUGH_EPOCHS or losses[-1] <= losses[0]:
        return ""
    return ("the loss rose from %.4g in the first epoch to %.4g in the last: take a learning rate smaller than %g"
            % (losses[0], losses[-1], learning_rate))


def error_of_the_mean(job: Job) -> Tuple[Optional[Node], float]:
    """(the labels, the mean square error of predicting their mean in every row); (None, 0.0) where that is no measure.

    It is one where the only loss is a mean square error between something fed and something computed. Of a matrix, each
    column has a mean of its own.
    """
    losses, fed = losses_of(job.graph), dict(job.data)
    if len(losses) != 1 or type(losses[0]) is not MSE:
        return None, 0.0
    labels = [node for node in losses[0].inputs if node in fed]
    if len(labels) != 1:
        return None, 0.0
    rows = values.as_list(fed[labels[0]])
    if lists.is_vector(rows):
        rows = [[x] for x in rows]
    deviations = lists.column_deviations(rows, lists.column_means(rows))
    return labels[0], lists.mean_square_error(deviations, lists.zeros_like(deviations))
