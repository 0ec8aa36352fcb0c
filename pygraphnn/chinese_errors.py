"""What the command line says in Chinese of errors and of what was left out: {the English form: the Chinese one}.

Errors are raised in English. Where one ends at the command line, `language.translated` finds its form here, by the
words between the places. What stands at %s is a name or a number; what stands at %T has a form of its own, and at %L
several of them. In the Chinese form %s are the places in their order, %2$s is the second one.
"""

ERRORS = {
    # argparse
    "%T (see %s --help)": "%s（参见 %s --help）",
    "argument %s: %T": "参数 %s：%s",
    "unrecognized arguments: %s": "不认识的参数：%s",
    "the following arguments are required: %s": "缺少参数：%s",
    "expected one argument": "需要一个值",
    "expected at least one argument": "至少需要一个值",
    "ignored explicit argument %s": "这里不能有值 %s",
    "invalid choice: %s (choose from %s)": "没有 %s 这个选择（可选：%s）",
    "invalid int value: %s": "%s 不是整数",
    "invalid float value: %s": "%s 不是数",
    # cli.py
    "there is not enough memory": "内存不够",
    "interrupted": "已中断",
    "interrupted, nothing was changed": "已中断，什么也没有改变",
    "interrupted after %s of %s epochs, loss %s": "在第 %s 轮（共 %s 轮）之后中断，损失 %s",
    "interrupted after %s of %s epochs": "在第 %s 轮（共 %s 轮）之后中断",
    "--explain prints lines to read, and --json prints none: choose one of them":
        "--explain 打印给人读的文字，--json 不打印这些：请二选一",
    "choose a data set or a CSV file, or a model to train on, with --continue (see %s train --help)":
        "请给出数据集或 CSV 文件，或用 --continue 给出要继续训练的模型（参见 %s train --help）",
    "--step-rows chooses what a report shows: add --report FILE.html":
        "--step-rows 选的是报告里显示什么：请加上 --report FILE.html",
    "--step-rows: there is no row %s: %s has %s rows, counted from 0":
        "--step-rows：没有第 %s 行：%s 有 %s 行，从 0 数起",
    "%s are no sizes of layers: write 10, or 64,32": "%s 不是层的大小：请写 10，或 64,32",
    "%s are no numbers of rows: write 3, or 3,17": "%s 不是行号：请写 3，或 3,17",
    "--continue trains with the choices of the model: leave %s out": "--continue 沿用模型的各项选择：请去掉 %s",
    "%s does not say how it was trained (settings: there is no %s): it can be used, but not trained on":
        "%s 没有写明它是怎样训练的（settings 里没有 %s）：可以使用，但不能接着训练",
    "--folds trains several networks, and %s is for one: choose one of them":
        "--folds 训练好几个网络，而 %s 只用于一个：请二选一",
    # data.py, tables.py
    "there is no %T %s, did you mean %s? There are: %s": "没有叫做 %2$s 的%1$s，是不是 %3$s？有这些：%4$s",
    "there is no %T %s. There are: %s": "没有叫做 %2$s 的%1$s。有这些：%3$s",
    "dataset": "数据集",
    "column": "列",
    "feature": "特征",
    "%T %s is asked for twice": "重复指定了%s %s",
    "%s, line %s: there is a NUL byte: save the file as CSV in UTF-8":
        "%s，第 %s 行：有一个 NUL 字节：请把文件存为 UTF-8 的 CSV",
    "%s is empty: it needs a header line and rows of numbers": "%s 是空的：需要一行列名和若干行数字",
    "%s is empty: it needs a header line and rows": "%s 是空的：需要一行列名和若干行",
    "%s, line %s: the line is blank: delete it": "%s，第 %s 行：是空行：请删去",
    "%s, line %s: this is not UTF-8 text: save the file as CSV in UTF-8":
        "%s，第 %s 行：不是 UTF-8 文本：请把文件存为 UTF-8 的 CSV",
    "%s, line %s: this is not UTF-8 text: save the file as CSV in UTF-8 (but UTF-16)":
        "%s，第 %s 行：不是 UTF-8 文本（而是 UTF-16）：请把文件存为 UTF-8 的 CSV",
    "%s, line %s: this is not UTF-8 text: save the file as CSV in UTF-8 (in Windows-1252 it would be %s)":
        "%s，第 %s 行：不是 UTF-8 文本：请把文件存为 UTF-8 的 CSV（按 Windows-1252 会是 %s）",
    "%s, line %s: not readable as CSV (a quote is not closed, or text follows the closing quote): check the quotes":
        "%s，第 %s 行：不能当作 CSV 来读（引号没有闭合，或闭合之后还有文字）：请检查引号",
    "%s: line %s is the header, but no rows follow it": "%s：第 %s 行是列名，后面却没有数据行",
    "%s, line %s: the number of columns is %s, but the header has %s": "%s，第 %s 行：有 %s 列，而列名有 %s 个",
    "%s, line %s: the number of columns is %s, but line %s has %s": "%s，第 %s 行：有 %s 列，而第 %s 行有 %s 列",
    "%s, line %s: there is only one column, %s: a target and at least one feature are needed, separated by commas, "
    "semicolons, tabs, | or spaces":
        "%s，第 %s 行：只有一列 %s：需要一个目标和至少一个特征，用逗号、分号、制表符、| 或空格隔开",
    "%s, line %s: %s looks like %T, since line %s has %s columns: delete the lines before the names of the columns":
        "%s，第 %s 行：%s 像是%s，因为第 %s 行有 %s 列：请删去列名之前的那些行",
    "a comment": "注释",
    "a title": "标题",
    "%s: line %s holds numbers, not names: add a header row, or, if the line is data, choose %s":
        "%s：第 %s 行是数，不是列名：请加一行列名；如果这一行是数据，请选 %s",
    "%s, line %s: %s among the names: is this line data? Then choose %s. If these are names, %T":
        "%s，第 %s 行：列名里有 %s：这一行是数据吗？是的话请选 %s。如果这些就是列名，%s",
    "choose %s": "请选 %s",
    "columns %s and %s are both named %s: rename one": "第 %s 列和第 %s 列都叫 %s：请改一个",
    "the list of %Ts is empty: name at least one": "%s的清单是空的：至少写一个",
    "column %s has no name: name it, or choose %s": "第 %s 列没有名称：请给它取名，或选 %s",
    "column %s is the target, so it cannot be a feature too: leave it out of the features, or choose another target":
        "列 %s 是目标，不能同时是特征：请把它从特征中去掉，或另选目标",
    "%s: a value is missing in every row: choose other features": "%s：每一行都缺一个值：请选别的特征",
    "%s: there would be two features %s: rename a column": "%s：会有两个叫做 %s 的特征：请改一个列名",
    "%s, line %s: %T": "%s，第 %s 行：%s",
    # columns.py
    "%s, line %s, column %s: %T": "%s，第 %s 行，列 %s：%s",
    "%s, column %s: every row holds the same: classes to tell apart are needed, and several rows of each":
        "%s，列 %s：每一行都一样：要分类，就需要有不同的类，每类有好几行",
    "%s, column %s: every row holds something else: classes to tell apart are needed, and several rows of each":
        "%s，列 %s：每一行都不一样：要分类，每类就需要有好几行",
    "%s, line %s: the last line looks like no row of data (%s): delete it":
        "%s，第 %s 行：最后一行不像数据（%s）：请删去",
    "the value is missing (%s): %T": "缺少值（%s）：%s",
    "fill it in, or delete the row": "请填上，或删去这一行",
    "fill it in, or delete the row, as %s does (%T left)": "请填上，或删去这一行，%s 就是这样做的（剩下%s）",
    "%s of %s rows are": " %s 行，共 %s 行",
    "%s of %s rows is": " %s 行，共 %s 行",
    "%s is not a number: %T": "%s 不是数：%s",
    "%s is not a finite number: %T": "%s 不是有限的数：%s",
    "correct it, or leave this column out": "请改正，或不用这一列",
    "correct it, or leave this column out, or delete the line": "请改正，或不用这一列，或删去这一行",
    "correct it, or delete the row": "请改正，或删去这一行",
    "make numbers of them, days since some day for example": "请换成数，例如从某一天起的天数",
    "delete the signs": "请删去这些符号",
    "write them as -": "请写成 -",
    "write -5 for (5)": "(5) 请写成 -5",
    "delete the signs, and separators between thousands": "请删去这些符号和千位分隔符",
    "numbers need a decimal point, and no separator between thousands": "数要用小数点，不要用千位分隔符",
    "numbers need a decimal point": "数要用小数点",
    "numbers need a decimal point: choose %s, or correct the file": "数要用小数点：请选 %s，或改正文件",
    "delete them if they separate thousands, and read decimal commas if they are such: choose %s, or correct the file":
        "如果是千位分隔符，请删去；如果是小数逗号：请选 %s，或改正文件",
    "delete the units": "请删去单位",
    "a file has decimal commas or decimal points, not both": "一个文件要么用小数逗号，要么用小数点，不能都用",
    "the target holds no numbers: %L": "目标不是数：%s",
    "the target holds no numbers: %L: %T": "目标不是数：%s：%s",
    "%s of the %s features hold no numbers: %L": "%s 个特征（共 %s 个）不是数：%s",
    "%s of the %s features hold no numbers: %L: %T": "%s 个特征（共 %s 个）不是数：%s：%s",
    "%s of the %s features holds no numbers: %L": "%s 个特征（共 %s 个）不是数：%s",
    "%s of the %s features holds no numbers: %L: %T": "%s 个特征（共 %s 个）不是数：%s：%s",
    "the only feature holds no numbers: %L": "唯一的特征不是数：%s",
    "the only feature holds no numbers: %L: %T": "唯一的特征不是数：%s：%s",
    "1 value is missing in 1 of the %s rows: %s": "%s 行中有 1 行缺 1 个值：%s",
    "1 value is missing in 1 of the %s rows: %s: %T": "%s 行中有 1 行缺 1 个值：%s：%s",
    "%s values are missing in %s of the %s rows: %s": "缺 %s 个值，在 %s 行中（共 %s 行）：%s",
    "%s values are missing in %s of the %s rows: %s: %T": "缺 %s 个值，在 %s 行中（共 %s 行）：%s：%s",
    "%T; or %T": "%s；或者%s",
    "%T; %T": "%s；%s",
    "choose %s, to make numbers of texts": "选 %s，把文字变成数",
    "choose %s, to read decimal commas": "选 %s，读小数逗号",
    "choose %s (%T left)": "请选 %s（剩下%s）",
    "choose some of the %s other features": "请从另外 %s 个特征中选一些",
    "correct the file": "请改正文件",
    "%s (%T, like %s: %T)": "%s（%s，如 %s：%s）",
    "no finite numbers": "不是有限的数",
    "dates or times": "日期或时间",
    "percent signs": "百分号",
    "minus signs that are no hyphens": "不是连字符的负号",
    "numbers in brackets": "括号中的数",
    "currency signs": "货币符号",
    "separators between thousands": "千位分隔符",
    "commas before three digits": "三位数字前的逗号",
    "delete them if they separate thousands, and read decimal commas if they are such":
        "如果是千位分隔符，请删去；如果是小数逗号，请照小数逗号来读",
    "decimal commas": "小数逗号",
    "units": "单位",
    "decimal points": "小数点",
    "%s (text, %s different)": "%s（文字，%s 种）",
    # files.py
    "the path is %s: give the name of a file": "路径是 %s：请给出文件名",
    "%s: choose a name that ends in %s or %s": "%s：请取一个以 %s 或 %s 结尾的名字",
    "%s: choose a name that ends in %s": "%s：请取一个以 %s 结尾的名字",
    "%s cannot be written: no name of a file holds a null byte": "%s 无法写入：文件名里不能有空字节",
    "%s cannot be written: it is not an ordinary file": "%s 无法写入：它不是普通文件",
    "%s cannot be written: it is write-protected": "%s 无法写入：它有写保护",
    "%s cannot be written: there is no folder %s": "%s 无法写入：没有文件夹 %s",
    "%s cannot be written: %T": "%s 无法写入：%s",
    "%s cannot be read: %T": "%s 无法读取：%s",
    "No space left on device": "磁盘已满",
    "Permission denied": "没有权限",
    "Is a directory": "是一个文件夹",
    "%s is a folder: name a file in it": "%s 是文件夹：请给出其中的文件",
    "%s is a folder: name %T": "%s 是文件夹：请给出%s",
    "a CSV file": " CSV 文件",
    "a model": "模型",
    "there is no file %s: check its name and folder": "没有文件 %s：请检查文件名和文件夹",
    "%s may not be read: change its permissions": "%s 不许读取：请改它的权限",
    # run.py, training.py, values.py, evaluating.py
    "%s: there is only one row to learn from: a network needs at least two": "%s：只有一行可学：网络至少需要两行",
    "%s: no standard deviation in the constant column %s: there are no other features to learn from":
        "%s：列 %s 是常数，没有标准差：没有别的特征可学",
    "%s: no standard deviation in the constant columns %s: there are no other features to learn from":
        "%s：列 %s 都是常数，没有标准差：没有别的特征可学",
    "a network with %s hidden nodes and batches of %s rows needs about %s GB, and this machine has %s: choose fewer "
    "with --hidden or --batch-size":
        "有 %s 个隐藏节点、批量为 %s 行的网络大约需要 %s GB，而这台机器有 %s：请用 --hidden 或 --batch-size 选少一些",
    "the decay is %s: it must not be negative": "衰减是 %s：不能是负数",
    "the learning rate is %s: it must not be negative": "学习率是 %s：不能是负数",
    "the noise is %s: it must not be negative": "噪声是 %s：不能是负数",
    "%T is nan, which is not a number": "%s 是 nan，不是数",
    "%T is %s, which is not a number": "%s 是 %s，不是数",
    "%T is %s: it must be a finite number": "%s 是 %s：必须是有限的数",
    "%T is %s: it must be at least %s": "%s 是 %s：至少要是 %s",
    "%T is %s: it must be a whole number": "%s 是 %s：必须是整数",
    "the learning rate": "学习率",
    "the decay": "衰减",
    "the seed": "种子",
    "batch_size": "批量大小",
    "epochs": "轮次",
    "hidden": "隐藏节点数",
    "the test fraction is %s: of %s rows it must leave at least one to train on and one to test on":
        "测试比例是 %s：在 %s 行中，至少要留一行训练、一行测试",
    "shards is %s: a batch of %s rows has no more": "份数是 %s：一个 %s 行的批次没有那么多",
    "shards": "份数",
    "the number of workers": "工作进程数",
    "the number of folds": "份数",
    "%s are no numbers: write 0.1, or 0.1,0.01": "%s 不是数：请写 0.1，或 0.1,0.01",
    "the number of seeds": "种子的个数",
    "--workers are processes of this machine, and --dask are others: choose one of them":
        "--workers 是本机的进程，--dask 是别处的：请二选一",
    "one shard is computed by one worker: choose --shards, 8 for example":
        "一份只由一个进程计算：请选 --shards，例如 8",
    "this Python can start no processes: leave out --workers, the result is the same":
        "这个 Python 不能启动进程：请去掉 --workers，结果一样",
    "Dask is missing (%s): install it with `pip install distributed`":
        "缺少 Dask（%s）：请用 `pip install distributed` 安装",
    "there is no Dask scheduler at %s (%s): start one with `dask scheduler`":
        "%s 没有 Dask 调度器（%s）：请用 `dask scheduler` 启动",
    "%s rows cannot be divided into %s folds: each needs at least one row": "%s 行分不成 %s 份：每份至少要有一行",
    "the loss is %s in epoch %s, step %s: try a learning rate smaller than %s (the parameters are back at the last "
    "step whose loss was finite)":
        "损失在第 %2$s 轮第 %3$s 步变成了 %1$s：请试比 %4$s 更小的学习率（参数已退回到损失仍为有限值的最后一步）",
    "the loss is %s in epoch %s, step %s: no step has been taken yet, so the data or the starting weights are too "
    "large":
        "损失在第 %2$s 轮第 %3$s 步是 %1$s：还没有走一步，所以是数据或初始权重太大",
    "%s has the standard deviation %s: its numbers are too close or too large to be scaled":
        "%s 的标准差是 %s：这些数彼此太近或太大，无法缩放",
    "the task is %s: choose regression or classification": "任务是 %s：请选 regression 或 classification",
    "there is no backend %s: use \"python\" or \"c\"": "没有后端 %s：请用 \"python\" 或 \"c\"",
    "PYGRAPHNN_BACKEND=%s: %T": "PYGRAPHNN_BACKEND=%s：%s",
    "the C backend cannot be used: %T": "不能使用 C 后端：%s",
    "the kernels were not built: run `python -m pygraphnn build`": "内核还没有编译：请运行 `python -m pygraphnn build`",
    "the kernels were built from other sources than those that are here: run `python -m pygraphnn build`":
        "内核是用别的源文件编译的：请运行 `python -m pygraphnn build`",
    "PYGRAPHNN_THREADS is %s: set it to a whole number from 1 to %s": "PYGRAPHNN_THREADS 是 %s：请设为 1 到 %s 的整数",
    # what was left out of a table, what was not learnt
    "%s of %s rows, in which values are missing, were left out": "有 %s 行（共 %s 行）缺值，未用",
    "left out, since constant: the column %s": "因为是常数而未用：列 %s",
    "left out, since constant: the columns %s": "因为是常数而未用：列 %s",
    "column %s is empty and was left out": "第 %s 列是空的，未用",
    "column 1 has no name and was left out": "第 1 列没有名称，未用",
    "line 1 ends in separators without names, which were left out": "第 1 行末尾有没有名称的分隔符，已忽略",
    "after %s epochs the loss is %s, but always predicting the mean of %s would have %s: bring %s to small numbers "
    "(standardize takes a vector, too), try another learning rate, or train longer":
        "%s 轮之后损失是 %s，而总是预测 %s 的平均值，损失是 %s：请把 %s 变成小的数（standardize 也接受向量），换一个学"
        "习率，或训练久一些",
    "the loss rose from %s in the first epoch to %s in the last: take a learning rate smaller than %s":
        "损失从第一轮的 %s 升到了最后一轮的 %s：请取比 %s 更小的学习率",
    # saving.py
    "%s: the model was trained with other columns or other layers: train a new one":
        "%s：模型是用别的列或别的层训练的：请训练一个新的",
    "%s: the data have changed since the model was trained (their means or deviations are others): train a new one":
        "%s：模型训练之后数据变了（平均值或标准差不同）：请训练一个新的",
    "the model does not hold the state of its training: it can be used, but not trained on":
        "模型里没有训练的状态：可以使用，但不能接着训练",
    "this is no model of pygraphnn": "这不是 pygraphnn 的模型",
    "this is no text in UTF-8, so no model": "这不是 UTF-8 文本，所以不是模型",
    "it is nested too deep for a model": "嵌套太深，不是模型",
    "line %s, column %s: this is no JSON (%s): is the file cut off?":
        "第 %s 行第 %s 列：不是 JSON（%s）：文件是不是被截断了？",
    "it was saved by a newer version of pygraphnn (its format is %s, this one reads %s): update":
        "它是由更新的 pygraphnn 保存的（格式是 %s，这里读的是 %s）：请升级",
    "%s is missing": "缺少 %s",
    "%s: there is no class %s: give it, load_model(path, classes=[…])":
        "%s：没有类 %s：请给出它，load_model(path, classes=[…])",
    # answering.py, exporting
    "%s: %s missing: the model needs the column %s": "%s：缺少 %s：模型需要列 %s",
    "%s: %s missing: the model needs the columns %s": "%s：缺少 %s：模型需要列 %s",
    "--output is for the rows of a file: one row is answered on stdout":
        "--output 用于文件中的各行：一行的回答直接打印",
    "the model needs %s, too: write NAME=VALUE for each": "模型还需要 %s：每个都请写成 名称=值",
    "the model does not know the names of its features: use it in Python, with load_model(path).predict(rows)":
        "模型不知道特征的名称：请在 Python 里用 load_model(path).predict(rows)",
    "%s: ignored, since the model does not know them: the column %s": "%s：模型不认识而忽略的列：%s",
    "%s: ignored, since the model does not know them: the columns %s": "%s：模型不认识而忽略的列：%s",
    "%s is given twice": "%s 给了两次",
    "%s is neither a file nor NAME=VALUE": "%s 既不是文件，也不是 名称=值",
    "%s: two columns are named %s: rename one": "%s：有两列都叫 %s：请改一个",
    "%s: --float32 is for .onnx and .c": "%s：--float32 用于 .onnx 和 .c",
    "%s cannot be exported: its class %s does not say is_pure = True": "%s 不能导出：它的类 %s 没有写 is_pure = True",
    "%s is a loss, one number for all rows together: what is exported has an answer for each row":
        "%s 是损失，所有行合成一个数：要导出的，须对每一行给出回答",
    # building, packing, exercises
    "%s is such an archive already: copy it": "%s 已经是这样的归档：请复制它",
    "%s of the %s is missing: install the package again": "%s（属于 %s）不见了：请重新安装",
    "the folder of the %s is missing: install the package again": "文件夹不见了（%s）：请重新安装",
    "there is no chapter %s: there are 1 to %s": "没有第 %s 章：有 1 到 %s",
    "%s is there already: check it with `exercise %s %s`, or take another folder":
        "%s 已经在那里：请用 `exercise %s %s` 检查它，或换一个文件夹",
    "there is no C compiler (neither cc, gcc nor clang): install one, with `apt install gcc libc6-dev` on Debian "
    "or `pip install ziglang` anywhere, and name it, if it is called otherwise, in the variable CC (Zig's is "
    "`python -m ziglang cc`)":
        "没有 C 编译器（cc、gcc、clang 都没有）：请安装一个，在 Debian 上用 `apt install gcc libc6-dev`，别处用 "
        "`pip install ziglang`；如果它叫别的名字，请写在变量 CC 里（Zig 是 `python -m ziglang cc`）",
    "cffi is missing (%s): install it with `pip install cffi`, or your system's package, such as Debian's python3-cffi":
        "缺少 cffi（%s）：请用 `pip install cffi` 安装，或安装系统的包，例如 Debian 的 python3-cffi",
    "Python's C headers are missing (there is no %s): install them, with `apt install %s` on Debian for example":
        "缺少 Python 的 C 头文件（没有 %s）：请安装，例如在 Debian 上用 `apt install %s`",
    "the compiler %s failed with exit code %s: install it again, or name another in the variable CC; it printed "
    "nothing":
        "编译器 %s 失败，退出码 %s：请重新安装，或在变量 CC 里写另一个；它什么也没有打印",
    "the compiler %s failed with exit code %s: install it again, or name another in the variable CC; it printed":
        "编译器 %s 失败，退出码 %s：请重新安装，或在变量 CC 里写另一个；它打印了",
    "the compiler %s cannot be run (%s): install it again, or name another in the variable CC":
        "编译器 %s 无法运行（%s）：请重新安装，或在变量 CC 里写另一个",
    "the variable CC names %s, but there is no such program: correct it, or unset CC to take the system's compiler":
        "变量 CC 写的是 %s，但没有这个程序：请改正，或去掉 CC，用系统的编译器",
}
