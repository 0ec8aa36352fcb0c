"""The command line: `python -m pygraphnn train boston` trains the lesson's network and prints what the lesson prints.

It reads the arguments and the table; the training and what is told of it are in `run.py`. Whatever is wrong with the
input ends in one line on stderr and exit code 2, an interruption in exit code 130.
"""
import argparse
import os
import sys

from . import __version__, ops, values
from .building import builder, rounds_twice, why_not_in_an_archive
from .data import GENERATED, TASKS, dataset_names
from .kinds import Any, List, Optional, Sequence
from .language import counted, language_in, say, speaking, spoken, translated
from .letters import HANDLER, quoted
from .network import ACTIVATIONS
from .opening import LANGUAGES, language_of_the_environment, page_of_the_book
from .ops import active_backend, available_backends, get_threads, use
from .run import OPTIMIZERS, SAVED, Run, dataset_of
from .tables import in_one_line, shown
from .tasks import Classification, Regression, short
from .telling import EPOCHS_BETWEEN_LINES, Json, Lines, Listener, Page, Saver
from .training import Diverged


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command; returns the exit code."""
    sys.stdout, sys.stderr = [_writes_any_letter(stream) for stream in (sys.stdout, sys.stderr)]
    arguments = sys.argv[1:] if arguments is None else arguments
    with speaking(language_in(arguments)):
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        try:
            options = _parser().parse_args(arguments)
            return int(options.command(options))
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:                                     # the reader, `head` for example, has seen enough
        _abandon(sys.stdout)
        return 1
    except (ValueError, OSError, Diverged, MemoryError) as problem:
        _complain(str(problem) or "there is not enough memory")
        if isinstance(problem, OSError):
            _abandon(sys.stdout)
        return 2
    except KeyboardInterrupt:
        _complain("interrupted")
        return 130


def _complain(message: str) -> None:
    """One line on stderr, if there is one that takes it."""
    _print_to_stderr(translated(message).replace("\n", "\\n"))


def _print_to_stderr(message: str) -> None:
    try:
        if sys.stderr is not None:
            print("pygraphnn: %s" % message, file=sys.stderr, flush=True)
    except (OSError, ValueError):       # full, or closed
        _abandon(sys.stderr)


def _abandon(stream: Any) -> None:
    """What could not be written is dropped, so that the interpreter does not try again, and complain, at its end."""
    try:
        number = stream.fileno()
    except (AttributeError, OSError, ValueError):       # no file of the system, or none at all
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _writes_any_letter(stream: Any) -> Any:
    """The stream, or one to the same file, that writes what its encoding has no letter for in another way."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=HANDLER)
    elif stream in (sys.__stdout__, sys.__stderr__) and stream is not None:     # Python 3.6
        return open(stream.fileno(), "w", encoding=stream.encoding, errors=HANDLER, closefd=False,
                    buffering=1 if stream is sys.__stderr__ or stream.isatty() else -1)
    return stream


class _Parser(argparse.ArgumentParser):
    """What argparse itself says in a help is said here, in the language that is spoken."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, **options)
        self._positionals.title, self._optionals.title = say("arguments"), say("options")
        self.add_argument("-h", "--help", action="help", help=say("show this and end"))
        self.add_argument("--lang", choices=LANGUAGES, default=language_of_the_environment(),
                          help=say("English or Chinese (default: as the environment says)"))

    def format_usage(self) -> str:
        return self._in_language(super().format_usage())

    def format_help(self) -> str:
        return self._in_language(super().format_help())

    @staticmethod
    def _in_language(text: str) -> str:
        return text.replace("usage: ", say("usage: "), 1)

    def error(self, message: str) -> Any:
        """One line, without the usage that argparse would put in front of it."""
        _complain("%s (see %s --help)" % (message, _how_called()))
        sys.exit(2)


class _Version(argparse.Action):
    """Prints what a report of a fault should begin with."""

    def __call__(self, parser: argparse.ArgumentParser, *found: Any) -> None:
        ops.table.shape(0.0)            # an error, if the environment asks for a backend that cannot be used
        threads = get_threads()
        print(say("pygraphnn %s, backend %s, ") % (__version__, active_backend()) + counted(threads, "thread"))
        parser.exit()


def _how_called() -> str:
    """`pygraphnn`, where it was installed as a command and called by it."""
    name = os.path.basename(sys.argv[0]) if sys.argv else ""
    return "pygraphnn" if name in ("pygraphnn", "pygraphnn.exe") else "python -m pygraphnn"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=_how_called(), allow_abbrev=False,
                     description=say("A neural network that learns to predict a number, in plain Python."))
    parser.add_argument("--version", action=_Version, nargs=0, help=say("show the version, the backend and its "
                                                                        "threads"))
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.required = True                                    # as an argument it came with Python 3.7

    train = commands.add_parser(
        "train", allow_abbrev=False, help=say("train a network on a data set and print its loss"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=say("Trains a network to predict one column of a table from the others, a number or a class, and\n"
                    "prints the loss every %d epochs: it should fall. The loss is the mean square error of numbers,\n"
                    "the cross entropy of classes. In the end it says how good the predictions are, and on which rows.")
                    % EPOCHS_BETWEEN_LINES,
        epilog=say("Data sets that come with the package: %s;\npoints in the plane that are made up, of two classes: "
                   "%s.")
               % (", ".join(dataset_names()), ", ".join(sorted(GENERATED)))
               + "\n\n" + say("Examples:") + "\n"
               "  python -m pygraphnn train boston\n"
               "  python -m pygraphnn train boston --features RM,LSTAT --epochs 500\n"
               "  python -m pygraphnn train boston --test-fraction 0.2 --report boston.html\n"
               "  python -m pygraphnn train houses.csv --target price\n"
               "  python -m pygraphnn train houses.csv --one-hot town,heating --drop-missing\n"
               "  python -m pygraphnn train digits --hidden 64,32 --activation relu --optimizer adam --epochs 30\n"
               "  python -m pygraphnn train iris --folds 5")
    train.add_argument("dataset", metavar="DATASET|FILE.csv", nargs="?",
                       help=say("the name of a data set, or a CSV file with a header row"))
    train.add_argument("--continue", dest="go_on", metavar="MODEL.json",
                       help=say("train a saved model on, with the choices that it was trained with, for --epochs more"))
    train.add_argument("--save", metavar="MODEL.json",
                       help=say("save the model in the end; also after Ctrl-C, or when the loss became infinite"))
    _add_data_and_network(train)
    train.add_argument("--learning-rate", type=float, metavar="RATE",
                       help=say("how far a step goes (default: %s; for classes %s)")
                            % (_rates(Regression), _rates(Classification)))
    train.add_argument("--test-fraction", type=float, default=0.0, metavar="SHARE",
                       help=say("hold out this share of the rows and show the loss on them too, for example 0.2"))
    train.add_argument("--folds", type=int, metavar="K",
                       help=say("divide the rows into K parts, and train K times, each time holding out another one"))
    train.add_argument("--shards", type=int, default=1, metavar="S",
                       help=say("divide each batch into S parts, whose gradients are added in their order (default: "
                                "1)"))
    _add_workers(train)
    train.add_argument("--explain", action="store_true",
                       help=say("print the first step with its formulas and numbers, then train (--epochs 0: only "
                                "print)"))
    train.add_argument("--report", metavar="FILE.html",
                       help=say("write a page to look at: losses, predictions, the training over again, its first and "
                            "last step, the surface; also after Ctrl-C, or when the loss became infinite"))
    train.add_argument("--step-rows", type=_row_numbers, default=[], metavar="ROW[,ROW]",
                       help=say("show a step on these rows of the data, counted from 0, in the report, too"))
    train.set_defaults(command=_train, defaults=train.get_default)

    compares = commands.add_parser(
        "compare", allow_abbrev=False, help=say("compare learning rates, each with several seeds"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=say("Trains with each learning rate from several seeds, and prints how good the predictions are:\n"
                        "a rate is better than another only if their means differ by more than their seeds do."),
        epilog=say("Examples:") + "\n"
               "  python -m pygraphnn compare boston --learning-rate 0.1,0.01,0.001 --seeds 5 --workers 2")
    compares.add_argument("dataset", metavar="DATASET|FILE.csv",
                          help=say("the name of a data set, or a CSV file with a header row"))
    _add_data_and_network(compares)
    compares.add_argument("--learning-rate", dest="learning_rates", type=_numbers, metavar="RATE[,RATE]", required=True,
                          help=say("the rates to compare"))
    compares.add_argument("--seeds", type=int, default=5, metavar="N",
                          help=say("how many seeds, from --seed on (default: 5)"))
    compares.add_argument("--test-fraction", type=float, default=0.2, metavar="SHARE",
                          help=say("hold out this share of the rows, and measure on them (default: 0.2)"))
    compares.add_argument("--plot", metavar="FILE.svg", help=say("draw the losses of each rate"))
    _add_workers(compares)
    compares.set_defaults(command=_compare, folds=None, shards=1, report=None)

    predicts = commands.add_parser(
        "predict", allow_abbrev=False, help=say("predict with a saved model"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=say("Predicts with a model that `train --save` has written: for each row of a CSV file, whose "
                        "columns\n"
                    "may stand in any order, or for one row that is typed."),
        epilog=say("Examples:") + "\n"
               "  python -m pygraphnn predict boston.json new.csv --output predicted.csv\n"
               "  python -m pygraphnn predict boston.json RM=6.5 LSTAT=4.9")
    predicts.add_argument("model", metavar="MODEL.json", help=say("what `train --save` has written"))
    predicts.add_argument("rows", metavar="FILE.csv|NAME=VALUE", nargs="+",
                          help=say("a CSV file with a header row, or the features of one row"))
    predicts.add_argument("--output", metavar="FILE.csv", help=say("where to write to (default: to stdout)"))
    predicts.add_argument("--backend", metavar="python|c", help=say("what does the arithmetic; the result is the same"))
    predicts.set_defaults(command=_predict)

    exports = commands.add_parser(
        "export", allow_abbrev=False, help=say("write a saved model for another engine"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=say("Writes a model that `train --save` has written for another engine. What it is for says the "
                        "end of "
                    "the name:\n"
                    "  .onnx         ONNX Runtime: servers, phones, web pages\n"
                    "  .pt.py        PyTorch: a GPU, and training on; its weights are written beside it\n"
                    "  .safetensors  the parameters alone, for any of them\n"
                    "  .py           plain Python with lists, MicroPython too\n"
                    "  .c            C11: microcontrollers; with a program that reads CSV files"),
        epilog=say("Examples:") + "\n  python -m pygraphnn export boston.json boston.onnx")
    exports.add_argument("model", metavar="MODEL.json", help=say("what `train --save` has written"))
    exports.add_argument("file", metavar="FILE", help=say("where to write to"))
    exports.add_argument("--float32", action="store_true", help=say("single precision (.onnx and .c)"))
    exports.set_defaults(command=_export)

    book = commands.add_parser("book", allow_abbrev=False, help=say("open the book: from one weight to a classifier"),
                               description=say("Writes the book as one page that needs no network, and opens it: ten "
                                               "short "
                                           "chapters, each number in them computed by this package."))
    book.add_argument("--output", metavar="FILE.html", help=say("write it there, and open nothing"))
    book.set_defaults(command=_book)

    exercise = commands.add_parser("exercise", allow_abbrev=False, help=say("do the exercises of a chapter of the "
                                                                            "book"),
                                   description=say("Writes a file with the tasks of a chapter of the book; or, with "
                                                   "the "
                                               "name of your file, tries your answers and says what is right."))
    exercise.add_argument("chapter", metavar="CHAPTER", type=int, help=say("its number"))
    exercise.add_argument("file", metavar="FILE.py", nargs="?", help=say("your answers"))
    exercise.set_defaults(command=_exercise)

    backends = commands.add_parser("backends", allow_abbrev=False,
                                   help=say("show what can do the arithmetic on this machine"),
                                   description=say("Shows what can do the arithmetic on this machine, and which is in "
                                                   "use."))
    backends.set_defaults(command=_backends)

    build = commands.add_parser("build", allow_abbrev=False, help=say("compile the C backend, for speed"),
                                description=say("Compiles the C backend, which gives the same results, but faster. It "
                                            "needs cffi and a C compiler, which can be named in the variable CC."))
    build.set_defaults(command=_build)

    check = commands.add_parser("check", allow_abbrev=False, help=say("compare every node's gradients with slopes"),
                                description=say("Compares the gradients of every node of the package with the slopes "
                                                "of a "
                                            "loss, in each backend that can be used here. Exit code 1: one is wrong."))
    check.set_defaults(command=_check)

    pack = commands.add_parser("pack", allow_abbrev=False, help=say("write the whole package into one file"),
                               description=say("Writes the package, its data sets included, into one file: copy it to "
                                           "where nothing can be installed, and run `python pygraphnn.pyz train "
                                           "boston` there. Compiled code stays outside."))
    pack.add_argument("file", metavar="FILE", nargs="?", default="pygraphnn.pyz", help=say("default: pygraphnn.pyz"))
    pack.set_defaults(command=_pack)
    return parser


def _add_data_and_network(parser: argparse.ArgumentParser) -> None:
    """What every training takes."""
    parser.add_argument("--target", metavar="COLUMN", help=say("the column to predict (default: the last one)"))
    parser.add_argument("--features", metavar="A,B",
                        help=say("the columns to predict it from (default: all the others)"))
    parser.add_argument("--one-hot", metavar="A,B",
                        help=say("columns of text, each of which becomes a column of 0 and 1 for each of its texts"))
    parser.add_argument("--drop-missing", action="store_true", help=say("leave out the rows in which a value is "
                                                                       "missing"))
    parser.add_argument("--no-header", dest="header", action="store_false", default=None,
                        help=say("the first line has no names: the columns are called c1, c2, ..."))
    parser.add_argument("--header", dest="header", action="store_true", default=None,
                        help=say("the first line has names, though some look like numbers"))
    parser.add_argument("--decimal-comma", action="store_true", help=say("read 3,5 as a number, not 3.5"))
    parser.add_argument("--task", choices=("regression", "classification"),
                        help=say("predict a number, or tell classes apart (default: what the target holds)"))
    parser.add_argument("--hidden", type=_sizes, default=[10], metavar="N[,N]",
                        help=say("nodes in each hidden layer, 64,32 for example (default: 10)"))
    parser.add_argument("--activation", choices=sorted(ACTIVATIONS), default="sigmoid",
                        help=say("the function of the hidden nodes (default: sigmoid)"))
    parser.add_argument("--epochs", type=int, metavar="N",
                        help=say("how often to go through as many rows as there are (default: %d; for classes %d)")
                            % (Regression.epochs, Classification.epochs))
    parser.add_argument("--batch-size", type=int, default=16, metavar="N",
                        help=say("rows drawn for each step (default: 16)"))
    parser.add_argument("--optimizer", choices=sorted(OPTIMIZERS), default="sgd",
                        help=say("how a step is made of the gradient (default: sgd, gradient descent)"))
    parser.add_argument("--decay", type=float, default=0.0, metavar="D",
                        help=say("let the learning rate fall: in epoch n, from 0, it is RATE / (1 + D * n) (default: "
                                "0)"))
    parser.add_argument("--seed", type=int, default=0, metavar="N",
                        help=say("start of the random numbers; the same seed gives the same result (default: 0)"))
    parser.add_argument("--backend", metavar="python|c", help=say("what does the arithmetic; the result is the same"))
    parser.add_argument("--json", action="store_true", help=say("print one JSON object instead of lines to read"))


def _add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, metavar="N",
                        help=say("processes that compute the parts; the result does not depend on them"))
    parser.add_argument("--dask", metavar="ADDRESS",
                        help=say("have them computed by the workers of a Dask scheduler, tcp://host:8786 for example"))
    parser.add_argument("--allow-other-bits", action="store_true",
                        help=say("take the help of machines whose numbers differ, too: then the bits are not promised"))


def _sizes(text: str) -> List[int]:
    """The sizes of the hidden layers."""
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("%r are no sizes of layers: write 10, or 64,32" % shown(text)) from None


def _numbers(text: str) -> List[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("%r are no numbers: write 0.1, or 0.1,0.01" % shown(text)) from None


def _row_numbers(text: str) -> List[int]:
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("%r are no numbers of rows: write 3, or 3,17" % shown(text)) from None


def _rates(task: Any) -> str:
    return ", ".join("%s %g" % (name, task.learning_rates[name]) for name in OPTIMIZERS)


def _backends(options: argparse.Namespace) -> int:
    for backend, reason in available_backends().items():
        state = say("can be used") if reason is None else translated(reason)
        print("%-7s %s%s" % (backend, state, say(" (in use)") if backend == active_backend() else ""))
    if rounds_twice():
        print(say("note: floats are rounded twice here, so the last places of results differ from other machines'"))
    return 0


def _build(options: argparse.Namespace) -> int:
    if why_not_in_an_archive():
        raise ValueError(why_not_in_an_archive())
    try:
        module = builder().build(os.path.dirname(os.path.abspath(__file__)))
    except KeyboardInterrupt:
        _complain("interrupted, nothing was changed")
        return 130
    except OSError as problem:      # after the line that says what is wrong, what the compiler printed may follow
        first, *printed = str(problem).split("\n")
        _print_to_stderr("\n".join([translated(first)] + printed))
        return 2
    print(say("built %s") % module)
    return 0


def _check(options: argparse.Namespace) -> int:
    from .self_check import checks
    are_right = True
    for backend, kind, found in checks():
        are_right = are_right and found.is_right
        print("%-7s %-19s %s" % (backend, kind, say("right, within %.0e") % max(row[-2] for row in found.rows)
                                 if found.is_right else say("WRONG\n%r") % found))
    return 0 if are_right else 1


def _pack(options: argparse.Namespace) -> int:
    from .packing import pack
    print(say("wrote %s: %.0f KB") % (options.file, pack(options.file) / 1000))
    return 0


def _predict(options: argparse.Namespace) -> int:
    from .answering import predict_file, predict_row
    from .saving import load_model
    if options.backend:
        use(options.backend)
    model = load_model(options.model)
    if len(options.rows) > 1 or "=" in options.rows[0] and not os.path.exists(options.rows[0]):
        return predict_row(model, options.rows, options.output)
    return predict_file(model, options.rows[0], options.output, _complain)


def _export(options: argparse.Namespace) -> int:
    from .exporting import export
    from .saving import load_model
    print(say("wrote %s") % say(" and ").join(export(options.file, load_model(options.model), options.float32)))
    return 0


def _book(options: argparse.Namespace) -> int:
    import tempfile
    import webbrowser
    from .files import require_writable, write_whole
    path = options.output or os.path.join(tempfile.gettempdir(), "pygraphnn-book-%s.html" % spoken())
    require_writable(path, ".html")
    write_whole(path, page_of_the_book(spoken()))
    print(say("wrote %s") % path, flush=True)
    if not options.output:
        webbrowser.open("file://" + os.path.abspath(path))
    return 0


def _exercise(options: argparse.Namespace) -> int:
    from .exercising import check_answers, write_tasks
    if options.file is not None:
        return check_answers(options.chapter, options.file, spoken())
    print(say("wrote %s") % write_tasks(options.chapter, spoken()))
    return 0


def _saved(options: argparse.Namespace) -> Any:
    """The model to train on; the options become those that it was trained with. ValueError: others are given, too."""
    from .saving import load_model
    model = load_model(options.go_on)
    for name in SAVED:
        if getattr(options, name) != options.defaults(name):
            raise ValueError("--continue trains with the choices of the model: leave %s out"
                             % (shown(options.dataset) if name == "dataset" else as_options(**{name: True})))
        if name not in model.settings:
            raise ValueError("%s does not say how it was trained (settings: there is no %s): it can be used, but not "
                             "trained on" % (options.go_on, name))
        setattr(options, name, model.settings[name])
    if options.epochs is None:
        options.epochs = model.settings.get("epochs")
    _require_sound(options)
    return model


def _require_sound(options: argparse.Namespace) -> None:
    """ValueError: a file holds choices that the command line would not have taken."""
    kinds = {"dataset": str, "target": str, "features": str, "one_hot": str, "task": str, "activation": str,
             "optimizer": str, "batch_size": int, "shards": int, "seed": int, "epochs": int, "learning_rate": float,
             "decay": float, "test_fraction": float, "hidden": list}
    for name, kind in kinds.items():
        value = getattr(options, name)
        may_be_none = name in ("target", "features", "one_hot", "task", "learning_rate")
        if not (value is None and may_be_none or type(value) is kind):
            raise ValueError("%s: settings.%s is %s" % (options.go_on, name, values.shown(value)))
    if not {int}.issuperset(map(type, options.hidden)) or options.activation not in ACTIVATIONS or (
            options.optimizer not in OPTIMIZERS) or options.task not in TASKS:
        raise ValueError("%s: settings hold choices that there are not" % options.go_on)


def _compare(options: argparse.Namespace) -> int:
    from .comparing import compare
    from .files import require_writable
    values.whole_number(options.seeds, "the number of seeds", 1)
    if options.backend:
        use(options.backend)
    if options.plot is not None:
        require_writable(options.plot, ".svg")
    dataset = dataset_of(options, as_options)
    return compare(dataset, options, _workers(options, True))


def _train(options: argparse.Namespace) -> int:
    if options.explain and options.json:
        raise ValueError("--explain prints lines to read, and --json prints none: choose one of them")
    if (options.dataset is None) == (options.go_on is None):
        raise ValueError("choose a data set or a CSV file, or a model to train on, with --continue (see %s train "
                         "--help)" % _how_called())
    if options.step_rows and options.report is None:
        raise ValueError("--step-rows chooses what a report shows: add --report FILE.html")
    if options.folds is not None:
        for name in ("explain", "report", "test_fraction", "save", "go_on"):
            if getattr(options, name):
                raise ValueError("--folds trains several networks, and %s is for one: choose one of them"
                                 % as_options(**{name.replace("go_on", "continue"): True}))
    if options.backend:
        use(options.backend)
    if options.report is not None:              # before the training, not after it
        from .files import require_writable         # here and below: most commands look at nothing
        require_writable(options.report, ".html")
    if options.save is not None:
        from .files import require_writable
        require_writable(options.save, ".json")
    if options.folds is not None:
        from .folding import train_folds
        return train_folds(dataset_of(options, as_options), options, _complain, _workers(options, True))
    listeners: List[Listener] = [Json(_complain) if options.json else Lines()]
    if options.report is not None:
        listeners.append(Page(options.report, options.step_rows, says_so=not options.json))
    if options.save is not None:
        listeners.append(Saver(options.save, says_so=not options.json))
    model = None if options.go_on is None else _saved(options)
    run = Run(dataset_of(options, as_options), options, listeners, model=model, executor=_workers(options, False))
    for row in options.step_rows:
        if not 0 <= row < len(run.dataset.data):
            raise ValueError("--step-rows: there is no row %s: %s has %d rows, counted from 0"
                             % (values.shown(row), run.dataset.name, len(run.dataset.data)))
    try:
        run.train()
    except (Diverged, KeyboardInterrupt) as end:
        run.leave()
        if isinstance(end, Diverged):
            raise
        _complain("interrupted after %d of %d epochs%s" % (len(run.losses), run.epochs, ", loss %s"
                                                           % short(run.losses[-1]) if run.losses else ""))
        return 130
    finally:
        run.means.close()
    return 0


def _workers(options: argparse.Namespace, are_many: bool) -> Any:
    """Who computes the shards, or whole trainings where there are many; or None. ValueError: that is not said rightly,
    or cannot be had."""
    if options.workers is None and not options.dask:
        return None
    if options.workers is not None and options.dask:
        raise ValueError("--workers are processes of this machine, and --dask are others: choose one of them")
    if options.shards == 1 and not are_many:
        raise ValueError("one shard is computed by one worker: choose --shards, 8 for example")
    from .parallel import Workers, of_dask, processes
    make = of_dask(options.dask) if options.dask else processes(options.workers)
    return Workers(make, other_bits=options.allow_other_bits)


def as_options(**chosen: Any) -> str:
    """How messages word an advice to choose options: as they are typed in a shell."""
    words = []
    for name, value in chosen.items():
        option = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            words.append(option if value else "--no-" + option[2:])
        else:
            typed = quoted(in_one_line(value) if isinstance(value, list) else value)
            words.append(option + ("=" if typed.startswith("-") else " ") + typed)
    return " ".join(words)
