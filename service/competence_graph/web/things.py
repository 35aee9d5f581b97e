"""The answer about a published thing, whatever its kind: one for its page in a language and for its document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup

from competence_graph.answers import catalogue, descriptions
from competence_graph.exchange import rdf
from competence_graph.exchange.tables import Table
from competence_graph.graph.document import document
from competence_graph.graph.public import public
from competence_graph.model.actor import ANYONE, Actor
from competence_graph.model.competence import Competence, Level
from competence_graph.model.concept import Concept, Description
from competence_graph.model.framework import by_initial
from competence_graph.model.iri import Iri
from competence_graph.model.text import Lang
from competence_graph.web import thing_data, thing_tables
from competence_graph.web.addresses import document_of, local_id, page_of, pages
from competence_graph.web.defined_term import defined_term
from competence_graph.web.deps import Services
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer
from competence_graph.web.templates import Link

_SECTIONS: Final = {"role": "roles", "course": "courses"}
STANDINGS: Final = {
    "draft": msgid("being prepared"),
    "current": msgid("in force"),
    "deprecated": msgid("no longer used"),
    "withdrawn": msgid("withdrawn"),
}
KINDS: Final = {
    "competence": msgid("competence"),
    "area": msgid("area of competences"),
    "framework": msgid("framework"),
    "role": msgid("role"),
    "course": msgid("course"),
    "organisation": msgid("organisation"),
    "level": msgid("level"),
    "scale": msgid("scale of levels"),
    "scheme": msgid("list"),
    "term": msgid("term"),
}
TYPES: Final = {
    "generic": msgid("generic"),
    "managerial": msgid("managerial"),
    "professional": msgid("professional"),
}
RELATIONS: Final = {
    "replaced-by": msgid("Replaced by"),
    "broader": msgid("Broader"),
    "narrower": msgid("Narrower"),
    "related": msgid("Related"),
    "exact": msgid("Identical in other frameworks"),
    "close": msgid("Close in other frameworks"),
    "broad": msgid("Broader in other frameworks"),
    "narrow": msgid("Narrower in other frameworks"),
    "related-match": msgid("Related in other frameworks"),
    "replaces": msgid("Replaces"),
}
PLACES: Final = {
    "sector-library": msgid("In libraries"),
    "sector-archive": msgid("In archives"),
    "sector-museum": msgid("In museums"),
    "sector-cultural-centre": msgid("In cultural centres"),
    "sector-theatre": msgid("In theatres"),
    "sector-concert-venue": msgid("In concert venues"),
    "": msgid("In any institution"),
}
LANGUAGES: Final = {"lt": msgid("Lithuanian"), "en": msgid("English"), "ru": msgid("Russian"), "pl": msgid("Polish")}
VIEW_NAMES: Final = {
    "tree": msgid("By area"),
    "alphabet": msgid("Alphabet"),
    "table": msgid("Table"),
}
MOST: Final = 200
"""More roles than this are not listed on the page of a competence."""
_FIVE: Final = 5
# What a level of the five does, beside its number; another scale's levels have names only.
LEVEL_VERBS: Final = {
    1: msgid("Assists"),
    2: msgid("Performs"),
    3: msgid("Solves"),
    4: msgid("Leads"),
    5: msgid("Shapes"),
}
VIEWS: Final = tuple(VIEW_NAMES)
LARGE: Final = 500
"""More competences than this are shown a letter at a time."""
_FORMS: Final = {
    "html": "HTML",
    "ttl": "Turtle",
    "jsonld": "JSON-LD",
    "rdf": "RDF/XML",
    "nt": "N-Triples",
    "json": "JSON",
    "csv": "CSV",
}
_VERBAL_SCALE: Final = "proficiency"


def answer_about(actor: Actor, parts: Services, concept: Concept, lang: Lang) -> Answer:
    """Return everything there is to send about a thing.

    Raises:
        NotFoundError: If it is not published any more.
    """
    store, iri = parts.store, concept.iri
    match concept.kind:
        case "competence" | "area":
            competence = descriptions.competence(actor, store, iri)
            data, table = thing_data.competence_data(competence), thing_tables.competence_table(competence)
            title = levels_title(competence.top, lang)
            return _answer(parts, lang, competence, "competence.html", data, table, levels_title=title)
        case "role":
            role = descriptions.role(actor, store, iri)
            data, table = thing_data.role_data(role), thing_tables.need_table(role.needs, concept.local)
            others = [each for each in catalogue.roles_of(actor, store, _scheme(concept), lang) if each.iri != iri]
            return _answer(parts, lang, role, "role.html", data, table, others=others if len(others) <= LARGE else [])
        case "course":
            course = descriptions.course(actor, store, iri)
            data, table = thing_data.course_description_data(course), thing_tables.course_description_table(course)
            return _answer(parts, lang, course, "course.html", data, table)
        case "framework":
            return framework_answer(actor, parts, concept, lang)
        case _:
            thing = descriptions.describe(actor, store, iri)
            data, table = thing_data.description_data(thing), thing_tables.description_table(thing)
            within = catalogue.within(actor, store, iri, lang)
            return _answer(parts, lang, thing, "document.html", data, table, within=within)


def _scheme(concept: Concept) -> Iri:
    return concept.scheme or concept.iri


def framework_answer(
    actor: Actor, parts: Services, concept: Concept, lang: Lang, view: str = "", letter: str = ""
) -> Answer:
    """Return a framework, as a tree, an alphabet or a table; a large one shows a letter at a time.

    Raises:
        NotFoundError: If there is no such framework.
    """
    framework = catalogue.framework(actor, parts.store, concept.iri, lang)
    members = catalogue.members(actor, parts.store, concept.iri, lang)
    groups = by_initial(members, lang)
    large = len(members) > LARGE
    if large and letter not in groups:
        letter = next(iter(groups), "")
    shown = {letter: groups[letter]} if large and letter else groups
    return _answer(
        parts,
        lang,
        framework,
        "framework.html",
        thing_data.framework_data(framework),
        thing_tables.concept_table(members, concept.local),
        view=view if view in VIEWS else VIEWS[0],
        views=VIEWS,
        initials=list(groups),
        letter=letter if large else "",
        groups=shown,
    )


def _answer(
    parts: Services, lang: Lang, description: Description, page: str, data: Any, table: Table, **more: object
) -> Answer:
    concept = description.concept
    triples = document(parts.store, description)
    address = document_of(concept, parts.base)
    shown = rdf.document(triples, "ttl").decode()
    gettext = words(lang).gettext
    context = {
        "section": _SECTIONS.get(concept.kind, "competences"),
        "thing": description,
        "page_of": pages(lang, parts.base),
        "document": address,
        "turtle": shown,
        "citation": citation(description, lang),
        "standing": gettext(STANDINGS[concept.standing]),
        "kind": gettext(KINDS[concept.kind]),
        "types": translated(TYPES, lang),
        "relations": translated(RELATIONS, lang),
        "places": translated(PLACES, lang),
        "languages": translated(LANGUAGES, lang),
        "view_names": translated(VIEW_NAMES, lang),
        "known": catalogue.known(ANYONE, parts.store),
        "tops": catalogue.tops(ANYONE, parts.store),
        "most": MOST,
        "document_faces": [Link(suffixed(address, each), "alternate", name=name) for each, name in _FORMS.items()],
        "level_verb": level_verbs(lang),
        "embedded": [
            embedded(json.loads(rdf.document(triples, "jsonld"))),
            embedded(defined_term(description, lang, page_of(concept, lang, parts.base))),
        ],
        **more,
    }
    return Answer(
        page=page,
        context=context,
        rows=table,
        data=data,
        graph=triples,
        public=True,
        modified=public(parts.store).since,
        links=_links(description, address, parts.base),
        name=concept.local,
    )


def translated(names: Mapping[str, str], lang: Lang) -> dict[str, str]:
    """Return the names in a language."""
    gettext = words(lang).gettext
    return {key: gettext(name) for key, name in names.items()}


def levels_title(top: int, lang: Lang) -> str:
    """Return the heading over the levels: our scale has five."""
    if top == _FIVE:
        return words(lang).gettext("Five levels")
    return words(lang).ngettext("%(num)s level", "%(num)s levels", top) % {"num": top}


def level_verbs(lang: Lang) -> Callable[[Level], str]:
    """Return what gives templates the verb of a level of the five-level scale; nothing for levels of another."""
    gettext = words(lang).gettext

    def verb(level: Level) -> str:
        ours = level.concept is not None and level.concept.local == f"{_VERBAL_SCALE}-{level.number}"
        return gettext(LEVEL_VERBS[level.number]) if ours and level.number in LEVEL_VERBS else ""

    return verb


def citation(description: Description, lang: Lang) -> str:
    """Return how to cite a thing: its name and code, framework and release, this service, the day, the URI."""
    gettext = words(lang).gettext
    concept, scheme = description.concept, description.scheme
    name = concept.label(lang).value + (f" ({concept.notation})" if concept.notation else "")
    source = scheme.label(lang).value if scheme else ""
    if description.release:
        release = gettext("release %(version)s") % {"version": description.release}
        name, source = (name, f"{source}, {release}") if source else (f"{name}, {release}", "")
    day = description.modified.isoformat() if description.modified else ""
    service = gettext("Competence Graph") + (f", {day}" if day else "")
    return " ".join(f"{part}." for part in (name, source, service) if part) + f" {concept.iri}"


def embedded(data: Any) -> Markup:
    """Return JSON that may stand in a script element: a data block, never run, and nothing in it ends the element."""
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - escaped above for where it stands


def _links(description: Description, address: str, base: str) -> tuple[Link, ...]:
    concept = description.concept
    found = [
        Link(address, "canonical"),
        Link(concept.iri, "cite-as"),
        Link(suffixed(address, "ttl"), "describedby", "text/turtle"),
    ]
    if description.licence:
        found.append(Link(description.licence, "license"))
    if description.scheme is not None:
        local = local_id(description.scheme, base)
        found.append(Link(f"/id/{local}" if local else description.scheme.iri, "collection"))
    if isinstance(description, Competence):
        for successor in description.successors:
            local = local_id(successor, base)
            found.append(Link(f"/id/{local}" if local else successor.iri, "successor-version"))
    return tuple(found)


def suffixed(address: str, suffix: str) -> str:
    """Return the address of one format of a document."""
    path, mark, query = address.partition("?")
    return f"{path}.{suffix}{mark}{query}"
