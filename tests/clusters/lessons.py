"""The training that the tests of clusters share: the lesson's network with a Dropout and Adam, in four shards."""
import pygraphnn as pg


def trained(executor=None, progress=None, epochs=6):
    dataset = pg.load_dataset("boston")
    X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
    hidden = pg.Dropout(pg.Sigmoid(pg.Linear(X, W1, b1)), 0.2, seed=1)
    graph = pg.sorted_graph(pg.MSE(y, pg.Linear(hidden, W2, b2)))
    parameters = [W1, b1, W2, b2]
    for node, value in zip(parameters, (pg.randn(13, 10, 0), pg.zeros(10), pg.randn(10, 1, 1), [0.0])):
        node.value = value
    losses = pg.train(graph, {X: pg.standardize(dataset.data), y: dataset.target}, parameters, epochs=epochs,
                      batch_size=32, optimizer=pg.Adam(0.01), shards=4, executor=executor, progress=progress)
    return [losses] + [pg.values.as_list(node.value) for node in parameters]
