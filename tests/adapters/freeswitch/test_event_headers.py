"""A header that is looked for in the body of an event is the one that a decoder finds."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.headers import UnreadableEventError
from tests.adapters.freeswitch import recordings

LEG, OTHER = "0b5e6e3a-5d1f-4b1e-9d5e-000000000001", "f0000000-0000-4000-8000-00000000000f"

READ = {
    "name": "Event-Name",
    "leg_id": "Unique-ID",
    "direction": "Call-Direction",
    "caller_name": "Caller-Caller-ID-Name",
    "caller_number": "Caller-Caller-ID-Number",
    "dialled_number": "Caller-Destination-Number",
    "answer_state": "Answer-State",
    "hangup_cause": "Hangup-Cause",
    "bridge_a": "Bridge-A-Unique-ID",
    "bridge_b": "Bridge-B-Unique-ID",
    "digit": "DTMF-Digit",
    "playback_path": "Playback-File-Path",
    "playback_status": "Playback-Status",
    "total_loops": "variable_total_loops",
    "application_response": "Application-Response",
    "job_result": "_body",
}

HOSTILE = (
    f'x","Unique-ID":"{OTHER}","y":"',
    f'x\\","Unique-ID":"{OTHER}","y":"',
    f',"Unique-ID":"{OTHER}"',
    "\\",
    '"',
    ",",
    ',"',
    "Unique-ID",
    '":"',
    "ż\n",
)
TEXTS = st.text(max_size=30) | st.sampled_from(HOSTILE)
VALUES = TEXTS | st.lists(TEXTS, max_size=3) | st.none() | st.integers(0, 9)
NAMES = st.sampled_from([*READ.values(), 'variable_sip_h_X","Unique-ID', ',"Unique-ID']) | TEXTS
SPACING = st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")])


def plain(value: object) -> str:
    """What a header says, from its value as it was before it was written."""
    if isinstance(value, list):
        return plain(value[0]) if value else ""
    return "" if value is None else str(value)


def assert_same(told: EventHeaders, values: dict[str, object]) -> None:
    for attribute, name in READ.items():
        assert (name, getattr(told, attribute)) == (name, plain(values.get(name)))


@given(values=st.dictionaries(NAMES, VALUES, max_size=10), spacing=SPACING, is_ascii=st.booleans())
@example(
    values={"Event-Name": "DTMF", "a": HOSTILE[0], "Unique-ID": LEG},
    spacing=(",", ":"),
    is_ascii=True,
)
@example(
    values={"Event-Name": "DTMF", "a": "\\", "Unique-ID": LEG}, spacing=(",", ":"), is_ascii=True
)
@example(
    values={"Event-Name": "DTMF", 'a,"Unique-ID': OTHER, "Unique-ID": LEG},
    spacing=(",", ":"),
    is_ascii=True,
)
def test_headers_are_those_of_the_object(
    values: dict[str, object], spacing: tuple[str, str], *, is_ascii: bool
) -> None:
    """Whatever other names and values say, and however the JSON is written."""
    body = json.dumps(values, separators=spacing, ensure_ascii=is_ascii).encode(
        "utf-8", "surrogatepass"
    )
    assert_same(EventHeaders(body), json.loads(body.decode("utf-8", "replace")))


@pytest.mark.parametrize("name", recordings.names())
def test_headers_of_recorded_events_are_those_of_the_object(name: str) -> None:
    """Of every event, byte for byte as FreeSWITCH wrote it."""
    for body in recordings.events(name):
        assert_same(EventHeaders(body), json.loads(body.decode("utf-8", "replace")))


def test_recorded_events_of_calls_are_read_without_decoding_them() -> None:
    """That is what the search is for: what every event of a leg must say is found in it."""
    for body in recordings.events("02"):
        told = EventHeaders(body)
        if b'"Unique-ID":"' in body:
            assert told.name
            assert told.instant is not None
            assert told.leg_id
            assert told._all is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"Event-Name":"DTMF","Unique-ID":"' + LEG.encode(),
        b'{"Event-Name":"DTMF","Unique-ID":["' + LEG.encode(),
        b'{"Event-Name":"DTMF","Unique-ID":"a\\',
    ],
)
def test_a_header_that_is_cut_off_is_unreadable(body: bytes) -> None:
    """What begins and does not end is never half read."""
    with pytest.raises(UnreadableEventError):
        _ = EventHeaders(body).leg_id
