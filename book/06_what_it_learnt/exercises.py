# %% task worst
# en: The numbers of the n rows that are farthest off, the worst first.
# zh: 误差最大的 n 行的行号，最差的在前。
# hint en: Too high is as bad as too low: sort by the size of the residual.
# hint zh: 偏高和偏低一样糟：按残差的大小来排。
# check: worst([1.0, 5.0, 3.0, 9.0], [1.5, 9.0, 3.0, 6.0], 2) == [1, 3]
# check: worst([0.0, 10.0], [1.0, 8.0], 1) == [1]

# %% start
def worst(truths, guesses, n):
    return []

# %% solution
def worst(truths, guesses, n):
    return sorted(range(len(truths)), key=lambda i: -abs(truths[i] - guesses[i]))[:n]

# %% mistake
def worst(truths, guesses, n):
    return sorted(range(len(truths)), key=lambda i: guesses[i] - truths[i])[:n]

# %% mistake
def worst(truths, guesses, n):
    return sorted(range(len(truths)), key=lambda i: abs(truths[i] - guesses[i]))[:n]

# %% task share_explained
# en: 1 − (mean square of the residuals) / (mean square of truth − mean of truths): 1 is perfect, 0 no better than the mean.
# zh: 1 −（残差平方的平均）/（真实值减去其平均值之后平方的平均）：1 是完美，0 表示不比平均值好。
# hint en: Compare with somebody who always says the mean of the truths.
# hint zh: 和永远说真实值的平均值的人比。
# check: share_explained([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]) == 0.5
# check: share_explained([1.0, 3.0], [2.0, 2.0]) == 0.0
# check: share_explained([1.0, 3.0], [1.0, 3.0]) == 1.0

# %% start
def share_explained(truths, guesses):
    return None

# %% solution
def share_explained(truths, guesses):
    total, left, spread = 0.0, 0.0, 0.0
    for truth in truths:
        total += truth
    mean = total / len(truths)
    for truth, guess in zip(truths, guesses):
        left += (truth - guess) * (truth - guess)
        spread += (truth - mean) * (truth - mean)
    return 1.0 - left / spread

# %% mistake
def share_explained(truths, guesses):
    mean = sum(guesses) / len(guesses)
    left = sum((t - g) * (t - g) for t, g in zip(truths, guesses))
    return 1.0 - left / sum((t - mean) * (t - mean) for t in guesses)

# %% mistake
def share_explained(truths, guesses):
    mean = sum(truths) / len(truths)
    left = sum((t - g) * (t - g) for t, g in zip(truths, guesses))
    return left / sum((t - mean) * (t - mean) for t in truths)
