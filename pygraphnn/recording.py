"""A training step, or a pass forward, as a list of operations: what the nodes call is noted, and nothing is computed.

The nodes' own `forward` and `backward` run with symbols in the place of values. A symbol knows its shape and no
numbers; an operation of the C backend that meets one notes the call and gives a new symbol. What is noted runs many
times in C, see `plan.py`, or is written down for another engine, see `exporting/`. So a rule stands in its class alone;
in one of your own too, if it says `is_pure = True`.
"""
from . import ops
from .graph import BackwardPass, Node, losses_of
from .jobs import Job
from .kinds import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Shape, Tuple, Value
from .nodes import Placeholder
from .shapes import NUMBERS, shape_of_result
from .symbols import Symbol, Unplanned

# What every node has; a class of your own may keep more.
USUAL = {"serial_number", "name", "inputs", "outputs", "_older", "_consumers", "_value", "gradients", "is_trainable",
         "holds_batch", "random_state"}

MOST_TRIES = 100        # to record while other threads make arrays of the lists that a shared placeholder holds


class Note:
    """One operation: buffer number `c` becomes its result. operands: the buffers of its arguments, in order.

    number: of an argument that is a number, itself; of one that is computed, number_in: the buffer that holds it.
    """

    __slots__ = ("operation", "c", "operands", "number", "number_in", "node")

    def __init__(self, operation: str, c: int, operands: List[int], number: float = 0.0,
                 number_in: Optional[int] = None, node: Any = None) -> None:
        self.operation = operation
        self.c = c
        self.operands = operands
        self.number = number
        self.number_in = number_in
        self.node = node            # which has called it

    def reads(self) -> List[int]:
        return self.operands if self.number_in is None else self.operands + [self.number_in]

    def parts(self) -> Tuple[Any, ...]:
        """For comparing. (A number is compared by its digits: NaN is itself, and 0.0 is not −0.0.)"""
        return self.operation, self.c, self.operands, repr(self.number), self.number_in


class Move:
    """What an optimizer does with one parameter in each step. gradient: the buffer of the parameter's.

    notes: the calls of its rule. old, new: the buffers of the parameter and of its states, before and after the step.
    """

    def __init__(self, node: Any, gradient: int, notes: List[Any], old: List[int], new: List[int]) -> None:
        self.node = node
        self.gradient = gradient
        self.notes = notes
        self.old = old
        self.new = new


class Recording:
    """What the nodes of a graph have called.

    shapes: of each buffer, by its number. constants: {number: the Array that lies there}. notes: the calls, in order.
    values: {node: number}; gradients: {node: {input: number}}. attributes: [(node, name, what it holds)], where a node
    has left something in an attribute of its own while it ran forward; late_attributes: backward. moves: what the
    optimizer does in the end. rate: its learning rate, a constant that is set anew before each epoch. drawn: [(node,
    the buffer of its random state before the step, the one after it)].
    """

    def __init__(self, graph: Sequence[Node], trainables: Sequence[Any] = ()) -> None:
        self.graph = graph
        self.trainables = list(trainables)
        self.shapes: List[Shape] = []
        self.constants: Dict[int, Any] = {}
        self.notes: List[Note] = []
        self.values: Dict[Node, int] = {}
        self.gradients: Dict[Node, Dict[Node, int]] = {}
        self.attributes: List[Tuple[Any, ...]] = []
        self.late_attributes: List[Tuple[Any, ...]] = []
        self.running: Any = None
        self.placeholders: Dict[Node, Value] = {}              # {placeholder that is not fed in each step: its value}
        self.parameters: List[int] = []                # the buffers of the trainables
        self.is_refused = self.is_over = False
        self._numbers: Dict[int, int] = {}                  # {id of an Array: its buffer}
        self.moves: List[Move] = []
        self.drawn: List[Tuple[Node, int, int]] = []
        self.rate: Any = None

    def buffer(self, shape: Shape) -> Symbol:
        self.shapes.append(shape)
        return Symbol(self, len(self.shapes) - 1, shape)

    def constant(self, value: Value) -> int:
        """The buffer of a value that is the same in each step."""
        array = ops.table.own(value)
        if isinstance(array, (float, int)):
            array = ops.table.own([float(array)])
            shape = ()
        else:
            shape = ops.table.shape(array)
        if id(array) not in self._numbers:
            number = self._numbers[id(array)] = self.buffer(shape).number
            self.constants[number] = array
        return self._numbers[id(array)]

    def number_of(self, value: Value) -> int:
        """The buffer of a symbol, or of a value that is the same in each step."""
        if type(value) is not Symbol:
            return self.constant(value)
        if value.recording is not self:
            value._look()
        return value.number

    def note(self, operation: str, arguments: Tuple[Any, ...]) -> Symbol:
        number, number_in, operands, shapes = 0.0, None, [], []
        numbers = NUMBERS[operation]
        for place, argument in enumerate(arguments):
            if place in numbers and type(argument) is not Symbol:
                number = float(argument)
                continue
            found = argument.number if type(argument) is Symbol and argument.recording is self else (
                self.number_of(argument))
            if place in numbers:
                number_in = found
            else:
                operands.append(found)
                shapes.append(self.shapes[found])
        shape = shape_of_result(operation, tuple(shapes))
        if shape is None or number_in is not None and self.shapes[number_in] != ():
            raise Unplanned
        return self._noted(operation, shape, operands, number, number_in)

    def rows_of(self, whole: Any, rows: Symbol) -> Symbol:
        """`take_rows`, where the rows are those of the batch."""
        source = self.number_of(whole)
        return self._noted("take_rows", rows.shape + self.shapes[source][1:], [source, rows.number])

    def _noted(self, operation: str, shape: Shape, operands: List[int], number: float = 0.0,
               number_in: Optional[int] = None) -> Symbol:
        result = self.buffer(shape)
        self.notes.append(Note(operation, result.number, operands, number, number_in, self.running))
        return result

    def step(self, job: Job) -> None:
        """What `NodeByNode` in `training.py` does in each step."""
        self.rows = self.buffer((job.batch_size,))
        for node, whole in job.data:
            node.feed_rows(whole, self.rows)
        for node, value in zip(self.trainables, self.parameter_values):
            parameter = self.buffer(value.shape)
            self.parameters.append(parameter.number)
            node.put_back(parameter)
        before = [(node, self.buffer(ops.table.shape(node.random_state))) for node in self.graph
                  if node.random_state is not None]
        for node, state in before:
            node.random_state = state
        self.forward("forward")
        self.loss = self._total([node.value for node in losses_of(self.graph)])
        backward = BackwardPass(self.graph)
        backward.order = self._unshared(backward.order)
        backward.run()
        self.late_attributes = self._new_attributes()
        if {(node, name) for node, name, value in self.late_attributes}.intersection(
                [(node, name) for node, name, value in self.attributes]):
            raise Unplanned         # after a loss that is not finite, one is of that step, and one of the step before
        self.consumers = backward.consumers
        for node in self.graph:
            if node not in self.shared:
                self.gradients[node] = {source: self.number_of(value) for source, value in node.gradients.items()}
        self._draw(before)
        self._moves(job.optimizer)

    def _draw(self, before: List[Any]) -> None:
        """Which buffer holds each random state after the step. Unplanned: it is none that the step computes."""
        for node, state in before:
            after = self.number_of(node.random_state)
            if after != state.number:
                self.drawn.append((node, state.number, after))
        computed = [after for _, _, after in self.drawn]
        if len(set(computed)) < len(computed) or not {note.c for note in self.notes}.issuperset(computed) or any([
                self.shapes[before] != self.shapes[after] for _, before, after in self.drawn]):
            raise Unplanned

    def _moves(self, optimizer: Any) -> None:
        """The optimizer's rule for each parameter. Unplanned: it returns no values of the same shapes."""
        self.running = optimizer
        rate = self.buffer(())
        self.rate = self.constants[rate.number] = ops.table.own([0.0])
        kept = dict(optimizer.__dict__)
        try:
            for node, parameter in zip(self.trainables, self.parameters):
                state = [self.buffer(_shape(part)) for part in optimizer.states[node]]
                first = len(self.notes)
                value, after = optimizer.rule(node.value, node.own_gradient(), state, rate)
                old = [parameter] + [part.number for part in state]
                new = [self.number_of(part) for part in [value] + list(after)]
                if [self.shapes[number] for number in old] != [self.shapes[number] for number in new]:
                    raise Unplanned
                self.moves.append(Move(node, self.gradients[node][node], self.notes[first:], old, new))
                del self.notes[first:]
            if list(map(id, optimizer.__dict__.values())) != list(map(id, kept.values())):
                raise Unplanned         # it keeps something elsewhere than in its states
        finally:
            optimizer.__dict__.clear()
            optimizer.__dict__.update(kept)

    def _total(self, losses: List[Any]) -> int:
        if any([type(loss) is not Symbol or loss.shape for loss in losses]):
            raise Unplanned
        total = losses[0]
        for loss in losses[1:]:
            total = total + loss
        return self.number_of(total)

    def _unshared(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """The nodes to run, one after the other; `running` is the one that runs. In the order of a pass backward the
        gradient of a shared placeholder is only noted: another thread may look at the placeholder now."""
        for node in nodes:
            self.running = node
            if node not in self.shared:
                yield node
            else:
                self.gradients[node] = {node: self.number_of(node.incoming_gradient())}

    def forward_from(self, data: Dict[Node, Value]) -> None:
        """A pass forward that predicts. The data are symbols, so that what is computed of them is noted."""
        for node, value in data.items():
            number = self.constant(value)
            node.put_back(Symbol(self, number, self.shapes[number]))
        self.forward("forward_to_predict")

    def forward(self, how: str) -> None:
        for node in self.graph:
            self.running = node
            if node not in self.shared:
                getattr(node, how)()
        self.attributes = self._new_attributes()
        for node in self.graph:
            self.values[node] = self.number_of(node.value)

    def run(self, what: Callable[..., Any], fed: Set[Any]) -> "Recording":
        """Records, and leaves the nodes as they were, after a Ctrl-C too. Unplanned: it cannot be."""
        self._find_shared(fed)
        before = [(node, dict(node.__dict__)) for node in self.graph if node not in self.shared]
        self.own = [(node, {name: state[name] for name in state.keys() - USUAL}) for node, state in before]
        is_restored = False
        try:
            try:
                self._prepare()
                what(self)
            except Exception:           # which the nodes will meet when they run with numbers, if it is a real one
                raise Unplanned from None
            finally:
                _restore(before)
                is_restored = True
        finally:
            self.is_over = True
            self.parameter_values: List[Value] = []      # which nobody else may have: their memory is needed
            if not is_restored:         # a Ctrl-C came into the midst of that
                _restore(before)
        if self.is_refused:             # somebody has caught it
            raise Unplanned
        return self

    def _find_shared(self, fed: Set[Any]) -> None:
        """The placeholders that are neither fed nor trained: other threads may read them, so they stay as they are."""
        for node in self.graph:
            if isinstance(node, Placeholder) and node not in fed:
                value = node.value
                if value is None or node.trusted is not type(node):
                    raise Unplanned
                if ops.table.own(value) is not value:       # a list: from now on it is this backend's
                    value = ops.table.own(value)
                    node.put_back(value)
                self.placeholders[node] = value
        self.shared = set(self.placeholders).difference(self.trainables)
        self.parameter_values = [self.placeholders[node] for node in self.trainables]
        if any([isinstance(value, (float, int)) for value in self.parameter_values]):
            raise Unplanned

    def _prepare(self) -> None:
        """Takes away what is left of the step before, so that nobody reads it."""
        for node in self.graph:
            if node not in self.shared:
                node.put_back(None)
                node.gradients = {}

    def still_reads_the_same(self) -> bool:
        """Whether no other thread has put its own array in the place of a shared value."""
        return all([node.value is value for node, value in self.placeholders.items()])

    def _new_attributes(self) -> List[Tuple[Any, ...]]:
        """What the nodes have left in attributes of their own since this was called last."""
        found = []
        for node, known in self.own:
            for name in node.__dict__.keys() - USUAL:
                value = node.__dict__[name]
                if name not in known or known[name] is not value:
                    inner = value.values() if isinstance(value, dict) else value
                    if isinstance(inner, (list, tuple, set, type({}.values()))) and Symbol in map(type, inner):
                        raise Unplanned
                    known[name] = value
                    found.append((node, name, value))
        return found

    def require_same(self, other: "Recording") -> None:
        """ValueError: a second recording of the same is another one, so a class has promised too much."""
        if other is self:
            return
        culprit = before = None
        mine, others = [recording.notes + [note for move in recording.moves for note in move.notes]
                        for recording in (self, other)]
        for here, there in zip(mine, others):
            constants = [number for number in here.operands if number in self.constants]
            if here.parts() != there.parts() or not all([number in other.constants and _same_bits(
                    self.constants[number], other.constants[number]) for number in constants]):
                culprit = before if before in (here.node, there.node) else here.node    # it called something more
                break
            before = here.node
        else:
            if len(mine) != len(others):
                culprit = before
        if culprit is not None:
            raise ValueError("%s: two steps with the same numbers call different operations, but its class %s says "
                             "is_pure = True: take that out, or what differs"
                             % (getattr(culprit, "name", "the optimizer"), type(culprit).__name__))


def _shape(value: Value) -> Shape:
    return () if isinstance(value, (float, int)) else value.shape


def _same_bits(one: Any, other: Any) -> bool:
    return one is other or repr(one.tolist()) == repr(other.tolist())


def _restore(before: List[Any]) -> None:
    for node, state in before:
        for name in [name for name in node.__dict__ if name not in state]:
            del node.__dict__[name]
        node.__dict__.update(state)


def _require_pure(graph: Sequence[Node]) -> None:
    """Unplanned: a class does not promise it itself, a node has a method of its own, or the order is wrong."""
    if not all([kind.__dict__.get("is_pure") is True for kind in set(map(type, graph))]):
        raise Unplanned             # before a __dict__ is asked for: CPython 3.11 is slower with such nodes ever after
    before: Set[Node] = set()
    for node in graph:
        if node in before or not before.issuperset(node.inputs):
            raise Unplanned
        if any([callable(getattr(type(node), name, None)) for name in node.__dict__.keys() - USUAL]):
            raise Unplanned
        before.add(node)


def recorded_step(job: Job) -> Recording:
    """A step of a training. Unplanned: it must run node by node. ValueError: a class is not as pure as it says."""
    if type(job.optimizer).__dict__.get("is_pure") is not True or "rule" in job.optimizer.__dict__:
        raise Unplanned
    job.data = [(node, ops.table.own(whole)) for node, whole in job.data]
    fed = {node for node, whole in job.data}
    return _recorded(job.graph, job.trainables, lambda recording: recording.step(job), fed, [job.optimizer])


def recorded_forward(graph: Sequence[Node], fed: Sequence[Any]) -> Recording:
    """The values of all nodes, from those of the placeholders; of these, some are fed. Errors as above."""
    data = {node: ops.table.own(node.value) for node in fed}
    return _recorded(graph, [], lambda recording: recording.forward_from(data), set(data), [])


def _recorded(graph: Sequence[Node], trainables: Sequence[Any], what: Callable[..., Any], fed: Set[Any],
              others: List[Any]) -> Recording:
    """Records; where a class is not one of the package's own, twice, which must give the same."""
    _require_pure(graph)
    times = 1 if all([one.trusted is type(one) for one in list(graph) + others]) else 2
    for _ in range(MOST_TRIES):
        found = [Recording(graph, trainables).run(what, fed) for _ in range(times)]
        if all([recording.still_reads_the_same() for recording in found]):
            found[0].require_same(found[-1])
            return found[0]
    raise Unplanned
