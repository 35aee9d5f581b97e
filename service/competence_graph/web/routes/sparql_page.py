"""/lt/sparql: questions in words with their queries, a box for one's own, the answer as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.errors import BudgetError, QueryError, QueryRefusedError, SandboxUnavailableError
from competence_graph.graph.questions import question
from competence_graph.model.text import Lang, Text
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.labels import labels_of
from competence_graph.sandbox.policy import BYTES
from competence_graph.sandbox.pool import Format
from competence_graph.sandbox.told import Told
from competence_graph.web.access import Public
from competence_graph.web.budgets import Budgets, address_of
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.language import msgid, words
from competence_graph.web.problems import problem_of
from competence_graph.web.query_table import query_table
from competence_graph.web.respond import Answer, respond

router = APIRouter(include_in_schema=False)

# The shipped questions that need public data only, in the order in which the page shows them.
QUESTIONS: Final = (
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


NOTHING: Final[Mapping[str, Any]] = {
    "table": None, "truth": None, "text": None, "refusal": None, "downloads": (), "snippets": ()
}  # fmt: skip
"""What the page shows of an answer while there is none."""


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
        "own": None,
        **NOTHING,
    }
    status = 200
    if asked:
        endpoint = str(request.url.replace(path="/sparql", query="", fragment=""))
        context["snippets"] = (("curl", curl(endpoint, asked)), ("Python", python(endpoint, asked)))
        try:
            found = run(parts.sandbox, asked, parts.budgets, address_of(request))
            context |= shown(parts.sandbox, found, asked, lang, parts.base, "/sparql")
        except (QueryError, BudgetError) as error:
            status, context["refusal"] = refused(error, lang)
    return respond(request, Answer(page="sparql.html", context=context, public=True, status=status))


def ready_questions(
    lang: Lang, questions: Sequence[tuple[str, Sequence[tuple[str, str]]]] = QUESTIONS
) -> list[tuple[str, list[Ready]]]:
    """Return the questions by group, in words of this language."""
    gettext = words(lang).gettext
    return [
        (
            gettext(group),
            [Ready(gettext(title), written(name, gettext(title), gettext(_UNDEF))) for name, title in members],
        )
        for group, members in questions
    ]


def written(name: str, title: str, hint: str) -> str:
    """Return the query of a shipped question under its title in words."""
    found = question(name)
    body = found.sparql.split("\n")
    while body and (body[0].startswith("#") or not body[0].strip()):
        del body[0]
    head = [f"# {title}", *([f"# {hint}"] if found.inputs else []), ""]
    return "\n".join([*head, *body]).strip()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a query for a page: its form and its content, JSON of a table or Turtle of a graph."""

    form: str
    content: bytes


def run(sparql: FreeSparql | None, query: str, budgets: Budgets, asker: str) -> Found:
    """Return the answer of a query.

    Raises:
        QueryError: If there is none.
        BudgetError: If the asker has used up its query time.
    """
    if sparql is None:
        raise SandboxUnavailableError(Told(msgid("Queries are switched off on this server.")))
    checked = sparql.check(query)
    budgets.check(asker)
    form: Format = "json" if checked.form in {"SELECT", "ASK"} else "ttl"
    found = sparql.answer(checked, form, client=asker, spent=lambda seconds: budgets.spend(asker, seconds))
    return Found(checked.form, found.content)


def shown(
    sparql: FreeSparql | None,
    found: Found,
    query: str,
    lang: Lang,
    base: str,
    endpoint: str,
    people: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Return what the page shows of an answer.

    Args:
        sparql: Knows what things are called.
        found: The answer.
        query: What was asked.
        lang: The language of the page.
        base: What the IRIs minted here begin with.
        endpoint: The path that gives the answer as a file.
        people: What people are called, by pseudonym: known to the page alone.
    """
    tabular = found.form in {"SELECT", "ASK"}
    formats = _TABLE_FORMATS if tabular else _GRAPH_FORMATS
    context: dict[str, Any] = {
        "downloads": [(f"{endpoint}.{suffix}?{urlencode({'query': query})}", name) for suffix, name in formats],
    }
    if found.form == "ASK":
        context["truth"] = b"true" in found.content
    elif tabular:

        def named(iris: set[str]) -> Mapping[str, list[Text]]:
            labels = {} if sparql is None else labels_of(sparql, sorted(iris))
            return labels | {iri: [Text(name)] for iri, name in (people or {}).items() if iri in iris}

        context["table"] = query_table(found.content, lang, base, named)
    else:
        context["text"] = found.content.decode()
    return context


def refused(error: QueryError | BudgetError, lang: Lang) -> tuple[int, Refusal]:
    """Return the status of a query without answer, and what the page says of it."""
    gettext = words(lang).gettext
    problem = problem_of(error)
    said = error.args[0] if error.args else ""
    if isinstance(error, BudgetError):
        wait = words(lang).ngettext(
            "You have used your query time. Ask again in %(num)s second.",
            "You have used your query time. Ask again in %(num)s seconds.",
            error.seconds,
        )
        detail, tag = wait % {"num": error.seconds}, ""
    elif isinstance(said, Told):
        detail, tag = said.again(gettext), ""
    else:
        # The parser's own words are English.
        detail, tag = str(error), "en" if lang != "en" else ""
    advice = "" if isinstance(error, QueryRefusedError | BudgetError) else gettext(problem.advice)
    return problem.status, Refusal(gettext(problem.title), detail, tag, advice)


def curl(endpoint: str, query: str, *, token: bool = False) -> str:
    """Return a command that asks the same; the query stands between two marks, where a shell changes nothing."""
    mark = "SPARQL"
    while mark in query.split("\n"):
        mark += "_"
    bearer = ' -H "Authorization: Bearer $TOKEN"' if token else ""
    return f"curl -H 'Accept: text/csv'{bearer} --data-urlencode query@- {endpoint} <<'{mark}'\n{query}\n{mark}"


def python(endpoint: str, query: str, *, token: bool = False) -> str:
    """Return a program that asks the same with the standard library alone."""
    plain = "'''" not in query and "\\" not in query and not query.endswith("'")
    text = f"'''{query}'''" if plain else repr(query)
    first = "import json\nimport os\n" if token else "import json\n"
    bearer = ",\n                 'Authorization': 'Bearer ' + os.environ['TOKEN']" if token else ""
    return (
        f"{first}from urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\n"
        f"query = {text}\n"
        f"asked = Request({endpoint!r}, urlencode({{'query': query}}).encode(),\n"
        f"                {{'Accept': 'application/sparql-results+json'{bearer}}})\n"
        "with urlopen(asked) as answer:\n"
        "    for row in json.load(answer)['results']['bindings']:\n"
        "        print({name: term['value'] for name, term in row.items()})"
    )
