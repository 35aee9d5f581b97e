"""Sign-in with an issuer of OpenID Connect: code flow with PKCE, metadata by discovery.

Sources: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE), RFC 9207 (``iss`` in the answer), RFC 9700. The
token says who somebody is; what they may do stands in our registry alone.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from competence_graph.errors import IssuerError, IssuerRefusedError
from competence_graph.model.actor import Actor

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures that are believed: asymmetric ones, so that what everybody can read signs nothing."""
LEEWAY: Final = 60
"""Seconds by which clocks may differ."""
LONGEST: Final = 600
"""Seconds between the start of a sign-in and its end."""
_DISCOVERY: Final = "/.well-known/openid-configuration"
_KNOWN_FOR: Final = 3600.0
_PATIENCE: Final = 5.0
_MOST: Final = 1 << 20
# A key named by the token itself would be the attacker's; what must be understood we do not understand.
_FORBIDDEN_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are for an issuer; without a secret we are a public client, whom PKCE protects."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that has begun; kept in a sealed cookie of the browser it belongs to."""

    state: str
    nonce: str
    verifier: str
    at: float


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed in, in the issuer's words: ``email`` only where the issuer says that it was verified.

    ``factors`` is the claim ``amr`` (RFC 8176): how the person showed who they are.
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    factors: frozenset[str]


class RelyingParty:
    """We, as issuers know us; what they say of themselves is asked for once an hour. Safe for any number of threads."""

    def __init__(self, now: Callable[[], float] = time.time, transport: httpx.BaseTransport | None = None) -> None:
        """Prepare.

        Args:
            now: Seconds since 1970.
            transport: How the issuer is reached; over the network where left out.
        """
        self._now = now
        self._transport = transport
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._keys: dict[str, tuple[float, KeySet]] = {}

    def discover(self, actor: Actor, issuer: str, *, fresh: bool = False) -> Mapping[str, Any]:
        """Return the metadata of an issuer.

        Args:
            actor: On whose behalf.
            issuer: Its address, exactly as it calls itself.
            fresh: Ask again even if it was asked lately.

        Raises:
            IssuerError: If it cannot be reached, or its metadata is of another issuer, incomplete or unsafe.
        """
        del actor
        check_address(issuer)
        with self._lock:
            known = self._known.get(issuer)
        if known is not None and not fresh and self._now() - known[0] < _KNOWN_FOR:
            return known[1]
        found = self._json("GET", issuer.rstrip("/") + _DISCOVERY)
        if found.get("issuer") != issuer:
            raise IssuerError(
                "other-name", "it calls itself by another address; write exactly the one it gives as its issuer"
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str):
                raise IssuerError("incomplete", f"its metadata lacks {name}")
            check_address(found[name])
        if "S256" not in found.get("code_challenge_methods_supported", ["S256"]):
            raise IssuerError("no-pkce", "it does not offer PKCE with S256")
        with self._lock:
            self._known[issuer] = (self._now(), found)
        return found

    def begin(self, actor: Actor, client: Client) -> tuple[str, Attempt]:
        """Return where to send the browser, and what must be kept until it comes back.

        Raises:
            IssuerError: If the issuer cannot be reached.
        """
        known = self.discover(actor, client.issuer)
        attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), self._now())
        asked = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = known["authorization_endpoint"]
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}", attempt

    def finish(self, actor: Actor, client: Client, attempt: Attempt, answer: Mapping[str, str]) -> Signed:
        """Return who signed in.

        Args:
            actor: On whose behalf.
            client: As at the beginning.
            attempt: What was kept.
            answer: The parameters with which the browser came back.

        Raises:
            IssuerRefusedError: If the answer is of another sign-in, too late, or the issuer or its token is not to be
                believed; nobody is told which.
            IssuerError: If the issuer cannot be reached.
        """
        known = self.discover(actor, client.issuer)
        if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise IssuerRefusedError("the answer belongs to another sign-in")
        if not 0 <= self._now() - attempt.at <= LONGEST:
            raise IssuerRefusedError("it took too long")
        told = answer.get("iss")
        if (told is not None or known.get("authorization_response_iss_parameter_supported")) and told != client.issuer:
            raise IssuerRefusedError("the answer is of another issuer")
        if not answer.get("code"):
            raise IssuerRefusedError("the issuer let nobody in")
        given = self._redeem(known, client, attempt, answer["code"])
        token = given.get("id_token")
        if not isinstance(token, str):
            raise IssuerRefusedError("no ID token was given")
        claims = self._believed(known, client, attempt, token)
        access_token = given.get("access_token")
        if "at_hash" in claims and isinstance(access_token, str):
            self._check_half(claims["at_hash"], access_token, jwt_header(token).get("alg", ""))
        email = claims.get("email")
        verified = claims.get("email_verified") in (True, "true")
        factors = claims.get("amr")
        return Signed(
            client.issuer,
            claims["sub"],
            email if isinstance(email, str) and verified else None,
            claims["name"] if isinstance(claims.get("name"), str) else "",
            frozenset(each for each in factors if isinstance(each, str)) if isinstance(factors, list) else frozenset(),
        )

    def _redeem(self, known: Mapping[str, Any], client: Client, attempt: Attempt, code: str) -> Mapping[str, Any]:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect,
            "code_verifier": attempt.verifier,
        }
        basic = None
        methods = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if client.client_secret is None:
            sent["client_id"] = client.client_id
        elif "client_secret_basic" in methods:
            basic = httpx.BasicAuth(_form(client.client_id), _form(client.client_secret))
        else:
            sent |= {"client_id": client.client_id, "client_secret": client.client_secret}
        return self._json("POST", known["token_endpoint"], data=sent, auth=basic)

    def _believed(self, known: Mapping[str, Any], client: Client, attempt: Attempt, token: str) -> dict[str, Any]:
        """Return the claims of an ID token that is to be believed (OpenID Connect Core, 3.1.3.7)."""
        header = jwt_header(token)
        if _FORBIDDEN_HEADERS & set(header):
            raise IssuerRefusedError("the token names a key of its own")
        # "at+jwt" is an access token, "logout+jwt" a notice: neither says who signs in. Some leave the type out.
        if str(header.get("typ", "JWT")).upper() != "JWT":
            raise IssuerRefusedError("the token is of another type")
        decoded = self._decoded(known, token, str(header.get("kid", "")))
        claims = decoded.claims
        if claims.get("typ", "ID") != "ID":
            raise IssuerRefusedError("the token is of another type")
        rules = jwt.JWTClaimsRegistry(
            now=int(self._now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": client.issuer},
            aud={"essential": True, "value": client.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        try:
            rules.validate(claims)
        except JoseError as error:
            raise IssuerRefusedError(f"the token is not to be believed: {error}") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != client.client_id:
            raise IssuerRefusedError("the token is for somebody else")
        if claims["iat"] < self._now() - LONGEST - LEEWAY:
            raise IssuerRefusedError("the token is old")
        return claims

    def _decoded(self, known: Mapping[str, Any], token: str, kid: str) -> jwt.Token:
        for fresh in (False, True):
            keys = self._keys_of(known["jwks_uri"], fresh=fresh)
            # An issuer may have changed its keys a moment ago: then they are asked for once more.
            if kid and not fresh and kid not in {each.kid for each in keys.keys}:
                continue
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise IssuerRefusedError(f"the token is not to be believed: {error}") from error
        raise AssertionError

    def _keys_of(self, address: str, *, fresh: bool) -> KeySet:
        with self._lock:
            known = self._keys.get(address)
        if known is not None and self._now() - known[0] < (LEEWAY if fresh else _KNOWN_FOR):
            return known[1]
        found = self._json("GET", address)
        keys = found.get("keys")
        usable = [
            each
            for each in (keys if isinstance(keys, list) else ())
            # A secret among public keys would be one that everybody knows.
            if isinstance(each, dict) and each.get("kty") in {"RSA", "EC", "OKP"} and each.get("use", "sig") == "sig"
        ]
        try:
            made = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError) as error:
            raise IssuerError("no-keys", "its keys cannot be read") from error
        if not usable:
            raise IssuerError("no-keys", "it has no keys that sign")
        with self._lock:
            self._keys[address] = (self._now(), made)
        return made

    @staticmethod
    def _check_half(said: object, access_token: str, algorithm: str) -> None:
        size = algorithm[-3:]
        digest = hashlib.new(f"sha{size}" if size in {"256", "384"} else "sha512", access_token.encode()).digest()
        half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
        if not isinstance(said, str) or not secrets.compare_digest(said.encode(), half.encode()):
            raise IssuerRefusedError("the access token belongs to another sign-in")

    def _json(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """Return the JSON object that an address of the issuer answers; no redirect is followed.

        Raises:
            IssuerError: If it answers otherwise, or not in time.
        """
        try:
            with (
                httpx.Client(transport=self._transport, timeout=_PATIENCE, follow_redirects=False) as client,
                client.stream(method, address, headers={"Accept": "application/json"}, **more) as answer,
            ):
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MOST:
                        raise IssuerError("unreachable", "its answer is too long")
                if method == "POST" and 400 <= answer.status_code < 500:
                    raise IssuerRefusedError("the issuer did not take the code")
                if answer.status_code != 200:
                    raise IssuerError("unreachable", f"it answered with status {answer.status_code}")
                found = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise IssuerError("unreachable", "it does not answer, or not in JSON") from error
        if not isinstance(found, dict):
            raise IssuerError("unreachable", "its answer is no JSON object")
        return found


def check_address(address: str) -> None:
    """Refuse an address to which neither codes nor secrets may go: it must be https, or on this machine.

    Raises:
        IssuerError: If it may not be used.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError as error:
        raise IssuerError("address", "the address cannot be read") from error
    at_home = host in {"localhost", "127.0.0.1", "::1"}
    if (
        not host
        or parts.username
        or parts.fragment
        or parts.scheme not in ({"https", "http"} if at_home else {"https"})
    ):
        raise IssuerError("address", "the address must begin with https://")


def jwt_header(token: str) -> dict[str, Any]:
    """Return the header of a JWT as it claims to be; nothing of it is proved."""
    try:
        head = token.split(".", maxsplit=1)[0]
        found = json.loads(_unpadded(head))
    except ValueError as error:
        raise IssuerRefusedError("the token cannot be read") from error
    if not isinstance(found, dict) or token.count(".") != 2:
        raise IssuerRefusedError("the token cannot be read")
    return found


def _unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _form(text: str) -> str:
    """Return a name or secret as RFC 6749 2.3.1 wants it in a Basic header."""
    return urlencode({"": text})[1:]
