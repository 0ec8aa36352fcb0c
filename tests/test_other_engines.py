"""Exported models in ONNX Runtime and in PyTorch, beside what the package predicts; .safetensors in its own library."""
import importlib.util
import json
import random

import pytest
from exported import ALL, expected, model_of
from networks import as_lists, lesson_network, same_bits

import pygraphnn as pg
from pygraphnn import lists
from pygraphnn.exporting import onnx as to_onnx
from pygraphnn.exporting import pytorch as to_pytorch
from pygraphnn.exporting.program import Part, Step
from pygraphnn.shapes import FORMS, NUMBERS, shape_of_result

torch = pytest.importorskip("torch")
numpy = pytest.importorskip("numpy")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
safetensors = pytest.importorskip("safetensors")


def far(found, wanted):
    """The largest distance, relative to numbers above 1."""
    found, wanted = [numpy.asarray(as_lists(x), dtype=float) for x in (found, wanted)]
    assert found.shape == wanted.shape
    same = (found == wanted) | (numpy.isnan(found) & numpy.isnan(wanted))       # infinities, too
    with numpy.errstate(invalid="ignore"):
        return float(numpy.where(same, 0.0, abs(found - wanted) / numpy.maximum(1.0, abs(wanted))).max())


# ONNX


def session_of(path):
    onnx.checker.check_model(onnx.load(str(path)), full_check=True)
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("float32, farthest", [(False, 1e-12), (True, 1e-5)])
@pytest.mark.parametrize("name", ALL)
def test_onnx_runtime(name, float32, farthest, tmp_path):
    model, rows, outputs, shares = expected(name)
    pg.export_onnx(tmp_path / "model.onnx", model, float32=float32)
    session = session_of(tmp_path / "model.onnx")
    given, = session.get_inputs()
    assert given.shape[0] == "rows" and given.shape[1:] == [len(rows[0])]
    assert [entry.version for entry in onnx.load(str(tmp_path / "model.onnx")).opset_import] == [17]
    found = session.run(None, {given.name: numpy.array(rows, dtype=numpy.float32 if float32 else numpy.float64)})
    assert far(found[0], outputs) <= farthest
    assert [x.shape[0] for x in session.get_outputs()] == ["rows"] * len(found) and len(found) == 1 + bool(shares)
    if shares:
        assert session.get_outputs()[1].name == "probabilities" and far(found[1], shares) <= farthest
    one = session.run(None, {given.name: numpy.array(rows[:1], dtype=numpy.float32 if float32 else numpy.float64)})
    assert far(one[0], as_lists(outputs)[:1]) <= farthest


def test_onnx_names_what_people_look_for(tmp_path):
    model, _ = model_of("classes")
    pg.export_onnx(tmp_path / "model.onnx", model)
    session = session_of(tmp_path / "model.onnx")
    assert [x.name for x in session.get_inputs() + session.get_outputs()] == ["X", "out", "probabilities"]
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["class_names"]) == model.class_names
    assert json.loads(metadata["feature_names"]) == model.feature_names and metadata["target_name"] == "sort"
    found = onnx.load(str(tmp_path / "model.onnx"))
    assert (found.producer_name, found.producer_version) == ("pygraphnn", pg.__version__)


# PyTorch


def module_of(path):
    spec = importlib.util.spec_from_file_location("exported_module", str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Model()


@pytest.mark.parametrize("name", ALL)
def test_torch(name, tmp_path):
    model, rows, outputs, shares = expected(name)
    pg.export_torch(tmp_path / "model.pt.py", model)
    module = module_of(tmp_path / "model.pt.py")
    with torch.no_grad():
        found = module(torch.tensor(rows, dtype=torch.float64))
        assert far(found.tolist(), outputs) <= 1e-12
        if shares:
            assert far(module.probabilities(found).tolist(), shares) <= 1e-12
    trainable = {node.name for node in model.graph if node.is_trainable}
    assert len(dict(module.named_parameters())) == len(trainable)


def test_a_torch_module_can_be_trained_on_as_here(tmp_path):
    """Some steps of gradient descent there and here."""
    boston = pg.load_dataset("boston")
    X, y, prediction, loss, parameters = lesson_network()
    model = pg.Model(prediction, X, loss=loss, y=y, like=boston.data)
    pg.export_torch(tmp_path / "model.pt.py", model)
    module = module_of(tmp_path / "model.pt.py")
    descent = torch.optim.SGD(module.parameters(), lr=1e-3)
    rows, target = [torch.tensor(x, dtype=torch.float64) for x in (boston.data, [[x] for x in boston.target])]
    graph = pg.topological_sort_feed_dict({X: model.standardized(boston.data), y: boston.target})
    for _ in range(20):
        descent.zero_grad()
        torch.nn.functional.mse_loss(module(rows), target).backward()
        descent.step()
        pg.forward_and_backward(graph)
        pg.optimize(parameters, 1e-3)
    for node in parameters:
        assert far(getattr(module, node.name).tolist(), node.value) <= 1e-12


# .safetensors


@pytest.mark.parametrize("name", [name for name in ALL if name != "names"])
def test_the_library_of_safetensors_reads_the_same_bits(name, tmp_path):
    from safetensors.numpy import load_file
    model, _ = model_of(name)
    pg.export_safetensors(tmp_path / "x.safetensors", model)
    found = load_file(str(tmp_path / "x.safetensors"))
    kept = {node.name: node.value for node in model.graph if isinstance(node, pg.Placeholder) and node is not model.X}
    assert set(found) == set(kept) and all(same_bits(found[name].tolist(), as_lists(kept[name])) for name in kept)
    with safetensors.safe_open(str(tmp_path / "x.safetensors"), "np") as file:
        assert json.loads(file.metadata().get("means", "null")) == model.means


def test_what_its_library_writes_is_read(tmp_path):
    from safetensors.torch import save_file
    model, _ = model_of("classes")
    wanted = {"W1": torch.randn(3, 4, dtype=torch.float64), "b1": torch.randn(4).half(),
              "W3": torch.randn(4, 3).bfloat16(), "b3": torch.randn(3)}
    save_file(wanted, str(tmp_path / "x.safetensors"), metadata={"format": "pt"})
    pg.load_model(tmp_path / "x.safetensors", into=model)
    for node in model.graph:
        if node.name in wanted:
            assert same_bits(as_lists(node.value), wanted[node.name].double().tolist())


# Each operation by itself, of numbers that are hard, too


SIZES = {"n": 4, "m": 3, "p": 2, "k": 5, "N": 4}
HARD = [0.0, -0.0, 800.0, -800.0, 1e-17, -1e-17, 36.5, -36.5, 1.0, -1.0, 3.0]
POSITIVE = {"log", "square_root"}


def arguments_of(operation, seed):
    """Of the sizes above; where any shape fits, a matrix."""
    source = random.Random(seed)
    found = []
    for place, form in enumerate(FORMS[operation][:-1]):
        if place in NUMBERS[operation]:
            found.append(0.25)
            continue
        shape = [SIZES[letter] for letter in ("nm" if form in "…~|" else form)]
        numbers = [source.choice(HARD) if source.random() < 0.3 else source.uniform(-3.0, 3.0)
                   for _ in range(shape[0] * (shape + [1])[1])]
        if operation in POSITIVE or operation == "standardize" and place == 2:
            numbers = [abs(x) + 0.5 for x in numbers]
        if operation in ("one_hot", "pick_rows", "add_to_rows") and place == 1:
            numbers = [float(source.randrange(3)) for _ in numbers]
        found.append(numbers if len(shape) == 1 else
                     [numbers[first:first + shape[1]] for first in range(0, len(numbers), shape[1])])
    return found


class Single:
    """A program of one operation: the first argument is what is fed, the others are constants."""

    def __init__(self, operation, arguments):
        names = ["arg%d" % place for place in range(len(arguments))]
        matrix = [name for name, value in zip(names, arguments) if isinstance(value, list)][0]
        self.predict = part = Part(matrix, 0)
        part.constants = {name: value for name, value in zip(names, arguments)
                          if isinstance(value, list) and name != matrix}
        part.shapes = {name: lists.shape(value) for name, value in zip(names, arguments) if isinstance(value, list)}
        shape = shape_of_result(operation, tuple(part.shapes.values()))
        part.steps = [Step("result", operation, [name if isinstance(value, list) else value
                                                 for name, value in zip(names, arguments)], shape, None)]
        part.output, part.shapes["result"] = "result", shape
        self.fed, self.parts, self.probabilities = arguments[names.index(matrix)], [part], None
        self.model = model_of("own")[0]

    def constants(self):
        return self.predict.constants


@pytest.mark.parametrize("operation", sorted(to_onnx.OPERATIONS))
def test_each_operation(operation, tmp_path):
    for seed in range(6):
        arguments = arguments_of(operation, seed)
        if seed == 5 and FORMS[operation].count("|") > 1:       # a vector beside a matrix of one column
            arguments = [[[x[0]] for x in value] if isinstance(value, list) else value for value in arguments]
            arguments[-1] = [x for x, in arguments[-1]]
        wanted = getattr(lists, operation)(*arguments)
        program = Single(operation, arguments)
        content = bytearray(to_onnx.as_onnx(program))
        shapeless = onnx.load_from_string(bytes(content))
        for described in list(shapeless.graph.input) + list(shapeless.graph.output):    # here not rows of a width
            described.type.tensor_type.ClearField("shape")
        session = onnxruntime.InferenceSession(shapeless.SerializeToString(), providers=["CPUExecutionProvider"])
        found = session.run(None, {program.predict.rows: numpy.array(program.fed, dtype=numpy.float64)})[0]
        assert far(found, wanted) <= 1e-12, (operation, seed)

        part = program.predict
        names = {name: torch.tensor(value, dtype=torch.float64) for name, value in part.constants.items()}
        names[part.rows] = torch.tensor(program.fed, dtype=torch.float64)
        (_, expression), = part.lines(to_pytorch._expression, str)
        found = eval(expression, {"torch": torch}, names)
        assert far(found.tolist(), wanted) <= 1e-12, (operation, seed)
