"""What the pages ask Postgres and Prometheus can be answered."""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.docs import pages
from tests.ops import known, promql


@pytest.mark.parametrize("block", pages.all_blocks("sql"), ids=lambda block: block.place)
def test_sql_runs_on_the_schema(block, history_url):
    """As the administrator of a database with callcore's schema; nothing of it stays."""
    with psycopg.connect(history_url) as connection:
        connection.execute(block.text.encode())
        connection.rollback()


@pytest.mark.parametrize("block", pages.all_blocks("promql"), ids=lambda block: block.place)
def test_promql_asks_for_what_workers_export(block):
    """Each metric with each label that the query names."""
    for query in re.split(r"\n\s*\n", block.text):
        assert promql.selectors(query)
        assert known.unknown(query, known.series()) == []


COUNTED = re.compile(r"(callcore_[a-z_]+_total|callcore_[a-z_]+(?=\{))(\{.*\})?")
"""What cannot be one of the switch's variables, which begin with ``callcore_``, too."""


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_metrics_in_the_text_are_there(page):
    """With the labels that are given, of which some may be those of a board."""
    series = known.series()
    found = [COUNTED.fullmatch(span) for span in pages.code_spans(page)]
    named = {(one[1], one[2] or "") for one in found if one is not None}
    assert [name for name, _ in named if name not in series] == []
    for name, labels in named:
        assert set(re.findall(r"([a-z_]+)=", labels)) <= series[name], name
