"""What callers hear and answer before, while and after they are served, in words."""

from __future__ import annotations

from functools import singledispatch

from callcore.adapters.terminal.telling import Told, nothing
from callcore.adapters.terminal.words import Tone, place, printable, span, spoken
from callcore.domain import events

describe = singledispatch(nothing)
"""What happened, and its tone; ``None`` for other facts."""


@describe.register
def _position(fact: events.PositionAnnounced) -> Told:
    return f"hears: position {fact.position}", Tone.QUIET


@describe.register
def _estimate(fact: events.EstimateAnnounced) -> Told:
    grown = "the wait has grown, " if fact.has_grown else ""
    return f"hears: {grown}{_wait(fact.low_minutes, fact.high_minutes)}", Tone.QUIET


@describe.register
def _message(fact: events.MessageAnnounced) -> Told:
    return f"hears: message {fact.number}", Tone.QUIET


@describe.register
def _prompt_missing(fact: events.PromptMissing) -> Told:
    return f"could not hear {printable(fact.what)}", Tone.BAD


@describe.register
def _sound_not_found(fact: events.SoundNotFound) -> Told:
    return f"has no {printable(fact.path)}", Tone.BAD


@describe.register
def _language_changed(fact: events.LanguageChanged) -> Told:
    return f"is spoken to in {printable(fact.language)} by {printable(fact.by)}", Tone.BUSY


@describe.register
def _menu_answered(fact: events.MenuAnswered) -> Told:
    menu, to = printable(fact.menu), place(fact.to)
    if fact.branch:
        return f"is led on by {menu}, {spoken(fact.branch)}: {to}", Tone.PLAIN
    return f"chose {printable(fact.key)} in {menu}: {to}", Tone.PLAIN


@describe.register
def _looked_up(fact: events.LookupMade) -> Told:
    lookup = printable(fact.lookup)
    if fact.failure is None:
        return f"is looked up in {lookup} in {fact.seconds:.1f}s", Tone.QUIET
    why = f"{spoken(fact.failure)} after {span(fact.seconds)}"
    return f"is not looked up in {lookup}: {why}", Tone.BAD


@describe.register
def _question_answered(fact: events.SurveyAnswered) -> Told:
    question = printable(fact.question)
    if not fact.answer:
        return f"gives no answer to {question}", Tone.QUIET
    return f"answers {question}: {printable(fact.answer)}", Tone.PLAIN


@describe.register
def _survey_ended(fact: events.SurveyEnded) -> Told:
    answered = f"answered {fact.answered_count} of {fact.questions_count}"
    return f"{answered} in {printable(fact.survey)}", Tone.QUIET


def _wait(low_minutes: int, high_minutes: int) -> str:
    if low_minutes == 0:
        return f"up to {high_minutes} min to wait"
    if low_minutes == high_minutes:
        return f"more than {low_minutes} min to wait"
    return f"{low_minutes} to {high_minutes} min to wait"
