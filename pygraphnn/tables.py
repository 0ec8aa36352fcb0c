"""A file of text becomes a table: the names of its columns, and rows of cells, which are still texts.

What separates the cells, whether the first line has names, and what at the edges of a table is none of it, is found out
here. What the cells hold is the matter of `columns.py`.
"""
from .kinds import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple
# os and re are imported by the functions that need them, so that importing this module needs nothing.
SEPARATORS = ";\t|, "       # in this order, where several would do; the last stands for any white space
SAMPLE = 20                 # lines that decide on the separator
LONGEST_SHOWN = 40          # characters of a cell or a name in a message


class Table:
    """The names of the columns ("" where there is none), and rows: pairs of a line's number and its cells.

    `left_out` says, in sentences, what at the edges was taken for no column.
    """

    def __init__(self, line: int, names: List[str], rows: List[Any], left_out: List[str]) -> None:
        self.line = line                    # of the names
        self.names = names
        self.rows = rows
        self.left_out = left_out

    def positions(self, wanted: Sequence[str]) -> List[int]:
        """Where each name stands. ValueError: one is unknown, asked for twice, or the name of two columns."""
        first: Dict[str, int] = {}
        asked = {name for name in wanted if isinstance(name, str)}
        for place, name in enumerate(self.names):
            if first.setdefault(name, place) != place and name in asked:
                raise ValueError("columns %d and %d are both named %r: rename one"
                                 % (first[name] + 1, place + 1, shown(name)))
        return positions(wanted, self.names, "column")


def read_table(text: str, path: str, header: Optional[bool], advise: Callable[..., str]) -> Table:
    """The table in a text. path: where it comes from, for messages.

    header: whether the first line has names; None, if it is to be found out. advise: words an advice to choose options.
    ValueError names the file and the line.
    """
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValueError("%s, line %d: there is a NUL byte: save the file as CSV in UTF-8" % (path, line))
    text, first_line, separator = declared_separator(text)
    records = list(records_in(text, separator or separator_of(text), first_line, path))
    while records and _is_blank(records[-1][1]):
        records.pop()
    first = 0
    while first < len(records) and _is_blank(records[first][1]):
        first += 1
    del records[:first]
    if not records:
        raise ValueError("%s is empty: it needs a header line and rows of numbers" % path)
    for line, cells in records:
        if _is_blank(cells):
            raise ValueError("%s, line %d: the line is blank: delete it" % (path, line))
    try:
        return _table(records, header, advise)
    except ValueError as problem:
        raise ValueError("%s%s" % (path, problem)) from None


def shown(text: str) -> str:
    """The beginning of a text, for a message."""
    text = str(text)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN - 3] + "..."


def shown_list(texts: List[str], most: int = 40) -> str:
    """Texts with commas between them, of many the first."""
    return ", ".join(texts[:most]) + (", and %d more" % (len(texts) - most) if len(texts) > most else "")


# From bytes to cells


def read_text(path: str) -> str:
    """The text in a file. ValueError: as `as_text`. OSError: the file cannot be read."""
    from .files import read_whole
    return as_text(read_whole(path, "a CSV file"), path)


def as_text(content: bytes, path: str, line: int = 1) -> str:
    """UTF-8 with or without byte-order mark as a text, its line ends turned into \\n. ValueError: it is none.

    line: the number of the first line, for the message.
    """
    content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        content = problem.object            # without the mark
        first = content.rfind(b"\n", 0, problem.start) + 1
        guess = ""
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            guess = " (but UTF-16)"
        elif problem.start:
            word = content[max(first, problem.start - 10):problem.start + 10].split(b"\n")[0]
            guess = " (in Windows-1252 it would be %r)" % word.decode("cp1252", "replace")
        raise ValueError("%s, line %d: this is not UTF-8 text: save the file as CSV in UTF-8%s"
                         % (path, content.count(b"\n", 0, problem.start) + line, guess)) from None


def declared_separator(text: str) -> Tuple[str, int, str]:
    """(the text, the number of its first line, the separator that a line `sep=;` before it names, or "")."""
    import re
    declared = re.match(r'"?sep=([^\n"])"?[;, \t]*\n', text, re.IGNORECASE)
    return (text[declared.end():], 2, declared.group(1)) if declared else (text, 1, "")


def separator_of(text: str) -> str:
    """The one with which the most lines have one number of cells, more than 1; a comma if none has such lines."""
    end = 0
    for _ in range(SAMPLE):
        end = text.find("\n", end) + 1
        if not end:
            end = len(text)
            break
    sample = text[:end]
    best, most = ",", 0.0
    for separator in SEPARATORS:
        counts = []
        try:
            for _, cells in records_in(sample, separator, 1, ""):
                if not _is_blank(cells):
                    counts.append(len(cells))
        except ValueError:                  # a quote that is not closed, perhaps only in the sample
            pass
        share = max([counts.count(count) for count in counts if count > 1], default=0) / max(len(counts), 1)
        if separator == " ":                # sentences have spaces, too
            if share > 0.5 and (share > most or best == "\t" and _is_aligned(sample)):
                best = separator
        elif share > most:
            best, most = separator, share
    return best


def _is_aligned(sample: str) -> bool:
    """Whether each line has columns of spaces: then a tab somewhere in it separates no more than they do."""
    return all("  " in line.strip() for line in sample.split("\n") if line.strip())


def records_in(text: str, separator: str, line: int, path: str) -> Iterator[Any]:
    """Yields each line of a text of cells as a pair: the number of its line, its cells as texts.

    A cell in quotes may hold separators and line breaks, and quotes if they are doubled, as the format CSV has it (RFC
    4180). A quote inside a cell that does not begin with one is a character like others.
    """
    import re
    between = r"[ \t]+" if separator == " " else re.escape(separator)
    spaces = "[ ]*" if separator == "\t" else r"[ \t]*"
    bare = r"[^ \t\n]*" if separator == " " else r"[^\n%s]*" % between
    cell = re.compile(r'%s(?![ \t])(?:"([^"]*(?:""[^"]*)*)"|(?!")(%s))(?:%s(\n|\Z)|%s%s)'
                      % (spaces, bare, spaces, "" if separator == " " else spaces, between))
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        content = text[start:end]
        if '"' not in content:
            yield line, content.split() if separator == " " else content.split(separator)
            start, line = end + 1, line + 1
            continue
        cells, place = [], start
        while True:
            found = cell.match(text, place)
            if found is None:
                raise ValueError("%s, line %d: not readable as CSV (a quote is not closed, or text follows the closing "
                                 "quote): check the quotes" % (path, line))
            quoted, plain, is_last = found.groups()
            cells.append(plain if quoted is None else quoted.replace('""', '"'))
            place = found.end()
            if is_last is not None:
                break
        yield line, cells
        line += text.count("\n", start, place)
        start = place


def cells_of(text: str) -> List[str]:
    """The cells of one line with commas between them, such as a list of names."""
    if not text.strip():
        return []
    cells = next(records_in(text.replace("\n", " "), ",", 1, "the list of names"))[1]
    return [cell.strip() for cell in cells]


def in_one_line(names: List[str]) -> str:
    """Names with commas between them, from which `cells_of` reads the same names."""
    return ",".join('"%s"' % name.replace('"', '""') if '"' in name or "," in name else name for name in names)


def _is_blank(cells: List[str]) -> bool:
    return not "".join(cells).strip()


# From records to a table


def _table(records: List[Any], header: Optional[bool], advise: Callable[..., str]) -> Table:
    line, first = records[0]
    width = len(first)
    if header is False:
        names, rows = ["c%d" % number for number in range(1, width + 1)], records
    else:
        names, rows = [" ".join(cell.split("\n")).strip() for cell in first], records[1:]
        _require_names(line, names, rows, header, advise)
    if not rows:
        raise ValueError(": line %d is the header, but no rows follow it" % line)

    widths = {len(cells) for _, cells in rows}
    left_out: List[str] = []
    if len(widths) == 1 and header is not False:
        _fit_names(names, rows, widths.pop(), left_out)
    for number, cells in rows:
        if len(cells) != len(names):
            raise ValueError(", line %d: the number of columns is %d, but %s has %d"
                             % (number, len(cells), "line %d" % line if header is False else "the header", len(names)))
    while len(names) > 2 and not names[-1] and _is_blank([cells[len(names) - 1] for _, cells in rows]):
        names.pop()                     # the cells stay: nobody asks for them
        left_out.append("column %d is empty and was left out" % (len(names) + 1))
    is_indexed = not names[0]
    if is_indexed:
        left_out.insert(0, "column 1 has no name and was left out")
    named = [name for name in names if name]
    if len(named) == 1 and len(names) - is_indexed == 1:
        raise ValueError(", line %d: there is only one column, %r: a target and at least one feature are needed, "
                         "separated by commas, semicolons, tabs, | or spaces" % (line, shown(named[0])))
    return Table(line, names, rows, left_out)


def _require_names(line: int, names: List[str], rows: List[Any], header: Optional[bool],
                   advise: Callable[..., str]) -> None:
    """ValueError: what should be names looks like a comment, a title, or data."""
    width = len(rows[0][1]) if rows else len(names)
    if len(names) != width and (len(names) == 1 or names[0].startswith("#")):
        what = "a comment" if names[0].startswith("#") else "a title"
        raise ValueError(", line %d: %r looks like %s, since line %d has %d columns: delete the lines before the names "
                         "of the columns" % (line, shown(names[0]), what, rows[0][0], width))
    if header is None:
        numbers = [name for name in names if name == "?" or is_number(name.replace(",", "."))]
        if numbers and len(numbers) == len([name for name in names if name]):
            raise ValueError(": line %d holds numbers, not names: add a header row, or, if the line is data, choose %s"
                             % (line, advise(header=False)))
        if numbers:
            raise ValueError(", line %d: %s among the names: is this line data? Then choose %s. If these are names, %s"
                             % (line, shown_list(["%r" % shown(name) for name in numbers], 5), advise(header=False),
                                advise(header=True)))


def is_number(text: str) -> bool:
    try:
        float(text)
        return True
    except ValueError:
        return False


def _fit_names(names: List[str], rows: List[Any], width: int, left_out: List[str]) -> None:
    """Where all rows agree with each other, but not with the names, and it can be seen why: adapts the names."""
    if width < len(names) and not any(names[width:]):
        left_out.append("line 1 ends in separators without names, which were left out")
        del names[width:]
    elif width == len(names) + 1:
        if _is_blank([cells[-1] for _, cells in rows]):         # each row ends in a separator
            names.append("")
        elif names[0] and len({cells[0] for _, cells in rows}) == len(rows) > 1:
            names.insert(0, "")                             # R's: the names of the rows have none themselves


# Names


def positions(wanted: Sequence[str], names: List[str], kind: str) -> List[int]:
    """Where each wanted name stands among the names. ValueError: none wanted, one unknown or wanted twice."""
    if isinstance(wanted, str):
        raise ValueError("%r is a string: give the %ss as a list of names" % (shown(wanted), kind))
    if len(wanted) == 0:
        raise ValueError("the list of %ss is empty: name at least one" % kind)
    places: Dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(name, place)
    found, asked = [], set()
    for name in wanted:
        if not isinstance(name, str) or name == "" or name not in places:
            raise ValueError(unknown(name, names, kind))
        if name in asked:
            raise ValueError("%s %r is asked for twice" % (kind, shown(name)))
        asked.add(name)
        found.append(places[name])
    return found


def unknown(name: str, names: List[str], kind: str) -> str:
    """The message for a name that is not among the names, with the nearest of them."""
    import difflib
    names = [known for known in names if known]
    in_lower_case = {known.lower()[:100]: known for known in names[:1000]}
    nearest = difflib.get_close_matches(str(name).lower()[:100], list(in_lower_case), n=1)
    question = ", did you mean %r?" % shown(in_lower_case[nearest[0]]) if nearest else "."
    name = repr(shown(name)) if isinstance(name, str) else shown(repr(name))
    return "there is no %s %s%s There are: %s" % (kind, name, question, shown_list([shown(known) for known in names]))
