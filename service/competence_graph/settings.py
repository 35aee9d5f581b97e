"""Settings: read once, by the command line and the app; everybody else is given values."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX: Final = "COMPETENCE_GRAPH_"
# The same as model.iri.BASE, held so by a test: settings stand below the model and import nothing of it.
BASE: Final = "https://w3id.org/competence-graph/"


class Settings(BaseSettings):
    """What an operator may set, each as an environment variable ``COMPETENCE_GRAPH_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", str_strip_whitespace=True)

    data: Path = Field(Path("data"), description="Folder of the store, the registry and the socket.")
    store: str = Field(
        "", description="Store: empty for a folder in `data`, `memory:`, or the http address of a server."
    )
    registry: SecretStr = Field(
        SecretStr(""),
        description="Registry's SQLAlchemy address; empty for a SQLite file in `data`. May hold a password.",
    )
    base: str = Field(BASE, description="What the URIs minted here begin with; published URIs stay as they are.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    demo: bool = Field(default=False, description="Sign in with one click as an invented person; loopback only.")
    https: bool = Field(default=False, description="Whether people reach the service over https, through a proxy.")
    secret: SecretStr | None = Field(
        None, description="Signs forms before sign-in, 32 characters or more; empty makes one at each start."
    )
    mail: SecretStr | None = Field(
        None, description="Mail server for invitations, such as `smtps://name:password@mail.example.org`; empty: none."
    )
    mail_from: str = Field("", description="What letters say they come from, such as `kompetencijos@example.org`.")
    public_address: str = Field(
        "",
        description="How people reach the service, such as `https://example.org`; for links in letters.",
    )
    retention_months: int = Field(
        24, ge=0, le=600, description="Months after leaving when a person is erased; 0 keeps them until somebody asks."
    )
    durable: bool = Field(default=False, description="Wait at each write until it would survive a loss of power.")
    sparql_seconds: float = Field(10, gt=0, le=600, description="Longest time of a free query, in seconds.")
    sparql_rows: int = Field(10_000, ge=1, description="Most rows of a free query without LIMIT.")
    sparql_memory_mb: int = Field(1024, ge=128, description="Most memory of a child that runs free queries, in MB.")
    sparql_children: int = Field(2, ge=1, le=16, description="Children that run free queries at once.")
    sparql_organisations: int = Field(
        4, ge=1, le=64, description="Organisations whose own queries are answered at once, each by children of its own."
    )
    sparql_budget: float = Field(
        120, ge=0, description="Seconds of query time that one asker has in ten minutes; 0 sets no limit."
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses or networks, with commas, whose X-Forwarded-For is believed; empty believes nobody.",
    )
    egress: Literal["checked", "blocked"] = Field(
        "checked",
        description="`blocked`: the operator vouches that children cannot reach a network; else they prove it.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")

    @field_validator("base")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or not value.endswith("/"):
            raise ValueError("give an http or https address that ends in a slash, such as https://example.org/")
        return value

    @field_validator("secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value():
            return None
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("give 32 characters or more, or leave it empty")
        return value

    @field_validator("mail")
    @classmethod
    def _is_mail(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if not value.get_secret_value().startswith(("smtps://", "smtp+starttls://", "smtp://")):
            raise ValueError("give an address that begins with smtps://, smtp+starttls:// or smtp://")
        return value

    @field_validator("public_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("give an address that begins with https://")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.mail is not None and not (self.mail_from and self.public_address):
            raise ValueError("letters need COMPETENCE_GRAPH_MAIL_FROM and COMPETENCE_GRAPH_PUBLIC_ADDRESS: set both")
        return self

    @property
    def address(self) -> str:
        """How people reach the service: as the operator says, else where it listens."""
        return self.public_address or f"{'https' if self.https else 'http'}://{self.host}:{self.port}"

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        if self.demo and not is_loopback(self.host):
            raise ValueError("demo mode signs anybody in, so it listens on loopback only: set host to 127.0.0.1")
        return self

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for each in (part.strip() for part in value.split(",") if part.strip()):
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueError(f"{each!r} is no address or network: write such as 10.0.0.5 or 10.0.0.0/24") from error
        return value

    @property
    def proxies(self) -> list[str]:
        """The addresses and networks whose word for where a request comes from is believed."""
        return [part.strip() for part in self.trusted_proxies.split(",") if part.strip()]

    @property
    def store_url(self) -> str:
        """What `open_store` takes."""
        return self.store or str(self.data / "store")

    @property
    def registry_url(self) -> str:
        """What `Registry` takes; may hold a password."""
        return self.registry.get_secret_value() or f"sqlite:///{self.data / 'registry.sqlite'}"


def is_loopback(host: str) -> bool:
    """Whether the address reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def table() -> list[tuple[str, str, str]]:
    """Return (variable, default, description) of every setting, for the command line and the README."""
    rows = []
    for name, field in Settings.model_fields.items():
        value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        default = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        rows.append((PREFIX + name.upper(), default, field.description or ""))
    return rows
