"""Data of any unit becomes numbers around 0, of size about 1, from which networks learn well; and back again.

Each column is scaled by its own mean and standard deviation. New rows must be scaled by those of the rows that the
network learnt from, and so must what it predicts on the way back.
"""
import math

from . import ops, values
from .kinds import Any, List, Matrix, Optional, Sequence, Tuple, Value, Vector


def standardize(rows: Any, like: Any = None, names: Optional[Sequence[str]] = None) -> Any:
    """(x − mean) / standard deviation for each column of a matrix, or for a vector.

    The deviation is that over all rows, not over n − 1.

    like: a matrix that gives the means and deviations, instead of the rows themselves: new data must be treated as
    the data was that the network learnt from. names: of the columns, for messages.
    ValueError: a column is constant, so it has no standard deviation; or the rows are no matrix of finite numbers.
    """
    rows, is_vector = _as_matrix(rows, "rows")
    like = rows if like is None else _as_matrix(like, "like")[0]
    means, deviations = _means_and_deviations(like, names)
    _require_columns(rows, means)
    scaled = ops.table.standardize(rows, means, deviations)
    return ops.table.own([x for x, in scaled]) if is_vector else scaled


def unstandardize(rows: Any, like: Any) -> Any:
    """x · standard deviation + mean for each column: takes back what `standardize(…, like)` has done.

    rows: a matrix, or a vector; what `predict` returns for standardised labels, for example. like: what was
    standardised. Where that was a vector, rows is one too, or a matrix of one column.
    ValueError: as of `standardize`.
    """
    rows, is_vector = _as_matrix(rows, "rows")
    means, deviations = means_and_deviations(like)
    _require_columns(rows, means)
    back = [[x * deviation + mean for x, deviation, mean in zip(row, deviations, means)] for row in rows]
    return ops.table.own([x for x, in back] if is_vector else back)


def means_and_deviations(like: Any, names: Optional[Sequence[str]] = None) -> Tuple[Any, ...]:
    """(the mean of each column, its standard deviation over all rows). ValueError: as of `standardize`."""
    return _means_and_deviations(_as_matrix(like, "like")[0], names)


def _means_and_deviations(like: Any, names: Optional[Sequence[str]]) -> Tuple[Any, ...]:
    """The same of a matrix that has been checked."""
    means = ops.table.column_means(like)
    deviations = ops.table.column_deviations(like, means)
    names = names or ["column %d" % column for column in range(len(means))]
    if len(names) != len(means):
        raise ValueError("there are %d names for %s" % (len(names), values.counted(len(means), "column")))
    for column in constant_columns(like):
        raise ValueError("%s is constant (%r in every row), so it has no standard deviation: leave it out"
                         % (names[column], like[0][column]))
    for name, deviation in zip(names, deviations):
        if deviation == 0.0 or not math.isfinite(deviation):
            raise ValueError("%s has the standard deviation %r: its numbers are too close or too large to be scaled"
                             % (name, deviation))
    return means, deviations


def constant_columns(rows: Any) -> List[int]:
    """The numbers of the columns of a matrix that hold one value only."""
    return [column for column in range(len(rows[0])) if all(row[column] == rows[0][column] for row in rows)]


def _as_matrix(value: Value, name: str) -> Tuple[Any, ...]:
    """(a copy as a matrix of finite numbers, whether it is a vector, which becomes one column)"""
    copy = ops.table.checked(value)
    if copy is None:
        copy = values.fed(value, name)
    if isinstance(copy, float):
        raise ValueError("%s must be a list of rows, or of numbers" % name)
    if not ops.table.is_finite(copy):
        values.require_finite(values.as_list(copy), name)
    is_vector = len(ops.table.shape(copy)) == 1
    return [[x] for x in copy] if is_vector else copy, is_vector


def _require_columns(rows: Matrix, means: Vector) -> None:
    if len(rows[0]) != len(means):
        raise ValueError("rows has %s, but like has %d" % (values.counted(len(rows[0]), "column"), len(means)))
