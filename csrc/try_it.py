"""Whether kernels that have just been built give the bits of the loops in `pygraphnn/lists.py`, on telling numbers.

What a compiler is told, by an option, a file of options or a wrapper script, may change arithmetic without a word.
`build.py` runs this in a process of its own, since a module that crashes must not take the build along. It prints the
digest of the sources that the module was built from, and then, if something differs, one line that says what.
"""
import importlib
import math
import struct
import sys

X = 1.0 + 1.0 / (1 << 30)           # its square, rounded, is 1 + 1/2²⁹; a fused multiply-add sees 1/2⁶⁰ more
INF, NAN = float("inf"), float("nan")
SPECIAL = [0.0, -0.0, INF, -INF, NAN, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-310, 1e308, -1e308, 1.0 / 3.0, 49.0,
           X, 1e16]
# Sums whose last bits depend on the order: the terms are of all sizes, and cancel.
TERMS = [(-1.0) ** i * (1.0 + i / 7.0) * [1.0, 1e-9, 1e9, 3e-5, 1e16][i % 5] for i in range(67)]
MATRIX = [TERMS[i:i + 23] for i in range(40)]
SQUARE = [[math.sin(37 * i + 11 * j) * [1.0, 1e-7, 1e5][(i + j) % 3] for j in range(97)] for i in range(97)]
ARGUMENTS = SPECIAL + [i / 16.0 - 40.0 for i in range(1280)]
ARGUMENTS += [math.sin(i) * scale for scale in (745.0, 0.125) for i in range(400)]


def calls() -> list:
    """[(operation, arguments)]"""
    swapped = SPECIAL[::-1]
    thin = [[-1.0, X]] * 9, [[1.0 + 1.0 / (1 << 29)] * 17, [X] * 17]
    columns = [list(column) for column in zip(*thin[1])]
    rows = [list(row) for row in zip(*thin[0])]
    found = [("matmul", thin), ("matmul_transposed", (thin[0], columns)), ("transposed_matmul", (rows, thin[1])),
             ("matmul", (SQUARE, SQUARE)), ("transposed_matmul", (SQUARE, SQUARE)), ("matmul", (MATRIX, SQUARE[:23])),
             ("descend", ([1.0 + 1.0 / (1 << 29)] * 9, X, [X] * 9)), ("descend", (SPECIAL, 0.5, swapped)),
             ("sigmoid", (ARGUMENTS,)), ("sigmoid_gradient", (SPECIAL, swapped)), ("add_row", ([SPECIAL] * 3, swapped)),
             ("scale", (SPECIAL, 1.0 / 3.0)), ("scale", (SPECIAL, -1.0)), ("scaled_difference", (X, SPECIAL, swapped)),
             ("standardize", (MATRIX, MATRIX[3], [49.0] * 23)), ("mean_square_error", (TERMS, TERMS[::-1])),
             ("column_deviations", (MATRIX, MATRIX[3]))]
    found += [(name, (SPECIAL, swapped)) for name in ("add", "subtract", "multiply")]
    found += [(name, (MATRIX,)) for name in ("total", "row_sums", "column_sums", "column_means")]
    return found


def bits(value) -> list:
    """The 64 bits of each number; every NaN counts as the same."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list):
        return [piece for item in value for piece in bits(item)]
    return [struct.pack("<d", value if value == value else NAN)]


def difference(kernels, lists) -> str:
    """What differs, in words; empty if nothing does."""
    expected = [(name, arguments, bits(getattr(lists, name)(*arguments))) for name, arguments in calls()]
    for path in range(8):
        if kernels.lib.pgn_set_path(path) == 0:         # the processor has it
            for name, arguments, right in expected:
                for one, other in zip(bits(getattr(kernels, name)(*arguments)), right):
                    if one != other:
                        return "%s gives %r in the place of %r" % ((name,) + struct.unpack("<dd", one + other))
    if kernels.is_finite([1.0, NAN]) or kernels.is_finite([INF, 1.0]) or kernels.checked([1.0, NAN]) is not None:
        return "NaN and infinities are not recognised"
    if 5e-324 * float("1.0") != 5e-324 or 2.2250738585072014e-308 * float("0.5") == 0.0:
        return "the smallest numbers have become 0 in the whole process"
    return ""


def main(module_folder: str, package: str) -> None:
    sys.path.insert(0, module_folder)
    module = importlib.import_module("_kernels")
    print(module.ffi.string(module.lib.pgn_sources()).decode())
    sys.modules["pygraphnn._kernels"] = module              # instead of the one from before, if there is one
    sys.path.insert(0, package)
    kernels, lists = [importlib.import_module("pygraphnn." + name) for name in ("kernels", "lists")]
    print(difference(kernels, lists))


if __name__ == "__main__":
    main(*sys.argv[1:])
