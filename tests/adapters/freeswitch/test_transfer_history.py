"""How a leg was sent on is read from what the switch keeps of it."""

from __future__ import annotations

import json

import pytest

from callcore.adapters.freeswitch import translation
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.switch_time import SwitchTime
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.transfers import Transfer, TransferKind
from callcore.ports.switch_events import LegEnded
from tests.adapters.freeswitch import recordings

LEG, ID = "9dc3c890-1ad9-4e85-b984-c5498296b160", "30a67cdf-4082-4a28-96bc-2d0a76a4e34f"
AGENT = LegId("c559ea33-2709-4416-b3a7-168bb78578e8")
SECOND = 1_795_287_397
BRIDGED = f"{SECOND - 1}:{ID}:uuid_br:{AGENT}"
TO_1002 = f"{SECOND}:{ID}:bl_xfer:1002/default/XML"


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
    blind = Transfer(
        at=Micros(SECOND * 1_000_000), kind=TransferKind.BLIND, partner=AGENT, to="echo"
    )
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
def test_kinds_of_transfers(entry, kind, to):
    """With whom the leg was bridged; without what a terminal would obey."""
    [transfer] = ended(hangup([BRIDGED, f"{SECOND}:{ID}:{entry}"])).transfers
    at = Micros(SECOND * 1_000_000)
    assert transfer == Transfer(at=at, kind=kind, partner=AGENT, to=to)


@pytest.mark.parametrize(
    "history",
    [
        TO_1002,
        [TO_1002],
        [TO_1002, BRIDGED],
        [BRIDGED, f"{SECOND}:{ID}:bl_xfer:playback:a/b.wav,park/default/inline"],
        [BRIDGED, f"{SECOND}:{ID}:bl_xfer:park/default/inline", TO_1002],
        [f"{SECOND}:{ID}:uuid_br:nobody", TO_1002],
        [BRIDGED, f"{SECOND}:{ID}:uuid_br:x_xfer:{LEG}", TO_1002],
        [BRIDGED, f"x:{ID}:bl_xfer:1002/default/XML"],
        [BRIDGED, f"{10**30}:{ID}:bl_xfer:1002/default/XML"],
        [BRIDGED, "bl_xfer:", ""],
    ],
)
def test_what_is_none(history):
    """What a dialplan did before the talk, what callcore has a leg do after it and whatever comes
    then, and nonsense.
    """
    assert ended(hangup(history)).transfers == ()


def test_of_several_after_a_bridge_the_first_counts():
    """From then on a dialplan has the leg; out of the next bridge there is another."""
    again = [f"{SECOND + 5}:{ID}:uuid_br:{LEG}", f"{SECOND + 9}:{ID}:att_xfer:a@b/c@d"]
    history = [BRIDGED, TO_1002, f"{SECOND}:{ID}:bl_xfer:voicemail/default/XML", *again]
    found = ended(hangup(history)).transfers
    assert [(one.kind, one.to, one.partner) for one in found] == [
        (TransferKind.BLIND, "1002", AGENT),
        (TransferKind.ATTENDED, "", LEG),
    ]


@pytest.mark.parametrize("history", [[], None, 5, {"bl_xfer:": 1}, [["a_xfer:"], {}]])
def test_no_text_at_all(history):
    """A switch that sends nonsense is not obeyed."""
    assert ended(hangup(history, Other="a_xfer:")).transfers == ()


def test_by_our_clock():
    """As all that the switch tells, where its clock is wrong."""
    time = SwitchTime()
    told, received = SECOND * 1_000_000 + 500_000, (SECOND + 3600) * 1_000_000 + 500_000
    time.hear(told, Micros(received))
    body = hangup([BRIDGED, TO_1002], **{"Event-Date-Timestamp": str(told)})
    found = ended(body, received, time)
    assert found.at == received
    assert [one.at for one in found.transfers] == [(SECOND + 3600) * 1_000_000]
