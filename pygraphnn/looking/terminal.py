"""The loss curve in plain characters: what the command line shows after a training, where somebody is looking.

A Braille character has two by four dots, so a few lines are enough; where the terminal has none, ASCII does it with
one by two. The words below it come from `curves.py`, the same curve as a picture from `pictures.py`.
"""
import math
import shutil
import textwrap

from ..kinds import Any, List
from .curves import drawable, in_words
from .wording import number_text

LINES = 8
NARROWEST = 10          # characters of curve, below which there are only words
BRAILLE = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))      # the bits of the dots, column by column, downwards
ASCII = " '.:"          # nothing, upper dot, lower dot, both


def loss_curve(losses: List[float], stream: Any) -> str:
    """The curve of at least two losses as lines for a terminal, as wide as it is, in characters that it can show."""
    try:
        "⣿│└─".encode(getattr(stream, "encoding", None) or "ascii")
        has_braille = True
    except (UnicodeError, LookupError):
        has_braille = False
    return curve_text(losses, shutil.get_terminal_size().columns - 1, has_braille)


def curve_text(losses: List[float], columns: int, has_braille: bool) -> str:
    """The curve, its scale at the left, the epochs below, and then its first, last and smallest loss in words.

    A loss that falls to a tenth or less is drawn on a logarithmic scale. What is not finite is a gap.
    """
    finite = [x for x in losses if drawable(x)]
    words = in_words(losses)
    labels = [number_text(max(finite)), number_text(min(finite))] if finite else []
    margin = max(map(len, labels)) + 2 if finite else 0
    cells = columns - margin
    if not finite or cells < NARROWEST:
        return "\n".join(textwrap.wrap(words, max(columns, 20)))
    is_logarithmic = min(finite) > 0 and max(finite) >= 10 * min(finite)
    if is_logarithmic:
        words += ", logarithmic scale"
    dots = _dots(losses, cells * (2 if has_braille else 1), LINES * (4 if has_braille else 2),
                 math.log10 if is_logarithmic else float)
    drawn = _characters(dots, cells, has_braille)
    upright, corner, flat = "│└─" if has_braille else "|+-"
    starts = [labels[0]] + [""] * (LINES - 2) + [labels[1]]
    lines = [("%s %s%s" % (start.rjust(margin - 2), upright, line)).rstrip() for start, line in zip(starts, drawn)]
    lines.append(" " * (margin - 1) + corner + flat * cells)
    last = "{:,}".format(len(losses))
    lines.append(" " * margin + "1" + "epoch".center(cells - 1 - len(last)) + last)
    return "\n".join(lines + textwrap.wrap(words, columns))


def _dots(losses: List[float], width: int, height: int, scale: Any) -> List[Any]:
    """For each column of dots (lowest, highest), rows counted from the top; None where the curve has a gap."""
    scaled = [scale(x) if drawable(x) else math.nan for x in losses]
    finite = [x for x in scaled if x == x]
    low, high = min(finite), max(finite)
    dots = []
    for column in range(width):
        start, end = [(len(losses) - 1) * side / width for side in (column, column + 1)]
        met = [_between(scaled, start), _between(scaled, end)] + scaled[math.ceil(start):math.floor(end) + 1]
        rows = [round((high - x) / (high - low) * (height - 1)) if high > low else height // 2 for x in met if x == x]
        dots.append((min(rows), max(rows)) if rows else None)
    return dots


def _between(numbers: List[float], place: float) -> float:
    """The number at a place between two indices, on the straight line from one to the other."""
    before = min(int(place), len(numbers) - 2)
    return numbers[before] + (numbers[before + 1] - numbers[before]) * (place - before)


def _characters(dots: List[Any], cells: int, has_braille: bool) -> List[str]:
    across, down = (2, 4) if has_braille else (1, 2)
    lines = []
    for line in range(LINES):
        text = ""
        for cell in range(cells):
            bits = 0
            for side, rows in enumerate(dots[cell * across:(cell + 1) * across]):
                for dot in range(down):
                    if rows and rows[0] <= line * down + dot <= rows[1]:
                        bits |= BRAILLE[side][dot] if has_braille else 1 << dot
            text += chr(0x2800 + bits) if has_braille and bits else " " if has_braille else ASCII[bits]
        lines.append(text)
    return lines
