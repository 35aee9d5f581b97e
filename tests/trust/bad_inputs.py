"""Bad inputs by the thousand, against everything that reads what somebody sent.

``python -m tests.trust.bad_inputs 100000`` feeds so many. Each is a real one, mutated or made up by a grammar; a reader
may refuse it by an error of ours or find faults in it, and nothing else: any other exception is a death, anything that
takes longer than its limit a hang. Seeded: the same count asks the same.
"""

import base64
import json
import random
import sys
import time
import traceback
from collections import Counter

from tests.trust.test_t13_spreadsheets import WHOLE

from competence_graph.errors import CompetenceGraphError
from competence_graph.exchange.oidc import check_address, jwt_header
from competence_graph.exchange.spreadsheets import read_csv, read_workbook
from competence_graph.exchange.tables import Table, to_csv, to_xlsx
from competence_graph.graph.reading import read
from competence_graph.model.iri import is_id, parse_iri, read_id
from competence_graph.model.look_alikes import is_odd, skeleton
from competence_graph.model.text import fold, lithuanian_key
from competence_graph.registry import Registry
from competence_graph.sandbox.policy import check_query
from competence_graph.web.negotiation import TABLE, negotiate
from competence_graph.web.routes.sign_in import own_path
from competence_graph.web.templates import label

LIMIT = 2.0
"""Seconds after which a reader hangs; a busy machine included."""
TTL = """@prefix cg: <https://w3id.org/competence-graph/ns#> .
@prefix id: <https://w3id.org/competence-graph/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:c57vh4eb a cg:Competence , skos:Concept ; skos:prefLabel "Žodis"@lt , "Word"@en ; cg:list ( 1 2.5 true "x\\ny" ) .
[] skos:note '''long
text'''@en-GB ; cg:part [ cg:level 3 ] . # a comment
"""
RDF = (
    '<?xml version="1.0" encoding="utf-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:e="https://example.org/"><rdf:Description rdf:about="https://example.org/a"><e:says xml:lang="lt">ą</e:says>'
    '<e:part rdf:parseType="Collection"><rdf:Description/></e:part></rdf:Description></rdf:RDF>'
)
JSON = json.dumps(
    {
        "@context": {"a": {"@id": "https://example.org/a", "@container": "@list"}},
        "@id": "urn:x:y",
        "a": [1, "ą", {"@id": "urn:a:b"}],
    }
)
QUERY = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?c (COUNT(*) AS ?n) WHERE { ?c skos:prefLabel ?l ; skos:broader* ?b . OPTIONAL { ?c skos:note "x\\u0041"@lt }
FILTER (LANG(?l) = 'lt' && REGEX(?l, "^a.*", "i")) VALUES ?b { UNDEF <urn:a:b> } } GROUP BY ?c ORDER BY DESC(?n)
LIMIT 10"""
SEEDS = {
    "ttl": TTL.encode(),
    "trig": ("<urn:g:g> {" + TTL.split("\n", 3)[3] + "}").encode(),
    "nt": '<urn:a:b> <urn:c:d> "ą\\u0105"@lt .\n'.encode(),
    "rdf": RDF.encode(),
    "jsonld": JSON.encode(),
    "csv": b'a;b\n"x;y""z";2,5\n',
    "xlsx": WHOLE,
    "sparql": QUERY.encode(),
    "accept": b"text/html, application/xhtml+xml;q=0.9, */*;q=0.8",
    "text": "Žąsų „ėdesys“ \u202e x".encode(),
    "iri": b"https://w3id.org/competence-graph/id/c57vh4eb?x=%C4%85#y",
    "id": b"c57vh4eb",
    "path": b"/lt/people/p57j6w0e.csv",
    "jwt": b".".join(base64.urlsafe_b64encode(each) for each in (b'{"alg":"RS256"}', b'{"sub":"x"}', b"sig")),
    "token": b"cg_" + b"a" * 43,
}
NASTY = [
    b"\x00",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbf\xbe",
    b"\xf4\x90\x80\x80",
    b"\r\n",
    b"\t",
    b"%00",
    b"%n",
    b"../",
    b"{{",
    b"}}",
    b"${",
    b"<!--",
    b"]]>",
    b"<!DOCTYPE",
    b"&a;",
    b"'",
    b'"',
    b'"""',
    b"\\",
    b"\\u",
    b"\\uD800",
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"*",
    b"+",
    b"^",
    b"|",
    b"!",
    b"@",
    b"#",
    b";",
    b",",
    b".",
    b"<",
    b">",
    b"=",
    b"1e999",
    b"-0",
    b"NaN",
    b"9" * 400,
    b"(" * 300,
    b"[" * 300,
    "\u202e".encode(),
    "\u2028".encode(),
    "e\u0301".encode() * 50,
    "🏛".encode(),
    b" SERVICE <urn:a:a> ",
    b" UNION {",
    b" FILTER(",
    b"owl:imports",
    b"@context",
    b"@import",
    b"=cmd|' /C calc'!A0",
    b"javascript:",
    b"AND 1=1",
    b"-- ",
    b"\x1b[31m",
]


def mutated(pick, seed):
    """A real input with one to eight changes: bits, cuts, repeats, nasty pieces, a bit of another input."""
    made = bytearray(seed)
    for _ in range(pick.randint(1, 8)):
        at = pick.randrange(len(made) + 1)
        match pick.randrange(8):
            case 0 if made:
                made[at % len(made)] = pick.randrange(256)
            case 1:
                made[at:at] = pick.choice(NASTY)
            case 2:
                del made[at : at + pick.randrange(1, 40)]
            case 3:
                made[at:at] = made[at : at + pick.randrange(1, 60)] * pick.randint(1, 20)
            case 4:
                other = pick.choice(list(SEEDS.values()))
                start = pick.randrange(len(other))
                made[at:at] = other[start : start + pick.randrange(1, 60)]
            case 5:
                made[at:] = b""
            case 6:
                made[at:at] = pick.randbytes(pick.randrange(1, 12))
            case _:
                made[at:at] = pick.choice(NASTY) * pick.randint(1, 200)
    return bytes(made[:200_000])


def query(pick, depth=0):
    """A query made up by a grammar that does not care what it means."""
    word = lambda: pick.choice(["?s", "?p", "?o", "<urn:a:b>", '"x"@lt', "3", "_:b", "[]", "( 1 2 )", "a", "UNDEF"])  # noqa: E731
    if depth > 6 or pick.random() < 0.3:
        return f"{word()} {word()} {word()} ."
    inner = lambda: query(pick, depth + 1)  # noqa: E731
    return pick.choice(
        [
            lambda: f"{{ {inner()} }} UNION {{ {inner()} }}",
            lambda: f"OPTIONAL {{ {inner()} }}",
            lambda: f"FILTER {pick.choice(['', 'NOT '])}EXISTS {{ {inner()} }}",
            lambda: f"GRAPH {word()} {{ {inner()} }}",
            lambda: f"SERVICE SILENT {word()} {{ {inner()} }}",
            lambda: f"{{ SELECT * {{ {inner()} }} LIMIT {pick.randrange(9)} }}",
            lambda: f"MINUS {{ {inner()} }} {inner()}",
            lambda: f"BIND({word()} AS ?v{pick.randrange(9)})",
            lambda: f"VALUES (?a ?b) {{ ({word()} {word()}) }}",
            lambda: f"?s (<urn:a:a>|^<urn:b:b>/!<urn:c:c>)* {word()} . {inner()}",
        ]
    )()


def wrapped(pick):
    """A whole query around it, at times with a dataset that is none of the asker's."""
    head = pick.choice(
        [
            "SELECT *",
            "ASK",
            "CONSTRUCT { ?s ?p ?o }",
            "DESCRIBE ?s",
            "INSERT DATA",
            "LOAD <urn:a:a> ;",
            "SELECT (1 AS ?x)",
        ]
    )
    source = pick.choice(["", "", " FROM <urn:a:a>", " FROM NAMED <urn:a:b>"])
    return f"{head}{source} {{ {query(pick)} {query(pick)} }}"


REGISTRY = Registry("sqlite://")


def shown(text):
    """Everything that a page does with a text."""
    return fold(text), lithuanian_key(text), skeleton(text), is_odd(text), label(text, "lt")


def saved(text):
    """A text as heading, cell and title of the files that leave."""
    table = Table((text,), [(text,)], title=text)
    return to_csv(table), to_xlsx(table)


def targets():
    """Every reader by name: the seed that it starts from, and what it is asked."""
    text = lambda data: data.decode("utf-8", "replace")  # noqa: E731
    reading = {
        form: (form, lambda data, form=form: read(data, form)) for form in ("ttl", "trig", "nt", "rdf", "jsonld")
    }
    return reading | {
        "workbook": ("xlsx", read_workbook),
        "csv": ("csv", lambda data: read_csv(data, delimiter=";")),
        "csv in cp1257": ("csv", lambda data: read_csv(data, encoding="cp1257")),
        "policy": ("sparql", lambda data: check_query(text(data), graphs=frozenset({"urn:a:a"}))),
        "accept": ("accept", lambda data: negotiate(text(data), None, TABLE)),
        "text": ("text", lambda data: shown(text(data))),
        "iri": ("iri", lambda data: parse_iri(text(data))),
        "id": ("id", lambda data: (is_id(text(data)), read_id(text(data)))),
        "next page": ("path", lambda data: own_path(text(data))),
        "jwt": ("jwt", lambda data: jwt_header(text(data))),
        "issuer": ("iri", lambda data: check_address(text(data))),
        "bearer": ("token", lambda data: REGISTRY.bearer.find(text(data))),
        "session": ("token", lambda data: REGISTRY.find_session(text(data))),
        "ticket": ("token", lambda data: REGISTRY.tickets.find(text(data))),
        "password": ("text", lambda data: REGISTRY.accounts.by_email(text(data))),
        "cookie": ("token", lambda data: REGISTRY.cipher.opened(text(data))),
        "tables": ("text", lambda data: saved(text(data))),
    }


def feed(count, *, start=0):
    """Feed so many inputs; returns how many each reader had, the deaths and the hangs."""
    readers, fed, deaths, hangs = targets(), Counter(), [], []
    names = list(readers)
    for number in range(start, start + count):
        pick = random.Random(number)
        name = names[number % len(names)]
        seed, act = readers[name]
        data = wrapped(pick).encode() if name == "policy" and pick.random() < 0.5 else mutated(pick, SEEDS[seed])
        began = time.perf_counter()
        try:
            act(data)
        except CompetenceGraphError:
            pass
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            deaths.append((number, name, f"{type(error).__name__}: {error}"[:160], f"{where.filename}:{where.lineno}"))
        took = time.perf_counter() - began
        fed[name] += 1
        if took > LIMIT:
            hangs.append((number, name, round(took, 2)))
    return fed, deaths, hangs


def main(arguments):
    """Feed as many as the first argument says, and print what came of it."""
    count = int(arguments[0]) if arguments else 100_000
    began = time.perf_counter()
    fed, deaths, hangs = feed(count)
    for each in (*deaths[:50], *hangs[:50]):
        print(*each)
    print(", ".join(f"{name} {number}" for name, number in sorted(fed.items())))
    took = time.perf_counter() - began
    print(f"{sum(fed.values())} bad inputs in {took:.0f} s: {len(deaths)} deaths, {len(hangs)} hangs over {LIMIT:g} s")
    return 1 if deaths or hangs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
