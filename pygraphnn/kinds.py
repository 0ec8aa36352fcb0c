"""What annotations call the values of this package. Nothing computes with these names, and boards do not have them.

A value is a number, a vector or a matrix; in the C backend its place is taken by an array that reads like it.
"""
import sys

if sys.implementation.name != "micropython":
    from typing import (Any, Callable, Dict, Generator, Iterable, Iterator, List, Mapping, Optional, Sequence, Set,
                        Tuple, Type, Union)

    __all__ = ["Any", "Callable", "Dict", "Feed", "Generator", "Iterable", "Iterator", "List", "Mapping", "Matrix",
               "Optional", "Rate", "Sequence", "Set", "Shape", "Tuple", "Type", "Union", "Value", "Vector"]
    Vector = List[float]
    Matrix = List[List[float]]          # equally long rows
    Value = Any                         # a float, a Vector or a Matrix
    Shape = Tuple[int, ...]             # (), (entries,) or (rows, columns)
    Feed = Mapping[Any, Any]            # {placeholder: a value}
    Rate = Union[float, Callable[[int], float]]         # a learning rate, or one for each epoch, counted from 0
else:                                   # which does not look at annotations, and has no typing
    def __getattr__(name: str) -> None:
        return None
