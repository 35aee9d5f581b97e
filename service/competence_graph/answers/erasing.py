"""Erasing a person, for good: journal, registry, graph, then the store's own files.

Source: design/trust.md, wall 4. The journal comes first, so that an erasure that was cut off is finished at the next
start, and one that a restored backup would undo is done again before the service opens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from competence_graph.answers.people import find_person
from competence_graph.errors import NotFoundError
from competence_graph.graph.erasing import erasure, everybody
from competence_graph.graph.store import Store
from competence_graph.graph.write import Writer
from competence_graph.model.actor import OPERATOR, Actor
from competence_graph.model.iri import Iri
from competence_graph.registry import Registry
from competence_graph.registry.journal import Erasure, Why


def erase(
    actor: Actor,
    writer: Writer,
    registry: Registry,
    person: Iri,
    *,
    why: Why = "requested",
    clear: Callable[[], None] = lambda: None,
) -> None:
    """Erase a person: by themselves, by the HR of their institution, or by the operator. It cannot be undone.

    Args:
        actor: Who asks.
        writer: Of the store that holds the person.
        registry: That knows who it is.
        person: Whom.
        why: ``requested`` or ``retention``.
        clear: Removes copies of older states that lie beside the store.

    Raises:
        NotFoundError: If there is no such person, or the actor may not erase them.
    """
    organisation = find_erasable(actor, writer.store, registry, person)
    registry.audit.record(actor, "erase", organisation=organisation, people={person}, reason=why)
    entry = registry.journal.open(person, organisation, why)
    _carry_out(writer, registry, person, entry)
    _rebuild(writer, registry, [entry], clear)


def erase_all(
    actor: Actor,
    writer: Writer,
    registry: Registry,
    people: Collection[str],
    *,
    why: Why,
    clear: Callable[[], None] = lambda: None,
) -> int:
    """Erase several people, with one rebuild of the files for all, and return how many: by the operator alone.

    Raises:
        NotFoundError: If the actor may not.
    """
    if actor.kind != "operator":
        raise NotFoundError
    entries = []
    for each in people:
        known = registry.identities.find(each)
        if known is None:
            continue
        registry.audit.record(actor, "erase", organisation=known.organisation, people={each}, reason=why)
        entry = registry.journal.open(each, known.organisation, why)
        _carry_out(writer, registry, Iri(each), entry)
        entries.append(entry)
    if entries:
        _rebuild(writer, registry, entries, clear)
    return len(entries)


def find_erasable(actor: Actor, store: Store, registry: Registry, person: Iri) -> str:
    """Return the institution of a person whom the actor may erase.

    Raises:
        NotFoundError: If there is no such person, or the actor may not erase them.
    """
    if actor.person != person and actor.kind not in {"hr", "operator"}:
        raise NotFoundError
    try:
        return str(find_person(actor, store, person).organisation)
    except NotFoundError:
        # Known by name only: somebody who was never given a post.
        known = registry.identities.find(person)
        if known is None or not (actor.person == person or actor.may_see_organisation(known.organisation)):
            raise
        return known.organisation


def resume(actor: Actor, writer: Writer, registry: Registry, clear: Callable[[], None] = lambda: None) -> int:
    """Finish the erasures that were cut off, and those that older data undid; return how many were looked at.

    It runs before the service opens, by the operator alone.
    """
    if actor.kind != "operator":
        raise NotFoundError
    unfinished = registry.journal.unfinished()
    if not unfinished:
        return 0
    wanted = {each.person: each for each in unfinished}
    people = {*everybody(writer.store), *registry.identities.pseudonyms()}
    for person in sorted(people):
        entry = wanted.get(registry.journal.hashed(person))
        if entry is not None:
            _carry_out(writer, registry, Iri(person), entry)
    for each in unfinished:
        registry.journal.mark(each.id)
    _rebuild(writer, registry, unfinished, clear)
    return len(unfinished)


def _carry_out(writer: Writer, registry: Registry, person: Iri, entry: Erasure) -> None:
    change = erasure(writer.store, person)
    registry.erase(person, entry.person, {str(quad.subject).strip("<>") for quad in change.remove})
    writer.write(change, actor=OPERATOR)
    registry.journal.mark(entry.id)


def _rebuild(writer: Writer, registry: Registry, entries: list[Erasure], clear: Callable[[], None]) -> None:
    """Write the store's files anew: what was deleted stays in the old ones."""
    with writer.still():
        writer.store.rebuild()
    clear()
    registry.compact()
    for each in entries:
        registry.journal.mark(each.id, rebuilt=True)
