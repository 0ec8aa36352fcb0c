"""Which thread works on which nodes: two threads that change the values of one node at once both get wrong numbers.

`train` and `predict` claim the nodes that they change; `forward`, `backward` and `optimize` do so for one call.
Placeholders that are neither fed nor trained are only read, so any number of threads may read them: two networks may
share frozen layers.
"""
import time

from .kinds import Any, Iterable, List
from .ops import allocate_lock, get_ident, let_go

SECONDS_BETWEEN_TRIES = 0.0002
_claims: List[Any] = []            # those that hold now, of all threads
_lock = allocate_lock()


class Claim:
    """`with Claim(nodes) as claim, claim: …`: in this block no other thread trains or runs these nodes.

    It is entered twice, so that it ends for sure: a Ctrl-C can come into the midst of one exit, not of both.
    is_short: waits for other short claims to end. RuntimeError: another thread holds one of the nodes, for long.
    """

    def __init__(self, nodes: Iterable[Any], is_short: bool = False) -> None:
        self.nodes = nodes
        self.is_short = is_short

    def __enter__(self) -> "Claim":
        self.thread = get_ident()
        try:
            while not self._take():
                time.sleep(SECONDS_BETWEEN_TRIES)
            return self
        except BaseException:               # a Ctrl-C, too
            self.__exit__(None, None, None)
            raise

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        with _lock:
            if self in _claims:
                _claims.remove(self)
        let_go(_lock)

    def _take(self) -> bool:
        """False: a short claim of another thread holds one of the nodes."""
        with _lock:
            if self in _claims:
                return True
            for other in _claims:
                if other.thread == self.thread:
                    continue
                shared = set(other.nodes).intersection(self.nodes)
                if shared and self.is_short and other.is_short:
                    return False
                if shared:
                    raise RuntimeError("%s is in use in another thread: a training shares no nodes with another "
                                       "thread but placeholders that are neither fed nor trained; give each thread "
                                       "nodes of its own, or let one wait for the other"
                                       % min(shared, key=lambda node: node.serial_number).name)
            _claims.append(self)
            return True
