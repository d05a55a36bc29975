"""Counts the days of queues from the records. Implements ``ports.queue_days.QueueDays``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from psycopg.rows import dict_row

from callcore.adapters.postgres.pool import PostgresPool
from callcore.domain.ids import Micros, QueueName
from callcore.domain.queue_days import QueueDay

_DAYS: Final = """
    select queue,
        count(*) filter (where is_picked_up) as picked_up_count,
        count(*) filter (where is_within_service_level) as picked_up_within_count,
        count(*) filter (where is_abandoned) as abandoned_count,
        count(*) filter (where is_short_abandon) as short_abandoned_count
    from callcore.visit_facts
    where site = %s and queue = any(%s) and not is_callback
        and joined_at >= timestamptz 'epoch' + %s * interval '1 microsecond'
    group by queue
"""


class PostgresQueueDays:
    """One query for all queues whose days began at once."""

    def __init__(self, pool: PostgresPool, site: str) -> None:
        self._pool = pool
        self._site = site

    def since(self, beginnings: Mapping[QueueName, Micros]) -> Mapping[QueueName, QueueDay]:
        """Of each queue those who joined since its beginning."""
        by_beginning: dict[Micros, list[QueueName]] = defaultdict(list)
        for queue, beginning in beginnings.items():
            by_beginning[beginning].append(queue)
        days: dict[QueueName, QueueDay] = {}
        with self._pool.transaction() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            for beginning, queues in by_beginning.items():
                cursor.execute(_DAYS, (self._site, queues, beginning))
                for row in cursor:
                    queue = QueueName(row.pop("queue"))
                    days[queue] = QueueDay(**row)
        return days
