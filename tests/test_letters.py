"""What is printed where standard output has no letters for formulas, as on Windows when output goes to a file."""
import os
import subprocess
import sys

import pytest
from networks import ROOT, is_ascii

from pygraphnn.letters import IN_ASCII, quoted

EXPLAIN = """
import pygraphnn as pg
X, y, W, b = [pg.Placeholder(name) for name in ("X", "y", "W", "b")]
W.is_trainable = True
pg.MSE(y, pg.Sigmoid(pg.Linear(X, W, b)))
print(pg.explain(pg.topological_sort_feed_dict({X: [[1.0, 2.0]], y: [[3.0]], W: [[0.5], [0.25]], b: [0.0]})))
"""


def run(*arguments, encoding):
    environment = {name: value for name, value in os.environ.items() if name != "PYGRAPHNN_BACKEND"}
    done = subprocess.run([sys.executable] + list(arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(environment, PYTHONIOENCODING=encoding, PYTHONPATH=ROOT))
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode(encoding)


def in_words(text, encoding):
    """The text with what the encoding lacks replaced, letter by letter."""
    return "".join([c if can_be_written(c, encoding) else IN_ASCII[c] for c in text])


def can_be_written(letter, encoding):
    try:
        return bool(letter.encode(encoding))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp936", "cp437", "utf-8"])
@pytest.mark.parametrize("arguments", [
    ("-c", EXPLAIN),
    ("-m", "pygraphnn", "train", "iris", "--explain", "--epochs", "0"),
])
def test_an_explanation_can_be_read_in_any_encoding(arguments, encoding):
    expected = run(*arguments, encoding="utf-8")
    assert {"∂", "·", "→", "ᵀ"} <= set(expected)
    found = run(*arguments, encoding=encoding)
    assert found == in_words(expected, encoding) and "\\" not in found
    assert is_ascii(found) == (encoding == "ascii")


def test_other_letters_become_escapes(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("größe,目\n1,2\n3,4\n5,1\n", encoding="utf-8")
    assert "target \\u76ee" in run("-m", "pygraphnn", "train", str(path), "--epochs", "0", encoding="cp1252")


@pytest.mark.parametrize("system, word, typed", [
    ("posix", "town", "town"), ("posix", "a town", "'a town'"), ("nt", "town", "town"), ("nt", "a town", '"a town"'),
    ("nt", "it's", "it's"),
])
def test_a_word_is_quoted_as_the_shell_wants_it(monkeypatch, system, word, typed):
    with monkeypatch.context() as there:
        there.setattr(os, "name", system)
        found = quoted(word)
    assert found == typed
