"""Models for the tests of exports: one for each node of the package, and some that people would make."""
from networks import random_matrix

import pygraphnn as pg
from pygraphnn import arithmetic, dropout, embedding, nodes, ops, self_check

WIDTH, HIDDEN, ROWS = 3, 4, 9
KINDS = [kind for kind in self_check.kinds() if not issubclass(kind, pg.Loss)]
NEED_NO_EXP = {"nothing", "one_step", "Linear", "MatMul", "Add", "Subtract", "Multiply", "Scale", "ReLU",
               "LeakyReLU", "Dropout", "Embedding"}
OTHERS = ["classes", "two_classes_of_one_logit", "own", "residual", "vector", "names", "nothing", "one_step"]
ALL = [kind.__name__ for kind in KINDS] + OTHERS


class Swish(pg.Node):
    """value = A·σ(A), of operations of the package, which every engine has."""

    is_pure = True

    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.multiply(A, ops.table.sigmoid(A))


class RowSums(pg.Node):
    """A number for each row."""

    is_pure = True

    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        self.value = ops.table.row_sums(self.input_values()[0])


def linear(node, n, m, seed, name=None):
    W, b = pg.Placeholder("W%d" % seed, is_trainable=True), pg.Placeholder("b%d" % seed, is_trainable=True)
    W.value, b.value = random_matrix(n, m, seed), random_matrix(1, m, seed + 1)[0]
    return pg.Linear(node, W, b, name)


def model_of(name):
    """(Model, rows of features to predict from)"""
    X = pg.Placeholder("X")
    rows = random_matrix(ROWS, WIDTH, 11)
    if name == "Embedding":
        table = pg.Placeholder("table", is_trainable=True)
        table.value = random_matrix(5, HIDDEN, 7)
        return pg.Model(embedding.Embedding(X, table), X), [[float(i * i % 5)] for i in range(ROWS)]
    below = linear(X, WIDTH, HIDDEN, 1)
    if name in OTHERS:
        return _other(name, X, below, rows), rows
    kind = [kind for kind in KINDS if kind.__name__ == name][0]
    if kind is nodes.Linear:
        output = below
    elif kind is arithmetic.MatMul:
        W = pg.Placeholder("W", is_trainable=True)
        W.value = random_matrix(HIDDEN, 2, 5)
        output = kind(below, W)
    elif kind is dropout.Dropout:
        output = kind(below, 0.4)
    elif kind is arithmetic.Scale:
        output = kind(below, -1.5)
    elif issubclass(kind, arithmetic.OfTwo):
        output = kind(below, linear(X, WIDTH, HIDDEN, 3))
    else:
        output = kind(below)
    return pg.Model(output, X, like=random_matrix(20, WIDTH, 6)), rows


def _other(name, X, below, rows):
    like = [[5.0 * x + 1.0 for x in row] for row in random_matrix(20, WIDTH, 8)]
    if name == "classes":
        return pg.Model(linear(pg.ReLU(below), HIDDEN, 3, 3, "out"), X, like=like, feature_names=["a", "b", "X"],
                        class_names=["ä", 'o "u"', "\\n"], target_name="sort")
    if name == "two_classes_of_one_logit":
        return pg.Model(linear(pg.Tanh(below), HIDDEN, 1, 3), X, class_names=["no", "yes"])
    if name == "own":
        return pg.Model(linear(Swish(below), HIDDEN, 2, 3), X, feature_names=["one", "two", "three"])
    if name == "residual":          # a value that two read; constants that are computed with; a node that is an input
        mask, scale = pg.Placeholder("mask"), pg.Placeholder("scale")
        mask.value, scale.value = random_matrix(HIDDEN, HIDDEN, 9), random_matrix(HIDDEN, HIDDEN, 10)
        hidden = pg.Sigmoid(below)
        return pg.Model(pg.Add(hidden, pg.MatMul(hidden, pg.Multiply(mask, scale))), X, like=like)
    if name == "vector":
        return pg.Model(RowSums(pg.Softplus(below)), X, like=like)
    if name == "nothing":
        return pg.Model(X, X, feature_names=["*/ int x; /*", '\\\n"q"??/', "c"], target_name='t"\\')
    if name == "one_step":
        return pg.Model(pg.LeakyReLU(X), X, feature_names=["one", "two", "three"])
    # names that the languages know already, twice, or that they do not take
    output = below
    for other in ("exp", "exp", "for", "while", "double", "2 × 3", "a", "ü", "", "W1", "predict", "row", "Model", "sin",
                  "forward", "l1.Unsqueeze1", "probabilities", "matmul", "means", "lists", "int64_t", "_", "__init__"):
        output = pg.Tanh(output, name=other)
    X.name = "matmul"
    return pg.Model(output, X, like=like, feature_names=["a", "b", "c"])


def expected(name):
    """(the model, rows, what it predicts, of classes also the shares)"""
    from pygraphnn.evaluating import probabilities
    model, rows = model_of(name)
    outputs = model.predict(rows)
    return model, rows, outputs, probabilities(outputs) if model.class_names else None
