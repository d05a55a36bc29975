"""Journals read as lives: what each caller, and each ringing of an agent's phone, came to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos import centre
from tests.chaos.journal import Line, Word

MICROS = 1_000_000
MUSIC = "local_stream://"
FALLBACK = "callcore_fallback"
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
class Caller(Leg):
    """Somebody called."""

    number: str
    dialled: str
    key: str = ""
    """What was pressed first, before any talk."""
    music_at: int | None = None
    """When the wait was first heard to be one."""
    silences: list[Span] = field(default_factory=list)
    sent_on_at: int | None = None
    """To the dialplan's fallback."""
    rings: list[Ring] = field(default_factory=list)
    """Phones that rang with this caller's number, in order."""
    _silent_since: int | None = None

    @property
    def queue(self) -> str:
        """Where the caller waits, as far as that can be told."""
        return centre.queue_of(self.dialled, self.key)

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


@dataclass(kw_only=True)
class Lives:
    """Everything that was lived through."""

    callers: dict[str, Caller] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    last_at: int = 0

    def by_number(self) -> dict[str, Caller]:
        """Callers by the number that phones show."""
        return {caller.number: caller for caller in self.callers.values()}

    def phones(self) -> dict[str, list[Ring]]:
        """What rang at each phone, in order."""
        found: dict[str, list[Ring]] = {}
        for ring in sorted(self.rings.values(), key=lambda one: one.began_at):
            found.setdefault(ring.phone, []).append(ring)
        return found


def lives(journals: Mapping[str, Iterable[Line]], deaths: Mapping[str, Sequence[int]]) -> Lives:
    """The lives told by the journals of the nodes, of which each died at these instants."""
    found = Lives()
    for node, lines in journals.items():
        _Reader(found, node, deaths.get(node, ())).read(lines)
    numbers = found.by_number()
    for ring in sorted(found.rings.values(), key=lambda one: one.began_at):
        if ring.shows in numbers:
            numbers[ring.shows].rings.append(ring)
    return found


class _Reader:
    """Reads the journal of one node."""

    def __init__(self, found: Lives, node: str, deaths: Sequence[int]) -> None:
        self._found = found
        self._node = node
        self._deaths = deaths
        self._life = 0
        self._living: dict[str, Leg] = {}

    def read(self, lines: Iterable[Line]) -> None:
        """Adds what the lines tell."""
        for line in lines:
            self._found.last_at = max(self._found.last_at, line.at)
            if line.word is Word.BEGAN:
                self._begin()
            else:
                self._note(line)
        if self._life <= len(self._deaths):
            self._die()

    def _begin(self) -> None:
        if self._life:
            self._die()
        self._life += 1

    def _die(self) -> None:
        if self._life > len(self._deaths):
            return
        at = self._deaths[self._life - 1]
        for leg in self._living.values():
            self._end(leg, max(at, leg.began_at), "death", "death")
        self._living.clear()

    def _note(self, line: Line) -> None:
        at, word, name, more = line
        if word is Word.ARRIVED:
            caller = Caller(leg=name, node=self._node, began_at=at, number=more[0], dialled=more[1])
            self._found.callers[name] = self._living[name] = caller
        elif word is Word.RANG:
            ring = Ring(leg=name, node=self._node, began_at=at, phone=more[0], shows=more[1])
            self._found.rings[name] = self._living[name] = ring
        elif word is Word.REFUSED:
            self._found.refused.add(name)
        elif name in self._living:
            self._change(self._living[name], at, word, more)

    def _change(self, leg: Leg, at: int, word: Word, more: tuple[str, ...]) -> None:
        if word is Word.ANSWERED:
            leg.answered_at = at
        elif word is Word.BRIDGED:
            leg.talks.append((at, None, more[0]))
        elif word is Word.PARTED:
            leg.end_talk(at)
            other = self._living.get(more[0])
            if other is not None:
                other.end_talk(at)
        elif word is Word.HUNG_UP:
            self._end(leg, at, more[0], more[1])
            del self._living[leg.leg]
        if isinstance(leg, Caller):
            _hear(leg, at, word, more)

    def _end(self, leg: Leg, at: int, cause: str, by: str) -> None:
        leg.ended_at, leg.cause, leg.ended_by = at, cause, by
        leg.end_talk(at)
        if isinstance(leg, Caller):
            leg.silence_over(at)
        for _, _, partner in leg.talks[-1:]:
            other = self._living.get(partner)
            if other is not None:
                other.end_talk(at)


def _hear(caller: Caller, at: int, word: Word, more: tuple[str, ...]) -> None:
    if word is Word.SOUND:
        caller.hears(at, more[0])
    elif word is Word.SILENCE or (word is Word.ANSWERED and caller.music_at is None):
        caller.hears_nothing(at)
    elif word is Word.BRIDGED:
        caller.silence_over(at)
    elif word is Word.PRESSED and not caller.key and not caller.talks:
        caller.key = more[0]
    elif word is Word.SENT_ON and more[0].partition(" ")[0] == FALLBACK:
        caller.sent_on_at = caller.sent_on_at or at
