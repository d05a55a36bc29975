"""What agents do, in words: facts for a line of the view."""

from __future__ import annotations

from functools import singledispatch

from callcore.adapters.terminal.agent_parts import by_whom, of_break, of_holds, of_wish
from callcore.adapters.terminal.telling import Told, nothing
from callcore.adapters.terminal.words import Tone, printable, span, spoken
from callcore.domain import events
from callcore.domain.agents import (
    AgentReason,
    AgentState,
)
from callcore.domain.feature_answers import FeatureAnswer

_ASKED_FOR = frozenset(
    {
        AgentReason.COMMAND,
        AgentReason.FEATURE_CODE,
        AgentReason.SETTINGS,
        AgentReason.STANDING_LEG,
    }
)
"""Reasons of changes that no call has made."""

_TOLD_BY_THEMSELVES = frozenset(
    {
        AgentReason.MISSED_CALLS,
        AgentReason.BREAK_OVERRUN,
        AgentReason.HOLDS_CHANGED,
        AgentReason.WRAP_UP_EXTENDED,
    }
)
"""Reasons of changes that have facts of their own."""

_TOLD_OTHERWISE = frozenset(
    {FeatureAnswer.DONE, FeatureAnswer.AFTER_THE_CALL, FeatureAnswer.HUNG_UP}
)
"""Another fact tells what came of it, or nothing did."""


def subject(fact: events.Fact) -> str:
    """Whom a fact is about, if it is an agent."""
    match fact:
        case (
            events.AgentChanged(agent_id=agent_id)
            | events.AgentWished(agent_id=agent_id)
            | events.AgentHeld(agent_id=agent_id)
            | events.AgentMissedTooMany(agent_id=agent_id)
            | events.BreakOverrun(agent_id=agent_id)
            | events.WrapUpExtended(agent_id=agent_id)
            | events.AgentLockedOut(agent_id=agent_id)
        ):
            return agent_id
        case events.FeatureCodeDialled(agent_id=dialled_by):
            return dialled_by or "somebody"
        case _:
            return ""


describe = singledispatch(nothing)
"""What happened, and its tone; ``None`` for what nobody watches for or calls tell of."""


@describe.register
def _changed(fact: events.AgentChanged) -> Told | None:
    """Those that somebody asked for, if only for after the call."""
    note = f": {printable(fact.note)}" if fact.note else ""
    by = by_whom(fact.reason, fact.actor)
    if fact.reason is AgentReason.QUEUES_CHOSEN:
        return f"serves other queues{note}", Tone.PLAIN
    is_away = fact.state in (AgentState.LOGGED_OUT, AgentState.ON_BREAK)
    if fact.reason in _TOLD_BY_THEMSELVES or not (is_away or fact.reason in _ASKED_FOR):
        return None
    told = f"is {spoken(fact.state)}{of_break(fact.break_code)}{by}{note}"
    return told, Tone.QUIET if is_away else Tone.GOOD


@describe.register
def _wished(fact: events.AgentWished) -> Told:
    by = printable(fact.actor)
    if fact.wish is None:
        return f"goes on after the call, by {by}", Tone.PLAIN
    return f"after the call: {of_wish(fact.wish)}, by {by}", Tone.BUSY


@describe.register
def _held(fact: events.AgentHeld) -> Told:
    if fact.holds:
        return f"is not asked: {of_holds(fact.holds)}", Tone.BUSY
    return "may be asked again", Tone.PLAIN


@describe.register
def _missed_too_many(fact: events.AgentMissedTooMany) -> Told:
    return f"missed {fact.misses_count} calls in a row: is given a break", Tone.BAD


@describe.register
def _overran(fact: events.BreakOverrun) -> Told:
    longest = f"more than {span(fact.maximum_seconds)}" if fact.maximum_seconds else "too long"
    return f"is on a break{of_break(fact.break_code)} for {longest}", Tone.BAD


@describe.register
def _wrap_up_extended(fact: events.WrapUpExtended) -> Told:
    return f"has {span(fact.seconds)} more for notes", Tone.QUIET


@describe.register
def _locked_out(fact: events.AgentLockedOut) -> Told:
    locked_out = f"locked out for {span(fact.seconds)}"
    return f"gave {fact.failures_count} wrong PINs: {locked_out}", Tone.BAD


@describe.register
def _dialled(fact: events.FeatureCodeDialled) -> Told | None:
    if fact.answer in _TOLD_OTHERWISE:
        return None
    return f"dialled the code for {spoken(fact.code)}: {spoken(fact.answer)}", Tone.BUSY
