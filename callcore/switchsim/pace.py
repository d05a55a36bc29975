"""Time and chance for whoever is simulated: one clock, one seeded source, one speed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from callcore.ports.surroundings import Clock
    from callcore.switchsim.distributions import Distribution

_ID_BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """People and sounds are ``speed`` times as fast as real ones; the protocol is not."""

    clock: Clock
    chance: random.Random
    speed: float

    def draw(self, distribution: Distribution) -> float:
        """A length drawn from a distribution, in seconds of the clock."""
        return distribution.draw(self.chance) / self.speed

    def fresh_uuid(self) -> str:
        """A new id, the same for the same seed."""
        return str(uuid.UUID(int=self.chance.getrandbits(_ID_BITS), version=4))
