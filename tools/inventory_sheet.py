"""Write an edited table of a framework into the inventory file that it came from; what was not changed stays as it is.

    python -m tools.inventory_sheet FILE.csv|FILE.xlsx ...

The table is one that `competence-graph export framework/libraries --format csv -o libraries.csv` wrote. It is judged by
the same rules as a write; a table with mistakes changes nothing. Comments and the order of the file are kept.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from tools.turtle_format import Block, Reader, composed

from competence_graph.cli.data import minting
from competence_graph.cli.sheets import read_sheet
from competence_graph.cli.show import Said, print_findings
from competence_graph.graph.change import Difference, difference
from competence_graph.graph.inventory import guard, load_inventories, with_lines
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.vocab import PREFIXES
from competence_graph.model.iri import BASE

INVENTORIES: Final = Path(__file__).resolve().parent.parent / "inventories"
ORDER: Final = (
    "a", "skos:prefLabel", "skos:altLabel", "skos:definition", "skos:scopeNote", "skos:editorialNote", "skos:inScheme",
    "skos:topConceptOf", "skos:notation", "skos:broader", "dct:type", "esco:skillReuseLevel", "cg:rollUp",
    "skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch", "cg:competence",
    "cg:level", "dct:created", "dct:modified", "adms:status",
)  # fmt: skip
"""Where a predicate goes that a block did not have."""


def name_of(iri: str, reader: Reader) -> str:
    """Return an IRI as the file writes it, and see to its prefix."""
    fitting = [(len(whole), prefix, whole) for prefix, whole in PREFIXES.items() if iri.startswith(whole)]
    for _, prefix, whole in sorted(fitting, reverse=True):
        local = iri.removeprefix(whole)
        if local and all(each.isalnum() or each in "-_" for each in local):
            reader.prefixes.setdefault(prefix, f"<{whole}>")
            reader.used.add(prefix)
            return f"{prefix}:{local}"
    return f"<{iri}>"


def value_of(term: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple, reader: Reader) -> str:
    """Return a value as the file writes it."""
    if isinstance(term, ox.NamedNode):
        return name_of(term.value, reader)
    if not isinstance(term, ox.Literal):
        message = f"{term} has no place in an inventory."
        raise TypeError(message)
    datatype = term.datatype.value
    if datatype == PREFIXES["xsd"] + "integer":
        return term.value
    escaped = term.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if term.language:
        return f'"{escaped}"@{term.language}'
    if datatype == PREFIXES["xsd"] + "string":
        return f'"{escaped}"'
    return f'"{escaped}"^^{name_of(datatype, reader)}'


def rewritten(text: str, changed: Difference, graph: str) -> str:
    """Return the file with its changed subjects told anew."""
    reader = Reader(text)
    reader.read()
    blocks = {block.subject: block for block in reader.blocks}
    after = changed.after.get(graph, {})
    touched = {
        each.subject.value for each in (*changed.inserts, *changed.deletes) if isinstance(each.subject, ox.NamedNode)
    }
    for subject in sorted(touched):
        name = name_of(subject, reader)
        told: dict[str, list[ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple]] = {}
        for quad in after.get(subject, ()):
            predicate = (
                "a" if quad.predicate.value == PREFIXES["rdf"] + "type" else name_of(quad.predicate.value, reader)
            )
            told.setdefault(predicate, []).append(quad.object)
        if not told:
            reader.blocks.remove(blocks.pop(name))
            continue
        if name not in blocks:
            blocks[name] = Block([], name)
            reader.blocks.insert(_place(reader.blocks, name), blocks[name])
        _retell(blocks[name], told, reader)
    return composed(reader)


def _retell(
    block: Block, told: dict[str, list[ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple]], reader: Reader
) -> None:
    """Make a block say this; values that stay keep their order, and so do predicates."""
    before = dict(block.says)
    rank = {predicate: place for place, predicate in enumerate(ORDER)}
    old = [predicate for predicate, _ in block.says if predicate in told]
    new = sorted((each for each in told if each not in old), key=lambda each: (rank.get(each, len(rank)), each))
    for predicate in new:
        place = next(
            (at for at, each in enumerate(old) if rank.get(each, len(rank)) > rank.get(predicate, len(rank))), len(old)
        )
        old.insert(place, predicate)
    says = []
    for predicate in old:
        terms = sorted(told[predicate], key=lambda each: (getattr(each, "language", None) or "", str(each)))
        values = [value_of(each, reader) for each in terms]
        kept = before.get(predicate, [])
        if set(values) == set(kept):
            values = kept
        says.append((predicate, values))
    block.says = says


def _place(blocks: list[Block], name: str) -> int:
    """Return where a new block goes: a level after its competence and its lower levels, anything else at the end."""
    owner, _, level = name.rpartition("-")
    places = [
        at
        for at, block in enumerate(blocks)
        if block.subject == owner
        or (block.subject.startswith(f"{owner}-") and block.subject < name and level.isdigit())
    ]
    return places[-1] + 1 if owner and places else len(blocks)


def main() -> int:
    """Write the tables that are given, each whole or not at all; 1 where one of them has mistakes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--encoding", default="utf-8", help="of a .csv file that is not UTF-8")
    given = parser.parse_args()
    store = OxigraphStore()
    writer = guard(store, BASE)
    load_inventories(writer, INVENTORIES, BASE)
    for path in given.files:
        got = read_sheet(path, store, minting(store, "competence", BASE), encoding=given.encoding, base=BASE)
        found = with_lines([*got.findings, *writer.check(got.change)], got.line_of)
        if any(each.refuses for each in found):
            print_findings([each for each in found if each.refuses], Said.BOTH, str(path))
            print(f"{path}: nothing was written.", file=sys.stderr)
            return 1
        changed = difference(got.change, store)
        for graph in changed.after:
            file = INVENTORIES / f"{graph.rsplit('/', 1)[-1]}.ttl"
            text = file.read_text(encoding="utf-8")
            made = rewritten(text, changed, graph)
            if made != text:
                file.write_text(made, encoding="utf-8")
                print(f"{file.name}: {len(changed.inserts)} statements added, {len(changed.deletes)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
