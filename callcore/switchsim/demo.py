"""A lively floor for somebody to look at: the process behind ``callcore simulate-switch``."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event

from callcore.switchsim import population
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from callcore.switchsim.phones import AgentPhone

ARRIVALS_PER_MINUTE = 13.5
"""About what six agents who are kept for 25 seconds by each can serve: some wait, and some
of those ask to be called back.
"""

_ANSWERS = "12345"
_CALLBACK_CHANCE = 0.3
_OTHER_KEY_SHARE = 0.08
_HEARTBEAT_SECONDS = 5.0
_SESSIONS = 20_000
_FIRST_CALLERS = 3
_LOOK_SECONDS = 0.1
"""Callers come once somebody listens to events."""
_SESSIONS_PER_SECOND = 2_000


def run(  # noqa: PLR0913 - each is an option of the command line
    *,
    port: int,
    password: str,
    queues: Mapping[str, str],
    agents: Sequence[str],
    choices: Mapping[str, str] | None = None,
    callbacks: Mapping[str, str] | None = None,
    check_keys: str = "",
    machine_key: str = "",
    seed: int = 1,
    arrivals_per_minute: float = ARRIVALS_PER_MINUTE,
    speed: float = 1.0,
    host: str = "127.0.0.1",
    context: str = "public",
    digit_chance: float = 0.05,
    hostile_chance: float = 0.02,
    detail_record_directory: Path | None = None,
) -> None:
    """Runs a switch with callers and agents until SIGTERM or SIGINT.

    After SIGUSR1 no more callers come.

    ``queues`` maps dialled numbers to queues, ``choices`` those of menus to the keys that callers
    press there, ``callbacks`` those of queues to the keys with which callers ask to be called back;
    ``agents`` are the user ids of registered phones. Customers who are called press one of
    ``check_keys``, mostly the first; agents who hear a machine press ``machine_key``.
    Says ``ready <port>`` and a line end on standard output.
    """
    switch = SimulatedSwitch(
        SwitchSettings(
            host=host,
            port=port,
            password=password,
            seed=seed,
            speed=speed,
            heartbeat_seconds=_HEARTBEAT_SECONDS,
            sessions=_SESSIONS,
            sessions_per_second=_SESSIONS_PER_SECOND,
            dialplan=Dialplan(queues=queues, context=context),
            sounds=Sounds(streams=frozenset({"moh", "default"})),
            unknown_phone=population.customers_phone(_weighted(check_keys)),
            detail_record_directory=detail_record_directory,
        )
    )
    callers = population.Callers(
        switch,
        population.Arrivals(per_minute=arrivals_per_minute, swing=0.3, period_seconds=600.0),
        population.Habits(
            numbers=dict.fromkeys(queues, 1.0),
            digit_chance=digit_chance,
            choices=choices or {},
            answers=_ANSWERS,
            callbacks=callbacks or {},
            callback_chance=_CALLBACK_CHANCE,
            hostile_chance=hostile_chance,
        ),
    )
    _serve(switch, {user: population.lively_phone(machine_key) for user in agents}, callers)


def _weighted(check_keys: str) -> dict[str, float]:
    """How often a customer presses each key."""
    return {key: _OTHER_KEY_SHARE if place else 1.0 for place, key in enumerate(check_keys)}


def _serve(
    switch: SimulatedSwitch, agents: Mapping[str, AgentPhone], callers: population.Callers
) -> None:
    """Lets agents and callers in, until a signal comes."""
    stopping = Event()
    watchers = [gevent.signal_handler(one, stopping.set) for one in (signal.SIGTERM, signal.SIGINT)]
    try:
        bound_port = switch.start()
        for user, phone in agents.items():
            switch.register(user, phone)
        _say_ready(bound_port)
        while not switch.is_listened_to and not stopping.wait(_LOOK_SECONDS):
            pass
        callers.start(at_once=_FIRST_CALLERS)
        watchers += [
            gevent.signal_handler(signal.SIGUSR1, callers.stop),
            gevent.signal_handler(signal.SIGUSR2, callers.start),
        ]
        stopping.wait()
        callers.stop()
        switch.shut_down()
    finally:
        for watcher in watchers:
            watcher.cancel()
        switch.stop()


def _say_ready(port: int) -> None:
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()
