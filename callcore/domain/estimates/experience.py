"""What was lived of earlier estimates, and how it corrects further ones.

Two things are learnt, slowly: by what factor the mean was wrong, and how often waits were over by
each level (``levels``). Who gave up, or was sent elsewhere, shows only that the wait was longer:
for the mean such a caller counts with the wait that was still to be expected then, for the levels
as censored (Kaplan and Meier, 1958).

Callers who stand in one line live through the same luck, so that each tells but a part: the longer
the line, the more of them are remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp

from callcore.domain.estimates.levels import EDGES, UNCORRECTED, Levels
from callcore.domain.estimates.sums import LONGEST_SECONDS, Term, amount
from callcore.domain.estimates.wait import Wait

FACTOR_LINES, FACTOR_CALLERS = 1000.0, 20_000.0
LEVELS_LINES, LEVELS_CALLERS = 300.0, 6000.0
"""After so many lines, or callers at the latest, what was learnt has faded to about a third. The
levels are those of the corrected mean: they follow it.
"""

TRUSTED = 20.0
"""After so many lines experience counts half."""

SUPPOSED = 3.0
"""So many callers are supposed to have been served at each level just as reckoned."""

MOST_FACTOR = 2.0
"""The mean is not corrected further, either way."""

MOST_STRETCHED = 20.0
"""Nor the hazard at any level."""

HIGHEST_LEVEL = 6.0
"""One wait in 400 is longer; it is no matter how much longer."""

LEAST_MEAN = 0.001
LEAST_RELATIVE_VARIANCE = 1e-6
"""What is below cannot have been told to a caller."""

LONGEST_LIVED = 10.0
"""A longer wait, in means, says no more than that."""

_EXPECTED_FURTHER = (
    (0.32254768961939, 0.60315410434163),
    (1.74576110115835, 0.35741869243780),
    (4.53662029692113, 0.03888790851501),
    (9.39507091230113, 0.00053929470556),
)
"""Nodes and weights of Gauss and Laguerre: how far above a level it ends, once it is reached."""


@dataclass(frozen=True, slots=True)
class Experience:
    """What to make of a reckoned wait."""

    factor: float = 1.0
    levels: Levels = UNCORRECTED

    def corrected(self, mean: float, variance: float, *, is_settled: bool) -> Wait:
        """The wait of which that was reckoned; nothing is to be learnt from it unless the rates it
        was reckoned from are settled.
        """
        return Wait(
            mean=mean * self.factor,
            variance=variance * self.factor**2,
            reckoned_mean=mean if is_settled else None,
            levels=self.levels,
        )


UNTAUGHT = Experience()


def lesson(seconds: float, expected: Wait, *, is_served: bool) -> Iterator[Term]:
    """A wait that was ``expected`` has ended after ``seconds``, or may have gone on elsewhere."""
    if expected.reckoned_mean is None or not _is_usable(expected):
        return
    level = min(expected.level_of(seconds), HIGHEST_LEVEL)
    lived = seconds if is_served else _expected_beyond(level, expected)
    lived = min(lived, LONGEST_LIVED * expected.mean)
    line_share = min(_relative_variance(expected), 1.0)
    kept = exp(-max(line_share / FACTOR_LINES, 1 / FACTOR_CALLERS))
    yield Term(name="lines_lived", kept=kept, added=line_share)
    yield Term(name="reckoned_seconds", kept=kept, added=expected.reckoned_mean)
    yield Term(name="lived_seconds", kept=kept, added=lived)
    kept = exp(-max(line_share / LEVELS_LINES, 1 / LEVELS_CALLERS))
    for index, begin in enumerate(EDGES):
        last = index == len(EDGES) - 1 or level < EDGES[index + 1]
        passed = (level if last else EDGES[index + 1]) - begin
        yield Term(name=f"level:{index}", kept=kept, added=passed)
        yield Term(name=f"over:{index}", kept=kept, added=float(is_served and last))
        if last:
            return


def experience(sums: Mapping[str, float]) -> Experience:
    """What the sums say; without any, nothing is corrected."""
    lines = amount(sums, "lines_lived")
    reckoned = amount(sums, "reckoned_seconds")
    if not lines or not reckoned:
        return UNTAUGHT
    trust = lines / (lines + TRUSTED)
    factor = 1 + trust * (amount(sums, "lived_seconds") / reckoned - 1)
    return Experience(
        factor=min(max(factor, 1 / MOST_FACTOR), MOST_FACTOR),
        levels=Levels(tuple(_hazard(sums, index, trust) for index in range(len(EDGES)))),
    )


def _hazard(sums: Mapping[str, float], index: int, trust: float) -> float:
    over, passed = amount(sums, f"over:{index}"), amount(sums, f"level:{index}")
    hazard = 1 + trust * ((over + SUPPOSED) / (passed + SUPPOSED) - 1)
    return min(max(hazard, 1 / MOST_STRETCHED), MOST_STRETCHED)


def _is_usable(expected: Wait) -> bool:
    """False for what is no wait in a queue, whatever the sums have come to say."""
    if not LEAST_MEAN <= expected.mean <= LONGEST_SECONDS:
        return False
    return LEAST_RELATIVE_VARIANCE <= _relative_variance(expected) <= 1 / LEAST_RELATIVE_VARIANCE


def _relative_variance(expected: Wait) -> float:
    """One over the number of callers in a line of such a wait."""
    return expected.variance / expected.mean**2


def _expected_beyond(level: float, expected: Wait) -> float:
    """The mean of the waits that are not over by a level."""
    lived = expected.levels.lived(level)
    return sum(
        weight * expected.seconds_at(expected.levels.reckoned(lived + further))
        for further, weight in _EXPECTED_FURTHER
    )
