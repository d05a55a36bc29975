"""How a leg was sent on is read from what the switch keeps of it."""

from __future__ import annotations

import json

import pytest

from callcore.adapters.freeswitch import translation
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.switch_time import SwitchTime
from callcore.domain.ids import Micros, NodeName
from callcore.domain.transfers import Transfer, TransferKind
from callcore.ports.switch_events import LegEnded
from tests.adapters.freeswitch import recordings

LEG, ID = "9dc3c890-1ad9-4e85-b984-c5498296b160", "30a67cdf-4082-4a28-96bc-2d0a76a4e34f"
SECOND = 1_795_287_397
BRIDGED = f"{SECOND - 1}:{ID}:uuid_br:{LEG}"


def ended(body: bytes, received_at: int = SECOND * 1_000_000, time: SwitchTime | None = None):
    told = translation.event_of(EventHeaders(body), NodeName("fs1"), Micros(received_at), time)
    assert isinstance(told, LegEnded)
    return told


def hangup(history: object, **headers: object) -> bytes:
    """As FreeSWITCH writes it, without spaces."""
    fields = {"Event-Name": "CHANNEL_HANGUP", "Unique-ID": LEG, **headers}
    fields["variable_transfer_history"] = history
    return json.dumps(fields, separators=(",", ":")).encode()


def test_a_recorded_blind_transfer():
    """To the number that the agent's phone named; of the caller's leg, which lives on."""
    legs = {
        event.leg_id: event.transfers
        for body in recordings.events("20")
        if EventHeaders(body).name == "CHANNEL_HANGUP"
        for event in [ended(body)]
    }
    blind = Transfer(at=Micros(SECOND * 1_000_000), kind=TransferKind.BLIND, to="echo")
    assert sorted(map(len, legs.values())) == [0, 1]
    assert (blind,) in legs.values()


@pytest.mark.parametrize("name", ["02", "03", "10"])
def test_a_bridge_is_no_transfer(name):
    """Nor is what callcore itself has the leg do after the talk."""
    ends = [body for body in recordings.events(name) if b'"CHANNEL_HANGUP"' in body]
    assert ends
    assert [ended(body).transfers for body in ends] == [()] * len(ends)


@pytest.mark.parametrize(
    ("entry", "kind", "to"),
    [
        ("bl_xfer:1002/default/XML", TransferKind.BLIND, "1002"),
        ("bl_xfer:/default/XML", TransferKind.BLIND, ""),
        ("bl_xfer:10\x1b02/a/b/XML", TransferKind.BLIND, "1002"),
        ("att_xfer:1001@a/+48200001@b", TransferKind.ATTENDED, ""),
    ],
)
@pytest.mark.parametrize("is_alone", [True, False])
def test_kinds_of_transfers(entry, kind, to, is_alone):
    """With other entries before, or not; without what a terminal would obey."""
    history = f"{SECOND}:{ID}:{entry}"
    [transfer] = ended(hangup(history if is_alone else [BRIDGED, history])).transfers
    assert transfer == Transfer(at=Micros(SECOND * 1_000_000), kind=kind, to=to)


@pytest.mark.parametrize(
    "entry",
    [
        f"{SECOND}:{ID}:bl_xfer:playback:a/b.wav,park/default/inline",
        f"{SECOND}:{ID}:uuid_br:x_xfer:{LEG}",
        f"x:{ID}:bl_xfer:1002/default/XML",
        f"{10**30}:{ID}:bl_xfer:1002/default/XML",
        "bl_xfer:",
        "",
    ],
)
def test_what_is_none(entry):
    """What callcore makes itself, and nonsense."""
    assert ended(hangup([entry])).transfers == ()


@pytest.mark.parametrize("history", [[], None, 5, {"bl_xfer:": 1}, [["a_xfer:"], {}]])
def test_no_text_at_all(history):
    """A switch that sends nonsense is not obeyed."""
    assert ended(hangup(history, Other="a_xfer:")).transfers == ()


def test_by_our_clock():
    """As all that the switch tells, where its clock is wrong."""
    time = SwitchTime()
    told, received = SECOND * 1_000_000 + 500_000, (SECOND + 3600) * 1_000_000 + 500_000
    time.hear(told, Micros(received))
    body = hangup(
        [f"{SECOND}:{ID}:bl_xfer:1002/default/XML"], **{"Event-Date-Timestamp": str(told)}
    )
    found = ended(body, received, time)
    assert found.at == received
    assert [one.at for one in found.transfers] == [(SECOND + 3600) * 1_000_000]
