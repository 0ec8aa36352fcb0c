// What is looked for in the script of the report's page: names that do not exist, are not used, or hide others; and
// every way to make markup or programs out of text.
const browser = ["Intl", "clearInterval", "clearTimeout", "console", "document", "localStorage", "matchMedia", "navigator",
  "setInterval", "setTimeout", "window"];
const errors = ["eqeqeq", "no-cond-assign", "no-constant-condition", "no-dupe-keys", "no-eval", "no-fallthrough",
  "no-implied-eval", "no-new-func", "no-redeclare", "no-self-assign", "no-shadow", "no-sparse-arrays", "no-undef",
  "no-unreachable", "no-unused-vars", "no-var", "prefer-const", "use-isnan", "valid-typeof"];

export default [{
  languageOptions: {
    ecmaVersion: 2022,
    sourceType: "module",
    globals: Object.fromEntries(browser.map((name) => [name, "readonly"])),
  },
  rules: {
    ...Object.fromEntries(errors.map((rule) => [rule, "error"])),
    "max-len": ["error", {code: 120}],
    "no-restricted-properties": ["error", {property: "innerHTML"}, {property: "outerHTML"},
      {property: "insertAdjacentHTML"}, {object: "document", property: "write"}],
  },
}];
