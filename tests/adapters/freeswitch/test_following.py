"""Which legs the switch is asked to tell of, on the wire and at the worst moments."""

from __future__ import annotations

import re

import gevent
import pytest

from callcore.adapters.freeswitch.following import Following
from callcore.adapters.freeswitch.job_ids import JobIds
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.domain.ids import LegId
from callcore.ports.telephony import (
    CommandRefusedError,
    CommandTimedOutError,
    HostileTextError,
    LegRequest,
    SwitchUnavailableError,
)
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from tests.adapters.freeswitch.answered_legs import LEG, OTHER, answered
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    PASSWORD,
    Heard,
    RecordingObserver,
    ScriptedSwitch,
    answer,
    event_frame,
    reply,
)
from tests.adapters.freeswitch.switch_parsing import Received
from tests.waiting import wait_until

STRANGER = LegId("a" + LEG[1:])
ALL = "/^[0123456789abcdef]/"


def filters(scripted: ScriptedSwitch) -> list[str]:
    """The filters of legs that the latest connection was sent, in order."""
    return [
        command.line.removeprefix("filter ")
        for command in scripted.events.received
        if command.line.startswith("filter ") and "Unique-ID" in command.line
    ]


def test_what_is_wanted_is_added_before_anything_is_taken_off(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """In between both hold, so that no event of a digit that is kept is held back."""
    switch = connect()
    switch.follow_digits("cab9")
    switch.follow_digits("9abc")
    switch.hear(LEG)
    switch.hear(LEG)
    switch.unhear(LEG)
    switch.unhear(OTHER)
    switch.follow_digits("")
    switch.follow_digits("f")
    assert filters(scripted) == [
        f"Unique-ID {ALL}",
        "Unique-ID /^[9abc]/",
        f"delete Unique-ID {ALL}",
        f"Unique-ID {LEG}",
        f"delete Unique-ID {LEG}",
        "delete Unique-ID /^[9abc]/",
        "Unique-ID /^[f]/",
    ]


def test_a_new_link_begins_with_what_is_wanted_then(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Whatever the lost one had."""
    switch = connect(digits="12")
    switch.follow_digits("23")
    switch.hear(LEG)
    scripted.events.drop()
    wait_until(lambda: heard.kinds() == ["SwitchRestored", "SwitchLost", "SwitchRestored"])
    assert filters(scripted) == ["Unique-ID /^[23]/", f"Unique-ID {LEG}"]


def test_digits_that_change_while_a_link_comes_up_hold_when_it_is_up(
    begin: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """At every step of its coming up; nothing is told before, and no question is waited for."""
    changes = iter(["1", "12", "123", "1239"])
    switch: FreeSwitch | None = None

    def change(_: Received) -> bytes:
        assert switch is not None
        digits = next(changes, None)
        if digits is not None:
            switch.follow_digits(digits)
        return answered() + reply("+OK")

    scripted.rules["filter Event-Name HEARTBEAT"] = change
    scripted.rules["filter Unique-ID"] = change
    scripted.rules["event "] = change
    scripted.may_read.clear()
    switch = begin()
    scripted.may_read.set()
    wait_until(lambda: heard)
    assert next(changes, None) is None
    assert heard.kinds() == ["SwitchRestored"]
    wanted = {"/^[1239]/"}
    has: set[str] = set()
    for line in filters(scripted):
        *verb, _, value = line.split(" ")
        if verb:
            has.remove(value)
        else:
            has.add(value)
    assert has == wanted


def test_events_under_way_are_not_told_of_digits_that_were_given_up(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard, observer: RecordingObserver
) -> None:
    """The switch may have sent them just before; calls of phones likewise, and of legs unheard."""
    began = {
        "Event_Name": "CHANNEL_CREATE",
        "Call_Direction": "outbound",
        "Channel_Presence_ID": "1001@test",
    }
    scripted.rules["filter delete"] = lambda _: (
        answered() + event_frame(**began, Unique_ID=LEG) + answered(STRANGER) + reply("+OK")
    )
    switch = connect()
    switch.follow_digits("a")
    wait_until(lambda: len(heard) > 1)
    assert heard.kinds() == ["SwitchRestored", "LegAnswered"]
    switch.hear(LEG)
    scripted.events.send(answered())
    wait_until(lambda: len(heard) > 2)
    switch.unhear(LEG)
    wait_until(lambda: len(heard) > 3)
    assert heard.kinds()[2:] == ["LegAnswered", "LegAnswered"]
    assert [event.leg_id for event in heard[1:]] == [STRANGER, LEG, STRANGER]  # type: ignore[attr-defined]  # all are of legs
    assert observer.skipped == []


def begin_a_job(switch: FreeSwitch, scripted: ScriptedSwitch) -> str:
    """Has a phone called; the id of the job that the switch was asked for."""
    switch.originate(
        LegRequest(
            leg_id=LEG,
            contact="user/1001@test",
            timeout_seconds=5,
            caller_number="1",
            caller_name="Ann",
            variables={},
        )
    )
    wait_until(scripted.lines)
    (command,) = [one for one in scripted.commands.received if one.line.startswith("bgapi")]
    return command.headers["job-uuid"]


def test_a_job_of_a_digit_that_was_given_up_is_not_told(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Nor does it disturb that a job reports twice, or one that was given up."""
    switch = connect()
    job_id = begin_a_job(switch, scripted)
    switch.follow_digits("a")
    for told in ("somebody-elses", job_id, "somebody-elses"):
        scripted.events.send(
            event_frame(
                Event_Name="BACKGROUND_JOB", Job_UUID=told, __body="-ERR SUBSCRIBER_ABSENT\n"
            )
        )
    scripted.events.send(answered(STRANGER))
    wait_until(lambda: len(heard) > 1)
    assert heard.kinds() == ["SwitchRestored", "LegAnswered"]


def test_jobs_of_others_are_kept_back(connect: Connect, scripted: ScriptedSwitch) -> None:
    """What became of a job is told to the worker that began it: each has ids of its own kind."""
    switch = connect()
    job_id = begin_a_job(switch, scripted)
    ((header, value),) = [
        line.split()[1:]
        for line in (command.line for command in scripted.events.received)
        if line.startswith("filter Job-UUID")
    ]
    assert header == "Job-UUID"
    assert re.search(value.strip("/"), job_id)
    assert not re.search(value.strip("/"), JobIds().new())


def test_who_follows_returns_when_the_switch_has_done_it(
    connect: Connect, scripted: ScriptedSwitch
) -> None:
    """One that gave up waiting may ask again, and waits for the same replies."""
    switch = connect(policy=scripted.policy(command_timeout_seconds=0.1))
    scripted.rules["filter"] = lambda _: None
    with pytest.raises(CommandTimedOutError):
        switch.follow_digits("a")
    again = spawn("again", switch.follow_digits, "a")
    wait_until(lambda: filters(scripted)[1:] == ["Unique-ID /^[a]/", f"delete Unique-ID {ALL}"])
    gevent.idle()
    assert again.started
    assert not again.ready()
    scripted.events.send(reply("+OK") * 2)
    again.get()
    assert len(filters(scripted)) == 3
    assert switch.is_connected


def test_a_leg_that_could_not_be_heard_is_not_heard(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """Neither now nor by the next link."""
    switch = connect(digits="a", policy=scripted.policy(command_timeout_seconds=0.1))
    scripted.rules[f"filter Unique-ID {LEG}"] = lambda _: None
    with pytest.raises(CommandTimedOutError):
        switch.hear(LEG)
    both = [f"Unique-ID {LEG}", f"delete Unique-ID {LEG}"]
    wait_until(lambda: filters(scripted)[1:] == both)
    scripted.rules[f"filter Unique-ID {LEG}"] = lambda _: reply("-ERR no")
    scripted.events.drop()
    wait_until(lambda: heard.kinds()[1:] == ["SwitchLost", "SwitchRestored"])
    with pytest.raises(CommandRefusedError):
        switch.hear(LEG)
    scripted.events.drop()
    wait_until(lambda: heard.kinds()[3:] == ["SwitchLost", "SwitchRestored"])
    assert filters(scripted) == ["Unique-ID /^[a]/"]


def test_a_link_lost_in_between_is_no_failure_of_digits_but_of_a_leg(
    connect: Connect, scripted: ScriptedSwitch, heard: Heard
) -> None:
    """The next link begins with the digits; who wanted a leg must know that it is not heard."""
    switch = connect(policy=scripted.policy(command_timeout_seconds=10.0))
    scripted.rules["filter delete"] = lambda _: None
    following = spawn("following", switch.follow_digits, "a")
    wait_until(lambda: len(filters(scripted)) == 3)
    scripted.events.drop()
    following.get()
    wait_until(lambda: heard.kinds()[1:] == ["SwitchLost", "SwitchRestored"])
    scripted.rules["filter Unique-ID 9"] = lambda _: None
    hearing = spawn("hearing", switch.hear, LEG)
    wait_until(lambda: len(filters(scripted)) == 2)
    scripted.commands.drop()
    with pytest.raises(SwitchUnavailableError):
        hearing.get()
    wait_until(lambda: heard.kinds()[3:] == ["SwitchLost", "SwitchRestored"])
    assert filters(scripted) == ["Unique-ID /^[a]/"]


def test_hostile_digits_change_nothing(connect: Connect, scripted: ScriptedSwitch) -> None:
    """Nothing of them is sent."""
    switch = connect(digits="a")
    for digits in ("]/\n\nexit", "[", "aB", ".", "\x00"):
        with pytest.raises(HostileTextError):
            switch.follow_digits(digits)
    assert filters(scripted) == ["Unique-ID /^[a]/"]


def test_no_leg_has_an_empty_id(scripted: ScriptedSwitch) -> None:
    """A row of a table without one is nobody's."""
    following = Following(scripted.policy(), JobIds())
    assert LEG in following
    assert LegId("") not in following


class TestOwners:
    """Who follows which digits, as the switch keeps it."""

    def test_every_digit_is_asked_about_at_once(
        self, connect: Connect, scripted: ScriptedSwitch
    ) -> None:
        """By site, so that two sites may share a switch."""
        switch = connect(site="north-1")
        kept = {"callcore_owner_north-1_0": "two:7", "callcore_owner_north-1_f": "one:12"}
        scripted.rules["api global_getvar callcore"] = lambda command: answer(
            kept.get(command.line.split(" ")[-1], "-ERR no reply\n")
        )
        assert switch.owners() == {"0": "two:7", "f": "one:12"}
        switch.mark_owner("0f", "three:13")
        assert [line for line in scripted.lines() if "setvar" in line] == [
            f"api global_setvar callcore_owner_north-1_{digit}=three:13" for digit in "0f"
        ]

    def test_what_others_wrote_there_is_shown_without_harm(
        self, connect: Connect, scripted: ScriptedSwitch
    ) -> None:
        """Anybody who commands the switch may set a variable; a refusal is none."""
        switch = connect()
        scripted.rules["api global_getvar callcore"] = lambda _: answer("x\x1b[2J\ny" * 100)
        assert set(switch.owners()["0"]) <= set("x[2Jy")
        assert len(switch.owners()["0"]) <= 128
        for verb, ask in (
            ("global_getvar callcore", switch.owners),
            ("global_setvar", lambda: switch.mark_owner("0", "one:1")),
        ):
            scripted.rules[f"api {verb}"] = lambda _: answer("-ERR not allowed\n")
            with pytest.raises(CommandRefusedError):
                ask()

    @pytest.mark.parametrize("site", ["", "a b", "a=b", "a\nb", "ä", "a" * 65])
    def test_a_site_is_a_name(self, scripted: ScriptedSwitch, site: str) -> None:
        """It becomes part of a command."""
        with pytest.raises(HostileTextError):
            FreeSwitch(
                scripted.policy(),
                PASSWORD,
                clock=SystemClock(),
                deliver=Heard().append,
                observe=RecordingObserver(),
                site=site,
            )


def test_who_may_not_act_sends_nothing(connect: Connect, scripted: ScriptedSwitch) -> None:
    """The sentence says why; the link's own talk goes on."""
    switch = connect(may_act=lambda: False)
    with pytest.raises(SwitchUnavailableError, match="fs1: this worker's leases have lapsed"):
        switch.hang_up(LEG, "NORMAL_CLEARING")
    with pytest.raises(SwitchUnavailableError):
        switch.leg_exists(LEG)
    with pytest.raises(SwitchUnavailableError):
        switch.legs()
    assert scripted.lines() == []
    assert switch.is_connected
