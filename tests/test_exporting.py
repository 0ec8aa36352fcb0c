"""Models for other engines: plain Python, C and .safetensors; ONNX and PyTorch are in test_other_engines.py."""
import csv
import io
import json
import math
import os
import random
import re
import struct
import subprocess
import types

import pytest
from commands import fails, run
from exported import ALL, KINDS, Swish, expected, linear, model_of
from networks import garbled, lesson_network, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn import ops, self_check
from pygraphnn.exporting import WAYS, c, export, onnx, plain, pytorch, safetensors
from pygraphnn.shapes import SHAPES

ENDINGS = list(WAYS)


def module_of(path, **names):
    """What the exported file defines."""
    found = dict(names)
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), str(path), "exec"), found)
    return found


# Plain Python


@pytest.mark.parametrize("name", ALL)
def test_plain_python_gives_the_same_bits(name, tmp_path, backend):
    model, rows, outputs, shares = expected(name)
    pg.export_python(tmp_path / "model.py", model)
    found = module_of(tmp_path / "model.py")
    answers = [found["predict"](row) for row in rows]
    assert same_bits(answers, pg.ops.table.own(outputs).tolist() if backend == "c" else outputs)
    if shares:
        assert same_bits([found["probabilities"](answer) for answer in answers], shares)
        assert found["CLASS_NAMES"] == model.class_names
    assert found.get("FEATURE_NAMES") == model.feature_names


def test_it_imports_math_alone_and_names_nothing_that_is_not_there(tmp_path):
    for name in ALL:
        pg.export_python(tmp_path / "model.py", model_of(name)[0])
        source = (tmp_path / "model.py").read_text(encoding="utf-8")
        assert re.findall("^ *(?:import|from) .*", source, re.MULTILINE) == ["import math"]
        assert not re.search(r"-> |\bVector\b|\blists\.\w+\(", source)
        assert max(map(len, source.splitlines())) <= 130
        code = compile(source, "model.py", "exec")
        known = set(module_of(tmp_path / "model.py"))
        assert names_in(code) <= known | set(dir(__builtins__ if isinstance(__builtins__, types.ModuleType)
                                                 else types.SimpleNamespace(**__builtins__)))


def names_in(code):
    """The names that some code, and what is in it, loads from its module."""
    import dis
    found = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= names_in(constant)
    return {name for name in found if not name.startswith("__")}


class Single(float):
    """A float of single precision, as boards have it: each operation is rounded."""

    def __new__(cls, x):
        x = float(x)
        return float.__new__(cls, struct.unpack("<f", struct.pack("<f", x))[0] if math.isfinite(x) else x)


def _rounded(name):
    def method(self, *others):
        result = getattr(float, name)(self, *others)
        return result if result is NotImplemented else Single(result)
    return method


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "neg", "abs"):
    setattr(Single, "__%s__" % _name, _rounded("__%s__" % _name))


@pytest.mark.parametrize("name", ALL)
def test_plain_python_in_single_precision(name, tmp_path):
    model, rows, outputs, shares = expected(name)
    pg.export_python(tmp_path / "model.py", model)
    source = (tmp_path / "model.py").read_text(encoding="utf-8")
    source = re.sub(r"(?<![\w.])(\d+\.\d+(?:e[-+]?\d+)?|\d+e[-+]?\d+)", r"float(\1)", source)
    source = source.replace("import math\n", "")
    functions = types.SimpleNamespace(**{name: _single_function(getattr(math, name))
                                         for name in ("exp", "log", "log1p", "sqrt", "tanh", "copysign")})
    found = {"float": Single, "math": functions}
    exec(source, found)
    for row, answer in zip(rows, outputs):
        ours = found["predict"]([Single(x) for x in row])
        for x, wanted in zip(*[numbers if isinstance(numbers, list) else [numbers] for numbers in (ours, answer)]):
            assert type(x) is Single and abs(x - wanted) <= 1e-5 * max(1.0, abs(wanted))


def _single_function(function):
    return lambda *arguments: Single(function(*arguments))


def test_a_row_of_another_length_is_an_error(tmp_path):
    pg.export_python(tmp_path / "model.py", model_of("classes")[0])
    with pytest.raises(ValueError, match="predict takes 3 numbers, not 2"):
        module_of(tmp_path / "model.py")["predict"]([1.0, 2.0])


def test_infinities_and_signed_zeros_come_back(tmp_path):
    X, W, b = pg.Placeholder("X"), pg.Placeholder("W"), pg.Placeholder("b")
    W.value, b.value = [[1.0, -0.0, 5e-324]], [-math.inf, -0.0, 1e308]
    model = pg.Model(pg.Linear(X, W, b), X)
    pg.export_python(tmp_path / "model.py", model)
    assert same_bits([module_of(tmp_path / "model.py")["predict"]([-0.0])], model.predict([[-0.0]]))
    pg.export_safetensors(tmp_path / "model.safetensors", model)
    found = safetensors.tensors_in((tmp_path / "model.safetensors").read_bytes())
    assert same_bits(found["W"], W.value) and same_bits(found["b"], b.value)


# C


def compiled(path, compiler="gcc", *options):
    program = str(path)[:-len(".c")]
    warnings = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror".split()
    subprocess.check_call([compiler, "-std=c11", "-O2", "-ffp-contract=off"] + warnings + list(options) +
                          [str(path), "-o", program, "-lm"])
    return program


def answers_of(program, text, *arguments):
    """(exit code, the rows that it prints, stderr)"""
    done = subprocess.run([program] + list(arguments), input=text.encode("utf-8"), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    return done.returncode, list(csv.reader(io.StringIO(done.stdout.decode("utf-8")))), done.stderr.decode("utf-8")


def as_csv(header, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(([header] if header else []) + rows)
    return text.getvalue()


COMPILERS = ["gcc", "clang"]


@pytest.mark.c
@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("name", ALL)
def test_c_gives_the_same_bits(name, compiler, tmp_path):
    model, rows, outputs, shares = expected(name)
    pg.export_c(tmp_path / "model.c", model)
    code, found, err = answers_of(compiled(tmp_path / "model.c", compiler), as_csv(model.feature_names, rows))
    assert (code, err) == (0, "")
    wanted = shares or [row if isinstance(row, list) else [row] for row in outputs]
    if model.feature_names:
        header = found.pop(0)
        assert header[0] == "predicted_" + (model.target_name or "target")
    if shares:
        assert [row[0] for row in found] == [model.class_names[row.index(max(row))] for row in shares]
        found = [row[1:] for row in found]
    assert same_bits([[float(x) for x in row] for row in found], wanted)


@pytest.mark.c
@pytest.mark.parametrize("name", ALL)
def test_c_with_floats(name, tmp_path):
    model, rows, outputs, shares = expected(name)
    pg.export_c(tmp_path / "model.c", model, float32=True)
    program = compiled(tmp_path / "model.c", "clang", "-Wdouble-promotion", "-Wno-error=double-promotion")
    found = answers_of(program, as_csv(model.feature_names, rows))[1][1 if model.feature_names else 0:]
    wanted = shares or [row if isinstance(row, list) else [row] for row in outputs]
    for row, answer in zip(found, wanted):
        for x, y in zip(row[1 if shares else 0:], answer):
            assert abs(float(x) - y) <= 1e-5 * max(1.0, abs(y))
    source = (tmp_path / "model.c").read_text(encoding="utf-8").split("#ifndef NO_MAIN")[0].split("*/", 1)[1]
    assert not re.search(r"\b(exp|log|log1p|tanh|sqrt|fabs)\(|(?<![\w.])\d+\.\d+(?![\df])", source)


@pytest.mark.c
def test_c_without_a_program_takes_no_standard_input(tmp_path):
    pg.export_c(tmp_path / "model.c", model_of("classes")[0])
    own = tmp_path / "own.c"
    own.write_text('#include <stdio.h>\nvoid predict(const double *row, double *outputs);\nint main(void)\n{\n'
                   '    double row[3] = {1.0, 2.0, 3.0}, outputs[3];\n    predict(row, outputs);\n'
                   '    printf("%.17g", outputs[2]);\n    return 0;\n}\n')
    program = compiled(own, "gcc", "-DNO_MAIN", str(tmp_path / "model.c"))
    assert float(subprocess.check_output([program])) == model_of("classes")[0].predict([[1.0, 2.0, 3.0]])[0][2]
    assert "malloc" not in (tmp_path / "model.c").read_text(encoding="utf-8")


@pytest.mark.c
def test_the_program_in_c_finds_columns_and_names_what_is_wrong(tmp_path):
    towns = tmp_path / "towns.csv"
    towns.write_text("town;rooms;price\n" + "".join(
        "%s;%d,5;%d\n" % (("Ulm", "Bad; \"Tölz\"", "Kiel")[i % 3].replace('Bad; "Tölz"', '"Bad; ""Tölz"""'), i % 5,
                          100 + 10 * (i % 5) + 50 * (i % 3)) for i in range(30)), encoding="utf-8")
    saved, source = str(tmp_path / "towns.json"), tmp_path / "towns.c"
    assert run("train", str(towns), "--one-hot", "town", "--decimal-comma", "--epochs", "20", "--save", saved)[0] == 0
    assert run("export", saved, str(source))[0] == 0
    program = compiled(source)
    new = tmp_path / "new.csv"
    new.write_bytes('\ufeffrooms;more;town\r\n2,5;x;"Bad; ""Tölz"""\r\n\r\n 0,5 ;"two\nlines";Ulm'.encode("utf-8"))
    asked = list(csv.reader(io.StringIO(run("predict", saved, str(new))[1]), delimiter=";"))
    code, found, err = answers_of(program, "", str(new))
    assert (code, err, found[0]) == (0, "", ["predicted_price"])
    assert [float(row[0]) for row in found[1:]] == [float(row[-1].replace(",", ".")) for row in asked[1:]]
    for text, message in (
            ("rooms;city\n1,5;Ulm\n", "line 1: there is no column town"),
            ("rooms;town;rooms\n1,5;Ulm;2\n", "line 1: two columns have the name rooms"),
            ("rooms;town\n1,5;Ulm\n2,5;Rom\n", "line 3: the model does not know the text Rom"),
            ("rooms;town\nmany;Ulm\n", "line 2: this is no number: many"),
            ("rooms;town\nnan;Ulm\n", "line 2: this is no number: nan"),
            ("rooms;town\n;Ulm\n", "line 2: this is no number: "),
            ("rooms;town\n1;Ulm;3\n", "line 2: the number of cells is another than that of the columns"),
            ("rooms;town\n%s;Ulm\n" % ("1" * 70000), "line 2: it is too long")):
        code, found, err = answers_of(program, text)
        assert (code, err) == (2, message + "\n")
    assert answers_of(program, "", str(tmp_path / "none.csv"))[0] == 2


# .safetensors, into a graph


def test_numbers_come_back_into_a_graph(tmp_path, backend):
    model = pg.Model(lesson_network(seed=3)[2], lesson_network()[0])
    X, y, prediction, loss, parameters = lesson_network(seed=3)
    model = pg.Model(prediction, X, loss=loss, y=y)
    path = tmp_path / "numbers.safetensors"
    pg.export_safetensors(path, model)
    X2, y2, prediction2, loss2, parameters2 = lesson_network(seed=5)
    other = pg.Model(prediction2, X2, loss=loss2, y=y2)
    assert pg.load_model(path, into=other) is other
    assert [node.value for node in parameters2] == [node.value for node in parameters]
    graph = pg.sorted_graph(lesson_network(seed=6)[3])
    assert pg.load_model(str(path), into=graph) is graph
    assert [node.value for node in pg.trainables(graph)] == [node.value for node in parameters]


def file_of(header, numbers=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + numbers


EIGHT = struct.pack("<d", 1.5)


@pytest.mark.parametrize("content, message", [
    (b"", "this is no .safetensors file, or it is cut off"),
    (file_of({}, length=1 << 62), "this is no .safetensors file, or it is cut off"),
    (file_of(b"{"), "this is no JSON"),
    (file_of(b"[" * 100 + b"]" * 100), "it is nested too deep"),
    (file_of([]), "the header is no object"),
    (file_of({}), "there are no numbers in it"),
    (file_of({"b": 3}), "'b': dtype is None"),
    (file_of({"b": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}}, EIGHT), "'b': dtype is 'I64'"),
    (file_of({"b": {"dtype": [], "shape": [1], "data_offsets": [0, 8]}}, EIGHT), r"'b': dtype is \[\]"),
    (file_of({"b": {"dtype": "F64", "shape": [1.0], "data_offsets": [0, 8]}}, EIGHT), "shape is no list of whole"),
    (file_of({"b": {"dtype": "F64", "shape": [1, 1, 1], "data_offsets": [0, 8]}}, EIGHT), "is no number, no vector"),
    (file_of({"b": {"dtype": "F64", "shape": [0], "data_offsets": [0, 0]}}), "is no number, no vector"),
    (file_of({"b": {"dtype": "F64", "shape": [2], "data_offsets": [0, 8]}}, EIGHT), "do not lie in the file"),
    (file_of({"b": {"dtype": "F64", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 8 << 80]}}), "do not lie in"),
    (file_of({"b": {"dtype": "F64", "shape": [1], "data_offsets": [8, 16]}}, EIGHT * 2), "belong to nothing"),
    (file_of({"b": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]},
              "W": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}, EIGHT), "overlap"),
    (file_of({"c": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}, EIGHT), "'c': the graph has no "),
    (file_of({"b": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]}}, EIGHT), "b is a number there and "),
    (file_of({"W": {"dtype": "F64", "shape": [2, 1], "data_offsets": [0, 16]}}, EIGHT * 2), "it is transposed, as"),
    (file_of({"b": {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]}}, EIGHT + struct.pack("<d", math.nan)), "b"),
])
def test_a_wrong_file_is_one_sentence_and_changes_nothing(content, message, tmp_path):
    X, W, b = pg.Placeholder("X"), pg.Placeholder("W"), pg.Placeholder("b")
    W.value, b.value = [[1.0, 2.0]], [3.0, 4.0]
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as problem:
        pg.load_model(path, into=pg.Model(pg.Linear(X, W, b), X))
    assert str(path) in str(problem.value) and (W.value, b.value) == ([[1.0, 2.0]], [3.0, 4.0])


@pytest.mark.parametrize("inputs", [2000, pytest.param(100000, marks=pytest.mark.slow)])
def test_no_file_of_numbers_ends_in_a_traceback(inputs):
    """A ValueError of one line, or numbers: nothing else, and at once."""
    content = safetensors.as_safetensors({"W": [[1.0, 2.0]], "b": [3.0], "c": 4.0}, {"format": "pygraphnn"})
    choose = random.Random(inputs)
    refused = 0
    for _ in range(inputs):
        try:
            safetensors.tensors_in(garbled(content, choose))
        except ValueError as problem:
            refused += 1
            assert "\n" not in str(problem) and len(str(problem)) < 2000
    assert refused > inputs // 2


def test_other_kinds_of_numbers(tmp_path):
    X, W, b = pg.Placeholder("X"), pg.Placeholder("W"), pg.Placeholder("b")
    model = pg.Model(pg.Linear(X, W, b), X)
    W.value, b.value = [[0.0, 0.0]], [0.0, 0.0]
    path = tmp_path / "x.safetensors"
    path.write_bytes(file_of({"W": {"dtype": "F16", "shape": [1, 2], "data_offsets": [0, 4]},
                              "b": {"dtype": "BF16", "shape": [2], "data_offsets": [4, 8]}},
                             struct.pack("<2e", 1.5, -0.25) + b"\xc0\x3f\x80\xbe"))
    pg.load_model(path, into=model)
    assert (W.value, b.value) == ([[1.5, -0.25]], [1.5, -0.25])
    two = struct.pack("<2f", 2.5, 3.5)
    path.write_bytes(file_of({"b": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, two))
    pg.load_model(path, into=model)
    assert (W.value, b.value) == ([[1.5, -0.25]], [2.5, 3.5])


def test_numbers_need_a_graph_and_models_bring_one(tmp_path):
    model = model_of("classes")[0]
    pg.save_model(tmp_path / "m.json", model)
    for path, into in (("m.json", model), ("m.safetensors", None)):
        with pytest.raises(ValueError, match="holds numbers without a network"):
            pg.load_model(tmp_path / path, into=into)


# What cannot be exported


def refused(model, message, tmp_path, endings=ENDINGS):
    for ending in endings:
        with pytest.raises(ValueError, match=message):
            export(tmp_path / ("x" + ending), model)
    assert os.listdir(str(tmp_path)) == []


FORMULAS = [ending for ending in ENDINGS if ending != ".safetensors"]


@pytest.mark.parametrize("kind", [kind for kind in self_check.kinds() if issubclass(kind, pg.Loss)])
def test_a_loss_is_no_answer_for_a_row(kind, tmp_path):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    y.value = [[1.0, 0.0]]
    loss = kind([X], 0.1) if kind is pg.L2Penalty else kind(y, X)
    loss.name = "cost"
    refused(pg.Model(loss, X, feature_names=["a", "b"]), "cost is a loss, one number for all rows", tmp_path, FORMULAS)


class Looks(pg.Node):
    is_pure = True

    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        self.value = [[2.0 * x for x in row] for row in self.input_values()[0]]


class Impure(Swish):
    pass


class Counts(Looks):
    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.scale(A, 1.0 / len(A))


class Draws(Looks):
    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.dropout_mask(A, 0.5, [1.0, 2.0, 3.0, 4.0])


class Adds(Looks):
    is_pure = True

    def forward(self):
        self.value = ops.table.total(self.input_values()[0])


@pytest.mark.parametrize("kind, message", [
    (Looks, "l cannot be exported: its class Looks looks at the numbers"),
    (Impure, "l cannot be exported: its class Impure does not say is_pure = True"),
    (Counts, "l: it computes with the number of rows"),
    (Draws, "l: .* cannot hold dropout_mask, which Draws calls"),
])
def test_a_node_that_no_engine_can_hold(kind, message, tmp_path, backend):
    X = pg.Placeholder("X")
    node = kind(linear(X, 3, 4, 1))
    node.name = "l"
    refused(pg.Model(node, X), message, tmp_path, FORMULAS)


def test_a_model_that_is_none(tmp_path):
    X, mixed = pg.Placeholder("X"), pg.Placeholder("mixed")
    mixed.value = random_matrix(2, 1, 4)
    refused(pg.Model(pg.MatMul(mixed, X), X), "mixed is 2 × 1 and X is 3 × 1", tmp_path, FORMULAS)
    given = ["feature"]
    refused(pg.Model(pg.MatMul(mixed, X), X, feature_names=given), "mixed is 2 × 1 and X is 2 × 1", tmp_path, FORMULAS)
    refused(pg.Model(Adds(X), X, feature_names=given), "a number for one row and a number for two", tmp_path, FORMULAS)
    refused(pg.Model(pg.Tanh(X), X), "give the model feature_names", tmp_path, FORMULAS)
    refused(pg.Model(pg.Linear(X, mixed, pg.Placeholder("b")), X), "b has no value", tmp_path, FORMULAS)
    refused(pg.Model(model_of("vector")[0].output, model_of("vector")[0].X), "does not depend on X", tmp_path, FORMULAS)
    model = model_of("classes")[0]
    model.class_names = ["one", "two"]
    refused(model, "out gives logits of 3 classes, but the model has 2 class names", tmp_path, FORMULAS)
    with pytest.raises(TypeError, match="Model"):
        pg.export_onnx(tmp_path / "x.onnx", pg.Tanh(X))
    twice = linear(linear(X, 3, 3, 1), 3, 3, 1)
    refused(pg.Model(twice, X), "W1: two placeholders have this name", tmp_path, [".safetensors"])


def test_a_module_that_cannot_be_written_leaves_no_weights(tmp_path, monkeypatch):
    write = pytorch.write_whole

    def full(path, content):
        if str(path).endswith(".py"):
            raise OSError("no space left")
        write(path, content)
    monkeypatch.setattr(pytorch, "write_whole", full)
    with pytest.raises(OSError, match="no space"):
        pg.export_torch(tmp_path / "x.pt.py", model_of("classes")[0])
    assert os.listdir(str(tmp_path)) == []


def test_every_operation_has_a_word_in_every_language():
    random = {"dropout_mask", "skip_random"}
    for known in (onnx.OPERATIONS, pytorch.OPERATIONS, c._loops()):
        assert set(known) == set(SHAPES) - random
    assert set(plain.RANDOM) == random
    assert {kind.__name__ for kind in KINDS} <= set(ALL)


def test_other_threads_and_the_switch_notice_nothing(tmp_path, backend):
    model, rows, outputs, _ = expected("residual")
    seen = []

    class Peeks(Swish):
        is_pure = True

        def forward(self):
            import threading
            thread = threading.Thread(target=lambda: seen.append(type(ops.table.shape([1.0])) and
                                                                 ops.table.matmul([[2.0]], [[3.0]])[0][0]))
            thread.start()
            thread.join()
            Swish.forward(self)
    pg.export_python(tmp_path / "x.py", pg.Model(Peeks(model.output), model.X, like=rows))
    assert seen and set(seen) == {6.0} and pg.active_backend() == backend
    assert same_bits(ops.lists.own(model.predict(rows)), ops.lists.own(outputs))


# The command line


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("saved") / "iris.json")
    assert run("train", "iris", "--epochs", "5", "--save", path)[0] == 0
    return path


def test_the_command_line(saved, tmp_path):
    for ending in ENDINGS:
        path = str(tmp_path / ("model" + ending))
        files = [path] + [str(tmp_path / "model.pt.safetensors")] * (ending == ".pt.py")
        assert run("export", saved, path) == (0, "wrote %s\n" % " and ".join(files), "")
        assert all(map(os.path.getsize, files))
    assert run("export", saved, str(tmp_path / "f.onnx"), "--float32")[0] == 0
    assert os.path.getsize(str(tmp_path / "f.onnx")) < os.path.getsize(str(tmp_path / "model.onnx"))


@pytest.mark.parametrize("arguments, message", [
    (["x.txt"], "choose a name that ends in .safetensors, .pt.py, .onnx, .py or .c"),
    (["x.py", "--float32"], "--float32 is for .onnx and .c"),
    (["no/x.c"], "there is no folder"),
    (["."], "choose a name"),
])
def test_bad_arguments_are_one_line(saved, arguments, message, tmp_path):
    assert message in fails("export", saved, *[argument if argument.startswith("--") else str(tmp_path / argument)
                                               for argument in arguments])
    assert os.listdir(str(tmp_path)) == []


def test_a_file_that_is_no_model_is_one_line(tmp_path):
    path = tmp_path / "m.json"
    path.write_text("{}")
    assert "this is no model of pygraphnn" in fails("export", str(path), str(tmp_path / "x.onnx"))
    assert os.listdir(str(tmp_path)) == ["m.json"]
