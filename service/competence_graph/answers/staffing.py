"""Joiners, movers, leavers: the HR of an institution adds people, gives them posts and ends them.

The name goes into the registry alone; the graph gets a pseudonym and the days. A leaver keeps their own page until
their data are erased, so that they can take their levels along; whoever looked after others no longer does.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from competence_graph.answers.people import Person, find_person
from competence_graph.errors import CompetenceGraphError, NotFoundError, StaffingError
from competence_graph.graph.change import Change
from competence_graph.graph.employment import Membership, ended, memberships, new_person, post
from competence_graph.graph.recording import people_graph
from competence_graph.graph.write import VILNIUS, Writer
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.registry import Registry

EARLIEST: Final = date(1940, 1, 1)
PLANNED: Final = timedelta(days=2 * 366)
"""So far ahead a post may begin or end."""


def may_staff(actor: Actor, organisation: str) -> bool:
    """Whether the actor adds people to this institution and ends their posts: its HR, nobody behind broken glass."""
    return actor.kind == "operator" or (actor.kind == "hr" and actor.may_see_organisation(organisation))


def hire(
    actor: Actor,
    writer: Writer,
    registry: Registry,
    organisation: Iri,
    given_name: str,
    family_name: str,
    email: str | None,
    *,
    place: Iri,
    role: Iri,
    start: date,
    today: date,
    base: str,
) -> Iri:
    """Add a person to an institution and return the pseudonym.

    Raises:
        NotFoundError: If the actor may not.
        StaffingError: If the day is out of range, or somebody of the institution has the e-mail address.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    actor.require(may_staff(actor, organisation))
    _check_day(start, today)
    if email and registry.identities.has_email(organisation, email):
        raise StaffingError("email")
    with writer.still():
        person, graph, head = new_person(writer.store, organisation, base)
        quads = (*head, *post(writer.store, graph, person, place, role, start, base))
        # The name first: a person without one would be a riddle, a name without a person is seen by nobody.
        registry.identify(person, organisation, given_name, family_name, email)
        try:
            writer.write(Change(put=quads), actor=actor)
        except CompetenceGraphError:
            registry.forget(person)
            raise
    registry.audit.record(actor, "hire", organisation=organisation, people={person})
    return person


def move(
    actor: Actor,
    writer: Writer,
    registry: Registry,
    person: Iri,
    *,
    place: Iri,
    role: Iri,
    start: date,
    beside: bool,
    today: date,
    base: str,
) -> None:
    """Give a person a new post; those held end the day before, unless it is held beside them. Whoever left is back.

    Raises:
        NotFoundError: If there is no such person, or the actor may not.
        StaffingError: If the day is out of range, before a post that would have to end, or the post is held already.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    found = _found(actor, writer, person)
    _check_day(start, today)
    if any(
        each.place == place and each.role == role and (each.end is None or each.end >= start) for each in found.posts
    ):
        raise StaffingError("same-post")
    with writer.still():
        graph, held = _held(writer, found)
        put = list(post(writer.store, graph, person, place, role, start, base))
        if not beside:
            for each in held:
                if each.end is None or each.end >= start:
                    if each.start >= start:
                        raise StaffingError("before-post", each.start)
                    put += ended(each, start - timedelta(days=1))
        writer.write(Change(put=tuple(put)), actor=actor)
        registry.identities.come_back(person)
    registry.audit.record(actor, "move", organisation=found.organisation, people={person})


def leave(actor: Actor, writer: Writer, registry: Registry, person: Iri, last: date, *, today: date) -> None:
    """Record the last day of a person in the institution: every post ends, and the tasks of looking after others do.

    Raises:
        NotFoundError: If there is no such person, or the actor may not.
        StaffingError: If the day is out of range, or the person holds no post that could end.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    found = _found(actor, writer, person)
    _check_day(last, today)
    with writer.still():
        _, held = _held(writer, found)
        lasting = [each for each in held if each.end is None or each.end > last]
        if not lasting:
            raise StaffingError("no-post")
        put = [quad for each in lasting if each.start <= last for quad in ended(each, last)]
        # What was planned for later and never began leaves no trace.
        gone = [quad for each in lasting if each.start > last for quad in each.quads]
        writer.write(Change(put=tuple(put), remove=tuple(gone)), actor=actor)
        moment = datetime.combine(last + timedelta(days=1), time.min, VILNIUS)
        registry.identities.leave(person, moment)
        registry.accounts.end_tasks(person, moment)
    registry.audit.record(actor, "leave", organisation=found.organisation, people={person})


def find_staffed(actor: Actor, writer: Writer, person: Iri) -> Person:
    """Return a person whose posts the actor may change.

    Raises:
        NotFoundError: If there is no such person, or the actor may not.
    """
    return _found(actor, writer, person)


def _found(actor: Actor, writer: Writer, person: Iri) -> Person:
    found = find_person(actor, writer.store, person)
    actor.require(may_staff(actor, found.organisation))
    return found


def _held(writer: Writer, person: Person) -> tuple[str, list[Membership]]:
    graph = people_graph(writer.store, person.organisation)
    if graph is None:
        raise NotFoundError
    return graph, memberships(writer.store, graph, person.iri)


def _check_day(day: date, today: date) -> None:
    if not EARLIEST <= day <= today + PLANNED:
        raise StaffingError("day")
