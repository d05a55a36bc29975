"""Several workers on one machine: started, started again when they die, replaced one by one.

The supervisor follows no call. What there is to be once, the bundled servers and the simulated
switch, it starts for all of them. Workers are killed with it: calls live at the switch, and are
adopted by the workers of the next supervisor.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

import gevent
from gevent.event import Event

from callcore.adapters.logs.setup import Level, Log
from callcore.adapters.redisdb.floor import Floor
from callcore.bootstrap.exit_statuses import DONE, DRAINED
from callcore.bootstrap.hang_ups import HangUps
from callcore.bootstrap.service_manager import ServiceManager
from callcore.bootstrap.simulation import Simulation
from callcore.bootstrap.stores import StoreUrls, open_stores, redis_access
from callcore.bootstrap.supervised import SimulatedNode, Supervised
from callcore.bootstrap.worker_process import NEVER_RIGHT, Orders, WorkerProcess
from callcore.domain.sharding import WorkerId
from callcore.ports.stores import StoreUnavailableError
from callcore.runtime import greenlets
from callcore.runtime.greenlets import spawn
from callcore.settings import Settings

LOAD_SECONDS = 30.0
"""How long a new worker may take until it could follow calls."""
HAND_OVER_SECONDS = 15.0
"""How long a worker may take to hand over what it holds and to end."""
LAST_STOP_SECONDS = 45.0
"""As long as a single process takes at most to let calls end and to write what they leave."""
SETTLE_SECONDS = 30.0
"""How long a new worker may take to hold its share."""

Worded = tuple[WorkerId, tuple[str, ...]]
"""A worker's name, and the words of the command line that start it."""


class WorkersNotStartedError(Exception):
    """A worker could not start, and has said why."""


class Supervisor:
    """The workers of one ``callcore run``."""

    def __init__(self, settings: Settings, log: Log, workers: Sequence[Worded]) -> None:
        self._settings = settings
        self._log = log
        self._worded = workers
        self._workers: list[WorkerProcess] = []
        self._stop = Event()
        self._hurry = Event()
        self._has_started = False
        """True once every worker has followed calls."""
        self._is_rolling = False
        self._hang_ups = HangUps(self._stop.set)
        self._service_manager = ServiceManager()
        self._simulation: Simulation | None = None
        self._floor: Floor | None = None
        self._never_started: WorkerId | None = None
        self.was_drained = False
        """True if it ended because every worker was drained."""

    def run(self) -> None:
        """Runs until SIGINT or SIGTERM; at a second one workers do not wait for calls to end.

        Raises ``WorkersNotStartedError`` and what keeps the servers from starting.
        """
        greenlets.report_deaths_to(self._log.greenlet_died)
        with ExitStack() as stack:
            for number in (signal.SIGINT, signal.SIGTERM):
                stack.callback(gevent.signal_handler(number, self._signalled).cancel)
            stack.callback(gevent.signal_handler(signal.SIGUSR1, self._roll_soon).cancel)
            self._hang_ups.install(stack)
            self._service_manager.attend(stack)
            self._serve(stack)
        if self._never_started is not None:
            raise WorkersNotStartedError(
                f"worker {self._never_started} could not start: it has said why"
            )

    def _signalled(self) -> None:
        if self._stop.is_set():
            self._hurry.set()
            for worker in self._workers:
                worker.send(signal.SIGTERM)
        self._stop.set()

    def _serve(self, stack: ExitStack) -> None:
        settings = self._settings
        if not settings.nodes:
            self._simulation = Simulation(settings.policy, os.environ)
            stack.callback(self._simulation.end)
        urls = open_stores(settings, stack, self._server_died)
        self._floor = Floor(urls.redis, settings.policy.site, access=redis_access(settings))
        stack.callback(self._floor.close)
        told = self._supervised(urls)
        self._workers = [
            WorkerProcess(name, self._orders(words, told)) for name, words in self._worded
        ]
        for worker in self._workers:
            worker.start()
        self._hang_ups.serve(self._reload, stack)
        self._stop.wait()
        self._service_manager.tell_stopping()
        self._stop_workers()

    def _supervised(self, urls: StoreUrls) -> Supervised:
        settings, simulation = self._settings, self._simulation
        node = None if simulation is None else SimulatedNode.of(simulation.node())
        return Supervised(
            redis_url=urls.redis if settings.redis_url is None else None,
            postgres_url=urls.postgres if settings.postgres_url is None else None,
            node=node,
        )

    def _orders(self, words: tuple[str, ...], told: Supervised) -> Orders:
        environ = {**os.environ, **told.variables()}
        return Orders(
            command=(sys.executable, "-m", "callcore", "run", *words),
            environ=environ,
            environ_of_successor={**environ, **replace(told, has_predecessor=True).variables()},
            serves=self._serves,
            drained=self._drained,
            ended=self._ended,
        )

    def _serves(self, _worker: WorkerProcess) -> None:
        if all(one.has_served for one in self._workers):
            self._has_started = True
            urls = {f"worker_{one.instance}": one.url for one in self._workers}
            self._log.write(Level.INFO, "workers_run", urls)
            self._service_manager.tell_ready()

    def _drained(self, worker: WorkerProcess) -> None:
        is_last = not any(one.is_alive for one in self._workers if one is not worker)
        if is_last and self._simulation is not None:
            self._simulation.end()

    def _ended(self, worker: WorkerProcess, status: int, is_asked_for: bool) -> None:  # noqa: FBT001 - a callback of plain values
        has_said_so = status in {DONE, DRAINED}
        if worker.life is not None and not has_said_so and self._is_any_alive():
            spawn("end_leases", self._end_leases, worker.instance, worker.life)
        if is_asked_for or self._stop.is_set():
            return
        if status == DRAINED:
            self._is_drained(worker)
            return
        values = {"worker": worker.instance, "status": status, "remedy": "it is started again"}
        if status in NEVER_RIGHT and not self._has_started:
            self._never_started = worker.instance
            self._stop.set()
            values["remedy"] = "what it says has to be mended first"
        self._log.write(Level.ERROR, "worker_died", values)

    def _is_drained(self, worker: WorkerProcess) -> None:
        """It is not started again; without the last one there is nothing left to do."""
        self._log.write(Level.INFO, "worker_drained", {"worker": worker.instance})
        if not any(one.is_wanted for one in self._workers):
            self.was_drained = True
            self._stop.set()

    def _is_any_alive(self) -> bool:
        return any(worker.is_alive for worker in self._workers)

    def _end_leases(self, instance: WorkerId, life: str) -> None:
        """The others need not wait until the leases of the dead one end."""
        if self._floor is None:
            return
        try:
            self._floor.shards.end(instance, life)
        except StoreUnavailableError as error:
            values = {"worker": instance, "reason": str(error), "remedy": "they end by themselves"}
            self._log.write(Level.WARNING, "leases_not_ended", values)

    def _reload(self) -> None:
        """What one worker has put in force the others follow."""
        for worker in self._workers:
            if worker.has_served and worker.is_alive:
                worker.send(signal.SIGHUP)
                return
        values = {"remedy": "send SIGHUP again when workers run"}
        self._log.write(Level.WARNING, "reload_passed_over", values)

    def _roll_soon(self) -> None:
        if self._is_rolling or self._stop.is_set():
            return
        self._is_rolling = True
        spawn("rolling_restart", self._roll)

    def _roll(self) -> None:
        self._log.write(Level.INFO, "rolling_restart_began", {"workers": len(self._workers)})
        try:
            for worker in self._workers:
                if not worker.is_wanted:
                    continue
                has_settled = worker.replace(LOAD_SECONDS, HAND_OVER_SECONDS, SETTLE_SECONDS)
                if self._stop.is_set():
                    return
                if not has_settled:
                    values = {"worker": worker.instance, "remedy": "the others stay as they are"}
                    self._log.write(Level.ERROR, "rolling_restart_given_up", values)
                    return
        finally:
            self._is_rolling = False
        self._log.write(Level.INFO, "rolling_restart_ended", {"workers": len(self._workers)})

    def _stop_workers(self) -> None:
        """One after the other, so that each has somebody to hand over to, but for the last."""
        if self._simulation is not None:
            self._simulation.stop_arrivals()
        *others, last = sorted(self._workers, key=lambda worker: worker.is_alive)
        for worker in others:
            worker.begin_stop()
            worker.wait_stopped(HAND_OVER_SECONDS)
        last.begin_stop()
        if self._hurry.is_set():
            last.send(signal.SIGTERM)
        last.wait_stopped(LAST_STOP_SECONDS)

    def _server_died(self, server: str, status: int) -> None:
        values = {"server": server, "status": status, "remedy": "it is started again"}
        self._log.write(Level.ERROR, "bundled_server_died", values)
