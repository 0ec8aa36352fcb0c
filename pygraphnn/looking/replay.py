"""A training over again, for the page: at each moment that a `History` kept, what the network answered, its surface,
its parameters and the gradients that moved them; and the training's first and last step, number by number.

The rows of each step are drawn again from the stream that the training drew them from, so they are the same.
"""
import copy
import math
from contextlib import contextmanager

from .. import ops, values
from ..graph import Node, put_all
from ..jobs import Job, steps_per_epoch
from ..kinds import Any, Callable, Dict, Feed, Iterator, List, Optional, Sequence
from ..optimizers import GradientDescent, Optimizer
from ..predicting import predict
from ..rng import SplitMix64
from ..training import NodeByNode
from .grids import CURVE_SIZES, SHOWN_ROWS, Grids, column, packed, work_of_a_row
from .history import History
from .measures import answers_of, logits_over
from .step import run_whole, unchanged
from .step_numbers import one_step, rows_and_columns, table
from .surface import SIZES, evenly
from .wording import short_name

CELLS = 16000                   # of all parameters and gradients, at all moments together: some 130 KB
HEIGHTS = 60000                 # of all surfaces at all moments together: some 120 KB
WORK = 60000000                 # multiplications for these: a second or two on lists
REGIONS = 40                    # points of the grid of regions in each direction


class Past:
    """A training that is over, at the moments that a history kept. train_rows: which rows it drew from."""

    def __init__(self, job: Job, history: History, epochs: int, train_rows: List[int]) -> None:
        self.job, self.history, self.epochs, self.train_rows = job, history, epochs, train_rows
        self.steps, self.nodes = steps_per_epoch(len(train_rows), job.batch_size), set(job.graph)
        kept = [moment for moment in history.moments if moment["done"] <= epochs]
        now = dict(kept[-1], done=epochs, values=[values.as_list(node.value) for node in job.trainables],
                   random_states=[])
        # A training that ended too early has gone on since the last moment that was kept.
        self.is_whole = kept[-1]["done"] == epochs == history.epochs and kept[-1]["values"] == now["values"]
        self.moments = kept if self.is_whole else kept + [now]

    @contextmanager
    def at(self, moment: Dict[str, Any]) -> Iterator[None]:
        """Within the `with` block, the parameters are what they were."""
        with unchanged(self.job.graph):
            put_all(self.job.trainables, [ops.table.own(value) for value in moment["values"]])
            for node, state in moment["random_states"]:
                if node in self.nodes:
                    node.random_state = state
            yield

    def rows_of(self, epoch: int, step: int = 0) -> List[int]:
        """The rows that a step drew; epochs and steps count from 0."""
        rng = self._stream(epoch)
        rng.skip(step * self.job.batch_size)
        return [self.train_rows[row] for row in self._draw(rng)]

    def _stream(self, epoch: int) -> SplitMix64:
        rng = SplitMix64(0)
        rng.state = self.history.rng_state
        rng.skip(epoch * self.steps * self.job.batch_size)
        return rng

    def _draw(self, rng: SplitMix64) -> List[int]:
        return [rng.below(len(self.train_rows)) for _ in range(self.job.batch_size)]

    def _optimizer(self, moment: Dict[str, Any]) -> Optimizer:
        optimizer = copy.copy(self.history.optimizer) or GradientDescent(self.job.learning_rate)
        optimizer.epoch, optimizer.states = moment["epoch"], dict(moment["states"])
        return optimizer

    def first_step(self) -> Dict[str, Any]:
        moment, before = self.moments[0], self.history.before
        with self.at(moment):
            return dict(one_step(self.job, self.rows_of(0), self._optimizer(moment).rate()), epoch=before + 1, step=1,
                        kind="goingOn" if before else "first")

    def last_step(self) -> Optional[Dict[str, Any]]:
        """The steps before it are taken again, from the last epoch on. None: the training ended too early, or has one
        step only. ValueError: they do not lead to the parameters that there are, so the history is another's."""
        if not self.is_whole or self.moments[-2]["done"] != self.epochs - 1:
            return None
        moment = self.moments[-2]
        with self.at(moment):
            optimizer = self._optimizer(moment)
            data = {node: ops.table.take_rows(whole, self.train_rows) for node, whole in self.job.data}
            epoch = Job(self.job.graph, data, self.job.trainables, self.job.batch_size, optimizer=optimizer,
                        shards=self.history.shards)
            epoch.learning_rate = optimizer.rate()
            runner, stream = (epoch.sharing or NodeByNode)(epoch, None), self._stream(self.epochs - 1)
            if self.steps > 1:
                runner.run_epochs(self.steps - 1, stream, 0, False, False)
            rows = self.rows_of(self.epochs - 1, self.steps - 1)
            found = dict(one_step(self.job, rows, epoch.learning_rate), kind="last", epoch=self.history.before
                         + self.epochs, step=self.steps)
            runner.run_epochs(1, stream, 0, False, False)
            if [values.as_list(node.value) for node in self.job.trainables] != self.moments[-1]["values"]:
                raise ValueError("the history is that of another training: make it with the optimizer, the seed and "
                                 "the shards that train is called with")
        return found if self.epochs * self.steps > 1 else None


def steps_of(past: Past) -> List[Dict[str, Any]]:
    """The first step of a training, and its last."""
    return [step for step in (past.first_step(), past.last_step()) if step]


def replay(past: Past, losses: List[float], looks: Dict[str, Callable[[], Any]]) -> Dict[str, Any]:
    """{names: of the parameters, moments: [{epoch, loss, parameters: [[value, gradient], …], what each look finds}, …]}

    The gradients are those of the next step. before: how many epochs were trained earlier.
    """
    parameters = [node for node in past.job.trainables if table(node.value, 1)]
    side = _side(parameters, len(past.moments))
    moments = []
    for moment in past.moments:
        done = moment["done"]
        found: Dict[str, Any] = {"epoch": past.history.before + done, "loss": losses[done - 1] if done else None,
                                 "is_end": moment is past.moments[-1] and not past.is_whole}
        with past.at(moment):
            found.update({name: look() for name, look in looks.items()})
        with past.at(moment):           # once more: whoever predicts may have drawn
            batch = past.rows_of(done)
            for node, whole in past.job.data:
                node.feed_rows(whole, batch)
            run_whole(past.job.graph)
            found["parameters"] = [[_in_five_digits(table(value, side)) for value in (node.value, node.own_gradient())]
                                   for node in parameters]
        moments.append(found)
    return {"names": [short_name(node.name) for node in parameters], "moments": moments, "before": past.history.before}


def rows_to_answer(past: Past, prediction: Node) -> List[int]:
    """Of many rows every second or third, for which the network is asked again at each moment."""
    rows, moments = len(past.job.data[0][1]), len(past.moments)
    every = max(-(-rows // SHOWN_ROWS), rows * moments * work_of_a_row(prediction, past.job) // WORK, 1)
    return list(range(0, rows, every))


def looks_at_numbers(prediction: Node, fed: Feed, grids: Optional[Grids], surfaces: Any,
                     moments: int) -> Dict[str, Callable[[], Any]]:
    """What is looked at at each moment where numbers are predicted: those of the rows that are fed, and surfaces.

    surfaces: those of the trained network. The highest of them are looked at, as many as there is room and time for.
    """
    looks: Dict[str, Callable[[], Any]] = {"predicted": lambda: packed(column(predict(prediction, fed)))}
    if grids:
        size = CURVE_SIZES[0] if len(grids.chosen) == 1 else SIZES[0]
        most = min(HEIGHTS, WORK // grids.work) // (size ** len(grids.pairs[0]) * moments)
        lowest_first = sorted(grids.pairs, key=lambda pair: surfaces[grids.name(pair)]["high"]
                              - surfaces[grids.name(pair)]["low"])
        pairs = lowest_first[::-1][:most]

        def heights() -> Dict[str, Any]:
            return {grids.name(pair): dict(size=size, **packed(grids.heights_at(
                pair, [evenly(low, high, size) for low, high in (grids.ends[feature] for feature in pair)])))
                    for pair in pairs}
        looks["grids"] = heights
    return looks


def looks_at_classes(logits: Node, fed: Feed, regions: Any) -> Dict[str, Callable[[], Any]]:
    """What is looked at where classes are told apart: the answers for the rows that are fed and, where the page shows
    them, the regions."""
    looks: Dict[str, Callable[[], Any]] = {"answers": lambda: answers_of(predict(logits, fed))}
    if regions:
        (X,) = fed
        looks["regions"] = lambda: {"size": REGIONS,
                                    "answers": answers_of(logits_over(logits, X, regions["ends"], REGIONS))}
    return looks


def _side(parameters: Sequence[Node], moments: int) -> int:
    """How many rows and columns of each parameter can be shown."""
    side = 64
    while side > 2:
        cells = 0
        for node in parameters:
            rows, columns = rows_and_columns(node.value)
            cells += 2 * moments * min(rows, side) * min(columns, side)
        if cells <= CELLS:
            break
        side //= 2
    return side


def _in_five_digits(matrix: Any) -> Any:
    return matrix and dict(matrix, cells=[[_in_digits(x) for x in row] for row in matrix["cells"]])


def _in_digits(x: float) -> float:
    short = float("%.5g" % x)
    return short if math.isfinite(short) else x         # which the largest would not be
