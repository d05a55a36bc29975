"""Wrong PINs of one site: implements ``ports.lockouts.Lockouts``."""

from __future__ import annotations

from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.durations import expiry_milliseconds
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.rows import ours
from callcore.adapters.redisdb.scripts import Scripts
from callcore.domain.ids import AgentId


class RedisLockouts:
    """How often a wrong PIN was given for each agent."""

    def __init__(self, client: Client, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys

    def failed(self, agent_id: AgentId, remember_seconds: float) -> int:
        """Counts a wrong PIN; how many there were. They are forgotten so long after the last."""
        _, (count,) = self._scripts.note_wrong_pin.run_counted(
            [self._keys.wrong_pins(agent_id)], [expiry_milliseconds(remember_seconds)]
        )
        return count

    def failures(self, agent_id: AgentId) -> int:
        """How many there were."""
        (count,) = self._client.send("wrong_pins", [("GET", self._keys.wrong_pins(agent_id))])
        with ours(f"the wrong PINs of agent {agent_id}"):
            return int(count or 0)

    def forgive(self, agent_id: AgentId) -> bool:
        """Forgets them; false if there were none."""
        (count,) = self._client.send("forgive", [("DEL", self._keys.wrong_pins(agent_id))])
        return bool(count)
