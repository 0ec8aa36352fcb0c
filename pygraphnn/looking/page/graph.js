// The computation graph: where its nodes stand, how it is drawn, and what a chosen node shows.

let chosenNode = null; // its number; null: the first computed one

function nodes() {
  return report.step.nodes;
}

// The nodes of each layer, which layout.py has put them in; those that are computed come first, so that they make a
// straight line.
function layersOf() {
  const layers = [];
  nodes().forEach(({layer}, n) => (layers[layer] ||= []).push(n));
  const isFed = (n) => nodes()[n].kind === "placeholder";
  return layers.filter((layer) => layer).map((layer) => layer.sort((a, b) => isFed(a) - isFed(b) || a - b));
}

// Where the nodes stand, from left to right or, where that is too wide, from top to bottom. A place is given by
// `along`, in the direction of the edges, and `across`; toPoint makes x and y of it.
function layout() {
  const layers = layersOf();
  const most = Math.max(...layers.map((layer) => layer.length));
  const margin = hasLongEdge(layers) ? BOW : 4;
  const isTall = state.width < layers.length * 168;
  const [width, height] = [isTall ? Math.max(88, Math.min(150, (state.width - 4 - margin) / most - 12)) : 112, 48];
  const box = isTall ? {along: height, across: width} : {along: width, across: height};
  const gap = isTall ? 50 : Math.min(74, (state.width - 8 - layers.length * width) / Math.max(1, layers.length - 1));
  const places = [];
  layers.forEach((layer, depth) =>
    layer.forEach((n, lane) => {
      places[n] = {depth, lane, along: 4 + depth * (box.along + gap)};
      places[n].across = margin + lane * (box.across + (isTall ? 12 : 26));
    }),
  );
  const toPoint = (along, across) => (isTall ? [across, along] : [along, across]);
  const last = (direction) => Math.max(...places.map((place) => place[direction])) + box[direction] + 4;
  return {places, box, isTall, toPoint, size: toPoint(last("along"), last("across")), width, height};
}

// Between nodes of the first lane that do not stand side by side an edge makes a bow around those in between.
const BOW = 40;

function isLong(from, to) {
  return from.lane === 0 && to.lane === 0 && to.depth > from.depth + 1;
}

function hasLongEdge(layers) {
  const place = [];
  layers.forEach((layer, depth) => layer.forEach((n, lane) => (place[n] = {depth, lane})));
  return nodes().some((node, to) => node.inputs.numbers.some((from) => from >= 0 && isLong(place[from], place[to])));
}

// {picture, boxes: an element for each node, edges: [{from, to, element}], centres: the points in the nodes' middles}
function drawGraph(label) {
  const plan = layout();
  const [width, height] = plan.size;
  const attributes = {viewBox: `0 0 ${width} ${height}`, width, height, class: "graph", role: "group"};
  const picture = svg("svg", {...attributes, "aria-label": label});
  const edges = nodes().flatMap((node, to) =>
    [...new Set(node.inputs.numbers)]
      .filter((from) => from >= 0)
      .map((from) => ({from, to, element: drawEdge(plan, plan.places[from], plan.places[to], nodes()[from])})),
  );
  const corner = ({along, across}) => plan.toPoint(along, across);
  const boxes = nodes().map((node, n) => drawNode(node, corner(plan.places[n]), plan));
  const centres = plan.places.map(corner).map(([x, y]) => [x + plan.width / 2, y + plan.height / 2]);
  picture.append(...edges.map((edge) => edge.element), ...boxes);
  return {picture, boxes, edges, centres};
}

function drawEdge({box, isTall, toPoint}, from, to, source) {
  const shape = source.value ? shapeText(source.value.shape).replace(/ /g, "") : "?";
  const middle = box.across / 2;
  let points, arrows, label;
  if (isLong(from, to)) {
    const [start, end] = [from, to].map((place) => [place.along + box.along / 2, place.across]);
    points = [start, [start[0], start[1] - BOW * 1.2], [end[0], end[1] - BOW * 1.2], end];
    arrows = [arrow(toPoint(...end), !isTall, 1, "forward"), arrow(toPoint(...start), !isTall, 1, "backward")];
    label = isTall ? {dx: -5, dy: 16, "text-anchor": "end"} : {dx: -6, dy: -10, "text-anchor": "end"};
  } else {
    const [start, end] = [
      [from.along + box.along, from.across + middle],
      [to.along, to.across + middle],
    ];
    // Straight for longer at the start, where the shape is written.
    const [out, into] = [0.75, 0.35].map((share) => Math.max(24, share * (end[0] - start[0])));
    points = [start, [start[0] + out, start[1]], [end[0] - into, end[1]], end];
    arrows = [arrow(toPoint(...end), isTall, 1, "forward"), arrow(toPoint(...start), isTall, -1, "backward")];
    label = isTall ? {dx: 7, dy: 17} : {dx: 5, dy: -6};
  }
  const [start, ...others] = points.map((point) => toPoint(...point));
  const path = svg("path", {d: `M${start}C${others.join(" ")}`});
  return svg(
    "g",
    {class: "edge"},
    path,
    ...arrows,
    svg("text", {class: "shape", x: start[0], y: start[1], ...label}, shape),
  );
}

// The head of an arrow at a point: it points down or right, and with direction −1 up or left.
function arrow([x, y], isDown, direction, kind) {
  const [u, v] = [8 * direction, 4.5];
  const sides = isDown ? [x - v, y - u, x + v, y - u] : [x - u, y - v, x - u, y + v];
  return svg("polygon", {class: "arrow " + kind, points: [x, y, ...sides].join(" ")});
}

function kindText(node) {
  if (node.is_parameter) return say("parameter");
  if (node.kind === "placeholder") return say(node.is_data ? "data" : "constant");
  return node.class;
}

function drawNode(node, [left, top], {width, height}) {
  const look = node.is_parameter ? "parameter" : node.is_loss ? "loss" : node.kind;
  // The label stands between the number, of whatever length, and the tick.
  const [start, end] = [10 + 6.5 * String(node.position).length, width - 17];
  const letters = Math.floor((end - start) / 7.4);
  const middle = {x: width / 2, "text-anchor": "middle"};
  return svg(
    "g",
    {class: `node ${look}`, transform: `translate(${left} ${top})`},
    svg("title", {}, node.name),
    svg("rect", {width, height, rx: node.kind === "placeholder" ? 3 : 14}),
    svg("text", {class: "order", x: 7, y: 15}, String(node.position)),
    svg("text", {class: "label", ...middle, x: (start + end) / 2, y: 22}, clipped(node.name, letters)),
    svg("text", {class: "kind", ...middle, y: 38}, clipped(kindText(node), Math.floor(width / 7.4))),
    svg("text", {class: "tick", x: width - 7, y: 15, "text-anchor": "end"}, ""),
  );
}

function sampledNodesNote() {
  const {total} = report.step;
  return nodes().length < total
    ? el("p", {class: "note"}, say("nodesSampled", {total, shown: nodes().length}))
    : "";
}

function graphSection() {
  const drawn = drawGraph(say("graphPicture"));
  const panel = el("div", {class: "panel", id: "node-panel"});
  const choose = (n) => {
    chosenNode = n;
    drawn.boxes.forEach((box, other) => filled(box, {"aria-pressed": String(other === n)}, []));
    panel.replaceChildren(...nodePanel(nodes()[n]));
  };
  drawn.boxes.forEach((box, n) =>
    filled(
      box,
      {
        role: "button",
        tabindex: "0",
        "data-node": nodes()[n].name,
        "aria-label": `${nodes()[n].position}. ${nodes()[n].name}, ${kindText(nodes()[n])}`,
        onclick: () => choose(n),
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          choose(n);
        },
      },
      [],
    ),
  );
  const firstComputed = nodes().findIndex((node) => node.kind !== "placeholder");
  choose(chosenNode ?? Math.max(0, firstComputed));
  return section(
    "graph",
    say("graph"),
    el("p", {}, say("graphExplained")),
    sampledNodesNote(),
    el("div", {class: "scroll graph-frame"}, drawn.picture),
    tableBehind([say("order"), say("node"), say("kindOfNode"), say("shape"), say("reads"), say("isReadBy")], () =>
      nodes().map((node) => [
        String(node.position),
        node.name,
        kindText(node),
        node.value ? shapeText(node.value.shape) : "?",
        listed(node.inputs.names, node.inputs.total),
        listed(node.consumers.names, node.consumers.total),
      ]),
    ),
    panel,
  );
}

function nodePanel(node) {
  const valueNumbers = el("p", {class: "formula numbers", "aria-live": "polite"});
  const gradientNumbers = el("p", {class: "formula numbers", "aria-live": "polite"});
  const chooser = (output, formula) => (i, j) => {
    output.textContent = formula(node, i, j) ?? "";
  };
  const value = heatTable(node.value, say("valueOf", {name: node.name}), chooser(valueNumbers, valueInNumbers));
  const gradient = heatTable(
    node.gradient,
    say("gradientOf", {name: node.name}),
    chooser(gradientNumbers, gradientInNumbers),
  );
  return [
    el("h3", {}, `${node.position}. ${node.name}`),
    el(
      "div",
      {class: "value"},
      el("h4", {}, say("value")),
      el("p", {class: "formula"}, formulaOf(node)),
      value,
      valueNumbers,
    ),
    el(
      "div",
      {class: "gradient"},
      el("h4", {}, say("gradient")),
      el("p", {class: "formula"}, gradientFormulaOf(node)),
      gradient,
      gradientNumbers,
    ),
    el("p", {class: "note"}, say("chooseCell")),
  ];
}
