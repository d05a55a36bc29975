"""What callers find at the queues' doors, and what is kept for it.

The part of ``ports.stores.WaitingRoom`` that is about queues and numbers instead of calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.durations import expiry_milliseconds
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import Scripts
from callcore.domain import phone_numbers
from callcore.domain.admission import Closure, Door
from callcore.domain.estimates import Lesson
from callcore.domain.ids import AgentId, CallId, QueueName


class RedisDoors:
    """The doors of one site's queues."""

    def __init__(
        self,
        client: Client,
        scripts: Scripts,
        keys: Keys,
        identified: Callable[[str], str] = phone_numbers.normalised,
    ) -> None:
        """``identified`` says by what a caller's number is known, however it is written."""
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._identified = identified
        self._staffed: dict[QueueName, tuple[str, frozenset[AgentId]]] = {}
        """As the server told them last, and as a value."""

    def door(self, queue: QueueName, caller_number: str = "", score: float = math.inf) -> Door:
        """What a caller with that number (empty: withheld) and that score finds at the door."""
        keys, number = self._keys, self._identified(caller_number)
        found = self._scripts.door.find(
            [
                *(keys.waiting(queue), keys.offered(queue), keys.free_agents(queue)),
                *(keys.staffed(queue), keys.closures(), keys.rates(queue), keys.promises(queue)),
                # Nothing is ever kept under an empty number.
                *(keys.dropped(queue, number), keys.promise(queue, number)),
                *(keys.last_agent(queue, number), keys.deferred(queue)),
            ],
            [queue, repr(float(score))],
        )
        waiting, ahead, offered, free, staffed, closure, sums, head, *of_number = found
        dropped, promise, last_agent = of_number
        return Door(
            waiting_count=waiting + offered,
            offered_count=offered,
            ahead_count=ahead,
            free_agents_count=free,
            staffed=self._agents(queue, staffed),
            closure=rows.closure(queue, closure) if closure else None,
            rates=rows.rates(queue, sums),
            head_score=None if head is None else float(head),
            promise=CallId(promise) if promise else None,
            dropped=rows.dropped_place(queue, dropped) if dropped else None,
            last_agent=AgentId(last_agent) if last_agent else None,
        )

    def _agents(self, queue: QueueName, lines: str) -> frozenset[AgentId]:
        """The same agents as one value, however many callers keep what they found at the door."""
        lines_before, agents = self._staffed.get(queue, ("", frozenset()))
        if lines != lines_before:
            found = frozenset(AgentId(line) for line in lines.split("\n") if line)
            agents = agents if found == agents else found
            self._staffed[queue] = (lines, agents)
        return agents

    def close_queue(self, queue: QueueName, closure: Closure) -> None:
        """Notes a closure by command, in place of an earlier one."""
        text = rows.closure_text(closure)
        self._client.send("close_queue", [("HSET", self._keys.closures(), queue, text)])

    def open_queue(self, queue: QueueName) -> bool:
        """Takes the closure away; false if there was none."""
        (count,) = self._client.send("open_queue", [("HDEL", self._keys.closures(), queue)])
        return bool(count)

    def learn(self, queue: QueueName, lesson: Lesson) -> None:
        """Adds a lesson to the queue's sums, whole; a sum unknown so far was nothing."""
        self.learn_all({queue: lesson})

    def learn_all(self, lessons: Mapping[QueueName, Lesson]) -> None:
        """Adds to each of these queues' sums, all at once."""
        keys = [self._keys.rates(queue) for queue in lessons]
        counts = [len(lesson) for lesson in lessons.values()]
        terms = [
            part
            for lesson in lessons.values()
            for term in lesson
            for part in (term.name, repr(float(term.kept)), repr(float(term.added)))
        ]
        if terms:
            self._scripts.learn.run(keys, [*counts, *terms])

    def remember_agent(
        self, queue: QueueName, caller_number: str, agent_id: AgentId, seconds: float
    ) -> None:
        """Keeps who talked with a caller, for so long; nothing if the number is withheld."""
        number = self._identified(caller_number)
        if not number:
            return
        key = self._keys.last_agent(queue, number)
        self._client.send(
            "remember_agent", [("SET", key, agent_id, "PX", expiry_milliseconds(seconds))]
        )
