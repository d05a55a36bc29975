"""A supervisor with its workers, and what can be seen of them from outside."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil

from callcore.switchsim.distributions import Constant
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.daemon import Daemon, node, settings, until

DIGITS = "0123456789abcdef"


def site(base: Path, port: int, agents: Iterable[str], **parts: Any) -> dict[str, Any]:
    """A site with these agents."""
    content = settings(base, nodes=node(port), **parts)
    content["queues"] = {"support": {"wrap_up_seconds": 0}}
    content["agents"] = {
        agent: {
            "name": f"Agent {agent}",
            "contact": f"user/{agent}@demo",
            "queues": ["support"],
            "logged_in_at_start": True,
        }
        for agent in agents
    }
    return content


def staff(switch: SimulatedSwitch, agents: Iterable[str], talk_seconds: float | None) -> None:
    """Has their phones picked up at once."""
    talk = None if talk_seconds is None else Constant(talk_seconds)
    for agent in agents:
        switch.register(agent, AgentPhone(ring_seconds=Constant(0.1), talk_seconds=talk))


def call_in(switch: SimulatedSwitch, digit: str) -> Leg:
    """Somebody calls, and the call's id begins with that digit."""
    return switch.call_in(dialled="8001", leg_id=f"{digit}{str(uuid.uuid4())[1:]}")


class Workers:
    """The workers of one daemon that supervises."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon

    def pid(self, name: str) -> int | None:
        """The process of a worker, if it lives."""
        for child in self.daemon.children():
            try:
                if f"--instance={name}" in child.cmdline():
                    return child.pid
            except psutil.Error:
                continue
        return None

    def url(self, name: str) -> str | None:
        """Where the latest process of that name has its pages."""
        lines = [line for line in self.daemon.lines("callcore_runs") if line["worker"] == name]
        return lines[-1]["metrics"].removesuffix("metrics") if lines else None

    def told(self, name: str) -> dict[str, Any]:
        """What it says of itself; nothing if it does not answer."""
        url = self.url(name)
        if url is None:
            return {}
        try:
            with urllib.request.urlopen(f"{url}readyz", timeout=2) as answer:
                told: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            told = json.load(error)
        except OSError:
            return {}
        return told

    def sample(self, name: str, sample: str) -> float:
        """The value of a sample on a worker's page, named as the page writes it."""
        with urllib.request.urlopen(f"{self.url(name)}metrics", timeout=5) as answer:
            page = answer.read().decode()
        return float(
            next(line.split()[-1] for line in page.splitlines() if line.startswith(f"{sample} "))
        )

    def digits(self, name: str) -> str:
        """Those of the switch that it follows."""
        digits: str = self.told(name).get("shards", {}).get("fs1", "")
        return digits

    def share(self, *names: str) -> dict[str, str]:
        """What each follows, once they follow everything and each has as much as the others."""
        shares: dict[str, str] = {}

        def is_shared() -> bool:
            shares.update({name: self.digits(name) for name in names})
            lengths = [len(digits) for digits in shares.values()]
            return sum(lengths) == len(DIGITS) and max(lengths) - min(lengths) <= 1

        until(is_shared, f"shares of {names}")
        return shares

    def seconds_until_all(self, name: str, calls: Iterable[Leg]) -> float:
        """How long it takes from now until it follows all digits, and has adopted these calls."""
        began = time.monotonic()
        wanted = {call.leg_id for call in calls}

        def has_adopted() -> bool:
            adopted = {
                line["subject"]
                for line in self.daemon.lines("self_healed")
                if line["worker"] == name and line["reason"] == "adopted"
            }
            return wanted <= adopted

        until(has_adopted, f"{wanted} adopted by {name}", 10)
        return time.monotonic() - began
