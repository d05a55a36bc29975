"""Things the switch will do later, in groups named after channels (``switch_scheduler.c``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcore.ports.surroundings import Clock, Timer


class Scheduler:
    """Tasks due at whole seconds, as FreeSWITCH keeps them: ``+3`` may be 2.1 s away."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[str, dict[int, Timer]] = {}
        self._number = 0

    def schedule(self, when: str, group: str, run: Callable[[], None]) -> bool:
        """Runs something at ``+seconds`` or an epoch second; False if ``when`` is neither."""
        seconds = when.removeprefix("+")
        if not seconds.isdigit():
            return False
        now = self._clock.now()
        due = int(seconds) + (now // MICROS if when.startswith("+") else 0)
        self._number += 1
        number = self._number

        def fire() -> None:
            tasks = self._tasks.get(group, {})
            if tasks.pop(number, None) is not None:
                if not tasks:
                    self._tasks.pop(group, None)
                run()

        delay = max(due - now / MICROS, 0.0)
        self._tasks.setdefault(group, {})[number] = self._clock.after(delay, fire)
        return True

    def delete(self, group: str) -> int:
        """Takes off the tasks of a group; how many there were."""
        tasks = self._tasks.pop(group, {})
        for timer in tasks.values():
            timer.cancel()
        return len(tasks)

    def clear(self) -> None:
        """Takes off everything."""
        for group in tuple(self._tasks):
            self.delete(group)
