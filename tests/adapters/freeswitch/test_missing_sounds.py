"""What FreeSWITCH tells of sounds that it passes over, as it was told by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.freeswitch import cleaning, headers, translation
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.domain.ids import Micros, NodeName
from callcore.ports.switch_events import SoundMissing

NODE = NodeName("fs1")
PATH = "/var/lib/callcore/sounds/pl/number/42.wav"
TOLD = {
    "Event-Subclass": "filestring::fail",
    "Event-Name": "CUSTOM",
    "Core-UUID": "56832e9f-c4ea-4285-b5cb-49dd9e0ef85c",
    "FreeSWITCH-Hostname": "vm",
    "FreeSWITCH-Switchname": "vm",
    "FreeSWITCH-IPv4": "192.0.2.2",
    "FreeSWITCH-IPv6": "fd00::2",
    "Event-Date-Local": "2026-11-22 09:02:22",
    "Event-Date-GMT": "Sun, 22 Nov 2026 09:02:22 GMT",
    "Event-Date-Timestamp": "1795338142092540",
    "Event-Calling-File": "mod_dptools.c",
    "Event-Calling-Function": "next_file",
    "Event-Calling-Line-Number": "5021",
    "Event-Sequence": "459",
    "File": PATH,
}


def heard(event: dict[str, Any]) -> object:
    """What is made of an event."""
    body = json.dumps(event).encode()
    return translation.event_of(EventHeaders(body), NODE, Micros(7))


def test_a_sound_that_was_passed_over_is_named() -> None:
    """As it was asked for, and when its turn had come; on which leg is not told."""
    at = Micros(1795338142092540)
    assert heard(TOLD) == SoundMissing(node=NODE, at=at, path=PATH)


def test_it_is_asked_for_as_a_kind_of_custom() -> None:
    """FreeSWITCH takes every word after ``CUSTOM`` for a kind."""
    words = translation.SUBSCRIPTION
    assert words.index("filestring::fail") > words.index("CUSTOM")
    assert "filestring::fail" not in translation.SUBSCRIBED


@pytest.mark.parametrize("kind", ["filestring::open", "filestring::close", "sofia::register", ""])
def test_other_kinds_say_nothing_of_it(kind: str) -> None:
    """They have the same header."""
    assert heard({**TOLD, "Event-Subclass": kind}) is None


@pytest.mark.parametrize("path", ["", "\n\x00", [], None])
def test_a_sound_without_a_name_is_incomplete(path: object) -> None:
    """It is counted, and costs nothing else."""
    with pytest.raises(headers.IncompleteEventError):
        heard({**TOLD, "File": path})


@given(st.text(max_size=2000))
def test_an_odd_name_is_short_and_printable(path: str) -> None:
    """Whatever anybody has the switch play."""
    try:
        told = heard({**TOLD, "File": path})
    except headers.IncompleteEventError:
        return
    assert isinstance(told, SoundMissing)
    assert len(told.path) <= cleaning.PATH_LIMIT
    assert not any(ord(letter) < 32 for letter in told.path)
