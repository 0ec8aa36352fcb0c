"""How names, numbers, values and formulas are written, wherever the package writes them for people.

The explanation of a step, the pictures and the report's page all take them from here, so that they say the same.
"""
import html
import re

from .. import lists, values
from ..graph import Node
from ..language import say
from ..kinds import Any, List, Tuple, Type, Value

MOST_ROWS = 10          # of a matrix that are printed; the same for its columns
LONGEST_NAME = 120      # in the page
OF_AN_ELEMENT = re.compile("[^ ]*[ᵢⱼₖₗ] =")      # a formula that is repeated for one element; see formulas.py

# Names


def name_of(node: Node) -> str:
    """A node's name on one line: what cannot be printed is shown as an escape."""
    return one_line(str(node.name))


def one_line(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shortened(text: str, longest: int) -> str:
    text = one_line(str(text))
    return text if len(text) <= longest else text[:longest - 1] + "…"


def short_name(name: Any) -> str:
    """A name as text on one line, not endlessly long."""
    return shortened(name, LONGEST_NAME)


def escaped(text: str) -> str:
    """Text as XML shows it: markup becomes text, and what XML may not hold, control characters, becomes �."""
    allowed = "".join(c if c in "\t\n" or 32 <= ord(c) < 0xD800 or 0xE000 <= ord(c) < 0xFFFE or ord(c) >= 0x10000
                      else "�" for c in text)
    return html.escape(allowed, quote=True)


# Numbers and values


def number_text(x: float, digits: int = 5) -> str:
    """A number with so many digits: five are enough to follow with a pencil. No zeros at the end, and no -0.

    `show` in `page/base.js` writes the same digits; with the signs that print has, − and ∞.
    """
    text = "%.*g" % (digits, x + 0.0)
    if x == 0 or 1e-4 <= abs(float(text)) < 1e7:
        text = repr(float(text))                    # never with an exponent
        return text[:-2] if text.endswith(".0") else text
    number, e, exponent = text.partition("e")
    return number + e + str(int(exponent)) if e else text


def describe(value: Value) -> str:
    """The shape of a value in words: 16 × 13, a vector of 10, a number."""
    if value is None:
        return say("no value")
    shape = lists.shape(values.as_list(value))
    return say("a vector of %d") % shape if len(shape) == 1 else say(values.describe(shape))


def table_of(value: Value) -> Tuple[Any, ...]:
    """(rows of numbers as texts, what is left out). A vector is one row; of a large matrix there is the corner."""
    is_vector = lists.is_vector(value)
    rows = [value] if is_vector else value
    cells = [[number_text(x) for x in row[:MOST_ROWS]] for row in rows[:MOST_ROWS]]
    columns_left_out, rows_left_out = len(rows[0]) - len(cells[0]), len(rows) - len(cells)
    left_out = [text for text in (_more(rows_left_out, "row"),
                                  _more(columns_left_out, "number" if is_vector else "column")) if text]
    if columns_left_out:
        cells = [row + ["…"] for row in cells]
    return cells, "… " + ", ".join(left_out) if left_out else ""


def table_lines(value: Value) -> List[str]:
    """The table as lines of text, its columns one below the other."""
    cells, left_out = table_of(value)
    width = max(len(cell) for row in cells for cell in row)
    lines = ["  ".join(cell if cell == "…" else cell.rjust(width) for cell in row) for row in cells]
    return lines + ([left_out] if left_out else [])


def _more(n: int, what: str) -> str:
    return say("{:,} more %s%s" % (what, "" if n == 1 else "s")).format(n) if n else ""


# Formulas


def formula_of(node: Node) -> str:
    """The first line of the docstring of the node's class."""
    lines = docstring_lines(type(node))
    return lines[0] if lines else say("the class has no docstring that says its formula")


def derivatives_of(node: Node) -> str:
    """What the docstring of the node's class says about derivatives."""
    stated = [part for line in docstring_lines(type(node)) for part in re.split("  +", line)
              if "∂" in part and "=" in part and not part.startswith("With grad") and not OF_AN_ELEMENT.match(part)]
    return ";  ".join(stated) or say("the class has no docstring that says its derivatives")


def docstring_lines(kind: Type[Any]) -> List[str]:
    return [one_line(line.strip()) for line in (kind.__doc__ or "").strip().splitlines() if line.strip()]
