// What a training takes of a board's memory: the files that package.json names, in MicroPython compiled to WebAssembly,
// which has addresses of 32 bits as boards have, and floats of 64.
//     node board.mjs FOLDER_WITH_NODE_MODULES REPOSITORY
// Garbage is collected between two calls from here, so what is printed is what is needed and not what was once used.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, root] = process.argv.slice(2);
const interpreter = "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs";
const EPOCHS = 1000;
const MOST_BYTES = 75000;

const network = `
X, y = pg.Placeholder("X"), pg.Placeholder("y")
W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2)
pg.MSE(y, prediction)
data = {X: [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], y: [[0.0], [1.0], [1.0], [0.0]]}
start = {W1: pg.randn(2, 4, seed=0), b1: pg.zeros(4), W2: pg.randn(4, 1, seed=1), b2: pg.zeros(1)}
start.update(data)
graph = pg.topological_sort_feed_dict(start)
epochs = pg.train_epochs(graph, data, [W1, b1, W2, b2], epochs=${EPOCHS}, batch_size=4, learning_rate=0.5)
`;
const compact = `
from array import array
rows = [array("d", [float(i * j % 7) for j in range(50)]) for i in range(40)]
A = pg.Placeholder("A")`;
const arrays = `
assert gc.mem_alloc() - before_feed < 40 * 50 * 8 * 1.3, "arrays do not stay compact"
assert all([type(row) is array for row in A.value]) and A.value[0] is not rows[0]
A.value = [array("i", [1, 2])]
assert A.value == [[1.0, 2.0]] and type(A.value[0][0]) is float
try:
    A.value = [array("d", [1.0, float("nan")])]
    raise SystemExit("NaN was fed")
except ValueError as problem:
    assert "A row 0, column 1 is nan" in str(problem), problem
compact = [array("d", row) for row in data[X]]

def trained(feed):
    graph = pg.topological_sort_feed_dict(dict(start))
    return pg.train(graph, {X: feed, y: data[y]}, [W1, b1, W2, b2], epochs=20, batch_size=4)

assert trained(data[X]) == trained(compact), "arrays train otherwise than lists"
assert pg.predict(prediction, {X: compact}) == pg.predict(prediction, {X: data[X]})
`;
const larger = `
rng = pg.SplitMix64(5)
rows = [[rng.uniform() for _ in range(13)] for _ in range(64)]
labels = [[rng.uniform()] for _ in rows]
V1, c1, V2, c2 = [pg.Placeholder(name) for name in ("V1", "c1", "V2", "c2")]
V1.value, c1.value, V2.value, c2.value = pg.randn(13, 10, seed=0), pg.zeros(10), pg.randn(10, 1, seed=1), pg.zeros(1)
R, t = pg.Placeholder("R"), pg.Placeholder("t")
cost = pg.MSE(t, pg.Linear(pg.Sigmoid(pg.Linear(R, V1, c1)), V2, c2))
epochs = pg.train_epochs(pg.sorted_graph(cost), {R: rows, t: labels}, [V1, c1, V2, c2], epochs=20, batch_size=16)`;
const whatABoardLacks = `
assert not {"pygraphnn.scalar", "pygraphnn.data"} & set(sys.modules), "what a board does not need is loaded"
for name in ("explain", "load_csv", "load_dataset"):
    try:
        getattr(pg, name)
        raise SystemExit(name + " is there")
    except AttributeError as problem:
        assert "needs a full Python" in str(problem), problem
assert "train" in dir(pg) and not hasattr(pg, "explain")
`;
const loadedLate = `
C, k, U, v = [pg.Placeholder(name) for name in "CkUv"]
C.value, k.value, U.value, v.value = [[1.0, 2.0], [0.5, -1.0]], [0, 1], [[0.1, 0.2], [0.3, -0.1]], [0.5, 0.25]
late = pg.sorted_graph([pg.CrossEntropy(k, pg.ReLU(pg.Linear(C, U, v))), pg.L2Penalty([U], 0.1)])
assert pg.check_gradients(late, [U, v, C]).is_right
assert len(pg.make_moons(4).data) == 4 and pg.accuracy([0, 1], [[1.0, 0.0], [0.0, 1.0]]) == 1.0
`;

try {
    const { loadMicroPython } = await import(pathToFileURL(path.resolve(folder, interpreter)).href);
    const python = await loadMicroPython({ stdout: (line) => console.log(line), linebuffer: true });
    const run = (text) => {
        python.runPython(text);
        python.runPython("gc.collect()");
    };
    python.FS.mkdir("/board");
    python.FS.mkdir("/board/pygraphnn");
    for (const [name, source] of JSON.parse(fs.readFileSync(path.join(root, "package.json"))).urls) {
        python.FS.writeFile("/board/" + name, fs.readFileSync(path.join(root, source)));
    }
    const held = (what) => {        // a line alone, as compiling a longer text takes memory, too
        python.runPython("used = gc.mem_alloc() - before");
        python.runPython(`print("${what}: %d bytes" % used)`);
    };
    python.runPython('import gc, sys\nsys.path[:] = ["/board"]');
    run("before = gc.mem_alloc()");
    run("import pygraphnn as pg");
    held("import");
    run(network);
    run("next(epochs)");
    run("next(epochs)");
    held("XOR, 2-4-1, after 2 epochs");
    python.runPython("after_2 = gc.mem_alloc()");
    for (let epoch = 3; epoch <= EPOCHS; epoch++) run("loss = next(epochs)");
    held(`XOR, 2-4-1, after ${EPOCHS} epochs`);
    python.runPython(`
assert gc.mem_alloc() - after_2 < 1000, "a training's memory grows"
assert used < ${MOST_BYTES}, "a training needs more than ${MOST_BYTES} bytes"
assert loss < 0.001, "XOR is not learnt: %r" % loss`);
    python.runPython("before_larger = gc.mem_alloc()");
    run(larger);
    for (let epoch = 1; epoch <= 20; epoch++) run("next(epochs)");
    python.runPython('print("64 rows of 13 and 13-10-1, besides: %d bytes" % (gc.mem_alloc() - before_larger))');
    run("losses = pg.train(graph, data, [W1, b1, W2, b2], epochs=20, batch_size=4)\nassert len(losses) == 20");
    run(compact);
    python.runPython("before_feed = gc.mem_alloc()");
    run("A.value = rows");
    run(arrays);
    run(whatABoardLacks);
    run(loadedLate);
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
