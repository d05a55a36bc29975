"""What FreeSWITCH's own commands cost: a process that sends those for waiting callers, reads what
the switch tells of them, and does nothing else.

``python -m tests.bench.commander <port>``: each caller who parks is answered, hears music and is
guarded; then hears an announcement every ``INTERVAL_SECONDS`` and is guarded anew every minute, as
callcore does it, over callcore's own link with its metrics.
"""

from __future__ import annotations

import contextlib
import heapq
import sys
from collections.abc import Callable

import gevent

from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.adapters.logs.setup import setup
from callcore.adapters.prom.metrics import Metrics
from callcore.bootstrap.links import LinkNews
from callcore.domain.ids import LegId, NodeName
from callcore.domain.policies import Fallback, NodePolicy
from callcore.ports.switch_events import LegParked, SwitchEvent
from callcore.ports.telephony import SwitchUnavailableError
from callcore.runtime.clock import SystemClock
from tests.bench.crowd import PASSWORD

FIRST_SECONDS = 10.0
INTERVAL_SECONDS = 30.0
MUSIC = "local_stream://moh"
SOUNDS = "/var/lib/callcore/sounds/en"
ANNOUNCEMENT = tuple(
    f"{SOUNDS}/{key}.wav"
    for key in ("position/you-are-number", "number/12", "position/waiting-to-speak")
)
LOOK_SECONDS = 0.005
FALLBACK = Fallback()


class Commander:
    """Sends the commands when they are due."""

    def __init__(self, port: int) -> None:
        self._clock = SystemClock()
        self._due: list[tuple[int, int, LegId, Callable[[LegId], None], float]] = []
        self._count = 0
        node = NodePolicy(name=NodeName("fs1"), host="127.0.0.1", port=port)
        news = LinkNews(node.name, Metrics(), setup(level="warning"))
        self._switch = FreeSwitch(
            node, PASSWORD, clock=self._clock, deliver=self._hear, observe=news
        )

    def run(self) -> None:
        """For ever."""
        self._switch.start()
        while True:
            now = self._clock.now()
            while self._due and self._due[0][0] <= now:
                at, _, leg_id, act, seconds = heapq.heappop(self._due)
                with contextlib.suppress(SwitchUnavailableError):  # as callcore, which goes on
                    act(leg_id)
                self._plan(at, seconds, leg_id, act, seconds)
            gevent.sleep(LOOK_SECONDS)

    def _hear(self, event: SwitchEvent) -> None:
        if isinstance(event, LegParked):
            leg_id, now = event.leg_id, self._clock.now()
            self._switch.answer(leg_id)
            self._switch.play_endlessly(leg_id, MUSIC)
            self._switch.remember(leg_id, {"callcore_call": leg_id})
            self._guard(leg_id)
            half = FALLBACK.waiting_after_seconds / 2
            self._plan(now, half, leg_id, self._guard, half)
            self._plan(now, FIRST_SECONDS, leg_id, self._announce, INTERVAL_SECONDS)

    def _plan(
        self,
        now: int,
        seconds: float,
        leg_id: LegId,
        act: Callable[[LegId], None],
        again_seconds: float,
    ) -> None:
        self._count += 1
        at = now + round(seconds * 1e6)
        heapq.heappush(self._due, (at, self._count, leg_id, act, again_seconds))

    def _guard(self, leg_id: LegId) -> None:
        self._switch.guard(
            leg_id, FALLBACK.waiting_after_seconds, FALLBACK.extension, FALLBACK.context
        )

    def _announce(self, leg_id: LegId) -> None:
        self._switch.announce(leg_id, ANNOUNCEMENT)


if __name__ == "__main__":
    Commander(int(sys.argv[1])).run()
