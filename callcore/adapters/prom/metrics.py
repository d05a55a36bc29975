"""Every metric that a worker counts, by what it is about.

Labels are ``queue reason outcome state node store trigger`` and few others with a handful of
words; never a call, an agent or a number. Gauges of the floor, which all workers share, are read
at scrape time by ``collector``.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable

import prometheus_client

import callcore
from callcore.adapters.prom import callback_families
from callcore.adapters.prom.agent_families import AgentFamilies
from callcore.adapters.prom.call_families import UNKNOWN_QUEUE, CallFamilies
from callcore.adapters.prom.callback_families import CallbackFamilies
from callcore.adapters.prom.config_families import ConfigFamilies
from callcore.adapters.prom.door_families import DoorFamilies
from callcore.adapters.prom.families import Definition, Families, Kind
from callcore.adapters.prom.link_families import LinkFamilies
from callcore.adapters.prom.lookup_families import LookupFamilies
from callcore.adapters.prom.node_families import NodeFamilies
from callcore.adapters.prom.notice_families import NoticeFamilies
from callcore.adapters.prom.offer_families import WON, OfferFamilies
from callcore.adapters.prom.process_families import ProcessFamilies
from callcore.adapters.prom.queue_families import QueueFamilies
from callcore.adapters.prom.store_families import StoreFamilies
from callcore.adapters.prom.survey_families import SurveyFamilies
from callcore.adapters.prom.talk_families import TalkFamilies
from callcore.adapters.prom.waiting_families import (
    ANNOUNCEMENTS,
    SIDES,
    UPPER_ENDS,
    WaitingFamilies,
)
from callcore.adapters.prom.worker_families import WorkerFamilies
from callcore.domain.agents import WrapUpEnd
from callcore.domain.outcomes import (
    ENDS_OF_PROMISES,
    CallOutcome,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)

_REFUSALS = tuple(reason for reason in RefusalReason if reason is not RefusalReason.UNKNOWN_QUEUE)
"""For which a queue that there is refuses callers."""


_LEAVE_REASONS = tuple(reason for reason in LeaveReason if reason not in ENDS_OF_PROMISES)
"""Of callers on the line."""


class Metrics:
    """The families of one process, in a registry of their own."""

    def __init__(self) -> None:
        # The time at which each child came to be doubles the page and nobody asks for it.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # of the library
        self.registry = prometheus_client.CollectorRegistry(auto_describe=False)
        self._families = Families(self.registry)
        prometheus_client.ProcessCollector(registry=self.registry)
        self._build_info()
        self.calls = CallFamilies(self._families)
        self.lookups = LookupFamilies(self._families)
        self.surveys = SurveyFamilies(self._families)
        self.queues = QueueFamilies(self._families)
        self.talks = TalkFamilies(self._families)
        self.waiting = WaitingFamilies(self._families)
        self.doors = DoorFamilies(self._families)
        self.offers = OfferFamilies(self._families)
        self.agents = AgentFamilies(self._families)
        self.callbacks = CallbackFamilies(self._families)
        self.notices = NoticeFamilies(self._families)
        self.links = LinkFamilies(self._families)
        self.nodes = NodeFamilies(self._families)
        self.stores = StoreFamilies(self._families)
        self.workers = WorkerFamilies(self._families)
        self.process = ProcessFamilies(self._families)
        self.config = ConfigFamilies(self._families)
        self._expected: set[str] = set()

    @property
    def definitions(self) -> list[Definition]:
        """What each family means, in the order of the page."""
        return self._families.definitions

    def expect_queues(self, queues: Iterable[str]) -> None:
        """Makes the counters of these queues begin at 0, so that the first call is a rise.

        They are open until told otherwise. Those that were expected before stay as they are.
        """
        for queue in [queue for queue in queues if queue not in self._expected]:
            self._expected.add(queue)
            for family in (
                self.queues.joined,
                self.queues.resumed,
                self.queues.picked_up,
                self.queues.picked_up_within,
                self.queues.abandoned,
                self.queues.short_abandoned,
                self.offers.made,
                self.offers.sticky,
                self.agents.missed_too_many,
                self.callbacks.promised,
                self.callbacks.dialled,
            ):
                family.add(queue, amount=0.0)
            self.doors.open.set(1, queue)
            for counters, words in (
                (self.queues.left, _LEAVE_REASONS),
                (self.waiting.announcements, ANNOUNCEMENTS),
                (self.waiting.estimates_lived, UPPER_ENDS),
                (self.waiting.estimate_deviation_seconds, SIDES),
                (self.talks.wrap_ups, WrapUpEnd),
                (self.callbacks.ended, callback_families.ENDS),
                (self.callbacks.unreached, callback_families.UNREACHED),
                (self.calls.refused, _REFUSALS),
                (self.offers.ended, (WON, *OfferLostReason)),
            ):
                for word in words:
                    counters.add(queue, word, amount=0.0)
        self.calls.refused.add(UNKNOWN_QUEUE, RefusalReason.UNKNOWN_QUEUE, amount=0.0)
        for ended in CallOutcome:
            self.calls.ended.add(ended, amount=0.0)

    def forget_queue(self, queue: str) -> None:
        """Takes the gauges of a queue that is no more off the page; what was counted of it stays,
        as counters must.
        """
        self._expected.discard(queue)
        self.doors.forget(queue)

    def _build_info(self) -> None:
        name, labels = "callcore_build_info", ("version", "python")
        text = "1; the labels tell what is running."
        self._families.define(Kind.INFO, name, text, labels, across="count")
        info = prometheus_client.Info(name.removesuffix("_info"), text, registry=self.registry)
        info.info({"version": callcore.__version__, "python": platform.python_version()})
