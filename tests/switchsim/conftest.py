"""Simulated switches on the real clock and on one that the test moves."""

from __future__ import annotations

import gevent
import pytest

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.fakes.clock import FakeClock
from tests.switchsim.client import Client


@pytest.fixture
def make_switch():
    """Starts switches; each is ended with the test."""
    made = []

    def make(*, clock=None, **changes):
        given = {
            "dialplan": Dialplan(queues={"5001": "support"}),
            "sounds": Sounds(seconds_by_path={"long.wav": 60.0, "short.wav": 0.05}),
            "heartbeat_seconds": 1_000.0,
            **changes,
        }
        switch = SimulatedSwitch(SwitchSettings(**given), clock=clock)
        switch.start()
        made.append(switch)
        return switch

    yield make
    for switch in made:
        switch.stop()


@pytest.fixture
def switch(make_switch):
    return make_switch()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def connect(switch):
    """Connects clients to the switch."""
    made = []

    def connect(**how):
        client = Client(switch.port, host=switch.settings.host)
        made.append(client)
        return client.enter(**how)

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def talk(make_switch, clock):
    """A caller and an agent who talk: the switch, the client, both legs."""
    switch = make_switch(clock=clock, media_timeout_seconds=30.0)
    switch.register("1001")
    client = Client(switch.port).enter()
    caller = switch.call_in(dialled="5001")
    clock.advance(0.1)
    client.api(f"sched_del {caller.leg_id}")
    client.api(f"uuid_answer {caller.leg_id}")
    client.ask("bgapi originate {origination_uuid=agent}user/1001 &park()")
    clock.advance(0.5)
    client.api(f"uuid_bridge {caller.leg_id} agent")
    clock.advance(0.5)
    agent = switch.leg("agent")
    assert agent.bridged_to == caller.leg_id
    yield switch, client, caller, agent
    client.close()


def until(holds, seconds=5.0):
    """Waits until something holds. Raises ``AssertionError`` after ``seconds``."""
    with gevent.Timeout(seconds, AssertionError("waited in vain")):
        while not holds():
            gevent.sleep(0.002)


@pytest.fixture(name="until")
def _until():
    return until
