"""What the live view tells of callers and queues, in words."""

from __future__ import annotations

from callcore.adapters.terminal import call_words
from callcore.domain import events
from callcore.domain.ids import AgentId, CallId, MenuName
from callcore.domain.outcomes import HungUpBy, LeaveReason, OfferLostReason, RefusalReason
from callcore.domain.treatments import OverflowReason
from tests.adapters.terminal.scenes import (
    NOW,
    SUPPORT,
    arrived,
    door,
    ended,
    left,
    limited,
    offer,
    told,
    view_of,
)


def test_a_call_is_told_in_words_newest_first():
    """The story of a call can be read off the screen."""
    view = view_of(
        arrived("c1", "+48201234501"),
        events.CallerJoined(at=NOW, call_id=CallId("c1"), queue=SUPPORT, position=2),
        events.PositionAnnounced(at=NOW, call_id=CallId("c1"), queue=SUPPORT, position=2),
        events.OfferMade(**offer("c1", "bert"), waited_seconds=4.0),
        events.OfferLost(**offer("c1", "bert"), reason=OfferLostReason.NO_ANSWER, hangup_cause=""),
        events.AgentPickedUp(**offer("c1", "anna"), rang_seconds=2.5),
        left("c1", LeaveReason.PICKED_UP),
        events.LegsBridged(
            **offer("c1", "anna"), waited_seconds=25.0, is_within_service_level=False
        ),
        events.TalkEnded(**offer("c1", "anna"), talked_seconds=61.0, hung_up_by=HungUpBy.CALLER),
        ended("c1"),
        events.RecordsWritten(at=NOW, count=1, seconds=0.01),
    )
    told = [(event.subject, event.text) for event in view.look().events]
    caller = "+4820…01"
    assert told == [
        ("postgres", "1 call record written"),
        (caller, "is over after 42s: abandoned"),
        (caller, "talked 1:01 with anna; caller hung up"),
        (caller, "talks with anna, waited 25s, late"),
        (caller, "picked up by anna, rang 2s"),
        (caller, "not taken by bert: no answer"),
        (caller, "offered to bert after 4s"),
        (caller, "hears: position 2"),
        (caller, "joined support at position 2"),
        (caller, "arrived on +48225550100"),
    ]


def sent_on(to: str, reason=OverflowReason.MAXIMUM_WAIT) -> events.CallSentOn:
    return events.CallSentOn(at=NOW, call_id=CallId("c1"), queue=SUPPORT, reason=reason, to=to)


def test_the_way_of_a_caller_who_is_not_served_is_told():
    """What was chosen, who refused, where the caller went and why."""
    call = CallId("c1")
    menu = MenuName("main")
    assert told(
        arrived("c1", "+48201234501"),
        events.MenuAnswered(at=NOW, call_id=call, menu=menu, key="2", to="queue:support"),
        events.CallRefused(
            at=NOW, call_id=call, queue=SUPPORT, reason=RefusalReason.QUEUE_FULL, limit=20
        ),
        sent_on("menu:main", OverflowReason.QUEUE_FULL),
        events.MenuAnswered(
            at=NOW,
            call_id=call,
            menu=menu,
            key="",
            branch="otherwise",
            to="number:+48225550100",
        ),
        sent_on("number:+48225550100"),
        sent_on("goodbye", OverflowReason.CLOSES_TOO_SOON),
    )[1:] == [
        ("+4820…01", "chose 2 in main: queue support"),
        ("+4820…01", "is not admitted to support: queue full, 20 may wait"),
        ("+4820…01", "goes from support to menu main: queue full"),
        ("+4820…01", "is led on by main, otherwise: number +4822…00"),
        ("+4820…01", "goes from support to number +4822…00: maximum wait"),
        ("+4820…01", "is told goodbye by support: closes too soon"),
    ]


def test_changes_of_a_queue_are_told_of_the_queue():
    """Who changed what, and why."""
    assert told(
        door(is_open=False),
        door(is_open=True),
        door(is_open=False, by="anna", reason="fire drill"),
        door(is_open=True, by="anna"),
        limited(8),
        limited(2, staffed_count=1),
    ) == [
        ("support", "is closed"),
        ("support", "is open"),
        ("support", "is closed by anna: fire drill"),
        ("support", "is open by anna"),
        ("support", "has room for 8 with 4 agents"),
        ("support", "has room for 2 with 1 agent"),
    ]


def test_changes_of_a_priority_are_told_of_the_caller():
    """By waiting, or by somebody."""
    call = CallId("c1")
    assert told(
        arrived("c1", "+48201234501"),
        events.PriorityChanged(at=NOW, call_id=call, queue=SUPPORT, priority=3, by="ageing"),
        events.PriorityChanged(at=NOW, call_id=call, queue=SUPPORT, priority=9, by="anna"),
    )[1:] == [
        ("+4820…01", "has priority 3 in support by waiting"),
        ("+4820…01", "has priority 9 in support by anna"),
    ]


def test_every_fact_has_words_or_is_left_out_on_purpose():
    """Facts nobody watches for give no line; nothing fails on any of them."""
    quiet = [
        events.Decided(at=NOW, trigger="agent_free", seconds=0.1),
        events.OfferRinging(**offer("c1", "anna")),
        left("c1", LeaveReason.PICKED_UP),
        events.WrapUpEnded(at=NOW, agent_id=AgentId("anna"), queue=SUPPORT, wrapped_up_seconds=1.0),
    ]
    assert [call_words.describe(fact) for fact in quiet] == [None] * 4
