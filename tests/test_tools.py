"""Values are what NumPy, matplotlib and tqdm take, and notebooks show nodes and pictures, where these are installed."""
import io

import pytest
from networks import as_lists, lesson_network

import pygraphnn as pg


def trained_network(progress=None):
    X, y, prediction, loss, parameters = lesson_network(features=3)
    feed = {X: pg.randn(20, 3, seed=1), y: [float(i) for i in range(20)]}
    graph = pg.topological_sort_feed_dict(feed)
    return pg.train(graph, feed, parameters, epochs=4, batch_size=5, progress=progress), graph, parameters


def test_numpy_reads_values_and_gradients(backend):
    numpy = pytest.importorskip("numpy")
    losses, graph, parameters = trained_network()
    for value in [node.value for node in graph[:-1]] + [node.gradients[node] for node in parameters]:
        array = numpy.asarray(value)
        assert array.dtype == numpy.float64 and array.tolist() == as_lists(value)
    assert numpy.asarray(losses).shape == (4,) and numpy.asarray(graph[-1].value).shape == ()
    assert (numpy.asarray(parameters[0].value) @ numpy.ones(10)).shape == (3,)


def test_what_numpy_makes_can_be_fed_and_drawn(backend):
    numpy = pytest.importorskip("numpy")
    losses, graph, parameters = trained_network()
    parameters[0].value = numpy.ones((3, 10))
    assert parameters[0].value == [[1.0] * 10] * 3
    assert pg.plot_loss(numpy.asarray(losses)) == pg.plot_loss(losses)
    assert "loss of the same rows" in pg.explain(graph, numpy.float64(0.01))


def test_matplotlib_plots_values(backend):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot
    losses, graph, parameters = trained_network()
    line, = pyplot.plot(losses)
    assert line.get_ydata().tolist() == losses
    image = pyplot.imshow(parameters[0].value)
    assert image.get_array().tolist() == as_lists(parameters[0].value)
    pyplot.scatter(graph[1].value, [price for price, in pg.predict(graph[-2], {})])
    pyplot.savefig(io.BytesIO())
    pyplot.close("all")


def test_tqdm_shows_the_progress(backend, capsys):
    tqdm = pytest.importorskip("tqdm")
    losses, graph, parameters = trained_network(progress=tqdm.tqdm)
    err = capsys.readouterr().err
    assert "100%" in err and "4/4" in err
    assert losses == trained_network()[0]


def test_a_notebook_shows_nodes_and_pictures(backend):
    formatters = pytest.importorskip("IPython.core.formatters")
    losses, graph, parameters = trained_network()
    shown, _ = formatters.DisplayFormatter().format(graph[-1])
    assert shown["text/html"].startswith("<") and graph[-1].name in shown["text/html"]
    assert shown["text/plain"] == repr(graph[-1])
    for picture in (pg.plot_graph(graph), pg.plot_loss(losses)):
        shown, _ = formatters.DisplayFormatter().format(picture)
        assert shown["image/svg+xml"] == picture
