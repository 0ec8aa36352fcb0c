"""Where the numbers come from: the datasets of the package, and a reader for tables of your own.

Both arrive as a `Dataset`: plain lists of floats, with the names of the columns. What training does to them
first, standardising and drawing rows, is next door in `training.py`.
"""
# os is imported by the functions that need it, and so is what reads tables: `import pygraphnn` stays short, and
# possible on MicroPython, which lacks some of it.
import sys

from . import values
from .dataset import Dataset
from .generated import make_circles, make_moons, make_spirals, make_xor
from .kinds import Any, Callable, List, Optional, Sequence, Tuple
from .packaged import bytes_of
from .tables import as_text, positions, read_text, shown, unknown

DATASETS = ("boston", "breast_cancer", "diabetes", "digits", "iris", "wine")
# Of those whose target tells classes apart: its name, and the names of the classes 0, 1, …
CLASSES = {"breast_cancer": ("benign", ["malignant", "benign"]), "digits": ("digit", list("0123456789")),
           "iris": ("species", ["setosa", "versicolor", "virginica"]), "wine": ("cultivar", ["0", "1", "2"])}
TASKS = (None, "regression", "classification")
GENERATED = {"circles": make_circles, "moons": make_moons, "spirals": make_spirals, "xor": make_xor}


# The datasets of the package


def dataset_names() -> List[str]:
    """The names of the tables that `load_dataset` knows, sorted. (It knows the generated sets, too.)"""
    return list(DATASETS)


def load_dataset(name: str, target: Optional[str] = None, features: Optional[Sequence[str]] = None, *,
                 task: Optional[str] = None, **options: Any) -> Dataset:
    """One of the datasets of the package. Its `description` says what the columns mean, and the source.

    name: of a table; or of a generated set, "moons" for example, which is then made with its usual 200 points.
    target, features: other columns than the dataset's own. These and other options are those of `load_csv`.
    ValueError: there is no dataset of that name; the message lists those there are.
    """
    require_full_python("load_dataset")
    if name in GENERATED:
        made = GENERATED[name]()
        lines = [made.feature_names + [made.target_name]]
        lines += [list(map(repr, row)) + ["%d" % label] for row, label in zip(made.data, made.target)]
        table, text, (own, classes) = "\n".join(map(",".join, lines)), made.description, (made.target_name, ["0", "1"])
    elif name in DATASETS:
        table, text = [as_text(bytes_of("datasets", "datasets", name + end), name + end) for end in (".csv", ".md")]
        own, classes = CLASSES.get(name, ("", []))
    else:
        raise ValueError(unknown(name, list(DATASETS) + list(GENERATED), "dataset"))
    dataset = as_dataset(table, name + ".csv", target, features, task=task, **options)
    if task != "regression" and dataset.target_name == own:
        dataset.class_names = classes
    dataset.description = text
    return dataset


# Files


def require_full_python(function: str) -> None:
    """RuntimeError: this is MicroPython, whose modules for files and texts are not enough."""
    if sys.implementation.name == "micropython":
        raise RuntimeError(values.needs_a_full_python(function))


def as_arguments(**options: Any) -> str:
    """How messages word an advice to choose options: as the arguments of `load_csv`."""
    return ", ".join("%s=%s" % (name, value if isinstance(value, bool) else repr(value))
                     for name, value in options.items())


def load_csv(path: str, target: Optional[str] = None, features: Optional[Sequence[str]] = None, *,
             task: Optional[str] = None, one_hot: Sequence[str] = (), drop_missing: bool = False,
             header: Optional[bool] = None, decimal_comma: bool = False,
             advise: Callable[..., str] = as_arguments) -> Dataset:
    """Reads a table from a text file: n lines of numbers become n rows. The first line names the columns.

    target: the column to predict; None takes the last one.
    features: the columns of `data`, in this order; None takes all but the target, a first column without a name and an
    empty last one. The other columns may hold anything.
    task: "classification": each different text or number of the target is a class, `target` holds the classes' numbers,
    in the order of their names, and `class_names` these. "regression": the target holds numbers. None: the former where
    the target holds texts, each of them in several rows, else the latter.
    one_hot: features that hold text; each becomes as many columns as it has different texts, `town=Ulm` for example,
    with 1 where that text stands and 0 elsewhere.
    drop_missing: leaves out the rows in which one of these columns is empty, or holds NA, NaN, null, ?, - or the like.
    header: whether the first line has names. False: it is data, and the columns are called c1, c2, …; True: it has
    names, though some look like numbers; None: it has names, and if some look like numbers, that is an error.
    decimal_comma: 3,5 is a number, and 3.5 is none.
    advise: how messages word an advice to choose some of these options.

    Commas, semicolons, tabs, |, or spaces separate the columns, which is found out; a line `sep=;` may come first. True
    and False count as 1 and 0. Empty lines at the end are no rows. The file is UTF-8.
    ValueError names the file, the line (counted from 1) and the columns of what is missing or not a finite number, of a
    line with more or fewer columns than the header, of a name unknown, empty or given twice.
    OSError (FileNotFoundError, IsADirectoryError, PermissionError): the file cannot be read.
    """
    require_full_python("load_csv")
    import os
    path = os.fsdecode(path)
    return as_dataset(read_text(path), path, target, features, task=task, one_hot=one_hot, drop_missing=drop_missing,
                      header=header, decimal_comma=decimal_comma, advise=advise)


def as_dataset(text: str, path: str, target: Optional[str], features: Optional[Sequence[str]], *,
               task: Optional[str] = None, one_hot: Sequence[str] = (), drop_missing: bool = False,
               header: Optional[bool] = None, decimal_comma: bool = False,
             advise: Callable[..., str] = as_arguments) -> Dataset:
    """`load_csv`, once the text is there. path: where it comes from, for messages."""
    import os
    from .columns import Classes, Column, OneHot, require_numbers
    from .tables import read_table
    if task not in TASKS:
        raise ValueError("the task is %s: choose regression or classification" % values.shown(task))
    table = read_table(text, path, header, advise)
    try:
        target, names, is_chosen = _columns(table, target, features, advise)
        places = table.positions(names + [target])
        if one_hot:
            positions(one_hot, names, "feature")
    except ValueError as problem:
        raise ValueError("%s, line %d: %s" % (path, table.line, problem)) from None
    *columns, labels = [(OneHot if name in one_hot else Column)(name, place, table.rows, decimal_comma)
                        for place, name in zip(places, names + [target])]

    if task == "classification" or task is None and labels.tells_classes_apart():
        labels = Classes(labels)
    notes = [] if is_chosen else table.left_out
    incomplete = {row for column in columns + [labels] for row in column.missing} if drop_missing else set()
    if incomplete:
        if len(incomplete) == len(table.rows):
            raise ValueError("%s: a value is missing in every row: choose other features" % path)
        notes = notes + ["%d of %d rows, in which values are missing, were left out"
                         % (len(incomplete), len(table.rows))]
        for column in columns + [labels]:
            column.drop(incomplete)
    try:
        require_numbers(columns, labels, advise)
        pairs = [pair for column in columns for pair in column.columns()]
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):        # a column may be called like one that was made of texts
            twice = [name for name in names if names.count(name) > 1][0]
            raise ValueError(": there would be two features %r: rename a column" % shown(twice))
        numbers, classes = labels.by_numbers() if isinstance(labels, Classes) else (labels.numbers, None)
    except ValueError as problem:
        raise ValueError("%s%s" % (path, problem)) from None

    name = os.path.splitext(os.path.basename(path))[0]
    rows = [list(row) for row in zip(*[numbers for _, numbers in pairs])]
    description = " ".join(["Read from %s." % path] + [note[0].upper() + note[1:] + "." for note in notes])
    dataset = Dataset(name, rows, numbers, names, target, description, classes)
    dataset.notes = notes
    return dataset


def _columns(table: Any, target: Optional[str], features: Optional[Sequence[str]],
             advise: Callable[..., str]) -> Tuple[str, List[str], bool]:
    """(the name of the target, the names of the features, whether these were asked for)"""
    if target is None:
        if not table.names[-1]:
            raise ValueError("column %d has no name: name it, or choose %s"
                             % (len(table.names), advise(target=[name for name in table.names if name][-1])))
        target = table.names[-1]
    if features is not None:
        chosen = features if isinstance(features, str) else list(features)
        if target in chosen and not isinstance(chosen, str):
            raise ValueError("column %r is the target, so it cannot be a feature too: leave it out of the "
                             "features, or choose another target" % shown(target))
        positions(chosen, table.names, "column")
        return target, list(chosen), True
    positions([target], table.names, "column")
    first = 0 if table.names[0] else 1                  # an unnamed first column numbers the rows
    names = [name for name in table.names[first:] if name != target or not name]
    nameless = [place + 1 for place, name in enumerate(table.names) if name == "" and place >= first]
    if nameless:
        advice = "name it, or choose %s" % advise(features=[name for name in names if name])
        raise ValueError("column %d has no name: %s" % (nameless[0], advice))
    return target, names, False
