"""How a worker stops: it gives its calls to others; the last one lets them end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from contextlib import ExitStack

import gevent
from gevent.event import Event

from callcore.adapters.logs.setup import Level, Log
from callcore.bootstrap.links import LinkNews
from callcore.bootstrap.simulation import Simulation
from callcore.bootstrap.supervised import SupervisedSimulation
from callcore.flows.tenure import Tenure
from callcore.flows.worker import Worker
from callcore.runtime.greenlets import spawn

LEAVE_SECONDS = 10.0
"""How long it may take to give calls to other workers; those left are adopted by them."""

DRAIN_SECONDS = 10.0
"""How long a stop waits for calls to end; those left go on and are adopted by the next start."""

SHUT_DOWN_SECONDS = 2.0
"""How long the ends of calls may take to be heard when the simulated switch shuts down."""


class Stopping:
    """Hears that it is time, and ends what the worker does."""

    def __init__(self, log: Log, tenure: Tenure) -> None:
        self._log = log
        self._tenure = tenure
        self.asked = Event()
        """Set once the process is to stop."""
        self._hurry = Event()

    def install(self, stack: ExitStack) -> None:
        """Hears the signals until ``stack`` is closed."""
        for number in (signal.SIGINT, signal.SIGTERM):
            stack.callback(gevent.signal_handler(number, self._signalled).cancel)
        stack.callback(gevent.signal_handler(signal.SIGUSR1, self._no_rolling_restart).cancel)

    def end_calls(
        self,
        worker: Worker,
        simulation: Simulation | SupervisedSimulation | None,
        link_news: Iterable[LinkNews],
    ) -> None:
        """Gives the calls to other workers; where there are none, takes no more, and lets those in
        progress end.
        """
        if self._tenure.colleagues:
            self._unless_hurried("leave", worker.leave, LEAVE_SECONDS)
        is_last = not self._tenure.colleagues
        worker.stop_taking_calls()
        if is_last:
            if simulation is not None:
                simulation.stop_arrivals()
            self._unless_hurried("drain", worker.drain, DRAIN_SECONDS)
        for news in link_news:
            news.is_stopping = True
        if is_last and simulation is not None:
            simulation.end()
            worker.drain(SHUT_DOWN_SECONDS)
        self._tell_what_is_left(worker)

    def _signalled(self) -> None:
        if self.asked.is_set():
            self._hurry.set()
        self.asked.set()

    def _no_rolling_restart(self) -> None:
        values = {"remedy": "the signal is for a supervisor of several workers: restart this one"}
        self._log.write(Level.WARNING, "rolling_restart_passed_over", values)

    def _unless_hurried(self, name: str, run: Callable[[float], object], seconds: float) -> None:
        """Returns when it is done, or at once when whoever stops us does not want to wait."""
        done = Event()
        self._hurry.rawlink(lambda _: done.set())
        spawn(name, run, seconds).rawlink(lambda _: done.set())
        done.wait()

    def _tell_what_is_left(self, worker: Worker) -> None:
        if worker.calls_count:
            self._log.write(
                Level.WARNING,
                "calls_left_to_the_switch",
                {"count": worker.calls_count, "remedy": "they are adopted at the next start"},
            )
        worker.crew.changes.tell_lessons()
        worker.keeping.shelve_held()
        if worker.unkept_count:
            self._log.write(
                Level.ERROR, "records_lost_with_this_process", {"count": worker.unkept_count}
            )
