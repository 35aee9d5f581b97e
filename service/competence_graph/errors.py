"""The errors of the service; no HTTP in it (statuses live in web/problems.py).

CompetenceGraphError
├── InputError                     something given cannot be used as it is
│   ├── InvalidIriError            text that is no absolute IRI
│   ├── InvalidIdError             an id of the wrong form or with a wrong check character
│   ├── LevelOutOfRangeError       a level outside its scale
│   ├── QuestionParameterError     a question asked with a parameter it does not have, or without one it needs
│   ├── UnknownQuestionError       no question of that name
│   ├── UnknownThingError          no person, unit or organisation of that id, said to the operator only
│   ├── UnreadableFileError        a file that cannot be read in the form it claims
│   ├── AccountExistsError         an account with that e-mail address is there already
│   ├── StaffingError              a post that cannot begin or end like this
│   ├── ImportUndoError            an import on which later records rest
│   ├── UploadError                an upload that is larger than is taken
│   ├── WeakPasswordError          a password that is too short or too common
│   └── RefusedError               a write whose findings forbid it; carries the findings
├── NotFoundError                  no such thing, or none that the actor may see (the two look alike)
├── NotSignedInError               the page needs an account
│   ├── SecondFactorError          signed in by password; a second factor is still to be shown
│   └── BadTokenError              a bearer token that is unknown, over or revoked
├── LockedError                    too many attempts to sign in failed
├── IssuerError                    an issuer of sign-ins that does not answer as it must
│   └── IssuerRefusedError         a sign-in with an issuer that is not to be believed
├── MailError                      the mail server did not take a letter
├── ForbiddenError                 signed in, and the act is not this role's
│   └── TokenScopeError            a bearer token that was not made for this
├── BudgetError                    too much asked in too short a time; carries when to come again
├── QueryError                     free SPARQL that was not answered
│   ├── QueryRefusedError          malformed, or against the policy
│   ├── QueryTypeError             sent as a type of body that is not taken
│   ├── QuerySlowError             sent too slowly
│   ├── QueryTimeoutError          longer than the limit
│   ├── QueryTooLargeError         more rows than the limit
│   ├── QueryCrashedError          the child ran out of memory or died
│   └── SandboxUnavailableError    no child could be made safe
└── StoreError                     the store cannot do it now
    ├── StoreHeldError             another process holds the store
    ├── StoreReadOnlyError         disk full or no file handles: reads go on, writes are refused
    ├── StoreStaleError            a remote store does not answer
    └── StoreUnfitError            a store that answers wrongly is refused by name
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from competence_graph.model.finding import Finding


class CompetenceGraphError(Exception):
    """The root: everything the service raises on purpose."""


class InputError(CompetenceGraphError):
    """Something given cannot be used as it is; the text says what, what is allowed, what to do."""


class InvalidIriError(InputError):
    """Text that is no absolute IRI."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text[:200]!r} is not an absolute IRI: write it whole, such as https://example.org/id/x.")


class InvalidIdError(InputError):
    """An id of the wrong form or with a wrong check character."""

    def __init__(self, local: str, why: str) -> None:
        self.local = local
        self.why = why
        super().__init__(f"{local[:80]!r} is not an id: {why}")


class LevelOutOfRangeError(InputError):
    """A level outside its scale."""

    def __init__(self, competence: str, level: int, top: int) -> None:
        self.competence = competence
        self.level = level
        self.top = top
        super().__init__(f"Level {level} of <{competence}> is out of range: use 1 to {top}, or 0 for no evidence.")


class UnknownQuestionError(InputError):
    """No question of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"There is no question {name[:80]!r}. There are: {', '.join(known)}.")


class QuestionParameterError(InputError):
    """A question asked with a parameter it does not have, or a value it cannot take."""

    def __init__(self, question: str, parameter: str, why: str) -> None:
        self.question = question
        self.parameter = parameter
        self.why = why
        super().__init__(f"Question {question}, parameter {parameter[:80]!r}: {why}")


class UnknownThingError(InputError):
    """No person, unit or organisation of that id: said to the operator, who may see all there is."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        super().__init__(
            f"There is no {kind} {text[:80]!r}: look up its id on its page, or with `competence-graph ask`."
        )


class UnreadableFileError(InputError):
    """A file that cannot be read in the form it claims."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self.why = why
        super().__init__(f"{name}: {why}")


class AccountExistsError(InputError):
    """An account with that e-mail address is there already."""

    def __init__(self) -> None:
        super().__init__("An account with this e-mail address exists already: give it one more role instead.")


StaffingFault = Literal["day", "before-post", "same-post", "email", "no-post"]


class StaffingError(InputError):
    """A post that cannot be recorded like this; ``fault`` names why, ``post_start`` the day that is in the way."""

    def __init__(self, fault: StaffingFault, post_start: date | None = None) -> None:
        self.fault = fault
        self.post_start = post_start
        super().__init__(f"The post cannot be recorded like this: {fault}.")


class ImportUndoError(InputError):
    """An import that cannot be undone: ``since`` things were recorded that rest on it."""

    def __init__(self, since: int) -> None:
        self.since = since
        super().__init__(f"The import cannot be undone: {since} record(s) made since rest on it.")


class UploadError(InputError):
    """An upload that is larger than is taken, or does not say how large it is; ``most`` is in bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"The file is larger than {most >> 20} MB, or its size is not known: send a smaller one.")


class WeakPasswordError(InputError):
    """A password that is too short or too common; ``fault`` says which: short, long, common or own."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__("Choose a longer password that nobody would try first: twelve characters or more.")


class RefusedError(InputError):
    """A write that was refused and changed nothing; ``findings`` says where, why and how to mend it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"Nothing was written: {len(self.findings)} finding(s) must be mended first.")


class NotFoundError(CompetenceGraphError):
    """No such thing, or none that the actor may see: the two look alike on purpose."""

    def __init__(self, what: str = "") -> None:
        self.what = what
        super().__init__("There is no such page or record.")


class NotSignedInError(CompetenceGraphError):
    """The page needs an account."""


class SecondFactorError(NotSignedInError):
    """Signed in by password; a second factor is still to be shown."""


class BadTokenError(NotSignedInError):
    """A bearer token that is unknown, over or revoked, or whose holder's task has ended; which of these is not told."""


class LockedError(CompetenceGraphError):
    """Too many attempts to sign in failed; the next is possible after ``until``."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("Too many attempts failed. Wait a while and try again.")


IssuerFault = Literal["address", "unreachable", "other-name", "incomplete", "no-pkce", "no-keys", "refused"]


class IssuerError(CompetenceGraphError):
    """An issuer of sign-ins that cannot be reached, or does not answer as it must; ``fault`` names what is wrong."""

    def __init__(self, fault: IssuerFault, detail: str) -> None:
        self.fault = fault
        super().__init__(f"The issuer cannot be used: {detail}.")


class IssuerRefusedError(IssuerError):
    """A sign-in with an issuer that is not to be believed; the reason goes to the log, not to whoever tried."""

    def __init__(self, detail: str) -> None:
        super().__init__("refused", detail)


class MailError(CompetenceGraphError):
    """The mail server did not take a letter."""


class ForbiddenError(CompetenceGraphError):
    """Signed in, and the act is not this role's."""


class TokenScopeError(ForbiddenError):
    """A bearer token that was not made for this."""


class BudgetError(CompetenceGraphError):
    """Too much was asked in too short a time.

    Attributes:
        seconds: After how many seconds it may be asked again.
    """

    def __init__(self, seconds: int) -> None:
        self.seconds = max(1, seconds)
        super().__init__(f"too much was asked; come again in {self.seconds} s")


class QueryError(CompetenceGraphError):
    """Free SPARQL that was not answered; the text says why and what to do."""


class QueryRefusedError(QueryError):
    """Malformed, or against the policy."""


class QueryTypeError(QueryError):
    """Sent as a type of body that is not taken."""


class QuerySlowError(QueryError):
    """Sent too slowly."""


class QueryTimeoutError(QueryError):
    """Ran longer than the limit, in seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"The query ran longer than {seconds:g} s and was stopped: ask for less, or take a dump.")


class QueryTooLargeError(QueryError):
    """More rows than the limit."""

    def __init__(self, limit: int, counted: int) -> None:
        self.limit = limit
        self.counted = counted
        super().__init__(f"The answer has more than {limit} rows: add LIMIT and OFFSET, or take a dump.")


class QueryCrashedError(QueryError):
    """The child that ran the query ran out of memory or died; nobody else was harmed."""


class SandboxUnavailableError(QueryError):
    """No child could be made safe, so none answers; the text says why."""


class StoreError(CompetenceGraphError):
    """The store cannot do it now."""


class StoreHeldError(StoreError):
    """Another process holds the store."""

    def __init__(self, path: str, holder: str) -> None:
        self.path = path
        self.holder = holder
        super().__init__(f"The store is held by {holder}: use it through that process, or stop it first.")


class StoreReadOnlyError(StoreError):
    """Disk full or no file handles: reads go on, writes are refused, nothing is lost."""


class StoreStaleError(StoreError):
    """A remote store does not answer."""


class StoreUnfitError(StoreError):
    """A store that answers wrongly is refused by name."""
