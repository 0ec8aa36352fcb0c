// Runs a program in MicroPython compiled to WebAssembly, with the package to import.
//     node run_in_micropython.mjs FOLDER_WITH_NODE_MODULES REPOSITORY PROGRAM
// The npm package is @micropython/micropython-webassembly-pyscript.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { copyPackage } from "./package_files.mjs";

const [folder, root, program] = process.argv.slice(2);
const interpreter = "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs";

try {
    const { loadMicroPython } = await import(pathToFileURL(path.resolve(folder, interpreter)).href);
    const python = await loadMicroPython({
        stdout: (line) => console.log(line),
        linebuffer: true,
        heapsize: 64 * 1024 * 1024,
    });
    // Only this: the modules frozen into the interpreter, itertools for example, are on no board.
    python.runPython(`import sys\nsys.path[:] = ["${copyPackage(python.FS, root)}"]`);
    python.runPython(fs.readFileSync(program, "utf8"));
} catch (error) {
    // The message only: an error that nobody catches prints the whole of the interpreter's one line of source.
    console.error(error.message);
    process.exitCode = 1;
}
