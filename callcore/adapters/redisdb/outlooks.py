"""What a waiting caller may be told, and what is kept of what was.

The part of ``ports.stores.WaitingRoom`` that leaves places as they are.
"""

from __future__ import annotations

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.doors import RedisDoors
from callcore.adapters.redisdb.scripts import PositionAnswer
from callcore.domain.ids import CallId, Micros, QueueName
from callcore.ports.stores import Outlook, RescoreAnswer


class RedisOutlooks(RedisDoors):
    """The outlooks of one site's callers."""

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        """The place in the order of service from 1, counting those being offered.

        ``None`` if the call does not wait there.
        """
        keys = [self._keys.waiting(queue), self._keys.offered(queue)]
        return self._scripts.position.run_counted(keys, [call_id])[1]

    def outlook(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        tells_position: bool,
        told_position: int | None = None,
        is_estimated: bool = False,
    ) -> Outlook | None:
        """What the caller may be told now; ``None`` if the call does not wait there."""
        keys = self._keys
        answer, words = self._scripts.outlook.run_told(
            [
                *(keys.waiting(queue), keys.offered(queue), keys.call(call_id)),
                *(keys.rates(queue), keys.staffed(queue)),
            ],
            [
                *(call_id, int(tells_position)),
                *("" if told_position is None else told_position, int(is_estimated)),
            ],
        )
        return rows.outlook(call_id, words) if answer is PositionAnswer.WAITS else None

    def note_told_wait(self, call_id: CallId, queue: QueueName, until: Micros) -> RescoreAnswer:
        """Keeps by when the wait is over, as a caller who waits or is being offered was told."""
        keys = self._keys
        return self._scripts.note_told_wait.run(
            [keys.waiting(queue), keys.offered(queue), keys.call(call_id)], [call_id, until]
        )
