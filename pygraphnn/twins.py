"""Nodes that are made again, as when a notebook's cell runs a second time: the older one is not kept for ever.

What reads a node keeps it, and a node keeps what reads it, in `outputs`. A new node that is the same as an older one,
of the same class of the package with the same inputs, takes its place there. The older one is still found as long as
somebody has it.
"""
from weakref import ref as weakly

from .kinds import Any, List, Sequence

__all__ = ["alive", "take_over", "weakly", "weakly_all"]

MOST_COMPARED = 100         # of the nodes that read an input: with these a new one is compared


def take_over(node: Any) -> None:
    """Takes the places of older nodes that are the same; they are kept weakly from now on."""
    for older in node.inputs[0].outputs[-MOST_COMPARED:-1]:
        if type(older) is type(node) and older.inputs == node.inputs:
            for source in set(node.inputs):
                if older in source.outputs:
                    source.outputs.remove(older)
                kept = list(source._older)
                if len(kept) % MOST_COMPARED == 0:      # now and then those are left out that are no more
                    kept = weakly_all(alive(kept))
                source._older = kept + [weakly(older)]


def weakly_all(nodes: List[Any]) -> List[Any]:
    return [weakly(node) for node in nodes]


def alive(kept: Sequence[Any]) -> List[Any]:
    """The nodes that are kept, weakly perhaps, and that still are."""
    found = [one() if isinstance(one, weakly) else one for one in kept]
    return [node for node in found if node is not None]
