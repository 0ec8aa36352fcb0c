"""A notebook in a real browser: what cells show is run by nbclient, rendered with JupyterLab's style, and looked at.

Needs what `test_page.py` needs, and the packages nbclient, nbconvert and ipykernel.
"""
import os

import pytest
from networks import ROOT

pytestmark = pytest.mark.browser
nbformat, nbclient, nbconvert = [pytest.importorskip(name) for name in ("nbformat", "nbclient", "nbconvert")]
pytest.importorskip("ipykernel")

CELLS = ["""
import pygraphnn as pg
X, y, W, b = [pg.Placeholder(name) for name in ("X", "y", "W", "b")]
l1 = pg.Linear(X, W, b, "l1")
graph = pg.topological_sort_feed_dict({X: pg.randn(16, 13, 0), y: [-1e-5] * 16, W: pg.randn(13, 30, 1),
                                       b: pg.zeros(30)})
pg.forward(graph)
""", "X", "W", "l1", "pg.plot_graph(graph)", "pg.plot_loss([3.0, 2.0, 1.0])"]

# The texts of an element, each with the number of lines that it takes.
LINES = """elements => elements.map(element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return [element.textContent, new Set([...range.getClientRects()].map(rect => Math.round(rect.top))).size];
})"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A notebook that was run and saved."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = ROOT
    try:
        nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return notebook


@pytest.mark.parametrize("width", [900, 400])
@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_notebook_shows_whole_numbers_and_pictures(browser, saved, screenshots, tmp_path, width, is_trusted):
    """Of one that somebody else has saved, JupyterLab shows neither SVG nor scripts; nor does it keep all styles."""
    notebook = nbformat.from_dict(saved)
    for cell in notebook.cells if not is_trusted else []:
        for output in cell.outputs:
            output["data"].pop("image/svg+xml", None)
            output["data"]["text/html"] = output["data"]["text/html"].replace(
                ' style="white-space: nowrap; text-align: right"', "")
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    (tmp_path / "notebook.html").write_text(html, encoding="utf-8")
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    page.goto((tmp_path / "notebook.html").as_uri())
    numbers = page.locator("table table td").evaluate_all(LINES)
    assert len(numbers) > 300 and {lines for text, lines in numbers} == {1}
    assert any(text.startswith("-") for text, lines in numbers)
    sizes = page.locator(".jp-OutputArea-output img").evaluate_all("all => all.map(e => [e.alt, e.naturalWidth > 100])")
    assert sizes == [["Computation graph", True], ["Loss curve", True]]
    assert "characters of SVG" not in page.inner_text("body")
    page.screenshot(path=str(screenshots / ("notebook-%d.png" % width)), full_page=True)
    page.context.close()
