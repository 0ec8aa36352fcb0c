"""What is to be trained and how: the arguments of `train`, checked before anything changes."""
from . import ops, values
from .graph import Loss, Node, Placeholder, loss_of, require_placeholder, require_placeholders
from .kinds import Any, Feed, List, Optional, Rate, Sequence, Set, Tuple
from .optimizers import GradientDescent, Optimizer

LEARNING_RATE = 1e-2


class Job:
    """What is to be trained and how, checked."""

    def __init__(self, graph: Sequence[Node], feed: Feed, trainables: Sequence[Placeholder], batch_size: int,
                 learning_rate: Rate = LEARNING_RATE, optimizer: Optional[Optimizer] = None, shards: int = 1,
                 executor: Any = None) -> None:
        self.given = graph, feed, trainables, optimizer
        self.batch_size = values.whole_number(batch_size, "batch_size", 1)
        self.sharing: Any = None            # what makes a runner whose batches are divided
        if shards != 1 or executor is not None:
            from .parallel import sharing
            self.sharing = sharing(shards, executor, self.batch_size)
        if optimizer is None:
            optimizer = GradientDescent(learning_rate)
        elif not isinstance(optimizer, Optimizer):
            raise TypeError("the optimizer is %s: make one, Adam(1e-3) for example" % values.shown(optimizer))
        elif learning_rate != LEARNING_RATE:
            raise ValueError("both an optimizer and a learning rate are given: give the learning rate to the optimizer")
        self.optimizer = optimizer
        self.learning_rate: Any = None if callable(optimizer.learning_rate) else optimizer.rate()   # of this epoch
        self.check()

    def check(self) -> None:
        graph, feed, trainables, optimizer = self.given
        loss_of(graph)
        if not values.is_mapping(feed) or len(feed) == 0:
            raise TypeError("feed is a dict {placeholder: data} with at least one entry, not %s" % values.shown(feed))
        check_trainables(graph, feed, trainables)
        if optimizer is None:               # this job's own goes on with whatever is trained
            self.optimizer.states = {}
        self.optimizer.require_mine(trainables)
        trained = set(trainables)
        constant = {node for node in graph
                    if isinstance(node, Placeholder) and node not in feed and node not in trained}
        self.data = _checked_data(graph, feed, constant)
        self.graph, self.trainables, self.fed = list(graph), list(trainables), list(feed.items())
        self.changing = {node for node in graph if node not in constant}

    def has_changed(self) -> bool:
        """Whether somebody has changed the lists or the dict that the job was given, between two epochs."""
        graph, feed, trainables, _ = self.given
        return (list(graph) != self.graph or list(trainables) != self.trainables or len(feed) != len(self.fed)
                or any([feed.get(node) is not whole for node, whole in self.fed]))


def steps_per_epoch(rows: int, batch_size: int) -> int:
    """rows // batch_size, but at least one."""
    return max(1, rows // batch_size)


def _checked_data(graph: Sequence[Node], feed: Feed, constant: Set[Placeholder]) -> List[Tuple[Any, Any]]:
    """[(placeholder, its whole data)], checked and as the backend in use holds it, with one number of rows.

    constant: the placeholders that are neither fed nor trained.
    """
    data: List[Tuple[Any, Any]] = []
    nodes = set(graph)
    for node, whole in feed.items():
        require_placeholder(node, "the feed")
        _require_in_graph(node, nodes, graph)
        if not hasattr(node, "feed_rows"):
            raise ValueError("%s holds a single number, but training draws rows of lists: train a graph of single "
                             "numbers with forward_and_backward(graph) and optimize(trainables, learning_rate), for "
                             "one example after the other" % node.name)
        whole = node.checked(whole)
        if isinstance(whole, float):
            raise ValueError("%s is fed a single number, but training draws rows: feed a list of rows" % node.name)
        if not ops.table.is_finite(whole):
            values.require_finite(values.as_list(whole), node.name)
        if data and len(whole) != len(data[0][1]):
            raise ValueError("%s has %s, but %s has %d: feed only data, and as many rows of each"
                             % (node.name, values.counted(len(whole), "row"), data[0][0].name, len(data[0][1])))
        data.append((node, ops.table.own(whole)))
    for node in graph:
        if isinstance(node, Placeholder) and node.value is None and node not in feed:
            raise ValueError("the placeholder %s is not fed and has no value: add it to the feed" % node.name)
    _require_no_old_data(constant, graph, len(data[0][1]))
    return data


def _require_no_old_data(constant: Set[Placeholder], graph: Sequence[Node], rows: int) -> None:
    """ValueError: a placeholder that would be the same in every step holds data, which should change from step to step.

    It does if an earlier training left a batch there, or if a loss reads it, and it has as many rows as the fed data.
    """
    read_by_losses = set()
    for node in graph:
        if isinstance(node, Loss):
            read_by_losses.update(node.inputs)
    forgotten = [node.name for node in graph if isinstance(node, Placeholder) and node in constant and (
        node.holds_batch or node in read_by_losses and rows > 1 and ops.table.shape(node.value)[:1] == (rows,))]
    if forgotten:
        it, they_are = ("it", "it is") if len(forgotten) == 1 else ("them", "they are")
        raise ValueError("no rows would be drawn for %s, since %s not in the feed, and the same old data would be used "
                         "in every step: add %s to the feed (or, if constants are meant, set their values anew)"
                         % (", ".join(forgotten), they_are, it))


def check_trainables(graph: Sequence[Node], feed: Feed, trainables: Sequence[Placeholder]) -> None:
    """TypeError, ValueError: these cannot be trained in this graph, fed so; the message says why."""
    require_placeholders(trainables)
    if len(trainables) == 0:
        raise ValueError("there is nothing to train: list the placeholders, or make them with is_trainable=True")
    nodes = set(graph)
    for node in trainables:
        _require_in_graph(node, nodes, graph)
        if node in feed:
            raise ValueError("%s is fed in every step, so it cannot be trained" % node.name)


def _require_in_graph(node: Node, nodes: Set[Node], graph: Sequence[Node]) -> None:
    if node not in nodes:
        raise ValueError("%s is not in the graph that ends in %s" % (node.name, graph[-1].name))
