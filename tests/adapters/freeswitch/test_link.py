"""The link comes up in order, says why it is down, releases every waiter and starves nobody."""

from __future__ import annotations

import itertools

import gevent
import pytest
from gevent import socket

from callcore.adapters.freeswitch import connection, headers, replies, translation
from callcore.adapters.freeswitch.link import Retry
from callcore.domain.ids import LegId
from callcore.ports import switch_events
from callcore.ports.telephony import (
    CommandTimedOutError,
    HostileTextError,
    Switch,
    SwitchUnavailableError,
)
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from tests.adapters.freeswitch import recordings
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    CORE,
    Heard,
    RecordingObserver,
    ScriptedSwitch,
    answer,
    event_frame,
    frame_of,
    reply,
    wait_until,
)

LEG = LegId("9dc3c890-1ad9-4e85-b984-c5498296b160")
OTHER = LegId("9ec3c890-1ad9-4e85-b984-c5498296b161")


def answered(leg_id: str = LEG) -> bytes:
    return event_frame(Event_Name="CHANNEL_ANSWER", Unique_ID=leg_id)


def expect_failure(error: type[Exception], switch: Switch) -> None:
    with pytest.raises(error):
        switch.leg_exists(LEG)


HEARTBEAT = event_frame(Event_Name="HEARTBEAT", Core_UUID=CORE)


def test_the_link_subscribes_before_it_is_restored(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Filters, then the subscription with every event of ours, then ``SwitchRestored``."""
    connect(shards="09af")
    lines = [command.line for command in scripted.events.received]
    assert lines[1] == "filter Unique-ID /^[09af]/"
    assert "filter Event-Name BACKGROUND_JOB" in lines
    assert "filter Event-Name HEARTBEAT" in lines
    assert "filter Application-Response -FILE PLAYED" in lines
    assert lines[-1] == "event json " + " ".join(translation.SUBSCRIPTION)
    assert "filter Event-Name CUSTOM" in lines
    (restored,) = heard
    assert isinstance(restored, switch_events.SwitchRestored)
    assert (restored.core_uuid, restored.is_restarted) == (CORE, False)


def test_events_in_the_same_packet_as_the_subscription_come_after_restored(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """No event overtakes the word that the link is up."""
    scripted.rules["event "] = lambda _: reply("+OK event listener enabled json") + answered() * 3
    connect()
    wait_until(lambda: len(heard) == 4)
    assert heard.kinds() == ["SwitchRestored"] + ["LegAnswered"] * 3


def test_events_and_commands_have_connections_of_their_own(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """A command that is not answered holds up no event."""
    switch = connect()
    scripted.rules["api uuid_exists"] = lambda _: None
    asking = spawn("asking", expect_failure, CommandTimedOutError, switch)
    scripted.events.send(answered())
    wait_until(lambda: heard.kinds() == ["SwitchRestored", "LegAnswered"])
    assert not asking.ready()
    asking.get()


def test_events_arrive_in_order_from_packets_of_any_size(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """A recorded call in packets of 700 bytes is told as the recording is."""
    connect()
    stream = b"".join(frame_of(body) for body in recordings.events("02"))
    for start in range(0, len(stream), 700):
        scripted.events.send(stream[start : start + 700])
        gevent.sleep(0)
    wait_until(lambda: heard.kinds()[-1] == "LegEnded" and heard.kinds().count("LegEnded") == 2)
    parks = [event for event in heard if isinstance(event, switch_events.LegParked)]
    assert [park.is_inbound for park in parks] == [True, False]


def test_replies_are_matched_by_order(connect: Connect, scripted: ScriptedSwitch) -> None:
    """Three questions asked at once get their own answers."""
    switch = connect()
    legs = {LEG: "true", OTHER: "false"}
    scripted.rules["api uuid_exists"] = lambda command: answer(legs[LegId(command.line[-36:])])
    asking = [spawn("asking", switch.leg_exists, leg_id) for leg_id in (LEG, OTHER, LEG)]
    assert [greenlet.get() for greenlet in asking] == [True, False, True]


def test_a_late_reply_is_swallowed(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """The reply to a command that timed out is not taken for the next one's."""
    switch = connect(policy=scripted.policy(command_timeout_seconds=0.15))
    scripted.rules["api uuid_exists"] = lambda _: None
    with pytest.raises(CommandTimedOutError):
        switch.leg_exists(LEG)
    scripted.rules["api uuid_exists"] = lambda _: answer("true") + answer("false")
    assert switch.leg_exists(OTHER) is False, "the late reply belongs to the first question"
    assert switch.is_connected
    assert observer.skipped == []


def test_a_reply_nobody_asked_for_is_counted(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """It does no harm to the commands that follow."""
    switch = connect()
    scripted.commands.send(reply("+OK surprise"))
    wait_until(lambda: observer.skipped == ["unexpected_reply"])
    scripted.rules["api uuid_exists"] = lambda _: answer("true")
    assert switch.leg_exists(LEG)


@pytest.mark.parametrize("which", ["commands", "events"])
def test_a_dropped_connection_releases_every_waiter(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard, which: str
) -> None:
    """Whichever connection drops in mid-command, all who wait are told, and the link comes back."""
    switch = connect(policy=scripted.policy(command_timeout_seconds=10.0))
    scripted.rules["api uuid_exists"] = lambda _: None
    asking = [spawn("asking", expect_failure, SwitchUnavailableError, switch) for _ in range(5)]
    wait_until(lambda: len(scripted.lines()) == 5)
    (scripted.commands if which == "commands" else scripted.events).drop()
    for greenlet in asking:
        greenlet.get()
    wait_until(lambda: heard.kinds() == ["SwitchRestored", "SwitchLost", "SwitchRestored"])
    assert switch.is_connected


def test_a_connection_cut_inside_a_frame_is_a_lost_link(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """The end of the stream inside a body ends the wait for the rest."""
    connect()
    scripted.events.send(answered()[:-20])
    scripted.events.drop()
    wait_until(lambda: heard.kinds() == ["SwitchRestored", "SwitchLost", "SwitchRestored"])


def test_commands_without_a_link_are_refused_at_once(
    begin: Connect, scripted: ScriptedSwitch
) -> None:
    """Nothing is kept to be sent to a switch whose calls may be gone by then."""
    scripted.greeting = None
    switch = begin()
    assert not switch.is_connected
    with pytest.raises(SwitchUnavailableError, match=r"fs1 127\.0\.0\.1"):
        switch.answer(LEG)
    with pytest.raises(SwitchUnavailableError):
        switch.leg_exists(LEG)


def test_a_wrong_password_says_what_to_set(begin: Connect, observer: RecordingObserver) -> None:
    """The reason names the node, the variable and the parameter, and not the password."""
    begin(password="wrong-one")
    wait_until(lambda: observer.lost)
    assert "refuses the password" in observer.lost[0]
    assert "fs1 127.0.0.1:" in observer.lost[0]
    assert "CALLCORE_NODE_FS1_PASSWORD" in observer.lost[0]
    assert "wrong-one" not in observer.lost[0]


def test_a_password_that_would_end_its_command_is_refused(begin: Connect) -> None:
    """A secret read from a file with a line feed inside is found at the start."""
    with pytest.raises(HostileTextError):
        begin(password="a\n\napi status")


def test_a_refusal_by_address_says_so(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """The rude rejection of the switch's list of addresses."""
    scripted.greeting = (
        b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
    )
    scripted.closes_after_greeting = True
    begin()
    wait_until(lambda: observer.lost)
    assert "apply-inbound-acl" in observer.lost[0]
    assert "Access Denied, go away." in observer.lost[0]


def test_a_closed_port_says_so(begin: Connect, observer: RecordingObserver) -> None:
    """Nothing listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    scripted = ScriptedSwitch()
    policy = scripted.policy(port=port)
    scripted.stop()
    begin(policy=policy)
    wait_until(lambda: observer.lost)
    assert "refuses connections" in observer.lost[0]


def test_a_name_that_does_not_resolve_says_so(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """``.invalid`` never resolves (RFC 2606)."""
    begin(policy=scripted.policy(host="fs.invalid"))
    wait_until(lambda: observer.lost)
    assert "cannot be resolved" in observer.lost[0]


@pytest.mark.parametrize("greeting", [None, b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_a_silent_server_is_given_up(
    begin: Connect,
    scripted: ScriptedSwitch,
    observer: RecordingObserver,
    greeting: bytes | None,
) -> None:
    """A server that accepts and says nothing, or nothing of an event socket."""
    scripted.greeting = greeting
    begin(policy=scripted.policy(connect_timeout_seconds=0.1))
    wait_until(lambda: observer.lost)
    assert "does not answer as an event socket" in observer.lost[0]


@pytest.mark.parametrize("stalled", ["auth", "api global_getvar", "filter", "event"])
def test_a_server_that_stalls_while_connecting_is_given_up(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, stalled: str
) -> None:
    """Every step of coming up has a deadline, and the next try may succeed."""
    scripted.rules[stalled] = lambda _: None
    switch = begin(policy=scripted.policy(command_timeout_seconds=0.1))
    wait_until(lambda: observer.lost)
    assert "does not answer" in observer.lost[0]
    del scripted.rules[stalled]
    wait_until(lambda: switch.is_connected)


def test_a_refused_subscription_says_so(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, heard: Heard
) -> None:
    """A user without the right to events never counts as connected."""
    scripted.rules["event "] = lambda _: reply("-ERR permission denied")
    begin()
    wait_until(lambda: observer.lost)
    assert "esl-allowed-events" in observer.lost[0]
    assert "permission denied" in observer.lost[0]
    assert heard == []


def test_the_same_fault_is_told_once(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """A switch that is away for hours fills no log; another fault is told."""
    begin(password="wrong")
    wait_until(lambda: len(scripted.clients) > 5)
    assert len(observer.lost) == 1
    scripted.greeting = None
    scripted.closes_after_greeting = True
    wait_until(lambda: len(observer.lost) == 2)
    assert "closed the connection" in observer.lost[1]


def test_a_disconnect_notice_is_quoted(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, heard: Heard
) -> None:
    """The recorded notice of an orderly shutdown, whose body has a length like any other."""
    connect()
    notice = next(wire for wire in recordings.from_switch("23") if b"disconnect-notice" in wire)
    scripted.events.send(notice)
    wait_until(lambda: "SwitchLost" in heard.kinds())
    assert "The system is being shut down." in observer.lost[0]


def test_a_missing_heartbeat_is_a_lost_link(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """The connection stands, other events come, but no heartbeat does."""
    connect(policy=scripted.policy(heartbeat_seconds=0.1))
    for _ in range(20):
        if observer.lost:
            break
        scripted.events.send(answered())
        gevent.sleep(0.05)
    wait_until(lambda: observer.lost)
    assert "sent no HEARTBEAT for 0.25 s" in observer.lost[0]


def test_heartbeats_keep_the_link(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """A link with heartbeats outlives several limits."""
    switch = connect(policy=scripted.policy(heartbeat_seconds=0.1))
    for _ in range(15):
        scripted.events.send(HEARTBEAT)
        gevent.sleep(0.05)
    assert switch.is_connected
    assert observer.lost == []
    assert observer.events.count("HEARTBEAT") == 15


def test_a_switch_that_stops_answering_commands_is_a_lost_link(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """Posted commands wait for nobody, but a switch that answers none is given up."""
    switch = connect(policy=scripted.policy(command_timeout_seconds=0.1))
    scripted.rules["api uuid_break"] = lambda _: None
    switch.stop_playing(LEG)
    wait_until(lambda: observer.lost)
    assert "does not answer commands" in observer.lost[0]


def test_unanswered_commands_are_bounded(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """Beyond the limit commands are refused at once and counted."""
    switch = connect(policy=scripted.policy(command_timeout_seconds=10.0))
    scripted.rules["api uuid_break"] = lambda _: None
    for _ in range(replies.UNANSWERED_LIMIT):
        switch.stop_playing(LEG)
    with pytest.raises(SwitchUnavailableError, match="unanswered"):
        switch.stop_playing(LEG)
    assert observer.refused == [("uuid_break", "too many commands unanswered")]


def test_posting_never_waits_for_a_switch_that_does_not_read(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """Megabytes that the kernel does not take are sent later, in order, by the writer."""
    switch = connect(policy=scripted.policy(command_timeout_seconds=10.0))
    scripted.may_read.clear()
    switch.stop_playing(LEG)
    scripted.rules["api uuid_setvar_multi"] = lambda _: None
    ticks = []
    spawn("other", lambda: ticks.append(1))
    values = {f"callcore_v{number}": "x" * 2000 for number in range(7)}
    for number in range(600):
        switch.remember(LEG, values | {"callcore_number": str(number)})
    assert ticks == [], "posting gave way"
    sender = switch._link._commands._sender
    assert sender is not None
    assert sender.has_backlog, "the kernel took everything: nothing was tried"
    scripted.may_read.set()
    wait_until(lambda: len(scripted.lines()) == 601)
    numbers = [line.rpartition("=")[2] for line in scripted.lines()[1:]]
    assert numbers == [str(number) for number in range(600)]


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


def test_a_restarted_switch_is_told_by_its_core_uuid(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Another core id after reconnecting means that its calls are gone; the same one does not."""
    connect()
    scripted.events.drop()
    wait_until(lambda: len(heard) == 3)
    scripted.core_uuid = "557655d1-6ec2-4ad6-8024-32f62f8a2544"
    scripted.events.drop()
    wait_until(lambda: len(heard) == 5)
    restored = [event for event in heard if isinstance(event, switch_events.SwitchRestored)]
    assert [event.is_restarted for event in restored] == [False, False, True]
    assert restored[-1].core_uuid == scripted.core_uuid


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


def test_a_flood_of_events_starves_no_timer(
    scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """While 20,000 events are read without a gap, a 5 ms timer goes on ticking between them."""
    count = 20_000
    body = next(body for body in recordings.events("02") if b'"CHANNEL_ANSWER"' in body)
    read: list[str] = []
    read_at_tick: list[int] = []

    def tick() -> None:
        while True:
            read_at_tick.append(len(read))
            gevent.sleep(0.005)

    flooded = connection.Connection(
        scripted.policy(),
        "",
        clock=SystemClock(),
        observer=observer,
        take_event=lambda body: read.append(str(headers.event_headers(body).name)),
        lost=lambda _: None,
    )
    flooded.sock = NeverEmpty(frame_of(body) * 10, count // 10)  # type: ignore[assignment]  # acts as a socket
    ticking = spawn("tick", tick)
    flooded.receive_events()
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
    stamp = headers.instant(headers.event_headers(now).happened_at)
    assert stamp is not None
    for at in (1, 9_000_000_000_000_000):
        scripted.events.send(
            event_frame(Event_Name="CHANNEL_ANSWER", Unique_ID=LEG, Event_Date_Timestamp=str(at))
        )
    wait_until(lambda: len(observer.lags) == 2)
    assert observer.lags[0] > 3600
    assert observer.lags[1] == 0


def test_an_orderly_stop_takes_leave(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard, observer: RecordingObserver
) -> None:
    """Both connections say ``exit``, and nothing is told any more."""
    switch = connect()
    events, commands = scripted.events, scripted.commands
    switch.stop()
    for client in (events, commands):
        assert client.received[-1].line == "exit"
    assert not switch.is_connected
    assert heard.kinds() == ["SwitchRestored"]
    assert observer.lost == []
    with pytest.raises(SwitchUnavailableError):
        switch.answer(LEG)


def test_stopping_a_link_that_never_came_up_is_quick(
    begin: Connect, scripted: ScriptedSwitch
) -> None:
    """A link that is waiting for a greeting can be stopped, and stopped again."""
    scripted.greeting = None
    switch = begin()
    wait_until(lambda: scripted.clients)
    switch.stop()
    switch.stop()
    assert not switch.is_connected


def test_retries_grow_and_differ() -> None:
    """The wait doubles up to its ceiling, and two workers do not wait alike."""
    retry = Retry(first_seconds=0.5, longest_seconds=30.0)
    for failure_count in range(200):
        whole = min(0.5 * 2.0 ** min(failure_count, 16), 30.0)
        assert whole / 2 <= retry.delay_seconds(failure_count) <= whole
    assert len({retry.delay_seconds(9) for _ in range(10)}) > 1
