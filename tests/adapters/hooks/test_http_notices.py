"""Notices to hooks on real sockets: what is sent, how often, and that nobody waits for it."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gevent
import pytest

from callcore.adapters.hooks.http_notices import STOP_SECONDS, HttpNotices
from callcore.adapters.hooks.outbox import MOST_AT_ONCE
from callcore.domain.callback_notices import CallbackNotice, NoticeFailure
from callcore.domain.events import Fact, NoticeTold
from callcore.domain.ids import CallId, HookName, Language, Micros, QueueName
from callcore.domain.policies import HookPolicy, NoticeKind
from callcore.runtime.clock import SystemClock
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem, Request

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

    def __post_init__(self) -> None:
        self.notices = HttpNotices("warsaw", lambda: self.hooks, clock=SystemClock(), facts=self)

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
        systems.wait_until(lambda: len(self.facts) >= count)
        return [(fact.failure, fact.tries_count) for fact in self.facts]


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.notices.stop()


@pytest.fixture
def gateway() -> Iterator[OtherSystem]:
    with systems.running() as other:
        yield other


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


class TestTaken:
    """What the other system gets."""

    def test_posted_as_a_json_object(self, stage: Stage, gateway: OtherSystem) -> None:
        """Always the same members, instants in UTC, half a character is a question mark."""
        headers = {"X-Site": "main", "content-length": "1"}
        stage.tell(policy_of(gateway.url, headers=headers))
        assert stage.ends() == [(None, 1)]
        (request,) = gateway.requests
        assert request.line == "POST /callers HTTP/1.1"
        assert json.loads(request.body) == {
            "kind": "promised",
            "at": "2026-09-21T14:13:20.000000Z",
            "site": "warsaw",
            "call_id": "c0ffee",
            "of_call": "decaf",
            "queue": "support",
            "number": NUMBER,
            "language": "pl",
            "account": "K-4711 ?",
            "low_minutes": 5,
            "high_minutes": 10,
            "attempts_count": 0,
            "next_attempt_at": None,
            "reason": "",
        }
        sent = request.headers
        assert sent["content-type"] == "application/json"
        assert sent["authorization"] == f"Bearer {TOKEN}"
        assert sent["idempotency-key"] == f"c0ffee-promised-{NOON}"
        assert sent["x-site"] == "main"
        assert int(sent["content-length"]) == len(request.body)

    def test_the_documentation_shows_every_member(self, stage: Stage, gateway: OtherSystem) -> None:
        """Whoever receives notices can read what they are made of."""
        document = (Path(__file__).parents[3] / "docs" / "callbacks.md").read_text(encoding="utf-8")
        shown = re.search(r"```json\n(\{\"kind\".*?)```", document, re.DOTALL)
        assert shown is not None
        stage.tell(policy_of(gateway.url))
        stage.ends()
        (request,) = gateway.requests
        assert list(json.loads(shown[1])) == list(json.loads(request.body))

    def test_what_comes_of_an_attempt(self, stage: Stage, gateway: OtherSystem) -> None:
        """The next one as an instant; a token in a header of its own comes as it is."""
        next_at = Micros(NOON + 90_000_001)
        told = notice(
            kind=NoticeKind.UNREACHED,
            of_call=None,
            low_minutes=None,
            high_minutes=None,
            attempts_count=2,
            next_attempt_at=next_at,
            reason="busy",
        )
        stage.tell(policy_of(gateway.url, token_header="X-Api-Key"), told)
        assert stage.ends() == [(None, 1)]
        (request,) = gateway.requests
        body = json.loads(request.body)
        assert (body["kind"], body["of_call"]) == ("unreached", None)
        assert body["next_attempt_at"] == "2026-09-21T14:14:50.000001Z"
        assert (body["attempts_count"], body["reason"], body["low_minutes"]) == (2, "busy", None)
        assert request.headers["x-api-key"] == TOKEN

    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_every_yes_is_one(self, stage: Stage, gateway: OtherSystem, status: int) -> None:
        """Gateways answer as they like."""
        answers_in_turn(gateway, status)
        stage.tell(policy_of(gateway.url))
        assert stage.ends() == [(None, 1)]

    def test_an_odd_answer_after_a_yes_is_no_reason_to_tell_it_again(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """The customer would get the message twice."""

        def floods(link: socket.socket, _request: Request) -> None:
            link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            systems.flood(link, b"x" * 65_536)

        gateway.behaves = floods
        stage.tell(policy_of(gateway.url))
        assert stage.ends() == [(None, 1)]
        systems.wait_until(lambda: gateway.open_count == 0)
        assert len(gateway.requests) == 1

    def test_an_answer_that_never_ends_after_a_yes(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """The same."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
        gateway.behaves = lambda link, _: link.sendall(head)
        stage.tell(policy_of(gateway.url))
        assert stage.ends() == [(None, 1)]

    def test_few_at_once(self, stage: Stage, gateway: OtherSystem) -> None:
        """A slow gateway is not drowned; all are told in the end."""
        most = 0

        def slow(link: socket.socket, _request: Request) -> None:
            nonlocal most
            most = max(most, gateway.open_count)
            gevent.sleep(0.01)
            systems.answer(link, {})

        gateway.behaves = slow
        told = [notice(call_id=CallId(f"c{number}")) for number in range(20)]
        stage.tell(policy_of(gateway.url), *told)
        assert stage.ends(20) == [(None, 1)] * 20
        assert most == MOST_AT_ONCE
        assert {fact.call_id for fact in stage.facts} == {one.call_id for one in told}


class TestNotTaken:
    """Tries that are in vain."""

    def test_again_after_a_fault_of_the_other_side(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """With the same key and the same body, after the pause."""
        answers_in_turn(gateway, 500, 429, 200)
        started = time.monotonic()
        stage.tell(policy_of(gateway.url))
        assert stage.ends() == [(None, 3)]
        assert time.monotonic() - started >= 2 * PAUSE
        assert len({request.headers["idempotency-key"] for request in gateway.requests}) == 1
        assert len({request.body for request in gateway.requests}) == 1
        assert stage.facts[0].reason == ""

    def test_given_up_after_so_many_tries(self, stage: Stage, gateway: OtherSystem) -> None:
        """And said with the reason of the last one."""
        answers_in_turn(gateway, 503)
        stage.tell(policy_of(gateway.url, tries=2))
        assert stage.ends() == [(NoticeFailure.STATUS, 2)]
        assert stage.facts[0].reason == f"{gateway.url}: status 503"
        assert len(gateway.requests) == 2

    @pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 422])
    def test_what_is_wrong_for_good_is_not_repeated(
        self, stage: Stage, gateway: OtherSystem, status: int
    ) -> None:
        """Nobody is gone to in place of it, either."""
        with systems.running() as elsewhere:
            headers = f"Location: {elsewhere.url}\r\n"
            gateway.behaves = lambda link, _: systems.answer(
                link, {}, status=status, headers=headers
            )
            stage.tell(policy_of(gateway.url))
            assert stage.ends() == [(NoticeFailure.REFUSED, 1)]
            assert (len(gateway.requests), elsewhere.requests) == (1, [])

    def test_nobody_listens(self, stage: Stage) -> None:
        """Tried again all the same: the gateway may be started just now."""
        url = f"http://127.0.0.1:{systems.closed_port()}/"
        stage.tell(policy_of(url))
        assert stage.ends() == [(NoticeFailure.UNREACHABLE, 3)]
        assert stage.facts[0].reason == f"{url}: Connection refused"

    def test_a_gateway_that_takes_its_time(self, stage: Stage, gateway: OtherSystem) -> None:
        """Each try has its time and no more, however often a byte comes."""

        def drips(link: socket.socket, _request: Request) -> None:
            systems.drip(link, b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 20)

        gateway.behaves = drips
        started = time.monotonic()
        stage.tell(policy_of(gateway.url, tries=2, timeout_seconds=0.1))
        assert stage.ends() == [(NoticeFailure.TIMED_OUT, 2)]
        assert time.monotonic() - started < 1.0

    def test_nobody_takes_the_connection(self, stage: Stage) -> None:
        """Packets that get lost."""
        with systems.deaf_port() as port:
            stage.tell(policy_of(f"http://127.0.0.1:{port}/", tries=1))
            assert stage.ends() == [(NoticeFailure.TIMED_OUT, 1)]

    @pytest.mark.parametrize("url", ["http://", "http://exa mple/"])
    def test_a_url_that_is_none(self, stage: Stage, url: str) -> None:
        """The settings should have said so; the call goes on all the same."""
        stage.tell(policy_of(url, tries=1))
        assert stage.ends() == [(NoticeFailure.UNREACHABLE, 1)]

    def test_one_that_waits_for_its_next_try_holds_up_no_other(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """They overtake it."""
        answers_in_turn(gateway, *[500] * MOST_AT_ONCE, 200)
        told = [notice(call_id=CallId(f"c{number}")) for number in range(MOST_AT_ONCE + 1)]
        stage.tell(policy_of(gateway.url, retry_after_seconds=0.2), *told)
        assert sorted(stage.ends(len(told)), key=str) == [(None, 1)] + [(None, 2)] * MOST_AT_ONCE
        assert stage.facts[0].call_id == told[-1].call_id

    def test_more_than_may_wait_are_not_kept(self, stage: Stage, gateway: OtherSystem) -> None:
        """Those that wait for another try count; what was kept is told."""
        answers_in_turn(gateway, 500, 500, 200)
        policy = policy_of(gateway.url, most_waiting=2, retry_after_seconds=0.2)
        stage.tell(policy, *(notice(call_id=CallId(f"c{number}")) for number in range(3)))
        assert stage.ends() == [(NoticeFailure.TOO_MANY, 0)]
        assert stage.facts[0].call_id == "c2"
        assert stage.ends(3)[1:] == [(None, 2)] * 2
        stage.tell(policy, notice(call_id=CallId("c3")))
        assert stage.ends(4)[3] == (None, 1)


class TestOtherSettings:
    """A reload while notices wait."""

    def test_what_waits_goes_where_the_hook_is_now(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """With the new token; nothing is kept open to where it was."""
        answers_in_turn(gateway, 500)
        with systems.running() as moved:
            stage.tell(policy_of(gateway.url, retry_after_seconds=0.2))
            systems.wait_until(lambda: gateway.requests)
            stage.hooks[SMS] = policy_of(moved.url, token="another")
            assert stage.ends() == [(None, 2)]
            (request,) = moved.requests
            assert request.headers["authorization"] == "Bearer another"
            systems.wait_until(lambda: gateway.open_count == 0)

    def test_a_hook_that_is_gone_is_told_what_it_was_to_be_told(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """With the settings it had."""
        answers_in_turn(gateway, 500, 200)
        stage.tell(policy_of(gateway.url))
        stage.hooks.clear()
        assert stage.ends() == [(None, 2)]


class TestStop:
    """callcore ends."""

    def test_what_is_being_told_may_end(self, stage: Stage, gateway: OtherSystem) -> None:
        """The customer is told all the same."""

        def slow(link: socket.socket, _request: Request) -> None:
            gevent.sleep(0.1)
            systems.answer(link, {})

        gateway.behaves = slow
        stage.tell(policy_of(gateway.url), notice(), notice(at=Micros(NOON + 1)))
        stage.notices.stop()
        assert stage.ends(2) == [(None, 1)] * 2
        systems.wait_until(lambda: gateway.open_count == 0)

    def test_no_other_try_is_waited_for(self, stage: Stage, gateway: OtherSystem) -> None:
        """It is said that the notice was not taken."""
        answers_in_turn(gateway, 500)
        stage.tell(policy_of(gateway.url, retry_after_seconds=60.0))
        systems.wait_until(lambda: gateway.requests)
        gevent.sleep(0.02)
        started = time.monotonic()
        stage.notices.stop()
        assert time.monotonic() - started < 0.5
        assert stage.ends() == [(NoticeFailure.STOPPED, 1)]
        gevent.sleep(0.02)
        assert len(stage.facts) == len(gateway.requests) == 1

    def test_a_try_that_ends_in_vain_meanwhile_is_the_last_one(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """Nothing is told once the stop is over."""

        def slow(link: socket.socket, _request: Request) -> None:
            gevent.sleep(0.1)
            systems.answer(link, {}, status=500)

        gateway.behaves = slow
        stage.tell(policy_of(gateway.url))
        systems.wait_until(lambda: gateway.requests)
        stage.notices.stop()
        gevent.sleep(5 * PAUSE)
        assert stage.ends() == [(NoticeFailure.STOPPED, 1)]
        assert len(gateway.requests) == 1

    def test_what_is_not_answered_in_time_is_hung_up_on(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """No greenlet and no connection is left behind."""
        gateway.behaves = lambda _link, _request: None
        stage.tell(policy_of(gateway.url, timeout_seconds=30.0))
        systems.wait_until(lambda: gateway.requests)
        stage.notices.stop()
        assert stage.ends() == [(NoticeFailure.STOPPED, 1)]
        systems.wait_until(lambda: gateway.open_count == 0)

    def test_a_deaf_gateway_holds_up_no_stop(self, stage: Stage) -> None:
        """Nor do many notices for it."""
        with systems.deaf_port() as port:
            policy = policy_of(f"http://127.0.0.1:{port}/", timeout_seconds=30.0)
            stage.tell(policy, *(notice(call_id=CallId(f"c{number}")) for number in range(10)))
            gevent.sleep(0.02)
            started = time.monotonic()
            stage.notices.stop()
            assert STOP_SECONDS <= time.monotonic() - started < STOP_SECONDS + 0.5
        assert {failure for failure, _ in stage.ends(10)} == {NoticeFailure.STOPPED}
        assert len(stage.facts) == 10

    def test_nothing_is_told_afterwards(self, stage: Stage, gateway: OtherSystem) -> None:
        """Of a hook that was told something before, or not."""
        stage.tell(policy_of(gateway.url))
        stage.ends()
        stage.notices.stop()
        stage.tell(policy_of(gateway.url))
        stage.tell(replace(policy_of(gateway.url), name=HookName("push")))
        assert stage.ends(3)[1:] == [(NoticeFailure.STOPPED, 0)] * 2
        assert len(gateway.requests) == 1


CALL: ContextVar[str | None] = ContextVar("CALL", default=None)
"""Which call's script runs, as the log knows it."""


def test_the_facts_of_others_are_not_told_as_those_of_this_call(
    stage: Stage, gateway: OtherSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A try that another call's notice made room for is not logged with that call's id."""
    seen: list[tuple[str, object]] = []

    def publish(fact: Fact) -> None:
        assert isinstance(fact, NoticeTold)
        seen.append((fact.call_id, CALL.get()))

    monkeypatch.setattr(stage, "publish", publish)
    policy = policy_of(gateway.url)
    stage.hooks[SMS] = policy
    told = [notice(call_id=CallId(f"c{number}")) for number in range(MOST_AT_ONCE * 2)]
    for one in told:
        CALL.set(one.call_id)
        stage.notices.tell(policy, one)
    systems.wait_until(lambda: len(seen) == len(told))
    assert {bound for _, bound in seen} == {None}
