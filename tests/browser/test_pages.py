import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.pages import PAGES
from tests.browser.walking import LANGS, is_about_the_page_itself, press, visiting

pytestmark = pytest.mark.browser

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"runOnly": {"type": "tag", "values": STANDARDS}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
both_languages = pytest.mark.parametrize("lang", LANGS)
WIDTHS = (320, 1280)
# What no language changes is looked at in one of them, in turns.
every_page_once = pytest.mark.parametrize(
    ("page", "lang"),
    [(page, LANGS[at % 2]) for at, page in enumerate(PAGES)],
    ids=lambda each: getattr(each, "name", each),
)


@every_page
@both_languages
def test_page_is_clean(browser, demo, site, page, lang):
    """No console error, no foreign request, no sideways scroll, nothing that axe finds, in light and dark.

    axe looks at one width in each language: narrow in the first and wide in the other, or the other way round.
    """
    complaints, foreign = [], []
    width, other = WIDTHS if (PAGES.index(page) + LANGS.index(lang)) % 2 else WIDTHS[::-1]
    with visiting(browser, demo, site, page, lang, viewport={"width": width, "height": 900}) as (tab, address):
        tab.on("console", lambda said: complaints.append(said) if said.type in ("error", "warning") else None)
        # A lambda: playwright writes on its handler, and list.append cannot be written on.
        tab.on("pageerror", lambda said: complaints.append(said))  # noqa: PLW0108
        tab.on("request", lambda asked: foreign.append(asked.url) if not asked.url.startswith(site) else None)
        answer = tab.goto(address)

        assert answer.status == page.status
        assert tab.locator("html").get_attribute("lang") == lang
        assert [] == [str(each) for each in complaints if not is_about_the_page_itself(each, address)]
        assert [] == foreign
        tab.set_viewport_size({"width": other, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= other
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(tab, options=AXE)
        assert found.violations_count == 0, found.generate_report()
        if width == WIDTHS[0]:
            return
        tab.emulate_media(color_scheme="dark")
        dark = Axe().run(tab, options=CONTRAST)
        assert dark.violations_count == 0, dark.generate_report()


@every_page_once
def test_page_says_the_same_without_javascript(browser, demo, site, page, lang):
    said = []
    for javascript in (True, False):
        with visiting(browser, demo, site, page, lang, java_script_enabled=javascript) as (tab, address):
            tab.goto(address)
            # The account's page says when this very session began.
            told = re.sub(r"\b\d\d:\d\d\b", "hh:mm", tab.locator("main").inner_text())
            said.append((tab.locator("h1").inner_text(), told))

    assert said[0] == said[1]
    assert said[1][0]


@every_page
def test_page_has_one_main_heading_and_a_title_of_its_own(browser, demo, site, page):
    titles = []
    for lang in LANGS:
        with visiting(browser, demo, site, page, lang) as (tab, address):
            tab.goto(address)
            assert tab.locator("h1").count() == 1
            titles.append(tab.title())

    assert titles[0].endswith(" – Kompetencijų grafas")
    assert titles[1].endswith(" – Competence Graph")


@every_page_once
def test_every_control_is_reached_and_seen_by_keyboard(browser, demo, site, page, lang):
    reach = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    with visiting(browser, demo, site, page, lang) as (tab, address):
        tab.goto(address)
        visible = [each for each in tab.locator(reach).all() if each.is_visible()]
        radios = tab.locator("input[type=radio]").count()
        # The day, the month, the year and the calendar of a date are stops of their own.
        days = 4 * tab.locator("input[type=date]").count()
        tab.keyboard.press("Tab")
        first = tab.evaluate("document.activeElement.className")
        seen = 1
        for _ in range(len(visible) + days + 5):
            tab.keyboard.press("Tab")
            if tab.evaluate("document.activeElement === document.body"):
                break
            assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            seen += 1

    assert first == "skip"
    # A group of radio buttons is one stop.
    assert seen >= len(visible) - radios


def test_skip_link_leads_to_the_content(browser, demo, site):
    home = PAGES[0]
    with visiting(browser, demo, site, home, "lt") as (tab, address):
        tab.goto(address)
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")

        assert tab.evaluate("document.activeElement.id") == "main"


def test_signing_in_and_out_by_hand(browser, demo, site):
    """As a person does it: choose an account, be in, go out."""
    with visiting(browser, demo, site, PAGES[0], "en", java_script_enabled=False) as (tab, address):
        tab.goto(address)
        press(tab, tab.get_by_role("link", name="Sign in"))
        press(tab, tab.locator(".accounts button").first)
        tab.goto(f"{site}/en/sign-in")
        assert tab.locator("h1").inner_text() == "You are signed in"
        press(tab, tab.get_by_role("button", name="Sign out"))
        tab.goto(f"{site}/en/sign-in")
        assert tab.locator("h1").inner_text() == "Sign in"
