"""Ledgers that go from one worker to the next with their calls, where a hand-over is planned.

Who lets go of a call has noted what is to be found nowhere else: keys, decisions, wishes. So the
ledger is left on the floor before the shard is given, and taken up before the call is adopted.
After a death there is none: the call's record has what the floor and the leg know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.ids import CallId, LegId, Micros, NodeName, shard_of
from callcore.domain.ledger import CallLedger, CallNotes
from callcore.domain.sharding import Shard
from callcore.flows.site import Site
from callcore.ports.stores import StoreError
from callcore.runtime.wire import UnreadableError, Wire

VERSION: Final = 1
"""Of what the notes mean. A ledger of another version is not taken up; fields may come and go."""

KEPT_SECONDS: Final = 60.0
"""So long a ledger waits for the next worker, on the floor and then with that worker."""

MOST_BYTES: Final = 256 * 1024
"""A longer ledger is left without its decisions, and if that is too long still, not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftLedger:
    """What is written."""

    version: int
    notes: CallNotes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dropped:
    """The ledger of a call that is about to be given away."""

    shard: Shard
    ledger: CallLedger
    at: Micros

    def notes(self) -> CallNotes:
        return replace(self.ledger.notes(), left_at=self.at)


_WIRE: Final = Wire[LeftLedger](LeftLedger)


class LedgerPassing:
    """Leaves ledgers for others, and takes up theirs."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._dropped: dict[CallId, _Dropped] = {}
        self._taken: dict[CallId, CallNotes] = {}

    @property
    def count(self) -> int:
        """How many are here that nobody needs yet, or any more."""
        return len(self._dropped) + len(self._taken)

    def dropped(self, shard: Shard, ledger: CallLedger) -> None:
        """A call is another worker's from now on; its script may note a last thing."""
        now = self._site.clock.now()
        self._dropped[ledger.caller.call_id] = _Dropped(shard=shard, ledger=ledger, at=now)

    def leave(self, call_ids: Collection[CallId]) -> None:
        """Leaves the ledgers of these calls, whose scripts have ended; never fails."""
        left: defaultdict[Shard, dict[CallId, bytes]] = defaultdict(dict)
        for call_id in call_ids:
            dropped = self._dropped.pop(call_id, None)
            text = None if dropped is None else self._text(dropped.notes())
            if dropped is not None and text is not None:
                left[dropped.shard][call_id] = text
        if not left:
            return
        try:
            self._site.left_ledgers.leave(left, KEPT_SECONDS)
        except StoreError as error:
            now = self._site.clock.now()
            self._site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))

    def forget(self, call_ids: Collection[CallId]) -> None:
        """These calls were lost, not given: others follow them already."""
        for call_id in call_ids:
            self._dropped.pop(call_id, None)

    def fetch(self, node: NodeName, digits: str) -> None:
        """Takes what was left with the shards of these digits, promises included, that are ours
        now: before any of their calls is adopted or closed. May raise ``StoreError``.
        """
        tenure = self._site.tenure
        if tenure.is_alone:
            return
        shards = [Shard(where, digit) for where in (node, CALLBACKS) for digit in digits]
        self._fetch([shard for shard in shards if tenure.holds(shard)])

    def notes_of(self, call_id: CallId) -> CallNotes | None:
        """The notes that came with a call which nobody has taken up yet; ``None`` if none did."""
        return self._taken.get(call_id)

    def take_up(self, call_id: CallId) -> CallNotes | None:
        """These notes, of a call that is followed from now on, or closed."""
        return self._taken.pop(call_id, None)

    def unclaimed(self, node: NodeName, digits: str) -> list[CallNotes]:
        """Those of callers on a node whom nobody has taken up."""
        return [
            notes
            for call_id, notes in self._taken.items()
            if notes.caller.node == node
            and not notes.caller.is_callback
            and shard_of(LegId(call_id)) in digits
        ]

    def _fetch(self, shards: Collection[Shard]) -> None:
        fetched = {
            call_id: notes
            for call_id, text in self._site.left_ledgers.take(shards).items()
            if (notes := self._notes(call_id, text)) is not None
        }
        if not fetched:
            return
        self._taken |= fetched

        def forget() -> None:
            for call_id, notes in fetched.items():
                if self._taken.get(call_id) is notes:
                    del self._taken[call_id]

        self._site.clock.after(KEPT_SECONDS, forget)

    def _text(self, notes: CallNotes) -> bytes | None:
        for tried in (notes, replace(notes, decisions=())):
            text = _WIRE.encode(LeftLedger(version=VERSION, notes=tried))
            if len(text) <= MOST_BYTES:
                return text
        self._failed(notes.caller.call_id, f"its {len(text)} bytes are too many to be passed on")
        return None

    def _notes(self, call_id: CallId, text: bytes) -> CallNotes | None:
        try:
            left = _WIRE.decode(text)
        except UnreadableError as error:
            self._failed(call_id, f"what was left cannot be read: {error}")
            return None
        if left.version != VERSION or left.notes.caller.call_id != call_id:
            self._failed(call_id, f"what was left is not for us: version {left.version}")
            return None
        return left.notes

    def _failed(self, call_id: CallId, reason: str) -> None:
        """The call goes on; its record lacks what was noted before."""
        now = self._site.clock.now()
        fault = FlowFailed(at=now, flow="ledger_passing", reason=f"{call_id}: {reason}")
        self._site.facts.publish(fault)
