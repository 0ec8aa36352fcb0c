"""The formulas of a node, from the docstring of its class: with the names of its inputs, or with numbers in them.

A docstring says `value = X·W + b` and, for each input in its turn, `∂loss/∂X = grad·Wᵀ`, or on single numbers
`∂value/∂x = k`; what follows a comma or a colon is prose. Subscripts say it for one element: `valueᵢⱼ = Σₖ Xᵢₖ·Wₖⱼ +
bⱼ`. Where the docstring says "element by element", formulas without subscripts hold for the elements in one place. The
page's script, `page/formulas.js`, puts in names and numbers as it is done here.
"""
import re

from .. import lists
from ..kinds import Any, Callable, Dict, Iterator, List, Optional, Shape, Tuple, Type, Value
from .wording import docstring_lines, number_text

MARKS = "ᵢⱼₖₗ"          # the subscripts
WORD = re.compile("([A-Za-z]+)([%s]*)" % MARKS)
SUM = re.compile("Σ([%s]*) ?" % MARKS)
POWERS = ("²", "³", "^")
MOST_TERMS, FIRST_TERMS = 4, 3


class Formulas:
    """What a class says.

    names: what it calls its value; letters: its inputs. value: a Formula; gradients: one for each letter. Of these,
    those that the docstring does not state are None.
    """

    def __init__(self, kind: Type[Any]) -> None:
        lines = docstring_lines(kind)
        is_by_elements = "element by element" in " ".join(lines)
        self.names: List[str] = ["value"]
        self.letters: List[str] = []
        self.value: Optional[Formula] = None
        self.gradients: List[Formula] = []
        elements = {}               # {what: (subscripts, text)}
        for left, text in _statements(lines):
            what, marks = _without_marks(left[0])
            if marks:
                elements[what] = marks, text
            elif what == "value" and self.value is None:
                self.names, self.value = left, Formula(text, is_by_elements)
            elif what.startswith("∂") and "/∂" in what:
                numerator, letter = what[1:].split("/∂", 1)
                if numerator in ("loss", "value") and WORD.fullmatch(letter) and letter not in self.letters:
                    self.letters.append(letter)
                    self.gradients.append(Formula(text if numerator == "loss" else _chained(text), is_by_elements,
                                                  is_chained=numerator == "value"))
        for what, formula in [("value", self.value)] + [("∂loss/∂" + letter, formula) for letter, formula
                                                        in zip(self.letters, self.gradients)]:
            if formula and what in elements:
                formula.marks, formula.element = elements[what]


    def as_json(self) -> Dict[str, Any]:
        """For the page's script."""
        return {"names": self.names, "letters": self.letters, "value": vars(self.value) if self.value else None,
                "gradients": [vars(formula) for formula in self.gradients]}


class Formula:
    """One formula. element: the same for one element, whose place is called `marks`; "" if it is not known."""

    def __init__(self, text: str, is_by_elements: bool, is_chained: bool = False) -> None:
        self.text = text
        self.is_chained = is_chained            # grad times a derivative: a product that is shown with its letters, too
        self.marks = ""
        marked = any([mark in text for mark in MARKS])
        self.element = text if is_by_elements or marked or is_chained else ""

    def on_numbers(self) -> "Formula":
        """On single numbers each formula is that of an element."""
        self.element = self.element or self.text
        return self



def _statements(lines: List[str]) -> Iterator[Tuple[List[str], str]]:
    """Yields (the names left of the last equals sign, the formula right of it) for each statement in a docstring."""
    for line in lines:
        for part in re.split("  +|; ", line):
            *left, right = re.split("[,:]( |$)", part.rstrip("."))[0].split(" = ")
            if left and right:
                yield left, right.strip()


def _without_marks(left: str) -> Tuple[str, Any]:
    bare = left.rstrip(MARKS)
    return bare, left[len(bare):]


def _chained(derivative: str) -> str:
    """The chain rule: grad · ∂value/∂x."""
    if derivative == "1":
        return "grad"
    if derivative.startswith("−") or _outside_brackets(derivative, " ") < len(derivative):
        derivative = "(%s)" % derivative
    return "grad·" + derivative


def _outside_brackets(text: str, sign: str) -> int:
    """Where a sign stands first that is in no brackets; the length of the text if there is none."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == sign and depth == 0:
            return place
    return len(text)


def with_numbers(formula: Formula, place: Any, shape: Shape, values: Dict[str, Any]) -> str:
    """The formula of the element in this place of a value of this shape; "" where it is not known.

    values: {word: a number, a vector or a matrix}. N is how many numbers the first of them has.
    """
    try:
        worked = _with_numbers(formula.element, dict(zip(formula.marks, place)), _flat(place, shape), values)
        is_open = any([mark in worked for mark in MARKS])       # of an element of something that is no input
        return "" if is_open or worked == formula.element else worked       # words alone
    except (LookupError, TypeError, ValueError):        # what the docstring says does not fit these values
        return ""


def _flat(place: Any, shape: Shape) -> int:
    """The number of an element, row after row."""
    return place[0] * shape[1] + place[1] if len(shape) == 2 else sum(place)


def _with_numbers(text: str, marked: Dict[str, Any], flat: int, values: Dict[str, Any]) -> str:
    """marked: {subscript: its number}. flat: the number of the element that a word without subscripts means."""
    found = SUM.search(text)
    if not found:
        return WORD.sub(lambda word: _in_place(word, marked, flat, values), text)
    before, body = text[:found.start()], text[found.end():]
    end = _outside_brackets(body, " ")
    body, after = body[:end], body[end:]
    marks = found.group(1)
    words = [word for word in WORD.finditer(body) if word.group(1) in values]
    if marks:
        sizes = [lists.shape(values[word.group(1)])[word.group(2).index(marks)] for word in words
                 if marks in word.group(2)]
        total, term = sizes[0], lambda k: _with_numbers(body, dict(marked, **{marks: k}), flat, values)
    else:
        total = len(_numbers(values[words[0].group(1)]))
        bare = WORD.sub(lambda word: word.group(1), body)
        total, term = total, lambda k: _with_numbers(bare, marked, k, values)
    terms = _sum_text(total, term)
    if total > 1 and after and not after.startswith((" +", " −")):
        terms = "(%s)" % terms
    return _with_numbers(before, marked, flat, values) + terms + _with_numbers(after, marked, flat, values)


def _sum_text(total: int, term: Callable[[int], str]) -> str:
    if total <= MOST_TERMS:
        return " + ".join([term(k) for k in range(total)])
    return "%s + … %d more …" % (" + ".join([term(k) for k in range(FIRST_TERMS)]), total - FIRST_TERMS)


def _in_place(word: Any, marked: Dict[str, Any], flat: int, values: Dict[str, Any]) -> str:
    """The number that a word stands for, in brackets if it has a minus of its own; other words stay."""
    name, marks = word.groups()
    if name not in values:
        return str(len(_numbers(next(iter(values.values()))))) if name == "N" else word.group()
    value = values[name]
    if isinstance(value, lists.NUMBER):
        number = value
    elif marks and len(marks) == len(lists.shape(value)):
        number = value
        for mark in marks:
            number = number[marked[mark]]
    else:
        number = _numbers(value)[flat]
    text, whole = number_text(number), word.string
    is_first = whole[:word.start()].endswith("(") and not whole[word.end():].startswith(POWERS)
    return "(%s)" % text if text.startswith("-") and not is_first else text


def _numbers(value: Value) -> List[float]:
    return [value] if isinstance(value, lists.NUMBER) else lists.elements(value)
