"""Every metric that a worker counts: name, help, labels, buckets.

Labels are ``queue reason outcome state node store trigger`` and few others with a handful of
words; never a call, an agent or a number. Gauges of the floor, which all workers share, are read
at scrape time by ``collector``.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable

import prometheus_client

import callcore
from callcore.adapters.prom.families import (
    Counters,
    Definition,
    Gauges,
    Histograms,
    Kind,
    Summaries,
)
from callcore.domain.outcomes import CallOutcome, LeaveReason, OfferLostReason

FAST_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds, for what happens between machines."""
WAIT_BUCKETS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Seconds; the usual service level times are among them."""
TALK_BUCKETS = (5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
WRAP_UP_BUCKETS = (1.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0)
RING_BUCKETS = (1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 60.0)


class Metrics:
    """The families of one process, in a registry of their own."""

    def __init__(self) -> None:
        # The time at which each child came to be doubles the page and nobody asks for it.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # of the library
        self.registry = prometheus_client.CollectorRegistry(auto_describe=False)
        self.definitions: list[Definition] = []
        prometheus_client.ProcessCollector(registry=self.registry)
        self._build_info()

        self.calls_arrived = self._counters(
            "callcore_calls_arrived_total", "Calls that reached callcore.", "node"
        )
        self.calls_adopted = self._counters(
            "callcore_calls_adopted_total", "Calls taken over from another process.", "node"
        )
        self.calls_refused = self._counters(
            "callcore_calls_refused_total",
            "Callers not admitted to a queue; those who asked for an unknown queue count under "
            "the queue `unknown`.",
            "queue",
            "reason",
        )
        self.calls_ended = self._counters(
            "callcore_calls_ended_total", "Calls that are over, by how they ended.", "outcome"
        )
        self.call_seconds = self._histograms(
            "callcore_call_seconds",
            "Length of a call from arrival to end, in seconds.",
            TALK_BUCKETS,
        )

        self.joined = self._counters(
            "callcore_queue_joined_total", "Callers who joined a queue.", "queue"
        )
        self.left = self._counters(
            "callcore_queue_left_total", "Callers who left a queue, by reason.", "queue", "reason"
        )
        self.picked_up = self._counters(
            "callcore_queue_picked_up_total", "Callers who got to talk with an agent.", "queue"
        )
        self.picked_up_within = self._counters(
            "callcore_queue_picked_up_within_total",
            "Of them, those picked up within the queue's service level time.",
            "queue",
        )
        self.abandoned = self._counters(
            "callcore_queue_abandoned_total",
            "Callers who left by their own will: hung up or pressed the exit key.",
            "queue",
        )
        self.short_abandoned = self._counters(
            "callcore_queue_short_abandoned_total",
            "Of them, those who left too early to count against the service level.",
            "queue",
        )
        self.wait_seconds = self._histograms(
            "callcore_queue_wait_seconds",
            "Wait of callers who were picked up, in seconds since joining.",
            WAIT_BUCKETS,
            "queue",
        )
        self.abandon_wait_seconds = self._histograms(
            "callcore_queue_abandon_wait_seconds",
            "Wait of callers who abandoned, in seconds since joining.",
            WAIT_BUCKETS,
            "queue",
        )
        self.talk_seconds = self._histograms(
            "callcore_queue_talk_seconds",
            "Length of a conversation, in seconds.",
            TALK_BUCKETS,
            "queue",
        )
        self.wrap_up_seconds = self._histograms(
            "callcore_queue_wrap_up_seconds",
            "Length of a wrap-up, in seconds.",
            WRAP_UP_BUCKETS,
            "queue",
        )
        self.announcements = self._counters(
            "callcore_queue_announcements_total", "Announcements made to waiting callers.", "queue"
        )
        self.prompts_missing = self._counters(
            "callcore_prompts_missing_total", "Prompts and streams that could not be played."
        )

        self.offers_made = self._counters(
            "callcore_offers_made_total", "Offers of a caller to an agent.", "queue"
        )
        self.offers_ended = self._counters(
            "callcore_offers_ended_total",
            "Offers by what became of them: `won`, or the reason they were lost for.",
            "queue",
            "outcome",
        )
        self.ring_seconds = self._histograms(
            "callcore_offer_ring_seconds",
            "How long agents' phones rang until picked up, in seconds.",
            RING_BUCKETS,
            "queue",
        )
        self.decision_seconds = self._histograms(
            "callcore_decision_seconds",
            "From the event that called for a dispatch decision until its command was on the "
            "wire, in seconds.",
            FAST_BUCKETS,
            "trigger",
        )
        self.agent_changes = self._counters(
            "callcore_agent_changes_total", "Changes of agents into a state.", "state"
        )
        self.self_heals = self._counters(
            "callcore_self_heals_total",
            "Differences between floor and switch that were found and mended.",
            "what",
        )

        self.records_written = self._counters(
            "callcore_records_written_total", "Call records that reached Postgres."
        )
        self.records_write_seconds = self._histograms(
            "callcore_records_write_seconds",
            "Time to write one batch of call records, in seconds.",
            FAST_BUCKETS,
        )

        self.link_up = self._gauges(
            "callcore_link_up", "1 while the event socket of the node is up and subscribed.", "node"
        )
        self.links_restored = self._counters(
            "callcore_link_restored_total", "Times the link came up.", "node"
        )
        self.links_lost = self._counters(
            "callcore_link_lost_total", "Times the link was lost or did not come up.", "node"
        )
        self.switch_restarts = self._counters(
            "callcore_switch_restarts_total",
            "Restarts of the switch, which lose its calls.",
            "node",
        )
        self.link_events = self._counters(
            "callcore_link_events_total", "Events read, by FreeSWITCH's name.", "node", "event"
        )
        self.link_lag_seconds = self._histograms(
            "callcore_link_lag_seconds",
            "From the switch's clock in an event to its being read, in seconds; includes the "
            "difference of the clocks.",
            FAST_BUCKETS,
            "node",
        )
        self.link_commands = self._counters(
            "callcore_link_commands_total",
            "Commands that were answered: `ok`, or `error` for -ERR.",
            "node",
            "outcome",
        )
        self.link_command_seconds = self._histograms(
            "callcore_link_command_seconds",
            "From sending a command to its answer, in seconds.",
            FAST_BUCKETS,
            "node",
        )
        self.link_commands_refused = self._counters(
            "callcore_link_commands_refused_total",
            "Posted commands whose answer was an error that nobody waited for.",
            "node",
        )
        self.link_frames_skipped = self._counters(
            "callcore_link_frames_skipped_total",
            "Frames and events left out, by reason.",
            "node",
            "reason",
        )
        self.link_listener_faults = self._counters(
            "callcore_link_listener_faults_total",
            "Events whose listener failed: each is a defect.",
            "node",
        )

        self.store_seconds = self._histograms(
            "callcore_store_seconds",
            "Time of one step in a store, in seconds.",
            FAST_BUCKETS,
            "store",
        )
        self.store_script_seconds = self._summaries(
            "callcore_store_script_seconds",
            "Time of one step, by script, in seconds.",
            "store",
            "script",
        )
        self.store_faults = self._counters(
            "callcore_store_faults_total",
            "Steps that a store did not do, by reason.",
            "store",
            "reason",
        )
        self.flow_failures = self._counters(
            "callcore_flow_failures_total",
            "Faults of callcore itself that a flow survived; the log has the reason.",
            "flow",
        )
        self.store_failures = self._counters(
            "callcore_store_failures_total",
            "Work that was put off because a store failed.",
            "store",
        )

        self.loop_lag_seconds = self._histograms(
            "callcore_loop_lag_seconds",
            "How much later than asked the event loop turned, in seconds.",
            FAST_BUCKETS,
        )

    def expect_queues(self, queues: Iterable[str]) -> None:
        """Makes the counters of these queues begin at 0, so that the first call is a rise."""
        for queue in queues:
            for family in (
                self.joined,
                self.picked_up,
                self.picked_up_within,
                self.abandoned,
                self.short_abandoned,
                self.offers_made,
            ):
                family.add(queue, amount=0.0)
            for reason in LeaveReason:
                self.left.add(queue, reason, amount=0.0)
            for lost in OfferLostReason:
                self.offers_ended.add(queue, lost, amount=0.0)
        for outcome in CallOutcome:
            self.calls_ended.add(outcome, amount=0.0)

    def _build_info(self) -> None:
        definition = Definition(
            kind=Kind.INFO,
            name="callcore_build_info",
            help="1; the labels tell what is running.",
            labels=("version", "python"),
        )
        self.definitions.append(definition)
        info = prometheus_client.Info("callcore_build", definition.help, registry=self.registry)
        info.info({"version": callcore.__version__, "python": platform.python_version()})

    def _define(
        self,
        kind: Kind,
        name: str,
        text: str,
        labels: tuple[str, ...],
        buckets: tuple[float, ...] = (),
    ) -> Definition:
        definition = Definition(kind=kind, name=name, help=text, labels=labels, buckets=buckets)
        self.definitions.append(definition)
        return definition

    def _counters(self, name: str, text: str, *labels: str) -> Counters:
        return Counters(self._define(Kind.COUNTER, name, text, labels), self.registry)

    def _gauges(self, name: str, text: str, *labels: str) -> Gauges:
        return Gauges(self._define(Kind.GAUGE, name, text, labels), self.registry)

    def _histograms(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histograms:
        definition = self._define(Kind.HISTOGRAM, name, text, labels, buckets)
        return Histograms(definition, self.registry)

    def _summaries(self, name: str, text: str, *labels: str) -> Summaries:
        return Summaries(self._define(Kind.SUMMARY, name, text, labels), self.registry)
