"""The names of our terms and the only prefix table."""

from __future__ import annotations

from typing import Final

from rdflib import Namespace, URIRef
from rdflib.namespace import DefinedNamespace

from competence_graph.model.iri import BASE


class CG(DefinedNamespace):
    """Our own terms; a name that is not here raises."""

    _fail = True
    _NS = Namespace(f"{BASE}ns#")

    Attainment: URIRef
    Competence: URIRef
    LearningPlan: URIRef
    LevelDescriptor: URIRef
    LicenceAllocation: URIRef
    PlanItem: URIRef
    Requirement: URIRef
    asOf: URIRef
    competence: URIRef
    competenceTypes: URIRef
    countsAs: URIRef
    countsSelfAssessment: URIRef
    current: URIRef
    fromLevel: URIRef
    lapsed: URIRef
    learner: URIRef
    level: URIRef
    necessity: URIRef
    provisional: URIRef
    requires: URIRef
    rollUp: URIRef
    scale: URIRef
    seats: URIRef
    sendingOrganisation: URIRef
    targetRole: URIRef
    toLevel: URIRef
    unverified: URIRef
    weight: URIRef
    # codes
    attainmentStatuses: URIRef
    certificate: URIRef
    done: URIRef
    draft: URIRef
    dropped: URIRef
    essential: URIRef
    generic: URIRef
    judgement: URIRef
    managerAssessment: URIRef
    managerial: URIRef
    mean: URIRef
    methods: URIRef
    minimum: URIRef
    necessities: URIRef
    optional: URIRef
    planItemStatuses: URIRef
    planned: URIRef
    professional: URIRef
    proof: URIRef
    rejected: URIRef
    revoked: URIRef
    rollUps: URIRef
    selfAssessment: URIRef
    started: URIRef
    submitted: URIRef
    validated: URIRef


PREFIXES: Final[dict[str, str]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cg": f"{BASE}ns#",
    "country": "http://publications.europa.eu/resource/authority/country/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "elm": "http://data.europa.eu/snb/model/elm/",
    "elm-activity": "http://data.europa.eu/snb/learning-activity/",
    "elm-assessment": "http://data.europa.eu/snb/assessment/",
    "elm-opportunity": "http://data.europa.eu/snb/learning-opportunity/",
    "eqf": "http://data.europa.eu/snb/eqf/",
    "esco": "http://data.europa.eu/esco/model#",
    "esco-occupation": "http://data.europa.eu/esco/occupation/",
    "esco-skill": "http://data.europa.eu/esco/skill/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "id": f"{BASE}id/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "reuse": "http://data.europa.eu/esco/skill-reuse-level/",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "shape": f"{BASE}shapes#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "status": "http://purl.org/adms/status/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def expand(name: str) -> str:
    """Return the IRI of a prefixed name such as ``skos:Concept``.

    Raises:
        KeyError: If the prefix is not in the table.
    """
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local
