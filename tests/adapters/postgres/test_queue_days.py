"""The days of queues from the records: as the view by day counts them, from any midnight."""

from __future__ import annotations

import pytest

from callcore.adapters.postgres import call_records, pool
from callcore.adapters.postgres.queue_days import PostgresQueueDays
from callcore.domain.ids import Micros, QueueName
from callcore.domain.queue_days import QueueDay
from callcore.ports.records import RecordsUnavailableError
from tests.adapters.postgres.samples import NOON, after, kept_callback, served_call
from tests.adapters.postgres.test_queue_reports import one_call_of_each_end

SUPPORT, SALES = QueueName("support"), QueueName("sales")


@pytest.fixture
def connections(history_url):
    with pool.PostgresPool(history_url) as opened:
        yield opened


@pytest.fixture
def days(connections):
    call_records.PostgresCallRecords(connections).write(
        [*one_call_of_each_end(), kept_callback(), served_call(site="elsewhere")]
    )
    return PostgresQueueDays(connections, "warsaw")


def test_a_day_counts_as_the_view_does(days):
    """Of one site, without callbacks; a queue nobody joined is missing."""
    assert days.since({SUPPORT: NOON, SALES: NOON}) == {
        SUPPORT: QueueDay(
            picked_up_count=3,
            picked_up_within_count=1,
            abandoned_count=3,
            short_abandoned_count=1,
        )
    }
    assert days.since({SUPPORT: NOON})[SUPPORT].service_level == 0.2


def test_each_queue_has_a_beginning_of_its_own(days):
    """Who joined in that microsecond counts, and who joined before does not."""
    late = after(1800)
    assert days.since({SUPPORT: late})[SUPPORT].picked_up_count == 1
    assert days.since({SUPPORT: Micros(late + 1)}) == {}
    assert days.since({SUPPORT: Micros(late + 1), SALES: NOON}) == {}
    assert days.since({}) == {}


def test_a_postgres_that_is_away_is_told(unused_port):
    """As for every other question."""
    address = f"postgresql://127.0.0.1:{unused_port}/x"
    with pool.PostgresPool(address) as away, pytest.raises(RecordsUnavailableError):
        PostgresQueueDays(away, "warsaw").since({SUPPORT: NOON})
