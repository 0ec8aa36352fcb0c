"""The way to the C sources and to `csrc/build.py`, the script that compiles them, which is no part of the package.

`kernels.py` asks it whether the compiled module fits the sources, and the command `build` has it make a new one.
"""
from .kinds import Any, Optional
from .packaged import archive, folder_of

TWICE = ("this Python computes in the old registers of 32-bit x86, which round twice, so its bits are others: take a "
         "Python that is made for SSE2, or for 64 bits")


def rounds_twice() -> bool:
    """Whether floats are computed to more places and rounded again, as in the old registers of 32-bit x86, the x87.

    The bits are then others than everywhere else, those of the lists too: 1e16 + 3, which is what they make of
    1e16 + 2.9999 at first, lies in the middle between two floats.
    """
    x = 1e16
    return x + 2.9999 == x + 4.0


def why_not_in_an_archive() -> Optional[str]:
    """Why there can be no kernels, and what to do, where the package lies in an archive; else None."""
    from .letters import quoted
    path = archive()
    return path and ("%s is an archive, which cannot hold compiled code: unpack it with `python -m zipfile -e %s "
                     "FOLDER`, and in that folder run `python -m pygraphnn build`" % (path, quoted(path)))


def sources_folder() -> str:
    """The folder csrc. FileNotFoundError: it is not there."""
    return folder_of("C sources", "csrc", "kernels.h")


def builder() -> Any:
    """The script as a module. FileNotFoundError: it is not there."""
    import os
    import sys
    from importlib.machinery import SourceFileLoader
    loader = SourceFileLoader("pygraphnn_build", os.path.join(sources_folder(), "build.py"))
    module = type(sys)(loader.name)
    module.__file__ = loader.path
    loader.exec_module(module)
    return module
