# %% task central
# en: The central difference of a function f at x, with the step h.
# zh: 函数 f 在 x 处、步长为 h 的中心差分。
# hint en: Go h to the right and h to the left; between the two lies 2h.
# hint zh: 往右走 h，往左走 h；两点之间相距 2h。
# check: central(lambda x: x * x * x, 2.0, 0.5) == 12.25
# check: central(lambda x: 5.0 * x, 1.0, 0.25) == 5.0

# %% start
def central(f, x, h):
    return None

# %% solution
def central(f, x, h):
    return (f(x + h) - f(x - h)) / (2.0 * h)

# %% mistake
def central(f, x, h):
    return (f(x + h) - f(x)) / h

# %% mistake
def central(f, x, h):
    return (f(x + h) - f(x - h)) / h

# %% task sigmoid_slope
# en: The sigmoid's derivative, from its value s alone.
# zh: 只用 sigmoid 的值 s，求它的导数。
# hint en: Chapter 3 has a form of it without x and without a power.
# hint zh: 第 3 章有一个既没有 x 也没有幂的形式。
# check: sigmoid_slope(0.5) == 0.25
# check: sigmoid_slope(0.9) == 0.09
# check: sigmoid_slope(1.0) == 0.0

# %% start
def sigmoid_slope(s):
    return None

# %% solution
def sigmoid_slope(s):
    return s * (1.0 - s)

# %% mistake
def sigmoid_slope(s):
    return s

# %% mistake
def sigmoid_slope(s):
    return 1.0 - s * s

# %% task softplus
# en: log(1 + e^x), for every x: it must not overflow at 800, nor at −800.
# zh: 对任意 x 计算 log(1 + e^x)：x 为 800 或 −800 时也不能溢出。
# hint en: For large x, log(1 + e^x) = x + log(1 + e^(−x)): take the form in which the power is small.
# hint zh: x 很大时，log(1 + e^x) = x + log(1 + e^(−x))：选幂比较小的那种形式。
# check: softplus(0.0) == 0.6931471805599453
# check: softplus(800.0) == 800.0
# check: softplus(-800.0) == 0.0
# check: softplus(-2.0) == 0.1269280110429725

# %% start
from math import exp, log

def softplus(x):
    return None

# %% solution
from math import exp, log1p

def softplus(x):
    return max(0.0, x) + log1p(exp(-abs(x)))

# %% mistake
from math import exp, log

def softplus(x):
    return log(1.0 + exp(x))

# %% mistake
from math import exp, log

def softplus(x):
    return x + log(1.0 + exp(-x))

# %% mistake
def softplus(x):
    return max(0.0, x)
