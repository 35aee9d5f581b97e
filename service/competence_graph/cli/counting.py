"""counts: how much there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import typer

from competence_graph.answers.counting import RELATIONS, TEXTS, FrameworkCounts, framework_counts, role_counts
from competence_graph.cli.connection import connected
from competence_graph.cli.show import Form, plain, print_rows
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.model.actor import OPERATOR
from competence_graph.model.text import LANGS
from competence_graph.settings import Settings

_MATCHES: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_WITHIN: Final = ("broader", "related")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(counts)


def counts(form: Annotated[Form, typer.Option("--format", help="How to print the rows.")] = Form.TABLE) -> None:
    """Count texts by framework and language, links by relation, roles and courses.

    A pair of numbers is Lithuanian, then English. Links within a framework, to others held here, and to foreign ones.
    """
    settings = Settings()
    with connected(settings) as connection:
        frameworks = [_row(each) for each in framework_counts(OPERATOR, connection.store)]
        others = _others(connection.store)
    if form is Form.TABLE:
        typer.echo("\n".join(markdown(rows) for rows in (frameworks, others) if rows), nl=False)
        return
    print_rows(list(frameworks[0]) if frameworks else ["framework"], frameworks, form)


def _row(each: FrameworkCounts) -> dict[str, object]:
    row: dict[str, object] = {"framework": each.framework.local, "competences": each.competences}
    for kind in TEXTS.values():
        row[kind] = " · ".join(str(each.texts.get((kind, lang), 0)) for lang in LANGS)
    row["broader · related"] = " · ".join(str(each.inside.get(name, 0)) for name in _WITHIN)
    row["matches here"] = sum(each.inside.get(name, 0) for name in _MATCHES)
    for name in RELATIONS:
        if name in _MATCHES:
            row[f"foreign {name.removesuffix('Match')}"] = each.outside.get(name, 0)
    return row


def _others(store: Store) -> list[dict[str, object]]:
    roles = role_counts(OPERATOR, store)
    row: dict[str, object] = {f"roles: {sector.local.removeprefix('sector-')}": roles[sector] for sector in roles}
    row["roles in all"] = len({each["role"] for each in ask(store, "role_sectors")})
    row["courses"] = len({each["course"] for each in ask(store, "course_facts")})
    return [row]


def markdown(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows as a table of Markdown whose columns stand under each other: README shows it as it is."""
    columns = list(rows[0])
    cells = [columns, *([plain(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    lines = [[text.ljust(width) for text, width in zip(line, widths, strict=True)] for line in cells]
    lines.insert(1, ["-" * width for width in widths])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
