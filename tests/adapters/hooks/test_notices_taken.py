"""Notices to hooks on real sockets: what is sent, and that a yes is enough."""

from __future__ import annotations

import json
import re
import socket
from contextvars import ContextVar
from pathlib import Path

import pytest
from gevent.event import Event

from callcore.adapters.hooks.outbox import MOST_AT_ONCE
from callcore.domain.events import Fact, NoticeTold
from callcore.domain.ids import CallId, Micros
from callcore.domain.policies import NoticeKind
from tests.adapters.hooks import stages
from tests.adapters.hooks.stages import (
    NOON,
    NUMBER,
    SMS,
    TOKEN,
    Stage,
    answers_in_turn,
    notice,
    policy_of,
)
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem, Request
from tests.waiting import wait_until


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
        wait_until(lambda: gateway.open_count == 0)
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
        may_answer = Event()

        def slow(link: socket.socket, _request: Request) -> None:
            nonlocal most
            most = max(most, gateway.open_count)
            may_answer.wait()
            systems.answer(link, {})

        gateway.behaves = slow
        told = [notice(call_id=CallId(f"c{number}")) for number in range(20)]
        stage.tell(policy_of(gateway.url, timeout_seconds=5.0), *told)
        stages.round_trip()
        assert len(gateway.requests) == MOST_AT_ONCE
        may_answer.set()
        assert stage.ends(20) == [(None, 1)] * 20
        assert most == MOST_AT_ONCE
        assert {fact.call_id for fact in stage.facts} == {one.call_id for one in told}


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
    wait_until(lambda: len(seen) == len(told))
    assert {bound for _, bound in seen} == {None}
