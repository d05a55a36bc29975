"""Call records in a real Postgres."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import gevent
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcore.adapters.postgres import batches, call_records, pool, record_copies, rows
from callcore.adapters.postgres.rows.tables import Table
from callcore.domain.ids import AgentId, CallId, Micros
from callcore.domain.outcomes import RecordSource
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    CallRecord,
    DecisionRecord,
    OfferRecord,
    PassedOver,
    QueueVisit,
    Recording,
    SurveyAnswer,
)
from callcore.domain.routing import Verdict
from callcore.ports.records import RecordsRejectedError, RecordsUnavailableError
from callcore.runtime import turns
from tests.adapters.postgres.reading import counts, rows_of
from tests.adapters.postgres.samples import (
    NOON,
    abandoned_call,
    answer,
    asking,
    decision,
    kept_callback,
    served_call,
)
from tests.adapters.postgres.test_roles import as_role
from tests.waiting import try_until_done, wait_until


@pytest.fixture
def connections(history_url):
    with pool.PostgresPool(history_url) as opened:
        yield opened


@pytest.fixture
def history(connections):
    return call_records.PostgresCallRecords(connections)


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


def test_poison_does_not_block_the_batch(history, history_url):
    """All but the refused records are written, and those are named with the broken rule."""
    batch = [served_call(f"call-{number:03}") for number in range(300)]
    batch[17] = served_call("call-017", wait_seconds=-1.0)
    batch[42] = served_call("call-042", ended_at=Micros(10**20))
    batch[299] = served_call(
        "call-299", visits=(dataclasses.replace(batch[0].visits[0], priority=2**40),)
    )
    batch.append(served_call(""))
    with pytest.raises(RecordsRejectedError) as caught:
        history.write(batch)
    assert set(caught.value.reasons) == {"", "call-017", "call-042", "call-299"}
    assert "seconds_are_finite" in caught.value.reasons[CallId("call-017")]
    assert "call_id_is_not_empty" in caught.value.reasons[CallId("")]
    assert caught.value.new_count == 297
    assert counts(history_url)["call_records"] == 297
    assert "+48201234501" not in str(caught.value)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), min_size=1))
def test_any_text_from_outside_is_kept(text, history, history_url):
    """No name a caller can show stops the history, and what Postgres can hold is kept exactly."""
    record = served_call(caller_name=text, faults=(text,))
    assert history.write([record]) == 1
    found = rows_of(
        history_url,
        "select caller_name, faults from callcore.call_records where call_id = %s",
        record.call_id,
    )
    expected = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)
    assert found == [(expected, [expected])]


@pytest.mark.parametrize(
    "text", ["a\0b", "\ud800", "\udcff tail", "'; drop table x; --", "\\N", "\\.", "a\tb\nc", "{}"]
)
def test_hostile_names_are_kept_or_made_holdable(text, history, history_url):
    """NUL, broken surrogates, SQL and the escapes of COPY are only text."""
    history.write([served_call("call-1", caller_name=text, digits=())])
    (found,) = rows_of(history_url, "select caller_name from callcore.call_records")
    assert found == (re.sub("[\0\ud800-\udfff]", "\ufffd", text),)


def test_an_answer_that_is_no_key_is_refused(history, history_url):
    """Nothing but what can be pressed is in the table, and the rest of the batch is written."""
    wrong = served_call("call-1", survey_answers=(answer(answer="55"),))
    with pytest.raises(RecordsRejectedError, match="survey_answers_answer_is_a_key"):
        history.write([served_call(), wrong])
    assert counts(history_url)["call_records"] == 1


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


def test_a_decision_holds_any_text(history, history_url):
    """What is kept as JSON is as safe as the rest."""
    texts = ["a\0b", "\ud800", "\\u0000", "'; drop table x; --", "\\N", "\t", '"}]', "żółć"]
    made = [
        decision(
            skill_rule=text,
            passed_over=(
                PassedOver(agent_id=AgentId(text), verdict=Verdict.RINGS_ALREADY, detail=text),
            ),
            not_free={text: (AgentId(text),)},
        )
        for text in texts
    ]
    history.write([served_call(decisions=tuple(made))])
    kept = [re.sub("[\0\ud800-\udfff]", "\ufffd", text) for text in texts]
    assert rows_of(
        history_url,
        "select skill_rule, passed_over, not_free from callcore.decisions order by decision_number",
    ) == [
        (text, [{"agent_id": text, "verdict": "rings_already", "detail": text}], {text: [text]})
        for text in kept
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
