"""The control server over its real socket, spoken to in plain HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import pwd

import gevent
import pytest
from gevent.event import Event

from callcore.adapters.control import failures, pages, requests
from callcore.adapters.control import server as serving
from callcore.ports import operations
from callcore.ports.operations import OperationError
from tests.adapters.control.conftest import connected
from tests.adapters.control.views import FIRST, SALES, SUPPORT

ME = pwd.getpwuid(os.geteuid()).pw_name

pytestmark = pytest.mark.usefixtures("server")


def test_queues_are_shown_as_they_are(ask):
    """Every field of every view, under its own name."""
    status, body = ask("GET", "/v1/queues")
    assert status == 200
    assert [queue["queue"] for queue in body["queues"]] == ["sales", "support"]
    assert body["queues"][1] == {
        "queue": "support",
        "is_open": True,
        "closure": None,
        "opens_at": None,
        "closes_at": None,
        "waiting_count": 3,
        "free_agents_count": 0,
        "staffed_count": 6,
        "promises_count": 0,
        "deferred_count": 0,
        "limit": {"maximum_waiting": 1000, "setting": "maximum_waiting"},
        "oldest_joined_at": None,
    }


def test_callers_and_explanations_are_shown_as_they_are(ask):
    """Views within views too."""
    status, body = ask("GET", "/v1/calls")
    assert (status, len(body["calls"])) == (200, 3)
    assert body["calls"][0]["caller_number"] == "+4860…34"
    status, body = ask("GET", f"/v1/calls/{FIRST}/explanation")
    assert status == 200
    assert body["decisions"][0]["not_free"] == {"talking": ["1001", "1008"], "on_break": ["1006"]}
    assert body["judgements"][0]["verdict"] == "level_closed"
    assert body["not_free"] == [["1001", "talking"], ["1002", "wrapping_up"]]


@pytest.mark.parametrize(
    ("address", "body", "done", "answer"),
    [
        (
            "/v1/queues/support/close",
            {"until": 4_000_000_000_000_000, "reason": "Brand im Büro"},
            ("close", SUPPORT, 4_000_000_000_000_000, "Brand im Büro", ME),
            {
                "queue": "support",
                "until": 4_000_000_000_000_000,
                "reason": "Brand im Büro",
                "by": ME,
            },
        ),
        (
            "/v1/queues/support/close",
            {},
            ("close", SUPPORT, None, "", ME),
            {"queue": "support", "until": None, "reason": "", "by": ME},
        ),
        (
            "/v1/queues/sales/open",
            None,
            ("open", SALES, ME),
            {"queue": "sales", "was_closed": False, "by": ME},
        ),
        (
            f"/v1/calls/{FIRST}/priority",
            {"priority": -20},
            ("priority", FIRST, -20, ME),
            {"call_id": FIRST, "priority": -13, "by": ME},
        ),
        (
            f"/v1/calls/{FIRST}/language",
            {"language": "pl"},
            ("language", FIRST, "pl", ME),
            {"call_id": FIRST, "language": "pl", "by": ME},
        ),
        (
            f"/v1/calls/{FIRST}/withdraw",
            {},
            ("withdraw", FIRST, ME),
            {"call_id": FIRST, "by": ME},
        ),
        (
            f"/v1/calls/{FIRST}/move",
            {"queue": "sales"},
            ("move", FIRST, SALES, ME),
            {"call_id": FIRST, "queue": "sales", "by": ME},
        ),
    ],
)
def test_a_change_is_made_in_the_name_of_who_connected(
    ask, floor, noted, address, body, done, answer
):
    """Who asks is what the kernel says of the socket, not what the client does."""
    assert ask("POST", address, body) == (200, answer)
    assert floor.done == [done]
    assert noted == [("control_change_made", {"path": address, **answer}, None)]


def test_a_user_without_a_name_is_told_by_number(ask, floor, monkeypatch):
    """A container's user often has none."""

    def unknown(_user_id):
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert ask("POST", "/v1/queues/sales/open")[0] == 200
    assert floor.done == [("open", SALES, f"user {os.geteuid()}")]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"priority": "\xff"}',
        b"[]",
        b"null",
        b"5",
        {},
        {"priority": "5"},
        {"priority": 5.5},
        {"priority": True},
        {"priority": None},
        {"priority": 5, "by": "somebody else"},
        {"Priority": 5},
        b"[" * 4000,
    ],
)
def test_a_body_that_is_not_understood_is_refused(ask, floor, noted, body):
    """In one line, without anything being done or the log being filled."""
    status, answer = ask("POST", f"/v1/calls/{FIRST}/priority", body)
    assert (status, answer["error"]) == (400, "bad_request")
    assert answer["message"]
    assert "\n" not in answer["message"]
    assert floor.done == []
    assert noted == []


@pytest.mark.parametrize(
    "body",
    [
        {"until": -1},
        {"until": 2**63},
        {"until": "tomorrow"},
        {"reason": "x" * 201},
        {"reason": None},
        {"untill": 5},
    ],
)
def test_a_closure_out_of_bounds_is_refused(ask, floor, body):
    """What no screen or calendar can show does not get in."""
    assert ask("POST", "/v1/queues/support/close", body)[0] == 400
    assert floor.done == []


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_a_large_body_is_refused(ask, floor, headers):
    """Whether or not its length is told before."""
    content = json.dumps({"reason": "x" * requests.LONGEST_BODY_BYTES}).encode()
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content) if headers else content
    status, answer = ask("POST", "/v1/queues/support/close", body, headers)
    assert (status, answer["error"]) == (413, "too_large")
    assert floor.done == []


def test_a_large_body_is_refused_before_it_comes(path):
    """Its length is enough."""
    with contextlib.closing(connected(path)) as client:
        client.sendall(b"POST /v1/queues/sales/open HTTP/1.1\r\nContent-Length: 99999\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_without_a_length_is_read(ask, floor):
    """As curl sends it from a pipe."""
    headers = {"Transfer-Encoding": "chunked"}
    body = b'f\r\n{"priority": 5}\r\n0\r\n\r\n'
    assert ask("POST", f"/v1/calls/{FIRST}/priority", body, headers)[0] == 200
    assert floor.done == [("priority", FIRST, 5, ME)]


def test_every_class_of_error_has_a_word_and_a_status_of_its_own():
    """A new error of the interface is not forgotten here; that of a callback has as many words as
    there are ends of the wish.
    """
    classes = {
        kind
        for kind in vars(operations).values()
        if isinstance(kind, type) and issubclass(kind, OperationError)
    }
    assert classes == {*failures.ERRORS, operations.CallbackRefusedError}
    words = [word for word, _ in failures.ERRORS.values()]
    assert len(set(words)) == len(words)
    assert all(400 <= status < 600 for _, status in failures.ERRORS.values())


@pytest.mark.parametrize("kind", list(failures.ERRORS), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("method", "address", "body"),
    [("GET", "/v1/queues", None), ("POST", f"/v1/calls/{FIRST}/move", {"queue": "sales"})],
)
def test_each_error_is_told_by_its_word(ask, floor, noted, kind, method, address, body):
    """The sentence is the operation's own."""

    def refuse():
        raise kind("No: „sales“ is full.")

    floor.before = refuse
    word, status = failures.ERRORS[kind]
    assert ask(method, address, body) == (
        status,
        {"error": word, "message": "No: „sales“ is full."},
    )
    assert noted == []


def test_an_error_made_of_another_has_the_others_word(ask, floor):
    """Operations may tell their errors more finely than the socket does."""

    class GoneToMenuError(operations.NotWaitingError):
        pass

    def refuse():
        raise GoneToMenuError("in a menu")

    floor.before = refuse
    assert ask("GET", "/v1/calls")[1]["error"] == "not_waiting"


def test_a_failure_tells_the_log_and_not_the_client(ask, floor, noted):
    """The client learns that there is something to read."""

    def fail():
        raise RuntimeError("secret inside")

    floor.before = fail
    status, answer = ask("GET", "/v1/queues")
    assert (status, answer["error"]) == (500, "internal_error")
    assert "secret" not in answer["message"]
    [(event, values, fault)] = noted
    assert (event, values, str(fault)) == (
        "control_request_failed",
        {"path": "/v1/queues"},
        "secret inside",
    )


@pytest.mark.parametrize(
    ("method", "address", "status", "word"),
    [
        ("GET", "/", 404, "unknown_address"),
        ("GET", "/v1/queues/support", 404, "unknown_address"),
        ("POST", "/v1/queues/a%2Fb/open", 404, "unknown_address"),
        ("POST", "/v1/queues/../../etc/passwd/open", 404, "unknown_address"),
        ("POST", "/v1/queues", 405, "wrong_method"),
        ("GET", "/v1/queues/support/close", 405, "wrong_method"),
        ("DELETE", f"/v1/calls/{FIRST}/withdraw", 405, "wrong_method"),
        ("POST", "/v1/queues/nowhere/open", 404, "unknown_queue"),
        ("POST", "/v1/queues/%0A%1B%5B31m/open", 404, "unknown_queue"),
        ("POST", "/v1/queues/%FF%00/open", 404, "unknown_queue"),
        ("POST", "/v1/queues/%7Bqueue%7D/open", 404, "unknown_queue"),
        ("POST", f"/v1/queues/{'x' * 3000}/open", 404, "unknown_queue"),
        ("GET", "/v1/calls/%27%20OR%201%3D1/explanation", 404, "unknown_call"),
    ],
)
def test_what_is_not_there_is_told_apart(ask, floor, noted, method, address, status, word):
    """Addresses and names that do not exist are ordinary answers, however they look."""
    answered, body = ask(method, address)
    assert (answered, body["error"]) == (status, word)
    assert floor.done == []
    assert noted == []


def test_names_of_any_script_arrive_whole(ask, floor):
    """An address is UTF-8."""
    floor.views["obsługa"] = floor.views[SUPPORT]
    assert ask("POST", "/v1/queues/obs%C5%82uga/open")[1]["queue"] == "obsługa"
    assert floor.done == [("open", "obsługa", ME)]


def test_an_operation_that_hangs_is_given_up(ask, floor, monkeypatch):
    """The client learns that it may have been done; the next one is served."""
    monkeypatch.setattr(pages, "DEADLINE_SECONDS", 0.1)
    never = Event()
    floor.before = lambda: never.wait(30)
    status, answer = ask("POST", f"/v1/calls/{FIRST}/withdraw")
    assert (status, answer["error"]) == (503, "not_ready")
    floor.before = lambda: None
    assert ask("GET", "/v1/queues")[0] == 200


def test_two_changes_at_once_are_both_made(ask, floor):
    """The second one neither waits for the first one nor disturbs it."""
    both = Event()
    begun: list[int] = []

    def meet():
        begun.append(1)
        if len(begun) == 2:
            both.set()
        assert both.wait(10)

    floor.before = meet
    first = gevent.spawn(ask, "POST", "/v1/queues/support/close", {"reason": "one"})
    second = gevent.spawn(ask, "POST", f"/v1/calls/{FIRST}/move", {"queue": "sales"})
    assert first.get(timeout=10)[1]["reason"] == "one"
    assert second.get(timeout=10)[1]["queue"] == "sales"
    assert {change[0] for change in floor.done} == {"close", "move"}


def test_a_silent_client_is_let_go(ask, path, server, floor, monkeypatch):
    """Connections that never ask cannot use the server up."""
    monkeypatch.setattr(server._server, "idle_seconds", 0.2)
    for sent in (b"", b"POST /v1/queues/sales/open HTTP/1.1\r\nContent-Length: 5\r\n\r\n{"):
        with contextlib.closing(connected(path)) as client:
            client.sendall(sent)
            while client.recv(1000):
                pass
    assert ask("GET", "/v1/queues")[0] == 200
    assert floor.done == []


def test_garbage_is_one_line_of_the_log(path, noted):
    """What is not HTTP is refused and noted."""
    with contextlib.closing(connected(path)) as client:
        client.sendall(b"\x16\x03\x01 garbage\r\n\r\n")
        assert b"400" in client.recv(1000)
    assert [line[0] for line in noted] == ["control_request_refused"]


def test_more_clients_than_are_served_at_once_wait(ask, floor):
    """Nobody is turned away while others take their time."""
    all_busy, go = Event(), Event()
    begun: list[int] = []

    def take_time():
        begun.append(1)
        if len(begun) == serving.CONNECTIONS_LIMIT:
            all_busy.set()
        assert go.wait(10)

    floor.before = take_time
    clients = [gevent.spawn(ask, "GET", "/v1/queues") for _ in range(serving.CONNECTIONS_LIMIT + 5)]
    assert all_busy.wait(10)
    go.set()
    assert [client.get(timeout=10)[0] for client in clients] == [200] * len(clients)
