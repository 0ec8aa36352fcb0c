"""Parameters as a .safetensors file, which other engines read, and such a file's numbers into a graph.

The format: eight bytes with the length of a header, the header in JSON, {name: its type, shape and place}, then the
numbers one after the other, little end first (https://huggingface.co/docs/safetensors).
"""
import json
import math
import os
import struct

from .. import lists, values
from ..files import read_whole, write_whole
from ..graph import Node
from ..kinds import Any, Dict, Iterable, List, Tuple, Value
from ..nodes import Placeholder
from ..saving import Model, parsed
from ..shapes import size_of

METADATA = "__metadata__"
ALIGNMENT = 8           # the numbers begin at a multiple of it
# {type: (bytes, how `struct` calls it)}; of BF16, the higher half of an F32, `struct` knows nothing
TYPES = {"F64": (8, "d"), "F32": (4, "f"), "F16": (2, "e"), "BF16": (2, "H")}


def export_safetensors(path: Any, model: Model) -> None:
    """Writes the values of a model's placeholders, by their names, as doubles; means, deviations and names as metadata.

    TypeError: it is no Model. ValueError: two placeholders have one name. OSError: the file cannot be written.
    """
    if not isinstance(model, Model):
        raise TypeError("what is exported is a Model(output, X), not %s" % values.shown(model))
    write_whole(path, as_safetensors(named_values(model), _metadata(model)))


def named_values(model: Model) -> Dict[str, Value]:
    """{name: value} of all placeholders but those that are fed. ValueError: two have one name."""
    found: Dict[str, Value] = {}
    for node in model.graph:
        if isinstance(node, Placeholder) and node not in (model.X, model.y) and node.value is not None:
            if node.name in found or node.name == METADATA:
                raise ValueError("%s: two placeholders have this name, or the format uses it: rename one" % node.name)
            found[node.name] = values.as_list(node.value)
    return found


def _metadata(model: Model) -> Dict[str, str]:
    """Texts only, as the format wants it: lists as JSON."""
    found = {"format": "pygraphnn", "target_name": model.target_name}
    for name in ("means", "deviations", "feature_names", "class_names"):
        if getattr(model, name) is not None:
            found[name] = json.dumps(getattr(model, name))
    return {name: text for name, text in found.items() if text is not None}


def as_safetensors(tensors: Dict[str, Value], metadata: Dict[str, str]) -> bytes:
    header: Dict[str, Any] = {METADATA: metadata}
    pieces: List[bytes] = []
    place = 0
    for name, value in tensors.items():
        piece = as_doubles(value)
        header[name] = {"dtype": "F64", "shape": list(lists.shape(value)), "data_offsets": [place, place + len(piece)]}
        pieces.append(piece)
        place += len(piece)
    text = json.dumps(header, ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % ALIGNMENT)
    return struct.pack("<Q", len(text)) + text + b"".join(pieces)


def as_doubles(value: Value, kind: str = "d") -> bytes:
    """A number, a vector or a matrix as doubles, or floats ("f"), little end first; what is too large is infinite."""
    numbers = [value] if isinstance(value, lists.NUMBER) else lists.elements(value)
    if kind == "f":
        numbers = [math.copysign(math.inf, x) if abs(x) > LARGEST_FLOAT else x for x in numbers]
    return struct.pack("<%d%s" % (len(numbers), kind), *numbers)


LARGEST_FLOAT = float.fromhex("0x1.fffffefffffffp+127")         # what is above is rounded to infinity


# From a file into a graph


def read_into(graph: Iterable[Node], path: Any) -> None:
    """Gives the placeholders of a graph the values that the file has for their names: all or, on an error, none.

    Those that the file does not name keep theirs. ValueError: the file is no such file, it names what the graph has
    not, or a shape differs; the message names the place. OSError: it cannot be read.
    """
    known: Dict[str, List[Placeholder]] = {}
    for node in graph:
        if isinstance(node, Placeholder):
            known.setdefault(node.name, []).append(node)
    content = read_whole(path, "a .safetensors file")
    try:
        found = tensors_in(content)
        if not found:
            raise ValueError("there are no numbers in it")
        _require_fitting(found, known)
        checked = [(known[name][0], known[name][0].checked(value)) for name, value in found.items()]
    except ValueError as problem:
        raise ValueError("%s: %s" % (os.fsdecode(path), problem)) from None
    for node, value in checked:
        node.value = value


def _require_fitting(found: Dict[str, Value], known: Dict[str, List[Placeholder]]) -> None:
    for name, value in found.items():
        if len(known.get(name, [])) != 1:
            raise ValueError("%s: the graph has %s of that name" % (
                values.shown(name), "several placeholders" if name in known else "no placeholder"))
        here, there = known[name][0].value, lists.shape(value)
        if here is None:
            continue
        shape = lists.shape(values.as_list(here))
        if shape != there:
            raise ValueError("%s is %s there and %s in the graph%s" % (
                name, values.describe(there), values.describe(shape),
                ": it is transposed, as PyTorch's layers hold it" if there == shape[::-1] else ""))


def tensors_in(content: bytes) -> Dict[str, Value]:
    """{name: a number, a vector or a matrix}. ValueError: this is no such file."""
    length = struct.unpack("<Q", content[:8])[0] if len(content) >= 8 else -1
    if not 0 <= length <= len(content) - 8:
        raise ValueError("this is no .safetensors file, or it is cut off")
    header = parsed(content[8:8 + length])
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    header.pop(METADATA, None)
    numbers = content[8 + length:]
    found, places = {}, []
    for name, item in header.items():
        kind, shape, first, end = _described(name, item)
        if end > len(numbers) or end - first != size_of(shape) * TYPES[kind][0]:
            raise ValueError("%s: its numbers do not lie in the file" % values.shown(name))
        places.append((first, end))
        found[name] = _shaped(_numbers(kind, numbers[first:end]), shape)
    places.sort()
    if [first for first, _ in places] != [0] * bool(places) + [end for _, end in places[:-1]] or (
            places and places[-1][1] != len(numbers)):
        raise ValueError("the numbers overlap, or some belong to nothing")
    return found


def _described(name: str, item: Any) -> Tuple[str, Tuple[int, ...], int, int]:
    """(type, shape, first byte, byte after the last)"""
    place = values.shown(name)
    entry: Dict[str, Any] = item if isinstance(item, dict) else {}
    kind: Any = entry.get("dtype")
    shape: Any = entry.get("shape")
    offsets: Any = entry.get("data_offsets")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError("%s: dtype is %s: there are %s" % (place, values.shown(kind), ", ".join(TYPES)))
    for what, numbers in (("shape", shape), ("data_offsets", offsets)):
        if not isinstance(numbers, list) or any([type(x) is not int or x < 0 for x in numbers]):
            raise ValueError("%s: %s is no list of whole numbers" % (place, what))
    if len(shape) > 2 or 0 in shape or len(offsets) != 2:
        raise ValueError("%s: it is no number, no vector and no matrix" % place)
    return kind, tuple(shape), offsets[0], offsets[1]


def _numbers(kind: str, content: bytes) -> List[float]:
    size, letter = TYPES[kind]
    numbers = struct.unpack("<%d%s" % (len(content) // size, letter), content)
    if kind == "BF16":
        numbers = struct.unpack("<%df" % len(numbers), b"".join(struct.pack("<I", x << 16) for x in numbers))
    return list(map(float, numbers))


def _shaped(numbers: List[float], shape: Tuple[int, ...]) -> Value:
    if len(shape) == 2:
        return [numbers[first:first + shape[1]] for first in range(0, len(numbers), shape[1])]
    return numbers if shape else numbers[0]
