"""`python -m pygraphnn` as a user runs it: in a process of its own."""
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

import pygraphnn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMAND = [sys.executable, "-m", "pygraphnn"]


def run(*arguments, cwd=ROOT, **environment):
    """(exit code, stdout, stderr)."""
    environment = dict(dict(os.environ, PYTHONPATH=ROOT, PYTHONIOENCODING="utf-8"), **environment)
    done = subprocess.run(COMMAND + list(arguments), capture_output=True, cwd=cwd, stdin=subprocess.DEVNULL,
                          env=environment)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def fails(*arguments, **environment):
    """The one line on stderr of a run that must fail with exit code 2 and print nothing else."""
    code, out, err = run(*arguments, **environment)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and err.startswith("pygraphnn: ") and "Traceback" not in err
    return err


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
                            "losses", "seconds", "steps_per_second"]
    assert (result["dataset"], result["rows"], result["features"]) == ("boston", 506, ["RM", "LSTAT"])
    assert (result["epochs"], result["batch_size"], result["learning_rate"], result["seed"]) == (3, 32, 0.02, 5)
    assert len(result["losses"]) == 3 and result["backend"] == "python"
    assert result["steps_per_second"] == pytest.approx(3 * 15 / result["seconds"])


def test_the_same_command_gives_the_same_losses_and_the_library_gives_them_too():
    arguments = ["train", "iris", "--epochs", "5", "--json"]
    first, second = [json.loads(run(*arguments)[1])["losses"] for _ in range(2)]
    d = pygraphnn.load_dataset("iris")
    X, y = pygraphnn.Placeholder(), pygraphnn.Placeholder()
    W1, b1, W2, b2 = [pygraphnn.Placeholder() for _ in range(4)]
    pygraphnn.MSE(y, pygraphnn.Linear(pygraphnn.Sigmoid(pygraphnn.Linear(X, W1, b1)), W2, b2))
    data = {X: pygraphnn.standardize(d.data), y: d.target}
    parameters = {W1: pygraphnn.randn(4, 10, 0), b1: pygraphnn.zeros(10), W2: pygraphnn.randn(10, 1, 1),
                  b2: pygraphnn.zeros(1)}
    graph = pygraphnn.topological_sort_feed_dict({**data, **parameters})
    assert first == second == pygraphnn.train(graph, data, list(parameters), epochs=5, batch_size=16)


def test_a_held_out_part_shows_both_losses():
    code, out, err = run("train", "boston", "--epochs", "2", "--test-fraction", "0.2")
    assert re.search(r"^Epoch: 1, Loss: \d+\.\d{3}, Held-out loss: \d+\.\d{3}$", out, re.MULTILINE)
    assert re.search(r"steps/s\. Loss: \d+\.\d{3}, Held-out loss: \d+\.\d{3}$", out)
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


def test_digits_train_without_their_constant_columns():
    message = fails("train", "digits")
    assert "constant columns pixel_0_0, pixel_4_0, pixel_4_7" in message and "--drop-constant" in message
    code, out, err = run("train", "digits", "--drop-constant", "--epochs", "1", "--hidden", "2")
    assert code == 0 and "61 features" in out


def test_backends_lists_both():
    code, out, err = run("backends")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "python  can be used (in use)" and out.splitlines()[1].startswith("c ")


def test_help_is_readable_to_a_newcomer():
    for arguments in (["--help"], ["train", "--help"], ["backends", "--help"]):
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
    out = run("train", "--help")[1]
    for word in ("boston", "diabetes", "--target", "--features", "--hidden", "--epochs", "--batch-size", "--json",
                 "--learning-rate", "--seed", "--backend", "--test-fraction", "Examples:"):
        assert word in out


@pytest.mark.parametrize("arguments, message", [
    ([], "COMMAND"),
    (["trian"], "trian"),
    (["train"], "DATASET"),
    (["train", "bostn"], "no dataset 'bostn', did you mean 'boston'?"),
    (["train", "boston", "--features", "RM,LSTATT"], "did you mean 'LSTAT'?"),
    (["train", "boston", "--target", "PRICE"], "PRICE"),
    (["train", "boston", "--features", ""], "no column ''"),
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
                          capture_output=True)
    assert done.stdout.startswith(b"iris: 150 rows") and done.stderr == b""


def test_ctrl_c_ends_cleanly_and_says_how_far_it_came():
    process = subprocess.Popen(COMMAND + ["train", "boston", "--epochs", "100000"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, cwd=ROOT)
    while not process.stdout.readline().startswith(b"Epoch: 1,"):
        pass
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.match(rb"pygraphnn: interrupted after \d+ of 100000 epochs, loss \d+\.\d{3}\n$", err)


def test_on_a_terminal_a_bar_is_drawn_and_ctrl_c_takes_it_away():
    leader, follower = pty.openpty()
    process = subprocess.Popen(COMMAND + ["train", "boston", "--epochs", "100000"], stdout=subprocess.DEVNULL,
                               stderr=follower, stdin=subprocess.DEVNULL, cwd=ROOT)
    os.close(follower)
    drawn = b""
    while drawn.count(b"\r") < 3:
        drawn += os.read(leader, 4096)
    process.send_signal(signal.SIGINT)
    while True:
        try:
            more = os.read(leader, 4096)
        except OSError:                     # Linux's way to say that the other end is closed
            break
        if not more:
            break
        drawn += more
    os.close(leader)
    assert process.wait(timeout=60) == 130
    assert b"/100000 [00:00<" in drawn and b"it/s]" in drawn
    screen = drawn.rsplit(b"it/s]", 1)[1]
    assert re.match(rb"\s*\r *\rpygraphnn: interrupted after \d+ of 100000 epochs", screen)
