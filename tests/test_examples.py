"""The programs in `examples/` run as printed, in both backends, and say the same in each."""
import json
import os
import re
import subprocess
import sys

import pytest
from networks import BACKENDS, ROOT

FOLDER = os.path.join(ROOT, "examples")
PROGRAMS = sorted(name for name in os.listdir(FOLDER) if name.endswith(".py"))
SAYS = {"digits.py": r"epoch 8 .* right: 0\.9[6-9]\d of the known rows, 0\.9[5-9]\d of the held-out ones",
        "own_csv.py": r"200 rows, features rooms, floor, town=north, town=south\n.*\nheld-out rows: off by [234]\d\n",
        "own_node.py": r"^placeholder .*\nA +4 of 4 .* right\n",
        "plotting.py": r"boston\.html: \d+ KB",
        "resuming.py": "the same bits as without a stop: True",
        "xor_by_hand.py": r"0 xor 1 = 1: 0\.9"}


def run(name, folder, backend):
    environment = dict(os.environ, PYTHONPATH=ROOT, PYGRAPHNN_BACKEND=backend, PYTHONIOENCODING="utf-8")
    done = subprocess.run([sys.executable, "-m", "examples." + name[:-3]], cwd=str(folder), env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode("utf-8")


@pytest.mark.long
@pytest.mark.parametrize("name", PROGRAMS)
def test_it_runs_and_prints_the_same_in_each_backend(tmp_path, name):
    printed = [run(name, tmp_path, backend) for backend in BACKENDS]
    assert re.search(SAYS[name], printed[0]), printed[0]
    assert printed[1:] in ([], [printed[0]])


def test_each_fits_on_a_page():
    for name in PROGRAMS:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            assert len(file.readlines()) < 60, name


def test_the_notebook_runs_from_top_to_bottom(backend, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with open(os.path.join(FOLDER, "lesson.ipynb"), encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in cells)
    names = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    assert names["cost"].value < names["before"] and 10.0 > names["losses"][-1] < names["losses"][0]
    assert "FORWARD" in capsys.readouterr().out
