"""The connections: what a server that is away, slow, strict or full looks like from inside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from gevent.event import Event
from gevent.server import StreamServer
from redis import exceptions
from redis.connection import AbstractConnection
from redis.sentinel import MasterNotFoundError

from callcore.adapters.redisdb.client import PIPELINE_LIMIT
from callcore.adapters.redisdb.connecting import Access
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError, meaning, without_password
from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId
from callcore.ports.stores import Doing, StoreUnavailableError
from callcore.runtime.greenlets import spawn
from tests.adapters.redisdb import servers
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import NODE, SUPPORT, enrol, joining, request


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture(scope="module", params=servers.SERVER_NAMES)
def own_server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that a test may make strict or full."""
    executable = servers.program(request.param)
    if executable is None:
        pytest.skip(f"no {request.param} server on this machine")
    with servers.running(executable) as url:
        yield url


@pytest.fixture
def own_raw(own_server_url: str) -> Iterator[Any]:
    client = servers.bytes_client(own_server_url)
    yield client
    client.close()


def test_nobody_listens(faults: list[str]) -> None:
    """The error names the server and what to do, and says no password."""
    floor = Floor("redis://user:s3cret@127.0.0.1:1/0", SITE, fault=faults.append)
    with pytest.raises(StoreUnavailableError) as raised:
        floor.ping()
    text = str(raised.value)
    assert text.startswith("Redis at redis://127.0.0.1:1/0 cannot be reached: check that")
    assert "s3cret" not in text
    assert isinstance(raised.value.__cause__, exceptions.ConnectionError)
    assert faults == [Fault.UNREACHABLE]


def test_a_server_that_never_answers_costs_one_time_limit(faults: list[str]) -> None:
    """No repetition behind our back: one wait, one connection, one error."""
    seen: list[object] = []

    def never_answer(socket: Any, address: object) -> None:
        seen.append(address)
        while socket.recv(4096):
            pass

    server = StreamServer(("127.0.0.1", 0), never_answer)
    server.start()
    floor = Floor(
        f"redis://127.0.0.1:{server.server_port}",
        SITE,
        command_timeout_seconds=0.1,
        fault=faults.append,
    )
    started = time.monotonic()
    with pytest.raises(StoreUnavailableError, match="did not answer in time"):
        floor.waiting_room.join(joining("c1"), request())
    assert time.monotonic() - started < 1
    assert (len(seen), faults) == (1, [Fault.TIMED_OUT])
    floor.close()
    server.stop()


def test_a_script_that_timed_out_is_sent_once_and_may_be_repeated(
    own_server_url: str, own_raw: Any, faults: list[str]
) -> None:
    """The repetition with the same request id gets the answer, whether or not it had happened."""
    own_raw.flushall()
    floor = Floor(own_server_url, SITE, command_timeout_seconds=0.15, fault=faults.append)
    floor.waiting_room.join(joining("c0", score=0.0), request())
    own_raw.config_resetstat()
    own_raw.client_pause(300)
    with pytest.raises(StoreUnavailableError):
        floor.waiting_room.join(joining("c1"), "r")
    with gevent.Timeout(5):
        while True:
            try:
                assert floor.waiting_room.join(joining("c1"), "r").position == 2
                break
            except StoreUnavailableError:
                continue
    assert set(faults) == {Fault.TIMED_OUT}
    sent = own_raw.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert sent <= 1 + len(faults)
    floor.close()


def test_a_pool_in_use_is_not_mistaken_for_a_lost_server(
    server_url: str, faults: list[str]
) -> None:
    """Too few connections is our fault and says so."""
    floor = Floor(
        server_url, SITE, connection_count=1, command_timeout_seconds=0.05, fault=faults.append
    )
    held = floor._client._commands.connection_pool.get_connection()
    with pytest.raises(StoreUnavailableError, match="all our connections"):
        floor.ping()
    assert faults == [Fault.POOL_EXHAUSTED]
    floor._client._commands.connection_pool.release(held)
    floor.ping()
    floor.close()


def test_more_greenlets_than_connections_take_turns(server_url: str, raw: Any) -> None:
    """A full pool is waited for."""
    floor = Floor(server_url, SITE, connection_count=2)
    greenlets = [
        spawn("caller", floor.waiting_room.join, joining(f"c{number}"), request())
        for number in range(50)
    ]
    gevent.joinall(greenlets, timeout=10, raise_error=True)
    assert floor.waiting_room.counts([SUPPORT])[0].waiting_count == 50
    floor.close()


def test_the_password_may_be_apart_from_the_url(own_server_url: str, own_raw: Any) -> None:
    """With it the server answers; without, or with a wrong one, the error says what to check."""
    own_raw.config_set("requirepass", "s3cret")
    try:
        right = Floor(own_server_url, SITE, access=Access(password="s3cret"))
        right.ping()
        right.close()
        for password in (None, "wr0ng"):
            wrong = Floor(own_server_url, SITE, access=Access(password=password))
            with pytest.raises(
                StoreUnavailableError, match="and CALLCORE_REDIS_PASSWORD"
            ) as raised:
                wrong.ping()
            assert "wr0ng" not in str(raised.value)
            wrong.close()
    finally:
        own_raw.config_set("requirepass", "")


def test_a_full_server_is_unavailable(own_server_url: str, own_raw: Any, faults: list[str]) -> None:
    """Nothing is half done, and the error says what to raise."""
    floor = Floor(own_server_url, SITE, fault=faults.append)
    own_raw.flushall()
    own_raw.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailableError, match="raise maxmemory"):
            floor.waiting_room.join(joining("c1"), request())
    finally:
        own_raw.config_set("maxmemory", 0)
    assert faults == [Fault.UNFIT]
    assert floor.waiting_room.calls(NODE) == []
    floor.close()


def test_a_replica_is_unfit(own_server_url: str, own_raw: Any, faults: list[str]) -> None:
    """Pointed at a replica, the error says to point at the primary."""
    floor = Floor(own_server_url, SITE, fault=faults.append)
    own_raw.replicaof("127.0.0.1", 1)
    try:
        with pytest.raises(StoreUnavailableError, match="point the Redis URL at the primary"):
            floor.waiting_room.join(joining("c1"), request())
    finally:
        own_raw.replicaof("NO", "ONE")
    assert faults == [Fault.UNFIT]
    floor.close()


def test_foreign_data_under_our_keys_are_not_called_unavailable(floor: Floor, raw: Any) -> None:
    """What waiting cannot heal is another error, so that nobody repeats it for ever."""
    raw.set("callcore:{test}:agents", "not a set")
    with pytest.raises(UnexpectedAnswerError):
        floor.roster.agents()
    raw.hset("callcore:{test}:agent:anna", mapping={"state": "dreaming"})
    with pytest.raises(UnexpectedAnswerError, match="hash of agent anna"):
        floor.roster.agent(AgentId("anna"))
    raw.hset("callcore:{test}:call:c1", mapping={"state": "waiting"})
    with pytest.raises(UnexpectedAnswerError, match="hash of call c1"):
        floor.waiting_room.call(joining("c1").call_id)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (exceptions.BusyLoadingError("x"), Fault.UNFIT),
        (exceptions.ResponseError("MISCONF Redis is configured to save"), Fault.UNFIT),
        (exceptions.ResponseError("BUSY Redis is busy running a script"), Fault.UNFIT),
        (exceptions.ResponseError("UNBLOCKED force unblock from blocking"), Fault.UNFIT),
        (exceptions.MasterDownError("Link with MASTER is down"), Fault.UNFIT),
        (exceptions.ConnectionError("The previous master is now a slave"), Fault.UNFIT),
        (MasterNotFoundError("No master found"), Fault.UNREACHABLE),
        (
            exceptions.ConnectionError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"),
            Fault.NOT_ALLOWED,
        ),
        (exceptions.ResponseError("ACL failure in script: x"), Fault.NOT_ALLOWED),
        (exceptions.ResponseError("NOREPLICAS Not enough good replicas"), Fault.UNFIT),
        (exceptions.ResponseError("NOAUTH Authentication required."), Fault.NOT_ALLOWED),
        (exceptions.NoPermissionError("x"), Fault.NOT_ALLOWED),
        (exceptions.AuthenticationError("x"), Fault.NOT_ALLOWED),
        (exceptions.ConnectionError("No connection available."), Fault.POOL_EXHAUSTED),
        (exceptions.ResponseError("WRONGTYPE Operation"), Fault.UNEXPECTED_ANSWER),
        (exceptions.DataError("x"), Fault.UNEXPECTED_ANSWER),
    ],
)
def test_each_error_has_its_meaning(error: exceptions.RedisError, fault: Fault) -> None:
    """Only what is not the server's passing state is not ``StoreUnavailableError``."""
    found, translated = meaning(error, "redis://h")
    assert found is fault
    is_passing = isinstance(translated, StoreUnavailableError)
    assert is_passing == (fault is not Fault.UNEXPECTED_ANSWER)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://u:p@h:6379/1", "redis://h:6379/1"),
        ("redis://:p@h", "redis://h"),
        ("unix:///run/redis.sock?password=p&db=1", "unix:///run/redis.sock"),
        ("unix://u:p@/run/redis.sock", "unix:///run/redis.sock"),
        ("rediss://[::1]:6380", "rediss://[::1]:6380"),
    ],
)
def test_a_url_is_shown_without_secrets(url: str, shown: str) -> None:
    """Users, passwords and options are left out."""
    assert without_password(url) == shown


def test_a_url_of_something_else_is_refused() -> None:
    """Before anything connects."""
    with pytest.raises(ValueError, match="scheme"):
        Floor("http://127.0.0.1", SITE)


def test_tcp_works_as_sockets_do(own_server_url: str, own_raw: Any) -> None:
    """``redis://`` URLs reach the same floor."""
    port = servers.free_port()
    own_raw.config_set("port", port)
    floor = Floor(f"redis://127.0.0.1:{port}", SITE)
    assert floor.epoch() == Floor(own_server_url, SITE).epoch()
    floor.close()


def test_every_script_and_read_is_timed(server_url: str, raw: Any) -> None:
    """By name, failures included."""
    timed: dict[str, float] = {}
    floor = Floor(server_url, SITE, observe=timed.__setitem__)
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.call(joining("c1").call_id)
    assert set(timed) == {"join", "call"}
    assert all(0 < seconds < 5 for seconds in timed.values())
    floor.close()


def test_a_big_roster_is_read_in_parts(floor: Floor) -> None:
    """More agents than one pipeline takes come back complete and in order."""
    agents = [AgentId(f"agent-{number:04}") for number in range(PIPELINE_LIMIT + 10)]
    for agent_id in agents:
        enrol(floor, agent_id, SUPPORT)
    assert [agent.agent_id for agent in floor.roster.agents()] == agents
    assert floor.roster.doings(agents) == [Doing(state=AgentState.LOGGED_OUT)] * len(agents)


def test_lost_data_change_the_epoch(floor: Floor, raw: Any) -> None:
    """A flush or a restart without a file is noticed."""
    before = floor.epoch()
    raw.flushall()
    assert floor.epoch() != before


def test_a_killed_greenlet_leaves_no_answer_behind_for_the_next(
    server_url: str, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command given up half way cannot give its answer to another one."""
    floor = Floor(server_url, SITE, connection_count=1)
    floor.ping()
    raw.client_pause(100)
    sent = Event()
    send = AbstractConnection.send_packed_command

    def noted(*args: Any, **options: Any) -> None:
        send(*args, **options)
        sent.set()

    monkeypatch.setattr(AbstractConnection, "send_packed_command", noted)
    victim = spawn("victim", floor.epoch)
    assert sent.wait(5)
    victim.kill()
    assert floor.waiting_room.join(joining("c1"), request()).position == 1
    floor.close()


def test_a_connection_closed_under_a_command_is_unavailable(
    server_url: str, raw: Any, monkeypatch: pytest.MonkeyPatch, faults: list[str]
) -> None:
    """Polled after another greenlet closed it, as at the end of the process."""
    floor = Floor(server_url, SITE, fault=faults.append)

    def closed(*_: object, **__: object) -> None:
        raise ValueError("Invalid file object: None")

    monkeypatch.setattr(floor._client._commands.connection_pool, "get_connection", closed)
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        floor.ping()
    assert faults == [Fault.UNREACHABLE]
    floor.close()


def test_text_that_utf8_cannot_hold_costs_no_place(floor: Floor) -> None:
    """Half a surrogate pair in a caller's name becomes a question mark."""
    asked = joining("c1", caller_name="a\ud83dż")
    assert floor.waiting_room.join(asked, request()).position == 1
    call = floor.waiting_room.call(asked.call_id)
    assert call
    assert call.caller_name == "a?ż"
