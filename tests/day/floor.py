"""The call centre of the day: the real flows on fakes; all that happens is written down."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import gevent
from gevent import Greenlet

from callcore.domain.events import Fact
from callcore.domain.ids import CallId, LegId, Micros
from callcore.domain.policies import SitePolicy
from callcore.flows.policies import Policies
from callcore.flows.site import Site
from callcore.flows.worker import Worker
from callcore.ports.stores import Reservation, ReserveAnswer
from callcore.ports.telephony import LegRequest
from callcore.runtime.broadcast import Broadcast
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from tests.day import log
from tests.day.log import DayLog, Entry, Note
from tests.fakes.clock import FakeClock, settle
from tests.fakes.floor import FakeFloor
from tests.fakes.floor_roster import FakeRoster
from tests.fakes.lookups import FakeLookups
from tests.fakes.notices import FakeNotices
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, UNREGISTERED, FakeSwitch, Phone

ON_THE_SAME_INSTANT = (2.0, 3.0, 3.0, 4.0, 6.0, 9.0)
"""When phones that ring together are picked up: often two at once."""
RINGING_TOGETHER = frozenset({"emergency", "dispatch"})


class DayRoster(FakeRoster):
    """Tells of every reservation."""

    note: Callable[[Note], None] = staticmethod(lambda _: None)

    def reserve(self, reservation: Reservation) -> ReserveAnswer:
        answer = super().reserve(reservation)
        if answer is ReserveAnswer.RESERVED:
            self.note(
                log.Reserved(
                    offer_id=reservation.offer_id,
                    call_id=reservation.call_id,
                    agent_id=reservation.agent_id,
                    queue=reservation.queue,
                )
            )
        return answer


class DaySwitch(FakeSwitch):
    """Phones that are picked up late, or not at all, as chance has it."""

    def __init__(self, clock: FakeClock, chance: random.Random) -> None:
        super().__init__(clock)
        self._chance = chance
        self.handed_over: Callable[[LegId, str, str, Mapping[str, str]], None] | None = None

    def originate(self, request: LegRequest) -> None:
        self.phones[request.contact] = self._phone(request.variables["callcore_queue"])
        super().originate(request)
        del self.phones[request.contact]  # who asks meanwhile finds it registered

    def transfer(self, leg_id: LegId, extension: str, context: str) -> None:
        super().transfer(leg_id, extension, context)
        leg = self.legs_by_id.get(leg_id)
        if leg is not None and self.handed_over is not None:
            self.handed_over(leg_id, extension, context, dict(leg.variables))

    def _phone(self, queue: str) -> Phone:
        fails = self._chance.random()
        for share, phone in ((0.04, SILENT), (0.06, BUSY), (0.08, REFUSING), (0.09, UNREGISTERED)):
            if fails < share:
                return phone
        if queue in RINGING_TOGETHER:
            return Phone(answers_after_seconds=self._chance.choice(ON_THE_SAME_INSTANT))
        return Phone(answers_after_seconds=round(0.4 + self._chance.expovariate(0.4), 2))


class DayFloor:
    """One worker and its world, from ``start`` on."""

    def __init__(
        self, settings_text: str, policy: SitePolicy, start: Micros, chance: random.Random
    ) -> None:
        self.clock = FakeClock(start)
        self.switch = DaySwitch(self.clock, chance)
        self.store = FakeFloor(self.clock)
        self.policy = policy
        self.log = DayLog(settings_text=settings_text)
        self.listeners: list[Callable[[Fact], None]] = []
        self.switch.handed_over = self._handed_over
        roster = DayRoster(self.store._memory)
        roster.note = self.note
        self.store.roster = roster
        site = Site(
            policies=Policies(policy),
            switches={NODE: self.switch},
            waiting_room=self.store.waiting_room,
            roster=roster,
            pending_records=self.store.pending_records,
            config_versions=self.store.config_versions,
            lockouts=self.store.lockouts,
            lookups=FakeLookups(self.clock),
            notices=FakeNotices(),
            epoch=self.store.epoch,
            clock=self.clock,
            ids=RandomIds(),
            facts=Broadcast([("log", self._tell)], self._complain),
        )
        self._greenlets: list[Greenlet[..., Any]] = []
        self.worker = Worker(self._spawn, lambda _: nullcontext())
        self.worker.open(site)
        self.switch.deliver_to(self.worker.deliver)
        self.switch.restore_link()
        settle()

    def note(self, note: Note) -> None:
        """Writes down what the world did."""
        self.log.entries.append(Entry(self.clock.now(), note))

    def is_talking(self, caller: LegId) -> bool:
        """Is the caller's leg bridged?"""
        leg = self.switch.legs_by_id.get(caller)
        return leg is not None and leg.bridged_to is not None

    def is_on_the_line(self, caller: LegId) -> bool:
        """Does the caller's leg live?"""
        return caller in self.switch.legs_by_id

    def close_log(self) -> DayLog:
        """The log with the records, and with whatever is left that should not be."""
        self.log.records = [entry.record for entry in self.store.pending_records.read(1_000_000, 0)]
        self.log.left_over += [
            *(f"leg {leg}" for leg in self.switch.legs_by_id),
            *(f"call {call.call_id}" for call in self.store.waiting_room.calls(NODE)),
            *(
                f"agent {agent.agent_id} {agent.state}"
                for agent in self.store.roster.agents()
                if agent.state not in {"available", "on_break", "logged_out"} or agent.call_id
            ),
            *(f"calls {count}" for count in [self.worker.calls_count] if count),
            *(f"unkept {count}" for count in [self.worker.unkept_count] if count),
        ]
        return self.log

    def end(self) -> None:
        """The process ends; what its greenlets hold can be forgotten."""
        gevent.killall(self._greenlets)

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        self._greenlets = [one for one in self._greenlets if not one.dead]
        self._greenlets.append(spawn(name, run))

    def _tell(self, fact: Fact) -> None:
        self.log.entries.append(Entry(self.clock.now(), fact))
        for listener in self.listeners:
            listener(fact)

    def _complain(self, name: str, error: Exception) -> None:
        self.log.left_over.append(f"{name}: {error!r}")

    def _handed_over(
        self, leg_id: LegId, extension: str, context: str, variables: Mapping[str, str]
    ) -> None:
        self.note(
            log.HandedOver(
                call_id=CallId(leg_id),
                extension=extension,
                context=context,
                voicemail_box=variables.get("callcore_voicemail_box", ""),
            )
        )
