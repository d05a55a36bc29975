"""Why a caller was offered to whom, why not to others, and why to nobody now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain import skills
from callcore.domain.ids import AgentId, CallId, LegId
from callcore.domain.policies import (
    SitePolicy,
    SkillStep,
    StickyPolicy,
    Strategy,
    Tier,
    TierPolicy,
)
from callcore.domain.records import CallStory, DecisionRecord
from callcore.domain.routing import Verdict
from callcore.ports.operations import NotReadyError, UnknownCallError
from callcore.ports.stores import Post, StoreUnavailableError
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT, Phone
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TESTED, TestFloor
from tests.flows.stories import (
    agent_of,
    arrive,
    come,
    decision_of,
    end_talk,
    leg_of,
    pick_up,
    queue_of,
    record_of,
    start_break,
    verdicts,
    who_talks_with,
)

TEAM = (ANN, BOB, CLEO)


def in_positions(policy: SitePolicy, *order: AgentId) -> SitePolicy:
    """The site with its agents in that order."""
    for number, agent_id in enumerate(order):
        tiers = {SUPPORT: Tier(position=number + 1)}
        policy = agent_of(agent_id, policy, tiers=tiers)
    return policy


def explained(floor: TestFloor, caller: LegId) -> tuple[DecisionRecord, ...]:
    """The decisions for a call so far."""
    return floor.worker.operating.explain(CallId(caller)).decisions


def ended(floor: TestFloor, caller: LegId) -> tuple[DecisionRecord, ...]:
    """The decisions in the record of a call that ends now."""
    floor.switch.end(caller)
    settle()
    return record_of(floor, caller).decisions


class TestEveryOfferHasADecision:
    """Kept with the record, one for each phone that was called."""

    def test_with_all_that_counted(self) -> None:
        """When, why, after which wait and by which rules."""
        steps = (SkillStep(after_seconds=0, rule=skills.parse("billing >= 2")),)
        policy = queue_of(skills=steps, tiers=TierPolicy(relax_after_seconds=30), priority=3)
        policy = agent_of(ANN, policy, skills={"billing": 2, "russian": 1})
        floor = TestFloor(policy)
        caller = arrive(floor, skills="russian", own_priority="2")
        floor.clock.advance(12)
        come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN
        (decision,) = ended(floor, caller)
        assert (decision.agent_id, decision.queue, decision.trigger) == (ANN, SUPPORT, "agent_free")
        assert decision.waited_seconds == pytest.approx(12, abs=0.01)
        assert (decision.priority, decision.strategy) == (5, Strategy.LONGEST_IDLE)
        assert (decision.open_level, decision.skill_rule) == (1, "billing >= 2 and russian")

    def test_offers_that_were_lost_too(self) -> None:
        """Each with the trigger that led to it, in order."""
        floor = TestFloor(queue_of(ring_timeout_seconds=5))
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(1)
        come(floor, BOB)
        floor.clock.advance(10)
        decisions = ended(floor, caller)
        record = record_of(floor, caller)
        assert [each.offer_id for each in record.offers] == [each.offer_id for each in decisions]
        assert [each.agent_id for each in decisions] == [ANN, BOB]
        assert decisions[0].trigger == "caller_joined"

    def test_a_relaxation_is_called_one(self) -> None:
        """A level opened: neither a caller nor an agent came."""
        policy = queue_of(tiers=TierPolicy(relax_after_seconds=10))
        policy = agent_of(BOB, policy, tiers={SUPPORT: Tier(level=2)})
        floor = TestFloor(policy)
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(3)
        come(floor, BOB)
        caller = floor.call_in()
        floor.clock.advance(11)
        (decision,) = explained(floor, caller)
        assert (decision.trigger, decision.open_level) == ("relaxation", 2)

    @pytest.mark.parametrize("strategy", [Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY])
    def test_of_several_phones_at_once(self, strategy: Strategy) -> None:
        """One decision each; the others rang already or were chosen beside."""
        policy = queue_of(strategy=strategy, ring_more_after_seconds=3)
        floor = TestFloor(in_positions(policy, *TEAM))
        floor.log_in(*TEAM, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(7)
        decisions = explained(floor, caller)
        assert [each.agent_id for each in decisions] == list(TEAM)
        first = verdicts(decisions[0])
        if strategy is Strategy.RING_ALL:
            assert first == {BOB: Verdict.CHOSEN, CLEO: Verdict.CHOSEN}
        else:
            assert first == {BOB: Verdict.RANKED_LATER, CLEO: Verdict.RANKED_LATER}
            assert decisions[2].not_free == {"ringing": (ANN, BOB)}
        assert decisions[0].decided_at <= decisions[1].decided_at

    def test_of_calls_that_were_served_and_sent_back(self) -> None:
        """All visits' decisions in one record."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.switch.blind_transfer(leg_of(floor, ANN))
        come(floor, CLEO)
        floor.switch.park_again(caller, "8002", queue="")
        floor.clock.advance(3)
        decisions = ended(floor, caller)
        assert [(each.queue, each.agent_id) for each in decisions] == [
            (SUPPORT, ANN),
            (SALES, CLEO),
        ]
        record = record_of(floor, caller)
        for offer in record.offers:
            assert decision_of(record, offer.offer_id).agent_id == offer.agent_id


class TestPassedOver:
    """What was found of those who were free and not asked."""

    @staticmethod
    def verdict(policy: SitePolicy, of: AgentId = BOB, **wishes: str) -> tuple[str, str]:
        """Of an agent who is free as a caller is offered to another."""
        floor = TestFloor(policy)
        come(floor, *TEAM)
        caller = arrive(floor, **wishes)
        (decision,) = explained(floor, caller)
        (found,) = [each for each in decision.passed_over if each.agent_id == of]
        return found.verdict, found.detail

    def test_ranked_later(self) -> None:
        """The number in the order, and by what."""
        policy = in_positions(queue_of(strategy=Strategy.SEQUENTIAL), ANN, CLEO, BOB)
        assert self.verdict(policy) == (Verdict.RANKED_LATER, "number 3 by sequential")

    def test_level_closed(self) -> None:
        """When it would have been open."""
        policy = queue_of(tiers=TierPolicy(relax_after_seconds=30))
        policy = agent_of(BOB, policy, tiers={SUPPORT: Tier(level=2)})
        assert self.verdict(policy) == (Verdict.LEVEL_CLOSED, "level 2 opens after 30 s")

    def test_lacks_skill(self) -> None:
        """The part that is not met."""
        policy = agent_of(ANN, ROOMY, skills={"russian": 60, "tax": 1})
        policy = agent_of(BOB, policy, skills={"russian": 50, "tax": 1})
        found = self.verdict(policy, skills="tax and russian >= 60")
        assert found == (Verdict.LACKS_SKILL, "russian >= 60")

    def test_kept_for_the_sticky_agent(self) -> None:
        """For whom and how long."""
        policy = queue_of(sticky=StickyPolicy(wait_seconds=30), wrap_up_seconds=0)
        floor = TestFloor(policy)
        come(floor, ANN)
        first = floor.call_in(number="+48600700800")
        floor.clock.advance(3)
        floor.switch.end(first)
        floor.clock.advance(1)
        come(floor, BOB)
        caller = floor.call_in(number="+48600700800")
        (decision,) = explained(floor, caller)
        assert (decision.agent_id, decision.is_sticky) == (ANN, True)
        (found,) = decision.passed_over
        assert (found.agent_id, found.verdict) == (BOB, Verdict.KEPT_FOR_STICKY)
        assert found.detail == f"waits for {ANN} until 30 s"

    def test_tried_before(self) -> None:
        """Going down from the top."""
        policy = queue_of(
            strategy=Strategy.TOP_DOWN, retry_after_miss_seconds=1, ring_timeout_seconds=3
        )
        floor = TestFloor(in_positions(policy, *TEAM))
        floor.log_in(*TEAM, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(7)
        _, second, third = explained(floor, caller)
        assert verdicts(second) == {CLEO: Verdict.RANKED_LATER}
        assert verdicts(third) == {ANN: Verdict.TRIED_BEFORE}

    def test_rings_already(self) -> None:
        """Of a search while phones ring: an agent who is rung is no longer free."""
        policy = in_positions(queue_of(strategy=Strategy.RING_ALL), *TEAM)
        floor = TestFloor(policy)
        floor.log_in(ANN, BOB, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        come(floor, CLEO)
        settle()
        third = explained(floor, caller)[2]
        assert (third.agent_id, third.passed_over) == (CLEO, ())
        assert third.not_free == {"ringing": (ANN, BOB)}


class TestNotFree:
    """Those who could not be asked, by what they were doing."""

    def test_by_state(self) -> None:
        """Talking, wrapping up, on a break, logged out, resting: a moment after the decision."""
        ids = [AgentId(f"20{number:02}") for number in range(5)]
        extra = {
            agent_id: replace(
                ROOMY.agents[ANN], agent_id=agent_id, name=agent_id, contact=f"user/{agent_id}@t"
            )
            for agent_id in ids
        }
        talking, wrapping, on_break, logged_out, resting = ids
        agents = {ANN: ROOMY.agents[ANN], **extra}
        floor = TestFloor(replace(ROOMY, agents=agents))
        come(floor, talking)
        floor.call_in()
        floor.clock.advance(3)
        floor.switch.phones[f"user/{resting}@t"] = Phone(
            answers_after_seconds=None, fails_with="CALL_REJECTED"
        )
        come(floor, on_break)
        start_break(floor, on_break)
        come(floor, wrapping)
        over = floor.call_in()
        floor.clock.advance(3)
        assert who_talks_with(floor, over) == wrapping
        floor.switch.end(over)
        caller = floor.call_in()
        come(floor, resting)
        floor.clock.advance(1)
        come(floor, ANN)
        floor.clock.advance(1)
        decision = explained(floor, caller)[-1]
        assert decision.agent_id == ANN
        assert decision.not_free == {
            "talking": (talking,),
            "wrapping_up": (wrapping,),
            "on_break": (on_break,),
            "logged_out": (logged_out,),
            "resting": (resting,),
        }

    def test_free_and_not_asked(self) -> None:
        """One is on a call of their own, one serves other queues today: told apart from a rest."""
        floor = TestFloor(ROOMY)
        come(floor, BOB)
        come(floor, CLEO)
        floor.switch.dial(ROOMY.agents[BOB].contact)
        settle()
        floor.store.roster.enrol(CLEO, [Post(queue=SALES)], "Cleo", chosen=[SALES])
        caller = floor.call_in()
        come(floor, ANN)
        floor.clock.advance(1)
        (decision,) = explained(floor, caller)
        assert decision.not_free == {"outside_call": (BOB,), "other_queues": (CLEO,)}

    def test_unknown_without_redis(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The offer does not wait for it."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        fail_once(monkeypatch, floor.store.roster, "doings", happens=False)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN
        (decision,) = ended(floor, caller)
        assert decision.not_free == {}


class TestExplain:
    """Asked by an operator."""

    def test_a_caller_who_waits(self) -> None:
        """Where, with what rules, and why each agent is not asked."""
        policy = queue_of(tiers=TierPolicy(relax_after_seconds=60))
        policy = agent_of(ANN, policy, skills={"russian": 9})
        policy = agent_of(CLEO, policy, skills={"russian": 9}, tiers={SUPPORT: Tier(level=2)})
        floor = TestFloor(policy)
        come(floor, *TEAM)
        start_break(floor, ANN)
        caller = arrive(floor, skills="russian")
        floor.clock.advance(5)
        told = floor.worker.operating.explain(CallId(caller))
        assert told.decisions == ()
        assert told.waiting is not None
        assert (told.waiting.position, told.waiting.open_level) == (1, 1)
        assert told.waiting.skill_rule == "russian"
        found = {each.agent_id: (each.verdict, each.detail) for each in told.judgements}
        assert found == {
            BOB: (Verdict.LACKS_SKILL, "russian"),
            CLEO: (Verdict.LEVEL_CLOSED, "level 2 opens after 60 s"),
        }
        assert told.not_free == ((ANN, "on_break"),)

    def test_a_caller_whose_phone_rings(self) -> None:
        """With whom, and the decision for it."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(1)
        told = floor.worker.operating.explain(CallId(caller))
        assert told.waiting is not None
        assert told.waiting.offered_to == (ANN,)
        assert [each.agent_id for each in told.decisions] == [ANN]
        assert dict(told.not_free) == {ANN: "ringing", BOB: "logged_out", CLEO: "logged_out"}

    def test_a_call_that_talks(self) -> None:
        """No longer waiting: how it came to this."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        told = floor.worker.operating.explain(CallId(caller))
        assert (told.waiting, told.judgements, told.not_free) == (None, (), ())
        assert [each.agent_id for each in told.decisions] == [ANN]

    def test_a_call_that_has_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Looked up in the records."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        kept = {CallId(caller): CallStory(decisions=ended(floor, caller), language="pl")}
        monkeypatch.setattr(floor.worker.operating, "_past_stories", kept.get)
        told = floor.worker.operating.explain(CallId(caller))
        assert told.waiting is None
        assert (told.decisions, told.language) == (kept[CallId(caller)].decisions, "pl")
        with pytest.raises(UnknownCallError, match="c0ffee"):
            floor.worker.operating.explain(CallId("c0ffee"))

    def test_an_adopted_call_that_talks(self) -> None:
        """What the dead process knew of it is gone: nothing is said, nothing invented."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.restart()
        assert floor.worker.operating.explain(CallId(caller)).decisions == ()
        end_talk(floor, ANN)
        assert record_of(floor, caller).decisions == ()

    def test_records_that_are_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not the same as a call nobody knows."""
        floor = TestFloor(ROOMY)

        def away(_: CallId) -> Any:
            raise StoreUnavailableError

        monkeypatch.setattr(floor.worker.operating, "_past_stories", away)
        with pytest.raises(NotReadyError):
            floor.worker.operating.explain(CallId("c0ffee"))

    def test_an_agent_let_go_again_leaves_no_decision(self) -> None:
        """Reserved as another picked up: was never rung, and no offer is told of."""
        floor = TestFloor(in_positions(queue_of(strategy=Strategy.RING_ALL), *TEAM))
        floor.log_in(ANN, BOB, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        pick_up(floor, ANN)
        floor.store.roster.log_in(CLEO, "by hand", TESTED)
        floor.worker.crew.dispatcher.agent_free(CLEO, floor.clock.now())
        floor.clock.advance(0.5)
        assert who_talks_with(floor, caller) == ANN
        decisions = ended(floor, caller)
        offers = record_of(floor, caller).offers
        assert [each.offer_id for each in decisions] == [each.offer_id for each in offers]
