"""Search: one box for competences, roles, courses; suggestions while typing."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.answers import searching
from competence_graph.exchange.tables import Table
from competence_graph.model.concept import ThingKind
from competence_graph.model.hit import Results
from competence_graph.web.access import Public
from competence_graph.web.addresses import page_of, pages
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond
from competence_graph.web.thing_data import result_data
from competence_graph.web.things import KINDS

router = APIRouter(tags=["Search"])

_LONGEST: Final = 200
_FILTERS: Final[dict[str, tuple[ThingKind, ...]]] = {
    "competences": ("competence", "area", "framework"),
    "roles": ("role",),
    "courses": ("course",),
}
_NAMES: Final = {"competences": msgid("Competences"), "roles": msgid("Roles"), "courses": msgid("Courses")}

Text = Annotated[str, Query(description="Words to find; they have no operators.", max_length=2000)]
Kind = Annotated[str, Query(description="competences, roles or courses; all where left out")]
PageNumber = Annotated[int, Query(ge=1, le=1000, description="Page of the results, from 1")]


@router.get("/{lang:lang}/search", summary="Search competences, roles and courses")
def search(
    request: Request, parts: Parts, lang: PageLang, actor: Public, q: Text = "", kind: Kind = "", page: PageNumber = 1
) -> Response:
    """What matches the words, best first, each with what matched."""
    text = " ".join(q.split())[:_LONGEST]
    results = searching.search(actor, parts.store, text, lang, _FILTERS.get(kind), page)
    gettext = words(lang).gettext
    return respond(
        request,
        Answer(
            page="search.html",
            context={
                "section": "search",
                "results": results,
                "kind": kind if kind in _FILTERS else "",
                "filters": [("", gettext("Everything")), *((each, gettext(name)) for each, name in _NAMES.items())],
                "kinds": {each: gettext(name) for each, name in KINDS.items()},
                "page_of": pages(lang, parts.base),
            },
            rows=_table(results),
            data={
                "query": text,
                "total": results.total,
                "page": results.page,
                "pages": results.pages,
                "did_you_mean": results.did_you_mean or None,
                "results": [result_data(each) for each in results.results],
            },
            public=True,
            name="search",
        ),
    )


@router.get("/{lang:lang}/suggest", summary="Suggestions for what has been typed so far")
def suggest(request: Request, parts: Parts, lang: PageLang, actor: Public, q: Text = "") -> Response:
    """What somebody who has typed two letters or more may be looking for."""
    gettext = words(lang).gettext
    found = searching.suggest(actor, parts.store, q[:_LONGEST], lang)
    suggestions = [
        {
            "href": page_of(each.concept, lang, parts.base),
            "label": ", ".join(text.value for text in each.concept.titles(lang)),
            "lang": each.concept.label(lang).lang,
            "parts": each.hit.parts if each.hit.field != "identifier" else [],
            "matched_lang": each.hit.text.lang,
            "kind": gettext(KINDS[each.concept.kind]),
            "notation": each.concept.notation,
            "framework": each.framework.label(lang).value if each.framework and each.concept.kind != "role" else "",
        }
        for each in found
    ]
    return respond(
        request, Answer(data={"query": q[:_LONGEST], "suggestions": suggestions}, public=True, name="suggest")
    )


def _table(results: Results) -> Table:
    columns = ("uri", "kind", "notation", "label_lt", "label_en", "matched", "matched_language", "field", "how")
    rows = []
    for each in results.results:
        labels = {text.lang: text.value for text in each.concept.labels}
        rows.append(
            (
                each.concept.iri,
                each.concept.kind,
                each.concept.notation,
                labels.get("lt", ""),
                labels.get("en", ""),
                each.hit.text.value,
                each.hit.text.lang,
                each.hit.field,
                each.hit.match,
            )
        )
    return Table(columns, rows, title="search")
