# %% helpers
import pygraphnn as pg

def value_of(kind, A):
    X = pg.Placeholder("X")
    node = kind(X)
    return pg.predict(node, {X: A})

def gradient_of(kind, A):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    X.value, y.value = A, [[0.0] * len(row) for row in A]
    pg.forward_and_backward(pg.sorted_graph(pg.MSE(y, kind(X))))
    return X.gradients[X]

# %% task Square
# en: A node whose value is A², element by element.
# zh: 一个节点，它的值是 A²，逐元素计算。
# hint en: The derivative of A² is 2·A; times the incoming gradient.
# hint zh: A² 的导数是 2·A，再乘以收到的梯度。
# check: value_of(Square, [[3.0, -2.0]]) == [[9.0, 4.0]]
# check: gradient_of(Square, [[3.0, -2.0]]) == [[54.0, -16.0]]

# %% start
import pygraphnn as pg

class Square(pg.Node):
    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        A, = self.input_values()
        self.value = A

    def backward(self):
        self.gradients = {}
        self.pass_back(self.inputs[0], self.incoming_gradient())

# %% solution
import pygraphnn as pg
from pygraphnn import ops

class Square(pg.Node):
    is_pure = True

    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.multiply(A, A)

    def backward(self):
        A, = self.input_values()
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(ops.table.scale(A, 2.0), self.incoming_gradient()))

# %% mistake
import pygraphnn as pg
from pygraphnn import ops

class Square(pg.Node):
    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.multiply(A, A)

    def backward(self):
        A, = self.input_values()
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.scale(A, 2.0))

# %% mistake
import pygraphnn as pg
from pygraphnn import ops

class Square(pg.Node):
    def __init__(self, node):
        pg.Node.__init__(self, [node])

    def forward(self):
        A, = self.input_values()
        self.value = ops.table.multiply(A, A)

    def backward(self):
        A, = self.input_values()
        self.gradients = {}
        self.pass_back(self.inputs[0], ops.table.multiply(A, self.incoming_gradient()))

# %% task softsign_slope
# en: The derivative of x / (1 + |x|).
# zh: x / (1 + |x|) 的导数。
# hint en: By the quotient rule, for x > 0 and for x < 0 apart; both come to the same form.
# hint zh: 用商的求导法则，分 x > 0 和 x < 0 两种情况；两种的结果形式相同。
# check: softsign_slope(0.0) == 1.0
# check: softsign_slope(1.0) == 0.25
# check: softsign_slope(-3.0) == 0.0625

# %% start
def softsign_slope(x):
    return None

# %% solution
def softsign_slope(x):
    return 1.0 / ((1.0 + abs(x)) * (1.0 + abs(x)))

# %% mistake
def softsign_slope(x):
    return 1.0 / (1.0 + abs(x))

# %% mistake
def softsign_slope(x):
    return 1.0 / ((1.0 + x) * (1.0 + x))
