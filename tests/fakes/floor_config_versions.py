"""The version of a site's configuration, in memory."""

from __future__ import annotations

from dataclasses import replace

from callcore.ports.config_versions import AnnouncedVersion
from tests.fakes.floor_memory import FloorMemory, encodable


class FakeConfigVersions:
    """``ports.config_versions.ConfigVersions`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory
        self._announced: AnnouncedVersion | None = None

    def clear(self) -> None:
        """Forgets it, as the rest of a floor whose data are lost."""
        self._announced = None

    def announce(self, announced: AnnouncedVersion) -> None:
        self._memory.check()
        self._announced = replace(announced, by=encodable(announced.by))

    def announced(self) -> AnnouncedVersion | None:
        self._memory.check()
        return self._announced
