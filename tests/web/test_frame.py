import io
import json
import logging
import re
import string
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from fastapi import APIRouter
from jinja2 import UndefinedError
from jinja2.ext import babel_extract
from tests.serving import demo_app, serving

from competence_graph import settings
from competence_graph.app import create_app
from competence_graph.logs import LONGEST, JsonLine
from competence_graph.model.iri import BASE
from competence_graph.model.text import Text
from competence_graph.settings import Settings
from competence_graph.web import access, language, templates
from competence_graph.web.edge import HEADERS
from competence_graph.web.language import PLURALS, catalogue, preferred, words
from competence_graph.web.templates import environment

WEB = Path(str(files("competence_graph.web")))
# A text marked in code may be shown in any context.
ANY = "any"
KEYWORDS = {
    "_": None, "gettext": None, "msgid": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def used_messages():
    """Every (context, message) that a template or a module of the web shows; context ANY where `msgid` marks it."""
    found = {}
    for path in sorted([*WEB.glob("pages/*.html"), *WEB.glob("pages/*.jinja")]):
        source = io.BytesIO(path.read_bytes())
        for line, function, message, _ in babel_extract(source, KEYWORDS, (), {"trimmed": "true"}):
            parts = [each for each in ([message] if isinstance(message, str) else message) if each is not None]
            key = (parts[0], parts[1]) if function in ("pgettext", "npgettext") else (None, parts[0])
            found[key] = f"{path.name}:{line}"
    # The sandbox says its refusals in English as `Told`, and the page says them again in its own language.
    for path in sorted([*WEB.rglob("*.py"), *WEB.parent.glob("sandbox/*.py")]):
        for keyword, places in {**KEYWORDS, "Told": None}.items():
            source = io.BytesIO(path.read_bytes())
            for line, message, _, context in extract("python", source, {keyword: places}):
                text = message if isinstance(message, str) else message[0]
                found[(ANY if keyword in ("msgid", "Told") else context, text)] = f"{path.name}:{line}"
    return found


@pytest.fixture(scope="module")
def lithuanian():
    return {
        (each.context, each.id if isinstance(each.id, str) else each.id[0]): each for each in catalogue("lt") if each.id
    }


def test_every_message_is_translated(lithuanian):
    known = set(lithuanian) | {(ANY, text) for _, text in lithuanian}
    missing = {where: message for message, where in used_messages().items() if message not in known}

    assert {} == missing


def test_no_translation_is_empty_or_fuzzy(lithuanian):
    faulty = [
        each.id
        for each in lithuanian.values()
        if each.fuzzy or not (all(each.string) if isinstance(each.string, tuple) else each.string)
    ]

    assert [] == faulty


def test_every_plural_has_its_four_forms(lithuanian):
    plurals = [each for each in lithuanian.values() if each.pluralizable]

    assert all(len(each.string) == len(PLURALS) for each in plurals)


def test_translations_name_the_same_values_as_their_message(lithuanian):
    named = re.compile(r"%\((\w+)\)")
    faulty = []
    for each in lithuanian.values():
        ids = [each.id] if isinstance(each.id, str) else each.id
        strings = [each.string] if isinstance(each.string, str) else each.string
        asked = set().union(*(named.findall(text) for text in ids))
        faulty += [each.id for text in strings if set(named.findall(text)) - asked]

    assert [] == faulty


def test_no_message_is_translated_that_nobody_shows(lithuanian):
    used = used_messages()

    assert [] == [message for message in lithuanian if message not in used and (ANY, message[1]) not in used]


PLURAL = """
msgid ""
msgstr "Plural-Forms: nplurals=4; plural=(n%10==1 && (n%100<11 || n%100>19) ? 0 : 3);"

msgid "%(num)s course"
msgid_plural "%(num)s courses"
msgstr[0] "%(num)s kursas"
msgstr[1] "%(num)s kursai"
msgstr[2] "%(num)s kurso"
msgstr[3] "%(num)s kursų"
"""


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "kursų"), (1, "kursas"), (2, "kursai"), (10, "kursų"), (11, "kursų"), (21, "kursas"), (22, "kursai"),
        (101, "kursas"), (111, "kursų"), (Decimal("1.5"), "kurso"),
    ],
)  # fmt: skip
def test_lithuanian_numbers_take_their_own_form(monkeypatch, count, expected):
    made = language.Catalog(locale="lt")
    for each in read_po(io.BytesIO(PLURAL.encode()), locale="lt"):
        if each.id:
            made.add(each.id, each.string)
    monkeypatch.setattr(language, "catalogue", lambda lang: made)

    assert words.__wrapped__("lt").ngettext("%(num)s course", "%(num)s courses", count) == f"%(num)s {expected}"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "lt"),
        ("lt", "lt"),
        ("en-GB,en;q=0.9,lt;q=0.8", "en"),
        ("lt;q=0.8, en;q=0.9", "en"),
        ("de, en;q=0.1", "en"),
        ("de", "lt"),
        ("en;q=0, lt;q=0.1", "lt"),
        ("en;q=x", "lt"),
        (";;;,,,", "lt"),
    ],
)
def test_first_page_opens_in_the_readers_language(client, header, expected):
    assert preferred(header) == expected
    if header.isascii():
        answer = client.get("/", headers={"Accept-Language": header})
        assert answer.headers["location"] == f"/{expected}/"
        assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    "path", ["/", "/lt/", "/en/about", "/nowhere", "/health", "/static/look.css", "/static/no.css"]
)
def test_every_response_carries_the_headers_of_safety(client, path):
    headers = client.get(path).headers

    assert {name: headers[name] for name in HEADERS if name != "Cross-Origin-Resource-Policy"} == {
        name: value for name, value in HEADERS.items() if name != "Cross-Origin-Resource-Policy"
    }
    assert "server" not in headers


def test_no_page_holds_a_style_or_a_script_of_its_own(person):
    for path in ("/lt/", "/en/about", "/lt/sign-in", "/en/none"):
        page = person.get(path).text
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]* src=)", page)


def test_page_links_to_itself_in_the_other_language(person):
    page = person.get("/lt/about").text

    assert '<link rel="alternate" hreflang="en" href="/en/about">' in page
    assert '<link rel="alternate" hreflang="x-default" href="/lt/about">' in page
    assert '<a href="/en/about" lang="en" hreflang="en">English</a>' in page
    assert '<a href="/lt/about" lang="lt" hreflang="lt">Lietuviškai</a>' in person.get("/en/about").text


def test_language_link_keeps_the_query():
    from competence_graph.web.respond import in_language

    assert in_language("/lt/search", "?q=a&page=2", "en") == "/en/search?q=a&page=2"
    assert in_language("/doc/x", "?lang=lt&version=2026.1", "en") == "/doc/x?version=2026.1&lang=en"


def test_home_counts_what_the_graph_holds(person, demo):
    store = demo.state.services.store
    expected = [
        len(store.select(f"SELECT DISTINCT ?x WHERE {{ ?x a <{kind}> MINUS {{ ?x <{OWL}deprecated> true }} }}").rows)
        for kind in (f"{BASE}ns#Competence", "http://www.w3.org/ns/org#Role", "https://schema.org/Course")
    ]
    shown = re.findall(r'<h2 id="door-\w+"><a [^>]*>[^<]*</a> <span>(\d+)</span>', person.get("/lt/").text)

    assert expected == [int(each) for each in shown]
    assert all(expected)


OWL = "http://www.w3.org/2002/07/owl#"


def test_slash_is_added_to_the_language_on_the_host_asked(client):
    answer = client.get("/lt", headers={"Host": "example.org"})

    assert (answer.status_code, answer.headers["location"]) == (308, "/lt/")


def test_static_file_with_its_mark_is_kept_for_a_year(client):
    marked = client.get(templates.static("look.css"))

    assert "immutable" in marked.headers["cache-control"]
    assert client.get("/static/look.css").headers["cache-control"] == "public, no-cache"
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/%2e%2e/app.py").status_code == 404


def test_health_answers_without_a_session(client):
    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json()["state"] == "normal"
    assert "set-cookie" not in answer.headers


def test_description_of_the_addresses_is_served_and_loads_nothing_from_elsewhere(client):
    assert "/health" in client.get("/openapi.json").json()["paths"]
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_route_that_does_not_say_who_may_ask_is_found():
    router = APIRouter()
    router.add_api_route("/open", lambda: None)
    outer = APIRouter()
    outer.include_router(router)

    assert access.without_scope(outer) == ["/open"]


def test_unscoped_route_stops_the_start(tmp_path, monkeypatch):
    from competence_graph.web.routes import about

    router = APIRouter()
    router.add_api_route("/open", lambda: None)
    monkeypatch.setattr(about, "router", router)

    with pytest.raises(RuntimeError, match="/open"):
        create_app(Settings(store="memory:", registry="sqlite://", data=tmp_path))


def test_missing_variable_of_a_template_is_an_error():
    with pytest.raises(UndefinedError):
        environment("lt").from_string("{{ nobody }}").render()


def test_text_is_escaped_in_every_template():
    assert environment("lt").from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert environment("lt").autoescape is True


def test_label_of_another_language_says_so():
    render = environment("lt").from_string("{{ x|label }}|<h2{{ x|lang_attr }}>").render

    assert render(x=Text("<i>Digital", "en")) == '<span lang="en">&lt;i&gt;Digital</span>|<h2 lang="en">'
    assert render(x=Text("Skaitmeninis", "lt")) == "Skaitmeninis|<h2>"


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("lt", "2026-11-22 2026 m. lapkričio 22 d. 12\xa0345,6 79\xa0%"),
        ("en", "2026-11-22 22 November 2026 12,345.6 79%"),
    ],
)
def test_dates_and_numbers_are_written_as_each_language_does(lang, expected):
    template = "{{ d|day|striptags }} {{ d|long_date|striptags }} {{ n|number }} {{ s|percent }}"

    shown = environment(lang).from_string(template).render(d=date(2026, 11, 22), n=Decimal("12345.6"), s=0.79)
    assert expected == shown


# --- settings and logs


def test_base_of_the_settings_is_that_of_the_model():
    assert settings.BASE == BASE


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_demo_mode_refuses_to_listen_beyond_this_machine(host):
    with pytest.raises(ValueError, match="loopback"):
        Settings(demo=True, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_demo_mode_listens_on_loopback(host):
    assert Settings(demo=True, host=host).host == host


def test_settings_cannot_be_changed_and_show_no_secret():
    made = Settings(secret="x" * 32, registry="postgresql://u:password@db/r")

    with pytest.raises(ValueError, match="frozen"):
        made.port = 1
    assert "x" * 32 not in repr(made)
    assert "password" not in repr(made)


@pytest.mark.parametrize(
    "bad", [{"secret": "short"}, {"base": "https://example.org"}, {"base": "ftp://x/"}, {"port": 70000}]
)
def test_setting_that_cannot_be_is_refused(bad):
    with pytest.raises(ValueError, match=r"validation error"):
        Settings(**bad)


def test_every_setting_is_described():
    assert all(description for _, _, description in settings.table())
    assert len(settings.table()) == len(Settings.model_fields)


def logged(message, *arguments, **extra):
    record = logging.getLogger("test").makeRecord("test", logging.INFO, "f", 1, message, arguments, None, extra=extra)
    return JsonLine().format(record)


def test_log_line_is_one_line_of_json_whatever_it_says():
    line = logged("event", text="a\r\nFAKE\x1b[31m\u2028", agent="x")

    assert line.isascii()
    assert not set(line) & set(string.whitespace) - {" "}
    assert json.loads(line)["text"] == "a\r\nFAKE\x1b[31m\u2028"


def test_log_line_is_cut_at_2_kb_and_stays_json():
    line = logged("event", agent="x" * 1_000_000)

    assert len(line) <= LONGEST
    assert json.loads(line)["event"] == "event"


def test_log_of_an_error_holds_its_place_and_not_its_text():
    try:
        int("Rasa Giedrytė")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.getLogger("test").makeRecord("test", logging.ERROR, "f", 1, "failed", (), info)

    line = JsonLine().format(record)
    assert "Rasa" not in line
    assert json.loads(line)["error"] == "ValueError"
    assert "test_frame.py" in json.loads(line)["where"][-1]


def test_log_of_a_request_names_the_route_and_not_the_address(person, caplog):
    with caplog.at_level(logging.INFO, logger="competence_graph"):
        person.get("/lt/people/Rasa-Giedryte?q=Rasa")
        person.get("/lt/about?q=Rasa")

    lines = [JsonLine().format(record) for record in caplog.records if record.name.endswith("edge")]
    assert lines
    assert not any("Rasa" in line for line in lines)
    assert any(json.loads(line)["route"] == "/{lang}/about" for line in lines)


def test_app_closes_what_it_opened(tmp_path):
    app = demo_app(tmp_path)
    store = app.state.services.store
    with serving(app):
        assert store.ask("ASK { ?s ?p ?o }")

    assert not store.ask("ASK { ?s ?p ?o }")
