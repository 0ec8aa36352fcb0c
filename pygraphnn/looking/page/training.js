// What was trained, the loss curve, the predictions and the worst rows.

let isLogarithmic = false;

function settingsSection() {
  const settings = report.settings;
  const {train, test} = report.losses;
  const rows = [
    ["dataset", settings.dataset ?? say("ownData")],
    [
      "rows",
      settings.test_rows
        ? say("rowsHeldOut", {rows: settings.rows, test: settings.test_rows})
        : String(settings.rows),
    ],
    ["features", String(settings.features)],
    ["target", settings.target ?? "–"],
    ["epochs", String(settings.epochs)],
    ["batchSize", String(settings.batch_size)],
    ["learningRate", show(settings.learning_rate)],
    ...(settings.optimizer ? [["optimizer", settings.optimizer]] : []),
    ["seed", String(settings.seed)],
    ["backend", settings.backend],
    [
      "duration",
      settings.seconds === null ? say("notMeasured") : say("seconds", {seconds: show(settings.seconds, 3)}),
    ],
    ["trainingLoss", train.length ? show(train[train.length - 1][1]) : "–"],
    ["testLoss", test.length ? show(test[test.length - 1][1]) : say("noTestRows")],
  ];
  return section(
    "settings",
    say("settings"),
    el(
      "dl",
      {class: "facts"},
      ...rows.map(([key, value]) => el("div", {}, el("dt", {}, say(key)), el("dd", {id: "fact-" + key}, value))),
    ),
    settings.columns.length
      ? tableBehind(
          say("settings"),
          [say("column"), say("meaning"), say("unit")],
          () => settings.columns,
          say("columnsMean"),
        )
      : "",
  );
}

// The loss curve

function lossSection() {
  const {train, test, every, epochs} = report.losses;
  if (train.length === 0) return section("loss", say("loss"), el("p", {}, say("noEpochs")));
  const canBeLog = [...train, ...test].some(([, loss]) => loss > 0 && isDrawable(loss));
  const holder = el("div", {class: "picture"});
  const draw = () => holder.replaceChildren(...lossPicture());
  const switcher = button(
    "",
    () => {
      isLogarithmic = !isLogarithmic;
      label();
      draw();
    },
    {id: "log", class: "toggle", disabled: !canBeLog},
  );
  const label = () => {
    switcher.textContent = say("logarithmic");
    switcher.setAttribute("aria-pressed", String(isLogarithmic));
  };
  label();
  draw();
  const heads = [say("epoch"), say("trainingLoss")].concat(test.length ? [say("testLoss")] : []);
  const testAt = new Map(test);
  const trainAt = new Map(train);
  const allEpochs = [...new Set([...trainAt.keys(), ...testAt.keys()])].sort((a, b) => a - b);
  const cell = (loss) => (loss === undefined ? "" : show(loss, 6));
  return section(
    "loss",
    say("loss"),
    el("p", {}, say("lossExplained")),
    el("div", {class: "controls"}, switcher),
    holder,
    legend(["line train", say("trainingLoss")], ...(test.length ? [["line test", say("testLoss")]] : [])),
    every > 1 ? el("p", {class: "note"}, say("epochsSampled", {every, epochs, shown: train.length})) : "",
    tableBehind(say("loss"), heads, () =>
      allEpochs.map((epoch) => [
        String(epoch),
        cell(trainAt.get(epoch)),
        ...(test.length ? [cell(testAt.get(epoch))] : []),
      ]),
    ),
  );
}

function lossPicture() {
  const {train, test} = report.losses;
  const losses = [...train, ...test].map(([, loss]) => loss).filter((loss) => !isLogarithmic || loss > 0);
  const [low, high] = rangeOf(losses);
  const range = isLogarithmic ? [low * 0.9, high * 1.1] : [Math.min(0, low), high];
  const chart = axes({
    width: Math.min(state.width, 900),
    height: 300,
    isLog: isLogarithmic,
    isCount: true,
    yRange: range,
    xRange: rangeOf([...train, ...test].map(([epoch]) => epoch)),
    xName: say("epoch"),
    yName: say("lossName"),
    label: say("lossPicture", {
      first: show(train[0][1]),
      last: show(train[train.length - 1][1]),
      epochs: report.losses.epochs,
      count: report.losses.epochs,
    }),
  });
  for (const [kind, points] of [
    ["train", train],
    ["test", test],
  ]) {
    const places = points.map(([epoch, loss]) => [chart.x(epoch), chart.y(loss)]);
    chart.picture.append(svg("path", {class: "line " + kind, d: pathThrough(places)}));
    if (places.length === 1 && Number.isFinite(places[0][1]))
      chart.picture.append(mark(...places[0], kind === "test", ""));
  }
  return [chart.picture, pointerOn(chart)];
}

// Shows the values under the pointer, or at the place that ← and → move: for a screen reader it is a slider.
function pointerOn(chart) {
  const {train, test} = report.losses;
  const readout = el("output", {class: "readout", id: "loss-values"}, say("pointAtIt"));
  const guide = svg("line", {class: "guide", y1: chart.frame.top, y2: chart.frame.bottom, visibility: "hidden"});
  const picture = chart.picture;
  let chosen = train.length - 1;
  const textAt = (index) => {
    const [epoch, loss] = train[index];
    const held = test.filter(([other]) => other <= epoch).pop();
    return (
      say("atEpoch", {epoch, loss: show(loss)}) +
      (held ? say("atTestEpoch", {epoch: held[0], loss: show(held[1])}) : "")
    );
  };
  const choose = (index) => {
    chosen = Math.max(0, Math.min(train.length - 1, index));
    const [epoch] = train[chosen];
    const place = chart.x(epoch);
    const text = textAt(chosen);
    filled(guide, {x1: place, x2: place, visibility: "visible"}, []);
    readout.textContent = text;
    filled(picture, {"aria-valuenow": epoch, "aria-valuetext": text}, []);
  };
  const choosePointed = (event) => {
    const box = picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) * chart.width) / box.width;
    const distances = train.map(([epoch]) => Math.abs(chart.x(epoch) - x));
    choose(distances.indexOf(Math.min(...distances)));
  };
  picture.append(guide);
  filled(
    picture,
    {
      role: "slider",
      tabindex: "0",
      "data-arrows": true,
      "aria-valuemin": train[0][0],
      "aria-valuenow": train[chosen][0],
      "aria-valuemax": train[train.length - 1][0],
      "aria-valuetext": textAt(chosen),
      id: "loss-picture",
      onpointermove: choosePointed,
      onpointerdown: choosePointed, // a finger that taps does not move
      onkeydown: (event) => {
        const moves = {
          ArrowLeft: -1,
          ArrowRight: 1,
          ArrowDown: -1,
          ArrowUp: 1,
          PageDown: -20,
          PageUp: 20,
          Home: -Infinity,
          End: Infinity,
        };
        if (!(event.key in moves)) return;
        event.preventDefault();
        choose(chosen + moves[event.key]);
      },
      onfocus: () => choose(chosen),
    },
    [],
  );
  return readout;
}

// Predictions

function predictionsSection() {
  const found = report.predictions;
  if (!found) return section("predictions", say("predictions"), el("p", {}, say("noPredictions")));
  const isWide = state.width > 700;
  const width = isWide ? (state.width - 24) / 2 : state.width;
  const target = report.settings.target;
  const hasTest = found.rows.some((row) => row[3]);
  const kind = (isHeldOut) => (isHeldOut ? say("heldOut") : say("trainedOn"));
  const heads = [say("row"), say("true"), say("predicted"), say("residual")].concat(hasTest ? [say("kind")] : []);
  const cells = ([row, true_, predicted, isHeldOut]) =>
    [String(row), show(true_), show(predicted), show(true_ - predicted)].concat(hasTest ? [kind(isHeldOut)] : []);
  const notes = [];
  if (found.every > 1) notes.push(say("rowsSampled", {every: found.every, total: found.total}));
  if (report.step.losses > 1)
    notes.push(say("oneOfLosses", {count: report.step.losses, name: found.node, labels: found.labels}));
  if (found.columns > 1) notes.push(say("firstColumn", {columns: found.columns}));
  return section(
    "predictions",
    say("predictions"),
    el(
      "div",
      {class: "pair"},
      scatter(
        say("againstTrue"),
        width,
        found.rows.map((row) => [row, row[1], row[2]]),
        say("trueOf", {target}),
        say("predicted"),
        (low, high) => [
          [low, low],
          [high, high],
        ],
        say("lineIsPerfect"),
      ),
      scatter(
        say("residuals"),
        width,
        found.rows.map((row) => [row, row[2], row[1] - row[2]]),
        say("predictedOf", {target}),
        say("residual"),
        (low, high) => [
          [low, 0],
          [high, 0],
        ],
        say("residualExplained"),
      ),
    ),
    hasTest ? legend(["mark", say("trainedOn")], ["mark held-out", say("heldOut")]) : "",
    ...notes.map((note) => el("p", {class: "note"}, note)),
    tableBehind(say("predictions"), heads, () => found.rows.map(cells)),
    el("h3", {}, say("worst")),
    el("p", {}, say("worstExplained")),
    el(
      "div",
      {class: "scroll", tabindex: "0", role: "region", "aria-label": say("worst"), id: "worst"},
      plainTable(
        [...heads, ...found.names],
        found.worst.map((row) => [...cells(row), ...row[4].map((x) => show(x))]),
      ),
    ),
    found.features > found.names.length
      ? el("p", {class: "note"}, say("columnsSampled", {total: found.features, shown: found.names.length}))
      : "",
  );
}

// ranges: {x, y}, where all that is to be seen has one scale.
function scatter(title, width, points, xName, yName, lineFrom, caption, ranges = null) {
  const xs = points.map(([, x]) => x);
  const ys = points.map(([, , y]) => y);
  const line = lineFrom(...rangeOf(xs));
  const chart = axes({
    width,
    height: 300,
    xRange: ranges?.x ?? padded(rangeOf(xs)),
    xName,
    yName,
    yRange: ranges?.y ?? padded(rangeOf([...ys, ...line.map(([, y]) => y)])),
    label: title + ": " + caption,
  });
  chart.picture.append(
    svg("path", {class: "perfect", d: pathThrough(line.map(([x, y]) => [chart.x(x), chart.y(y)]))}),
    ...points
      .filter(([, x, y]) => isDrawable(x) && isDrawable(y))
      .map(([row, x, y]) =>
        mark(
          chart.x(x),
          chart.y(y),
          row[3],
          say("pointTitle", {row: row[0], true: show(row[1]), predicted: show(row[2])}),
        ),
      ),
  );
  return el("figure", {}, el("figcaption", {}, el("strong", {}, title), el("br"), caption), chart.picture);
}

function padded([low, high]) {
  return [low - (high - low) * 0.04, high + (high - low) * 0.04];
}
