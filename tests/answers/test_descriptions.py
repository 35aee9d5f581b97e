from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.answers import catalogue, descriptions
from competence_graph.errors import NotFoundError
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.public import public
from competence_graph.model.actor import ANYONE
from competence_graph.model.concept import Concept, in_order
from competence_graph.model.course import hours_of
from competence_graph.model.framework import initial, tree
from competence_graph.model.iri import Iri, id_iri
from competence_graph.model.text import Text

WORLD = Path(__file__).parents[1] / "questions" / "library.trig"


@pytest.fixture(scope="module")
def store():
    made = OxigraphStore()
    made.load(ox.parse(WORLD.read_bytes(), format=ox.RdfFormat.TRIG))
    return made


@pytest.fixture(scope="module")
def cataloguing(store):
    return descriptions.competence(ANYONE, store, id_iri("c57vh4eb"))


def locals_of(things):
    return [thing.local for thing in things]


def test_competence_says_its_definition_levels_and_place(cataloguing):
    assert Text("Geba aprašyti dokumentus, kad skaitytojai juos rastų.", "lt") == cataloguing.definition("lt")
    assert ("libraries", "2026.1", "professional", "minimum") == (
        cataloguing.scheme.local, cataloguing.release, cataloguing.type, cataloguing.roll_up,
    )  # fmt: skip
    assert ["c8n1k29w"] == locals_of(cataloguing.path)
    assert date(2026, 9, 15) == cataloguing.modified
    assert [(1, "Entry"), (2, "Basic"), (3, "Independent")] == [
        (level.number, level.concept.label("en").value) for level in cataloguing.levels
    ]


def test_level_without_words_in_the_pages_language_is_shown_in_the_one_it_has(cataloguing):
    assert [Text("Fills in simple records.", "en"), Text("Tvarko išimtis.", "lt")] == [
        cataloguing.levels[0].says("en"), cataloguing.levels[2].says("en"),
    ]  # fmt: skip


def test_competence_says_who_needs_it_and_what_teaches_it(cataloguing):
    assert [("r52xn9zv", 3, True, 5), ("rz1fyw2g", 1, False, 1)] == [
        (need.role.local, need.level, need.essential, need.weight) for need in cataloguing.needs
    ]
    assert [("kncsq49k", 0, 1), ("kf5k20jf", 1, 2)] == [
        (lesson.course.concept.local, lesson.low, lesson.high) for lesson in cataloguing.lessons
    ]
    assert (3,) == cataloguing.untaught


def test_neighbours_are_seen_from_both_ends_and_deprecated_ones_left_out(store, cataloguing):
    digitisation = descriptions.competence(ANYONE, store, id_iri("cd0cxp09"))
    archival = descriptions.competence(ANYONE, store, id_iri("cd62d6jk"))

    assert ["c459tdeg"] == locals_of(each.concept for each in cataloguing.linked("narrower"))
    assert ["cd0cxp09"] == locals_of(each.concept for each in cataloguing.linked("related"))
    assert [("cd62d6jk", "archives")] == [
        (each.concept.local, each.framework.local) for each in digitisation.linked("close")
    ]
    assert [("cd0cxp09", "libraries")] == [
        (each.concept.local, each.framework.local) for each in archival.linked("close")
    ]
    assert [False] == [each.known for each in digitisation.linked("exact")]


def test_deprecated_competence_names_its_successor_and_the_reason(store):
    cards = descriptions.competence(ANYONE, store, id_iri("c1777fp8"))

    assert cards.concept.deprecated
    assert ["c459tdeg"] == locals_of(cards.successors)
    assert Text("2026-09-15: bibliotekos kortelių nebetvarko.", "lt") == cards.change("lt")


def test_role_says_its_requirements_sector_and_both_titles(store):
    librarian = descriptions.role(ANYONE, store, id_iri("r52xn9zv"))

    assert ["bibliotekininkas", "bibliotekininkė"] == [str(title) for title in librarian.concept.titles("lt")]
    assert ["librarian"] == [str(title) for title in librarian.concept.titles("en")]
    assert (["c57vh4eb"], ["cd0cxp09"]) == (
        locals_of(need.competence for need in librarian.essential),
        locals_of(need.competence for need in librarian.optional),
    )
    assert (["sector-library"], 6) == (locals_of(librarian.sectors), librarian.eqf)


def test_two_roles_are_compared_with_the_widest_difference_first(store):
    _, _, rows = descriptions.roles_compared(ANYONE, store, id_iri("r52xn9zv"), id_iri("rz1fyw2g"), "lt")

    assert [("c57vh4eb", "lower", 2), ("cd0cxp09", "only-first", 1)] == [
        (row.competence.local, row.difference, row.size) for row in rows
    ]


def test_course_says_its_length_price_order_and_lessons(store):
    rules = descriptions.course(ANYONE, store, id_iri("kf5k20jf"))
    basics = descriptions.course(ANYONE, store, id_iri("kncsq49k"))

    assert ("KAT-2", 16, Decimal("95.5"), "EUR", "ofr23r1e") == (
        rules.course.code, rules.course.hours, rules.course.price, rules.course.currency, rules.course.provider.local,
    )  # fmt: skip
    assert (["kncsq49k"], []) == (locals_of(each.concept for each in rules.before), list(rules.after))
    assert ["kf5k20jf"] == locals_of(each.concept for each in basics.after)
    assert basics.course.free
    assert not rules.course.free


@pytest.mark.parametrize("local", ["pb874da6", "r9sfq4mb", "cbnpncjb", "c000000b", "aexample"])
def test_people_drafts_organisations_own_things_and_unknown_ids_are_not_found(store, local):
    for ask in (descriptions.describe, descriptions.competence, descriptions.role, descriptions.course):
        with pytest.raises(NotFoundError):
            ask(ANYONE, store, id_iri(local))


def test_draft_words_and_organisations_own_requirements_do_not_leak_into_what_is_published(cataloguing):
    assert "juodraštinis pavadinimas" not in {str(text) for text in cataloguing.concept.alternatives}
    assert "r9sfq4mb" not in locals_of(need.role for need in cataloguing.needs)


def test_framework_is_a_tree_without_what_is_deprecated(store):
    libraries = catalogue.framework(ANYONE, store, id_iri("libraries"), "lt")

    def drawn(branch):
        return (
            {branch.concept.local: [drawn(each) for each in branch.beneath]} if branch.beneath else branch.concept.local
        )

    assert [{"c8n1k29w": [{"c57vh4eb": ["c459tdeg"]}]}, "cd0cxp09"] == [drawn(branch) for branch in libraries.branches]
    assert (3, [2, 1]) == (libraries.count, [branch.count for branch in libraries.branches])


def test_frameworks_are_counted_as_the_question_counts_them(store):
    counted = {each.iri: count for each, count in catalogue.frameworks(ANYONE, store, "lt")}
    asked = {row["framework"]: row["competences"] for row in public(store).ask("framework_counts")}

    assert asked == counted


def test_contents_count_what_is_in_use(store):
    contents = catalogue.contents(ANYONE, store, "lt")

    assert (4, 2, 2) == (contents.competences, contents.roles, contents.courses)
    assert [("sector-library", 1), (None, 1)] == [
        (group.heading and group.heading.local, group.count) for group in contents.role_groups
    ]


def test_store_that_cannot_tell_its_public_part_shows_nothing_else(store):
    everything = {str(row["thing"]) for row in public(store).ask("concept_statements")}

    assert everything
    assert not [each for each in everything if "people" in each or each.endswith(("pb874da6", "r9sfq4mb", "cbnpncjb"))]


def test_store_without_anything_public_shows_nothing():
    store = OxigraphStore()
    store.load(
        [ox.Quad(ox.NamedNode("urn:x:a"), ox.NamedNode("urn:x:b"), ox.Literal("c"),
                 ox.NamedNode("https://w3id.org/competence-graph/graph/people/osh1z2bk"))]
    )  # fmt: skip

    assert [] == public(store).ask("concept_statements")


def named(*labels, notation=""):
    iri = Iri(f"urn:x:{labels[0]}")
    return Concept(iri, "competence", tuple(Text(label, "lt") for label in labels[:1]), notation=notation)


def test_concepts_stand_in_lithuanian_order():
    labels = [
        "Žiedas",
        "Zona",
        "Ypata",
        "Įrašas",
        "Iliustracija",
        "Šaltinis",
        "Saga",
        "Čekis",
        "Cezis",
        "Ąsotis",
        "Ažuolas",
    ]
    ordered = [str(each.label("lt")) for each in in_order(map(named, labels), "lt")]

    expected = [
        "Ąsotis",
        "Ažuolas",
        "Cezis",
        "Čekis",
        "Iliustracija",
        "Ypata",
        "Įrašas",
        "Saga",
        "Šaltinis",
        "Zona",
        "Žiedas",
    ]
    assert expected == ordered


def test_initials_follow_the_lithuanian_alphabet():
    letters = [initial(named(label), "lt") for label in ["Ąsotis", "Ypata", "Įrašas", "Šaltinis", "Ūkis", "3D vaizdai"]]

    assert ["A", "I", "I", "Š", "U", "#"] == letters


def test_codes_order_by_their_numbers_not_their_digits():
    concepts = [named(code, notation=code) for code in ("B-10", "B-2", "B-1.10", "B-1.9")]
    roots = tree({each.iri: each for each in concepts}, {}, "lt")

    assert ["B-1.9", "B-1.10", "B-2", "B-10"] == [branch.concept.notation for branch in roots]


def test_circle_of_broader_concepts_ends_and_loses_nobody():
    one, two, three = named("a"), named("b"), named("c")
    members = {each.iri: each for each in (one, two, three)}
    roots = tree(members, {two.iri: [one.iri, three.iri], three.iri: [two.iri]}, "lt")

    assert {"urn:x:a", "urn:x:b", "urn:x:c"} == {each.iri for root in roots for each in root.within()}


@pytest.mark.parametrize(
    ("duration", "hours"),
    [
        ("PT16H", 16),
        ("P1D", 8),
        ("P2DT4H", 20),
        ("PT45M", 1),
        ("PT1H30M", 2),
        ("P", None),
        ("16 hours", None),
        ("P1M", None),
    ],
)
def test_duration_is_read_in_hours_of_study(duration, hours):
    assert hours == hours_of(duration)


@pytest.mark.parametrize(
    ("masculine", "alternative", "is_pair"),
    [
        ("vyriausiasis bibliotekininkas", "vyriausioji bibliotekininkė", True),
        ("bibliotekininkas – kataloguotojas", "bibliotekininkė – kataloguotoja", True),
        ("projektų vadovas", "projektų vadovė", True),
        ("projektų vadovas", "projektų koordinatorius", False),
        ("bibliotekininkas", "knygininkas", False),
        ("muziejaus gidas", "gidas", False),
    ],
)  # fmt: skip
def test_feminine_form_is_the_alternative_that_differs_in_its_endings(masculine, alternative, is_pair):
    role = Concept(Iri("urn:x:r"), "role", (Text(masculine, "lt"),), (Text(alternative, "lt"),))

    assert is_pair == (role.feminine("lt") is not None)
