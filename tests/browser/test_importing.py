"""HR's first hour in a browser: a table of the staff with fifteen bad rows becomes people, in both languages."""

import io

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.pages import Page
from tests.browser.test_pages import AXE
from tests.browser.walking import LANGS, press, visiting
from tests.serving import demo_app, serving

pytestmark = pytest.mark.browser

START = Page("import", "/{lang}/organisations/{organisation}/import", actor="hr")
ROWS = 60
BAD = 15


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A world of its own: people are added to it."""
    return demo_app(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def address(own):
    """Where it is served."""
    with serving(own) as url:
        yield url


def look(tab, width):
    """What every page must be."""
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(tab, options=AXE)
    assert found.violations_count == 0, found.generate_report()


def table(tab, start, lang):
    """Sixty rows, every fourth of them bad in one of three ways, as an HR program of Lithuania writes them."""
    lists = openpyxl.load_workbook(io.BytesIO(tab.request.get(f"{start}/template").body())).worksheets[1]
    unit, role = lists.cell(1, 1).value, lists.cell(1, 2).value
    lines = ["Pavardė;Vardas;Padalinys;Pareigybė;Dirba nuo"]
    for each in range(ROWS):
        named, place, post, day = f"Žąsytė-{lang}{each}", unit, role, "31.01.2025"
        if each % 4 == 3:
            place, post, day = [(unit[:-1], role, day), (unit, "žynys", day), (unit, role, "31.31.2025")][each // 4 % 3]
        lines.append(f"{named};Šarūnė;{place};{post};{day}")
    return "\r\n".join(lines).encode("cp1257"), unit, role


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [320, 1280])
def test_fifteen_bad_rows_are_mended_and_everybody_is_there(browser, own, address, lang, width):
    options = {"viewport": {"width": width, "height": 900}, "java_script_enabled": True}
    with visiting(browser, own, address, START, lang, **options) as (tab, start):
        data, unit, role = table(tab, start, f"{lang}{width}")
        tab.goto(start)
        tab.set_input_files("#file", {"name": "darbuotojai.csv", "mimeType": "text/csv", "buffer": data})
        press(tab, tab.locator("main form button.main"))
        look(tab, width)  # the encoding
        assert "Pavardė" in tab.locator("label", has=tab.locator("input[value=cp1257]")).inner_text()
        tab.locator("input[value=cp1257]").check()
        press(tab, tab.locator("main form button.main"))
        look(tab, width)  # the columns
        tab.locator("input[name=order][value=dmy]").check()
        press(tab, tab.locator("button[value=match]"))
        look(tab, width)  # the faults
        assert tab.locator("tbody tr").count() == BAD
        for cell in tab.locator("td .field").all():
            box = cell.locator("input")
            # What is near is offered already.
            choices = box.get_attribute("list")
            if choices == "list-roles":
                box.fill(role)
            elif choices == "list-units":
                assert box.input_value() == unit
            else:
                box.fill("2025-01-31")
        press(tab, tab.locator("button[value=mend]"))
        look(tab, width)  # what would change
        assert tab.locator("section tbody tr").count() == ROWS
        press(tab, tab.locator("main .actions form").first.locator("button"))
        look(tab, width)  # done
        press(tab, tab.locator("main .actions a").nth(1))
        assert tab.get_by_text(f"Žąsytė-{lang}{width}3", exact=False).count() >= 1
