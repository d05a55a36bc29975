"""What callers are asked when the agent has gone, on a real switch with keys of real phones."""

from __future__ import annotations

import pytest

from tests.live.daemon import agent, phone_at, queue
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

QUESTION_SECONDS = 0.6


@pytest.fixture
def house(sounds):
    """Settings of a queue with a survey of two questions, and of one without."""
    sounds.record("survey/satisfaction", "survey/resolved", seconds=QUESTION_SECONDS)

    def settings(port, survey="csat"):
        return {
            "sounds": sounds.settings,
            "queues": {
                "support": queue(survey=survey, announce_position=False, wrap_up_seconds=0),
                "sales": queue(announce_position=False),
            },
            "numbers": {"8002": {"queue": "sales"}, "8009": {"survey": "csat"}},
            "agents": {
                "1001": agent("Anna Nowak", phone_at(port)),
                "1009": agent("Jan Kowalski", phone_at(9, "1009"), "sales", logged_in=False),
            },
            "surveys": {
                "csat": {
                    "questions": [
                        {
                            "name": "satisfaction",
                            "prompts": ["survey/satisfaction"],
                            "timeout_seconds": 1.5,
                        },
                        {
                            "name": "resolved",
                            "prompts": ["survey/resolved"],
                            "keys": "12",
                            "timeout_seconds": 1,
                        },
                    ]
                }
            },
        }

    return settings


def answers(daemon, uuid):
    """The rows of the call's survey, by question."""
    rows = daemon.rows("survey_answers", uuid, "answered_at")
    assert {(row["survey"], row["queue"], row["agent_id"]) for row in rows} <= {
        ("csat", "support", "1001")
    }
    return [(row["question"], row["answer"]) for row in rows]


def is_free(daemon):
    """The agent can be offered another caller."""
    daemon.wait_metric(1, "callcore_agents", state="available")


def test_answers_are_kept_with_the_agent(watched, phones, callcore, sounds, house):
    """The agent hangs up and is free at once; the caller is asked, a key that is no answer is asked
    again, and the answers are kept with call and agent.
    """
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(**house(phone.port))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    sounds.said(watched, uuid, "survey/introduction")
    is_free(daemon)
    sounds.said(watched, uuid, "survey/satisfaction")
    caller.sound.press("9")
    sounds.said(watched, uuid, "survey/invalid", "survey/satisfaction")
    caller.sound.press("5")
    sounds.said(watched, uuid, "survey/resolved")
    caller.sound.press("1")
    assert sounds.heard(watched, uuid, "survey/thanks") >= 0.15
    caller.wait_for("hung_up_by_them")

    record = daemon.record(uuid)
    assert (record["outcome"], record["agent_id"], record["faults"]) == ("served", "1001", [])
    assert record["hung_up_by"] == "agent"
    assert record["talk_seconds"] < 2
    assert answers(daemon, uuid) == [("satisfaction", "5"), ("resolved", "1")]
    assert (
        daemon.metric(
            "callcore_survey_answers_total",
            queue="support",
            survey="csat",
            question="satisfaction",
            answer="5",
        )
        == 1
    )


def test_agent_asks_for_it(watched, phones, callcore, sounds, house):
    """Pressed twice in the talk, the agent's key ends it and leads the caller to the survey."""
    phone = phones.listening_agent()
    daemon = callcore(**house(phone.port, {"name": "csat", "when": "asked", "key": "9"}))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    phone.wait_for("picked_up")
    phone.sound.press("99")
    sounds.said(watched, uuid, "survey/introduction")
    phone.wait_for("hung_up_by_them")
    sounds.said(watched, uuid, "survey/satisfaction")
    caller.sound.press("3")
    sounds.said(watched, uuid, "survey/resolved")
    caller.sound.press("2")
    caller.wait_for("hung_up_by_them")
    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("served", "agent")
    assert answers(daemon, uuid) == [("satisfaction", "3"), ("resolved", "2")]


def test_caller_hangs_up_in_the_middle(watched, phones, callcore, sounds, house):
    """What was answered until then is kept, and the record ends there."""
    phone = phones.agent(hang_up_after_seconds=0.5)
    daemon = callcore(**house(phone.port))
    caller = phones.listening_caller("5001", hang_up_after_seconds=4)
    uuid = arrival(watched)
    bridged(watched, uuid)
    sounds.said(watched, uuid, "survey/satisfaction")
    caller.sound.press("4")
    sounds.said(watched, uuid, "survey/resolved")
    caller.ended_well()
    assert daemon.record(uuid)["outcome"] == "served"
    assert answers(daemon, uuid)[0] == ("satisfaction", "4")
    until(lambda: not watched.channels(), 2, "no leg is left")


def test_caller_who_answers_nothing_is_let_go(watched, phones, callcore, sounds, house):
    """Asked as often as allowed, thanked, hung up: never in silence, never for ever."""
    phone = phones.agent(hang_up_after_seconds=0.5)
    daemon = callcore(**house(phone.port))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    for _ in range(2):
        sounds.said(watched, uuid, "survey/satisfaction")
    for _ in range(2):
        sounds.said(watched, uuid, "survey/resolved")
    caller.wait_for("hung_up_by_them")
    assert daemon.record(uuid)["faults"] == []


def test_transfer_to_another_queue_is_no_end_of_the_talk(watched, phones, callcore, sounds, house):
    """A caller whom the agent sends on (REFER) waits in the other queue of the same call, unasked;
    one sent to a survey's number is asked about the talk.
    """
    phone = phones.transferring_agent("8002")
    daemon = callcore(**house(phone.port))
    phones.listening_caller("5001", hang_up_after_seconds=4)
    uuid = arrival(watched)
    bridged(watched, uuid)
    phone.wait_for("transfer_accepted")
    playing(watched, uuid, MUSIC, 5)
    assert [visit["queue"] for visit in daemon.visits(uuid)] == ["support", "sales"]
    assert answers(daemon, uuid) == []


def test_transfer_to_the_survey(watched, phones, callcore, sounds, house):
    """An agent who sends the caller to the survey's number has the caller asked about the talk."""
    phone = phones.transferring_agent("8009")
    daemon = callcore(**house(phone.port, None))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    sounds.said(watched, uuid, "survey/satisfaction")
    caller.sound.press("5")
    sounds.said(watched, uuid, "survey/resolved")
    caller.sound.press("1")
    caller.wait_for("hung_up_by_them")
    daemon.record(uuid)
    assert answers(daemon, uuid) == [("satisfaction", "5"), ("resolved", "1")]


def test_transfer_to_a_colleague_does_not_end_in_silence(watched, phones, callcore, sounds, house):
    """When the colleague hangs up, of whom callcore knows nothing, the caller is let go."""
    colleague = phones.agent("1002", hang_up_after_seconds=1)
    phone = phones.transferring_agent("1002")
    daemon = callcore(**house(phone.port))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    colleague.wait_for("hung_up_by_us")
    caller.wait_for("hung_up_by_them", 5)
    assert daemon.record(uuid)["outcome"] == "served"
    assert answers(daemon, uuid) == []
    until(lambda: not watched.channels(), 2, "no leg is left")
