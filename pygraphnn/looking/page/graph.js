// The computation graph: where its nodes stand, how it is drawn, and what a chosen node shows.

let chosenNode = null; // its number; null: the first computed one

function nodes() {
  return report.step.nodes;
}

// Where the nodes stand, from left to right or, where that is too wide, from top to bottom. A place is given by
// `along`, in the direction of the edges, and `across`; toPoint makes x and y of it. The layers and their order come
// from layout.py: a number is a node, [n] a lane between the boxes for edges from node n to a layer further on.
function layout() {
  const {layers} = report.step;
  const isTall = state.width < layers.length * 168;
  const between = isTall ? 12 : 26;
  const [width, height] = [isTall ? tallWidth(layers, between) : 112, 62];
  const box = isTall ? {along: height, across: width} : {along: width, across: height};
  const gap = isTall ? 50 : Math.min(74, (state.width - 8 - layers.length * width) / Math.max(1, layers.length - 1));
  const room = (item) => (isLane(item) ? LANE : box.across) + between;
  const rooms = layers.map((layer) => layer.reduce((sum, item) => sum + room(item), 0));
  const widest = Math.max(...rooms);
  const places = []; // of the nodes: the corners of their boxes
  const lanes = []; // lanes[n]: of each layer that edges from node n pass by, {depth, along, across}
  layers.forEach((layer, depth) => {
    const along = 4 + depth * (box.along + gap);
    let across = 4 + (widest - rooms[depth]) / 2;
    for (const item of layer) {
      if (isLane(item)) (lanes[item[0]] ||= []).push({depth, along, across: across + LANE / 2});
      else places[item] = {depth, along, across};
      across += room(item);
    }
  });
  const toPoint = (along, across) => (isTall ? [across, along] : [along, across]);
  const end = 4 + (layers.length - 1) * (box.along + gap) + box.along + 4;
  return {places, lanes, box, isTall, toPoint, size: toPoint(end, widest - between + 8), width, height};
}

const LANE = 8; // its width; on both sides there is as much room as between boxes

function isLane(item) {
  return Array.isArray(item);
}

// How wide boxes can be so that the layer with the most of them, and of lanes, fits on a narrow screen.
function tallWidth(layers, between) {
  const widths = layers.map((layer) => {
    const lanes = layer.filter(isLane).length;
    return (state.width - 8 + between - lanes * (LANE + between)) / (layer.length - lanes) - between;
  });
  return Math.max(84, Math.min(150, ...widths));
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
      .map((from) => ({from, to, element: drawEdge(plan, from, to)})),
  );
  const corner = ({along, across}) => plan.toPoint(along, across);
  const boxes = nodes().map((node, n) => drawNode(node, corner(plan.places[n]), plan));
  const centres = plan.places.map(corner).map(([x, y]) => [x + plan.width / 2, y + plan.height / 2]);
  picture.append(...edges.map((edge) => edge.element), ...boxes);
  return {picture, boxes, edges, centres};
}

// From the end of one box to the start of another; past the boxes of the layers in between straight, in its lane.
function drawEdge({places, lanes, box, isTall, toPoint}, from, to) {
  const {value} = nodes()[from];
  const shape = value ? shapeText(value.shape).replace(/ /g, "") : "?";
  const middle = box.across / 2;
  const start = [places[from].along + box.along, places[from].across + middle];
  const end = [places[to].along, places[to].across + middle];
  let [d, at] = [`M${toPoint(...start)}`, start];
  const curveTo = (point) => {
    // Straight for longer at the start, where the shape is written.
    const [out, into] = [0.75, 0.35].map((share) => Math.max(24, share * (point[0] - at[0])));
    d += `C${[[at[0] + out, at[1]], [point[0] - into, point[1]], point].map((corner) => toPoint(...corner)).join(" ")}`;
    at = point;
  };
  for (const lane of (lanes[from] ?? []).filter(({depth}) => depth < places[to].depth)) {
    curveTo([lane.along, lane.across]);
    at = [lane.along + box.along, lane.across];
    d += `L${toPoint(...at)}`;
  }
  curveTo(end);
  const [x, y] = toPoint(...start);
  return svg(
    "g",
    {class: "edge"},
    svg("path", {d}),
    arrow(toPoint(...end), isTall, 1, "forward"),
    arrow([x, y], isTall, -1, "backward"),
    svg("text", {class: "shape", x, y, ...(isTall ? {dx: 7, dy: 17} : {dx: 5, dy: -6})}, shape),
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
    {class: `node ${look}`, transform: `translate(${left} ${top})`, "data-node": node.name},
    ...(clipped(node.name, letters) === node.name ? [] : [svg("title", {}, node.name + " ")]),
    svg("rect", {width, height, rx: node.kind === "placeholder" ? 3 : 14}),
    svg("text", {class: "order", x: 7, y: 15}, `${node.position} `),
    svg("text", {class: "label", ...middle, x: (start + end) / 2, y: 22}, clipped(node.name, letters) + " "),
    svg("text", {class: "kind", ...middle, y: 37}, clipped(kindText(node), Math.floor(width / 7.4)) + " "),
    svg("text", {class: "corner-of", ...middle, y: 53}, cornerText(node.value, width)),
    svg("text", {class: "tick", x: width - 7, y: 15, "text-anchor": "end"}, ""),
  );
}

// The first numbers of a value or a gradient, as many as a box of this width has room for.
function cornerText(matrix, width, sign = "") {
  if (!matrix) return "";
  const numbers = matrix.cells[0];
  const room = Math.floor(width / 6.4) - sign.length;
  let text = show(numbers[0], 3);
  let n = 1;
  for (; n < numbers.length && `${text}  ${show(numbers[n], 3)} …`.length <= room; n++)
    text += `  ${show(numbers[n], 3)}`;
  return sign + text + (matrix.shape.reduce((product, size) => product * size, 1) > n ? " …" : "");
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
        "aria-label": box.textContent.trim(), // what stands there, for those who speak to the page
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
  const heads = [say("order"), say("node"), say("kindOfNode"), say("shape"), say("reads"), say("isReadBy")];
  return section(
    "graph",
    say("graph"),
    el("p", {}, say("graphExplained")),
    sampledNodesNote(),
    el("div", {class: "scroll graph-frame"}, drawn.picture),
    tableBehind(say("graph"), heads, () =>
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
