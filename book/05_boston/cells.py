# %% data
import pygraphnn as pg

boston = pg.load_dataset("boston")
print(len(boston.data), "rows of", len(boston.feature_names), "features:", *boston.feature_names)
print("first row", boston.data[0])
print("target", boston.target_name, boston.target[:3])

# %% units
for name in ("CHAS", "RM", "TAX"):
    column = [row[boston.feature_names.index(name)] for row in boston.data]
    print("%-5s from %g to %g" % (name, min(column), max(column)))

# %% standardise
rows = pg.standardize(boston.data)
for name in ("CHAS", "RM", "TAX"):
    column = [row[boston.feature_names.index(name)] for row in rows]
    print("%-5s from %.2f to %.2f" % (name, min(column), max(column)))

# %% network
def network(features, hidden):
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1, name="l1"), name="s1"), W2, b2, name="l2")
    W1.value, b1.value = pg.randn(features, hidden, seed=0), pg.zeros(hidden)
    W2.value, b2.value = pg.randn(hidden, 1, seed=1), pg.zeros(1)
    return X, y, prediction, pg.MSE(y, prediction, name="loss"), [W1, b1, W2, b2]

X, y, prediction, loss, parameters = network(13, 10)
print(13 * 10 + 10 + 10 * 1 + 1, "parameters")

# %% by hand
graph = pg.sorted_graph(loss)
rng = pg.SplitMix64(0)
for step in range(3):
    X.value, y.value = pg.resample(rows, boston.target, 16, rng)
    pg.forward_and_backward(graph)
    print("step %d: the loss of these 16 rows is %.1f" % (step, loss.value))
    pg.optimize(parameters, learning_rate=0.01)

# %% train
X, y, prediction, loss, parameters = network(13, 10)
losses = pg.train(pg.sorted_graph(loss), {X: rows, y: boston.target}, parameters, epochs=60, batch_size=16)
for epoch in (0, 1, 2, 5, 10, 20, 40, 59):
    print("epoch %2d: %.1f" % (epoch, losses[epoch]))
pg.plot_loss(losses, "loss.svg")

# %% held out
known, unknown = pg.split(len(rows), 0.2, seed=0)
print(len(known), "rows to learn from,", len(unknown), "held out")

def part(of, numbers):
    return [of[number] for number in numbers]

def mean_square(predicted, target):
    s = 0.0
    for (guess,), truth in zip(predicted, target):
        s += (guess - truth) * (guess - truth)
    return s / len(target)

def held_out_losses(hidden, learn_from, epochs, at):
    like = part(boston.data, learn_from)
    learnt, others = pg.standardize(like), pg.standardize(part(boston.data, unknown), like=like)
    X, y, prediction, loss, parameters = network(13, hidden)
    steps = pg.train_epochs(pg.sorted_graph(loss), {X: learnt, y: part(boston.target, learn_from)}, parameters,
                            epochs=epochs, batch_size=16)
    for epoch, mean in enumerate(steps):
        if epoch in at:
            print("epoch %4d: training %6.2f, held out %6.2f"
                  % (epoch, mean, mean_square(pg.predict(prediction, {X: others}), part(boston.target, unknown))))

held_out_losses(10, known, 61, (0, 10, 20, 40, 60))

# %% overfitting
held_out_losses(30, known[5::10], 1501, (0, 20, 50, 100, 200, 500, 1000, 1500))

# %% guessing
total = 0.0
for truth in part(boston.target, known):
    total += truth
mean = total / len(known)
print("always the mean, %.1f: %.1f" % (mean, mean_square([[mean]] * len(unknown), part(boston.target, unknown))))

# %% column B
def published(share):
    return 1000.0 * (share - 0.63) * (share - 0.63)

for share in (0.0, 0.4, 0.5, 0.63, 0.76, 0.86):
    print("share %.2f: B = %.1f" % (share, published(share)))
