"""What agents do, in words of the view: columns of the table and lines of what happens."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from callcore.adapters.terminal import agent_words, drawing
from callcore.domain import events
from callcore.domain.agents import (
    ANY_BREAK,
    CALLCORE,
    MISSED_CALLS,
    AgentReason,
    AgentState,
    BreakCode,
    HoldReason,
    Wish,
    WrapUpEnd,
)
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import AgentId
from callcore.domain.policies import FeatureCode
from tests.adapters.terminal.scenes import NOW, SUPPORT, agent, line_with, shown, view_of

LUNCH = BreakCode("lunch")
LUNCH_AFTER = Wish(state=AgentState.ON_BREAK, break_code=LUNCH)
OUT_AFTER = Wish(state=AgentState.LOGGED_OUT, break_code=None)
OF_ANNA: dict[str, Any] = {"at": NOW, "agent_id": AgentId("anna")}


def changed(state: str, reason: str, actor=CALLCORE, note="", code=None) -> events.AgentChanged:
    return events.AgentChanged(
        **OF_ANNA,
        state=AgentState(state),
        reason=AgentReason(reason),
        actor=actor,
        note=note,
        break_code=code,
    )


def dialled(answer: FeatureAnswer, agent_id="anna") -> events.FeatureCodeDialled:
    return events.FeatureCodeDialled(
        at=NOW,
        code=FeatureCode.START_BREAK,
        agent_id=None if agent_id is None else AgentId(agent_id),
        answer=answer,
    )


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (changed("available", "command", "ann"), "is available by ann"),
        (changed("available", "feature_code", "agent"), "is available by phone"),
        (changed("available", "settings"), "is available"),
        (changed("logged_out", "standing_leg"), "is logged out"),
        (
            changed("on_break", "command", "ann", "early", LUNCH),
            "is on break (lunch) by ann: early",
        ),
        (changed("on_break", "wrap_up_ended", code=ANY_BREAK), "is on break"),
        (changed("talking", "queues_chosen", "ann"), "serves other queues"),
        (changed("available", "wrap_up_ended"), None),
        (changed("reserved", "offered"), None),
        (changed("on_break", "missed_calls", code=MISSED_CALLS), None),
        (changed("on_break", "break_overrun", code=LUNCH), None),
        (
            events.AgentWished(**OF_ANNA, wish=LUNCH_AFTER, actor="ann"),
            "after the call: break (lunch), by ann",
        ),
        (
            events.AgentWished(**OF_ANNA, wish=OUT_AFTER, actor="agent"),
            "after the call: logged out, by agent",
        ),
        (
            events.AgentWished(**OF_ANNA, wish=None, actor="ann"),
            "goes on after the call, by ann",
        ),
        (
            events.AgentHeld(**OF_ANNA, holds=frozenset(HoldReason)),
            "is not asked: on another call, not registered",
        ),
        (events.AgentHeld(**OF_ANNA, holds=frozenset()), "may be asked again"),
        (
            events.AgentMissedTooMany(**OF_ANNA, queue=SUPPORT, misses_count=3),
            "missed 3 calls in a row: is given a break",
        ),
        (
            events.BreakOverrun(**OF_ANNA, break_code=LUNCH, maximum_seconds=2700.0),
            "is on a break (lunch) for more than 45:00",
        ),
        (
            events.BreakOverrun(**OF_ANNA, break_code=LUNCH, maximum_seconds=0.0),
            "is on a break (lunch) for too long",
        ),
        (events.WrapUpExtended(**OF_ANNA, seconds=60.0, actor="ann"), "has 1:00 more for notes"),
        (
            events.AgentLockedOut(**OF_ANNA, failures_count=3, seconds=900.0),
            "gave 3 wrong PINs: locked out for 15:00",
        ),
        (dialled(FeatureAnswer.NOT_POSSIBLE), "dialled the code for break: not possible"),
        (dialled(FeatureAnswer.WRONG_PIN), "dialled the code for break: wrong pin"),
        (dialled(FeatureAnswer.DONE), None),
        (dialled(FeatureAnswer.AFTER_THE_CALL), None),
        (dialled(FeatureAnswer.HUNG_UP), None),
        (
            events.WrapUpEnded(
                **OF_ANNA, queue=SUPPORT, wrapped_up_seconds=1.0, end=WrapUpEnd.EXTENDED
            ),
            None,
        ),
    ],
)
def test_what_happens_to_agents_is_told_of_them(fact, told):
    """What calls tell already is left out."""
    found = agent_words.describe(fact)
    assert (None if found is None else found[0]) == told
    lines = [(event.subject, event.text) for event in view_of(fact).look().events]
    assert lines == ([] if told is None else [("anna", told)])


def test_a_code_of_nobody_is_told_of_somebody():
    """Who gives no agent's id has no name."""
    (event,) = view_of(dialled(FeatureAnswer.WRONG_PIN, None)).look().events
    assert event.subject == "somebody"


@pytest.mark.parametrize(
    ("state", "parts", "told"),
    [
        ("available", {}, "available"),
        ("available", {"lease_until": NOW}, "resting"),
        ("available", {"holds": frozenset({HoldReason.UNREGISTERED})}, "not registered"),
        (
            "available",
            {"holds": frozenset({HoldReason.OUTSIDE_CALL}), "lease_until": NOW},
            "on another call",
        ),
        ("talking", {"wish": LUNCH_AFTER}, "talking → break (lunch)"),
        ("ringing", {"wish": OUT_AFTER}, "ringing → logged out"),
        ("on_break", {"break_code": LUNCH}, "on break (lunch)"),
        ("on_break", {"break_code": MISSED_CALLS, "wish": None}, "on break (missed calls)"),
        ("wrapping_up", {"holds": frozenset({HoldReason.UNREGISTERED})}, "wrapping up"),
    ],
)
@pytest.mark.parametrize("width", [80, 140])
def test_the_table_says_what_keeps_an_agent(state, parts, told, width):
    """In full, on a narrow terminal too."""
    one = replace(agent("anna", AgentState(state), 5), **parts)
    lines = shown(view_of(agents=lambda: [one]), width)
    assert line_with(lines, "Anna Nowak").startswith(f"Anna Nowak {told} 5s")


def test_a_break_that_is_too_long_is_red():
    """And nothing else of the agents is."""
    calm = replace(agent("bert", AgentState.ON_BREAK, 5), break_code=LUNCH)
    late = replace(agent("cora", AgentState.ON_BREAK, 5), break_code=LUNCH, is_overrun=True)
    view = view_of(agents=lambda: [calm, late], parts=dict)
    screen = io.StringIO()
    console = Console(
        width=80, height=24, file=screen, force_terminal=True, color_system="standard"
    )
    console.print(drawing.draw(view.look(), 80, 24), height=24)
    lines = [line for line in screen.getvalue().splitlines() if "on break (lunch)" in line]
    assert ["31m" in line for line in lines] == [False, True]


def test_breaks_that_are_too_long_are_seen_when_there_is_no_room():
    """Before those who do what they should."""
    many = [agent(f"a{number:02}", AgentState.RINGING, 1, "c1") for number in range(50)]
    late = replace(agent("zoe", AgentState.ON_BREAK, 5), break_code=LUNCH, is_overrun=True)
    lines = shown(view_of(agents=lambda: [*many, late]))
    assert line_with(lines, "zoe").startswith("zoe ! on break (lunch)")
