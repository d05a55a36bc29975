"""The checker can fail: each rule that is broken on purpose is objected to."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from callcore.domain import (
    admission,
    ageing,
    decisions,
    estimates,
    routing,
    skills,
    treatments,
    visits,
    waiting,
)
from callcore.domain.estimates import UnknownWait, Wait
from callcore.domain.ids import Micros
from callcore.domain.outcomes import CallOutcome
from callcore.domain.treatments import Goodbye
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.dispatching import Dispatcher
from callcore.flows.journey import Journey
from callcore.flows.line_opening import LineOpening
from callcore.flows.messages import MaximumWaitReached, NoAgentsTooLong, UnansweredTooLong
from callcore.flows.offerings import Offerings
from callcore.flows.place_leaving import PlaceLeaving
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.standing import Standing
from callcore.flows.timers import Timers
from tests.day.checking import (
    answering,
    doors,
    explanations,
    leaving,
    order,
    records,
    ringing,
    ways,
    whom,
)
from tests.day.checking.checker import check
from tests.day.playing import Span, play
from tests.fakes import floor_memory_agents, floor_offers
from tests.fakes.floor_waiting_room import FakeWaitingRoom

Break = Callable[[pytest.MonkeyPatch], None]

NOON = Span(11.9, 12.1, 0.1, load=2.0)
AFTER_ONE = Span(13.05, 13.35, 0.2, load=2.0)
"""When many agents have a break."""
STORIES = 4
SEED = int(os.environ.get("CALLCORE_DAY_SEED", "1"))


def instead(owner: object, name: str, stand_in: object) -> Break:
    """Something else takes the place of a rule."""
    return lambda monkeypatch: monkeypatch.setattr(owner, name, stand_in)


def around(owner: Any, name: str, change: Callable[..., Any]) -> Break:
    """A rule is called through ``change``, which gets it first."""
    rule = getattr(owner, name)
    return instead(owner, name, lambda *args, **kwargs: change(rule, *args, **kwargs))


def nothing(*_: object, **__: object) -> None:
    """In place of something that is to be done."""


def roomier(rule: Callable[..., admission.Limit], *args: Any, **kwargs: Any) -> admission.Limit:
    limit = rule(*args, **kwargs)
    return dataclasses.replace(limit, maximum_waiting=limit.maximum_waiting + 3)


def least_urgent(heads: Iterable[routing.Demand], now: Micros) -> routing.Demand | None:
    return min(heads, key=lambda head: (head.priority, -head.first_joined_at), default=None)


def asked_in_wrap_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (floor_memory_agents, floor_offers):
        monkeypatch.setattr(
            module, "is_free", lambda agent: agent.state in {"available", "wrapping_up"}
        )


def without(
    kind: type, rule: Callable[..., None], timers: Timers, seconds: float, message: Any
) -> None:
    if not isinstance(message, kind):
        rule(timers, seconds, message)


def backwards(rule: Callable[..., int], *args: Any) -> int:
    return floor_memory_agents.LEVEL_STEP - 1 - rule(*args)


def a_hundred_times_longer(
    rule: Callable[..., Wait | UnknownWait], *args: Any, **kwargs: Any
) -> Any:
    wait = rule(*args, **kwargs)
    if isinstance(wait, UnknownWait):
        return wait
    return dataclasses.replace(wait, mean=wait.mean * 100 + 60)


def losing_some(rule: Callable[..., None], keeping: RecordKeeping, record: Any) -> None:
    if record.outcome is not CallOutcome.ABANDONED:
        rule(keeping, record)


def more_phones(rule: Callable[..., int], offerings: Offerings) -> int:
    return rule(offerings) + 1


BROKEN: dict[str, tuple[Break, Span, set[str]]] = {
    "the wait alone decides, no priority": (
        instead(waiting, "score", lambda first_joined_at, priority: float(first_joined_at)),
        NOON,
        {order.ORDER},
    ),
    "the last in line are served first": (
        instead(waiting, "score", lambda first_joined_at, priority: -float(first_joined_at)),
        NOON,
        {order.ORDER, doors.POSITION},
    ),
    "shared agents go to the least urgent queue": (
        instead(routing, "first_served", least_urgent),
        NOON,
        {order.BETWEEN},
    ),
    "nobody gains by waiting": (
        instead(ageing, "aged_priority", lambda priority, waited_seconds, policy: priority),
        NOON,
        {ways.PLACE},
    ),
    "more are admitted than may": (
        around(admission, "capacity", roomier),
        AFTER_ONE,
        {doors.DOOR, doors.LIMIT},
    ),
    "another limit is told": (around(admission, "limit", roomier), NOON, {doors.LIMIT}),
    "queues never close": (
        instead(admission, "is_closed", lambda *_: False),
        NOON,
        {doors.DOOR, leaving.CLOSING},
    ),
    "nobody leaves when agents go": (
        instead(QueueWatch, "_turn_out", nothing),
        AFTER_ONE,
        {doors.TAIL},
    ),
    "nobody leaves when the last agent has gone": (
        around(Timers, "set", partial(without, NoAgentsTooLong)),
        AFTER_ONE,
        {leaving.NOBODY_THERE},
    ),
    "callers wait for ever": (
        around(Timers, "set", partial(without, MaximumWaitReached)),
        AFTER_ONE,
        {leaving.LONGEST},
    ),
    "callers wait unanswered for ever": (
        around(Timers, "set", partial(without, UnansweredTooLong)),
        NOON,
        {leaving.UNANSWERED},
    ),
    "estimates are far too long": (
        around(estimates, "wait", a_hundred_times_longer),
        NOON,
        {doors.ESTIMATE},
    ),
    "goodbyes are another": (
        instead(treatments, "default_treatment", lambda reason, **_: Goodbye(cause="USER_BUSY")),
        NOON,
        {ways.TREATMENT},
    ),
    "join times are never kept": (
        around(
            Journey,
            "_place",
            lambda rule, self, at, keeps_join_time: rule(self, at, keeps_join_time=False),
        ),
        NOON,
        {ways.PLACE},
    ),
    "dropped places are lost": (
        around(PlaceLeaving, "give_up", lambda rule, self, is_resumable=False: rule(self)),
        NOON,
        {ways.PLACE},
    ),
    "operators' priorities are forgotten": (
        instead(Standing, "reprioritise", lambda self, own_priority, by: self.priority),
        NOON,
        {ways.PLACE},
    ),
    "skills are not asked for": (
        instead(skills.SkillRule, "is_met_by", lambda self, levels: True),
        NOON,
        {whom.ABLE},
    ),
    "all levels are open": (
        instead(
            routing, "_openings", lambda queue, serving, staffed: dict.fromkeys(serving.levels, 0)
        ),
        AFTER_ONE,
        {whom.ABLE, explanations.TOLD},
    ),
    "nobody is remembered": (
        instead(FakeWaitingRoom, "remember_agent", nothing),
        AFTER_ONE,
        {whom.ABLE},
    ),
    "the last by strategy is asked first": (
        around(floor_memory_agents, "_asking_key", backwards),
        NOON,
        {whom.FIRST},
    ),
    "agents who are freed stay idle": (
        instead(Dispatcher, "agent_free", nothing),
        NOON,
        {whom.NOBODY_IDLE},
    ),
    "agents are asked who wrap up": (asked_in_wrap_up, NOON, {whom.ABLE}),
    "slower phones ring on": (instead(Offerings, "_end_others", nothing), NOON, {ringing.LOSERS}),
    "one phone rings where all should": (
        instead(Offerings, "may_ring_at_once", property(lambda self: 1)),
        NOON,
        {whom.NOBODY_IDLE},
    ),
    "too many phones ring": (
        instead(
            Offerings,
            "may_ring_at_once",
            property(partial(more_phones, vars(Offerings)["may_ring_at_once"].fget)),
        ),
        NOON,
        {ringing.RING},
    ),
    "decisions tell of nobody passed over": (
        instead(decisions, "passed_over", lambda judgements: ()),
        NOON,
        {explanations.PASSED_OVER, explanations.NOT_FREE},
    ),
    "every line is answered at once": (
        instead(LineOpening, "open", lambda self: self._call.answer()),
        NOON,
        {answering.ANSWERED},
    ),
    "every call was served": (
        instead(visits, "outcome", lambda of: CallOutcome.SERVED),
        NOON,
        {records.OUTCOME},
    ),
    "records are lost": (around(RecordKeeping, "keep", losing_some), NOON, {records.ONE_RECORD}),
    "agents never finish": (instead(AgentFreeing, "after_talk", nothing), NOON, {records.OVER}),
}
"""By what is broken: how, when in the day it shows, and which rules must be objected to."""


def test_unbroken_it_objects_to_nothing() -> None:
    """The same hours without a break: what is objected to below is the break's doing."""
    for span in (NOON, AFTER_ONE):
        assert not check(play(span, SEED)).rules()


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_rule_is_objected_to(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every family of rules has a break that it finds, in one of a few stories."""
    break_it, span, expected = BROKEN[broken]
    break_it(monkeypatch)
    found: set[str] = set()
    for seed in range(SEED, SEED + STORIES):
        found |= check(play(span, seed)).rules().keys()
        if expected <= found:
            return
    pytest.fail(f"found {found}, expected {expected}")
