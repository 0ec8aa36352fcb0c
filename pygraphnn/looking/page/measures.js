// How good the network is, beside guessing: a number for the rows learnt from and for those held out. Of classes: which
// was taken for which, the mistakes that it was surest of, and the regions of two features.

// Colours that readers who see few of them can tell apart (M. Okabe and K. Ito, "Color universal design", 2008).
const COLOURS = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#999999"];
const REGION_SIDE = 420;

function measuresSection() {
  const found = report.measures;
  if (!found) return "";
  const isOfClasses = found.task === "classification";
  const percent = (share) => show(100 * share, 3) + " %";
  const kind = (set) => (set.is_held_out ? say("heldOut") : say("trainedOn"));
  const guess = isOfClasses
    ? say("alwaysAnswering", {guess: found.guess})
    : say("alwaysPredicting", {mean: show(found.guess)});
  const rows = found.sets.map((set) => [
    kind(set),
    String(set.rows),
    isOfClasses ? percent(set.value) : show(set.value),
    isOfClasses ? percent(set.guess) : show(set.guess),
  ]);
  return section(
    "measures",
    say("measures"),
    el("p", {}, say(isOfClasses ? "accuracyExplained" : "errorExplained")),
    el(
      "div",
      {
        class: "scroll",
        tabindex: "0",
        role: "region",
        "aria-label": `${say("measures")}: ${say("table")}`,
        id: "measured",
      },
      plainTable([say("kind"), say("rows"), say(isOfClasses ? "accuracy" : "error"), guess], rows),
    ),
    found.sets.some((set) => set.is_held_out) ? "" : el("p", {class: "note"}, say("nothingHeldOut")),
    ...overfitting(found.best),
    ...(isOfClasses ? [...confusions(found, kind), ...mistakes(found), ...regionsPart(found)] : []),
  );
}

function overfitting(best) {
  if (!best) return [];
  const smallest = say("bestEpoch", {looks: best.looks, epoch: best.epoch, loss: show(best.loss)});
  const turned = best.has_turned_up ? " " + say("hasTurnedUp", {last: show(best.last), epoch: best.epoch}) : "";
  return [el("p", {id: "overfitting"}, smallest + turned)];
}

// Which class was taken for which

function confusions(found, kind) {
  const tables = found.sets.map((set) => {
    const matrix = {shape: [found.names.length, found.names.length], cells: set.confusion, names: found.names};
    const name = say("confusionOf", {kind: kind(set), rows: set.rows});
    return el(
      "figure",
      {class: "confusion"},
      el("figcaption", {}, el("strong", {}, name)),
      heatTable({...matrix, rowNames: found.names}, name),
    );
  });
  return [
    el("h3", {}, say("confusion")),
    el("p", {}, say("confusionExplained")),
    el("div", {class: "pair"}, ...tables),
  ];
}

// The mistakes that it was surest of

function mistakes(found) {
  if (!found.wrong) return [el("p", {}, say("noMistakes"))];
  const heads = [say("row"), say("isClass"), say("answer"), say("sureness"), say("kind")];
  const cells = (one) => [
    String(one.row),
    found.names[one.label],
    found.names[one.answer],
    show(100 * one.share, 4) + " %",
    one.is_held_out ? say("heldOut") : say("trainedOn"),
  ];
  const picture = found.picture;
  return [
    el("h3", {}, say("mistakes")),
    el("p", {}, say("mistakesExplained", {count: found.wrong, shown: found.mistakes.length})),
    el(
      "div",
      {class: "scroll", tabindex: "0", role: "region", "aria-label": say("mistakes"), id: "mistakes"},
      plainTable(
        picture ? [say("picture"), ...heads] : heads,
        found.mistakes.map((one) => (picture ? [pictureOfRow(one, picture), ...cells(one)] : cells(one))),
      ),
    ),
  ];
}

// A row whose features are the pixels of a picture.
function pictureOfRow(one, {places, rows, columns, high}) {
  const side = 6;
  const label = say("pictureOf", {row: one.row});
  const picture = svg("svg", {
    class: "pixels",
    width: columns * side,
    height: rows * side,
    viewBox: `0 0 ${columns * side} ${rows * side}`,
    role: "img",
    "aria-label": label,
  });
  places.forEach(([row, column], n) =>
    picture.append(
      svg("rect", {x: column * side, y: row * side, width: side, height: side, "fill-opacity": one.pixels[n] / high}),
    ),
  );
  return picture;
}

// The regions of two features

function regionsPart({regions: found, names}) {
  if (!found) return [];
  return [
    el("h3", {}, say("regions")),
    el("p", {}, say("regionsExplained")),
    el("div", {class: "picture", id: "regions"}, regionsPicture(found, names)),
    el(
      "p",
      {class: "legend"},
      ...names.map((name, label) =>
        el(
          "span",
          {},
          svg(
            "svg",
            {width: 14, height: 14, "aria-hidden": "true"},
            svg("rect", {class: "of-class", x: 1, y: 1, width: 12, height: 12, fill: classColour(label)}),
          ),
          name,
        ),
      ),
    ),
    found.every > 1
      ? el("p", {class: "note"}, say("rowsSampled", {every: found.every, total: report.settings.rows}))
      : "",
  ];
}

function classColour(label) {
  return COLOURS[label % COLOURS.length];
}

function regionsPicture(found, names) {
  const [across, up] = found.features;
  const width = Math.min(state.width, REGION_SIDE + 80);
  const chart = axes({
    width,
    height: REGION_SIDE,
    xRange: across.ends,
    yRange: up.ends,
    xName: across.name,
    yName: up.name,
    label: say("regionsPicture", {across: across.name, up: up.name, classes: listed(names)}),
  });
  const at = (feature, n) => feature.ends[0] + ((feature.ends[1] - feature.ends[0]) * n) / (found.size - 1);
  const cells = svg("g", {class: "region"});
  const half = 0.5;
  for (let i = 0; i < found.size; i++) {
    // one piece for each stretch of one answer in a column
    for (let first = 0; first < found.size; ) {
      const answer = found.answers[i * found.size + first];
      let end = first;
      while (end < found.size && found.answers[i * found.size + end] === answer) end++;
      const within = (n) => Math.max(0, Math.min(found.size - 1, n));
      const [left, right] = [i - half, i + half].map((n) => chart.x(at(across, within(n))));
      const [bottom, top] = [first - half, end - half].map((n) => chart.y(at(up, within(n))));
      cells.append(
        svg("rect", {
          x: left,
          y: top,
          width: right - left,
          height: bottom - top,
          fill: classColour(answer.charCodeAt(0) - 97),
        }),
      );
      first = end;
    }
  }
  const points = found.points.map(([row, , , label, isHeldOut], n) => {
    const point = mark(chart.x(across.values[n]), chart.y(up.values[n]), isHeldOut, "");
    point.setAttribute("class", "of-class");
    point.setAttribute("fill", classColour(label));
    point.replaceChildren(svg("title", {}, say("classPoint", {row, name: names[label]})));
    return point;
  });
  chart.picture.insertBefore(cells, chart.picture.firstChild);
  chart.picture.append(...points);
  return chart.picture;
}
