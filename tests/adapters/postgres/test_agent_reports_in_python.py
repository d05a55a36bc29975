"""What reports make of any agent's timeline, against sums made in Python."""

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

from callcore.adapters.postgres import timelines
from callcore.domain.agents import AgentState
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros
from callcore.ports.timelines import PendingChange
from tests.adapters.postgres.agent_stories import LUNCH, NIGHT, OUT, PAUSED, WHY
from tests.adapters.postgres.samples import change


@pytest.fixture
def history(connections):
    return timelines.PostgresTimelines(connections, "warsaw")


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
