"""A call centre to play stories on."""

import pytest

from tests.flows.floor import TestFloor


@pytest.fixture
def floor() -> TestFloor:
    """Two queues, three agents logged out, nobody calling."""
    return TestFloor()
