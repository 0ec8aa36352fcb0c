# %% task softmax
# en: The shares of a list of logits; [1000, 1000] must not overflow.
# zh: 一列 logits 的份额；[1000, 1000] 也不能溢出。
# hint en: Subtract the largest logit from all of them first: the shares stay the same.
# hint zh: 先把所有的 logits 都减去最大的那个：份额不变。
# check: softmax([0.0, 0.0, 0.0, 0.0]) == [0.25, 0.25, 0.25, 0.25]
# check: softmax([1000.0, 1000.0]) == [0.5, 0.5]
# check: softmax([0.0, 1.0986122886681098]) == [0.25, 0.75]

# %% start
from math import exp

def softmax(logits):
    return logits

# %% solution
from math import exp

def softmax(logits):
    largest = max(logits)
    powers = [exp(z - largest) for z in logits]
    total = 0.0
    for power in powers:
        total += power
    return [power / total for power in powers]

# %% mistake
from math import exp

def softmax(logits):
    powers = [exp(z) for z in logits]
    total = sum(powers)
    return [power / total for power in powers]

# %% mistake
def softmax(logits):
    total = sum(logits)
    return [z / total for z in logits]

# %% task surprise
# en: The cross entropy of one row: shares, and the number of the right class.
# zh: 一行的交叉熵：给出各类的份额和正确的类的编号。
# hint en: −log of the share that the right class got.
# hint zh: 正确的类所得份额的 −log。
# check: surprise([0.5, 0.25, 0.25], 0) == 0.6931471805599453
# check: surprise([0.5, 0.25, 0.25], 2) == 1.3862943611198906

# %% start
from math import log

def surprise(shares, label):
    return None

# %% solution
from math import log

def surprise(shares, label):
    return -log(shares[label])

# %% mistake
from math import log

def surprise(shares, label):
    return log(shares[label])

# %% mistake
def surprise(shares, label):
    return 1.0 - shares[label]

# %% task logit_gradient
# en: ∂loss/∂z of softmax and cross entropy together, from the shares and the label.
# zh: softmax 和交叉熵合在一起时的 ∂loss/∂z，由份额和标签求出。
# hint en: What was said, minus what is true: 1 for the right class, 0 for the others.
# hint zh: 说的减去真的：正确的类是 1，其他的是 0。
# check: logit_gradient([0.5, 0.25, 0.25], 1) == [0.5, -0.75, 0.25]
# check: logit_gradient([0.0, 1.0], 1) == [0.0, 0.0]

# %% start
def logit_gradient(shares, label):
    return []

# %% solution
def logit_gradient(shares, label):
    return [share - (j == label) for j, share in enumerate(shares)]

# %% mistake
def logit_gradient(shares, label):
    return [(j == label) - share for j, share in enumerate(shares)]

# %% mistake
def logit_gradient(shares, label):
    return [share - 1.0 for share in shares]
