"""The two hundred agents of the day: which queues they serve, on which level, with which skills."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CENTRE = Path(__file__).with_name("centre.yaml")


@dataclass(frozen=True)
class Team:
    """Agents who do the same work; ``queues`` are as the settings write them."""

    count: int
    queues: tuple[str, ...]


TEAMS = (
    Team(34, ("support",)),
    Team(8, ("support", "backup")),
    Team(10, ("sales",)),
    Team(18, ("billing", "sales")),
    Team(9, ("billing",)),
    Team(12, ("premium",)),
    Team(5, ("premium", "support")),
    Team(10, ("emergency",)),
    Team(4, ("returns", "emergency")),
    Team(11, ("dispatch",)),
    Team(3, ("dispatch", "festive")),
    Team(14, ("technical@1",)),
    Team(9, ("technical@2",)),
    Team(6, ("technical@3", "backup")),
    Team(14, ("orders",)),
    Team(6, ("orders", "info@2")),
    Team(9, ("info@1",)),
    Team(12, ("returns",)),
    Team(6, ("backup",)),
)
FIRST_ID = 1001
POSITIONS = 7
"""Several agents of a level share a position."""


def agent_ids() -> list[str]:
    """All of them, team by team."""
    return [str(FIRST_ID + place) for place in range(sum(team.count for team in TEAMS))]


def settings_text() -> str:
    """The settings of the day."""
    ids = iter(agent_ids())
    lines = [_agent(next(ids), member, team) for team in TEAMS for member in range(team.count)]
    return CENTRE.read_text() + "\nagents:\n" + "\n".join(lines) + "\n"


def _agent(agent_id: str, member: int, team: Team) -> str:
    number = int(agent_id)
    places = ", ".join(_place(queue, member) for queue in team.queues)
    skills = {
        "english": 20 + number * 37 % 80,
        "billing": 40 if number % 3 else 0,
        "seller": number * 13 % 100,
        "german": 50 if number % 4 == 0 else 0,
        "trainee": 1 if number % 11 == 0 else 0,
    }
    levels = ", ".join(f"{skill}: {level}" for skill, level in skills.items() if level)
    return (
        f'  "{agent_id}": {{name: Agent {agent_id}, contact: user/{agent_id}@day, '
        f"queues: {{{places}}}, skills: {{{levels}}}}}"
    )


def _place(queue: str, member: int) -> str:
    name, _, level = queue.partition("@")
    return f"{name}: {{level: {level or 1}, position: {member % POSITIONS + 1}}}"
