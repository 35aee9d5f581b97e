"""One real server for the browser; it signs in through the registry, as the sign-in page does."""

import pytest
from tests.serving import demo_app, serving


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The service with the demonstration world."""
    return demo_app(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def site(demo):
    """Where it is served."""
    with serving(demo) as url:
        yield url
