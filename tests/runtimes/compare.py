"""Runs `program.py` in several Pythons and compares every bit that they print with what this CPython prints.

    python tests/runtimes/compare.py NAME=COMMAND …

COMMAND is how a runtime is called; the path of the program is added to its end. For example

    python tests/runtimes/compare.py 3.8=python3.8 pypy=pypy3 \\
        "micropython=node tests/runtimes/run_in_micropython.mjs FOLDER_WITH_NODE_MODULES ."

What needs no `exp` must be equal to the last bit. The C libraries' `exp` may differ in the last place, and what is
computed with it may then differ too. That this is all that differs is checked exactly: the other runtime's own eˣ are
handed to this CPython's loops, one after the other, and these must then ask for the same x and reach the same bits.

The last line counts the checks: `N passed, N failed`. The exit code is 1 if one failed.
"""
import math
import os
import shlex
import struct
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
PROGRAM = os.path.join(FOLDER, "program.py")
sys.path[:0] = [ROOT, FOLDER]

import program  # noqa: E402 - found through the path above

FARTHEST_LOSS = 1e-9        # relative: a single last place in exp cannot move these short trainings farther
LONGEST_RUN = 300           # seconds


def main(arguments: list) -> int:
    if not arguments or not all("=" in argument for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    own = Output(run([sys.executable]))
    checks = []
    for argument in arguments:
        name, command = argument.split("=", 1)
        try:
            other = Output(run(shlex.split(command)))
        except (OSError, ValueError, subprocess.SubprocessError) as problem:
            checks.append(report(name, "runs the program", str(problem)))
            continue
        checks.append(report(name, "%d lines without exp are equal" % len(own.exact), different_line(own, other)))
        checks.append(report(name, how_many_exps_differ(other), worse_than_the_last_place(other)))
        checks.append(report(name, "with its eˣ, the loops here reach its bits", different_when_replayed(other)))
        checks.append(report(name, how_far(own, other), too_far(own, other)))
        for x, e in different_exps(other)[:3]:
            print("       exp(%r) is %r there, %r here" % (x, e, math.exp(x)))
    print("%d passed, %d failed" % (checks.count(True), checks.count(False)))
    return 0 if all(checks) else 1


def report(runtime: str, what: str, failure: str) -> bool:
    print("%s  %s: %s" % ("FAIL" if failure else "ok  ", runtime, what))
    if failure:
        print("       " + failure)
    return not failure


def run(command: list) -> str:
    """What the program prints under a runtime. ValueError: it failed."""
    environment = dict(os.environ, PYTHONPATH=ROOT, PYTHONIOENCODING="utf-8")
    environment.pop("PYGRAPHNN_BACKEND", None)      # the reference only: the C backend has a test of its own
    process = subprocess.run(command + [PROGRAM], env=environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             timeout=LONGEST_RUN)
    if process.returncode != 0:
        raise ValueError("exit code %d: %s" % (process.returncode, process.stderr.decode("utf-8", "replace")[-2000:]))
    return process.stdout.decode("utf-8")


class Output:
    """What a runtime printed: its lines without exp, its lines that need exp, and its pairs (x, eˣ).

    ValueError: it is not what the program prints.
    """

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        self.exact = [line for line in lines if line.startswith("exact:")]
        self.sigmoid = [line for line in lines if line.startswith("sigmoid:")]
        self.exps = [tuple(map(number, line.split()[1:])) for line in lines if line.startswith("exp ")]
        if not self.exact or not self.sigmoid or not self.exps:
            raise ValueError("it printed %d lines, but not those of the program" % len(lines))
        if len(self.exact) + len(self.sigmoid) + len(self.exps) != len(lines):
            raise ValueError("it printed other lines than those of the program")
        if not all(x < 700.0 for x, _ in self.exps):
            raise ValueError("it computed exp(%r)" % max(x for x, _ in self.exps))

    def losses(self) -> list:
        return [number(digits) for line in self.sigmoid if "losses" in line.split()[0] for digits in line.split()[1:]]


def number(digits: str) -> float:
    return struct.unpack(">d", bytes.fromhex(digits))[0]


def places_apart(a: float, b: float) -> int:
    """How many units in the last place lie between two positive doubles: their bits, read as integers, count them."""
    return abs(int(program.bits(a), 16) - int(program.bits(b), 16))


# The checks: each returns the reason why it failed, or ""


def different_line(own: Output, other: Output) -> str:
    return first_difference(other.exact, own.exact)


def worse_than_the_last_place(other: Output) -> str:
    for x, e in other.exps:
        if not e >= 0.0 or places_apart(e, math.exp(x)) > 1:
            return "exp(%r) is %r there, %r here" % (x, e, math.exp(x))
    return ""


def different_when_replayed(other: Output) -> str:
    pairs = iter(other.exps)

    def its_exp(x: float) -> float:
        its_x, e = next(pairs, (None, None))
        if its_x is None or program.bits(its_x) != program.bits(x):
            raise ValueError("the loops here ask for exp(%r), there it was exp(%r)" % (x, its_x))
        return e

    try:
        lines = program.needing_exp(its_exp)
    except ValueError as problem:
        return str(problem)
    if next(pairs, None) is not None:
        return "it called exp more often than the loops here"
    return first_difference(other.sigmoid, lines)


def too_far(own: Output, other: Output) -> str:
    if len(own.losses()) != len(other.losses()):
        return "it has %d losses, here are %d" % (len(other.losses()), len(own.losses()))
    for a, b in zip(own.losses(), other.losses()):
        if not abs(a - b) <= FARTHEST_LOSS * a:
            return "the loss is %r there, %r here" % (b, a)
    return ""


# What is told besides


def first_difference(there: list, here: list) -> str:
    for a, b in zip(there, here):
        if a != b:
            for word_there, word_here in zip(a.split(), b.split()):
                if word_there != word_here:
                    return "%s: %s there, %s here" % (b.split()[0], word_there, word_here)
            return "%s: it has another length" % b.split()[0]
    return "" if len(there) == len(here) else "there are %d lines there, %d here" % (len(there), len(here))


def different_exps(other: Output) -> list:
    return [(x, e) for x, e in other.exps if e != math.exp(x)]


def how_many_exps_differ(other: Output) -> str:
    differing = len(different_exps(other))
    if not differing:
        return "all %d eˣ are equal" % len(other.exps)
    return "%d of %d eˣ differ, by one unit in the last place" % (differing, len(other.exps))


def how_far(own: Output, other: Output) -> str:
    apart = [places_apart(a, b) for a, b in zip(own.losses(), other.losses())]
    differing = len([places for places in apart if places])
    if not differing:
        return "all %d losses of the sigmoid networks are equal" % len(apart)
    return "%d of %d losses of the sigmoid networks differ, by at most %d units in the last place" % (
        differing, len(apart), max(apart))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
