"""Files are written whole or not at all, and where nothing can be written one sentence says so beforehand."""
import os
import re
import stat

import pytest

from pygraphnn.looking import files


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
