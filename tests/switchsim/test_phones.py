"""Phones of the directory: what the switch tells when they come, go, dial and are called.

Headers and their values are those a real switch sent (FreeSWITCH 1.11).
"""

from __future__ import annotations

import json

import gevent

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant
from callcore.switchsim.phones import AgentPhone
from tests.switchsim.client import Client

ELSEWHERE = Dialplan(extensions={"4000": (("answer", ""), ("playback", "long.wav"))})


def only(client, **headers):
    """The one event with those headers."""

    def found():
        return [
            event
            for event in client.events
            if all(event.get(name.replace("_", "-")) == value for name, value in headers.items())
        ]

    client.until(found)
    (event,) = found()
    return event


def test_a_registration_that_is_not_renewed_expires(switch, connect):
    """It is told under other names than its beginning, and the phone cannot be called any more."""
    client = connect(events="json CUSTOM sofia::register sofia::unregister sofia::expire")
    switch.register("1001")
    switch.expire("1001")
    expired = only(client, Event_Subclass="sofia::expire")
    assert (expired["user"], expired["host"]) == ("1001", "127.0.0.1")
    assert "from-user" not in expired
    assert client.api("sofia_contact */1001@127.0.0.1") == "error/user_not_registered"
    switch.expire("1001")
    switch.unregister("1001")
    gevent.sleep(0.05)
    assert len(client.events) == 2


def test_a_phone_that_dials_is_named_by_its_password(make_switch):
    """And is on the list of channels, there without a presence."""
    switch = make_switch(dialplan=ELSEWHERE, domain="pbx.test")
    client = Client(switch.port).enter(events="json CHANNEL_CREATE")
    leg = switch.dial("1001", "4000")
    created = only(client, Unique_ID=leg.leg_id)
    assert created["Call-Direction"] == "inbound"
    assert created["variable_user_name"] == "1001"
    assert created["variable_domain_name"] == "pbx.test"
    assert "Channel-Presence-ID" not in created
    (row,) = json.loads(client.api("show channels as json"))["rows"]
    assert row["name"].startswith("sofia/internal/1001@pbx.test")
    assert (row["cid_num"], row["presence_id"]) == ("1001", "")
    client.close()


def test_a_caller_from_outside_has_no_user(switch, connect):
    """Whatever number is written into From."""
    client = connect(events="json CHANNEL_CREATE")
    leg = switch.call_in(dialled="5001", caller_number="1001")
    created = only(client, Unique_ID=leg.leg_id)
    assert "variable_user_name" not in created


def test_a_phone_that_is_called_is_named_by_the_directory(switch, connect):
    """From the beginning of the leg but for the very first event, and in the list of channels."""
    switch.register("1001", AgentPhone(ring_seconds=Constant(0.0)))
    client = connect(events="json CHANNEL_OUTGOING CHANNEL_CREATE CHANNEL_ANSWER")
    leg_id = switch.call_phone("1001")
    client.until(lambda: len(client.events) == 3)
    presences = [(event["Event-Name"], event.get("Channel-Presence-ID")) for event in client.events]
    assert presences == [
        ("CHANNEL_OUTGOING", None),
        ("CHANNEL_CREATE", "1001@127.0.0.1"),
        ("CHANNEL_ANSWER", "1001@127.0.0.1"),
    ]
    assert client.events[1]["variable_dialed_user"] == "1001"
    (row,) = json.loads(client.api("show channels as json"))["rows"]
    assert (row["uuid"], row["presence_id"]) == (leg_id, "1001@127.0.0.1")
