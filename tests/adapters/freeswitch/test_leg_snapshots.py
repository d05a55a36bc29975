"""What a dumped leg tells becomes a snapshot of the port."""

from __future__ import annotations

import json

import pytest

from callcore.adapters.freeswitch import leg_snapshots
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.ports.switch_events import LegSnapshot
from tests.adapters.freeswitch import recordings

NODE = NodeName("fs1")
LEG = "9dc3c890-1ad9-4e85-b984-c5498296b160"
OTHER = "9ec3c890-1ad9-4e85-b984-c5498296b161"
PARKED = {"variable_current_application": "park"}


def test_a_leg_found_after_a_lost_connection() -> None:
    """The recorded ``uuid_dump`` as a snapshot: a caller who hears music, parked."""
    (dump,) = [
        wire.partition(b"\n\n")[2]
        for wire in recordings.from_switch("17b")
        if b'{"Event-Name":"CHANNEL_DATA"' in wire
    ]
    assert leg_snapshots.snapshot_of(dump, NODE) == LegSnapshot(
        leg_id=LegId(LEG),
        node=NODE,
        is_inbound=True,
        is_line_answered=True,
        created_at=Micros(1795284266153871),
        answered_at=Micros(1795284266173913),
        caller_number="+48200001",
        caller_name="Caller 1",
        dialled_number="park",
        bridged_to=None,
        is_parked=False,
        variables={"callcore_shard": "9"},
    )


@pytest.mark.parametrize(
    ("state", "application", "bond", "bridged_to", "is_parked"),
    [
        ("CS_EXECUTE", "park", "", None, True),
        ("CS_EXECUTE", "answer", "", None, True),
        ("CS_EXECUTE", "pre_answer", "", None, True),
        ("CS_EXECUTE", "ring_ready", "", None, True),
        ("CS_EXECUTE", "echo", "", None, False),
        ("CS_EXECUTE", "playback", "", None, False),
        ("CS_PARK", "playback", "", None, False),
        ("CS_EXCHANGE_MEDIA", "park", OTHER, OTHER, False),
        ("CS_SOFT_EXECUTE", "answer", OTHER, OTHER, False),
        ("CS_PARK", "answer", OTHER, None, True),
        ("CS_EXECUTE", "park", "nonsense", None, True),
        ("CS_ROUTING", "", "", None, False),
    ],
)
def test_what_a_dumped_leg_does(
    state: str, application: str, bond: str, bridged_to: str | None, is_parked: bool
) -> None:
    """Bridged, parked or elsewhere, by the headers seen in the recordings."""
    dump = {
        "Unique-ID": LEG,
        "Channel-State": state,
        "variable_current_application": application,
        "variable_signal_bond": bond,
    }
    found = leg_snapshots.snapshot_of(json.dumps(dump).encode(), NODE)
    assert (found.bridged_to, found.is_parked) == (bridged_to, is_parked)


@pytest.mark.parametrize(
    ("state", "bridged_at", "bond", "is_joining"),
    [
        ("CS_HIBERNATE", "0", OTHER, True),
        ("CS_RESET", "0", OTHER, True),
        ("CS_SOFT_EXECUTE", "0", OTHER, True),
        ("CS_SOFT_EXECUTE", "1795284266173913", OTHER, False),
        ("CS_EXCHANGE_MEDIA", "0", OTHER, False),
        ("CS_EXECUTE", "0", OTHER, True),
        ("CS_EXECUTE", "1795284266173913", OTHER, False),
        ("CS_PARK", "0", OTHER, False),
        ("CS_SOFT_EXECUTE", "0", "", False),
    ],
)
def test_who_is_bound_to_another_and_has_not_met(
    state: str, bridged_at: str, bond: str, *, is_joining: bool
) -> None:
    """By the instant of the bridge, wherever the leg is on its way there."""
    dump = {
        "Unique-ID": LEG,
        "Channel-State": state,
        "Caller-Channel-Bridged-Time": bridged_at,
        "variable_signal_bond": bond,
    }
    assert leg_snapshots.snapshot_of(json.dumps(dump).encode(), NODE).is_joining is is_joining


@pytest.mark.parametrize("state", ["CS_EXECUTE", "CS_PARK"])
@pytest.mark.parametrize("response", ["FILE PLAYED", "FILE NOT FOUND", "PLAYBACK ERROR"])
def test_a_sound_that_is_over_may_have_been_played_over_another(state: str, response: str) -> None:
    """The dump shows such a leg as one that stands still, and that it is not sure."""
    dump = {
        "Unique-ID": LEG,
        "Channel-State": state,
        "variable_current_application": "playback",
        "variable_current_application_response": response,
    }
    body = json.dumps(dump).encode()
    assert leg_snapshots.snapshot_of(body, NODE).is_parked
    assert leg_snapshots.may_be_sounding(body)
    assert not leg_snapshots.may_be_sounding(json.dumps({**dump, **PARKED}).encode())
