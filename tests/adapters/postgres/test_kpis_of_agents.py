"""Key figures of agents, each against an example worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.adapters.postgres import timelines
from callcore.domain.ids import OfferId
from tests.adapters.postgres.agent_stories import TWO_DAYS, at, query
from tests.adapters.postgres.kpi_calls import (
    call,
    talk,
    visit,
)
from tests.adapters.postgres.samples import after, served_call

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
