"""Tables as people have them: with text, holes, odd separators, no header; and the sentence that says what to do."""
import pytest

import pygraphnn as pg
from pygraphnn.cli import as_options
from pygraphnn.tables import cells_of, in_one_line


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "houses.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return pg.load_csv(str(path), **options)
    return read


@pytest.fixture
def refusal(read):
    """The one line that is said about a file, in the words of the command line."""
    def refusal(content, **options):
        with pytest.raises(ValueError) as caught:
            read(content, advise=as_options, **options)
        message = str(caught.value)
        assert "\n" not in message and "houses.csv" in message
        return message.split("houses.csv", 1)[1]
    return refusal


ROWS = "3,70.5,210\n2,48.0,150\n4,101.5,330\n1,30.0,99\n"
HOUSES = "rooms,area,price\n" + ROWS


# What at the edges is no part of the table


@pytest.mark.parametrize("header, notes", [
    (",rooms,area,price\n", ["column 1 has no name and was left out"]),
    ('"","rooms","area","price"\n', ["column 1 has no name and was left out"]),
    ("rooms,area,price\n", ["column 1 has no name and was left out"]),              # R's write.table
])
def test_the_numbers_of_the_rows_are_no_feature(read, header, notes):
    houses = read(header + "".join("%d,%s\n" % pair for pair in enumerate(ROWS.split(), 1)))
    assert (houses.feature_names, houses.target_name) == (["rooms", "area"], "price")
    assert (houses.data[0], houses.target[0], houses.notes) == ([3.0, 70.5], 210.0, notes)
    assert "Column 1 has no name and was left out." in houses.description


def test_an_empty_last_column_is_left_out(read):
    houses = read(HOUSES.replace("\n", ",\n"))
    assert houses.feature_names == ["rooms", "area"] and houses.notes == ["column 4 is empty and was left out"]


def test_only_columns_that_are_asked_for_need_names_and_unique_ones(read, refusal):
    content = "a,,b,b,c\n1,2,3,4,5\n6,7,8,9,10\n"
    assert read(content, features=["a"]).data == [[1.0], [6.0]]
    assert refusal(content, features=["b"]) == ", line 1: columns 3 and 4 are both named 'b': rename one"
    assert refusal("a,a,c\n1,2,3\n") == ", line 1: columns 1 and 2 are both named 'a': rename one"
    assert read("a,a,b,c\n1,2,3,4\n", features=["b"]).data == [[3.0]]
    assert refusal("a,,c\n1,2,3\n") == ", line 1: column 2 has no name: name it, or choose --features a"
    assert refusal("a,b,\n1,2,3\n") == ", line 1: column 3 has no name: name it, or choose --target b"


def test_a_first_name_without_rows_that_differ_is_no_column_of_row_names(refusal):
    assert refusal("a,b\n1,2,3\n1,4,5\n") == ", line 2: the number of columns is 3, but the header has 2"


@pytest.mark.parametrize("first, message", [
    ("# exported 2021\n", ", line 1: '# exported 2021' looks like a comment, since line 2 has 3 columns"),
    ("Houses in Ulm\n", ", line 1: 'Houses in Ulm' looks like a title, since line 2 has 3 columns"),
])
def test_lines_before_the_names(refusal, first, message):
    assert refusal(first + HOUSES) == message + ": delete the lines before the names of the columns"


def test_a_sharp_sign_before_the_first_name_is_part_of_it(read):
    assert read("#" + HOUSES).feature_names == ["#rooms", "area"]


def test_a_line_of_totals(refusal):
    assert refusal(HOUSES + "Total,,789\n") == ", line 6: the last line looks like no row of data ('Total'): delete it"
    assert refusal(HOUSES + "Total,250,789\n") == (", line 6, column 'rooms': 'Total' is not a number: correct it, or "
                                                   "leave this column out, or delete the line")


# Is the first line data?


def test_without_a_header(read, refusal):
    assert refusal(ROWS) == (": line 1 holds numbers, not names: add a header row, or, if the line is data, choose "
                             "--no-header")
    houses = read(ROWS, header=False)
    assert (houses.feature_names, houses.target_name, len(houses.data)) == (["c1", "c2"], "c3", 4)
    assert houses.data[0] == [3.0, 70.5]
    assert read(ROWS, header=False, features=["c3"], target="c1").data[0] == [210.0]
    assert read("  3   70.5\t210\n 2 48.0 150\n", header=False).data == [[3.0, 70.5], [2.0, 48.0]]


@pytest.mark.parametrize("line, shown", [("M,0.4,0.36,15", "'0.4', '0.36', '15'"), ("name,?,city,x", "'?'"),
                                         ("year,1990,1991,x", "'1990', '1991'")])
def test_numbers_among_the_names_are_not_taken_silently(read, refusal, line, shown):
    content = "\n".join([line, "7,8,9,10", "11,12,13,14"]) + "\n"
    assert refusal(content) == (", line 1: %s among the names: is this line data? Then choose --no-header. If these "
                                "are names, --header" % shown)
    assert len(read(content, header=True).feature_names) == 3
    assert "c1" in refusal(content, header=False)


# Separators


@pytest.mark.parametrize("header", ["rooms,area\t,price", 'rooms,"area; in m²",price', "rooms,area (net; m²),price",
                                    "rooms,area [m|m],price", "number of rooms,living area,price"])
def test_a_separator_in_a_name_does_not_decide_for_the_whole_file(read, header):
    houses = read(header + "\n" + ROWS)
    assert houses.data[0] == [3.0, 70.5] and len(houses.data) == 4


def test_columns_of_spaces_with_a_tab_before_the_last(read):
    houses = read('18.0   8   307.0\t"chevrolet chevelle"\n15.0   8   350.0\t"buick skylark"\n', header=False,
                  features=["c2", "c3"], target="c1")
    assert houses.data == [[8.0, 307.0], [8.0, 350.0]] and houses.target == [18.0, 15.0]


@pytest.mark.parametrize("content, names", [
    ('"width 5"" ,x",y\n1,2\n', ['width 5" ,x']),       # spaces before a separator that is inside a cell
    ('"a "" \nb",y\n1,2\n', ['a "  b']),
    ('"a\nb";c\n1;2\n', ["a b"]),
    ('x"y;z,w\n1,2\n', ['x"y;z']),                      # a quote that does not begin a cell
])
def test_quoted_cells_are_read_as_they_are(read, content, names):
    assert read(content).feature_names == names


def test_a_long_text_in_a_column_that_is_not_used(read):
    assert read('note,a,b\n"%s",1,2\n' % ("x" * 200000), features=["a"]).data == [[1.0]]


# Columns that are no numbers


TEXTS = "town,rooms,street,area,kind,price\n" + "".join(
    "%s,%d,S%d,%d,%s,%d\n" % (["Bonn", "Ulm"][i % 2], i, i, 30 + 7 * i, ["flat", "house", "hut"][i % 3], 90 + 20 * i)
    for i in range(30))


def test_one_message_names_all_columns_of_text_and_its_options_can_be_pasted(read, refusal):
    message = refusal(TEXTS)
    assert message == (": 3 of the 5 features hold no numbers: town (text, 2 different), street (text, 30 different), "
                       "kind (text, 3 different): choose --features rooms,area; or choose --one-hot town,kind "
                       "--features town,rooms,area,kind, to make numbers of texts")
    assert read(TEXTS, features=cells_of("rooms,area")).data[1] == [1.0, 37.0]
    houses = read(TEXTS, one_hot=cells_of("town,kind"), features=cells_of("town,rooms,area,kind"))
    assert houses.feature_names == ["town=Bonn", "town=Ulm", "rooms", "area", "kind=flat", "kind=house", "kind=hut"]
    assert houses.data[1] == [0.0, 1.0, 1.0, 37.0, 0.0, 1.0, 0.0]


def test_python_is_told_in_python(read):
    with pytest.raises(ValueError) as caught:
        read(TEXTS)
    assert ": choose features=['rooms', 'area']; or choose one_hot=['town', 'kind'], features=" in str(caught.value)


def test_names_with_commas_quotes_and_spaces_can_be_pasted(read, refusal):
    import shlex
    content = '"a, b","the ""c""",d e,town,y\n' + "".join("%d,%d,%d,t%d,%d\n" % (i, i, i, i, i) for i in range(9))
    options = refusal(content).split("choose ")[1].split(";")[0]
    option, typed = shlex.split(options)
    assert option == "--features" and cells_of(typed) == ["a, b", 'the "c"', "d e"]
    assert read(content, features=cells_of(typed)).data[1] == [1.0, 1.0, 1.0]
    assert cells_of(in_one_line(['x"', "-y", "a,b"])) == ['x"', "-y", "a,b"]
    assert as_options(features=["-y", "z"]) == "--features=-y,z"


def test_a_target_of_text(refusal):
    content = "a,b,species\n" + "".join("%d,%d,%s\n" % (i, i, "xyz"[i % 3]) for i in range(9))
    assert refusal(content, task="regression") == (
        ": the target holds no numbers: species (text, 3 different): choose --target b --features a")


@pytest.mark.parametrize("labels, names, numbers", [
    ("x y z x y z", ["x", "y", "z"], [0, 1, 2, 0, 1, 2]),
    ("no yes no no", ["no", "yes"], [0, 1, 0, 0]),
    ("10 9 10 9.0 100", ["9", "10", "100"], [1, 0, 1, 0, 2]),           # by their size
    ("True False False", ["False", "True"], [1, 0, 0]),
])
def test_classes_get_numbers_in_the_order_of_their_names(tmp_path, labels, names, numbers):
    path = tmp_path / "a.csv"
    path.write_text("a,kind\n" + "".join("%d,%s\n" % row for row in enumerate(labels.split())))
    found = pg.load_csv(str(path), task="classification")
    assert found.class_names == found["class_names"] == names and found.target == list(map(float, numbers))
    found = pg.load_csv(str(path))
    is_text = labels[0] in "xn"
    assert (found.class_names == names) == is_text and (is_text or found.class_names is None)


@pytest.mark.parametrize("labels, options, message", [
    ("x x x", {"task": "classification"}, ", column 'kind': every row holds the same: classes to tell apart"),
    ("x y z", {"task": "classification"}, ", column 'kind': every row holds something else"),
    ("x y z", {}, ": the target holds no numbers: kind (text, 3 different)"),       # names, not classes
    ("x 1 x 2", {}, ": the target holds no numbers"),
    ("x y ? x y", {}, "the value is missing ('?')"),
])
def test_what_is_no_class(refusal, labels, options, message):
    assert message in refusal("a,kind\n" + "".join("%d,%s\n" % row for row in enumerate(labels.split())), **options)


def test_another_task(read):
    with pytest.raises(ValueError, match="the task is 'clustering': choose regression or classification"):
        read(HOUSES, task="clustering")


def test_rows_without_a_class_can_be_left_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,kind\n1,x\n2,y\n3,\n4,x\n5,y\n")
    found = pg.load_csv(str(path), drop_missing=True)
    assert (found.class_names, found.target) == (["x", "y"], [0.0, 1.0, 0.0, 1.0])
    assert found.data == [[1.0], [2.0], [4.0], [5.0]]


@pytest.mark.parametrize("cells, what", [
    (["2021-01-01", "2021-02-01", "2021-03-01"], "dates or times, like '2021-01-01': make numbers of them"),
    (["1/2/2021", "1/3/2021", "1/4/2021"], "dates or times, like '1/2/2021'"),
    (["12:30", "7:05", "23:59"], "dates or times, like '12:30'"),
    (["70.5%", "48%", "101.5 %"], "percent signs, like '70.5%': delete the signs"),
    (["$210", '"$1,500.50"', "$99"], "currency signs, like '$210': delete the signs"),
    (["210 €", "15 €", "99 EUR"], "currency signs, like '210 €': delete the signs"),
    (['"1,234,567"', '"2,345,678"', '"1,000,000"'], "separators between thousands, like '1,234,567'"),
    (["1 234", "2 345", "3 456"], "separators between thousands, like '1 234'"),
    (["1'234", "2'345", "3'456"], "separators between thousands, like \"1'234\""),
    (["70 kg", "48 kg", "90 kg"], "units, like '70 kg': delete the units"),
    (["−7", "−8", "−9"], "minus signs that are no hyphens, like '−7'"),
    (["(7)", "(8.5)", "(9)"], "numbers in brackets, like '(7)'"),
    (["inf", "1e999", "-inf"], "no finite numbers, like 'inf'"),
    (["yes", "no", "yes"], "text, 2 different"),
])
def test_what_is_in_the_place_of_numbers_is_named(refusal, cells, what):
    message = refusal("a,b,price\n" + "".join("%d,%s,%d\n" % (i, cell, i) for i, cell in enumerate(cells)))
    assert ": 1 of the 2 features holds no numbers: b (%s" % what in message
    assert ": choose --features a" in message


def test_slips_in_a_column_of_numbers_are_named_with_their_lines(refusal):
    content = "a,b,y\n" + "".join("%s,%d,%d\n" % ("x" if i in (3, 7) else i, i, i) for i in range(20))
    assert refusal(content) == (": 1 of the 2 features holds no numbers: a ('x' in line 5, 'x' in line 9): choose "
                                "--features b")


@pytest.mark.parametrize("true, false", [("True", "False"), ("TRUE", "FALSE"), ("true", "false")])
def test_truths_are_1_and_0(read, true, false):
    assert read("a,b,y\n1,%s,2\n2,%s,3\n" % (true, false)).data == [[1.0, 1.0], [2.0, 0.0]]


@pytest.mark.parametrize("content", ["rooms;area;price\n3;70,5;210\n2;48,0;150\n;;\n",
                                     'rooms,area,price\n3,"70,5",210\n2,"48,0",150\n'])
def test_decimal_commas(read, refusal, content):
    assert refusal(content).endswith("area (decimal commas, like '70,5': numbers need a decimal point): choose "
                                     "--decimal-comma")
    assert read(content, decimal_comma=True).data == [[3.0, 70.5], [2.0, 48.0]]


def test_with_decimal_commas_a_point_is_no_decimal_point(refusal):
    message = refusal("a;y\n1,5;2\n2.5;3\n", decimal_comma=True)
    assert message == (", line 3, column 'a': '2.5' is not a number: a file has decimal commas or decimal points, not "
                       "both")


def test_a_comma_before_three_digits_may_be_either(refusal):
    message = refusal('a,b,y\n1,"1,234",3\n2,"2,500",4\n3,900,5\n')
    assert "b (commas before three digits, like '1,234': delete them if they separate thousands" in message
    assert message.endswith("choose --features a; or choose --decimal-comma, to read decimal commas")
    assert "b (decimal commas, like '1,234'" in refusal('a;b;y\n1;1,234;3\n2;2,5;4\n3;900;5\n')
    assert "b (separators between thousands, like '1,234'" in refusal('a;b;y\n1;1,234;3\n2;2,500,000;4\n3;900;5\n')


# Missing values


HOLES = "a,b,note,y\n" + "".join("%s,%s,x,%d\n" % ("NA" if i in (2, 5) else i, "" if i in (5, 8, 9) else i, i)
                                  for i in range(12))


def test_missing_values_are_counted_and_can_be_left_out(read, refusal):
    assert refusal(HOLES, features=["a", "b"]) == (
        ": 5 values are missing in 4 of the 12 rows: a (2), b (3): choose --drop-missing (8 of 12 rows are left)")
    houses = read(HOLES, features=["a", "b"], drop_missing=True)
    assert len(houses.data) == len(houses.target) == 8 and houses.target[:3] == [0.0, 1.0, 3.0]
    assert houses.notes == ["4 of 12 rows, in which values are missing, were left out"]
    assert len(read(HOLES, features=["a"], drop_missing=True).data) == 10          # b does not count


def test_text_and_missing_values_in_one_message(read, refusal):
    message = refusal(HOLES)
    assert message == (": 1 of the 3 features holds no numbers: note (text, 1 different); 5 values are missing in 4 of "
                       "the 12 rows: a (2), b (3): choose --features a,b --drop-missing (8 of 12 rows are left)")
    assert len(read(HOLES, features=["a", "b"], drop_missing=True).data) == 8


def test_missing_values_in_every_row(refusal):
    content = "a,b,y\n1,,2\n2,,3\n3,,4\n"
    assert "choose --features a" in refusal(content)
    assert refusal(content, drop_missing=True) == ": a value is missing in every row: choose other features"


def test_missing_texts_in_a_column_that_becomes_many(read, refusal):
    content = "a,town,y\n1,Ulm,2\n2,NA,3\n3,Bonn,4\n"
    assert "the value is missing ('NA')" in refusal(content, one_hot=["town"])
    houses = read(content, one_hot=["town"], drop_missing=True)
    assert (houses.feature_names, houses.data) == (["a", "town=Bonn", "town=Ulm"], [[1.0, 0.0, 1.0], [3.0, 1.0, 0.0]])


@pytest.mark.parametrize("one_hot, message", [
    (["twon"], ", line 1: there is no feature 'twon', did you mean 'town'?"),
    (["y"], ", line 1: there is no feature 'y'"),
    ("town", ", line 1: 'town' is a string: give the features as a list of names"),
])
def test_one_hot_names_features(refusal, one_hot, message):
    assert refusal("a,town,y\n1,Ulm,2\n2,Bonn,3\n", one_hot=one_hot).startswith(message)


def test_a_made_name_that_is_there_already(refusal):
    content = "a=x,a,y\n1,x,2\n2,z,3\n"
    assert refusal(content, one_hot=["a"]) == ": there would be two features 'a=x': rename a column"


# Large and long


def test_columns_and_names_without_end_make_no_message_without_end(refusal):
    names = ["n%d%s" % (i, "x" * 200) for i in range(3000)]
    content = ",".join(names + ["y"]) + "\n" + ",".join(["text"] * 3000 + ["1"]) + "\n" \
        + ",".join(["other"] * 3000 + ["2"]) + "\n"
    assert len(refusal(content)) < 8000
    assert len(refusal(content, features=["z"])) < 3000


def test_an_encoding_that_is_not_utf_8_is_named(refusal):
    assert refusal("Fläche,price\n1,2\n".encode("cp1252")) == (
        ", line 1: this is not UTF-8 text: save the file as CSV in UTF-8 (in Windows-1252 it would be 'Fläche,price')")
    assert refusal(HOUSES.encode("utf-16")).endswith("not UTF-8 text: save the file as CSV in UTF-8 (but UTF-16)")
