"""What becomes of callbacks, from the wish to the customer on the line, in words for the view."""

from __future__ import annotations

from functools import singledispatch
from typing import Final

from callcore.adapters.terminal.telling import Told, nothing
from callcore.adapters.terminal.words import Tone, printable, span, spoken
from callcore.domain import events
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin

_ORIGINS: Final = {
    CallbackOrigin.REQUEST: ", as was asked for",
    CallbackOrigin.ABANDONED: ", having hung up",
    CallbackOrigin.SWITCH_LOST: ", cut off by a dead switch",
}

_TOLD_OTHERWISE: Final = frozenset({AskingEnd.PROMISED, AskingEnd.PICKED_UP})
"""By the promise itself, and by the pick-up."""

_UNREACHED: Final = {
    AttemptOutcome.HUNG_UP: "answered the callback and hung up",
    AttemptOutcome.SILENT: "answered the callback and pressed no key",
    AttemptOutcome.MACHINE: "is an answering machine",
    AttemptOutcome.LATER: "asks to be called back later",
    AttemptOutcome.DECLINED: "wants no callback any more",
}
"""Of those who were reached after all."""


describe = singledispatch(nothing)
"""What happened, and its tone; ``None`` for other facts."""


@describe.register
def _asked(fact: events.CallbackAsked) -> Told | None:
    queue = printable(fact.queue)
    if fact.end in _TOLD_OTHERWISE:
        return None
    if not fact.call_id:  # told of the queue, for it has no caller
        return f"promises no callback on request: {spoken(fact.end)}", Tone.BAD
    if fact.end is AskingEnd.ALREADY_PROMISED:
        return f"is to be called back by {queue} already", Tone.PLAIN
    if fact.end is AskingEnd.DECLINED:
        return f"wants no callback from {queue}", Tone.PLAIN
    return f"gets no callback from {queue}: {spoken(fact.end)}", Tone.BAD


@describe.register
def _promised(fact: events.CallbackPromised) -> Told:
    queue = printable(fact.queue)
    if fact.is_adopted:
        return f"is still to be called back by {queue}", Tone.BUSY
    return f"is promised a callback by {queue}{_ORIGINS.get(fact.origin, '')}", Tone.GOOD


@describe.register
def _dialled(fact: events.CallbackDialled) -> Told:
    return f"is called back, attempt {fact.attempt}", Tone.BUSY


@describe.register
def _answered(fact: events.CallbackAnswered) -> Told:
    confirmed = " and is there" if fact.is_confirmed else ""
    return f"answered the callback after {span(fact.rang_seconds)}{confirmed}", Tone.BUSY


@describe.register
def _not_reached(fact: events.CallbackUnreached) -> Told:
    told = _UNREACHED.get(fact.outcome)
    if told is not None:
        return told, Tone.BAD
    return f"was not reached: {spoken(fact.outcome)}", Tone.BAD


@describe.register
def _notice(fact: events.NoticeTold) -> Told:
    hook, kind = printable(fact.hook), spoken(fact.kind)
    if fact.failure is None:
        return f"is told by {hook}: {kind}", Tone.QUIET
    return f"is not told by {hook}: {kind}; {spoken(fact.failure)}", Tone.BAD
