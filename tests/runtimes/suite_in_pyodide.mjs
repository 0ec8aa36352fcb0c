// Runs the tests in Pyodide, the CPython of the browsers: those that need no other process, thread, terminal or pipe.
//     node suite_in_pyodide.mjs FOLDER_WITH_NODE_MODULES REPOSITORY WHEELS ARGUMENTS OF PYTEST…
// WHEELS is a folder with the wheels of pytest, hypothesis and what these need.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, root, wheels, ...options] = process.argv.slice(2);

function copy(FS, from, to) {
    FS.mkdir(to);
    for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
        const [source, target] = [path.join(from, entry.name), to + "/" + entry.name];
        if (entry.isDirectory()) copy(FS, source, target);
        else FS.writeFile(target, fs.readFileSync(source));
    }
}

try {
    const { loadPyodide } = await import(pathToFileURL(path.resolve(folder, "node_modules/pyodide/pyodide.mjs")).href);
    const python = await loadPyodide();
    python.setStdout({ write: (bytes) => fs.writeSync(1, bytes) });
    copy(python.FS, wheels, "/wheels");
    copy(python.FS, root, "/repository");
    python.globals.set("options", python.toPy(options));
    process.exitCode = python.runPython(`
import glob, os, sys, zipfile
for wheel in glob.glob("/wheels/*.whl"):
    zipfile.ZipFile(wheel).extractall("/packages")
sys.path.insert(0, "/packages")
os.chdir("/repository")
import pytest
pytest.main(["-q", "-rfEs", "-p", "no:cacheprovider", *options])
`);
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
