"""What stands for a value while a step is recorded, as `recording.py` does. `kernels.py` notes the operations on it."""
from .kinds import Any, Shape


class Unplanned(BaseException):
    """Nothing can be recorded: a number was looked at, say. Then the nodes run one by one, and meet any error.

    No `except Exception` in a node takes it for an error.
    """


class Symbol:
    """Stands for a value while a step is recorded. `number` is that of a buffer."""

    __slots__ = ("recording", "number", "shape")

    def __init__(self, recording: Any, number: int, shape: Shape) -> None:
        self.recording = recording
        self.number = number
        self.shape = shape

    def __len__(self) -> int:
        return self.shape[0] if self.shape else int(self._look())

    def __add__(self, other: Any) -> "Symbol":
        return self._of_numbers("add", self, other)

    def __radd__(self, other: Any) -> "Symbol":
        return self._of_numbers("add", other, self)

    def __sub__(self, other: Any) -> "Symbol":
        return self._of_numbers("subtract", self, other)

    def __rsub__(self, other: Any) -> "Symbol":
        return self._of_numbers("subtract", other, self)

    def __mul__(self, other: Any) -> "Symbol":
        return self._of_numbers("multiply", self, other)

    def __rmul__(self, other: Any) -> "Symbol":
        return self._of_numbers("multiply", other, self)

    def _of_numbers(self, operation: str, *two: Any) -> "Symbol":
        """For a loss, for example, which is a number; lists do something else with these signs."""
        if any([not isinstance(one, (Symbol, float, int)) or type(one) is Symbol and one.shape for one in two]):
            self._look()
        result: Symbol = self.recording.note(operation, two)
        return result

    def __getattr__(self, name: str) -> Any:
        return self._look()

    def _look(self, *arguments: Any) -> Any:
        self.recording.is_refused = True
        if self.recording.is_over:
            raise RuntimeError("this stood for a value while a training was prepared for C, and holds none: read the "
                               "node's value anew")
        raise Unplanned


for _name in ("__bool__", "__float__", "__int__", "__index__", "__iter__", "__getitem__", "__contains__", "__eq__",
              "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__repr__", "__str__", "__format__", "__neg__",
              "__abs__", "__truediv__", "__rtruediv__", "__pow__", "__rpow__", "__reduce_ex__"):
    setattr(Symbol, _name, Symbol._look)
