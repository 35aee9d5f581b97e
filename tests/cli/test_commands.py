"""The commands as an operator runs them: beside a running server and without one, exit codes, nothing half written."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.holder import Holder
from competence_graph.graph.inventory import guard, load_inventories
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.keeping import back_up
from competence_graph.model.iri import is_id
from competence_graph.registry import Registry

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "sample"
LIBRARY = "osh1z2bk"


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMPETENCE_GRAPH_")}
    environment |= {"COMPETENCE_GRAPH_DATA": str(data), "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "competence_graph.cli.main", *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=100,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with inventories and the sample's people, held by this process as a server would."""
    folder = tmp_path_factory.mktemp("data")
    store = OxigraphStore(folder / "store")
    writer = guard(store)
    load_inventories(writer, ROOT / "inventories")
    people = [
        quad
        for quad in ox.parse(path=str(SAMPLE / "example.trig"))
        if "/people/" in str(quad.graph_name) or "/organisation" in str(quad.graph_name)
    ]
    store.load(people)
    writer.turn()
    holder = Holder(folder, store, writer, backup=lambda path: back_up(store, None, path))
    holder.listen()
    yield folder
    holder.close()
    store.close()


def test_a_framework_goes_out_as_a_table_and_comes_back_exactly(tmp_path: Path) -> None:
    folder, table = tmp_path / "data", tmp_path / "museums.csv"
    assert run(folder, "load").returncode == 0
    assert run(folder, "export", "framework/museums", "--format", "csv", "-o", str(table)).returncode == 0
    assert table.read_bytes().startswith(b"\xef\xbb\xbfuri,")

    assert run(folder, "load", str(table)).stdout.endswith(": 0 statements added, 0 removed\n")
    text = table.read_text(encoding="utf-8-sig")
    table.write_text(text.replace(",Exhibition curating,", ",Curating of exhibitions,"), encoding="cp1257")
    refused = run(folder, "check", str(table))
    assert refused.returncode == 1
    assert "cp1257" in refused.stdout + refused.stderr or "UTF-8" in refused.stdout
    done = run(folder, "load", str(table), "--encoding", "cp1257")
    assert done.stdout.endswith(": 1 statements added, 1 removed\n")
    table.write_text("uri,framework,label_en\nczzzzzzz,museums,x\n", encoding="utf-8")
    wrong = run(folder, "load", str(table))
    assert wrong.returncode == 1
    assert "museums.csv:2" in wrong.stdout
    assert run(folder, "export", "framework/galleries", "--format", "csv").returncode == 2


def test_a_country_is_never_invented_over_data_in_use(data: Path, tmp_path: Path) -> None:
    held = run(data, "demo")
    assert (held.returncode, "holds this data" in held.stderr) == (2, True)
    with_closing = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    with_closing.accounts.create("admin", "Rasa", "rasa@example.org", given_by="operator")
    with_closing.close()
    used = run(tmp_path, "demo")
    assert (used.returncode, "in use already" in used.stderr) == (2, True)


def test_what_there_is_is_counted_by_framework_language_and_relation(tmp_path: Path) -> None:
    assert run(tmp_path, "load").returncode == 0
    rows = json.loads(run(tmp_path, "counts", "--format", "json").stdout)

    assert {row["framework"] for row in rows} >= {"generic", "managerial", "libraries", "archives", "museums"}
    for row in rows:
        lithuanian, english = row["level descriptors"].split(" · ")
        assert lithuanian == english
        assert row["labels"] == row["definitions"] == f"{row['competences']} · {row['competences']}"
        assert int(english) >= 5 * row["competences"]


def test_gaps_are_the_same_through_every_door(data: Path) -> None:
    by_command = run(data, "gaps", "--organisation", LIBRARY, "--format", "csv").stdout
    by_question = run(data, "ask", "gaps_of_organisation", f"organisation={LIBRARY}", "--format", "csv").stdout
    by_json = json.loads(run(data, "gaps", "--organisation", LIBRARY, "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(by_command)))

    assert len(rows) > 20
    assert by_command == by_question
    assert [row["competence"] for row in rows] == [row["competence"] for row in by_json]
    assert [int(row["gap"]) for row in rows] == [row["gap"] for row in by_json]


def test_gaps_of_person_and_unit_are_rows_of_the_organisation(data: Path) -> None:
    def rows(kind: str, local: str) -> set[tuple[str, ...]]:
        done = run(data, "gaps", f"--{kind}", local, "--format", "csv")
        assert done.returncode == 0, done.stderr
        return {tuple(row.values()) for row in csv.DictReader(io.StringIO(done.stdout))}

    everyone = rows("organisation", LIBRARY)

    assert rows("person", "p34wc1mf") < everyone
    assert rows("unit", "o9a8d9es") <= everyone
    assert {row[0][-8:] for row in rows("unit", "o9a8d9es")} == {"p34wc1mf", "pb874da6"}


def test_unknown_person_and_wrong_use_have_their_exit_codes(data: Path) -> None:
    assert run(data, "gaps", "--person", "p000000g").returncode == 2
    assert run(data, "gaps").returncode == 2
    assert run(data, "ask", "nonsense").returncode == 2
    assert run(data, "ask", "gaps_of_person", "nobody=x").returncode == 2
    assert run(data, "export", "--format", "docx").returncode == 2


def test_error_is_a_sentence_and_never_a_traceback(data: Path) -> None:
    done = run(data, "ask", "gaps_of_person", "person=http://a b")

    assert "Traceback" not in done.stderr
    assert "not an absolute IRI" in done.stderr


def test_export_gives_the_same_quads_in_every_form(data: Path) -> None:
    plain = set(ox.parse(run(data, "export").stdout.encode(), format=ox.RdfFormat.N_QUADS))
    trig = set(ox.parse(run(data, "export", "--format", "trig").stdout.encode(), format=ox.RdfFormat.TRIG))

    assert plain == trig
    assert len(plain) > 5000


def test_minted_ids_are_valid_and_free(data: Path) -> None:
    found = run(data, "mint", "competence", "--count", "20").stdout.split()

    assert len(set(found)) == 20
    assert all(is_id(each) and each.startswith("c") for each in found)


def test_inventories_conform() -> None:
    done = run(Path("/nonexistent"), "check")

    assert done.returncode == 0, done.stdout
    assert "Klaidų: 0" in done.stdout


def test_backup_beside_the_server_can_be_restored_elsewhere(data: Path, tmp_path: Path) -> None:
    made = run(data, "backup", str(tmp_path / "backup"))
    before = run(data, "export").stdout

    restored = run(tmp_path / "new", "restore", str(tmp_path / "backup"))

    assert made.returncode == 0, made.stderr
    assert restored.returncode == 0, restored.stderr
    assert run(tmp_path / "new", "export").stdout == before


def test_restore_under_a_running_server_is_refused(data: Path, tmp_path: Path) -> None:
    done = run(data, "restore", str(tmp_path))

    assert done.returncode == 3
    assert f"process {os.getpid()}" in done.stderr


def test_settings_show_no_secret(data: Path) -> None:
    environment = {
        **os.environ,
        "COMPETENCE_GRAPH_SECRET": "x" * 40,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "COLUMNS": "300",
    }
    done = subprocess.run(
        [sys.executable, "-m", "competence_graph.cli.main", "settings"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )

    assert "COMPETENCE_GRAPH_SECRET" in done.stdout
    assert "xxxx" not in done.stdout


def test_document_of_a_thing_is_asked_as_turtle_and_as_rows(data: Path) -> None:
    turtle = run(data, "ask", "concept_document", "thing=c57vh4eb")
    rows = list(
        csv.DictReader(io.StringIO(run(data, "ask", "concept_document", "thing=c57vh4eb", "--format", "csv").stdout))
    )
    triples = set(ox.parse(turtle.stdout.encode(), format=ox.RdfFormat.TURTLE))

    assert turtle.returncode == 0
    assert len(triples) == len(rows) > 50
    assert {(each.subject.value, each.predicate.value) for each in triples} == {(row["s"], row["p"]) for row in rows}


def test_every_question_answers_at_the_command_line(data: Path) -> None:
    """Those that take a thing are given one; a question that fails names itself here."""
    failed = []
    for name in ("framework_counts", "competences_no_course_teaches", "concept_document", "role_sectors"):
        words = ["thing=c57vh4eb"] if name == "concept_document" else []
        answer = run(data, "ask", name, *words, "--format", "json")
        if answer.returncode or not json.loads(answer.stdout):
            failed.append((name, answer.stderr))

    assert failed == []


def test_operator_lets_the_first_administrator_in_and_doctor_knows(tmp_path: Path) -> None:
    before = run(tmp_path, "doctor")
    printed = run(tmp_path, "invite", "ada@example.org", "--name", "Ada").stdout.strip()
    after = run(tmp_path, "doctor")
    registry = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    ticket = registry.tickets.find(printed.rsplit("/", 1)[-1])
    accounts = registry.accounts.of_account(ticket.account) if ticket is not None else []
    registry.close()

    assert "invite <e-mail>" in before.stderr
    assert "invite <e-mail>" not in after.stderr
    assert [(each.actor.kind, each.label, each.email) for each in accounts] == [("admin", "Ada", "ada@example.org")]
    assert [stat.S_IMODE(each.stat().st_mode) & 0o077 for each in (tmp_path / "registry.key",)] == [0]
