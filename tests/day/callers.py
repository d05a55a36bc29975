"""Those who call: how many and when, how patient, what they press, whether they ring back."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from callcore.domain.events import (
    AgentPickedUp,
    CallerJoined,
    CallSentOn,
    Fact,
    LegsBridged,
    MenuAnswered,
)
from callcore.domain.ids import LegId
from tests.day import log
from tests.day.floor import DayFloor

CALLS_PER_HOUR = {
    "8000": 106,
    "8001": 294,
    "8002": 139,
    "8003": 155,
    "8004": 114,
    "8005": 98,
    "8006": 123,
    "8007": 139,
    "8008": 155,
    "8009": 90,
    "8010": 21,
    "8011": 109,
    "8012": 57,
    "8013": 32,
    "8999": 3,
}
"""By dialled number with the whole roster at work; nobody has the last one."""
PROFILE = (
    (7.5, 0.1),
    (8.0, 0.5),
    (9.5, 1.0),
    (11.5, 1.0),
    (12.5, 1.8),
    (13.5, 1.1),
    (17.0, 0.9),
    (20.0, 0.2),
)
"""Local hour of the day, and how much of that comes then."""
BUSIEST = max(share for _, share in PROFILE)

REGULARS = 700
FEW_REGULARS = 12
KNOWN_BY_NAME = "8004"
"""Where the same few people call again and again."""
LISTED = ("+48600100001", "0048 600 100 002", "+48600100003", "+4930100001", "+4930100002",
          "+48600100009", "004930100004")  # fmt: skip
WITHHELD = ("", "anonymous", "0000000000", "266696687")
EXIT_KEYS = {"support": "*", "orders": "#"}
MENU_KEYS = ("1", "1", "1", "1", "2", "2", "2", "3", "3", "4", "9", "7", "")

MEAN_TALK_SECONDS = 215.0
LONGEST_TALK_SECONDS = 900.0
MEAN_PATIENCES_SECONDS = (60.0, 150.0, 500.0)
LONGEST_PATIENCE_SECONDS = 900.0
SOON_GONE_SECONDS = 4.0


@dataclass(frozen=True)
class Habit:
    """What the same person does again when ringing back."""

    number: str
    dialled: str
    times: int = 1


def share_at(local_hour: float) -> float:
    """How much of the busiest hour's calls come at a time of the day."""
    for (start, before), (end, after) in itertools.pairwise(PROFILE):
        if start <= local_hour < end:
            return before + (after - before) * (local_hour - start) / (end - start)
    return 0.0


class Callers:
    """The callers of ``floor``: that ``share`` of all who call on such a day."""

    def __init__(
        self,
        floor: DayFloor,
        chance: random.Random,
        *,
        share: float,
        local_hour: Callable[[], float],
        until_hour: float,
    ) -> None:
        self._floor = floor
        self._chance = chance
        self._share = share
        self._local_hour = local_hour
        self._until_hour = until_hour
        self._habits: dict[LegId, Habit] = {}
        self.count = 0
        floor.listeners.append(self._hear)

    def begin(self) -> None:
        """They begin to call."""
        for dialled in CALLS_PER_HOUR:
            self._plan_next(dialled)

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        self._floor.clock.after(seconds, act)

    def _plan_next(self, dialled: str) -> None:
        """A Poisson process of changing rate: some of those that come at the highest one."""
        per_second = CALLS_PER_HOUR[dialled] * self._share * BUSIEST / 3600

        def due() -> None:
            hour = self._local_hour()
            if hour >= self._until_hour:
                return
            if self._chance.random() * BUSIEST < share_at(hour):
                self._call(Habit(number=self._number(dialled), dialled=dialled))
            self._plan_next(dialled)

        self._after(self._chance.expovariate(per_second), due)

    def _number(self, dialled: str) -> str:
        kind = self._chance.random()
        if kind < 0.08:
            return self._chance.choice(WITHHELD)
        if kind < 0.18:
            return self._chance.choice(LISTED)
        regulars = FEW_REGULARS if dialled == KNOWN_BY_NAME else REGULARS
        return f"+4822{self._chance.randrange(regulars):07d}"

    def _call(self, habit: Habit) -> None:
        shard = self._chance.choice("0123456789abcdef")
        caller = self._floor.switch.call_in(habit.dialled, number=habit.number, digit=shard)
        self.count += 1
        self._habits[caller] = habit
        self._be_patient(caller)
        if habit.dialled == "8000":
            self._answer_menu(caller)

    def _be_patient(self, caller: LegId) -> None:
        if self._chance.random() < 0.04:
            patience = self._chance.uniform(0.01, SOON_GONE_SECONDS)
        else:
            mean = self._chance.choice(MEAN_PATIENCES_SECONDS)
            patience = self._chance.expovariate(1 / mean)
        self._after(min(patience, LONGEST_PATIENCE_SECONDS), lambda: self._lose_patience(caller))

    def _lose_patience(self, caller: LegId) -> None:
        leg = self._floor.switch.legs_by_id.get(caller)
        if leg is None or leg.bridged_to is not None or leg.is_ending:
            return
        is_elsewhere = "transferred_to" in leg.variables
        self._hang_up(caller)
        habit = self._habits[caller]
        if not is_elsewhere and habit.times < 3 and self._chance.random() < 0.5:
            again = Habit(number=habit.number, dialled=habit.dialled, times=habit.times + 1)
            self._after(self._chance.uniform(3, 150), lambda: self._call(again))

    def _hang_up(self, caller: LegId) -> None:
        self._floor.note(log.HungUp(call_id=caller, by="caller"))
        self._floor.switch.end(caller)

    def _hear(self, fact: Fact) -> None:
        match fact:
            case LegsBridged(call_id=call_id):
                self._talk(LegId(call_id))
            case AgentPickedUp(call_id=call_id, offer_id=offer_id):
                if self._chance.random() < 0.01:
                    self._vanish(offer_id)
            case CallerJoined(call_id=call_id, queue=queue) if queue in EXIT_KEYS:
                if self._chance.random() < 0.08:
                    key = self._chance.choice((EXIT_KEYS[queue], EXIT_KEYS[queue], "5"))
                    self._press_later(LegId(call_id), key, self._chance.expovariate(1 / 30))
            case CallSentOn(call_id=call_id, to=to) | MenuAnswered(call_id=call_id, to=to) if (
                to.startswith("menu:")
            ):
                self._answer_menu(LegId(call_id))
            case _:
                pass

    def _answer_menu(self, caller: LegId) -> None:
        key = self._chance.choice(MENU_KEYS)
        if key:
            self._press_later(caller, key, self._chance.uniform(0.3, 8))

    def _press_later(self, caller: LegId, key: str, seconds: float) -> None:
        def press() -> None:
            if self._floor.is_on_the_line(caller) and not self._floor.is_talking(caller):
                self._floor.note(log.Pressed(call_id=caller, key=key))
                self._floor.switch.press(caller, key)

        self._after(seconds, press)

    def _vanish(self, offer_id: str) -> None:
        """The agent's phone hangs up the moment it was picked up."""
        switch = self._floor.switch
        legs = [
            leg_id
            for leg_id, leg in switch.legs_by_id.items()
            if leg.variables.get("callcore_offer") == offer_id and not leg.is_inbound
        ]
        for leg_id in legs:
            self._after(0.01, partial(switch.end, leg_id))

    def _talk(self, caller: LegId) -> None:
        agent = self._floor.switch.legs_by_id[caller].bridged_to
        assert agent is not None
        seconds = min(2 + self._chance.expovariate(1 / MEAN_TALK_SECONDS), LONGEST_TALK_SECONDS)
        ends = self._chance.random()
        if self._chance.random() < 0.05:
            self._after(seconds * 0.3, lambda: self._floor.switch.hold(agent))
            self._after(seconds * 0.6, lambda: self._floor.switch.unhold(agent))
        if ends < 0.03:
            self._after(seconds, lambda: self._send_elsewhere(caller, agent))
        elif ends < 0.4:
            self._after(seconds, lambda: self._end_by_agent(caller, agent))
        else:
            self._after(seconds, lambda: self._end_by_caller(caller))

    def _end_by_caller(self, caller: LegId) -> None:
        if self._floor.is_talking(caller):
            self._hang_up(caller)

    def _end_by_agent(self, caller: LegId, agent: LegId) -> None:
        if self._floor.is_on_the_line(agent):
            self._floor.note(log.HungUp(call_id=caller, by="agent"))
            self._floor.switch.end(agent)

    def _send_elsewhere(self, caller: LegId, agent: LegId) -> None:
        """To another number of ours, through the dialplan."""
        if not self._floor.is_on_the_line(agent):
            return
        dialled = self._chance.choice(("8001", "8003", "8011", "8000"))
        self._floor.switch.blind_transfer(agent, dialled)
        self._habits[caller] = Habit(number=self._habits[caller].number, dialled=dialled)

        def park() -> None:
            if self._floor.is_on_the_line(caller):
                self._floor.note(log.SentBack(call_id=caller, dialled=dialled))
                self._floor.switch.park_again(caller, dialled)
                self._be_patient(caller)
                if dialled == "8000":
                    self._answer_menu(caller)

        self._after(0.3, park)
