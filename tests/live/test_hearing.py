"""What callers hear and which keys are heard, through callcore's adapter on a real switch."""

from __future__ import annotations

import uuid

import pytest

from callcore.domain.ids import LegId
from callcore.ports.switch_events import (
    DigitPressed,
    LegAnswered,
    LegBridged,
    LegEnded,
    LegParked,
    LegRinging,
    PlaybackEnded,
    PlaybackStarted,
)
from callcore.ports.telephony import LegRequest
from tests.live.switch import DOMAIN
from tests.live.waiting import stays, until

pytestmark = pytest.mark.live

MUSIC = "local_stream://moh"
PROMPTS = ("tone_stream://v=-20;%(400,100,440)", "tone_stream://v=-20;%(400,100,660)")
BOTH = "file_string://" + "!".join(PROMPTS)


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "unanswered"])
def test_goodbye_is_heard_whole_after_the_music_ends(ear, phones, is_answered):
    """Stop, prompts and the hang-up in the same breath; the line is not answered for it."""
    caller = ear.arrived(phones)
    if is_answered:
        ear.switch.answer(caller)
    ear.switch.play_endlessly(caller, MUSIC)
    ear.hear(PlaybackStarted, caller)
    ear.switch.stop_playing(caller)
    ear.switch.pre_answer(caller)
    ear.switch.announce(caller, PROMPTS)
    ear.hear(PlaybackEnded, caller, count=2)
    assert ear.sounds(caller) == [
        *(("Started", MUSIC), ("Ended", MUSIC)),
        *(("Started", BOTH), ("Ended", BOTH)),
    ]
    began, ended = ear.told(PlaybackStarted)[-1], ear.told(PlaybackEnded)[-1]
    assert 0.9e6 <= ended.at - began.at <= 1.6e6
    ear.switch.hang_up(caller, "SWITCH_CONGESTION")
    assert ear.hear(LegEnded, caller).cause == "SWITCH_CONGESTION"
    assert len(ear.told(LegAnswered, caller)) == is_answered


@pytest.mark.parametrize("later_seconds", [0.0, 0.01, 0.05, 0.1])
def test_prompts_are_stopped_however_soon(ear, phones, later_seconds):
    """And with them the music; what is asked for next is heard."""
    caller = ear.arrived(phones)
    ear.switch.answer(caller)
    ear.switch.play_endlessly(caller, MUSIC)
    ear.hear(PlaybackStarted, caller)
    ear.switch.announce(caller, PROMPTS)
    stays(lambda: True, later_seconds, "nothing")
    ear.switch.stop_playing(caller)
    until(lambda: ("Ended", MUSIC) in ear.sounds(caller), 2, "the music has ended")
    ear.switch.announce(caller, PROMPTS[:1])
    until(lambda: ("Ended", PROMPTS[0]) in ear.sounds(caller), 3, "the next prompt was heard")
    assert ear.sounds(caller).count(("Started", BOTH)) == ear.sounds(caller).count(("Ended", BOTH))


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "unanswered"])
def test_keys_are_told_at_once_and_break_nothing(ear, esl, phones, is_answered):
    """The star twice within half a second used to end music for good."""
    caller = ear.arrived(phones)
    if is_answered:
        ear.switch.answer(caller)
    ear.switch.play_endlessly(caller, MUSIC)
    ear.hear(PlaybackStarted, caller)
    esl.api(f"uuid_recv_dtmf {caller} **")
    ear.hear(DigitPressed, caller, count=2)
    ear.switch.announce(caller, PROMPTS)
    ear.hear(PlaybackStarted, caller, count=2)
    esl.api(f"uuid_recv_dtmf {caller} *5")
    assert ear.hear(DigitPressed, caller, count=4).digit == "5"
    assert ear.told(PlaybackEnded, caller) == []
    ear.hear(PlaybackEnded, caller)
    stays(lambda: ear.told(PlaybackEnded, caller)[-1].path == BOTH, 0.6, "the music goes on")
    assert not ear.switch.legs()[0].is_parked
    ear.switch.stop_playing(caller)
    ear.hear(PlaybackEnded, caller, count=2)
    assert ear.switch.legs()[0].is_parked


def test_ringing_before_the_answer(ear, phones):
    """Told by nothing; the caller's network hears of it; answered, the caller can be bridged."""
    agent = request_for("1001")
    phones.agent("1001")
    caller = ear.arrived(phones)
    ear.switch.ring(caller)
    (found,) = until(ear.switch.legs, 2, "the switch lists the leg")
    assert (found.is_line_answered, found.is_parked) == (False, True)
    ear.switch.originate(agent)
    until(lambda: ear.told(LegParked, agent.leg_id), 5, "the agent picked up")
    assert ear.told(LegAnswered, caller) == []
    ear.switch.answer(caller)
    ear.hear(LegAnswered, caller)
    ear.switch.bridge(caller, agent.leg_id)
    assert ear.hear(LegBridged).leg_id == caller


def test_a_phone_that_lost_the_race_is_told_who_has_the_call(ear, phones):
    """Its display shows no missed call: the call was completed elsewhere (RFC 3326)."""
    phone = phones.agent("1001", answer_after_seconds=None)
    request = request_for("1001")
    ear.switch.originate(request)
    ear.hear(LegRinging, request.leg_id)
    ear.switch.hang_up(request.leg_id, "LOSE_RACE")
    assert ear.hear(LegEnded, request.leg_id).cause == "LOSE_RACE"
    phone.wait_for("cancelled")
    messages = (phone.base / "messages.log").read_text()
    cancel = messages[messages.index("CANCEL ") :]
    assert 'Reason: SIP;cause=200;text="Call completed elsewhere"' in cancel


def request_for(user: str) -> LegRequest:
    return LegRequest(
        leg_id=LegId(str(uuid.uuid4())),
        contact=f"user/{user}@{DOMAIN}",
        timeout_seconds=10,
        caller_number="+48200100",
        caller_name="Ann",
        variables={"callcore_offer": "o1"},
    )
