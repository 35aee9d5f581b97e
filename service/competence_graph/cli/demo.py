"""demo: the national demonstration world."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from competence_graph.bundled import bundled
from competence_graph.cli.connection import connected
from competence_graph.cli.show import ERR, OUT, Exit
from competence_graph.demo import PEOPLE, SEED, listed, listed_quads, national_institutions
from competence_graph.graph.history import people_graphs
from competence_graph.graph.inventory import load_inventories
from competence_graph.graph.write import VILNIUS, Writer
from competence_graph.life import invent
from competence_graph.registry import Registry
from competence_graph.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(demo)


def demo(
    people: Annotated[int, typer.Option("--people", min=1000, max=50_000, help="How many.")] = PEOPLE,
    seed: Annotated[int, typer.Option("--seed", help="Another one makes other people.")] = SEED,
) -> None:
    """Fill an empty data folder with 265 institutions and their invented people; then try it with serve --demo.

    It takes some minutes. A run that was cut off is taken up again where it stopped, with the same options.
    """
    settings = Settings()
    with connected(settings) as connection:
        if not isinstance(connection.writer, Writer):
            ERR.print("A server holds this data: stop it first, or set COMPETENCE_GRAPH_DATA to another folder.")
            raise typer.Exit(Exit.USAGE)
        writer = connection.writer
        institutions = national_institutions(listed(bundled("inventories")), seed, people)
        ours = {f"{settings.base}graph/people/{each.id}" for each in institutions}
        strange = [each.graph for each in people_graphs(writer.store) if each.graph not in ours]
        registry = Registry(settings.registry_url)
        try:
            if strange or registry.accounts.everybody():
                ERR.print("This data folder is in use already: set COMPETENCE_GRAPH_DATA to an empty folder.")
                raise typer.Exit(Exit.USAGE)
            load_inventories(writer, bundled("inventories"), settings.base)
            with Progress(
                TextColumn("Inventing people"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=ERR
            ) as progress:
                task = progress.add_task("", total=len(institutions))
                invent(
                    writer,
                    registry,
                    datetime.now(VILNIUS).date(),
                    settings.base,
                    institutions=institutions,
                    described=listed_quads(bundled("inventories"), settings.base),
                    seed=seed,
                    told=lambda graph: progress.advance(task) if graph else None,
                )
        finally:
            registry.close()
    OUT.print(f"{len(institutions)} institutions and {people} people are in {settings.data}.", highlight=False)
