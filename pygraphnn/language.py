"""The language in which people are told things: English or, where there is a translation, Chinese.

A text stands in the code in English, as `say("…")`; `chinese.py` has its translation under the same words. Errors are
raised in English, so that they can be searched for; the command line tells them in the language that is spoken.
"""
import re
from contextlib import contextmanager

from . import values
from .kinds import Iterator, List, Optional, Sequence
from .opening import LANGUAGES, language_of_the_environment

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


def language_in(arguments: Sequence[str]) -> str:
    """The language that a command line asks for by --lang, else that of the environment."""
    chosen = language_of_the_environment()
    for before, argument in zip([""] + list(arguments), arguments):
        asked = argument if before == "--lang" else argument[7:] if argument.startswith("--lang=") else ""
        chosen = asked if asked in LANGUAGES else chosen
    return chosen


def spoken() -> str:
    """The language that is spoken."""
    return _language


def say(text: str) -> str:
    """The text in the language that is spoken."""
    if _language == "en":
        return text
    from .chinese import TEXTS
    return TEXTS.get(text, text)


PLACES = {"%s": "((?:(?!: |; ).)+?)", "%T": "(.+?)", "%L": r"((?:(?!; ).)+?\))"}     # a name has no sentence in it


def translated(message: str) -> str:
    """The message of an error in the language that is spoken; as it is, where its form is not known."""
    if _language == "en":
        return message
    from .chinese_errors import ERRORS
    for form, chinese in sorted(ERRORS.items(), key=lambda pair: -len(re.sub("%[sTL]", "", pair[0]))):
        pieces = re.split("(%[sTL])", form)
        found = re.fullmatch("".join([PLACES.get(piece) or re.escape(piece) for piece in pieces]), message, re.DOTALL)
        if found:
            return _filled(chinese, [_part(kind, part) for kind, part in zip(pieces[1::2], found.groups())])
    for before, colon, after in (message.partition(": "), message.rpartition(": ")):
        known = translated(after) if colon else after
        if known != after:
            return "%s：%s" % (translated(before), known)
    return message


def _part(kind: str, part: str) -> str:
    if kind == "%L":
        return "，".join([translated(one) for one in part.replace("), ", ")\0").split("\0")])
    return translated(part) if kind == "%T" else part


def _filled(form: str, parts: List[str]) -> str:
    """The form with the parts in its places: %s in their order, or %2$s the second."""
    if "$s" in form:
        return re.sub(r"%(\d)\$s", lambda place: parts[int(place.group(1)) - 1], form)
    return form % tuple(parts)


def counted(n: int, what: str) -> str:
    """1 row, 2 rows; in Chinese with the word that counts such things."""
    if _language == "en":
        return values.counted(n, what)
    from .chinese import COUNTED
    return COUNTED[what] % n
