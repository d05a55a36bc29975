"""Menus that callcore itself leads callers through, with keys pressed on a real phone."""

from __future__ import annotations

import pytest

from tests.live import prompts
from tests.live.daemon import agent, phone_at, queue
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

PROMPT_SECONDS = 4
MENU_NUMBER = "8001"


@pytest.fixture
def menu(tmp_path):
    """Settings of a number that leads to a menu, whose one prompt is long; and its file."""
    file = prompts.record(tmp_path / "sounds", "menus/main", seconds=PROMPT_SECONDS)

    def settings(**more):
        return {
            "sounds": {"directory": str(tmp_path / "sounds")},
            "numbers": {MENU_NUMBER: {"menu": "main"}},
            "menus": {
                "main": {
                    "prompts": ["menus/main"],
                    "choices": {
                        "1": {"queue": "support", "priority": 7},
                        "2": {"prompts": ["menus/main"]},
                        "9": {"menu": "main"},
                    },
                    "invalid": [],
                    "no_input": [],
                    "timeout_seconds": 1,
                    "tries": 2,
                    **more,
                }
            },
        }

    return settings, file


def heard_seconds(watched, uuid, file):
    """How long the prompt, which has just begun, is heard."""
    began = playing(watched, uuid, file)
    ended = watched.wait_event(
        "PLAYBACK_STOP", PROMPT_SECONDS + 2, lambda event: event["Playback-File-Path"] == file
    )
    return (int(ended["Event-Date-Timestamp"]) - int(began["Event-Date-Timestamp"])) / 1e6


def test_key_cuts_the_prompt_short(watched, phones, callcore, menu):
    """A key pressed during the prompt ends it at once and leads into the queue, with the priority
    of the choice, ahead of one who has waited longer.
    """
    settings, file = menu
    phone = phones.agent(answer_after_seconds=0.3, hang_up_after_seconds=2)
    daemon = callcore(
        queues={"support": queue(answer="at_pick_up", wrap_up_seconds=0)},
        agents={"1001": agent("Anna Nowak", phone_at(phone.port))},
        **settings(),
    )
    phones.listening_caller("5001", from_user="+48600000001")
    bridged(watched, arrival(watched))
    phones.listening_caller("5001", from_user="+48600000002")
    ordinary = arrival(watched)
    caller = phones.listening_caller(MENU_NUMBER, from_user="+48600000003")
    chosen = arrival(watched)
    caller.wait_for("answered")
    playing(watched, chosen, file)
    caller.sound.press("1")
    stopped = watched.wait_event("PLAYBACK_STOP", 2, lambda event: event["Unique-ID"] == chosen)
    assert stopped["Playback-File-Path"] == file
    playing(watched, chosen, MUSIC, 2)
    bridged(watched, chosen)
    bridged(watched, ordinary)

    [visit] = daemon.visits(chosen)
    assert (visit["queue"], visit["priority"], visit["leave_reason"]) == (
        *("support", 7),
        "picked_up",
    )
    record = daemon.record(chosen)
    assert record["outcome"] == "served"
    assert (record["picked_up_at"] - record["arrived_at"]).total_seconds() < PROMPT_SECONDS
    assert daemon.metric("callcore_menu_answers_total", menu="main", target="queue") == 1


def test_no_key_leads_otherwise(watched, phones, callcore, menu):
    """Who presses nothing hears the prompt as often as allowed, has time to think after each, and
    is sent where the menu says.
    """
    settings, file = menu
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(
        queues={"support": queue()},
        agents={"1001": agent("Anna Nowak", phone_at(phone.port))},
        **settings(otherwise={"queue": "support"}, prompts=["menus/short"]),
    )
    short = prompts.record(daemon.base.parent / "sounds", "menus/short", seconds=0.5, hertz=600)
    assert short != file
    phones.listening_caller(MENU_NUMBER)
    uuid = arrival(watched)
    began = [playing(watched, uuid, short) for _ in range(2)]
    first, second = (int(event["Event-Date-Timestamp"]) / 1e6 for event in began)
    assert 1.4 <= second - first <= 2.2
    bridged(watched, uuid)

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    [visit] = daemon.visits(uuid)
    assert visit["priority"] == 0
    assert (visit["joined_at"].timestamp() - second) > 1.4


def test_wrong_key_is_asked_again(watched, phones, callcore, menu):
    """A key without a meaning cuts the prompt short too and has it played anew; a caller who
    chooses nothing of use hears the goodbye.
    """
    settings, file = menu
    daemon = callcore(queues={"support": queue()}, agents={}, **settings())
    caller = phones.listening_caller(MENU_NUMBER)
    uuid = arrival(watched)
    for key in "58":
        playing(watched, uuid, file)
        caller.sound.press(key)
        watched.wait_event("PLAYBACK_STOP", 2, lambda event: event["Unique-ID"] == uuid)
    caller.ended_well()

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("exited", "callcore")
    assert [row["digit"] for row in daemon.rows("digit_presses", uuid, "pressed_at")] == ["5", "8"]
    assert daemon.visits(uuid) == []


def test_goodbye_of_a_choice_is_heard_to_its_end(watched, phones, callcore, menu):
    """What a choice says is played in full, though the key that chose it cut the menu's prompt."""
    settings, file = menu
    daemon = callcore(queues={"support": queue()}, agents={}, **settings())
    caller = phones.listening_caller(MENU_NUMBER)
    uuid = arrival(watched)
    playing(watched, uuid, file)
    caller.sound.press("2")
    watched.wait_event("PLAYBACK_STOP", 2, lambda event: event["Unique-ID"] == uuid)
    assert heard_seconds(watched, uuid, file) > PROMPT_SECONDS - 0.1
    caller.ended_well()
    assert daemon.record(uuid)["outcome"] == "exited"
