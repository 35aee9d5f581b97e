"""The one way in: parse, validate, apply in one update, or nothing.

Every write, from a page, an API, a file or the command line, comes through `Writer.write`. One lock, one writer. What
is acknowledged survives kill -9; what is refused has changed nothing.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import pyoxigraph as ox

from competence_graph.errors import RefusedError
from competence_graph.graph.change import Change, Difference, difference
from competence_graph.graph.closure import state_after
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
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import look_up, parse_question
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.validate import BULK, Profile, Shapes, finding, validate
from competence_graph.graph.vocab import CG, PREFIXES, expand
from competence_graph.model.actor import Actor
from competence_graph.model.finding import Finding
from competence_graph.model.iri import BASE, Iri

_TYPE: Final = node(expand("rdf:type"))
_ATTAINMENT: Final = node(str(CG.Attainment))
_AS_OF: Final = str(CG.asOf)
_HOLDER: Final = expand("dct:rightsHolder")
_CHECKS: Final = files("competence_graph.graph") / "checks"
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


@cache
def _checks() -> dict[str, str]:
    """Return the checks, name -> SPARQL."""
    if not _CHECKS.is_dir():
        return {}
    found = {}
    for each in sorted(_CHECKS.iterdir(), key=lambda path: path.name):
        if each.name.endswith(".rq"):
            name = each.name.removesuffix(".rq").replace("_", "-")
            found[name] = parse_question(name, each.read_text(encoding="utf-8")).sparql
    return found


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

    def check(self, change: Change, *, profile: Profile = "own") -> list[Finding]:
        """Return what a write of this change would find, and write nothing."""
        with self._lock:
            return self._judge(self._prepared(change), change, profile)

    def write(self, change: Change, *, actor: Actor, profile: Profile = "own") -> Receipt:  # noqa: ARG002 - the audit of a later issue needs it
        """Validate and apply a change.

        Raises:
            RefusedError: If any finding forbids it; nothing was written then.
            StoreReadOnlyError: If the disk is full; nothing was written then.
        """
        with self._lock:
            prepared = self._prepared(change)
            if not prepared.inserts and not prepared.deletes:
                return Receipt(0, 0, ())
            findings = self._judge(prepared, change, profile)
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
                inserts, deletes = self._repointed(people, None, {})
                self._apply(Difference({}, {}, tuple(inserts), tuple(deletes)))
                turned += 1
            return turned

    def _apply(self, prepared: Difference) -> None:
        if prepared.deletes:
            parts = []
            if prepared.deletes:
                parts.append(_data("DELETE DATA", prepared.deletes))
            if prepared.inserts:
                parts.append(_data("INSERT DATA", prepared.inserts))
            self.store.update(" ;\n".join(parts))
        elif prepared.inserts:
            self.store.load(prepared.inserts)
        for listener in self._listeners:
            listener(prepared)

    def _prepared(self, change: Change) -> Difference:
        """Return the difference, with the pointers that follow from it instead of any that were given."""
        own = {f"{self._base}graph/people/"}
        put = tuple(quad for quad in change.put if not _derived(quad))
        plain = difference(self._with_pointers_kept(Change(put, change.remove, change.whole, change.erase), own), self.store)
        touched: dict[str, dict[str, list[frozenset[ox.Triple]]]] = {}
        for graph, subjects in plain.after.items():
            if any(graph.startswith(each) for each in own):
                touched[graph] = {subject: [triples] for subject, triples in subjects.items()}
        for graph, subjects in plain.before.items():
            if any(graph.startswith(each) for each in own):
                for subject in subjects:
                    touched.setdefault(graph, {}).setdefault(subject, [])
        if not touched:
            return plain
        inserts, deletes = list(plain.inserts), list(plain.deletes)
        for graph in touched:
            more, less = self._after(graph, plain)
            inserts += more
            deletes += less
        both = set(inserts) & set(deletes)
        return Difference(
            plain.before, plain.after, tuple(each for each in inserts if each not in both), tuple(each for each in deletes if each not in both)
        )

    def _with_pointers_kept(self, change: Change, own: set[str]) -> Change:
        """Put a person anew without losing the pointers the store holds: they are derived, not given."""
        kept: list[ox.Quad] = []
        people: dict[str, set[str]] = defaultdict(set)
        for quad in change.put:
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if any(graph.startswith(each) for each in own) and isinstance(quad.subject, ox.NamedNode):
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

    def _after(self, graph: str, plain: Difference) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Return the pointers to insert and to delete in a people graph, once the difference is applied."""
        before, after = plain.before.get(graph, {}), plain.after.get(graph, {})
        fresh = {iri: made for iri, triples in after.items() if (made := attainment(triples)) is not None}
        stale = {iri: made for iri, triples in before.items() if (made := attainment(triples)) is not None}
        learners = {each.learner for each in (*fresh.values(), *stale.values())}
        known = next((each for each in people_graphs(self.store) if each.graph == graph), None)
        if known is None:
            known = PeopleGraph(graph, self._holder(after.get(graph, frozenset())), None, counts_self=False)
            known = PeopleGraph(graph, known.organisation, None, self._counts_self(known.organisation))
        whole = known.as_of != self._today()
        return self._repointed(known, None if whole else learners, {"fresh": fresh, "stale": stale})

    def _repointed(
        self, people: PeopleGraph, learners: set[str] | None, changed: Mapping[str, Mapping[str, object]]
    ) -> tuple[list[ox.Quad], list[ox.Quad]]:
        fresh = changed.get("fresh", {})
        stale = changed.get("stale", {})
        records = [each for each in history(self.store, people.graph, learners) if each.iri not in stale and each.iri not in fresh]
        records += [each for each in fresh.values() if learners is None or each.learner in learners]  # type: ignore[attr-defined,misc]
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

    def _holder(self, triples: Iterable[ox.Triple]) -> str:
        for triple in triples:
            if triple.predicate.value == _HOLDER and isinstance(triple.object, ox.NamedNode):
                return triple.object.value
        return ""

    def _counts_self(self, organisation: str) -> bool:
        if not organisation:
            return False
        rows = look_up(self.store, "counts_self", organisation=Iri(organisation)).rows
        return bool(rows)

    def _judge(self, prepared: Difference, change: Change, profile: Profile) -> list[Finding]:
        if not prepared.inserts and not prepared.deletes:
            return []
        shapes = self._shapes[profile]
        state = state_after(prepared, self.store)
        focus: dict[str, set[str]] = defaultdict(set)
        for subjects in prepared.after.values():
            for subject, triples in subjects.items():
                focus[subject].update(each.object.value for each in triples if each.predicate == _TYPE and isinstance(each.object, ox.NamedNode))
        findings = validate({quad.triple for quad in state}, {iri: sorted(types) for iri, types in focus.items()}, shapes, bulk=self._bulk)
        findings += self._checked(state, set(focus), shapes, findings)
        findings += self._still_used(prepared, shapes)
        if not change.erase:
            findings += _overwritten(prepared, shapes)
        findings += [_named("untyped", subject, "", shapes) for subject in _untyped(prepared, focus, self.store)]
        return sorted(findings, key=lambda each: (each.focus, each.rule, each.value))

    def _checked(self, state: list[ox.Quad], touched: set[str], shapes: Shapes, had: list[Finding]) -> list[Finding]:
        """Ask what SHACL Core cannot say, over the state after the write."""
        small = OxigraphStore()
        small.load(state)
        told = {(each.focus, each.value) for each in had if "scale" in each.rule or "range" in each.rule}
        found = []
        for name, sparql in _checks().items():
            for row in small.select(sparql).rows:
                thing, _, value = (each.value if each is not None and hasattr(each, "value") else "" for each in row[:3])
                if thing in touched and not (name == "level-on-scale" and (thing, value) in told):
                    found.append(_named(name, thing, value, shapes))
        return found

    def _still_used(self, prepared: Difference, shapes: Shapes) -> list[Finding]:
        """Find what others still point at, and this write would take away."""
        gone = {subject for subjects in prepared.removed.values() for subject in subjects if not any(subject in after for after in prepared.after.values())}
        if not gone:
            return []
        found = []
        deleted = set(prepared.deletes)
        for graph, user, predicate, thing in look_up(self.store, "still_used", thing=[Iri(each) for each in sorted(gone)]).rows:
            quad = ox.Quad(user, predicate, thing, graph)  # type: ignore[arg-type]
            if quad not in deleted and isinstance(thing, ox.NamedNode):
                found.append(_named("still-used", thing.value, "", shapes))
        return list({each.focus: each for each in found}.values())


def _named(name: str, focus: str, value: str, shapes: Shapes) -> Finding:
    return finding(shapes, focus, f"{PREFIXES['shape']}check-{name}", value, name)


def _overwritten(prepared: Difference, shapes: Shapes) -> list[Finding]:
    """Find records of attainments that this write would change or take away: history is only ever added to."""
    return [
        _named("history-overwritten", subject, "", shapes)
        for graph, subjects in prepared.before.items()
        for subject, triples in subjects.items()
        if any(each.predicate == _TYPE and each.object == _ATTAINMENT for each in triples)
        and prepared.after.get(graph, {}).get(subject) != triples
    ]


def _untyped(prepared: Difference, focus: Mapping[str, set[str]], store: Store) -> list[str]:
    """Find subjects that say nothing of what they are, here or anywhere in the store."""
    loose = {
        subject
        for graph, subjects in prepared.after.items()
        for subject in subjects
        if not focus[subject] and subject != graph and "-list-" not in subject
    }
    if not loose:
        return []
    known = {thing.value for thing, _, _ in look_up(store, "homes", thing=[Iri(each) for each in sorted(loose)]).rows if isinstance(thing, ox.NamedNode)}
    described = {subject for subjects in prepared.after.values() for subject in subjects if focus[subject]}
    return sorted(loose - known - described)


def _derived(quad: ox.Quad) -> bool:
    return quad.predicate.value in POINTERS or quad.predicate.value == _AS_OF


def _data(keyword: str, quads: Iterable[ox.Quad]) -> str:
    """Return one clause of an update; the terms are written by pyoxigraph."""
    text = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").decode()
    by_graph: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        statement, graph = line.removesuffix(" .").rsplit(" ", 1)
        by_graph[graph].append(f"{statement} .")
    body = "\n".join(f"GRAPH {graph} {{\n" + "\n".join(lines) + "\n}" for graph, lines in sorted(by_graph.items()))
    return keyword + " {\n" + body + "\n}"
