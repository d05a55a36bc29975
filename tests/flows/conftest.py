"""A call centre to play stories on."""

import random
import uuid

import pytest

from tests.flows.floor import TestFloor
from tests.flows.sharing_team import Team


@pytest.fixture
def floor() -> TestFloor:
    """Two queues, three agents logged out, nobody calling."""
    return TestFloor()


@pytest.fixture
def team() -> Team:
    """Workers that share, of whom none has started."""
    return Team()


@pytest.fixture
def seed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Everything drawn by lot is drawn by it, ids included."""
    dice = random.Random(request.param)
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=dice.getrandbits(128), version=4))
    return int(request.param)
