"""Who waits is served in turn, as soon as may be, and hears something."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from tests.chaos import centre
from tests.chaos.evidence import Found, Run, Violation, Waiter, clock, seconds
from tests.chaos.legs import MICROS, Caller, Ring, Span
from tests.chaos.people import Absence
from tests.chaos.promises import Promise

_Wait: TypeAlias = tuple[int, int, Waiter]
"""From when to when somebody waited, and no phone rang for them."""
_Choice: TypeAlias = tuple[int, int, Waiter]
"""When a phone rang, when that was decided, and for whom."""


def in_order(run: Run) -> Found:
    """Within a queue, a phone rings for the most urgent who came first.

    Unless a fault may be felt, somebody who has been waiting for a while, for whom no phone rings,
    is not passed over for one who came later.
    """
    bound = int(run.bounds.order * MICROS)
    waits: dict[str, list[_Wait]] = {}
    for one in run.waiters:
        # When a customer is to be called who is called first is callcore's guess.
        if isinstance(one, Promise) and not one.is_agent_first:
            continue
        for begin, end in one.unrung():
            if end - begin > 2 * bound:
                waits.setdefault(one.queue, []).append((begin + bound, end - bound, one))
    rings: dict[str, list[_Choice]] = {}
    for one in run.waiters:
        for ring in one.rings:
            decided_at = one.decided_at(ring) if isinstance(one, Promise) else ring.began_at
            rings.setdefault(one.queue, []).append((ring.began_at, decided_at, one))
    for queue, spans in waits.items():
        spans.sort(key=lambda wait: wait[0])
        yield from _passed_over(run, spans, sorted(rings.get(queue, ()), key=lambda one: one[0]))


def _passed_over(run: Run, spans: list[_Wait], rings: list[_Choice]) -> Found:
    bound = run.bounds.order * MICROS
    place = 0
    waiting: list[_Wait] = []
    for at, decided_at, chosen in rings:
        while place < len(spans) and spans[place][0] <= at:
            waiting.append(spans[place])
            place += 1
        waiting = [one for one in waiting if one[1] > at]
        if run.of_order.holds(at) or (isinstance(chosen, Caller) and chosen.music_at is None):
            continue
        for since, _, other in waiting:
            is_before = (-other.priority, other.joined_at + bound) < (
                -chosen.priority,
                chosen.joined_at,
            )
            if other is not chosen and is_before and since <= decided_at:
                yield Violation(
                    "order",
                    other.leg,
                    f"waited in {other.queue} since {clock(other.joined_at)} and was passed over "
                    f"at {clock(at)} for {chosen.leg}, who came at {clock(chosen.joined_at)}",
                )


def nobody_idle(run: Run) -> Found:
    """No agent is free while somebody waits whom the agent could serve."""
    away = _away(run.absences)
    ready = {
        phone: [part for span in _ready(rings) for part in _without(span, away.get(phone, ()))]
        for phone, rings in run.phones.items()
    }
    begins = {phone: [begin for begin, _ in spans] for phone, spans in ready.items()}
    suitable: dict[str, list[str]] = {}
    for phone in run.phones:
        for queue in centre.queues_of(phone):
            suitable.setdefault(queue, []).append(phone)
    bound = run.bounds.idle * MICROS
    for one in run.waiters:
        for unrung in one.unrung():
            for span in run.of_idle.outside(unrung):
                if span[1] - span[0] <= bound:
                    continue
                free = {
                    phone: overlap
                    for phone in suitable.get(one.queue, ())
                    if (overlap := _longest_overlap(span, ready[phone], begins[phone])) > bound
                }
                idle = _not_kept(run, span, free)
                if idle:
                    told = ", ".join(f"{phone} {free[phone] / MICROS:.2f} s" for phone in idle)
                    what = f"waited in {one.queue} from {clock(span[0])} on; free were {told}"
                    yield Violation("idle agent", one.leg, what)


def _not_kept(run: Run, span: Span, free: Iterable[str]) -> list[str]:
    """Of agents who seem to be free, those of whom none can be kept for a customer who is being
    called.
    """
    kept = sum(begin < span[1] and end > span[0] for begin, end in run.calling)
    may_be_kept = [
        phone for phone in free if not centre.AGENT_FIRST.issuperset(centre.queues_of(phone))
    ]
    others = [phone for phone in free if phone not in may_be_kept]
    return [*others, *may_be_kept[kept:]]


def _ready(rings: list[Ring]) -> Iterator[Span]:
    """When an agent could have been called, from the first call on to the last."""
    free_at: float | None = None
    for ring in rings:
        if free_at is not None and ring.began_at > free_at:
            yield (int(free_at), ring.began_at)
        rest = centre.WRAP_UP_SECONDS if ring.talks else centre.RETRY_SECONDS
        free_at = max(free_at or 0, ring.end + rest * MICROS)


def _away(absences: Iterable[Absence]) -> dict[str, list[Span]]:
    """By agent, when each cannot be counted on."""
    found: dict[str, list[Span]] = {}
    for one in sorted(absences, key=lambda absence: absence.asked_at):
        found.setdefault(one.agent_id, []).append((one.asked_at, one.back_at))
    return found


def _without(span: Span, taken: Iterable[Span]) -> Iterator[Span]:
    at = span[0]
    for begin, end in taken:
        if begin < span[1] and end > at:
            if begin > at:
                yield (at, begin)
            at = end
    if at < span[1]:
        yield (at, span[1])


def _longest_overlap(span: Span, spans: list[Span], begins: list[int]) -> int:
    longest, place = 0, max(bisect.bisect_right(begins, span[0]) - 1, 0)
    while place < len(spans) and spans[place][0] < span[1]:
        longest = max(longest, min(span[1], spans[place][1]) - max(span[0], spans[place][0]))
        place += 1
    return longest


def music_goes_on(run: Run) -> Found:
    """Nobody who waits hears nothing for long, whatever breaks."""
    for caller in run.callers:
        since = caller.answered_at if not caller.is_asked_first else caller.music_at
        if since is None:
            continue
        for begin, end in caller.silences:
            span = (max(begin, since), min(end, caller.wait_end))
            bound = run.bounds.silence
            if run.late.touches(span):
                bound = run.bounds.silence_after_fault
            if span[1] - span[0] > bound * MICROS:
                yield Violation(
                    "silence",
                    caller.leg,
                    f"heard nothing for {seconds(span):.2f} s from {clock(span[0])}",
                )


def nobody_is_left_alone(run: Run) -> Found:
    """Whoever calls is answered, or sent on by the switch, whatever breaks."""
    for caller in run.callers:
        heeded_at = caller.end if caller.answered_at is None else caller.answered_at
        unheeded = (caller.began_at, min(heeded_at, caller.wait_end, run.lives.last_at))
        bound = run.bounds.unheeded
        if run.starved.touches(unheeded):
            bound *= run.bounds.starved_times
        if seconds(unheeded) > bound:
            what = f"was neither answered nor sent on for {seconds(unheeded):.1f} s"
            yield Violation("left alone", caller.leg, what)
