"""What callers may be told, and were told of the wait, as Redis holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from callcore.adapters.redisdb import rows
from callcore.domain.ids import CallId, Micros, QueueName
from callcore.domain.wait_telling import ToldEstimate, ToldWait
from callcore.ports.stores import Outlook

_told_decoder: Final = msgspec.json.Decoder(tuple[tuple[int, int, int | None, float], ...])


def outlook(call_id: CallId, queue: QueueName, found: Sequence[Any]) -> Outlook:
    """What a caller may be told, as the script found it: with what an estimate needs, or without.

    Raises ``UnexpectedAnswerError`` if it is not one of ours.
    """
    position, ahead, score, *rest = found
    plain = Outlook(position=position, ahead_count=ahead, score=float(score))
    if not rest:
        return plain
    staffed_count, sums, head, last_told = rest
    told = told_estimates(call_id, last_told)
    return replace(
        plain,
        staffed_count=staffed_count,
        rates=rows.rates(queue, sums),
        head_score=None if head is None else float(head),
        told=told[-1] if told else None,
    )


def told_text(told: ToldEstimate) -> str:
    """What a caller was told of the wait, as the call's hash holds it, between commas."""
    range_ = told.range
    return rows.json_text((told.at, range_.low_minutes, range_.high_minutes, told.mean_seconds))


def told_estimates(call_id: CallId, text: str | None) -> tuple[ToldEstimate, ...]:
    """What a caller was told. Raises ``UnexpectedAnswerError`` if the text is not one of ours."""
    if not text:
        return ()
    with rows.ours(f"what call {call_id} was told"):
        return tuple(
            ToldEstimate(
                at=Micros(at),
                range=ToldWait(low_minutes=low, high_minutes=high),
                mean_seconds=mean,
            )
            for at, low, high, mean in _told_decoder.decode(f"[{text}]")
        )
