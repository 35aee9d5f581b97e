"""An issuer on loopback that answers whatever a test wants: for tokens that no honest issuer gives."""

import base64
import hashlib
import hmac
import json
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey


def encoded(part):
    """A part of a token."""
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def made_keys():
    """The issuer's key, one of somebody else, and one on a curve: made once, since that takes a while."""
    return (
        RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}),
        RSAKey.generate_key(2048, {"kid": "2", "use": "sig"}),
        ECKey.generate_key("P-256", {"kid": "3", "use": "sig"}),
    )


class EvilIssuer:
    """Metadata, keys and a token endpoint; what the next ID token is, the test says."""

    def __init__(self):
        self.key, self.other, self.curve = made_keys()
        self.keys = [self.key.as_dict(private=False), self.curve.as_dict(private=False)]
        self.metadata = {}
        self.answer = {}
        self.asked = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def claims(self, nonce, /, **changes):
        """The claims of a good ID token, with these changes; None takes one away."""
        now = int(time.time())
        made = {
            "iss": self.url, "sub": "rasa", "aud": "graph", "exp": now + 300, "iat": now, "nonce": nonce,
            "email": "rasa@muziejus.example", "email_verified": True,
        } | changes  # fmt: skip
        return {name: value for name, value in made.items() if value is not None}

    def sign(self, claims, *, alg="RS256", key=None, **header):
        """A signed token."""
        used = key or self.key
        return jwt.encode({"alg": alg, "kid": "1", **header}, claims, used, algorithms=[alg])

    def sign_with_public_key(self, claims):
        """The classic attack: the public key, which everybody can read, as the secret of HS256."""
        head, body = (encoded(each) for each in ({"alg": "HS256", "typ": "JWT", "kid": "1"}, claims))
        mark = hmac.new(self.key.as_pem(private=False), f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{encoded(mark)}"

    def _handler(evil):  # noqa: N805 - the handler below has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *given):
                pass

            def _say(self, body, status=200):
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                evil.asked.append(self.path)
                if self.path == "/.well-known/openid-configuration":
                    self._say(
                        {
                            "issuer": evil.url,
                            "authorization_endpoint": f"{evil.url}/auth",
                            "token_endpoint": f"{evil.url}/token",
                            "jwks_uri": f"{evil.url}/jwks",
                            "code_challenge_methods_supported": ["S256"],
                        }
                        | evil.metadata
                    )
                elif self.path == "/jwks":
                    self._say({"keys": evil.keys})
                else:
                    self._say({"keys": [evil.other.as_dict(private=False)]})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                evil.asked.append((self.path, dict(parse_qsl(body))))
                self._say(evil.answer)

        return Handler
