"""A call centre where strangers call, and somebody among them whom nothing may befall."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.live.daemon import agent, agents_at, phone_at, queue
from tests.live.esl import Esl
from tests.live.phones import Phones
from tests.live.raw_sip import RawCaller
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, playing

VICTIM_NUMBER = "8009"
AT_ONCE = 8
ALL_SECONDS = 180
NOBODY = {"1009": agent("Jan Kowalski", phone_at(9, "1009"), "victims", logged_in=False)}


def bystander(phones: Phones, watched: Esl) -> str:
    """Somebody else, who waits for nobody and hears music: the channel."""
    phones.caller(VICTIM_NUMBER, from_user="+48600000009")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    return uuid


def site(ports: Sequence[int] = (), **more: Any) -> dict[str, Any]:
    """Settings: a queue with agents at the ports, and another in which the bystander waits."""
    return {
        "numbers": {VICTIM_NUMBER: {"queue": "victims"}},
        "queues": {
            "support": queue(announce_position=False, wrap_up_seconds=0, ring_timeout_seconds=20),
            "victims": queue(announce_position=False),
        },
        "agents": {**NOBODY, **agents_at(*ports)},
        **more,
    }


def all_made(
    strangers: Callable[[], RawCaller], calls: Mapping[Any, Mapping[str, bytes]]
) -> dict[Any, RawCaller]:
    """The calls, some at a time, when all of them are over."""
    waiting = list(calls.items())
    made: dict[Any, RawCaller] = {}

    def are_over() -> bool:
        while waiting and sum(one.is_under_way for one in made.values()) < AT_ONCE:
            key, words = waiting.pop()
            made[key] = strangers()
            made[key].call(**words)
        return not waiting and not any(one.is_under_way for one in made.values())

    until(are_over, ALL_SECONDS, "every call is over")
    return made
