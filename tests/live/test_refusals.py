"""Callers whom a queue does not admit are never answered: what their network is told, and when."""

from __future__ import annotations

import pytest

from tests.live import prompts
from tests.live.daemon import agent, phone_at, queue
from tests.live.watching import MUSIC, arrival, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

NOBODY = {"1001": agent("Anna Nowak", phone_at(9), logged_in=False)}
PAST = {"past": {"timezone": "Europe/Warsaw", "days": {"2020-01-02": ["08:00-16:00"]}}}
PROMPT_SECONDS = 1.5


def refused(caller):
    """Waits until the call was refused; the messages that came to the caller."""
    caller.ended_well()
    return [m for m in caller.sip() if m.is_received and m.method == "INVITE"]


@pytest.mark.parametrize(
    ("settings", "status", "cause"),
    [
        ({}, 503, "SWITCH_CONGESTION"),
        ({"overflow": {"queue_full": {"cause": "USER_BUSY"}}}, 486, "USER_BUSY"),
    ],
    ids=["by default", "with a cause of one's own"],
)
def test_full_queue_says_so_at_once(watched, phones, callcore, settings, status, cause):
    """The second caller of a queue with one place is refused with the cause's SIP status, without
    a ring or a sound before; the first one waits on.
    """
    daemon = callcore(queues={"support": queue(maximum_waiting=1, **settings)}, agents=NOBODY)
    phones.caller("5001")
    first = arrival(watched)
    playing(watched, first, MUSIC)
    caller = phones.listening_caller("5001", from_user="+48600000002")
    second = arrival(watched)
    assert [message.status for message in refused(caller)] == [100, status]
    assert caller.sound.packets_count == 0

    record = daemon.record(second)
    assert (record["outcome"], record["hung_up_by"]) == ("refused", "callcore")
    assert (record["hangup_cause"], record["line_answered_at"]) == (cause, None)
    [visit] = daemon.visits(second)
    assert (visit["refusal_reason"], visit["waiting_limit"]) == ("queue_full", 1)
    assert visit["treatment"] == "goodbye"
    assert daemon.metric("callcore_queue_waiting", queue="support") == 1


def test_closed_queue_says_why_as_early_media(watched, phones, callcore, tmp_path):
    """A caller of a closed queue hears the prompts as early media, to their end, and is then
    refused with the configured cause: nobody pays for hearing that nobody is there.
    """
    sounds = tmp_path / "sounds"
    prompts.record(sounds, "closed", seconds=PROMPT_SECONDS)
    prompts.record(sounds, "goodbye", seconds=PROMPT_SECONDS)
    daemon = callcore(
        sounds={"directory": str(sounds)},
        hours=PAST,
        queues={
            "support": queue(
                hours="past",
                overflow={
                    "closed": {"prompts": ["closed", "goodbye"], "cause": "NORMAL_UNSPECIFIED"}
                },
            )
        },
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    messages = refused(caller)
    assert [message.status for message in messages] == [100, 183, 480]
    assert messages[1].has_sdp
    assert 'cause=31;text="NORMAL_UNSPECIFIED"' in messages[2].headers["Reason"]
    spoken_seconds = messages[2].at - messages[1].at
    assert 2 * PROMPT_SECONDS - 0.1 < spoken_seconds < 2 * PROMPT_SECONDS + 0.7
    assert caller.sound.packets_count > 2 * PROMPT_SECONDS * 50 - 10

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("refused", "callcore")
    assert record["line_answered_at"] is None
    assert record["faults"] == []
    [visit] = daemon.visits(uuid)
    assert (visit["refusal_reason"], visit["treatment"]) == ("closed", "goodbye")


def test_caller_hangs_up_while_being_refused(watched, phones, callcore, tmp_path):
    """Who hangs up during the prompts has been refused all the same, and left by own will."""
    sounds = tmp_path / "sounds"
    prompts.record(sounds, "nobody", seconds=10)
    daemon = callcore(
        sounds={"directory": str(sounds)},
        queues={
            "support": queue(
                admits_without_agents=False, overflow={"no_agents": {"prompts": ["nobody"]}}
            )
        },
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001", give_up_after_seconds=3)
    uuid = arrival(watched)
    caller.ended_well()
    assert caller.statuses() == [183, 487]

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("refused", "caller")
    assert record["line_answered_at"] is None
    [visit] = daemon.visits(uuid)
    assert (visit["refusal_reason"], visit["treatment"]) == ("no_agents", "goodbye")


def test_missing_prompts_do_not_keep_the_caller(watched, phones, callcore, tmp_path):
    """Where the recordings are not there the caller hears a tone, and is refused as ever."""
    daemon = callcore(
        sounds={"directory": str(tmp_path)},
        queues={"support": queue(overflow={"closed": {"prompts": ["closed"]}}, hours="past")},
        hours=PAST,
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    assert [message.status for message in refused(caller)] == [100, 183, 480]
    assert daemon.record(uuid)["outcome"] == "refused"
