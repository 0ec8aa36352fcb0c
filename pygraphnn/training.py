"""Training: draw some rows, run forward and backward, take a step downhill, and again.

`train` is the loop that a lesson writes out by hand; the passes that it runs are in `graph.py`, the random row numbers
come from `rng.py`.
"""
import math

from . import ops, values
from .claims import Claim
from .graph import BackwardPass, Node, Placeholder, losses_of
from .jobs import LEARNING_RATE, Job, steps_per_epoch
from .kinds import Any, Callable, Feed, Generator, List, Optional, Rate, Sequence, Tuple, Union, Value
from .optimizers import Optimizer
from .rng import SplitMix64


class Diverged(ArithmeticError):
    """`loss` became infinite or NaN. `epoch` and `step` count from 1.

    `losses` has the means of the epochs before, where `train` raises it; of `train_epochs` the caller has got them.
    """

    def __init__(self, epoch: int, step: int, loss: float, learning_rate: float, losses: Sequence[float] = ()) -> None:
        advice = ("try a learning rate smaller than %g (the parameters are back at the last step whose loss was finite)"
                  % learning_rate)
        if epoch == step == 1:
            advice = "no step has been taken yet, so the data or the starting weights are too large"
        super().__init__("the loss is %r in epoch %d, step %d: %s" % (loss, epoch, step, advice))
        self.epoch = epoch
        self.step = step
        self.loss = loss
        self.losses = list(losses)


def train(graph: Sequence[Node], feed: Feed, trainables: Sequence[Placeholder], *, epochs: int, batch_size: int,
          learning_rate: Rate = LEARNING_RATE, optimizer: Optional[Optimizer] = None, seed: Union[int, SplitMix64] = 0,
          progress: Union[None, bool, Callable[[Any], Any]] = None, shards: int = 1,
          executor: Any = None) -> List[float]:
    """Trains, and returns the mean loss of each epoch, a list of floats.

    graph: sorted, and ending in the loss (where nothing consumes further losses, the sum of them all is trained).
    feed: {placeholder: the whole data}, matrices or vectors with one number of rows. An epoch is rows // batch_size
    steps, at least one; each step draws batch_size rows with replacement, the same rows for every placeholder.
    trainables: the placeholders that take the steps. learning_rate: of gradient descent, a number or a function of the
    epoch, counted from 0. optimizer: in its place, one of `optimizers.py`, which goes on from call to call. seed: of
    the row numbers, a whole number, or a SplitMix64, which goes on from call to call: a loop of calls with few epochs
    then draws new rows each time. progress: None, True for a bar on stderr, or a callable that wraps an iterable of
    epochs, as tqdm does. shards: into how many parts each batch is divided, whose gradients are added in their order.
    executor: who computes these parts, in other threads, processes or machines; see docs/parallel.md.

    After an interruption the parameters hold the values of the last whole step. Between two epochs, by `progress` or
    with `train_epochs`, all nodes can be looked at and fed; a graph, a feed or trainables that have been changed there
    are checked again, and count from the next epoch on. Two threads may train at once if their graphs share no nodes
    but placeholders that are neither fed nor trained; a thread that feeds a node of another one's training disturbs it.
    ValueError, TypeError: an argument is wrong; the message names what. RuntimeError: another thread trains one of the
    nodes. Diverged: the loss is no longer finite; the parameters hold the values that the last finite loss was computed
    with, the other nodes those that they had when it was not, and there are no gradients.
    """
    job = Job(graph, feed, trainables, batch_size, learning_rate, optimizer, shards, executor)
    with Claim(job.changing) as claim, claim:
        losses = []
        try:
            for loss in epochs_of(job, epochs, seed, progress, is_watched=progress not in (None, True)):
                losses.append(loss)
        except Diverged as end:
            end.losses = losses
            raise
    from .advice import warn_if_nothing_was_learnt
    warn_if_nothing_was_learnt(job, losses)
    return losses


def train_epochs(graph: Sequence[Node], feed: Feed, trainables: Sequence[Placeholder], *, epochs: int, batch_size: int,
                 learning_rate: Rate = LEARNING_RATE, optimizer: Optional[Optimizer] = None,
                 seed: Union[int, SplitMix64] = 0,
                 progress: Union[None, bool, Callable[[Any], Any]] = None, shards: int = 1,
                 executor: Any = None) -> Generator[float, None, None]:
    """`train` one epoch at a time: yields the mean loss of each epoch as it ends. Arguments and errors as there."""
    job = Job(graph, feed, trainables, batch_size, learning_rate, optimizer, shards, executor)
    return epochs_of(job, epochs, seed, progress, is_watched=True)


# The loop of a lesson


class NodeByNode:
    """Runs training steps by the nodes' own methods: draw some rows, feed them, forward, backward, step downhill."""

    def __init__(self, job: Job, finite: Any) -> None:
        self.job = job
        self.backend = ops.active_backend()
        self._finite = finite
        self.losses = losses_of(job.graph)
        self.begun: Any = None          # where the streams of random numbers were before the step that runs now

    def is_current(self) -> bool:
        return self.backend == ops.active_backend()

    def run_epochs(self, steps: int, rng: SplitMix64, most: int, is_last: bool, is_watched: bool) -> Tuple[Any, ...]:
        """Runs one epoch (a plan may run up to `most`): ([the sum of its losses], its last step, the last loss).

        If the sum is not finite, the last step has stopped there. After the last epoch, all nodes have their gradients.
        """
        job, total = self.job, 0.0
        needed = BackwardPass(job.graph, job.trainables)
        drawing = [node for node in job.graph if node.random_state is not None]
        job.optimizer.prepare(job.trainables)       # somebody may have taken its states away
        for step in range(steps):
            self.begun = rng, rng.state, [(node, node.random_state) for node in drawing]
            batch = ops.table.draw_rows(rng, len(job.data[0][1]), job.batch_size)

            loss = self.forward(batch)
            total += loss
            if not math.isfinite(total):
                break

            self._finite = [(node, node.value) for node in job.trainables], job.optimizer.states
            if is_last and step == steps - 1:
                needed = BackwardPass(job.graph)
            self.backward(needed)

            job.optimizer.move(job.trainables, job.learning_rate)
            self.begun = None
        return [total], step + 1, loss

    def forward(self, batch: List[int]) -> float:
        """Feeds these rows and computes every node; returns the loss."""
        for node, whole in self.job.data:
            node.feed_rows(whole, batch)
        for node in self.job.graph:
            node.forward()
        return total_of(self.losses)

    def backward(self, needed: BackwardPass) -> None:
        """The gradients that are needed, of the rows that were fed."""
        needed.run()

    def finite(self) -> Any:
        """([(trainable, its value)], the optimizer's states), as they were when the loss was finite last."""
        return self._finite

    def show_values(self) -> None:
        pass                        # the nodes have them

    def close(self) -> None:
        """After half a step, by an error or Ctrl-C, what was drawn for it will be drawn again."""
        if self.begun:
            rng, rng.state, states = self.begun
            for node, state in states:
                node.random_state = state
            self.begun = None


# Its epochs, by that loop or by a plan in C


def epochs_of(job: Job, epochs: int, seed: Union[int, SplitMix64], progress: Any, is_watched: bool) -> Generator[float,
              None, None]:
    """The generator of the mean losses. is_watched: somebody may look at the nodes between two epochs."""
    rng = seed if isinstance(seed, SplitMix64) else SplitMix64(seed)
    return _epochs_of(job, values.whole_number(epochs, "epochs", 0), rng, _wrapper(progress), is_watched)


def _epochs_of(job: Job, epochs: int, rng: SplitMix64, wrapper: Any, is_watched: bool) -> Generator[float, None, None]:
    before = [(node, node.value, node.holds_batch) for node, whole in job.data]
    done = 0
    sums: List[float] = []
    runner = None
    epoch_numbers = wrapper(range(epochs))
    if epoch_numbers is None:
        raise TypeError("progress returned None: it must return what the epochs are taken from, as tqdm does")
    try:
        for epoch in epoch_numbers:
            if not sums:
                with Claim(job.changing) as claim, claim, ops.kept_backend() as kept, kept:
                    job.learning_rate = job.optimizer.rate()
                    runner = _runner_of(job, runner)
                    steps = steps_per_epoch(len(job.data[0][1]), job.batch_size)
                    most = epochs - 1 - done    # the last epoch runs by itself: after it all nodes can be looked at
                    if callable(job.optimizer.learning_rate):
                        most = min(most, 1)
                    sums, step, loss = runner.run_epochs(steps, rng, most, epoch == epochs - 1, is_watched)
            total = sums.pop(0)
            if not math.isfinite(total):
                _go_back(job, runner)
                raise Diverged(epoch + 1, step, loss, job.learning_rate)
            done += 1
            job.optimizer.epoch += 1
            yield total / steps
    except Exception:
        for node, value, holds_batch in before:     # what was fed before, and not the failed step's batch
            node.put_back(value)
            node.holds_batch = holds_batch
        raise
    finally:
        if runner:
            runner.close()
        if hasattr(epoch_numbers, "close"):         # a bar on the screen
            epoch_numbers.close()


def _runner_of(job: Job, before: Any) -> Any:
    """What runs the next epoch: what ran the one before, unless the backend or the graph has been changed since."""
    if job.has_changed():
        job.check()
    elif before and before.is_current():
        return before
    finite: Any = ([], job.optimizer.states)
    if before:
        finite = _as_lists(*before.finite())
        before.close()
    job.optimizer.prepare(job.trainables)
    job.data = [(node, ops.table.own(whole)) for node, whole in job.data]
    if job.sharing:
        return job.sharing(job, finite)
    return ops.training_plan(job, finite) or NodeByNode(job, finite)


def _go_back(job: Job, runner: Any) -> None:
    """After a loss that is not finite: the last good parameters and states, the values that led to it, and no
    gradients."""
    runner.close()
    runner.show_values()
    parameters, job.optimizer.states = runner.finite()
    for node, value in parameters:
        node.put_back(ops.table.own(value))
    for node in job.graph:
        node.gradients = {}
    if type(runner) is not NodeByNode:      # C goes on with NaN where a node's own forward says what is wrong
        shown = [(node, node.value, node.random_state) for node in job.graph]
        try:
            for node in job.graph:
                node.forward()
        finally:
            for node, value, state in shown:
                node.put_back(value)
                if state is not None:
                    node.random_state = state


def _as_lists(parameters: List[Value], states: Any) -> Tuple[Any, ...]:
    """Parameters and states as no backend will change them."""
    return ([(node, values.as_list(value)) for node, value in parameters],
            {node: [values.as_list(part) for part in state] for node, state in states.items()})


def _wrapper(progress: Any) -> Any:
    """The function that is called with the range of epochs, and whose result is gone through."""
    if progress is None:
        return iter
    if progress is True:
        from .progress import Bar           # a clock and a terminal: not everywhere where this module runs
        return Bar
    if callable(progress):
        return progress
    raise TypeError("progress is %s: use None, True, or a function that wraps an iterable" % values.shown(progress))


def total_of(losses: Sequence[Node]) -> float:
    """The sum of the values of some loss nodes, nearly always just one."""
    total = 0.0
    for loss in losses:
        if not isinstance(loss.value, float):
            raise ValueError("%s is %s: the value of a loss must be a single number"
                             % (loss.name, values.describe(ops.table.shape(loss.value))))
        total += loss.value
    return total
