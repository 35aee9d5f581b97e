"""Starting again loses nothing and changes nothing; midnight turns the people graphs."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from competence_graph.bundled import bundled
from competence_graph.demo import SEED, listed, listed_quads, national_institutions
from competence_graph.errors import StoreHeldError
from competence_graph.graph.change import Change
from competence_graph.graph.history import people_graphs
from competence_graph.graph.inventory import guard, load_inventories, read_file
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import ask
from competence_graph.graph.write import VILNIUS
from competence_graph.life import Life, invent, seconds_to_midnight, settle
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import BASE, Iri
from competence_graph.registry import Registry

DAY = date(2026, 11, 24)


def test_second_start_changes_nothing_and_keeps_the_demonstration(tmp_path: Path) -> None:
    registry = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    store = OxigraphStore(tmp_path / "store")
    writer = guard(store, today=lambda: DAY)
    settle(writer, BASE)
    invent(writer, registry, DAY, BASE)
    accounts = registry.demo_accounts()
    before = store.dump()
    store.close()

    again = OxigraphStore(tmp_path / "store")
    writer = guard(again, today=lambda: DAY)
    settle(writer, BASE)
    # Another day must not make another world: histories are never overwritten.
    invent(writer, registry, date(2026, 12, 1), BASE)

    assert again.dump() == before
    assert registry.demo_accounts() == accounts
    assert len(accounts) >= 6
    again.close()
    registry.close()


def test_institutions_of_every_kind_keep_their_units_and_names_when_the_service_starts_again(tmp_path: Path) -> None:
    everybody = national_institutions(listed(bundled("inventories")), SEED)
    chosen = list({each.sector: each for each in sorted(everybody, key=lambda each: -each.size)}.values())
    described = listed_quads(bundled("inventories"), BASE)
    registry = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    store = OxigraphStore()
    writer = guard(store, today=lambda: DAY)
    settle(writer, BASE)
    told: list[str] = []
    invent(writer, registry, DAY, BASE, institutions=chosen, described=described, told=told.append)
    before = store.dump()
    settle(writer, BASE)

    assert store.dump() == before
    assert len(told) == 1 + len(chosen) == 7
    assert {str(each.organisation) for each in people_graphs(store)} == {f"{BASE}id/{each.id}" for each in chosen}
    for each in chosen:
        names = ask(store, "institutions", sector=Iri(f"{BASE}id/{each.sector}"))
        assert (f"{BASE}id/{each.id}", each.lt) in {(str(row["organisation"]), str(row["name"])) for row in names}
        units = ask(store, "organisation_units", organisation=Iri(f"{BASE}id/{each.id}"))
        assert {str(row["unit"]) for row in units} == {f"{BASE}id/{unit.id}" for unit in each.units}


def test_start_that_was_cut_off_before_its_accounts_is_finished_by_the_next(tmp_path: Path) -> None:
    store = OxigraphStore()
    writer = guard(store, today=lambda: DAY)
    settle(writer, BASE)
    first = Registry(f"sqlite:///{tmp_path / 'first.sqlite'}")
    invent(writer, first, DAY, BASE)
    before = store.dump()
    second = Registry(f"sqlite:///{tmp_path / 'second.sqlite'}")

    invent(writer, second, date(2026, 12, 1), BASE)

    assert second.demo_accounts() == first.demo_accounts()
    assert store.dump() == before
    first.close()
    second.close()


def test_inventories_take_back_what_was_changed_in_their_graphs_and_leave_the_rest() -> None:
    store = OxigraphStore()
    writer = guard(store, today=lambda: DAY)
    load_inventories(writer, bundled("inventories"))
    before = store.dump()
    store.update("DELETE WHERE { GRAPH ?graph { ?thing <http://www.w3.org/2004/02/skos/core#altLabel> ?name } }")

    receipt = load_inventories(writer, bundled("inventories"))

    assert receipt.added > 100
    assert store.dump() == before


ROLE = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix status: <http://purl.org/adms/status/> .
@prefix cg: <https://w3id.org/competence-graph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eqf: <http://data.europa.eu/snb/eqf/> .
@prefix id: <https://w3id.org/competence-graph/id/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:%(role)s a org:Role , skos:Concept ; adms:status status:Completed ; skos:inScheme id:roles ;
    schema:educationalLevel eqf:6 ;
    skos:prefLabel "%(name)s"@en , "%(name)s"@lt ; skos:definition "What it does."@en , "Ką daro."@lt ;
    cg:requires id:%(role)s-c57vh4eb .
id:%(role)s-c57vh4eb a cg:Requirement ; cg:competence id:c57vh4eb ; cg:level 2 ; cg:necessity cg:essential ;
    cg:weight 3 .
"""


def roles_named(store: OxigraphStore, local: str) -> int:
    return store.dump(f"{BASE}graph/roles").decode().count(f"<{BASE}id/{local}> ")


def test_role_that_somebody_loaded_stays_when_the_service_starts_again() -> None:
    store = OxigraphStore()
    writer = guard(store, today=lambda: DAY)
    settle(writer, BASE)
    role = (ROLE % {"role": "r000000g", "name": "village chronicler"}).encode()
    writer.write(read_file(role, "ttl", store).change, actor=OPERATOR)
    before = store.dump()

    settle(writer, BASE)

    assert roles_named(store, "r000000g") > 0
    assert store.dump() == before


def test_role_that_the_inventories_dropped_goes_with_its_requirements(tmp_path: Path) -> None:
    folder = tmp_path / "inventories"
    shutil.copytree(bundled("inventories"), folder)
    extra = folder / "roles" / "extra.ttl"
    extra.write_text(ROLE % {"role": "r000000g", "name": "village chronicler"}, encoding="utf-8")
    store = OxigraphStore()
    writer = guard(store, today=lambda: DAY)
    load_inventories(writer, folder)
    there = roles_named(store, "r000000g")
    extra.unlink()

    load_inventories(writer, folder)

    assert there > 0
    assert store.dump().decode().count("r000000g") == 0


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 11, 24, 23, 59, 59, tzinfo=VILNIUS), 2),
        (datetime(2026, 11, 24, 0, 0, 1, tzinfo=VILNIUS), 86_400),
        # Clocks go forward on 29 March 2026 and back on 25 October 2026.
        (datetime(2026, 3, 29, 0, 0, 1, tzinfo=VILNIUS), 23 * 3600),
        (datetime(2026, 10, 25, 0, 0, 1, tzinfo=VILNIUS), 25 * 3600),
        (datetime(2026, 12, 31, 12, 0, 0, tzinfo=VILNIUS), 43_201),
    ],
)
def test_midnight_is_that_of_vilnius(now: datetime, seconds: int) -> None:
    assert seconds_to_midnight(now) == seconds


def test_second_service_on_the_same_data_is_refused_by_name(tmp_path: Path) -> None:
    store = OxigraphStore(tmp_path / "store")
    life = Life(store, guard(store, today=lambda: DAY), tmp_path)
    life.start()

    other = OxigraphStore()
    with pytest.raises(StoreHeldError, match="process"):
        Life(other, guard(other), tmp_path).start()

    life.stop()
    store.close()


def test_empty_change_is_no_write() -> None:
    store = OxigraphStore()
    writer = guard(store, today=lambda: DAY)

    assert not writer.check(Change())
    assert people_graphs(store) == []
    assert writer.turn() == 0
