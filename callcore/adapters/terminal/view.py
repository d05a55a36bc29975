"""The live view: an observer of facts that repaints a terminal a few times a second."""

from __future__ import annotations

import atexit
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TextIO, cast

import gevent
from gevent import Greenlet
from gevent.event import Event
from rich.console import Console
from rich.live import Live

from callcore.adapters.terminal import drawing, picture, screen
from callcore.adapters.terminal.tally import Tally
from callcore.domain import events
from callcore.domain.agents import AgentState
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, seconds_between
from callcore.ports.stores import FloorAgent, QueueCounts, StoreError
from callcore.runtime import time_limits
from callcore.runtime.greenlets import spawn

REPAINT_SECONDS = 0.25
"""The shortest time between two paintings."""
TICK_SECONDS = 1.0
"""Durations on the screen change once a second even if nothing happens."""
READ_SECONDS = 1.0
STOP_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the view looks. ``parts`` says of each part ``up`` or what is wrong."""

    counts: Callable[[], Sequence[QueueCounts]]
    agents: Callable[[], Sequence[FloorAgent]]
    parts: Callable[[], Mapping[str, str]]
    now: Callable[[], Micros]
    name_of: Callable[[AgentId], str] = str
    """What an agent is called."""


class TerminalView:
    """Shows the floor while the process runs."""

    def __init__(
        self, title: str, urls: Sequence[str], sources: Sources, terminal: TextIO | None = None
    ) -> None:
        """Prepares without painting. ``terminal`` is standard output if not given."""
        self._title = title
        self._urls = tuple(urls)
        self._sources = sources
        self._tally = Tally()
        self._changed = Event()
        self._console = Console(file=cast("IO[str]", screen.PatientScreen(terminal or sys.stdout)))
        self._began_at = sources.now()
        self._floor: tuple[Sequence[QueueCounts], Sequence[FloorAgent]] = ((), ())
        self._parts: Mapping[str, str] = {}
        self._live: Live | None = None
        self._painter: Greenlet[..., object] | None = None

    def observe(self, fact: events.Fact) -> None:
        """Takes a fact in; it is on the screen at the next painting."""
        self._tally.observe(fact)
        self._changed.set()

    def start(self) -> bool:
        """Begins to paint; false, and nothing, where there is no terminal to paint on."""
        if not self._console.is_terminal or self._console.is_dumb_terminal:
            return False
        self._live = Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        atexit.register(self.stop)
        self._painter = spawn("terminal_view", self._paint_on)
        return True

    def stop(self) -> None:
        """Gives the terminal back as it was; harmless when not started."""
        atexit.unregister(self.stop)
        painter, self._painter = self._painter, None
        if painter is not None:
            painter.kill()
        live, self._live = self._live, None
        if live is not None:
            # A terminal that takes nothing cannot be given back either.
            with contextlib.suppress(time_limits.TimeIsUpError), time_limits.within(STOP_SECONDS):
                live.stop()

    @contextlib.contextmanager
    def shown(self) -> Iterator[bool]:
        """Paints during the block; yields whether there is anything to paint on."""
        try:
            yield self.start()
        finally:
            self.stop()

    def look(self) -> picture.Picture:
        """What is to be seen now. A floor that cannot be read is shown as it was last seen."""
        fault = self._read_floor()
        now = self._sources.now()
        counts, agents = self._floor
        return picture.Picture(
            title=self._title,
            time=_time_of(now),
            up_seconds=seconds_between(self._began_at, now),
            parts=self._parts,
            urls=self._urls,
            decision_seconds=self._tally.decision_seconds(),
            queues=tuple(self._queue_line(count, now) for count in counts),
            callbacks=self._tally.callbacks.line(
                sum(count.promises_count for count in counts),
                sum(count.deferred_count for count in counts),
                now,
            ),
            agents=tuple(
                self._agent_line(agent, now)
                for agent in sorted(agents, key=lambda agent: agent.agent_id)
            ),
            events=tuple(self._tally.latest(_time_of)),
            fault=fault,
        )

    def _read_floor(self) -> str:
        try:
            with time_limits.within(READ_SECONDS):
                self._parts = self._sources.parts()
                self._floor = (self._sources.counts(), self._sources.agents())
        except StoreError as error:
            return f"the floor cannot be read: {error}"
        except time_limits.TimeIsUpError:
            return "the floor cannot be read: Redis does not answer"
        return ""

    def _queue_line(self, count: QueueCounts, now: Micros) -> picture.QueueLine:
        oldest = count.oldest_joined_at
        return picture.QueueLine(
            name=count.queue,
            is_open=count.queue not in self._tally.closed,
            limit=self._tally.limits.get(count.queue),
            waiting_count=count.waiting_count,
            longest_seconds=None if oldest is None else seconds_between(oldest, now),
            offered_count=count.offered_count,
            free_agents_count=count.free_agents_count,
            picked_up_count=self._tally.picked_up[count.queue],
            abandoned_count=self._tally.abandoned[count.queue],
            service_level=self._tally.service_level(count.queue),
        )

    def _agent_line(self, agent: FloorAgent, now: Micros) -> picture.AgentLine:
        # Who wraps up is with nobody any more, and the caller's number is forgotten with the call.
        call_id = None if agent.state is AgentState.WRAPPING_UP else agent.call_id
        return picture.AgentLine(
            name=self._sources.name_of(agent.agent_id),
            state=agent.state,
            for_seconds=seconds_between(agent.since or now, now),
            caller="" if call_id is None else self._tally.caller(call_id),
            queue=agent.queue or "",
            is_resting=agent.state is AgentState.AVAILABLE and agent.lease_until is not None,
            holds=agent.holds,
            break_code=agent.break_code,
            is_overrun=agent.is_overrun,
            wish=agent.wish,
        )

    def _paint_on(self) -> None:
        while True:
            self._changed.clear()
            self._paint()
            gevent.sleep(REPAINT_SECONDS)
            self._changed.wait(TICK_SECONDS - REPAINT_SECONDS)

    def _paint(self) -> None:
        live = self._live
        if live is not None:
            width, height = self._console.size
            live.update(drawing.draw(self.look(), width, height), refresh=True)


def _time_of(at: Micros) -> str:
    """The time of day where the terminal is."""
    return datetime.fromtimestamp(at / MICROS_PER_SECOND, tz=UTC).astimezone().strftime("%H:%M:%S")
