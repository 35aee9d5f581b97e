"""An organisation: where its people lack what, who alone can do a thing, whose records expire."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from competence_graph.answers.gaps import GroupGaps
from competence_graph.answers.organisations import overview, people_in_cell
from competence_graph.answers.sample import may_have_sample, sample_there
from competence_graph.answers.trend import trend
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.gap import figures
from competence_graph.model.iri import Iri
from competence_graph.web.access import SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import figures_data, gaps_table, rows_data
from competence_graph.web.given import iri_of
from competence_graph.web.organisation_lines import Selection, organisation_page
from competence_graph.web.organisation_sheets import definitions, matrix, people, summary
from competence_graph.web.people_lines import people_page
from competence_graph.web.respond import Answer, Look, respond
from competence_graph.web.trend_lines import trend_dots

router = APIRouter()

SHOWN_FOR: Final = timedelta(days=30)
"""How long an institution's page tells that an administrator looked at its people; the audit tells for years."""

Local = Annotated[str, Query(max_length=40)]


def _own_unit(actor: Actor, organisation: Iri, unit: str) -> Iri | None:
    """Return the unit that a unit lead means without saying: the first of those the lead has."""
    if unit or actor.kind != "unit-lead" or actor.organisation != organisation or not actor.units:
        return None
    return Iri(min(actor.units))


@router.get("/{lang:lang}/organisations/{organisation}")
def organisation_overview(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    organisation: str,
    unit: Local = "",
    role: Local = "",
    framework: Local = "",
    competence: Local = "",
    sort: Local = "",
    show: Local = "",
) -> Response:
    """Where the people of an organisation, or of one of its units, are below the level their roles ask for."""
    iri = iri_of(organisation, "o", parts.base)
    own = _own_unit(actor, iri, unit)
    if own is not None:
        suffix = getattr(request.state, "suffix", None)
        dot = f".{suffix}" if suffix else ""
        return RedirectResponse(f"{request.url.path}{dot}?unit={own.local}", 303, {"Cache-Control": "no-store"})
    chosen = Selection(unit, role, framework, competence, sort, show)
    answer = overview(
        actor,
        parts.store,
        parts.registry,
        iri,
        unit=chosen.iri("unit", parts.base),
        role=chosen.iri("role", parts.base),
        framework=chosen.iri("framework", parts.base),
        competence=chosen.iri("competence", parts.base),
        levels=parts.levels,
    )
    rows = gaps_table(answer.group.rows, "gaps")
    return respond(
        request,
        Answer(
            page="organisation.html",
            context=lambda: {
                "page": organisation_page(answer, lang, chosen),
                "selection": chosen,
                "section": "organisation",
                "trend": []
                if chosen.role or chosen.framework
                else trend_dots(trend(actor, parts.store, parts.levels, iri, chosen.iri("unit", parts.base))),
                "audited": actor.kind == "hr",
                "sampled": sample_there(actor, parts.registry, iri),
                "may_sample": may_have_sample(actor, parts.store, parts.registry, iri),
                "glassed": actor.kind == "hr" and _glassed(parts, iri),
            },
            rows=rows,
            data=_data(answer.group, rows),
            sheets=lambda: (
                summary(answer, lang),
                matrix(answer, lang),
                people(answer, lang),
                definitions(lang),
            ),
            name=organisation,
            look=Look(actor, iri, {person.iri for person in answer.group.people}),
        ),
    )


@router.get("/{lang:lang}/organisations/{organisation}/people")
def organisation_people(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    organisation: str,
    competence: Local = "",
    unit: Local = "",
    role: Local = "",
) -> Response:
    """The people of a cell of the heat map: who needs a competence, the widest gap first."""
    iri = iri_of(organisation, "o", parts.base)
    own = _own_unit(actor, iri, unit)
    chosen = Selection(unit=own.local if own is not None else unit, role=role, competence=competence)
    answer = people_in_cell(
        actor,
        parts.store,
        parts.registry,
        iri,
        competence=chosen.iri("competence", parts.base),
        levels=parts.levels,
        unit=chosen.iri("unit", parts.base),
        role=chosen.iri("role", parts.base),
    )
    rows = gaps_table(answer.rows, "gaps")
    return respond(
        request,
        Answer(
            page="people.html",
            context=lambda: {"page": people_page(answer, lang), "section": "organisation"},
            rows=rows,
            data={
                **_data(answer.group, rows),
                "competence": answer.competence,
                "figures": figures_data(figures(answer.rows)),
            },
            name=f"{organisation}-people",
            look=Look(actor, iri, {person.iri for person in answer.group.people}),
        ),
    )


def _glassed(parts: Services, organisation: Iri) -> bool:
    since = parts.clock() - SHOWN_FOR
    return any(glass.opened >= since for glass in parts.registry.glasses.of_organisation(organisation))


def _data(group: GroupGaps, rows: Table) -> dict[str, object]:
    return {
        "organisation": group.organisation,
        "unit": group.unit,
        "role": group.role,
        "framework": group.framework,
        "as_of": group.as_of,
        "figures": figures_data(group.figures),
        "rows": rows_data(rows),
    }
