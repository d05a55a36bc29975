"""Questions over HTTP on real sockets: what is sent, and that no answer can do harm."""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import gevent
import pytest
from gevent.server import StreamServer

from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.domain.ids import LookupName
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import LookupMethod, LookupPolicy
from callcore.ports.lookups import LookupFailedError
from callcore.runtime.greenlets import spawn
from callcore.runtime.http_client.endpoints import LARGEST_ANSWER
from tests.adapters.lookups import systems
from tests.adapters.lookups.systems import Behaviour, OtherSystem, Request

TOKEN = "s3cret"
QUESTION = {"caller_number": "+48200100", "caller_name": 'O"Neil & Co\r\nX: y ☎ \ud83d', "menu": ""}
SECONDS = 0.3
OK = "HTTP/1.1 200 OK\r\n"


@pytest.fixture
def lookups() -> Iterator[HttpLookups]:
    made = HttpLookups()
    yield made
    made.close()


@pytest.fixture
def crm() -> Iterator[OtherSystem]:
    with systems.running() as other:
        yield other


def policy_of(url: str, **settings: Any) -> LookupPolicy:
    return replace(
        LookupPolicy(name=LookupName("crm"), url=url, timeout_seconds=SECONDS), **settings
    )


def failure(lookups: HttpLookups, policy: LookupPolicy) -> LookupFailedError:
    """Why there is no answer; told in time, and without the token."""
    started = time.monotonic()
    with pytest.raises(LookupFailedError) as caught:
        lookups.ask(replace(policy, token=TOKEN), QUESTION)
    assert time.monotonic() - started < policy.timeout_seconds + 0.5
    assert TOKEN not in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def sends(data: bytes | str) -> Behaviour:
    """A system that sends exactly this."""
    return lambda link, _: link.sendall(data.encode() if isinstance(data, str) else data)


class TestQuestion:
    """What the other system gets."""

    def test_posted_as_a_json_object(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """With what the settings add; half a character is a question mark."""
        headers = {"X-Site": "main", "content-length": "1", "accept-encoding": "gzip"}
        lookups.ask(policy_of(crm.url, token=TOKEN, headers=headers), QUESTION)
        (request,) = crm.requests
        assert request.line == "POST /callers HTTP/1.1"
        asked = {**QUESTION, "caller_name": 'O"Neil & Co\r\nX: y ☎ ?'}
        assert json.loads(request.body) == asked
        sent = request.headers
        assert sent["content-type"] == sent["accept"] == "application/json"
        assert sent["authorization"] == f"Bearer {TOKEN}"
        assert sent["x-site"] == "main"
        assert sent["accept-encoding"] == "identity"
        assert int(sent["content-length"]) == len(request.body)

    @pytest.mark.parametrize(
        ("header", "sent"),
        [("X-Api-Key", TOKEN), ("Cookie", TOKEN), ("authorization", f"Bearer {TOKEN}")],
    )
    def test_the_token_is_sent_in_the_header_for_it(
        self, lookups: HttpLookups, crm: OtherSystem, header: str, sent: str
    ) -> None:
        """By itself but for the usual one, and in no other."""
        lookups.ask(policy_of(crm.url, token=TOKEN, token_header=header), QUESTION)
        (request,) = crm.requests
        with_token = {name: text for name, text in request.headers.items() if TOKEN in text}
        assert with_token == {header.lower(): sent}

    def test_got_with_a_query(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """Nothing that a caller is called ends the line."""
        lookups.ask(policy_of(crm.url, method=LookupMethod.GET), QUESTION)
        (request,) = crm.requests
        path, _, query = request.line.removesuffix(" HTTP/1.1").partition("?")
        assert path == "GET /callers"
        asked = {**QUESTION, "caller_name": 'O"Neil & Co\r\nX: y ☎ ?'}
        found = parse_qs(query, keep_blank_values=True)
        assert {name: text for name, (text,) in found.items()} == asked
        assert request.body == b""
        assert "x" not in request.headers

    def test_one_connection_serves_one_question_after_another(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """And is closed in the end."""
        for _ in range(3):
            lookups.ask(policy_of(crm.url), QUESTION)
        assert crm.connections_count == 1
        lookups.close()
        systems.wait_until(lambda: crm.open_count == 0)

    def test_a_connection_that_was_closed_meanwhile_is_made_anew(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """Systems close what is idle."""

        def once(link: socket.socket, _request: Request) -> None:
            systems.answer(link, {"branch": "gold"})
            link.shutdown(socket.SHUT_RDWR)

        crm.behaves = once
        for _ in range(2):
            assert lookups.ask(policy_of(crm.url), QUESTION) == {"branch": "gold"}
            systems.wait_until(lambda: crm.open_count == 0)
        assert crm.connections_count == 2

    def test_several_at_once(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """Each on its own connection; others run meanwhile."""
        arrived = gevent.event.Event()

        def together(link: socket.socket, _request: Request) -> None:
            if len(crm.requests) == 3:
                arrived.set()
            arrived.wait()
            systems.answer(link, {"branch": "gold"})

        crm.behaves = together
        asking = [
            spawn("asking", lookups.ask, policy_of(crm.url, timeout_seconds=5), QUESTION)
            for _ in range(3)
        ]
        assert [systems.finished(one) for one in asking] == [{"branch": "gold"}] * 3

    def test_another_url_holds_from_the_next_question_on(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """A reload moves the system; nothing is kept open to where it was."""
        with systems.running() as moved:
            lookups.ask(policy_of(crm.url), QUESTION)
            lookups.ask(policy_of(moved.url), QUESTION)
            assert (len(crm.requests), len(moved.requests)) == (1, 1)
            systems.wait_until(lambda: crm.open_count == 0)


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
        answers = gevent.event.Event()

        def hangs(host: str, *_args: object, **_options: object) -> list[object]:
            asked.append(host)
            answers.wait()
            return []

        monkeypatch.setattr(socket, "getaddrinfo", hangs)
        policy = policy_of("http://crm.example/")
        asking = [spawn("asking", partial(failure, lookups, policy)) for _ in range(20)]
        found = [systems.finished(one) for one in asking]
        assert {one.failure for one in found if isinstance(one, LookupFailedError)} == {
            LookupFailure.TIMED_OUT
        }
        assert asked == ["crm.example"]
        answers.set()
        gevent.sleep(0)
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
        systems.wait_until(lambda: crm.open_count == 0)

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
        systems.wait_until(lambda: crm.open_count == 0)

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
            gzip.compress(b"{}"),
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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by nobody else."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl on this machine")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *(program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=crm", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", path, "-out", path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[OtherSystem]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with systems.running(context) as other:
        yield other


@contextlib.contextmanager
def _plain() -> Iterator[int]:
    """The port of a server that greets whatever it is sent, in no protocol of ours."""

    def greet(link: socket.socket, _address: object) -> None:
        with link, contextlib.suppress(OSError):
            link.recv(65_536)
            link.sendall(b"220 mail.example ESMTP at your service\r\n")
            link.recv(65_536)

    server = StreamServer(("127.0.0.1", 0), greet)
    server.start()
    try:
        yield int(server.address[1])
    finally:
        server.stop(timeout=0.1)


def test_an_answer_that_is_no_http(lookups: HttpLookups) -> None:
    """Of another service on that port: told in words."""
    with _plain() as port:
        found = failure(lookups, policy_of(f"http://127.0.0.1:{port}/"))
    assert found.failure is LookupFailure.UNREACHABLE
    assert str(found) == f"http://127.0.0.1:{port}/: what it answers is no HTTP"


def test_a_connection_closed_without_an_answer(lookups: HttpLookups, crm: OtherSystem) -> None:
    """By a system that falls over its question: told in words."""
    crm.behaves = lambda link, _: link.shutdown(socket.SHUT_RDWR)
    found = failure(lookups, policy_of(crm.url))
    assert str(found) == f"{crm.url}: it closed the connection without an answer"


class TestEncrypted:
    """Over TLS."""

    def test_a_certificate_that_nobody_vouches_for(
        self, lookups: HttpLookups, encrypted: OtherSystem
    ) -> None:
        """Neither question nor token is sent."""
        found = failure(lookups, policy_of(encrypted.url.replace("http:", "https:")))
        assert found.failure is LookupFailure.UNREACHABLE
        assert "its certificate is not trusted: " in str(found)
        assert encrypted.requests == []

    def test_a_trusted_one(
        self, encrypted: OtherSystem, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trusted by what OpenSSL trusts; the connection is kept."""
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        lookups = HttpLookups()
        policy = policy_of(encrypted.url.replace("http:", "https:"), timeout_seconds=5)
        assert [lookups.ask(policy, QUESTION) for _ in range(2)] == [{}, {}]
        assert encrypted.connections_count == 1
        lookups.close()

    def test_a_certificate_of_another_host(
        self, encrypted: OtherSystem, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trusted, but not for that name."""
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        lookups = HttpLookups()
        found = failure(lookups, policy_of(f"https://localhost:{encrypted.port}/"))
        assert found.failure is LookupFailure.UNREACHABLE
        assert encrypted.requests == []
        lookups.close()

    def test_a_server_that_answers_in_plain_text(self, lookups: HttpLookups) -> None:
        """People read what is wrong, and not what OpenSSL calls it."""
        with _plain() as port:
            found = failure(lookups, policy_of(f"https://127.0.0.1:{port}/"))
        assert found.failure is LookupFailure.UNREACHABLE
        assert "it does not speak TLS" in str(found)

    def test_a_server_that_does_not_speak_it(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """It waits for a request, and we for a certificate."""
        found = failure(lookups, policy_of(crm.url.replace("http:", "https:")))
        assert found.failure in {LookupFailure.UNREACHABLE, LookupFailure.TIMED_OUT}
