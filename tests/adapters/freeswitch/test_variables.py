"""Channel variables of ours are found in an event, and nothing a caller says passes for one."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcore.adapters.freeswitch import headers
from callcore.adapters.freeswitch.cleaning import VARIABLE_LIMIT, cleaned
from tests.adapters.freeswitch import recordings

OURS = "variable_callcore_"
FORGED = f'x","{OURS}offer":"forged","y":"'

NAMES = st.sampled_from(
    ["Event-Name", "variable_sip_from", OURS, f"{OURS}offer", f"{OURS}queue", f'{OURS}"q', "Body"]
) | st.text(max_size=20)
HOSTILE = (FORGED, FORGED + "\\", "\\", '"', ",", f'"{OURS}x":"y"', f'{{"{OURS}x":"y"}}', OURS)
TEXTS = st.text(max_size=30) | st.sampled_from(HOSTILE)
VALUES = TEXTS | st.lists(TEXTS, max_size=3) | st.none() | st.integers(0, 9)
SPACING = st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")])


def plainly(told: dict[str, object]) -> dict[str, str]:
    """What is looked for, from the headers as they were before they were written."""

    def text(value: object) -> str:
        if isinstance(value, list):
            return text(value[0]) if value else ""
        return "" if value is None else str(value)

    return {
        name.removeprefix("variable_"): cleaned(text(value), VARIABLE_LIMIT)
        for name, value in told.items()
        if name.startswith(OURS)
    }


@given(told=st.dictionaries(NAMES, VALUES, max_size=8), spacing=SPACING, is_ascii=st.booleans())
@example(told={"caller": FORGED, f"{OURS}offer": "o1"}, spacing=(",", ":"), is_ascii=True)
@example(told={f"{OURS}offer": "a\\", "b": "c"}, spacing=(",", ":"), is_ascii=True)
@example(told={f"{OURS}offer": ["o1", "o2"], "b": "]"}, spacing=(",", ":"), is_ascii=True)
def test_variables_are_those_of_the_headers(
    told: dict[str, object], spacing: tuple[str, str], *, is_ascii: bool
) -> None:
    """Whatever other values say, and however the JSON is written."""
    text = json.dumps(told, separators=spacing, ensure_ascii=is_ascii)
    assert headers.variables_of(text.encode()) == plainly(told)


@pytest.mark.parametrize("name", recordings.names())
def test_variables_of_recorded_events_are_those_of_the_headers(name: str) -> None:
    """Of every event, byte for byte as FreeSWITCH wrote it."""
    for body in recordings.events(name):
        told = json.loads(body.decode("utf-8", "replace"))
        assert headers.variables_of(body) == plainly(told)


def test_the_last_of_two_equal_headers_counts() -> None:
    """As wherever JSON is read."""
    body = f'{{"{OURS}offer":"o1","a":"b","{OURS}offer":"o2"}}'.encode()
    assert headers.variables_of(body) == {"callcore_offer": "o2"}


@pytest.mark.parametrize("value", [b"caf\xe9", b"\xed\xa0\x80"])
def test_a_value_that_is_no_text_costs_no_variable(value: bytes) -> None:
    """Be it of a variable of ours or of another header."""
    body = b'{"Caller-Name":"%b","%boffer":"o1","%bnote":"%b"}'
    found = headers.variables_of(body % (value, OURS.encode(), OURS.encode(), value))
    assert found["callcore_offer"] == "o1"
    assert "callcore_note" in found


def test_what_is_no_event_is_not_read() -> None:
    """A variable of ours that is not one plainly has all of it read."""
    for body in (b'"%boffer":"o1"', b'{"%boffer":"o1'):
        with pytest.raises(headers.UnreadableEventError):
            headers.variables_of(body % OURS.encode())
