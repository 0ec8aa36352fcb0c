"""Some of all that the kernels do, in a few seconds, for Valgrind to watch: run by the session `sanitizers`."""
import pygraphnn as pg
from pygraphnn import ops

pg.use("c")
for rows, inner, columns in [(1, 1, 1), (2, 3, 4), (7, 100, 3), (16, 13, 10), (33, 65, 17), (100, 90, 110)]:
    C = ops.table.matmul(pg.randn(rows, inner, 0), pg.randn(inner, columns, 1))
    ops.table.matmul_transposed(pg.randn(rows, inner, 0), pg.randn(columns, inner, 1))
    ops.table.transposed_matmul(pg.randn(inner, rows, 0), pg.randn(inner, columns, 1))
    ops.table.sigmoid_gradient(ops.table.sigmoid(ops.table.add_row(C, ops.table.column_sums(C))), C)

boston = pg.load_dataset("boston").select(["RM", "LSTAT"])
X, y = pg.Placeholder("X"), pg.Placeholder("y")
W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("W1", "b1", "W2", "b2")]
prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2)
loss = pg.MSE(y, prediction)
for node, value in ((W1, pg.randn(2, 10, 0)), (b1, pg.zeros(10)), (W2, pg.randn(10, 1, 1)), (b2, pg.zeros(1))):
    node.value = value
data = {X: pg.standardize(boston.data), y: boston.target}
for optimizer in (pg.GradientDescent(), pg.Momentum(), pg.Adam()):
    losses = pg.train(pg.sorted_graph(loss), data, [W1, b1, W2, b2], epochs=2, batch_size=16, optimizer=optimizer)
print(losses, pg.predict(prediction, {X: data[X]})[0][0])
