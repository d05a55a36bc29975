"""The daemon: everything started in order, run until told to stop, stopped in reverse."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from functools import partial

from callcore.adapters.logs.setup import Log, call_bound
from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.terminal.view import TerminalView
from callcore.bootstrap import (
    colleagues,
    collecting,
    instances,
    kept_clock,
    listening,
    past,
    settings_file,
    storing,
    telling,
)
from callcore.bootstrap.colleagues import CountedPost, Settling
from callcore.bootstrap.draining import Draining
from callcore.bootstrap.hang_ups import BY_SIGNAL, HangUps
from callcore.bootstrap.history import History, LateHistory, PostgresAccess
from callcore.bootstrap.instances import Instance, Predecessor
from callcore.bootstrap.node_links import NodeLinks
from callcore.bootstrap.patience import until_done
from callcore.bootstrap.readiness import Readiness
from callcore.bootstrap.saying import Saying
from callcore.bootstrap.service_manager import ServiceManager
from callcore.bootstrap.settings_file import ConfigFile
from callcore.bootstrap.simulation import Simulation
from callcore.bootstrap.stopping import Stopping
from callcore.bootstrap.stores import StoreUrls, open_stores
from callcore.bootstrap.strains import RedisAnswers
from callcore.bootstrap.supervised import SupervisedSimulation
from callcore.bootstrap.watching import view_of
from callcore.domain.ids import NodeName
from callcore.flows.office import Sources
from callcore.flows.policies import Policies
from callcore.flows.share import SharedFloor
from callcore.flows.site import Site
from callcore.flows.tenure import Tenure
from callcore.flows.worker import Worker
from callcore.ports.operations import Operations
from callcore.ports.stores import StoreUnavailableError
from callcore.ports.telephony import Switch
from callcore.runtime import greenlets
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from callcore.settings import NodeSettings, Settings

REDIS = "redis"


class Daemon:
    """One process of one site."""

    def __init__(
        self,
        settings: Settings,
        log: Log,
        *,
        is_watched: bool,
        config: ConfigFile | None,
        instance: Instance,
    ) -> None:
        self._instance = instance
        self._life = secrets.token_hex(8)
        self._settings = instance.completed(settings)
        self._tenure = Tenure(instance.name, is_alone=False)
        self._policies = Policies(settings.policy, settings.version)
        self._source = settings_file.source_of(settings, log, config)
        self._log = log
        self._is_watched = is_watched
        self._saying = Saying(
            log, is_watched=is_watched, is_supervised=instance.supervised is not None
        )
        self._stopping = Stopping(log, self._tenure)
        self._stop = self._stopping.asked
        self._draining = Draining(
            settings.data_directory, instance.name, log, self._tenure, self._stop
        )
        self._hang_ups = HangUps(self._stop.set)
        self._service_manager = ServiceManager()
        self._clock = SystemClock()
        self._metrics = Metrics()
        self._metrics.expect_queues(settings.policy.queues)
        self._readiness = Readiness(self._tenure)
        self._redis_answers = RedisAnswers()
        self._links = NodeLinks(
            settings.policy.site,
            clock=self._clock,
            tenure=self._tenure,
            metrics=self._metrics,
            log=log,
            readiness=self._readiness,
        )
        self._links.strains[REDIS] = self._redis_answers.late_seconds
        self._simulation: Simulation | SupervisedSimulation | None = None
        self._history = LateHistory()
        self._operations: Operations | None = None
        """``None`` until calls are taken."""

    def run(self) -> None:
        """Runs until SIGINT or SIGTERM; a second one does not wait for calls to end."""
        greenlets.report_deaths_to(self._log.greenlet_died)
        with ExitStack() as stack:
            self._stopping.install(stack)
            self._hang_ups.install(stack)
            self._service_manager.attend(stack)
            self._serve(stack)

    @property
    def was_drained(self) -> bool:
        """True if it ended, or is to end, because an operator had it drained."""
        return self._draining.is_asked

    def _serve(self, stack: ExitStack) -> None:
        settings = self._settings
        predecessor = stack.enter_context(
            instances.held(settings.data_directory, self._instance.name, self._life)
        )
        self._draining.take_over()
        kept_clock.go_on(self._clock, settings.data_directory, stack)
        http = listening.start_http(
            settings,
            self._metrics,
            self._readiness,
            self._saying,
            lambda: self._operations,
            stack,
        )
        simulation = self._begin_simulation(stack)
        urls = open_stores(settings, stack, self._saying.server_died)
        nodes = settings.nodes if simulation is None else (simulation.node(),)
        floor = self._open_floor(urls.redis, stack)
        looked_at = (self._policies, http.url, floor, self._readiness, self._clock)
        view = view_of(*looked_at) if self._is_watched else None
        worker = self._worker(stack)
        switches = self._links.open(nodes, worker.deliver)
        site = self._site(nodes, switches, floor, urls, view, stack)
        if not self._join(worker, site, floor, predecessor):
            return
        for switch in switches.values():
            switch.start()
            stack.callback(switch.stop)
        history = self._take_calls(site, worker, floor, urls.postgres, stack)
        if view is None:
            self._saying.serving_at(http.url)
        else:
            view.start()
            stack.callback(view.stop)
        collecting.spare_the_collector()
        spawn("collecting", collecting.Collecting(self._clock, lambda: worker.calls_count).run)
        self._draining.attend(worker, self._simulation, self._readiness)
        self._stop.wait()
        self._end(worker, history, view)

    def _site(
        self,
        nodes: Collection[NodeSettings],
        switches: Mapping[NodeName, Switch],
        floor: Floor,
        urls: StoreUrls,
        view: TerminalView | None,
        stack: ExitStack,
    ) -> Site:
        settings = self._settings
        lookups = HttpLookups()
        stack.callback(lookups.close)
        settling = Settling(self._tenure, switches, self._has_settled)
        facts = telling.broadcast(self._metrics, self._log, settling, view, self._saying)
        return Site(
            policies=self._policies,
            switches=switches,
            waiting_room=floor.waiting_room,
            roster=floor.roster,
            pending_records=floor.pending_records,
            config_versions=floor.config_versions,
            lockouts=floor.lockouts,
            lookups=lookups,
            notices=telling.start_notices(self._policies, self._clock, facts, stack),
            epoch=floor.epoch,
            clock=self._clock,
            ids=RandomIds(),
            facts=facts,
            nodes=self._links.known(nodes),
            node_drains=floor.node_drains,
            left_ledgers=floor.left_ledgers,
            tenure=self._tenure,
            spool=storing.open_spool(settings, self._instance.name, stack),
            keeper=past.open_keeper(settings, urls.postgres_keeper, floor, stack),
        )

    def _join(self, worker: Worker, site: Site, floor: Floor, predecessor: Predecessor) -> bool:
        """Opens the floor as the worker of our name; false if we are to stop before we could."""
        shared = SharedFloor(
            leases=floor.shards,
            post=CountedPost(floor.worker_post, self._metrics),
            life=self._life,
            host=kept_clock.boot_id(),
        )

        def join() -> None:
            colleagues.wait_for_name(
                floor.shards, self._instance.name, predecessor, self._life, self._stop
            )
            self._saying.lives(self._life)
            worker.open(site, shared)

        return until_done(
            join, (StoreUnavailableError,), self._saying.waiting_for_redis, self._stop
        )

    def _take_calls(
        self, site: Site, worker: Worker, floor: Floor, postgres_url: str, stack: ExitStack
    ) -> History:
        """The history of calls is written, and operators are heard."""
        history = History(
            site,
            worker.keeping,
            floor.pending_changes,
            PostgresAccess(
                url=postgres_url, observer=storing.PostgresHeard(self._metrics, self._readiness)
            ),
            self._readiness,
            self._log,
            self._stop,
            storing.open_details(self._settings, stack),
        )
        self._history.is_open(history)
        stack.callback(history.close)
        history.start()
        past.keep_retention(self._settings, site, self._log, stack)
        self._readiness.watch_load(lambda: worker.overload.trouble)
        self._operations = operating = worker.operating
        listening.start_control(self._settings, self._instance, operating, self._saying, stack)
        self._hang_ups.serve(partial(operating.reload, by=BY_SIGNAL), stack)
        return history

    def _end(self, worker: Worker, history: History, view: TerminalView | None) -> None:
        if view is not None:
            view.stop()
            self._saying.stopping(worker.calls_count)
        self._readiness.draining()
        self._service_manager.tell_stopping()
        self._stopping.end_calls(worker, self._simulation, self._links.news)
        self._draining.ended(worker.calls_count)
        history.drain()

    def _worker(self, stack: ExitStack) -> Worker:
        sources = Sources(
            past_stories=self._history.story,
            past_changes=self._history.timeline,
            configuration=self._source,
            strains=self._links.strains,
            clock_behind=lambda: self._clock.behind_seconds,
            count_days=self._history.days,
            parts=self._readiness.parts,
            process=self._draining,
        )
        worker = Worker(spawn, call_bound, sources)
        stack.callback(worker.end)
        return worker

    def _begin_simulation(self, stack: ExitStack) -> Simulation | None:
        """The simulated switch, if there is to be one and no supervisor has started it."""
        told = self._instance.supervised
        if told is not None and told.node is not None:
            self._simulation = SupervisedSimulation()
        if self._settings.nodes:
            return None
        self._simulation = simulation = Simulation(self._settings.policy, os.environ)
        stack.callback(simulation.end)
        return simulation

    def _open_floor(self, url: str, stack: ExitStack) -> Floor:
        floor = storing.open_floor(
            url,
            self._settings,
            self._policies,
            self._metrics,
            now=self._clock.now,
            may_act=lambda: self._tenure.is_valid,
            answers=self._redis_answers,
        )
        stack.callback(floor.close)
        self._readiness.watch_redis(floor.ping)
        return floor

    def _has_settled(self) -> None:
        """Whoever restarts workers one by one may go on."""
        self._service_manager.tell_ready()
        self._draining.settled()
        self._saying.settled()
