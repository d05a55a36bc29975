"""The simulated switch, as a child process that callcore talks to like to any other switch."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping

from gevent.fileobject import FileObject

from callcore.domain.ids import NodeName, QueueName
from callcore.domain.policies import CallbackPolicy, MenuPolicy, NodePolicy, SitePolicy
from callcore.runtime.greenlets import spawn
from callcore.settings import NodeSettings
from callcore.switchsim import demo

PASSWORD_VARIABLE = "CALLCORE_SIMULATED_SWITCH_PASSWORD"  # noqa: S105 - the name, not the word
STOP_SECONDS = 5.0
FIRST_NUMBER = 8001
CONFIRMING_KEY = "1"
"""Says that the number that was read back is right."""
HEARTBEAT_SECONDS = 5.0
"""The simulated switch's own; a link is lost after two."""


class SimulationError(Exception):
    """The simulated switch did not start."""


class Simulation:
    """A switch with callers for every number of the site and a phone for every agent.

    The process has a session of its own, so that Ctrl-C at the terminal reaches callcore alone, and
    ends with this one whatever happens to it, because its standard input does.
    """

    def __init__(self, policy: SitePolicy, environ: Mapping[str, str]) -> None:
        """Begins to start the process."""
        self._password = secrets.token_urlsafe(16)
        command = [
            *(sys.executable, "-m", "callcore", "simulate-switch", "--until-stdin-ends"),
            *("--queues", json.dumps(_numbers(policy))),
            *("--choices", json.dumps(_choices(policy))),
            *("--callbacks", json.dumps(_callback_keys(policy))),
            *("--check-keys", _check_keys(policy)),
            *("--machine-key", _machine_key(policy)),
            *("--agents", ",".join(policy.agents)),
            *("--context", policy.fallback.context),
            *("--seed", str(secrets.randbelow(2**31))),
        ]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            env={**environ, PASSWORD_VARIABLE: self._password},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def node(self) -> NodeSettings:
        """The switch as a node, once it listens. Raises ``SimulationError``."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        word, _, port = line.strip().partition(" ")
        if word != "ready" or not port.isdigit():
            message = f"the simulated switch did not start (it said {line.strip()!r})"
            raise SimulationError(message)
        node = NodePolicy(
            name=NodeName("simulated"),
            host="127.0.0.1",
            port=int(port),
            heartbeat_seconds=HEARTBEAT_SECONDS,
        )
        return NodeSettings(policy=node, password=self._password)

    def stop_arrivals(self) -> None:
        """Lets no more callers come; those who are there stay."""
        self._process.send_signal(signal.SIGUSR1)

    def resume_arrivals(self) -> None:
        """Lets callers come again, after ``stop_arrivals``."""
        self._process.send_signal(signal.SIGUSR2)

    def end(self) -> None:
        """Shuts the switch down as an operator would: every call ends, then the process."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _numbers(policy: SitePolicy) -> dict[str, str]:
    """The numbers the callers dial; a site without any has one for each queue."""
    if policy.numbers:
        return {number: route.queue or "" for number, route in policy.numbers.items()}
    return {str(FIRST_NUMBER + index): queue for index, queue in enumerate(policy.queues)}


def _choices(policy: SitePolicy) -> dict[str, str]:
    """The keys that are of use to callers of the numbers that lead to a menu."""
    return {
        number: "".join(menu.choices)
        for number, route in policy.numbers.items()
        if route.menu is not None and isinstance(menu := policy.menus[route.menu], MenuPolicy)
    }


def _callback_keys(policy: SitePolicy) -> dict[str, str]:
    """The keys with which callers are called back, by dialled number: one asks, one confirms."""
    numbers = _numbers(policy)
    offers = {
        name: queue.callback.offer
        for name, queue in policy.queues.items()
        if queue.callback is not None and queue.callback.offer is not None
    }
    return {
        number: offer.key + CONFIRMING_KEY
        for number, queue in numbers.items()
        if (offer := offers.get(QueueName(queue))) is not None and offer.key is not None
    }


def _check_keys(policy: SitePolicy) -> str:
    """The keys of use to customers who are called back, that of the first queue that asks."""
    for callback in _callbacks(policy):
        if callback.check is not None:
            check = callback.check
            return f"{check.key}{check.later_key or ''}{check.decline_key or ''}"
    return ""


def _machine_key(policy: SitePolicy) -> str:
    """What agents press who hear a machine, in the first queue that says so."""
    return next((one.machine_key for one in _callbacks(policy) if one.machine_key), "")


def _callbacks(policy: SitePolicy) -> list[CallbackPolicy]:
    return [queue.callback for queue in policy.queues.values() if queue.callback is not None]


def serve(  # noqa: PLR0913 - each is an option of the command line
    *,
    port: int,
    queues: dict[str, str],
    choices: dict[str, str],
    callbacks: dict[str, str],
    check_keys: str,
    machine_key: str,
    agents: list[str],
    context: str,
    seed: int,
    arrivals_per_minute: float,
    speed: float,
    until_stdin_ends: bool,
) -> None:
    """Is the child process: a switch until SIGTERM, or until the standard input ends."""
    if until_stdin_ends:
        spawn("stdin", _end_with_stdin)
    demo.run(
        port=port,
        password=os.environ[PASSWORD_VARIABLE],
        queues=queues,
        choices=choices,
        callbacks=callbacks,
        check_keys=check_keys,
        machine_key=machine_key,
        agents=agents,
        context=context,
        seed=seed,
        arrivals_per_minute=arrivals_per_minute,
        speed=speed,
    )


def _end_with_stdin() -> None:
    with FileObject(sys.stdin.fileno(), "rb", close=False) as stdin:
        stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
