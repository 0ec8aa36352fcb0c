"""The switch: nodes call `ops.table.matmul(...)`, and `ops.table` is the module whose loops do the work.

With `use("python")`, the default, that is `lists.py`; with `use("c")` it is `kernels.py`, which has a function of the
same name for each function of `lists.py` and returns the same bits. No other module knows that there are two.
"""
import os

from . import lists, values

MOST_THREADS = 1024

table = lists
_active = "python"
_threads = None         # until somebody asks: then what the environment says
_kernels = None         # the module, once it has been imported


def use(backend: str) -> "_Block":
    """Switches to a backend, "python" or "c", at once; `with use("c"): …` switches for the block only.

    It can be called at any moment, in the middle of a training too, and changes no result.
    ValueError: there is no such backend, or it cannot be used here; the message says why.
    """
    before = _Block(table, _active)
    _switch(backend)
    return before


def active_backend() -> str:
    """The name of the backend in use: "python" or "c"."""
    return _active


def available_backends() -> dict:
    """For each backend None if it can be used, else the reason why not."""
    reasons = {}
    for backend in ("python", "c"):
        try:
            _module(backend)
            reasons[backend] = None
        except ValueError as problem:
            reasons[backend] = str(problem)
    return reasons


def set_threads(n: int) -> None:
    """At most so many threads share a large product in the C backend, and in whole trainings a large operation on each
    element; at first PYGRAPHNN_THREADS, else 1.

    The lists always use one. The number changes no result. ValueError: it is not a whole number from 1 to 1024.
    """
    global _threads
    n = values.whole_number(n, "the number of threads", 1)
    if n > MOST_THREADS:
        raise ValueError("the number of threads is %d: at most %d make sense" % (n, MOST_THREADS))
    _threads = n
    if _kernels:            # whether in use or not: a `with` block may bring them back
        _kernels.lib.pgn_set_threads(n)


def get_threads() -> int:
    """The number that `set_threads` sets. ValueError: it is PYGRAPHNN_THREADS, and that is no such number."""
    if _threads is None:
        text = getattr(os, "environ", {}).get("PYGRAPHNN_THREADS") or "1"      # MicroPython's os has no environ
        try:
            set_threads(int(text))
        except ValueError:
            raise ValueError("PYGRAPHNN_THREADS is %r: set it to a whole number from 1 to %d"
                             % (text, MOST_THREADS)) from None
    return _threads


def training_plan(job, finite: list):
    """What runs whole epochs of a training in C: a `TrainingPlan`. None where the nodes must run one by one.

    That is so in the list backend, and where a graph has a node that no plan knows, one of your own for example.
    """
    return _planned("TrainingPlan", job, finite)


def planned_bytes(job):
    """How much memory the plan of a training takes; None where there is no plan."""
    return _planned("bytes_needed", job)


def planned_value(node, order: list):
    """The value of a node of a sorted graph, computed by a plan; None where there is no plan."""
    return _planned("predict", node, order)


def _planned(what: str, *arguments):
    if _active != "c":
        return None
    from . import plan
    try:
        return getattr(plan, what)(*arguments)
    except plan.Unplanned:
        return None


class _Block:
    """What `use` returns: at the end of a `with` block, the backend from before comes back."""

    def __init__(self, table, active: str) -> None:
        self.before = table, active

    def __enter__(self) -> "_Block":
        return self

    def __exit__(self, kind, problem, trace) -> None:
        global table, _active
        table, _active = self.before


class _Unusable:
    """Stands in for a backend that the environment asks for and that cannot be used: the first operation says why.

    So importing the package, and asking it which backends there are, still works.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __getattr__(self, operation: str) -> None:
        raise ValueError(self.reason)


def _module(backend: str):
    global _kernels
    if backend == "python":
        return lists
    if backend == "c":
        try:
            from . import kernels
        except ImportError as problem:
            raise ValueError("the C backend cannot be used: %s" % problem) from None
        _kernels = kernels
        kernels.lib.pgn_set_threads(get_threads())
        return kernels
    raise ValueError('there is no backend %r: use "python" or "c"' % (backend,))


def _switch(backend: str) -> None:
    global table, _active
    table = _module(backend)
    _active = backend


def _switch_as_the_environment_says() -> None:
    global table, _active
    backend = getattr(os, "environ", {}).get("PYGRAPHNN_BACKEND")
    if backend:
        try:
            _switch(backend)
        except ValueError as problem:
            table, _active = _Unusable("PYGRAPHNN_BACKEND=%s: %s" % (backend, problem)), backend


_switch_as_the_environment_says()
