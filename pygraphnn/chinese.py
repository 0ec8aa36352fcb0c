"""What is said in Chinese: {the English text: its translation}, with the same places for numbers and names."""

COUNTED = {"row": "%d 行", "feature": "%d 个特征", "epoch": "%d 轮", "node": "%d 个节点"}

TEXTS = {
    # explaining.py
    "FORWARD: every node computes its value. Its inputs stand before it, so they have theirs already.":
        "前向：每个节点计算自己的值。它的输入排在它前面，所以已经有值了。",
    "trained": "参与训练",
    "fed": "喂入",
    "reads ": "读取 ",
    "… {:,} more nodes, left out here …": "…… 这里省略了另外 {:,} 个节点 ……",
    "BACKWARD: every node hands on the gradient, grad = ∂loss/∂(its value). Its consumers stand after it, so\nthey "
    "have handed on theirs already: the order is the other way round.":
        "反向：每个节点把梯度 grad = ∂loss/∂(它的值) 往回传。读取它的节点排在它后面，\n已经把梯度传给它了：顺序正好"
        "反过来。",
    "The loss is the sum of %s.": "损失是以下各项之和：%s。",
    ", read %d times, all added": "，被读取 %d 次，全部相加",
    ": nothing is handed on": "：什么也没有传回",
    "%s is 1, because it is the loss": "%s 等于 1，因为它就是损失",
    "%s is 0: nothing hands any on": "%s 等于 0：没有节点把梯度传给它",
    "%s is what %s handed on": "%s 是 %s 传回来的",
    " + … {:,} more …": " + …… 另外 {:,} 个 ……",
    "%s (from %s)": "%s（来自 %s）",
    "%s is a sum: from %s%s": "%s 是一个和：来自 %s%s",
    " + from ": " + 来自 ",
    "from ": "来自 ",
    "their sum": "它们的和",
    "UPDATE: value − learning rate · gradient, with the learning rate %s.": "更新：值 − 学习率 · 梯度，学习率是 %s。",
    "A number is too large where its gradient is positive, too small where it is negative.":
        "梯度为正，说明这个数太大；梯度为负，说明它太小。",
    "No node is marked as trainable: make parameters with is_trainable=True, or list them:":
        "没有节点标记为可训练：建立参数时写 is_trainable=True，或者把它们列出来：",
    "With the new values, the loss of the same rows goes from %s to %s.": "用新的值，同样这些行的损失从 %s 变为 %s。",
    "%s, %s: of its numbers, %s": "%s，%s：其中 %s",
    "%s%s moves most, it %s: %s": "移动最多的是 %s%s，它%s：%s",
    ", ": "，",
    "is too large": "太大",
    "is too small": "太小",
    "stays as it is": "保持不变",
    "has no direction": "没有方向",
    "are too large": "个太大",
    "are too small": "个太小",
    "stay as they are": "个保持不变",
    "have no direction": "个没有方向",
    "gradient %s, moves by %s%s: %s → %s": "梯度 %s，移动 %s%s：%s → %s",
    # wording.py
    "no value": "没有值",
    "a vector of %d": "长度为 %d 的向量",
    "a number": "一个数",
    "{:,} more row": "另有 {:,} 行",
    "{:,} more rows": "另有 {:,} 行",
    "{:,} more column": "另有 {:,} 列",
    "{:,} more columns": "另有 {:,} 列",
    "{:,} more number": "另有 {:,} 个数",
    "{:,} more numbers": "另有 {:,} 个数",
    "the class has no docstring that says its formula": "这个类没有写明公式的文档字符串",
    "the class has no docstring that says its derivatives": "这个类没有写明导数的文档字符串",
    # telling.py
    "Epoch: %d, %s": "轮次：%d，%s",
    "%s in %.1f s%s. %s": "%s，用时 %.1f 秒%s。%s",
    ", %.0f steps/s": "，每秒 %.0f 步",
    "report: %s": "报告：%s",
    "saved: %s": "已保存：%s",
    "%s: %s, %s, target %s": "%s：%s，%s，目标 %s",
    "goes on after %s": "接着 %s 之后继续",
    "learning rate %g": "学习率 %g",
    " / (1 + %g * epoch)": " / (1 + %g * 轮次)",
    "network ": "网络 ",
    "batch size %d": "批量大小 %d",
    "seed %d": "种子 %d",
    "backend ": "后端 ",
    "classes: ": "类别：",
    ", and %d more": "，以及另外 %d 类",
    "the target is scaled in training: the network learns (%s - %.6g) / %.6g; losses are in the target's own "
    "units, for which its learning rate is %.3g":
        "训练时目标被缩放：网络学的是 (%s - %.6g) / %.6g；损失用目标自己的单位表示，对此学习率是 %.3g",
    "%s learnt from: %s": "学过的 %s：%s",
    "%s held out: %s": "留作测试的 %s：%s",
    "how it does on rows that it has not seen, --test-fraction 0.2 or --folds 5 will tell":
        "它在没见过的行上表现如何，用 --test-fraction 0.2 或 --folds 5 可以知道",
    "rows: the class; columns: the answers (%s)": "行：真实的类；列：回答（%s）",
    "held out": "留作测试的行",
    "learnt from": "学过的行",
    "of %s looked at, the held-out loss was smallest after epoch %d: %s":
        "在查看过的 %s 中，测试损失在第 %d 轮之后最小：%s",
    "Since then it has turned up, to %s: the network learns its rows by heart, not what holds for others "
    "(overfitting).":
        "此后它又升到 %s：网络在死记训练用的行，而不是学习对其他行也成立的规律（过拟合）。",
    "Stop at about --epochs %d, or take fewer hidden nodes, or more rows to learn from.":
        "可以在 --epochs %d 左右停下，或减少隐藏节点，或增加训练用的行。",
    "Loss: %s": "损失：%s",
    ", Held-out loss: %s": "，测试损失：%s",
    # tasks.py, run.py, folding.py, troubles.py
    "off by %s (root mean square); always predicting %s, the mean learnt from, is off by %s":
        "误差 %s（均方根）；总是预测学过的平均值 %s，误差是 %s",
    "after %d epochs the loss is %s, but that of guessing by how frequent each class is would be %s: try another "
    "learning rate":
        "%d 轮之后损失是 %s，而按各类出现的频率来猜，损失是 %s：请换一个学习率",
    "%s of the answers are right; always answering %s, the most frequent class, would have %s":
        "回答的正确率是 %s；总是回答最常见的类 %s，正确率是 %s",
    "this will take about %s; with --backend c about %s, and the numbers will be the same":
        "这大约需要 %s；用 --backend c 大约 %s，数字完全一样",
    "fold %d of %d, %d rows held out: %s": "第 %d 份（共 %d 份），留出 %d 行：%s",
    "all folds: %s on average, from %s to %s; standard deviation %s": "全部：平均 %s，从 %s 到 %s；标准差 %s",
    "%s of the answers are right": "正确率 %s",
    "off by %s": "误差 %s",
    "%s: %d of %s saturated, %s on over 90 %% of the rows: try a smaller learning rate":
        "%s：有 %d 个（共 %s）饱和，%s，而且在超过 90 %% 的行上如此：请试小一些的学习率",
    "below 0.01 or above 0.99": "低于 0.01 或高于 0.99",
    "below -0.99 or above 0.99": "低于 -0.99 或高于 0.99",
    "0": "等于 0",
    "the gradients of %s are %.0e times those of %s (they vanish on the way back): try --activation relu or tanh, "
    "or fewer layers":
        "%s 的梯度，大小只有 %.0e 乘以 %s 的梯度（在往回传的路上消失了）：请试 --activation relu 或 tanh，或减少层"
        "数",
}
