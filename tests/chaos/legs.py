"""What a phone lives through: a caller's, an agent's that rings, that of somebody called back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.chaos import centre

MICROS = 1_000_000
MUSIC = "local_stream://"
Span = tuple[int, int]
"""From when to when, epoch microseconds."""


@dataclass(kw_only=True)
class Leg:
    """One phone's end of a call; ``ended_at`` is ``None`` while it lasts."""

    leg: str
    node: str
    began_at: int
    answered_at: int | None = None
    ended_at: int | None = None
    cause: str = ""
    ended_by: str = ""
    """``person``, ``switch``, ``death`` of the switch; empty while it lasts."""
    talks: list[tuple[int, int | None, str]] = field(default_factory=list)
    """From, to, the leg talked with."""

    def end_talk(self, at: int) -> None:
        """The talk of now is over."""
        if self.talks and self.talks[-1][1] is None:
            self.talks[-1] = (self.talks[-1][0], at, self.talks[-1][2])

    @property
    def end(self) -> float:
        """When it ended; infinity if it did not."""
        return math.inf if self.ended_at is None else self.ended_at

    @property
    def first_talk(self) -> float:
        """When it began to talk; infinity if it never did."""
        return self.talks[0][0] if self.talks else math.inf


@dataclass(kw_only=True)
class Ring(Leg):
    """A phone was called."""

    phone: str
    shows: str

    @property
    def was_missed(self) -> bool:
        """True if it was not picked up."""
        return self.answered_at is None


@dataclass(kw_only=True)
class Customer(Leg):
    """Somebody was called back, or was meant to be."""

    number: str
    keys: list[tuple[int, str]] = field(default_factory=list)
    """What was pressed before any talk, and when."""

    @property
    def has_talked(self) -> bool:
        """True if an agent was there to be talked with."""
        return any(talk[1] is None or talk[1] > talk[0] for talk in self.talks)

    def has_pressed(self, key: str) -> bool:
        """True if the key was pressed before any talk."""
        return any(pressed == key for _, pressed in self.keys)


@dataclass(kw_only=True)
class Caller(Leg):
    """Somebody called."""

    number: str
    dialled: str
    keys: list[tuple[int, str]] = field(default_factory=list)
    """What was pressed before any talk, and when."""
    music_at: int | None = None
    """When the wait was first heard to be one."""
    silences: list[Span] = field(default_factory=list)
    sent_on_at: int | None = None
    """To the dialplan's fallback."""
    rings: list[Ring] = field(default_factory=list)
    """Phones that rang with this caller's number, in order."""
    place_of: Caller | None = None
    """The earlier call whose promised callback gave its place to this one."""
    _silent_since: int | None = None

    @property
    def queue(self) -> str:
        """Where the caller waits, as far as that can be told."""
        return centre.queue_of(self.dialled, self.keys[0][1] if self.keys else "")

    @property
    def confirmed_at(self) -> float:
        """When the caller had asked for a callback and confirmed the number; infinity if never."""
        asked = False
        for at, key in self.keys:
            if asked and key == centre.RIGHT_KEY:
                return at
            asked = asked or key == centre.CALLBACK_KEY
        return math.inf

    @property
    def priority(self) -> int:
        """How much more urgent than others."""
        return centre.PRIORITIES.get(self.dialled, 0)

    @property
    def is_asked_first(self) -> bool:
        """True of one who goes through the menu."""
        return self.dialled == centre.MENU_NUMBER

    @property
    def was_heard(self) -> bool:
        """True if callcore did anything: nobody else answers, plays or connects before the
        fallback does.
        """
        before = math.inf if self.sent_on_at is None else self.sent_on_at
        return (self.answered_at is not None and self.answered_at < before) or bool(self.talks)

    @property
    def joined_at(self) -> int:
        """When the caller came to wait: at the switch, or behind the menu; perhaps earlier."""
        if self.place_of is not None:
            return self.place_of.joined_at
        if self.is_asked_first and self.music_at is not None:
            return self.music_at
        return self.began_at

    @property
    def wait_end(self) -> float:
        """When the wait was over, however."""
        sent_on = math.inf if self.sent_on_at is None else self.sent_on_at
        return min(self.first_talk, sent_on, self.end)

    def unrung(self) -> list[Span]:
        """From when to when the caller waited in the queue and no phone rang for it."""
        if self.music_at is None:
            return []
        spans, at, end = [], self.music_at, self.wait_end
        for ring in self.rings:
            if ring.began_at > end:
                break
            if ring.began_at > at:
                spans.append((at, ring.began_at))
            at = max(at, int(min(ring.end, end)))
        if at < end < math.inf:
            spans.append((at, int(end)))
        return spans

    def hears(self, at: int, what: str) -> None:
        """A sound begins."""
        if self._silent_since is not None:
            self.silences.append((self._silent_since, at))
            self._silent_since = None
        if what.startswith(MUSIC) and self.music_at is None:
            self.music_at = at

    def hears_nothing(self, at: int) -> None:
        """No sound any more; also when a talk begins or the line ends, which end a silence."""
        if self._silent_since is None:
            self._silent_since = at

    def silence_over(self, at: int) -> None:
        """A talk or the end of the line ends a silence."""
        if self._silent_since is not None:
            self.silences.append((self._silent_since, at))
            self._silent_since = None
