# %% task loss
# en: The loss of one example: the square of the difference between y and k·x + b.
# zh: 一个样本的损失：y 与 k·x + b 之差的平方。
# hint en: First the guess, then the difference, then the difference times itself.
# hint zh: 先算猜的数，再算差，再用差乘以它自己。
# check: loss(2.0, 5.0, 1.0, 0.0) == 9.0
# check: loss(1.0, 1.0, 1.0, 0.0) == 0.0
# check: loss(3.0, 0.0, 2.0, 1.0) == 49.0

# %% start
def loss(x, y, k, b):
    return None

# %% solution
def loss(x, y, k, b):
    d = y - (k * x + b)
    return d * d

# %% mistake
def loss(x, y, k, b):
    return y - (k * x + b)

# %% mistake
def loss(x, y, k, b):
    return abs(y - k * x - b)

# %% task slope_in_b
# en: How fast the loss grows with b: ∂loss/∂b, by the chain rule.
# zh: 损失随 b 变化有多快：用链式法则求 ∂loss/∂b。
# hint en: ∂loss/∂guess is −2·(y − guess), and the guess grows by 1 when b grows by 1.
# hint zh: ∂loss/∂guess 是 −2·(y − guess)；b 增加 1 时，猜的数增加 1。
# check: slope_in_b(2.0, 5.0, 1.0, 0.0) == -6.0
# check: slope_in_b(3.0, 0.0, 2.0, 1.0) == 14.0

# %% start
def slope_in_b(x, y, k, b):
    return None

# %% solution
def slope_in_b(x, y, k, b):
    return -2.0 * (y - (k * x + b))

# %% mistake
def slope_in_b(x, y, k, b):
    return 2.0 * (y - (k * x + b))

# %% mistake
def slope_in_b(x, y, k, b):
    return -2.0 * (y - (k * x + b)) * x

# %% task step
# en: One step of gradient descent: the new k and the new b, as a pair.
# zh: 梯度下降的一步：返回新的 k 和新的 b。
# hint en: Both slopes belong to the old k and b: compute them before you change either.
# hint zh: 两个斜率都是对旧的 k 和 b 而言的：先把它们算好，再改变任何一个。
# check: step(2.0, 5.0, 1.0, 0.0, 0.1) == [2.2, 0.6]
# check: step(1.0, 0.0, 1.0, 1.0, 0.25) == [0.0, 0.0]
# check: step(3.0, 1.0, 0.5, 0.0, 0.01) == [0.47, -0.01]

# %% start
def step(x, y, k, b, learning_rate):
    return k, b

# %% solution
def step(x, y, k, b, learning_rate):
    slope = -2.0 * (y - (k * x + b))
    return k - learning_rate * slope * x, b - learning_rate * slope

# %% mistake
def step(x, y, k, b, learning_rate):
    slope = -2.0 * (y - (k * x + b))
    return k + learning_rate * slope * x, b + learning_rate * slope

# %% mistake
def step(x, y, k, b, learning_rate):
    k = k + learning_rate * 2.0 * (y - (k * x + b)) * x
    b = b + learning_rate * 2.0 * (y - (k * x + b))
    return k, b
