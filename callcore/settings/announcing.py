"""What callers of a queue are told while they wait: position, estimate, messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import Micros
from callcore.domain.policies import (
    EstimatePolicy,
    MessageOrder,
    MessagePolicy,
    MessagesPolicy,
    PositionPolicy,
)
from callcore.settings.faults import Path, shown
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Instant, Name, Prompts, Whole
from callcore.settings.section import UNGIVEN, Section, one_of

_SOME_MESSAGES = (MessagePolicy(prompts=("some",)),)
"""Stand in for those with faults."""


class PositionSection(Section):
    """When a caller hears the position."""

    first_after_seconds: Decimal = UNGIVEN
    interval_seconds: Decimal = UNGIVEN
    position_limit: Whole = UNGIVEN


class EstimateSection(Section):
    """When a caller hears how long it may still take."""

    first_after_seconds: Decimal = UNGIVEN
    interval_seconds: Decimal = UNGIVEN
    upper_quantile: Decimal = UNGIVEN
    longest_minutes: Whole = UNGIVEN
    grown_after_seconds: Decimal = UNGIVEN


class MessagesSection(Section):
    """The rotation of messages."""

    order: Annotated[MessageOrder, one_of(MessageOrder)] = UNGIVEN
    first_after_seconds: Decimal = UNGIVEN
    interval_seconds: Decimal = UNGIVEN
    each: Any


class MessageSection(Section):
    """One message, and when it is told."""

    prompts: Prompts
    weight: Decimal = UNGIVEN
    hours: Name | None = UNGIVEN
    valid_from: Instant | None = UNGIVEN
    valid_until: Instant | None = UNGIVEN


class Announcing:
    """Reads them, one queue after another; ``hours`` are those of the file without a fault."""

    def __init__(
        self, reading: Reading, names: Names, hours: Mapping[str, OpeningHours], now: Micros
    ) -> None:
        self._reading = reading
        self._names = names
        self._hours = hours
        self._now = now

    def position(self, path: Path, value: object) -> PositionPolicy | None:
        """When the position is told; ``false`` is never."""
        if not self._is_wanted(path, value):
            return None
        return self._reading.part(PositionPolicy, PositionSection, path, value)

    def estimate(self, path: Path, value: object) -> EstimatePolicy | None:
        """When the estimate is told; ``false``, like nothing, is never."""
        if value is None or not self._is_wanted(path, value):
            return None
        return self._reading.part(EstimatePolicy, EstimateSection, path, value)

    def messages(self, path: Path, value: object) -> MessagesPolicy | None:
        """The rotation, or ``None`` if it is not there or has faults."""
        if value is None:
            return None
        values = self._reading.faultless_settings(MessagesSection, path, value)
        is_in_turn = values.get("order", MessageOrder.IN_TURN) is MessageOrder.IN_TURN
        has_order = not self._reading.has_faults_at((*path, "order"))
        if "each" in values:
            place = (*path, "each")
            values["each"] = self._each(place, values["each"], is_in_turn=is_in_turn and has_order)
        return self._reading.policy(MessagesPolicy, path, values, each=_SOME_MESSAGES)

    def _is_wanted(self, path: Path, value: object) -> bool:
        if value != "false" and not isinstance(value, dict):
            self._reading.report_value(path, f"expected false or a mapping, found {shown(value)}")
        return isinstance(value, dict)

    def _each(self, path: Path, value: object, *, is_in_turn: bool) -> tuple[MessagePolicy, ...]:
        messages = []
        for position, item in enumerate(self._reading.items(path, value)):
            made = self._message((*path, position), item)
            if made is not None:
                messages.append(made)
            if is_in_turn and isinstance(item, dict) and "weight" in item:
                self._reading.report_key(
                    (*path, position, "weight"), "has no effect without order: by_weight"
                )
        is_faulty = self._reading.has_faults_at(path)
        return tuple(messages) if messages or not is_faulty else _SOME_MESSAGES

    def _message(self, path: Path, value: object) -> MessagePolicy | None:
        values = self._reading.faultless_settings(MessageSection, path, value)
        if "prompts" in values:
            values["prompts"] = tuple(values["prompts"])
        hours = values.get("hours")
        if hours is not None:
            self._names.check(Named.HOURS, (*path, "hours"), hours)
            values["hours"] = self._hours.get(hours)
        begins, ends = values.get("valid_from"), values.get("valid_until")
        if begins is not None and ends is not None and ends <= begins:
            self._reading.report_value((*path, "valid_until"), "must be later than valid_from")
            return None
        if ends is not None and ends <= self._now:
            self._reading.warn_value(
                (*path, "valid_until"), "is past: no caller hears this message any more"
            )
        return self._reading.policy(MessagePolicy, path, values, prompts=("some",))
