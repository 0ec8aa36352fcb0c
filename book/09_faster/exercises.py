# %% task momentum_step
# en: One step with momentum: the new value and the new velocity, as a pair.
# zh: 带动量的一步：返回新的值和新的速度。
# hint en: velocity ← β·velocity + gradient, and the step goes with the new velocity.
# hint zh: velocity ← β·velocity + gradient，迈步用新的速度。
# check: momentum_step(1.0, 2.0, 3.0, 0.1, 0.5) == [0.6, 4.0]
# check: momentum_step(0.0, 0.0, 2.0, 0.5, 0.9) == [-1.0, 2.0]

# %% start
def momentum_step(value, velocity, gradient, rate, beta):
    return value, velocity

# %% solution
def momentum_step(value, velocity, gradient, rate, beta):
    velocity = beta * velocity + gradient
    return value - rate * velocity, velocity

# %% mistake
def momentum_step(value, velocity, gradient, rate, beta):
    return value - rate * velocity, beta * velocity + gradient

# %% mistake
def momentum_step(value, velocity, gradient, rate, beta):
    velocity = beta * velocity + (1.0 - beta) * gradient
    return value - rate * velocity, velocity

# %% task largest_rate
# en: The loss is Σ c·x²/2, with a number c > 0 for each x. Above which rate does gradient descent diverge? Take the list of the c.
# zh: 损失是 Σ c·x²/2，每个 x 有一个 c > 0。学习率超过多少，梯度下降就会发散？参数是所有 c 的列表。
# hint en: A step multiplies x by 1 − rate·c. When does that become larger than 1 in size?
# hint zh: 一步把 x 乘以 1 − rate·c。它的大小什么时候超过 1？
# check: largest_rate([1.0, 25.0]) == 0.08
# check: largest_rate([10.0]) == 0.2

# %% start
def largest_rate(c):
    return None

# %% solution
def largest_rate(c):
    return 2.0 / max(c)

# %% mistake
def largest_rate(c):
    return 1.0 / max(c)

# %% mistake
def largest_rate(c):
    return 2.0 / min(c)
