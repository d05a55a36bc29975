"""What the facts of calls and offers count."""

from __future__ import annotations

import dataclasses

import pytest

from callcore.adapters.prom import exposition
from callcore.adapters.prom.observer import MetricsObserver
from callcore.domain import events
from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.callback_notices import NoticeFailure
from callcore.domain.ids import (
    CallId,
    HookName,
    LegId,
    NodeName,
)
from callcore.domain.outcomes import (
    AskingEnd,
    AttemptOutcome,
    CallbackOrigin,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
)
from callcore.domain.policies import NoticeKind
from tests.adapters.prom.facts import (
    ANNA,
    CALL,
    IN_SUPPORT,
    NOW,
    OFFER,
    SUPPORT,
    arrived,
    ended,
    left,
)


def fact_classes():
    kinds = {events.Fact, events.CallFact, events.OfferFact}
    named = [found for found in vars(events).values() if isinstance(found, type)]
    return [found for found in named if issubclass(found, events.Fact) and found not in kinds]


def counted(metrics):
    """Every sample of callcore's own: those of the process change by themselves."""
    lines = exposition.render(metrics.registry).splitlines()
    return [line for line in lines if line.startswith(b"callcore_")]


def test_the_table_decides_about_every_fact(observer):
    """A new fact cannot be forgotten: that it counts nothing must be said too."""
    assert fact_classes()
    assert [found for found in fact_classes() if not observer.knows(found)] == []


def test_an_unknown_fact_counts_nothing(metrics, observer):
    """A fact of a later version does no harm."""
    before = counted(metrics)
    observer.observe(events.Fact(at=NOW))
    assert counted(metrics) == before


SERVED_CALL = (
    arrived(),
    events.CallerJoined(**IN_SUPPORT, position=1),
    events.PositionAnnounced(**IN_SUPPORT, position=1),
    events.EstimateAnnounced(**IN_SUPPORT, low_minutes=2, high_minutes=5, mean_seconds=200.0),
    events.EstimateLived(**IN_SUPPORT, error_seconds=-35.5, is_beyond=False),
    events.EstimateLived(**IN_SUPPORT, error_seconds=0.5, is_beyond=None),
    events.EstimateLived(**IN_SUPPORT, error_seconds=61.0, is_beyond=True),
    events.EstimateLived(**IN_SUPPORT, error_seconds=None, is_beyond=True),
    events.EstimateLived(**IN_SUPPORT, error_seconds=None, is_beyond=None),
    events.MessageAnnounced(**IN_SUPPORT, number=1),
    events.MessageAnnounced(**IN_SUPPORT, number=2),
    events.PromptMissing(at=NOW, call_id=CALL, what="moh"),
    events.SoundNotFound(at=NOW, node=NodeName("fs1"), path="/sounds/pl/shop/news.wav", remedy=""),
    events.Decided(at=NOW, trigger="caller_joined", seconds=0.0007),
    events.OfferMade(**OFFER, waited_seconds=1.0),
    events.OfferLost(**OFFER, reason=OfferLostReason.NO_ANSWER, hangup_cause="NO_ANSWER"),
    events.OfferMade(**OFFER, waited_seconds=10.0),
    events.OfferRinging(**OFFER),
    events.AgentPickedUp(**OFFER, rang_seconds=2.5),
    left(LeaveReason.PICKED_UP, waited_seconds=12.0),
    events.LegsBridged(**OFFER, waited_seconds=12.0, is_within_service_level=True),
    events.TalkEnded(**OFFER, talked_seconds=61.0, hung_up_by=HungUpBy.CALLER),
    events.WrapUpEnded(at=NOW, agent_id=ANNA, queue=SUPPORT, wrapped_up_seconds=10.0),
    events.AgentChanged(
        at=NOW, agent_id=ANNA, state=AgentState.AVAILABLE, reason=AgentReason.WRAP_UP_ENDED
    ),
    ended(lasted_seconds=75.0),
    events.RecordsWritten(at=NOW, count=3, seconds=0.004),
    events.SelfHealed(at=NOW, what="agent_freed", subject="anna", reason="leg gone"),
    events.StoreFailed(at=NOW, store="postgres", reason="any sentence"),
)
"""What is told of one call, and around it."""


COUNTED = {
    "callcore_calls_arrived_total node=fs1": 1,
    "callcore_queue_joined_total queue=support": 1,
    "callcore_queue_announcements_total queue=support kind=position": 1,
    "callcore_queue_announcements_total queue=support kind=estimate": 1,
    "callcore_queue_announcements_total queue=support kind=message": 2,
    "callcore_queue_estimate_error_seconds_bucket queue=support le=-60.0": 0,
    "callcore_queue_estimate_error_seconds_bucket queue=support le=-30.0": 1,
    "callcore_queue_estimate_error_seconds_bucket queue=support le=0.0": 1,
    "callcore_queue_estimate_error_seconds_bucket queue=support le=10.0": 2,
    "callcore_queue_estimate_error_seconds_count queue=support": 3,
    "callcore_queue_estimate_deviation_seconds_total queue=support side=longer": 61.5,
    "callcore_queue_estimate_deviation_seconds_total queue=support side=shorter": 35.5,
    "callcore_queue_estimates_lived_total queue=support upper_end=within": 1,
    "callcore_queue_estimates_lived_total queue=support upper_end=beyond": 2,
    "callcore_prompts_missing_total": 1,
    "callcore_prompts_not_found_total node=fs1": 1,
    "callcore_decision_seconds_bucket trigger=caller_joined le=0.0005": 0,
    "callcore_decision_seconds_bucket trigger=caller_joined le=0.001": 1,
    "callcore_offers_made_total queue=support": 2,
    "callcore_offers_ended_total queue=support outcome=no_answer": 1,
    "callcore_offers_ended_total queue=support outcome=won": 1,
    "callcore_offer_ring_seconds_sum queue=support": 2.5,
    "callcore_queue_picked_up_total queue=support": 1,
    "callcore_queue_picked_up_within_total queue=support": 1,
    "callcore_queue_left_total queue=support reason=picked_up": 1,
    "callcore_queue_wait_seconds_sum queue=support": 12.0,
    "callcore_queue_wait_seconds_count queue=support": 1,
    "callcore_queue_talk_seconds_sum queue=support": 61.0,
    "callcore_queue_wrap_up_seconds_sum queue=support": 10.0,
    "callcore_queue_wrap_ups_total queue=support end=timed_out": 1,
    "callcore_agent_changes_total state=available": 1,
    "callcore_calls_ended_total outcome=served": 1,
    "callcore_call_seconds_sum": 75.0,
    "callcore_records_written_total": 3,
    "callcore_self_heals_total what=agent_freed": 1,
    "callcore_store_failures_total store=postgres": 1,
}
"""Each sample, by name and labels, after ``SERVED_CALL``."""


def test_a_served_call_is_counted_in_all_its_parts(observer, value):
    """Counters and histograms follow one call from arrival to wrap-up."""
    for fact in SERVED_CALL:
        observer.observe(fact)
    found = {}
    for sample in COUNTED:
        name, *labels = sample.split()
        found[sample] = value(name, **dict(label.split("=") for label in labels))
    assert found == COUNTED


@pytest.mark.parametrize(
    ("reason", "is_short", "abandoned", "short"),
    [
        (LeaveReason.ABANDONED, False, 1, None),
        (LeaveReason.ABANDONED, True, 1, 1),
        (LeaveReason.EXIT_KEY, False, 1, None),
        (LeaveReason.MAXIMUM_WAIT, False, None, None),
        (LeaveReason.FALLBACK, True, None, None),
    ],
)
def test_abandons_are_leaves_by_own_will(observer, value, reason, is_short, abandoned, short):
    """Timeouts and moves are other reasons; a short abandon is an abandon too."""
    observer.observe(left(reason, waited_seconds=7.0, is_short=is_short))
    assert value("callcore_queue_left_total", queue="support", reason=reason) == 1
    assert value("callcore_queue_abandoned_total", queue="support") == abandoned
    assert value("callcore_queue_short_abandoned_total", queue="support") == short


def test_adopted_calls_and_joins_are_not_counted_twice(observer, value):
    """The process that began the call counted it."""
    observer.observe(arrived(is_adopted=True))
    observer.observe(events.CallerJoined(**IN_SUPPORT, position=1, is_adopted=True))
    assert value("callcore_calls_arrived_total", node="fs1") is None
    assert value("callcore_calls_adopted_total", node="fs1") == 1
    assert value("callcore_queue_joined_total", queue="support") is None


def test_resumed_places_are_counted_among_those_who_joined(observer, value):
    """An old place is counted once: not when it is adopted, and not as a promise."""
    joined = events.CallerJoined(**IN_SUPPORT, position=1)
    observer.observe(joined)
    resumed = dataclasses.replace(joined, is_resumed=True)
    observer.observe(resumed)
    observer.observe(dataclasses.replace(resumed, is_adopted=True))
    observer.observe(dataclasses.replace(resumed, is_callback=True))
    assert value("callcore_queue_joined_total", queue="support") == 2
    assert value("callcore_queue_resumed_total", queue="support") == 1


def test_offers_to_sticky_agents_are_counted_among_all(observer, value):
    """So that one over the other is their share."""
    for is_sticky in (True, False, False):
        observer.observe(events.OfferMade(**OFFER, waited_seconds=1.0, is_sticky=is_sticky))
    assert value("callcore_offers_made_total", queue="support") == 3
    assert value("callcore_offers_sticky_total", queue="support") == 1


@pytest.mark.parametrize("trigger", ["caller_joined", "agent_free", "relaxation"])
def test_decisions_are_timed_by_what_called_for_them(observer, value, trigger):
    """A level that opens late must not hide among the quick ones."""
    observer.observe(events.Decided(at=NOW, trigger=trigger, seconds=0.002))
    assert value("callcore_decision_seconds_count", trigger=trigger) == 1


def test_callbacks_are_counted_apart_from_callers(metrics, value):
    """Promised, dialled, unreached, kept; no wait or length of theirs is among those of callers."""
    observe = MetricsObserver(metrics).observe
    for is_adopted in (False, True):
        observe(
            events.CallbackPromised(
                **IN_SUPPORT, of_call=CallId("c0"), caller_number="+48", is_adopted=is_adopted
            )
        )
        observe(
            events.CallerJoined(**IN_SUPPORT, position=1, is_adopted=is_adopted, is_callback=True)
        )
    observe(
        events.CallbackDialled(
            **IN_SUPPORT, node=NodeName("fs1"), leg_id=LegId("c0ffee"), attempt=1
        )
    )
    observe(
        events.CallbackUnreached(
            **IN_SUPPORT, attempt=1, outcome=AttemptOutcome.BUSY, hangup_cause="USER_BUSY"
        )
    )
    observe(events.CallbackAnswered(**IN_SUPPORT, rang_seconds=7.0, is_confirmed=True))
    observe(
        events.LegsBridged(
            **OFFER,
            waited_seconds=900.0,
            is_within_service_level=False,
            is_callback=True,
            promised_seconds=600.0,
            held_seconds=2.5,
        )
    )
    observe(left(LeaveReason.PICKED_UP, waited_seconds=900.0, is_callback=True))
    observe(ended(lasted_seconds=1000.0, is_callback=True))
    for family in ("promised", "dialled"):
        assert value(f"callcore_callbacks_{family}_total", queue="support") == 1
    assert value("callcore_callbacks_unreached_total", queue="support", outcome="busy") == 1
    assert value("callcore_callbacks_ended_total", queue="support", reason="picked_up") == 1
    for family, seconds in (("wait", 900.0), ("promised", 600.0), ("held", 2.5), ("ring", 7.0)):
        assert value(f"callcore_callback_{family}_seconds_sum", queue="support") == seconds
    assert value("callcore_calls_ended_total", outcome="served") == 1
    assert value("callcore_offers_ended_total", queue="support", outcome="won") == 1
    for family in ("joined_total", "left_total", "picked_up_total", "wait_seconds_sum"):
        assert not value(f"callcore_queue_{family}", queue="support")
    assert value("callcore_call_seconds_sum") == 0


def test_a_callback_of_which_too_little_was_heard_is_not_timed(observer, value):
    """An adopted talk must not pull the means down."""
    observer.observe(
        events.LegsBridged(
            **OFFER, waited_seconds=9.0, is_within_service_level=False, is_callback=True
        )
    )
    assert value("callcore_callback_wait_seconds_count", queue="support") == 1
    for family in ("promised", "held"):
        assert not value(f"callcore_callback_{family}_seconds_count", queue="support")


@pytest.mark.parametrize("end", AskingEnd)
@pytest.mark.parametrize("origin", CallbackOrigin)
def test_wishes_for_a_callback_are_counted_by_what_came_of_them(observer, value, origin, end):
    """The share that comes to nothing, and why, for each way of asking."""
    observer.observe(events.CallbackAsked(**IN_SUPPORT, origin=origin, end=end))
    labels = {"queue": "support", "origin": origin, "outcome": end}
    assert value("callcore_callback_askings_total", **labels) == 1


@pytest.mark.parametrize("failure", [None, *NoticeFailure])
def test_notices_are_counted_by_what_came_of_them(observer, value, metrics, failure):
    """By hook and kind; where the other system is, is in the log."""
    observer.observe(
        events.NoticeTold(
            at=NOW,
            call_id=CALL,
            hook=HookName("sms"),
            kind=NoticeKind.PROMISED,
            failure=failure,
            reason="https://sms.example: status 503",
        )
    )
    labels = {"hook": "sms", "kind": "promised", "outcome": failure or "taken"}
    assert value("callcore_notices_total", **labels) == 1
    assert b"sms.example" not in exposition.render(metrics.registry)
