"""Whatever a switch sends, events come in order, and nothing costs more than itself."""

from __future__ import annotations

import array
import fcntl
import itertools
import termios

import gevent
import pytest

from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.reading import Reader
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.ports import switch_events
from callcore.runtime.greenlets import spawn
from tests.adapters.freeswitch import recordings
from tests.adapters.freeswitch.answered_legs import LEG, OTHER, answered
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    HEARTBEAT,
    Heard,
    RecordingObserver,
    ScriptedSwitch,
    event_frame,
    frame_of,
)
from tests.waiting import wait_until


def unread_bytes_count(switch: FreeSwitch) -> int:
    """How much of what was sent to the events' connection it has not read yet."""
    sock = switch._link._events.sock
    assert sock is not None
    count = array.array("i", [0])
    fcntl.ioctl(sock.fileno(), termios.FIONREAD, count)
    return count[0]


def test_events_arrive_in_order_from_packets_of_any_size(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """A recorded call in packets of 700 bytes is told as the recording is."""
    switch = connect()
    stream = b"".join(frame_of(body) for body in recordings.events("02"))
    for start in range(0, len(stream), 700):
        scripted.events.send(stream[start : start + 700])
        wait_until(lambda: unread_bytes_count(switch) == 0)
    wait_until(lambda: heard.kinds()[-1] == "LegEnded" and heard.kinds().count("LegEnded") == 2)
    parks = [event for event in heard if isinstance(event, switch_events.LegParked)]
    assert [park.is_inbound for park in parks] == [True, False]


def test_nonsense_frames_are_skipped_and_counted(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, heard: Heard
) -> None:
    """What has a border is passed over, and the events around it are told."""
    connect()
    scripted.events.send(
        answered()
        + b"Hello: there\nContent-Length: 3\n\nxyz"
        + b"Content-Type: text/event-plain\nContent-Length: 3\n\nxyz"
        + frame_of(b'{"Event-Name": "CHANNEL_ANS')
        + frame_of(b"[]")
        + event_frame(Event_Name="CHANNEL_ANSWER")
        + event_frame(Event_Name="UNHEARD_OF")
        + answered()
    )
    wait_until(lambda: heard.kinds().count("LegAnswered") == 2)
    assert observer.skipped == [
        "no_content_type",
        "unknown_content_type",
        "unreadable_event",
        "unreadable_event",
        "incomplete_event",
        "unknown_event",
    ]


@pytest.mark.parametrize(
    "nonsense",
    [b"Content-Type: a/b\nContent-Length: -5\n\n", b"x" * 200_000, b"Content-Length: 9" * 9000],
)
def test_a_stream_that_cannot_be_trusted_is_left(
    connect: Connect,
    scripted: ScriptedSwitch,
    observer: RecordingObserver,
    heard: Heard,
    nonsense: bytes,
) -> None:
    """A new connection is the only way to find the next frame."""
    connect()
    scripted.events.send(nonsense)
    wait_until(lambda: heard.kinds() == ["SwitchRestored", "SwitchLost", "SwitchRestored"])
    assert "not an event socket's stream" in observer.lost[0]


class NeverEmpty:
    """A socket that always has data, as one that is read more slowly than it is filled."""

    def __init__(self, packet: bytes, count: int) -> None:
        self.packet = packet
        self.left_count = count

    def recv(self, _size: int) -> bytes:
        self.left_count -= 1
        return self.packet if self.left_count >= 0 else b""

    def close(self) -> None:
        pass


def test_a_flood_of_events_starves_no_timer() -> None:
    """While 20,000 events are read without a gap, a 5 ms timer goes on ticking between them."""
    count = 20_000
    body = next(body for body in recordings.events("02") if b'"CHANNEL_ANSWER"' in body)
    read: list[str] = []
    read_at_tick: list[int] = []

    def timer() -> None:
        """Due every 5 ms."""
        while True:
            read_at_tick.append(len(read))
            gevent.sleep(0.005)

    flooded = Reader(
        NeverEmpty(frame_of(body) * 10, count // 10),  # type: ignore[arg-type]  # acts as a socket
        take_event=lambda body: read.append(EventHeaders(body).name),
        take=lambda frame: read.append(frame.content_type),
        skipped=read.append,
    )
    ticking = spawn("timer", timer)
    flooded.run()
    ticking.kill()
    assert len(read) == count
    between = {seen for seen in read_at_tick if 0 < seen < count}
    assert len(between) > 5
    gaps = [later - sooner for sooner, later in itertools.pairwise([0, *sorted(between), count])]
    assert max(gaps) < count / 4


def test_a_listener_that_fails_costs_no_link(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """Its fault is told with the event's kind, and the next event is delivered."""
    delivered = []

    def deliver(event: switch_events.SwitchEvent) -> None:
        delivered.append(event)
        raise LookupError(event.node)

    switch = connect(deliver=deliver)
    scripted.events.send(answered() + answered(OTHER))
    wait_until(lambda: len(observer.failed) == 3)
    assert [name for name, _ in observer.failed] == ["SwitchRestored", "LegAnswered", "LegAnswered"]
    assert len(delivered) == 3
    assert switch.is_connected


def test_bad_utf_8_arrays_and_large_values_cost_no_link(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, heard: Heard
) -> None:
    """What strangers can put into an event reaches the flow as text, cut and clean."""
    connect()
    parked = event_frame(
        Event_Name="CHANNEL_PARK",
        Unique_ID=LEG,
        Caller_Caller_ID_Name=["J?zef", "x"],
        variable__sip__h__X_Note="y" * 65536,
    )
    scripted.events.send(parked.replace(b"?", b"\xf3"))
    wait_until(lambda: len(heard) == 2)
    assert isinstance(heard[1], switch_events.LegParked)
    assert heard[1].caller_name == "J\ufffdzef"
    assert observer.skipped == []


@pytest.mark.parametrize("name", ["12", "12b"])
def test_forged_headers_forge_no_event(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, name: str
) -> None:
    """The recorded hostile caller, in plain and in JSON events: nothing called FORGED is heard."""
    switch = connect()
    frames = [wire for wire in recordings.from_switch(name) if b"text/event-" in wire]
    scripted.events.send(b"".join(frames) + HEARTBEAT)
    wait_until(lambda: observer.events[-1:] == ["HEARTBEAT"])
    assert "FORGED" not in observer.events
    assert switch.is_connected
    if name == "12":
        assert observer.skipped == ["unknown_content_type"] * len(frames)


def test_the_delay_of_an_event_is_told(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """An event of an hour ago is an hour late; one from a clock ahead of ours is not early."""
    connect()
    now = recordings.events("02")[0]
    stamp = EventHeaders(now).instant
    assert stamp is not None
    for at in (1, 9_000_000_000_000_000):
        scripted.events.send(
            event_frame(Event_Name="CHANNEL_ANSWER", Unique_ID=LEG, Event_Date_Timestamp=str(at))
        )
    wait_until(lambda: len(observer.lags) == 2)
    assert observer.lags[0] > 3600
    assert observer.lags[1] == 0
