"""One run: everything is started, broken in turn, brought to rest, and judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gevent
import psycopg

from callcore.runtime.greenlets import spawn
from tests.chaos import checker, keeping, logs, records, schedule
from tests.chaos.breaking import Breaking
from tests.chaos.machine import Machine
from tests.chaos.options import Options
from tests.chaos.people import People
from tests.chaos.processes import until
from tests.chaos.report import Report
from tests.chaos.rest import REST_SECONDS, Rest
from tests.chaos.stage import Stage

SETTLE_SECONDS = 2.0
"""In which workers that start at once have shared out what there is."""
FIRST_CALM_SECONDS = 3.0
_TELL_SECONDS = 10.0


class Run:
    """One run, from its start to the verdict."""

    def __init__(
        self,
        options: Options,
        base: Path,
        say: Callable[[str], None] = print,
    ) -> None:
        self._options = options
        self._base = base
        self._say = say
        self._began_at = time.monotonic()
        self._deaths: dict[str, list[int]] = {name: [] for name in options.node_names}
        self._left_at_end: list[str] = []
        self._stage = Stage(options, base)
        self._machine = Machine(self._stage.pids)

    def play(self) -> Report:
        """Plays it to its end, and judges: also if it has to be given up."""
        self._tell(f"files are in {self._base}")
        with ExitStack() as stack:
            stack.callback(self._stage.end)
            for name, watch in (("machine", self._machine.watch), ("tell", self._tell_progress)):
                stack.callback(spawn(name, watch).kill)
            limit = gevent.Timeout(self._options.longest_seconds)
            try:
                with limit:
                    self._live()
            except (gevent.Timeout, Exception) as error:  # noqa: BLE001 - whatever it is, the verdict has to tell of it
                self._left_at_end.append(f"the run was given up: {type(error).__name__}: {error}")
            rows = self._records()
            self._stop()
        return self._judge(rows)

    def _live(self) -> None:
        stage = self._stage
        stage.start()
        gevent.sleep(SETTLE_SECONDS)
        for switch in stage.switches.values():
            switch.open()
        people = People(self._base, self._options.seed, self._options.agents_count)
        people.begin()
        self._break()
        self._left_at_end += people.end(REST_SECONDS)
        self._left_at_end += Rest(self._options, stage, self._tell).wait()

    def _break(self) -> None:
        """Breaks one thing after another until all have called."""
        options = self._options
        breaking = Breaking(self._stage, self._deaths, noted_in=self._base / keeping.FAULTS)
        gevent.sleep(FIRST_CALM_SECONDS)
        if not options.calm:
            drawn = schedule.schedule(
                options.seed, workers=options.workers, nodes=options.node_names
            )
            for planned in drawn if options.faults is None else options.faults:
                if options.faults is None and self._have_all_called():
                    break
                if options.only not in planned.name:
                    continue
                self._tell(f"{planned.name} {planned.seconds or ''}")
                breaking.do(planned)
                gevent.sleep(planned.calm_seconds)
        until(self._have_all_called, "all calls", options.longest_seconds)

    def _have_all_called(self) -> bool:
        return self._stage.arrived_count >= self._options.calls

    def _records(self) -> list[dict[str, Any]]:
        if not self._stage.has_begun:
            return []
        try:
            return records.read(self._stage.servers.postgres.url)
        except psycopg.Error as error:
            self._left_at_end.append(f"the records could not be read: {error}")
            return []

    def _stop(self) -> None:
        """callcore in order, and the switches, which tell what is left."""
        if self._stage.has_begun:
            status = self._stage.callcore.stop()
            if status != 0:
                self._left_at_end.append(f"callcore ended with status {status}")
        for switch in self._stage.switches.values():
            switch.end()

    def _judge(self, rows: list[dict[str, Any]]) -> Report:
        self._tell("judging")
        keeping.keep(
            self._base,
            records=rows,
            busy=self._machine.busy,
            deaths=self._deaths,
            left_at_end=self._left_at_end,
            has_details=self._options.details,
        )
        evidence = keeping.evidence(self._base)
        logged = self._stage.callcore.logs if self._stage.has_begun else []
        return Report(
            evidence=evidence,
            violations=[*checker.check(evidence, self._options.bounds), *logs.faults(logged)],
            logs=logged,
            seconds=time.monotonic() - self._began_at,
            busy_seconds=self._machine.busy_seconds,
        )

    def _tell_progress(self) -> None:
        while True:
            gevent.sleep(_TELL_SECONDS)
            stage = self._stage
            busy = self._machine.busy_seconds
            told = f"{stage.arrived_count} calls, {stage.legs_count} legs"
            self._tell(f"{told}, too busy for {busy:.0f} s" if busy else told)

    def _tell(self, text: str) -> None:
        self._say(f"{time.monotonic() - self._began_at:7.1f} s  {text}")
