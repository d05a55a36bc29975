"""What a waiting caller may be told, and what is kept of what was.

The part of ``ports.stores.WaitingRoom`` that leaves places as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callcore.adapters.redisdb import outlook_rows
from callcore.adapters.redisdb.client import PIPELINE_LIMIT
from callcore.adapters.redisdb.doors import RedisDoors
from callcore.domain.ids import CallId, QueueName
from callcore.domain.wait_telling import ToldEstimate
from callcore.ports.stores import Outlook, RescoreAnswer

TOLD_CHARACTERS: Final = 20_000
"""So much is kept of what one caller was told of the wait: hundreds of estimates."""


class RedisOutlooks(RedisDoors):
    """The outlooks of one site's callers."""

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        """The place in the order of service from 1, counting those being offered.

        ``None`` if the call does not wait there.
        """
        return self.positions([(call_id, queue)])[0]

    def positions(self, calls: Sequence[tuple[CallId, QueueName]]) -> list[int | None]:
        """The places of several calls, in the order asked; hundreds in one read."""
        places: list[int | None] = []
        for start in range(0, len(calls), PIPELINE_LIMIT):
            places += self._places(calls[start : start + PIPELINE_LIMIT])
        return places

    def _places(self, calls: Sequence[tuple[CallId, QueueName]]) -> list[int | None]:
        keys, queues = self._keys, list(dict.fromkeys(queue for _, queue in calls))
        lines = [
            key
            for queue in queues
            for key in (keys.waiting(queue), keys.offered(queue), keys.deferred(queue))
        ]
        numbers = {queue: number for number, queue in enumerate(queues)}
        asked = [word for call_id, queue in calls for word in (numbers[queue], call_id)]
        found = self._scripts.positions.find(lines, asked)
        return [position or None for position in found]

    def outlook(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        tells_position: bool,
        told_position: int | None = None,
        is_estimated: bool = False,
        announcements_count: int = 0,
    ) -> Outlook | None:
        """What the caller may be told now; ``None`` if the call does not wait there."""
        keys = self._keys
        found = self._scripts.outlook.find(
            [
                *(keys.waiting(queue), keys.offered(queue), keys.call(call_id)),
                *(keys.rates(queue), keys.staffed(queue), keys.promises(queue)),
                keys.deferred(queue),
            ],
            [
                *(call_id, int(tells_position)),
                *("" if told_position is None else told_position, int(is_estimated)),
                announcements_count,
            ],
        )
        return outlook_rows.outlook(call_id, queue, found) if found else None

    def note_told_wait(
        self,
        call_id: CallId,
        queue: QueueName,
        told: ToldEstimate,
        *,
        announcements_count: int = 0,
    ) -> RescoreAnswer:
        """Keeps what a caller who waits or is being offered was told of the wait."""
        keys = self._keys
        return self._scripts.note_told_wait.run(
            [keys.waiting(queue), keys.offered(queue), keys.call(call_id)],
            [call_id, outlook_rows.told_text(told), TOLD_CHARACTERS, announcements_count],
        )

    def told_estimates(self, call_id: CallId) -> tuple[ToldEstimate, ...]:
        """What the caller was told of the wait since the last joining, oldest first."""
        command = ("HGET", self._keys.call(call_id), "told_estimates")
        (found,) = self._client.send("told_estimates", [command])
        return outlook_rows.told_estimates(call_id, found)
