"""Writes the CSV files beside this script from the raw files of the datasets.

    python datasets/make.py RAW_FOLDER

The raw files are those of scikit-learn 1.1.3, from its folder `sklearn/datasets/data`. Every set gets the
same form: a header row, the target in the last column, every cell a number, with the digits of the raw file.
"""
import argparse
import csv
import gzip
import math
import os
import sys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="RAW_FOLDER")
    folder = parser.parse_args().folder
    for name, table in TABLES.items():
        header, rows = table(folder)
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".csv")
        write(path, header, rows)
        print("%s.csv: %d rows, %d features" % (name, len(rows), len(header) - 1))


# One function per set: the header and the rows, target last


def boston(folder: str) -> tuple:
    counts, header, *rows = comma_separated(folder, "boston_house_prices.csv")
    return header, counted(rows, counts)


def diabetes(folder: str) -> tuple:
    features = [line.split() for line in lines(folder, "diabetes_data_raw.csv.gz")]
    targets = lines(folder, "diabetes_target.csv.gz")
    if len(features) != len(targets):
        sys.exit("diabetes: %d rows of features, but %d targets" % (len(features), len(targets)))
    header = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6", "progression"]
    return header, [row + [target] for row, target in zip(features, targets)]


def iris(folder: str) -> tuple:
    counts, *rows = comma_separated(folder, "iris.csv")
    return ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"], counted(rows, counts)


def wine(folder: str) -> tuple:
    counts, *rows = comma_separated(folder, "wine_data.csv")
    header = ["alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
              "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline",
              "cultivar"]
    return header, counted(rows, counts)


def breast_cancer(folder: str) -> tuple:
    counts, *rows = comma_separated(folder, "breast_cancer.csv")
    measures = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
                "concave_points", "symmetry", "fractal_dimension"]
    header = ["mean_" + measure for measure in measures]
    header += [measure + "_error" for measure in measures]
    header += ["worst_" + measure for measure in measures]
    return header + ["benign"], counted(rows, counts)


def digits(folder: str) -> tuple:
    rows = comma_separated(folder, "digits.csv.gz")
    header = ["pixel_%d_%d" % (row, column) for row in range(8) for column in range(8)]
    return header + ["digit"], rows


TABLES = {"boston": boston, "diabetes": diabetes, "iris": iris, "wine": wine, "breast_cancer": breast_cancer,
          "digits": digits}


# Reading and writing


def lines(folder: str, name: str) -> list:
    """The lines of a raw text file, which may be compressed."""
    path = os.path.join(folder, name)
    open_text = gzip.open if name.endswith(".gz") else open
    with open_text(path, "rt", encoding="ascii") as file:
        return file.read().splitlines()


def comma_separated(folder: str, name: str) -> list:
    return list(csv.reader(lines(folder, name)))


def counted(rows: list, counts: list) -> list:
    """The rows, once they agree with the raw file's first line: number of rows, number of features, …"""
    if len(rows) != int(counts[0]) or len(rows[0]) != int(counts[1]) + 1:
        sys.exit("the raw file announces %s rows of %s features, but has %d rows of %d"
                 % (counts[0], counts[1], len(rows), len(rows[0]) - 1))
    return rows


def plain(text: str) -> str:
    """A number out of scientific form: 5.900000000000000000e+01 becomes 59. Others stay as they are."""
    if "e" not in text.lower():
        return text
    number = float(text)
    return str(int(number)) if number.is_integer() else repr(number)


def is_finite_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def write(path: str, header: list, rows: list) -> None:
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            sys.exit("%s: row %d has %d columns, the header %d" % (path, number, len(row), len(header)))
        if not all(is_finite_number(cell) for cell in row):
            sys.exit("%s: row %d holds something that is not a finite number" % (path, number))
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([plain(cell) for cell in row] for row in rows)


if __name__ == "__main__":
    main()
