"""Two real switches share a queue: phones registered with one ring for the callers of both; one is
killed, and comes back.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import NO_FREESWITCH, NO_SIPP
from tests.live.daemon import Daemon, agent, queue
from tests.live.esl import Esl
from tests.live.phones import Phones
from tests.live.ports import HOST
from tests.live.switch import DOMAIN, REPOSITORY, FreeSwitch, find_binary
from tests.live.waiting import stays, until
from tests.live.watching import arrival, bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

ANN, BOB = "1001", "1002"
OTHER = "fs2"
PACKET_SECONDS = 0.02
MOST = 0.9
"""Of the packets: a test that has much to do reads the last of them late."""


class Node:
    """One switch with the phones that know it, and a connection to watch it by."""

    def __init__(self, binary: str, base: Path, rtp_slot: int) -> None:
        self.switch = FreeSwitch(binary, base / "switch", rtp_slot=rtp_slot)
        self.phones = Phones(self.switch, base / "phones")
        self._connections = ExitStack()

    def begin(self) -> None:
        """Starts it, with the profile that other nodes call."""
        if not self.switch.conf.exists():
            self.switch.write_configuration()
            profiles = self.switch.conf / "sip_profiles"
            shutil.copy(profiles / "peers.xml.example", profiles / "peers.xml")
        self.switch.start()
        self.esl = self.connect()
        self.esl.subscribe("CHANNEL_PARK", "CHANNEL_BRIDGE", "CHANNEL_CREATE", "CHANNEL_HANGUP")

    def connect(self) -> Esl:
        """One more connection, closed at the end."""
        connection = self.switch.connect()
        self._connections.callback(connection.close)
        return connection

    def settings(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "host": HOST,
            "port": self.switch.esl_port,
            "lost_after_refused_seconds": 2,
            "peer_contact": f"sofia/peers/{{user}}@{HOST}:{self.switch.peers_port}",
        }

    def caller(self) -> str:
        """Somebody calls; the call's id."""
        self.phones.caller("5001")
        return arrival(self.esl)

    def end(self) -> None:
        self.phones.stop_all()
        self._connections.close()
        self.switch.stop()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """The one with whom the phones register, and the other."""
    binary = find_binary()
    if binary is None:
        pytest.skip(NO_FREESWITCH)
    if shutil.which("sipp") is None:
        pytest.skip(NO_SIPP)
    made = [Node(binary, tmp_path / f"node{number}", 5 * number) for number in (1, 2)]
    try:
        for node in made:
            node.begin()
        yield made[0], made[1]
    finally:
        for node in made:
            node.end()


@pytest.fixture
def daemon(
    nodes: tuple[Node, Node], history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Daemon]:
    """callcore, on both."""
    first, second = nodes
    monkeypatch.setenv("CALLCORE_NODE_FS2_PASSWORD", second.switch.esl_password)
    made = Daemon(
        first.switch,
        tmp_path / "callcore",
        {
            "nodes": [first.settings("fs1"), second.settings(OTHER)],
            "queues": {"support": queue(wrap_up_seconds=0)},
            "agents": {ANN: agent("Anna Nowak", f"user/{ANN}@{DOMAIN}")},
        },
        history,
    )
    made.start()
    made.wait_metric(1, "callcore_link_up", node=OTHER)
    yield made
    for node in nodes:
        if node.switch.process is not None and node.switch.process.poll() is None:
            node.connect().api("hupall")
    made.stop()


def operator(daemon: Daemon, *words: str) -> Any:
    """What a command of an operator answers."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "callcore", "node", *words),
            *("--config", str(daemon.settings_file), "--json"),
        ],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        timeout=30,
    )
    return json.loads(done.stdout)


def hang_up(node: Node, call_id: str) -> None:
    """The caller hangs up."""
    node.esl.api(f"uuid_kill {call_id}")


def test_one_phone_serves_the_callers_of_both(nodes, daemon):
    """In the order of joining; through the other node where the phone is not registered, which
    nobody takes for a call of the phone's own.
    """
    home, away = nodes
    callers = [(away, away.caller()), (home, home.caller()), (away, away.caller())]
    anns = home.phones.agent(ANN)
    for number, (node, call_id) in enumerate(callers, start=1):
        bridged(node.esl, call_id, 10)
        anns.wait_for("picked_up", count=number)
        stays(lambda: '"holds":["outside_call"]' not in daemon.log_text(), 3, "no call of its own")
        hang_up(node, call_id)
    for _, call_id in callers:
        [offer] = daemon.offers(call_id)
        assert (offer["agent_id"], offer["lost_reason"]) == (ANN, None)
    until(lambda: not home.esl.channels() and not away.esl.channels(), 5, "nothing is left")


def test_a_busy_phone_elsewhere_is_told_as_busy(nodes, daemon):
    """The cause comes through the other node."""
    home, away = nodes
    refusing = home.phones.refusing_agent(486)
    home.phones.register(ANN, refusing.port)
    call_id = away.caller()
    daemon.wait_metric(1, "callcore_offers_ended_total", queue="support", outcome="busy")
    hang_up(away, call_id)
    assert "busy" in {offer["lost_reason"] for offer in daemon.offers(call_id)}


def test_one_is_killed_and_comes_back(nodes, daemon):
    """Its calls are closed and say so, the agent is free; who waits on the other hears music all
    the time and is served; then it takes part again.
    """
    home, away = nodes
    anns = away.phones.agent(ANN)
    talks = home.caller()
    bridged(home.esl, talks, 10)
    waits = home.caller()
    ear = away.phones.listening_caller("5001").sound
    lives = arrival(away.esl)
    until(lambda: ear.packets_count > 0, 10, "music is heard")
    killed_at = time.time()
    home.switch.kill()
    daemon.wait_metric(1, "callcore_node_gone", node="fs1")
    bridged(away.esl, lives)
    heard = sum(at > killed_at for at in ear.arrivals)
    assert heard >= MOST * (time.time() - killed_at) / PACKET_SECONDS
    anns.wait_for("picked_up", count=2)
    record = daemon.record(talks)
    assert (record["outcome"], record["hung_up_by"]) == ("served", "switch")
    assert record["hangup_cause"] == "SWITCH_LOST"
    [visit] = daemon.visits(waits)
    assert visit["leave_reason"] == "switch_lost"
    assert daemon.record(waits)["outcome"] == "lost"
    hang_up(away, lives)
    assert daemon.record(lives)["outcome"] == "served"

    home.begin()
    daemon.wait_metric(1, "callcore_link_up", node="fs1")
    again = home.caller()
    bridged(home.esl, again, 10)
    hang_up(home, again)
    assert daemon.record(again)["outcome"] == "served"


def test_one_is_emptied(nodes, daemon):
    """A talk goes on, a new caller is refused with 503 for another node to take, and the list says
    when it is empty.
    """
    home, away = nodes
    home.phones.agent(ANN)
    talks = home.caller()
    bridged(home.esl, talks, 10)
    assert operator(daemon, "drain", "fs1")["is_changed"]
    refused = home.phones.caller("5001")
    until(lambda: 503 in refused.statuses(), 5, "a 503")
    arrival(home.esl)
    stays(lambda: talks in str(home.esl.channels()), 1, "the talk goes on")
    hang_up(home, talks)

    def is_empty() -> bool:
        (node,) = [one for one in operator(daemon, "list")["nodes"] if one["node"] == "fs1"]
        return bool(node["is_empty"])

    until(is_empty, 10, "the list says that it is empty")
    elsewhere = away.caller()
    bridged(away.esl, elsewhere, 10)
    hang_up(away, elsewhere)
    assert operator(daemon, "undrain", "fs1")["is_changed"]
    back = home.caller()
    bridged(home.esl, back, 10)
    hang_up(home, back)
