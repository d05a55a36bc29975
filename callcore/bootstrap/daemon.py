"""The daemon: everything started in order, run until told to stop, stopped in reverse."""

from __future__ import annotations

import gc
import os
import secrets
import sys
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from functools import partial

from callcore.adapters.control.place import socket_path
from callcore.adapters.control.server import ControlServer
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.adapters.hooks.http_notices import HttpNotices
from callcore.adapters.http.callbacks import Api
from callcore.adapters.http.server import HttpServer
from callcore.adapters.logs.observer import LogObserver
from callcore.adapters.logs.setup import Level, Log, call_bound
from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.adapters.prom import exposition
from callcore.adapters.prom.loop_lag import LoopLagProbe
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.observer import MetricsObserver
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.terminal.view import TerminalView
from callcore.bootstrap import (
    colleagues,
    instances,
    kept_clock,
    past,
    service_manager,
    storing,
    supervised,
)
from callcore.bootstrap.colleagues import CountedPost, Settling
from callcore.bootstrap.hang_ups import BY_SIGNAL, HangUps
from callcore.bootstrap.history import History
from callcore.bootstrap.instances import Instance
from callcore.bootstrap.links import LinkNews
from callcore.bootstrap.patience import until_done
from callcore.bootstrap.readiness import Readiness
from callcore.bootstrap.settings_file import ConfigFile, SettingsFile
from callcore.bootstrap.simulation import Simulation
from callcore.bootstrap.stopping import DRAIN_SECONDS, Stopping
from callcore.bootstrap.stores import open_stores
from callcore.bootstrap.strains import RedisAnswers
from callcore.bootstrap.supervised import News, SupervisedSimulation, Word
from callcore.bootstrap.watching import view_of
from callcore.domain.ids import AgentId, CallId, NodeName
from callcore.domain.nodes import Nodes
from callcore.domain.records import CallStory
from callcore.flows.overload import Strain
from callcore.flows.policies import Policies
from callcore.flows.share import SharedFloor
from callcore.flows.site import Site
from callcore.flows.tenure import Tenure
from callcore.flows.worker import Worker
from callcore.ports.operations import Operations
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.stores import StoreUnavailableError
from callcore.ports.timelines import AgentChange
from callcore.runtime import greenlets
from callcore.runtime.broadcast import Broadcast
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from callcore.settings import NodeSettings, Settings

REDIS = "redis"


def spare_the_collector() -> None:
    """Keeps what the start has made out of garbage collection.

    A full collection looks at every module and class, tens of milliseconds in which no decision is
    made; what calls leave behind is young and looked at as ever.
    """
    gc.collect()
    gc.freeze()


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
        self._source = _source(settings, log, config)
        self._log = log
        self._is_watched = is_watched
        self._stopping = Stopping(log, self._tenure)
        self._stop = self._stopping.asked
        self._hang_ups = HangUps(self._stop.set)
        self._clock = SystemClock()
        self._metrics = Metrics()
        self._metrics.expect_queues(settings.policy.queues)
        self._readiness = Readiness(self._tenure)
        self._redis_answers = RedisAnswers()
        self._simulation: Simulation | SupervisedSimulation | None = None
        self._history: History | None = None
        self._operations: Operations | None = None
        """``None`` until calls are taken."""
        self._link_news: list[LinkNews] = []

    def run(self) -> None:
        """Runs until SIGINT or SIGTERM; a second one does not wait for calls to end."""
        greenlets.report_deaths_to(self._log.greenlet_died)
        with ExitStack() as stack:
            self._stopping.install(stack)
            self._hang_ups.install(stack)
            service_manager.tell_ready_in_time(stack)
            self._serve(stack)

    def _serve(self, stack: ExitStack) -> None:
        settings = self._settings
        predecessor = stack.enter_context(
            instances.held(settings.data_directory, self._instance.name, self._life)
        )
        kept_clock.go_on(self._clock, settings.data_directory, stack)
        http = self._start_http(stack)
        simulation = self._begin_simulation(stack)
        urls = open_stores(settings, stack, self._server_died)
        nodes = settings.nodes if simulation is None else (simulation.node(),)
        floor = self._open_floor(urls.redis, stack)
        view = self._view(http.url, floor) if self._is_watched else None
        strains: dict[str, Strain] = {REDIS: self._redis_answers.late_seconds}
        worker = self._worker(strains, stack)
        switches = {node.policy.name: self._switch(node, worker) for node in nodes}
        strains |= {f"events:{node}": _unread(switch) for node, switch in switches.items()}
        lookups = HttpLookups()
        stack.callback(lookups.close)
        facts = self._broadcast(view, switches)
        notices = self._start_notices(facts, stack)
        self._readiness.watch_switches(switches)
        site = Site(
            policies=self._policies,
            switches=switches,
            waiting_room=floor.waiting_room,
            roster=floor.roster,
            pending_records=floor.pending_records,
            config_versions=floor.config_versions,
            lockouts=floor.lockouts,
            lookups=lookups,
            notices=notices,
            epoch=floor.epoch,
            clock=self._clock,
            ids=RandomIds(),
            facts=facts,
            nodes=self._known(nodes),
            node_drains=floor.node_drains,
            tenure=self._tenure,
            spool=storing.open_spool(settings, self._instance.name, stack),
            keeper=past.open_keeper(settings, urls.postgres_keeper, floor, stack),
        )
        shared = SharedFloor(
            leases=floor.shards,
            post=CountedPost(floor.worker_post, self._metrics),
            life=self._life,
        )

        def join() -> None:
            colleagues.wait_for_name(floor.shards, self._instance.name, predecessor, self._stop)
            if self._instance.supervised is not None:
                supervised.tell(News(word=Word.LIVES, value=self._life))
            worker.open(site, shared)

        if not until_done(join, (StoreUnavailableError,), self._waiting_for_redis, self._stop):
            return
        for switch in switches.values():
            switch.start()
            stack.callback(switch.stop)
        history = self._take_calls(site, worker, floor, urls.postgres, stack)
        if view is None:
            self._say_where(http.url)
        else:
            view.start()
            stack.callback(view.stop)
        spare_the_collector()
        self._stop.wait()
        if view is not None:
            view.stop()
            self._say_stopping(worker.calls_count)
        self._readiness.draining()
        self._stopping.end_calls(worker, self._simulation, self._link_news)
        history.drain()

    def _take_calls(
        self, site: Site, worker: Worker, floor: Floor, postgres_url: str, stack: ExitStack
    ) -> History:
        """The history of calls is written, and operators are heard."""
        self._history = history = History(
            site,
            worker.keeping,
            floor.pending_changes,
            postgres_url,
            self._readiness,
            self._log,
            self._stop,
            storing.open_details(self._settings, stack),
        )
        stack.callback(history.close)
        history.start()
        past.keep_retention(self._settings, site, self._log, stack)
        self._readiness.watch_load(lambda: worker.overload.trouble)
        self._operations = worker.operating
        self._start_control(worker, stack)
        self._hang_ups.serve(partial(worker.operating.reload, by=BY_SIGNAL), stack)
        return history

    def _worker(self, strains: Mapping[str, Strain], stack: ExitStack) -> Worker:
        worker = Worker(
            spawn,
            call_bound,
            self._past_story,
            self._past_changes,
            source=self._source,
            strains=strains,
            clock_behind=lambda: self._clock.behind_seconds,
        )
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

    def _start_http(self, stack: ExitStack) -> HttpServer:
        server = HttpServer(
            self._settings.http_host,
            self._settings.http_port,
            metrics=lambda: exposition.render(self._metrics.registry),
            readiness=self._readiness.parts,
            note=self._note_http,
            worker=self._readiness.worker,
            api=self._api(),
        )
        server.start()
        stack.callback(server.stop)
        probe = LoopLagProbe(self._metrics)
        probe.start()
        stack.callback(probe.stop)
        return server

    def _api(self) -> Api | None:
        """What other systems may ask of callcore over HTTP; nothing without a token."""
        token = self._settings.api_token
        if token is None:
            return None
        return Api(token=token, operations=lambda: self._operations)

    def _start_notices(self, facts: Broadcast, stack: ExitStack) -> HttpNotices:
        """Stopped after the calls, of which the last ones may still have something told."""
        notices = HttpNotices(
            self._settings.policy.site,
            lambda: self._policies.current.hooks,
            clock=self._clock,
            facts=facts,
        )
        stack.callback(notices.stop)
        return notices

    def _start_control(self, worker: Worker, stack: ExitStack) -> None:
        name = self._instance.name if self._instance.is_named else None
        path = socket_path(self._settings.data_directory, name)
        control = ControlServer(path, worker.operating, note=self._note_control)
        control.start()
        stack.callback(control.stop)

    def _note_control(
        self, event: str, values: Mapping[str, object], fault: BaseException | None
    ) -> None:
        """What operators change is told, who asked for it included."""
        level = Level.INFO if fault is None else Level.ERROR
        self._log.write(level, event, values, exception=fault)

    def _past_story(self, call_id: CallId) -> CallStory | None:
        if self._history is None:
            raise RecordsUnavailableError("the history is not open yet")
        return self._history.story(call_id)

    def _past_changes(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        if self._history is None:
            raise RecordsUnavailableError("the history is not open yet")
        return self._history.timeline(agent_id, count)

    def _note_http(
        self, event: str, values: Mapping[str, object], fault: BaseException | None
    ) -> None:
        level = Level.DEBUG if fault is None else Level.ERROR
        self._log.write(level, event, values, exception=fault)

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

    def _known(self, nodes: Collection[NodeSettings]) -> Nodes:
        """What is to be known of the nodes, whose phones reach each other as the settings say."""
        contacts = {node.policy.name: node.policy.peer_contact for node in nodes}
        known = Nodes({name: contact for name, contact in contacts.items() if contact is not None})
        self._readiness.watch_nodes(known)
        return known

    def _switch(self, node: NodeSettings, worker: Worker) -> FreeSwitch:
        return FreeSwitch(
            node.policy,
            node.password,
            clock=self._clock,
            deliver=worker.deliver,
            observe=self._news_of(node.policy.name),
            site=self._settings.policy.site,
            may_act=lambda: self._tenure.may_command(node.policy.name),
        )

    def _news_of(self, node: NodeName) -> LinkNews:
        news = LinkNews(node, self._metrics, self._log)
        self._link_news.append(news)
        self._readiness.explain(node, lambda: news.reason)
        return news

    def _view(self, url: str, floor: Floor) -> TerminalView:
        return view_of(self._policies, url, floor, self._readiness, self._clock)

    def _broadcast(self, view: TerminalView | None, nodes: Collection[NodeName]) -> Broadcast:
        observers = [
            ("metrics", MetricsObserver(self._metrics).observe),
            ("log", LogObserver(self._log).observe),
            ("settling", Settling(self._tenure, nodes, self._has_settled).observe),
        ]
        if view is not None:
            observers.append(("view", view.observe))
        return Broadcast(observers, self._observer_failed)

    def _has_settled(self) -> None:
        """Whoever restarts workers one by one may go on."""
        service_manager.tell_ready()
        if self._instance.supervised is not None:
            supervised.tell(News(word=Word.SETTLED))

    def _observer_failed(self, name: str, error: Exception) -> None:
        self._log.write(Level.ERROR, "observer_failed", {"observer": name}, exception=error)

    def _server_died(self, server: str, status: int) -> None:
        values = {"server": server, "status": status, "remedy": "it is started again"}
        self._log.write(Level.ERROR, "bundled_server_died", values)

    def _waiting_for_redis(self, error: Exception) -> None:
        self._log.write(Level.ERROR, "waiting_for_redis", {"reason": str(error)})
        if self._is_watched:  # the view begins once there is a floor to show
            sys.stderr.write(f"waiting for Redis: {error}\n")

    def _say_where(self, url: str) -> None:
        pages = {page: f"{url}{page}" for page in ("metrics", "healthz", "readyz")}
        self._log.write(Level.INFO, "callcore_runs", pages)
        if self._instance.supervised is not None:
            supervised.tell(News(word=Word.SERVES, value=url))

    def _say_stopping(self, calls_count: int) -> None:
        """Tells who watched the view, and now looks at a bare terminal, what goes on."""
        sys.stderr.write(
            f"callcore stops: {calls_count} calls in progress end first, for at most "
            f"{DRAIN_SECONDS:g} s; Ctrl-C again does not wait\n"
        )


def _unread(switch: FreeSwitch) -> Strain:
    return lambda: switch.unread_seconds


def _source(settings: Settings, log: Log, config: ConfigFile | None) -> SettingsFile | None:
    if config is None:
        return None
    return SettingsFile(config, settings, applied=lambda read: log.set_level(read.log_level))
