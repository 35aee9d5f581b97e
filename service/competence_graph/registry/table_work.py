"""What every part of the registry works with: its transactions, the present moment, and new ids."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the registry.

    Attributes:
        transactions: Opens a transaction.
        now: The present moment, with a time zone.
    """

    transactions: sessionmaker[Transaction]
    now: Callable[[], datetime]


def new_id() -> str:
    """Return a random id of 20 characters."""
    return secrets.token_hex(10)


def new_token() -> str:
    """Return a token of 256 random bits that fits into an address and a header."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """Return what is stored of a token: 256 random bits need no slow hash to keep a reader of the table out."""
    return hashlib.sha256(token.encode()).hexdigest()
