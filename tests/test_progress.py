"""The bar: tqdm's format, few redraws, nothing left behind."""
import pytest
from networks import is_ascii

from pygraphnn import progress
from pygraphnn.progress import Bar, text


@pytest.mark.parametrize("done, total, seconds, expected", [
    (600, 5000, 5.494, " 12%|████      | 600/5000 [00:05<00:40, 109.21it/s]"),
    (0, 10, 0.0, "  0%|                  | 0/10 [00:00<?, ?it/s]"),
    (10, 10, 4000.0, "100%|██████| 10/10 [1:06:40<00:00, 400.00s/it]"),
    (0, 0, 0.0, "100%|██████████████████| 0/0 [00:00<?, ?it/s]"),
    (7, None, 2.0, "7it [00:02, 3.50it/s]"),
])
def test_the_text_is_tqdms(done, total, seconds, expected):
    line = text(done, total, seconds, 50, blocks=True)
    shape = [part.strip("█▏▎▍▌▋▊▉ ") for part in line.split("|")]
    assert shape == [part.strip("█ ") for part in expected.split("|")]
    assert len(line) == 50 or total is None


def test_the_filled_part_grows_by_eighths():
    assert "|████▋     |" in text(37, 80, 1.0, len(" 46%|") + 10 + len("| 37/80 [00:01<00:01, 37.00it/s]"), True)
    assert "|####      |" in text(37, 80, 1.0, len(" 46%|") + 10 + len("| 37/80 [00:01<00:01, 37.00it/s]"), False)


def test_a_narrow_terminal_gets_a_cut_line():
    assert len(text(600, 5000, 5.5, 20, blocks=True)) == 20


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_it_redraws_at_most_ten_times_a_second(capsys, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "clock", clock)
    for _ in Bar(range(1000)):
        clock.now += 0.004
    drawn = capsys.readouterr().err
    assert 36 <= drawn.count("it/s]") <= 42             # four seconds
    assert drawn.endswith("| 1000/1000 [00:04<00:00, 250.00it/s]\r\n")


def test_a_shorter_line_covers_the_longer_one_before_it(capsys, monkeypatch):
    monkeypatch.setattr(progress, "clock", Clock())
    lengths = iter([70, 50])
    monkeypatch.setattr(progress, "_columns", lambda: next(lengths))
    bar = Bar(range(10))
    bar.draw()
    bar.draw()
    first, second = capsys.readouterr().err.split("\r\r")
    assert len(first) == 71 and len(second) == 71 and second.endswith(" " * 20 + "\r")


def test_an_unfinished_bar_is_taken_off_the_screen(capsys):
    bar = Bar(range(10))
    next(bar)
    width = len(capsys.readouterr().err) - 2
    bar.close()
    assert capsys.readouterr().err == "\r" + " " * width + "\r"
    bar.close()
    assert capsys.readouterr().err == ""


def test_a_finished_bar_stays(capsys):
    bar = Bar([])
    assert list(bar) == []
    bar.close()
    assert capsys.readouterr().err.endswith("| 0/0 [00:00<00:00, ?it/s]\r\n".replace("00:00, ?", "?, ?"))


def test_a_range_too_long_for_len_is_counted():
    assert next(Bar(range(10 ** 30))) == 0


def test_without_a_stderr_nothing_is_drawn(monkeypatch):
    monkeypatch.setattr(progress.sys, "stderr", None)
    assert list(Bar(range(3))) == [0, 1, 2]


def test_an_iterable_without_a_length_is_counted(capsys):
    assert list(Bar(iter("abc"))) == ["a", "b", "c"]
    assert capsys.readouterr().err.strip().split("\r")[-1].startswith("3it [00:00, ")


def test_a_terminal_without_block_characters_gets_ascii(capsys, monkeypatch):
    monkeypatch.setattr(progress, "_can_show_blocks", lambda: False)
    assert list(Bar(range(2))) == [0, 1]
    err = capsys.readouterr().err
    assert "###" in err and is_ascii(err)
