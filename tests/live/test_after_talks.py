"""What becomes of a caller's leg when a talk is over that it was to be kept after."""

from __future__ import annotations

import uuid

import pytest

from callcore.domain.ids import LegId
from callcore.domain.transfers import TransferKind
from callcore.ports.switch_events import (
    DigitPressed,
    LegBridged,
    LegEnded,
    LegParked,
    LegUnbridged,
)
from callcore.ports.telephony import LegRequest
from tests.live.ports import HOST
from tests.live.waiting import stays, until

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]

KEPT_SECONDS = 2
LATE_SECONDS = 0.1
"""Measured: 20 ms or less by the switch's stamps."""
BEEP = "tone_stream://v=-20;%(200,0,440)"


class Talk:
    """A caller who talks with an agent and is to be kept when that is over."""

    def __init__(self, ear, phones, agent, **caller):
        self.ear = ear
        self.switch = ear.switch
        self.phone = phones.listening_caller("5001", **caller)
        self.caller = ear.taken()
        self.switch.answer(self.caller)
        self.switch.play_endlessly(self.caller, "local_stream://moh")
        self.agent = self.calls(agent)
        self.switch.keep_after_talk(self.caller, KEPT_SECONDS)
        self.bridge(self.agent)

    def calls(self, phone):
        leg_id = LegId(str(uuid.uuid4()))
        self.switch.originate(
            LegRequest(
                leg_id=leg_id,
                contact=f"sofia/internal/1001@{HOST}:{phone.port}",
                timeout_seconds=10,
                caller_number="+48600700800",
                caller_name="Ann",
                variables={"callcore_offer": "o1"},
            )
        )
        self.ear.hear(LegParked, leg_id)
        return leg_id

    def bridge(self, leg_id, *, count=1):
        self.switch.bridge(self.caller, leg_id)
        return self.ear.hear(LegBridged, self.caller, count=count)

    def parked(self):
        """The caller parks for the second time."""
        return self.ear.hear(LegParked, self.caller, count=2)

    def is_kept(self):
        """The leg is there, sounds are heard and keys told."""
        parked = self.parked()
        assert parked.is_after_talk
        assert parked.dialled_number == "5001"
        self.switch.announce(self.caller, (BEEP,))
        until(lambda: ("Ended", BEEP) in self.ear.sounds(self.caller), 2, "the beep was heard")
        self.phone.sound.press("5")
        assert self.ear.hear(DigitPressed, self.caller).digit == "5"
        assert self.ear.told(LegEnded, self.caller) == []
        return parked


def test_agent_hangs_up(ear, phones):
    """The caller is parked at once, not as one who arrives; left alone, hung up after a while."""
    talk = Talk(ear, phones, phones.agent(hang_up_after_seconds=1))
    parked = talk.is_kept()
    assert (parked.at - ear.hear(LegEnded, talk.agent).at) / 1e6 <= LATE_SECONDS
    ended = ear.hear(LegEnded, talk.caller)
    assert KEPT_SECONDS - 1 <= (ended.at - parked.at) / 1e6 <= KEPT_SECONDS + 1


def test_agents_leg_is_ended(ear, phones):
    """The same as when the agent hangs up."""
    talk = Talk(ear, phones, phones.agent())
    ear.switch.hang_up(talk.agent, "NORMAL_CLEARING")
    talk.is_kept()


def test_caller_is_taken_out_of_the_talk(ear, phones):
    """The agent's leg ends, the caller's parks."""
    talk = Talk(ear, phones, phones.agent())
    ear.switch.take_out_of_talk(talk.caller, KEPT_SECONDS)
    talk.is_kept()
    ear.hear(LegEnded, talk.agent)


def test_kept_caller_is_guarded_anew(ear, phones):
    """Who cares for the caller takes the end off that the switch would make."""
    talk = Talk(ear, phones, phones.agent(hang_up_after_seconds=0.5))
    parked = talk.parked()
    ear.switch.unguard(talk.caller)
    assert parked.is_after_talk
    stays(lambda: ear.switch.leg_exists(talk.caller), KEPT_SECONDS + 1, "the leg is there")


def test_caller_hangs_up_first(ear, phones):
    """Nothing is parked."""
    talk = Talk(ear, phones, phones.agent(), hang_up_after_seconds=1.5)
    ear.hear(LegEnded, talk.caller)
    ear.hear(LegEnded, talk.agent)
    assert len(ear.told(LegParked, talk.caller)) == 1


def test_forgotten_caller_ends_with_the_talk(ear, phones):
    """Taken back during the talk, the caller's leg ends as usual."""
    talk = Talk(ear, phones, phones.agent(hang_up_after_seconds=1))
    ear.switch.forget_after_talk(talk.caller)
    ear.hear(LegEnded, talk.caller)
    assert len(ear.told(LegParked, talk.caller)) == 1


@pytest.mark.parametrize("number", ["5001", "8009"])
def test_transfer_to_a_number_of_callcores_is_an_arrival(ear, phones, number):
    """An agent's blind transfer: the caller parks by the dialplan, and that can be told."""
    talk = Talk(ear, phones, phones.transferring_agent(number))
    parked = talk.parked()
    assert (parked.is_after_talk, parked.dialled_number) == (False, number)
    assert ear.told(LegUnbridged, talk.caller)


def test_transfer_to_a_colleague(ear, phones):
    """The caller talks on without being parked. When the colleague hangs up, it is the end of a
    talk too.
    """
    colleague = phones.agent("1002", hang_up_after_seconds=1)
    talk = Talk(ear, phones, phones.transferring_agent("1002"))
    ear.hear(LegBridged, talk.caller, count=2)
    assert len(ear.told(LegParked, talk.caller)) == 1
    colleague.wait_for("hung_up_by_us")
    assert talk.parked().is_after_talk


def test_a_transfer_is_told_at_the_end_of_the_leg(ear, phones):
    """To whom, of one without a word; the recorded trace is of an older switch."""
    phones.agent("1002", hang_up_after_seconds=1)
    talk = Talk(ear, phones, phones.transferring_agent("1002"))
    assert ear.hear(LegEnded, talk.agent).transfers == ()
    talk.parked()
    [transfer] = ear.hear(LegEnded, talk.caller).transfers
    assert (transfer.kind, transfer.to) == (TransferKind.BLIND, "1002")


def test_attended_transfer_by_a_phone(ear, phones):
    """The caller talks on with whom the agent has talked to, and the agent is out of both calls;
    the switch tells that it was one, and not to whom.
    """
    colleague = phones.agent("1002", hang_up_after_seconds=3)
    consultation = phones.dials("1001", "1002")
    colleague.wait_for("picked_up")
    agent = phones.transferring_agent("1002", consultation=consultation)
    talk = Talk(ear, phones, agent)
    agent.wait_for("transfer_accepted")
    ear.hear(LegEnded, talk.agent)
    ear.hear(LegBridged, talk.caller, count=2)
    consultation.wait_for_end()
    assert len(ear.told(LegParked, talk.caller)) == 1
    assert talk.parked().is_after_talk
    [transfer] = ear.hear(LegEnded, talk.caller).transfers
    assert (transfer.kind, transfer.to) == (TransferKind.ATTENDED, "")


def test_attended_transfer(ear, phones):
    """Bridged to a third, as the switch does for a phone, the caller is not parked between; when
    the third hangs up, it is.
    """
    talk = Talk(ear, phones, phones.agent())
    third = talk.calls(phones.agent(hang_up_after_seconds=1.5))
    talk.bridge(third, count=2)
    ear.hear(LegEnded, talk.agent)
    assert len(ear.told(LegParked, talk.caller)) == 1
    assert talk.parked().is_after_talk
