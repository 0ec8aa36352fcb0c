"""What the columns of a data set mean, and in which units, from the table in its description."""
import re

from ..kinds import Any, List
from .wording import shortened

LONGEST = 200


def meanings(dataset: Any) -> List[List[str]]:
    """[[column, what it means, unit], …] of the columns that the data set has; [] where the description has no table.

    The table is Markdown, with three columns; its first cell names a column, or several with commas between them.
    """
    known = list(dataset.feature_names) + [dataset.target_name]
    found = {}
    for line in (dataset.description or "").split("\n"):
        cells = [cell.strip() for cell in re.sub(r"[*`]", "", line).strip().strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == 3:
            for name in cells[0].split(", "):
                found[name.strip()] = [re.sub("^target: ", "", cells[1]), cells[2]]
    return [[shortened(name, LONGEST)] + [shortened(text, LONGEST) for text in found[name]] for name in known
            if name in found]
