# %% train
import pygraphnn as pg

boston = pg.load_dataset("boston")
names = ["RM", "LSTAT"]
places = [boston.feature_names.index(name) for name in names]
known, unknown = pg.split(len(boston.data), 0.2, seed=0)

def columns(numbers):
    return [[boston.data[number][place] for place in places] for number in numbers]

def prices(numbers):
    return [boston.target[number] for number in numbers]

X, y = pg.Placeholder("X"), pg.Placeholder("y")
W1, b1, W2, b2 = [pg.Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2)
W1.value, b1.value, W2.value, b2.value = pg.randn(2, 6, seed=0), pg.zeros(6), pg.randn(6, 1, seed=1), pg.zeros(1)
like = columns(known)
losses = pg.train(pg.sorted_graph(pg.MSE(y, prediction)), {X: pg.standardize(like), y: prices(known)},
                  [W1, b1, W2, b2], epochs=100, batch_size=16)
print("loss %.1f" % losses[-1])

# %% predict
def predicted(rows):
    return [row[0] for row in pg.predict(prediction, {X: pg.standardize(rows, like=like)})]

print("5 rooms, 20 %% poorer neighbours: %.0f thousand dollars" % predicted([[5.0, 20.0]])[0])
print("7 rooms,  5 %% poorer neighbours: %.0f thousand dollars" % predicted([[7.0, 5.0]])[0])

# %% residuals
guesses = predicted(columns(unknown))
residuals = [truth - guess for truth, guess in zip(prices(unknown), guesses)]
for low, high in ((-40, -10), (-10, -5), (-5, 0), (0, 5), (5, 10), (10, 40)):
    count = len([r for r in residuals if low <= r < high])
    print("%4d to %3d  %3d %s" % (low, high, count, "#" * count))

# %% worst
worst = sorted(range(len(residuals)), key=lambda i: -abs(residuals[i]))[:5]
for i in worst:
    row = boston.data[unknown[i]]
    print("row %3d: rooms %.1f, poorer %4.1f %%, true %4.1f, predicted %4.1f"
          % (unknown[i], row[places[0]], row[places[1]], prices(unknown)[i], guesses[i]))

# %% capped
print(len([price for price in boston.target if price == 50.0]), "of 506 rows say exactly 50.0;",
      len([price for price in boston.target if price > 50.0]), "say more")

# %% surface
some = known[::4]
two = pg.Dataset("boston", columns(some), prices(some), names, boston.target_name, "a quarter of the rows")
pg.plot_surface(prediction, X, two, features=names, path="surface.svg",
                prepare=lambda rows: pg.standardize(rows, like=like))

# %% along
print("rooms  poorer 5 %  poorer 15 %  poorer 25 %")
for rooms in (5.0, 6.0, 7.0, 8.0):
    found = predicted([[rooms, share] for share in (5.0, 15.0, 25.0)])
    print("%5.1f  %9.1f  %11.1f  %11.1f" % (rooms, found[0], found[1], found[2]))

# %% weights
for node in (W1, b1, W2, b2):
    print(node.name, [["%.1f" % w for w in row] if isinstance(row, list) else "%.1f" % row for row in node.value])
