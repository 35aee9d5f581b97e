"""Passwords and one-time codes: kept as argon2id hashes and encrypted seeds, guarded by a lock that doubles.

Sources: OWASP ASVS 5.0, chapter 6 (length over composition, common passwords refused, no hint whether an account
exists); RFC 6238 for the codes, each time step used once.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import pyotp
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.errors import LockedError, WeakPasswordError
from competence_graph.registry.accounts import folded
from competence_graph.registry.cipher import Cipher
from competence_graph.registry.tables import AccountRow

SHORTEST: Final = 12
LONGEST: Final = 128
FREE: Final = 5
"""So many attempts may fail before the account locks."""
FIRST_LOCK: Final = timedelta(minutes=1)
LONGEST_LOCK: Final = timedelta(hours=1)
STEP: Final = 30
"""Seconds that a code is for."""
ISSUER: Final = "Competence Graph"
_MOST_STRANGERS: Final = 10_000
_HASH: Final = PasswordHash((Argon2Hasher(),))
# What people try first, folded and without digits and signs at the ends.
_COMMON: Final = frozenset(
    {
        "password", "passwort", "slaptazodis", "slaptažodis", "qwertyuiop", "qwerty", "asdfghjkl", "letmein", "welcome",
        "iloveyou", "administrator", "administratorius", "biblioteka", "muziejus", "archyvas", "kultura", "kultūra",
        "lietuva", "vilnius", "kaunas", "klaipeda", "klaipėda", "competencegraph", "kompetencija", "kompetencijos",
        "passwordpassword", "qwertyqwerty", "changeme", "sveikas", "labadiena", "trustno", "princess", "football",
    }
)  # fmt: skip
_EDGES: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class Credentials:
    """The passwords and seeds of accounts. Safe to use from several threads."""

    def __init__(self, transactions: sessionmaker[Transaction], now: Callable[[], datetime], cipher: Cipher) -> None:
        """Prepare; ``cipher`` encrypts the seeds of codes."""
        self._transactions = transactions
        self._now = now
        self._cipher = cipher
        # An address without an account locks like one with: whether there is one is nobody's business.
        self._strangers: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()
        self._gate = threading.Lock()
        self._decoy = _HASH.hash("a password that nobody has")

    def check_password(self, email: str, password: str) -> str | None:
        """Return the account that this password opens; None where it does not, or there is no such account.

        Raises:
            LockedError: If too many attempts failed; right or wrong, the answer is the same until then.
        """
        address = folded(email)[:320]
        password = password[: LONGEST * 4]
        with self._transactions() as at:
            found = at.execute(
                select(AccountRow.id, AccountRow.password, AccountRow.totp).where(
                    AccountRow.email == address, AccountRow.state == "active"
                )
            ).one_or_none()
        if found is None or found[1] is None:
            self._stranger_tries(address)
            _HASH.verify(password, self._decoy)
            return None
        account, stored = str(found[0]), str(found[1])
        self._count(account)
        right, better = _HASH.verify_and_update(password, stored)
        if not right:
            return None
        # Where a code is asked for too, only the code forgives: a known password must not buy more guesses at it.
        self._forgive(account, password=better, whole=found[2] is None)
        return account

    def confirm(self, account: str, password: str) -> bool:
        """Whether somebody signed in to an account knows its password, before what changes how one signs in.

        Raises:
            LockedError: If too many attempts failed.
        """
        with self._transactions() as at:
            stored = at.scalar(select(AccountRow.password).where(AccountRow.id == account))
        if stored is None:
            return False
        self._count(account)
        right, better = _HASH.verify_and_update(password[: LONGEST * 4], stored)
        if right:
            self._forgive(account, password=better, whole=True)
        return bool(right)

    def check_strength(self, account: str, password: str) -> None:
        """Look whether a password would do for an account.

        Raises:
            WeakPasswordError: If it is too short, too long, or what people try first.
        """
        with self._transactions() as at:
            row = at.get(AccountRow, account)
            words = [] if row is None else [row.email or "", (row.email or "").split("@")[0], row.label]
        fault = weakness(password, words)
        if fault:
            raise WeakPasswordError(fault)

    def set_password(self, account: str, password: str) -> None:
        """Give an account a password.

        Raises:
            WeakPasswordError: If it is too short, too long, or what people try first.
        """
        self.check_strength(account, password)
        stored = _HASH.hash(password)
        with self._transactions.begin() as at:
            at.execute(
                update(AccountRow)
                .where(AccountRow.id == account)
                .values(password=stored, password_changed=self._now(), failures=0, locked_until=None)
            )

    def new_seed(self) -> str:
        """Return a seed for codes that no account has yet: base32, as authenticator apps take it."""
        return pyotp.random_base32()

    def address_of_seed(self, account: str, seed: str) -> str:
        """Return the otpauth address of a seed, for a QR code."""
        with self._transactions() as at:
            row = at.get(AccountRow, account)
            name = "" if row is None else row.email or row.label
        return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=ISSUER)

    def enrol(self, account: str, seed: str, code: str) -> bool:
        """Give an account a seed, once its owner has shown a code made with it."""
        step = self._step(seed, code)
        if step is None:
            return False
        with self._transactions.begin() as at:
            # Only where there is none: of two who enrol at once the first stays the owner.
            taken = at.scalar(
                update(AccountRow)
                .where(AccountRow.id == account, AccountRow.totp.is_(None))
                .values(totp=self._cipher.encrypt(seed), totp_step=step)
                .returning(AccountRow.id)
            )
        return taken is not None

    def check_code(self, account: str, code: str) -> bool:
        """Whether a code is right, and was not used before; from now on it was.

        Raises:
            LockedError: If too many attempts failed.
        """
        self._count(account)
        with self._transactions() as at:
            row = at.get(AccountRow, account)
            stored = None if row is None else row.totp
        step = None if stored is None else self._step(self._cipher.decrypt(stored), code)
        if step is None:
            return False
        with self._transactions.begin() as at:
            used = at.execute(
                update(AccountRow)
                .where(AccountRow.id == account, AccountRow.totp_step < step)
                .values(totp_step=step)
                .returning(AccountRow.id)
            ).first()
        if used is None:
            return False
        self._forgive(account)
        return True

    def drop_codes(self, account: str) -> None:
        """Take the seed away from an account: its owner lost the device, and enrols again at the next sign-in."""
        with self._transactions.begin() as at:
            at.execute(update(AccountRow).where(AccountRow.id == account).values(totp=None, totp_step=0))

    def has_password(self, account: str) -> bool:
        """Whether an account has a password."""
        with self._transactions() as at:
            return at.scalar(select(AccountRow.password).where(AccountRow.id == account)) is not None

    def any_password(self) -> bool:
        """Whether anybody can sign in with a password, or was invited to set one."""
        with self._transactions() as at:
            found = select(AccountRow.id).where(AccountRow.demo.is_(False), AccountRow.email.is_not(None)).limit(1)
            return at.scalar(found) is not None

    def _step(self, seed: str, code: str) -> int | None:
        """Return the time step that a code is of: this one or a neighbour, for clocks that differ."""
        digits = re.sub(r"\s", "", code)
        if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
            return None
        now = int(self._now().timestamp()) // STEP
        made = pyotp.TOTP(seed)
        return next((step for step in (now, now - 1, now + 1) if made.verify(digits, for_time=step * STEP)), None)

    def _count(self, account: str) -> None:
        """Count an attempt before it is looked at, so that many at once do not slip through.

        Raises:
            LockedError: If the account is locked.
        """
        now = self._now()
        with self._transactions.begin() as at:
            failures = at.scalar(
                update(AccountRow)
                .where(AccountRow.id == account, or_(AccountRow.locked_until.is_(None), AccountRow.locked_until <= now))
                .values(failures=AccountRow.failures + 1)
                .returning(AccountRow.failures)
            )
            if failures is None:
                until = at.scalar(select(AccountRow.locked_until).where(AccountRow.id == account))
                raise LockedError(until or now + FIRST_LOCK)
            if failures >= FREE:
                at.execute(
                    update(AccountRow).where(AccountRow.id == account).values(locked_until=now + lock_after(failures))
                )

    def _forgive(self, account: str, *, password: str | None = None, whole: bool = True) -> None:
        changes: dict[str, object] = {"failures": 0, "locked_until": None}
        if not whole:
            changes = {
                "failures": case((AccountRow.failures > 0, AccountRow.failures - 1), else_=0),
                "locked_until": case((AccountRow.failures <= FREE, None), else_=AccountRow.locked_until),
            }
        if password is not None:
            changes["password"] = password
        with self._transactions.begin() as at:
            at.execute(update(AccountRow).where(AccountRow.id == account).values(**changes))

    def _stranger_tries(self, address: str) -> None:
        key = hashlib.sha256(address.encode()).hexdigest()
        now = self._now()
        with self._gate:
            failures, until = self._strangers.pop(key, (0, None))
            if until is not None and until > now:
                self._strangers[key] = (failures, until)
                raise LockedError(until)
            failures += 1
            self._strangers[key] = (failures, now + lock_after(failures) if failures >= FREE else None)
            while len(self._strangers) > _MOST_STRANGERS:
                self._strangers.popitem(last=False)


def lock_after(failures: int) -> timedelta:
    """Return how long an account is locked after so many failures: a minute after the fifth, doubled each time."""
    doublings: int = min(max(failures - FREE, 0), 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def weakness(password: str, words: list[str]) -> str:
    """Return what is wrong with a password: ``short``, ``long``, ``common``, ``own``; empty where nothing is.

    Args:
        password: As typed.
        words: What belongs to its owner: the address, the name.
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    plain = password.casefold()
    if _EDGES.sub("", plain) in _COMMON or len(set(plain)) < 5 or plain in "0123456789" * 13:
        return "common"
    own = [part for word in words for part in re.split(r"[\s@.]+", word.casefold()) if len(part) >= 4]
    rest = plain
    for part in sorted(own, key=len, reverse=True):
        rest = rest.replace(part, "")
    return "own" if len(rest) < SHORTEST - 4 and rest != plain else ""
