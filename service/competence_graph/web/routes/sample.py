"""The sample in an institution that is still empty: in with one press, out with one press."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from competence_graph.answers.sample import add_sample, remove_sample
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import staffed
from competence_graph.web.language import words
from competence_graph.web.respond import see_other

router = APIRouter()


@router.post("/{lang:lang}/organisations/{organisation}/sample")
def change_sample(parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, form: CheckedForm) -> Response:
    """Put the sample in, or take it out."""
    iri = staffed(parts, actor, organisation)
    if form.get("act") == "remove":
        remove_sample(actor, parts.writer, parts.registry, iri)
    else:
        gettext = words(lang).gettext
        units = (gettext("Sample unit 1"), gettext("Sample unit 2"), gettext("Sample unit 3"))
        add_sample(actor, parts.writer, parts.registry, iri, units, today=parts.today, base=parts.base)
    return see_other(id_page(lang, "organisations", iri))
