"""Which shapes fit together in each operation of `lists.py`, and which shape comes out. Here it is said once.

The calls into C in `kernels.py` check it, the symbols in `recording.py` compute with it, and the tests go through it.
"""
from .kinds import Any, Dict, Optional, Shape

# The shapes of the arguments, and of the result. A letter is a size, the same wherever it stands: "nm" is a matrix of
# n rows and m columns, "m" a vector; N is at least 1, and 4 is 4. # is a number. One of the others is any of several
# shapes, and the same wherever it stands:
#     …  a number, a vector or a matrix        ~  a vector or a matrix
#     |  a vector or a matrix; a vector of n fits a matrix of n × 1, and the first one's shape comes out
SHAPES = {
    "matmul": "nm mp np", "transposed_matmul": "mn mp np", "matmul_transposed": "nm pm np",
    "add": "… … …", "subtract": "… … …", "multiply": "… … …", "divide": "… … …", "scale": "… # …",
    "add_number": "… # …", "weighted_mean": "… … # …", "square_root": "… …", "descend": "… # … …", "zeros_like": "… …",
    "sigmoid": "~ ~", "sigmoid_gradient": "~ ~ ~", "exp": "… …", "log": "… …", "tanh": "… …", "tanh_gradient": "… … …",
    "relu": "… …", "relu_gradient": "… … …", "leaky_relu": "… # …", "leaky_relu_gradient": "… … # …", "softplus": "… …",
    "binary_cross_entropy": "| | |",
    "row_maxima": "nN n", "subtract_column": "nm n nm", "multiply_column": "nm n nm", "divide_column": "nm n nm",
    "pick_rows": "nm k km", "add_to_rows": "nm k km nm", "dropout_mask": "… # 4 …", "skip_random": "4 # 4",
    "one_hot": "nm n nm", "add_row": "nm m nm", "standardize": "nm m m nm",
    "total": "~ #", "row_sums": "nm n", "column_sums": "nm m", "column_means": "Nm m", "column_deviations": "Nm m m",
    "mean_square_error": "| | #", "scaled_difference": "# | | |",
}
SEVERAL = "…~|"
FORMS = {operation: text.split() for operation, text in SHAPES.items()}
# {operation: the places of the arguments that are numbers}
NUMBERS = {operation: [place for place, form in enumerate(forms[:-1]) if form == "#"]
           for operation, forms in FORMS.items()}
MOST_KNOWN = 10000
_known: Dict[Any, Optional[Shape]] = {}             # what `shape_of_result` has found: {(operation, shapes): shape}


def shape_of_result(operation: str, shapes: Any) -> Optional[Shape]:
    """The shape of the result for arguments of these shapes, numbers (#) left out; None: they do not fit."""
    try:
        return _known[operation, shapes]
    except KeyError:
        if len(_known) >= MOST_KNOWN:       # of batches of ever other sizes
            _known.clear()
        _known[operation, shapes] = _shape_of_result(operation, shapes)
        return _known[operation, shapes]


def _shape_of_result(operation: str, shapes: Any) -> Optional[Shape]:
    *forms, result = FORMS[operation]
    found: Dict[str, Any] = {"#": (), "4": 4}
    for form, shape in zip([form for form in forms if form != "#"], shapes):
        if form in SEVERAL:
            first = found.setdefault(form, shape)
            fits = shape == first or form == "|" and as_matrix(shape) == as_matrix(first)
            if not fits or shape == () and form != "…":
                return None
        elif len(shape) != len(form) or any([found.setdefault(size, n) != n or n == 0 and size == "N"
                                                 for size, n in zip(form, shape)]):
            return None
    return found[result] if result in SEVERAL + "#" else tuple([found[size] for size in result])


def as_matrix(shape: Shape) -> Shape:
    return shape if len(shape) == 2 else shape + (1,)


def size_of(shape: Shape) -> int:
    """How many numbers a value of this shape has."""
    size = 1
    for n in shape:
        size *= n
    return size
