"""Waking switches while phones ring.

A switch looks for events to send every 20 ms (mod_event_socket.c, ``listener_run``), and at once if
something comes on the connection, be it a line feed that means nothing. So it is heard up to 20 ms
sooner that a phone was picked up, or a talk has ended.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Final, Protocol

from callcore.ports.surroundings import Clock
from callcore.runtime.greenlets import spawn

POKE_SECONDS: Final = 0.004
MOST_POKES_A_SECOND: Final = 1000
"""Of one worker, however many switches it has: some 2 % of a processor."""


class Pokable(Protocol):
    """A link."""

    def poke(self) -> None:
        """Has the switch look for events now."""


class Poking:
    """Wakes the switches of one worker, each as long as there are originates of its under way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ringing: dict[Pokable, Sized] = {}
        self._goes_on = False

    def while_ringing(self, link: Pokable, originates: Sized) -> None:
        """An originate has begun; ``originates`` are all that are under way on the link."""
        self._ringing[link] = originates
        if not self._goes_on:
            self._goes_on = True
            spawn("poke", self._run)

    def _run(self) -> None:
        try:
            while self._ringing:
                for link, originates in list(self._ringing.items()):
                    if originates:
                        link.poke()
                    else:
                        del self._ringing[link]
                self._clock.sleep(max(POKE_SECONDS, len(self._ringing) / MOST_POKES_A_SECOND))
        finally:
            self._goes_on = False
