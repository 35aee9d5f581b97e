"""Signing in as people do it, for tests: forms with their tokens, passwords, codes of an app."""

import html
import re
from datetime import UTC, datetime

import pyotp

GOOD = "trys žali obuoliai ant stalo"
OTHER = "keturi mėlyni namai prie upės"


def csrf(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def send(visitor, path, page=None, **fields):
    return visitor.post(path, data={"csrf": csrf(visitor.get(page or path)), **fields})


def sign_in(visitor, email, password=GOOD):
    return send(visitor, "/en/sign-in/password", "/en/sign-in", email=email, password=password)


def made(registry, kind, email, organisation=None, person=None, units=()):
    account = registry.accounts.create(
        kind, "Ona Bandytoja", email, organisation=organisation, person=person, units=units
    )
    registry.credentials.set_password(account, GOOD)
    return account


def code(seed):
    return pyotp.TOTP(seed).at(datetime.now(UTC))


def enrol(visitor):
    page = visitor.get("/en/sign-in/code")
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    sealed = html.unescape(re.search(r'name="seed" value="([^"]+)"', page.text)[1])
    return seed, visitor.post("/en/sign-in/code", data={"csrf": csrf(page), "seed": sealed, "code": code(seed)})


def as_demo(visitor, registry, name):
    visitor.cookies.set("session", registry.open_session(name))
    return visitor
