"""Whether a PIN is the agent's, and for how long nobody may try.

Who tries learns nothing but yes or no: an unknown agent, one without a PIN and a wrong PIN take the
same steps, and the same time. A try is counted before it is looked at, so that many at once are
not looked at more often than one after another.
"""

from __future__ import annotations

import base64
import hashlib

from callcore.domain import pins
from callcore.domain.events import AgentLockedOut
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import AgentId
from callcore.domain.pins import PinHash
from callcore.flows.site import Site
from callcore.runtime.threads import BackRoom

_NOBODYS = pins.parse(
    f"scrypt:{base64.b64encode(bytes(16)).decode()}:{base64.b64encode(bytes(32)).decode()}"
)
"""The hash of no PIN that is known: takes as long to find wrong as any other."""


class PinChecking:
    """Checks PINs, one at a time, beside the event loop."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._back_room = BackRoom()
        self._salt = site.ids.request_id().encode()

    def check(self, agent_id: str, pin: str) -> FeatureAnswer:
        """``DONE`` if the PIN is the agent's, ``WRONG_PIN``, or ``LOCKED_OUT``.

        Raises ``StoreError``.
        """
        site, policy = self._site, self._site.policy
        agent = policy.agents.get(AgentId(agent_id))
        counted_as = self._unknown(agent_id) if agent is None else agent.agent_id
        pin_hash = agent.pin_hash if agent is not None and agent.pin_hash else _NOBODYS
        count = site.lockouts.failures(counted_as)
        is_locked_out = count >= policy.pins.tries
        if not is_locked_out:
            count = site.lockouts.failed(counted_as, policy.pins.lockout_seconds)
            is_locked_out = count > policy.pins.tries
        is_right = self._is_right(pin, pin_hash)
        if is_locked_out:
            return FeatureAnswer.LOCKED_OUT
        if is_right:
            site.lockouts.forgive(counted_as)
            return FeatureAnswer.DONE
        if count < policy.pins.tries:
            return FeatureAnswer.WRONG_PIN
        if agent is not None:
            site.facts.publish(
                AgentLockedOut(
                    at=site.clock.now(),
                    agent_id=agent.agent_id,
                    failures_count=count,
                    seconds=policy.pins.lockout_seconds,
                )
            )
        return FeatureAnswer.LOCKED_OUT

    def _is_right(self, pin: str, pin_hash: PinHash) -> bool:
        return self._back_room.run(pins.is_right, pin, pin_hash)

    def _unknown(self, typed: str) -> AgentId:
        """What an id nobody has is counted as: it may be a PIN, pressed too early."""
        digest = hashlib.blake2s(typed.encode(), key=self._salt, digest_size=16)
        return AgentId(f"unknown-{digest.hexdigest()}")
