"""Asking other systems: the same for the fake and the real adapter over a socket."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gevent
import pytest
from gevent import Greenlet

from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.domain.ids import LookupName
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import LookupPolicy
from callcore.ports.lookups import LookupFailedError, Lookups
from callcore.runtime.greenlets import spawn
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem, Request
from tests.fakes.clock import FakeClock
from tests.fakes.lookups import FakeLookups, System

CRM = LookupName("crm")
QUESTION = {"call_id": "a1", "caller_name": "Zażółć \ud83d & ☎"}
TIMEOUT_SECONDS = 0.4
STUCK = System(after_seconds=30)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One way to another system; ``pass_time`` takes real time on a real one."""

    lookups: Lookups
    policy: LookupPolicy
    does: Callable[[System], None]
    pass_time: Callable[[float], None]

    def ask(self) -> Greenlet[..., Any]:
        """Puts the question, in a greenlet."""
        asking = spawn("asking", self._asked)
        self.pass_time(0.05)
        return asking

    def _asked(self) -> object:
        """The answer, or why there is none."""
        try:
            return self.lookups.ask(self.policy, QUESTION)
        except LookupFailedError as error:
            return error.failure if str(error) else "a failure without a word"


def real(other: OtherSystem, system: System) -> None:
    """Has the real system do what the fake one does."""

    def behaves(link: socket.socket, _request: Request) -> None:
        gevent.sleep(system.after_seconds)
        match system.failure:
            case None:
                systems.answer(link, system.answer)
            case LookupFailure.STATUS:
                systems.answer(link, {}, status=500)
            case LookupFailure.NOT_JSON:
                systems.answer(link, b"<html>")
            case LookupFailure.TOO_LARGE:
                systems.answer(link, ["x" * 100_000])
            case _:
                link.shutdown(socket.SHUT_RDWR)

    other.behaves = behaves


@pytest.fixture(params=["fake", "http"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    policy = LookupPolicy(
        name=CRM, url="http://crm/callers", timeout_seconds=TIMEOUT_SECONDS, most_at_once=2
    )
    if request.param == "fake":
        clock = FakeClock()
        fake = FakeLookups(clock)
        yield Stage(
            lookups=fake,
            policy=policy,
            does=partial(fake.systems.__setitem__, CRM),
            pass_time=clock.advance,
        )
        return
    with systems.running() as other:
        lookups = HttpLookups()
        yield Stage(
            lookups=lookups,
            policy=replace(policy, url=other.url),
            does=partial(real, other),
            pass_time=gevent.sleep,
        )
        lookups.close()


ANSWERS: list[object] = [
    {"branch": "gold", "say": [{"number": -1}, {"digits": "0"}]},
    {},
    [],
    None,
    "ž",
    7,
    True,
]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_any_json_comes_back_as_it_is(stage: Stage, answer: object) -> None:
    """What it means is for others to say."""
    stage.does(System(answer=answer))
    assert systems.finished(stage.ask()) == answer


@pytest.mark.parametrize(
    "failure",
    [
        LookupFailure.STATUS,
        LookupFailure.NOT_JSON,
        LookupFailure.TOO_LARGE,
        LookupFailure.UNREACHABLE,
    ],
)
def test_failures_have_words(stage: Stage, failure: LookupFailure) -> None:
    """And the next question may be answered."""
    stage.does(System(failure=failure))
    assert systems.finished(stage.ask()) is failure
    stage.does(System(answer={"branch": "gold"}))
    assert systems.finished(stage.ask()) == {"branch": "gold"}


def test_a_slow_answer_is_not_waited_for(stage: Stage) -> None:
    """Longer than the settings say."""
    stage.does(STUCK)
    asking = stage.ask()
    stage.pass_time(TIMEOUT_SECONDS / 2)
    assert not asking.dead
    stage.pass_time(TIMEOUT_SECONDS / 2 + 0.1)
    assert systems.finished(asking) is LookupFailure.TIMED_OUT


def test_an_answer_in_time_is_waited_for(stage: Stage) -> None:
    """However long others take meanwhile."""
    stage.does(System(answer=1, after_seconds=TIMEOUT_SECONDS / 2))
    asking = stage.ask()
    stage.pass_time(TIMEOUT_SECONDS)
    assert systems.finished(asking) == 1


def test_more_questions_than_may_be_unanswered_fail_at_once(stage: Stage) -> None:
    """A system that hangs holds so many calls and no more; answered ones do not count."""
    stage.does(STUCK)
    held = [stage.ask(), stage.ask()]
    assert systems.finished(stage.ask()) is LookupFailure.TOO_MANY
    stage.pass_time(TIMEOUT_SECONDS + 0.1)
    assert [systems.finished(one) for one in held] == [LookupFailure.TIMED_OUT] * 2
    stage.does(System(answer=1))
    assert systems.finished(stage.ask()) == 1


def test_a_question_that_nobody_waits_for_any_more_leaves_nothing(stage: Stage) -> None:
    """Its place is free at once."""
    stage.does(STUCK)
    for asking in [stage.ask(), stage.ask()]:
        asking.kill()
    stage.does(System(answer=1))
    assert systems.finished(stage.ask()) == 1
