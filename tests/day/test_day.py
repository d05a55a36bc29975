"""A day of a whole call centre, played through the flows and checked.

The checker shares nothing with the rules. The ordinary suite plays the hours around noon with a
third of the agents, ``make day`` the whole day with all two hundred. ``CALLCORE_DAY_SEED=N`` plays
another story.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.day.checking import (
    answering,
    doors,
    explanations,
    leaving,
    order,
    records,
    ringing,
    ways,
    whom,
)
from tests.day.checking.checker import check
from tests.day.log import DayLog
from tests.day.playing import AROUND_NOON, WHOLE_DAY, play

SEED = int(os.environ.get("CALLCORE_DAY_SEED", "1"))
IS_WHOLE = os.environ.get("CALLCORE_DAY") == "whole"
CHECKING = Path(__file__).with_name("checking")

ALWAYS_LOOKED_AT = {
    answering.ANSWERED: 1000,
    doors.DOOR: 1000,
    doors.ESTIMATE: 1000,
    doors.LIMIT: 1000,
    doors.MOVE: 10,
    doors.POSITION: 1000,
    explanations.NOT_FREE: 1000,
    explanations.PASSED_OVER: 1000,
    explanations.SHOWN: 100,
    explanations.TOLD: 1000,
    leaving.BY_WISH: 1000,
    leaving.CLOSING: 1000,
    leaving.LONGEST: 5,
    leaving.UNANSWERED: 5,
    order.BETWEEN: 100,
    order.ORDER: 1000,
    records.LENGTHS: 1000,
    records.ONE_PLACE: 500,
    records.ONE_RECORD: 1000,
    records.OVER: 100,
    records.OUTCOME: 1000,
    records.WRAP_UP: 500,
    ways.PLACE: 1000,
    ways.TREATMENT: 1000,
    whom.ABLE: 1000,
    whom.FIRST: 500,
    whom.JUST_FREED: 100,
    ringing.LOSERS: 500,
    whom.NOBODY_IDLE: 500,
    whom.ONE_TALK: 500,
    ringing.RING: 1000,
}
"""How often each rule is looked at, at least, whatever the seed."""

ALWAYS_HAPPENS = {
    "picked_up", "abandoned", "queue_full", "closed", "maximum_wait", "unanswered_too_long",
    "withdrawn", "moved",
}  # fmt: skip
"""Why callers leave or are refused, whatever the seed."""
HAPPENS_IN_A_DAY = ALWAYS_HAPPENS | {
    "exit_key", "no_agents", "estimate_too_long", "closes_too_soon", "unknown_queue",
}  # fmt: skip


@pytest.fixture(scope="module")
def day() -> DayLog:
    """A day played once for all tests."""
    return play(WHOLE_DAY if IS_WHOLE else AROUND_NOON, SEED)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_rule_is_kept_all_day(day: DayLog) -> None:
    """Nothing to object to, and every rule was looked at often enough to mean something."""
    objections = check(day)
    assert not objections.found, "\n".join(
        [f"seed {SEED}: {objections.rules()}", *map(str, objections.found[:20])]
    )
    seldom = {
        rule: objections.looked[rule]
        for rule, least in ALWAYS_LOOKED_AT.items()
        if objections.looked[rule] < least
    }
    assert not seldom


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everything_happens_on_such_a_day(day: DayLog) -> None:
    """The day is as varied as it is meant to be: what never happens proves nothing."""
    happened = Counter(
        str(visit.leave_reason or visit.refusal_reason)
        for record in day.records
        for visit in record.visits
    )
    assert happened.keys() >= (HAPPENS_IN_A_DAY if IS_WHOLE else ALWAYS_HAPPENS)
    assert len(day.records) > (10_000 if IS_WHOLE else 1_000)
    assert any(visit.is_resumed for record in day.records for visit in record.visits)
    assert any(len(record.visits) > 2 for record in day.records)
    assert any(len(record.offers) > 3 for record in day.records)


def test_the_checker_shares_nothing_with_the_rules() -> None:
    """It knows facts, records and ids as data, and nothing else of callcore."""
    data = {"callcore.domain.events", "callcore.domain.records", "callcore.domain.ids"}
    imported = {
        name
        for path in CHECKING.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imports(node)
        if name.startswith("callcore")
    }
    assert imported <= data


def _imports(node: ast.AST) -> list[str]:
    match node:
        case ast.ImportFrom(module="callcore.domain", names=names):
            return [f"callcore.domain.{name.name}" for name in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case ast.Import(names=names):
            return [name.name for name in names]
        case _:
            return []
