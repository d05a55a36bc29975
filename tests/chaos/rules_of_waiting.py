"""Who waits is served in turn, as soon as may be, and hears something."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from tests.chaos import centre
from tests.chaos.evidence import Found, Run, Violation, clock, joined, seconds
from tests.chaos.lived import MICROS, Caller, Ring, Span


def in_order(run: Run) -> Found:
    """Within a queue, a phone rings for the most urgent who came first.

    Unless a fault may be felt, somebody who has been waiting for a while, for whom no phone rings,
    is not passed over for one who came later.
    """
    bound = int(run.bounds.order * MICROS)
    waits: dict[str, list[tuple[int, int, Caller]]] = {}
    for caller in run.callers:
        for begin, end in caller.unrung():
            if end - begin > 2 * bound:
                waits.setdefault(caller.queue, []).append((begin + bound, end - bound, caller))
    rings = sorted((ring.began_at, caller) for caller in run.callers for ring in caller.rings)
    for queue, spans in waits.items():
        spans.sort(key=lambda one: one[0])
        yield from _passed_over(run, spans, [one for one in rings if one[1].queue == queue])


def _passed_over(
    run: Run, spans: list[tuple[int, int, Caller]], rings: list[tuple[int, Caller]]
) -> Found:
    bound = run.bounds.order * MICROS
    place, waiting = 0, []
    for at, chosen in rings:
        while place < len(spans) and spans[place][0] <= at:
            waiting.append(spans[place])
            place += 1
        waiting = [one for one in waiting if one[1] > at]
        if run.of_order.holds(at) or chosen.music_at is None:
            continue
        for _, _, other in waiting:
            is_before = (-other.priority, joined(other) + bound) < (
                -chosen.priority,
                joined(chosen),
            )
            if other is not chosen and is_before:
                yield Violation(
                    "order",
                    other.leg,
                    f"waited in {other.queue} since {clock(joined(other))} and was passed over "
                    f"at {clock(at)} for {chosen.leg}, who came at {clock(joined(chosen))}",
                )


def nobody_idle(run: Run) -> Found:
    """No agent is free while somebody waits whom the agent could serve."""
    ready = {phone: list(_ready(rings)) for phone, rings in run.phones.items()}
    begins = {phone: [begin for begin, _ in spans] for phone, spans in ready.items()}
    suitable: dict[str, list[str]] = {}
    for phone in run.phones:
        for queue in centre.queues_of(phone):
            suitable.setdefault(queue, []).append(phone)
    bound = run.bounds.idle * MICROS
    for caller in run.callers:
        for unrung in caller.unrung():
            for span in run.of_idle.outside(unrung):
                if span[1] - span[0] <= bound:
                    continue
                for phone in suitable.get(caller.queue, ()):
                    overlap = _longest_overlap(span, ready[phone], begins[phone])
                    if overlap > bound:
                        yield Violation(
                            "idle agent",
                            caller.leg,
                            f"waited in {caller.queue} from {clock(span[0])} on while {phone} was "
                            f"free for {overlap / MICROS:.2f} s of it",
                        )
                        break


def _ready(rings: list[Ring]) -> Iterator[Span]:
    """When an agent could have been called, from the first call on to the last."""
    free_at: float | None = None
    for ring in rings:
        if free_at is not None and ring.began_at > free_at:
            yield (int(free_at), ring.began_at)
        rest = centre.WRAP_UP_SECONDS if ring.talks else centre.RETRY_SECONDS
        free_at = max(free_at or 0, ring.end + rest * MICROS)


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
        if seconds(unheeded) > run.bounds.unheeded:
            what = f"was neither answered nor sent on for {seconds(unheeded):.1f} s"
            yield Violation("left alone", caller.leg, what)
