import inspect

import pytest

from competence_graph import errors
from competence_graph.errors import CompetenceGraphError, StoreStaleError
from competence_graph.web import access, negotiation
from competence_graph.web.problems import PROBLEMS, problem_of


def every_error():
    found = [CompetenceGraphError]
    for each in found:
        found += each.__subclasses__()
    return [each for each in found if each.__module__.startswith("competence_graph.")]


@pytest.mark.parametrize("error", every_error(), ids=lambda each: each.__name__)
def test_every_error_has_an_entry_of_its_own(error):
    assert error in PROBLEMS


@pytest.mark.parametrize("error", every_error(), ids=lambda each: each.__name__)
def test_an_error_of_the_store_never_speaks_to_the_client(error):
    if issubclass(error, errors.StoreError):
        assert not PROBLEMS[error].says
        assert PROBLEMS[error].retry_after


def test_an_error_without_an_entry_is_told_as_the_class_above_it():
    class YoungError(errors.NotFoundError):
        pass

    assert problem_of(YoungError()) is PROBLEMS[errors.NotFoundError]


def test_no_status_lives_in_the_errors_themselves():
    assert "status" not in inspect.getsource(errors).replace("statuses live in web/problems.py", "")
    assert issubclass(access.CrossSiteError, errors.ForbiddenError)
    assert issubclass(negotiation.NotAcceptableError, CompetenceGraphError)


def test_program_gets_problem_json_in_the_language_it_asks_for(client):
    answer = client.get("/lt/nera", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Tokio puslapio nėra"
    assert client.get("/en/none", headers={"Accept": "application/json"}).json()["title"] == "There is no such page"


def test_browser_gets_a_page_in_its_language(person):
    lithuanian, english = person.get("/lt/nera"), person.get("/en/none")

    assert lithuanian.status_code == english.status_code == 404
    assert '<html lang="lt">' in lithuanian.text
    assert "<h1>Tokio puslapio nėra</h1>" in lithuanian.text
    assert "<h1>There is no such page</h1>" in english.text


def test_missing_page_searches_for_the_words_of_its_address(person):
    page = person.get("/lt/senas-katalogas/bendradarbiavimas.html").text

    assert 'value="bendradarbiavimas"' in page
    assert ">Bendradarbiavimas</a>" in page


def test_words_of_an_address_are_shown_as_text(person):
    page = person.get("/lt/%3Cscript%3Ealert(1)%3C/script%3E").text

    assert "<script" not in page


def test_406_lists_what_there_is(client):
    answer = client.get("/lt/about", headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert answer.json()["available"] == ["text/html"]


def test_malformed_accept_is_400(client):
    assert client.get("/lt/about", headers={"Accept": "nonsense"}).status_code == 400


def test_method_that_a_page_does_not_know_is_405(client):
    answer = client.delete("/lt/about")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_browser_that_follows_a_suffix_to_nothing_sees_a_page(person):
    answer = person.get("/lt/about.ttl")

    assert answer.status_code == 406
    assert answer.headers["content-type"].startswith("text/html")


def test_address_of_a_backend_stays_in_the_log(demo, caplog):
    from starlette.requests import Request

    from competence_graph.web.problems import answer_error

    scope = {
        "type": "http", "method": "GET", "path": "/lt/roles", "query_string": b"", "app": demo, "state": {},
        "headers": [(b"accept", b"application/json"), (b"host", b"x")], "server": ("x", 80), "scheme": "http",
    }  # fmt: skip
    answer = answer_error(Request(scope), StoreStaleError("http://10.0.0.7:7878/query does not answer."))

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert b"10.0.0.7" not in answer.body
    assert any("10.0.0.7" in getattr(record, "said", "") for record in caplog.records)


def test_body_beyond_the_limit_is_413_before_it_is_read(client):
    def endless():
        for _ in range(64):
            yield b"x" * 65_536

    answers = [
        client.post("/lt/sign-in", content=b"account=" + b"x" * 2_000_000, headers=FORM),
        client.post("/lt/sign-in", content=endless(), headers=FORM),
    ]

    assert [each.status_code for each in answers] == [413, 413]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "content", ["&".join(f"f{number}=1" for number in range(1001)), "%ff%fe=%00", "account=%00", "=" * 1000]
)
def test_form_that_is_none_is_refused_and_breaks_nothing(client, content):
    assert client.post("/lt/sign-in", content=content, headers=FORM).status_code in (400, 403)


def test_host_that_a_client_made_up_stands_nowhere_in_an_answer(client):
    for path in ("/lt", "/lt/", "/lt/about", "/nera"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)
