"""The operations of `lists.py` as calls into C: the same names, the same formulas, the same bits.

Values are `Array`s, doubles in C memory that look like lists; lists are converted on their way in. Here the sizes are
checked, and the memory for the result is made; the loops are in `csrc/`, a file for each group of operations.
"""
import sys

from .building import builder, sources_folder

REMEDY = "run `python -m pygraphnn build`"


def _compiled() -> tuple:
    """(ffi, lib) of the compiled module. ImportError: it cannot be used; the message says why, and what to do."""
    try:
        from ._kernels import ffi, lib
    except ImportError as problem:
        raise ImportError(_why_not(problem)) from None
    sources = getattr(lib, "pgn_sources", None)
    try:
        current = builder().fingerprint()
    except OSError:         # whoever took the sources away cannot have changed them
        return ffi, lib
    if sources is None or ffi.string(sources()).decode() != current:
        raise ImportError("the kernels were built from other sources than those that are here: %s" % REMEDY)
    return ffi, lib


def _why_not(problem: ImportError) -> str:
    """Why the compiled module could not be imported, and what to do."""
    import os
    if sys.implementation.name not in ("cpython", "pypy"):
        return "%s cannot load compiled kernels: stay with the list backend" % sys.implementation.name
    if problem.name == "_cffi_backend":
        return "the module _cffi_backend is missing: install cffi, with `pip install cffi` for example"
    files = sorted(name for name in os.listdir(os.path.dirname(os.path.abspath(__file__)))
                   if name.startswith("_kernels.") and name.endswith((".so", ".pyd")))
    if files and not isinstance(problem, ModuleNotFoundError):
        return "the compiled kernels cannot be loaded (%s): %s" % (problem, REMEDY)
    if files:
        return "the kernels were built for another Python (%s): %s" % (", ".join(files), REMEDY)
    return _why_not_built()


def _why_not_built() -> str:
    import os
    try:
        unsupported = builder().unsupported()
        if unsupported:
            return unsupported
        with open(os.path.join(sources_folder(), "not_built.txt"), encoding="utf-8") as file:
            at_installation = " at installation (%s)" % file.read().strip()
    except OSError:
        at_installation = ""
    return "the kernels were not built%s: %s" % (at_installation, REMEDY)


ffi, lib = _compiled()

NUMBER = (float, int)
PIECE = 1024            # a product that is larger on every side is cut into such pieces, to look for Ctrl-C in between
LARGEST = (1 << 60) - 1     # doubles: more cannot be addressed

_DOUBLES, _INDICES = ffi.typeof("double[]"), ffi.typeof("ptrdiff_t[]")
_allocate = ffi.new_allocator(should_clear_after_alloc=False)


class Array:
    """A vector or a matrix of doubles in C memory. It can be read like a list of floats or of rows, and not written.

    NumPy reads it without a copy: `numpy.asarray(array)` shares the memory. A row is a view of its matrix, too.
    """

    __slots__ = ("data", "shape", "size", "owner")
    __hash__ = None             # as for lists: equal arrays need not stay equal to what they were

    def __init__(self, data: object, shape: tuple, size: int, owner: object = None) -> None:
        self.data = data
        self.shape = shape
        self.size = size
        self.owner = owner      # keeps the memory that a view points into

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: object) -> object:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.shape[0]))]
        if index < 0:
            index += self.shape[0]
        if not 0 <= index < self.shape[0]:
            raise IndexError("list index out of range")
        if len(self.shape) == 1:
            return self.data[index]
        columns = self.shape[1]
        return Array(self.data + index * columns, (columns,), columns, self)

    def __iter__(self) -> object:
        if len(self.shape) == 1:
            return iter(self.tolist())
        return (self[i] for i in range(self.shape[0]))

    def __eq__(self, other: object) -> bool:
        return self.tolist() == (other.tolist() if isinstance(other, Array) else other)

    def __repr__(self) -> str:
        return repr(self.tolist())

    def __reduce__(self) -> tuple:
        """What `pickle` and `copy.deepcopy` make of it: a list, which either backend takes back."""
        return list, (self.tolist(),)

    def tolist(self) -> list:
        """A list of floats, or a list of such lists: a copy."""
        numbers = ffi.unpack(self.data, self.size)
        if len(self.shape) == 1:
            return numbers
        rows, columns = self.shape
        return [numbers[row * columns:(row + 1) * columns] for row in range(rows)]

    @property
    def __array_interface__(self) -> dict:
        """NumPy's protocol, version 3: the address, read-only."""
        return {"version": 3, "shape": self.shape, "typestr": ("<f8" if sys.byteorder == "little" else ">f8"),
                "data": (int(ffi.cast("uintptr_t", self.data)), True)}


def shape(a: object) -> tuple:
    if type(a) is Array:
        return a.shape
    return () if isinstance(a, NUMBER) else own(a).shape


def own(a: object) -> object:
    """The value as this backend holds it: a list becomes an Array. ValueError: the rows differ in length."""
    return a if isinstance(a, NUMBER) else _array(a)


def _array(a: object) -> Array:
    """An operation's argument. A number becomes an Array without numbers, whose shape () fits nowhere."""
    if type(a) is Array:
        return a
    if isinstance(a, NUMBER):
        return Array(None, (), 0)
    if len(a) == 0 or isinstance(a[0], NUMBER):
        return Array(ffi.new(_DOUBLES, list(a)), (len(a),), len(a))
    rows, columns = len(a), len(a[0])
    numbers = [x for row in a for x in row]
    if len(numbers) != rows * columns:
        raise ValueError("the rows of a matrix differ in length")
    return Array(ffi.new(_DOUBLES, numbers), (rows, columns), len(numbers))


def _matrix(rows: int, columns: int) -> Array:
    """A matrix to be filled."""
    return Array(_allocate(_DOUBLES, _checked(rows * columns)), (rows, columns), rows * columns)


def _vector(n: int) -> Array:
    """A vector to be filled."""
    return Array(_allocate(_DOUBLES, _checked(n)), (n,), n)


def _like(a: Array) -> Array:
    """A value of the same shape, to be filled."""
    return Array(_allocate(_DOUBLES, a.size), a.shape, a.size)


def _checked(size: int) -> int:
    if size > LARGEST:
        raise MemoryError("%d numbers are more than can be addressed" % size)
    return size


def _do_not_fit(operation: str, *arrays: Array) -> None:
    """Nothing reaches C whose sizes do not fit."""
    shapes = " and ".join(str(a.shape) for a in arrays)
    raise ValueError("%s: %s" % (operation, "the shapes %s do not fit" % shapes if len(arrays) > 1
                                 else "the shape %s does not fit" % shapes))


# Products


def matmul(A: object, B: object) -> Array:
    A, B = _array(A), _array(B)
    if not len(A.shape) == len(B.shape) == 2 or A.shape[1] != B.shape[0]:
        _do_not_fit("matmul", A, B)
    rows, inner = A.shape
    columns = B.shape[1]
    C = _matrix(rows, columns)
    if rows * inner * columns > PIECE ** 3:
        _in_pieces(C, inner, A.data, inner, 1, B.data, columns, 1)
    elif lib.pgn_matmul(C.data, A.data, B.data, rows, inner, columns):
        raise MemoryError
    return C


def transposed_matmul(A: object, B: object) -> Array:
    A, B = _array(A), _array(B)
    if not len(A.shape) == len(B.shape) == 2 or A.shape[0] != B.shape[0]:
        _do_not_fit("transposed_matmul", A, B)
    inner, rows = A.shape
    columns = B.shape[1]
    C = _matrix(rows, columns)
    if rows * inner * columns > PIECE ** 3:
        _in_pieces(C, inner, A.data, 1, rows, B.data, columns, 1)
    elif lib.pgn_transposed_matmul(C.data, A.data, B.data, rows, inner, columns):
        raise MemoryError
    return C


def matmul_transposed(A: object, B: object) -> Array:
    A, B = _array(A), _array(B)
    if not len(A.shape) == len(B.shape) == 2 or A.shape[1] != B.shape[1]:
        _do_not_fit("matmul_transposed", A, B)
    rows, inner = A.shape
    columns = B.shape[0]
    C = _matrix(rows, columns)
    if rows * inner * columns > PIECE ** 3:
        _in_pieces(C, inner, A.data, inner, 1, B.data, 1, inner)
    elif lib.pgn_matmul_transposed(C.data, A.data, B.data, rows, inner, columns):
        raise MemoryError
    return C


def _in_pieces(C: Array, inner: int, a: object, a_row: int, a_column: int, b: object, b_row: int,
               b_column: int) -> None:
    """A large product piece by piece, so that Python can answer Ctrl-C in between. The strides say how far apart in
    memory A's and B's neighbours in a row and in a column are.

    Pieces of one place of C follow each other in ascending k, each going on from the sums so far: the same bits.
    """
    rows, columns = C.shape
    for i in range(0, rows, PIECE):
        for j in range(0, columns, PIECE):
            for k in range(0, inner, PIECE):
                if lib.pgn_matmul_piece(C.data + i * columns + j, columns,
                                        a + i * a_row + k * a_column, a_row, a_column,
                                        b + k * b_row + j * b_column, b_row, b_column,
                                        min(PIECE, rows - i), min(PIECE, inner - k), min(PIECE, columns - j), k > 0):
                    raise MemoryError


# Element by element


def add(a: object, b: object) -> object:
    if isinstance(a, NUMBER) and isinstance(b, NUMBER):
        return a + b
    a, b = _array(a), _array(b)
    if a.shape != b.shape:
        _do_not_fit("add", a, b)
    c = _like(a)
    lib.pgn_add(c.data, a.data, b.data, c.size)
    return c


def add_row(A: object, b: object) -> Array:
    A, b = _array(A), _array(b)
    if len(A.shape) != 2 or A.shape[1:] != b.shape:
        _do_not_fit("add_row", A, b)
    rows, columns = A.shape
    C = _like(A)
    lib.pgn_add_row(C.data, A.data, b.data, rows, columns)
    return C


def zeros_like(a: object) -> object:
    if isinstance(a, NUMBER):
        return 0.0
    a = _array(a)
    return Array(ffi.new(_DOUBLES, a.size), a.shape, a.size)


def sigmoid(a: object) -> Array:
    a = _array(a)
    if a.shape == ():
        _do_not_fit("sigmoid", a)
    c = _like(a)
    lib.pgn_sigmoid(c.data, a.data, c.size)
    return c


def sigmoid_gradient(s: object, grad: object) -> Array:
    s, grad = _array(s), _array(grad)
    if not s.shape == grad.shape != ():
        _do_not_fit("sigmoid_gradient", s, grad)
    c = _like(s)
    lib.pgn_sigmoid_gradient(c.data, s.data, grad.data, c.size)
    return c


def descend(w: object, learning_rate: float, grad: object) -> object:
    if isinstance(w, NUMBER) and isinstance(grad, NUMBER):
        return w - learning_rate * grad
    w, grad = _array(w), _array(grad)
    if w.shape != grad.shape:
        _do_not_fit("descend", w, grad)
    c = _like(w)
    lib.pgn_descend(c.data, w.data, learning_rate, grad.data, c.size)
    return c


# Sums


def column_sums(A: object) -> Array:
    A = _array(A)
    if len(A.shape) != 2:
        _do_not_fit("column_sums", A)
    rows, columns = A.shape
    sums = _vector(columns)
    lib.pgn_column_sums(sums.data, A.data, rows, columns)
    return sums


def column_means(A: object) -> Array:
    A = _array(A)
    if len(A.shape) != 2 or A.shape[0] == 0:
        _do_not_fit("column_means", A)
    rows, columns = A.shape
    means = _vector(columns)
    lib.pgn_column_means(means.data, A.data, rows, columns)
    return means


def column_deviations(A: object, means: object) -> Array:
    A, means = _array(A), _array(means)
    if len(A.shape) != 2 or A.shape[0] == 0 or A.shape[1:] != means.shape:
        _do_not_fit("column_deviations", A, means)
    rows, columns = A.shape
    deviations = _vector(columns)
    lib.pgn_column_deviations(deviations.data, A.data, means.data, rows, columns)
    return deviations


def standardize(A: object, means: object, deviations: object) -> Array:
    A, means, deviations = _array(A), _array(means), _array(deviations)
    if len(A.shape) != 2 or not A.shape[1:] == means.shape == deviations.shape:
        _do_not_fit("standardize", A, means, deviations)
    if 0.0 in deviations:
        raise ZeroDivisionError("standardize: a deviation is 0")
    rows, columns = A.shape
    C = _like(A)
    lib.pgn_standardize(C.data, A.data, means.data, deviations.data, rows, columns)
    return C


# Mean square error, where the shape (n,) counts as (n, 1)


def mean_square_error(y: object, a: object) -> float:
    y, a = _array(y), _array(a)
    if (y.shape + (1,))[:2] != (a.shape + (1,))[:2] or y.size == 0:
        _do_not_fit("mean_square_error", y, a)
    return lib.pgn_mean_square_error(y.data, a.data, y.size)


def scaled_difference(factor: float, y: object, a: object) -> Array:
    y, a = _array(y), _array(a)
    if (y.shape + (1,))[:2] != (a.shape + (1,))[:2] or y.shape == ():
        _do_not_fit("scaled_difference", y, a)
    c = _like(y)
    lib.pgn_scaled_difference(c.data, factor, y.data, a.data, c.size)
    return c


# Rows


def draw_rows(rng: object, rows: int, n: int) -> object:
    """The row numbers stay in C, where `take_rows` reads them."""
    chosen = _allocate(_INDICES, _checked(n))
    lib.pgn_draw_rows(chosen, n, rng.state, rows)
    rng.skip(n)
    return chosen


def take_rows(a: object, rows: object) -> Array:
    a = _array(a)
    if a.shape == ():
        _do_not_fit("take_rows", a)
    chosen = ffi.new(_INDICES, rows) if isinstance(rows, list) else rows
    n = len(chosen)
    c = _vector(n) if len(a.shape) == 1 else _matrix(n, a.shape[1])
    if lib.pgn_take_rows(c.data, a.data, a.shape[0], c.size // n if n else 0, chosen, n):
        raise IndexError("there is no such row")
    return c
