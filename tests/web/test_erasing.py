"""The page on which a person, or HR for them, erases everything; who may not, and what is left."""

import re

import pytest
from tests.web.conftest import actor_of, local_of


def send(browser, path, **fields):
    page = browser.get(path)
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    return browser.post(path, data={"csrf": found[1] if found else "", **fields})


@pytest.mark.parametrize("name", ["demo-museum-hr", "demo-admin", "demo-planner", "demo-library-unit-lead"])
def test_nobody_else_finds_the_page_or_erases(own, visitor, name):
    learner = actor_of(own, "demo-library-learner").person
    browser = visitor(name)
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/en/sign-in").text)[1]
    path = f"/en/people/{local_of(learner)}/erase"

    assert browser.get(path).status_code == 404
    assert browser.post(path, data={"csrf": token, "word": "erase"}).status_code == 404
    assert own.state.services.registry.identities.find(learner) is not None


def test_word_must_be_typed(own, visitor):
    learner = actor_of(own, "demo-library-learner").person
    answer = send(visitor("demo-library-learner"), f"/en/people/{local_of(learner)}/erase", word="yes")

    assert answer.status_code == 422
    assert "Type the word to confirm." in answer.text


def test_person_erases_themselves_and_is_signed_out(own, visitor):
    learner = actor_of(own, "demo-library-learner").person
    browser = visitor("demo-library-learner")
    answer = send(browser, f"/lt/people/{local_of(learner)}/erase", word=" Ištrinti ")

    assert (answer.status_code, answer.headers["location"]) == (303, "/lt/")
    assert "clear-site-data" in answer.headers
    assert visitor("demo-library-hr").get(f"/en/people/{local_of(learner)}").status_code == 404
    assert learner.encode() not in own.state.services.store.dump()
    assert own.state.services.registry.identities.find(learner) is None


def test_hr_erases_a_leaver_and_goes_on(own, visitor):
    hr = actor_of(own, "demo-museum-hr")
    browser = visitor("demo-museum-hr")
    organisation = f"/en/organisations/{local_of(hr.organisation)}"
    page = browser.get(f"{organisation}/people").text
    leaver = next(each for each in re.findall(r"/en/people/(p\w+)", page) if each != local_of(hr.person))
    answer = send(browser, f"/en/people/{leaver}/erase", word="erase")

    assert (answer.status_code, answer.headers["location"]) == (303, organisation)
    assert browser.get(organisation).status_code == 200
    assert leaver not in browser.get(f"{organisation}/people").text
