"""A model from the command line: saved, trained on, and asked; bad input is one line, and leaves no file."""
import csv
import json
import os
import signal
import subprocess
import sys

import pytest
from commands import ROOT, fails, run
from networks import BACKENDS, as_lists

import pygraphnn as pg
from pygraphnn import answering


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Some models, by the names of what they were trained on."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "towns.csv").write_text("town;rooms;price\n" + "".join(
        "%s;%d,5;%d\n" % (("Ulm", "Bonn", "Kiel")[i % 3], i % 5, 100 + 10 * (i % 5) + 50 * (i % 3)) for i in range(30)))
    found = {}
    for name, arguments in (("boston", ["boston", "--features", "LSTAT,RM"]),
                            ("iris", ["iris", "--test-fraction", "0.2"]),
                            ("towns", [str(folder / "towns.csv"), "--one-hot", "town", "--decimal-comma"])):
        found[name] = str(folder / (name + ".json"))
        code, out, err = run("train", *(arguments + ["--epochs", "20", "--save", found[name]]))
        assert (code, err) == (0, "") and out.endswith("saved: %s\n" % found[name])
    return found


# Saving, and going on


@pytest.mark.long
@pytest.mark.parametrize("arguments", [
    ["boston"], ["boston", "--optimizer", "adam", "--decay", "0.1", "--test-fraction", "0.3", "--seed", "4"],
    ["iris", "--hidden", "5,4", "--activation", "relu", "--optimizer", "momentum"],
], ids=["lesson", "adam", "momentum"])
def test_a_training_goes_on_with_the_bits_of_one_that_never_stopped(arguments, tmp_path):
    whole, part = str(tmp_path / "whole.json"), str(tmp_path / "part.json")
    assert run("train", *(arguments + ["--epochs", "7", "--save", whole]))[0] == 0
    assert run("train", *(arguments + ["--epochs", "3", "--save", part]))[0] == 0
    result = json.loads(run("train", "--continue", part, "--epochs", "4", "--save", part, "--json", "--backend",
                            BACKENDS[-1])[1])
    assert (result["epochs"], result["epochs_before"]) == (4, 3)
    one, other = [json.loads(open(path, encoding="utf-8").read()) for path in (whole, part)]
    assert one["settings"].pop("epochs") == 7 and other["settings"].pop("epochs") == 4
    assert one == other
    out = run("train", "--continue", part, "--epochs", "1")[1]
    assert "goes on after 7 epochs" in out and "Epoch: 8, Loss" in out


def test_after_ctrl_c_and_divergence_the_last_whole_step_is_saved(tmp_path):
    path = tmp_path / "model.json"
    code, out, err = run("train", "boston", "--learning-rate", "3", "--save", str(path))
    assert code == 2 and "learning rate smaller than 3" in err and "saved: " in out
    model = pg.load_model(path)
    assert all(abs(x) < float("inf") for node in pg.trainables(model.graph) for row in as_lists(node.value)
               for x in (row if isinstance(row, list) else [row]))
    process = subprocess.Popen([sys.executable, "-u", "-m", "pygraphnn", "train", "boston", "--epochs", "1000000",
                                "--save", str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    while b"Epoch: 1," not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and b"saved: " in out
    assert pg.load_model(path).settings["epochs"] == 1000000
    assert run("train", "--continue", str(path), "--epochs", "1")[0] == 0


@pytest.mark.long
@pytest.mark.parametrize("arguments, message", [
    (["boston", "--save", "no/folder/m.json"], "there is no folder"), (["boston", "--save", "m.txt"], "ends in .json"),
    ([], "choose a data set or a CSV file, or a model"), (["boston", "--continue", "BOSTON"], "choose a data set"),
    (["--continue", "BOSTON", "--hidden", "3"], "leave --hidden out"),
    (["--continue", "BOSTON", "--seed", "3"], "leave --seed out"),
    (["--continue", "missing.json"], "there is no file missing.json"),
    (["--continue", "BOSTON", "--folds", "3"], "--folds trains several networks, and --continue is for one"),
    (["iris", "--folds", "3", "--save", "m.json"], "and --save is for one"),
])
def test_bad_choices_end_in_one_line_before_the_training(arguments, message, models):
    assert message in fails("train", *[models["boston"] if word == "BOSTON" else word for word in arguments])


@pytest.mark.parametrize("change, message", [
    (lambda m: m["settings"].update(dataset="diabetes", features=None), "trained with other columns"),
    (lambda m: m["settings"].update(hidden=[3]), "other layers"),
    (lambda m: m["settings"].update(test_fraction=0.5), "the data have changed since the model was trained"),
    (lambda m: m["settings"].update(hidden="many"), "settings.hidden is 'many'"),
    (lambda m: m["settings"].update(batch_size=True), "settings.batch_size is True"),
    (lambda m: m["settings"].update(activation="swish"), "choices that there are not"),
    (lambda m: m["settings"].pop("seed"), "there is no seed"),
    (lambda m: m.update(optimizer=None), "can be used, but not trained on"),
])
def test_models_that_cannot_be_trained_on(change, message, models, tmp_path):
    with open(models["boston"], encoding="utf-8") as file:
        found = json.load(file)
    change(found)
    path = tmp_path / "model.json"
    path.write_text(json.dumps(found))
    assert message in fails("train", "--continue", str(path))


# Predicting


@pytest.mark.long
def test_a_file_is_answered_in_any_order_of_its_columns(models, tmp_path, backend):
    d = pg.load_dataset("boston")
    table = tmp_path / "new.csv"
    rows = [[row[5], "x, \"y\"", row[12]] for row in d.data[:50]]
    with open(str(table), "w", newline="") as file:
        csv.writer(file).writerows([["RM", "note", "LSTAT"]] + rows)
    output = tmp_path / "out.csv"
    code, out, err = run("predict", models["boston"], str(table), "--output", str(output), "--backend", backend)
    assert (code, out) == (0, "") and err == ("pygraphnn: %s: ignored, since the model does not know them: the column "
                                              "note\n" % table)
    with open(str(output), newline="") as file:
        header, *found = list(csv.reader(file))
    assert header == ["RM", "note", "LSTAT", "predicted_MEDV"]
    expected = as_lists(pg.load_model(models["boston"]).predict([[row[2], row[0]] for row in rows]))
    assert [float(row[-1]) for row in found] == [row[0] for row in expected]
    assert [row[:3] for row in found] == [[str(cell) for cell in row] for row in rows]
    assert run("predict", models["boston"], str(table))[1] == output.read_text().replace("\r\n", "\n")


def test_classes_come_with_their_probabilities(models, tmp_path):
    code, out, err = run("predict", models["iris"], os.path.join(ROOT, "datasets", "iris.csv"))
    header, *rows = list(csv.reader(out.splitlines()))
    assert (code, err) == (0, "") and header[-4:] == ["predicted_species", "probability_setosa",
                                                      "probability_versicolor", "probability_virginica"]
    for row in rows:
        shares = list(map(float, row[-3:]))
        assert sum(shares) == pytest.approx(1.0)
        assert row[-4] == ["setosa", "versicolor", "virginica"][shares.index(max(shares))]


@pytest.mark.long
def test_texts_and_decimal_commas_are_read_as_they_were_in_training(models, tmp_path):
    table = tmp_path / "new.csv"
    table.write_text("rooms;town\n2,5;Kiel\n1,5;Ulm\n")
    code, out, err = run("predict", models["towns"], str(table))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "rooms;town;predicted_price" and lines[1].startswith("2,5;Kiel;")
    one = run("predict", models["towns"], "rooms=2,5", "town=Kiel")[1]
    assert one == "predicted_price: %s\n" % lines[1].split(";")[-1]
    assert "'Rom' is none of Bonn, Kiel, Ulm" in fails("predict", models["towns"], "rooms=1", "town=Rom")
    table.write_text("rooms;town\n2,5;Kiel\n1,5;Rom\n")
    assert "line 3, column 'town': 'Rom' is none of" in fails("predict", models["towns"], str(table), "--output",
                                                               str(tmp_path / "o.csv"))


def test_one_row_is_answered(models):
    expected, = as_lists(pg.load_model(models["boston"]).predict([[4.9, 6.5]]))
    assert run("predict", models["boston"], "RM=6.5", "LSTAT=4.9") == (0, "predicted_MEDV: %r\n" % expected[0], "")


@pytest.mark.long
@pytest.mark.parametrize("content, message", [
    ("RM,x\n6,1\n", "one column is missing: the model needs the column LSTAT"),
    ("a,b\n6,1\n", "2 columns are missing: the model needs the columns LSTAT, RM"),
    ("RM,LSTAT,RM\n6,1,2\n", "two columns are named 'RM'"),
    ("RM,LSTAT\n6,1\n6,\n", "line 3, column 'LSTAT': the value is missing"),
    ("RM,LSTAT\n6,1\nsix,2\n", "line 3, column 'RM': 'six' is not a number"),
    ("RM,LSTAT\n6,1\n6,1,2\n", "line 3: the number of columns is 3, but the header has 2"),
    ("RM,LSTAT\n6,\"1\n", "check the quotes"), ("", "is empty"), ("RM,LSTAT\n\xff,1\n", "UTF-8"),
])
def test_files_that_cannot_be_answered_leave_no_file(content, message, models, tmp_path):
    table, output = tmp_path / "new.csv", tmp_path / "out.csv"
    table.write_bytes(content.encode("latin-1"))
    assert message in fails("predict", models["boston"], str(table), "--output", str(output))
    assert os.listdir(str(tmp_path)) == ["new.csv"]
    output.write_text("old")
    fails("predict", models["boston"], str(table), "--output", str(output))
    assert output.read_text() == "old"


@pytest.mark.parametrize("arguments, message", [
    (["RM=6.5"], "the model needs LSTAT, too"), (["RM=6", "LSTAT=1", "RM=7"], "RM is given twice"),
    (["RM=6", "LSAT=1"], "there is no feature 'LSAT', did you mean 'LSTAT'?"),
    (["RM=six", "LSTAT=1"], "RM: 'six' is not a number"), (["missing.csv"], "there is no file missing.csv"),
    (["."], "is a folder"),
    (["RM=6", "LSTAT=1", "--output", "o.csv"], "one row is answered on stdout"), (["RM=6", "x"], "neither a file nor"),
])
def test_bad_questions_end_in_one_line(arguments, message, models):
    assert message in fails("predict", models["boston"], *arguments)


def test_a_file_is_read_piece_by_piece(models, tmp_path, monkeypatch, capsys):
    """Whatever the pieces are: cells in quotes with line breaks lie across them, too."""
    table = tmp_path / "new.csv"
    table.write_text("note,RM,LSTAT\n" + "".join('"a\nb ""%d""",%d.5,%d\n' % (i, i % 9, i % 30) for i in range(300)))
    model = pg.load_model(models["boston"])
    said = []
    assert answering.predict_file(model, str(table), None, said.append) == 0
    whole = capsys.readouterr().out
    monkeypatch.setattr(answering, "PIECE", 64)
    monkeypatch.setattr(answering, "ROWS", 7)
    assert answering.predict_file(model, str(table), None, said.append) == 0
    assert capsys.readouterr().out == whole
    table.write_bytes(table.read_bytes() + b"\xff,1,2\n")
    with pytest.raises(ValueError, match="line 602: this is not UTF-8 text"):
        answering.predict_file(model, str(table), None, said.append)
    capsys.readouterr()
    assert len(list(csv.reader(whole.splitlines(True)))) == 301
