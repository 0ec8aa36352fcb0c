# %% task standardised
# en: A column, standardised: mean 0, deviation 1 (over all n numbers, not n − 1).
# zh: 把一列标准化：平均值 0，标准差 1（除以 n，不是 n − 1）。
# hint en: The deviation is the root of the mean of (x − mean)².
# hint zh: 标准差是 (x − 平均值)² 的平均的平方根。
# check: standardised([1.0, 3.0]) == [-1.0, 1.0]
# check: standardised([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]) == [-1.5, -0.5, -0.5, -0.5, 0.0, 0.0, 1.0, 2.0]

# %% start
def standardised(column):
    return column

# %% solution
from math import sqrt

def standardised(column):
    n, total, squares = len(column), 0.0, 0.0
    for x in column:
        total += x
    mean = total / n
    for x in column:
        squares += (x - mean) * (x - mean)
    deviation = sqrt(squares / n)
    return [(x - mean) / deviation for x in column]

# %% mistake
from math import sqrt

def standardised(column):
    n = len(column)
    mean = sum(column) / n
    deviation = sqrt(sum((x - mean) * (x - mean) for x in column) / (n - 1))
    return [(x - mean) / deviation for x in column]

# %% mistake
def standardised(column):
    mean = sum(column) / len(column)
    return [x - mean for x in column]

# %% task steps_per_epoch
# en: How many steps an epoch has: rows // batch size, but at least 1.
# zh: 一个轮次有多少步：rows // batch_size，但至少 1 步。
# hint en: What if there are fewer rows than a batch has?
# hint zh: 如果行数比一个批次还少呢？
# check: steps_per_epoch(506, 16) == 31
# check: steps_per_epoch(10, 16) == 1
# check: steps_per_epoch(64, 16) == 4

# %% start
def steps_per_epoch(rows, batch_size):
    return None

# %% solution
def steps_per_epoch(rows, batch_size):
    return max(1, rows // batch_size)

# %% mistake
def steps_per_epoch(rows, batch_size):
    return rows // batch_size

# %% mistake
def steps_per_epoch(rows, batch_size):
    return -(-rows // batch_size)

# %% task best_epoch
# en: The epoch, counted from 0, in which the test loss was smallest; of equals, the first.
# zh: 测试损失最小的轮次，从 0 数起；有几个相等时取第一个。
# hint en: The place of the smallest number, not the number itself.
# hint zh: 要的是最小的数的位置，不是那个数。
# check: best_epoch([9.0, 4.0, 3.0, 3.5, 5.0]) == 2
# check: best_epoch([2.0, 1.0, 1.0]) == 1

# %% start
def best_epoch(test_losses):
    return None

# %% solution
def best_epoch(test_losses):
    return test_losses.index(min(test_losses))

# %% mistake
def best_epoch(test_losses):
    return min(test_losses)

# %% mistake
def best_epoch(test_losses):
    return len(test_losses) - 1
