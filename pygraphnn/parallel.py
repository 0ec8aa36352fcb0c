"""A batch that many workers share: each computes the shards that it gets, over any Executor of `concurrent.futures`.

How many shards there are belongs to the mathematics, as the seed does: their losses and gradients are added in the
order of the shards. How many workers there are, and which of them is first or lost, changes no bit. What a worker does
is in `shards.py`.
"""
import importlib
import math
import pickle
import signal
import sys
import warnings

from . import ops, values
from .graph import BackwardPass
from .jobs import Job
from .kinds import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, Value
from .more_lists import pieces_of, stream_at
from .rng import SplitMix64
from .shards import Lost, Shard, answer, as_bytes, data_of, description, digest, fingerprint, from_bytes, packed
from .shards import unpacked
from .training import NodeByNode

MOST_ATTEMPTS = 3               # to have a shard computed elsewhere, after the first
INVERSE = 0xF1DE83E19937733D    # of the constant that SplitMix64 adds, modulo 2⁶⁴


class Workers:
    """Who computes the shards of a training.

    executor: anything with `submit`, as those of `concurrent.futures`, Dask or MPI; or a function that makes one, which
    is asked again where its workers are lost, and whose executors are shut down in the end. timeout: seconds after
    which an answer counts as lost; None waits. other_bits: take answers of machines whose numbers differ, too; then the
    training's bits are no longer promised. bytes_sent, bytes_received: counted.
    ValueError, TypeError: an argument is wrong.
    """

    def __init__(self, executor: Any, timeout: Optional[float] = None, other_bits: bool = False) -> None:
        if not hasattr(executor, "submit") and not callable(executor):
            raise TypeError("the executor is %s: give one with submit(), a ProcessPoolExecutor for example, or a "
                            "function that makes one" % values.shown(executor))
        if timeout is not None and values.finite_number(timeout, "timeout") <= 0.0:
            raise ValueError("timeout is %r: it must be above 0" % timeout)
        self.timeout, self.other_bits = timeout, other_bits
        self._make: Optional[Callable[[], Any]] = None if hasattr(executor, "submit") else executor
        self._executor: Any = executor if self._make is None else None
        self.generation = 0                     # how often others were made
        self.has_abandoned = False              # a task that may still run
        self.bytes_sent = self.bytes_received = 0

    def submit(self, task: bytes, function: Callable[[bytes], bytes] = answer) -> Any:
        """The future of an answer."""
        if self._executor is None and self._make:
            self._executor = self._make()
        self.bytes_sent += len(task)
        return self._executor.submit(function, task)

    def answers(self, function: Callable[[bytes], bytes], tasks: List[bytes]) -> Iterator[bytes]:
        """What a function answers to each task, in their order: whole trainings for example. Tasks whose workers are
        lost go to others, and are then done here. What the function raises counts as that."""
        futures = [self.submitted(task, function) for task in tasks]
        try:
            for place, task in enumerate(tasks):
                for _ in range(MOST_ATTEMPTS):
                    future, generation = futures[place]
                    try:
                        found = future.result(self.timeout)
                        break
                    except Exception:       # however an Executor says that a worker is lost
                        future.cancel()
                        self.renew(generation)
                        futures[place] = self.submitted(task, function)
                else:
                    found = function(task)
                yield found
        finally:                            # Ctrl-C, too
            for future, _ in futures:
                future.cancel()

    def submitted(self, task: bytes, function: Callable[[bytes], bytes]) -> Tuple[Any, int]:
        """The future of an answer, also where it cannot even be asked for, and the generation of who is asked."""
        try:
            return self.submit(task, function), self.generation
        except Exception as problem:
            return _NoFuture(problem), self.generation

    def renew(self, generation: int) -> None:
        """After workers of that generation were lost: the next task goes to new ones, where a function makes them."""
        self.has_abandoned = True
        if self._make and generation == self.generation:
            self.generation += 1
            self.close()

    def close(self) -> None:
        if self._make and self._executor is not None:
            executor, self._executor = self._executor, None
            executor.shutdown(wait=not self.has_abandoned)


def processes(count: int) -> Callable[[], Any]:
    """What makes a pool of processes of this machine. ValueError: a number below 1, or there are no processes here."""
    values.whole_number(count, "the number of workers", 1)
    try:
        from concurrent.futures import ProcessPoolExecutor
        importlib.import_module("_multiprocessing")
    except ImportError:                     # in a browser
        raise ValueError("this Python can start no processes: leave out --workers, the result is the same") from None
    options: Any = {} if sys.version_info < (3, 7) else {"initializer": _end_at_ctrl_c}
    return lambda: ProcessPoolExecutor(count, **options)


def _end_at_ctrl_c() -> None:
    """What this process is told at a terminal, its workers are told, too; they end without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def of_dask(address: str) -> Callable[[], Any]:
    """What makes an Executor of the workers of a running Dask scheduler. ValueError: Dask is missing, or there is no
    scheduler."""
    try:
        Client = importlib.import_module("distributed").Client
    except ImportError as problem:
        raise ValueError("Dask is missing (%s): install it with `pip install distributed`" % problem) from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as problem:
        raise ValueError("there is no Dask scheduler at %s (%s): start one with `dask scheduler`"
                         % (address, str(problem).split("\n")[0])) from None
    return lambda: client.get_executor()


def sharing(shards: int, executor: Any, batch_size: int) -> Callable[[Job, Any], Any]:
    """What makes the runner of a training whose batches are divided. TypeError, ValueError: as of `Workers`, or there
    are more shards than rows."""
    if values.whole_number(shards, "shards", 1) > batch_size:
        raise ValueError("shards is %d: a batch of %d rows has no more" % (shards, batch_size))
    workers = executor if executor is None or isinstance(executor, Workers) else Workers(executor)
    return lambda job, finite: Sharded(job, finite, shards, workers)


class Sharded(NodeByNode):
    """Runs training steps, as `NodeByNode` does, whose batches are divided into shards.

    Shard i of S has the rows from i·n // S on, and counts by their share: loss = Σ loss of a shard · share, and so for
    each gradient. Without an executor all shards are computed here, one after the other.
    """

    def __init__(self, job: Job, finite: Any, shards: int, workers: Optional[Workers]) -> None:
        NodeByNode.__init__(self, job, finite)
        ends = [place * job.batch_size // shards for place in range(shards + 1)]
        self.parts = [slice(start, end) for start, end in zip(ends, ends[1:])]
        self.here = Shard(job.graph, job.data, job.trainables)
        self.drawn = self._drawn_for_a_row()
        self.workers: Any = workers             # or None
        if workers:
            self.data = data_of(job)
            self.digest_of_data = digest(self.data)
        self.futures: List[Any] = []
        self.step = self.lost_in_a_row = 0

    def run_epochs(self, steps: int, rng: SplitMix64, most: int, is_last: bool, is_watched: bool) -> Tuple[Any, ...]:
        if self.workers:                # a constant may have been set anew since the last epoch
            self.graph = description(self.job)
            self.digest_of_graph = digest(self.graph)
        found = NodeByNode.run_epochs(self, steps, rng, most, is_last, is_watched)
        if is_watched and not is_last and math.isfinite(found[0][0]):
            self.show_values()
        return found

    def _drawn_for_a_row(self) -> List[int]:
        """How many random numbers each node that draws takes for one row; undivided, that does not matter."""
        if len(self.parts) == 1:
            return [0] * len(self.here.drawing)
        before = [values.as_list(node.random_state) for node in self.here.drawing]
        if not before:
            return []
        _, _, after = self.here.compute([0], before)
        for node, state in zip(self.here.drawing, before):
            node.random_state = state
        return [(stream_at(now).state - stream_at(then).state) * INVERSE % (1 << 64)
                for then, now in zip(before, after)]

    def forward(self, batch: List[int]) -> float:
        self.batch, self.states = list(batch), [stream_at(node.random_state).state for node in self.here.drawing]
        losses, self.gradients = [], []         # type: Tuple[List[float], List[Value]]
        for part, (loss, gradients, states) in zip(self.parts, self._answers()):
            if len(self.parts) > 1:
                self._require_so_many_drawn(states, part.stop)
            share = (part.stop - part.start) / len(self.batch)
            losses.append(loss * share)
            gradients = [ops.table.scale(gradient, share) for gradient in gradients]
            self.gradients = [ops.table.add(a, b) for a, b in zip(self.gradients, gradients)] or gradients
        for node, state in zip(self.here.drawing, states):      # of the last shard
            node.random_state = state
        total = losses[0]
        for loss in losses[1:]:
            total += loss
        return total

    def backward(self, needed: BackwardPass) -> None:
        """The parameters' gradients; in the end, when all nodes can be looked at, those of the whole batch for the
        others."""
        if needed.needed == set(self.job.graph):
            self.show_values()
            needed.run()
        for node, gradient in zip(self.job.trainables, self.gradients):
            node.gradients = {node: gradient}

    def show_values(self) -> None:
        """What the nodes would hold if the last batch had not been divided."""
        now = [(node, node.random_state) for node in self.here.drawing]
        for node, state in zip(self.here.drawing, self._states_after(0)):
            node.random_state = state
        NodeByNode.forward(self, self.batch)
        for node, state in now:
            node.random_state = state

    def _states_after(self, rows: int) -> List[Value]:
        return [_state(state, drawn * rows) for state, drawn in zip(self.states, self.drawn)]

    def _require_so_many_drawn(self, states: List[Value], rows: int) -> None:
        for node, state, expected in zip(self.here.drawing, states, self._states_after(rows)):
            if values.as_list(state) != values.as_list(expected):
                raise ValueError("%s does not draw as many numbers for each row as for another, so its batches cannot "
                                 "be divided: train it without shards" % node.name)

    def _answers(self) -> Iterator[Tuple[float, List[Value], List[Value]]]:
        """(loss, gradients, where the streams of the nodes that draw have come to) of each shard, in their order."""
        self.step += 1
        parts = [(self.batch[part], [values.as_list(state) for state in self._states_after(part.start)])
                 for part in self.parts]
        if self.workers is None or self.has_given_up():
            for rows, states in parts:
                yield self.here.compute(rows, states)
            return
        parameters = [node.value for node in self.job.trainables]
        pieces = [as_bytes(value) for value in parameters]
        header = {"graph": self.digest_of_graph, "data": self.digest_of_data, "backend": self.backend,
                  "step": self.step, "shapes": [list(ops.table.shape(value)) for value in parameters],
                  "parameters": len(pieces)}
        tasks = [_Task(dict(header, shard=shard, rows=rows, states=states), pieces)
                 for shard, (rows, states) in enumerate(parts)]
        self.futures = [self._submitted(task) for task in tasks]
        for task in tasks:
            yield self._answer(task)

    def _submitted(self, task: "_Task", missing: Sequence[int] = ()) -> Any:
        """The future of an answer. missing: what goes along, 0 for the graph, 1 for the data."""
        content = task.packed({place: (self.graph, self.data)[place] for place in missing})
        future, task.generation = self.workers.submitted(content, answer)
        return future

    def has_given_up(self) -> bool:
        """Nobody is asked any more."""
        return self.lost_in_a_row >= MOST_ATTEMPTS

    def _answer(self, task: "_Task") -> Tuple[float, List[Value], List[Value]]:
        number, problem = task.header["shard"], None            # type: Tuple[int, Optional[Exception]]
        for _ in range(2 * MOST_ATTEMPTS + 2):                  # half of them for those who ask for graph and data
            if self.has_given_up():
                return self.here.compute(task.header["rows"], task.header["states"])
            try:
                future = self.futures[number]
                if future.cancelled():
                    raise Lost("its task was cancelled")
                header, pieces = unpacked(future.result(self.workers.timeout))
                if [header.get(key) for key in ("step", "shard", "attempt")] != [self.step, number, task.attempt]:
                    raise Lost("what came back answers another task")
                shapes = [()] + task.header["shapes"] if header["kind"] == "answer" else []
                numbers = [from_bytes(piece, shape) for piece, shape in zip(pieces, shapes)]
            except Exception as found:      # lost, however the Executor says it; what nodes raise comes as an answer
                problem = found
                if task.lost == MOST_ATTEMPTS:
                    break
                task.lost += 1
                self.futures[number].cancel()
                self.workers.renew(task.generation)
                self.futures[number] = self._submitted(task)
                continue
            self.workers.bytes_received += sum(map(len, pieces))
            if header["kind"] == "missing":
                # Who asks twice has lost the one while the other was under way.
                self.futures[number] = self._submitted(task, header["missing"] if task.attempt == 1 else (0, 1))
            elif header["kind"] == "error":
                raise pickle.loads(pieces[0]) from RemoteError(header["trace"])
            else:
                require_same_bits(header["fingerprint"], self.workers)
                if self.step == 1 and number == 0:
                    self._require_same_numbers(task, pieces)
                self.lost_in_a_row = 0
                return numbers[0], numbers[1:], header["states"]
        self.lost_in_a_row += 1
        warnings.warn("shard %d of step %d is computed here, since its workers were lost (%s: %s)%s"
                      % (number, self.step, type(problem).__name__, problem,
                         "; so will be all others" if self.has_given_up() else ""), stacklevel=2)
        return self.here.compute(task.header["rows"], task.header["states"])

    def _require_same_numbers(self, task: "_Task", pieces: List[bytes]) -> None:
        """The first shard is computed here, too: a worker's nodes may be others than they seem."""
        loss, gradients, _ = self.here.compute(task.header["rows"], task.header["states"])
        here = [as_bytes(value) for value in [loss] + gradients]
        if here != pieces and not self.workers.other_bits:
            raise ValueError("a worker gets other numbers from the same rows: a node of your own is another there, or "
                             "keeps something besides what its __init__ takes")

    def close(self) -> None:
        NodeByNode.close(self)
        for future in self.futures:
            future.cancel()
        if self.workers:
            self.workers.close()


def require_same_bits(theirs: Dict[str, str], workers: Workers) -> None:
    """ValueError: a worker's machine computes other numbers than this one, and they are not wanted."""
    here = fingerprint()
    differing = [name for name in here if theirs.get(name) != here[name]]
    if differing and not workers.other_bits:
        raise ValueError("a worker has another %s than this machine, so its numbers would differ: let machines of one "
                         "kind work together, or take other bits with Workers(…, other_bits=True), --allow-other-bits"
                         % " and ".join(differing))


class RemoteError(Exception):
    """Where a worker's error came from: its traceback, as text."""

    def __str__(self) -> str:
        return "in a worker:\n%s" % self.args


class _NoFuture:
    """Stands in for the future of a task that could not even be submitted."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def result(self, timeout: Optional[float] = None) -> Any:
        raise self.problem

    def cancelled(self) -> bool:
        return False

    def cancel(self) -> None:
        pass


class _Task:
    """A shard that is to be computed, and how often that was asked for."""

    def __init__(self, header: Dict[str, Any], pieces: List[bytes]) -> None:
        self.header, self.pieces = header, pieces
        self.attempt = self.lost = self.generation = 0

    def packed(self, more: Dict[int, bytes]) -> bytes:
        self.attempt += 1
        return packed(dict(self.header, attempt=self.attempt, brings=list(more)), self.pieces + list(more.values()))


def _state(number: int, drawn: int) -> Value:
    """The state after so many numbers more."""
    rng = SplitMix64(0)
    rng.state = number
    rng.skip(drawn)
    return pieces_of(rng.state)
