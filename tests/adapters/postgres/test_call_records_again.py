"""Records of a call that was written before, and writers at the same time."""

from __future__ import annotations

import dataclasses

import gevent
import psycopg
import pytest

from callcore.adapters.postgres import batches, call_records, pool
from callcore.domain.ids import CallId
from callcore.domain.outcomes import RecordSource
from callcore.ports.records import RecordsUnavailableError
from tests.adapters.postgres.reading import counts, rows_of
from tests.adapters.postgres.samples import (
    abandoned_call,
    answer,
    served_call,
)
from tests.waiting import try_until_done


def test_a_batch_written_twice_is_written_once(history, history_url):
    """A batch whose answer was lost is simply sent again."""
    batch = [served_call() for _ in range(20)]
    assert history.write(batch) == 20
    before = counts(history_url)
    assert history.write(batch) == 0
    assert history.write([*batch, served_call()]) == 1
    after_all = counts(history_url)
    assert before["offers"] == 40
    assert after_all["offers"] == 42
    assert after_all["call_records"] == 21


def test_what_is_there_stays_as_it_is(history, history_url):
    """A second record of a call neither changes the first nor adds to its lists."""
    history.write([served_call("call-1")])
    assert history.write([abandoned_call(waited_seconds=9)]) == 1
    assert history.write([served_call("call-1", hangup_cause="LATER", digits=())]) == 0
    found = rows_of(
        history_url, "select hangup_cause from callcore.call_records where call_id = 'call-1'"
    )
    assert found == [("NORMAL_CLEARING",)]


def test_a_record_that_knows_more_takes_the_place_of_one_that_knows_less(history, history_url):
    """With all its lists, and in the order of rank alone: whichever came first."""
    ranked = [
        served_call("call-1", source=RecordSource.SWITCH, is_adopted=True, offers=()),
        served_call("call-1", source=RecordSource.FLOOR, is_adopted=True, offers=()),
        served_call("call-1", is_adopted=True, offers=()),
        served_call("call-1"),
    ]
    assert [one.rank for one in ranked] == [0, 1, 2, 3]
    kept = "select source, is_adopted from callcore.call_records"
    for one in ranked:
        assert history.write([one]) == 1
        assert rows_of(history_url, kept) == [(one.source, one.is_adopted)]
        assert history.ranks([one.call_id, CallId("other")]) == {one.call_id: one.rank}
    before = counts(history_url)
    for one in ranked:
        assert history.write([one]) == 0
    assert counts(history_url) == before
    assert before["offers"] == 2


def test_of_several_of_one_call_in_a_batch_the_best_is_written(history, history_url):
    """The pending stream may hold a poorer one before it, and one behind it."""
    poor = served_call("call-1", source=RecordSource.FLOOR, hangup_cause="POOR")
    full = served_call("call-1", hangup_cause="FULL")
    assert history.write([poor, full, poor]) == 1
    found = rows_of(history_url, "select hangup_cause from callcore.call_records")
    assert found == [("FULL",)]


def test_two_writers_of_better_records_write_each_once(history, history_url):
    """Neither loses one to the other; a deadlock is tried again, as is any failure."""
    poor = [served_call(f"call-{n:03}", source=RecordSource.FLOOR) for n in range(100)]
    full = [served_call(f"call-{n:03}") for n in range(100)]
    history.write(poor)

    def write(batch):
        return try_until_done(lambda: history.write(batch), RecordsUnavailableError, 30)

    writers = [gevent.spawn(write, order) for order in (full, full[::-1], poor, full)]
    gevent.joinall(writers, timeout=30, raise_error=True)
    assert counts(history_url)["call_records"] == 100
    assert counts(history_url)["offers"] == 200
    assert rows_of(history_url, "select distinct source from callcore.call_records") == [
        ("followed",)
    ]


def test_what_was_made_nobodys_stays_so(history, history_url):
    """A record that comes late does not bring back the person."""
    history.write([served_call("call-1", source=RecordSource.FLOOR, caller_number="")])
    with psycopg.connect(history_url) as other:
        other.execute("update callcore.call_records set forgotten_at = now()")
    assert history.write([served_call("call-1")]) == 0
    assert rows_of(history_url, "select caller_number from callcore.call_records") == [("",)]


def test_the_same_call_twice_in_a_batch_counts_once(history, history_url):
    """The pending stream may hold a record twice."""
    assert history.write([served_call("call-1"), served_call("call-1")]) == 1
    assert counts(history_url)["offers"] == 2


def test_two_writers_of_the_same_records_write_each_once(history, history_url):
    """Workers that took over the same pending records do not deadlock, whatever their order."""
    batch = [served_call() for _ in range(200)]
    writers = [
        gevent.spawn(history.write, order) for order in (batch, batch[::-1], batch, batch[::-1])
    ]
    gevent.joinall(writers, timeout=30, raise_error=True)
    assert sum(writer.value or 0 for writer in writers) == 200
    assert counts(history_url)["queue_visits"] == 200


class FailingPool(pool.PostgresPool):
    """Its second transaction does not begin."""

    begun_count = 0

    def transaction(self):
        self.begun_count += 1
        if self.begun_count == 2:
            raise RecordsUnavailableError("away for a moment")
        return super().transaction()


def test_of_two_transactions_at_once_one_may_fail(history_url):
    """The other is whole, and after the next try all is there once."""
    limit = batches.BATCH_LIMIT
    batch = [served_call() for _ in range(2 * limit)]
    with FailingPool(history_url) as connections:
        history = call_records.PostgresCallRecords(connections)
        with pytest.raises(RecordsUnavailableError):
            history.write(batch)
        assert counts(history_url)["call_records"] == limit
        assert history.write(batch) == limit
    assert counts(history_url)["offers"] == 4 * limit


def test_answers_are_added_to_what_was_made_from_the_floor(history, history_url):
    """Once, and to no other record: one that was followed has its own, if there were any."""
    with_answers = served_call("c1", survey_answers=(answer(), answer(question="resolved")))
    lacking = dataclasses.replace(with_answers, survey_answers=(), source=RecordSource.FLOOR)
    followed = dataclasses.replace(
        lacking, call_id=CallId("c2"), source=RecordSource.FOLLOWED, offers=(), decisions=()
    )
    history.write([lacking, followed])
    others = [dataclasses.replace(with_answers, call_id=CallId(name)) for name in ("c2", "nobody")]
    assert history.add_answers([with_answers, *others]) == {"c1"}
    assert history.add_answers([with_answers, *others]) == frozenset()
    assert history.add_answers([lacking]) == frozenset()
    found = rows_of(
        history_url,
        "select call_id, answer_number, question from callcore.survey_answers order by 2",
    )
    assert found == [("c1", 1, answer().question), ("c1", 2, "resolved")]
