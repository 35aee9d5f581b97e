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
from tempfile import NamedTemporaryFile
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

BULK: Final = 100
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
    def by_query(self) -> dict[tuple[str, str], str]:
        """The property shape that holds a constraint in SPARQL, for each class and path.

        The engines leave those out: rdflib parses the query anew for every node (30 attainments took 0.7 s). The check
        ``level-on-scale`` asks the same of all nodes at once and reports under the shape's name.
        """
        found = {}
        for target, shapes in self.by_class.items():
            for shape in shapes:
                for part in self.graph.objects(rdflib.URIRef(shape), SH.property):
                    if (part, SH.sparql, None) in self.graph:
                        found[target, str(self.graph.value(part, SH.path))] = str(part)
        return found

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
        core = rdflib.Graph()
        core += self.closure(chosen)
        core.remove((None, SH.sparql, None))
        with self._lock:
            if chosen not in self._compiled:
                self._compiled[chosen] = shacl.Shapes.from_turtle(core.serialize(format="turtle"))
            return self._compiled[chosen]

    def report(self, data: Collection[ox.Triple | ox.Quad], focus: Mapping[str, Collection[str]]) -> rdflib.Graph:
        """Return pySHACL's report on the things to judge, each with its classes.

        The validator of these node shapes is kept, since building it costs most; each time the shapes are aimed at the
        nodes themselves. pySHACL's own ``focus_nodes`` must not be used: it filters the values inside qualified value
        shapes as well, and a missing language "conforms".
        """
        chosen = self.chosen(each for types in focus.values() for each in types)
        closure = self.closure(chosen)
        graph = DataGraph.from_rdflib(to_rdflib_graph(data))
        with self._checking:
            checker = self._checkers.get(chosen)
            if checker is None:
                aimless = rdflib.Graph()
                aimless += closure
                aimless.remove((None, SH.targetClass, None))
                aimless.remove((None, SH.sparql, None))
                options = {"inference": "none", "advanced": False, "abort_on_first": False}
                checker = self._checkers[chosen] = PyShaclValidator(graph, shacl_graph=aimless, options=options)
            shapes = checker.shacl_graph.graph
            for iri, types in focus.items():
                for shape in self.chosen(types):
                    shapes.add((rdflib.URIRef(shape), SH.targetNode, rdflib.URIRef(iri)))
            checker.data_graph = graph
            checker._target_graph = None  # noqa: SLF001 - pySHACL keeps the last graph here; a validator is made for one
            try:
                _, report, _ = checker.run()  # type: ignore[no-untyped-call]
            finally:
                shapes.remove((None, SH.targetNode, None))
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
    data: Collection[ox.Triple | ox.Quad], focus: Mapping[str, Collection[str]], shapes: Shapes, *, bulk: int = BULK
) -> list[Finding]:
    """Return what the shapes find in a small graph.

    Args:
        data: The things to judge and what the shapes must know of the things around them; graph names do not matter.
        focus: The IRIs to judge, each with its classes; a thing whose classes no shape aims at is passed over.
        shapes: The shapes.
        bulk: From this many focus nodes on, the fast engine judges.
    """
    aimed = {iri: types for iri, types in focus.items() if shapes.chosen(types)}
    if not aimed:
        return []
    chosen = shapes.chosen(each for types in aimed.values() for each in types)
    results = (
        _fast(data, aimed, shapes.compiled(chosen)) if len(aimed) >= bulk else _reference(shapes.report(data, aimed))
    )
    unique = {(focus_node, shape, value): rest for focus_node, shape, value, *rest in results}
    return sorted(
        (
            finding(shapes, focus_node, shape, value, component, path)
            for (focus_node, shape, value), (component, path) in unique.items()
        ),
        key=lambda each: (each.focus, each.rule, each.value),
    )


Result = tuple[str, str, str, str, str]
"""Focus node, shape, value, local name of the constraint component, path."""


def _reference(report: rdflib.Graph) -> list[Result]:
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        value = report.value(result, SH.value)
        shape = report.value(result, SH.sourceShape)
        component = str(report.value(result, SH.sourceConstraintComponent)).rsplit("#", 1)[-1]
        path = report.value(result, SH.resultPath)
        named = str(path) if isinstance(path, rdflib.URIRef) else ""
        thing = str(report.value(result, SH.focusNode))
        found.append((thing, str(shape), "" if value is None else str(value), component, named))
    return found


def _fast(
    data: Collection[ox.Triple | ox.Quad], focus: Mapping[str, Collection[str]], shapes: shacl.Shapes
) -> list[Result]:
    triples = (each.triple if isinstance(each, ox.Quad) else each for each in data)
    # Through a file: as text in memory a million statements would be there four times.
    with NamedTemporaryFile(suffix=".nt") as file:
        ox.serialize(triples, file, format=ox.RdfFormat.N_TRIPLES)
        file.flush()
        results = shapes.validate_file(file.name).results
    found = []
    for result in results:
        node = result.focus_node.strip("<>")
        if node in focus:
            shape = (result.source_shape or result.root_shape or "").strip("<>")
            path = (result.path or "").strip("<>")
            named = path if ":" in path and " " not in path else ""
            found.append((node, shape, result.value_plain or "", result.component, named))
    return found


def finding(
    shapes: Shapes, focus: str, shape: str, value: str, component: str, path: str = "", *, top: str = ""
) -> Finding:
    """Return the finding of a shape or a check, in the words of both languages.

    A value that the sentence does not repeat may be somebody's name: it is not kept either. ``top`` is the highest
    level of the scale, where the rule speaks of one.
    """
    rule = shapes.rules.get(shape)
    if rule is None:
        rule = Rule({"lt": "", "en": ""}, {"lt": "", "en": ""}, "violation", "", {})
    shown = _local(value)
    parameters = {**rule.parameters, "top": top} if top else rule.parameters
    sentences = {
        lang: said(component, lang, name=rule.name[lang], value=shown, parameters=parameters) for lang in LANGS
    }
    return Finding(
        focus=focus,
        path=rule.path or path,
        value=value if shown[:40] in sentences["en"] else "",
        severity=rule.severity,
        rule=shape.rsplit("#", 1)[-1],
        said=sentences,
        mend=dict(rule.message),
    )


def _local(value: object) -> str:
    """Return what a person can read of a term: the part after the last slash or hash of an IRI, text as it is."""
    text = str(value)
    if text.startswith(("http://", "https://")):
        return text.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
    return text
