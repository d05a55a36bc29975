"""The floor of one site: its stores over one server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from callcore.adapters.redisdb.client import Client, NoteFault, Observe
from callcore.adapters.redisdb.config_versions import RedisConfigVersions
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.lockouts import RedisLockouts
from callcore.adapters.redisdb.pending_changes import RedisPendingChanges
from callcore.adapters.redisdb.pending_records import RedisPendingRecords
from callcore.adapters.redisdb.roster import RedisRoster
from callcore.adapters.redisdb.scripts import Scripts
from callcore.adapters.redisdb.waiting_room import RedisWaitingRoom
from callcore.domain import phone_numbers

EPOCH_BYTES: Final = 16


def _ignore(*_: object) -> None:
    """Nobody listens."""


class Floor:
    """Everything that lives in Redis, for one site.

    ``url`` is ``redis://``, ``rediss://`` or ``unix://``; a ``password`` given apart is used unless
    the URL has one. ``observe`` is told how long each script and read took, ``fault`` each
    ``client.Fault``; ``identified`` says by what a caller's number is known. Connects on first use;
    raises ``ValueError`` if the URL is not one of Redis.
    """

    def __init__(
        self,
        url: str,
        site: str,
        *,
        password: str | None = None,
        connection_count: int = 32,
        command_timeout_seconds: float = 2.0,
        observe: Observe = _ignore,
        fault: NoteFault = _ignore,
        identified: Callable[[str], str] = phone_numbers.normalised,
    ) -> None:
        self._client = Client(
            url,
            password=password,
            connection_count=connection_count,
            command_timeout_seconds=command_timeout_seconds,
            observe=observe,
            fault=fault,
        )
        self._keys = Keys(site)
        scripts = Scripts(self._client)
        self.waiting_room = RedisWaitingRoom(self._client, scripts, self._keys, identified)
        self.roster = RedisRoster(self._client, scripts, self._keys)
        self.pending_records = RedisPendingRecords(self._client, scripts, self._keys)
        self.pending_changes = RedisPendingChanges(self._client, scripts, self._keys)
        self.lockouts = RedisLockouts(self._client, scripts, self._keys)
        self.config_versions = RedisConfigVersions(self._client, self._keys)

    def ping(self) -> None:
        """Returns if the server answers. Raises ``StoreUnavailableError``."""
        self._client.send("ping", [("PING",)])

    def epoch(self) -> str:
        """A random value kept with the data: another one means that the data were lost."""
        key = self._keys.epoch()
        fresh = secrets.token_hex(EPOCH_BYTES)
        _, epoch = self._client.send("epoch", [("SET", key, fresh, "NX"), ("GET", key)])
        return str(epoch)

    def close(self) -> None:
        """Closes every connection."""
        self._client.close()
