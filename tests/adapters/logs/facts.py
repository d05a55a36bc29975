"""Facts, and how loud the log tells them."""

from __future__ import annotations

import dataclasses
from typing import Any

from callcore.adapters.logs import observer
from callcore.domain import events
from callcore.domain.agents import AgentState, BreakCode, HoldReason, Wish
from callcore.domain.callback_notices import NoticeFailure
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import (
    AgentId,
    CallId,
    HookName,
    LegId,
    LookupName,
    MenuName,
    Micros,
    NodeName,
    QueueName,
    SurveyName,
)
from callcore.domain.lookups import LookupFailure
from callcore.domain.outcomes import (
    AskingEnd,
    AttemptOutcome,
    CallbackOrigin,
    CallOutcome,
    HungUpBy,
    RefusalReason,
)
from callcore.domain.policies import FeatureCode, NoticeKind
from callcore.domain.treatments import OverflowReason

NOW = Micros(1_790_000_000_000_001)


def differing(*, is_different: bool) -> events.ConfigurationDiffers:
    return events.ConfigurationDiffers(
        at=NOW, version="aaa", site_version="bbb", is_different=is_different
    )


def arrived(**changes):
    values: dict[str, Any] = {
        "at": NOW,
        "call_id": CallId("c0ffee"),
        "node": NodeName("fs1"),
        "leg_id": LegId("c0ffee"),
        "caller_number": "+48201234501",
        "caller_name": "Łucja",
        "dialled_number": "200",
    }
    return events.CallArrived(**(values | changes))


def sent_on(to: str) -> events.CallSentOn:
    return events.CallSentOn(
        at=NOW,
        call_id=CallId("c"),
        queue=QueueName("support"),
        reason=OverflowReason.MAXIMUM_WAIT,
        to=to,
    )


def ended(*faults: str) -> events.CallEnded:
    """A call is over, in which that went wrong."""
    return events.CallEnded(
        at=NOW,
        call_id=CallId("c"),
        outcome=CallOutcome.EXITED,
        hung_up_by=HungUpBy.CALLER,
        hangup_cause="",
        lasted_seconds=1.0,
        faults=faults,
    )


def refused(reason: RefusalReason) -> events.CallRefused:
    return events.CallRefused(
        at=NOW, call_id=CallId("c"), queue=QueueName("support"), reason=reason, limit=20
    )


def aged(by: str) -> events.PriorityChanged:
    return events.PriorityChanged(
        at=NOW, call_id=CallId("c"), queue=QueueName("support"), priority=7, by=by
    )


def door(by: str, *, is_open: bool) -> events.QueueDoorChanged:
    return events.QueueDoorChanged(
        at=NOW, queue=QueueName("support"), is_open=is_open, by=by, reason="fire drill"
    )


ANSWERED = events.MenuAnswered(
    at=NOW, call_id=CallId("c"), menu=MenuName("main"), key="2", to="number:+48225550100"
)


IN_SUPPORT: dict[str, Any] = {"at": NOW, "call_id": CallId("c"), "queue": QueueName("support")}
CSAT: dict[str, Any] = {**IN_SUPPORT, "survey": SurveyName("csat"), "agent_id": AgentId("1001")}


def looked_up(failure: LookupFailure | None, detail="") -> events.LookupMade:
    return events.LookupMade(
        at=NOW,
        call_id=CallId("c"),
        lookup=LookupName("crm"),
        seconds=0.25,
        failure=failure,
        detail=detail,
    )


def asked(end: AskingEnd) -> events.CallbackAsked:
    return events.CallbackAsked(**IN_SUPPORT, origin=CallbackOrigin.WAITING, end=end)


def notice_told(failure: NoticeFailure | None, reason="") -> events.NoticeTold:
    return events.NoticeTold(
        at=NOW,
        call_id=CallId("c"),
        hook=HookName("sms"),
        kind=NoticeKind.PROMISED,
        failure=failure,
        reason=reason,
        tries_count=3,
    )


LUNCH = BreakCode("lunch")
OF_ANN: dict[str, Any] = {"at": NOW, "agent_id": AgentId("1001")}


LIMITED = events.LimitChanged(
    at=NOW, queue=QueueName("support"), limit=8, setting="waiting_per_agent", staffed_count=4
)


TOLD: list[tuple[events.Fact, str, dict[str, Any]]] = [
    (
        sent_on("queue:sales"),
        "info",
        {"event": "call_sent_on", "reason": "maximum_wait", "to": "queue:sales"},
    ),
    (ANSWERED, "info", {"event": "menu_answered", "menu": "main", "key": "2"}),
    (
        dataclasses.replace(ANSWERED, key="", branch="otherwise", detail="platinum"),
        "info",
        {"event": "menu_answered", "branch": "otherwise", "detail": "platinum"},
    ),
    (LIMITED, "info", {"event": "limit_changed", "limit": 8, "staffed_count": 4}),
    (
        events.ConfigurationApplied(at=NOW, version="aaa", by="eve", changes=("a", "b")),
        "info",
        {"event": "configuration_applied", "version": "aaa", "changes": ["a", "b"]},
    ),
    (
        events.ConfigurationApplied(at=NOW, version="aaa", by="eve", warnings=("look",)),
        "warning",
        {"event": "configuration_applied", "warnings": ["look"]},
    ),
    (
        events.ConfigurationRefused(at=NOW, version="aaa", by="eve", reason="wrong"),
        "error",
        {"event": "configuration_refused", "reason": "wrong"},
    ),
    (differing(is_different=True), "warning", {"event": "configuration_differs"}),
    (differing(is_different=False), "info", {"event": "configuration_differs"}),
    (aged("ageing"), "debug", {"event": "priority_changed", "priority": 7}),
    (aged("anna"), "info", {"event": "priority_changed", "by": "anna"}),
    (door("hours", is_open=False), "info", {"event": "queue_door_changed", "is_open": False}),
    (door("anna", is_open=False), "warning", {"by": "anna", "reason": "fire drill"}),
    (door("anna", is_open=True), "info", {"is_open": True}),
    (
        events.AgentMissedTooMany(**OF_ANN, queue=QueueName("support"), misses_count=3),
        "warning",
        {"event": "agent_missed_too_many", "agent_id": "1001", "misses_count": 3},
    ),
    (
        events.BreakOverrun(**OF_ANN, break_code=LUNCH, maximum_seconds=60.0),
        "warning",
        {"event": "break_overrun", "break_code": "lunch", "maximum_seconds": 60.0},
    ),
    (
        events.AgentLockedOut(**OF_ANN, failures_count=3, seconds=900.0),
        "warning",
        {"event": "agent_locked_out", "failures_count": 3},
    ),
    (
        events.AgentHeld(**OF_ANN, holds=frozenset(HoldReason)),
        "info",
        {"event": "agent_held", "holds": ["outside_call", "unregistered"]},
    ),
    (
        events.AgentWished(
            **OF_ANN, wish=Wish(state=AgentState.ON_BREAK, break_code=LUNCH), actor="anna"
        ),
        "info",
        {"wish": {"state": "on_break", "break_code": "lunch"}, "actor": "anna"},
    ),
    (
        events.FeatureCodeDialled(
            at=NOW, code=FeatureCode.LOG_IN, agent_id=None, answer=FeatureAnswer.WRONG_PIN
        ),
        "info",
        {"event": "feature_code_dialled", "code": "login", "answer": "wrong_pin"},
    ),
    (
        events.EstimateAnnounced(
            **IN_SUPPORT, low_minutes=2, high_minutes=5, mean_seconds=200.0, has_grown=True
        ),
        "debug",
        {"event": "estimate_announced", "low_minutes": 2, "high_minutes": 5},
    ),
    (
        events.EstimateLived(**IN_SUPPORT, error_seconds=-12.5, is_beyond=False),
        "debug",
        {"event": "estimate_lived", "error_seconds": -12.5, "is_beyond": False},
    ),
    (
        events.CallbackPromised(
            **IN_SUPPORT,
            of_call=CallId("c0"),
            caller_number="+48201234501",
            origin=CallbackOrigin.ABANDONED,
        ),
        "info",
        {"event": "callback_promised", "caller_number": "+4820…01", "origin": "abandoned"},
    ),
    *(
        (asked(end), "info", {"event": "callback_asked", "origin": "waiting", "end": end})
        for end in set(AskingEnd) - observer.UNMET_WISHES
    ),
    *((asked(end), "warning", {"end": end}) for end in observer.UNMET_WISHES),
    (
        events.CallbackDialled(
            **IN_SUPPORT, node=NodeName("fs1"), leg_id=LegId("c0ffee"), attempt=2
        ),
        "info",
        {"event": "callback_dialled", "attempt": 2, "leg_id": "c0ffee"},
    ),
    (
        events.CallbackAnswered(**IN_SUPPORT, rang_seconds=7.5, is_confirmed=True),
        "info",
        {"event": "callback_answered", "rang_seconds": 7.5, "is_confirmed": True},
    ),
    (
        events.CallbackUnreached(
            **IN_SUPPORT, attempt=2, outcome=AttemptOutcome.BUSY, hangup_cause="USER_BUSY"
        ),
        "info",
        {"event": "callback_unreached", "outcome": "busy", "hangup_cause": "USER_BUSY"},
    ),
    (
        notice_told(None),
        "info",
        {"event": "notice_told", "call_id": "c", "hook": "sms", "kind": "promised"},
    ),
    *((notice_told(failure), "warning", {"failure": failure}) for failure in NoticeFailure),
    (
        notice_told(NoticeFailure.STATUS, "https://sms/+48201234501: status 500"),
        "warning",
        {"reason": "https://sms/+4820…01: status 500"},
    ),
    (
        events.MessageAnnounced(**IN_SUPPORT, number=3),
        "debug",
        {"event": "message_announced", "number": 3},
    ),
    (
        dataclasses.replace(ANSWERED, key="", branch="vip"),
        "info",
        {"event": "menu_answered", "key": "", "branch": "vip"},
    ),
    (
        looked_up(None),
        "info",
        {"event": "lookup_made", "lookup": "crm", "seconds": 0.25, "failure": None},
    ),
    *((looked_up(failure), "warning", {"failure": failure}) for failure in LookupFailure),
    (
        events.SurveyAnswered(**CSAT, question="satisfaction", answer="5"),
        "info",
        {"event": "survey_answered", "question": "satisfaction", "answer": "5"},
    ),
    (
        events.SurveyEnded(**CSAT, answered_count=1, questions_count=2),
        "info",
        {"event": "survey_ended", "survey": "csat", "answered_count": 1},
    ),
    (
        events.PromptMissing(at=NOW, call_id=CallId("c"), what="shop/news", remedy="run this"),
        "warning",
        {"event": "prompt_missing", "what": "shop/news", "remedy": "run this"},
    ),
    (ended(), "info", {"event": "call_ended", "faults": []}),
    (ended("led through 30 menus"), "warning", {"faults": ["led through 30 menus"]}),
    (
        events.SoundNotFound(
            at=NOW, node=NodeName("fs1"), path="/sounds/pl/number/42.wav", remedy="run this"
        ),
        "warning",
        {
            "event": "sound_not_found",
            "node": "fs1",
            "path": "/sounds/pl/number/42.wav",
            "remedy": "run this",
        },
    ),
    (refused(RefusalReason.CLOSED), "info", {"event": "call_refused", "reason": "closed"}),
    (refused(RefusalReason.CLOSES_TOO_SOON), "info", {}),
    (refused(RefusalReason.QUEUE_FULL), "warning", {"limit": 20}),
    (refused(RefusalReason.NO_AGENTS), "warning", {}),
    (refused(RefusalReason.UNKNOWN_QUEUE), "warning", {}),
]
"""A fact, its level in the log, and what its line says among others."""
