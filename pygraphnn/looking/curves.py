"""What every drawing of a loss curve needs: the points of a long one that stand for it, and the curve in words.

`terminal.py` draws it in characters, `pictures.py` as SVG, and the report's page in the browser.
"""
import math

from .. import values
from ..kinds import Any, List, Tuple
from .wording import number_text

LARGEST = 1e300         # what is drawn; beyond, differences overflow
MOST_POINTS = 1000      # of a curve that are drawn one by one
BUCKETS = 300           # stretches into which a longer curve is divided


def losses_in(curve: Any) -> List[float]:
    """A list of losses as floats, of which some may be NaN. ValueError: it is no list of numbers."""
    curve = values.as_list(curve)
    if not values.is_sequence(curve):
        raise ValueError("losses is %s: it must be a list of numbers, one for each epoch" % values.shown(curve))
    return [x if isinstance(x, float) else values.number(x, "the loss of epoch %d" % epoch)
            for epoch, x in enumerate(curve, 1)]


def drawable(x: float) -> bool:
    return abs(x) <= LARGEST         # False for NaN too


def sampled(points: List[Any]) -> List[Any]:
    """Of a long curve, a list of (epoch, loss), the lowest and highest of each stretch, and a gap if there is one."""
    if len(points) <= MOST_POINTS:
        return list(points)
    chosen = []
    for bucket in range(BUCKETS):
        stretch = points[bucket * len(points) // BUCKETS:(bucket + 1) * len(points) // BUCKETS]
        finite = [point for point in stretch if drawable(point[1])]
        gaps = [point for point in stretch if not drawable(point[1])]
        ends = {points[0], points[-1]} & set(stretch)
        extremes = {min(finite, key=_loss), max(finite, key=_loss)} if finite else set()
        chosen += sorted(extremes | set(gaps[:1]) | ends, key=lambda point: point[0])
    return chosen


def stretch_of(n: int) -> int:
    """How many of n epochs one stretch has."""
    return math.ceil(n / BUCKETS)


def in_words(losses: List[float]) -> str:
    """The first loss, the last, and the smallest with its epoch; and how many are not finite."""
    words = "first loss %s, last %s" % (number_text(losses[0]), number_text(losses[-1]))
    finite = [(epoch, loss) for epoch, loss in enumerate(losses, 1) if drawable(loss)]
    if finite:
        epoch, smallest = min(finite, key=_loss)
        words += ", smallest {} in epoch {:,}".format(number_text(smallest), epoch)
    if len(finite) < len(losses):
        words += ", {:,} not finite".format(len(losses) - len(finite))
    return words


def _loss(point: Tuple[int, float]) -> float:
    return point[1]
