"""Data sets that are computed: points in the plane, of two classes that no straight line divides.

Only sums, products and quotients are used, so the numbers have the same bits on every machine: cosines and sines are
series, and noise is the sum of twelve uniform numbers less 6, which is nearly normal, with deviation 1.
"""
from . import values
from .dataset import Dataset
from .kinds import Callable, List, Tuple
from .rng import SplitMix64

QUARTER = 1.5707963267948966            # π/2
NAMES = ["x", "y"]


def make_moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two half moons that reach into each other: the upper half of the circle around (0, 0), class 0, and the lower
    half of that around (1, 0.5), class 1.

    n: how many points, the first half of class 0, the rest of class 1. noise: the deviation of what is added to each
    coordinate. Returns a Dataset. ValueError: n is below 2, or the noise is negative.
    """
    def point(label: int, share: float, rng: SplitMix64) -> Tuple[float, float]:
        cos, sin = on_the_circle(0.5 * share)
        return (1.0 - cos, 0.5 - sin) if label else (cos, sin)
    return _made("moons", n, noise, seed, point)


def make_circles(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """A circle of radius 1, class 0, around one of radius 1/2, class 1. The rest as of `make_moons`."""
    def point(label: int, share: float, rng: SplitMix64) -> Tuple[float, float]:
        cos, sin = on_the_circle(share)
        return (0.5 * cos, 0.5 * sin) if label else (cos, sin)
    return _made("circles", n, noise, seed, point)


def make_spirals(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two spirals of one and a half turns, from near the centre to radius 1, each opposite the other, with a tenth of
    the noise. Arguments, result, errors as of `make_moons`."""
    def point(label: int, share: float, rng: SplitMix64) -> Tuple[float, float]:
        radius = 0.1 + 0.9 * share
        cos, sin = on_the_circle(1.5 * share + 0.5 * label)
        return radius * cos, radius * sin
    return _made("spirals", n, noise, seed, point, 0.1)


def make_xor(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Points drawn from a square around (0, 0) with sides of 2: class 1 where x and y have two signs. The noise comes
    after that. Arguments, result, errors as of `make_moons`."""
    def point(label: int, share: float, rng: SplitMix64) -> Tuple[float, float]:
        x, y = rng.uniform(), rng.uniform()
        side = 1.0 if rng.uniform() < 0.5 else -1.0
        return side * x, (-side if label else side) * y
    return _made("xor", n, noise, seed, point)


def _made(name: str, n: int, noise: float, seed: int, point: Callable[[int, float, SplitMix64], Tuple[float, float]],
          scale: float = 1.0) -> Dataset:
    """The Dataset. point: gives the place of a point of a class, by the share of the class that comes before it."""
    n = values.whole_number(n, "n", 2)
    noise = values.finite_number(noise, "the noise")
    if noise < 0.0:
        raise ValueError("the noise is %r: it must not be negative" % noise)
    rng = SplitMix64(seed)
    rows: List[List[float]] = []
    target: List[float] = []
    for label, count in ((0, n - n // 2), (1, n // 2)):
        for number in range(count):
            x, y = point(label, number / max(1, count - (name != "circles")), rng)
            rows.append([x + scale * noise * _nearly_normal(rng), y + scale * noise * _nearly_normal(rng)])
            target.append(float(label))
    description = "Computed: make_%s(%d, noise=%r, seed=%d)." % (name, n, noise, seed)
    return Dataset(name, rows, target, NAMES, "class", description, ["0", "1"])


def _nearly_normal(rng: SplitMix64) -> float:
    s = 0.0
    for _ in range(12):
        s += rng.uniform()
    return s - 6.0


def on_the_circle(turns: float) -> Tuple[float, float]:
    """(cos, sin) of so many whole turns, by Taylor's series around the nearest quarter."""
    quarters = int(4.0 * turns + 0.5)
    x = (4.0 * turns - quarters) * QUARTER          # between −π/4 and π/4
    cos, sin, term = 1.0, 0.0, 1.0
    for k in range(1, 19):
        term = term * x / k
        if k % 2:
            sin += term if k % 4 == 1 else -term
        else:
            cos += term if k % 4 == 0 else -term
    return [(cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos)][quarters % 4]
