"""Import of people, posts and levels: what it would change, carrying it out whole or not at all, and undoing it.

Nothing that is known is overwritten: a level that differs is one more record, a post that is not in the table any more
ends the day before the new one begins. People who are not in the table are left as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import pyoxigraph as ox

from competence_graph.answers.import_reading import Surroundings
from competence_graph.answers.planning import COURSE, course_facts
from competence_graph.answers.recording import MANAGER
from competence_graph.answers.staffing import may_staff
from competence_graph.errors import CompetenceGraphError, ImportUndoError
from competence_graph.graph.change import Change, described
from competence_graph.graph.employment import Membership, ended, memberships
from competence_graph.graph.questions import ask, look_up
from competence_graph.graph.recording import people_graph
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Value, node, to_term
from competence_graph.graph.vocab import CG, expand
from competence_graph.graph.write import Writer
from competence_graph.model.actor import ANYONE, Actor
from competence_graph.model.import_plan import Effect, PersonEffect, PersonWish, Plan
from competence_graph.model.iri import Iri, Kind, graph_iri, id_iri, mint
from competence_graph.model.text import LANGS, Text
from competence_graph.registry import Registry

_OF_ONE: Final = ("new_posts", "ended_posts", "new_levels", "new_claims")
_AT_ONCE: Final = 5000
"""Identifiers of one question."""
_N_QUADS: Final = ox.RdfFormat.N_QUADS


def effect(actor: Actor, store: Store, around: Surroundings, plan: Plan, *, today: date, base: str) -> Effect:
    """Return what carrying a plan out would change; nothing is written.

    Raises:
        NotFoundError: If the actor may not.
    """
    actor.require(may_staff(actor, around.organisation))
    return _Draft(store, around, today, base).of(plan).effect(plan)


def carry_out(
    actor: Actor, writer: Writer, registry: Registry, around: Surroundings, plan: Plan, *, today: date, base: str
) -> tuple[Effect, dict[str, Any]]:
    """Write everything a plan asks for, or nothing, and return what changed and what is needed to undo it.

    Raises:
        NotFoundError: If the actor may not.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    actor.require(may_staff(actor, around.organisation))
    with writer.still():
        draft = _Draft(writer.store, around, today, base).of(plan)
        while draft.clashes():
            draft = _Draft(writer.store, around, today, base).of(plan)
        if draft.put:
            # The names first: a person without one would be a riddle, a name without a person is seen by nobody.
            registry.identify_all(draft.identities)
            registry.identities.set_numbers(draft.numbers)
            try:
                writer.write(Change(put=tuple(draft.put)), actor=actor)
            except CompetenceGraphError:
                registry.identities.set_numbers(dict.fromkeys(draft.numbers))
                for each in draft.identities:
                    registry.forget(each[0])
                raise
    registry.audit.record(actor, "import", organisation=around.organisation, people=draft.touched)
    undo = {
        "people": [each[0] for each in draft.identities],
        "touched": sorted(draft.touched),
        "numbers": sorted(draft.numbers),
        "added": _written(quad for quad in draft.put if quad.subject.value in draft.added),  # type: ignore[union-attr]
        "units": draft.made_units,
        "before": _written(draft.before),
        "after": _written(quad for quad in draft.put if quad.subject in draft.changed),
    }
    return draft.effect(plan), undo


def undo(actor: Actor, writer: Writer, registry: Registry, organisation: Iri, kept: Mapping[str, Any]) -> None:
    """Take back an import as if it had not been: who was new is gone, what was ended lasts again.

    Raises:
        NotFoundError: If the actor may not.
        ImportUndoError: If something was recorded since that rests on it.
    """
    actor.require(may_staff(actor, organisation))
    added = list(ox.parse(kept["added"].encode(), format=_N_QUADS))
    before = list(ox.parse(kept["before"].encode(), format=_N_QUADS))
    after = list(ox.parse(kept["after"].encode(), format=_N_QUADS))
    subjects = {each.subject.value for each in added if isinstance(each.subject, ox.NamedNode)}
    with writer.still():
        graph = people_graph(writer.store, organisation) or ""
        home = graph_iri("organisations", organisation.rsplit("id/", 1)[0])
        mentioned = set(_mentioning(writer.store, sorted(subjects)))
        ended_since = set()
        for thing, quads in _by_subject(after).items():
            if described(writer.store, graph, [thing]).get(thing, set()) != quads:
                ended_since.add(thing)
        since = len((mentioned - subjects - {organisation}) | ended_since)
        if since:
            raise ImportUndoError(since)
        if kept["units"]:
            # As it is today, but for the units that came with the table.
            gone_units = {node(each) for each in kept["units"]}
            own = described(writer.store, home, [organisation]).get(organisation, set())
            before += [each for each in own if each.object not in gone_units]
        # With them go the pointers that were derived for new people.
        gone = list(added)
        for quads in described(writer.store, graph, kept["people"]).values():
            gone += quads
        writer.write(Change(put=tuple(before), remove=tuple(dict.fromkeys(gone)), erase=True), actor=actor)
        registry.identities.set_numbers(dict.fromkeys(kept.get("numbers", ())))
        for each in kept["people"]:
            registry.forget(each)
    registry.audit.record(actor, "import-undo", organisation=organisation, people=set(kept["touched"]))


def _mentioning(store: Store, things: Sequence[str]) -> Iterable[str]:
    for start in range(0, len(things), _AT_ONCE):
        asked = [Iri(each) for each in things[start : start + _AT_ONCE]]
        for _, subject, predicate in look_up(store, "mentions", person=asked).rows:
            derived = isinstance(predicate, ox.NamedNode) and predicate.value in _POINTERS
            if isinstance(subject, ox.NamedNode) and not derived:
                yield subject.value


_POINTERS: Final = frozenset(map(str, (CG.current, CG.provisional, CG.lapsed)))


def _by_subject(quads: Iterable[ox.Quad]) -> dict[str, set[ox.Quad]]:
    found: dict[str, set[ox.Quad]] = defaultdict(set)
    for each in quads:
        if isinstance(each.subject, ox.NamedNode):
            found[each.subject.value].add(each)
    return found


def _written(quads: Iterable[ox.Quad]) -> str:
    return (ox.serialize(quads, format=_N_QUADS) or b"").decode()


@dataclass(slots=True)
class _Draft:
    """The statements of an import, put together and not yet written."""

    store: Store
    around: Surroundings
    today: date
    base: str
    put: list[ox.Quad] = field(default_factory=list)
    before: list[ox.Quad] = field(default_factory=list)
    changed: set[ox.NamedNode] = field(default_factory=set)
    made_units: list[str] = field(default_factory=list)
    added: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    identities: list[tuple[str, str, str, str, str | None]] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    brings: dict[str, dict[Iri, tuple[int, int]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    effects: list[PersonEffect] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    graph: str = ""

    def of(self, plan: Plan) -> _Draft:
        organisation = self.around.organisation
        self.graph = people_graph(self.store, organisation) or graph_iri(f"people/{organisation.local}", self.base)
        places = self.units(plan)
        if plan.people:
            self.put.append(
                ox.Quad(node(self.graph), node(expand("dct:rightsHolder")), node(organisation), node(self.graph))
            )
        changed = False
        for wish in plan.people:
            before, counted = len(self.put), dict(self.counts)
            self.person(wish, places)
            if len(self.put) == before and not wish.number:
                self.counts["unchanged"] += 1
                continue
            changed = True
            begins, ends, levels, claims = (self.counts[name] - counted.get(name, 0) for name in _OF_ONE)
            self.effects.append(PersonEffect(wish.name, not wish.known, begins, ends, levels + claims))
        if not changed and not places:
            self.put.clear()
        return self

    def effect(self, plan: Plan) -> Effect:
        known = {wish.known for wish in plan.people if wish.known}
        return Effect(
            new_people=len(self.identities),
            new_posts=self.counts["new_posts"],
            ended_posts=self.counts["ended_posts"],
            new_levels=self.counts["new_levels"],
            known_levels=self.counts["known_levels"],
            new_claims=self.counts["new_claims"],
            new_units=self.counts["new_units"],
            unchanged=self.counts["unchanged"],
            absent=len(self.around.people.keys() - known),
            people=self.effects,
        )

    def units(self, plan: Plan) -> Mapping[str, str]:
        """Make the units that are not there, and return where each name leads."""
        if not plan.units:
            return {}
        organisation = self.around.organisation
        graph = graph_iri("organisations", self.base)
        now = described(self.store, graph, [organisation]).get(organisation, set())
        self.put += now
        made = {}
        for name in plan.units:
            unit = self.mint("o")
            made[f"unit:{name}"] = unit
            self.made_units.append(unit)
            self.counts["new_units"] += 1
            self.say(
                unit,
                graph,
                {
                    "rdf:type": [Iri(expand("org:OrganizationalUnit"))],
                    "skos:prefLabel": [Text(name, lang) for lang in LANGS],
                },
            )
            self.put.append(ox.Quad(node(organisation), node(expand("org:hasUnit")), node(unit), node(graph)))
        return made

    def person(self, wish: PersonWish, places: Mapping[str, str]) -> None:
        person = wish.known
        if not person:
            person = self.mint("p")
            self.identities.append((person, self.around.organisation, wish.given_name, wish.family_name, wish.email))
            self.say(person, self.graph, {"rdf:type": [Iri(expand("foaf:Person"))]})
        if wish.number:
            self.numbers[person] = wish.number
            self.touched.add(person)
        held = memberships(self.store, self.graph, Iri(person)) if wish.known else []
        wanted = {(places.get(each.place, each.place), each.role): each.start for each in wish.posts}
        self.posts(person, held, wanted)
        self.levels(wish, person)

    def posts(self, person: str, held: Iterable[Membership], wanted: Mapping[tuple[str, str], date]) -> None:
        lasting = {self.key(each): each for each in held if each.end is None or each.end >= self.today}
        new = {key: start for key, start in wanted.items() if key not in lasting}
        if not new:
            return
        self.touched.add(person)
        first = min(new.values())
        for key, each in lasting.items():
            if key not in wanted and each.start < first:
                self.before += each.quads
                self.put += ended(each, first - timedelta(days=1))
                self.changed |= {quad.subject for quad in each.quads if isinstance(quad.subject, ox.NamedNode)}
                self.counts["ended_posts"] += 1
        for (place, role), start in new.items():
            self.counts["new_posts"] += 1
            facts: dict[str, list[Value]] = {
                "rdf:type": [Iri(expand("org:Membership"))],
                "org:member": [Iri(person)],
                "org:organization": [Iri(place)],
                "org:role": [Iri(role)],
                "schema:startDate": [start],
            }
            self.say(self.mint("m"), self.graph, facts)

    def key(self, held: Membership) -> tuple[str, str]:
        said = {quad.predicate.value: quad.object for quad in held.quads}
        place, role = said.get(expand("org:organization")), said.get(expand("org:role"))
        return (getattr(place, "value", ""), getattr(role, "value", ""))

    def levels(self, wish: PersonWish, person: str) -> None:
        if not wish.levels and not wish.courses:
            return
        there: set[tuple[object, ...]] = set()
        if wish.known:
            for row in ask(self.store, "history_of_level", person=Iri(person)):
                there.add((str(row["competence"]), row["level"], row["issued"]))
                there.add((str(row["competence"]), row["level"], row["issued"], row["method"]))
        self.completed(wish, person, there)
        for each in dict.fromkeys(wish.levels):
            if (each.competence, each.level, each.day) in there:
                self.counts["known_levels"] += 1
                continue
            self.counts["new_levels"] += 1
            self.touched.add(person)
            facts: dict[str, list[Value]] = {
                "rdf:type": [Iri(str(CG.Attainment))],
                "cg:learner": [Iri(person)],
                "cg:competence": [Iri(each.competence)],
                "cg:level": [each.level],
                "dct:type": [MANAGER],
                "dct:issued": [each.day],
                "dct:created": [self.today],
                "schema:expires": [] if each.expires is None else [each.expires],
                "prov:wasAttributedTo": [self.around.organisation],
                "adms:status": [Iri(f"{expand('cg:')}validated")],
            }
            self.say(self.mint("a"), self.graph, facts)

    def completed(self, wish: PersonWish, person: str, there: Collection[tuple[object, ...]]) -> None:
        """Record what completed courses lead to: it waits for review, as everything that a course alone shows."""
        for each in wish.courses:
            for competence, (_, top) in self.outcomes(each.course).items():
                if (competence, top, each.day, COURSE) in there:
                    self.counts["known_levels"] += 1
                    continue
                self.counts["new_claims"] += 1
                self.touched.add(person)
                facts: dict[str, list[Value]] = {
                    "rdf:type": [Iri(str(CG.Attainment))],
                    "cg:learner": [Iri(person)],
                    "cg:competence": [competence],
                    "cg:level": [top],
                    "dct:type": [COURSE],
                    "dct:issued": [each.day],
                    "dct:created": [self.today],
                    "prov:wasAttributedTo": [self.around.organisation],
                    "prov:wasDerivedFrom": [Iri(each.course)],
                    "adms:status": [Iri(f"{expand('cg:')}submitted")],
                }
                self.say(self.mint("a"), self.graph, facts)

    def outcomes(self, course: str) -> Mapping[Iri, tuple[int, int]]:
        if course not in self.brings:
            facts = course_facts(ANYONE, self.store, {Iri(course)})
            self.brings[course] = dict(facts[Iri(course)].outcomes) if facts else {}
        return self.brings[course]

    def say(self, subject: str, graph: str, facts: Mapping[str, list[Value]]) -> None:
        self.added.add(subject)
        self.put += [
            ox.Quad(node(subject), node(expand(path)), to_term(value), node(graph))
            for path, values in facts.items()
            for value in values
        ]

    def mint(self, kind: Kind) -> Iri:
        # Whether the store has it already is asked once for all of them (`clashes`).
        local = mint(kind, taken=self.taken.__contains__)
        self.taken.add(local)
        return id_iri(local, self.base)

    def clashes(self) -> bool:
        """Whether one of the identifiers minted is in the store already: then the draft is made anew."""
        minted = [id_iri(each, self.base) for each in sorted(self.taken)]
        return any(
            look_up(self.store, "elsewhere", thing=minted[start : start + _AT_ONCE]).rows
            for start in range(0, len(minted), _AT_ONCE)
        )
