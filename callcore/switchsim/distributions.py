"""How long people take: distributions of seconds, drawn from one seeded source of chance."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Protocol


class Distribution(Protocol):
    """A distribution of seconds."""

    def draw(self, chance: random.Random) -> float:
        """One length in seconds, never negative."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same length."""

    seconds: float

    def draw(self, chance: random.Random) -> float:  # noqa: ARG002 - one shape for all
        """The length."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every length between two bounds alike."""

    shortest: float
    longest: float

    def draw(self, chance: random.Random) -> float:
        """One length in seconds."""
        return chance.uniform(self.shortest, self.longest)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Lengths without memory, as of patience and of gaps between arrivals."""

    mean: float

    def draw(self, chance: random.Random) -> float:
        """One length in seconds."""
        return chance.expovariate(1.0 / self.mean)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lengths of conversations: ``mean`` seconds, ``variation`` the coefficient of variation."""

    mean: float
    variation: float

    def draw(self, chance: random.Random) -> float:
        """One length in seconds."""
        spread = math.log(1.0 + self.variation**2)
        return chance.lognormvariate(math.log(self.mean) - spread / 2.0, math.sqrt(spread))
