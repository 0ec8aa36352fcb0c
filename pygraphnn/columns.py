"""Cells become numbers, column by column; and where that does not go, one sentence says what is wrong with all of them.

A table is rarely all numbers. So nobody has to find out in ten attempts: the sentence names every column that cannot be
used and what to do about each, and ends with the choice of columns that can be used as they are.
"""
# re is imported by the function that needs it, so that importing this module stays short.
import math

from .kinds import Any, Callable, Dict, List, Optional, Set, Tuple
from .tables import shown, shown_list

MISSING = {"", ".", "?", "-", "--", "na", "n/a", "nan", "null", "none", "missing", "<na>",
           "#n/a", "#div/0!", "#name?", "#null!", "#num!", "#ref!", "#value!"}      # in lower case
TRUTHS = {"true": 1.0, "false": 0.0}
LONGEST_ADVICE = 2000   # characters of options that somebody would paste
MOST_ONE_HOT = 20       # texts of a column that one column for each is proposed for

# What a cell without a number looks like: a pattern, what it is called, what to do. The first that fits is taken.
SPACES = " \u00a0\u202f\u2009"
NUMBER = r"[-+]?[\d.,'%s]*\d[.,]?" % SPACES
SIGNS, CURRENCIES = "[$€£¥₹]", "(usd|eur|gbp|cny|rmb|chf|dollars?|euros?)"
KINDS = [
    (r"[-+]?(inf|infinity)|[-+]?(\d+\.?\d*|\.\d+)e[-+]?\d+", "no finite numbers", "correct it, or delete the row"),
    (r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([T ].*)?|\d{4}-\d{2}|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}"
     r"|\d{1,2}:\d{2}(:\d{2}.*)?", "dates or times", "make numbers of them, days since some day for example"),
    (NUMBER + " ?%", "percent signs", "delete the signs"),
    ("[−–—] ?" + NUMBER, "minus signs that are no hyphens", "write them as -"),
    (r"\(" + NUMBER + r"\)", "numbers in brackets", "write -5 for (5)"),
    ("[-+]?%s ?%s|%s ?(%s|%s)|%s ?%s" % (SIGNS, NUMBER, NUMBER, SIGNS, CURRENCIES, CURRENCIES, NUMBER),
     "currency signs", "delete the signs, and separators between thousands"),
    (r"[-+]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,}|(\.\d{3})+,\d+|(\.\d{3}){2,}|(['’_%s]\d{3})+([.,]\d+)?)"
     % SPACES, "separators between thousands", "numbers need a decimal point, and no separator between thousands"),
    (r"[-+]?[1-9]\d{0,2},\d{3}", "commas before three digits",
     "delete them if they separate thousands, and read decimal commas if they are such"),
    (r"[-+]?\d*,\d+(e[-+]?\d+)?", "decimal commas", "numbers need a decimal point"),
    (NUMBER + r" ?[a-zµ°²³/]{1,6}", "units", "delete the units"),
    (r"[-+]?\d*\.\d+(e[-+]?\d+)?", "decimal points", "a file has decimal commas or decimal points, not both"),
]
TEXT = ("text", "correct it, or leave this column out")


def number_in(cell: str, decimal_comma: bool) -> Optional[float]:
    """The finite number in a cell; None: there is none in it."""
    if decimal_comma:
        cell = cell.replace(".", "_").replace(",", ".")         # 1.234 may be meant as 1234
    try:
        number = float(cell)
    except ValueError:
        return TRUTHS.get(cell.lower())
    return number if math.isfinite(number) and "_" not in cell else None      # float() also reads 1_000


def numbers_in(cells: List[str], decimal_comma: bool) -> List[Any]:
    """`number_in` for each cell: for all of them at once, which is faster, where each holds a plain number."""
    if not decimal_comma:
        try:
            numbers = list(map(float, cells))
        except ValueError:
            numbers = [math.nan]
        if all(map(math.isfinite, numbers)) and "_" not in "".join(cells):
            return numbers
    return [number_in(cell.strip(), decimal_comma) for cell in cells]


def is_missing(cell: str) -> bool:
    return len(cell) < 9 and cell.lower() in MISSING


def kind_of(cell: str) -> Tuple[str, str]:
    """(what a cell is that holds no number, what to do about it)"""
    import re
    for pattern, what, remedy in KINDS if len(cell) < 100 else ():
        if re.fullmatch(pattern, cell, re.IGNORECASE):
            return what, remedy
    return TEXT


class Column:
    """One column of a table: its numbers, None where there is none, and the cells in these places."""

    def __init__(self, name: str, place: int, rows: List[Any], decimal_comma: bool) -> None:
        self.name, self.place, self.rows = name, place, rows
        cells = [cells[place] for _, cells in rows]
        self.numbers = numbers_in(cells, decimal_comma)
        self.missing: Dict[int, str] = {}       # {number of a row: its cell}
        self.wrong: Dict[int, str] = {}
        if None in self.numbers:
            for row, number in enumerate(self.numbers):
                if number is None:
                    cell = cells[row].strip()
                    (self.missing if is_missing(cell) else self.wrong)[row] = cell

    def line(self, row: int) -> int:
        """The number of the line in which a cell of this column begins: cells before it may hold line breaks."""
        line, cells = self.rows[row]
        return int(line) + "".join(cells[:self.place]).count("\n")

    def drop(self, rows: Set[int]) -> None:
        """Leaves out these rows; `wrong` keeps the numbers that the others had."""
        self.numbers = [number for row, number in enumerate(self.numbers) if row not in rows]
        self.wrong = {row: cell for row, cell in self.wrong.items() if row not in rows}
        self.missing = {}

    def columns(self) -> List[Any]:
        """[(name, numbers)] of what becomes of this column: itself."""
        return [(self.name, self.numbers)]

    def kinds(self) -> Set[Tuple[str, str]]:
        """What the first of the cells without numbers are, as `kind_of` says it."""
        kinds = {kind_of(cell) for cell in list(self.wrong.values())[:1000]}
        if len(kinds) > 1:          # 1,234 alone may be either, beside 1,5 or 1,234,567 it may not
            kinds = {kind for kind in kinds if kind[0] != "commas before three digits"}
        return kinds

    def in_words(self) -> str:
        """The column and what is wrong in it: `town (text, 3 different)`."""
        cells, kinds = list(self.wrong.values()), self.kinds()
        if len(cells) <= 3 and 4 * len(cells) <= len(self.rows):            # slips in a column of numbers
            places = ["%r in line %d" % (shown(cell), self.line(row)) for row, cell in self.wrong.items()]
            return "%s (%s)" % (shown(self.name), ", ".join(places))
        if len(kinds) > 1 or kinds == {TEXT}:
            return "%s (text, %d different)" % (shown(self.name), len(set(cells)))
        (what, remedy), = kinds
        return "%s (%s, like %r: %s)" % (shown(self.name), what, shown(cells[0]), remedy)

    def tells_classes_apart(self) -> bool:
        """Whether it is a column of texts, each of which stands in several rows."""
        filled = len(self.numbers) - len(self.missing)
        return (len(self.wrong) == filled and 1 < len(set(self.wrong.values())) <= filled // 2
                and self.kinds() == {TEXT})

    def may_be_one_hot(self) -> bool:
        """Whether it is a column of few texts, each of which could become a column of numbers."""
        return (1 < len(set(self.wrong.values())) <= MOST_ONE_HOT and not self.missing and self.kinds() == {TEXT}
                and len(self.wrong) == len(self.numbers))


class OneHot(Column):
    """A column of texts that becomes columns of numbers, one for each text: 1 where it stands, 0 elsewhere."""

    def __init__(self, name: str, place: int, rows: List[Any], decimal_comma: bool) -> None:
        self.name, self.place, self.rows = name, place, rows
        self.numbers = [cells[place].strip() for _, cells in rows]      # which are texts
        self.missing = {row: cell for row, cell in enumerate(self.numbers) if is_missing(cell)}
        self.wrong = {}

    def columns(self) -> List[Any]:
        """[(name, numbers)], in the order of the texts."""
        return [("%s=%s" % (self.name, text), [1.0 if cell == text else 0.0 for cell in self.numbers])
                for text in sorted(set(self.numbers))]


class Classes(Column):
    """A column of texts, or of numbers, that tells classes apart: each different one becomes a class."""

    def __init__(self, column: Column) -> None:
        self.name, self.place, self.rows = column.name, column.place, column.rows
        self.numbers = [cells[self.place].strip() for _, cells in self.rows]        # which are texts
        self.missing = column.missing
        self.wrong = {}
        self.is_of_numbers = not column.wrong

    def by_numbers(self) -> Tuple[List[float], List[str]]:
        """(the number of each row's class, the names of the classes in their order). ValueError: there is only one
        class, or as many as rows."""
        key = (lambda cell: number_in(cell.replace(",", "."), False)) if self.is_of_numbers else str
        names: Dict[Any, str] = {}
        for cell in self.numbers:
            names.setdefault(key(cell), cell)           # 1 and 1.0 are one class
        if not 1 < len(names) < len(self.numbers):
            raise ValueError(", column %r: %s: classes to tell apart are needed, and several rows of each"
                             % (shown(self.name), "every row holds the same" if len(names) == 1
                                else "every row holds something else"))
        ordered = sorted(names)
        places = {one: float(place) for place, one in enumerate(ordered)}
        return [places[key(cell)] for cell in self.numbers], [names[one] for one in ordered]


def require_numbers(features: List[Any], target: Column, advise: Callable[..., str]) -> None:
    """ValueError: not all of these columns are numbers in all rows; the message says all that is wrong, and what helps.

    advise: words an advice to choose options of `load_csv`.
    """
    used = features + [target]
    places = [(column, row) for column in used for row in sorted(column.missing) + sorted(column.wrong)]
    if len(places) == 1:
        (column, row), = places
        raise ValueError(", line %d, column %r: %s" % (column.line(row), shown(column.name),
                                                        _one_cell(column, row, advise)))
    last = len(target.rows) - 1
    if last > 1 and {row for _, row in places} == {last} and any(column.wrong for column in used):
        raise ValueError(", line %d: the last line looks like no row of data (%r): delete it"
                         % (target.rows[last][0], shown([column.wrong[last] for column in used if column.wrong][0])))
    if places:
        raise ValueError(": %s: %s" % ("; ".join(_what_is_wrong(features, target)),
                                       _what_helps(features, target, advise)))


def _one_cell(column: Column, row: int, advise: Callable[..., str]) -> str:
    """What is wrong with the only cell that is wrong, and what to do."""
    rows = len(column.rows)
    if row in column.missing:
        advice = "fill it in, or delete the row"
        if rows > 1:
            advice += ", as %s does (%s left)" % (advise(drop_missing=True), _are_left(rows - 1, rows))
        return "the value is missing (%r): %s" % (column.missing[row], advice)
    cell = column.wrong[row]
    what, remedy = kind_of(cell)
    if "commas" in what:
        remedy += ": choose %s, or correct the file" % advise(decimal_comma=True)
    elif row == rows - 1 and what == "text":
        remedy += ", or delete the line"
    return "%r is not a %snumber: %s" % (shown(cell), "finite " if what == "no finite numbers" else "", remedy)


def _what_is_wrong(features: List[Any], target: Column) -> List[str]:
    """One sentence about the target, one about the features, one about what is missing in either."""
    sentences = []
    if target.wrong:
        sentences.append("the target holds no numbers: %s" % target.in_words())
    wrong = [column.in_words() for column in features if column.wrong]
    if wrong:
        which = "%d of the %d features %s" % (len(wrong), len(features), "holds" if len(wrong) == 1 else "hold")
        sentences.append("%s no numbers: %s" % (which if len(features) > 1 else "the only feature holds",
                                                shown_list(wrong)))
    counts = [(len(column.missing), column.name) for column in features + [target] if column.missing]
    if counts:
        rows = {row for column in features + [target] for row in column.missing}
        total = sum(count for count, _ in counts)
        sentences.append("%s missing in %d of the %d rows: %s"
                         % ("1 value is" if total == 1 else "%d values are" % total, len(rows), len(target.rows),
                            shown_list(["%s (%d)" % (shown(name), count) for count, name in counts])))
    return sentences


def _what_helps(features: List[Any], target: Column, advise: Callable[..., str]) -> str:
    """The options with which the table can be used, ready to be pasted; then what would keep more of it."""
    rows = len(target.rows)
    wrong = [column for column in features + [target] if column.wrong]
    commas = [column for column in wrong if {what for what, _ in column.kinds()} == {"decimal commas"}]
    if commas and commas == wrong:
        return "choose %s" % advise(decimal_comma=True)
    choice: Dict[str, Any] = {}
    usable = [column for column in features if not column.wrong and len(column.missing) < rows]
    if target.wrong and usable:
        target = usable.pop()
        choice["target"] = target.name
    if usable and len(usable) < len(features):
        choice["features"] = [column.name for column in usable]
    advices = []
    if usable and not target.wrong:
        missing = {row for column in usable + [target] for row in column.missing}
        left = ""
        if 0 < len(missing) < rows:
            choice["drop_missing"] = True
            left = " (%s left)" % _are_left(rows - len(missing), rows)
        if len(missing) < rows:
            options = _choose("choose %s", choice, advise) or "choose some of the %d other features" % len(usable)
            advices.append(options + left)
    texts = [column for column in wrong if column in features and column.may_be_one_hot()]
    if texts and not target.wrong and "target" not in choice:
        choice = {"one_hot": [column.name for column in texts]}
        if len(texts) < len(wrong):
            names = {column.name for column in texts + usable}
            choice["features"] = [column.name for column in features if column.name in names]
        advices.append(_choose("choose %s, to make numbers of texts", choice, advise) or "correct the file")
    if commas or any(what == "commas before three digits" for column in wrong for what, _ in column.kinds()):
        advices.append("choose %s, to read decimal commas" % advise(decimal_comma=True))
    return "; or ".join(advices) or "correct the file"


def _choose(sentence: str, choice: Dict[str, Any], advise: Callable[..., str]) -> str:
    """The sentence with the options in it; an empty text if they are too many to be typed."""
    options = advise(**choice)
    return sentence % options if len(options) <= LONGEST_ADVICE else ""


def _are_left(left: int, rows: int) -> str:
    return "%d of %d rows %s" % (left, rows, "is" if left == 1 else "are")
