"""Call records in a real Postgres."""

from __future__ import annotations

import dataclasses
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import gevent
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcore.adapters.postgres import call_records, pool, rows
from callcore.domain import outcomes
from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.policies import Strategy
from callcore.domain.records import (
    CallRecord,
    DecisionRecord,
    OfferRecord,
    PassedOver,
    QueueVisit,
    Recording,
    SurveyAnswer,
)
from callcore.domain.routing import Verdict
from callcore.domain.treatments import OverflowReason
from callcore.ports.records import RecordsRejectedError, RecordsUnavailableError
from tests.adapters.postgres.samples import (
    NOON,
    abandoned_call,
    after,
    answer,
    decision,
    served_call,
)


@pytest.fixture
def connections(history_url):
    with pool.PostgresPool(history_url) as opened:
        yield opened


@pytest.fixture
def history(connections):
    return call_records.PostgresCallRecords(connections)


def rows_of(url, query, *arguments):
    with psycopg.connect(url) as connection:
        return connection.execute(query, arguments).fetchall()


def counts(url):
    return {
        table.name: rows_of(url, f"select count(*) from callcore.{table.name}")[0][0]
        for table in rows.TABLES
    }


LISTS = {"visits", "offers", "decisions", "digits", "recordings", "survey_answers"}
"""Fields of a record that are tables of their own."""

COLUMNS = {"limit": "waiting_limit", "at": "answered_at"}
"""Columns that could not have the name of their field."""


def test_a_record_is_found_again_whole(history, history_url):
    """Every field of the record stands in a column, instants to the microsecond."""
    record = served_call("call-1", arrived_at=Micros(NOON + 1))
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
    ):
        for field in dataclasses.fields(part):
            if field.name in LISTS:
                continue
            expected = getattr(part, field.name)
            column = COLUMNS.get(field.name, field.name)
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
    ):
        fields = {COLUMNS.get(field.name, field.name) for field in dataclasses.fields(part)}
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
        while rows_of(history_url, waiting) == [(0,)]:
            gevent.sleep(0.01)
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


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("call_records_outcome_is_known", outcomes.CallOutcome),
        ("call_records_hung_up_by_is_known", outcomes.HungUpBy),
        ("queue_visits_leave_reason_is_known", outcomes.LeaveReason),
        ("queue_visits_refusal_reason_is_known", outcomes.RefusalReason),
        ("offers_lost_reason_is_known", outcomes.OfferLostReason),
        ("decisions_strategy_is_known", Strategy),
    ],
)
def test_words_of_the_schema_are_those_of_the_enums(history_url, constraint, words):
    """A reason added in Python needs a migration, and this says so."""
    [(definition,)] = rows_of(
        history_url,
        "select pg_get_constraintdef(oid) from pg_constraint where conname = %s",
        constraint,
    )
    assert set(re.findall(r"'([a-z_]+)'", definition)) == {str(word) for word in words}


def test_misses_of_the_schema_are_those_of_the_domain(history_url):
    """Reports and metrics count the same reasons as misses."""
    found = {
        reason
        for reason in outcomes.OfferLostReason
        if rows_of(history_url, "select callcore.is_miss(%s)", str(reason)) == [(True,)]
    }
    assert found == outcomes.MISSES


def test_overflows_of_the_schema_are_those_of_the_domain(history_url):
    """A report finds every caller whom a queue sends on, and no other."""
    found = {
        str(reason)
        for reason in (*outcomes.LeaveReason, *outcomes.RefusalReason)
        if rows_of(history_url, "select callcore.is_overflow(%s)", str(reason)) == [(True,)]
    }
    assert found == {str(reason) for reason in OverflowReason}


def test_every_table_view_and_column_is_explained(history_url):
    """A report writer finds what each column means in the database itself."""
    mute = rows_of(
        history_url,
        """
        select c.relname, a.attname from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'callcore'
        left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and c.relkind = 'r'
            and c.relname <> 'migrations'
        where c.relkind in ('r', 'v')
        and (obj_description(c.oid, 'pg_class') is null
             or a.attnum is not null and col_description(c.oid, a.attnum) is null)
        """,
    )
    assert mute == []


def test_queue_views_follow_the_settled_definitions(history, history_url):
    """Service level = in time / (picked up + abandoned not short); ASA of those picked up."""
    in_time = served_call(is_within_service_level=True)
    in_time = dataclasses.replace(
        in_time, visits=(dataclasses.replace(in_time.visits[0], waited_seconds=10.0),)
    )
    refused = served_call(
        visits=(
            dataclasses.replace(
                in_time.visits[0],
                leave_reason=None,
                refusal_reason=outcomes.RefusalReason.QUEUE_FULL,
                left_at=None,
                waited_seconds=0.0,
            ),
        ),
        is_within_service_level=None,
        outcome=outcomes.CallOutcome.REFUSED,
    )
    exited = abandoned_call(waited_seconds=50)
    exited = dataclasses.replace(
        exited,
        visits=(dataclasses.replace(exited.visits[0], leave_reason=outcomes.LeaveReason.EXIT_KEY),),
    )
    overflowed = dataclasses.replace(
        exited,
        call_id=served_call().call_id,
        visits=(
            dataclasses.replace(exited.visits[0], leave_reason=outcomes.LeaveReason.MAXIMUM_WAIT),
        ),
    )
    next_interval = served_call(start=after(1800))
    history.write(
        [
            in_time,
            served_call(),
            refused,
            exited,
            overflowed,
            abandoned_call(waited_seconds=70),
            abandoned_call(waited_seconds=2, is_short=True),
            next_interval,
        ]
    )
    first, second = rows_of(
        history_url,
        """
        select to_char(interval_start at time zone 'UTC', 'HH24:MI'), joined_count, refused_count,
            picked_up_count, picked_up_within_count, abandoned_count, short_abandoned_count,
            left_otherwise_count, asa_seconds, longest_wait_seconds, service_level
        from callcore.queue_intervals order by interval_start
        """,
    )
    assert first == ("14:00", 6, 1, 2, 1, 3, 1, 1, 20.0, 70.0, 0.25)
    assert second == ("14:30", 1, 0, 1, 0, 0, 0, 0, 30.0, 30.0, 0.0)
    [day] = rows_of(
        history_url,
        "select day::text, joined_count, picked_up_count, service_level, abandon_rate"
        " from callcore.service_level_by_day",
    )
    assert day == ("2026-09-21", 7, 3, 0.2, 0.4)


def left_for(treatment, reason, *, waited=60.0):
    """The visit of a caller whom support did not keep."""
    return QueueVisit(
        queue=QueueName("support"),
        joined_at=NOON,
        left_at=after(waited),
        leave_reason=reason,
        waited_seconds=waited,
        treatment=treatment,
    )


def refused_for(treatment, reason):
    """The visit of a caller whom support did not admit."""
    return QueueVisit(
        queue=QueueName("support"),
        joined_at=NOON,
        left_at=NOON,
        refusal_reason=reason,
        treatment=treatment,
    )


def call_with(*visits, outcome):
    return served_call(visits=visits, outcome=outcome, is_within_service_level=None)


def test_whoever_is_sent_on_counts_neither_as_served_nor_as_abandoned(history, history_url):
    """Only the exit key is the caller's own will; all others leave otherwise, or are refused."""
    overflowed = outcomes.CallOutcome.OVERFLOWED
    reasons = set(outcomes.LeaveReason) - {
        outcomes.LeaveReason.PICKED_UP,
        outcomes.LeaveReason.ABANDONED,
        outcomes.LeaveReason.EXIT_KEY,
    }
    left = [call_with(left_for("goodbye", reason), outcome=overflowed) for reason in reasons]
    refused = [
        call_with(refused_for("goodbye", reason), outcome=outcomes.CallOutcome.REFUSED)
        for reason in outcomes.RefusalReason
    ]
    history.write([*left, *refused])
    assert rows_of(
        history_url,
        "select joined_count, refused_count, picked_up_count, abandoned_count,"
        " left_otherwise_count, service_level from callcore.queue_intervals",
    ) == [(len(reasons), len(outcomes.RefusalReason), 0, 0, len(reasons), None)]


def test_overflows_are_counted_by_reason_and_treatment(history, history_url):
    """One row for each way out of a queue, with how many found an agent in the end."""
    leave, refusal = outcomes.LeaveReason, outcomes.RefusalReason
    served, overflowed = outcomes.CallOutcome.SERVED, outcomes.CallOutcome.OVERFLOWED
    elsewhere = dataclasses.replace(
        left_for("", leave.PICKED_UP, waited=80.0), queue=QueueName("sales")
    )
    history.write(
        [
            call_with(left_for("queue:sales", leave.MAXIMUM_WAIT), elsewhere, outcome=served),
            call_with(left_for("queue:sales", leave.MAXIMUM_WAIT, waited=30.0), outcome=overflowed),
            call_with(left_for("menu:main", leave.MAXIMUM_WAIT), outcome=overflowed),
            call_with(left_for("goodbye", leave.CLOSED), outcome=overflowed),
            call_with(refused_for("goodbye", refusal.CLOSED), outcome=overflowed),
            call_with(left_for("", leave.MOVED), elsewhere, outcome=served),
            abandoned_call(waited_seconds=9),
        ]
    )
    found = rows_of(
        history_url,
        "select queue, day::text, reason, treatment, refused_count, left_count,"
        " served_in_the_end_count, mean_wait_seconds"
        " from callcore.overflows_by_day order by reason, treatment",
    )
    day = "2026-09-21"
    assert found == [
        ("support", day, "closed", "goodbye", 1, 1, 0, 60.0),
        ("support", day, "maximum_wait", "menu:main", 0, 1, 0, 60.0),
        ("support", day, "maximum_wait", "queue:sales", 0, 2, 1, 45.0),
    ]


def test_callbacks_are_reported_apart_from_callers(history, history_url):
    """The caller's own call counts in the queue's reports, the promise in a view of its own."""
    leave, outcome = outcomes.LeaveReason, outcomes.CallOutcome
    promised = call_with(
        left_for("callback:support", leave.MAXIMUM_WAIT), outcome=outcome.CALLBACK_PROMISED
    )

    def callback(reason: outcomes.LeaveReason, end: outcomes.CallOutcome, waited: float = 0.0):
        record = call_with(left_for("", reason), outcome=end)
        return dataclasses.replace(
            record,
            is_callback=True,
            callback_of=promised.call_id,
            is_within_service_level=None,
            wait_seconds=waited,
        )

    history.write(
        [
            promised,
            callback(leave.PICKED_UP, outcome.SERVED, 100.0),
            callback(leave.PICKED_UP, outcome.SERVED, 300.0),
            callback(leave.CALLBACK_FAILED, outcome.CALLBACK_FAILED),
            callback(leave.CALLBACK_EXPIRED, outcome.CALLBACK_FAILED),
            callback(leave.WITHDRAWN, outcome.OVERFLOWED),
        ]
    )
    assert rows_of(
        history_url,
        "select joined_count, picked_up_count, left_otherwise_count from callcore.queue_intervals",
    ) == [(1, 0, 1)]
    assert rows_of(
        history_url, "select joined_count, service_level from callcore.service_level_by_day"
    ) == [(1, None)]
    assert rows_of(
        history_url, "select reason, treatment, left_count from callcore.overflows_by_day"
    ) == [("maximum_wait", "callback:support", 1)]
    assert rows_of(
        history_url,
        "select queue, promised_count, served_count, failed_count, ended_otherwise_count,"
        " mean_wait_seconds from callcore.callbacks_by_day",
    ) == [("support", 5, 2, 2, 1, 200.0)]
    assert rows_of(
        history_url,
        "select count(*) from callcore.call_records where callback_of = %s",
        promised.call_id,
    ) == [(5,)]


def test_surveys_are_counted_by_question_queue_and_agent(history, history_url):
    """Means of digits alone; what was not answered is asked all the same."""

    def said(key, **changes):
        return served_call(survey_answers=(answer(answer=key, **changes),))

    history.write(
        [
            *(said(key) for key in ("5", "5", "2", "", "#")),
            said("1", agent_id=AgentId("bert")),
            said("0", queue=None, agent_id=None, offer_id=None),
            said("", question="resolved"),
            served_call(survey_answers=()),
        ]
    )
    assert rows_of(
        history_url,
        "select question, queue, agent_id, asked_count, answered_count, mean_score, answers"
        " from callcore.surveys_by_day where survey = 'csat' order by question, agent_id",
    ) == [
        ("resolved", "support", "anna", 1, 0, None, {}),
        ("satisfaction", "support", "anna", 5, 4, 4.0, {"5": 2, "2": 1, "#": 1}),
        ("satisfaction", "support", "bert", 1, 1, 1.0, {"1": 1}),
        ("satisfaction", None, None, 1, 1, 0.0, {"0": 1}),
    ]
    assert rows_of(
        history_url,
        "select count(*), count(score), sum(score) from callcore.survey_facts"
        " where agent_id = 'anna' and language = 'pl' and account = 'K-4711'",
    ) == [(6, 3, 12)]


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


def test_agent_views_count_talk_offers_and_misses(history, history_url):
    """The agent who missed and the one who talked are told apart."""
    history.write([served_call(), served_call()])
    for view in ("agent_intervals", "agent_days"):
        found = rows_of(
            history_url,
            "select agent_id, offers_count, won_count, misses_count, talk_seconds, hold_seconds,"
            " mean_ring_seconds from callcore." + view + " order by agent_id",
        )
        assert found == [("anna", 2, 2, 0, 120.0, 5.0, 9.0), ("bert", 2, 0, 2, 0.0, 0.0, None)]


def test_the_examples_of_the_documentation_run(history, history_url):
    """A report writer can paste them."""
    history.write([served_call()])
    document = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
    examples = re.findall(r"```sql\n(.*?)```", document, re.DOTALL)
    assert examples
    with psycopg.connect(history_url) as connection:
        for example in examples:
            connection.execute(example.encode())


def test_the_documentation_knows_every_verdict_and_overflow():
    """A report writer meets no word that is not explained."""
    document = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
    for word in {*OverflowReason, *Verdict} - {Verdict.CHOSEN}:
        assert f"`{word}`" in document


def test_writing_gives_way_to_others(history):
    """A large batch does not hold the event loop for longer than a call would notice."""
    batch = [served_call() for _ in range(1000)]
    history.write([served_call()])
    lags: list[float] = []

    def tick():
        while True:
            began = time.monotonic()
            gevent.sleep(0.001)
            lags.append(time.monotonic() - began - 0.001)

    ticker = gevent.spawn(tick)
    gevent.sleep(0)
    assert history.write(batch) == 1000
    ticker.kill()
    assert sorted(lags)[int(len(lags) * 0.95)] < 0.05
    assert len(lags) > 20


def test_a_schema_that_is_missing_names_the_cure(database_url):
    """Whoever forgot to migrate is told to."""
    with (
        pool.PostgresPool(database_url) as connections,
        pytest.raises(RecordsUnavailableError, match="run `callcore migrate`"),
    ):
        call_records.PostgresCallRecords(connections).write([served_call()])
