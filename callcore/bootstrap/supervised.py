"""What a supervisor and its workers tell each other.

The supervisor tells by the environment, which other users cannot read, what it has started for all
workers. A worker tells by its standard output, a line of JSON each time, what its supervisor has to
know of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Self

from callcore.domain.ids import NodeName
from callcore.domain.policies import NodePolicy
from callcore.settings import NodeSettings

VARIABLE = "CALLCORE_SUPERVISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedNode:
    """Where the supervisor's simulated switch listens."""

    name: str
    host: str
    port: int
    heartbeat_seconds: float
    password: str = field(repr=False)

    @classmethod
    def of(cls, node: NodeSettings) -> Self:
        """What a worker has to know of it."""
        policy = node.policy
        return cls(
            name=policy.name,
            host=policy.host,
            port=policy.port,
            heartbeat_seconds=policy.heartbeat_seconds,
            password=node.password,
        )

    def settings(self) -> NodeSettings:
        """The switch as a worker's node."""
        policy = NodePolicy(
            name=NodeName(self.name),
            host=self.host,
            port=self.port,
            heartbeat_seconds=self.heartbeat_seconds,
        )
        return NodeSettings(policy=policy, password=self.password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervised:
    """What was started for all workers; ``None`` where the settings say what there is."""

    redis_url: str | None = None
    postgres_url: str | None = None
    node: SimulatedNode | None = None
    has_predecessor: bool = False
    """True if the worker is to wait, all loaded, until the one before it has ended."""

    def variables(self) -> dict[str, str]:
        """For the environment of a worker."""
        return {VARIABLE: json.dumps(asdict(self))}


def taken_from(environ: MutableMapping[str, str]) -> Supervised | None:
    """What the supervisor of this process tells, which no child of ours needs to know; ``None``
    where there is no supervisor.
    """
    told = environ.pop(VARIABLE, None)
    if told is None:
        return None
    values = json.loads(told)
    node = values.pop("node")
    return Supervised(**values, node=None if node is None else SimulatedNode(**node))


class Word(StrEnum):
    """What a worker tells."""

    LOADED = "loaded"
    """It waits for its predecessor to end."""
    LIVES = "lives"
    """With its ``life``: it is going to hold shards."""
    SERVES = "serves"
    """With its ``url``: it follows whatever calls are its own."""
    SETTLED = "settled"
    """It holds its share, and has looked at all of it."""
    DRAINED = "drained"
    """It waits for nothing but the end of the simulated switch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One line of a worker's standard output."""

    word: Word
    value: str = ""


def tell(news: News) -> None:
    """As a worker. A supervisor that is gone is not told."""
    with suppress(OSError, ValueError):
        sys.stdout.write(f"{json.dumps([news.word, news.value])}\n")
        sys.stdout.flush()


def await_turn() -> bool:
    """As a worker that is loaded: returns when the one before it has ended; false if nobody will
    say so.
    """
    tell(News(word=Word.LOADED))
    return bool(sys.stdin.readline())


def heard(line: str) -> News | None:
    """As a supervisor; ``None`` if it is no news, but what a library wrote."""
    try:
        word, value = json.loads(line)
        return News(word=Word(word), value=str(value))
    except (ValueError, TypeError):
        return None


class SupervisedSimulation:
    """The simulated switch of the supervisor, as a worker stops with it."""

    def stop_arrivals(self) -> None:
        """The supervisor has seen to it."""

    def resume_arrivals(self) -> None:
        """The supervisor has never stopped them."""

    def end(self) -> None:
        """Has the supervisor shut it down."""
        tell(News(word=Word.DRAINED))
