"""``FreeSwitch`` keeps the promises of the port ``Switch`` on the wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcore.adapters.freeswitch import commands
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.domain.ids import NodeName
from callcore.ports.telephony import (
    CommandRefusedError,
    HostileTextError,
    LegGoneError,
    Switch,
)
from tests.adapters.freeswitch.answered_legs import LEG, OTHER
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    RecordingObserver,
    Rule,
    ScriptedSwitch,
    answer,
    reply,
)
from tests.waiting import wait_until

POSTED: dict[str, tuple[Callable[[Switch], None], list[str]]] = {
    "answer": (lambda switch: switch.answer(LEG), [f"bgapi uuid_answer {LEG}"]),
    "pre_answer": (lambda switch: switch.pre_answer(LEG), [f"sendmsg {LEG}"]),
    "ring": (lambda switch: switch.ring(LEG), [f"sendmsg {LEG}"]),
    "play_endlessly": (
        lambda switch: switch.play_endlessly(LEG, "local_stream://moh"),
        [f"sendmsg {LEG}"],
    ),
    "announce": (
        lambda switch: switch.announce(LEG, ("/a.wav", "/b.wav")),
        [f"sendmsg {LEG}"],
    ),
    "stop_playing": (lambda switch: switch.stop_playing(LEG), [f"api uuid_break {LEG} all"]),
    "remember": (
        lambda switch: switch.remember(LEG, {"callcore_queue": "sales", "callcore_x": ""}),
        [
            f"api uuid_setvar_multi {LEG} callcore_queue=sales;callcore_x=;"
            "uuid_bridge_park_on_cancel=true"
        ],
    ),
    "guard": (
        lambda switch: switch.guard(LEG, 120, "callcore_fallback", "public"),
        [
            f"api sched_del {LEG}",
            f"api sched_transfer +120 {LEG} callcore_fallback XML public",
        ],
    ),
    "unguard": (lambda switch: switch.unguard(LEG), [f"api sched_del {LEG}"]),
    "transfer": (
        lambda switch: switch.transfer(LEG, "2000", "default"),
        [f"api uuid_transfer {LEG} 2000 XML default"],
    ),
    "outlive_talks": (
        lambda switch: switch.outlive_talks(LEG),
        [f"api uuid_setvar {LEG} park_after_bridge true"],
    ),
    "keep_after_talk": (
        lambda switch: switch.keep_after_talk(LEG, 10),
        [
            f"api uuid_setvar {LEG} transfer_after_bridge "
            r"\'set:callcore_parked=talked,sched_hangup:+10,park\':inline"
        ],
    ),
    "forget_after_talk": (
        lambda switch: switch.forget_after_talk(LEG),
        [f"api uuid_setvar {LEG} transfer_after_bridge"],
    ),
    "take_out_of_talk": (
        lambda switch: switch.take_out_of_talk(LEG, 10),
        [f"api uuid_transfer {LEG} set:callcore_parked=talked,sched_hangup:+10,park inline"],
    ),
    "hide_keys": (
        lambda switch: switch.hide_keys(LEG),
        [f"api uuid_setvar {LEG} digits_dialed_filter .+"],
    ),
    "hang_up": (
        lambda switch: switch.hang_up(LEG, "NORMAL_CLEARING"),
        [f"api uuid_kill {LEG} NORMAL_CLEARING"],
    ),
    "start_recording": (
        lambda switch: switch.start_recording(LEG, "/var/lib/x.wav"),
        [f"api uuid_record {LEG} start /var/lib/x.wav"],
    ),
    "stop_recording": (
        lambda switch: switch.stop_recording(LEG, "/var/lib/x.wav"),
        [f"api uuid_record {LEG} stop /var/lib/x.wav"],
    ),
}


@pytest.mark.parametrize("name", POSTED)
def test_posted_commands_are_on_the_wire_and_wait_for_nothing(
    connect: Connect, scripted: ScriptedSwitch, name: str
) -> None:
    """Each method sends its command at once, though the switch answers nothing."""
    post, lines = POSTED[name]
    switch = connect()
    scripted.rules["api"] = scripted.rules["sendmsg"] = lambda _: None
    post(switch)
    switch.unguard(OTHER)
    known = f"api sched_del {OTHER}"
    wait_until(lambda: known in scripted.lines())
    assert scripted.lines() == [*lines, known]


def test_applications_get_their_arguments_as_a_body(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """The path is out of reach of the header lines, and the execution has an id of our own."""
    connect().play_endlessly(LEG, "/music/a.wav")
    wait_until(scripted.lines)
    played = scripted.commands.received[-1]
    assert played.body == commands.OF_OURS + "/music/a.wav"
    assert played.headers["execute-app-name"] == "playback"
    assert len(played.headers["event-uuid"]) == 36


def test_a_refused_posted_command_is_told_to_the_observer(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """Nobody waits for it, but it is counted with the switch's words."""
    switch = connect()
    scripted.rules["sendmsg"] = lambda _: reply(f"-ERR invalid session id [{LEG}]")
    switch.pre_answer(LEG)
    wait_until(lambda: observer.refused)
    assert observer.refused == [("pre_answer", f"-ERR invalid session id [{LEG}]")]
    assert ("pre_answer", False) in observer.answered


def test_hanging_up_a_leg_that_is_gone_is_harmless(
    connect: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """The wish is fulfilled: nothing is refused."""
    switch = connect()
    scripted.rules["api uuid_kill"] = lambda _: answer("-ERR No such channel!\n")
    switch.hang_up(LEG, "NORMAL_CLEARING")
    wait_until(lambda: ("uuid_kill", False) in observer.answered)
    assert observer.refused == []


def test_forgetting_nothing_sends_nothing(connect: Connect, scripted: ScriptedSwitch) -> None:
    """No variables, no command."""
    switch = connect()
    switch.remember(LEG, {})
    switch.unguard(LEG)
    wait_until(scripted.lines)
    assert scripted.lines() == [f"api sched_del {LEG}"]


def test_a_hostile_guard_leaves_the_old_one(connect: Connect, scripted: ScriptedSwitch) -> None:
    """Nothing is deleted when the new guard cannot be set."""
    switch = connect()
    with pytest.raises(HostileTextError):
        switch.guard(LEG, 5, "a b", "public")
    switch.unguard(OTHER)
    wait_until(scripted.lines)
    assert scripted.lines() == [f"api sched_del {OTHER}"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (f"+OK {OTHER}\n", None),
        ("-ERR Invalid uuid\n", LegGoneError),
        ("-ERR No such channel!\n", LegGoneError),
        ("-ERR uuid_bridge Command not found!\n", CommandRefusedError),
        ("-USAGE: <uuid> <other_uuid>\n", CommandRefusedError),
    ],
)
def test_what_the_switch_says_to_a_bridge(
    connect: Connect, scripted: ScriptedSwitch, said: str, error: type[Exception] | None
) -> None:
    """A missing leg, another refusal and success are three things."""
    switch = connect()
    scripted.rules["api uuid_bridge"] = lambda _: answer(said)
    if error is None:
        switch.bridge(LEG, OTHER)
    else:
        with pytest.raises(error):
            switch.bridge(LEG, OTHER)
    assert scripted.lines() == [f"api uuid_bridge {LEG} {OTHER}"]


def always(said: bytes) -> Rule:
    return lambda _: said


def test_whether_a_leg_exists(connect: Connect, scripted: ScriptedSwitch) -> None:
    """Only the switch's two words are an answer."""
    switch = connect()
    for said, exists in (("true", True), ("false", False)):
        scripted.rules["api uuid_exists"] = always(answer(said))
        assert switch.leg_exists(LEG) is exists
    scripted.rules["api uuid_exists"] = lambda _: answer("-ERR permission denied\n")
    with pytest.raises(CommandRefusedError):
        switch.leg_exists(LEG)


def test_it_is_a_switch(connect: Connect) -> None:
    """Its methods have the port's names and arguments."""
    switch: Switch = connect()
    assert switch.node == NodeName("fs1")
    assert isinstance(switch, FreeSwitch)
