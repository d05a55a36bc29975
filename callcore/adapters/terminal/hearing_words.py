"""What callers hear and answer before, while and after they are served, in words."""

from __future__ import annotations

from callcore.adapters.terminal.words import Tone, place, printable, span, spoken
from callcore.domain import events


def describe(fact: events.Fact) -> tuple[str, Tone] | None:  # noqa: C901, PLR0911, PLR0912  # a line a fact
    """What happened, and its tone; ``None`` for other facts."""
    match fact:
        case events.PositionAnnounced(position=position):
            return f"hears: position {position}", Tone.QUIET
        case events.EstimateAnnounced(low_minutes=low, high_minutes=high):
            return f"hears: {_wait(low, high)}", Tone.QUIET
        case events.MessageAnnounced(number=number):
            return f"hears: message {number}", Tone.QUIET
        case events.PromptMissing(what=what):
            return f"could not hear {printable(what)}", Tone.BAD
        case events.SoundNotFound(path=path):
            return f"has no {printable(path)}", Tone.BAD
        case events.LanguageChanged(language=language, by=by):
            return f"is spoken to in {printable(language)} by {printable(by)}", Tone.BUSY
        case events.MenuAnswered(menu=menu, branch=branch, to=to) if branch:
            return f"is led on by {printable(menu)}, {spoken(branch)}: {place(to)}", Tone.PLAIN
        case events.MenuAnswered(menu=menu, key=key, to=to):
            return f"chose {printable(key)} in {printable(menu)}: {place(to)}", Tone.PLAIN
        case events.LookupMade(lookup=lookup, failure=None, seconds=seconds):
            return f"is looked up in {printable(lookup)} in {seconds:.1f}s", Tone.QUIET
        case events.LookupMade(lookup=lookup, failure=failure, seconds=seconds):
            why = f"{spoken(str(failure))} after {span(seconds)}"
            return f"is not looked up in {printable(lookup)}: {why}", Tone.BAD
        case events.SurveyAnswered(question=question, answer=""):
            return f"gives no answer to {printable(question)}", Tone.QUIET
        case events.SurveyAnswered(question=question, answer=answer):
            return f"answers {printable(question)}: {printable(answer)}", Tone.PLAIN
        case events.SurveyEnded(survey=survey, answered_count=answered, questions_count=asked):
            return f"answered {answered} of {asked} in {printable(survey)}", Tone.QUIET
        case _:
            return None


def _wait(low_minutes: int, high_minutes: int) -> str:
    if low_minutes == 0:
        return f"up to {high_minutes} min to wait"
    if low_minutes == high_minutes:
        return f"more than {low_minutes} min to wait"
    return f"{low_minutes} to {high_minutes} min to wait"
