# %% wrong order
a = 3.0
b = a + a
c = b + b                   # c = 4·a, so c moves 4 times as fast as a

slope = {"a": 0.0, "b": 0.0, "c": 1.0}
reads = {"b": ["a", "a"], "c": ["b", "b"]}

def back_at_once(name):
    """Hands on a slope as soon as some of it arrives."""
    for source in reads.get(name, []):
        slope[source] += slope[name]
        back_at_once(source)

back_at_once("c")
print("the slope of c in a:", slope["a"])

# %% right order
slope = {"a": 0.0, "b": 0.0, "c": 1.0}
for name in ("c", "b", "a"):            # everything that reads a quantity comes before it
    for source in reads.get(name, []):
        slope[source] += slope[name]
print("the slope of c in a:", slope["a"])

# %% sorted
import pygraphnn as pg
from pygraphnn import scalar

x, k, b, y = [scalar.Placeholder(name) for name in ("x", "k", "b", "y")]
line = scalar.Linear(x, k, b, name="line")
curve = scalar.Sigmoid(line, name="curve")
loss = scalar.MSE(y, curve, name="loss")
graph = scalar.topological_sort_feed_dict({x: 3.0, k: 0.7, b: -0.3, y: 0.1})
print(" → ".join([node.name for node in graph]))

# %% picture
pg.plot_graph(graph, "graph.svg", trainables=[k, b])

# %% back
scalar.forward_and_backward(graph)
for node in reversed(graph):
    for source, gradient in node.gradients.items():
        print("%-5s tells %-5s %8.4f" % (node.name, source.name, gradient))

# %% twice
p, q, target = [scalar.Placeholder(name) for name in ("p", "q", "target")]
first = scalar.Linear(p, q, q, name="first")            # q·p + q: q is read twice
second = scalar.Linear(first, q, q, name="second")      # and twice more
end = scalar.MSE(target, second, name="end")
graph = scalar.topological_sort_feed_dict({p: 2.0, q: 3.0, target: 40.0})
scalar.forward_and_backward(graph)
print("value", second.value, "gradient of q", q.gradients[q])

# %% cycle
first.inputs[0] = second
try:
    scalar.topological_sort({p: [first], first: [second], second: [first, end], q: [first, second], target: [end]})
except ValueError as problem:
    print(problem)
