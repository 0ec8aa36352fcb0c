"""A neural-network framework to be read: a graph of nodes on plain lists, sorted once, run forward and backward.

Start with `scalar.py`, then `graph.py`, `nodes.py` and `lists.py`; README.md has the whole reading order.
"""
import sys

from . import data, scalar
from .data import Dataset, dataset_names, load_csv, load_dataset
from .graph import (Loss, Node, backward, convert_feed_dict_to_graph, forward, forward_and_backward, optimize,
                    run_one_epoch, topological_sort, topological_sort_feed_dict, trainables)
from .nodes import MSE, Linear, Placeholder, Sigmoid
from .ops import active_backend, available_backends, get_threads, set_threads, use
from .rng import SplitMix64, randn, zeros
from .scaling import standardize, unstandardize
from .training import Diverged, memory_needed, predict, resample, train, train_epochs

__version__ = "0.1.0"

__all__ = ["Dataset", "Diverged", "Linear", "Loss", "MSE", "Node", "Placeholder", "Sigmoid", "SplitMix64",
           "active_backend", "available_backends", "backward", "convert_feed_dict_to_graph",
           "dataset_names", "forward", "forward_and_backward", "get_threads", "load_csv", "load_dataset",
           "memory_needed", "optimize", "predict", "randn", "resample", "run_one_epoch", "scalar", "set_threads",
           "standardize", "topological_sort", "topological_sort_feed_dict", "train", "train_epochs",
           "trainables", "unstandardize", "use", "zeros"]

# What explains and draws needs a full Python, and nobody needs it to train: it is loaded when it is first asked for.
_LATER = {"explain": "explaining", "plot_graph": "pictures", "plot_loss": "pictures", "plot_surface": "surface",
          "write_report": "report"}
if sys.implementation.name != "micropython":
    __all__ += sorted(_LATER)


def __getattr__(name: str):
    if name in _LATER:
        data.require_full_python(name)
        from importlib import import_module
        return getattr(import_module(".looking." + _LATER[name], __name__), name)
    raise AttributeError("pygraphnn has no %s" % name)


def __dir__() -> list:
    return sorted(set(globals()) | set(__all__))
