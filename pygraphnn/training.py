"""Training: draw some rows, run forward and backward, take a step downhill, and again; and predicting afterwards.

`train` is the loop that a lesson writes out by hand; the passes that it runs are in `graph.py`, the random row numbers
come from `rng.py`.
"""
import math

from . import ops, values
from .graph import (Node, Placeholder, backward, forward, loss_of, losses_of, need_gradients_for, optimize,
                    require_placeholder, topological_sort)
from .rng import SplitMix64


class Diverged(ArithmeticError):
    """The loss became infinite or NaN. `epoch` and `step` count from 1; `losses` has the means of the epochs before."""

    def __init__(self, epoch: int, step: int, loss: float, learning_rate: float, losses: list) -> None:
        advice = ("try a learning rate smaller than %g (the parameters are back at the last step whose loss was finite)"
                  % learning_rate)
        if epoch == step == 1:
            advice = "no step has been taken yet, so the data or the starting weights are too large"
        super().__init__("the loss is %r in epoch %d, step %d: %s" % (loss, epoch, step, advice))
        self.epoch = epoch
        self.step = step
        self.losses = losses


def train(graph: list, feed: dict, trainables: list, *, epochs: int, batch_size: int, learning_rate: float = 1e-2,
          seed: int = 0, progress=None) -> list:
    """Trains, and returns the mean loss of each epoch, a list of floats.

    graph: sorted, and ending in the loss (where nothing consumes further losses, the sum of them all is trained).
    feed: {placeholder: the whole data}, matrices or vectors with one number of rows. An epoch is rows // batch_size
    steps, at least one; each step draws batch_size rows with replacement, the same rows for every placeholder.
    trainables: the placeholders that take the steps. seed: of the row numbers. progress: None, True for a bar on
    stderr, or a callable that wraps an iterable of epochs, as tqdm does.

    After an interruption the parameters hold the values of the last whole step. In the C backend, look at the nodes and
    feed them between epochs only, by `progress` or with `train_epochs`, not in other threads or signal handlers.
    ValueError, TypeError: an argument is wrong; the message names what. Diverged: the loss is no longer finite; the
    parameters hold the values that the last finite loss was computed with.
    """
    job = Job(graph, feed, trainables, batch_size, learning_rate)
    return list(job.epochs(epochs, seed, progress, is_watched=progress not in (None, True)))


def train_epochs(graph: list, feed: dict, trainables: list, *, epochs: int, batch_size: int,
                 learning_rate: float = 1e-2, seed: int = 0, progress=None):
    """`train` one epoch at a time: yields the mean loss of each epoch as it ends. Arguments and errors as there."""
    return Job(graph, feed, trainables, batch_size, learning_rate).epochs(epochs, seed, progress, is_watched=True)


class Job:
    """What is to be trained and how, checked."""

    def __init__(self, graph: list, feed: dict, trainables: list, batch_size: int, learning_rate: float) -> None:
        self.data = _checked_data(graph, feed)
        check_trainables(graph, feed, trainables)
        self.graph = graph
        self.trainables = list(trainables)
        self.batch_size = values.whole_number(batch_size, "batch_size", 1)
        self.learning_rate = values.finite_number(learning_rate, "the learning rate")

    def epochs(self, epochs: int, seed: int, progress, is_watched: bool):
        """The generator of the mean losses. is_watched: somebody may look at the nodes between two epochs."""
        return self._epochs(values.whole_number(epochs, "epochs", 0), SplitMix64(seed), _wrapper(progress), is_watched)

    def _epochs(self, epochs: int, rng: SplitMix64, wrapper, is_watched: bool):
        steps = steps_per_epoch(len(self.data[0][1]), self.batch_size)
        fed = [(node, node.value) for node, whole in self.data]
        losses, sums = [], []
        runner = None
        epoch_numbers = wrapper(range(epochs))
        if epoch_numbers is None:
            raise TypeError("progress returned None: it must return what the epochs are taken from, as tqdm does")
        try:
            for epoch in epoch_numbers:
                if not sums:
                    runner = self._runner(runner)
                    most = epochs - 1 - len(losses)     # the last epoch leaves more behind, so it is run alone
                    sums, step, loss = runner.run_epochs(steps, rng, most, epoch == epochs - 1, is_watched)
                total = sums.pop(0)
                if not math.isfinite(total):
                    runner.close()
                    for node, value in runner.finite():
                        node.put_back(ops.table.own(value))
                    raise Diverged(epoch + 1, step, loss, self.learning_rate, losses)
                losses.append(total / steps)
                yield losses[-1]
        except Exception:
            for node, value in fed:             # not a batch of the step that failed
                node.put_back(value)
            raise
        finally:
            if runner:
                runner.close()
            if hasattr(epoch_numbers, "close"):         # a bar on the screen
                epoch_numbers.close()

    def _runner(self, before):
        """What runs the next epoch: what ran the one before, unless the backend or a value has been changed since."""
        if before and before.is_current():
            return before
        finite = []
        if before:
            finite = [(node, values.as_list(value)) for node, value in before.finite()]
            before.close()
        self.data = [(node, ops.table.own(whole)) for node, whole in self.data]
        return ops.training_plan(self, finite) or NodeByNode(self, finite)


class NodeByNode:
    """Runs training steps by the nodes' own methods, one node after the other."""

    def __init__(self, job: Job, finite: list) -> None:
        self.job = job
        self.losses = losses_of(job.graph)
        self.table = ops.table
        self._finite = finite       # [(trainable, its value when the loss was finite last)]

    def is_current(self) -> bool:
        return self.table is ops.table

    def run_epochs(self, steps: int, rng: SplitMix64, most: int, is_last: bool, is_watched: bool) -> tuple:
        """Runs an epoch, though there may be `most`: (the sum of its losses, in a list, its last step, the last loss).

        If the sum is not finite, the last step has stopped there. After the last epoch, all nodes have their gradients.
        """
        job, total = self.job, 0.0
        try:
            need_gradients_for(job.trainables, job.graph)
            for step in range(steps):
                batch = ops.table.draw_rows(rng, len(job.data[0][1]), job.batch_size)
                for node, whole in job.data:
                    node.feed_rows(whole, batch)
                forward(job.graph)
                loss = total_of(self.losses)
                total += loss
                if not math.isfinite(total):
                    break
                self._finite = [(node, node.value) for node in job.trainables]
                if is_last and step == steps - 1:
                    need_gradients_for(job.graph, job.graph)
                backward(job.graph)
                optimize(job.trainables, job.learning_rate)
        finally:
            need_gradients_for(job.graph, job.graph)        # whoever uses the graph next
        return [total], step + 1, loss

    def finite(self) -> list:
        return self._finite

    def close(self) -> None:
        pass


def memory_needed(graph: list, feed: dict, trainables: list, *, batch_size: int) -> int:
    """How many bytes a training in C takes with these arguments: for parameters, gradients, activations, and products.

    Apart from these there are the data; where somebody may look between two epochs, with `train_epochs` or a `progress`
    of one's own, also up to two copies of what can be seen. Errors as of `train`.
    ValueError: the graph would be run node by node, so nobody knows before.
    """
    needed = ops.planned_bytes(Job(graph, feed, trainables, batch_size, 0.0))
    if needed is None:
        raise ValueError("this training would run node by node, and what that takes is not known before: switch to the "
                         "C backend, and use the package's own nodes")
    return needed


def steps_per_epoch(rows: int, batch_size: int) -> int:
    """rows // batch_size, but at least one."""
    return max(1, rows // batch_size)


def predict(node: Node, feed: dict):
    """The value of one node for the fed data, without the labels; every node keeps the value that it had.

    feed: {placeholder: data}, for placeholders that the node depends on; the others keep what they hold.
    TypeError: a key is not a placeholder. ValueError: a value cannot be fed, or the node does not depend on a key.
    """
    if not isinstance(node, Node):
        raise TypeError("predict computes a node, not %s" % values.shown(node))
    needed = ancestors(node)
    if not isinstance(feed, dict):
        raise TypeError("the feed is a dict {placeholder: data}, not %s" % values.shown(feed))
    for key in feed:
        require_placeholder(key, "the feed")
        if key not in needed:
            raise ValueError("%s does not depend on %s: leave it out of the feed" % (node.name, key.name))
    kept = [(other, other.value) for other in needed if other in feed or other.inputs]
    try:
        for key in feed:
            key.value = feed[key]
        order = topological_sort(needed)
        value = ops.planned_value(node, order)
        if value is None:
            forward(order)
            value = node.value
        return value
    finally:
        for other, value in kept:
            other.put_back(value)


def resample(X: list, y: list, n_samples: int, rng: SplitMix64) -> tuple:
    """n_samples rows of X and the entries of y with the same numbers, drawn with replacement: (rows of X, of y).

    The rows are those of X themselves, not copies.
    ValueError: X and y differ in length or are empty, or n_samples is below 1.
    """
    n_samples = values.whole_number(n_samples, "n_samples", 1)
    X, y = values.as_list(X), values.as_list(y)
    if len(X) != len(y) or len(X) == 0:
        raise ValueError("X has %d rows and y has %d: they must have the same number, at least one" % (len(X), len(y)))
    rows = [rng.below(len(X)) for _ in range(n_samples)]
    return ops.table.take_rows(X, rows), ops.table.take_rows(y, rows)


def standardize(rows: list, like=None, names=None) -> list:
    """(x − mean) / standard deviation for each column of a matrix; the deviation is that over all rows, not over n − 1.

    like: a matrix that gives the means and deviations, instead of the rows themselves: new data must be treated as
    the data was that the network learnt from. names: of the columns, for messages.
    ValueError: a column is constant, so it has no standard deviation; or the rows are no matrix of finite numbers.
    """
    rows = values.finite_matrix(rows, "rows")
    like = rows if like is None else values.finite_matrix(like, "like")
    if len(like[0]) != len(rows[0]):
        raise ValueError("rows has %d columns, but like has %d" % (len(rows[0]), len(like[0])))
    means = ops.table.column_means(like)
    deviations = ops.table.column_deviations(like, means)
    names = names or ["column %d" % column for column in range(len(means))]
    if len(names) != len(means):
        raise ValueError("there are %d names for %d columns" % (len(names), len(means)))
    for column in constant_columns(like):
        raise ValueError("%s is constant (%r in every row), so it has no standard deviation: leave it out"
                         % (names[column], like[0][column]))
    for name, deviation in zip(names, deviations):
        if deviation == 0.0 or not math.isfinite(deviation):
            raise ValueError("%s has the standard deviation %r: its numbers are too close or too large to be scaled"
                             % (name, deviation))
    return ops.table.standardize(rows, means, deviations)


def constant_columns(rows: list) -> list:
    """The numbers of the columns of a matrix that hold one value only."""
    return [column for column in range(len(rows[0])) if all(row[column] == rows[0][column] for row in rows)]


def split(n: int, test_fraction: float, seed: int) -> tuple:
    """The numbers of n rows, shuffled and divided: (rows to train on, rows held out to test on).

    ValueError: the share is not from 0 up to 1, or it leaves no row on one side.
    """
    test_fraction = values.finite_number(test_fraction, "the test fraction")
    held_out = int(n * test_fraction + 0.5)
    if not 0 <= test_fraction < 1 or held_out == n or (held_out == 0 and test_fraction > 0):
        raise ValueError("the test fraction is %r: of %d rows it must leave at least one to train on and one to test on"
                         % (test_fraction, n))
    rows = list(range(n))
    rng = SplitMix64(seed)
    for end in range(n - 1, 0, -1):         # Fisher and Yates: each place gets one of the rows not yet placed
        chosen = rng.below(end + 1)
        rows[end], rows[chosen] = rows[chosen], rows[end]
    return sorted(rows[held_out:]), sorted(rows[:held_out])


def _checked_data(graph: list, feed: dict) -> list:
    """[(placeholder, its whole data)], checked and as the backend in use holds it, with one number of rows."""
    loss_of(graph)
    if not isinstance(feed, dict) or len(feed) == 0:
        raise TypeError("feed is a dict {placeholder: data} with at least one entry, not %s" % values.shown(feed))
    data = []
    for node, whole in feed.items():
        require_placeholder(node, "the feed")
        _require_in_graph(node, graph)
        whole = node.checked(whole)
        if isinstance(whole, float):
            raise ValueError("%s is fed a single number, but training draws rows: feed a list" % node.name)
        if not ops.table.is_finite(whole):
            values.require_finite(values.as_list(whole), node.name)
        if data and len(whole) != len(data[0][1]):
            raise ValueError("%s has %d rows, but %s has %d: feed only data, and as many rows of each"
                             % (node.name, len(whole), data[0][0].name, len(data[0][1])))
        data.append((node, ops.table.own(whole)))
    for node in graph:
        if isinstance(node, Placeholder) and node.value is None and node not in feed:
            raise ValueError("the placeholder %s is not fed and has no value: add it to the feed" % node.name)
    return data


def check_trainables(graph: list, feed: dict, trainables: list) -> None:
    """TypeError, ValueError: these cannot be trained in this graph, fed so; the message says why."""
    if isinstance(trainables, Node):
        raise TypeError("the trainables are a list of placeholders, not %s alone" % trainables.name)
    try:
        count = len(trainables)
    except TypeError:
        raise TypeError("the trainables are a list of placeholders, not %s" % values.shown(trainables)) from None
    if count == 0:
        raise ValueError("there is nothing to train: list the placeholders, or make them with is_trainable=True")
    for node in trainables:
        require_placeholder(node, "the trainables")
        _require_in_graph(node, graph)
        if node in feed:
            raise ValueError("%s is fed in every step, so it cannot be trained" % node.name)
    if len(set(trainables)) != len(trainables):
        raise ValueError("a node is listed twice among the trainables: it would take two steps at once")


def _require_in_graph(node: Node, graph: list) -> None:
    if node not in graph:
        raise ValueError("%s is not in the graph that ends in %s" % (node.name, graph[-1].name))


def total_of(losses: list) -> float:
    """The sum of the values of some loss nodes, nearly always just one."""
    total = 0.0
    for loss in losses:
        total += loss.value
    return total


def ancestors(node: Node) -> dict:
    """{a node that this one depends on, or itself: the consumers among them}."""
    found = [node]
    consumers = {node: []}
    for other in found:                     # grows while it is read, until nothing new is met
        for source in other.inputs:
            if source not in consumers:
                consumers[source] = []
                found.append(source)
            consumers[source].append(other)
    return consumers


def _wrapper(progress):
    """The function that is called with the range of epochs, and whose result is gone through."""
    if progress is None:
        return iter
    if progress is True:
        from .progress import Bar           # a clock and a terminal: not everywhere where this module runs
        return Bar
    if callable(progress):
        return progress
    raise TypeError("progress is %s: use None, True, or a function that wraps an iterable" % values.shown(progress))
