"""An auto-attendant on a real switch: hours, an address, queues, extensions, other menus."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from tests.live.daemon import agent, phone_at, queue
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = {
    "always": {"timezone": "UTC", "week": {day: ["00:00-24:00"] for day in WEEKDAYS}},
    "past": {"timezone": "UTC", "week": {}, "days": {"2020-01-01": ["08:00-09:00"]}},
}
NUMBERS = {"8001": {"menu": "door"}, "8002": {"menu": "night"}, "8003": {"menu": "main"}}
QUEUES = ("support", "sales", "reception")
NOBODY = {"1009": agent("Jan Kowalski", phone_at(9, "1009"), *QUEUES, logged_in=False)}
MAIN_SECONDS = 2.5
ADDRESS_SECONDS = 1


@pytest.fixture
def house(sounds):
    """Settings of a small shop."""
    sounds.record("shop/main", seconds=MAIN_SECONDS)
    sounds.record("shop/address", seconds=ADDRESS_SECONDS)
    sounds.record("shop/more", "shop/hours", seconds=0.5)

    def settings(agents=MappingProxyType({}), **main):
        return {
            "sounds": sounds.settings,
            "hours": HOURS,
            "numbers": NUMBERS,
            "queues": {name: queue(announce_position=False) for name in QUEUES},
            "agents": {**NOBODY, **agents},
            "menus": {
                "door": {"hours": "always", "open": {"menu": "main"}, "closed": {"menu": "sorry"}},
                "night": {
                    "hours": "past",
                    "open": {"menu": "main"},
                    "closed": {"say": ["shop/hours"], "prompts": ["menu/goodbye"]},
                },
                "sorry": {"prompts": ["shop/hours"], "choices": {"1": {"queue": "support"}}},
                "main": {
                    "greeting": ["greeting/welcome"],
                    "prompts": ["shop/main"],
                    "timeout_seconds": 1,
                    "tries": 3,
                    "between_keys_seconds": 0.7,
                    "extensions": {"ranges": ["1000-1099"], "context": "default"},
                    "choices": {
                        "1": {"queue": "sales", "priority": 2},
                        "2": {"say": ["shop/address"], "menu": "main"},
                        "3": {"menu": "more"},
                    },
                    "otherwise": {"queue": "reception"},
                    **main,
                },
                "more": {
                    "prompts": ["shop/more"],
                    "choices": {"5": {"number": "+48221001000"}, "9": {"menu": "main"}},
                    "timeout_seconds": 2,
                },
            },
        }

    return settings


def test_address_then_sales(watched, phones, callcore, sounds, house):
    """During the hours: the greeting, cut by a key; the address, to its end; the question again;
    sales, with the priority of the choice.
    """
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(**house({"1001": agent("Anna Nowak", phone_at(phone.port), "sales")}))
    caller = phones.listening_caller("8001")
    uuid = arrival(watched)
    sounds.said(watched, uuid, "greeting/welcome", "shop/main")
    caller.sound.press("2")
    assert sounds.heard(watched, uuid, "shop/address") >= ADDRESS_SECONDS - 0.1
    sounds.said_last(watched, uuid, "shop/main")
    caller.sound.press("1")
    bridged(watched, uuid)
    caller.wait_for("hung_up_by_them")

    record = daemon.record(uuid)
    assert (record["outcome"], record["queue"], record["faults"]) == ("served", "sales", [])
    [visit] = daemon.visits(uuid)
    assert (visit["queue"], visit["priority"]) == ("sales", 2)
    assert [row["digit"] for row in daemon.rows("digit_presses", uuid, "pressed_at")] == ["2", "1"]
    assert daemon.metric("callcore_menu_answers_total", menu="main", target="queue") == 1


def test_closed(watched, phones, callcore, sounds, house):
    """Outside the hours the caller is told when to call, and goodbye, each to its end."""
    daemon = callcore(**house())
    caller = phones.listening_caller("8002")
    uuid = arrival(watched)
    assert sounds.heard(watched, uuid, "shop/hours") >= 0.4
    assert sounds.heard(watched, uuid, "menu/goodbye") >= 0.1
    caller.ended_well()
    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("exited", "callcore")
    assert daemon.visits(uuid) == []


def test_silence_and_a_wrong_key(watched, phones, callcore, sounds, house):
    """A caller who presses nothing is told so, one who presses what leads nowhere is told that, and
    who has used up the tries is not turned away.
    """
    sounds.record("shop/main", seconds=0.3)
    daemon = callcore(**house())
    caller = phones.listening_caller("8003")
    uuid = arrival(watched)
    sounds.said(watched, uuid, "greeting/welcome", "shop/main")
    sounds.said(watched, uuid, "menu/no-input", "shop/main")
    caller.sound.press("7")
    sounds.said(watched, uuid, "menu/invalid", "shop/main")
    playing(watched, uuid, MUSIC)
    until(
        lambda: daemon.metric("callcore_queue_joined_total", queue="reception") == 1,
        3,
        "the caller waits at the reception",
    )


def test_extension_is_dialled_in_the_menu(watched, phones, callcore, sounds, house):
    """An extension that is nowhere is told to be; another, dialled over the prompt, is rung, and
    they talk.
    """
    phone = phones.agent("1002", hang_up_after_seconds=1)
    daemon = callcore(**house())
    caller = phones.listening_caller("8003")
    uuid = arrival(watched)
    sounds.said(watched, uuid, "greeting/welcome", "shop/main")
    caller.sound.press("1200")
    sounds.said(watched, uuid, "menu/invalid", "shop/main")
    caller.sound.press("1002")
    phone.wait_for("picked_up")
    caller.wait_for("hung_up_by_them")
    record = daemon.record(uuid)
    assert (record["outcome"], record["faults"]) == ("exited", [])
    until(lambda: not watched.channels(), 2, "no leg is left")


def test_submenu_leads_outside(watched, phones, callcore, carrier, sounds, house):
    """Through a second menu and back, and through it again, keys dialled ahead, to an outside
    number.
    """
    daemon = callcore(**house())
    caller = phones.listening_caller("8003")
    uuid = arrival(watched)
    sounds.said(watched, uuid, "greeting/welcome", "shop/main")
    for key, prompt in (("3", "shop/more"), ("9", "shop/main")):
        caller.sound.press(key)
        sounds.said_last(watched, uuid, prompt)
    caller.sound.press("35")
    carrier.wait_for("picked_up")
    caller.wait_for("hung_up_by_them")
    assert daemon.record(uuid)["outcome"] == "exited"
