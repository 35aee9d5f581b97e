"""invite and erase: who is let in, and who asked to be forgotten."""

from __future__ import annotations

from typing import Annotated

import typer

from competence_graph.answers.erasing import erase
from competence_graph.cli.asking import thing
from competence_graph.cli.connection import connected
from competence_graph.cli.show import OUT
from competence_graph.errors import NotFoundError, UnknownThingError
from competence_graph.graph.holder import HeldStore
from competence_graph.graph.write import Writer
from competence_graph.keeping import clear_copies
from competence_graph.model.actor import OPERATOR
from competence_graph.registry import Registry
from competence_graph.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(invite)
    app.command(name="erase")(erase_person)


def invite(
    email: Annotated[str, typer.Argument(help="Address that the person signs in with.")],
    name: Annotated[str, typer.Option("--name", help="Given and family name.")] = "",
) -> None:
    """Invite an administrator and print the link that sets the password; it works once, for seven days."""
    settings = Settings()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    registry = Registry(settings.registry_url)
    try:
        account = registry.accounts.by_email(email)
        if account is None:
            account = registry.accounts.create("admin", name or email.split("@")[0], email, given_by="operator")
        elif not any(each.actor.kind == "admin" for each in registry.accounts.of_account(account)):
            registry.accounts.grant(account, "admin", given_by="operator")
        token = registry.tickets.give(account, "invite", "operator")
        registry.audit.record(OPERATOR, "invite", reason="admin")
    finally:
        registry.close()
    OUT.print(f"{settings.address}/lt/invitation/{token}", markup=False, highlight=False, soft_wrap=True)


def erase_person(
    person: Annotated[str, typer.Argument(help="Id or IRI of the person.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; it cannot be undone.")] = False,
) -> None:
    """Erase a person from the registry, the graph and every file; it cannot be undone, nor by restoring a backup."""
    settings = Settings()
    wanted = thing(person, settings.base)
    if not yes:
        typer.confirm(f"Erase {wanted.local} for good?", abort=True)
    try:
        with connected(settings) as connection:
            if isinstance(connection.store, HeldStore):
                connection.store.request({"act": "erase", "person": wanted})
            else:
                assert isinstance(connection.writer, Writer)
                registry = Registry(settings.registry_url)
                try:
                    erase(OPERATOR, connection.writer, registry, wanted, clear=lambda: clear_copies(settings.data))
                finally:
                    registry.close()
    except NotFoundError as error:
        raise UnknownThingError("person", person) from error
    OUT.print(f"{wanted.local} is erased.", markup=False, highlight=False)
