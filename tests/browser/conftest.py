"""The browser of the tests here, what checks its pages, and where their screenshots go."""
import shutil
from pathlib import Path

import pytest

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


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
