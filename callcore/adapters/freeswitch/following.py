"""Which legs the switch tells of: filters on the connection of events, while it is up and anew.

Filters are alternatives, each applied to an event as a whole, and changed by one command each
(``filters`` in mod_event_socket.c). So what is wanted is added before anything is taken off, and no
event of a leg that is wanted before and after is held back. ``filter delete`` compares the value as
a text, also one that was added as a pattern, and takes off every filter that equals it.

A connection carries out its commands in order: what it was sent is what it has, or it is lost; and
when the reply to the latest has come, those before it are done too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from callcore.adapters.freeswitch import hostile, link_commands, phone_translation, translation
from callcore.adapters.freeswitch.command_bytes import Command
from callcore.adapters.freeswitch.connection import Asked, Connection
from callcore.adapters.freeswitch.job_ids import JobIds
from callcore.domain.ids import LegId
from callcore.domain.policies import NodePolicy
from callcore.domain.sharding import DIGITS
from callcore.ports.telephony import CommandRefusedError, SwitchUnavailableError

UNIQUE_ID = "Unique-ID"
JOB_UUID = "Job-UUID"


class Following:
    """Legs of one link: those of some first digits, and single ones beside them; and its jobs."""

    def __init__(self, policy: NodePolicy, job_ids: JobIds) -> None:
        self._policy = policy
        self._job_ids = job_ids
        self._digits = DIGITS
        self._beginnings = tuple(DIGITS)
        self._heard: set[LegId] = set()
        self._events: Connection | None = None
        """Where events come from while the link is up."""
        self._sent: set[str] = set()
        """The values of ``Unique-ID`` that the connection was given."""
        self._latest: Asked | None = None

    def __contains__(self, leg_id: LegId) -> bool:
        return leg_id.startswith(self._beginnings) or leg_id in self._heard

    def follow_digits(self, digits: str) -> None:
        """Wants the legs of these digits and no others; a link that is down learns it in time.

        Raises ``HostileTextError``, and if the link stays up ``CommandTimedOutError``,
        ``CommandRefusedError``, ``SwitchUnavailableError``.
        """
        self._digits = hostile.digits(digits)
        self._beginnings = tuple(self._digits)
        events = self._events
        if events is None:
            return
        try:
            self._change(events)
        except SwitchUnavailableError:
            if events.fault is None:
                raise

    def hear(self, leg_id: LegId) -> None:
        """Wants this leg too, whatever its digit; not if it raises.

        Raises ``HostileTextError``, ``CommandTimedOutError``, ``CommandRefusedError``,
        ``SwitchUnavailableError``.
        """
        hostile.leg_id(leg_id)
        if self._events is None:
            raise SwitchUnavailableError(f"{self._policy.name}: the link is down")
        self._heard.add(leg_id)
        try:
            self._change(self._events)
        except BaseException:
            self.unhear(leg_id)
            raise

    def unhear(self, leg_id: LegId) -> None:
        """Ends that, and waits for nothing."""
        self._heard.discard(leg_id)
        if self._events is not None:
            with contextlib.suppress(SwitchUnavailableError):  # the next change takes it off
                self._send(self._events)

    # What the link calls.

    def begin(self) -> list[Command]:
        """The filters of a new connection that never change: they let pass what is of no leg, and
        keep back what is useless of any. Those of legs come after them (``changes``).
        """
        self._sent.clear()
        return [
            link_commands.keep_events(JOB_UUID, self._job_ids.pattern),
            link_commands.keep_events("Event-Name", translation.HEARTBEAT),
            link_commands.keep_events("Event-Name", phone_translation.CUSTOM),
            *(
                link_commands.keep_events("Application-Response", f"-{response}")
                for response in translation.USUAL_RESPONSES
            ),
        ]

    def changes(self) -> Iterator[Command]:
        """What the connection must be sent; each counts as sent when the next is asked for."""
        wanted = self._wanted()
        for value in sorted(wanted - self._sent):
            yield link_commands.keep_events(UNIQUE_ID, value)
            self._sent.add(value)
        for value in sorted(self._sent - wanted):
            yield link_commands.drop_filter(UNIQUE_ID, value)
            self._sent.discard(value)

    @property
    def is_told(self) -> bool:
        """True if the connection was sent everything that is wanted."""
        return self._sent == self._wanted()

    def come_up(self, events: Connection) -> None:
        """The link is up: changes are sent on this connection at once."""
        self._events, self._latest = events, None

    def go_down(self) -> None:
        """The link is down: changes are for the next one."""
        self._events = None

    def _wanted(self) -> set[str]:
        """One pattern for all digits; with none of them there is none, and no leg matches."""
        return {*self._heard, *([f"/^[{self._digits}]/"] if self._digits else [])}

    def _send(self, events: Connection) -> list[Asked]:
        asked = []
        for command in self.changes():
            self._latest = events.begin(command)
            asked.append(self._latest)
        return asked

    def _change(self, events: Connection) -> None:
        """Returns when the connection has every filter that was sent up to now."""
        asked = self._send(events)
        if not asked and self._latest is not None:
            asked = [self._latest]
        for one in asked:
            reply = events.finish(one, self._policy.command_timeout_seconds)
            if reply.is_error:
                raise CommandRefusedError(f"{self._policy.name}: filter: {reply.text[:200]}")
