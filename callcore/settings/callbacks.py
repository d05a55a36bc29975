"""How a queue offers callbacks and keeps those promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import HookName
from callcore.domain.outcomes import AttemptOutcome
from callcore.domain.policies import (
    AbandonedPolicy,
    AnswerCheckPolicy,
    CallbackOfferPolicy,
    CallbackPolicy,
    CallFirst,
    NoticeKind,
    SwitchLostPolicy,
)
from callcore.settings import callback_effects
from callcore.settings.faults import Path, shown
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Key, Name, Prompts, Switch, Whole
from callcore.settings.section import UNGIVEN, Section, not_one_of, one_of

_SECONDS: TypeAdapter[float] = TypeAdapter(Decimal)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_FOLLOWED = tuple(
    outcome
    for outcome in AttemptOutcome
    if outcome not in (AttemptOutcome.TALKED, AttemptOutcome.DECLINED)
)
"""Outcomes after which the customer is called again."""

PolicyT = TypeVar("PolicyT")


class CallbackSection(Section):
    """The callbacks of one queue."""

    call_first: Annotated[CallFirst, one_of(CallFirst)] = UNGIVEN
    offer: Any = None
    confirms_number: Switch = UNGIVEN
    promised_prompts: Prompts = UNGIVEN
    tells_estimate: Switch = UNGIVEN
    maximum_open: Whole = UNGIVEN
    ring_seconds: Decimal = UNGIVEN
    attempts: Whole = UNGIVEN
    retry_after_seconds: Decimal = UNGIVEN
    retry_after: Any = None
    expires_after_seconds: Decimal = UNGIVEN
    hours: Name | None = UNGIVEN
    check: Any = None
    """``false``, or a section that is read by itself."""
    machine_key: Key | None = UNGIVEN
    longest_hold_seconds: Decimal = UNGIVEN
    abandoned: Any = None
    switch_lost: Any = None
    notices: Any = None


class WaitingOfferSection(Section):
    """When those who wait are offered a callback, and how."""

    key: Key | None = UNGIVEN
    after_wait_seconds: Decimal | None = UNGIVEN
    above_estimate_seconds: Decimal | None = UNGIVEN
    repeat_after_seconds: Decimal | None = UNGIVEN
    prompts: Prompts = UNGIVEN
    accept_key: Key = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN


class AnswerCheckSection(Section):
    """What whoever picks up is asked."""

    prompts: Prompts = UNGIVEN
    key: Key = UNGIVEN
    later_key: Key | None = UNGIVEN
    decline_key: Key | None = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN
    tries: Whole = UNGIVEN


class AbandonedSection(Section):
    """Which callers are called back who hung up."""

    after_seconds: Decimal = UNGIVEN
    delay_seconds: Decimal = UNGIVEN


class SwitchLostSection(Section):
    """Callers are called back whose switch died."""

    delay_seconds: Decimal = UNGIVEN


class Callbacks:
    """Reads those of one queue after another; ``hours`` are those of the file without a fault."""

    def __init__(self, reading: Reading, names: Names, hours: Mapping[str, OpeningHours]) -> None:
        self._reading = reading
        self._names = names
        self._hours = hours

    def of_queue(self, path: Path, value: object) -> CallbackPolicy | None:
        """The callbacks; ``{}`` has the defaults; ``None`` if there are none, or faults."""
        if value is None:
            return None
        values = self._reading.faultless_settings(CallbackSection, path, value)
        values["offer"] = self._offer((*path, "offer"), values.get("offer"))
        is_customer_first = values.get("call_first") is CallFirst.CUSTOMER
        values["check"] = self._check(
            (*path, "check"), values.get("check"), is_usual=is_customer_first
        )
        values["abandoned"] = self._reading.part(
            AbandonedPolicy, AbandonedSection, (*path, "abandoned"), values.get("abandoned")
        )
        values["switch_lost"] = self._reading.part(
            SwitchLostPolicy, SwitchLostSection, (*path, "switch_lost"), values.get("switch_lost")
        )
        values["retry_after"] = self._retry_after((*path, "retry_after"), values.get("retry_after"))
        values["notices"] = self._notices((*path, "notices"), values.get("notices"))
        if "promised_prompts" in values:
            values["promised_prompts"] = tuple(values["promised_prompts"])
        if values.get("hours") is not None:
            self._names.check(Named.HOURS, (*path, "hours"), values["hours"])
            values["hours"] = self._hours.get(values["hours"])
        policy = self._reading.policy(CallbackPolicy, path, values)
        if policy is not None and isinstance(value, dict):
            for steps, fault in callback_effects.without_effect(value, policy):
                if not self._reading.has_faults_at((*path, *steps)):
                    self._reading.report_key((*path, *steps), fault)
        return policy

    def _offer(self, path: Path, value: object) -> CallbackOfferPolicy | None:
        return self._said(CallbackOfferPolicy, WaitingOfferSection, path, value)

    def _check(self, path: Path, value: object, *, is_usual: bool) -> AnswerCheckPolicy | None:
        if value is None:
            return AnswerCheckPolicy() if is_usual else None
        if value == "false":
            return None
        if not isinstance(value, dict):
            self._reading.report_value(path, f"expected false or a mapping, found {shown(value)}")
            return None
        made = self._said(AnswerCheckPolicy, AnswerCheckSection, path, value)
        if made is not None and "prompts" not in value:
            usual = AnswerCheckPolicy()
            for setting in ("key", "later_key", "decline_key"):
                if getattr(made, setting) != getattr(usual, setting):
                    self._reading.report_value(
                        (*path, setting),
                        "callcore's own prompt tells the keys 1, 2 and 3: give prompts that tell "
                        "yours",
                    )
        return made

    def _said(
        self,
        make: Callable[..., PolicyT],
        model: type[Section],
        path: Path,
        value: object,
    ) -> PolicyT | None:
        """The policy of a section with prompts."""
        if value is None:
            return None
        values = self._reading.faultless_settings(model, path, value)
        if "prompts" in values:
            if not values["prompts"]:
                self._reading.report_value((*path, "prompts"), "must name at least one prompt")
            values["prompts"] = tuple(values["prompts"])
        return self._reading.policy(make, path, values)

    def _retry_after(self, path: Path, value: object) -> dict[AttemptOutcome, float]:
        lengths = {}
        for word, length in self._reading.entries(path, value).items():
            seconds = self._reading.checked(_SECONDS, (*path, word), length)
            if word not in _FOLLOWED:
                self._reading.report_key((*path, word), not_one_of(word, _FOLLOWED))
            elif seconds is not None and seconds <= 0:
                self._reading.report_value(
                    (*path, word), f"must be greater than 0, found {seconds:g}"
                )
            elif seconds is not None:
                lengths[AttemptOutcome(word)] = seconds
        return lengths

    def _notices(self, path: Path, value: object) -> dict[NoticeKind, HookName]:
        notices = {}
        for word, hook in self._reading.entries(path, value).items():
            name = self._reading.checked(_NAME, (*path, word), hook)
            is_known = self._names.check(Named.HOOK, (*path, word), name)
            if word not in tuple(NoticeKind):
                self._reading.report_key((*path, word), not_one_of(word, NoticeKind))
            elif is_known and name is not None:
                notices[NoticeKind(word)] = HookName(name)
        return notices
