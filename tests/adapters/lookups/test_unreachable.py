"""Systems that cannot be asked, on real sockets: known in time, and told in words."""

from __future__ import annotations

import socket
from functools import partial

import pytest
from gevent.event import Event

from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.domain.lookups import LookupFailure
from callcore.ports.lookups import LookupFailedError
from callcore.runtime.greenlets import spawn
from tests.adapters.lookups import systems
from tests.adapters.lookups.questions import OK, QUESTION, TOKEN, failure, policy_of
from tests.adapters.lookups.systems import OtherSystem, Request


class TestUnreachable:
    """No connection, or none that lasts."""

    def test_refused(self, lookups: HttpLookups) -> None:
        """At once, and in words."""
        url = f"http://127.0.0.1:{systems.closed_port()}/"
        found = failure(lookups, policy_of(url))
        assert found.failure is LookupFailure.UNREACHABLE
        assert str(found) == f"{url}: Connection refused"

    def test_nobody_takes_the_connection(self, lookups: HttpLookups) -> None:
        """Packets that get lost do not hold the caller."""
        with systems.deaf_port() as port:
            found = failure(lookups, policy_of(f"http://127.0.0.1:{port}/"))
        assert found.failure is LookupFailure.TIMED_OUT

    def test_the_first_address_is_dead_and_the_second_lives(
        self, lookups: HttpLookups, crm: OtherSystem, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One gets its share of the time and no more."""
        with systems.deaf_port() as deaf:
            found = [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
                for port in (deaf, crm.port)
            ]
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
            assert lookups.ask(policy_of("http://crm.example/"), QUESTION) == {}

    def test_no_such_host(self, lookups: HttpLookups, monkeypatch: pytest.MonkeyPatch) -> None:
        """The URL is told without what it may hold besides."""

        def unknown(*_args: object, **_options: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        found = failure(lookups, policy_of(f"http://user:{TOKEN}@crm.example/x?key={TOKEN}"))
        assert found.failure is LookupFailure.UNREACHABLE
        assert str(found) == "http://crm.example/x: no such host: Name or service not known"

    def test_a_name_server_that_hangs_holds_one_thread(
        self, lookups: HttpLookups, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many questions there are; everything else goes on finding names."""
        asked: list[str] = []
        may_answer, answered = Event(), Event()

        def hangs(host: str, *_args: object, **_options: object) -> list[object]:
            asked.append(host)
            may_answer.wait()
            answered.set()
            return []

        monkeypatch.setattr(socket, "getaddrinfo", hangs)
        policy = policy_of("http://crm.example/")
        asking = [spawn("asking", partial(failure, lookups, policy)) for _ in range(20)]
        found = [systems.finished(one) for one in asking]
        assert {one.failure for one in found if isinstance(one, LookupFailedError)} == {
            LookupFailure.TIMED_OUT
        }
        assert asked == ["crm.example"]
        may_answer.set()
        assert answered.wait(5.0)
        assert failure(lookups, policy).failure is LookupFailure.UNREACHABLE
        assert len(asked) == 2

    @pytest.mark.parametrize(
        "url",
        ["http://", "http://[::1", "http://exa mple/", f"http://{'x' * 300}/", "http://h:99999/"],
    )
    def test_a_url_that_is_none(self, lookups: HttpLookups, url: str) -> None:
        """The settings should have said so; the call goes on all the same."""
        assert failure(lookups, policy_of(url)).failure is LookupFailure.UNREACHABLE

    @pytest.mark.parametrize("value", ["a\r\nX: y", "ż", "\x00\n"])
    def test_a_header_that_cannot_be_sent(
        self, lookups: HttpLookups, crm: OtherSystem, value: str
    ) -> None:
        """The same."""
        policy = policy_of(crm.url, headers={"X-Site": value})
        assert failure(lookups, policy).failure is LookupFailure.UNREACHABLE
        assert crm.requests == []

    @pytest.mark.parametrize(
        "data",
        [
            "",
            "SSH-2.0-x\r\n",
            OK,
            OK + "Content-Length: 9\r\n\r\n{}",
            OK + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            OK + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        ],
        ids=["nothing", "ssh", "head", "body", "chunks", "chunk of another kind"],
    )
    def test_the_connection_breaks_off(
        self, lookups: HttpLookups, crm: OtherSystem, data: str
    ) -> None:
        """At any point of the answer; what came so far is none."""

        def breaks_off(link: socket.socket, _request: Request) -> None:
            link.sendall(data.encode())
            link.shutdown(socket.SHUT_RDWR)

        crm.behaves = breaks_off
        assert failure(lookups, policy_of(crm.url)).failure in {
            LookupFailure.UNREACHABLE,
            LookupFailure.NOT_JSON,
        }

    def test_an_answer_that_is_no_http(self, lookups: HttpLookups) -> None:
        """Of another service on that port: told in words."""
        with systems.greeting_port() as port:
            found = failure(lookups, policy_of(f"http://127.0.0.1:{port}/"))
        assert found.failure is LookupFailure.UNREACHABLE
        assert str(found) == f"http://127.0.0.1:{port}/: what it answers is no HTTP"

    def test_a_connection_closed_without_an_answer(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """By a system that falls over its question: told in words."""
        crm.behaves = lambda link, _: link.shutdown(socket.SHUT_RDWR)
        found = failure(lookups, policy_of(crm.url))
        assert str(found) == f"{crm.url}: it closed the connection without an answer"
