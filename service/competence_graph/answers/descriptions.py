"""What one published thing is: a competence, an area, a role, a course. All of it is for anybody."""

from __future__ import annotations

from competence_graph.graph import descriptions as read
from competence_graph.graph.public import public
from competence_graph.graph.store import Store
from competence_graph.graph.vocab import expand
from competence_graph.model.actor import Actor
from competence_graph.model.competence import Competence
from competence_graph.model.concept import Description
from competence_graph.model.course import CourseDescription
from competence_graph.model.iri import Iri
from competence_graph.model.role import Compared, Role, compare


def describe(actor: Actor, store: Store, thing: Iri) -> Description:
    """Return what is said of a published thing of any kind.

    Raises:
        NotFoundError: If it is not published.
    """
    del actor
    graphs = public(store)
    concept = read.find(graphs, thing)
    return Description(concept, **read.common(graphs, concept, read.stated(graphs, thing)))


def competence(actor: Actor, store: Store, thing: Iri) -> Competence:
    """Return a competence or an area with its levels, roles, courses and neighbours.

    Raises:
        NotFoundError: If there is no published competence or area of this IRI.
    """
    del actor
    graphs = public(store)
    concept = read.find(graphs, thing, "competence", "area")
    said = read.stated(graphs, thing)
    return Competence(
        concept,
        **read.common(graphs, concept, said),
        type=next((each.local for each in read.iris(said, "dct:type")), ""),
        path=read.path(graphs, concept),
        levels=read.levels(graphs, concept) if concept.kind == "competence" else (),
        needs=read.needs(graphs, graphs.ask("competence_roles", competence=thing)),
        lessons=read.lessons(graphs, graphs.ask("competence_courses", competence=thing)),
        neighbours=read.neighbours(graphs, concept),
        roll_up=next((each.local for each in read.iris(said, "cg:rollUp")), ""),
    )


def role(actor: Actor, store: Store, thing: Iri) -> Role:
    """Return a role with its requirements, essential first.

    Raises:
        NotFoundError: If there is no published role of this IRI.
    """
    del actor
    graphs = public(store)
    concept = read.find(graphs, thing, "role")
    said = read.stated(graphs, thing)
    eqf = next((each.local for each in read.iris(said, "schema:educationalLevel")), "")
    return Role(
        concept,
        **read.common(graphs, concept, said),
        needs=read.needs(graphs, graphs.ask("role_requirements", role=thing)),
        sectors=read.sectors(graphs, concept),
        neighbours=read.neighbours(graphs, concept),
        eqf=int(eqf) if eqf.isdigit() else None,
    )


def roles_compared(actor: Actor, store: Store, first: Iri, second: Iri, lang: str) -> tuple[Role, Role, list[Compared]]:
    """Return two roles and their requirements side by side, the widest differences first.

    Raises:
        NotFoundError: If one of them is no published role.
    """
    one, other = role(actor, store, first), role(actor, store, second)
    return one, other, compare(one.needs, other.needs, lang)


def course(actor: Actor, store: Store, thing: Iri) -> CourseDescription:
    """Return a course with what it teaches, what comes before it and what builds on it.

    Raises:
        NotFoundError: If there is no published course of this IRI.
    """
    del actor
    graphs = public(store)
    concept = read.find(graphs, thing, "course")
    said = read.stated(graphs, thing)
    following = Iri(expand("schema:coursePrerequisites"))
    before = read.iris(said, "schema:coursePrerequisites")
    rows = graphs.ask("concept_statements", property=following)
    after = sorted(row["thing"] for row in rows if row["value"] == thing and isinstance(row["thing"], Iri))
    given = read.courses(graphs, {thing, *before, *after})
    languages = said.get(Iri(expand("schema:inLanguage")), ())
    return CourseDescription(
        concept,
        **read.common(graphs, concept, said),
        course=given[thing],
        lessons=read.lessons(graphs, graphs.ask("course_outcomes", course=thing)),
        before=tuple(given[each] for each in before if each in given),
        after=tuple(given[each] for each in after if each in given),
        languages=tuple(sorted(str(each) for each in languages)),
        sectors=read.sectors(graphs, concept),
    )
