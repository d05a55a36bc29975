"""Tries in vain on real sockets: how often a notice is told, and where after a reload."""

from __future__ import annotations

import socket
import time

import pytest

from callcore.adapters.hooks.outbox import MOST_AT_ONCE
from callcore.domain.callback_notices import NoticeFailure
from callcore.domain.ids import CallId
from tests.adapters.hooks.stages import (
    PAUSE,
    SMS,
    Stage,
    answers_in_turn,
    notice,
    policy_of,
)
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import OtherSystem, Request
from tests.waiting import wait_until


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
            wait_until(lambda: gateway.requests)
            stage.hooks[SMS] = policy_of(moved.url, token="another")
            assert stage.ends() == [(None, 2)]
            (request,) = moved.requests
            assert request.headers["authorization"] == "Bearer another"
            wait_until(lambda: gateway.open_count == 0)

    def test_a_hook_that_is_gone_is_told_what_it_was_to_be_told(
        self, stage: Stage, gateway: OtherSystem
    ) -> None:
        """With the settings it had."""
        answers_in_turn(gateway, 500, 200)
        stage.tell(policy_of(gateway.url))
        stage.hooks.clear()
        assert stage.ends() == [(None, 2)]
