"""Gradients of random graphs, and trainings, against PyTorch's, in float64, where PyTorch is installed."""
import random

import pytest
from networks import Sum, Times, as_lists, flat, lesson_network, random_matrix

import pygraphnn as pg

torch = pytest.importorskip("torch")


OF_ONE = [
    (pg.Sigmoid, torch.sigmoid), (pg.Tanh, torch.tanh), (pg.ReLU, torch.relu),
    (pg.Softplus, torch.nn.functional.softplus),
    (lambda a: pg.LeakyReLU(a, 0.2), lambda a: torch.nn.functional.leaky_relu(a, 0.2)),
    (pg.Softmax, lambda a: torch.softmax(a, 1)), (lambda a: pg.Scale(a, -0.75), lambda a: -0.75 * a),
]
OF_TWO = [(pg.Add, torch.add), (pg.Subtract, torch.sub), (pg.Multiply, torch.mul)]
LOSSES = [
    (pg.MSE, torch.nn.functional.mse_loss),
    (pg.BinaryCrossEntropy, torch.nn.functional.binary_cross_entropy_with_logits),
    (pg.CrossEntropy, torch.nn.functional.cross_entropy),
]


def random_pair(seed):
    """The same random graph here and there: (feed_dict, {placeholder: tensor}, PyTorch's loss)."""
    choose = random.Random(seed)
    rows, width = choose.randint(1, 8), choose.randint(1, 6)
    feed, tensors, weights = {}, {}, []

    def placeholder(value):
        node = pg.Placeholder()
        feed[node] = value
        tensors[node] = torch.tensor(value, dtype=torch.float64, requires_grad=True)
        return node, tensors[node]

    layers = [placeholder(random_matrix(rows, width, seed))]
    for layer in range(choose.randint(1, 8)):
        node, tensor = choose.choice(layers)
        kind = choose.choice(["linear", "linear", "shared", "sum", "matmul", "two", "two"] + ["one"] * 4)
        if kind == "one":
            mine, theirs = choose.choice(OF_ONE)
            layers.append((mine(node), theirs(tensor)))
        elif kind == "two":
            other, other_tensor = choose.choice(layers)
            mine, theirs = choose.choice(OF_TWO)
            layers.append((mine(node, other), theirs(tensor, other_tensor)))
        elif kind == "matmul":
            M, M_tensor = placeholder(random_matrix(width, width, seed + 7 * layer))
            layers.append((pg.MatMul(node, M), tensor @ M_tensor))
        elif kind == "sum":
            other, other_tensor = choose.choice(layers)
            layers.append((Sum(node, other, node), tensor + other_tensor + tensor))
        else:
            if kind == "linear" or not weights:
                weights.append((placeholder(random_matrix(width, width, seed + layer)),
                                placeholder(random_matrix(1, width, seed - layer)[0])))
            (W, W_tensor), (b, b_tensor) = choose.choice(weights)
            layers.append((pg.Linear(node, W, b), tensor @ W_tensor + b_tensor))
    loss = torch.zeros((), dtype=torch.float64)
    for number in range(choose.randint(1, 3)):
        node, tensor = layers[-1] if number == 0 else choose.choice(layers)
        labels = random_matrix(rows, width, seed + 50 + number)
        mine, theirs = choose.choice(LOSSES if width > 1 else LOSSES[:2])
        if mine is pg.CrossEntropy:
            labels = [[abs(x) / sum(map(abs, row)) for x in row] for row in labels]
        y, y_tensor = placeholder(labels)
        cost = mine(y, node)
        factor = choose.choice([1.0, -2.5])
        if factor != 1.0:
            Times(factor, cost)
        loss = loss + factor * theirs(tensor, y_tensor)
    if weights and choose.random() < 0.3:
        (W, W_tensor), (b, b_tensor) = weights[0]
        pg.L2Penalty([W, b], 0.1)
        loss = loss + 0.1 * ((W_tensor ** 2).sum() + (b_tensor ** 2).sum())
    return feed, tensors, loss


@pytest.mark.parametrize("seed", range(300))
def test_gradients_are_pytorchs_to_twelve_places(backend, seed):
    feed, tensors, loss = random_pair(seed)
    graph = pg.topological_sort_feed_dict(feed)
    pg.forward_and_backward(graph)
    loss.backward()
    for node, tensor in tensors.items():
        theirs = tensor.grad if tensor.grad is not None else torch.zeros_like(tensor)
        for g, h in zip(flat(node.gradients[node]), theirs.reshape(-1).tolist()):
            assert g == pytest.approx(h, rel=1e-12, abs=1e-12)


def test_class_numbers_have_pytorchs_gradients(backend):
    y, z = pg.Placeholder("y"), pg.Placeholder("z")
    graph = pg.sorted_graph(pg.CrossEntropy(y, z))
    z.value, y.value = random_matrix(9, 4, 1), [0, 1, 2, 3, 3, 2, 1, 0, 0]
    pg.forward_and_backward(graph)
    logits = torch.tensor(as_lists(z.value), dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1, 2, 3, 3, 2, 1, 0, 0]))
    loss.backward()
    assert graph[-1].value == pytest.approx(float(loss.detach()), rel=1e-14)
    assert flat(z.gradients[z]) == pytest.approx(logits.grad.reshape(-1).tolist(), rel=1e-12, abs=1e-14)


def test_an_embedding_and_a_mask_have_pytorchs_gradients(backend):
    i, table, y = [pg.Placeholder(name) for name in ("i", "table", "y")]
    numbers, rows, labels = [3, 0, 3, 2, 3], random_matrix(4, 6, 1), random_matrix(5, 6, 2)
    dropout = pg.Dropout(pg.Embedding(i, table), 0.3, seed=2)
    graph = pg.sorted_graph(pg.MSE(y, dropout))
    i.value, table.value, y.value = numbers, rows, labels
    pg.forward_and_backward(graph)
    tensor = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
    picked = torch.nn.functional.embedding(torch.tensor(numbers), tensor)
    masked = picked * torch.tensor(as_lists(dropout.mask), dtype=torch.float64)
    torch.nn.functional.mse_loss(masked, torch.tensor(labels, dtype=torch.float64)).backward()
    assert flat(table.gradients[table]) == pytest.approx(tensor.grad.reshape(-1).tolist(), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("mine, theirs", [
    (lambda: pg.GradientDescent(0.01), lambda tensors: torch.optim.SGD(tensors, lr=0.01)),
    (lambda: pg.Momentum(0.01, 0.9), lambda tensors: torch.optim.SGD(tensors, lr=0.01, momentum=0.9)),
    (lambda: pg.Momentum(1e-3, 0.5), lambda tensors: torch.optim.SGD(tensors, lr=1e-3, momentum=0.5)),
    (lambda: pg.Adam(), lambda tensors: torch.optim.Adam(tensors)),
    (lambda: pg.Adam(0.05, 0.8, 0.95, 1e-4), lambda tensors: torch.optim.Adam(tensors, 0.05, (0.8, 0.95), 1e-4)),
])
def test_parameters_are_pytorchs_to_twelve_places_after_200_steps_of_the_lessons_network(mine, theirs, backend):
    boston = pg.load_dataset("boston")
    data = {"X": pg.standardize(boston.data), "y": boston.target}
    X, y, prediction, loss, parameters = lesson_network()
    tensors = [torch.tensor(as_lists(node.value), dtype=torch.float64, requires_grad=True) for node in parameters]
    graph, feed = pg.sorted_graph(loss), {X: data["X"], y: data["y"]}
    optimizer = mine()
    pg.train(graph, feed, parameters, epochs=200, batch_size=506, optimizer=optimizer)      # a step an epoch

    rng, optimizer = pg.SplitMix64(0), theirs(tensors)
    rows, labels = [torch.tensor(data[name], dtype=torch.float64) for name in "Xy"]
    W1, b1, W2, b2 = tensors
    for _ in range(200):
        chosen = [rng.below(506) for _ in range(506)]
        predicted = torch.sigmoid(rows[chosen] @ W1 + b1) @ W2 + b2
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(predicted[:, 0], labels[chosen]).backward()
        optimizer.step()
    for node, tensor in zip(parameters, tensors):
        for w, v in zip(flat(node.value), tensor.detach().reshape(-1).tolist()):
            assert w == pytest.approx(v, rel=1e-12, abs=1e-12)
