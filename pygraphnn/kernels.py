"""The operations of `lists.py` as calls into C: the same names, the same formulas, the same bits.

Values are `Array`s, doubles in C memory that look like lists; lists are converted on their way in. Here the sizes are
checked, and the memory for the result is made; the loops are in `csrc/`, a file for each group of operations.
"""
import sys
from operator import index as whole

from . import lists, more_lists  # noqa: F401 - some operations of lists
from .building import builder, sources_folder, why_not_in_an_archive
from .kinds import Any, Callable, Dict, Shape, Tuple, Value
from .shapes import NUMBERS, SHAPES, shape_of_result, size_of
from .symbols import Symbol

REMEDY = "run `python -m pygraphnn build`"
# Numbers whose exp is another one if a step of the C library rounds once more or less; csrc/exp.c has more of them.
TELLING = [float.fromhex(digits) for digits in (
    "-0x1.ec9155c84ac89p+3", "-0x1.57822f7afed91p+8", "-0x1.6dba0332eaa08p+3", "-0x1.cc59a9e8784eap+3",
    "0x1.135d5449ca4aap+2")]


def _compiled() -> Tuple[Any, Any]:
    """(ffi, lib) of the compiled module. ImportError: it cannot be used; the message says why, and what to do."""
    is_loaded = __name__.rpartition(".")[0] + "._kernels" in sys.modules          # where a build tries it
    if not is_loaded and not _is_whole():
        raise ImportError(_why_not(ModuleNotFoundError()))
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


def _is_whole() -> bool:
    """Whether the compiled module is here. (Python would find one of an editable installation in another folder, too.)

    ImportError: its end is missing; loading it could crash the process. An ELF file, as Linux has them, ends with the
    table of its sections, and its header says where that is.
    """
    import os
    import struct
    from importlib.machinery import EXTENSION_SUFFIXES
    folder = os.path.dirname(os.path.abspath(__file__))
    for path in [os.path.join(folder, "_kernels" + suffix) for suffix in EXTENSION_SUFFIXES]:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                header = file.read(64)
            if header[:4] == b"\x7fELF" and len(header) == 64 and header[4] == 2:      # of 64 bits
                order = "<" if header[5] == 1 else ">"
                start, = struct.unpack(order + "Q", header[40:48])
                size, number = struct.unpack(order + "HH", header[58:62])
                if start + size * number > os.path.getsize(path):
                    raise ImportError("the compiled kernels %s are cut off in the middle: %s"
                                      % (os.path.basename(path), REMEDY))
            return True         # the one that Python would load
    return False


def _why_not(problem: ImportError) -> str:
    """Why the compiled module could not be imported, and what to do."""
    import os
    in_an_archive = why_not_in_an_archive()
    if in_an_archive:
        return in_an_archive
    if problem.name == "_cffi_backend":
        return "the module _cffi_backend is missing: install cffi, with `pip install cffi` for example"
    folder = os.path.dirname(os.path.abspath(__file__))
    files = sorted(name for name in (os.listdir(folder) if os.path.isdir(folder) else [])   # no folder: PyInstaller's
                   if name.startswith("_kernels.") and name.endswith((".so", ".pyd")))
    if files and not isinstance(problem, ModuleNotFoundError):
        return "the compiled kernels cannot be loaded (%s): %s" % (problem, REMEDY)
    if files:
        return "the kernels were built for another Python (%s): %s" % (", ".join(files), REMEDY)
    return _why_not_built()


def _why_not_built() -> str:
    import os
    try:
        unsupported: str = builder().unsupported()
        if unsupported:
            return unsupported
        with open(os.path.join(sources_folder(), "not_built.txt"), encoding="utf-8") as file:
            at_installation = " at installation (%s)" % file.read().strip()
    except OSError:
        at_installation = ""
    return "the kernels were not built%s: %s" % (at_installation, REMEDY)


ffi, lib = _compiled()


# {operation on each element alone: the address of its kernel}: those whose kernels are of that type
_KERNELS = {name: ffi.addressof(lib, "pgn_" + name) for name in SHAPES if hasattr(lib, "pgn_" + name)}
EACH = {name: kernel for name, kernel in _KERNELS.items() if ffi.typeof(kernel) is ffi.typeof("pgn_each")}
# and on each row alone
BY_ROWS = {name: kernel for name, kernel in _KERNELS.items() if ffi.typeof(kernel) is ffi.typeof("pgn_by_rows")}


def _require_pythons_functions() -> None:
    """ImportError: a function of C's library, exp for example, is another one than Python's: in the last place."""
    numbers = [i / 8.0 - 20.0 for i in range(320)] + TELLING
    n = len(numbers)
    arguments, results = ffi.new("double[]", numbers), ffi.new("double[]", n)
    for name in ("exp", "log", "softplus", "tanh"):
        EACH[name](results, arguments, ffi.NULL, 0.0, n)
        for x, found in zip(numbers, results):
            expected = getattr(lists, name)(x)
            if found != expected == expected:           # not NaN, as the logarithms of negative numbers
                raise ImportError("%s(%r) is %r in C and %r in Python: %s with the compiler of the system"
                                  % (name, x, found, expected, REMEDY))


_require_pythons_functions()

NUMBER = (float, int)
_ROWS = {list, tuple}
# Large products run in pieces of this side, so that Ctrl-C is answered in between. Plain C is slower: smaller ones.
PIECE = 1024 if lib.pgn_get_path() else 512
LARGE_MEMORY = 1 << 15  # in numbers: 256 KB
LARGE = PIECE ** 3      # the terms, some 0.1 s of one processor, that are computed without looking

NULL = ffi.NULL
_DOUBLES, _INDICES = ffi.typeof("double[]"), ffi.typeof("ptrdiff_t[]")
_allocate = ffi.new_allocator(should_clear_after_alloc=False)


def memory(n: int, kind: Any = _DOUBLES) -> Any:
    """Room for n doubles, or indices. MemoryError: there is not enough, or no such number of them can be addressed."""
    try:
        return _allocate(kind, n)
    except OverflowError:
        _more_than_can_be_addressed(n)


def _more_than_can_be_addressed(n: int) -> None:
    raise MemoryError("%d numbers are more than can be addressed" % n) from None


def lasting_memory(n: int) -> Any:
    """Room for n doubles that are to stay for a while, as `memory`. If it is large, it comes from the system itself.

    So it goes back to the system when it is dropped; what comes from malloc may stay with the process.
    """
    if n < LARGE_MEMORY:
        return memory(n)
    import mmap             # not on every system on which somebody may ask why there is no C backend
    # The child of a fork gets a copy. Windows, which has no fork, has no such choice either.
    how = [mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS] if hasattr(mmap, "MAP_PRIVATE") else []
    try:
        return ffi.from_buffer(_DOUBLES, mmap.mmap(-1, 8 * n, *how))
    except (OSError, OverflowError, ValueError):
        raise MemoryError("there is no room for %d numbers" % n) from None


class NewArray:
    """An `Array` while it is made: from then on its attributes cannot be set any more.

    shape: (n,) or (rows, columns). size: how many doubles. data: where they are; without, there is new memory for them,
    to be filled. owner: what keeps the memory that a view points into. The shape is not compared with the size.
    """

    __slots__ = ("shape", "size", "data", "owner")

    def __init__(self, shape: Shape, size: int, data: Any = None, owner: Any = None) -> None:
        self.shape = shape
        self.size = size
        try:
            self.data = _allocate(_DOUBLES, size) if data is None else data
        except OverflowError:
            _more_than_can_be_addressed(size)
        if owner is not None:
            self.owner = owner
        self.__class__ = Array


class Array(NewArray):
    """A vector or a matrix of doubles in C memory. It reads like a list of floats or of rows, and cannot be written.

    It has all methods of a list that only read, and `json` writes it as one. It is none: code in C that looks into a
    list's own memory would find nothing there. NumPy reads it without a copy: `numpy.asarray(array)` shares the memory.
    A row is a view of its matrix, too.
    """

    __slots__ = ()
    __hash__ = None             # type: ignore[assignment] # as for lists: equal arrays need not stay equal to what they were

    def __init__(self, *arguments: Any) -> None:
        raise TypeError("an Array comes from an operation of the C backend: take a list, which every operation takes")

    def __setattr__(self, name: str, value: Value) -> None:
        raise AttributeError("%s: the attributes of an Array cannot be set: make a list of it, with tolist()" % name)

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.shape[0]))]
        index = whole(index)    # NumPy's small integers would overflow on the way to a row
        if index < 0:
            index += self.shape[0]
        if not 0 <= index < self.shape[0]:
            raise IndexError("list index out of range")
        if len(self.shape) == 1:
            return self.data[index]
        columns = self.shape[1]
        return NewArray((columns,), columns, self.data + index * columns, self)

    def __iter__(self) -> Any:
        if len(self.shape) == 1:
            return iter(self.tolist())
        return (self[i] for i in range(self.shape[0]))

    def __repr__(self) -> str:
        return repr(self.tolist())

    def __radd__(self, other: Any) -> Any:
        return other + self.tolist() if isinstance(other, list) else NotImplemented

    def __reduce__(self) -> Tuple[Any, ...]:
        """What `pickle` and `copy.deepcopy` make of it: a list, which either backend takes back."""
        return list, (self.tolist(),)

    def tolist(self) -> Any:
        """A list of floats, or a list of such lists: a copy."""
        numbers = ffi.unpack(self.data, self.size)
        if len(self.shape) == 1:
            return numbers
        rows, columns = self.shape
        return [numbers[row * columns:(row + 1) * columns] for row in range(rows)]

    @property
    def __array_interface__(self) -> Dict[str, Any]:
        """NumPy's protocol, version 3: the address, read-only."""
        return {"version": 3, "shape": self.shape, "typestr": ("<f8" if sys.byteorder == "little" else ">f8"),
                "data": (int(ffi.cast("uintptr_t", self.data)), True)}


def _reads(name: str) -> Any:
    """A method of a list that only reads, as the lists that the arrays stand for answer it."""
    def method(self: Array, *arguments: Any) -> Any:
        return getattr(self.tolist(), name)(*[a.tolist() if type(a) is Array else a for a in arguments])
    return method


def _refuses(name: str) -> Any:
    """A method of a list that changes it."""
    def method(self: Array, *arguments: Any, **options: Any) -> None:
        raise TypeError("%s: values of the C backend cannot be changed: feed a new value, or change a copy, made with "
                        "tolist()" % name)
    return method


for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__reversed__", "__add__",
              "__mul__", "__rmul__", "copy", "count", "index"):
    setattr(Array, _name, _reads(_name))
for _name in ("__setitem__", "__delitem__", "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"):
    setattr(Array, _name, _refuses(_name))


def _teach_json() -> None:
    """Whatever `json` does not know, it shows to this method, which may give something that it knows."""
    import json
    default = json.JSONEncoder.default

    def default_or_list(self: json.JSONEncoder, o: Any) -> Any:
        return o.tolist() if type(o) is Array else default(self, o)

    json.JSONEncoder.default = default_or_list          # type: ignore[method-assign]


_teach_json()


def shape(a: Value) -> Shape:
    if type(a) is Array:
        return a.shape
    return () if isinstance(a, NUMBER) else own(a).shape


def own(a: Value) -> Any:
    """The value as this backend holds it: a list becomes an Array. ValueError: the rows differ in length."""
    return a if type(a) is Array or isinstance(a, NUMBER) or type(a) is Symbol else _array(a)


def checked(a: Value) -> Value:
    """A list of numbers, or of equally long lists, as an Array; an Array, which nobody can change, as it is.

    None: there is NaN in it, or something else is wrong or unusual.
    """
    if type(a) is not Array:
        a = _usual(a, lasting_memory)
    return a if a is not None and a.size and not lib.pgn_has_nan(a.data, a.size) else None


def sound(a: Value) -> Any:
    """A node's result as this backend holds it; None: something is wrong or unusual in it."""
    return a if type(a) is Array or type(a) is float or type(a) is Symbol else _usual(a, memory)


def _usual(a: Value, room: Callable[[int], Any]) -> Value:
    """A list of numbers, or of equally long lists, as an Array; None: it is something else, or empty."""
    try:
        if type(a) is not list or not (isinstance(a[0], NUMBER) or _ROWS.issuperset(map(type, a))):
            return None
        array = _array(a, room)
    except (IndexError, TypeError, ValueError, OverflowError):          # empty, no number, a row of another length
        return None
    return array if array.size else None


def is_finite(a: Value) -> bool:
    if type(a) is not Array:
        a = _array(a)
    return bool(lib.pgn_is_finite(a.data, a.size))


def _array(a: Value, room: Callable[[int], Any] = memory) -> Value:
    """A list as an Array. A number becomes an empty Array of shape (), which no operation takes."""
    if isinstance(a, NUMBER):
        return NewArray((), 0)
    a = list(a)                 # what is counted is what is copied, whatever len() says
    if not a or isinstance(a[0], NUMBER):
        return NewArray((len(a),), len(a), ffi.new(_DOUBLES, a))
    columns = len(a[0])
    matrix = NewArray((len(a), columns), len(a) * columns, room(len(a) * columns))
    try:
        for first, row in zip(range(0, matrix.size, columns or 1), a):
            matrix.data[first:first + columns] = row
        if set(map(len, a)) != {columns}:
            raise ValueError
    except ValueError:
        raise ValueError("the rows of a matrix differ in length") from None
    return matrix


# The operations. Nothing reaches C whose sizes do not fit; what fits stands in `shapes.py`.


class Fitting(Dict[Any, Shape]):
    """{the shape of an operation's argument, or of its arguments that are no numbers: that of the result}.

    What has not been asked for yet is looked up in `shapes.py`. ValueError: the shapes do not fit.
    """

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.is_of_one = len(SHAPES[operation].split()) - len(NUMBERS[operation]) == 2

    def __missing__(self, key: Any) -> Shape:
        shapes = (key,) if self.is_of_one else key
        result = shape_of_result(self.operation, shapes)
        if result is None:
            raise _do_not_fit(self.operation, shapes)
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[key] = result
        return result


MOST_KNOWN = 1000       # shapes of one operation: those of batches of ever other sizes must not pile up


def _do_not_fit(operation: str, shapes: Any) -> ValueError:
    return ValueError("%s: the shape%s %s do%s not fit" % (
        operation, "s" * (len(shapes) > 1), " and ".join(map(str, shapes)), "es" * (len(shapes) == 1)))


def _converted(operation: str, *arguments: Any) -> Any:
    """An operation some of whose arguments are not Arrays. Lists become some. Symbols are not computed with, but noted.

    Numbers alone need no C: the loops take them, too.
    """
    for argument in arguments:
        if type(argument) is Symbol:
            return argument.recording.note(operation, arguments)
    if "…" in SHAPES[operation] and all([isinstance(a, NUMBER) for a in arguments]):
        return getattr(lists, operation)(*arguments)
    numbers = NUMBERS[operation]
    return globals()[operation](*[a if type(a) is Array or place in numbers else _array(a)
                                  for place, a in enumerate(arguments)])


_matmul = Fitting("matmul")


def matmul(A: Value, B: Value) -> Value:
    if type(A) is not Array or type(B) is not Array:
        return _converted("matmul", A, B)
    rows, columns = _matmul[A.shape, B.shape]
    inner = A.shape[1]
    return _product(lib.pgn_matmul, A.data, B.data, rows, inner, columns, inner, 1, columns, 1)


_transposed_matmul = Fitting("transposed_matmul")


def transposed_matmul(A: Value, B: Value) -> Value:
    if type(A) is not Array or type(B) is not Array:
        return _converted("transposed_matmul", A, B)
    rows, columns = _transposed_matmul[A.shape, B.shape]
    return _product(lib.pgn_transposed_matmul, A.data, B.data, rows, A.shape[0], columns, 1, rows, columns, 1)


_matmul_transposed = Fitting("matmul_transposed")


def matmul_transposed(A: Value, B: Value) -> Value:
    if type(A) is not Array or type(B) is not Array:
        return _converted("matmul_transposed", A, B)
    rows, columns = _matmul_transposed[A.shape, B.shape]
    inner = A.shape[1]
    return _product(lib.pgn_matmul_transposed, A.data, B.data, rows, inner, columns, inner, 1, 1, inner)


def _product(kernel: Any, a: Any, b: Any, rows: int, inner: int, columns: int, a_row: int, a_column: int, b_row: int,
             b_column: int) -> Value:
    """One call of the kernel, or, if the product is large, calls for its pieces, between which Python looks for Ctrl-C.

    Pieces of one place of C follow each other in ascending k, each going on from the sums so far: the same bits.
    """
    C = NewArray((rows, columns), rows * columns)
    if rows * inner * columns <= LARGE:
        if kernel(C.data, a, b, rows, inner, columns):
            raise MemoryError
        return C
    for i in range(0, rows, PIECE):
        for j in range(0, columns, PIECE):
            for k in range(0, inner, PIECE):
                piece = ffi.new("struct pgn_product *", {
                    "c": C.data + i * columns + j, "c_row": columns,
                    "a": a + i * a_row + k * a_column, "a_row": a_row, "a_column": a_column,
                    "b": b + k * b_row + j * b_column, "b_row": b_row, "b_column": b_column, "go_on": k > 0,
                    "rows": min(PIECE, rows - i), "inner": min(PIECE, inner - k), "columns": min(PIECE, columns - j)})
                if lib.pgn_multiply_piece(piece, ffi.NULL, 0):
                    raise MemoryError
    return C


# Operations on each element, or on each row, alone. The wrappers are written out from the table of shapes, as one that
# went through it at each call would take longer than small operations do. scale and add_row become
#
#     def scale(a, factor):
#         if type(a) is not Array or type(factor) is Symbol:
#             return _converted("scale", a, factor)
#         c = NewArray(_scale[a.shape], a.size)
#         lib.pgn_scale(c.data, a.data, NULL, factor, c.size)
#         return c
#
#     def add_row(A, b):
#         if type(A) is not Array or type(b) is not Array:
#             return _converted("add_row", A, b)
#         c = NewArray(_add_row[A.shape, b.shape], A.size)
#         lib.pgn_add_row(c.data, A.data, b.data, A.shape[0], A.shape[1])
#         return c
_WRAPPER = """
def {name}({arguments}):
    if {others}:
        return _converted("{name}", {arguments})
    c = NewArray(_{name}[{shapes}], {size})
    lib.pgn_{name}(c.data, {first}.data, {second}, {sizes})
    return c
"""


def _wrapper(name: str) -> str:
    """The wrapper of one of them, as text."""
    forms = SHAPES[name].split()
    arguments = getattr(lists, name).__code__.co_varnames[:len(forms) - 1]
    numbers = [arguments[place] for place in NUMBERS[name]]
    values = [argument for argument in arguments if argument not in numbers]
    first = values[0]
    return _WRAPPER.format(
        name=name, arguments=", ".join(arguments), first=first,
        second=values[1] + ".data" if len(values) > 1 else "NULL",
        shapes=", ".join(value + ".shape" for value in values),
        size=first + (".size" if name in EACH or len(forms[-1]) == 2 else ".shape[0]"),
        sizes=(numbers + ["0.0"])[0] + ", c.size" if name in EACH else "%s.shape[0], %s.shape[1]" % (first, first),
        others=" or ".join(["type(%s) is not Array" % value for value in values]
                           + ["type(%s) is Symbol" % number for number in numbers]))


for _name in list(EACH) + list(BY_ROWS):
    globals()["_" + _name] = Fitting(_name)
    exec(_wrapper(_name))

_one_hot_or_nan = globals()["one_hot"]


def one_hot(A: Value, labels: Value) -> Value:
    result = _one_hot_or_nan(A, labels)
    if type(result) is Array and lib.pgn_has_nan(result.data, result.size):
        lists.one_hot(own(A).tolist(), own(labels).tolist())        # type: ignore[attr-defined] # says which label it is
    return result


def zeros_like(a: Value) -> Any:
    if type(a) is not Array:
        return _converted("zeros_like", a)
    return NewArray(a.shape, a.size, ffi.new(_DOUBLES, a.size))


_pick_rows, _add_to_rows = Fitting("pick_rows"), Fitting("add_to_rows")
_dropout_mask, _skip_random = Fitting("dropout_mask"), Fitting("skip_random")


def pick_rows(A: Value, numbers: Value) -> Value:
    if type(A) is not Array or type(numbers) is not Array:
        return _converted("pick_rows", A, numbers)
    rows, columns = _pick_rows[A.shape, numbers.shape]
    c = NewArray((rows, columns), rows * columns)
    if lib.pgn_pick_rows(c.data, A.data, numbers.data, A.shape[0], columns, rows):
        lists.pick_rows(A.tolist(), numbers.tolist())       # type: ignore[attr-defined] # says which number it is
    return c


def add_to_rows(A: Value, numbers: Value, grad: Value) -> Value:
    if type(A) is not Array or type(numbers) is not Array or type(grad) is not Array:
        return _converted("add_to_rows", A, numbers, grad)
    rows, columns = _add_to_rows[A.shape, numbers.shape, grad.shape]
    c = NewArray(A.shape, A.size)
    lib.pgn_add_to_rows(c.data, numbers.data, grad.data, rows, columns, numbers.size, False)
    return c


def dropout_mask(A: Value, rate: float, state: Value) -> Value:
    if type(A) is not Array or type(state) is not Array:
        if isinstance(A, NUMBER):
            return lists.dropout_mask(A, rate, own(state).tolist())     # type: ignore[attr-defined]
        return _converted("dropout_mask", A, rate, state)
    c = NewArray(_dropout_mask[A.shape, state.shape], A.size)
    lib.pgn_dropout_mask(c.data, state.data, rate, 0, c.size)
    return c


def skip_random(state: Value, n: float) -> Value:
    if type(state) is not Array:
        return _converted("skip_random", state, n)
    c = NewArray(_skip_random[state.shape], 4)
    lib.pgn_skip_random(c.data, state.data, n)
    return c


_column_sums = Fitting("column_sums")


def column_sums(A: Value) -> Value:
    if type(A) is not Array:
        return _converted("column_sums", A)
    shape = _column_sums[A.shape]
    sums = NewArray(shape, shape[0])
    lib.pgn_column_sums(sums.data, A.data, A.shape[0], A.shape[1], False)
    return sums


def _of_columns(name: str) -> Any:
    """An operation that prepares data, column by column: the kernel gets the sizes of the matrix."""
    kernel, fitting = "pgn_" + name, Fitting(name)

    def of_columns(*arguments: Any) -> Value:
        if not {Array}.issuperset(map(type, arguments)):
            return _converted(name, *arguments)
        shape = fitting[tuple([a.shape for a in arguments]) if len(arguments) > 1 else arguments[0].shape]
        result = NewArray(shape, size_of(shape))
        getattr(lib, kernel)(result.data, *[a.data for a in arguments], *arguments[0].shape)
        return result
    return of_columns


column_means, column_deviations = _of_columns("column_means"), _of_columns("column_deviations")
_standardize = _of_columns("standardize")


def standardize(A: Value, means: Value, deviations: Value) -> Value:
    result = _standardize(A, means, deviations)
    if type(result) is Array and 0.0 in deviations:
        raise ZeroDivisionError("standardize: a deviation is 0")
    return result


def total(a: Value) -> Value:
    if type(a) is not Array:
        return _converted("total", a)
    if a.shape == ():
        raise _do_not_fit("total", (a.shape,))
    return lib.pgn_total(0.0, a.data, a.size)


_mean_square_error = Fitting("mean_square_error")


def mean_square_error(y: Value, a: Value) -> Value:
    if type(y) is not Array or type(a) is not Array:
        return _converted("mean_square_error", y, a)
    _mean_square_error[y.shape, a.shape]        # an error if they do not fit
    if y.size == 0:
        raise _do_not_fit("mean_square_error", (y.shape, a.shape))
    return lib.pgn_mean_square_error(y.data, a.data, y.size)


# Rows


def draw_rows(rng: Any, rows: int, n: int) -> Any:
    """The row numbers stay in C, where `take_rows` reads them."""
    chosen = memory(n, _INDICES)
    lib.pgn_draw_rows(chosen, n, rng.state, rows)
    rng.skip(n)
    return chosen


def take_rows(a: Value, rows: Any) -> Value:
    if type(rows) is Symbol:
        return rows.recording.rows_of(a, rows)
    if type(a) is not Array:
        if isinstance(a, NUMBER):
            raise _do_not_fit("take_rows", ((),))
        chosen = list(rows)
        if chosen:              # only these are converted
            return _array(lists.take_rows(a, chosen))
        a = _array(a)
    try:
        chosen = rows if isinstance(rows, ffi.CData) else ffi.new(_INDICES, list(rows))
    except OverflowError:
        raise IndexError("there is no such row") from None
    n = len(chosen)
    columns = a.shape[1] if len(a.shape) == 2 else 1
    c = NewArray((n,) + a.shape[1:], n * columns)
    if lib.pgn_take_rows(c.data, a.data, a.shape[0], columns, chosen, n):
        raise IndexError("there is no such row")
    return c
