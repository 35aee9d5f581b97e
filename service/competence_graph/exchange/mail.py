"""Mail: one short text to one person, by the operator's own server."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from competence_graph.errors import MailError
from competence_graph.model.actor import Actor

_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Mailer:
    """A mail server: ``smtps://`` speaks TLS at once, ``smtp+starttls://`` after the greeting, ``smtp://`` never.

    ``address`` may hold a name and a password; ``sender`` is what the letters say they come from.
    """

    address: str
    sender: str

    def send(self, actor: Actor, to: str, subject: str, text: str) -> None:
        """Send a letter.

        Args:
            actor: On whose behalf.
            to: One address.
            subject: One line.
            text: Plain text.

        Raises:
            MailError: If the server does not take it; nothing says to whom it should have gone.
        """
        del actor
        parts = urlsplit(self.address)
        letter = EmailMessage()
        try:
            letter["From"], letter["To"], letter["Subject"] = self.sender, to, " ".join(subject.split())
            letter.set_content(text)
            port = parts.port or (465 if parts.scheme == "smtps" else 587)
            host = parts.hostname or ""
            if parts.scheme == "smtps":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, port, timeout=_PATIENCE, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(host, port, timeout=_PATIENCE)
            with server:
                if parts.scheme == "smtp+starttls":
                    server.starttls(context=ssl.create_default_context())
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(letter)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailError from error
