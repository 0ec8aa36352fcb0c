"""The package as one file: `python pygraphnn.pyz train boston` works on any Python, and nothing is installed.

Python runs an archive that has a module `__main__`, and imports what else it needs from there. The same sources always
make the same bytes.
"""
import os
import zipfile
from io import BytesIO

from .building import sources_folder
from .kinds import Dict
from .files import write_whole
from .packaged import archive, folder_of

FIRST_LINE = b"#!/usr/bin/env python3\n"        # for shells: ./pygraphnn.pyz train boston
EARLIEST = (1980, 1, 1, 0, 0, 0)                # a zip file knows no time before
MODULES = (".py", ".typed", ".html", ".css", ".js", ".json")


def pack(path: str) -> int:
    """Writes the archive, and returns its size in bytes.

    ValueError: the package lies in such an archive itself. OSError: as `write_whole`.
    """
    if archive():
        raise ValueError("%s is such an archive already: copy it" % archive())
    content = as_archive()
    write_whole(path, content)
    mode = os.stat(path).st_mode
    os.chmod(path, mode | (mode & 0o444) >> 2)      # who may read it may run it
    return len(content)


def as_archive() -> bytes:
    buffer = BytesIO()
    buffer.write(FIRST_LINE)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("__main__.py", EARLIEST), "import pygraphnn.__main__\n")
        for name, source in sorted(_files().items()):
            with open(source, "rb") as content:
                entry = zipfile.ZipInfo(name, EARLIEST)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                file.writestr(entry, content.read())
    return buffer.getvalue()


def _files() -> Dict[str, str]:
    """{name in the archive: path}: what is installed of the package, but for what is compiled."""
    package = os.path.dirname(os.path.abspath(__file__))
    book = folder_of("book", "book", "render.py")
    folders = [("", package, MODULES), ("exporting/", os.path.join(package, "exporting"), MODULES + (".c",)),
               ("looking/", os.path.join(package, "looking"), MODULES),
               ("looking/page/", os.path.join(package, "looking", "page"), MODULES),
               ("csrc/", sources_folder(), (".c", ".h", ".py")),
               ("datasets/", folder_of("datasets", "datasets", "boston.csv"), (".csv", ".md"))]
    folders += [(name, os.path.join(book, os.pardir, name), (".py", ".html", ".md", ".txt", ".svg")) for name in
                ["book/"] + ["book/%s/" % chapter for chapter in sorted(os.listdir(book))
                             if os.path.isfile(os.path.join(book, chapter, "cells.py"))]]
    return {"pygraphnn/" + name + file: os.path.join(folder, file)
            for name, folder, endings in folders for file in os.listdir(folder) if file.endswith(endings)}
