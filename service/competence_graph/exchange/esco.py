"""ESCO and other foreign frameworks: from a folder of tables to one change for the guarded write.

What is loaded is the whole of the framework: its graphs then say what the files say and nothing else, so that a second
load of the same files changes nothing, and a newer version changes only what differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from competence_graph.errors import UnreadableFileError
from competence_graph.exchange.column_map import ColumnMap, read_map, shipped
from competence_graph.exchange.faults import Faults
from competence_graph.exchange.foreign_quads import framework_graph, quads, requirement_iri, roles_graph
from competence_graph.exchange.foreign_tables import ForeignFramework, Source, read_tables
from competence_graph.exchange.sheets import Advance
from competence_graph.graph.change import Change
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import to_python
from competence_graph.model.finding import Finding
from competence_graph.model.iri import BASE

ESCO: Final = "esco"
"""The map of ESCO's official layout."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A foreign framework as it was read: the change that loads it, and what is wrong with its files, by file.

    The change is empty where a finding forbids the load.
    """

    change: Change
    findings: Mapping[str, Sequence[Finding]]
    framework: ForeignFramework
    base: str = BASE

    @property
    def refuses(self) -> bool:
        """Whether a finding forbids the load."""
        return any(each.refuses for findings in self.findings.values() for each in findings)

    @property
    def counts(self) -> dict[str, int]:
        """How many competences, roles and requirements there are."""
        return {
            "competences": sum(1 for _ in self.framework.of("competences")),
            "roles": sum(1 for _ in self.framework.of("roles")),
            "requirements": len(self.framework.requirements),
        }

    def placed(self, findings: Iterable[Finding]) -> dict[str, list[Finding]]:
        """Return findings of the guarded write by the file, each with the row, that describes its thing."""
        wanted = list(findings)
        sources: dict[str, Source] = {each.iri: each.source for each in self.framework.concepts.values()}
        if {each.focus for each in wanted} - set(sources):
            for (role, competence), (_, source) in self.framework.requirements.items():
                sources[requirement_iri(self.framework.map, role, competence, self.base)] = source
        by_file: dict[str, list[Finding]] = defaultdict(list)
        for each in wanted:
            file, row = sources.get(each.focus, ("", 0))
            by_file[file].append(replace(each, line=row or None))
        return by_file


def map_for(folders: Sequence[Path], named: str = "") -> ColumnMap:
    """Return the column map to read these folders by.

    Args:
        folders: Where the files are.
        named: A map's name or path; empty takes the shipped map whose files and columns are there.

    Raises:
        UnreadableFileError: If there is no such map, or none fits.
    """
    for folder in folders:
        if not folder.is_dir():
            raise UnreadableFileError(str(folder), "this is no folder: give the folder that holds the tables.")
    if named:
        return read_map(named)
    known = [read_map(each) for each in shipped()]
    for columns in (True, False):
        # By names and columns first; by names alone next, so that a column that is missing is told as such.
        for each in known:
            if each.fits(folders, columns=columns):
                return each
    names = "; ".join(f"{each.name}: {', '.join(each.needed())}" for each in known)
    raise UnreadableFileError(
        " ".join(map(str, folders)),
        f"no known layout has its files here. Known layouts and the files they need: {names}. Give --map for another.",
    )


def framework_change(
    column_map: ColumnMap,
    folders: Sequence[Path],
    store: Store,
    *,
    base: str = BASE,
    advance: Advance | None = None,
) -> Foreign:
    """Read a foreign framework by a column map into the change that makes its graphs say what the files say.

    Args:
        column_map: What the files mean.
        folders: Where they are.
        store: What is known already; it must hold the framework's scale.
        base: Of named graphs and of the requirements' names.
        advance: Told how far each file was read.
    """
    faults = Faults()
    made = read_tables(column_map, folders, faults, advance=advance)
    scales = {to_python(row[2]) for row in look_up(store, "scales").rows}
    if column_map.scale not in scales:
        faults.no_scale(f"{column_map.name}.toml", column_map.scale)
    if faults.refuse:
        return Foreign(Change(), faults.closed(), made, base)
    places = (framework_graph(column_map, base), roles_graph(column_map, base))
    whole = frozenset(each.value for each in places if each is not None)
    return Foreign(Change(put=tuple(quads(made, base)), whole=whole), faults.closed(), made, base)


def esco_change(folder: Path, store: Store, *, base: str = BASE, advance: Advance | None = None) -> Foreign:
    """Read ESCO in its official layout: English, and the labels of every other language that lies beside it."""
    return framework_change(read_map(ESCO), [folder], store, base=base, advance=advance)
