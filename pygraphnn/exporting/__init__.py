"""Ways out to other engines: what a model computes, written down for them.

`program.py` records it as a list of operations, the nodes' own; each other module writes that list in a language. So no
rule of a node stands here: only, for each language, what it calls an operation.
"""
import os

from ..files import require_writable
from ..kinds import Any, Dict, List
from .c import export_c
from .onnx import export_onnx
from .plain import export_python
from .pytorch import export_torch, weights_beside
from .safetensors import export_safetensors

__all__ = ["export", "export_c", "export_onnx", "export_python", "export_safetensors", "export_torch"]

# {the end of a file's name: its function}, the longest first
WAYS: Dict[str, Any] = {".safetensors": export_safetensors, ".pt.py": export_torch, ".onnx": export_onnx,
                        ".py": export_python, ".c": export_c}


def export(path: Any, model: Any, float32: bool = False) -> List[str]:
    """Writes a model for the engine that the end of the name says, and returns the names of the files.

    Errors as of the functions, export_onnx and others.
    """
    name = os.fsdecode(path)
    ending = ([ending for ending in WAYS if name.lower().endswith(ending)] + [""])[0]
    if not ending:
        raise ValueError("%s: choose a name that ends in %s or %s" % (name, ", ".join(list(WAYS)[:-1]), list(WAYS)[-1]))
    require_writable(path)
    if float32 and ending not in (".onnx", ".c"):
        raise ValueError("%s: --float32 is for .onnx and .c" % name)
    if float32:
        WAYS[ending](path, model, float32=True)
    else:
        WAYS[ending](path, model)
    return [name, weights_beside(path)] if ending == ".pt.py" else [name]
