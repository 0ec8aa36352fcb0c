"""What the parameters were in the course of a training, for the report's replay.

Kept are some thirty epochs, which lie the closer the earlier they are: that is when most changes. `replay.py` shows
what the network did with these parameters.
"""
from .. import lists, values
from ..graph import Node, Placeholder, require_placeholders
from ..kinds import Any, Dict, Iterator, List, Optional, Sequence, Set, Union, Value
from ..optimizers import Optimizer
from ..rng import SplitMix64
from .step import check_graph

TRIED = 36                      # numbers of epochs, of which some thirty differ
MOST_EPOCHS = 10 ** 18          # that anybody will see
MOST_NUMBERS = 3000000          # of all parameters that are kept together: some 100 MB


class History:
    """Keeps the parameters of a training as they were after some thirty of its epochs, for `write_report`.

        history = History(graph, parameters)
        losses = train(graph, feed, parameters, epochs=5000, batch_size=16, progress=history)
        write_report("report.html", graph, feed, parameters, losses, batch_size=16, history=history)

    graph, trainables, optimizer, seed, shards: what `train` is called with. As its `progress` this sees all epochs; in
    a loop of your own, call `look(done, epochs)` before the first epoch and after each. before: how many epochs were
    trained earlier, where a training goes on. Of large networks fewer are kept.
    ValueError, TypeError: an argument is wrong.
    """

    def __init__(self, graph: Sequence[Node], trainables: Sequence[Placeholder], optimizer: Optional[Optimizer] = None,
                 seed: Union[int, SplitMix64] = 0, shards: int = 1, before: int = 0) -> None:
        check_graph(graph)
        require_placeholders(trainables)
        if len(trainables) == 0:
            raise ValueError("the trainables are empty: list the parameters")
        if optimizer is not None and not isinstance(optimizer, Optimizer):
            raise TypeError("the optimizer is %s: give the one that trains" % values.shown(optimizer))
        self.trainables, self.optimizer, self.shards = list(trainables), optimizer, shards
        self.before = values.whole_number(before, "before", 0)
        self.seed = None if isinstance(seed, SplitMix64) else seed
        self._drawing = [node for node in graph if node.random_state is not None]
        self._rng = seed if isinstance(seed, SplitMix64) else SplitMix64(seed)
        self._kept: Set[int] = set()
        self.epochs = 0                 # as many as there should become
        self.moments: List[Dict[str, Any]] = []
        self.rng_state = 0              # where the stream of row numbers was before the first epoch

    def __call__(self, epochs: Any) -> Iterator[Any]:
        """Goes through the epochs as they are, and looks before each of them and after the last."""
        total = epochs[-1] + 1 if isinstance(epochs, range) and epochs else len(epochs)     # len() ends at 2⁶³
        for done, epoch in enumerate(epochs):
            self.look(done, total)
            yield epoch
        self.look(total, total)

    def look(self, done: int, epochs: int) -> None:
        """Keeps the parameters as they are now, if this is one of the epochs to keep: so many of so many are done."""
        if done == 0:
            self.moments, self.epochs = [], epochs
            self.rng_state = self._rng.state
            numbers = sum(_count(values.as_list(node.value)) for node in self.trainables)
            self._kept = epochs_to_keep(epochs, min(TRIED, MOST_NUMBERS // numbers))
        if done in self._kept:
            # The optimizer's states are for the last step alone, which is taken again from there.
            states = self.optimizer.states if self.optimizer and done == epochs - 1 else {}
            self.moments.append({
                "done": done,
                "epoch": self.optimizer.epoch if self.optimizer else done,
                "values": [values.as_list(node.value) for node in self.trainables],
                "states": {node: [values.as_list(part) for part in state] for node, state in states.items()},
                "random_states": [(node, values.as_list(node.random_state)) for node in self._drawing]})


def epochs_to_keep(epochs: int, tried: int = TRIED) -> Set[int]:
    """After how many epochs to look: 0, the last two, and some between, each later than the one before by a factor."""
    between = {round(min(epochs, MOST_EPOCHS) ** (number / tried)) for number in range(tried)} if epochs else set()
    return {epoch for epoch in between | {0, epochs - 1, epochs} if 0 <= epoch <= epochs}


def _count(value: Value) -> int:
    return len(lists.elements(value)) if isinstance(value, list) else 1
