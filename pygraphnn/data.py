"""Where the numbers come from: the six datasets of the package, and a reader for CSV files of your own.

Both arrive as a `Dataset`: plain lists of floats, with the names of the columns. What training does to them
first, standardising and drawing rows, is next door in `training.py`.
"""
# csv, difflib, io, os and re are imported by the functions that need them: so `import pygraphnn` stays short,
# and possible on MicroPython, which lacks some of them.
import math

MISSING_VALUES = ("", "na", "n/a", "#n/a", "null", "none", "missing", "?", "-")      # compared in lower case


class Dataset:
    """Rows of features, and for each row the number to predict.

    `data` holds n rows of m floats, `target` n floats, `feature_names` the m names of the columns of `data`.
    `target_name`, `description` and `name` are strings. All but the last can be read as `d["data"]` too.
    """

    KEYS = ("data", "target", "feature_names", "target_name", "description")

    def __init__(self, name: str, data: list, target: list, feature_names: list, target_name: str,
                 description: str) -> None:
        self.name = name
        self.data = data
        self.target = target
        self.feature_names = feature_names
        self.target_name = target_name
        self.description = description

    def __getitem__(self, key: str):
        """`d["target"]` is `d.target`. KeyError lists the keys there are."""
        if key not in self.KEYS:
            raise KeyError("there is no key %r: the keys are %s" % (key, ", ".join(self.KEYS)))
        return getattr(self, key)

    def select(self, features: list) -> "Dataset":
        """A copy with only the named features, in the order of the list: n rows of len(features) floats.

        ValueError: a name is unknown or stands there twice, or the list is empty.
        """
        columns = _positions(features, self.feature_names, "feature")
        data = [[row[column] for column in columns] for row in self.data]
        return Dataset(self.name, data, list(self.target), list(features), self.target_name, self.description)

    def __repr__(self) -> str:
        return "<Dataset %s: %d rows, %d features, target %s>" % (
            self.name, len(self.data), len(self.feature_names), self.target_name)


# The datasets of the package


def dataset_names() -> list:
    """The names that `load_dataset` knows, sorted."""
    import os
    return sorted(file[:-len(".csv")] for file in os.listdir(_datasets_folder()) if file.endswith(".csv"))


def load_dataset(name: str, target=None, features=None) -> Dataset:
    """One of the datasets of the package. Its `description` says what the columns mean, and the source.

    target, features: other columns than the dataset's own, as in `load_csv`.
    ValueError: there is no dataset of that name; the message lists those there are.
    """
    import os
    names = dataset_names()
    if name not in names:
        raise ValueError(_unknown(name, names, "dataset"))
    path = os.path.join(_datasets_folder(), name)
    dataset = load_csv(path + ".csv", target, features)
    dataset.description = _text(path + ".md")
    return dataset


def _datasets_folder() -> str:
    return folder_of("datasets", "datasets", "boston.csv")


def folder_of(what: str, name: str, file: str) -> str:
    """The folder of that name with that file: inside the package where it is installed, beside it in a checkout."""
    import os
    package = os.path.dirname(os.path.abspath(__file__))
    for parent in (package, os.path.dirname(package)):
        folder = os.path.join(parent, name)
        if os.path.isfile(os.path.join(folder, file)):      # other packages have such a folder too
            return folder
    raise FileNotFoundError("the folder of the %s is missing: install the package again" % what)


# CSV files


def load_csv(path: str, target=None, features=None) -> Dataset:
    """Reads a CSV file whose first line names its columns: n lines of numbers become n rows.

    target: the column to predict; None takes the last one.
    features: the columns of `data`, in this order; None takes all but the target. The rest may hold text.

    Commas, semicolons or tabs separate the columns, the header line decides which. The file is UTF-8.
    ValueError names the file, the line (counted from 1) and the column of what is missing or not a finite
    number, of a line with more or fewer columns than the header, of a name unknown, empty or given twice.
    OSError (FileNotFoundError, IsADirectoryError, PermissionError): the file cannot be read.
    """
    import os
    path = os.fsdecode(path)
    header, *records = _records(_text(path), path)
    names = _column_names(header, path)
    if not records:
        raise ValueError("%s: line 1 is the header, but no rows follow it" % path)
    if target is None:
        target = names[-1]
    try:
        [target_column] = _positions([target], names, "column")
        if features is None:
            features = [name for name in names if name != target]
        columns = _positions(features, names, "column")
        if target_column in columns:
            raise ValueError("column %r is the target, so it cannot be a feature too: leave it out of the "
                             "features, or choose another target" % target)
    except ValueError as problem:
        raise ValueError("%s, line 1: %s" % (path, problem)) from None

    rows = [_numbers(record, columns + [target_column], names, path) for record in records]
    name = os.path.splitext(os.path.basename(path))[0]
    return Dataset(name, [row[:-1] for row in rows], [row[-1] for row in rows], list(features), target,
                   "Read from %s." % path)


def _text(path: str) -> str:
    """A UTF-8 file with or without byte-order mark, its line ends turned into \\n."""
    content = _content(path).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        raise ValueError("%s, line %d: this is not UTF-8 text: save the file as CSV in UTF-8"
                         % (path, line)) from None


def _content(path: str) -> bytes:
    import os
    if os.path.isdir(path):
        raise IsADirectoryError("%s is a folder: name a CSV file" % path)
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise FileNotFoundError("there is no file %s: check its name and folder" % path) from None
    except PermissionError:
        raise PermissionError("%s may not be read: change its permissions" % path) from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem      # strerror does not repeat the path
        raise OSError("%s cannot be read: %s" % (path, reason)) from None


def _records(text: str, path: str) -> list:
    """The header and the rows of a CSV text, each as a pair: the number of its line, its cells as texts."""
    import csv
    import io
    import re
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValueError("%s, line %d: there is a NUL byte: save the file as CSV in UTF-8" % (path, line))

    records = []
    line = 1
    try:
        separator = _separator(text)
        # Spaces after a closing quote are no part of the cell, but the csv module would refuse them.
        text = re.sub('" +(?=%s|$)' % separator, '"', text, flags=re.MULTILINE)
        reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
        for cells in reader:
            records.append((line, cells))
            line = reader.line_num + 1      # a quoted cell may span several lines
    except csv.Error as problem:
        raise ValueError("%s, line %d: not readable as CSV (%s): check the quotes"
                         % (path, line, problem)) from None

    while records and _is_blank(records[-1][1]):
        records.pop()
    if not records:
        raise ValueError("%s is empty: it needs a header line and rows of numbers" % path)
    for line, cells in records:
        if _is_blank(cells):
            raise ValueError("%s, line %d: the line is blank: delete it" % (path, line))
    return records


def _separator(text: str) -> str:
    """Semicolon or tab, if the header has one outside quotes, else comma, which may be part of a name."""
    import re
    without_quoted_cells = re.sub(r'((?:^|[,;\t]) *)"[^"]*(?:""[^"]*)*"', r"\1", text)
    header = without_quoted_cells.split("\n")[0]
    for separator in ";\t":
        if separator in header:
            return separator
    return ","


def _is_blank(cells: list) -> bool:
    return len(cells) <= 1 and not "".join(cells).strip()


def _column_names(header: tuple, path: str) -> list:
    """The names in the header. ValueError: these are numbers, only one, or one is empty or given twice."""
    names = [cell.strip().replace("\n", " ") for cell in header[1]]
    if all(_is_number(name.replace(",", ".")) for name in names):
        raise ValueError("%s: line 1 holds numbers, not names: add a header row" % path)
    if len(names) == 1:
        raise ValueError("%s, line 1: there is only one column, %r: a target and at least one feature are "
                         "needed, separated by commas, semicolons or tabs" % (path, names[0]))
    for position, name in enumerate(names, 1):
        if name == "":
            raise ValueError("%s, line 1: column %d has no name" % (path, position))
        if names.index(name) + 1 < position:
            raise ValueError("%s, line 1: columns %d and %d are both named %r: rename one"
                             % (path, names.index(name) + 1, position, name))
    return names


def _numbers(record: tuple, columns: list, names: list, path: str) -> list:
    """The cells in these columns as floats. ValueError names line and column of what is no finite number."""
    line, cells = record
    if len(cells) != len(names):
        raise ValueError("%s, line %d: the number of columns is %d, but the header has %d"
                         % (path, line, len(cells), len(names)))
    numbers = []
    for column in columns:
        try:
            numbers.append(_number(cells[column].strip()))
        except ValueError as problem:
            line += "".join(cells[:column]).count("\n")
            raise ValueError("%s, line %d, column %r: %s" % (path, line, names[column], problem)) from None
    return numbers


def _number(text: str) -> float:
    if text.lower() in MISSING_VALUES:
        raise ValueError("the value is missing (%r): fill it in, or delete the row" % text)
    # float() also reads 1_000, which no other program writes.
    if "_" in text or not _is_number(text):
        advice = "correct it, or leave this column out"
        if "," in text and _is_number(text.replace(",", "")):
            advice = "numbers need a decimal point, and no separator between thousands"
        raise ValueError("%r is not a number: %s" % (text[:40], advice))
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("%r is not a finite number: correct it, or delete the row" % text[:40])
    return number


def _is_number(text: str) -> bool:
    try:
        float(text)
        return True
    except ValueError:
        return False


# Names


def _positions(wanted: list, names: list, kind: str) -> list:
    """Where each wanted name stands among the names. ValueError: none wanted, one unknown or wanted twice."""
    if isinstance(wanted, str):
        raise ValueError("%r is a string: give the %ss as a list of names" % (wanted, kind))
    if len(wanted) == 0:
        raise ValueError("the list of %ss is empty: name at least one" % kind)
    positions = []
    for name in wanted:
        if name not in names:
            raise ValueError(_unknown(name, names, kind))
        if names.index(name) in positions:
            raise ValueError("%s %r is asked for twice" % (kind, name))
        positions.append(names.index(name))
    return positions


def _unknown(name: str, names: list, kind: str) -> str:
    """The message for a name that is not among the names, with the nearest of them."""
    import difflib
    in_lower_case = {known.lower(): known for known in names}
    nearest = difflib.get_close_matches(str(name).lower(), list(in_lower_case), n=1)
    question = ", did you mean %r?" % in_lower_case[nearest[0]] if nearest else "."
    return "there is no %s %r%s There are: %s" % (kind, name, question, ", ".join(names))
