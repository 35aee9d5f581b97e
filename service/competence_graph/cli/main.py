"""The command `competence-graph`: its groups put together, and how errors become sentences and exit codes."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import typer
from pydantic import ValidationError

from competence_graph import __version__
from competence_graph.cli.show import ERR, Exit, Said, print_findings
from competence_graph.errors import CompetenceGraphError, InputError, NotFoundError, RefusedError, StoreError

app = typer.Typer(
    name="competence-graph",
    help="Who lacks what, and what closes it: a competence-framework knowledge graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
GROUPS: Final = ("serving", "demo", "data", "counting", "asking", "people", "keeping")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Who lacks what, and what closes it: a competence-framework knowledge graph."""


for group in GROUPS:
    import_module(f"competence_graph.cli.{group}").register(app)


def main() -> None:
    """Run a command; an error of ours is one sentence on standard error and an exit code, never a traceback."""
    try:
        app(standalone_mode=True)
    except RefusedError as error:
        print_findings(error.findings, Said.BOTH)
        ERR.print(str(error), markup=False)
        sys.exit(Exit.FINDINGS)
    except ValidationError as error:
        for each in error.errors():
            name = "_".join(str(part) for part in each["loc"]).upper()
            ERR.print(f"COMPETENCE_GRAPH_{name}: {each['msg']}", markup=False)
        sys.exit(Exit.USAGE)
    except StoreError as error:
        ERR.print(str(error), markup=False)
        sys.exit(Exit.STORE)
    except (InputError, NotFoundError) as error:
        ERR.print(str(error), markup=False)
        sys.exit(Exit.USAGE)
    except CompetenceGraphError as error:
        ERR.print(str(error), markup=False)
        sys.exit(Exit.FINDINGS)
    except BrokenPipeError:
        sys.exit(Exit.DONE)


if __name__ == "__main__":
    main()
