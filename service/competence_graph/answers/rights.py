"""What a person may ask of the service about themselves: everything it holds, and who looked at it.

A person has a pseudonym for each employer; only they see them side by side (source: design/trust.md, wall 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pyoxigraph as ox

from competence_graph.answers.recording import History, Record, copied, person_history
from competence_graph.errors import NotFoundError
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.vocab import expand
from competence_graph.graph.write import Writer
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.registry import Account, Registry
from competence_graph.registry.audit import Line
from competence_graph.registry.contests import Contest
from competence_graph.registry.identities import Known

MOST_LOOKS: Final = 1000
"""Most lines of who looked that a page or a file shows; the newest."""


@dataclass(frozen=True, slots=True)
class Self:
    """A person at one employer: the identity, what was recorded, the objections, what was taken along to it."""

    known: Known
    history: History
    contests: tuple[Contest, ...]
    copies: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnData:
    """Everything that is held about the person who asks; ``selves`` begins with the present employer."""

    selves: tuple[Self, ...]
    accounts: tuple[Account, ...]
    looks: tuple[Line, ...]
    statements: tuple[ox.Triple, ...]

    @property
    def present(self) -> Self:
        """The person at the employer for whom they are signed in."""
        return self.selves[0]


def own_data(actor: Actor, store: Store, registry: Registry, person: Iri) -> OwnData:
    """Return everything that is held about the person who asks, of all their employers.

    Raises:
        NotFoundError: If the actor asks about anybody else.
    """
    if actor.person is None or actor.person != person:
        raise NotFoundError
    selves = _selves(actor, store, registry)
    looks = [line for each in selves for line in registry.audit.lines(person=each.known.pseudonym, most=MOST_LOOKS)]
    looks.sort(key=lambda line: line.id, reverse=True)
    return OwnData(
        selves=selves,
        accounts=tuple(registry.accounts.of_account(actor.account)),
        # What one did oneself is no look of anybody.
        looks=tuple(line for line in looks if line.account != actor.account)[:MOST_LOOKS],
        statements=tuple(triple for each in selves for triple in _statements(store, each.known)),
    )


def portable(actor: Actor, data: OwnData, registry: Registry) -> list[tuple[Self, tuple[Record, ...]]]:
    """Return what a person may take along to the present employer, by earlier employer: what counts there.

    Raises:
        NotFoundError: If the data is of anybody else.
    """
    person = data.present.known.pseudonym
    if actor.person != person:
        raise NotFoundError
    found = []
    for each in data.selves[1:]:
        counting = [record for record in each.history.records if record.counts == "current"]
        gone = registry.carries.copied_to(person, [record.iri for record in counting])
        left = tuple(record for record in counting if record.iri not in gone)
        if left:
            found.append((each, left))
    return found


def carry_over(
    actor: Actor, writer: Writer, registry: Registry, person: Iri, records: Sequence[str], *, day: date, base: str
) -> int:
    """Copy records of earlier employers to the present one, by the person's own act; return how many were copied.

    The copies wait for review there. Which record each came from is known to the registry alone; from now on it knows
    too that the pseudonyms are of one human being.

    Raises:
        NotFoundError: If the actor asks for anybody else, or a record is not one that may be taken along.
    """
    offered = {
        record.iri: (each, record)
        for each, left in portable(actor, own_data(actor, writer.store, registry, person), registry)
        for record in left
    }
    wanted = list(dict.fromkeys(records))
    if not all(each in offered for each in wanted):
        raise NotFoundError
    for iri in wanted:
        source, record = offered[Iri(iri)]
        made = copied(actor, writer, person, record, Iri(source.known.organisation), day=day, base=base)
        registry.carries.note(iri, made, person)
    human = registry.identities.human(person)
    if human is not None:
        for pseudonym in {offered[Iri(iri)][0].known.pseudonym for iri in wanted}:
            registry.identities.join(pseudonym, human)
    return len(wanted)


def _selves(actor: Actor, store: Store, registry: Registry) -> tuple[Self, ...]:
    person = Iri(actor.person or "")
    human = registry.identities.human(person)
    of_human = [each.pseudonym for each in registry.identities.of_human(human)] if human is not None else []
    others = sorted({*registry.carries.people(actor.account), *of_human} - {person})
    found = []
    for pseudonym in (person, *others):
        known = registry.identities.find(pseudonym)
        if known is None:
            continue
        # Oneself at another employer, and nothing of what one may see there besides.
        alone = replace(
            actor, kind="learner", person=pseudonym, organisation=known.organisation, units=frozenset(),
            glass=frozenset(),
        )  # fmt: skip
        try:
            history = person_history(alone, store, Iri(pseudonym))
        except NotFoundError:
            continue
        contests = tuple(registry.contests.of_person(pseudonym))
        found.append(Self(known, history, contests, frozenset(registry.carries.origins(pseudonym))))
    if not found or found[0].known.pseudonym != person:
        raise NotFoundError
    return tuple(found)


def _statements(store: Store, known: Known) -> list[ox.Triple]:
    """Return what is held as statements, with the name: this goes to nobody but the person."""
    rows = look_up(store, "statements_of_person", person=Iri(known.pseudonym)).rows
    triples = [
        ox.Triple(thing, path, value)
        for thing, path, value in rows
        if isinstance(thing, ox.NamedNode) and isinstance(path, ox.NamedNode) and value is not None
    ]
    who = node(known.pseudonym)
    triples.append(ox.Triple(who, node(expand("foaf:givenName")), ox.Literal(known.given_name)))
    triples.append(ox.Triple(who, node(expand("foaf:familyName")), ox.Literal(known.family_name)))
    if known.email:
        triples.append(ox.Triple(who, node(expand("foaf:mbox")), ox.NamedNode(f"mailto:{known.email}")))
    if known.number:
        triples.append(ox.Triple(who, node(expand("schema:identifier")), ox.Literal(known.number)))
    return triples
