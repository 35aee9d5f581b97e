"""A real issuer of OpenID Connect for tests: npm's oidc-provider, as a process of its own."""

import json
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

from tests.conftest import node

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("issuer.mjs")
SECRET = "a secret that only tests know / with + signs"
PEOPLE = {
    "rasa": {"email": "rasa@muziejus.example", "email_verified": True, "name": "Rasa Giedrytė"},
    "unverified": {"email": "hr@muziejus.example", "email_verified": False, "name": "Ne Ji"},
    "elsewhere": {"email": "kita@kitur.example", "email_verified": True, "name": "Kita"},
}


@contextmanager
def issuing(redirect, people=PEOPLE):
    """Run an issuer with one client while the block runs, and give its address."""
    given = {"people": people, "secret": SECRET, "redirects": [redirect]}
    process = subprocess.Popen(
        [node(), str(SCRIPT), json.dumps(given)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
    )  # fmt: skip
    try:
        port = process.stdout.readline().strip()
        assert port, "the issuer did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.stdout.close()


def walk(visitor, answer, person, home):
    """Go through the issuer's pages as a person until they lead back to us; gives the address they lead to."""
    for _ in range(20):
        if answer.is_redirect:
            address = urljoin(str(answer.url), answer.headers["location"])
            if address.startswith(home):
                return address
            answer = visitor.get(address)
        else:
            action = urljoin(str(answer.url), re.search(r'<form[^>]*action="([^"]+)"', answer.text)[1])
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]
            answer = visitor.post(action, data={"prompt": prompt, "login": person, "password": "x"})
    raise AssertionError(f"the issuer led nowhere: {answer.url}")
