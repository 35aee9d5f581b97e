"""/lt/sparql: questions in words with their queries, a box for one's own, the answer as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.errors import QueryError, QueryRefusedError, SandboxUnavailableError
from competence_graph.graph.questions import question
from competence_graph.model.text import Lang
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.labels import labels_of
from competence_graph.sandbox.policy import BYTES
from competence_graph.sandbox.pool import Format
from competence_graph.sandbox.told import Told
from competence_graph.web.access import Public
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.language import msgid, words
from competence_graph.web.problems import problem_of
from competence_graph.web.query_table import query_table
from competence_graph.web.respond import Answer, respond

router = APIRouter(include_in_schema=False)

# The shipped questions that need public data only, in the order in which the page shows them.
_QUESTIONS: Final = (
    (
        msgid("Roles"),
        (
            ("role_requirements", msgid("What does a role require, and at which level?")),
            ("competence_roles", msgid("Which roles require a competence?")),
            ("role_sectors", msgid("Which roles are there, and in which kind of institution?")),
            ("role_distance", msgid("How far is it from one role to another?")),
        ),
    ),
    (
        msgid("Courses"),
        (
            ("competences_no_course_teaches", msgid("Which competences does no course teach?")),
            ("coverage_of_role_by_courses", msgid("How much of what a role requires do courses teach?")),
            ("competence_courses", msgid("Which courses teach a competence, from which level to which?")),
            (
                "course_facts",
                msgid("Which courses are there: who gives them, how long are they and what do they cost?"),
            ),
        ),
    ),
    (
        msgid("Frameworks and links"),
        (
            ("framework_counts", msgid("Which frameworks are there, and how many competences does each hold?")),
            ("competence_levels", msgid("What is a person at each level of a competence seen to do?")),
            ("concept_neighbours", msgid("Which concepts are broader, narrower, related or matched?")),
        ),
    ),
)
_UNDEF: Final = msgid("UNDEF stands for anything: put an address in angle brackets in its place.")
_TABLE_FORMATS: Final = (("csv", "CSV"), ("json", "JSON"), ("xml", "XML"), ("tsv", "TSV"))
_GRAPH_FORMATS: Final = (("ttl", "Turtle"), ("nt", "N-Triples"), ("rdf", "RDF/XML"), ("jsonld", "JSON-LD"))


@dataclass(frozen=True, slots=True)
class Ready:
    """A question in words and its query."""

    title: str
    query: str

    @property
    def href(self) -> str:
        """What opens it, answered."""
        return "?" + urlencode({"query": self.query})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer: title, what is wrong, what to do; ``lang`` where ``detail`` is not in the page's."""

    title: str
    detail: str
    lang: str
    advice: str


@router.get("/{lang:lang}/sparql")
def sparql_page(
    request: Request, parts: Parts, lang: PageLang, actor: Public, query: Annotated[str, Query()] = ""
) -> Response:
    """Questions about the public data."""
    asked = query.replace("\r\n", "\n")
    groups = ready_questions(lang)
    chosen = next((each for _, members in groups for each in members if each.query == asked), None)
    context: dict[str, Any] = {
        "groups": groups,
        "chosen": chosen,
        "query": asked,
        "limits": parts.sandbox.limits if parts.sandbox else None,
        "kilobytes": BYTES // 1024,
        "table": None,
        "truth": None,
        "text": None,
        "refusal": None,
        "downloads": (),
        "snippets": (),
    }
    status = 200
    if asked:
        endpoint = str(request.url.replace(path="/sparql", query="", fragment=""))
        context["snippets"] = (("curl", curl(endpoint, asked)), ("Python", python(endpoint, asked)))
        client = request.client.host if request.client else ""
        try:
            context |= answered(parts.sandbox, asked, lang, parts.base, client)
        except QueryError as error:
            status, context["refusal"] = refused(error, lang)
    return respond(request, Answer(page="sparql.html", context=context, public=True, status=status))


def ready_questions(lang: Lang) -> list[tuple[str, list[Ready]]]:
    """Return the questions by group, in words of this language."""
    gettext = words(lang).gettext
    return [
        (
            gettext(group),
            [Ready(gettext(title), written(name, gettext(title), gettext(_UNDEF))) for name, title in members],
        )
        for group, members in _QUESTIONS
    ]


def written(name: str, title: str, hint: str) -> str:
    """Return the query of a shipped question under its title in words."""
    found = question(name)
    body = found.sparql.split("\n")
    while body and (body[0].startswith("#") or not body[0].strip()):
        del body[0]
    head = [f"# {title}", *([f"# {hint}"] if found.inputs else []), ""]
    return "\n".join([*head, *body]).strip()


def answered(sparql: FreeSparql | None, query: str, lang: Lang, base: str, client: str) -> Mapping[str, Any]:
    """Return what the page shows of an answer.

    Raises:
        QueryError: If there is none.
    """
    if sparql is None:
        raise SandboxUnavailableError(Told(msgid("Queries are switched off on this server.")))
    checked = sparql.check(query)
    tabular = checked.form in {"SELECT", "ASK"}
    form: Format = "json" if tabular else "ttl"
    found = sparql.answer(checked, form, client=client)
    formats = _TABLE_FORMATS if tabular else _GRAPH_FORMATS
    shown: dict[str, Any] = {
        "downloads": [(f"/sparql.{suffix}?{urlencode({'query': query})}", name) for suffix, name in formats],
    }
    if checked.form == "ASK":
        shown["truth"] = b"true" in found.content
    elif tabular:
        shown["table"] = query_table(found.content, lang, base, lambda iris: labels_of(sparql, sorted(iris)))
    else:
        shown["text"] = found.content.decode()
    return shown


def refused(error: QueryError, lang: Lang) -> tuple[int, Refusal]:
    """Return the status of a query without answer, and what the page says of it."""
    gettext = words(lang).gettext
    problem = problem_of(error)
    said = error.args[0] if error.args else ""
    if isinstance(said, Told):
        detail, tag = said.again(gettext), ""
    else:
        # The parser's own words are English.
        detail, tag = str(error), "en" if lang != "en" else ""
    advice = "" if isinstance(error, QueryRefusedError) else gettext(problem.advice)
    return problem.status, Refusal(gettext(problem.title), detail, tag, advice)


def curl(endpoint: str, query: str) -> str:
    """Return a command that asks the same; the query stands between two marks, where a shell changes nothing."""
    mark = "SPARQL"
    while mark in query.split("\n"):
        mark += "_"
    return f"curl -H 'Accept: text/csv' --data-urlencode query@- {endpoint} <<'{mark}'\n{query}\n{mark}"


def python(endpoint: str, query: str) -> str:
    """Return a program that asks the same with the standard library alone."""
    plain = "'''" not in query and "\\" not in query and not query.endswith("'")
    text = f"'''{query}'''" if plain else repr(query)
    return (
        "import json\nfrom urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\n"
        f"query = {text}\n"
        f"asked = Request({endpoint!r}, urlencode({{'query': query}}).encode(),\n"
        "                {'Accept': 'application/sparql-results+json'})\n"
        "with urlopen(asked) as answer:\n"
        "    for row in json.load(answer)['results']['bindings']:\n"
        "        print({name: term['value'] for name, term in row.items()})"
    )
