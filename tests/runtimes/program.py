"""One program for every Python: it trains small networks and prints the bits of every number that comes out.

`compare.py` runs it in several Pythons and compares what they print. It holds to what MicroPython understands, and
makes its data from the random stream, so it reads no file. By hand: `PYTHONPATH=. python tests/runtimes/program.py`.

Each line is a name and what it names, a number as the 16 hex digits of its double. `exact:` marks what must be equal
everywhere, `sigmoid:` what may differ where the C libraries' `exp` do, and `exp` each x and the eˣ computed for it.
"""
import struct
from binascii import hexlify

import pygraphnn as nn
from pygraphnn import lists, scalar


def main() -> None:
    for line in without_exp():
        print(line)
    met = []
    for line in needing_exp(recorded(lists.exp, met)):
        print(line)
    for x, e in met:
        print(shown("exp", [x, e]))


def shown(name: str, numbers: list) -> str:
    return " ".join([name] + [bits(x) for x in numbers])


def bits(x: float) -> str:
    return hexlify(struct.pack(">d", x)).decode()


# What needs no exp


def without_exp() -> list:
    return (random_numbers() + sorted_graph() + linear_network() + optimizers() + chance_and_rows() + linear_floor()
            + errors())


def random_numbers() -> list:
    lines = []
    for seed in (0, 1234567, -1):
        rng = nn.SplitMix64(seed)
        lines.append("exact:stream " + " ".join("%016x" % rng.next() for _ in range(5)))
        lines.append("exact:rows " + " ".join("%016x" % rng.below(506) for _ in range(20)))
        lines.append(shown("exact:uniform", [rng.uniform() for _ in range(20)]))
        lines.append(shown("exact:normal", [rng.normal() for _ in range(40)]))
    return lines


def sorted_graph() -> list:
    """W and b are read by two nodes, so their gradients are sums of two."""
    X, y = nn.Placeholder("X"), nn.Placeholder("y")
    W, b = nn.Placeholder("W", is_trainable=True), nn.Placeholder("b", is_trainable=True)
    first = nn.Linear(X, W, b, name="first")
    second = nn.Linear(first, W, b, name="second")
    nn.MSE(y, second, name="loss")
    feed = {y: nn.randn(6, 3, seed=1), b: [0.5, -0.25, 0.1], X: nn.randn(6, 3, seed=2), W: nn.randn(3, 3, seed=3)}
    graph = nn.topological_sort_feed_dict(feed)
    nn.forward_and_backward(graph)
    return ["exact:order " + " ".join([node.name for node in graph]),
            shown("exact:loss", [graph[-1].value]),
            shown("exact:grad_W", lists.elements(W.gradients[W])),
            shown("exact:grad_b", b.gradients[b])]


def linear_network() -> list:
    return ["exact:" + line for line in trained(lambda node: node)]


def optimizers() -> list:
    lines = []
    for optimizer in (nn.GradientDescent(lambda epoch: 0.02 / (1 + epoch)), nn.Momentum(0.01), nn.Adam(0.01)):
        name = "exact:%s_" % type(optimizer).__name__
        lines += [name + line for line in trained(lambda node: node, optimizer)]
    return lines


def chance_and_rows() -> list:
    """A Dropout, whose masks are drawn from call to call, and rows of a table that is learnt."""
    lines = ["exact:dropout_" + line for line in trained(lambda node: nn.Dropout(nn.LeakyReLU(node), 0.3, seed=9))]
    numbers, table, y = [nn.Placeholder(name) for name in ("numbers", "table", "y")]
    graph = nn.sorted_graph(nn.MSE(y, nn.Embedding(numbers, table)))
    table.value = nn.randn(5, 2, seed=3)
    feed = {numbers: [float(n * n % 5) for n in range(12)], y: nn.randn(12, 2, seed=4)}
    losses = nn.train(graph, feed, [table], epochs=9, batch_size=5, learning_rate=0.5)
    return lines + [shown("exact:embedding_losses", losses), shown("exact:table", lists.elements(table.value))]


def trained(activation: object, optimizer: object = None) -> list:
    """24 rows through two Linears of 7 and 1 columns, and what is between them: losses, weights and predictions."""
    X, y = nn.Placeholder("X"), nn.Placeholder("y")
    names = ("W1", "b1", "W2", "b2")
    parameters = [nn.Placeholder(name, is_trainable=True) for name in names]
    W1, b1, W2, b2 = parameters
    prediction = nn.Linear(activation(nn.Linear(X, W1, b1)), W2, b2)
    nn.MSE(y, prediction)

    rng = nn.SplitMix64(2024)
    rows = nn.standardize([[rng.uniform(), rng.normal(), rng.below(100)] for _ in range(24)])
    labels = [2.0 * row[0] - row[1] + row[2] * row[2] + 0.1 * rng.normal() for row in rows]
    feed = {X: rows, y: labels}
    start = {W1: nn.randn(3, 7, seed=5), b1: nn.zeros(7), W2: nn.randn(7, 1, seed=6), b2: nn.zeros(1)}
    start.update(feed)
    graph = nn.topological_sort_feed_dict(start)
    losses = nn.train(graph, feed, nn.trainables(graph), epochs=40, batch_size=8, optimizer=optimizer, seed=5)
    lines = [shown("losses", losses)]
    for name, node in zip(names, parameters):
        lines.append(shown(name, lists.elements(node.value)))
    lines.append(shown("predictions", lists.elements(nn.predict(prediction, {X: rows}))))
    return lines


def linear_floor() -> list:
    return ["exact:" + line for line in trained_scalars(lambda node: node)]


def trained_scalars(activation: object) -> list:
    x, y, k, b = [scalar.Placeholder(name) for name in ("x", "y", "k", "b")]
    loss = scalar.MSE(y, activation(scalar.Linear(x, k, b)))
    graph = scalar.topological_sort_feed_dict({x: 3.0, y: 0.1, k: 0.7, b: -0.3})
    losses = []
    for _ in range(30):
        scalar.forward_and_backward(graph)
        scalar.optimize([k, b], 0.03)
        losses.append(loss.value)
    return [shown("scalar_losses", losses), shown("scalar_k_b", [k.value, b.value])]


def errors() -> list:
    """The messages of some errors, which take other ways through the code."""
    X, W, b = [nn.Placeholder(name) for name in ("X", "W", "b")]
    nn.MSE(X, nn.Linear(X, W, b, name="layer"), name="loss")
    fitting = {X: [[1.0, 2.0]], W: [[0.5, 0.5], [2.0, 0.5]], b: [0.0, 0.0]}
    lines = []
    for node, value in ((W, [[1.0, 2.0]]), (b, [1.0]), (X, [[1.0, 2.0], [3.0]]), (X, [[1.0, float("nan")]]), (b, None)):
        feed = dict(fitting)
        feed[node] = value
        lines.append(message(lambda feed=feed: nn.forward(nn.topological_sort_feed_dict(feed))))
    lines.append(message(lambda: nn.topological_sort({X: [W], W: [X]})))
    graph = nn.topological_sort_feed_dict(fitting)
    feed = {X: fitting[X]}
    lines.append(message(lambda: nn.train(graph, feed, [W, b], epochs=200, batch_size=1, learning_rate=1e3)))
    return lines


def message(call: object) -> str:
    try:
        call()
    except (ValueError, ArithmeticError) as problem:
        return "exact:error %s: %s" % (type(problem).__name__, problem)
    return "exact:error none"


# What needs exp


def needing_exp(exp: object) -> list:
    """The lines of all that is computed with exp, the function given here."""
    own, lists.exp = lists.exp, exp
    try:
        rng = nn.SplitMix64(99)
        sample = [60.0 * rng.uniform() - 30.0 for _ in range(300)]
        lines = [shown("exp_sample", [exp(x) for x in sample]),
                 shown("sigmoid_sample", lists.sigmoid(sample + [0.0, -0.0, 800.0, -800.0]))]
        lines += trained(nn.Sigmoid) + trained_scalars(scalar.Sigmoid)
    finally:
        lists.exp = own
    return ["sigmoid:" + line for line in lines]


def recorded(exp: object, met: list) -> object:
    """exp, which also notes each x with its eˣ."""
    def recording(x: float) -> float:
        e = exp(x)
        met.append((x, e))
        return e
    return recording


if __name__ == "__main__":
    main()
