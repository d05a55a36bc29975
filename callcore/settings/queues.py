"""Queues: how a queue is put together from its settings and parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import QueueName
from callcore.domain.policies import QueuePolicy
from callcore.domain.treatments import OverflowReason, Treatment
from callcore.settings import beyond, effects, music, retries
from callcore.settings.announcing import Announcing
from callcore.settings.faults import Path
from callcore.settings.names import Named, Names
from callcore.settings.queue_parts import QueueParts
from callcore.settings.queue_sections import QueueSection
from callcore.settings.reading import Reading
from callcore.settings.section import not_one_of
from callcore.settings.skill_rules import SkillRules
from callcore.settings.surveys import Surveys
from callcore.settings.treatments import Treatments

_USUAL_MAXIMUM_WAIT = QueuePolicy(name=QueueName("usual")).maximum_wait_seconds


class Queues:
    """Reads one queue after another; ``hours`` are those of the file that have no fault."""

    def __init__(
        self,
        *,
        reading: Reading,
        names: Names,
        treatments: Treatments,
        rules: SkillRules,
        hours: Mapping[str, OpeningHours],
        may_record: bool,
        announcing: Announcing,
        surveys: Surveys,
    ) -> None:
        self._reading = reading
        self._names = names
        self._treatments = treatments
        self._hours = hours
        self._rules = rules
        self._may_record = may_record
        parts = QueueParts(reading)
        self._parts: dict[str, tuple[str, Callable[[Path, object], Any]]] = {
            "waiting_per_agent": ("waiting_per_agent", parts.waiting_per_agent),
            "hours": ("hours", self._hours_of_name),
            "unanswered": ("unanswered", parts.unanswered),
            "overflow": ("overflow", self._overflow),
            "callback": ("callback", parts.callback),
            "ageing": ("ageing", parts.ageing),
            "announce_position": ("announce_position", announcing.position),
            "announce_estimate": ("announce_estimate", announcing.estimate),
            "messages": ("messages", announcing.messages),
            "survey": ("survey", surveys.of_queue),
            "tiers": ("tiers", parts.tiers),
            "sticky_agent": ("sticky", parts.sticky_agent),
            "retry_after": ("retry_after", partial(retries.retry_after, reading)),
        }
        """By setting: its name in the policy, and who reads it."""

    def queue(self, path: Path, name: str, value: object) -> QueuePolicy | None:
        """The queue, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(QueueSection, path, value)
        music.warn(self._reading, path, values)
        for setting, (field, read) in self._parts.items():
            if setting in values:
                values[field] = read((*path, setting), values.pop(setting))
        if "skills" in values:
            values["skills"] = self._rules.steps(
                (*path, "skills"), values["skills"], _maximum_wait(value, values)
            )
        for prompts in ("greeting", "whisper"):
            if prompts in values:
                values[prompts] = tuple(values[prompts])
        if values.get("record") and not self._may_record:
            self._reading.report_value(
                (*path, "record"), "needs recordings.directory, a path on the switch"
            )
        if isinstance(value, dict):
            for steps, fault in effects.without_effect(value, values):
                self._reading.report_key((*path, *steps), fault)
            faults_beyond = [
                ((*path, *steps), fault)
                for steps, fault in beyond.beyond(value, values)
                if not self._reading.has_faults_at((*path, steps[0]))
            ]
            for place, fault in faults_beyond:
                self._reading.report_value(place, fault)
        return self._reading.policy(QueuePolicy, path, {**values, "name": name})

    def _hours_of_name(self, path: Path, name: object) -> OpeningHours | None:
        if name is None:
            return None
        self._names.check(Named.HOURS, path, name)
        return self._hours.get(str(name))

    def _overflow(self, path: Path, value: object) -> dict[OverflowReason, Treatment]:
        overflow = {}
        for word, treatment in self._reading.entries(path, value).items():
            made = self._treatments.treatment((*path, word), treatment)
            if word not in tuple(OverflowReason):
                self._reading.report_key((*path, word), not_one_of(word, OverflowReason))
            elif made is not None:
                overflow[OverflowReason(word)] = made
        return overflow


def _maximum_wait(section: object, faultless: Mapping[str, Any]) -> float:
    """How long a place may be kept, in seconds; for ever if a fault keeps it from being known.

    Promised callbacks wait on when callers have left.
    """
    if isinstance(section, dict) and section.get("callback") is not None:
        return math.inf
    if isinstance(section, dict) and "maximum_wait_seconds" in section:
        return float(faultless.get("maximum_wait_seconds", math.inf))
    return _USUAL_MAXIMUM_WAIT
