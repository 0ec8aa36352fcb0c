"""What may be fed: a number, a vector (a list of numbers) or a matrix (a list of equally long rows).

Everything that comes from outside passes through here once and is copied, so the loops in `lists.py` never meet a
string, a missing value or a ragged row, and later changes to the caller's own lists change nothing. (The C backend
makes an array of a list itself, and comes here if something is wrong.) The messages count rows and columns from 0, as
Python's indices do.
"""
import math

from .kinds import Any, Callable, Iterator, Matrix, Optional, Shape, Value, Vector

try:
    from array import array
except ImportError:         # not every board has them
    class array:            # type: ignore[no-redef]
        pass

LONGEST_SHOWN = 40          # characters of something wrong in a message
LARGEST_SHOWN = 10 ** 1000  # of the whole numbers: to write one of millions of digits takes a while


def number(x: Any, name: str) -> float:
    """x as a float. ValueError if it is no number, or NaN. Infinities are numbers."""
    converted = as_float(x, name)
    if converted != converted:
        raise ValueError("%s is nan, which is not a number" % name)
    return converted


def as_float(x: Any, place: str) -> float:
    """x as a float, which may be NaN. ValueError if it is no number."""
    try:
        if isinstance(x, (str, bytes, bytearray)):      # float("1") would accept these
            raise TypeError
        return float(x)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("%s is %s, which is not a number" % (place, shown(x))) from None


def vector(numbers: Any, place: str, convert: Callable[[Any, str], float] = number) -> Value:
    """A copy of a list of numbers, as floats. ValueError names the place of the entry that is no number.

    MicroPython's arrays of floats stay arrays, since a list of them takes more than twice the memory of a board.
    """
    numbers = as_list(numbers)
    if isinstance(numbers, array) and len(numbers) and type(numbers[0]) is float:
        for entry, x in enumerate(numbers):
            if x != x:
                convert(x, "%s %d" % (place, entry))
        return numbers[:]
    copy: Vector = []
    for x in numbers:
        if type(x) is not float or x != x:
            x = convert(x, "%s %d" % (place, len(copy)))
        copy.append(x)
    return copy


def fed(value: Value, name: str, convert: Callable[[Any, str], float] = number) -> Value:
    """A copy of a value that somebody feeds: a float, a list of floats, or a list of equally long lists of floats.

    Tuples, NumPy arrays and whatever else has `tolist()` are taken too. convert: what makes a float of each number,
    `number` or, where NaN may occur, `as_float`. ValueError names the row and the column of what is no number, a row
    that is shorter or longer than the first, and a value that is empty.
    """
    value = as_list(value)
    if not is_sequence(value):
        return convert(value, name)
    if len(value) == 0:
        raise ValueError("%s is empty: it needs at least one row" % name)
    if not is_sequence(value[0]):
        return vector(value, name + " entry", convert)
    columns = len(value[0])
    if columns == 0:
        raise ValueError("%s has rows without columns" % name)
    matrix = []
    for row, numbers in enumerate(value):
        if not is_sequence(numbers):
            raise ValueError("%s[%d] is %s, but row 0 is a list: every row must be one"
                             % (name, row, shown(numbers)))
        if len(numbers) != columns:
            raise ValueError("%s is ragged: row %d has %s, row 0 has %d"
                             % (name, row, counted(len(numbers), "column"), columns))
        matrix.append(vector(numbers, "%s row %d, column" % (name, row), convert))
    return matrix


def computed(value: Value, table: Any, what: str, *names: str) -> Value:
    """What a node has computed, with floats in the place of whole numbers, and as the backend in use holds it.

    table: the backend's operations. what, names: what it is, for messages. Infinities and NaN are results like others.
    ValueError: as `fed`.
    """
    sound = table.sound(value)
    if sound is None:
        sound = table.own(fed(value, what % names if names else what, as_float))
    return sound


def finite_matrix(value: Value, name: str) -> Matrix:
    """A copy of a matrix of finite numbers. ValueError as `fed` and `require_finite`, or if it has no rows."""
    copy = fed(value, name)
    if not isinstance(copy, list) or not isinstance(copy[0], list):
        raise ValueError("%s must be a list of rows" % name)
    require_finite(copy, name)
    return copy


def require_finite(value: Value, name: str) -> None:
    """ValueError if a checked vector or matrix holds an infinity; names the place."""
    for row, numbers in enumerate(value):
        if isinstance(numbers, float):
            if not math.isfinite(numbers):
                raise ValueError("%s[%d] is %r: data must be finite" % (name, row, numbers))
        else:
            for column, x in enumerate(numbers):
                if not math.isfinite(x):
                    raise ValueError("%s row %d, column %d is %r: data must be finite" % (name, row, column, x))


def finite_number(x: Any, name: str) -> float:
    """x as a finite float. ValueError otherwise."""
    converted = number(x, name)
    if not math.isfinite(converted):
        raise ValueError("%s is %r: it must be a finite number" % (name, converted))
    return converted


def learning_rate(x: Any) -> float:
    """x as a finite float that is not below 0. ValueError otherwise: a negative one would go uphill."""
    converted = finite_number(x, "the learning rate")
    if converted < 0:
        raise ValueError("the learning rate is %r: it must not be negative" % converted)
    return converted


def whole_number(x: Any, name: str, at_least: Optional[int] = None) -> int:
    """x as an int, if it is one (NumPy's are too) and large enough. ValueError otherwise."""
    if not isinstance(x, int):
        if not hasattr(x, "__index__"):
            raise ValueError("%s is %s: it must be a whole number" % (name, shown(x)))
        x = x.__index__()
    whole: int = x
    if at_least is not None and whole < at_least:
        raise ValueError("%s is %d: it must be at least %d" % (name, whole, at_least))
    return whole


def as_list(value: Value) -> Any:
    """Tables and arrays that can give themselves as lists (those of pandas and NumPy, say) do so; others stay."""
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    return value.tolist() if hasattr(value, "tolist") else value


def is_sequence(value: Value) -> bool:
    """Whether a value is a list of something: rows, or numbers."""
    if isinstance(value, (list, tuple, array)):
        return True
    return (hasattr(value, "__len__") and hasattr(value, "__getitem__")
            and not isinstance(value, (str, bytes, bytearray, dict)))


def is_mapping(value: Value) -> bool:
    """Whether a value is a dict, or something like it."""
    return isinstance(value, dict) or (hasattr(value, "keys") and hasattr(value, "__getitem__"))


def shown(x: Any) -> str:
    """A short form of something wrong, for a message. Of something large or deep, only the beginning is looked at."""
    text = ""
    for piece in _pieces(x):
        text += piece
        if len(text) > LONGEST_SHOWN:
            return text[:LONGEST_SHOWN - 3] + "..."
    return text


def _pieces(x: Any) -> Iterator[str]:
    """repr(x), piece by piece: whoever has enough stops asking."""
    if isinstance(x, (list, tuple)):
        yield "[" if isinstance(x, list) else "("
        for number, item in enumerate(x):
            if number:
                yield ", "
            for piece in _pieces(item):
                yield piece
        yield "]" if isinstance(x, list) else ",)" if len(x) == 1 else ")"
    elif isinstance(x, dict):
        yield "{"
        for number, key in enumerate(x):
            if number:
                yield ", "
            for part in (key, x[key]):
                for piece in _pieces(part):
                    yield piece
                yield ": " if part is key else ""
        yield "}"
    elif isinstance(x, (str, bytes)):
        yield repr(x[:LONGEST_SHOWN])
    elif isinstance(x, int) and not -LARGEST_SHOWN < x < LARGEST_SHOWN:
        yield "a whole number of more than 1000 digits"
    else:
        try:
            yield repr(x[:LONGEST_SHOWN] if hasattr(x, "tolist") and len(x) > LONGEST_SHOWN else x)
        except Exception:                           # its own __repr__ fails, or it has no length
            yield "<%s>" % type(x).__name__


def needs_a_full_python(name: str) -> str:
    return ("%s needs a full Python: on MicroPython there are the graph, the nodes, the training and the random "
            "numbers, and data are lists that you make" % name)


def counted(n: int, what: str) -> str:
    """1 row, 2 rows"""
    return "%d %s%s" % (n, what, "" if n == 1 else "s")


def describe(shape: Shape) -> str:
    """A shape in words: `16 × 13`, `a vector of 10`, `a number`."""
    if len(shape) == 2:
        return "%d × %d" % shape
    return "a vector of %d" % shape[0] if shape else "a number"


def require_large_whole_numbers(one: Any = 1) -> None:
    """ImportError: whole numbers end at 64 bits, as in some builds of MicroPython. Random numbers need twice that."""
    large = one
    try:
        for _ in range(100):
            large = large + large
    except OverflowError:
        large = 0
    if float(large) != 2.0 ** 100:          # it may have become 0 without an error
        raise ImportError("pygraphnn needs whole numbers of any size, and those of this Python end at 64 bits: take a "
                          "MicroPython that was built with MICROPY_LONGINT_IMPL_MPZ")


require_large_whole_numbers()
