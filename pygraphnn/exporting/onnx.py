"""A model as an ONNX file, which ONNX Runtime and many others run: on servers, phones, and in web pages.

An ONNX file is a message in the form of Protocol Buffers: fields, each with a number, a kind and its content, one after
the other. The numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""
import ast
import json
import struct

from .. import __version__
from ..files import write_whole
from ..kinds import Any, Dict, List, Shape, Union, Value
from ..lists import shape as shape_of
from ..saving import Model
from ..shapes import FORMS
from .program import Part, Program, Step
from .safetensors import as_doubles

OPSET, IR_VERSION = 17, 8       # of the operators, and of the file's form: both of 2022
FLOAT, INT64, DOUBLE = 1, 7, 11         # what ONNX calls the kinds of numbers
MOST_BYTES = 1 << 31            # that Protocol Buffers allow
OF_FLOAT, OF_INT, OF_STRING, OF_INTS = 1, 2, 3, 7       # kinds of attributes

# What ONNX calls each operation: a, b, c are its arguments in order, KIND is the kind of the numbers. Numbers in
# brackets are a list of whole ones, a keyword is an attribute.
OPERATIONS = {
    "matmul": "MatMul(a, b)", "transposed_matmul": "MatMul(Transpose(a), b)",
    "matmul_transposed": "MatMul(a, Transpose(b))",
    "add": "Add(a, b)", "subtract": "Sub(a, b)", "multiply": "Mul(a, b)", "divide": "Div(a, b)", "scale": "Mul(a, b)",
    "add_number": "Add(a, b)", "weighted_mean": "Add(Mul(c, a), Mul(Sub(1.0, c), b))", "square_root": "Sqrt(a)",
    "descend": "Sub(a, Mul(b, c))", "zeros_like": "Where(Greater(a, a), a, 0.0)",
    "sigmoid": "Sigmoid(a)", "sigmoid_gradient": "Mul(Mul(a, Sub(1.0, a)), b)",
    "exp": "Exp(a)", "log": "Log(a)", "tanh": "Tanh(a)", "tanh_gradient": "Mul(Sub(1.0, Mul(a, a)), b)",
    "relu": "Relu(a)", "relu_gradient": "Where(Greater(a, 0.0), b, 0.0)",
    "leaky_relu": "Where(Greater(a, 0.0), a, Mul(b, a))",
    "leaky_relu_gradient": "Where(Greater(a, 0.0), b, Mul(c, b))",
    "softplus": "Add(Relu(a), LogOfOneAnd(Exp(Neg(Abs(a)))))",
    "binary_cross_entropy": "Add(Sub(Relu(b), Mul(b, a)), LogOfOneAnd(Exp(Neg(Abs(b)))))",
    "row_maxima": "ReduceMax(a, axes=[1], keepdims=0)", "subtract_column": "Sub(a, Unsqueeze(b, [1]))",
    "multiply_column": "Mul(a, Unsqueeze(b, [1]))", "divide_column": "Div(a, Unsqueeze(b, [1]))",
    "one_hot": "Cast(OneHot(Cast(b, to=INT64), Gather(Shape(a), [1]), [0, 1]), to=KIND)",
    "pick_rows": "Gather(a, Cast(b, to=INT64))",
    "add_to_rows": "ScatterND(Where(Greater(a, a), a, 0.0), Unsqueeze(Cast(b, to=INT64), [1]), c, reduction='add')",
    "add_row": "Add(a, b)", "standardize": "Div(Sub(a, b), c)",
    "total": "ReduceSum(a, keepdims=0)", "row_sums": "ReduceSum(a, [1], keepdims=0)",
    "column_sums": "ReduceSum(a, [0], keepdims=0)", "column_means": "ReduceMean(a, axes=[0], keepdims=0)",
    "column_deviations": "Sqrt(ReduceMean(Mul(Sub(a, b), Sub(a, b)), axes=[0], keepdims=0))",
    "mean_square_error": "ReduceMean(Mul(Sub(a, b), Sub(a, b)), keepdims=0)", "scaled_difference": "Mul(a, Sub(b, c))",
}
# What several of them need and ONNX has not. log(1 + a) by W. Kahan's way, which makes up for the rounding of 1 + a.
MORE = {"LogOfOneAnd": "Where(Equal(Add(a, 1.0), 1.0), a, Div(Mul(Log(Add(a, 1.0)), a), Sub(Add(a, 1.0), 1.0)))"}


def export_onnx(path: Any, model: Model, float32: bool = False) -> None:
    """Writes a model as an ONNX file of opset 17, in double precision, or in single.

    Input: rows of features in their own units, by the name of the model's placeholder X. Outputs: what the network
    predicts, by the name of its output node; of classes also "probabilities". Names of features and classes are in the
    metadata. ValueError: the model is no function of a row, or ONNX has no word for an operation, or the file would be
    larger than 2 GB. OSError: it cannot be written.
    """
    program = Program(model)
    program.require_operations(OPERATIONS, "an ONNX file")
    content = as_onnx(program, float32)
    if len(content) >= MOST_BYTES:
        raise ValueError("an ONNX file holds less than 2 GB: export as .safetensors")
    write_whole(path, content)


def as_onnx(program: Program, float32: bool = False) -> bytes:
    graph = _Graph(FLOAT if float32 else DOUBLE)
    for name, value in program.constants().items():
        graph.constant(name, value)
    for part in program.parts:
        for step in part.steps:
            graph.add(step, part)
    first = program.predict
    renamed = {first.output: first.output}
    if program.probabilities:
        renamed[program.probabilities.output] = "probabilities"
    for node in graph.nodes:
        node.outputs = [renamed.get(name, name) for name in node.outputs]
    content = b"".join([message(1, node.content()) for node in graph.nodes])
    content += text(2, "pygraphnn") + b"".join([message(5, tensor) for tensor in graph.tensors])
    content += message(11, graph.described(first.rows, ["rows", first.width]))
    for part in program.parts:
        shape: List[Union[str, int]] = ["rows"]
        content += message(12, graph.described(renamed[part.output], shape + list(part.shapes[part.output][1:])))
    return (integer(1, IR_VERSION) + text(2, "pygraphnn") + text(3, __version__) + message(7, content)
            + message(8, integer(2, OPSET)) + _metadata(program.model))


def _metadata(model: Model) -> bytes:
    found = b""
    for name in ("feature_names", "class_names", "target_name"):
        value = getattr(model, name)
        if value is not None:
            found += message(14, text(1, name) + text(2, value if isinstance(value, str) else json.dumps(value)))
    return found


class _Node:
    def __init__(self, operator: str, inputs: List[str], output: str, attributes: bytes) -> None:
        self.operator, self.inputs, self.outputs, self.attributes = operator, inputs, [output], attributes

    def content(self) -> bytes:
        return (b"".join([text(1, name) for name in self.inputs]) + b"".join([text(2, name) for name in self.outputs])
                + text(3, self.outputs[0]) + text(4, self.operator) + self.attributes)


class _Graph:
    """Nodes and constants while they are collected. kind: of the numbers."""

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.nodes: List[_Node] = []
        self.tensors: List[bytes] = []
        self.known: Dict[str, str] = {}             # {a number or list as text: the name of its constant}

    def constant(self, name: str, value: Value) -> None:
        self._tensor(name, self.kind, list(shape_of(value)), as_doubles(value, "f" if self.kind == FLOAT else "d"))

    def _tensor(self, name: str, kind: int, shape: List[int], content: bytes) -> None:
        sizes = b"".join([integer(1, size) for size in shape])
        self.tensors.append(sizes + integer(2, kind) + text(8, name) + message(9, content))

    def number(self, x: float) -> str:
        """The name of a constant that is this number."""
        key = repr(x)
        if key not in self.known:
            self.known[key] = "number.%s" % key
            self.constant(self.known[key], x)
        return self.known[key]

    def whole_numbers(self, found: List[int]) -> str:
        key = repr(found)
        if key not in self.known:
            self.known[key] = "list.%s" % "_".join(map(str, found))
            self._tensor(self.known[key], INT64, [len(found)], struct.pack("<%dq" % len(found), *found))
        return self.known[key]

    def described(self, name: str, shape: List[Union[str, int]]) -> bytes:
        """An input or an output: its name, and what it is."""
        sizes = b"".join([message(1, text(2, size) if isinstance(size, str) else integer(1, size)) for size in shape])
        return text(1, name) + message(2, message(1, integer(1, self.kind) + message(2, sizes)))

    def add(self, step: Step, part: Part) -> None:
        arguments = [self.number(x) if isinstance(x, float) else x for x in step.arguments]
        shapes: List[Shape] = [() if isinstance(x, float) else part.shapes[x] for x in step.arguments]
        places = [place for place, form in enumerate(FORMS[step.operation][:-1]) if form == "|"]
        for place in places[1:]:                # a vector of n fits a matrix of n × 1
            if len(shapes[place]) != len(shapes[places[0]]):
                reshaped = "%s.as_%s" % (step.name, arguments[place])
                self._node("Reshape", [arguments[place], self.whole_numbers([-1, 1][:len(shapes[places[0]])])],
                           reshaped)
                arguments[place] = reshaped
        self._called(_parsed(OPERATIONS[step.operation]), step.name, dict(zip("abc", arguments)))

    def _node(self, operator: str, inputs: List[str], output: str, attributes: bytes = b"") -> str:
        self.nodes.append(_Node(operator, inputs, output, attributes))
        return output

    def _called(self, call: Any, output: str, letters: Dict[str, str]) -> str:
        """A call, with those inside of it before it. Returns the name of its output."""
        operator, inputs = call.func.id, []
        for place, argument in enumerate(call.args):
            if isinstance(argument, ast.Call):
                inputs.append(self._called(argument, "%s.%s%d" % (output, operator, place), letters))
            elif isinstance(argument, ast.Name):
                inputs.append(letters[argument.id])
            else:
                value = ast.literal_eval(argument)
                inputs.append(self.whole_numbers(value) if isinstance(value, list) else self.number(value))
        if operator in MORE:
            return self._called(_parsed(MORE[operator]), output, dict(zip("a", inputs)))
        attributes = b"".join([message(5, self._attribute(keyword.arg, keyword.value)) for keyword in call.keywords])
        return self._node(operator, inputs, output, attributes)

    def _attribute(self, name: str, node: Any) -> bytes:
        value = {"KIND": self.kind, "INT64": INT64}[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)
        if isinstance(value, list):
            content = b"".join([integer(8, x) for x in value]) + integer(20, OF_INTS)
        elif isinstance(value, str):
            content = text(4, value) + integer(20, OF_STRING)
        else:
            content = integer(3, value) + integer(20, OF_INT)
        return text(1, name) + content


def _parsed(call: str) -> Any:
    return ast.parse(call, mode="eval").body


# Protocol Buffers: a field begins with its number and its kind, 0 for an integer, 2 for bytes with their length


def integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def text(field: int, value: str) -> bytes:
    return message(field, value.encode("utf-8"))


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(found + bytes([value]))
