"""An institution that is still empty: its first steps, and the sample that comes and goes with one press."""

import re

import httpx
import pytest
from tests.web.test_levels import HEADERS
from tests.web.test_profiles import send

from competence_graph.answers.people import staff
from competence_graph.graph.inventory import read_file
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri

LOCAL = "o0000012"
EMPTY = f"""@prefix id: <https://w3id.org/competence-graph/id/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:{LOCAL} a org:FormalOrganization ; org:classification id:sector-museum ;
    skos:prefLabel "Paupys Museum (invented)"@en , "Paupio muziejus (išgalvotas)"@lt .
"""
PAGE = f"/en/organisations/{LOCAL}"


@pytest.fixture
def organisation(own):
    parts = own.state.services
    iri = Iri(f"{parts.base}id/{LOCAL}")
    if LOCAL.encode() not in parts.store.dump(f"{parts.base}graph/organisations"):
        parts.writer.write(read_file(EMPTY.encode(), "ttl", parts.store).change, actor=OPERATOR)
        parts.registry.put_account("paupys-hr", "hr", "Paupys", organisation=iri, demo=True)
    return iri


@pytest.fixture
def hr(own, at, organisation):
    token = own.state.services.registry.open_session("paupys-hr", strong=True)
    with httpx.Client(base_url=at, headers=HEADERS, timeout=60, cookies={"session": token}) as made:
        yield made


def dump(own):
    """Everything in the store, but for what a graph of people says of itself: whose it is, of which day."""
    lines = own.state.services.store.dump().splitlines()
    return sorted(line for line in lines if b"/graph/people/" not in line.split(b" ")[0])


def test_empty_institution_shows_its_first_steps_on_every_page(hr, organisation):
    page = hr.get(PAGE)

    assert page.status_code == 200
    assert "Enter people" in page.text
    assert "Show with invented people" in page.text
    assert 'class="heat"' not in page.text
    for path in ("/people", "/plan", "/what-if", "/roles", "/staff", "/import", "/what-if?role=rw77yqsy"):
        assert hr.get(PAGE + path).status_code == 200, path
    for face in (".json", ".csv", ".xlsx"):
        assert hr.get(PAGE + face).status_code == 200, face


def test_sample_comes_with_one_press_and_goes_with_one_without_a_trace(own, hr, organisation):
    before = dump(own)
    came = send(hr, f"{PAGE}/sample", PAGE)
    page = hr.get(PAGE)
    people = staff(OPERATOR, own.state.services.store, organisation).people
    one = next(iter(people))

    assert came.status_code == 303
    assert len(people) == 16
    assert 'class="heat"' in page.text
    assert "Remove the invented people" in page.text
    assert "Show with invented people" not in page.text
    assert "Pavyzd" in hr.get(f"{PAGE}/people").text
    # Whatever is done with them meanwhile goes too.
    assessment = f"/en/people/{one.local}/assessment"
    names = re.findall(r'name="(level-c\w+)"', hr.get(assessment).text)
    send(hr, assessment, assessment, **dict.fromkeys(names[:3], "4"))
    plan = f"{PAGE}/plan"
    send(hr, plan, plan)
    went = send(hr, f"{PAGE}/sample", PAGE, act="remove")

    assert went.status_code == 303
    assert dump(own) == before
    assert not own.state.services.registry.identities.present(organisation)
    assert "Show with invented people" in hr.get(PAGE).text


def test_unit_of_the_sample_stays_where_somebody_real_works_in_it(own, hr, organisation):
    parts = own.state.services
    send(hr, f"{PAGE}/sample", PAGE)
    unit = staff(OPERATOR, parts.store, organisation).units[0]
    day = parts.today.isoformat()
    added = send(
        hr, f"{PAGE}/staff", f"{PAGE}/staff",
        given_name="Tikra", family_name="Darbuotoja", place=unit.local, role="rw77yqsy", start=day,
    )  # fmt: skip
    assert added.status_code == 303
    send(hr, f"{PAGE}/sample", PAGE, act="remove")
    left = staff(OPERATOR, parts.store, organisation)

    assert left.units == (unit,)
    assert len(left.people) == 1
    # Nobody is put among real people.
    assert send(hr, f"{PAGE}/sample", PAGE).status_code == 403
