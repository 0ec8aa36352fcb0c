"""A training step in words: every number compared with one computed by hand, or by the passes themselves."""
import math
import re
import sys
import threading

import pytest
from networks import BACKENDS, Sum, Times, as_lists, flat, interruptions, lesson_network

import pygraphnn as pg
from pygraphnn import scalar, self_check
from pygraphnn.claims import Claim
from pygraphnn.looking.formulas import Formulas
from pygraphnn.looking.wording import number_text


def line_network(x=3.0, y=10.0, k=2.0, b=1.0):
    """cost = (y − (k·x + b))²: (graph, k, b)."""
    nodes = [scalar.Placeholder(name) for name in ("x", "y", "k", "b")]
    scalar.MSE(nodes[1], scalar.Linear(nodes[0], nodes[2], nodes[3], name="l"), name="cost")
    return scalar.topological_sort_feed_dict(dict(zip(nodes, (x, y, k, b)))), nodes[2], nodes[3]


def lines_of(text):
    return [line.strip() for line in text.splitlines()]


def test_a_step_on_single_numbers_is_what_the_pencil_says():
    """l = 2·3 + 1 = 7, cost = (10 − 7)² = 9, ∂cost/∂l = −2·3 = −6, ∂cost/∂k = −6·3, ∂cost/∂b = −6, ∂cost/∂x = −6·2."""
    graph, k, b = line_network()
    lines = lines_of(pg.explain(graph, 0.01, [k, b]))
    for line in ("5. l, Linear: value = k·x + b", "reads x (a number), k (a number), b (a number)", "l = 2·3 + 1 = 7",
                 "cost = (10 − 7)² = 9", "grad = ∂loss/∂cost is 1, because it is the loss",
                 "∂loss/∂y = grad·2·(y − a) = 1·2·(10 − 7) = 6",
                 "∂loss/∂l = grad·(−2·(y − a)) = 1·(−2·(10 − 7)) = -6",
                 "l, Linear: ∂value/∂x = k;  ∂value/∂k = x;  ∂value/∂b = 1",
                 "grad = ∂loss/∂l is what cost handed on: -6",
                 "∂loss/∂k = grad·x = (-6)·3 = -18", "∂loss/∂x = grad·k = (-6)·2 = -12", "∂loss/∂b = grad = -6",
                 "k is too small: gradient -18, moves by +0.18: 2 → 2.18",
                 "b is too small: gradient -6, moves by +0.06: 1 → 1.06",
                 "With the new values, the loss of the same rows goes from 9 to 5.76."):     # (10 − 2.18·3 − 1.06)²
        assert line in lines, line


def test_forward_runs_the_graphs_order_and_backward_the_other():
    graph, k, b = line_network()
    forward, backward = pg.explain(graph).split("BACKWARD")
    assert re.findall(r"^ *\d+\. (\w+),", forward, re.MULTILINE) == ["x", "y", "k", "b", "l", "cost"]
    assert re.findall(r"^   (\w+), ", backward, re.MULTILINE) == ["cost", "l", "b", "k", "y", "x"]


@pytest.mark.parametrize("y, words", [
    (1.0, "k is too large: gradient 36, moves by -0.36: 2 → 1.64"),
    (7.0, "k stays as it is: gradient 0, moves by 0: 2 → 2"),
])
def test_the_gradients_sign_says_what_is_wrong_with_the_value(y, words):
    graph, k, b = line_network(y=y)
    assert words in lines_of(pg.explain(graph, 0.01, [k, b]))


def test_what_is_not_finite_is_shown_and_has_no_direction(backend):
    graph, k, b = line_network(x=float("inf"), k=0.0)       # 0·∞ is NaN
    text = pg.explain(graph, 0.01, [k, b])
    assert "l = 0·inf + 1 = nan" in text
    assert "b has no direction: gradient nan, moves by nan: 1 → nan" in text
    X, W, c, y = [pg.Placeholder(name) for name in ("X", "W", "c", "y")]
    pg.MSE(y, pg.Linear(X, W, c), name="cost")
    graph = pg.topological_sort_feed_dict({X: [[1e200], [1.0]], W: [[1e200]], c: [0.0], y: [0.0, 0.0]})
    text = pg.explain(graph, trainables=[W])
    assert "W, 1 × 1: of its numbers, 1 is too large" in text and "gradient inf, moves by -inf: 1e200 → -inf" in text
    assert "goes from inf to inf" in text or "goes from inf to nan" in text


def test_the_gradients_of_several_consumers_are_added():
    """m = k·(k·x) with x = 3, k = 2: 12. ∂(1 − m)²/∂m = 22; through the outer k·6: 132, the inner k: 22·2·3 = 132."""
    x, y, k, zero = [scalar.Placeholder(name) for name in ("x", "y", "k", "zero")]
    scalar.MSE(y, scalar.Linear(scalar.Linear(x, k, zero, name="l"), k, zero, name="m"), name="cost")
    graph = scalar.topological_sort_feed_dict({x: 3.0, y: 1.0, k: 2.0, zero: 0.0})
    assert "grad = ∂loss/∂k = 132 (from l) + 132 (from m) = 264" in lines_of(pg.explain(graph))
    assert "grad = ∂loss/∂zero = 44 (from l) + 22 (from m) = 66" in lines_of(pg.explain(graph))


def test_matrices_are_added_too_and_an_input_that_is_read_twice_is_told(backend):
    """z = A + A, labels 0: ∂/∂z = 2/2·z; A is read twice by z, and once by the other loss."""
    A, y = pg.Placeholder("A"), pg.Placeholder("y")
    z = Sum(A, A)
    z.name = "z"
    pg.MSE(y, z, name="one")
    pg.MSE(y, A, name="two")
    graph = pg.topological_sort_feed_dict({A: [[1.0, 3.0]], y: [[0.0, 0.0]]})
    text = pg.explain(graph)
    assert "The loss is the sum of two, one." in text
    assert re.search(r"∂loss/∂A, read 2 times, all added, 1 × 2\n +4 +12\n", text)
    assert re.search(r"grad = ∂loss/∂A is a sum: from z \+ from two\n"
                     r" +from z, 1 × 2\n +4 +12\n +from two, 1 × 2\n +1 +3\n +their sum, 1 × 2\n +5 +15\n", text)


def test_a_step_on_matrices(backend):
    """X·W + b = [[1·2 + 2·3 + 1], [0·2 + 1·3 + 1]] = [[9], [4]]; y = 8, 2: the cost is (1² + 2²)/2."""
    X, y, W, b = [pg.Placeholder(name, is_trainable=name in "Wb") for name in ("X", "y", "W", "b")]
    pg.MSE(y, pg.Linear(X, W, b, name="l"), name="cost")
    graph = pg.topological_sort_feed_dict({X: [[1, 2], [0, 1]], y: [8, 2], W: [[2], [3]], b: [1]})
    text = pg.explain(graph, 0.1)
    lines = lines_of(text)
    assert "reads X (2 × 2), W (2 × 1), b (a vector of 1)" in lines
    assert re.search(r"\n     l, 2 × 1\n +9\n +4\n +\[0\]\[0\] = 1·2 \+ 2·3 \+ 1 = 9\n", text)
    assert "cost = ((8 − 9)² + (2 − 4)²) / 2 = 2.5" in lines
    assert re.search(r"∂loss/∂l, 2 × 1\n +1\n +2\n +\[0\]\[0\] = 2/2·1·\(9 − 8\) = 1\n", text)
    assert re.search(r"∂loss/∂y, a vector of 2\n +-1 +-2\n +\[0\] = 2/2·1·\(8 − 9\) = -1\n", text)
    assert re.search(r"∂loss/∂X, 2 × 2\n +2 +3\n +4 +6\n +\[0\]\[0\] = 1·2 = 2\n", text)
    assert re.search(r"∂loss/∂W, 2 × 1\n +1\n +4\n +\[0\]\[0\] = 1·1 \+ 0·2 = 1\n", text)
    assert re.search(r"∂loss/∂b, a vector of 1\n +3\n +\[0\] = 1 \+ 2 = 3\n", text)
    assert "W, 2 × 1: of its numbers, 2 are too large" in lines
    assert "W[1][0] is too large: gradient 4, moves by -0.4: 3 → 2.6" in lines
    assert "b[0] is too large: gradient 3, moves by -0.3: 1 → 0.7" in lines
    assert "goes from 2.5 to 0.865." in text            # X·W + b is then [[7.8], [3.3]]: (0.2² + 1.3²)/2


def lesson_graph():
    X, y, prediction, loss, parameters = lesson_network(features=3, hidden=4)
    rows = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-2.0, 1.0, 0.0]]
    return pg.topological_sort_feed_dict({X: rows, y: [1.0, 2.0, 4.0]}), parameters


def test_every_formula_with_numbers_gives_what_stands_behind_it(backend):
    text = pg.explain(lesson_graph()[0])
    told = re.findall(r"^ +(?:\S+ = |\[0\].* = )([^=…]*[·/²][^=…]*) = (\S+)$", text, re.MULTILINE)
    assert len(told) == 11
    for formula, result in told:
        formula = formula.replace("·", "*").replace("−", "-").replace("²", "**2").replace("e^", "2.718281828459045**")
        assert eval(formula) == pytest.approx(float(result), rel=1e-3, abs=1e-3)


def test_both_backends_say_the_same():
    texts = []
    for name in BACKENDS:
        with pg.use(name):
            texts.append(pg.explain(lesson_graph()[0]))
    assert len(set(texts)) == 1


def test_the_update_is_that_of_optimize(backend):
    graph, parameters = lesson_graph()
    text = pg.explain(graph, 0.05)
    before = {node: flat(node.value) for node in parameters}
    pg.forward_and_backward(graph)
    pg.optimize(parameters, 0.05)
    loss = graph[-1].value
    pg.forward(graph)
    assert "goes from %.5g to %.5g." % (loss, graph[-1].value) in text
    for node in parameters:
        told = re.findall(r"^     %s(?:\[\d\])+ is too (large|small): gradient (\S+), moves by (\S+): (\S+) → (\S+)$"
                          % node.name, text, re.MULTILINE)
        expected = [("large" if gradient > 0 else "small", "%.5g" % gradient, "%+.5g" % (-0.05 * gradient),
                     "%.5g" % start, "%.5g" % end)
                    for start, gradient, end in zip(before[node], flat(node.gradients[node]), flat(node.value))]
        assert told == expected and len(told) == len(before[node])


def test_of_a_large_parameter_the_counts_and_the_largest_mover_are_told(backend):
    X, y, prediction, loss, parameters = lesson_network(features=5, hidden=7)
    graph = pg.topological_sort_feed_dict({X: pg.randn(9, 5, seed=3), y: [float(i) for i in range(9)]})
    text = pg.explain(graph)
    pg.forward_and_backward(graph)
    gradients = as_lists(parameters[0].gradients[parameters[0]])
    large = len([g for g in flat(gradients) if g > 0])
    assert "W1, 5 × 7: of its numbers, %d are too large, %d are too small\n" % (large, 35 - large) in text
    size, row, column = max((abs(g), i, j) for i, numbers in enumerate(gradients) for j, g in enumerate(numbers))
    assert "W1[%d][%d] moves most, it is too %s: gradient %.5g," % (
        row, column, "large" if gradients[row][column] > 0 else "small", gradients[row][column]) in text


def test_nothing_changes(backend):
    graph, parameters = lesson_graph()
    pg.forward_and_backward(graph)
    pg.optimize(parameters, 0.1)                # now the values of the operations belong to older weights
    before = [dict(node.__dict__) for node in graph]
    gradients = [dict(node.gradients) for node in graph]
    pg.explain(graph, 100.0)
    for node, attributes, handed_on in zip(graph, before, gradients):
        assert node.gradients == handed_on and list(node.__dict__) == list(attributes)
        for name in attributes:
            if name != "gradients":
                assert node.__dict__[name] is attributes[name]


@pytest.mark.long
@pytest.mark.skipif(sys.gettrace() is not None, reason="a debugger or a coverage tool is tracing")
@pytest.mark.parametrize("look", [pg.explain, pg.plot_graph])
def test_an_interruption_at_any_line_leaves_every_node_whole(look):
    graph, parameters = lesson_graph()
    pg.forward_and_backward(graph)
    before = [dict(node.__dict__) for node in graph]
    for line in interruptions(lambda: look(graph), "pygraphnn.looking.step", "pygraphnn.graph"):
        for node, attributes in zip(graph, before):
            assert list(node.__dict__) == list(attributes), line
            assert all(node.__dict__[name] is value for name, value in attributes.items()), line
    assert line > 30


def test_another_threads_training_is_not_looked_at():
    graph, parameters = lesson_graph()
    found = []

    def look():
        try:
            pg.explain(graph)
        except RuntimeError as problem:
            found.append(str(problem))

    with Claim(graph):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len(found) == 1 and "is in use in another thread" in found[0]


def test_nothing_changes_where_a_node_fails():
    class Failing(pg.Node):
        def forward(self):
            self.value = [[1.0]]

        def backward(self):
            raise ArithmeticError("not today")

    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    node = Failing([x])
    graph = pg.topological_sort_feed_dict({x: [[1.0]], pg.MSE(y, node).inputs[0]: [[1.0]]})
    with pytest.raises(ArithmeticError, match="not today"):
        pg.explain(graph)
    assert node.value is None and graph[-1].value is None and graph[-1].gradients == {}


def test_what_a_node_keeps_is_put_back():
    class Keeping(pg.Sigmoid):
        """value = the input; it counts its passes, and fills the dict of gradients that it has"""

        passes = 0

        def forward(self):
            self.value, self.passes = self.inputs[0].value, self.passes + 1

        def backward(self):
            self.gradients[self.inputs[0]] = self.incoming_gradient()

    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    node = Keeping(x)
    pg.MSE(y, node)
    graph = pg.topological_sort_feed_dict({x: [[3.0]], y: [[1.0]]})
    pg.explain(graph)
    assert node.gradients == {} and node.passes == 0 and "passes" not in node.__dict__
    pg.forward_and_backward(graph)
    assert node.gradients == {x: [[4.0]]} and node.passes == 1


class Square(pg.Node):
    """value = A², element by element; ∂loss/∂A = 2·A·grad

    More about it.
    """

    def __init__(self, node, name=None):
        pg.Node.__init__(self, [node], name)

    def forward(self):
        A, = self.input_values()
        self.value = [[x * x for x in row] for row in as_lists(A)]

    def backward(self):
        A = as_lists(self.inputs[0].value)
        grad = as_lists(self.incoming_gradient())
        self.gradients = {self.inputs[0]: [[2 * x * g for x, g in zip(*rows)] for rows in zip(A, grad)]}


class Silent(Square):
    __doc__ = None


def test_nodes_of_your_own_show_their_class_and_their_docstring(backend):
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    pg.MSE(y, Silent(Square(x, name="square"), name="silent"))
    text = pg.explain(pg.topological_sort_feed_dict({x: [[3.0]], y: [[80.0]]}))
    assert "square, Square: value = A², element by element; ∂loss/∂A = 2·A·grad\n     reads x (1 × 1)\n" in text
    assert "silent, Silent: the class has no docstring that says its formula\n" in text
    assert "silent, Silent: the class has no docstring that says its derivatives\n" in text
    assert re.search(r"∂loss/∂square, 1 × 1\n +36\n", text)        # 2·(81 − 80)·2·9


def test_a_name_is_text_on_one_line():
    x, y = scalar.Placeholder("x\n\x1b[31mred"), scalar.Placeholder(7)
    scalar.MSE(y, x)
    text = pg.explain(scalar.topological_sort_feed_dict({x: 1.0, y: 2.0}))
    assert "\x1b" not in text and "1. x\\n\\x1b[31mred, Placeholder" in text and "2. 7, Placeholder" in text


def test_of_large_values_the_corner_is_shown(backend):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    pg.MSE(y, X)
    rows = [[i + j / 100 for j in range(12)] for i in range(506)]
    text = pg.explain(pg.topological_sort_feed_dict({X: rows, y: rows}))
    shown = text.split("     X, 506 × 12\n")[1].splitlines()
    assert [float(x) for x in shown[9].split()[:-1]] == rows[9][:10] and shown[9].endswith("  …")
    assert shown[10].strip() == "… 496 more rows, 2 more columns"
    assert len(text.splitlines()) < 100


def test_a_graph_of_2000_nodes_is_shown_from_both_ends():
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    node = x
    for number in range(1997):
        node = pg.Sigmoid(node, name="s%d" % number)
    pg.MSE(y, node, name="cost")
    text = pg.explain(pg.topological_sort_feed_dict({x: [[1.0]], y: [[1.0]]}))
    assert text.count("… 1,960 more nodes, left out here …") == 2
    for name, is_shown in (("s17", True), ("s18", False), ("s1977", False), ("s1978", True)):
        assert ("%s, Sigmoid" % name in text) == is_shown
    assert len(text.splitlines()) < 600


def test_a_node_that_nothing_reads_does_not_move_the_loss():
    graph, k, b = line_network()
    x = graph[0]
    scalar.Sigmoid(x, name="idle")
    text = pg.explain(scalar.topological_sort_feed_dict({x: 3.0}))
    assert "grad = ∂loss/∂idle is 0: nothing hands any on" in text and "(from idle)" in text


def test_a_loss_that_another_node_reads(backend):
    x, y = pg.Placeholder("x"), pg.Placeholder("y")
    Times(3.0, pg.MSE(y, x, name="inner"))
    text = pg.explain(pg.topological_sort_feed_dict({x: [2.0], y: [1.0]}))
    assert re.search(r"grad = ∂loss/∂inner is what Times_\d+ handed on: 3\n", text)
    assert "[0] = 2/1·3·(2 − 1) = 6" in text


def test_without_trainables_it_says_what_to_do():
    graph, k, b = line_network()
    assert "explain(graph, trainables=[W, b])" in pg.explain(graph)
    assert "  3. k, Placeholder, fed\n" in pg.explain(graph)
    assert "  3. k, Placeholder, trained\n" in pg.explain(graph, trainables=[k])


def test_bad_input_is_one_sentence():
    graph, k, b = line_network()
    loss, unfed = graph[-1], scalar.Placeholder("unfed")
    for error, message, arguments in (
            (TypeError, "call topological_sort", [{"x": 1.0}]),
            (TypeError, "call topological_sort", [[]]),
            (TypeError, "not a sorted list of nodes", [["x", loss]]),
            (ValueError, "stands before its input", [[loss] + graph[:-1]]),
            (ValueError, "ends in l, not in a loss", [graph[:-1]]),
            (ValueError, "the learning rate is nan", [graph, float("nan")]),
            (ValueError, "learning rate is 'fast'", [graph, "fast"]),
            (TypeError, "not k alone", [graph, 0.1, k]),
            (TypeError, "cost is not a placeholder", [graph, 0.1, [loss]]),
            (ValueError, "unfed is not in the graph", [graph, 0.1, [unfed]]),
            (ValueError, "nothing to train", [graph, 0.1, []]),
            (ValueError, "unfed has no value: feed it", [[unfed] + graph])):
        with pytest.raises(error, match=re.escape(message)):
            pg.explain(*arguments)


@pytest.mark.parametrize("x, text", [
    (0.0, "0"), (-0.0, "0"), (2.0, "2"), (-1.5, "-1.5"), (1 / 3, "0.33333"), (123456.0, "123460"),
    (0.00012345678, "0.00012346"),
    (1.0e7, "1e7"), (99999999.0, "1e8"), (0.00001, "1e-5"), (-1.5e-300, "-1.5e-300"), (float("inf"), "inf"),
    (float("-inf"), "-inf"), (float("nan"), "nan")])
def test_a_number_has_five_digits_and_an_exponent_only_where_it_helps(x, text):
    assert number_text(x) == text


@pytest.mark.parametrize("kind", self_check.kinds())
def test_what_is_worked_out_of_a_docstring_is_true(kind):
    """Each equation, with the numbers of the right inputs in it, comes to the number that stands behind it."""
    graph = self_check.graph_of(kind)
    text = pg.explain(graph, 0.1, [node for node in graph if not node.inputs])
    node, = [node for node in graph if type(node) is kind]
    found = 0
    for line in text.split("\n"):
        *left, formula, result = [""] + line.strip().split(" = ") if " = " in line else ["", "", ""]
        left = left[1:]
        if not (left and (left[0].startswith("[0]") or left[0] == node.name)) or "…" in formula:
            continue
        code = formula.replace("·", "*").replace("−", "-").replace("²", "**2").replace("e^(", "exp(")
        if re.fullmatch(r"(?:[-+*/()., 0-9e]|exp|log|tanh|max)+", code):
            computed = eval(code, {"exp": math.exp, "log": math.log, "tanh": math.tanh, "max": max})
            assert abs(computed - float(result)) <= 1e-3 * max(1.0, abs(computed)), line
            found += 1
    assert found or kind.__name__ in ("Softmax", "Scale", "Dropout", "LeakyReLU", "ReLU", "Embedding",
                                      "CrossEntropy", "BinaryCrossEntropy", "L2Penalty")


@pytest.mark.parametrize("kind", [pg.CrossEntropy, pg.BinaryCrossEntropy])
def test_the_letters_of_a_docstring_are_those_of_the_inputs_in_order(kind):
    assert Formulas(kind).letters == ["y", "z"]
