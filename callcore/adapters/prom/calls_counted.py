"""What the facts of calls as a whole count, and of what callers are asked and told in them."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom import lookup_families, survey_families
from callcore.adapters.prom.call_families import UNKNOWN_QUEUE, CallFamilies
from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.lookup_families import LookupFamilies
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.survey_families import SurveyFamilies
from callcore.domain import events
from callcore.domain.outcomes import RefusalReason

NOWHERE = "nowhere"


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of calls."""
    calls, surveys = metrics.calls, metrics.surveys
    table.count(events.CallArrived, partial(_arrived, calls))
    table.count(events.CallRefused, partial(_refused, calls))
    table.count(
        events.CallSentOn,
        lambda fact: calls.sent_on.add(fact.queue, fact.reason, kind_of(fact.to)),
    )
    table.count(events.MenuAnswered, partial(_menu_answered, calls))
    table.count(events.LookupMade, partial(_lookup_made, metrics.lookups))
    table.count(events.SurveyAnswered, partial(_survey_answered, surveys))
    table.count(events.SurveyEnded, partial(_survey_ended, surveys))
    table.count(events.PromptMissing, lambda _: calls.prompts_missing.add())
    table.count(events.SoundNotFound, lambda fact: calls.prompts_not_found.add(fact.node))
    table.count(events.CallEnded, partial(_ended, calls))
    table.count_nothing(events.LanguageChanged)  # the call's record has the language


def _arrived(calls: CallFamilies, fact: events.CallArrived) -> None:
    if fact.is_adopted:
        calls.adopted.add(fact.node)
    else:
        calls.arrived.add(fact.node)


def _refused(calls: CallFamilies, fact: events.CallRefused) -> None:
    is_unknown = fact.reason is RefusalReason.UNKNOWN_QUEUE
    queue = UNKNOWN_QUEUE if is_unknown else fact.queue
    calls.refused.add(queue, fact.reason)


def _menu_answered(calls: CallFamilies, fact: events.MenuAnswered) -> None:
    if fact.branch:
        calls.menu_branches.add(fact.menu, fact.branch)
    else:
        calls.menu_answers.add(fact.menu, kind_of(fact.to))


def _lookup_made(lookups: LookupFamilies, fact: events.LookupMade) -> None:
    outcome = fact.failure or lookup_families.ANSWERED
    lookups.made.add(fact.lookup, outcome)
    if fact.failure not in lookup_families.NOT_ASKED:
        lookups.seconds.observe(fact.seconds, fact.lookup)


def _survey_answered(surveys: SurveyFamilies, fact: events.SurveyAnswered) -> None:
    queue = fact.queue or survey_families.NONE
    answer = fact.answer or survey_families.NONE
    surveys.answers.add(queue, fact.survey, fact.question, answer)


def _survey_ended(surveys: SurveyFamilies, fact: events.SurveyEnded) -> None:
    queue = fact.queue or survey_families.NONE
    surveys.ended.add(queue, fact.survey, survey_families.completeness(fact))


def _ended(calls: CallFamilies, fact: events.CallEnded) -> None:
    calls.ended.add(fact.outcome)
    if not fact.is_callback:
        calls.seconds.observe(fact.lasted_seconds)


def kind_of(target: str) -> str:
    """Of ``number:+48225550100`` the word ``number``: whereto exactly is in the call's record."""
    return target.partition(":")[0] or NOWHERE
