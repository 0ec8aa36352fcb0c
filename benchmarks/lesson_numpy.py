"""The lesson's matrix framework as its NumPy code computes it, for timing beside ours.

Each class makes the NumPy calls that the lesson makes, the ones it could spare included: gradients start as arrays of
zeros, and Sigmoid's backward computes the sigmoid twice more. Rows are drawn with scikit-learn's `resample`, as there,
or by index where that is asked for.
"""
import numpy as np


class Node:
    def __init__(self, *inputs):
        self.inputs, self.outputs, self.gradients, self.value = inputs, [], {}, None
        for node in inputs:
            node.outputs.append(self)

    def zero_gradients(self):
        self.gradients = {node: np.zeros_like(node.value) for node in self.inputs}


class Placeholder(Node):
    def forward(self):
        pass

    def backward(self):
        self.gradients = {self: 0}
        for consumer in self.outputs:
            self.gradients[self] = consumer.gradients[self] * 1


class Linear(Node):
    def forward(self):
        X, W, b = (node.value for node in self.inputs)
        self.value = np.dot(X, W) + b

    def backward(self):
        self.zero_gradients()
        X, W, b = self.inputs
        for consumer in self.outputs:
            cost = consumer.gradients[self]
            self.gradients[X] = np.dot(cost, W.value.T)
            self.gradients[W] = np.dot(X.value.T, cost)
            self.gradients[b] = np.sum(cost, axis=0, keepdims=False)


class Sigmoid(Node):
    @staticmethod
    def sigmoid(x):
        return 1.0 / (1 + np.exp(-1 * x))

    def forward(self):
        self.x = self.inputs[0].value
        self.value = self.sigmoid(self.x)

    def backward(self):
        slope = self.sigmoid(self.x) * (1 - self.sigmoid(self.x))
        self.zero_gradients()
        for consumer in self.outputs:
            self.gradients[self.inputs[0]] = consumer.gradients[self] * slope


class MSE(Node):
    def forward(self):
        y, a = (node.value.reshape(-1, 1) for node in self.inputs)
        assert y.shape == a.shape
        self.m = self.inputs[0].value.shape[0]
        self.difference = y - a
        self.value = np.mean(self.difference ** 2)

    def backward(self):
        self.gradients[self.inputs[0]] = (2 / self.m) * self.difference
        self.gradients[self.inputs[1]] = (-2 / self.m) * self.difference


class Lesson:
    """The lesson's network with given starting weights; `step()` is one round of its training loop."""

    def __init__(self, X, y, W1, b1, W2, b2, draw_rows, table=None, batch_size=16, learning_rate=1e-2):
        self.data = np.array(X) if table is None else table(np.array(X)), np.array(y)
        self.draw_rows, self.batch_size, self.learning_rate = draw_rows, batch_size, learning_rate
        self.X, self.y, *self.parameters = [Placeholder() for _ in range(6)]
        for node, value in zip(self.parameters, (W1, b1, W2, b2)):
            node.value = np.array(value)
        W1, b1, W2, b2 = self.parameters
        layers = [Linear(self.X, W1, b1)]
        layers.append(Sigmoid(layers[0]))
        layers.append(Linear(layers[1], W2, b2))
        layers.append(MSE(self.y, layers[2]))
        self.graph = [self.X, self.y] + self.parameters + layers

    def step(self):
        self.X.value, self.y.value = self.draw_rows(*self.data, n_samples=self.batch_size)
        for node in self.graph:
            node.forward()
        for node in self.graph[::-1]:
            node.backward()
        for node in self.parameters:
            node.value = node.value + -1 * self.learning_rate * node.gradients[node]
        return self.graph[-1].value


def by_index(X, y, n_samples):
    """The cheapest way to draw rows with NumPy."""
    rows = np.random.randint(0, len(X), n_samples)
    return X[rows], y[rows]
