"""What is told of a call to an operator: its story, without whole phone numbers."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain import phone_numbers
from callcore.domain.ids import AgentId, CallId
from callcore.domain.records import CallStory
from callcore.domain.routing import Judgement
from callcore.ports.operations import CallbackView, Explanation, WaitingView


def explanation(
    call_id: CallId,
    story: CallStory,
    *,
    waiting: WaitingView | None = None,
    promise: CallbackView | None = None,
    judgements: tuple[Judgement, ...] = (),
    not_free: tuple[tuple[AgentId, str], ...] = (),
) -> Explanation:
    """The story so far, and of a caller who waits how things stand now."""
    return Explanation(
        call_id=call_id,
        decisions=story.decisions,
        waiting=waiting,
        judgements=judgements,
        not_free=not_free,
        language=story.language,
        account=story.account,
        survey_answers=story.survey_answers,
        promise=promise,
        callback_of=story.callback_of,
        callback_origin=story.callback_origin,
        callback_attempts=story.callback_attempts,
        callback_askings=tuple(
            replace(asking, number=phone_numbers.shorten(asking.number))
            for asking in story.callback_askings
        ),
    )
