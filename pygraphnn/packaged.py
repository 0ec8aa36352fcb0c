"""The files that come with the package: its data sets, the parts of the page, the C sources.

In a checkout the data sets and the C sources lie beside the package; where it is installed, they lie inside. It may
also lie in an archive, from which Python imports: there are no folders then, and files are read as modules are.
"""
from .kinds import List, Optional
# os is imported by the functions that need it: MicroPython, which imports this too, has not all of it.


def bytes_of(what: str, folder: str, file: str) -> bytes:
    """A file that comes with the package. what: how such files are called. FileNotFoundError: it is not there."""
    import os
    for parent in _parents():
        try:
            content: bytes = __loader__.get_data(os.path.join(parent, folder, file))    # type: ignore[name-defined]
            return content
        except OSError:
            pass
    raise FileNotFoundError("%s of the %s is missing: install the package again" % (file, what))


def folder_of(what: str, folder: str, file: str) -> str:
    """The folder of that name with that file. FileNotFoundError: it is not there, or in an archive."""
    import os
    for parent in _parents():
        path = os.path.join(os.path.abspath(parent), folder)
        if os.path.isfile(os.path.join(path, file)):        # other packages have such a folder too
            return path
    raise FileNotFoundError("the folder of the %s is missing: install the package again" % what)


def archive() -> Optional[str]:
    """The path of the archive that the package lies in, or None."""
    import os
    path = os.path.dirname(os.path.abspath(__file__))
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path if os.path.isfile(path) else None


def _parents() -> List[str]:
    """Where to look: in the package, and beside it."""
    import os
    package = os.path.dirname(__file__)
    return [package, os.path.join(package, os.pardir)]
