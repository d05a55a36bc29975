"""Words for parts of what an agent does, short enough for a column."""

from __future__ import annotations

from collections.abc import Iterable

from callcore.adapters.terminal.words import printable, spoken
from callcore.domain.agents import (
    ANY_BREAK,
    AgentReason,
    AgentState,
    BreakCode,
    HoldReason,
    Wish,
)

_HOLDS = {
    HoldReason.UNREGISTERED: "not registered",
    HoldReason.OUTSIDE_CALL: "on another call",
}


def of_break(code: BreakCode | None) -> str:
    """`` (lunch)``; nothing for the one break there is where the settings know none."""
    return "" if code is None or code == ANY_BREAK else f" ({spoken(code)})"


def of_wish(wish: Wish) -> str:
    """What comes after the call: ``break (lunch)``."""
    is_break = wish.state is AgentState.ON_BREAK
    return f"break{of_break(wish.break_code)}" if is_break else spoken(wish.state)


def of_holds(holds: Iterable[HoldReason]) -> str:
    """Why an agent is not asked although free."""
    return ", ".join(_HOLDS[hold] for hold in sorted(holds))


def by_whom(reason: str, actor: str) -> str:
    """`` by ann``; nothing where callcore itself did it."""
    match reason:
        case AgentReason.COMMAND:
            return f" by {printable(actor)}"
        case AgentReason.FEATURE_CODE:
            return " by phone"
        case _:
            return ""
