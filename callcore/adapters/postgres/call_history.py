"""Reads back what the history keeps about one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, LiteralString, TypeVar

import psycopg
from psycopg import rows as row_factories

from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.scalars import clean
from callcore.domain.ids import AgentId, CallId, LegId, Micros, OfferId, QueueName, SurveyName
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin
from callcore.domain.policies import Strategy
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    CallStory,
    DecisionRecord,
    PassedOver,
    SurveyAnswer,
)
from callcore.domain.routing import Verdict

T = TypeVar("T")

_CALL: Final = """
    select language, account, callback_of, callback_origin from callcore.call_records
    where call_id = %s
"""

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

_ATTEMPTS: Final = """
    select (extract(epoch from dialled_at) * 1000000)::bigint as at,
        (extract(epoch from answered_at) * 1000000)::bigint as answered_at, outcome, hangup_cause,
        leg_id
    from callcore.callback_attempts where call_id = %s order by attempt_number
"""

_ASKINGS: Final = """
    select (extract(epoch from asked_at) * 1000000)::bigint as at, queue, origin, outcome, number,
        promise
    from callcore.callback_askings where call_id = %s order by asking_number
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
            read = partial(_read, connection, key)
            decisions = read(_DECISIONS, _decision)
            answers = read(_SURVEY_ANSWERS, _answer)
            attempts = read(_ATTEMPTS, _attempt)
            askings = read(_ASKINGS, _asking)
        language, account, callback_of, origin = found
        return CallStory(
            decisions=decisions,
            language=language,
            account=account,
            survey_answers=answers,
            callback_of=None if callback_of is None else CallId(callback_of),
            callback_origin=None if origin is None else CallbackOrigin(origin),
            callback_attempts=attempts,
            callback_askings=askings,
        )


def _read(
    connection: psycopg.Connection, key: Sequence[str], query: LiteralString, make: Callable[..., T]
) -> tuple[T, ...]:
    with connection.cursor(row_factory=row_factories.kwargs_row(make)) as cursor:
        return tuple(cursor.execute(query, key).fetchall())


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


def _attempt(
    *, at: int, answered_at: int | None, outcome: str, hangup_cause: str, leg_id: str | None
) -> CallbackAttempt:
    return CallbackAttempt(
        at=Micros(at),
        outcome=AttemptOutcome(outcome),
        hangup_cause=hangup_cause,
        leg_id=None if leg_id is None else LegId(leg_id),
        answered_at=None if answered_at is None else Micros(answered_at),
    )


def _asking(
    *, at: int, queue: str, origin: str, outcome: str, number: str, promise: str | None
) -> CallbackAsking:
    return CallbackAsking(
        at=Micros(at),
        queue=QueueName(queue),
        origin=CallbackOrigin(origin),
        end=AskingEnd(outcome),
        number=number,
        promise=None if promise is None else CallId(promise),
    )
