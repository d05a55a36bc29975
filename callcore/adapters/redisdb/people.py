"""What the floor remembers of callers' numbers. Implements ``ports.forgetting.PeopleOnFloor``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import QueueName
from callcore.ports.forgetting import Counts, IsSame

PAGE: Final = 200
"""Entries of a stream read at once."""

_NUMBERS = re.compile(r'"(?:caller_)?number":"([^"\\]*)"')
"""In the JSON of a record: the caller's own, and those given to be called."""


class RedisPeople:
    """The people of one site."""

    def __init__(self, client: Client, keys: Keys, identified: Callable[[str], str]) -> None:
        self._client = client
        self._keys = keys
        self._identified = identified

    def remembered(self, queues: Collection[QueueName], number: str) -> Counts:
        """How much there is."""
        counts: dict[str, int] = {}
        for name, keys in self._names(queues, number).items():
            found = self._client.send("remembered", [("EXISTS", key) for key in keys])
            counts[name] = sum(found)
        return counts

    def forget(self, queues: Collection[QueueName], number: str) -> Counts:
        """Forgets it."""
        counts: dict[str, int] = {}
        for name, keys in self._names(queues, number).items():
            counts[name] = sum(self._client.send("forget_number", [("DEL", key) for key in keys]))
        return counts

    def pending(self, is_same: IsSame) -> int:
        """How many records wait."""
        return sum(1 for _ in self._entries(self._keys.records(), is_same))

    def forget_set_aside(self, is_same: IsSame) -> int:
        """Deletes what was set aside."""
        stream = self._keys.set_aside_records()
        found = list(self._entries(stream, is_same))
        for start in range(0, len(found), PAGE):
            self._client.send("forget_number", [("XDEL", stream, *found[start : start + PAGE])])
        return len(found)

    def _names(self, queues: Collection[QueueName], number: str) -> dict[str, list[str]]:
        known = self._identified(number)
        return {
            "dropped_places": [self._keys.dropped(queue, known) for queue in queues],
            "last_agents": [self._keys.last_agent(queue, known) for queue in queues],
            "promised_numbers": [self._keys.promise(queue, known) for queue in queues],
        }

    def _entries(self, stream: str, is_same: IsSame) -> Iterator[str]:
        """The ids of the entries that name the person."""
        begin = "-"
        while True:
            (found,) = self._client.send("people", [("XRANGE", stream, begin, "+", "COUNT", PAGE)])
            for entry_id, fields in found:
                numbers = _NUMBERS.findall(" ".join(map(str, fields.values())))
                if any(map(is_same, numbers)):
                    yield entry_id
            if len(found) < PAGE:
                return
            begin = f"({found[-1][0]}"
