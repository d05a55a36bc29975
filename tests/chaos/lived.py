"""Journals read as lives: what each caller, and each ringing of a phone, came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos import centre
from tests.chaos.journal import Line, Word
from tests.chaos.legs import MICROS, Caller, Customer, Leg, Ring

FALLBACK = "callcore_fallback"
_HARDLY_GONE_SECONDS = centre.ON_HOOK_SECONDS - 0.5


@dataclass(kw_only=True)
class Lives:
    """Everything that was lived through."""

    callers: dict[str, Caller] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    """Of agents' phones."""
    customers: dict[str, Customer] = field(default_factory=dict)
    callback_rings: dict[str, list[Ring]] = field(default_factory=dict)
    """Of agents' phones with the number of somebody who is not on the line, by that, in order."""
    refused: set[str] = field(default_factory=set)
    last_at: int = 0

    def by_number(self) -> dict[str, list[Caller]]:
        """Callers by the number that phones show, each time they called."""
        found: dict[str, list[Caller]] = {}
        for caller in sorted(self.callers.values(), key=lambda one: one.began_at):
            found.setdefault(caller.number, []).append(caller)
        return found

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
        rung_for = _on_line(numbers.get(ring.shows, ()), ring.began_at)
        if rung_for is not None:
            rung_for.rings.append(ring)
        else:
            found.callback_rings.setdefault(ring.shows, []).append(ring)
    return found


def _on_line(callers: Sequence[Caller], at: int) -> Caller | None:
    """Who of them an agent's phone was rung for; ``None`` if it must have been a callback's:
    nobody is called back so shortly after a call.
    """
    earlier = [one for one in callers if one.began_at <= at]
    if earlier and at < earlier[-1].end + _HARDLY_GONE_SECONDS * MICROS:
        return earlier[-1]
    return None


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
        self._die()

    def _begin(self) -> None:
        self._die()
        self._life += 1

    def _die(self) -> None:
        if not 0 < self._life <= len(self._deaths):
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
        elif word is Word.RANG and more[0].startswith(centre.CUSTOMERS_PREFIX):
            customer = Customer(leg=name, node=self._node, began_at=at, number=more[0])
            self._found.customers[name] = self._living[name] = customer
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
        elif word is Word.PRESSED and isinstance(leg, Caller | Customer) and not leg.talks:
            leg.keys.append((at, more[0]))
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
    elif word is Word.SENT_ON and more[0].partition(" ")[0] == FALLBACK:
        caller.sent_on_at = caller.sent_on_at or at
