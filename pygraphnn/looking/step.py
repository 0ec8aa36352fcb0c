"""A training step to be looked at: it runs on a graph and leaves no trace there.

`explaining.py` tells such a step in words, the report's page shows it node by node; pictures take shapes from it.
"""
from contextlib import contextmanager

from .. import values
from ..claims import Claim
from ..graph import Node, forward_and_backward
from ..kinds import Any, Iterator, List, Sequence


def check_graph(graph: Sequence[Node]) -> None:
    """TypeError: this is no list of nodes. ValueError: a node stands before its input."""
    if not isinstance(graph, (list, tuple)) or len(graph) == 0 or not all(isinstance(node, Node) for node in graph):
        raise TypeError("the graph is %s, not a sorted list of nodes: call topological_sort" % values.shown(graph))
    position = {node: number for number, node in enumerate(graph)}
    for node in graph:
        for source in node.inputs:
            if position.get(source, -1) >= position[node]:
                raise ValueError("%s stands before its input %s: call topological_sort" % (node.name, source.name))


@contextmanager
def unchanged(graph: Sequence[Node]) -> Iterator[None]:
    """Whatever is computed within the `with` block, all nodes are afterwards what they were before.

    RuntimeError: another thread trains one of them.
    """
    with Claim(graph, is_short=True) as claim, claim:
        before = [(node, dict(node.__dict__)) for node in graph]
        try:
            try:
                for node in graph:
                    node.gradients = dict(node.gradients)       # a node may fill the dict that it has
                yield
            finally:
                _put_back(before)
        finally:                    # once more, where a Ctrl-C came into the midst of that
            _put_back(before)


def _put_back(before: List[Any]) -> None:
    for node, attributes in before:
        node.__dict__ = dict(attributes)        # at once: no moment finds a node without any


def run_whole(graph: Sequence[Node]) -> None:
    """Every value and every gradient, also those that a training leaves out since no parameter needs them."""
    forward_and_backward(graph)
