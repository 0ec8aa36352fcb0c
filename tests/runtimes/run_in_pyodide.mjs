// Runs a program in Pyodide, the CPython of the browsers, with the package to import.
//     node run_in_pyodide.mjs FOLDER_WITH_NODE_MODULES REPOSITORY PROGRAM
// The npm package is pyodide.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { copyPackage } from "./package_files.mjs";

const [folder, root, program] = process.argv.slice(2);

try {
    const { loadPyodide } = await import(pathToFileURL(path.resolve(folder, "node_modules/pyodide/pyodide.mjs")).href);
    const python = await loadPyodide({ stdout: (line) => console.log(line), stderr: (line) => console.error(line) });
    python.runPython(`import sys\nsys.path.insert(0, "${copyPackage(python.FS, root)}")`);
    python.runPython(fs.readFileSync(program, "utf8"));
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
