"""What is said in Chinese: {the English text: its translation}, with the same places for numbers and names."""

COUNTED = {"row": "%d 行", "feature": "%d 个特征", "epoch": "%d 轮", "node": "%d 个节点", "thread": "%d 个线程"}

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
    "%.2g hours": "%.2g 小时",
    "%.2g minutes": "%.2g 分钟",
    "%.2g seconds": "%.2g 秒",
    # cli.py
    "usage: ": "用法：",
    "arguments": "参数",
    "options": "选项",
    "show this and end": "显示帮助并退出",
    "Examples:": "例子：",
    "A neural network that learns to predict a number, in plain Python.":
        "学习预测一个数的神经网络，用纯 Python 写成。",
    "show the version, the backend and its threads": "显示版本、后端和线程数",
    "English or Chinese (default: as the environment says)": "英文或中文（默认：随系统环境）",
    "train a network on a data set and print its loss": "在数据集上训练网络，打印损失",
    "Trains a network to predict one column of a table from the others, a number or a class, and\nprints the "
    "loss every %d epochs: it should fall. The loss is the mean square error of numbers,\nthe cross entropy of "
    "classes. In the end it says how good the predictions are, and on which rows.":
        "训练一个网络，用表格的其他列预测一列：一个数，或一个类。每 %d 轮打印一次损失，它应当下降。\n预测数时，损"
        "失是均方误差；分类时是交叉熵。最后说明预测得有多好，是在哪些行上。",
    "Data sets that come with the package: %s;\npoints in the plane that are made up, of two classes: %s.":
        "自带的数据集：%s；\n生成的平面点集，分两类：%s。",
    "the name of a data set, or a CSV file with a header row": "数据集的名称，或带有一行列名的 CSV 文件",
    "train a saved model on, with the choices that it was trained with, for --epochs more":
        "接着训练保存的模型，沿用它训练时的各项选择，再训练 --epochs 轮",
    "save the model in the end; also after Ctrl-C, or when the loss became infinite":
        "结束时保存模型；按 Ctrl-C 之后，或损失变成无穷大时也保存",
    "the column to predict (default: the last one)": "要预测的列（默认：最后一列）",
    "the columns to predict it from (default: all the others)": "用来预测的列（默认：其他所有列）",
    "columns of text, each of which becomes a column of 0 and 1 for each of its texts":
        "文字的列：其中每种文字各变成一列 0 和 1",
    "leave out the rows in which a value is missing": "舍去有缺失值的行",
    "the first line has no names: the columns are called c1, c2, ...": "第一行不是列名：各列叫做 c1、c2……",
    "the first line has names, though some look like numbers": "第一行是列名，虽然有些像数",
    "read 3,5 as a number, not 3.5": "把 3,5 读作数，而不是 3.5",
    "predict a number, or tell classes apart (default: what the target holds)": "预测数，或分类（默认：看目标是什么）",
    "nodes in each hidden layer, 64,32 for example (default: 10)": "每个隐藏层的节点数，例如 64,32（默认：10）",
    "the function of the hidden nodes (default: sigmoid)": "隐藏节点的函数（默认：sigmoid）",
    "how often to go through as many rows as there are (default: %d; for classes %d)":
        "轮次：遍历全部数据多少遍（默认：%d；分类时 %d）",
    "rows drawn for each step (default: 16)": "批量大小：每一步抽取的行数（默认：16）",
    "how a step is made of the gradient (default: sgd, gradient descent)": "怎样由梯度走出一步（默认：sgd，梯度下降）",
    "how far a step goes (default: %s; for classes %s)": "学习率：一步走多远（默认：%s；分类时 %s）",
    "let the learning rate fall: in epoch n, from 0, it is RATE / (1 + D * n) (default: 0)":
        "让学习率下降：第 n 轮（从 0 数起）是 RATE / (1 + D * n)（默认：0）",
    "hold out this share of the rows and show the loss on them too, for example 0.2":
        "留出这个比例的行作测试，也显示它们的损失，例如 0.2",
    "divide the rows into K parts, and train K times, each time holding out another one":
        "把行分成 K 份，训练 K 次，每次留出另一份作测试",
    "start of the random numbers; the same seed gives the same result (default: 0)":
        "随机数的种子：种子相同，结果相同（默认：0）",
    "what does the arithmetic; the result is the same": "用哪个后端计算；结果一样",
    "divide each batch into S parts, whose gradients are added in their order (default: 1)":
        "把每个批次分成 S 份，按次序把各份的梯度相加（默认：1）",
    "processes that compute the parts; the result does not depend on them": "计算各份的进程数；结果与它无关",
    "have them computed by the workers of a Dask scheduler, tcp://host:8786 for example":
        "由 Dask 调度器的工作进程来计算，例如 tcp://host:8786",
    "take the help of machines whose numbers differ, too: then the bits are not promised":
        "也接受算出的数有差别的机器：此时不再保证每一位相同",
    " in %d shards": "，分成 %d 份",
    "print the first step with its formulas and numbers, then train (--epochs 0: only print)":
        "打印第一步的公式和数字，然后训练（--epochs 0：只打印）",
    "print one JSON object instead of lines to read": "打印一个 JSON 对象，而不是给人读的文字",
    "write a page to look at: losses, predictions, the training over again, its first and last step, the surface; "
    "also after Ctrl-C, or when the loss became infinite":
        "写一个可以看的页面：损失、预测、回放训练、第一步和最后一步、曲面；按 Ctrl-C 之后，或损失变成无穷大时也写",
    "show a step on these rows of the data, counted from 0, in the report, too":
        "在报告里另外显示用这些行（从 0 数起）走的一步",
    "compare learning rates, each with several seeds": "比较几个学习率，每个用几个种子",
    "Trains with each learning rate from several seeds, and prints how good the predictions are:\na rate is "
    "better than another only if their means differ by more than their seeds do.":
        "用每个学习率、从几个种子出发训练，并说出预测得有多好：只有平均值的差别大过各种子之间的差别，才能说一个学"
        "习率更好。",
    "the rates to compare": "要比较的学习率",
    "how many seeds, from --seed on (default: 5)": "种子的个数，从 --seed 起（默认：5）",
    "hold out this share of the rows, and measure on them (default: 0.2)": "留出这个比例的行，用来衡量（默认：0.2）",
    "draw the losses of each rate": "画出每个学习率的损失",
    "learning rate; %s, on the rows %s: the mean of %d seeds, its standard deviation, each of them":
        "学习率；%s，%s：%d 个种子的平均值、标准差、各个值",
    "the error (root mean square)": "误差（均方根）",
    "the share of right answers": "答对的比例",
    "best: %g": "最好的是 %g",
    "none of them: try smaller ones": "没有一个可用：请试小一些的",
    "diverged: %d": "发散：%d 次",
    "predict with a saved model": "用保存的模型预测",
    "Predicts with a model that `train --save` has written: for each row of a CSV file, whose columns\nmay stand "
    "in any order, or for one row that is typed.":
        "用 `train --save` 写的模型预测：CSV 文件的每一行（列的次序不限），或直接输入的一行。",
    "what `train --save` has written": "`train --save` 写的文件",
    "a CSV file with a header row, or the features of one row": "带有一行列名的 CSV 文件，或一行的各个特征",
    "where to write to (default: to stdout)": "写到哪里（默认：直接打印）",
    "where to write to": "写到哪里",
    "write a saved model for another engine": "把保存的模型写给别的引擎",
    "Writes a model that `train --save` has written for another engine. What it is for says the end of the name:\n"
    "  .onnx         ONNX Runtime: servers, phones, web pages\n"
    "  .pt.py        PyTorch: a GPU, and training on; its weights are written beside it\n"
    "  .safetensors  the parameters alone, for any of them\n"
    "  .py           plain Python with lists, MicroPython too\n"
    "  .c            C11: microcontrollers; with a program that reads CSV files":
        "把 `train --save` 写的模型写给别的引擎。写给谁，看文件名的结尾：\n"
        "  .onnx         ONNX Runtime：服务器、手机、网页\n"
        "  .pt.py        PyTorch：GPU，以及接着训练；权重写在旁边\n"
        "  .safetensors  只有参数，各种引擎都能读\n"
        "  .py           纯 Python 的列表，MicroPython 也行\n"
        "  .c            C11：单片机；附有读 CSV 文件的程序",
    "single precision (.onnx and .c)": "单精度（.onnx 和 .c）",
    "open the book: from one weight to a classifier": "打开书：从一个权重到分类器",
    "Writes the book as one page that needs no network, and opens it: ten short chapters, each number in them computed "
    "by this package.":
        "把书写成一个不需要网络的页面，并打开：十个短章，其中每个数都由这个包算出。",
    "write it there, and open nothing": "写到那里，不打开",
    "do the exercises of a chapter of the book": "做书中一章的练习",
    "Writes a file with the tasks of a chapter of the book; or, with the name of your file, tries your answers "
    "and says what is right.":
        "写出书中一章的习题文件；给出你的文件名，则检查你的答案，说出哪些对。",
    "its number": "章的编号",
    "your answers": "你的答案",
    "show what can do the arithmetic on this machine": "显示这台机器上可以用哪些后端计算",
    "Shows what can do the arithmetic on this machine, and which is in use.":
        "显示这台机器上可以用哪些后端计算，现在用的是哪个。",
    "compile the C backend, for speed": "编译 C 后端，为了速度",
    "Compiles the C backend, which gives the same results, but faster. It needs cffi and a C compiler, which can "
    "be named in the variable CC.":
        "编译 C 后端：结果一样，但更快。需要 cffi 和 C 编译器，编译器可以写在变量 CC 里。",
    "compare every node's gradients with slopes": "把每个节点的梯度同斜率比较",
    "Compares the gradients of every node of the package with the slopes of a loss, in each backend that can be used "
    "here. Exit code 1: one is wrong.":
        "把包中每个节点的梯度同损失的斜率比较，用这里能用的每个后端。退出码 1：有一个不对。",
    "write the whole package into one file": "把整个包写进一个文件",
    "Writes the package, its data sets included, into one file: copy it to where nothing can be installed, and "
    "run `python pygraphnn.pyz train boston` there. Compiled code stays outside.":
        "把包连同数据集写进一个文件：复制到什么也不能安装的地方，在那里运行 `python pygraphnn.pyz train boston`。"
        "编译的代码不在其中。",
    "default: pygraphnn.pyz": "默认：pygraphnn.pyz",
    "can be used": "可以使用",
    " (in use)": "（正在使用）",
    "note: floats are rounded twice here, so the last places of results differ from other machines'":
        "注意：这里的浮点数要舍入两次，所以结果的末位和别的机器不同",
    "built %s": "已编译 %s",
    "right, within %.0e": "正确，误差不超过 %.0e",
    "WRONG\n%r": "不对\n%r",
    "wrote %s: %.0f KB": "已写入 %s：%.0f KB",
    "wrote %s": "已写入 %s",
    " and ": " 和 ",
    "pygraphnn %s, backend %s, ": "pygraphnn %s，后端 %s，",
}
