"""A small museum set up from nothing, in a browser: what its first afternoon looks like.

The pictures of each step go to tests/browser/shots/, which git leaves out.
"""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from tests.browser.walking import press
from tests.serving import serving

from competence_graph.app import create_app
from competence_graph.bundled import bundled
from competence_graph.graph.inventory import load_inventories, read_file
from competence_graph.model.actor import OPERATOR
from competence_graph.settings import Settings

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).with_name("shots")
GOOD = "trys žali obuoliai ant stalo"
MUSEUM = """
@prefix id: <https://w3id.org/competence-graph/id/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:o0000012 a org:FormalOrganization ; org:classification id:sector-museum ; org:hasUnit id:o0000024 ;
    skos:prefLabel "Paupys Museum (invented)"@en , "Paupio muziejus (išgalvotas)"@lt .
id:o0000024 a org:OrganizationalUnit ; org:unitOf id:o0000012 ;
    skos:prefLabel "Collections"@en , "Rinkinių skyrius"@lt .
"""


@pytest.fixture
def service(tmp_path):
    """The service as an operator starts it, with one museum and nobody in it."""
    app = create_app(Settings(data=tmp_path, store="memory:"))
    parts = app.state.services
    load_inventories(parts.writer, bundled("inventories"))
    parts.writer.write(read_file(MUSEUM.encode(), "ttl", parts.store).change, actor=OPERATOR)
    with serving(app) as site:
        yield site, tmp_path
    parts.registry.close()


def invited(data):
    """The link that the operator's command prints, beside the running server."""
    environment = os.environ | {"COMPETENCE_GRAPH_DATA": str(data), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "competence_graph.cli.main", "invite", "vadove@example.org", "--name", "Admė"]
    printed = subprocess.run(command, capture_output=True, check=True, text=True, env=environment).stdout
    return re.search(r"/lt/invitation/\S+", printed)[0]


def code(seed):
    return pyotp.TOTP(seed).at(datetime.now(UTC))


def choose_password(tab, address):
    tab.goto(address)
    for each in tab.locator("input[type=password]").all():
        each.fill(GOOD)
    press(tab, tab.locator("main button"))


def enrol(tab):
    seed = tab.locator("main code").inner_text().replace(" ", "")
    tab.locator("#code").fill(code(seed))
    press(tab, tab.locator("main button"))


def invite(tab, email, name, **chosen):
    tab.locator("#email").fill(email)
    tab.locator("#label").fill(name)
    for field, value in chosen.items():
        tab.locator(f"#{field}").select_option(value)
    press(tab, tab.get_by_role("button", name="Pakviesti", exact=True))
    return tab.locator("code.link").inner_text()


def test_museum_is_set_up_from_nothing_in_a_browser(browser, service):
    site, data = service
    SHOTS.mkdir(exist_ok=True)
    steps = iter(range(1, 30))

    def picture(tab, name):
        tab.screenshot(path=SHOTS / f"setting-up-{next(steps):02}-{name}.png", full_page=True)

    def person():
        return browser.new_context(locale="lt", viewport={"width": 1280, "height": 900}).new_page()

    admin, hr, lead = person(), person(), person()
    admin.goto(f"{site}/lt/sign-in")
    picture(admin, "closed")
    closed = admin.locator("main").inner_text()

    choose_password(admin, site + invited(data))
    picture(admin, "admin-app")
    enrol(admin)
    picture(admin, "administration")
    admin.goto(f"{site}/lt/accounts")
    link = invite(admin, "personalas@example.org", "Rasa Personalienė", kind="hr", organisation="o0000012")
    picture(admin, "hr-invited")

    hr.goto(link)
    picture(hr, "invitation")
    choose_password(hr, link)
    enrol(hr)
    arrived = hr.locator("main").inner_text()
    picture(hr, "empty-museum")
    hr.goto(f"{site}/lt/accounts")
    link = invite(hr, "rinkiniai@example.org", "Jonas Rinkinys", kind="unit-lead", unit="o0000024")
    picture(hr, "lead-invited")

    choose_password(lead, link)
    seen = lead.locator("main").inner_text()
    picture(lead, "lead")
    lead.goto(f"{site}/lt/accounts")

    assert "Prisijungti negalima" in closed or "uždarytas" in closed.lower() or "neįjungtas" in closed.lower()
    assert "Paupio muziejus" in arrived
    assert "Rinkinių skyrius" in seen
    assert lead.locator("h1").inner_text() == "Tokio puslapio nėra"
    for each in (admin, hr, lead):
        each.context.close()
