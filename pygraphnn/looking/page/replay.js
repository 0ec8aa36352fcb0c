// The training over again: what the network answered, its surface and its parameters, at each moment that was kept.

const MILLISECONDS_A_MOMENT = 600;

let momentAt = null; // which moment is shown; null: the last one
let replayPair = null; // "0-1": the features of its surface
let replayParameter = 0;
let showMoment = () => {}; // shows the moment number momentAt; the section sets it
const momentPlayer = player({
  isAtEnd: () => momentAt === moments().length - 1,
  toStart: () => (momentAt = 0),
  goOn: () => moveToMoment(momentAt + 1),
  refresh: () => showMoment(),
  pause: () => MILLISECONDS_A_MOMENT,
});

function moments() {
  return report.replay.moments;
}

function moveToMoment(n) {
  momentAt = Math.max(0, Math.min(moments().length - 1, n));
  showMoment();
}

// When this was, and what the loss of that epoch.
function momentText({epoch, loss, is_end: isEnd}) {
  const {before} = report.replay;
  if (isEnd) return say("whereItEnded", {epoch});
  if (epoch === before) return before ? say("beforeGoingOn", {epoch}) : say("beforeTraining");
  return say("afterEpoch", {epoch, epochs: before + report.settings.epochs, loss: show(loss)});
}

function replaySection() {
  if (!report.replay) return "";
  momentAt ??= moments().length - 1;
  const place = el("output", {id: "moment", class: "sentence"});
  const views = [answersView(), surfaceView(), parametersView()].filter(Boolean);
  const play = button("", momentPlayer.toggle, {id: "play-training"});
  const slider = el("input", {
    type: "range",
    min: "0",
    max: String(moments().length - 1),
    id: "moment-slider",
    oninput: () => moveToMoment(Number(slider.value)),
  });
  showMoment = () => {
    const moment = moments()[momentAt];
    const text = momentText(moment);
    place.textContent = text;
    slider.value = String(momentAt);
    filled(slider, {"aria-valuetext": text}, []);
    play.textContent = say(momentPlayer.isOn() ? "pause" : "playTraining");
    for (const {update} of views) update(moment);
  };
  showMoment();
  return section(
    "replay",
    say("replay"),
    el("p", {}, say("replayExplained", {count: moments().length})),
    el(
      "div",
      {class: "stepper"},
      el(
        "div",
        {class: "controls moving"},
        play,
        el("label", {class: "field grows"}, say("moment"), slider),
      ),
      place,
    ),
    replaySampledNote(),
    ...views.flatMap(({elements}) => elements),
  );
}

function replaySampledNote() {
  const {rows, total} = report.replay.asked ?? {rows: [], total: 0};
  return rows.length < total ? el("p", {class: "note"}, say("rowsSampled", {every: rows[1] - rows[0], total})) : "";
}

// A table behind a picture that changes: it stays open.
function changingTable() {
  const holder = el("div");
  const update = (details) => {
    const wasOpen = holder.querySelector("details[open]") !== null;
    holder.replaceChildren(filled(details, {open: wasOpen}, []));
  };
  return {holder, update};
}

// What was answered for the rows: predictions over true values, or which class was taken for which.

function answersView() {
  const {asked} = report.replay;
  if (!asked) return null;
  return asked.labels ? classesView(asked) : predictionsView(asked);
}

function predictionsView(asked) {
  const holder = el("div", {class: "picture", id: "replayed-predictions"});
  const table = changingTable();
  const {target} = report.settings;
  const ends = rangeOf(asked.true);
  const line = [ends, ends].map(([low, high], n) => (n ? [high, high] : [low, low]));
  // One scale for all moments; the wildest guesses of the first epochs may lie outside of it.
  const last = heightsOf(moments()[moments().length - 1].predicted);
  const within = padded(rangeOf([...asked.true, ...last]));
  const update = (moment) => {
    const predicted = heightsOf(moment.predicted);
    const points = asked.rows.map((row, n) => [
      [row, asked.true[n], predicted[n], asked.is_held_out[n]],
      asked.true[n],
      predicted[n],
    ]);
    const shown = points.filter(([, , y]) => y >= within[0] && y <= within[1]);
    const outside = points.length - shown.length;
    const title = momentText(moment);
    const names = [say("trueOf", {target}), say("predicted")];
    const width = Math.min(state.width, 620);
    holder.replaceChildren(
      scatter(title, width, shown, ...names, () => line, say("lineIsPerfect"), {x: padded(ends), y: within}),
      outside ? el("p", {class: "note"}, say("pointsOutside", {count: outside})) : "",
    );
    table.update(
      tableBehind(say("replay"), [say("row"), say("true"), say("predicted")], () =>
        points.map(([[row], x, y]) => [String(row), show(x), show(y, 4)]),
      ),
    );
  };
  return {elements: [holder, table.holder], update};
}

function classesView(asked) {
  const {names} = report.measures;
  const holder = el("div", {id: "replayed-answers"});
  const number = (letter) => letter.charCodeAt(0) - 97;
  const labels = [...asked.labels].map(number);
  const update = (moment) => {
    if (!moment.answers) {
      holder.replaceChildren(el("p", {class: "note"}, say("noAnswers")));
      return;
    }
    const answers = [...moment.answers].map(number);
    const tables = [false, true].flatMap((isHeldOut) => {
      const rows = labels.map((label, n) => n).filter((n) => asked.is_held_out[n] === isHeldOut);
      if (!rows.length) return [];
      const cells = names.map((name, label) =>
        names.map((other, answer) => rows.filter((n) => labels[n] === label && answers[n] === answer).length),
      );
      const right = rows.filter((n) => labels[n] === answers[n]).length;
      const kind = say(isHeldOut ? "heldOut" : "trainedOn");
      const title = say("rightAnswers", {kind, share: show((100 * right) / rows.length, 3)});
      const matrix = {shape: [names.length, names.length], cells, names, rowNames: names};
      return [
        el(
          "figure",
          {class: "confusion"},
          el("figcaption", {}, el("strong", {}, title)),
          heatTable(matrix, title),
        ),
      ];
    });
    holder.replaceChildren(el("div", {class: "pair"}, ...tables));
  };
  return {elements: [holder], update};
}

// The surface over two features, the curve over one, the regions of classes; on one scale for all moments.

function surfaceView() {
  const {regions} = report.measures ?? {};
  if (regions && moments()[0].regions) return regionsView(regions);
  const found = report.surface;
  const pairs = Object.keys(moments()[0].grids ?? {});
  if (!found || !pairs.length) return null;
  if (!pairs.includes(replayPair)) [replayPair] = pairs;
  const holder = el("div", {class: "picture", id: "replayed-surface"});
  const table = changingTable();
  const namesOf = (pair) => pair.split("-").map((n) => found.features[n].name);
  const update = (moment) => {
    const last = moments()[moments().length - 1].grids[replayPair];
    const all = rangeOf([...moments().flatMap(({grids}) => heightsOf(grids[replayPair])), ...found.true]);
    const heights = {surface: rangeOf(heightsOf(last)), all};
    const now = {...found, grids: moment.grids};
    const [first, second] = replayPair.split("-").map(Number);
    if (second === undefined) {
      holder.replaceChildren(curvePicture(now, padded(all)));
      table.update(curveTable(now));
      return;
    }
    const {target} = report.settings;
    const [one, other] = namesOf(replayPair);
    const label = `${say("surfacePicture", {target, first: one, second: other})} ${momentText(moment)}`;
    const {width, height} = surfaceSize();
    const options = {class: "surface", viewBox: `0 0 ${width} ${height}`, width, height, role: "img"};
    const drawn = drawSurface(now, false, [first, second], heights);
    holder.replaceChildren(svg("svg", {...options, "aria-label": label}, ...drawn));
    table.update(surfaceTable(now, [first, second]));
  };
  const chooser = choice(
    say("replayedFeatures"),
    pairs.map((pair) => [pair, namesOf(pair).join(" × ")]),
    replayPair,
    (pair) => {
      replayPair = pair;
      showMoment();
    },
  );
  const controls = pairs.length > 1 ? [el("div", {class: "controls"}, chooser)] : [];
  return {elements: [...controls, holder, table.holder], update};
}

function regionsView(regions) {
  const holder = el("div", {class: "picture", id: "replayed-surface"});
  const update = ({regions: now}) =>
    holder.replaceChildren(
      now.answers
        ? regionsPicture({...regions, ...now}, report.measures.names)
        : el("p", {class: "note"}, say("noAnswers")),
    );
  return {elements: [holder], update};
}

// The parameters, and their gradients in the step that came next.

function parametersView() {
  const {names} = report.replay;
  if (!names.length) return null;
  const holder = el("div", {id: "replayed-parameters"});
  const update = (moment) => {
    const name = names[replayParameter];
    const [value, gradient] = moment.parameters[replayParameter];
    const titled = (title, matrix) =>
      el("div", {class: "titled"}, el("h3", {}, title), heatTable(matrix, `${title}. ${momentText(moment)}`));
    holder.replaceChildren(
      titled(say("valueOf", {name}), value),
      titled(say("gradientOfNext", {name}), gradient),
    );
  };
  const chooser = choice(
    say("replayedParameter"),
    names.map((name, n) => [String(n), name]),
    String(replayParameter),
    (n) => {
      replayParameter = Number(n);
      showMoment();
    },
  );
  return {elements: [el("div", {class: "controls"}, chooser), holder], update};
}
