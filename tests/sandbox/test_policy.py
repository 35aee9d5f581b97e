"""What the policy lets through and what it refuses, with which words, in which time."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from competence_graph.errors import QueryRefusedError
from competence_graph.sandbox import policy, shape
from competence_graph.sandbox.policy import check_query

GRAPH = "https://example.org/graph/open"
QUESTIONS = sorted((Path(policy.__file__).parents[1] / "graph").rglob("*.rq"))


def refusal(query, **dataset):
    with pytest.raises(QueryRefusedError) as raised:
        check_query(query, graphs={GRAPH}, **dataset)
    return str(raised.value)


def nested(opening, inner, closing, depth):
    return opening * depth + inner + closing * depth


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda file: file.stem)
def test_every_shipped_question_passes(file):
    checked = check_query(file.read_text(encoding="utf-8"), graphs=())

    assert checked.form in {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


@pytest.mark.parametrize(
    "query",
    [
        "select*{#SERVICE\n?s ?p 'SERVICE', \"LOAD\" , <http://example.org/service>}",
        "PREFIX : <a:> ASK { :a.b :c\\-d 1, -2.5e3, true ; a [ :p (1 2 'x'@lt \"y\"^^:t) ] . }",
        "PREFIX a: <a:> SELECT (MAX(?x) AS ?y) { ?s a:p/^a:q*|!(a:r|^a:s) ?x } GROUP BY ?s HAVING (MAX(?x) > 2)",
        "ASK { FILTER NOT EXISTS { ?s ?p ?o FILTER (?o < 3 && ?o>=1) } MINUS { ?a ?b ?c } }",
        "ASK { { SELECT ?s { ?s ?p ?o } ORDER BY DESC(?s) LIMIT 3 } VALUES (?s ?p) { (UNDEF <a:b>) } }",
        'ASK { ?s ?p """one "quoted" \\u0041 text""" , \'\'\'it\'s\'\'\' }',
        "PREFIX f: <a:> ASK { ?s ?p ?o FILTER f:fn(?o) FILTER regex(?o, 'x') ?a ?b ?c }",
        "DESCRIBE <a:b> <a:c>",
        "BASE <http://example.org/> ASK { <a> <b> ?c . }",
    ],
)
def test_plain_sparql_1_1_passes(query):
    assert query == check_query(query, graphs=()).text


@pytest.mark.parametrize(
    ("query", "limited"),
    [
        ("SELECT * {} LIMIT 5", True),
        ("SELECT * { {SELECT * {} LIMIT 5} }", False),
        ("SELECT * {} #LIMIT 5", False),
        ("SELECT ?limit {}", False),
    ],
)
def test_only_the_outermost_limit_counts_as_one(query, limited):
    assert limited == check_query(query, graphs=()).limited


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT * { SERVICE <http://a/> {} }", "SERVICE"),
        ("SELECT * { sErViCe SILENT ?s {} }", "SERVICE"),
        ("ASK { ?s ?p ?o OPTIONAL { SERVICE#here\n<http://a/>{} } }", "SERVICE"),
        ("LOAD <http://a/>", "LOAD"),
        ("INSERT DATA { <a:a> <a:b> 1 }", "INSERT"),
        ("DELETE WHERE { ?s ?p ?o }", "DELETE"),
        ("WITH <a:g> DELETE { ?s ?p ?o } WHERE {}", "WITH"),
        ("ASK {} ; DROP ALL", "DROP"),
    ],
)
def test_words_that_reach_out_or_write_are_refused_by_name(query, word):
    assert refusal(query).startswith(word)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p trueSERVICE <http://a/> {} }",
        "PREFIX x: <http://a/> ASK { ?s ?p ?o SERVICEx:y {} }",
        "PREFIX SERVICEx: <a:> PREFIX x: <http://a/> ASK { ?s ?p ?o SERVICEx:y {} }",
        "PREFIX aSERVICEx: <a:> ASK { ?s aSERVICEx:y {} }",
        "SELECT * FROMx:g {}",
        "ASK { ?s \\u003Fp ?o }",
        "ASK { ?s ?p ?o # \n \\u0053ERVICE <http://a/> {} }",
    ],
)
def test_what_oxigraph_would_read_as_two_words_is_refused(query):
    assert refusal(query)


@pytest.mark.parametrize(
    "query",
    [
        nested("SELECT * {", "", "}", 1) + nested("(", "1", ")", 5000),
        "SELECT * " + nested("{", "?s ?p ?o", "}", shape.DEPTH + 1),
        "ASK { FILTER" + nested("(", "1", ")", shape.DEPTH + 1) + "}",
        "ASK { FILTER(?a<" + nested("(", "1", ")", shape.DEPTH) + ">?b) }",
        "ASK { BIND(" + "!" * (shape.OPERATORS + 1) + "1 AS ?x) }",
        "ASK { BIND(1" + "+1" * (shape.OPERATORS + 1) + " AS ?x) }",
        "ASK { {}" + "UNION{}" * (shape.OPERATORS + 1) + "}",
        "ASK {" + "".join(f"?s{each} ?p ?o ." for each in range(shape.PATTERNS + 1)) + "}",
        "ASK { ?s ?p " + ",".join("?o" for _ in range(shape.PATTERNS + 1)) + "}",
        "ASK { ?s ?p " + nested("[ ?p ", "1", "]", shape.PATTERNS) + "}",
        "ASK { ?s ?p (" + "1 " * shape.PATTERNS + ") }",
        "ASK {" + "VALUES ?x {1}" * (shape.PATTERNS + 1) + "}",
        "ASK { ?s <a:b>" + "/<a:b>" * (shape.STEPS + 1) + " ?o }",
        "ASK { ?s " + "^" * (shape.STEPS + 1) + "<a:b> ?o }",
        "ASK { ?s (" + "<a:b>|" * (shape.STEPS + 1) + "<a:b>) ?o }",
        "PREFIX a: <a:>" * (policy.PREFIXES + 1) + "ASK {}",
        "ASK {}" + " " * policy.BYTES,
        "ASK { ?s ?p '" + "ž" * (policy.BYTES // 2) + "' }",
        "ASK {\0}",
        "ASK { ?s ?p '\ud800' }",
        "ASK { << ?s ?p ?o >> ?a ?b }",
        "ASK {",
        "ASK }",
        "",
        "PREFIX a: <a:>",
    ],
    ids=range(25),
)
def test_each_limit_has_a_query_that_passes_it(query):
    assert refusal(query)


def test_a_graph_that_exists_elsewhere_is_refused_in_the_same_words_as_one_that_does_not():
    inside = {GRAPH, "https://example.org/graph/other"}
    said = set()
    for graph in ("https://w3id.org/competence-graph/graph/people/o0000001", "https://example.org/none", "relative"):
        for query in (f"SELECT * FROM <{graph}> {{}}", f"SELECT * FROM NAMED <{graph}> {{}}"):
            with pytest.raises(QueryRefusedError) as raised:
                check_query(query, graphs=inside)
            said.add(str(raised.value))
        said.add(refusal("ASK {}", default=[graph]))
        said.add(refusal("ASK {}", named=[graph]))

    assert 1 == len(said)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * FROM <{GRAPH}> {{}}",
        "SELECT * FROM <https://example.org/graph/\\u006fpen> {}",
        "PREFIX g: <https://example.org/graph/> SELECT * FROM NAMED g:open {}",
    ],
)
def test_a_graph_of_ones_own_may_be_named_however_it_is_written(query):
    assert "SELECT" == check_query(query, graphs={GRAPH}).form


def test_graphs_chosen_by_the_protocol_set_both_lists():
    checked = check_query("ASK {}", graphs={GRAPH}, default=[GRAPH, GRAPH])

    assert ((GRAPH,), ()) == (checked.default, checked.named)


PIECES = st.sampled_from(
    [*'{}()[].;,<>|/^*+?!=&"\\#@:', "a.", "a:", "?x", "<a:b>", "'", '"""', "FILTER", "SELECT ", "PREFIX ", "\\u0041"]
)


@given(st.lists(PIECES, max_size=400).map("".join) | st.text(max_size=400))
@example("<" * 400)
@settings(max_examples=300, deadline=None)
def test_any_text_is_let_through_or_refused_with_a_reason(text):
    said = ""
    try:
        check_query(text, graphs=())
    except QueryRefusedError as error:
        said = str(error)

    assert not said or len(said) > 20


@pytest.mark.parametrize(
    "piece", ["a.", "<a", '"" ', "'\\", '"""', "a:", "?x<", "((", "a.a:", ". ", "\\u0041", "<a\\u0041"]
)
def test_time_grows_no_faster_than_the_text(piece):
    def seconds(length):
        text = "ASK { FILTER(" + piece * (length // len(piece))
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            with pytest.raises(QueryRefusedError):
                check_query(text[:length], graphs=())
            best = min(best, time.process_time() - started)
        return best

    # Sixteen times the text; quadratic would be 256 times the time. The floor keeps the clock's grain out.
    assert seconds(16_000) < 40 * max(seconds(1_000), 0.001)
