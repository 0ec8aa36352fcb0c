"""The book: its cells print what is recorded, both languages are complete, and pages and notebooks come of it."""
import html.parser
import importlib.util
import json
import os
import re
import sys

import pytest
from commands import fails, run
from networks import ROOT

BOOK = os.path.join(ROOT, "book")


def module(file):
    """A script of the book; csrc/ has a build.py, too."""
    name = "book_" + file
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, os.path.join(BOOK, file + ".py"))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


render = module("render")
CHAPTERS = render.with_appendix()
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=[str(chapter.number) for chapter in CHAPTERS])


@pytest.mark.long
@each_chapter
def test_every_cell_prints_and_draws_what_is_recorded(chapter):
    assert module("build").differences(chapter) == []


def is_ascii(text):
    return all(ord(letter) < 128 for letter in text)


def test_a_cell_that_prints_something_else_is_named():
    chapter = render.Chapter(CHAPTERS[0].folder)
    chapter.recorded["guess"] = "guess 2.0 loss 9.5"
    found, = module("build").differences(chapter)
    assert found == "chapter 1, cell guess prints\nguess 2.0 loss 9.0\nbut recorded is\nguess 2.0 loss 9.5"


@each_chapter
def test_both_languages_have_the_same_parts_and_every_cell_once(chapter):
    kinds = {}
    for language in render.LANGUAGES:
        blocks = chapter.blocks(language)
        kinds[language] = [(kind, content if kind in ("cell", "live") else len(content) if kind in ("ul", "ol", "table")
                            else content[1] if kind == "picture" else content if kind == "formula" and
                            is_ascii(content) else None) for kind, content in blocks]
        assert [content for kind, content in blocks if kind == "cell"] == list(chapter.cells)
        assert blocks[0][0] == "h1"
        assert blocks[0][1].startswith("%d " % chapter.number) == (chapter.folder != render.APPENDIX)
        assert [kind for kind, _ in blocks].count("h1") == 1
    assert kinds["en"] == kinds["zh"]
    codes = {language: re.findall("`([^`]+)`", render.text_of(chapter.folder, language + ".md").replace("\n", " "))
             for language in render.LANGUAGES}
    assert {code for code in codes["zh"] if is_ascii(code)} <= set(codes["en"])


def test_ten_chapters_and_no_folder_that_is_forgotten():
    folders = [name for name in os.listdir(BOOK) if os.path.exists(os.path.join(BOOK, name, "cells.py"))]
    assert sorted(folders) == render.CHAPTERS + [render.APPENDIX] and len(render.CHAPTERS) == 10
    assert [chapter.number for chapter in CHAPTERS] == list(range(1, 12))
    for chapter in CHAPTERS:
        pictures = [content[1] for kind, content in chapter.blocks("en") if kind == "picture"]
        listed = set(os.listdir(os.path.join(BOOK, chapter.folder))) - {"__pycache__"}
        more = {"exercises.py"} if chapter.folder in render.CHAPTERS else set()
        assert listed == {"cells.py", "recorded.txt", "en.md", "zh.md"} | set(pictures) | more
        assert set(chapter.recorded) <= set(chapter.cells)


def test_each_chapter_takes_ten_minutes_or_so():
    for chapter in render.chapters():
        words = len(re.findall(r"\w+", render.text_of(chapter.folder, "en.md")))
        characters = len(re.findall("[\u4e00-\u9fff]", render.text_of(chapter.folder, "zh.md")))
        assert 400 < words < 2000 and 600 < characters < 4000


def test_chinese_uses_the_terms_of_the_glossary_and_chinese_quotes():
    texts = {language: " ".join([render.text_of(chapter.folder, language + ".md") for chapter in CHAPTERS])
             for language in render.LANGUAGES}
    with open(os.path.join(ROOT, "pygraphnn", "looking", "page", "texts.json"), encoding="utf-8") as file:
        of_page = json.load(file)
    everywhere = {language: texts[language] + " ".join([text[language] for text in of_page.values()])
                  for language in texts}
    for english, chinese in render.glossary():
        assert english.rstrip("e") in everywhere["en"].lower().replace("\n", " "), english
        assert chinese.split("（")[0] in everywhere["zh"], chinese
    for other in ("批大小", "学习速率", "反传", "连锁法则", "过度拟合", "测试误差", "神经元"):
        assert other not in texts["zh"]
    plain = re.sub("`[^`]*`", "", texts["zh"])
    assert '"' not in plain and not re.search("[\u4e00-\u9fff][,;:?!]", plain)


class Outline(html.parser.HTMLParser):
    """The headings of a page, and that every element is closed in its turn."""

    VOID = ("meta", "img", "br", "link")

    def __init__(self, text):
        html.parser.HTMLParser.__init__(self, convert_charrefs=True)
        self.open, self.ids, self.links, self.addresses, self.headings = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        self.addresses += [attributes[name] for name in ("src", "href") if name in attributes]
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag == "img":
            assert attributes["alt"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_needs_no_network(language):
    page = render.as_html(language, {"boston": "<!doctype html><html lang=\"en\"><p>live</p></html>"})
    assert page.startswith("<!doctype html>\n<html lang=\"%s\">" % language) and "<!-- " not in page
    outline = Outline(page)
    assert len(set(outline.ids)) == len(outline.ids)
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert all(address.startswith(("#", "data:image/svg+xml;base64,")) for address in outline.addresses)
    assert [heading for heading in outline.headings if heading == "h1"] == ["h1"] * 13      # title and words, too
    assert page.count('class="cell"') == sum(len(chapter.cells) for chapter in CHAPTERS)
    assert 'srcdoc="&lt;!doctype html&gt;&lt;html data-language=&quot;%s&quot;' % language in page


@each_chapter
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chapter_is_a_notebook_too(chapter, language):
    found = json.loads(render.as_notebook(chapter, language))
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    code = [cell for cell in found["cells"] if cell["cell_type"] == "code"]
    assert [cell["source"] for cell in code] == [cell.code for cell in chapter.cells.values()]
    printed = {cell["id"].replace("-", " "): output["text"].rstrip("\n") for cell in code for output in cell["outputs"]}
    assert printed == chapter.recorded
    assert len({cell["id"] for cell in found["cells"]}) == len(found["cells"])
    assert all(re.match("^[a-zA-Z0-9-_]{1,64}$", cell["id"]) for cell in found["cells"])


def test_markdown():
    blocks = render.blocks_of("# A *b*\n\none\ntwo `a*b*c` **d**\n\n- x\n  y\n- z\n\n    a < b\n\n"
                              "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n中文\n一行 [x](#y)\n\n> note\n> more\n\n"
                              "[[cell one]]\n\n![alt](p.svg)\n\n1. first\n2. second")
    assert blocks == [
        ("h1", "A *b*"), ("p", "one two `a*b*c` **d**"), ("ul", ["x y", "z"]), ("formula", "a < b"),
        ("table", [["a", "b"], ["1", "2"]]), ("p", "中文一行 [x](#y)"), ("note", "note more"), ("cell", "cell one"),
        ("picture", ("alt", "p.svg")), ("ol", ["first", "second"])]
    assert render.inline("*a* `b*c*` **d** <e> [x](#y)") == (
        "<em>a</em> <code>b*c*</code> <strong>d</strong> &lt;e&gt; <a href=\"#y\">x</a>")


@pytest.mark.long
def test_the_command_line(tmp_path):
    for arguments, environment, language in ((["--lang", "zh"], {}, "zh"), ([], {"LC_ALL": "zh_CN.UTF-8"}, "zh"),
                                             ([], {"LC_ALL": "C"}, "en")):
        path = str(tmp_path / "book.html")
        said = {"en": "wrote %s\n", "zh": "已写入 %s\n"}[language] % path
        assert run("book", "--output", path, *arguments, **environment) == (0, said, "")
        with open(path, encoding="utf-8") as file:
            assert '<html lang="%s">' % language in file.read()
    for arguments in (["--lang", "fr"], ["--output", str(tmp_path / "book.txt")],
                      ["--output", str(tmp_path / "a" / "b.html")]):
        fails("book", *arguments)
    assert os.listdir(str(tmp_path)) == ["book.html"]
