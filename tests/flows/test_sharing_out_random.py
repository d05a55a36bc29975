"""Whatever befalls several workers, none acts on what is another's, and all is shared out after."""

from __future__ import annotations

import random

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.sharding import DIGITS, DUTIES, Duty, Shard
from callcore.runtime.greenlets import spawn
from tests.flows.sharing_team import FS1, FS2, Process, Team

NAMES = "1234"
TURNS_COUNT = 40
QUIET_SECONDS = 25.0


class Turmoil:
    """What may happen to a team."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.team = Team()
        self.by_name: dict[str, Process] = {name: self.team.start(name) for name in NAMES[:3]}
        self.acts = [
            *(self.stop, self.go_on, self.kill, self.kill_with_word, self.start, self.start),
            *(self.cut_off, self.join_up, self.leave, self.redis_away, self.redis_back),
            *(self.lose_link, self.restore_link, self.restart_node, self.set_clock, self.lose_data),
        ]

    def living(self) -> list[Process]:
        return [process for process in self.by_name.values() if not process.clock.is_dead]

    def any_living(self) -> Process | None:
        return self.dice.choice(self.living()) if self.living() else None

    def turn(self) -> None:
        self.dice.choice(self.acts)()
        self.team.advance(self.dice.choice([0.05, 0.3, 1.0, 2.0, 5.0]))

    def stop(self) -> None:
        if process := self.any_living():
            process.stop()

    def go_on(self) -> None:
        for process in self.living():
            if process.clock.is_stopped and self.dice.random() < 0.7:
                process.go_on()

    def kill(self) -> None:
        if process := self.any_living():
            process.die()

    def kill_with_word(self) -> None:
        if (process := self.any_living()) and not self.is_redis_away:
            process.die()
            self.team.floor.shards.end(process.name, process.life)

    def start(self) -> None:
        name = self.dice.choice(NAMES)
        known = self.by_name.get(name)
        if (known is None or known.clock.is_dead) and not self.is_redis_away:
            self.by_name[name] = self.team.start(name)

    def cut_off(self) -> None:
        if process := self.any_living():
            process.is_cut_off = True

    def join_up(self) -> None:
        for process in self.living():
            process.is_cut_off = process.is_cut_off and self.dice.random() < 0.3

    def leave(self) -> None:
        if (process := self.any_living()) and not process.clock.is_stopped:
            leaving = spawn("leave", process.sharing.leave, 3)
            self.team.advance(3.5)
            assert leaving.ready()
            process.sharing.end()
            process.die()

    is_redis_away = False

    def redis_away(self) -> None:
        self.team.floor.go_down()
        self.is_redis_away = True

    def redis_back(self) -> None:
        self.team.floor.come_up()
        self.is_redis_away = False

    def lose_link(self) -> None:
        if process := self.any_living():
            process.switches[self.dice.choice([FS1, FS2])].lose_link()

    def restore_link(self) -> None:
        for process in self.living():
            for switch in process.switches.values():
                if not switch.is_connected:
                    switch.restore_link()
                    process.sharing.hurry()

    def restart_node(self) -> None:
        if process := self.any_living():
            process.switches[self.dice.choice([FS1, FS2])].restore_link(is_restarted=True)
            process.sharing.hurry()
            self.restore_link()

    def set_clock(self) -> None:
        self.team.floor_clock.ahead_seconds += self.dice.choice([-3600, -2, 2, 3600])

    def lose_data(self) -> None:
        self.team.floor.lose_data()

    def calm_down(self) -> None:
        """Everything works again, with two workers at least."""
        self.redis_back()
        for process in self.living():
            process.is_cut_off = False
            if process.clock.is_stopped:
                process.go_on()
        self.restore_link()
        for name in NAMES[:2]:
            if name not in self.by_name or self.by_name[name].clock.is_dead:
                self.by_name[name] = self.team.start(name)
        self.team.advance(QUIET_SECONDS)


@pytest.mark.parametrize("number", [*range(4), 99, 495, 2469])
def test_random(number: int) -> None:
    """Stopped, killed, cut off, left, links and data lost, clocks set, in any order."""
    turmoil = Turmoil(random.Random(number))
    for _ in range(TURNS_COUNT):
        turmoil.turn()
    turmoil.calm_down()
    living = turmoil.living()
    assert turmoil.team.is_whole(*living)
    for process in living:
        assert process.followed == process.tenure.held.keys()
        assert process.digits(FS1) == process.digits(FS2) == process.digits(CALLBACKS)
    counts = [len(process.digits(FS1)) for process in living]
    assert sum(counts) == len(DIGITS)
    assert max(counts) - min(counts) <= 1
    assert sum(Shard(DUTIES, Duty.HISTORY) in process.followed for process in living) == 1
