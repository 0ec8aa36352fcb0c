"""A model as one file of C11, for microcontrollers and wherever there is a compiler: no library, no allocation.

The formulas of each element are those of csrc/each.h, as they stand there; the other loops are in operations.c.
"""
import math
import re
import struct
import textwrap

from .. import __version__
from ..answering import Features
from ..files import write_whole
from ..kinds import Any, Dict, List, Optional, Shape, Tuple, Value
from ..packaged import bytes_of
from ..saving import Model
from ..shapes import FORMS, SEVERAL, size_of
from .plain import WIDTH, filled
from .program import Part, Program, Step

# The formulas that each.h has not, since csrc/ computes these functions in vectors.
MORE_EACH = {
    "exp": "exp(a[i])", "tanh": "tanh(a[i])", "zeros_like": "a[i] != a[i] ? 0.0 : 0.0",
    "sigmoid": "a[i] >= 0.0 ? 1.0 / (1.0 + exp(-a[i])) : exp(a[i]) / (1.0 + exp(a[i]))"}
EACH = """static void nn_%s(real *c, %s%s, int n)
{
    for (int i = 0; i < n; i++)
        c[i] = %s;
}"""
FUNCTIONS = r"\b(exp|log|log1p|tanh|sqrt|fabs)\("

HEADING = """/* A model that pygraphnn %(version)s has trained, in C11, with %(real)s numbers.
 *
 *     cc -std=c11 -O2 -ffp-contract=off model.c -o model -lm
 *     ./model new.csv                 reads rows, from stdin without a name, and writes what is predicted for each
 *
%(columns)s
 *
 * With -DNO_MAIN there is no program, only
 *
 *     void predict(const %(real)s row[%(features)d], %(real)s outputs[%(outputs)d]);
 *
 * which allocates nothing, and is not for two threads at once. */
#if defined __clang__
#pragma STDC FP_CONTRACT OFF /* as pygraphnn rounds: each operation on its own */
#endif
#include <math.h>

typedef %(real)s real;
#define FEATURES %(features)d
#define OUTPUTS %(outputs)d
"""


def export_c(path: Any, model: Model, float32: bool = False) -> None:
    """Writes a model as one file of C11, with doubles, or with floats: `predict`, and a program that reads CSV files.

    In doubles, gcc and clang give the bits that the package gives on the same machine. ValueError: the model is no
    function of a row, or draws random numbers. OSError: the file cannot be written.
    """
    write_whole(path, as_c(Program(model), float32))


def as_c(program: Program, float32: bool = False) -> str:
    loops = _loops()
    program.require_operations(loops, "a file of C")
    real = "float" if float32 else "double"
    model, first = program.model, program.predict
    pieces = [HEADING % {"version": __version__, "real": real, "features": first.width, "outputs": first.outputs,
                         "columns": _columns(model)}]
    pieces += [_array(name, value, float32) for name, value in program.constants().items()]
    used = dict.fromkeys([step.operation for part in program.parts for step in part.steps])
    pieces += [_in_floats(loops[operation]) if float32 else loops[operation] for operation in used]
    pieces.append(_function(first, "predict", "FEATURES", "OUTPUTS", float32))
    if program.probabilities:
        pieces.append("#define CLASSES %d" % program.probabilities.outputs)
        pieces.append(_function(program.probabilities, "probabilities", "OUTPUTS", "CLASSES", float32))
    pieces += ["#ifndef NO_MAIN", _main(program, float32), "#endif"]
    return "\n".join(piece.rstrip("\n") + "\n" for piece in pieces)


def _columns(model: Model) -> str:
    """What a comment says of them."""
    if model.feature_names is None:
        return " * A row is its features alone, and there is no header."
    names = ", ".join(model.feature_names).replace("*/", "* /").replace("/*", "/ *").replace("\\", "/")
    return textwrap.fill("The columns may stand in any order, and beside others: %s." % names, WIDTH,
                         initial_indent=" * ", subsequent_indent=" * ", break_long_words=False)


def _loops() -> Dict[str, str]:
    """{operation: a function in C}"""
    each = dict(MORE_EACH)
    for name, formula in re.findall(r"^EACH\((\w+), (.*)\)$", _text("csrc", "each.h"), re.MULTILINE):
        each[name] = formula.replace("library_", "")
    found = {}
    for name, formula in each.items():
        forms = FORMS[name][:-1]
        arrays = "ab"[:len(forms) - forms.count("#")]
        found[name] = EACH % (name, ", ".join(["const real *" + letter for letter in arrays]),
                              ", real number" * ("#" in forms), formula)
    for function in _text("exporting", "operations.c").split("\n\n"):
        begin = re.match(r"static void nn_(\w+)\(", function)
        if begin:
            found[begin.group(1)] = function
    return found


def _text(folder: str, file: str) -> str:
    return bytes_of("C sources", folder, file).decode("utf-8")


def _in_floats(function: str) -> str:
    """Literals and functions of single precision, so that nothing is computed in doubles on the way."""
    return re.sub(FUNCTIONS, r"\1f(", re.sub(r"\b(\d+\.\d+)\b", r"\1f", function))


def _array(name: str, value: Value, float32: bool) -> str:
    rows = value if isinstance(value, list) else [value]
    rows = rows if isinstance(rows[0], list) else [rows]
    lines = [line for row in rows for line in filled([number(x, float32) for x in row])]
    sizes = "%d * %d" % (len(rows), len(rows[0])) if len(rows) > 1 else "%d" % len(rows[0])
    return "static const real %s[%s] = {\n%s\n};" % (name, sizes, "\n".join("    " + line for line in lines))


def number(x: float, float32: bool = False) -> str:
    """A number that C reads to the bit: the nearest float, or the double itself."""
    if float32:
        try:
            x, = struct.unpack("<f", struct.pack("<f", x))
        except OverflowError:
            x = math.copysign(math.inf, x)
    if math.isinf(x):
        return "INFINITY" if x > 0.0 else "-INFINITY"
    if not float32:
        return repr(x)
    digits = "%.9g" % x
    return digits + ("f" if "." in digits or "e" in digits else ".0f")


def _function(part: Part, name: str, width: str, outputs: str, float32: bool) -> str:
    renamed = {part.output: "outputs"}
    sizes = {step.name: size_of(step.shape) for step in part.steps if step.name != part.output}
    head = "void %s(const real %s[%s], real outputs[%s])" % (name, part.rows, width, outputs)
    lines = [head + ";", "", head, "{"]
    if sizes:
        arrays = filled(["%s[%d]" % item for item in sizes.items()], 20)
        lines += ["    static real %s;" % line.rstrip(",") for line in arrays]
    lines += ["    " + _call(step, part, renamed, float32) for step in part.steps]
    return "\n".join(lines + ["}"])


def _call(step: Step, part: Part, renamed: Dict[str, str], float32: bool) -> str:
    """A call of a loop: the result, the arrays, the number, the sizes."""
    forms = FORMS[step.operation]
    arrays, numbers, shapes = [], [], []
    for form, argument in zip(forms, step.arguments):
        if isinstance(argument, float):
            numbers.append(number(argument, float32))
        elif form == "#":
            numbers.append(argument + "[0]")
        else:
            arrays.append(argument)
            shapes.append(part.shapes[argument])
    sizes = _sizes([form for form in forms if form != "#"], shapes)
    return "nn_%s(%s);" % (step.operation, ", ".join([renamed.get(step.name, step.name)] + arrays + numbers
                                                     + list(map(str, sizes))))


def _sizes(forms: List[str], shapes: List[Shape]) -> List[int]:
    """How many elements; or the sizes that the letters stand for, each once, in the order in which they come."""
    if forms[0] in SEVERAL:
        return [size_of(shapes[0])]
    found: Dict[str, int] = {}
    for form, shape in zip(forms, shapes):
        for letter, size in zip(form, shape):
            found.setdefault(letter, size)
    return list(found.values())


# The program around it


def _main(program: Program, float32: bool) -> str:
    sources, decimal_comma = _sources(program.model, program.predict.width)
    rows = ["    {%s, %s}," % (c_text(column), c_text(text)) for column, text in sources]
    names = program.model.class_names or []
    classes = "static const char *const CLASS_NAMES[CLASSES] = {%s};\n" % ", ".join(map(c_text, names)) if names else ""
    body = _text("exporting", "csv_main.c").split("*/\n", 1)[1]
    return ("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n#define TARGET %s\n#define DIGITS %d\n"
            "#define DECIMAL_COMMA %d\n/* Of each feature the column, and the text that counts as 1 in it. */\n"
            "static const struct { const char *column, *text; } sources[FEATURES] = {\n%s\n};\n%s%s" % (
                c_text(program.model.target_name or "target"), 9 if float32 else 17, decimal_comma, "\n".join(rows),
                classes, body))


def _sources(model: Model, width: int) -> Tuple[List[Tuple[Optional[str], Optional[str]]], bool]:
    """For each feature its column and the text in it that counts as 1, or None; whether numbers have commas."""
    if model.feature_names is None:
        return [(None, None)] * width, False
    features = Features(model)
    return list(features.sources), features.decimal_comma


def c_text(text: Optional[str]) -> str:
    """A text as C writes it, in UTF-8."""
    if text is None:
        return "NULL"
    return '"%s"' % "".join([chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else "\\%03o" % byte
                             for byte in text.encode("utf-8", "surrogatepass")])
