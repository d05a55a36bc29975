"""The key figures of docs/kpis.md, against figures made by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from callcore.adapters.postgres import timelines
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros, OfferId, QueueName
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason, RefusalReason
from callcore.domain.records import CallRecord, OfferRecord, QueueVisit
from tests.adapters.postgres.agent_stories import TWO_DAYS, at, query
from tests.adapters.postgres.samples import abandoned_call, after, answer, served_call
from tests.adapters.postgres.test_roles import as_role

DAY = 86_400.0
NO_TALKS = (0, None, None, None, None, 0, None)
NOBODY_CAME = (0, 0, 0, 0, 0, 0, 0, None, None, None, None)


def visit(start: Micros, waited: float, queue: str = "support", **changes: Any) -> QueueVisit:
    """A caller who is picked up, unless told otherwise."""
    values: dict[str, Any] = {
        "queue": QueueName(queue),
        "joined_at": start,
        "left_at": after(waited, start),
        "leave_reason": LeaveReason.PICKED_UP,
        "waited_seconds": waited,
    }
    return QueueVisit(**(values | changes))


def talk(start: Micros, seconds: float, agent: str, queue: str = "support", **more) -> OfferRecord:
    """An offer that was won; it was made two seconds before they talked."""
    values: dict[str, Any] = {
        "offer_id": OfferId(f"{agent} {start}"),
        "queue": QueueName(queue),
        "agent_id": AgentId(agent),
        "leg_id": "leg",
        "reserved_at": after(-2, start),
        "bridged_at": start,
        "unbridged_at": after(seconds, start),
        "ended_at": after(seconds, start),
    }
    return OfferRecord(**(values | more))


def call(start: Micros, *, visits: tuple, offers: tuple = (), **changes: Any) -> CallRecord:
    """A call that ends with its last talk."""
    values: dict[str, Any] = {
        "visits": visits,
        "offers": offers,
        "ended_at": offers[-1].ended_at if offers else visits[-1].left_at or start,
        "decisions": (),
        "survey_answers": (),
        "callback_askings": (),
        "recordings": (),
    }
    return served_call(start=start, **(values | changes))


def a_morning() -> list[CallRecord]:
    """Two hours of a Monday in two queues."""
    nine, ten = at("2026-03-02 09:00:00"), at("2026-03-02 10:10:00")
    anna = talk(after(10, nine), 300, "anna", hold_seconds=20.0)
    at_once = call(
        nine,
        visits=(visit(nine, 10),),
        # made, and known to the timeline, as TWO_DAYS has it
        offers=(replace(anna, offer_id=OfferId("9d1b0b52-4f0a-4f7a-8f4c-c0f2f8f6a1b2")),),
        is_within_service_level=True,
    )
    ten_past = after(600, nine)
    sent_on = call(
        ten_past,
        visits=(visit(ten_past, 30), visit(after(130, ten_past), 20, "sales")),
        offers=(
            talk(after(30, ten_past), 100, "bert"),
            talk(after(150, ten_past), 50, "cora", "sales"),
        ),
    )
    gone = abandoned_call(start=after(1200, nine), waited_seconds=40)
    gone_soon = abandoned_call(start=after(1260, nine), waited_seconds=2, is_short=True)
    too_long = visit(after(1320, nine), 60, leave_reason=LeaveReason.MAXIMUM_WAIT)
    full = visit(
        after(2400, nine),
        0,
        leave_reason=None,
        left_at=None,
        refusal_reason=RefusalReason.QUEUE_FULL,
    )
    called_back = call(
        after(300, nine),
        visits=(visit(after(300, nine), 2700),),
        offers=(talk(after(3000, nine), 60, "bert"),),
        is_callback=True,
        is_within_service_level=None,
    )
    to_a_phone = call(
        ten,
        visits=(visit(ten, 5),),
        offers=(talk(after(5, ten), 30, "bert"),),
        ended_at=after(180, ten),
        hung_up_by=HungUpBy.CALLER,
        is_within_service_level=True,
    )
    none: dict[str, Any] = {"is_within_service_level": None, "agent_id": None}
    return [
        at_once,
        sent_on,
        gone,
        gone_soon,
        call(too_long.joined_at, visits=(too_long,), outcome=CallOutcome.OVERFLOWED, **none),
        call(full.joined_at, visits=(full,), outcome=CallOutcome.REFUSED, **none),
        called_back,
        to_a_phone,
    ]


def test_queues_by_half_hours(connections, history, history_url):
    """Waits count where the caller joined and without callbacks, talks where the offer was made and
    with them; an agent who sends the caller to a queue or elsewhere has transferred; an interval
    without calls is there, and has no rates.
    """
    history.write(a_morning())
    timelines.PostgresTimelines(connections, "warsaw").write(TWO_DAYS)
    found = query(
        history_url,
        "select * from callcore.queue_kpis("
        "'2026-03-02 09:00 Europe/Warsaw', '2026-03-02 11:00 Europe/Warsaw')",
    )
    third = pytest.approx(1 / 3)
    assert [(row[1], f"{row[2]:%H:%M}", row[3:14], row[14:]) for row in found] == [
        ("sales", "09:00", (1, 0, 1, 0, 0, 0, 0, 20, 20, 0, 0), (1, 50, 0, 0, 50, 0, 0)),
        ("sales", "09:30", NOBODY_CAME, NO_TALKS),
        ("sales", "10:00", NOBODY_CAME, NO_TALKS),
        ("sales", "10:30", NOBODY_CAME, NO_TALKS),
        (
            "support",
            "09:00",
            (5, 0, 2, 1, 2, 1, 1, 20, 60, third, third),
            (2, 200, 10, 30, 230, 1, 0.5),
        ),
        (
            "support",
            "09:30",
            (0, 1, 0, 0, 0, 0, 0, None, None, None, None),
            (1, 60, 0, 0, 60, 0, 0),
        ),
        ("support", "10:00", (1, 0, 1, 1, 0, 0, 0, 5, 5, 0, 1), (1, 30, 0, 0, 30, 1, 1)),
        ("support", "10:30", NOBODY_CAME, NO_TALKS),
    ]


def test_a_whole_day_is_one_interval(history, history_url):
    """Of the session's time zone; the same definitions as in the views by day."""
    history.write(a_morning())
    [sales, support] = query(
        history_url,
        "select queue, joined_count, service_level, abandon_rate, asa_seconds"
        " from callcore.queue_kpis('2026-03-02', '2026-03-03', '1 day')",
    )
    assert sales == ("sales", 1, 0, 0, 20)
    assert support == ("support", 6, 0.5, 0.25, 15)
    assert [sales, support] == query(
        history_url,
        "select queue, joined_count, service_level, abandon_rate, asa_seconds"
        " from callcore.service_level_by_day order by queue",
    )


def test_where_the_agent_sent_the_caller(history, history_url):
    """To a queue, somewhere besides callcore, or nowhere; a survey is no transfer, and neither is
    one in which the caller hung up before an answer: the agent had ended the talk.
    """
    last = a_morning()[-1]
    asked = replace(last, call_id=CallId("asked"), survey_answers=(answer(answer=""),))
    silent = replace(last, call_id=CallId("silent"), hung_up_by=HungUpBy.AGENT)
    history.write([*a_morning(), asked, silent])
    assert query(
        history_url,
        "select agent_id, talk_seconds, is_transferred, transferred_to, is_callback"
        " from callcore.talk_facts order by began_at, call_id not in ('asked', 'silent')",
    ) == [
        ("anna", 300, False, None, False),
        ("bert", 100, True, "sales", False),
        ("cora", 50, False, None, False),
        ("bert", 60, False, None, True),
        ("bert", 30, False, None, False),
        ("bert", 30, False, None, False),
        ("bert", 30, True, "", False),
    ]


def test_talks_by_queue_agent_and_day(history, history_url):
    """Calls per agent, with the lengths of their parts."""
    history.write(a_morning())
    assert query(
        history_url,
        "select queue, agent_id, day::text, talks_count, talk_seconds, mean_handle_seconds,"
        " transferred_count, transfer_rate from callcore.talks_by_day order by 1, 2",
    ) == [
        ("sales", "cora", "2026-03-02", 1, 50, 50, 0, 0),
        ("support", "anna", "2026-03-02", 1, 300, 300, 0, 0),
        ("support", "bert", "2026-03-02", 3, 190, pytest.approx(190 / 3), 2, pytest.approx(2 / 3)),
    ]


AGENTS = """
    select to_char(interval_start, 'HH24:MI'), talks_count, mean_handle_seconds, logged_in_seconds,
        on_break_seconds, talking_seconds, wrapping_up_seconds, occupancy, talks_per_hour
    from callcore.agent_kpis(%s, %s, %s) where agent_id = 'anna'
"""


@pytest.mark.parametrize(
    ("since", "until", "step", "expected"),
    [
        (
            "2026-03-02 09:00",
            "2026-03-02 10:00",
            "30 minutes",
            [
                ("09:00", 1, 360, 1800, 0, 300, 60, 0.2, 2),
                ("09:30", 0, None, 1800, 0, 0, 0, 0, 0),
            ],
        ),
        # cut in the middle of the talk, and of the wrap-up
        (
            "2026-03-02 09:05",
            "2026-03-02 09:06",
            "15 minutes",
            [("09:00", 0, None, 60, 0, 10, 50, 1, 0)],
        ),
        # on a break all the time, then for twenty minutes
        (
            "2026-03-02 12:00",
            "2026-03-02 13:00",
            "30 minutes",
            [
                ("12:00", 0, None, 1800, 1800, 0, 0, None, None),
                ("12:30", 0, None, 1800, 1200, 0, 0, 0, 0),
            ],
        ),
        (
            "2026-03-02 00:00",
            "2026-03-03 00:00",
            "1 day",
            [("00:00", 1, 360, 57600, 10200, 300, 60, 360 / 47400, 3600 / 47400)],
        ),
        # not logged in yet for the first of them
        (
            "2026-03-02 07:00",
            "2026-03-02 09:00",
            "60 minutes",
            [
                ("07:00", 0, None, 0, 0, 0, 0, None, None),
                ("08:00", 0, None, 3600, 0, 0, 0, 0, 0),
            ],
        ),
    ],
)
def test_what_agents_did(connections, history, history_url, since, until, step, expected):
    """Seconds are those of the interval; nobody is occupied who was never free for calls."""
    nine = at("2026-03-02 09:00:00")
    offer = talk(after(10, nine), 300, "anna", reserved_at=nine)
    offer = replace(offer, offer_id=OfferId("9d1b0b52-4f0a-4f7a-8f4c-c0f2f8f6a1b2"))
    history.write([call(nine, visits=(visit(nine, 10),), offers=(offer,))])
    timelines.PostgresTimelines(connections, "warsaw").write(TWO_DAYS)
    assert query(history_url, AGENTS, since, until, step) == [
        tuple(pytest.approx(value) if isinstance(value, float) else value for value in row)
        for row in expected
    ]


def test_offers_and_misses_of_agents(history, history_url):
    """Whoever was only asked has a row."""
    start = at("2026-03-02 09:00:00")
    history.write([served_call(start=start)])
    assert query(
        history_url,
        "select agent_id, offers_count, misses_count, talks_count, logged_in_seconds, occupancy"
        " from callcore.agent_kpis('2026-03-02', '2026-03-03', '1 day')",
    ) == [("anna", 1, 0, 1, 0, None), ("bert", 1, 1, 0, 0, None)]


@pytest.mark.parametrize(
    ("day", "step", "count"),
    [
        ("2026-03-02", "15 minutes", 96),
        ("2026-03-29", "60 minutes", 23),
        ("2026-10-25", "60 minutes", 25),
        ("2026-10-25", "1 day", 1),
    ],
)
def test_a_day_has_as_many_intervals_as_clocks_make_it(day, step, count, history_url):
    """They follow each other without a gap, and begin with the day."""
    found = query(
        history_url,
        "select interval_start, interval_end, callcore.interval_of(interval_start, %s)"
        " from callcore.intervals(%s, %s::date + 1, %s)",
        step,
        day,
        day,
        step,
    )
    assert len(found) == count
    assert f"{found[0][0]:%Y-%m-%d %H:%M}" == f"{day} 00:00"
    assert all(ends == begins for (_, ends, _), (begins, *_) in itertools.pairwise(found))
    assert all(begins == found_again for begins, _, found_again in found)


def test_intervals_of_several_days_are_told_once(history_url):
    """Midnight begins a day and ends none; those that are cut by the time asked about are whole."""
    found = query(
        history_url,
        "select to_char(interval_start, 'DD HH24:MI') from callcore.intervals("
        "'2026-03-02 23:10', '2026-03-04 00:00:01', '12 hours')",
    )
    assert found == [("02 12:00",), ("03 00:00",), ("03 12:00",), ("04 00:00",)]


@pytest.mark.parametrize("step", ["7 minutes", "0", "-1 hour", "2 days", "1 month"])
def test_a_step_that_divides_no_day_is_refused(step, history_url):
    """With what to use instead."""
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="use 15, 30 or 60 minutes"):
        query(
            history_url, "select * from callcore.queue_kpis('2026-01-01', '2026-01-02', %s)", step
        )


def contact(number: str, day: float, start: Micros, **changes: Any) -> CallRecord:
    return served_call(start=after(day * DAY, start), caller_number=number, **changes)


RESOLUTION = """
    select resolved_count, repeated_count, undecided_count, first_call_resolution
    from callcore.first_call_resolution(%s, %s, %s) where queue = 'support' and agent_id = 'anna'
"""


def test_who_calls_again_was_not_helped(history, history_url):
    """Within so many days of the end, whatever came of the later call; a callback of ours, another
    site's call and another number are no repeat; who shows no number does not count.
    """
    start = at("2026-03-02 09:00:00")
    again = abandoned_call(start=after(3 * DAY, start), waited_seconds=9)
    history.write(
        [
            contact("+48201000001", 0, start),
            replace(again, caller_number="+48201000001"),
            contact("+48201000002", 0, start),
            contact("+48201000002", 8, start),
            contact("+48201000003", 0, start),
            contact("+48201000003", 1, start, is_callback=True, agent_id=None),
            contact("+48201000003", 1, start, site="cracow"),
            contact("anonymous", 0, start),
            contact("anonymous", 1, start),
            contact("", 0, start),
        ]
    )
    first_day = ("2026-03-02", "2026-03-03")
    assert query(history_url, RESOLUTION, *first_day, 7) == [(2, 1, 0, pytest.approx(2 / 3))]
    assert query(history_url, RESOLUTION, *first_day, 10) == [(1, 2, 0, pytest.approx(1 / 3))]
    assert query(history_url, RESOLUTION, "2026-03-01", "2026-03-02", 7) == []


def test_what_may_still_be_repeated_is_not_decided(history, history_url):
    """It counts for neither side until the days are over; a repeat is one at once."""
    now = Micros(round(datetime.now(UTC).timestamp()) * MICROS_PER_SECOND)
    start = after(-2 * DAY, now)
    history.write([contact("+48201000001", 0, start), contact("+48201000002", 0, start)])
    days = (after(-3 * DAY, now), now)
    since, until = (datetime.fromtimestamp(day / 1e6, UTC) for day in days)
    whole = RESOLUTION.replace(
        "first_call_resolution(%s, %s, %s)", "first_call_resolution(%s, %s, %s, '1 day')"
    )
    assert query(history_url, whole, since, until, 7) == [(0, 0, 2, None)]
    history.write([contact("+48201000001", 1, start, outcome=CallOutcome.LOST)])
    assert query(history_url, whole, since, until, 7) == [(0, 1, 1, 0)]


def test_nobody_calls_again_within_no_days(history_url):
    """A number of days that means nothing is refused."""
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="use 1 or more"):
        query(history_url, RESOLUTION, "2026-03-02", "2026-03-03", 0)


def test_satisfaction_counts_those_who_answered(history, history_url):
    """With a digit: neither silence nor a star is an answer; nobody's answer is no rate."""
    start = at("2026-03-02 09:00:00")
    keys = ("5", "4", "2", "", "*")
    answers = [answer(at=start, answer=key) for key in keys]
    silent = answer(at=start, answer="", agent_id=AgentId("bert"))
    other = answer(at=start, question="resolved", answer="1")
    history.write([served_call(start=start, survey_answers=(*answers, silent, other))])
    asked = (
        "select agent_id, asked_count, answered_count, satisfied_count, mean_score, answer_rate,"
        " csat from callcore.csat('2026-03-02', '2026-03-03', 'csat', 'satisfaction', %s)"
    )
    assert query(history_url, asked, 4) == [
        ("anna", 5, 3, 2, pytest.approx(11 / 3), 0.6, pytest.approx(2 / 3)),
        ("bert", 1, 0, 0, None, 0, None),
    ]
    assert query(history_url, asked, 5)[0][-1] == pytest.approx(1 / 3)


def test_whoever_reads_reports_may_ask(history, history_url):
    """All functions read views alone, so the reader's rights are enough."""
    history.write(a_morning())
    url = as_role(history_url, "callcore_reader")
    day = "'2026-03-02', '2026-03-03'"
    for function in (
        f"queue_kpis({day})",
        f"agent_kpis({day})",
        f"first_call_resolution({day})",
        f"csat({day}, 'csat', 'satisfaction')",
    ):
        query(url, f"select * from callcore.{function}")
    assert query(url, f"select sum(joined_count) from callcore.queue_kpis({day})") == [(7,)]
