"""Call records in a real Postgres."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import gevent
import psycopg
import pytest

from callcore.adapters.postgres import call_records, pool, record_copies, rows
from callcore.adapters.postgres.rows.tables import Table
from callcore.domain.ids import Micros
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    CallRecord,
    DecisionRecord,
    OfferRecord,
    QueueVisit,
    Recording,
    SurveyAnswer,
)
from callcore.ports.records import RecordsUnavailableError
from callcore.runtime import turns
from tests.adapters.postgres.reading import counts, rows_of
from tests.adapters.postgres.samples import (
    NOON,
    asking,
    kept_callback,
    served_call,
)
from tests.adapters.postgres.test_roles import as_role
from tests.waiting import wait_until

LISTS = {
    "visits",
    "offers",
    "decisions",
    "digits",
    "recordings",
    "survey_answers",
    "callback_attempts",
    "callback_askings",
}
"""Fields of a record that are tables of their own."""


COLUMNS: dict[type, dict[str, str]] = {
    QueueVisit: {"limit": "waiting_limit"},
    SurveyAnswer: {"at": "answered_at"},
    CallbackAttempt: {"at": "dialled_at"},
    CallbackAsking: {"at": "asked_at", "end": "outcome"},
}
"""Columns that could not have the name of their field."""


def column_of(part: type, field: str) -> str:
    """The column of a field."""
    return COLUMNS.get(part, {}).get(field, field)


def test_a_record_is_found_again_whole(history, history_url):
    """Every field of the record stands in a column, instants to the microsecond."""
    record = kept_callback(
        call_id="call-1", arrived_at=Micros(NOON + 1), callback_askings=(asking(), asking())
    )
    assert history.write([record]) == 1
    with psycopg.connect(history_url, row_factory=psycopg.rows.dict_row) as connection:
        connection.execute("set timezone = 'UTC'")
        call = connection.execute("select * from callcore.call_records").fetchone()
        visits = connection.execute("select * from callcore.queue_visits").fetchall()
        offers = connection.execute("select * from callcore.offers order by 2").fetchall()
        decisions = connection.execute("select * from callcore.decisions order by 2").fetchall()
        digits = connection.execute("select * from callcore.digit_presses").fetchall()
        recordings = connection.execute("select * from callcore.recordings").fetchall()
        answers = connection.execute("select * from callcore.survey_answers order by 2").fetchall()
        tries = connection.execute("select * from callcore.callback_attempts order by 2").fetchall()
        asked = connection.execute("select * from callcore.callback_askings order by 2").fetchall()
    assert call is not None
    call.pop("written_at")
    for part, found in (
        (record, call),
        (record.visits[0], visits[0]),
        (record.offers[0], offers[0]),
        (record.offers[1], offers[1]),
        (record.decisions[0], decisions[0]),
        (record.recordings[0], recordings[0]),
        (record.survey_answers[0], answers[0]),
        (record.survey_answers[1], answers[1]),
        (record.callback_attempts[0], tries[0]),
        (record.callback_attempts[1], tries[1]),
        (record.callback_askings[1], asked[1]),
    ):
        for field in dataclasses.fields(part):
            if field.name in LISTS:
                continue
            expected = getattr(part, field.name)
            column = column_of(type(part), field.name)
            if column.endswith("_at") and expected is not None:
                found_at = found[column]
                assert (found_at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() == (
                    pytest.approx(expected / 1e6, abs=1e-7)
                )
            else:
                expected = list(expected) if isinstance(expected, tuple) else expected
                assert found[column] == expected, column
    assert [(row["press_number"], row["digit"]) for row in digits] == [(1, "1")]


def test_every_field_of_a_record_has_a_column():
    """A field added to the record cannot be forgotten here."""
    columns = {table.name: set(table.columns) for table in rows.TABLES}
    for part, name in (
        (CallRecord, "call_records"),
        (QueueVisit, "queue_visits"),
        (OfferRecord, "offers"),
        (DecisionRecord, "decisions"),
        (Recording, "recordings"),
        (SurveyAnswer, "survey_answers"),
        (CallbackAttempt, "callback_attempts"),
        (CallbackAsking, "callback_askings"),
    ):
        fields = {column_of(part, field.name) for field in dataclasses.fields(part)}
        assert fields - columns[name] == (LISTS if part is CallRecord else set())


def test_what_belongs_to_a_call_goes_with_it(history, history_url):
    """Whoever may delete calls deletes all of them, and nothing of other calls."""
    tries = kept_callback().callback_attempts
    history.write([served_call(f"call-{n}", callback_attempts=tries) for n in (1, 2)])
    both = counts(history_url)
    assert all(both.values())
    with psycopg.connect(as_role(history_url, "callcore_writer")) as writer:
        writer.execute("delete from callcore.call_records where call_id = 'call-1'")
    assert {name: 2 * count for name, count in counts(history_url).items()} == both
    left = rows_of(
        history_url,
        " union ".join(f"select call_id from callcore.{table.name}" for table in rows.TABLES),
    )
    assert left == [("call-2",)]


@pytest.mark.parametrize(
    "at", [Micros(-62_135_596_800_000_000), Micros(-1), Micros(253_402_300_799_999_999)]
)
def test_instants_are_kept_to_the_microsecond(at, history, history_url):
    """From the first of the year 1 to the last of the year 9999."""
    history.write([served_call(ended_at=at)])
    found = rows_of(
        history_url,
        "select (extract(epoch from ended_at) * 1000000)::bigint from callcore.call_records",
    )
    assert found == [(at,)]


def test_rows_are_taken_in_one_order(history, history_url):
    """Writers that share records wait for each other instead of for a deadlock to be found."""
    insert = (
        "insert into callcore.call_records (call_id, site, node, caller_leg_id, caller_number,"
        " caller_name, dialled_number, arrived_at, ended_at, outcome, hung_up_by, hangup_cause,"
        " wait_seconds, talk_seconds, hold_seconds, is_adopted, faults)"
        " values (%s, '', '', '', '', '', '', now(), now(), 'lost', 'unknown', '', 0, 0, 0,"
        " false, '{}')"
    )
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with psycopg.connect(history_url) as other, gevent.Timeout(10):
        other.execute(insert, ["call-a"])
        writer = gevent.spawn(history.write, [served_call("call-a"), served_call("call-z")])
        wait_until(lambda: rows_of(history_url, waiting) != [(0,)])
        other.execute(insert, ["call-z"])
        other.commit()
        assert writer.get() == 0


def test_nothing_to_write_asks_nobody(unused_port):
    """An empty batch succeeds without a database."""
    with pool.PostgresPool(f"postgresql://ops@127.0.0.1:{unused_port}/calls") as connections:
        assert call_records.PostgresCallRecords(connections).write([]) == 0


def test_agents_who_were_passed_over_are_rows(history, history_url):
    """A supervisor can count how often an agent lacked a skill."""
    history.write([served_call("call-1")])
    assert rows_of(
        history_url,
        "select decision_number, chosen_agent_id, agent_id, verdict, detail"
        " from callcore.passed_over where call_id = 'call-1' order by agent_id",
    ) == [
        (2, "bert", "cora", "lacks_skill", "english >= 50"),
        (2, "bert", "dora", "ranked_later", ""),
    ]


def test_writing_gives_way_to_others(history, monkeypatch):
    """However long records take to be put together, others have a turn after each few of them."""
    monkeypatch.setattr(turns, "BUDGET_SECONDS", -1.0)  # each slice takes longer
    encoded = Table.encoded
    turns_count = 0
    seen: defaultdict[object, list[int]] = defaultdict(list)

    def noted(table, records):
        if table is rows.TABLES[0]:
            assert len(records) <= record_copies.SLICE
            seen[gevent.getcurrent()].append(turns_count)
        return encoded(table, records)

    monkeypatch.setattr(Table, "encoded", noted)

    def others():
        nonlocal turns_count
        while True:
            turns_count += 1
            gevent.sleep(0)

    greenlet = gevent.spawn(others)
    assert history.write([served_call() for _ in range(300)]) == 300
    greenlet.kill()
    assert sum(map(len, seen.values())) == 300 / record_copies.SLICE
    for counts_then in seen.values():
        assert all(before < after_it for before, after_it in pairwise(counts_then))


def test_a_schema_that_is_missing_names_the_cure(database_url):
    """Whoever forgot to migrate is told to."""
    with (
        pool.PostgresPool(database_url) as connections,
        pytest.raises(RecordsUnavailableError, match="run `callcore migrate`"),
    ):
        call_records.PostgresCallRecords(connections).write([served_call()])
