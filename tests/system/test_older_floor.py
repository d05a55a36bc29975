"""A real Redis comes back as it was a while ago under a real daemon: callers notice nothing."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from callcore.switchsim.switch import SimulatedSwitch
from tests.adapters.redisdb import servers
from tests.system.conftest import Start
from tests.system.daemon import records, until

pytestmark = [pytest.mark.timeout(180), pytest.mark.chaos]


class Forgetful:
    """A server without a file but for the snapshot that is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder}/redis.sock"
        self.start()

    def start(self) -> None:
        """With what the last snapshot had."""
        options = {
            "port": "0",
            "unixsocket": f"{self._folder}/redis.sock",
            "dir": str(self._folder),
            "save": "",
            "appendonly": "no",
        }
        self._process = subprocess.Popen(
            [
                servers.bundled_valkey(),
                *(word for name, value in options.items() for word in (f"--{name}", value)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, "an answer of the server")

    def snapshot(self) -> None:
        """Keeps what there is now."""
        with redis.Redis.from_url(self.url) as client:
            client.save()

    def state_of(self, agent_id: str) -> str | None:
        """What it thinks that an agent does."""
        with redis.Redis.from_url(self.url, decode_responses=True) as client:
            state: str | None = client.hget(f"callcore:{{system}}:agent:{agent_id}", "state")
            return state

    def kill(self) -> None:
        """Without a word."""
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.exceptions.RedisError:
                return False


@pytest.fixture
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forgetful]:
    server = Forgetful(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


def test_what_happened_since_is_told_again(
    start: Start, switch: SimulatedSwitch, forgetful: Forgetful, tmp_path: Path
) -> None:
    """The snapshot has the first caller talking and the second waiting; by now the first has gone,
    the second talks and a third waits. Nobody hears of it, everybody is served, each once.
    """
    daemon = start(switch, redis={"url": forgetful.url})
    daemon.wait_line("link_restored")
    first = switch.call_in(dialled="8001")
    assert first.wait_until(lambda leg: leg.bridged_to is not None, 15)
    second = switch.call_in(dialled="8001")
    daemon.wait_line("caller_joined", call_id=second.leg_id)
    daemon.wait_line("legs_bridged", call_id=first.leg_id)
    until(lambda: forgetful.state_of("1001") == "talking", "the talk on the floor")
    forgetful.snapshot()
    first.hang_up()
    assert second.wait_until(lambda leg: leg.bridged_to is not None, 15)
    partner = second.bridged_to
    third = switch.call_in(dialled="8001")
    daemon.wait_line("caller_joined", call_id=third.leg_id)
    daemon.wait_line("legs_bridged", call_id=second.leg_id)
    until(lambda: len(records(tmp_path)) == 1, "the first record")
    forgetful.kill()
    forgetful.start()
    daemon.wait_line("self_healed", what="floor")
    daemon.wait_line("self_healed", reason="came_back_ended", subject=first.leg_id)
    time.sleep(5)  # nothing happens while it is looked at once more
    assert second.bridged_to == partner
    assert third.bridged_to is None
    second.hang_up()
    assert third.wait_until(lambda leg: leg.bridged_to is not None, 15)
    third.hang_up()
    found = until(lambda: len(records(tmp_path)) == 3 and records(tmp_path), "three records")
    assert {(str(one["call_id"]), one["outcome"]) for one in found} == {
        (caller.leg_id, "served") for caller in (first, second, third)
    }
    assert not any(one["is_adopted"] for one in found)
