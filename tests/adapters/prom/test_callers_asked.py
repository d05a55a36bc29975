"""What the facts of branches, lookups and surveys count, label by label."""

from __future__ import annotations

import re
from typing import Any

import pytest

from callcore.adapters.prom import exposition
from callcore.domain import events
from callcore.domain.ids import Language, LookupName, MenuName, SurveyName
from callcore.domain.lookups import LookupFailure
from tests.adapters.prom.facts import ANNA, CALL, NOW, SUPPORT

OF_CALL: dict[str, Any] = {"at": NOW, "call_id": CALL}
CSAT: dict[str, Any] = {**OF_CALL, "survey": SurveyName("csat"), "agent_id": ANNA}


def looked_up(failure: LookupFailure | None, seconds=0.25) -> events.LookupMade:
    return events.LookupMade(
        **OF_CALL,
        lookup=LookupName("crm"),
        seconds=seconds,
        failure=failure,
        detail="https://crm.example: status 503",
    )


@pytest.mark.parametrize("branch", ["open", "closed", "vip", "failed", "otherwise"])
def test_branches_are_counted_apart_from_choices(observer, value, branch):
    """Nobody chose anything there."""
    observer.observe(
        events.MenuAnswered(
            **OF_CALL, menu=MenuName("door"), key="", branch=branch, to="queue:support"
        )
    )
    assert value("callcore_menu_branches_total", menu="door", branch=branch) == 1
    assert value("callcore_menu_answers_total", menu="door", target="queue") is None


@pytest.mark.parametrize("failure", [None, *LookupFailure])
def test_lookups_are_counted_by_what_came_of_them(observer, value, metrics, failure):
    """Where the other system is, and what it said, is in the log."""
    observer.observe(looked_up(failure))
    outcome = failure or "answered"
    assert value("callcore_lookups_total", lookup="crm", outcome=outcome) == 1
    assert b"crm.example" not in exposition.render(metrics.registry)


def test_only_questions_that_were_put_are_timed(observer, value):
    """One that was never sent took no time, and would make the others look quicker."""
    for failure in LookupFailure:
        observer.observe(looked_up(failure))
    put = len(LookupFailure) - len({LookupFailure.TOO_MANY, LookupFailure.UNKNOWN_LOOKUP})
    observer.observe(looked_up(None, seconds=1.0))
    assert value("callcore_lookup_seconds_count", lookup="crm") == put + 1
    assert value("callcore_lookup_seconds_sum", lookup="crm") == put * 0.25 + 1.0


def test_answers_are_counted_by_queue_and_key(observer, value, metrics):
    """No answer is one, too, and a caller may have been in no queue; agents are no label."""
    for queue, answer in ((SUPPORT, "5"), (SUPPORT, "5"), (SUPPORT, ""), (None, "1")):
        observer.observe(
            events.SurveyAnswered(**CSAT, question="satisfaction", answer=answer, queue=queue)
        )
    name, of_csat = "callcore_survey_answers_total", {"survey": "csat", "question": "satisfaction"}
    assert value(name, queue="support", answer="5", **of_csat) == 2
    assert value(name, queue="support", answer="none", **of_csat) == 1
    assert value(name, queue="none", answer="1", **of_csat) == 1
    labels = re.findall(r"\{.*?\}", exposition.render(metrics.registry).decode())
    assert not [found for found in labels if ANNA in found or CALL in found]


@pytest.mark.parametrize(
    ("answered", "asked", "completeness"),
    [(3, 3, "complete"), (1, 1, "complete"), (2, 3, "partial"), (1, 3, "partial"), (0, 3, "none")],
)
def test_surveys_are_counted_by_how_much_was_answered(
    observer, value, answered, asked, completeness
):
    """The share of those who answer all is what a survey's length is judged by."""
    for queue in (SUPPORT, None):
        observer.observe(
            events.SurveyEnded(**CSAT, queue=queue, answered_count=answered, questions_count=asked)
        )
    for label in ("support", "none"):
        of_csat = {"queue": label, "survey": "csat", "completeness": completeness}
        assert value("callcore_surveys_ended_total", **of_csat) == 1


def test_another_language_counts_nothing(observer, metrics):
    """Of one call; its record has the language."""
    before = exposition.render(metrics.registry)
    observer.observe(events.LanguageChanged(**OF_CALL, language=Language("pl"), by="anna"))
    assert _ours(exposition.render(metrics.registry)) == _ours(before)


def _ours(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if line.startswith(b"callcore_")]
