"""What the configuration's facts count: the version in force, reloads, queues that come and go."""

from __future__ import annotations

from callcore.adapters.prom import exposition
from callcore.domain import events
from callcore.domain.ids import Micros
from tests.adapters.prom.facts import NOW, SUPPORT, looked


def applied(version, by="eve", at=NOW, **more):
    return events.ConfigurationApplied(at=at, version=version, by=by, **more)


def test_one_version_is_in_force(observer, value, metrics):
    """The one before is off the page; the start is no reload."""
    observer.observe(applied("aaa", by=events.BY_START))
    assert value("callcore_config_reloads_total", result="applied") == 0
    observer.observe(applied("bbb", at=Micros(NOW + 1_500_000)))
    assert value("callcore_config_info", version="bbb") == 1
    assert value("callcore_config_info", version="aaa") is None
    assert value("callcore_config_loaded_timestamp_seconds") == NOW / 1e6 + 1.5
    assert value("callcore_config_reloads_total", result="applied") == 1
    observer.observe(applied("aaa"))
    observer.observe(applied("aaa"))
    assert value("callcore_config_info", version="aaa") == 1
    assert b'version="bbb"' not in exposition.render(metrics.registry)


def test_reloads_are_counted_by_what_came_of_them(observer, value):
    """From 0, so that the first refusal is a rise."""
    for result in ("applied", "unchanged", "refused"):
        assert value("callcore_config_reloads_total", result=result) == 0
    observer.observe(events.ConfigurationUnchanged(at=NOW, version="aaa", by="eve"))
    observer.observe(
        events.ConfigurationRefused(at=NOW, version="aaa", by="eve", reason="x.yaml:1:1: wrong")
    )
    assert value("callcore_config_reloads_total", result="unchanged") == 1
    assert value("callcore_config_reloads_total", result="refused") == 1


def test_a_worker_that_differs_says_so(observer, value):
    """Until it is the same again."""
    assert value("callcore_config_drift") == 0
    for is_different in (True, False):
        observer.observe(
            events.ConfigurationDiffers(
                at=NOW, version="aaa", site_version="bbb", is_different=is_different
            )
        )
        assert value("callcore_config_drift") == is_different


def test_a_new_queue_begins_at_zero_and_an_old_one_stays(observer, value):
    """A closed queue is not opened by a reload."""
    observer.observe(applied("aaa", new_queues=(SUPPORT,)))
    assert value("callcore_queue_joined_total", queue="support") == 0
    assert value("callcore_queue_open", queue="support") == 1
    observer.observe(looked(is_open=False))
    observer.observe(applied("bbb", new_queues=(SUPPORT,)))
    assert value("callcore_queue_open", queue="support") == 0


def test_a_queue_that_is_gone_leaves_what_was_counted(observer, value):
    """Its gauges say nothing any more; its counters stand, and go on should it come back."""
    observer.observe(applied("aaa", new_queues=(SUPPORT,)))
    observer.observe(looked())
    observer.observe(events.QueueGone(at=NOW, queue=SUPPORT))
    assert value("callcore_queue_estimate_seconds", queue="support") is None
    assert value("callcore_queue_open", queue="support") is None
    assert value("callcore_queue_limit", queue="support") is None
    assert value("callcore_queue_joined_total", queue="support") == 0
    observer.observe(events.QueueGone(at=NOW, queue=SUPPORT))
    observer.observe(applied("bbb", new_queues=(SUPPORT,)))
    assert value("callcore_queue_open", queue="support") == 1
