"""Every rule is seen to accept and to refuse, through the guarded write and by both engines."""

import re
import time
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from competence_graph.bundled import bundled
from competence_graph.graph.change import Change, described
from competence_graph.graph.inventory import shape_files
from competence_graph.graph.judge import checks
from competence_graph.graph.placement import Placement
from competence_graph.graph.questions import look_up
from competence_graph.graph.reading import read
from competence_graph.graph.store import open_store
from competence_graph.graph.validate import BULK, Shapes
from competence_graph.graph.vocab import CG, PREFIXES
from competence_graph.graph.write import Writer
from competence_graph.model.iri import BASE, Iri
from competence_graph.model.sentences import LONGEST, hides_value, said

CASES = Path(__file__).resolve().parent.parent / "shapes"
SHAPES = {profile: Shapes(shape_files(bundled("shapes"), profile)) for profile in ("own", "foreign")}
EVERY = Shapes(bundled("shapes").glob("*.ttl"))
# Who writes these is the write path itself: no file can break them (see the tests that ask them directly).
UNREACHED = {"check-one-pointer-a-competence", "check-still-used"}


def local(shape):
    return str(shape).rsplit("#", 1)[-1]


def rules():
    """Every rule that can find something by itself; a name in lower case is a condition of others."""
    return {local(iri): rule for iri, rule in EVERY.rules.items()}


def cases():
    return sorted(CASES.glob("*/*.trig"))


@pytest.fixture(scope="session")
def world():
    store = open_store("memory:")
    document = read((CASES / "base.trig").read_bytes(), "trig")
    assert [] == document.findings
    store.load(document.quads)
    return store


def added(text, store):
    """Return the change that adds these statements to what the store says of their subjects."""
    document = read(text, "trig")
    assert [] == document.findings
    put = set(document.quads)
    for graph in {quad.graph_name for quad in put}:
        subjects = {quad.subject.value for quad in put if quad.graph_name == graph}
        for triples in described(store, graph.value, subjects).values():
            put.update(ox.Quad(each.subject, each.predicate, each.object, graph) for each in triples)
    return Change(put=tuple(put))


def judged(text, world, bulk=BULK):
    """Return the findings of a case; what goes into ESCO's graph is judged as foreign."""
    profile = "foreign" if b"/graph/framework/esco" in text else "own"
    # The base world's day, so that no pointer turns.
    writer = Writer(world, SHAPES, today=lambda: date(2026, 11, 1), bulk=bulk)
    return writer.check(added(text, world), profile=profile)


@pytest.mark.parametrize("bulk", [BULK, 1], ids=["reference", "fast"])
@pytest.mark.parametrize("case", cases(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_case_is_judged_by_exactly_its_rule(case, bulk, world):
    rule = case.parent.name
    severity = rules()[rule].severity
    findings = judged(case.read_bytes(), world, bulk)
    # Text where a date must stand cannot be put in order either: the case names the rules that object beside its own.
    also = set(re.findall(r"[\w-]+", "".join(re.findall(r"^# also: (.*)$", case.read_text("utf-8"), re.MULTILINE))))
    refused = {each.rule for each in findings if each.refuses}
    found = {each.rule for each in findings if each.severity == severity}

    if case.stem.startswith("accepts"):
        assert (set(), False) == (refused, rule in found), findings
    elif severity == "violation":
        assert {rule} | also == refused, findings
    else:
        assert (set(), True) == (refused, rule in found), findings


MISTAKES = read((CASES / "mistakes.trig").read_bytes(), "trig").quads


@pytest.mark.parametrize("rule", sorted({local(quad.graph_name.value) for quad in MISTAKES}))
def test_each_of_the_twelve_mistakes_of_the_design_is_found_by_its_rule_alone(rule, world):
    loose = [quad for quad in MISTAKES if local(quad.graph_name.value) == rule]
    placement = Placement(loose, world)
    things = [Iri(each.subject.value) for each in loose]
    homes = {thing: graph for thing, _, graph in look_up(world, "homes", thing=things).rows}
    museum = f"{BASE}graph/people/ovte458j"  # where an attainment of nobody has been entered
    places = {
        quad.subject: homes.get(quad.subject) or ox.NamedNode(placement.graph_of(quad.subject.value) or museum)
        for quad in loose
    }
    text = ox.serialize(
        [ox.Quad(each.subject, each.predicate, each.object, places[each.subject]) for each in loose],
        format=ox.RdfFormat.TRIG,
    )

    assert {rule} == {each.rule for each in judged(text, world) if each.refuses}


def test_every_rule_has_an_accepting_and_a_refusing_case():
    have = {(path.parent.name, path.stem.split("-")[0]) for path in cases()}
    lacking = {(rule, verb) for rule in set(rules()) - UNREACHED for verb in ("accepts", "rejects")} - have

    assert set() == lacking
    assert set() == {folder for folder, _ in have} - set(rules())


def test_every_case_says_in_a_comment_what_it_is_about():
    assert [] == [path.name for path in cases() if not path.read_text("utf-8").startswith("# ")]
    assert {"accepts", "rejects"} == {path.stem.split("-")[0] for path in cases()}


@pytest.mark.parametrize("profile", ["own", "foreign"])
def test_the_shapes_pass_the_shapes_of_shacl(profile):
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=SHAPES[profile].graph, meta_shacl=True)

    assert conforms, text


def test_every_rule_says_its_name_and_what_to_do_in_both_languages_and_how_grave_it_is():
    graph = EVERY.graph
    faults = []
    for name, rule in rules().items():
        if not all(rule.name.values()) or not all(rule.message.values()):
            faults.append(f"{name}: a name or a message is missing in one language")
        if 1 != len(set(graph.objects(rdflib.URIRef(PREFIXES["shape"] + name), SH.severity))):
            faults.append(f"{name}: one severity is wanted")
        if re.search(r"SHACL|triple|\bnode\b|\bIRI\b|\bURI\b", " ".join(rule.message.values())):
            faults.append(f"{name}: the message speaks of machinery")

    assert [] == faults


def test_every_shape_that_can_find_something_is_a_rule():
    graph = EVERY.graph
    quiet = []
    for shape in set(graph.subjects(RDF.type, SH.PropertyShape)) | set(graph.subjects(SH.targetClass, None)):
        condition = local(shape)[0].islower()
        holds_rules = (shape, RDF.type, SH.NodeShape) in graph and (shape, SH.property, None) in graph
        if not condition and not holds_rules and local(shape) not in rules():
            quiet.append(local(shape))

    assert [] == sorted(quiet)


def test_shapes_are_reached_by_class_only():
    other = (SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf, SH.target)

    assert [] == [local(shape) for target in other for shape in EVERY.graph.subjects(target, None)]
    for profile in SHAPES.values():
        reached = {
            local(node)
            for shapes in profile.by_class.values()
            for node in profile.closure(shapes).subjects(RDF.type, SH.PropertyShape)
        }
        assert {local(each) for each in profile.graph.subjects(RDF.type, SH.PropertyShape)} == reached


def test_every_check_has_its_words_and_every_words_their_check():
    named = {rule.removeprefix("check-") for rule in rules() if rule.startswith("check-")}

    assert set(checks()) | {"history-overwritten", "look-alike-label", "still-used", "untyped"} == named


# --- Sentences ---

CONSTRAINTS = {
    SH[parameter]: component
    for parameter, component in {
        "class": "Class", "closed": "Closed", "datatype": "Datatype", "disjoint": "Disjoint", "equals": "Equals",
        "hasValue": "HasValue", "in": "In", "languageIn": "LanguageIn", "lessThan": "LessThan",
        "lessThanOrEquals": "LessThanOrEquals", "maxCount": "MaxCount", "maxExclusive": "MaxExclusive",
        "maxInclusive": "MaxInclusive", "maxLength": "MaxLength", "minCount": "MinCount",
        "minExclusive": "MinExclusive", "minInclusive": "MinInclusive", "minLength": "MinLength", "node": "Node",
        "nodeKind": "NodeKind", "not": "Not", "or": "Or", "and": "And", "xone": "Xone", "pattern": "Pattern",
        "qualifiedMaxCount": "QualifiedMaxCount", "qualifiedMinCount": "QualifiedMinCount", "sparql": "SPARQL",
        "uniqueLang": "UniqueLang",
    }.items()
}  # fmt: skip


@pytest.mark.parametrize("lang", ["lt", "en"])
def test_every_constraint_in_use_and_every_check_has_its_sentence(lang):
    faults = []
    for iri, rule in EVERY.rules.items():
        used = {CONSTRAINTS[each] for each in EVERY.graph.predicates(rdflib.URIRef(iri), None) if each in CONSTRAINTS}
        names = {local(iri).removeprefix("check-")} if local(iri).startswith("check-") else used
        assert names, iri
        for component in names:
            for value in ("", "9", "-1", "=1+1", "2026-05-04", "trečias"):
                known = component in dict(CONSTRAINTS.items()).values()
                asked = f"{component}ConstraintComponent" if known else component
                sentence = said(asked, lang, name=rule.name[lang], value=value, parameters=rule.parameters)
                if re.search(r"SHACL|triple|\bnode\b|\bIRI\b|[{}]", sentence) or not sentence.endswith("."):
                    faults.append(f"{local(iri)}: {sentence}")

    assert [] == faults


def test_a_level_too_high_is_told_with_the_highest():
    told = {lang: said("level-on-scale", lang, name="", value="9", parameters={"top": "5"}) for lang in ("lt", "en")}

    assert {"lt": "Lygis 9 per didelis; didžiausias yra 5.", "en": "Level 9 is too high; the highest is 5."} == told


def test_a_level_that_a_scale_lacks_below_its_top_is_not_called_too_high():
    told = said("level-on-scale", "en", name="", value="3", parameters={"top": "5"})

    assert "The scale of the competence has no level 3." == told


@pytest.mark.parametrize("bulk", [BULK, 1], ids=["reference", "fast"])
def test_a_write_with_a_level_too_high_is_answered_with_the_highest(bulk, world):
    case = CASES / "Requirement-level-scale" / "rejects-six-of-five.trig"
    told = {each.said["lt"] for each in judged(case.read_bytes(), world, bulk) if each.refuses}

    assert {"Lygis 6 per didelis; didžiausias yra 5."} == told


def test_a_foreign_framework_is_asked_for_no_less_of_its_requirements():
    asked_of = {profile: shapes.by_class[str(CG.Requirement)] for profile, shapes in SHAPES.items()}

    assert asked_of["own"] == asked_of["foreign"]


def test_a_weight_too_high_is_told_with_the_highest():
    rule = rules()["Requirement-weight-range"]
    told = {
        lang: said("MaxInclusiveConstraintComponent", lang, name=rule.name[lang], value="9", parameters=rule.parameters)
        for lang in ("lt", "en")
    }

    assert "Savybė „svoris“: reikšmė 9 per didelė; didžiausia yra 5." == told["lt"]
    assert "Weight: 9 is too high; the highest is 5." == told["en"]


def test_a_long_value_is_cut():
    told = said("InConstraintComponent", "en", name="kind", value="x" * 1000, parameters={})

    assert "x" * (LONGEST - 1) + "…" in told
    assert len(told) < 2 * LONGEST


def test_a_value_where_a_pseudonym_must_stand_is_not_repeated():
    name = "Ona Išgalvotė"
    for component, parameters in (
        ("ClosedConstraintComponent", {}),
        ("NodeConstraintComponent", {}),
        ("NodeKindConstraintComponent", {}),
        ("PatternConstraintComponent", {"pattern": "^p"}),
        ("ClassConstraintComponent", {"class": "Person"}),
    ):
        told = [said(component, lang, name="", value=name, parameters=parameters) for lang in ("lt", "en")]

        assert hides_value(component, parameters)
        assert not any(name in each for each in told)
    assert not hides_value("ClassConstraintComponent", {"class": "Role"})
    assert not hides_value("PatternConstraintComponent", {"path": "prefLabel"})


@pytest.mark.parametrize("case", sorted(CASES.glob("*/rejects-*name*.trig")), ids=lambda path: path.parent.name)
def test_no_finding_repeats_the_name_of_a_person(case, world):
    findings = judged(case.read_bytes(), world)

    assert "Išgalvotė" not in str([(each.value, each.said, each.mend) for each in findings])


# --- Questions that no file can break ---


def asked(name, quads):
    store = open_store("memory:")
    store.load(quads)
    return [[str(term.value) for term in row[:3]] for row in store.select(checks()[name]).rows]


def test_two_pointers_of_one_kind_for_a_competence_are_found():
    quads = read((CASES / "base.trig").read_bytes(), "trig").quads
    current = next(quad for quad in quads if quad.predicate.value == str(CG.current))
    about = ox.NamedNode(str(CG.competence))
    competence = next(quad.object for quad in quads if (quad.subject, quad.predicate) == (current.object, about))
    twin = ox.NamedNode(f"{current.object.value}x")
    more = [
        ox.Quad(current.subject, current.predicate, twin, current.graph_name),
        ox.Quad(twin, about, competence, current.graph_name),
    ]
    told = [current.subject.value, str(CG.current), competence.value]

    assert [] == asked("one-pointer-a-competence", quads)
    assert [told] == asked("one-pointer-a-competence", quads + more)


def test_the_world_of_the_cases_breaks_no_check(world):
    assert {} == {name: rows for name, query in checks().items() if (rows := world.select(query).rows)}


def test_every_check_keeps_its_time_over_a_large_world():
    ns, ident = str(CG._NS), f"{BASE}id/"
    graph = ox.NamedNode(f"{ident}g")
    kind, scheme, notation = (PREFIXES["rdf"] + "type", PREFIXES["skos"] + "inScheme", PREFIXES["skos"] + "notation")
    said_of = [(f"{ident}f", f"{ns}scale", f"{ident}s")]
    said_of += [
        (f"{ident}s-{n}", prop, what) for n in range(1, 6) for prop, what in ((scheme, f"{ident}s"), (f"{ns}level", n))
    ]
    for number in range(3000):
        one = f"{ident}c{number:07d}"
        said_of += [(one, kind, f"{ns}Competence"), (one, scheme, f"{ident}f"), (one, notation, number)]
        said_of.append((one, PREFIXES["skos"] + "broader", f"{ident}c{number // 3:07d}" if number else f"{ident}area"))
        for level in range(1, 6 if number % 3 == 0 else 1):
            about = f"{one}-{level}"
            said_of += [
                (about, kind, f"{ns}LevelDescriptor"),
                (about, f"{ns}competence", one),
                (about, f"{ns}level", level),
            ]
        role, wanted = f"{ident}r{number // 60:07d}", f"{ident}r{number // 60:07d}-c{number:07d}"
        said_of += [(role, f"{ns}requires", wanted), (wanted, f"{ns}competence", one), (wanted, f"{ns}level", 3)]
    store = open_store("memory:")
    store.load(
        ox.Quad(
            ox.NamedNode(thing),
            ox.NamedNode(prop),
            ox.NamedNode(what) if isinstance(what, str) else ox.Literal(what),
            graph,
        )
        for thing, prop, what in said_of
    )

    slow = {}
    for name, query in checks().items():
        start = time.perf_counter()
        assert [] == store.select(query).rows, name
        taken = time.perf_counter() - start
        # Those that grow with the square of the data take minutes here, the others a tenth of a second.
        if taken > 10:
            slow[name] = taken

    assert {} == slow
