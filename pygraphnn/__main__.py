"""`python -m pygraphnn`: the command line, which is in `cli.py`."""
import sys

from .cli import main

sys.exit(main())
