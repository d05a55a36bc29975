"""What legs of the switch in memory play: in order, over each other, and cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile

from callcore.adapters.freeswitch import hostile
from callcore.ports.switch_events import PlaybackEnded, PlaybackStarted, SoundMissing
from tests.fakes.switch_core import FakeCore, FakeLeg

PROMPT_SECONDS = 2.0


class FakeSounds:
    """Plays on legs and tells of it."""

    def __init__(self, core: FakeCore) -> None:
        self.missing: set[str] = set()
        self.prompt_seconds = PROMPT_SECONDS
        """How long everything lasts that ends."""
        self._core = core

    def order(self, leg: FakeLeg, act: Callable[[], None]) -> None:
        """Has the leg do something in its turn."""
        leg.orders.append(act)
        self._core.soon(leg, lambda: self._obey(leg))

    def order_music(self, leg: FakeLeg, path: str) -> None:
        """Has the leg play a sound without end, in its turn."""
        leg.ordered_music = path
        self.order(leg, lambda: self._play(leg, path))

    def order_announcement(self, leg: FakeLeg, paths: tuple[str, ...]) -> None:
        """Has the leg play prompts in a row, in their turn."""
        self.order(leg, lambda: self._announce(leg, paths))

    def order_break(self, leg: FakeLeg) -> None:
        """A break ends the announcement and the music under it, and both are told."""
        leg.orders.clear()
        leg.ordered_music = None
        leg.break_count += 1
        self._core.soon(leg, lambda: self._silenced(leg))

    def cut(self, leg: FakeLeg) -> None:
        """Something else than a break ends what is playing.

        The end of endless music is then not told, unless something was announced over it.
        """
        was_announcing = self._silence_announcement(leg)
        path, leg.music = leg.music, None
        if path is not None and was_announcing:
            self._tell_ended(leg, path)

    def _obey(self, leg: FakeLeg) -> None:
        """An announcement, and a break that is still to come, hold everything else back."""
        while leg.orders and leg.announcing is None and not leg.break_count:
            leg.orders.popleft()()

    def _play(self, leg: FakeLeg, path: str) -> None:
        """Sounds open early media where the line is not answered."""
        leg.has_media = True
        leg.ordered_music = None
        if not self._is_missing(leg, path, path):
            leg.music = path
            self._tell_started(leg, path)

    def _announce(self, leg: FakeLeg, paths: tuple[str, ...]) -> None:
        path = hostile.sequence(paths)
        leg.has_media = True
        first = tuple(takewhile(self.missing.__contains__, paths)) if len(paths) > 1 else ()
        later = self.missing.intersection(paths[len(first) :])
        self._tell_passed_over(first)
        if not self._is_missing(leg, path, *paths):
            leg.announcing = path
            leg.announced.append(paths)
            self._tell_started(leg, path)
            leg.announcement_timer = self._core.later(
                leg, self.prompt_seconds, lambda: self._announcement_over(leg, later)
            )

    def _announcement_over(self, leg: FakeLeg, passed_over: Iterable[str]) -> None:
        self._tell_passed_over(passed_over)
        path, leg.announcing = leg.announcing, None
        if path is not None:
            self._tell_ended(leg, path)
        self._obey(leg)

    def _silenced(self, leg: FakeLeg) -> None:
        leg.break_count -= 1
        if leg.break_count:
            return
        self._silence_announcement(leg)
        path, leg.music = leg.music, None
        if path is not None:
            self._tell_ended(leg, path)
        self._obey(leg)

    def _silence_announcement(self, leg: FakeLeg) -> bool:
        path, leg.announcing = leg.announcing, None
        if path is None:
            return False
        if leg.announcement_timer is not None:
            leg.announcement_timer.cancel()
        self._tell_ended(leg, path)
        return True

    def _is_missing(self, leg: FakeLeg, sound: str, *paths: str) -> bool:
        """A sequence is missing when nothing of it is there."""
        is_missing = self.missing.issuperset(paths)
        if is_missing:
            self._tell_ended(leg, sound, is_missing=True)
        return is_missing

    def _tell_passed_over(self, paths: Iterable[str]) -> None:
        """Those of a sequence that were not there when their turn had come."""
        core = self._core
        for path in sorted(paths):
            core.tell(SoundMissing(node=core.node, at=core.now(), path=path))

    def _tell_started(self, leg: FakeLeg, path: str) -> None:
        core = self._core
        core.tell(PlaybackStarted(node=core.node, at=core.now(), leg_id=leg.leg_id, path=path))

    def _tell_ended(self, leg: FakeLeg, path: str, *, is_missing: bool = False) -> None:
        core = self._core
        core.tell(
            PlaybackEnded(
                node=core.node, at=core.now(), leg_id=leg.leg_id, path=path, is_missing=is_missing
            )
        )
