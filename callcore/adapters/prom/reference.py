"""Writes the reference of all metrics, ``docs/metrics.md``, from their definitions."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from prometheus_client import ProcessCollector

from callcore.adapters.prom import collector
from callcore.adapters.prom.families import Definition, Kind
from callcore.adapters.prom.metrics import Metrics

_HEAD = """\
# Metrics

Every worker serves its metrics at `/metrics` in Prometheus' text format. Times are in seconds.
Labels are few on purpose: a call, an agent or a phone number is never one; the log and the call
records have those. A queue that is taken out of the settings keeps its counters until the next
start, as counters must; its gauges go with it.

This page is generated: `python -m callcore.adapters.prom.reference > docs/metrics.md`.

## Questions and their queries

Service level of the last half hour, by queue:

```promql
sum by (queue) (increase(callcore_queue_picked_up_within_total[30m]))
/ (sum by (queue) (increase(callcore_queue_picked_up_total[30m]))
  + sum by (queue) (increase(callcore_queue_abandoned_total[30m]))
  - sum by (queue) (increase(callcore_queue_short_abandoned_total[30m])))
```

Average speed of answer:

```promql
sum by (queue) (rate(callcore_queue_wait_seconds_sum[30m]))
/ sum by (queue) (rate(callcore_queue_wait_seconds_count[30m]))
```

Share of callers who abandon:

```promql
sum by (queue) (increase(callcore_queue_abandoned_total[30m]))
/ sum by (queue) (increase(callcore_queue_joined_total[30m]))
```

Callers waiting now: `max by (queue) (callcore_queue_waiting)`

Callers whom queues sent elsewhere in the last hour, by reason:

```promql
sum by (queue, reason, target) (increase(callcore_calls_sent_on_total[1h]))
```

Calls that agents missed in the last hour, by queue and how:

```promql
sum by (queue, outcome) (increase(callcore_offers_ended_total{
  outcome=~"no_answer|busy|refused|unregistered|unreachable|not_confirmed"}[1h]))
```

Mean wrap-up of the last hour, and the share of wrap-ups that agents ended themselves:

```promql
sum by (queue) (rate(callcore_queue_wrap_up_seconds_sum[1h]))
/ sum by (queue) (rate(callcore_queue_wrap_up_seconds_count[1h]))

sum by (queue) (increase(callcore_queue_wrap_ups_total{end="ended_early"}[1h]))
/ sum by (queue) (increase(callcore_queue_wrap_ups_total[1h]))
```

Share of callers who were satisfied, of those who said (4 and 5 of 1 to 5), in the last day:

```promql
sum by (queue) (increase(callcore_survey_answers_total{
  question="satisfaction",answer=~"[45]"}[1d]))
/ sum by (queue) (increase(callcore_survey_answers_total{
  question="satisfaction",answer=~"[1-5]"}[1d]))
```

Share of questions to other systems that had no answer of use, in the last ten minutes:

```promql
sum by (lookup) (increase(callcore_lookups_total{outcome!="answered"}[10m]))
/ sum by (lookup) (increase(callcore_lookups_total[10m]))
```

Share of the callbacks of the last day that led to a talk, and of calls to customers that did not,
by what came of them:

```promql
(sum by (queue) (increase(callcore_callbacks_ended_total{reason="picked_up"}[1d]))
  - sum by (queue) (increase(callcore_callbacks_unreached_total{outcome="machine"}[1d])))
/ (sum by (queue) (increase(callcore_callbacks_ended_total[1d]))
  - sum by (queue) (increase(callcore_callbacks_unreached_total{outcome="machine"}[1d])))

sum by (queue, outcome) (increase(callcore_callbacks_unreached_total[1d]))
/ ignoring(outcome) group_left sum by (queue) (increase(callcore_callbacks_dialled_total[1d]))
```

How long the slowest tenth of customers who are called back are on the line before they talk:

```promql
histogram_quantile(0.9,
  sum by (le, queue) (rate(callcore_callback_held_seconds_bucket[1d])))
```

Share of the upper ends told to callers that were exceeded in the last hour, which is one less
`upper_quantile` if the estimates are right; and by how many seconds callers wait longer than
estimated on average, below 0 if less long:

```promql
sum by (queue) (increase(callcore_queue_estimates_lived_total{upper_end="beyond"}[1h]))
/ sum by (queue) (increase(callcore_queue_estimates_lived_total[1h]))

(sum by (queue) (increase(callcore_queue_estimate_deviation_seconds_total{side="longer"}[1h]))
  - sum by (queue) (increase(callcore_queue_estimate_deviation_seconds_total{side="shorter"}[1h])))
/ sum by (queue) (increase(callcore_queue_estimate_error_seconds_count[1h]))
```

Notices that other systems did not take, in the last hour:

```promql
sum by (hook, outcome) (increase(callcore_notices_total{outcome!="taken"}[1h]))
```

Breaks that are too long now: `max(callcore_agents_overrun)`; agents who are free but whose phone is
away: `max(callcore_agents_held{reason="unregistered"})`

Wrong PINs that somebody tries, in the last ten minutes:

```promql
sum(increase(callcore_agent_feature_codes_total{answer=~"wrong_pin|locked_out"}[10m]))
```

How full a queue is, of how many may wait:

```promql
max by (queue) (callcore_queue_waiting + callcore_queue_offered)
/ max by (queue) (callcore_queue_limit)
```

How long the slowest hundredth of dispatch decisions takes:

```promql
histogram_quantile(0.99,
  sum by (le, trigger) (rate(callcore_decision_seconds_bucket[5m])))
```

How long the survivors of a dead worker took to follow its calls, from the moment they knew, and
shards that nobody follows, 0 but for moments (16 of each of `N` nodes, 16 of callbacks, one duty):

```promql
histogram_quantile(1, sum by (le) (rate(callcore_shards_taking_over_seconds_bucket[1h])))

max(callcore_shards) - sum(callcore_shards_held)
```

How far off estimates are on average in the last hour, whichever way, and what a caller who joins
now is estimated to wait:

```promql
sum by (queue) (increase(callcore_queue_estimate_deviation_seconds_total[1h]))
/ sum by (queue) (increase(callcore_queue_estimate_error_seconds_count[1h]))

max by (queue) (callcore_queue_estimate_seconds)
```

Callers picked up later than the service level time, and callbacks that are due:

```promql
sum by (queue) (increase(callcore_queue_picked_up_total[1h]))
- sum by (queue) (increase(callcore_queue_picked_up_within_total[1h]))

max by (queue) (callcore_callbacks{state="due"})
```

## Several workers

Every worker has a page of its own, and Prometheus scrapes each
([operating.md](operating.md#monitoring)). Nothing counts twice:

- **Gauges of the floor** are read from Redis when the page is asked for, and so are the same on
  every page: take `max`, never `sum`.
- **Counters and histograms** are each worker's own: what one worker counts no other does. Take
  `sum`.
- **Other gauges** are each worker's own too; the last column of the tables has what makes a site's
  number of them: `sum` of shards held, `min` of a link that each worker needs, `max` of what each
  sees of a queue.

`site`, `job` and `instance` are no labels of callcore's: Prometheus adds them to all that it
scrapes from a target. Queries that are to keep several sites apart take `by (site, queue)` for
`by (queue)`.
"""

_TABLE = "| metric | type | labels | meaning | of the whole site |\n|---|---|---|---|---|\n"
_SECTIONS = (
    (
        "Calls",
        (
            "callcore_call_",
            "callcore_calls_",
            "callcore_menu",
            "callcore_prompts",
            "callcore_lookup",
            "callcore_survey",
        ),
    ),
    ("Queues", ("callcore_queue_",)),
    ("Callbacks", ("callcore_callback", "callcore_notices")),
    ("Offers, decisions and agents", ("callcore_offer", "callcore_decision", "callcore_agent")),
    ("Records and stores", ("callcore_records", "callcore_store")),
    ("Links to FreeSWITCH", ("callcore_link", "callcore_switch", "callcore_node")),
    ("Workers", ("callcore_workers", "callcore_shard", "callcore_lease", "callcore_letters")),
    ("The process", ("callcore_",)),
)


def page() -> str:
    """The reference of every metric as Markdown."""
    floor = [(definition, True) for definition in collector.DEFINITIONS]
    own = [(definition, False) for definition in Metrics().definitions]
    left = [*own, *floor]
    parts = [_HEAD]
    for title, prefixes in _SECTIONS:
        chosen = [entry for entry in left if entry[0].name.startswith(prefixes)]
        left = [entry for entry in left if entry not in chosen]
        parts.append(f"\n## {title}\n\n{_TABLE}")
        parts.extend(_row(definition, is_floor=is_floor) for definition, is_floor in chosen)
    parts.extend(_library_rows())
    parts.append("\n## Buckets\n\n| metric | upper bounds in seconds |\n|---|---|\n")
    parts.extend(_buckets(Metrics().definitions))
    return "".join(parts)


def _row(definition: Definition, *, is_floor: bool) -> str:
    labels = " ".join(f"`{label}`" for label in definition.labels)
    kind = f"{definition.kind}, of the floor" if is_floor else str(definition.kind)
    example = _example(definition)
    return f"| `{definition.name}` | {kind} | {labels} | {definition.help} | `{example}` |\n"


def _example(definition: Definition) -> str:
    """A query that makes the site's number of what the workers tell."""
    name, labels = definition.name, definition.labels
    match definition.kind:
        case Kind.COUNTER:
            return _over("sum", labels, f"increase({name}[1h])")
        case Kind.HISTOGRAM:
            buckets = _over("sum", ("le", *labels), f"rate({name}_bucket[5m])")
            return f"histogram_quantile(0.95, {buckets})"
        case Kind.SUMMARY:
            total, count = (
                _over("sum", labels, f"rate({name}_{part}[5m])") for part in ("sum", "count")
            )
            return f"{total} / {count}"
    return _over(definition.across, labels, name)


def _over(operator: str, labels: Iterable[str], value: str) -> str:
    by = ", ".join(labels)
    return f"{operator} by ({by}) ({value})" if by else f"{operator}({value})"


def _library_rows() -> Iterable[str]:
    """Of the metrics that prometheus-client has for every process."""
    for family in ProcessCollector(registry=None).collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        text = f"{family.documentation.rstrip('.')}."
        query = f"rate({name}[5m])" if family.type == "counter" else name
        yield f"| `{name}` | {family.type} |  | {text} | `{query}` |\n"


def _buckets(definitions: Iterable[Definition]) -> list[str]:
    return [
        f"| `{definition.name}` | {' '.join(f'{bound:g}' for bound in definition.buckets)} |\n"
        for definition in definitions
        if definition.buckets
    ]


if __name__ == "__main__":
    sys.stdout.write(page())
