"""The roster: agents, the queues they serve, what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.pins import PinHash
from callcore.domain.policies import AgentPolicy, Connection, Tier
from callcore.settings import retries
from callcore.settings.faults import Path, shown
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import (
    Decimal,
    Key,
    Language,
    Name,
    SkillLevel,
    SkillName,
    Switch,
    Text,
    Whole,
)
from callcore.settings.section import UNGIVEN, Section, one_of
from callcore.settings.switch_words import Contact

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_SKILL: TypeAdapter[str] = TypeAdapter(SkillName)
_LEVEL: TypeAdapter[int] = TypeAdapter(SkillLevel)


class AgentDefaultsSection(Section):
    """How agents work, where they do not say it themselves."""

    logged_in_at_start: Switch = UNGIVEN
    language: Language | None = UNGIVEN
    connection: Annotated[Connection, one_of(Connection)] = UNGIVEN
    confirm_key: Key | None = UNGIVEN
    confirm_seconds: Decimal = UNGIVEN
    must_be_registered: Switch = UNGIVEN
    wrap_up_seconds: Decimal | None = UNGIVEN
    retry_after: Any = None
    break_after_misses: Whole | None = UNGIVEN


class AgentSection(AgentDefaultsSection):
    """One agent."""

    name: Text
    contact: Contact
    queues: Any
    skills: Any = UNGIVEN


class TierSection(Section):
    """An agent's place in a queue."""

    level: Whole = UNGIVEN
    position: Whole = UNGIVEN


class Agents:
    """Reads one agent after another; each has what ``defaults`` give and not the agent itself."""

    def __init__(
        self,
        reading: Reading,
        names: Names,
        *,
        defaults: object,
        pin_hashes: Mapping[AgentId, PinHash],
    ) -> None:
        self._reading = reading
        self._names = names
        self._pin_hashes = pin_hashes
        self._defaults = self._of_all(("agent_defaults",), defaults)

    def agent(self, path: Path, agent_id: str, value: object) -> AgentPolicy | None:
        """The agent, or ``None`` if there are faults."""
        own = self._way_of_working(AgentSection, path, value)
        tiers = self._tiers((*path, "queues"), own.pop("queues")) if "queues" in own else {}
        own["skills"] = self._skills((*path, "skills"), own.get("skills"))
        made = self._reading.policy(
            AgentPolicy,
            path,
            {
                "name": "",
                "contact": "",
                **self._defaults,
                **own,
                "retry_after": {**self._defaults.get("retry_after", {}), **own["retry_after"]},
                "agent_id": agent_id,
                "queues": tuple(tiers),
                "tiers": {queue: tier for queue, tier in tiers.items() if tier != Tier()},
                "pin_hash": self._pin_hashes.get(AgentId(agent_id)),
            },
        )
        if made is not None and isinstance(value, dict):
            self._check_effects(path, value, made)
        return made

    def _of_all(self, path: Path, value: object) -> Mapping[str, Any]:
        """The defaults; none of them if they break limits."""
        if value is None:
            return {}
        values = self._way_of_working(AgentDefaultsSection, path, value)
        nobody = {"agent_id": "", "name": "", "contact": "", "queues": ()}
        made = self._reading.policy(AgentPolicy, path, {**values, **nobody})
        return {} if made is None else values

    def _way_of_working(self, model: type[Section], path: Path, value: object) -> dict[str, Any]:
        values = self._reading.faultless_settings(model, path, value)
        values["retry_after"] = retries.retry_after(
            self._reading, (*path, "retry_after"), values.get("retry_after")
        )
        return values

    def _check_effects(self, path: Path, given: Mapping[str, object], agent: AgentPolicy) -> None:
        """Of what an agent has from the defaults nothing is told: others may need it."""
        if "must_be_registered" in given and agent.contact.startswith("sofia/"):
            self._reading.report_key(
                (*path, "must_be_registered"),
                "has no effect: only a phone whose contact is user/... registers here",
            )
        if "confirm_seconds" in given and agent.confirm_key is None:
            self._reading.report_key(
                (*path, "confirm_seconds"), "has no effect without confirm_key"
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
