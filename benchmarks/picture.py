"""Bars on a logarithmic scale as an SVG file, in light and dark: plain text, the standard library only."""
import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, LINE = 960, 280, 250, 22     # of the page, of the names, of the figures; the height of a bar's line

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .small { font-size: 11px; fill: #6e7781 }
  .page { fill: #ffffff }
  .grid { stroke: #d8dee4 }
  .bar { fill: #9aa7b4 }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .small { fill: #8d96a0 }
    .page { fill: #0d1117 }
    .grid { stroke: #30363d }
    .bar { fill: #6e7681 }
    .ours { fill: #4493f8 }
  }
"""


def draw(path, heading, panels):
    """panels: [(title, what the scale shows, the name of a value on it, [(name, value, text behind it, is ours)])]"""
    parts, top = ['<text class="title" x="16" y="28">%s</text>' % escape(heading)], 48
    for panel in panels:
        height, lines = _panel(top, *panel)
        parts += lines
        top += height
    with open(path, "w", encoding="utf-8") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">\n'
                   '<title>%s</title>\n<style>%s</style>\n<rect class="page" width="100%%" height="100%%"/>\n'
                   '%s\n</svg>\n'
                   % (WIDTH, top, WIDTH, top, escape(heading), STYLE, "\n".join(parts)))


def _panel(top, title, scale, shown, bars):
    """(how high the panel is, its elements)"""
    values = [value for _, value, _, _ in bars]
    low = math.floor(math.log10(min(values)) - 0.3)         # the shortest bar can be seen, too
    high = max(low + 1, math.ceil(math.log10(max(values))))

    def x(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(value) - low) / (high - low)

    lines = ['<text class="title" x="16" y="%d">%s</text>' % (top + 20, escape(title)),
             '<text class="small" x="16" y="%d">%s</text>' % (top + 38, escape(scale))]
    first, bottom = top + 50, top + 50 + LINE * len(bars)
    for power in range(low, high + 1):
        place = x(10.0 ** power)
        lines.append('<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>' % (place, first - 4, place, bottom))
        lines.append('<text class="small" x="%.1f" y="%d" text-anchor="middle">%s</text>'
                     % (place, bottom + 14, escape(shown(10.0 ** power))))
    for number, (name, value, text, is_ours) in enumerate(bars):
        y = first + LINE * number
        lines.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (LEFT - 10, y + 13, escape(name)))
        lines.append('<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>'
                     % ("ours" if is_ours else "bar", LEFT, y, x(value) - LEFT, LINE - 5))
        lines.append('<text x="%.1f" y="%d">%s</text>' % (x(value) + 8, y + 13, escape(text)))
    return bottom + 34 - top, lines
