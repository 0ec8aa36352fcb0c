"""The way to the book, which lies beside the package in a checkout, and inside it where it is installed."""
import os

from .kinds import Any
from .packaged import folder_of

LANGUAGES = ("en", "zh")


def renderer() -> Any:
    """The module that makes pages of the book's chapters. FileNotFoundError: it is not there."""
    try:
        return __import__("pygraphnn.book.render", None, None, ["*"])
    except ImportError:
        from importlib.machinery import SourceFileLoader
        path = os.path.join(folder_of("book", "book", "render.py"), "render.py")
        loader = SourceFileLoader("pygraphnn_book", path)
        module: Any = type(os)(loader.name)
        module.__file__, module.__loader__ = path, loader
        loader.exec_module(module)
        return module


def language_of_the_environment() -> str:
    """zh where the system's texts are Chinese, else en."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return "zh" if os.environ[variable].startswith("zh") else "en"
    return "en"


def page_of_the_book(language: str) -> str:
    """The whole book as one HTML page."""
    found = renderer()
    page: str = found.as_html(language, found.live_pages())
    return page
