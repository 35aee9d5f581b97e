"""The one way in: parse, validate, apply in one update, or nothing.

Every write, from a page, an API, a file or the command line, comes through `Writer.write`. One lock, one writer. What
is acknowledged survives kill -9; what is refused has changed nothing.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pyoxigraph as ox

from competence_graph.errors import RefusedError
from competence_graph.graph.change import Change, Difference, difference
from competence_graph.graph.history import (
    POINTERS,
    PeopleGraph,
    as_of_triple,
    attainment,
    history,
    people_graphs,
    pointer_triples,
    stored_pointers,
)
from competence_graph.graph.judge import judge
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import delete_data, insert_data, node, to_python
from competence_graph.graph.validate import BULK, Profile, Shapes
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.actor import Actor
from competence_graph.model.finding import Finding
from competence_graph.model.iri import BASE, Iri
from competence_graph.model.level import Attainment

_AS_OF: Final = str(CG.asOf)
_HOLDER: Final = expand("dct:rightsHolder")
_SWITCH: Final = str(CG.countsSelfAssessment)
_DERIVED: Final = frozenset((*POINTERS, _AS_OF))
VILNIUS: Final = ZoneInfo("Europe/Vilnius")

Listener = Callable[[Difference], None]


def vilnius_today() -> date:
    """Return today's date in Vilnius: all dates of the service are dates there."""
    return datetime.now(VILNIUS).date()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an acknowledged write did: statements added and removed, and warnings that did not forbid it."""

    added: int
    removed: int
    warnings: tuple[Finding, ...]

    @property
    def changed(self) -> bool:
        """Whether anything is different now."""
        return bool(self.added or self.removed)


class Writer:
    """The guarded write of one store; share one between threads."""

    def __init__(
        self,
        store: Store,
        shapes: Mapping[Profile, Shapes],
        *,
        today: Callable[[], date] = vilnius_today,
        base: str = BASE,
        bulk: int = BULK,
    ) -> None:
        """Guard a store.

        Args:
            store: Where to write.
            shapes: The shapes of each profile; "foreign" asks less.
            today: The day for which pointers are derived.
            base: Of the named graphs.
            bulk: From this many things on, the fast engine judges.
        """
        self.store = store
        self._shapes = shapes
        self._today = today
        self._base = base
        self._bulk = bulk
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []

    def on_change(self, listener: Listener) -> None:
        """Call this after each write, inside its lock, with what changed."""
        self._listeners.append(listener)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Hold writes back for as long as the block runs, so that a copy is of one moment."""
        with self._lock:
            yield

    def check(self, change: Change, *, profile: Profile = "own") -> list[Finding]:
        """Return what a write of this change would find, and write nothing."""
        with self._lock:
            return judge(self._prepared(change), self.store, self._shapes[profile], erase=change.erase, bulk=self._bulk)

    def write(self, change: Change, *, actor: Actor, profile: Profile = "own") -> Receipt:
        """Validate and apply a change.

        Raises:
            RefusedError: If any finding forbids it; nothing was written then.
            StoreReadOnlyError: If the disk is full; nothing was written then.
        """
        with self._lock:
            prepared = self._prepared(change)
            if not prepared.inserts and not prepared.deletes:
                return Receipt(0, 0, ())
            findings = judge(prepared, self.store, self._shapes[profile], erase=change.erase, bulk=self._bulk)
            if any(each.refuses for each in findings):
                raise RefusedError(findings)
            self._apply(prepared)
            return Receipt(len(prepared.inserts), len(prepared.deletes), tuple(findings))

    def turn(self) -> int:
        """Turn every people graph to today; return how many were turned. Expiry needs no other write."""
        with self._lock:
            turned = 0
            for people in people_graphs(self.store):
                if people.as_of == self._today():
                    continue
                inserts, deletes = self._repointed(people, None, {}, set())
                self._apply(Difference({}, {}, tuple(inserts), tuple(deletes)))
                turned += 1
            return turned

    def _apply(self, prepared: Difference) -> None:
        if prepared.deletes:
            parts = []
            if prepared.deletes:
                parts.append(delete_data(prepared.deletes))
            if prepared.inserts:
                parts.append(insert_data(prepared.inserts))
            self.store.update(" ;\n".join(parts))
        elif prepared.inserts:
            self.store.load(prepared.inserts)
        for listener in self._listeners:
            listener(prepared)

    def _prepared(self, change: Change) -> Difference:
        """Return the difference, with the pointers that follow from it instead of any that were given."""
        own = {f"{self._base}graph/people/"}
        put = tuple(quad for quad in change.put if not _derived(quad))
        plain = difference(
            self._with_pointers_kept(Change(put, change.remove, change.whole, change.erase), own), self.store
        )
        switches = _switches(plain)
        touched = {graph for graph in (*plain.after, *plain.before) if any(graph.startswith(each) for each in own)}
        touched |= {
            each.graph for each in (people_graphs(self.store) if switches else ()) if each.organisation in switches
        }
        if not touched:
            return plain
        inserts, deletes = list(plain.inserts), list(plain.deletes)
        for graph in sorted(touched):
            more, less = self._after(graph, plain, switches)
            inserts += more
            deletes += less
        both = set(inserts) & set(deletes)
        return Difference(
            plain.before,
            plain.after,
            tuple(each for each in inserts if each not in both),
            tuple(each for each in deletes if each not in both),
        )

    def _with_pointers_kept(self, change: Change, own: set[str]) -> Change:
        """Put a person anew without losing the pointers the store holds: they are derived, not given."""
        kept: list[ox.Quad] = []
        people: dict[str, set[str]] = defaultdict(set)
        for quad in change.put:
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if graph.startswith(tuple(own)) and isinstance(quad.subject, ox.NamedNode):
                people[graph].add(quad.subject.value)
        for graph, subjects in people.items():
            name = node(graph)
            for triples in stored_pointers(self.store, graph, subjects).values():
                kept += [ox.Quad(each.subject, each.predicate, each.object, name) for each in triples]
            if graph in subjects:
                known = next((each for each in people_graphs(self.store) if each.graph == graph), None)
                if known is not None and known.as_of is not None:
                    triple = as_of_triple(graph, known.as_of)
                    kept.append(ox.Quad(triple.subject, triple.predicate, triple.object, name))
        return Change((*change.put, *kept), change.remove, change.whole, change.erase)

    def _after(
        self, graph: str, plain: Difference, switches: Mapping[str, bool]
    ) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Return the pointers to insert and to delete in a people graph, once the difference is applied."""
        before, after = plain.before.get(graph, {}), plain.after.get(graph, {})
        fresh = {iri: made for iri, triples in after.items() if (made := attainment(triples)) is not None}
        stale = {iri: made for iri, triples in before.items() if (made := attainment(triples)) is not None}
        learners = {each.learner for each in (*fresh.values(), *stale.values())}
        known = next((each for each in people_graphs(self.store) if each.graph == graph), None)
        if known is None:
            holder = _holder(after.get(graph, frozenset()))
            known = PeopleGraph(graph, holder, None, counts_self=self._counts_self(holder))
        counts = switches.get(known.organisation, known.counts_self)
        whole = known.as_of != self._today() or counts != known.counts_self
        people = PeopleGraph(graph, known.organisation, known.as_of, counts)
        return self._repointed(people, None if whole else learners, fresh, set(stale))

    def _repointed(
        self, people: PeopleGraph, learners: set[str] | None, fresh: Mapping[str, Attainment], stale: set[str]
    ) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Return the pointers to insert and to delete for these learners, or for all, on the day of today."""
        records = [
            each
            for each in history(self.store, people.graph, learners)
            if each.iri not in stale and each.iri not in fresh
        ]
        records += [each for each in fresh.values() if learners is None or each.learner in learners]
        now = pointer_triples(records, self._today(), counts_self=people.counts_self)
        had = stored_pointers(self.store, people.graph, learners)
        name = node(people.graph)
        new = {triple for triples in now.values() for triple in triples}
        old = {triple for triples in had.values() for triple in triples}
        if people.as_of != self._today():
            new.add(as_of_triple(people.graph, self._today()))
            if people.as_of is not None:
                old.add(as_of_triple(people.graph, people.as_of))
        return (
            [ox.Quad(each.subject, each.predicate, each.object, name) for each in new - old],
            [ox.Quad(each.subject, each.predicate, each.object, name) for each in old - new],
        )

    def _counts_self(self, organisation: str) -> bool:
        if not organisation:
            return False
        rows = look_up(self.store, "counts_self", organisation=Iri(organisation)).rows
        return bool(rows)


def _holder(triples: Iterable[ox.Quad]) -> str:
    """Return whose people a graph says it is about."""
    for triple in triples:
        if triple.predicate.value == _HOLDER and isinstance(triple.object, ox.NamedNode):
            return triple.object.value
    return ""


def _switches(plain: Difference) -> dict[str, bool]:
    """Return the organisations whose rule on self-assessments changes, and whether they count from now on."""
    found = {
        each.subject.value: False
        for each in plain.deletes
        if _is_switch(each) and isinstance(each.subject, ox.NamedNode)
    }
    for each in plain.inserts:
        if _is_switch(each) and isinstance(each.subject, ox.NamedNode):
            found[each.subject.value] = to_python(each.object) is True
    return found


def _is_switch(quad: ox.Quad) -> bool:
    return quad.predicate.value == _SWITCH


def _derived(quad: ox.Quad) -> bool:
    return quad.predicate.value in _DERIVED
