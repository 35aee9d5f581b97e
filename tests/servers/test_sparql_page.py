"""The SPARQL page over a real server: questions in words, one's own query, answers with names, refusals in words."""

import ast
import html
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyoxigraph as ox
import pytest
from tests.sandbox.server import GRAPH, SECRET, node
from tests.serving import demo_app, serving

import competence_graph.sandbox
from competence_graph.web.language import catalogue
from competence_graph.web.routes.sparql_page import curl, python, ready_questions

LANGS = ("lt", "en")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The service with the demonstration world, and a label that is nobody's business."""
    made = demo_app(tmp_path_factory.mktemp("data"))
    label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    private = ox.NamedNode(GRAPH + "people/o0000001")
    made.state.services.store.load([ox.Quad(node("p0000001"), label, ox.Literal(SECRET), private)])
    return made


@pytest.fixture(scope="module")
def client(app):
    """A browser without JavaScript."""
    with serving(app) as url, httpx.Client(base_url=url, timeout=30, headers={"Accept": "text/html"}) as made:
        yield made


def shown(page):
    return html.unescape(re.sub(r"<[^>]+>", " ", page.text))


@pytest.mark.parametrize("lang", LANGS)
def test_every_ready_question_is_one_click_from_its_answer(client, lang):
    page = client.get(f"/{lang}/sparql").text
    links = [html.unescape(each) for each in re.findall(r'<a href="(\?query=[^"]+)"', page)]
    empty = []
    for link in links:
        answer = client.get(f"/{lang}/sparql{link}")
        assert answer.status_code == 200
        query = parse_qs(urlsplit(link).query)["query"][0]
        assert query.split("\n")[0] in html.unescape(answer.text)
        assert 'aria-current="true"' in answer.text
        if "<tbody>" not in answer.text:
            empty.append(query)

    assert len(links) == sum(len(members) for _, members in ready_questions(lang)) > 8
    assert [] == empty


def test_titles_are_in_the_language_of_the_page():
    titles = [{each.title for _, members in ready_questions(lang) for each in members} for lang in LANGS]

    assert not titles[0] & titles[1]


def test_things_are_shown_with_their_names_in_the_language_of_the_page(client):
    query = (
        "PREFIX cg: <https://w3id.org/competence-graph/ns#> SELECT ?c { ?c a cg:Competence ; "
        "<http://www.w3.org/2004/02/skos/core#prefLabel> ?l FILTER(LANG(?l) = 'lt') } ORDER BY ?c LIMIT 1"
    )
    label = query.replace("SELECT ?c", "SELECT ?l ?c")
    for lang in LANGS:
        wanted = label.replace("= 'lt'", f"= '{lang}'")
        answer = client.get("/sparql.json", params={"query": wanted}).json()["results"]["bindings"][0]
        page = client.get(f"/{lang}/sparql", params={"query": query})
        assert html.escape(answer["l"]["value"]) in page.text
        assert f"/id/{answer['c']['value'].rsplit('/', 1)[1]}?lang={lang}" in page.text


def test_the_name_of_a_private_thing_is_not_shown_even_when_its_address_is_known(client):
    query = f"SELECT ?x {{ BIND(<{node('p0000001').value}> AS ?x) }}"
    page = client.get("/en/sparql", params={"query": query})

    assert page.status_code == 200
    assert "p0000001" in page.text
    assert SECRET not in page.text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1/> {} }", 400),
        ("SELECT * { ?s ?p", 400),
        ("SELECT nothing", 400),
        ("SELECT WHERE { }", 400),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", 413),
    ],
)
def test_a_refusal_is_told_in_the_language_of_the_page_beside_the_query(client, lang, query, status):
    page = client.get(f"/{lang}/sparql", params={"query": query})
    why = re.search(r'<p class="why" id="why"[^>]*>(.*?)</p>', page.text)[1]

    assert status == page.status_code
    assert html.escape(query) in page.text or query in html.unescape(page.text)
    assert 'aria-invalid="true"' in page.text
    assert (lang == "lt") == bool(re.search("[ąčęėįšųūž]", why))


def test_hostile_text_in_a_query_and_in_an_answer_stays_text(client):
    text = "</textarea><script>alert(1)</script>"
    page = client.get(
        "/en/sparql", params={"query": f"SELECT ('{text}' AS ?x) (IRI('javascript:alert(1)') AS ?y) {{}}"}
    )

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert 'href="javascript:' not in page.text
    assert shown(page).count("alert(1)") >= 3


def test_an_ask_is_answered_by_a_word_and_a_graph_as_turtle(client):
    assert "Taip." in shown(client.get("/lt/sparql", params={"query": "ASK {}"}))
    assert "No." in shown(client.get("/en/sparql", params={"query": "ASK { FILTER(false) }"}))
    graph = client.get("/en/sparql", params={"query": "CONSTRUCT { <a:s> <a:p> 'one' } WHERE {}"})
    assert '<a:s> <a:p> "one"' in shown(graph)


def test_every_download_of_an_answer_is_there(client):
    for query in ("SELECT (1 AS ?x) {}", "CONSTRUCT { <a:s> <a:p> 1 } WHERE {}"):
        page = client.get("/en/sparql", params={"query": query}).text
        links = [html.unescape(each) for each in re.findall(r'class="format" href="(/sparql\.[^"]+)"', page)]
        assert 4 == len(links)
        assert {200} == {client.get(each).status_code for each in links}


def test_a_long_answer_shows_its_first_rows_and_says_so(client):
    page = client.get("/en/sparql", params={"query": "SELECT * { ?s ?p ?o } LIMIT 500"})

    assert "500 rows, first shown: 200" in " ".join(shown(page).split())
    assert 200 == page.text.count("<tr>") - 1


@pytest.mark.parametrize("query", ["ASK { ?s ?p 'it\\'s' }", "ASK { FILTER('\\\\' != \"'''\") }", "ASK {}\nSPARQL\n#"])
def test_what_is_copied_asks_the_same(client, query):
    endpoint = f"{client.base_url}/sparql".replace("//sparql", "/sparql")
    expected = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    shell = curl(endpoint, query).replace("curl ", "curl -s ", 1)
    said = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True).stdout

    assert expected.text.strip() == said.strip()
    assert query in ast.literal_eval(re.search(r"query = (.*?)\nasked", python(endpoint, query), re.DOTALL)[1])


def test_the_python_that_is_copied_runs(client):
    endpoint = f"{str(client.base_url).rstrip('/')}/sparql"
    program = python(endpoint, "SELECT (1 AS ?x) {}")
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert {"x": "1"} == ast.literal_eval(said.strip())


def test_every_sentence_of_the_policy_exists_in_lithuanian():
    known = {message.id for message in catalogue("lt") if message.string}
    said = []
    for file in Path(competence_graph.sandbox.__file__).parent.glob("*.py"):
        calls = [each for each in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(each, ast.Call)]
        said += [each.args[0].value for each in calls if getattr(each.func, "id", "") == "Told"]

    assert len(said) > 25
    assert [] == [each for each in said if each not in known]


def test_the_page_is_the_same_for_everybody(client):
    page = client.get("/lt/sparql")

    assert "set-cookie" not in page.headers
    assert json.dumps(page.headers["vary"])
    assert 304 == client.get("/lt/sparql", headers={"If-None-Match": page.headers["etag"]}).status_code
