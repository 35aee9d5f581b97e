"""The service over given quads, as a process of its own: `serve_sparql.py {"quads": ..., "folder": ...}`.

It prints its port and its user. Run by tests, also as a user who may do nothing; hence a script.
"""

import dataclasses
import json
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pyoxigraph as ox
import uvicorn

from competence_graph.app import create_app
from competence_graph.graph.organisation_snapshot import OrganisationSnapshots
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.snapshot import PublicSnapshot
from competence_graph.graph.vocab import PREFIXES
from competence_graph.model.iri import BASE
from competence_graph.registry import Registry
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.organisations import OrganisationSparql
from competence_graph.sandbox.policy import FreeQuery
from competence_graph.sandbox.pool import Limits
from competence_graph.settings import Settings
from competence_graph.web.slow_reader import CuttingProtocol

ORGANISATIONS = ("o0000001", "o0000002")


class WithoutPolicy(FreeSparql):
    """The children alone: every query reaches them as it is."""

    def check(self, query, *, default=(), named=()):
        """Let everything through."""
        form = next((each for each in ("ASK", "CONSTRUCT", "DESCRIBE") if each in query), "SELECT")
        chosen = bool(default or named)
        return FreeQuery(query, form, False, tuple(default) if chosen else None, tuple(named) if chosen else None)


def token(registry, local):
    """A token of the HR of an organisation."""
    registry.put_account(f"hr-{local}", "hr", "HR", organisation=f"{BASE}id/{local}")
    grant = registry.accounts.of_account(f"hr-{local}")[0].grant
    return registry.bearer.issue(f"hr-{local}", grant, "test", ["sparql"], timedelta(days=1))


def main(options):
    """Serve until standard input ends."""
    folder = Path(options["folder"])
    store = OxigraphStore(folder / "store")
    store.load(ox.parse(path=options["quads"], format=ox.RdfFormat.N_QUADS))
    registry = Registry("sqlite://")
    # Their time is what some tests are about; budgets are tested for themselves.
    app = create_app(Settings(data=folder / "data", sparql_budget=0), store=store, registry=registry)
    (folder / "tokens.json").write_text(json.dumps({local: token(registry, local) for local in ORGANISATIONS}))
    sparql = (FreeSparql if options["policy"] else WithoutPolicy)(
        PublicSnapshot(store, folder / "snapshots").current, Limits(**options["limits"]), prefixes=PREFIXES
    )
    sparql.warm()
    own = OrganisationSnapshots(store, PublicSnapshot(store, folder / "own-public"), folder / "own")
    organisations = OrganisationSparql(own.current, Limits(**options["limits"]), prefixes=PREFIXES)
    app.state.services = dataclasses.replace(app.state.services, sandbox=sparql, organisations=organisations)
    CuttingProtocol.patience = options["patience"]
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=0, http=CuttingProtocol, ws="none", log_config=None, access_log=False
        )
    )

    def tell():
        while not server.started:
            threading.Event().wait(0.01)
        print(server.servers[0].sockets[0].getsockname()[1], os.getuid(), flush=True)
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=tell, daemon=True).start()
    server.run()
    sparql.close()
    organisations.close()
    (folder / "after.nq").write_bytes(store.dump())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
