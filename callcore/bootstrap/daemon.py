"""The daemon: everything started in order, run until told to stop, stopped in reverse."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack

import gevent
from gevent.event import Event

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
from callcore.adapters.prom.collector import FloorCollector
from callcore.adapters.prom.connections import StoreMetrics
from callcore.adapters.prom.loop_lag import LoopLagProbe
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.observer import MetricsObserver
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.terminal.view import TerminalView
from callcore.bootstrap.hang_ups import HangUps
from callcore.bootstrap.history import History
from callcore.bootstrap.links import LinkNews
from callcore.bootstrap.patience import until_done
from callcore.bootstrap.readiness import Readiness
from callcore.bootstrap.settings_file import ConfigFile, SettingsFile
from callcore.bootstrap.simulation import Simulation
from callcore.bootstrap.stores import open_stores
from callcore.bootstrap.watching import view_of
from callcore.domain import phone_numbers
from callcore.domain.ids import AgentId, CallId, NodeName
from callcore.domain.records import CallStory
from callcore.flows.policies import Policies
from callcore.flows.site import Site
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

SHUT_DOWN_SECONDS = 2.0
"""How long the ends of calls may take to be heard when the simulated switch shuts down."""

DRAIN_SECONDS = 10.0
"""How long a stop waits for calls to end; those left go on and are adopted by the next start."""


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
        self, settings: Settings, log: Log, *, is_watched: bool, config: ConfigFile | None
    ) -> None:
        self._settings = settings
        self._policies = Policies(settings.policy, settings.version)
        self._source = _source(settings, log, config)
        self._log = log
        self._is_watched = is_watched
        self._stop = Event()
        self._hurry = Event()
        self._hang_ups = HangUps(self._stop.set)
        self._clock = SystemClock()
        self._metrics = Metrics()
        self._metrics.expect_queues(settings.policy.queues)
        self._readiness = Readiness()
        self._simulation: Simulation | None = None
        self._history: History | None = None
        self._operations: Operations | None = None
        """``None`` until calls are taken."""
        self._link_news: list[LinkNews] = []

    def run(self) -> None:
        """Runs until SIGINT or SIGTERM; a second one does not wait for calls to end."""
        greenlets.report_deaths_to(self._log.greenlet_died)
        with ExitStack() as stack:
            for number in (signal.SIGINT, signal.SIGTERM):
                stack.callback(gevent.signal_handler(number, self._signalled).cancel)
            self._hang_ups.install(stack)
            self._serve(stack)

    def _signalled(self) -> None:
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    def _serve(self, stack: ExitStack) -> None:
        settings = self._settings
        http = self._start_http(stack)
        if not settings.nodes:
            self._simulation = Simulation(settings.policy, os.environ)
            stack.callback(self._simulation.end)
        urls = open_stores(settings, stack, self._server_died)
        nodes = settings.nodes if self._simulation is None else (self._simulation.node(),)
        floor = self._open_floor(urls.redis, stack)
        view = self._view(http.url, floor) if self._is_watched else None
        worker = Worker(
            spawn, call_bound, self._past_story, self._past_changes, source=self._source
        )
        switches = {node.policy.name: self._switch(node, worker) for node in nodes}
        lookups = HttpLookups()
        stack.callback(lookups.close)
        facts = self._broadcast(view)
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
        )
        if not until_done(
            lambda: worker.open(site), (StoreUnavailableError,), self._waiting_for_redis, self._stop
        ):
            return
        for switch in switches.values():
            switch.start()
            stack.callback(switch.stop)
        self._history = history = History(
            site, floor.pending_changes, urls.postgres, self._readiness, self._log, self._stop
        )
        stack.callback(history.close)
        history.start()
        self._operations = worker.operating
        self._start_control(worker, stack)
        self._hang_ups.serve(worker.operating, stack)
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
        self._drain(worker, history)

    def _start_http(self, stack: ExitStack) -> HttpServer:
        server = HttpServer(
            self._settings.http_host,
            self._settings.http_port,
            metrics=lambda: exposition.render(self._metrics.registry),
            readiness=self._readiness.parts,
            note=self._note_http,
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
        path = socket_path(self._settings.data_directory)
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
        store = StoreMetrics(self._metrics, "redis")
        floor = Floor(
            url,
            self._settings.policy.site,
            password=self._settings.redis_password,
            observe=store.observe,
            fault=store.fault,
            identified=lambda number: phone_numbers.identified(
                number, self._policies.current.dialplan.home
            ),
        )
        stack.callback(floor.close)
        self._readiness.watch_redis(floor.ping)
        self._metrics.registry.register(
            FloorCollector(
                counts=lambda: floor.waiting_room.counts(tuple(self._policies.current.queues)),
                agents=floor.roster.agents,
                records_pending=floor.pending_records.count,
                changes_pending=floor.pending_changes.count,
                now=self._clock.now,
            )
        )
        return floor

    def _switch(self, node: NodeSettings, worker: Worker) -> FreeSwitch:
        return FreeSwitch(
            node.policy,
            node.password,
            clock=self._clock,
            deliver=worker.deliver,
            observe=self._news_of(node.policy.name),
        )

    def _news_of(self, node: NodeName) -> LinkNews:
        news = LinkNews(node, self._metrics, self._log)
        self._link_news.append(news)
        self._readiness.explain(node, lambda: news.reason)
        return news

    def _view(self, url: str, floor: Floor) -> TerminalView:
        return view_of(self._policies, url, floor, self._readiness, self._clock)

    def _broadcast(self, view: TerminalView | None) -> Broadcast:
        observers = [
            ("metrics", MetricsObserver(self._metrics).observe),
            ("log", LogObserver(self._log).observe),
        ]
        if view is not None:
            observers.append(("view", view.observe))
        return Broadcast(observers, self._observer_failed)

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

    def _wait_for_calls(self, worker: Worker) -> None:
        drained = Event()
        self._hurry.rawlink(lambda _: drained.set())
        waiting = spawn("drain", worker.drain, DRAIN_SECONDS)
        waiting.rawlink(lambda _: drained.set())
        drained.wait()

    def _say_stopping(self, calls_count: int) -> None:
        """Tells who watched the view, and now looks at a bare terminal, what goes on."""
        sys.stderr.write(
            f"callcore stops: {calls_count} calls in progress end first, for at most "
            f"{DRAIN_SECONDS:g} s; Ctrl-C again does not wait\n"
        )

    def _drain(self, worker: Worker, history: History) -> None:
        """Takes no more calls, lets those in progress end, writes the records they leave."""
        self._readiness.draining()
        worker.stop_taking_calls()
        if self._simulation is not None:
            self._simulation.stop_arrivals()
        self._wait_for_calls(worker)
        for news in self._link_news:
            news.is_stopping = True
        if self._simulation is not None:
            self._simulation.end()
            worker.drain(SHUT_DOWN_SECONDS)
        if worker.calls_count:
            self._log.write(
                Level.WARNING,
                "calls_left_to_the_switch",
                {"count": worker.calls_count, "remedy": "they are adopted at the next start"},
            )
        if worker.unkept_count:
            self._log.write(
                Level.ERROR, "records_lost_with_this_process", {"count": worker.unkept_count}
            )
        history.drain()


def _source(settings: Settings, log: Log, config: ConfigFile | None) -> SettingsFile | None:
    if config is None:
        return None
    return SettingsFile(config, settings, applied=lambda read: log.set_level(read.log_level))
