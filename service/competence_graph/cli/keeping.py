"""backup, restore, settings, doctor: keeping the data safe and the set-up sound."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import urlsplit

import typer

from competence_graph.answers.erasing import resume
from competence_graph.bundled import Folder, bundled
from competence_graph.cli.connection import connected
from competence_graph.cli.show import ERR, OUT, Exit, Form, print_rows
from competence_graph.errors import StoreError, StoreHeldError
from competence_graph.graph.holder import HeldStore, ask_holder
from competence_graph.graph.write import Writer
from competence_graph.keeping import REGISTRY, back_up, clear_copies
from competence_graph.keeping import restore as put_back
from competence_graph.model.actor import OPERATOR
from competence_graph.registry import Registry
from competence_graph.registry.audit_export import FOLDER as AUDIT
from competence_graph.registry.audit_export import broken_links
from competence_graph.registry.cipher import KEY_FILE
from competence_graph.registry.jobs import BACKUP, OLD_BACKUP
from competence_graph.settings import PREFIX, Settings, is_loopback


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(backup)
    app.command()(restore)
    app.command(name="settings")(show_settings)
    app.command()(doctor)


def backup(folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")]) -> None:
    """Write the store and the registry to a new folder, beside a running server or without one."""
    settings = Settings()
    with connected(settings) as connection:
        if isinstance(connection.store, HeldStore):
            manifest, _ = connection.store.request({"act": "backup", "folder": str(folder.resolve())})
        else:
            _note_backup(settings)
            manifest = back_up(connection.store, settings.data / REGISTRY, folder)
    statements = sum(each["statements"] for each in manifest["graphs"].values())
    OUT.print(f"{folder}: {len(manifest['graphs'])} graphs, {statements} statements", markup=False, highlight=False)


def _note_backup(settings: Settings) -> None:
    if not settings.registry.get_secret_value() and not (settings.data / REGISTRY).exists():
        return
    registry = Registry(settings.registry_url)
    try:
        registry.jobs.note(BACKUP)
    finally:
        registry.close()


def restore(folder: Annotated[Path, typer.Argument(help="A folder that `backup` wrote.")]) -> None:
    """Put a backup in the place of the data; what was there is kept beside it. The server must be stopped."""
    settings = Settings()
    if settings.store:
        message = "Only a store in the data folder can be restored here: restore another with its own tools."
        raise StoreError(message)
    try:
        holder = ask_holder(settings.data)
    except OSError:
        pass
    else:
        raise StoreHeldError(settings.data.name, holder)
    manifest = put_back(folder, settings.data)
    again = _erase_again(settings)
    OUT.print(
        f"Restored {len(manifest['graphs'])} graphs of {manifest['made']}: counts and hashes agree.", highlight=False
    )
    if again:
        OUT.print(f"{again} erasure(s) that the backup did not know, or undid, were done again.", highlight=False)


def _erase_again(settings: Settings) -> int:
    """Do the erasures again that the restored data does not know of; return how many were looked at."""
    registry = Registry(settings.registry_url)
    try:
        registry.journal.reopen()
        with connected(settings) as connection:
            assert isinstance(connection.writer, Writer)
            return resume(OPERATOR, connection.writer, registry, lambda: clear_copies(settings.data))
    finally:
        registry.close()


def show_settings(form: Annotated[Form, typer.Option("--format", help="How to print the rows.")] = Form.TABLE) -> None:
    """Print every setting with its value and meaning; secrets are not shown."""
    settings = Settings()
    rows = [
        {
            "setting": f"{PREFIX}{name.upper()}",
            "value": str(getattr(settings, name) or ""),
            "meaning": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]
    print_rows(["setting", "value", "meaning"], rows, form)


def _registry_faults(settings: Settings) -> list[str]:
    """Return what is wrong with the ways to sign in, the jobs and the backups."""
    nobody = "Nobody can sign in: let an administrator in with competence-graph invite <e-mail>."
    file = settings.data / REGISTRY
    if not settings.registry.get_secret_value() and not file.exists():
        return [nobody]
    registry = Registry(settings.registry_url)
    try:
        found = [] if registry.accounts.any_admin() else [nobody]
        last = registry.jobs.find(BACKUP)
        if not found and (last is None or last.ended is None or datetime.now(UTC) - last.ended > OLD_BACKUP):
            found.append(
                "There was no backup in the last week: let competence-graph backup run every night, "
                "and copy what it writes to another machine."
            )
        found += [
            f"The job {each.name} failed last time ({each.message}): see the log."
            for each in registry.jobs.all()
            if each.state == "failed"
        ]
        return found + [
            f"The issuer {each.label} is without https: whoever listens signs in as anybody. Give it an https address."
            for each in registry.issuers.everybody()
            if each.enabled and not each.url.startswith("https://")
        ]
    finally:
        registry.close()


def doctor() -> None:
    """Look for what is unsafe or missing in the set-up, and say how to mend it."""
    settings = Settings()
    faults = []
    if settings.data.exists() and stat.S_IMODE(settings.data.stat().st_mode) & 0o077:
        faults.append(f"Others on this machine can read {settings.data}: run chmod 700 on it.")
    registry = settings.data / REGISTRY
    if registry.exists() and stat.S_IMODE(registry.stat().st_mode) & 0o077:
        faults.append(f"Others on this machine can read {registry}: run chmod 600 on it.")
    for name in get_args(Folder):
        try:
            bundled(name)
        except FileNotFoundError as error:
            faults.append(str(error))
    key = registry.with_name(KEY_FILE)
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        faults.append(f"Others on this machine can read {key}: run chmod 600 on it.")
    if not settings.demo:
        faults += _registry_faults(settings)
    if not settings.demo and settings.secret is None:
        faults.append(
            "Forms opened before a restart are refused after it: set COMPETENCE_GRAPH_SECRET to 32 characters or more."
        )
    if settings.public_address.startswith("http://") and not is_loopback(
        urlsplit(settings.public_address).hostname or ""
    ):
        faults.append(
            "COMPETENCE_GRAPH_PUBLIC_ADDRESS is without https: links with passwords in them would be readable."
        )
    faults += [
        f"The exported audit before {name} was changed or is gone: compare {settings.data / AUDIT} with its copies."
        for name in broken_links(settings.data / AUDIT)
    ]
    if settings.demo:
        faults.append("Demo mode is on: anybody on this machine can sign in as anybody. Unset COMPETENCE_GRAPH_DEMO.")
    if not settings.https and settings.host not in ("127.0.0.1", "::1", "localhost"):
        faults.append("People reach the service without https: put a proxy before it, then set COMPETENCE_GRAPH_HTTPS.")
    for each in faults:
        ERR.print(each, markup=False)
    if faults:
        raise typer.Exit(Exit.FINDINGS)
    OUT.print("Nothing to mend.")
