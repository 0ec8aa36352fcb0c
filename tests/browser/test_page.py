"""The page of a report in a real browser: opened from disk, with the keyboard, the pointer and fingers.

Needs Chromium, Playwright's Python package, and the script of axe-core:

    npm install --no-save axe-core
    python -m pytest -m browser tests/browser --axe node_modules/axe-core/axe.min.js

Every page must come without a single request but that for its own file, and without a word on the console, and must
be left, by each test, in a state of which axe-core says nothing. Screenshots are left in the folder `screenshots` here,
or in that which --screenshots names.
"""
import math
import random
import re

import pytest
from networks import as_lists
from reports import (HOSTILE_ON_A_LINE, boston, chain, heights_of, hostile, numbers_of, residual, scale_of, shared,
                     told_apart, two_losses)
from viewports import DESKTOP, PHONE

import pygraphnn as pg
from pygraphnn.looking import report
from pygraphnn.looking.wording import number_text

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """A report on a training with two features and held-out rows: (its path, all about it)."""
    path = tmp_path_factory.mktemp("reports") / "boston.html"
    made = boston(path, features=["RM", "LSTAT", "DIS"], epochs=30, test_rows=range(0, 506, 5), seconds=0.25,
                  test_losses={1: 60.0, 15: 30.0, 30: 25.5})
    return path, made


def number(text):
    """A number as the page writes it."""
    return float(text.replace("−", "-").replace("∞", "inf"))


def written(x, digits):
    """What the page must write for a number, as a number."""
    return float("%.*g" % (digits, x))


def table_in(element):
    """The numbers of a table with coloured cells, row by row."""
    return [[number(cell) for cell in row] for row in element.evaluate("""e => [...e.querySelectorAll('.heat tbody tr')]
        .map(row => [...row.querySelectorAll('td:not(.corner)')].map(cell => cell.textContent))""")]


def as_table(value):
    """A value as the rows of a table, in the five digits that cells show, and `explain` does."""
    value = as_lists(value)
    rows = [[value]] if isinstance(value, float) else value if isinstance(value[0], list) else [value]
    return [[written(x, 5) for x in row] for row in rows]


def run_step(made, rows):
    """The step that the page shows, in Python: {name: (value, gradient, value afterwards)}."""
    for node, whole in made.feed.items():
        node.value = [whole[row] for row in rows]
    pg.forward_and_backward(made.graph)
    before = {node.name: [as_lists(node.value), as_lists(node.incoming_gradient())] for node in made.graph}
    kept = [(node, node.value) for node in made.parameters]
    pg.optimize(made.parameters, 0.01)
    for node in made.parameters:
        before[node.name].append(as_lists(node.value))
    for node, value in kept:
        node.value = value
    return before


def expected_sentences(made):
    """What happens in each step, and why now."""
    losses = [made.graph[-1]]
    yield "What waits for nothing can go first, all at once. Fed with the rows of the batch: "
    for node in [node for node in made.graph if node.inputs]:
        names = [other.name for other in node.inputs]
        together = ", ".join(names[:-1]) + (", and " if len(names) > 2 else " and ") + "".join(names[-1:])
        if len(names) == 1:
            yield "%s can go now: its only input, %s, has a value." % (node.name, names[0])
        else:
            yield "%s can go now: all of its inputs, %s, have values." % (node.name, together)
    for node in reversed(made.graph):
        if node in losses:
            yield "The way back begins at %s" % node.name
        elif len(node.consumers) == 1:
            yield "%s can go now: its only consumer, %s, has passed" % (node.name, node.consumers[0].name)
        else:
            yield "%s had to wait for all of its %d consumers" % (node.name, len(node.consumers))
    for node in made.graph:
        if node in made.parameters:
            yield "%s takes a small step against its gradient" % node.name


# The training over again


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """(its path, its numbers): a report with a history and a step on rows of one's own."""
    path = tmp_path_factory.mktemp("replay") / "boston.html"
    from pygraphnn.cli import main
    assert main(["train", "boston", "--features", "RM,LSTAT", "--hidden", "4", "--epochs", "20", "--test-fraction",
                 "0.2", "--step-rows", "3,17", "--report", str(path), "--json"]) == 0
    return path, numbers_of(path)


def marks_in(page):
    return page.eval_on_selector_all("#replayed-predictions .mark title", "titles => titles.map(t => t.textContent)")


def test_the_slider_shows_the_network_as_it_was(show, replayed):
    path, numbers = replayed
    page = show(path)
    replay = numbers["replay"]
    last = len(replay["moments"]) - 1
    slider = page.locator("#moment-slider")
    assert slider.input_value() == str(last) and slider.get_attribute("max") == str(last)
    seen = []
    for n in (last, 0, 1, 9):
        moment = replay["moments"][n]
        slider.evaluate("(e, n) => { e.value = n; e.dispatchEvent(new Event('input')); }", n)
        text = page.inner_text("#moment")
        assert slider.get_attribute("aria-valuetext") == text
        assert text == ("Before the first epoch, with the weights that were drawn" if n == 0 else
                        "After epoch %d of 20, whose loss was %s" % (moment["epoch"], number_text(moment["loss"])))
        predicted = heights_of(moment["predicted"])
        expected = {row: (written(true, 5), x) for row, true, x in
                    zip(replay["asked"]["rows"], replay["asked"]["true"], predicted)}
        marks = [re.fullmatch(r"[^\d]*(\d+)[^\d]*([\d.e−]+)[^\d−]*([\d.e−]+).*", mark).groups()
                 for mark in marks_in(page)]
        notes = page.locator("#replayed-predictions .note").all_inner_texts()
        beside = int(re.match(r"\d+", (notes or ["0"])[0]).group())
        assert len(marks) + beside == 506 and len(marks) > 100 or n == 0
        for row, true, shown in marks:
            assert number(true) == expected[int(row)][0]
            assert number(shown) == pytest.approx(written(expected[int(row)][1], 5), rel=1e-4, abs=1e-4)
        tables = [table_in(table) for table in page.query_selector_all("#replayed-parameters .titled")]
        assert tables == [[[written(x, 5) for x in row] for row in table["cells"]] for table in moment["parameters"][0]]
        seen.append(page.inner_html("#replayed-surface"))
    assert len(set(seen)) == 4
    assert page.locator("#replayed-surface svg").get_attribute("role") == "img"
    page.locator("#replayed-parameters").locator("xpath=preceding-sibling::*[1]").locator("select").select_option("3")
    assert table_in(page.query_selector("#replayed-parameters .titled")) == [
        [written(x, 5) for x in replay["moments"][9]["parameters"][3][0]["cells"][0]]]


def test_the_training_plays_to_its_end_and_can_be_paused(show, replayed):
    page = show(replayed[0])
    button, slider = page.locator("#play-training"), page.locator("#moment-slider")
    assert button.inner_text() == "Play the training"
    button.click()                                          # at the end: from the beginning
    assert button.inner_text() == "Pause"
    expect(slider).to_have_value("2")
    button.click()
    assert button.inner_text() == "Play the training" and slider.input_value() == "2"
    slider.focus()
    for key, at in (("ArrowRight", "3"), ("Home", "0"), ("End", slider.get_attribute("max"))):
        page.keyboard.press(key)
        assert slider.input_value() == at
    assert page.inner_text("#moment").startswith("After epoch 20 of 20")


@pytest.mark.parametrize("data, what", [(["moons"], "#replayed-surface rect"), (["iris"], "#replayed-answers .heat"),
                                        (["boston", "--features", "RM"], "#replayed-surface path.train")])
def test_regions_answers_and_curves_are_replayed(show, tmp_path, data, what):
    from pygraphnn.cli import main
    path = tmp_path / "report.html"
    assert main(["train", *data, "--epochs", "10", "--report", str(path), "--json"]) == 0
    page = show(path)
    found = []
    for n in (0, 10):
        page.locator("#moment-slider").evaluate("(e, n) => { e.value = n; e.dispatchEvent(new Event('input')); }", n)
        assert page.locator(what).count() > 0
        found.append(page.inner_text("#moment") + page.inner_html("#replay"))
    assert found[0] != found[1]


def test_the_step_can_be_the_first_the_last_or_one_of_ones_own_rows(show, replayed):
    path, numbers = replayed
    page = show(path)
    chooser = page.locator("#steps select")
    assert chooser.locator("option").all_inner_texts() == [
        "the training’s first", "its last (epoch 20, step 25)", "one on rows of one’s own"]
    for n, step in enumerate(numbers["steps"]):
        chooser = page.locator("#steps select")
        chooser.select_option(str(n))
        assert page.evaluate("document.activeElement.closest('#steps') !== null")
        assert page.inner_text("#step-place").startswith("Step 1 of")
        page.locator("#steps [data-phase=update]").click()
        for _ in range(3):
            page.click("#next")
        assert page.inner_text("#sentence").endswith("the loss of these rows goes from %s to %s." % (
            number_text(step["loss"]), number_text(step["loss_after"])))
        shown = table_in(page.query_selector("#step-panel .titled"))
        b2 = [node for node in step["nodes"] if node["name"] == "b2"][0]
        assert shown == [[written(x, 5) for x in row] for row in b2["value"]["cells"]]
        page.locator('#graph [data-node="W1"]').click()
        graph = table_in(page.query_selector("#node-panel .value"))
        W1 = [node for node in step["nodes"] if node["name"] == "W1"][0]
        assert graph == [[written(x, 5) for x in row] for row in W1["value"]["cells"]]
    assert "rows that were chosen for it: 3 and 17" in page.inner_text("#steps")


# The step-through


def active_node(page):
    return page.get_attribute("#steps .node.active", "data-node")


@pytest.mark.parametrize("make", [lambda path: boston(path, features=["RM", "LSTAT"]), residual])
def test_stepping_with_keys_through_a_whole_step_shows_pythons_numbers(show, tmp_path, make):
    path = tmp_path / "report.html"
    made = make(path)
    page = show(path)
    numbers = run_step(made, numbers_of(path)["step"]["rows"])
    sentences = list(expected_sentences(made))
    fed = [node for node in made.graph if not node.inputs]
    count = 2 * len(made.graph) - len(fed) + 1 + len(made.parameters)
    assert len(sentences) == count
    page.locator("#next").scroll_into_view_if_needed()
    order = ([("Forward", fed[0])] + [("Forward", node) for node in made.graph if node.inputs]
             + [("Backward", node) for node in reversed(made.graph)]
             + [("Update", node) for node in made.graph if node in made.parameters])
    for step, ((phase, node), sentence) in enumerate(zip(order, sentences), 1):
        assert page.inner_text("#step-place") == "Step %d of %d: %s" % (step, count, phase)
        assert page.inner_text("#sentence").startswith(sentence)
        assert active_node(page) == node.name
        tables = [table_in(table) for table in page.query_selector_all("#step-panel .titled")]
        value, gradient, *after = [as_table(value) for value in numbers[node.name]]
        if node is fed[0] and phase == "Forward":
            assert tables == [as_table(numbers[other.name][0]) for other in fed]
            assert page.locator("#steps .node.active").count() == len(fed)
        elif phase == "Forward":
            assert tables == [value]
            assert page.locator("#steps .edge.to-forward").count() == len(set(node.inputs))
        elif phase == "Backward":
            assert tables[-1] == gradient
            assert page.locator("#steps .edge.to-backward").count() == len(node.consumers)
            assert len(tables) == (1 if len(node.consumers) < 2 else len(node.consumers) + 1)
        else:
            assert tables == [value, gradient, *after]
            assert page.locator("#steps .edge.to-forward, #steps .edge.to-backward").count() == 0
        page.keyboard.press("ArrowRight")
    assert page.inner_text("#step-place").startswith("Step %d of" % count)      # there it stays
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#step-place").startswith("Step %d of" % (count - 1))


def test_a_chosen_number_of_a_step_is_worked_out_and_its_meaning_said(show, lesson):
    page = show(lesson[0])
    step = numbers_of(lesson[0])["step"]
    page.click("[data-phase=forward]")
    page.click("#next")             # behind all placeholders
    line = page.locator("#step-panel .numbers")
    expect(line).to_contain_text("l1[0][0] = ")
    box = page.locator('#steps .node[data-node="l1"] .corner-of')
    l1 = next(node for node in step["nodes"] if node["name"] == "l1")
    assert box.text_content().startswith(number_text(l1["value"]["cells"][0][0], 3).replace("-", "−"))
    page.locator("#step-panel tbody tr").nth(1).locator("td").nth(2).click()
    expect(line).to_contain_text("l1[1][2] = ")
    page.click("[data-phase=backward]")
    page.click("#next")
    expect(line).to_contain_text("∂loss/∂")
    page.click("[data-phase=update]")
    assert box.text_content().startswith(number_text(l1["value"]["cells"][0][0], 3).replace("-", "−"))
    parameter = next(node for node in step["nodes"] if node["is_parameter"])
    for i, j in ((0, 0), (1, 1)):
        page.locator("#step-panel .titled").nth(1).locator("tbody tr").nth(i).locator("td").nth(j).click()
        slope = parameter["gradient"]["cells"][i][j]
        assert ("%s[%d][%d] is too %s: it moves %s by %s." % ((parameter["name"], i, j) + (
            ("large", "down") if slope > 0 else ("small", "up")) + (number_text(abs(0.01 * slope)),))
                ) in line.inner_text()
    for _ in [node for node in step["nodes"] if node["is_parameter"]][1:]:
        assert "the loss of these rows" not in page.inner_text("#sentence")
        page.click("#next")
    assert page.inner_text("#sentence").endswith("the loss of these rows goes from %s to %s." % (
        number_text(step["loss"]), number_text(step["loss_after"])))
    page.click("text=中文")
    assert "这些行的损失从" in page.inner_text("#sentence")


def test_what_the_columns_mean_is_told(show, lesson):
    page = show(lesson[0])
    page.click("text=What the columns mean")
    assert page.locator("#settings tbody tr").first.inner_text().split("\t") == [
        "RM", "rooms per dwelling, on average", "rooms"]
    page.click("text=中文")
    page.click("text=各列的含义")
    assert page.locator("#settings tbody tr").last.inner_text().startswith("MEDV")


def test_gradients_of_two_consumers_are_shown_being_added(show, tmp_path):
    path = tmp_path / "report.html"
    made = residual(path)
    page = show(path)
    run_step(made, numbers_of(path)["step"]["rows"])
    l1 = made.l1
    parts = [as_lists(consumer.gradients[l1]) for consumer in l1.consumers]
    page.click("[data-phase=backward]")
    while active_node(page) != "l1":
        page.click("#next")
    assert page.inner_text("#sentence") == ("l1 had to wait for all of its 2 consumers, s1 and both: now their "
                                            "gradients are added.")
    shown = [table_in(table) for table in page.query_selector_all("#step-panel .adding > div")]
    assert shown == [as_table(part) for part in parts] + [as_table(l1.incoming_gradient())]
    assert page.locator("#step-panel .sign").all_text_contents() == ["+", "="]


def test_two_losses_and_a_node_that_is_read_twice_are_called_so(show, tmp_path):
    path = tmp_path / "report.html"
    two_losses(path)
    page = show(path)
    page.locator("#next").scroll_into_view_if_needed()
    said = {}
    for _ in range(int(re.search(r"of (\d+)", page.inner_text("#step-place")).group(1))):
        phase = page.inner_text("#step-place").split(": ")[1]
        name = active_node(page)
        formulas = page.locator("#step-panel .formula").all_inner_texts()
        said[phase, name] = page.inner_text("#sentence"), (formulas + [""])[0]
        page.keyboard.press("ArrowRight")
    for name in ("cost1", "cost2"):
        assert said["Forward", name][0].endswith(" It is one of 2 losses, which are trained as their sum.")
        assert said["Backward", name] == (
            "The way back begins at every loss, and %s is one: the losses are trained as their sum, so ∂loss/∂%s is 1."
            % (name, name), "∂loss/∂%s = 1" % name)
    assert said["Backward", "l"] == (
        "l can go now: its only consumer, twice, reads it 2 times; what it passes back for each is added.",
        "∂loss/∂l = passed back by twice, which reads it 2 times: all are added")
    first = [sentence for (phase, _), (sentence, _) in said.items() if phase == "Forward" and "go first" in sentence]
    assert len(first) == 1
    assert "The graph has 2 losses; shown here is the prediction l2 against y." in page.inner_text("#predictions")


def test_columns_of_features_have_their_names_and_other_units_are_said(show, tmp_path):
    path = tmp_path / "report.html"
    two_losses(path)
    page = show(path)
    page.click('#graph [data-node="X"]')
    assert page.locator("#node-panel .value th[scope=col]").all_text_contents() == ["a name that…", "n"]
    assert page.locator("#node-panel .gradient th[scope=col]").all_text_contents() == ["a name that…", "n"]
    assert "converted from the data's own units" in page.inner_text("#node-panel .value")
    assert "converted from" not in page.inner_text("#node-panel .gradient")
    page.click('#graph [data-node="W"]')
    assert page.locator("#node-panel .value th[scope=col]").all_text_contents() == ["0"]
    dataset = pg.Dataset("d", pg.randn(20, 15, 0), [0.0] * 20, ["c%d" % n for n in range(15)], "t", "")
    chain(path, 0, data=dataset.data, features=15, dataset=dataset)
    page = show(path)
    page.click('#graph [data-node="X"]')
    assert page.locator("#node-panel .value th[scope=col]").last.text_content() == "c14"
    assert "converted from" not in page.inner_text("#node-panel")
    assert "Of 15 columns of the data the first 13 are shown." in page.inner_text("#predictions")


def test_buttons_phases_speed_and_play(show, lesson):
    page = show(lesson[0])
    page.click("#next")
    page.click("#next")
    page.click("#back")
    assert page.inner_text("#step-place") == "Step 2 of 19: Forward"
    for phase, step in (("update", 16), ("backward", 6), ("forward", 1)):
        page.click("[data-phase=%s]" % phase)
        assert page.inner_text("#step-place").startswith("Step %d of 19" % step)
        assert page.get_attribute("[data-phase=%s]" % phase, "aria-pressed") == "true"
    assert page.get_attribute("#speed", "aria-valuetext") == "1.5 seconds a step"
    page.fill("#speed", "4")
    assert page.get_attribute("#speed", "aria-valuetext") == "0.5 seconds a step"
    page.click("#play")
    assert page.inner_text("#play") == "Pause"
    expect(page.locator("#step-place")).to_have_text(re.compile("^Step 3 "), timeout=5000)
    page.click("#play")
    assert page.inner_text("#play") == "Play"
    place = page.inner_text("#step-place")
    page.wait_for_timeout(800)
    assert page.inner_text("#step-place") == place


def test_playing_ends_at_the_last_step(show, lesson):
    page = show(lesson[0])
    page.click("[data-phase=update]")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.fill("#speed", "4")
    page.click("#play")
    expect(page.locator("#step-place")).to_have_text(re.compile("^Step 19 "), timeout=5000)
    expect(page.locator("#play")).to_have_text("Play", timeout=5000)


# The graph


def in_python(formula):
    """The number that a formula of the page comes to: everything between the first and the last equals sign."""
    text = formula.split(" = ")[1]
    for sign, python in (("·", "*"), ("−", "-"), ("²", "**2"), ("e^", "math.e**")):
        text = text.replace(sign, python)
    return eval(text, {"math": math})


@pytest.mark.parametrize("make", [lambda path: boston(path, features=["RM", "LSTAT"]), residual])
def test_every_number_of_every_node_and_the_formula_that_it_comes_from(show, tmp_path, make):
    path = tmp_path / "report.html"
    made = make(path)
    page = show(path)
    numbers = run_step(made, numbers_of(path)["step"]["rows"])
    formulas = 0
    for node in made.graph:
        page.click('#graph [data-node="%s"]' % node.name)
        assert page.get_attribute('#graph [data-node="%s"]' % node.name, "aria-pressed") == "true"
        for kind, value in zip(("value", "gradient"), numbers[node.name]):
            assert table_in(page.query_selector("#node-panel ." + kind)) == as_table(value)
            rows = [[value]] if isinstance(value, float) else value if isinstance(value[0], list) else [value]
            cells = page.query_selector_all("#node-panel .%s [role=gridcell]" % kind)
            for cell, x in zip(cells, [x for row in rows for x in row]):
                cell.click()
                formula = page.inner_text("#node-panel .%s .numbers" % kind)
                if formula:
                    formulas += 1
                    assert number(formula.split(" = ")[-1]) == written(x, 5)
                    largest = max(abs(number(n)) for n in re.findall(r"−?[\d.]+(?:e−?\d+)?", formula.split("]")[-1]))
                    assert in_python(formula) == pytest.approx(x, rel=2e-3, abs=2e-4 * largest)
    assert formulas > 60


def test_a_number_is_written_as_in_texts_and_pictures(show, tmp_path):
    path = tmp_path / "report.html"
    rows = [[0.0, -0.0, 2.0, -1.5, 1 / 3, 123456.0], [0.00012345678, 1e7, 99999999.0, 0.00001, -1.5e-300, 9999999.0]]
    chain(path, 0, data=rows, features=6, rows=2)
    page = show(path)
    page.click('#graph [data-node="X"]')
    cells = page.locator("#node-panel .value [role=gridcell]").all_text_contents()
    fed = [number_text(x).replace("-", "−") for row in rows for x in row]
    assert len(cells) == 24 and set(cells) == set(fed)              # four rows, each one of the two


def test_a_long_formula_shows_its_first_terms_and_its_last(show, tmp_path):
    path = tmp_path / "report.html"
    made = chain(path, 0, features=20)
    page = show(path)
    page.click('#graph [data-node="l"]')
    first, rest = page.inner_text("#node-panel .value .numbers").split(" + … 11 more terms … + ")
    row = made.feed[made.X][numbers_of(path)["step"]["rows"][0]]
    terms = first.split(" = ")[1].split(" + ") + [rest.split(" + ")[0]]
    for term, k in zip(terms, [*range(8), 19]):
        assert [number(x.strip("()")) for x in term.split("·")] == [written(row[k], 5), written(made.W.value[k][0], 5)]


def test_a_node_and_its_cells_by_keyboard(show, lesson):
    page = show(lesson[0])
    page.focus('#graph [data-node="s1"]')
    page.keyboard.press("Enter")
    assert page.inner_text("#node-panel h3") == "8. s1"
    assert page.inner_text("#node-panel .value .formula >> nth=0") == "s1 = 1 / (1 + e^(−l1))"
    page.focus("#node-panel .value [role=gridcell][tabindex='0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#node-panel .value .numbers").startswith("s1[1][1] = ")
    page.focus("#worst")
    page.keyboard.press("ArrowRight")                                    # scrolls the table
    assert page.inner_text("#step-place").startswith("Step 1 ")          # these keys did not step
    page.focus("#steps .graph-frame")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#step-place").startswith("Step 2 ")


def test_shapes_stand_on_the_edges_and_in_the_table_behind(show, lesson):
    page = show(lesson[0])
    assert page.locator("#graph .edge .shape").all_text_contents() == [
        "4×3", "3×4", "4", "4×4", "4×4", "4×1", "1", "4", "4×1"]
    page.click("#graph summary")
    expect(page.locator("#graph details tbody tr")).to_have_count(10)
    rows = page.locator("#graph details tbody tr").all_text_contents()
    assert rows[6] == "7l1Linear4 × 4X, W1, and b1s1"


def test_no_edge_of_the_graph_runs_behind_a_box(show, tmp_path):
    """Shared weights: an edge behind a box that it has nothing to do with would look like an edge of that box."""
    path = tmp_path / "report.html"
    shared(path)
    for viewport in (DESKTOP, PHONE):
        page = show(path, viewport=viewport)
        assert page.locator("#graph .edge").count() == 12
        behind = page.evaluate("""(() => {
            const boxes = [...document.querySelectorAll('#graph .node')].map((node) => {
                const {e: left, f: top} = node.transform.baseVal[0].matrix;
                const {width, height} = node.querySelector('rect').getBBox();
                return {left, top, right: left + width, bottom: top + height};
            });
            return [...document.querySelectorAll('#graph .edge path')].filter((path) => {
                for (let length = 0; length < path.getTotalLength(); length += 2) {
                    const {x, y} = path.getPointAtLength(length);
                    if (boxes.some(({left, top, right, bottom}) =>
                        left + 1 < x && x < right - 1 && top + 1 < y && y < bottom - 1)) return true;
                }
            }).length;
        })()""")
        assert behind == 0


def test_of_a_large_graph_numbers_have_room_and_what_is_missing_is_said(show, tmp_path):
    path = tmp_path / "report.html"
    chain(path, 1994)
    last = next(node for node in numbers_of(path)["step"]["nodes"] if -1 in node["inputs"]["numbers"])
    for viewport in (DESKTOP, PHONE):
        page = show(path, viewport=viewport)
        overlapping = page.evaluate("""[...document.querySelectorAll('#graph .node')].filter((node) => {
            const [order, label] = ['.order', '.label'].map((css) => node.querySelector(css).getBoundingClientRect());
            return order.right > label.left;
        }).length""")
        assert overlapping == 0
        page.click('#graph [data-node="%s"]' % last["name"])
        sentence = "the page does not show all that %s reads" % last["name"]
        assert sentence in page.inner_text("#node-panel .value .numbers")
        page.click("#language")
        assert last["name"] + " 读取的节点没有全部显示" in page.inner_text("#node-panel .value .numbers")


# Losses and predictions


def test_losses_under_the_pointer_and_by_keyboard(show, lesson):
    path, made = lesson
    page = show(path)
    page.focus("#loss-picture")
    page.keyboard.press("Home")
    assert page.inner_text("#loss-values") == (
        "Epoch 1: training loss %s, held-out loss 60 (epoch 1)" % ("%.5g" % made.losses[0]))
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#loss-values").startswith("Epoch 2: training loss %s" % ("%.5g" % made.losses[1]))
    page.keyboard.press("End")
    assert page.get_attribute("#loss-picture", "aria-valuenow") == "30"
    box = page.locator("#loss-picture").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 100)
    assert page.inner_text("#loss-values").startswith("Epoch 1:")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    assert 10 < int(re.match(r"Epoch (\d+)", page.inner_text("#loss-values")).group(1)) < 20


def test_a_finger_that_taps_reads_the_loss_there(show, lesson):
    page = show(lesson[0], viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator("#loss-picture").scroll_into_view_if_needed()
    assert page.get_attribute("#loss-picture", "aria-valuetext").startswith("Epoch 30: ")
    for share, low, high in ((0.5, 10, 20), (0.2, 1, 5), (0.99, 30, 30)):
        box = page.locator("#loss-picture").bounding_box()
        page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + 100)
        assert low <= int(re.match(r"Epoch (\d+)", page.inner_text("#loss-values")).group(1)) <= high


def test_an_error_in_one_section_leaves_the_others(browser, lesson, tmp_path):
    path = tmp_path / "report.html"
    numbers = numbers_of(lesson[0])
    numbers["surface"]["features"] = None
    path.write_text(report.page(numbers), encoding="utf-8")
    page = browser.new_context(locale="en-US").new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(path.as_uri())
    assert page.locator("section").count() == 7 and page.locator("#steps .node").count() > 0
    assert "This part could not be drawn" in page.inner_text("#surface")
    assert len(complaints) == 1


def test_the_logarithmic_scale_is_another_curve(show, lesson):
    page = show(lesson[0])
    curve = page.get_attribute("#loss .line.train", "d")
    page.click("#log")
    assert page.get_attribute("#log", "aria-pressed") == "true"
    assert page.get_attribute("#loss .line.train", "d") != curve
    page.click("#log")
    assert page.get_attribute("#loss .line.train", "d") == curve


def test_settings_predictions_and_worst_rows(show, lesson):
    path, made = lesson
    page = show(path)
    assert page.inner_text("#fact-rows") == "506, of which 102 held out"
    assert page.inner_text("#fact-duration") == "0.25 s" and page.inner_text("#fact-testLoss") == "25.5"
    assert number(page.inner_text("#fact-trainingLoss")) == written(made.losses[-1], 5)
    figures = page.locator("#predictions figure")
    for figure in (figures.nth(0), figures.nth(1)):
        assert figure.locator("circle.mark").count() == 404 and figure.locator("rect.mark").count() == 102
    worst = numbers_of(path)["predictions"]["worst"][0]
    cells = page.locator("#worst tbody tr >> nth=0").locator("td").all_text_contents()
    assert int(cells[0]) == worst[0]
    assert [number(cell) for cell in cells[1:4]] == [written(x, 5) for x in (worst[1], worst[2], worst[1] - worst[2])]
    page.click("#predictions summary")
    expect(page.locator("#predictions details tbody tr")).to_have_count(506)


def assert_along(places, numbers, direction):
    """The places lie along an axis as the numbers do; direction: 1 to the right, -1 upwards."""
    low, high = min(zip(numbers, places)), max(zip(numbers, places))
    assert (high[1] - low[1]) * direction > 100
    scale = (high[1] - low[1]) / (high[0] - low[0])
    assert places == pytest.approx([low[1] + (x - low[0]) * scale for x in numbers], abs=0.05)


def test_predictions_stand_over_true_values_and_residuals_over_predictions(show, tmp_path):
    path = tmp_path / "report.html"
    boston(path, features=["RM", "LSTAT"], epochs=30)
    page = show(path)
    rows = numbers_of(path)["predictions"]["rows"]
    true, predicted = [row[1] for row in rows], [row[2] for row in rows]
    for figure, across, upwards in ((0, true, predicted), (1, predicted, [t - p for t, p in zip(true, predicted)])):
        marks = page.locator("#predictions figure >> nth=%d" % figure).locator("circle.mark").evaluate_all(
            "all => all.map(e => [e.cx.baseVal.value, e.cy.baseVal.value])")
        assert_along([x for x, _ in marks], across, 1)
        assert_along([y for _, y in marks], upwards, -1)


# The surface


def projected_pieces(surface, first, second, width, height):
    """All that the surface is drawn of, from the furthest to the nearest, as the page first shows it.

    A pair of features by their numbers, first < second. Each is given by its place, that of a piece of the surface by
    its first corner.
    """
    p, q = surface["features"][first], surface["features"][second]
    grid = surface["grids"]["%d-%d" % (first, second)]
    n, above = grid["size"], heights_of(grid)
    scales = scale_of(p, n), scale_of(q, n)
    heights = above + surface["true"]
    size = min(width * 0.3, height * 0.345)

    def unit(x, numbers):
        return (x - min(numbers)) / (max(numbers) - min(numbers)) * 2 - 1

    def place(x, y, z):
        x, y, z = unit(x, p["ends"]), unit(y, q["ends"]), unit(z, heights) * 0.8
        across = x * math.cos(0.7) - y * math.sin(0.7)
        behind = x * math.sin(0.7) + y * math.cos(0.7)
        return (behind * math.cos(0.5) - z * math.sin(0.5), width / 2 + across * size,
                height * 0.48 - (z * math.cos(0.5) + behind * math.sin(0.5)) * size)

    pieces = [place(*point) for point in zip(p["values"], q["values"], surface["true"])]
    for i in range(n - 1):
        for j in range(n - 1):
            around = [place(scales[0][a], scales[1][b], above[a * n + b])
                      for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]
            pieces.append((sum(corner[0] for corner in around) / 4, *around[0][1:]))
    return [(x, y) for _, x, y in sorted(pieces, key=lambda piece: -piece[0])]


def test_data_and_surface_are_drawn_where_they_are_and_what_is_behind_first(show, tmp_path):
    path = tmp_path / "report.html"
    boston(path, features=["RM", "LSTAT"], epochs=10)
    page = show(path)
    width, height = map(float, page.get_attribute("#surface-picture", "viewBox").split()[2:])
    drawn = page.locator("#surface-picture :is(circle, polygon)").evaluate_all("""all => all.map(e =>
        (e.tagName === 'circle' ? [e.getAttribute('cx'), e.getAttribute('cy')]
            : e.getAttribute('points').split(' ')[0].split(',')).map(Number))""")
    expected = projected_pieces(numbers_of(path)["surface"], 0, 1, width, height)
    assert len(drawn) == len(expected) and len(drawn) - 506 in (16 ** 2, 32 ** 2, 64 ** 2)
    for place, other in zip(drawn, expected):
        assert place == pytest.approx(other, abs=0.06)


def corners(page):
    return page.locator("#surface-picture .quad").evaluate_all("all => all.map(q => q.getAttribute('points')).sort()")


def test_dragging_turns_the_surface_and_so_do_keys_and_buttons(show, lesson):
    page = show(lesson[0])
    seen = [corners(page)]
    pieces = len(seen[0])
    assert pieces in (32 * 32, 64 * 64)
    page.locator("#surface-picture").scroll_into_view_if_needed()
    box = page.locator("#surface-picture").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 150)
    seen.append(corners(page))
    assert len(seen[-1]) == 16 * 16                 # coarser, so that it follows the pointer
    page.mouse.move(box["x"] + 260, box["y"] + 180)
    page.mouse.up()
    seen.append(corners(page))
    assert len(seen[-1]) == pieces
    page.mouse.move(box["x"] + 400, box["y"] + 180)
    assert corners(page) == seen[-1]                # no longer held
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + 300, box["y"] + 150)
    assert corners(page) == seen[-1]                # the right button does not turn it
    page.mouse.up(button="right")
    page.focus("#surface-picture")
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        seen.append(corners(page))
    for earlier, later in zip(seen, seen[1:]):
        assert earlier != later
    assert seen[-1] == seen[2]                      # these four keys lead back
    page.click("#surface button >> nth=0")
    assert corners(page) != seen[-1]
    assert page.inner_text("#step-place").startswith("Step 1 ")


def test_rows_held_out_are_squares_and_those_beside_the_surface_are_left_out(show, tmp_path):
    path = tmp_path / "report.html"
    large = [n for n, row in enumerate(pg.load_dataset("boston", features=["RM"]).data) if row[0] > 8]
    test_rows = sorted({*large, 1, 2, 3})           # no house with so many rooms was trained on
    boston(path, features=["RM", "LSTAT"], test_rows=test_rows)
    page = show(path)
    assert len(large) == 13
    assert page.locator("#surface-picture circle.point").count() == 506 - 16
    assert page.locator("#surface-picture rect.point").count() == 3
    assert page.inner_text("#left-out").startswith("13 of the rows are not drawn")
    boston(path, features=["RM"], test_rows=test_rows)
    curve = show(path).locator("#surface .picture")
    assert curve.locator("rect.mark").count() == 16 and curve.locator("circle.mark").count() == 506 - 16


def test_a_finger_turns_the_surface(show, lesson):
    page = show(lesson[0], viewport=PHONE, has_touch=True, is_mobile=True)
    before = corners(page)
    page.locator("#surface-picture").scroll_into_view_if_needed()
    box = page.locator("#surface-picture").bounding_box()
    client = page.context.new_cdp_session(page)
    y = box["y"] + box["height"] / 2
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 100, "y": y}]})
    for x in range(110, 220, 10):
        client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(200)
    assert corners(page) != before


def test_any_two_features_and_the_table_behind_has_pythons_numbers(show, lesson):
    path, made = lesson
    page = show(path)
    names = made.dataset.feature_names
    known = [row for row in range(506) if row % 5]
    fed = [made.feed[made.X][row] for row in known]
    means = [sum(column) / len(known) for column in zip(*fed)]
    raw = [made.dataset.data[row] for row in known]
    for first, second in (("RM", "DIS"), ("DIS", "RM"), ("LSTAT", "DIS")):
        page.select_option("#choosers select >> nth=0", label=first)
        page.select_option("#choosers select >> nth=1", label=second)
        assert page.locator("#surface-picture .name").all_text_contents() == [first, second, "MEDV"]
        other, = set(range(3)) - {names.index(first), names.index(second)}
        mean = sum(row[other] for row in raw) / len(raw)
        assert "%s = %s" % (names[other], "%.6g" % mean) in page.inner_text("#means")
        if not page.locator("#surface details[open]").count():      # it stays open when another feature is chosen
            page.click("#surface summary")
        expect(page.locator("#surface details thead th").first).to_have_text("%s ↓  %s →" % (first, second))
        head = page.locator("#surface details thead th").all_text_contents()
        rows = [row.locator("td").all_text_contents() for row in page.locator("#surface details tbody tr").all()]
        p, q = names.index(first), names.index(second)
        for i, j in ((0, 0), (4, 13), (16, 16), (9, 2)):
            row = list(means)
            for column, n in ((p, i), (q, j)):
                low, high = min(row[column] for row in fed), max(row[column] for row in fed)
                row[column] = low + (high - low) * (n / 16)
            value = pg.predict(made.prediction, {made.X: [row]})[0][0]
            assert number(rows[i][j + 1]) == pytest.approx(value, abs=0.02)
            assert number(rows[i][0]) == pytest.approx(
                min(r[p] for r in raw) + (max(r[p] for r in raw) - min(r[p] for r in raw)) * i / 16, rel=1e-5)
            assert number(head[j + 1]) == pytest.approx(
                min(r[q] for r in raw) + (max(r[q] for r in raw) - min(r[q] for r in raw)) * j / 16, rel=1e-5)


def test_the_same_feature_twice_changes_places(show, lesson):
    page = show(lesson[0])
    page.select_option("#choosers select >> nth=1", label="DIS")
    page.select_option("#choosers select >> nth=0", label="LSTAT")
    chosen = [page.locator("#choosers select").nth(n).input_value() for n in (0, 1)]
    assert chosen == ["1", "2"]
    page.select_option("#choosers select >> nth=0", value=chosen[1])
    assert [page.locator("#choosers select").nth(n).input_value() for n in (0, 1)] == chosen[::-1]


# Languages, names, strange data


def test_both_languages_and_back(show, lesson):
    page = show(lesson[0])
    texts = report.texts()
    for language, lang in (("en", "en"), ("zh", "zh-Hans"), ("en", "en")):
        assert page.evaluate("document.documentElement.lang") == lang
        assert page.locator("h2").all_text_contents() == [
            texts[key][language]
            for key in ("settings", "loss", "measures", "predictions", "graph", "steps", "surface")]
        assert page.title() == texts["title"][language].replace("{title}", "boston")
        everything = page.inner_text("body")
        assert "{" not in everything and "undefined" not in everything
        if language == "zh":
            left = re.findall(r"[A-Za-z]{3,}", everything)
            known = {"boston", "MEDV", "python", "LSTAT", "DIS", "Linear", "Sigmoid", "MSE", "cost", "loss", "grad",
                     "English"}
            assert set(left) <= known
        page.focus("#language")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "language"


def test_a_chinese_reader_begins_in_chinese(show, lesson):
    page = show(lesson[0], locale="zh-CN")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"


def test_hostile_names_are_shown_as_they_are(show, tmp_path):
    path = tmp_path / "report.html"
    hostile(path)
    page = show(path)
    assert page.locator("script").count() == 3 and page.locator("img").count() == 0
    for key in ("fact-dataset", "fact-target"):
        assert page.text_content("#" + key).startswith(HOSTILE_ON_A_LINE)
    assert page.locator("#choosers option").first.text_content() == HOSTILE_ON_A_LINE
    for _ in range(16):
        page.keyboard.press("ArrowRight")
        assert HOSTILE_ON_A_LINE in page.text_content("#sentence")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def huge_predictions(path):
    """Predictions that are finite, but whose differences overflow."""
    made = chain(path, 0, data=[[-1.0, -0.5], [1.0, 0.5], [0.5, -0.25]], rows=3, features=2, losses=[])
    made.W.value = [[1e308], [1e307]]
    pg.write_report(path, made.graph, made.feed, [made.W, made.b], [1e308, 1e-300], batch_size=4)


STRANGE = {
    "one row": lambda path: chain(path, 1, rows=1, features=2),
    "one row, one feature": lambda path: chain(path, 1, data=[[3.0]], rows=1),
    "one feature": lambda path: chain(path, 1),
    "constant": lambda path: chain(path, 1, features=2, data=[[1.0, 2.0]] * 20),
    "no epochs": lambda path: chain(path, 1, losses=[]),
    "one epoch": lambda path: chain(path, 1, losses=[2.0]),
    "losses of 0": lambda path: chain(path, 1, losses=[0.0, 0.0]),
    "NaN": lambda path: chain(path, 1, losses=[math.nan, math.inf, 1.0, -math.inf], test_losses={2: math.nan}),
    "10,000 epochs": lambda path: chain(path, 1, losses=[1.0 / (n + 1) for n in range(10000)]),
    "2,000 nodes": lambda path: chain(path, 1994),
    "many features": lambda path: chain(path, 1, rows=3000, features=100),
    "huge predictions": huge_predictions,
    "huge": lambda path: chain(path, 1, features=2, rows=2, data=[[1e-308, 0.0], [1e308, 1e-300]]),
}


@pytest.mark.parametrize("case", STRANGE)
def test_strange_data_make_a_page_that_works(show, tmp_path, case):
    path = tmp_path / "report.html"
    STRANGE[case](path)
    page = show(path)
    assert page.locator("section").count() == (6 if numbers_of(path)["measures"] is None else 7)
    assert "could not be drawn" not in page.inner_text("body")
    pictures = page.evaluate("[...document.querySelectorAll('svg *')].map(e => e.outerHTML).join(' ')")
    assert not re.search(r'"[^"]*(NaN|Infinity|undefined)[^"]*"', re.sub(r'aria-[a-z]+="[^"]*"', "", pictures))
    steps = int(re.search(r"of (\d+)", page.inner_text("#step-place")).group(1))
    for _ in range(min(steps, 12)):
        page.keyboard.press("ArrowRight")
    if page.locator("#log:enabled").count():
        page.click("#log")
    for summary in page.locator("summary").all():
        summary.click()
    page.click("#language")
    text = page.inner_text("body")
    sampled = {"10,000 epochs": "共 10000 轮，显示其中 600 轮：每 34 轮中损失最高和最低",
               "2,000 nodes": "共 2000 个节点", "many features": "共 100 个特征"}
    assert sampled.get(case, "") in text


def test_losses_that_are_not_finite_are_called_what_they_are(show, tmp_path):
    path = tmp_path / "report.html"
    STRANGE["NaN"](path)
    page = show(path)
    page.focus("#loss-picture")
    page.keyboard.press("Home")
    for loss in ("NaN", "∞, held-out loss NaN (epoch 2)", "1, held-out loss NaN (epoch 2)", "−∞, held-out loss NaN"):
        assert ": training loss " + loss in page.inner_text("#loss-values")
        page.keyboard.press("ArrowRight")
    assert page.inner_text("#fact-testLoss") == "NaN"


def test_what_is_sampled_is_said(show, tmp_path):
    path = tmp_path / "report.html"
    chain(path, 1994, rows=700, features=40, losses=[1.0] * 10000)
    text = show(path).inner_text("body")
    for sentence in ("Of 10000 epochs 301 are shown: the highest and lowest loss of each 34.",
                     "Of 700 rows one in 2 is drawn.",
                     "Of 2000 nodes 60 are shown, and stepped through", "Of 40 features these 6 can be chosen"):
        assert sentence in text


# Looks, and readers who do not see or point


def test_nothing_is_cut_off_or_lies_on_top_of_another(show, lesson):
    for viewport in (DESKTOP, PHONE, {"width": 768, "height": 1024}):
        page = show(lesson[0], viewport=viewport)
        for _language in range(2):
            assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
            outside = page.evaluate("""[...document.querySelectorAll('svg text')].filter(text => {
                const box = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
                return box.width && (box.left < frame.left - 3 || box.right > frame.right + 3 || box.top < frame.top - 3
                    || box.bottom > frame.bottom + 3);
            }).map(text => text.textContent)""")
            assert outside == []
            overlapping = page.evaluate("""(() => {
                const rects = [...document.querySelectorAll('#graph .node rect')];
                const boxes = rects.map(rect => rect.getBoundingClientRect());
                return boxes.some((a, i) => boxes.slice(i + 1).some(b => a.left < b.right && b.left < a.right
                    && a.top < b.bottom && b.top < a.bottom));
            })()""")
            assert not overlapping
            page.click("#language")


OUTSIDE = """() => [...document.querySelectorAll('#surface-picture text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < 0 || box.right > innerWidth;
}).map(text => text.textContent)"""


@pytest.mark.parametrize("name", ["一个相当长的特征名称", "a rather long name of a feature"])
def test_long_names_at_the_surface_are_not_cut_off_and_no_point_lies_over_them(show, tmp_path, name):
    path = tmp_path / "report.html"
    dataset = pg.Dataset("d", pg.randn(20, 2, 0), [float(n) for n in range(20)], [name, name + "2"], name, "")
    chain(path, 0, data=dataset.data, features=2, dataset=dataset)
    page = show(path, viewport=PHONE)
    for _ in range(8):
        assert page.evaluate(OUTSIDE) == []
        page.click("#surface button >> nth=1")
        page.click("#surface button >> nth=1")
    tags = page.locator("#surface-picture > *").evaluate_all("all => all.map(e => e.tagName)")
    assert set(tags[tags.index("text"):]) == {"text"}       # all of them come last


@pytest.mark.parametrize("viewport", [PHONE, {"width": 844, "height": 390}, {"width": 320, "height": 568}])
def test_on_a_phone_the_buttons_stay_in_sight_with_the_numbers_and_cover_little(show, lesson, viewport):
    page = show(lesson[0], viewport=viewport)
    page.evaluate("document.getElementById('step-panel').scrollIntoView()")
    buttons = page.evaluate("document.querySelector('.moving').getBoundingClientRect().toJSON()")
    panel = page.evaluate("document.getElementById('step-panel').getBoundingClientRect().toJSON()")
    assert -1 <= buttons["top"] and buttons["height"] < 60 and panel["top"] < viewport["height"] / 2
    page.click("#next", no_wait_after=True)
    assert page.inner_text("#step-place").startswith("Step 2 ")


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
def test_the_graph_is_no_wider_than_its_frame(show, lesson, width):
    page = show(lesson[0], viewport={"width": width, "height": 800})
    assert page.evaluate("""[...document.querySelectorAll('.graph-frame')]
        .filter(frame => frame.scrollWidth > frame.clientWidth).length""") == 0


def test_keys_step_only_where_the_stepper_is_in_sight(show, lesson):
    page = show(lesson[0])
    page.evaluate("window.scrollTo(0, 0)")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#step-place").startswith("Step 1 ")
    page.locator("#next").scroll_into_view_if_needed()
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#step-place").startswith("Step 2 ")


def test_language_and_theme_are_remembered(show, lesson):
    page = show(lesson[0])
    page.click("#language")
    page.click("#theme")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    again = page.context.new_page()
    again.goto(lesson[0].as_uri())
    assert again.inner_text("#loss-heading") == "每一轮的损失"
    assert again.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_a_seed_beyond_what_javascript_counts_is_shown_right(show, tmp_path):
    path = tmp_path / "report.html"
    boston(path, features=["RM"], seed=2 ** 53 + 1)
    page = show(path)
    assert page.inner_text("#fact-seed") == "9007199254740993"
    assert page.inner_text("#surface-heading") == "The curve that was learnt"


def test_numbers_are_written_as_python_writes_them(show, lesson):
    """Also in the middle between two numbers, where Python takes the even one."""
    numbers = [12344.5, 12345.5, -12344.5, 0.000123445, 1234450.0, 99999.5, 9999999.5, 2.5, 0.0, 2.5e-300, 1e300,
               123456.0, 1e-4, 9.99995e-5, 0.5, 3.0, 1 / 3]
    draw = random.Random(0)
    numbers += [draw.choice([1, -1]) * draw.random() * 10.0 ** draw.randint(-12, 12) for _ in range(300)]
    numbers += [draw.randint(10000, 99999) + 0.5 for _ in range(100)]
    source = report.part("base.js")
    functions = "\n".join(re.search(r"^function %s\(.*?^}" % name, source, re.M | re.S).group()
                          for name in ("show", "roundedTo"))
    for digits in (4, 5, 6):
        shown = show(lesson[0]).evaluate("numbers => { %s; return numbers.map(x => show(x, %d)); }"
                                         % (functions, digits), numbers)
        assert [text.replace("−", "-") for text in shown] == [number_text(x, digits) for x in numbers]


def overlaps(page, selector):
    """Pairs of texts that lie over each other."""
    return page.evaluate("""selector => {
        const texts = [...document.querySelectorAll(selector)].filter(text => text.textContent.trim());
        const boxes = texts.map(text => text.getBoundingClientRect());
        const found = [];
        boxes.forEach((a, i) => boxes.slice(0, i).forEach((b, j) => {
            if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
                found.push([texts[i].textContent, texts[j].textContent]);
        }));
        return found;
    }""", selector)


@pytest.mark.parametrize("scale", [1.0, 1e5, 1e7, -1e6])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_no_title_lies_over_a_label_however_long_it_is(show, tmp_path, scale, viewport):
    path = tmp_path / "report.html"
    dataset = pg.Dataset("d", pg.randn(30, 2, 0), [scale * (n + 1) for n in range(30)], ["rooms", "area"], "price",
                         "")
    for features in (1, 2):
        rows = [row[:features] for row in dataset.data]
        chosen = dataset.select(dataset.feature_names[:features])
        X, y, W, b = [pg.Placeholder(name) for name in ("X", "y", "W", "b")]
        pg.MSE(y, pg.Linear(X, W, b))
        graph = pg.topological_sort_feed_dict({X: rows, y: dataset.target, W: [[0.3 * scale]] * features, b: [scale]})
        pg.write_report(path, graph, {X: rows, y: dataset.target}, [W, b], [2.0 * scale * scale, scale * scale],
                        batch_size=4, dataset=chosen)
        page = show(path, viewport=viewport)
        for picture in ("#loss-picture text", "#predictions figure:first-child text",
                        "#predictions figure + figure text", "#surface .picture text"):
            assert overlaps(page, picture) == [], picture
        if features == 2:
            for _ in range(16):                     # also where an axis is seen end-on
                page.click("#surface button >> nth=1")
                assert overlaps(page, "#surface .picture text") == []
        outside = page.evaluate("document.documentElement.scrollWidth")
        assert outside == viewport["width"]


def test_what_is_drawn_is_what_the_network_predicts(show, tmp_path):
    """At drawn places of the surface and of the curve, after a training that makes them steep."""
    boston_ = pg.load_dataset("boston")
    draw = random.Random(3)
    with pg.use("c" if pg.available_backends()["c"] is None else "python"):
        made = boston(tmp_path / "surface.html", epochs=600, hidden=10)
        curve = boston(tmp_path / "curve.html", features=["RM"], epochs=600, hidden=10)
    assert (tmp_path / "surface.html").stat().st_size < 1000000
    height = max(boston_.target) - min(boston_.target)

    def means_and_ends(fed):
        columns = list(zip(*as_lists(fed)))
        return [sum(column) / len(column) for column in columns], [(min(c), max(c)) for c in columns]

    means, ends = means_and_ends(made.feed[made.X])
    grids = numbers_of(tmp_path / "surface.html")["surface"]["grids"]
    assert len(grids) == 78
    for pair, grid in grids.items():
        p, q = map(int, pair.split("-"))
        n, heights = grid["size"], heights_of(grid)
        for _ in range(5):
            a, b = draw.random() * (n - 1), draw.random() * (n - 1)
            i, j = min(int(a), n - 2), min(int(b), n - 2)
            s, t = a - i, b - j
            drawn = ((1 - s) * ((1 - t) * heights[i * n + j] + t * heights[i * n + j + 1])
                     + s * ((1 - t) * heights[(i + 1) * n + j] + t * heights[(i + 1) * n + j + 1]))
            row = list(means)
            for column, share in ((p, a / (n - 1)), (q, b / (n - 1))):
                row[column] = ends[column][0] + (ends[column][1] - ends[column][0]) * share
            assert drawn == pytest.approx(pg.predict(made.prediction, {made.X: [row]})[0][0], abs=height / 100), pair

    page = show(tmp_path / "curve.html")
    points = [tuple(map(float, point.split())) for point in re.split("[ML]", page.get_attribute(
        "#surface .line.train", "d"))[1:]]
    marks = page.locator("#surface circle.mark").evaluate_all(
        "all => all.map(e => [e.cx.baseVal.value, e.cy.baseVal.value])")
    rooms, prices = [row[0] for row in curve.dataset.data], curve.dataset.target
    low, high = min(range(506), key=rooms.__getitem__), max(range(506), key=rooms.__getitem__)
    cheap, dear = min(range(506), key=prices.__getitem__), max(range(506), key=prices.__getitem__)
    fed = as_lists(curve.feed[curve.X])
    for x, y in points:
        share = (x - marks[low][0]) / (marks[high][0] - marks[low][0])
        height_share = (y - marks[cheap][1]) / (marks[dear][1] - marks[cheap][1])
        price = prices[cheap] + height_share * (prices[dear] - prices[cheap])
        row = [fed[low][0] + share * (fed[high][0] - fed[low][0])]
        predicted = pg.predict(curve.prediction, {curve.X: [row]})[0][0]
        assert price == pytest.approx(predicted, abs=height / 100)
    assert max(b[0] - a[0] for a, b in zip(points, points[1:])) < 25


CONTRAST = """() => {
    const parts = (colour) => {
        const srgb = colour.match(/color\\(srgb ([\\d.e-]+) ([\\d.e-]+) ([\\d.e-]+)/);
        if (srgb) return srgb.slice(1, 4).map(x => x * 255);
        const found = colour.match(/[\\d.]+/g).map(Number);
        return found.length === 4 && found[3] === 0 ? null : found.slice(0, 3);
    };
    const light = (colour) => {
        const [r, g, b] = colour.map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const box = e.matches('.node') ? getComputedStyle(e.querySelector('rect')).fill
                : getComputedStyle(e).backgroundColor;
            if (parts(box)) return parts(box);
        }
    };
    const low = [];
    for (const e of document.querySelectorAll('body *')) {
        if (!e.checkVisibility() || e.closest('noscript, title, script')) continue;
        if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
        const style = getComputedStyle(e);
        const [a, b] = [light(parts(e instanceof SVGElement ? style.fill : style.color)), light(ground(e))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) low.push(e.textContent + ' ' + contrast.toFixed(2));
    }
    return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(show, lesson, scheme):
    page = show(lesson[0], color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    page.click("[data-phase=backward]")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.evaluate(CONTRAST) == []
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
    assert page.evaluate(CONTRAST) == []


def test_tab_reaches_everything_and_what_has_the_focus_shows_it(show, lesson):
    page = show(lesson[0])
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        focus = page.evaluate("""() => {
            const e = document.activeElement;
            const rect = e.querySelector('rect');
            const mark = e.matches('.node') ? getComputedStyle(rect).strokeWidth : getComputedStyle(e).outlineWidth;
            const name = e.id || e.dataset.node || e.dataset.phase || e.tagName;
            return e === document.body ? null : [name, parseFloat(mark)];
        }""")
        if focus is None:
            break
        reached.append(focus[0])
        assert focus[1] >= 2, focus
    for name in ("language", "theme", "log", "loss-picture", "worst", "X", "cost", "TD", "back", "next", "play",
                 "speed", "forward", "backward", "update", "SELECT", "surface-picture", "SUMMARY"):
        assert name in reached, name


def test_every_picture_and_control_has_a_name_and_a_table_behind(show, lesson):
    page = show(lesson[0])
    nameless = page.evaluate("""[...document.querySelectorAll(
            'svg:not([aria-hidden]), button, select, input, [tabindex]:not(td)')]
        .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label')?.textContent.trim()))
        .map(e => e.outerHTML.slice(0, 100))""")
    assert nameless == []
    for section in ("loss", "predictions", "graph", "surface"):
        assert page.locator("#%s details summary" % section).count() == 1
    assert page.get_attribute("#sentence", "aria-live") == "polite"


def test_the_policy_forbids_requests_and_other_scripts(browser, lesson):
    page = browser.new_context().new_page()
    page.goto(lesson[0].as_uri())
    blocked = page.evaluate("""async () => {
        const blocked = [];
        document.addEventListener('securitypolicyviolation', e => blocked.push(e.effectiveDirective));
        await fetch('http://127.0.0.1:9/').catch(() => 0);
        const image = new Image();
        image.src = 'http://127.0.0.1:9/a.png';
        const script = document.createElement('script');
        script.textContent = 'window.wasRun = true';
        document.body.append(script);
        await new Promise(done => setTimeout(done, 300));
        return [window.wasRun === undefined, ...blocked.sort()];
    }""")
    assert blocked == [True, "connect-src", "img-src", "script-src-elem"]


def test_on_paper_there_is_no_button_nothing_scrolls_and_every_step_is_there(show, lesson, screenshots):
    page = show(lesson[0], color_scheme="dark")
    assert page.locator("#all-steps > *").count() == 0
    page.emulate_media(media="print")
    assert page.locator("button:visible, select:visible, summary:visible, #step-panel:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("#all-steps h3")).to_have_text(["Forward", "Backward", "Update"])
    assert page.locator("#all-steps h4").count() == 19 and page.locator("#all-steps .heat").count() == 10 + 10 + 4 * 3
    page.set_viewport_size({"width": 718, "height": 1000})         # of A4 with margins
    assert page.evaluate("""[...document.querySelectorAll('.panel table, #worst table')].filter(table =>
        table.getBoundingClientRect().right > table.closest('.panel, section').getBoundingClientRect().right + 1)
        .length""") == 0
    assert page.pdf(path=str(screenshots / "paper.pdf")).startswith(b"%PDF")
    page.emulate_media(media="screen")
    expect(page.locator("#all-steps > *")).to_have_count(0)


@pytest.mark.parametrize("name, options", [
    ("desktop", {}),
    ("phone", {"viewport": PHONE, "has_touch": True}),
    ("desktop-dark-zh", {"color_scheme": "dark", "locale": "zh-CN"}),
    ("phone-dark", {"viewport": PHONE, "color_scheme": "dark"}),
])
def test_screenshots(show, tmp_path, screenshots, name, options):
    path = tmp_path / "boston.html"
    boston(path, epochs=60, hidden=10, test_rows=range(0, 506, 5), seconds=1.0, test_losses={1: 60.0, 60: 25.0})
    page = show(path, **options)
    page.click("[data-phase=backward]")
    for _ in range(2):
        page.click("#next")
    page.screenshot(path=str(screenshots / (name + ".png")), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == options.get("viewport", DESKTOP)["width"]


# How good it is


def rows_of(element):
    return element.evaluate("""e => [...e.querySelectorAll('tbody tr')]
        .map(row => [...row.cells].map(cell => cell.textContent))""")


def test_the_measures_of_the_lesson_are_written_beside_those_of_guessing(show, lesson):
    page = show(lesson[0])
    found = numbers_of(lesson[0])["measures"]
    assert rows_of(page.locator("#measured")) == [
        [kind, str(measured["rows"]), number_text(measured["value"]).replace("-", "−"), number_text(measured["guess"])]
        for kind, measured in zip(("trained on", "held out"), found["sets"])]
    assert "always predicting %s" % number_text(found["guess"]) in page.locator("#measured").text_content()
    assert "Of 3 epochs looked at, the held-out loss was smallest after epoch 30: 25.5." == page.locator(
        "#overfitting").text_content()
    page.locator("#language").click()
    assert "在查看过的 3 轮中" in page.locator("#overfitting").text_content()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_classes_their_mistakes_and_regions(show, tmp_path, screenshots, viewport):
    path = tmp_path / "iris.html"
    dataset = pg.load_dataset("iris", features=["petal_length", "petal_width"])
    told_apart(path, dataset, test_rows=range(0, 150, 3), test_losses={1: 0.5, 2: 0.25, 40: 0.75})
    page = show(path, viewport)
    found = numbers_of(path)["measures"]
    tables = page.locator("#measures .confusion")
    for number in (0, 1):
        assert table_in(tables.nth(number)) == found["sets"][number]["confusion"]
        heads = tables.nth(number).evaluate("e => [...e.querySelectorAll('tbody th')].map(th => th.textContent)")
        assert heads == ["setosa", "versicolor", "virginica"]
    assert rows_of(page.locator("#mistakes")) == [
        [str(one["row"]), found["names"][one["label"]], found["names"][one["answer"]],
         "%s %%" % number_text(written(100 * one["share"], 4)), "held out" if one["is_held_out"] else "trained on"]
        for one in found["mistakes"]]
    assert "has turned up, to 0.75" in page.locator("#overfitting").text_content()
    assert page.locator("#predictions").count() == 0
    assert "The training was done by Adam" in page.locator("#steps").text_content()
    picture = page.locator("#regions svg")
    assert picture.locator(".of-class").count() == 150
    assert picture.locator(".region rect").count() >= found["regions"]["size"]
    # A point of the ground that is answered "a" has the colour that the legend has for setosa.
    place = picture.locator(".of-class").nth(found["regions"]["points"][0][0])
    assert place.locator("title").text_content() == "row 0: setosa"
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    page.locator("#measures").screenshot(path=str(screenshots / ("classes-%d.png" % viewport["width"])))


def test_digits_are_drawn(show, tmp_path):
    path = tmp_path / "digits.html"
    digits = pg.load_dataset("digits")
    kept = [name for column, name in enumerate(digits.feature_names)
            if len({row[column] for row in digits.data[:80]}) > 1]
    few = pg.Dataset("digits", digits.data[:80], digits.target[:80], digits.feature_names, "digit", "",
                     digits.class_names).select(kept)
    told_apart(path, few, epochs=1)
    page = show(path)
    first = page.locator("#mistakes svg").first
    row = numbers_of(path)["measures"]["mistakes"][0]["row"]
    assert first.get_attribute("aria-label") == "Row %d as a picture" % row
    assert first.locator("rect").count() == len(kept)


def test_where_every_answer_is_right_it_says_so(show, tmp_path):
    path = tmp_path / "right.html"
    dataset = pg.Dataset("d", [[float(n), float(n % 5)] for n in range(20)], [float(n > 9) for n in range(20)],
                         ["a", "b"], "t", "", [HOSTILE_ON_A_LINE, "no"])
    told_apart(path, dataset, epochs=60)
    page = show(path)
    assert "Every answer is right." in page.locator("#measures").text_content()
