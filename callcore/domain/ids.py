"""Identifiers and units, as types of their own so that they cannot be mistaken for each other."""

from __future__ import annotations

from typing import NewType

CallId = NewType("CallId", str)
"""One caller's dealing with us. An inbound call takes the channel id of its caller's leg."""

LegId = NewType("LegId", str)
"""One channel of FreeSWITCH: its ``Unique-ID``, a UUID in lower case."""

OfferId = NewType("OfferId", str)
"""One attempt to give one caller to one agent."""

QueueName = NewType("QueueName", str)
MenuName = NewType("MenuName", str)
HookName = NewType("HookName", str)
LookupName = NewType("LookupName", str)
SurveyName = NewType("SurveyName", str)
Language = NewType("Language", str)
"""``en``, ``pl``, ``ru``: a language as BCP 47 writes it."""

AgentId = NewType("AgentId", str)
NodeName = NewType("NodeName", str)
"""One FreeSWITCH, by the name the configuration gives it."""

Micros = NewType("Micros", int)
"""An instant: microseconds since the Unix epoch, UTC."""

MICROS_PER_SECOND = 1_000_000


def seconds_between(start: Micros, end: Micros) -> float:
    """The length from ``start`` to ``end`` in seconds; never negative.

    Instants may come from two machines whose clocks differ by a little.
    """
    return max(end - start, 0) / MICROS_PER_SECOND


def shard_of(leg_id: LegId) -> str:
    """The shard of a leg: the first hexadecimal digit of its channel id."""
    return leg_id[0].lower()
