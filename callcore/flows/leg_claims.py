"""Whose each leg is: claimed by one call, and kept besides by the script of a standing line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from callcore.domain.ids import CallId, LegId, Micros
from callcore.ports.switch_events import LegBridged, LegEnded, LegEvent


class LegClaims:
    """The legs of the calls that are followed here."""

    def __init__(self, now: Callable[[], Micros]) -> None:
        self._now = now
        self._calls_by_leg: dict[LegId, CallId] = {}
        self._claimed_at: dict[LegId, Micros] = {}
        self._legs_by_call: dict[CallId, set[LegId]] = {}
        self._kept: dict[LegId, CallId] = {}
        self._kept_at: dict[LegId, Micros] = {}
        self._over: set[LegId] = set()
        """Legs still claimed or kept whose end has been told."""
        self._joining: set[LegId] = set()
        """Agents' legs that are being joined with their callers'."""

    def __iter__(self) -> Iterator[tuple[LegId, CallId]]:
        """The legs that are claimed, with their calls."""
        return iter(self._calls_by_leg.items())

    def begin(self, call_id: CallId) -> None:
        """A call is followed from now on, that may claim legs."""
        self._legs_by_call[call_id] = set()

    def claim(self, leg_id: LegId, call_id: CallId) -> None:
        """The leg, which no other call has claimed, is the call's. Raises ``KeyError``, and claims
        nothing, if the call is not followed.
        """
        self._legs_by_call[call_id].add(leg_id)
        self._calls_by_leg[leg_id] = call_id
        self._claimed_at[leg_id] = self._now()

    def release(self, leg_id: LegId) -> bool:
        """Ends that; false if no call had claimed the leg."""
        call_id = self._calls_by_leg.pop(leg_id, None)
        if call_id is None:
            return False
        self._claimed_at.pop(leg_id, None)
        self._legs_by_call[call_id].discard(leg_id)
        self._joining.discard(leg_id)
        if leg_id not in self._kept:
            self._over.discard(leg_id)
        return True

    def keep(self, leg_id: LegId) -> None:
        """The leg is a standing line's, whose script has the leg's own id."""
        self._over.discard(leg_id)
        self._kept[leg_id] = CallId(leg_id)
        self._kept_at[leg_id] = self._now()

    def end(self, call_id: CallId) -> set[LegId]:
        """A call is not followed any more; the legs that it had claimed."""
        claimed = self._legs_by_call.pop(call_id, set())
        for leg_id in claimed:
            del self._calls_by_leg[leg_id]
            del self._claimed_at[leg_id]
            self._over.discard(leg_id)
            self._joining.discard(leg_id)
        own = LegId(call_id)
        self._over.discard(own)
        self._kept.pop(own, None)
        self._kept_at.pop(own, None)
        return claimed

    def readers(self, event: LegEvent) -> list[CallId]:
        """Who hears of an event: the call that has claimed the leg, and who keeps the leg, or that
        of the partner in a bridge. A leg's end is noted.
        """
        found = [self._calls_by_leg.get(event.leg_id), self._kept.get(event.leg_id)]
        if isinstance(event, LegBridged):
            self._joining.discard(event.other_leg_id)
            found.append(self._kept.get(event.other_leg_id))
        readers = [call_id for call_id in dict.fromkeys(found) if call_id is not None]
        if readers and isinstance(event, LegEnded):
            self._over.add(event.leg_id)
        return readers

    def claimant_of(self, leg_id: LegId) -> CallId | None:
        """The call that has claimed a leg."""
        return self._calls_by_leg.get(leg_id)

    def keeper_of(self, leg_id: LegId) -> CallId | None:
        """The script of a standing line; ``None`` if the leg is none."""
        return self._kept.get(leg_id)

    def follows(self, leg_id: LegId) -> bool:
        """True if the leg is somebody's."""
        return leg_id in self._calls_by_leg or leg_id in self._kept

    def awaits_end(self, leg_id: LegId) -> bool:
        """True if the leg is somebody's and its end was not told yet."""
        return self.follows(leg_id) and leg_id not in self._over

    def joins(self, leg_id: LegId) -> None:
        """An agent's leg is being joined with the caller's."""
        self._joining.add(leg_id)

    def is_at_turning(self, call_id: CallId, *, is_promise: bool) -> bool:
        """True if a leg of the call is being joined with another, or the end of the caller's was
        told, or of any of a promise.
        """
        return any(
            leg_id in self._joining
            or (leg_id in self._over and (leg_id == LegId(call_id) or is_promise))
            for leg_id in self._legs_by_call.get(call_id, ())
        )

    def since(self, at: Micros, counts: Callable[[CallId], bool]) -> dict[LegId, CallId]:
        """Whose the legs are that were somebody's by then, and whose end was not told; of calls
        and scripts that count.
        """
        kept = ((leg, keeper) for leg, keeper in self._kept.items() if self._kept_at[leg] <= at)
        claimed = ((leg, call) for leg, call in self if self._claimed_at[leg] <= at)
        return {
            leg: whose
            for leg, whose in (*kept, *claimed)
            if counts(whose) and leg not in self._over
        }
