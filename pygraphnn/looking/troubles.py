"""Why a network may learn badly though its loss is finite: hidden nodes that are saturated, gradients that vanish.

Both are seen in one pass forward and backward over some of the rows that it learns from; every node is left as it was.
"""
from .. import lists, ops, values
from ..activations import ReLU, Tanh
from ..graph import Node
from ..jobs import Job
from ..kinds import Any, Dict
from ..language import counted, say
from ..nodes import Sigmoid
from .step import run_whole, unchanged

ROWS = 200              # that are looked at, at most
MOST_ROWS = 0.9         # the share of them on which a node may be saturated
VANISHING = 1e-2        # of the last layer's gradients, and those of the first are too small
# Of each kind of hidden node: what is said of one that hardly answers its inputs any more, and its values then.
SATURATED: Dict[Any, Any] = {Sigmoid: ("below 0.01 or above 0.99", lambda x: x < 0.01 or x > 0.99),
                             Tanh: ("below -0.99 or above 0.99", lambda x: x < -0.99 or x > 0.99),
                             ReLU: ("0", lambda x: x == 0.0)}


def hidden_troubles(job: Job) -> Dict[str, str]:
    """{the node that a trouble is with: a line on it, with what to try}"""
    rows = list(range(min(ROWS, len(job.data[0][1]))))
    with unchanged(job.graph):
        for node, whole in job.data:
            node.feed_rows(ops.table.own(whole), rows)
        run_whole(job.graph)
        found = {node.name: _saturated(node) for node in job.graph if type(node) in SATURATED}
        found["gradients"] = _vanishing(job)
    return {what: line for what, line in found.items() if line}


def _saturated(node: Node) -> str:
    how, is_saturated = SATURATED[type(node)]
    columns = list(zip(*values.as_list(node.value)))
    shares = [len([x for x in column if is_saturated(x)]) / len(column) for column in columns]
    stuck = len([share for share in shares if share > MOST_ROWS])
    if not stuck:
        return ""
    return (say("%s: %d of %s saturated, %s on over 90 %% of the rows: try a smaller learning rate")
            % (node.name, stuck, counted(len(columns), "node"), say(how)))


def _vanishing(job: Job) -> str:
    """Whether the gradients of the first matrix of weights are far smaller than those of the last."""
    weights = [node for node in job.trainables if len(ops.table.shape(node.value)) == 2]
    if len(weights) < 2:
        return ""
    first, last = [_mean_size(weights[place].own_gradient()) for place in (0, -1)]
    if not first < VANISHING * last:
        return ""
    return (say("the gradients of %s are %.0e times those of %s (they vanish on the way back): try --activation relu "
                "or tanh, or fewer layers") % (weights[0].name, first / last, weights[-1].name))


def _mean_size(gradient: Any) -> float:
    sizes = [abs(x) for x in lists.elements(values.as_list(gradient))]
    return lists.total(sizes) / len(sizes)
