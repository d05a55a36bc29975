"""``/v1/callbacks`` over real sockets: who may ask, what is answered, what is told of faults."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from gevent.event import Event

from callcore.adapters.http import callbacks
from callcore.adapters.http.callbacks import Api
from callcore.adapters.http.server import HttpServer
from callcore.domain.ids import Language
from callcore.domain.outcomes import AskingEnd
from callcore.ports.operations import (
    CallbackRefusedError,
    CallbackRequest,
    NotReadyError,
    OutOfRangeError,
)
from tests.adapters.control.small_floor import SmallFloor
from tests.adapters.control.views import NOW, SUPPORT, THIRD

TOKEN = "s3cret-of-a-web-form"
BODY = {"queue": "support", "number": "+48600700800"}


class Site:
    """A server with an API, and what was logged."""

    def __init__(self, token: str | None = TOKEN) -> None:
        self.floor: SmallFloor | None = SmallFloor()
        self.noted: list[tuple[Any, ...]] = []
        api = None if token is None else Api(token=token, operations=lambda: self.floor)
        self.server = HttpServer(
            "127.0.0.1",
            0,
            metrics=lambda: b"",
            readiness=dict,
            note=lambda *line: self.noted.append(line),
            api=api,
        )

    def ask(
        self, method: str = "GET", body: Any = None, token: str | None = f"Bearer {TOKEN}"
    ) -> tuple[int, dict[str, Any]]:
        headers = {} if token is None else {"Authorization": token.encode()}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        host, port = self.server.address
        with contextlib.closing(http.client.HTTPConnection(host, port, timeout=10)) as connection:
            connection.request(method, "/v1/callbacks", content, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")


@contextlib.contextmanager
def running(site: Site) -> Iterator[Site]:
    site.server.start()
    yield site
    site.server.stop()


@pytest.fixture
def site() -> Iterator[Site]:
    with running(Site()) as started:
        yield started


def test_without_a_token_there_is_no_such_address() -> None:
    """Nothing can be asked of a callcore that was given none."""
    with running(Site(token=None)) as site:
        assert site.ask()[0] == 404
        assert site.ask("POST", BODY)[0] == 404


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer \N{BLACK STAR}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_has_not_the_token_is_told_so(site: Site, method: str, token: str | None) -> None:
    """Before a body is read; nothing is done and nothing told."""
    status, answer = site.ask(method, b"{", token)
    assert (status, answer["error"]) == (401, "unauthorized")
    assert TOKEN not in json.dumps(answer)
    assert site.floor is not None
    assert site.floor.done == []


def test_a_body_that_ends_early_is_the_asker_s_fault(site: Site) -> None:
    """No fault of callcore is logged, and nothing is done."""
    with socket.create_connection(site.server.address, timeout=10) as connection:
        head = f"POST /v1/callbacks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        connection.sendall(f"{head}Content-Length: 500\r\n\r\n{{}}".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"the body ended before its length" in answer
    assert site.floor is not None
    assert site.floor.done == []
    assert site.noted == []


def test_callbacks_are_shown_with_shortened_numbers(site: Site) -> None:
    """As operators see them; the scheme is read as HTTP has it."""
    status, answer = site.ask(token=f"bearer {TOKEN}")
    assert status == 200
    (shown,) = answer["callbacks"]
    assert (shown["caller_number"], shown["state"]) == ("+4860…34", "waiting")


def test_a_callback_is_requested(site: Site) -> None:
    """All that was given is asked for; the log names no number."""
    whole = {
        **BODY,
        "name": "Zażółć",
        "language": "pl",
        "priority": 7,
        "account": "A-7",
        "not_before": NOW,
        "by": "web form",
    }
    assert site.ask("POST", whole) == (
        200,
        {
            "end": "promised",
            "call_id": THIRD,
            "position": 4,
            "low_minutes": 5,
            "high_minutes": 10,
        },
    )
    assert site.floor is not None
    ((verb, request),) = site.floor.done
    assert verb == "request_callback"
    assert request == CallbackRequest(
        queue=SUPPORT,
        number="+48600700800",
        by="web form",
        name="Zażółć",
        language=Language("pl"),
        priority=7,
        account="A-7",
        not_before=NOW,
    )
    told = {"end": AskingEnd.PROMISED, "call_id": THIRD, "queue": "support", "by": "web form"}
    assert site.noted == [(callbacks.ASKED, told, None)]


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"", 400, "bad_request"),
        (b"{", 400, "bad_request"),
        (b"\xff", 400, "bad_request"),
        ([], 400, "bad_request"),
        ({"queue": "support"}, 400, "bad_request"),
        ({**BODY, "nmae": "misspelt"}, 400, "bad_request"),
        ({**BODY, "number": "1" * 129}, 400, "bad_request"),
        ({**BODY, "name": "x" * 5000}, 413, "too_large"),
        ({**BODY, "queue": "nowhere"}, 404, "unknown_queue"),
    ],
)
def test_a_bad_request_is_told_in_one_line(site: Site, body: Any, status: int, word: str) -> None:
    """Nothing is done."""
    answered, answer = site.ask("POST", body)
    assert (answered, answer["error"]) == (status, word)
    assert "\n" not in answer["message"]
    assert site.floor is not None
    assert site.floor.done == []


def test_a_body_without_a_length_is_too_large_too(site: Site) -> None:
    """However it is sent, no more of it is read."""
    host, port = site.server.address
    chunks = iter([b'{"queue": "support", "name": "', b"x" * 5000, b'", "number": "1"}'])
    with contextlib.closing(http.client.HTTPConnection(host, port, timeout=10)) as connection:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        connection.request("POST", "/v1/callbacks", chunks, headers, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["error"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        (CallbackRefusedError("no", AskingEnd.NUMBER_NOT_ALLOWED), 422, "number_not_allowed"),
        (CallbackRefusedError("no", AskingEnd.TOO_MANY), 409, "too_many"),
        (OutOfRangeError("no"), 422, "out_of_range"),
        (NotReadyError("no"), 503, "not_ready"),
    ],
)
def test_what_is_refused_is_told_by_its_word(
    site: Site, fault: Exception, status: int, word: str
) -> None:
    """With the sentence of the operation."""

    def refuse() -> None:
        raise fault

    assert site.floor is not None
    site.floor.before = refuse
    assert site.ask("POST", BODY) == (status, {"error": word, "message": "no"})


def test_a_callcore_that_has_only_begun_says_so(site: Site) -> None:
    """Whoever asks comes again."""
    site.floor = None
    assert [site.ask()[0], site.ask("POST", BODY)[0]] == [503, 503]


def test_an_answer_that_does_not_come_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation that hangs cannot hang the web form."""
    monkeypatch.setattr(callbacks, "DEADLINE_SECONDS", 0.1)
    never = Event()
    assert site.floor is not None

    def hang() -> None:
        never.wait(30)

    site.floor.before = hang
    assert site.ask()[0] == 503


def test_what_fails_inside_is_told_to_the_log_only(site: Site) -> None:
    """The client learns nothing of it."""

    def fail() -> None:
        raise RuntimeError("secret inside")

    assert site.floor is not None
    site.floor.before = fail
    status, answer = site.ask()
    assert status == 500
    assert "secret" not in json.dumps(answer)
    assert [event for event, *_ in site.noted] == ["http_request_failed"]


def test_the_token_is_not_shown() -> None:
    """Wherever the value is printed."""
    assert TOKEN not in repr(Api(token=TOKEN, operations=lambda: None))
