"""Shards that are another worker's from now on: their calls are dropped here.

Before a shard is given away, what was begun with its calls is finished as far as that is a matter
of moments: calls at their end come to it, scripts that wait for an answer get it, and the floor
hears of everything. One that is lost is dropped as it is: others act on it already.
"""

from __future__ import annotations

from collections.abc import Collection

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.sharding import Shard, shard_of_leg, shard_of_promise
from callcore.flows.crew import Crew
from callcore.flows.handing_over import Scripts
from callcore.flows.messages import (
    CallerOff,
    LanguageAsked,
    Message,
    MoveAsked,
    PriorityAsked,
    RangIn,
    WithdrawalAsked,
)
from callcore.flows.messages.between import Forwarded
from callcore.flows.site import Site
from callcore.flows.switchboard import is_for_us
from callcore.ports.operations import NotReadyError
from callcore.ports.switch_events import LegEnded, LegParked, SwitchEvent

GIVING_SECONDS = 1.0
"""How long scripts that come to their end are waited for."""

LOOK_SECONDS = 0.005

HEARD_ON_SECONDS = 1.0
"""So long legs that were given away are heard of: others hear of them by then."""


class GivingUp:
    """Drops calls."""

    def __init__(self, site: Site, crew: Crew, scripts: Scripts) -> None:
        self._site = site
        self._crew = crew
        self._scripts = scripts
        self._unread: list[Forwarded] = []
        self._given: dict[LegId, NodeName] = {}
        """Callers' legs of calls that nobody may follow yet."""
        self._left: set[Shard] = set()
        """Shards whose next worker may not hear of their legs yet."""

    def release(self, shards: Collection[Shard]) -> None:
        """Lets go of what is about to be given away; takes a second at most."""
        self._site.tenure.withhold(shards)
        deadline = self._site.clock.now() + GIVING_SECONDS * 1e6
        board = self._crew.switchboard
        while any(map(board.is_at_turning, board.calls_of(shards))) and not self._is_past(deadline):
            self._site.clock.sleep(LOOK_SECONDS)
        dropped = self.drop(shards)
        while not self._scripts.are_over(dropped) and not self._is_past(deadline):
            self._site.clock.sleep(LOOK_SECONDS)
        while not self._crew.changes.flush(dropped) and not self._is_past(deadline):
            self._site.clock.sleep(LOOK_SECONDS)
        self._crew.changes.forget(dropped)
        self._crew.passing.leave(dropped)

    def lose(self, shards: Collection[Shard]) -> list[CallId]:
        """Drops whatever is followed of them; does not wait. The calls dropped."""
        dropped = self.drop(shards)
        self._crew.changes.forget(dropped)
        self._crew.passing.forget(dropped)
        self._left.update(shards)
        self._send_unread()
        given = self._given_of(shards)
        self._site.clock.after(HEARD_ON_SECONDS, lambda: self._forget(given, shards))
        return dropped

    def regain(self, shards: Collection[Shard]) -> None:
        """They were not given after all, or have come back."""
        self._forget(self._given_of(shards), shards)
        self._send_unread()

    def hear(self, event: SwitchEvent) -> None:
        """The end of a call that was dropped is told to its next worker, who may not hear yet, and
        so is who arrives just now.
        """
        match event:
            case LegEnded() if event.leg_id in self._given:
                self._tell(self._given.pop(event.leg_id), event)
            case LegParked() if is_for_us(event) and self._is_passing(event):
                self._tell(event.node, event)
            case _:
                pass

    def _is_passing(self, parked: LegParked) -> bool:
        shard, tenure = shard_of_leg(parked.node, parked.leg_id), self._site.tenure
        return not tenure.holds(shard) and (shard in tenure.held or shard in self._left)

    def _tell(self, node: NodeName, event: LegEnded | LegParked) -> None:
        self._unread.append(Forwarded(call_id=CallId(event.leg_id), node=node, message=event))
        if shard_of_leg(node, event.leg_id) not in self._site.tenure.held:
            self._send_unread()

    def drop(self, shards: Collection[Shard]) -> list[CallId]:
        """Drops their calls; a call of ours on a line that is lost is told of the line all the
        same.
        """
        calls = self._crew.switchboard.calls_of(shards)
        for call_id in calls:
            self._drop(call_id, shards)
        self._crew.switchboard.hear_lost(shards)
        return calls

    def _drop(self, call_id: CallId, shards: Collection[Shard]) -> None:
        crew = self._crew
        self._scripts.drop(call_id)
        waiter = crew.waiters.get(call_id)
        if waiter is not None:
            crew.waiters.remove(waiter)
        crew.lines.hand_over(LegId(call_id))
        node, ledger = crew.switchboard.node_of(call_id), crew.ledgers.pop(call_id, None)
        if ledger is not None and node is not None:
            # A promise goes with its own shard where that of its line stays.
            with_line, promised = shard_of_leg(node, LegId(call_id)), shard_of_promise(call_id)
            crew.passing.dropped(with_line if with_line in shards else promised, ledger)
        if node is not None:
            self._given[LegId(call_id)] = node
        for message in crew.switchboard.drop(call_id):
            self._put_aside(call_id, message)

    def _put_aside(self, call_id: CallId, message: Message) -> None:
        """An operator may ask again; what only one worker has told is told to the next one."""
        match message:
            case PriorityAsked() | WithdrawalAsked() | MoveAsked() | LanguageAsked():
                sentence = f"call {call_id} goes to another worker just now: ask again"
                message.reply.refuse(NotReadyError(sentence))
            case RangIn() | CallerOff():
                self._unread.append(Forwarded(call_id=call_id, node=CALLBACKS, message=message))
            case _:
                pass

    def _given_of(self, shards: Collection[Shard]) -> list[LegId]:
        """Those given with these shards: be it that of the legs, or that of the promise."""
        return [
            leg_id
            for leg_id, node in self._given.items()
            if shard_of_leg(node, leg_id) in shards or shard_of_promise(CallId(leg_id)) in shards
        ]

    def _forget(self, given: Collection[LegId], shards: Collection[Shard]) -> None:
        self._left.difference_update(shards)
        for leg_id in given:
            self._given.pop(leg_id, None)

    def _send_unread(self) -> None:
        unread, self._unread = self._unread, []
        for one in unread:
            self._crew.switchboard.post(one.call_id, one.message, one.node)

    def _is_past(self, deadline: float) -> bool:
        return self._site.clock.now() >= deadline
