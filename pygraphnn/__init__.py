"""A neural-network framework to be read: a graph of nodes on plain lists, sorted once, run forward and backward.

Start with `scalar.py`, then `graph.py`, `nodes.py` and `lists.py`; docs/reading.md has the whole reading order.
"""
import sys

from .graph import (Loss, Node, backward, convert_feed_dict_to_graph, forward, forward_and_backward, optimize,
                    run_one_epoch, sorted_graph, topological_sort, topological_sort_feed_dict, trainables)
from .kinds import Any, List
from .nodes import MSE, Linear, Placeholder, Sigmoid
from .optimizers import Adam, GradientDescent, Momentum, Optimizer
from .ops import active_backend, available_backends, get_threads, set_threads, use
from .rng import SplitMix64, randn, zeros
from .training import Diverged, resample, train, train_epochs
from .values import needs_a_full_python as _needs_a_full_python

__version__ = "0.2.0"

__all__ = ["Adam", "Dataset", "Diverged", "GradientDescent", "Linear", "Loss", "MSE", "Momentum", "Node", "Optimizer",
           "Placeholder", "Sigmoid", "SplitMix64", "Tanh",
           "active_backend", "available_backends", "backward", "convert_feed_dict_to_graph",
           "dataset_names", "forward", "forward_and_backward", "get_threads", "load_csv", "load_dataset",
           "optimize", "predict", "randn", "resample", "run_one_epoch", "scalar", "set_threads",
           "sorted_graph", "standardize", "topological_sort", "topological_sort_feed_dict", "train", "train_epochs",
           "trainables", "unstandardize", "use", "zeros"]

# {a name: the module that has it}: what nobody needs to train is loaded when it is first asked for.
_LATER = {"explain": "looking.explaining", "memory_needed": "memory", "plot_graph": "looking.pictures",
          "plot_loss": "looking.pictures", "plot_surface": "looking.surface", "write_report": "looking.report"}
# Boards, whose memory is small, have nothing of that, and load these when they are asked for.
_ON_BOARDS_LATER = {"Tanh": "activations", "predict": "predicting", "standardize": "scaling",
                    "unstandardize": "scaling"}
if sys.implementation.name == "micropython":
    _LATER.update({name: "data" for name in ("Dataset", "dataset_names", "load_csv", "load_dataset")})
else:
    from . import scalar
    from .activations import Tanh
    from .data import Dataset, dataset_names, load_csv, load_dataset
    from .predicting import predict
    from .scaling import standardize, unstandardize
    __all__ += sorted(_LATER)


def __getattr__(name: str) -> Any:
    if name == "scalar":                # if it is there
        return _module(name)
    if name in _ON_BOARDS_LATER:
        return getattr(_module(_ON_BOARDS_LATER[name]), name)
    if name not in _LATER:
        raise AttributeError("pygraphnn has no %s" % name)
    if sys.implementation.name == "micropython":
        raise AttributeError(_needs_a_full_python(name))
    return getattr(_module(_LATER[name]), name)


def _module(name: str) -> Any:
    return __import__("pygraphnn." + name, None, None, ["*"])


def __dir__() -> List[str]:
    return sorted(set(globals()) | set(__all__))


if sys.implementation.name != "micropython" and sys.version_info < (3, 7):      # looks for these in a module's class
    class _Module(type(sys)):
        def __getattr__(self, name: str) -> Any:
            return __getattr__(name)

        def __dir__(self) -> List[str]:
            return __dir__()

    sys.modules[__name__].__class__ = _Module
