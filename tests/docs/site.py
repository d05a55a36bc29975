"""A call centre such as the pages speak of: its queues, agents and numbers, on a simulated switch.

The daemon is a process; switch, callers and phones are of the test's own process.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from callcore.adapters.control import client, requests
from callcore.adapters.control.client import ControlClient
from callcore.adapters.control.place import socket_paths
from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId
from callcore.ports.operations import AgentView, DutyChange
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.daemon import PASSWORD, Daemon, node, records_in, settings, until

TOKEN = "a-token-of-the-pages"
CUSTOMER = "+48201234501"
"""Who is to be forgotten."""
CALLER = "+48201234503"
"""Who waits, and talks, now."""
NUMBERS = {"support": "8001", "sales": "8002"}
TO_CLEO = "8003"
CLEO = AgentId("1003")

QUEUE = {
    "wrap_up_seconds": 600,
    "longest_wrap_up_seconds": 3600,
    "announce_position": "false",
    "callback": {"offer": {"key": "2"}, "confirms_number": "false"},
}
PARTS: dict[str, Any] = {
    "http": {"host": "127.0.0.1", "port": 0},
    "dialplan": {"callback_contact": "sofia/gateway/carrier/{number}"},
    "numbers": {
        "8001": {"queue": "support"},
        "8002": {"queue": "sales", "skills": "waits"},
        TO_CLEO: {"queue": "sales"},
    },
    # Nobody who is there has the skill: whoever calls waits, beside agents who stay free.
    "queues": {"support": {**QUEUE, "skills": "waits"}, "sales": QUEUE},
    "breaks": {"lunch": {"name": "Lunch", "maximum_seconds": 1800}},
    "agents": {
        agent_id: {
            "name": name,
            "contact": f"user/{agent_id}@demo",
            "queues": queues,
            "logged_in_at_start": is_there,
            "skills": skills,
        }
        for agent_id, name, queues, is_there, skills in (
            ("1001", "Ann", ["support"], True, {}),
            ("1002", "Bob", ["support"], True, {}),
            ("1003", "Cleo", ["support", "sales"], True, {}),
            ("1004", "Dora", ["sales"], False, {}),
            ("1009", "Gus", ["support", "sales"], False, {"waits": 1}),
        )
    },
}


class Site:
    """One daemon for all pages; what a page does to it is undone before the next."""

    def __init__(
        self, base: Path, switch: SimulatedSwitch, daemon: Daemon, content: dict[str, Any]
    ) -> None:
        self.base = base
        self.switch = switch
        self.daemon = daemon
        self._content = content
        self._callers: list[Leg] = []
        self._talk: Leg | None = None
        self._edits = 0
        daemon.wait_line("link_restored")
        metrics = daemon.wait_line("callcore_runs")["metrics"]
        self.address = metrics.removeprefix("http://").partition("/")[0]

    @property
    def control(self) -> ControlClient:
        """What commands talk to."""
        return ControlClient(client.answering(socket_paths(self.base / "data")))

    def agents(self) -> dict[AgentId, AgentView]:
        """By id."""
        return {agent.agent_id: agent for agent in self.control.agents().agents}

    # What people do

    def wait_in(self, queue: str) -> str:
        """Somebody comes to wait there; the call."""
        leg = self.switch.call_in(dialled=NUMBERS[queue], caller_number=CALLER)
        self._callers.append(leg)
        until(lambda: self._is_listed(leg.leg_id), "the caller waits")
        return leg.leg_id

    def promise(self) -> str:
        """Somebody is promised a callback, not yet due; the call."""
        request = requests.RequestCallback(
            queue="support",
            number=f"+4820{secrets.randbelow(9_000_000) + 1_000_000}",
            not_before=(int(time.time()) + 3600) * 1_000_000,
        )
        return str(self.control.request_callback(request).call_id)

    def talk_with_cleo(self, number: str = CALLER) -> None:
        """Agent 1003 talks."""
        if self._talk is not None and self._talk.bridged_to is not None:
            return
        self.log_in(CLEO)
        if self.agents()[CLEO].state is AgentState.ON_BREAK:
            self._order(CLEO, DutyChange.END_BREAK)
        if self.agents()[CLEO].state is AgentState.WRAPPING_UP:
            self._order(CLEO, DutyChange.END_WRAP_UP)
        self._talk = self.switch.call_in(dialled=TO_CLEO, caller_number=number)
        self._until_state(CLEO, AgentState.TALKING)

    def wrap_up(self) -> None:
        """Agent 1003 has talked, and writes notes."""
        if self.agents()[CLEO].state is AgentState.WRAPPING_UP:
            return
        self.talk_with_cleo()
        assert self._talk is not None
        self._order(CLEO, DutyChange.END_BREAK)  # takes back what was to be after the call
        self._talk.hang_up()
        self._until_state(CLEO, AgentState.WRAPPING_UP)

    def serve(self, number: str) -> None:
        """Whoever has the number has been served, and there is a record of it."""
        url = self._content["postgres"]["url"]

        def has_record() -> bool:
            return any(one["caller_number"] == number for one in records_in(url))

        if has_record():
            return
        if self._talk is not None:
            self.wrap_up()
        self.talk_with_cleo(number)
        self.wrap_up()
        until(has_record, "the talk has a record")

    def log_in(self, agent_id: AgentId) -> None:
        """An agent is there, if not already."""
        if self.agents()[agent_id].state is AgentState.LOGGED_OUT:
            self._order(agent_id, DutyChange.LOG_IN)

    def edit(self) -> None:
        """Somebody changes the settings file."""
        self._edits += 1
        sales = {**QUEUE, "short_abandon_seconds": 1 + self._edits}
        content = {**self._content, "queues": {**PARTS["queues"], "sales": sales}}
        (self.base / "callcore.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

    def begin(self) -> None:
        """As before every page: two wait, 1003 talks, 1004 is out, the others are free."""
        for leg in self._callers:
            if leg.is_alive:
                leg.hang_up()
        self._callers = []
        control = self.control
        for queue in control.queues().queues:
            if queue.closure is not None:
                control.open_queue(queue.queue)
        for promise in control.callbacks().callbacks:
            control.withdraw(promise.call_id)
        for one in control.nodes().nodes:
            if one.drained_at is not None:
                control.undrain_node(one.node)
        for agent in control.agents().agents:
            self._set_right(agent)
        self.wait_in("support")
        self.wait_in("sales")
        self.talk_with_cleo()

    def _set_right(self, agent: AgentView) -> None:
        usual = PARTS["agents"][agent.agent_id]
        if usual["logged_in_at_start"]:
            if set(agent.queues) != set(usual["queues"]) or agent.state is AgentState.LOGGED_OUT:
                self._order(agent.agent_id, DutyChange.LOG_IN, usual["queues"])
            if agent.state is AgentState.ON_BREAK or agent.wish is not None:
                self._order(agent.agent_id, DutyChange.END_BREAK)
        elif agent.state is not AgentState.LOGGED_OUT:
            self._order(agent.agent_id, DutyChange.LOG_OUT)

    def _order(self, agent_id: AgentId, what: DutyChange, queues: Sequence[str] = ()) -> None:
        request = (
            requests.ChangeQueues(queues=tuple(queues))
            if what in (DutyChange.LOG_IN, DutyChange.LOG_OUT)
            else requests.ChangeDuty()
        )
        self.control.change_duty(agent_id, what, request)

    def _is_listed(self, call_id: str) -> bool:
        return any(one.call_id == call_id for one in self.control.calls().calls)

    def _until_state(self, agent_id: AgentId, state: AgentState) -> None:
        until(lambda: self.agents()[agent_id].state is state, f"{agent_id} is {state}")


@contextmanager
def running(base: Path, servers: Mapping[str, Any]) -> Iterator[Site]:
    """The site, as long as the block runs."""
    switch = SimulatedSwitch(
        SwitchSettings(
            password=PASSWORD,
            domain="demo",
            dialplan=Dialplan(),
            sounds=Sounds(streams=frozenset({"moh"})),
        )
    )
    switch.start()
    for agent_id in PARTS["agents"]:
        switch.register(agent_id, AgentPhone())
    content = settings(base, **PARTS, **servers, nodes=node(switch.port))
    (base / "callcore.env").write_text(
        f"CALLCORE_NODE_FS1_PASSWORD={PASSWORD}\nCALLCORE_API_TOKEN={TOKEN}\n"
    )
    daemon = Daemon.configured(
        base,
        content,
        environ={"CALLCORE_NODE_FS1_PASSWORD": None},
        options=("--env-file", str(base / "callcore.env")),
    )
    try:
        yield Site(base, switch, daemon, content)
    finally:
        daemon.process.kill()
        daemon.process.wait(30)
        switch.stop()
