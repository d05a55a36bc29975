"""Queries about the queues chosen."""

from __future__ import annotations

from callcore.adapters.prom.boards import promql
from callcore.adapters.prom.boards.model import Query

QUEUE = 'queue=~"$queue"'


def now(metric: str, labels: str = "queue") -> str:
    """A gauge that is the same for every worker."""
    return promql.over("max", labels, promql.of(metric, QUEUE))


def median_and_tail(metric: str) -> list[Query]:
    """In which time half of what a histogram counts was over, and nine of ten."""
    return [
        Query(promql=promql.quantile(share, metric, "", QUEUE), legend=legend)
        for share, legend in ((0.5, "half of them within"), (0.9, "nine of ten within"))
    ]


def counted(metric: str, label: str) -> list[Query]:
    """How often a minute, by what there was of the label."""
    by_label = promql.per_minute(metric, label, QUEUE)
    return [Query(promql=promql.or_zero(f"{by_label} > 0"), legend=f"{{{{{label}}}}}")]
