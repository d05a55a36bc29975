"""The simulated switch, as a child process that callcore talks to like to any other switch."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gevent.fileobject import FileObject

from callcore.domain.ids import NodeName
from callcore.domain.policies import NodePolicy, SitePolicy
from callcore.runtime.greenlets import spawn
from callcore.settings import NodeSettings
from callcore.switchsim import demo

PASSWORD_VARIABLE = "CALLCORE_SIMULATED_SWITCH_PASSWORD"  # noqa: S105 - the name, not the word
STOP_SECONDS = 5.0
HEARTBEAT_SECONDS = 5.0
"""The simulated switch's own; a link is lost after two."""


class SimulationError(Exception):
    """The simulated switch did not start."""


@contextmanager
def simulated_switch(
    policy: SitePolicy, *, arrivals_per_minute: float, environ: dict[str, str]
) -> Iterator[tuple[NodeSettings, subprocess.Popen[str]]]:
    """A switch with callers for every number of the site and a phone for every agent.

    It has a session of its own, so that Ctrl-C at the terminal reaches callcore alone, and ends
    with this process whatever happens to it, because its standard input does. Raises
    ``SimulationError``.
    """
    password = secrets.token_urlsafe(16)
    queues = {number: route.queue for number, route in policy.numbers.items()}
    command = [
        sys.executable,
        "-m",
        "callcore",
        "simulate-switch",
        "--queues",
        json.dumps(queues),
        "--agents",
        ",".join(policy.agents),
        "--arrivals-per-minute",
        str(arrivals_per_minute),
        "--context",
        policy.fallback.context,
        "--until-stdin-ends",
    ]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        env={**environ, PASSWORD_VARIABLE: password},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        port = _port_of(process)
        node = NodePolicy(
            name=NodeName("simulated"),
            host="127.0.0.1",
            port=port,
            heartbeat_seconds=HEARTBEAT_SECONDS,
        )
        yield NodeSettings(policy=node, password=password), process
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Shuts the switch down as an operator would: every call ends, then the process."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _port_of(process: subprocess.Popen[str]) -> int:
    line = process.stdout.readline() if process.stdout else ""
    word, _, port = line.strip().partition(" ")
    if word != "ready" or not port.isdigit():
        message = f"the simulated switch did not start (it said {line.strip()!r})"
        raise SimulationError(message)
    return int(port)


def serve(
    *,
    port: int,
    queues: dict[str, str],
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
