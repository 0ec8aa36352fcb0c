# %% task product
# en: The product of two matrices, lists of rows.
# zh: 两个矩阵（行的列表）的乘积。
# hint en: The element in row i and column j is the sum over k of A[i][k] · B[k][j].
# hint zh: 第 i 行第 j 列的元素，是 A[i][k] · B[k][j] 对 k 求和。
# check: product([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]) == [[19.0, 22.0], [43.0, 50.0]]
# check: product([[1.0, 0.0, 2.0]], [[1.0], [2.0], [3.0]]) == [[7.0]]

# %% start
def product(A, B):
    return []

# %% solution
def product(A, B):
    C = []
    for row in A:
        sums = []
        for j in range(len(B[0])):
            s = 0.0
            for k in range(len(B)):
                s += row[k] * B[k][j]
            sums.append(s)
        C.append(sums)
    return C

# %% mistake
def product(A, B):
    return [[a * b for a, b in zip(*rows)] for rows in zip(A, B)]

# %% mistake
def product(A, B):
    C = []
    for row in A:
        sums = []
        for other in B:
            s = 0.0
            for a, b in zip(row, other):
                s += a * b
            sums.append(s)
        C.append(sums)
    return C

# %% task weight_gradient
# en: ∂loss/∂W of value = X·W, from X and grad = ∂loss/∂value.
# zh: value = X·W 时，由 X 和 grad = ∂loss/∂value 求 ∂loss/∂W。
# hint en: The weight W[k][j] is used once in each row i: add X[i][k] · grad[i][j] over i.
# hint zh: 权重 W[k][j] 在每一行 i 里用一次：把 X[i][k] · grad[i][j] 对 i 加起来。
# check: weight_gradient([[1.0, 2.0], [3.0, 4.0]], [[1.0], [10.0]]) == [[31.0], [42.0]]
# check: weight_gradient([[2.0, 0.0, 1.0]], [[1.0, -1.0]]) == [[2.0, -2.0], [0.0, 0.0], [1.0, -1.0]]

# %% start
def weight_gradient(X, grad):
    return []

# %% solution
def weight_gradient(X, grad):
    found = []
    for k in range(len(X[0])):
        row = []
        for j in range(len(grad[0])):
            s = 0.0
            for i in range(len(X)):
                s += X[i][k] * grad[i][j]
            row.append(s)
        found.append(row)
    return found

# %% mistake
def weight_gradient(X, grad):
    return [[x * g for g in grad[0]] for x in X[0]]

# %% mistake
def weight_gradient(X, grad):
    n = len(X)
    return [[sum(X[i][k] * grad[i][j] for i in range(n)) / n
             for j in range(len(grad[0]))] for k in range(len(X[0]))]

# %% task bias_gradient
# en: ∂loss/∂b, where b is added to every row, from grad.
# zh: b 加到每一行上；由 grad 求 ∂loss/∂b。
# hint en: Ways meet over the rows: the sum of each column.
# hint zh: 路在各行上会合：每一列的和。
# check: bias_gradient([[1.0, -2.0], [3.0, 0.5], [0.0, 1.0]]) == [4.0, -0.5]
# check: bias_gradient([[2.0]]) == [2.0]

# %% start
def bias_gradient(grad):
    return []

# %% solution
def bias_gradient(grad):
    sums = [0.0] * len(grad[0])
    for row in grad:
        for j, g in enumerate(row):
            sums[j] += g
    return sums

# %% mistake
def bias_gradient(grad):
    return [sum(row) for row in grad]

# %% mistake
def bias_gradient(grad):
    return [sum(column) / len(column) for column in zip(*grad)]
