"""What is wrong, in a plain sentence: one for each kind of rule and each check, in both languages, with the value.

A rule's own message tells what to do and cannot carry values (source: design/experience.md, "Messages from SHACL"),
so that the sentence comes from here. No word of Lithuanian is declined by the program: names and values stand in
quotation marks, in the form in which they were given. No sentence speaks of shapes, triples, nodes or IRIs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from competence_graph.model.text import Lang

LONGEST: Final = 80
"""Characters of a value that a sentence shows."""

_FORMULA: Final = "=+-@\t\r＝＋－＠"
_SUFFIX: Final = "ConstraintComponent"

# Component or check, or a special case of one after a colon -> Lithuanian, English.
SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "And": ("Savybė „{name}“: reikšmė „{value}“ netinka.", "{name}: “{value}” does not fit."),
    "Class": (
        "Savybė „{name}“: „{value}“ nerasta arba tai ne {kind}.",
        "{name}: “{value}” was not found, or is not {kind}.",
    ),
    "Class:hidden": ("Savybė „{name}“: nurodytas asmuo nerastas.", "{name}: the person given was not found."),
    "Closed": ("Apie asmenį įrašyta daugiau, negu čia leidžiama.", "More is said of the person than is allowed here."),
    "Datatype": ("Savybė „{name}“: „{value}“ nėra {kind}.", "{name}: “{value}” is not {kind}."),
    "Disjoint": (
        "Savybė „{name}“: „{value}“ kartojasi kitoje savybėje, o gali būti tik vienoje.",
        "{name}: “{value}” is said in another place too, and may stand in one only.",
    ),
    "Equals": ("Savybė „{name}“: „{value}“ nesutampa.", "{name}: “{value}” does not agree."),
    "HasValue": ("Savybė „{name}“: trūksta būtinos reikšmės.", "{name}: a value that must be there is missing."),
    "In": ("Savybė „{name}“: „{value}“ nėra sąraše.", "{name}: “{value}” is not in the list."),
    "LanguageIn": ("Savybė „{name}“: „{value}“ parašyta kita kalba.", "{name}: “{value}” is in another language."),
    "LessThan": ("Savybė „{name}“: reikšmė „{value}“ per didelė.", "{name}: “{value}” is too much."),
    "LessThan:level": ("Savybė „{name}“: lygis {value} per aukštas.", "{name}: level {value} is too high."),
    "LessThanOrEquals": ("Savybė „{name}“: reikšmė „{value}“ per didelė.", "{name}: “{value}” is too much."),
    "LessThanOrEquals:day": ("Savybė „{name}“: diena {value} per vėlyva.", "{name}: the day {value} is too late."),
    "MaxCount": (
        "Savybė „{name}“: reikšmių per daug; daugiausia gali būti {maxCount}.",
        "{name}: there are too many values; the most is {maxCount}.",
    ),
    "MaxExclusive": (
        "Savybė „{name}“: reikšmė {value} per didelė; ji turi būti mažesnė už {maxExclusive}.",
        "{name}: {value} is too high; it must be below {maxExclusive}.",
    ),
    "MaxInclusive": (
        "Savybė „{name}“: reikšmė {value} per didelė; didžiausia yra {maxInclusive}.",
        "{name}: {value} is too high; the highest is {maxInclusive}.",
    ),
    "MaxInclusive:level": (
        "Lygis {value} per didelis; didžiausias yra {maxInclusive}.",
        "Level {value} is too high; the highest is {maxInclusive}.",
    ),
    "MaxLength": (
        "Savybė „{name}“: tekstas per ilgas; daugiausia gali būti rašmenų: {maxLength}.",
        "{name}: the text is too long; the most is {maxLength} characters.",
    ),
    "MinCount": ("Savybė „{name}“: nenurodyta.", "{name}: not given."),
    "MinExclusive": (
        "Savybė „{name}“: reikšmė {value} per maža; ji turi būti didesnė už {minExclusive}.",
        "{name}: {value} is too low; it must be above {minExclusive}.",
    ),
    "MinInclusive": (
        "Savybė „{name}“: reikšmė {value} per maža; mažiausia yra {minInclusive}.",
        "{name}: {value} is too low; the lowest is {minInclusive}.",
    ),
    "MinInclusive:level": (
        "Lygis {value} per mažas; mažiausias yra {minInclusive}.",
        "Level {value} is too low; the lowest is {minInclusive}.",
    ),
    "MinInclusive:word": ("Savybė „{name}“: „{value}“ nėra skaičius.", "{name}: “{value}” is not a number."),
    "MinLength": ("Savybė „{name}“: tekstas „{value}“ per trumpas.", "{name}: “{value}” is too short."),
    "Node": ("Savybė „{name}“: forma netinkama.", "{name}: the form is not right."),
    "NodeKind": (
        "Savybė „{name}“: parašytas tekstas, o turi būti adresas.",
        "{name}: text is given where an address must stand.",
    ),
    "Not": ("Savybė „{name}“: reikšmė „{value}“ negalima.", "{name}: “{value}” is not allowed."),
    "Or": ("Savybė „{name}“: nenurodyta arba netinka.", "{name}: not given, or not fitting."),
    "Or:value": (
        "Savybė „{name}“: „{value}“ nerasta arba netinka.",
        "{name}: “{value}” was not found, or does not fit.",
    ),
    "Pattern": ("Savybė „{name}“: „{value}“ parašyta netinkama forma.", "{name}: “{value}” is not in the right form."),
    "Pattern:own": ("Savybė „{name}“: forma netinkama.", "{name}: the form is not right."),
    "Pattern:empty": ("Savybė „{name}“: reikšmė tuščia.", "{name}: the value is empty."),
    "Pattern:formula": (
        "Savybė „{name}“: „{value}“ prasideda ženklu, kurį skaičiuoklė palaikytų formulės pradžia.",
        "{name}: “{value}” begins with a sign that a spreadsheet takes for the start of a formula.",
    ),
    "QualifiedMaxCount": ("Savybė „{name}“: tokių reikšmių per daug.", "{name}: there are too many such values."),
    "QualifiedMinCount": (
        "Savybė „{name}“: trūksta reikalingos reikšmės.",
        "{name}: a value that is needed is missing.",
    ),
    "QualifiedMinCount:lt": ("Savybė „{name}“: nėra teksto lietuvių kalba.", "{name}: there is no text in Lithuanian."),
    "QualifiedMinCount:en": ("Savybė „{name}“: nėra teksto anglų kalba.", "{name}: there is no text in English."),
    "SPARQL": (
        "Savybė „{name}“: {value} lygio kompetencijos skalėje nėra.",
        "{name}: the scale of the competence has no level {value}.",
    ),
    "UniqueLang": (
        "Savybė „{name}“: ta pačia kalba parašyta daugiau kaip viena reikšmė.",
        "{name}: there is more than one value in the same language.",
    ),
    "Xone": ("Savybė „{name}“: „{value}“ netinka.", "{name}: “{value}” does not fit."),
    "broader-in-scheme": (
        "Platesnė kompetencija ar sritis „{value}“ priklauso kitam aprašui.",
        "The broader competence or area “{value}” belongs to another framework.",
    ),
    "cycle-in-broader": (
        "Kompetencija per „{value}“ pasirodo platesnė už pačią save.",
        "Through “{value}” the competence comes out broader than itself.",
    ),
    "cycle-in-prerequisites": (
        "Pagal reikalavimą „{value}“ kursus reikėtų baigti anksčiau už juos pačius.",
        "Through the prerequisite “{value}” the course would have to be taken before itself.",
    ),
    "descriptor-for-each-level": ("Neaprašyti lygiai: {value}.", "Levels not described: {value}."),
    "descriptor-iri": (
        "Lygio aprašymo identifikatorius neatitinka kompetencijos ir lygio; turėtų būti „{value}“.",
        "The identifier of the level descriptor does not follow its competence and level; it should be “{value}”.",
    ),
    "history-overwritten": (
        "Šis įvertinimas jau įrašytas; įrašyti įvertinimai nekeičiami.",
        "This attainment is on record already; what is on record is not changed.",
    ),
    "level-on-scale": (
        "Kompetencijos skalėje nėra {value} lygio.",
        "The scale of the competence has no level {value}.",
    ),
    "level-on-scale:top": (
        "Lygis {value} per didelis; didžiausias yra {top}.",
        "Level {value} is too high; the highest is {top}.",
    ),
    "levels-without-a-break": (
        "Skalės lygių numeriai neina iš eilės nuo 1; tikrintinas numeris: {value}.",
        "The levels of the scale are not numbered 1, 2, 3 and on; the number to look at: {value}.",
    ),
    "notation-unique": (
        "Kodą „{value}“ jau turi kita šio aprašo kompetencija ar sritis.",
        "Another competence or area of the framework has the code “{value}” already.",
    ),
    "look-alike-label": (
        "Pavadinimas „{value}“ atrodo kaip kitos šio aprašo kompetencijos ar srities.",
        "The name “{value}” looks like that of another competence or area of the framework.",
    ),
    "one-counts-as-a-scale": (
        "Lygis prilyginamas daugiau kaip vienam kitos skalės lygiui; vienas iš jų – „{value}“.",
        "The level counts as more than one level of another scale; one of them is “{value}”.",
    ),
    "one-pointer-a-competence": (
        "Kompetencijai „{value}“ įskaitomas daugiau kaip vienas įvertinimas.",
        "More than one attainment counts for the competence “{value}”.",
    ),
    "one-requirement-a-pair": (
        "Kompetencijai „{value}“ pareigybė turi daugiau kaip vieną reikalavimą.",
        "The role has more than one requirement for the competence “{value}”.",
    ),
    "people-graph-holder": (
        "Neaišku, kurios vienos įstaigos žmonės čia įrašyti.",
        "It is not clear which one organisation these people belong to.",
    ),
    "requirement-iri": (
        "Reikalavimo identifikatorius neatitinka pareigybės ir kompetencijos; turėtų būti „{value}“.",
        "The identifier of the requirement does not follow its role and competence; it should be “{value}”.",
    ),
    "revision-keeps": (
        "Keičiamas įrašas „{value}“ yra apie kitą asmenį arba kitą kompetenciją.",
        "The record revised, “{value}”, is about another person or another competence.",
    ),
    "same-people-graph": (
        "Asmuo priklauso kitai įstaigai negu šis įrašas.",
        "The person belongs to another organisation than this record.",
    ),
    "still-used": ("Šalinamas įrašas dar naudojamas kitur.", "What is to be removed is still used elsewhere."),
    "syntax": (
        "Sintaksės klaida, eilutės čia perskaityti nepavyko: „{value}“.",
        "Syntax error, the line could not be read: “{value}”.",
    ),
    "untyped": ("Nenurodyta, kas tai.", "It is not said what this is."),
}  # fmt: skip

# What a class or a datatype is called, in the nominative: Lithuanian, English.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "Attainment": ("kompetencijos įvertinimas", "an attainment"),
    "Competence": ("kompetencija", "a competence"),
    "Concept": ("sąvoka iš sąrašo", "an entry of the list"),
    "ConceptScheme": ("aprašas ar skalė", "a framework or scale"),
    "Course": ("kursai", "a course"),
    "FormalOrganization": ("įstaiga", "an organisation"),
    "LearningOutcome": ("kursų rezultatas", "an outcome of a course"),
    "LevelDescriptor": ("lygio aprašymas", "a level descriptor"),
    "Offer": ("kainos pasiūlymas", "a price offer"),
    "OrganizationalUnit": ("padalinys", "a unit"),
    "Person": ("asmuo", "a person"),
    "Requirement": ("reikalavimas", "a requirement"),
    "Role": ("pareigybė", "a role"),
    "boolean": ("„taip“ arba „ne“ (true, false)", "yes or no (true, false)"),
    "date": ("data", "a date"),
    "decimal": ("dešimtainis skaičius", "a decimal number"),
    "duration": ("trukmė", "a duration"),
    "integer": ("sveikasis skaičius", "a whole number"),
    "langString": ("tekstas su nurodyta kalba", "a text with its language"),
}  # fmt: skip


def said(component: str, lang: Lang, *, name: str, value: str, parameters: Mapping[str, str]) -> str:
    """Return what is wrong, in a sentence.

    Args:
        component: A constraint component such as ``MinCountConstraintComponent``, the name of a check, or ``syntax``.
        lang: Of the sentence.
        name: What the rule calls the property in this language.
        value: What was given; empty where nothing was. Cut at `LONGEST` characters.
        parameters: Of the rule, by local name: ``maxInclusive`` -> ``5``; of a check ``top``.

    Raises:
        KeyError: If the catalogue has no sentence for the component.
    """
    at = 0 if lang == "lt" else 1
    kind = parameters.get("class") or parameters.get("datatype") or ""
    words = {
        **parameters,
        "name": name if lang == "lt" else name[:1].upper() + name[1:],
        "value": _cut(value),
        "kind": KINDS[kind][at] if kind in KINDS else kind,
    }
    return SENTENCES[_case(component.removesuffix(_SUFFIX), value, parameters)][at].format_map(words)


def hides_value(component: str, parameters: Mapping[str, str]) -> bool:
    """Whether the value must be shown nowhere: where a pseudonym must stand, a person's name may have been given."""
    bare = component.removesuffix(_SUFFIX)
    if bare == "Pattern":
        # A form asked of the thing itself: what does not fit is its identifier, perhaps made of a name.
        return "path" not in parameters
    return bare in ("Closed", "Node", "NodeKind") or (bare == "Class" and parameters.get("class") == "Person")


def _case(component: str, value: str, parameters: Mapping[str, str]) -> str:
    """Return the key of the sentence that fits this value best."""
    match component:
        case "Class" if hides_value(component, parameters):
            return "Class:hidden"
        case "LessThan" if parameters.get("lessThan", "").endswith("Level"):
            return "LessThan:level"
        case "LessThanOrEquals" if _is_day(value):
            return "LessThanOrEquals:day"
        case "MinInclusive" | "MaxInclusive" if not _is_number(value):
            return "MinInclusive:word"
        case "MinInclusive" | "MaxInclusive" if "evel" in parameters.get("path", ""):
            return f"{component}:level"
        case "Or" if "path" in parameters and value:
            return "Or:value"
        case "Pattern" if hides_value(component, parameters):
            return "Pattern:own"
        case "Pattern" if not value.strip():
            return "Pattern:empty"
        case "Pattern" if value[0] in _FORMULA:
            return "Pattern:formula"
        case "QualifiedMinCount":
            tongue = {"Lithuanian": ":lt", "English": ":en"}.get(parameters.get("qualifiedValueShape", ""), "")
            return component + tongue
        case "level-on-scale" | "SPARQL" if _is_number(value) and float(value) > float(parameters.get("top", "inf")):
            return "level-on-scale:top"
    return component


def _cut(value: str) -> str:
    """Return the value on one line, cut where it is longer than a sentence can bear."""
    line = " ".join(value.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _is_number(value: str) -> bool:
    return value.strip().lstrip("+-").replace(".", "", 1).isdigit()


def _is_day(value: str) -> bool:
    return len(value) >= 10 and value[:4].isdigit() and value[4] == "-" and value[7] == "-"
