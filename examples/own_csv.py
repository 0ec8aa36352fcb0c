"""One's own table: read a CSV file, hold rows out, train, and predict a new row in the units of the file.

    python -m examples.own_csv
"""
import random

import pygraphnn as pg

source = random.Random(0)
with open("flats.csv", "w", encoding="utf-8") as file:          # in place of your own file
    file.write("rooms,floor,town,rent\n")
    for _ in range(200):
        rooms, floor, town = source.randint(1, 5), source.randint(0, 6), source.choice(["north", "south"])
        rent = 250.0 * rooms + 15.0 * floor + (180.0 if town == "south" else 0.0) + source.gauss(0.0, 20.0)
        file.write("%d,%d,%s,%.2f\n" % (rooms, floor, town, rent))

flats = pg.load_csv("flats.csv", target="rent", one_hot=["town"])
print("%d rows, features %s" % (len(flats.data), ", ".join(flats.feature_names)))
known, held_out = range(0, 160), range(160, 200)                # a rule of your own: here the last ones
rows, rents = [flats.data[i] for i in known], [flats.target[i] for i in known]

X, y, W1, b1, W2, b2 = [pg.Placeholder(name) for name in ("X", "y", "W1", "b1", "W2", "b2")]
prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1)), W2, b2)
graph = pg.sorted_graph(pg.MSE(y, prediction))
W1.value, b1.value = pg.randn(len(flats.feature_names), 8, seed=0), pg.zeros(8)
W2.value, b2.value = pg.randn(8, 1, seed=1), pg.zeros(1)

# Small numbers are learnt best: data and target are standardised by the known rows; `unstandardize` is the way back.
losses = pg.train(graph, {X: pg.standardize(rows), y: pg.standardize(rents)}, [W1, b1, W2, b2],
                  epochs=150, batch_size=16, learning_rate=0.05)
print("loss %.3f in the first epoch, %.3f in the last" % (losses[0], losses[-1]))


def rent_of(flat: "list[float]") -> float:
    scaled = pg.predict(prediction, {X: pg.standardize([flat], like=rows)})
    return float(pg.unstandardize(scaled, like=rents)[0][0])


errors = [rent_of(flats.data[i]) - flats.target[i] for i in held_out]
print("held-out rows: off by %.0f" % (sum(error * error for error in errors) / len(errors)) ** 0.5)
print("3 rooms on floor 2 in the south: %.0f" % rent_of([3.0, 2.0, 0.0, 1.0]))
