"""Which roles are near: to a role, to a person; and who of an organisation is nearest to a role.

Roles are the published ones; an organisation's own profiles stay with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from competence_graph.errors import NotFoundError
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_roles import people_nearest, role_distances
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.distance import Distance
from competence_graph.model.iri import Iri


def roles_near_role(actor: Actor, store: Store, levels: LevelMatrix, role: Iri) -> Sequence[Distance]:
    """Return the way from a role to every other, the nearest first, for whoever meets it exactly and has nothing else.

    Raises:
        NotFoundError: If there is no published role of this IRI that requires anything.
    """
    del actor
    near = role_distances(store, levels)
    if role not in near.table().roles:
        raise NotFoundError
    return near.from_role(role)


def roles_near_person(actor: Actor, store: Store, levels: LevelMatrix, person: Iri) -> Sequence[Distance]:
    """Return the way from a person to every role, those held included, the nearest first.

    Raises:
        NotFoundError: If there is no such person, or none that the actor may see.
    """
    block, row = levels.find(person)
    if block is None or not actor.signed_in:
        raise NotFoundError
    actor.require(actor.may_see_person(person, block.organisation, block.places(row)))
    return role_distances(store, levels).from_person(person)


def people_near_role(
    actor: Actor, store: Store, levels: LevelMatrix, organisation: Iri, role: Iri
) -> Sequence[tuple[str, Distance]]:
    """Return the people employed in an organisation with their way to a role, the nearest first, then by person.

    Raises:
        NotFoundError: If there is no such organisation or role, or none that the actor may see.
    """
    actor.require(actor.may_see_organisation(organisation))
    table = role_distances(store, levels).table()
    now = levels.now
    if role not in table.roles or not now.of_organisation(organisation):
        raise NotFoundError
    return people_nearest(now, organisation, table, role)
