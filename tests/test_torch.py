"""Gradients of random graphs against PyTorch's, in float64, where PyTorch is installed."""
import random

import pytest
from networks import Sum, Times, flat, random_matrix

import pygraphnn as pg

torch = pytest.importorskip("torch")


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
        kind = choose.choice(["linear", "linear", "shared", "sigmoid", "sum"])
        if kind == "sigmoid":
            layers.append((pg.Sigmoid(node), torch.sigmoid(tensor)))
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
        y, y_tensor = placeholder(random_matrix(rows, width, seed + 50 + number))
        cost = pg.MSE(y, node)
        factor = choose.choice([1.0, -2.5])
        if factor != 1.0:
            Times(factor, cost)
        loss = loss + factor * torch.nn.functional.mse_loss(tensor, y_tensor)
    return feed, tensors, loss


@pytest.mark.parametrize("seed", range(200))
def test_gradients_are_pytorchs_to_twelve_places(backend, seed):
    feed, tensors, loss = random_pair(seed)
    graph = pg.topological_sort_feed_dict(feed)
    pg.forward_and_backward(graph)
    loss.backward()
    for node, tensor in tensors.items():
        theirs = tensor.grad if tensor.grad is not None else torch.zeros_like(tensor)
        for g, h in zip(flat(node.gradients[node]), theirs.reshape(-1).tolist()):
            assert g == pytest.approx(h, rel=1e-12, abs=1e-12)
