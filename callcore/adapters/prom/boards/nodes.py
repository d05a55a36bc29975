"""Trunks and nodes: whether the switches are reached, and how their links fare."""

from __future__ import annotations

from callcore.adapters.prom.boards import promql
from callcore.adapters.prom.boards.model import (
    GREEN,
    NODES,
    RED,
    SITE,
    YELLOW,
    Board,
    Look,
    Panel,
    Query,
    Row,
    Unit,
)

_NODE = 'node=~"$node"'


def _over(operator: str, metric: str, labels: str = "node") -> str:
    return promql.over(operator, labels, promql.of(metric, _NODE))


_NOW = (
    Panel(
        title="Link",
        help="Up if every worker has its link to the node.",
        queries=[Query(promql=_over("min", "callcore_link_up"), legend="{{node}}")],
        look=Look.NUMBER,
        width=8,
        height=4,
        limits=((None, RED), (1, GREEN)),
        words={0: ("down", RED), 1: ("up", GREEN)},
        empty="no worker",
        alert="CallcoreLinkDown",
    ),
    Panel(
        title="Counts as dead",
        help="Its calls were closed.",
        queries=[Query(promql=_over("max", "callcore_node_gone"), legend="{{node}}")],
        look=Look.NUMBER,
        width=8,
        height=4,
        limits=((None, GREEN), (1, RED)),
        words={0: ("alive", GREEN), 1: ("dead", RED)},
        empty="no worker",
        alert="CallcoreNodeGone",
    ),
    Panel(
        title="Takes new calls",
        help="Not while it is drained (`callcore node drain`).",
        queries=[Query(promql=_over("max", "callcore_node_draining"), legend="{{node}}")],
        look=Look.NUMBER,
        width=8,
        height=4,
        limits=((None, GREEN), (1, YELLOW)),
        words={0: ("yes", GREEN), 1: ("drained", YELLOW)},
    ),
)

_CALLS = (
    Panel(
        title="Calls that arrive, a minute",
        help="At each node.",
        queries=[
            Query(
                promql=promql.per_minute("callcore_calls_arrived_total", "node", _NODE),
                legend="{{node}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Turned away by drained nodes, a minute",
        help="Refused, for another node to take, or sent to the dialplan's fallback.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.per_minute("callcore_node_calls_turned_away_total", "node, how", _NODE)
                ),
                legend="{{node}} {{how}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Adopted and handed over, a minute",
        help="Calls that went from one worker to another: after a death, or as planned.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.per_minute("callcore_calls_adopted_total", "node", _NODE)
                ),
                legend="{{node}} adopted",
            ),
            Query(
                promql=promql.or_zero(
                    promql.per_minute("callcore_calls_handed_over_total", "node", _NODE)
                ),
                legend="{{node}} handed over",
            ),
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Calls lost with a node, in an hour",
        help="Closed because their node counted as dead; restarts of the switch beside them.",
        queries=[
            Query(
                promql=promql.rise("callcore_node_calls_lost_total", "1h", "node", _NODE),
                legend="{{node}} calls",
            ),
            Query(
                promql=promql.rise("callcore_switch_restarts_total", "1h", "node", _NODE),
                legend="{{node}} restarts",
            ),
        ],
        limits=((None, GREEN), (1, RED)),
        alert="CallcoreNodeGone",
    ),
    Panel(
        title="Recordings that the switch did not find, in an hour",
        help="Each was a hole in a sentence to a caller: `callcore sounds build` makes them.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.rise("callcore_prompts_not_found_total", "1h", "node", _NODE)
                ),
                legend="{{node}}",
            ),
            Query(
                promql=promql.rise("callcore_prompts_missing_total", "1h", ""),
                legend="not played at all",
            ),
        ],
    ),
)

_LINKS = (
    Panel(
        title="Events, a second",
        help="Read from each node, of all workers together.",
        queries=[
            Query(
                promql=promql.rate("callcore_link_events_total", "node", _NODE), legend="{{node}}"
            )
        ],
        unit=Unit.PER_SECOND,
    ),
    Panel(
        title="Events, a second, by name",
        help="FreeSWITCH's names.",
        queries=[
            Query(
                promql=promql.rate("callcore_link_events_total", "event", _NODE),
                legend="{{event}}",
            )
        ],
        unit=Unit.PER_SECOND,
        is_stacked=True,
    ),
    Panel(
        title="Lag of events",
        help="From the switch's clock to callcore's having read it; clocks that differ are in it. "
        "99 of 100 are faster.",
        queries=[
            Query(
                promql=promql.quantile(0.99, "callcore_link_lag_seconds", "node", _NODE),
                legend="{{node}}",
            )
        ],
        unit=Unit.SECONDS,
        limits=((None, GREEN), (0.5, YELLOW), (1, RED)),
        empty="no events",
        alert="CallcoreLinkLags",
    ),
    Panel(
        title="Commands, a second",
        help="By whether the switch did them. Some errors are news: a caller who has just hung up.",
        queries=[
            Query(
                promql=promql.rate("callcore_link_commands_total", "node, outcome", _NODE),
                legend="{{node}} {{outcome}}",
            )
        ],
        unit=Unit.PER_SECOND,
    ),
    Panel(
        title="Commands until they are answered",
        help="99 of 100 are answered faster.",
        queries=[
            Query(
                promql=promql.quantile(0.99, "callcore_link_command_seconds", "node", _NODE),
                legend="{{node}}",
            )
        ],
        unit=Unit.SECONDS,
        limits=((None, GREEN), (0.25, YELLOW), (1, RED)),
        empty="no commands",
    ),
    Panel(
        title="Faults of links, in an hour",
        help="Links lost, commands refused that nobody waited for, frames left out, events whose "
        "listener failed. The log names each.",
        queries=[
            Query(promql=promql.rise("callcore_link_lost_total", "1h", "", _NODE), legend="lost"),
            Query(
                promql=promql.rise("callcore_link_commands_refused_total", "1h", "", _NODE),
                legend="commands refused",
            ),
            Query(
                promql=promql.or_zero(
                    promql.rise("callcore_link_frames_skipped_total", "1h", "reason", _NODE)
                ),
                legend="frames skipped {{reason}}",
            ),
            Query(
                promql=promql.rise("callcore_link_listener_faults_total", "1h", "", _NODE),
                legend="listener faults",
            ),
        ],
        alert="CallcoreDefects",
    ),
)

BOARD = Board(
    name="nodes",
    title="trunks and nodes",
    help="Whether the switches are reached, what comes from them, and how fast they answer.",
    choices=(SITE, NODES),
    rows=(
        Row(title="Now", panels=_NOW),
        Row(title="Calls", panels=_CALLS),
        Row(title="Links", panels=_LINKS),
    ),
)
