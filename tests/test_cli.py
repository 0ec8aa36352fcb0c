"""`python -m pygraphnn` as a user runs it: in a process of its own."""
import io
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time

import pytest

import pygraphnn
from commands import COMMAND, ROOT, fails, run
from networks import BACKENDS, NEEDS_C, flat, is_ascii
from reports import named, numbers_of

from pygraphnn import cli, progress
from pygraphnn import run as run_module
from pygraphnn import tasks
from pygraphnn.looking.wording import number_text

try:
    import fcntl
    import pty
    import termios
except ImportError:             # on Windows
    pty = None


@pytest.mark.long
def test_training_prints_the_lessons_lines():
    code, out, err = run("train", "boston", "--epochs", "201")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == "boston: 506 rows, 13 features, target MEDV"
    assert lines[1] == "network 13-10-1, batch size 16, learning rate 0.01, seed 0, backend python"
    assert [re.sub(r"\d+\.\d{3}$", "#", line) for line in lines[2:5]] == [
        "Epoch: 1, Loss: #", "Epoch: 101, Loss: #", "Epoch: 201, Loss: #"]
    losses = [float(line.split()[-1]) for line in lines[2:5]]
    assert losses[0] > 50 > 10 > losses[1] > losses[2] > 2
    assert re.match(r"201 epochs in \d+\.\d s, \d+ steps/s\. Loss: %.3f$" % losses[2], lines[5])


def test_json_is_one_object_with_the_agreed_keys():
    code, out, err = run("train", "boston", "--features", "RM,LSTAT", "--epochs", "3", "--hidden", "4", "--seed", "5",
                         "--batch-size", "32", "--learning-rate", "0.02", "--json")
    result = json.loads(out)
    assert (code, err) == (0, "")
    assert list(result) == ["dataset", "rows", "features", "backend", "epochs", "batch_size", "learning_rate", "seed",
                            "losses", "seconds", "steps_per_second", "task", "target", "hidden", "activation",
                            "optimizer", "decay", "learnt_from"]
    assert result["task"] == "regression" and list(result["learnt_from"]) == ["rmse", "rmse_of_mean"]
    assert (result["dataset"], result["rows"], result["features"]) == ("boston", 506, ["RM", "LSTAT"])
    assert (result["epochs"], result["batch_size"], result["learning_rate"], result["seed"]) == (3, 32, 0.02, 5)
    assert len(result["losses"]) == 3 and result["backend"] == "python"
    assert result["steps_per_second"] == pytest.approx(3 * 15 / result["seconds"])


def test_the_same_command_gives_the_same_losses_and_the_library_gives_them_too():
    arguments = ["train", "iris", "--task", "regression", "--epochs", "5", "--json"]
    first, second = [json.loads(run(*arguments)[1])["losses"] for _ in range(2)]
    d = pygraphnn.load_dataset("iris")
    X, y = pygraphnn.Placeholder(), pygraphnn.Placeholder()
    W1, b1, W2, b2 = [pygraphnn.Placeholder() for _ in range(4)]
    s1 = pygraphnn.Sigmoid(pygraphnn.Linear(X, W1, b1, "l1"), "s1")
    pygraphnn.MSE(y, pygraphnn.Linear(s1, W2, b2, "l2"), "cost")
    data = {X: pygraphnn.standardize(d.data), y: d.target}
    parameters = {W1: pygraphnn.randn(4, 10, 0), b1: pygraphnn.zeros(10), W2: pygraphnn.randn(10, 1, 1),
                  b2: pygraphnn.zeros(1)}
    graph = pygraphnn.topological_sort_feed_dict({**data, **parameters})
    assert first == second == pygraphnn.train(graph, data, list(parameters), epochs=5, batch_size=16)


def test_a_held_out_part_shows_both_losses():
    code, out, err = run("train", "boston", "--epochs", "2", "--test-fraction", "0.2")
    assert re.search(r"^Epoch: 1, Loss: \d+\.\d{3}, Held-out loss: \d+\.\d{3}$", out, re.MULTILINE)
    assert re.search(r"steps/s\. Loss: \d+\.\d{3}, Held-out loss: \d+\.\d{3}$", out, re.MULTILINE)
    result = json.loads(run("train", "boston", "--epochs", "2", "--test-fraction", "0.2", "--json")[1])
    assert result["test_rows"] == 101 and result["test_fraction"] == 0.2 and result["test_loss"] > 0


def test_no_epochs_is_no_training():
    code, out, err = run("train", "iris", "--epochs", "0", "--json")
    assert code == 0 and json.loads(out)["losses"] == []
    assert run("train", "iris", "--epochs", "0")[0] == 0


def test_a_users_own_file(tmp_path):
    rows = ["size;rooms;price"] + ["%d;%d;%d" % (i, i % 5, 3 * i + i % 5) for i in range(40)]
    path = tmp_path / "houses.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    code, out, err = run("train", str(path), "--epochs", "1", "--target", "price")
    assert (code, err) == (0, "") and "40 rows, 2 features, target price" in out
    code, out, err = run("train", "houses.csv", "--epochs", "1", "--target", "size", "--features", "rooms,price",
                         cwd=str(tmp_path))
    assert (code, err) == (0, "") and "target size" in out


def test_another_target_of_a_data_set():
    code, out, err = run("train", "boston", "--epochs", "1", "--target", "NOX", "--features", "DIS, INDUS")
    assert code == 0 and "2 features, target NOX" in out


@pytest.mark.long
def test_digits_train_without_their_constant_columns():
    code, out, err = run("train", "digits", "--epochs", "1", "--hidden", "2")
    assert (code, err) == (0, "") and "61 features" in out
    assert "left out, since constant: the columns pixel_0_0, pixel_4_0, pixel_4_7\n" in out


def test_backends_lists_both():
    code, out, err = run("backends")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "python  can be used (in use)" and out.splitlines()[1].startswith("c ")


def test_the_version_names_the_backend_and_its_threads():
    assert run("--version") == (0, "pygraphnn %s, backend python, 1 thread\n" % pygraphnn.__version__, "")
    assert run("--version", PYGRAPHNN_THREADS="3")[1].endswith(", backend python, 3 threads\n")
    assert "PYGRAPHNN_THREADS is 'x'" in fails("--version", PYGRAPHNN_THREADS="x")
    assert "PYGRAPHNN_BACKEND=fortran" in fails("--version", PYGRAPHNN_BACKEND="fortran")


@NEEDS_C
def test_the_version_with_the_c_backend():
    assert run("--version", PYGRAPHNN_BACKEND="c")[1].endswith(", backend c, 1 thread\n")


def test_help_is_readable_to_a_newcomer():
    for arguments in (["-h"], ["train", "--help"], ["backends", "-h"], ["build", "-h"], ["pack", "-h"]):
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
    out = run("train", "--help")[1]
    for word in ("boston", "diabetes", "--target", "--features", "--hidden", "--epochs", "--batch-size", "--json",
                 "--learning-rate", "--seed", "--backend", "--test-fraction", "Examples:"):
        assert word in out


@pytest.mark.parametrize("arguments, message", [
    ([], "COMMAND"),
    (["trian"], "trian"),
    (["train"], "choose a data set or a CSV file, or a model to train on"),
    (["train", "bostn"], "no dataset 'bostn', did you mean 'boston'?"),
    (["train", "boston", "--features", "RM,LSTATT"], "did you mean 'LSTAT'?"),
    (["train", "boston", "--target", "PRICE"], "PRICE"),
    (["train", "boston", "--features", ""], "the list of columns is empty"),
    (["train", "missing.csv"], "missing.csv"),
    (["train", "."], "folder"),
    (["train", "boston", "--batch-size", "0"], "batch_size is 0: it must be at least 1"),
    (["train", "boston", "--batch-size", "-2"], "batch_size is -2"),
    (["train", "boston", "--batch-size", "2.5"], "invalid int value: '2.5'"),
    (["train", "boston", "--epochs", "-1"], "epochs is -1"),
    (["train", "boston", "--hidden", "0"], "hidden is 0"),
    (["train", "boston", "--learning-rate", "nan"], "learning rate is nan"),
    (["train", "boston", "--learning-rate", "fast"], "invalid float value: 'fast'"),
    (["train", "boston", "--seed", "x"], "invalid int value: 'x'"),
    (["train", "boston", "--test-fraction", "1"], "test fraction is 1.0"),
    (["train", "boston", "--test-fraction", "1.2"], "test fraction is 1.2"),
    (["train", "boston", "--test-fraction", "inf"], "test fraction is inf"),
    (["train", "no\nsuch.csv"], "no\\nsuch.csv"),
    (["train", "boston", "--backend", "fortran"], 'no backend \'fortran\': use "python" or "c"'),
    (["train", "boston", "--epoch", "3"], "--epoch"),
])
def test_bad_arguments_end_in_one_line(arguments, message):
    assert message in fails(*arguments)


def test_a_training_that_diverges_ends_in_one_line():
    code, out, err = run("train", "boston", "--learning-rate", "10")
    assert code == 2 and err.count("\n") == 1 and "learning rate smaller than 10" in err and "Traceback" not in err
    assert run("train", "boston", "--learning-rate", "10", "--json")[1] == ""


def test_an_unusable_backend_in_the_environment_is_one_line_and_backends_still_works():
    assert 'PYGRAPHNN_BACKEND=fortran: there is no backend' in fails("train", "iris", PYGRAPHNN_BACKEND="fortran")
    assert run("backends", PYGRAPHNN_BACKEND="fortran")[0] == 0


@pytest.mark.parametrize("content, message", [
    (b"", "empty"),
    (b"a,b\n1,2\n3,\n", "line 3"),
    (b"a,b\n1,2\n3,x\n", "line 3"),
    (b"a,b\n1,2,3\n", "line 2"),
    (b"a,b\n\xff\xfe,2\n", "UTF-8"),
    (b"a,b\n1,5\n1,6\n", "constant column a"),
])
def test_bad_files_end_in_one_line(tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert message in fails("train", str(path))


def test_a_name_that_the_terminal_cannot_show_is_no_traceback(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("größe,preis €\n1,2\n2,4\n".encode())
    code, out, err = run("train", str(path), "--epochs", "1", PYTHONIOENCODING="ascii")
    assert code == 0 and "preis \\u20ac" in out


def test_a_reader_that_has_seen_enough_is_no_traceback():
    done = subprocess.run("%s -m pygraphnn train iris --epochs 2000 | head -n 1" % sys.executable, shell=True, cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stdout.startswith(b"iris: 150 rows") and done.stderr == b""


def test_held_out_rows_are_neither_trained_on_nor_used_to_standardise():
    """The same with the library: the split, the scaling by the training rows, the weights and the draws by one seed."""
    from pygraphnn import split
    result = json.loads(run("train", "iris", "--task", "regression", "--epochs", "3", "--test-fraction", "0.3",
                            "--seed", "7", "--json")[1])
    d = pygraphnn.load_dataset("iris")
    train_rows, test_rows = split(150, 0.3, seed=7)
    X_train = [d.data[row] for row in train_rows]
    X, y = pygraphnn.Placeholder(), pygraphnn.Placeholder()
    W1, b1, W2, b2 = [pygraphnn.Placeholder() for _ in range(4)]
    loss = pygraphnn.MSE(y, pygraphnn.Linear(pygraphnn.Sigmoid(pygraphnn.Linear(X, W1, b1)), W2, b2))
    data = {X: pygraphnn.standardize(X_train), y: [d.target[row] for row in train_rows]}
    parameters = {W1: pygraphnn.randn(4, 10, 7), b1: pygraphnn.zeros(10), W2: pygraphnn.randn(10, 1, 8),
                  b2: pygraphnn.zeros(1)}
    graph = pygraphnn.topological_sort_feed_dict({**data, **parameters})
    assert result["losses"] == pygraphnn.train(graph, data, list(parameters), epochs=3, batch_size=16, seed=7)
    X_test = pygraphnn.standardize([d.data[row] for row in test_rows], like=X_train)
    assert result["test_loss"] == pygraphnn.predict(loss, {X: X_test, y: [d.target[row] for row in test_rows]})
    assert result["steps_per_second"] == pytest.approx(3 * (105 // 16) / result["seconds"])


def test_a_held_out_loss_that_overflows_is_null_in_json(tmp_path):
    code, out, err = run("train", "iris", "--task", "regression", "--test-fraction", "0.2", "--epochs", "1",
                         "--learning-rate", "1e200", "--batch-size", "1000", "--json")
    result = json.loads(out, parse_constant=pytest.fail)
    assert code == 0 and result["test_loss"] is result["held_out"]["rmse"] is None


def test_columns_that_are_constant_in_the_training_rows_alone_are_found(tmp_path):
    from pygraphnn import split
    test_rows = split(20, 0.2, seed=0)[1]
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n" + "".join("%d,%d,%d\n" % (i, i in test_rows, 2 * i) for i in range(20)))
    assert "constant: the column b\n" in run("train", str(path), "--test-fraction", "0.2", "--epochs", "1")[1]
    assert "constant" not in run("train", str(path), "--epochs", "1")[1]


def test_a_name_with_a_comma_can_be_quoted(tmp_path):
    (tmp_path / "a.csv").write_text('"size, m",b,c\n1,2,3\n2,5,5\n')
    code, out, err = run("train", str(tmp_path / "a.csv"), "--epochs", "1", "--features", '"size, m", b')
    assert (code, err) == (0, "") and "2 features, target c" in out


def test_a_data_set_wins_over_a_file_of_its_name(tmp_path):
    (tmp_path / "iris").write_text("a,b\n1,2\n2,5\n")
    assert "150 rows" in run("train", "iris", "--epochs", "1", cwd=str(tmp_path))[1]


def test_epochs_beyond_any_list_are_no_traceback_on_a_terminal():
    with Terminal("train", "boston", "--epochs", "9" * 23) as terminal:
        terminal.read_until(b"it/s]")
        assert b"Traceback" not in terminal.drawn


@pytest.mark.parametrize("arguments", [["backends"], ["--help"], ["train", "iris", "--epochs", "1", "--json"]])
@pytest.mark.parametrize("sink", [">/dev/full", "2>&-", ">&-", "| true"])
def test_no_traceback_where_nothing_can_be_written(arguments, sink):
    command = " ".join([sys.executable, "-m", "pygraphnn"] + arguments)
    done = subprocess.run("(%s; echo $? >&3) 3>&1 %s" % (command, sink) if sink == "| true" else command + " " + sink,
                          shell=True, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, PYTHONPATH=ROOT, PYTHONUNBUFFERED=""))
    assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr
    if sink == ">/dev/full":
        assert done.returncode == 2 and done.stderr.count(b"\n") == 1


def new_terminal():
    if not pty or sys.platform == "emscripten":
        pytest.skip("there are no terminals here that a program can make")
    return pty.openpty()


class Terminal:
    """A run whose stderr is a terminal of 80 columns, with a keyboard."""

    def __init__(self, *arguments):
        self.leader, follower = new_terminal()
        name = os.ttyname(follower)

        def take_the_terminal():
            signal.signal(signal.SIGINT, signal.default_int_handler)    # a background job starts with it ignored
            os.setsid()
            os.close(os.open(name, os.O_RDWR))                          # becomes the terminal of this session

        self.process = subprocess.Popen(COMMAND + list(arguments), stdout=subprocess.DEVNULL, stderr=follower,
                                        stdin=follower, cwd=ROOT, preexec_fn=take_the_terminal)
        os.close(follower)
        self.drawn = b""

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.process.kill()
        self.process.wait()
        os.close(self.leader)

    def read_until(self, text, times=1):
        """Reads what is drawn, until the text has come so many times or the program ends."""
        deadline = time.monotonic() + 60
        while self.drawn.count(text) < times and time.monotonic() < deadline:
            if select.select([self.leader], [], [], 1)[0]:
                try:
                    more = os.read(self.leader, 4096)
                except OSError:             # Linux's way to say that the other end is closed
                    return
                if not more:
                    return
                self.drawn += more

    def type(self, keys):
        os.write(self.leader, keys)

    def screen(self, columns=80):
        """The lines that somebody sees at the end."""
        lines, column = [""], 0
        for character in self.drawn.decode("utf-8"):
            if character == "\r":
                column = 0
            elif character == "\n":
                lines.append("")
                column = 0
            else:
                if column == columns:
                    lines.append("")
                    column = 0
                lines[-1] = lines[-1][:column].ljust(column) + character + lines[-1][column + 1:]
                column += 1
        return [line.rstrip() for line in lines if line.strip()]


def on_a_terminal(*arguments, columns=80, **environment):
    """What a run draws on a terminal that wide, which stdout is and stderr is not."""
    leader, follower = new_terminal()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = dict(dict(os.environ, PYTHONPATH=ROOT, PYTHONIOENCODING="utf-8"), **environment)
    environment.pop("COLUMNS", None)
    process = subprocess.Popen(COMMAND + list(arguments), stdout=follower, stderr=subprocess.PIPE, cwd=ROOT,
                               stdin=subprocess.DEVNULL, env=environment)
    os.close(follower)
    drawn = b""
    while True:
        try:
            more = os.read(leader, 4096)
        except OSError:                     # Linux's way to say that the other end is closed
            break
        if not more:
            break
        drawn += more
    os.close(leader)
    assert (process.stderr.read(), process.wait()) == (b"", 0)
    process.stderr.close()
    return drawn.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.long
@pytest.mark.parametrize("columns, encoding", [(80, "utf-8"), (50, "utf-8"), (50, "ascii")])
def test_on_a_terminal_a_training_ends_with_its_curve(columns, encoding):
    out = on_a_terminal("train", "iris", "--epochs", "30", columns=columns, PYTHONIOENCODING=encoding)
    losses = json.loads(run("train", "iris", "--epochs", "30", "--json")[1])["losses"]
    curve = out.split(" steps/s. Loss: %.3f\n" % losses[-1])[1].split("150 rows learnt from")[0].splitlines()
    assert max(map(len, curve)) < columns
    assert max(map(len, curve)) > columns - 5
    assert [curve[line].split()[0] for line in (0, 7)] == [number_text(max(losses)), number_text(min(losses))]
    assert re.match(r"^ +1 +epoch +30$", curve[9])
    words = " ".join(curve[10:])
    assert words.startswith("first loss %s, last %s, smallest %s in epoch %d"
                            % (number_text(losses[0]), number_text(losses[-1]), number_text(min(losses)),
                               losses.index(min(losses)) + 1))
    assert is_ascii(out) == (encoding == "ascii")


@pytest.mark.long
def test_the_curve_is_drawn_for_nobody_else():
    assert "smallest" not in run("train", "iris", "--epochs", "30")[1]
    assert "smallest" not in on_a_terminal("train", "iris", "--epochs", "30", "--json")
    assert "smallest" not in on_a_terminal("train", "iris", "--epochs", "1")


def test_explain_shows_the_step_that_the_training_takes_first():
    code, out, err = run("train", "boston", "--features", "RM,LSTAT", "--hidden", "2", "--batch-size", "3", "--epochs",
                         "1", "--seed", "5", "--test-fraction", "0.2", "--explain")
    assert (code, err) == (0, "")
    from pygraphnn import split
    d = pygraphnn.load_dataset("boston").select(["RM", "LSTAT"])
    rows = [d.data[row] for row in split(506, 0.2, seed=5)[0]]
    prices = [d.target[row] for row in split(506, 0.2, seed=5)[0]]
    X, y = pygraphnn.Placeholder("X"), pygraphnn.Placeholder("y")
    W1, b1, W2, b2 = [pygraphnn.Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    s1 = pygraphnn.Sigmoid(pygraphnn.Linear(X, W1, b1, "l1"), "s1")
    pygraphnn.MSE(y, pygraphnn.Linear(s1, W2, b2, "l2"), "cost")
    X_batch, y_batch = pygraphnn.resample(pygraphnn.standardize(rows), prices, 3, pygraphnn.SplitMix64(5))
    graph = pygraphnn.topological_sort_feed_dict({
        X: X_batch, y: y_batch, W1: pygraphnn.randn(2, 2, 5), b1: [0.0, 0.0], W2: pygraphnn.randn(2, 1, 6), b2: [0.0]})
    assert pygraphnn.explain(graph) in out
    assert out.index("batch size 3") < out.index("FORWARD") < out.index("Epoch: 1, Loss")
    trained = run("train", "boston", "--features", "RM,LSTAT", "--hidden", "2", "--batch-size", "3", "--epochs", "1",
                  "--seed", "5", "--test-fraction", "0.2")[1]
    assert re.findall("^Epoch.*", trained, re.MULTILINE) == re.findall("^Epoch.*", out, re.MULTILINE)


def test_explain_alone_and_explain_against_json():
    code, out, err = run("train", "iris", "--explain", "--epochs", "0")
    assert (code, err) == (0, "") and "the loss of the same rows goes from" in out and "Epoch:" not in out
    assert "--explain prints lines to read, and --json prints none" in fails("train", "iris", "--explain", "--json")


def test_ctrl_c_ends_cleanly_and_says_how_far_it_came():
    process = subprocess.Popen(COMMAND + ["train", "boston", "--epochs", "100000"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, cwd=ROOT,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    try:
        while not process.stdout.readline().startswith(b"Epoch: 1,"):
            assert process.poll() is None
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert re.match(rb"pygraphnn: interrupted after \d+ of 100000 epochs, loss \d+\.\d{3}\n$", err)


def test_on_a_terminal_a_bar_is_drawn_and_a_typed_ctrl_c_leaves_nothing_of_it():
    with Terminal("train", "boston", "--epochs", "100000") as terminal:
        terminal.read_until(b"it/s]", times=4)
        assert re.search(r"^  0%\|.*\| \d+/100000 \[00:00<\S+, +\d+\.\d\dit/s\]$", terminal.screen()[0])
        terminal.type(b"\x03")
        terminal.read_until(b"never drawn")
        assert terminal.process.wait(timeout=60) == 130
    line, = terminal.screen()
    assert re.match(r"pygraphnn: interrupted after \d+ of 100000 epochs, loss \d+\.\d{3}$", line)


def test_a_ctrl_c_during_the_held_out_rows_leaves_nothing_of_the_bar_either(monkeypatch, tmp_path):
    class Screen(io.StringIO):
        def isatty(self):
            return True

    calls, predict = [], run_module.predict

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return predict(*arguments)

    monkeypatch.setattr(run_module, "predict", interrupted)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_REDRAWS", 0.0)
    monkeypatch.setattr(sys, "stderr", Screen())
    monkeypatch.setattr(sys, "stdout", Screen())
    assert cli.main(["train", "iris", "--epochs", "900", "--test-fraction", "0.2", "--report",
                     str(tmp_path / "report.html")]) == 130
    bar, message = re.match(r"(.*\r)(pygraphnn: interrupted after \d+ of 900 epochs, .*\n)$", sys.stderr.getvalue(),
                            re.DOTALL).groups()
    assert "/900 [" in bar and re.search(r"\r +\r$", bar) and "report: " in sys.stdout.getvalue()


# Targets in other units


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """Made-up houses, their prices in large, in suitable and in small units: {unit: path}."""
    rng = pygraphnn.SplitMix64(1)
    rows = [(1 + rng.below(6), 30.0 + 120.0 * rng.uniform()) for _ in range(300)]
    prices = [20000 * rooms + 2500 * area + 60 * (area - 90) * (area - 90) + 8000 * rng.normal()
              for rooms, area in rows]
    folder = tmp_path_factory.mktemp("houses")
    for unit, size in (("dollars", 1.0), ("ten_thousands", 1e4), ("billions", 1e9)):
        (folder / (unit + ".csv")).write_text("rooms,area,price\n" + "".join(
            "%d,%r,%r\n" % (row + (price / size,)) for row, price in zip(rows, prices)))
    return {path.stem: str(path) for path in folder.iterdir()}


def spread(path):
    target = pygraphnn.load_csv(path).target
    mean = sum(target) / len(target)
    return sum((x - mean) * (x - mean) for x in target) / len(target)


@pytest.mark.long
@pytest.mark.parametrize("unit", ["dollars", "ten_thousands", "billions"])
def test_a_target_of_any_unit_is_learnt_and_losses_are_in_its_own_units(houses, unit):
    code, out, err = run("train", houses[unit], "--epochs", "300", "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["learning_rate"] == 0.01
    assert 1 - result["losses"][-1] / spread(houses[unit]) > 0.95           # the share that is explained, R²
    out = run("train", houses[unit], "--epochs", "300")[1]
    assert "Loss: %s\n" % tasks.short(result["losses"][-1]) in out
    assert ("the target is scaled in training" in out) == (unit != "ten_thousands")


@pytest.mark.parametrize("name", pygraphnn.dataset_names())
def test_the_data_sets_of_the_package_are_trained_as_in_the_lesson(name):
    assert tasks.target_scale(pygraphnn.load_dataset(name).target) is None


def test_a_scaled_target_gives_the_losses_of_the_library(houses):
    """The same as standardised labels, whose losses are multiplied by the square of the deviation."""
    result = json.loads(run("train", houses["dollars"], "--epochs", "3", "--test-fraction", "0.2", "--json")[1])
    from pygraphnn import split
    d = pygraphnn.load_csv(houses["dollars"])
    train_rows, test_rows = split(300, 0.2, seed=0)
    target = [d.target[row] for row in train_rows]
    X_train = [d.data[row] for row in train_rows]
    X, y, _, loss = run_module.build_network(2, [10], 0)
    feed = {X: pygraphnn.standardize(X_train), y: pygraphnn.standardize(target)}
    graph = pygraphnn.topological_sort_feed_dict(feed)
    losses = pygraphnn.train(graph, feed, pygraphnn.trainables(graph), epochs=3, batch_size=16)
    size = sum((x - sum(target) / 240) * (x - sum(target) / 240) for x in target) / 240
    assert result["losses"] == pytest.approx([x * size for x in losses], rel=1e-9)
    test_loss = pygraphnn.predict(loss, {
        X: pygraphnn.standardize([d.data[row] for row in test_rows], like=X_train),
        y: pygraphnn.standardize([d.target[row] for row in test_rows], like=target)})
    assert result["test_loss"] == pytest.approx(test_loss * size, rel=1e-9)


@pytest.mark.long
def test_the_page_shows_a_scaled_target_in_its_own_units(houses, tmp_path):
    path = tmp_path / "page.html"
    code, out, err = run("train", houses["dollars"], "--epochs", "50", "--report", str(path))
    assert (code, err) == (0, "")
    numbers = numbers_of(path)
    mean = sum(pygraphnn.load_csv(houses["dollars"]).target) / 300
    assert numbers["predictions"]["node"] == "prediction"
    assert all(mean / 10 < price < mean * 10 for price in flat(named(numbers, "prediction")["value"]["cells"]))
    assert numbers["settings"]["learning_rate"] == pytest.approx(0.01 / spread(houses["dollars"]))


# Classes


@pytest.mark.long
@pytest.mark.parametrize("name, classes", [("iris", "setosa, versicolor, virginica"), ("wine", "0, 1, 2"),
                                           ("breast_cancer", "malignant, benign"), ("moons", "0, 1")])
def test_data_sets_of_classes_are_told_apart(name, classes):
    code, out, err = run("train", name, "--epochs", "40", "--test-fraction", "0.2")
    lines = out.splitlines()
    assert (code, err) == (0, "") and "classes: " + classes in lines
    result = json.loads(run("train", name, "--epochs", "40", "--test-fraction", "0.2", "--json")[1])
    names = classes.split(", ")
    assert (result["task"], result["classes"], result["learning_rate"]) == ("classification", names, 0.1)
    counts = result["held_out"]["confusion_matrix"]
    right = [counts[i][i] for i in range(len(names))]
    assert result["held_out"]["accuracy"] == pytest.approx(sum(right) / result["test_rows"]) and sum(right) > 20
    d = pygraphnn.load_dataset(name)
    known, held_out = pygraphnn.split(len(d.data), 0.2, seed=0)
    most = max(range(len(names)), key=lambda label: [d.target[row] for row in known].count(label))
    assert result["held_out"]["accuracy_of_most_frequent"] == [d.target[row] for row in held_out].count(most) / len(
        held_out)
    place = lines.index("rows: the class; columns: the answers (held out)")
    assert lines[place + 1].split() == names
    assert [line.split() for line in lines[place + 2:place + 2 + len(names)]] == [
        [label] + list(map(str, row)) for label, row in zip(names, counts)]
    assert any("always answering %s, the most frequent class, would have" % names[most] in line for line in lines)


def test_classes_give_the_losses_of_the_library():
    """Several layers, another activation and optimizer, and a learning rate that falls."""
    result = json.loads(run("train", "iris", "--hidden", "6,5", "--activation", "tanh", "--optimizer", "adam",
                            "--learning-rate", "0.02", "--decay", "0.5", "--epochs", "4", "--seed", "3", "--json")[1])
    assert [result[key] for key in ("hidden", "activation", "optimizer", "decay")] == [[6, 5], "tanh", "adam", 0.5]
    d = pygraphnn.load_dataset("iris")
    X, y = pygraphnn.Placeholder(), pygraphnn.Placeholder()
    node, parameters = X, {}
    for layer, (n, m) in enumerate([(4, 6), (6, 5), (5, 3)]):
        W, b = pygraphnn.Placeholder(), pygraphnn.Placeholder()
        parameters.update({W: [[w * (1.0 / n) ** 0.5 for w in row] for row in pygraphnn.randn(n, m, 3 + layer)],
                           b: pygraphnn.zeros(m)})
        node = pygraphnn.Linear(node, W, b)
        if m != 3:
            node = pygraphnn.Tanh(node)
    graph = pygraphnn.sorted_graph(pygraphnn.CrossEntropy(y, node))
    for placeholder, value in parameters.items():
        placeholder.value = value
    adam = pygraphnn.Adam(lambda epoch: 0.02 / (1.0 + 0.5 * epoch))
    losses = pygraphnn.train(graph, {X: pygraphnn.standardize(d.data), y: d.target}, list(parameters), epochs=4,
                             batch_size=16, optimizer=adam, seed=3)
    assert result["losses"] == losses


@pytest.mark.long
def test_a_file_of_texts_is_told_apart_and_numbers_if_that_is_asked_for(tmp_path):
    path = tmp_path / "fish.csv"
    path.write_text("length,weight,kind\n" + "".join(
        "%d,%d,%s\n" % (10 + i % 7 + 9 * (i % 2), i % 5, ("carp", "pike")[i % 2]) for i in range(40)))
    code, out, err = run("train", str(path), "--epochs", "30")
    assert (code, err) == (0, "") and "classes: carp, pike" in out and re.search(r"^carp +19 +1$", out, re.MULTILINE)
    assert "the target holds no numbers: kind" in fails("train", str(path), "--task", "regression")
    code, out, err = run("train", "boston", "--target", "CHAS", "--task", "classification", "--epochs", "2")
    assert code == 0 and "classes: 0, 1" in out
    result = json.loads(run("train", "iris", "--task", "regression", "--epochs", "2", "--json")[1])
    assert (result["task"], result["learning_rate"]) == ("regression", 0.01) and "classes" not in result


def test_the_moons_are_those_of_the_library(tmp_path):
    moons = pygraphnn.make_moons()
    d = pygraphnn.load_dataset("moons")
    assert (d.data, d.target, d.class_names, d.name) == (moons.data, moons.target, ["0", "1"], "moons")
    out = run("train", "moons", "--target", "y", "--features", "x", "--epochs", "1")[1]
    assert "200 rows, 1 feature, target y" in out
    assert "did you mean 'moons'?" in fails("train", "moon")


# How good it is


@pytest.mark.long
def test_the_measure_stands_beside_that_of_the_mean():
    out = run("train", "boston", "--epochs", "30", "--test-fraction", "0.2")[1]
    result = json.loads(run("train", "boston", "--epochs", "30", "--test-fraction", "0.2", "--json")[1])
    known, held_out = pygraphnn.split(506, 0.2, seed=0)
    target = pygraphnn.load_dataset("boston").target
    mean = sum(target[row] for row in known) / len(known)
    for which, rows in (("learnt_from", known), ("held_out", held_out)):
        found = result[which]
        assert found["rmse_of_mean"] == pytest.approx(
            (sum((target[row] - mean) ** 2 for row in rows) / len(rows)) ** 0.5, rel=1e-12)
        assert ("%d rows %s: off by %.3f (root mean square); always predicting %.3f, the mean learnt from, is off by "
                "%.3f" % (len(rows), which.replace("_", " "), found["rmse"], mean, found["rmse_of_mean"])) in out
    assert result["held_out"]["rmse"] ** 2 == pytest.approx(result["test_loss"], rel=1e-12)


@pytest.mark.long
def test_overfitting_is_said_in_two_sentences_and_only_where_it_is():
    noise = ["train", "diabetes", "--test-fraction", "0.3", "--epochs", "300", "--backend", BACKENDS[-1]]
    out = run(*noise)[1]
    result = json.loads(run(*(noise + ["--json"]))[1])
    assert 1 <= result["best_epoch"] < 240 and result["best_test_loss"] < result["test_loss"] / 1.05
    assert "the held-out loss was smallest after epoch %d: %s\n" % (
        result["best_epoch"], tasks.short(result["best_test_loss"])) in out
    assert "the network learns its rows by heart" in out and "--epochs %d," % result["best_epoch"] in out
    assert "by heart" not in run("train", "boston", "--test-fraction", "0.3", "--epochs", "20")[1]


def test_without_held_out_rows_it_says_what_is_missing():
    assert "on rows that it has not seen, --test-fraction 0.2 or --folds 5 will tell" in run(
        "train", "boston", "--epochs", "1")[1]


@pytest.mark.long
def test_folds_hold_out_every_row_once():
    code, out, err = run("train", "iris", "--folds", "4", "--epochs", "20")
    lines = out.splitlines()
    assert (code, err) == (0, "") and [line.split(":")[0] for line in lines[-5:]] == [
        "fold 1 of 4, 37 rows held out", "fold 2 of 4, 38 rows held out", "fold 3 of 4, 37 rows held out",
        "fold 4 of 4, 38 rows held out", "all folds"]
    result = json.loads(run("train", "iris", "--folds", "4", "--epochs", "20", "--json")[1])
    found = [fold["held_out"]["accuracy"] for fold in result["folds"]]
    assert result["accuracy"]["mean"] == pytest.approx(sum(found) / 4)
    assert lines[-1].startswith("all folds: %.1f %% of the answers are right on average, from %.1f %% to %.1f %%" % (
        100 * sum(found) / 4, 100 * min(found), 100 * max(found)))
    boston = json.loads(run("train", "boston", "--folds", "2", "--epochs", "2", "--json")[1])
    assert boston["rmse"]["mean"] == pytest.approx(sum(fold["held_out"]["rmse"] for fold in boston["folds"]) / 2)


@pytest.mark.parametrize("arguments, message", [
    (["--folds", "1"], "the number of folds is 1"),
    (["--folds", "151"], "150 rows cannot be divided into 151 folds"),
    (["--folds", "3", "--test-fraction", "0.2"], "--folds trains several networks, and --test-fraction is for one"),
    (["--folds", "3", "--report", "a.html"], "and --report is for one"),
    (["--folds", "3", "--explain"], "and --explain is for one"),
    (["--hidden", "3,,2"], "'3,,2' are no sizes of layers: write 10, or 64,32"),
    (["--hidden", "3,0"], "hidden is 0"),
    (["--activation", "swish"], "invalid choice: 'swish'"),
    (["--optimizer", "lion"], "invalid choice: 'lion'"),
    (["--task", "clustering"], "invalid choice: 'clustering'"),
    (["--decay", "-1"], "the decay is -1.0: it must not be negative"),
    (["--decay", "nan"], "the decay is nan"),
    (["--learning-rate", "-1"], "learning rate is -1"),
])
def test_bad_choices_end_in_one_line(arguments, message):
    assert message in fails("train", "iris", *arguments)


def test_folds_that_diverge_say_so_with_the_learning_rate_of_the_command_line(houses):
    code, out, err = run("train", houses["dollars"], "--folds", "2", "--learning-rate", "50")
    assert code == 2 and err.count("\n") == 1 and "a learning rate smaller than 50" in err


# What is said beside the numbers


@pytest.mark.long
@pytest.mark.parametrize("arguments, messages", [
    (["digits", "--hidden", "8,8,8,8,8,8"], [r"the gradients of W1 are \S+ times those of W7 \(they vanish",
                                             r"that of guessing by how frequent each class is would be 2\.302"]),
    (["boston", "--activation", "relu", "--optimizer", "adam", "--learning-rate", "0.5"], [
        r"^r1: \d+ of 10 nodes saturated, 0 on over 90 %"]),
    (["diabetes"], [r"^s1: \d+ of 10 nodes saturated, below 0\.01 or above 0\.99 on over 90 % of the rows"]),
    (["diabetes", "--activation", "tanh"], [r"^t1: \d+ of 10 nodes saturated, below -0\.99 or above 0\.99 on over 9"]),
])
def test_troubles_within_the_network_are_told_once_with_what_to_try(arguments, messages):
    out = run("train", *(arguments + ["--epochs", "120", "--backend", BACKENDS[-1]]))[1]
    for message in messages:
        assert len(re.findall(message, out, re.MULTILINE)) == 1
    assert max(map(len, out.splitlines())) < 130


@pytest.mark.long
def test_a_sound_training_is_told_no_trouble():
    out = run("train", "boston", "--epochs", "120")[1]
    assert "try" not in out


@pytest.mark.long
def test_a_hopeless_training_says_so_in_short_numbers():
    arguments = ["train", "boston", "--features", "CHAS,RM", "--learning-rate", "1", "--batch-size", "64", "--epochs",
                 "100"]
    code, out, err = run(*arguments)
    assert (code, err) == (0, "") and max(map(len, out.splitlines())) < 130
    assert re.search(r"^the loss rose from \S+ in the first epoch to \S+e\+\d+ in the last: take a learning rate "
                     r"smaller than 1$", out, re.MULTILINE)
    code, out, err = run(*(arguments + ["--json"]))
    assert code == 0 and json.loads(out)["losses"] and err.startswith("pygraphnn: the loss rose from ")


@pytest.mark.parametrize("loss, text", [(3.14159, "3.142"), (0.0, "0"), (1.23456e-5, "1.235e-05"), (0.5, "0.500"),
                                        (6.5432e9, "6.543e+09"), (1.0e200, "1e+200"), (123456.789, "123456.789")])
def test_losses_are_short(loss, text):
    assert tasks.short(loss) == text


def test_on_a_terminal_a_long_training_says_how_much_sooner_c_is_done(monkeypatch):
    class Screen(io.StringIO):
        def isatty(self):
            return True

    def hint(backend):
        monkeypatch.setattr(sys, "stdout", Screen())
        with pygraphnn.use("python"):
            assert cli.main(["train", "iris", "--epochs", "2", "--backend", backend]) == 0
        return re.search("^this will take about .*$", sys.stdout.getvalue(), re.MULTILINE)

    assert hint("python") is None               # it is soon done
    monkeypatch.setattr(run_module, "LONG_TRAINING", 0.0)
    if pygraphnn.available_backends()["c"] is not None:
        assert hint("python") is None
    else:
        assert re.match(r"this will take about [\d.e-]+ seconds; with --backend c about [\d.e-]+ seconds, and the "
                        r"numbers will be the same$", hint("python").group())
        assert hint("c") is None


def test_what_was_left_out_of_a_file_is_said(tmp_path):
    (tmp_path / "a.csv").write_text(",a,b,y\n" + "".join("%d,%d,%s,%d\n" % (i, i, "" if i == 3 else i * i, i)
                                                          for i in range(9)))
    assert "as --drop-missing does (8 of 9 rows are left)" in fails("train", str(tmp_path / "a.csv"))
    code, out, err = run("train", str(tmp_path / "a.csv"), "--epochs", "1", "--drop-missing")
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == ["a: 8 rows, 2 features, target y", "column 1 has no name and was left out",
                                    "1 of 9 rows, in which values are missing, were left out"]
    code, out, err = run("train", str(tmp_path / "a.csv"), "--epochs", "1", "--drop-missing", "--json")
    assert json.loads(out)["rows"] == 8 and err.count("\n") == 2


def test_tables_of_text_without_a_header(tmp_path):
    (tmp_path / "a.data").write_text("".join("%s %d %s %d\n" % ("MFI"[i % 3], i, i % 2 == 0, 3 * i) for i in range(12)))
    code, out, err = run("train", "a.data", "--no-header", "--one-hot", "c1", "--epochs", "1", "--json",
                         cwd=str(tmp_path))
    assert (code, err) == (0, "") and json.loads(out)["features"] == ["c1=F", "c1=I", "c1=M", "c2", "c3"]


@pytest.mark.parametrize("arguments, message", [
    (["--hidden", "10000000000"], "a network with 10000000000 hidden nodes"),
    (["--hidden", "1" + 400 * "0"], "needs about"),
    (["--batch-size", "10000000000"], "batches of 10000000000 rows"),
    (["--features", "RM,\nLSTATT"], "there is no column 'LSTATT', did you mean 'LSTAT'?"),
    (["--features", '"RM'], "check the quotes"),
])
def test_absurd_arguments_end_in_one_line(arguments, message):
    assert message in fails("train", "boston", *arguments)


def test_streams_that_take_nothing_or_are_no_files(monkeypatch):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert cli.main(["train", "iris", "--epochs", "1"]) == 2 and "No space left" in sys.stderr.getvalue()
    monkeypatch.setattr(sys, "stderr", Full())
    assert cli.main(["train", "missing.csv"]) == 2
    assert run("train", "iris", "--epochs", "1", "--json")[0] == 0
    done = subprocess.run("%s -m pygraphnn train missing.csv 2>/dev/full" % sys.executable, shell=True, cwd=ROOT)
    assert done.returncode == 2


def test_one_row_and_only_constant_features(tmp_path):
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")
    assert "there is only one row to learn from" in fails("train", str(tmp_path / "a.csv"))
    (tmp_path / "a.csv").write_text("a,b,y\n1,3,2\n1,3,4\n")
    message = fails("train", str(tmp_path / "a.csv"))
    assert "constant columns a, b: there are no other features" in message


def test_a_clock_that_does_not_move_on_is_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(run_module.time, "perf_counter", lambda: 1.0)
    assert cli.main(["train", "iris", "--epochs", "3"]) == 0
    assert "3 epochs in 0.0 s. Loss: " in capsys.readouterr().out
    assert cli.main(["train", "iris", "--epochs", "3", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["seconds"] == 0.0 and result["steps_per_second"] is None
