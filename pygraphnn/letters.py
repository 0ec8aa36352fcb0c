"""How formulas are written where the terminal, or the file that output goes to, has no letters for them, and how a word
is typed so that the shell takes it as it is.

A stream in Windows' cp1252 or in ASCII lacks some of ∂, →, Σ or all of them. What it lacks is written as below; any
other letter, of a name in somebody's file perhaps, as an escape.
"""
import codecs
import os
import sys

from .kinds import Tuple

IN_ASCII = {"∂": "d", "→": "->", "←": "<-", "·": "*", "×": "x", "÷": "/", "−": "-", "–": "-", "…": "...", "√": "sqrt",
            "Σ": "sum", "≥": ">=", "≤": "<=", "≠": "!=", "²": "^2", "³": "^3", "⁻": "^-", "ᴬ": "^A", "ᵀ": "^T",
            "ᵢ": "_i", "ⱼ": "_j", "ₖ": "_k", "│": "|", "─": "-", "└": "+", "’": "'"}
HANDLER = "pygraphnn.in_ascii"          # the name under which streams know `_in_ascii`


def _in_ascii(problem: UnicodeEncodeError) -> Tuple[str, int]:
    missing = problem.object[problem.start:problem.end]
    return "".join([IN_ASCII.get(c, ascii(c)[1:-1]) for c in missing]), problem.end


codecs.register_error(HANDLER, _in_ascii)         # type: ignore[arg-type]


def printable(text: str) -> str:
    """The text as standard output can show it."""
    encoding = getattr(sys.stdout, "encoding", None)
    return text.encode(encoding, HANDLER).decode(encoding) if encoding else text


def quoted(word: str) -> str:
    """The word in quotes if the shell needs them: Windows knows double ones only."""
    import shlex
    import subprocess
    return subprocess.list2cmdline([word]) if os.name == "nt" else shlex.quote(word)
