"""The roster: agents, the queues they serve, what they can do."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from callcore.domain.ids import QueueName
from callcore.domain.policies import AgentPolicy, Tier
from callcore.settings.faults import Path, shown
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Contact, Name, SkillLevel, SkillName, Switch, Text, Whole
from callcore.settings.section import UNGIVEN, Section

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_SKILL: TypeAdapter[str] = TypeAdapter(SkillName)
_LEVEL: TypeAdapter[int] = TypeAdapter(SkillLevel)


class AgentSection(Section):
    """One agent."""

    name: Text
    contact: Contact
    queues: Any
    skills: Any = UNGIVEN
    logged_in_at_start: Switch = UNGIVEN


class TierSection(Section):
    """An agent's place in a queue."""

    level: Whole = UNGIVEN
    position: Whole = UNGIVEN


class Agents:
    """Reads one agent after another."""

    def __init__(self, reading: Reading, names: Names) -> None:
        self._reading = reading
        self._names = names

    def agent(self, path: Path, agent_id: str, value: object) -> AgentPolicy | None:
        """The agent, or ``None`` if there are faults."""
        values = self._reading.faultless_settings(AgentSection, path, value)
        tiers = self._tiers((*path, "queues"), values.pop("queues")) if "queues" in values else {}
        values["skills"] = self._skills((*path, "skills"), values.get("skills"))
        return self._reading.policy(
            AgentPolicy,
            path,
            {
                "name": "",
                "contact": "",
                **values,
                "agent_id": agent_id,
                "queues": tuple(tiers),
                "tiers": {queue: tier for queue, tier in tiers.items() if tier != Tier()},
            },
        )

    def _tiers(self, path: Path, value: object) -> dict[QueueName, Tier]:
        """Every queue of the agent, with the place in it."""
        tiers: dict[QueueName, Tier] = {}
        match value:
            case list():
                for position, name in enumerate(value):
                    self._reading.checked(_NAME, (*path, position), name)
                    if self._names.check(Named.QUEUE, (*path, position), name):
                        if name in tiers:
                            self._reading.report_value(
                                (*path, position), f"{shown(name)} is named twice"
                            )
                        tiers[QueueName(name)] = Tier()
            case dict():
                for name, tier in value.items():
                    self._reading.checked_key(_NAME, (*path, name))
                    made = self._reading.part(Tier, TierSection, (*path, name), tier)
                    if self._names.check_key(Named.QUEUE, (*path, name)):
                        tiers[QueueName(name)] = made or Tier()
            case _:
                self._reading.report_value(
                    path, f"expected a list or a mapping of queues, found {shown(value)}"
                )
        return tiers

    def _skills(self, path: Path, value: object) -> dict[str, int]:
        skills = {}
        for name, level in self._reading.entries(path, value).items():
            skill = self._reading.checked_key(_SKILL, (*path, name))
            checked = self._reading.checked(_LEVEL, (*path, name), level)
            if skill is not None and checked is not None:
                skills[skill] = checked
        return skills
