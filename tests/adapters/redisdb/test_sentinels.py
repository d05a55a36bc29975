"""The floor behind Sentinels: the server dies, another takes its place, and callcore goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import gevent
import pytest

from callcore.adapters.redisdb.connecting import Access, target_of
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.floor import Floor
from callcore.ports.stores import StoreUnavailableError
from tests.adapters.redisdb import sentinels, servers
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import joining, request

A = TypeVar("A")

FAILOVER_SECONDS = 30.0
ACCESS = Access(password="of-the-data", sentinel_password="of-the-sentinels")


@pytest.fixture(scope="module")
def trio() -> Iterator[sentinels.Trio]:
    executable = servers.program("redis") or servers.bundled_valkey()
    password, sentinel_password = ACCESS.password, ACCESS.sentinel_password
    assert password is not None
    assert sentinel_password is not None
    with sentinels.running(
        executable, password=password, sentinel_password=sentinel_password
    ) as running:
        yield running


def until_done(step: Callable[[], A], seconds: float = FAILOVER_SECONDS) -> A:
    """What flows do: try again until the floor is back."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return step()
        except StoreUnavailableError:
            assert time.monotonic() < deadline, "the floor did not come back"
            gevent.sleep(0.05)


def test_the_floor_goes_on_when_the_primary_dies(trio: sentinels.Trio) -> None:
    """Places that had reached the replica are there, steps work (their scripts are unknown to
    the new server), readers that block go on, the epoch tells that something may be missing; and
    one that is made a replica under our hands is left for whoever is the primary then.
    """
    faults: list[str] = []
    floor = Floor(trio.url, SITE, access=ACCESS, command_timeout_seconds=1.0, fault=faults.append)
    for number in range(3):
        floor.waiting_room.join(joining(f"c{number}", score=float(number)), request())
    before, old = floor.epoch(), trio.primary_port()
    with trio.client(old) as client:
        client.execute_command("WAIT", 1, 5000)

    reader = gevent.spawn(lambda: until_done(lambda: floor.pending_records.read(1, 3.0)))
    gevent.sleep(0.1)
    trio.kill(old)
    asked = request()
    place = until_done(lambda: floor.waiting_room.join(joining("late", score=9.0), asked))
    assert place.position == 4
    assert trio.primary_port() != old
    assert faults
    assert set(faults) <= {Fault.UNREACHABLE, Fault.TIMED_OUT, Fault.UNFIT}
    assert floor.epoch() != before
    assert floor.epoch().split()[0] == before.split()[0]
    assert reader.get(timeout=20) == []

    trio.start(old, replica_of=trio.primary_port())
    before = floor.epoch()
    with trio.client(trio.primary_port()) as client:
        client.execute_command("REPLICAOF", "127.0.0.1", str(old))  # a replica of a replica
        with pytest.raises(StoreUnavailableError, match=r"has become a replica|read-only"):
            floor.waiting_room.join(joining("later", score=10.0), request())
        client.execute_command("REPLICAOF", "NO", "ONE")
    asked = request()
    assert until_done(lambda: floor.waiting_room.join(joining("later", score=10.0), asked)).position
    assert floor.epoch() == before
    floor.close()


def test_sentinels_that_know_of_no_primary_are_told_of(trio: sentinels.Trio) -> None:
    """By nobody's name, with a wrong password, and with none of them there; never a password."""
    url = trio.url
    for wrong, access in (
        (url.replace("/floor/", "/other/"), ACCESS),
        (url, Access(password=ACCESS.password, sentinel_password="wr0ng")),
        ("sentinel://127.0.0.1:1,127.0.0.1:2/floor", ACCESS),
    ):
        faults: list[str] = []
        floor = Floor(wrong, SITE, access=access, fault=faults.append)
        with pytest.raises(StoreUnavailableError, match="no primary that a Sentinel") as raised:
            floor.ping()
        text = str(raised.value)
        assert text.startswith("Redis at sentinel://127.0.0.1:")
        assert not any(secret in text for secret in ("wr0ng", "of-the-data", "of-the-sentinels"))
        assert faults == [Fault.UNREACHABLE]
        floor.close()


@pytest.mark.parametrize(
    "url",
    [
        "sentinel://127.0.0.1",
        "sentinel://127.0.0.1/",
        "sentinel://127.0.0.1/floor/one",
        "sentinel://,/floor",
        "sentinel://a:port/floor",
        "sentinel:///floor",
    ],
)
def test_a_url_that_says_too_little_is_refused(url: str) -> None:
    """Before anything connects."""
    with pytest.raises(ValueError, match="Redis URL with Sentinels"):
        Floor(url, SITE)


def test_a_url_names_sentinels_primary_database_and_user() -> None:
    """Addresses of either kind, with the usual port where there is none."""
    target = target_of("sentinels://callcore@one,two:1234,[::1]:5/floor/3", Access(ca_file="/ca"))
    assert target.sentinels == (("one", 26379), ("two", 1234), ("::1", 5))
    assert target.primary == "floor"
    assert (target.options["db"], target.options["username"]) == (3, "callcore")
    assert target.options["ssl_ca_certs"] == "/ca"
