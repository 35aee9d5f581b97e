"""What forbids a change: shapes, checks that shapes cannot say, what others still use, history overwritten."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.change import Difference
from competence_graph.graph.closure import state_after
from competence_graph.graph.look_alikes import look_alikes
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import look_up, parse_question
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node, quad_of
from competence_graph.graph.validate import BULK, Shapes, finding, validate
from competence_graph.graph.vocab import CG, PREFIXES, expand
from competence_graph.model.finding import Finding
from competence_graph.model.iri import Iri

_TYPE: Final = node(expand("rdf:type"))
_ATTAINMENT: Final = node(str(CG.Attainment))
_CHECKS: Final = files("competence_graph.graph") / "checks"


def judge(
    prepared: Difference, store: Store, shapes: Shapes, *, erase: bool = False, bulk: int = BULK
) -> list[Finding]:
    """Return what is found in the state after a change, in order of thing, rule and value.

    Args:
        prepared: The change against the store as it is.
        store: The store, still without the change.
        shapes: What must and what should hold.
        erase: Whether history may go.
        bulk: From this many things on, the fast engine judges.
    """
    if not prepared.inserts and not prepared.deletes:
        return []
    state = state_after(prepared, store)
    focus: dict[str, set[str]] = {subject: set() for subjects in prepared.after.values() for subject in subjects}
    # A mapping's subject is described in another graph: it is judged as what it is there.
    for each in state:
        if each.predicate == _TYPE and isinstance(each.subject, ox.NamedNode) and each.subject.value in focus:
            focus[each.subject.value].add(each.object.value)  # type: ignore[union-attr]
    findings = validate(state, {iri: sorted(types) for iri, types in focus.items()}, shapes, bulk=bulk)
    findings += _checked(state, focus, shapes)
    findings += _still_used(prepared, store, shapes)
    findings += [
        _named("look-alike-label", thing, label, shapes) for thing, label in look_alikes(state, prepared, store)
    ]
    if not erase:
        findings += _overwritten(prepared, shapes)
    findings += [_named("untyped", subject, "", shapes) for subject in _untyped(prepared, focus, store)]
    return sorted(findings, key=lambda each: (each.focus, each.rule, each.value))


@cache
def checks() -> dict[str, str]:
    """Return the checks, name -> SPARQL; each row ?focus ?path ?value is a finding."""
    if not _CHECKS.is_dir():
        return {}
    found = {}
    for each in sorted(_CHECKS.iterdir(), key=lambda path: path.name):
        if each.name.endswith(".rq"):
            name = each.name.removesuffix(".rq").replace("_", "-")
            found[name] = parse_question(name, each.read_text(encoding="utf-8")).sparql
    return found


def _checked(state: list[ox.Quad], focus: Mapping[str, Collection[str]], shapes: Shapes) -> list[Finding]:
    """Ask what SHACL Core cannot say, over the state after the write."""
    small = OxigraphStore()
    small.load(state)
    found = []
    for name, sparql in checks().items():
        for row in small.select(sparql).rows:
            thing, path, value, *rest = (
                each.value if isinstance(each, ox.NamedNode | ox.Literal) else "" for each in row
            )
            if thing not in focus:
                continue
            said_by = {shapes.by_query[kind, path] for kind in focus[thing] if (kind, path) in shapes.by_query}
            if name == "level-on-scale" and said_by:
                found.append(finding(shapes, thing, min(said_by), value, "SPARQLConstraintComponent", "", top=rest[0]))
            else:
                found.append(_named(name, thing, value, shapes))
    return found


def _still_used(prepared: Difference, store: Store, shapes: Shapes) -> list[Finding]:
    """Find what others still point at, and this write would take away."""
    kept = {subject for subjects in prepared.after.values() for subject in subjects}
    gone = {subject for subjects in prepared.removed.values() for subject in subjects} - kept
    if not gone:
        return []
    deleted = set(prepared.deletes)
    found: dict[str, Finding] = {}
    for graph, user, predicate, thing in look_up(store, "still_used", thing=[Iri(each) for each in sorted(gone)]).rows:
        quad = quad_of(user, predicate, thing, graph)
        if quad not in deleted and isinstance(thing, ox.NamedNode):
            found[thing.value] = _named("still-used", thing.value, "", shapes)
    return list(found.values())


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
    rows = look_up(store, "homes", thing=[Iri(each) for each in sorted(loose)]).rows
    # What the store says of its kind counts only where this write does not describe it anew.
    known = {
        thing.value
        for thing, _, graph in rows
        if isinstance(thing, ox.NamedNode)
        and isinstance(graph, ox.NamedNode)
        and thing.value not in prepared.after.get(graph.value, {})
    }
    return sorted(loose - known)
