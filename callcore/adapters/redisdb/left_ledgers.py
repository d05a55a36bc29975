"""Ledgers on their way from one worker to the next: implements ``ports.left_ledgers.LeftLedgers``.

A hash for each shard, by call, which nobody but the holder of the shard touches. What is in it is
kept as text, a character a byte, because the connections decode what they read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from callcore.adapters.redisdb.client import Client, Command
from callcore.adapters.redisdb.durations import expiry_milliseconds
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import CallId
from callcore.domain.sharding import Shard


class RedisLeftLedgers:
    """Those of one site."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def leave(
        self, ledgers: Mapping[Shard, Mapping[CallId, bytes]], expire_after_seconds: float
    ) -> None:
        """Leaves ledgers with their shards, in one pipeline."""
        commands: list[Command] = []
        for shard, of_calls in ledgers.items():
            key = self._keys.left_ledgers(shard)
            commands += [
                ("HSET", key, call_id, ledger.decode("latin-1"))
                for call_id, ledger in of_calls.items()
            ]
            commands.append(("PEXPIRE", key, expiry_milliseconds(expire_after_seconds)))
        if commands:
            self._client.send("leave_ledgers", commands)

    def take(self, shards: Collection[Shard]) -> dict[CallId, bytes]:
        """What was left with these shards: read in one pipeline, and only then deleted."""
        keys = [self._keys.left_ledgers(shard) for shard in shards]
        if not keys:
            return {}
        found = self._client.send("take_ledgers", [("HGETALL", key) for key in keys])
        read = [key for key, of_calls in zip(keys, found, strict=True) if of_calls]
        if read:
            self._client.send("take_ledgers", [("DEL", *read)])
        return {
            CallId(call_id): ledger
            for of_calls in found
            for call_id, text in of_calls.items()
            if (ledger := self._ledger(text)) is not None
        }

    def _ledger(self, text: str) -> bytes | None:
        """The bytes; those that somebody else wrote are counted and are none."""
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            self._client.note_fault(Fault.UNEXPECTED_ANSWER)
            return None
