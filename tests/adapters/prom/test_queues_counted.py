"""What the facts of queues, their doors and ways out count, label by label."""

from __future__ import annotations

import re

import pytest

from callcore.adapters.prom import exposition
from callcore.adapters.prom.calls_counted import kind_of
from callcore.domain import events, treatments
from callcore.domain.ids import (
    MenuName,
    QueueName,
    SurveyName,
)
from callcore.domain.outcomes import (
    ENDS_OF_PROMISES,
    AttemptOutcome,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)
from callcore.domain.treatments import OverflowReason
from tests.adapters.prom.facts import (
    CALL,
    IN_SUPPORT,
    NOW,
    SUPPORT,
    looked,
)

OF_CALLERS = set(LeaveReason) - ENDS_OF_PROMISES


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


def test_configured_queues_begin_at_zero(metrics, value):
    """The first call of a day is a rise, which ``increase`` can see."""
    metrics.expect_queues(["support"])
    assert value("callcore_queue_joined_total", queue="support") == 0
    assert value("callcore_queue_open", queue="support") == 1
    for reason in OF_CALLERS:
        assert value("callcore_queue_left_total", queue="support", reason=reason) == 0
    for reason in ENDS_OF_PROMISES:
        assert value("callcore_queue_left_total", queue="support", reason=reason) is None
        assert value("callcore_callbacks_ended_total", queue="support", reason=reason) == 0
    for attempt in set(AttemptOutcome) - {AttemptOutcome.TALKED}:
        labels = {"queue": "support", "outcome": attempt}
        assert value("callcore_callbacks_unreached_total", **labels) == 0
    for refusal in RefusalReason:
        is_unknown = refusal is RefusalReason.UNKNOWN_QUEUE
        queue = "unknown" if is_unknown else "support"
        assert value("callcore_calls_refused_total", queue=queue, reason=refusal) == 0
    for kind in ("position", "estimate", "message"):
        assert value("callcore_queue_announcements_total", queue="support", kind=kind) == 0
    for outcome in ("won", *OfferLostReason):
        assert value("callcore_offers_ended_total", queue="support", outcome=outcome) == 0


def test_hundreds_of_queues_are_told_apart(metrics, value):
    """However many reasons there are, no configured queue counts as another one."""
    metrics.expect_queues([f"queue-{number}" for number in range(300)])
    for reason in OF_CALLERS:
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
    observer.observe(events.CallSentOn(**IN_SUPPORT, reason=OverflowReason.QUEUE_FULL, to=to))
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
        treatments.ToSurvey(survey=SurveyName("csat")),
        treatments.Said(prompts=("hours",), then=treatments.ToMenu(menu=MenuName("main"))),
    ]
    kinds = {kind_of(treatments.in_words(treatment)) for treatment in made}
    assert kinds == {
        *("queue", "menu", "extension", "number", "voicemail", "callback", "survey", "goodbye")
    }


def test_changes_of_priority_are_told_by_who_made_them(observer, value):
    """Ageing, or people, whose names are no labels."""
    for by in ("ageing", "anna at the desk", "root"):
        observer.observe(events.PriorityChanged(**IN_SUPPORT, priority=5, by=by))
    name = "callcore_queue_priority_changes_total"
    assert value(name, queue="support", by="ageing") == 1
    assert value(name, queue="support", by="operator") == 2


def test_what_a_worker_sees_of_a_queue_are_gauges(observer, value):
    """They say how it is now; an estimate that is unknown is absent, and not 0."""
    for is_open, limit, seconds in ((True, 20, 42.5), (False, 8, None), (True, 8, 3.0)):
        observer.observe(looked(is_open=is_open, limit=limit, estimate_seconds=seconds))
        assert value("callcore_queue_open", queue="support") == is_open
        assert value("callcore_queue_limit", queue="support") == limit
        assert value("callcore_queue_estimate_seconds", queue="support") == seconds


def test_what_one_worker_tells_for_all_sets_no_gauge(observer, metrics, value):
    """It would be wrong on the page of a worker that no longer tells it."""
    metrics.expect_queues(["support"])
    observer.observe(
        events.QueueDoorChanged(at=NOW, queue=SUPPORT, is_open=False, by="hours", reason="")
    )
    assert value("callcore_queue_open", queue="support") == 1
