"""Files: read with one sentence where that does not go, and written whole or not at all.

A file is first written beside the place where it belongs, and then takes that place in one step. So nobody ever finds
half of one, and what stood there before stays until the new one is complete.
"""
import io
import os
import shutil
from contextlib import contextmanager

from .kinds import Any, Iterator


def require_writable(path: Any, ending: str = "") -> str:
    """The path to write to, where a link leads: found out before a long computation, not after it.

    TypeError: it is no path. ValueError: the name has another ending, so it may belong to something else, to the
    user's data for example.
    OSError (FileNotFoundError, IsADirectoryError, PermissionError): nothing can be written there; the message says why.
    """
    try:
        shown = os.fsdecode(path)
    except TypeError:
        raise TypeError("the path is %r: give the name of a file" % (path,)) from None
    if not shown.lower().endswith(ending):
        raise ValueError("%s: choose a name that ends in %s" % (shown, ending))
    if "\0" in shown:
        raise OSError("%r cannot be written: no name of a file holds a null byte" % shown)
    try:
        target = os.path.realpath(shown)            # behind a link, the file that it leads to
        if os.path.isdir(target):
            raise IsADirectoryError("%s is a folder: name a file in it" % shown)
        if not os.path.isdir(os.path.dirname(target)):
            raise FileNotFoundError("%s cannot be written: there is no folder %s" % (shown, os.path.dirname(target)))
        try:
            os.stat(target)                         # an error where no file can have such a name
            _require_replaceable(target, shown)
        except FileNotFoundError:
            pass                                    # a new one
        with _beside(target):                       # the folder may be changed
            pass
    except (OSError, ValueError) as problem:        # ValueError: half a character in the name
        raise _in_words(shown, problem) from None
    return target


def opened(path: Any, what: str) -> Any:
    """The file, to read bytes from. what: it should be, "a model" for example.

    OSError (FileNotFoundError, IsADirectoryError, PermissionError) says in one sentence why it cannot be opened.
    """
    shown = os.fsdecode(path)
    try:
        if os.path.isdir(path):         # of which some systems say that it may not be read
            raise IsADirectoryError
        return open(path, "rb")
    except IsADirectoryError:
        raise IsADirectoryError("%s is a folder: name %s" % (shown, what)) from None
    except FileNotFoundError:
        raise FileNotFoundError("there is no file %s: check its name and folder" % shown) from None
    except PermissionError:
        raise PermissionError("%s may not be read: change its permissions" % shown) from None
    except (OSError, ValueError) as problem:
        raise _not_readable(shown, problem) from None


def read_whole(path: Any, what: str) -> bytes:
    """What a file holds. Errors as of `opened`."""
    with opened(path, what) as file:
        try:
            content: bytes = file.read()
            return content
        except OSError as problem:
            raise _not_readable(os.fsdecode(path), problem) from None


def _not_readable(shown: str, problem: Exception) -> OSError:
    reason = getattr(problem, "strerror", None) or problem      # strerror does not repeat the path
    return OSError("%s cannot be read: %s" % (shown, reason))


def write_whole(path: Any, content: Any) -> None:
    """Writes bytes, or a text in UTF-8; a file that they take the place of gives its permissions. OSError: as above."""
    target = require_writable(path)
    try:
        with _beside(target, and_replace=True) as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
    except (OSError, ValueError) as problem:        # ValueError: half a character that UTF-8 has no bytes for
        raise _in_words(os.fsdecode(path), problem) from None


@contextmanager
def whole_file(path: Any, ending: str) -> Iterator[Any]:
    """A text file in UTF-8 to write to, piece by piece, in a `with` block; after an error in it nothing has changed."""
    target = require_writable(path, ending)
    with _beside(target, and_replace=True) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()


@contextmanager
def _beside(target: str, and_replace: bool = False) -> Iterator[Any]:
    """A file beside the target, which after the block takes the target's place, or is taken away.

    Whatever happens, nothing is left of it. Its name is new each time: other threads may write into the folder, too.
    """
    beside = os.path.join(os.path.dirname(target), ".pygraphnn.%s.part" % os.urandom(8).hex())
    try:
        try:
            with open(beside, "xb") as file:
                yield file
            if and_replace:
                if os.path.exists(target):
                    shutil.copymode(target, beside)
                os.replace(beside, target)
        finally:
            _remove(beside)
    finally:                        # once more, where a Ctrl-C came into the midst of that
        _remove(beside)


def _remove(path: str) -> None:
    if os.path.lexists(path):
        os.remove(path)


def _require_replaceable(target: str, shown: str) -> None:
    """OSError: something stands there that a text must not replace."""
    if not os.path.isfile(target):
        raise OSError("%s cannot be written: it is not an ordinary file" % shown)
    if not os.access(target, os.W_OK):
        raise PermissionError("%s cannot be written: it is write-protected" % shown)


def _in_words(shown: str, problem: Exception) -> OSError:
    """The problem as one sentence with the path, for those that do not say it yet."""
    if isinstance(problem, OSError) and problem.strerror is None:
        return problem                              # one of the above, which says it all
    kind = type(problem) if isinstance(problem, OSError) else OSError
    return kind("%s cannot be written: %s" % (shown, getattr(problem, "strerror", None) or problem))
