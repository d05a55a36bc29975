"""The key figures of docs/kpis.md, against figures made by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import psycopg
import pytest

from callcore.adapters.postgres import timelines
from callcore.domain.ids import CallId
from callcore.domain.outcomes import HungUpBy
from callcore.domain.transfers import TransferKind
from tests.adapters.postgres.agent_stories import TWO_DAYS, query
from tests.adapters.postgres.kpi_calls import (
    NO_TALKS,
    NOBODY_CAME,
    a_morning,
)
from tests.adapters.postgres.samples import answer
from tests.adapters.postgres.test_roles import as_role


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
    """To a queue, a number, somewhere besides callcore, or nowhere; a survey is no transfer, and
    neither is one in which the caller hung up before an answer: the agent had ended the talk.
    """
    last = a_morning()[-1]
    asked = replace(last, call_id=CallId("asked"), survey_answers=(answer(answer=""),))
    silent = replace(last, call_id=CallId("silent"), hung_up_by=HungUpBy.AGENT)
    sent = tuple(
        replace(one, transfer=TransferKind.BLIND, transferred_to="1002") for one in last.offers
    )
    told = replace(silent, call_id=CallId("told"), offers=sent)
    history.write([*a_morning(), asked, silent, told])
    assert query(
        history_url,
        "select agent_id, talk_seconds, is_transferred, transferred_to, is_callback"
        " from callcore.talk_facts"
        " order by began_at, call_id not in ('asked', 'silent', 'told'), call_id",
    ) == [
        ("anna", 300, False, None, False),
        ("bert", 100, True, "sales", False),
        ("cora", 50, False, None, False),
        ("bert", 60, False, None, True),
        ("bert", 30, False, None, False),
        ("bert", 30, False, None, False),
        ("bert", 30, True, "1002", False),
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
