"""Timelines of agents written by hand, and the reading of reports on them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg

from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.ports.timelines import PendingChange
from tests.adapters.postgres.samples import change

WARSAW = ZoneInfo("Europe/Warsaw")
OUT, FREE, RESERVED, RINGING, TALKING, WRAPPING, PAUSED = AgentState
LUNCH, NIGHT = BreakCode("lunch"), BreakCode("night")


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
