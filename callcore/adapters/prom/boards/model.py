"""What a dashboard is made of, without the many words that Grafana's JSON has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

WIDTH = 24
"""Columns of Grafana's grid."""


class Look(StrEnum):
    """Grafana's types of panels."""

    NUMBER = "stat"
    LINES = "timeseries"
    TABLE = "table"
    BARS = "bargauge"
    HEAT = "heatmap"


class Unit(StrEnum):
    """Grafana's words for units."""

    COUNT = "short"
    SECONDS = "s"
    SHARE = "percentunit"
    BYTES = "bytes"
    PER_MINUTE = "cpm"
    PER_SECOND = "ops"
    TIME = "dateTimeAsIso"


GREEN, YELLOW, RED, BLUE = "green", "yellow", "red", "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to Prometheus and what its answers are called, ``{{label}}`` for a label's value.

    In ``promql`` stand Grafana's variables: ``$site``, ``$queue``, ``$node``, ``$__rate_interval``.
    """

    promql: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture. ``limits`` are colours from a value on, beginning with the lowest; ``words`` say
    something in place of a value, with a colour.
    """

    title: str
    help: str
    queries: Sequence[Query]
    look: Look = Look.LINES
    unit: Unit = Unit.COUNT
    width: int = 8
    height: int = 8
    limits: Sequence[tuple[float | None, str]] = ((None, BLUE),)
    words: Mapping[float, tuple[str, str]] = field(default_factory=dict)
    empty: str = "none yet"
    """What stands where there is no value: before the first call, say."""
    alert: str = ""
    """The alert of the runbook that watches the same."""
    is_stacked: bool = False
    least: float | None = 0.0
    most: float | None = None
    decimals: int | None = None
    columns: Sequence[tuple[str, Unit]] = ()
    """Of a table: what the values of its queries are called, and their units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A variable of the dashboard: the values of a label of a metric. With ``takes_many`` several
    or all may be chosen.
    """

    name: str
    title: str
    metric: str
    label: str
    takes_many: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard; ``name`` is that of its file, and with ``callcore-`` before it its address."""

    name: str
    title: str
    help: str
    choices: Sequence[Choice]
    rows: Sequence[Row]
    refresh: str = "10s"
    since: str = "now-3h"

    @property
    def panels(self) -> list[Panel]:
        """All of them, in order."""
        return [panel for row in self.rows for panel in row.panels]


SITE = Choice(
    name="site",
    title="Site",
    metric="callcore_build_info",
    label="site",
    takes_many=False,
)
QUEUES = Choice(
    name="queue", title="Queue", metric='callcore_queue_open{site=~"$site"}', label="queue"
)
NODES = Choice(name="node", title="Node", metric='callcore_link_up{site=~"$site"}', label="node")
WORKERS = Choice(
    name="instance",
    title="Worker",
    metric='callcore_build_info{site=~"$site"}',
    label="instance",
)
