"""The exercises of the book: what is empty and what is mistaken fails, with a hint; a model solution passes."""
import os
import re
import sys

import pytest
from commands import ROOT, fails, run

from pygraphnn import exercising
from pygraphnn.opening import renderer

CHAPTERS = renderer().chapters()
TASKS = [(chapter.number, task) for chapter in CHAPTERS for task in chapter.exercises()[0]]
each_task = pytest.mark.parametrize("chapter, task", TASKS, ids=["%d-%s" % (n, task["name"]) for n, task in TASKS])


def verdict(chapter, task, code, tmp_path, capsys, language="en"):
    """(exit code, the line of this task)"""
    path = tmp_path / "mine.py"
    path.write_text(code, encoding="utf-8")
    result = exercising.check_answers(chapter, str(path), language)
    lines = capsys.readouterr().out.splitlines()
    line, = [line for line in lines if line.split()[-1] == task["name"] or " %s: " % task["name"] in line
             or " %s：" % task["name"] in line]
    return result, line


@pytest.fixture
def one_process(monkeypatch):
    """The answers are tried in this process: many of them take less than a second then."""
    def run_here(command, **options):
        monkeypatch.setattr(sys, "argv", command[2:])
        exec(command[2], {"__name__": "__main__"})
    monkeypatch.setattr(exercising.subprocess, "run", run_here)


@each_task
def test_a_solution_passes_and_mistakes_do_not(chapter, task, tmp_path, capsys, one_process):
    assert verdict(chapter, task, task["solution"], tmp_path, capsys)[1] == "right    " + task["name"]
    assert len(task["mistakes"]) >= 2
    for code in [task["start"], ""] + task["mistakes"]:
        result, line = verdict(chapter, task, code, tmp_path, capsys)
        assert result == 1 and line.startswith("not yet  %s: " % task["name"])
        assert line.endswith("Hint: " + task["hint en"])
    line = verdict(chapter, task, task["mistakes"][0], tmp_path, capsys, "zh")[1]
    assert line.startswith("还不对  %s：" % task["name"]) and line.endswith("提示：" + task["hint zh"])


def test_each_chapter_has_two_to_four_and_all_are_in_both_languages():
    for chapter in CHAPTERS:
        tasks, _ = chapter.exercises()
        assert 2 <= len(tasks) <= 4
        for task in tasks:
            assert all(task[key] for key in ("name", "en", "zh", "start", "solution", "hint en", "hint zh"))
            assert len(task["checks"]) >= 2 and ("def %s(" % task["name"] in task["start"]
                                                 or "class %s(" % task["name"] in task["start"])


@pytest.mark.long
@pytest.mark.parametrize("chapter", [chapter.number for chapter in CHAPTERS])
def test_all_solutions_together_pass(chapter, tmp_path):
    path = tmp_path / "mine.py"
    tasks, _ = CHAPTERS[chapter - 1].exercises()
    path.write_text("\n".join([task["solution"] for task in tasks]), encoding="utf-8")
    code, out, err = run("exercise", str(chapter), str(path))
    assert (code, err) == (0, "") and out.endswith("%d of %d are right\n" % (len(tasks), len(tasks)))


def test_the_command_writes_a_file_once_and_never_over_answers(tmp_path):
    environment = {"cwd": str(tmp_path), "LC_ALL": "C"}
    assert run("exercise", "3", **environment) == (0, "wrote exercise_3.py\n", "")
    text = (tmp_path / "exercise_3.py").read_text(encoding="utf-8")
    assert text.startswith("# Exercises of chapter 3.") and "def sigmoid_slope(s):" in text
    compile(text, "exercise_3.py", "exec")
    assert "is there already" in fails("exercise", "3", **environment)
    assert (tmp_path / "exercise_3.py").read_text(encoding="utf-8") == text
    code, out, err = run("exercise", "3", "exercise_3.py", **environment)
    assert (code, err) == (1, "") and out.endswith("0 of 3 are right\n")
    assert run("exercise", "4", "--lang", "zh", **environment)[0] == 0
    assert (tmp_path / "exercise_4.py").read_text(encoding="utf-8").startswith("# 第 4 章的练习")


@pytest.mark.parametrize("code, message", [
    ("def loss(:\n", "the file cannot be run: SyntaxError"),
    ("x = 1\nraise OSError('no')\n", "OSError: no (line 2)"),
    ("import sys\nsys.exit()\n", "SystemExit"),
    ("import os\nos._exit(3)\n", "it has ended Python"),
])
def test_a_file_that_cannot_be_run_is_one_line(code, message, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(code)
    assert message in fails("exercise", "1", str(path))


def test_an_endless_loop_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(exercising, "SECONDS", 1)
    path = tmp_path / "mine.py"
    path.write_text("while True:\n    pass\n")
    with pytest.raises(ValueError, match="within 1 seconds: look for a loop"):
        exercising.check_answers(1, str(path), "en")


def test_an_error_in_an_answer_names_its_line_and_what_it_prints_is_dropped(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text("print('hello')\ndef loss(x, y, k, b):\n    print('hello')\n    return x / (k - 1.0)\n")
    assert exercising.check_answers(1, str(path), "en") == 1
    out = capsys.readouterr().out
    assert re.search(r"ends in ZeroDivisionError: .*division by zero \(line 4\)", out)
    assert "hello" not in out


def test_bad_arguments_are_one_line(tmp_path):
    for arguments, message in ((["11"], "there is no chapter 11: there are 1 to 10"), (["0"], "there is no chapter 0"),
                               (["x"], "invalid int value"), (["1", str(tmp_path / "none.py")], "there is no file"),
                               (["1", str(tmp_path)], "is a folder")):
        assert message in fails("exercise", *arguments, cwd=str(tmp_path))
    assert os.listdir(str(tmp_path)) == [] and os.path.isdir(ROOT)
