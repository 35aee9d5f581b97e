"""Every page that the browser tests walk through. Whoever adds a page adds its line."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page: a name for pictures, its path, the kind of account that opens it, the status it answers with.

    In the path stand {lang}, and of the account that opens it {organisation} and {person}: the ids in their addresses.
    """

    name: str
    path: str
    actor: str | None = None
    status: int = 200


PAGES = [
    Page("home", "/{lang}/"),
    Page("home-signed-in", "/{lang}/", actor="hr"),
    Page("about", "/{lang}/about"),
    Page("help", "/{lang}/help"),
    Page("sign-in", "/{lang}/sign-in"),
    Page("signed-in", "/{lang}/sign-in", actor="learner"),
    Page("not-found", "/{lang}/kompetencijos/bendradarbiavimas", status=404),
    Page("not-acceptable", "/{lang}/about.ttl", status=406),
    Page("gaps", "/{lang}/people/{person}", actor="learner"),
    Page("levels", "/{lang}/people/{person}/levels", actor="learner"),
    Page("assessment", "/{lang}/people/{person}/assessment", actor="learner"),
    Page("plan", "/{lang}/people/{person}/plan", actor="learner"),
    Page("what-if", "/{lang}/people/{person}/what-if?role=rw77yqsy", actor="learner"),
    Page("my-data", "/{lang}/people/{person}/data", actor="learner"),
    Page("erase", "/{lang}/people/{person}/erase", actor="learner"),
    Page("staff", "/{lang}/organisations/{organisation}/staff", actor="hr"),
    Page("import", "/{lang}/organisations/{organisation}/import", actor="hr"),
    Page("post", "/{lang}/people/{person}/post", actor="hr"),
    Page("jobs", "/{lang}/jobs", actor="admin"),
    Page("admin", "/{lang}/admin", actor="admin"),
    Page("account", "/{lang}/account", actor="learner"),
    Page("accounts", "/{lang}/accounts", actor="hr"),
    Page("accounts-of-all", "/{lang}/accounts", actor="admin"),
    Page("forgot", "/{lang}/sign-in/forgot"),
    Page("invitation-over", "/{lang}/invitation/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", status=404),
    Page("tasks", "/{lang}/sign-in/role", actor="learner"),
    Page("tokens", "/{lang}/tokens", actor="hr"),
    Page("tokens-of-all", "/{lang}/tokens", actor="admin"),
    Page("issuers", "/{lang}/issuers", actor="admin"),
    Page("sign-in-failed", "/{lang}/sign-in?problem=unknown"),
    Page("own-sparql", "/{lang}/sparql/organisation", actor="hr"),
    Page(
        "own-sparql-answer",
        "/{lang}/sparql/organisation?query="
        "SELECT%20%3Fperson%20%7B%20%3Fperson%20a%20%3Chttp%3A%2F%2Fxmlns.com%2Ffoaf%2F0.1%2FPerson%3E%20%7D%20LIMIT%205",
        actor="hr",
    ),
    Page("licences", "/{lang}/licences", actor="admin"),
    Page("audit", "/{lang}/audit", actor="hr"),
    Page("audit-of-all", "/{lang}/audit", actor="admin"),
    Page("glass", "/{lang}/organisations/om4cdmvr/glass", actor="admin"),
    Page("organisation", "/{lang}/organisations/{organisation}?show=all", actor="hr"),
    Page("unit", "/{lang}/organisations/{organisation}?unit=o61ew1be", actor="unit-lead"),
    Page("year-plan", "/{lang}/organisations/{organisation}/plan", actor="hr"),
    Page("profiles", "/{lang}/organisations/{organisation}/roles", actor="hr"),
    Page("near", "/{lang}/organisations/{organisation}/what-if?role=rw77yqsy", actor="hr"),
    Page("near-empty", "/{lang}/organisations/{organisation}/what-if", actor="hr"),
    Page("everybody", "/{lang}/organisations/{organisation}/people", actor="hr"),
    Page("cell", "/{lang}/organisations/{organisation}/people?competence=cdqza9xn", actor="hr"),
    Page("competences", "/{lang}/competences"),
    Page("framework", "/{lang}/competences?framework=libraries"),
    Page("framework-alphabet", "/{lang}/competences?framework=libraries&view=alphabet"),
    Page("framework-table", "/{lang}/competences?framework=libraries&view=table"),
    Page("competence", "/{lang}/competences/c57vh4eb"),
    Page("competence-deprecated", "/{lang}/competences/c1777fp8"),
    Page("competence-other-scale", "/{lang}/competences/c0t88rk4"),
    Page("area", "/{lang}/competences/c8n1k29w"),
    Page("roles", "/{lang}/roles"),
    Page("role", "/{lang}/roles/r52xn9zv"),
    Page("roles-compared", "/{lang}/roles/r52xn9zv?compare=rz1fyw2g"),
    Page("courses", "/{lang}/courses"),
    Page("courses-of-competence", "/{lang}/courses?competence=c57vh4eb"),
    Page("course", "/{lang}/courses/kpnt1xr7"),
    Page("search", "/{lang}/search?q=skaitmeninimo"),
    Page("search-empty", "/{lang}/search"),
    Page("search-nothing", "/{lang}/search?q=bibliotkeiniku"),
    Page("search-retired", "/{lang}/search?q=kortelinis"),
    Page("sparql", "/{lang}/sparql"),
    Page("sparql-answer", "/{lang}/sparql?query=SELECT+*+%7B+?s+?p+?o+%7D+LIMIT+30"),
    Page("sparql-refused", "/{lang}/sparql?query=SELECT+*+%7B+SERVICE+%3Ca:b%3E+%7B%7D+%7D", status=400),
    Page("document", "/doc/proficiency?lang={lang}"),
    Page("document-missing", "/doc/c57vh4ec?lang={lang}", status=404),
]
