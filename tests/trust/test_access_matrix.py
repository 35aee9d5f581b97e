"""Every route x every role x own, colleague's and foreign data: the table is in access.py, which prints it as well."""

import pytest
from tests.serving import demo_app, serving
from tests.trust import access


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return access.World(demo_app(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def address(world):
    with serving(world.app) as url:
        yield url


@pytest.fixture(scope="module")
def matrix(world, address):
    return access.look(world, address)


def test_every_cell_is_as_the_table_says(matrix):
    assert matrix.wrong == []


def test_matrix_looks_at_every_role_and_target(matrix, world):
    personal = len(access.PERSONAL) + len(access.OF_INSTITUTION)

    assert matrix.cells > len(access.ROLES) * (len(access.PLAIN) + personal * 2)
    assert len({*world.targets.values()}) == len(access.TARGETS)


def test_names_would_be_found_where_they_are(world, address):
    """Else the search for leaks could not fail."""
    with world.visitor(address, "hr") as visitor:
        page = visitor.get(f"/en/organisations/{world.library.local}/people").text

    assert len(world.leaks(page, world.library)) > 20
    assert world.leaks(page, world.museum) == []


def test_route_that_is_not_in_the_table_fails(world):
    listed = {*access.PLAIN, *access.PERSONAL, *access.OF_INSTITUTION}
    left_out = access.routes(world.app) - (listed - {("GET", "/health")})

    assert left_out == {("GET", "/health")}
