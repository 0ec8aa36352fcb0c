"""What `run.py` measures: the jobs, and how each is done here and by its peers.

A peer is a function of a problem and a number of epochs that trains a network and returns (seconds, the mean loss of
the last epoch). All get the same numbers, from one file, and the same rows in every step. What comes before the
first step (reading, converting, compiling, a warm-up) is not timed.
"""
import array
import ctypes
import gc
import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import warnings

from reference import BATCH_SIZE, ROOT, build_network, lesson, micrograd_job, pg

LEARNING_RATE = 1e-2
ADAM = 1e-3, 0.9, 0.999, 1e-8       # learning rate, beta1, beta2, epsilon
WIDTHS = [2 ** n for n in range(3, 12)]
GROWTH_BATCH = 64
NETWORKS = {                # rows of data, widths, batch size
    "lesson": (506, (13, 10, 1), BATCH_SIZE),
    "adam": (506, (13, 10, 1), BATCH_SIZE),         # the lesson's network and data, trained by Adam
    "digits": (1797, (64, 128, 10), 64),
    "classes": (1797, (64, 128, 10), 64),           # ReLU, softmax cross entropy, Adam
    "large": (512, (784, 512, 256, 10), 128),
    "threads": (256, (1024, 1024, 1024), 256),
    **{"growth %d" % width: (GROWTH_BATCH, (width, width, width), GROWTH_BATCH) for width in WIDTHS},
}


class Problem:
    """A network, its data and its starting weights: doubles in one file, in the order in which lesson.c reads them."""

    def __init__(self, name, path):
        self.rows, self.widths, self.batch_size = NETWORKS[name]
        self.is_of_classes = name == "classes"
        self.is_adam = name in ("adam", "classes")
        self.path = path
        self.steps_per_epoch = max(1, self.rows // self.batch_size)
        outputs = self.widths[-1]
        self.shapes = [(self.rows, self.widths[0]), (self.rows, outputs) if outputs > 1 else (self.rows,)]
        for inputs, outputs in zip(self.widths, self.widths[1:]):
            self.shapes += [(inputs, outputs), (outputs,)]

    def lists(self):
        """X, y, W1, b1, W2, b2, …, one after the other."""
        with open(self.path, "rb") as file:
            for shape in self.shapes:
                columns = shape[-1]
                rows = [array.array("d", file.read(8 * columns)).tolist() for _ in range(shape[0] if shape[1:] else 1)]
                yield rows if shape[1:] else rows[0]

    def arrays(self):
        """The same for NumPy; y is a matrix always."""
        import numpy as np
        X, y, *parameters = [np.array(values) for values in self.lists()]
        return X, y.reshape(self.rows, -1), parameters

    def row_numbers(self, epochs):
        """The rows of each step, as `pg.train` draws them: a list of lists."""
        rng = pg.SplitMix64(0)
        return [[rng.below(self.rows) for _ in range(self.batch_size)] for _ in range(epochs * self.steps_per_epoch)]


def write_problem(name, path):
    """The lesson's numbers, or digits, or random ones: the file of a Problem."""
    rows, widths, _ = NETWORKS[name]
    rng = pg.SplitMix64(1)

    def uniform(n, size):       # from −size to size
        return [size * (2.0 * rng.uniform() - 1.0) for _ in range(n)]

    with open(path, "wb") as file:
        def put(numbers):
            array.array("d", numbers).tofile(file)

        if name in ("lesson", "adam"):
            X, y, _, graph, data = lesson()
            for matrix in [data[X], [data[y]]] + [as_matrix(node.value) for node in pg.trainables(graph)]:
                for row in matrix:
                    put(row)
            return
        if name in ("digits", "classes"):
            digits = pg.load_dataset("digits")
            put([pixel / 16.0 for row in digits.data for pixel in row])
            put([float(digit == label) for label in digits.target for digit in range(10)])
        else:
            put(uniform(rows * widths[0], 1.0))
            put(uniform(rows * widths[-1], 1.0))
        for inputs, outputs in zip(widths, widths[1:]):
            for _ in range(inputs):
                put(uniform(outputs, (3.0 / inputs) ** 0.5))
            put([0.0] * outputs)


def as_matrix(value):
    return value if isinstance(value[0], list) else [value]


def timed(function, *arguments):
    """(seconds, what the function returns)"""
    begin = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - begin, result


# pygraphnn


class OwnSigmoid(pg.Sigmoid):
    """A user's own class, which does not say that it is pure: its graph runs node by node."""


class PureSigmoid(pg.Sigmoid):
    """The same, and it says so."""

    is_pure = True

    def forward(self):
        A, = self.input_values()
        self.value = pg.ops.table.sigmoid(A)

    def backward(self):
        self.gradients = {}
        self.pass_back(self.inputs[0], pg.ops.table.sigmoid_gradient(self.value, self.incoming_gradient()))


def network(problem, sigmoid=pg.Sigmoid):
    """(graph, {placeholder: data}, the parameters), with a sigmoid between two layers; of classes, with a ReLU."""
    values = problem.lists()
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    data = {X: next(values), y: next(values)}
    node, parameters = X, []
    for W, b in zip(*[values] * 2):
        layer = [pg.Placeholder(is_trainable=True) for _ in "Wb"]
        for parameter, value in zip(layer, (W, b)):
            parameter.value = value
        between = pg.ReLU if problem.is_of_classes else sigmoid
        node = pg.Linear(node if node is X else between(node), *layer)
        parameters += layer
    (pg.CrossEntropy if problem.is_of_classes else pg.MSE)(y, node)
    return pg.topological_sort_feed_dict({node: rows[:1] for node, rows in data.items()}), data, parameters


def train(problem, epochs, graph, data, parameters):
    optimizer = pg.Adam(*ADAM) if problem.is_adam else pg.GradientDescent(LEARNING_RATE)
    return pg.train(graph, data, parameters, epochs=epochs, batch_size=problem.batch_size, optimizer=optimizer)


def pygraphnn_c(problem, epochs, sigmoid=pg.Sigmoid):
    with pg.use("c"):
        train(problem, 1, *network(problem, sigmoid))
        graph, data, parameters = network(problem, sigmoid)
        for node in data:
            node.value = data[node]
            data[node] = node.value         # an array in C, as the peers have theirs
        seconds, losses = timed(train, problem, epochs, graph, data, parameters)
    return seconds, losses[-1]


def pygraphnn_node_by_node(problem, epochs):
    return pygraphnn_c(problem, epochs, OwnSigmoid)


def pygraphnn_pure(problem, epochs):
    return pygraphnn_c(problem, epochs, PureSigmoid)


def pygraphnn_lists(problem, epochs):
    with pg.use("python"):
        seconds, losses = timed(train, problem, epochs, *network(problem))
    return seconds, losses[-1]


# The peers


def one_by_one(problem, epochs, step, chosen):
    """Calls `step` with each of the chosen rows in turn. It returns the loss, a number or something like one."""
    def loop(chosen):
        return [step(rows) for rows in chosen]

    seconds, losses = timed(loop, chosen)
    last = [float(loss) for loss in losses[-problem.steps_per_epoch:]]
    return seconds, sum(last) / len(last)


def lesson_numpy(problem, epochs, table=None):
    """The lesson's code, scikit-learn's `resample` included, which is made to draw the given rows."""
    import numpy as np
    from lesson_numpy import Lesson
    from sklearn.utils import resample
    chosen = iter(np.array(problem.row_numbers(epochs)))

    class Given(np.random.RandomState):
        def randint(self, low, high=None, size=None, dtype=int):
            return next(chosen)

    given = Given()

    def draw_rows(X, y, n_samples):
        return resample(X, y, n_samples=n_samples, random_state=given)

    network = Lesson(*problem.lists(), draw_rows=draw_rows, table=table)
    return one_by_one(problem, epochs, lambda step: network.step(), range(epochs * problem.steps_per_epoch))


def lesson_pandas(problem, epochs):
    from pandas import DataFrame
    return lesson_numpy(problem, epochs, DataFrame)


def numpy_by_hand(problem, epochs):
    """No graph, and nothing computed twice."""
    import numpy as np
    X, y, parameters = problem.arrays()
    layers = list(zip(parameters[::2], parameters[1::2]))

    def step(rows):
        values = [X[rows]]
        for W, b in layers:
            if len(values) > 1:
                values[-1] = 1.0 / (1.0 + np.exp(-values[-1]))
            values.append(values[-1] @ W + b)
        difference = values[-1] - y[rows]
        grad = difference * (2.0 / difference.size)
        for number in range(len(layers) - 1, -1, -1):
            W, b = layers[number]
            s = values[number]
            grad_W, grad_b = s.T @ grad, grad.sum(axis=0)
            if number:
                grad = (grad @ W.T) * s * (1.0 - s)
            W -= LEARNING_RATE * grad_W
            b -= LEARNING_RATE * grad_b
        return np.mean(difference * difference)
    return one_by_one(problem, epochs, step, np.array(problem.row_numbers(epochs)))


def torch_eager(problem, epochs):
    import torch
    torch.set_num_threads(1)
    X, y, parameters = problem.arrays()
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    layers = []
    for W, b in zip(parameters[::2], parameters[1::2]):
        layer = torch.nn.Linear(*W.shape, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(W).T)
            layer.bias.copy_(torch.from_numpy(b))
        layers += [layer, torch.nn.ReLU() if problem.is_of_classes else torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers[:-1])
    loss_of = torch.nn.CrossEntropyLoss() if problem.is_of_classes else torch.nn.MSELoss()
    if problem.is_of_classes:
        y = y.argmax(1)             # class numbers, as its users have them
    if problem.is_adam:
        rate, beta1, beta2, epsilon = ADAM
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, betas=(beta1, beta2), eps=epsilon)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    loss_of(model(X[:2]), y[:2]).backward()         # a warm-up

    def step(rows):
        optimizer.zero_grad()
        loss = loss_of(model(X[rows]), y[rows])
        loss.backward()
        optimizer.step()
        return loss.detach()
    return one_by_one(problem, epochs, step, torch.tensor(problem.row_numbers(epochs)))


def jax_scan(problem, epochs):
    if hasattr(os, "sched_setaffinity"):        # it starts a thread for each processor, whatever XLA_FLAGS says
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import jax
    import jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
    X, y, parameters = problem.arrays()
    X, y, parameters = jnp.asarray(X), jnp.asarray(y), [jnp.asarray(value) for value in parameters]

    def loss_of(parameters, rows):
        value = X[rows]
        for number in range(0, len(parameters), 2):
            if number:
                value = (jax.nn.relu if problem.is_of_classes else jax.nn.sigmoid)(value)
            value = value @ parameters[number] + parameters[number + 1]
        if problem.is_of_classes:
            return -jnp.sum(y[rows] * jax.nn.log_softmax(value)) / len(rows)
        return jnp.mean((value - y[rows]) ** 2)

    def descend(parameters, rows):
        loss, gradients = jax.value_and_grad(loss_of)(parameters, rows)
        return [value - LEARNING_RATE * gradient for value, gradient in zip(parameters, gradients)], loss

    def adam(state, rows):
        rate, beta1, beta2, epsilon = ADAM
        parameters, m, v, step = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, rows)
        step = step + 1.0
        m = [beta1 * a + (1.0 - beta1) * gradient for a, gradient in zip(m, gradients)]
        v = [beta2 * a + (1.0 - beta2) * gradient * gradient for a, gradient in zip(v, gradients)]
        size, share = rate / (1.0 - beta1 ** step), 1.0 - beta2 ** step
        parameters = [value - size * a / (jnp.sqrt(b / share) + epsilon) for value, a, b in zip(parameters, m, v)]
        return (parameters, m, v, step), loss

    start, step = parameters, descend
    if problem.is_adam:
        zeros = [jnp.zeros_like(value) for value in parameters]
        start, step = (parameters, zeros, zeros, jnp.float64(0.0)), adam
    chosen = jnp.asarray(problem.row_numbers(epochs))
    compiled = jax.jit(lambda start, chosen: jax.lax.scan(step, start, chosen)).lower(start, chosen).compile()
    seconds, (_, losses) = timed(lambda: jax.block_until_ready(compiled(start, chosen)))
    return seconds, float(losses[-problem.steps_per_epoch:].mean())


def sklearn_regressor(problem, max_iter, batch_size):
    """An MLPRegressor that starts from the given weights, and X and y as it wants them.

    Its loss is half of ours, and its gradients are those of half the sum over the outputs, hence the learning rate.
    """
    from sklearn.neural_network import MLPRegressor
    X, y, parameters = problem.arrays()
    outputs = y.shape[1]
    y = y.ravel() if outputs == 1 else y
    model = MLPRegressor(hidden_layer_sizes=problem.widths[1:-1], activation="logistic", solver="sgd",
                         learning_rate_init=2.0 * LEARNING_RATE / outputs, alpha=0.0, momentum=0.0,
                         nesterovs_momentum=False, tol=0.0, n_iter_no_change=10 ** 9, batch_size=batch_size,
                         max_iter=max_iter, warm_start=True, random_state=0)
    warnings.simplefilter("ignore")             # it finds that it has not converged
    model.partial_fit(X[:2], y[:2])             # makes the weights, which are replaced here
    for W, b, own_W, own_b in zip(parameters[::2], parameters[1::2], model.coefs_, model.intercepts_):
        own_W[:], own_b[:] = W, b
    return model, X, y


def sklearn_steps(problem, epochs):
    """`partial_fit` with the given rows: one step each."""
    import numpy as np
    model, X, y = sklearn_regressor(problem, 1, "auto")

    def step(rows):
        return 2.0 * model.partial_fit(X[rows], y[rows]).loss_
    return one_by_one(problem, epochs, step, np.array(problem.row_numbers(epochs)))


def sklearn_fit(problem, epochs):
    """`fit` shuffles the rows itself, each once an epoch; its epoch has one step more if some rows are left over."""
    model, X, y = sklearn_regressor(problem, epochs, problem.batch_size)
    seconds, _ = timed(model.fit, X, y)
    steps = -(-problem.rows // problem.batch_size)
    return seconds * problem.steps_per_epoch / steps, 2.0 * model.loss_curve_[-1]


def micrograd(problem, epochs):
    from micrograd.engine import Value
    X, y, *start = problem.lists()
    chosen = iter(problem.row_numbers(epochs))
    step = micrograd_job(Value, X, y, start, lambda: next(chosen))
    return one_by_one(problem, epochs, lambda _: step(1)[0], range(epochs * problem.steps_per_epoch))


def c_by_hand(problem, epochs):
    """lesson.c, with the flags of the kernels."""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "lesson")
        subprocess.run(shlex.split(os.environ.get("CC", "cc")) + ["-O3", "-ffp-contract=off"] +
                       [os.path.join(ROOT, "benchmarks", "lesson.c"), "-o", program, "-lm"], check=True)
        command = [program, problem.path, str(problem.rows), str(epochs)]
        subprocess.run(command[:-1] + ["1"], check=True, stdout=subprocess.DEVNULL)
        seconds, loss = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.split()
    return float(seconds), float(loss)


# Jobs of ours alone. They return what `run.py` reports, by name.


def command_line(epochs):
    """A training from the command line, start to end, without the training itself."""
    command = [sys.executable, "-m", "pygraphnn", "train", "boston", "--backend", "c", "--json"]
    command += ["--epochs", str(epochs)]
    whole, process = timed(lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE))
    training = json.loads(process.stdout.decode())["seconds"]
    return {"seconds": whole - training, "training": training}


def growth(problem, epochs):
    """How long a step takes, and how many bytes the training holds at most, the parameters included."""
    with pg.use("c"):
        pg.train(*other_network(), epochs=1, batch_size=64)     # code that the first training loads is not its memory
        graph, data, parameters = network(problem)
        before = None
        if sys.platform == "linux":
            gc.collect()
            ctypes.CDLL(None).malloc_trim(0)                # gives the memory of the lists back
            before = resident_bytes("VmRSS")
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")                             # the peak is counted from here
        seconds, losses = timed(train, problem, epochs, graph, data, parameters)
    held = None
    if before is not None:
        held = resident_bytes("VmHWM") - before + 8 * parameter_count(problem.widths)
    return {"seconds": seconds, "steps": epochs * problem.steps_per_epoch, "loss": losses[-1], "held": held}


def other_network():
    """A network for which the same code runs as for large ones."""
    X, y, _, loss = build_network(128, [128], seed=0)
    data = {X: [[float(row + column) for column in range(128)] for row in range(64)], y: [0.0] * 64}
    graph = pg.topological_sort_feed_dict(data)
    return graph, data, pg.trainables(graph)


def resident_bytes(name):
    """A figure of this process's memory, as Linux knows it."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))


def parameter_count(widths):
    return sum((inputs + 1) * outputs for inputs, outputs in zip(widths, widths[1:]))


def threads(problem, epochs, n):
    """A training with n threads, and a fingerprint of the parameters that it ends with."""
    pg.set_threads(n)
    with pg.use("c"):
        graph, data, parameters = network(problem)
        train(problem, 1, graph, data, parameters)              # turns the parameters' lists into arrays
        seconds, losses = timed(train, problem, epochs, graph, data, parameters)
        fingerprint = hashlib.sha256(repr(losses).encode())
        for parameter in parameters:
            for row in as_matrix(parameter.value.tolist()):
                fingerprint.update(array.array("d", row).tobytes())
    return {"seconds": seconds, "steps": epochs * problem.steps_per_epoch, "fingerprint": fingerprint.hexdigest()}


PEERS = {           # how it is called, the modules that it needs, the function
    "c": ("pygraphnn, C", ["_cffi_backend"], pygraphnn_c),
    "pure": ("pygraphnn, C, an own node, pure", ["_cffi_backend"], pygraphnn_pure),
    "nodes": ("pygraphnn, C, node by node", ["_cffi_backend"], pygraphnn_node_by_node),
    "lists": ("pygraphnn, lists", [], pygraphnn_lists),
    "lesson-pandas": ("NumPy as in the lesson, pandas table", ["numpy", "sklearn", "pandas"], lesson_pandas),
    "lesson-array": ("NumPy as in the lesson, array", ["numpy", "sklearn"], lesson_numpy),
    "numpy": ("NumPy by hand, no graph", ["numpy"], numpy_by_hand),
    "torch": ("PyTorch eager, float64", ["torch", "numpy"], torch_eager),
    "jax": ("JAX, jit and lax.scan, float64", ["jax", "numpy"], jax_scan),
    "sklearn-steps": ("scikit-learn, partial_fit", ["sklearn", "numpy"], sklearn_steps),
    "sklearn-fit": ("scikit-learn, fit", ["sklearn", "numpy"], sklearn_fit),
    "micrograd": ("micrograd", ["micrograd"], micrograd),
    "hand": ("C by hand, lesson.c", [], c_by_hand),
}
