"""Settings of a queue's callbacks that would change nothing, or promise what never comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from callcore.domain.policies import CallbackOfferPolicy, CallbackPolicy, CallFirst, QueuePolicy
from callcore.settings.faults import Path

_THRESHOLDS = ("after_wait_seconds", "above_estimate_seconds")
_OF_OFFERS = ("repeat_after_seconds", "prompts", "accept_key")
"""What is of use only where callcore begins: who presses ``key`` has asked already."""


def without_effect(
    section: Mapping[str, Any], policy: CallbackPolicy
) -> Iterator[tuple[Path, str]]:
    """Each such setting, as the steps to it, and what is wrong.

    ``section`` is the queue's ``callback`` in the file.
    """
    if policy.offer is not None:
        yield from _of_offer(section["offer"], policy.offer)
    if policy.call_first is not CallFirst.CUSTOMER and _gives(section, "longest_hold_seconds"):
        yield ("longest_hold_seconds",), "has no effect without call_first: customer"
    yield from _of_attempts(section, policy)


def beyond_wait(policy: CallbackPolicy, longest: float) -> Iterator[tuple[Path, str]]:
    """Each setting that begins when callers have left after ``longest`` seconds in the queue.

    Not the wait of those who hang up, which counts that in other queues.
    """
    seconds = None if policy.offer is None else policy.offer.after_wait_seconds
    if seconds is not None and seconds >= longest:
        fault = (
            f"has no effect: callers leave after maximum_wait_seconds, {longest:g}, found "
            f"{seconds:g}"
        )
        yield ("offer", "after_wait_seconds"), fault


def colliding_keys(queue: QueuePolicy) -> Iterator[tuple[Path, str]]:
    """Each key of the queue's callbacks that does something else there already, and what."""
    if queue.callback is None:
        return
    offer, machine_key = queue.callback.offer, queue.callback.machine_key
    if offer is not None and queue.exit_key is not None:
        keys = {"key": offer.key}
        if _begins_by_itself(offer):
            keys["accept_key"] = offer.accept_key
        for setting, key in keys.items():
            if key == queue.exit_key:
                fault = (
                    f"{key} is the exit_key, with which callers leave the queue: give one of them "
                    "another"
                )
                yield ("callback", "offer", setting), fault
    key_of_survey = queue.survey and queue.survey.key
    if machine_key is not None and machine_key == key_of_survey:
        fault = (
            f"{machine_key} is survey.key, with which agents end a talk with the survey: give one "
            "of them another"
        )
        yield ("callback", "machine_key"), fault


def _begins_by_itself(offer: CallbackOfferPolicy) -> bool:
    return any(getattr(offer, threshold) is not None for threshold in _THRESHOLDS)


def _of_offer(section: Mapping[str, Any], offer: CallbackOfferPolicy) -> Iterator[tuple[Path, str]]:
    if _begins_by_itself(offer):
        return
    if offer.key is None:
        yield (
            ("offer",),
            f"nobody would be offered a callback: give key, {_THRESHOLDS[0]} or {_THRESHOLDS[1]}",
        )
        return
    for setting in _OF_OFFERS:
        if _gives(section, setting):
            fault = (
                f"has no effect without {_THRESHOLDS[0]} or {_THRESHOLDS[1]}: who presses key has "
                "asked for it"
            )
            yield ("offer", setting), fault


def _of_attempts(section: Mapping[str, Any], policy: CallbackPolicy) -> Iterator[tuple[Path, str]]:
    asks_for_later = policy.check is not None and policy.check.later_key is not None
    if policy.attempts == 1 and not asks_for_later:
        if _gives(section, "retry_after"):
            yield ("retry_after",), "has no effect with attempts: 1"
        return
    lengths: dict[Path, float] = {
        ("retry_after_seconds",): policy.retry_after_seconds,
        **{("retry_after", outcome.value): one for outcome, one in policy.retry_after.items()},
    }
    for steps, seconds in lengths.items():
        if seconds >= policy.expires_after_seconds:
            fault = (
                f"nobody would be called again: promises expire after expires_after_seconds, "
                f"{policy.expires_after_seconds:g}, found {seconds:g}"
            )
            yield steps, fault


def _gives(section: Mapping[str, Any], setting: str) -> bool:
    return section.get(setting) is not None
