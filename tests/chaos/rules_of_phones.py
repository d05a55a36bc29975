"""Phones ring for one caller at a time, stop when it is over, and nothing is left."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.chaos.evidence import Found, Run, Violation, clock, life, seconds, story
from tests.chaos.legs import MICROS, Caller, Leg, Ring

_TOGETHER_SECONDS = 1.0
"""So long a leg may take to end that is withdrawn while another phone rings already."""


def one_phone_each(run: Run) -> Found:
    """A phone rings once at a time, and for one caller one phone; no agent talks twice."""
    for phone, rings in run.phones.items():
        for first, second in together(rings, life):
            if not run.late.touches((second.began_at, second.began_at)):
                yield Violation("one call an agent", second.leg, f"{phone} had {first.leg} already")
        talks = sorted(
            (talk[0], talk[1] or math.inf, ring.leg) for ring in rings for talk in ring.talks
        )
        for one, other in together(talks, lambda talk: (talk[0], talk[1])):
            yield Violation("one talk an agent", other[2], f"{phone} talked in {one[2]} still")
    for caller in run.callers:
        for first, second in together(caller.rings, life):
            if not run.late.touches((second.began_at, second.began_at)):
                what = f"rang at {first.phone} and {second.phone}"
                yield Violation("one phone a caller", caller.leg, what)


def nobody_called_while_away(run: Run) -> Found:
    """Nobody's phone rings who is on a break or has logged out."""
    exact = run.bounds.exact * MICROS
    for absence in run.absences:
        if absence.gone_at is None:
            continue
        for ring in run.phones.get(absence.agent_id, ()):
            is_away = absence.gone_at + exact < ring.began_at < absence.returns_at
            if is_away and not run.late.touches((ring.began_at, ring.began_at)):
                what = f"{absence.agent_id} had been gone since {clock(absence.gone_at)}"
                yield Violation("called while away", ring.leg, what)


def nobody_called_in_vain(run: Run) -> Found:
    """A phone stops ringing, and a line ends, when its caller is gone or talks to another."""
    for caller in run.callers:
        for ring in caller.rings:
            begin = max(_over_for(caller, ring), ring.began_at)
            end = min(ring.end, run.lives.last_at)
            for span in run.late.outside((int(begin), int(end))) if begin < end else ():
                if seconds(span) > run.bounds.in_vain:
                    what = f"{ring.phone} was kept for {seconds(span):.2f} s after all was over"
                    yield Violation("called in vain", caller.leg, what)


def nothing_left(run: Run) -> Found:
    """Every leg ended, and callcore is at rest."""
    lives = run.lives
    legs: Iterable[Leg] = (*run.callers, *lives.rings.values(), *lives.customers.values())
    for leg in legs:
        if leg.ended_at is None:
            yield Violation("leg left over", leg.leg, story(leg))
    for what in run.left_at_end:
        yield Violation("not at rest", "", what)


def _over_for(caller: Caller, ring: Ring) -> float:
    """When there was nothing more to talk about for that agent."""
    with_another = (
        begin for begin, _, leg in caller.talks if leg != ring.leg and begin >= ring.began_at
    )
    return min(caller.end, *with_another, math.inf)


def together(items: Iterable[Any], span: Callable[[Any], tuple[float, float]]) -> Iterator[Any]:
    """Pairs of neighbours of which the second begins well before the first has ended."""
    former = None
    for item in sorted(items, key=lambda one: span(one)[0]):
        if former is not None and span(former)[1] - span(item)[0] > _TOGETHER_SECONDS * MICROS:
            yield former, item
        if former is None or span(item)[1] > span(former)[1]:
            former = item
