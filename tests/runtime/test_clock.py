"""The clock of a process keeps its lengths and its order when the machine's is set."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from shutil import which

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain.ids import MICROS_PER_SECOND
from callcore.runtime.clock import LEAST_MICROS, SLEW, SystemClock

HOUR = 3600 * MICROS_PER_SECOND


class Machine:
    """A machine's two clocks."""

    def __init__(self) -> None:
        self.up = 50 * HOUR
        self.shown = 500_000 * HOUR

    def passes(self, micros: int) -> None:
        """Both go on."""
        self.up += micros
        self.shown += micros

    def clock(self) -> SystemClock:
        """A process's clock on this machine."""
        return SystemClock(lambda: self.shown, lambda: self.up)


@pytest.mark.parametrize("step", [HOUR, -HOUR, 2 * MICROS_PER_SECOND, -365 * 24 * HOUR])
def test_a_step_of_the_wall_clock_changes_no_length(step: int) -> None:
    """What takes ten minutes takes ten minutes, but for one part in a hundred."""
    machine = Machine()
    clock = machine.clock()
    began = clock.now()
    for _ in range(600):
        machine.passes(MICROS_PER_SECOND // 2)
        clock.now()
        machine.passes(MICROS_PER_SECOND // 2)
        machine.shown += step
        step = 0
    lasted = clock.now() - began
    assert abs(lasted - 600 * MICROS_PER_SECOND) <= 600 * MICROS_PER_SECOND // SLEW


def test_the_wall_clock_is_caught_up_with() -> None:
    """A second in a hundred, and then it is the same again, in both directions."""
    for step in (MICROS_PER_SECOND, -MICROS_PER_SECOND):
        machine = Machine()
        clock = machine.clock()
        machine.shown += step
        machine.passes(MICROS_PER_SECOND)
        clock.now()
        assert clock.behind_seconds == pytest.approx(step / MICROS_PER_SECOND, abs=0.02)
        for _ in range(102):
            machine.passes(MICROS_PER_SECOND)
            clock.now()
        assert abs(clock.now() - machine.shown) < LEAST_MICROS
        assert clock.behind_seconds == 0


@given(
    moves=st.lists(
        st.tuples(st.integers(0, 30 * MICROS_PER_SECOND), st.integers(-2 * HOUR, 2 * HOUR)),
        max_size=60,
    )
)
def test_time_never_goes_back(moves: list[tuple[int, int]]) -> None:
    """However often the wall clock is set: a newcomer is never earlier than who came before."""
    machine = Machine()
    clock = machine.clock()
    told = [clock.now()]
    for passed, step in moves:
        machine.passes(passed)
        told.append(clock.now())
        machine.shown += step
        told.append(clock.now())
    assert all(earlier <= later for earlier, later in itertools.pairwise(told))


def test_sleep_of_the_machine_is_time_that_has_passed() -> None:
    """A process that was stopped for 20 s, or whose machine slept, knows that 20 s have gone."""
    machine = Machine()
    clock = machine.clock()
    before = clock.now()
    machine.passes(20 * MICROS_PER_SECOND)
    assert clock.now() - before == 20 * MICROS_PER_SECOND


def test_the_next_process_goes_on_with_the_time_of_the_last() -> None:
    """Begun after the step, it has the instants of the process before, and makes up as that did."""
    machine = Machine()
    first = machine.clock()
    machine.passes(10 * MICROS_PER_SECOND)
    first.now()
    machine.shown += HOUR
    machine.passes(10 * MICROS_PER_SECOND)
    first.now()
    second = machine.clock()
    second.go_on_from(first.began_at)
    assert second.now() == first.now()
    assert second.behind_seconds == pytest.approx(3600, abs=0.2)


def test_a_timer_is_never_early() -> None:
    """Also one that is started late in a turn of the loop."""
    clock = SystemClock()
    fired: list[int] = []
    until = clock.now() + 60_000
    while clock.now() < until:
        pass
    began = clock.now()
    clock.after(0.03, lambda: fired.append(clock.now()))
    with gevent.Timeout(5):
        while not fired:
            gevent.sleep(0.005)
    assert fired[0] - began >= 29_000


STEPPING = """
#define _GNU_SOURCE
#include <time.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
static long ahead = 0;
void step(long seconds) { ahead += seconds; }
int clock_gettime(clockid_t id, struct timespec *told) {
    int failed = syscall(SYS_clock_gettime, id, told);
    if (!failed && id == CLOCK_REALTIME) told->tv_sec += ahead;
    return failed;
}
int gettimeofday(struct timeval *told, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""

STEPPED = """
import ctypes, sys, time
import gevent
from callcore.runtime.clock import SystemClock
step = ctypes.CDLL(sys.argv[1]).step
step.argtypes = [ctypes.c_long]
clock = SystemClock()
for seconds in (3600, -7200, 3600):
    began, shown, fired = time.monotonic(), time.time(), []
    clock.after(0.4, lambda: fired.append(time.monotonic() - began))
    at = clock.now()
    gevent.sleep(0.1)
    step(seconds)
    clock.after(0.1, lambda: fired.append(time.monotonic() - began))
    gevent.sleep(0.15)
    assert abs(time.time() - shown - seconds) < 60, "the wall clock was not set"
    assert len(fired) == 1, fired
    gevent.sleep(0.35)
    assert len(fired) == 2 and 0.2 <= fired[0] and 0.4 <= fired[1] < 5, fired
    assert 550_000 < clock.now() - at < 30_000_000, clock.now() - at
"""


@pytest.mark.chaos
@pytest.mark.skipif(which("cc") is None, reason="needs a C compiler for a clock that can be set")
def test_timers_of_a_real_loop_do_not_hear_of_a_step(tmp_path: Path) -> None:
    """An hour forward and two back under a real event loop: no timer fires early or late."""
    source, library = tmp_path / "stepping.c", tmp_path / "stepping.so"
    source.write_text(STEPPING, encoding="utf-8")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True, timeout=60)
    subprocess.run(
        [sys.executable, "-c", STEPPED, library],
        check=True,
        timeout=60,
        env={"LD_PRELOAD": str(library)},
    )
