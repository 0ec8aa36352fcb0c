# %% task total
# en: The sum as the contract wants it: 0.0, then the terms in order, each sum rounded. The last digit counts.
# zh: 按约定求和：从 0.0 开始，依次加上各项，每次都舍入。最后一位也要对。
# hint en: A plain loop, in ascending order. math.fsum is more exact, and so it is something else; so, from Python 3.12 on, is sum.
# hint zh: 一个普通的循环，从前往后。math.fsum 更精确，所以是另一回事；从 Python 3.12 起，sum 也是。
# check: total([1e16, 1.0, 1.0]) == 1e+16
# check: total([0.1] * 10) == 0.9999999999999999
# check: total([1.0, 1e16, -1e16]) == 0.0
# exactly: to the last bit

# %% start
def total(numbers):
    return None

# %% solution
def total(numbers):
    s = 0.0
    for x in numbers:
        s += x
    return s

# %% mistake
import math

def total(numbers):
    return math.fsum(numbers)

# %% mistake
def total(numbers):
    s = 0.0
    for x in reversed(numbers):
        s += x
    return s

# %% task same_bits
# en: Whether two floats have the same 64 bits: 0.0 and −0.0 have not, although they are equal.
# zh: 两个浮点数的 64 个位是否完全相同：0.0 和 −0.0 相等，但位不同。
# hint en: struct.pack('<d', x) gives the bytes of a float.
# hint zh: struct.pack('<d', x) 给出一个浮点数的字节。
# check: same_bits(0.1 + 0.2, 0.30000000000000004) == True
# check: same_bits(0.0, -0.0) == False
# check: same_bits(1.0, 1.0000000000000002) == False

# %% start
def same_bits(a, b):
    return None

# %% solution
import struct

def same_bits(a, b):
    return struct.pack('<d', a) == struct.pack('<d', b)

# %% mistake
def same_bits(a, b):
    return a == b

# %% mistake
def same_bits(a, b):
    return abs(a - b) < 1e-12
