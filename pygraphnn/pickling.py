"""How `pickle` and `copy.deepcopy` take a graph: as one flat list of nodes, however deep it is.

Left to themselves they would go from a node to its inputs, from these to theirs, and so on, one call inside the other,
until Python refuses. Here a node is a number in its family: all nodes that it is connected with.
"""
import weakref

from .kinds import Any, List, Tuple
from .twins import alive, weakly_all


class Copyable:
    """What a node gets from here."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        """How `pickle` and `copy` take a node, unless its class says otherwise: with its whole graph, however deep."""
        if type(self).__reduce__ is not object.__reduce__:
            return self.__reduce__()
        return _reduced(self)

    def __copy__(self) -> Any:
        """A second node that reads the same inputs and holds the same values. `copy.deepcopy` copies the graph."""
        return _twin(self)


_families: Any = weakref.WeakValueDictionary()       # {id of a node: its family}, as long as somebody copies it


class Family:
    """All nodes that are connected by inputs and outputs, in the order in which they were made."""

    def __init__(self, first: Any) -> None:
        found, self.nodes = {id(first)}, [first]
        for node in self.nodes:                 # grows while it is read
            for neighbours in (node.inputs, node.readers()):
                for neighbour in neighbours:
                    if id(neighbour) not in found:
                        found.add(id(neighbour))
                        self.nodes.append(neighbour)
        self.nodes.sort(key=lambda node: node.serial_number)
        self.numbers = {id(node): number for number, node in enumerate(self.nodes)}
        self.left = {id(node): 1 for node in self.nodes}        # how often each node is still asked for in one copy
        self.left[id(first)] = 2                # it is met again, among the others

    def __reduce__(self) -> Tuple[Any, ...]:
        """At first only nodes without attributes; then, once all can be referred to, what they hold."""
        kinds = [_new_arguments(node) for node in self.nodes]
        return _empty_family, (kinds,), [_state(node) for node in self.nodes]

    def __setstate__(self, states: Any) -> None:
        for node, state in zip(self.nodes, states):
            _set_state(node, state)


def _reduced(node: Any) -> Tuple[Any, ...]:
    """What `__reduce_ex__` says of a node: its number in its family, which is the same for all nodes of one copy."""
    family = _families.get(id(node))
    if family is None or family.left[id(node)] == 0:            # that was for the copy before
        family = Family(node)
        _families.update({id(member): family for member in family.nodes})
    family.left[id(node)] -= 1
    return _member, (family, family.numbers[id(node)])


def _member(family: Family, number: int) -> Any:
    return family.nodes[number]


def _empty_family(kinds: List[Any]) -> Family:
    family = Family.__new__(Family)
    family.nodes = [kind.__new__(kind, *arguments) for kind, arguments in kinds]
    return family


def _twin(node: Any) -> Any:
    """What `copy.copy` makes of a node: a node of the same class with the same attributes."""
    kind, arguments = _new_arguments(node)
    other = kind.__new__(kind, *arguments)
    _set_state(other, _state(node))
    return other


# What a class of one's own says about its pickling counts: __getnewargs__, __getstate__, __setstate__, __slots__.


def _new_arguments(node: Any) -> Tuple[Any, ...]:
    return type(node), object.__reduce_ex__(node, 2)[1][1:]


def _state(node: Any) -> Any:
    """What the node holds; nodes that it keeps weakly are among them as themselves."""
    state = object.__reduce_ex__(node, 2)[2]
    attributes, *slots = state if isinstance(state, tuple) and len(state) == 2 else (state,)
    if not isinstance(attributes, dict) or "outputs" not in attributes:
        return state
    attributes = dict(attributes)
    for name in ("_older", "_consumers"):
        if attributes.get(name):
            attributes[name] = alive(attributes[name])
    return (attributes, slots[0]) if slots else attributes


def _set_state(node: Any, state: Any) -> None:
    if hasattr(node, "__setstate__"):
        node.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    node.__dict__.update(attributes or {})
    for name in ("_older", "_consumers"):
        if node.__dict__.get(name):
            node.__dict__[name] = weakly_all(node.__dict__[name])
    for name, value in (slots or {}).items():
        setattr(node, name, value)
