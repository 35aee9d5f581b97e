"""Pages of an institution in the states that demonstrations do not show: empty, huge, and with poisoned names.

States, widths and languages meet pairwise: each page is looked at once in each state, the rest goes round.
"""

import itertools
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.test_pages import AXE
from tests.serving import demo_app, serving
from tests.web.test_sample import EMPTY, LOCAL

from competence_graph.answers import importing
from competence_graph.answers.catalogue import roles
from competence_graph.answers.import_reading import surroundings
from competence_graph.answers.profiles import copy_role
from competence_graph.graph.catalogue import read_requirements
from competence_graph.graph.inventory import read_file
from competence_graph.model.actor import ANYONE, OPERATOR
from competence_graph.model.import_plan import LevelWish, PersonWish, Plan, PostWish
from competence_graph.model.iri import Iri

pytestmark = pytest.mark.browser

FULL = "o0000024"
PEOPLE, UNITS = 120, 14
NASTY = (
    ("<script>window.poisoned=1</script>", "Skriptas"),
    ('"><img src=x onerror=window.poisoned=1>', "Paveikslas"),
    ("{{7*7}}", "${7*7}"),
    ("\u202eatvirkščiai", "Žmogus"),
    ("Labai", "ilga" * 45),
    ("=HYPERLINK(1)", "Formulė"),
    ("O'Neil", "Šimkūnaitė-Žąsytė-Vabalninkaitienė-Kazlauskienė"),
)
OF_INSTITUTION = (
    "", "?show=all", "/people", "/plan", "/plan?pays=person&least=hours", "/what-if?role=rw77yqsy", "/roles", "/staff",
    "/import",
)  # fmt: skip
OF_PERSON = ("", "/levels", "/assessment", "/plan", "/what-if?role=rw77yqsy", "/post")
WIDTHS, LANGS = (320, 768, 1280), ("lt", "en")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An institution that is empty and one that is full: its HR's sessions, and somebody of a nasty name."""
    app = demo_app(tmp_path_factory.mktemp("data"))
    parts = app.state.services
    sessions = {}
    for state, local in (("empty", LOCAL), ("full", FULL)):
        text = EMPTY.replace(LOCAL, local)
        parts.writer.write(read_file(text.encode(), "ttl", parts.store).change, actor=OPERATOR)
        iri = Iri(f"{parts.base}id/{local}")
        parts.registry.put_account(f"{state}-hr", "hr", state, organisation=iri, demo=True)
        sessions[state] = parts.registry.open_session(f"{state}-hr", strong=True)
    people, profile = fill(parts, Iri(f"{parts.base}id/{FULL}"))
    with serving(app) as site:
        yield site, sessions, people, profile


def fill(parts, organisation):
    """Fill the full institution, and give it a profile of its own; return who has a nasty name, and the profile."""
    chosen = [role.iri for group in roles(ANYONE, parts.store, "lt") for role in group.members][:40:3]
    asked = read_requirements(parts.store, set(chosen))
    units = [f"Skyrius {at} {'labai ilgu pavadinimu' if at % 3 else ''}".strip() for at in range(UNITS)]
    wishes = []
    for at in range(PEOPLE):
        given, family = NASTY[at] if at < len(NASTY) else (f"Vardenė{at}", "Pavardytė")
        role = chosen[at % len(chosen)]
        wish = PersonWish("", given, family, None)
        wish.posts.append(PostWish(f"unit:{units[at % UNITS]}", role, parts.today - timedelta(days=400)))
        wish.levels += [
            LevelWish(each.competence, (at + number) % 6, parts.today - timedelta(days=number % 300))
            for number, each in enumerate(asked[role])
            if (at + number) % 4
        ]
        wishes.append(wish)
    around = surroundings(OPERATOR, parts.store, parts.registry, organisation)
    plan = Plan(PEOPLE, (), wishes, units, 0)
    _, kept = importing.carry_out(
        OPERATOR, parts.writer, parts.registry, around, plan, today=parts.today, base=parts.base
    )
    names = {"lt": "Ilgas " * 20, "en": "<b>Long</b>"}
    profile = copy_role(OPERATOR, parts.writer, parts.registry, organisation, chosen[0], names, parts.base)
    return kept["people"][: len(NASTY)], profile.local


def walks():
    """Each page in each state, with widths and languages in turn."""
    turn = itertools.cycle(itertools.product(WIDTHS, LANGS))
    for path in OF_INSTITUTION:
        yield ("empty", f"/organisations/{LOCAL}{path}", None, *next(turn))
    for path in OF_INSTITUTION:
        yield ("full", f"/organisations/{FULL}{path}", None, *next(turn))
    for lang in LANGS:
        yield ("full", f"/organisations/{FULL}/roles/PROFILE", None, 320 if lang == "en" else 1280, lang)
    for number, path in enumerate(OF_PERSON):
        yield ("full", path, number, *next(turn))


@pytest.mark.parametrize(("state", "path", "person", "width", "lang"), list(walks()))
def test_page_holds_in_every_state(browser, world, state, path, person, width, lang):
    site, sessions, people, profile = world
    path = path.replace("PROFILE", profile)
    if person is not None:
        path = f"/people/{people[person].rsplit('/', 1)[-1]}{path}"
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "session", "value": sessions[state], "url": site, "httpOnly": True}])
    tab = context.new_page()
    complaints = []
    tab.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda said: complaints.append(str(said)))
    try:
        answer = tab.goto(f"/{lang}{path}")
        assert answer.status == 200
        assert complaints == []
        assert tab.evaluate("window.poisoned") is None
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(tab, options=AXE)
        assert found.violations_count == 0, found.generate_report()
    finally:
        context.close()
