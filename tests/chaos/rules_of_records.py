"""Every call has one record, and it tells what was lived."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tests.chaos.evidence import Found, Record, Run, Violation, end_of, life, micros, story
from tests.chaos.legs import MICROS, Caller


def one_record_each(run: Run) -> Found:
    """Every call has one record, and every record a call.

    There may be none of a caller whom nothing of callcore reached because it was not there; nor of
    one who had no place yet and whom nobody but those knew who died, the switch among them or its
    own records not asked for.
    """
    rule = "one record a call"
    for caller in run.callers:
        count = len(run.by_call.get(caller.leg, ()))
        if count > 1:
            yield Violation(rule, caller.leg, f"has {count} records")
        if count == 0 and _must_be_known(run, caller):
            yield Violation(rule, caller.leg, f"has no record: {story(caller)}")
    for record in run.records:
        if not record["is_callback"] and record["call_id"] not in run.lives.callers:
            yield Violation(rule, str(record["call_id"]), "has a record, and nobody called")


def _must_be_known(run: Run, caller: Caller) -> bool:
    had_place = caller.music_at is not None and (
        caller.end - caller.music_at > run.bounds.exact * MICROS
    )
    if caller.ended_by == "death" and run.speechless.holds(caller.end):
        return had_place
    if not run.has_details and not had_place:
        return not run.felt.touches(life(caller))
    return caller.was_heard or not run.felt.touches(life(caller))


def record_matches(run: Run) -> Found:
    """The record tells what was lived: how it came out, with whom, when, and who ended it."""
    for caller in run.callers:
        records = run.by_call.get(caller.leg, [])
        if len(records) == 1:
            for rule, what in _differences(run, caller, records[0]):
                yield Violation(rule, caller.leg, f"{what}; lived: {story(caller)}")


def _differences(run: Run, caller: Caller, record: Record) -> Iterator[tuple[str, str]]:
    outcome, is_felt = record["outcome"], run.felt.touches(end_of(caller))
    talks = [talk for talk in caller.talks if talk[1] is None or talk[1] > talk[0]]
    if talks:
        # Nobody can know of a talk all of which fell into a time when nobody was there.
        unheard = all(run.felt.contains((talk[0], talk[1] or math.inf)) for talk in talks)
        if outcome != "served" and not unheard:
            yield "outcome", f"the record says {outcome}, and they talked"
        if outcome == "served":
            yield from _talk_differences(run, caller, record)
    elif outcome == "served":
        yield "outcome", "the record says served, and they never talked"
    else:
        yield from _untalked_differences(run, caller, record, is_felt=is_felt)
    if caller.ended_at is not None and not run.late.touches(end_of(caller)):
        yield from _off(run, "ended_at", record, caller.ended_at)
    if not run.late.touches((caller.began_at, caller.began_at)):
        yield from _off(run, "arrived_at", record, caller.began_at)
    yield from _ended_by_another(run, caller, record, is_felt=is_felt)


def _talk_differences(run: Run, caller: Caller, record: Record) -> Iterator[tuple[str, str]]:
    phones = [run.lives.rings[leg].phone for _, _, leg in caller.talks if leg in run.lives.rings]
    if record["agent_id"] not in phones:
        yield "agent", f"the record says {record['agent_id']}, and it was {phones}"
    if not run.late.touches((caller.talks[0][0], caller.talks[0][0])):
        yield from _off(run, "bridged_at", record, caller.talks[0][0])
    last = caller.talks[-1][1]
    if last is not None and not run.late.touches((last, last)):
        yield from _off(run, "unbridged_at", record, last)


def _untalked_differences(
    run: Run, caller: Caller, record: Record, *, is_felt: bool
) -> Iterator[tuple[str, str]]:
    outcome = record["outcome"]
    if caller.sent_on_at is not None:
        may_be = {"refused", "overflowed", "lost", "exited"}
        # Found when the dialplan had just taken over, because nobody else was there.
        may_be |= {"abandoned", "short_abandoned"} if run.late.touches(end_of(caller)) else set()
    elif caller.ended_by == "person":
        may_be = {"abandoned", "short_abandoned"} | ({"lost"} if is_felt else set())
        if caller.is_asked_first:
            may_be.add("exited")
    elif caller.ended_by == "death":
        may_be = {"lost", "exited", "refused"}
    else:
        may_be = {"refused", "overflowed", "lost", "exited"}
    if caller.confirmed_at < caller.end:
        may_be.add("callback_promised")
    if is_felt and record["source"] == "floor":
        # How it ended died with whoever knew: the floor has only that the caller waited.
        may_be |= {"abandoned", "short_abandoned"}
    if run.late.touches(life(caller)):
        # Whom the floor could not take in, or callcore had no time for, hears so and may stay on.
        may_be.add("refused")
    if outcome not in may_be:
        yield "outcome", f"the record says {outcome}, and it may be {sorted(may_be)}"


def _ended_by_another(
    run: Run, caller: Caller, record: Record, *, is_felt: bool
) -> Iterator[tuple[str, str]]:
    by = record["hung_up_by"]
    partner = run.lives.rings.get(caller.talks[-1][2]) if caller.talks else None
    agent_left_first = (
        partner is not None and partner.ended_by == "person" and partner.end <= caller.end
    )
    if caller.ended_by == "person":
        # Whoever is asked something after the talk may hang up when the agent has.
        may_be = {"caller", "agent"} if agent_left_first else {"caller"}
    elif caller.ended_by == "death":
        may_be = {"switch", "agent"} if agent_left_first else {"switch"}
    elif agent_left_first:
        may_be = {"agent", "callcore", "switch"}
    else:
        may_be = {"callcore", "switch", "agent"}
    if caller.sent_on_at is not None:
        # Of a caller who is in the dialplan's hands nobody tells who ended the line.
        may_be |= {"caller", "unknown"}
    if is_felt or record["is_adopted"]:
        # It ended unheard, while another worker was taking over.
        may_be |= {"unknown"}
    if is_felt:
        # The switch died before it had told.
        may_be |= {"switch"}
    is_promised = record["outcome"] == "callback_promised"
    if is_promised or (record["outcome"] == "refused" and run.late.touches(end_of(caller))):
        # Who has heard that the line ends, or is turned away late, may just have left: the cause is
        # the same.
        may_be |= {"callcore"}
    if by not in may_be and not (is_felt and caller.talks):
        yield "hung up by", f"the record says {by}, and it may be {sorted(may_be)}"


def _off(run: Run, name: str, record: Record, lived: int) -> Iterator[tuple[str, str]]:
    told = micros(record[name])
    if told is None:
        yield name, f"the record has no {name}"
    elif abs(told - lived) > run.bounds.exact * MICROS:
        yield name, f"{name} of the record is {(told - lived) / MICROS:+.3f} s off"
