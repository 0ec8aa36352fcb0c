"""A model as one file of plain Python, which runs where the package cannot be: `predict(row)` on lists, with math only.

The operations are not written down again: the file gets the loops of `lists.py` that the model needs, as they stand
there. So it computes the same bits.
"""
import inspect
import io
import math
import re
import tokenize

from .. import __version__, lists
from ..files import write_whole
from ..kinds import Any, Callable, Dict, Iterator, List, Set
from ..saving import Model
from .program import Part, Program, Step

RANDOM = ("dropout_mask", "skip_random")
WIDTH = 120


def export_python(path: Any, model: Model) -> None:
    """Writes a model as a Python file: predict(row) gives the output for a list of features in their own units.

    For classes, probabilities(predict(row)) gives the share of each. It imports nothing but math, and runs on
    MicroPython. ValueError: the model is no function of a row, or draws random numbers. OSError: the file cannot be
    written.
    """
    write_whole(path, as_python(Program(model)))


def as_python(program: Program) -> str:
    program.require_operations([name for name in _operations(program) if name not in RANDOM], "a file of plain Python")
    names = [(name, getattr(program.model, name)) for name in ("feature_names", "class_names")]
    sections = [_heading()]
    sections += ["%s = %s" % (name.upper(), written(value)) for name, value in names if value]
    sections += ["%s = %s" % (name, written(value)) for name, value in program.constants().items()]
    functions = [_function(program.predict, "predict", "row", _doc(program))]
    if program.probabilities:
        functions.append(_function(program.probabilities, "probabilities", "outputs",
                                   "The share of each class, from what `predict` gives."))
    sources = Sources()
    for name in _operations(program):
        sources.add(getattr(lists, name))
    return "\n".join(sections + sources.constants) + "\n\n\n" + "\n\n\n".join(functions + sources.found) + "\n"


def _operations(program: Program) -> List[str]:
    return list(dict.fromkeys([step.operation for part in program.parts for step in part.steps]))


def _heading() -> str:
    return ('"""A model that pygraphnn %s has trained, in plain Python: predict(row) needs no package.\n\n'
            'The loops are those of pygraphnn/lists.py, so the numbers are the same to the last bit.\n"""\n'
            'import math\n' % __version__)


def _doc(program: Program) -> str:
    target = program.model.target_name
    what = "The logit of each class" if program.model.class_names else "What is predicted"
    return "%s%s, from the %d features of a row in their own units." % (
        what, " (%s)" % re.sub(r'[\\"\s]+', " ", target) if target else "", program.predict.width)


def _function(part: Part, name: str, argument: str, doc: str) -> str:
    lines = ["def %s(%s):" % (name, argument), '    """%s"""' % doc,
             "    if len(%s) != %d:" % (argument, part.width),
             '        raise ValueError("%s takes %d numbers, not %%d" %% len(%s))' % (name, part.width, argument),
             "    %s = [%s]" % (part.rows, argument)]
    for value, expression in part.lines(_call, str):
        lines.append("    %s = %s" % (value, expression))
    return "\n".join(lines + ["    return %s[0]" % part.output])


def _call(step: Step, arguments: List[str]) -> str:
    return "%s(%s)" % (step.operation, ", ".join(arguments))


def written(value: Any, as_text: Callable[[float], str] = lambda x: number(x), brackets: str = "[]") -> str:
    """A number, a vector or a matrix, or a list of texts, as it is written in a language, in lines of a good length."""
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, (float, int)):
        return as_text(value)
    opening, closing = brackets[0], brackets[1]
    parts = [written(x, as_text, brackets) for x in value]
    whole = opening + ", ".join(parts) + closing
    if "\n" not in whole and len(whole) < WIDTH - 30:
        return whole
    return "%s\n%s\n%s" % (opening, "\n".join("    " + line for part in filled(parts) for line in part.split("\n")),
                           closing)


def filled(parts: List[str], indent: int = 8) -> Iterator[str]:
    """The parts, as many as fit in a line."""
    line = ""
    for part in parts:
        part += ","
        if line and ("\n" in part or part[0] in "[{" or len(line) + 1 + len(part) > WIDTH - indent):
            yield line
            line = part
        else:
            line = line + " " + part if line else part
    yield line


def number(x: float) -> str:
    """A number that Python reads back to the bit."""
    return repr(float(x)) if math.isfinite(x) else 'float("%r")' % x


class Sources:
    """The texts of functions, and of what they need, each once. constants: those of the numbers that they need."""

    def __init__(self) -> None:
        self.constants: List[str] = []
        self.found: List[str] = []
        self.seen: Set[str] = set()

    def add(self, function: Any) -> None:
        if function.__name__ in self.seen:
            return
        self.seen.add(function.__name__)
        try:
            text = inspect.getsource(function)
        except OSError:
            raise ValueError("the source of %s is not there, so no file of plain Python can be made of it"
                             % function.__name__) from None
        place = len(self.found)         # before what it needs
        self.found.insert(place, self._alone(_without_annotations(function, text), function.__globals__))

    def _alone(self, text: str, known: Dict[str, Any]) -> str:
        """A function's text, in which what its module knows is found in this file; that is added, too."""
        lines = text.split("\n")
        before, found = "", []
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME and before != ".":
                found.append(token)
            before = token.string
        for token in reversed(found):           # from the end: the places before stay right
            name = token.string
            row, column = token.start
            rest = lines[row - 1][token.end[1]:]
            if name == "lists" and known.get(name) is lists:            # what stands there, stands here
                self._named(re.findall(r"\w+", rest)[0], vars(lists))
                lines[row - 1] = lines[row - 1][:column] + rest[1:]
            elif name in known:
                lines[row - 1] = lines[row - 1][:column] + self._named(name, known) + rest
        return "\n".join(lines).strip()

    def _named(self, name: str, known: Dict[str, Any]) -> str:
        """What a name of a module is called in the file."""
        value = known[name]
        if inspect.isfunction(value):
            self.add(value)
        elif inspect.isbuiltin(value) and value.__module__ == "math":
            return "math." + name
        elif isinstance(value, (float, int, tuple)) and name not in self.seen:
            self.seen.add(name)
            self.constants.append("%s = %s" % (name, _constant(value)))
        return name


def _constant(value: Any) -> str:
    if isinstance(value, tuple):
        return "(%s)" % ", ".join(map(_constant, value))
    if isinstance(value, type):
        return value.__name__
    return repr(value) if isinstance(value, (bool, int)) else number(value)


def _without_annotations(function: Any, text: str) -> str:
    """The function's text, the first line without them: what they name is not in the file."""
    arguments = [str(parameter.replace(annotation=parameter.empty))
                 for parameter in inspect.signature(function).parameters.values()]
    body = re.sub(r"^( +\w+): [\w\[\], ]+ = ", r"\1 = ", text.split(":\n", 1)[1], flags=re.MULTILINE)
    return "def %s(%s):\n%s" % (function.__name__, ", ".join(arguments), body)
