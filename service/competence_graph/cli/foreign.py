"""Foreign frameworks: folders of tables, loaded or checked whole; `load` and `check` in data.py hand them on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from competence_graph.cli.connection import Connection
from competence_graph.cli.show import ERR, OUT, Exit, Said, print_findings, print_summary
from competence_graph.errors import RefusedError
from competence_graph.exchange.esco import Foreign, framework_change, map_for
from competence_graph.graph.inventory import guard
from competence_graph.graph.store import Store
from competence_graph.model.actor import OPERATOR
from competence_graph.model.finding import Finding


def are_tables(files: Sequence[Path] | None, column_map: str) -> bool:
    """Whether what was given is a foreign framework: folders, or anything with a column map."""
    return bool(column_map) or any(path.is_dir() for path in files or ())


def load_tables(
    folders: Sequence[Path], column_map: str, connection: Connection, base: str, *, lang: Said, advice: bool
) -> None:
    """Load the framework of these folders whole through the guarded write, or nothing of it.

    Args:
        folders: Where the tables are.
        column_map: A map's name or path; empty takes the shipped one that fits.
        connection: The store and its guarded write.
        base: Of named graphs and of the requirements' names.
        lang: In which languages findings are printed.
        advice: Whether advice is printed too, not only what is wrong or doubtful.
    """
    with _bars() as bars:
        got = _read(folders, column_map, connection.store, base, bars)
        found: Mapping[str, Sequence[Finding]] = got.findings
        receipt = None
        if not got.refuses:
            try:
                with bars.busy("Checking and writing"):
                    receipt = connection.writer.write(got.change, actor=OPERATOR, profile="foreign")
            except RefusedError as error:
                found = _merged(found, got.placed(error.findings))
            else:
                found = _merged(found, got.placed(receipt.warnings))
    _print(found, lang, advice=advice)
    if receipt is None:
        ERR.print(f"{_named(folders)}: nothing was written.", markup=False)
        raise typer.Exit(Exit.FINDINGS)
    counts = ", ".join(f"{count} {kind}" for kind, count in got.counts.items())
    OUT.print(
        f"{_named(folders)} ({got.framework.map.name}): {counts}; {receipt.added} statements added, "
        f"{receipt.removed} removed",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip


def check_tables(
    folders: Sequence[Path], column_map: str, store: Store, base: str, *, lang: Said, advice: bool
) -> None:
    """Say what is wrong with the tables of these folders, and write nothing."""
    with _bars() as bars:
        got = _read(folders, column_map, store, base, bars)
        found: Mapping[str, Sequence[Finding]] = got.findings
        if not got.refuses:
            with bars.busy("Checking"):
                found = _merged(found, got.placed(guard(store, base).check(got.change, profile="foreign")))
    if _print(found, lang, advice=advice):
        raise typer.Exit(Exit.FINDINGS)


def _read(folders: Sequence[Path], column_map: str, store: Store, base: str, bars: _Bars) -> Foreign:
    said = map_for(folders, column_map)
    got = framework_change(said, folders, store, base=base, advance=bars.advance)
    bars.clear()
    return got


def _named(folders: Sequence[Path]) -> str:
    return " ".join(str(each) for each in folders)


def _merged(one: Mapping[str, Sequence[Finding]], other: Mapping[str, Sequence[Finding]]) -> dict[str, list[Finding]]:
    return {file: [*one.get(file, ()), *other.get(file, ())] for file in sorted({*one, *other})}


def _print(found: Mapping[str, Sequence[Finding]], lang: Said, *, advice: bool) -> bool:
    """Print the findings file by file and how many there are; return whether any forbids the load."""
    for file, findings in found.items():
        print_findings([each for each in findings if advice or each.severity != "info"], lang, file)
    every = [each for findings in found.values() for each in findings]
    if every:
        print_summary(every, lang)
    return any(each.refuses for each in every)


@dataclass(slots=True)
class _Bars:
    """A bar for each file that is read, by its bytes, and one without an end for what cannot be counted."""

    progress: Progress
    tasks: dict[str, TaskID]

    def advance(self, file: str, done: int, size: int) -> None:
        """Move the bar of a file."""
        if file not in self.tasks:
            self.tasks[file] = self.progress.add_task(f"Reading {file}", total=size)
        self.progress.update(self.tasks[file], completed=done, total=size)

    def clear(self) -> None:
        """Take the files' bars away."""
        for task in self.tasks.values():
            self.progress.remove_task(task)
        self.tasks.clear()

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Show that something goes on whose end is not known."""
        task = self.progress.add_task(what, total=None)
        try:
            yield
        finally:
            self.progress.remove_task(task)


@contextmanager
def _bars() -> Iterator[_Bars]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=ERR, transient=True) as progress:
        yield _Bars(progress, {})
