// What all parts of the page share: the numbers and texts, the state, and the functions that make elements.
//
// All files of this folder are joined into one module, in the order that report.py states. Whatever comes from the
// data is put in as text or as an attribute, never as markup.

const report = JSON.parse(document.getElementById("numbers").textContent, nameless);
report.step = report.steps[0]; // the one that is shown; another may be chosen
const texts = JSON.parse(document.getElementById("texts").textContent);
const state = {
  language: remembered("language", ["en", "zh"]) ?? document.documentElement.dataset.language
    ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
  width: 0, // of the column that everything stands in, in pixels
};

// What its reader chose, for when the page is opened again. Some browsers keep nothing for pages from disk.
function remembered(key, possible) {
  try {
    const value = localStorage.getItem("pygraphnn " + key);
    return possible.includes(value) ? value : null;
  } catch {
    return null;
  }
}

function remember(key, value) {
  try {
    localStorage.setItem("pygraphnn " + key, value);
  } catch {
    // it is then chosen again
  }
}

// JSON has neither NaN nor infinities: {"float": "NaN"} stands for one.
function nameless(key, value) {
  const isNamed = value !== null && typeof value === "object" && typeof value.float === "string";
  return isNamed ? Number(value.float) : value;
}

// A text in the language at hand; each {word} in it is replaced by the parameter of that name. With a count of 1, the
// text for one, if there is such.
function say(key, parameters = {}) {
  const text = (parameters.count === 1 && texts[key + "One"]) || texts[key];
  return text[state.language].replace(/\{(\w+)\}/g, (whole, word) => String(parameters[word]));
}

function listed(names, total = names.length) {
  const more = total > names.length ? [say("more", {count: total - names.length})] : [];
  return new Intl.ListFormat(state.language, {type: "conjunction"}).format([...names, ...more]);
}

// A number in so many significant digits, as number_text in wording.py writes it, with the signs that print has.
function show(x, digits = 5) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const rounded = roundedTo(x, digits) + 0; // + 0: −0 becomes 0
  const isPlain = rounded === 0 || (Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e7);
  return (isPlain ? String(rounded) : rounded.toExponential()).replace("e+", "e").replace(/-/g, "−");
}

// To so many digits, and from the middle between two numbers to the one that ends in an even digit, as Python does it;
// toPrecision goes away from zero there.
function roundedTo(x, digits) {
  const [, sign, first, more, exponent] = x.toExponential(100).match(/^(-?)(\d)\.(\d+)e(.+)$/);
  const all = first + more;
  const isMiddle = /^50*$/.test(all.slice(digits));
  if (!isMiddle || Number(all[digits - 1]) % 2) return Number(x.toPrecision(digits));
  return Number(`${sign}${first}.${all.slice(1, digits)}e${exponent}`);
}

function shapeText(shape) {
  return shape.length === 0 ? say("number") : shape.join(" × ");
}

function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

// Attributes that start with "on" are functions to call. Children are elements or texts.
function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function button(label, onclick, attributes = {}) {
  return el("button", {type: "button", onclick, ...attributes}, label);
}

// A select with a label; options are [value, text].
function choice(label, options, chosen, onchoose) {
  const select = el(
    "select",
    {onchange: () => onchoose(select.value)},
    ...options.map(([value, text]) => el("option", {value, selected: value === chosen}, text)),
  );
  return el("label", {class: "field"}, label, select);
}

function section(id, heading, ...children) {
  return el(
    "section",
    {id, "aria-labelledby": id + "-heading"},
    el("h2", {id: id + "-heading"}, heading),
    ...children,
  );
}

// The table behind a picture. It is made when somebody opens it: with a thousand rows it takes a moment. name: whose
// numbers they are, for those who go from region to region.
function tableBehind(name, heads, rowsOf, label = say("table")) {
  const details = el(
    "details",
    {
      ontoggle: () => {
        if (!details.open || details.querySelector("table")) return;
        details.append(
          el(
            "div",
            {class: "scroll tall", tabindex: "0", role: "region", "aria-label": `${name}: ${label}`},
            plainTable(heads, rowsOf()),
          ),
        );
      },
    },
    el("summary", {}, label),
  );
  return details;
}

function plainTable(heads, rows) {
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", {scope: "col"}, head)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell))))),
  );
}

// Goes on by itself, from the start again if it is at the end: {isOn, start, stop, toggle}. refresh: shows whether it
// is on; pause: how many milliseconds lie between two.
function player({isAtEnd, toStart, goOn, refresh, pause}) {
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    refresh();
  };
  const start = () => {
    clearInterval(timer);
    if (isAtEnd()) toStart();
    timer = setInterval(() => (isAtEnd() ? stop() : goOn()), pause());
    refresh();
  };
  const isOn = () => timer !== null;
  return {isOn, start, stop, toggle: () => (isOn() ? stop() : start())};
}
