"""The sheet of a person: the own word against the level descriptors, and the lead's beside it."""

import re

import pytest
from tests.web.conftest import local_of
from tests.web.test_levels import HEADERS, account, history, own_day, waiting

EVIDENCE = "https://example.org/certificate/7"


@pytest.fixture
def learner(own):
    return account(own, "demo-library-learner").actor.person


def path_of(person):
    return f"/en/people/{local_of(person)}/assessment"


def fields_of(page):
    """The names of the questions, in order, and the form's token."""
    names = list(dict.fromkeys(re.findall(r'name="(level-c\w+)"', page.text)))
    return names, re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def send(visitor, person, **chosen):
    page = visitor.get(path_of(person), headers=HEADERS)
    return visitor.post(path_of(person), data={"csrf": fields_of(page)[1], **chosen}, headers=HEADERS)


def of(own, person, name):
    local = name.removeprefix("level-")
    return [each for each in history(own, person).records if each.competence.endswith(f"/{local}")]


def test_sheet_asks_for_each_competence_required_and_says_what_is_seen_at_each_level(own, visitor, learner):
    reader = visitor("demo-library-learner")
    page = reader.get(path_of(learner), headers=HEADERS)
    rows = reader.get(f"/en/people/{local_of(learner)}.json").json()["rows"]
    names, _ = fields_of(page)

    assert {each.removeprefix("level-") for each in names} == {local_of(row["competence"]) for row in rows}
    assert page.text.count('type="radio"') == 6 * len(rows)
    assert "Not described yet" not in page.text
    # The own word is never put into one's mouth.
    assert "checked" not in page.text or waiting(own, learner)


def test_own_words_wait_all_of_them_and_what_is_left_empty_stays_unsaid(own, visitor, learner):
    reader = visitor("demo-library-learner")
    names, _ = fields_of(reader.get(path_of(learner), headers=HEADERS))
    before = len(history(own, learner).records)
    evidence = names[0].replace("level", "evidence")
    answer = send(reader, learner, **{names[0]: "3", names[1]: "0", evidence: EVIDENCE})
    words = {name: of(own, learner, name)[0] for name in names[:2]}

    assert answer.headers["location"].endswith("?done=2")
    assert len(history(own, learner).records) == before + 2
    assert [words[name].level for name in names[:2]] == [3, 0]
    assert {each.status for each in words.values()} == {"submitted"}
    assert words[names[0]].evidence == (EVIDENCE,)
    levels = reader.get(f"/en/people/{local_of(learner)}/levels", headers=HEADERS).text
    assert f'href="{EVIDENCE}" rel="noreferrer noopener"' in levels

    again = send(reader, learner, **{names[0]: "3", names[1]: "1", evidence: EVIDENCE})
    assert again.headers["location"].endswith("?done=1")
    assert len(of(own, learner, names[1])) == len([each for each in of(own, learner, names[1]) if each.replaced]) + 1


def test_lead_sees_the_own_word_and_confirms_it_by_the_same_level_and_corrects_it_by_another(own, visitor, learner):
    names, _ = fields_of(visitor("demo-library-learner").get(path_of(learner), headers=HEADERS))
    send(visitor("demo-library-learner"), learner, **{names[0]: "3", names[1]: "4"})
    hr = visitor("demo-library-hr")
    page = hr.get(path_of(learner), headers=HEADERS)
    day = own_day(own).replace(year=own_day(own).year + 1).isoformat()
    answer = send(hr, learner, **{names[0]: "3", names[0].replace("level", "expires"): day, names[1]: "2"})
    first, second = of(own, learner, names[0]), of(own, learner, names[1])

    assert page.text.count("the person’s own choice") >= 2
    assert answer.headers["location"].endswith("?done=2")
    assert (first[0].status, first[0].level, first[0].expires.isoformat()) == ("validated", 3, day)
    assert {(each.status, each.level) for each in second if not each.replaced} >= {("rejected", 4), ("validated", 2)}
    assert not [
        each for each in waiting(own, learner) if each.competence in {first[0].competence, second[0].competence}
    ]


def test_one_press_confirms_every_own_word_that_waits(own, visitor, learner):
    names, _ = fields_of(visitor("demo-library-learner").get(path_of(learner), headers=HEADERS))
    names = names[4:8]  # of which no other test here speaks
    send(visitor("demo-library-learner"), learner, **dict.fromkeys(names, "2"))
    answer = send(visitor("demo-library-hr"), learner, decision="confirm", **{names[0]: "1"})

    assert int(answer.headers["location"].rsplit("=", 1)[-1]) >= 4
    assert {of(own, learner, name)[0].status for name in names[1:]} == {"validated"}
    assert {(each.status, each.level) for each in of(own, learner, names[0]) if not each.replaced} >= {("validated", 1)}


def test_person_cannot_confirm_the_own_word(own, visitor, learner):
    names = fields_of(visitor("demo-library-learner").get(path_of(learner), headers=HEADERS))[0][8:]
    send(visitor("demo-library-learner"), learner, **{names[0]: "5"})
    answer = send(visitor("demo-library-learner"), learner, decision="confirm")

    assert answer.status_code == 422
    assert of(own, learner, names[0])[0].status == "submitted"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("evidence", "javascript:alert(1)", "beginning with https://"),
        ("evidence", "https://ona:slapta@example.org/", "beginning with https://"),
        ("evidence", "https://[", "beginning with https://"),
        ("evidence", "https://example.org/" + "a" * 1000, "beginning with https://"),
        ("expires", "2027-02-30", "Write the last day"),
        ("expires", "2020-01-01", "Write the last day"),
        ("level", "6", "Choose a level from the list"),
        ("level", "³", "Choose a level from the list"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(own, visitor, learner, field, value, says):
    reader = visitor("demo-library-learner")
    names, _ = fields_of(reader.get(path_of(learner), headers=HEADERS))
    before = len(history(own, learner).records)
    fields = {names[0]: "3", names[1]: "2", names[1].replace("level", field): value}
    answer = send(reader, learner, **fields)

    assert answer.status_code == 422
    assert says in answer.text
    assert len(history(own, learner).records) == before
    # What was chosen is still chosen.
    assert re.search(rf'name="{names[0]}"[^>]* value="3" checked', answer.text)


def test_nothing_chosen_is_said(visitor, learner):
    answer = send(visitor("demo-library-learner"), learner)

    assert answer.status_code == 422
    assert "Choose a level of at least one competence" in answer.text
