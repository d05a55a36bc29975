"""What is counted of agents: changes, wishes, misses, breaks, wrap-ups, what they dial."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain import events
from callcore.domain.agents import (
    MISSED_CALLS,
    AgentReason,
    AgentState,
    BreakCode,
    HoldReason,
    Wish,
    WrapUpEnd,
)
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.policies import FeatureCode
from callcore.ports.stores import FloorAgent
from tests.adapters.prom.facts import ANNA, NOW, SUPPORT
from tests.adapters.prom.floor import agent, floor_collector

LUNCH = BreakCode("lunch")
OF_ANNA: dict[str, Any] = {"at": NOW, "agent_id": ANNA}


def test_changes_into_a_state_are_counted_and_others_are_not(observer, value):
    """Who chooses queues or gets longer for notes does what they did."""
    for reason in (AgentReason.COMMAND, AgentReason.QUEUES_CHOSEN, AgentReason.BREAK_OVERRUN):
        observer.observe(
            events.AgentChanged(**OF_ANNA, state=AgentState.ON_BREAK, reason=reason, actor="ann")
        )
    assert value("callcore_agent_changes_total", state="on_break") == 1


@pytest.mark.parametrize(
    ("wish", "state"),
    [
        (Wish(state=AgentState.ON_BREAK, break_code=LUNCH), "on_break"),
        (Wish(state=AgentState.LOGGED_OUT, break_code=None), "logged_out"),
        (None, "taken_back"),
    ],
)
def test_wishes_are_counted_by_what_is_wished(observer, value, wish, state):
    """All begin at 0."""
    assert value("callcore_agent_wishes_total", state=state) == 0
    observer.observe(events.AgentWished(**OF_ANNA, wish=wish, actor="ann"))
    assert value("callcore_agent_wishes_total", state=state) == 1


def test_what_a_supervisor_must_be_told_is_counted(metrics, observer, value):
    """Too many misses, breaks that are too long, lock-outs, and longer wrap-ups."""
    metrics.expect_queues([SUPPORT])
    assert value("callcore_agent_missed_too_many_total", queue="support") == 0
    observer.observe(events.AgentMissedTooMany(**OF_ANNA, queue=SUPPORT, misses_count=3))
    observer.observe(events.BreakOverrun(**OF_ANNA, break_code=LUNCH, maximum_seconds=60.0))
    observer.observe(events.AgentLockedOut(**OF_ANNA, failures_count=3, seconds=900.0))
    observer.observe(events.WrapUpExtended(**OF_ANNA, seconds=60.0, actor="ann"))
    observer.observe(events.AgentHeld(**OF_ANNA, holds=frozenset(HoldReason)))
    assert value("callcore_agent_missed_too_many_total", queue="support") == 1
    assert value("callcore_agent_break_overruns_total", break_code="lunch") == 1
    assert value("callcore_agent_lockouts_total") == 1
    assert value("callcore_agent_wrap_up_extensions_total") == 1


def test_wrap_ups_are_counted_by_their_end(metrics, observer, value):
    """And measured, however they ended."""
    metrics.expect_queues([SUPPORT])
    for end in WrapUpEnd:
        assert value("callcore_queue_wrap_ups_total", queue="support", end=end) == 0
        observer.observe(
            events.WrapUpEnded(**OF_ANNA, queue=SUPPORT, wrapped_up_seconds=20.0, end=end)
        )
        assert value("callcore_queue_wrap_ups_total", queue="support", end=end) == 1
    assert value("callcore_queue_wrap_up_seconds_sum", queue="support") == 60


@pytest.mark.parametrize("agent_id", [ANNA, None])
def test_feature_codes_are_counted_by_what_came_of_them(observer, value, agent_id):
    """Wrong PINs of nobody in particular too; all begin at 0."""
    labels = {"code": "login", "answer": "wrong_pin"}
    assert value("callcore_agent_feature_codes_total", **labels) == 0
    observer.observe(
        events.FeatureCodeDialled(
            at=NOW, code=FeatureCode.LOG_IN, agent_id=agent_id, answer=FeatureAnswer.WRONG_PIN
        )
    )
    assert value("callcore_agent_feature_codes_total", **labels) == 1


def test_agents_are_gauged_by_what_keeps_them(metrics, value):
    """By break, by too long a one, by their phone, by a missed call; others are 0, not missing."""
    roster = [
        agent("anna", AgentState.ON_BREAK, break_code=LUNCH, is_overrun=True),
        agent("bert", AgentState.ON_BREAK, break_code=MISSED_CALLS),
        agent("cora", AgentState.AVAILABLE, holds=frozenset({HoldReason.UNREGISTERED})),
        agent("dora", AgentState.LOGGED_OUT, holds=frozenset({HoldReason.UNREGISTERED})),
        agent("emil", AgentState.AVAILABLE, lease_until=NOW),
        agent("fred", AgentState.WRAPPING_UP, lease_until=NOW),
    ]
    metrics.registry.register(floor_collector(agents=lambda: roster))
    assert value("callcore_agents_on_break", break_code="lunch") == 1
    assert value("callcore_agents_on_break", break_code="missed_calls") == 1
    assert value("callcore_agents_overrun") == 1
    assert value("callcore_agents_held", reason="unregistered") == 1
    assert value("callcore_agents_held", reason="outside_call") == 0
    assert value("callcore_agents_resting") == 1
    roster.clear()
    assert value("callcore_agents_on_break", break_code="lunch") == 0
    assert value("callcore_agents_overrun") == 0


def test_break_codes_are_bounded(metrics, value):
    """Settings that change for ever do not make the page grow."""
    roster: list[FloorAgent] = []
    metrics.registry.register(floor_collector(agents=lambda: roster))
    for number in range(150):
        code = BreakCode(f"code-{number}")
        roster[:] = [agent("anna", AgentState.ON_BREAK, break_code=code)]
        value("callcore_records_pending")
    assert value("callcore_agents_on_break", break_code="code-99") == 0
    assert value("callcore_agents_on_break", break_code="code-149") is None
    assert value("callcore_agents", state="on_break") == 1
