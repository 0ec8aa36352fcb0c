"""The three ways to train, which must leave the same bits: on lists, node by node in C, and a whole training in C."""
from networks import as_lists, lesson_network, random_matrix, same_bits

import pygraphnn as pg
from pygraphnn import plan

WAYS = ["lists", "node by node", "plan"]


class Way:
    """Trains and predicts in one of three ways, and makes sure that it is that one."""

    def __init__(self, way, monkeypatch_to=None):
        self.way = way

    def __enter__(self):
        self.before = pg.active_backend(), plan.TrainingPlan, plan.predict
        pg.use("python" if self.way == "lists" else "c")
        self.plans = []

        def counted(make):
            def made(*arguments):
                if self.way != "plan":
                    raise plan.Unplanned
                result = make(*arguments)
                self.plans.append(result)
                return result
            return made

        plan.TrainingPlan, plan.predict = counted(plan.TrainingPlan), counted(plan.predict)
        return self

    def __exit__(self, *problem):
        backend, plan.TrainingPlan, plan.predict = self.before
        pg.use(backend)


def everything(graph, losses, parameters):
    """All that a training leaves: losses, parameters, values, gradients, and what nodes keep in attributes."""
    kept = [[as_lists(getattr(node, name)) for name in ("d", "kept", "rows", "mask", "random_state")
             if getattr(node, name, None) is not None]
            for node in graph]
    return [losses, kept, [as_lists(node.value) for node in parameters], [as_lists(node.value) for node in graph],
            [[as_lists(gradient) for gradient in node.gradients.values()] for node in graph],
            [[graph.index(source) for source in node.gradients] for node in graph]]


def same(a, b):
    """`same_bits` for lists that may hold None and whole numbers as well."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return same_bits(a, b) if isinstance(a, float) else a == b


def small_job(seed=0, rows=20, features=3, hidden=4):
    """A network on made-up rows: (graph, feed, parameters, prediction, X)."""
    X, y, prediction, cost, parameters = lesson_network(features=features, hidden=hidden, seed=seed)
    feed = {X: random_matrix(rows, features, 11), y: random_matrix(rows, 1, 12)}
    return pg.topological_sort_feed_dict(feed), feed, parameters, prediction, X
