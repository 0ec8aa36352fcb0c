"""What a model computes for a row, as a list of operations with names, ready to be written in any language.

The nodes run once with symbols in the place of values, as `recording.py` does it, and the loops of `lists.py` in the
place of C. It is done with one row and with two: what differs between them is no function of a row.
"""
import keyword
import math
import re

from .. import lists, more_lists, ops, values  # noqa: F401 - some operations of lists
from ..claims import Claim
from ..evaluating import node_of_probabilities
from ..graph import Loss, Node, ancestors, topological_sort
from ..kinds import Any, Callable, Dict, List, Optional, Set, Shape, Tuple, Union, Value
from ..nodes import Placeholder
from ..recording import Note, Recording
from ..saving import Model
from ..shapes import FORMS, NUMBERS, SHAPES
from ..symbols import Symbol, Unplanned

MOST_ROWS = 2
ANY_WIDTH = 7919        # no network has just so many features; one that takes so many takes any number
# What a name must not be: words of the languages, and names that what is written has already.
TAKEN = set(keyword.kwlist) | set(dir(lists)) | set(dir(math)) | set(SHAPES) | set("""
    auto break case char const continue default do double enum extern float for goto if inline int long register real
    restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
    abort abs atof atoi bsearch calloc div exit free getenv labs malloc qsort rand realloc srand strtod system
    fclose feof ferror fflush fopen fprintf fputs fread fwrite getc getchar gets index perror printf putc putchar puts
    remove rename rewind round scanf signal snprintf sprintf sscanf stderr stdin stdout time ungetc NULL EOF
    memchr memcmp memcpy memmove memset strcat strchr strcmp strcpy strlen strncmp strstr strtok
    fmax fmin fma lrint nearbyint rint logb scalbn nan y0 y1 yn j0 j1 jn INFINITY NAN
    cells complain cut find_columns is_known_text line main number_in places print_header print_prediction print_text
    read_line separator_of sources CLASSES CLASS_NAMES DIGITS FEATURES FEATURE_NAMES OUTPUTS TARGET
    a b c d i j k m n p s N grad number predict probabilities outputs row self torch
    forward parameters buffers modules children train training eval to half type apply state_dict cpu cuda
""".split())


class Table:
    """Takes the place of a backend: an operation that meets a symbol is noted, any other is computed on lists."""

    def __getattr__(self, name: str) -> Any:
        compute = getattr(lists, name)

        def noted_or_computed(*arguments: Any) -> Any:
            for argument in arguments:
                if type(argument) is Symbol:
                    return argument.recording.note(name, arguments)
            return compute(*arguments)
        return noted_or_computed if name in SHAPES else compute

    def shape(self, a: Value) -> Shape:
        return a.shape if type(a) is Symbol else lists.shape(a)

    def own(self, a: Value) -> Value:
        return a if type(a) is Symbol else lists.own(a)

    def sound(self, a: Value) -> Value:
        return a if type(a) is Symbol else lists.sound(a)


class with_table(ops.kept_backend):
    """`with with_table(table) as own, own: …`: here the table computes, for this thread alone, whatever is in use."""

    def __init__(self, table: Any) -> None:
        ops.kept_backend.__init__(self)
        self.table, self.outer = table, ops._kept.get(ops.get_ident())

    def __enter__(self) -> "with_table":
        ops.kept_backend.__enter__(self)
        self._set((self.table, "python"))
        return self

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        if self.outer is not None:
            self._set(self.outer)
        ops.kept_backend.__exit__(self, kind, problem, trace)

    def _set(self, backend: Any) -> None:
        with ops._lock:
            ops._kept[ops.get_ident()] = backend
            ops._choose_table()


class Answer(Recording):
    """A pass forward from rows. given: the buffer of the rows; scale: those of the means and deviations, if any."""

    def answer(self, X: Placeholder, rows: int, width: int, model: Optional[Model]) -> None:
        value = self.buffer((rows, width))
        self.given = value.number
        self.scale: List[int] = []
        if model is not None and model.means is not None:
            self.scale = [self.constant(model.means), self.constant(model.deviations)]
            value = ops.table.standardize(value, model.means, model.deviations)
        X.put_back(value)
        self.forward("forward_to_predict")


class Step:
    """name = operation(arguments). An argument is the name of a value, or a number. node: who has called it.

    shape: of the result for one row.
    """

    def __init__(self, name: str, operation: str, arguments: List[Union[str, float]], shape: Shape, node: Any) -> None:
        self.name, self.operation, self.arguments, self.shape, self.node = name, operation, arguments, shape, node


class Part:
    """A function of rows. rows: the name of its argument, a matrix of `width` columns; output: that of its result.

    constants: {name: a number, a vector or a matrix}. trainable: the names of those that a training changes. shapes:
    {name: its shape for one row}. shown: the names that are those of nodes, not of what a node computes on the way.
    """

    def __init__(self, rows: str, width: int) -> None:
        self.rows, self.width, self.output = rows, width, ""
        self.constants: Dict[str, Value] = {}
        self.trainable: Set[str] = set()
        self.shapes: Dict[str, Shape] = {rows: (1, width)}
        self.shown: Set[str] = set()
        self.steps: List[Step] = []

    @property
    def outputs(self) -> int:
        """How many numbers there are for a row."""
        return int((self.shapes[self.output] + (1,))[1])

    def lines(self, written: Callable[[Step, List[str]], str], as_text: Callable[[Any], str]) -> List[Tuple[str, str]]:
        """[(name, expression)] for a language with expressions: what one other step reads alone stands in that one.

        written: a step in that language, from the texts of its arguments; as_text: an argument that stands for itself.
        """
        readers = [name for step in self.steps for name in step.arguments]
        inner: Dict[Any, str] = {}
        found = []
        for step in self.steps:
            expression = written(step, [inner.get(name) or as_text(name) for name in step.arguments])
            if step.name in self.shown or readers.count(step.name) != 1:
                found.append((step.name, expression))
            else:
                inner[step.name] = expression
        return found


class Program:
    """A model as functions: `predict`, and for classes `probabilities`, of what `predict` gives; else that is None."""

    def __init__(self, model: Model) -> None:
        if not isinstance(model, Model):
            raise TypeError("what is exported is a Model(output, X), not %s" % values.shown(model))
        if isinstance(model.output, Loss):
            raise ValueError("%s is a loss, one number for all rows together: what is exported has an answer for each "
                             "row" % model.output.name)
        self.model = model
        names = Names()
        width = len(model.means) if model.means is not None else (
            len(model.feature_names) if model.feature_names is not None else _width(model))
        self.predict = _part(model.output, model.X, width, names, model)
        self.probabilities: Optional[Part] = None
        if model.class_names and len(self.predict.shapes[self.predict.output]) != 2:
            raise ValueError("%s: it gives one number for each row, not a row of logits: the model has class names"
                             % model.output.name)
        if model.class_names:
            logits, columns = Placeholder(self.predict.output), self.predict.outputs
            self.probabilities = _part(node_of_probabilities(logits, columns), logits, columns, names)
            if len(model.class_names) != self.probabilities.outputs:
                raise ValueError("%s gives logits of %d classes, but the model has %d class names"
                                 % (model.output.name, self.probabilities.outputs, len(model.class_names)))

    @property
    def parts(self) -> List[Part]:
        return [self.predict] + ([self.probabilities] if self.probabilities else [])

    def constants(self) -> Dict[str, Value]:
        """Those of all parts."""
        return {name: value for part in self.parts for name, value in part.constants.items()}

    def require_operations(self, known: Any, what: str) -> None:
        """ValueError: a language has no word for one of the operations."""
        for part in self.parts:
            for step in part.steps:
                if step.operation not in known:
                    raise ValueError("%s: %s cannot hold %s, which %s calls"
                                     % (step.node.name, what, step.operation, type(step.node).__name__))


class Names:
    """Gives out names that every language takes, each one once."""

    def __init__(self) -> None:
        self.given = set(TAKEN)

    def new(self, wanted: str) -> str:
        name = re.sub("[^A-Za-z0-9_]", "_", wanted).strip("_") or "value"
        if name[0].isdigit():
            name = "n" + name
        first, number = name, 2
        while name in self.given:
            name, number = "%s_%d" % (first, number), number + 1
        self.given.add(name)
        return name


def _width(model: Model) -> int:
    """How many features a network takes that does not say it. ValueError: it takes none, or any number."""
    sizes, reason = {1, ANY_WIDTH}, None
    for node in ancestors([model.output]):
        if isinstance(node, Placeholder) and node is not model.X and node.value is not None:
            sizes.update(ops.table.shape(node.value))
    fitting = []
    for size in sorted(sizes):
        try:
            _require_predictions(model.output, model.X, MOST_ROWS + 1, size)
            fitting.append(size)
        except ValueError as problem:
            reason = reason or problem
    if len(fitting) > 1:
        raise ValueError("it does not follow from the network how many features a row has: give the model "
                         "feature_names")
    if reason and not fitting:
        raise reason
    return fitting[0]


def _part(output: Node, X: Placeholder, width: int, names: Names, model: Optional[Model] = None) -> Part:
    """What the node computes from rows that X gets. Errors as of `_recorded`, or its rows are not those of X."""
    one, two = [_recorded(output, X, rows, width, model) for rows in range(1, MOST_ROWS + 1)]
    for here, there in zip(one.notes, two.notes):
        if here.parts() != there.parts():
            raise ValueError("%s: it computes with the number of rows, so it is no function of a row" % here.node.name)
    number = one.values[output]
    if one.shapes[number][:1] != (1,) or two.shapes[number] != (2,) + one.shapes[number][1:]:
        raise ValueError("%s: its value is %s for one row and %s for two: what is exported has an answer for each row"
                         % (output.name, values.describe(one.shapes[number]), values.describe(two.shapes[number])))
    return _named(one, output, X, width, names, model)


def _recorded(output: Node, X: Placeholder, rows: int, width: int, model: Optional[Model]) -> "Answer":
    """What is computed for so many rows. ValueError: the nodes cannot compute it, or look at what they compute with."""
    needed = ancestors([output])
    if X not in needed:
        raise ValueError("%s does not depend on %s: there is nothing to predict from" % (output.name, X.name))
    order = topological_sort(needed)
    for node in order:
        if type(node).__dict__.get("is_pure") is not True:
            raise ValueError("%s cannot be exported: its class %s does not say is_pure = True"
                             % (node.name, type(node).__name__))
    recording = Answer(order)
    with Claim(order, is_short=True) as claim, claim, with_table(Table()) as own, own:
        try:
            recording.run(lambda recording: recording.answer(X, rows, width, model), {X})
            return recording
        except Unplanned:
            pass
    _require_predictions(output, X, rows, width)
    node = recording.running
    raise ValueError("%s cannot be exported: its class %s looks at the numbers, or computes otherwise than with the "
                     "operations of the package" % (node.name, type(node).__name__))


def _require_predictions(output: Node, X: Placeholder, rows: int, width: int) -> None:
    """ValueError: the network does not take such rows; its own words."""
    from ..predicting import predict
    predict(output, {X: [[0.0] * width] * rows})


def _named(recording: "Answer", output: Node, X: Placeholder, width: int, names: Names,
           model: Optional[Model]) -> Part:
    """The recording with names in the place of numbers, and without what the output does not need."""
    needed, notes = {recording.values[output]}, []
    for note in reversed(recording.notes):
        if note.c in needed:
            needed.update(note.reads())
            notes.append(note)
    known: Dict[int, str] = {}
    nodes: Dict[int, Node] = {}
    for node, number in recording.values.items():       # those of the graph, in its order
        nodes.setdefault(number, node)
    given = recording.given
    part = Part(names.new(X.name) if model else X.name, width)
    known[given] = part.rows
    if recording.values[X] != given:
        known[recording.values[X]] = names.new(X.name + "_standardized")
        part.shown.add(known[recording.values[X]])
    for number, name in zip(recording.scale, ("means", "deviations")):
        known[number] = names.new(name)
    for number in sorted(needed):
        name = known[number] = known.get(number) or names.new(_name(number, nodes, notes))
        part.shapes[name] = recording.shapes[number]
        if number in nodes:
            part.shown.add(name)
        if number in recording.constants:
            value = recording.constants[number]
            part.constants[name] = value[0] if recording.shapes[number] == () else lists.own(value)
            if nodes.get(number) is not None and nodes[number].is_trainable:
                part.trainable.add(name)
    for note in reversed(notes):
        part.steps.append(Step(known[note.c], note.operation, _arguments(note, known), recording.shapes[note.c],
                               note.node or X))
    part.output = known[recording.values[output]]
    if not part.steps:              # a language may want another name for what comes out
        part.output = names.new(part.rows + "_again")
        part.shapes[part.output] = part.shapes[part.rows]
        part.steps.append(Step(part.output, "scale", [part.rows, 1.0], part.shapes[part.rows], X))
    return part


def _name(number: int, nodes: Dict[int, Node], notes: List[Note]) -> str:
    if number in nodes:
        return nodes[number].name
    for note in notes:
        if note.c == number and note.node is not None:
            return "%s_%s" % (note.node.name, note.operation)
    return "constant"


def _arguments(note: Note, known: Dict[int, str]) -> List[Union[str, float]]:
    """Names and numbers in the order in which the operation takes them."""
    operands = [known[number] for number in note.operands]
    found: List[Union[str, float]] = []
    for place in range(len(FORMS[note.operation]) - 1):
        if place in NUMBERS[note.operation]:
            found.append(note.number if note.number_in is None else known[note.number_in])
        else:
            found.append(operands.pop(0))
    return found
