"""The live view at the terminal: what it is told and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.events import Fact
from callcore.domain.policies import SitePolicy


class Display:
    def __init__(self, policy: SitePolicy, url: str, floor: Floor) -> None:
        pass

    def observe(self, fact: Fact) -> None:
        pass

    @contextmanager
    def shown(self) -> Iterator[None]:
        yield
