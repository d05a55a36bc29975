"""A call centre that tells its waiting callers something, and what they hear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from callcore.domain.ids import LegId
from callcore.domain.policies import (
    EstimatePolicy,
    MessagePolicy,
    MessagesPolicy,
    PositionPolicy,
    SitePolicy,
)
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import Utterance
from tests.flows.floor import TestFloor
from tests.flows.stories import line_of, queue_of

MUSIC = "local_stream://moh"
GREETING = ("waiting/call-recorded",)
NEWS, OPENING, LAST = ("shop/news",), ("shop/opening",), ("shop/last",)


def site(
    *,
    position: PositionPolicy | None = None,
    estimate: EstimatePolicy | None = None,
    each: Sequence[Utterance | MessagePolicy] = (),
    message_times: tuple[float, float] = (20, 45),
    **settings: Any,
) -> SitePolicy:
    """The site whose support tells its callers this."""
    messages = MessagesPolicy(
        each=tuple(
            one if isinstance(one, MessagePolicy) else MessagePolicy(prompts=one) for one in each
        )
        or (MessagePolicy(prompts=NEWS),),
        first_after_seconds=message_times[0],
        interval_seconds=message_times[1],
    )
    return queue_of(
        announce_position=position,
        announce_estimate=estimate,
        messages=messages if each else None,
        **settings,
    )


EVERY_30 = PositionPolicy(first_after_seconds=10, interval_seconds=30)
EVERY_MINUTE = EstimatePolicy(first_after_seconds=10, interval_seconds=60)


def sounds(*words: Any) -> tuple[str, ...]:
    """What is played for them."""
    keys = grammar.prompt_keys(words, cast("Any", "en"))
    return tuple(f"/sounds/en/{key}.wav" for key in keys)


def heard(floor: TestFloor, caller: LegId) -> list[tuple[str, ...]]:
    return line_of(floor, caller).announced
