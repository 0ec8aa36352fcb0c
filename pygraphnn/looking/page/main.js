// The whole page: the heading with its switches, and every section anew when the language or the width changes.

function headerParts() {
  const title = report.settings.dataset ?? say("ownData");
  document.title = say("title", {title});
  const language = button(
    say("otherLanguage"),
    () => {
      state.language = state.language === "en" ? "zh" : "en";
      remember("language", state.language);
      render();
      document.getElementById("language").focus();
    },
    {id: "language", lang: state.language === "en" ? "zh" : "en"},
  );
  const isDark = () =>
    document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = button(
    say("otherTheme"),
    () => {
      document.documentElement.dataset.theme = isDark() ? "light" : "dark";
      remember("theme", document.documentElement.dataset.theme);
    },
    {id: "theme"},
  );
  return [el("h1", {}, say("title", {title})), el("div", {class: "controls"}, language, theme)];
}

// A section by itself: where making it fails, the others still come, and the error stands in it and on the console. A
// page inside of another may show some of them only.
function sectionOr(id, make) {
  const {sections} = document.documentElement.dataset;
  if (sections && !sections.split(" ").includes(id)) return "";
  try {
    return make();
  } catch (error) {
    console.error(error);
    return section(id, say(id), el("p", {}, say("failed", {error})));
  }
}

function render() {
  document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
  state.width = Math.floor(document.getElementById("main").clientWidth);
  document.getElementById("top").replaceChildren(...headerParts());
  document
    .getElementById("main")
    .replaceChildren(
      sectionOr("settings", settingsSection),
      sectionOr("loss", lossSection),
      sectionOr("measures", measuresSection),
      report.measures?.names ? "" : sectionOr("predictions", predictionsSection),
      sectionOr("replay", replaySection),
      sectionOr("graph", graphSection),
      sectionOr("steps", stepsSection),
      sectionOr("surface", surfaceSection),
    );
}

const theme = remembered("theme", ["light", "dark"]);
if (theme) document.documentElement.dataset.theme = theme;

let waiting = null;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const isOther = Math.floor(document.getElementById("main").clientWidth) !== state.width;
    if (isOther && !matchMedia("print").matches) render();
  }, 150);
});
document.addEventListener("keydown", stepByKeys);
matchMedia("print").addEventListener("change", (event) => showAllSteps(event.matches));
window.addEventListener("beforeprint", () => showAllSteps(true));
window.addEventListener("afterprint", () => showAllSteps(false));
render();
