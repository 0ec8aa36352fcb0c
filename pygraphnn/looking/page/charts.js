// Flat pictures: axes with ticks, lines and points, in SVG.

// Round numbers from low to high, about as many as wanted.
function ticksBetween(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) || rough;
  const ticks = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step && ticks.length < 50; n++)
    ticks.push(n * step);
  return ticks;
}

function powersBetween(low, high) {
  const ticks = [];
  for (let n = Math.ceil(Math.log10(low)); n <= Math.log10(high); n++) ticks.push(10 ** n);
  if (ticks.length < 2) return [low, Math.sqrt(low) * Math.sqrt(high), high]; // low * high may be 0 or ∞
  const every = Math.ceil(ticks.length / 8);
  return ticks.filter((tick, n) => n % every === 0);
}

const LARGEST = 1e300; // what is drawn, as in curves.py; beyond, differences overflow

function isDrawable(x) {
  return Math.abs(x) <= LARGEST; // false for NaN too
}

// [low, high] of the drawable numbers; something to draw where there are none, or all are one.
function rangeOf(numbers) {
  let low = Infinity;
  let high = -Infinity;
  for (const x of numbers) {
    if (!isDrawable(x)) continue;
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  if (low > high) return [0, 1];
  if (low === high) return [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  return [low, high];
}

// A tick with as many digits, of three at least, as tell it from the others.
function tickText(tick, ticks) {
  for (let digits = 3; digits < 12; digits++)
    if (new Set(ticks.map((other) => show(other, digits))).size === ticks.length) return show(tick, digits);
  return show(tick, 12);
}

// An empty picture with axes: {picture, x, y}, where x and y turn numbers into places, or NaN if they have none.
function axes({width, height, xRange, yRange, xName, yName, isLog = false, isCount = false, label}) {
  const yTicks = (isLog ? powersBetween(...yRange) : ticksBetween(...yRange, 5)).filter(isDrawable);
  const xTicks = ticksBetween(...xRange, Math.max(2, Math.floor(width / 110))).filter(
    (number) => isDrawable(number) && (!isCount || Number.isInteger(number)),
  );
  const longest = (ticks) => Math.max(0, ...ticks.map((tick) => 7.4 * tickText(tick, ticks).length));
  const frame = {
    left: Math.max(58, 32 + longest(yTicks)),
    right: width - Math.max(12, longest(xTicks) / 2),
    top: 12,
    bottom: height - 44,
  };
  const turned = isLog ? Math.log10 : (v) => v;
  const place = (range, from, to, turn) => (v) =>
    isDrawable(v) ? from + (to - from) * ((turn(v) - turn(range[0])) / (turn(range[1]) - turn(range[0]))) : NaN;
  const x = place(xRange, frame.left, frame.right, (v) => v);
  const y = place(yRange, frame.bottom, frame.top, turned);
  const picture = svg("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label});
  for (const tick of xTicks) {
    picture.append(
      svg("line", {class: "grid", x1: x(tick), x2: x(tick), y1: frame.top, y2: frame.bottom}),
      svg("text", {x: x(tick), y: frame.bottom + 17, "text-anchor": "middle"}, tickText(tick, xTicks)),
    );
  }
  for (const tick of yTicks) {
    picture.append(
      svg("line", {class: "grid", x1: frame.left, x2: frame.right, y1: y(tick), y2: y(tick)}),
      svg("text", {x: frame.left - 7, y: y(tick) + 4, "text-anchor": "end"}, tickText(tick, yTicks)),
    );
  }
  picture.append(
    svg("path", {class: "axis", d: `M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}`}),
    svg(
      "text",
      {class: "name", x: (frame.left + frame.right) / 2, y: height - 6, "text-anchor": "middle"},
      clipped(xName, width / 11),
    ),
    svg(
      "text",
      {
        class: "name",
        transform: `translate(13 ${(frame.top + frame.bottom) / 2}) rotate(-90)`,
        "text-anchor": "middle",
      },
      clipped(yName, height / 11),
    ),
  );
  return {picture, x, y, frame, width};
}

// How many Latin letters a text is as wide as: a Chinese, Japanese or Korean character counts as two.
function lettersOf(text) {
  const isWide = (character) => /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60]|[^\0-\uffff]/u.test(character);
  return Array.from(text).reduce((sum, character) => sum + (isWide(character) ? 2 : 1), 0);
}

// The text, or as much of its beginning as has room in so many letters.
function clipped(text, letters) {
  if (lettersOf(text) <= letters) return text;
  let kept = "";
  for (const character of text) {
    if (kept && lettersOf(kept + character) > letters - 1) break;
    kept += character;
  }
  return kept + "…";
}

// A path through the points, with gaps where a number has no place.
function pathThrough(points) {
  let isDrawing = false;
  let path = "";
  for (const [x, y] of points) {
    const isPlace = Number.isFinite(x) && Number.isFinite(y);
    if (isPlace) path += `${isDrawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    isDrawing = isPlace;
  }
  return path;
}

// A round mark for a row that was trained on, a square for one that was held out: not by colour alone.
function mark(x, y, isHeldOut, title) {
  const shape = isHeldOut
    ? svg("rect", {class: "mark held-out", x: x - 3, y: y - 3, width: 6, height: 6})
    : svg("circle", {class: "mark", cx: x, cy: y, r: 3});
  shape.append(svg("title", {}, title));
  return shape;
}

function legend(...entries) {
  return el(
    "p",
    {class: "legend"},
    ...entries.map(([kind, text]) =>
      el(
        "span",
        {},
        svg(
          "svg",
          {width: 26, height: 12, "aria-hidden": "true"},
          kind === "mark" || kind === "mark held-out"
            ? mark(13, 6, kind !== "mark", "")
            : svg("path", {class: kind, d: "M1 6H25"}),
        ),
        text,
      ),
    ),
  );
}
