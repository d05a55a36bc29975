"""Whoever was promised a call is called, once, in turn, and not after saying no."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tests.chaos import centre
from tests.chaos.evidence import (
    Found,
    Run,
    Violation,
    clock,
    end_of,
    life,
    micros,
    seconds,
    story,
)
from tests.chaos.legs import MICROS, Caller, Customer
from tests.chaos.promises import Promise
from tests.chaos.rules_of_phones import together

_ATTEMPTS: dict[str, frozenset[str]] = {
    "USER_BUSY": frozenset({"busy"}),
    "CALL_REJECTED": frozenset({"refused"}),
}


def promised_as_asked(run: Run) -> Found:
    """Each caller has one promise at most, and has one who was told so or whom the policy gives it;
    nobody is called without one.
    """
    for caller in run.callers:
        promises = run.promises.by_caller.get(caller.leg, [])
        if len(promises) > 1:
            yield Violation("one promise a call", caller.leg, f"has {len(promises)} callbacks")
        if not promises and _must_have_promise(run, caller):
            yield Violation(
                "one promise a call", caller.leg, f"has no callback, and must: {story(caller)}"
            )
    for promise in run.promises:
        if not _may_have_promise(run, promise):
            origin = promise.record["callback_origin"]
            what = f"is a callback ({origin}) of {story(promise.caller)}"
            yield Violation("promised unasked", promise.leg, what)
    for record in run.records:
        if record["is_callback"] and str(record["callback_of"]) not in run.lives.callers:
            yield Violation("promised unasked", str(record["call_id"]), "is a callback of no call")
    for leg in run.promises.unpromised:
        if not run.late.touches((leg.began_at, leg.began_at)):
            number = leg.number if isinstance(leg, Customer) else leg.shows
            yield Violation("called unasked", leg.leg, f"{number} was promised nothing")


def _must_have_promise(run: Run, caller: Caller) -> bool:
    outcomes = {str(record["outcome"]) for record in run.by_call.get(caller.leg, ())}
    if "callback_promised" in outcomes:
        return not any(
            other is not caller and other.number == caller.number and other.end < caller.end
            for others in run.promises.by_caller.values()
            for other in (others[0].caller,)
        )
    if caller.talks or caller.music_at is None or caller.sent_on_at is not None:
        return False
    waited = (caller.music_at, caller.end)
    if run.late.touches((waited[0], waited[1] + MICROS)):
        return False
    return (
        caller.ended_by == "person"
        and caller.queue == centre.SUPPORT
        and seconds(waited) > centre.PROMISED_AFTER_SECONDS + run.bounds.exact
    )


def _may_have_promise(run: Run, promise: Promise) -> bool:
    caller, origin = promise.caller, promise.record["callback_origin"]
    if caller.talks and not run.late.touches(life(caller)):
        return False
    waited = (caller.began_at, caller.end)
    match origin:
        case "waiting":
            return caller.confirmed_at < caller.end
        case "abandoned":
            is_long = seconds(waited) > centre.PROMISED_AFTER_SECONDS - run.bounds.exact
            # Who hung up unheard has waited, as far as anybody knows, until that was found.
            is_found = run.late.touches(end_of(caller))
            has_left = caller.ended_by != "switch" or run.late.touches(life(caller))
            return caller.queue == centre.SUPPORT and (is_long or is_found) and has_left
        case "switch_lost":
            has_died = caller.ended_by == "death" or run.late.touches(life(caller))
            return caller.queue == centre.SALES and has_died
        case _:
            return False


def called_as_promised(run: Run) -> Found:
    """Not too early nor too late, not twice at once, not too often, and not after it was over."""
    exact = run.bounds.exact * MICROS
    for promise in run.promises:
        last_at = promise.promised_at + centre.EXPIRES_SECONDS * MICROS + exact
        for customer in promise.customers:
            # callcore counts from when it ends the line, which may take a moment.
            is_slow = run.late.touches((promise.made_at, promise.made_at))
            is_early = customer.began_at < promise.first_due_at - exact * (4 if is_slow else 1)
            if is_early:
                what = f"was called {clock(customer.began_at)}, hung up {clock(promise.made_at)}"
                yield Violation("called too early", promise.leg, what)
            if customer.began_at > last_at and not run.late.touches(life(customer)):
                yield Violation("called too late", promise.leg, f"at {clock(customer.began_at)}")
            over_at, why = _over_before(run, promise, customer)
            if customer.began_at > over_at + exact:
                what = f"at {clock(customer.began_at)}, and {why} at {clock(over_at)}"
                yield Violation("called once more", promise.leg, what)
        for first, second in together(promise.customers, life):
            if not run.late.touches((second.began_at, second.began_at)):
                what = f"{promise.caller.number}: {first.leg} and {second.leg}"
                yield Violation("called twice at once", promise.leg, what)
        in_vain = [one for one in promise.customers if _is_surely_in_vain(run, one)]
        asked = sum(one.has_pressed(centre.LATER_KEY) for one in promise.customers)
        if len(in_vain) > centre.ATTEMPTS + asked:
            what = f"{len(in_vain)} times in vain: {[clock(one.began_at) for one in in_vain]}"
            yield Violation("called too often", promise.leg, what)


def _over_before(run: Run, promise: Promise, customer: Customer) -> tuple[float, str]:
    """When callcore knew that the promise was over, of what was before that call; and why."""
    over: list[tuple[float, str]] = [(math.inf, "")]
    for one in promise.customers:
        if one is customer:
            break
        talks = [talk for talk in one.talks if not _is_unheard(run, talk)]
        if talks and one.ended_at is not None:
            over.append((one.ended_at, "they had talked"))
        declined = [at for at, key in one.keys if key == centre.DECLINE_KEY]
        if declined and _is_asked(promise) and not run.late.touches(life(one)):
            over.append((declined[0], "it was declined"))
    withdrawal = run.withdrawals.get(promise.leg)
    withdrawn_at = None if withdrawal is None else withdrawal.done_at
    if withdrawn_at is not None and not run.late.touches((withdrawn_at, withdrawn_at)):
        over.append((withdrawn_at, "it was withdrawn"))
    over += [(again, "had rung in") for again in _rung_in(run, promise)]
    return min(over)


def _rung_in(run: Run, promise: Promise) -> Iterator[float]:
    """When the customer came to wait on a line of their own, well heard."""
    for caller in run.by_number[promise.caller.number]:
        if promise.made_at < caller.began_at < promise.over_at and caller.music_at is not None:
            is_alone = all(
                one.end < caller.began_at or one.began_at > caller.music_at + MICROS
                for one in promise.customers
            )
            is_same = caller.queue == promise.queue
            if is_alone and is_same and not run.late.touches((caller.began_at, caller.music_at)):
                yield caller.music_at


def _is_asked(promise: Promise) -> bool:
    return not promise.is_agent_first


def _is_unheard(run: Run, talk: tuple[int, int | None, str]) -> bool:
    return run.felt.contains((talk[0], talk[1] or math.inf))


def _is_surely_in_vain(run: Run, customer: Customer) -> bool:
    if customer.has_talked or run.late.touches(life(customer)):
        return False
    rang_seconds = seconds(life(customer))
    is_missed = customer.answered_at is None and rang_seconds > centre.CUSTOMER_RING_SECONDS - 0.3
    return customer.ended_by == "person" or is_missed


def ended_as_lived(run: Run) -> Found:
    """The callback's record tells how it came out at the phones, and each attempt."""
    for promise in run.promises:
        for rule, what in (
            *_outcome(run, promise),
            *_taken_back(run, promise),
            *_attempts(run, promise),
        ):
            yield Violation(rule, promise.leg, f"{what}; lived: {_story(promise)}")


def _outcome(run: Run, promise: Promise) -> Iterator[tuple[str, str]]:
    outcome, left_for = promise.record["outcome"], promise.record["left_for"]
    talked = [one for one in promise.customers if one.has_talked]
    heard = [one for one in talked if not all(_is_unheard(run, talk) for talk in one.talks)]
    is_late = any(run.late.touches(life(one)) for one in promise.customers)
    if heard and outcome != "served":
        yield "callback's outcome", f"the record says {outcome}, and they talked"
    elif outcome == "served" and not talked:
        yield "callback's outcome", "the record says served, and they never talked"
    elif outcome == "served":
        yield from _talk(run, promise, talked)
    elif not is_late and not _may_end_so(run, promise):
        yield "callback's outcome", f"the record says {outcome} ({left_for})"


def _may_end_so(run: Run, promise: Promise) -> bool:
    """Whether a promise that was not kept may have ended for the reason that the record gives."""
    outcome, left_for = promise.record["outcome"], promise.record["left_for"]
    match outcome:
        case "callback_rang_in":
            calls = run.by_number[promise.caller.number]
            return any(promise.made_at < one.began_at <= promise.over_at for one in calls)
        case "overflowed":
            return left_for == "withdrawn" and promise.leg in run.withdrawals
        case "callback_failed":
            return _may_fail(run, promise, left_for)
        case _:
            return False


def _taken_back(run: Run, promise: Promise) -> Iterator[tuple[str, str]]:
    outcome = promise.record["outcome"]
    rung_in = any(at < promise.over_at - run.bounds.exact * MICROS for at in _rung_in(run, promise))
    if rung_in and outcome != "callback_rang_in":
        yield "callback's outcome", f"the record says {outcome}, and the customer rang in"


def _may_fail(run: Run, promise: Promise, left_for: str) -> bool:
    match left_for:
        case "callback_failed":
            in_vain = [one for one in promise.customers if not one.has_talked]
            return len(in_vain) >= centre.ATTEMPTS
        case "callback_expired":
            promised_at = micros(promise.record["arrived_at"]) or promise.made_at
            lasted = seconds((promised_at, promise.over_at))
            return lasted > centre.EXPIRES_SECONDS - 2 * run.bounds.exact
        case "callback_declined":
            return any(one.has_pressed(centre.DECLINE_KEY) for one in promise.customers)
        case _:
            return False


def _talk(run: Run, promise: Promise, talked: list[Customer]) -> Iterator[tuple[str, str]]:
    phones = {
        run.lives.rings[leg].phone
        for one in talked
        for _, _, leg in one.talks
        if leg in run.lives.rings
    }
    if promise.record["agent_id"] not in phones:
        yield "callback's agent", f"the record says {promise.record['agent_id']}, not {phones}"
    begin, end = talked[-1].talks[0][0], talked[-1].talks[-1][1]
    for name, lived in (("bridged_at", begin), ("unbridged_at", end)):
        if lived is None or run.late.touches((lived, lived)):
            continue
        told = micros(promise.record[name])
        if told is None or abs(told - lived) > run.bounds.exact * MICROS:
            off = "missing" if told is None else f"{(told - lived) / MICROS:+.3f} s off"
            yield f"callback's {name}", f"{name} of the record is {off}"


def _attempts(run: Run, promise: Promise) -> Iterator[tuple[str, str]]:
    told = {str(leg): str(outcome) for leg, outcome in promise.record["attempts"] or ()}
    lived = {one.leg: one for one in promise.customers}
    for leg in told.keys() - lived.keys():
        yield "attempt", f"the record tells of {leg}, and no phone rang"
    for leg, one in lived.items():
        if run.late.touches(life(one)):
            continue
        if leg not in told:
            if _is_surely_in_vain(run, one) or one.has_talked:
                yield "attempt", f"the record does not tell of {leg}"
        elif told[leg] not in (may_be := _may_be(promise, one)):
            yield "attempt", f"the record says {told[leg]} of {leg}, may be {sorted(may_be)}"


def _may_be(promise: Promise, one: Customer) -> frozenset[str]:
    """The outcomes that an attempt may have by what the customer did."""
    if one.has_talked:
        return frozenset({"talked"})
    if one.answered_at is None:
        return _ATTEMPTS.get(one.cause, frozenset({"no_answer"}))
    found = {"hung_up"} if one.ended_by == "person" else {"hung_up", "silent"}
    if _is_asked(promise):
        keys = ((centre.LATER_KEY, "later"), (centre.DECLINE_KEY, "declined"))
        found |= {outcome for key, outcome in keys if one.has_pressed(key)}
    return frozenset(found)


def _story(promise: Promise) -> str:
    legs = "; ".join(f"{story(one)} keys {one.keys}" for one in promise.customers)
    rings = "; ".join(f"{one.phone} {story(one)}" for one in promise.rings)
    return (
        f"{promise.caller.number} in {promise.queue} promised {clock(promise.made_at)} "
        f"over {clock(promise.over_at)}; called [{legs}]; agents [{rings}]"
    )
