"""How long services and patience last: draws, and the hazard of patience where it is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

Hazard = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Exponential:
    """No memory."""

    mean: float = 1.0

    def __call__(self, random: Random) -> float:
        return random.expovariate(1 / self.mean)

    def hazard(self, _age: float) -> float:
        return 1 / self.mean


@dataclass(frozen=True, slots=True)
class Erlang:
    """The sum of ``stages`` exponential times: the more, the steadier."""

    stages: int
    mean: float = 1.0

    def __call__(self, random: Random) -> float:
        return random.gammavariate(self.stages, self.mean / self.stages)

    def hazard(self, age: float) -> float:
        """Density over survival, both without their common exponential."""
        steps = age * self.stages / self.mean
        term, total = 1.0, 1.0
        for k in range(1, self.stages):
            term *= steps / k
            total += term
        return self.stages / self.mean * term / total


@dataclass(frozen=True, slots=True)
class Hyperexponential:
    """Two kinds, many short and few long, both with the same part of the mean."""

    variability: float
    """Variance over squared mean."""
    mean: float = 1.0

    def _parts(self) -> tuple[tuple[float, float], tuple[float, float]]:
        often = (1 + math.sqrt((self.variability - 1) / (self.variability + 1))) / 2
        return (
            (often, 2 * often / self.mean),
            (1 - often, 2 * (1 - often) / self.mean),
        )

    def __call__(self, random: Random) -> float:
        (often, fast), (_, slow) = self._parts()
        return random.expovariate(fast if random.random() < often else slow)

    def hazard(self, age: float) -> float:
        alive = [share * math.exp(-rate * age) for share, rate in self._parts()]
        rates = [rate for _, rate in self._parts()]
        return sum(a * r for a, r in zip(alive, rates, strict=True)) / sum(alive)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """As talks are: few very long ones."""

    variability: float = 1.0
    mean: float = 1.0

    def __call__(self, random: Random) -> float:
        spread = math.log(1 + self.variability)
        return random.lognormvariate(math.log(self.mean) - spread / 2, math.sqrt(spread))


@dataclass(frozen=True, slots=True)
class Between:
    """Equally likely from ``least`` to ``most``."""

    least: float
    most: float

    def __call__(self, random: Random) -> float:
        return random.uniform(self.least, self.most)
