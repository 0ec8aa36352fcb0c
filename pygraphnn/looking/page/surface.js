// The prediction over two features as a surface in space, with the data on it; over one feature as a curve.

const view = {yaw: 0.7, pitch: 0.5, first: null, second: null};
const COARSE = 16; // pieces in each direction while the surface is being turned, and rows of its table

function surfaceSection() {
  const found = report.surface;
  if (!found) return section("surface", say("surface"), el("p", {}, say("noSurface")));
  if (found.features.length === 1) return curveSection(found);
  if (view.first === null) [view.first, view.second] = mostMoving(found);
  const holder = el("div", {class: "picture"});
  const behind = el("div");
  const means = el("p", {class: "note", id: "means"});
  const leftOut = el("p", {class: "note", id: "left-out"});
  let picture = null;
  const draw = (isTurning = false) => {
    const drawn = drawSurface(found, isTurning, chosenPair(), heightRange(found, chosenPair()));
    if (picture) picture.replaceChildren(...drawn);
    else picture = svg("svg", {}, ...drawn);
    filled(
      picture,
      {
        "aria-label": say("surfacePicture", {
          target: report.settings.target,
          first: found.features[view.first].name,
          second: found.features[view.second].name,
        }),
      },
      [],
    );
  };
  const change = () => {
    const others = found.features.filter((feature, n) => n !== view.first && n !== view.second);
    means.textContent = others.length
      ? say("atMeans", {means: others.map((feature) => `${feature.name} = ${show(feature.mean, 6)}`).join(", ")}) +
        (found.of > found.features.length
          ? " " + say("featuresSampled", {shown: found.features.length, of: found.of})
          : "")
      : "";
    const chosen = [found.features[view.first], found.features[view.second]];
    const count = found.true.length - rowsAbove(found, chosen).length;
    leftOut.textContent = count ? say("rowsLeftOut", {count}) : "";
    const wasOpen = behind.querySelector("details[open]") !== null;
    behind.replaceChildren(filled(surfaceTable(found, chosenPair()), {open: wasOpen}, []));
    draw();
  };
  const turn = (yaw, pitch, isTurning = false) => {
    view.yaw += yaw;
    view.pitch = Math.max(0.05, Math.min(1.5, view.pitch + pitch));
    draw(isTurning);
  };
  change();
  const size = surfaceSize();
  makeTurnable(
    filled(
      picture,
      {
        id: "surface-picture",
        class: "surface",
        viewBox: `0 0 ${size.width} ${size.height}`,
        width: size.width,
        height: size.height,
      },
      [],
    ),
    turn,
  );
  holder.append(picture);
  const options = found.features.map((feature, n) => [String(n), feature.name]);
  const chooser = (key, other) =>
    choice(say(key), options, String(view[key]), (value) => {
      if (Number(value) === view[other]) view[other] = view[key];
      view[key] = Number(value);
      choosers.replaceChildren(chooser("first", "second"), chooser("second", "first"));
      choosers.querySelectorAll("select")[key === "first" ? 0 : 1].focus();
      change();
    });
  const choosers = el("div", {class: "controls", id: "choosers"});
  choosers.append(chooser("first", "second"), chooser("second", "first"));
  return section(
    "surface",
    say("surface"),
    el("p", {}, say("surfaceExplained")),
    choosers,
    el(
      "div",
      {class: "controls", role: "group", "aria-label": say("turn")},
      button("←", () => turn(-0.2, 0), {"aria-label": say("turnLeft")}),
      button("→", () => turn(0.2, 0), {"aria-label": say("turnRight")}),
      button("↑", () => turn(0, 0.15), {"aria-label": say("tiltUp")}),
      button("↓", () => turn(0, -0.15), {"aria-label": say("tiltDown")}),
    ),
    holder,
    heightKey(found),
    surfaceNotes(found),
    leftOut,
    means,
    behind,
  );
}

function surfaceNotes(found) {
  const notes = [];
  if (found.every > 1) notes.push(say("rowsSampled", {every: found.every, total: found.total}));
  if (found.features.some((feature) => !feature.is_own_unit)) notes.push(say("unitsAsFed"));
  return el("p", {class: "note"}, notes.join(" "));
}

// The two features whose surface is the highest: the most to see.
function mostMoving(found) {
  let best = [0, 1];
  let most = -1;
  for (const [pair, {low, high}] of Object.entries(found.grids))
    if (high - low > most) [most, best] = [high - low, pair.split("-").map(Number)];
  return best;
}

// The heights of a grid as numbers, NaN where there are none: grids.py writes each as two letters.
function heightsOf(grid) {
  if (!grid.numbers) {
    const {letters} = report.surface ?? report.replay;
    const value = new Map([...letters].map((letter, n) => [letter, n]));
    const levels = letters.length ** 2 - 1;
    grid.numbers = [];
    for (let n = 0; n < grid.heights.length; n += 2) {
      const level = value.get(grid.heights[n]) * letters.length + value.get(grid.heights[n + 1]);
      const share = level / (levels - 1);
      grid.numbers.push(level === levels ? NaN : grid.low * (1 - share) + grid.high * share);
    }
  }
  return grid.numbers;
}

function scaleOf({ends: [low, high]}, size) {
  return Array.from({length: size}, (x, n) => low * (1 - n / (size - 1)) + high * (n / (size - 1)));
}

// The numbers of the two features that were chosen.
function chosenPair() {
  return [view.first, view.second];
}

// What is drawn of a pair of features: {size, scales of the first and the second, height at point i of the one and j of
// the other}.
function chosenGrid(found, [first, second]) {
  const grid = found.grids[first < second ? `${first}-${second}` : `${second}-${first}`];
  const {size} = grid;
  const heights = heightsOf(grid);
  return {
    size,
    first: scaleOf(found.features[first], size),
    second: scaleOf(found.features[second], size),
    heightAt: (i, j) => (first < second ? heights[i * size + j] : heights[j * size + i]),
  };
}

function surfaceTable(found, pair) {
  const grid = chosenGrid(found, pair);
  const shown = grid.first.map((x, n) => n).filter((n) => n % ((grid.size - 1) / COARSE) === 0);
  const names = pair.map((n) => found.features[n].name);
  const heads = [`${names[0]} ↓  ${names[1]} →`, ...shown.map((j) => show(grid.second[j], 6))];
  return tableBehind(say("surface"), heads, () =>
    shown.map((i) => [show(grid.first[i], 6), ...shown.map((j) => show(grid.heightAt(i, j), 4))]),
  );
}

function surfaceSize() {
  const width = Math.min(state.width, 860);
  return {width, height: Math.min(540, Math.max(330, width * 0.66))};
}

// The numbers of the rows that stand above or below the surface. It spans what was trained on, so that rows held out
// may lie beside it.
function rowsAbove(found, features) {
  const isOnIt = ({ends: [low, high], values}, n) => {
    const slack = 1e-5 * Math.max(Math.abs(low), Math.abs(high)); // all of them are rounded to six digits
    return isDrawable(values[n]) && values[n] >= low - slack && values[n] <= high + slack;
  };
  return found.true
    .map((height, n) => n)
    .filter((n) => isDrawable(found.true[n]) && features.every((feature) => isOnIt(feature, n)));
}

function heightRange(found, [first, second]) {
  const heights = heightsOf(found.grids[first < second ? `${first}-${second}` : `${second}-${first}`]);
  const rows = rowsAbove(found, [found.features[first], found.features[second]]);
  return {surface: rangeOf(heights), all: rangeOf([...heights, ...rows.map((n) => found.true[n])])};
}

// From the box −1 … 1 in all directions to the picture; distance: how far behind, to draw what is behind first. At its
// left there is room for the heights.
function projection(heights) {
  const {width, height} = surfaceSize();
  const ticks = ticksBetween(...heights, 4);
  const longest = Math.max(0, ...ticks.map((tick) => tickText(tick, ticks).length));
  const size = Math.min(width * 0.3, height * 0.345, (width / 2 - 14 - 7.4 * longest) / Math.SQRT2);
  const [sin, cos] = [Math.sin(view.yaw), Math.cos(view.yaw)];
  const [up, flat] = [Math.cos(view.pitch), Math.sin(view.pitch)];
  return (x, y, z) => {
    const across = x * cos - y * sin;
    const behind = x * sin + y * cos;
    return {
      x: width / 2 + across * size,
      y: height * 0.48 - (z * 0.8 * up + behind * flat) * size,
      distance: behind * up - z * 0.8 * flat,
    };
  };
}

function drawSurface(found, isTurning, pair, range) {
  const [first, second] = pair.map((n) => found.features[n]);
  const grid = chosenGrid(found, pair);
  const step = isTurning ? (grid.size - 1) / COARSE : 1;
  // NaN, so a hole in the surface, for what cannot be drawn.
  const unit = ([low, high], x) => (isDrawable(x) ? ((x - low) / (high - low)) * 2 - 1 : NaN);
  const xRange = rangeOf(first.ends);
  const yRange = rangeOf(second.ends);
  const project = projection(range.all);
  const corner = (i, j) => {
    const height = grid.heightAt(i, j);
    return {...project(unit(xRange, grid.first[i]), unit(yRange, grid.second[j]), unit(range.all, height)), height};
  };
  const pieces = [];
  for (let i = 0; i + step < grid.size; i += step) {
    for (let j = 0; j + step < grid.size; j += step) {
      const corners = [corner(i, j), corner(i + step, j), corner(i + step, j + step), corner(i, j + step)];
      if (!corners.every((point) => Number.isFinite(point.y))) continue;
      const mean = (key) => corners.reduce((sum, point) => sum + point[key] / 4, 0);
      const fill = colourOf(mean("height"), range.surface);
      pieces.push({
        distance: mean("distance"),
        element: svg("polygon", {
          class: "quad",
          fill,
          stroke: fill, // where two pieces meet, what is behind would shine through
          points: corners.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" "),
        }),
      });
    }
  }
  for (const n of rowsAbove(found, [first, second])) {
    const height = found.true[n];
    const point = project(unit(xRange, first.values[n]), unit(yRange, second.values[n]), unit(range.all, height));
    const title = say("rowTitle", {
      row: found.shown_rows[n],
      first: first.name,
      x: show(first.values[n]),
      second: second.name,
      y: show(second.values[n]),
      target: report.settings.target,
      true: show(height),
    });
    pieces.push({distance: point.distance, element: pointMark(point.x, point.y, found.is_held_out[n], title)});
  }
  pieces.sort((a, b) => b.distance - a.distance);
  const names = [first.name, second.name, report.settings.target];
  const box = drawBox(project, [names[0], xRange], [names[1], yRange], [names[2], range.all], unit);
  return [...box.lines, ...pieces.map((piece) => piece.element), ...box.texts]; // no point lies over a text
}

// As in the flat pictures, a round mark for a row that was trained on, a square for one that was held out.
function pointMark(x, y, isHeldOut, title) {
  const shape = isHeldOut
    ? svg("rect", {class: "point held-out", x: (x - 3).toFixed(1), y: (y - 3).toFixed(1), width: 6, height: 6})
    : svg("circle", {class: "point", cx: x.toFixed(1), cy: y.toFixed(1), r: 2.6});
  return filled(shape, {}, title ? [svg("title", {}, title)] : []);
}

// From dark blue over grey to yellow (cividis): the order shows without colour too, as from dark to light.
function colourOf(height, [low, high]) {
  const stops = [
    [0, 34, 78],
    [65, 77, 107],
    [124, 123, 120],
    [188, 175, 111],
    [254, 232, 56],
  ];
  const share = (height - low) / (high - low);
  const place = (Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : 0.5) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(place));
  const mixed = stops[below].map((from, n) => Math.round(from + (stops[below + 1][n] - from) * (place - below)));
  return `rgb(${mixed.join(",")})`;
}

// {lines, texts}: the floor, the axes at its front edges with names and ticks, and the height at the left.
function drawBox(project, first, second, height, unit) {
  const path = (...points) =>
    points
      .map((point, n) => `${n ? "L" : "M"}${project(...point).x.toFixed(1)} ${project(...point).y.toFixed(1)}`)
      .join("");
  const nearY = Math.cos(view.yaw) > 0 ? -1 : 1;
  const nearX = Math.sin(view.yaw) > 0 ? -1 : 1;
  const corners = [
    [-1, -1],
    [-1, 1],
    [1, -1],
    [1, 1],
  ];
  const [left] = corners.sort((a, b) => project(...a, 0).x - project(...b, 0).x);
  const {width} = surfaceSize();
  const lines = [svg("path", {class: "floor", d: path([-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1]) + "Z"})];
  const placed = []; // texts that stand already, {left, right, y}
  const written = [];
  const write = (kind, label, x, y, anchor) => {
    const length = lettersOf(label) * (kind ? 8 : 7.4);
    const room = {end: 1, middle: 0.5, start: 0}[anchor] * length; // to the left of its place
    const at = Math.min(Math.max(x, room), width - length + room);
    const box = {left: at - room, right: at - room + length, y};
    const meets = (other) =>
      box.left < other.right + 4 && other.left < box.right + 4 && Math.abs(box.y - other.y) < 14;
    if (kind) while (placed.some(meets)) box.y += 2;
    else if (placed.some(meets)) return; // where an axis is seen end-on, its ticks have no room
    placed.push(box);
    written.push(svg("text", {class: kind, x: at, y: box.y, "text-anchor": anchor}, label));
  };
  const axis = (from, to, [name, range], outward, wanted) => {
    lines.push(svg("path", {class: "axis", d: path(from, to)}));
    const writeAt = (share, distance, label, kind) => {
      const along = from.map((start, n) => start + (to[n] - start) * share);
      const here = project(...along);
      const there = project(...along.map((value, n) => value + outward[n]));
      const length = Math.hypot(there.x - here.x, there.y - here.y) || 1;
      const [dx, dy] = [((there.x - here.x) / length) * distance, ((there.y - here.y) / length) * distance];
      const anchor = dx < -distance * 0.4 ? "end" : dx > distance * 0.4 ? "start" : "middle";
      write(kind, label, here.x + dx, here.y + dy + 4, anchor);
    };
    const ticks = ticksBetween(...range, wanted);
    return {
      writeName: () => writeAt(0.5, 44, clipped(name, Math.floor(width / 40)), "name"),
      writeTicks: () => ticks.forEach((tick) => writeAt((unit(range, tick) + 1) / 2, 11, tickText(tick, ticks), "")),
    };
  };
  const edges = [
    axis([-1, nearY, -1], [1, nearY, -1], first, [0, nearY, 0], 4),
    axis([nearX, -1, -1], [nearX, 1, -1], second, [nearX, 0, 0], 4),
    axis([...left, -1], [...left, 1], height, [...left, 0], 4),
  ];
  edges[0].writeName();
  edges[1].writeName();
  const top = project(...left, 1);
  write("name", clipped(height[0] ?? "", 24), Math.max(4, top.x - 30), top.y - 14, "start");
  for (const {writeTicks} of edges) writeTicks();
  return {lines, texts: written};
}

function heightKey(found) {
  const [low, high] = heightRange(found, chosenPair()).surface;
  const swatches = [0, 0.25, 0.5, 0.75, 1].map((share, n) =>
    svg("rect", {x: n * 18, width: 18, height: 12, fill: colourOf(low + (high - low) * share, [low, high])}),
  );
  return el(
    "p",
    {class: "legend"},
    el(
      "span",
      {},
      say("predictedFromTo"),
      " ",
      svg("svg", {width: 90, height: 12, "aria-hidden": "true"}, ...swatches),
    ),
    pointKey(false, say("truePoints")),
    found.is_held_out.includes(true) ? pointKey(true, say("trueHeldOut")) : "",
  );
}

function pointKey(isHeldOut, text) {
  const picture = svg("svg", {width: 14, height: 12, "aria-hidden": "true"}, pointMark(7, 6, isHeldOut, ""));
  return el("span", {}, picture, text);
}

function makeTurnable(picture, turn) {
  let last = null;
  filled(
    picture,
    {
      role: "application",
      tabindex: "0",
      "data-arrows": true,
      "aria-roledescription": say("surfaceRole"),
      onpointerdown: (event) => {
        if (event.button !== 0) return; // the right button opens a menu
        last = [event.clientX, event.clientY];
        picture.setPointerCapture(event.pointerId);
      },
      onpointermove: (event) => {
        if (last === null) return;
        turn((event.clientX - last[0]) * 0.008, (event.clientY - last[1]) * 0.006, true);
        last = [event.clientX, event.clientY];
      },
      onpointerup: () => {
        if (last !== null) turn(0, 0); // now as finely as it can be
        last = null;
      },
      onpointercancel: () => {
        if (last !== null) turn(0, 0);
        last = null;
      },
      onkeydown: (event) => {
        const moves = {ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.08], ArrowDown: [0, -0.08]};
        if (!(event.key in moves)) return;
        event.preventDefault();
        turn(...moves[event.key]);
      },
    },
    [],
  );
}

// With one feature there is no surface, but a curve.
function curveSection(found) {
  const heights = heightsOf(found.grids["0"]);
  return section(
    "surface",
    say("curve"),
    el("p", {}, say("curveExplained")),
    el("div", {class: "picture"}, curvePicture(found, padded(rangeOf([...heights, ...found.true])))),
    found.is_held_out.includes(true)
      ? legend(["mark", say("trainedOn")], ["mark held-out", say("heldOut")])
      : "",
    surfaceNotes(found),
    curveTable(found),
  );
}

function curvePicture(found, yRange) {
  const [feature] = found.features;
  const grid = found.grids["0"];
  const heights = heightsOf(grid);
  const scale = scaleOf(feature, grid.size);
  const chart = axes({
    width: Math.min(state.width, 760),
    height: 340,
    xRange: padded(rangeOf([...scale, ...feature.values])),
    yRange,
    xName: feature.name,
    yName: report.settings.target,
    label: say("curvePicture", {target: report.settings.target, feature: feature.name}),
  });
  chart.picture.append(
    ...found.true
      .map((height, n) => [chart.x(feature.values[n]), chart.y(height), n])
      .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
      .map(([x, y, n]) => mark(x, y, found.is_held_out[n], say("rowNumber", {row: found.shown_rows[n]}))),
    svg("path", {class: "line train", d: pathThrough(scale.map((x, n) => [chart.x(x), chart.y(heights[n])]))}),
  );
  return chart.picture;
}

function curveTable(found) {
  const [feature] = found.features;
  const grid = found.grids["0"];
  const heights = heightsOf(grid);
  const scale = scaleOf(feature, grid.size);
  const shown = scale.map((x, n) => n).filter((n) => n % ((grid.size - 1) / (2 * COARSE)) === 0);
  return tableBehind(say("curve"), [feature.name, say("predicted")], () =>
    shown.map((n) => [show(scale[n], 6), show(heights[n], 4)]),
  );
}
