"""Stopping and going on: a training that was saved in the middle ends with the same bits as one that was not.

What a training is made of can be pickled: the graph with its parameters, the optimizer with its moments, and the stream
of random numbers. (Load pickles that you have written yourself, and no others: a pickle can run any code.)

    python -m examples.resuming
"""
import pickle
from typing import Any, List

import pygraphnn as pg

boston = pg.load_dataset("boston")
rows, prices = pg.standardize(boston.data), boston.target


def fresh() -> List[Any]:
    """[the loss, X, y, the parameters, the optimizer, the random numbers]"""
    X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
    loss = pg.MSE(y, pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2))
    W1.value, b1.value, W2.value, b2.value = pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), pg.zeros(1)
    return [loss, X, y, [W1, b1, W2, b2], pg.Adam(1e-2), pg.SplitMix64(0)]


def train(state: List[Any], epochs: int) -> List[float]:
    loss, X, y, parameters, optimizer, rng = state
    return pg.train(pg.sorted_graph(loss), {X: rows, y: prices}, parameters, epochs=epochs, batch_size=16,
                    optimizer=optimizer, seed=rng)


at_once = train(fresh(), 20)

state = fresh()
first = train(state, 8)
with open("training.pickle", "wb") as file:
    pickle.dump(state, file)
del state                                       # another day, another process, or another backend
with open("training.pickle", "rb") as saved:
    state = pickle.load(saved)
second = train(state, 12)

print("loss after 8 epochs %.4f, after 20 %.4f" % (first[-1], second[-1]))
print("the same bits as without a stop: %s" % (first + second == at_once))
