"""Every offer can be explained: its decision tells what was true."""

from __future__ import annotations

import re
from collections import defaultdict

from callcore.domain import events
from callcore.domain.records import CallRecord, DecisionRecord, PassedOver
from tests.day import log
from tests.day.checking.centre import meets
from tests.day.checking.eligibility import (
    RACE,
    asking_key,
    open_level,
    possible_againsts,
    possible_priorities,
)
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.state import AgentNow, CallerNow, QueueNow
from tests.day.checking.truth import Truth

TOLD = "decision explained"
PASSED_OVER = "those passed over"
NOT_FREE = "those not free"
SHOWN = "shown to operators"

LOOKED_AT = 10
"""So many free agents are looked at, at least."""
MOST_NOT_FREE = 200


class Explanations(Family):
    """Compares each decision with the floor of its instant."""

    def __init__(
        self, truth: Truth, objections: Objections, records: dict[str, CallRecord]
    ) -> None:
        super().__init__(truth, objections)
        self._decisions: dict[str, DecisionRecord] = {}
        for record in records.values():
            offers = [offer.offer_id for offer in record.offers]
            decided = [decision.offer_id for decision in record.decisions]
            self.expect(TOLD, f"{record.call_id}: {offers}, {decided}", holds=offers == decided)
            self._decisions |= {one.offer_id: one for one in record.decisions}
        self._states: defaultdict[str, set[str]] = defaultdict(set)
        """By agent: what each has been in this instant."""
        self._doubtful: list[tuple[PassedOver, CallerNow, QueueNow]] = []
        self._told: list[DecisionRecord] = []
        self._asked_now: dict[str, set[str]] = defaultdict(set)

    def before(self, what: object) -> None:
        match what:
            case log.Reserved():
                self._asked_now[what.call_id].add(what.agent_id)
                decision = self._decisions.get(what.offer_id)
                caller = self.truth.callers[what.call_id]
                if decision is not None and caller.visit is not None:
                    self._explains(decision, what, caller)
                    self._told.append(decision)
            case events.AgentChanged():
                self._states[what.agent_id].add(self._word(what.agent_id))
            case log.WaitingSeen():
                self._shows(what)
            case _:
                pass

    def _word(self, agent_id: str) -> str:
        """What an agent does, as explanations call it who is not among the free ones."""
        state = self.truth.agents[agent_id].state
        return "resting" if state == "available" else state

    def _explains(self, told: DecisionRecord, made: log.Reserved, caller: CallerNow) -> None:
        truth, queue, visit = self.truth, self.truth.queues[made.queue], caller.visit
        assert visit is not None
        waited = (truth.now - visit.first_joined_at) / 1e6
        levels = {
            open_level(queue.line, visit, staffed, truth.now)
            for staffed in (queue.staffed, queue.staffed_before)
        }
        facts = {
            "who": (told.queue, told.agent_id) == (made.queue, made.agent_id),
            "when": told.decided_at == truth.now,
            "waited": abs(told.waited_seconds - waited) < 1e-6,
            "priority": told.priority in possible_priorities(caller, queue, truth.now),
            "sticky": told.is_sticky == (visit.sticky_agent == made.agent_id),
            "strategy": told.strategy == queue.line.strategy,
            "trigger": told.trigger in {"caller_joined", "agent_free", "relaxation"},
            "level": told.open_level in levels,
            "rule": self._means_the_same(told.skill_rule, caller, queue),
        }
        wrong = [name for name, holds in facts.items() if not holds]
        self.expect(TOLD, f"{wrong} of {told}", holds=not wrong)
        self._doubtful += [
            (passed, caller, queue)
            for passed in told.passed_over
            if not self._fits(passed, caller, queue)
        ]
        self._in_order(told, queue)
        self._complete(told, queue)

    def _means_the_same(self, rule: str, caller: CallerNow, queue: QueueNow) -> bool:
        """Does the rule told let the same agents in?"""
        rules = caller.rules_now(queue.line, self.truth.now)
        return all(
            meets(member, rule) == all(meets(member, one) for one in rules)
            for member in queue.line.members.values()
        )

    def _fits(self, passed: PassedOver, caller: CallerNow, queue: QueueNow) -> bool:
        """Is it true now, what is told of a free agent who was not asked?"""
        truth, agent = self.truth, self.truth.agents[passed.agent_id]
        if passed.agent_id in self._asked_now[caller.call_id]:
            # Asked for the same caller in the same instant, before or after.
            return passed.verdict in {"chosen", "ranked_later", "tried_before"}
        if caller.visit is None or not agent.is_free(truth.now):
            return False
        if passed.verdict == "chosen":
            return queue.line.rings_many
        meant = {"ranked_later": "", "tried_before": ""}.get(passed.verdict, passed.verdict)
        return meant in possible_againsts(caller, queue, agent, truth.now)

    def _in_order(self, told: DecisionRecord, queue: QueueNow) -> None:
        """Those who come later are told with their place in the order."""
        before, before_key = 0, None
        holds = True
        for passed in told.passed_over:
            number = re.match(r"number (\d+) ", passed.detail)
            if number is None:
                continue
            place, key = int(number.group(1)), asking_key(queue, self.truth.agents[passed.agent_id])
            # Those who were judged later are counted from the beginning again.
            if before_key is not None and place > before:
                holds = holds and before_key <= key
            before, before_key = place, key
        self.expect(PASSED_OVER, f"order of {told.passed_over}", holds=holds)

    def _complete(self, told: DecisionRecord, queue: QueueNow) -> None:
        """Every free agent who was looked at is told of, and every other agent by state."""
        free: list[AgentNow] = list(self.truth.free(queue, self.truth.now - RACE))
        named = {passed.agent_id for passed in told.passed_over}
        if told.trigger != "agent_free":
            self.expect(
                PASSED_OVER,
                f"{queue.line.name}: {len(named)} named of {len(free)} free",
                holds=len(named) + 1 >= min(len(free), LOOKED_AT),
            )
        others = {agent_id for ids in told.not_free.values() for agent_id in ids}
        everybody = set(queue.line.members)
        self.expect(
            NOT_FREE,
            f"{told.offer_id}: nothing told of {sorted(everybody - named - others)}",
            holds=named.isdisjoint(others)
            and named | others | {told.agent_id} == everybody
            and told.agent_id not in named | others,
        )

    def passed(self, start: int, end: int) -> None:
        for passed, caller, queue in self._doubtful:
            # Those who were not looked at for the decision are judged a moment after it.
            self.expect(
                PASSED_OVER,
                f"{queue.line.name}: {passed} for {caller.call_id}",
                holds=self._fits(passed, caller, queue),
            )
        self._doubtful.clear()
        for told in self._told:
            for state, ids in told.not_free.items():
                for agent_id in ids:
                    been = {*self._states[agent_id], self._word(agent_id)}
                    self.expect(
                        NOT_FREE, f"{agent_id} is told as {state}, was {been}", holds=state in been
                    )
        self._told.clear()
        self._states.clear()
        self._asked_now.clear()

    def _shows(self, seen: log.WaitingSeen) -> None:
        caller = self.truth.callers.get(seen.call_id)
        visit = caller.visit if caller is not None else None
        if caller is None or visit is None:
            self.expect(SHOWN, f"{seen} does not wait", holds=False)
            return
        queue, now = self.truth.queues[visit.queue], self.truth.now
        facts = {
            "queue": seen.queue == visit.queue,
            "priority": seen.priority in possible_priorities(caller, queue, now),
            "offers": set(seen.offered_to) == set(visit.offers.values()),
            "sticky": seen.sticky_agent == visit.sticky_agent,
            "level": seen.open_level == open_level(queue.line, visit, queue.staffed, now),
        }
        wrong = [name for name, holds in facts.items() if not holds]
        self.expect(SHOWN, f"{wrong} of {seen}", holds=not wrong)
