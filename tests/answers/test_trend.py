"""Figures over time: the last point is the page's, earlier ones are what the page said then, foreign ones nobody's."""

from datetime import date

import pytest
from tests.serving import demo_app

from competence_graph.answers.gaps import organisation_gaps
from competence_graph.answers.trend import QUARTERS, quarter_ends, trend
from competence_graph.errors import NotFoundError
from competence_graph.graph.history import history, people_graphs
from competence_graph.model.actor import ANYONE
from competence_graph.model.iri import Iri


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return demo_app(tmp_path_factory.mktemp("data")).state.services


def actor(parts, name):
    return next(each.actor for each in parts.registry.demo_accounts() if each.id == name)


def test_last_point_is_the_figure_of_the_page_for_the_whole_and_for_a_unit(parts):
    hr, lead = actor(parts, "demo-library-hr"), actor(parts, "demo-library-unit-lead")
    library, unit = Iri(hr.organisation), Iri(min(lead.units))
    for who, place in ((hr, None), (hr, unit), (lead, unit)):
        points = trend(who, parts.store, parts.levels, library, place)
        page = organisation_gaps(who, parts.store, library, unit=place)
        assert points[-1].figures == page.figures
        assert points[-1].day == page.as_of
        assert len(points) == QUARTERS + 1
        assert [each.day for each in points] == sorted(each.day for each in points)


def test_earlier_points_know_less(parts):
    hr = actor(parts, "demo-library-hr")
    points = trend(hr, parts.store, parts.levels, Iri(hr.organisation))
    assert points[0].figures.completeness < points[-1].figures.completeness


def test_nobody_else_sees_them(parts):
    hr, lead = actor(parts, "demo-museum-hr"), actor(parts, "demo-library-unit-lead")
    library = Iri(actor(parts, "demo-library-hr").organisation)
    for who in (hr, lead, ANYONE):
        with pytest.raises(NotFoundError):
            trend(who, parts.store, parts.levels, library)


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2026, 11, 27), [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)]),
        (date(2026, 1, 1), [date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]),
        (date(2024, 3, 31), [date(2023, 6, 30), date(2023, 9, 30), date(2023, 12, 31)]),
    ],
)
def test_quarters_end_where_they_do(day, ends):
    assert quarter_ends(day, 3) == ends


def test_history_of_many_in_one_sweep_is_that_of_each(parts, monkeypatch):
    hr = actor(parts, "demo-library-hr")
    graph = next(each.graph for each in people_graphs(parts.store) if each.organisation == hr.organisation)
    people = sorted({each.learner for each in history(parts.store, graph)})[::2]
    one_by_one = [each for person in people for each in history(parts.store, graph, [person])]
    monkeypatch.setattr("competence_graph.graph.history._MANY", 1)
    monkeypatch.setattr("competence_graph.graph.history._DEARER", 1000)

    assert len(one_by_one) > 100
    assert sorted(history(parts.store, graph, people), key=str) == sorted(one_by_one, key=str)
