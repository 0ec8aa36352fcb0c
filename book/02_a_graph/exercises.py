# %% task order
# en: A topological order. reads: {node: the list of nodes that it reads}, every node is a key. Return a list of the nodes in which each one stands after all that it reads.
# zh: 拓扑排序。reads：{节点: 它所读的节点的列表}，每个节点都是键。返回节点的列表，每个节点都排在它所读的节点之后。
# hint en: Look for a node all of whose inputs are in the list already, append it, and begin again.
# hint zh: 找一个输入都已经在列表里的节点，把它加进去，再从头找。
# check: order({'loss': ['guess', 'y'], 'guess': ['line', 'y'], 'line': ['x'], 'x': ['y'], 'y': []}) == ['y', 'x', 'line', 'guess', 'loss']
# check: order({'b': ['a'], 'c': ['b'], 'a': []}) == ['a', 'b', 'c']
# check: order({'a': ['b', 'b'], 'b': ['c'], 'c': []}) == ['c', 'b', 'a']

# %% start
def order(reads):
    return []

# %% solution
def order(reads):
    found = []
    while len(found) < len(reads):
        for node in reads:
            if node not in found and all(source in found for source in reads[node]):
                found.append(node)
    return found

# %% mistake
def order(reads):
    return sorted(reads)

# %% mistake
def order(reads):
    return list(reads)

# %% mistake
def order(reads):
    return list(reversed(list(reads)))

# %% task slope
# en: c = a·a + a. Three ways lead from a to c. How fast does c grow with a? (A product x·y grows y times as fast as x, and x times as fast as y.)
# zh: c = a·a + a。从 a 到 c 有三条路。c 随 a 增长有多快？（乘积 x·y 随 x 增长的倍率是 y，随 y 增长的倍率是 x。）
# hint en: Along a way multiply, where ways meet add. The product reads a twice: that makes two of the ways.
# hint zh: 沿着一条路相乘，几条路会合就相加。乘积读了 a 两次，所以那里有两条路。
# check: slope(3.0) == 7.0
# check: slope(-0.5) == 0.0

# %% start
def slope(a):
    return None

# %% solution
def slope(a):
    return 2.0 * a + 1.0

# %% mistake
def slope(a):
    return 2.0 * a

# %% mistake
def slope(a):
    return a + 1.0
