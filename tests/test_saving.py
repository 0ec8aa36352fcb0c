"""Models on disk: every bit comes back, a training goes on as if it had never stopped, and no file is trusted."""
import json
import math
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from networks import BACKENDS, ROOT, Distance, as_lists, garbled, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn.saving import Model, as_text, from_text, load_model, save_model
from pygraphnn.self_check import graph_of, kinds


class Swish(pg.Node):
    """value = A·σ(A); `beta` is a setting."""

    is_pure = True

    def __init__(self, node, beta=1.0):
        pg.Node.__init__(self, [node])
        self.beta = beta

    def forward(self):
        A, = self.input_values()
        self.gate = pg.ops.table.sigmoid(pg.ops.table.scale(A, self.beta))
        self.value = pg.ops.table.multiply(A, self.gate)

    def backward(self):
        raise NotImplementedError


def network(rate=0.1):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    parameters = W, b, V, c = [pg.Placeholder(name, is_trainable=True) for name in ("W", "b", "V", "c")]
    W.value, b.value, V.value, c.value = random_matrix(3, 4, 1), [0.1] * 4, random_matrix(4, 1, 2), [0.2]
    hidden = pg.Dropout(pg.LeakyReLU(pg.Linear(X, W, b, "l1"), 0.2, "r1"), rate, 7, "d1")
    output = pg.Linear(hidden, V, c, "l2")
    loss = pg.MSE(y, output, "cost")
    feed = {X: random_matrix(20, 3, 3), y: random_matrix(20, 1, 4)}
    return pg.sorted_graph(loss), feed, parameters, output, loss, X, y


def model_of(made, **more):
    graph, feed, parameters, output, loss, X, y = made
    scaling = more.pop("means", None), more.pop("deviations", None)
    model = Model(output, X, loss=loss, y=y, **more)
    model.means, model.deviations = scaling
    return model


def read(model, **options):
    return from_text(as_text(model).encode("utf-8"), **options)


# Every bit


def test_every_double_comes_back_to_the_bit(backend):
    rng = random.Random(1)
    numbers = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e308, math.inf, -math.inf, 0.1, 1 / 3, 1e16, 1e22]
    numbers += [math.ldexp(rng.uniform(-1, 1), rng.randint(-1074, 1000)) for _ in range(500)]
    X, W, b = pg.Placeholder("X"), pg.Placeholder("W"), pg.Placeholder("b")
    W.value, b.value = [numbers], [0.0] * len(numbers)
    found = read(Model(pg.Linear(X, W, b), X)).graph
    assert same_bits(as_lists([node for node in found if node.name == "W"][0].value), [numbers])


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_node_of_the_package_is_saved_with_its_settings(kind):
    graph = graph_of(kind)
    node = [node for node in graph if type(node) is kind][-1]
    data = [node for node in graph if not node.inputs][0]
    again = read(Model(node, data))
    fed = {again.X: data.value}
    assert type(again.output) is kind and again.output.name == node.name
    assert same_bits(as_lists(pg.predict(again.output, fed)), as_lists(pg.predict(node, {data: data.value})))
    for name in ("slope", "factor", "rate", "strength"):
        assert getattr(again.output, name, None) == getattr(node, name, None)


@pytest.mark.parametrize("make", [lambda: pg.GradientDescent(0.05), lambda: pg.Momentum(0.02, 0.8),
                                  lambda: pg.Adam(0.01, 0.8, 0.99, 1e-7)], ids=["descent", "momentum", "adam"])
def test_a_training_goes_on_as_if_it_had_never_stopped(make, backend, tmp_path):
    whole, first = network(), network()
    optimizer, rng = make(), pg.SplitMix64(3)
    losses = pg.train(*whole[:3], epochs=9, batch_size=6, optimizer=optimizer, seed=rng)
    kept, stream = make(), pg.SplitMix64(3)
    begun = pg.train(*first[:3], epochs=4, batch_size=6, optimizer=kept, seed=stream)
    path = tmp_path / "model.json"
    save_model(path, model_of(first, optimizer=kept, rng=stream, epochs=4))
    for other in BACKENDS:                  # in either backend, and from one to the other
        with pg.use(other):
            model = load_model(path)
            feed = {model.X: first[1][first[5]], model.y: first[1][first[6]]}
            rest = pg.train(pg.sorted_graph(model.loss), feed, pg.trainables(model.graph), epochs=5, batch_size=6,
                            optimizer=model.optimizer, seed=model.rng)
            assert begun + rest == losses and model.epochs == 4 and model.optimizer.epoch == 9
            for mine, other_node in zip(pg.trainables(model.graph), pg.trainables(whole[0])):
                assert same_bits(as_lists(mine.value), as_lists(other_node.value))
            assert model.rng.state == rng.state


def test_rows_are_scaled_by_the_numbers_of_the_model(backend):
    made = network()
    rows = random_matrix(5, 3, 9)
    model = read(model_of(made, means=[1.0, 2.0, 3.0], deviations=[2.0, 0.5, 1.5], feature_names=["a", "b", "c"],
                          target_name="t", settings={"seed": 3, "names": ["x", "y"]}))
    scaled = [[(x - m) / d for x, m, d in zip(row, [1.0, 2.0, 3.0], [2.0, 0.5, 1.5])] for row in rows]
    assert as_lists(model.predict(rows)) == as_lists(pg.predict(made[3], {made[5]: scaled}))
    assert (model.feature_names, model.target_name) == (["a", "b", "c"], "t")
    assert model.settings == {"seed": 3, "names": ["x", "y"]}
    with pytest.raises(ValueError, match="the rows are 1 × 2, but the model has 3 features"):
        model.predict([[1.0, 2.0]])


def test_the_rows_that_the_network_learnt_from_give_the_scale():
    graph, feed, parameters, output, loss, X, y = network()
    model = Model(output, X, like=[[1.0, 2.0, 3.0], [3.0, 2.5, 0.0]])
    assert (model.means, model.deviations) == ([2.0, 2.25, 1.5], [1.0, 0.25, 1.5])


def test_a_node_of_ones_own_needs_its_class():
    X = pg.Placeholder("X")
    text = as_text(Model(Swish(X, 2.0), X)).encode("utf-8")
    with pytest.raises(ValueError, match=r"nodes\[1\]: there is no class Swish: give it, load_model\(path, classes="):
        from_text(text)
    again = from_text(text, classes=[Swish])
    assert type(again.output) is Swish and again.output.beta == 2.0
    with pytest.raises(TypeError, match="classes holds 3"):
        from_text(text, classes=[3])


# What cannot be saved


class Keeps(Swish):
    def __init__(self, node, table):
        pg.Node.__init__(self, [node])
        self.table = table


def test_what_cannot_be_saved_is_said_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.json"
    path.write_text("old")
    made = network()
    X = pg.Placeholder("X")
    other = pg.Placeholder("other")
    W, b = pg.Placeholder("W"), pg.Placeholder("b")
    for model, message in (
            (Model(Keeps(X, {}), X), "its table is {}: only numbers and texts can be saved"),
            (Model(pg.Tanh(X), other), "X is other, on which neither"),
            (Model(pg.Linear(X, W, b), X), "the placeholder W has no value to be saved"),
            (model_of(made, optimizer=pg.Adam(lambda epoch: 0.1)), "the learning rate of the optimizer is a function"),
            (model_of(made, settings={"a": object()}), "settings"),
            (model_of(made, settings={"a": math.nan}), "settings"), (3, "the model is 3")):
        with pytest.raises((TypeError, ValueError), match=message):
            save_model(path, model)
    with pytest.raises(OSError, match="there is no folder"):
        save_model(tmp_path / "no" / "model.json", model_of(made))
    assert path.read_text() == "old" and os.listdir(str(tmp_path)) == ["model.json"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_a_hundred_kills_leave_the_old_file_or_the_new_one(tmp_path):
    path = tmp_path / "model.json"
    made = network()
    save_model(path, model_of(made, epochs=0))
    program = """
import sys
sys.path.insert(0, %r); sys.path.insert(0, %r)
from test_saving import model_of, network, save_model
model = model_of(network())
print("ready", flush=True)
while True:
    model.epochs += 1
    save_model(%r, model)
""" % (ROOT, os.path.join(ROOT, "tests"), str(path))
    choose = random.Random(5)
    seen = set()
    for _ in range(100):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(choose.uniform(0.0, 0.02))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        seen.add(load_model(path).epochs)
    assert len(seen) > 5


# What is no model


def changed(change):
    found = json.loads(as_text(model_of(network(), means=[0.0] * 3, deviations=[1.0] * 3, feature_names=["a", "b", "c"],
                                        optimizer=pg.Adam(0.1), rng=pg.SplitMix64(1))))
    change(found)
    return json.dumps(found).encode("utf-8")


@pytest.mark.parametrize("change, message", [
    (lambda m: m.update(format="x"), "this is no model"),
    (lambda m: m.update(version=2), "saved by a newer version of pygraphnn"),
    (lambda m: m.update(version="1"), "version: '1'"),
    (lambda m: m.pop("nodes"), "nodes is missing"),
    (lambda m: m.update(nodes={}), "nodes: {} stands where a list belongs"),
    (lambda m: m.update(nodes=[]), "nodes: there are none"),
    (lambda m: m.update(output=99), "output: there is no node 99"),
    (lambda m: m.update(output=-1), "output: there is no node -1"),
    (lambda m: m.update(X=m["output"]), "is a Linear, not a Placeholder"),
    (lambda m: m["nodes"][6].update({"class": "os.system"}), r"nodes\[6\]: there is no class os.system"),
    (lambda m: m["nodes"][6].update(inputs=[0, 1]), r"nodes\[6\].inputs: Linear takes 3, not 2"),
    (lambda m: m["nodes"][6].update(inputs=[0, 1, 6]), r"nodes\[6\].inputs: there is no node 6 before it"),   # a cycle
    (lambda m: m["nodes"][6].update(inputs=[0, 1, True]), r"nodes\[6\].inputs: True stands where a whole number"),
    (lambda m: m["nodes"][6].update(settings={"evil": 1}), "Linear takes no evil"),
    (lambda m: m["nodes"][7].update(settings={"slope": [1]}), "slope"),
    (lambda m: m["nodes"][7].update(settings={"slope": "x"}), "LeakyReLU cannot be made"),
    (lambda m: m["nodes"][8].update(settings={"rate": 2.0}), "Dropout cannot be made"),
    (lambda m: m["nodes"][8].update(random_state=[1.5, 0, 0, 0]), "random_state: its numbers are whole ones"),
    (lambda m: m["nodes"][2].update(value=[[1.0], [1.0, 2.0]]), "differ in length"),
    (lambda m: m["nodes"][2].update(value=[]), "a list without numbers"),
    (lambda m: m["nodes"][2].update(value=[["NaN"]]), "'NaN' is no number"),
    (lambda m: m["nodes"][2].update(value=10 ** 400), "too large"),
    (lambda m: m["nodes"][2].update(value=[[1.0, 2.0]]), "the network does not fit its 3 features"),
    (lambda m: m.update(means=[0.0]), "they differ in length"),
    (lambda m: m.update(deviations=[1.0, 0.0, 1.0]), "one of them is not above 0"),
    (lambda m: m.update(deviations=None), "one of them is missing"),
    (lambda m: m.update(feature_names=["a", "a", "b"]), "feature_names: a stands there twice"),
    (lambda m: m.update(random_state="xyz"), "sixteen hexadecimal digits"),
    (lambda m: m.update(epochs=-1), "epochs: -1 is negative"),
    (lambda m: m["optimizer"].update({"class": "Lion"}), "optimizer: there is no optimizer Lion"),
    (lambda m: m["optimizer"]["settings"].update(beta1=2.0), "Adam cannot be made"),
    (lambda m: m["optimizer"].update(states=[[2, [1.0]]]), "this is no state of Adam"),
])
def test_what_is_no_model_is_one_sentence_that_names_the_place(change, message):
    with pytest.raises(ValueError, match=message) as caught:
        from_text(changed(change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content, message", [
    (b"", "this is no JSON"), (b"{", "this is no JSON .*: is the file cut off?"), (b"[]", "this is no model"),
    (b"\xff\xfe", "no text in UTF-8"), (b"[" * 100000, "nested too deep"),
    (b'{"a": 1, "a": 2}', "the key 'a' stands there twice"), (b'{"a": NaN}', "NaN is no JSON"),
    (b'{"a": 1e999}', "the number 1e999 is too large"),
])
def test_files_that_are_no_json(content, message, tmp_path):
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_model(path)
    assert str(caught.value).startswith(str(path))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_model(tmp_path / "model.json")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load_model(tmp_path)


@pytest.mark.parametrize("inputs", [2000, pytest.param(100000, marks=pytest.mark.slow)])
def test_no_file_ends_in_a_traceback(inputs):
    """A ValueError of one line, or a model: nothing else, and at once."""
    text = changed(lambda found: None)
    choose = random.Random(inputs)
    refused = 0
    for _ in range(inputs):
        try:
            from_text(garbled(text, choose))
        except ValueError as problem:
            refused += 1
            assert "\n" not in str(problem) and len(str(problem)) < 2000
    assert refused > inputs // 2


def test_another_loss_is_saved_too():
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    text = as_text(Model(X, X, loss=Distance(y, X), y=y)).encode("utf-8")
    assert type(from_text(text, classes=[Distance]).loss) is Distance


def test_a_model_without_a_scale_takes_rows_as_they_are(backend):
    made = network()
    model = read(model_of(made))
    rows = random_matrix(4, 3, 5)
    assert as_lists(model.predict(rows)) == as_lists(pg.predict(made[3], {made[5]: rows}))


def test_a_path_that_no_file_can_have_and_a_placeholder_of_ones_own():
    with pytest.raises(OSError, match="cannot be read"):
        load_model("a\0b")

    class Fed(pg.Placeholder):
        pass

    X = Fed("X")
    with pytest.raises(ValueError, match="only the package's own placeholders can be saved"):
        as_text(Model(pg.Tanh(X), X))
    X = pg.Placeholder("X")
    X.value = [[1.0]]
    W = pg.Placeholder("W")
    W.put_back([[float("nan")]])
    with pytest.raises(ValueError, match="W holds NaN"):
        as_text(Model(pg.MatMul(X, W), X))
