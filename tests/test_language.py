"""What is said in Chinese: every text has its translation, with the same places for numbers and names."""
import ast
import errno
import glob
import os
import re

import pytest
from commands import run
from networks import ROOT, lesson_network, random_matrix

import pygraphnn as pg
from pygraphnn import comparing
from pygraphnn.chinese import COUNTED, TEXTS
from pygraphnn.chinese_errors import ERRORS
from pygraphnn.cli import main
from pygraphnn.language import counted, language_in, say, speaking, translated

PLACES = re.compile(r"%[-0-9.]*[a-z%]|\{:,\}")


def texts_in_the_code():
    """Every text that stands in a call of say, and every word in one of counted."""
    said, words = set(), set()
    for path in glob.glob(os.path.join(ROOT, "pygraphnn", "**", "*.py"), recursive=True):
        with open(path, encoding="utf-8") as file:
            source = file.read()
        if "language import" not in source:
            continue
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "counted"):
                constants = [ast.literal_eval(part) for part in node.args if type(part).__name__ in ("Constant", "Str")]
                (said if node.func.id == "say" else words).update([x for x in constants if isinstance(x, str)])
    return said, words


def test_every_text_has_a_translation():
    said, words = texts_in_the_code()
    from pygraphnn.looking import explaining, troubles
    said |= set(explaining.VERDICTS) | set(explaining.PLURALS.values()) | {"held out", "learnt from", "a number"}
    said |= {how for how, _ in troubles.SATURATED.values()} | set(comparing.MEASURES.values())
    said |= {"{:,} more %s%s" % (what, plural) for what in ("row", "column", "number") for plural in ("", "s")}
    assert said == set(TEXTS) and words == set(COUNTED) and len(said) > 60


def test_numbers_and_names_have_the_same_places_in_both():
    for english, chinese in TEXTS.items():
        assert PLACES.findall(english) == PLACES.findall(chinese), english
        assert re.search("[\u4e00-\u9fff，。]", chinese) or not re.search("[a-z]{3}", re.sub("--[a-z-]+", "", english))


def test_a_step_in_chinese():
    X, y, prediction, loss, parameters = lesson_network(features=2, hidden=3)
    X.value, y.value = random_matrix(4, 2, 1), [1.0, 2.0, 3.0, 4.0]
    graph = pg.sorted_graph(loss)
    english = pg.explain(graph, 0.01)
    chinese = pg.explain(graph, 0.01, language="zh")
    assert pg.explain(graph, 0.01, language="en") == english == pg.explain(graph, 0.01)
    assert re.findall(r"-?\d+\.\d+", chinese) == re.findall(r"-?\d+\.\d+", english)
    assert "前向：" in chinese and "反向：" in chinese and "更新：" in chinese and "同样这些行的损失从" in chinese
    left = re.sub(r"(?m)^ +\d*\.? *\w+, \w+: .*$", "", chinese)        # the docstrings' formulas
    assert not re.search(r"\b(reads|from|handed|moves|too|trained|fed)\b", left)
    with pytest.raises(ValueError, match="the language is 'fr': there are en and zh"):
        pg.explain(graph, language="fr")


def test_the_language_ends_with_its_block():
    with speaking("zh"):
        assert say("trained") == "参与训练" and counted(2, "row") == "2 行"
        with speaking(None):
            assert say("trained") == "参与训练"
        with speaking("en"):
            assert counted(1, "row") == "1 row"
        assert say("what nobody has translated") == "what nobody has translated"
    assert say("trained") == "trained"


@pytest.mark.long
def test_a_training_in_chinese():
    arguments = ("train", "iris", "--epochs", "101", "--test-fraction", "0.2", "--backend", "python")
    english, chinese = [run(*arguments + ("--lang", language))[1] for language in ("en", "zh")]
    assert "轮次：101，损失：" in chinese and "留作测试的 30 行：回答的正确率是" in chinese
    numbers = [re.findall(r"\d+\.\d{3}", out) for out in (english, chinese)]
    assert numbers[0] == numbers[1] and not re.search(r"\b(Loss|epoch|rows|network)\b", chinese)
    assert run(*arguments, LC_ALL="zh_CN.UTF-8")[1].startswith("iris：150 行")
    assert run(*arguments + ("--lang", "en"), LC_ALL="zh_CN.UTF-8")[1].startswith("iris: 150 rows")


# The command line: help and errors


CHINESE = re.compile("[\u4e00-\u9fff]")
FILES = {
    "empty.csv": "", "header.csv": "a,b\n", "one.csv": "a\n1\n2\n", "ragged.csv": "a,b\n1,2\n3\n",
    "text.csv": "a,b\n1,2\nx,3\n2,3\n", "hole.csv": "a,b\n1,2\n,3\n4,5\n", "quote.csv": 'a,b\n"1,2\n',
    "numbers.csv": "1,2\n3,4\n", "comma.csv": "a;b\n1,5;2\n2,5;3\n", "twice.csv": "a,a\n1,2\n3,4\n",
    "constant.csv": "a,b\n1,2\n1,3\n1,4\n", "short.csv": "a,b\n1,2\n", "nul.csv": "a,b\n1,\0\n",
    "texts.csv": "a,town,b\n" + "".join("%d,%s,%d\n" % (n, "xyz"[n % 3], n * n) for n in range(9)),
    "blank.csv": "a,b\n1,2\n\n3,4\n",
    "money.csv": "a,b\n$1,2\n$2,3\n$3,4\n", "title.csv": "My houses\na,b\n1,2\n3,4\n",
}
WRONG = [["nosuch"], ["irs"], ["nosuch.csv"], ["."], []] + [[name] for name in sorted(FILES) if name != "hole.csv"]
WRONG += [["boston"] + words.split() for words in (
    "--epochs x", "--epochs -1", "--batch-size 0", "--learning-rate nan", "--learning-rate -1", "--hidden 0",
    "--hidden a", "--seed 1.5", "--test-fraction 1", "--folds 1000", "--folds 2 --save m.json", "--decay -1",
    "--backend fortran",
    "--target NO", "--features RM,NO", "--features RM,RM", "--features MEDV", "--explain --json", "--optimizer no",
    "--report a.txt", "--report no/a.html", "--step-rows 1", "--step-rows 9999 --report a.html", "--nosuch",
    "--task no", "--hidden 99999999,99999999", "--learning-rate 1e9 --epochs 2")]
LEFT = re.compile("[a-z]{3,}( [a-z]+){2,}")         # three English words in a row


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_errors_are_told_in_chinese(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    try:
        code = main(["train", "--lang", "zh"] + arguments)
    except SystemExit as end:
        code = end.code
    message = capsys.readouterr().err.splitlines()[-1]
    assert code == 2 and CHINESE.search(message) and not LEFT.search(message), message


@pytest.mark.parametrize("arguments", [["predict", "no.json", "a.csv"], ["predict", "a.json", "a.csv"],
                                       ["export", "a.json", "a.onnx"], ["exercise", "99"],
                                       ["train", "--continue", "a.json"],
                                       ["pack", "no/a.pyz"], ["book", "--output", "a.txt"], ["nosuch"], []])
def test_errors_of_other_commands_are_told_in_chinese(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text("{}")
    try:
        code = main(arguments + ["--lang", "zh"])
    except SystemExit as end:
        code = end.code
    message = capsys.readouterr().err.splitlines()[-1]
    assert code == 2 and CHINESE.search(message) and not LEFT.search(message), message


OF_ARGPARSE = ("argument ", "unrecognized ", "the following arguments ", "expected ", "ignored explicit ", "invalid ")


def test_forms_of_errors_have_the_same_places_and_stand_in_the_code():
    written = []
    for path in (glob.glob(os.path.join(ROOT, "pygraphnn", "**", "*.py"), recursive=True)
                 + [os.path.join(ROOT, "csrc", "build.py")]):
        if os.path.basename(path) != "chinese_errors.py":
            with open(path, encoding="utf-8") as file:
                tree = ast.parse(file.read())
            written += [ast.literal_eval(node) for node in ast.walk(tree) if type(node).__name__ in ("Constant", "Str")]
    written = "\n".join(text for text in written if isinstance(text, str)) + "batch_size"
    written += "".join(os.strerror(number) for number in (errno.ENOSPC, errno.EACCES, errno.EISDIR))
    for form, chinese in ERRORS.items():
        numbered = re.findall(r"%(\d)\$s", chinese)
        count = len(re.findall("%[sTL]", form))
        assert len(numbered) + chinese.count("%s") == count and len(set(numbered)) == len(numbered), form
        pieces = [piece.split() for piece in re.split("%[sTL]|[:;,()]", form)]
        pairs = [" ".join(words[n:n + 2]) for words in pieces for n in range(len(words) - 1)]
        found = [pair for pair in pairs if pair in written]
        assert 2 * len(found) >= len(pairs) or form.startswith(OF_ARGPARSE), form   # some are put together there
        assert CHINESE.search(chinese) or not re.search("[a-z]{3} [a-z]{3}", form), form


def test_what_stands_in_a_place_may_have_a_form_of_its_own():
    text = "argument --epochs: invalid int value: 'x' (see pygraphnn --help)"
    assert translated(text) == text
    with speaking("zh"):
        assert translated(text) == "参数 --epochs：'x' 不是整数（参见 pygraphnn --help）"
        assert translated("a b: c d") == "a b: c d"
        assert translated("x.csv, line 3, column 'a': 'y' is not a number: correct it, or delete the row") == (
            "x.csv，第 3 行，列 'a'：'y' 不是数：请改正，或删去这一行")
        assert translated("k.csv: 1 of the 2 features holds no numbers: a (text, 1 different); 2 values are missing in "
                          "2 of the 4 rows: b (2): choose --drop-missing") == (
            "k.csv：1 个特征（共 2 个）不是数：a（文字，1 种）；"
            "缺 2 个值，在 2 行中（共 4 行）：b (2)：请选 --drop-missing")
        assert translated("x.csv: 2 of the 3 features hold no numbers: town (text, 4 different), units (text, 2 "
                          "different): correct the file") == (
            "x.csv：2 个特征（共 3 个）不是数：town（文字，4 种），units（文字，2 种）：请改正文件")
        assert translated("left out, since constant: the column units") == "因为是常数而未用：列 units"
        assert translated("column 'column' is asked for twice") == "重复指定了列 'column'"
        assert translated("units: choose a name that ends in .onnx") == "units：请取一个以 .onnx 结尾的名字"
        assert translated("there is no column 'x', did you mean 'X'? There are: X, Y") == (
            "没有叫做 'x' 的列，是不是 'X'？有这些：X, Y")


def test_the_language_of_a_command_line(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert [language_in(words.split()) for words in ("", "train --lang zh", "train --lang=zh a", "--lang fr", "--lang")
            ] == ["en", "zh", "zh", "en", "en"]
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert language_in([]) == "zh" and language_in(["--lang", "en"]) == "en"


@pytest.mark.parametrize("command", ["", "train", "predict", "export", "book", "exercise", "backends", "build", "check",
                                     "pack"])
def test_help_in_chinese(command, capsys):
    with pytest.raises(SystemExit):
        main(([command] if command else []) + ["--lang", "zh", "-h"])
    printed = capsys.readouterr().out
    assert printed.startswith("用法：") and "选项" in printed and "显示帮助并退出" in printed
    assert not LEFT.search(re.sub(r"(?m)^  (python|[.a-z]+  ).*$|`.*`", "", printed))


def test_notes_on_what_was_left_out_and_what_was_not_learnt_are_chinese(tmp_path, capsys):
    path = tmp_path / "hole.csv"
    path.write_text("a,c,b\n" + "1,7,2\n,7,3\n4,7,9\n2,7,4\n")
    assert main(["train", str(path), "--drop-missing", "--epochs", "12", "--learning-rate", "0", "--lang", "zh"]) == 0
    printed = capsys.readouterr().out
    assert "有 1 行（共 4 行）缺值，未用" in printed and "因为是常数而未用：列 c" in printed
    assert "轮之后损失是" in printed and not LEFT.search(printed.replace(str(path), ""))
