"""What Prometheus has of callcore: every series by name, and its labels."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import ProcessCollector

from callcore.adapters.prom import collector
from callcore.adapters.prom.families import Kind
from callcore.adapters.prom.metrics import Metrics
from tests.ops import promql

OPS = Path(__file__).parents[2] / "ops"
RULES = OPS / "prometheus" / "callcore.rules.yml"
RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"

OF_TARGETS = frozenset({"site", "job", "instance"})
"""Labels that Prometheus adds to all that it scrapes."""

WITHOUT_SUM = {"callcore_queue_estimate_error_seconds"}
"""Of values below 0: prometheus-client gives no sum."""

_PARTS: dict[Kind, dict[str, set[str]]] = {
    Kind.HISTOGRAM: {"_bucket": {"le"}, "_sum": set(), "_count": set()},
    Kind.SUMMARY: {"_sum": set(), "_count": set()},
}

_WHOLE: dict[str, set[str]] = {"": set()}


def rules() -> list[dict[str, Any]]:
    """Every rule, in order."""
    content = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    """Every alert, in order."""
    return [rule for rule in rules() if "alert" in rule]


@cache
def exported() -> dict[str, frozenset[str]]:
    """What workers export, by name."""
    found: dict[str, frozenset[str]] = {"up": frozenset()}
    for definition in (*Metrics().definitions, *collector.DEFINITIONS):
        for part, more in _PARTS.get(definition.kind, _WHOLE).items():
            if part != "_sum" or definition.name not in WITHOUT_SUM:
                found[definition.name + part] = frozenset({*definition.labels, *more})
    for family in ProcessCollector(registry=None).collect():
        for sample in family.samples:
            found[sample.name] = frozenset()
    return found


def series() -> dict[str, frozenset[str]]:
    """The same, and what the rules record."""
    recorded = {rule["record"]: frozenset({"queue"}) for rule in rules() if "record" in rule}
    return exported() | recorded


def unknown(query: str, known: dict[str, frozenset[str]]) -> list[str]:
    """What a query asks for that there is not, in words."""
    found = [
        f"{one.metric} has no label {label}" if one.metric in known else f"no metric {one.metric}"
        for one in promql.selectors(query)
        for label in (one.labels or {"site"})
        if label not in known.get(one.metric, frozenset()) | OF_TARGETS or one.metric not in known
    ]
    for grouping in promql.groupings(query):
        for one in grouping.selectors:
            missing = grouping.labels - known.get(one.metric, frozenset()) - OF_TARGETS
            found += [f"{one.metric} has no label {label}" for label in sorted(missing)]
    return found
