"""The curve in characters, read back dot by dot."""
import math

import pytest
from networks import is_ascii

from pygraphnn.looking.terminal import LINES, curve_text


def dots_of(text, has_braille):
    """{column of dots: [rows of its dots, from the top]}, and the number of columns."""
    upright = "│" if has_braille else "|"
    lines = [line.split(upright, 1)[1] for line in text.splitlines() if upright in line]
    assert len(lines) == LINES
    dots = {}
    for number, line in enumerate(lines):
        for cell, character in enumerate(line):
            if has_braille:
                bits = ord(character) - 0x2800 if character != " " else 0
                offsets = [(0, 0, 1), (0, 1, 2), (0, 2, 4), (0, 3, 64), (1, 0, 8), (1, 1, 16), (1, 2, 32), (1, 3, 128)]
                for column, row, bit in offsets:
                    if bits & bit:
                        dots.setdefault(2 * cell + column, []).append(4 * number + row)
            else:
                for row in {" ": [], "'": [0], ".": [1], ":": [0, 1]}[character]:
                    dots.setdefault(cell, []).append(2 * number + row)
    return dots


@pytest.mark.parametrize("has_braille", [True, False])
@pytest.mark.parametrize("losses", [[9.0, 1.0], [3.0, 2.0, 5.0, 4.0], [6.0 + math.sin(i / 10) for i in range(500)],
                                    [100.0 / (i + 1) for i in range(200)]])
def test_the_dots_stand_where_the_losses_are(losses, has_braille):
    dots = dots_of(curve_text(losses, 70, has_braille), has_braille)
    log = max(losses) >= 10 * min(losses)
    height = LINES * (4 if has_braille else 2) - 1
    margin = max(len("%.4g" % min(losses)), len("%.4g" % max(losses))) + 2
    width = (70 - margin) * (2 if has_braille else 1)
    scaled = [math.log10(x) if log else x for x in losses]
    low, high = min(scaled), max(scaled)
    assert set(dots) == set(range(width))
    for epoch, x in enumerate(scaled):
        column = min(int(epoch * width / (len(losses) - 1)), width - 1)
        assert any(abs(row - (high - x) / (high - low) * height) <= 0.5 for row in dots[column])
    for column in range(width - 1):         # no hole between neighbours
        assert min(dots[column]) <= max(dots[column + 1]) + 1 and max(dots[column]) >= min(dots[column + 1]) - 1


def test_the_words_tell_first_last_and_smallest():
    lines = curve_text([8.0, 2.0, 3.5], 60, True).splitlines()
    assert lines[-1] == "first loss 8, last 3.5, smallest 2 in epoch 2" and len(lines) == LINES + 3
    assert lines[0].startswith("8 │") and lines[LINES - 1].startswith("2 │")
    assert lines[LINES + 1].split() == ["1", "epoch", "3"]
    assert curve_text([20.0, 2.0], 79, True).endswith("in epoch 2, logarithmic scale")


def test_a_loss_that_is_not_finite_is_a_gap():
    dots = dots_of(curve_text([5.0, 4.0, math.nan, math.inf, 3.0, 2.0], 43, True), True)
    assert set(range(80)) - set(dots) >= set(range(17, 60))
    assert curve_text([math.nan, math.inf], 60, True) == "first loss nan, last inf, 2 not finite"
    assert "2 not finite" in curve_text([5.0, 4.0, math.nan, math.inf, 3.0], 60, True)


@pytest.mark.parametrize("columns", [1, 5, 14, 20, 40, 79, 200])
@pytest.mark.parametrize("losses", [[3.0, 3.0], [1e300, 1e-300], [1.7e308, 1.0], [0.0, 0.0, 0.0], [-5.0, 5.0],
                                    [2.0] * 20000, [5.0, 1.0] * 10000])
def test_any_curve_fits_any_terminal(losses, columns):
    for has_braille in (True, False):
        text = curve_text(losses, columns, has_braille)
        assert max(map(len, text.splitlines())) <= max(columns, 20)
        assert has_braille or is_ascii(text)
