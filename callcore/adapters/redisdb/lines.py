"""Who stands in line, and how many, as those read it who pair, count and turn out callers.

The part of ``ports.stores.WaitingRoom`` that reads whole lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from callcore.adapters.redisdb import line_rows, rows
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.outlooks import RedisOutlooks
from callcore.domain.ids import CallId, Micros, QueueName
from callcore.ports.stores import Candidates, FloorDemand, Look, QueueCounts


class RedisLines(RedisOutlooks):
    """The lines of one site's queues."""

    def tail(self, queue: QueueName, count: int) -> list[CallId]:
        """Up to ``count`` callers on the line who wait, last in the order first."""
        if count < 1:
            return []
        keys = self._keys
        (promised,) = self._client.send("tail", [("SMEMBERS", keys.promises(queue))])
        last = count + len(promised) - 1
        (found,) = self._client.send("tail", [("ZRANGE", keys.waiting(queue), 0, last, "REV")])
        passed_over = frozenset(promised)
        return [CallId(member) for member in found if member not in passed_over][:count]

    def candidates(
        self, queues: Sequence[QueueName], count: int, rung: Sequence[QueueName] = ()
    ) -> list[Candidates]:
        """Up to ``count`` of each side of each queue, in the order asked, and in the queues of
        ``rung`` of those being offered.
        """
        look = Look(queues=queues, count=count, rung=rung)
        commands = line_rows.commands(self._keys, look)
        return line_rows.candidates(look, self._client.send("candidates", commands))

    def demands(self, call_ids: Sequence[CallId]) -> dict[CallId, FloorDemand]:
        """Those of the callers who have a place and do not talk yet.

        A hash that is not one of ours is counted and left out: the others are to be served.
        """
        found = self._client.send(
            "demands", [("HMGET", self._keys.call(each), *rows.DEMAND_FIELDS) for each in call_ids]
        )
        demands = {}
        for call_id, values in zip(call_ids, found, strict=True):
            try:
                demand = rows.demand(call_id, values)
            except UnexpectedAnswerError:
                self._client.note_fault(Fault.UNEXPECTED_ANSWER)
                continue
            if demand is not None:
                demands[call_id] = demand
        return demands

    def present(self, queues: Sequence[QueueName]) -> list[CallId]:
        """All who have a place in these queues, waiting or being offered."""
        keys = self._keys
        found = self._client.send(
            "present",
            [
                ("ZRANGE", key, 0, -1)
                for queue in queues
                for key in (keys.waiting(queue), keys.offered(queue))
            ],
        )
        # One who is just offered may have been found in both.
        return list(dict.fromkeys(CallId(member) for members in found for member in members))

    def counts(self, queues: Sequence[QueueName]) -> list[QueueCounts]:
        """The queues at this instant, in the order asked.

        The head may leave while it is looked up; then ``oldest_joined_at`` is ``None``.
        """
        keys = self._keys
        sizes = self._client.send(
            "counts",
            [
                command
                for queue in queues
                for command in (
                    ("ZCARD", keys.waiting(queue)),
                    ("ZCARD", keys.offered(queue)),
                    ("ZCARD", keys.free_agents(queue)),
                    ("SCARD", keys.staffed(queue)),
                    ("SCARD", keys.promises(queue)),
                    ("ZCARD", keys.deferred(queue)),
                )
            ],
        )
        answers = [sizes[start : start + 6] for start in range(0, len(sizes), 6)]
        oldest = self._joined_at(self._heads(queues))
        return [
            QueueCounts(
                queue=queue,
                # One may have been put off between the two looks.
                waiting_count=max(found[0] - found[5], 0),
                offered_count=found[1],
                free_agents_count=found[2],
                staffed_count=found[3],
                promises_count=found[4],
                deferred_count=found[5],
                oldest_joined_at=joined_at,
            )
            for queue, found, joined_at in zip(queues, answers, oldest, strict=True)
        ]

    def _heads(self, queues: Sequence[QueueName]) -> list[CallId | None]:
        """Who is first in each queue, of all who count."""
        keys = self._keys
        offered = self._client.send(
            "heads", [("ZRANGE", keys.offered(queue), 0, 0, "WITHSCORES") for queue in queues]
        )
        lines = [key for queue in queues for key in (keys.waiting(queue), keys.deferred(queue))]
        waiting = self._scripts.heads.find(lines, [])
        heads = []
        for rung, first in zip(offered, waiting, strict=True):
            entries = [*rung, *([(first[0], float(first[1]))] if first else [])]
            head = min(entries, key=_score, default=None)
            heads.append(None if head is None else CallId(head[0]))
        return heads

    def _joined_at(self, calls: Sequence[CallId | None]) -> list[Micros | None]:
        """When each of them joined first; ``None`` of nobody, and of who is gone."""
        known = [call_id for call_id in calls if call_id is not None]
        found = self._client.send(
            "counts", [("HGET", self._keys.call(call_id), "first_joined_at") for call_id in known]
        )
        instants = iter(found)
        joined = [None if call_id is None else next(instants) for call_id in calls]
        return [None if instant is None else Micros(int(instant)) for instant in joined]


def _score(entry: tuple[str, float]) -> float:
    return entry[1]
