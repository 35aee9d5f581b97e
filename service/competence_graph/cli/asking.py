"""ask and gaps: answers in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from competence_graph.answers.gaps import COLUMNS, organisation_gaps, person_gaps, records, unit_gaps
from competence_graph.answers.people import NO_NAMES
from competence_graph.cli.connection import connected
from competence_graph.cli.show import ERR, OUT, Exit, Form, print_rows
from competence_graph.errors import NotFoundError, QuestionParameterError, UnknownThingError
from competence_graph.exchange.rdf import document, ordered
from competence_graph.graph.questions import Question, ask, names, question
from competence_graph.graph.terms import Row, Value, to_python
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri, id_iri, parse_iri
from competence_graph.settings import Settings

FormOption = Annotated[Form, typer.Option("--format", help="How to print the rows.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(name="ask")(ask_question)
    app.command()(gaps)


def thing(text: str, base: str) -> Iri:
    """Return the IRI that a person means: a whole IRI, or the part after ``id/``."""
    return parse_iri(text) if "://" in text or text.startswith("urn:") else id_iri(text, base)


def ask_question(
    name: Annotated[str, typer.Argument(help="Name of the question; leave it out to see them all.")] = "",
    parameters: Annotated[
        list[str] | None, typer.Argument(help="name=value; a value is an IRI, an id, or text in quotes.")
    ] = None,
    form: FormOption = Form.TABLE,
) -> None:
    """Ask one of the shipped questions."""
    if not name:
        for each in names():
            OUT.print(f"{each}: {question(each).sentence}", markup=False, highlight=False, soft_wrap=True)
        return
    settings = Settings()
    asked = question(name)
    values = dict(_parameter(asked, each, settings.base) for each in parameters or [])
    with connected(settings) as connection:
        if asked.describes:
            triples = connection.store.construct(asked.bind(**values))
            if form is Form.TABLE:
                # A document: as Turtle, which is how people read one.
                typer.echo(document(triples, "ttl").decode(), nl=False)
                return
            # The header names three columns, in the order of a statement.
            rows: list[Row] = [dict(zip(asked.outputs, map(to_python, each), strict=True)) for each in ordered(triples)]
        else:
            rows = ask(connection.store, name, **values)
    print_rows(list(asked.outputs), rows, form)


def _parameter(asked: Question, text: str, base: str) -> tuple[str, Value]:
    name, found, value = text.partition("=")
    if not found:
        raise QuestionParameterError(asked.name, text, "write it as name=value.")
    if name in asked.inputs and "IRI" in asked.inputs[name]:
        return name, thing(value, base)
    return name, value


def gaps(
    person: Annotated[str, typer.Option("--person", help="Id or IRI of a person.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="Id or IRI of a unit of an organisation.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", help="Id or IRI of an organisation.")] = "",
    form: FormOption = Form.TABLE,
) -> None:
    """Say what a person, a unit or an organisation lacks, one row a requirement."""
    chosen = {
        name: value for name, value in (("person", person), ("unit", unit), ("organisation", organisation)) if value
    }
    if len(chosen) != 1:
        ERR.print("Give one of --person, --unit and --organisation.", markup=False)
        raise typer.Exit(Exit.USAGE)
    settings = Settings()
    kind, text = next(iter(chosen.items()))
    wanted = thing(text, settings.base)
    with connected(settings) as connection:
        store = connection.store
        try:
            if kind == "person":
                rows = person_gaps(OPERATOR, store, NO_NAMES, wanted).rows
            elif kind == "unit":
                rows = unit_gaps(OPERATOR, store, wanted).rows
            else:
                rows = organisation_gaps(OPERATOR, store, wanted).rows
        except NotFoundError as error:
            raise UnknownThingError(kind, text) from error
    print_rows(COLUMNS, records(rows), form)
