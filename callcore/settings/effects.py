"""Settings of a queue that would change nothing, because another one is missing or differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from callcore.domain.ids import QueueName
from callcore.domain.policies import (
    STRATEGIES_RINGING_MANY,
    AnswerWhen,
    QueuePolicy,
    Strategy,
    UnansweredThen,
)
from callcore.domain.treatments import OverflowReason
from callcore.settings.faults import Path

Values = Mapping[str, Any]
"""What a queue has, or would have by default, by the policy's names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """When a setting has an effect, or may be there at all."""

    steps: Path
    depends_on: tuple[str, ...]
    has_effect: Callable[[Values], bool]
    fault: str


def _overflow(
    reason: OverflowReason, *depends_on: str, has_effect: Callable[[Values], bool], remedy: str
) -> _Rule:
    return _Rule(
        steps=("overflow", reason.value),
        depends_on=depends_on,
        has_effect=has_effect,
        fault=f"has no effect without {remedy}",
    )


_RULES = (
    _Rule(
        steps=("unanswered",),
        depends_on=("answer",),
        has_effect=lambda queue: queue["answer"] is AnswerWhen.AT_PICK_UP,
        fault="has no effect without answer: at_pick_up",
    ),
    _Rule(
        steps=("ring_more_after_seconds",),
        depends_on=("strategy",),
        has_effect=lambda queue: queue["strategy"] is Strategy.RING_PROGRESSIVELY,
        fault="has no effect without strategy: ring_progressively",
    ),
    _Rule(
        steps=("ring_at_most",),
        depends_on=("strategy",),
        has_effect=lambda queue: queue["strategy"] in STRATEGIES_RINGING_MANY,
        fault="has no effect without strategy: ring_all or ring_progressively",
    ),
    _overflow(
        OverflowReason.CLOSES_TOO_SOON,
        "hours",
        has_effect=lambda queue: queue["hours"] is not None,
        remedy="hours",
    ),
    _overflow(
        OverflowReason.NO_AGENTS,
        "admits_without_agents",
        "no_agents_grace_seconds",
        has_effect=lambda queue: (
            not queue["admits_without_agents"] or queue["no_agents_grace_seconds"] is not None
        ),
        remedy="admits_without_agents: false or no_agents_grace_seconds",
    ),
    _overflow(
        OverflowReason.ESTIMATE_TOO_LONG,
        "maximum_estimate_seconds",
        has_effect=lambda queue: queue["maximum_estimate_seconds"] is not None,
        remedy="maximum_estimate_seconds",
    ),
    _overflow(
        OverflowReason.EXIT_KEY,
        "exit_key",
        has_effect=lambda queue: queue["exit_key"] is not None,
        remedy="exit_key",
    ),
    _overflow(
        OverflowReason.UNANSWERED_TOO_LONG,
        "answer",
        "unanswered",
        has_effect=lambda queue: (
            queue["answer"] is AnswerWhen.AT_PICK_UP
            and queue["unanswered"].then is UnansweredThen.OVERFLOW
        ),
        remedy="answer: at_pick_up and unanswered with then: overflow",
    ),
)
_USUAL = QueuePolicy(name=QueueName("usual"))


def without_effect(section: Mapping[str, Any], faultless: Values) -> Iterator[tuple[Path, str]]:
    """Each such setting of a queue, as the steps to it, and what is wrong.

    ``section`` is the queue in the file; where what a setting depends on is not in ``faultless``,
    nothing is told of it.
    """
    settings = {dependence for rule in _RULES for dependence in rule.depends_on}
    queue = {setting: faultless.get(setting, getattr(_USUAL, setting)) for setting in settings}
    for rule in _RULES:
        faulty = {
            setting
            for setting in rule.depends_on
            if section.get(setting) is not None and faultless.get(setting) is None
        }
        if _has(section, rule.steps) and not faulty and not rule.has_effect(queue):
            yield rule.steps, rule.fault


def _has(section: object, steps: Path) -> bool:
    for step in steps:
        if not isinstance(section, dict) or section.get(step) is None:
            return False
        section = section[step]
    return True
