"""What is counted of the links to FreeSWITCH."""

from __future__ import annotations

from callcore.adapters.prom.buckets import FAST_BUCKETS
from callcore.adapters.prom.event_tallies import EventTallies
from callcore.adapters.prom.families import Families, Kind


class LinkFamilies:
    """Families by node."""

    def __init__(self, families: Families) -> None:
        self.up = families.gauges(
            "callcore_link_up",
            "1 while the event socket of the node is up and subscribed.",
            "node",
            across="min",
        )
        self.restored = families.counters(
            "callcore_link_restored_total", "Times the link came up.", "node"
        )
        self.lost = families.counters(
            "callcore_link_lost_total", "Times the link was lost or did not come up.", "node"
        )
        self.switch_restarts = families.counters(
            "callcore_switch_restarts_total",
            "Restarts of the switch, which lose its calls.",
            "node",
        )
        self._define_events(families)
        self._define_commands(families)

    def _define_events(self, families: Families) -> None:
        self.events = EventTallies(
            families.define(
                Kind.COUNTER,
                "callcore_link_events_total",
                "Events read, by FreeSWITCH's name.",
                ("node", "event"),
            ),
            families.define(
                Kind.HISTOGRAM,
                "callcore_link_lag_seconds",
                "From the switch's clock in an event to its being read, in seconds; includes the "
                "difference of the clocks.",
                ("node",),
                FAST_BUCKETS,
            ),
        )
        families.collect_from(self.events)
        self.frames_skipped = families.counters(
            "callcore_link_frames_skipped_total",
            "Frames and events left out, by reason.",
            "node",
            "reason",
        )
        self.listener_faults = families.counters(
            "callcore_link_listener_faults_total",
            "Events whose listener failed: each is a defect.",
            "node",
        )

    def _define_commands(self, families: Families) -> None:
        self.commands = families.counters(
            "callcore_link_commands_total",
            "Commands that were answered: `ok`, or `error` for -ERR.",
            "node",
            "outcome",
        )
        self.command_seconds = families.histograms(
            "callcore_link_command_seconds",
            "From sending a command to its answer, in seconds.",
            FAST_BUCKETS,
            "node",
        )
        self.commands_refused = families.counters(
            "callcore_link_commands_refused_total",
            "Posted commands whose answer was an error that nobody waited for.",
            "node",
        )
