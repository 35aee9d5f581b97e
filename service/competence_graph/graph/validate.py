"""SHACL: what the shapes find in the state after a write.

A write is judged against the closure of the node shapes that its types choose, a shapes graph of its own. pySHACL is
the reference; from `BULK` focus nodes on the `shacl` package does the same work many times faster and is held equal to
it by tests. pySHACL's ``use_shapes`` is never used: it drops named property shapes in silence
(source: design/performance.md).
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

import pyoxigraph as ox
import rdflib
import shacl
from pyshacl import Validator as PyShaclValidator
from pyshacl.graph_abstraction import DataGraph
from rdflib.namespace import RDF, SH

from competence_graph.graph.terms import to_rdflib_graph
from competence_graph.graph.vocab import PREFIXES
from competence_graph.model.finding import Finding, Severity
from competence_graph.model.sentences import said
from competence_graph.model.text import LANGS, Lang

BULK: Final = 400
"""From this many focus nodes on, the fast engine judges."""

Profile = Literal["own", "foreign"]
_LINKS: Final = (SH.property, SH.node, SH["and"], SH["or"], SH["not"], SH.xone, SH.qualifiedValueShape, SH.sparql)
_SEVERITIES: Final[dict[str, Severity]] = {"Violation": "violation", "Warning": "warning", "Info": "info"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a shape or a check says of itself, in both languages."""

    name: Mapping[Lang, str]
    message: Mapping[Lang, str]
    severity: Severity
    path: str
    parameters: Mapping[str, str]


class Shapes:
    """The shapes of one profile, read once; safe to share between threads."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Read the files.

        Args:
            files: Turtle files of shapes.
        """
        self.graph = rdflib.Graph()
        for path in sorted(files):
            parsed = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=PREFIXES["shape"])
            self.graph += to_rdflib_graph(quad.triple for quad in parsed)
        self._lock = threading.Lock()
        self._closures: dict[frozenset[str], rdflib.Graph] = {}
        self._compiled: dict[frozenset[str], shacl.Shapes] = {}
        self._checkers: dict[frozenset[str], PyShaclValidator] = {}
        self._checking = threading.Lock()

    @cached_property
    def by_class(self) -> dict[str, frozenset[str]]:
        """The node shapes that aim at each class."""
        found: dict[str, set[str]] = {}
        for shape, target in self.graph.subject_objects(SH.targetClass):
            found.setdefault(str(target), set()).add(str(shape))
        return {target: frozenset(shapes) for target, shapes in found.items()}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Every shape and check with a message, by IRI."""
        return {str(shape): self._rule(shape) for shape in set(self.graph.subjects(SH.message, None))}

    def _rule(self, shape: rdflib.term.Node) -> Rule:
        def words(predicate: rdflib.URIRef) -> dict[Lang, str]:
            by_lang = {
                str(each.language): str(each)
                for each in self.graph.objects(shape, predicate)
                if isinstance(each, rdflib.Literal)
            }
            return {lang: by_lang.get(lang, "") for lang in LANGS}

        severity = str(self.graph.value(shape, SH.severity, default=SH.Violation)).rsplit("#", 1)[-1]
        parameters = {
            str(predicate).rsplit("#", 1)[-1]: _local(value)
            for predicate, value in self.graph.predicate_objects(shape)
            if str(predicate).startswith(str(SH)) and not isinstance(value, rdflib.BNode)
        }
        path = self.graph.value(shape, SH.path)
        return Rule(
            words(SH.name),
            words(SH.message),
            _SEVERITIES.get(severity, "violation"),
            "" if path is None or isinstance(path, rdflib.BNode) else str(path),
            parameters,
        )

    def chosen(self, types: Iterable[str]) -> frozenset[str]:
        """Return the node shapes that aim at any of these classes."""
        return frozenset(shape for each in set(types) for shape in self.by_class.get(each, ()))

    def closure(self, chosen: frozenset[str]) -> rdflib.Graph:
        """Return the shapes graph of these node shapes and all they lead to."""
        with self._lock:
            if chosen not in self._closures:
                self._closures[chosen] = self._gather(chosen)
            return self._closures[chosen]

    def compiled(self, chosen: frozenset[str]) -> shacl.Shapes:
        """Return the same for the fast engine."""
        text = self.closure(chosen)
        with self._lock:
            if chosen not in self._compiled:
                self._compiled[chosen] = shacl.Shapes.from_turtle(text.serialize(format="turtle"))
            return self._compiled[chosen]

    def report(self, data: Collection[ox.Triple], focus: Iterable[str], chosen: frozenset[str]) -> rdflib.Graph:
        """Return pySHACL's report; the validator of these node shapes is kept, since building it costs most."""
        graph = DataGraph.from_rdflib(to_rdflib_graph(data))
        closure = self.closure(chosen)
        with self._checking:
            checker = self._checkers.get(chosen)
            if checker is None:
                options = {"inference": "none", "advanced": False, "abort_on_first": False, "focus_nodes": []}
                checker = self._checkers[chosen] = PyShaclValidator(graph, shacl_graph=closure, options=options)
            checker.data_graph = graph
            checker._target_graph = None  # noqa: SLF001 - pySHACL keeps the last graph here; a validator is made for one
            checker.options["focus_nodes"] = sorted(focus)
            _, report, _ = checker.run()  # type: ignore[no-untyped-call]
        if not isinstance(report, rdflib.Graph):
            message = f"The shapes cannot be applied: {report}"
            raise TypeError(message)
        return report

    def _gather(self, chosen: frozenset[str]) -> rdflib.Graph:
        graph = rdflib.Graph()
        waiting: list[rdflib.term.Node] = [rdflib.URIRef(each) for each in sorted(chosen)]
        seen: set[rdflib.term.Node] = set()
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            for predicate, value in self.graph.predicate_objects(node):
                graph.add((node, predicate, value))
                if (
                    isinstance(value, rdflib.BNode)
                    or predicate in _LINKS
                    or predicate in (SH.prefixes, SH.declare)
                    or (
                        predicate == RDF.first
                        and (value, None, None) in self.graph
                        and str(value).startswith(PREFIXES["shape"])
                    )
                ):
                    waiting.append(value)
        return graph


def validate(
    data: Collection[ox.Triple], focus: Mapping[str, Collection[str]], shapes: Shapes, *, bulk: int = BULK
) -> list[Finding]:
    """Return what the shapes find in a small graph.

    Args:
        data: The things to judge and what the shapes must know of the things around them.
        focus: The IRIs to judge, each with its classes; a thing whose classes no shape aims at is passed over.
        shapes: The shapes.
        bulk: From this many focus nodes on, the fast engine judges.
    """
    aimed = {iri: types for iri, types in focus.items() if shapes.chosen(types)}
    if not aimed:
        return []
    chosen = shapes.chosen(each for types in aimed.values() for each in types)
    results = (
        _fast(data, aimed, shapes.compiled(chosen))
        if len(aimed) >= bulk
        else _reference(shapes.report(data, aimed, chosen))
    )
    unique = {(focus_node, shape, value): component for focus_node, shape, value, component in results}
    return sorted(
        (
            finding(shapes, focus_node, shape, value, component)
            for (focus_node, shape, value), component in unique.items()
        ),
        key=lambda each: (each.focus, each.rule, each.value),
    )


Result = tuple[str, str, str, str]
"""Focus node, shape, value, local name of the constraint component."""


def _reference(report: rdflib.Graph) -> list[Result]:
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        value = report.value(result, SH.value)
        shape = report.value(result, SH.sourceShape)
        component = str(report.value(result, SH.sourceConstraintComponent)).rsplit("#", 1)[-1]
        found.append(
            (str(report.value(result, SH.focusNode)), str(shape), "" if value is None else str(value), component)
        )
    return found


def _fast(data: Collection[ox.Triple], focus: Mapping[str, Collection[str]], shapes: shacl.Shapes) -> list[Result]:
    text = (ox.serialize(data, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
    found = []
    for result in shapes.validate_text(text, format="ntriples").results:
        node = result.focus_node.strip("<>")
        if node in focus:
            shape = (result.source_shape or result.root_shape or "").strip("<>")
            found.append((node, shape, result.value_plain or "", result.component))
    return found


def finding(shapes: Shapes, focus: str, shape: str, value: str, component: str) -> Finding:
    """Return the finding of a shape or a check, in the words of both languages."""
    rule = shapes.rules.get(shape)
    if rule is None:
        rule = Rule({"lt": "", "en": ""}, {"lt": "", "en": ""}, "violation", "", {})
    shown = _local(value)
    return Finding(
        focus=focus,
        path=rule.path,
        value=value,
        severity=rule.severity,
        rule=shape.rsplit("#", 1)[-1],
        said={
            lang: said(component, lang, name=rule.name[lang], value=shown, parameters=rule.parameters) for lang in LANGS
        },
        mend=dict(rule.message),
    )


def _local(value: object) -> str:
    """Return what a person can read of a term: the part after the last slash or hash of an IRI, text as it is."""
    text = str(value)
    if text.startswith(("http://", "https://")):
        return text.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
    return text
