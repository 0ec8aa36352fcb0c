"""What a saved model says to the rows of a CSV file, or to one row that somebody types.

A file is read piece by piece, so that it may be larger than the memory. Columns are found by their names, and scaled by
the numbers that the model was trained with.
"""
import csv
import sys

from . import lists, values
from .columns import is_missing, kind_of, number_in, numbers_in
from .evaluating import place_of_the_largest, probabilities
from .files import opened, whole_file
from .kinds import Any, Callable, Dict, Iterator, List, Optional, Tuple
from .saving import Model
from .tables import as_text, cells_of, declared_separator, records_in, separator_of, shown, shown_list, unknown

PIECE = 1 << 20         # bytes that are read at a time
ROWS = 4096             # that are predicted at a time


class Features:
    """The features of a model, and where they come from: {feature: (column, the text that counts as 1, or None)}."""

    def __init__(self, model: Model) -> None:
        if model.feature_names is None:
            raise ValueError("the model does not know the names of its features: use it in Python, with "
                             "load_model(path).predict(rows)")
        self.names = model.feature_names
        of_texts = cells_of(str(model.settings.get("one_hot") or ""))
        self.sources: List[Tuple[str, Optional[str]]] = []
        for name in self.names:
            column = [column for column in of_texts if name.startswith(column + "=")]
            self.sources.append((column[0], name[len(column[0]) + 1:]) if column else (name, None))
        self.columns = list(dict.fromkeys([column for column, _ in self.sources]))
        self.decimal_comma = model.settings.get("decimal_comma") is True

    def known_texts(self, column: str) -> List[str]:
        return [text for source, text in self.sources if source == column and text is not None]


# A file


def predict_file(model: Model, path: str, output: Optional[str], say_aside: Callable[[str], None]) -> int:
    """Writes the rows of a CSV file with what the model predicts for each. Returns the exit code.

    ValueError names the line and the column of what is no number, or the columns that are missing. OSError: a file
    cannot be read or written. After an error no file is left.
    """
    features = Features(model)
    pieces = _pieces(path)
    _, header = next(pieces, (0, []))
    names = [" ".join(name.split("\n")).strip() for name in header]
    if not names:
        raise ValueError("%s is empty: it needs a header line and rows" % path)
    places = _places(features, names, path)
    ignored = [name for name in names if name and name not in places and name != model.target_name]
    if ignored:
        say_aside("%s: ignored, since the model does not know them: the column%s %s"
                  % (path, "" if len(ignored) == 1 else "s", shown_list([shown(name) for name in ignored], 10)))
    separator = _separator_of_output(path)

    def write_to(file: Any) -> None:
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        writer.writerow(header + _names_of_answers(model))
        rows: List[Any] = []
        for record in pieces:
            if len(record[1]) != len(names):
                if not "".join(record[1]).strip():
                    continue
                raise ValueError("%s, line %d: the number of columns is %d, but the header has %d"
                                 % (path, record[0], len(record[1]), len(names)))
            rows.append(record)
            if len(rows) == ROWS:
                writer.writerows(_answered(model, features, places, rows, path))
                rows = []
        if rows:
            writer.writerows(_answered(model, features, places, rows, path))

    if output is None:
        write_to(sys.stdout)
    else:
        with whole_file(output, ".csv") as file:
            write_to(file)
    return 0


def _separator_of_output(path: str) -> str:
    with opened(path, "a CSV file") as file:
        text, _, declared = declared_separator(_beginning_as_text(file.read(PIECE), path))
    found = declared or separator_of(text)
    return "," if found == " " else found


def _beginning_as_text(content: bytes, path: str) -> str:
    """The whole lines at the beginning of a file as a text."""
    end = content.rfind(b"\n") + 1
    return as_text(content[:end] if end and len(content) >= PIECE else content, path)


def _pieces(path: str) -> Iterator[Any]:
    """Yields (number of a line, its cells), a piece of the file after the other."""
    with opened(path, "a CSV file") as file:
        rest, line, separator, size = b"", 1, "", PIECE
        while True:
            block = file.read(size)
            content = rest + block
            end = content.rfind(b"\n") + 1 if block else len(content)
            if block and (not end or content.count(b'"', 0, end) % 2):      # a cell in quotes goes on
                rest, size = content, 2 * size          # so that what is looked at again and again does not add up
                continue
            text, rest, size = as_text(content[:end], path, line), content[end:], PIECE
            if not separator:
                text, line, separator = declared_separator(text)
                separator = separator or separator_of(text)
            yield from records_in(text, separator, line, path)
            line += text.count("\n")
            if not block:
                return


def _places(features: Features, names: List[str], path: str) -> Dict[str, int]:
    """{column: its place}. ValueError: some are missing, or stand there twice."""
    missing = [column for column in features.columns if column not in names]
    if missing:
        raise ValueError("%s: %s missing: the model needs the column%s %s" % (
            path, "one column is" if len(missing) == 1 else "%d columns are" % len(missing),
            "" if len(missing) == 1 else "s", shown_list([shown(name) for name in missing])))
    twice = [column for column in features.columns if names.count(column) > 1]
    if twice:
        raise ValueError("%s: two columns are named %r: rename one" % (path, shown(twice[0])))
    return {column: names.index(column) for column in features.columns}


def _answered(model: Model, features: Features, places: Dict[str, int], rows: List[Any], path: str) -> List[Any]:
    """The cells of some rows, each with what is predicted for it."""
    columns: Dict[str, Any] = {}
    for column, place in places.items():
        cells = [cells[place] for _, cells in rows]
        texts = features.known_texts(column)
        columns[column] = [cell.strip() for cell in cells] if texts else numbers_in(cells, features.decimal_comma)
        for row, found in enumerate(columns[column]):
            if found is None or texts and found not in texts:
                raise ValueError("%s, line %d, column %r: %s" % (
                    path, rows[row][0], shown(column), _what_is_wrong(cells[row].strip(), texts)))
    table = [columns[column] if text is None else [1.0 if cell == text else 0.0 for cell in columns[column]]
             for column, text in features.sources]
    answers = _answers(model, [list(row) for row in zip(*table)])
    return [cells + answer for (_, cells), answer in zip(rows, answers)]


def _what_is_wrong(cell: str, texts: List[str]) -> str:
    """texts: those that may stand in its place, if it is no number that belongs there."""
    if is_missing(cell):
        return "the value is missing (%r): fill it in, or delete the row" % cell
    if texts:
        return "%r is none of %s" % (shown(cell), shown_list(texts, 10))
    return "%r is not a number: %s" % (shown(cell), kind_of(cell)[1])


# What is answered


def _names_of_answers(model: Model) -> List[str]:
    target = model.target_name or "target"
    names = ["predicted_" + target]
    if model.class_names:
        names += ["probability_" + name for name in model.class_names]
    return names


def _answers(model: Model, rows: Any) -> List[List[Any]]:
    """For each row: the number; or the class, and the probability of each."""
    outputs = values.as_list(model.predict(rows))
    if lists.is_vector(outputs):
        outputs = [[x] for x in outputs]
    if not model.class_names:
        return [[repr(x) for x in row] for row in outputs]
    shares = probabilities(outputs)
    return [[model.class_names[place_of_the_largest(row)]] + [repr(x) for x in row] for row in shares]


# One row


def predict_row(model: Model, pairs: List[str], output: Optional[str]) -> int:
    """Prints what the model predicts for one row, which is given as NAME=VALUE for each feature."""
    features = Features(model)
    if output is not None:
        raise ValueError("--output is for the rows of a file: one row is answered on stdout")
    given: Dict[str, str] = {}
    for pair in pairs:
        # A name may hold the sign, and so may a text: the longest name that fits is meant.
        fitting = [column for column in features.columns if pair.startswith(column + "=")]
        if not fitting:
            if "=" not in pair:
                raise ValueError("%s is neither a file nor NAME=VALUE" % shown(pair))
            raise ValueError(unknown(pair.split("=", 1)[0], features.columns, "feature"))
        column = max(fitting, key=len)
        if column in given:
            raise ValueError("%s is given twice" % shown(column))
        given[column] = pair[len(column) + 1:]
    missing = [column for column in features.columns if column not in given]
    if missing:
        raise ValueError("the model needs %s, too: write NAME=VALUE for each"
                         % shown_list([shown(name) for name in missing]))
    row = []
    for column, text in features.sources:
        cell, texts = given[column].strip(), features.known_texts(column)
        number = number_in(cell, features.decimal_comma) if text is None else float(cell == text)
        if number is None or texts and cell not in texts:
            raise ValueError("%s: %s" % (shown(column), _what_is_wrong(cell, texts)))
        row.append(number)
    for name, answer in zip(_names_of_answers(model), _answers(model, [row])[0]):
        print("%s: %s" % (name, answer))
    return 0
