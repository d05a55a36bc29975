"""The legs that stand on a switch, found by what it says of its channels."""

from __future__ import annotations

import json

import pytest

from callcore.adapters.freeswitch import commands
from callcore.domain.ids import LegId
from callcore.ports.telephony import CommandRefusedError
from tests.adapters.freeswitch import recordings
from tests.adapters.freeswitch.answered_legs import LEG, OTHER
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import RecordingObserver, ScriptedSwitch, answer
from tests.adapters.freeswitch.switch_parsing import Received

GONE = LegId("00000000-0000-4000-8000-000000000000")


def dump(leg_id: str, *, state: str = "CS_EXCHANGE_MEDIA", **variables: str) -> bytes:
    return json.dumps(
        {
            "Event-Name": "CHANNEL_DATA",
            "Unique-ID": leg_id,
            "Channel-State": state,
            **{f"variable_{name}": value for name, value in variables.items()},
        }
    ).encode()


def table(*leg_ids: str) -> bytes:
    rows = [{"uuid": leg_id, "cid_name": "x"} for leg_id in leg_ids]
    return answer(json.dumps({"row_count": len(rows), "rows": rows}))


def test_the_legs_of_callcore_and_their_partners_are_found(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """Strangers' legs, legs that are gone by now and unreadable ones are left out."""
    partner, stranger, broken = (LegId(str(number) + OTHER[1:]) for number in (1, 2, 3))
    dumps = {
        LEG: dump(LEG, callcore_call=LEG, signal_bond=partner),
        partner: dump(partner, signal_bond=LEG),
        stranger: dump(stranger, sip_call_id="x"),
        GONE: b"-ERR No such channel!\n",
        broken: b"not json",
    }

    def say(command: Received) -> bytes:
        body = dumps[LegId(command.line.split()[2])]
        return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(body) + body

    scripted.rules["api show channels as json"] = lambda _: table(*dumps)
    scripted.rules["api uuid_dump"] = say
    found = connect().legs()
    assert {leg.leg_id for leg in found} == {LEG, partner}
    assert {leg.bridged_to for leg in found} == {LEG, partner}
    assert observer.skipped == ["unreadable_leg"]


def test_only_the_shards_of_the_link_are_asked_about(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """Other workers' legs cost us no question; many legs are asked about in turn."""
    ours = [LegId(f"9{number:07x}" + LEG[8:]) for number in range(70)]
    theirs = [LegId("a" + leg_id[1:]) for leg_id in ours]
    scripted.rules["api show channels as json"] = lambda _: table(*ours, *theirs)

    def say(command: Received) -> bytes:
        leg_id = command.line.split()[2]
        return answer(dump(leg_id, callcore_call=leg_id).decode())

    scripted.rules["api uuid_dump"] = say
    found = connect(digits="9").legs()
    assert [leg.leg_id for leg in found] == ours


def test_a_leg_whose_sound_is_over_is_asked_whether_another_goes_on(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """Prompts over music end as prompts alone do; other legs cost no second question."""
    over = {"current_application": "playback", "current_application_response": "FILE PLAYED"}
    hears, silent, parked = (LegId(str(number) + OTHER[1:]) for number in (1, 2, 3))
    dumps = {
        hears: dump(hears, state="CS_EXECUTE", callcore_call=LEG, **over),
        silent: dump(silent, state="CS_EXECUTE", callcore_call=LEG, **over),
        parked: dump(parked, state="CS_PARK", callcore_call=LEG),
    }
    scripted.rules["api show channels as json"] = lambda _: table(*dumps)
    scripted.rules["api uuid_dump"] = lambda command: answer(
        dumps[LegId(command.line.split()[2])].decode()
    )
    scripted.rules["api uuid_getvar"] = lambda command: answer(
        "true" if hears in command.line else "_undef_"
    )
    found = {leg.leg_id: leg.is_parked for leg in connect().legs()}
    assert found == {hears: False, silent: True, parked: True}
    asked = [line for line in scripted.lines() if "uuid_getvar" in line]
    assert asked == [f"api uuid_getvar {leg} {commands.SOUNDING}" for leg in (hears, silent)]


def test_no_legs_are_found_on_an_idle_switch(connect: Connect, scripted: ScriptedSwitch) -> None:
    """The recorded answer has no rows at all."""
    empty = next(wire for wire in recordings.from_switch("11") if b'{"row_count": 0}' in wire)
    scripted.rules["api show channels as json"] = lambda _: empty
    switch = connect()
    assert switch.legs() == []
    scripted.rules["api show channels as json"] = lambda _: answer("-ERR no\n")
    with pytest.raises(CommandRefusedError):
        switch.legs()
