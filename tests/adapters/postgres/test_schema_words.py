"""The words of the schema are those of the domain, and every one is explained."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from callcore.domain import outcomes
from callcore.domain.policies import Strategy
from callcore.domain.routing import Verdict
from callcore.domain.treatments import OverflowReason
from tests.adapters.postgres.reading import rows_of
from tests.adapters.postgres.samples import served_call


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("call_records_outcome_is_known", outcomes.CallOutcome),
        ("call_records_hung_up_by_is_known", outcomes.HungUpBy),
        ("call_records_source_is_known", outcomes.RecordSource),
        ("queue_visits_leave_reason_is_known", outcomes.LeaveReason),
        ("queue_visits_refusal_reason_is_known", outcomes.RefusalReason),
        ("offers_lost_reason_is_known", outcomes.OfferLostReason),
        ("decisions_strategy_is_known", Strategy),
        ("call_records_callback_origin_is_known", outcomes.CallbackOrigin),
        ("callback_askings_origin_is_known", outcomes.CallbackOrigin),
        ("callback_askings_outcome_is_known", outcomes.AskingEnd),
        ("callback_attempts_outcome_is_known", outcomes.AttemptOutcome),
    ],
)
def test_words_of_the_schema_are_those_of_the_enums(history_url, constraint, words):
    """A reason added in Python needs a migration, and this says so."""
    [(definition,)] = rows_of(
        history_url,
        "select pg_get_constraintdef(oid) from pg_constraint where conname = %s",
        constraint,
    )
    assert set(re.findall(r"'([a-z_]+)'", definition)) == {str(word) for word in words}


def test_misses_of_the_schema_are_those_of_the_domain(history_url):
    """Reports and metrics count the same reasons as misses."""
    found = {
        reason
        for reason in outcomes.OfferLostReason
        if rows_of(history_url, "select callcore.is_miss(%s)", str(reason)) == [(True,)]
    }
    assert found == outcomes.MISSES


def test_overflows_of_the_schema_are_those_of_the_domain(history_url):
    """A report finds every caller whom a queue sends on, and no other."""
    found = {
        str(reason)
        for reason in (*outcomes.LeaveReason, *outcomes.RefusalReason)
        if rows_of(history_url, "select callcore.is_overflow(%s)", str(reason)) == [(True,)]
    }
    assert found == {str(reason) for reason in OverflowReason}


def test_every_table_view_and_column_is_explained(history_url):
    """A report writer finds what each column means in the database itself."""
    mute = rows_of(
        history_url,
        """
        select c.relname, a.attname from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'callcore'
        left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and c.relkind = 'r'
            and c.relname <> 'migrations'
        where c.relkind in ('r', 'v')
        and (obj_description(c.oid, 'pg_class') is null
             or a.attnum is not null and col_description(c.oid, a.attnum) is null)
        """,
    )
    assert mute == []


@pytest.mark.parametrize("page", ["records.md", "kpis.md"])
def test_the_examples_of_the_documentation_run(page, history, history_url):
    """A report writer can paste them."""
    history.write([served_call()])
    document = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8")
    examples = re.findall(r"```sql\n(.*?)```", document, re.DOTALL)
    assert examples
    with psycopg.connect(history_url) as connection:
        for example in examples:
            connection.execute(example.encode())


def test_the_documentation_knows_every_verdict_overflow_and_callback():
    """A report writer meets no word that is not explained."""
    document = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
    of_callbacks = {*outcomes.CallbackOrigin, *outcomes.AskingEnd, *outcomes.AttemptOutcome}
    for word in {*OverflowReason, *Verdict, *of_callbacks} - {Verdict.CHOSEN}:
        assert f"`{word}`" in document
