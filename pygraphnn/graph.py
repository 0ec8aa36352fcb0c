"""A graph of nodes, sorted once and then run: forward from the data to the loss, backward from the loss to the data.

Here is what every node has (its inputs, its consumers, its value, its gradients) and the order in which nodes run. A
node can compute its value only after its inputs, and its gradient only after its consumers: a topological order is the
order that keeps the first rule, and read from its end it keeps the second. What a Linear or a Sigmoid computes stands
in `scalar.py` for single numbers and in `nodes.py` for matrices.
"""
import sys

from . import ops, values
from .claims import Claim
from .kinds import Any, Dict, Feed, Iterable, List, Mapping, Optional, Sequence, Set, Union, Value
from .ops import get_ident

if sys.implementation.name != "micropython":
    from .pickling import Copyable
    from .twins import alive, take_over, weakly
else:                                   # which has no weak references, and nothing that copies
    Copyable = object                   # type: ignore[assignment,misc]

    def alive(kept: Sequence[Any]) -> List[Any]:
        return list(kept)

    def weakly(node: Any) -> Any:       # type: ignore[no-redef]
        return node

    def take_over(node: Any) -> None:
        pass


class Node(Copyable):
    """One quantity of the computation: a fed value, or something computed from other nodes.

    inputs: the nodes whose values it reads; outputs: the nodes that read its own, of those that are the same, the last
    one; consumers: those of them that belong to the graph that `backward(graph)` ran last, in its order.
    value: what `forward` computed; a scalar is a float, a vector a list, a matrix a list of rows. Setting it makes
    whole numbers floats; ValueError: it is none of these.
    gradients: after `backward`, ∂loss/∂input for each input, as far as it runs through this node.
    name: for messages; without one, the class and a number.
    is_trainable: whether `trainables(graph)` lists it.

    A node of your own needs `forward`, which sets `self.value`, and `backward`, which fills `self.gradients`; see
    `Sigmoid` in `nodes.py` for a short example. TypeError: an input is not a node.
    """

    is_pure = False             # a class whose own is True promises: same inputs, same outputs, and nothing else
    row_inputs: Sequence[int] = ()  # the places of inputs whose row i goes into row i of the value, and nowhere else
    trusted: Any = None         # the class whose results need no check; a subclass of it may compute what it likes
    random_state: Value = None  # of a node that draws: a vector; what it draws from it begins anew after a failed step
    _older: Sequence[Any] = ()  # outputs, weakly, that others have taken over from

    _serial_numbers = iter(range(1 << 30))      # next() of it gives each number to one thread only

    def __init__(self, inputs: Sequence["Node"] = (), name: Optional[str] = None, is_trainable: bool = False) -> None:
        self.serial_number = next(Node._serial_numbers)     # breaks ties in topological_sort
        self.name = name if name is not None else "%s_%d" % (type(self).__name__, self.serial_number)
        self.inputs = list(inputs)
        self.outputs: List[Node] = []
        self._consumers: Any = None         # until `backward` says which, those are its outputs
        self._value = None
        self.gradients: Dict[Node, Value] = {}
        self.is_trainable = is_trainable
        for number, node in enumerate(self.inputs):
            if not isinstance(node, Node):
                raise TypeError("%s: input %d is %s, not a node: put data into a Placeholder and feed it"
                                % (self.name, number, values.shown(node)))
        for node in self.inputs:
            if self not in node.outputs[-1:]:       # once, even where it reads the node twice, as f(a, a) does
                node.outputs.append(self)
                if node._consumers is not None:
                    node._consumers.append(weakly(self))
        if self.inputs and self.trusted is type(self):
            take_over(self)

    def readers(self) -> List["Node"]:
        """The outputs, and those that these have taken over from, as long as somebody has them."""
        older = alive(self._older)
        return sorted(self.outputs + older, key=lambda node: node.serial_number) if older else self.outputs

    def __repr__(self) -> str:
        return self.name

    def _repr_html_(self) -> str:
        """What a notebook shows: a table with the formula, the value and the gradients."""
        from .looking.pictures import node_as_html
        return node_as_html(self)

    @property
    def value(self) -> Value:
        return self._value

    @value.setter
    def value(self, value: Value) -> None:
        if self.trusted is not type(self) and value is not None:
            value = values.computed(value, ops.table, self.name)
        self._value = value

    @property
    def consumers(self) -> List["Node"]:
        """Those in the graph that this thread runs backward now: another thread's graph may read this node, too."""
        running = _passes.get(get_ident())
        if running is not None and self in running.consumers:
            return running.consumers[self]
        return list(self.outputs) if self._consumers is None else alive(self._consumers)

    @consumers.setter
    def consumers(self, consumers: List["Node"]) -> None:
        self._consumers = [weakly(node) for node in consumers]

    def put_back(self, value: Value) -> None:
        """Sets the value without checking or copying it."""
        self._value = value

    def forward(self) -> None:
        """Computes `self.value` from the values of the inputs."""
        raise NotImplementedError("%s: the class %s has no forward()" % (self.name, type(self).__name__))

    def forward_to_predict(self) -> None:
        """`forward` as `predict` needs it: the same, but for nodes that add chance to trainings, as Dropout does."""
        self.forward()

    def backward(self) -> None:
        """Fills `self.gradients` from the incoming gradient and the values of the inputs."""
        raise NotImplementedError("%s: the class %s has no backward()" % (self.name, type(self).__name__))

    def input_values(self) -> List[Value]:
        """The values of the inputs, in order. ValueError: one has none yet."""
        found = []
        for node in self.inputs:
            if node.value is None:
                raise ValueError("%s reads %s, which has no value yet: feed every placeholder, and run the nodes in "
                                 "the order of topological_sort" % (self.name, node.name))
            found.append(node.value)
        return found

    @property
    def needs_gradient(self) -> bool:
        """False during a pass backward that can do without this node's gradient, as no wanted one depends on it."""
        running = _passes.get(get_ident())
        return running is None or self in running.needed

    def incoming_gradient(self) -> Value:
        """∂loss/∂self: the sum of what each consumer passes back, added in the graph's order.

        A node that nothing consumes does not move the loss: zeros, in the shape of the value.
        ValueError: a consumer has passed nothing back, or something of another shape than the value.
        """
        total = None
        for consumer in self.consumers:
            gradient = consumer.gradients.get(self)
            if gradient is not None:
                if consumer.trusted is not type(consumer):
                    gradient = self._fitting(gradient, consumer)
                total = gradient if total is None else ops.table.add(total, gradient)
            elif consumer.gradients:            # one without gradients has not run backward
                raise ValueError("%s.backward() left no gradient for its input %s" % (consumer.name, self.name))
        return ops.table.zeros_like(self.value) if total is None else total

    def _fitting(self, gradient: Value, consumer: "Node") -> Value:
        """A gradient from a consumer, as floats, if it has the shape of the value that it is for."""
        gradient = values.computed(gradient, ops.table, "the gradient from %s for %s", consumer.name, self.name)
        shape, own_shape = ops.table.shape(gradient), ops.table.shape(self.value)
        if shape != own_shape:
            raise ValueError("%s.backward() hands on a gradient that is %s for its input %s, which is %s: they must "
                             "have one shape" % (consumer.name, values.describe(shape), self.name,
                                                 values.describe(own_shape)))
        return gradient

    def pass_back(self, node: "Node", gradient: Value) -> None:
        """Adds to the gradient for one input: an input that is read twice, as in f(a, a), gets the sum."""
        if node in self.gradients:
            gradient = ops.table.add(self.gradients[node], gradient)
        self.gradients[node] = gradient


class Placeholder(Node):
    """A node whose value is fed: data, labels, or a parameter to train.

    Feeding is `placeholder.value = …`, or an entry of a feed_dict. It checks the value and copies it: what the caller
    does to the fed list afterwards changes nothing here. None means not fed. gradients[itself] is ∂loss/∂itself.
    """

    holds_batch = False         # whether the value is a batch that a training has left

    def __init__(self, name: Optional[str] = None, is_trainable: bool = False) -> None:
        Node.__init__(self, (), name, is_trainable)

    @property
    def value(self) -> Value:
        return self._value

    @value.setter
    def value(self, value: Value) -> None:
        self._value = None if value is None else ops.table.own(self.checked(value))
        self.holds_batch = False

    def checked(self, value: Value) -> Value:
        """The value, as a copy or as what cannot change, if it may be fed to this placeholder. ValueError otherwise."""
        raise NotImplementedError("take the Placeholder of pygraphnn or of pygraphnn.scalar")

    def forward(self) -> None:
        if self._value is None:
            raise ValueError("the placeholder %s has no value: feed it" % self.name)
        self._value = ops.table.own(self._value)        # another backend's after a switch

    def backward(self) -> None:
        self.gradients = {self: self.incoming_gradient()}

    def own_gradient(self) -> Value:
        """∂loss/∂value. ValueError: there is none yet."""
        if self not in self.gradients:
            raise ValueError("%s has no gradient yet: call backward(graph) first" % self.name)
        return self.gradients[self]


class Loss(Node):
    """The base class of every loss node: a node whose value is one number, which training makes smaller."""

    def incoming_gradient(self) -> Value:
        """∂loss/∂loss = 1 at the end of the graph; like any other node's where something consumes it."""
        return Node.incoming_gradient(self) if self.consumers else 1.0


# From a feed_dict to a sorted graph


def convert_feed_dict_to_graph(feed_dict: Feed) -> Dict[Node, List[Node]]:
    """Feeds the placeholders, then finds every node that they lead to, and what those read: {node: its consumers}.

    TypeError: a key is not a placeholder. ValueError: a value cannot be fed, or a placeholder has none.
    """
    if not values.is_mapping(feed_dict) or len(feed_dict) == 0:
        raise TypeError("a feed_dict is a dict {placeholder: value} with at least one entry, not %s"
                        % values.shown(feed_dict))
    for node in feed_dict:
        require_placeholder(node, "the feed_dict")
    checked = [(node, node.checked(value)) for node, value in feed_dict.items()]
    found = list(feed_dict)
    seen = set(found)
    for follows_inputs in (False, True):
        for node in found:                  # grows while it is read, until nothing new is met
            for neighbour in node.inputs if follows_inputs else node.readers():
                if neighbour not in seen:
                    seen.add(neighbour)
                    found.append(neighbour)
    graph = {node: [consumer for consumer in node.readers() if consumer in seen] for node in found}
    for node in found:
        if isinstance(node, Placeholder) and node.value is None and node not in feed_dict:
            raise ValueError("the placeholder %s is not fed, but %s reads it: add it to the feed_dict"
                             % (node.name, graph[node][0].name))
    for node, value in checked:             # all or, where something is wrong, none
        node.put_back(ops.table.own(value))
    return graph


def topological_sort(graph: Mapping["Node", Sequence["Node"]]) -> List[Node]:
    """The nodes of {node: its consumers} in an order in which every node comes after all of its inputs.

    Kahn's algorithm (A. B. Kahn, "Topological sorting of large networks", 1962): whatever waits for nothing may go;
    each node that goes is one less for its consumers to wait for. Among nodes that may go, the one that could go first
    does, and at the start the one that was made first; a loss that nothing consumes goes last. So the order depends on
    the graph alone. Linear in nodes + edges. ValueError: a cycle, whose nodes it names.
    """
    waits_for: Dict[Node, int] = {}
    for node in graph:
        waits_for.setdefault(node, 0)
        for consumer in graph[node]:
            if not isinstance(consumer, Node):
                raise TypeError("%s leads to %s, not to a node: for a feed_dict call topological_sort_feed_dict"
                                % (node, values.shown(consumer)))
            waits_for[consumer] = waits_for.get(consumer, 0) + 1
    order = sorted([node for node in waits_for if waits_for[node] == 0], key=lambda node: node.serial_number)
    losses: List[Node] = []
    for node in order:                      # grows while it is read
        for consumer in graph.get(node, ()):
            waits_for[consumer] -= 1
            if waits_for[consumer] == 0:
                is_last = isinstance(consumer, Loss) and not graph.get(consumer)
                (losses if is_last else order).append(consumer)
    order += losses
    if len(order) < len(waits_for):
        raise ValueError("the graph has a cycle: %s" % _name_a_cycle(graph, set(waits_for) - set(order)))
    return order


def _name_a_cycle(graph: Mapping["Node", Sequence["Node"]], stuck: Set["Node"]) -> str:
    """The names along one cycle. Every node that is stuck waits for a stuck one: going back must come round."""
    waits_for = {}
    for node in stuck:
        for consumer in graph.get(node, ()):
            waits_for[consumer] = node
    path = [min(stuck, key=lambda node: node.serial_number)]
    position = {}
    while path[-1] not in position:
        position[path[-1]] = len(path) - 1
        path.append(waits_for[path[-1]])
    names = [node.name for node in reversed(path[position[path[-1]]:])]
    if len(names) > 12:
        names = names[:6] + ["… %d more …" % (len(names) - 12)] + names[-6:]
    return " → ".join(names)


def topological_sort_feed_dict(feed_dict: Feed) -> List[Node]:
    """The sorted graph of a feed_dict, ready for `forward` and `backward`. Errors as the two functions it calls.

    ValueError: two losses without consumers are the same, one of the package's own with the same inputs.
    """
    graph = convert_feed_dict_to_graph(feed_dict)
    losses: Dict[Any, Node] = {}
    for node in graph:
        if isinstance(node, Loss) and not graph[node] and node.trusted is type(node):
            same = (type(node), tuple(node.inputs))
            if same in losses:
                raise ValueError("%s and %s are the same loss of the same nodes, so each step would be twice as large: "
                                 "if you have made the loss anew, sort what it depends on, with sorted_graph(loss)"
                                 % (losses[same].name, node.name))
            losses[same] = node
    return topological_sort(graph)


def sorted_graph(loss: Union[Node, Sequence[Node]]) -> List[Node]:
    """The nodes that a loss depends on, and the loss itself, sorted; for several nodes, in a list, those of them all.

    It follows `inputs` alone: what else reads these nodes, an older loss for example, is left out. The placeholders
    keep what they hold. TypeError: something is no node. ValueError: a cycle, whose nodes it names.
    """
    nodes = [loss] if isinstance(loss, Node) else values.as_list(loss)
    if not isinstance(nodes, (list, tuple)) or not all([isinstance(node, Node) for node in nodes]):
        raise TypeError("sorted_graph sorts what a loss depends on, or a list of nodes, not %s" % values.shown(loss))
    graph = ancestors(nodes)
    for node in graph:          # in the order in which they were made, as `outputs` are
        graph[node] = sorted(set(graph[node]), key=lambda consumer: consumer.serial_number)
    return topological_sort(graph)


def ancestors(nodes: Sequence[Node]) -> Dict[Node, List[Node]]:
    """{a node that these depend on, or one of them: its consumers among them}."""
    found = list(nodes)
    consumers: Dict[Node, List[Node]] = {node: [] for node in nodes}
    for node in found:                      # grows while it is read, until nothing new is met
        for source in node.inputs:
            if source not in consumers:
                consumers[source] = []
                found.append(source)
            consumers[source].append(node)
    return consumers


# Running a sorted graph


def forward(graph: Sequence[Node]) -> None:
    """Computes the value of every node, inputs before consumers."""
    with Claim(graph, is_short=True) as claim, claim:
        for node in graph:
            node.forward()


def backward(graph: Sequence[Node], wanted: Optional[Sequence[Node]] = None) -> None:
    """Computes the gradients of every node, consumers before inputs; a second call gives the same ones.

    The loss is the node at the end; where nothing consumes further losses, it is the sum of them all.
    wanted: the nodes whose gradients are to be known; those that these do not depend on are left out. None: all.
    ValueError: the graph does not end in a loss, or `forward` has not been called.
    """
    if loss_of(graph).value is None:
        raise ValueError("%s has no value yet: call forward(graph) before backward(graph)" % graph[-1].name)
    with Claim(graph, is_short=True) as claim, claim:
        BackwardPass(graph, wanted).run()


class BackwardPass:
    """Who reads whom in a graph, and whose gradients are needed: what its nodes ask for while they run backward.

    Two threads may run two graphs that share a placeholder, so this is kept for each thread, not in the nodes alone.
    """

    def __init__(self, graph: Sequence[Node], wanted: Optional[Sequence[Node]] = None) -> None:
        self.consumers = consumers_in(graph)
        self.needed = set(graph) if wanted is None else needed_for(wanted, graph)
        self.order: Iterable[Node] = [node for node in reversed(graph) if node in self.needed]
        self.kept = {node: [weakly(consumer) for consumer in consumers] for node, consumers in self.consumers.items()}

    def run(self) -> None:
        for node, consumers in self.kept.items():
            node._consumers = consumers[:]          # a node that another thread makes meanwhile is none of this pass
        outer = _passes.get(get_ident())
        try:
            try:
                _passes[get_ident()] = self
                for node in self.order:
                    node.backward()
            finally:
                _end_pass(outer)
        finally:                                # once more, where a Ctrl-C came into the midst of that
            _end_pass(outer)


_passes: Dict[int, BackwardPass] = {}            # {thread: the pass that it runs}


def _end_pass(outer: Any) -> None:
    if outer is None:
        _passes.pop(get_ident(), None)
    else:                                       # a node has run another graph inside of its own backward()
        _passes[get_ident()] = outer


def consumers_in(graph: Sequence[Node]) -> Dict[Node, List[Node]]:
    """{node: the nodes of this graph that read it, in the graph's order}, of all nodes and of what they read."""
    found: Dict[Node, List[Node]] = {}
    for node in graph:
        found.setdefault(node, [])
        for source in node.inputs:
            readers = found.setdefault(source, [])
            if not readers or readers[-1] is not node:      # once, even where it reads the node twice
                readers.append(node)
    return found


def needed_for(wanted: Iterable[Node], graph: Sequence[Node]) -> Set[Node]:
    """The nodes whose gradients are needed for those of the wanted ones: these, and all that depend on them."""
    needed, wanted = set(), set(wanted)
    for node in graph:
        if node in wanted or any([source in needed for source in node.inputs]):
            needed.add(node)
    return needed


def forward_and_backward(graph: Sequence[Node]) -> None:
    """One pass forward and one backward: every value, then every gradient."""
    forward(graph)
    backward(graph)


run_one_epoch = forward_and_backward


def trainables(graph: Sequence[Node]) -> List[Any]:
    """The nodes that were made with is_trainable=True, in the graph's order."""
    return [node for node in graph if node.is_trainable]


def optimize(trainables: Sequence[Placeholder], learning_rate: float = 1e-2) -> None:
    """One step downhill: value ← value − learning_rate · ∂loss/∂value, for all of the nodes or, on an error, for none.

    TypeError: a node is not a placeholder. ValueError: no gradient yet, a node listed twice, or a learning rate that is
    negative or not finite. Other rules than this one are in `optimizers.py`.
    """
    learning_rate = values.learning_rate(learning_rate)
    require_placeholders(trainables)
    with Claim(trainables, is_short=True) as claim, claim:
        put_all(trainables, [ops.table.descend(node.value, learning_rate, node.own_gradient()) for node in trainables])


def require_placeholders(trainables: Sequence[Placeholder]) -> None:
    """TypeError, ValueError: these are not placeholders in a list, or one is listed twice."""
    try:
        count = len(trainables)
    except TypeError:
        raise TypeError("the trainables are a list of placeholders, not %s alone" % values.shown(trainables)) from None
    for node in trainables:
        require_placeholder(node, "the trainables")
    if len(set(trainables)) != count:
        raise ValueError("a node is listed twice among the trainables: it would take two steps at once")


def put_all(nodes: Sequence[Node], new_values: List[Value]) -> None:
    """Gives each node its new value: all of them or, after a Ctrl-C, none."""
    before = [node.value for node in nodes]
    try:
        for node, value in zip(nodes, new_values):
            node.put_back(value)
    except BaseException:
        for node, value in zip(nodes, before):
            node.put_back(value)
        raise


def loss_of(graph: Sequence[Node]) -> Loss:
    """The loss at the end of a sorted graph. TypeError: the graph is not a list. ValueError: it has no loss there."""
    if not isinstance(graph, (list, tuple)):
        raise TypeError("the graph is %s, not a sorted list of nodes: call topological_sort" % values.shown(graph))
    if len(graph) == 0 or not isinstance(graph[-1], Loss):
        end = values.shown(graph[-1]) if len(graph) else "nothing"
        raise ValueError("the graph ends in %s, not in a loss: add one, for example MSE(labels, prediction)" % end)
    return graph[-1]


def losses_of(graph: Sequence[Node]) -> List[Node]:
    """The losses that nothing in the graph consumes, in its order: the training makes their sum smaller."""
    consumed = set()
    for node in graph:
        consumed.update(node.inputs)
    return [node for node in graph if isinstance(node, Loss) and node not in consumed]


def require_placeholder(node: Any, where: str) -> None:
    """TypeError if something in a feed or among the trainables is not a placeholder."""
    if not isinstance(node, Placeholder):
        raise TypeError("%s: %s is not a placeholder" % (where, values.shown(node)))
