"""The one place where the parts are put together."""

from __future__ import annotations

import importlib
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from competence_graph import __version__
from competence_graph.answers.erasing import resume
from competence_graph.chores import Chores
from competence_graph.errors import StoreError, StoreHeldError
from competence_graph.exchange.mail import Mailer
from competence_graph.graph.fitness import assert_fit
from competence_graph.graph.holder import ask_holder
from competence_graph.graph.inventory import guard
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.live_search import live_search
from competence_graph.graph.organisation_snapshot import OrganisationSnapshots
from competence_graph.graph.snapshot import PublicSnapshot
from competence_graph.graph.store import Store, open_store
from competence_graph.graph.vocab import PREFIXES
from competence_graph.graph.write import vilnius_today
from competence_graph.keeping import ORGANISATION_SNAPSHOTS, clear_copies
from competence_graph.life import Life, invent, settle
from competence_graph.model.actor import OPERATOR
from competence_graph.registry import Registry
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.organisations import OrganisationSparql
from competence_graph.sandbox.pool import Limits
from competence_graph.settings import Settings
from competence_graph.web import access, assets, description, problems
from competence_graph.web.budgets import Budgets
from competence_graph.web.deps import Services
from competence_graph.web.edge import Edge

log = logging.getLogger(__name__)

# In this order: of two routes that fit a path, the first answers.
ROUTES: Final = (
    "health",
    "documents",
    "sparql",
    "organisation_sparql",
    "tokens",
    "search",
    "competences",
    "roles",
    "courses",
    "people",
    "importing",
    "staffing",
    "levels",
    "assessing",
    "planning",
    "my_data",
    "erasing",
    "audit",
    "admin",
    "yearly",
    "profiles",
    "what_if",
    "sample",
    "organisations",
    "sign_in",
    "local_sign_in",
    "issuer_sign_in",
    "issuers",
    "jobs",
    "account",
    "accounts",
    "about",
    "help",
    "home",
)


MOST_BODY: Final = 1 << 20
"""Longest body of a request, in bytes; a route that takes files says its own."""


def hold(settings: Settings) -> Store:
    """Open the store that the settings name.

    Raises:
        StoreHeldError: If another process holds it; the error names that process.
        StoreError: If it cannot be opened, or is a server that answers wrongly.
    """
    try:
        store = open_store(settings.store_url, durable=settings.durable)
    except StoreHeldError as error:
        who = error.holder
        with suppress(OSError):
            who = ask_holder(settings.data)
        raise StoreHeldError(error.path, who) from error
    if settings.store.startswith(("http://", "https://")):
        try:
            assert_fit(store, "The SPARQL server of COMPETENCE_GRAPH_STORE")
        except StoreError:
            store.close()
            raise
    return store


def create_app(settings: Settings, store: Store | None = None, registry: Registry | None = None) -> FastAPI:
    """Return the service.

    Args:
        settings: What the operator set.
        store: Used instead of the one that the settings name, and left open at the end.
        registry: The same for the registry.

    Raises:
        StoreError: If the store cannot be opened.
        RuntimeError: If a route does not say who may ask.
    """
    if store is None or registry is None:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    own: list[Store | Registry] = []
    given = store is not None
    if store is None:
        store = hold(settings)
        own.append(store)
    if registry is None:
        registry = Registry(settings.registry_url)
        own.append(registry)
    writer = guard(store, settings.base)
    if not given:
        settle(writer, settings.base)
        if settings.demo:
            invent(writer, registry, vilnius_today(), settings.base)
    on_disk = not given and not settings.store
    # What was to be erased is, before anybody can ask.
    resume(OPERATOR, writer, registry, lambda: clear_copies(settings.data) if on_disk else None)
    levels = LevelMatrix.build(store)
    writer.on_change(levels.apply)
    search = live_search(store)
    writer.on_change(search.note)
    snapshot = PublicSnapshot(store, settings.data / "snapshots", base=settings.base)
    writer.on_change(snapshot.note)
    limits = Limits(
        seconds=settings.sparql_seconds,
        rows=settings.sparql_rows,
        memory=settings.sparql_memory_mb << 20,
        children=settings.sparql_children,
    )
    sandbox = FreeSparql(snapshot.current, limits, egress=settings.egress, prefixes=PREFIXES)
    own_snapshots = OrganisationSnapshots(store, snapshot, settings.data / ORGANISATION_SNAPSHOTS, base=settings.base)
    organisations = OrganisationSparql(
        own_snapshots.current, limits, most=settings.sparql_organisations, egress=settings.egress, prefixes=PREFIXES
    )

    def forget() -> None:
        organisations.clear()
        own_snapshots.clear()

    life = Life(store, writer, settings.data if on_disk else None, registry, forget)
    chores = Chores(writer, registry, settings.data, retention_months=settings.retention_months, clear=life.clear)
    secret = settings.secret.get_secret_value().encode() if settings.secret else secrets.token_bytes(32)
    services = Services(
        store=store,
        registry=registry,
        writer=writer,
        search=search,
        levels=levels,
        sandbox=sandbox,
        organisations=organisations,
        # Demonstrations are shown to classes from one address.
        budgets=Budgets(0, attempts=0) if settings.demo else Budgets(settings.sparql_budget),
        clear=life.clear,
        mailer=Mailer(settings.mail.get_secret_value(), settings.mail_from) if settings.mail is not None else None,
        address=settings.public_address,
        secret=secret,
        base=settings.base,
        retention_months=settings.retention_months,
        demo=settings.demo,
        https=settings.https,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        life.start()
        chores.start()
        yield
        chores.stop()
        life.stop()
        sandbox.close()
        organisations.close()
        for each in own:
            each.close()

    # The documentation pages of FastAPI load scripts from elsewhere; the description itself is at /openapi.json.
    app = FastAPI(
        title="Competence Graph",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=MOST_BODY,
    )
    app.state.services = services
    for name in ROUTES:
        router = importlib.import_module(f"competence_graph.web.routes.{name}").router
        if undecided := access.without_scope(router):
            raise RuntimeError(
                f"These routes do not say who may ask; add an actor (web/deps.py): {', '.join(undecided)}"
            )
        app.include_router(router)
    problems.install(app)
    description.describe(app)
    assets.mount(app)
    app.add_middleware(Edge, https=settings.https)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies)
    return app
