"""A model as a PyTorch module, to be read and trained on, with its weights in a .safetensors file beside it."""
import os
import re

from .. import __version__
from ..files import require_writable, write_whole
from ..kinds import Any, Dict, List
from ..saving import Model
from .program import Part, Program, Step
from .safetensors import as_safetensors

# What PyTorch calls each operation: a, b, c are its arguments, in order.
OPERATIONS = {
    "matmul": "a @ b", "transposed_matmul": "a.T @ b", "matmul_transposed": "a @ b.T",
    "add": "a + b", "subtract": "a - b", "multiply": "a * b", "divide": "a / b", "scale": "a * b",
    "add_number": "a + b", "weighted_mean": "c * a + (1.0 - c) * b", "square_root": "torch.sqrt(a)",
    "descend": "a - b * c", "zeros_like": "torch.zeros_like(a)",
    "sigmoid": "torch.sigmoid(a)", "sigmoid_gradient": "a * (1.0 - a) * b",
    "exp": "torch.exp(a)", "log": "torch.log(a)", "tanh": "torch.tanh(a)", "tanh_gradient": "(1.0 - a * a) * b",
    "relu": "torch.relu(a)", "relu_gradient": "torch.where(a > 0.0, b, 0.0)",
    "leaky_relu": "torch.where(a > 0.0, a, b * a)", "leaky_relu_gradient": "torch.where(a > 0.0, b, c * b)",
    "softplus": "torch.nn.functional.softplus(a, threshold=40.0)",
    "binary_cross_entropy": "(torch.relu(b) - b * a.reshape(b.shape) + torch.log1p(torch.exp(-torch.abs(b))))"
                            ".reshape(a.shape)",
    "row_maxima": "a.amax(1)", "subtract_column": "a - b[:, None]", "multiply_column": "a * b[:, None]",
    "divide_column": "a / b[:, None]",
    "one_hot": "torch.nn.functional.one_hot(b.long(), a.shape[1]).to(a)",
    "pick_rows": "a[b.long()]", "add_to_rows": "torch.zeros_like(a).index_add(0, b.long(), c)",
    "add_row": "a + b", "standardize": "(a - b) / c",
    "total": "a.sum()", "row_sums": "a.sum(1)", "column_sums": "a.sum(0)", "column_means": "a.mean(0)",
    "column_deviations": "((a - b) ** 2).mean(0).sqrt()", "mean_square_error": "((a - b.reshape(a.shape)) ** 2).mean()",
    "scaled_difference": "a * (b - c.reshape(b.shape))",
}
ATOM = re.compile(r"[\w.]+(\([^()]*\))?")

TEXT = '''"""A model that pygraphnn %(version)s has trained, as a PyTorch module.

    model = Model()                             # in float64, with the weights of %(weights)s
    outputs = model(rows)                       # a tensor: for each row its features, in their own units

%(names)s"""
import json
import os
import struct

import torch

WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), %(weights)r)


def tensors(path=WEIGHTS):
    """{name: tensor} of a .safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        numbers = bytearray(file.read())
    header.pop("__metadata__", None)
    found = {}
    for name, item in header.items():
        first, end = item["data_offsets"]
        found[name] = torch.frombuffer(numbers[first:end], dtype=torch.float64).reshape(item["shape"]).clone()
    return found


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name, tensor in tensors().items():
            if name in %(trainable)r:
                setattr(self, name, torch.nn.Parameter(tensor))
            else:
                self.register_buffer(name, tensor)

%(methods)s
'''


def export_torch(path: Any, model: Model) -> None:
    """Writes a model as a PyTorch module, and its weights beside it: model.pt.py and model.pt.safetensors.

    The module, `Model`, computes in float64 what the network predicts, and can be trained on; what a Dropout leaves out
    in training is not left out there. ValueError: the model is no function of a row, or PyTorch has no word for an
    operation. OSError: a file cannot be written.
    """
    program = Program(model)
    program.require_operations(OPERATIONS, "a PyTorch module")
    require_writable(path)
    weights = weights_beside(path)
    require_writable(weights)
    is_new = not os.path.exists(weights)
    write_whole(weights, as_safetensors(program.constants(), {"format": "pt"}))
    try:
        write_whole(path, _as_module(program, os.path.basename(weights)))
    except BaseException:               # a Ctrl-C, too: weights without a module are of no use
        if is_new:
            os.remove(weights)
        raise


def weights_beside(path: Any) -> str:
    """The file for the weights: model.pt.safetensors for model.pt.py."""
    name = os.fsdecode(path)
    return (name[:-len(".py")] if name.lower().endswith(".py") else name) + ".safetensors"


def _as_module(program: Program, weights: str) -> str:
    model, methods = program.model, [_method(program.predict, "forward", "What is predicted for each row.")]
    if program.probabilities:
        methods.append(_method(program.probabilities, "probabilities",
                               "The share of each class, from what the model gives."))
    names = [(what, name) for what, name in (
        ("Features", ", ".join(model.feature_names or [])), ("Classes", ", ".join(model.class_names or [])),
        ("Target", model.target_name)) if name]
    trainable = sorted(name for part in program.parts for name in part.trainable)
    return TEXT % {"version": __version__, "weights": weights, "trainable": tuple(trainable),
                   "names": "".join("%s: %s\n" % (what, re.sub(r'[\\"]', " ", name)) for what, name in names),
                   "methods": "\n\n".join(methods)}


def _method(part: Part, name: str, doc: str) -> str:
    lines = ["    def %s(self, %s):" % (name, part.rows), '        """%s"""' % doc]

    def as_text(argument: Any) -> str:
        return "self." + argument if argument in part.constants else str(argument)
    lines += ["        %s = %s" % line for line in part.lines(_expression, as_text)]
    return "\n".join(lines + ["        return %s" % part.output])


def _expression(step: Step, arguments: List[str]) -> str:
    """The operation, with the arguments in brackets where they are more than a word or a call."""
    pattern = OPERATIONS[step.operation]
    texts: Dict[str, str] = {}
    for letter, argument in zip("abc", arguments):
        is_clear = ATOM.fullmatch(argument) or letter == "a" and pattern in ("a + b", "a - b")
        texts[letter] = argument if is_clear else "(%s)" % argument
    return re.sub(r"(?<![\w.])[abc](?!\w)", lambda found: texts[found.group()], pattern)
