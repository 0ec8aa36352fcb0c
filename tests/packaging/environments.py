"""Virtual environments, and wheels made in them, for the tests of what is installed."""
import os
import shutil
import subprocess
import sys

from networks import ROOT

OFFLINE = {"PIP_NO_INDEX": "1", "http_proxy": "http://localhost:9", "https_proxy": "http://localhost:9"}


def run(*command, ok=True, cwd="/", **environment):
    """What a command printed. It must succeed or, if not ok, fail."""
    done = subprocess.run([str(word) for word in command], cwd=str(cwd), env=dict(os.environ, **environment),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True)
    assert (done.returncode == 0) is ok, "%s\n%s\nexit code %d" % (command, done.stdout, done.returncode)
    return done.stdout


class Environment:
    """A fresh virtual environment."""

    def __init__(self, folder, python=sys.executable):
        run(python, "-m", "venv", "--without-pip", folder)         # which this one's pip takes the place of: see below
        self.folder, self.bin = folder, os.path.join(str(folder), "bin")
        run(os.path.join(self.bin, "python"), "-c", "import importlib.util as u; assert not u.find_spec('numpy')")

    def python(self, *arguments, **options):
        return run(os.path.join(self.bin, "python"), *arguments, **options)

    def pip(self, command, *arguments, **options):
        """To unpack a pip into each environment takes longer than what is tested there."""
        return run(sys.executable, "-m", "pip", "--python", os.path.join(self.bin, "python"), command, "--quiet",
                   *arguments, **options)

    def make_wheel(self, *options, **environment):
        """The wheel of the checkout, made in this environment."""
        folder = str(self.folder) + "_wheels"
        self.pip("wheel", "--no-deps", "--wheel-dir", folder, *options, ROOT, **environment)
        name, = os.listdir(folder)
        return os.path.join(folder, name)

    def c_backend(self):
        """What the installed package says of its C backend."""
        line = self.python("-m", "pygraphnn", "backends").splitlines()[-1]
        assert line.startswith("c  ")
        return line

    def builds(self):
        """`python -m pygraphnn build` makes kernels, and they can be used."""
        printed = self.python("-m", "pygraphnn", "build")
        assert "-ffp-contract=off" in printed and "built " in printed and "_kernels." in printed.splitlines()[-1]
        assert "can be used" in self.c_backend()


def files_of_the_checkout():
    """Every file there but what running the tests leaves."""
    found = set()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ("__pycache__", ".pytest_cache", ".git", ".hypothesis")
                      and not name.endswith(".egg-info")]
        found.update(os.path.relpath(os.path.join(folder, name), ROOT) for name in names)
    return found


def of_python(version):
    """The path of a Python. It is an error if it is not there."""
    path = shutil.which("pypy3" if version == "pypy" else "python" + version)
    assert path, "there is no Python %s on this machine" % version
    return path
