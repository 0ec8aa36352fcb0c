"""Runs every cell of the book, and compares what it prints with what is recorded; then writes the pages and notebooks.

    python book/build.py                    compares; exit code 1, if something differs
    python book/build.py --output FOLDER    and writes en.html, zh.html and the notebooks there
    python book/build.py --record 3         records what chapter 3 prints and draws now; without a number, all of them

Any Python 3.6 or later, PyPy, or a browser's Python; cells that need the C backend are left out where there is none.
"""
import argparse
import contextlib
import io
import os
import sys
import tempfile
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]

import render  # noqa: E402 - found through the path above

import pygraphnn as pg  # noqa: E402


def printed(chapter):
    """({cell: what it prints}, {file: the picture}) of a chapter, whose cells run one after the other in one module."""
    module = types.ModuleType("__main__")
    found, before = {}, os.getcwd()
    has_c = pg.available_backends()["c"] is None
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for cell in chapter.cells.values():
                if cell.needs_c and not has_c:
                    continue
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    path = "chapter %d, %s" % (chapter.number, cell.name)
                    exec(compile(cell.code, path, "exec"), module.__dict__)
                found[cell.name] = out.getvalue().strip("\n")
            pictures = {}
            for name in sorted(os.listdir(".")):
                if name.endswith(".svg"):
                    with open(name, encoding="utf-8") as file:
                        pictures[name] = file.read()
        finally:
            os.chdir(before)
            pg.use("python")
    return found, pictures


def differences(chapter):
    """One sentence for each cell and picture that comes out otherwise than recorded."""
    found, pictures = printed(chapter)
    sentences = ["chapter %d, cell %s prints\n%s\nbut recorded is\n%s" % (chapter.number, name, text,
                                                                          chapter.recorded.get(name, ""))
                 for name, text in found.items() if text != chapter.recorded.get(name, "")]
    return sentences + ["chapter %d: %s is drawn otherwise than recorded" % (chapter.number, name)
                        for name, picture in pictures.items()
                        if not os.path.exists(os.path.join(HERE, chapter.folder, name))
                        or picture != chapter.picture(name)]


def record(chapter):
    found, pictures = printed(chapter)
    recorded = "\n".join(["# %%%% %s\n%s\n" % pair for pair in found.items() if pair[1]])
    for name, text in dict(pictures, **{"recorded.txt": recorded}).items():
        _write(os.path.join(HERE, chapter.folder, name), text)


def write(folder):
    os.makedirs(folder, exist_ok=True)
    live = render.live_pages()
    for language in render.LANGUAGES:
        _write(os.path.join(folder, language + ".html"), render.as_html(language, live))
        for chapter in render.with_appendix():
            _write(os.path.join(folder, "%02d_%s.ipynb" % (chapter.number, language)),
                   render.as_notebook(chapter, language))


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    options = argparse.ArgumentParser(description="Runs the book's cells.")
    options.add_argument("--record", nargs="?", const=0, type=int, metavar="CHAPTER")
    options.add_argument("--output", metavar="FOLDER")
    options = options.parse_args()
    if options.record is not None:
        for chapter in render.with_appendix():
            if options.record in (0, chapter.number):
                record(chapter)
        return 0
    wrong = [sentence for chapter in render.with_appendix() for sentence in differences(chapter)]
    print("\n\n".join(wrong) or "%d chapters print what is recorded" % len(render.with_appendix()))
    if options.output and not wrong:
        write(options.output)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
