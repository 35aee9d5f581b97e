"""The gaps of a world from raw quads, written from the words of design/model.md and sample/DECISIONS.md alone.

It shares nothing with the service but the names of terms: no catalogue, no pointers, no arithmetic of the model.
"""

from collections import defaultdict

import pyoxigraph as ox

from competence_graph.graph.vocab import expand

ORDER = [expand("cg:managerAssessment"), expand("elm-assessment:19a2e5e671"), expand("cg:selfAssessment")]


def value(term):
    if isinstance(term, ox.NamedNode):
        return term.value
    return int(term.value) if term.datatype.value.endswith("#integer") else term.value


class Raw:
    """Quads by graph, subject and predicate; dates stay text, which sorts as they do."""

    def __init__(self, quads):
        self.graphs = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
        self.union = defaultdict(lambda: defaultdict(set))
        for quad in quads:
            for where in (self.graphs[quad.graph_name.value], self.union):
                where[quad.subject.value][quad.predicate.value].add(value(quad.object))

    def all(self, subject, predicate):
        return self.union.get(subject, {}).get(expand(predicate), set())

    def one(self, subject, predicate):
        return next(iter(self.all(subject, predicate)), None)

    def subjects(self, predicate, wanted):
        return {subject for subject, says in self.union.items() if wanted in says.get(expand(predicate), ())}


def counting(raw, records, day, counts_self):
    """Return competence -> (how, level) of one learner: "current", "claim" or "lapsed"."""
    known = [each for each in records if raw.one(each, "dct:created") <= day]
    revised = {raw.one(each, "prov:wasRevisionOf") for each in known}
    heads = [each for each in known if each not in revised and raw.one(each, "dct:issued") <= day]
    found = {}
    for competence in {raw.one(each, "cg:competence") for each in heads}:
        own = [each for each in heads if raw.one(each, "cg:competence") == competence]

        def last(each):
            # Later created, higher level, smaller IRI.
            return raw.one(each, "dct:created"), raw.one(each, "cg:level"), [-ord(letter) for letter in each]

        def unexpired(each):
            return (raw.one(each, "schema:expires") or "9999") >= day

        def status(each, wanted):
            return raw.one(each, "adms:status") == expand(f"cg:{wanted}")

        validated = [each for each in own if status(each, "validated")]
        valid = [each for each in validated if unexpired(each)]
        if valid:
            judged = [each for each in valid if raw.one(each, "dct:type") in ORDER]
            proved = [raw.one(each, "cg:level") for each in valid if raw.one(each, "dct:type") not in ORDER]
            if judged:
                newest = max(
                    judged,
                    key=lambda each: (
                        raw.one(each, "dct:issued"),
                        -ORDER.index(raw.one(each, "dct:type")),
                        *last(each),
                    ),
                )
                proved.append(raw.one(newest, "cg:level"))
            found[competence] = ("current", max(proved))
            continue
        if validated:
            found[competence] = ("lapsed", 0)
        claims = [
            each
            for each in own
            if status(each, "submitted") and raw.one(each, "dct:type") == ORDER[2] and unexpired(each)
        ]
        if counts_self and claims:
            newest = max(claims, key=lambda each: (raw.one(each, "dct:issued"), *last(each)))
            found[competence] = ("claim", raw.one(newest, "cg:level"))
    return found


def reached(raw, start):
    seen, waiting = {start}, [start]
    while waiting:
        each = waiting.pop()
        near = raw.all(each, "skos:exactMatch") | raw.subjects("skos:exactMatch", each)
        waiting += near - seen
        seen |= near
    return seen - {start}


def scale_of(raw, competence):
    schemes = raw.all(competence, "skos:inScheme")
    return next((raw.one(scheme, "cg:scale") for scheme in schemes if raw.one(scheme, "cg:scale")), None)


def attained(raw, held, competence):
    """Return level and reason of one competence for a learner who holds these."""
    how, level = held.get(competence, (None, 0))
    if how == "current":
        return level, "direct"
    offers = []
    ours = scale_of(raw, competence)
    for other in reached(raw, competence):
        shown, theirs = held.get(other, (None, 0)), scale_of(raw, other)
        if shown[0] != "current" or shown[1] == 0 or ours is None or theirs is None:
            continue
        if theirs == ours:
            offers.append((shown[1], 3, "equivalent"))
            continue
        for step in raw.subjects("skos:inScheme", theirs):
            if raw.one(step, "cg:level") == shown[1]:
                counted = [each for each in raw.all(step, "cg:countsAs") if ours in raw.all(each, "skos:inScheme")]
                offers += [(raw.one(each, "cg:level"), 3, "equivalent") for each in counted]
    rule = raw.one(competence, "cg:rollUp")
    parts = [
        each
        for each in raw.subjects("skos:broader", competence)
        if raw.one(each, "adms:status") == expand("status:Completed")
    ]
    levels = [held[each][1] if held.get(each, ("",))[0] == "current" else 0 for each in parts]
    if rule and any(held.get(each, ("",))[0] == "current" for each in parts):
        rolled = min(levels) if rule == expand("cg:minimum") else int(sum(levels) / len(levels))
        offers.append((rolled, 2, "rolled-up"))
    if how == "claim":
        offers.append((level, 1, "unreviewed"))
    if offers:
        best = max(offers)
        return best[0], best[2]
    return 0, "lapsed" if how == "lapsed" else "not-assessed"


def rows(quads, organisation, day):
    """Return the rows of gaps_of_organisation as tuples of text and numbers, in its order."""
    raw, day = Raw(quads), day.isoformat()
    graph = next(
        name
        for name, says in raw.graphs.items()
        if organisation in says.get(name, {}).get(expand("dct:rightsHolder"), ())
    )
    inside = raw.graphs[graph]
    counts_self = "true" in raw.all(organisation, "cg:countsSelfAssessment")
    roles, records = defaultdict(set), defaultdict(list)
    for subject, says in list(inside.items()):
        for person in says.get(expand("org:member"), ()):
            if raw.one(subject, "schema:startDate") <= day <= (raw.one(subject, "schema:endDate") or "9999"):
                roles[person].add(raw.one(subject, "org:role"))
        for learner in says.get(expand("cg:learner"), ()):
            records[learner].append(subject)
    found = []
    for person, its in roles.items():
        held = counting(raw, records[person], day, counts_self)
        asked = [each for role in its for each in raw.all(role, "cg:requires")]
        for competence in {raw.one(each, "cg:competence") for each in asked}:
            same = [each for each in asked if raw.one(each, "cg:competence") == competence]
            required = max(raw.one(each, "cg:level") for each in same)
            weight = max(raw.one(each, "cg:weight") for each in same)
            must = [
                raw.one(each, "cg:level") for each in same if raw.one(each, "cg:necessity") == expand("cg:essential")
            ]
            asking = min(
                role
                for role in its
                for each in raw.all(role, "cg:requires") & set(same)
                if raw.one(each, "cg:level") == required
            )
            level, why = attained(raw, held, competence)
            gap = max(0, required - level)
            necessity = expand("cg:essential" if must else "cg:optional")
            found.append(
                (
                    person,
                    asking,
                    competence,
                    required,
                    level,
                    gap,
                    weight,
                    necessity,
                    why,
                    day,
                    bool(must) and level < max(must),
                )
            )
    return sorted(found, key=lambda row: (row[0], -row[6] * row[5], row[2]))
