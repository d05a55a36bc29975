"""Reads back what the history keeps about one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from psycopg import rows as row_factories

from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.scalars import clean
from callcore.domain.ids import AgentId, CallId, Micros, OfferId, QueueName, SurveyName
from callcore.domain.policies import Strategy
from callcore.domain.records import CallStory, DecisionRecord, PassedOver, SurveyAnswer
from callcore.domain.routing import Verdict

_CALL: Final = "select language, account from callcore.call_records where call_id = %s"

# Instants as numbers: psycopg would give them in the session's time zone, which it may not know.
_DECISIONS: Final = """
    select offer_id, queue, agent_id, (extract(epoch from decided_at) * 1000000)::bigint as
        decided_at, trigger, waited_seconds, priority, strategy, open_level, skill_rule,
        is_sticky, passed_over, not_free
    from callcore.decisions where call_id = %s order by decision_number
"""

_SURVEY_ANSWERS: Final = """
    select (extract(epoch from answered_at) * 1000000)::bigint as at, survey, question, answer,
        queue, agent_id, offer_id
    from callcore.survey_answers where call_id = %s order by answer_number
"""


class PostgresCallHistory:
    """The calls that have ended, one by one."""

    def __init__(self, pool: PostgresPool) -> None:
        """``pool`` must be open, and the schema migrated."""
        self._pool = pool

    def story(self, call_id: CallId) -> CallStory | None:
        """What is told of a call; ``None`` if no such call is recorded.

        Raises ``RecordsUnavailableError``.
        """
        key = [clean(call_id)]
        with self._pool.transaction() as connection:
            found = connection.execute(_CALL, key).fetchone()
            if found is None:
                return None
            with connection.cursor(row_factory=row_factories.kwargs_row(_decision)) as cursor:
                decisions = cursor.execute(_DECISIONS, key).fetchall()
            with connection.cursor(row_factory=row_factories.kwargs_row(_answer)) as cursor:
                answers = cursor.execute(_SURVEY_ANSWERS, key).fetchall()
        language, account = found
        return CallStory(
            decisions=tuple(decisions),
            language=language,
            account=account,
            survey_answers=tuple(answers),
        )


def _decision(  # noqa: PLR0913  one for each column
    *,
    offer_id: str,
    queue: str,
    agent_id: str,
    decided_at: int,
    trigger: str,
    waited_seconds: float,
    priority: int,
    strategy: str,
    open_level: int,
    skill_rule: str,
    is_sticky: bool,
    passed_over: Sequence[Mapping[str, str]],
    not_free: Mapping[str, Sequence[str]],
) -> DecisionRecord:
    return DecisionRecord(
        offer_id=OfferId(offer_id),
        queue=QueueName(queue),
        agent_id=AgentId(agent_id),
        decided_at=Micros(decided_at),
        trigger=trigger,
        waited_seconds=waited_seconds,
        priority=priority,
        strategy=Strategy(strategy),
        open_level=open_level,
        skill_rule=skill_rule,
        is_sticky=is_sticky,
        passed_over=tuple(
            PassedOver(
                agent_id=AgentId(other["agent_id"]),
                verdict=Verdict(other["verdict"]),
                detail=other["detail"],
            )
            for other in passed_over
        ),
        not_free={
            state: tuple(AgentId(agent_id) for agent_id in agent_ids)
            for state, agent_ids in not_free.items()
        },
    )


def _answer(
    *,
    at: int,
    survey: str,
    question: str,
    answer: str,
    queue: str | None,
    agent_id: str | None,
    offer_id: str | None,
) -> SurveyAnswer:
    return SurveyAnswer(
        at=Micros(at),
        survey=SurveyName(survey),
        question=question,
        answer=answer,
        queue=None if queue is None else QueueName(queue),
        agent_id=None if agent_id is None else AgentId(agent_id),
        offer_id=None if offer_id is None else OfferId(offer_id),
    )
