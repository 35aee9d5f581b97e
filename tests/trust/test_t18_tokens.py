"""T18: tokens that nobody may believe, as the word of an issuer and as bearer tokens of our own: refused."""

import time
from datetime import timedelta

import httpx
import pytest
from joserfc.jwk import OctKey
from tests.oidc.evil import EvilIssuer, encoded
from tests.serving import demo_app, serving

from competence_graph.errors import IssuerError, IssuerRefusedError
from competence_graph.exchange.oidc import Client, RelyingParty
from competence_graph.model.actor import ANYONE
from competence_graph.registry.table_work import hashed


@pytest.fixture
def evil():
    made = EvilIssuer()
    yield made
    made.close()


@pytest.fixture
def client(evil):
    return Client(evil.url, "graph", "secret", "http://127.0.0.1:1/sign-in/callback")


def finish(evil, client, make, **answer):
    """Sign in with the token that `make` gives for a nonce."""
    relying = RelyingParty()
    _, attempt = relying.begin(ANYONE, client)
    evil.answer = {"id_token": make(attempt.nonce), "access_token": "access", "token_type": "Bearer"}
    return relying.finish(ANYONE, client, attempt, {"state": attempt.state, "code": "c"} | answer)


def unsigned(claims, alg="none", **header):
    return f"{encoded({'alg': alg, 'kid': '1', **header})}.{encoded(claims)}."


def test_t18_tokens_a_good_one_is_believed(evil, client):
    signed = finish(evil, client, lambda nonce: evil.sign(evil.claims(nonce)))

    assert (signed.subject, signed.email, signed.issuer) == ("rasa", "rasa@muziejus.example", evil.url)


def test_t18_tokens_one_of_another_curve_is_believed_too(evil, client):
    signed = finish(evil, client, lambda nonce: evil.sign(evil.claims(nonce), alg="ES256", key=evil.curve, kid="3"))

    assert signed.subject == "rasa"


BAD = {
    "alg none": lambda evil, nonce: unsigned(evil.claims(nonce)),
    "alg None": lambda evil, nonce: unsigned(evil.claims(nonce), alg="None"),
    "no signature": lambda evil, nonce: evil.sign(evil.claims(nonce)).rpartition(".")[0] + ".",
    "HS256 with the public key": lambda evil, nonce: evil.sign_with_public_key(evil.claims(nonce)),
    "HS256 with the client's secret": lambda evil, nonce: evil.sign(
        evil.claims(nonce), alg="HS256", key=OctKey.import_key("secret" * 8)
    ),
    "another key": lambda evil, nonce: evil.sign(evil.claims(nonce), key=evil.other),
    "an unknown key": lambda evil, nonce: evil.sign(evil.claims(nonce), key=evil.other, kid="2"),
    "jku": lambda evil, nonce: evil.sign(evil.claims(nonce), key=evil.other, kid="2", jku=f"{evil.url}/elsewhere"),
    "jwk": lambda evil, nonce: evil.sign(evil.claims(nonce), jwk=evil.other.as_dict(private=False)),
    "x5u": lambda evil, nonce: evil.sign(evil.claims(nonce), x5u=f"{evil.url}/elsewhere"),
    "access token's type": lambda evil, nonce: evil.sign(evil.claims(nonce), typ="at+jwt"),
    "logout token's type": lambda evil, nonce: evil.sign(evil.claims(nonce), typ="logout+jwt"),
    "Keycloak's access token": lambda evil, nonce: evil.sign(evil.claims(nonce, typ="Bearer")),
    "wrong iss": lambda evil, nonce: evil.sign(evil.claims(nonce, iss="https://other.example")),
    "iss with a slash more": lambda evil, nonce: evil.sign(evil.claims(nonce, iss=evil.url + "/")),
    "no iss": lambda evil, nonce: evil.sign(evil.claims(nonce, iss=None)),
    "wrong aud": lambda evil, nonce: evil.sign(evil.claims(nonce, aud="other")),
    "no aud": lambda evil, nonce: evil.sign(evil.claims(nonce, aud=None)),
    "empty aud": lambda evil, nonce: evil.sign(evil.claims(nonce, aud=[])),
    "several aud without azp": lambda evil, nonce: evil.sign(evil.claims(nonce, aud=["graph", "other"])),
    "several aud for another": lambda evil, nonce: evil.sign(evil.claims(nonce, aud=["graph", "other"], azp="other")),
    "azp of another": lambda evil, nonce: evil.sign(evil.claims(nonce, azp="other")),
    "expired": lambda evil, nonce: evil.sign(evil.claims(nonce, exp=int(time.time()) - 301)),
    "clock five minutes ahead": lambda evil, nonce: evil.sign(evil.claims(nonce, iat=int(time.time()) + 300)),
    "not valid for five minutes": lambda evil, nonce: evil.sign(evil.claims(nonce, nbf=int(time.time()) + 300)),
    "old": lambda evil, nonce: evil.sign(evil.claims(nonce, iat=int(time.time()) - 3600)),
    "exp as text": lambda evil, nonce: evil.sign(evil.claims(nonce, exp="9999999999")),
    "no exp": lambda evil, nonce: evil.sign(evil.claims(nonce, exp=None)),
    "no iat": lambda evil, nonce: evil.sign(evil.claims(nonce, iat=None)),
    "no nonce": lambda evil, nonce: evil.sign(evil.claims(nonce, nonce=None)),
    "nonce of another sign-in": lambda evil, _nonce: evil.sign(evil.claims("x" * 43)),
    "no sub": lambda evil, nonce: evil.sign(evil.claims(nonce, sub=None)),
    "sub as number": lambda evil, nonce: evil.sign(evil.claims(nonce, sub=7)),
    "at_hash of another": lambda evil, nonce: evil.sign(evil.claims(nonce, at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
    "five parts": lambda evil, nonce: evil.sign(evil.claims(nonce)) + ".a.b",
    "no token": lambda _evil, _nonce: None,
    "a number": lambda _evil, _nonce: 7,
    "nonsense": lambda _evil, _nonce: "nonsense",
    "empty": lambda _evil, _nonce: "",
    "a list as payload": lambda evil, nonce: unsigned([evil.claims(nonce)], alg="RS256") + "x",
}


@pytest.mark.parametrize("how", BAD)
def test_t18_tokens_of_an_issuer_that_are_wrong_are_refused(evil, client, how):
    with pytest.raises(IssuerRefusedError):
        finish(evil, client, lambda nonce: BAD[how](evil, nonce))

    # What a token names as its key is never fetched.
    assert "/elsewhere" not in evil.asked


@pytest.mark.parametrize("change", [{"state": "x"}, {"iss": "https://other.example"}, {"code": ""}])
def test_t18_tokens_an_answer_of_another_sign_in_is_refused(evil, client, change):
    with pytest.raises(IssuerRefusedError):
        finish(evil, client, lambda nonce: evil.sign(evil.claims(nonce)), **change)


def test_t18_tokens_an_issuer_that_promises_its_name_in_the_answer_must_give_it(evil, client):
    evil.metadata = {"authorization_response_iss_parameter_supported": True}

    with pytest.raises(IssuerRefusedError):
        finish(evil, client, lambda nonce: evil.sign(evil.claims(nonce)))
    assert finish(evil, client, lambda nonce: evil.sign(evil.claims(nonce)), iss=evil.url).subject == "rasa"


def test_t18_tokens_a_sign_in_that_took_too_long_is_refused(evil, client):
    moment = [time.time()]
    relying = RelyingParty(lambda: moment[0])
    _, attempt = relying.begin(ANYONE, client)
    evil.answer = {"id_token": evil.sign(evil.claims(attempt.nonce))}
    moment[0] += 601

    with pytest.raises(IssuerRefusedError):
        relying.finish(ANYONE, client, attempt, {"state": attempt.state, "code": "c"})


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://other.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)
def test_t18_tokens_metadata_that_lead_elsewhere_are_refused(evil, client, metadata):
    evil.metadata = metadata

    with pytest.raises(IssuerError):
        RelyingParty().begin(ANYONE, client)


def test_t18_tokens_a_secret_among_the_keys_signs_nothing(evil, client):
    shared = OctKey.import_key("k" * 32, {"kid": "9"})
    evil.keys.append(shared.as_dict(private=True))

    with pytest.raises(IssuerRefusedError):
        finish(evil, client, lambda nonce: evil.sign(evil.claims(nonce), alg="HS256", key=shared, kid="9"))


def test_t18_tokens_new_keys_are_fetched_when_a_token_names_one(evil, client):
    now = [time.time()]
    relying = RelyingParty(lambda: now[0])
    for kid, key in (("1", evil.key), ("2", evil.other)):
        _, attempt = relying.begin(ANYONE, client)
        evil.answer = {"id_token": evil.sign(evil.claims(attempt.nonce), key=key, kid=kid)}
        assert relying.finish(ANYONE, client, attempt, {"state": attempt.state, "code": "c"}).subject == "rasa"
        evil.keys = [evil.other.as_dict(private=False)]
        # Not at once: a flood of made-up names must not become a flood at the issuer.
        now[0] += 61


def test_t18_tokens_the_code_travels_with_its_verifier(evil, client):
    finish(evil, client, lambda nonce: evil.sign(evil.claims(nonce)))
    path, sent = evil.asked[-2] if isinstance(evil.asked[-1], str) else evil.asked[-1]

    assert path == "/token"
    assert len(sent["code_verifier"]) >= 43
    assert "client_secret" not in sent


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return demo_app(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def address(app):
    with serving(app) as url:
        yield url


AS_BEARER = {
    "ID token": lambda evil, _ours: evil.sign(evil.claims("n")),
    "alg none": lambda evil, _ours: unsigned(evil.claims("n")),
    "session's token": lambda _evil, ours: ours["session"],
    "cut": lambda _evil, ours: ours["token"][:-1],
    "longer": lambda _evil, ours: ours["token"] + "A",
    "other case": lambda _evil, ours: ours["token"].swapcase(),
    "hash of it": lambda _evil, ours: ours["hash"],
    "its id": lambda _evil, ours: ours["id"],
    "a dot": lambda _evil, _ours: ".",
    "expired": lambda _evil, ours: ours["expired"],
    "revoked": lambda _evil, ours: ours["revoked"],
    "of a closed account": lambda _evil, ours: ours["closed"],
}


@pytest.fixture(scope="module")
def ours(app):
    """A good token of ours and several that no longer are."""
    registry = app.state.services.registry
    hr = registry.accounts.of_account("demo-library-hr")[0]

    def issue(days=1, account=hr):
        return registry.bearer.issue(account.id, account.grant, "t18", ["read", "sparql"], timedelta(days=days))

    made = {"token": issue(), "expired": issue(-1), "revoked": issue(), "session": registry.open_session(hr.id)}
    registry.bearer.revoke(registry.bearer.find(made["revoked"]).id)
    closed = registry.accounts.create("planner", "Uždaryta", "uzdaryta@example.org")
    made["closed"] = issue(account=registry.accounts.of_account(closed)[0])
    registry.accounts.set_state(closed, "disabled")
    found = registry.bearer.find(made["token"])
    return made | {"id": found.id, "hash": hashed(made["token"])}


@pytest.mark.parametrize("path", ["/en/tokens.csv", "/sparql/organisation?query=ASK%7B%7D"])
@pytest.mark.parametrize("how", AS_BEARER)
def test_t18_tokens_sent_as_bearer_are_401(address, evil, ours, how, path):
    with httpx.Client(base_url=address, timeout=30) as program:
        answer = program.get(path, headers={"Authorization": f"Bearer {AS_BEARER[how](evil, ours)}"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_t18_tokens_the_good_one_opens_the_door(address, ours):
    with httpx.Client(base_url=address, timeout=30) as program:
        answer = program.get(
            "/sparql/organisation", params={"query": "ASK {}"}, headers={"Authorization": f"bearer {ours['token']}"}
        )

    assert answer.status_code == 200


@pytest.mark.parametrize("where", ["access_token", "token", "authorization", "bearer"])
def test_t18_tokens_in_an_address_or_a_form_are_no_tokens(address, ours, where):
    with httpx.Client(base_url=address, timeout=30) as program:
        asked = program.get("/sparql/organisation", params={"query": "ASK {}", where: ours["token"]})
        sent = program.post("/sparql/organisation", data={"query": "ASK {}", where: ours["token"]})

    assert (asked.status_code, sent.status_code) == (404, 404)
