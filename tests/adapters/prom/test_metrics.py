"""Metrics: what facts, links and the floor export."""

from __future__ import annotations

import dataclasses
import re
import time
from pathlib import Path
from typing import Any

import gevent
import pytest
from prometheus_client import parser

from callcore.adapters.prom import collector, exposition, families, reference
from callcore.adapters.prom.connections import LinkMetrics, StoreMetrics
from callcore.adapters.prom.loop_lag import LoopLagProbe
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.observer import MetricsObserver, kind_of
from callcore.domain import events, treatments
from callcore.domain.agents import AgentState
from callcore.domain.ids import (
    AgentId,
    CallId,
    LegId,
    MenuName,
    Micros,
    NodeName,
    OfferId,
    QueueName,
)
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)
from callcore.domain.treatments import OverflowReason
from callcore.ports.stores import FloorAgent, QueueCounts, StoreUnavailableError

NOW = Micros(1_790_000_000_000_000)
CALL = CallId("c0ffee")
SUPPORT = QueueName("support")
OFFER: dict[str, Any] = {
    "at": NOW,
    "call_id": CALL,
    "queue": SUPPORT,
    "offer_id": OfferId("o1"),
    "agent_id": AgentId("anna"),
}


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def observer(metrics):
    return MetricsObserver(metrics)


@pytest.fixture
def value(metrics):
    def read(name, **labels):
        return metrics.registry.get_sample_value(name, labels)

    return read


def fact_classes():
    kinds = {events.Fact, events.CallFact, events.OfferFact}
    named = [found for found in vars(events).values() if isinstance(found, type)]
    return [found for found in named if issubclass(found, events.Fact) and found not in kinds]


def test_the_table_decides_about_every_fact(observer):
    """A new fact cannot be forgotten: that it counts nothing must be said too."""
    assert fact_classes()
    assert [found for found in fact_classes() if not observer.knows(found)] == []


def test_an_unknown_fact_counts_nothing(observer):
    """A fact of a later version does no harm."""
    observer.observe(events.Fact(at=NOW))


def test_a_served_call_is_counted_in_all_its_parts(observer, value):
    """Counters and histograms follow one call from arrival to wrap-up."""
    told = [
        events.CallArrived(
            at=NOW,
            call_id=CALL,
            node=NodeName("fs1"),
            leg_id=LegId("c0ffee"),
            caller_number="+48201234501",
            caller_name="x",
            dialled_number="1",
        ),
        events.CallerJoined(at=NOW, call_id=CALL, queue=SUPPORT, position=1),
        events.PositionAnnounced(at=NOW, call_id=CALL, queue=SUPPORT, position=1),
        events.PromptMissing(at=NOW, call_id=CALL, what="moh"),
        events.Decided(at=NOW, trigger="caller_joined", seconds=0.0007),
        events.OfferMade(**OFFER, waited_seconds=1.0),
        events.OfferLost(**OFFER, reason=OfferLostReason.NO_ANSWER, hangup_cause="NO_ANSWER"),
        events.OfferMade(**OFFER, waited_seconds=10.0),
        events.OfferRinging(**OFFER),
        events.AgentPickedUp(**OFFER, rang_seconds=2.5),
        events.CallerLeft(
            at=NOW,
            call_id=CALL,
            queue=SUPPORT,
            reason=LeaveReason.PICKED_UP,
            waited_seconds=12.0,
            is_short=False,
        ),
        events.LegsBridged(**OFFER, waited_seconds=12.0, is_within_service_level=True),
        events.TalkEnded(**OFFER, talked_seconds=61.0, hung_up_by=HungUpBy.CALLER),
        events.WrapUpEnded(
            at=NOW, agent_id=AgentId("anna"), queue=SUPPORT, wrapped_up_seconds=10.0
        ),
        events.AgentChanged(
            at=NOW, agent_id=AgentId("anna"), state=AgentState.AVAILABLE, reason="wrap_up_ended"
        ),
        events.CallEnded(
            at=NOW,
            call_id=CALL,
            outcome=CallOutcome.SERVED,
            hung_up_by=HungUpBy.CALLER,
            hangup_cause="NORMAL_CLEARING",
            lasted_seconds=75.0,
        ),
        events.RecordsWritten(at=NOW, count=3, seconds=0.004),
        events.SelfHealed(at=NOW, what="agent_freed", subject="anna", reason="leg gone"),
        events.StoreFailed(at=NOW, store="postgres", reason="any sentence"),
    ]
    for fact in told:
        observer.observe(fact)
    support = {"queue": "support"}
    assert value("callcore_calls_arrived_total", node="fs1") == 1
    assert value("callcore_queue_joined_total", **support) == 1
    assert value("callcore_queue_announcements_total", **support) == 1
    assert value("callcore_prompts_missing_total") == 1
    assert value("callcore_decision_seconds_bucket", trigger="caller_joined", le="0.0005") == 0
    assert value("callcore_decision_seconds_bucket", trigger="caller_joined", le="0.001") == 1
    assert value("callcore_offers_made_total", **support) == 2
    assert value("callcore_offers_ended_total", outcome="no_answer", **support) == 1
    assert value("callcore_offers_ended_total", outcome="won", **support) == 1
    assert value("callcore_offer_ring_seconds_sum", **support) == 2.5
    assert value("callcore_queue_picked_up_total", **support) == 1
    assert value("callcore_queue_picked_up_within_total", **support) == 1
    assert value("callcore_queue_left_total", reason="picked_up", **support) == 1
    assert value("callcore_queue_wait_seconds_sum", **support) == 12.0
    assert value("callcore_queue_wait_seconds_count", **support) == 1
    assert value("callcore_queue_talk_seconds_sum", **support) == 61.0
    assert value("callcore_queue_wrap_up_seconds_sum", **support) == 10.0
    assert value("callcore_agent_changes_total", state="available") == 1
    assert value("callcore_calls_ended_total", outcome="served") == 1
    assert value("callcore_call_seconds_sum") == 75.0
    assert value("callcore_records_written_total") == 3
    assert value("callcore_self_heals_total", what="agent_freed") == 1
    assert value("callcore_store_failures_total", store="postgres") == 1


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
    observer.observe(
        events.CallerLeft(
            at=NOW,
            call_id=CALL,
            queue=SUPPORT,
            reason=reason,
            waited_seconds=7.0,
            is_short=is_short,
        )
    )
    assert value("callcore_queue_left_total", queue="support", reason=reason) == 1
    assert value("callcore_queue_abandoned_total", queue="support") == abandoned
    assert value("callcore_queue_short_abandoned_total", queue="support") == short


def test_adopted_calls_and_joins_are_not_counted_twice(observer, value):
    """The process that began the call counted it."""
    observer.observe(
        events.CallArrived(
            at=NOW,
            call_id=CALL,
            node=NodeName("fs1"),
            leg_id=LegId("c0ffee"),
            caller_number="",
            caller_name="",
            dialled_number="",
            is_adopted=True,
        )
    )
    observer.observe(
        events.CallerJoined(at=NOW, call_id=CALL, queue=SUPPORT, position=1, is_adopted=True)
    )
    assert value("callcore_calls_arrived_total", node="fs1") is None
    assert value("callcore_calls_adopted_total", node="fs1") == 1
    assert value("callcore_queue_joined_total", queue="support") is None


def test_resumed_places_are_counted_among_those_who_joined(observer, value):
    """An old place is counted once: not when it is adopted, and not as a promise."""
    joined = events.CallerJoined(at=NOW, call_id=CALL, queue=SUPPORT, position=1)
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


def test_a_queue_asked_for_by_a_stranger_is_no_label(observer, value, metrics):
    """Whoever dials random queues must not grow the metrics."""
    for number in range(50):
        observer.observe(
            events.CallRefused(
                at=NOW,
                call_id=CALL,
                queue=QueueName(f"q{number}"),
                reason=RefusalReason.UNKNOWN_QUEUE,
            )
        )
    assert value("callcore_calls_refused_total", queue="unknown", reason="unknown_queue") == 50
    assert b"q17" not in exposition.render(metrics.registry)


def test_a_family_stops_growing(metrics, value, monkeypatch):
    """Beyond the limit everything new counts under one child."""
    monkeypatch.setattr(families, "CHILDREN_LIMIT", 3)
    link = LinkMetrics(metrics, "fs1")
    for number in range(10):
        link.event_received(f"EVENT_{number}")
    assert value("callcore_link_events_total", node="fs1", event="EVENT_2") == 1
    assert value("callcore_link_events_total", node="fs1", event="EVENT_3") is None
    assert value("callcore_link_events_total", node="other", event="other") == 7


def test_a_link_tells_its_state_and_faults(metrics, value):
    """Up and down, restarts, commands by result, and no sentence becomes a label."""
    link = LinkMetrics(metrics, "fs1")
    assert value("callcore_link_up", node="fs1") == 0
    link.link_restored("core-1", is_restarted=False)
    assert value("callcore_link_up", node="fs1") == 1
    link.link_lost("Connection reset by peer, 104")
    link.link_restored("core-2", is_restarted=True)
    link.command_answered("bgapi", 0.002, ok=True)
    link.command_answered("sendmsg", 0.3, ok=False)
    link.command_refused("sendmsg", "-ERR no such thing")
    link.frame_skipped("too_long")
    link.listener_failed("CHANNEL_PARK", RuntimeError("x"))
    link.lag(-0.2)
    assert value("callcore_link_lost_total", node="fs1") == 1
    assert value("callcore_link_restored_total", node="fs1") == 2
    assert value("callcore_switch_restarts_total", node="fs1") == 1
    assert value("callcore_link_commands_total", node="fs1", outcome="ok") == 1
    assert value("callcore_link_commands_total", node="fs1", outcome="error") == 1
    assert value("callcore_link_command_seconds_sum", node="fs1") == pytest.approx(0.302)
    assert value("callcore_link_commands_refused_total", node="fs1") == 1
    assert value("callcore_link_frames_skipped_total", node="fs1", reason="too_long") == 1
    assert value("callcore_link_listener_faults_total", node="fs1") == 1
    assert value("callcore_link_lag_seconds_sum", node="fs1") == 0
    assert b"reset by peer" not in exposition.render(metrics.registry)


def test_a_store_tells_times_and_faults(metrics, value):
    """Steps are timed together by size, and each script by sum."""
    store = StoreMetrics(metrics, "redis")
    store.observe("reserve", 0.0004)
    store.observe("join", 0.0009)
    store.fault("timed_out")
    assert value("callcore_store_seconds_count", store="redis") == 2
    assert value("callcore_store_script_seconds_sum", store="redis", script="join") == 0.0009
    assert value("callcore_store_faults_total", store="redis", reason="timed_out") == 1


def test_configured_queues_begin_at_zero(metrics, value):
    """The first call of a day is a rise, which ``increase`` can see."""
    metrics.expect_queues(["support"])
    assert value("callcore_queue_joined_total", queue="support") == 0
    assert value("callcore_queue_open", queue="support") == 1
    for reason in LeaveReason:
        assert value("callcore_queue_left_total", queue="support", reason=reason) == 0
    for refusal in RefusalReason:
        is_unknown = refusal is RefusalReason.UNKNOWN_QUEUE
        queue = "unknown" if is_unknown else "support"
        assert value("callcore_calls_refused_total", queue=queue, reason=refusal) == 0
    for outcome in ("won", *OfferLostReason):
        assert value("callcore_offers_ended_total", queue="support", outcome=outcome) == 0


def test_hundreds_of_queues_are_told_apart(metrics, value):
    """However many reasons there are, no configured queue counts as another one."""
    metrics.expect_queues([f"queue-{number}" for number in range(300)])
    for reason in LeaveReason:
        assert value("callcore_queue_left_total", queue="queue-299", reason=reason) == 0
    assert value("callcore_queue_left_total", queue="other", reason="other") is None


@pytest.mark.parametrize(
    ("to", "target"),
    [
        ("queue:sales", "queue"),
        ("menu:main", "menu"),
        ("extension:5000", "extension"),
        ("number:+48225550100", "number"),
        ("voicemail:7000", "voicemail"),
        ("goodbye", "goodbye"),
        ("", "nowhere"),
    ],
)
def test_callers_who_go_elsewhere_are_counted_by_the_kind_of_place(
    observer, value, metrics, to, target
):
    """Where exactly would be a label for each number; the records have it."""
    observer.observe(
        events.CallSentOn(
            at=NOW, call_id=CALL, queue=SUPPORT, reason=OverflowReason.QUEUE_FULL, to=to
        )
    )
    observer.observe(
        events.MenuAnswered(at=NOW, call_id=CALL, menu=MenuName("main"), key="1", to=to)
    )
    sent = {"queue": "support", "reason": "queue_full", "target": target}
    assert value("callcore_calls_sent_on_total", **sent) == 1
    assert value("callcore_menu_answers_total", menu="main", target=target) == 1
    labels = re.findall(r"\{.*?\}", exposition.render(metrics.registry).decode())
    assert not [found for found in labels if re.search("5550100|7000|5000|sales", found)]


def test_every_treatment_has_a_kind():
    """What a queue can do with a caller is told by one word of few."""
    made: list[treatments.Treatment] = [
        treatments.ToQueue(queue=SUPPORT),
        treatments.ToMenu(menu=MenuName("main")),
        treatments.ToExtension(extension="5000"),
        treatments.ToNumber(number="+48225550100"),
        treatments.ToVoicemail(box="7000"),
        treatments.Goodbye(),
        treatments.ToCallback(queue=SUPPORT, prompts=("offer",)),
    ]
    kinds = {kind_of(treatments.in_words(treatment)) for treatment in made}
    assert kinds == {*("queue", "menu", "extension", "number", "voicemail", "callback", "goodbye")}


def test_changes_of_priority_are_told_by_who_made_them(observer, value):
    """Ageing, or people, whose names are no labels."""
    for by in ("ageing", "anna at the desk", "root"):
        observer.observe(
            events.PriorityChanged(at=NOW, call_id=CALL, queue=SUPPORT, priority=5, by=by)
        )
    name = "callcore_queue_priority_changes_total"
    assert value(name, queue="support", by="ageing") == 1
    assert value(name, queue="support", by="operator") == 2


def test_the_door_and_the_limit_of_a_queue_are_gauges(observer, value):
    """They say how it is now."""
    for is_open, limit in ((True, 20), (False, 8)):
        observer.observe(
            events.QueueDoorChanged(
                at=NOW, queue=SUPPORT, is_open=is_open, by="hours", reason="any sentence"
            )
        )
        observer.observe(
            events.LimitChanged(
                at=NOW, queue=SUPPORT, limit=limit, setting="waiting_per_agent", staffed_count=4
            )
        )
        assert value("callcore_queue_open", queue="support") == is_open
        assert value("callcore_queue_limit", queue="support") == limit


@pytest.mark.parametrize("trigger", ["caller_joined", "agent_free", "relaxation"])
def test_decisions_are_timed_by_what_called_for_them(observer, value, trigger):
    """A level that opens late must not hide among the quick ones."""
    observer.observe(events.Decided(at=NOW, trigger=trigger, seconds=0.002))
    assert value("callcore_decision_seconds_count", trigger=trigger) == 1


LONG_AGO = Micros(NOW - 42_500_000)


def counts(waiting=2, oldest=LONG_AGO):
    return QueueCounts(
        queue=SUPPORT,
        waiting_count=waiting,
        offered_count=1,
        free_agents_count=1,
        staffed_count=3,
        oldest_joined_at=oldest,
    )


def agent(name, state):
    return FloorAgent(
        agent_id=AgentId(name),
        state=state,
        since=NOW,
        queues=(SUPPORT,),
        call_id=None,
        offer_id=None,
        queue=None,
        leg_id=None,
        lease_until=None,
        miss_count=0,
    )


def floor_collector(**changes):
    reads = {
        "counts": lambda: [counts()],
        "agents": lambda: [
            agent("anna", AgentState.AVAILABLE),
            agent("bert", AgentState.TALKING),
            agent("cora", AgentState.ON_BREAK),
        ],
        "records_pending": lambda: 7,
        "now": lambda: NOW,
    }
    return collector.FloorCollector(**(reads | changes))


def test_the_floor_is_read_at_scrape_time(metrics, value):
    """Queue lengths, the longest wait, agents by state and pending records are gauges."""
    metrics.registry.register(floor_collector())
    assert value("callcore_floor_up") == 1
    assert value("callcore_queue_waiting", queue="support") == 2
    assert value("callcore_queue_offered", queue="support") == 1
    assert value("callcore_queue_longest_wait_seconds", queue="support") == 42.5
    assert value("callcore_queue_free_agents", queue="support") == 1
    assert value("callcore_queue_staffed_agents", queue="support") == 3
    assert value("callcore_agents", state="talking") == 1
    assert value("callcore_agents", state="logged_out") == 0
    assert value("callcore_records_pending") == 7


def test_an_empty_queue_waits_zero_seconds(metrics, value):
    """A gauge that vanishes would be read as missing data."""
    metrics.registry.register(floor_collector(counts=lambda: [counts(waiting=0, oldest=None)]))
    assert value("callcore_queue_longest_wait_seconds", queue="support") == 0


def test_registering_reads_nothing(metrics):
    """The worker starts without Redis."""

    def fail():
        raise AssertionError

    metrics.registry.register(floor_collector(counts=fail))


def raise_unavailable():
    raise StoreUnavailableError("Redis is away")


@pytest.mark.parametrize("fault", [raise_unavailable, lambda: gevent.sleep(30)])
def test_a_floor_that_does_not_answer_fails_no_scrape(metrics, fault):
    """Everything else is exported, in time, with ``callcore_floor_up 0``."""
    metrics.registry.register(floor_collector(agents=fault, timeout_seconds=0.1))
    began = time.monotonic()
    page = exposition.render(metrics.registry).decode()
    assert time.monotonic() - began < 2
    assert "callcore_floor_up 0.0" in page
    assert "callcore_queue_waiting{" not in page
    assert "callcore_records_written_total 0.0" in page


def test_the_page_is_what_prometheus_reads(metrics):
    """A parser of the format finds every family once, named and labelled as defined."""
    metrics.expect_queues(["support", 'a "quoted"\nname'])
    metrics.registry.register(floor_collector())
    found = {
        family.name: family
        for family in parser.text_string_to_metric_families(
            exposition.render(metrics.registry).decode()
        )
    }
    for definition in (*metrics.definitions, *collector.DEFINITIONS):
        name = definition.name.removesuffix("_total")
        family = found.get(name) or found[definition.name]
        assert family.documentation == definition.help
        for sample in family.samples:
            assert set(definition.labels) <= set(sample.labels)


def test_names_follow_the_rules_of_prometheus(metrics):
    """One prefix, seconds, ``_total`` on counters only, and no label that could grow."""
    growing = {"call_id", "agent_id", "agent", "caller_number", "number", "leg_id"}
    for definition in (*metrics.definitions, *collector.DEFINITIONS):
        assert re.fullmatch(r"callcore_[a-z0-9_]+", definition.name)
        assert definition.name.endswith("_total") == (definition.kind is families.Kind.COUNTER)
        assert definition.help.endswith(".")
        assert not growing & set(definition.labels)
        if definition.kind is families.Kind.HISTOGRAM:
            assert definition.name.endswith("_seconds")
            assert list(definition.buckets) == sorted(set(definition.buckets))


def test_decision_latency_is_resolved_below_a_millisecond(metrics):
    """The promise about decisions is in milliseconds, so the buckets begin at half of one."""
    by_name = {definition.name: definition for definition in metrics.definitions}
    assert by_name["callcore_decision_seconds"].buckets[0] == 0.0005


def test_a_large_page_gives_way_to_others(metrics):
    """Thousands of lines do not hold the event loop for as long as they take."""
    for number in range(300):
        metrics.expect_queues([f"queue-{number}"])
        metrics.queues.wait_seconds.observe(1.0, f"queue-{number}")
    turns = 0

    def turn():
        nonlocal turns
        while True:
            gevent.sleep(0)
            turns += 1

    turner = gevent.spawn(turn)
    page = exposition.render(metrics.registry)
    turner.kill()
    assert page.count(b"\n") > 5000
    assert turns > 3


def test_the_probe_sees_a_loop_that_is_held_up(metrics, value):
    """Work that does not give way is seen as lag."""
    probe = LoopLagProbe(metrics, interval_seconds=0.01)
    probe.start()
    gevent.sleep(0)
    deadline = time.monotonic() + 0.3
    while time.monotonic() < deadline:
        pass
    with gevent.Timeout(5):
        while not value("callcore_loop_lag_seconds_count"):
            gevent.sleep(0.005)
    probe.stop()
    assert value("callcore_loop_lag_seconds_sum") > 0.2


def test_the_reference_is_current():
    """The document is generated: ``python -m callcore.adapters.prom.reference``."""
    document = Path(__file__).parents[3] / "docs" / "metrics.md"
    assert document.read_text(encoding="utf-8") == reference.page()


def test_the_reference_names_every_metric(metrics):
    """Operators look there for what a graph means."""
    page = reference.page()
    for definition in (*metrics.definitions, *collector.DEFINITIONS):
        assert page.count(f"| `{definition.name}` |") >= 1
    for name in re.findall(r"callcore_[a-z0-9_]+", page):
        stem = re.sub(r"_(bucket|sum|count)$", "", name)
        assert stem in {found.name for found in (*metrics.definitions, *collector.DEFINITIONS)}


def test_callbacks_are_counted_apart_from_callers(metrics, value):
    """Promised, dialled, unreached, kept; no wait or length of theirs is among those of callers."""
    observe = MetricsObserver(metrics).observe
    promise: dict[str, Any] = {"at": NOW, "call_id": CALL, "queue": SUPPORT}
    for is_adopted in (False, True):
        observe(
            events.CallbackPromised(
                **promise, of_call=CallId("c0"), caller_number="+48", is_adopted=is_adopted
            )
        )
        observe(events.CallerJoined(**promise, position=1, is_adopted=is_adopted, is_callback=True))
    observe(
        events.CallbackDialled(**promise, node=NodeName("fs1"), leg_id=LegId("c0ffee"), attempt=1)
    )
    observe(events.CallbackUnreached(**promise, attempt=1, hangup_cause="USER_BUSY"))
    observe(
        events.LegsBridged(
            **OFFER, waited_seconds=900.0, is_within_service_level=False, is_callback=True
        )
    )
    observe(
        events.CallerLeft(
            **promise,
            reason=LeaveReason.PICKED_UP,
            waited_seconds=900.0,
            is_short=False,
            is_callback=True,
        )
    )
    observe(
        events.CallEnded(
            at=NOW,
            call_id=CALL,
            outcome=CallOutcome.SERVED,
            hung_up_by=HungUpBy.CALLER,
            hangup_cause="NORMAL_CLEARING",
            lasted_seconds=1000.0,
            is_callback=True,
        )
    )
    for family in ("promised", "dialled", "unreached"):
        assert value(f"callcore_callbacks_{family}_total", queue="support") == 1
    assert value("callcore_callbacks_ended_total", queue="support", reason="picked_up") == 1
    assert value("callcore_callback_wait_seconds_sum", queue="support") == 900
    assert value("callcore_calls_ended_total", outcome="served") == 1
    assert value("callcore_offers_ended_total", queue="support", outcome="won") == 1
    for family in ("joined_total", "left_total", "picked_up_total", "wait_seconds_sum"):
        assert not value(f"callcore_queue_{family}", queue="support")
    assert value("callcore_call_seconds_sum") == 0
