// Matrices as tables whose cells are coloured by size, and the formula behind any chosen number.

const PRINTED_COLUMNS = 13; // of a wide matrix; the style of the page hides the others on paper

// A value or gradient, {shape, cells}, as a table. With onchoose, a cell can be chosen by click and by arrow keys.
function heatTable(matrix, label, onchoose = null, chosen = [0, 0]) {
  if (matrix === null) return el("p", {}, say("noTable"));
  const largest = Math.max(...matrix.cells.flat().map(Math.abs).filter(Number.isFinite), 0);
  const isVector = matrix.shape.length === 1;
  const columns = matrix.cells[0].map((x, column) => {
    const name = matrix.names?.[column] ?? String(column);
    return el("th", {scope: "col", title: name}, clipped(name, 12));
  });
  const table = el(
    "table",
    {class: "heat", role: onchoose ? "grid" : null, "data-arrows": Boolean(onchoose), "aria-label": label},
    matrix.shape.length === 0
      ? ""
      : el("thead", {}, el("tr", {}, el("td", {class: "corner"}), ...columns)),
    el(
      "tbody",
      {},
      ...matrix.cells.map((row, i) =>
        el(
          "tr",
          {},
          matrix.shape.length === 0 ? "" : isVector ? el("td", {class: "corner"}) : el("th", {scope: "row"}, String(i)),
          ...row.map((x) => heatCell(x, largest)),
        ),
      ),
    ),
  );
  if (onchoose) makeChoosable(table, onchoose, chosen);
  return el(
    "div",
    {},
    el(
      "div",
      {
        class: "scroll",
        tabindex: onchoose ? null : "0",
        role: onchoose ? null : "region",
        "aria-label": onchoose ? null : label,
      },
      table,
    ),
    isCropped(matrix)
      ? el(
          "p",
          {class: "note"},
          say("cropped", {
            shape: shapeText(matrix.shape),
            rows: matrix.cells.length,
            columns: matrix.cells[0].length,
          }),
        )
      : "",
    matrix.cells[0].length > PRINTED_COLUMNS
      ? el("p", {class: "note on-paper"}, say("croppedOnPaper", {columns: PRINTED_COLUMNS}))
      : "",
    matrix.is_converted ? el("p", {class: "note"}, say("isConverted")) : "",
  );
}

function isCropped({shape, cells}) {
  return (
    shape.length > 0 && (shape[shape.length - 1] > cells[0].length || (shape.length === 2 && shape[0] > cells.length))
  );
}

// Orange above zero, blue below, the stronger the larger; the sign stands there too.
function heatCell(x, largest) {
  const cell = el("td", {}, show(x));
  const share = Number.isFinite(x) ? Math.abs(x) / (largest || 1) : 1;
  cell.style.setProperty("--heat", (share * 55).toFixed(0) + "%");
  cell.classList.add(x > 0 ? "above" : x < 0 ? "below" : "zero");
  return cell;
}

function makeChoosable(table, onchoose, [row, column]) {
  const cells = [...table.tBodies[0].rows].map((line) => [...line.querySelectorAll("td:not(.corner)")]);
  let at = [Math.min(row, cells.length - 1), Math.min(column, cells[0].length - 1)];
  const choose = (i, j, isFocused) => {
    filled(cells[at[0]][at[1]], {tabindex: "-1", "aria-selected": "false"}, []);
    at = [Math.max(0, Math.min(cells.length - 1, i)), Math.max(0, Math.min(cells[0].length - 1, j))];
    const cell = filled(cells[at[0]][at[1]], {tabindex: "0", "aria-selected": "true"}, []);
    if (isFocused) cell.focus();
    onchoose(...at);
  };
  cells.forEach((line, i) =>
    line.forEach((cell, j) =>
      filled(cell, {tabindex: "-1", role: "gridcell", onclick: () => choose(i, j, true)}, []),
    ),
  );
  table.addEventListener("keydown", (event) => {
    const moves = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
    if (!(event.key in moves)) return;
    event.preventDefault();
    choose(at[0] + moves[event.key][0], at[1] + moves[event.key][1], true);
  });
  choose(...at, false);
}

// Formulas

// How a node computes its value, in the names of its inputs.
function formulaOf(node) {
  const names = node.inputs.names;
  if (node.kind === "linear") return `${node.name} = ${names[0]} · ${names[1]} + ${names[2]}`;
  if (node.kind === "sigmoid") return `${node.name} = 1 / (1 + e^(−${names[0]}))`;
  if (node.kind === "mse") return `${node.name} = Σ (${names[0]} − ${names[1]})² / N`;
  if (node.kind === "placeholder")
    return say(node.is_parameter ? "isParameter" : node.is_data ? "isData" : "isFed", {name: node.name});
  return `${node.class}: ${node.rule || say("noRule")}`;
}

// How the gradient of a node comes about: what each of its consumers passes back.
function gradientFormulaOf(node) {
  if (node.is_loss) return `∂loss/∂${report.step.losses > 1 ? node.name : "loss"} = 1`;
  if (node.consumers.total === 0) return say("nobodyReads", {name: node.name});
  const parts = node.consumers.names.map((name, n) => passedBack(node, n));
  const more = node.consumers.total > parts.length ? " + …" : "";
  return `∂loss/∂${node.name} = ${parts.join(" + ")}${more}`;
}

// The positions at which a consumer reads a node: nearly always just one.
function rolesIn(node, consumer) {
  return consumer.inputs.numbers
    .map((number, role) => (nodes()[number] === node ? role : -1))
    .filter((role) => role >= 0);
}

function passedBack(node, n) {
  const consumer = nodes()[node.consumers.numbers[n]];
  const roles = consumer ? rolesIn(node, consumer) : [];
  const general =
    roles.length > 1
      ? say("passedBackTimes", {name: node.consumers.names[n], times: roles.length})
      : say("passedBackBy", {name: node.consumers.names[n]});
  if (roles.length !== 1) return general;
  const names = consumer.inputs.names;
  const grad = `∂loss/∂${consumer.name}`;
  if (consumer.kind === "linear")
    return [`${grad} · ${names[1]}ᵀ`, `${names[0]}ᵀ · ${grad}`, say("columnSums", {grad})][roles[0]];
  if (consumer.kind === "sigmoid") return `${consumer.name} · (1 − ${consumer.name}) · ${grad}`;
  if (consumer.kind === "mse") return `2/N · ${grad} · (${names[roles[0]]} − ${names[1 - roles[0]]})`;
  return general;
}

// A number of a formula: negative ones in brackets.
function inFormula(x) {
  return x < 0 ? `(${show(x)})` : show(x);
}

// "a·b + c·d + …" of at most 14 terms; every term is a list of factors. total: how many terms there really are.
function sumOf(terms, total) {
  const product = (factors) => factors.map(inFormula).join("·");
  if (total <= 14 && total === terms.length) return terms.map(product).join(" + ");
  const first = terms.slice(0, 8);
  const tail = terms.length === total ? " + " + product(terms[total - 1]) : "";
  const left = total - first.length - (tail ? 1 : 0);
  return `${first.map(product).join(" + ")} + … ${say("moreTerms", {count: left})} …${tail}`;
}

function cellOf({shape, cells}, i, j) {
  return cells[shape.length === 2 ? i : 0][j];
}

// The formula of one element of a value, with the numbers in it; null where the page does not know the rule.
function valueInNumbers(node, i, j) {
  if (node.kind !== "own" && node.inputs.numbers.includes(-1)) return say("inputNotShown", {name: node.name});
  const inputs = node.inputs.numbers.map((number) => nodes()[number]);
  if (inputs.some((input) => !input || input.value === null)) return null;
  const values = inputs.map((input) => input.value);
  const result = show(cellOf(node.value, i, j));
  const name = entryName(node.name, node.value, i, j);
  if (node.kind === "linear") {
    const [X, W, b] = values;
    const terms = X.cells[i].slice(0, W.cells.length).map((x, k) => [x, W.cells[k][j]]);
    return `${name} = ${sumOf(terms, X.shape[1])} + ${inFormula(b.cells[0][j])} = ${result}`;
  }
  if (node.kind === "sigmoid") return `${name} = 1 / (1 + e^(−${inFormula(cellOf(values[0], i, j))})) = ${result}`;
  if (node.kind === "mse") {
    const [y, a] = values.map((value) => value.cells.flat());
    const count = values[0].shape.reduce((product, size) => product * size, 1);
    const terms = y.map((x, k) => `(${show(x)} − ${inFormula(a[k])})²`).slice(0, 8);
    return `${node.name} = (${terms.join(" + ")}${count > terms.length ? " + …" : ""}) / ${count} = ${result}`;
  }
  return null;
}

function entryName(name, matrix, i, j) {
  return matrix.shape.length === 0 ? name : matrix.shape.length === 1 ? `${name}[${j}]` : `${name}[${i}][${j}]`;
}

// The same for one element of the gradient.
function gradientInNumbers(node, i, j) {
  if (node.is_loss || node.gradient === null || node.consumers.total === 0) return null;
  const name = "∂loss/∂" + entryName(node.name, node.gradient, i, j);
  const result = show(cellOf(node.gradient, i, j));
  if (node.consumers.total > 1) {
    if (node.parts.some((part) => part === null) || node.consumers.total > node.parts.length) return null;
    return `${name} = ${node.parts.map((part) => inFormula(cellOf(part, i, j))).join(" + ")} = ${result}`;
  }
  const consumer = nodes()[node.consumers.numbers[0]];
  const roles = consumer ? rolesIn(node, consumer) : [];
  const numbers = roles.length === 1 ? ruleInNumbers(consumer, roles[0], i, j) : null;
  return numbers && `${name} = ${numbers} = ${result}`;
}

// What a consumer passes back to one element of its input number `role`.
function ruleInNumbers(consumer, role, i, j) {
  const inputs = consumer.inputs.numbers.map((number) => nodes()[number]);
  if (inputs.some((input) => !input || input.value === null) || consumer.gradient === null) return null;
  const grad = consumer.gradient;
  if (consumer.kind === "linear") {
    const [X, W] = inputs.map((input) => input.value);
    if (role === 0)
      return sumOf(
        grad.cells[i].slice(0, W.cells[j].length).map((g, k) => [g, W.cells[j][k]]),
        grad.shape[1],
      );
    if (role === 1)
      return sumOf(
        grad.cells.map((row, k) => [X.cells[k][i], row[j]]),
        grad.shape[0],
      );
    return sumOf(
      grad.cells.map((row) => [row[j]]),
      grad.shape[0],
    );
  }
  if (consumer.kind === "sigmoid") {
    const s = cellOf(consumer.value, i, j);
    return `${show(s)}·(1 − ${show(s)})·${inFormula(cellOf(grad, i, j))}`;
  }
  if (consumer.kind === "mse") {
    // A vector of n and a matrix of n × 1 may meet here: then the row of the one is the column of the other.
    const own = inputs[role].value;
    const count = own.shape.reduce((product, size) => product * size, 1);
    const place = own.shape.length === 1 ? j : i;
    const other = inputs[1 - role].value;
    const x = cellOf(own, i, j);
    const y = other.shape.length === 1 ? other.cells[0][place] : other.cells[place][own.shape.length === 1 ? 0 : j];
    return `2/${count}·${show(grad.cells[0][0])}·(${show(x)} − ${inFormula(y)})`;
  }
  return null;
}
