"""Models on disk: the structure of a network, its exact parameters, and what is needed to use it and to train it on.

A file is JSON. A number is written with the fewest decimals that give the same double back, so that people and other
programs can read it; the infinities, which JSON has not, are the texts "Infinity" and "-Infinity". Nothing in a file is
run or imported: a class is looked up by its name, among the package's and those that the caller gives.
"""
import inspect
import json
import math
import os
import re
from typing import overload

from . import __version__, lists, optimizers, values
from .files import read_whole, write_whole
from .graph import Node, sorted_graph
from .kinds import Any, Callable, Dict, Iterable, List, Optional, Tuple, Value, Vector
from .nodes import Placeholder
from .optimizers import Optimizer
from .predicting import predict
from .rng import SplitMix64
from .scaling import means_and_deviations
from .self_check import kinds
from .tables import shown

FORMAT, VERSION = "pygraphnn model", 1
INFINITIES = {"Infinity": math.inf, "-Infinity": -math.inf}
PLAIN = (bool, int, float, str)
DEEPEST = 20            # brackets within each other: models have six
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


class Model:
    """A network with all that is needed to use it, and to train it on.

    output: the node that predicts; X: the placeholder that takes the rows. loss, y: what is trained, and the
    placeholder that takes the labels, or None. like: the rows that gave the means and deviations by which rows are
    standardised before X is fed, or None; the model keeps `means` and `deviations`. feature_names, target_name,
    class_names: for people, or None. optimizer, rng: what a training goes on with; epochs: how many it has done.
    settings: {name: a number, a text, or a list of such}, whatever else is to be kept.
    """

    def __init__(self, output: Node, X: Placeholder, *, loss: Optional[Node] = None, y: Optional[Placeholder] = None,
                 like: Any = None, feature_names: Optional[List[str]] = None, target_name: Optional[str] = None,
                 class_names: Optional[List[str]] = None, optimizer: Optional[Optimizer] = None,
                 rng: Optional[SplitMix64] = None, epochs: int = 0, settings: Optional[Dict[str, Any]] = None) -> None:
        self.output, self.X, self.loss, self.y = output, X, loss, y
        self.means: Optional[Vector] = None
        self.deviations: Optional[Vector] = None
        if like is not None:
            self.means, self.deviations = [values.as_list(part) for part in means_and_deviations(like)]
        self.feature_names, self.target_name, self.class_names = feature_names, target_name, class_names
        self.optimizer, self.rng, self.epochs = optimizer, rng, epochs
        self.settings = dict(settings or {})

    @property
    def graph(self) -> List[Node]:
        """What the output and the loss depend on, sorted."""
        return sorted_graph([self.output] if self.loss is None else [self.output, self.loss])

    def predict(self, rows: Any) -> Value:
        """The output for rows of features in their own units."""
        return predict(self.output, {self.X: self.standardized(rows)})

    def standardized(self, rows: Any) -> Any:
        """(x − mean) / deviation for each feature, as the network was trained with. ValueError: of another width."""
        if self.means is None or self.deviations is None:
            return rows
        rows = values.fed(rows, "rows")
        if len(lists.shape(rows)) != 2 or len(rows[0]) != len(self.means):
            raise ValueError("the rows are %s, but the model has %d features"
                             % (values.describe(lists.shape(rows)), len(self.means)))
        return lists.standardize(rows, self.means, self.deviations)


def save_model(path: Any, model: Model) -> None:
    """Writes a model to a file, whole or not at all: what stood there before stays until the new one is complete.

    TypeError, ValueError: something of it cannot be written; the message says what, and nothing is written. OSError:
    the file cannot be.
    """
    write_whole(path, as_text(model))


@overload
def load_model(path: Any, classes: Iterable[Any] = ()) -> Model: ...


@overload
def load_model(path: Any, classes: Iterable[Any] = (), *, into: Any) -> Any: ...


def load_model(path: Any, classes: Iterable[Any] = (), into: Any = None) -> Any:
    """Reads a model from a file that `save_model` has written. classes: of nodes of your own that it may have.

    into: a Model, or a sorted graph, whose placeholders get the numbers of a .safetensors file by their names, all of
    them or, on an error, none; it is returned.
    ValueError: the file holds something else; the message names the place in it. OSError: it cannot be read.
    """
    is_numbers = os.fsdecode(path).lower().endswith(".safetensors")
    if is_numbers != (into is not None):
        raise ValueError("%s: a .safetensors file holds numbers without a network, and other files bring theirs: "
                         "load_model(\"numbers.safetensors\", into=model)" % os.fsdecode(path))
    if into is not None:
        from .exporting.safetensors import read_into
        read_into(into.graph if isinstance(into, Model) else into, path)
        return into
    content = read_whole(path, "a model")
    try:
        return from_text(content, classes)
    except ValueError as problem:
        raise ValueError("%s: %s" % (os.fsdecode(path), problem)) from None


# From a model to its text


def as_text(model: Model) -> str:
    """The JSON text of a model. Errors as of `save_model`."""
    if not isinstance(model, Model):
        raise TypeError("the model is %s: make a Model(output, X)" % values.shown(model))
    graph = model.graph
    places = {node: place for place, node in enumerate(graph)}
    for role, node in (("X", model.X), ("y", model.y)):
        if node is not None and node not in places:
            raise ValueError("%s is %s, on which neither the output nor the loss depends" % (role, node.name))
    found = {
        "format": FORMAT, "version": VERSION, "saved_by": "pygraphnn " + __version__,
        "nodes": [described(node, places, node in (model.X, model.y)) for node in graph],
        "output": places[model.output], "X": places[model.X],
        "loss": None if model.loss is None else places[model.loss], "y": None if model.y is None else places[model.y],
        "means": _numbers(model.means), "deviations": _numbers(model.deviations),
        "feature_names": model.feature_names, "target_name": model.target_name, "class_names": model.class_names,
        "optimizer": None if model.optimizer is None else _of_optimizer(model.optimizer, places),
        "random_state": None if model.rng is None else "%016x" % model.rng.state,
        "epochs": model.epochs, "settings": model.settings,
    }
    pieces = ["%s: %s" % (json.dumps(key), _one_a_line(item) if key == "nodes" else _json(key, item))
              for key, item in found.items()]
    return "{\n" + ",\n".join(pieces) + "\n}\n"


def _one_a_line(items: List[Any]) -> str:
    return "[\n" + ",\n".join([_json("nodes", item) for item in items]) + "\n]"


def _json(key: str, item: Any) -> str:
    try:
        return json.dumps(item, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise ValueError("%s cannot be saved: %s" % (key, problem)) from None


def described(node: Node, places: Dict[Node, int], is_given: bool) -> Dict[str, Any]:
    """A node as JSON holds it. places: the numbers of the nodes. is_given: its value is, from elsewhere."""
    found: Dict[str, Any] = {"class": type(node).__name__, "name": node.name}
    if isinstance(node, Placeholder):
        if type(node) is not Placeholder:
            raise ValueError("%s is a %s: only the package's own placeholders can be saved"
                             % (node.name, type(node).__name__))
        if node.is_trainable:
            found["is_trainable"] = True
        if not is_given:
            if node.value is None:
                raise ValueError("the placeholder %s has no value to be saved" % node.name)
            found["value"] = _numbers(node.value, node.name)
        return found
    found["inputs"] = [places[source] for source in node.inputs]
    settings = _settings_of(node, "%s: %s" % (node.name, type(node).__name__))
    if settings:
        found["settings"] = settings
    if node.random_state is not None:
        found["random_state"] = _numbers(node.random_state, node.name)
    return found


def _of_optimizer(optimizer: Optimizer, places: Dict[Node, int]) -> Dict[str, Any]:
    if callable(optimizer.learning_rate):
        raise ValueError("the learning rate of the optimizer is a function, which no file can hold: set a number before"
                         " saving, and the function again after loading")
    return {"class": type(optimizer).__name__, "settings": _settings_of(optimizer, type(optimizer).__name__),
            "epoch": optimizer.epoch,
            "states": [[places[node], [_numbers(part, node.name) for part in state]]
                       for node, state in optimizer.states.items() if node in places]}


def _settings_of(made: Any, place: str) -> Dict[str, Any]:
    """What __init__ takes besides nodes and a name, from the attributes of the same names."""
    found = {}
    for parameter in _parameters(type(made)):
        if hasattr(made, parameter.name):
            value = getattr(made, parameter.name)
            if not isinstance(value, PLAIN):
                raise ValueError("%s: its %s is %s: only numbers and texts can be saved"
                                 % (place, parameter.name, values.shown(value)))
            found[parameter.name] = value
        elif parameter.default not in (parameter.empty, None) and parameter.name != "seed":
            raise ValueError("%s: it keeps no attribute %s, so it could not be made again: set self.%s in __init__"
                             % (place, parameter.name, parameter.name))
    return found


def _parameters(kind: Any) -> List[Any]:
    """The parameters of a class's __init__, but for self and the name."""
    return [parameter for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]
            if parameter.name != "name"]


def _numbers(value: Any, name: str = "a value") -> Any:
    """A value as JSON can hold it. ValueError: there is NaN in it."""
    value = values.as_list(value)
    if isinstance(value, (list, tuple)):
        if {float}.issuperset(map(type, value)) and all(map(math.isfinite, value)):
            return value
        return [_numbers(x, name) for x in value]
    if value is None or math.isfinite(value):
        return value
    if value != value:
        raise ValueError("%s holds NaN, which is no number to go on with" % name)
    return "Infinity" if value > 0.0 else "-Infinity"


# From a text to a model


def from_text(content: bytes, classes: Iterable[Any] = ()) -> Model:
    """The model whose JSON text this is. ValueError: it is none; the message names the place."""
    classes = list(classes)
    for kind in classes:
        if not (isinstance(kind, type) and issubclass(kind, Node)):
            raise TypeError("classes holds %s: give classes of nodes" % values.shown(kind))
    found = parsed(content)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError("this is no model of pygraphnn")
    version = found.get("version")
    if type(version) is not int or version < 1:
        raise ValueError("version: %s is no number of a version" % values.shown(version))
    if version > VERSION:
        raise ValueError("it was saved by a newer version of pygraphnn (its format is %d, this one reads %d): update"
                         % (version, VERSION))
    nodes = nodes_from(_field(found, "nodes", list), {kind.__name__: kind for kind in classes})
    if not nodes:
        raise ValueError("nodes: there are none")
    X = _node_at(found, "X", nodes, Placeholder)
    model = Model(_node_at(found, "output", nodes, Node), X, loss=_node_at(found, "loss", nodes, Node, True),
                  y=_node_at(found, "y", nodes, Placeholder, True))
    model.means, model.deviations = [_optional(found, key, _vector) for key in ("means", "deviations")]
    model.feature_names, model.class_names = [_optional(found, key, _names) for key in ("feature_names", "class_names")]
    model.target_name = _optional(found, "target_name", lambda item, place: _as(item, str, place))
    _require_one_width(model)
    model.optimizer = _optional(found, "optimizer", lambda item, place: _optimizer(item, nodes, place))
    model.rng = _optional(found, "random_state", _stream)
    model.epochs = _field(found, "epochs", int)
    if model.epochs < 0:
        raise ValueError("epochs: %d is negative" % model.epochs)
    model.settings = _field(found, "settings", dict)
    return model


def nodes_from(items: List[Any], classes: Dict[str, Any]) -> List[Node]:
    """The nodes that were `described`. classes: those besides the package's. ValueError: as of `from_text`."""
    known = dict({kind.__name__: kind for kind in [Placeholder] + kinds()}, **classes)
    nodes: List[Node] = []
    for place, item in enumerate(items):
        nodes.append(_node(_as(item, dict, "nodes[%d]" % place), nodes, known, "nodes[%d]" % place))
    return nodes


def parsed(content: bytes) -> Any:
    def no_constant(name: str) -> None:
        raise ValueError("%s is no JSON: infinities are written as texts" % name)

    def finite(digits: str) -> float:
        x = float(digits)
        if math.isinf(x):
            raise ValueError("the number %s is too large" % shown(digits))
        return x

    def once(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            raise ValueError("the key %s stands there twice"
                             % values.shown([name for name in names if names.count(name) > 1][0]))
        return found

    _require_shallow(content)
    try:
        return json.loads(content.decode("utf-8"), parse_constant=no_constant, parse_float=finite,
                          object_pairs_hook=once)
    except UnicodeDecodeError:
        raise ValueError("this is no text in UTF-8, so no model") from None
    except json.JSONDecodeError as problem:
        raise ValueError("line %d, column %d: this is no JSON (%s): is the file cut off?"
                         % (problem.lineno, problem.colno, problem.msg)) from None


def _require_shallow(content: bytes) -> None:
    """ValueError: brackets are nested so deep that to read them could end the process, in a browser for example."""
    brackets = re.sub(rb'"[^"\\]*(?:\\.[^"\\]*)*"', b"", content).translate(None, NO_BRACKETS)
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise ValueError("it is nested too deep for a model")


def _as(item: Any, kind: Any, place: str) -> Any:
    if not isinstance(item, kind) or isinstance(item, bool) and kind is not bool:
        words = {dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false"}
        raise ValueError("%s: %s stands where %s belongs" % (place, values.shown(item), words[kind]))
    return item


def _field(found: Dict[str, Any], key: str, kind: Any, place: str = "") -> Any:
    if key not in found:
        raise ValueError("%s%s is missing" % (place and place + ".", key))
    return _as(found[key], kind, (place and place + ".") + key)


def _optional(found: Dict[str, Any], key: str, read: Callable[[Any, str], Any]) -> Any:
    return None if found.get(key) is None else read(found[key], key)


def _node_at(found: Dict[str, Any], key: str, nodes: List[Node], kind: Any, may_be_none: bool = False) -> Any:
    if may_be_none and found.get(key) is None:
        return None
    return _chosen(_field(found, key, int), nodes, kind, key)


def _chosen(place: int, nodes: List[Node], kind: Any, where: str) -> Node:
    if not 0 <= place < len(nodes):
        raise ValueError("%s: there is no node %d before it" % (where, place))
    if not isinstance(nodes[place], kind):
        raise ValueError("%s: node %d is a %s, not a %s" % (where, place, type(nodes[place]).__name__, kind.__name__))
    return nodes[place]


def _node(item: Dict[str, Any], before: List[Node], known: Dict[str, Any], place: str) -> Any:
    """A node that reads some of those before it: so there are no cycles."""
    name, kind = _field(item, "name", str, place), _field(item, "class", str, place)
    if kind not in known:
        raise ValueError("%s: there is no class %s: give it, load_model(path, classes=[…])" % (place, shown(kind)))
    if known[kind] is Placeholder:
        made: Any = Placeholder(name, is_trainable=_as(item.get("is_trainable", False), bool, place + ".is_trainable"))
        if "value" in item:
            made.value = _value(item["value"], place + ".value")
        return made
    inputs = [_chosen(_as(number, int, "%s.inputs" % place), before, Node, "%s.inputs" % place)
              for number in _field(item, "inputs", list, place)]
    made = _made(known[kind], inputs, _as(item.get("settings", {}), dict, place + ".settings"), place)
    made.name = name
    if "random_state" in item:
        made.random_state = _vector(item["random_state"], place + ".random_state")
        if made.random_state and not all(0.0 <= x < 65536.0 and x == int(x) for x in made.random_state):
            raise ValueError("%s.random_state: its numbers are whole ones below 65536" % place)
    return made


def _made(kind: Any, inputs: List[Any], settings: Dict[str, Any], place: str) -> Any:
    """An instance of a class, by what its __init__ takes."""
    parameters = _parameters(kind)
    unknown = set(settings).difference([parameter.name for parameter in parameters])
    if unknown:
        raise ValueError("%s.settings: %s takes no %s" % (place, kind.__name__, shown(min(unknown))))
    for setting, value in settings.items():
        if not isinstance(value, PLAIN):
            raise ValueError("%s.settings.%s: %s is neither a number nor a text"
                             % (place, setting, values.shown(value)))
    empty = [parameter.name for parameter in parameters if parameter.name not in settings
             and (parameter.default is parameter.empty or len(inputs) > 0 and parameter.default is None)]
    arguments = dict(settings)
    if len(empty) == 1 and (len(inputs) != 1 or _takes_a_list(parameters, empty[0])):
        arguments[empty[0]] = inputs            # one parameter for all of them
    elif len(empty) == len(inputs):
        arguments.update(zip(empty, inputs))
    else:
        raise ValueError("%s.inputs: %s takes %d, not %d" % (place, kind.__name__, len(empty), len(inputs)))
    try:
        return kind(**arguments)
    except Exception as problem:        # whatever a class says about what stands in a file
        raise ValueError("%s: %s cannot be made (%s)" % (place, kind.__name__, problem)) from None


def _takes_a_list(parameters: List[Any], name: str) -> bool:
    annotations = {parameter.name: str(parameter.annotation) for parameter in parameters}
    return "Sequence" in annotations[name] or "List" in annotations[name]


def _optimizer(item: Any, nodes: List[Node], place: str) -> Optimizer:
    name = _field(_as(item, dict, place), "class", str, place)
    known = {kind.__name__: kind for kind in vars(optimizers).values()
             if isinstance(kind, type) and issubclass(kind, Optimizer) and kind.trusted is kind}
    if name not in known:
        raise ValueError("%s: there is no optimizer %s: there are %s" % (place, shown(name), ", ".join(sorted(known))))
    made: Optimizer = _made(known[name], [], _field(item, "settings", dict, place), place)
    made.epoch = _field(item, "epoch", int, place)
    for number, pair in enumerate(_field(item, "states", list, place)):
        where = "%s.states[%d]" % (place, number)
        if len(_as(pair, list, where)) != 2:
            raise ValueError("%s: a pair belongs there, the number of a node and its state" % where)
        node = _chosen(_as(pair[0], int, where), nodes, Placeholder, where)
        state = [_value(part, where) for part in _as(pair[1], list, where)]
        if node.value is None or [lists.shape(part) for part in state] != [
                lists.shape(values.as_list(part)) for part in made.first_state(node.value)]:
            raise ValueError("%s: this is no state of %s for %s" % (where, name, node.name))
        made.states[node] = state
    return made


def _value(item: Any, place: str) -> Value:
    """A number, a vector or a matrix."""
    if isinstance(item, list) and item and isinstance(item[0], list):
        rows = [_vector(_as(row, list, place), place) for row in item]
        if len({len(row) for row in rows}) > 1:
            raise ValueError("%s: its rows differ in length" % place)
        return rows
    return _vector(item, place) if isinstance(item, list) else _number(item, place)


def _vector(item: Any, place: str) -> Vector:
    numbers = _as(item, list, place)
    if not numbers:
        raise ValueError("%s: a list without numbers" % place)
    return numbers if {float}.issuperset(map(type, numbers)) else [_number(x, place) for x in numbers]


def _number(item: Any, place: str) -> float:
    if isinstance(item, str) and item in INFINITIES:
        return INFINITIES[item]
    if isinstance(item, bool) or not isinstance(item, (int, float)):
        raise ValueError("%s: %s is no number" % (place, values.shown(item)))
    try:
        return float(item)
    except OverflowError:
        raise ValueError("%s: a number is too large" % place) from None


def _names(item: Any, place: str) -> List[str]:
    names: List[str] = [_as(name, str, place) for name in _as(item, list, place)]
    if len(set(names)) < len(names):
        raise ValueError("%s: %s stands there twice" % (place, shown([x for x in names if names.count(x) > 1][0])))
    return names


def _stream(item: Any, place: str) -> SplitMix64:
    digits = _as(item, str, place)
    if len(digits) != 16 or not set(digits) <= set("0123456789abcdef"):
        raise ValueError("%s: %s are not sixteen hexadecimal digits" % (place, shown(digits)))
    return SplitMix64(int(digits, 16))


def _require_one_width(model: Model) -> None:
    """ValueError: means, deviations, feature names and the network are not made for each other."""
    widths = {key: len(item) for key, item in (("means", model.means), ("deviations", model.deviations),
                                               ("feature_names", model.feature_names)) if item is not None}
    if (model.means is None) != (model.deviations is None):
        raise ValueError("means and deviations: one of them is missing")
    if len(set(widths.values())) > 1:
        raise ValueError("%s: they differ in length" % ", ".join(sorted(widths)))
    if model.deviations is not None and not all(0.0 < x < math.inf for x in model.deviations):
        raise ValueError("deviations: one of them is not above 0")
    if widths:
        try:
            predict(model.output, {model.X: [[0.0] * max(widths.values())]})
        except (ValueError, TypeError) as problem:
            raise ValueError("the network does not fit its %d features: %s" % (max(widths.values()), problem)) from None
