"""People who are called: they press keys, hang up, lose patience, or are machines."""

from __future__ import annotations

from collections import Counter

import pytest

from callcore.switchsim import population
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant
from callcore.switchsim.phones import AgentPhone
from tests.switchsim.client import Client

CALLED = "{origination_uuid=customer}sofia/gateway/carrier/+48600700800"
ASKING = (("answer", ""), ("playback", "silence_stream://60000"), ("hangup", "NORMAL_CLEARING"))


@pytest.fixture
def calling(make_switch, clock):
    """Calls a customer with a phone of that kind; the switch, the customer's leg, the client."""
    clients = []

    def call(phone, *, seconds=1.0, **more):
        switch = make_switch(clock=clock, unknown_phone=phone, **more)
        client = Client(switch.port).enter("json DTMF CHANNEL_HANGUP")
        clients.append(client)
        client.ask(f"bgapi originate {CALLED} &park()")
        clock.advance(seconds)
        return switch, switch.leg("customer"), client

    yield call
    for client in clients:
        client.close()


def pressed(client):
    client.api("status")
    return [event["DTMF-Digit"] for event in client.events if event["Event-Name"] == "DTMF"]


def test_a_key_is_pressed_on_a_line_where_nobody_talks(calling, clock):
    """Once, so long after the line was answered."""
    _, customer, client = calling(AgentPhone(keys={"1": 1.0}, key_seconds=Constant(3.0)))
    assert customer.is_answered
    assert pressed(client) == []
    clock.advance(2.5)
    assert pressed(client) == ["1"]
    clock.advance(20)
    assert pressed(client) == ["1"]
    assert customer.is_alive


def test_keys_come_by_weight(calling, clock):
    """The empty one is nothing."""
    switch, _, client = calling(
        AgentPhone(keys={"1": 6.0, "3": 2.0, "": 2.0}, key_seconds=Constant(0.5))
    )
    for number in range(300):
        client.ask(f"bgapi originate sofia/gateway/carrier/{number} &park()")
    clock.advance(3)
    counts = Counter(pressed(client))
    assert len(switch.legs()) == 301
    assert counts["1"] / 301 == pytest.approx(0.6, abs=0.1)
    assert counts["3"] / 301 == pytest.approx(0.2, abs=0.08)


def test_nothing_is_pressed_in_a_talk(calling, clock):
    """Whoever talks needs no key any more, and has all the patience."""
    phone = AgentPhone(keys={"1": 1.0}, key_seconds=Constant(3.0), patience_seconds=Constant(10.0))
    switch, customer, client = calling(phone)
    switch.register("1001")
    client.ask("bgapi originate {origination_uuid=agent}user/1001 &park()")
    clock.advance(0.5)
    client.api("uuid_bridge customer agent")
    clock.advance(30)
    assert customer.bridged_to == "agent"
    assert pressed(client) == []


def test_patience_ends_on_a_line_where_nobody_talks(calling, clock):
    """By the customer."""
    _, customer, _ = calling(AgentPhone(patience_seconds=Constant(10.0)))
    clock.advance(8)
    assert customer.is_alive
    clock.advance(2)
    assert customer.hangup_cause == "NORMAL_CLEARING"


def test_a_hasty_person_picks_up_and_puts_down(calling, clock):
    """The line was answered for a moment."""
    _, customer, _ = calling(AgentPhone(hasty_chance=1.0, keys={"1": 1.0}), seconds=0.2)
    assert customer.is_answered
    clock.advance(0.3)
    assert customer.hangup_cause == "NORMAL_CLEARING"


def test_a_machine_says_nothing_and_ends(calling, clock):
    """It presses no key, and ends the call when its time is up."""
    phone = AgentPhone(machine_chance=1.0, keys={"1": 1.0}, machine_seconds=Constant(12.0))
    _, customer, client = calling(phone)
    clock.advance(10)
    assert customer.is_answered
    assert pressed(client) == []
    clock.advance(2)
    assert customer.hangup_cause == "NORMAL_CLEARING"


@pytest.mark.parametrize("is_machine", [True, False])
def test_an_agent_who_hears_a_machine_presses_the_key(calling, clock, is_machine):
    """A while into the talk; not with a person."""
    phone = AgentPhone(machine_chance=float(is_machine), machine_seconds=Constant(60.0))
    switch, _, client = calling(phone)
    switch.register("1001", AgentPhone(machine_key="7", machine_key_seconds=Constant(4.0)))
    client.ask("bgapi originate {origination_uuid=agent}user/1001 &park()")
    clock.advance(0.5)
    client.api("uuid_bridge customer agent")
    clock.advance(3)
    assert pressed(client) == []
    clock.advance(2)
    assert pressed(client) == ["7"] * is_machine


def test_callers_ask_to_be_called_back(make_switch, clock):
    """Of those who dial the number so many press its keys, one after another."""
    switch = make_switch(
        clock=clock, dialplan=Dialplan(extensions={"5001": ASKING, "5002": ASKING})
    )
    client = Client(switch.port).enter("json CHANNEL_CREATE DTMF")
    habits = population.Habits(
        numbers={"5001": 1.0, "5002": 1.0},
        patience_seconds=Constant(10_000.0),
        callback_seconds=Constant(5.0),
        choice_seconds=Constant(2.0),
        callbacks={"5001": "21"},
        callback_chance=0.5,
    )
    callers = population.Callers(switch, population.Arrivals(per_minute=60), habits)
    callers.start()
    clock.advance(180)
    callers.stop()
    clock.advance(10)
    client.api("status")
    keys: dict[object, list[object]] = {}
    came = []
    for event in client.events:
        if event["Event-Name"] == "CHANNEL_CREATE":
            came.append(event["Caller-Destination-Number"])
        else:
            assert event["Caller-Destination-Number"] == "5001"
            keys.setdefault(event["Unique-ID"], []).append(event["DTMF-Digit"])
    assert list(keys.values()) == [["2", "1"]] * len(keys)
    assert len(keys) / came.count("5001") == pytest.approx(0.5, abs=0.15)
    client.close()
