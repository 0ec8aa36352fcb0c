"""Predicting: one node's value for new data, and everything else stays as it was.

A training feeds some rows at a time; a prediction may get many. So it lets go what no later node reads, and goes in
slices of rows where each row is computed by itself.
"""
from . import ops, values
from .claims import Claim
from .graph import Node, ancestors, require_placeholder, topological_sort
from .kinds import Any, Feed, List, Set, Value

SLICE = 64              # rows


def predict(node: Node, feed: Feed) -> Value:
    """The value of one node for the fed data, without the labels; every node keeps the value that it had.

    feed: {placeholder: data}, for placeholders that the node depends on; the others keep what they hold.
    TypeError: a key is not a placeholder. ValueError: a value cannot be fed, or the node does not depend on a key.
    RuntimeError: another thread trains one of the nodes. (Where several threads predict, one waits for the other.)
    """
    if not isinstance(node, Node):
        raise TypeError("predict computes a node, not %s" % values.shown(node))
    needed = ancestors([node])
    if not values.is_mapping(feed):
        raise TypeError("the feed is a dict {placeholder: data}, not %s" % values.shown(feed))
    for key in feed:
        require_placeholder(key, "the feed")
        if key not in needed:
            raise ValueError("%s does not depend on %s: leave it out of the feed" % (node.name, key.name))
    changing = {other for other in needed if other in feed or other.inputs}
    with Claim(changing, is_short=True) as claim, claim, ops.kept_backend() as kept, kept:
        before = [(other, other.value) for other in changing]
        try:
            try:
                for key in feed:
                    key.put_back(ops.table.own(key.checked(feed[key])))
                order = topological_sort(needed)
                value = ops.planned_value(node, order, list(feed))
                if value is None:
                    value = _in_little_memory(node, order, list(feed), changing)
                return value
            finally:
                _put_back(before)
        finally:                    # once more, where a Ctrl-C came into the midst of that
            _put_back(before)


def _in_little_memory(node: Node, order: List[Node], fed: List[Any], changing: Set[Node]) -> Value:
    """The value of the node, once the placeholders are fed: slice by slice on lists, where that gives the same."""
    rows = len(fed[0].value) if fed and isinstance(fed[0].value, list) else 0
    if ops.active_backend() != "python" or rows <= SLICE or not _is_by_rows(node, order, fed, rows):
        _forward_and_forget(order, changing)
        return node.value
    data = [(key, key.value) for key in fed]
    value = []
    for first in range(0, rows, SLICE):
        for key, whole in data:
            key.put_back(whole[first:first + SLICE])
        _forward_and_forget(order, changing)
        value += node.value
    return value


def _is_by_rows(node: Node, order: List[Node], fed: List[Any], rows: int) -> bool:
    """Whether each row of the node's value is computed from the rows in the same place of what is fed."""
    if not all([isinstance(key.value, list) and len(key.value) == rows for key in fed]):
        return False
    has_rows = set(fed)
    for other in order:
        places = [place for place, source in enumerate(other.inputs) if source in has_rows]
        if places:
            if other.trusted is not type(other) or not set(places) <= set(other.row_inputs):
                return False
            has_rows.add(other)
    return node in has_rows


def _forward_and_forget(order: List[Node], changing: Set[Node]) -> None:
    """`forward`, but a value that no later node reads is let go, if it will be put back afterwards."""
    last_reader = {source: node for node in order for source in node.inputs}
    for node in order:
        node.forward_to_predict()
        for source in set(node.inputs):
            if source in changing and last_reader[source] is node:
                source.put_back(None)


def _put_back(before: List[Any]) -> None:
    for node, value in before:
        node.put_back(value)
