"""Files are written whole or not at all, and where nothing can be written one sentence says so beforehand."""
import os
import re
import stat
import threading

import pytest
from networks import interruptions

from pygraphnn import files


@pytest.fixture
def path(tmp_path):
    return tmp_path / "page.html"


@pytest.mark.parametrize("step", ["replace", "write"])
def test_a_file_is_written_whole_or_not_at_all(path, tmp_path, monkeypatch, step):
    path.write_text("before")
    if step == "replace":
        def full(*arguments):
            raise OSError(28, "No space left on device")
        monkeypatch.setattr(files.os, "replace", full)
        content, message = "after", "page.html cannot be written: No space left on device"
    else:
        content, message = "half \ud800", "page.html cannot be written: "        # fails while it is written
    with pytest.raises(OSError, match=message):
        files.write_whole(path, content)
    assert path.read_text() == "before" and os.listdir(str(tmp_path)) == ["page.html"]


def test_an_interrupted_file_is_taken_away(path, tmp_path, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt
    monkeypatch.setattr(files.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_whole(path, "text")
    assert os.listdir(str(tmp_path)) == []


@pytest.mark.parametrize("was_there", [False, True])
def test_an_interruption_at_any_line_leaves_the_old_file_or_the_new_one_and_nothing_else(path, tmp_path, was_there):
    left = set()
    for line in interruptions(lambda: files.write_whole(path, "new" * 1000), "pygraphnn.files"):
        assert os.listdir(str(tmp_path)) in ([], ["page.html"]), line
        left.add(path.read_text()[:3] if path.exists() else None)
        if was_there:
            path.write_text("old")
        elif path.exists():
            path.unlink()
    assert line > 30 and left <= {None, "old", "new"} and "new" in left and path.read_text() == "new" * 1000
    for _ in interruptions(lambda: files.require_writable(tmp_path / "other.html"), "pygraphnn.files"):
        assert os.listdir(str(tmp_path)) == ["page.html"]


def test_threads_that_write_into_one_folder_get_their_own_contents(tmp_path):
    """And those that write one file get one of their contents, whole."""
    wrong = []

    def write(number):
        own, shared = tmp_path / ("%d.html" % number), tmp_path / "shared.html"
        content = str(number) * (1000 + 100000 * number)
        for _ in range(60):
            try:
                files.write_whole(own, content)
                files.write_whole(shared, content)
                if own.read_text() != content or len(set(shared.read_text())) != 1:
                    wrong.append("another content")
            except Exception as problem:
                wrong.append(repr(problem))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and sorted(os.listdir(str(tmp_path))) == ["0.html", "1.html", "2.html", "shared.html"]


def test_a_file_that_was_there_keeps_its_permissions_and_a_link_stays_a_link(path, tmp_path):
    path.write_text("before")
    path.chmod(0o640)
    link = tmp_path / "link.html"
    link.symlink_to(path)
    files.write_whole(link, "größe")
    assert link.is_symlink() and path.read_bytes() == "größe".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("name, error, message", [
    ("missing/page.html", FileNotFoundError, "missing/page.html cannot be written: there is no folder"),
    ("folder", IsADirectoryError, "folder is a folder: name a file"),
    ("file/page.html", OSError, "file/page.html cannot be written: there is no folder"),
    ("pipe", OSError, "pipe cannot be written: it is not an ordinary file"),
    ("x" * 300 + ".html", OSError, "cannot be written: File name too long"),
    ("nul\0.html", OSError, "null byte"),
])
def test_an_unwritable_place_is_one_sentence(tmp_path, name, error, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names here")
    os.mkfifo(str(tmp_path / "pipe"))           # as a device would be, for root
    for attempt in (files.require_writable, lambda path: files.write_whole(path, "text")):
        with pytest.raises(error, match=re.escape(message)):
            attempt(tmp_path / name)
    assert sorted(os.listdir(str(tmp_path))) == ["file", "folder", "pipe"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything may be written by root")
def test_what_may_not_be_changed_is_one_sentence(path, tmp_path):
    path.write_text("before")
    path.chmod(0o400)
    with pytest.raises(PermissionError, match="page.html cannot be written: it is write-protected"):
        files.require_writable(path)
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match="new.html cannot be written: Permission denied"):
        files.require_writable(tmp_path / "new.html")
