"""The adapter, and a gateway that it tells notices to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.hooks.stages import Stage
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.notices.stop()


@pytest.fixture
def gateway() -> Iterator[OtherSystem]:
    with systems.running() as other:
        yield other
