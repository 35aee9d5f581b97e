"""What is published, in lists: frameworks, competences, roles, courses. All of it is for anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from weakref import WeakKeyDictionary

from competence_graph.graph import descriptions as read
from competence_graph.graph.live_search import live_search
from competence_graph.graph.public import public
from competence_graph.graph.search import SearchIndex
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.concept import Concept, ThingKind, in_order
from competence_graph.model.course import Lesson
from competence_graph.model.framework import Branch, Contents, CourseLine, Framework, Group, by_sector, tree
from competence_graph.model.iri import Iri

_LARGE: Final = 500
"""From this many concepts on a tree shows its upper steps only; each concept's page shows what is beneath it."""
_UPPER: Final = 2
_OUR_ROLES: Final = "roles"
_TYPES: Final = ("generic", "managerial", "professional")


# A tree of 14,000 concepts takes a second to draw; it holds until what is published changes, and the index with it.
_DRAWN: Final[WeakKeyDictionary[SearchIndex, dict[tuple[Iri, str], Framework]]] = WeakKeyDictionary()


def frameworks(actor: Actor, store: Store, lang: str) -> list[tuple[Concept, int]]:
    """Return the frameworks with how many competences in use each has: generic, managerial, professional, foreign."""
    del actor
    things = live_search(store).index.things
    counts: dict[Iri, int] = defaultdict(int)
    one_of: dict[Iri, Iri] = {}
    for thing in things.values():
        if thing.kind == "competence" and thing.scheme is not None and not thing.deprecated:
            counts[thing.scheme] += 1
            one_of[thing.scheme] = min(thing.iri, one_of.get(thing.scheme, thing.iri))
    types = read.types(public(store), one_of)
    found = in_order((thing for thing in things.values() if thing.kind == "framework"), lang)

    def place(concept: Concept) -> int:
        name = types.get(concept.iri, "")
        return _TYPES.index(name) if name in _TYPES else len(_TYPES)

    return [(each, counts[each.iri]) for each in sorted(found, key=place)]


def framework(actor: Actor, store: Store, thing: Iri, lang: str) -> Framework:
    """Return a framework with its areas and competences as a tree; what is deprecated is not in it.

    Raises:
        NotFoundError: If there is no published framework of this IRI.
    """
    del actor
    kept = _kept(store)
    if (thing, lang) not in kept:
        kept[thing, lang] = _framework(store, thing, lang)
    return kept[thing, lang]


def _framework(store: Store, thing: Iri, lang: str) -> Framework:
    graphs = public(store)
    concept = read.find(graphs, thing, "framework")
    said = read.stated(graphs, thing)
    things = live_search(store).index.things
    members: dict[Iri, Concept] = {}
    broader: dict[Iri, list[Iri]] = defaultdict(list)
    for row in graphs.ask("framework_concepts", framework=thing):
        iri = row["concept"]
        if isinstance(iri, Iri) and iri in things and not things[iri].deprecated:
            members[iri] = things[iri]
            if isinstance(row["broader"], Iri):
                broader[iri].append(row["broader"])
    scale = next(iter(read.iris(said, "cg:scale")), None)
    return Framework(
        concept,
        **read.common(graphs, concept, said),
        branches=tree(members, broader, lang, depth=_UPPER if len(members) > _LARGE else None),
        count=sum(1 for each in members.values() if each.kind == "competence"),
        scale=things.get(scale) if scale else None,
    )


def _kept(store: Store) -> dict[tuple[Iri, str], Framework]:
    return _DRAWN.setdefault(live_search(store).index, {})


def overview(actor: Actor, store: Store, lang: str) -> list[tuple[Concept, int, tuple[Branch, ...]]]:
    """Return the frameworks with how many competences in use each has, and the areas at its top with theirs."""
    found = []
    for each, count in frameworks(actor, store, lang):
        small = count <= _LARGE
        found.append((each, count, framework(actor, store, each.iri, lang).branches if small else ()))
    return found


def members(actor: Actor, store: Store, framework_: Iri, lang: str) -> list[Concept]:
    """Return the competences in use of a framework in alphabetical order."""
    del actor
    things = live_search(store).index.things.values()
    return in_order(
        (each for each in things if each.kind == "competence" and each.scheme == framework_ and not each.deprecated),
        lang,
    )


def within(actor: Actor, store: Store, scheme: Iri, lang: str) -> list[Concept]:
    """Return what belongs to a scale or a list, in order of URIs of levels, else alphabetically."""
    del actor
    found = [each for each in live_search(store).index.things.values() if each.scheme == scheme]
    return sorted(in_order(found, lang), key=lambda each: each.iri if each.kind == "level" else "")


def roles(actor: Actor, store: Store, lang: str) -> tuple[Group, ...]:
    """Return our roles in use by kind of institution."""
    del actor
    return _grouped(store, "role", lang)


def foreign_roles(actor: Actor, store: Store, lang: str) -> list[tuple[Concept, int]]:
    """Return the schemes of other publishers whose roles are loaded here, with how many each has."""
    del actor
    things = live_search(store).index.things
    counts: dict[Iri, int] = defaultdict(int)
    for each in things.values():
        if each.kind == "role" and not each.deprecated and each.scheme is not None and not _is_ours(each):
            counts[each.scheme] += 1
    named = {scheme: things.get(scheme, Concept(scheme, "scheme")) for scheme in counts}
    return [(each, counts[each.iri]) for each in in_order(named.values(), lang)]


def roles_of(actor: Actor, store: Store, scheme: Iri, lang: str) -> list[Concept]:
    """Return the roles in use of a scheme in alphabetical order."""
    del actor
    things = live_search(store).index.things.values()
    return in_order(
        (each for each in things if each.kind == "role" and each.scheme == scheme and not each.deprecated), lang
    )


def courses(actor: Actor, store: Store, lang: str) -> list[CourseLine]:
    """Return the courses in alphabetical order, with what each teaches."""
    del actor
    graphs = public(store)
    taught: dict[Iri, list[Lesson]] = defaultdict(list)
    for lesson in read.lessons(graphs, graphs.ask("course_outcomes")):
        taught[lesson.course.concept.iri].append(lesson)
    given = read.courses(graphs, None)
    order = in_order((each.concept for each in given.values() if not each.concept.deprecated), lang)
    return [CourseLine(given[each.iri], tuple(taught.get(each.iri, ()))) for each in order]


def tops(actor: Actor, store: Store) -> dict[Iri, int]:
    """Return the highest level of the scale of each framework."""
    del actor
    found: dict[Iri, int] = {}
    for row in public(store).ask("framework_levels"):
        if isinstance(row["framework"], Iri) and isinstance(row["level"], int):
            found[row["framework"]] = max(found.get(row["framework"], 0), row["level"])
    return found


def known(actor: Actor, store: Store) -> Mapping[Iri, Concept]:
    """Return everything that is published, by IRI, to name what other things refer to."""
    del actor
    return live_search(store).index.things


def course_groups(
    actor: Actor, store: Store, lines: Sequence[CourseLine], lang: str
) -> list[tuple[Concept | None, list[CourseLine]]]:
    """Return courses by kind of institution, each part in alphabetical order; last those for any institution."""
    by_iri = {line.course.concept.iri: line for line in lines}
    groups = by_sector((line.course.concept for line in lines), known(actor, store), lang)
    return [(group.heading, [by_iri[each.iri] for each in group.members]) for group in groups]


def requirement_counts(actor: Actor, store: Store, roles_: Sequence[Iri]) -> dict[Iri, tuple[int, int]]:
    """Return how many competences each of these roles requires: essential, optional."""
    del actor
    found: dict[Iri, list[int]] = defaultdict(lambda: [0, 0])
    for row in public(store).ask("role_requirements", role=roles_) if roles_ else ():
        if isinstance(row["role"], Iri) and isinstance(row["necessity"], Iri):
            found[row["role"]][row["necessity"].local != "essential"] += 1
    return {role: (essential, optional) for role, (essential, optional) in found.items()}


def contents(actor: Actor, store: Store, lang: str) -> Contents:
    """Return what there is, counted, for the first page."""
    things = live_search(store).index.things.values()
    listed = frameworks(actor, store, lang)
    return Contents(
        competences=sum(count for _, count in listed),
        frameworks=tuple(listed),
        roles=sum(1 for each in things if each.kind == "role" and _is_ours(each) and not each.deprecated),
        role_groups=_grouped(store, "role", lang),
        courses=sum(1 for each in things if each.kind == "course" and not each.deprecated),
        course_groups=_grouped(store, "course", lang),
    )


def _grouped(store: Store, kind: ThingKind, lang: str) -> tuple[Group, ...]:
    things = live_search(store).index.things
    chosen = [each for each in things.values() if each.kind == kind and _is_ours(each) and not each.deprecated]
    return by_sector(chosen, things, lang)


def _is_ours(thing: Concept) -> bool:
    """Whether a role or course is ours: those of a loaded foreign framework are in schemes of their own."""
    return thing.scheme is None or thing.scheme.local == _OUR_ROLES
