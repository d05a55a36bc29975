"""Queries that the dashboards have in common. All choose by site."""

from __future__ import annotations

PER_MINUTE = 60

AT_SITE = 'site=~"$site"'


def of(metric: str, *where: str) -> str:
    """The series of a metric at the site chosen."""
    return f"{metric}{{{', '.join((AT_SITE, *where))}}}"


def over(operator: str, labels: str, value: str) -> str:
    """An aggregation; ``labels`` as PromQL writes them, empty for none."""
    return f"{operator} by ({labels}) ({value})" if labels else f"{operator}({value})"


def rate(metric: str, labels: str, *where: str) -> str:
    """Per second, of all workers together."""
    return over("sum", labels, f"rate({of(metric, *where)}[$__rate_interval])")


def per_minute(metric: str, labels: str, *where: str) -> str:
    """Per minute, of all workers together."""
    return f"{PER_MINUTE} * {rate(metric, labels, *where)}"


def rise(metric: str, span: str, labels: str, *where: str) -> str:
    """How much it rose in a span such as ``30m``, of all workers together."""
    return over("sum", labels, f"increase({of(metric, *where)}[{span}])")


def quantile(share: float, metric: str, labels: str, *where: str) -> str:
    """Of a histogram, of all workers together."""
    buckets = rate(f"{metric}_bucket", ", ".join(filter(None, ("le", labels))), *where)
    return f"histogram_quantile({share:g}, {buckets})"


def mean(metric: str, labels: str, *where: str) -> str:
    """Of a histogram or summary, of all workers together."""
    return f"{rate(f'{metric}_sum', labels, *where)} / {rate(f'{metric}_count', labels, *where)}"


def or_zero(promql: str) -> str:
    """0 in place of no series at all; beside others it would be a line without a name."""
    return f"{promql} or on() vector(0)"


def counted(span: str, labels: str, *where: str) -> str:
    """Callers who count for the service level."""
    picked_up, abandoned, short = (
        rise(f"callcore_queue_{what}_total", span, labels, *where)
        for what in ("picked_up", "abandoned", "short_abandoned")
    )
    return f"({picked_up} + {abandoned} - {short})"


def service_level(span: str, labels: str, *where: str) -> str:
    """The share of callers picked up in time, of those who count."""
    within = rise("callcore_queue_picked_up_within_total", span, labels, *where)
    return f"{within} / {counted(span, labels, *where)}"
