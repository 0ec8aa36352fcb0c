// Formulas: what the docstrings of the nodes' classes state, with the names of nodes or with numbers put in. This page
// knows no node by its class: the rules come with the numbers, from looking/formulas.py, which does the same in Python.

const MARKS = "ᵢⱼₖₗ"; // subscripts
const WORD = new RegExp(`([A-Za-z]+)([${MARKS}]*)`, "g");
const SUM = new RegExp(`Σ([${MARKS}]*) ?`);
const POWERS = ["²", "³", "^"];
const MOST_TERMS = 14; // of a sum that is written out; of a longer one the first terms and the last
const FIRST_TERMS = 8;

function ruleOf(node) {
  return report.step.rules[node.rule];
}

// {letter: the input that the rule calls so}, as pairs
function inputLetters(node) {
  return ruleOf(node).letters.map((letter, n) => [letter, n]);
}

function withNames(text, names) {
  return text.replace(WORD, (all, word, marks) => (Object.hasOwn(names, word) ? names[word] + marks : all));
}

function namesIn(node) {
  const {names} = ruleOf(node);
  return Object.fromEntries([
    ...inputLetters(node).map(([letter, n]) => [letter, node.inputs.names[n] ?? letter]),
    ...names.map((name) => [name, node.name]),
    ["grad", `∂loss/∂${node.name}`],
  ]);
}

// How a node computes its value, in the names of its inputs.
function formulaOf(node) {
  if (node.kind === "placeholder")
    return say(node.is_parameter ? "isParameter" : node.is_data ? "isData" : "isFed", {name: node.name});
  const {value} = ruleOf(node);
  if (value) return `${node.name} = ${withNames(value.text, namesIn(node))}`;
  return `${node.class}: ${node.says || say("noRule")}`;
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

// What the rule of a consumer says of one of its inputs; undefined where it says nothing.
function gradientRule(consumer, role) {
  const {letters, gradients} = ruleOf(consumer);
  return letters.length === consumer.inputs.total ? gradients[role] : undefined;
}

function passedBack(node, n) {
  const consumer = nodes()[node.consumers.numbers[n]];
  const roles = consumer ? rolesIn(node, consumer) : [];
  if (roles.length > 1) return say("passedBackTimes", {name: node.consumers.names[n], times: roles.length});
  const rule = roles.length === 1 ? gradientRule(consumer, roles[0]) : undefined;
  return rule ? withNames(rule.text, namesIn(consumer)) : say("passedBackBy", {name: node.consumers.names[n]});
}

// Numbers in the place of letters

class NotKnown extends Error {}

// A number of a formula: negative ones in brackets.
function inFormula(x) {
  return x < 0 ? `(${show(x)})` : show(x);
}

function entryName(name, matrix, i, j) {
  return matrix.shape.length === 0 ? name : matrix.shape.length === 1 ? `${name}[${j}]` : `${name}[${i}][${j}]`;
}

function cellOf({shape, cells}, i, j) {
  return cells[shape.length === 2 ? i : 0][j];
}

function sizeOf({shape}) {
  return shape.reduce((product, size) => product * size, 1);
}

// The element with this number, row after row. Of a large matrix only the corner is here.
function numberAt(matrix, flat) {
  const isMatrix = matrix.shape.length === 2;
  const columns = matrix.shape[matrix.shape.length - 1];
  const x = isMatrix ? matrix.cells[Math.floor(flat / columns)]?.[flat % columns] : matrix.cells[0][flat];
  if (x === undefined) throw new NotKnown();
  return x;
}

function outsideBrackets(text, sign) {
  let depth = 0;
  for (let place = 0; place < text.length; place++) {
    depth += "([".includes(text[place]) - ")]".includes(text[place]);
    if (text[place] === sign && depth === 0) return place;
  }
  return text.length;
}

// marked: {subscript: its number}; flat: the number of the element that a word without subscripts means.
function withNumbers(text, marked, flat, values) {
  const found = SUM.exec(text);
  if (!found)
    return text.replace(WORD, (all, word, marks, start) => inPlace(word, marks, text, start, marked, flat, values));
  const [before, rest] = [text.slice(0, found.index), text.slice(found.index + found[0].length)];
  const end = outsideBrackets(rest, " ");
  const [body, after] = [rest.slice(0, end), rest.slice(end)];
  const index = found[1];
  const words = [...body.matchAll(WORD)].filter((word) => Object.hasOwn(values, word[1]));
  const bare = body.replace(WORD, "$1");
  const indexed = index && words.find((word) => word[2].includes(index));
  if (words.length === 0 || (index && !indexed)) throw new NotKnown();
  const total = index ? values[indexed[1]].shape[indexed[2].indexOf(index)] : sizeOf(values[words[0][1]]);
  const term = (k) =>
    index ? withNumbers(body, {...marked, [index]: k}, flat, values) : withNumbers(bare, marked, k, values);
  const sum = sumOf(total, term);
  const isBracketed = total > 1 && after && !after.startsWith(" +") && !after.startsWith(" −");
  return (
    withNumbers(before, marked, flat, values) +
    (isBracketed ? `(${sum})` : sum) +
    withNumbers(after, marked, flat, values)
  );
}

// The terms of a sum. Those whose numbers are not on this page are left out.
function sumOf(total, term) {
  const known = (k) => {
    try {
      return term(k);
    } catch (problem) {
      if (problem instanceof NotKnown) return null;
      throw problem;
    }
  };
  const all = total <= MOST_TERMS ? Array.from({length: total}, (_, k) => known(k)) : [];
  if (total <= MOST_TERMS && !all.includes(null)) return all.join(" + ");
  const first = Array.from({length: Math.min(total, FIRST_TERMS)}, (_, k) => known(k)).filter((text) => text !== null);
  if (first.length === 0) throw new NotKnown();
  const last = known(total - 1);
  const left = total - first.length - (last === null ? 0 : 1);
  return `${first.join(" + ")} + … ${say("moreTerms", {count: left})} …${last === null ? "" : " + " + last}`;
}

function inPlace(word, marks, text, start, marked, flat, values) {
  if (!Object.hasOwn(values, word)) return word === "N" ? String(sizeOf(Object.values(values)[0])) : word + marks;
  const matrix = values[word];
  let x;
  if (matrix.shape.length === 0) x = matrix.cells[0][0];
  else if (marks && marks.length === matrix.shape.length) {
    const at = [...marks].map((letter) => marked[letter]);
    x = matrix.shape.length === 2 ? matrix.cells[at[0]]?.[at[1]] : matrix.cells[0][at[0]];
  } else x = numberAt(matrix, flat);
  if (x === undefined) throw new NotKnown();
  const next = text[start + word.length + marks.length];
  return text[start - 1] === "(" && !POWERS.includes(next) ? show(x) : inFormula(x);
}

// A formula with the numbers in it, for element (i, j) of a value or a gradient; null where it is not known.
function elementInNumbers(formula, matrix, i, j, values) {
  const areNumbers = Object.values(values).every(({shape}) => shape.length === 0);
  const text = areNumbers ? formula.text : formula.element;
  if (!text) return null;
  const place = matrix.shape.length === 2 ? [i, j] : [j];
  const marked = Object.fromEntries([...formula.marks].map((letter, n) => [letter, place[n]]));
  try {
    const numbers = withNumbers(text, marked, matrix.shape.length === 2 ? i * matrix.shape[1] + j : j, values);
    const isOpen = [...MARKS].some((subscript) => numbers.includes(subscript)); // of an element of something else
    return numbers === text || isOpen ? null : numbers; // words alone
  } catch (problem) {
    if (problem instanceof NotKnown || problem instanceof TypeError) return null;
    throw problem;
  }
}

// {letter: the value of the input that it stands for}; null if the page does not show them all.
function inputValues(node) {
  const shown = node.inputs.numbers.map((number) => nodes()[number]?.value);
  if (shown.length < node.inputs.total || shown.some((value) => !value)) return null;
  return Object.fromEntries(inputLetters(node).map(([letter, n]) => [letter, shown[n]]));
}

// The formula of one element of a value, with the numbers in it; null where it is not known.
function valueInNumbers(node, i, j) {
  if (node.kind === "placeholder" || !ruleOf(node).value) return null;
  if (node.inputs.numbers.includes(-1)) return say("inputNotShown", {name: node.name});
  const values = inputValues(node);
  const numbers = values && elementInNumbers(ruleOf(node).value, node.value, i, j, values);
  return numbers && `${entryName(node.name, node.value, i, j)} = ${numbers} = ${show(cellOf(node.value, i, j))}`;
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
  const numbers = roles.length === 1 ? passedBackInNumbers(consumer, roles[0], node, i, j) : null;
  return numbers && `${name} = ${numbers} = ${result}`;
}

// What a consumer passes back to one element of its input number `role`.
function passedBackInNumbers(consumer, role, node, i, j) {
  const rule = gradientRule(consumer, role);
  const values = inputValues(consumer);
  if (!rule || !values || consumer.gradient === null || consumer.value === null) return null;
  for (const name of ruleOf(consumer).names) values[name] = consumer.value;
  return elementInNumbers(rule, node.gradient, i, j, {...values, grad: consumer.gradient});
}
