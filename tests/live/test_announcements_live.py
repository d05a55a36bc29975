"""What waiting callers are told on a real switch, and that nothing of it delays anything."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import MoreThanWaiting, YouAreNext
from tests.live.daemon import agent, one_agent, phone_at, queue
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

NOBODY = {"1001": agent("Anna Nowak", phone_at(9), logged_in=False)}
PAST = {"past": {"timezone": "Europe/Warsaw", "days": {"2020-01-02": ["08:00-16:00"]}}}


def in_english(spoken):
    return grammar.prompt_keys((spoken,), Language("en"))


def seconds_between(earlier, later):
    return (int(later["Event-Date-Timestamp"]) - int(earlier["Event-Date-Timestamp"])) / 1e6


def test_greeting_position_and_messages(watched, phones, callcore, sounds):
    """The greeting, the position and the messages come at their times, the messages in turn, those
    of other hours left out; a second caller hears that there are more than the limit.
    """
    sounds.record("shop/one", "shop/two", "shop/closed", seconds=0.5)
    daemon = callcore(
        sounds=sounds.settings,
        hours=PAST,
        queues={
            "support": queue(
                greeting=["waiting/call-recorded"],
                announce_position={
                    "first_after_seconds": 1,
                    "interval_seconds": 60,
                    "position_limit": 1,
                },
                messages={
                    "order": "in_turn",
                    "first_after_seconds": 2,
                    "interval_seconds": 5,
                    "each": [
                        {"prompts": ["shop/one"]},
                        {"prompts": ["shop/closed"], "hours": "past"},
                        {"prompts": ["shop/two"]},
                    ],
                },
                announcement_gap_seconds=0.5,
            )
        },
        agents=NOBODY,
    )
    phones.listening_caller("5001")
    uuid = arrival(watched)
    greeting = sounds.said(watched, uuid, "waiting/call-recorded")
    position = sounds.said(watched, uuid, *in_english(YouAreNext()))
    one = sounds.said(watched, uuid, "shop/one")
    two = sounds.said(watched, uuid, "shop/two")
    assert 0.7 <= seconds_between(greeting, position) <= 1.6
    assert 1.7 <= seconds_between(greeting, one) <= 2.6
    assert 4.6 <= seconds_between(one, two) <= 5.4
    phones.listening_caller("5001", from_user="+48600000002")
    second = arrival(watched)
    sounds.said(watched, second, *in_english(MoreThanWaiting(1)))
    watched.api(f"uuid_kill {uuid}")
    [visit] = daemon.visits(uuid)
    assert visit["announcements_count"] >= 3


def test_pick_up_cuts_an_announcement(watched, phones, callcore, sounds):
    """An agent who picks up in the middle of a long message talks at once."""
    sounds.record("shop/long", "shop/longer", seconds=6)
    phone = phones.agent(answer_after_seconds=2, hang_up_after_seconds=0.5)
    daemon = callcore(
        sounds=sounds.settings,
        **one_agent(
            phone.port,
            announce_position=False,
            messages={
                "first_after_seconds": 1,
                "interval_seconds": 5,
                "each": [{"prompts": ["shop/long", "shop/longer"]}],
            },
            ring_timeout_seconds=10,
        ),
    )
    phones.listening_caller("5001")
    uuid = arrival(watched)
    said = sounds.said(watched, uuid, "shop/long", "shop/longer")
    stopped = watched.wait_event(
        "PLAYBACK_STOP",
        5,
        lambda event: event["Playback-File-Path"] == said["Playback-File-Path"],
    )
    assert seconds_between(said, stopped) < 3
    bridge = bridged(watched, uuid)
    picked_up = phone.response(200, to="INVITE").at
    assert int(bridge["Event-Date-Timestamp"]) / 1e6 - picked_up < 0.3
    record = daemon.record(uuid)
    assert (record["outcome"], record["faults"]) == ("served", [])


def test_refused_callers_are_told_why(watched, phones, callcore, sounds):
    """Without a treatment of its own a queue says that it is closed, or full, as early media; the
    caller's network still gets the cause.
    """
    daemon = callcore(
        sounds=sounds.settings,
        hours=PAST,
        numbers={"8001": {"queue": "closed"}, "8002": {"queue": "full"}},
        queues={
            "closed": queue(hours="past"),
            "full": queue(maximum_waiting=1, announce_position=False),
        },
        agents={"1001": agent("Anna Nowak", phone_at(9), "closed", "full", logged_in=False)},
    )
    phones.listening_caller("8002")
    waiting = arrival(watched)
    playing(watched, waiting, MUSIC)
    for number, prompt, status in (
        ("8001", "refused/closed", 480),
        ("8002", "refused/queue-full", 503),
    ):
        caller = phones.listening_caller(number)
        uuid = arrival(watched)
        assert sounds.heard(watched, uuid, prompt) >= 0.15
        caller.ended_well()
        assert caller.statuses() == [183, status]
        assert daemon.record(uuid)["faults"] == []


def test_maximum_wait_tells_why(watched, phones, callcore, sounds):
    """A caller who has waited too long hears so before the line ends."""
    daemon = callcore(
        sounds=sounds.settings,
        queues={"support": queue(maximum_wait_seconds=1.5, announce_position=False)},
        agents=NOBODY,
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    assert sounds.heard(watched, uuid, "refused/maximum-wait") >= 0.15
    caller.ended_well()
    assert daemon.record(uuid)["outcome"] == "overflowed"
    until(lambda: not watched.channels(), 2, "no leg is left")
