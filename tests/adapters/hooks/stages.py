"""What notices are told in tests: by whom, to which hook, and how its other system answers."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field, replace
from typing import Any

from gevent.event import Event

from callcore.adapters.hooks.http_notices import HttpNotices
from callcore.domain.callback_notices import CallbackNotice, NoticeFailure
from callcore.domain.events import Fact, NoticeTold
from callcore.domain.ids import CallId, HookName, Language, Micros, QueueName
from callcore.domain.policies import HookPolicy, NoticeKind
from callcore.ports.surroundings import Clock
from callcore.runtime.clock import SystemClock
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem, Request
from tests.waiting import wait_until

SMS = HookName("sms")
TOKEN = "s3cret"
NUMBER = "+48201234501"
NOON = Micros(1_790_000_000_000_000)
PAUSE = 0.05


def notice(**changes: Any) -> CallbackNotice:
    values: dict[str, Any] = {
        "kind": NoticeKind.PROMISED,
        "at": NOON,
        "call_id": CallId("c0ffee"),
        "of_call": CallId("decaf"),
        "queue": QueueName("support"),
        "number": NUMBER,
        "language": Language("pl"),
        "account": "K-4711 \ud83d",
        "low_minutes": 5,
        "high_minutes": 10,
    }
    return CallbackNotice(**(values | changes))


@dataclass
class Stage:
    """The adapter, what it tells of itself, and the settings in force."""

    hooks: dict[HookName, HookPolicy] = field(default_factory=dict)
    facts: list[NoticeTold] = field(default_factory=list)
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        self.notices = HttpNotices("warsaw", lambda: self.hooks, clock=self.clock, facts=self)

    def publish(self, fact: Fact) -> None:
        assert isinstance(fact, NoticeTold)
        assert NUMBER not in repr(fact)
        assert TOKEN not in repr(fact)
        self.facts.append(fact)

    def tell(self, policy: HookPolicy, *told: CallbackNotice) -> None:
        """Has notices told, for which nobody waits."""
        self.hooks[policy.name] = policy
        started = time.monotonic()
        for one in told or (notice(),):
            self.notices.tell(policy, one)
        assert time.monotonic() - started < 0.1

    def ends(self, count: int = 1) -> list[tuple[NoticeFailure | None, int]]:
        """What became of so many, and after how many tries."""
        wait_until(lambda: len(self.facts) >= count)
        return [(fact.failure, fact.tries_count) for fact in self.facts]


def policy_of(url: str, **settings: Any) -> HookPolicy:
    return replace(
        HookPolicy(name=SMS, url=url, timeout_seconds=0.3, retry_after_seconds=PAUSE, token=TOKEN),
        **settings,
    )


def answers_in_turn(gateway: OtherSystem, *statuses: int) -> None:
    """Each request gets the next status, the last one again and again."""
    left = list(statuses)

    def behaves(link: socket.socket, _request: Request) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        systems.answer(link, {}, status=status)

    gateway.behaves = behaves


def answers_when(gateway: OtherSystem, may_answer: Event, *, status: int = 200) -> None:
    """Each request waits for its answer until the test lets it be given."""

    def behaves(link: socket.socket, _request: Request) -> None:
        may_answer.wait()
        systems.answer(link, {}, status=status)

    gateway.behaves = behaves


def round_trip() -> None:
    """Returns when somebody else has told another system a notice, and it was taken.

    Whatever was begun before that has arrived by then: events are in order, so nobody need wait.
    """
    with systems.running() as elsewhere:
        other = Stage()
        other.tell(policy_of(elsewhere.url, timeout_seconds=5.0))
        assert other.ends() == [(None, 1)]
        other.notices.stop()
