"""T15: script in every label, name, reason and address stays text: every page is walked in a real browser."""

import json
import re
from datetime import timedelta

import httpx
import pyoxigraph as ox
import pytest
from tests.browser.pages import PAGES
from tests.browser.walking import LANGS, path_of, visiting
from tests.serving import demo_app, serving

from competence_graph.graph.terms import delete_data, node
from competence_graph.graph.vocab import expand
from competence_graph.model.iri import BASE

RUN = "window.poisoned=1"
POISON = [
    f'"><script>{RUN}</script>',
    f'<img src=x onerror="{RUN}">',
    f"<svg/onload={RUN}>",
    f"</title></textarea></select></style></script><script>{RUN}</script>",
    f"--><script>{RUN}</script><!--",
    f"' autofocus onfocus='{RUN}",
    "{{ 7 * 7191 }}{% raw %}${7*7191}",
    f"<a href='javascript:{RUN}'>x</a>",
    f'"]}}</script><script>{RUN}</script>',
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<details open ontoggle={RUN}>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
]
TEXTS = (
    "skos:prefLabel", "skos:altLabel", "skos:definition", "skos:scopeNote", "skos:notation", "dct:title",
    "dct:description", "schema:name", "schema:description", "skos:editorialNote", "schema:courseCode",
)  # fmt: skip
SCRIPT_LINK = f"javascript:{RUN}"


def poison(at):
    """The next poison, and one that sorts before every honest label."""
    return POISON[at % len(POISON)]


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """The demonstration with poison in every text that somebody could have written."""
    app = demo_app(tmp_path_factory.mktemp("data"))
    services = app.state.services
    paths = {expand(each) for each in TEXTS}
    store, at, put, gone = services.store, 0, [], []
    for quad in ox.parse(store.dump(), format=ox.RdfFormat.N_QUADS):
        if quad.predicate.value in paths and isinstance(quad.object, ox.Literal):
            at += 1
            lang = quad.object.language
            # Past the shapes: whatever got into a store once must still be harmless on the pages.
            text = ox.Literal(poison(at), language=lang) if lang else ox.Literal(poison(at))
            put.append(ox.Quad(quad.subject, quad.predicate, text, quad.graph_name))
            gone.append(quad)
    library = ox.NamedNode(f"{BASE}id/c57vh4eb")
    graph = ox.NamedNode(f"{BASE}graph/framework/libraries")
    links = ("skos:exactMatch", "skos:closeMatch", "rdfs:seeAlso", "schema:url", "foaf:homepage")
    put += [ox.Quad(library, node(expand(path)), ox.NamedNode(SCRIPT_LINK), graph) for path in links]
    store.update(delete_data(gone))
    store.load(put)
    registry = services.registry
    for number, person in enumerate(registry.identities.pseudonyms()):
        known = registry.identities.find(person)
        registry.identify(person, known.organisation, poison(number), poison(number + 1), f"{number}@example.org")
    for account in registry.demo_accounts():
        registry.audit.record(account.actor, poison(3), organisation=account.actor.organisation, reason=poison(1))
        registry.bearer.issue(account.id, account.grant, poison(2), ["read"], timedelta(days=9))
    hr = next(each.actor for each in registry.demo_accounts() if each.id == "demo-museum-hr")
    registry.licences.put(hr.organisation, poison(4), 10, since=services.clock(), until=None)
    registry.issuers.put(poison(5), "https://login.example.org", poison(6), None)
    registry.glasses.open("demo-admin", hr.organisation, poison(7))
    return app


@pytest.fixture(scope="module")
def at(poisoned):
    with serving(poisoned) as url:
        yield url


INSIDE = """() => {
  const all = [...document.querySelectorAll('*')];
  const inline = [...document.querySelectorAll('script:not([src])')].filter(e => e.type !== 'application/ld+json');
  const linked = all.map(e => String(e.href || e.src || e.action || e.formAction || ''));
  return {
    ran: window.poisoned !== undefined,
    scripts: inline.map(e => e.textContent),
    handlers: all.filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).map(e => e.outerHTML.slice(0, 200)),
    links: linked.filter(h => /^(javascript|data:text|vbscript)/i.test(h)),
    frames: document.querySelectorAll('iframe,object,embed,base,math').length,
  };
}"""


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("page", [each for each in PAGES if each.status < 500], ids=lambda each: each.name)
def test_t15_stored_script_stays_text_on_every_page(browser, poisoned, at, page, lang):
    asked = []
    with visiting(browser, poisoned, at, page, lang) as (tab, address):
        tab.on("dialog", lambda dialog: asked.append(dialog.message))
        tab.on(
            "request", lambda request: asked.append(request.url) if not request.url.startswith((at, "data:")) else None
        )
        violations = []
        tab.on("console", lambda said: violations.append(said.text) if "Content Security" in said.text else None)
        tab.goto(address)
        found = tab.evaluate(INSIDE)

    assert found == {"ran": False, "scripts": [], "handlers": [], "links": [], "frames": 0}
    assert asked == []
    assert violations == []


@pytest.mark.parametrize("face", ["svg", "txt", "html", "jsonld", "json", "csv", "rdf", "ttl"])
def test_t15_stored_script_no_face_is_taken_for_a_page_by_a_browser(at, face):
    answer = httpx.get(f"{at}/doc/c57vh4eb.{face}", headers={"Accept": "*/*"})
    kind = answer.headers.get("content-type", "").split(";")[0]

    assert answer.status_code in {200, 404, 406}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    if kind != "text/html":
        assert kind not in {"image/svg+xml", "text/xml", "application/xml", "application/xhtml+xml"}
        assert kind != ""


def test_t15_stored_script_data_for_scripts_cannot_end_their_element(at):
    page = httpx.get(f"{at}/lt/competences/c57vh4eb", headers={"Accept": "text/html"}).text
    islands = re.findall(r'<script type="application/[^"]*json"[^>]*>(.*?)</script>', page, re.DOTALL)

    assert [] == [each for each in islands if "<" in each]
    for each in islands:
        json.loads(each)


def test_t15_stored_script_no_page_of_ours_holds_what_the_policy_would_have_to_stop(poisoned, at):
    """The policy is the second wall: without it the pages must be harmless too."""
    wrong = []
    for page in PAGES:
        if page.actor is None:
            text = httpx.get(at + path_of(page, "lt"), headers={"Accept": "text/html"}).text
            # A tag that was not escaped.
            wrong += [page.name for each in POISON if each.startswith("<") and each in text]

    assert wrong == []


@pytest.mark.parametrize(
    "path", ["/lt/competences/c57vh4eb", "/lt/roles/r52xn9zv", "/lt/courses/kpnt1xr7", "/lt/competences"]
)
def test_t15_stored_script_is_really_there(at, path):
    text = httpx.get(at + path, headers={"Accept": "text/html"}).text

    assert "window.poisoned" in text
    assert "&lt;" in text
