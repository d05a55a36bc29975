"""Writes the transition tables into docs/calls.md, so that the page cannot differ from the code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from pathlib import Path
from typing import TypeVar

from callcore.domain import agents, offers

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)

PAGE = Path(__file__).parents[2] / "docs" / "calls.md"
BEGIN = "<!-- tables: begin, made by `python -m tests.unit.state_tables` -->\n"
END = "<!-- tables: end -->\n"


def table(transitions: Mapping[State, Mapping[Event, Enum]]) -> str:
    """A row an event, a column a state; `·` changes nothing, `…` is for later, `✗` is refused."""
    states = list(transitions)
    rows: list[list[str]] = [["", *states], ["---"] * (len(states) + 1)]
    for event in next(iter(transitions.values())):
        cells = [transitions[state][event] for state in states]
        rows.append([f"**{event}**", *(_cell(cell) for cell in cells)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(answer: Enum) -> str:
    match answer:
        case agents.STAY | offers.STAY:
            return "·"
        case agents.REFUSE | offers.REFUSE:
            return "✗"
        case agents.WISH:
            return "…"
        case _:
            return str(answer)


def page() -> str:
    """docs/calls.md with the tables of the code."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    told = "`·` changes nothing, `✗` is refused: it cannot happen, and is an error if it does.\n"
    later = "`…` is kept as a wish: it happens when call and wrap-up are over.\n"
    tables = (
        f"\n## The table of offers\n\n{told}\n{table(offers.TRANSITIONS)}"
        f"\n## The table of agents\n\n{told}{later}\n{table(agents.TRANSITIONS)}\n"
    )
    return before + BEGIN + tables + END + after


if __name__ == "__main__":
    PAGE.write_text(page())
