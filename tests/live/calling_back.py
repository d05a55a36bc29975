"""Callers who want to be called back, and who was rung for whom: as phones and the switch tell it.

Whose turn it was is read from the phones, never from callcore.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.live.daemon import Daemon, agents_at, queue
from tests.live.esl import Esl, Event
from tests.live.phones import ListeningPhone, Phone, Phones
from tests.live.ports import HOST
from tests.live.prompts import Prompts
from tests.live.test_operating import asked
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, playing

READ_BACK = "callback/your-number-is"
PROMISED = "callback/promised"
WHISPER = "whisper/callback-for"
CHECK = "callback/check"
ASKS, RIGHT, ANOTHER = "2", "1", "2"
"""Keys: of who wants to be called back; of who finds the number right; of who has another."""

AGENT_FIRST = {"call_first": "agent"}
CUSTOMER_FIRST = {"call_first": "customer", "check": "false"}
LONG_HOLD = {**CUSTOMER_FIRST, "longest_hold_seconds": 60}
"""Customers are called well before an agent is free."""

DUE_SECONDS = 30
"""The phone that a callback was promised to is free again by then."""

_NUMBER = re.compile(r"sip:(\+?\d+)@")
_SHOWN = re.compile(r"\+?48\d+")


def number_of(place: int) -> str:
    """The number of the caller who came at that place."""
    return f"+4860000000{place}"


def site(
    agents: tuple[Phone, ...],
    customers_port: int,
    *,
    callback: dict[str, Any],
    is_logged_in: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """Settings of a queue whose callers press a key to be called back, one customers' trunk."""
    agents_settings = agents_at(*(phone.port for phone in agents))
    for one in agents_settings.values():
        one["logged_in_at_start"] = is_logged_in
    sections: dict[str, Any] = {
        name: more.pop(name) for name in ("sounds", "hooks", "numbers") if name in more
    }
    return {
        "queues": {
            "support": queue(
                **{"announce_position": "false", "wrap_up_seconds": 0, **more},
                callback={"offer": {"key": ASKS}, "ring_seconds": 8, **callback},
            )
        },
        "agents": agents_settings,
        "dialplan": {"callback_contact": f"sofia/internal/{{number}}@{HOST}:{customers_port}"},
        **sections,
    }


def centre(
    callcore: Callable[..., Daemon],
    sounds: Prompts,
    agents_phone: Phone,
    customer: Phone,
    **how: Any,
) -> Daemon:
    """Starts callcore with such a queue, one agent and one customers' trunk."""
    return callcore(**site((agents_phone,), customer.port, sounds=sounds.settings, **how))


def of_both_kinds(customer_first: Mapping[str, object]) -> pytest.MarkDecorator:
    """Told of callbacks that ring the agent first, and of those that ring the customer first."""
    kinds = [AGENT_FIRST, customer_first]
    return pytest.mark.parametrize("callback", kinds, ids=["agent", "customer"])


def joins(watched: Esl, phones: Phones, place: int, **how: Any) -> tuple[ListeningPhone, str]:
    """A caller waits in line: the phone and the channel."""
    phone = phones.listening_caller("5001", from_user=number_of(place), **how)
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    return phone, uuid


def hears(watched: Esl, uuid: str, part: str, seconds: float = 30) -> Event:
    """Waits until something begins to be heard on the channel that has the prompt in it."""
    return watched.wait_event(
        "PLAYBACK_START",
        seconds,
        lambda event: event["Unique-ID"] == uuid and part in event["Playback-File-Path"],
    )


def is_promised(watched: Esl, phones: Phones, place: int) -> str:
    """A caller comes, asks to be called back, finds the number right and is hung up on."""
    phone, uuid = joins(watched, phones, place)
    phone.sound.press(ASKS)
    hears(watched, uuid, READ_BACK)
    phone.sound.press(RIGHT)
    hears(watched, uuid, PROMISED)
    phone.wait_for("hung_up_by_them")
    return uuid


def may_begin(daemon: Daemon) -> dict[str, Any]:
    """The one promise, once it waits for its turn and for nothing else."""

    def waiting() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = asked(daemon, "callback", "list")["callbacks"]
        return [one for one in found if one["state"] == "waiting"]

    (promise,) = until(waiting, DUE_SECONDS, "the promise waits for its turn")
    return promise


def rung_for(phone: Phone) -> list[str]:
    """Whose numbers an agent's phone has shown, in order."""
    lines = [line for line in phone.milestones() if line.startswith("ringing from")]
    return [found[0] if (found := _SHOWN.findall(line)) else "" for line in lines]


def dialled(phone: Phone) -> list[str]:
    """The numbers called at the customers' trunk, in order."""
    first_lines = [request.first_line for request in phone.requests("INVITE")]
    return [_NUMBER.findall(line)[0] for line in first_lines]


def calling(watched: Esl, user: str, seconds: float = 40) -> str:
    """Waits until the switch calls a phone; its channel."""
    event = watched.wait_event(
        "CHANNEL_OUTGOING",
        seconds,
        lambda event: user.removeprefix("+") in event["Caller-Destination-Number"],
    )
    return event["Unique-ID"]


def talks(watched: Esl, uuid: str, seconds: float = 40) -> Event:
    """Waits until the channel is joined with another, on whichever side."""
    return watched.wait_event(
        "CHANNEL_BRIDGE",
        seconds,
        lambda event: uuid in (event["Bridge-A-Unique-ID"], event["Bridge-B-Unique-ID"]),
    )


def serve(watched: Esl, count: int, seconds: float = 60) -> list[str]:
    """Lets so many talks come about, one after another, each ended by the caller's side; whose
    channels they were.
    """
    served = []
    for _ in range(count):
        event = watched.wait_event("CHANNEL_BRIDGE", seconds)
        served.append(event["Bridge-A-Unique-ID"])
        watched.api(f"uuid_kill {served[-1]}")
    until(lambda: not watched.channels(), 15, "no leg is left")
    return served


def instant(event: Event) -> float:
    """When it was, seconds since the epoch."""
    return int(event["Event-Date-Timestamp"]) / 1e6
