"""The servers that the threats T1 to T9 attack: real ones, each as root (where we are) and as an ordinary user.

Where time is not the question they have the usual ten seconds, so that a busy machine does not decide a test.
"""

import pytest
from tests.sandbox.server import USERS, Canary, serving_sparql, world_quads

SECONDS = 2


@pytest.fixture(scope="package")
def world():
    """The quads that are served, private ones too."""
    return world_quads(bulk=12_000)


@pytest.fixture(scope="package", params=USERS)
def served(request, world):
    """The service as each kind of user."""
    with serving_sparql(world, user=request.param) as found:
        assert (found.uid == 0) == (request.param == "root")
        yield found


@pytest.fixture(scope="package", params=USERS)
def hurried(request, world):
    """The service with a wall of two seconds, as each kind of user."""
    with serving_sparql(world, user=request.param, seconds=SECONDS) as found:
        yield found


@pytest.fixture(scope="package", params=USERS)
def unguarded(request, world):
    """The same without the policy: what the children's own walls hold."""
    with serving_sparql(world, user=request.param, policy=False) as found:
        yield found


@pytest.fixture
def canary():
    """A listener on loopback that must hear nothing."""
    made = Canary()
    yield made
    made.close()
