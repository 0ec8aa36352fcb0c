"""Whole trainings in C: the sorted graph becomes a plan, a flat list of kernel calls on memory laid out once.

`csrc/plan.c` goes through the list once for each step. The calls are those that the nodes in `nodes.py` make through
`ops.table`, in the same order, so the bits are the same. A class of nodes takes part if `RECIPES` has a row for it;
where a graph has a node of another class, `training.py` runs it node by node. A new operation needs a row there and,
if it is a kernel that no plan has called yet, its call in `csrc/plan.c`; its formula is written nowhere again.
"""
from types import FunctionType

from . import kernels, ops
from .graph import BackwardPass, Loss, Node
from .kernels import Array, NewArray, ffi, lib
from .nodes import MSE, Linear, Placeholder, Sigmoid

MOST_SECONDS = 0.02         # after which C returns to Python, which may have a Ctrl-C to answer
PIECE = 512 if lib.pgn_get_path() else 256      # the sides of the pieces of a large product: some 5 ms, in plain C 10
MOST_EPOCHS = 1 << 8        # that C runs before it returns, so that their losses have room
MANY = 1 << 21              # the elements from which on any other operation is cut: some 10 ms
NONE = -1                   # the number of no buffer
ALIGNED = 8                 # buffers begin at multiples of so many doubles, 64 bytes: a line of the cache
# Where somebody has put one of these in the place of the package's own, Python must call it.
METHODS = {"forward", "backward", "feed_rows", "descend", "input_values", "incoming_gradient", "pass_back",
           "put_back"}
WORK_OF_AN_EXP = 16         # in multiply-adds


class Unplanned(Exception):
    """No plan can be made: a node is of another class, or has values that do not fit, which it will say itself."""


class Writer:
    """Writes down what is to be called, and which buffers that takes. Buffers are known by their numbers."""

    def __init__(self) -> None:
        self.instructions = []
        self.shapes = []            # of each buffer
        self.arrays = {}            # the buffers that are somebody's Array; the others are laid out in one piece,
        self.row = []               # with these at its end, in this order
        self.value = {}             # of each node: the number of the buffer
        self.gradients = {}         # of each node: {input: the number of the buffer}
        self.later = []             # those of the last step alone, which come after the others
        self.placeholders = {}      # {placeholder: its value}, apart from those that are fed in each step
        self.optional = False       # whether what is written next is done in the last step only

    def buffer(self, shape: tuple, array: Array = None) -> int:
        self.shapes.append(shape)
        if array is not None:
            self.arrays[len(self.shapes) - 1] = array
        elif _size(shape) > MANY:
            kernels.memory(_size(shape))        # a MemoryError now: instructions for too many rows would take for ever
        return len(self.shapes) - 1

    def zeros(self, shape: tuple) -> int:
        return self.buffer(shape, NewArray(shape, _size(shape), ffi.new("double[]", _size(shape))))

    def placeholder(self, node: Placeholder, is_parameter: bool = False) -> None:
        """A placeholder that holds a value already, which is read where it lies, or, of a parameter, copied."""
        value = node.value
        _need(value is not None)
        value = self.placeholders[node] = kernels.own(value)
        _need(type(value) is Array)
        self.value[node] = self.buffer(value.shape, None if is_parameter else value)

    def require_recipes(self, graph: list) -> None:
        """Every node must run as its class in this package says."""
        _need(len(set(graph)) == len(graph))
        kinds = {type(node) for node in graph}
        _need(all([kind in RECIPES or kind is Placeholder for kind in kinds]))
        self.methods = [(kind, name, getattr(kind, name)) for kind in kinds for name in METHODS if hasattr(kind, name)]
        _need(all([_is_own(method) for kind, name, method in self.methods]))
        self.inputs = [(node, list(node.inputs)) for node in graph]
        _need(self.still_holds())

    def still_holds(self) -> bool:
        """Whether the nodes run as they did when this was written, and read what they read then."""
        for kind, name, method in self.methods:
            if getattr(kind, name) is not method:
                return False
        for node, inputs in self.inputs:
            if node.inputs != inputs or not METHODS.isdisjoint(node.__dict__):
                return False
        return True

    def layout(self) -> tuple:
        """(where each buffer begins, how long all of them are together), in doubles."""
        offsets, doubles = [0] * len(self.shapes), 0
        at_the_end = set(self.row)
        for number in [n for n in range(len(self.shapes)) if n not in self.arrays and n not in at_the_end] + self.row:
            offsets[number] = doubles
            doubles += _room(self.shapes[number])
        return offsets, doubles

    def write(self, operation: int, c: int, a: int = 0, b: int = 0, work: int = 1, **more: float) -> None:
        """One instruction. `work`: the multiply-adds of each of rows × columns elements, or of all of a product."""
        more.update(operation=operation, c=c, a=a, b=b, only_in_the_last=self.optional)
        more["work"] = work * more.get("rows", 1) * more.get("columns", 1)
        (self.later if self.optional else self.instructions).append(more)

    def each(self, c: int, operation: int, a: int, b: int = 0, work: int = 1, factor: float = 0.0,
             n: int = None) -> None:
        """An operation on each element alone, in parts if there are many. n: how many, if more than the buffer has."""
        n = _size(self.shapes[c]) if n is None else n
        for first in range(0, max(n, 1), MANY):
            self.write(operation, c, a, b, work, rows=1, columns=min(MANY, n - first), factor=factor, c_offset=first,
                       a_offset=first, b_offset=first)

    def added(self, found: list) -> int:
        """The sum of buffers of one shape, added one after the other; that of one is itself."""
        total = found[0]
        for n in range(1, len(found)):
            c = self.buffer(self.shapes[total]) if n == 1 else total
            self.each(c, lib.PGN_ADD, total, found[n])
            total = c
        return total

    def rows_in_parts(self, shape: tuple) -> list:
        """[(the first row, how many)] of the parts that a matrix is cut into if it is large."""
        rows, columns = shape[0], _size(shape[1:])
        most = max(1, MANY // max(1, columns))
        return [(first, min(most, rows - first)) for first in range(0, max(rows, 1), most)]

    def column_sums(self, c: int, a: int) -> None:
        columns = self.shapes[a][1]
        for first, rows in self.rows_in_parts(self.shapes[a]):
            self.write(lib.PGN_COLUMN_SUMS, c, a, rows=rows, columns=columns, a_offset=first * columns, go_on=first > 0)

    def mean_square_error(self, c: int, y: int, a: int) -> None:
        n = _size(self.shapes[y])
        for first in range(0, n, MANY):
            self.write(lib.PGN_MEAN_SQUARE_ERROR, c, y, a, rows=1, columns=min(MANY, n - first), a_offset=first,
                       b_offset=first, go_on=first > 0, factor=n if first + MANY >= n else 0)

    def product(self, c: int, a: int, b: int, a_transposed: bool = False, b_transposed: bool = False,
                bias: int = NONE) -> None:
        """c = a · b, or with aᵀ, or with bᵀ; in pieces if it is large, which follow each other in ascending k.

        bias: the number of a buffer that is added to every row after that.
        """
        rows, columns = self.shapes[c]
        inner = self.shapes[a][0 if a_transposed else 1]
        a_row, a_column = (1, rows) if a_transposed else (inner, 1)
        b_row, b_column = (1, inner) if b_transposed else (columns, 1)
        most_rows = PIECE if rows * inner * columns > PIECE ** 3 else max(rows, 1)
        most_columns = PIECE * max(1, PIECE // max(rows, 1))
        for i in range(0, rows, most_rows):
            for j in range(0, columns, most_columns):
                for k in range(0, max(inner, 1), PIECE):
                    size = min(most_rows, rows - i), min(PIECE, inner - k), min(most_columns, columns - j)
                    form = {"c_row": columns, "a_row": a_row, "a_column": a_column, "b_row": b_row,
                            "b_column": b_column, "rows": size[0], "inner": size[1], "columns": size[2], "go_on": k > 0}
                    self.write(lib.PGN_PRODUCT, c, a, b, _size(size), c_offset=i * columns + j,
                               a_offset=i * a_row + k * a_column, b_offset=k * b_row + j * b_column, product=form,
                               bias=bias if k + PIECE >= inner else NONE, bias_offset=j)

    def place_rooms(self) -> int:
        """Finds large products a place to work in: a buffer that is written after them, and not before. Returns the
        bytes that the others need."""
        written, loss, room = {}, -1, 0
        for number, one in enumerate(self.instructions):
            written.setdefault(one["c"], number)
            if one["operation"] == lib.PGN_LOSS:
                loss = number
        sizes = {buffer: 0 if buffer in self.arrays else 8 * _size(self.shapes[buffer]) for buffer in written}
        sizes[NONE] = 0
        kept = set(self.row)                # up to the loss, the parameters from before the last step lie there
        free = free_before_loss = NONE      # the largest buffers that are written later
        for number in reversed(range(len(self.instructions))):
            one = self.instructions[number]
            if one["operation"] == lib.PGN_PRODUCT:
                form = one["product"]
                needed = lib.pgn_room(form["rows"], form["inner"], form["columns"])
                place = free if number > loss else free_before_loss
                if sizes[place] < needed:
                    place, room = NONE, max(room, needed)
                one.update(room=place, room_size=needed)
            if written[one["c"]] == number:
                free = max(free, one["c"], key=sizes.get)
                if one["c"] not in kept:
                    free_before_loss = max(free_before_loss, one["c"], key=sizes.get)
        return room

    def shape(self, node) -> tuple:
        return self.shapes[self.value[node]]

    def values(self, node) -> list:
        """The numbers of the buffers of its inputs' values."""
        _need(all(source in self.value for source in node.inputs))
        return [self.value[source] for source in node.inputs]

    def forward(self, graph: list) -> None:
        """Every node's value, inputs before consumers; placeholders have theirs already."""
        for node in graph:
            if node not in self.value:
                self.value[node] = RECIPES[type(node)][0](self, node)

    def backward(self, graph: list, wanted: list) -> None:
        """Every node's gradients, consumers before inputs; those that no wanted one needs in the last step only."""
        self.passed = BackwardPass(graph, wanted)
        for node in reversed(graph):
            self.gradients[node] = {}
            if isinstance(node, Loss):
                RECIPES[type(node)][1](self, node)
            elif isinstance(node, Placeholder):
                self.gradients[node][node] = self.incoming_gradient(node)
            else:
                RECIPES[type(node)][1](self, node, self.incoming_gradient(node))

    def incoming_gradient(self, node) -> int:
        """The sum of what the consumers pass back, in the graph's order; zeros where nothing consumes the node."""
        found = [self.gradients[consumer][node] for consumer in self.passed.consumers[node]]
        self.optional = node not in self.passed.needed
        return self.added(found) if found else self.zeros(self.shape(node))

    def pass_back(self, node, source, operation, *arguments) -> None:
        """Writes the gradient of a node for one input; one that is read twice gets the sum."""
        self.optional = source not in self.passed.needed
        grad = self.buffer(self.shape(source))
        operation(grad, *arguments)
        before = self.gradients[node].get(source)
        self.gradients[node][source] = grad if before is None else self.added([before, grad])


class TrainingWriter(Writer):
    """One step of a training: draw the batch, forward, backward, compute the new parameters."""

    def __init__(self, job: object) -> None:
        Writer.__init__(self)
        self.require_recipes(job.graph)
        rows = len(job.data[0][1])
        for node, whole in job.data:
            source = self.buffer(whole.shape, whole)
            self.value[node] = self.buffer((job.batch_size,) + whole.shape[1:])
            columns = _size(whole.shape[1:])
            if not self.instructions:
                for first, n in self.rows_in_parts((job.batch_size,)):
                    self.write(lib.PGN_DRAW_ROWS, source, rows=n, inner=rows, columns=1, b_offset=first)
            for first, n in self.rows_in_parts(self.shape(node)):
                self.write(lib.PGN_TAKE_ROWS, self.value[node], source, rows=n, inner=rows, columns=columns,
                           c_offset=first * columns, b_offset=first)
        trainables = set(job.trainables)
        for node in job.graph:
            if isinstance(node, Placeholder) and node not in self.value:
                self.placeholder(node, node in trainables)
        self.forward(job.graph)
        self.optional = False
        loss = self.added([self.value[node] for node in job.graph if isinstance(node, Loss)])
        self.write(lib.PGN_LOSS, loss, loss, rows=1, columns=1)
        self.backward(job.graph, job.trainables)
        self.optional = False
        self._append_later()
        self.update = len(self.instructions)        # the first instruction that computes new parameters
        _need(all([self.passed.consumers[node] for node in job.trainables]))
        self.parameters = [self.value[node] for node in job.trainables]
        self.parameter_gradients = [self.gradients[node][node] for node in job.trainables]
        self.row = self.parameters + self.parameter_gradients       # so that one call computes all new parameters,
        _need(len(set(self.row).difference(self.arrays)) == len(self.row))      # which lie in one piece of memory
        self.each(self.parameter_gradients[0], lib.PGN_DESCEND, self.parameters[0], self.parameter_gradients[0],
                  factor=job.learning_rate, n=sum(_room(self.shapes[number]) for number in self.parameters))

    def _append_later(self) -> None:
        """Appends what is done in the last step only. Until then its buffers are free, for products to work in.

        Of these instructions, those that need no room and that nothing later reads come last, so that the products
        among them find free buffers, too.
        """
        read = {number for one in self.later for number in (one["a"], one["b"])}
        self.later.sort(key=lambda one: one["c"] not in read and one["operation"] != lib.PGN_PRODUCT)
        self.instructions += self.later


# The recipes: what `forward` and `backward` of each class call, as instructions. Buffers that do not fit are refused.


def _linear(plan: Writer, node: Linear) -> int:
    X, W, b = plan.values(node)
    _need([len(plan.shapes[number]) for number in (X, W, b)] == [2, 2, 1])
    (rows, inner), (terms, columns) = plan.shapes[X], plan.shapes[W]
    _need(inner == terms and plan.shapes[b] == (columns,))
    value = plan.buffer((rows, columns))
    plan.product(value, X, W, bias=b)
    return value


def _linear_backward(plan: Writer, node: Linear, grad: int) -> None:
    X, W, b = plan.values(node)
    plan.pass_back(node, node.inputs[0], plan.product, grad, W, False, True)
    plan.pass_back(node, node.inputs[1], plan.product, X, grad, True)
    plan.pass_back(node, node.inputs[2], plan.column_sums, grad)


def _sigmoid(plan: Writer, node: Sigmoid) -> int:
    A, = plan.values(node)
    _need(plan.shapes[A] != ())
    value = plan.buffer(plan.shapes[A])
    plan.each(value, lib.PGN_SIGMOID, A, work=WORK_OF_AN_EXP)
    return value


def _sigmoid_backward(plan: Writer, node: Sigmoid, grad: int) -> None:
    plan.pass_back(node, node.inputs[0], plan.each, lib.PGN_SIGMOID_GRADIENT, plan.value[node], grad)


def _mse(plan: Writer, node: MSE) -> int:
    y, a = [plan.shapes[value] for value in plan.values(node)]
    _need(y[:1] == a[:1] != () and _size(y) == _size(a))
    value = plan.buffer(())
    plan.mean_square_error(value, *plan.values(node))
    return value


def _mse_backward(plan: Writer, node: MSE) -> None:
    _need(not plan.passed.consumers[node])
    y, a = plan.values(node)
    factor = 2.0 / _size(plan.shapes[y])
    for source, one, other in zip(node.inputs, (y, a), (a, y)):
        plan.pass_back(node, source, plan.each, lib.PGN_SCALED_DIFFERENCE, one, other, 1, factor)


RECIPES = {
    Linear: (_linear, _linear_backward),
    Sigmoid: (_sigmoid, _sigmoid_backward),
    MSE: (_mse, _mse_backward),
}


def _is_own(method: object) -> bool:
    """Whether it was written in this package. What it is called, and in which module, a decorator may have copied."""
    return type(method) is FunctionType and method.__globals__.get("__name__") in (Node.__module__, Linear.__module__)


def _need(fits: bool) -> None:
    if not fits:
        raise Unplanned


def _size(shape: tuple) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


def _room(shape: tuple) -> int:
    """The doubles that a buffer takes, with those left empty because the next one begins at a line of the cache."""
    return -(-_size(shape) // ALIGNED) * ALIGNED


class Plan:
    """What a Writer wrote, with its memory, ready to run."""

    def __init__(self, writer: Writer, memory=kernels.memory) -> None:
        offsets, doubles = writer.layout()
        room = writer.place_rooms()
        self.writer = writer
        self.doubles = doubles
        self.bytes = 8 * doubles + room
        self.block = memory(doubles + ALIGNED)
        self.room = kernels.memory(-(-room // 8))
        self.start = self.block + -int(ffi.cast("uintptr_t", self.block)) // 8 % ALIGNED
        self.instructions = ffi.new("struct pgn_instruction[]", writer.instructions)
        self.buffers = ffi.new("double *[]", [writer.arrays[number].data if number in writer.arrays
                                              else self.start + offset for number, offset in enumerate(offsets)])
        self.c = ffi.new("struct pgn_plan *", {"instructions": self.instructions, "buffers": self.buffers,
                                               "length": len(writer.instructions), "room": self.room})

    def run(self, steps: int, instruction: int = 0, most_seconds: float = MOST_SECONDS) -> bool:
        """Goes on as pgn_plan_run does; whenever C returns, Python answers Ctrl-C. False: the loss is not finite."""
        while True:
            outcome = self.run_a_while(steps, instruction, most_seconds)
            if outcome != lib.PGN_PAUSED:
                return outcome == lib.PGN_DONE

    def run_a_while(self, steps: int, instruction: int = 0, most_seconds: float = MOST_SECONDS) -> int:
        """The outcome of one call of pgn_plan_run. MemoryError: a product could not be computed."""
        outcome = kernels.lib.pgn_plan_run(self.c, steps, instruction, most_seconds)
        if outcome == lib.PGN_NO_MEMORY:
            raise MemoryError
        return outcome

    def view(self, number: int, copy: object = None) -> Array:
        """What a buffer holds now, without copying it, or what it holds in a copy of the plan's memory."""
        if number in self.writer.arrays:
            return self.writer.arrays[number]
        data, owner = self.buffers[number], self.block
        if copy is not None:
            data, owner = copy + (data - self.start), copy
        shape = self.writer.shapes[number]
        return NewArray(shape, _size(shape), data, owner)


class TrainingPlan(Plan):
    """The steps of a training. Unplanned: there is no recipe for a node, or its values do not fit.

    While it runs, the parameters are in the plan's memory. `show` says what the nodes know of them.
    """

    def __init__(self, job: object, before: list) -> None:
        """before: [(trainable, its value when the loss was finite last)]."""
        writer = TrainingWriter(job)
        Plan.__init__(self, writer, kernels.lasting_memory)
        self.job = job
        self.before = before
        self.parameter, self.gradient = writer.parameters, writer.parameter_gradients
        for number in writer.row:               # between these, too, something is computed: subnormal numbers were slow
            for empty in range(_size(writer.shapes[number]), _room(writer.shapes[number])):
                self.buffers[number][empty] = 0.0
        self.tables = [ffi.new("ptrdiff_t[]", table) for table in (self.parameter, self.gradient, job.batch_size)]
        self.c.parameter, self.c.gradient, self.c.chosen = self.tables
        self.c.parameters = len(job.trainables)
        self.sums = self.c.epoch_sums = kernels.memory(MOST_EPOCHS)
        self.interrupt = None                   # a Ctrl-C that the next `run_epochs` raises
        self.shown = writer.placeholders        # {placeholder: its value, as this plan knows it}
        self.shown_step = 0                     # which step the parameters are from that their nodes show
        for node, value in self.shown.items():  # of another backend it becomes this one's, as in Placeholder.forward
            node.put_back(value)
        for node, number in zip(job.trainables, self.parameter):
            parameter = self.view(number)
            ffi.memmove(parameter.data, self.shown[node].data, 8 * parameter.size)
            self.show(node, parameter)          # one by one: the memory of the one before may be free then

    def is_current(self) -> bool:
        """Whether nobody has switched the backend, fed a placeholder anew, or changed a node since the plan read it."""
        if self.interrupt:
            return True
        if ops.active_backend() != "c":
            return False
        for node, value in self.shown.items():
            if node.value is not value:
                return False
        return self.writer.still_holds()

    def run_epochs(self, steps: int, rng: object, most: int, is_last: bool, is_watched: bool) -> tuple:
        """Runs at least one epoch: (the sums of the losses of each, the last step of the last one, its loss).

        If the last sum is not finite, that step has stopped there. After the last epoch of all, and after each if
        somebody watches, all nodes show what they would hold had they run themselves. Otherwise C runs `most` epochs
        before it returns, as far as the time allows.
        """
        if self.interrupt:
            raise self.interrupt
        c = self.c
        c.random_state, c.epoch_steps, c.epochs = rng.state, steps, 0
        if is_watched or is_last:
            is_finite = self._run_and_show(c.step + steps, is_last, is_watched)
        else:
            is_finite = self._run_unwatched(min(most, MOST_EPOCHS))
        rng.state = c.random_state
        sums = ffi.unpack(self.sums, c.epochs)
        return sums if is_finite else sums + [c.sum_of_losses], c.step_of_epoch + 1, c.loss

    def _run_unwatched(self, epochs: int) -> bool:
        """Runs at most so many epochs, and none more when the time is up. Ctrl-C waits until their losses are told."""
        c, first, steps = self.c, self.c.step, self.c.epoch_steps
        end = first + epochs * steps
        outcome = lib.PGN_PAUSED
        try:
            while outcome == lib.PGN_PAUSED:
                outcome = self.run_a_while(end)
                begun = max(1, -(-(c.step - first + (c.next > 0)) // steps))
                end = min(end, first + begun * steps)
        except KeyboardInterrupt as interrupt:
            if c.epochs == 0:
                raise
            self.interrupt = interrupt
        return outcome != lib.PGN_DIVERGED

    def _run_and_show(self, end: int, is_last: bool, is_watched: bool) -> bool:
        """An epoch, whose last step stops before the new parameters, so that the nodes show those before."""
        if not self.run(end - 1):
            return False
        self.c.is_last = is_last
        is_finite = self.run(end - 1, self.writer.update)
        self.c.is_last = False
        if is_finite and is_watched:
            self._show_a_copy(end, self.job.graph if is_last else self.writer.passed.needed)
        elif is_finite:
            self._finish(end)
        return is_finite

    def _finish(self, end: int) -> None:
        """The last step of all: the new parameters take the place of the old ones, so that the gradients stay."""
        for number in range(self.writer.update, self.c.length):
            self.instructions[number].c = self.instructions[number].a
        self.c.parameters = 0
        self._show_all(self.job.graph, None)
        self.run(end, 0, float("inf"))          # at once, as parameters that are half new would be of no use
        self.close()

    def _show_a_copy(self, end: int, needed: list) -> None:
        """Somebody may keep what is shown now, so it must not change in the next step. That one comes even after the
        last epoch where `progress` gives the epochs in another order."""
        copy = kernels.memory(self.doubles)
        ffi.memmove(copy, self.start, 8 * self.doubles)
        self._show_all(needed, copy)
        parameters = [self.view(number, copy) for number in self.parameter]
        self.run(end)
        for node, number, value in zip(self.job.trainables, self.parameter, parameters):
            ffi.memmove(value.data, self.buffers[number], 8 * value.size)
            self.show(node, value)
        self.shown_step = end

    def _show_all(self, needed: list, copy: object) -> None:
        """Gives the nodes their values, and those that were needed their gradients."""
        needed, writer = set(needed), self.writer
        views = {}

        def view(number: int) -> Array:
            if number not in views:
                views[number] = self.view(number, copy)
            return views[number]

        self.show_values(view)
        for node in self.job.graph:
            if node in needed:
                node.gradients = {source: view(number) for source, number in writer.gradients[node].items()
                                  if source in needed}
            node.consumers = writer.passed.consumers[node]

    def show_values(self, view=None) -> None:
        """Gives the nodes their values, but for the placeholders that are not fed in each step."""
        view = view or self.view
        for node in self.job.graph:
            if isinstance(node, Loss):
                node.value = self.buffers[self.writer.value[node]][0]
            elif node not in self.shown:
                node.put_back(view(self.writer.value[node]))
                if isinstance(node, Placeholder):
                    node.holds_batch = True

    def show(self, node, value: Array) -> None:
        node.put_back(value)
        self.shown[node] = value

    def close(self) -> None:
        """Shows the parameters as they are after the last whole step, if they have changed since they were shown."""
        if self.shown_step != self.c.step:
            for node, number in zip(self.job.trainables, self.parameter):
                self.show(node, self.view(number))
            self.shown_step = self.c.step

    def finite(self) -> list:
        """[(trainable, its value when the loss was finite last)], once the next loss is not."""
        if self.c.step == 0:
            return self.before
        return [(node, self.view(number)) for node, number in zip(self.job.trainables, self.gradient)]


def bytes_needed(job: object) -> int:
    """The memory of a TrainingPlan."""
    writer = TrainingWriter(job)
    return 8 * writer.layout()[1] + writer.place_rooms()


def predict(node, order: list) -> object:
    """The value of a node, computed in C from those of the placeholders. `order`: the nodes it takes, sorted.

    Unplanned: as for trainings.
    """
    writer = Writer()
    writer.require_recipes(order)
    for other in order:
        if isinstance(other, Placeholder):
            writer.placeholder(other)
    writer.forward(order)
    _need(bool(writer.instructions))
    for other, value in writer.placeholders.items():    # of another backend it becomes this one's, once
        other.put_back(value)
    number = writer.value[node]
    if isinstance(node, Loss):
        plan = Plan(writer)
        plan.run(1)
        return plan.buffers[number][0]
    value = writer.arrays[number] = NewArray(writer.shapes[number], _size(writer.shapes[number]))
    Plan(writer).run(1)
    return value
