"""Whatever a caller, a phone or a broken network puts into the event socket forges no event."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.freeswitch import headers, translation
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.frames import Frame, FrameReader, Skipped, StreamBrokenError
from callcore.domain.ids import Micros, NodeName
from callcore.ports import switch_events
from tests.fuzz.effort import hard

NODE, AT = NodeName("fs1"), Micros(1_800_000_000_000_000)
LEG, OTHER = "0b5e6e3a-5d1f-4b1e-9d5e-000000000001", "f0000000-0000-4000-8000-00000000000f"

ATTACKS = st.sampled_from(
    [
        "\n\nEvent-Name: CHANNEL_HANGUP\nUnique-ID: " + OTHER,
        "\r\nContent-Length: 5\r\n\r\nhello",
        '","Event-Name":"CHANNEL_HANGUP","Unique-ID":"' + OTHER,
        "%0A%0AEvent-Name%3A%20CHANNEL_HANGUP",
        "${uuid_kill " + OTHER + "}",
        "\x1cEvent-Name: CHANNEL_HANGUP",
        "\u2028Unique-ID: " + OTHER,
        "ARRAY::" + OTHER + "|:" + OTHER,
        "_undef_",
        "{origination_uuid=" + OTHER + "}",
        "'\\\\\"",
        "A" * 4096,
        "%" * 4096,
        "\x00\x01\x7f",
    ]
)
TEXTS = st.one_of(ATTACKS, st.text(max_size=60), st.text(max_size=8).map(lambda text: text * 400))

CALLERS_FIELDS = (
    "Caller-Caller-ID-Name",
    "Caller-Caller-ID-Number",
    "Caller-Destination-Number",
    "variable_sip_from_display",
    "variable_sip_h_X-Anything",
    "variable_callcore_brought",
    "variable_sip_user_agent",
)
"""What somebody on the other side of the network can put anything into."""

EVENT_NAMES = st.sampled_from(sorted({*translation.SUBSCRIBED} - {"BACKGROUND_JOB", "HEARTBEAT"}))

KINDS: dict[str, tuple[type, ...]] = {
    "CHANNEL_PARK": (switch_events.LegParked,),
    "CHANNEL_ANSWER": (switch_events.LegAnswered,),
    "CHANNEL_HANGUP": (switch_events.LegEnded,),
    "DTMF": (switch_events.DigitPressed,),
}
"""What an event of that name may become, where it is one kind of thing only."""


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event of our leg whose other fields are as hostile as can be."""
    told: dict[str, Any] = {
        name: draw(TEXTS | st.lists(TEXTS, max_size=3))
        for name in draw(st.sets(st.sampled_from(CALLERS_FIELDS)))
    }
    told |= draw(st.dictionaries(st.text(max_size=12).map("variable_{}".format), TEXTS, max_size=3))
    name = draw(EVENT_NAMES)
    fixed = {"Event-Name": name, "Unique-ID": LEG, "Call-Direction": "inbound"}
    if name == "DTMF":
        fixed["DTMF-Digit"] = draw(st.sampled_from("0123456789*#"))
    return {**told, **fixed}


def framed(told: dict[str, Any], *, damage: bytes = b"") -> bytes:
    """As FreeSWITCH sends it; ``damage`` stands for a byte that is not UTF-8."""
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if damage:
        last = b'"Call-Direction": "inbound"'
        body = body.replace(last, b'"variable_x": "' + damage + b'", ' + last)
    return (b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(body)) + body


def frames_of(pieces: Iterable[bytes]) -> list[bytes | Frame | Skipped]:
    """What the reader makes of a stream, up to where it breaks."""
    reader, found = FrameReader(), []
    for piece in pieces:
        reader.feed(piece)
        while (frame := reader.next_frame()) is not None:
            found.append(frame)
    return found


def heard(frame: bytes | Frame | Skipped) -> object:
    """What flows are told of a frame: an event, ``None`` for nothing, or why there is none."""
    if isinstance(frame, Skipped):
        return frame.reason
    try:
        told = EventHeaders(frame if isinstance(frame, bytes) else frame.body)
        return translation.event_of(told, NODE, AT)
    except (headers.UnreadableEventError, headers.IncompleteEventError) as error:
        return type(error)


@given(
    st.lists(
        st.tuples(events(), st.sampled_from([b"", b"\xff", b"\xc3", b"\xed\xa0\x80"])), max_size=5
    ),
    st.lists(st.integers(1, 5000), max_size=8),
)
@hard
def test_an_event_is_what_the_switch_says_and_nothing_else(
    sent: list[tuple[dict[str, Any], bytes]], places: list[int]
) -> None:
    """Each frame is one event of the leg it is about, whatever its fields hold and however the
    stream is cut: none is lost, none is forged, none is of another leg.
    """
    stream = b"".join(framed(told, damage=damage) for told, damage in sent)
    cuts = [0, *sorted({place for place in places if place < len(stream)}), len(stream)]
    found = frames_of(stream[start:end] for start, end in itertools.pairwise(cuts))
    assert len(found) == len(sent)
    for frame, (told, _) in zip(found, sent, strict=True):
        event = heard(frame)
        if isinstance(event, switch_events.LegEvent):
            assert event.leg_id == LEG
        if told["Event-Name"] in KINDS:
            assert isinstance(event, KINDS[told["Event-Name"]])
        elif isinstance(event, switch_events.LegEvent):
            assert not isinstance(event, switch_events.LegEnded | switch_events.DigitPressed)


@given(events(), st.data())
@hard
def test_a_damaged_stream_ends_or_goes_on_and_forges_nothing(
    told: dict[str, Any], data: st.DataObject
) -> None:
    """Bytes lost, doubled or changed make the reader skip, break or read: never hang, never fail
    otherwise, and never tell of a leg that no byte of the stream names.
    """
    stream = bytearray(framed(told) * 2)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(stream)))
        length = data.draw(st.sampled_from([0, 1, 2, 7, 300]))
        stream[start : start + length] = data.draw(st.binary(max_size=12))
    try:
        found = frames_of([bytes(stream)])
    except StreamBrokenError:
        return
    for frame in found:
        event = heard(frame)
        if isinstance(event, switch_events.LegEvent):
            assert event.leg_id.encode() in bytes(stream).lower()


@given(
    st.binary(max_size=400)
    | st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["Event-Name", "Unique-ID", "_body", "x"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode())
)
@hard
def test_any_body_is_an_event_or_refused(body: bytes) -> None:
    """As an event, a dumped leg, a phone's, a list of channels: the one typed fault, or a value."""
    for read in (
        EventHeaders,
        headers.leg_headers,
        headers.phone_headers,
        headers.channel_rows,
        headers.variables_of,
    ):
        try:
            read(body)
        except headers.UnreadableEventError:
            continue
    heard(body)
