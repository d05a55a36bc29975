"""Which configuration the site runs: implements ``ports.config_versions.ConfigVersions``."""

from __future__ import annotations

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.keys import Keys
from callcore.ports.config_versions import AnnouncedVersion


class RedisConfigVersions:
    """The version of one site."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def announce(self, announced: AnnouncedVersion) -> None:
        """Makes it the site's."""
        text = rows.announced_text(announced)
        self._client.send("announce", [("SET", self._keys.config(), text)])

    def announced(self) -> AnnouncedVersion | None:
        """The site's; what somebody else wrote there is counted and is none."""
        (text,) = self._client.send("announced", [("GET", self._keys.config())])
        if text is None:
            return None
        try:
            return rows.announced(text)
        except UnexpectedAnswerError:
            self._client.note_fault(Fault.UNEXPECTED_ANSWER)
            return None
