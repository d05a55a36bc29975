"""Who calls again, and who is satisfied, each against an example worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros
from callcore.domain.outcomes import CallOutcome
from callcore.domain.records import CallRecord
from tests.adapters.postgres.agent_stories import at, query
from tests.adapters.postgres.kpi_calls import (
    DAY,
)
from tests.adapters.postgres.samples import abandoned_call, after, answer, served_call


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
