"""Which rows to learn from, and how good answers on others are: held-out rows, shares of right ones, confusions."""
from . import lists, ops, values
from .kinds import Any, List, Matrix, Sequence, Tuple, Vector
from .rng import SplitMix64


def split(n: int, test_fraction: float, seed: int) -> Tuple[List[int], List[int]]:
    """The numbers of n rows, shuffled and divided: (rows to train on, rows held out to test on).

    ValueError: the share is not from 0 up to 1, or it leaves no row on one side.
    """
    test_fraction = values.finite_number(test_fraction, "the test fraction")
    held_out = int(n * test_fraction + 0.5)
    if not 0 <= test_fraction < 1 or held_out == n or (held_out == 0 and test_fraction > 0):
        raise ValueError("the test fraction is %r: of %d rows it must leave at least one to train on and one to test on"
                         % (test_fraction, n))
    rows = list(range(n)) if held_out == 0 else _shuffled(n, seed)
    return sorted(rows[held_out:]), sorted(rows[:held_out])


def folds(n: int, k: int, seed: int) -> List[List[int]]:
    """The numbers of n rows, shuffled and divided into k parts, whose sizes differ by 1 at most: k sorted lists.

    ValueError: k is below 2 or above n.
    """
    if not 2 <= values.whole_number(k, "the number of folds", 2) <= n:
        raise ValueError("%d rows cannot be divided into %d folds: each needs at least one row" % (n, k))
    rows = _shuffled(n, seed)
    return [sorted(rows[n * part // k:n * (part + 1) // k]) for part in range(k)]


def _shuffled(n: int, seed: int) -> List[int]:
    rows = list(range(n))
    rng = SplitMix64(seed)
    for end in range(n - 1, 0, -1):         # Fisher and Yates: each place gets one of the rows not yet placed
        chosen = rng.below(end + 1)
        rows[end], rows[chosen] = rows[chosen], rows[end]
    return rows


def resample(X: Sequence[Any], y: Sequence[Any], n_samples: int, rng: SplitMix64) -> Tuple[Any, Any]:
    """n_samples rows of X and the entries of y with the same numbers, drawn with replacement: (rows of X, of y).

    The rows are those of X themselves, not copies.
    ValueError: X and y differ in length or are empty, or n_samples is below 1.
    """
    n_samples = values.whole_number(n_samples, "n_samples", 1)
    X, y = [table.to_numpy() if hasattr(table, "to_numpy") else table for table in (X, y)]
    if len(X) != len(y) or len(X) == 0:
        raise ValueError("X has %s and y has %d: they must have the same number, at least one"
                         % (values.counted(len(X), "row"), len(y)))
    rows = [rng.below(len(X)) for _ in range(n_samples)]
    return _taken(X, rows), _taken(y, rows)


def _taken(data: Any, rows: List[int]) -> Any:
    """Some rows of a list, or of an array of whatever kind, of which the others are not looked at."""
    if hasattr(data, "dtype"):          # NumPy's, or one like it
        return ops.table.own([values.as_list(data[row]) for row in rows])
    return ops.table.take_rows(data, rows)


def one_hot(labels: Any, classes: int) -> Matrix:
    """A row for each class number, with 1.0 in its column and 0.0 in the others. ValueError: a label is no class."""
    classes = values.whole_number(classes, "the number of classes", 1)
    rows = []
    for row, label in enumerate(_class_numbers(labels, "the labels")):
        if label >= classes:
            raise ValueError("label %d is %d, but there are %d classes: 0 to %d" % (row, label, classes, classes - 1))
        rows.append([1.0 if column == label else 0.0 for column in range(classes)])
    return rows


def accuracy(labels: Any, outputs: Any) -> float:
    """The share of rows whose answer is the label.

    labels: class numbers, a vector or rows of one. outputs: a row of numbers for each, one for each class, the largest
    of which (the first of equals) is the answer; of rows of one number or a vector, logits of two classes, 1 where the
    number is above 0. ValueError: there are no rows, or not as many of both.
    """
    right = [label == answer for label, answer in zip(*_pairs(labels, outputs))]
    return right.count(True) / len(right)


def confusion_matrix(labels: Any, outputs: Any) -> List[List[int]]:
    """How often rows with label i got the answer j: [i][j]. Arguments and errors as of `accuracy`."""
    known, answers = _pairs(labels, outputs)
    rows = values.as_list(outputs)
    classes = max(known + answers) + 1
    if not lists.is_vector(rows):
        classes = max(classes, len(rows[0]), 2)
    counts = [[0] * classes for _ in range(classes)]
    for label, answer in zip(known, answers):
        counts[label][answer] += 1
    return counts


def _pairs(labels: Any, outputs: Any) -> Tuple[List[int], List[int]]:
    """(the labels, the answers) as whole numbers."""
    known, rows = _class_numbers(labels, "the labels"), values.as_list(outputs)
    if len(known) != len(rows) or not known:
        raise ValueError("there are %d labels and %d outputs: one of each for every row, and at least one row"
                         % (len(known), len(rows)))
    if lists.is_vector(rows):
        rows = [[x] for x in rows]
    return known, [int(row[0] > 0.0) if len(row) == 1 else place_of_the_largest(row) for row in rows]


def probabilities(logits: Any) -> Matrix:
    """The softmax of each row of logits. A row of one, or a number, is the logit of class 1 of two."""
    from .nodes import Placeholder
    from .predicting import predict
    rows = values.as_list(logits)
    if lists.is_vector(rows):
        rows = [[x] for x in rows]
    A = Placeholder("logits")
    shares: Matrix = values.as_list(predict(node_of_probabilities(A, len(rows[0]) if rows else 1), {A: rows}))
    return shares


def node_of_probabilities(logits: Any, columns: int) -> Any:
    """The node that makes probabilities of a node with so many logits in a row."""
    from .activations import Softmax
    from .arithmetic import MatMul
    from .nodes import Placeholder
    if columns == 1:            # beside 0, the logit of class 0
        beside = Placeholder("beside")
        beside.value = [[0.0, 1.0]]
        logits = MatMul(logits, beside)
    return Softmax(logits, "shares")


def place_of_the_largest(row: Vector) -> int:
    """The place of the largest number, the first of equals."""
    largest = 0
    for place, x in enumerate(row):
        if x > row[largest]:
            largest = place
    return largest


def _class_numbers(labels: Any, what: str) -> List[int]:
    """The labels as whole numbers from 0 on. ValueError: one is something else."""
    found = []
    for row, label in enumerate(values.as_list(labels)):
        if isinstance(label, (list, tuple)) and len(label) == 1:
            label = label[0]
        if not isinstance(label, lists.NUMBER) or not 0 <= label < 1e9 or label != int(label):
            raise ValueError("%s: number %d is %s: class numbers are whole numbers from 0 on"
                             % (what, row, values.shown(label)))
        found.append(int(label))
    return found
