"""Whether new callers are turned away because there is more to do than can be done.

Those who wait come first: what they hear, what is decided for them, and their hanging up, suffer
from every caller more. How much we suffer is one length: how late the worst of what is measured is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcore.domain.policies import OverloadPolicy

RISE_PER_SECOND = 0.2
FALL_PER_SECOND = 0.1
"""How fast the share of those turned away grows while we are late, and shrinks once we are not:
slowly enough to see what it does.
"""

LONGEST_LOOK_SECONDS = 1.0
"""A process that was stopped has not been late for all the time: nothing of it says what comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How it stands after a look. Instants are seconds of any clock that goes on evenly."""

    looked_at: float
    share: float = 0.0
    """Of new callers, how many are turned away: 0 to 1."""
    late_since: float | None = None
    calm_since: float | None = None
    turned_away: float = 0.0
    """The part of a caller that is owed to the share."""

    @property
    def is_shedding(self) -> bool:
        """True while somebody is turned away."""
        return self.share > 0


def looked(load: Load, policy: OverloadPolicy, late_seconds: float, now: float) -> Load:
    """The load after a look that found us so late.

    It begins when we have been late for ``late_for_seconds`` without a break. From then on the
    share grows while we are late, stays as it is in between, and shrinks once we have been calm for
    ``calm_for_seconds``.
    """
    passed = min(max(now - load.looked_at, 0.0), LONGEST_LOOK_SECONDS)
    load = replace(load, looked_at=now)
    if late_seconds >= policy.late_seconds:
        since = now if load.late_since is None else load.late_since
        load = replace(load, late_since=since, calm_since=None)
        if load.is_shedding or now - since >= policy.late_for_seconds:
            share = min(load.share + RISE_PER_SECOND * passed, 1.0)
            return replace(load, share=share)
        return load
    load = replace(load, late_since=None)
    if late_seconds >= policy.calm_seconds:
        return replace(load, calm_since=None)
    since = now if load.calm_since is None else load.calm_since
    load = replace(load, calm_since=since)
    if not load.is_shedding or now - since < policy.calm_for_seconds:
        return load
    share = max(load.share - FALL_PER_SECOND * passed, 0.0)
    return replace(load, share=share, turned_away=load.turned_away if share > 0 else 0.0)


def came(load: Load) -> tuple[Load, bool]:
    """A new caller comes: the load, and whether the caller is turned away.

    Of a share of 0.25 every fourth is: evenly, and by no chance.
    """
    owed = load.turned_away + load.share
    is_turned_away = owed >= 1.0 - 1e-9
    return replace(load, turned_away=owed - 1.0 if is_turned_away else owed), is_turned_away
