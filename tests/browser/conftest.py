"""The browser of the tests here, what checks its pages, and where their screenshots go."""
import shutil
from pathlib import Path

import pytest
from viewports import DESKTOP

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright
    path, = [shutil.which(name) for name in NAMES if shutil.which(name)][:1] or pytest.fail("no Chromium in PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(request):
    """The script of axe-core, a checker of accessibility."""
    path = request.config.getoption("--axe")
    if not path:
        pytest.fail("--axe names no script: npm install --no-save axe-core, "
                    "then --axe node_modules/axe-core/axe.min.js")
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def screenshots(request):
    folder = Path(request.config.getoption("--screenshots") or Path(__file__).parent / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def violations(page, axe):
    """What axe-core, a checker of accessibility, finds wrong in the state that the page is in."""
    page.emulate_media(media="screen")
    page.evaluate(axe + "; 0")
    return page.evaluate("""() => axe.run(document, {
        rules: {'label-content-name-mismatch': {enabled: true}}, resultTypes: ['violations'], iframes: false
    }).then(found => found.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 120)]))""")


@pytest.fixture
def show(browser, axe):
    """Opens a file; at the end, nothing may have been requested but it, and nothing complained about."""
    opened = []

    def show(path, viewport=DESKTOP, locale="en-US", **options):
        context = browser.new_context(viewport=viewport, locale=locale, **options)
        page = context.new_page()
        requests, complaints = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append("dialog: " + dialog.message))
        page.goto(path.as_uri())
        opened.append((context, path.as_uri(), requests, complaints))
        return page

    yield show
    for context, address, requests, complaints in opened:
        for page in context.pages:
            assert violations(page, axe) == []
        context.close()
        assert requests == [address]
        assert complaints == []
