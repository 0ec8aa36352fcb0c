// Runs a program in MicroPython compiled to WebAssembly, with the package to import.
//     node run_in_micropython.mjs FOLDER_WITH_NODE_MODULES REPOSITORY PROGRAM
// The npm package is @micropython/micropython-webassembly-pyscript.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { copyPackage } from "./package_files.mjs";

const [folder, root, program] = process.argv.slice(2);
// Of 98 KB that the import took once, boards are left with little; scalar and data are loaded when they are asked for.
const onABoard = `
import gc, sys
gc.collect()
before = gc.mem_alloc()
import pygraphnn
gc.collect()
assert gc.mem_alloc() - before < 95000, "the import takes %d bytes" % (gc.mem_alloc() - before)
assert not {"pygraphnn.scalar", "pygraphnn.data"} & set(sys.modules), "what a board does not need is loaded"
assert not hasattr(pygraphnn, "explain") and pygraphnn.scalar.Sigmoid is not pygraphnn.Sigmoid
for function in (pygraphnn.load_dataset, pygraphnn.load_csv):
    try:
        function("boston")
        raise SystemExit("%s works on MicroPython?" % function)
    except RuntimeError as problem:
        assert "needs a full Python" in str(problem)
`;
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
    python.runPython(onABoard);
    python.runPython(fs.readFileSync(program, "utf8"));
} catch (error) {
    // The message only: an error that nobody catches prints the whole of the interpreter's one line of source.
    console.error(error.message);
    process.exitCode = 1;
}
