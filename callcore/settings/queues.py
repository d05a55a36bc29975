"""Queues: how a queue is put together from its settings and parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import QueueName
from callcore.domain.policies import QueuePolicy
from callcore.domain.treatments import OverflowReason, Treatment
from callcore.settings import beyond, callback_effects, effects, music, retries
from callcore.settings.faults import Path
from callcore.settings.names import Named, Names
from callcore.settings.queue_parts import QueueParts
from callcore.settings.queue_sections import QueueSection
from callcore.settings.reading import Reading
from callcore.settings.section import not_one_of
from callcore.settings.skill_rules import SkillRules
from callcore.settings.treatments import Treatments

ReadPart: TypeAlias = Callable[[Path, object], Any]
"""Gives what a part of a queue becomes."""

_FIELDS: Mapping[str, str] = {"sticky_agent": "sticky"}
"""Settings that the policy knows by another name."""
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
        readers: Mapping[str, ReadPart],
    ) -> None:
        """``readers`` are those of parts that name others of the file, by setting."""
        self._reading = reading
        self._names = names
        self._treatments = treatments
        self._hours = hours
        self._rules = rules
        self._may_record = may_record
        parts = QueueParts(reading)
        self._readers: dict[str, ReadPart] = {
            **readers,
            "waiting_per_agent": parts.waiting_per_agent,
            "hours": self._hours_of_name,
            "unanswered": parts.unanswered,
            "overflow": self._overflow,
            "ageing": parts.ageing,
            "tiers": parts.tiers,
            "sticky_agent": parts.sticky_agent,
            "retry_after": partial(retries.retry_after, reading),
        }

    def queue(self, path: Path, name: str, value: object) -> QueuePolicy | None:
        """The queue, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(QueueSection, path, value)
        music.warn(self._reading, path, values)
        for setting, read in self._readers.items():
            if setting in values:
                field = _FIELDS.get(setting, setting)
                values[field] = read((*path, setting), values.pop(setting))
        if "skills" in values:
            values["skills"] = self._rules.steps(
                (*path, "skills"), values["skills"], _maximum_wait(value, values)
            )
        for prompts in ("greeting", "whisper"):
            if prompts in values:
                values[prompts] = tuple(values[prompts])
        if isinstance(value, dict):
            self._check(path, value, values)
        queue = self._reading.policy(QueuePolicy, path, {**values, "name": name})
        if queue is not None:
            for steps, fault in callback_effects.colliding_keys(queue):
                self._reading.report_value((*path, *steps), fault)
        return queue

    def _check(self, path: Path, section: dict[str, Any], faultless: Mapping[str, Any]) -> None:
        """Whether its settings fit each other."""
        if faultless.get("record") and not self._may_record:
            self._reading.report_value(
                (*path, "record"), "needs recordings.directory, a path on the switch"
            )
        for steps, fault in effects.without_effect(section, faultless):
            self._reading.report_key((*path, *steps), fault)
        faults_beyond = [
            ((*path, *steps), fault)
            for steps, fault in beyond.beyond(section, faultless)
            if not self._reading.has_faults_at((*path, steps[0]))
        ]
        for place, fault in faults_beyond:
            self._reading.report_value(place, fault)

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
