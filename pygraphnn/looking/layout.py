"""Where the nodes of a sorted graph stand in a picture: in layers, each to the right of all that it reads.

No pixels here: a place is the number of a layer and a height, both in steps from one node to the next. `pictures.py`
draws by them; the page of a report takes the layers in their order, and stands them upright on a narrow screen.
"""
from .. import lists
from ..graph import Node
from ..kinds import Any, Dict, List, Sequence, Tuple

MOST_BENDS = 2000


def layers_of(nodes: Sequence[Node]) -> Dict[Node, int]:
    """{node: the number of its layer}: behind all of its inputs; what reads none stands just before its first reader.

    The nodes may be a part of a graph: one that reads what is left out stands behind all that came before it.
    """
    layer_of: Dict[Node, int] = {}
    readers: Dict[Node, List[Node]] = {node: [] for node in nodes}
    furthest = -1
    for node in nodes:
        sources = [source for source in node.inputs if source in layer_of]
        before = [layer_of[source] for source in sources]
        if len(sources) < len(node.inputs):
            before.append(furthest)
        layer_of[node] = max(before + [-1]) + 1
        furthest = max(furthest, layer_of[node])
        for source in sources:
            readers[source].append(node)
    for node in nodes:
        if not node.inputs and readers[node]:
            layer_of[node] = min(layer_of[reader] for reader in readers[node]) - 1
    return layer_of


def places_of(nodes: Sequence[Node]) -> Tuple[Any, ...]:
    """(places, paths, layers): {node or bend: (layer, height)}; for each edge what it runs through; the layers' items.

    A bend is (source, layer): edges from one node run together as far as they can, for they all carry its value. The
    heights of a layer are around 0. Nodes are ordered so that edges cross little.
    """
    layers, paths = _with_bends(nodes, layers_of(nodes))
    before: Dict[Any, List[Any]] = {}
    after: Dict[Any, List[Any]] = {}
    for points in paths:
        for a, b in zip(points, points[1:]):
            before.setdefault(b, []).append(a)
            after.setdefault(a, []).append(b)
    height: Dict[Any, float] = {}
    for layer in layers:
        _spread(layer, height)
    for neighbours, order in ((before, layers), (after, layers[::-1])) * 3:
        for layer in order:
            wanted = {item: _mean([height[other] for other in neighbours.get(item, ())], height[item])
                      for item in layer}
            layer.sort(key=wanted.get)
            _spread(layer, height)
    return {item: (number, height[item]) for number, layer in enumerate(layers) for item in layer}, paths, layers


def _with_bends(nodes: Sequence[Node], layer_of: Dict[Node, int]) -> Tuple[Any, ...]:
    """(layers, paths): each edge as the points that it runs through, a bend in every layer that it passes by.

    Where the bends would be more than the picture can hold, edges run straight.
    """
    edges = [(source, node) for node in nodes for source in node.inputs if source in layer_of]
    last_bend: Dict[Any, Any] = {}
    for source, node in edges:
        last_bend[source] = max(last_bend.get(source, 0), layer_of[node] - 1)
    bends = sum([last - layer_of[source] for source, last in last_bend.items()])        # whole numbers
    layers: List[List[Any]] = [[] for _ in range(max(layer_of.values()) + 1)]
    for node in nodes:
        layers[layer_of[node]].append(node)
    if bends > MOST_BENDS:
        return layers, [list(edge) for edge in edges]
    for source, last in last_bend.items():
        for layer in range(layer_of[source] + 1, last + 1):
            layers[layer].append((source, layer))
    return layers, [[source] + [(source, layer) for layer in range(layer_of[source] + 1, layer_of[node])] + [node]
                    for source, node in edges]


def _spread(layer: List[Any], height: Dict[Any, float]) -> None:
    for number, item in enumerate(layer):
        height[item] = number - (len(layer) - 1) / 2


def _mean(numbers: List[float], otherwise: float) -> float:
    return lists.total(numbers) / len(numbers) if numbers else otherwise
