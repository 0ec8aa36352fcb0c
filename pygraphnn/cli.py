"""The command line: `python -m pygraphnn train boston` trains the lesson's network and prints what the lesson prints.

It reads the arguments, builds the network and reports; the work is done by `data.py` and `training.py`. Whatever is
wrong with the input ends in one line on stderr and exit code 2, an interruption in exit code 130.
"""
import argparse
import csv
import json
import math
import os
import sys
import time

from . import values
from .building import builder
from .data import Dataset, dataset_names, load_csv, load_dataset
from .graph import topological_sort_feed_dict, trainables
from .lists import draw_rows
from .nodes import MSE, Linear, Placeholder, Sigmoid
from .ops import active_backend, available_backends, use
from .progress import Bar
from .rng import SplitMix64, randn, zeros
from .training import Diverged, Job, constant_columns, predict, split, standardize, steps_per_epoch

EPOCHS_BETWEEN_LINES = 100
TEST_LOSSES_IN_REPORT = 200


def main(arguments=None) -> int:
    """Runs one command; returns the exit code."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")       # names in a user's file may not fit the terminal
    try:
        try:
            options = _parser().parse_args(arguments)
            return options.command(options)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:                                     # the reader, `head` for example, has seen enough
        _abandon_stdout()
        return 1
    except (ValueError, OSError, Diverged, MemoryError) as problem:
        _complain(str(problem) or "there is not enough memory")
        if isinstance(problem, OSError):
            _abandon_stdout()
        return 2
    except KeyboardInterrupt:
        _complain("interrupted")
        return 130


def _complain(message: str) -> None:
    """One line on stderr, if there is one."""
    if sys.stderr is not None:
        print("pygraphnn: %s" % message.replace("\n", "\\n"), file=sys.stderr)


def _abandon_stdout() -> None:
    """What could not be written is dropped, so that the interpreter does not try again, and complain, at its end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        """One line, without the usage that argparse would put in front of it."""
        _complain("%s (see python -m pygraphnn --help)" % message)
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m pygraphnn", allow_abbrev=False,
                     description="A neural network that learns to predict a number, in plain Python.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    train = commands.add_parser(
        "train", allow_abbrev=False, help="train a network on a data set and print its loss",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Trains a network with one hidden layer to predict one column of a table from the others, and\n"
                    "prints the loss, the mean square error of the predictions, every %d epochs: it should fall."
                    % EPOCHS_BETWEEN_LINES,
        epilog="Data sets that come with the package: %s.\n\nExamples:\n"
               "  python -m pygraphnn train boston\n"
               "  python -m pygraphnn train boston --features RM,LSTAT --epochs 500\n"
               "  python -m pygraphnn train boston --test-fraction 0.2 --report boston.html\n"
               "  python -m pygraphnn train houses.csv --target price" % ", ".join(dataset_names()))
    train.add_argument("dataset", metavar="DATASET|FILE.csv",
                       help="the name of a data set, or a CSV file with a header row")
    train.add_argument("--target", metavar="COLUMN", help="the column to predict (default: the last one)")
    train.add_argument("--features", metavar="A,B",
                       help="the columns to predict it from (default: all the others)")
    train.add_argument("--drop-constant", action="store_true",
                       help="leave out columns that hold one number only, which cannot be standardised")
    train.add_argument("--hidden", type=int, default=10, metavar="N", help="nodes in the hidden layer (default: 10)")
    train.add_argument("--epochs", type=int, default=5000, metavar="N",
                       help="how often to go through as many rows as there are (default: 5000)")
    train.add_argument("--batch-size", type=int, default=16, metavar="N",
                       help="rows drawn for each step (default: 16)")
    train.add_argument("--learning-rate", type=float, default=0.01, metavar="RATE",
                       help="how far a step goes along the gradient (default: 0.01)")
    train.add_argument("--test-fraction", type=float, default=0.0, metavar="SHARE",
                       help="hold out this share of the rows and show the loss on them too, for example 0.2")
    train.add_argument("--seed", type=int, default=0, metavar="N",
                       help="start of the random numbers; the same seed gives the same result (default: 0)")
    train.add_argument("--backend", metavar="python|c", help="what does the arithmetic; the result is the same")
    train.add_argument("--explain", action="store_true",
                       help="print the first step with its formulas and numbers, then train (--epochs 0: only print)")
    train.add_argument("--json", action="store_true", help="print one JSON object instead of lines to read")
    train.add_argument("--report", metavar="FILE.html",
                       help="write a page to look at: losses, predictions, the graph, one step, the surface; also "
                            "after Ctrl-C, or when the loss became infinite")
    train.set_defaults(command=_train)

    backends = commands.add_parser("backends", allow_abbrev=False,
                                   help="show what can do the arithmetic on this machine",
                                   description="Shows what can do the arithmetic on this machine, and which is in use.")
    backends.set_defaults(command=_backends)

    build = commands.add_parser("build", allow_abbrev=False, help="compile the C backend, for speed",
                                description="Compiles the C backend, which gives the same results, but faster. It "
                                            "needs cffi and a C compiler, which can be named in the variable CC.")
    build.set_defaults(command=_build)
    return parser


def _backends(options: argparse.Namespace) -> int:
    for backend, reason in available_backends().items():
        state = "can be used" if reason is None else reason
        print("%-7s %s%s" % (backend, state, " (in use)" if backend == active_backend() else ""))
    return 0


def _build(options: argparse.Namespace) -> int:
    try:
        module = builder().build(os.path.dirname(os.path.abspath(__file__)))
    except KeyboardInterrupt:
        _complain("interrupted, nothing was changed")
        return 130
    except OSError as problem:      # after the line that says what is wrong, what the compiler printed may follow
        print("pygraphnn: %s" % problem, file=sys.stderr)
        return 2
    print("built %s" % module)
    return 0


def _train(options: argparse.Namespace) -> int:
    if options.explain and options.json:
        raise ValueError("--explain prints lines to read, and --json prints none: choose one of them")
    if options.backend:
        use(options.backend)
    if options.report is not None:              # before the training, not after it
        from .looking.files import require_writable         # here and below: most commands look at nothing
        require_writable(options.report, ".html")
    dataset = _load(options)
    train_rows, test_rows = split(len(dataset.data), options.test_fraction, options.seed)
    dataset = _without_constant_columns(dataset, train_rows, options.drop_constant)
    X, y, loss = build_network(len(dataset.feature_names), options.hidden, options.seed)
    data = {X: standardize(dataset.data, like=_take(dataset.data, train_rows), names=dataset.feature_names),
            y: dataset.target}
    graph = topological_sort_feed_dict(data)
    test_data = {node: _take(rows, test_rows) for node, rows in data.items()}

    train_data = {node: _take(rows, train_rows) for node, rows in data.items()}

    bar = Bar(range(options.epochs)) if sys.stderr is not None and sys.stderr.isatty() else None
    is_watched = bool(test_rows or options.report)      # after each epoch; a report may follow a Ctrl-C
    job = Job(graph, train_data, trainables(graph), options.batch_size, options.learning_rate)
    epochs = job.epochs(options.epochs, options.seed, bar and (lambda epochs: bar), is_watched=is_watched)

    def report(mean: float) -> str:
        """The loss, and the one on the held-out rows if there are any."""
        return "Loss: %.3f" % mean + (", Held-out loss: %.3f" % predict(loss, test_data) if test_rows else "")

    losses, test_losses = [], {}
    seconds = None                              # not known before the training has ended

    def write_page(seconds: float) -> None:
        from .looking.report import write_report
        write_report(options.report, graph, data, trainables(graph), losses, batch_size=options.batch_size,
                     learning_rate=options.learning_rate, seed=options.seed, seconds=seconds, dataset=dataset,
                     test_rows=test_rows, test_losses=test_losses)
        if not options.json:
            print("report: %s" % options.report)

    try:
        if not options.json:
            print(_headline(dataset, options), flush=True)
        if options.explain:
            print("\n" + _first_step(graph, train_data, options), flush=True)
        start = time.perf_counter()
        for mean in epochs:
            losses.append(mean)
            if options.report and test_rows and _is_in_report(len(losses), options.epochs):
                test_losses[len(losses)] = predict(loss, test_data)
            if not options.json and len(losses) % EPOCHS_BETWEEN_LINES == 1:
                if bar:
                    bar.clear()
                print("Epoch: %d, %s" % (len(losses), report(mean)), flush=True)
        seconds = time.perf_counter() - start
        steps_per_second = len(losses) * steps_per_epoch(len(train_rows), options.batch_size) / seconds
        if options.json:
            result = {"dataset": dataset.name, "rows": len(dataset.data), "features": dataset.feature_names,
                      "backend": active_backend(), "epochs": options.epochs, "batch_size": options.batch_size,
                      "learning_rate": options.learning_rate, "seed": options.seed, "losses": losses,
                      "seconds": seconds, "steps_per_second": steps_per_second}
            if test_rows:
                test_loss = predict(loss, test_data)
                result.update(test_fraction=options.test_fraction, test_rows=len(test_rows),
                              test_loss=test_loss if math.isfinite(test_loss) else None)     # JSON has no infinity
            print(json.dumps(result))
        elif losses:
            print("%d epochs in %.1f s, %.0f steps/s. %s" % (len(losses), seconds, steps_per_second,
                                                              report(losses[-1])))
            if len(losses) > 1 and sys.stdout is not None and sys.stdout.isatty():
                from .looking.terminal import loss_curve
                print(loss_curve(losses, sys.stdout))
        if options.report is not None:
            write_page(seconds)
    except (Diverged, KeyboardInterrupt) as end:
        if bar:
            bar.close()
        if options.report is not None and losses and seconds is None:
            write_page(time.perf_counter() - start)     # what has been learnt until then is worth a look, too
        if isinstance(end, Diverged):
            raise
        _complain("interrupted after %d of %d epochs%s" % (len(losses), options.epochs,
                                                           ", loss %.3f" % losses[-1] if losses else ""))
        return 130
    finally:
        epochs.close()
    return 0


def _first_step(graph: list, data: dict, options: argparse.Namespace) -> str:
    """The step that the training takes first, with the rows that it draws for it, as text."""
    from .looking.explaining import explain
    rows = draw_rows(SplitMix64(options.seed), len(next(iter(data.values()))), options.batch_size)
    for node, whole in data.items():
        node.value = _take(whole, rows)
    return explain(graph, options.learning_rate)


def _is_in_report(epoch: int, epochs: int) -> bool:
    """Whether a report shows the held-out loss after this epoch: after some of them, evenly spread, and the last."""
    return epoch == epochs or (epoch - 1) % (epochs // TEST_LOSSES_IN_REPORT + 1) == 0


def _headline(dataset: Dataset, options: argparse.Namespace) -> str:
    features = len(dataset.feature_names)
    return ("%s: %d rows, %d features, target %s\n"
            "network %d-%d-1, batch size %d, learning rate %g, seed %d, backend %s"
            % (dataset.name, len(dataset.data), features, dataset.target_name, features, options.hidden,
               options.batch_size, options.learning_rate, options.seed, active_backend()))


def _load(options: argparse.Namespace) -> Dataset:
    """The data set of that name, or else the file."""
    features = None
    if options.features is not None:            # read as a line of a CSV file: a quoted name may have a comma in it
        features = [name.strip() for name in next(csv.reader([options.features], skipinitialspace=True), [""])]
    name = options.dataset
    is_file = name.lower().endswith(".csv") or os.path.basename(name) != name or os.path.exists(name)
    load = load_csv if is_file and name not in dataset_names() else load_dataset
    return load(name, target=options.target, features=features)


def _without_constant_columns(dataset: Dataset, rows: list, drop: bool) -> Dataset:
    """The data set without the columns that are constant in those rows; a ValueError unless drop is true."""
    constant = [dataset.feature_names[column] for column in constant_columns(_take(dataset.data, rows))]
    if constant and not drop:
        raise ValueError("%s: no standard deviation in the constant %s %s: choose others with --features, or add "
                         "--drop-constant" % (dataset.name, "columns" if len(constant) > 1 else "column",
                                              ", ".join(constant)))
    return dataset.select([name for name in dataset.feature_names if name not in constant])


def _take(items: list, rows: list) -> list:
    return [items[row] for row in rows]


def build_network(features: int, hidden: int, seed: int) -> tuple:
    """The lesson's network with drawn weights, features-hidden-1, a sigmoid after the hidden layer: (X, y, loss)."""
    X, y = Placeholder("X"), Placeholder("y")
    W1, b1, W2, b2 = [Placeholder(name, is_trainable=True) for name in ("W1", "b1", "W2", "b2")]
    hidden = values.whole_number(hidden, "hidden", 1)
    W1.value, b1.value = randn(features, hidden, seed), zeros(hidden)
    W2.value, b2.value = randn(hidden, 1, seed + 1), zeros(1)
    prediction = Linear(Sigmoid(Linear(X, W1, b1, "l1"), "s1"), W2, b2, "l2")
    return X, y, MSE(y, prediction, "cost")
