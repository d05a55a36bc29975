"""Making a person unknown who asks for it: in the records, on the floor, among what is promised.

What counts is kept: that somebody called then, waited so long and talked with that agent. Refused
while the person is on the line: there would be a record of the call afterwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from callcore.domain import phone_numbers
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import MICROS_PER_SECOND, CallId
from callcore.flows.crew import Crew
from callcore.flows.site import Site
from callcore.ports.forgetting import FileEnd, IsSame, Keeper, KeptRecording, merged
from callcore.ports.operations import (
    NotReadyError,
    NotWaitingError,
    NumberOnCallError,
    OutOfRangeError,
    UnknownCallError,
)
from callcore.ports.operations.forgetting import Forgotten
from callcore.ports.record_spool import SpoolUnavailableError
from callcore.ports.stores import FloorCall, FloorCallState, StoreError

PENDING_SECONDS = 15.0
"""How long records of the person may take to reach Postgres, the withdrawn promises among them."""
LOOK_SECONDS = 0.25

Withdraw = Callable[[CallId, str], None]
"""Takes a promise back on behalf of somebody."""


class Forgetting:
    """Makes people unknown."""

    def __init__(self, site: Site, crew: Crew, withdraw: Withdraw) -> None:
        self._site = site
        self._crew = crew
        self._withdraw = withdraw

    def forget(self, number: str, *, by: str, is_dry_run: bool) -> Forgotten:
        """Takes a number out of the past in whichever form it was written.

        Raises ``OutOfRangeError`` (no number), ``NumberOnCallError``, ``NotReadyError``.
        """
        keeper = self._site.keeper
        if keeper is None:
            raise NotReadyError("there is no history here to take anybody out of")
        known = self._identified(number)
        if not known:
            raise OutOfRangeError(
                "this is no phone number: give one as +48221234567, or as dialled"
            )
        try:
            return self._forget(keeper, known, by, is_dry_run=is_dry_run)
        except (StoreError, SpoolUnavailableError) as error:
            raise NotReadyError(f"not all of it could be done, ask again: {error}") from error

    def _forget(self, keeper: Keeper, known: str, by: str, *, is_dry_run: bool) -> Forgotten:
        def is_same(text: str) -> bool:
            return self._identified(text) == known

        queues = tuple(self._site.policy.queues)
        promises = self._promises(is_same)
        digits = known.removeprefix("+")[-phone_numbers.LEAST_NATIONAL_DIGITS :]
        shown = phone_numbers.shorten(known)
        if is_dry_run:
            found = keeper.history.traces(digits, is_same)
            on_floor = keeper.floor.remembered(queues, known)
            counts = merged((found.counts, on_floor, {"promises": len(promises)}))
            return Forgotten(number=shown, counts=counts, is_dry_run=True)
        for promise in promises:
            with contextlib.suppress(UnknownCallError, NotWaitingError):  # looked at again below
                self._withdraw(promise.call_id, by)
        self._await_records(keeper, is_same)
        self._promises(is_same)  # may raise: the person has called meanwhile
        found = keeper.history.traces(digits, is_same)
        removed, left = _removed(keeper, found.recordings)
        counts = merged(
            (
                keeper.floor.forget(queues, known),
                {"set_aside_records": keeper.floor.forget_set_aside(is_same)},
                keeper.history.make_nobodys(found, removed, by=by, subject=shown),
                {"promises": len(promises), "recordings_left": len(left)},
            )
        )
        paths = tuple(recording.path for recording in left)
        return Forgotten(number=shown, counts=counts, recordings_left=paths)

    def _identified(self, number: str) -> str:
        return phone_numbers.identified(number, self._site.policy.dialplan.home)

    def _promises(self, is_same: IsSame) -> list[FloorCall]:
        """Those that wait. Raises ``NumberOnCallError`` if the person is on the line."""
        promises = []
        for call in self._calls():
            if not is_same(call.caller_number) or call.state is FloorCallState.ENDED:
                continue
            if call.callback is None or call.state is not FloorCallState.WAITING:
                raise _on_call(call.caller_number)
            promises.append(call)
        waiting = {promise.call_id for promise in promises}
        for ledger in tuple(self._crew.ledgers.values()):
            caller = ledger.caller
            if is_same(caller.number) and caller.call_id not in waiting:
                raise _on_call(caller.number)
        return promises

    def _calls(self) -> Iterator[FloorCall]:
        for node in (*self._site.switches, CALLBACKS):
            yield from self._site.waiting_room.calls(node)

    def _await_records(self, keeper: Keeper, is_same: IsSame) -> None:
        """Until Postgres has every record of the person: one that came later would stay."""
        clock, keeping = self._site.clock, self._crew.keeping
        until = clock.now() + round(PENDING_SECONDS * MICROS_PER_SECOND)
        while True:
            pending = keeper.floor.pending(is_same)
            if not pending and not keeping.held_count and not keeping.spooling.length:
                return
            if clock.now() >= until:
                raise NotReadyError(
                    "records wait for Postgres, this person's perhaps among them: ask again when "
                    "callcore_records_pending is 0"
                )
            clock.sleep(LOOK_SECONDS)


def _removed(
    keeper: Keeper, recordings: tuple[KeptRecording, ...]
) -> tuple[list[KeptRecording], list[KeptRecording]]:
    """Those whose files are no more, and those that are out of reach."""
    removed: list[KeptRecording] = []
    left: list[KeptRecording] = []
    for recording in recordings:
        is_left = keeper.files.remove(recording.path) is FileEnd.OUT_OF_REACH
        (left if is_left else removed).append(recording)
    return removed, left


def _on_call(number: str) -> NumberOnCallError:
    return NumberOnCallError(
        f"{phone_numbers.shorten(number)} is on the line right now: ask again after the call"
    )
