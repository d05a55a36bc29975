"""The client, and whatever may be at the other end of its socket."""

from __future__ import annotations

import socket
import time

import msgspec
import pytest
from gevent.event import Event
from gevent.server import StreamServer

from callcore.adapters.control import answers
from callcore.adapters.control import client as asking
from callcore.adapters.control.client import (
    ControlClient,
    ControlError,
    NotAllowedError,
    NotUnderstoodError,
    RefusedError,
    UnansweredError,
)
from tests.adapters.control.another_user import another_user
from tests.adapters.control.views import FIRST, SUPPORT


@pytest.fixture
def impostor(tmp_path):
    """Listens in callcore's place and says what it is given, or nothing for so many seconds."""
    path = tmp_path / "control.sock"
    answer: list[bytes | float] = []
    is_over = Event()

    def serve(connection, _address):
        connection.recv(10_000)
        for piece in answer:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            else:
                is_over.wait(timeout=piece)
        connection.close()

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    server = StreamServer(listener, serve)
    server.start()
    yield ControlClient(path, deadline_seconds=0.5), answer
    is_over.set()
    server.stop(timeout=0)


def http_answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def test_every_view_arrives_as_it_was_sent(server, floor, path):
    """With its types: the command line draws what the daemon knows."""
    client = ControlClient(path)
    assert list(client.queues().queues) == list(floor.views.values())
    assert list(client.calls().calls) == list(floor.line.values())
    assert client.configuration() == floor.config
    assert list(client.agents().agents) == floor.roster
    assert client.explain(FIRST) == floor.explanations[FIRST]
    assert client.timeline("1001").changes == floor.changes
    assert client.timeline("1001", 1).changes == floor.changes[-1:]


def test_a_refusal_arrives_with_its_word(server, path):
    """And its sentence."""
    with pytest.raises(RefusedError, match="there is no queue nowhere") as refusal:
        ControlClient(path).open_queue("nowhere")
    assert refusal.value.word == "unknown_queue"


def test_any_name_is_one_part_of_the_address(server, path):
    """None can reach another page."""
    client = ControlClient(path)
    for name in ("../calls", "a?b", "a#b", "%2e%2e", "a b", "ż", "\udcff", "\r\nHost: x"):
        with pytest.raises(RefusedError) as refusal:
            client.open_queue(name)
        assert refusal.value.word in ("unknown_queue", "unknown_address")


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"],
        [b"SSH-2.0-OpenSSH_9.2p1\r\n"],
        [30.0],
        [piece for letter in b"HTTP/1.1 200 OK" for piece in (bytes([letter]), 0.1)],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", 30.0],
    ],
    ids=["nothing", "half", "no HTTP", "silence", "a trickle", "half, then silence"],
)
def test_no_answer_is_told_within_the_deadline(impostor, answer):
    """As what it is: perhaps something was done."""
    client, given = impostor
    given += answer
    began = time.monotonic()
    with pytest.raises(UnansweredError, match="a change may have been made"):
        client.withdraw(FIRST)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer",
    [
        http_answer(b"<!doctype html>"),
        http_answer(b"{}"),
        http_answer(b'{"queues": [{"queue": 5}]}'),
        http_answer(b"\xff"),
        http_answer(b"", b"502 Bad Gateway"),
        http_answer(b'{"queues": []}', b"302 Found"),
    ],
)
def test_a_strange_answer_is_told(impostor, answer):
    """With the likely reason."""
    client, given = impostor
    given.append(answer)
    with pytest.raises(NotUnderstoodError, match="of one version"):
        client.queues()


def test_an_answer_may_hold_more_than_is_known_here(impostor):
    """A newer daemon tells more; what is known still arrives."""
    client, given = impostor
    answer = {"queue": "support", "was_closed": True, "by": "ann", "since": 5}
    given.append(http_answer(msgspec.json.encode(answer)))
    expected = answers.Opened(queue=SUPPORT, was_closed=True, by="ann")
    assert client.open_queue("support") == expected


def test_a_socket_of_another_user_is_told(server, path):
    """Not as a callcore that does not run."""
    with another_user(path), pytest.raises(NotAllowedError, match=f"{path} is another user's"):
        ControlClient(path).queues()


def test_every_fault_has_a_word_for_machines():
    """Different ones."""
    kinds = [kind for kind in vars(asking).values() if isinstance(kind, type)]
    words = [kind.word for kind in kinds if issubclass(kind, ControlError) and "word" in vars(kind)]
    assert len(words) == len(set(words)) == 5
