"""One training step as the page shows it: every node with its value, its gradient, its neighbours and its rule.

Of a large graph the first and the last operations are shown, of a large matrix the upper left corner.
"""
from .. import lists, values
from ..graph import Node, Placeholder, forward, losses_of, optimize
from ..jobs import Job
from ..kinds import Any, Dict, Feed, List, Optional, Sequence, Set, Tuple, Value
from ..training import total_of
from .formulas import Formulas
from .layout import places_of
from .step import run_whole, unchanged
from .wording import docstring_lines, short_name

SHOWN_NODES = 60
SHOWN_NEIGHBOURS = 12           # of the inputs or consumers of one node
SHOWN_CELLS = 6000              # of all matrices together


def one_step(job: Job, rows: List[int], learning_rate: Optional[float] = None) -> Dict[str, Any]:
    """One training step on some rows: every node's value and gradient, and the parameters afterwards.

    learning_rate: None is that of the job. Every node is left as it was.
    """
    learning_rate = job.learning_rate if learning_rate is None else learning_rate
    with unchanged(job.graph):
        for node, whole in job.data:
            node.feed_rows(whole, rows)
        states = [(node, node.random_state) for node in job.graph if node.random_state is not None]
        run_whole(job.graph)
        shown = _shown_nodes(job.graph)
        side = _side(job.graph, shown)
        kinds = list(dict.fromkeys(type(node) for node in shown if not isinstance(node, Placeholder)))
        nodes = [_described(node, shown, side, job, kinds) for node in shown]
        loss = total_of(losses_of(job.graph))
        optimize(job.trainables, learning_rate)
        for node, described in zip(shown, nodes):
            described["after"] = table(node.value, side) if node in job.trainables else None
        for node, state in states:          # so that the same is drawn again
            node.random_state = state
        forward(job.graph)
        loss_after = total_of(losses_of(job.graph))
    rules = [Formulas(kind).as_json() for kind in kinds]
    return {"rows": rows, "nodes": nodes, "rules": rules, "layers": _layers(shown),
            "total": len(job.graph), "losses": len(losses_of(job.graph)), "learning_rate": learning_rate,
            "loss": loss, "loss_after": loss_after}


def _layers(shown: List[Node]) -> List[Any]:
    """The layers of the picture, each in its order: a node as its number, [n] for edges from node n that pass by."""
    number = {node: n for n, node in enumerate(shown)}
    return [[[number[item[0]]] if isinstance(item, tuple) else number[item] for item in layer]
            for layer in places_of(shown)[2] if layer]


def name_columns(described: List[Dict[str, Any]], graph: Sequence[Node], feed: Feed, dataset: Any) -> None:
    """Gives the tables of a fed matrix of features the names of its columns, and says if its numbers are others."""
    for shown in described:
        whole = feed.get(graph[shown["position"] - 1])
        if whole is None or lists.is_vector(whole) or width(whole) != len(dataset.feature_names):
            continue
        for matrix in [shown["value"], shown["gradient"]] + shown["parts"]:
            if matrix:
                matrix["names"] = [short_name(name) for name in dataset.feature_names[:len(matrix["cells"][0])]]
        if shown["value"]:
            shown["value"]["is_converted"] = whole != values.as_list(dataset.data)


def _shown_nodes(graph: Sequence[Node]) -> List[Node]:
    """All nodes, or of a large graph the first and the last operations with what they read.

    Sorted, the placeholders of a graph stand before all else: the first nodes alone would be unconnected.
    """
    if len(graph) <= SHOWN_NODES:
        return list(graph)
    operations = [node for node in graph if node.inputs]
    shown: Set[Node] = set()
    for pair in zip(reversed(operations), operations):          # the last and the first, the last but one and …
        for node in pair:
            more = shown.union([node], node.inputs[:SHOWN_NEIGHBOURS])
            if len(more) > SHOWN_NODES:
                return [node for node in graph if node in shown]
            shown = more
    return [node for node in graph if node in shown]


def _side(graph: Sequence[Node], shown: List[Node]) -> int:
    """How many rows and columns of each matrix can be shown without making the page too large."""
    for side in (64, 32, 16, 8):
        cells = 0
        for node in shown:
            rows, columns = rows_and_columns(node.value)
            cells += min(rows, side) * min(columns, side) * (2 + min(len(node.consumers), SHOWN_NEIGHBOURS))
        if cells <= SHOWN_CELLS:
            break
    return side


def _described(node: Node, shown: List[Node], side: int, job: Job, kinds: List[Any]) -> Dict[str, Any]:
    number = {other: position for position, other in enumerate(shown)}
    losses = losses_of(job.graph)
    return {
        "name": short_name(node.name),
        "position": job.graph.index(node) + 1,
        "kind": "placeholder" if isinstance(node, Placeholder) else "operation",
        "class": short_name(type(node).__name__),
        "says": short_name("".join(docstring_lines(type(node))[:1])),
        "rule": kinds.index(type(node)) if type(node) in kinds else None,
        "is_loss": node in losses,
        "is_parameter": node in job.trainables,
        "is_data": any(node is fed for fed, whole in job.data),
        "inputs": _neighbours(node.inputs, number),
        "consumers": _neighbours(node.consumers, number),
        "value": table(node.value, side),
        "gradient": table(node.incoming_gradient(), side),
        "parts": [table(consumer.gradients.get(node), side) for consumer in node.consumers[:SHOWN_NEIGHBOURS]],
    }


def _neighbours(nodes: List[Node], number: Dict[Any, int]) -> Dict[str, Any]:
    """{names, numbers: of the first few, −1 for what is not shown; total: how many there are}."""
    some = nodes[:SHOWN_NEIGHBOURS]
    return {"names": [short_name(node.name) for node in some], "numbers": [number.get(node, -1) for node in some],
            "total": len(nodes)}


def table(value: Value, side: int) -> Any:
    """{shape, cells}: the upper left corner of a value, a vector as one row; None for what is none of numbers."""
    value = values.as_list(value)
    if isinstance(value, lists.NUMBER):
        return {"shape": [], "cells": [[float(value)]]}
    if not isinstance(value, (list, tuple)) or len(value) == 0:
        return None
    is_vector = lists.is_vector(value)
    cells = [list(row[:side]) for row in ([value] if is_vector else value[:side])]
    if not all(isinstance(x, lists.NUMBER) for row in cells for x in row):
        return None
    return {"shape": list(lists.shape(value)), "cells": [[float(x) for x in row] for row in cells]}


def rows_and_columns(value: Value) -> Tuple[Any, ...]:
    shape = table(value, 1)
    shape = shape["shape"] if shape else []
    return (1, 1) if not shape else (1, shape[0]) if len(shape) == 1 else tuple(shape)


def width(value: Value) -> int:
    return 1 if lists.is_vector(value) else len(value[0])
