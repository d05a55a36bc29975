"""Answers over HTTP on real sockets: none can do harm."""

from __future__ import annotations

import contextlib
import gzip
import socket
import time

import pytest

from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import LookupMethod
from callcore.ports.lookups import LookupFailedError
from callcore.runtime.http_client.endpoints import LARGEST_ANSWER
from tests.adapters.lookups import systems
from tests.adapters.lookups.questions import OK, QUESTION, failure, policy_of
from tests.adapters.lookups.systems import Behaviour, OtherSystem, Request
from tests.waiting import wait_until

CHUNK = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
TOO_MUCH = [
    (OK + f"Content-Length: {LARGEST_ANSWER + 1}\r\n\r\n", b"x", "body"),
    (OK + "\r\n", b"x" * 1000, "endless body"),
    (OK + "Transfer-Encoding: chunked\r\n\r\n", CHUNK, "endless chunks"),
    (OK + "Transfer-Encoding: chunked\r\n\r\n", b"1", "endless size of a chunk"),
    (OK + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: y\r\n", "endless trailers"),
    (OK, b"X: y\r\n", "endless headers"),
    (OK + "X: ", b"y", "endless header"),
    ("HTTP/1.1 2", b"0", "endless status"),
    ("", b"HTTP/1.1 100 Continue\r\n\r\n", "endless patience"),
]


def sends(data: bytes | str) -> Behaviour:
    """A system that sends exactly this."""
    return lambda link, _: link.sendall(data.encode() if isinstance(data, str) else data)


class TestHarmful:
    """Answers that nobody would give who means well."""

    @pytest.mark.parametrize(
        ("head", "repeated"), [case[:2] for case in TOO_MUCH], ids=[case[2] for case in TOO_MUCH]
    )
    def test_floods_end(
        self, lookups: HttpLookups, crm: OtherSystem, head: str, repeated: bytes
    ) -> None:
        """After so many bytes, whatever they are said to be; others run meanwhile."""

        def floods(link: socket.socket, _request: Request) -> None:
            link.sendall(head.encode())
            systems.flood(link, repeated * (65_536 // len(repeated)))

        crm.behaves = floods
        found = failure(lookups, policy_of(crm.url, timeout_seconds=5))
        assert found.failure in {LookupFailure.TOO_LARGE, LookupFailure.UNREACHABLE}
        wait_until(lambda: crm.open_count == 0)

    @pytest.mark.parametrize("head", ["", OK, OK + "Content-Length: 100\r\n\r\n"])
    def test_a_drip_does_not_keep_the_question_alive(
        self, lookups: HttpLookups, crm: OtherSystem, head: str
    ) -> None:
        """Each byte comes in time; all of them do not."""

        def drips(link: socket.socket, _request: Request) -> None:
            link.sendall(head.encode())
            systems.drip(link, b"X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")

        crm.behaves = drips
        assert failure(lookups, policy_of(crm.url)).failure is LookupFailure.TIMED_OUT
        wait_until(lambda: crm.open_count == 0)

    @pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 404, 500, 503])
    def test_another_status(self, lookups: HttpLookups, crm: OtherSystem, status: int) -> None:
        """No redirect is followed, and nothing is asked twice."""
        with systems.running() as elsewhere:
            headers = f"Location: {elsewhere.url}\r\n"
            crm.behaves = lambda link, _: systems.answer(link, {}, status=status, headers=headers)
            found = failure(lookups, policy_of(crm.url))
            assert str(found) == f"{crm.url}: status {status}"
            assert found.failure is LookupFailure.STATUS
            assert (len(crm.requests), elsewhere.requests) == (1, [])

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b'{"a": NaN}',
            b'{"a": 1} x',
            b'{"a": "\xff"}',
            b'{"a": "\\ud800"}',
            b"[" * 60_000,
            b'{"a": ' * 10_000,
            gzip.compress(b"{}", mtime=0),
        ],
        ids=lambda body: repr(body[:12]),
    )
    def test_not_json(self, lookups: HttpLookups, crm: OtherSystem, body: bytes) -> None:
        """Nothing of it is repeated."""
        crm.behaves = lambda link, _: systems.answer(link, body)
        found = failure(lookups, policy_of(crm.url))
        assert found.failure is LookupFailure.NOT_JSON
        assert len(str(found)) < 200

    def test_odd_headers_are_no_news(
        self, lookups: HttpLookups, crm: OtherSystem, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The library's warning would tell the log who was asked about."""
        crm.behaves = sends(OK + "no header\r\nContent-Length: 2\r\n\r\n{}")
        with contextlib.suppress(LookupFailedError):
            lookups.ask(policy_of(crm.url, method=LookupMethod.GET), QUESTION)
        assert crm.requests
        assert caplog.records == []

    def test_huge_numbers_are_no_work(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """Sixty thousand digits are not made a number of."""
        crm.behaves = lambda link, _: systems.answer(link, b'{"priority": ' + b"9" * 60_000 + b"}")
        started = time.monotonic()
        try:
            answer = lookups.ask(policy_of(crm.url), QUESTION)
        except LookupFailedError as error:
            answer = error.failure
        assert time.monotonic() - started < 0.1
        assert answer

    def test_nothing_is_unpacked(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """A small answer stays one."""
        bomb = gzip.compress(b" " * 50_000_000 + b"{}")
        assert len(bomb) < LARGEST_ANSWER
        headers = "Content-Encoding: gzip\r\n"
        crm.behaves = lambda link, _: systems.answer(link, bomb, headers=headers)
        found = failure(lookups, policy_of(crm.url))
        assert found.failure is LookupFailure.NOT_JSON
        assert "encoded as 'gzip', unasked" in str(found)

    def test_a_mark_at_the_beginning_is_harmless(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """Some systems write one before UTF-8."""
        crm.behaves = lambda link, _: systems.answer(link, b"\xef\xbb\xbf{}")
        assert lookups.ask(policy_of(crm.url), QUESTION) == {}

    def test_the_largest_answer(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """To the byte; in pieces too, and the connection serves on."""
        body = b'"' + b"x" * (LARGEST_ANSWER - 2) + b'"'
        pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in b'"abc"') + b"0\r\nX: y\r\n\r\n"
        crm.behaves = lambda link, _: systems.answer(link, body)
        assert lookups.ask(policy_of(crm.url), QUESTION) == "x" * (LARGEST_ANSWER - 2)
        crm.behaves = sends(OK.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + pieces)
        assert lookups.ask(policy_of(crm.url), QUESTION) == "abc"
        assert lookups.ask(policy_of(crm.url), QUESTION) == "abc"
        assert crm.connections_count == 1
