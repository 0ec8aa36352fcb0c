"""The book in a real browser: on a desk and on a phone, in both languages, in light and dark, and on paper."""
import pytest
from viewports import DESKTOP, PHONE

from pygraphnn.opening import page_of_the_book, renderer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """{language: the path of the book}"""
    folder = tmp_path_factory.mktemp("book")
    found = {language: folder / (language + ".html") for language in ("en", "zh")}
    for language, path in found.items():
        path.write_text(page_of_the_book(language), encoding="utf-8")
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("viewport, scheme", [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_it_fits_and_can_be_read(language, viewport, scheme, pages, show, screenshots):
    page = show(pages[language], viewport=viewport, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert page.locator("nav li").count() == len(renderer().with_appendix()) + 1
    for chapter in (1, 5, 8):
        page.locator("nav a").nth(chapter - 1).click()
        top = page.evaluate("document.querySelector('#chapter-%d').getBoundingClientRect().top" % chapter)
        assert abs(top) < 2
        page.screenshot(path=str(screenshots / ("book-%s-%d-%d.png" % (language, viewport["width"], chapter))))
    assert page.locator("img").evaluate_all("images => images.every(image => image.naturalWidth > 100)")
    everything = ["settings", "loss", "measures", "predictions", "replay", "graph", "steps", "surface"]
    for chapter, sections in ((5, everything), (6, ["replay", "surface"])):
        page.locator("#chapter-%d iframe" % chapter).scroll_into_view_if_needed()
        live = page.frame_locator("#chapter-%d iframe" % chapter)
        live.locator("h2").first.wait_for()
        assert live.locator("html").get_attribute("lang").startswith(language)
        assert live.locator("section").evaluate_all("sections => sections.map(section => section.id)") == sections


def test_code_is_copied_with_the_keyboard(pages, show):
    page = show(pages["en"], permissions=["clipboard-read", "clipboard-write"])
    button = page.locator(".copy").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.copy').textContent === 'Copied'")
    code = renderer().chapters()[0].cells["guess"].code
    assert page.evaluate("navigator.clipboard.readText()") == code + "\n"


def test_on_paper_there_are_no_buttons_and_no_frames(pages, show):
    page = show(pages["en"])
    page.emulate_media(media="print")
    for selector in (".copy", "nav", "iframe"):
        assert not page.locator(selector).first.is_visible()
    assert page.locator("pre.output").first.is_visible()
