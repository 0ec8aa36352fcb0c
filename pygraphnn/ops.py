"""The switch: nodes call `ops.table.matmul(...)`, and `ops.table` is the module whose loops do the work.

With `use("python")`, the default, that is `lists.py`; with `use("c")` it is `kernels.py`, which has a function of the
same name for each function of `lists.py` and returns the same bits. The switch belongs to the process, not to a thread.
"""
import os
import sys

from . import lists, values
from .kinds import Any, Dict, List, Optional, Tuple

try:
    from _thread import allocate_lock as allocate_lock
    from _thread import get_ident as get_ident
except ImportError:                                 # a Python without threads
    class allocate_lock:                            # type: ignore[no-redef]
        def __enter__(self) -> None:
            pass

        def __exit__(self, *problem: Any) -> None:
            pass

    def get_ident() -> int:
        return 0

try:                                                # its own thread may take it again
    from _thread import RLock as allocate_lock      # type: ignore[assignment]
except ImportError:                                 # MicroPython's threads have none
    pass


def let_go(lock: Any) -> None:
    """Gives up a lock that this thread holds still. Before Python 3.8 a Ctrl-C could come between the last line of a
    `with` block and the lock's release; whoever came next would then wait for ever."""
    while hasattr(lock, "_is_owned") and lock._is_owned():
        lock.release()


try:
    from weakref import ref
except ImportError:                                 # nor has MicroPython these, where blocks end in their order
    def ref(block: Any) -> Any:                     # type: ignore[no-redef]
        return _nothing

MOST_THREADS = 1024

table: Any = lists
_active: Tuple[Any, str] = (lists, "python")
_blocks: List[Any] = [] # the `with` blocks that have begun and not ended, of all threads, as `use` was called for them
_last: Any = None       # gives the block whose `use` or end has switched last, as long as somebody has it
_calls = 0              # of `use`
_kept: Dict[int, Tuple[Any, str]] = {}  # {thread: the backend that it stays with until it has done what it is doing}
_lock = allocate_lock() # for whoever changes these
_threads: Any = None    # until somebody asks: then what the environment says
_kernels: Any = None    # the module, once it has been imported


def use(backend: str) -> "_Block":
    """Switches to a backend, "python" or "c", at once; `with use("c"): …` switches for the block only.

    It can be called at any moment, in the middle of a training too, and changes no result. All threads switch, but for
    those that run an epoch or a prediction: they switch after it. Where the blocks of several threads overlap, each
    backend lasts until another block begins, or the last one that has begun ends: then what was before all of those
    that have ended comes back.
    ValueError: there is no such backend, or it cannot be used here; the message says why.
    """
    module = _module(backend)
    with _lock:
        block = _Block((module, backend))
        _switch(block.backend, block)
    return block


def _nothing() -> None:
    """What a reference gives whose block is no more."""


def active_backend() -> str:
    """The name of the backend in use: "python" or "c"."""
    return _of_this_thread()[1]


def available_backends() -> Dict[str, Optional[str]]:
    """For each backend None if it can be used, else the reason why not."""
    reasons: Dict[str, Optional[str]] = {}
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
    return int(_threads)


def training_plan(job: Any, finite: Any) -> Any:
    """What runs whole epochs of a training in C: a `TrainingPlan`. None where the nodes must run one by one.

    That is so in the list backend, and where a graph has a node that no plan knows, one of your own for example.
    """
    return _planned("TrainingPlan", job, finite)


def planned_bytes(job: Any) -> Any:
    """How much memory the plan of a training takes; None where there is no plan."""
    return _planned("bytes_needed", job)


def planned_value(node: Any, order: Any, fed: Any) -> Any:
    """The value of a node of a sorted graph, computed by a plan from what is fed; None where there is no plan."""
    return _planned("predict", node, order, fed)


def _planned(what: str, *arguments: Any) -> Any:
    if active_backend() != "c":
        return None
    from . import plan, symbols
    try:
        return getattr(plan, what)(*arguments)
    except symbols.Unplanned:
        return None


class _Block:
    """What `use` returns: at the end of a `with` block, the backend from before comes back.

    Between `use` and the beginning of its block another thread's block may begin or end. So a block knows the one that
    it was called after, and those that go on stand in the order of the calls.
    """

    def __init__(self, backend: Any) -> None:
        global _calls
        _calls += 1
        self.call, self.has_ended = _calls, False
        self.backend = backend
        self.before = _of_this_thread()
        self.around = _last and _last()

    def __enter__(self) -> "_Block":
        with _lock:
            self._pass_over_ended()
            place = len(_blocks)
            while place and _blocks[place - 1].call > self.call:
                place -= 1
            _blocks.insert(place, self)
            _switch(self.backend, self)
        return self

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        global _last
        with _lock:
            self._pass_over_ended()
            place = _blocks.index(self)
            if place + 1 < len(_blocks):        # another thread's began after this one, and goes on
                _blocks[place + 1].before, _blocks[place + 1].around = self.before, self.around
                _last = ref(_blocks[-1])
            else:
                _switch(self.before, self.around)
            del _blocks[place]
            self.has_ended = True

    def _pass_over_ended(self) -> None:
        """What comes back after this block is not what one set that has ended by now, but what was before that."""
        while self.around is not None and self.around.has_ended:
            self.before, self.around = self.around.before, self.around.around


class kept_backend:
    """`with kept_backend() as kept, kept: …`: here another thread's `use` changes nothing for this thread.

    Entered twice, so that it ends for sure, as a `Claim` is.
    """

    def __init__(self) -> None:
        self.is_inner = get_ident() in _kept

    def __enter__(self) -> "kept_backend":
        try:
            with _lock:
                _kept[get_ident()] = _of_this_thread()
            return self
        except BaseException:               # a Ctrl-C, too
            self.__exit__(None, None, None)
            raise

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        with _lock:
            if not self.is_inner:
                _kept.pop(get_ident(), None)
            _choose_table()
        let_go(_lock)


class _ForEachThread:
    """The operations, while threads are busy with another backend than the process has switched to."""

    def __getattr__(self, operation: str) -> Any:
        return getattr(_of_this_thread()[0], operation)


def _of_this_thread() -> Tuple[Any, str]:
    return _kept.get(get_ident(), _active)


class _Unusable:
    """Stands in for a backend that the environment asks for and that cannot be used: the first operation says why.

    So importing the package, and asking it which backends there are, still works.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __getattr__(self, operation: str) -> None:
        raise ValueError(self.reason)


def _module(backend: str) -> Any:
    global _kernels
    if backend == "python":
        return lists
    if backend == "c":
        if sys.implementation.name not in ("cpython", "pypy"):
            raise ValueError("the C backend cannot be used: %s cannot load compiled kernels: stay with the list backend"
                             % sys.implementation.name)
        from . import building
        if building.rounds_twice():
            raise ValueError("the C backend cannot be used: %s" % building.TWICE)
        try:
            from . import kernels
        except ImportError as problem:
            raise ValueError("the C backend cannot be used: %s" % problem) from None
        _kernels = kernels
        kernels.lib.pgn_set_threads(get_threads())
        return kernels
    raise ValueError('there is no backend %s: use "python" or "c"' % values.shown(backend))


def _switch(backend: Any, block: Any = None) -> None:
    """For the process, and for this thread even if it keeps one. block: the one that does it."""
    global _active, _last
    _active, _last = backend, block and ref(block)
    if get_ident() in _kept:
        _kept[get_ident()] = backend
    _choose_table()


def _choose_table() -> None:
    global table
    others = [backend for backend in _kept.values() if backend[0] is not _active[0]]
    table = _ForEachThread() if others else _active[0]


def _switch_as_the_environment_says() -> None:
    backend = getattr(os, "environ", {}).get("PYGRAPHNN_BACKEND")
    if backend:
        try:
            _switch((_module(backend), backend))
        except ValueError as problem:
            _switch((_Unusable("PYGRAPHNN_BACKEND=%s: %s" % (backend, problem)), backend))


_switch_as_the_environment_says()
