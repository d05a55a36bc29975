"""Several workers share the calls: none of them is missed, and none of them is needed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from callcore.switchsim.legs import Leg
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import Daemon, records, until
from tests.system.workers import DIGITS, Workers, call_in, site, staff

pytestmark = pytest.mark.timeout(120)

AGENTS = [str(1001 + number) for number in range(6)]
DEFECTS = ("greenlet_died", "listener_failed", "observer_failed", "frame_skipped", "flow_failed")

Begin = Callable[[], Workers]


@pytest.fixture
def begin(start: Start, switch: SimulatedSwitch, tmp_path: Path) -> Iterator[Begin]:
    """Starts two workers on the switch; at the end nothing of theirs is left."""
    daemons: list[Daemon] = []

    def run() -> Workers:
        content = site(tmp_path, switch.port, AGENTS, workers=2)
        content.pop("site")
        daemon = start(switch, **content)
        daemons.append(daemon)
        daemon.wait_line("workers_run")
        return Workers(daemon)

    yield run
    for daemon in daemons:
        children = daemon.children() if daemon.process.poll() is None else []
        daemon.end()
        until(lambda: not any(child.is_running() for child in children), "its children's end")  # noqa: B023 - awaited here
        assert [line for event in DEFECTS for line in daemon.lines(event)] == []


def talks(call: Leg) -> bool:
    return call.bridged_to is not None


def cli(base: Path, *words: str) -> str:
    command = [sys.executable, "-m", "callcore", *words, "--data-directory", str(base / "data")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_death_of_one_is_heard_by_nobody(
    begin: Begin, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Calls of both: those of the dead one are adopted by the other, whoever talks talks on, who
    waits keeps music and place; the dead one comes back and gets its share.
    """
    staff(switch, AGENTS[:4], None)
    workers = begin()
    shares = workers.share("1", "2")
    calls = [call_in(switch, shares[name][place]) for place in range(3) for name in ("1", "2")]
    talking = until(lambda: [call for call in calls if talks(call)][3:] and calls, "four talks")
    talking = [call for call in calls if talks(call)]
    waiting = [call for call in calls if not talks(call)]
    assert len(waiting) == 2
    assert all(call.wait_until(lambda leg: leg.playing is not None, 10) for call in waiting)
    for name in ("1", "2"):
        begun = [line for line in workers.daemon.lines("call_arrived") if line["worker"] == name]
        assert len(begun) == 3
    killed = workers.pid("1")
    assert killed is not None
    orphans = [call for call in calls if call.leg_id[0] in shares["1"]]
    os.kill(killed, signal.SIGKILL)
    print(f"adopted after {workers.seconds_until_all('2', orphans):.2f} s")  # noqa: T201 - measured
    assert all(talks(call) for call in talking)
    assert all(call.playing == "local_stream://moh" for call in waiting)
    listed = cli(tmp_path, "call", "list")
    assert all(call.leg_id[:8] in listed for call in waiting)
    for call in talking:
        call.hang_up()
    assert all(call.wait_until(talks, 15) for call in waiting)
    assert all(call.heard.count("local_stream://moh") == 1 for call in waiting)
    until(lambda: workers.pid("1") not in (None, killed), "another process")
    until(lambda: workers.digits("1"), "its share")
    for call in waiting:
        call.hang_up()
    found = until(lambda: len(records(tmp_path)) >= len(calls) and records(tmp_path), "records")
    assert sorted(str(record["call_id"]) for record in found) == sorted(
        call.leg_id for call in calls
    )
    assert {record["outcome"] for record in found} == {"served"}


def test_two_pages_count_nothing_twice(begin: Begin, switch: SimulatedSwitch) -> None:
    """The floor is the same on both, and what happened to calls is on one of them."""
    staff(switch, AGENTS[:1], None)
    workers = begin()
    shares = workers.share("1", "2")
    calls = [call_in(switch, shares[name][place]) for place in range(2) for name in ("1", "2")]
    until(lambda: any(talks(call) for call in calls), "a talk")

    def told(sample: str) -> list[float]:
        return [workers.sample(name, sample) for name in ("1", "2")]

    waiting = 'callcore_queue_waiting{queue="support"}'
    until(lambda: told(waiting) == [3, 3], "the same line on both pages")
    talking = 'callcore_queue_agents{queue="support",state="talking"}'
    until(lambda: told(talking) == [1, 1], "the same agents on both pages")
    assert told('callcore_queue_joined_total{queue="support"}') == [2, 2]
    assert sum(told('callcore_queue_picked_up_total{queue="support"}')) == 1
    assert sum(told("callcore_shards_held")) == max(told("callcore_shards")) == 33
    assert told('callcore_queue_open{queue="support"}') == [1, 1]


@pytest.mark.chaos
def test_a_name_is_one_process(
    switch: SimulatedSwitch, tmp_path: Path, valkey_url: str, database_url: str
) -> None:
    """A second one is refused in one line; one on another machine too; one in the place of a dead
    one goes on with its calls.
    """
    parts = {"redis": {"url": valkey_url}, "postgres": {"url": database_url}, "site": "names"}
    content = site(tmp_path, switch.port, AGENTS[:1], **parts)
    first = Daemon.configured(tmp_path, content, options=("--instance", "b"))
    others: list[Daemon] = []
    try:
        first.wait_line("shards_taken_over")
        caller = call_in(switch, "a")
        first.wait_line("caller_joined", worker="b")
        others.append(Daemon.configured(tmp_path, content, options=("--instance", "b")))
        elsewhere = {**content, "data_directory": str(tmp_path / "elsewhere")}
        until(lambda: others[0].process.poll() is not None, "its end")
        others.append(Daemon.configured(tmp_path, elsewhere, options=("--instance", "b")))
        assert [other.process.wait(30) for other in others] == [1, 1]
        texts = [other.text() for other in others]
        assert texts[0] == (
            f"another callcore, pid {first.process.pid}, is instance b of {tmp_path / 'data'}: "
            "stop it, or give this one another name with --instance\n"
        )
        assert texts[1].startswith("a callcore with other data, on another machine perhaps, is ")
        first.process.kill()
        others.append(Daemon.configured(tmp_path, content, options=("--instance", "b")))
        others[-1].wait_line("self_healed", reason="adopted", subject=caller.leg_id)
        assert others[-1].stop() == 0
    finally:
        for daemon in (first, *others):
            daemon.end()


@pytest.mark.chaos
def test_one_after_the_other_is_restarted_under_load(
    begin: Begin, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Nobody loses a call or a place, and each call has its record."""
    staff(switch, AGENTS, 1.0)
    workers = begin()
    workers.share("1", "2")
    pids = [workers.pid(name) for name in ("1", "2")]
    calls: list[Leg] = []
    workers.daemon.process.send_signal(signal.SIGUSR1)
    while not workers.daemon.lines("rolling_restart_ended"):
        calls.append(call_in(switch, DIGITS[len(calls) % len(DIGITS)]))
        gevent.sleep(0.25)
        assert len(calls) < 120, workers.daemon.text()[-3000:]
    assert all(call.wait_until(lambda leg: not leg.is_alive, 30) for call in calls)
    assert not set(pids) & {workers.pid(name) for name in ("1", "2")}
    found = until(lambda: len(records(tmp_path)) >= len(calls) and records(tmp_path), "records")
    assert sorted(str(record["call_id"]) for record in found) == sorted(
        call.leg_id for call in calls
    )
    assert {record["outcome"] for record in found} == {"served"}


@pytest.mark.chaos
def test_workers_do_not_outlive_their_supervisor(
    begin: Begin, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Killed, it takes them along; the talk goes on at the switch, and the next ones adopt it."""
    staff(switch, AGENTS[:1], None)
    workers = begin()
    call = call_in(switch, "7")
    assert call.wait_until(talks, 10)
    workers.daemon.wait_line("legs_bridged")
    children = workers.daemon.children()
    workers.daemon.process.kill()
    workers.daemon.process.wait(10)
    until(lambda: not any(child.is_running() for child in children), "their end", 10)
    again = begin()
    again.daemon.wait_line("self_healed", reason="adopted", subject=call.leg_id)
    assert talks(call)
    call.hang_up()
    (record,) = until(lambda: records(tmp_path), "a record")
    assert record["outcome"] == "served"


@pytest.mark.chaos
def test_what_keeps_a_worker_from_starting_is_told_and_ends_all(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Nobody restarts for ever what cannot work."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1] - 1
        content = site(tmp_path, switch.port, AGENTS[:1], workers=2)
        content["http"] = {"port": port}
        content.pop("site")
        daemon = start(switch, **content)
        assert daemon.process.wait(60) == 1
    assert f"127.0.0.1:{port + 1} is already in use" in daemon.text()
    assert "worker 2 could not start: it has said why" in daemon.text()


@pytest.mark.chaos
def test_a_worker_that_slept_touches_nothing_it_has_lost(
    begin: Begin, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """Stopped for 20 s, its calls are another's; awake again, it ends none of them."""
    staff(switch, AGENTS[:2], None)
    workers = begin()
    shares = workers.share("1", "2")
    calls = [call_in(switch, digit) for digit in shares["1"][:4]]
    until(lambda: sum(map(talks, calls)) == 2, "two talks")
    pid = workers.pid("1")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    slept_from = time.monotonic()
    try:
        workers.seconds_until_all("2", calls)
        until(lambda: time.monotonic() - slept_from > 20, "20 s")
    finally:
        os.kill(pid, signal.SIGCONT)
    workers.share("1", "2")
    assert sum(map(talks, calls)) == 2
    for call in [call for call in calls if talks(call)]:
        call.hang_up()
    until(lambda: sum(map(talks, calls)) == 2, "the others talk")
    for call in calls:
        call.hang_up()
    found = until(lambda: len(records(tmp_path)) >= len(calls) and records(tmp_path), "records")
    assert sorted(str(record["call_id"]) for record in found) == sorted(
        call.leg_id for call in calls
    )
