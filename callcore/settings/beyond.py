"""Settings of a queue that reach beyond what another one of the same queue lets happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from callcore.domain.ids import QueueName
from callcore.domain.policies import QueuePolicy
from callcore.settings import callback_effects
from callcore.settings.faults import Path

_USUAL = QueuePolicy(name=QueueName("usual"))


def beyond(section: Mapping[str, Any], faultless: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Each such setting of a queue, as the steps to it, and what is wrong.

    ``section`` is the queue in the file, ``faultless`` what it has by the policy's names.
    """
    per_agent = faultless.get("waiting_per_agent")
    most = _limit("maximum_waiting", section, faultless)
    if per_agent is not None and most is not None:
        for name in ("floor", "ceiling"):
            places = getattr(per_agent, name)
            if name in section["waiting_per_agent"] and places > most:
                fault = f"must not be above maximum_waiting, {most:g}, found {places}"
                yield ("waiting_per_agent", name), fault
    if "longest_wrap_up_seconds" in faultless:
        usual = _value("wrap_up_seconds", section, faultless)
        longest = faultless["longest_wrap_up_seconds"]
        if usual is not None and longest < usual:
            fault = f"must not be below wrap_up_seconds, {usual:g}, found {longest:g}"
            yield ("longest_wrap_up_seconds",), fault
    sticky = faultless.get("sticky")
    longest = _limit("maximum_wait_seconds", section, faultless)
    if sticky is not None and longest is not None and sticky.wait_seconds >= longest:
        fault = (
            f"must be less than maximum_wait_seconds, {longest:g}: nobody else would be asked "
            f"before callers leave, found {sticky.wait_seconds:g}"
        )
        yield ("sticky_agent", "wait_seconds"), fault
    if longest is not None:
        yield from _unheard(faultless, longest)
        callback = faultless.get("callback")
        if callback is not None:
            for steps, fault in callback_effects.beyond_wait(callback, longest):
                yield ("callback", *steps), fault


def _unheard(faultless: Mapping[str, Any], longest: float) -> Iterator[tuple[Path, str]]:
    """Each announcement that begins when nobody is left to hear it."""
    for setting in ("announce_position", "announce_estimate", "messages"):
        announced = faultless.get(setting)
        if announced is not None and announced.first_after_seconds >= longest:
            fault = (
                f"has no effect: it begins after {announced.first_after_seconds:g} seconds, and "
                f"callers leave after maximum_wait_seconds, {longest:g}"
            )
            yield (setting, "first_after_seconds"), fault


def _limit(setting: str, section: Mapping[str, Any], faultless: Mapping[str, Any]) -> float | None:
    """The same of what must be greater than 0."""
    limit = _value(setting, section, faultless)
    return limit if limit is not None and limit > 0 else None


def _value(setting: str, section: Mapping[str, Any], faultless: Mapping[str, Any]) -> float | None:
    """What the queue has, or would have by default; ``None`` if a fault hides it."""
    if setting in section and setting not in faultless:
        return None
    value: float = faultless.get(setting, getattr(_USUAL, setting))
    return value
