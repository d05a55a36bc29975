"""Nodes of one site that are being emptied: implements ``ports.node_drains.NodeDrains``."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.rows import ours
from callcore.domain.ids import Micros, NodeName
from callcore.domain.nodes import Drain


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    since: int
    by: str


class RedisNodeDrains:
    """One hash, by node."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._key = keys.node_drains()

    def all(self) -> Mapping[NodeName, Drain]:
        """Each that is being emptied."""
        (found,) = self._client.send("node_drains", [("HGETALL", self._key)])
        return {NodeName(node): _drain(node, text) for node, text in found.items()}

    def begin(self, node: NodeName, drain: Drain) -> bool:
        """From now on it is; false if it was before, and still is as it was."""
        (found,) = self._client.send("drain_node", [("HGET", self._key, node)])
        if found is not None:
            return False
        text = msgspec.json.encode(_Row(since=drain.since, by=drain.by)).decode()
        self._client.send("drain_node", [("HSET", self._key, node, text)])
        return True

    def end(self, node: NodeName) -> bool:
        """From now on it is not; false if it was not."""
        (count,) = self._client.send("undrain_node", [("HDEL", self._key, node)])
        return bool(count)


def _drain(node: str, text: str) -> Drain:
    with ours(f"how node {node} is being emptied"):
        row = msgspec.json.decode(text, type=_Row)
    return Drain(since=Micros(row.since), by=row.by)
