"""Turning new callers away while there is more to do than can be done.

How late we are is looked at ten times a second: how late this very look is (the event loop), and
what others measure of themselves, each a length in seconds. The worst counts. What only this
process holds, because neither Redis nor the disk takes it, must not grow without end either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcore.domain import overload
from callcore.domain.events import (
    CallTurnedAway,
    LoadLooked,
    OverloadBegan,
    OverloadEnded,
    StoreFailed,
)
from callcore.domain.ids import MICROS_PER_SECOND, Micros, seconds_between
from callcore.domain.overload import Load
from callcore.domain.policies import BUSY_CAUSE
from callcore.flows.site import Site
from callcore.ports.switch_events import LegParked
from callcore.ports.telephony import TelephonyError

LOOK_SECONDS = 0.1
CALM_LOOK_SECONDS = 0.4
"""Once nothing has been late for a while: an idle process is not to wake for nothing."""

TELL_SECONDS = 10.0
"""How often the share is told while it is not 0."""

EVENT_LOOP = "event_loop"

Strain = Callable[[], float]
"""By how many seconds something is late now; quick, and raises nothing."""

UNKEPT = "unkept"

MOST_UNKEPT = 10_000
"""So many records and changes that nobody else has count as being late: some 50 MB. Callers who are
turned away have records too; with twice as many they have none, and are counted only."""

OF_EARLIER_DEALINGS = ("callcore_joined_at", "callcore_waits_in", "callcore_promised")
"""Variables of a leg that was ours before: who comes back with them is no new caller."""


class Overload:
    """Looks at how late we are, and says of new callers whether they are taken."""

    def __init__(
        self,
        site: Site,
        strains: Mapping[str, Strain],
        unkept_count: Callable[[], int],
    ) -> None:
        self._site = site
        self._strains = strains
        self._unkept_count = unkept_count
        self.most_unkept = MOST_UNKEPT
        self._load = Load(looked_at=self._seconds())
        self._what, self._late_seconds = EVENT_LOOP, 0.0
        self._began_at = Micros(0)
        self._told_at = Micros(0)
        self._turned_away_count = 0

    @property
    def trouble(self) -> str:
        """What there is too much of and what is done about it; empty while everybody is taken."""
        if not self._load.is_shedding:
            return ""
        turned_away = f"turns away {self._load.share:.0%} of new callers"
        if self._late_seconds < self._site.policy.overload.calm_seconds:
            return f"{turned_away}, ever fewer: nothing is late any more"
        return f"{turned_away}: {self._what} is {self._late_seconds:.1f} s late"

    def run(self) -> None:
        """Looks, for ever."""
        clock = self._site.clock
        while True:
            began, seconds = clock.now(), self._seconds_until_next()
            clock.sleep(seconds)
            self.look(max(seconds_between(began, clock.now()) - seconds, 0.0))

    def look(self, loop_late_seconds: float) -> None:
        """Takes note of how late we are."""
        late = {EVENT_LOOP: loop_late_seconds}
        late |= {what: strain() for what, strain in self._strains.items()}
        policy = self._site.policy.overload
        if self._unkept_count() >= self.most_unkept:
            late[UNKEPT] = max(*late.values(), policy.late_seconds)
        self._what = max(late, key=late.__getitem__)
        self._late_seconds = late[self._what]
        was_shedding = self._load.is_shedding
        if policy.enabled:
            self._load = overload.looked(self._load, policy, self._late_seconds, self._seconds())
        else:
            self._load = Load(looked_at=self._seconds())
        self._tell(was_shedding=was_shedding)

    def turns_away(self, arrival: LegParked) -> bool:
        """True if a caller who has just been parked is not to be taken."""
        if not self._load.is_shedding:
            return False
        if any(arrival.variables.get(name) for name in OF_EARLIER_DEALINGS):
            return False
        self._load, is_turned_away = overload.came(self._load)
        self._turned_away_count += is_turned_away
        return is_turned_away

    @property
    def may_record(self) -> bool:
        """False if there is no room for records of those who are turned away."""
        return self._unkept_count() < 2 * self.most_unkept

    def refuse_unrecorded(self, arrival: LegParked) -> None:
        """Ends a new caller's line; nothing of it is kept."""
        site, node = self._site, arrival.node
        try:
            site.switches[node].hang_up(arrival.leg_id, BUSY_CAUSE)
        except TelephonyError as error:  # the dialplan's dead man's switch takes the caller
            now, reason = site.clock.now(), f"{node}: {error}"
            site.facts.publish(StoreFailed(at=now, store="floor", reason=reason))
        site.facts.publish(
            CallTurnedAway(at=arrival.at, node=node, leg_id=arrival.leg_id, is_refused=True)
        )

    def _seconds_until_next(self) -> float:
        load, policy = self._load, self._site.policy.overload
        calm_since = None if load.is_shedding else load.calm_since
        is_calm = calm_since is not None and (
            self._seconds() - calm_since >= policy.calm_for_seconds
        )
        return CALM_LOOK_SECONDS if is_calm else LOOK_SECONDS

    def _tell(self, *, was_shedding: bool) -> None:
        now, load = self._site.clock.now(), self._load
        if load.is_shedding and not was_shedding:
            self._began_at, self._told_at, self._turned_away_count = now, now, 0
            self._site.facts.publish(
                OverloadBegan(at=now, what=self._what, late_seconds=self._late_seconds)
            )
        elif was_shedding and not load.is_shedding:
            self._site.facts.publish(
                OverloadEnded(
                    at=now,
                    turned_away_count=self._turned_away_count,
                    lasted_seconds=seconds_between(self._began_at, now),
                )
            )
        elif load.is_shedding and seconds_between(self._told_at, now) >= TELL_SECONDS:
            self._told_at = now
            self._site.facts.publish(
                LoadLooked(
                    at=now, share=load.share, what=self._what, late_seconds=self._late_seconds
                )
            )

    def _seconds(self) -> float:
        return self._site.clock.now() / MICROS_PER_SECOND
