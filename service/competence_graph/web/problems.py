"""The one table: error -> status and words; problem+json for programs, a page in its language for people.

The text of an error goes to the client only where the table says so: a backend's address or a path never does.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import unquote, urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from competence_graph import errors
from competence_graph.errors import CompetenceGraphError, NotSignedInError, RefusedError
from competence_graph.model.text import Lang
from competence_graph.web import access, negotiation
from competence_graph.web.deps import Services
from competence_graph.web.language import language_of, msgid, words
from competence_graph.web.respond import Answer, respond, see_other

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error is told: its status, a title, what to do.

    ``says`` lets the error's own text out to the client; ``challenge`` is what WWW-Authenticate adds to Bearer
    (RFC 6750).
    """

    status: int
    title: str
    advice: str
    says: bool = False
    retry_after: int | None = None
    challenge: str = ""


_LATER: Final = msgid("Nothing was lost. Try again in a minute.")
_MEND: Final = msgid("Mend it and try again.")

PROBLEMS: Final[dict[type[Exception], Problem]] = {
    CompetenceGraphError: Problem(500, msgid("Something went wrong"), _LATER),
    errors.InputError: Problem(400, msgid("This cannot be used as it is"), _MEND, says=True),
    errors.InvalidIriError: Problem(
        400, msgid("This is no full address"), msgid("Give the whole address, from http on."), says=True
    ),
    errors.InvalidIdError: Problem(
        400, msgid("This is no identifier"), msgid("Compare it with its source: a character is wrong."), says=True
    ),
    errors.LevelOutOfRangeError: Problem(
        400, msgid("There is no such level"), msgid("Use 1 to 5, or 0 for no evidence."), says=True
    ),
    errors.QuestionParameterError: Problem(
        400, msgid("The question cannot be asked like this"), msgid("See which parameters the question has."), says=True
    ),
    errors.UnknownThingError: Problem(
        404, msgid("There is no such page"), msgid("It may have been moved, or the address has a mistake.")
    ),
    errors.UnknownQuestionError: Problem(
        404, msgid("There is no such question"), msgid("Choose one of those listed."), says=True
    ),
    errors.UnreadableFileError: Problem(
        400,
        msgid("The file cannot be read"),
        msgid("Check that it is what its name says, and send it again."),
        says=True,
    ),
    RefusedError: Problem(422, msgid("Nothing was written"), msgid("Mend what is listed and try again."), says=True),
    negotiation.MalformedAcceptError: Problem(
        400,
        msgid("The request cannot be read"),
        msgid("Write the Accept header as media types with commas between."),
        says=True,
    ),
    negotiation.NotAcceptableError: Problem(
        406, msgid("This is not available in that form"), msgid("Choose one of the forms there are."), says=True
    ),
    errors.StaffingError: Problem(
        422,
        msgid("The post cannot be recorded like this"),
        msgid("Look at the days and posts, and send the form again."),
    ),
    errors.ImportUndoError: Problem(
        409,
        msgid("The import cannot be undone any more"),
        msgid("Levels or posts were recorded since that rest on it. Correct single levels instead."),
    ),
    errors.UploadError: Problem(
        413, msgid("The file is too large"), msgid("Send a smaller table, or send it in parts.")
    ),
    errors.WeakPasswordError: Problem(
        422, msgid("The password is too weak"), msgid("Choose twelve characters or more that nobody would try first.")
    ),
    errors.LockedError: Problem(
        429, msgid("Too many attempts failed"), msgid("Wait a while and try again."), retry_after=60
    ),
    errors.IssuerError: Problem(
        502,
        msgid("The other sign-in does not answer"),
        msgid("Try again later, or sign in with a password."),
        retry_after=60,
    ),
    errors.IssuerRefusedError: Problem(
        401, msgid("The sign-in did not succeed"), msgid("Begin anew on the page of sign-in.")
    ),
    errors.MailError: Problem(
        502, msgid("The letter could not be sent"), msgid("Try again later, or hand the link over yourself.")
    ),
    errors.AccountExistsError: Problem(
        409, msgid("This account exists already"), msgid("Give the account one more role instead.")
    ),
    errors.NotFoundError: Problem(
        404, msgid("There is no such page"), msgid("It may have been moved, or the address has a mistake.")
    ),
    NotSignedInError: Problem(401, msgid("Sign in first"), msgid("This page needs an account.")),
    errors.SecondFactorError: Problem(
        401, msgid("One more step to sign in"), msgid("Enter the code that your authenticator app shows.")
    ),
    errors.BadTokenError: Problem(
        401,
        msgid("The token is not valid"),
        msgid("It may have ended or been withdrawn: make a new one on the page of tokens."),
        challenge='error="invalid_token"',
    ),
    errors.TokenScopeError: Problem(
        403,
        msgid("The token was not made for this"),
        msgid("Make one with the right that is missing; a token never writes."),
        challenge='error="insufficient_scope"',
    ),
    errors.BudgetError: Problem(
        429,
        msgid("Too much was asked in a short time"),
        msgid("Wait as long as Retry-After says, or take a whole download."),
    ),
    errors.ForbiddenError: Problem(
        403, msgid("This is not for your role"), msgid("Ask the person in your institution whose task it is.")
    ),
    access.CrossSiteError: Problem(
        403, msgid("The form is out of date"), msgid("Open the page again, fill the form in and send it.")
    ),
    errors.QueryError: Problem(
        400, msgid("The query was not answered"), msgid("Change the query and ask again."), says=True
    ),
    errors.QueryRefusedError: Problem(
        400, msgid("The query was refused"), msgid("Change the query and ask again."), says=True
    ),
    errors.QueryTypeError: Problem(
        415, msgid("This type of body is not taken"), msgid("Send the query as a form or as it is."), says=True
    ),
    errors.QuerySlowError: Problem(408, msgid("The query came too slowly"), msgid("Send it at once."), says=True),
    errors.QueryTimeoutError: Problem(
        504, msgid("The query took too long"), msgid("Ask for less at once, or take a whole download."), says=True
    ),
    errors.QueryTooLargeError: Problem(
        413, msgid("The answer is too large"), msgid("Add LIMIT and OFFSET, or take a whole download."), says=True
    ),
    errors.QueryCrashedError: Problem(
        503, msgid("The query needed too much memory"), msgid("Ask for less at once."), says=True, retry_after=5
    ),
    errors.SandboxUnavailableError: Problem(
        503,
        msgid("Queries are not answered now"),
        msgid("Downloads and pages go on working."),
        says=True,
        retry_after=60,
    ),
    errors.StoreError: Problem(503, msgid("The data cannot be reached now"), _LATER, retry_after=60),
    errors.StoreHeldError: Problem(503, msgid("The data cannot be reached now"), _LATER, retry_after=60),
    errors.StoreReadOnlyError: Problem(
        503,
        msgid("Nothing can be written now"),
        msgid("Nothing was lost, and reading goes on. Try again later."),
        retry_after=300,
    ),
    errors.StoreStaleError: Problem(503, msgid("The data cannot be reached now"), _LATER, retry_after=60),
    errors.StoreUnfitError: Problem(503, msgid("The data cannot be reached now"), _LATER, retry_after=600),
}

_STATUSES: Final[dict[int, Problem]] = {
    404: PROBLEMS[errors.NotFoundError],
    405: Problem(405, msgid("This cannot be done here"), msgid("Open the page and use what it offers.")),
    413: Problem(413, msgid("This is too large"), msgid("Send less at once.")),
}
_UNREADABLE: Final = PROBLEMS[errors.InputError]


def problem_of(error: Exception) -> Problem:
    """Return how an error is told: its own entry, else that of the nearest class above it."""
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            return PROBLEMS[kind]
    return PROBLEMS[CompetenceGraphError]


def install(app: FastAPI) -> None:
    """Let the app answer errors by the table."""

    def ours(request: Request, error: Exception) -> Response:
        return answer_error(request, error)

    def unreadable(request: Request, error: Exception) -> Response:
        found = cast("RequestValidationError", error).errors()
        wrong = [{"where": [str(part) for part in each["loc"]], "why": each["msg"]} for each in found]
        # A path that cannot be read leads to no page.
        in_path = any(each["where"][:1] == ["path"] for each in wrong)
        problem = _STATUSES[404] if in_path else _UNREADABLE
        return _tell(request, problem, {} if in_path else {"wrong": wrong}, "")

    def http(request: Request, error: Exception) -> Response:
        raised = cast("HTTPException", error)
        problem = _STATUSES.get(raised.status_code, Problem(raised.status_code, raised.detail, ""))
        response = _tell(request, problem, {}, "")
        response.headers.update(raised.headers or {})
        return response

    app.add_exception_handler(CompetenceGraphError, ours)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, http)


def answer_error(request: Request, error: Exception) -> Response:
    """Return the response that tells an error."""
    problem = problem_of(error)
    more: dict[str, Any] = {}
    page_may_help = isinstance(error, NotSignedInError) and not isinstance(error, errors.BadTokenError)
    if page_may_help and _wants_page(request) and request.method in {"GET", "HEAD"}:
        wanted = urlencode({"next": request.url.path})
        step = "/code" if isinstance(error, errors.SecondFactorError) else ""
        return see_other(f"/{language_of(request)}/sign-in{step}?{wanted}")
    if isinstance(error, RefusedError):
        more["findings"] = [
            {
                "focus": each.focus, "path": each.path, "value": each.value, "severity": each.severity,
                "rule": each.rule, "said": dict(each.said), "mend": dict(each.mend), "line": each.line,
            }
            for each in error.findings
        ]  # fmt: skip
    if isinstance(error, negotiation.NotAcceptableError):
        more["available"] = [each.media_type for each in error.available]
    if problem.status >= 500:
        more["incident"] = secrets.token_hex(4)
        log.error("request failed", exc_info=error, extra={"incident": more["incident"], "said": str(error)[:300]})
    response = _tell(request, problem, more, str(error) if problem.says else "")
    if isinstance(error, errors.BudgetError):
        response.headers["Retry-After"] = str(error.seconds)
    if problem.status == 401 or problem.challenge:
        response.headers["WWW-Authenticate"] = f"Bearer {problem.challenge}".strip()
    return response


def unexpected(request: Request, error: Exception) -> Response:
    """Return the response to an error that nobody foresaw; what it says goes nowhere, where it was goes to the log."""
    incident = secrets.token_hex(4)
    log.error("request failed unexpectedly", exc_info=error, extra={"incident": incident})
    return _tell(request, PROBLEMS[CompetenceGraphError], {"incident": incident}, "")


def _tell(request: Request, problem: Problem, more: Mapping[str, Any], detail: str) -> Response:
    lang = language_of(request)
    gettext = words(lang).gettext
    if not _wants_page(request):
        body = {
            "type": "about:blank",
            "title": gettext(problem.title),
            "status": problem.status,
            "detail": detail or (gettext(problem.advice) if problem.advice else ""),
            "advice": gettext(problem.advice) if problem.advice else "",
            **more,
        }
        content = json.dumps(body, ensure_ascii=False).encode()
        response = Response(content, problem.status, media_type="application/problem+json")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = lang
        response.headers["Vary"] = "Accept, Accept-Language"
    else:
        context = {
            "title": gettext(problem.title),
            "advice": gettext(problem.advice) if problem.advice else "",
            "detail": detail,
            "more": more,
        }
        if problem.status == 404:
            context |= _near(request, lang)
        # A suffix may have asked for data; the page that tells why there is none is HTML all the same.
        request.state.suffix = "html"
        page = "not_found.html" if problem.status == 404 else "error.html"
        response = respond(request, Answer(page=page, context=context, status=problem.status, public=True))
        response.headers["Cache-Control"] = "no-store"
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _wants_page(request: Request) -> bool:
    """Whether the error should be told on a page: where HTML would have been sent, had there been everything."""
    if getattr(request.state, "suffix", None) == "html":
        return True
    accept = request.headers.get("accept", "")
    if not accept.strip() or accept.strip() == "*/*":
        # curl and fetch() say so; people's browsers name HTML.
        return False
    try:
        face, _ = negotiation.negotiate(accept, None, negotiation.TABLE)
    except (negotiation.MalformedAcceptError, negotiation.NotAcceptableError):
        return False
    return face is negotiation.HTML


def _near(request: Request, lang: Lang) -> dict[str, Any]:
    """Return what the words of a dead address may have meant; nothing of it may fail, the page tells a failure."""
    parts = _words_of(request.url.path)
    services: Services = request.app.state.services
    typed = " ".join(parts)
    # All words first; then part after part from the end, since an address often ends in what it is about.
    for attempt in dict.fromkeys([typed, *reversed(parts)]):
        try:
            hits = services.search.search(attempt, lang, limit=5).hits if attempt else ()
        except CompetenceGraphError:
            hits = ()
        if hits:
            return {"words": attempt, "hits": hits}
    return {"words": typed, "hits": ()}


def _words_of(path: str) -> list[str]:
    """Return the words of an address, one text a part: "/lt/kursai/fondo-apsauga.html" -> kursai, fondo apsauga."""
    parts = [unquote(part) for part in path.split("/") if part not in {"", "lt", "en", "id", "doc"}]
    return [words for part in parts[-4:] if (words := " ".join(re.findall(r"[^\W_]+", part))[:60])]
