"""Signing in with an address and a password, the second factor, choosing among several tasks, and links by invitation.

A new session begins at every step that makes a person more than before, so that one fixed beforehand is worth nothing.
"""

from __future__ import annotations

from typing import Annotated, Final

import segno
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from competence_graph.answers.people import labels
from competence_graph.errors import LockedError, MailError, NotFoundError, NotSignedInError, WeakPasswordError
from competence_graph.model.actor import OPERATOR
from competence_graph.model.text import Lang, label_of
from competence_graph.registry import Account, Session
from competence_graph.registry.tickets import Purpose
from competence_graph.web import access
from competence_graph.web.access import CheckedForm, Public, Reader
from competence_graph.web.budgets import address_of
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond, see_other
from competence_graph.web.routes.sign_in import KINDS, landing, own_path, sign_in_context

router = APIRouter(include_in_schema=False)

# Without any referrer browsers say "Origin: null" with a form, and nobody could tell it from another site's.
NO_REFERRER: Final = {"Referrer-Policy": "strict-origin"}
"""The address of the page, with the link's token in it, goes nowhere; the host does."""
FAULTS: Final = {
    "short": msgid("Use twelve characters or more; several words are fine."),
    "long": msgid("Use at most 128 characters."),
    "common": msgid("Many people would try this password first. Choose another."),
    "own": msgid("Your name and address are easy to guess. Choose a password without them."),
}
Token = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[\w-]+$")]
Next = Annotated[str, Query(max_length=300)]


@router.post("/{lang:lang}/sign-in/password")
def password(request: Request, parts: Parts, lang: PageLang, actor: Public, form: CheckedForm) -> Response:
    """Sign in with an address and a password."""
    gettext = words(lang).gettext
    email, given = str(form.get("email", ""))[:400], str(form.get("password", ""))[:1000]
    wanted = own_path(str(form.get("next", "")))
    parts.budgets.attempt(address_of(request))
    try:
        account = parts.registry.credentials.check_password(email, given)
    except LockedError as error:
        return _refused(request, parts, wait_words(parts, error, lang), 429, email, wanted)
    token = parts.registry.sessions.open(account) if account is not None else None
    if account is None or token is None:
        # Beside the request and in the same words: nobody learns whether the address or the password is wrong.
        parts.background(_note_failure, parts, email)
        wrong = gettext("The address and the password do not belong together.")
        return _refused(request, parts, wrong, 422, email, wanted)
    return let_in(request, parts, lang, token, wanted)


def _note_failure(parts: Services, email: str) -> None:
    """Write into the audit that somebody failed to sign in to an account that is there."""
    account = parts.registry.accounts.by_email(email)
    held = [] if account is None else parts.registry.accounts.of_account(account)
    if held:
        actor = held[0].actor
        parts.registry.audit.record(actor, "sign-in-failed", organisation=actor.organisation)


@router.get("/{lang:lang}/sign-in/code")
def code_page(
    request: Request, parts: Parts, lang: PageLang, actor: Reader, wanted: Annotated[Next, Query(alias="next")] = ""
) -> Response:
    """Where the code of the second factor is entered, or the app is set up the first time."""
    session = _waiting(request)
    if session is None:
        return see_other(own_path(wanted) or f"/{lang}/sign-in")
    return _code(request, parts, lang, session, own_path(wanted))


@router.post("/{lang:lang}/sign-in/code")
def code(request: Request, parts: Parts, lang: PageLang, actor: Reader, form: CheckedForm) -> Response:
    """Take the code of the second factor; the first one enrols the app it came from."""
    parts.budgets.attempt(address_of(request))
    session = _waiting(request)
    wanted = own_path(str(form.get("next", "")))
    if session is None:
        return see_other(wanted or f"/{lang}/sign-in")
    gettext = words(lang).gettext
    account = session.account
    given = str(form.get("code", ""))[:20]
    credentials = parts.registry.credentials
    seed = ""
    try:
        if account.enrolled:
            right = credentials.check_code(account.id, given)
        else:
            seed = _seed(parts, account.id, str(form.get("seed", "")))
            right = credentials.enrol(account.id, seed, given)
    except LockedError as error:
        return _code(request, parts, lang, session, wanted, error=wait_words(parts, error, lang), status=429)
    if not right:
        wrong = gettext("This is not the code that the app shows now. Wait for the next one and enter that.")
        return _code(request, parts, lang, session, wanted, error=wrong, status=422, seed=seed)
    parts.registry.audit.record(account.actor, "second-factor" if account.enrolled else "enrol")
    token = parts.registry.sessions.open(account.id, grant=account.grant, strong=True)
    if token is None:
        raise NotSignedInError
    return let_in(request, parts, lang, token, wanted)


@router.get("/{lang:lang}/sign-in/role")
def role_page(request: Request, parts: Parts, lang: PageLang, actor: Reader) -> Response:
    """Where somebody with several tasks chooses one."""
    session = _signed_in(request)
    held = parts.registry.accounts.of_account(session.account.id)
    organisations = {each.actor.organisation for each in held if each.actor.organisation}
    named = labels(actor, parts.store, organisations)
    gettext = words(lang).gettext
    return respond(
        request,
        Answer(
            page="sign_in_role.html",
            context={
                "section": "sign-in",
                "offers": [
                    (
                        each.grant,
                        gettext(KINDS[each.actor.kind]),
                        label_of(named, each.actor.organisation, lang) if each.actor.organisation else "",
                        each.grant == session.account.grant,
                    )
                    for each in held
                ],
            },
        ),
    )


@router.post("/{lang:lang}/sign-in/role")
def role(request: Request, parts: Parts, lang: PageLang, actor: Reader, form: CheckedForm) -> Response:
    """Go on as another of one's tasks."""
    session = _signed_in(request)
    token = parts.registry.sessions.open(session.account.id, grant=str(form.get("grant", "")), strong=session.strong)
    if token is None:
        raise NotFoundError
    return let_in(request, parts, lang, token, "")


@router.get("/{lang:lang}/invitation/{token}")
def ticket_page(request: Request, parts: Parts, lang: PageLang, actor: Reader, token: Token) -> Response:
    """Where an invited person, or one who forgot the password, chooses one. Opening the page uses nothing up."""
    return _ticket(request, parts, lang, token)


@router.post("/{lang:lang}/invitation/{token}")
def ticket(request: Request, parts: Parts, lang: PageLang, actor: Reader, token: Token, form: CheckedForm) -> Response:
    """Set the password and sign in; the link works once."""
    parts.budgets.attempt(address_of(request))
    found = parts.registry.tickets.find(token)
    if found is None:
        return _ticket(request, parts, lang, token)
    given = str(form.get("password", ""))
    gettext = words(lang).gettext
    if given != str(form.get("again", "")):
        return _ticket(request, parts, lang, token, error=gettext("The two passwords differ. Type them again."))
    try:
        parts.registry.credentials.check_strength(found.account, given)
    except WeakPasswordError as error:
        return _ticket(request, parts, lang, token, error=gettext(FAULTS[error.fault]))
    account = parts.registry.tickets.use(token)
    if account is None:
        return _ticket(request, parts, lang, token)
    # In this order: a sign-in with the old password in between is over too.
    parts.registry.credentials.set_password(account, given)
    parts.registry.sessions.close_all(account)
    parts.registry.bearer.revoke_all(account)
    opened = parts.registry.sessions.open(account)
    if opened is None:
        raise NotFoundError
    held = parts.registry.accounts.of_account(account)
    if held:
        parts.registry.audit.record(held[0].actor, "set-password", organisation=held[0].actor.organisation)
    return let_in(request, parts, lang, opened, "")


@router.get("/{lang:lang}/sign-in/forgot")
def forgot_page(request: Request, parts: Parts, lang: PageLang, actor: Reader) -> Response:
    """What to do without the password: by letter where the service sends any, else whom to ask."""
    return respond(request, Answer(page="forgot.html", context={"mail": parts.mailer is not None, "sent": False}))


@router.post("/{lang:lang}/sign-in/forgot")
def forgot(request: Request, parts: Parts, lang: PageLang, actor: Public, form: CheckedForm) -> Response:
    """Send a link to an address; the answer is the same whether or not somebody has it."""
    if parts.mailer is None:
        raise NotFoundError
    parts.budgets.attempt(address_of(request))
    # Beside the request, so that nobody learns by the time it takes whether an address is known.
    parts.background(_remind, parts, lang, str(form.get("email", ""))[:400])
    return respond(request, Answer(page="forgot.html", context={"mail": True, "sent": True}))


def post_link(parts: Services, lang: Lang, account: Account, purpose: Purpose, by: str | None = None) -> str:
    """Make a link that sets a password, send it where letters are sent, and return it."""
    token = parts.registry.tickets.give(account.id, purpose, by)
    link = f"{parts.address}/{lang}/invitation/{token}"
    if parts.mailer is not None and account.email:
        gettext = words(lang).gettext
        subject = gettext("Your account in the Competence Graph")
        text = (
            gettext("Choose a password here:")
            + f"\n\n{link}\n\n"
            + gettext("The link works once. If you expected no such letter, do nothing.")
        )
        parts.background(_send, parts, account.email, subject, text)
    return link


def _remind(parts: Services, lang: Lang, email: str) -> None:
    account = parts.registry.accounts.by_email(email)
    held = parts.registry.accounts.of_account(account) if account is not None else []
    if held and held[0].state == "active":
        post_link(parts, lang, held[0], "reset")


def _send(parts: Services, to: str, subject: str, text: str) -> None:
    if parts.mailer is None:
        return
    try:
        parts.mailer.send(OPERATOR, to, subject, text)
    except MailError:
        parts.note_mail_failed()


def wait_words(parts: Services, error: LockedError, lang: Lang) -> str:
    """Return for how long an account is locked, in words."""
    minutes = max(1, -(-int((error.until - parts.clock()).total_seconds()) // 60))
    return words(lang).ngettext(
        "Too many attempts failed. Try again in %(num)s minute.",
        "Too many attempts failed. Try again in %(num)s minutes.",
        minutes,
    ) % {"num": minutes}


def let_in(
    request: Request, parts: Services, lang: Lang, token: str, wanted: str, *, by_issuer: bool = False
) -> Response:
    """Return the way on for somebody whose new session this is: the second factor, the choice of a task, or a page.

    Raises:
        NotSignedInError: If the session ended meanwhile.
    """
    session = parts.registry.find_session(token)
    if session is None:
        raise NotSignedInError
    access.end_session(request, parts)
    if session.waits:
        target = f"/{lang}/sign-in/code" + (f"?next={wanted}" if wanted else "")
    elif wanted:
        target = wanted
    elif len(parts.registry.accounts.of_account(session.account.id)) > 1 and not request.url.path.endswith("/role"):
        target = f"/{lang}/sign-in/role"
    else:
        target = landing(session.account, lang)
    # Who shows a second factor of ours is noted where it was shown.
    if not session.waits and (by_issuer or not session.account.two_factors):
        parts.registry.audit.record(session.account.actor, "sign-in")
    response = see_other(target)
    access.open_session(response, parts, token)
    return response


def _refused(request: Request, parts: Services, wrong: str, status: int, email: str, wanted: str) -> Response:
    return respond(
        request,
        Answer(page="sign_in.html", context=sign_in_context(parts, wanted, wrong=wrong, email=email), status=status),
    )


def _waiting(request: Request) -> Session | None:
    session: Session | None = getattr(request.state, "session", None)
    return session if session is not None and session.waits else None


def _signed_in(request: Request) -> Session:
    session: Session | None = getattr(request.state, "session", None)
    if session is None or session.waits:
        raise NotSignedInError
    return session


def _code(
    request: Request,
    parts: Services,
    lang: Lang,
    session: Session,
    wanted: str,
    *,
    error: str = "",
    status: int = 200,
    seed: str = "",
) -> Response:
    context: dict[str, object] = {"section": "sign-in", "error": error, "wanted": wanted, "enrols": False}
    if not session.account.enrolled:
        credentials = parts.registry.credentials
        seed = seed or credentials.new_seed()
        picture = segno.make(credentials.address_of_seed(session.account.id, seed), error="m")
        context |= {
            "enrols": True,
            "picture": picture.svg_data_uri(scale=5, border=2, dark="#1d1a16", light="#ffffff"),
            "seed": " ".join(seed[start : start + 4] for start in range(0, len(seed), 4)),
            # It is nobody's yet: encrypted with the account, so that it cannot be swapped for another's.
            "sealed": parts.registry.cipher.encrypt(f"{session.account.id}:{seed}"),
        }
    return respond(request, Answer(page="sign_in_code.html", context=context, status=status))


def _seed(parts: Services, account: str, sealed: str) -> str:
    whose, _, seed = parts.registry.cipher.opened(sealed).partition(":")
    if whose != account or not seed:
        raise NotFoundError
    return seed


def _ticket(request: Request, parts: Services, lang: Lang, token: str, *, error: str = "") -> Response:
    found = parts.registry.tickets.find(token)
    return respond(
        request,
        Answer(
            page="invitation.html",
            context={
                "section": "sign-in",
                "label": found.label if found is not None else "",
                "known": found is not None,
                "reset": found is not None and found.purpose == "reset",
                "error": error,
                "target": f"/{lang}/invitation/{token}",
                "issuers": parts.registry.issuers.offered() if found is not None and found.purpose == "invite" else (),
            },
            status=(422 if error else 200) if found is not None else 404,
            headers=NO_REFERRER,
        ),
    )
