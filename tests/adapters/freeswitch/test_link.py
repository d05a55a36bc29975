"""The link matches replies, notices when it is lost, and releases every waiter."""

from __future__ import annotations

import pytest

from callcore.adapters.freeswitch import replies, translation
from callcore.domain.ids import LegId
from callcore.ports import switch_events
from callcore.ports.telephony import CommandTimedOutError, Switch, SwitchUnavailableError
from callcore.runtime.greenlets import spawn
from tests.adapters.freeswitch import recordings
from tests.adapters.freeswitch.answered_legs import LEG, OTHER, answered
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    CORE,
    HEARTBEAT,
    Heard,
    RecordingObserver,
    ScriptedSwitch,
    answer,
    reply,
)
from tests.fakes.clock import FakeClock
from tests.waiting import wait_until


def expect_failure(error: type[Exception], switch: Switch) -> None:
    with pytest.raises(error):
        switch.leg_exists(LEG)


def test_the_link_subscribes_before_it_is_restored(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Filters, then the subscription with every event of ours, then ``SwitchRestored``."""
    connect(digits="09af")
    lines = [command.line for command in scripted.events.received]
    assert lines[-2] == "filter Unique-ID /^[09af]/"
    assert any(line.startswith("filter Job-UUID /^") for line in lines)
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
    connect: Connect, scripted: ScriptedSwitch, heard: Heard, observer: RecordingObserver
) -> None:
    """The end of the stream inside a body ends the wait for the rest."""
    connect()
    scripted.events.send(answered()[:-20])
    scripted.events.drop()
    wait_until(lambda: heard.kinds()[1:] == ["SwitchLost", "SwitchRestored"])
    scripted.events.send(answered(OTHER))
    wait_until(lambda: len(heard) > 3)
    assert heard.kinds() == ["SwitchRestored", "SwitchLost", "SwitchRestored", "LegAnswered"]
    assert isinstance(heard[-1], switch_events.LegAnswered)
    assert heard[-1].leg_id == OTHER
    assert observer.skipped == [], "half a frame is no event, not even an unreadable one"


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

    def is_lost_among_other_events() -> bool:
        if not observer.lost:
            scripted.events.send(answered())
        return bool(observer.lost)

    wait_until(is_lost_among_other_events)
    assert observer.events.count("CHANNEL_ANSWER") > 1
    assert "sent no HEARTBEAT for 0.25 s" in observer.lost[0]


def test_heartbeats_keep_the_link(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """A link with heartbeats outlives several limits."""
    clock = FakeClock()
    switch = connect(policy=scripted.policy(heartbeat_seconds=0.1), clock=clock)

    def beat() -> None:
        before = observer.events.count("HEARTBEAT")
        clock.advance(0.05)
        scripted.events.send(HEARTBEAT)
        wait_until(lambda: observer.events.count("HEARTBEAT") > before)

    for _ in range(15):
        beat()
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
    told = (line.partition("callcore_number=")[2] for line in scripted.lines()[1:])
    numbers = [rest.partition(";")[0] for rest in told]
    assert numbers == [str(number) for number in range(600)]


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
