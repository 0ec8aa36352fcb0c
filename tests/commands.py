"""The command line as a user runs it: in a process of its own."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMAND = [sys.executable, "-m", "pygraphnn"]


def run(*arguments, cwd=ROOT, **environment):
    """(exit code, stdout, stderr)."""
    environment = dict(dict(os.environ, PYTHONPATH=ROOT, PYTHONIOENCODING="utf-8"), **environment)
    done = subprocess.run(COMMAND + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                          stdin=subprocess.DEVNULL,
                          env=environment)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def fails(*arguments, **environment):
    """The one line on stderr of a run that must fail with exit code 2 and print nothing else."""
    code, out, err = run(*arguments, **environment)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and err.startswith("pygraphnn: ") and "Traceback" not in err
    return err
