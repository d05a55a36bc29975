"""Which of several free agents is asked first."""

from __future__ import annotations

from enum import StrEnum


class Strategy(StrEnum):
    """Which free agent is asked first; of agents on different levels, those of the lower level."""

    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    """Whose last offer from the queue is longest ago."""
    TOP_DOWN = "top_down"
    """By position, going on after the agent the caller was offered to last."""
    LEAST_TALK_TIME = "least_talk_time"
    """Who has talked least since logging in."""
    FEWEST_CALLS = "fewest_calls"
    """Who has had the fewest conversations since logging in."""
    SEQUENTIAL = "sequential"
    """By position, always from the first."""
    RANDOM = "random"
    RING_ALL = "ring_all"
    """All at once, by position as far as ``ring_at_most`` allows; who picks up first talks."""
    RING_PROGRESSIVELY = "ring_progressively"
    """By position, one more every ``ring_more_after_seconds``, all ringing on."""


STRATEGIES_RINGING_MANY = frozenset({Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY})
