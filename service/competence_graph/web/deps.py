"""What handlers ask for by annotation.

``services: Parts``      the parts of the service (`Services`)
``lang: PageLang``       the language of the page, lt or en, in routes that begin with ``/{lang:lang}``
``lang: AskedLang``      the same where the path has none: of ``?lang=``, else Accept-Language
``actor: Reader``        anybody, signed in or not                         } exactly one of these in every route:
``actor: Public``        nobody in particular: the session is not looked at } `create_app` refuses a route without one
``actor: SignedIn``      somebody signed in; others are sent to sign-in    }
``actor: Asker``         whoever asks freely, by session or token          }
``actor: Machine``       a program; no session, no cookie                  }
``form: CheckedForm``    in every POST of a page: refuses forms that another site sent (T16)
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Request

from competence_graph.exchange.mail import Mailer
from competence_graph.exchange.oidc import RelyingParty
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.live_search import LiveSearch
from competence_graph.graph.store import Store
from competence_graph.graph.write import Writer
from competence_graph.model.text import Lang
from competence_graph.registry import Registry
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.organisations import OrganisationSparql
from competence_graph.web.budgets import Budgets
from competence_graph.web.language import language_of

VILNIUS = ZoneInfo("Europe/Vilnius")


def present() -> datetime:
    """Return the present moment in Vilnius."""
    return datetime.now(VILNIUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of the service, put together by `create_app`. ``base`` is what minted URIs begin with.

    ``organisations`` answers free SPARQL over an organisation's own data.
    ``budgets`` counts what askers use; ``relying`` speaks to the issuers of sign-ins.
    ``retention_months``: after so many months somebody who left is erased; 0: never by itself.
    ``clear`` removes copies of older states from the data folder.
    ``address`` is how people reach the service, for links in letters; empty where nobody said.
    ``https`` says whether people come over https; ``demo`` whether they may sign in with one click.
    """

    store: Store
    registry: Registry
    secret: bytes
    clock: Callable[[], datetime] = present
    base: str
    retention_months: int = 0
    demo: bool = False
    https: bool = False
    writer: Writer
    search: LiveSearch
    levels: LevelMatrix
    sandbox: FreeSparql | None = None
    organisations: OrganisationSparql | None = None
    budgets: Budgets = field(default_factory=lambda: Budgets(0, attempts=0))
    mailer: Mailer | None = None
    relying: RelyingParty = field(default_factory=RelyingParty)
    clear: Callable[[], None] = lambda: None
    address: str = ""

    def note_mail_failed(self) -> None:
        """Tell the operator that a letter was not taken; never to whom it should have gone."""
        logging.getLogger(__name__).warning("a letter could not be sent")

    def background(self, act: Callable[..., None], *given: object) -> None:
        """Do something beside the request; it must take its own errors."""
        threading.Thread(target=act, args=given, name="background", daemon=True).start()

    @property
    def today(self) -> date:
        """The day in Vilnius."""
        return self.clock().date()


async def services(request: Request) -> Services:
    """Return the parts of the service."""
    found: Services = request.app.state.services
    return found


async def page_language(request: Request) -> Lang:
    """Return the language of the page."""
    return language_of(request)


Parts = Annotated[Services, Depends(services)]
PageLang = Annotated[Lang, Path(description="Language of the page")]
AskedLang = Annotated[Lang, Depends(page_language)]
