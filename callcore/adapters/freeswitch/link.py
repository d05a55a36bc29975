"""The link to one node: two connections, brought up together and kept up for ever.

Events have a connection of their own, because the switch delivers none while it reads or carries
out a command of the same connection. Coming up: commands first (they tell the ``Core-UUID``), then
filters, then the subscription; the reply to the subscription is the moment the link is up, so every
event is told after ``restored``. Which legs are told of may change at any time (``following``).
Going down: whatever fails first takes both connections with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gevent import Greenlet
from gevent.event import AsyncResult

from callcore.adapters.freeswitch import link_commands, translation
from callcore.adapters.freeswitch.command_bytes import Command
from callcore.adapters.freeswitch.connection import Connection
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.adapters.freeswitch.following import Following
from callcore.adapters.freeswitch.headers import UnreadableEventError
from callcore.adapters.freeswitch.link_listener import LinkListener
from callcore.adapters.freeswitch.link_watch import LinkWatch
from callcore.adapters.freeswitch.observing import LinkObserver
from callcore.adapters.freeswitch.replies import Reply, TakeReply
from callcore.adapters.freeswitch.switch_time import SwitchTime
from callcore.adapters.freeswitch.vanishing import REFUSED_RETRY_SECONDS, Vanishing
from callcore.domain.ids import MICROS_PER_SECOND
from callcore.domain.policies import NodePolicy
from callcore.ports.surroundings import Clock
from callcore.ports.telephony import CommandTimedOutError, SwitchUnavailableError
from callcore.runtime.greenlets import spawn

MOST_DOUBLINGS = 16
"""Beyond any ceiling a retry may have, and not beyond what a float can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How long to wait before connecting again: doubling, and never two workers in step."""

    first_seconds: float = 0.5
    longest_seconds: float = 30.0

    def delay_seconds(self, failure_count: int) -> float:
        """The wait after so many failures in a row, from half of it to all of it."""
        doubled = self.first_seconds * 2.0 ** min(failure_count, MOST_DOUBLINGS)
        whole = min(doubled, self.longest_seconds)
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 (spreads load, keeps no secret)


class Link:
    """Keeps two connections to one node. Not connected until ``start`` has succeeded."""

    def __init__(
        self,
        policy: NodePolicy,
        password: str,
        *,
        clock: Clock,
        observer: LinkObserver,
        listener: LinkListener,
        following: Following,
        retry: Retry,
        time: SwitchTime,
    ) -> None:
        self._policy = policy
        self._password = password
        self._clock = clock
        self._observer = observer
        self._listener = listener
        self._retry = retry
        self._following = following
        self._time = time
        self._keeper: Greenlet[..., object] | None = None
        self._is_up = False
        self._core_uuid: str | None = None
        """Of the last time the link was up, so that a restart is noticed."""
        self._told_kind: FaultKind | None = None
        self._reason = f"{policy.name} {policy.host}:{policy.port} has not been connected yet"
        self._fault: AsyncResult[LinkFaultError] = AsyncResult()
        self._vanishing = Vanishing(policy, clock, listener.gone)
        self._connect_anew()

    @property
    def is_up(self) -> bool:
        """True while both connections work and events are subscribed."""
        return self._is_up and not self._fault.ready()

    @property
    def unread_seconds(self) -> float:
        """How old the oldest event that is not read yet may be."""
        return self._events.unread_seconds

    def start(self) -> None:
        """Begins to connect, in a greenlet of its own."""
        self._keeper = spawn(f"{self._policy.name} link", self._keep_up)

    def stop(self) -> None:
        """Takes leave of the switch; nothing is told any more."""
        if self._keeper is not None:
            # It leaves the connections to us, so that they can still be ended in good order.
            self._keeper.kill()
        self._is_up = False
        self._vanishing.stop()
        self._following.go_down()
        self._reason = f"{self._policy.name}: the link was stopped"
        self._watch.stop()
        for connection in (self._events, self._commands):
            connection.stop()

    def ask(self, command: Command) -> Reply:
        """Sends a command and waits.

        Raises ``CommandTimedOutError``, ``SwitchUnavailableError``.
        """
        self._require_up()
        return self._commands.ask(command, self._policy.command_timeout_seconds)

    def ask_all(self, several: Sequence[Command]) -> list[Reply]:
        """Sends several commands at once and waits for each reply; raises as ``ask`` does."""
        self._require_up()
        return self._commands.ask_all(several, self._policy.command_timeout_seconds)

    def post(self, command: Command, take: TakeReply | None = None) -> None:
        """Sends a command without waiting. Raises ``SwitchUnavailableError``."""
        self._require_up()
        self._commands.post(command, take)

    def poke(self) -> None:
        """Has the switch look for events now, not up to 20 ms later."""
        if self.is_up:
            self._events.poke()

    def _require_up(self) -> None:
        if not self.is_up:
            raise SwitchUnavailableError(self._reason)

    def _connect_anew(self) -> None:
        self._commands = self._connection()
        self._events = self._connection()
        self._watch = LinkWatch(
            self._policy, self._clock, commands=self._commands, events=self._events
        )

    def _connection(self) -> Connection:
        return Connection(
            self._policy,
            self._password,
            clock=self._clock,
            observer=self._observer,
            take_event=self._take_event,
            lost=self._note_fault,
        )

    def _keep_up(self) -> None:
        failure_count = 0
        while True:
            self._fault = AsyncResult()
            self._connect_anew()
            try:
                self._bring_up()
                failure_count = 0
                fault = self._fault.get() or LinkFaultError(self._policy, FaultKind.INTERNAL)
            except LinkFaultError as raised:
                fault = raised
            except Exception as cause:  # noqa: BLE001 (told as a fault; the link must be kept up)
                fault = LinkFaultError(self._policy, FaultKind.INTERNAL, repr(cause))
            self._watch.stop()
            self._events.close()
            self._commands.close()
            self._go_down(fault)
            seconds = self._retry.delay_seconds(failure_count)
            if fault.kind is FaultKind.CONNECTION_REFUSED:
                seconds = min(seconds, REFUSED_RETRY_SECONDS)
            self._clock.sleep(seconds)
            failure_count += 1

    def _bring_up(self) -> None:
        try:
            self._commands.connect()
            core_uuid = self._core_uuid_of_switch()
            self._events.connect()
            for command in self._following.begin():
                self._ask_for_events(command)
            while not self._is_up:
                for command in self._following.changes():
                    self._ask_for_events(command)
                self._ask_for_events(
                    link_commands.subscribe(translation.SUBSCRIPTION),
                    lambda: self._granted(core_uuid),
                )
        except CommandTimedOutError as cause:
            raise LinkFaultError(self._policy, FaultKind.SILENT) from cause

    def _granted(self, core_uuid: str) -> None:
        """The subscription holds; other digits may have been asked for since the filters were."""
        if self._following.is_told:
            self._come_up(core_uuid)

    def _core_uuid_of_switch(self) -> str:
        timeout_seconds = self._policy.command_timeout_seconds
        reply = self._commands.ask(link_commands.core_uuid(), timeout_seconds)
        if reply.is_error or not reply.text:
            raise LinkFaultError(self._policy, FaultKind.NONSENSE, "it tells no core_uuid")
        return reply.text

    def _ask_for_events(self, command: Command, granted: Callable[[], None] | None = None) -> None:
        """Asks on the events' connection; ``granted`` runs before any later frame is read."""

        def at_reply(reply: Reply) -> None:
            if granted is not None and not reply.is_error:
                granted()

        reply = self._events.ask(command, self._policy.command_timeout_seconds, at_reply=at_reply)
        if reply.is_error:
            raise LinkFaultError(self._policy, FaultKind.SUBSCRIPTION_REFUSED, reply.text[:200])

    def _come_up(self, core_uuid: str) -> None:
        is_restarted = self._core_uuid not in (None, core_uuid)
        self._core_uuid = core_uuid
        self._is_up = True
        self._vanishing.is_up()
        self._following.come_up(self._events)
        self._told_kind = None
        self._watch.begin()
        self._observer.link_restored(core_uuid, is_restarted)
        self._listener.restored(core_uuid, is_restarted)

    def _go_down(self, fault: LinkFaultError) -> None:
        was_up, self._is_up = self._is_up, False
        self._following.go_down()
        self._reason = str(fault)
        if was_up or fault.kind is not self._told_kind:
            self._told_kind = fault.kind
            self._observer.link_lost(self._reason)
        if was_up:
            self._listener.lost(self._reason)
        self._vanishing.is_down(fault)

    def _note_fault(self, fault: LinkFaultError) -> None:
        if not self._fault.ready():
            self._fault.set(fault)

    def _take_event(self, body: bytes) -> None:
        if not self._is_up:
            return
        try:
            told = EventHeaders(body)
        except UnreadableEventError:
            self._observer.frame_skipped("unreadable_event")
            return
        name = told.name
        if name not in translation.KNOWN:
            self._observer.frame_skipped("unknown_event")
            return
        received_at = self._clock.now()
        self._time.hear(told.instant, received_at)
        lag = received_at - (told.instant or received_at)
        self._observer.event_received(name, max(lag, 0) / MICROS_PER_SECOND)
        if name == translation.HEARTBEAT:
            self._watch.heartbeat()
            return
        try:
            self._listener.told(told, received_at)
        except Exception as fault:  # noqa: BLE001 (one odd event must not cost every call its link)
            self._observer.listener_failed(name, fault)
