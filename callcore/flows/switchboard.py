"""Which call each leg belongs to, and so which mailbox each event of a switch goes to.

An agent's standing line has a script of its own, which hears of its leg always; while a call has
claimed the leg, the call hears of it too, though another worker may follow the line.

What is meant for a call of another worker is sent there. A call whose shard was lost is dropped.

The switchboard runs in the greenlet that reads the link and therefore only posts and spawns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, Micros, NodeName, shard_of
from callcore.domain.sharding import (
    Shard,
    shard_of_call,
    shard_of_leg,
    shard_of_promise,
)
from callcore.flows.handing_over import HandedOver
from callcore.flows.leg_claims import LegClaims
from callcore.flows.messages import Message
from callcore.flows.messages.between import Forwarded
from callcore.flows.other_workers import Elsewhere, Nowhere, is_travelling
from callcore.flows.tenure import Tenure
from callcore.ports.switch_events import (
    LegEvent,
    LegParked,
    SwitchEvent,
    SwitchGone,
    SwitchLost,
    SwitchRestored,
)
from callcore.runtime.mailbox import Mailbox, MailboxFullError

Arrivals = Callable[[LegParked, Micros], None]
"""Called with a caller's leg that nobody follows, and when it was heard of."""

Strays = Callable[[LegParked], None]
"""Called with a leg that was called and is picked up, and nobody follows it."""

LinkChanges = Callable[[SwitchRestored | SwitchLost | SwitchGone], None]


def is_for_us(parked: LegParked) -> bool:
    """True if the dialplan parked the caller for callcore: it set a ``callcore_`` variable.

    Others may park calls on the same switch (valet parking, other applications).
    """
    return parked.is_inbound and bool(parked.variables)


class Switchboard:
    """The calls this process follows, by call and by leg."""

    def __init__(
        self,
        now: Callable[[], Micros],
        stuck: Callable[[CallId], None],
        tenure: Tenure | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._now = now
        self._stuck = stuck
        self._tenure = tenure or Tenure()
        self._elsewhere = elsewhere or Nowhere()
        self._mailboxes: dict[CallId, Mailbox[Message]] = {}
        self._nodes: dict[CallId, NodeName] = {}
        self._claims = LegClaims(now)
        self._promises: set[CallId] = set()
        self._heard: dict[LegId, NodeName] = {}
        """Legs claimed here that other workers follow."""
        self._lines_elsewhere: dict[LegId, NodeName] = {}
        self._arrivals: Arrivals | None = None
        self._link_changes: LinkChanges | None = None
        self._strays: Strays | None = None

    def connect(
        self, arrivals: Arrivals, link_changes: LinkChanges, strays: Strays | None = None
    ) -> None:
        """Says who takes new callers, who is told of links, and who of phones that were picked up
        for nobody; before the first event.
        """
        self._arrivals = arrivals
        self._link_changes = link_changes
        self._strays = strays

    def deliver(self, event: SwitchEvent) -> None:
        """Takes an event of a switch."""
        if isinstance(event, LegEvent):
            readers = self._claims.readers(event)
            for call_id in readers:
                self._post(call_id, event)
            if readers:
                return
            if isinstance(event, LegParked):
                self._parked_alone(event)
        elif isinstance(event, SwitchRestored | SwitchLost | SwitchGone) and self._link_changes:
            self._link_changes(event)

    def follow(
        self,
        call_id: CallId,
        node: NodeName,
        mailbox: Mailbox[Message],
        *,
        is_promise: bool = False,
    ) -> None:
        """Begins to follow a call."""
        self._mailboxes[call_id] = mailbox
        self._nodes[call_id] = node
        self._claims.begin(call_id)
        if is_promise:
            self._promises.add(call_id)

    def calls_of(self, shards: Collection[Shard]) -> list[CallId]:
        """The calls that can be followed only by who holds these shards: that of the legs, and of
        what is or was a promise that of the promise too.
        """
        return [
            call_id
            for call_id, node in self._nodes.items()
            if shard_of_leg(node, LegId(call_id)) in shards
            or (call_id in self._promises and shard_of_promise(call_id) in shards)
        ]

    def joins(self, leg_id: LegId) -> None:
        """An agent's leg is being joined with the caller's: neither may end until it is, or the
        other would be lost.
        """
        self._claims.joins(leg_id)

    def is_at_turning(self, call_id: CallId) -> bool:
        """True for a moment in which nobody else can take the call over: two legs are being joined,
        or the end of the caller's was told, or of any of a promise, and the script is at its last.
        """
        return self._claims.is_at_turning(call_id, is_promise=call_id in self._promises)

    def drop(self, call_id: CallId) -> list[Message]:
        """Ends following a call that another worker follows from now on: its script unwinds. What
        was unread.
        """
        mailbox = self._mailboxes.get(call_id)
        self.unfollow(call_id)
        return [] if mailbox is None else mailbox.close(HandedOver)

    def hear_lost(self, shards: Collection[Shard]) -> None:
        """Goes on hearing of the legs claimed here that are others' to follow from now on."""
        for leg_id, call_id in self._claims:
            if shard_of_leg(self._nodes[call_id], leg_id) in shards:
                self._hear(leg_id, call_id)

    def hear_again(self, node: NodeName) -> None:
        """The link is back, which may not know of what is heard besides."""
        for leg_id, at in self._heard.items():
            if at == node:
                self._elsewhere.hear(node, leg_id)

    def line_elsewhere(self, leg_id: LegId, node: NodeName | None) -> None:
        """A standing line is followed by another worker; by none if ``node`` is ``None``."""
        if node is not None:
            self._lines_elsewhere[leg_id] = node
        else:
            self._lines_elsewhere.pop(leg_id, None)

    def node_of_line(self, leg_id: LegId) -> NodeName | None:
        """Where a standing line is, whoever follows it; ``None`` if the leg is none."""
        keeper = self._claims.keeper_of(leg_id)
        return self._lines_elsewhere.get(leg_id) if keeper is None else self._nodes.get(keeper)

    def relocate(self, call_id: CallId, node: NodeName) -> None:
        """The legs that the call will have are on another node; it has none now."""
        self._nodes[call_id] = node

    def keep(self, leg_id: LegId) -> None:
        """Sends the events of a standing line to the script that follows it by the leg's own id,
        whichever call claims the leg besides.
        """
        if self._claims.claimant_of(leg_id) == CallId(leg_id):
            self.release(leg_id)
        self._unhear(leg_id)
        self._claims.keep(leg_id)

    def keeper_of(self, leg_id: LegId) -> CallId | None:
        """The script of a standing line; ``None`` if the leg is none."""
        return self._claims.keeper_of(leg_id)

    def claimant_of(self, leg_id: LegId) -> CallId | None:
        """The call that has claimed a leg."""
        return self._claims.claimant_of(leg_id)

    def claim(self, leg_id: LegId, call_id: CallId) -> None:
        """Sends the events of a leg to a call, and no more to one that claimed it before."""
        self.release(leg_id)
        self._claims.claim(leg_id, call_id)
        if shard_of(leg_id) != shard_of(LegId(call_id)):
            node = self._nodes[call_id]
            if not self._tenure.holds_leg(node, leg_id):
                self._hear(leg_id, call_id)

    def release(self, leg_id: LegId) -> None:
        """Ends that; events of the leg are nobody's."""
        if self._claims.release(leg_id):
            self._unhear(leg_id)

    def unfollow(self, call_id: CallId) -> None:
        """Ends following a call and all its legs."""
        self._mailboxes.pop(call_id, None)
        self._nodes.pop(call_id, None)
        self._promises.discard(call_id)
        for leg_id in self._claims.end(call_id):
            self._unhear(leg_id)

    def node_of(self, call_id: CallId) -> NodeName | None:
        """The node of a call followed here, else ``None``."""
        return self._nodes.get(call_id)

    def follows(self, leg_id: LegId) -> bool:
        """True if the leg's events go to somebody here."""
        return self._claims.follows(leg_id)

    def awaits_end(self, leg_id: LegId) -> bool:
        """True if the leg is followed and its end was not told yet."""
        return self._claims.awaits_end(leg_id)

    def post(self, call_id: CallId, message: Message, node: NodeName = CALLBACKS) -> bool:
        """Puts a message in a call's mailbox, or sends it to the worker whose call it is, if it may
        travel. False if nobody is known to follow the call, which is on ``node`` or a promise.
        """
        if call_id in self._mailboxes:
            self._post(call_id, message)
            return True
        if not is_travelling(message):
            return False
        forwarded = Forwarded(call_id=call_id, node=node, message=message)
        if self._tenure.holds_call(node, call_id):
            return self._elsewhere.keep(forwarded)
        return self._send(forwarded)

    def pass_on(self, forwarded: Forwarded) -> bool:
        """Sends what came here on to the worker whose call it is by now; false if none is known."""
        return self._send(replace(forwarded, is_passed_on=True))

    def legs(self, node: NodeName, claimed_by: Micros) -> dict[LegId, CallId]:
        """The legs followed on a node since ``claimed_by`` or longer, whose end was not told."""
        return self._claims.since(claimed_by, lambda call_id: self._nodes[call_id] == node)

    def has_unread(self, kind: type[Message]) -> bool:
        """True if a message of that kind waits in some mailbox."""
        return any(mailbox.holds(kind) for mailbox in self._mailboxes.values())

    def tell_all(self, message: Message) -> None:
        """Puts a message in every mailbox."""
        for call_id in list(self._mailboxes):
            self._post(call_id, message)

    @property
    def calls_count(self) -> int:
        """How many calls are followed."""
        return len(self._mailboxes)

    def _parked_alone(self, parked: LegParked) -> None:
        """Nobody follows the leg."""
        if self._arrivals is not None and is_for_us(parked):
            self._arrivals(parked, self._now())
        elif self._strays is not None and not parked.is_inbound:
            self._strays(parked)

    def _hear(self, leg_id: LegId, call_id: CallId) -> None:
        node = self._nodes[call_id]
        self._heard[leg_id] = node
        self._elsewhere.hear(node, leg_id)

    def _unhear(self, leg_id: LegId) -> None:
        node = self._heard.pop(leg_id, None)
        if node is not None:
            self._elsewhere.unhear(node, leg_id)

    def _send(self, forwarded: Forwarded) -> bool:
        owner = self._tenure.owner_of(shard_of_call(forwarded.node, forwarded.call_id))
        if owner is None or owner == self._tenure.worker_id:
            return False
        self._elsewhere.send(owner, forwarded)
        return True

    def _post(self, call_id: CallId, message: Message) -> None:
        try:
            self._mailboxes[call_id].post(message)
        except MailboxFullError:
            self._stuck(call_id)
