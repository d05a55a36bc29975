"""Recorded events become the port's events, and hostile or broken ones do no harm."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.freeswitch import cleaning, commands, headers, hostile, translation
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.ports import switch_events
from callcore.ports.switch_events import LegEvent
from tests.adapters.freeswitch import recordings

NODE = NodeName("fs1")
NOW = Micros(1_800_000_000_000_000)
LEG = "9dc3c890-1ad9-4e85-b984-c5498296b160"


def translated(body: bytes) -> LegEvent | None:
    event = translation.event_of(EventHeaders(body), NODE, NOW)
    return event if isinstance(event, LegEvent) else None


def story(name: str) -> list[LegEvent]:
    """What a recording tells, without what is not subscribed to."""
    return [
        event
        for body in recordings.events(name)
        if EventHeaders(body).name not in {"BACKGROUND_JOB", "HEARTBEAT"}
        and (event := translated(body)) is not None
    ]


def steps(name: str) -> list[tuple[str, str]]:
    """The kinds of events of a recording, each with its leg, named in order of appearance."""
    names: dict[LegId, str] = {}
    return [
        (type(event).__name__, names.setdefault(event.leg_id, "ABCDEFGH"[len(names)]))
        for event in story(name)
    ]


def event(**fields: object) -> bytes:
    """The body of an event; ``_`` in a name stands for ``-``."""
    values = {"Unique-ID": LEG} | {name.replace("_", "-"): value for name, value in fields.items()}
    return json.dumps(values).encode()


def test_a_call_from_arrival_to_hangup() -> None:
    """The recorded call with an offer, a bridge and a recording, step by step."""
    assert steps("02") == [
        ("LegParked", "A"),
        ("LegAnswered", "A"),
        ("PlaybackStarted", "A"),
        ("LegRinging", "B"),
        ("LegAnswered", "B"),
        ("LegParked", "B"),
        ("PlaybackEnded", "A"),
        ("LegBridged", "A"),
        ("RecordingStarted", "A"),
        ("RecordingStopped", "A"),
        ("LegEnded", "B"),
        ("LegUnbridged", "A"),
        ("LegEnded", "A"),
    ]


def test_what_an_arriving_caller_tells() -> None:
    """Number, name, instant and the dialplan's variable of the recorded caller."""
    first, *_ = story("02")
    assert first == switch_events.LegParked(
        node=NODE,
        at=Micros(1795283150993843),
        leg_id=LegId("10346926-c48c-4bd5-9ce3-52ebda9f414a"),
        is_inbound=True,
        is_line_answered=False,
        caller_number="+48200001",
        caller_name="Caller 1",
        dialled_number="park",
        variables={"callcore_shard": "1"},
    )


def test_an_agent_who_picked_up_parks_as_an_outbound_answered_leg() -> None:
    """The second park of the recording carries the call id we gave it."""
    agent = [told for told in story("02") if isinstance(told, switch_events.LegParked)][1]
    assert (agent.is_inbound, agent.is_line_answered) == (False, True)
    assert agent.variables["callcore_call"] == "10346926-c48c-4bd5-9ce3-52ebda9f414a"


def test_a_bridge_is_told_once_with_the_caller_first() -> None:
    """The caller's leg is the first argument of ``uuid_bridge``."""
    (bridge,) = [told for told in story("03") if isinstance(told, switch_events.LegBridged)]
    callers, agents = [told for told in story("03") if isinstance(told, switch_events.LegParked)]
    assert (bridge.leg_id, bridge.other_leg_id) == (callers.leg_id, agents.leg_id)


def test_missing_sounds_are_told_for_files_streams_and_announcements() -> None:
    """Three missing sounds of the recording; the sequence that sounded is not missing."""
    ends = [told for told in story("16") if isinstance(told, switch_events.PlaybackEnded)]
    nosuch = "/usr/share/callcore/sounds/nosuch.wav"
    assert [(end.path, end.is_missing) for end in ends[:3]] == [
        (nosuch, True),
        ("local_stream://nosuch", True),
        (nosuch, True),
    ]
    assert [end.is_missing for end in ends[3:]] == [False]


@pytest.mark.parametrize("name", ["PLAYBACK_START", "PLAYBACK_STOP"])
def test_an_announcement_is_told_by_all_its_sounds(name: str) -> None:
    """As many as a command has room for: whoever waits for its end knows it by them."""
    asked = hostile.sequence(("/var/lib/callcore/sounds/en/number/20.wav",) * 128)
    told = translated(event(Event_Name=name, Playback_File_Path=asked))
    assert isinstance(told, switch_events.PlaybackStarted | switch_events.PlaybackEnded)
    assert told.path == asked


def test_what_is_kept_on_a_leg_is_read_whole() -> None:
    """As much as a command sets."""
    value = "polish | " * 227 + "end"
    commands.remember(LegId(LEG), {"callcore_skills": value})
    body = event(Event_Name="CHANNEL_PARK", variable_callcore_skills=value)
    told = translated(body.replace(b"variable-callcore-skills", b"variable_callcore_skills"))
    assert isinstance(told, switch_events.LegParked)
    assert told.variables == {"callcore_skills": value}


def test_a_missing_sound_is_not_told_again_by_park() -> None:
    """``park`` repeats the response that stays on the channel."""
    body = event(
        Event_Name="CHANNEL_EXECUTE_COMPLETE",
        Application="park",
        Application_Response="FILE NOT FOUND",
    )
    assert translated(body) is None


@pytest.mark.parametrize(("status", "is_told"), [("done", False), ("break", True)])
def test_a_round_of_a_looped_file_is_not_its_end(status: str, is_told: bool) -> None:
    """Only a break ends what plays endlessly."""
    body = event(
        Event_Name="PLAYBACK_STOP",
        Playback_File_Path="/m.wav",
        Playback_Status=status,
        variable_total_loops="-1",
    ).replace(b"variable-total-loops", b"variable_total_loops")
    assert (translated(body) is not None) == is_told


@pytest.mark.parametrize(
    ("name", "cause"),
    [("04", "NO_ANSWER"), ("05", "USER_BUSY"), ("23", "SYSTEM_SHUTDOWN")],
)
def test_causes_of_recorded_hangups(name: str, cause: str) -> None:
    """The hangup's raw cause is told."""
    assert cause in {told.cause for told in story(name) if isinstance(told, switch_events.LegEnded)}


def test_a_caller_parks_again_after_the_bridge() -> None:
    """How a survey starts."""
    parks = [kind for kind in steps("10") if kind == ("LegParked", "A")]
    assert len(parks) == 2


def test_hold_and_digits() -> None:
    """Hold is the agent leg's, digits are the caller's."""
    assert ("LegHeld", "B") in steps("21")
    assert ("LegUnheld", "B") in steps("21")
    digits = [told.digit for told in story("07") if isinstance(told, switch_events.DigitPressed)]
    assert digits == ["1", "5"]


def test_a_caller_given_early_media_does_not_ring() -> None:
    """Only phones that we call ring."""
    ringing = Counter(kind for kind in steps("14") if kind[0] == "LegRinging")
    assert set(ringing) == {("LegRinging", "B")}


def test_what_a_hostile_caller_says_stays_in_its_value() -> None:
    """The recorded forgery makes no other event, and its line feeds are gone."""
    for body in recordings.events("12b"):
        told = EventHeaders(body)
        assert told.name != "FORGED"
    hangups = [body for body in recordings.events("12b") if b'"CHANNEL_HANGUP"' in body]
    parked = hangups[0].replace(b"CHANNEL_HANGUP", b"CHANNEL_PARK")
    caller = translated(parked)
    assert isinstance(caller, switch_events.LegParked)
    assert caller.caller_number == "+48200Event-Name: FORGED001"
    assert caller.caller_name.startswith("Żółć &")
    assert not set(caller.caller_name) & set("\n\r\x00")


def test_plain_bodies_of_the_hostile_caller_are_refused() -> None:
    """The recorded plain events are no JSON: unreadable, never half understood."""
    bodies = [wire.partition(b"\n\n")[2] for wire in recordings.from_switch("12")]
    plain = [body for body in bodies if b"Event-Name" in body]
    assert plain
    for body in plain:
        with pytest.raises(headers.UnreadableEventError):
            EventHeaders(body)


def test_an_event_with_bad_utf_8_is_told() -> None:
    """A byte that is no UTF-8 costs the one letter, wherever it is."""
    body = event(Event_Name="CHANNEL_PARK", Caller_Caller_ID_Name="J?zef", Other="?")
    told = translated(body.replace(b"?", b"\xf3"))
    assert isinstance(told, switch_events.LegParked)
    assert told.caller_name == "J\ufffdzef"


def test_arrays_are_values() -> None:
    """A header that was set several times is an array: the first counts."""
    told = translated(
        event(
            Event_Name="CHANNEL_PARK",
            Caller_Caller_ID_Name=["Ann", "Bob"],
            Caller_Destination_Number=[],
            variable_callcore_x=["1", "2"],
            variable_transfer_history=["a", "b"],
        ).replace(b"variable-callcore-x", b"variable_callcore_x")
    )
    assert isinstance(told, switch_events.LegParked)
    assert (told.caller_name, told.dialled_number) == ("Ann", "")
    assert told.variables == {"callcore_x": "1"}


def test_a_value_of_64_kib_is_cut() -> None:
    """What is kept of a stranger's text has a limit."""
    body = event(Event_Name="CHANNEL_PARK", Caller_Caller_ID_Name="x" * 65536)
    told = translated(body)
    assert isinstance(told, switch_events.LegParked)
    assert len(told.caller_name) == cleaning.NAME_LIMIT


@pytest.mark.parametrize("leg", ["", "x", LEG + "\n", ["a"], LEG[:-1], "../" + LEG, None, 5])
def test_an_event_of_no_leg_is_incomplete(leg: object) -> None:
    """An id that is none never reaches a flow."""
    with pytest.raises(headers.IncompleteEventError):
        translated(event(Event_Name="CHANNEL_ANSWER", Unique_ID=leg))


@pytest.mark.parametrize("digit", ["", "F", "12", "\n"])
def test_what_is_no_digit_is_incomplete(digit: str) -> None:
    """Only the sixteen keys of a phone are digits."""
    with pytest.raises(headers.IncompleteEventError):
        translated(event(Event_Name="DTMF", DTMF_Digit=digit))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'{"a":', b"[" * 100_000, b'{"a":' + b"[" * 100_000, b'{"a":"\\ud800'],
)
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    """Broken JSON has one error, however deep it nests."""
    with pytest.raises(headers.UnreadableEventError):
        EventHeaders(body)


@pytest.mark.parametrize("stamp", ["", "0", "x", "-5", "1" * 400, "٣", ["5"]])
def test_an_event_without_an_instant_has_happened_now(stamp: object) -> None:
    """An unreadable instant is replaced, never believed."""
    told = translated(event(Event_Name="CHANNEL_ANSWER", Event_Date_Timestamp=stamp))
    assert told is not None
    assert told.at in {NOW, 5}


def test_channels_are_listed_with_and_without_rows() -> None:
    """No channels means no ``rows`` at all; a bad byte in a name loses no channel."""
    assert headers.channel_rows(b'{"row_count": 0}\n') == []
    table = b'{"row_count":1,"rows":[{"uuid":"a","cid_name":"J\xf3zef"}]}'
    assert [row.uuid for row in headers.channel_rows(table)] == ["a"]
    with pytest.raises(headers.UnreadableEventError):
        headers.channel_rows(b"-ERR no")


@given(st.text(max_size=300), st.integers(1, 100))
def test_cleaned_text_is_short_and_has_no_control_characters(text: str, limit: int) -> None:
    """Nothing a stranger says can move a cursor, end a line or turn its direction."""
    kept = cleaning.cleaned(text, limit)
    assert len(kept) <= limit
    assert kept.isprintable() or not any(
        ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 or letter in "\u2028\u2029\u202e"
        for letter in kept
    )
    kept.encode()
