"""The book as one HTML page, or as notebooks, in English or in Chinese, from its chapters and what their cells printed.

A chapter is a folder: `cells.py` has the code once, cut by lines `# %% name`; `en.md` and `zh.md` have the text, in
which a line `[[name]]` stands for a cell with what it prints; `recorded.txt` has that, and the pictures lie beside it;
`exercises.py` has tasks. The text is Markdown, as much of it as the book needs. `build.py` runs the cells and compares.
Nothing is run here.
"""
import ast
import base64
import html
import json
import os
import re

FOLDER = os.path.dirname(__file__)
CHAPTERS = ["01_one_weight", "02_a_graph", "03_is_it_right", "04_matrices", "05_boston", "06_what_it_learnt",
            "07_a_node_of_your_own", "08_classes", "09_faster", "10_the_switch"]
APPENDIX = "the_lesson"
LANGUAGES = {"en": "English", "zh": "中文"}
TITLES = {"en": "A neural network, to the last digit", "zh": "神经网络，算到最后一位"}
WORDS = {
    "en": {"language": "en", "contents": "Contents", "skip": "To the text", "copy": "Copy", "copied": "Copied",
           "prints": "prints", "needs c": "(with the C backend)", "glossary": "Words", "live": "Live page",
           "exercises": "Exercises", "how": "`python -m pygraphnn exercise N` writes a file with these tasks; "
           "`python -m pygraphnn exercise N exercise_N.py` tries your answers, and gives hints."},
    "zh": {"language": "zh", "contents": "目录", "skip": "跳到正文", "copy": "复制", "copied": "已复制",
           "prints": "输出", "needs c": "（使用 C 后端）", "glossary": "术语表", "live": "可操作的页面",
           "exercises": "练习", "how": "`python -m pygraphnn exercise N` 写出一个含有这些题目的文件；"
           "`python -m pygraphnn exercise N exercise_N.py` 检查你的答案，并给出提示。"},
}


class Cell:
    """A piece of code. needs_c: whether it runs only where the C backend can be used."""

    def __init__(self, name, code, needs_c):
        self.name, self.code, self.needs_c = name, code, needs_c


class Chapter:
    """One folder. number: from 1; that of the appendix is one more."""

    def __init__(self, folder):
        self.folder = folder
        self.number = (CHAPTERS + [APPENDIX]).index(folder) + 1
        self.cells = {}
        for head, body in _pieces(self._text("cells.py")):
            name, _, flag = head.partition(",")
            self.cells[name.strip()] = Cell(name.strip(), body, flag.strip() == "c")
        try:
            self.recorded = dict(_pieces(self._text("recorded.txt")))
        except OSError:                 # of a new one
            self.recorded = {}

    def _text(self, file):
        return text_of(self.folder, file)

    def blocks(self, language):
        """The text, cut into blocks. ValueError: a line stands for a cell that there is not."""
        found = blocks_of(self._text(language + ".md"))
        for kind, content in found:
            if kind == "cell" and content not in self.cells:
                raise ValueError("%s, %s.md: there is no cell %s" % (self.folder, language, content))
        if self.folder != APPENDIX:
            words, (tasks, _) = WORDS[language], self.exercises()
            found += [("h2", words["exercises"]), ("p", words["how"].replace("N", str(self.number))),
                      ("ul", ["`%s`: %s" % (task["name"], task[language]) for task in tasks])]
        return found

    def picture(self, name):
        return self._text(name)

    def exercises(self):
        """(the tasks, code that their checks need). A task: its name, its texts and hints in both languages, what to
        start from, a solution, typical mistakes, and checks: expressions and what must come out, not from this code."""
        tasks, helpers = [], ""
        for head, body in _pieces(self._text("exercises.py")):
            kind, _, name = head.partition(" ")
            if kind == "helpers":
                helpers = body
            elif kind == "task":
                tasks.append({"name": name, "mistakes": [], "checks": []})
                for line in body.split("\n"):
                    key, _, text = line[2:].partition(": ")
                    if key == "check":
                        expression, _, expected = text.rpartition(" == ")
                        tasks[-1]["checks"].append((expression, ast.literal_eval(expected)))
                    else:
                        tasks[-1][key] = text
            elif kind == "mistake":
                tasks[-1]["mistakes"].append(body + "\n")
            else:
                tasks[-1][kind] = body + "\n"
        return tasks, helpers


def text_of(*path):
    """A file of the book, which may lie in an archive. OSError: it is not there."""
    content = __loader__.get_data(os.path.join(FOLDER, *path))
    return content.decode("utf-8").replace("\r\n", "\n")


def chapters():
    """The ten that have exercises."""
    return [Chapter(folder) for folder in CHAPTERS]


def with_appendix():
    return chapters() + [Chapter(APPENDIX)]


def glossary():
    """[(English, Chinese)]"""
    return [tuple(line.strip().split(" | ")) for line in text_of("glossary.txt").split("\n") if " | " in line]


def _pieces(text):
    """[(what stands behind # %%, the lines up to the next one)]"""
    parts = re.split(r"^# %% (.*)\n", text, flags=re.MULTILINE)[1:]
    return [(head.strip(), body.strip("\n")) for head, body in zip(parts[::2], parts[1::2])]


# Markdown


def blocks_of(text):
    """[(kind, content)]: h1, h2, h3, p, ul, ol, table, formula, cell, picture, live, note."""
    found = []
    for piece in re.split(r"\n\s*\n", text.strip("\n")):
        lines = piece.split("\n")
        first = lines[0]
        if re.match(r"#{1,3} ", first):
            found.append(("h%d" % first.index(" "), first.split(" ", 1)[1]))
        elif re.match(r"\[\[.*\]\]$", first):
            found += [("cell", line[2:-2]) for line in lines]
        elif re.match(r"!\[.*\]\(.*\)$", first):
            found.append(("picture", tuple(re.match(r"!\[(.*)\]\((.*)\)$", first).groups())))
        elif first.startswith("{{"):
            found.append(("live", first.strip("{}")))
        elif all(line.startswith("    ") for line in lines):
            found.append(("formula", "\n".join(line[4:] for line in lines)))
        elif first.startswith("> "):
            found.append(("note", " ".join(line.lstrip("> ") for line in lines)))
        elif first.startswith("- "):
            found.append(("ul", _items(lines, "- ")))
        elif re.match(r"\d+\. ", first):
            found.append(("ol", _items(lines, r"\d+\. ")))
        elif first.startswith("|"):
            found.append(("table", [[cell.strip() for cell in line.strip("|").split("|")] for line in lines
                                    if not re.match(r"[|\s:-]+$", line)]))
        else:
            found.append(("p", _joined(lines)))
    return found


def _items(lines, mark):
    items = []
    for line in lines:
        if re.match(mark, line):
            items.append([re.sub("^" + mark, "", line)])
        else:
            items[-1].append(line.strip())
    return [_joined(item) for item in items]


def _joined(lines):
    """Lines as one: between Chinese characters without a blank."""
    text = "\n".join(line.strip() for line in lines)
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", text).replace("\n", " ")


def inline(text):
    """Code, strong words, emphasis and links."""
    parts = re.split(r"(`[^`]*`)", text)
    for place, part in enumerate(parts):
        if part.startswith("`"):
            parts[place] = "<code>%s</code>" % html.escape(part[1:-1], quote=False)
        else:
            part = html.escape(part, quote=False)
            part = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", part)
            part = re.sub(r"\*(.+?)\*", r"<em>\1</em>", part)
            parts[place] = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r'<a href="\2">\1</a>', part)
    return "".join(parts)


# HTML


def as_html(language, live=None):
    """The whole book. live: {name: the page that is shown in that place}."""
    words, found = WORDS[language], with_appendix()
    sections, contents = [], []
    for chapter in found:
        blocks = chapter.blocks(language)
        title = [content for kind, content in blocks if kind == "h1"][0]
        contents.append('<li><a href="#chapter-%d">%s</a></li>' % (chapter.number, inline(title)))
        sections.append('<section id="chapter-%d">\n%s\n</section>' % (
            chapter.number, "\n".join(_block(chapter, block, words, live or {}) for block in blocks)))
    rows = "".join("<tr><td>%s</td><td>%s</td></tr>" % pair for pair in glossary())
    sections.append('<section id="words"><h1>%s</h1><table><thead><tr><th lang="en">English</th><th lang="zh">中文</th>'
                    '</tr></thead><tbody>%s</tbody></table></section>' % (words["glossary"], rows))
    contents.append('<li><a href="#words">%s</a></li>' % words["glossary"])
    page = text_of("page.html")
    for mark, text in (("LANGUAGE", language), ("TITLE", TITLES[language]), ("SKIP", words["skip"]),
                       ("CONTENTS", words["contents"]), ("LIST", "\n".join(contents)),
                       ("COPIED", json.dumps(words["copied"])), ("SECTIONS", "\n".join(sections))):
        page = page.replace("<!-- %s -->" % mark, text)
    return page


def _block(chapter, block, words, live):
    kind, content = block
    if kind == "cell":
        return _cell(chapter, chapter.cells[content], words)
    if kind == "picture":
        alt, name = content
        data = base64.b64encode(chapter.picture(name).encode("utf-8")).decode("ascii")
        return '<figure><img alt="%s" src="data:image/svg+xml;base64,%s"></figure>' % (html.escape(alt), data)
    if kind == "live":
        name, _, sections = content.partition(": ")         # {{name: sections}}: these alone
        if name not in live:
            return ""
        attributes = 'data-language="%s" %s' % (words["language"], sections and 'data-sections="%s" ' % sections)
        page = live[name].replace("<html ", "<html " + attributes, 1)
        return '<iframe title="%s" sandbox="allow-scripts" loading="lazy" srcdoc="%s"></iframe>' % (
            html.escape("%s (%d)" % (words["live"], chapter.number)), html.escape(page))
    if kind == "formula":
        return '<pre class="formula">%s</pre>' % html.escape(content, quote=False)
    if kind in ("ul", "ol"):
        return "<%s>%s</%s>" % (kind, "".join("<li>%s</li>" % inline(item) for item in content), kind)
    if kind == "table":
        head, rows = content[0], content[1:]
        return '<div class="wide" tabindex="0"><table><thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>' % (
            "".join("<th>%s</th>" % inline(cell) for cell in head),
            "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % inline(cell) for cell in row) for row in rows))
    if kind == "note":
        return '<p class="note">%s</p>' % inline(content)
    return "<%s>%s</%s>" % (kind, inline(content), kind)


def _cell(chapter, cell, words):
    output = chapter.recorded.get(cell.name, "")
    text = ('<div class="cell"><button type="button" class="copy">%s</button>'
            '<pre class="code" tabindex="0"><code>%s</code></pre>'
            % (words["copy"], html.escape(cell.code, quote=False)))
    if output:
        label = words["prints"] + (" " + words["needs c"] if cell.needs_c else "")
        text += '<pre class="output" tabindex="0" aria-label="%s">%s</pre>' % (label, html.escape(output, quote=False))
    return text + "</div>"


# Notebooks


def as_notebook(chapter, language):
    """A chapter for Jupyter, as JSON."""
    cells, text = [], []

    def end_of_text():
        if text:
            cells.append({"cell_type": "markdown", "id": "text-%d" % len(cells), "metadata": {},
                          "source": "\n\n".join(text)})
            text.clear()
    for kind, content in chapter.blocks(language):
        if kind == "cell":
            end_of_text()
            cell, printed = chapter.cells[content], chapter.recorded.get(content, "")
            outputs = [{"output_type": "stream", "name": "stdout", "text": printed + "\n"}] if printed else []
            cells.append({"cell_type": "code", "id": content.replace(" ", "-"), "metadata": {}, "execution_count": None,
                          "outputs": outputs, "source": cell.code})
        else:
            text.append(_as_markdown(chapter, kind, content))
    end_of_text()
    found = {"nbformat": 4, "nbformat_minor": 5, "cells": cells,
             "metadata": {"language_info": {"name": "python"},
                          "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _as_markdown(chapter, kind, content):
    if kind == "picture":
        alt, name = content
        return "![%s](data:image/svg+xml;base64,%s)" % (
            alt, base64.b64encode(chapter.picture(name).encode("utf-8")).decode("ascii"))
    if kind == "live":
        return ""
    if kind == "formula":
        return "\n".join("    " + line for line in content.split("\n"))
    if kind == "ul":
        return "\n".join("- " + item for item in content)
    if kind == "ol":
        return "\n".join("%d. %s" % pair for pair in enumerate(content, 1))
    if kind == "table":
        rows = ["| %s |" % " | ".join(row) for row in content]
        return "\n".join([rows[0], "|" + " --- |" * len(content[0])] + rows[1:])
    if kind == "note":
        return "> " + content
    return "#" * int(kind[1]) + " " + content if kind.startswith("h") else content


def live_pages():
    """{name: a page of a report, made now}: a short training, the same on every machine."""
    import tempfile

    import pygraphnn as pg
    boston = pg.load_dataset("boston")
    places = [boston.feature_names.index(name) for name in ("RM", "LSTAT")]
    rows = [[row[place] for place in places] for row in boston.data]
    X, y = pg.Placeholder("X"), pg.Placeholder("y")
    W1, b1, W2, b2 = [pg.Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    prediction = pg.Linear(pg.Sigmoid(pg.Linear(X, W1, b1, name="l1"), name="s1"), W2, b2, name="l2")
    graph = pg.sorted_graph(pg.MSE(y, prediction, name="loss"))
    W1.value, b1.value, W2.value, b2.value = pg.randn(2, 5, 0), pg.zeros(5), pg.randn(5, 1, 1), pg.zeros(1)
    feed, parameters = {X: pg.standardize(rows), y: boston.target}, [W1, b1, W2, b2]
    history = pg.History(graph, parameters)
    losses = pg.train(graph, feed, parameters, epochs=60, batch_size=16, progress=history)
    two = pg.Dataset("boston", rows, boston.target, ["RM", "LSTAT"], boston.target_name, boston.description)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.html")
        pg.write_report(path, graph, feed, parameters, losses, batch_size=16, dataset=two, history=history)
        with open(path, encoding="utf-8") as file:
            return {"boston": file.read()}
