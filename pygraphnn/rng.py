"""Random numbers that are the same in every Python, in MicroPython and in C, and the starting values made from them.

SplitMix64 adds a constant to a 64-bit state and mixes the bits: G. L. Steele, D. Lea and C. H. Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014. Only +, −, ×, ÷ and comparisons make a number out of the bits, so one seed
gives one stream everywhere.
"""
from math import log

from . import values
from .kinds import Matrix, Vector

_64_BITS = (1 << 64) - 1


class SplitMix64:
    """A stream of random numbers; the same seed, a whole number, gives the same stream."""

    def __init__(self, seed: int) -> None:
        self.state = values.whole_number(seed, "the seed") & _64_BITS

    def next(self) -> int:
        """The next 64 random bits, as a whole number."""
        self.skip(1)
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _64_BITS
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _64_BITS
        return z ^ (z >> 31)

    def skip(self, n: int) -> None:
        """Goes on as if n numbers had been drawn."""
        self.state = (self.state + n * 0x9E3779B97F4A7C15) & _64_BITS

    def below(self, n: int) -> int:
        """A whole number from 0 to n − 1, for n up to 2³²."""
        return ((self.next() >> 32) * n) >> 32

    def uniform(self) -> float:
        """A number from 0 up to, but not including, 1: a multiple of 2⁻⁵³. With floats of single precision, which round
        it, it may be 1."""
        return (self.next() >> 11) * 2.0 ** -53

    def normal(self) -> float:
        """A number from the normal distribution with mean 0 and variance 1.

        The ratio of two uniform numbers, kept or drawn again: A. J. Kinderman and J. F. Monahan, "Computer generation
        of random variables using the ratio of uniform deviates", ACM TOMS 3, 1977. The logarithm decides only whether a
        number is kept: where C libraries differ in its last place, that changes a decision about once in 10¹⁵ numbers.
        """
        while True:
            u, v = 1.0 - self.uniform(), self.uniform() - 0.5
            if u > 0.0:                                         # which is 0 where `uniform` was rounded to 1
                x = 1.7155277699214135 * v / u                  # √(8/e) times the ratio
                if x * x <= -4.0 * log(u):
                    return x


def randn(rows: int, columns: int, seed: int) -> Matrix:
    """Starting weights: a matrix of normal random numbers, drawn row by row. ValueError: a size below 1."""
    rng = SplitMix64(seed)
    columns = values.whole_number(columns, "columns", 1)
    return [[rng.normal() for _ in range(columns)] for _ in range(values.whole_number(rows, "rows", 1))]


def zeros(n: int) -> Vector:
    """Starting biases: a vector of n zeros. ValueError: n below 1."""
    return [0.0] * values.whole_number(n, "n", 1)
