"""Who sees what: every route x every role x own, colleague's and foreign data.

``python -m tests.trust.access`` prints how many cells there are and which are wrong.

The table follows design/trust.md, "Who sees what". A route that is not in it fails the test: whoever adds one says here
who may ask.
"""

import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi.routing import APIRoute
from tests.serving import demo_app, serving

from competence_graph.answers.profiles import copy_role
from competence_graph.graph.questions import ask
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri, check_character

ROLES = ("anyone", "learner", "unit-lead", "hr", "planner", "ministry", "editor", "admin")
TARGETS = ("own", "colleague", "foreign")
EVERYBODY = dict.fromkeys(ROLES, True)
SIGNED_IN = EVERYBODY | {"anyone": False}


def only(*roles):
    """Only these see it, of their own."""
    return {role: role in roles for role in ROLES}


# Where nothing of an institution or a person is in the path: who sees it at all.
PLAIN = {
    ("GET", "/health"): EVERYBODY,
    ("GET", "/id/{local}"): EVERYBODY,
    ("GET", "/doc/foreign"): EVERYBODY,
    ("GET", "/doc/{local}"): EVERYBODY,
    ("GET", "/resolve"): EVERYBODY,
    ("GET", "/sparql"): EVERYBODY,
    ("POST", "/sparql"): EVERYBODY,
    ("GET", "/sparql.{suffix}"): EVERYBODY,
    ("GET", "/{lang:lang}/sparql"): EVERYBODY,
    ("GET", "/sparql/organisation"): only("hr"),
    ("POST", "/sparql/organisation"): only("hr"),
    ("GET", "/sparql/organisation.{suffix}"): only("hr"),
    ("GET", "/{lang:lang}/sparql/organisation"): only("hr"),
    ("GET", "/{lang:lang}/sign-in/with/{issuer}"): EVERYBODY,
    ("GET", "/{lang:lang}/invitation/{token}/with/{issuer}"): EVERYBODY,
    ("GET", "/sign-in/callback"): EVERYBODY,
    ("GET", "/{lang:lang}/jobs"): only("admin"),
    ("GET", "/{lang:lang}/issuers"): only("admin"),
    ("POST", "/{lang:lang}/issuers"): only("admin"),
    ("GET", "/{lang:lang}/tokens"): SIGNED_IN,
    ("POST", "/{lang:lang}/tokens"): SIGNED_IN,
    ("GET", "/{lang:lang}/search"): EVERYBODY,
    ("GET", "/{lang:lang}/suggest"): EVERYBODY,
    ("GET", "/{lang:lang}/competences"): EVERYBODY,
    ("GET", "/{lang:lang}/competences/{local}"): EVERYBODY,
    ("GET", "/{lang:lang}/roles"): EVERYBODY,
    ("GET", "/{lang:lang}/roles/{local}"): EVERYBODY,
    ("GET", "/{lang:lang}/courses"): EVERYBODY,
    ("GET", "/{lang:lang}/courses/{local}"): EVERYBODY,
    ("GET", "/{lang:lang}/sign-in"): EVERYBODY,
    ("POST", "/{lang:lang}/sign-in"): EVERYBODY,
    ("POST", "/{lang:lang}/sign-out"): EVERYBODY,
    ("POST", "/{lang:lang}/sign-in/password"): EVERYBODY,
    ("GET", "/{lang:lang}/sign-in/code"): EVERYBODY,
    ("POST", "/{lang:lang}/sign-in/code"): EVERYBODY,
    ("GET", "/{lang:lang}/sign-in/role"): SIGNED_IN,
    ("POST", "/{lang:lang}/sign-in/role"): SIGNED_IN,
    ("GET", "/{lang:lang}/sign-in/forgot"): EVERYBODY,
    ("POST", "/{lang:lang}/sign-in/forgot"): EVERYBODY,
    ("GET", "/{lang:lang}/invitation/{token}"): EVERYBODY,
    ("POST", "/{lang:lang}/invitation/{token}"): EVERYBODY,
    ("GET", "/{lang:lang}/about"): EVERYBODY,
    ("GET", "/{lang:lang}/help"): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/{lang:lang}"): EVERYBODY,
    ("GET", "/{lang:lang}/"): EVERYBODY,
    ("GET", "/{lang:lang}/audit"): only("hr", "admin"),
    ("GET", "/{lang:lang}/admin"): only("admin"),
    ("GET", "/{lang:lang}/licences"): only("admin", "ministry"),
    ("POST", "/{lang:lang}/licences"): only("admin"),
    ("GET", "/{lang:lang}/account"): SIGNED_IN,
    ("POST", "/{lang:lang}/account"): SIGNED_IN,
    ("GET", "/{lang:lang}/accounts"): only("admin", "hr"),
    ("POST", "/{lang:lang}/accounts"): only("admin", "hr"),
    ("POST", "/{lang:lang}/accounts/{account}"): only("admin", "hr"),
}
# Of a person: who sees one's own, a colleague outside the unit one leads, somebody of another institution.
PERSONAL = {
    ("GET", "/{lang:lang}/people/{person}"): {
        "own": only("learner", "unit-lead", "hr"), "colleague": only("hr"), "foreign": only(),
    },
    ("GET", "/{lang:lang}/people/{person}/levels"): {
        "own": only("learner", "unit-lead", "hr"), "colleague": only("hr"), "foreign": only(),
    },
    ("GET", "/{lang:lang}/people/{person}/plan"): {
        "own": only("learner", "unit-lead", "hr"), "colleague": only("hr"), "foreign": only(),
    },
    ("GET", "/{lang:lang}/people/{person}/what-if"): {
        "own": only("learner", "unit-lead", "hr"), "colleague": only("hr"), "foreign": only(),
    },
    ("GET", "/{lang:lang}/people/{person}/assessment"): {
        "own": only("learner", "unit-lead", "hr"), "colleague": only("hr"), "foreign": only(),
    },
    ("GET", "/{lang:lang}/people/{person}/data"): {"own": only("learner"), "colleague": only(), "foreign": only()},
    ("GET", "/{lang:lang}/people/{person}/erase"): {
        "own": only("learner", "hr"), "colleague": only("hr"), "foreign": only(),
    },
    ("GET", "/{lang:lang}/people/{person}/post"): {
        "own": only("hr"), "colleague": only("hr"), "foreign": only(),
    },
    ("POST", "/{lang:lang}/people/{person}/post"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/levels"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/levels/review"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/levels/contest"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/levels/answer"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/assessment"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/plan"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/plan/items"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/what-if"): {"colleague": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/data"): {"colleague": only(), "foreign": only()},
    ("POST", "/{lang:lang}/people/{person}/erase"): {"colleague": only("hr"), "foreign": only()},
}  # fmt: skip
# Of an institution; there are no colleagues here, and nothing of a foreign one is ever seen.
OF_INSTITUTION = {
    ("GET", "/{lang:lang}/organisations/{organisation}"): {"own": only("unit-lead", "hr"), "foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/people"): {"own": only("unit-lead", "hr"), "foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/plan"): {"own": only("unit-lead", "hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/plan"): {"own": only("hr"), "foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/what-if"): {"own": only("unit-lead", "hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/what-if"): {"own": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/sample"): {"foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/roles"): {"own": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/roles"): {"own": only("hr"), "foreign": only()},
    # Of a profile that every institution of the matrix has.
    ("GET", "/{lang:lang}/organisations/{organisation}/roles/{role}"): {"own": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/roles/{role}"): {"own": only("hr"), "foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/staff"): {"own": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/staff"): {"own": only("hr"), "foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/import"): {"own": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/import"): {"own": only("hr"), "foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/import/template"): {"own": only("hr"), "foreign": only()},
    # Of an import that waits there.
    ("GET", "/{lang:lang}/organisations/{organisation}/import/{made}"): {"own": only("hr"), "foreign": only()},
    ("GET", "/{lang:lang}/organisations/{organisation}/import/{made}/marked"): {"own": only("hr"), "foreign": only()},
    ("POST", "/{lang:lang}/organisations/{organisation}/import/{made}"): {"own": only("hr"), "foreign": only()},
    # The form that asks for a reason holds nothing of anybody.
    ("GET", "/{lang:lang}/organisations/{organisation}/glass"): {"own": only("admin"), "foreign": only("admin")},
    ("POST", "/{lang:lang}/organisations/{organisation}/glass"): {"own": only("admin"), "foreign": only("admin")},
}
FACES = ("", ".csv", ".json", ".xlsx", ".jsonld")
HIDDEN = {303, 401, 403, 404, 406}


@dataclass
class Matrix:
    """How many cells were looked at, and what was not as the table says."""

    cells: int = 0
    wrong: list = field(default_factory=list)

    def cell(self, expected, seen, *what):
        """Count a cell; note it where it is wrong."""
        self.cells += 1
        if expected != seen:
            self.wrong.append((*what, f"expected {expected}, saw {seen}"))


def routes(app):
    """Every route of the service, by method and pattern."""

    def walk(router):
        for each in router.routes:
            inner = getattr(each, "original_router", None)
            if inner is not None:
                yield from walk(inner)
            elif isinstance(each, APIRoute):
                yield from ((method, each.path) for method in sorted(each.methods))

    return set(walk(app.router))


class World:
    """The demonstration world with an account of every role, and what must not be seen in it."""

    def __init__(self, app):
        self.app = app
        registry = app.state.services.registry
        for kind in ("ministry", "editor"):
            registry.put_account(f"demo-{kind}", kind, kind, demo=True)
        demo = {each.id: each for each in registry.demo_accounts()}
        self.accounts = {
            "learner": demo["demo-library-learner"], "unit-lead": demo["demo-library-unit-lead"],
            "hr": demo["demo-library-hr"],
            **{each: demo[f"demo-{each}"] for each in ("planner", "ministry", "editor", "admin")},
        }  # fmt: skip
        self.library = Iri(self.accounts["hr"].actor.organisation)
        self.museum = Iri(demo["demo-museum-hr"].actor.organisation)
        self.people = {where: self._people(where) for where in (self.library, self.museum)}
        learner = self.accounts["learner"].actor.person
        units = self.accounts["unit-lead"].actor.units
        outside = [each for each, places in self.people[self.library].items() if not places & units]
        self.targets = {
            "own": Iri(learner),
            "colleague": Iri(min(each for each in outside if each != self.accounts["hr"].actor.person)),
            "foreign": Iri(min(self.people[self.museum])),
        }
        # A table that waits in each of them, whose second name is nobody's else.
        self.imports = {
            where: registry.imports.begin(
                where, "demo-library-hr",
                {
                    "file": "staff.csv", "sheet": 0, "confirmed": True, "fixes": {}, "skips": [], "columns": ["name"],
                    "sheets": [{"title": "", "head": ["Name"], "rows": [[2, ["Slapta Importuotoji"]]]}],
                },
            )
            for where in (self.library, self.museum)
        }  # fmt: skip
        # A role profile of its own in each.
        parts = app.state.services
        names = {"lt": "Slaptas profilis", "en": "Slaptas profilis"}
        source = Iri(self.museum.replace(self.museum.local, "rw77yqsy"))
        self.profiles = {
            where: copy_role(OPERATOR, parts.writer, registry, where, source, names, parts.base).local
            for where in (self.library, self.museum)
        }
        self.secret = {
            where: {
                "Slapta Importuotoji",
                "Slaptas profilis",
                *(Iri(each).local for each in people),
                # Whole names: family names alone are shared by many.
                *(known.name for each in people if (known := registry.identities.find(each)) is not None),
            }
            for where, people in self.people.items()
        }

    def _people(self, organisation):
        found = {}
        for row in ask(self.app.state.services.store, "people_of_organisation", organisation=organisation):
            if row["held"]:
                found.setdefault(str(row["person"]), set()).add(str(row["place"]))
        return found

    def visitor(self, address, role):
        """A browser signed in as a role."""
        made = httpx.Client(base_url=address, headers={"Accept": "text/html", "Accept-Language": "en"}, timeout=60)
        if role != "anyone":
            token = self.app.state.services.registry.open_session(self.accounts[role].id)
            made.cookies.set("session", token)
        return made

    def leaks(self, body, organisation, besides=""):
        """What of an institution's people stands in an answer, besides what the address itself said."""
        return sorted(each for each in self.secret[organisation] if each in body and each != besides)


def nobody(kind):
    """A valid id that was never given to anything."""
    return f"{kind}777777{check_character(f'{kind}777777')}"


def plain(text, local):
    """An answer without what differs by itself: the id that was asked for, tokens, incident numbers."""
    return re.sub(r'value="[^"]{16,}"|"incident":"\w+"', "", text.replace(local, "ID"))


def look(world, address):
    """Look at every cell."""
    matrix = Matrix()
    listed = {*PLAIN, *PERSONAL, *OF_INSTITUTION}
    for route in sorted(routes(world.app) - listed):
        matrix.cell("listed", "not listed", *route)
    for route in sorted(listed - routes(world.app)):
        matrix.cell("there", "gone", *route)
    for role in ROLES:
        with world.visitor(address, role) as visitor:
            _plain(matrix, world, visitor, role)
            _targets(matrix, world, visitor, role, PERSONAL, "person", world.targets, "p")
            organisations = {"own": world.library, "foreign": world.museum}
            _targets(matrix, world, visitor, role, OF_INSTITUTION, "organisation", organisations, "o")
    return matrix


def _plain(matrix, world, visitor, role):
    given = {"local": "c57vh4eb", "suffix": "json", "token": "a" * 43, "account": "nobody-at-all", "issuer": "none"}
    for (method, path), who in PLAIN.items():
        local = "r52xn9zv" if "roles" in path else "kpnt1xr7" if "courses" in path else given["local"]
        address = path.replace("{lang:lang}", "en").format(**(given | {"local": local}))
        answer = visitor.get(address) if method == "GET" else visitor.post(address, data={"csrf": _csrf(visitor)})
        if method == "POST" and path.endswith("sign-out"):
            visitor.cookies.update(world.visitor("http://x", role).cookies)
        hidden = answer.status_code in {401, 404} or "/sign-in?" in answer.headers.get("location", "")
        if (
            "{token}" in path
            or "{account}" in path
            or "{issuer}" in path
            or path in {"/resolve", "/sparql", "/sign-in/callback"}
            or method == "POST"
        ):
            # Told apart by what is asked, not by who asks; what it must not do is answer whom it must not.
            if not who[role]:
                matrix.cell(True, answer.status_code in HIDDEN, method, path, role)
            else:
                matrix.cell(True, answer.status_code < 500, method, path, role)
        else:
            matrix.cell(who[role], not hidden, method, path, role)
        own = {"hr": world.museum, "admin": None}.get(role, "both")
        text = answer.text
        if own == "both":
            spoken = world.accounts[role].label if role in world.accounts else ""
            for where in (world.library, world.museum):
                mine = Iri(world.accounts[role].actor.person).local if role in {"learner", "unit-lead"} else ""
                shown = [each for each in world.leaks(text, where) if each not in {spoken, mine}]
                if path != "/{lang:lang}/sign-in":  # the demonstration offers its accounts by name
                    matrix.cell([], shown, method, path, role, "names")
        elif own is not None and path != "/{lang:lang}/sign-in":
            matrix.cell([], world.leaks(text, own), method, path, role, "names of another institution")


def _targets(matrix, world, visitor, role, table, field_name, things, kind):
    for (method, path), policy in table.items():
        for target, who in policy.items():
            thing = things[target]
            where = world.museum if target == "foreign" else world.library
            given = {"made": world.imports[where], "role": world.profiles[where]}
            address = path.replace("{lang:lang}", "en").format(**given, **{field_name: thing.local})
            never = path.replace("{lang:lang}", "en").format(**given, **{field_name: nobody(kind)})
            for face in FACES if method == "GET" else ("",):
                headers = {} if face == "" else {"Accept": "*/*"}
                if method == "GET":
                    answer, other = (visitor.get(each + face, headers=headers) for each in (address, never))
                else:
                    token = _csrf(visitor)
                    answer, other = (visitor.post(each, data={"csrf": token}) for each in (address, never))
                allowed = who[role]
                if allowed and method == "GET":
                    there = answer.status_code in {200, 303} and "/sign-in" not in answer.headers.get("location", "")
                    matrix.cell(True, there or answer.status_code == 406, method, path, role, target, face)
                elif not allowed:
                    matrix.cell(True, answer.status_code in HIDDEN, method, path, role, target, face)
                    spoken = {world.accounts[role].label} if role in world.accounts else set()
                    shown = set(world.leaks(answer.text, where, thing.local)) - spoken
                    mine = getattr(world.accounts.get(role), "actor", None)
                    shown -= {Iri(mine.person).local} if mine is not None and mine.person else set()
                    matrix.cell(set(), shown, method, path, role, target, face, "names")
                    if target == "foreign":
                        same = (answer.status_code, plain(answer.text, thing.local)) == (
                            other.status_code, plain(other.text, nobody(kind))
                        )  # fmt: skip
                        matrix.cell(True, same, method, path, role, target, face, "like nobody")


def _csrf(visitor):
    found = re.search(r'name="csrf" value="([^"]+)"', visitor.get("/en/sign-in").text)
    return found[1] if found else ""


def main():
    """Print the number of cells and what was not as the table says."""
    with tempfile.TemporaryDirectory() as data:
        world = World(demo_app(Path(data)))
        with serving(world.app) as address:
            matrix = look(world, address)
    for each in matrix.wrong:
        print(*each)
    print(f"{matrix.cells} cells, {len(matrix.wrong)} mismatches")
    return 1 if matrix.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
