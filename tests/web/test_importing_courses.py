"""Imports of completed courses and of people known by their number alone, as learning and HR programs export them."""

import pytest
from tests.web.conftest import local_of
from tests.web.signing import as_demo
from tests.web.test_importing import numbers, ready, state, step, words  # noqa: F401 - a fixture

from competence_graph.answers.planning import COURSE, course_facts
from competence_graph.answers.recording import person_history
from competence_graph.graph.live_search import live_search
from competence_graph.model.actor import ANYONE, OPERATOR
from competence_graph.model.iri import Iri


@pytest.fixture
def hr(guest, registry):
    return as_demo(guest, registry, "demo-library-hr")


@pytest.fixture
def start(library_hr):
    return f"/en/organisations/{local_of(library_hr.organisation)}/import"


@pytest.fixture
def course(own):
    """A published course with two outcomes or more."""
    store = own.state.services.store
    known = [each for each in live_search(store).index.things.values() if each.kind == "course"]
    facts = course_facts(ANYONE, store, {each.iri for each in known})
    return next(each for each in known if len(facts[each.iri].outcomes) >= 2), facts


@pytest.fixture
def learner(own):
    accounts = own.state.services.registry.demo_accounts()
    return Iri(next(each.actor.person for each in accounts if each.id == "demo-library-learner"))


def brought(own, person, course):
    records = person_history(OPERATOR, own.state.services.store, person).records
    return [each for each in records if course.iri in each.evidence]


def test_completions_as_moodle_exports_them_become_levels_to_be_reviewed(hr, start, own, learner, course, library_hr):
    thing, facts = course
    parts = own.state.services
    known = parts.registry.identities.find(learner)
    before = state(own, library_hr.organisation)
    name = thing.label("en").value
    table = (
        "username,userid,coursename,courseid,timeenrolled,timestarted,timecompleted,User full name\n"
        f'u1,77,"{name}",12,2026-01-01,2026-01-02,2026-03-05,{known.name}\n'
        # Begun and not completed.
        f'u1,77,"{name}",12,2026-01-01,2026-01-02,,{known.name}\n'
    )
    path = ready(hr, start, table)
    told = numbers(hr.get(path).text)
    assert told["Levels of completed courses, to be reviewed"] == len(facts[thing.iri].outcomes)
    assert "New people" not in told
    step(hr, path, "commit")
    found = brought(own, learner, thing)

    assert {(each.competence, each.level) for each in found} == {
        (iri, top) for iri, (_, top) in facts[thing.iri].outcomes.items()
    }
    assert {(each.status, each.method, each.issued.isoformat()) for each in found} == {
        ("submitted", COURSE, "2026-03-05")
    }
    # The same table again says nothing new; by now the person is known by the number alone.
    again = ready(hr, start, "\n".join(",".join(line.split(",")[:-1]) for line in table.splitlines()))
    page = numbers(hr.get(again).text)
    assert page["Levels that are recorded already"] == len(found)
    assert "Levels of completed courses, to be reviewed" not in page
    step(hr, path, "undo")
    assert brought(own, learner, thing) == []
    assert state(own, library_hr.organisation) == before
    assert parts.registry.identities.numbers(library_hr.organisation) == {}


def test_number_finds_who_has_it_and_nobody_else(hr, start, own, learner, library_hr, words):  # noqa: F811
    parts = own.state.services
    known = parts.registry.identities.find(learner)
    first = ready(hr, start, f"Tabelio numeris,Vardas,Pavardė\nA-17,{known.given_name},{known.family_name}\n")
    step(hr, first, "commit")
    assert parts.registry.identities.numbers(library_hr.organisation) == {learner: "A-17"}

    competence = person_history(OPERATOR, parts.store, learner).records[0].competence
    head = f"Employee ID,{competence.local}\n"
    path = ready(hr, start, f"{head}a-17,4\n")
    assert numbers(hr.get(path).text)["Levels that are recorded"] == 1
    # Somebody else's number, a new one of somebody who has one, a number without a name.
    wrong = ready(
        hr, start,
        f"Employee ID,Vardas,Pavardė\nB-1,{known.given_name},{known.family_name}\nC-9,,\n{'9' * 80},Ona,Onaitė\n",
    )  # fmt: skip
    page = hr.get(wrong).text
    assert "This person has the number A-17 already." in page
    assert "Nobody has the number C-9" in page
    assert "The number is too long" in page
    step(hr, first, "undo")
    assert parts.registry.identities.numbers(library_hr.organisation) == {}


def test_course_that_is_not_there_is_named_with_what_is_near(hr, start, own, learner, course):
    thing, _ = course
    known = own.state.services.registry.identities.find(learner)
    name = thing.label("lt").value
    page = hr.get(ready(hr, start, f'Darbuotojas;Kursas\n{known.name};"{name[:-1]}"\n')).text

    assert "There is no course" in page
    assert f'value="{name}"' in page


def test_own_number_is_told_to_the_person(hr, start, own, learner, registry, another):
    known = own.state.services.registry.identities.find(learner)
    path = ready(hr, start, f"Tab. Nr.,Vardas,Pavardė\nT-4021,{known.given_name},{known.family_name}\n")
    step(hr, path, "commit")
    mine = as_demo(another, registry, "demo-library-learner")

    assert "T-4021" in mine.get(f"/en/people/{learner.local}/data").text
    assert mine.get(f"/en/people/{learner.local}/data.json").text.count('"T-4021"') == 1
    assert "T-4021" in mine.get(f"/en/people/{learner.local}/data.jsonld").text
    step(hr, path, "undo")


def test_level_of_those_that_have_none_is_chosen_once_or_asked_row_by_row(hr, start, own, learner):
    known = own.state.services.registry.identities.find(learner)
    table = f"Darbuotojas;Kvalifikacija\n{known.name};B-02\n{known.name};B-03\n"
    asked = hr.get(ready(hr, start, table)).text
    assert asked.count("A competence is here and no level.") == 2
    path = ready(hr, start, table, held="3", assessed="2026-02-02")
    assert numbers(hr.get(path).text)["Levels that are recorded"] == 2
