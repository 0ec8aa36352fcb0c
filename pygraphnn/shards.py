"""One shard of a batch, wherever it is computed: some rows go forward and backward through a graph.

`answer` is what an Executor runs: a function from bytes to bytes, which keeps nothing that it needs. A task names the
graph and the data by their digests; a worker that does not have them asks for them, and keeps them for the next task.
"""
import hashlib
import importlib
import json
import math
import pickle
import struct
import sys
import threading
import traceback
from array import array
from binascii import crc32

from . import __version__, lists, ops, saving, values
from .graph import BackwardPass, Node, Placeholder, losses_of
from .jobs import Job
from .kinds import Any, Dict, List, Sequence, Tuple, Value
from .ops import use
from .rng import SplitMix64
from .self_check import kinds
from .training import total_of

MOST_KEPT = 4                   # graphs, and as many sets of data, of one thread: those that were asked for last
PROBES = 5000                   # numbers whose exp and so on a fingerprint is made of


class Lost(Exception):
    """What came back is no answer to what was asked."""


# The computation


class Shard:
    """What computes shards of one graph's batches: the graph, the data, and who is trained."""

    def __init__(self, graph: Sequence[Node], data: Any, trainables: Sequence[Placeholder]) -> None:
        self.graph, self.data, self.trainables = graph, data, trainables
        self.losses = losses_of(graph)
        self.needed = BackwardPass(graph, trainables)
        self.drawing = [node for node in graph if node.random_state is not None]

    def compute(self, rows: List[int], states: List[Value]) -> Tuple[float, List[Value], List[Value]]:
        """(the loss of these rows, the parameters' gradients, where the streams of the nodes that draw have come to)

        states: where these begin.
        """
        for node, state in zip(self.drawing, states):
            node.random_state = state
        for node, whole in self.data:
            node.feed_rows(whole, rows)
        for node in self.graph:
            node.forward()
        loss = total_of(self.losses)
        self.needed.run()
        return loss, [node.own_gradient() for node in self.trainables], [node.random_state for node in self.drawing]


# Bytes: a header in JSON, then pieces; and before them a checksum of all that


def packed(header: Dict[str, Any], pieces: Sequence[bytes] = ()) -> bytes:
    text = json.dumps(dict(header, sizes=[len(piece) for piece in pieces])).encode("utf-8")
    content = b"".join([struct.pack("<I", len(text)), text] + list(pieces))
    return struct.pack("<I", crc32(content)) + content


def unpacked(content: bytes) -> Tuple[Dict[str, Any], List[bytes]]:
    """(header, pieces). Lost: these are other bytes, or some are missing."""
    try:
        checksum, content = content[:4], content[4:]
        if checksum != struct.pack("<I", crc32(content)):
            raise ValueError
        end = 4 + struct.unpack("<I", content[:4])[0]
        header = json.loads(content[4:end].decode("utf-8"))
        pieces = []
        for size in header.pop("sizes"):
            pieces.append(content[end:end + size])
            end += size
        if end != len(content):
            raise ValueError
        return header, pieces
    except (ValueError, KeyError, TypeError, AttributeError, struct.error):
        raise Lost("what came back is no answer") from None


def as_bytes(value: Value) -> bytes:
    """The numbers of a value, row after row, eight bytes each, the lowest first."""
    if hasattr(value, "tolist") and sys.byteorder == "little":
        from . import kernels
        return bytes(kernels.ffi.buffer(value.data, 8 * value.size))
    value = values.as_list(value)
    numbers = array("d", [value] if isinstance(value, lists.NUMBER) else lists.elements(value))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def from_bytes(content: bytes, shape: Sequence[int]) -> Value:
    """The value with these numbers, as the backend in use holds it. Lost: they are too few or too many."""
    if len(content) != 8 * size_of(shape):
        raise Lost("what came back has another size")
    if shape and ops.active_backend() == "c" and sys.byteorder == "little":
        from . import kernels
        made = kernels.NewArray(tuple(shape), size_of(shape), kernels.memory(size_of(shape)))
        kernels.ffi.memmove(made.data, content, len(content))
        return made
    numbers = array("d", content)
    if sys.byteorder == "big":
        numbers.byteswap()
    found = numbers.tolist()
    if not shape:
        return found[0]
    if len(shape) == 2:
        return [found[start:start + shape[1]] for start in range(0, len(found), shape[1])]
    return found


def size_of(shape: Sequence[int]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# What a worker must know: the graph and the data


def description(job: Job) -> bytes:
    """The graph as models on disk describe it, but for what is fed and trained. ValueError: a node is not known."""
    places = {node: place for place, node in enumerate(job.graph)}
    given = {node for node, whole in job.data}.union(job.trainables)
    known = kinds()
    nodes, own = [], {}
    for node in job.graph:
        nodes.append(saving.described(node, places, node in given))
        kind = type(node)
        if node.inputs and kind not in known:           # by its full name: another may be called like it
            if "<locals>" in kind.__qualname__:
                raise ValueError("%s: the class %s stands in a function, where no worker finds it: define it in a "
                                 "module" % (node.name, kind.__name__))
            nodes[-1]["class"] = "%s:%s" % (kind.__module__, kind.__qualname__)
            own[nodes[-1]["class"]] = [kind.__module__, kind.__qualname__]
    return json.dumps({
        "nodes": nodes, "fed": [places[node] for node, whole in job.data], "classes": own,
        "trained": [places[node] for node in job.trainables]}, sort_keys=True).encode("utf-8")


def data_of(job: Job) -> bytes:
    """The whole data, as bytes."""
    shapes = [list(ops.table.shape(whole)) for node, whole in job.data]
    return packed({"shapes": shapes}, [as_bytes(whole) for node, whole in job.data])


def shard_of(description: bytes, data: bytes) -> Shard:
    """A graph like the one that was described, with the data. Exceptions: as of importing the classes of its nodes."""
    found = json.loads(description.decode("utf-8"))
    own = {}
    for key, (module, name) in found["classes"].items():
        kind: Any = importlib.import_module(module)
        for part in name.split("."):
            kind = getattr(kind, part)
        own[key] = kind
    graph = saving.nodes_from(found["nodes"], own)
    header, pieces = unpacked(data)
    fed = [(graph[place], from_bytes(piece, shape))
           for place, shape, piece in zip(found["fed"], header["shapes"], pieces)]
    return Shard(graph, fed, [graph[place] for place in found["trained"]])


# The worker


class _Kept(threading.local):
    """What a thread keeps between two tasks: by digest, what was sent, and the shards that were made of it."""

    def __init__(self) -> None:
        self.graphs: Dict[str, bytes] = {}
        self.data: Dict[str, bytes] = {}
        self.shards: Dict[str, Shard] = {}


_kept = _Kept()


def answer(task: bytes) -> bytes:
    """Computes a shard. The answer is packed: numbers, or what is missing here, or what a node's own code raised."""
    header, pieces = unpacked(task)
    about = {"shard": header["shard"], "attempt": header["attempt"], "step": header["step"]}
    asked = [header["graph"], header["data"]]
    stores = [_kept.graphs, _kept.data]
    for place, piece in zip(header["brings"], pieces[header["parameters"]:]):
        _keep(stores[place], asked[place], piece)
    missing = [place for place in (0, 1) if asked[place] not in stores[place]]
    if missing:
        return packed(dict(about, kind="missing", missing=missing))
    try:
        with use(usable(header["backend"])):
            key = " ".join(asked + [ops.active_backend()])
            graph, data = _keep(_kept.graphs, asked[0]), _keep(_kept.data, asked[1])
            shard = _keep(_kept.shards, key) or _keep(_kept.shards, key, shard_of(graph, data))
            for node, shape, piece in zip(shard.trainables, header["shapes"], pieces):
                node.put_back(from_bytes(piece, shape))
            loss, gradients, states = shard.compute(header["rows"], header["states"])
            return packed(dict(about, kind="answer", states=[values.as_list(state) for state in states],
                               fingerprint=fingerprint()), [as_bytes(value) for value in [loss] + gradients])
    except Exception as problem:        # of the nodes' own code: it is raised where the training runs
        return packed(dict(about, kind="error", trace=traceback.format_exc()), [_pickled(problem)])


def _keep(kept: Dict[str, Any], key: str, value: Any = None) -> Any:
    """What is kept under a key, or the value from now on; it becomes the one that was asked for last."""
    value = kept.pop(key, None) if value is None else value
    if value is not None:
        kept.pop(key, None)
        kept[key] = value
        while len(kept) > MOST_KEPT:
            del kept[next(iter(kept))]
    return value


_usable: Dict[str, str] = {}


def usable(backend: str) -> str:
    """The backend, or where it cannot be used the lists, whose bits are the same."""
    if backend not in _usable:
        _usable[backend] = backend if ops.available_backends()[backend] is None else "python"
    return _usable[backend]


def _pickled(problem: Exception) -> bytes:
    try:
        content = pickle.dumps(problem)
        pickle.loads(content)
        return content
    except Exception:                   # whatever a class does when it is pickled
        return pickle.dumps(RuntimeError("%s: %s" % (type(problem).__name__, problem)))


_fingerprint: Dict[str, str] = {}


def fingerprint() -> Dict[str, str]:
    """{"version": …, "exp": …, …}: where machines differ in it, they do not get the same bits."""
    if not _fingerprint:
        rng = SplitMix64(0)
        numbers = [40.0 * rng.uniform() - 20.0 for _ in range(PROBES)]
        positive = [abs(x) + 1e-3 for x in numbers]
        found = {"version": __version__}
        for name, arguments in (("exp", numbers), ("tanh", numbers), ("log", positive), ("log1p", positive)):
            results = [getattr(math, name)(x) for x in arguments]
            found[name] = digest(as_bytes(results))[:16]
        _fingerprint.update(found)
    return dict(_fingerprint)
