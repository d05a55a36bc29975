"""Facts in words, short enough for a line of the view. What callers sent is made harmless."""

from __future__ import annotations

from enum import StrEnum

from callcore.domain import events, phone_numbers


class Tone(StrEnum):
    """How a line is coloured."""

    PLAIN = "plain"
    GOOD = "good"
    BUSY = "busy"
    QUIET = "quiet"
    BAD = "bad"


def printable(text: str) -> str:
    """The text without characters that could command the terminal or turn its direction."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def spoken(word: str) -> str:
    """A word of ours as people write it: ``no_answer`` is "no answer"."""
    return printable(word.replace("_", " "))


def span(seconds: float) -> str:
    """A length for a narrow column: ``7s``, ``1:05``, ``2:03:09``."""
    whole = int(max(seconds, 0))
    if whole < 60:  # noqa: PLR2004  # seconds in a minute
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def place(target: str) -> str:
    """Where a caller is sent, as people say it; an outside number is shortened."""
    kind, _, where = target.partition(":")
    shown = phone_numbers.shorten(where) if kind == "number" else where
    return printable(f"{kind} {shown}".rstrip())


def _by(who: str) -> str:
    return "" if who == events.BY_HOURS else f" by {printable(who)}"


def describe(fact: events.Fact) -> tuple[str, Tone] | None:  # noqa: C901, PLR0911, PLR0912  # a line a fact
    """What happened, and its tone; ``None`` for facts nobody watches for."""
    match fact:
        case events.CallArrived(dialled_number=number, is_adopted=True):
            return f"is taken over from another process, on {printable(number)}", Tone.BUSY
        case events.CallArrived(dialled_number=number):
            return f"arrived on {printable(number)}", Tone.PLAIN
        case events.CallRefused(queue=queue, reason=reason, limit=limit):
            full = "" if limit is None or reason != "queue_full" else f", {limit} may wait"
            return f"is not admitted to {printable(queue)}: {spoken(reason)}{full}", Tone.BAD
        case events.CallerJoined(is_callback=True) | events.CallerLeft(reason="picked_up"):
            return None
        case events.CallerJoined(queue=queue, position=position):
            return f"joined {queue} at position {position}", Tone.PLAIN
        case events.OfferMade(agent_id=agent, waited_seconds=waited):
            return f"offered to {agent} after {span(waited)}", Tone.BUSY
        case events.OfferLost(agent_id=agent, reason=reason):
            return f"not taken by {agent}: {spoken(reason)}", Tone.BAD
        case events.AgentPickedUp(agent_id=agent, rang_seconds=rang):
            return f"picked up by {agent}, rang {span(rang)}", Tone.GOOD
        case events.LegsBridged(agent_id=agent, waited_seconds=waited, is_callback=True):
            return f"is called back and talks with {agent}, waited {span(waited)}", Tone.GOOD
        case events.LegsBridged(agent_id=agent, waited_seconds=waited, is_within_service_level=yes):
            late = "" if yes else ", late"
            return f"talks with {agent}, waited {span(waited)}{late}", Tone.GOOD
        case events.CallerLeft(queue=queue, reason=reason, waited_seconds=waited):
            return f"left {queue} after {span(waited)}: {spoken(reason)}", Tone.BAD
        case events.CallSentOn(queue=queue, reason=reason, to="goodbye"):
            return f"is told goodbye by {printable(queue)}: {spoken(reason)}", Tone.BAD
        case events.CallSentOn(queue=queue, reason=reason, to=to):
            return f"goes from {printable(queue)} to {place(to)}: {spoken(reason)}", Tone.BUSY
        case events.CallbackPromised(queue=queue, is_adopted=True):
            return f"is still to be called back by {printable(queue)}", Tone.BUSY
        case events.CallbackPromised(queue=queue):
            return f"is promised a callback by {printable(queue)}", Tone.GOOD
        case events.CallbackDialled(attempt=attempt):
            return f"is called back, attempt {attempt}", Tone.BUSY
        case events.CallbackUnreached(hangup_cause=cause):
            return f"was not reached: {spoken(cause.lower())}", Tone.BAD
        case events.PriorityChanged(queue=queue, priority=priority, by=events.BY_AGEING):
            return f"has priority {priority} in {printable(queue)} by waiting", Tone.QUIET
        case events.PriorityChanged(queue=queue, priority=priority, by=by):
            return f"has priority {priority} in {printable(queue)} by {printable(by)}", Tone.BUSY
        case events.QueueDoorChanged(is_open=True, by=by):
            return f"is open{_by(by)}", Tone.GOOD
        case events.QueueDoorChanged(by=by, reason=reason):
            why = f": {printable(reason)}" if reason else ""
            return f"is closed{_by(by)}{why}", Tone.BAD
        case events.LimitChanged(limit=limit, staffed_count=staffed):
            noun = "agent" if staffed == 1 else "agents"
            return f"has room for {limit} with {staffed} {noun}", Tone.QUIET
        case events.TalkEnded(agent_id=agent, talked_seconds=talked, hung_up_by=who):
            return f"talked {span(talked)} with {agent}; {spoken(who)} hung up", Tone.PLAIN
        case events.CallEnded(outcome=outcome, lasted_seconds=lasted):
            return f"is over after {span(lasted)}: {spoken(outcome)}", Tone.QUIET
        case events.SelfHealed(what=what, reason=reason):
            return f"mended: {spoken(what)}, {spoken(reason)}", Tone.BAD
        case events.LinkRestored(is_restarted=True):
            return "is linked again after a restart", Tone.BAD
        case events.LinkRestored():
            return "is linked", Tone.GOOD
        case events.LinkLost(reason=reason):
            return f"link lost: {printable(reason)}", Tone.BAD
        case events.RecordsWritten(count=count):
            noun = "record" if count == 1 else "records"
            return f"{count} call {noun} written", Tone.QUIET
        case events.StoreFailed(reason=reason):
            return printable(reason), Tone.BAD
        case _:
            return None
