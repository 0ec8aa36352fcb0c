"""What data sets arrive as: plain lists of floats, with the names of the columns."""
from . import values
from .kinds import Any, List, Matrix, Optional, Sequence, Vector


class Dataset:
    """Rows of features, and for each row the number to predict.

    `data` holds n rows of m floats, `target` n floats, `feature_names` the m names of the columns of `data`.
    `target_name`, `description` and `name` are strings. `class_names`: where the target tells classes apart, their
    names, by the numbers from 0 on that stand in `target`; else None. All but `name` can be read as `d["data"]` too.
    `notes` says, in sentences, what of a file was left out. Arrays and tables, NumPy's or pandas', become lists.
    ValueError: the lengths do not fit together, or a name is no string.
    """

    KEYS = ("data", "target", "feature_names", "target_name", "description", "class_names")

    def __init__(self, name: str, data: Matrix, target: Vector, feature_names: List[str], target_name: str,
                 description: str, class_names: Optional[List[str]] = None) -> None:
        self.name = name
        self.data = values.as_list(data)
        self.target = values.as_list(target)
        self.feature_names = values.as_list(feature_names)
        self.target_name = target_name
        self.description = description
        self.class_names = None if class_names is None else values.as_list(class_names)
        self.notes: List[str] = []
        self._require_fit()

    def _require_fit(self) -> None:
        for attribute in ("data", "target", "feature_names"):
            if not values.is_sequence(getattr(self, attribute)):
                raise ValueError("the %s of a Dataset is %s: it must be a list"
                                 % (attribute, values.shown(getattr(self, attribute))))
        for name in list(self.feature_names) + [self.target_name, self.name] + list(self.class_names or []):
            if not isinstance(name, str):
                raise ValueError("the name %s of a Dataset is no string: write %r"
                                 % (values.shown(name), values.shown(name)))
        if len(self.data) != len(self.target):
            raise ValueError("a Dataset has %d rows of data, but %d numbers in target: it needs one for each row"
                             % (len(self.data), len(self.target)))
        if self.class_names is not None:
            for label in self.target:
                if label not in range(len(self.class_names)):
                    raise ValueError("the target of a Dataset holds %s, but it has %d class names: it must hold the "
                                     "classes' numbers, from 0 on" % (values.shown(label), len(self.class_names)))
        for number, row in enumerate(self.data):
            if not values.is_sequence(row) or len(row) != len(self.feature_names):
                raise ValueError("row %d of the data of a Dataset is %s: it must be a list of %d numbers, one for each "
                                 "feature name" % (number, values.shown(row), len(self.feature_names)))

    def __getitem__(self, key: str) -> Any:
        """`d["target"]` is `d.target`. KeyError lists the keys there are."""
        if key not in self.KEYS:
            raise KeyError("there is no key %r: the keys are %s" % (key, ", ".join(self.KEYS)))
        return getattr(self, key)

    def select(self, features: Sequence[str]) -> "Dataset":
        """A copy with only the named features, in the order of the list: n rows of len(features) floats.

        ValueError: a name is unknown or stands there twice, or the list is empty.
        """
        from .tables import positions
        columns = positions(features, self.feature_names, "feature")
        data = [[row[column] for column in columns] for row in self.data]
        chosen = Dataset(self.name, data, list(self.target), list(features), self.target_name, self.description,
                         self.class_names)
        chosen.notes = list(self.notes)
        return chosen

    def __repr__(self) -> str:
        return "<Dataset %s: %s, %s, target %s>" % (
            self.name, values.counted(len(self.data), "row"), values.counted(len(self.feature_names), "feature"),
            self.target_name)
