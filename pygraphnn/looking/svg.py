"""SVG as text: elements, colours for light and dark, and axes with round numbers.

What is drawn with these stands in `pictures.py`.
"""
import math

from ..files import require_writable, write_whole
from ..kinds import Any, List, Tuple
from .wording import escaped

# Colours of M. Okabe and K. Ito, which people tell apart who see red and green alike. Nothing is told by colour alone.
STYLE = """
.pygraphnn { font-family: system-ui, "DejaVu Sans", sans-serif; font-size: 13px; }
.pygraphnn text { fill: #222; }
.pygraphnn .small { font-size: 11px; fill: #555; }
.pygraphnn .title { font-size: 15px; font-weight: bold; }
.pygraphnn .paper { fill: #fff; }
.pygraphnn .grid { stroke: #ddd; fill: none; }
.pygraphnn .axis { stroke: #555; fill: none; }
.pygraphnn .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.pygraphnn .c0 { stroke: #0072b2; } .pygraphnn .c1 { stroke: #d55e00; stroke-dasharray: 7 4; }
.pygraphnn .c2 { stroke: #009e73; stroke-dasharray: 2 3; }
.pygraphnn .c3 { stroke: #a5467e; stroke-dasharray: 9 3 2 3; }
.pygraphnn .edge { stroke: #777; fill: none; stroke-width: 1.3; }
.pygraphnn .box { stroke: #333; stroke-width: 1.5; fill: #f2f2f2; }
.pygraphnn .placeholder { fill: #dcecf7; } .pygraphnn .trained { fill: #fdebd0; } .pygraphnn .loss { fill: #d5f0e4; }
.pygraphnn .inner { fill: none; }
.pygraphnn .point { fill: #d55e00; stroke: #fff; stroke-width: .7; }
@media (prefers-color-scheme: dark) {
.pygraphnn text { fill: #eee; }
.pygraphnn .small { fill: #bbb; }
.pygraphnn .paper { fill: #16181c; }
.pygraphnn .grid { stroke: #3a3d44; }
.pygraphnn .axis { stroke: #aaa; }
.pygraphnn .c0 { stroke: #56b4e9; } .pygraphnn .c1 { stroke: #e69f00; }
.pygraphnn .c2 { stroke: #2fd0a0; } .pygraphnn .c3 { stroke: #e79cc6; }
.pygraphnn .edge { stroke: #999; }
.pygraphnn .box { stroke: #ddd; fill: #2b2e35; }
.pygraphnn .placeholder { fill: #143a54; } .pygraphnn .trained { fill: #5a3d10; } .pygraphnn .loss { fill: #0d4a38; }
.pygraphnn .inner { fill: none; }
.pygraphnn .point { fill: #ff9a4d; stroke: #16181c; }
}
"""
CHINESE = "zh, zh-CN, zh-HK, zh-SG, zh-TW"      # Chromium does not take zh for all of these


class Picture(str):
    """An SVG picture: its text, which a notebook shows as the picture."""

    def _repr_svg_(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """The picture as an image: a notebook that was saved, and is opened by somebody else, shows no other SVG."""
        from base64 import b64encode
        title = self[self.index("<title>") + len("<title>"):self.index("</title>")]         # escaped already
        return '<img src="data:image/svg+xml;base64,%s" alt="%s">' % (b64encode(self.encode("utf-8")).decode(), title)

    def __repr__(self) -> str:
        return "<Picture: {:,} characters of SVG>".format(len(self))


def finished(picture: Picture, path: Any) -> Any:
    """Without a path the picture; with one, it is written there."""
    if path is None:
        return picture
    write_whole(path, picture)
    return None


def check_path(path: Any) -> None:
    """ValueError: the name has another ending. OSError: nothing can be written there."""
    if path is not None:
        require_writable(path, ".svg")


class Drawing:
    """Collects the elements of a picture. Whatever text comes in goes out as text, never as an element."""

    def __init__(self, title: str, description: str) -> None:
        self.head = "<title>%s</title><desc>%s</desc>" % (escaped(title), escaped(description))
        self.elements: List[str] = []

    def add(self, tag: str, css: str = "", text: str = "", tooltip: str = "", **attributes: Any) -> None:
        """An element, with its class, its text, what a pointer over it shows, and its numbers."""
        written = "".join(' %s="%s"' % (name.replace("_", "-"), coordinate(value))
                          for name, value in attributes.items())
        inside = ("<title>%s</title>" % escaped(tooltip) if tooltip else "") + escaped(text)
        self.elements.append('<%s%s%s%s' % (tag, ' class="%s"' % css if css else "", written,
                                            ">%s</%s>" % (inside, tag) if inside else "/>"))

    def text(self, x: float, y: float, text: str, anchor: str = "start", css: str = "", **attributes: Any) -> None:
        self.add("text", css, text, x=x, y=y, text_anchor=anchor, **attributes)

    def words(self, x: float, y: float, text: str, chinese: str, anchor: str = "start", css: str = "",
              **attributes: Any) -> None:
        """A text in the reader's language: a viewer shows the first of the two that is in one of its languages."""
        self.elements.append("<switch>")
        self.text(x, y, chinese, anchor, css, systemLanguage=CHINESE, **attributes)
        self.text(x, y, text, anchor, css, **attributes)
        self.elements.append("</switch>")

    def picture(self, width: float, height: float, fits_page: bool) -> Picture:
        """fits_page: on a page narrower than the picture it shrinks; otherwise the page scrolls."""
        return Picture('<svg xmlns="http://www.w3.org/2000/svg" class="pygraphnn" role="img" viewBox="0 0 %s %s" '
                       'width="%s" height="%s"%s>%s<style>%s</style><rect class="paper" width="100%%" '
                       'height="100%%"/>\n%s\n</svg>\n'
                       % (coordinate(width), coordinate(height), coordinate(width), coordinate(height),
                          ' style="max-width:100%;height:auto"' if fits_page else "", self.head, STYLE,
                          "\n".join(self.elements)))


def coordinate(x: Any) -> str:
    """A number of pixels to a hundredth; other attributes as text."""
    return escaped(x) if isinstance(x, str) else ("%.2f" % (x + 0.0)).rstrip("0").rstrip(".")


# Axes


class Axis:
    """Maps the numbers from low to high to the places from start to end, with round numbers as ticks."""

    def __init__(self, low: float, high: float, start: float, end: float, most_ticks: int, log: bool = False,
                 whole: bool = False) -> None:
        self.log = log
        self.start, self.end = start, end
        if log:
            self.low, self.high, self.ticks = _powers_of_ten(low, high)
            return
        if high - low <= 1e-12 * max(abs(low), abs(high)):      # one number: it gets some room around it
            room = abs(low) / 2 or 1.0
            low, high = low - room, high + room
        if high - low < 1e-300:         # smaller powers of ten are not exact, or 0
            high = low + 1e-300
        self.step = _round_step((high - low) / most_ticks, whole)
        first, last = math.ceil(low / self.step - 1e-9), math.floor(high / self.step + 1e-9)
        self.low, self.high = low, high
        self.ticks = [number * self.step for number in range(first, last + 1)]

    def widened(self) -> "Axis":
        """Ends at ticks: below the lowest number and above the highest."""
        self.low = math.floor(self.low / self.step + 1e-9) * self.step
        self.high = math.ceil(self.high / self.step - 1e-9) * self.step
        self.ticks = [self.low + number * self.step for number in range(int((self.high - self.low) / self.step + 1.5))]
        return self

    def at(self, x: float) -> float:
        low, high, x = (math.log10(n) for n in (self.low, self.high, x)) if self.log else (self.low, self.high, x)
        return self.start + (x - low) / (high - low) * (self.end - self.start)

    def label(self, tick: float) -> str:
        return "%g" % tick if self.log else tick_text(tick, self.step)


def _round_step(at_least: float, whole: bool = False) -> float:
    """1, 2 or 5 times a power of ten; not below 1 for whole numbers."""
    if whole and at_least < 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(at_least))
    for factor in (1, 2, 5):
        if factor * power >= at_least * (1 - 1e-9):
            return factor * power
    return 10 * power


def _powers_of_ten(low: float, high: float) -> Tuple[Any, ...]:
    """(low, high, ticks) for a logarithmic axis: powers of ten, and over a short range 2 and 5 times these too."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    round_numbers = [float("%de%d" % (factor, power)) for power in range(first, last + 1) for factor in (1, 2, 5)]
    low = max([number for number in round_numbers if number <= low] or [low])
    high = min(number for number in round_numbers if number >= high and number > low)
    within = [number for number in round_numbers if low <= number <= high]
    if len(within) > 9:
        powers = [number for number in within if number in round_numbers[::3]]
        within = powers[::1 + len(powers) // 9]
    return low, high, within


def tick_text(x: float, step: float) -> str:
    """A tick with as many digits as its distance to the next one needs."""
    x = round(x / step) * step + 0.0        # a multiple of the step, and no -0
    exponent = math.floor(math.log10(step) + 1e-9)
    if exponent >= -5 and abs(x) < 1e7:
        return "{:,.{}f}".format(x, max(0, -exponent))
    digits = max(1, math.floor(math.log10(abs(x)) + 1e-9) - exponent + 1) if x else 1
    return "%.*g" % (digits, x)


def range_of(numbers: List[float]) -> Tuple[float, float]:
    return min(numbers), max(numbers)
