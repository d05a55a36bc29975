"""Several phones for one caller: as many as may, one winner, and the others freed at once."""

from __future__ import annotations

from callcore.domain import events
from tests.day import log
from tests.day.checking.eligibility import rings_at_most
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.state import CallerNow
from tests.day.checking.truth import Truth

RING = "several phones"
LOSERS = "the slower ones are freed at once"


class Ringing(Family):
    """Looks at every reservation, pick-up and lost offer."""

    def __init__(self, truth: Truth, objections: Objections) -> None:
        super().__init__(truth, objections)
        self._picked_up: list[CallerNow] = []
        self._lost: dict[str, str] = {}

    def before(self, what: object) -> None:
        match what:
            case log.Reserved():
                caller = self.truth.callers[what.call_id]
                if caller.visit is not None:
                    self._may_ring(what, caller)
            case events.OfferLost():
                self._lost[what.agent_id] = what.offer_id
                visit = self.truth.callers[what.call_id].visit
                if what.reason == "picked_up_elsewhere":
                    self.expect(
                        LOSERS,
                        f"{what.offer_id} is lost to nobody",
                        holds=visit is not None and visit.picked_up_at == self.truth.now,
                    )
            case events.OfferMade():
                visit = self.truth.callers[what.call_id].visit
                self.expect(
                    RING,
                    f"{what.agent_id} is rung for {what.call_id}, who has been picked up",
                    holds=visit is not None and visit.picked_up_at is None,
                )
            case _:
                pass

    def after(self, what: object) -> None:
        if isinstance(what, events.AgentPickedUp):
            self._picked_up.append(self.truth.callers[what.call_id])

    def _may_ring(self, made: log.Reserved, caller: CallerNow) -> None:
        visit, line = caller.visit, self.truth.queues[made.queue].line
        assert visit is not None
        open_count = len(visit.offers) + 1
        allowed = rings_at_most(visit, line, self.truth.now) if line.rings_many else 1
        self.expect(
            RING,
            f"{open_count} phones for {made.call_id} in {made.queue}, {allowed} may",
            holds=open_count <= allowed,
        )

    def passed(self, start: int, end: int) -> None:
        for caller in self._picked_up:
            visit = caller.visit
            self.expect(
                LOSERS,
                f"{caller.call_id} has been picked up, and others ring on",
                holds=visit is None or len(visit.offers) <= 1,
            )
        for agent_id, offer_id in self._lost.items():
            self.expect(
                LOSERS,
                f"{agent_id} is held by the lost offer {offer_id}",
                holds=self.truth.agents[agent_id].offer_id != offer_id,
            )
        self._picked_up.clear()
        self._lost.clear()
