"""check, load, export, mint: data in and out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pyoxigraph as ox
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from competence_graph.bundled import bundled
from competence_graph.cli.connection import connected
from competence_graph.cli.foreign import are_tables, check_tables, load_tables
from competence_graph.cli.sheets import SHEETS, SheetRead, is_sheet, read_sheet, sheet_of
from competence_graph.cli.show import ERR, OUT, Exit, Said, print_findings, print_summary
from competence_graph.errors import UnreadableFileError
from competence_graph.graph.inventory import form_of, guard, inventory_change, load_inventories, read_file, with_lines
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import ask, look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.model.actor import OPERATOR
from competence_graph.model.finding import Finding
from competence_graph.model.iri import KINDS, Iri, graph_iri, mint, parse_iri
from competence_graph.settings import Settings

Advice = Annotated[bool, typer.Option("--advice", help="Print advice too, not only what is wrong or doubtful.")]
ColumnMap = Annotated[
    str, typer.Option("--map", help="Column map of a foreign framework's tables: a shipped one's name or a file.")
]
Lang = Annotated[Said, typer.Option("--lang", help="Language of the findings.")]
Encoding = Annotated[str, typer.Option("--encoding", help="Of a .csv file that is not UTF-8, such as cp1257.")]
Graph = Annotated[
    str,
    typer.Option(
        "--graph", help="Named graph of statements that name none: an IRI, or its last part such as people/o1234567."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(check)
    app.command()(load)
    app.command()(export)
    app.command(name="mint")(mint_ids)


def _graph_of(text: str, base: str) -> str | None:
    if not text:
        return None
    return parse_iri(text) if "://" in text else graph_iri(text, base)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(str(path), f"{error.strerror}: give the path of a file that can be read.") from error


def _progress() -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=ERR, transient=True)


def _read(path: Path, settings: Settings, graph: str | None, store: Store, encoding: str) -> SheetRead:
    """Read a file: a table of a framework, or statements in any form."""
    if is_sheet(path):
        free = minting(store, "competence", settings.base)
        return read_sheet(path, store, free, encoding=encoding, base=settings.base)
    got = read_file(_bytes_of(path), form_of(path), store, graph=graph, base=settings.base)
    return SheetRead(got.change, got.findings, got.document.line_of)


def _findings(path: Path, settings: Settings, graph: str | None, store: Store, encoding: str) -> list[Finding]:
    """Return all that is wrong with a file: its writing, its places, and what the rules object to in the rest."""
    got = _read(path, settings, graph, store, encoding)
    # The check runs on a copy of what the store knows, so that a held store is never kept waiting by it.
    judged = guard(store, settings.base).check(got.change)
    return with_lines([*got.findings, *judged], got.line_of)


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files to check; none checks the inventories that ship with the product."),
    ] = None,
    graph: Graph = "",
    column_map: ColumnMap = "",
    encoding: Encoding = "utf-8",
    lang: Lang = Said.BOTH,
    advice: Advice = False,
) -> None:
    """Say what is wrong with files, and write nothing."""
    settings = Settings()
    if files and are_tables(files, column_map):
        with _known(settings, needed=True) as store:
            check_tables(files, column_map, store, settings.base, lang=lang, advice=advice)
        return
    found: list[Finding] = []
    with _progress() as progress, _known(settings, needed=bool(files)) as store:
        progress.add_task("Checking" if files else "Checking the inventories")
        if not files:
            got = inventory_change(bundled("inventories"), store, settings.base)
            found = [*got.findings, *guard(store, settings.base).check(got.change)]
            print_findings(_shown(found, advice=advice), lang)
        for path in files or ():
            here = _findings(path, settings, _graph_of(graph, settings.base), store, encoding)
            print_findings(_shown(here, advice=advice), lang, str(path))
            found += here
    print_summary(found, lang)
    if any(each.refuses for each in found):
        raise typer.Exit(Exit.FINDINGS)


@contextmanager
def _known(settings: Settings, *, needed: bool) -> Iterator[Store]:
    """Give the store to check against: the data there is, else the inventories, else nothing."""
    if needed and (settings.store or (settings.data / "store").exists()):
        with connected(settings) as connection:
            yield connection.store
        return
    store = OxigraphStore()
    if needed:
        load_inventories(guard(store, settings.base), bundled("inventories"), settings.base)
    yield store


def _shown(findings: list[Finding], *, advice: bool) -> list[Finding]:
    return [each for each in findings if advice or each.severity != "info"]


def load(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to load; none loads the inventories that ship with the product.")
    ] = None,
    graph: Graph = "",
    column_map: ColumnMap = "",
    encoding: Encoding = "utf-8",
    lang: Lang = Said.BOTH,
    advice: Advice = False,
) -> None:
    """Load files, or a folder of a foreign framework's tables, through the guarded write: each whole or not at all."""
    settings = Settings()
    if files and are_tables(files, column_map):
        with connected(settings) as connection:
            load_tables(files, column_map, connection, settings.base, lang=lang, advice=advice)
        return
    with connected(settings) as connection, _progress() as progress:
        if not files:
            progress.add_task("Loading the inventories")
            got = inventory_change(bundled("inventories"), connection.store, settings.base)
            receipt = connection.writer.write(got.change, actor=OPERATOR)
            OUT.print(f"inventories: {receipt.added} statements added, {receipt.removed} removed")
            return
        for path in files:
            task = progress.add_task(f"Loading {path.name}")
            given = _read(path, settings, _graph_of(graph, settings.base), connection.store, encoding)
            findings = with_lines([*given.findings, *connection.writer.check(given.change)], given.line_of)
            if any(each.refuses for each in findings):
                progress.stop()
                print_findings(_shown(findings, advice=advice), lang, str(path))
                print_summary(findings, lang)
                ERR.print(f"{path}: nothing was written.", markup=False)
                raise typer.Exit(Exit.FINDINGS)
            receipt = connection.writer.write(given.change, actor=OPERATOR)
            progress.remove_task(task)
            OUT.print(
                f"{path}: {receipt.added} statements added, {receipt.removed} removed", markup=False, highlight=False
            )


def export(
    graph: Annotated[
        list[str] | None,
        typer.Argument(help="Named graphs (IRIs or last parts such as framework/libraries); none exports all."),
    ] = None,
    form: Annotated[
        str,
        typer.Option("--format", help="nq, trig, ttl, nt, rdf or jsonld; of one framework also csv or xlsx, to edit."),
    ] = "nq",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; standard output where left out.")
    ] = None,
) -> None:
    """Write the store's content, or some of its graphs."""
    settings = Settings()
    forms = {
        "nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES,
        "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
    }  # fmt: skip
    if form not in (*forms, *SHEETS):
        ERR.print(f"There is no format {form!r}: use {', '.join((*forms, *SHEETS))}.", markup=False)
        raise typer.Exit(Exit.USAGE)
    if form in SHEETS:
        _put(_framework_sheet(graph or [], form, settings), output)
        return
    with connected(settings) as connection:
        wanted = [_graph_of(each, settings.base) for each in graph] if graph else [None]
        data = b"".join(connection.store.dump(each) for each in wanted)
    if form != "nq":
        quads = list(ox.parse(data, format=ox.RdfFormat.N_QUADS))
        if form in ("ttl", "nt", "rdf"):
            data = ox.serialize((quad.triple for quad in quads), format=forms[form]) or b""
        else:
            data = ox.serialize(quads, format=forms[form]) or b""
    _put(data, output)


def _framework_sheet(graphs: list[str], form: str, settings: Settings) -> bytes:
    name = graphs[0].removeprefix("framework/") if len(graphs) == 1 else ""
    with connected(settings) as connection:
        data = sheet_of(connection.store, name, form, settings.base) if name else None
        known = ", ".join(sorted(Iri(str(row["framework"])).local for row in ask(connection.store, "framework_counts")))
    if data is None:
        ERR.print(f"Name one framework for a table, such as framework/libraries; there are: {known}.", markup=False)
        raise typer.Exit(Exit.USAGE)
    return data


def _put(data: bytes, output: Path | None) -> None:
    """Write the whole file or none; standard output where no file is named."""
    if output is None:
        sys.stdout.buffer.write(data)
        return
    part = output.with_suffix(output.suffix + ".part")
    part.write_bytes(data)
    part.rename(output)


def mint_ids(
    kind: Annotated[str, typer.Argument(help=f"What the id is for: {', '.join(KINDS)}.")],
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="How many.")] = 1,
) -> None:
    """Print free ids with a check character."""
    if kind not in KINDS:
        ERR.print(f"There is no kind {kind!r}: use one of {', '.join(KINDS)}.", markup=False)
        raise typer.Exit(Exit.USAGE)
    settings = Settings()
    with connected(settings) as connection:
        free = minting(connection.store, kind, settings.base)
        for _ in range(count):
            typer.echo(free())


def minting(store: Store, kind: str, base: str) -> Callable[[], str]:
    """Return what gives a free id of this kind, each time another one."""
    made: set[str] = set()

    def taken(local: str) -> bool:
        thing = Iri(node(f"{base}id/{local}").value)
        used = look_up(store, "homes", thing=thing).rows or look_up(store, "still_used", thing=thing).rows
        return local in made or bool(used)

    def free() -> str:
        local = mint(KINDS[kind], taken=taken)  # type: ignore[arg-type]
        made.add(local)
        return local

    return free
