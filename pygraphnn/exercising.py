"""The exercises of the book: a file with the tasks of a chapter, and what the reader's answers to them come to.

The reader's code runs in a process of its own, with a limit of time, and what comes out is compared with numbers that
stand in the book, not with this package's.
"""
import json
import os
import subprocess
import sys
import tempfile
import textwrap

from . import values
from .files import opened, write_whole
from .kinds import Any, Dict, List
from .opening import renderer

SECONDS = 10
TOLERANCE = 1e-9        # relative to numbers above 1
WORDS = {
    "en": {
        "title": "Exercises of chapter %d. Fill in what is missing, then run:",
        "right": "right    %s",
        "wrong": "not yet  %s: %s is %s, but should be %s. Hint: %s",
        "error": "not yet  %s: %s ends in %s. Hint: %s",
        "missing": "not yet  %s: there is nothing of that name in the file. Hint: %s",
        "broken": "the file cannot be run: %s",
        "endless": "the file has not come to its end within %d seconds: look for a loop that never ends",
        "end": "%d of %d are right",
    },
    "zh": {
        "title": "第 %d 章的练习。补上缺少的部分，然后运行：",
        "right": "正确    %s",
        "wrong": "还不对  %s：%s 得到 %s，应该是 %s。提示：%s",
        "error": "还不对  %s：%s 出错：%s。提示：%s",
        "missing": "还不对  %s：文件里没有这个名字。提示：%s",
        "broken": "文件无法运行：%s",
        "endless": "%d 秒之内没有运行完：请找一找停不下来的循环",
        "end": "%d / %d 正确",
    },
}
# What runs in the other process: the reader's file, then each expression; what comes out is left in a file.
CHILD = """
import json, runpy, sys
path, tasks, results = sys.argv[1:]
with open(tasks, encoding="utf-8") as file:
    tasks = json.load(file)
def plain(x):
    if hasattr(x, "tolist"):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [plain(y) for y in x]
    return x if x is None or isinstance(x, (bool, int, float, str)) else repr(x)
def told(problem):
    text = "%s: %s" % (type(problem).__name__, problem)
    line = getattr(problem, "lineno", None)
    trace = problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return text if line is None or "line %d" % line in text else "%s (line %d)" % (text, line)
found = {}
try:
    names = runpy.run_path(path)
except BaseException as problem:
    found["broken"] = told(problem)
else:
    exec(tasks["helpers"], names)
    for name, expressions in tasks["checks"]:
        found[name] = []
        for expression in expressions if name in names else []:
            try:
                found[name].append(["value", plain(eval(expression, names))])
            except BaseException as problem:
                found[name].append(["error", told(problem)])
with open(results, "w", encoding="utf-8") as file:
    json.dump(found, file)
"""


def chapter_of(number: int) -> Any:
    """A chapter of the book. ValueError: there is none of this number."""
    found = renderer().chapters()
    if not 1 <= number <= len(found):
        raise ValueError("there is no chapter %d: there are 1 to %d" % (number, len(found)))
    return found[number - 1]


def write_tasks(number: int, language: str) -> str:
    """Writes the tasks of a chapter into the current folder, as a file to fill in, and returns its name.

    ValueError: there is no such chapter, or the file is there already, with answers perhaps.
    """
    chapter, path = chapter_of(number), "exercise_%d.py" % number
    if os.path.exists(path):
        raise ValueError("%s is there already: check it with `exercise %d %s`, or take another folder"
                         % (path, number, path))
    tasks, _ = chapter.exercises()
    parts = ["# %s\n#     python -m pygraphnn exercise %d %s\n" % (WORDS[language]["title"] % number, number, path)]
    for task in tasks:
        lines = textwrap.wrap(task[language], 100 if language == "en" else 50)
        parts.append("\n".join(["# " + line for line in lines]) + "\n" + task["start"])
    write_whole(path, "\n\n".join(parts))
    return path


def check_answers(number: int, path: str, language: str) -> int:
    """Tries a file with answers, and prints what is right. Returns the exit code: 0 if all is, else 1.

    ValueError: there is no such chapter, or the file cannot be run. OSError: it cannot be read.
    """
    tasks, helpers = chapter_of(number).exercises()
    words = WORDS[language]
    with opened(path, "a file with your answers"):
        pass
    found = _results(path, tasks, helpers, words)
    right = 0
    for task in tasks:
        line = _judged(task, found.get(task["name"], []), task["hint " + language], words)
        right += not line
        print(line or words["right"] % task["name"])
    print(words["end"] % (right, len(tasks)))
    return 0 if right == len(tasks) else 1


def _results(path: str, tasks: List[Dict[str, Any]], helpers: str, words: Dict[str, str]) -> Dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        given, results = os.path.join(folder, "tasks.json"), os.path.join(folder, "results.json")
        with open(given, "w", encoding="utf-8") as file:
            json.dump({"helpers": helpers, "checks": [[task["name"], [expression for expression, _ in task["checks"]]]
                                                      for task in tasks]}, file)
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        paths = [package] + list(filter(None, [os.environ.get("PYTHONPATH")]))
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(paths), PYTHONIOENCODING="utf-8")
        try:
            subprocess.run([sys.executable, "-c", CHILD, path, given, results], env=environment, timeout=SECONDS,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise ValueError(words["endless"] % SECONDS) from None
        try:
            with open(results, encoding="utf-8") as file:
                found: Dict[str, Any] = json.load(file)
        except (OSError, ValueError):           # it has ended the process
            found = {"broken": "it has ended Python"}
    if "broken" in found:
        raise ValueError(words["broken"] % found["broken"])
    return found


def _judged(task: Dict[str, Any], found: List[Any], hint: str, words: Dict[str, str]) -> str:
    """What is not right yet, in a line; "" if all is."""
    if not found:
        return words["missing"] % (task["name"], hint)
    for (expression, expected), (kind, value) in zip(task["checks"], found):
        if kind == "error":
            return words["error"] % (task["name"], expression, value, hint)
        if not _is_same(value, expected, "exactly" in task):
            return words["wrong"] % (task["name"], expression, values.shown(value), values.shown(expected), hint)
    return ""


def _is_same(found: Any, expected: Any, exactly: bool) -> bool:
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(
            [_is_same(x, y, exactly) for x, y in zip(found, expected)])
    if isinstance(expected, (bool, str)) or isinstance(found, bool):
        return type(found) is type(expected) and bool(found == expected)
    if not isinstance(found, (int, float)):
        return False
    return bool(found == expected) if exactly else abs(found - expected) <= TOLERANCE * max(1.0, abs(expected))
