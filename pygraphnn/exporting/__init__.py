"""Ways out to other engines: what a model computes, written down for them.

`program.py` records it as a list of operations, the nodes' own; each other module writes that list in a language. So no
rule of a node stands here: only, for each language, what it calls an operation. A module is loaded when it is needed.
"""
import os

from ..files import require_writable
from ..kinds import Any, Dict, List, Tuple

# {the end of a file's name: (the module, its function)}, the longest first
WAYS: Dict[str, Tuple[str, str]] = {
    ".safetensors": ("safetensors", "export_safetensors"), ".pt.py": ("pytorch", "export_torch"),
    ".onnx": ("onnx", "export_onnx"), ".py": ("plain", "export_python"), ".c": ("c", "export_c")}


def export(path: Any, model: Any, float32: bool = False) -> List[str]:
    """Writes a model for the engine that the end of the name says, and returns the names of the files.

    Errors as of the functions, export_onnx and others.
    """
    name = os.fsdecode(path)
    ending = ([ending for ending in WAYS if name.lower().endswith(ending)] + [""])[0]
    if not ending:
        raise ValueError("%s: choose a name that ends in %s or %s" % (name, ", ".join(list(WAYS)[:-1]), list(WAYS)[-1]))
    require_writable(path)
    module, function = WAYS[ending]
    write = getattr(__import__("%s.%s" % (__name__, module), None, None, [function]), function)
    if float32:
        if ending not in (".onnx", ".c"):
            raise ValueError("%s: --float32 is for .onnx and .c" % name)
        write(path, model, float32=True)
    else:
        write(path, model)
    return [name, beside(path)] if ending == ".pt.py" else [name]


def beside(path: Any) -> str:
    """The file for the weights of a PyTorch module: model.pt.safetensors for model.pt.py."""
    name = os.fsdecode(path)
    return (name[:-len(".py")] if name.lower().endswith(".py") else name) + ".safetensors"
