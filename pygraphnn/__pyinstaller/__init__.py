"""For PyInstaller, which makes a program of a script and all that it imports: it asks packages for hooks."""


def folders() -> "list[str]":
    """The entry point pyinstaller40, hook-dirs: where the hooks are."""
    import os
    return [os.path.dirname(__file__)]
