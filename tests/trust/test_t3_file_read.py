"""T3: no query reads a file."""

import pytest

WORD = "canary-in-a-file"
CALLS = [
    "SELECT * FROM <{0}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "LOAD <{0}>",
    "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "BASE <{0}> SELECT * FROM <> {{ ?s ?p ?o }}",
    "PREFIX f: <{0}> SELECT * FROM f: {{ ?s ?p ?o }}",
]
HARMLESS = ["SELECT * {{ GRAPH <{0}> {{ ?s ?p ?o }} }}", "DESCRIBE <{0}>", "SELECT * {{ <{0}> <a:p>* ?o }}"]


@pytest.fixture
def file(served):
    """A file that the server may read."""
    path = served.folder / "canary.nt"
    path.write_text(f'<a:s> <a:p> "{WORD}" .\n')
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("scheme", ["file://", "file:", ""])
def test_t3_file_read_is_refused_and_its_text_is_nowhere(served, file, call, scheme):
    answer = served.ask(call.format(f"{scheme}{file}"))

    assert 400 == answer.status_code
    assert WORD not in answer.text
    assert WORD not in served.said()


@pytest.mark.parametrize("call", HARMLESS)
def test_t3_file_read_an_iri_of_a_file_is_only_a_name(served, file, call):
    answer = served.ask(call.format(f"file://{file}"))

    assert 200 == answer.status_code
    assert WORD not in answer.text


@pytest.mark.parametrize("call", [*CALLS, *HARMLESS])
def test_t3_file_read_without_the_policy_finds_nothing_either(unguarded, call):
    path = unguarded.folder / "canary.nt"
    path.write_text(f'<a:s> <a:p> "{WORD}" .\n')
    path.chmod(0o644)

    assert WORD not in unguarded.ask(call.format(f"file://{path}")).text
