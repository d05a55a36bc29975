"""What callers find at the queues' doors, and what is kept for it.

The part of ``ports.stores.WaitingRoom`` that is about queues and numbers instead of calls.
"""

from __future__ import annotations

import math
from typing import Final

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.durations import expiry_milliseconds
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import Scripts
from callcore.domain import phone_numbers
from callcore.domain.admission import Closure, Door
from callcore.domain.ids import AgentId, QueueName

KEPT_WEIGHT: Final = 0.99
"""What is left of the weight of earlier lessons with each new one of their kind."""


class RedisDoors:
    """The doors of one site's queues."""

    def __init__(self, client: Client, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._staffed: dict[QueueName, frozenset[AgentId]] = {}

    def door(self, queue: QueueName, caller_number: str = "", score: float = math.inf) -> Door:
        """What a caller with that number (empty: withheld) and that score finds at the door."""
        keys, number = self._keys, phone_numbers.normalised(caller_number)
        found = self._client.send(
            "door",
            [
                ("ZCARD", keys.waiting(queue)),
                ("ZCOUNT", keys.waiting(queue), "-inf", f"({score!r}"),
                ("ZCARD", keys.offered(queue)),
                ("ZCARD", keys.free_agents(queue)),
                ("SMEMBERS", keys.staffed(queue)),
                ("HGET", keys.closures(), queue),
                ("HGETALL", keys.rates(queue)),
                # Nothing is ever kept under an empty number.
                ("GET", keys.dropped(queue, number)),
                ("GET", keys.last_agent(queue, number)),
            ],
        )
        waiting, ahead, offered, free, staffed, closure, rates, dropped, last_agent = found
        return Door(
            waiting_count=waiting + offered,
            offered_count=offered,
            ahead_count=ahead,
            free_agents_count=free,
            staffed=self._shared(queue, frozenset(AgentId(member) for member in staffed)),
            closure=rows.closure(queue, closure) if closure else None,
            rates=rows.rates(queue, rates),
            dropped=rows.dropped_place(queue, dropped) if dropped else None,
            last_agent=AgentId(last_agent) if last_agent else None,
        )

    def _shared(self, queue: QueueName, staffed: frozenset[AgentId]) -> frozenset[AgentId]:
        """The same agents as one value, however many callers keep what they found at the door."""
        if self._staffed.get(queue) != staffed:
            self._staffed[queue] = staffed
        return self._staffed[queue]

    def close_queue(self, queue: QueueName, closure: Closure) -> None:
        """Notes a closure by command, in place of an earlier one."""
        text = rows.closure_text(closure)
        self._client.send("close_queue", [("HSET", self._keys.closures(), queue, text)])

    def open_queue(self, queue: QueueName) -> bool:
        """Takes the closure away; false if there was none."""
        (count,) = self._client.send("open_queue", [("HDEL", self._keys.closures(), queue)])
        return bool(count)

    def learn_service(self, queue: QueueName, seconds: float) -> None:
        """Notes a talk with its wrap-up."""
        self._learn(queue, served_weight=1, served_seconds=seconds)

    def learn_wait(self, queue: QueueName, seconds: float, *, is_abandoned: bool) -> None:
        """Notes a wait that has ended."""
        self._learn(queue, abandoned_weight=int(is_abandoned), waited_seconds=seconds)

    def _learn(self, queue: QueueName, **lesson: float) -> None:
        sums = [part for name, number in lesson.items() for part in (name, repr(float(number)))]
        self._scripts.learn.run([self._keys.rates(queue)], [KEPT_WEIGHT, *sums])

    def remember_agent(
        self, queue: QueueName, caller_number: str, agent_id: AgentId, seconds: float
    ) -> None:
        """Keeps who talked with a caller, for so long; nothing if the number is withheld."""
        number = phone_numbers.normalised(caller_number)
        if not number:
            return
        key = self._keys.last_agent(queue, number)
        self._client.send(
            "remember_agent", [("SET", key, agent_id, "PX", expiry_milliseconds(seconds))]
        )
