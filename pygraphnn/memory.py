"""How much memory a training in C takes, which is known before it begins: everything is laid out once."""
from . import ops
from .claims import Claim
from .graph import Node, Placeholder
from .jobs import Job
from .optimizers import Optimizer
from .kinds import Feed, Optional, Sequence


def memory_needed(graph: Sequence[Node], feed: Feed, trainables: Sequence[Placeholder], *, batch_size: int,
                  optimizer: Optional[Optimizer] = None) -> int:
    """How many bytes a training in C takes with these arguments: for parameters, gradients, activations, and products.

    Apart from these there are the data; where somebody may look between two epochs, with `train_epochs` or a `progress`
    of one's own, also up to two copies of what can be seen. Errors as of `train`.
    ValueError: the graph would be run node by node, so nobody knows before. RuntimeError: another thread trains it.
    """
    job = Job(graph, feed, trainables, batch_size, optimizer=optimizer)
    with Claim(job.changing, is_short=True) as claim, claim, ops.kept_backend() as kept, kept:      # a step is recorded
        states = job.optimizer.states
        try:
            job.optimizer.prepare(job.trainables)
            needed = ops.planned_bytes(job)
        finally:
            job.optimizer.states = states
    if needed is None:
        raise ValueError("this training would run node by node, and what that takes is not known before: switch to the "
                         "C backend, and use the package's own nodes")
    return int(needed)
