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
from .training import Diverged, train, train_epochs
from .values import needs_a_full_python as _needs_a_full_python

__version__ = "0.2.0"

# {a room: its names}: what nobody needs to train is loaded when it is first asked for. Boards have nothing of that …
_LATER = {"looking.explaining": "explain", "looking.pictures": "plot_graph plot_loss",
          "looking.report": "History write_report", "looking.surface": "plot_surface",
          "memory": "memory_needed", "saving": "Model load_model save_model",
          "exporting": "export_c export_onnx export_python export_safetensors export_torch"}
# … and load these late, as their memory is small.
_ON_BOARDS_LATER = {"activations": "LeakyReLU ReLU Softmax Softplus Tanh",
                    "arithmetic": "Add MatMul Multiply Scale Subtract",
                    "checking": "check_gradients", "dropout": "Dropout", "embedding": "Embedding",
                    "evaluating": "accuracy confusion_matrix one_hot resample split",
                    "generated": "make_circles make_moons make_spirals make_xor",
                    "losses": "BinaryCrossEntropy CrossEntropy L2Penalty", "predicting": "predict",
                    "scaling": "standardize unstandardize"}
if sys.implementation.name == "micropython":
    _LATER["data"] = "Dataset dataset_names load_csv load_dataset"
else:
    from . import scalar
    from .activations import LeakyReLU, ReLU, Softmax, Softplus, Tanh
    from .arithmetic import Add, MatMul, Multiply, Scale, Subtract
    from .checking import check_gradients
    from .data import dataset_names, load_csv, load_dataset
    from .dataset import Dataset
    from .dropout import Dropout
    from .embedding import Embedding
    from .evaluating import accuracy, confusion_matrix, one_hot, resample, split
    from .generated import make_circles, make_moons, make_spirals, make_xor
    from .losses import BinaryCrossEntropy, CrossEntropy, L2Penalty
    from .predicting import predict
    from .scaling import standardize, unstandardize
    __all__ = ["Adam", "Add", "BinaryCrossEntropy", "CrossEntropy", "Dataset", "Diverged", "Dropout", "Embedding",
               "GradientDescent", "History", "L2Penalty", "LeakyReLU", "Linear", "Loss", "MSE", "MatMul", "Model",
               "Momentum", "Multiply", "Node", "Optimizer", "Placeholder", "ReLU", "Scale", "Sigmoid", "Softmax",
               "Softplus", "SplitMix64", "Subtract", "Tanh", "accuracy", "active_backend", "available_backends",
               "backward", "check_gradients", "confusion_matrix", "convert_feed_dict_to_graph", "dataset_names",
               "explain", "export_c", "export_onnx", "export_python", "export_safetensors", "export_torch",
               "forward", "forward_and_backward", "get_threads", "load_csv", "load_dataset", "load_model",
               "make_circles", "make_moons", "make_spirals", "make_xor", "memory_needed", "one_hot", "optimize",
               "plot_graph", "plot_loss", "plot_surface", "predict", "randn", "resample", "run_one_epoch",
               "save_model", "scalar", "set_threads", "sorted_graph", "split", "standardize", "topological_sort",
               "topological_sort_feed_dict", "train", "train_epochs", "trainables", "unstandardize", "use",
               "write_report", "zeros"]

TYPE_CHECKING = False                   # but checkers of types take it for true
if TYPE_CHECKING:
    from .exporting import export_c, export_onnx, export_python, export_safetensors, export_torch
    from .looking.explaining import explain
    from .looking.pictures import plot_graph, plot_loss
    from .looking.history import History
    from .looking.report import write_report
    from .looking.surface import plot_surface
    from .memory import memory_needed
    from .saving import Model, load_model, save_model


def __getattr__(name: str) -> Any:
    if name == "scalar":                # if it is there
        return _module(name)
    for room in _ON_BOARDS_LATER:
        if name in _ON_BOARDS_LATER[room].split():
            return getattr(_module(room), name)
    for room in _LATER:
        if name in _LATER[room].split():
            if sys.implementation.name == "micropython":
                raise AttributeError(_needs_a_full_python(name))
            return getattr(_module(room), name)
    raise AttributeError("pygraphnn has no %s" % name)


def _module(name: str) -> Any:
    return __import__("pygraphnn." + name, None, None, ["*"])


def __dir__() -> List[str]:
    return sorted(set(globals()) | set(globals().get("__all__", ())))


if sys.implementation.name != "micropython" and sys.version_info < (3, 7):      # looks for these in a module's class
    class _Module(type(sys)):
        def __getattr__(self, name: str) -> Any:
            return __getattr__(name)

        def __dir__(self) -> List[str]:
            return __dir__()

    sys.modules[__name__].__class__ = _Module
