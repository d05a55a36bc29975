"""A phone puts its partner on hold: when music plays, and what ends it.

The orders of events asserted here are those a real switch gave when SIP phones did the same.
"""

from __future__ import annotations

import pytest

MUSIC = "local_stream://moh"


def told(client, leg, *names):
    """The events of a leg, of the given names, in order."""
    own = [event for event in client.events if event.get("Unique-ID") == leg.leg_id]
    return [event["Event-Name"] for event in own if event["Event-Name"] in names]


def names_in_history(leg):
    return [what for _, what in leg.history]


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.19, 0.21, 0.3, 2.0])
def test_music_ends_with_the_hold_however_short(talk, clock, seconds):
    """The switch rests after a hold and before it ends one: music plays by then, and is broken."""
    _, _, caller, agent = talk
    agent.hold()
    clock.advance(seconds)
    agent.unhold()
    clock.advance(0.6)
    assert (caller.heard, caller.playing) == ([MUSIC], None)
    assert caller.bridged_to == agent.leg_id
    clock.advance(5)
    assert (caller.heard, caller.playing) == ([MUSIC], None)
    instants = {what: at for at, what in agent.history}
    assert instants["unhold"] - instants["hold"] >= 500_000


def test_hold_by_a_command_that_ends_before_its_music_began_plays_none(talk, clock):
    """``uuid_hold off`` does not wait: music that was only about to begin never does."""
    _, client, caller, agent = talk
    agent.hold()
    clock.advance(0.1)
    client.api("uuid_hold off agent")
    clock.advance(5)
    assert (caller.heard, caller.playing) == ([], None)
    assert caller.bridged_to == agent.leg_id


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.21, 1.5])
@pytest.mark.parametrize("parks", ["true", "false"])
def test_agent_who_hangs_up_holding_takes_the_caller_along(talk, clock, seconds, parks):
    """The caller's music ends and so does the leg, even with ``park_after_bridge``."""
    _, client, caller, agent = talk
    client.api(f"uuid_setvar {caller.leg_id} park_after_bridge {parks}")
    agent.hold()
    clock.advance(seconds)
    agent.hang_up()
    clock.advance(0.3)
    assert not caller.is_alive
    assert (caller.hangup_cause, caller.playing) == ("NORMAL_CLEARING", None)
    endings = ("CHANNEL_UNHOLD", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")
    assert told(client, agent, *endings) == list(endings)


def test_end_of_a_hold_is_told_in_order(talk, clock):
    """The caller's hang-up comes before the end of the music that it ends."""
    _, client, caller, agent = talk
    agent.hold()
    clock.advance(1)
    agent.hang_up()
    clock.advance(0.3)
    order = ("CHANNEL_HANGUP", "PLAYBACK_STOP", "CHANNEL_UNBRIDGE", "CHANNEL_HANGUP_COMPLETE")
    assert told(client, caller, *order) == list(order)
    (stop,) = [event for event in client.events if event["Event-Name"] == "PLAYBACK_STOP"]
    assert stop["Playback-Status"] == "done"


def test_caller_who_hangs_up_on_hold_ends_the_hold(talk, clock):
    """The agent's phone holds nobody any more, and is hung up."""
    _, client, caller, agent = talk
    agent.hold()
    clock.advance(1)
    caller.hang_up()
    clock.advance(0.3)
    order = ("CHANNEL_UNHOLD", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")
    assert told(client, agent, *order) == list(order)
    assert not agent.is_alive


def test_held_caller_sent_elsewhere_goes_on(talk, clock):
    """A transfer takes the caller out of the hold; only the agent's leg ends."""
    _, client, caller, agent = talk
    client.api(f"uuid_setvar {caller.leg_id} park_after_bridge true")
    agent.hold()
    clock.advance(1)
    client.api(f"uuid_transfer {caller.leg_id} 5001 XML public")
    clock.advance(0.3)
    assert not agent.is_alive
    assert caller.is_parked
    assert caller.playing is None


def test_phone_that_vanishes_holding_ends_the_talk(talk, clock):
    """The switch gives up the silent leg and takes the caller along."""
    _, _, caller, agent = talk
    agent.hold()
    agent.vanish()
    clock.advance(31)
    assert agent.hangup_cause == "MEDIA_TIMEOUT"
    assert not caller.is_alive
    assert names_in_history(caller)[-3:-1] == ["hangup NORMAL_CLEARING", f"stop {MUSIC}"]
