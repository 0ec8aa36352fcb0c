"""A progress bar in tqdm's format, for training loops: `for epoch in Bar(range(epochs)): …`.

It is drawn on stderr over itself, at most ten times a second, and is taken away if the loop does not come to its end.
"""
import os
import sys
import time

from .kinds import Any, Optional

SECONDS_BETWEEN_REDRAWS = 0.1
EIGHTHS = " ▏▎▍▌▋▊▉█"
clock = getattr(time, "monotonic", time.time)       # MicroPython has only time.time


class Bar:
    """Goes through an iterable and shows how far it is: ` 12%|█▏        | 600/5000 [00:05<00:40, 109.20it/s]`."""

    def __init__(self, iterable: Any) -> None:
        self.items = iter(iterable)
        self.total = _length(iterable)
        self.done = 0
        self.start = clock()
        self.last_drawn: Optional[float] = None
        self.is_finished = False
        self.drawn_width = 0

    def __iter__(self) -> "Bar":
        return self

    def __next__(self) -> Any:
        try:
            item = next(self.items)
        except StopIteration:
            self._finish()
            raise
        if self.last_drawn is None or clock() - self.last_drawn >= SECONDS_BETWEEN_REDRAWS:
            self.draw()
        self.done += 1
        return item

    def draw(self) -> None:
        """Draws the bar over the old one."""
        line = text(self.done, self.total, clock() - self.start, _columns(), _can_show_blocks())
        padding = " " * (self.drawn_width - len(line))
        self.drawn_width = len(line) + len(padding)
        _write("\r" + line + padding + "\r")       # back at the start: a ^C that the terminal shows lands on the bar
        self.last_drawn = clock()

    def clear(self) -> None:
        """Takes the bar off the screen, so that something else can be printed; the next redraw brings it back."""
        if self.drawn_width:
            _write("\r" + " " * self.drawn_width + "\r")
            self.drawn_width = 0

    def close(self) -> None:
        """Nothing is left behind of a bar that did not reach its end."""
        if not self.is_finished:
            self.clear()

    def _finish(self) -> None:
        if not self.is_finished:
            self.is_finished = True
            self.draw()
            _write("\n")


def text(done: int, total: Optional[int], seconds: float, columns: int, blocks: bool) -> str:
    """The bar as text, at most `columns` wide; total is None where it is not known."""
    rate = done / seconds if seconds > 0 and done else None
    if rate is None:
        speed = "?it/s"
    else:
        speed = "%.2fit/s" % rate if rate >= 1 else "%.2fs/it" % (1 / rate)
    if total is None:
        return ("%dit [%s, %s]" % (done, _minutes(seconds), speed))[:columns]
    remaining = _minutes((total - done) / rate) if rate else "?"
    left = "%3d%%|" % (100 * done // total if total else 100)
    right = "| %d/%d [%s<%s, %s]" % (done, total, _minutes(seconds), remaining, speed)
    width = max(0, columns - len(left) - len(right))
    return (left + _blocks(done / total if total else 1.0, width, blocks) + right)[:columns]


def _blocks(share: float, width: int, blocks: bool) -> str:
    if not blocks:
        return ("#" * int(share * width)) + " " * (width - int(share * width))
    eighths = int(share * width * 8)
    full, rest = eighths // 8, eighths % 8
    return ("█" * full + (EIGHTHS[rest] if full < width else "") + " " * width)[:width]


def _minutes(seconds: float) -> str:
    """05:09, or 1:05:09."""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return ("%d:%02d:%02d" % (hours, minutes, whole % 60)) if hours else "%02d:%02d" % (minutes, whole % 60)


def _length(iterable: Any) -> Optional[int]:
    try:
        return len(iterable)
    except (TypeError, OverflowError):                  # it has none, or one too large for len()
        return None


def _columns() -> int:
    try:
        return (os.get_terminal_size(sys.stderr.fileno()).columns or 80) - 1
    except (OSError, ValueError, AttributeError):       # not a terminal, or no such function
        return 79


def _can_show_blocks() -> bool:
    try:
        EIGHTHS.encode(getattr(sys.stderr, "encoding", None) or "ascii")
        return True
    except (UnicodeError, LookupError):
        return False


def _write(string: str) -> None:
    if sys.stderr is None:                              # closed by whoever started the program
        return
    sys.stderr.write(string)
    if hasattr(sys.stderr, "flush"):
        sys.stderr.flush()
