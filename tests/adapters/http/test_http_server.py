"""The HTTP pages over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from typing import Any

import pytest
from gevent import socket
from gevent.event import Event

from callcore.adapters.http import pages, server

READY = {"redis": "up", "link:fs1": "up", "link:fs2": "lost", "postgres": "away"}


class Worker:
    """A server whose parts a test can change."""

    def __init__(self):
        self.parts = dict(READY)
        self.told: dict[str, Any] = {}
        self.noted: list[tuple[str, dict[str, Any], Exception]] = []
        self.metrics = lambda: b"callcore_floor_up 1.0\n"
        self.readiness = lambda: self.parts
        self.server = server.HttpServer(
            "127.0.0.1",
            0,
            metrics=self.render,
            readiness=self.ask,
            note=lambda *noted: self.noted.append(noted),
            worker=lambda: self.told,
        )

    def render(self):
        return self.metrics()

    def ask(self):
        return self.readiness()

    def connect(self):
        host, port = self.server.address
        return contextlib.closing(http.client.HTTPConnection(host, port, timeout=10))

    def get(self, path, method="GET", headers=None):
        with self.connect() as c:
            c.request(method, path, headers=headers or {})
            answer = c.getresponse()
            return answer.status, answer.headers["content-type"], answer.read().decode()


@pytest.fixture
def worker():
    running = Worker()
    running.server.start()
    yield running
    running.server.stop()


def test_metrics_are_served_in_the_format_of_prometheus(worker):
    """The page is what was rendered, byte for byte, with its content type."""
    assert worker.get("/metrics") == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        "callcore_floor_up 1.0\n",
    )


def test_a_living_worker_says_so(worker):
    """Whatever else is broken, this is answered."""
    worker.parts = {}
    assert worker.get("/healthz")[0] == 200


def test_a_ready_worker_names_each_part(worker):
    """One link of two is enough; Postgres may be away, for records wait."""
    status, kind, body = worker.get("/readyz")
    assert (status, kind) == (200, "application/json")
    assert json.loads(body) == {"ready": True, "parts": READY}


@pytest.mark.parametrize(
    "parts",
    [
        {"redis": "away", "link:fs1": "up"},
        {"redis": "up", "link:fs1": "lost"},
        {"redis": "up"},
        {"redis": "up", "lease": "not renewed", "link:fs1": "up"},
        {"link:fs1": "up"},
        {},
    ],
)
def test_a_worker_without_floor_or_switch_is_not_ready(worker, parts):
    """A load balancer sends it nothing, and the body says why."""
    worker.parts = parts
    status, _, body = worker.get("/readyz")
    assert status == 503
    assert json.loads(body) == {"ready": False, "parts": parts}


def test_a_worker_among_others_tells_who_it_is(worker):
    """Beside its parts, at the moment it is asked."""
    worker.parts = {"lease": "up", **READY}
    worker.told = {"worker": "2", "shards": {"fs1": "89abcdef"}, "colleagues": ["1"]}
    status, _, body = worker.get("/readyz")
    assert status == 200
    assert json.loads(body) == {"ready": True, "parts": worker.parts, **worker.told}


def test_readiness_that_is_not_known_in_time_is_no(worker, monkeypatch):
    """A Redis that hangs cannot hang the probe."""
    monkeypatch.setattr(pages, "READINESS_SECONDS", 0.1)
    never = Event()
    worker.readiness = lambda: never.wait(30)
    began = time.monotonic()
    status, _, body = worker.get("/readyz")
    assert status == 503
    assert "not known" in body
    assert time.monotonic() - began < 5


def test_a_page_that_fails_tells_the_log_and_not_the_client(worker):
    """The client gets 500 without a word of the inside."""

    def fail():
        raise RuntimeError("secret inside")

    worker.metrics = fail
    status, _, body = worker.get("/metrics")
    assert status == 500
    assert "secret" not in body
    [(event, values, fault)] = worker.noted
    assert (event, values["path"]) == ("http_request_failed", "/metrics")
    assert str(fault) == "secret inside"
    assert worker.get("/healthz")[0] == 200


def test_the_index_leads_to_the_pages(worker):
    """As HTML for a browser, as a line for curl."""
    status, kind, body = worker.get("/", headers={"Accept": "text/html"})
    assert status == 200
    assert kind.startswith("text/html")
    assert 'href="/metrics"' in body
    assert worker.get("/", headers={"Accept": "*/*"})[2] == "callcore: /metrics /readyz /healthz\n"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/metrics", 405), ("GET", "/%2e%2e/etc/passwd", 404)],
)
def test_what_is_not_served_is_refused(worker, method, path, status):
    """Unknown paths and methods are ordinary answers, not faults."""
    assert worker.get(path, method)[0] == status
    assert worker.noted == []


def test_a_connection_is_kept_and_fast(worker):
    """Fifty requests over one connection take no 40 ms each."""
    with worker.connect() as c:
        began = time.monotonic()
        for _ in range(50):
            c.request("GET", "/healthz")
            c.getresponse().read()
        assert time.monotonic() - began < 1.0


def test_a_port_in_use_is_named_with_the_cure(worker):
    """Whoever starts a second worker learns what to change."""
    host, port = worker.server.address
    second = server.HttpServer(host, port, metrics=bytes, readiness=dict, note=lambda *_: None)
    with pytest.raises(server.HttpPortInUseError, match=rf"{host}:{port} .*http\.port"):
        second.start()
    second.stop()


def test_an_address_of_another_machine_is_refused_clearly():
    """Not a trace but a line that names the settings."""
    elsewhere = server.HttpServer(
        "192.0.2.1", 9170, metrics=bytes, readiness=dict, note=lambda *_: None
    )
    with pytest.raises(server.HttpAddressError, match=r"192\.0\.2\.1:9170.*http\.host"):
        elsewhere.start()


def test_a_stopped_server_frees_its_port(worker):
    """A restart takes the same port at once."""
    address = worker.server.address
    assert worker.get("/healthz")[0] == 200
    worker.server.stop()
    again = server.HttpServer(*address, metrics=bytes, readiness=dict, note=lambda *_: None)
    again.start()
    assert again.address == address
    assert again.url == f"http://127.0.0.1:{address[1]}/"
    again.stop()


def test_a_silent_client_is_let_go(worker, monkeypatch):
    """Connections that never ask cannot use the server up."""
    monkeypatch.setattr(worker.server._server, "idle_seconds", 0.2)
    for sent in (b"", b"GET / HTTP/1.1\r\nHost:"):
        with contextlib.closing(socket.create_connection(worker.server.address)) as client:
            client.sendall(sent)
            client.settimeout(5)
            while client.recv(1000):
                pass
    assert worker.get("/healthz")[0] == 200


def test_garbage_is_one_line_of_the_log(worker):
    """What is not HTTP is refused and noted."""
    with contextlib.closing(socket.create_connection(worker.server.address)) as client:
        client.sendall(b"\x16\x03\x01 garbage\r\n\r\n")
        client.settimeout(5)
        assert b"400" in client.recv(1000)
    assert [noted[0] for noted in worker.noted] == ["http_request_refused"]
