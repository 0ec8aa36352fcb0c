"""Whole trainings in C beside the same trainings elsewhere, in one run:

    python benchmarks/run.py                        everything, some ten minutes; also writes benchmarks.svg
    python benchmarks/run.py --quick                fewer epochs, rounds and peers: about a minute
    python benchmarks/run.py --jobs lesson,digits   only these

First all peers train for a while from the same weights with the same rows, and must come to the same loss. Then they
are timed, each in a process of its own, on one thread. Machines are shared and noisy: the peers take turns within a
round, a ratio is that of two times of one round, and the median over the rounds counts. What is not installed is
named. `jobs.py` has what is measured, `picture.py` draws the bars.
"""
import argparse
import importlib.util
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import jobs                                                                                 # noqa: E402
from picture import draw                                                                    # noqa: E402

ONE_THREAD = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1", "JAX_PLATFORMS": "cpu",
}
MEMORY_AS_ASKED_FOR = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}     # none is kept back
SAME = 1e-9                 # relative: how far the losses may differ
SAME_BITS = ("c", "pure", "nodes", "lists", "hand")
OWN_ROWS = ("sklearn-fit",)         # draws rows of its own: only the size of its loss can be compared

# name: (title, epochs in the check, {peer: (epochs, with --quick)}, {peer: how many times ours it must take}). Without
# epochs, a peer does not take part.
COMPARED = {
    "lesson": ("The lesson: 13-10-1, sigmoid, batch 16", 4, {
        "c": (5000, 2000), "pure": (5000, 2000), "nodes": (300, 50), "lists": (100, 10), "lesson-pandas": (100, 20),
        "lesson-array": (200, 50), "numpy": (400, 100), "torch": (300, 50), "jax": (2000, 400),
        "sklearn-steps": (50, 10), "sklearn-fit": (300, 50), "micrograd": (3, 1), "hand": (5000, 2000),
    }, {"lesson-pandas": 200.0, "torch": 200.0, "jax": 25.0, "numpy": 30.0, "hand": 1 / 1.3}),
    "adam": ("Adam on the lesson's network: 13-10-1, sigmoid, batch 16", 4, {
        "c": (5000, 2000), "lists": (50, 5), "torch": (300, 50), "jax": (2000, 400),
    }, {"torch": 1.0, "jax": 1.0}),
    "digits": ("Digits: 64-128-10, sigmoid, batch 64", 4, {
        "c": (400, 60), "pure": (400, 60), "nodes": (200, 30), "lists": (1, 1), "numpy": (200, 30), "torch": (200, 30),
        "jax": (200, 30), "sklearn-steps": (60, 0), "sklearn-fit": (100, 0),
    }, {"torch": 2.0, "numpy": 2.0}),
    "classes": ("Digits, classes: 64-128-10, ReLU, softmax cross entropy, Adam, batch 64", 4, {
        "c": (400, 60), "lists": (1, 1), "torch": (200, 30), "jax": (200, 30),
    }, {"torch": 3.0, "jax": 1.0}),
    "large": ("Large: 784-512-256-10, sigmoid, batch 128, random data", 25, {
        "c": (24, 4), "pure": (24, 4), "nodes": (24, 4), "numpy": (24, 4), "torch": (24, 4), "jax": (24, 4),
        "sklearn-steps": (24, 0), "sklearn-fit": (24, 0),
    }, {"torch": 1.0}),
}
JOBS = list(COMPARED) + ["command-line", "growth", "threads", "optimizers"]
WHOLE_JOB = {"lesson": 5000, "adam": 5000}        # epochs: what the times of those that run fewer are scaled to
QUICK_CHECK = {"large": 2, "digits": 1, "classes": 1}
GROWTH_OPERATIONS = 5       # products of batch × width × width a step: 2 forward, 2 for weights, 1 for the sigmoid


def main():
    options = argparse.ArgumentParser(description="Whole trainings, here and elsewhere.")
    options.add_argument("--quick", action="store_true", help="fewer epochs, rounds and peers, smaller networks")
    options.add_argument("--jobs", default=",".join(JOBS), help="some of %s (default: all)" % ",".join(JOBS))
    options.add_argument("--rounds", type=int, help="how often everything is run (default: 5, with --quick 2)")
    options.add_argument("--svg", default="benchmarks.svg", metavar="FILE", help="the picture (default: %(default)s)")
    options.add_argument("--child", nargs=4, metavar=("JOB", "PEER", "EPOCHS", "FILE"), help=argparse.SUPPRESS)
    options = options.parse_args()
    if options.child:
        print(json.dumps(child(*options.child)))
        return 0
    wanted = options.jobs.split(",")
    for name in wanted:
        if name not in JOBS:
            sys.exit("there is no job %r: there are %s" % (name, ", ".join(JOBS)))
    reason = jobs.pg.available_backends()["c"]
    if reason is not None:
        sys.exit("the C backend is what is measured here, and it cannot be used: %s" % reason)

    run = Run(options.quick, options.rounds or (2 if options.quick else 5))
    print("Python %s, %s, %d processors; medians of %d rounds; one thread" %
          (platform.python_version(), processor(), os.cpu_count(), run.rounds))
    if run.missing:
        print("not installed: %s" % ", ".join(run.missing))
    with tempfile.TemporaryDirectory() as run.folder:
        chosen = [name for name in COMPARED if name in wanted]
        same = [run.check(name) for name in chosen]
        if not all(same):
            return 1
        for name in chosen:
            run.compare(name)
        for name in JOBS[len(COMPARED):]:
            if name in wanted:
                same.append(getattr(run, name.replace("-", "_"))())
    draw(options.svg, "pygraphnn's trainings in C beside the same elsewhere: shorter is faster", run.panels)
    print("\n%d of %d goals reached. Picture: %s" % (sum(run.goals), len(run.goals), options.svg))
    return 0 if all(same) else 1


def child(job, peer, epochs, path):
    """Runs one job in one way, in this process. Returns what is printed as one line."""
    epochs = int(epochs)
    if job == "command-line":
        return jobs.command_line(epochs)
    problem = jobs.Problem(job, path)
    if job.startswith("growth"):
        return jobs.growth(problem, epochs)
    if job == "threads":
        return jobs.threads(problem, epochs, int(peer))
    seconds, loss = jobs.PEERS[peer][2](problem, epochs)
    return {"seconds": seconds, "steps": epochs * problem.steps_per_epoch, "loss": loss}


def processor():
    """Its name, where the system tells."""
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


class Run:
    """One run of the benchmarks: measures, prints, and collects goals and panels of the picture."""

    def __init__(self, quick, rounds):
        self.quick = quick
        self.rounds = rounds
        self.goals = []             # True where reached
        self.panels = []
        self.folder = None          # of the problems' files
        self.missing, self.absent = [], set()
        for peer, (title, modules, _) in jobs.PEERS.items():
            lacking = [module for module in modules if importlib.util.find_spec(module) is None]
            if peer == "hand" and not shutil.which(shlex.split(os.environ.get("CC", "cc"))[0]):
                lacking = ["a C compiler"]
            if lacking:
                self.absent.add(peer)
                self.missing.append("%s (%s)" % (title, ", ".join(lacking)))

    def child(self, job, peer, epochs, **variables):
        """What a process of its own finds out about it."""
        path = os.path.join(self.folder, job)
        if job in jobs.NETWORKS and not os.path.exists(path):
            jobs.write_problem(job, path)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYGRAPHNN_")}
        environment.update(ONE_THREAD, **variables)
        process = subprocess.run([sys.executable, os.path.abspath(__file__), "--child", job, peer, str(epochs), path],
                                 env=environment, capture_output=True)
        if process.returncode:
            sys.exit("%s, %s failed:\n%s" % (job, peer, process.stderr.decode()))
        return json.loads(process.stdout.decode().splitlines()[-1])

    def peers(self, name):
        epochs = COMPARED[name][2]
        return [peer for peer in epochs if peer not in self.absent and epochs[peer][self.quick]]

    def check(self, name):
        """Whether all peers come to the same loss."""
        title, epochs, _, _ = COMPARED[name]
        epochs = QUICK_CHECK.get(name, epochs) if self.quick else epochs
        found = {peer: self.child(name, peer, epochs) for peer in self.peers(name)}
        ours = found["c"]["loss"]
        print("\n%s: the mean loss of epoch %d, after %d steps, is %r" % (title, epochs, found["c"]["steps"], ours))
        same = True
        for peer, result in found.items():
            loss = result["loss"]
            if peer in SAME_BITS:
                good, words = loss == ours, "the same bits" if loss == ours else "OTHER BITS: %r" % loss
            elif peer in OWN_ROWS:
                good, words = 0.5 < loss / ours < 2.0, "%.6g with rows of its own" % loss
            else:
                difference = abs(loss / ours - 1.0)
                good, words = difference <= SAME, "%.0e from it" % difference
            print("  %-36s %s%s" % (jobs.PEERS[peer][0], words, "" if good else ": NOT THE SAME"))
            same = same and good
        return same

    def in_turn(self, ways):
        """{way: its results}, one of each round. ways: {way: a function}"""
        found = {way: [] for way in ways}
        for _ in range(self.rounds):
            for way, function in ways.items():
                found[way].append(function())
        return found

    def compare(self, name):
        """The table of one job."""
        title, _, epochs, goals = COMPARED[name]
        found = self.in_turn({peer: lambda peer=peer: self.child(name, peer, epochs[peer][self.quick])
                              for peer in self.peers(name)})
        steps = {peer: [result["seconds"] / result["steps"] for result in results] for peer, results in found.items()}
        whole = WHOLE_JOB.get(name)
        per_epoch = found["c"][0]["steps"] // epochs["c"][self.quick]
        print("\n%s%s" % (title, ", %d epochs of %d steps" % (whole, per_epoch) if whole else ""))
        print("  %-36s %10s %10s   %s" % ("", "a step", "%d epochs" % whole if whole else "",
                                          "times ours (lowest … highest)"))
        bars = []
        for peer, times in steps.items():
            time = statistics.median(times)
            ratios = [other / own for other, own in zip(times, steps["c"])]
            ratio = statistics.median(ratios)
            line = "  %-36s %10s %10s" % (jobs.PEERS[peer][0], duration(time),
                                          duration(time * per_epoch * whole) if whole else "")
            if peer != "c":
                line += "   %7s (%s … %s)" % (times_ours(ratio), times_ours(min(ratios)), times_ours(max(ratios)))
            if peer in goals:
                line = "%-90s goal ≥ %s: %s" % (line, times_ours(goals[peer]), self.goal(ratio >= goals[peer]))
            print(line)
            bars.append((jobs.PEERS[peer][0], time, "%s%s" % (duration(time), "" if peer == "c" else
                                                              ", %s × ours" % times_ours(ratio)), peer == "c"))
        scale = "seconds a step, on a logarithmic scale; blue: ours"
        self.panels.append((title, scale, duration, sorted(bars, key=lambda bar: bar[1])))

    def goal(self, is_reached):
        self.goals.append(is_reached)
        return "reached" if is_reached else "NOT reached"

    def command_line(self):
        epochs = 1000 if self.quick else 5000
        found = self.in_turn({"c": lambda: self.child("command-line", "c", epochs)})["c"]
        above = [result["seconds"] for result in found]
        seconds = statistics.median(above)
        print("\npython -m pygraphnn train boston --backend c --epochs %d, start to end" % epochs)
        print("  the training itself %s, everything else %s (%s … %s)   goal ≤ 0.25 s: %s"
              % (duration(statistics.median(result["training"] for result in found)), duration(seconds),
                 duration(min(above)), duration(max(above)), self.goal(seconds <= 0.25)))
        return True

    def growth(self):
        """Time and memory of square networks."""
        widths = [width for width in jobs.WIDTHS if width <= (256 if self.quick else 2048)]

        def job(width):
            operations = GROWTH_OPERATIONS * jobs.GROWTH_BATCH * width * width
            epochs = max(12, min(20000, int((4e8 if self.quick else 4e9) / operations)))
            result = self.child("growth %d" % width, "c", epochs)
            return result["seconds"] / result["steps"] / operations

        def held(width):
            return self.child("growth %d" % width, "c", 3, **MEMORY_AS_ASKED_FOR)["held"]

        found = self.in_turn({width: lambda width=width: job(width) for width in widths})
        memory = self.in_turn({width: lambda width=width: held(width) for width in widths})
        print("\nGrowth: width-width-width, batch %d" % jobs.GROWTH_BATCH)
        print("  %5s %20s %22s   %s" % ("width", "a multiply-add", "the training holds",
                                      "2 × 8 bytes × parameters + batch, and held ÷ that"))
        bars, times, shares = [], {}, {}
        for width, results in found.items():
            times[width] = statistics.median(results)
            line = "  %5d %17.3f ns" % (width, 1e9 * times[width])
            if memory[width][0] is not None:
                bytes_held = statistics.median(memory[width])
                parameters = 16 * jobs.parameter_count((width, width, width))
                # of five nodes (inputs, labels, two products, the sigmoid) values and gradients; and the data itself
                batch = 8 * jobs.GROWTH_BATCH * width * (5 + 5 + 2)
                shares[width] = bytes_held / (parameters + batch)
                line += " %19.2f MB   %10.2f + %.2f MB %9.2f" % (bytes_held / 1e6, parameters / 1e6, batch / 1e6,
                                                                     shares[width])
            print(line)
            bars.append(("width %d" % width, times[width], "%.3f ns" % (1e9 * times[width]), True))
        wide = [times[width] for width in widths if width > 64]
        spread = max(wide) / min(wide)
        print("  above width 64, slowest ÷ fastest: %.2f   goal ≤ 2: %s" % (spread, self.goal(spread <= 2.0)))
        large = {width: share for width, share in shares.items() if width >= 512}
        if large:
            most = max(large.values())
            print("  memory from width 512 on, where a page does not count: at most %.4f of what is allowed   "
                  "goal ≤ 1: %s" % (most, self.goal(most <= 1.0)))
        elif not shares:
            print("  memory: not measured, there is no /proc of Linux here")
        self.panels.append(("Growth: width-width-width, batch %d" % jobs.GROWTH_BATCH,
                            "seconds a multiply-add, on a logarithmic scale", duration, bars))
        return True

    def threads(self):
        """Whether two threads are faster, and compute the same."""
        epochs = 5 if self.quick else 40
        found = self.in_turn({n: lambda n=n: self.child("threads", str(n), epochs) for n in (1, 2)})
        one, two = [[result["seconds"] / result["steps"] for result in found[n]] for n in (1, 2)]
        ratio = statistics.median(a / b for a, b in zip(one, two))
        same = len({result["fingerprint"] for results in found.values() for result in results}) == 1
        print("\nThreads: 1024-1024-1024, sigmoid, batch 256")
        print("  one: %s a step; two: %s; one ÷ two: %.2f (%.2f … %.2f)   goal ≥ 1.6: %s"
              % (duration(statistics.median(one)), duration(statistics.median(two)), ratio,
                 min(a / b for a, b in zip(one, two)), max(a / b for a, b in zip(one, two)), self.goal(ratio >= 1.6)))
        print("  all losses and parameters: %s" % ("the same bits" if same else "OTHER BITS"))
        self.panels.append(("Threads: 1024-1024-1024, batch 256", "seconds a step, on a logarithmic scale", duration,
                            [("%s of ours" % word, statistics.median(times), duration(statistics.median(times)), True)
                             for word, times in (("one thread", one), ("two threads", two))]))
        return same

    def optimizers(self):
        """What a step by Adam takes beside one of gradient descent."""
        epochs = 1000 if self.quick else 5000
        found = self.in_turn({name: lambda name=name: self.child(name, "c", epochs) for name in ("lesson", "adam")})
        ratios = [adam["seconds"] / plain["seconds"] for plain, adam in zip(found["lesson"], found["adam"])]
        ratio = statistics.median(ratios)
        print("\nOptimizers: 13-10-1, batch 16, in C: a step by Adam ÷ one by gradient descent: %.2f (%.2f … %.2f)   "
              "goal ≤ 2: %s" % (ratio, min(ratios), max(ratios), self.goal(ratio <= 2.0)))
        return True


def duration(seconds):
    """In a unit that suits it, with three digits."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs"), (1e9, "ns"), (1e12, "ps")):
        if seconds * factor >= 0.9995 or unit == "ps":
            return "%s %s" % (three_digits(seconds * factor), unit)


def times_ours(ratio):
    return three_digits(ratio)


def three_digits(x):
    return "%.0f" % x if x >= 99.95 else "%.3g" % x


if __name__ == "__main__":
    sys.exit(main())
