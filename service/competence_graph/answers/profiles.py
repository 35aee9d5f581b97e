"""Role profiles of an institution's own: copied from a published role, changed, compared with it, held by its people.

They stay in the institution's own graph; nobody else sees them (source: design/model.md, "Named graphs").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from competence_graph.answers import catalogue
from competence_graph.answers.people import labels, staff
from competence_graph.answers.staffing import may_staff
from competence_graph.errors import ForbiddenError, NotFoundError
from competence_graph.graph.catalogue import read_requirements
from competence_graph.graph.change import Change
from competence_graph.graph.own_roles import (
    OwnRole,
    all_quads,
    dropped_quads,
    new_role_iri,
    own_graph,
    own_roles,
    role_quads,
)
from competence_graph.graph.store import Store
from competence_graph.graph.write import Writer
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Requirement
from competence_graph.model.iri import Iri
from competence_graph.model.profile_change import ProfileRow, asked_of, profile_rows
from competence_graph.model.text import Lang, Text, label_of
from competence_graph.registry import Registry

MOST_ROLES = 300
"""Profiles that an institution may have."""


@dataclass(frozen=True, slots=True)
class ProfileList:
    """The profiles of an institution, how many people hold each today, and how many changes each has to look at."""

    profiles: tuple[OwnRole, ...]
    holders: Mapping[str, int]
    moved: Mapping[str, int]
    labels: Mapping[str, tuple[Text, ...]]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile beside the published role: ``taken`` is when it was copied or last brought up to date."""

    role: OwnRole
    rows: tuple[ProfileRow, ...]
    taken: datetime | None
    holders: int
    labels: Mapping[str, tuple[Text, ...]]


def choosable_roles(actor: Actor, store: Store, organisation: Iri, lang: Lang) -> dict[Iri, Text]:
    """Return the roles that people of an institution can hold, by IRI: its own profiles and the published ones.

    Raises:
        NotFoundError: If the actor may see nobody of the institution.
    """
    within = actor.organisation == organisation and actor.kind in {"unit-lead", "learner"}
    actor.require(within or actor.may_see_organisation(organisation))
    found = {each.iri: each.label(lang) for group in catalogue.roles(actor, store, lang) for each in group.members}
    own = {each.iri: label_of({each.iri: each.names}, each.iri, lang) for each in own_roles(store, organisation)}
    return {**found, **own}


def profile_list(actor: Actor, store: Store, registry: Registry, organisation: Iri) -> ProfileList:
    """Return the profiles of an institution.

    Raises:
        NotFoundError: If the actor is not its HR.
    """
    actor.require(actor.may_see_organisation(organisation))
    found = own_roles(store, organisation)
    holders = _holders(actor, store, organisation)
    moved: dict[str, int] = {each.iri: sum(row.moved for row in _compared(store, registry, each)[0]) for each in found}
    return ProfileList(
        tuple(found),
        holders,
        moved,
        labels(actor, store, {organisation, *(each.source for each in found if each.source is not None)}),
    )


def find_profile(actor: Actor, store: Store, registry: Registry, organisation: Iri, role: Iri) -> Profile:
    """Return a profile of an institution beside the published role.

    Raises:
        NotFoundError: If there is none, or the actor is not the institution's HR.
    """
    actor.require(actor.may_see_organisation(organisation))
    found = _find(store, organisation, role)
    rows, taken = _compared(store, registry, found)
    things = {organisation, *(row.competence for row in rows)}
    if found.source is not None:
        things.add(found.source)
    holders = _holders(actor, store, organisation)
    return Profile(found, tuple(rows), taken, holders.get(role, 0), labels(actor, store, things))


def copy_role(
    actor: Actor,
    writer: Writer,
    registry: Registry,
    organisation: Iri,
    source: Iri,
    names: Mapping[Lang, str],
    base: str,
) -> Iri:
    """Copy a published role into a profile of the institution's own, and return the profile's IRI.

    Raises:
        NotFoundError: If there is no such published role, or the actor is not the institution's HR.
        ForbiddenError: If the institution has `MOST_ROLES` already.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    actor.require(may_staff(actor, organisation))
    published = {each.iri for group in catalogue.roles(actor, writer.store, "lt") for each in group.members}
    if source not in published:
        raise NotFoundError
    with writer.still():
        if len(own_roles(writer.store, organisation)) >= MOST_ROLES:
            raise ForbiddenError
        role = new_role_iri(writer.store, base)
        asked = read_requirements(writer.store, {source})[source]
        quads = role_quads(role, source, names, asked, own_graph(organisation), base)
        writer.write(Change(put=quads), actor=actor)
    registry.profiles.keep(role, organisation, source, asked_of({each.competence: each for each in asked}))
    registry.audit.record(actor, "copy-role", organisation=organisation)
    return role


def save_profile(
    actor: Actor,
    writer: Writer,
    registry: Registry,
    organisation: Iri,
    role: Iri,
    names: Mapping[Lang, str],
    requirements: Mapping[str, Requirement],
    *,
    base: str,
    looked: bool = False,
) -> None:
    """Put other names and requirements in the place of a profile's.

    Args:
        actor: The institution's HR.
        writer: Of the store.
        registry: Where the state of the published role is kept.
        organisation: Whose profile it is.
        role: The profile.
        names: By language.
        requirements: By competence.
        base: The base of our IRIs.
        looked: Whether the published role as it is now has been looked at: its changes are not shown again.

    Raises:
        NotFoundError: If there is no such profile, or the actor is not the institution's HR.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    actor.require(may_staff(actor, organisation))
    graph = own_graph(organisation)
    with writer.still():
        found = _find(writer.store, organisation, role)
        asked = [requirements[each] for each in sorted(requirements)]
        put = role_quads(role, found.source, names, asked, graph, base)
        gone = dropped_quads(writer.store, graph, role, requirements, found.requirements)
        writer.write(Change(put=put, remove=gone), actor=actor)
    if looked and found.source is not None:
        published = read_requirements(writer.store, {found.source})[found.source]
        registry.profiles.keep(
            role, organisation, found.source, asked_of({each.competence: each for each in published})
        )
    registry.audit.record(actor, "change-role", organisation=organisation)


def remove_profile(actor: Actor, writer: Writer, registry: Registry, organisation: Iri, role: Iri) -> bool:
    """Remove a profile that nobody holds, held or will hold, and tell whether it was removed.

    Raises:
        NotFoundError: If there is no such profile, or the actor is not the institution's HR.
    """
    actor.require(may_staff(actor, organisation))
    with writer.still():
        found = _find(writer.store, organisation, role)
        everybody = staff(actor, writer.store, organisation).people.values()
        if any(post.role == role for person in everybody for post in person.posts):
            return False
        gone = all_quads(writer.store, own_graph(organisation), found)
        writer.write(Change(remove=gone), actor=actor)
    registry.profiles.forget(role)
    registry.audit.record(actor, "remove-role", organisation=organisation)
    return True


def _find(store: Store, organisation: Iri, role: Iri) -> OwnRole:
    for each in own_roles(store, organisation):
        if each.iri == role:
            return each
    raise NotFoundError


def _compared(store: Store, registry: Registry, own: OwnRole) -> tuple[list[ProfileRow], datetime | None]:
    if own.source is None:
        return profile_rows({}, {}, asked_of(own.requirements)), None
    published = asked_of({each.competence: each for each in read_requirements(store, {own.source})[own.source]})
    known = registry.profiles.base(own.iri)
    base, taken = known if known is not None else (published, None)
    return profile_rows(base, published, asked_of(own.requirements)), taken


def _holders(actor: Actor, store: Store, organisation: Iri) -> Counter[str]:
    try:
        people = staff(actor, store, organisation).employed
    except NotFoundError:
        return Counter()
    return Counter(role for person in people for role in person.roles)


__all__ = [
    "Profile",
    "ProfileList",
    "choosable_roles",
    "copy_role",
    "find_profile",
    "profile_list",
    "remove_profile",
    "save_profile",
]
