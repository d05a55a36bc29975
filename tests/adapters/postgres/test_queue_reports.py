"""What the views make of call records: queues, callbacks, surveys, agents."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from callcore.domain import outcomes
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.records import QueueVisit
from tests.adapters.postgres.agent_stories import query
from tests.adapters.postgres.reading import rows_of
from tests.adapters.postgres.samples import (
    NOON,
    abandoned_call,
    after,
    answer,
    asking,
    attempt,
    kept_callback,
    served_call,
)


def one_call_of_each_end():
    """Of one queue and half an hour, and one of the next half hour."""
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
    return [
        in_time,
        served_call(),
        refused,
        exited,
        overflowed,
        abandoned_call(waited_seconds=70),
        abandoned_call(waited_seconds=2, is_short=True),
        next_interval,
    ]


def test_queue_views_follow_the_settled_definitions(history, history_url):
    """Service level = in time / (picked up + abandoned not short); ASA of those picked up."""
    history.write(one_call_of_each_end())
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


def callback_moved_to_support():
    """Of several visits, two of which ended with an agent: the first of those counts."""
    leave = outcomes.LeaveReason
    first = served_call().visits
    again = dataclasses.replace(first[0], waited_seconds=99.0)
    return kept_callback(
        visits=(
            left_for("queue:support", leave.MOVED),
            *first,
            again,
            left_for("", leave.ABANDONED),
        )
    )


def callbacks_kept_in_vain():
    """A promise of each end but a talk."""
    leave, outcome = outcomes.LeaveReason, outcomes.CallOutcome
    ends = [
        (leave.CALLBACK_FAILED, outcome.CALLBACK_FAILED, 3),
        (leave.CALLBACK_EXPIRED, outcome.CALLBACK_FAILED, 0),
        (leave.CALLBACK_DECLINED, outcome.CALLBACK_FAILED, 1),
        (leave.NUMBER_REFUSED, outcome.CALLBACK_FAILED, 0),
        (leave.RANG_IN, outcome.CALLBACK_RANG_IN, 0),
        (leave.WITHDRAWN, outcome.OVERFLOWED, 0),
    ]
    in_vain = attempt(outcome=outcomes.AttemptOutcome.NO_ANSWER)
    return [
        kept_callback(
            visits=(dataclasses.replace(left_for("", reason), waited_seconds=900.0),),
            outcome=end,
            bridged_at=None,
            callback_attempts=(in_vain,) * attempts_count,
        )
        for reason, end, attempts_count in ends
    ]


def test_every_end_of_a_callback_is_counted_once(history, history_url):
    """With the attempt in which they talked, and how long the customer held for an agent."""
    at_first = kept_callback(
        bridged_at=after(50.1), callback_attempts=(attempt(answered_at=after(47.1)),)
    )
    moved = callback_moved_to_support()
    at_fifth = kept_callback(
        callback_attempts=(*kept_callback().callback_attempts[:1] * 4, attempt())
    )
    history.write([at_first, moved, at_fifth, *callbacks_kept_in_vain()])
    assert rows_of(
        history_url,
        "select promised_count, served_count, failed_count, rang_in_count, ended_otherwise_count,"
        " not_reached_count, expired_count, declined_count, number_refused_count"
        " from callcore.callbacks_by_day",
    ) == [(9, 3, 4, 1, 1, 1, 1, 1, 1)]
    [day] = rows_of(
        history_url,
        "select talked_at_first_count, talked_at_second_count, talked_later_count, attempts_count,"
        " mean_promise_to_talk_seconds, promise_to_talk_90th_percentile_seconds, mean_held_seconds"
        " from callcore.callbacks_by_day",
    )
    assert day[:4] == (1, 1, 1, 1 + 2 + 5 + 3 + 1)
    assert day[4:] == pytest.approx((110.3 / 3, 46.1, (3.0 + 4.0 + 22.1) / 3))
    assert rows_of(
        history_url,
        "select origin, leave_reason, attempts_count, last_attempt_outcome, talked_at_attempt,"
        " held_seconds, whole_wait_seconds from callcore.callback_facts where call_id = %s",
        moved.call_id,
    ) == [("waiting", "picked_up", 2, "talked", 2, 4.0, 30.0)]
    assert rows_of(
        history_url,
        "select outcome, attempts_count from callcore.callback_attempts_by_day order by outcome",
    ) == [("busy", 5), ("no_answer", 4), ("talked", 3)]


def test_wishes_for_a_callback_are_counted_by_what_came_of_them(history, history_url):
    """Those that came to nothing too, in the queue that was to keep the place."""
    end = outcomes.AskingEnd
    history.write(
        [
            abandoned_call_with(asking(), asking(end=end.DECLINED)),
            abandoned_call_with(asking(), asking(queue="sales", end=end.TOO_MANY)),
            abandoned_call_with(asking(origin=outcomes.CallbackOrigin.ABANDONED)),
            abandoned_call_with(),
        ]
    )
    assert rows_of(
        history_url,
        "select queue, day::text, origin, outcome, askings_count"
        " from callcore.callback_askings_by_day order by queue, origin, outcome",
    ) == [
        ("sales", "2026-09-21", "waiting", "too_many", 1),
        ("support", "2026-09-21", "abandoned", "promised", 1),
        ("support", "2026-09-21", "waiting", "declined", 1),
        ("support", "2026-09-21", "waiting", "promised", 2),
    ]


def abandoned_call_with(*askings):
    return dataclasses.replace(abandoned_call(waited_seconds=9), callback_askings=askings)


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


@pytest.mark.parametrize(
    ("zone", "day", "changes_at"),
    [
        ("Europe/Warsaw", "2026-10-25", "2026-10-25T01:00:00+00:00"),
        ("Europe/Warsaw", "2026-03-29", "2026-03-29T01:00:00+00:00"),
        ("America/New_York", "2026-11-01", "2026-11-01T06:00:00+00:00"),
        ("America/New_York", "2026-03-08", "2026-03-08T07:00:00+00:00"),
    ],
)
def test_the_hour_that_comes_twice_is_two_hours(history, history_url, zone, day, changes_at):
    """Half hours are those of UTC, so none is twice as full or missing; days are the wall's."""
    changed = round(datetime.fromisoformat(changes_at).timestamp()) * 1_000_000
    offsets = (-3000, -1200, 600, 2400)
    history.write([served_call(start=after(offset, Micros(changed))) for offset in offsets])
    intervals = query(
        history_url, "select interval_start, joined_count from callcore.queue_intervals", zone=zone
    )
    assert sorted(joined for _, joined in intervals) == [1, 1, 1, 1]
    by_day = "select day::text, joined_count from callcore.service_level_by_day"
    days = query(history_url, by_day, zone=zone)
    assert days == [(day, 4)]
