"""What an address or a form gives, read: ids of one kind, institutions that somebody looks after, days ahead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from competence_graph.answers.profiles import choosable_roles
from competence_graph.answers.staffing import may_staff
from competence_graph.errors import NotFoundError
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.text import Lang, lithuanian_key
from competence_graph.web.deps import Services
from competence_graph.web.language import words

FURTHEST: Final = timedelta(days=5 * 366)
"""So far ahead a course may be due."""


def iri_of(local: str, kind: str, base: str) -> Iri:
    """Return the IRI of an id of one kind, such as ``o`` for an institution or a unit (model/iri.py).

    Raises:
        NotFoundError: If it is none.
    """
    if not is_id(local) or not local.startswith(kind):
        raise NotFoundError
    return id_iri(local, base)


def staffed(parts: Services, actor: Actor, local: str) -> Iri:
    """Return the institution of an id, to whose people the actor may add.

    Raises:
        NotFoundError: If there is none, or the actor may not.
    """
    found = iri_of(local, "o", parts.base)
    actor.require(may_staff(actor, found))
    return found


def role_choices(parts: Services, actor: Actor, organisation: Iri, lang: Lang) -> list[tuple[str, str]]:
    """Return the roles that people of an institution can hold, as a list to choose from: ids and names.

    Raises:
        NotFoundError: If the actor may see nobody of the institution.
    """
    found = choosable_roles(actor, parts.store, organisation, lang)
    named = [(role.local, name.value) for role, name in found.items() if is_id(role.local)]
    return sorted(named, key=lambda one: lithuanian_key(one[1]))


def day_ahead(text: str, today: date) -> date | None:
    """Return a day from today on, five years at most; None where the text is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if today <= day <= today + FURTHEST else None


def wrong_day(lang: Lang) -> str:
    """Return what is said where a day ahead is none."""
    return words(lang).gettext("Write the day as 2027-06-30, not in the past and at most five years ahead.")
