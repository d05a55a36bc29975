"""The call centre that everything is done to: its queues, numbers and people."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from callcore.switchsim.distributions import Constant, Exponential, Lognormal, Uniform
from callcore.switchsim.phones import AgentPhone

SITE = "chaos"
DOMAIN = "demo"
PASSWORD = "correct"

SPEED = 10.0
"""Of people's seconds, of which so many pass in one of the machine's; callcore's are the machine's.
"""

SUPPORT, SALES = "support", "sales"
NUMBERS = {"8001": SUPPORT, "8002": SUPPORT, "8003": SALES}
"""Of queues."""
MENU_NUMBER = "8004"
MENU_KEYS = {"1": SUPPORT, "2": SALES}
"""Whoever presses none of them waits for the first."""
PRIORITIES = {"8002": 1}
"""By number; 0 for the others."""
WEIGHTS = {"8001": 5.0, "8002": 1.0, "8003": 3.0, MENU_NUMBER: 1.0}
"""How many call which number."""

CUSTOMERS_PREFIX = "+48"
"""Of the numbers of whoever calls."""

WRAP_UP_SECONDS = 0.3
RETRY_SECONDS = 0.5
RING_SECONDS = 2.0
SHORT_SECONDS = 1.0
"""Whoever waited less and left was hardly there."""

CALLBACK_KEY, RIGHT_KEY, NO_KEY = "9", "1", "*"
"""Of whoever wants to be called back, and confirms the number read back or not."""
AGENT_FIRST = frozenset({SUPPORT})
"""Queues whose customers are called when an agent has picked up; the others' before that."""
ON_HOOK_SECONDS = 5.0
"""For so long after a line has ended nobody is called back on that phone."""
PROMISED_AFTER_SECONDS = 2.0
"""Whoever waited so long in support and hangs up is called back all the same."""
GIVEN_UP_DELAY_SECONDS = 6.0
"""But not sooner; nor are those whose switch died while they waited for sales."""
ATTEMPTS = 2
CUSTOMER_RING_SECONDS = 2.5
RETRY_CUSTOMER_SECONDS = 2.0
EXPIRES_SECONDS = 45.0
LATER_KEY, DECLINE_KEY = "2", "3"

HANDLING_SECONDS = 2.1
"""That an agent is busy with a call, of the machine's seconds: ringing, talk and notes."""

PERSON = AgentPhone(
    ring_seconds=Uniform(1.0, 4.0),
    talk_seconds=Lognormal(15.0, 0.6),
    hold_seconds=Constant(4.0),
)
"""Picks up, and talks a while."""

CUSTOMER = AgentPhone(
    ring_seconds=Uniform(2.0, 8.0),
    talk_seconds=Lognormal(15.0, 0.5),
    miss_chance=0.08,
    busy_chance=0.08,
    refuse_chance=0.03,
    hasty_chance=0.03,
    machine_chance=0.04,
    machine_seconds=Constant(20.0),
    keys={"1": 0.84, LATER_KEY: 0.05, DECLINE_KEY: 0.06, "": 0.05},
    key_seconds=Uniform(2.0, 7.0),
    patience_seconds=Exponential(120.0),
)
"""Whoever was promised a call: mostly there, sometimes busy, away, in a hurry or a machine."""

MOODS = (
    PERSON,
    replace(PERSON, hold_chance=0.2),
    PERSON,
    replace(PERSON, miss_chance=0.06),
    replace(PERSON, busy_chance=0.1),
    PERSON,
    replace(PERSON, refuse_chance=0.1),
    replace(PERSON, vanish_chance=0.03),
)
"""What agents are like, in turn."""


def agents_for(calls_per_second: float) -> int:
    """How many agents have about as much to do as they can."""
    return max(8, math.ceil(calls_per_second * HANDLING_SECONDS))


def agent_ids(count: int) -> list[str]:
    """The agents, who are called the same as their phones."""
    return [str(2001 + place) for place in range(count)]


def mood(agent_id: str) -> AgentPhone:
    """What an agent is like."""
    return MOODS[int(agent_id) % len(MOODS)]


def queues_of(agent_id: str) -> tuple[str, ...]:
    """Whom an agent serves: half of them one queue, a third the other, the rest both."""
    return ((SUPPORT,), (SALES,), (SUPPORT,), (SUPPORT, SALES), (SUPPORT,), (SALES,))[
        int(agent_id) % 6
    ]


def queue_of(dialled: str, pressed: str = "") -> str:
    """The queue in which a caller waits who dialled a number and, in its menu, pressed a key."""
    return NUMBERS.get(dialled) or MENU_KEYS.get(pressed, SUPPORT)


def settings(
    *,
    details: dict[str, str],
    nodes: dict[str, int],
    redis_url: str,
    postgres_url: str,
    base: str,
    agents_count: int,
    http_port: int,
    log_level: str,
) -> dict[str, Any]:
    """callcore's settings; ``nodes`` are switches by name, with their ports, and ``details`` where
    they write their own records of legs.
    """
    return {
        "site": SITE,
        "data_directory": f"{base}/data",
        "nodes": [
            {"name": name, "host": "127.0.0.1", "port": port, "command_timeout_seconds": 2}
            for name, port in nodes.items()
        ],
        "http": {"host": "127.0.0.1", "port": http_port},
        "log": {"level": log_level},
        "redis": {"url": redis_url},
        "postgres": {"url": postgres_url},
        **({"records": {"cdr_directories": details, "cdr_files": "delete"}} if details else {}),
        "dialplan": {"callback_contact": "sofia/gateway/carrier/{number}"},
        "surveys": {"csat": {"questions": [_QUESTION]}},
        "menus": {
            "main": {
                "prompts": ["menu/one-moment"],
                "choices": {key: {"queue": name} for key, name in MENU_KEYS.items()},
                "timeout_seconds": 1,
                "tries": 2,
                "otherwise": {"queue": MENU_KEYS["1"]},
            }
        },
        "numbers": {
            **{
                number: {"queue": name, "priority": PRIORITIES.get(number, 0)}
                for number, name in NUMBERS.items()
            },
            MENU_NUMBER: {"menu": "main"},
        },
        "queues": _queues(),
        "agent_defaults": {"break_after_misses": None, "must_be_registered": False},
        "agents": {
            agent_id: {
                "name": f"Agent {agent_id}",
                "contact": f"user/{agent_id}@{DOMAIN}",
                "queues": list(queues_of(agent_id)),
                "logged_in_at_start": True,
            }
            for agent_id in agent_ids(agents_count)
        },
    }


def _queues() -> dict[str, Any]:
    queue = {
        "wrap_up_seconds": WRAP_UP_SECONDS,
        "ring_timeout_seconds": RING_SECONDS,
        "retry_after_miss_seconds": RETRY_SECONDS,
        "short_abandon_seconds": SHORT_SECONDS,
        "maximum_waiting": 5000,
        "announce_position": {"first_after_seconds": 2, "interval_seconds": 5},
    }
    return {
        SUPPORT: {**queue, "callback": _callback_of_support()},
        SALES: {
            **queue,
            "survey": {"name": "csat", "share": 0.3},
            "callback": _callback_of_sales(),
        },
    }


_QUESTION = {
    "name": "satisfaction",
    "prompts": ["survey/satisfaction"],
    "timeout_seconds": 1,
    "tries": 1,
}


def _callback() -> dict[str, Any]:
    """What both queues have in common."""
    return {
        "offer": {"key": CALLBACK_KEY},
        "tells_estimate": False,
        "ring_seconds": CUSTOMER_RING_SECONDS,
        "attempts": ATTEMPTS,
        "retry_after_seconds": RETRY_CUSTOMER_SECONDS,
        "expires_after_seconds": EXPIRES_SECONDS,
    }


def _callback_of_support() -> dict[str, Any]:
    abandoned = {
        "after_seconds": PROMISED_AFTER_SECONDS,
        "delay_seconds": GIVEN_UP_DELAY_SECONDS,
    }
    return {**_callback(), "call_first": "agent", "abandoned": abandoned}


def _callback_of_sales() -> dict[str, Any]:
    return {
        **_callback(),
        "call_first": "customer",
        "check": {"timeout_seconds": 1.5, "tries": 1},
        "switch_lost": {"delay_seconds": GIVEN_UP_DELAY_SECONDS},
    }
