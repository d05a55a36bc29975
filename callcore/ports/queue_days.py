"""Where the days of queues are counted: Postgres, in which every worker's records are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from callcore.domain.ids import Micros, QueueName
from callcore.domain.queue_days import QueueDay


class QueueDays(Protocol):
    """Counts what the records say."""

    def since(self, beginnings: Mapping[QueueName, Micros]) -> Mapping[QueueName, QueueDay]:
        """Of each queue those who joined since its beginning; a queue nobody joined is missing.

        Raises ``RecordsUnavailableError``.
        """
