// One training step, node by node: forward, backward, then the update.

const MILLISECONDS = [4000, 2500, 1500, 900, 500]; // a step takes at each speed

let stepAt = 0;
let speed = 2;
let showStep = () => {}; // shows the step number stepAt; the section sets it
const stepPlayer = player({
  isAtEnd: () => stepAt === allSteps().length - 1,
  toStart: () => (stepAt = 0),
  goOn: () => moveTo(stepAt + 1),
  refresh: () => showStep(),
  pause: () => MILLISECONDS[speed],
});

// [{phase, node: its number, together: all that go in this step}, …] in the order in which they happen. Placeholders
// wait for nothing, so they go first, all at once.
function allSteps() {
  const numbers = nodes().map((node, n) => n);
  const isFed = (n) => nodes()[n].kind === "placeholder";
  const one = (phase) => (node) => ({phase, node, together: [node]});
  const fed = numbers.filter(isFed);
  return [
    ...(fed.length ? [{phase: "forward", node: fed[0], together: fed}] : []),
    ...numbers.filter((n) => !isFed(n)).map(one("forward")),
    ...numbers.slice().reverse().map(one("backward")),
    ...numbers.filter((n) => nodes()[n].is_parameter).map(one("update")),
  ];
}

// What the slider says to those who do not see it: its number alone would mean nothing.
function speedText() {
  return say("secondsAStep", {seconds: show(MILLISECONDS[speed] / 1000)});
}

function moveTo(step) {
  stepAt = Math.max(0, Math.min(allSteps().length - 1, step));
  showStep();
}

// What happens, and why now.
function sentenceOf({phase, node: number, together}) {
  const node = nodes()[number];
  const name = node.name;
  const inputs = {name, count: node.inputs.total, inputs: listed(node.inputs.names, node.inputs.total)};
  const consumers = {
    name,
    count: node.consumers.total,
    consumers: listed(node.consumers.names, node.consumers.total),
  };
  const {losses} = report.step;
  if (phase === "update") {
    const isLast = !nodes().some((other, n) => n > number && other.is_parameter);
    const [before, after] = [report.step.loss, report.step.loss_after].map((loss) => show(loss));
    return say("stepUpdate", {name}) + (isLast ? say("stepEnd", {before, after}) : "");
  }
  if (phase === "backward") {
    if (node.is_loss) return losses > 1 ? say("stepBackwardLosses", {name}) : say("stepBackwardLoss", {name});
    if (node.consumers.total === 0) return say("stepBackwardUnread", {name});
    const [consumer] = node.consumers.numbers.map((other) => nodes()[other]);
    const times = consumer ? rolesIn(node, consumer).length : 1;
    if (node.consumers.total === 1 && times > 1) return say("stepBackwardTimes", {...consumers, times});
    return say(node.consumers.total === 1 ? "stepBackwardOne" : "stepBackwardMany", consumers);
  }
  if (node.kind === "placeholder") {
    const named = (text, isOne) => {
      const names = together.map((n) => nodes()[n]).filter(isOne);
      return names.length ? say(text, {names: listed(names.map((other) => other.name), names.length)}) : "";
    };
    return (
      say("stepFed") +
      named("areData", (other) => other.is_data) +
      named("areParameters", (other) => other.is_parameter) +
      named("areConstants", (other) => !other.is_data && !other.is_parameter)
    );
  }
  const text = say(node.inputs.total === 1 ? "stepForwardOne" : "stepForwardMany", inputs);
  if (!node.is_loss) return text;
  return text + (losses > 1 ? say("stepLossOfMany", {count: losses}) : say("stepLossLast"));
}

// The tables that belong to a step, their headings of this level. The arithmetic of the chosen cell stands with them,
// of the first one until another is chosen.
function tablesOf({phase, node: number, together}, level) {
  const node = nodes()[number];
  const numbers = el("p", {class: "formula numbers", "aria-live": "polite"});
  const workedOut = {forward: valueInNumbers, backward: gradientInNumbers, update: updateInNumbers}[phase];
  const choose = (i, j) => {
    numbers.textContent = workedOut(node, i, j) ?? "";
  };
  const titled = (title, matrix, onchoose = choose) =>
    el("div", {class: "titled"}, el(level, {}, title), heatTable(matrix, title, onchoose));
  if (phase === "forward" && node.kind === "placeholder")
    return together.map((n) => titled(say("valueOf", {name: nodes()[n].name}), nodes()[n].value, null));
  if (phase === "forward") {
    return [
      el("p", {class: "formula"}, formulaOf(node)),
      titled(say("valueOf", {name: node.name}), node.value),
      numbers,
    ];
  }
  if (phase === "update") {
    const rate = show(report.step.learning_rate);
    return [
      el("p", {class: "formula"}, `${node.name} ← ${node.name} − ${rate} · ∂loss/∂${node.name}`),
      titled(say("before", {name: node.name}), node.value),
      titled(say("gradientOf", {name: node.name}), node.gradient),
      titled(say("after", {name: node.name}), node.after),
      numbers,
    ];
  }
  const sum = titled(
    node.consumers.total > 1 ? say("sumOfGradients", {name: node.name}) : say("gradientOf", {name: node.name}),
    node.gradient,
  );
  if (node.consumers.total < 2) return [el("p", {class: "formula"}, gradientFormulaOf(node)), sum, numbers];
  const parts = node.parts.flatMap((part, n) => [
    ...(n ? [el("span", {class: "sign"}, "+")] : []),
    titled(say("passedBackBy", {name: node.consumers.names[n]}), part, null),
  ]);
  return [
    el("p", {class: "formula"}, gradientFormulaOf(node)),
    el(
      "div",
      {class: "adding"},
      ...parts,
      el("span", {class: "sign"}, node.consumers.total > node.parts.length ? "+ … =" : "="),
      sum,
    ),
    numbers,
  ];
}

// What happens to one number, and what that means.
function updateInNumbers(node, i, j) {
  if (!node.value || !node.gradient || !node.after) return null;
  const [w, g, after] = [node.value, node.gradient, node.after].map((matrix) => cellOf(matrix, i, j));
  const [name, rate] = [entryName(node.name, node.value, i, j), report.step.learning_rate];
  let digits = 5;
  while (digits < 15 && show(w, digits) === show(after, digits)) digits++; // a small step is to be seen, too
  const text = g > 0 ? "isTooLarge" : g < 0 ? "isTooSmall" : "staysAsItIs";
  const meaning = say(text, {name, by: show(Math.abs(rate * g))});
  return `${name}: ${show(w, digits)} − ${show(rate)} · ${inFormula(g)} = ${show(after, digits)}. ${meaning}`;
}

// [the name, an explanation] of each kind of step: the training's first or last one, one that would come next, one on
// rows of one's own.
const STEP_TEXTS = {
  first: ["firstStepName", "firstStepExplained"],
  goingOn: ["goingOnStepName", "goingOnStepExplained"],
  last: ["lastStepName", "lastStepExplained"],
  now: ["nowStepName", "nowStepExplained"],
  own: ["ownStepName", "ownStepExplained"],
};

function stepTexts({kind, epoch, step, rows}) {
  return STEP_TEXTS[kind].map((key) => say(key, {epoch, step, rows: someOf(rows)}));
}

const MOST_ROWS_NAMED = 24;

function someOf(rows) {
  return listed(rows.slice(0, MOST_ROWS_NAMED).map(String), rows.length);
}

function stepChooser() {
  const options = report.steps.map((step, n) => [String(n), stepTexts(step)[0]]);
  return choice(say("whichStep"), options, String(report.steps.indexOf(report.step)), (n) => {
    report.step = report.steps[n];
    stepPlayer.stop();
    stepAt = 0;
    document.getElementById("graph")?.replaceWith(sectionOr("graph", graphSection));
    document.getElementById("steps").replaceWith(sectionOr("steps", stepsSection));
    document.querySelector("#steps select").focus();
  });
}

function stepsSection() {
  const steps = allSteps();
  const drawn = drawGraph(say("stepPicture"));
  const frameOptions = {class: "scroll graph-frame", tabindex: "0", role: "region", "aria-label": say("stepPicture")};
  const frame = el("div", frameOptions, drawn.picture);
  const sentence = el("p", {class: "sentence", id: "sentence", "aria-live": "polite"});
  const place = el("output", {id: "step-place"});
  const tables = el("div", {class: "panel", id: "step-panel"});
  const phases = ["forward", "backward", "update"].filter((phase) => steps.some((step) => step.phase === phase));
  const phaseButtons = phases.map((phase) =>
    button(say(phase), () => moveTo(steps.findIndex((step) => step.phase === phase)), {
      class: "toggle",
      "data-phase": phase,
    }),
  );
  const play = button("", stepPlayer.toggle, {id: "play"});
  showStep = () => {
    const step = steps[stepAt];
    highlight(drawn, steps, stepAt);
    const [x, y] = drawn.centres[step.node];
    frame.scrollTo(x - frame.clientWidth / 2, y - frame.clientHeight / 2);
    sentence.textContent = sentenceOf(step);
    place.textContent = say("stepOf", {step: stepAt + 1, of: steps.length, phase: say(step.phase)});
    tables.replaceChildren(...tablesOf(step, "h3"));
    phaseButtons.forEach((other) => filled(other, {"aria-pressed": String(other.dataset.phase === step.phase)}, []));
    play.textContent = say(stepPlayer.isOn() ? "pause" : "play");
  };
  const slider = el("input", {
    type: "range",
    min: "0",
    max: String(MILLISECONDS.length - 1),
    value: String(speed),
    id: "speed",
    "aria-valuetext": speedText(),
    oninput: () => {
      speed = Number(slider.value);
      filled(slider, {"aria-valuetext": speedText()}, []);
      if (stepPlayer.isOn()) stepPlayer.start();
    },
  });
  showStep();
  return section(
    "steps",
    say("steps"),
    report.steps.length > 1 ? el("div", {class: "controls"}, stepChooser()) : "",
    el("p", {}, stepTexts(report.step)[1], " ", say("stepsExplained")),
    report.settings.optimizer
      ? el("p", {class: "note"}, say("otherOptimizer", {name: report.settings.optimizer}))
      : "",
    sampledNodesNote(),
    el(
      "div",
      {class: "stepper"},
      el(
        "div",
        {class: "controls moving"},
        button(say("back"), () => moveTo(stepAt - 1), {id: "back"}),
        button(say("next"), () => moveTo(stepAt + 1), {id: "next"}),
        play,
      ),
      el(
        "div",
        {class: "controls choosing"},
        el("label", {class: "field"}, say("speed"), slider),
        el("div", {class: "controls", role: "group", "aria-label": say("jump")}, ...phaseButtons),
      ),
      place,
      sentence,
    ),
    frame,
    tables,
    el("div", {id: "all-steps"}),
  );
}

// On paper nobody presses a button: there all steps stand one below the other. They are made when it is printed.
function showAllSteps(isPrinting) {
  const place = document.getElementById("all-steps");
  if (!place || isPrinting === place.hasChildNodes()) return;
  const steps = isPrinting ? allSteps() : [];
  place.replaceChildren(
    ...steps.flatMap((step, n) => [
      n === 0 || step.phase !== steps[n - 1].phase ? el("h3", {}, say(step.phase)) : "",
      el("h4", {}, `${n + 1}. ${step.together.map((other) => nodes()[other].name).join(", ")}`),
      el("p", {}, sentenceOf(step)),
      el("div", {class: "panel"}, ...tablesOf(step, "h5")),
    ]),
  );
}

// Nodes that have what this phase makes carry a tick, and its first numbers; the one at work and the edges that bring
// its data stand out.
function highlight({boxes, edges}, steps, last) {
  const {phase, node, together} = steps[last];
  const done = new Set(
    steps
      .slice(0, last + 1)
      .filter((step) => step.phase === phase)
      .flatMap((step) => step.together),
  );
  boxes.forEach((box, n) => {
    box.classList.toggle("active", together.includes(n));
    box.classList.toggle("done", done.has(n));
    box.querySelector(".tick").textContent = done.has(n) ? "✓" : "";
    const width = Number(box.querySelector("rect").getAttribute("width"));
    const {value, gradient, after} = nodes()[n];
    const made = {forward: [value, ""], backward: [gradient, "∂ "], update: [after, ""]}[phase];
    const before = phase === "forward" ? [null, ""] : [value, ""];
    const [numbers, sign] = done.has(n) ? made : before;
    box.querySelector(".corner-of").textContent = cornerText(numbers, width, sign);
  });
  for (const {from, to, element: edge} of edges) {
    edge.classList.toggle("to-forward", phase === "forward" && to === node);
    edge.classList.toggle("to-backward", phase === "backward" && from === node);
  }
}

// ← and → step from anywhere on the page where the stepper is in sight, if nothing else takes these keys.
function stepByKeys(event) {
  const stepper = document.getElementById("next")?.getBoundingClientRect();
  if (!stepper || stepper.bottom <= 0 || stepper.top >= window.innerHeight) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.("input, select, [data-arrows], .scroll:not(.graph-frame)")) return;
  if (event.key === "ArrowRight") moveTo(stepAt + 1);
  else if (event.key === "ArrowLeft") moveTo(stepAt - 1);
  else return;
  event.preventDefault();
}
