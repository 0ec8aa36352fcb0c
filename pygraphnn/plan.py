"""Whole trainings in C: what was recorded becomes a plan, a flat list of kernel calls on memory laid out once.

`csrc/plan.c` goes through the list once for each step. The calls are those that the nodes make through `ops.table`, as
`recording.py` has noted them, in the same order, so the bits are the same. Here they are cut into pieces of some
milliseconds, get their memory, and are run; no formula is written here again.
"""
from . import kernels, ops
from .graph import Node, needed_for
from .jobs import Job
from .kernels import BY_ROWS, EACH, Array, NewArray, ffi, lib
from .kinds import Any, Dict, List, Optional, Sequence, Shape, Tuple, Value
from .nodes import Placeholder
from .recording import USUAL, Note, Recording, recorded_forward, recorded_step
from .rng import SplitMix64
from .shapes import FORMS, size_of
from .symbols import Symbol, Unplanned
from .updating import ALIGNED, Update, room_of

MOST_SECONDS = 0.02         # after which C returns to Python, which may have a Ctrl-C to answer
PIECE = 512 if lib.pgn_get_path() else 256      # the sides of the pieces of a large product: some 5 ms, in plain C 10
MOST_EPOCHS = 1 << 8        # that C runs before it returns, so that their losses have room
MANY = 1 << 21              # the elements from which on any other operation is cut: some 10 ms
NONE = -1                   # the number of no buffer
WORK_OF_AN_ELEMENT = 16     # in multiply-adds: what an exp takes; to look at the clock too often does no harm
# {product: whether its first factor is transposed, whether its second is}
PRODUCTS = {"matmul": (False, False), "transposed_matmul": (True, False), "matmul_transposed": (False, True)}
OTHERS = {"take_rows", "column_sums", "total", "mean_square_error", "pick_rows", "add_to_rows"}
OF_CHANCE = {"dropout_mask", "skip_random"}


class Writer:
    """Makes instructions of the notes of a recording. Buffers are known by their numbers."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.instructions: List[Dict[str, Any]] = []
        self.shapes = list(recording.shapes)        # of each buffer
        self.arrays = dict(recording.constants)     # buffers that are somebody's Array; the others are laid out in one
        self.row: List[int] = []                               # piece, with these at its end, in this order
        for note in recording.notes:                # zeros stay what they are
            if note.operation == "zeros_like":
                shape = self.shapes[note.c]
                self.arrays[note.c] = NewArray(shape, size_of(shape), ffi.new("double[]", size_of(shape)))
        self.notes = [note for note in recording.notes if note.operation != "zeros_like"]
        self.seen = set(recording.values.values())  # buffers that somebody may look at afterwards
        self.kept = [value.number for node, name, value in recording.attributes + recording.late_attributes
                     if type(value) is Symbol]
        self.seen.update(self.kept)
        self.place: Dict[int, int] = {}             # {buffer that nobody sees: the one in whose memory it lies}
        self.only_in_the_last = False               # whether what is written next is done in the last step alone
        self.remember(recording.graph)

    def remember(self, graph: Sequence[Node]) -> None:
        """What must stay as it is, so that the recording still holds."""
        own = {(node, name) for node, name, value in self.recording.attributes + self.recording.late_attributes}
        kinds = {kind for node in graph for kind in type(node).__mro__ if kind is not object}
        self.kinds = [(kind, dict(kind.__dict__)) for kind in kinds]
        self.nodes = []
        for node in graph:
            kept = [(name, value) for name, value in node.__dict__.items()
                    if name not in USUAL and (node, name) not in own]
            known = USUAL.union(node.__dict__, [name for other, name in own if other is node])
            self.nodes.append((node, list(node.inputs), kept, known))

    def still_holds(self) -> bool:
        """Whether the nodes run as they did when they were recorded, and read what they read then."""
        for kind, before in self.kinds:
            if list(map(id, kind.__dict__.values())) != list(map(id, before.values())):
                return False
        for node, inputs, kept, known in self.nodes:
            if node.inputs != inputs or not known.issuperset(node.__dict__):
                return False
            for name, value in kept:
                if node.__dict__.get(name, USUAL) is not value:
                    return False
        settings = self.optimizer.__dict__
        return len(settings) == len(self.settings) + 3 and all(
            [settings.get(name, USUAL) is value for name, value in self.settings.items()])

    def remember_optimizer(self, optimizer: Any) -> None:
        self.optimizer = optimizer
        self.kinds += [(kind, dict(kind.__dict__)) for kind in type(optimizer).__mro__ if kind is not object]
        self.settings = {name: value for name, value in optimizer.__dict__.items()
                         if name not in ("learning_rate", "epoch", "states")}

    def buffer(self, shape: Shape) -> int:
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def require_memory(self) -> None:
        """MemoryError now, where a buffer is too large: its instructions would take for ever."""
        for number, shape in enumerate(self.shapes):
            if number not in self.arrays and size_of(shape) > MANY:
                kernels.memory(size_of(shape))

    # From notes to instructions

    def write_notes(self, wanted: List[int]) -> None:
        """Instructions for all notes. What the wanted buffers do not depend on comes last, in the last step only."""
        notes = self._with_biases()
        needed = set(wanted)
        for note in reversed(notes):
            if note.c in needed:
                needed.update(note.reads())
        now = [note for note in notes if note.c in needed]
        later = [note for note in notes if note.c not in needed]
        # Of these, those that need no room and that nothing later reads come last, so that the products among them find
        # free buffers to work in, too.
        read = {number for note in later for number in note.reads()}
        later.sort(key=lambda note: note.c not in read and note.operation not in PRODUCTS)
        self.share_memory(now + later)
        for note in now:
            self.write_note(note)
            if note.c == wanted[0] and self.row:
                self.write(lib.PGN_LOSS, note.c, note.c, rows=1, columns=1)
        self.only_in_the_last = True
        for note in later:
            self.write_note(note)
        self.only_in_the_last = False

    def _with_biases(self) -> List[Any]:
        """The notes, with a bias drawn into the product that it is added to, if nobody else sees that."""
        readers: Dict[int, int] = {}
        makers, left_out = {}, set()
        for note in self.notes:
            makers[note.c] = note
            for number in note.reads():
                readers[number] = readers.get(number, 0) + 1
        notes = []
        for note in self.notes:
            product = makers.get(note.operands[0]) if note.operation == "add_row" else None
            if (product and product.operation in PRODUCTS and readers[product.c] == 1
                    and product.c not in self.seen):
                left_out.add(product)
                note = Note(product.operation, note.c, product.operands + note.operands[1:])
            notes.append(note)
        return [note for note in notes if note not in left_out]

    def share_memory(self, notes: List[Any]) -> None:
        """A buffer that nobody sees lies in one whose last reader is done."""
        last = {number: place for place, note in enumerate(notes) for number in note.reads()}
        free: List[int] = []                   # buffers whose memory nobody needs any more
        for place, note in enumerate(notes):
            if note.c not in self.seen and note.c not in self.arrays:
                size = size_of(self.shapes[note.c])
                fitting = [number for number in free if size_of(self.shapes[number]) >= size]
                if fitting:
                    found = min(fitting, key=lambda number: size_of(self.shapes[number]))
                    free.remove(found)
                    self.place[note.c] = found
            for number in set(note.reads()):
                if last[number] == place and number not in self.seen and number not in self.arrays:
                    free.append(self.place.get(number, number))

    def write_note(self, note: Note) -> None:
        if note.operation in EACH:
            a, b = (note.operands * 2)[:2]
            self.each(note.operation, note.c, a, b, number=note.number, number_in=note.number_in)
        elif note.operation in BY_ROWS:
            self.by_rows(note.operation, note.c, *note.operands)
        elif note.operation in PRODUCTS:
            self.product(note.operation, note.c, *note.operands)
        elif note.operation in OTHERS:
            getattr(self, note.operation)(note.c, *note.operands)
        elif note.operation in OF_CHANCE and note.number_in is None:
            getattr(self, note.operation)(note.c, note.operands[-1], note.number)
        else:                       # an operation that prepares data
            raise Unplanned

    def write(self, operation: int, c: int, a: int, b: Optional[int] = None, work: int = 1, **more: Any) -> None:
        """One instruction. `work`: the multiply-adds of each of rows × columns elements, or of all of a product."""
        c, a, b = [self.place.get(number, number) for number in (c, a, a if b is None else b)]
        more.update(operation=operation, c=c, a=a, b=b, only_in_the_last=self.only_in_the_last)
        more["work"] = work * more.get("rows", 1) * more.get("columns", 1)
        self.instructions.append(more)

    def each(self, operation: str, c: int, a: int, b: int, number: float = 0.0, number_in: Optional[int] = None,
             n: Optional[int] = None) -> None:
        """An operation on each element alone, in parts if there are many. n: how many, if more than the buffer has."""
        n = size_of(self.shapes[c]) if n is None else n
        number_in = NONE if number_in is None else self.place.get(number_in, number_in)
        for first in range(0, max(n, 1), MANY):
            self.write(lib.PGN_EACH, c, a, b, WORK_OF_AN_ELEMENT, rows=1, columns=min(MANY, n - first),
                       each=EACH[operation], number=number, number_in=number_in, c_offset=first, a_offset=first,
                       b_offset=first)

    def rows_in_parts(self, shape: Shape) -> List[Any]:
        """[(the first row, how many)] of the parts that a matrix is cut into if it is large."""
        rows, columns = shape[0], size_of(shape[1:])
        most = max(1, MANY // max(1, columns))
        return [(first, min(most, rows - first)) for first in range(0, max(rows, 1), most)]

    def draw_rows(self, batch_size: int, data: int) -> None:
        for first, n in self.rows_in_parts((batch_size,)):
            self.write(lib.PGN_DRAW_ROWS, data, data, data, rows=n, inner=self.shapes[data][0], columns=1, first=first)

    def take_rows(self, c: int, a: int, rows: int) -> None:
        columns = size_of(self.shapes[c][1:])
        for first, n in self.rows_in_parts(self.shapes[c]):
            self.write(lib.PGN_TAKE_ROWS, c, a, rows=n, inner=self.shapes[a][0], columns=columns,
                       c_offset=first * columns, first=first)

    def by_rows(self, operation: str, c: int, *operands: int) -> None:
        """An operation on each row of a matrix alone, in parts if there are many."""
        a, b = (operands * 2)[:2]
        *forms, result = FORMS[operation]
        rows, columns = self.shapes[a]
        # How far the next row, or its entry, is in each buffer; a vector for the columns serves every row.
        c_step, a_step, b_step = [size_of(self.shapes[number][1:]) if form.startswith("n") else 0
                                  for number, form in ((c, result), (a, forms[0]), (b, forms[-1]))]
        for first, part in self.rows_in_parts((rows, columns)):
            self.write(lib.PGN_BY_ROWS, c, a, b, rows=part, columns=columns, by_rows=BY_ROWS[operation],
                       c_offset=first * c_step, a_offset=first * a_step, b_offset=first * b_step)

    def pick_rows(self, c: int, a: int, numbers: int) -> None:
        columns = self.shapes[c][1]
        for first, n in self.rows_in_parts(self.shapes[c]):
            self.write(lib.PGN_PICK_ROWS, c, a, numbers, rows=n, inner=self.shapes[a][0], columns=columns,
                       c_offset=first * columns, b_offset=first)

    def add_to_rows(self, c: int, like: int, numbers: int, grad: int) -> None:
        columns = self.shapes[c][1]
        for first, n in self.rows_in_parts(self.shapes[grad]):
            self.write(lib.PGN_ADD_TO_ROWS, c, numbers, grad, rows=n, inner=self.shapes[c][0], columns=columns,
                       a_offset=first, b_offset=first * columns, go_on=first > 0)

    def dropout_mask(self, c: int, state: int, rate: float) -> None:
        n = size_of(self.shapes[c])
        for first in range(0, max(n, 1), MANY):
            self.write(lib.PGN_DROPOUT_MASK, c, state, work=WORK_OF_AN_ELEMENT, rows=1, columns=min(MANY, n - first),
                       number=rate, first=first, c_offset=first)

    def skip_random(self, c: int, state: int, n: float) -> None:
        self.write(lib.PGN_SKIP_RANDOM, c, state, rows=1, columns=1, number=n)

    def column_sums(self, c: int, a: int) -> None:
        columns = self.shapes[a][1]
        for first, rows in self.rows_in_parts(self.shapes[a]):
            self.write(lib.PGN_COLUMN_SUMS, c, a, rows=rows, columns=columns, a_offset=first * columns, go_on=first > 0)

    def total(self, c: int, a: int) -> None:
        n = size_of(self.shapes[a])
        for first in range(0, n, MANY):
            self.write(lib.PGN_TOTAL, c, a, rows=1, columns=min(MANY, n - first), a_offset=first, go_on=first > 0)

    def mean_square_error(self, c: int, y: int, a: int) -> None:
        n = size_of(self.shapes[y])
        for first in range(0, n, MANY):
            self.write(lib.PGN_MEAN_SQUARE_ERROR, c, y, a, rows=1, columns=min(MANY, n - first), a_offset=first,
                       b_offset=first, go_on=first > 0, mean_of=n if first + MANY >= n else 0)

    def product(self, operation: str, c: int, a: int, b: int, bias: int = NONE) -> None:
        """c = a · b, or with aᵀ, or with bᵀ; in pieces if it is large, which follow each other in ascending k.

        bias: the number of a buffer that is added to every row after that.
        """
        a_transposed, b_transposed = PRODUCTS[operation]
        bias = self.place.get(bias, bias)
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
                    self.write(lib.PGN_PRODUCT, c, a, b, size_of(size), c_offset=i * columns + j,
                               a_offset=i * a_row + k * a_column, b_offset=k * b_row + j * b_column, product=form,
                               bias=bias if k + PIECE >= inner else NONE, bias_offset=j)

    def place_rooms(self) -> int:
        """Lends each large product a buffer that is not yet written as scratch memory. Returns the bytes that those
        products take together that find none."""
        first_write: Dict[int, int] = {}
        loss, room = -1, 0
        for number, one in enumerate(self.instructions):
            first_write.setdefault(one["c"], number)
            if one["operation"] == lib.PGN_LOSS:
                loss = number
        sizes = {buffer: 0 if buffer in self.arrays else 8 * size_of(self.shapes[buffer]) for buffer in first_write}
        sizes[NONE] = 0
        # Until the loss is known, these hold the parameters from before the last step: the way back if it is infinite.
        kept = set(self.row)
        largest = largest_before_loss = NONE        # of the buffers whose first write comes later
        for number in reversed(range(len(self.instructions))):
            one = self.instructions[number]
            if one["operation"] == lib.PGN_PRODUCT:
                form = one["product"]
                needed = lib.pgn_room(form["rows"], form["inner"], form["columns"])
                lent = largest if number > loss else largest_before_loss
                if sizes[lent] < needed:
                    lent, room = NONE, max(room, needed)
                one.update(room=lent, room_size=needed)
            if first_write[one["c"]] == number:
                largest = max(largest, one["c"], key=sizes.__getitem__)
                if one["c"] not in kept:
                    largest_before_loss = max(largest_before_loss, one["c"], key=sizes.__getitem__)
        return room

    def layout(self) -> Tuple[Any, ...]:
        """(where each buffer begins, how long all of them are together), in doubles."""
        offsets, doubles = [0] * len(self.shapes), 0
        used = self.seen.union(*[(one["c"], one["a"], one["b"], one.get("bias", NONE), one.get("number_in", NONE))
                                 for one in self.instructions])
        for number in sorted(used.difference(self.arrays, self.row, [NONE])) + self.row:
            offsets[number] = doubles
            doubles += room_of(self.shapes[number])
        return offsets, doubles


class TrainingWriter(Writer):
    """One step of a training: draw the batch, forward, backward, and what the optimizer does."""

    def __init__(self, job: Job) -> None:
        recording = recorded_step(job)
        Writer.__init__(self, recording)
        self.remember_optimizer(job.optimizer)
        self.seen.update(number for found in recording.gradients.values() for number in found.values())
        self.needed = needed_for(recording.trainables, recording.graph)     # nodes whose gradients each step computes
        self.update = Update(self, recording.moves)
        self.row = self.update.row
        self.seen.update(self.row)
        drawn = [number for _, before, after in recording.drawn for number in (before, after)]
        self.seen.update(drawn)
        self.require_memory()
        self.draw_rows(job.batch_size, recording.number_of(job.data[0][1]))
        self.write_notes([recording.loss] + self.update.gradients + list(recording.values.values()) + self.kept
                         + drawn)
        self.first_of_update = len(self.instructions)
        self.update.write()


class Plan:
    """What a Writer wrote, with its memory, ready to run."""

    def __init__(self, writer: Writer, memory: Any = kernels.memory) -> None:
        offsets, doubles = writer.layout()
        room = writer.place_rooms()
        self.writer: Any = writer
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
                return bool(outcome == lib.PGN_DONE)

    def run_a_while(self, steps: int, instruction: int = 0, most_seconds: float = MOST_SECONDS) -> int:
        """The outcome of one call of pgn_plan_run. MemoryError: a product could not be computed."""
        outcome = kernels.lib.pgn_plan_run(self.c, steps, instruction, most_seconds)
        if outcome == lib.PGN_NO_MEMORY:
            raise MemoryError
        return int(outcome)

    def view(self, number: int, copy: Any = None) -> Any:
        """What a buffer holds now, without copying it, or what it holds in a copy of the plan's memory; a number as a
        float."""
        if self.writer.shapes[number] == ():
            return self.buffers[number][0]
        if number in self.writer.arrays:
            return self.writer.arrays[number]
        data, owner = self.buffers[number], self.block
        if copy is not None:
            data, owner = copy + (data - self.start), copy
        shape = self.writer.shapes[number]
        return NewArray(shape, size_of(shape), data, owner)


class TrainingPlan(Plan):
    """The steps of a training. Unplanned: they cannot be recorded.

    While it runs, the parameters are in the plan's memory, and the nodes show those of `shown_step`. One step is

        batch, forward | the loss: not finite, it stops here | backward | the optimizer | the swap

    The new parameters are written where the gradients were, new states where there is room for them. At the swap old
    and new ones change names, so those from before stay until the next loss is known. The last update of all writes
    over the old parameters: the gradients stay to be looked at (`_finish`). After an epoch that somebody watches, the
    nodes show copies (`_show_a_copy`).
    """

    def __init__(self, job: Job, before: Any) -> None:
        """before: what `finite` gives, for the time before the first step."""
        writer = TrainingWriter(job)
        Plan.__init__(self, writer, kernels.lasting_memory)
        self.job = job
        self.before = before
        self.update = writer.update
        for number in writer.row:   # the update runs over the padding, too: garbage there may be subnormal, and slow
            for empty in range(size_of(writer.shapes[number]), room_of(writer.shapes[number])):
                self.buffers[number][empty] = 0.0
        self.tables = [ffi.new("ptrdiff_t[]", table) for table in list(zip(*self.update.pairs)) + [job.batch_size]]
        self.c.before, self.c.after, self.c.chosen = self.tables
        self.c.pairs = len(self.update.pairs)
        self.sums = self.c.epoch_sums = kernels.memory(MOST_EPOCHS)
        self.begun: Any = None          # where the stream of row numbers was, and at which step, when C began to run
        self.interrupt: Optional[KeyboardInterrupt] = None      # a Ctrl-C that the next `run_epochs` raises
        self.shown = writer.recording.placeholders      # {placeholder: its value, as this plan knows it}
        self.shown_step = 0                     # the step whose parameters the nodes show
        for node, number in zip(job.trainables, self.update.parameters):
            self.fill(number, self.shown[node])
            self.show(node, self.view(number))  # one by one: the memory of the one before may be free then
        for node, numbers in self.update.states.items():
            for number, part in zip(numbers, job.optimizer.states[node]):
                self.fill(number, part)
        for drawing, number, _ in writer.recording.drawn:
            self.fill(number, ops.table.own(drawing.random_state))
        self.shown_random = {node: node.random_state for node, _, _ in writer.recording.drawn}
        self.show_states()

    def is_current(self) -> bool:
        """Whether nobody has switched the backend, fed a placeholder anew, or changed a node since the plan read it."""
        if self.interrupt:
            return True
        if ops.active_backend() != "c":
            return False
        for node, value in self.shown.items():
            if node.value is not value:
                return False
        if any([node.random_state is not state for node, state in self.shown_random.items()]):
            return False
        parts = _parts(self.job)
        return (len(parts) == len(self.shown_parts) and all([a is b for a, b in zip(parts, self.shown_parts)])
                and self.writer.still_holds())

    def run_epochs(self, steps: int, rng: SplitMix64, most: int, is_last: bool, is_watched: bool) -> Tuple[Any, ...]:
        """Runs at least one epoch: (the sums of the losses of each, the last step of the last one, its loss).

        If the last sum is not finite, that step has stopped there. After the last epoch of all, and after each if
        somebody watches, all nodes show what they would hold had they run themselves. Otherwise C runs `most` epochs
        before it returns, as far as the time allows.
        """
        if self.interrupt:
            raise self.interrupt
        c = self.c
        self.writer.recording.rate.data[0] = self.job.learning_rate
        c.random_state, c.epoch_steps, c.epochs = rng.state, steps, 0
        self.begun = rng, rng.state, c.step
        if is_watched or is_last:
            is_finite = self._run_and_show(c.step + steps, is_last, is_watched)
        else:
            is_finite = self._run_unwatched(min(most, MOST_EPOCHS))
        self._move_stream()
        sums = ffi.unpack(self.sums, c.epochs)
        return sums if is_finite else sums + [c.sum_of_losses], c.step_of_epoch + 1, c.loss

    def _move_stream(self) -> None:
        """To where the whole steps have brought it: what half a step drew, before an error or Ctrl-C, will be drawn
        again."""
        if self.begun:
            rng, state, first = self.begun
            stream = SplitMix64(state)
            stream.skip((self.c.step - first) * self.job.batch_size)
            rng.state = stream.state
            self.begun = None

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
        return bool(outcome != lib.PGN_DIVERGED)

    def _run_and_show(self, end: int, is_last: bool, is_watched: bool) -> bool:
        """An epoch, whose last step stops before the new parameters, so that the nodes show those before."""
        if not self.run(end - 1):
            return False
        self.c.is_last = is_last
        is_finite = self.run(end - 1, self.writer.first_of_update)
        self.c.is_last = False
        if is_finite and is_watched:
            self._show_a_copy(end, self.job.graph if is_last else self.writer.needed)
        elif is_finite:
            self._finish(end)
        return is_finite

    def _finish(self, end: int) -> None:
        """The last step of all: the new parameters take the place of the old ones, so that the gradients stay."""
        parameter_of = dict(zip(self.update.gradients, self.update.parameters))
        for number in range(self.writer.first_of_update, self.c.length):
            instruction = self.instructions[number]
            instruction.c = parameter_of.get(instruction.c, instruction.c)
        self.c.pairs = len(self.update.state_pairs)     # which come first
        self._show_all(self.job.graph, None)
        self.run(end, 0, float("inf"))          # at once, as parameters that are half new would be of no use
        self.close()

    def _show_a_copy(self, end: int, needed: Any) -> None:
        """Somebody may keep what is shown now, so it must not change in the next step. That one comes even after the
        last epoch where `progress` gives the epochs in another order."""
        copy = kernels.memory(self.doubles)
        ffi.memmove(copy, self.start, 8 * self.doubles)
        self._show_all(needed, copy)
        parameters = [self.view(number, copy) for number in self.update.parameters]
        self.run(end)
        for node, number, value in zip(self.job.trainables, self.update.parameters, parameters):
            ffi.memmove(value.data, self.buffers[number], 8 * value.size)
            self.show(node, value)
        self.show_states(self._copy)
        self.show_random_states()
        self.shown_step = end

    def _copy(self, number: int) -> Any:
        """What a buffer holds now, in memory of its own; a number as a float."""
        shape = self.writer.shapes[number]
        if shape == ():
            return self.view(number)
        copy = NewArray(shape, size_of(shape))
        ffi.memmove(copy.data, self.buffers[number], 8 * copy.size)
        return copy

    def _show_all(self, needed: Any, copy: Any) -> None:
        """Gives the nodes their values, and those that were needed their gradients."""
        needed, recording = set(needed), self.writer.recording
        views = {}

        def view(number: int) -> Value:
            if number not in views:
                views[number] = self.view(number, copy)
            return views[number]

        self.show_values(view)
        for node in self.job.graph:
            if node in needed:
                node.gradients = {source: view(number) for source, number in recording.gradients[node].items()
                                  if source in needed}
            node.consumers = recording.consumers[node]

    def show_values(self, view: Any = None) -> None:
        """Gives the nodes their values, but for the placeholders that are not fed in each step."""
        view = view or self.view
        for node in self.job.graph:
            if node not in self.shown:
                node.put_back(view(self.writer.recording.values[node]))
                if isinstance(node, Placeholder):
                    node.holds_batch = True
        recording = self.writer.recording
        for node, name, value in recording.attributes + (recording.late_attributes if self.c.step else []):
            setattr(node, name, view(value.number) if type(value) is Symbol else value)

    def show(self, node: Node, value: Array) -> None:
        node.put_back(value)
        self.shown[node] = value

    def show_states(self, view: Any = None) -> None:
        """Gives the optimizer its states, which belong to the parameters as they are now."""
        view = view or self.view
        states = dict(self.job.optimizer.states)
        states.update({node: [view(number) for number in numbers] for node, numbers in self.update.states.items()})
        self.job.optimizer.states = states
        self.shown_parts = _parts(self.job)

    def show_random_states(self) -> None:
        for node, number, _ in self.writer.recording.drawn:
            node.random_state = self.shown_random[node] = self._copy(number)

    def fill(self, number: int, value: Value) -> None:
        """Copies an Array or a number into a buffer."""
        if type(value) is Array:
            ffi.memmove(self.buffers[number], value.data, 8 * value.size)
        else:
            self.buffers[number][0] = value

    def close(self) -> None:
        """Shows the parameters as they are after the last whole step, if they have changed since they were shown."""
        self._move_stream()
        if self.shown_step != self.c.step:
            for node, number in zip(self.job.trainables, self.update.parameters):
                self.show(node, self.view(number))
            self.show_states()
            self.show_random_states()
            self.shown_step = self.c.step

    def finite(self) -> Any:
        """([(trainable, its value)], the optimizer's states), as they were when the loss was finite last, once the next
        one is not."""
        if self.c.step == 0:
            return self.before
        after = dict(self.update.pairs)
        return ([(node, self.view(number)) for node, number in zip(self.job.trainables, self.update.gradients)],
                {node: [self.view(after[number]) for number in numbers]
                 for node, numbers in self.update.states.items()})


def _parts(job: Job) -> List[Any]:
    """All that the optimizer keeps for the parameters of a job."""
    return [part for node in job.trainables for part in job.optimizer.states.get(node, ())]


def bytes_needed(job: Job) -> int:
    """The memory of a TrainingPlan."""
    writer = TrainingWriter(job)
    return int(8 * writer.layout()[1]) + writer.place_rooms()


def predict(node: Node, order: List[Node], fed: List[Any]) -> Any:
    """The value of a node, computed in C from those of the placeholders. order: the nodes it takes, sorted. fed: the
    placeholders that are.

    Unplanned: as for trainings.
    """
    writer = Writer(recorded_forward(order, fed))
    number = writer.recording.values[node]
    writer.seen = {number}
    writer.require_memory()
    writer.write_notes([number])
    if not writer.instructions:
        raise Unplanned
    if writer.shapes[number] == ():
        plan = Plan(writer)
        plan.run(1)
        return plan.view(number)
    value = writer.arrays[number] = NewArray(writer.shapes[number], size_of(writer.shapes[number]))
    Plan(writer).run(1)
    return value
