// Copies the core of the package, not the room `looking`, into the in-memory file system of a Python in WebAssembly.
import fs from "node:fs";
import path from "node:path";

// FS: the file system of an Emscripten program. root: the repository's folder. Returns the folder to put on sys.path.
export function copyPackage(FS, root) {
    const source = path.join(root, "pygraphnn");
    FS.mkdir("/checkout");
    FS.mkdir("/checkout/pygraphnn");
    for (const name of fs.readdirSync(source).filter((name) => name.endsWith(".py"))) {
        FS.writeFile("/checkout/pygraphnn/" + name, fs.readFileSync(path.join(source, name)));
    }
    return "/checkout";
}
