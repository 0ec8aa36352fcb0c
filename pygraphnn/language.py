"""The language in which people are told things: English or, where there is a translation, Chinese.

A text stands in the code in English, as `say("…")`; `chinese.py` has its translation under the same words. Errors are
English everywhere, so that they can be searched for.
"""
from contextlib import contextmanager

from . import values
from .kinds import Iterator, Optional
from .opening import LANGUAGES

_language = "en"


@contextmanager
def speaking(language: Optional[str]) -> Iterator[None]:
    """Within the `with` block, texts are in this language; None: in that which is spoken already. ValueError: there is
    no such language. The language belongs to the process, not to a thread."""
    global _language
    if language is not None and language not in LANGUAGES:
        raise ValueError("the language is %s: there are %s" % (values.shown(language), " and ".join(LANGUAGES)))
    before = _language
    try:
        _language = language or _language
        yield
    finally:
        _language = before


def say(text: str) -> str:
    """The text in the language that is spoken."""
    if _language == "en":
        return text
    from .chinese import TEXTS
    return TEXTS.get(text, text)


def counted(n: int, what: str) -> str:
    """1 row, 2 rows; in Chinese with the word that counts such things."""
    if _language == "en":
        return values.counted(n, what)
    from .chinese import COUNTED
    return COUNTED[what] % n
