"""invite: the first administrator, and whoever else the operator lets in."""

from __future__ import annotations

from typing import Annotated

import typer

from competence_graph.cli.show import OUT
from competence_graph.model.actor import OPERATOR
from competence_graph.registry import Registry
from competence_graph.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(invite)


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
