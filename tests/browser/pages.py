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
    Page("sign-in", "/{lang}/sign-in"),
    Page("signed-in", "/{lang}/sign-in", actor="learner"),
    Page("not-found", "/{lang}/kompetencijos/bendradarbiavimas", status=404),
    Page("not-acceptable", "/{lang}/about.ttl", status=406),
    Page("gaps", "/{lang}/people/{person}", actor="learner"),
    Page("organisation", "/{lang}/organisations/{organisation}?show=all", actor="hr"),
    Page("unit", "/{lang}/organisations/{organisation}?unit=o61ew1be", actor="unit-lead"),
    Page("everybody", "/{lang}/organisations/{organisation}/people", actor="hr"),
    Page("cell", "/{lang}/organisations/{organisation}/people?competence=cdqza9xn", actor="hr"),
]
