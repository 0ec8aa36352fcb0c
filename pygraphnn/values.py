"""What may be fed: a number, a vector (a list of numbers) or a matrix (a list of equally long rows).

Everything that comes from outside passes through here once and is copied, so the loops in `lists.py` never meet a
string, a missing value or a ragged row, and later changes to the caller's own lists change nothing. (The C backend
makes an array of a list itself, and comes here if something is wrong.) The messages count rows and columns from 0, as
Python's indices do.
"""
import math


def number(x, name: str) -> float:
    """x as a float. ValueError if it is no number, or NaN. Infinities are numbers."""
    try:
        if isinstance(x, (str, bytes, bytearray)):      # float("1") would accept these
            raise TypeError
        converted = float(x)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("%s is %s, which is not a number" % (name, shown(x))) from None
    if converted != converted:
        raise ValueError("%s is nan, which is not a number" % name)
    return converted


def vector(numbers: list, place: str) -> list:
    """A copy of a list of numbers, as floats. ValueError names the place of the entry that is no number."""
    copy = []
    for x in as_list(numbers):
        if type(x) is not float or x != x:
            x = number(x, "%s %d" % (place, len(copy)))
        copy.append(x)
    return copy


def fed(value, name: str):
    """A copy of a value that somebody feeds: a float, a list of floats, or a list of equally long lists of floats.

    Tuples, NumPy arrays and whatever else has `tolist()` are taken too. ValueError names the row and the column of
    what is no number or NaN, a row that is shorter or longer than the first, and a value that is empty.
    """
    value = as_list(value)
    if not is_sequence(value):
        return number(value, name)
    if len(value) == 0:
        raise ValueError("%s is empty: feed at least one row" % name)
    if not is_sequence(value[0]):
        return vector(value, name + " entry")
    columns = len(value[0])
    if columns == 0:
        raise ValueError("%s has rows without columns" % name)
    matrix = []
    for row, numbers in enumerate(value):
        if not is_sequence(numbers):
            raise ValueError("%s[%d] is %s, but row 0 is a list: every row must be one"
                             % (name, row, shown(numbers)))
        if len(numbers) != columns:
            raise ValueError("%s is ragged: row %d has %d columns, row 0 has %d"
                             % (name, row, len(numbers), columns))
        matrix.append(vector(numbers, "%s row %d, column" % (name, row)))
    return matrix


def finite_matrix(value, name: str) -> list:
    """A copy of a matrix of finite numbers. ValueError as `fed` and `require_finite`, or if it has no rows."""
    copy = fed(value, name)
    if not isinstance(copy, list) or not isinstance(copy[0], list):
        raise ValueError("%s must be a list of rows" % name)
    require_finite(copy, name)
    return copy


def require_finite(value, name: str) -> None:
    """ValueError if a checked vector or matrix holds an infinity; names the place."""
    for row, numbers in enumerate(value):
        if isinstance(numbers, float):
            if not math.isfinite(numbers):
                raise ValueError("%s[%d] is %r: data must be finite" % (name, row, numbers))
        else:
            for column, x in enumerate(numbers):
                if not math.isfinite(x):
                    raise ValueError("%s row %d, column %d is %r: data must be finite" % (name, row, column, x))


def finite_number(x, name: str) -> float:
    """x as a finite float. ValueError otherwise."""
    converted = number(x, name)
    if not math.isfinite(converted):
        raise ValueError("%s is %r: it must be a finite number" % (name, converted))
    return converted


def whole_number(x, name: str, at_least=None) -> int:
    """x as an int, if it is one (NumPy's are too) and large enough. ValueError otherwise."""
    if not isinstance(x, int):
        if not hasattr(x, "__index__"):
            raise ValueError("%s is %s: it must be a whole number" % (name, shown(x)))
        x = x.__index__()
    if at_least is not None and x < at_least:
        raise ValueError("%s is %d: it must be at least %d" % (name, x, at_least))
    return x


def as_list(value):
    """Tables and arrays that can give themselves as lists (those of pandas and NumPy, say) do so; others stay."""
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    return value.tolist() if hasattr(value, "tolist") else value


def is_sequence(value) -> bool:
    """Whether a value is a list of something: rows, or numbers."""
    if isinstance(value, (list, tuple)):
        return True
    return (hasattr(value, "__len__") and hasattr(value, "__getitem__")
            and not isinstance(value, (str, bytes, bytearray, dict)))


def shown(x) -> str:
    """A short form of something wrong, for a message."""
    text = repr(x)
    return text if len(text) <= 40 else text[:37] + "..."


def describe(shape: tuple) -> str:
    """A shape in words: `16 × 13`, `a vector of 10`, `a number`."""
    if len(shape) == 2:
        return "%d × %d" % shape
    return "a vector of %d" % shape if shape else "a number"
