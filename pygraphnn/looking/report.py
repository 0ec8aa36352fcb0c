"""The report of a training: one HTML page that opens from disk, with every number and program that it needs inside.

Here the page is put together and written; `report_numbers.py` computes what it shows, and the folder `page` holds its
own files: the frame, the style, the texts in both languages, and the scripts, which are joined as they are.
"""
import base64
import hashlib
import json
import math

from .. import values
from ..dataset import Dataset
from ..files import require_writable, write_whole
from ..graph import Node, Placeholder
from ..jobs import Job
from ..kinds import Any, Dict, Feed, List, Optional, Sequence
from ..optimizers import Optimizer
from ..packaged import bytes_of
from ..tables import as_text
from .curves import losses_in
from .history import History
from .report_numbers import collect
from .step import unchanged

SCRIPTS = ("base.js", "charts.js", "training.js", "tables.js", "measures.js", "formulas.js", "graph.js", "steps.js",
           "surface.js", "replay.js", "main.js")


def write_report(path: Any, graph: Sequence[Node], feed: Feed, trainables: Sequence[Placeholder],
                 losses: Sequence[float], *, batch_size: int, learning_rate: float = 1e-2,
                 optimizer: Optional[Optimizer] = None, seed: int = 0, seconds: Optional[float] = None,
                 dataset: Any = None, test_rows: Any = (), test_losses: Any = None, history: Optional[History] = None,
                 step_rows: Any = ()) -> None:
    """Writes one HTML page on a training: losses, predictions, the graph, one step number by number, the surface.

    graph, feed, trainables, batch_size, learning_rate or optimizer, seed: what `train` was called with; losses: what it
    returned. (The step that is shown is one of gradient descent, with any optimizer, by its learning rate.)
    seconds: how long it took. dataset: where the rows of the feed come from, for names and units; it has as many rows.
    test_rows: the numbers, from 0, of the rows of the feed that were held out. test_losses: {epoch: loss on these}.
    history: the `History` of this training: with it, the page shows the training over again, and its first and last
    step. step_rows: the numbers of rows of your own, for a step that is shown with the trained parameters.

    The parameters are taken as they are; afterwards every node is as it was before.
    ValueError, TypeError: an argument is wrong; the path must end in .html. OSError: the file cannot be written. After
    any of these there is no new file.
    """
    require_writable(path, ".html")
    if dataset is not None and not isinstance(dataset, Dataset):
        raise TypeError("the data set is %s: take a Dataset, what load_dataset and load_csv return"
                        % values.shown(dataset))
    if seconds is not None:
        seconds = values.finite_number(seconds, "seconds")
    losses = losses_in(losses)
    kind = None if optimizer is None else type(optimizer).__name__
    if optimizer is not None:
        learning_rate = optimizer.rate()
    job = Job(graph, feed, trainables, batch_size, learning_rate)
    _check_history(history, trainables, len(losses), optimizer, seed)
    with unchanged(graph):
        numbers = collect(job, losses, seed, seconds, dataset, _row_numbers(test_rows, "test_rows"),
                          _checked_test_losses(test_losses or {}, len(losses)), history,
                          _row_numbers(step_rows, "step_rows"))
    numbers["settings"]["optimizer"] = kind if kind != "GradientDescent" else None
    write_whole(path, page(numbers))


def _row_numbers(rows: Any, argument: str) -> List[int]:
    if not values.is_sequence(rows):
        raise TypeError("%s is %s: it must be a list of row numbers" % (argument, values.shown(rows)))
    return [values.whole_number(row, "a row of %s" % argument) for row in rows]


def _check_history(history: Any, trainables: Sequence[Placeholder], epochs: int, optimizer: Any, seed: int) -> None:
    if history is None:
        return
    if not isinstance(history, History):
        raise TypeError("the history is %s: make a History, and give it to train as its progress"
                        % values.shown(history))
    if history.trainables != list(trainables):
        raise ValueError("the history is that of other parameters: make one of those that are trained")
    if not history.moments:
        raise ValueError("the history has seen no training: give it to train as its progress")
    if not history.moments[-1]["done"] <= epochs <= history.epochs:
        raise ValueError("the history has seen %d epochs, but there are %d losses: give those of the same training"
                         % (history.moments[-1]["done"], epochs))
    if history.optimizer is not optimizer:
        raise ValueError("the history knows another optimizer than the report: give both the one that has trained")
    if history.seed not in (None, seed):
        raise ValueError("the history has the seed %r, and the report %r: give both that of the training"
                         % (history.seed, seed))


def _checked_test_losses(test_losses: Any, epochs: int) -> Dict[int, float]:
    """{epoch: loss}, the epochs from 1 to as many as there were."""
    if not isinstance(test_losses, dict):
        raise TypeError("test_losses is %s: it must be a dict {epoch: loss}" % values.shown(test_losses))
    for epoch in test_losses:
        if values.whole_number(epoch, "an epoch of test_losses", 1) > epochs:
            raise ValueError("test_losses has an epoch %d, but there were %d" % (epoch, epochs))
    return dict(zip(test_losses, losses_in(list(test_losses.values()))))


# The page


def page(numbers: Dict[str, Any]) -> str:
    """The frame with style, script, texts and numbers in it; only this very style and script may act."""
    style, script = part("page.css"), script_of_page()
    return fill(part("page.html"), {
        "POLICY": "default-src 'none'; base-uri 'none'; form-action 'none'; script-src '%s'; style-src '%s'"
                  % (digest(script), digest(style)),
        "STYLE": style,
        "SCRIPT": script,
        "TEXTS": as_data(texts()),
        "NUMBERS": as_data(numbers),
    })


def script_of_page() -> str:
    """The scripts in their order, as one: what one of them declares, all can use."""
    return "\n".join(part(name) for name in SCRIPTS)


def texts() -> Dict[str, Any]:
    """{key: {language: text}}: all that the page says."""
    found: Dict[str, Any] = json.loads(part("texts.json"))
    return found


def part(name: str) -> str:
    return as_text(bytes_of("page", "looking/page", name), name)


def fill(frame: str, contents: Dict[str, str]) -> str:
    """The frame with each [[NAME]] replaced; what is put in is not looked at again, whatever it contains."""
    pieces = frame.split("[[")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, rest = piece.split("]]", 1)
        filled += [contents[name], rest]
    return "".join(filled)


def digest(content: str) -> str:
    """What a content-security policy calls one script or style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")


def as_data(content: Any) -> str:
    """JSON that can stand in a page: no character in it can end a script, begin a tag, or break a line.

    JSON has no NaN and no infinities: they become {"float": "NaN"} and the like, which base.js turns back.
    """
    text = json.dumps(_with_named_infinities(content), separators=(",", ":"), allow_nan=False)      # ASCII alone
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _with_named_infinities(content: Any) -> Any:
    if isinstance(content, float) and not math.isfinite(content):
        return {"float": "NaN" if content != content else "Infinity" if content > 0 else "-Infinity"}
    if isinstance(content, dict):
        return {key: _with_named_infinities(item) for key, item in content.items()}
    if isinstance(content, (list, tuple)):
        return [_with_named_infinities(item) for item in content]
    return content
