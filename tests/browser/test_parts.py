"""The parts that pages are made of, each in every state, on one page."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI, Request
from jinja2 import ChoiceLoader, FileSystemLoader
from tests.browser.test_pages import AXE, CONTRAST
from tests.browser.walking import LANGS
from tests.serving import serving

from competence_graph.web import assets
from competence_graph.web.edge import Edge
from competence_graph.web.respond import Answer, respond
from competence_graph.web.templates import environment

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def specimen(demo):
    """The page of parts, served as any page is."""
    app = FastAPI()
    app.state.services = demo.state.services

    @app.get("/{lang:lang}/parts")
    def parts(request: Request, lang: str):
        return respond(request, Answer(page="specimen.html"))

    assets.mount(app)
    app.add_middleware(Edge, https=False)
    loaders = {lang: environment(lang).loader for lang in LANGS}
    for lang, loader in loaders.items():
        environment(lang).loader = ChoiceLoader([loader, FileSystemLoader(Path(__file__).parent)])
    with serving(app) as url:
        yield url
    for lang, loader in loaders.items():
        environment(lang).loader = loader


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [320, 1280])
def test_every_part_in_every_state_is_clean(browser, specimen, lang, width):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    complaints = []
    tab.on("console", lambda said: complaints.append(said.text))
    tab.goto(f"{specimen}/{lang}/parts")

    found = Axe().run(tab, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    tab.emulate_media(color_scheme="dark")
    dark = Axe().run(tab, options=CONTRAST)
    assert dark.violations_count == 0, dark.generate_report()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert [] == complaints
    tab.close()


def test_error_of_a_field_is_read_with_it_and_reached_from_the_summary(browser, specimen):
    tab = browser.new_page()
    tab.goto(f"{specimen}/lt/parts")
    tab.get_by_role("link", name="Lygis 9 per didelis; didžiausias yra 5.").click()

    assert tab.evaluate("document.activeElement.id || location.hash.slice(1)") == "e1"
    level = tab.locator("#e1")
    assert level.get_attribute("aria-invalid") == "true"
    described = " ".join(
        tab.locator(f"#{each}").text_content() for each in level.get_attribute("aria-describedby").split()
    )
    assert "Sveikasis skaičius" in described
    assert "Klaida: Lygis 9 per didelis" in described
    tab.close()


def test_what_was_typed_comes_back_as_text(browser, specimen):
    tab = browser.new_page()
    tab.goto(f"{specimen}/lt/parts")

    assert tab.locator("#e3").input_value() == '"><script>alert(1)</script>'
    assert tab.locator("main script").count() == 0
    tab.close()
