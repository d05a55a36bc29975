"""What reports make of the agents' timelines, against sums made by hand and in Python."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcore.adapters.postgres import call_records, migrations, pool, timelines
from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.ports.timelines import PendingChange
from tests.adapters.postgres.samples import change, served_call

WARSAW = ZoneInfo("Europe/Warsaw")

OUT, FREE, RESERVED, RINGING, TALKING, WRAPPING, PAUSED = AgentState
LUNCH, NIGHT = BreakCode("lunch"), BreakCode("night")


@pytest.fixture
def connections(history_url):
    with pool.PostgresPool(history_url) as opened:
        yield opened


@pytest.fixture
def history(connections):
    return timelines.PostgresTimelines(connections, "warsaw")


def at(text: str) -> Micros:
    """The instant of a wall clock in Warsaw."""
    moment = datetime.fromisoformat(text).replace(tzinfo=WARSAW)
    return Micros(round(moment.timestamp()) * MICROS_PER_SECOND)


def story(*lines: tuple) -> list[PendingChange]:
    """Changes of one agent, each an instant, a state, a reason and what else is to be said."""
    made = []
    before = OUT
    for number, (instant, state, reason, *rest) in enumerate(lines):
        fields = {"before": before, **(rest[0] if rest else {})}
        made.append(
            change(
                f"{at(instant) // 1000}-{number}",
                at=at(instant),
                state=state,
                reason=reason,
                **fields,
            )
        )
        before = state
    return made


WHY = AgentReason
ON_LUNCH, ON_NIGHT = {"break_code": LUNCH}, {"break_code": NIGHT}

TWO_DAYS = story(
    ("2026-03-02 08:00:00", FREE, WHY.FEATURE_CODE, {"actor": "agent"}),
    ("2026-03-02 08:30:00", FREE, WHY.QUEUES_CHOSEN),
    ("2026-03-02 09:00:00", RESERVED, WHY.OFFERED),
    ("2026-03-02 09:00:02", RINGING, WHY.RINGING),
    ("2026-03-02 09:00:10", TALKING, WHY.BRIDGED),
    ("2026-03-02 09:05:10", WRAPPING, WHY.TALK_ENDED),
    ("2026-03-02 09:05:20", WRAPPING, WHY.WRAP_UP_EXTENDED, {"actor": "ops"}),
    ("2026-03-02 09:06:10", FREE, WHY.WRAP_UP_ENDED_EARLY, {"actor": "agent"}),
    ("2026-03-02 10:00:00", FREE, WHY.HOLDS_CHANGED, {"holds": frozenset(HoldReason)}),
    ("2026-03-02 12:00:00", PAUSED, WHY.COMMAND, {"actor": "ops", "note": "go", **ON_LUNCH}),
    ("2026-03-02 12:30:00", PAUSED, WHY.BREAK_OVERRUN, ON_LUNCH),
    ("2026-03-02 12:45:00", PAUSED, WHY.FEATURE_CODE, {"actor": "agent", **ON_NIGHT}),
    ("2026-03-02 12:50:00", FREE, WHY.FEATURE_CODE, {"actor": "agent"}),
    ("2026-03-02 22:00:00", PAUSED, WHY.FEATURE_CODE, {"actor": "agent", **ON_NIGHT}),
    ("2026-03-03 01:00:00", FREE, WHY.FEATURE_CODE, {"actor": "agent"}),
    ("2026-03-03 02:00:00", OUT, WHY.COMMAND, {"actor": "ops"}),
)


def query(url, text, *arguments, zone="Europe/Warsaw"):
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('timezone', %s, false)", [zone])
        return connection.execute(text, arguments).fetchall()


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


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A stay as Python sees it; instants in microseconds."""

    state: AgentState
    break_code: str | None
    began_at: int
    ended_at: int | None
    is_overrun: bool


def python_stays(changes: Sequence[PendingChange]) -> list[Stay]:
    """Plays the timeline line by line."""
    stays: list[Stay] = []
    for pending in changes:
        line = pending.change
        is_overrun = line.reason is WHY.BREAK_OVERRUN and line.state is PAUSED
        current = stays[-1] if stays else None
        if current is not None and (line.before, line.state, line.break_code) == (
            line.state,
            current.state,
            current.break_code,
        ):
            stays[-1] = replace(current, is_overrun=current.is_overrun or is_overrun)
            continue
        if current is not None:
            stays[-1] = replace(current, ended_at=line.at)
        stays.append(
            Stay(
                state=line.state,
                break_code=line.break_code,
                began_at=line.at,
                ended_at=None,
                is_overrun=is_overrun,
            )
        )
    return stays


def python_days(stays: Sequence[Stay], now: int, zone: ZoneInfo) -> dict[tuple, float]:
    """Seconds by day, state and code."""
    seconds: defaultdict[tuple, float] = defaultdict(float)
    for stay in stays:
        if stay.state is OUT:
            continue
        until = max(stay.began_at, now if stay.ended_at is None else stay.ended_at)
        day = first = datetime.fromtimestamp(stay.began_at / 1e6, zone).date()
        while day == first or midnight(day, zone) < until:
            ends = min(until, midnight(day + timedelta(days=1), zone))
            begins = max(stay.began_at, midnight(day, zone))
            seconds[day, str(stay.state), stay.break_code] += (ends - begins) / 1e6
            day += timedelta(days=1)
    return {part: length for part, length in seconds.items() if length}


def midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1_000_000


LINES = st.tuples(
    st.sampled_from([0, 0, 1, 2, 700, 3600, 40_000, 100_000]),
    st.sampled_from(AgentState),
    st.sampled_from([LUNCH, NIGHT]),
    st.sampled_from([WHY.COMMAND, WHY.BREAK_OVERRUN, WHY.HOLDS_CHANGED]),
    st.booleans(),
)
"""Seconds since the line before, the state, a break's code, a reason, and whether it is kept."""


def random_timeline(
    lines, start: int, agent_id: AgentId, *, is_set_back: bool
) -> list[PendingChange]:
    """Changes of which some were lost on the way, and of which some are of one instant."""
    made = []
    instant, before, code = start, OUT, None
    for number, (gap, state, new_code, reason, is_kept) in enumerate(lines):
        instant += (-gap if is_set_back and gap == 2 else gap) * MICROS_PER_SECOND
        reason_told = reason if reason is WHY.COMMAND or state is before else WHY.COMMAND
        if state is not PAUSED:
            code = None
        elif reason_told is WHY.COMMAND or code is None:
            code = new_code
        pending = change(
            f"{start // 1000}-{number}",
            agent_id=agent_id,
            at=Micros(instant),
            before=before,
            state=state,
            reason=reason_told,
            break_code=code,
        )
        before = state
        if is_kept:
            made.append(pending)
    return made


_numbers = itertools.count()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    timelines_of=st.lists(st.lists(LINES, max_size=12), min_size=1, max_size=3),
    zone_name=st.sampled_from(["Europe/Warsaw", "UTC", "America/St_Johns", "Asia/Kathmandu"]),
    is_set_back=st.booleans(),
)
def test_any_timeline_adds_up_as_in_python(
    timelines_of, zone_name, is_set_back, history, history_url
):
    """Stays and days of any lines: lost ones, clocks set back and several in one instant too."""
    zone = ZoneInfo(zone_name)
    start = round(datetime.now(UTC).timestamp() - 15 * 86400) * MICROS_PER_SECOND
    for lines in timelines_of:
        agent_id = AgentId(f"agent-{next(_numbers)}")
        made = random_timeline(lines, start, agent_id, is_set_back=is_set_back)
        history.write(made[::-1])
        with psycopg.connect(history_url) as connection:
            connection.execute("select set_config('timezone', %s, true)", [zone_name])
            [(now,)] = connection.execute(
                "select (extract(epoch from now()) * 1000000)::bigint"
            ).fetchall()
            stays = connection.execute(
                "select state, break_code, (extract(epoch from began_at) * 1000000)::bigint,"
                " (extract(epoch from ended_at) * 1000000)::bigint, is_overrun, seconds"
                " from callcore.agent_states where agent_id = %s"
                " order by entry_milliseconds, entry_number",
                [agent_id],
            ).fetchall()
            parts = connection.execute(
                "select day, state, break_code, sum(seconds) from callcore.agent_day_parts"
                " where agent_id = %s and state <> 'logged_out' group by 1, 2, 3",
                [agent_id],
            ).fetchall()
            days = connection.execute(
                "select day, logged_in_seconds, on_break_seconds, on_break_seconds_by_code"
                " from callcore.agent_days where agent_id = %s",
                [agent_id],
            ).fetchall()
        expected = python_stays(made)
        assert [Stay(**dict(zip(FIELDS, row[:5], strict=True))) for row in stays] == expected
        for stay, row in zip(expected, stays, strict=True):
            until = now if stay.ended_at is None else stay.ended_at
            assert row[5] == pytest.approx(max(0, until - stay.began_at) / 1e6)
        if is_set_back:
            continue  # midnight itself is not one instant then
        sums = python_days(expected, now, zone)
        assert {tuple(row[:3]): row[3] for row in parts if row[3]} == pytest.approx(sums)
        for day, total, on_break, by_code in days:
            of_day = {key[1:]: value for key, value in sums.items() if key[0] == day}
            assert total == pytest.approx(sum(of_day.values()))
            codes = {code: value for (state, code), value in of_day.items() if state == PAUSED}
            assert {code: value for code, value in by_code.items() if value} == pytest.approx(codes)
            assert on_break == pytest.approx(sum(codes.values()))
        assert {row[0] for row in days} >= {key[0] for key in sums}


FIELDS = ("state", "break_code", "began_at", "ended_at", "is_overrun")
