"""Who is there, and what one agent has done, as tables that fit 80 columns."""

from __future__ import annotations

import itertools
import time

import pytest

from callcore.domain.agents import (
    CALLCORE,
    MISSED_CALLS,
    AgentReason,
    AgentState,
    BreakCode,
    HoldReason,
    Wish,
)
from callcore.domain.ids import CallId, Micros, QueueName
from tests.adapters.control.views import MINUTE, SALES, SUPPORT, agent_change, agent_view

LUNCH = BreakCode("lunch")
LONG_AGO = Micros(1_000_000_000_000_000)


def minutes_from_now(minutes: float) -> Micros:
    return Micros(time.time_ns() // 1000 + round(minutes * MINUTE))


def clock(at: Micros) -> str:
    return time.strftime("%H:%M", time.localtime(at / 1_000_000))


def state_of(output: str) -> str:
    """The words of the column ``state``, of a table of one agent."""
    head, *lines = output.splitlines()
    begin, end = head.index("state"), head.index("since")
    return " ".join(" ".join(line[begin:end] for line in lines).split())


def test_agents_are_listed(run, floor):
    """Who does what, since when and until when, for which queues."""
    until = minutes_from_now(1)
    floor.roster = [
        agent_view("1001", since=LONG_AGO),
        agent_view("1002", name="Bob", is_resting=True, until=until, queues=(SUPPORT,)),
        agent_view("1004", name="", state=AgentState.LOGGED_OUT, since=None, queues=()),
    ]
    result = run("agent", "list")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["agent", "name", "state", "since", "until", "queues"]
    assert lines[1][:4] == ["1001", "Ann", "available", "Sun"]
    assert lines[2][:3] == ["1002", "Bob", "resting"]
    assert lines[2][-2:] == [clock(until), "support"]
    assert lines[-1] == ["1004", "logged", "out"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"reason": "wrap_up_ended"}, "available"),
        ({"is_resting": True, "reason": "no_answer"}, "resting: no answer"),
        ({"is_resting": True}, "resting"),
        ({"holds": frozenset({HoldReason.UNREGISTERED})}, "available, not registered"),
        ({"holds": frozenset(HoldReason)}, "available, on another call, not registered"),
        (
            {"state": AgentState.LOGGED_OUT, "reason": "command", "actor": "ann"},
            "logged out by ann",
        ),
        ({"state": AgentState.LOGGED_OUT, "reason": "settings"}, "logged out"),
        (
            {"state": AgentState.ON_BREAK, "break_code": BreakCode("break")},
            "on break",
        ),
        (
            {
                "state": AgentState.ON_BREAK,
                "break_code": LUNCH,
                "reason": "feature_code",
                "is_overrun": True,
            },
            "on break (lunch) by phone, too long",
        ),
        (
            {
                "state": AgentState.ON_BREAK,
                "break_code": MISSED_CALLS,
                "reason": "missed_calls",
            },
            "on break (missed calls)",
        ),
        (
            {
                "state": AgentState.TALKING,
                "reason": "bridged",
                "wish": Wish(state=AgentState.ON_BREAK, break_code=LUNCH),
            },
            "talking, then break (lunch)",
        ),
        (
            {
                "state": AgentState.RINGING,
                "wish": Wish(state=AgentState.LOGGED_OUT, break_code=None),
            },
            "ringing, then logged out",
        ),
    ],
)
def test_a_state_says_why_what_is_wrong_and_what_follows(run, floor, parts, told):
    """In words that need no legend."""
    floor.roster = [agent_view(**parts)]
    assert state_of(run("agent", "list").stdout) == told


def test_long_names_fold(run, floor):
    """A table never needs more than 80 columns (as ``run`` checks), and loses nothing."""
    queues = tuple(QueueName(f"a-very-long-queue-name-of-48-characters-number-{n}") for n in "123")
    floor.roster = [
        agent_view("a" * 48, name="Wolfeschlegelsteinhausenbergerdorff " * 3, queues=queues)
    ]
    told = run("agent", "list").stdout
    head, *lines = told.splitlines()
    begins = [head.index(title) for title in ("agent", "name", "state")]
    agent, name = (
        "".join(line[begin:end] for line in lines).replace(" ", "")
        for begin, end in itertools.pairwise(begins)
    )
    assert agent == "a" * 48
    assert name == "Wolfeschlegelsteinhausenbergerdorff" * 3


def test_a_site_without_agents_is_told(run, floor):
    """Not as an empty table."""
    floor.roster = []
    assert run("agent", "list").stdout == "there are no agents\n"


def test_history_is_a_line_a_change(run, floor):
    """When, what, why, by whom, in which queue and call; callcore itself is not named."""
    at = minutes_from_now(-1)
    floor.changes = (
        agent_change(at=LONG_AGO, note="early shift"),
        agent_change(
            at=at,
            before=AgentState.RESERVED,
            state=AgentState.RINGING,
            reason=AgentReason.RINGING,
            actor=CALLCORE,
            queue=SALES,
            call_id=CallId("3f2a9c1e-8d11-4f0c-9b7e-0123456789ab"),
        ),
        agent_change(
            at=at,
            before=AgentState.AVAILABLE,
            state=AgentState.ON_BREAK,
            reason=AgentReason.FEATURE_CODE,
            actor="agent",
            break_code=LUNCH,
        ),
        agent_change(
            at=at,
            before=AgentState.AVAILABLE,
            reason=AgentReason.HOLDS_CHANGED,
            actor=CALLCORE,
            holds=frozenset({HoldReason.UNREGISTERED}),
        ),
    )
    told = run("agent", "history", "1001").stdout
    lines = [line.split() for line in told.splitlines()]
    assert lines[0] == ["when", "state", "why", "by", "queue", "call"]
    words = " ".join(told.split())
    assert "command: early" in words
    assert ["ringing", "ringing", "sales", "3f2a9c1e"] in [line[1:] for line in lines]
    assert "on break feature code agent (lunch)" in words
    assert "available, not holds changed registered" in words
    assert CALLCORE not in told


def test_an_agent_without_a_past_is_told(run, floor):
    """Not as an empty table."""
    floor.changes = ()
    assert run("agent", "history", "1001").stdout == "nothing is known of the agent's past\n"
