"""A process among the workers of its site: its name, its share, its post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import gevent
import pytest
from gevent.event import Event

from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.observer import MetricsObserver
from callcore.bootstrap import colleagues
from callcore.bootstrap.colleagues import CountedPost, Settling
from callcore.bootstrap.instances import InstanceInUseError, Predecessor
from callcore.bootstrap.readiness import Readiness
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import ColleagueCame, ShardChange, ShardsChanged, ShardsTakenOver
from callcore.domain.ids import Micros, NodeName
from callcore.domain.sharding import DIGITS, DUTIES, Duty, Shard, WorkerId
from callcore.flows.tenure import Tenure

ONE, TWO = WorkerId("1"), WorkerId("2")
FS1, FS2 = NodeName("fs1"), NodeName("fs2")
AT = Micros(1_790_000_000_000_000)
OWN_LIFE = "0a0b"


class Leases:
    """Says which process lives under a name, one answer after the other, the last one for ever."""

    def __init__(self, *lives: str | None) -> None:
        self._lives = list(lives)

    def life_of(self, worker_id: WorkerId) -> str | None:
        assert worker_id == ONE
        return self._lives.pop(0) if len(self._lives) > 1 else self._lives[0]


class Post:
    """Keeps letters."""

    def __init__(self) -> None:
        self.inboxes: dict[WorkerId, list[bytes]] = {}

    def send(self, letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        for worker_id, several in letters.items():
            self.inboxes.setdefault(worker_id, []).extend(several)

    def receive(self, worker_id: WorkerId, wait_seconds: float) -> list[bytes]:
        assert wait_seconds == 5
        return self.inboxes.pop(worker_id, [])

    def empty(self, worker_id: WorkerId) -> None:
        self.inboxes.pop(worker_id, None)


def wait_for_name(leases: Leases, life: str | None = None, stop: Event | None = None) -> None:
    predecessor, event = Predecessor(life=life), stop or Event()
    colleagues.wait_for_name(leases, ONE, predecessor, OWN_LIFE, event)  # type: ignore[arg-type]  # of the port one method is used


class TestNames:
    @pytest.mark.parametrize(
        ("lives", "before"), [((None,), None), (("abcd",), "abcd"), ((OWN_LIFE,), "abcd")]
    )
    def test_a_name_that_is_free_is_taken_at_once(
        self, lives: tuple[str | None, ...], before: str | None
    ) -> None:
        """Nobody has it, or nobody but the process of these data that is dead, or this process
        itself, which begins once more because Redis was away for a moment.
        """
        with gevent.Timeout(0.1):
            wait_for_name(Leases(*lives), before)

    def test_the_lease_of_a_dead_process_of_other_data_ends(self) -> None:
        """It is waited for."""
        wait_for_name(Leases("abcd", "abcd", None), "ef01")

    def test_two_machines_cannot_have_one_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """They would take each other's calls again and again."""
        monkeypatch.setattr(colleagues, "NAMESAKE_SECONDS", 0.3)
        with pytest.raises(InstanceInUseError, match="is worker 1 of this site: give this one"):
            wait_for_name(Leases("abcd"))

    def test_a_stop_is_not_kept_waiting(self) -> None:
        """Whoever sees that the name was wrong need not wait to be told."""
        stop = Event()
        stop.set()
        with gevent.Timeout(1):
            wait_for_name(Leases("abcd"), stop=stop)


class TestSettling:
    def settling(self, *nodes: NodeName) -> tuple[Tenure, Settling, list[bool]]:
        tenure, told = Tenure(ONE, is_alone=False), []
        return tenure, Settling(tenure, nodes, lambda: told.append(True)), told

    def hold(self, tenure: Tenure, digits: str, *others: WorkerId) -> tuple[str, ...]:
        shards = [Shard(FS1, digit) for digit in digits]
        tenure.note(dict.fromkeys(shards, 1), {}, frozenset(others))
        return tuple(shard.name for shard in shards)

    def test_a_lone_worker_has_everything(self) -> None:
        """And tells it when all of it has been looked at, once."""
        tenure, settling, told = self.settling(FS1, FS2)
        names = (*self.hold(tenure, DIGITS), f"{CALLBACKS}:0", f"{DUTIES}:history")
        settling.observe(changed(ShardChange.GAINED, names))
        assert told == []
        settling.observe(ShardsTakenOver(at=AT, shards=names[:9], seconds=0.1))
        assert told == []
        for _ in range(2):
            settling.observe(ShardsTakenOver(at=AT, shards=names[9:16], seconds=0.1))
        assert told == [True]

    def test_a_share_is_enough(self) -> None:
        """Of three, five digits; what was lost meanwhile is not waited for."""
        tenure, settling, told = self.settling(FS1)
        names = self.hold(tenure, "0123", TWO, WorkerId("3"))
        settling.observe(changed(ShardChange.GAINED, names))
        settling.observe(ShardsTakenOver(at=AT, shards=names, seconds=0.1))
        settling.observe(ColleagueCame(at=AT, worker_id=TWO))
        assert told == []
        more = self.hold(tenure, "012345", TWO, WorkerId("3"))
        settling.observe(changed(ShardChange.GAINED, more[4:]))
        settling.observe(ShardsTakenOver(at=AT, shards=more[4:5], seconds=0.1))
        self.hold(tenure, "01234", TWO, WorkerId("3"))
        settling.observe(changed(ShardChange.LOST, more[5:]))
        assert told == [True]


def changed(change: ShardChange, names: tuple[str, ...]) -> ShardsChanged:
    return ShardsChanged(at=AT, change=change, shards=names, held_count=0, all_count=33)


def test_letters_are_counted() -> None:
    """Both ways, and come through as they are."""
    metrics, post = Metrics(), Post()
    MetricsObserver(metrics)
    counted = CountedPost(post, metrics)

    def count(direction: str) -> float | None:
        labels = {"direction": direction}
        return metrics.registry.get_sample_value("callcore_letters_total", labels)

    assert (count("sent"), count("received")) == (0, 0)
    counted.send({ONE: [b"a", b"b"], TWO: [b"c"]})
    assert counted.receive(ONE, 5) == [b"a", b"b"]
    counted.empty(TWO)
    assert post.inboxes == {}
    assert (count("sent"), count("received")) == (3, 2)


def test_readiness_tells_who_follows_what() -> None:
    """And that nobody is served whose lease was not renewed."""
    now = [100.0]
    tenure = Tenure(ONE, is_alone=False, seconds=lambda: now[0])
    readiness = Readiness(tenure)
    assert readiness.parts()["lease"] != "up"
    tenure.extend(110.0)
    shards = [Shard(CALLBACKS, "a"), Shard(DUTIES, Duty.HISTORY)]
    tenure.note(dict.fromkeys(shards, 1), {}, frozenset([TWO]))
    assert readiness.parts()["lease"] == "up"
    told = {
        "worker": "1",
        "shards": {"callbacks": "a"},
        "duties": ["history"],
        "colleagues": ["2"],
    }
    assert told.items() <= readiness.worker().items()
    now[0] = 110.5
    assert readiness.parts()["lease"] != "up"
