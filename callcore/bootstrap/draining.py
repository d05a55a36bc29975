"""A process that is drained: it serves until its last call has ended, and then is to stop.

Until then nothing of it stops, so that an operator may take it back. It is noted on disk: whoever
is started in the place of a process that died meanwhile goes on with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from gevent.event import Event

from callcore.adapters.logs.setup import Level, Log
from callcore.bootstrap import drain_note, kept_clock
from callcore.bootstrap.drain_note import DrainNote
from callcore.bootstrap.readiness import Readiness
from callcore.bootstrap.simulation import Simulation
from callcore.bootstrap.supervised import SupervisedSimulation
from callcore.domain.sharding import WorkerId
from callcore.flows.tenure import Tenure
from callcore.flows.worker import Worker
from callcore.runtime.greenlets import spawn

LOOK_SECONDS = 0.2
"""How soon it is seen that the last call has ended."""

SETTLE_SECONDS = 30.0
"""After so long a start has found the calls that go on, unless no switch is reached."""


class Draining:
    """Whether this process is to end after its last call.

    Implements ``flows.ending.OwnProcess``.
    """

    def __init__(
        self, directory: Path, instance: WorkerId, log: Log, tenure: Tenure, stop: Event
    ) -> None:
        self._directory = directory
        self._instance = instance
        self._log = log
        self._tenure = tenure
        self._stop = stop
        self._note: DrainNote | None = None
        self._cut_off: DrainNote | None = None
        """Of the process before, which did not come to its end."""
        self._is_asked = Event()
        self._has_settled = False
        self._settles_by = time.monotonic() + SETTLE_SECONDS

    @property
    def is_asked(self) -> bool:
        """True while the process is to end after its last call, or has so ended."""
        return self._is_asked.is_set()

    def take_over(self) -> None:
        """Reads what a process noted that was drained and has died, on this machine since it was
        started; what else was noted is of the past.
        """
        note = drain_note.kept(self._directory, self._instance)
        if note is None or note.calls_left is not None or note.boot != kept_clock.boot_id():
            self._write(lambda: drain_note.forget(self._directory, self._instance))
        else:
            self._cut_off = note

    def drain(self, by: str) -> None:
        """Has the process end when its last call has ended, or when others have its calls. A signal
        ends that sooner, as it does at any time.
        """
        if self._stop.is_set() and not self.is_asked:
            return
        self._keep(DrainNote(by=by, boot=kept_clock.boot_id()))
        self._is_asked.set()

    def undrain(self) -> bool:
        """Has it stay after all; false if it ends already."""
        if self._stop.is_set():
            return False
        self._is_asked.clear()
        self._note = None
        self._write(lambda: drain_note.forget(self._directory, self._instance))
        return True

    def attend(
        self,
        worker: Worker,
        simulation: Simulation | SupervisedSimulation | None,
        readiness: Readiness,
    ) -> None:
        """From now on calls are taken: sees to it that drains come to their ends. Goes on with that
        of the process before, alone: that of the site may have been taken back since.
        """
        if self._cut_off is not None:
            worker.operating.drain(by=self._cut_off.by, is_of_site=False)
        spawn("draining", self._run, worker, simulation, readiness)

    def settled(self) -> None:
        """The calls of the process before are followed, if there were any."""
        self._has_settled = True

    def ended(self, calls_left: int) -> None:
        """The process ends now, with so many calls that go on at the switch."""
        if self._note is not None:
            self._keep(self._note.ended(calls_left))

    def _run(
        self,
        worker: Worker,
        simulation: Simulation | SupervisedSimulation | None,
        readiness: Readiness,
    ) -> None:
        while not self._stop.is_set():
            self._is_asked.wait()
            is_alone = worker.is_site_drained or not self._tenure.colleagues
            if is_alone and simulation is not None:
                simulation.stop_arrivals()
            readiness.draining()
            while is_alone and self._is_asked.is_set() and self._may_have_calls(worker):
                if self._stop.wait(LOOK_SECONDS):
                    return
            if self._is_asked.is_set():
                self._log.write(Level.INFO, "drain_ended", {"calls": worker.calls_count})
                self._stop.set()
                return
            readiness.draining(is_so=False)
            if simulation is not None:
                simulation.resume_arrivals()

    def _may_have_calls(self, worker: Worker) -> bool:
        is_unknown = not self._has_settled and time.monotonic() < self._settles_by
        return bool(worker.calls_count) or is_unknown

    def _keep(self, note: DrainNote) -> None:
        self._note = note
        self._write(lambda: drain_note.keep(self._directory, self._instance, note))

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            values = {"reason": str(error), "remedy": "should callcore die it takes calls again"}
            self._log.write(Level.WARNING, "drain_not_noted", values)
