"""The page, the names on it and their reference."""

from __future__ import annotations

import re
from pathlib import Path

import gevent
from prometheus_client import parser

from callcore.adapters.prom import collector, exposition, families, reference
from tests.adapters.prom.floor import floor_collector


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
