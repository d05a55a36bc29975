"""The adapter, and a system that it asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.adapters.lookups.http_lookups import HttpLookups
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem


@pytest.fixture
def lookups() -> Iterator[HttpLookups]:
    made = HttpLookups()
    yield made
    made.close()


@pytest.fixture
def crm() -> Iterator[OtherSystem]:
    with systems.running() as other:
        yield other
