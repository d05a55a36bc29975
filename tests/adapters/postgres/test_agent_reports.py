"""What reports make of the agents' timelines, against sums made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from callcore.adapters.postgres import call_records, migrations, timelines
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from tests.adapters.postgres.agent_stories import (
    FREE,
    OUT,
    RESERVED,
    RINGING,
    TALKING,
    TWO_DAYS,
    WARSAW,
    WHY,
    at,
    query,
    story,
)
from tests.adapters.postgres.samples import change, served_call


@pytest.fixture
def history(connections):
    return timelines.PostgresTimelines(connections, "warsaw")


def test_each_stay_lasts_until_the_next_change_of_state(history, history_url):
    """Queues, holds, an extension and an overrun do not split it; another break does."""
    history.write(TWO_DAYS)
    found = query(
        history_url,
        "select state, to_char(began_at, 'DD HH24:MI:SS'), to_char(ended_at, 'DD HH24:MI:SS'),"
        " seconds, reason, break_code, is_overrun from callcore.agent_states order by began_at",
    )
    last = found.pop()
    assert found == [
        ("available", "02 08:00:00", "02 09:00:00", 3600, "feature_code", None, False),
        ("reserved", "02 09:00:00", "02 09:00:02", 2, "offered", None, False),
        ("ringing", "02 09:00:02", "02 09:00:10", 8, "ringing", None, False),
        ("talking", "02 09:00:10", "02 09:05:10", 300, "bridged", None, False),
        ("wrapping_up", "02 09:05:10", "02 09:06:10", 60, "talk_ended", None, False),
        ("available", "02 09:06:10", "02 12:00:00", 10430, "wrap_up_ended_early", None, False),
        ("on_break", "02 12:00:00", "02 12:45:00", 2700, "command", "lunch", True),
        ("on_break", "02 12:45:00", "02 12:50:00", 300, "feature_code", "night", False),
        ("available", "02 12:50:00", "02 22:00:00", 33000, "feature_code", None, False),
        ("on_break", "02 22:00:00", "03 01:00:00", 10800, "feature_code", "night", False),
        ("available", "03 01:00:00", "03 02:00:00", 3600, "feature_code", None, False),
    ]
    assert last[:3] == ("logged_out", "03 02:00:00", None)
    assert last[3] > 0


def test_each_break_says_who_gave_it_and_whether_it_was_too_long(history, history_url):
    """A supervisor finds breaks without knowing of states."""
    history.write(TWO_DAYS)
    assert query(
        history_url,
        "select agent_id, break_code, seconds, is_overrun, actor, note"
        " from callcore.breaks order by began_at",
    ) == [
        ("anna", "lunch", 2700, True, "ops", "go"),
        ("anna", "night", 300, False, "agent", ""),
        ("anna", "night", 10800, False, "agent", ""),
    ]


SECONDS = (
    "logged_in_seconds, available_seconds, reserved_seconds, ringing_seconds, talking_seconds,"
    " wrapping_up_seconds, on_break_seconds, on_break_seconds_by_code"
)


def test_a_day_is_cut_at_midnight(history, history_url):
    """Two hours of the night's break belong to the first day, one to the second."""
    history.write(TWO_DAYS)
    assert query(
        history_url, f"select day::text, {SECONDS} from callcore.agent_days order by day"
    ) == [
        (
            *("2026-03-02", 57600, 47030, 2, 8, 300, 60, 10200),
            {"lunch": 2700, "night": 7500},
        ),
        ("2026-03-03", 7200, 3600, 0, 0, 0, 0, 3600, {"night": 3600}),
    ]
    assert query(
        history_url,
        "select day::text, logins_count, to_char(first_login_at, 'DD HH24:MI'),"
        " to_char(last_logout_at, 'DD HH24:MI'), wrap_ups_ended_early_count,"
        " wrap_up_extensions_count, round(occupancy::numeric, 6)::float8"
        " from callcore.agent_days order by day",
    ) == [
        ("2026-03-02", 1, "02 08:00", None, 1, 1, round(360 / 47400, 6)),
        ("2026-03-03", 0, None, "03 02:00", 0, 0, 0),
    ]
    assert query(
        history_url,
        "select day::text, to_char(began_at, 'DD HH24:MI'), to_char(ended_at, 'DD HH24:MI'),"
        " seconds, before, reason from callcore.agent_day_parts"
        " where break_code = 'night' and began_at > %s order by day",
        datetime(2026, 3, 2, 20, tzinfo=WARSAW),
    ) == [
        ("2026-03-02", "02 22:00", "03 00:00", 7200, "available", "feature_code"),
        ("2026-03-03", "03 00:00", "03 01:00", 3600, "on_break", None),
    ]


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("Europe/Warsaw", [("2026-03-28", 3600), ("2026-03-29", 82800), ("2026-03-30", 3600)]),
        ("UTC", [("2026-03-28", 7200), ("2026-03-29", 82800)]),
        ("Asia/Beirut", [("2026-03-29", 82800), ("2026-03-30", 7200)]),
    ],
)
def test_a_day_is_as_long_as_clocks_make_it(history, history_url, zone, days):
    """Clocks go forward that night, in Beirut at midnight: the day there begins at one."""
    history.write(
        story(("2026-03-28 23:00:00", FREE, WHY.COMMAND), ("2026-03-30 01:00:00", OUT, WHY.COMMAND))
    )
    found = query(
        history_url,
        "select day::text, logged_in_seconds from callcore.agent_days order by day",
        zone=zone,
    )
    assert found == days


def test_a_change_at_midnight_belongs_to_the_day_that_begins(history, history_url):
    """Whoever logs in at the stroke of midnight does so once, and was not there the day before."""
    history.write(
        story(("2026-03-02 00:00:00", FREE, WHY.COMMAND), ("2026-03-03 00:00:00", OUT, WHY.COMMAND))
    )
    assert query(
        history_url,
        "select day::text, logins_count, logged_in_seconds, to_char(last_logout_at, 'DD HH24:MI')"
        " from callcore.agent_days order by day",
    ) == [("2026-03-02", 1, 86400, None), ("2026-03-03", 0, 0, "03 00:00")]
    assert query(
        history_url,
        "select day::text, state from callcore.agent_day_parts where day < '2026-03-03'",
    ) == [("2026-03-02", "available")]


def test_a_stay_that_goes_on_counts_until_now(history, history_url):
    """Whoever is logged in now has a day already."""
    began = datetime.now(UTC) - timedelta(seconds=90)
    began_at = Micros(round(began.timestamp()) * MICROS_PER_SECOND)
    history.write(
        [change(at=began_at, before=OUT, state=FREE, reason=WHY.COMMAND, queue=None, call_id=None)]
    )
    [(ended_at, seconds, total)] = query(
        history_url,
        "select ended_at, seconds, (select sum(logged_in_seconds) from callcore.agent_days)"
        " from callcore.agent_states",
    )
    assert ended_at is None
    assert 89 <= seconds < 150
    assert total == pytest.approx(seconds)


def test_changes_of_one_instant_count_in_the_order_of_their_entries(history, history_url):
    """Entry 10 is after entry 9, though as a text it would not be."""
    steps = [(FREE, RESERVED), (RESERVED, RINGING), (RINGING, TALKING), (TALKING, FREE)]
    history.write(
        [
            change(f"5-{number}", before=before, state=state)
            for number, (before, state) in enumerate(steps, start=8)
        ]
    )
    found = query(
        history_url,
        "select state, ended_at is null, extract(epoch from ended_at - began_at)"
        " from callcore.agent_states order by entry_milliseconds, entry_number",
    )
    assert found == [
        ("reserved", False, 0),
        ("ringing", False, 0),
        ("talking", False, 0),
        ("available", True, None),
    ]


def test_the_call_belongs_to_the_stay_that_it_fills(history, history_url):
    """Free after a call is no longer of that call; wrapping up is."""
    history.write(TWO_DAYS)
    found = query(
        history_url,
        "select state, array_agg(distinct queue), count(call_id), count(offer_id)"
        " from callcore.agent_states group by 1 order by 1",
    )
    without = [
        ("available", [None], 0, 0),
        ("logged_out", [None], 0, 0),
        ("on_break", [None], 0, 0),
    ]
    held = [(state, ["support"], 1, 1) for state in ("reserved", "ringing", "talking")]
    assert found == sorted([*without, *held, ("wrapping_up", ["support"], 1, 1)])


def test_a_lost_floor_is_neither_a_login_nor_a_stay_logged_out(history, history_url):
    """Redis lost its data at noon and the agent was where the agent had been."""
    history.write(
        story(
            ("2026-03-02 08:00:00", FREE, WHY.FEATURE_CODE),
            ("2026-03-02 12:00:00", FREE, WHY.FLOOR_LOST, {"before": OUT}),
            ("2026-03-02 16:00:00", OUT, WHY.FEATURE_CODE),
        )
    )
    assert query(
        history_url,
        "select logins_count, logged_in_seconds, available_seconds from callcore.agent_days",
    ) == [(1, 8 * 3600, 8 * 3600)]


def test_what_is_left_after_old_rows_were_deleted_is_still_right(history, history_url):
    """A timeline that begins in the middle of a break begins with what is known."""
    history.write(TWO_DAYS)
    with psycopg.connect(history_url) as connection:
        connection.execute(
            "delete from callcore.agent_changes where changed_at < %s",
            [datetime(2026, 3, 2, 12, 30, tzinfo=WARSAW)],
        )
    assert query(
        history_url,
        "select break_code, seconds, is_overrun from callcore.breaks order by began_at limit 2",
    ) == [("lunch", 900, True), ("night", 300, False)]


def test_days_count_offers_and_misses_by_reason(connections, history, history_url):
    """Offers come from the calls, misses by their reasons; others' fault is no miss."""
    lost = [
        OfferLostReason.NO_ANSWER,
        OfferLostReason.NO_ANSWER,
        OfferLostReason.NOT_CONFIRMED,
        OfferLostReason.CALLER_GONE,
    ]
    start = at("2026-03-02 09:00:00")
    record = served_call(start=start)
    won = record.offers[1]
    offers = (
        *(
            OfferRecord(
                offer_id=won.offer_id,
                queue=won.queue,
                agent_id=won.agent_id,
                leg_id=won.leg_id,
                reserved_at=start,
                lost_reason=reason,
            )
            for reason in lost
        ),
        won,
    )
    records = call_records.PostgresCallRecords(connections)
    records.write([served_call(start=start, offers=offers)])
    history.write(TWO_DAYS)
    columns = (
        "select day::text, offers_count, won_count, misses_count, lost_otherwise_count,"
        " misses_by_reason, talk_seconds, mean_talk_seconds, mean_ring_seconds, talking_seconds"
        " from callcore.agent_days"
    )
    first = ("2026-03-02", 5, 1, 3, 1, {"no_answer": 2, "not_confirmed": 1}, 60, 60, 9, 300)
    nothing: dict[str, int] = {}
    second = ("2026-03-03", 0, 0, 0, 0, nothing, 0, None, None, 0)
    assert query(history_url, f"{columns} order by day") == [first, second]
    assert query(history_url, f"{columns} where day > '2026-03-02'") == [second]
    assert query(history_url, f"{columns} where agent_id = 'anna' and day < '2026-03-03'") == [
        first
    ]
    assert query(history_url, f"{columns} where agent_id = 'bert'") == []


def test_a_report_made_on_the_view_of_before_goes_on(database_url):
    """Columns of an older version keep their places, names and types."""
    migrations.migrate(database_url, migrations.bundled()[:4])
    shape = "select column_name, data_type from information_schema.columns where table_name = %s"
    older = {
        name: query(database_url, f"{shape} order by ordinal_position", name)
        for name in ("agent_days", "offer_facts")
    }
    with psycopg.connect(database_url) as connection:
        connection.execute("create view public.mine as select * from callcore.agent_days")
    migrations.migrate(database_url)
    for name, columns in older.items():
        now = query(database_url, f"{shape} order by ordinal_position", name)
        assert now[: len(columns)] == columns
    assert query(database_url, "select * from public.mine") == []
