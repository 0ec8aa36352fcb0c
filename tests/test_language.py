"""What is said in Chinese: every text has its translation, with the same places for numbers and names."""
import ast
import glob
import os
import re

import pytest
from commands import run
from networks import ROOT, lesson_network, random_matrix

import pygraphnn as pg
from pygraphnn.chinese import COUNTED, TEXTS
from pygraphnn.language import counted, say, speaking

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
    said |= {how for how, _ in troubles.SATURATED.values()}
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
