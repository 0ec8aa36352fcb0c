// Matrices as tables whose cells are coloured by size.

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
  const rowHead = (i) => el("th", {scope: "row"}, matrix.rowNames?.[i] ?? String(i));
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
          matrix.shape.length === 0 ? "" : isVector ? el("td", {class: "corner"}) : rowHead(i),
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
