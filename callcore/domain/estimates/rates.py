"""What a queue has been taught, read from its sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcore.domain.estimates import agent_time, overtaking, patience
from callcore.domain.estimates.agent_time import Remembered
from callcore.domain.estimates.experience import UNTAUGHT, Experience, experience
from callcore.domain.estimates.sums import LONGEST_SECONDS, amount

LEAST_SERVED_WEIGHT = 4.9
"""Five served callers, of whom the first have faded a little, tell how long serving one takes;
fewer do not."""

LEAST_SERVICE_SECONDS = 0.001
"""Nobody is served in less; sums that say so have faded to nothing."""

LEAST_SHARED_WEIGHT = 20.0
"""So many callers of shared agents tell how these are shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What a queue has taught so far, recent callers counting more; weights need not be whole."""

    served_weight: float = 0.0
    served_seconds: float = 0.0
    """Of agents, from being reserved to being free again, summed by weight."""
    served_squares: float = 0.0
    """The same squared."""
    served_lately: tuple[Remembered, ...] = ()
    """The same by shorter memories."""
    answer_seconds: float = 0.0
    """Of that, from being reserved to talking."""
    answer_squares: float = 0.0
    served_by_class: tuple[float, ...] = ()
    """The weight by classes of priority."""
    abandoned_weight: float = 0.0
    waited_seconds: float = 0.0
    """The waits of all callers, served or not, summed by weight."""
    hazards: tuple[float, ...] = ()
    """Of giving up, by ranges of ages, a second; () if it is one for all."""
    last_wait_seconds: float | None = None
    """Of the last caller served; ``None`` if nobody has been."""
    experience: Experience = UNTAUGHT
    shared_weight: float = 0.0
    """How often an agent of several queues became free while somebody waited here."""
    shared_here_weight: float = 0.0
    """So often the agent took one of those."""
    busy_share: float = 1.0
    """Of the agents, as those who came found them."""

    @property
    def share(self) -> float | None:
        """Of the time of agents of several queues, what this queue has while somebody waits in
        it; ``None`` if there is too little to know.
        """
        if self.shared_weight < LEAST_SHARED_WEIGHT:
            return None
        return min((self.shared_here_weight + 0.5) / (self.shared_weight + 1), 1.0)

    @property
    def is_service_known(self) -> bool:
        """True if enough callers have been served."""
        return self.served_weight >= LEAST_SERVED_WEIGHT and self.served_seconds > 0

    @property
    def mean_service_seconds(self) -> float:
        """How long a caller keeps an agent; only if that is known."""
        longest = Remembered(self.served_weight, self.served_seconds)
        mean = agent_time.mean_seconds((longest, *self.served_lately), self.served_squares)
        return min(max(mean, LEAST_SERVICE_SECONDS), LONGEST_SECONDS)

    @property
    def mean_answer_seconds(self) -> float:
        """From the choice of an agent to the talk; only if somebody has been served."""
        return min(self.answer_seconds / self.served_weight, LONGEST_SECONDS)

    @property
    def answer_variance(self) -> float:
        """In seconds squared."""
        return max(self.answer_squares / self.served_weight - self.mean_answer_seconds**2, 0.0)

    @property
    def abandoning_rate(self) -> float:
        """How many of those who wait give up in a second."""
        return _abandoning_rate(self.abandoned_weight, self.waited_seconds)


def rates(sums: Mapping[str, float]) -> Rates:
    """What the sums say; those unknown or missing are nothing."""
    longest, *shorter = agent_time.memories(sums)
    abandoned_weight = amount(sums, "abandoned_weight")
    waited_seconds = amount(sums, "waited_seconds")
    mean_hazard = _abandoning_rate(abandoned_weight, waited_seconds)
    return Rates(
        served_weight=longest.weight,
        served_seconds=longest.seconds,
        served_squares=amount(sums, "served_squares"),
        served_lately=tuple(each for each in shorter if each.weight > 0),
        answer_seconds=amount(sums, "answer_seconds"),
        answer_squares=amount(sums, "answer_squares"),
        served_by_class=overtaking.by_class(sums),
        abandoned_weight=abandoned_weight,
        waited_seconds=waited_seconds,
        hazards=patience.hazards(sums, mean_hazard),
        last_wait_seconds=amount(sums, "last_wait_seconds") or None,
        experience=experience(sums),
        shared_weight=amount(sums, "shared_weight"),
        shared_here_weight=amount(sums, "shared_here_weight"),
        busy_share=overtaking.busy_share(sums),
    )


def _abandoning_rate(abandoned_weight: float, waited_seconds: float) -> float:
    if waited_seconds <= 0:
        return 0.0
    return min(abandoned_weight / waited_seconds, patience.MOST_IMPATIENT)
