"""Whole trainings side by side: the same results with workers and without, a table, a picture."""
import json
import statistics
import sys

import pytest

import pygraphnn as pg
from pygraphnn import comparing
from pygraphnn.cli import main
from pygraphnn.parallel import Workers
from test_parallel import Hostile

NO_PROCESSES = pytest.mark.skipif(sys.platform == "emscripten", reason="there are no other processes")
COMPARE = ["compare", "iris", "--learning-rate", "0.1,0.01", "--seeds", "3", "--epochs", "4"]


def printed(capsys, *arguments):
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_each_result_is_that_of_the_training_alone(capsys):
    found = json.loads(printed(capsys, *COMPARE, "--json", "--seed", "7"))
    assert found["seeds"] == [7, 8, 9] and found["measure"] == "accuracy" and found["rows"] == "held_out"
    assert [rate["learning_rate"] for rate in found["rates"]] == [0.1, 0.01]
    for rate in found["rates"]:
        same = ["train", "iris", "--epochs", "4", "--test-fraction", "0.2", "--json",
                "--learning-rate", str(rate["learning_rate"]), "--seed"]
        alone = [json.loads(printed(capsys, *same, str(seed)))["held_out"]["accuracy"] for seed in (7, 8, 9)]
        assert rate["measured"] == alone and rate["diverged"] == 0
        assert rate["mean"] == pytest.approx(statistics.mean(alone), rel=1e-12)
        assert rate["deviation"] == pytest.approx(statistics.pstdev(alone), rel=1e-9, abs=1e-12)
    assert found["best"] == max(found["rates"], key=lambda rate: rate["mean"])["learning_rate"]


@NO_PROCESSES
@pytest.mark.long
@pytest.mark.parametrize("command", [COMPARE, ["train", "boston", "--folds", "3", "--epochs", "2"]])
def test_workers_change_no_character(command, capsys, backend):
    alone = printed(capsys, *command, "--backend", backend)
    assert printed(capsys, *command, "--backend", backend, "--workers", "2") == alone
    numbers = [json.loads(printed(capsys, *command, "--json", "--backend", backend, *more))
               for more in ([], ["--workers", "3"])]
    for one in numbers:
        for fold in one.get("folds", []):
            fold.update(seconds=None, steps_per_second=None)
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("seed", range(4))
def test_trainings_whose_workers_are_lost_are_done_again(seed):
    tasks = [bytes([number]) for number in range(20)]
    executor = Hostile(seed, ["late", "lost", "twice", "cancelled"], share=0.5)
    assert list(Workers(executor).answers(lambda task: task * 2, tasks)) == [task * 2 for task in tasks]
    assert executor.count > 20


def test_a_rate_that_diverges_is_counted(capsys):
    out = printed(capsys, "compare", "boston", "--learning-rate", "0.01,1e3", "--epochs", "2", "--seeds", "2")
    assert out.splitlines()[2].split() == ["1000", "diverged:", "2"] and out.splitlines()[-1] == "best: 0.01"
    out = printed(capsys, "compare", "boston", "--learning-rate", "1e3", "--epochs", "2", "--seeds", "1")
    assert out.splitlines()[-1] == "none of them: try smaller ones"


def test_predictions_that_are_not_finite_count_as_diverged(capsys):
    hopeless = ["--learning-rate", "1e200", "--epochs", "1", "--batch-size", "600"]
    out = printed(capsys, "compare", "boston", *hopeless, "--seeds", "1")
    assert out.splitlines()[-1] == "none of them: try smaller ones"
    assert main(["train", "boston", "--folds", "2", *hopeless]) == 2
    assert "the predictions are not finite: try a smaller learning rate" in capsys.readouterr().err


def test_the_losses_are_drawn(capsys, tmp_path):
    path = tmp_path / "rates.svg"
    printed(capsys, *COMPARE, "--plot", str(path))
    picture = path.read_text(encoding="utf-8")
    assert picture.startswith("<svg") and ">0.1<" in picture and ">0.01<" in picture


def test_it_speaks_chinese(capsys):
    lines = printed(capsys, *COMPARE, "--lang", "zh").splitlines()
    assert lines[0] == "学习率；答对的比例，留作测试的行：3 个种子的平均值、标准差、各个值"
    assert lines[-1].startswith("最好的是 ")


@pytest.mark.parametrize("arguments, message", [
    (["--learning-rate", "0.1,x"], "'0.1,x' are no numbers: write 0.1, or 0.1,0.01"),
    (["--learning-rate", "0.1,-1"], "the learning rate is -1.0"),
    (["--learning-rate", "0.1", "--seeds", "0"], "the number of seeds is 0"),
    (["--learning-rate", "0.1", "--plot", "a.png"], "choose a name that ends in .svg"),
    (["--learning-rate", "0.1", "--test-fraction", "1"], "the test fraction is 1.0"),
    (["--learning-rate", "0.1", "--target", "no"], "there is no column 'no'"), ([], "--learning-rate")])
def test_bad_choices_end_in_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["compare", "iris"] + arguments)
    except SystemExit as end:
        code = end.code
    found = capsys.readouterr()
    assert code == 2 and message in found.err and found.err.count("\n") == 1 and list(tmp_path.iterdir()) == []


def test_a_fold_that_diverges_ends_in_one_line(capsys):
    assert main(["train", "boston", "--folds", "2", "--learning-rate", "1e6", "--epochs", "2"]) == 2
    assert "the loss is" in capsys.readouterr().err


def test_a_task_is_a_function_from_bytes_to_bytes():
    import argparse
    options = argparse.Namespace(
        dataset="iris", target=None, features=None, one_hot=None, drop_missing=False, header=None, decimal_comma=False,
        task=None, hidden=[3], activation="relu", epochs=2, batch_size=8, optimizer="adam", decay=0.0, seed=1, shards=1,
        learning_rate=None, test_fraction=0.2, folds=None, report=None, command=print)
    data = comparing.digest_of(comparing.dataset_of(options))
    task = json.dumps(dict(comparing.choice_of(options), data=data)).encode("utf-8")
    answers = [json.loads(comparing.train_elsewhere(task).decode("utf-8")) for _ in range(2)]
    assert answers[0]["results"]["losses"] == answers[1]["results"]["losses"]
    assert answers[0]["results"]["backend"] == pg.active_backend()
    other = json.dumps(dict(comparing.choice_of(options), data="0")).encode("utf-8")
    assert "a worker has other data of that name" in json.loads(comparing.train_elsewhere(other).decode())["problem"]
