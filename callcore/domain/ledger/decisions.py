"""The decisions to whom a caller is offered, noted down in the order in which they were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from callcore.domain.ids import AgentId, OfferId
from callcore.domain.records import DecisionRecord, PassedOver


class DecisionNotes:
    """The decisions of one call, each with the offer it led to."""

    def __init__(self) -> None:
        self._decisions: dict[OfferId, DecisionRecord] = {}

    def take_up(self, decisions: Iterable[DecisionRecord]) -> None:
        """Goes on from what another process has noted."""
        self._decisions |= {decision.offer_id: decision for decision in decisions}

    def made(self, decision: DecisionRecord) -> None:
        """It was decided to whom the caller is offered, before the offer itself; told again by who
        goes on with the offer, it stays as it is.
        """
        self._decisions.setdefault(decision.offer_id, decision)

    def completed(
        self,
        offer_id: OfferId,
        not_free: Mapping[str, tuple[AgentId, ...]],
        passed_over: Iterable[PassedOver] = (),
    ) -> None:
        """The queue's agents who were not free at a decision, by state, and others who were."""
        decision = self._decisions[offer_id]
        self._decisions[offer_id] = replace(
            decision,
            not_free=dict(not_free),
            passed_over=(*decision.passed_over, *passed_over),
        )

    def of(self, offer_id: OfferId) -> DecisionRecord:
        """The decision that led to an offer."""
        return self._decisions[offer_id]

    def noted(self) -> tuple[DecisionRecord, ...]:
        """The decisions so far."""
        return tuple(self._decisions.values())
