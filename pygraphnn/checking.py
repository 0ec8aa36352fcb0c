"""Whether gradients are right: each is compared with the slope that the loss shows when one number moves a little.

That slope is a central difference, (loss(x + h) − loss(x − h)) / 2h, of two steps h and h/2 put together as (4·half −
whole) / 3, which leaves an error of the order of h⁴ (L. F. Richardson, 1911). It knows nothing of derivatives.
"""
from . import values
from .claims import Claim
from .graph import BackwardPass, Node, Placeholder, loss_of, losses_of, require_placeholders, trainables
from .kinds import Any, List, Optional, Sequence, Tuple
from .rng import SplitMix64
from .training import total_of

STEPS = (1e-3, 1e-4, 1e-5, 1e-6)        # h, for numbers up to 1; for larger ones, so many times their size
SMALLEST = 1e-8                         # of a gradient beside the largest one: what is below is compared with this


class GradientCheck:
    """What `check_gradients` has found. `is_right`: whether all gradients are. As text, a table.

    rows: for each placeholder (its name, how many numbers were compared and how many there are, the place of the worst
    one, its gradient, the slope there, their relative difference, the verdict: "right", "kink", "whole" or "WRONG").
    """

    def __init__(self, rows: List[Tuple[Any, ...]]) -> None:
        self.rows = rows
        self.is_right = all([row[-1] != "WRONG" for row in rows])

    def __repr__(self) -> str:
        table = [("placeholder", "compared", "worst at", "gradient", "slope", "difference", "verdict")]
        for name, compared, total, place, gradient, slope, difference, verdict in self.rows:
            table.append((name, "%d of %d" % (compared, total), place, "%.9g" % gradient, "%.9g" % slope,
                          "%.1e" % difference, verdict))
        widths = [max([len(row[column]) for row in table]) for column in range(len(table[0]))]
        return "\n".join(["  ".join([cell + " " * (width - len(cell)) for cell, width in zip(row, widths)]).rstrip()
                          for row in table])


def check_gradients(graph: Sequence[Node], placeholders: Optional[Sequence[Placeholder]] = None, *,
                    tolerance: float = 1e-6, most: int = 100, seed: int = 0) -> GradientCheck:
    """Compares the gradients of placeholders with slopes of the loss, and leaves every node as it was.

    graph: sorted, ending in the loss, every placeholder fed. placeholders: those to check; without, those that are
    trainable and, if none is, all. tolerance: the largest relative difference that counts as right. most: how many
    numbers of each placeholder are compared; of more, so many are drawn by the seed.

    Where a function has a kink, as a ReLU at 0, there is no derivative: the slopes to the left and to the right differ,
    and a gradient between the two gets the verdict "kink". Where only whole numbers make sense, as the row numbers of
    an Embedding do, there is no slope, and the verdict is "whole". ValueError: there is nothing to check, a placeholder
    is not fed, or the loss changes from run to run. TypeError: something is no placeholder.
    """
    loss_of(graph)
    most = values.whole_number(most, "most", 1)
    chosen = list(placeholders) if placeholders is not None else trainables(list(graph)) or [
        node for node in graph if isinstance(node, Placeholder)]
    require_placeholders(chosen)
    for node in chosen:
        if node not in graph:
            raise ValueError("the graph does not depend on %s: there is no gradient to check" % node.name)
    if not chosen:
        raise ValueError("the graph has no placeholders: there is no gradient to check")
    with Claim(graph) as claim, claim:
        before = [(node, node.value, node.gradients, node.random_state) for node in graph]
        try:
            return GradientCheck(_rows(list(graph), chosen, tolerance, most, SplitMix64(seed)))
        finally:
            for node, value, gradients, state in before:
                node.put_back(value)
                node.gradients = gradients
                if state is not None:
                    node.random_state = state


def _rows(graph: List[Node], chosen: List[Placeholder], tolerance: float, most: int, rng: SplitMix64) -> List[Any]:
    losses = losses_of(graph)
    states = [(node, node.random_state) for node in graph if node.random_state is not None]

    def loss() -> float:
        for node, state in states:              # so that each run draws the same
            node.random_state = state
        for node in graph:
            node.forward()
        return total_of(losses)

    at_rest = loss()
    if loss() != at_rest:
        raise ValueError("the loss of the same numbers changes from run to run, so it has no slope: does a node draw "
                         "random numbers?")
    BackwardPass(graph).run()
    gradients = {node: values.as_list(node.own_gradient()) for node in chosen}
    largest = max([abs(x) for node in chosen for x in _numbers(gradients[node])] + [0.0])
    rows = []
    for node in chosen:
        whole = values.as_list(node.value)
        n = len(_numbers(whole))
        places = list(range(n)) if n <= most else sorted({rng.below(n) for _ in range(most)})
        worst: Any = None
        for place in places:
            gradient = _numbers(gradients[node])[place]
            slope, verdict = _slope(node, whole, place, gradient, loss, at_rest, tolerance, SMALLEST * largest)
            difference = abs(gradient - slope) / max(abs(gradient), abs(slope), SMALLEST * largest, 1e-300)
            found = (verdict == "WRONG", verdict == "right", difference)
            if worst is None or found[0] > worst[0][0] or found[0] == worst[0][0] and difference > worst[0][2]:
                worst = (found, (node.name, len(places), n, _in_words(whole, place), gradient, slope, difference,
                                 verdict))
        node.value = whole
        rows.append(worst[1])
    return rows


def _slope(node: Placeholder, whole: Any, place: int, gradient: float, loss: Any, at_rest: float, tolerance: float,
           smallest: float) -> Tuple[float, str]:
    """(the slope of the loss when this number moves, the verdict on the gradient)"""
    x = _numbers(whole)[place]
    if gradient == 0.0 and x == int(x):
        try:
            node.value = _with(whole, place, x + 0.5)
            loss()
        except ValueError:
            return 0.0, "whole"

    def loss_at(moved: float) -> float:
        node.value = _with(whole, place, moved)
        return float(loss())

    def is_close(slope: float) -> bool:
        return abs(gradient - slope) <= tolerance * max(abs(gradient), abs(slope), smallest)

    best: Any = None
    for step in STEPS:
        h = step * max(1.0, abs(x))
        whole_step = (loss_at(x + h) - loss_at(x - h)) / ((x + h) - (x - h))
        half_step = (loss_at(x + h / 2) - loss_at(x - h / 2)) / ((x + h / 2) - (x - h / 2))
        slope = (4.0 * half_step - whole_step) / 3.0
        if is_close(slope):
            return slope, "right"
        if best is None or abs(gradient - slope) < abs(gradient - best):
            best = slope
    left, right = (at_rest - loss_at(x - h)) / (x - (x - h)), (loss_at(x + h) - at_rest) / ((x + h) - x)
    room = 1e-3 * max(abs(left), abs(right))
    if abs(right - left) > room and min(left, right) - room <= gradient <= max(left, right) + room:
        return best, "kink"
    return best, "WRONG"


def _numbers(value: Any) -> List[float]:
    """All numbers of a value, row after row."""
    if isinstance(value, float):
        return [value]
    return [x for row in value for x in row] if value and isinstance(value[0], list) else list(value)


def _with(value: Any, place: int, x: float) -> Any:
    """A copy of a value with another number in a place."""
    if isinstance(value, float):
        return x
    if not isinstance(value[0], list):
        return value[:place] + [x] + value[place + 1:]
    row, column = divmod(place, len(value[0]))
    return value[:row] + [value[row][:column] + [x] + value[row][column + 1:]] + value[row + 1:]


def _in_words(value: Any, place: int) -> str:
    if isinstance(value, float):
        return "-"
    return "[%d]" % place if not isinstance(value[0], list) else "[%d][%d]" % divmod(place, len(value[0]))
