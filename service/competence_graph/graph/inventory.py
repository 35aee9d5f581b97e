"""Files and inventories: read into the graphs they belong to, loaded through the guarded write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from competence_graph.bundled import bundled
from competence_graph.errors import RefusedError
from competence_graph.graph.change import Change, described
from competence_graph.graph.placement import Placement
from competence_graph.graph.reading import FORMATS, Document, read
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.validate import Profile, Shapes
from competence_graph.graph.vocab import expand
from competence_graph.graph.write import Receipt, Writer, vilnius_today
from competence_graph.model.actor import OPERATOR
from competence_graph.model.finding import Finding
from competence_graph.model.iri import BASE

PERSONAL: Final = "demo"
"""The folder of inventories that is no inventory: invented people, loaded in demo mode only."""

SHIPPED: Final = "shipped"
"""The graph that names what the inventories put into graphs that others add to as well."""
_PART: Final = expand("dct:hasPart")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file would change, and what is wrong with its writing or its place."""

    change: Change
    findings: tuple[Finding, ...]
    document: Document


def read_file(data: bytes, form: str, store: Store, *, graph: str | None = None, base: str = BASE) -> Read:
    """Read one file into a change; each thing goes to its graph.

    Args:
        data: The content.
        form: A key of `reading.FORMATS`.
        store: What is known already.
        graph: Where the statements go that name no graph themselves; None lets each find its place by its kind.
        base: Of the named graphs.
    """
    document = read(data, form)
    loose = [quad for quad in document.quads if not isinstance(quad.graph_name, ox.NamedNode)]
    placed = [quad for quad in document.quads if isinstance(quad.graph_name, ox.NamedNode)]
    findings = list(document.findings)
    if graph is not None:
        name = node(graph)
        placed += [ox.Quad(each.subject, each.predicate, each.object, name) for each in loose]
    elif loose:
        placement = Placement(loose, store, base)
        nowhere: set[str] = set()
        for each in loose:
            subject = each.subject.value if isinstance(each.subject, ox.NamedNode) else str(each.subject)
            where = placement.graph_of(subject)
            if where is None:
                nowhere.add(subject)
            else:
                placed.append(ox.Quad(each.subject, each.predicate, each.object, node(where)))
        findings += [_placeless(subject, document) for subject in sorted(nowhere)]
    outside = sorted(
        {
            each.graph_name.value
            for each in placed
            if isinstance(each.graph_name, ox.NamedNode) and not each.graph_name.value.startswith(f"{base}graph/")
        }
    )
    findings += [_outside(each) for each in outside]
    return Read(Change(put=tuple(placed)), tuple(findings), document)


def _placeless(subject: str, document: Document) -> Finding:
    shown = subject.rsplit("/", 1)[-1]
    return Finding(
        subject, "", "", "violation", "placeless",
        {
            "lt": f"„{shown}“: neaišku, kas tai ir kuriai daliai priklauso.",
            "en": f'"{shown}": it is not clear what this is and where it belongs.',
        },
        {
            "lt": "Nurodykite rūšį (kompetencija, pareigybė, kursas, asmuo ir t. t.) ir, jei tai asmens duomenys, "
                  "kurios įstaigos; kitų rūšių duomenys nepriimami.",
            "en": "State its kind (competence, role, course, person and so on) and, for a person's data, of which "
                  "organisation; other kinds are not taken in.",
        },
        document.line_of(subject),
    )  # fmt: skip


def _outside(graph: str) -> Finding:
    return Finding(
        graph, "", "", "violation", "foreign-graph",
        {
            "lt": f"Grafas „{graph[:80]}“ nepriklauso šiai sistemai.",
            "en": f'The graph "{graph[:80]}" is not one of this service.',
        },
        {
            "lt": "Naudokite grafų vardus, nurodytus dokumentacijoje.",
            "en": "Use the names of graphs that the documentation gives.",
        },
    )  # fmt: skip


def form_of(path: Path) -> str:
    """Return the form that a file's name claims; Turtle where it claims none that is known."""
    suffix = path.suffix.lstrip(".").lower()
    return suffix if suffix in FORMATS else "ttl"


def inventory_files(folder: Path) -> list[Path]:
    """Return the Turtle files of the inventories, people left out, in an order in which each finds what it needs."""
    order = {"organisations": 0, "mappings": 3, "roles": 1, "courses": 2}
    found = [path for path in folder.rglob("*.ttl") if PERSONAL not in path.relative_to(folder).parts]
    return sorted(found, key=lambda path: (order.get(path.relative_to(folder).parts[0], -1), str(path)))


def inventory_change(folder: Path, store: Store, base: str = BASE) -> Read:
    """Return the change that makes the store say what the inventories say.

    All files are one change: what refers to each other is judged together.
    """
    quads: list[ox.Quad] = []
    findings: list[Finding] = []
    text = []
    loose: list[ox.Quad] = []
    for path in inventory_files(folder):
        document = read(path.read_bytes(), form_of(path))
        findings += document.findings
        parts = path.relative_to(folder).parts
        if parts[0] == "mappings":
            name = node(f"{base}graph/mappings/{path.stem}")
            quads += [ox.Quad(each.subject, each.predicate, each.object, name) for each in document.quads]
        else:
            loose += document.quads
        text.append(path.name)
    placement = Placement(loose, store, base)
    empty = Document([], [])
    places: dict[str, str | None] = {}
    for each in loose:
        subject = each.subject.value if isinstance(each.subject, ox.NamedNode) else str(each.subject)
        if subject not in places:
            places[subject] = placement.graph_of(subject)
        where = places[subject]
        if where is not None:
            quads.append(ox.Quad(each.subject, each.predicate, each.object, node(where)))
    findings += [_placeless(subject, empty) for subject, where in sorted(places.items()) if where is None]
    named = {each.graph_name.value for each in quads if isinstance(each.graph_name, ox.NamedNode)}
    roles, shipped = f"{base}graph/roles", f"{base}graph/{SHIPPED}"
    ours = {each.subject for each in quads if each.graph_name == node(roles)}
    quads += [ox.Quad(node(shipped), node(_PART), each, node(shipped)) for each in ours]
    # Organisations, courses and roles are added by others too; the rest says what the inventories say and no more.
    whole = frozenset((named | {shipped}) - {f"{base}graph/{each}" for each in ("organisations", "courses", "roles")})
    gone = _dropped(store, roles, shipped, {str(each.value) for each in ours if isinstance(each, ox.NamedNode)})
    return Read(Change(put=tuple(quads), remove=gone, whole=whole), tuple(findings), empty)


def _dropped(store: Store, graph: str, shipped: str, ours: set[str]) -> tuple[ox.Quad, ...]:
    """Return what a graph says of things that shipped once and do no longer; of those, nobody else says anything."""
    before = {
        quad.object.value
        for quads in described(store, shipped, None).values()
        for quad in quads
        if isinstance(quad.object, ox.NamedNode)
    }
    return tuple(quad for quads in described(store, graph, before - ours).values() for quad in quads)


def load_inventories(writer: Writer, folder: Path, base: str = BASE) -> Receipt:
    """Load all inventories in one guarded write; a second time changes nothing.

    Raises:
        RefusedError: If a file is faulty or a shape objects; nothing was written then.
    """
    got = inventory_change(folder, writer.store, base)
    if any(each.refuses for each in got.findings):
        raise RefusedError(got.findings)
    return writer.write(got.change, actor=OPERATOR)


def with_lines(findings: Iterable[Finding], line_of: Callable[[str, str], int | None]) -> list[Finding]:
    """Return the findings with the lines on which their things stand."""
    found = []
    for each in findings:
        line = each.line if each.line is not None else line_of(each.focus, each.value)
        found.append(
            Finding(each.focus, each.path, each.value, each.severity, each.rule, each.said, each.mend, line, each.label)
        )
    return sorted(found, key=lambda each: (each.line if each.line is not None else 10**9, each.focus, each.rule))


@cache
def shipped_shapes() -> dict[Profile, Shapes]:
    """Return the shapes that ship with the product, read once a process."""
    folder = bundled("shapes")
    return {"own": Shapes(shape_files(folder, "own")), "foreign": Shapes(shape_files(folder, "foreign"))}


def guard(store: Store, base: str = BASE, *, today: Callable[[], date] = vilnius_today) -> Writer:
    """Return the guarded write of a store, with the shapes that ship with the product."""
    return Writer(store, shipped_shapes(), today=today, base=base)


def shape_files(folder: Path, profile: Profile) -> list[Path]:
    """Return the files of shapes that a profile reads: foreign frameworks are asked for less."""
    files = sorted(folder.glob("*.ttl"))
    if profile == "foreign":
        return [path for path in files if path.stem in ("foreign", "requirement", "checks")]
    return [path for path in files if path.stem != "foreign"]
