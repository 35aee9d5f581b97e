"""Secrets at rest: what the service must read again (seeds of one-time codes, secrets of issuers) is encrypted.

The key lies in a file of its own, so that a copy of the database alone gives none of them away.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from competence_graph.errors import StoreError

KEY_FILE: Final = "registry.key"


class Cipher:
    """Encrypts and decrypts with one key (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: bytes) -> None:
        """Take a key of `Fernet.generate_key`."""
        self._fernet = Fernet(key)
        self._key = key

    @classmethod
    def of_file(cls, file: Path | None) -> Cipher:
        """Return the cipher of a key file, made where it is missing; None gives a key for this process only.

        Raises:
            StoreError: If the file holds no key.
        """
        if file is None:
            return cls(Fernet.generate_key())
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "wb") as new:
                new.write(Fernet.generate_key())
                new.flush()
                os.fsync(new.fileno())
        try:
            return cls(file.read_bytes().strip())
        except ValueError as error:
            message = f"{file.name} holds no key: put the file back from the backup that belongs to this registry."
            raise StoreError(message) from error

    @property
    def key(self) -> bytes:
        """The key itself, to derive others from it."""
        return self._key

    def encrypt(self, text: str) -> str:
        """Return the text, encrypted."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, text: str) -> str:
        """Return the text that was encrypted.

        Raises:
            StoreError: If it was encrypted with another key.
        """
        try:
            return self._fernet.decrypt(text.encode()).decode()
        except InvalidToken as error:
            message = f"A secret in the registry was made with another key: put {KEY_FILE} back from its backup."
            raise StoreError(message) from error

    def opened(self, text: str) -> str:
        """Return the text that was encrypted; empty where a client sent something else."""
        try:
            return self._fernet.decrypt(text.encode()).decode()
        except (InvalidToken, ValueError):
            return ""
