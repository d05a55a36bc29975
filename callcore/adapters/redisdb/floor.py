"""The floor of one site: its stores over one server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from callcore.adapters.redisdb.call_nodes import CallNodes
from callcore.adapters.redisdb.client import Client, MayAct, NoteFault, Observe
from callcore.adapters.redisdb.config_versions import RedisConfigVersions
from callcore.adapters.redisdb.connecting import Access
from callcore.adapters.redisdb.faults import UnexpectedAnswerError
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.left_ledgers import RedisLeftLedgers
from callcore.adapters.redisdb.lockouts import RedisLockouts
from callcore.adapters.redisdb.node_drains import RedisNodeDrains
from callcore.adapters.redisdb.pending_changes import RedisPendingChanges
from callcore.adapters.redisdb.pending_records import RedisPendingRecords
from callcore.adapters.redisdb.people import RedisPeople
from callcore.adapters.redisdb.roster import RedisRoster
from callcore.adapters.redisdb.scripts import Scripts
from callcore.adapters.redisdb.shard_leases import RedisShardLeases
from callcore.adapters.redisdb.waiting_room import RedisWaitingRoom
from callcore.adapters.redisdb.worker_post import RedisWorkerPost
from callcore.domain import phone_numbers

EPOCH_BYTES: Final = 16

BEAT_CONNECTION_COUNT: Final = 4
BEAT_TIMEOUT_SECONDS: Final = 1.0
"""Half of a worker's lease: after a beat that is not answered there is time for another."""

ANYBODY: Final = Access()
"""As whom one comes to a server that asks for nothing."""


def _ignore(*_: object) -> None:
    """Nobody listens."""


class Floor:
    """Everything that lives in Redis, for one site.

    ``url`` is ``redis://``, ``unix://`` or ``sentinel://host1,host2/primary/0``, with TLS
    ``rediss://`` or ``sentinels://``; what it does not say of who we are, ``access`` does.
    ``observe`` is told how long each script and read took, ``fault`` each
    ``client.Fault``; ``identified`` says by what a caller's number is known. While ``may_act`` says
    no, everything but ``shards`` and ``worker_post`` raises ``StoreUnavailableError``. Connects on
    first use; raises ``ValueError`` if the URL is not one of Redis.
    """

    def __init__(  # noqa: PLR0913  whoever makes a floor says only what is not as usual
        self,
        url: str,
        site: str,
        *,
        access: Access = ANYBODY,
        connection_count: int = 32,
        command_timeout_seconds: float = 2.0,
        observe: Observe = _ignore,
        fault: NoteFault = _ignore,
        identified: Callable[[str], str] = phone_numbers.normalised,
        may_act: MayAct | None = None,
    ) -> None:
        self._client = Client(
            url,
            access=access,
            connection_count=connection_count,
            command_timeout_seconds=command_timeout_seconds,
            observe=observe,
            fault=fault,
            may_act=may_act,
        )
        # A beat must not wait until the calls have done with their connections.
        self._beat_client = Client(
            url,
            access=access,
            connection_count=BEAT_CONNECTION_COUNT,
            command_timeout_seconds=min(command_timeout_seconds, BEAT_TIMEOUT_SECONDS),
            observe=observe,
            fault=fault,
        )
        self._keys = Keys(site)
        scripts, nodes = Scripts(self._client), CallNodes()
        self.waiting_room = RedisWaitingRoom(self._client, scripts, self._keys, identified, nodes)
        self.roster = RedisRoster(self._client, scripts, self._keys)
        self.pending_records = RedisPendingRecords(self._client, scripts, self._keys, nodes)
        self.pending_changes = RedisPendingChanges(self._client, scripts, self._keys)
        self.lockouts = RedisLockouts(self._client, scripts, self._keys)
        self.node_drains = RedisNodeDrains(self._client, self._keys)
        self.left_ledgers = RedisLeftLedgers(self._client, self._keys)
        self.people = RedisPeople(self._client, self._keys, identified)
        self.config_versions = RedisConfigVersions(self._client, self._keys)
        self.shards = RedisShardLeases(Scripts(self._beat_client), self._keys)
        self.worker_post = RedisWorkerPost(self._beat_client, self._keys)

    def ping(self) -> None:
        """Returns if the server answers. Raises ``StoreUnavailableError``."""
        self._client.send("ping", [("PING",)])

    def epoch(self) -> str:
        """A random value kept with the data, and the server's name for this run of itself.

        Another one means that the data were lost, or may be those of a while ago: another server
        answers, or it has been restarted.
        """
        key = self._keys.epoch()
        fresh = secrets.token_hex(EPOCH_BYTES)
        _, epoch, about = self._client.send(
            "epoch", [("SET", key, fresh, "NX"), ("GET", key), ("INFO", "server")]
        )
        return f"{epoch} {_run_of(about)}"

    def close(self) -> None:
        """Closes every connection."""
        self._client.close()
        self._beat_client.close()


def _run_of(about: object) -> str:
    run = about.get("run_id") if isinstance(about, dict) else None
    if not isinstance(run, str):
        message = f"Redis does not tell its run_id: {type(about).__name__}"
        raise UnexpectedAnswerError(message)
    return run
