"""Which call each leg belongs to, and so which mailbox each event of a switch goes to.

An agent's standing line has a script of its own, which hears of its leg always; while a call has
claimed the leg, the call hears of it too.

The switchboard runs in the greenlet that reads the link and therefore only posts and spawns.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.ids import CallId, LegId, Micros, NodeName
from callcore.flows.messages import Message
from callcore.ports.switch_events import (
    LegBridged,
    LegEnded,
    LegEvent,
    LegParked,
    SwitchEvent,
    SwitchLost,
    SwitchRestored,
)
from callcore.runtime.mailbox import Mailbox, MailboxFullError

Arrivals = Callable[[LegParked, Micros], None]
"""Called with a caller's leg that nobody follows, and when it was heard of."""

LinkChanges = Callable[[SwitchRestored | SwitchLost], None]


def is_for_us(parked: LegParked) -> bool:
    """True if the dialplan parked the caller for callcore: it set a ``callcore_`` variable.

    Others may park calls on the same switch (valet parking, other applications).
    """
    return parked.is_inbound and bool(parked.variables)


class Switchboard:
    """The calls this process follows, by call and by leg."""

    def __init__(self, now: Callable[[], Micros], stuck: Callable[[CallId], None]) -> None:
        self._now = now
        self._stuck = stuck
        self._mailboxes: dict[CallId, Mailbox[Message]] = {}
        self._nodes: dict[CallId, NodeName] = {}
        self._calls_by_leg: dict[LegId, CallId] = {}
        self._claimed_at: dict[LegId, Micros] = {}
        self._legs_by_call: dict[CallId, set[LegId]] = {}
        self._kept: dict[LegId, CallId] = {}
        self._kept_at: dict[LegId, Micros] = {}
        self._over: set[LegId] = set()
        """Legs still claimed whose end has been told."""
        self._arrivals: Arrivals | None = None
        self._link_changes: LinkChanges | None = None

    def connect(self, arrivals: Arrivals, link_changes: LinkChanges) -> None:
        """Says who takes new callers and who is told of links; before the first event."""
        self._arrivals = arrivals
        self._link_changes = link_changes

    def deliver(self, event: SwitchEvent) -> None:
        """Takes an event of a switch."""
        if isinstance(event, LegEvent):
            readers = self._readers(event)
            if readers and isinstance(event, LegEnded):
                self._over.add(event.leg_id)
            for call_id in readers:
                self._post(call_id, event)
            if readers:
                return
            if isinstance(event, LegParked) and self._arrivals and is_for_us(event):
                self._arrivals(event, self._now())
        elif isinstance(event, SwitchRestored | SwitchLost) and self._link_changes:
            self._link_changes(event)

    def follow(self, call_id: CallId, node: NodeName, mailbox: Mailbox[Message]) -> None:
        """Begins to follow a call."""
        self._mailboxes[call_id] = mailbox
        self._nodes[call_id] = node
        self._legs_by_call[call_id] = set()

    def relocate(self, call_id: CallId, node: NodeName) -> None:
        """The legs that the call will have are on another node; it has none now."""
        self._nodes[call_id] = node

    def keep(self, leg_id: LegId) -> None:
        """Sends the events of a standing line to the script that follows it by the leg's own id,
        whichever call claims the leg besides.
        """
        self.release(leg_id)
        self._over.discard(leg_id)
        self._kept[leg_id] = CallId(leg_id)
        self._kept_at[leg_id] = self._now()

    def keeper_of(self, leg_id: LegId) -> CallId | None:
        """The script of a standing line; ``None`` if the leg is none."""
        return self._kept.get(leg_id)

    def claimant_of(self, leg_id: LegId) -> CallId | None:
        """The call that has claimed a leg."""
        return self._calls_by_leg.get(leg_id)

    def claim(self, leg_id: LegId, call_id: CallId) -> None:
        """Sends the events of a leg to a call, and no more to one that claimed it before."""
        self.release(leg_id)
        self._calls_by_leg[leg_id] = call_id
        self._claimed_at[leg_id] = self._now()
        self._legs_by_call[call_id].add(leg_id)

    def release(self, leg_id: LegId) -> None:
        """Ends that; events of the leg are nobody's."""
        call_id = self._calls_by_leg.pop(leg_id, None)
        if call_id is not None:
            self._claimed_at.pop(leg_id, None)
            self._legs_by_call[call_id].discard(leg_id)
            if leg_id not in self._kept:
                self._over.discard(leg_id)

    def unfollow(self, call_id: CallId) -> None:
        """Ends following a call and all its legs."""
        self._mailboxes.pop(call_id, None)
        self._nodes.pop(call_id, None)
        for leg_id in self._legs_by_call.pop(call_id, ()):
            del self._calls_by_leg[leg_id]
            del self._claimed_at[leg_id]
            self._over.discard(leg_id)
        self._over.discard(LegId(call_id))
        self._kept.pop(LegId(call_id), None)
        self._kept_at.pop(LegId(call_id), None)

    def node_of(self, call_id: CallId) -> NodeName | None:
        """The node of a call followed here, else ``None``."""
        return self._nodes.get(call_id)

    def follows(self, leg_id: LegId) -> bool:
        """True if the leg's events go to somebody here."""
        return leg_id in self._calls_by_leg or leg_id in self._kept

    def awaits_end(self, leg_id: LegId) -> bool:
        """True if the leg is followed and its end was not told yet."""
        return self.follows(leg_id) and leg_id not in self._over

    def post(self, call_id: CallId, message: Message) -> bool:
        """Puts a message in a call's mailbox; false if the call is not followed here."""
        if call_id not in self._mailboxes:
            return False
        self._post(call_id, message)
        return True

    def legs(self, node: NodeName, claimed_by: Micros) -> dict[LegId, CallId]:
        """The legs followed on a node since ``claimed_by`` or longer, whose end was not told."""
        kept = {
            leg: keeper
            for leg, keeper in self._kept.items()
            if self._nodes[keeper] == node and self._kept_at[leg] <= claimed_by
        }
        claimed = {
            leg: call
            for leg, call in self._calls_by_leg.items()
            if self._nodes[call] == node and self._claimed_at[leg] <= claimed_by
        }
        followed = kept | claimed
        return {leg: call for leg, call in followed.items() if leg not in self._over}

    def tell_all(self, message: Message) -> None:
        """Puts a message in every mailbox."""
        for call_id in list(self._mailboxes):
            self._post(call_id, message)

    @property
    def calls_count(self) -> int:
        """How many calls are followed."""
        return len(self._mailboxes)

    def _readers(self, event: LegEvent) -> list[CallId]:
        """Who hears of an event: the call that has claimed the leg, and who keeps the leg, or that
        of the partner in a bridge.
        """
        found = [self._calls_by_leg.get(event.leg_id), self._kept.get(event.leg_id)]
        if isinstance(event, LegBridged):
            found.append(self._kept.get(event.other_leg_id))
        return [call_id for call_id in dict.fromkeys(found) if call_id is not None]

    def _post(self, call_id: CallId, message: Message) -> None:
        try:
            self._mailboxes[call_id].post(message)
        except MailboxFullError:
            self._stuck(call_id)
