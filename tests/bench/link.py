"""Events a second through the link: frames are cut, become structs, and are read from mailboxes."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

import gevent

from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.adapters.logs.setup import setup
from callcore.adapters.prom.metrics import Metrics
from callcore.bootstrap.links import LinkNews
from callcore.domain.ids import LegId, NodeName
from callcore.domain.policies import NodePolicy
from callcore.ports.switch_events import LegEvent, SwitchEvent
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from callcore.runtime.mailbox import Mailbox
from tests.bench import processes, reference
from tests.bench.figures import Figures

EVENTS_COUNT = 300_000
PATIENCE_SECONDS = 120
TICK_SECONDS = 0.01


@dataclass(slots=True)
class _Readers:
    """A mailbox and a greenlet for each leg, as calls have them."""

    clock: SystemClock
    read_count: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    late: list[float] = field(default_factory=list)
    _mailboxes: dict[LegId, Mailbox[SwitchEvent]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._mailboxes = defaultdict(self._mailbox)

    def hear(self, event: SwitchEvent) -> None:
        """Posts it to the mailbox of its leg."""
        if isinstance(event, LegEvent):
            self.first_at = self.first_at or time.perf_counter()
            self._mailboxes[event.leg_id].post(event)

    def tick(self) -> None:
        """A timer that notes how late it is, for ever."""
        while True:
            due = time.perf_counter() + TICK_SECONDS
            gevent.sleep(TICK_SECONDS)
            self.late.append(time.perf_counter() - due)

    def _mailbox(self) -> Mailbox[SwitchEvent]:
        mailbox: Mailbox[SwitchEvent] = Mailbox(self.clock)
        spawn("reader", partial(self._read, mailbox))
        return mailbox

    def _read(self, mailbox: Mailbox[SwitchEvent]) -> None:
        while True:
            mailbox.take()
            self.read_count += 1
            self.last_at = time.perf_counter()


def measure(figures: Figures) -> None:
    """As many as one core takes; and how late timers are meanwhile."""
    clock = SystemClock()
    readers = _Readers(clock)
    with processes.module("tests.bench.event_stream", str(EVENTS_COUNT)) as stream:
        port = processes.port_of(stream)
        policy = NodePolicy(name=NodeName("fs1"), host="127.0.0.1", port=port)
        news = LinkNews(policy.name, Metrics(), setup(level="warning"))
        switch = FreeSwitch(policy, "bench", clock=clock, deliver=readers.hear, observe=news)
        used_before = time.process_time()
        switch.start()
        ticking = spawn("tick", readers.tick)
        with gevent.Timeout(PATIENCE_SECONDS):
            while readers.read_count < EVENTS_COUNT:
                gevent.sleep(TICK_SECONDS)
        used = time.process_time() - used_before
        ticking.kill()
        switch.stop()
    seconds = readers.last_at - readers.first_at
    figures.add_rate("link_events", readers.read_count / seconds, "events")
    # Who shares the processor slows down the rate, but hardly adds to this.
    of_one = used / readers.read_count
    figures.add("link_event_processor", of_one * 1e6, "us")
    figures.add("link_event_processor_in_references", of_one / reference.seconds(), "references")
    figures.add("link_timer_late_longest", max(readers.late) * 1000, "ms")
