"""When agents of higher levels may be asked there, as callcore's tiers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callcore.domain.policies import HIGHEST_TIER


def fitted(values: Iterable[int]) -> dict[int, int]:
    """What each value becomes that callcore takes from 1 to ``HIGHEST_TIER``: itself if all fit.

    Otherwise they are counted from 1 in their order, those beyond the highest being the highest.
    """
    known = sorted(set(values))
    if not known or (known[0] >= 1 and known[-1] <= HIGHEST_TIER):
        return {value: value for value in known}
    return {value: min(place, HIGHEST_TIER) for place, value in enumerate(known, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """Tiers of a queue."""

    seconds: float
    differing: Mapping[int, tuple[float, float]]
    """Levels that open at another time: when there, when here, in seconds of waiting."""


def relaxation(opens_at: Mapping[int, float]) -> Relaxation | None:
    """The tiers that open levels like that; ``None`` if all may be asked at once.

    ``opens_at`` has each level in use with the seconds of waiting after which it opens, infinite
    for never. callcore opens the first at once and each further one so much later.
    """
    levels = sorted(opens_at)
    usual = (
        opens_at[level] / place
        for place, level in enumerate(levels)
        if place and 0 < opens_at[level] < math.inf
    )
    seconds = next(usual, None)
    if seconds is None:
        return None
    here = {level: place * seconds for place, level in enumerate(levels)}
    return Relaxation(
        seconds=seconds,
        differing={
            level: (opens_at[level], at)
            for level, at in here.items()
            if not math.isclose(opens_at[level], at)
        },
    )
