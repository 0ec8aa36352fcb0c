"""The datasets, the script that makes them, and the reader of CSV files.

The expected numbers are those printed in the original publications and repositories, or counted elsewhere.
"""
import ast
import gzip
import importlib.util
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pygraphnn.data import Dataset, dataset_names, load_csv, load_dataset

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "datasets"

# name: rows, first row, its target, name of the target
SETS = {
    "boston": (506, [0.00632, 18, 2.31, 0, 0.538, 6.575, 65.2, 4.09, 1, 296, 15.3, 396.9, 4.98], 24, "MEDV"),
    "diabetes": (442, [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87], 151, "progression"),
    "iris": (150, [5.1, 3.5, 1.4, 0.2], 0, "species"),
    "wine": (178, [14.23, 1.71, 2.43, 15.6, 127, 2.8, 3.06, 0.28, 2.29, 5.64, 1.04, 3.92, 1065],
             0, "cultivar"),
    "breast_cancer": (569, [
        17.99, 10.38, 122.8, 1001, 0.1184, 0.2776, 0.3001, 0.1471, 0.2419, 0.07871,
        1.095, 0.9053, 8.589, 153.4, 0.006399, 0.04904, 0.05373, 0.01587, 0.03003, 0.006193,
        25.38, 17.33, 184.6, 2019, 0.1622, 0.6656, 0.7119, 0.2654, 0.4601, 0.1189], 0, "benign"),
    "digits": (1797, [0, 0, 5, 13, 9, 1, 0, 0,
                      0, 0, 13, 15, 10, 15, 5, 0,
                      0, 3, 15, 2, 0, 11, 8, 0,
                      0, 4, 12, 0, 0, 8, 8, 0,
                      0, 5, 8, 0, 0, 9, 8, 0,
                      0, 4, 11, 0, 1, 12, 7, 0,
                      0, 2, 14, 5, 10, 12, 0, 0,
                      0, 0, 6, 13, 10, 0, 0, 0], 0, "digit"),
}

FEATURES = {
    "boston": "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split(),
    "diabetes": "age sex bmi bp s1 s2 s3 s4 s5 s6".split(),
    "iris": "sepal_length sepal_width petal_length petal_width".split(),
    "wine": ("alcohol malic_acid ash alcalinity_of_ash magnesium total_phenols flavanoids "
             "nonflavanoid_phenols proanthocyanins color_intensity hue od280_od315 proline").split(),
    "breast_cancer": (
        "mean_radius mean_texture mean_perimeter mean_area mean_smoothness mean_compactness mean_concavity "
        "mean_concave_points mean_symmetry mean_fractal_dimension "
        "radius_error texture_error perimeter_error area_error smoothness_error compactness_error "
        "concavity_error concave_points_error symmetry_error fractal_dimension_error "
        "worst_radius worst_texture worst_perimeter worst_area worst_smoothness worst_compactness "
        "worst_concavity worst_concave_points worst_symmetry worst_fractal_dimension").split(),
    "digits": ["pixel_%d_%d" % divmod(pixel, 8) for pixel in range(64)],
}


def mean(numbers):
    return math.fsum(numbers) / len(numbers)


def column(dataset, feature):
    return [row[dataset.feature_names.index(feature)] for row in dataset.data]


def counts(dataset):
    return {label: dataset.target.count(label) for label in set(dataset.target)}


# The datasets of the package


def test_the_names_are_sorted():
    assert dataset_names() == ["boston", "breast_cancer", "diabetes", "digits", "iris", "wine"]


@pytest.mark.parametrize("name", sorted(SETS))
def test_size_names_and_first_row(name):
    rows, first, target, target_name = SETS[name]
    dataset = load_dataset(name)
    assert len(dataset.data) == len(dataset.target) == rows
    assert {len(row) for row in dataset.data} == {len(first)}
    assert (dataset.data[0], dataset.target[0], dataset.target_name) == (first, target, target_name)
    assert dataset.feature_names == FEATURES[name]
    assert dataset.name == name
    assert all(type(number) is float for row in dataset.data + [dataset.target] for number in row)


def test_boston_agrees_with_its_published_summary():
    boston = load_dataset("boston")
    assert mean(boston.target) == pytest.approx(22.5328, abs=5e-5)
    assert mean(column(boston, "RM")) == pytest.approx(6.2846, abs=5e-5)
    assert mean(column(boston, "LSTAT")) == pytest.approx(12.6531, abs=5e-5)
    assert (min(boston.target), max(boston.target), boston.target.count(50.0)) == (5.0, 50.0, 16)
    assert sum(column(boston, "CHAS")) == 35
    assert boston.data[-1] == [0.04741, 0, 11.93, 0, 0.573, 6.03, 80.8, 2.505, 1, 273, 21, 396.9, 7.88]
    assert boston.target[-1] == 11.9
    assert column(boston, "CRIM")[445] == 10.6718      # wrong in copies of the set that circulated for years


def test_diabetes_agrees_with_its_published_summary():
    diabetes = load_dataset("diabetes")
    assert mean(diabetes.target) == pytest.approx(152.1335, abs=5e-5)
    assert (min(diabetes.target), max(diabetes.target)) == (25, 346)
    assert mean(column(diabetes, "bmi")) == pytest.approx(26.3758, abs=5e-5)
    assert set(column(diabetes, "sex")) == {1, 2}
    assert diabetes.data[-1] == [36, 1, 19.6, 71, 250, 133.2, 97, 3, 4.5951, 92]


def test_iris_follows_fishers_paper():
    iris = load_dataset("iris")
    assert counts(iris) == {0: 50, 1: 50, 2: 50}
    assert [mean(column(iris, name)) for name in iris.feature_names] == pytest.approx(
        [5.8433, 3.0573, 3.7580, 1.1993], abs=5e-5)
    assert iris.data[34] == [4.9, 3.1, 1.5, 0.2]       # the copy at UCI has 0.1 here,
    assert iris.data[37] == [4.9, 3.6, 1.4, 0.1]       # and 3.1 and 1.5 here


def test_wine_has_three_cultivars():
    wine = load_dataset("wine")
    assert counts(wine) == {0: 59, 1: 71, 2: 48}
    assert mean(column(wine, "alcohol")) == pytest.approx(13.0006, abs=5e-5)
    assert (min(column(wine, "proline")), max(column(wine, "proline"))) == (278, 1680)


def test_breast_cancer_counts_and_order_of_the_columns():
    cancer = load_dataset("breast_cancer")
    assert counts(cancer) == {0: 212, 1: 357}
    assert (min(column(cancer, "mean_radius")), max(column(cancer, "mean_radius"))) == (6.981, 28.11)
    for worst, usual in zip(column(cancer, "worst_radius"), column(cancer, "mean_radius")):
        assert worst >= usual
    for label, radius in ((0, 17.46), (1, 12.15)):     # malignant nuclei are larger
        radii = [row[0] for row, other in zip(cancer.data, cancer.target) if other == label]
        assert mean(radii) == pytest.approx(radius, abs=5e-3)


def test_digits_counts_and_constant_pixels():
    digits = load_dataset("digits")
    assert counts(digits) == {0: 178, 1: 182, 2: 177, 3: 183, 4: 181, 5: 182, 6: 181, 7: 179, 8: 174, 9: 180}
    assert {number for row in digits.data for number in row} == set(range(17))
    constant = [name for name in digits.feature_names if len(set(column(digits, name))) == 1]
    assert constant == ["pixel_0_0", "pixel_4_0", "pixel_4_7"]
    for name in constant:
        assert "`%s`" % name in digits.description


@pytest.mark.parametrize("name", sorted(SETS))
def test_the_description_names_rows_columns_and_source(name):
    dataset = load_dataset(name)
    assert dataset.description.startswith("# ")
    assert "**%d rows" % len(dataset.data) in dataset.description
    assert "| **%s** | **target:**" % dataset.target_name in dataset.description
    assert "\n## Source\n" in dataset.description
    if name != "digits":                               # which describes its 64 pixels in one line
        cells = [cell.strip() for line in dataset.description.splitlines() for cell in line.split("|")]
        described = [word for cell in cells for word in cell.split(", ")]
        assert [feature for feature in dataset.feature_names if feature not in described] == []


def test_the_description_of_boston_warns():
    description = load_dataset("boston").description
    for fact in ("1000(Bk − 0.63)²", "share of Black residents", "MEDV is capped at 50", "lesson",
                 "`diabetes`"):
        assert fact in description


@pytest.mark.parametrize("name", sorted(SETS))
def test_the_files_are_plain_csv(name):
    content = (FOLDER / (name + ".csv")).read_bytes()
    assert b"\r" not in content and content.endswith(b"\n") and not content.endswith(b"\n\n")
    header, *lines = content.decode("ascii").splitlines()
    assert header.split(",") == FEATURES[name] + [SETS[name][3]]
    assert len(lines) == SETS[name][0]
    for line in lines:
        cells = line.split(",")
        assert len(cells) == len(FEATURES[name]) + 1
        assert all(math.isfinite(float(cell)) for cell in cells)


def test_an_unknown_dataset_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError) as caught:
        load_dataset("Bostn")
    message = str(caught.value)
    assert "'Bostn'" in message and "did you mean 'boston'?" in message
    for name in dataset_names():
        assert name in message


def test_a_path_is_no_dataset_name():
    with pytest.raises(ValueError, match="there is no dataset '../datasets/iris'"):
        load_dataset("../datasets/iris")


def load_copy(package):
    """A second copy of the modules that read data, as if installed in another folder."""
    package.mkdir()
    for name in ("data.py", "tables.py", "columns.py", "dataset.py", "generated.py", "rng.py", "kinds.py", "values.py",
                 "packaged.py"):
        shutil.copy(str(ROOT / "pygraphnn" / name), str(package))
    (package / "__init__.py").write_text("from . import data\n")
    name = "copy_in_" + package.parent.name
    spec = importlib.util.spec_from_file_location(name, str(package / "__init__.py"),
                                                  submodule_search_locations=[str(package)])
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.data


def test_an_installed_package_has_its_own_folder(tmp_path):
    module = load_copy(tmp_path / "package")
    for parent, number in ((tmp_path, "1"), (tmp_path / "package", "2")):
        (parent / "datasets").mkdir()
        (parent / "datasets" / "boston.csv").write_text("a,b\n%s,0\n" % number)
        (parent / "datasets" / "boston.md").write_text("# Text\n")
        assert module.load_dataset("boston").data == [[float(number)]]
    assert module.load_dataset("boston").description == "# Text\n"


def test_a_foreign_folder_called_datasets_is_not_taken(tmp_path):
    module = load_copy(tmp_path / "package")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FileNotFoundError, match="boston.csv of the datasets is missing: install the package again"):
        module.load_dataset("boston")


def test_the_names_are_those_of_the_files():
    assert dataset_names() == sorted(path.stem for path in FOLDER.glob("*.csv"))


def test_importing_the_modules_needs_only_what_every_python_has():
    # MicroPython has no difflib or os.path
    for name in ("data.py", "tables.py", "columns.py", "packaged.py"):
        imports = [node for node in ast.parse((ROOT / "pygraphnn" / name).read_text(encoding="utf-8")).body
                   if isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and node.level == 0]
        assert {alias.name for node in imports for alias in node.names} <= {"math", "sys"}


# Dataset


@pytest.fixture
def small():
    data = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    return Dataset("small", data, [7.0, 8.0], ["RM", "AGE", "LSTAT"], "MEDV", "Text.")


def test_keys_read_the_attributes(small):
    assert small["data"] is small.data
    assert small["target"] is small.target
    assert small["feature_names"] is small.feature_names
    assert (small["target_name"], small["description"]) == ("MEDV", "Text.")


@pytest.mark.parametrize("key", ["labels", "KEYS", 0])
def test_an_unknown_key_is_refused(small, key):
    with pytest.raises(KeyError) as caught:
        small[key]
    message = caught.value.args[0]
    assert repr(key) in message and "data, target, feature_names, target_name, description" in message


def test_select_takes_columns_in_the_order_asked_for(small):
    chosen = small.select(["LSTAT", "RM"])
    assert chosen.data == [[3.0, 1.0], [6.0, 4.0]]
    assert chosen.feature_names == ["LSTAT", "RM"]
    assert (chosen.target, chosen.target_name) == ([7.0, 8.0], "MEDV")
    assert (chosen.name, chosen.description) == ("small", "Text.")
    assert small.feature_names == ["RM", "AGE", "LSTAT"]


def test_select_copies(small):
    chosen = small.select(["RM", "AGE", "LSTAT"])
    chosen.data[0][0] = chosen.target[0] = -1.0
    assert small.data[0][0] == 1.0 and small.target[0] == 7.0


def test_select_as_in_the_lesson():
    chosen = load_dataset("boston").select(["RM", "LSTAT"])
    assert chosen.data[:3] == [[6.575, 4.98], [6.421, 9.14], [7.185, 4.03]]


def test_select_names_an_unknown_feature_and_the_nearest(small):
    with pytest.raises(ValueError) as caught:
        small.select(["RM", "lstatt"])
    assert str(caught.value) == ("there is no feature 'lstatt', did you mean 'LSTAT'? "
                                 "There are: RM, AGE, LSTAT")
    with pytest.raises(ValueError, match=r"there is no feature 'xyz'\. There are: RM, AGE, LSTAT"):
        small.select(["xyz"])


@pytest.mark.parametrize("features, message", [
    ([], "the list of features is empty"),
    (["RM", "AGE", "RM"], "feature 'RM' is asked for twice"),
    ("RM", "'RM' is a string: give the features as a list of names"),
])
def test_select_refuses(small, features, message):
    with pytest.raises(ValueError, match=message):
        small.select(features)


def test_repr_is_short(small):
    assert repr(small) == "<Dataset small: 2 rows, 3 features, target MEDV>"


# CSV files


@pytest.fixture
def csv_file(tmp_path):
    def write(content):
        path = tmp_path / "houses.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return str(path)
    return write


def test_the_last_column_is_the_target(csv_file):
    path = csv_file("rooms,age,price\n6,30,24.5\n7,-1e1,.5\n")
    houses = load_csv(path)
    assert houses.data == [[6.0, 30.0], [7.0, -10.0]]
    assert houses.target == [24.5, 0.5]
    assert (houses.feature_names, houses.target_name, houses.name) == (["rooms", "age"], "price", "houses")
    assert path in houses.description


def test_a_path_object_is_taken_too(csv_file):
    assert load_csv(Path(csv_file("a,b\n1,2\n"))).data == [[1.0]]


def test_target_and_features_by_name(csv_file):
    path = csv_file("rooms,age,price\n6,30,24\n7,40,22\n")
    by_target = load_csv(path, target="rooms")
    assert (by_target.data, by_target.target) == ([[30.0, 24.0], [40.0, 22.0]], [6.0, 7.0])
    assert by_target.feature_names == ["age", "price"]
    by_both = load_csv(path, target="age", features=["price", "rooms"])
    assert (by_both.data, by_both.target) == ([[24.0, 6.0], [22.0, 7.0]], [30.0, 40.0])
    assert by_both.feature_names == ["price", "rooms"]


def test_text_is_allowed_in_columns_that_are_not_used(csv_file):
    path = csv_file("town,rooms,note,price\nSalem,6,,24\nLynn,7,NA,22\n")
    assert load_csv(path, features=["rooms"]).data == [[6.0], [7.0]]


@pytest.mark.parametrize("content", [
    "a,b,c\n1.5,2,3\n4,5,6\n",
    "\ufeffa,b,c\n1.5,2,3\n4,5,6\n",                     # byte-order mark
    "a;b;c\n1.5;2;3\n4;5;6\n",
    "a\tb\tc\n1.5\t2\t3\n4\t5\t6\n",
    "a|b|c\n1.5|2|3\n4|5|6\n",
    "a b c\n1.5 2 3\n4 5 6\n",
    "  a    b  c  \n1.5    2\t3\n  4    5  6\n",
    '"a" "b" "c"\n"1.5" 2 3\n4 5 "6" \n',
    "sep=;\na;b;c\n1.5;2;3\n4;5;6\n",
    '"sep=|"\r\na|b|c\r\n1.5|2|3\r\n4|5|6\r\n',
    "SEP=,\na,b,c\n1.5,2,3\n4,5,6\n",
    "\n\na,b,c\n1.5,2,3\n4,5,6\n",
    ";;\na;b;c\n1.5;2;3\n4;5;6\n;;\n ; ;\n",
    "a,b,c,\n1.5,2,3,\n4,5,6,\n",
    "a,b,c,,\n1.5,2,3\n4,5,6\n",
    "a,b,c\n1.5,2,3,\n4,5,6,\n",
    ",a,b,c\n0,1.5,2,3\n1,4,5,6\n",
    '"","a","b","c"\n"1",1.5,2,3\n"2",4,5,6\n',
    '"a","b","c"\n"1",1.5,2,3\n"2",4,5,6\n',          # R's write.table
    "a,b,c\r\n1.5,2,3\r\n4,5,6\r\n",
    "a,b,c\r1.5,2,3\r4,5,6\r",
    "a,b,c\n1.5,2,3\n4,5,6",                            # no line end at the end
    "a,b,c\n1.5,2,3\n4,5,6\n\n  \n\r\n",
    '"a","b","c"\n"1.5","2","3"\n4,5,6\n',
    ' a , b,c \n 1.5 ,2, 3\n4 ,5,6 \n',
    '"a" , "b", " c "\n" 1.5 ",2 ,"3" \n 4,"5" ,6\n',
    '"a";"b" ;"c"\n"1.5" ;"2";3\n4;5;6 \n',
    "a,b,c\n+1.5,2e0,3.\n4,05,6E+0\n",
])
def test_forms_of_the_same_file(csv_file, content):
    read = load_csv(csv_file(content))
    assert (read.feature_names, read.target_name) == (["a", "b"], "c")
    assert (read.data, read.target) == ([[1.5, 2.0], [4.0, 5.0]], [3.0, 6.0])


@pytest.mark.parametrize("content, names", [
    ('"size, in m";"rooms, all";price\n1;2;3\n', ["size, in m", "rooms, all"]),
    ("size, in m;rooms, all;price, in $\n1;2;3\n", ["size, in m", "rooms, all"]),
    ("size, in m\trooms, all\tprice, in $\n1\t2\t3\n", ["size, in m", "rooms, all"]),
    ('"size;m","rooms\tall", "the ""best;"" price"\n1,2,3\n', ["size;m", "rooms\tall"]),
    ('size,"rooms;all\n(1;2)",price\n1,2,3\n', ["size", "rooms;all (1;2)"]),
])
def test_the_header_decides_on_the_separator(csv_file, content, names):
    read = load_csv(csv_file(content))
    assert read.feature_names == names
    assert (read.data, read.target) == ([[1.0, 2.0]], [3.0])


def test_names_in_other_alphabets_and_with_quotes_and_line_breaks(csv_file):
    read = load_csv(csv_file('房间,"the ""price""\n(dollars)"\n1,2\n'))
    assert (read.feature_names, read.target_name) == (["房间"], 'the "price" (dollars)')


def error_of(*arguments, **options):
    """The message of the ValueError that load_csv raises. It is one line and names the file."""
    with pytest.raises(ValueError) as caught:
        load_csv(*arguments, **options)
    message = str(caught.value)
    assert message.startswith(arguments[0])
    assert "\n" not in message
    return message[len(arguments[0]):]


GOOD = "a,b,c\n1,2,3\n"


@pytest.mark.parametrize("content, message", [
    # missing values
    (GOOD + "4,,6\n", ", line 3, column 'b': the value is missing ('')"),
    (GOOD + "4, ,6\n", ", line 3, column 'b': the value is missing ('')"),
    (GOOD + '4,"",6\n', ", line 3, column 'b': the value is missing ('')"),
    (GOOD + "4,5,\n", ", line 3, column 'c': the value is missing ('')"),
    (GOOD + "4,NA,6\n", ", line 3, column 'b': the value is missing ('NA')"),
    (GOOD + "4,n/a,6\n", ", line 3, column 'b': the value is missing ('n/a')"),
    (GOOD + "4,NaN,6\n", ", line 3, column 'b': the value is missing ('NaN')"),
    (GOOD + "4,.,6\n", ", line 3, column 'b': the value is missing ('.')"),
    (GOOD + "null,5,6\n", ", line 3, column 'a': the value is missing ('null')"),
    (GOOD + "4,5,?\n", ", line 3, column 'c': the value is missing ('?')"),
    # not a number
    (GOOD + "4,5,six\n", ", line 3, column 'c': 'six' is not a number: correct it, or leave this column out"),
    (GOOD + "0x10,5,6\n", ", line 3, column 'a': '0x10' is not a number"),
    (GOOD + "$4,5,6\n", ", line 3, column 'a': '$4' is not a number"),
    (GOOD + "1 000,5,6\n", ", line 3, column 'a': '1 000' is not a number"),
    (GOOD + "1_000,5,6\n", ", line 3, column 'a': '1_000' is not a number"),
    (GOOD + "4,5,--6\n", ", line 3, column 'c': '--6' is not a number"),
    (GOOD + "4,5,T\n", ", line 3, column 'c': 'T' is not a number"),
    # not finite
    (GOOD + "inf,5,6\n", ", line 3, column 'a': 'inf' is not a finite number"),
    (GOOD + "-Infinity,5,6\n", ", line 3, column 'a': '-Infinity' is not a finite number"),
    (GOOD + "1e999,5,6\n", ", line 3, column 'a': '1e999' is not a finite number"),
    # decimal comma
    ("a;b\n1;2\n3,5;4\n", ", line 3, column 'a': '3,5' is not a number: numbers need a decimal point"),
    ('a,b\n1,2\n"-3,5",4\n', ", line 3, column 'a': '-3,5' is not a number: numbers need a decimal point"),
    ("a\tb\n1\t1,234.5\n", ", line 2, column 'b': '1,234.5' is not a number: numbers need a decimal point"),
    ("a\tb\n1\t1.234,5\n", ", line 2, column 'b': '1.234,5' is not a number: numbers need a decimal point"),
    ("a;b\n1;x,y\n", ", line 2, column 'b': 'x,y' is not a number: correct it"),
    # columns
    (GOOD + "4,5\n", ", line 3: the number of columns is 2, but the header has 3"),
    (GOOD + "4,5,6,7\n", ", line 3: the number of columns is 4, but the header has 3"),
    (GOOD + "4,5,6,\n", ", line 3: the number of columns is 4, but the header has 3"),
    (GOOD + "\n4,5,6\n", ", line 3: the line is blank: delete it"),
    (GOOD + "  \n4,5,6\n", ", line 3: the line is blank: delete it"),
    # header
    ("1,2,3\n4,5,6\n", ": line 1 holds numbers, not names: add a header row"),
    ("1,1\n4,5\n", ": line 1 holds numbers, not names: add a header row"),
    ("1,5;2,5\n4,5;5,5\n", ": line 1 holds numbers, not names: add a header row"),
    ("a,b,a\n1,2,3\n", ", line 1: columns 1 and 3 are both named 'a'"),
    ("a,b, a \n1,2,3\n", ", line 1: columns 1 and 3 are both named 'a'"),
    ("a,,c\n1,2,3\n", ", line 1: column 2 has no name"),
    ("a,b,\n1,2,3\n", ", line 1: column 3 has no name"),
    ('a," ",c\n1,2,3\n', ", line 1: column 2 has no name"),
    ("a\n1\n2\n", ", line 1: there is only one column, 'a'"),
    ("a b c\n1\n3\n", ", line 1: there is only one column, 'a b c'"),
    ("", " is empty"),
    ("\ufeff", " is empty"),
    ("\n \n\r\n", " is empty"),
    ("a,b,c\n", ": line 1 is the header, but no rows follow it"),
    ("a,b,c\n\n\n", ": line 1 is the header, but no rows follow it"),
    # encoding
    (b"a,b\n1,2\n\xe9,3\n", ", line 3: this is not UTF-8 text: save the file as CSV in UTF-8"),
    (b"\xef\xbb\xbfa,b\r\n1,2\r\n\xff,3\r\n", ", line 3: this is not UTF-8 text"),
    (b"a,b\r1,2\r\xff,3\r", ", line 3: this is not UTF-8 text"),
    ("a,b\n1,2\n".encode("utf-16"), ", line 1: this is not UTF-8 text: save the file as CSV in UTF-8"),
    ("a,b\n1,2\n".encode("utf-16-le"), ", line 1: there is a NUL byte: save the file as CSV in UTF-8"),
    (b"a,b\n1,2\n3,\0\n", ", line 3: there is a NUL byte"),
    # quotes
    ('a,b\n1,2\n"3,4\n5,6\n', ", line 3: not readable as CSV ("),
    ('a,b\n1,2\n"3"3,4\n', ", line 3: not readable as CSV ("),
    ('"a,b\n1,2\n3,4\n', ", line 1: not readable as CSV ("),
    ('a,b\n1,2\n"' + 200000 * "x" + '",4\n', ", line 3, column 'a': 'xxxxxxxx"),
])
def test_errors_name_the_file_the_line_and_the_column(csv_file, content, message):
    assert error_of(csv_file(content)).startswith(message)


QUOTED = 'note,a,b\n"one\ntwo\nthree",1,2\n"four\r\nfive",%s,4\n,5,%s\n'


def test_lines_are_counted_in_the_file_when_quoted_cells_span_several(csv_file):
    # line 1 note…, 2–4 "one…, 5–6 "four…, 7 the last row
    assert load_csv(csv_file(QUOTED % (3, 6)), features=["a"]).data == [[1.0], [3.0], [5.0]]
    assert error_of(csv_file(QUOTED % (3, "x")), features=["a"]).startswith(", line 7, column 'b': 'x'")
    assert error_of(csv_file(QUOTED % ("x", 6)), features=["a"]).startswith(", line 6, column 'a': 'x'")
    assert error_of(csv_file(QUOTED % ('"x\ny"', 6)), features=["a"]).startswith(", line 6, column 'a'")
    message = error_of(csv_file(QUOTED % ("3,3", 6)), features=["a"])
    assert message == ", line 5: the number of columns is 4, but the header has 3"


def test_a_long_text_is_cut_in_the_message(csv_file):
    assert len(error_of(csv_file(GOOD + "4,5," + 10000 * "x" + "\n"))) < 150


def test_an_unknown_target_is_refused(csv_file):
    path = csv_file("rooms,age,price\n1,2,3\n")
    assert error_of(path, target="PRICE") == (", line 1: there is no column 'PRICE', did you mean 'price'? "
                                              "There are: rooms, age, price")
    assert error_of(path, target="xyz") == ", line 1: there is no column 'xyz'. There are: rooms, age, price"
    assert error_of(path, target=2).startswith(", line 1: there is no column 2.")


def test_features_are_checked(csv_file):
    path = csv_file("rooms,age,price\n1,2,3\n")
    assert error_of(path, features=["age", "room"]) == (
        ", line 1: there is no column 'room', did you mean 'rooms'? There are: rooms, age, price")
    assert error_of(path, features=["age", "price"]).startswith(
        ", line 1: column 'price' is the target, so it cannot be a feature too")
    assert error_of(path, target="age", features=["age"]).startswith(
        ", line 1: column 'age' is the target, so it cannot be a feature too")
    assert error_of(path, features=["age", "age"]) == ", line 1: column 'age' is asked for twice"
    assert error_of(path, features=[]).startswith(", line 1: the list of columns is empty")
    assert error_of(path, features="rooms").startswith(", line 1: 'rooms' is a string")


def one_line(caught, path, advice):
    message = str(caught.value)
    return str(path) in message and advice in message and "\n" not in message


def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "none.csv"
    with pytest.raises(FileNotFoundError) as caught:
        load_csv(path)
    assert one_line(caught, path, "check its name and folder")


def test_a_folder_instead_of_a_file(tmp_path):
    with pytest.raises(IsADirectoryError) as caught:
        load_csv(tmp_path)
    assert one_line(caught, tmp_path, "is a folder: name a CSV file")


def test_a_path_through_a_file(csv_file):
    path = os.path.join(csv_file(GOOD), "more.csv")
    with pytest.raises(OSError) as caught:
        load_csv(path)
    assert one_line(caught, path, "")


def test_a_path_with_a_nul():
    with pytest.raises(OSError, match="cannot be read"):
        load_csv("a\0b")


# A reader without permission. Nobody denies root a file, so a process of root's first becomes somebody else.
# By then it has imported what it needs: the new user may be barred from the interpreter's folders as well.
READ_WITHOUT_PERMISSION = """
import difflib, os, re, sys
import pygraphnn.columns, pygraphnn.files
from pygraphnn.data import load_csv
if hasattr(os, "getuid") and os.getuid() == 0:
    os.setuid(65534)
try:
    load_csv(sys.argv[1])
except PermissionError as problem:
    print(problem)
"""


def test_a_file_without_permission(csv_file):
    path = csv_file(GOOD)
    os.chmod(path, 0)
    try:
        result = subprocess.run([sys.executable, "-c", READ_WITHOUT_PERMISSION, path], cwd=str(ROOT),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    finally:
        os.chmod(path, 0o600)
    assert (result.stdout, result.stderr) == ("%s may not be read: change its permissions\n" % path, "")


# datasets/make.py, on small raw files


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    measures = ",".join("0.%d" % number for number in range(1, 31))
    pixels = ",".join(str(number % 17) for number in range(64))
    files = {
        "boston_house_prices.csv":
            '2,13,,,,,,,,,,,,\n"CRIM","ZN","INDUS","CHAS","NOX","RM","AGE","DIS","RAD","TAX","PTRATIO","B",'
            '"LSTAT","MEDV"\n0.00632,18,2.31,0,0.538,6.575,65.2,4.0900,1,296,15.3,396.90,4.98,24\n'
            "1,2,3,4,5,6,7,8,9,10,11,12,13,14.0\n",
        "iris.csv": "2,4,setosa,versicolor,virginica\n5.1,3.5,1.4,0.2,0\n4.9,3.0,1.4,0.2,2\n",
        "wine_data.csv": "1,13,class_0,class_1,class_2\n1,2,3,4,5,6,7,8,9,10,11,12,13,2\n",
        "breast_cancer.csv": "1,30,malignant,benign\n" + measures + ",1\n",
        "diabetes_data_raw.csv.gz": "59 2 32.1 101.0 157 93.2 38.0 4.0 4.8598 87\n"
                                    "48 1 2.160000000000000142e+01 8.7e+01 183 103.2 70.0 3.0 3.8918 69\n",
        "diabetes_target.csv.gz": "1.510000000000000000e+02\n7.550000000000000000e+01\n",
        "digits.csv.gz": pixels + ",7\n",
    }
    for name, text in files.items():
        content = text.encode("ascii")
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return folder


def make(tmp_path, *arguments):
    """Runs a copy of the script, which writes beside itself."""
    folder = tmp_path / "made"
    folder.mkdir()
    shutil.copy(str(FOLDER / "make.py"), str(folder))
    result = subprocess.run([sys.executable, str(folder / "make.py")] + list(map(str, arguments)),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    return result, folder


def test_make_writes_every_set(tmp_path, raw):
    result, folder = make(tmp_path, raw)
    assert (result.returncode, result.stderr) == (0, "")
    made = {path.stem: path.read_bytes().decode("utf-8") for path in folder.glob("*.csv")}
    assert sorted(made) == dataset_names()
    assert made["boston"] == ("CRIM,ZN,INDUS,CHAS,NOX,RM,AGE,DIS,RAD,TAX,PTRATIO,B,LSTAT,MEDV\n"
                              "0.00632,18,2.31,0,0.538,6.575,65.2,4.0900,1,296,15.3,396.90,4.98,24\n"
                              "1,2,3,4,5,6,7,8,9,10,11,12,13,14.0\n")
    assert made["iris"] == ("sepal_length,sepal_width,petal_length,petal_width,species\n"
                            "5.1,3.5,1.4,0.2,0\n4.9,3.0,1.4,0.2,2\n")
    assert made["diabetes"] == ("age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,progression\n"
                                "59,2,32.1,101.0,157,93.2,38.0,4.0,4.8598,87,151\n"
                                "48,1,21.6,87,183,103.2,70.0,3.0,3.8918,69,75.5\n")
    for name, row in (("wine", "1,2,3,4,5,6,7,8,9,10,11,12,13,2"),
                      ("breast_cancer", ",".join("0.%d" % number for number in range(1, 31)) + ",1"),
                      ("digits", ",".join(str(number % 17) for number in range(64)) + ",7")):
        assert made[name] == ",".join(FEATURES[name] + [SETS[name][3]]) + "\n" + row + "\n"


@pytest.mark.parametrize("name, content, message", [
    ("iris.csv", b"3,4,a,b,c\n5.1,3.5,1.4,0.2,0\n", "announces 3 rows of 4 features"),
    ("iris.csv", b"1,3,a,b,c\n5.1,3.5,1.4,0.2,0\n", "announces 1 rows of 3 features"),
    ("iris.csv", b"1,4,a,b,c\n5.1,3.5,1.4,x,0\n", "row 1 holds something that is not a finite number"),
    ("iris.csv", b"1,4,a,b,c\n5.1,3.5,1.4,nan,0\n", "row 1 holds something that is not a finite number"),
    ("wine_data.csv", b"2,13\n1,2,3,4,5,6,7,8,9,10,11,12,13,2\n1,2\n", "row 2 has 2 columns, the header 14"),
    ("diabetes_target.csv.gz", gzip.compress(b"1.5e+02\n"), "2 rows of features, but 1 targets"),
])
def test_make_refuses_raw_files_that_do_not_fit(tmp_path, raw, name, content, message):
    (raw / name).write_bytes(content)
    result, _ = make(tmp_path, raw)
    assert result.returncode == 1
    assert message in result.stderr and "Traceback" not in result.stderr


def test_make_says_how_it_is_called(tmp_path):
    result, folder = make(tmp_path)
    assert result.returncode == 2 and "usage: make.py [-h] RAW_FOLDER" in result.stderr
    assert list(folder.glob("*.csv")) == []
