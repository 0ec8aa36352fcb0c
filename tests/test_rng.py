"""SplitMix64 against its published values, and the numbers made from it against their distributions."""
import math

import pytest

import pygraphnn as pg


def test_the_stream_is_the_published_one():
    """The first outputs for the seed 1234567, as the algorithm's reference implementation gives them."""
    rng = pg.SplitMix64(1234567)
    assert [rng.next() for _ in range(5)] == [6457827717110365317, 3203168211198807973, 9817491932198370423,
                                              4593380528125082431, 16408922859458223821]


def test_numbers_are_made_from_the_high_bits():
    z = 6457827717110365317
    assert pg.SplitMix64(1234567).below(506) == ((z >> 32) * 506) >> 32
    assert pg.SplitMix64(1234567).uniform() == (z >> 11) * 2.0 ** -53


def test_seeds_wrap_at_64_bits():
    assert pg.SplitMix64(-1).next() == pg.SplitMix64(2 ** 64 - 1).next()
    assert pg.SplitMix64(-1).state == 2 ** 64 - 1


@pytest.mark.parametrize("seed", [0.5, "0", None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="the seed is"):
        pg.SplitMix64(seed)


def test_row_numbers_are_even():
    rng = pg.SplitMix64(0)
    counts = [0] * 10
    for _ in range(100_000):
        counts[rng.below(10)] += 1
    chi_square = math.fsum((count - 10_000) ** 2 / 10_000 for count in counts)
    assert chi_square < 27.9, "9 degrees of freedom: exceeded once in a thousand"


def test_normal_numbers_follow_the_normal_distribution():
    """Kolmogorov and Smirnov's test: the largest gap between the drawn share below x and Φ(x)."""
    rng = pg.SplitMix64(7)
    n = 50_000
    numbers = sorted(rng.normal() for _ in range(n))
    gap = max(max(abs((i + 1) / n - phi), abs(i / n - phi))
              for i, phi in enumerate(0.5 * (1 + math.erf(x / math.sqrt(2))) for x in numbers))
    assert gap < 1.95 / math.sqrt(n), "exceeded once in a thousand"
    assert math.fsum(x ** 4 for x in numbers) / n == pytest.approx(3.0, abs=0.2)
    assert -5 < numbers[0] < -3.5 and 3.5 < numbers[-1] < 5


def test_randn_is_drawn_row_by_row():
    rng = pg.SplitMix64(5)
    assert pg.randn(2, 3, seed=5) == [[rng.normal() for _ in range(3)] for _ in range(2)]


def test_zeros():
    assert pg.zeros(3) == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("call", [lambda: pg.randn(0, 1, 0), lambda: pg.randn(1, -1, 0), lambda: pg.randn(1, 1.5, 0),
                                  lambda: pg.zeros(0), lambda: pg.zeros("3")])
def test_sizes_are_whole_numbers_from_one(call):
    with pytest.raises(ValueError, match="it must be"):
        call()


def test_uniform_numbers_that_single_precision_has_rounded_to_1_are_drawn_again():
    """As on boards with single floats, about once in 2²⁵ numbers: both numbers of the pair are spent."""
    class Rounding(pg.SplitMix64):
        drawn = 0

        def uniform(self):
            self.drawn += 1
            return 1.0 if self.drawn == 1 else pg.SplitMix64.uniform(self)

    rounding, plain = Rounding(7), pg.SplitMix64(7)
    plain.skip(1)           # the number that the other one did not take from the stream
    assert rounding.normal() == plain.normal() and rounding.drawn >= 4
