"""What happens to queues, links, stores and the process itself, in words for the view."""

from __future__ import annotations

from functools import singledispatch

from callcore.adapters.terminal.telling import Told, nothing
from callcore.adapters.terminal.words import Tone, printable, spoken
from callcore.domain import events

describe = singledispatch(nothing)
"""What happened, and its tone; ``None`` for other facts."""


@describe.register
def _door_changed(fact: events.QueueDoorChanged) -> Told:
    by = "" if fact.by == events.BY_HOURS else f" by {printable(fact.by)}"
    if fact.is_open:
        return f"is open{by}", Tone.GOOD
    why = f": {printable(fact.reason)}" if fact.reason else ""
    return f"is closed{by}{why}", Tone.BAD


@describe.register
def _limit_changed(fact: events.LimitChanged) -> Told:
    noun = "agent" if fact.staffed_count == 1 else "agents"
    return f"has room for {fact.limit} with {fact.staffed_count} {noun}", Tone.QUIET


@describe.register
def _mended(fact: events.SelfHealed) -> Told:
    return f"mended: {spoken(fact.what)}, {spoken(fact.reason)}", Tone.BAD


@describe.register
def _linked(fact: events.LinkRestored) -> Told:
    if fact.is_restarted:
        return "is linked again after a restart", Tone.BAD
    return "is linked", Tone.GOOD


@describe.register
def _link_lost(fact: events.LinkLost) -> Told:
    return f"link lost: {printable(fact.reason)}", Tone.BAD


@describe.register
def _written(fact: events.RecordsWritten) -> Told:
    noun = "record" if fact.count == 1 else "records"
    return f"{fact.count} call {noun} written", Tone.QUIET


@describe.register
def _held(fact: events.RecordsHeld) -> Told:
    if not fact.in_memory_count and not fact.spooled_bytes:
        return "no call records wait on this machine any more", Tone.GOOD
    in_memory = f", {fact.in_memory_count} in memory alone" if fact.in_memory_count else ""
    return f"{fact.spooled_bytes / 1000:.0f} kB of call records on the disk{in_memory}", Tone.BAD


@describe.register
def _store_failed(fact: events.StoreFailed) -> Told:
    return printable(fact.reason), Tone.BAD
