"""What FreeSWITCH tells of phones, as it was told by one, and what it answers."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.freeswitch import commands, headers, phone_translation, translation
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.phones import Phone
from callcore.ports.switch_events import (
    PhoneCallBegan,
    PhoneRegistered,
    PhoneUnregistered,
    SwitchEvent,
)
from callcore.ports.telephony import HostileTextError, PhoneLeg
from tests.adapters.freeswitch.recordings import events

NODE = NodeName("fs1")
LEG = LegId("864198a1-72ea-43a3-a438-efafc0f7ea9d")
ANN = Phone("1001@callcore.test")

REGISTERED = {
    "Event-Subclass": "sofia::register",
    "Event-Name": "CUSTOM",
    "Event-Date-Timestamp": "1795323904977279",
    "from-user": "1001",
    "from-host": "callcore.test",
    "to-user": "1001",
    "to-host": "127.0.0.1",
    "username": "1001",
    "realm": "127.0.0.1",
}
UNREGISTERED = {**REGISTERED, "Event-Subclass": "sofia::unregister"}
EXPIRED = {
    "Event-Subclass": "sofia::expire",
    "Event-Name": "CUSTOM",
    "Event-Date-Timestamp": "1795323994437268",
    "user": "1001",
    "username": "1001",
    "host": "callcore.test",
    "realm": "127.0.0.1",
}
DIALLED = {
    "Event-Name": "CHANNEL_CREATE",
    "Event-Date-Timestamp": "1795323907517254",
    "Unique-ID": LEG,
    "Call-Direction": "inbound",
    "Channel-Name": "sofia/internal/1001@127.0.0.1",
    "variable_user_name": "1001",
    "variable_domain_name": "callcore.test",
    "variable_sip_auth_username": "1001",
    "variable_sip_auth_realm": "127.0.0.1",
}
CALLED = {
    "Event-Name": "CHANNEL_CREATE",
    "Event-Date-Timestamp": "1795323907537254",
    "Unique-ID": LEG,
    "Call-Direction": "outbound",
    "Channel-Presence-ID": "1001@Callcore.Test",
    "Caller-Destination-Number": "1001%callcore.test",
    "variable_dialed_user": "1001",
    "variable_dialed_domain": "callcore.test",
}


def heard(event: dict[str, Any]) -> object:
    """What is made of an event."""
    body = json.dumps(event).encode()
    return translation.event_of(EventHeaders(body), NODE, Micros(7))


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (REGISTERED, PhoneRegistered),
        (UNREGISTERED, PhoneUnregistered),
        (EXPIRED, PhoneUnregistered),
    ],
)
def test_registrations_are_told_by_the_name_they_are_kept_under(
    event: dict[str, str], kind: type[PhoneRegistered | PhoneUnregistered]
) -> None:
    """Which is not what the phone calls its domain, where the profile forces another."""
    at = Micros(int(event["Event-Date-Timestamp"]))
    assert heard(event) == kind(node=NODE, at=at, phone=ANN)


def test_recorded_registrations_are_understood() -> None:
    """A phone came and went."""
    told = [translation.event_of(EventHeaders(body), NODE, Micros(7)) for body in events("22")]
    assert [(type(one), one.phone) for one in told if one is not None] == [  # type: ignore[union-attr]  # phones only
        (PhoneRegistered, "1001@127.0.0.1"),
        (PhoneUnregistered, "1001@127.0.0.1"),
    ]


@pytest.mark.parametrize("event", [DIALLED, CALLED])
def test_a_phone_that_dials_or_is_called_is_named(event: dict[str, str]) -> None:
    """By who gave the password, or whom the directory calls."""
    at = Micros(int(event["Event-Date-Timestamp"]))
    began = PhoneCallBegan(node=NODE, at=at, phone=ANN, leg_id=LEG, is_offer=False)
    assert heard(event) == began


def test_a_phone_that_another_node_has_called_is_told_apart() -> None:
    """By what the dialplan of the nodes sets on the leg."""
    offer_id = "0f5f9f62-7fc4-4b57-9d2c-5a4ad43e4f0c"
    told = heard(
        {
            **CALLED,
            "variable_callcore_peer_offer": offer_id,
            "variable_callcore_peer_node": "fs2",
        }
    )
    assert isinstance(told, PhoneCallBegan)
    assert (told.is_offer, told.offer_id, told.from_node) == (True, offer_id, "fs2")


def test_a_dial_string_without_presence() -> None:
    """The user that was dialled is on the leg all the same."""
    event = {name: value for name, value in CALLED.items() if name != "Channel-Presence-ID"}
    told = heard(event)
    assert isinstance(told, PhoneCallBegan)
    assert told.phone == ANN


def test_legs_of_offers_are_told_apart() -> None:
    """By what callcore sets on them when it calls."""
    told = heard({**CALLED, "variable_callcore_offer": "o1"})
    assert isinstance(told, PhoneCallBegan)
    assert told.is_offer


@pytest.mark.parametrize(
    "event",
    [
        {**DIALLED, "variable_user_name": "", "Channel-Presence-ID": "1001@callcore.test"},
        {**DIALLED, "variable_user_name": "", "variable_dialed_user": "1001"},
        {**CALLED, "Channel-Presence-ID": "", "variable_dialed_user": ""},
        {**REGISTERED, "from-user": "a b"},
        {**REGISTERED, "from-host": ""},
        {**REGISTERED, "Event-Subclass": "sofia::register_attempt"},
        {**REGISTERED, "Event-Subclass": "conference::maintenance"},
    ],
)
def test_nobody_is_taken_at_their_word(event: dict[str, str]) -> None:
    """A caller may write anybody's name into From, and whom was dialled says not who calls."""
    assert heard(event) is None


def test_a_leg_without_an_id_is_incomplete() -> None:
    """It is counted, and costs nothing else."""
    with pytest.raises(headers.IncompleteEventError):
        heard({**CALLED, "Unique-ID": "x"})


@given(st.dictionaries(st.sampled_from(sorted({*REGISTERED, *DIALLED, *CALLED})), st.text()))
def test_odd_headers_break_nothing(found: dict[str, str]) -> None:
    """Each event is understood, left out or found incomplete."""
    for name in phone_translation.SUBSCRIBED:
        with contextlib.suppress(headers.IncompleteEventError):
            told = heard({**found, "Event-Name": name})
            assert told is None or isinstance(told, SwitchEvent)


def test_a_dumped_leg_names_its_phone() -> None:
    """Its dump has the same headers."""
    dump = json.dumps({**CALLED, "variable_callcore_offer": "o1"}).encode()
    found = phone_translation.phone_leg_of(dump)
    assert found == (LEG, PhoneLeg(phone=ANN, is_offer=True))
    assert phone_translation.phone_leg_of(json.dumps({"Unique-ID": LEG}).encode()) is None


def test_which_listed_channels_are_looked_at() -> None:
    """Those called as a wanted phone, and those that claim to be one: what they are is asked."""
    rows = headers.channel_rows(
        json.dumps(
            {
                "rows": [
                    {"uuid": "1", "direction": "outbound", "presence_id": "1001@callcore.test"},
                    {"uuid": "2", "direction": "outbound", "presence_id": "1002@callcore.test"},
                    {"uuid": "3", "direction": "outbound", "presence_id": ""},
                    {"uuid": "4", "direction": "inbound", "name": "sofia/internal/1001@10.0.0.9"},
                    {"uuid": "5", "direction": "inbound", "name": "x", "cid_num": "1001"},
                    {"uuid": "6", "direction": "inbound", "name": "sofia/external/+48@a"},
                ]
            }
        ).encode()
    )
    wanted = [row.uuid for row in rows if phone_translation.may_concern(row, {ANN}, {"1001"})]  # type: ignore[arg-type]  # sets will do
    assert wanted == ["1", "4", "5"]


def test_the_question_about_a_phone() -> None:
    """At whichever profile; and no text from outside gets into it."""
    assert commands.contact_of(ANN).wire == b"api sofia_contact */1001@callcore.test\n\n"
    for text in ("1001", "a@b c", "a@b\n\napi shutdown", "a@b,c@d", "a@b/c"):
        with pytest.raises(HostileTextError):
            commands.contact_of(Phone(text))
