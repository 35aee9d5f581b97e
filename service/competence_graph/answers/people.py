"""Who works where, and whom an actor may see.

Names never come from the graph: they are joined from the registry after the question, for pages only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from competence_graph.errors import NotFoundError
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Row
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text


class Names(Protocol):
    """Whoever knows the names of people: the registry, or nobody (`NO_NAMES`)."""

    def names(
        self,
        actor: Actor,
        organisation: str,
        pseudonyms: Collection[str],
        units: Mapping[str, Collection[str]] | None = None,
    ) -> Mapping[str, str]:
        """Return the names that the actor may see, by pseudonym."""
        ...


class _NoNames:
    def names(
        self,
        actor: Actor,
        organisation: str,
        pseudonyms: Collection[str],
        units: Mapping[str, Collection[str]] | None = None,
    ) -> Mapping[str, str]:
        del actor, organisation, pseudonyms, units
        return {}


NO_NAMES: Final = _NoNames()
"""For exports, the command line and logs: a name stands on pages only."""


@dataclass(frozen=True, slots=True)
class Post:
    """A role of a person in a place of work; ``held`` on the day of the answer, else past or planned."""

    place: Iri
    role: Iri
    start: date
    end: date | None
    held: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A pseudonym, its organisation and its posts."""

    iri: Iri
    organisation: Iri
    posts: tuple[Post, ...]
    as_of: date

    @property
    def held(self) -> tuple[Post, ...]:
        """The posts held on the day."""
        return tuple(post for post in self.posts if post.held)

    @property
    def places(self) -> frozenset[str]:
        """Where the person works on the day."""
        return frozenset(post.place for post in self.held)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held on the day."""
        return frozenset(post.role for post in self.held)

    @property
    def planned(self) -> tuple[Post, ...]:
        """Posts that begin later."""
        return tuple(post for post in self.posts if post.start > self.as_of)


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody of an organisation, and its units."""

    organisation: Iri
    people: Mapping[str, Person]
    units: tuple[Iri, ...]
    as_of: date | None

    @property
    def employed(self) -> tuple[Person, ...]:
        """Those who hold a role on the day."""
        return tuple(person for person in self.people.values() if person.held)

    def within(self, place: str) -> tuple[Person, ...]:
        """Return those who hold a role in the place."""
        return tuple(person for person in self.employed if place in person.places)


def _post(row: Row) -> Post:
    return Post(
        place=as_iri(row["place"]),
        role=as_iri(row["role"]),
        start=as_date(row["from"]),
        end=None if row["until"] is None else as_date(row["until"]),
        held=row["held"] is True,
    )


def find_person(actor: Actor, store: Store, person: Iri) -> Person:
    """Return a person whom the actor may see: oneself, one's unit's people, one's organisation's people.

    Raises:
        NotFoundError: If there is none, or none that the actor may see.
    """
    if not actor.signed_in:
        raise NotFoundError
    rows = ask(store, "people_roles_of_person", person=person)
    if not rows:
        raise NotFoundError
    found = Person(
        iri=person,
        organisation=as_iri(rows[0]["organisation"]),
        posts=tuple(_post(row) for row in rows),
        as_of=as_date(rows[0]["as_of"]),
    )
    actor.require(actor.may_see_person(person, found.organisation, found.places))
    return found


def staff(actor: Actor, store: Store, organisation: Iri) -> Staff:
    """Return everybody of an organisation whom the actor may see: all for its HR, the units one leads for a unit lead.

    Raises:
        NotFoundError: If there is no such organisation, or none that the actor may see.
    """
    whole = actor.may_see_organisation(organisation)
    actor.require(whole or (actor.kind == "unit-lead" and actor.organisation == organisation and bool(actor.units)))
    units = tuple(as_iri(row["unit"]) for row in ask(store, "organisation_units", organisation=organisation))
    posts: dict[Iri, list[Post]] = defaultdict(list)
    as_of: date | None = None
    for row in ask(store, "people_of_organisation", organisation=organisation):
        posts[as_iri(row["person"])].append(_post(row))
        as_of = as_date(row["as_of"])
    if as_of is None and not units and not labels(actor, store, {organisation}):
        raise NotFoundError
    people: dict[str, Person] = {
        iri: Person(iri, organisation, tuple(held), as_of) for iri, held in posts.items() if as_of is not None
    }
    if not whole:
        units = tuple(unit for unit in units if actor.may_see_unit(organisation, unit))
        people = {iri: person for iri, person in people.items() if person.places & actor.units}
    return Staff(organisation, people, units, as_of)


def labels(actor: Actor, store: Store, things: Collection[str]) -> dict[str, tuple[Text, ...]]:
    """Return the names of these things in the languages there are: what things are called is for everybody."""
    del actor
    if not things:
        return {}
    found: dict[str, list[Text]] = defaultdict(list)
    for row in ask(store, "gaps_labels", thing=[Iri(thing) for thing in sorted(set(things))]):
        label = row["label"]
        found[as_iri(row["thing"])].append(label if isinstance(label, Text) else Text(str(label)))
    return {thing: tuple(texts) for thing, texts in found.items()}


def as_iri(value: object) -> Iri:
    """Return a value that a question promises to be an IRI.

    Raises:
        TypeError: If it is none: the question breaks its promise.
    """
    if not isinstance(value, Iri):
        raise TypeError(f"{value!r} is no IRI: the question's header promises one.")
    return value


def as_date(value: object) -> date:
    """Return a value that a question promises to be a date.

    Raises:
        TypeError: If it is none: the question breaks its promise.
    """
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is no date: the question's header promises one.")
    return value


def as_int(value: object) -> int:
    """Return a value that a question promises to be a whole number.

    Raises:
        TypeError: If it is none: the question breaks its promise.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number: the question's header promises one.")
    return value
